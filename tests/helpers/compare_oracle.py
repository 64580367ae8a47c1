"""A second opinion on `compare`: its columns by `scipy.optimize.linprog` and by trying every path.

Nothing of the library is used but the fields of its records, and the flow that the comparison is of: where several
flows are optimal the capacity depends on what others lift in the one shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx

from helpers.oracle import _Program, cost_of, room_of_edge

UNBOUNDED = 3
HELD_MTPA = 1e-6
"""By how much less than in the flow others may lift in a second program, or rounding would make it infeasible."""


class _Recorded(_Program):
    """The program of a world, with the numbers of its columns."""

    def __init__(self, world: Any) -> None:
        self.lifted: dict[tuple[str, str], int] = {}
        self.delivered: dict[tuple[str, str], int] = {}
        self.missing: dict[tuple[str, str], int] = {}
        super().__init__(world)
        first = len(self._flow)
        self.below = {(q.edge, q.commodity): first + number for number, q in enumerate(world.quotas)}
        self.flow = self._flow

    def _supply(self, supply: Any) -> None:
        self.lifted[supply.node, supply.commodity] = len(self.cost)
        super()._supply(supply)

    def _market(self, market: Any) -> None:
        self.delivered[market.node, market.commodity] = len(self.cost)
        self.missing[market.node, market.commodity] = len(self.cost) + 1
        super()._market(market)

    def least(self, cost: Mapping[int, float]) -> float:
        """Return the least that a linear function of the columns can be; minus infinity where nothing bounds it."""
        self.cost = [cost.get(column, 0.0) for column in range(len(self.cost))]
        found = self.solve()
        if found.status == UNBOUNDED:
            return -math.inf
        assert found.status == 0, found.message
        return float(found.fun)


def crosses(world: Any, edge: Any, commodity: str, corridor: str) -> bool:
    """Tell whether an edge is a corridor's trunk for a commodity that it admits: by the commodity's row, or its own."""
    label = next((t.corridor for t in world.trunks if (t.edge, t.commodity) == (edge.id, commodity)), edge.corridor)
    return label == corridor and (edge.commodities is None or commodity in edge.commodities)


def yields(world: Any, commodity: str, commodities: tuple[str, ...]) -> bool:
    """Tell whether a commodity gives way to some others: it has a group, they all have, and theirs are others."""
    group = {record.id: record.group for record in world.commodities}
    return all(group[id] not in ("", group[commodity]) for id in commodities) and group[commodity] != ""


def own_capacity(world: Any, flow: Any, corridor: str, commodities: tuple[str, ...]) -> float:
    """Return the most of some commodities that could cross a trunk if their supply and buyers were unlimited. [Mt/y]

    Parameters
    ----------
    world : Network, or any object with its parts
        Limits; those of other worlds than the flow's may be asked, as long as it has the same records.
    flow : Flow
        What others lift, and what of requirements and minima is met; commodities of other groups give way.
    """
    program = _Recorded(world)
    for supply, lifted in zip(world.supplies, flow.supplies["lifted_mtpa"], strict=True):
        column = program.lifted[supply.node, supply.commodity]
        least = 0.0 if yields(world, supply.commodity, commodities) else max(0.0, lifted - HELD_MTPA)
        program.bounds[column] = (0.0, None) if supply.commodity in commodities else (least, supply.volume_mtpa)
    for market, unmet in zip(world.markets, flow.markets["unmet_mtpa"], strict=True):
        key = market.node, market.commodity
        if not yields(world, market.commodity, commodities):
            program.bounds[program.missing[key]] = 0.0, unmet + HELD_MTPA
        if market.commodity in commodities:
            program.bounds[program.delivered[key]] = 0.0, None
    for quota, below in zip(world.quotas, flow.quotas["unmet_minimum_mtpa"], strict=True):
        if not yields(world, quota.commodity, commodities):
            program.bounds[program.below[quota.edge, quota.commodity]] = 0.0, below + HELD_MTPA
    counted = [program.flow[e.id, c] for e in world.edges for c in commodities if crosses(world, e, c, corridor)]
    return -program.least(dict.fromkeys(counted, -1.0)) if counted else 0.0


def own_nameplate(world: Any, corridor: str, group: str) -> float:
    """Return what a group's trunk in service is built for, outages not counted. [Mt/y]"""
    members = [record.id for record in world.commodities if record.group == group]
    of_any = ((edge, any(crosses(world, edge, id, corridor) for id in members)) for edge in world.edges)
    trunk = [edge for edge, crossed in of_any if crossed and edge.in_service]
    return sum(math.inf if edge.capacity_mtpa is None else edge.capacity_mtpa for edge in trunk)


