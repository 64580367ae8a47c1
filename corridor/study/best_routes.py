"""The routes that a comparison measures a corridor by, and what a tonne needs on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from corridor.model.network import Network
from corridor.risk.exposure import Asset
from corridor.solver.decompose import Route
from corridor.solver.flow import Flow
from corridor.solver.paths import BestPaths
from corridor.study.comparison_scope import origins_to_try
from corridor.study.scenario_runs import chosen_commodity


class RouteSearch:
    """The best routes of one commodity in one state: to a market that can take more, else to any.

    Parameters
    ----------
    flow : Flow
        The state.
    commodity : str
        Id.
    destination : str, optional
        Node of the only market to lead to; any by default.
    """

    def __init__(self, flow: Flow, commodity: str, destination: str | None = None) -> None:
        self._flow, self._commodity, self._destination = flow, commodity, destination
        self._paths: dict[bool, BestPaths] = {}

    def best(self, corridor: str, origins: Iterable[Sequence[str]]) -> Route | None:
        """Return the best route through a corridor from the first origins that have one, or None."""
        searches = self._searches(origins)
        return next((route for p, some in searches if (route := p.through(corridor, some)) is not None), None)

    def each(self, corridor: str, origins: Iterable[Sequence[str]]) -> list[Route]:
        """Return the best route through a corridor, then the best through each other trunk edge."""
        for paths, some in self._searches(origins):
            if (best := paths.through(corridor, some)) is not None:
                return [best, *(route for route in paths.through_each(corridor, some) if route.edges != best.edges)]
        return []

    def _searches(self, origins: Iterable[Sequence[str]]) -> Iterator[tuple[BestPaths, Sequence[str]]]:
        """Yield paths and origins to search in turn: from each to markets that can take more, then to any."""
        for some in origins:
            for room in (True, False):
                if room not in self._paths:
                    self._paths[room] = BestPaths(self._flow.solution, self._commodity, room, self._destination)
                yield self._paths[room], some


def best_route(flow: Flow, corridor: str, *, commodity: str | None = None, origin: str | None = None) -> Route | None:
    """Return the route that a comparison measures a corridor by, or None if no route leads through it."""
    chosen = chosen_commodity(flow.network, commodity)
    return RouteSearch(flow, chosen).best(corridor, origins_to_try(flow.network, chosen, origin))


def route_assets(network: Network, route: Route) -> list[Asset]:
    """Return all that a tonne needs on a route: its edges, their nodes and fleets, as hazards strike them."""
    edges = [network.edge(id) for id in route.edges]
    fleets = dict.fromkeys(("fleet", e.fleet) for e in edges if e.fleet is not None)
    return [*(("edge", e.id) for e in edges), *(("node", e.head) for e in edges), ("node", route.origin), *fleets]
