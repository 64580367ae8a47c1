"""Rows of tables as files have them: cells, column names, CSV text, each mistake with its location."""

from __future__ import annotations

import csv
import io as streams
import re
from typing import Any

from corridor.errors import DataError, Problem
from corridor.files.bytes import decoded
from corridor.messages import placed, shown, unknown_name
from corridor.model.frames import KINDS, RawTable, repeated
from corridor.model.network import Network
from corridor.model.record_base import Record, format_list, is_regime
from corridor.model.records import KIND_OF

MOST_BYTES = 100_000_000
INDEX = "if pandas wrote the table, write it with index=False, else give the column a name or remove it"
HEAD = ("name", "year", "regime")
"""What may stand once in a file for the whole network."""
_LONGEST_CELL = 131_072  # what Python's csv module reads


def cell(value: Any) -> str:
    """Return a value as the text of a cell: numbers exact, no limit empty, lists as `format_list` writes them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format_list(value) if isinstance(value, tuple) else str(value)


def row_of(record: Record) -> dict[str, Any]:
    """Return the fields of a record; a list that is empty by default as None, so that its cell is empty."""
    fields = {name: getattr(record, name) for name in type(record).model_fields}
    return {
        name: None if value == () and type(record).model_fields[name].default == () else value
        for name, value in fields.items()
    }


def tables_of(network: Network) -> dict[str, tuple[Record, ...]]:
    """Return the records of a network by the names of its tables; nodes and edges always, others if there are any."""
    tables = {part: network.records(KIND_OF[part].singular) for part in KINDS}
    return {part: records for part, records in tables.items() if records or part in ("nodes", "edges")}


def year_of_cell(value: Any, location: str, problems: list[Problem]) -> int | None:
    """Return the year that a cell holds, None for an empty one; anything but a year is added to `problems`."""
    if value in (None, ""):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, bool) and isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and value.isascii() and len(value) < 20:
        return int(value)
    problems.append(f"{location}: year must be a whole number (got {shown(value)})")
    return None


def regime_of_cell(value: Any, location: str, problems: list[Problem]) -> str | None:
    """Return the regime that a cell holds, None for an empty one; anything but a name is added to `problems`."""
    if value in (None, ""):
        return None
    if is_regime(value):
        return str(value)
    problems.append(f"{location}: regime must be a name without spaces around it, as in war (got {shown(value)})")
    return None


def head_of(network: Network) -> dict[str, Any]:
    """Return what stands once in a file for the whole network; the regime only where it has one."""
    head = {"name": network.name, "year": network.year}
    return head if network.regime is None else {**head, "regime": network.regime}


def read_csv(
    location: str, raw: bytes, columns: Any, problems: list[Problem], numeric: frozenset[str] = frozenset()
) -> RawTable:
    """Return the rows of a CSV table as text by column; problems of its shape are added to `problems`.

    Notes
    -----
    Lines before the column names that begin with # are comments. The line of column names decides: separated by
    commas, numbers have a decimal point; by semicolons, a decimal comma, which is exchanged for a point in the
    `numeric` columns.
    """
    text = decoded(location, raw)
    separator = _separator(location, text)
    reader = csv.reader(streams.StringIO(text, newline=""), delimiter=separator, strict=True)
    table, heads, line = RawTable(), None, 1
    try:
        for cells in reader:
            here, line = f"{location}:{line}", reader.line_num + 1
            if not cells or (heads is None and cells[0].lstrip().startswith("#")):
                continue
            if heads is None:
                heads = [head.strip() for head in cells]
                problems += [placed(here, problem) for problem in wrong_heads(heads, columns)]
            elif len(cells) != len(heads):
                problems.append(
                    f"{here}: has {len(cells)} cells, but there are {len(heads)} columns; "
                    f"{_SEPARATORS[separator]}, and a text that has one must be quoted"
                )
            else:
                row = {head: cell for head, cell in zip(heads, cells, strict=True) if head in columns}
                if separator == ";":
                    row |= {head: _pointed(here, head, row[head]) for head in numeric & row.keys()}
                table.add(row, here)
    except csv.Error as error:
        raise DataError(f"{location}:{line}: invalid CSV: {error}") from None
    if heads is None:
        problems.append(f"{location}: is empty; its first line must name the columns")
    return table


_SEPARATORS = {
    ",": "numbers have a decimal point where a comma separates columns",
    ";": "numbers have a decimal comma where a semicolon separates columns",
}


def _separator(location: str, text: str) -> str:
    """Return what separates the columns of a CSV table, according to its first line."""
    first = re.search(r"^(?!\s*#)[^\r\n]+", text, re.MULTILINE)
    head, line = (first.group(), text.count("\n", 0, first.start()) + 1) if first else ("", 1)
    if re.fullmatch(r"sep=.\s*", head):
        raise DataError(f"{location}:{line}: must name the columns (got {shown(head)}); remove this line")
    marks = [mark for mark in (",", ";", "\t") if mark in head]
    if len(marks) > 1 or marks == ["\t"]:
        raise DataError(
            f"{location}:{line}: columns must be separated by commas alone or by semicolons alone (got {shown(head)})"
        )
    return marks[0] if marks else ","


def _pointed(location: str, head: str, text: str) -> str:
    """Return a number with a decimal comma as one with a point; refuse one that has a point."""
    if "." in text and re.fullmatch(r"[-+\d\s.,eE]+", text):
        raise DataError(
            f"{location}: {head}: {_SEPARATORS[';']} (got {shown(text)}); use one notation in the whole table"
        )
    return text.replace(",", ".") if re.fullmatch(r"\s*[-+]?\d*,\d*([eE][-+]?\d+)?\s*", text, re.ASCII) else text


def wrong_heads(heads: list[str], columns: Any) -> list[Problem]:
    """Return a problem for each column that is unknown or duplicate."""
    nameless = [head for head in dict.fromkeys(heads) if not head or head.startswith("Unnamed: ")]
    unknown_heads = [head for head in dict.fromkeys(heads) if head not in columns and head not in nameless[:1]]
    return [
        *(f"column {heads.index(head) + 1} has no name; {INDEX}" for head in nameless[:1]),
        *(unknown_name("column", head[:80], columns) for head in unknown_heads),
        *(f"duplicate column {head[:80]!r}" for head in repeated(heads) if head),
    ]


def csv_text(heads: list[str], rows: list[list[str]]) -> str:
    """Return CSV, cells quoted where they must be."""
    return "".join(",".join(map(_quoted, row)) + "\n" for row in [heads, *rows])


def _quoted(text: str) -> str:
    if len(text) >= _LONGEST_CELL:
        raise DataError(f"a text of {len(text):,} characters is too long for a cell of CSV; write JSON")
    if text and not any(mark in text for mark in ',"\r\n') and text == text.strip():
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if text else ""
