"""Tables in: raw rows become records, records a network, with every problem of every row told at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

from pydantic import ValidationError

from corridor.errors import DataError, Problem
from corridor.messages import listed, placed, problems_of, shown, unknown_name
from corridor.model import records as registry
from corridor.model.records import KIND_OF, Record, split
from corridor.model.validation import findings, references

if TYPE_CHECKING:
    import pandas as pd

    from corridor.model.network import Network
    from corridor.model.scenario import Hazard

R = TypeVar("R", bound=Record)
PARTS: dict[str, type[Record]] = {kind.plural: kind.record for kind in registry.PARTS}
KINDS: dict[str, type[Record]] = {kind.plural: kind.record for kind in registry.KINDS}
"""Every table that a network can be written to, by name; hazards stand apart, being scenarios."""
_NAMING = ("id", "tail", "head", "node", "edge", "commodity", "commodities", "corridor")


@dataclass
class Table:
    """Rows of one part as they were found in a file, and the place of each, as a message names it."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def add(self, row: dict[str, Any], place: str) -> None:
        """Add a row."""
        self.rows.append(row)
        self.places.append(place)

    def __len__(self) -> int:
        return len(self.rows)


def build(
    tables: dict[str, Any],
    *,
    name: str = "",
    year: int | None = None,
    hazards: Sequence[Hazard] = (),
    problems: Iterable[Problem] = (),
    whole: bool = True,
) -> Network:
    """Return the network of raw rows, or raise one `DataError` with every problem of every table.

    Parameters
    ----------
    tables : dict
        For each part of a network, `figures` and `sources` a DataFrame, a `Table` or a list of mappings.
    name, year, hazards
        What else the network has.
    problems : iterable of str or UnknownNameError
        What was found wrong before.
    whole : bool
        Whether all tables are there; if one could not be read, references to it are not looked at.
    """
    from corridor.model.network import Network

    found = list(problems)
    parts: dict[str, tuple[Any, ...]] = {}
    places: dict[int, str] = {}
    for part, kind in KINDS.items():
        rows, strange, readable = _rows(tables.get(part, ()), part, kind)
        found += strange
        whole = whole and readable
        parts[part] = _read(rows, part, kind, found, places)
    for part, names in (("commodities", _named_commodities(parts)), ("corridors", _named_corridors(parts))):
        if part not in tables or not len(tables[part]):
            parts[part] = tuple(PARTS[part].model_validate({"id": id}) for id in names)
    parts["ledger"] = parts.pop("figures")
    if not found:
        try:
            return Network(name=name, year=year, hazards=tuple(hazards), **parts)
        except DataError as error:
            if not places:
                raise
            original = error.problems
    else:
        original = ()
    draft = object.__new__(Network)
    for key, value in {**parts, "hazards": tuple(hazards), "name": name, "year": year}.items():
        object.__setattr__(draft, key, value)
    if whole:
        broken = references(draft) if found else findings(draft)
        found += [placed(places[id(record)], text) if id(record) in places else text for record, text in broken]
    raise DataError(found or original)


