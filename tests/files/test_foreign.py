"""Files of other programs: read where that is unambiguous, else one sentence that says what they are and what to do."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import openpyxl
import pandas as pd
import pytest

import corridor as cr

NET = cr.Network(
    nodes=[cr.Node(id=id, lat=44.0, lon=lon) for id, lon in (("well", 50.0), ("hub", 51.0), ("port", 52.0))],
    edges=[
        cr.Edge(id="a", tail="well", head="hub", capacity_mtpa=4.0, commodities=["oil"]),
        cr.Edge(id="b", tail="well", head="hub", capacity_mtpa=2.0, in_service=False),
        cr.Edge(id="c", tail="hub", head="port", capacity_mtpa=5.0),
    ],
    commodities=[cr.Commodity(id="oil")],
    supplies=[cr.Supply(node="well", commodity="oil", volume_mtpa=9.0)],
    hazards=[cr.Hazard(name="h", changes=[cr.Outage(edge="a")], frequency_per_year=1, duration_days=3)],
    name="mine",
    year=2021,
)  # fmt: skip
PAIRS = """<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="edge" attr.name="capacity_mtpa" attr.type="double"/><graph edgedefault="directed">
<node id="well"/><node id="hub"/><node id="port"/>
<edge source="well" target="hub" id="0"><data key="d0">4</data></edge>
<edge source="well" target="hub" id="1"><data key="d0">2</data></edge>
<edge source="hub" target="port" id="0"><data key="d0">5</data></edge></graph></graphml>"""
GRAPH = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">'
GEPHI = "".join(f'<key attr.name="{n}" for="node" id="{n}"/>' for n in ("label", "r", "g", "b", "x", "y", "size"))
ZOO = "".join(
    f'<key attr.name="{n}" for="node" id="{n}"/>' for n in ("Latitude", "Longitude", "Internal", "label", "Country")
)
YED = '<key for="node" id="d6" yfiles.type="nodegraphics"/><key for="edge" id="d9" yfiles.type="edgegraphics"/>'
SHAPES = '<node id="n0"><data key="d6"><y:ShapeNode><y:Geometry height="30"/></y:ShapeNode></data></node>'
ONE_GRAPH = f'<graph edgedefault="directed">{SHAPES * 9}</graph></graphml>'
LINE = {
    "type": "Feature",
    "properties": {"Pipe": "x"},
    "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
}


DRAWN = {"type": "FeatureCollection", "features": [LINE] * 60}


def old_workbook(path: Path) -> None:
    """Write what begins as the workbooks of old do."""
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))


def multigraph() -> Any:
    """Return a graph of networkx with attributes of its own."""
    graph = nx.MultiDiGraph()
    graph.add_edge("well", "hub", capacity=4, weight=1)
    graph.add_edge("hub", "port", capacity=5, weight=2)
    return graph


def text(data: Any) -> Callable[[Path], None]:
    """Return what writes text, or data as JSON."""
    return lambda path: path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8") and None


def tables(**names: pd.DataFrame) -> Callable[[Path], None]:
    """Return what writes a folder of tables as pandas does, its index with them."""

    def write(path: Path) -> None:
        path.mkdir()
        for name, table in names.items():
            table.to_csv(path / f"{name}.csv")

    return write


def sheets(**names: pd.DataFrame) -> Callable[[Path], None]:
    """Return what writes a workbook as pandas does, its index with the tables."""

    def write(path: Path) -> None:
        with pd.ExcelWriter(path) as book:
            for name, table in names.items():
                table.to_excel(book, sheet_name=name)

    return write


TABLE = pd.DataFrame({"Pipe": ["x"]})
LABELS = pd.DataFrame({"Id": ["a", "b"], "Label": ["A", "B"]})
ENDS = pd.DataFrame({"Source": ["a"], "Target": ["b"], "Type": ["Directed"], "Weight": [1.0]})
KINDS: dict[str, tuple[str, Callable[[Path], None], tuple[str, ...]]] = {
    "node-link": (
        "n.json", text(nx.node_link_data(multigraph(), edges="links")), ("node_link_graph", "'links'", "from_networkx")
    ),
    "node-link of today": (
        "n.json", text(nx.node_link_data(multigraph(), edges="edges")), ("edges='edges'", "from_networkx")
    ),
    "d3": ("n.json", text({"nodes": [{"id": "a"}], "edges": [{"source": "a", "target": "a"}]}), ("from_networkx",)),
    "adjacency": ("n.json", text(nx.adjacency_data(multigraph())), ("adjacency_graph", "from_networkx")),
    "cytoscape": ("n.json", text(nx.cytoscape_data(multigraph())), ("cytoscape_graph", "from_networkx")),
    "vis.js": ("n.json", text({"nodes": [{"id": 1}], "edges": [{"from": 1, "to": 1}]}), ("vis.js", "tail and head")),
    "Overpass": ("n.json", text({"version": 0.6, "elements": [{"type": "node", "id": 1}]}), ("OpenStreetMap",)),
    "topojson": ("n.json", text({"type": "Topology", "objects": {}}), ("TopoJSON", "GeoJSON")),
    "pandas": ("n.json", text(pd.DataFrame({"a": [1]}).to_json(orient="split")), ("pandas", "from_frames")),
    "scenario": ("n.json", text({"name": "x", "changes": []}), ("load_scenario",)),
    "anything": ("n.json", text({f"k{at}": at for at in range(60)}), ("neither nodes nor edges", "'k0'", "52 more")),
    "drawn lines": ("n.geojson", text(DRAWN), ("drawing", "record: edge")),
    "drawn lines, .json": ("n.json", text(DRAWN), ("drawing",)),
    "one feature": ("n.geojson", text(LINE), ("FeatureCollection", "Feature")),
    "yEd": ("n.graphml", text(f"{GRAPH}{YED}{ONE_GRAPH}"), ("yEd", "from_networkx")),
    "Gephi": ("n.graphml", text(f'{GRAPH}{GEPHI}<graph edgedefault="directed"/></graphml>'), ("Gephi", "'size'")),
    "Zoo": ("n.graphml", text(f'{GRAPH}{ZOO}<graph edgedefault="undirected"/></graphml>'), ("Zoo", "networkx")),
    "GEXF": ("n.graphml", text("<gexf><graph><node/><node/></graph></gexf>"), ("Gephi",)),
    "SVG": ("n.graphml", text("<svg><g/><g/></svg>"), ("<graphml>", "<svg>")),
    "edges of Gephi": ("net", tables(nodes=LABELS, edges=ENDS), ("source to target", "tail and head")),
    "edges of Gephi in a workbook": ("n.xlsx", sheets(Nodes=LABELS, Edges=ENDS), ("source to target", "tail and head")),
    "PyPSA": ("net", tables(buses=TABLE, network=TABLE, links=TABLE), ("PyPSA", "from_pypsa")),
    "no network": ("net", tables(a=TABLE, b=TABLE), ("nodes.csv and edges.csv", "'a.csv'")),
    "PyPSA's workbook": ("n.xlsx", sheets(buses=TABLE, snapshots=TABLE), ("PyPSA", "from_pypsa")),
    "another workbook": ("n.xlsx", sheets(Sheet1=TABLE, Pivot=TABLE), ("sheets nodes and edges", "'Pivot'")),
    "old workbook": ("n.xlsx", old_workbook, (".xls", "save it")),
    ".nc": ("n.nc", text(""), ("from_pypsa",)),
    ".min": ("n.min", text(""), ("read_dimacs",)),
    ".tntp": ("n.tntp", text(""), ("read_tntp",)),
    ".csv": ("n.csv", text(""), ("folder", "nodes.csv")),
    ".yaml": ("n.yaml", text(""), ("load_scenario",)),
    ".xls": ("n.xls", text(""), (".xlsx",)),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_strange_file_is_told_in_one_sentence(kind: str, tmp_path: Path) -> None:
    """What it is and what to do, with the file's name, instead of a line for each key."""
    name, write, said = KINDS[kind]
    write(tmp_path / name)
    with pytest.raises(cr.DataError) as caught:
        cr.read_network(tmp_path / name)
    (problem,) = caught.value.problems
    assert problem.startswith(str(tmp_path / name))
    assert all(words in problem for words in said), problem


