"""Result tables compared with a stored CSV, cell by cell within tolerances."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.errors import DataError, visible

if TYPE_CHECKING:
    import pandas as pd

_MOST_SHOWN = 12
_MISSING = "nan"
_UPDATE = "write it again with pytest --corridor-update"
Row = Sequence[Any]


@dataclass(frozen=True)
class SnapshotTable:
    """A table as rows of cells: index and columns alike, their names in the head.

    Attributes
    ----------
    head : tuple of str
        Names of the index levels, then of the columns.
    n_index : int
        How many of them are index levels.
    rows : tuple of tuple
        The cells, as they came.
    """

    head: tuple[str, ...]
    n_index: int
    rows: tuple[tuple[Any, ...], ...]

    @classmethod
    def of(cls, table: pd.DataFrame | pd.Series[Any]) -> SnapshotTable:
        """Return a DataFrame or Series as a sheet.

        Raises
        ------
        DataError
            If it is neither.
        """
        import pandas as pd

        if isinstance(table, pd.Series):
            table = table.to_frame("value" if table.name is None else table.name)
        if not isinstance(table, pd.DataFrame):
            raise DataError(f"a snapshot holds a DataFrame or a Series (got {type(table).__name__})")
        keys = [key if isinstance(key, tuple) else (key,) for key in table.index]
        names = ["" if name is None else text(name) for name in table.index.names]
        columns = [table.iloc[:, index].tolist() for index in range(table.shape[1])]
        rows = [(*key, *(column[index] for column in columns)) for index, key in enumerate(keys)]
        return cls((*names, *map(text, table.columns)), table.index.nlevels, tuple(rows))

    def csv(self) -> str:
        """Return the sheet as text; the same sheet gives the same bytes."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.head)
        writer.writerows([text(cell) for cell in row] for row in self.rows)
        return out.getvalue()


def text(cell: Any) -> str:
    """Return a cell as the file holds it: numbers in full, missing as nan, tuples joined by semicolons."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, tuple | list):
        return ";".join(map(text, cell))
    if _is_missing(cell):
        return _MISSING
    if isinstance(cell, bool) or type(cell).__name__ in ("bool", "bool_"):
        return str(bool(cell))
    if isinstance(cell, Integral):
        return str(int(cell))
    return repr(float(cell)) if isinstance(cell, Real) else str(cell)


def differences(stored: str, table: SnapshotTable, *, rtol: float, atol: float) -> list[str]:
    """Return what differs between a stored file and a table, one sentence each; empty where they agree.

    Parameters
    ----------
    stored : str
        Content of the file.
    sheet : Sheet
        The table now.
    rtol, atol : float, >= 0
        Numbers agree when they are at most ``atol + rtol * |expected|`` apart. Words and booleans must be equal.

    Raises
    ------
    DataError
        If the file holds no table, or a tolerance is negative or not a number.
    """
    for name, value in (("rtol", rtol), ("atol", atol)):
        if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value < math.inf:
            raise DataError(f"{name} must be a finite number >= 0 (got {value!r})")
    head, rows = _read(stored)
    if head != list(table.head):
        return _head_differences(head, table.head)

    n = table.n_index
    pairs: list[tuple[Sequence[str], Row]] = list(zip(rows, table.rows, strict=False))
    lines: list[str] = []
    same_rows = len(rows) == len(table.rows) and all(
        matches(e, g, rtol, atol) for expected, got in pairs for e, g in zip(expected[:n], got[:n], strict=True)
    )
    if not same_rows:
        pairs, lines = _paired(rows, table.rows, n)
    for expected, got in pairs:
        for column, e, g in zip(head[n:], expected[n:], got[n:], strict=True):
            if not matches(e, g, rtol, atol):
                label = ", ".join(map(text, got[:n]))
                lines.append(f"[{label}] {column}: expected {e or repr(e)}, got {text(g) or repr(g)}{_off(e, g)}")
    return lines


def matches(expected: str, got: Any, rtol: float, atol: float) -> bool:
    """Tell whether a cell agrees with the file: numbers within tolerances, all else exactly."""
    if isinstance(got, tuple | list):
        parts = expected.split(";") if expected else []
        return len(parts) == len(got) and all(matches(e, g, rtol, atol) for e, g in zip(parts, got, strict=True))
    cell = text(got)
    if isinstance(got, str) or cell in ("True", "False", _MISSING) or not isinstance(got, Real):
        return expected == cell
    number = _number(expected)
    if number is None or math.isnan(number):
        return False
    value = float(got)
    if math.isinf(number) or math.isinf(value):
        return number == value
    return abs(value - number) <= atol + rtol * abs(number)


def report(name: str, file: Path, lines: Sequence[str]) -> str:
    """Return the failure that names what differs."""
    more = [f"... and {len(lines) - _MOST_SHOWN} more"] if len(lines) > _MOST_SHOWN else []
    text_lines = "\n".join(f"  {visible(line)}" for line in [*lines[:_MOST_SHOWN], *more])
    count = "1 difference" if len(lines) == 1 else f"{len(lines)} differences"
    return f"snapshot {name!r}: {count} from {file}\n{text_lines}\nIf the new table is right: pytest --corridor-update"


def _read(stored: str) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of a stored file."""
    try:
        rows = list(csv.reader(io.StringIO(stored, newline=""), strict=True))
    except csv.Error as error:
        raise DataError(f"not a CSV table ({error}); {_UPDATE}") from None
    if not rows:
        raise DataError(f"it is empty; {_UPDATE}")
    head, *rows = rows
    if len(head) == 1 and ";" in head[0]:
        raise DataError(f"columns must be separated by commas (got semicolons); {_UPDATE}")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(head):
            raise DataError(f"row {number} must hold {len(head)} cells (got {len(row)}); {_UPDATE}")
    return head, rows


