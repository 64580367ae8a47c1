"""The name of an edge: kept by every format, seen by `diff`, of no effect on answers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import corridor as cr

NAME = "Line, northern branch"


def named() -> cr.Network:
    """Return a network of one edge with a name and one without."""
    return cr.Network(
        nodes=[cr.Node(id="a", lat=40.0, lon=50.0), cr.Node(id="b", lat=41.0, lon=51.0)],
        edges=[cr.Edge(id="ab", name=NAME, tail="a", head="b"), cr.Edge(id="ab_2", tail="a", head="b")],
        commodities=[cr.Commodity(id="oil")],
        supplies=[cr.Supply(node="a", commodity="oil", volume_mtpa=2.0)],
        markets=[cr.Market(node="b", commodity="oil", price_usd_per_t=9.0)],
    )


@pytest.mark.parametrize("file", ["folder", "net.json", "net.geojson", "net.graphml", "net.xlsx"])
def test_every_format_keeps_it(file: str, tmp_path: Path) -> None:
    """Written and read again, given and empty."""
    again = cr.read_network(cr.write_network(named(), tmp_path / file))
    assert [edge.name for edge in again.edges] == [NAME, ""]


def test_frames_keep_it() -> None:
    """A column of the table of edges."""
    nodes, edges = pd.DataFrame({"id": ["a", "b"]}), pd.DataFrame({"id": ["ab"], "tail": "a", "head": "b"})
    net = cr.Network.from_frames(nodes, edges.assign(name=[NAME]), commodities=pd.DataFrame({"id": ["oil"]}))
    assert net.edge_table()["name"].tolist() == [NAME]


def test_networkx_keeps_it() -> None:
    """An attribute of the graph's edge, both ways."""
    graph = named().to_networkx()
    assert graph.edges["a", "b", "ab"]["name"] == NAME


def test_the_name_is_optional() -> None:
    """Empty by default."""
    assert cr.Edge(id="e", tail="a", head="b").name == ""


def test_diff_says_that_it_changed() -> None:
    """As of any field."""
    net = named()
    renamed = net.replace(edges=[net.edges[0].replace(name="Other"), net.edges[1]])
    assert cr.diff(net, renamed)[["id", "field", "before", "after"]].values.tolist() == [["ab", "name", NAME, "Other"]]
