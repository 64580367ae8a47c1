"""The bottleneck of a corridor is a minimum cut: random networks against networkx's maximum flow."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor as cr
from corridor.solver.capacity import route_capacity
from corridor.solver.warm import WarmSolver
from helpers.small_networks import edge, network

SOUTH, NORTH = ("a0", "a1", "a2"), ("b0", "b1", "b2")
LINKS = (
    *((tail, head) for tail in SOUTH for head in SOUTH if tail < head),
    *((tail, head) for tail in SOUTH for head in NORTH),
    *((tail, head) for tail in NORTH for head in NORTH if tail < head),
)
sizes = st.lists(st.integers(0, 3), min_size=len(LINKS), max_size=len(LINKS))


def crossing(capacities: list[int]) -> cr.Network:
    """Return fields at a0 and a1, ports at b1 and b2, and trunk edges from the south to the north; size 0: no edge."""
    present = [(ends, size) for ends, size in zip(LINKS, capacities, strict=True) if size]
    edges = [
        edge("_".join(ends), 1.0, float(size), ends=" ".join(ends), corridor="c" if _is_trunk(ends) else None)
        for ends, size in present
    ]
    supplies = tuple(cr.Supply(node=id, commodity="oil", volume_mtpa=1.0) for id in ("a0", "a1"))
    markets = tuple(cr.Market(node=id, commodity="oil", price_usd_per_t=9.0) for id in ("b1", "b2"))
    net = network(*edges, supplies=supplies, markets=markets)
    return net if net.corridors else net.replace(corridors=(cr.Corridor(id="c"),))


def _is_trunk(ends: tuple[str, str]) -> bool:
    return ends[0] in SOUTH and ends[1] in NORTH


def graph_of(net: cr.Network, raised: tuple[str, ...] = ()) -> nx.DiGraph:
    """Return the network with a source and a sink; edges without capacity are unlimited."""
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    for link in net.edges:
        graph.add_edge(link.tail, link.head, capacity=int(link.capacity_mtpa or 0) + (link.id in raised))
    graph.add_edges_from([("source", s.node) for s in net.supplies] + [(m.node, "sink") for m in net.markets])
    return graph


def cuts_that_tie(graph: nx.DiGraph) -> bool:
    """Tell whether there is more than one minimum cut: the smallest and the largest source side differ."""
    value, (near, _) = nx.minimum_cut(graph, "source", "sink")
    assert value == nx.minimum_cut(graph.reverse(), "sink", "source")[0]
    beyond = nx.minimum_cut(graph.reverse(), "sink", "source")[1][0]

    def cut(side: set[str]) -> set[tuple[str, str]]:
        return {(tail, head) for tail, head in graph.edges if tail in side and head not in side}

    return cut(near) != cut(set(graph) - set(beyond))


@given(sizes)
def test_the_bottleneck_is_a_minimum_cut(capacities: list[int]) -> None:
    """Its sizes add up to the maximum flow; raising all of it raises that, unless another cut is as small."""
    net = crossing(capacities)
    solver = WarmSolver(net)
    most = route_capacity(solver, solver.solve(), "c", "oil")
    graph = graph_of(net)
    value, _ = nx.minimum_cut(graph, "source", "sink")
    assert most.capacity_mtpa == pytest.approx(value, abs=1e-5)
    cut = tuple(limit.id for limit in most.bottleneck)
    assert sum(net.edge(id).capacity_mtpa or 0.0 for id in cut) == pytest.approx(value, abs=1e-5)
    if value == 0:
        return
    without = graph.copy()
    without.remove_edges_from([(net.edge(id).tail, net.edge(id).head) for id in cut])
    assert not nx.has_path(without, "source", "sink")
    wider = cr.Scenario(name="wider", changes=[cr.Expansion(edge=cut, add_mtpa=1.0)]).apply(net)
    now = route_capacity(solver, solver.solve_network(wider), "c", "oil").capacity_mtpa
    assert now == pytest.approx(nx.minimum_cut(graph_of(net, cut), "source", "sink")[0], abs=1e-5)
    assert now > value + 0.5 or cuts_that_tie(graph)


def test_equal_limits_in_series_are_one_cut_of_two() -> None:
    """Two pipes of 5 in a row are named as alternatives, and raising either alone adds nothing."""
    net = network(edge("near", 0, 5.0, ends="field hub"), edge("far", 0, 5.0, ends="hub port", corridor="c"))
    row = cr.compare(net).loc[("baseline", "c")]
    assert sorted(row["bottleneck"].split(" or ")) == ["far", "near"]
    for id in ("near", "far"):
        wider = cr.Scenario(name="wider", changes=[cr.Expansion(edge=id, add_mtpa=1.0)])
        assert cr.compare(net, [wider]).loc[("wider", "c"), "capacity_mtpa"] == pytest.approx(5.0)
    assert "a minimum cut" in cr.solve(net).explain("c")
    assert "a minimum cut" in (cr.compare.__doc__ or "")


@pytest.mark.parametrize("beyond", [0.0, 0.4, 1.0])
def test_what_a_requirement_takes_is_not_free_however_it_is_counted(beyond: float) -> None:
    """A pipe of 1 Mt/y serves a town that requires all of it at no penalty: nothing is left for the port beyond."""
    net = network(
        edge("pipe", 1.0, 1.0, ends="field town"),
        edge("on", 30.0, None, ends="town port", corridor="c"),
        supplies=(cr.Supply(node="field", commodity="oil", volume_mtpa=2.0),),
        markets=(
            cr.Market(
                node="town", commodity="oil", price_usd_per_t=50.0, required_mtpa=1.0, penalty_usd_per_t=0.0
            ),
            cr.Market(node="port", commodity="oil", price_usd_per_t=50.0),
        ),
    )  # fmt: skip
    solver = WarmSolver(net)
    solution = solver.solve()
    amount, program = solution.optimum.amount.copy(), solution.program
    town = [market.node for market in solution.network.markets].index("town")
    amount[program.required.start + town], amount[program.extra.start + town] = 1.0 - beyond, beyond
    counted = replace(solution, optimum=replace(solution.optimum, amount=amount))
    assert counted.delivered_by_market.sum() == solution.delivered_by_market.sum() == pytest.approx(1.0)
    assert route_capacity(solver, counted, "c", "oil").capacity_mtpa == pytest.approx(0.0, abs=1e-6)
