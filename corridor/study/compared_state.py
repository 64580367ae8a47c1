"""`ComparedState`: one state of a network as a comparison sees it, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from corridor.model.columns import blank, grouped
from corridor.model.network import Network
from corridor.solver.decompose import Route
from corridor.solver.flow import Flow
from corridor.solver.program import Floats
from corridor.solver.warm import WarmSolver
from corridor.study.compared_containers import NOT_OF_ROUTE, OF_BOXES, ComparedContainers
from corridor.study.compared_corridor import ComparedCorridor
from corridor.study.compared_routes import MEANS, MEANS_OF_GROUP, ComparedRoutes, RouteCells, weakest, weighted_mean
from corridor.study.comparison_scope import ALL, ComparisonScope
from corridor.study.subjects import FlowSubjects

_EMPTY = blank("compare")
_NOT_OF_CUT = frozenset(
    {"nameplate_mtpa", "throughput_mtpa", "shortfall_if_lost_mtpa", "shortfall_if_lost_all_mtpa",
     "loss_if_lost_musd_per_year", "throughput_teu_per_year", "share"}
)  # fmt: skip
"""Columns for which neither a capacity nor a route is looked for."""
_NOT_OF_ROUTE = _NOT_OF_CUT | {
    "status", "reachable_mtpa", "capacity_mtpa", "bottleneck", "capacity_used", *NOT_OF_ROUTE,
}  # fmt: skip
"""Columns for which no route is looked for."""
_OF_BASELINE = frozenset(grouped("compare")["risk"])
"""Columns that only the baseline has."""


class ComparedState:
    """One state of a network as a comparison sees it; what is not asked for is not solved.

    Parameters
    ----------
    solver : WarmSolver
        Solver of the network compared, or of one that differs in numbers only.
    flow : Flow
        The state.
    scope : ComparisonScope
        Commodity or group, origins, destination and corridors.
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
        self.flow, self.scope = flow, scope
        self._is_baseline = before is None
        self._solver = solver.solver_for(flow.network)
        self._corridors: dict[str, ComparedCorridor] = {
            id: ComparedCorridor(
                self._solver, flow, id, scope.members, weights=weights, before=before._corridors[id] if before else None
            )
            for id in scope.corridors
        }

    @property
    def other_origins(self) -> list[str]:
        """What to know of the ways looked at that begin elsewhere than at the scope's origin."""
        first = self.scope.origin
        searched_origins = {} if self.scope.is_group else self._routes.searched_origins()
        return [
            f"{corridor}: no way leads there from {first}; cost, time and netback are of a tonne from {origin}."
            for corridor, origin in searched_origins.items()
            if origin != first
        ]

    def row(self, corridor: str, columns: Iterable[str], origin: str | None = None) -> dict[str, Any]:
        """Return some cells of a row of `compare`; `origin` as in `cell`."""
        return {column: self.cell(corridor, column, origin) for column in columns}

    def cell(self, corridor: str, column: str, origin: str | None = None) -> Any:
        """Return one cell of `compare`: for the scope's origin, for another, or for all (`ALL`)."""
        if column in _OF_BASELINE and not self._is_baseline:
            return _EMPTY[column]
        if hasattr(ComparedCorridor, column):
            return getattr(self._corridors[corridor], column)
        if self.scope.in_boxes and column in OF_BOXES:
            return self._containers.cell(corridor, column, origin)
        if self.scope.in_boxes and column == "subjects":
            return self._subjects(corridor, self._containers.routes(corridor, origin))
        if self.scope.is_group:
            return self._cell_of_group(corridor, column)
        if self._corridors[corridor].is_impassable:
            cells = None
        elif origin == ALL and column in MEANS:
            return self._routes.mean(corridor, column)
        else:
            cells = self._routes.cells(corridor, origin)
        if column == "subjects":
            return self._subjects(corridor, [] if cells is None else [cells.route])
        return getattr(cells, column, _EMPTY[column])

    def expected_loss_bounds(self) -> dict[str, float]:
        """Return what sets of three hazards and more add to the expected loss at most, by corridor. [USD/t]"""
        cells = {id: None if self.scope.is_group else self._routes.cells(id) for id in self.scope.corridors}
        bounds = {id: each.expected_loss_bound_usd_per_t for id, each in cells.items() if each is not None}
        return {id: bound for id, bound in bounds.items() if bound == bound}

    def subjects(self, corridor: str, columns: Iterable[str]) -> dict[str, str]:
        """Return ids of what some columns rest on, for `sources`: limits, best routes, and what passes there.

        Nothing is solved for it that the columns do not need. With rows for every origin each has a route of its own.
        """
        asked, network = set(columns), self.flow.network
        trunk = [edge.id for edge in network.trunk_of_peers(corridor, self.scope.members)]
        parts = {
            "limits": [*trunk, *_fleets(network, trunk)],
            "flow": list(self._flow_subjects.through(corridor)),
        }
        if asked - _NOT_OF_CUT:
            parts["limits"] += [limit.id for limit in self._corridors[corridor].capacity.limits]
        if "reachable_mtpa" in asked:
            lifted = self._corridors[corridor].reachable.bottleneck
            parts["reachable"] = [*trunk, *(limit.id for limit in lifted)]
        if asked - _NOT_OF_ROUTE and self._corridors[corridor].capacity_mtpa > 0:
            for origin in (origin for origin in self.scope.row_origins if origin != ALL):
                name = "route" if origin is None else f"route:{origin}"
                cells = (routes.cells(corridor, origin) for routes in self._routes_by_member.values())
                parts[name] = [id for each in cells if each is not None for id in _of_route(network, each)]
        return {name: ";".join(dict.fromkeys([*ids, *self.scope.members])) for name, ids in parts.items() if ids}

    @cached_property
    def _flow_subjects(self) -> FlowSubjects:
        return FlowSubjects(self.flow.solution, *self.scope.members)

    def _cell_of_group(self, corridor: str, column: str) -> Any:
        """Return a cell of a group: of its commodities' best routes, by what each moves that way."""
        cells = {
            commodity: cells
            for commodity, routes in self._routes_by_member.items()
            if self.flow.throughput_mtpa(corridor, commodity) > 0 and (cells := routes.cells(corridor)) is not None
        }
        if column == "subjects":
            return self._subjects(corridor, [each.route for each in cells.values()])
        if column == "risk_score":
            return weakest(each.risk_score for each in cells.values())
        if column not in MEANS_OF_GROUP:
            return _EMPTY[column]
        moved = {commodity: self.flow.throughput_mtpa(corridor, commodity) for commodity in cells}
        return weighted_mean([(getattr(each, column), moved[commodity]) for commodity, each in cells.items()])

    @property
    def _routes(self) -> ComparedRoutes:
        return self._routes_by_member[self.scope.commodity]

    @cached_property
    def _routes_by_member(self) -> dict[str, ComparedRoutes]:
        """The best routes of each commodity."""
        network = self.flow.network
        return {
            id: ComparedRoutes(self._solver, self.flow, self.scope.of_member(network, id)) for id in self.scope.members
        }

    @cached_property
    def _containers(self) -> ComparedContainers:
        return ComparedContainers(self.flow, self.scope, self._corridors, self._routes_by_member)

    def _subjects(self, corridor: str, routes: Iterable[Route]) -> tuple[str, ...]:
        """Return the ids whose figures a row rests on: trunk, bottleneck, routes, fleets, ends, countries."""
        network, routes = self.flow.network, list(routes)
        trunk = [edge.id for edge in network.trunk_of_peers(corridor, self.scope.members)]
        edges = trunk + [id for route in routes for id in route.edges]
        ends = [f"{node}.{route.commodity}" for route in routes for node in (route.origin, route.destination)]
        fleets = [edge.fleet for edge in map(network.edge, edges) if edge.fleet is not None]
        limits = [limit.id for limit in self._corridors[corridor].capacity.limits]
        countries = [country for id in edges for country in network.edge(id).countries]
        return tuple(dict.fromkeys([*edges, *limits, *fleets, *ends, *self.scope.members, *countries]))


def _of_route(network: Network, cells: RouteCells) -> list[str]:
    """Return the ids whose figures a best route rests on: edges and their fleets, ends, countries crossed."""
    route = cells.route
    ends = [f"{node}.{route.commodity}" for node in (route.origin, route.destination)]
    return [*route.edges, *_fleets(network, route.edges), *ends, *filter(None, cells.countries.split("-"))]


def _fleets(network: Network, edges: Iterable[str]) -> list[str]:
    return [fleet for id in edges if (fleet := network.edge(id).fleet) is not None]
