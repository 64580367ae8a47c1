"""Networks as JSON and as GeoJSON (RFC 7946)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from corridor.errors import DataError, Problem, UnknownNameError, shown
from corridor.files import foreign
from corridor.files.network import tables_of, whole_number
from corridor.files.scenario_yaml import Loc, decoded, mapping_of, read_hazards_of
from corridor.model.frames import KINDS, Table, build, repeated
from corridor.model.network import Network
from corridor.model.records import Node, Record

FORMAT = "corridor network 1"
KEYS = ("$schema", "format", "name", "year", *KINDS, "hazards")
_MOST_DEPTH = 20
Place = Callable[[Loc], str]


def read(place: str, raw: bytes) -> Network:
    """Return the network of a JSON file; one that is a FeatureCollection is read as GeoJSON."""
    problems: list[Problem] = []
    data = parsed(place, raw, problems)
    if not isinstance(data, dict):
        raise DataError([*problems, f"{place}: $: must be an object with nodes, edges, ... (got {shown(data)})"])
    if data.get("type") == "FeatureCollection":
        return _of_features(place, data, problems)
    if found := foreign.of_json(data, KEYS):
        raise DataError(f"{place}: {found}")
    for part in ("nodes", "edges"):
        if part not in data:
            problems.append(f"{place}: $: {part} is missing")
    return assembled(data, lambda loc: _at(place, loc), problems)


def write(network: Network) -> bytes:
    """Return a network as JSON, one record a line."""
    return _dump(_document(network, tables_of(network))).encode("utf-8")


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
    whole = True
    for part in KINDS:
        if part in data and part not in tables:
            tables[part] = Table()
            whole = _fill(tables[part], data[part], part, place, problems) and whole
    name = data.get("name", "")
    if not isinstance(name, str):
        problems.append(f"{place(('name',))}: name must be text (got {shown(name)})")
    year = whole_number(data.get("year"), place(("year",)), problems)
    hazards, strange = read_hazards_of(data.get("hazards", []), lambda loc: place(("hazards", *loc)))
    problems += strange
    return build(tables, name=name, year=year, hazards=hazards, problems=problems, whole=whole)


def _fill(table: Table, rows: Any, part: str, place: Place, problems: list[Problem]) -> bool:
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


def _at(place: str, loc: Loc) -> str:
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


def _dump(document: dict[str, Any]) -> str:
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
        return plain(text, lambda loc: _at(place, loc), problems)
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


# GeoJSON


def write_geojson(network: Network) -> bytes:
    """Return a network as a FeatureCollection: nodes as points, edges as lines, the rest as a foreign member."""
    features = [_feature(node, _point(node), apart=("lat", "lon")) for node in network.nodes]
    features += [
        _feature(edge, _line_between(network.node(edge.tail), network.node(edge.head))) for edge in network.edges
    ]
    rest = document_beside(network, "nodes", "edges")
    return _dump({"type": "FeatureCollection", "corridor": rest, "features": features}).encode("utf-8")


def _feature(record: Record, geometry: dict[str, Any] | None, apart: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a record as a feature; a position that the geometry holds is not said twice."""
    fields = record.model_dump(mode="json", exclude=set(apart) if geometry else None)
    return {"type": "Feature", "geometry": geometry, "properties": {"record": type(record).__name__.lower(), **fields}}


def _position(node: Node) -> list[float] | None:
    return None if node.lat is None or node.lon is None else [node.lon, node.lat]


def _point(node: Node) -> dict[str, Any] | None:
    position = _position(node)
    return None if position is None else {"type": "Point", "coordinates": position}


def _line_between(tail: Node, head: Node) -> dict[str, Any] | None:
    """Return the line from node to node; one that crosses the antimeridian is cut there, as RFC 7946 asks."""
    start, end = _position(tail), _position(head)
    if start is None or end is None:
        return None
    if abs(start[0] - end[0]) <= 180:
        return {"type": "LineString", "coordinates": [start, end]}
    side = 180.0 if start[0] > 0 else -180.0
    across = 360 - abs(start[0] - end[0])
    lat = start[1] if across == 0 else start[1] + (end[1] - start[1]) * (180 - abs(start[0])) / across
    return {"type": "MultiLineString", "coordinates": [[start, [side, lat]], [[-side, lat], end]]}


