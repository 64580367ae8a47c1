"""Networks from tables and graphs: what is read, what is refused and in which words."""

from __future__ import annotations

import pickle
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pydantic
import pytest

import corridor as cr
from helpers.tables import EDGES, MARKETS, NODES, SUPPLIES, built


def quotas(**fields: Any) -> pd.DataFrame:
    """Return one quota on edge ab."""
    return pd.DataFrame({"edge": ["ab"], "commodity": ["oil"], **{name: [value] for name, value in fields.items()}})


def test_defaults_stand_for_what_is_left_out() -> None:
    """Capacity and market unlimited, tariff, days, premium and price 0, penalty 1000 USD/t."""
    net = built()
    edge, supply, market = net.edge("ab"), net.supplies[0], net.markets[0]
    assert (edge.capacity_mtpa, edge.tariff_usd_per_t, edge.transit_days, edge.risk_premium_usd_per_t) == (
        None,
        0,
        0,
        0,
    )
    assert supply.penalty_usd_per_t == 1000
    assert (market.volume_mtpa, market.price_usd_per_t) == (None, 0)
    assert [c.id for c in net.commodities] == ["oil"]


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"edges": EDGES.assign(capacity=5.0)}, r"edges: no column named 'capacity'; did you mean 'capacity_mtpa'\?"),
        ({"edges": EDGES.assign(capacity_kbd=5.0)}, "no column named 'capacity_kbd'; did you mean 'capacity_mtpa'"),
        ({"edges": EDGES.assign(tariff_usd_per_bbl=5.0)}, "did you mean 'tariff_usd_per_t'"),
        (
            {"edges": EDGES.drop(columns="head")},
            r"edge 'ab': head is missing here and in all other rows \[edges, row 0\]",
        ),
        ({"edges": EDGES.assign(capacity_mtpa=[-5.0, 1.0])}, r"edge 'ab': capacity_mtpa must be >= 0.0 \(got -5.0\)"),
        (
            {"edges": EDGES.assign(capacity_mtpa=[1.0, np.inf])},
            r"edge 'bc': capacity_mtpa must be a finite number.*row 1",
        ),
        ({"edges": EDGES.assign(tariff_usd_per_t=["x", 1])}, r"tariff_usd_per_t must be a number \(got 'x'\)"),
        ({"edges": EDGES.assign(mode="pipe")}, "mode"),
        ({"edges": EDGES.assign(head=["bb", "c"])}, "edge 'ab': head: no node named 'bb'; did you mean 'b'"),
        ({"edges": EDGES.assign(head=["a", "c"])}, r"edge 'ab': tail and head must differ \(got 'a' twice\)"),
        ({"edges": pd.concat([EDGES, EDGES])}, "duplicate edge 'ab'"),
        ({"nodes": pd.concat([NODES, NODES])}, "duplicate node 'a'"),
        ({"supplies": pd.concat([SUPPLIES, SUPPLIES])}, "duplicate supply 'a/oil'"),
        ({"supplies": SUPPLIES.assign(volume_mtpa=np.nan)}, r"supply 'a/oil': volume_mtpa is missing"),
        (
            {"supplies": SUPPLIES.assign(node="z")},
            "supply 'z/oil': node: no node named 'z'; there are 'a', 'b' and 'c'",
        ),
        ({"nodes": NODES.assign(country="Georgia")}, "country"),
        ({"nodes": NODES.assign(lat=91.0)}, r"lat must be <= 90.0 \(got 91.0\)"),
        ({"quotas": quotas().assign(edge="abc")}, "edge: no edge named 'abc'; did you mean"),
        ({"markets": MARKETS.assign(required_mtpa=3.0, volume_mtpa=2.0)}, "required_mtpa must be <= volume_mtpa"),
        ({"edges": EDGES.assign(commodities=["gas", ""])}, "commodities: no commodity named 'gas'|does not carry"),
        ({"nodes": [1, 2]}, r"nodes: must be a DataFrame \(got list\)"),
    ],
)
def test_a_bad_table_is_refused(tables: dict[str, Any], message: str) -> None:
    """One error names the thing, the rule, the value and the place."""
    tables = {"commodities": pd.DataFrame({"id": ["oil"]}), **tables} if "edges" in tables else tables
    with pytest.raises(cr.DataError, match=message):
        built(**tables)


