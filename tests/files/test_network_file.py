"""Networks in files: everything comes back, and everything that is wrong is told with its place."""

from __future__ import annotations

import csv
import json
import os
import re
import xml.etree.ElementTree as ET
import zipfile
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import networkx as nx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

import corridor as cr
from corridor.files.network import FORMATS, FORMS, Format
from corridor.files.rows import cell
from corridor.model.frames import KINDS
from helpers.awkward_names import nasty_networks
from helpers.examples import examples

FILES = {"folder": "net"} | {ending: f"net.{ending}" for ending in FORMATS}
NODES, EDGES = "id\na\nb\nc\n", "id,tail,head\nab,a,b\nbc,b,c\n"
once = pytest.fixture(scope="module")


@once
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for the module."""
    return tmp_path_factory.mktemp("networks")


def folder(home: Path, **files: str) -> Path:
    """Return a folder with nodes, edges and whatever else is given; None leaves a file out."""
    place = home / "my-net"
    place.mkdir(parents=True)
    for name, text in {"nodes.csv": NODES, "edges.csv": EDGES, **files}.items():
        if text is not None:
            (place / name).write_bytes(text.encode())
    return place


def told(path: Path, **options: Any) -> list[str]:
    """Return what is said of a broken network, without the path before the file's name."""
    with pytest.raises(cr.DataError) as caught:
        cr.read_network(path, **options)
    assert all(str(path) in problem for problem in caught.value.problems)
    return [problem.replace(str(path), "").lstrip("/") for problem in caught.value.problems]


# Round trips


@pytest.mark.parametrize("form", FORMS)
def test_the_shipped_network_survives_every_form(form: str, tmp_path: Path) -> None:
    """Hazards, figures with formulas and rivals, sources, name and year included."""
    net = cr.load(year=2022)
    assert any(figure.formula for figure in net.figure_records)
    again = cr.read_network(cr.write_network(net, tmp_path / FILES[form]))
    assert again == net
    assert again.figures().equals(net.figures())
    assert [h.changes[0].model_fields_set for h in again.hazards] == [
        h.changes[0].model_fields_set for h in net.hazards
    ]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(net=nasty_networks())
def test_networks_with_nasty_names_survive_every_form(form: str, net: cr.Network, home: Path) -> None:
    """Names that look like numbers, dates, formulas, errors, lists or markup; every float to its last digit."""
    again = cr.read_network(cr.write_network(net, home / FILES[form]))
    assert again == net
    assert repr(again.edges) == repr(net.edges)


@pytest.mark.parametrize("form", FORMS)
def test_a_bare_network_survives(form: str, tmp_path: Path) -> None:
    """No rows at all are a network too."""
    empty = cr.Network(nodes=(), edges=(), commodities=())
    assert cr.read_network(cr.write_network(empty, tmp_path / FILES[form])) == empty


@pytest.mark.parametrize("form", FORMS)
def test_the_same_network_makes_the_same_bytes(form: str, tmp_path: Path) -> None:
    """No time of writing and no order of a set gets into a file."""
    net, made = cr.load(year=2021).replace(figure_records=()), []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        path = cr.write_network(net, tmp_path / name / FILES[form])
        made.append({file.name: file.read_bytes() for file in ([path] if path.is_file() else sorted(path.iterdir()))})
    assert made[0] == made[1]


@pytest.mark.parametrize("form", FORMS)
def test_the_form_can_be_said_regardless_of_the_ending(form: str, tmp_path: Path) -> None:
    """A file called anything is read as what it is said to be."""
    net = cr.load(year=2021).replace(figure_records=())
    path = cr.write_network(net, tmp_path / "v1.0", form=form)
    assert cr.read_network(path, form=form) == net


def test_a_tuple_survives_a_cell() -> None:
    """What `cell` writes `Edge` reads, separators in names included."""
    for names in (("a;b", "c"), ("[x]",), ("a",), (), ('["a"]',), ("a", ";")):
        assert cr.Edge(id="e", tail="a", head="b", tags=cell(names)).tags == names


def test_a_scenario_with_a_semicolon_in_a_name_survives(tmp_path: Path) -> None:
    """A name that holds the separator is one name, not two."""
    shut = cr.Scenario(
        name="s", changes=[cr.Outage(edge=["a;b"]), cr.Outage(edge=["[c]"]), cr.Outage(edge=["[]", "d"])]
    )
    cr.save_scenario(shut, tmp_path / "s.yaml")
    assert cr.load_scenario(tmp_path / "s.yaml") == shut


# What other programs read