def _of_features(place: str, data: dict[str, Any], problems: list[Problem]) -> Network:
    """Return the network of a FeatureCollection; lines of edges are drawn from their nodes and not read."""
    for key in data:
        if key not in (known := ("type", "features", "corridor", "bbox", "name", "crs")):
            problems.append(UnknownNameError("member", key[:80], known, f"{_at(place, (key,))}: "))
    if elsewhere := _foreign_crs(data, _at(place, ("crs",))):
        raise DataError([*problems, *elsewhere])
    nodes, edges = Table(), Table()
    features = data.get("features")
    if "corridor" not in data and isinstance(features, list) and features and not any(map(_record_of, features)):
        raise DataError(f"{place}: {foreign.DRAWN}")
    for at, feature in enumerate(features if isinstance(features, list) else ()):
        _read_feature(feature, _at(place, ("features", at)), nodes, edges, problems)
    if not isinstance(features, list):
        problems.append(f"{_at(place, ('features',))}: must be a list of features (got {shown(features)})")
    rest = data.get("corridor", {})
    if not isinstance(rest, dict):
        problems.append(f"{_at(place, ('corridor',))}: must be an object (got {shown(rest)})")
        rest = {}
    given = {"nodes": nodes, "edges": edges}
    return assembled(rest, lambda loc: _at(place, ("corridor", *loc)), problems, given)


def _record_of(feature: Any) -> Any:
    """Return which record a feature says that it is."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties.get("record") if isinstance(properties, dict) else None


_DEGREES = re.compile(r"(.*[:/])?(CRS84h?|EPSG:([\d.]*:)?(4326|4979)|EPSG/[\d.]+/(4326|4979))", re.IGNORECASE)


def _foreign_crs(holder: Any, place: str) -> list[str]:
    """Return a sentence if an object's ``crs`` (GeoJSON of 2008) is another than longitude and latitude in WGS 84."""
    crs = holder.get("crs") if isinstance(holder, dict) else None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if crs is None or (isinstance(name, str) and _DEGREES.fullmatch(name)):
        return []
    told = "positions must be longitude and latitude in degrees (WGS 84, EPSG:4326)"
    return [f"{place}: {told}, as RFC 7946 has them (got {shown(crs if name is None else name)}); save the file so"]


def _read_feature(feature: Any, here: str, nodes: Table, edges: Table, problems: list[Problem]) -> None:
    """Put a feature into the table of its record."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        problems.append(f"{here}: must be a Feature (got {shown(feature)})")
        return
    strange = [key for key in feature if key not in ("type", "id", "bbox", "geometry", "properties")]
    problems += [UnknownNameError("member", key[:80], (), f"{here}: ") for key in strange]
    properties, kind = feature.get("properties"), _record_of(feature)
    if not isinstance(properties, dict) or kind not in ("node", "edge"):
        problems.append(f"{here}: properties must have record: node or edge (got {shown(kind)})")
        return
    row = {key: value for key, value in properties.items() if key != "record"}
    if kind == "edge":
        edges.add(row, here)
        return
    geometry = feature.get("geometry")
    problems += _foreign_crs(geometry, f"{here}.geometry.crs")
    if geometry is not None:
        coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
        if not isinstance(coordinates, list) or geometry.get("type") != "Point" or len(coordinates) not in (2, 3):
            problems.append(f"{here}: geometry of a node must be a Point [lon, lat] or null (got {shown(geometry)})")
        else:
            position = {"lon": coordinates[0], "lat": coordinates[1]}
            for key in position:
                if row.get(key) is not None and row[key] != position[key]:
                    problems.append(f"{here}: {key} of the properties differs from the geometry; remove one of them")
            row |= position
    nodes.add(row, here)
