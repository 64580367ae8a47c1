"""The cells of a comparison that are of best routes: cost, time, risk, netback, the next tonne."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from corridor.model.commodity_groups import chooses
from corridor.model.formulas import ROUNDING
from corridor.model.network import Network
from corridor.model.records import Edge
from corridor.risk.exposure import Asset, Exposures
from corridor.risk.hazard_sets import HazardSets
from corridor.solver.decompose import Route, decompose_flow
from corridor.solver.flow import Flow
from corridor.solver.marked_tonne import MarkedTonne
from corridor.solver.warm import WarmSolver
from corridor.study.best_routes import RouteSearch, route_assets
from corridor.study.comparison_scope import ALL, ComparisonScope

_LEAST_MTPA = 0.05
"""A corridor that carries less has no expected loss a tonne. [Mt/y]"""
MEANS = (
    "unit_cost_usd_per_t", "transit_days", "distance_km", "risk_score", "netback_usd_per_t",
    "next_tonne_usd_per_t", "availability", "untouched_share", "closed_share", "expected_loss_usd_per_t",
)  # fmt: skip
"""Numbers of a route, which have a mean over origins."""
MEANS_OF_GROUP = ("unit_cost_usd_per_t", "transit_days", "distance_km")
"""Numbers of a route that have a mean over the commodities of a group; the others need one origin."""


class RouteCells:
    """A best route in one state; properties are named as the columns."""

    def __init__(self, routes: ComparedRoutes, route: Route) -> None:
        self._routes, self.route = routes, route
        self._edges = [routes.flow.network.edge(id) for id in route.edges]

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
        return weakest(map(_risk_score, self._edges))

    @cached_property
    def assets(self) -> list[Asset]:
        """All that a tonne needs on it."""
        return route_assets(self._routes.flow.network, self.route)

    @cached_property
    def availability(self) -> float:
        """Mean share of capacity in service."""
        return self._routes.exposures.availability(self.assets)

    @cached_property
    def untouched_share(self) -> float:
        """Share of time in which nothing is taken from it; NaN where nothing is on record."""
        exposures = self._routes.exposures
        return exposures.untouched(self.assets) if exposures.aimed(self.assets) else math.nan

    @cached_property
    def closed_share(self) -> float:
        """Share of time in which nothing can pass, on no best route by any trunk edge."""
        exposures = self._routes.exposures
        if not exposures.aimed(self.assets):
            return math.nan
        return exposures.closed(self._routes.by_each_trunk_edge(self.route))

    @cached_property
    def disturbed_by_country(self) -> str:
        """Shares of time in which something is taken from it, by where the hazards lie."""
        return disturbed_text(self._routes.exposures.disturbed_by_country(self.assets))

    @cached_property
    def next_tonne_usd_per_t(self) -> float:
        """What the next tonne at its origin earns if it must go this way; NaN where every such way is full.

        NaN too of a commodity that chooses: the next of its tonnes does not take the way that earns most.
        """
        assert self.route.corridor is not None
        if chooses(self._routes.flow.network, self.route.commodity):
            return math.nan
        return self._routes.marked(self.origin).netback_usd_per_t(self.route.corridor)

    @property
    def expected_loss_usd_per_t(self) -> float:
        """Expected fall of the commodity's netback by hazards on it, over what the corridor carries of it."""
        return self._expected_loss[0]

    @property
    def expected_loss_bound_usd_per_t(self) -> float:
        """What sets of three hazards and more add to it at most."""
        return self._expected_loss[1]

    @cached_property
    def _expected_loss(self) -> tuple[float, float]:
        assert self.route.corridor is not None
        moved = self._routes.flow.throughput_mtpa(self.route.corridor, self.route.commodity)
        if moved < _LEAST_MTPA or not self._routes.exposures.aimed(self.assets):
            return math.nan, math.nan
        sets = hazard_sets(self._routes.flow.network)
        loss = sets.expected_loss(self.route.commodity, sets.striking(self.assets))
        return loss.musd_per_year / moved, loss.bound_musd_per_year / moved


