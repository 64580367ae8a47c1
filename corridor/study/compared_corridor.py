"""The cells of a comparison: of one corridor in one state, each solved only when it is asked for."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

from corridor.model.columns import blank
from corridor.model.network import Network
from corridor.risk.exposure import Exposures
from corridor.solver.capacity import RouteCapacity, nameplate_mtpa, reachable_mtpa, route_capacity
from corridor.solver.decompose import Route
from corridor.solver.flow import Flow
from corridor.solver.program import Floats
from corridor.solver.solution import Solution
from corridor.solver.warm import WarmSolver
from corridor.study.best_routes import RouteSearch, route_assets
from corridor.study.comparison_scope import ComparisonScope
from corridor.study.outcomes import losses

_CHANGED_MTPA = 1e-6
"""Capacities that differ by no more are the same. [Mt/y]"""
_EMPTY = blank("compare")


class ComparedState:
    """One state of a network as a comparison sees it.

    Parameters
    ----------
    solver : WarmSolver
        Solver of the network compared, or of one that differs in numbers only.
    flow : Flow
        The state.
    scope : ComparisonScope
        Commodity, origins and corridors.
    weights : shape (n_supplies,)
        What a tonne of each supply counts where all shippers are added up.
    before : ComparedState, optional
        The baseline, against which the status of a corridor is told; itself by default.
    """

    def __init__(
        self,
        solver: WarmSolver,
        flow: Flow,
        scope: ComparisonScope,
        *,
        weights: Floats,
        before: ComparedState | None = None,
    ) -> None:
        self.flow, self.scope, self.weights = flow, scope, weights
        self.solver = solver.solver_for(flow.network)
        self.before = self if before is None else before
        self._search = RouteSearch(flow, scope.commodity)
        self._corridors = {id: ComparedCorridor(self, id) for id in scope.corridors}
        self._routes: dict[str, RouteCells | None] = {}

    @cached_property
    def exposures(self) -> Exposures:
        """What the network's hazards do to its edges and nodes."""
        return Exposures.of(self.flow.network, self.flow)

    @property
    def network(self) -> Network:
        """The network, scenario applied."""
        return self.flow.network

    def corridor(self, id: str) -> ComparedCorridor:
        """Return what is known of a corridor whatever the origin."""
        return self._corridors[id]

    def cell(self, corridor: str, column: str) -> Any:
        """Return one cell of `compare`."""
        if hasattr(ComparedCorridor, column):
            return getattr(self._corridors[corridor], column)
        cells = self.route_cells(corridor)
        if column == "subjects":
            capacity, route = self._corridors[corridor].capacity, None if cells is None else cells.route
            return _subjects(self.network, corridor, self.scope.commodity, capacity=capacity, route=route)
        return _EMPTY[column] if cells is None else getattr(cells, column)

    def route_cells(self, corridor: str) -> RouteCells | None:
        """Return the cells of a corridor's best route; None where none leads there, or nothing could move."""
        if corridor not in self._routes:
            some = self._corridors[corridor].capacity_mtpa > 0
            route = self._search.best(corridor, self.scope.origins) if some else None
            self._routes[corridor] = None if route is None else RouteCells(self, route)
        return self._routes[corridor]

    def row(self, corridor: str, columns: Iterable[str]) -> dict[str, Any]:
        """Return the cells of some columns."""
        return {column: self.cell(corridor, column) for column in columns}


