"""Tables in: raw rows become records, and every problem of every row is reported at once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import ValidationError

from corridor.errors import DataError, Problem
from corridor.messages import listed, placed, plain_types, problems_of, shown, unknown_name
from corridor.model import records as registry
from corridor.model.figures import figure_rows
from corridor.model.parts import NetworkParts
from corridor.model.record_base import Record, is_truth_value, parse_list
from corridor.model.records import KIND_OF, Source
from corridor.model.validation import Finding, findings, references

if TYPE_CHECKING:
    import pandas as pd

R = TypeVar("R", bound=Record)
PARTS: dict[str, type[Record]] = {kind.plural: kind.record for kind in registry.PARTS}
KINDS: dict[str, type[Record]] = {kind.plural: kind.record for kind in registry.KINDS}
"""Every table that a network can be written to, by name; hazards are apart, being scenarios."""
_NAMING = ("id", "tail", "head", "node", "edge", "commodity", "commodities", "corridor", "fleet")


@dataclass
class RawTable:
    """Rows of one part as a file has them, and the location of each, as a message names it."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    locations: list[str] = field(default_factory=list)
    derived: list[dict[str, Any]] = field(default_factory=list)
    """Cells of a DataFrame that follow from others, row by row; none where it has no such column."""

    def add(self, row: dict[str, Any], location: str) -> None:
        """Add a row."""
        self.rows.append(row)
        self.locations.append(location)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass
class TableRecords:
    """The records of some tables, and where in a file each of them was found."""

    arguments: dict[str, Any]
    """Parts of a network, as its class takes them."""
    locations: dict[int, str]

    def located(self, rows: Iterable[Finding]) -> list[Problem]:
        """Return findings about the records as sentences with their locations."""
        return [
            placed(self.locations[id(record)], text) if id(record) in self.locations else text for record, text in rows
        ]

    def error(self, error: DataError) -> DataError:
        """Return the error of a network that breaks a rule with the locations of its records, where they are known."""
        if not self.locations:
            return error
        return DataError(self.located(findings(NetworkParts(**self.arguments))) or error.problems)


def build_records(
    tables: dict[str, Any],
    *,
    name: str = "",
    year: int | None = None,
    regime: str | None = None,
    hazards: Sequence[Record] = (),
    hazard_locations: Sequence[str] = (),
    problems: Iterable[Problem] = (),
    complete: bool = True,
) -> TableRecords:
    """Return the records of raw rows, or raise one `DataError` with every problem of every table.

    Parameters
    ----------
    tables : dict
        For each part of a network, `figures` and `sources` a DataFrame, a `RawTable` or a list of mappings.
    name, year, regime, hazards
        What else the network has.
    hazard_locations : sequence of str
        Where each of the hazards was found.
    problems : iterable of str or UnknownNameError
        Problems found before.
    complete : bool
        Whether all tables are there; if one could not be read, references to it are not looked at.
    """
    problems = list(problems)
    parts: dict[str, tuple[Any, ...]] = {}
    locations = {id(hazard): location for hazard, location in zip(hazards, hazard_locations, strict=False)}
    raw: dict[str, RawTable] = {}
    for part, kind in KINDS.items():
        raw[part], invalid, readable = _rows(tables.get(part, ()), part, kind)
        problems += invalid
        complete = complete and readable
        parts[part] = _read(raw[part], part, kind, problems, locations)
    for part, names in (("commodities", _named_commodities(parts)), ("corridors", _named_corridors(parts))):
        if part not in tables or not len(tables[part]):
            parts[part] = tuple(PARTS[part].model_validate({"id": id}) for id in names)
    held = {KIND_OF[part].attribute: records for part, records in parts.items()}
    records = TableRecords({"name": name, "year": year, "regime": regime, "hazards": tuple(hazards), **held}, locations)
    if not problems:
        problems += _wrong_derived(raw, parts, parts["sources"])
    if not problems:
        return records
    if complete:
        problems += records.located(references(NetworkParts(**records.arguments)))
    raise DataError(problems)


def read_parts(tables: Mapping[str, Any], network: NetworkParts) -> dict[str, tuple[Any, ...]]:
    """Return the records of tables that are to replace those of a network, by attribute, or raise all problems at once.

    Notes
    -----
    A cell that follows from others may be left as the network's own table had it.
    """
    problems: list[Problem] = []
    raw: dict[str, RawTable] = {}
    parts: dict[str, tuple[Any, ...]] = {}
    for part, table in tables.items():
        raw[part], invalid, _ = _rows(table, part, KINDS[part])
        problems += invalid
        parts[part] = _read(raw[part], part, KINDS[part], problems, {})
    if not problems:
        problems += _wrong_derived(raw, parts, parts.get("sources", network.sources), network)
    if problems:
        raise DataError(problems)
    return {KIND_OF[part].attribute: records for part, records in parts.items()}


