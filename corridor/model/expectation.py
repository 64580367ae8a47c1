"""What a solved scenario must show: a path into the result, and the numbers it may have."""

from __future__ import annotations

import math
import re
from typing import Any, Self

from corridor.errors import DataError
from corridor.model.records import Record

_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_FORMS = (
    re.compile(rf"(?P<sign>>=|<=|==|=|>|<)\s*(?P<value>{_NUMBER})"),
    re.compile(rf"(?P<low>{_NUMBER})\s*\.\.\s*(?P<high>{_NUMBER})"),
    re.compile(rf"(?:≈|~)?\s*(?P<middle>{_NUMBER})\s*(?:±|\+-|\+/-)\s*(?P<tolerance>{_NUMBER})"),
    re.compile(rf"(?P<exact>{_NUMBER})"),
)
_EXACT = 1e-6


class Expectation(Record):
    """A number of a result, and the interval that it must lie in.

    Attributes
    ----------
    path : str
        ``shortfall_mtpa``, ``corridors.btc.throughput_mtpa``, ``supplies.tengiz.kazakh_crude.lifted_mtpa``; with
        ``change.`` before it, its change against the baseline.
    text : str
        As written: ``> 20``, ``<= 5``, ``20..30``, ``53 +- 2``, or a number (met to 1e-6).
    """

    path: str
    text: str
    low: float | None = None
    high: float | None = None
    low_included: bool = True
    high_included: bool = True

    @classmethod
    def parse(cls, path: str, wanted: Any) -> Self:
        """Return the expectation that a line of a scenario file states.

        Raises
        ------
        DataError
            If it cannot be read.
        """
        text = (f"{wanted:.15g}" if isinstance(wanted, int | float) else str(wanted)).strip()
        found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
        if found is None or isinstance(wanted, bool):
            raise DataError(f"expect {path}: must be like '> 20', '<= 5', '20..30' or '53 +- 2' (got {text!r})")
        if any(math.isinf(float(value)) for name, value in found.groupdict().items() if name != "sign"):
            raise DataError(f"expect {path}: must be a finite number (got {text[:40]!r})")
        part = {name: float(value) if name != "sign" else value for name, value in found.groupdict().items()}
        if "sign" in part:
            return cls._one_sided(path, text, str(part["sign"]), float(part["value"]))
        if "low" in part:
            low, high = float(part["low"]), float(part["high"])
        elif "middle" in part:
            low, high = (
                float(part["middle"]) - float(part["tolerance"]),
                float(part["middle"]) + float(part["tolerance"]),
            )
        else:
            low, high = _around(float(part["exact"]))
        if low > high:
            raise DataError(f"expect {path}: the range must ascend (got {text!r})")
        return cls(path=path, text=text, low=low, high=high)

    @classmethod
    def _one_sided(cls, path: str, text: str, sign: str, value: float) -> Self:
        if sign in ("=", "=="):
            low, high = _around(value)
            return cls(path=path, text=text, low=low, high=high)
        if sign.startswith(">"):
            return cls(path=path, text=text, low=value, low_included=sign == ">=")
        return cls(path=path, text=text, high=value, high_included=sign == "<=")

    def holds(self, got: float) -> bool:
        """Tell whether a number lies in the interval; solver's dust of 1e-9 counts as met where the end is included."""
        if math.isnan(got):
            return False
        dust = 1e-9 * max(1.0, abs(got))
        above = self.low is None or (got >= self.low - dust if self.low_included else got > self.low)
        below = self.high is None or (got <= self.high + dust if self.high_included else got < self.high)
        return above and below


def _around(value: float) -> tuple[float, float]:
    """Return the interval that counts as equal to a value."""
    dust = _EXACT * max(1.0, abs(value))
    return value - dust, value + dust
