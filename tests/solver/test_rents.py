"""Rents along a route: what full limits are worth to what passes them."""

from __future__ import annotations

import dataclasses

import pytest

import corridor as cr
from corridor.solver.decompose import decompose_flow
from corridor.solver.rents import Rents
from corridor.solver.solution import BindingLimit
from helpers.small_networks import edge, minimum, network


def rent(net: cr.Network, of: str = "cheap") -> float:
    """Return the rent of a tonne on the route whose first edge is named."""
    solution = cr.solve(net).solution
    route = next(route for route in decompose_flow(solution) if route.edges[0] == of)
    return Rents(solution).along(route)


def test_an_edge_earns_what_the_next_best_costs_more() -> None:
    """5 offered: 3 by an edge at 10, the rest at 40."""
    assert rent(network(edge("cheap", 10, 3), edge("dear", 40))) == pytest.approx(30)


def test_a_fleet_earns_its_price_a_day_times_the_round_trip() -> None:
    """Cargo of 12 Mt days on trips of 4 days: 3 of the 5 offered."""
    net = network(
        edge("cheap", 10, fleet="ships", fleet_days=4), edge("dear", 40),
        fleets=(cr.Fleet(id="ships", capacity_mt_days=12),),
    )  # fmt: skip
    assert rent(net) == pytest.approx(30)


def test_a_quota_earns_what_an_edge_would() -> None:
    """A ceiling of 3 on an edge that could carry all."""
    quota = minimum("cheap", 0.0, most=3.0)
    assert rent(network(edge("cheap", 10), edge("dear", 40), quotas=(quota,))) == pytest.approx(30)


def test_nodes_on_the_way_earn_too() -> None:
    """A harbour passes 3; the way around it costs 30 more."""
    net = network(edge("cheap", 5, ends="field harbour"), edge("on", 5, ends="harbour port"), edge("dear", 40))
    limited = tuple(n.replace(throughput_mtpa=3.0) if n.id == "harbour" else n for n in net.nodes)
    assert rent(net.replace(nodes=limited)) == pytest.approx(30)


def test_a_limit_of_nothing_has_no_rent() -> None:
    """Where nothing can pass there is a dual, and nobody who pays it."""
    solution = cr.solve(network(edge("cheap", 5, 0.0), edge("dear", 40))).solution
    closed = dataclasses.replace(decompose_flow(solution)[0], edges=("cheap",))
    assert solution.prices[BindingLimit("edge", "cheap")] == pytest.approx(35)
    assert Rents(solution).along(closed) == 0