def _paired(
    rows: Sequence[Sequence[str]], now: Sequence[Row], n: int
) -> tuple[list[tuple[Sequence[str], Row]], list[str]]:
    """Return the rows that both have, by their keys, and what only one has."""
    stored = _keyed([tuple(row[:n]) for row in rows])
    current = _keyed([tuple(map(text, row[:n])) for row in now])
    lines = [f"[{', '.join(key[0])}]: expected this row, got none" for key in stored if key not in current]
    lines += [f"[{', '.join(key[0])}]: a new row" for key in current if key not in stored]
    both = [key for key in stored if key in current]
    if both != [key for key in current if key in stored]:
        lines.append("the rows are in a different order")
    return [(rows[stored[key]], now[current[key]]) for key in both], lines


def _keyed(keys: Sequence[tuple[str, ...]]) -> dict[tuple[tuple[str, ...], int], int]:
    """Return the position of each key, repeated keys numbered."""
    seen: Counter[tuple[str, ...]] = Counter()
    positions = {}
    for position, key in enumerate(keys):
        positions[key, seen[key]] = position
        seen[key] += 1
    return positions


def _head_differences(expected: Sequence[str], got: Sequence[str]) -> list[str]:
    """Return how the columns differ."""
    lines = [f"column {column!r}: expected, got none" for column in (Counter(expected) - Counter(got))]
    lines += [f"column {column!r}: new" for column in (Counter(got) - Counter(expected))]
    return lines or [f"the columns are in a different order: expected {', '.join(expected)}"]


def _off(expected: str, got: Any) -> str:
    """Return by how much a number is off."""
    number = _number(expected)
    if number is None or isinstance(got, bool | str) or not isinstance(got, Real):
        return ""
    off = float(got) - number
    if not math.isfinite(off):
        return ""
    return f" ({off:+.4g}{f', {off / abs(number):+.2%}' if number else ''})"


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _is_missing(cell: Any) -> bool:
    """Tell None, NaN, NaT and NA from values."""
    if cell is None or type(cell).__name__ in ("NaTType", "NAType"):
        return True
    return isinstance(cell, Real) and math.isnan(float(cell))
