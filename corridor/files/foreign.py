"""Files of other programs: what each is and what to do with it, in one sentence instead of one for each key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from corridor.messages import listed

_AS_GRAPH = "name its attributes as the fields of Node and Edge and give the graph to Network.from_networkx"
_GRAPH = f"read it with networkx, {_AS_GRAPH}"
_PYPSA = "read it with corridor.from_pypsa(pypsa.Network(path))"
_FRAMES = "read it with pandas and give nodes and edges to Network.from_frames"
_RENAMED = "call these columns of the edges tail and head, give each edge an id, and keep only fields of Node and Edge"
_ENDINGS = {
    **dict.fromkeys(("csv", "tsv", "txt"), "one table; a network is a folder that holds nodes.csv and edges.csv"),
    **dict.fromkeys(("yaml", "yml"), "YAML, as scenarios are; load_scenario reads those"),
    **dict.fromkeys(("nc", "h5", "hdf5"), f"a file as PyPSA writes them; {_PYPSA}"),
    **dict.fromkeys(("gexf", "gml", "net", "pajek", "dot", "graph6"), f"a graph of another form; {_GRAPH}"),
    **dict.fromkeys(("xls", "xlsm", "xlsb", "ods"), "a workbook of another form; save it as .xlsx"),
    **dict.fromkeys(("parquet", "feather", "pkl", "pickle"), f"a table of another form; {_FRAMES}"),
    **dict.fromkeys(("shp", "gpkg", "kml", "kmz", "gpx", "topojson"), "a map of another form; convert it to GeoJSON"),
    **dict.fromkeys(("zip", "gz", "tar", "7z", "bz2", "xz"), "packed; unpack it first"),
    **dict.fromkeys(("min", "dimacs", "dmx"), "a DIMACS problem; read_dimacs reads minimum-cost flow"),
    "tntp": "a road network; read_tntp reads it",
}  # fmt: skip
_PYPSA_TABLES = {"buses", "generators", "links", "lines", "loads", "snapshots", "carriers", "stores"}
_GEOMETRIES = (
    "Feature", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection",
)  # fmt: skip
NOTES = ("note", "notes", "readme", "about", "comment", "comments", "info")
"""First words of the names of sheets that are passed over, as ``README`` and ``.txt`` are beside CSV tables."""


def of_ending(ending: str) -> str | None:
    """Return what a file with a foreign ending is and what to do, or None where nothing is known."""
    return f"is {_ENDINGS[ending]}" if ending in _ENDINGS else None


def of_json(data: Mapping[Any, Any], keys: Collection[str]) -> str | None:
    """Return what a JSON object of another kind is and what to do, or None if it is meant for a network's `keys`."""
    kind = data.get("type")
    if kind == "Topology":
        return "is TopoJSON; convert it to GeoJSON"
    if isinstance(kind, str) and kind in _GEOMETRIES:
        return f"must be a FeatureCollection with features that are nodes and edges (got a {kind})"
    if "adjacency" in data:
        return f"is a graph as networkx.adjacency_data writes it; read it with adjacency_graph, {_AS_GRAPH}"
    if isinstance(data.get("elements"), list):
        return f"is a map as OpenStreetMap's Overpass writes it; {_FRAMES}"
    if "elements" in data:
        return f"is a graph as Cytoscape writes it; read it with networkx.cytoscape_graph, {_AS_GRAPH}"
    rows = data.get("links", data.get("edges"))
    first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    if {"from", "to"} <= first.keys() and "tail" not in first:
        return f"is a graph as vis.js writes it, whose edges have from and to; {_RENAMED}"
    if "links" in data or {"directed", "multigraph"} & data.keys() or ("source" in first and "tail" not in first):
        links = "links" if "links" in data else "edges"
        return (
            "is a graph in node-link form, as networkx.node_link_data writes it; read it with "
            f"networkx.node_link_graph(json.load(file), edges={links!r}), {_AS_GRAPH}"
        )
    if "changes" in data:
        return "is a scenario, not a network; write it as YAML, which load_scenario reads"
    if {"columns", "data"} <= data.keys() or {"schema", "data"} <= data.keys():
        return f"is one table as pandas writes it; {_FRAMES}"
    if not {"nodes", "edges"} & data.keys() and (unknown_keys := [key for key in data if key not in keys]):
        return f"not a network: it has neither nodes nor edges, but {listed(unknown_keys)}"
    return None