def test_all_problems_are_told_at_once() -> None:
    """Two bad cells in two tables make one error with two sentences."""
    with pytest.raises(cr.DataError) as caught:
        built(edges=EDGES.assign(capacity_mtpa=-1.0), supplies=SUPPLIES.assign(volume_mtpa=-2.0))
    assert len(caught.value.problems) == 3


def test_very_many_problems_are_counted() -> None:
    """A thousand bad rows do not make a thousand sentences, and none is forgotten."""
    many = pd.DataFrame({"id": [f"n{at}" for at in range(1000)], "lat": 99.0})
    with pytest.raises(cr.DataError, match="and 950 more problems"):
        cr.Network.from_frames(many, EDGES[:0])


def test_a_minimum_above_its_ceiling_is_a_problem_that_a_scenario_may_leave() -> None:
    """It is told, not refused: what the ceiling does not let through is unmet."""
    net = built(quotas=quotas(min_mtpa=3.0, max_mtpa=2.0))
    assert any("min_mtpa must be <= max_mtpa (got 3.0 > 2.0)" in problem for problem in net.problems())
    assert cr.solve(net).unmet_minimum_mtpa >= 1.0


def test_quotas_may_not_demand_more_than_the_edge_carries() -> None:
    """Ship-or-pay volumes beyond the capacity contradict each other, and the edge is named."""
    with pytest.raises(cr.DataError, match=r"quotas on edge 'ab'.*\(5 > 3 Mt/y\)"):
        built(edges=EDGES.assign(capacity_mtpa=3.0), quotas=quotas(min_mtpa=5.0))


def test_a_quota_for_what_the_edge_does_not_carry_is_refused() -> None:
    """The edge's commodities and the quota's must fit."""
    both = pd.DataFrame({"id": ["oil", "gas"]})
    with pytest.raises(cr.DataError, match="edge 'ab' does not carry 'oil'"):
        built(edges=EDGES.assign(commodities=["gas", None]), commodities=both, quotas=quotas())


def test_two_trunk_edges_in_a_row_are_refused() -> None:
    """A tonne could cross two labels; both edges are named."""
    with pytest.raises(cr.DataError, match="trunk edge 'ab' can go on to cross trunk edge 'bc' of corridor 'y'"):
        built(edges=EDGES.assign(corridor=["x", "y"]))


def test_a_cycle_through_a_trunk_edge_is_refused() -> None:
    """A tonne could cross the label again and again."""
    ring = pd.DataFrame({"id": ["ab", "ba"], "tail": ["a", "b"], "head": ["b", "a"], "corridor": ["x", None]})
    with pytest.raises(cr.DataError, match="can go on to cross itself"):
        built(edges=ring)


def test_empty_cells_take_the_default() -> None:
    """None, NaN, NA and blank text are empty."""
    edges = EDGES.assign(capacity_mtpa=[None, np.nan], operator=["", "  "], corridor=[pd.NA, None])
    assert built(edges=edges) == built()


@pytest.mark.parametrize("dtype", ["Int64", "category", "object", "float32"])
def test_columns_of_any_dtype_are_read(dtype: str) -> None:
    """What pandas calls the numbers does not matter."""
    edges = EDGES.assign(capacity_mtpa=pd.Series([3, 4]).astype(dtype))
    assert built(edges=edges).edge("bc").capacity_mtpa == 4


def test_a_named_index_counts_as_a_column() -> None:
    """Tables indexed by id read like those with a column."""
    assert built(nodes=NODES.set_index("id"), edges=EDGES.set_index("id")) == built()


def test_an_own_table_gives_the_network_back() -> None:
    """edge_table() and its kin are what from_frames reads, but for the column that follows from others."""
    net = built(edges=EDGES.assign(capacity_mtpa=[3.0, None], tags=["x;y", None]))
    again = cr.Network.from_frames(
        net.node_table(), net.edge_table().drop(columns="available_mtpa"), supplies=net.supply_table(),
        markets=net.market_table(),
    )  # fmt: skip
    assert again == net


def test_lookups_suggest_the_nearest_name() -> None:
    """A misspelt id is an error with a suggestion, carried as data too."""
    with pytest.raises(cr.UnknownNameError, match="no edge named 'btv'; did you mean 'btc'") as caught:
        cr.load().edge("btv")
    assert (caught.value.kind, caught.value.name, caught.value.suggestion) == ("edge", "btv", "btc")