def test_networkx_reads_typed_attributes(tmp_path: Path) -> None:
    """Numbers are numbers, truth values truth values; what is unlimited is absent."""
    net = cr.load(year=2021)
    graph = nx.read_graphml(cr.write_network(net, tmp_path / "net.graphml"))
    assert set(graph) == {node.id for node in net.nodes}
    ends = {id: (tail, head) for tail, head, id in graph.edges(keys=True)}  # parallel edges: ids are keys
    assert ends == {edge.id: (edge.tail, edge.head) for edge in net.edges}
    btc = net.edge("btc")
    found = graph.edges[btc.tail, btc.head, "btc"]
    assert (found["capacity_mtpa"], found["in_service"]) == (btc.capacity_mtpa, True)
    assert "throughput_mtpa" not in graph.nodes["tbilisi"]


def test_graphml_is_valid_xml_of_the_schema(tmp_path: Path) -> None:
    """Every data element refers to a declared key of its owner, as the GraphML schema asks."""
    root = ET.parse(cr.write_network(cr.load(year=2021), tmp_path / "net.graphml")).getroot()
    ns = "{http://graphml.graphdrawing.org/xmlns}"
    keys = {(key.get("for"), key.get("id")) for key in root.findall(f"{ns}key")}
    for owner in ("graph", "node", "edge"):
        used = {(owner, data.get("key")) for part in root.iter(f"{ns}{owner}") for data in part.findall(f"{ns}data")}
        assert used
        assert used <= keys


def test_geojson_is_valid_by_rfc_7946(tmp_path: Path) -> None:
    """Points and lines in the order lon, lat; a node without a position has a null geometry; ranges hold."""
    net = cr.load(year=2021)
    bare = net.replace(nodes=[n.replace(lat=None, lon=None) if n.id == "tengiz" else n for n in net.nodes])
    data = json.loads(cr.write_network(bare, tmp_path / "net.geojson").read_text(encoding="utf-8"))
    assert data["type"] == "FeatureCollection"
    seen = {}
    for feature in data["features"]:
        assert feature.keys() == {"type", "geometry", "properties"}
        assert feature["type"] == "Feature"
        geometry, properties = feature["geometry"], feature["properties"]
        seen[properties["record"], properties["id"]] = geometry
        for lon, lat in [] if geometry is None else _positions(geometry):
            assert -180 <= lon <= 180
            assert -90 <= lat <= 90
    assert seen["node", "tengiz"] is None
    assert all(seen["edge", e.id] is None for e in net.edges if "tengiz" in (e.tail, e.head))
    ceyhan = net.node("ceyhan")
    assert seen["node", "ceyhan"] == {"type": "Point", "coordinates": [ceyhan.lon, ceyhan.lat]}


def _positions(geometry: dict[str, Any]) -> list[list[float]]:
    at = geometry["coordinates"]
    if geometry["type"] == "MultiLineString":
        return [position for line in at for position in line]
    return [at] if geometry["type"] == "Point" else at


def test_a_line_across_the_antimeridian_is_cut_there(tmp_path: Path) -> None:
    """RFC 7946, 3.1.9: the two parts end and start at 180 degrees, at the same latitude between those of the ends."""
    nodes = [cr.Node(id="a", lat=10.0, lon=170.0), cr.Node(id="b", lat=20.0, lon=-170.0)]
    net = cr.Network(nodes=nodes, edges=[cr.Edge(id="e", tail="a", head="b")], commodities=())
    data = json.loads(cr.write_network(net, tmp_path / "net.geojson").read_text(encoding="utf-8"))
    (line,) = [f["geometry"] for f in data["features"] if f["properties"]["record"] == "edge"]
    assert line == {"type": "MultiLineString", "coordinates": [[[170, 10], [180, 15]], [[-180, 15], [-170, 20]]]}


def test_json_holds_no_infinity(tmp_path: Path) -> None:
    """No limit is null; the file is JSON for the strictest reader."""
    text = cr.write_network(cr.load(year=2021), tmp_path / "net.json").read_text(encoding="utf-8")

    def refuse(token: str) -> None:
        raise AssertionError(token)

    assert json.loads(text, parse_constant=refuse)["edges"][0]["id"]
    assert "null" in text


def test_a_workbook_holds_text_as_text_and_numbers_as_numbers(tmp_path: Path) -> None:
    """A node called ``=1+1`` is no formula."""
    net = cr.Network(nodes=[cr.Node(id="=1+1", lat=0.1 + 0.2), cr.Node(id="#N/A")], edges=[], commodities=())
    sheet = openpyxl.load_workbook(cr.write_network(net, tmp_path / "net.xlsx"))["nodes"]
    kinds = {cell.value: cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None}
    assert (kinds["=1+1"], kinds["#N/A"], kinds[0.1 + 0.2]) == ("s", "s", "n")


def test_units_stay_in_the_column_names(tmp_path: Path) -> None:
    """Columns of a table are the fields of the record."""
    path = cr.write_network(cr.load(year=2021), tmp_path / "net")
    head = (path / "edges.csv").read_text(encoding="utf-8").splitlines()[0]
    assert head == ",".join(cr.Edge.model_fields)


# Reading by hand