def _rows(table: Any, part: str, kind: type[Record]) -> tuple[Table, list[Problem], bool]:
    """Return the rows without their empty cells, a problem for each unknown column, and whether it is a table."""
    known = kind.model_fields
    if isinstance(table, Table):
        return Table([_cells(row, kind) for row in table.rows], table.places), [], True
    found: Iterable[dict[str, Any]]
    problems: list[Problem] = []
    if hasattr(table, "columns"):
        if any(table.index.names):
            table = table.reset_index()
        columns = [str(column) for column in table.columns]
        strange = [column for column in columns if column not in known]
        hint = f" (known: {', '.join(known)})"
        if "Unnamed: 0" in strange:
            hint += "; pandas wrote its index there: write with index=False, or read with index_col=0"
        problems += [unknown_name("column", column[:80], known, f"{part}: ", hint) for column in strange]
        if twice := repeated(columns):
            problems.append(f"{part}: a column stands twice ({listed(twice)})")
        cells = [table.iloc[:, at].tolist() for at, column in enumerate(columns) if column in known]
        names = [column for column in columns if column in known]
        found = (dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True))
    elif isinstance(table, list | tuple) and all(isinstance(row, dict) for row in table):
        found = table
    else:
        return Table(), [f"{part}: must be a DataFrame (got {type(table).__name__})"], False
    rows = [{key: value for key, value in row.items() if not _empty(value)} for row in found]
    return Table(rows), problems, True


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that stand more than once, in the order of their first."""
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
    found = {}
    for key, value in row.items():
        if key in _free_text(kind):
            needed = kind.model_fields[key].is_required()
            if value not in (None, "") or needed:
                found[key] = "" if value is None else value
        elif value is not None and not (isinstance(value, str) and not value.strip()):
            found[key] = value
    return found


@cache
def _free_text(kind: type[Record]) -> frozenset[str]:
    """Return the fields that hold any text, kept as it is."""
    return frozenset(n for n, f in kind.model_fields.items() if f.annotation is str and not f.metadata)


@cache
def numbers(kind: type[Record]) -> frozenset[str]:
    """Return the fields of a record that hold numbers."""
    return frozenset(n for n, f in kind.model_fields.items() if {float, int} & set(_leaves(f.annotation)))


def _leaves(annotation: Any) -> Iterator[Any]:
    """Yield the plain types in an annotation."""
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for other in inner:
        yield from _leaves(other)


def _read(table: Table, part: str, kind: type[R], problems: list[Problem], places: dict[int, str]) -> tuple[R, ...]:
    """Return the records of some rows; a row that breaks a rule goes to `problems` and leaves a stand-in.

    Notes
    -----
    A stand-in bears what names of the row can be read, so that references to and from it are looked at all the same.
    A field that every row lacks, as where a column is misspelt, is told once.
    """
    records: list[R] = []
    wants_number = numbers(kind)
    needed = [name for name, found in kind.model_fields.items() if found.is_required()]
    lacking = {f"{name} is missing" for name in needed if len(table) > 1 and not any(name in r for r in table.rows)}
    for number, row in enumerate(table.rows):
        told: list[tuple[str, Problem]] = [
            (key, f"{key} must be a number (got {bool(value)})")
            for key, value in row.items()
            if key in wants_number and type(value).__name__ in ("bool", "bool_")
        ]
        try:
            record: R = kind.model_validate(row)
        except ValidationError as error:
            told += problems_of(error, kind.model_fields)
        if told:
            label = _label(part, row)
            clauses = dict.fromkeys(text for _, text in told if not (number and text in lacking))
            texts = [placed(label, f"{text} here and in all other rows" if text in lacking else text)
                     for text in clauses]  # fmt: skip
            problems += [_placed(text, table, part, number) for text in texts]
            record = _stand_in(kind, row, {field for field, _ in told})
        if table.places:
            places[id(record)] = table.places[number]
        records.append(record)
    return tuple(records)


def _placed(text: Problem, table: Table, part: str, number: int) -> Problem:
    """Return a problem with the place of its row; in a DataFrame rows are counted from 0."""
    if table.places:
        return placed(table.places[number], text)
    row = f" [{part}, row {number}]"
    return text + row if isinstance(text, str) else text.within("", row)


def _stand_in(kind: type[R], row: dict[str, Any], bad: set[str]) -> R:
    """Return a record without rules that has the names of a row, None where one cannot be read."""
    fields: dict[str, Any] = {name: None for name, found in kind.model_fields.items() if found.is_required()}
    for name in _NAMING:
        if name in kind.model_fields and name in row and name not in bad:
            value = split(row[name]) if name == "commodities" else row[name]
            fields[name] = value.strip() if isinstance(value, str) else tuple(map(str.strip, value))
    return cast("R", kind.model_construct(**fields))


def _label(part: str, row: dict[str, Any]) -> str:
    """Return how a message calls the thing in a row."""
    kind = KIND_OF[part]
    names = [row[field] for field in kind.key if field in row]
    key = "/".join(map(str, names)) if len(kind.key) > 1 else next(iter(names), None)
    return f"{kind.singular} {shown(key)}" if key else kind.singular


def _named_commodities(parts: dict[str, tuple[Any, ...]]) -> list[str]:
    named = {r.commodity for part in ("supplies", "markets", "quotas") for r in parts[part]}
    return sorted((named | {c for edge in parts["edges"] for c in edge.commodities or ()}) - {None, ""})


def _named_corridors(parts: dict[str, tuple[Any, ...]]) -> list[str]:
    return sorted({edge.corridor for edge in parts["edges"]} - {None, ""})


def frame_of(kind: type[Record], records: Sequence[Record], index: list[str]) -> pd.DataFrame:
    """Return records as a table with one column a field, indexed by what identifies them."""
    import pandas as pd

    columns = {field: [getattr(record, field) for record in records] for field in kind.model_fields}
    return pd.DataFrame(columns).set_index(index)
