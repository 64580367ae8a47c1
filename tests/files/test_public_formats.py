"""Public formats of benchmark problems: DIMACS minimum-cost flow and TNTP road networks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corridor as cr
from helpers.benchmark_files import NET, SMALL, TRIPS
from helpers.examples import examples


def written(home: Path, text: str, name: str = "f.min") -> Path:
    """Return a file with a text."""
    file = home / name
    file.write_bytes(text.encode())
    return file


def told(home: Path, text: str) -> list[str]:
    """Return what is said of a malformed DIMACS file."""
    with pytest.raises(cr.DataError) as caught:
        cr.read_dimacs(written(home, text))
    return [problem.replace(str(home / "f.min"), "") for problem in caught.value.problems]


def test_a_small_problem_by_hand(tmp_path: Path) -> None:
    """Two tonnes by node 2 at 3 each, two by node 3 at 5 each: 16."""
    net = cr.read_dimacs(written(tmp_path, SMALL))
    assert cr.solve(net).cost_musd_per_year == pytest.approx(2 * 3 + 2 * 5)
    assert [(e.id, e.tail, e.head, e.capacity_mtpa, e.tariff_usd_per_t) for e in net.edges][:2] == [
        ("a1", "1", "2", 4.0, 2.0),
        ("a2", "1", "3", 2.0, 2.0),
    ]


def test_supplies_balance_to_a_billionth(tmp_path: Path) -> None:
    """Ten supplies of 0.1 meet a demand of 1, although their sum differs in binary; 1e-6 of it is a mistake."""
    arcs = "".join(f"a {at} 11 0 1 1\n" for at in range(1, 11))
    text = "p min 11 10\n" + "".join(f"n {at} 0.1\n" for at in range(1, 11)) + "n 11 -1\n" + arcs
    assert cr.solve(cr.read_dimacs(written(tmp_path, text))).cost_musd_per_year == pytest.approx(1)
    assert told(tmp_path, text.replace("n 11 -1", "n 11 -1.000001")) == [
        ": supplies and demands must add up to 0 (got -1e-06)"
    ]


@pytest.mark.parametrize(("problem", "said"), [("max", "maximum-flow"), ("sp", "shortest-path"), ("asn", "assignment")])
def test_another_problem_of_dimacs_is_told_in_one_sentence(problem: str, said: str, tmp_path: Path) -> None:
    """With its line and what to write instead, and nothing about the lines that follow."""
    text = f"c maximum flow\np {problem} 4 2\nn 1 s\nn 4 t\na 1 2 5\na 2 4 5\n"
    (sentence,) = told(tmp_path, text)
    assert sentence.startswith(f":2: must be 'p min NODES ARCS' (got 'p {problem} 4 2'), which is a")
    assert said in sentence
    assert "write it as minimum-cost flow" in sentence


def test_what_is_no_dimacs_at_all_is_told_once(tmp_path: Path) -> None:
    """Not for every line of, say, a JSON file."""
    assert told(tmp_path, "{\n" * 60) == [":1: must come after the problem line 'p min NODES ARCS' (got '{')"]


def test_a_lower_bound_is_a_demand(tmp_path: Path) -> None:
    """At least one tonne must take 1-2-3-4 (2 + 1 + 3 = 6): instead of one by 1-3-4, that is one more: 17.

    Its penalty is dearer than any way: 1 and 5 nodes' worth of the dearest arc, 3.
    """
    net = cr.read_dimacs(written(tmp_path, SMALL.replace("a 2 3 0 2 1", "a 2 3 1 2 1")))
    assert net.quotas == (
        cr.Quota(edge="a3", commodity="flow", min_mtpa=1.0, penalty_usd_per_t=1 + 5 * 3, allow_cycles=True),
    )
    assert cr.solve(net).cost_musd_per_year == pytest.approx(17)


@st.composite
def problems(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, int, int, int]], dict[int, int]]:
    """Draw nodes, arcs (tail, head, lower, capacity, cost; parallel ones too) and supplies that add up to 0."""
    n = draw(st.integers(2, 6))
    node = st.integers(1, n)
    ends = st.tuples(node, node).filter(lambda pair: pair[0] != pair[1])
    arcs = []
    for tail, head in draw(st.lists(ends, min_size=1, max_size=14)):
        capacity = draw(st.integers(0, 8))
        arcs.append((tail, head, draw(st.sampled_from((0, 0, 0, min(1, capacity)))), capacity, draw(st.integers(0, 9))))
    amounts = {id: draw(st.integers(-6, 6)) for id in range(1, n)}
    amounts[n] = -sum(amounts.values())
    return n, arcs, {id: amount for id, amount in amounts.items() if amount}


@given(problem=problems())
@settings(
    max_examples=examples(250), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]
)
def test_the_optimum_is_that_of_network_simplex(problem: Any, tmp_path: Path) -> None:
    """Networkx solves the same problem by another method, lower bounds moved into the demands."""
    n, arcs, amounts = problem
    graph = nx.MultiDiGraph()
    demand = dict.fromkeys(range(1, n + 1), 0)
    for id, amount in amounts.items():
        demand[id] -= amount
    for tail, head, lower, capacity, cost in arcs:
        graph.add_edge(tail, head, capacity=capacity - lower, weight=cost)
        demand[tail] += lower
        demand[head] -= lower
    graph.add_nodes_from((id, {"demand": amount}) for id, amount in demand.items())
    try:
        cost, _ = nx.network_simplex(graph)
    except nx.NetworkXUnfeasible:
        cost = None
    lines = [f"p min {n} {len(arcs)}", *(f"n {id} {amount}" for id, amount in amounts.items())]
    lines += [f"a {' '.join(map(str, arc))}" for arc in arcs]
    net = cr.read_dimacs(written(tmp_path, "\n".join(lines)))
    assert len(net.edges) == len(arcs)
    try:
        flow = cr.solve(net)
    except (cr.SolverError, cr.DataError):
        unfed = any(lower for _, _, lower, _, _ in arcs)
        assert cost is None or unfed
        return
    if cost is None:
        return
    wanted = cost + sum(lower * price for _, _, lower, _, price in arcs)
    assert flow.shortfall_mtpa == pytest.approx(0, abs=1e-6)
    assert flow.cost_musd_per_year == pytest.approx(wanted, abs=1e-6)


@given(problem=problems())
@settings(max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_can_be_met_is_met_and_what_cannot_is_a_shortfall(problem: Any, tmp_path: Path) -> None:
    """Without lower bounds, a shortfall stands where networkx finds no feasible flow, and nowhere else."""
    n, arcs, amounts = problem
    graph = nx.MultiDiGraph()
    graph.add_nodes_from((id, {"demand": -amounts.get(id, 0)}) for id in range(1, n + 1))
    graph.add_edges_from((t, h, {"capacity": capacity, "weight": cost}) for t, h, _, capacity, cost in arcs)
    try:
        cost, _ = nx.network_simplex(graph)
    except nx.NetworkXUnfeasible:
        cost = None
    lines = [f"p min {n} {len(arcs)}", *(f"n {id} {amount}" for id, amount in amounts.items())]
    lines += [f"a {t} {h} 0 {capacity} {price}" for t, h, _, capacity, price in arcs]
    flow = cr.solve(cr.read_dimacs(written(tmp_path, "\n".join(lines))))
    assert (flow.shortfall_mtpa < 1e-6) == (cost is not None)
    if cost is not None:
        assert flow.cost_musd_per_year == pytest.approx(cost, abs=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("p min 4 5", "p max 4 5", ":2: must be 'p min NODES ARCS' (got 'p max 4 5')"),
        ("p min 4 5", "p min 4 6", ": must have 6 arcs, as its problem line says (got 5)"),
        ("p min 4 5", "p min four 5", ":2: NODES must be a whole number >= 0 (got 'four')"),
        ("p min 4 5", "p min 999999999 5", ":2: NODES must be <= 200,000 (got 999999999)"),
        ("p min 4 5\n", "", ":2: must come after the problem line"),
        ("n 1 4", "n 1", ":3: must be 'n ID SUPPLY'"),
        ("n 1 4", "n 9 4", ":3: ID must be a node, 1 to 4 (got 9)"),
        ("n 1 4", "n 4 4", ":4: duplicate node 4"),
        ("n 1 4", "n 1 5", ": supplies and demands must add up to 0 (got 1)"),
        ("n 1 4", "n 1 nan", ":3: SUPPLY must be a number (got 'nan')"),
        ("n 1 4", "n 1 1e999", ":3: SUPPLY must be a number from -1e+15 to 1e+15 (got '1e999')"),
        ("n 1 4", "n 1 4,5", ":3: SUPPLY must be a number (got '4,5'); write 4.5"),
        ("a 1 2 0 4 2", "a 1 2 5 4 2", ":5: LOWER must be <= CAPACITY (got 5 > 4)"),
        ("a 1 2 0 4 2", "a 1 1 0 4 2", ":5: TAIL and HEAD must differ (got 1 twice)"),
        ("a 1 2 0 4 2", "a 1 2 0 -4 2", ":5: CAPACITY (-1: no limit) must be a number >= 0 (got '-4')"),
        (
            "a 1 2 0 4 2",
            "a 1 2 0 9223372036854775807 2",
            ":5: CAPACITY (-1: no limit) must be a number from 0 to 1e+15 (got '9223372036854775807')",
        ),
        ("a 1 2 0 4 2", "a 1 2 0 4 1e15", ":5: COST must be at most 1.67e+14 in a problem of 4 nodes"),
        ("a 1 2 0 4 2", "a 1 2 0 4", ":5: must be 'a TAIL HEAD LOWER CAPACITY COST'"),
        ("a 1 2 0 4 2", "x 1 2 0 4 2", ":5: must begin with c, p, n or a (got 'x 1 2 0 4 2')"),
        ("c a small", "ca small", ":1: must come after the problem line"),
        (SMALL, "", ": holds no problem line"),
        ("a 1 2", "p min 4 5\na 1 2", ":5: a second problem line"),
    ],
)
def test_what_is_wrong_with_a_dimacs_file_is_told_with_its_line(old: str, new: str, said: str, tmp_path: Path) -> None:
    """Each with file and line."""
    assert any(problem.startswith(said) for problem in told(tmp_path, SMALL.replace(old, new, 1)))


@pytest.mark.parametrize("first", ["p max 4 5", "p min 4 five", "p min 4", "p asn 4 5", "n 1 4"])
def test_after_a_wrong_problem_line_nothing_else_is_told(first: str, tmp_path: Path) -> None:
    """Without it no other line can be judged, so that each further sentence would be false."""
    assert len(told(tmp_path, SMALL.replace("p min 4 5", first))) == 1


def test_a_capacity_of_minus_one_is_no_limit(tmp_path: Path) -> None:
    """As the readers of other libraries have it: four go by arcs that cost 2 and 1."""
    net = cr.read_dimacs(written(tmp_path, "p min 3 2\nn 1 4\nn 3 -4\na 1 2 0 -1 2\na 2 3 1 -1.0 1\n"))
    assert [edge.capacity_mtpa for edge in net.edges] == [None, None]
    assert cr.solve(net).cost_musd_per_year == pytest.approx(12)


def test_every_malformed_line_is_told_at_once(tmp_path: Path) -> None:
    """Not one after the other."""
    assert len(told(tmp_path, SMALL.replace("a 1", "a 7").replace("n 1 4", "n 1 four"))) == 3


# TNTP


def tntp(home: Path, net: str = NET, trips: str | None = TRIPS, **options: Any) -> cr.Network:
    """Return the network of two files."""
    other = None if trips is None else written(home, trips, "small_trips.tntp")
    return cr.read_tntp(written(home, net, "small_net.tntp"), other, **options)


def test_a_road_network_by_hand(tmp_path: Path) -> None:
    """Six trips find room at 2 + 2, two must go round by node 4 at 2 + 3 + 4: 6 x 4 + 2 x 9 = 42."""
    net = tntp(tmp_path)
    flow = cr.solve(net)
    assert net.name == "small"
    assert flow.cost_musd_per_year == pytest.approx(42)
    assert flow.shortfall_mtpa == 0
    assert flow.delivered_mtpa == pytest.approx(9)
    assert {edge.mode for edge in net.edges} == {"road"}


@pytest.mark.parametrize(("cost", "wanted"), [("length", 6 * 4 + 2 * 8), ("toll", 2)])
def test_another_column_may_be_the_cost(cost: str, wanted: float, tmp_path: Path) -> None:
    """Length by the short way 4, round 8; the toll is paid going round."""
    assert cr.solve(tntp(tmp_path, cost=cost)).cost_musd_per_year == pytest.approx(wanted)


def test_trips_of_different_origins_are_not_mixed(tmp_path: Path) -> None:
    """One commodity per origin: two trips each way, though exchanging them would cost nothing."""
    net = NET.replace("LINKS> 4", "LINKS> 5") + "2 3 9 1 1 0 0 0 0 1 ;\n3 1 9 1 1 0 0 0 0 1 ;\n"
    net = net.replace("LINKS> 5", "LINKS> 6")
    trips = TRIPS.replace("8.0", "2.0").replace("9.0", "5.0") + " 1 : 2.0 ;\n"
    flow = cr.solve(tntp(tmp_path, net, trips))
    assert flow.edges.loc["l1", "flow_mtpa"] == pytest.approx(2)
    assert flow.cost_musd_per_year == pytest.approx(2 * 4 + 2 * 2)


def test_nothing_passes_a_zone_below_the_first_through_node(tmp_path: Path) -> None:
    """With node 3 a zone that nothing passes, the eight trips stay where they are; without, they move."""
    blocked = NET.replace("ZONES> 2", "ZONES> 3").replace("THRU NODE> 1", "THRU NODE> 4")
    trips = TRIPS.replace("ZONES> 2", "ZONES> 3")
    assert cr.solve(tntp(tmp_path, blocked, trips)).shortfall_mtpa == pytest.approx(8)
    free = NET.replace("ZONES> 2", "ZONES> 3").replace("THRU NODE> 1", "THRU NODE> 3")
    assert cr.solve(tntp(tmp_path, free, trips)).shortfall_mtpa == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [("\t;", ""), (";", ""), (";", " ;"), ("<FIRST THRU NODE> 1\n", "")],
)
def test_semicolons_and_the_first_through_node_may_be_left_out(old: str, new: str, tmp_path: Path) -> None:
    """Lines and trips are told apart by their columns and colons; without a first node every node may be passed."""
    (tmp_path / "other").mkdir()
    assert tntp(tmp_path, NET.replace(old, new), TRIPS.replace(old, new)) == tntp(tmp_path / "other")


def test_a_wrong_line_in_the_head_is_all_that_is_told(tmp_path: Path) -> None:
    """What follows it was not read, so that nothing can be called missing."""
    with pytest.raises(cr.DataError) as caught:
        tntp(tmp_path, "p min 3 2\n" + NET)
    assert len(caught.value.problems) == 1


def test_without_trips_there_are_no_supplies(tmp_path: Path) -> None:
    """The network alone is a network."""
    net = tntp(tmp_path, trips=None)
    assert (net.supplies, net.markets, len(net.commodities)) == ((), (), 2)


@pytest.mark.parametrize(
    ("net", "trips", "said"),
    [
        (NET.replace("<NUMBER OF NODES> 4\n", ""), TRIPS, "small_net.tntp: <NUMBER OF NODES> is missing"),
        (NET.replace("NODES> 4", "NODES> x"), TRIPS, "small_net.tntp:2: NUMBER OF NODES must be a whole number"),
        (NET.replace("LINKS> 4", "LINKS> 5"), TRIPS, "small_net.tntp: must have 5 links"),
        ("~ a\n1 3 10\n" + NET, TRIPS, "small_net.tntp:2: must be '<NAME> value' until <END"),
        (NET.replace("<END OF METADATA>", ""), TRIPS, "small_net.tntp:9: must be '<NAME> value' until <END"),
        (NET.replace("\t1\t3\t10", "\t1\t5\t10"), TRIPS, "small_net.tntp:9: term_node must be a node, 1 to 4 (got 5)"),
        (NET.replace("\t1\t3\t10", "\t1\t3\t-1"), TRIPS, "small_net.tntp:9: capacity must be a number >= 0 (got '-1')"),
        (NET.replace("\t1\t3\t10", "\t1\t3"), TRIPS, "small_net.tntp:9: must be ten columns: init_node"),
        (NET.replace("\t1\t3\t10", "\t3\t3\t10"), TRIPS, "small_net.tntp:9: init_node and term_node must differ"),
        (NET.replace("ZONES> 2", "ZONES> 9"), TRIPS, "small_net.tntp:1: NUMBER OF ZONES must be <= NUMBER OF NODES"),
        (NET.replace("THRU NODE> 1", "THRU NODE> 4"), TRIPS, "node 3 is below FIRST THRU NODE 4 but no zone (1 to 2)"),
        (NET, TRIPS.replace("ZONES> 2", "ZONES> 3"), "small_trips.tntp:1: NUMBER OF ZONES must be 2"),
        (NET, TRIPS.replace("2 :    8.0", "3 : 8.0"), "small_trips.tntp:6: destination must be a node, 1 to 2 (got 3)"),
        (NET, TRIPS.replace("2 :    8.0", "2 8.0"), "small_trips.tntp:6: must be 'ID : TRIPS;'"),
        (NET, TRIPS.replace("2 :    8.0", "1 : 8.0"), "small_trips.tntp:6: duplicate trips from 1 to 1"),
        (NET, TRIPS.replace("8.0", "many"), "small_trips.tntp:6: TRIPS must be a number >= 0 (got 'many')"),
        (NET, TRIPS.replace("Origin \t1\n", ""), "small_trips.tntp:5: must come after a line 'Origin ID'"),
    ],
)
def test_what_is_wrong_with_a_tntp_file_is_told_with_its_line(net: str, trips: str, said: str, tmp_path: Path) -> None:
    """Each with file and line."""
    with pytest.raises(cr.DataError) as caught:
        tntp(tmp_path, net, trips)
    assert any(said in problem for problem in caught.value.problems), caught.value.problems


@pytest.mark.parametrize("read", [cr.read_dimacs, cr.read_tntp])
@pytest.mark.parametrize("path", [None, "", "nowhere.min", "a\0b", 3])
def test_what_cannot_be_read_is_told(read: Any, path: Any) -> None:
    """No path, or no file there."""
    with pytest.raises(cr.DataError):
        read(path)


def test_an_unknown_cost_is_refused(tmp_path: Path) -> None:
    """With the nearest that there is."""
    with pytest.raises(cr.DataError, match="did you mean 'free_flow_time'"):
        tntp(tmp_path, cost="free_flow")


@pytest.mark.parametrize(
    ("total", "sound"), [("9", True), ("9.0008", True), ("8.9995", True), ("9.01", False), ("0", False), ("500", False)]
)
def test_the_total_of_trips_must_be_their_sum_as_rounded(total: str, sound: bool, tmp_path: Path) -> None:
    """Published totals are rounded, to a share of 1e-4 of the sum; what differs more contradicts the rows."""
    net = written(tmp_path, NET, "n_net.tntp")
    trips = written(tmp_path, TRIPS.replace("9.0", total, 1), "n_trips.tntp")
    if sound:
        assert sum(supply.volume_mtpa for supply in cr.read_tntp(net, trips).supplies) == 9
        return
    with pytest.raises(
        cr.DataError, match=rf"n_trips.tntp:2: TOTAL OD FLOW must be the sum of the trips, 9, .*{total}"
    ):
        cr.read_tntp(net, trips)