def test_a_folder_needs_no_more_than_nodes_and_edges(tmp_path: Path) -> None:
    """The name is the folder's; commodities and corridors are those named; notes and scenarios may stand beside."""
    place = folder(
        tmp_path,
        **{
            "supplies.csv": "node,commodity,volume_mtpa\na,oil,5\n",
            "README.md": "x",
            "cut.scenario.yaml": "x",
            "n.txt": "",
        },
    )
    net = cr.read_network(f"{place}{os.sep}")
    assert (net.name, net.year, [c.id for c in net.commodities]) == ("my-net", None, ["oil"])
    assert net.edge("ab").capacity_mtpa is None


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_line_end_is_read(line_end: str, tmp_path: Path) -> None:
    """Files of all systems, with the mark that spreadsheet programs put first."""
    place = folder(tmp_path, **{"nodes.csv": "\ufeff" + NODES.replace("\n", line_end)})
    assert [node.id for node in cr.read_network(place).nodes] == ["a", "b", "c"]


def test_tables_with_semicolons_and_decimal_commas_hold_the_same_network(tmp_path: Path) -> None:
    """Every number, list and text of the shipped network survives being saved by a spreadsheet of half the world."""
    path = cr.write_network(cr.load(year=2021), tmp_path / "net")
    commas = 0
    for file in path.glob("*.csv"):
        fields = KINDS[file.stem].model_fields if file.stem in KINDS else {}
        head, *rows = csv.reader(file.read_text(encoding="utf-8").splitlines())
        decimal = ["float" in str(fields[name].annotation) if name in fields else False for name in head]
        rows = [[c.replace(".", ",") if d else c for c, d in zip(row, decimal, strict=True)] for row in rows]
        commas += sum("," in c for row in rows for c, d in zip(row, decimal, strict=True) if d)
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out, delimiter=";").writerows([head, *rows])
    assert commas > 100
    assert cr.read_network(path) == cr.load(year=2021)


def test_each_table_is_read_by_its_own_first_line(tmp_path: Path) -> None:
    """A folder may hold tables of both kinds: 3,5 in one is 3.5 in the other, and a comma in a text stays."""
    place = folder(tmp_path, **{"nodes.csv": "id;name;lat\na;x, y;3,5\nb;;1e1\nc;2,5;,5\n",
                                "supplies.csv": "node,commodity,volume_mtpa\na,oil,3.5\n"})  # fmt: skip
    net = cr.read_network(place)
    assert [(node.name, node.lat) for node in net.nodes] == [("x, y", 3.5), ("", 10.0), ("2,5", 0.5)]
    assert net.supplies[0].volume_mtpa == 3.5


