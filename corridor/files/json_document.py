"""Networks as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from corridor.errors import DataError, Problem
from corridor.files import foreign
from corridor.files.bytes import decoded
from corridor.files.rows import head_of, regime_of_cell, tables_of, year_of_cell
from corridor.files.scenario_fields import FieldPath, hazards_from, to_fields
from corridor.messages import shown, unknown_name
from corridor.model.frames import KINDS, RawTable, repeated
from corridor.model.network import Network, build_network
from corridor.model.record_base import Record

FORMAT = "corridor network 1"
KEYS = ("$schema", "format", "name", "year", "regime", *KINDS, "hazards")
_MOST_DEPTH = 20
Location = Callable[[FieldPath], str]


def network_of(location: str, data: Any, problems: list[Problem]) -> Network:
    """Return the network of a JSON file's data."""
    if not isinstance(data, dict):
        raise DataError([*problems, f"{location}: $: must be an object with nodes, edges, ... (got {shown(data)})"])
    if format_hint := foreign.of_json(data, KEYS):
        raise DataError(f"{location}: {format_hint}")
    for part in ("nodes", "edges"):
        if part not in data:
            problems.append(f"{location}: $: {part} is missing")
    return assembled(data, lambda path: json_location(location, path), problems)


def write(network: Network) -> bytes:
    """Return a network as JSON, one record a line."""
    return dump(_document(network, tables_of(network))).encode("utf-8")


def assembled(
    data: dict[Any, Any],
    location: Location,
    problems: list[Problem],
    given: Mapping[str, Any] | None = None,
    extra: tuple[str, ...] = (),
) -> Network:
    """Return the network of an object's keys, some tables given from elsewhere."""
    for key in data:
        if key not in KEYS and key not in extra:
            problems.append(unknown_name("key", str(key)[:80], KEYS, f"{location((key,))}: "))
        elif given is not None and key in given:
            problems.append(f"{location((key,))}: not allowed here; features hold the {key}")
    if data.get("format", FORMAT) != FORMAT:
        problems.append(f"{location(('format',))}: format must be {FORMAT!r} (got {shown(data['format'])})")
    tables: dict[str, Any] = dict(given or {})
    complete = True
    for part in KINDS:
        if part in data and part not in tables:
            tables[part] = RawTable()
            complete = _fill(tables[part], data[part], part, location, problems) and complete
    name = data.get("name", "")
    if not isinstance(name, str):
        problems.append(f"{location(('name',))}: name must be text (got {shown(name)})")
    year = year_of_cell(data.get("year"), location(("year",)), problems)
    regime = regime_of_cell(data.get("regime"), location(("regime",)), problems)
    hazards, locations = hazards_from(data.get("hazards", []), lambda path: location(("hazards", *path)), problems)
    return build_network(
        tables, name=name, year=year, regime=regime, hazards=hazards, hazard_locations=locations, problems=problems,
        complete=complete,
    )  # fmt: skip


def _fill(table: RawTable, rows: Any, part: str, location: Location, problems: list[Problem]) -> bool:
    """Fill a table with the rows of a list; tell whether it is one."""
    if not isinstance(rows, list):
        problems.append(f"{location((part,))}: must be a list of objects (got {shown(rows)})")
        return False
    sound = True
    for index, row in enumerate(rows):
        if isinstance(row, dict):
            table.add(row, location((part, index)))
        else:
            problems.append(f"{location((part, index))}: must be an object with fields (got {shown(row)})")
            sound = False
    return sound


def json_location(location: str, path: FieldPath) -> str:
    """Return a location in a JSON file as a path: ``net.json: $.edges[3]``."""
    return f"{location}: ${path_of(path)}"


def path_of(path: FieldPath) -> str:
    """Return a path within JSON: ``.edges[3]``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{str(part)[:80]}" for part in path)


def _document(network: Network, tables: dict[str, tuple[Record, ...]]) -> dict[str, Any]:
    """Return what a JSON file holds of a network: head, some tables, hazards."""
    head = {"format": FORMAT, **head_of(network)}
    rows = {part: [record.model_dump(mode="json") for record in records] for part, records in tables.items()}
    hazards = [to_fields(hazard) for hazard in network.hazards]
    return {**head, **rows, **({"hazards": hazards} if hazards else {})}


def document_beside(network: Network, *apart: str) -> dict[str, Any]:
    """Return what a JSON file holds of a network, without the tables that are written elsewhere."""
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
    """A JSON object that remembers its duplicate keys."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice = repeated(key for key, _ in pairs) if len(self) < len(pairs) else []


class _Token(float):
    """NaN or Infinity, which JSON does not allow."""


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)


def parsed(location: str, raw: bytes, problems: list[Problem]) -> Any:
    """Return the data of a JSON file; problems are added to `problems`, invalid JSON is refused."""
    text = decoded(location, raw)
    try:
        return plain(text, lambda path: json_location(location, path), problems)
    except json.JSONDecodeError as error:
        raise DataError(f"{location}:{error.lineno}:{error.colno}: invalid JSON: {error.msg}") from None


def plain(text: str, location: Location, problems: list[Problem]) -> Any:
    """Return the data of JSON text; duplicate keys, NaN and Infinity are added to `problems`.

    Raises
    ------
    json.JSONDecodeError
        If it is invalid.
    DataError
        If it is nested too deep.
    """
    try:
        data = json.loads(text, object_pairs_hook=_Object, parse_constant=_Token, parse_int=_number)
    except RecursionError:
        raise DataError(f"{location(())}: is nested too deep") from None
    queue: list[tuple[FieldPath, Any]] = [((), data)]
    while queue:
        path, value = queue.pop()
        if len(path) > _MOST_DEPTH:
            raise DataError(f"{location(path[:4])}: is nested too deep")
        if isinstance(value, _Token):
            number = str(float(value)).replace("inf", "Infinity").replace("nan", "NaN")
            problems.append(f"{location(path)}: {number} is not allowed in JSON; null means no limit")
        elif isinstance(value, _Object):
            problems += [f"{location(path)}: duplicate key {key[:80]!r}" for key in value.twice]
            queue += [((*path, key), item) for key, item in reversed(value.items())]
        elif isinstance(value, list):
            queue += [((*path, index), value[index]) for index in reversed(range(len(value)))]
    return data


def _below(location: Location, name: str, path: FieldPath) -> str:
    return location((name, *path))


def of_attributes(attributes: Mapping[str, Any], location: Location, problems: list[Problem]) -> dict[str, Any]:
    """Return the keys of a network that a graph's attributes hold as text: JSON, but for names and the year."""
    data = dict(attributes)
    for name, text in attributes.items():
        if isinstance(text, str) and name not in ("name", "year", "regime", "format"):
            try:
                data[name] = plain(text, partial(_below, location, name), problems)
            except json.JSONDecodeError as error:
                problems.append(f"{location((name,))} must be JSON: {error.msg} (got {shown(text)})")
                data[name] = []
    return data
