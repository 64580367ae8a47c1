"""Networks as GeoJSON (RFC 7946), and which of the two a JSON file holds."""

from __future__ import annotations

import re
from typing import Any

from corridor.errors import DataError, Problem
from corridor.files import foreign
from corridor.files.json_document import assembled, document_beside, dump, json_location, network_of, parsed
from corridor.messages import shown, unknown_name
from corridor.model.frames import RawTable
from corridor.model.network import Network
from corridor.model.record_base import Record
from corridor.model.records import Node


def read(location: str, raw: bytes) -> Network:
    """Return the network of a JSON file: of features if it is a FeatureCollection, else of a document."""
    problems: list[Problem] = []
    data = parsed(location, raw, problems)
    if isinstance(data, dict) and data.get("type") == "FeatureCollection":
        return _of_features(location, data, problems)
    return network_of(location, data, problems)


def write(network: Network) -> bytes:
    """Return a network as a FeatureCollection: nodes as points, edges as lines, the rest as a foreign member."""
    features = [_feature(node, _point(node), apart=("lat", "lon")) for node in network.nodes]
    features += [
        _feature(edge, _line_between(network.node(edge.tail), network.node(edge.head))) for edge in network.edges
    ]
    rest = document_beside(network, "nodes", "edges")
    return dump({"type": "FeatureCollection", "corridor": rest, "features": features}).encode("utf-8")


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


def _of_features(location: str, data: dict[str, Any], problems: list[Problem]) -> Network:
    """Return the network of a FeatureCollection; lines of edges are drawn from their nodes and not read."""
    for key in data:
        if key not in (known := ("type", "features", "corridor", "bbox", "name", "crs")):
            problems.append(unknown_name("member", key[:80], known, f"{json_location(location, (key,))}: "))
    if elsewhere := _foreign_crs(data, json_location(location, ("crs",))):
        raise DataError([*problems, *elsewhere])
    nodes, edges = RawTable(), RawTable()
    features = data.get("features")
    if "corridor" not in data and isinstance(features, list) and features and not any(map(_record_of, features)):
        raise DataError(f"{location}: {foreign.DRAWN}")
    for index, feature in enumerate(features if isinstance(features, list) else ()):
        _read_feature(feature, json_location(location, ("features", index)), nodes, edges, problems)
    if not isinstance(features, list):
        problems.append(f"{json_location(location, ('features',))}: must be a list of features (got {shown(features)})")
    rest = data.get("corridor", {})
    if not isinstance(rest, dict):
        problems.append(f"{json_location(location, ('corridor',))}: must be an object (got {shown(rest)})")
        rest = {}
    given = {"nodes": nodes, "edges": edges}
    return assembled(rest, lambda path: json_location(location, ("corridor", *path)), problems, given)


def _record_of(feature: Any) -> Any:
    """Return which record a feature says that it is."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties.get("record") if isinstance(properties, dict) else None


_DEGREES = re.compile(r"(.*[:/])?(CRS84h?|EPSG:([\d.]*:)?(4326|4979)|EPSG/[\d.]+/(4326|4979))", re.IGNORECASE)


def _foreign_crs(holder: Any, location: str) -> list[str]:
    """Return a sentence if an object's ``crs`` (GeoJSON of 2008) is another than longitude and latitude in WGS 84."""
    crs = holder.get("crs") if isinstance(holder, dict) else None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if crs is None or (isinstance(name, str) and _DEGREES.fullmatch(name)):
        return []
    text = "positions must be longitude and latitude in degrees (WGS 84, EPSG:4326)"
    return [f"{location}: {text}, as RFC 7946 has them (got {shown(crs if name is None else name)}); save the file so"]


def _read_feature(feature: Any, here: str, nodes: RawTable, edges: RawTable, problems: list[Problem]) -> None:
    """Put a feature into the table of its record."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        problems.append(f"{here}: must be a Feature (got {shown(feature)})")
        return
    unknown_keys = [key for key in feature if key not in ("type", "id", "bbox", "geometry", "properties")]
    problems += [unknown_name("member", key[:80], (), f"{here}: ") for key in unknown_keys]
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