@pytest.mark.parametrize("form", ["json", "geojson"])
def test_json_and_geojson_are_told_apart_by_what_they_hold(form: str, tmp_path: Path) -> None:
    """GeoJSON in a file called .json, and the reverse, are read."""
    written = cr.write_network(NET, tmp_path / f"one.{form}")
    other = tmp_path / ("two.json" if form == "geojson" else "two.geojson")
    assert cr.read_network(written.rename(other)) == NET


@pytest.mark.parametrize("parallel", [True, False])
def test_graphml_that_networkx_wrote_from_ours_reads_back(parallel: bool, tmp_path: Path) -> None:
    """Ids that networkx writes as data, keys 0, 1 per pair: the network is the same, hazards and all."""
    net = NET if parallel else NET.replace(edges=[edge for edge in NET.edges if edge.id != "b"])
    graph = nx.read_graphml(cr.write_network(net, tmp_path / "ours.graphml"))
    assert graph.is_multigraph() == parallel
    nx.write_graphml(graph, tmp_path / "theirs.graphml")
    assert cr.read_network(tmp_path / "theirs.graphml") == net
    assert cr.Network.from_networkx(graph) == net
    assert cr.Network.from_networkx(nx.read_graphml(tmp_path / "theirs.graphml")) == net


def test_keys_per_pair_make_ids_as_from_networkx_does(tmp_path: Path) -> None:
    """Keys 0, 1 that stand again at another pair are no ids."""
    (tmp_path / "n.graphml").write_text(PAIRS, encoding="utf-8")
    net = cr.read_network(tmp_path / "n.graphml")
    assert [(edge.id, edge.capacity_mtpa) for edge in net.edges] == [
        ("hub-port-0", 5),
        ("well-hub-0", 4),
        ("well-hub-1", 2),
    ]
    assert cr.Network.from_networkx(nx.read_graphml(tmp_path / "n.graphml")) == net


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('target="hub" id="1"', 'target="hub" id="0"'),
        ('"0"', '"pipe"'),
        ('id="1"><', 'id="pipe"><data key="d1">x</data><'),
    ],
)
def test_ids_that_stand_twice_are_still_refused(old: str, new: str, tmp_path: Path) -> None:
    """A key twice at one pair, a name at two pairs, or an id beside another one are mistakes."""
    declared = '<key id="d1" for="edge" attr.name="id"/>'
    made = PAIRS.replace("<graph ", f"{declared}<graph ").replace(old, new)
    (tmp_path / "n.graphml").write_text(made, encoding="utf-8")
    with pytest.raises(cr.DataError, match=r"stands twice|duplicate"):
        cr.read_network(tmp_path / "n.graphml")


