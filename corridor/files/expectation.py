"""What a solved scenario must show: a path into the result, and the numbers or the word it may have."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Self

from corridor.errors import CorridorError, DataError
from corridor.messages import unknown, unknown_name
from corridor.model.network import Network
from corridor.model.record_base import Record
from corridor.model.result_path import STATUSES, is_word, shortened

_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_NUMBERS = (
    re.compile(rf"(?P<sign>>=|<=|==|=|>|<)\s*(?P<value>{_NUMBER})"),
    re.compile(rf"(?P<low>{_NUMBER})\s*\.\.\s*(?P<high>{_NUMBER})"),
    re.compile(rf"(?:≈|~)?\s*(?P<middle>{_NUMBER})\s*(?:±|\+-|\+/-)\s*(?P<tolerance>{_NUMBER})\s*(?P<percent>%)?"),
    re.compile(rf"(?P<exact>{_NUMBER})"),
)
_WORD = re.compile(r"(?P<sign>!=|==|=)?\s*(?P<word>[^\s<>=!~≈±].*)", re.DOTALL)
_EXACT = 1e-6


class Expectation(Record):
    """A number of a result and the interval that it must lie in, or a word.

    Attributes
    ----------
    path : str
        ``shortfall_mtpa``, ``corridors.btc.throughput_mtpa``, ``supplies.tengiz.kazakh_crude.lifted_mtpa``,
        ``compare.btc.status``; with ``change.`` before it, its change against the baseline.
    text : str
        As written: ``> 20``, ``<= 5``, ``20..30``, ``53 +- 2``, ``53 +- 5 %``, or a number (met to 1e-6); for a
        column of words ``= closed``, ``!= closed`` or just ``closed``.
    """

    path: str
    text: str
    low: float | None = None
    high: float | None = None
    low_included: bool = True
    high_included: bool = True
    word: str | None = None
    word_refused: bool = False

    @classmethod
    def parse(cls, path: str, wanted: Any) -> Self:
        """Return the expectation that a line of a scenario file states.

        Raises
        ------
        DataError
            If it cannot be read.
        """
        text = "" if wanted is None else str(wanted).strip()
        if isinstance(wanted, int | float) and not isinstance(wanted, bool):
            text = f"{wanted:.15g}"
        if is_word(path):
            return cls._of_word(path, text, readable=isinstance(wanted, str))
        match = next((candidate for form in _NUMBERS if (candidate := form.fullmatch(text))), None)
        if match is None or isinstance(wanted, bool):
            pointed = re.sub(r"(?<=\d),(?=\d)", ".", text)
            hint = f"; write {pointed!r}" if any(form.fullmatch(pointed) for form in _NUMBERS) and match is None else ""
            text = f"must be like '> 20', '<= 5', '20..30' or '53 +- 2' (got {shortened(text)!r}){hint}"
            raise DataError(f"expect {path}: {text}")
        part = match.groupdict()
        number = {name: float(part[name]) for name in part if name not in ("sign", "percent") and part[name]}
        margin = number.get("tolerance", 0.0) * (abs(number.get("middle", 0.0)) / 100 if part.get("percent") else 1)
        if any(map(math.isinf, [*number.values(), margin + abs(number.get("middle", 0.0))])):
            raise DataError(f"expect {path}: must be a finite number (got {shortened(text)!r})")
        if "value" in number:
            return cls._one_sided(path, text, str(part["sign"]), number["value"])
        if "low" in number:
            low, high = number["low"], number["high"]
        elif "middle" in number:
            if part["percent"] and not number["middle"]:
                raise DataError(
                    f"expect {path}: a share of 0 is 0; give the tolerance as a number (got {shortened(text)!r})"
                )
            low, high = number["middle"] - margin, number["middle"] + margin
            if margin < 0:
                raise DataError(f"expect {path}: the tolerance after +- must be >= 0 (got {shortened(text)!r})")
        else:
            low, high = _around(number["exact"])
        if low > high:
            raise DataError(f"expect {path}: the range must ascend (got {shortened(text)!r})")
        return cls(path=path, text=text, low=low, high=high)

    @classmethod
    def _one_sided(cls, path: str, text: str, sign: str, value: float) -> Self:
        if sign in ("=", "=="):
            low, high = _around(value)
            return cls(path=path, text=text, low=low, high=high)
        if sign.startswith(">"):
            return cls(path=path, text=text, low=value, low_included=sign == ">=")
        return cls(path=path, text=text, high=value, high_included=sign == "<=")

    @classmethod
    def _of_word(cls, path: str, text: str, *, readable: bool) -> Self:
        match = _WORD.fullmatch(text) if readable else None
        if match is None:
            raise DataError(f"expect {path}: must be a word, like '= closed' or '!= closed' (got {shortened(text)!r})")
        word = match["word"].strip()
        if path.endswith(".status") and word not in STATUSES:
            raise DataError(f"expect {path}: {unknown('status', shortened(word), STATUSES)}")
        return cls(path=path, text=text, word=word, word_refused=match["sign"] == "!=")

    def holds(self, got: float | str) -> bool:
        """Tell whether a result is as expected; solver's dust of 1e-9 counts as met where the end is included."""
        if isinstance(got, str) or self.word is not None:
            return (got == self.word) != self.word_refused
        if math.isnan(got):
            return False
        tolerance = 1e-9 * max(1.0, abs(got)) if math.isfinite(got) else 0.0
        above = self.low is None or (got >= self.low - tolerance if self.low_included else got > self.low)
        below = self.high is None or (got <= self.high + tolerance if self.high_included else got < self.high)
        return above and below


def word_errors(path: str, wanted: Any, network: Network) -> Iterator[CorridorError]:
    """Yield an error if a word is expected that is the name of no node; with != it would always hold."""
    if path.startswith("compare.") and path.endswith((".origin", ".destination")):
        try:
            word = Expectation.parse(path, wanted).word or ""
        except DataError:
            return
        if word not in network.keys("node"):
            yield unknown_name("node", shortened(word), network.keys("node"), f"expect {shortened(path)}: ")


def _around(value: float) -> tuple[float, float]:
    """Return the interval that counts as equal to a value."""
    tolerance = _EXACT * max(1.0, abs(value))
    return value - tolerance, value + tolerance