@dataclass(frozen=True)
class Span:
    """The least and the most that a number can be among all optimal flows."""

    low: float
    high: float

    def holds(self, number: float, slack: float) -> bool:
        """Tell whether a number lies within."""
        return self.low - slack <= number <= self.high + slack


def optimal_span(world: Any, counted: str, commodities: tuple[str, ...], *, slack: float) -> Span:
    """Return the span of a number among flows whose objective is the best's less some slack.

    Parameters
    ----------
    counted : {"unlifted", "worth"}
        Supply of the commodities that is not lifted [Mt/y]; or netback of all less what unmet requirements cost their
        buyers. [million USD/y]
    """
    program = _Recorded(world)
    best = program.solve()
    assert best.status == 0, best.message
    program.most.append((dict(enumerate(program.cost)), float(best.fun) + slack))
    constant, weights = 0.0, dict[int, float]()
    if counted == "unlifted":
        for supply in world.supplies:
            if supply.commodity in commodities:
                constant += supply.volume_mtpa
                weights[program.lifted[supply.node, supply.commodity]] = -1.0
    else:
        by_id = {commodity.id: commodity for commodity in world.commodities}
        edges = {edge.id: edge for edge in world.edges}
        weights |= {c: -float(cost_of(world, edges[e], by_id[id])) for (e, id), c in program.flow.items()}
        for market in world.markets:
            key = market.node, market.commodity
            weights[program.delivered[key]] = market.price_usd_per_t
            weights[program.missing[key]] = -(market.replacement_usd_per_t or 0.0)
    low, high = (sign * program.least({c: sign * w for c, w in weights.items()}) for sign in (1.0, -1.0))
    return Span(constant + low, constant + high)


def own_routes(world: Any, flow: Any, corridor: str, commodity: str, origins: list[str]) -> list[dict[str, Any]]:
    """Return every route of highest netback through a corridor from some nodes, as columns; empty without one.

    Routes lead to markets that can take more, or to any where none can.
    """
    for room in (True, False):
        routes = list(_routes(world, flow, corridor, commodity, origins, room=room))
        if routes:
            best = max(route["netback_usd_per_t"] for route in routes)
            return [route for route in routes if route["netback_usd_per_t"] >= best - 1e-6]
    return []


def _routes(
    world: Any, flow: Any, corridor: str, commodity: str, origins: list[str], *, room: bool
) -> Iterator[dict[str, Any]]:
    """Yield the routes without a node crossed twice before the trunk, nor twice after it."""
    nodes = {node.id: node for node in world.nodes}
    cargo = next(record for record in world.commodities if record.id == commodity)
    barred = {q.edge for q in world.quotas if q.commodity == commodity and q.max_mtpa == 0}
    usable = [
        edge
        for edge in world.edges
        if room_of_edge(edge) > 0
        and edge.id not in barred
        and (edge.commodities is None or commodity in edge.commodities)
    ]
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((edge.tail, edge.head, edge.id) for edge in usable)
    by_id = {edge.id: edge for edge in usable}
    for market, delivered in zip(world.markets, flow.markets["delivered_mtpa"], strict=True):
        if market.commodity != commodity:
            continue
        if market.volume_mtpa is not None and market.volume_mtpa <= (delivered + 1e-6 if room else 0.0):
            continue
        for origin in origins:
            for trunk in (edge for edge in usable if crosses(world, edge, commodity, corridor)):
                for before in _paths(graph, origin, trunk.tail):
                    for after in _paths(graph, trunk.head, market.node):
                        edges = [by_id[id] for id in (*before, trunk.id, *after)]
                        yield _columns(world, edges, cargo, origin=origin, market=market)


def _paths(graph: nx.MultiDiGraph, start: str, end: str) -> Iterator[tuple[str, ...]]:
    if start == end:
        yield ()
        return
    for path in nx.all_simple_edge_paths(graph, start, end):
        yield tuple(key for _, _, key in path)


def _columns(world: Any, edges: list[Any], cargo: Any, *, origin: str, market: Any) -> dict[str, Any]:
    """Return the columns of one route."""
    cost = float(sum(cost_of(world, edge, cargo) for edge in edges))
    own_days = {rate.edge: rate.transit_days for rate in world.rates if rate.commodity == cargo.id}
    days = [own_days.get(edge.id) if own_days.get(edge.id) is not None else edge.transit_days for edge in edges]
    risks = [0.0 if edge.risk_score is None and edge.mode == "sea" else edge.risk_score for edge in edges]
    return {
        "origin": origin,
        "destination": market.node,
        "unit_cost_usd_per_t": cost,
        "netback_usd_per_t": market.price_usd_per_t - cost,
        "transit_days": sum(days),
        "risk_score": math.nan if None in risks else max(risks),
    }