class ComparedCorridor:
    """The cells of one corridor in one state that do not depend on where a tonne begins; named as the columns."""

    def __init__(self, state: ComparedState, id: str) -> None:
        self.state, self.id = state, id

    @cached_property
    def capacity(self) -> RouteCapacity:
        """The most that could move, and what stops more."""
        state = self.state
        return route_capacity(state.solver, state.flow.solution, self.id, state.scope.commodity)

    @property
    def status(self) -> str:
        """How its capacity compares with the baseline's."""
        now, before = self.capacity_mtpa, self.state.before.corridor(self.id).capacity_mtpa
        if now <= _CHANGED_MTPA:
            limits = self.capacity.bottleneck
            return "no access" if limits and all(limit.kind == "quota" for limit in limits) else "closed"
        if before <= _CHANGED_MTPA:
            return "opened"
        if now < before - _CHANGED_MTPA:
            return "reduced"
        return "expanded" if now > before + _CHANGED_MTPA else "open"

    @property
    def nameplate_mtpa(self) -> float:
        """What the trunk in service is built for."""
        return nameplate_mtpa(self.state.network, self.id)

    @cached_property
    def reachable_mtpa(self) -> float:
        """The most that could move with the commodity's quotas lifted."""
        state = self.state
        return reachable_mtpa(state.solver, state.flow.solution, self.id, state.scope.commodity, capacity=self.capacity)

    @property
    def capacity_mtpa(self) -> float:
        """The most that could move."""
        return self.capacity.capacity_mtpa

    @property
    def bottleneck(self) -> str:
        """A minimum cut."""
        return self.capacity.named()

    @property
    def throughput_mtpa(self) -> float:
        """What moves."""
        return self.state.flow.throughput_mtpa(self.id, self.state.scope.commodity)

    @property
    def capacity_used(self) -> float:
        """Throughput over capacity; NaN where nothing or everything could move."""
        limited = 0 < self.capacity_mtpa < math.inf
        return self.throughput_mtpa / self.capacity_mtpa if limited else math.nan

    @cached_property
    def _lost(self) -> Solution | None:
        """The optimum without the corridor; None where nothing crosses it, so that the flow remains optimal.

        Closing trunk edges is closing their columns.
        """
        solution = self.state.flow.solution
        columns = solution.program.trunk_columns(self.state.network, self.id)
        if not solution.amounts[columns].any():
            return None
        upper = solution.state.upper.copy()
        upper[columns] = 0.0
        closed = dataclasses.replace(solution.state, upper=upper)
        return solution.of_state(closed, self.state.solver.optimum(closed))

    @property
    def shortfall_if_lost_mtpa(self) -> float:
        """How much more of the commodity would go unlifted without it."""
        own = np.array([supply.commodity == self.state.scope.commodity for supply in self.state.network.supplies])
        return self._more_unlifted(own.astype(float))

    @property
    def shortfall_if_lost_all_mtpa(self) -> float:
        """How much more of all shippers' supply would go unlifted without it."""
        return self._more_unlifted(self.state.weights)

    def _more_unlifted(self, weights: Floats) -> float:
        if self._lost is None:
            return 0.0
        return float(weights @ (self._lost.shortfall_by_supply - self.state.flow.shortfall_by_supply))

    @property
    def loss_if_lost_musd_per_year(self) -> float:
        """Loss of all shippers without it."""
        return 0.0 if self._lost is None else losses(Flow(self._lost), self.state.flow)["loss_musd_per_year"]


class RouteCells:
    """The cells of one corridor in one state that are of its best route; named as the columns."""

    def __init__(self, state: ComparedState, route: Route) -> None:
        self._state, self.route = state, route
        self._edges = [state.network.edge(id) for id in route.edges]

    @property
    def origin(self) -> str:
        """Where it begins."""
        return self.route.origin

    @property
    def destination(self) -> str:
        """Where it ends."""
        return self.route.destination

    @property
    def unit_cost_usd_per_t(self) -> float:
        """What a tonne costs on it."""
        return self.route.unit_cost_usd_per_t

    @property
    def netback_usd_per_t(self) -> float:
        """Price less cost."""
        return self.route.netback_usd_per_t

    @property
    def transit_days(self) -> float:
        """Time on it."""
        return self.route.transit_days

    @property
    def distance_km(self) -> float:
        """Its length."""
        return sum(edge.distance_km for edge in self._edges)

    @property
    def countries(self) -> str:
        """Countries in the order crossed, without consecutive repeats."""
        crossed = itertools.groupby(country for edge in self._edges for country in edge.countries)
        return "-".join(country for country, _ in crossed)

    @property
    def risk_score(self) -> float:
        """Governance of the weakest country."""
        return max((e.risk_score for e in self._edges if e.risk_score is not None), default=math.nan)

    @cached_property
    def availability(self) -> float:
        """Mean share of capacity in service."""
        return self._state.exposures.availability(route_assets(self._state.network, self.route))

    @property
    def expected_loss_usd_per_t(self) -> float:
        """Netback lost to outages if no other route is taken."""
        return (1.0 - self.availability) * max(0.0, self.route.netback_usd_per_t)


def _subjects(
    network: Network, corridor: str, commodity: str, *, capacity: RouteCapacity, route: Route | None
) -> tuple[str, ...]:
    """Return the ids whose figures a row rests on: trunk, bottleneck, route, its supply and market, countries."""
    edges = [edge.id for edge in network.trunk(corridor)] + list(route.edges if route is not None else ())
    supply_and_market = (f"{route.origin}.{commodity}", f"{route.destination}.{commodity}") if route is not None else ()
    countries = [country for id in edges for country in network.edge(id).countries]
    limits = [limit.id for limit in capacity.bottleneck]
    return tuple(dict.fromkeys([*edges, *limits, *supply_and_market, commodity, *countries]))
