"""Workbooks (.xlsx), exact: networks in and out, and any tables out. Needs the extra ``files`` (openpyxl)."""

from __future__ import annotations

import io
import json
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from xml.parsers import expat

from corridor.errors import CorridorError, DataError, Problem, UnknownNameError, placed, shown
from corridor.files import foreign
from corridor.files.json_document import path_of, plain
from corridor.files.rows import INDEX, MOST_BYTES, row_of, tables_of, whole_number, wrong_heads
from corridor.files.scenario_yaml import Loc, mapping_of, read_hazards_of
from corridor.model.frames import KINDS, RawTable, repeated
from corridor.model.network import Network, build_network
from corridor.model.records import format_list

_HAZARD = (
    "name", "about", "network", "year", "frequency_per_year", "duration_days", "severity", "actor", "changes",
    "expect", "sources",
)  # fmt: skip
_WITH_PARTS = ("changes", "expect", "sources", "duration_days", "severity")
_HEADS: dict[str, Sequence[str]] = {
    "network": ("name", "year"), **{part: tuple(kind.model_fields) for part, kind in KINDS.items()}, "hazards": _HAZARD,
}  # fmt: skip
_LONGEST_TEXT = 32_767
_ESCAPED = re.compile("_x((?![dD][89a-fA-F])[0-9A-Fa-f]{4})_")
_TO_ESCAPE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def require_openpyxl() -> Any:
    """Return openpyxl, or say how to get it."""
    try:
        import openpyxl
    except ImportError:
        raise CorridorError(
            "workbooks need openpyxl, which is not installed: pip install 'corridor[files]', or write CSV or JSON"
        ) from None
    return openpyxl


def write_sheets(sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Any]]]]) -> bytes:
    """Return a workbook with one sheet for each name: heads, then rows of text, numbers, truth values or None.

    Notes
    -----
    Numbers are written in full, text as text whatever it looks like (``=1+1``, ``#N/A``, ``1e5``).
    """
    openpyxl = require_openpyxl()
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, (heads, rows) in sheets.items():
        sheet = book.create_sheet(name)
        for at, row in enumerate([heads, *rows], start=1):
            for column, value in enumerate(row, start=1):
                if value is not None and value != "":
                    _put(sheet.cell(at, column), value)
        sheet.freeze_panes = "A2"
    return _zipped(book)


