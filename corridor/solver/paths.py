"""`BestPaths`: the route of highest netback through a corridor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from corridor.model.network import Network
from corridor.model.records import Edge
from corridor.model.tolerances import FULL_MTPA, SHORTER_USD_PER_T, TIE_USD_PER_T
from corridor.solver.decompose import Route, route_along
from corridor.solver.solution import Solution


def origins_in_turn(network: Network, commodity: str) -> list[list[str]]:
    """Return the nodes from which routes are measured: the largest supply, and all others for want of a route there."""
    supplies = sorted((s for s in network.supplies if s.commodity == commodity), key=lambda s: (-s.volume_mtpa, s.node))
    nodes = [supply.node for supply in supplies]
    return [nodes[:1], nodes[1:]]


class BestPaths:
    """The best paths of one commodity in one state: from a supply to every node, and from every node to a market."""

    def __init__(self, solution: Solution, commodity: str, room: bool, destination: str | None = None) -> None:
        """Find the paths to markets that would take more, or to all of them where no room is asked for.

        With a destination only the market at that node counts.
        """
        network, program, state = solution.network, solution.program, solution.state
        self._solution, self._network, self._program, self.commodity = solution, network, program, commodity
        self._cost = state.cost.tolist()
        which = program.commodities.index(commodity)
        absent = {fleet.id for fleet in network.fleets if fleet.available_mt_days == 0}
        self._columns = [
            column
            for column in (program.flow_commodity == which).nonzero()[0].tolist()
            if state.upper[column] > 0
            and (edge := network.edges[program.edge_of(column)]).available_mtpa > 0
            and edge.fleet not in absent
        ]
        prices = {
            market.node: market.price_usd_per_t
            for market, delivered in zip(network.markets, solution.delivered_by_market, strict=True)
            if market.commodity == commodity
            and destination in (None, market.node)
            and (market.volume_mtpa is None or market.volume_mtpa > (delivered + FULL_MTPA if room else 0.0))
        }
        self._tail_and_head = [(edge.tail, edge.head) for edge in map(self._edge, self._columns)]
        self._trunks: dict[str | None, list[int]] = {}
        for column in self._columns:
            label = network.trunk_labels.of(self._edge(column).id, commodity)
            self._trunks.setdefault(label, []).append(column)
        self._from: dict[str, tuple[dict[str, float], dict[str, int]]] = {}
        self._worth, self._onward = self._best({node: -price for node, price in prices.items()}, backward=True)

    def _edge(self, column: int) -> Edge:
        return self._network.edges[self._program.edge_of(column)]

    def through(self, corridor: str, origins: Iterable[str]) -> Route | None:
        """Return the route of highest netback through a corridor from one of some origins, or None if there is none."""
        return self._through(corridor, origins)

    def _through(self, corridor: str, origins: Iterable[str], *, only: str | None = None) -> Route | None:
        """Return the best route through a corridor, or through one of its trunk edges."""
        best: Route | None = None
        for origin in origins:
            if origin not in self._from:
                self._from[origin] = self._best({origin: 0.0}, backward=False)
            cost, back = self._from[origin]
            for column in self._trunks.get(corridor, ()):
                edge = self._edge(column)
                if only not in (None, edge.id):
                    continue
                if edge.tail not in cost or edge.head not in self._worth:
                    continue
                total = cost[edge.tail] + self._cost[column] + self._worth[edge.head]
                if best is None or -total > best.netback_usd_per_t + TIE_USD_PER_T:
                    best = self._assemble(origin, back, column)
        return best

    def through_each(self, corridor: str, origins: Iterable[str]) -> list[Route]:
        """Return the route of highest netback through each trunk edge of a corridor that has one."""
        edges = dict.fromkeys(self._edge(column).id for column in self._trunks.get(corridor, ()))
        routes = (self._through(corridor, origins, only=edge) for edge in edges)
        return [route for route in routes if route is not None]

    def _assemble(self, origin: str, back: dict[str, int], trunk: int) -> Route:
        columns = [trunk]
        node = self._edge(trunk).tail
        while node != origin:
            columns.insert(0, back[node])
            node = self._edge(back[node]).tail
        node = self._edge(trunk).head
        while node in self._onward:
            columns.append(self._onward[node])
            node = self._edge(self._onward[node]).head
        return route_along(
            self._solution, columns, commodity=self.commodity, origin=origin, destination=node, flow_mtpa=0.0
        )

    def _best(self, start: Mapping[str, float], *, backward: bool) -> tuple[dict[str, float], dict[str, int]]:
        """Return least costs from the starts, and the column by which each node is reached (Bellman-Ford).

        Not networkx's: it takes five times as long on the shipped network and has no tolerance, without which a cycle
        that costs nothing but rounding is one of negative cost.
        """
        cost, reached_by = dict(start), dict[str, int]()
        steps = [
            (column, head, tail) if backward else (column, tail, head)
            for column, (tail, head) in zip(self._columns, self._tail_and_head, strict=True)
        ]
        for _ in range(len(self._network.nodes)):
            settled = True
            for column, near, far in steps:
                if near in cost:
                    total = cost[near] + self._cost[column]
                    if total < cost.get(far, math.inf) - SHORTER_USD_PER_T:
                        cost[far], reached_by[far], settled = total, column, False
            if settled:
                break
        return cost, reached_by
