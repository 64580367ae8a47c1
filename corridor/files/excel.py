"""Workbooks (.xlsx), exact: networks in and out, and any tables out. Needs the extra ``files`` (openpyxl)."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.parsers import expat

from corridor.errors import CorridorError, DataError, Problem
from corridor.files import foreign, hazard_rows
from corridor.files.rows import (
    HEAD,
    INDEX,
    MOST_BYTES,
    head_of,
    regime_of_cell,
    row_of,
    tables_of,
    wrong_heads,
    year_of_cell,
)  # fmt: skip
from corridor.files.scenario_fields import RENAMED_KEYS
from corridor.messages import placed, shown, unknown_name
from corridor.model.frames import KINDS, RawTable, repeated
from corridor.model.network import Network, build_network
from corridor.model.record_base import format_list

_HEADS: dict[str, Sequence[str]] = {
    "network": HEAD,
    **{part: tuple(kind.model_fields) for part, kind in KINDS.items()},
    "hazards": (*hazard_rows.COLUMNS, *RENAMED_KEYS),
}
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
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, (heads, rows) in sheets.items():
        sheet = workbook.create_sheet(name)
        for number, row in enumerate([heads, *rows], start=1):
            for column, value in enumerate(row, start=1):
                if value is not None and value != "":
                    _put(sheet.cell(number, column), value)
        sheet.freeze_panes = "A2"
    return _zipped(workbook)


def _zipped(workbook: Any) -> bytes:
    """Return a workbook's bytes without the time of writing: same input, same bytes."""
    import datetime as dt

    workbook.properties.created = workbook.properties.modified = dt.datetime(2000, 1, 1)
    raw, still = io.BytesIO(), io.BytesIO()
    workbook.save(raw)
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
        text = _TO_ESCAPE.sub(lambda match: f"_x{ord(match.group()):04X}_", str(value))
        if len(text) > _LONGEST_TEXT:
            raise DataError(f"a text of {len(text):,} characters is too long for a cell of a workbook; write JSON")
        cell._value, cell.data_type = text, "s"


def write(network: Network) -> bytes:
    """Return a network as a workbook: one sheet a table."""
    head = head_of(network)
    sheets: dict[str, tuple[Sequence[str], Iterable[Sequence[Any]]]] = {"network": (list(head), [list(head.values())])}
    for part, records in tables_of(network).items():
        sheets[part] = _HEADS[part], [[_cell(value) for value in row_of(record).values()] for record in records]
    if network.hazards:
        sheets["hazards"] = hazard_rows.COLUMNS, map(hazard_rows.row_of_hazard, network.hazards)
    return write_sheets(sheets)


def _cell(value: Any) -> Any:
    """Return a value as the content of a cell, names joined."""
    return format_list(value) if isinstance(value, tuple) else value


# Reading


def read(location: str, raw: bytes) -> Network:
    """Return the network of a workbook."""
    problems: list[Problem] = []
    sheets = _sheets(location, raw, problems)
    meant = [name for name, cells in sheets.items() if name in _HEADS or (cells and not _is_notes(name))]
    if format_hint := foreign.of_workbook(meant, _HEADS):
        raise DataError(f"{location}: {format_hint}")
    for name, cells in sheets.items():
        first = [str(head) for head in cells[min(cells)].values()] if cells else []
        if name.strip().lower() == "edges" and (format_hint := foreign.of_edge_columns(first)):
            raise DataError(f"{location}, sheet {name}: {format_hint}")
    hint = "; put notes in a sheet called notes or README"
    for name in meant:
        if name not in _HEADS:
            problems.append(unknown_name("sheet of a network", name[:80], _HEADS, f"{location}: ", hint))
    problems += [f"{location}: sheet {part} is missing" for part in ("nodes", "edges") if part not in sheets]
    tables = {
        part: _table(f"{location}, sheet {part}", sheets[part], heads, problems)
        for part, heads in _HEADS.items()
        if part in sheets
    }
    name, year, regime = "", None, None
    marker = tables.pop("network", None)
    if marker is not None and len(marker) == 1:
        row = marker.rows[0]
        year = year_of_cell(row.get("year"), marker.locations[0], problems)
        regime = regime_of_cell(row.get("regime"), marker.locations[0], problems)
        name = row.get("name") or ""
        if not isinstance(name, str):
            problems.append(f"{marker.locations[0]}: name must be text (got {shown(name)})")
    elif marker is not None and len(marker) > 1:
        problems.append(
            f"{location}, sheet network: must have one row, the network's name and year (got {len(marker)})"
        )
    rows = tables.pop("hazards", RawTable())
    hazards, locations = hazard_rows.hazards_of_rows(rows, f"{location}, sheet hazards", problems)
    complete = {"nodes", "edges"} <= tables.keys()
    return build_network(
        dict(tables), name=name, year=year, regime=regime, hazards=hazards, hazard_locations=locations,
        problems=problems, complete=complete,
    )  # fmt: skip


