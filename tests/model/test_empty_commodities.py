"""An edge with an empty list of commodities is refused: people read it as "all", programs as "none"."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest

import corridor as cr

RULE = r"commodities: must name at least one \(got an empty list\); None, an empty cell in a table, admits all"
NODES = [{"id": "a"}, {"id": "b"}]
EDGE = {"id": "e", "tail": "a", "head": "b"}


@pytest.mark.parametrize("empty", [[], (), "", ";", "[]"])
def test_a_record_refuses_it(empty: object) -> None:
    """In any form that a list may have, made or altered."""
    with pytest.raises(cr.DataError, match=f"^Edge: {RULE}$"):
        cr.Edge(**EDGE, commodities=empty)
    with pytest.raises(cr.DataError, match=RULE):
        cr.Edge(**EDGE).replace(commodities=empty)


def test_none_admits_all() -> None:
    """What the message offers works."""
    assert cr.Edge(**EDGE, commodities=None).admits("oil")


def test_a_table_refuses_a_list_and_takes_an_empty_cell() -> None:
    """The row is named; an empty cell stands for all."""
    edges = pd.DataFrame([EDGE])
    with pytest.raises(cr.DataError, match=rf"edge 'e': {RULE} \[edges, row 0\]"):
        cr.Network.from_frames(pd.DataFrame(NODES), edges.assign(commodities=[[]]))
    assert cr.Network.from_frames(pd.DataFrame(NODES), edges.assign(commodities=[""])).edge("e").commodities is None


def test_a_graph_refuses_it() -> None:
    """Attributes of networkx are fields of records."""
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="e", commodities=[])
    with pytest.raises(cr.DataError, match=RULE):
        cr.Network.from_networkx(graph)


def test_files_refuse_it_with_their_place(tmp_path: Path) -> None:
    """JSON with a path, CSV with a line."""
    file = tmp_path / "net.json"
    file.write_text(json.dumps({"nodes": NODES, "edges": [{**EDGE, "commodities": []}]}), encoding="utf-8")
    with pytest.raises(cr.DataError, match=rf"net.json: \$.edges\[0\]: edge 'e': {RULE}"):
        cr.read_network(file)
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "nodes.csv").write_text("id\na\nb\n", encoding="utf-8")
    (tmp_path / "net" / "edges.csv").write_text("id,tail,head,commodities\ne,a,b,[]\n", encoding="utf-8")
    with pytest.raises(cr.DataError, match=rf"edges.csv:2: edge 'e': {RULE}"):
        cr.read_network(tmp_path / "net")


def test_the_schema_refuses_it() -> None:
    """Editors show it while one types."""
    listed = cr.schema("network")["$defs"]["Edge"]["properties"]["commodities"]["anyOf"][0]
    assert (listed["minItems"], listed["minLength"]) == (1, 1)