def test_every_problem_of_a_folder_is_told_at_once_with_file_and_line(tmp_path: Path) -> None:
    """A bad cell hides neither a dangling reference beside it nor what is wrong in other files."""
    place = folder(
        tmp_path,
        **{
            "edges.csv": 'id,tail,head,capacity_mtpa,mode\nab,a,bb,-1,pipe\nbc,b,c,"1\n2",rail\nab,a,b,,\n',
            "supplies.csv": "node,commodity,volume\na,oil,5\nz,oil,3\n",
            "edge.csv": "id\n",
            "network.csv": "name,year\nmine,true\n",
            "hazards.yaml": "hazards:\n  - name: h\n    frequency_per_year: 0\n    changes: [outag: {edge: ab}]\n",
        },
    )
    assert told(place) == [
        "edge.csv: no table of a network named 'edge.csv'; did you mean 'edges.csv'?",
        "supplies.csv:1: no column named 'volume'; did you mean 'volume_mtpa'?",
        "network.csv:2: year must be a whole number (got 'true')",
        "hazards.yaml:4:15: no change named 'outag'; did you mean 'outage'?",
        "hazards.yaml:2:5: duration_days is missing",
        "hazards.yaml:3:25: frequency_per_year must be > 0.0 (got 0)",
        "edges.csv:2: edge 'ab': mode must be 'pipeline', 'rail', 'sea' or 'road' (got 'pipe')",
        "edges.csv:2: edge 'ab': capacity_mtpa must be >= 0.0 (got '-1')",
        "edges.csv:3: edge 'bc': capacity_mtpa must be a number (got '1\\n2')",
        "supplies.csv:2: supply 'a/oil': volume_mtpa is missing here and in all other rows",
        "edges.csv:5: duplicate edge 'ab'; give each edge an id of its own, or merge the two",
        "edges.csv:2: edge 'ab': head: no node named 'bb'; did you mean 'b'?",
        "supplies.csv:3: supply 'z/oil': node: no node named 'z'; there are 'a', 'b' and 'c'",
    ]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"nodes.csv": None}, "nodes.csv: is missing"),
        ({"edges.csv": ""}, "edges.csv: is empty"),
        ({"nodes.csv": "id,id\na,a\n"}, "nodes.csv:1: duplicate column 'id'"),
        ({"nodes.csv": NODES + "d,e\n"}, "nodes.csv:5: has 2 cells, but there are 1 columns"),
        ({"nodes.csv": 'id\n"a\n'}, "nodes.csv:2: invalid CSV"),
        ({"edges.csv": EDGES.replace(",", "|")}, "edges.csv:1: no column named 'id|tail|head'"),
        ({"edges.csv": EDGES.replace(",", "\t")}, "edges.csv:1: columns must be separated by commas alone or by semi"),
        ({"edges.csv": EDGES.replace(",", ";", 1)}, "edges.csv:1: columns must be separated by commas alone or by sem"),
        ({"edges.csv": "sep=;\n" + EDGES}, "edges.csv:1: must name the columns (got 'sep=;'); remove this line"),
        (
            {"nodes.csv": "id,lat\na,3,5\n"},
            "nodes.csv:2: has 3 cells, but there are 2 columns; numbers have a decimal point",
        ),
        (
            {"nodes.csv": "id;lat\na;b;3,5\n"},
            "nodes.csv:2: has 3 cells, but there are 2 columns; numbers have a decimal c",
        ),
        ({"nodes.csv": 'id,lat\na,"3,5"\n'}, "nodes.csv:2: node 'a': lat must be a number (got '3,5'); write 3.5"),
        ({"nodes.csv": "id;lat\na;3,5\nb;3.5\n"}, "nodes.csv:3: lat: numbers have a decimal comma where a semicolon"),
        ({"nodes.csv": "id;lat\na;1.234,5\n"}, "nodes.csv:2: lat: numbers have a decimal comma where a semicolon"),
        ({"network.csv": "name,year\n"}, "network.csv: must have one row"),
        ({"network.csv": "name,year\na,1e3\n"}, "network.csv:2: year must be a whole number"),
        ({"hazards.yaml": "- a\n"}, "hazards.yaml:1: must have one key, hazards"),
        ({"hazards.yaml": "hazards: {a: 1}\n"}, "hazards.yaml:1:1: hazards must be a list"),
        ({"hazards.yaml": "hazards: [a: [1\n"}, "hazards.yaml:2:1: invalid YAML"),
        ({"figures.csv": "record,subject\nnode,a\n"}, "figures.csv:2: figure 'a': attribute is missing"),
        ({"nodes.csv": "id,lat\na,nan\nb,\nc,\n"}, "nodes.csv:2: node 'a': lat must be a finite number"),
        ({"nodes.csv": "id,lat\na,true\nb,\nc,\n"}, "nodes.csv:2: node 'a': lat must be a number"),
        ({"nodes.xlsx": ""}, "nodes.xlsx: no table of a network named 'nodes.xlsx'; did you mean 'nodes.csv'?"),
    ],
)
def test_what_is_wrong_with_a_folder_is_told(files: dict[str, Any], said: str, tmp_path: Path) -> None:
    """Each with file and line."""
    assert any(problem.startswith(said) for problem in told(folder(tmp_path, **files)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"nodes": [{"id": "a", "lat": NaN}], "edges": []}', "$.nodes[0].lat: NaN is not allowed in JSON; null means"),
        ('{"nodes": [{"id": "a", "lat": -Infinity}], "edges": []}', "$.nodes[0].lat: -Infinity is not allowed in JSON"),
        ('{"nodes": [{"id": "a", "lat": true}], "edges": []}', "$.nodes[0]: node 'a': lat must be a number (got True)"),
        ('{"nodes": [{"id": "a", "id": "b"}], "edges": []}', "$.nodes[0]: duplicate key 'id'"),
        ('{"nodes": [{"id": 1}], "edges": []}', "$.nodes[0]: node 1: id must be text (got 1)"),
        ('{"nodes": [{"id": "a", "latt": 1}], "edges": []}', "$.nodes[0]: node 'a': no field named 'latt'; did"),
        ('{"nodes": {}, "edges": []}', "$.nodes: must be a list of objects (got {})"),
        ('{"nodes": ["a"], "edges": []}', "$.nodes[0]: must be an object with fields (got 'a')"),
        ('{"nodes": [], "edges": [], "edgs": []}', "$.edgs: no key named 'edgs'; did you mean 'edges'?"),
        ('{"nodes": []}', "$: edges is missing"),
        ('{"nodes": [], "edges": [], "year": 2021.5}', "$.year: year must be a whole number (got 2021.5)"),
        ('{"nodes": [], "edges": [], "name": 5}', "$.name: name must be text (got 5)"),
        ('{"nodes": [], "edges": [], "format": "x"}', "$.format: format must be 'corridor network 1'"),
        ('{"nodes": [], "edges": [], "hazards": [{"name": "h"}]}', "$.hazards[0].changes: changes must be a list"),
        ('{"nodes": [], "edges": [{"id": "e", "tail": "a"}]}', "$.edges[0]: edge 'e': head is missing"),
        ('{"nodes": [], "edges": [{"id": "e", "tail": "a"}]}', "$.edges[0]: edge 'e': tail: no node named 'a'"),
        ("[]", "$: must be an object"),
        ("[" * 100_000, "is nested too deep"),
        ('{"a":' * 30 + "1" + "}" * 30, "is nested too deep"),
        ('{"nodes": [],\n "edges" []}', "invalid JSON"),
        ('{"nodes": [{"id": "a", "lat": ' + "9" * 5000 + '}], "edges": []}', "$.nodes[0]: node 'a': lat must be"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_json_is_told_with_its_path(text: str, said: str, tmp_path: Path) -> None:
    """Each with the JSON path, in a message that can be read."""
    file = tmp_path / "net.json"
    file.write_text(text, encoding="utf-8")
    problems = told(file)
    assert any(said in problem for problem in problems), problems
    assert all(len(problem) < 400 for problem in problems)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"lon, lat"', "", ""),
        ('"type": "FeatureCollection"', '"type": "Feature"', "must be a FeatureCollection"),
        ('"record": "node", "id": "a"', '"id": "a"', "$.features[0]: properties must have record: node or edge"),
        ('"record": "node", "id": "a"', '"record": "node", "lat": 3, "id": "a"', "lat of the properties differs"),
        ('"Point"', '"Polygon"', "$.features[0]: geometry of a node must be a Point"),
        ('"corridor": {', '"corridor": {"nodes": [], ', "$.corridor.nodes: not allowed here"),
        ("[2.0, 1.0]", "[1000, 1]", "$.features[0]: node 'a': lon must be <= 180.0 (got 1000)"),
    ][1:],
)
def test_what_is_wrong_with_geojson_is_told(old: str, new: str, said: str, tmp_path: Path) -> None:
    """Each with its feature."""
    net = cr.Network(nodes=[cr.Node(id="a", lat=1.0, lon=2.0)], edges=[], commodities=())
    file = cr.write_network(net, tmp_path / "net.geojson")
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert any(said in problem for problem in told(file))


