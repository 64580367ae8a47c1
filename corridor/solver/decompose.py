"""Routes: a flow split into them, and the best one through a corridor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridor.model.formulas import netback
from corridor.model.network import Network
from corridor.model.tolerances import FULL_MTPA, SHORTER_USD_PER_T, TIE_USD_PER_T, ZERO_MTPA
from corridor.solver.program import Floats, Program, ProgramState

if TYPE_CHECKING:
    from corridor.solver.flow import Flow


@dataclass(frozen=True)
class Route:
    """Edges in order, from a supply to a market.

    Attributes
    ----------
    edges : tuple of str
        Ids of the edges; empty where supply and market share a node.
    flow_mtpa : float
        Tonnes that take it; 0 for a route that only might be taken. [Mt/y]
    """

    edges: tuple[str, ...]
    commodity: str
    corridor: str | None
    flow_mtpa: float
    unit_cost_usd_per_t: float
    netback_usd_per_t: float
    transit_days: float
    origin: str
    destination: str


def _route(
    network: Network,
    program: Program,
    state: ProgramState,
    columns: Iterable[int],
    commodity: str,
    ends: tuple[str, str],
    flow: float,
) -> Route:
    """Return the route along some flow columns."""
    columns = list(columns)
    edges = [network.edges[program.edge_of(column)] for column in columns]
    cost = float(sum(state.cost[column] for column in columns))
    price = next(m.price_usd_per_t for m in network.markets if (m.node, m.commodity) == (ends[1], commodity))
    return Route(
        edges=tuple(edge.id for edge in edges),
        commodity=commodity,
        corridor=next((edge.corridor for edge in edges if edge.corridor is not None), None),
        flow_mtpa=flow,
        unit_cost_usd_per_t=cost,
        netback_usd_per_t=netback(price, cost),
        transit_days=sum(edge.transit_days for edge in edges),
        origin=ends[0],
        destination=ends[1],
    )


def split(network: Network, program: Program, state: ProgramState, amounts: Floats) -> tuple[Route, ...]:
    """Return routes that add up to a flow.

    Notes
    -----
    From each supply in turn, sorted by id, the fattest edge onward is followed until the market takes more than any
    edge does. Each step uses up an edge, a supply or a market, so there are at most as many routes as of these.
    Round trips, which cost nothing or the flow would not be optimal, are left out.
    """
    routes: list[Route] = []
    for which, commodity in enumerate(program.commodities):
        leaving: dict[str, dict[int, float]] = {}
        for column in (program.flow_commodity == which).nonzero()[0].tolist():
            if amounts[column] > ZERO_MTPA:
                leaving.setdefault(network.edges[program.edge_of(column)].tail, {})[column] = float(amounts[column])
        delivered = amounts[program.required] + amounts[program.extra]
        arriving = {m.node: float(delivered[at]) for at, m in enumerate(network.markets) if m.commodity == commodity}
        for at, supply in enumerate(network.supplies):
            left = float(amounts[program.lifted][at]) if supply.commodity == commodity else 0.0
            while left > ZERO_MTPA:
                columns, end = _walk(network, program, supply.node, leaving, arriving)
                flow = min([left, arriving.get(end, 0.0), *(leaving[_tail(network, program, c)][c] for c in columns)])
                if flow <= 0.0:
                    break
                for column in columns:
                    _take(leaving[_tail(network, program, column)], column, flow)
                arriving[end] -= flow
                left -= flow
                routes.append(_route(network, program, state, columns, commodity, (supply.node, end), flow))
    return tuple(routes)


def _tail(network: Network, program: Program, column: int) -> str:
    return network.edges[program.edge_of(column)].tail


def _take(leaving: dict[int, float], column: int, flow: float) -> None:
    """Take a flow off what is left on a column."""
    leaving[column] -= flow
    if leaving[column] <= ZERO_MTPA:
        del leaving[column]


def _walk(
    network: Network,
    program: Program,
    start: str,
    leaving: dict[str, dict[int, float]],
    arriving: Mapping[str, float],
) -> tuple[list[int], str]:
    """Return the columns from a node to a market along the fattest edges, round trips taken out of the flow."""
    node, columns, seen = start, list[int](), {start: 0}
    while True:
        onward = leaving.get(node, {})
        column = max(onward, key=lambda c: (onward[c], -c), default=None)
        if column is None or arriving.get(node, 0.0) >= onward[column]:
            return columns, node
        columns.append(column)
        node = network.edges[program.edge_of(column)].head
        if node in seen:
            lap, columns = columns[seen[node] :], columns[: seen[node]]
            flow = min(leaving[_tail(network, program, c)][c] for c in lap)
            for c in lap:
                _take(leaving[_tail(network, program, c)], c, flow)
            seen = {where: at for where, at in seen.items() if at <= len(columns)}
        seen[node] = len(columns)


class Ways:
    """The best ways of one commodity in one state: from a supply to every node, and from every node to a market."""

    def __init__(self, flow: Flow, commodity: str, room: bool) -> None:
        """Find the ways to markets that would take more, or to all of them where no room is asked for."""
        network, program, state = flow.network, flow.program, flow.state
        self._network, self._program, self._state, self.commodity = network, program, state, commodity
        which = program.commodities.index(commodity)
        self._columns = [
            column
            for column in (program.flow_commodity == which).nonzero()[0].tolist()
            if state.upper[column] > 0 and network.edges[program.edge_of(column)].available_mtpa > 0
        ]
        prices = {
            market.node: market.price_usd_per_t
            for market, delivered in zip(network.markets, flow.delivered_by_market, strict=True)
            if market.commodity == commodity
            and (market.volume_mtpa is None or market.volume_mtpa > (delivered + FULL_MTPA if room else 0.0))
        }
        self._worth, self._onward = self._best({node: -price for node, price in prices.items()}, backward=True)

    def through(self, corridor: str, origins: Iterable[str]) -> Route | None:
        """Return the route of highest netback through a corridor from one of some origins, or None if there is none."""
        found: Route | None = None
        for origin in origins:
            cost, back = self._best({origin: 0.0}, backward=False)
            for column in self._columns:
                edge = self._network.edges[self._program.edge_of(column)]
                if edge.corridor != corridor or edge.tail not in cost or edge.head not in self._worth:
                    continue
                total = cost[edge.tail] + float(self._state.cost[column]) + self._worth[edge.head]
                if found is None or -total > found.netback_usd_per_t + TIE_USD_PER_T:
                    found = self._assemble(origin, back, column)
        return found

    def _assemble(self, origin: str, back: dict[str, int], trunk: int) -> Route:
        network, program = self._network, self._program
        columns = [trunk]
        node = network.edges[program.edge_of(trunk)].tail
        while node != origin:
            columns.insert(0, back[node])
            node = network.edges[program.edge_of(back[node])].tail
        node = network.edges[program.edge_of(trunk)].head
        while node in self._onward:
            columns.append(self._onward[node])
            node = network.edges[program.edge_of(self._onward[node])].head
        return _route(network, program, self._state, columns, self.commodity, (origin, node), 0.0)

    def _best(self, start: Mapping[str, float], *, backward: bool) -> tuple[dict[str, float], dict[str, int]]:
        """Return least costs from the starts, and the column by which each node is reached (Bellman-Ford)."""
        cost, reached_by = dict(start), dict[str, int]()
        edges, at = self._network.edges, self._program.flow_edge
        steps = [(c, edges[at[c]].head, edges[at[c]].tail) if backward else (c, edges[at[c]].tail, edges[at[c]].head)
                 for c in self._columns]  # fmt: skip
        for _ in range(len(self._network.nodes)):
            settled = True
            for column, near, far in steps:
                if near in cost:
                    total = cost[near] + float(self._state.cost[column])
                    if total < cost.get(far, math.inf) - SHORTER_USD_PER_T:
                        cost[far], reached_by[far], settled = total, column, False
            if settled:
                break
        return cost, reached_by
