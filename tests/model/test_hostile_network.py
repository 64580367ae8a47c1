"""Networks from hostile or careless input: each mistake is one clear error, and nothing is ignored in silence."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import corridor as cr
from helpers.tables import EDGES, MARKETS, NODES, SUPPLIES, built

# Tables as pandas users have them


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "float32", "object"])
def test_a_missing_cell_of_any_dtype_is_the_default(dtype: str) -> None:
    """NA in a nullable column means no limit, as NaN and None do."""
    edges = EDGES.assign(capacity_mtpa=pd.Series([None, 5], dtype=dtype))
    net = built(edges=edges)
    assert (net.edge("ab").capacity_mtpa, net.edge("bc").capacity_mtpa) == (None, 5.0)


@pytest.mark.parametrize("values", [np.array([True, False]), pd.array([None, False], dtype="boolean"), ["yes", "no"]])
def test_truth_values_are_read(values: Any) -> None:
    """Bool, nullable boolean and words tell whether an edge is in service; empty is the default."""
    net = built(edges=EDGES.assign(in_service=values))
    assert (net.edge("ab").in_service, net.edge("bc").in_service) == (True, False)


def test_numbers_written_as_text_are_read() -> None:
    """A CSV read as text gives the same network."""
    assert built(edges=EDGES.assign(capacity_mtpa=["7.5", " 5 "])).edge("ab").capacity_mtpa == 7.5


@pytest.mark.parametrize("value", [[["KAZ", "RUS"]] * 2, ["KAZ;RUS"] * 2, [" KAZ ; RUS "] * 2])
def test_lists_stand_in_a_cell_as_lists_or_with_semicolons(value: Any) -> None:
    """Countries keep their order."""
    assert built(edges=EDGES.assign(countries=value)).edge("ab").countries == ("KAZ", "RUS")


def test_an_unnamed_index_is_no_column() -> None:
    """Ids in an unnamed index are missing, which is told once."""
    with pytest.raises(cr.DataError, match=r"node: id is missing here and in all other rows \[nodes, row 0\]"):
        built(nodes=pd.DataFrame({"country": ["KAZ"] * 3}, index=["a", "b", "c"]))


def test_a_column_that_stands_twice_is_refused() -> None:
    """Which of the two is meant cannot be known."""
    nodes = pd.DataFrame([["a", "x"], ["b", "y"], ["c", "z"]], columns=["id", "id"])
    with pytest.raises(cr.DataError, match="nodes: duplicate column"):
        built(nodes=nodes)


def test_ids_that_are_numbers_are_refused() -> None:
    """Ids are text; the message shows what was got and where."""
    with pytest.raises(cr.DataError, match=r"id must be text \(got 1\); .* put it in quotes: .1. \[nodes, row 0\]"):
        cr.Network.from_frames(pd.DataFrame({"id": [1, 2]}), EDGES[:0])


@pytest.mark.parametrize("empty", [NODES[:0], pd.DataFrame(), pd.DataFrame({"id": []})])
def test_empty_tables_make_an_empty_network(empty: pd.DataFrame) -> None:
    """No rows, with or without columns, whatever their dtype."""
    assert cr.Network.from_frames(empty, pd.DataFrame()).nodes == ()


def test_the_order_of_rows_does_not_matter() -> None:
    """Shuffled tables give an equal network and an equal repr."""
    shuffled = built(nodes=NODES[::-1], edges=EDGES[::-1])
    assert shuffled == built()
    assert hash(shuffled) == hash(built())


def test_a_network_does_not_equal_something_else() -> None:
    """Comparison with a number, or with a network of another capacity, is False."""
    assert built() != 1
    assert built() != built(edges=EDGES.assign(capacity_mtpa=5.0))


def test_the_tables_given_stay_as_they_are() -> None:
    """Reading does not write into the caller's tables."""
    nodes, edges = NODES.set_index("id"), EDGES.copy()
    built(nodes=nodes, edges=edges)
    pd.testing.assert_frame_equal(edges, EDGES)
    assert nodes.index.name == "id"


# What is told


# What is no table, record or network


@pytest.mark.parametrize("table", [None, {"id": ["a"]}, "nodes.csv", pd.Series(["a"], name="id")])
def test_what_is_no_table_is_refused(table: Any) -> None:
    """A path, a Series or nothing at all is told as such."""
    with pytest.raises(cr.DataError, match="nodes: must be a DataFrame"):
        cr.Network.from_frames(table, EDGES[:0])


@pytest.mark.parametrize("id", [None, 3, ["ab"], ("a", "b")])
def test_lookups_refuse_what_is_no_id(id: Any) -> None:
    """Whatever is looked up, the answer is a record or an UnknownNameError."""
    with pytest.raises(cr.UnknownNameError, match="no edge named"):
        built().edge(id)


# Graphs


def test_nodes_that_are_numbers_become_text() -> None:
    """Graphs often count their nodes."""
    graph: nx.DiGraph[int] = nx.DiGraph([(1, 2)])
    assert [node.id for node in cr.Network.from_networkx(graph).nodes] == ["1", "2"]


def test_nodes_that_become_the_same_text_are_refused() -> None:
    """1 and '1' would fall together."""
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_nodes_from([1, "1"])
    with pytest.raises(cr.DataError, match="duplicate node '1'"):
        cr.Network.from_networkx(graph)