def named(crs: str) -> dict[str, Any]:
    """Return a coordinate reference system as GeoJSON of 2008 names it."""
    return {"type": "name", "properties": {"name": crs}}


@pytest.mark.parametrize(
    ("crs", "read"),
    [
        *((named(name), True) for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326",
                                           "http://www.opengis.net/def/crs/EPSG/0/4326")),
        *((named(name), False) for name in ("urn:ogc:def:crs:EPSG::3857", "EPSG:43260", "EPSG:14326", "", "CRS27")),
        (None, True), ({}, False), ("EPSG:4326", False), ({"type": "link", "properties": {"href": "4326"}}, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("at", ["file", "geometry"])
def test_positions_in_another_system_than_degrees_are_refused(crs: Any, read: bool, at: str, tmp_path: Path) -> None:
    """Metres are never taken for degrees, wherever the system is named."""
    file = cr.write_network(cr.Network(nodes=[cr.Node(id="a", lat=1.0, lon=2.0)], edges=[], commodities=()),
                            tmp_path / "net.geojson")  # fmt: skip
    data = json.loads(file.read_text(encoding="utf-8"))
    (data if at == "file" else data["features"][0]["geometry"])["crs"] = crs
    file.write_text(json.dumps(data), encoding="utf-8")
    if read:
        assert cr.read_network(file).node("a").lon == 2.0
    else:
        (problem,) = told(file)
        assert "crs: positions must be longitude and latitude in degrees (WGS 84, EPSG:4326)" in problem


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<graphml ", "<!DOCTYPE x><graphml ", "net.graphml:2: document types are not supported"),
        ('"directed"', '"undirected"', "the graph must be directed"),
        ('attr.name="lat"', 'attr.name="latt"', "no attribute of nodes named 'latt'; did you mean 'lat'?"),
        ('source="a"', 'source="x"', "edge 'ab': tail: no node named 'x'"),
        ('<data key="node_lat">1.0', '<data key="node_lat">one', "node 'a': lat must be a number (got 'one')"),
        ('key="node_lat">1.0', 'key="lat">1.0', "data has the key 'lat', which no <key> for nodes declares"),
        ("</graphml>", "", "invalid XML"),
        ("</graph>", "<hyperedge/></graph>", "element <hyperedge> is not read"),
        ("</graph>", "</graph><graph/>", "a second <graph>"),
        ('key="graph_commodities">', 'key="graph_commodities">{', "commodities must be JSON"),
        ('encoding="UTF-8"', 'encoding="nope"', "invalid XML"),
    ],
)
def test_what_is_wrong_with_graphml_is_told_with_its_line(old: str, new: str, said: str, tmp_path: Path) -> None:
    """Each with file and line."""
    nodes = [cr.Node(id="a", lat=1.0), cr.Node(id="b")]
    net = cr.Network(nodes=nodes, edges=[cr.Edge(id="ab", tail="a", head="b")], commodities=[cr.Commodity(id="oil")])
    file = cr.write_network(net, tmp_path / "net.graphml")
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(cr.DataError, match=re.escape(said)) as caught:
        cr.read_network(file)
    assert all(re.match(rf"{re.escape(str(file))}(:\d+|: invalid XML)", problem) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("sheet", "at", "value", "said"),
    [
        ("nodes", "E2", "=A1", "sheet nodes, row 2: column 5 holds a formula without a value"),
        ("nodes", "E2", True, "sheet nodes, row 2: node 'a': lat must be a number (got True)"),
        ("nodes", "A2", 5, "sheet nodes, row 2: node 5: id must be text (got 5)"),
        ("nodes", "Z3", "x", "sheet nodes, row 3: a cell in column 26 has no heading"),
        ("nodes", "Z1", "latt", "sheet nodes, row 1: no column named 'latt'; did you mean 'lat'?"),
        ("nodes", "Z1", "lat", "sheet nodes, row 1: duplicate column 'lat'"),
        ("node", "A1", "id", "no sheet of a network named 'node'; did you mean 'nodes'?"),
        ("network", "B2", "soon", "sheet network, row 2: year must be a whole number"),
        ("edges", "D2", "x", "sheet edges, row 2: edge 'ab': head: no node named 'x'"),
    ],
)
def test_what_is_wrong_with_a_workbook_is_told_with_sheet_and_row(
    sheet: str, at: str, value: Any, said: str, tmp_path: Path
) -> None:
    """Each with sheet and row."""
    nodes = [cr.Node(id="a"), cr.Node(id="b")]
    net = cr.Network(nodes=nodes, edges=[cr.Edge(id="ab", tail="a", head="b")], commodities=())
    file = cr.write_network(net, tmp_path / "net.xlsx")
    book = openpyxl.load_workbook(file)
    if sheet not in book.sheetnames:
        book.create_sheet(sheet)
    book[sheet][at] = value
    book.save(file)
    assert any(said in problem for problem in told(file))