def test_a_network_whose_ids_are_numbers_keeps_them(tmp_path: Path) -> None:
    """Our own GraphML is never taken for one with keys per pair."""
    net = NET.replace(hazards=(), edges=[edge.replace(id=str(at)) for at, edge in enumerate(NET.edges)])
    assert cr.read_network(cr.write_network(net, tmp_path / "n.graphml")) == net


@pytest.mark.parametrize("attributes", [{"capacity": 4, "weight": 1}, {"capacity_mtpa": 4, "label": "x"}])
def test_an_attribute_that_is_no_field_is_told_once(attributes: dict[str, Any], tmp_path: Path) -> None:
    """Where some attributes are meant for us: each that is not once, not at every edge again."""
    graph = nx.DiGraph()
    graph.add_edges_from((f"n{at}", f"n{at + 1}", attributes) for at in range(20))
    nx.write_graphml(graph, tmp_path / "n.graphml")
    with pytest.raises(cr.DataError) as caught:
        cr.read_network(tmp_path / "n.graphml")
    assert len(caught.value.problems) == len(set(attributes) - set(cr.Edge.model_fields))


# Tables as pandas writes them, and sheets of notes

NODES, EDGES = pd.DataFrame({"id": ["a", "b"]}), pd.DataFrame({"id": ["ab"], "tail": ["a"], "head": ["b"]})


@pytest.mark.parametrize(("write", "name"), [(tables, "net"), (sheets, "net.xlsx")])
def test_an_index_of_pandas_is_told_once_a_table(write: Any, name: str, tmp_path: Path) -> None:
    """Whatever the number of rows, with what to do."""
    nodes = pd.concat([NODES, pd.DataFrame({"id": [f"n{at}" for at in range(30)]})], ignore_index=True)
    write(nodes=nodes, edges=EDGES)(tmp_path / name)
    with pytest.raises(cr.DataError, match="index=False") as caught:
        cr.read_network(tmp_path / name)
    assert len(caught.value.problems) == 2


def test_an_index_that_came_back_as_a_column_is_told() -> None:
    """Pandas calls it Unnamed: 0."""
    with pytest.raises(cr.DataError, match=r"'Unnamed: 0'.*index=False"):
        cr.Network.from_frames(NODES.assign(**{"Unnamed: 0": [0, 1]}), EDGES)


@pytest.mark.parametrize("name", ["Notes", "README", "notes 2024", "About this"])
def test_sheets_of_notes_and_empty_sheets_are_passed_over(name: str, tmp_path: Path) -> None:
    """As notes beside CSV tables are; a sheet that may be a table is told."""
    book = openpyxl.load_workbook(cr.write_network(NET, tmp_path / "n.xlsx"))
    book.create_sheet("Sheet1")
    book.create_sheet(name)["B7"] = "capacities from the operator"
    book.save(tmp_path / "n.xlsx")
    assert cr.read_network(tmp_path / "n.xlsx") == NET
    book.create_sheet("node")["A1"] = "id"
    book.save(tmp_path / "n.xlsx")
    with pytest.raises(cr.DataError, match="no sheet of a network named 'node'; did you mean 'nodes'"):
        cr.read_network(tmp_path / "n.xlsx")


def test_what_pypsa_writes_is_told_as_such(tmp_path: Path) -> None:
    """A folder and a workbook that PyPSA itself wrote."""
    pypsa = pytest.importorskip("pypsa")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        n = pypsa.Network()
        n.add("Bus", ["a", "b"])
        n.export_to_csv_folder(str(tmp_path / "net"))
        n.export_to_excel(str(tmp_path / "net.xlsx"))
    for name in ("net", "net.xlsx"):
        with pytest.raises(cr.DataError, match=r"is a network of PyPSA; read it with corridor\.from_pypsa"):
            cr.read_network(tmp_path / name)