def test_parallel_edges_without_keys_get_names_of_their_own() -> None:
    """Two edges a-b stay two."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph([("a", "b"), ("a", "b")])
    assert len(cr.Network.from_networkx(graph).edges) == 2


@pytest.mark.parametrize("supplies", ["abc", 3, {"node": "a"}])
def test_a_part_of_a_graph_that_is_no_table_is_refused(supplies: Any) -> None:
    """What stands under ``graph.graph`` is checked as tables are."""
    graph: nx.DiGraph[str] = nx.DiGraph([("a", "b")], supplies=supplies)
    with pytest.raises(cr.DataError, match="supplies: must be"):
        cr.Network.from_networkx(graph)


def test_the_shipped_network_survives_networkx() -> None:
    """All but hazards and figures comes back equal."""
    net = cr.load(year=2021)
    assert cr.Network.from_networkx(net.to_networkx()) == net.replace(hazards=(), figure_records=(), sources=())


# One mistake does not hide another


def problems_of(**tables: Any) -> tuple[str, ...]:
    """Return what is said of the tables above, some exchanged for broken ones."""
    with pytest.raises(cr.DataError) as caught:
        built(**tables)
    return caught.value.problems


def test_a_bad_cell_hides_no_dangling_reference() -> None:
    """Neither beside it, nor in another table; and what it spoils is not told twice."""
    edges = EDGES.assign(mode=["pipe", "rail"], head=["bb", "c"], corridor=["x", None])
    supplies = SUPPLIES.assign(node=["z"], volume_mtpa=[-1.0])
    assert problems_of(edges=edges, supplies=supplies) == (
        "edge 'ab': mode must be 'pipeline', 'rail', 'sea' or 'road' (got 'pipe') [edges, row 0]",
        "supply 'z/oil': volume_mtpa must be >= 0.0 (got -1.0) [supplies, row 0]",
        "edge 'ab': head: no node named 'bb'; did you mean 'b'?",
        "supply 'z/oil': node: no node named 'z'; there are 'a', 'b' and 'c'",
    )


def test_a_reference_to_a_row_with_a_bad_cell_does_not_dangle() -> None:
    """The node is there, though its latitude is not."""
    assert problems_of(nodes=NODES.assign(lat=[1.0, 95.0, 2.0])) == (
        "node 'b': lat must be <= 90.0 (got 95.0) [nodes, row 1]",
    )


@pytest.mark.parametrize("flag", [True, np.True_, pd.array([True], dtype="boolean")[0]])
def test_a_truth_value_is_no_number(flag: Any) -> None:
    """``True`` is not a capacity of 1 Mt/y."""
    edges = EDGES.astype(object).assign(capacity_mtpa=pd.Series([flag, 5.0], dtype=object))
    assert problems_of(edges=edges) == ("edge 'ab': capacity_mtpa must be a number (got True) [edges, row 0]",)


def test_ids_with_a_semicolon_survive_networkx_and_tables() -> None:
    """They stand in a cell as JSON."""
    goods = ["a;b", "[c]"]
    net = built(
        commodities=pd.DataFrame({"id": goods}),
        edges=EDGES.assign(commodities=['["a;b", "[c]"]', None]),
        supplies=SUPPLIES.assign(commodity=["a;b"]), markets=MARKETS.assign(commodity=["a;b"]),
    )  # fmt: skip
    assert net.edge("ab").commodities == tuple(goods)
    assert cr.Network.from_networkx(net.to_networkx()) == net


@pytest.mark.parametrize(
    ("load", "said"),
    [
        (lambda: cr.load(year="2021"), "year must be a whole number (got '2021')"),
        (lambda: cr.load(year=True), "year must be a whole number (got True)"),
        (lambda: cr.load(year=[2021]), "year must be a whole number"),
        (lambda: cr.load(None), "network must be a name (got None)"),
        (lambda: cr.load(regime=3), "regime must be a name (got 3)"),
        (lambda: built().replace(edges=None), "edges of a network must be a list of Edge records (got None)"),
        (lambda: built().replace(nodes="ab"), "nodes of a network must be a list of Node records (got 'ab')"),
        (lambda: built().replace(edges=[{"id": "x"}]), "edges of a network must hold Edge records only"),
        (lambda: built().replace(name=None), "name of a network must be text (got None)"),
        (lambda: built().replace(year="2021"), "year of a network must be a whole number or None (got '2021')"),
    ],
)
def test_wrong_types_are_refused_in_our_words(load: Any, said: str) -> None:
    """Not by an AttributeError from within."""
    with pytest.raises(cr.DataError) as caught:
        load()
    assert said in str(caught.value)


def test_a_year_may_be_of_numpy() -> None:
    """A whole number is one, whoever made it."""
    assert cr.load(year=np.int64(2021)) == cr.load(year=2021)


@pytest.mark.parametrize(
    ("field", "value"),
    [("countries", "Kazakhstan"), ("countries", 5), ("mode", "ship"), ("mode", 3), ("in_service", "perhaps"),
     ("tags", 1.5), ("operator", 7), ("capacity_mtpa", [1]), ("remaining", "half"), ("commodities", {"a": 1})],
)  # fmt: skip
def test_no_wording_of_pydantic_leaks(field: str, value: Any) -> None:
    """Patterns, choices and types are told in our words."""
    (problem, *_) = problems_of(edges=EDGES.astype(object).assign(**{field: [value, None]}))
    assert f"{field} must" in problem or f"{field}.0 must" in problem
    assert "Input" not in problem
    assert "pydantic" not in problem


def test_a_hazard_that_names_what_is_not_there_is_a_problem() -> None:
    """It may come with a part of the network that is left out."""
    hazard = cr.Hazard(name="h", changes=[cr.Outage(edge="ab_")], frequency_per_year=1, duration_days=3)
    assert built().replace(hazards=[hazard]).problems() == ["hazard 'h': no edge named 'ab_'; did you mean 'ab'?"]