def test_a_format_whose_library_is_missing_names_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra that the table of formats gives, and the package has each extra of the table."""
    monkeypatch.setitem(FORMATS, "abc", Format("abc", "nowhere.read", "nowhere.write", extra="files"))
    with pytest.raises(cr.CorridorError, match=r"\.abc files need .*nowhere.* pip install 'corridor\[files\]'"):
        cr.write_network(cr.load(), tmp_path / "net.abc")
    offered = metadata("corridor").get_all("Provides-Extra") or []
    assert {format.extra for format in FORMATS.values()} - {""} <= set(offered)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("raw", [b"", b"\x00", b"\xff\xfe", b"PK\x03\x04", b"{", b"<", b"\xef\xbb\xbf"])
def test_what_is_no_such_file_is_told(form: str, raw: bytes, tmp_path: Path) -> None:
    """Nothing, noise, and the beginnings of files."""
    file = tmp_path / FILES[form]
    file.write_bytes(raw)
    assert told(file)


@pytest.mark.parametrize("path", [None, 3, "", b"net.json", "a\0b"])
def test_what_is_no_path_is_refused(path: Any) -> None:
    """Told as such."""
    with pytest.raises(cr.DataError, match="to a path"):
        cr.read_network(path)


def test_an_unknown_ending_or_form_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    """The forms that there are stand in the message."""
    with pytest.raises(cr.DataError, match=r"net\.jsn: a network file ends in .*did you mean '\.json'"):
        cr.read_network("net.jsn")
    with pytest.raises(cr.DataError, match="no form of a network file named 'xls'; did you mean 'xlsx'"):
        cr.write_network(cr.load(), tmp_path / "x", form="xls")
    with pytest.raises(cr.DataError, match="no such folder"):
        cr.read_network(tmp_path / "nowhere")
    with pytest.raises(cr.DataError, match="cannot be read"):
        cr.read_network(tmp_path / "nowhere.json")


@pytest.mark.parametrize("read", [cr.read_network, cr.load_scenario, cr.read_dimacs])
@pytest.mark.parametrize("name", ["x" * 5_000, "x" * 5_000 + ".json", "x" * 5_000 + ".yaml", "a/" * 3_000])
def test_a_path_too_long_for_any_system_is_told(read: Any, name: str) -> None:
    """In one of our errors, not one of the system's."""
    with pytest.raises(cr.CorridorError):
        read(name)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_no_more_is_read_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without end is refused."""
    monkeypatch.setattr("corridor.files.network.MOST_BYTES", 1_000)
    with pytest.raises(cr.DataError, match="at most 1,000 bytes"):
        cr.read_network("/dev/zero", form="json")


# JSON and XML within files


def _inside_graphml(text: str, home: Path) -> Path:
    """Return GraphML whose supplies are some JSON."""
    file = home / "net.graphml"
    declared = '<key id="s" for="graph" attr.name="supplies"/><key id="h" for="graph" attr.name="hazards"/>'
    data = f'<graph edgedefault="directed"><data key="s">{text}</data><node id="a"/></graph>'
    file.write_text(f"<graphml>{declared}{data}</graphml>", encoding="utf-8")
    return file


def _inside_a_workbook(text: str, home: Path) -> Path:
    """Return a workbook with some JSON in a cell of its hazards."""
    hazard = cr.Hazard(name="h", changes=[cr.Outage(edge="ab")], frequency_per_year=1, duration_days=3)
    edges = [cr.Edge(id="ab", tail="a", head="b")]
    net = cr.Network(nodes=[cr.Node(id="a"), cr.Node(id="b")], edges=edges, commodities=(), hazards=[hazard])
    book = openpyxl.load_workbook(cr.write_network(net, home / "net.xlsx"))
    heads = [cell.value for cell in book["hazards"][1]]
    book["hazards"].cell(2, heads.index("changes") + 1).value = text
    book.save(home / "net.xlsx")
    return home / "net.xlsx"


@pytest.mark.parametrize("where", [_inside_graphml, _inside_a_workbook])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[{"node": "a", "commodity": "o", "volume_mtpa": 1, "volume_mtpa": 99}]',
            "[0]: duplicate key 'volume_mtpa'",
        ),
        ('[{"outage": {"edge": "ab", "edge": "ba"}}]', "[0].outage: duplicate key 'edge'"),
        ('[{"outage": {"edge": "ab"}, "outage": {"edge": "ba"}}]', "[0]: duplicate key 'outage'"),
        ('[{"remaining": NaN}]', "[0].remaining: NaN is not allowed in JSON"),
        ("[" * 25 + "]" * 25, "is nested too deep"),
        ("[" * 9_000, "is nested too deep"),
        ("[1", "must be JSON"),
    ],
)
def test_json_is_read_by_the_same_rules_wherever_it_stands(where: Any, text: str, said: str, tmp_path: Path) -> None:
    """In GraphML and in cells as in a file of its own: keys that stand twice are told, with place and path."""
    file = where(text, tmp_path)
    assert any(said in problem for problem in told(file)), told(file)


def _with_part(file: Path, name: str, made: Any) -> None:
    """Exchange or add a part of a workbook."""
    with zipfile.ZipFile(file) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts[name] = made(parts.get(name, b""))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(part, data)


def _declaring(part: bytes) -> bytes:
    """Return a part of XML with a document type of entities within entities."""
    at = part.index(b"?>") + 2 if part.startswith(b"<?xml") else 0
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"x" * 10) for n in range(9))
    return part[:at] + b"<!doctype".upper() + b" x [" + entities + b"]>" + part[at:]


PARTS = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet2.xml",
         "xl/sharedStrings.xml", "docProps/core.xml", "xl/media/odd.bin")  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_in_any_part_of_a_workbook_is_refused_before_it_is_read(
    name: str, encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the part and its encoding, openpyxl never sees it."""
    file = cr.write_network(cr.Network(nodes=[cr.Node(id="a")], edges=[], commodities=()), tmp_path / "net.xlsx")
    monkeypatch.setattr(openpyxl, "load_workbook", None)
    _with_part(
        file, name, lambda part: re.sub("encoding=.UTF-8.", "", _declaring(part or b"<x/>").decode()).encode(encoding)
    )
    assert told(file) == [f": document types are not supported; remove <!DOCTYPE from its part {name!r}"]