Cells = dict[int, dict[int, Any]]


def _is_notes(name: str) -> bool:
    """Tell whether a sheet holds notes by its name: ``Notes``, ``README``, ``About this``."""
    return re.split(r"[^a-z]", name.strip().lower())[0] in foreign.NOTES


def _sheets(location: str, raw: bytes, problems: list[Problem]) -> dict[str, Cells]:
    """Return the cells that hold something, by sheet, row and column; formulas by the value they came to."""
    openpyxl = require_openpyxl()
    if format_hint := foreign.of_bytes(raw):
        raise DataError(f"{location}: {format_hint}")
    sheets: dict[str, Cells] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _refuse_unsafe(location, archive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
            for sheet in workbook.worksheets:
                if sheet.title in sheets:
                    problems.append(f"{location}: duplicate sheet {sheet.title!r}")
                sheets[sheet.title] = _cells(sheet, f"{location}, sheet {sheet.title}", problems)
    except CorridorError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken file makes it stumble over
        raise DataError(f"{location}: not a readable workbook ({type(error).__name__}: {shown(error)})") from None
    return sheets


def _refuse_unsafe(location: str, archive: zipfile.ZipFile) -> None:
    """Raise if the parts of a workbook are too large, duplicate, or declare a document type, that is entities."""
    parts = archive.infolist()
    if (size := sum(part.file_size for part in parts)) > MOST_BYTES:
        raise DataError(f"{location}: must unpack to at most {MOST_BYTES:,} bytes (got {size:,})")
    if twice := repeated(part.filename for part in parts):
        raise DataError(f"{location}: duplicate part {shown(twice[0])}; save the workbook again")

    def refuse(*_: object) -> None:
        raise DataError(
            f"{location}: document types are not supported; remove <!DOCTYPE from its part {shown(part.filename)}"
        )

    for part in parts:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = refuse
        with archive.open(part) as file:
            try:
                parser.ParseFile(file)
            except DataError:  # our own word, although a ValueError too
                raise
            except (expat.ExpatError, ValueError, LookupError):
                continue  # parts that are not XML, such as pictures, have no document type


def _cells(sheet: Any, location: str, problems: list[Problem]) -> Cells:
    """Return the cells of a sheet that hold something."""
    from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

    unworked: list[tuple[int, int]] = []

    class Parser(WorkSheetParser):  # type: ignore[misc]
        """Notes each formula that has no value; reading the file a second time would find the same."""

        def parse_cell(self, element: Any) -> dict[str, Any]:
            cell: dict[str, Any] = super().parse_cell(element)
            if cell["value"] is None and element.find(FORMULA_TAG) is not None:
                unworked.append((cell["row"], cell["column"]))
            return cell

    rows: dict[int, dict[int, Any]] = {}
    workbook = sheet.parent
    with sheet._get_source() as source:
        parser = Parser(
            source, sheet._shared_strings, data_only=True, epoch=workbook.epoch,
            date_formats=workbook._date_formats, timedelta_formats=workbook._timedelta_formats,
        )  # fmt: skip
        for _, cells in parser.parse():
            for cell in cells:
                if cell["value"] is not None:
                    row = rows.setdefault(cell["row"], {})
                    if cell["column"] in row:
                        problems.append(f"{location}, row {cell['row']}: duplicate cell in column {cell['column']}")
                    row[cell["column"]] = cell["value"]
    problems += [
        f"{location}, row {row}: column {column} holds a formula without a value; "
        "open and save the file in a spreadsheet program, or write the number"
        for row, column in unworked
    ]
    return {row: dict(sorted(rows[row].items())) for row in sorted(rows)}


def _table(location: str, sheet: Cells, heads: Sequence[str], problems: list[Problem]) -> RawTable:
    """Return the rows of a sheet whose first row names the columns."""
    table = RawTable()
    first = min(sheet, default=0)
    names = {column: str(head).strip() for column, head in sheet.get(first, {}).items()}
    if not names:
        problems.append(f"{location}: is empty; its first row must name the columns")
    problems += [placed(f"{location}, row {first}", problem) for problem in wrong_heads(list(names.values()), heads)]
    nameless: set[int] = set()
    for number, cells in sheet.items():
        if number != first:
            here = f"{location}, row {number}"
            headless = cells.keys() - names.keys() - nameless
            nameless |= headless
            problems += [f"{here}: a cell in column {column} has no heading; {INDEX}" for column in sorted(headless)]
            row = {head: _plain(cells.get(column)) for column, head in names.items() if head in heads}
            table.add(row, here)
    return table


def _plain(value: Any) -> Any:
    """Return a cell's value as it was meant: escaped characters back, numbers and text alike."""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), value)
    return value
