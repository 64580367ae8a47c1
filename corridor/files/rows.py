"""Rows of tables as files have them: cells, column names, CSV text, each mistake with its place."""

from __future__ import annotations

import csv
import io as streams
import re
from typing import Any

from corridor.errors import DataError, Problem, UnknownNameError, placed, shown
from corridor.files.scenario_yaml import decoded
from corridor.model.frames import KINDS, RawTable, repeated
from corridor.model.network import Network
from corridor.model.records import KIND_OF, Record, format_list

MOST_BYTES = 100_000_000
INDEX = "if pandas wrote the table, write it with index=False, else give the column a name or remove it"
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
    found = {part: network.records(KIND_OF[part].singular) for part in KINDS}
    return {part: records for part, records in found.items() if records or part in ("nodes", "edges")}


def whole_number(value: Any, place: str, problems: list[Problem]) -> int | None:
    """Return the year that a cell holds, None for an empty one; what is no year goes to `problems`."""
    if value in (None, ""):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, bool) and isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and value.isascii() and len(value) < 20:
        return int(value)
    problems.append(f"{place}: year must be a whole number (got {shown(value)})")
    return None


def read_csv(
    place: str, raw: bytes, columns: Any, problems: list[Problem], numeric: frozenset[str] = frozenset()
) -> RawTable:
    """Return the rows of a CSV table as text by column; what is wrong with its shape goes to `problems`.

    Notes
    -----
    The line of column names decides: separated by commas, numbers have a decimal point; by semicolons, a decimal
    comma, which is exchanged for a point in the `numeric` columns.
    """
    text = decoded(place, raw)
    separator = _separator(place, text)
    reader = csv.reader(streams.StringIO(text, newline=""), delimiter=separator, strict=True)
    table, heads, line = RawTable(), None, 1
    try:
        for cells in reader:
            here, line = f"{place}:{line}", reader.line_num + 1
            if not cells:
                continue
            if heads is None:
                heads = [head.strip() for head in cells]
                problems += [placed(here, problem) for problem in wrong_heads(heads, columns)]
            elif len(cells) != len(heads):
                problems.append(
                    f"{here}: has {len(cells)} cells, but there are {len(heads)} columns; "
                    f"{_SEPARATORS[separator]}, and a text that has one stands in quotes"
                )
            else:
                row = {head: cell for head, cell in zip(heads, cells, strict=True) if head in columns}
                if separator == ";":
                    row |= {head: _pointed(here, head, row[head]) for head in numeric & row.keys()}
                table.add(row, here)
    except csv.Error as error:
        raise DataError(f"{place}:{line}: is no CSV: {error}") from None
    if heads is None:
        problems.append(f"{place}: is empty; its first line must name the columns")
    return table


_SEPARATORS = {
    ",": "numbers have a decimal point where a comma separates columns",
    ";": "numbers have a decimal comma where a semicolon separates columns",
}


def _separator(place: str, text: str) -> str:
    """Return what separates the columns of a CSV table, as its first line tells."""
    first = re.search(r"[^\r\n]+", text)
    head, line = (first.group(), text.count("\n", 0, first.start()) + 1) if first else ("", 1)
    if re.fullmatch(r"sep=.\s*", head):
        raise DataError(f"{place}:{line}: must name the columns (got {shown(head)}); remove this line")
    found = [mark for mark in (",", ";", "\t") if mark in head]
    if len(found) > 1 or found == ["\t"]:
        raise DataError(
            f"{place}:{line}: columns must be separated by commas alone or by semicolons alone (got {shown(head)})"
        )
    return found[0] if found else ","


def _pointed(place: str, head: str, text: str) -> str:
    """Return a number with a decimal comma as one with a point; refuse one that has a point."""
    if "." in text and re.fullmatch(r"[-+\d\s.,eE]+", text):
        raise DataError(f"{place}: {head}: {_SEPARATORS[';']} (got {shown(text)}); write the whole table in one way")
    return text.replace(",", ".") if re.fullmatch(r"\s*[-+]?\d*,\d*([eE][-+]?\d+)?\s*", text, re.ASCII) else text


def wrong_heads(heads: list[str], columns: Any) -> list[Problem]:
    """Return a problem for each column that is unknown or stands twice."""
    nameless = [head for head in dict.fromkeys(heads) if not head or head.startswith("Unnamed: ")]
    strange = [head for head in dict.fromkeys(heads) if head not in columns and head not in nameless[:1]]
    hint = f" (known: {', '.join(columns)})"
    return [
        *(f"column {heads.index(head) + 1} has no name; {INDEX}" for head in nameless[:1]),
        *(UnknownNameError("column", head[:80], columns, hint=hint) for head in strange),
        *(f"column {head[:80]!r} stands twice" for head in repeated(heads) if head),
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