def test_a_picture_in_a_workbook_does_no_harm(tmp_path: Path) -> None:
    """What invalid XML has no document type."""
    net = cr.Network(nodes=[cr.Node(id="a")], edges=[], commodities=())
    file = cr.write_network(net, tmp_path / "net.xlsx")
    _with_part(file, "xl/media/image1.png", lambda _: b"\x89PNG\r\n" + bytes(range(256)))
    assert cr.read_network(file) == net


def test_a_part_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    """A few kB of zip that become more than 100 MB are not unpacked."""
    file = cr.write_network(cr.Network(nodes=[cr.Node(id="a")], edges=[], commodities=()), tmp_path / "net.xlsx")
    _with_part(file, "xl/worksheets/more.xml", lambda _: b"<a>" + bytes(101_000_000) + b"</a>")
    assert file.stat().st_size < 200_000
    (problem,) = told(file)
    assert "must unpack to at most 100,000,000 bytes" in problem


def test_a_workbook_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell of its sheets is looked at once, formulas and values alike."""
    from openpyxl.worksheet._reader import WorkSheetParser

    nodes = [cr.Node(id=f"n{at}", name="x") for at in range(30)]
    file = cr.write_network(cr.Network(nodes=nodes, edges=[], commodities=()), tmp_path / "net.xlsx")
    book = openpyxl.load_workbook(file)
    cells = sum(1 for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None)
    seen: list[str] = []
    really = WorkSheetParser.parse_cell
    monkeypatch.setattr(
        WorkSheetParser, "parse_cell", lambda self, cell: seen.append(cell.get("r")) or really(self, cell)
    )
    cr.read_network(file)
    assert len(seen) == cells


def test_a_cell_or_sheet_that_stands_twice_is_told(tmp_path: Path) -> None:
    """Programs do not write such files; which of the two is meant cannot be known."""
    file = cr.write_network(cr.Network(nodes=[cr.Node(id="a")], edges=[], commodities=()), tmp_path / "net.xlsx")
    _with_part(file, "xl/worksheets/sheet2.xml", lambda part: re.sub(rb'(<c r="A2".*?</c>)', rb"\1\1", part))
    _with_part(file, "xl/workbook.xml", lambda part: part.replace(b'name="edges"', b'name="network"'))
    assert ", sheet nodes, row 2: duplicate cell in column 1" in told(file)
    assert ": duplicate sheet 'network'" in told(file)


# Writing, whole or not at all


def test_a_folder_that_is_no_network_is_not_touched(tmp_path: Path) -> None:
    """Nobody's files are lost, not even those that look like a table of ours."""
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "thesis.docx").write_text("ten years", encoding="utf-8")
    with pytest.raises(cr.DataError, match=r"is not empty and no network written by corridor .*'thesis\.docx'"):
        cr.write_network(cr.load(), tmp_path / "net")
    with pytest.raises(cr.DataError, match=r"has no network\.csv"):
        cr.write_network(cr.load(), folder(tmp_path))
    assert sorted(p.name for p in tmp_path.rglob("*.*")) == ["edges.csv", "nodes.csv", "thesis.docx"]