def _zipped(book: Any) -> bytes:
    """Return a workbook's bytes without the time of writing: same input, same bytes."""
    import datetime as dt

    book.properties.created = book.properties.modified = dt.datetime(2000, 1, 1)
    raw, still = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(still, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", data)
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return still.getvalue()


def _put(cell: Any, value: Any) -> None:
    """Put a value into a cell, numbers to the last digit and text unread."""
    if isinstance(value, bool):
        cell.value = value
    elif isinstance(value, int | float) and value - value == 0:
        cell._value, cell.data_type = repr(value), "n"
    else:
        text = _TO_ESCAPE.sub(lambda found: f"_x{ord(found.group()):04X}_", str(value))
        if len(text) > _LONGEST_TEXT:
            raise DataError(f"a text of {len(text):,} characters is too long for a cell of a workbook; write JSON")
        cell._value, cell.data_type = text, "s"


def write(network: Network) -> bytes:
    """Return a network as a workbook: one sheet a table."""
    sheets: dict[str, tuple[Sequence[str], Iterable[Sequence[Any]]]] = {
        "network": (_HEADS["network"], [[network.name, network.year]])
    }
    for part, records in tables_of(network).items():
        sheets[part] = _HEADS[part], [[_cell(value) for value in row_of(record).values()] for record in records]
    if network.hazards:
        rows = [mapping_of(hazard) for hazard in network.hazards]
        sheets["hazards"] = _HAZARD, [[_hazard_cell(row.get(head)) for head in _HAZARD] for row in rows]
    return write_sheets(sheets)


def _cell(value: Any) -> Any:
    """Return a value as the content of a cell, names joined."""
    return format_list(value) if isinstance(value, tuple) else value


def _hazard_cell(value: Any) -> Any:
    """Return a value as it stands in a cell: as JSON what has parts, is empty text or begins with a quote."""
    is_json = isinstance(value, list | dict) or (isinstance(value, str) and (not value or value.startswith('"')))
    return json.dumps(value, ensure_ascii=False) if is_json else value


# Reading


def read(place: str, raw: bytes) -> Network:
    """Return the network of a workbook."""
    problems: list[Problem] = []
    sheets = _sheets(place, raw, problems)
    meant = [name for name, cells in sheets.items() if name in _HEADS or (cells and not _is_notes(name))]
    if found := foreign.of_workbook(meant, _HEADS):
        raise DataError(f"{place}: {found}")
    hint = "; notes may stand in a sheet called notes or README"
    for name in meant:
        if name not in _HEADS:
            problems.append(UnknownNameError("sheet of a network", name[:80], _HEADS, f"{place}: ", hint))
    problems += [f"{place}: sheet {part} is missing" for part in ("nodes", "edges") if part not in sheets]
    tables = {
        part: _table(f"{place}, sheet {part}", sheets[part], heads, problems)
        for part, heads in _HEADS.items()
        if part in sheets
    }
    name, year = "", None
    marker = tables.pop("network", None)
    if marker is not None and len(marker) == 1:
        row = marker.rows[0]
        year = whole_number(row.get("year"), marker.locations[0], problems)
        name = row.get("name") or ""
        if not isinstance(name, str):
            problems.append(f"{marker.locations[0]}: name must be text (got {shown(name)})")
    elif marker is not None and len(marker) > 1:
        problems.append(f"{place}, sheet network: must have one row, the network's name and year (got {len(marker)})")
    hazards, strange = _hazards(place, tables.pop("hazards", RawTable()), problems)
    problems += strange
    complete = {"nodes", "edges"} <= tables.keys()
    return build_network(dict(tables), name=name, year=year, hazards=hazards, problems=problems, complete=complete)


def _hazards(place: str, table: RawTable, problems: list[Problem]) -> Any:
    """Return the hazards of a sheet, whose cells hold JSON where a value has parts."""
    entries = []
    for row, here in zip(table.rows, table.locations, strict=True):
        entry = {key: value for key, value in row.items() if value is not None}
        for key, text in list(entry.items()):
            if isinstance(text, str) and (key in _WITH_PARTS or text.startswith('"')):
                try:
                    entry[key] = plain(text, partial(_inside, f"{here}: {key}"), problems)
                except json.JSONDecodeError as error:
                    problems.append(f"{here}: {key} must be JSON: {error.msg} (got {shown(text)})")
                    del entry[key]
        entries.append(entry)
    return read_hazards_of(entries, lambda loc: table.locations[int(loc[0])] if loc else f"{place}, sheet hazards")


def _inside(cell: str, loc: Loc) -> str:
    """Return a place within the JSON of a cell."""
    return f"{cell}{path_of(loc)}"


Cells = dict[int, dict[int, Any]]


def _is_notes(name: str) -> bool:
    """Tell whether a sheet holds notes by its name: ``Notes``, ``README``, ``About this``."""
    return re.split(r"[^a-z]", name.strip().lower())[0] in foreign.NOTES


def _sheets(place: str, raw: bytes, problems: list[Problem]) -> dict[str, Cells]:
    """Return the cells that hold something, by sheet, row and column; formulas by the value they came to."""
    openpyxl = require_openpyxl()
    if found := foreign.of_bytes(raw):
        raise DataError(f"{place}: {found}")
    sheets: dict[str, Cells] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _refuse_unsafe(place, archive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets:
                if sheet.title in sheets:
                    problems.append(f"{place}: sheet {sheet.title!r} stands twice")
                sheets[sheet.title] = _cells(sheet, f"{place}, sheet {sheet.title}", problems)
    except CorridorError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken file makes it stumble over
        raise DataError(f"{place}: is no workbook that can be read ({type(error).__name__}: {shown(error)})") from None
    return sheets


def _refuse_unsafe(place: str, archive: zipfile.ZipFile) -> None:
    """Raise if the parts of a workbook are too large, stand twice, or declare a document type, that is entities."""
    parts = archive.infolist()
    if (size := sum(part.file_size for part in parts)) > MOST_BYTES:
        raise DataError(f"{place}: must unpack to at most {MOST_BYTES:,} bytes (got {size:,})")
    if twice := repeated(part.filename for part in parts):
        raise DataError(f"{place}: part {shown(twice[0])} stands twice; save the workbook anew")

    def refuse(*_: object) -> None:
        raise DataError(f"{place}: document types are not read; remove <!DOCTYPE from its part {shown(part.filename)}")

    for part in parts:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = refuse
        with archive.open(part) as file:
            try:
                parser.ParseFile(file)
            except DataError:  # our own word, although a ValueError too
                raise
            except (expat.ExpatError, ValueError, LookupError):
                continue  # what is no XML, as a picture is, has no document type


def _cells(sheet: Any, place: str, problems: list[Problem]) -> Cells:
    """Return the cells of a sheet that hold something."""
    from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

    unworked: list[tuple[int, int]] = []

    class Parser(WorkSheetParser):  # type: ignore[misc]
        """Notes each formula that has no value; a second reading of the file would tell the same."""

        def parse_cell(self, element: Any) -> dict[str, Any]:
            cell: dict[str, Any] = super().parse_cell(element)
            if cell["value"] is None and element.find(FORMULA_TAG) is not None:
                unworked.append((cell["row"], cell["column"]))
            return cell

    found: dict[int, dict[int, Any]] = {}
    book = sheet.parent
    with sheet._get_source() as source:
        parser = Parser(
            source, sheet._shared_strings, data_only=True, epoch=book.epoch,
            date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
        )  # fmt: skip
        for _, cells in parser.parse():
            for cell in cells:
                if cell["value"] is not None:
                    row = found.setdefault(cell["row"], {})
                    if cell["column"] in row:
                        problems.append(f"{place}, row {cell['row']}: the cell in column {cell['column']} stands twice")
                    row[cell["column"]] = cell["value"]
    problems += [
        f"{place}, row {row}: column {column} holds a formula without a value; "
        "open and save the file in a spreadsheet program, or write the number"
        for row, column in unworked
    ]
    return {row: dict(sorted(found[row].items())) for row in sorted(found)}


def _table(place: str, sheet: Cells, heads: Sequence[str], problems: list[Problem]) -> RawTable:
    """Return the rows of a sheet whose first row names the columns."""
    table = RawTable()
    first = min(sheet, default=0)
    names = {column: str(head).strip() for column, head in sheet.get(first, {}).items()}
    if not names:
        problems.append(f"{place}: is empty; its first row must name the columns")
    problems += [placed(f"{place}, row {first}", problem) for problem in wrong_heads(list(names.values()), heads)]
    nameless: set[int] = set()
    for number, cells in sheet.items():
        if number != first:
            here = f"{place}, row {number}"
            strange = cells.keys() - names.keys() - nameless
            nameless |= strange
            problems += [f"{here}: a cell in column {column} has no heading; {INDEX}" for column in sorted(strange)]
            row = {head: _plain(cells.get(column)) for column, head in names.items() if head in heads}
            table.add(row, here)
    return table


def _plain(value: Any) -> Any:
    """Return a cell's value as it was meant: escaped characters back, numbers and text alike."""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), value)
    return value