def test_a_network_is_frozen() -> None:
    """Neither the network nor its records can be altered in place."""
    net = built()
    with pytest.raises(AttributeError):
        net.name = "other"  # type: ignore[misc]
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        net.edge("ab").capacity_mtpa = 1.0  # type: ignore[misc]


def test_replace_validates_anew() -> None:
    """A part exchanged for one that does not fit is refused, an unknown part named."""
    net = built()
    with pytest.raises(cr.DataError, match="no node named 'a'"):
        net.replace(nodes=net.nodes[1:])
    with pytest.raises(cr.DataError, match="no part of a network named 'edgs'; did you mean 'edges'"):
        net.replace(edgs=())


def test_problems_find_what_is_stranded() -> None:
    """A supply without a way out and a market without a way in are problems, though no errors."""
    net = built(edges=EDGES[:1])
    assert net.problems() == [
        "supply 'a/oil': no edges lead from it to a market of oil",
        "market 'c/oil': no edges lead to it from a supply of oil",
    ]


def test_tables_carry_units_in_their_names() -> None:
    """Every number's column ends in its unit, or is a share, a score or a place."""
    table = cr.load().edge_table()
    plain = {"remaining", "risk_score", "in_service"}
    units = ("_mtpa", "_usd_per_t", "_days", "_km")
    numbers = [column for column in table.select_dtypes("number") if column not in plain]
    assert all(column.endswith(units) for column in numbers)


def test_parallel_and_opposite_edges_survive_networkx() -> None:
    """A multigraph keyed by edge id comes back equal."""
    edges = pd.DataFrame(
        {"id": ["x", "y", "z"], "tail": ["a", "a", "b"], "head": ["b", "b", "a"], "capacity_mtpa": [1, 2, 3]}
    )
    net = built(edges=edges)
    graph = net.to_networkx()
    assert sorted(key for _, _, key in graph.edges(keys=True)) == ["x", "y", "z"]
    assert cr.Network.from_networkx(graph) == net


def test_an_undirected_graph_is_refused() -> None:
    """Which way oil flows must be said."""
    with pytest.raises(cr.DataError, match="must be directed"):
        cr.Network.from_networkx(nx.Graph([("a", "b")]))


def test_an_unknown_attribute_of_a_graph_is_refused() -> None:
    """A misspelt capacity is not an infinite one."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edge("a", "b", capacity=3)
    with pytest.raises(cr.DataError, match="edge 'a-b': no field named 'capacity'; did you mean 'capacity_mtpa'"):
        cr.Network.from_networkx(graph)


def test_a_simple_digraph_is_read() -> None:
    """Edges without a key are called after their ends."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edge("a", "b", capacity_mtpa=3)
    assert cr.Network.from_networkx(graph).edge("a-b").capacity_mtpa == 3


def test_an_empty_network_solves() -> None:
    """Nothing in, nothing out."""
    assert cr.solve(cr.Network.from_frames(NODES[:0], EDGES[:0])).delivered_mtpa == 0


def test_a_repr_says_what_it_is() -> None:
    """Name, year and sizes."""
    assert repr(cr.load(year=2021)) == "<Network caspian 2021: 66 nodes, 101 edges, 4 commodities, 9 corridors>"


@pytest.mark.parametrize("scenario", cr.scenarios())
def test_a_network_under_a_scenario_is_as_if_built_from_its_records(scenario: str) -> None:
    """Order and structure are kept without being looked at: a copy that is checked and sorted again is the same."""
    net = cr.load()
    net.problems()
    altered = cr.load_scenario(scenario).apply(net)
    again = altered.replace()
    assert altered == again
    assert [altered.keys(kind) for kind in ("edge", "quota")] == [again.keys(kind) for kind in ("edge", "quota")]
    assert altered.problems() == again.problems()


def test_a_pickle_holds_the_parts_only() -> None:
    """What was looked up is worked out again, and the mark of `load` stays."""
    net = cr.load()
    fresh = len(pickle.dumps(net.replace()))
    net.problems()
    cr.Outage(country="RUS").apply(net)
    again = pickle.loads(pickle.dumps(net))
    assert (again, again.shipped, again.edge("btc")) == (net, True, net.edge("btc"))
    assert len(pickle.dumps(net)) == fresh


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