def test_a_folder_is_replaced_with_its_scenarios_kept(tmp_path: Path) -> None:
    """Tables that the new network has not are gone; what stands beside the tables stays."""
    path = cr.write_network(cr.load(), tmp_path / "net")
    (path / "cut.scenario.yaml").write_text("mine", encoding="utf-8")
    small = cr.Network(nodes=[cr.Node(id="a")], edges=[], commodities=[], name="small")
    assert cr.read_network(cr.write_network(small, path)) == small
    assert sorted(file.name for file in path.iterdir()) == [
        "cut.scenario.yaml",
        "edges.csv",
        "network.csv",
        "nodes.csv",
    ]
    assert (path / "cut.scenario.yaml").read_text(encoding="utf-8") == "mine"
    assert [entry.name for entry in tmp_path.iterdir()] == ["net"]


@pytest.mark.parametrize("form", FORMS)
def test_a_failed_write_leaves_what_was_there(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk refuses, the old network stands and no part lies about."""
    old = cr.Network(nodes=[cr.Node(id="a")], edges=[], commodities=[], name="old")
    path = cr.write_network(old, tmp_path / FILES[form])
    really = os.rename

    def full(source: Any, target: Any) -> None:
        if str(source).endswith(".tmp"):
            raise OSError(28, "No space left on device")
        really(source, target)

    monkeypatch.setattr(os, "replace", full)
    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(OSError, match="No space left on device: '"):
        cr.write_network(cr.load(), path)
    assert cr.read_network(path) == old
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it leads to is exchanged; the current folder is not."""
    old = cr.Network(nodes=[cr.Node(id="a")], edges=[], commodities=[], name="old")
    (tmp_path / "there").mkdir()
    path = cr.write_network(old, tmp_path / "there" / "net")
    (tmp_path / "link").symlink_to(path)
    cr.write_network(old.replace(name="new"), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert cr.read_network(path).name == "new"
    monkeypatch.chdir(path)
    with pytest.raises(cr.DataError, match="is the current folder"):
        cr.write_network(old, ".")


def test_what_a_form_cannot_hold_is_refused_not_lost(tmp_path: Path) -> None:
    """XML has no place for control characters, cells none for texts without end; JSON takes both."""
    bell = cr.Network(nodes=[cr.Node(id="a\x07b")], edges=[], commodities=[])
    with pytest.raises(cr.DataError, match="XML cannot hold"):
        cr.write_network(bell, tmp_path / "net.graphml")
    long = cr.Network(nodes=[cr.Node(id="a", name="x" * 140_000)], edges=[], commodities=[])
    for path in ("net", "net.xlsx"):
        with pytest.raises(cr.DataError, match="140,000 characters is too long"):
            cr.write_network(long, tmp_path / path)
    assert list(tmp_path.iterdir()) == []
    for net in (bell, long):
        assert cr.read_network(cr.write_network(net, tmp_path / "net.json")) == net
    for path in ("net", "net.xlsx"):
        assert cr.read_network(cr.write_network(bell, tmp_path / path)) == bell


def test_only_networks_are_written(tmp_path: Path) -> None:
    """What is no network is told as such."""
    with pytest.raises(cr.DataError, match="a Network is needed"):
        cr.write_network("caspian", tmp_path / "net")  # type: ignore[arg-type]