def _rows(table: Any, part: str, kind: type[Record]) -> tuple[RawTable, list[Problem], bool]:
    """Return the rows without their empty cells, a problem for each unknown column, and whether it is a table."""
    if isinstance(table, RawTable):
        return RawTable([_cells(row, kind) for row in table.rows], table.locations), [], True
    kept = [name for name in _free_text(kind) if kind.model_fields[name].is_required()]
    raw, problems, readable = raw_table(table, part, (*kind.model_fields, *DERIVED.get(part, ())), kept)
    derived = DERIVED.get(part, {})
    if any(row.keys() & derived.keys() for row in raw.rows):
        raw.derived = [{key: value for key, value in row.items() if key in derived} for row in raw.rows]
        raw.rows = [{key: value for key, value in row.items() if key not in derived} for row in raw.rows]
    return raw, problems, readable


def raw_table(
    table: Any, part: str, known: Sequence[str], free_text: Collection[str] = ()
) -> tuple[RawTable, list[Problem], bool]:
    """Return the rows of a DataFrame or of a list of mappings without their empty cells.

    Parameters
    ----------
    table : DataFrame or sequence of dict
        A named index counts as a column.
    part : str
        Name of the table.
    known : sequence of str
        Columns that it may have.
    free_text : collection of str
        Columns whose blank texts are no empty cells.

    Returns
    -------
    tuple
        Rows, a problem for each unknown or duplicate column, and whether it is a table at all.
    """
    rows: Iterable[dict[str, Any]]
    problems: list[Problem] = []
    if hasattr(table, "columns"):
        if any(table.index.names):
            table = table.reset_index()
        columns = [str(column) for column in table.columns]
        unexpected = [column for column in columns if column not in known]
        hint = ""
        if "Unnamed: 0" in unexpected:
            hint = "; pandas wrote its index there: write with index=False, or read with index_col=0"
        problems += [unknown_name("column", column[:80], known, f"{part}: ", hint) for column in unexpected]
        if twice := repeated(columns):
            problems.append(f"{part}: duplicate column ({listed(twice)})")
        cells = [table.iloc[:, position].tolist() for position, column in enumerate(columns) if column in known]
        names = [column for column in columns if column in known]
        rows = (dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True))
    elif isinstance(table, list | tuple) and all(isinstance(row, dict) for row in table):
        rows = table
    else:
        return RawTable(), [f"{part}: must be a DataFrame (got {type(table).__name__})"], False
    filled = [
        {key: cell for key, cell in row.items() if not _empty(cell) or (key in free_text and isinstance(cell, str))}
        for row in rows
    ]
    return RawTable(filled), problems, True


def _available(record: Any, _: Sequence[Source]) -> dict[str, Any]:
    """Return what is left of a limit."""
    return {"available_mtpa": record.available_mtpa}


def _left_of_fleet(record: Any, _: Sequence[Source]) -> dict[str, Any]:
    """Return what is left of a fleet."""
    return {"available_mt_days": record.available_mt_days}


def _spelt_out(record: Any, sources: Sequence[Source]) -> dict[str, Any]:
    """Return years and sources of a figure as `figures` shows them."""
    return figure_rows([record], sources)[0]


DERIVED: dict[str, dict[str, str]] = {
    "nodes": {"available_mtpa": "throughput_mtpa and remaining"},
    "edges": {"available_mtpa": "capacity_mtpa, remaining and in_service"},
    "fleets": {"available_mt_days": "capacity_mt_days and remaining"},
    "figures": {"year": "since and until", **dict.fromkeys(("source", "publisher", "date", "url"), "sources")},
}
"""Columns of a network's own tables that are no fields, by table, with what each follows from."""
_FOLLOWING: dict[str, Callable[[Any, Sequence[Source]], dict[str, Any]]] = {
    "nodes": _available, "edges": _available, "fleets": _left_of_fleet, "figures": _spelt_out,
}  # fmt: skip


def _wrong_derived(
    raw: Mapping[str, RawTable],
    parts: Mapping[str, Sequence[Any]],
    sources: Sequence[Source],
    before: NetworkParts | None = None,
) -> Iterator[Problem]:
    """Yield a sentence for each cell that is not what it follows from others to be, nor what it was before."""
    for part, table in raw.items():
        for number, (given, record) in enumerate(zip(table.derived, parts[part], strict=False)):
            follows = _FOLLOWING[part](record, sources)
            old = None if before is None or part == "figures" else before.by_key(KIND_OF[part].singular)
            was = {} if old is None or record.id not in old else _FOLLOWING[part](old[record.id], sources)
            for column, value in given.items():
                if not (_same(value, follows[column]) or (column in was and _same(value, was[column]))):
                    key = KIND_OF[part].key_of(record)
                    name = f"{KIND_OF[part].singular} {'.'.join(map(str, key)) if isinstance(key, tuple) else key!r}"
                    yield (
                        f"{name}: {column} follows from {DERIVED[part][column]} and must be {shown(follows[column])} "
                        f"(got {shown(value)}); correct it, or leave the column out [{part}, row {number}]"
                    )