class ComparedRoutes:
    """The best routes of one commodity in one state.

    Parameters
    ----------
    solver : WarmSolver
        The one that holds the flow's program (`WarmSolver.solver_for`).
    flow : Flow
        The state.
    scope : ComparisonScope
        Commodity, origins and destination; of one commodity.
    """

    def __init__(self, solver: WarmSolver, flow: Flow, scope: ComparisonScope) -> None:
        self.flow, self.scope = flow, scope
        self._solver = solver
        self._marked: dict[str, MarkedTonne] = {}
        self._cells: dict[tuple[str, str | None], RouteCells | None] = {}

    @cached_property
    def exposures(self) -> Exposures:
        """What the network's hazards do to its edges and nodes."""
        return Exposures.of(self.flow.network, self.flow)

    def marked(self, origin: str) -> MarkedTonne:
        """Return the next tonne at an origin."""
        if origin not in self._marked:
            self._marked[origin] = MarkedTonne(
                self._solver, self.flow.solution, commodity=self.scope.commodity, origin=origin,
                destination=self.scope.destination,
            )  # fmt: skip
        return self._marked[origin]

    def cells(self, corridor: str, origin: str | None = None) -> RouteCells | None:
        """Return the best route through a corridor, None where there is none.

        It begins at one origin; by default at the scope's first, else at one that uses the corridor, else at any. Of
        all origins it is the best from one that uses the corridor, else from any.
        """
        key = corridor, origin
        if key not in self._cells:
            route = self._search.best(corridor, self._origins_in_turn(corridor, origin))
            self._cells[key] = None if route is None else RouteCells(self, route)
        return self._cells[key]

    def by_each_trunk_edge(self, route: Route) -> list[list[Asset]]:
        """Return what a tonne needs on a route, and on the best route from its origin by each other trunk edge."""
        assert route.corridor is not None
        routes = self._search.each(route.corridor, [[route.origin]])
        return [route_assets(self.flow.network, each) for each in routes]

    def searched_origins(self) -> dict[str, str]:
        """Return where the routes begin that were asked for without an origin, by corridor."""
        own = ((corridor, cells) for (corridor, origin), cells in self._cells.items() if origin is None)
        return {corridor: cells.origin for corridor, cells in own if cells is not None}

    def mean(self, corridor: str, column: str) -> float:
        """Return the mean of a column over the origins that have a way, by supply volume; NaN where one is unknown.

        The mean of the next tonne is over the origins that have one.
        """
        own = (supply for supply in self.flow.network.supplies if supply.commodity == self.scope.commodity)
        volumes = {supply.node: supply.volume_mtpa for supply in own}
        numbers = [
            (float(getattr(cells, column)), volumes[origin])
            for origin in self.scope.every_origin
            if (cells := self.cells(corridor, origin)) is not None
        ]
        if column == "next_tonne_usd_per_t":
            numbers = [pair for pair in numbers if not math.isnan(pair[0])]
        return weighted_mean(numbers)

    def _origins_in_turn(self, corridor: str, origin: str | None) -> Iterable[Sequence[str]]:
        """Yield the origins to try; flows are split into routes only where the first has no way."""
        if origin not in (None, ALL):
            yield [str(origin)]
            return
        if origin is None:
            yield self.scope.origins[0] if self.scope.origins else []
        if len(self.scope.every_origin) > 1:
            using = {
                r.origin for r in self._flow_routes if (r.corridor, r.commodity) == (corridor, self.scope.commodity)
            }
            yield [node for node in self.scope.every_origin if node in using]
        yield self.scope.every_origin

    @cached_property
    def _flow_routes(self) -> Sequence[Route]:
        return decompose_flow(self.flow.solution)

    @cached_property
    def _search(self) -> RouteSearch:
        return RouteSearch(self.flow, self.scope.commodity, self.scope.destination)


def disturbed_text(shares: Mapping[str, float]) -> str:
    """Return shares of time by country as text, as in "RUS 5.34 %, TUR 0.81 %"; those by no country last.

    Examples
    --------
    >>> disturbed_text({"TUR": 0.0081, "": 0.001, "RUS": 0.0534})
    'RUS 5.34 %, TUR 0.81 %, no country given 0.10 %'
    """
    named = sorted((not country, country, share) for country, share in shares.items() if share > ROUNDING)
    return ", ".join(f"{country or 'no country given'} {100 * share:.2f} %" for _, country, share in named)


def hazard_sets(network: Network) -> HazardSets:
    """Return the sets of a network's hazards, kept with it."""
    return network._once("hazard sets", lambda: HazardSets(network))


def _risk_score(edge: Edge) -> float:
    """Return the risk score of an edge: unknown on land is unknown, at sea it is 0."""
    if edge.risk_score is None:
        return 0.0 if edge.mode == "sea" else math.nan
    return edge.risk_score


def weakest(scores: Iterable[float]) -> float:
    """Return the largest of some scores, NaN where one is unknown or there is none."""
    known = list(scores)
    return math.nan if any(map(math.isnan, known)) else max(known, default=math.nan)


def weighted_mean(numbers: Sequence[tuple[float, float]]) -> float:
    """Return the mean of pairs of number and weight, the plain one where all weights are 0; NaN of none."""
    total = sum(weight for _, weight in numbers)
    if total > 0:
        return sum(number * weight for number, weight in numbers if weight > 0) / total
    return sum(number for number, _ in numbers) / len(numbers) if numbers else math.nan
