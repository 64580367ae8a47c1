"""The cells of a comparison that are of boxes: TEU a year, USD a box of 40 feet, days and lateness, rents."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from corridor.model.columns import grouped
from corridor.model.commodity_groups import TEU_PER_FEU, largest_first
from corridor.model.terms import terms
from corridor.solver.decompose import Route, decompose_flow
from corridor.solver.flow import Flow
from corridor.solver.rents import Rents
from corridor.study.compared_corridor import ComparedCorridor
from corridor.study.compared_routes import ComparedRoutes, weighted_mean
from corridor.study.comparison_scope import ALL, ComparisonScope

NOT_OF_ROUTE = ("capacity_teu_per_year", "throughput_teu_per_year", "share")
"""Columns for which no route is looked for."""
OF_BOXES = frozenset(grouped("compare")["containers"]) - {"status", "bottleneck", "subjects"}
"""Columns that boxes have by rules of their own."""


class ComparedContainers:
    """The boxes of one state; methods are named as the columns.

    Parameters
    ----------
    flow : Flow
        The state.
    scope : ComparisonScope
        Commodity or group, counted in boxes.
    corridors : mapping of str to ComparedCorridor
        What could move and what moves, by corridor.
    routes : mapping of str to ComparedRoutes
        The best routes of each commodity.
    """

    def __init__(
        self,
        flow: Flow,
        scope: ComparisonScope,
        corridors: Mapping[str, ComparedCorridor],
        routes: Mapping[str, ComparedRoutes],
    ) -> None:
        self.flow, self.scope = flow, scope
        self._corridors, self._routes = corridors, routes
        self._network = flow.network
        self._rents = Rents(flow.solution)
        self._teu_per_mt = 1e6 * self._network.commodity(scope.members[0]).display_per_t
        self._t_per_feu = TEU_PER_FEU * 1e6 / self._teu_per_mt

    def cell(self, corridor: str, column: str, origin: str | None = None) -> float:
        """Return one cell, of what begins at an origin where one is given."""
        if column in NOT_OF_ROUTE:
            return float(getattr(self, column)(corridor))
        of_route: Callable[[Route], float] = getattr(self, column)
        return weighted_mean([(of_route(route), weight) for route, weight in self._moving(corridor, origin)])

    def routes(self, corridor: str, origin: str | None = None) -> list[Route]:
        """Return the routes that price and days are of."""
        return [route for route, _ in self._moving(corridor, origin)]

    def capacity_teu_per_year(self, corridor: str) -> float:
        """Return the most that could move."""
        return self._corridors[corridor].capacity_mtpa * self._teu_per_mt

    def throughput_teu_per_year(self, corridor: str) -> float:
        """Return what moves."""
        return self._corridors[corridor].throughput_mtpa * self._teu_per_mt

    def share(self, corridor: str) -> float:
        """Return the share of all boxes that move which moves that way; NaN where none does."""
        solution = self.flow.solution
        lifted = solution.amounts[solution.program.lifted].tolist()
        supplies = zip(self._network.supplies, lifted, strict=True)
        total = sum(amount for supply, amount in supplies if supply.commodity in self.scope.members)
        return self._corridors[corridor].throughput_mtpa / total if total > 0 else math.nan

    def usd_per_feu(self, route: Route) -> float:
        """Return the posted price of a box of 40 feet."""
        terms_of = (terms(self._network, self._network.edge(id), route.commodity) for id in route.edges)
        return self._t_per_feu * sum(each.posted_usd_per_t for each in terms_of)

    def transit_days(self, route: Route) -> float:
        """Return the time on a route."""
        return route.transit_days

    def late_days(self, route: Route) -> float:
        """Return the expected lateness on a route."""
        return sum(terms(self._network, self._network.edge(id), route.commodity).late_days for id in route.edges)

    def rent_usd_per_feu(self, route: Route) -> float:
        """Return the rents of a box of 40 feet on a route."""
        return self._t_per_feu * self._rents.along(route)

    def _moving(self, corridor: str, origin: str | None) -> Sequence[tuple[Route, float]]:
        """Return the routes of the flow through a corridor with what moves on each.

        Where nothing moves it is the best one of the largest stream that has one; nothing where none can move.
        """
        moving = [
            (route, route.flow_mtpa)
            for route in self._flow_routes
            if route.corridor == corridor and route.commodity in self.scope.members and self._wanted(route, origin)
        ]
        if moving or self._corridors[corridor].capacity_mtpa <= 0:
            return moving
        for commodity in largest_first(self._network, self.scope.members):
            cells = self._routes[commodity].cells(corridor, origin)
            if cells is not None:
                return [(cells.route, 1.0)]
        return []

    @cached_property
    def _flow_routes(self) -> Sequence[Route]:
        return decompose_flow(self.flow.solution)

    def _wanted(self, route: Route, origin: str | None) -> bool:
        """Tell whether a route begins and ends where the comparison asks."""
        if self.scope.destination not in (None, route.destination):
            return False
        return self.scope.is_group or route.origin in (self.scope.every_origin if origin in (None, ALL) else [origin])
