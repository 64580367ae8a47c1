"""Networks as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from corridor.errors import DataError, Problem, UnknownNameError, shown
from corridor.files import foreign
from corridor.files.rows import tables_of, whole_number
from corridor.files.scenario_yaml import Loc, decoded, mapping_of, read_hazards_of
from corridor.model.frames import KINDS, RawTable, repeated
from corridor.model.network import Network, build_network
from corridor.model.records import Record

FORMAT = "corridor network 1"
KEYS = ("$schema", "format", "name", "year", *KINDS, "hazards")
_MOST_DEPTH = 20
Place = Callable[[Loc], str]


def network_of(place: str, data: Any, problems: list[Problem]) -> Network:
    """Return the network of a JSON file's data."""
    if not isinstance(data, dict):
        raise DataError([*problems, f"{place}: $: must be an object with nodes, edges, ... (got {shown(data)})"])
    if found := foreign.of_json(data, KEYS):
        raise DataError(f"{place}: {found}")
    for part in ("nodes", "edges"):
        if part not in data:
            problems.append(f"{place}: $: {part} is missing")
    return assembled(data, lambda loc: path_at(place, loc), problems)


def write(network: Network) -> bytes:
    """Return a network as JSON, one record a line."""
    return dump(_document(network, tables_of(network))).encode("utf-8")


def assembled(
    data: dict[Any, Any],
    place: Place,
    problems: list[Problem],
    given: Mapping[str, Any] | None = None,
    extra: tuple[str, ...] = (),
) -> Network:
    """Return the network of an object's keys, some tables given from elsewhere."""
    for key in data:
        if key not in KEYS and key not in extra:
            problems.append(UnknownNameError("key", str(key)[:80], KEYS, f"{place((key,))}: "))
        elif given is not None and key in given:
            problems.append(f"{place((key,))}: must not stand here; features hold the {key}")
    if data.get("format", FORMAT) != FORMAT:
        problems.append(f"{place(('format',))}: format must be {FORMAT!r} (got {shown(data['format'])})")
    tables: dict[str, Any] = dict(given or {})
    complete = True
    for part in KINDS:
        if part in data and part not in tables:
            tables[part] = RawTable()
            complete = _fill(tables[part], data[part], part, place, problems) and complete
    name = data.get("name", "")
    if not isinstance(name, str):
        problems.append(f"{place(('name',))}: name must be text (got {shown(name)})")
    year = whole_number(data.get("year"), place(("year",)), problems)
    hazards, strange = read_hazards_of(data.get("hazards", []), lambda loc: place(("hazards", *loc)))
    problems += strange
    return build_network(tables, name=name, year=year, hazards=hazards, problems=problems, complete=complete)


def _fill(table: RawTable, rows: Any, part: str, place: Place, problems: list[Problem]) -> bool:
    """Fill a table with the rows of a list; tell whether it is one."""
    if not isinstance(rows, list):
        problems.append(f"{place((part,))}: must be a list of objects (got {shown(rows)})")
        return False
    sound = True
    for at, row in enumerate(rows):
        if isinstance(row, dict):
            table.add(row, place((part, at)))
        else:
            problems.append(f"{place((part, at))}: must be an object with fields (got {shown(row)})")
            sound = False
    return sound


def path_at(place: str, loc: Loc) -> str:
    """Return a place in a JSON file as a path: ``net.json: $.edges[3]``."""
    return f"{place}: ${path_of(loc)}"


def path_of(loc: Loc) -> str:
    """Return a path within JSON: ``.edges[3]``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{str(part)[:80]}" for part in loc)


def _document(network: Network, tables: dict[str, tuple[Record, ...]]) -> dict[str, Any]:
    """Return what a JSON file holds of a network: head, some tables, hazards."""
    head: dict[str, Any] = {"format": FORMAT, "name": network.name, "year": network.year}
    rows = {part: [record.model_dump(mode="json") for record in records] for part, records in tables.items()}
    hazards = [mapping_of(hazard) for hazard in network.hazards]
    return {**head, **rows, **({"hazards": hazards} if hazards else {})}


def document_beside(network: Network, *apart: str) -> dict[str, Any]:
    """Return what a JSON file holds of a network, without the tables that stand elsewhere."""
    return _document(network, {part: records for part, records in tables_of(network).items() if part not in apart})


def dump(document: dict[str, Any]) -> str:
    """Return JSON with one item of a list a line."""
    lines = []
    for key, value in document.items():
        text = _line(value)
        if isinstance(value, list) and value:
            text = "[\n    " + ",\n    ".join(map(_line, value)) + "\n  ]"
        lines.append(f"  {_line(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


# Parsing


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys stood twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice = repeated(key for key, _ in pairs) if len(self) < len(pairs) else []


class _Token(float):
    """NaN or Infinity, which are no JSON."""


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)


def parsed(place: str, raw: bytes, problems: list[Problem]) -> Any:
    """Return the data of a JSON file; what is wrong with it goes to `problems`, what is no JSON is refused."""
    text = decoded(place, raw)
    try:
        return plain(text, lambda loc: path_at(place, loc), problems)
    except json.JSONDecodeError as error:
        raise DataError(f"{place}:{error.lineno}:{error.colno}: is no JSON: {error.msg}") from None


def plain(text: str, place: Place, problems: list[Problem]) -> Any:
    """Return the data of JSON wherever it stands; keys that stand twice and numbers that are none go to `problems`.

    Raises
    ------
    json.JSONDecodeError
        If it is no JSON.
    DataError
        If it is nested too deep.
    """
    try:
        data = json.loads(text, object_pairs_hook=_Object, parse_constant=_Token, parse_int=_number)
    except RecursionError:
        raise DataError(f"{place(())}: is nested too deep") from None
    queue: list[tuple[Loc, Any]] = [((), data)]
    while queue:
        loc, value = queue.pop()
        if len(loc) > _MOST_DEPTH:
            raise DataError(f"{place(loc[:4])}: is nested too deep")
        if isinstance(value, _Token):
            told = str(float(value)).replace("inf", "Infinity").replace("nan", "NaN")
            problems.append(f"{place(loc)}: {told} is no JSON; null stands for no limit")
        elif isinstance(value, _Object):
            problems += [f"{place(loc)}: key {key[:80]!r} stands twice" for key in value.twice]
            queue += [((*loc, key), item) for key, item in reversed(value.items())]
        elif isinstance(value, list):
            queue += [((*loc, at), value[at]) for at in reversed(range(len(value)))]
    return data


def _below(place: Place, name: str, loc: Loc) -> str:
    return place((name, *loc))


def of_attributes(found: Mapping[str, Any], place: Place, problems: list[Problem]) -> dict[str, Any]:
    """Return the keys of a network that a graph's attributes hold as text, which is JSON but for name, year, format."""
    data = dict(found)
    for name, text in found.items():
        if isinstance(text, str) and name not in ("name", "year", "format"):
            try:
                data[name] = plain(text, partial(_below, place, name), problems)
            except json.JSONDecodeError as error:
                problems.append(f"{place((name,))} must be JSON: {error.msg} (got {shown(text)})")
                data[name] = []
    return data