DRAWN = (
    "is a drawing: none of its features says which record it is; give each point the properties record: node and id, "
    "each line the properties record: edge, id, tail and head"
)


def of_graphml(unknown: Collection[str], own: bool, by_yed: bool) -> str | None:
    """Return what a GraphML file with foreign attributes is and what to do, or None if it is meant for a network."""
    lowered = {name.lower() for name in unknown}
    maker = "yEd" if by_yed else ""
    if {"r", "g", "b"} <= lowered or {"edge label", "edgelabel"} & lowered:
        maker = "Gephi"
    elif {"latitude", "longitude"} <= lowered and {"internal", "linklabel", "geolocation", "linkspeed"} & lowered:
        maker = "the Topology Zoo"
    if not maker and (own or not unknown):
        return None
    attributes = (
        f"attributes that are not fields of a network ({listed(unknown)})" if unknown else "graphics of its own"
    )
    return f"is a graph {f'by {maker}, ' if maker else ''}with {attributes}; {_GRAPH}"


def of_folder(names: Collection[str], known: Collection[str]) -> str | None:
    """Return what a folder without tables of a network is and what to do, or None if it is meant for one."""
    stems = {name.removesuffix(".csv") for name in names if name.endswith(".csv")}
    if "buses" in stems and "nodes" not in stems:
        return f"is a network of PyPSA; {_PYPSA}"
    if not set(names) & set(known):
        held = f"it holds {listed(sorted(names))}" if names else "it is empty"
        return f"not a network: a network is a folder that holds nodes.csv and edges.csv; {held}"
    return None


def of_edge_columns(heads: Collection[str]) -> str | None:
    """Return what a table of edges as graph programs write it is and what to do, or None if it is meant for ours."""
    lowered = [head.strip().lower() for head in heads]
    for ends in (("source", "target"), ("from", "to"), ("bus0", "bus1")):
        if {*ends} <= {*lowered} and not {"tail", "head"} & {*lowered}:
            return f"is a table of edges as other programs write it, from {ends[0]} to {ends[1]}; {_RENAMED}"
    return None


def of_workbook(names: Collection[str], known: Collection[str]) -> str | None:
    """Return what a workbook without sheets of a network is and what to do, or None if it is meant for one."""
    if "buses" in names and _PYPSA_TABLES & set(names) and "nodes" not in names:
        return f"is a network of PyPSA; {_PYPSA}"
    if {"Vertices", "Edges"} <= set(names):
        return f"is a workbook of NodeXL; give nodes and edges as Network.from_frames takes them, or {_GRAPH}"
    if not {name.strip().lower() for name in names} & set(known):
        held = f"its sheets are {listed(names)}" if names else "all its sheets are empty"
        return f"not a network: a network has the sheets nodes and edges; {held}"
    return None


def of_bytes(raw: bytes) -> str | None:
    """Return what bytes are that openpyxl does not read."""
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        return "is an old workbook (.xls) or one with a password; save it as .xlsx without a password"
    if raw[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument"):
        return "is an OpenDocument file; save it as .xlsx"
    return None


def of_root(tag: str) -> str:
    """Return what an XML file is whose outermost element is not <graphml>."""
    known = {"gexf": f"a graph as Gephi writes it; {_GRAPH}", "kml": "a map; convert it to GeoJSON"}
    return f"is {known.get(tag, f'not GraphML: its outermost element must be <graphml> (got <{tag[:40]}>)')}"