def _same(value: Any, other: Any) -> bool:
    """Tell whether a cell holds a value, numbers but for rounding."""
    if isinstance(value, Real) and isinstance(other, Real) and not isinstance(value, bool):
        return math.isclose(value, other, rel_tol=1e-9, abs_tol=1e-12)
    return str(value) == str(other)


def repeated(names: Iterable[str]) -> list[str]:
    """Return the duplicate names, in the order of their first."""
    return [name for name, count in Counter(names).items() if count > 1]


def _empty(value: Any) -> bool:
    """Tell whether a cell is empty: None, NaN, NA, NaT or blank text."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    return type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, Real) and bool(value != value))


def _cells(row: dict[str, Any], kind: type[Record]) -> dict[str, Any]:
    """Return the cells of a file's row that are not empty; where a field holds any text, blanks are kept."""
    cells = {}
    for key, value in row.items():
        if key in _free_text(kind):
            needed = kind.model_fields[key].is_required()
            if value not in (None, "") or needed:
                cells[key] = "" if value is None else value
        elif value is not None and not (isinstance(value, str) and not value.strip()):
            cells[key] = value
    return cells


@cache
def _free_text(kind: type[Record]) -> frozenset[str]:
    """Return the fields that hold any text, kept as it is."""
    return frozenset(n for n, f in kind.model_fields.items() if f.annotation is str and not f.metadata)


@cache
def numbers(kind: type[Record]) -> frozenset[str]:
    """Return the fields of a record that hold numbers."""
    return frozenset(n for n, f in kind.model_fields.items() if {float, int} & set(plain_types(f.annotation)))


def _read(
    table: RawTable, part: str, kind: type[R], problems: list[Problem], locations: dict[int, str]
) -> tuple[R, ...]:
    """Return the records of some rows; a row that breaks a rule goes to `problems` and leaves a stand-in.

    Notes
    -----
    A stand-in has the names of the row that can be read, so that references to and from it are looked at all the same.
    A field that every row lacks, as where a column is misspelt, is reported once.
    """
    records: list[R] = []
    wants_number = numbers(kind)
    needed = [name for name, field in kind.model_fields.items() if field.is_required()]
    lacking = {f"{name} is missing" for name in needed if len(table) > 1 and not any(name in r for r in table.rows)}
    for number, row in enumerate(table.rows):
        broken: list[tuple[str, Problem]] = [
            (key, f"{key} must be a number (got {bool(value)})")
            for key, value in row.items()
            if key in wants_number and is_truth_value(value)
        ]
        try:
            record: R = kind.model_validate(row)
        except ValidationError as error:
            broken += problems_of(error, kind.model_fields)
        if broken:
            label = _label(part, row)
            clauses = dict.fromkeys(text for _, text in broken if not (number and text in lacking))
            texts = [placed(label, f"{text} here and in all other rows" if text in lacking else text)
                     for text in clauses]  # fmt: skip
            problems += [_located(text, table, part, number) for text in texts]
            record = _stand_in(kind, row, {field for field, _ in broken})
        if table.locations:
            locations[id(record)] = table.locations[number]
        records.append(record)
    return tuple(records)


def _located(text: Problem, table: RawTable, part: str, number: int) -> Problem:
    """Return a problem with the location of its row; in a DataFrame rows are counted from 0."""
    if table.locations:
        return placed(table.locations[number], text)
    row = f" [{part}, row {number}]"
    return text + row if isinstance(text, str) else text.within("", row)


def _stand_in(kind: type[R], row: dict[str, Any], bad: set[str]) -> R:
    """Return a record without rules that has the names of a row, None where one cannot be read."""
    fields: dict[str, Any] = {name: None for name, field in kind.model_fields.items() if field.is_required()}
    for name in _NAMING:
        if name in kind.model_fields and name in row and name not in bad:
            value = parse_list(row[name]) if name == "commodities" else row[name]
            fields[name] = value.strip() if isinstance(value, str) else tuple(map(str.strip, value))
    return cast("R", kind.model_construct(**fields))


def _label(part: str, row: dict[str, Any]) -> str:
    """Return how a message calls the record in a row."""
    kind = KIND_OF[part]
    names = [row[field] for field in kind.key if field in row]
    key = "/".join(map(str, names)) if len(kind.key) > 1 else next(iter(names), None)
    return f"{kind.singular} {shown(key)}" if key else kind.singular


def _named_commodities(parts: dict[str, tuple[Any, ...]]) -> list[str]:
    named = {r.commodity for part in ("supplies", "markets", "quotas", "rates", "trunks") for r in parts[part]}
    return sorted((named | {c for edge in parts["edges"] for c in edge.commodities or ()}) - {None, ""})


def _named_corridors(parts: dict[str, tuple[Any, ...]]) -> list[str]:
    return sorted({record.corridor for part in ("edges", "trunks") for record in parts[part]} - {None, ""})


def frame_of(kind: type[Record], records: Sequence[Record], index: list[str]) -> pd.DataFrame:
    """Return records as a table with one column a field, indexed by what identifies them."""
    import pandas as pd

    columns = {field: [getattr(record, field) for record in records] for field in kind.model_fields}
    return pd.DataFrame(columns).set_index(index)
