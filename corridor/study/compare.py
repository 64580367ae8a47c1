"""Comparison of corridors in the baseline and under scenarios."""

from __future__ import annotations

import dataclasses
import inspect
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import DataError
from corridor.model.columns import blank, column_names, described
from corridor.model.display_units import DisplayUnits
from corridor.model.network import Network
from corridor.model.scenario import Scenario
from corridor.model.stamp import stamped
from corridor.risk.exposure import Asset, Exposures
from corridor.solver.capacity import RouteCapacity, route_capacity
from corridor.solver.decompose import Route
from corridor.solver.flow import Flow
from corridor.solver.paths import BestPaths, origins_in_turn
from corridor.solver.program import Floats
from corridor.solver.warm import WarmSolver
from corridor.study.scenario_runs import carriers, chosen_commodity, named_scenarios

if TYPE_CHECKING:
    import pandas as pd


def compare(
    network: Network,
    scenarios: Scenario | Iterable[Scenario] | None = None,
    *,
    commodity: str | None = None,
    origin: str | None = None,
    corridors: str | Iterable[str] | None = None,
    units: str = "t",
    strict: bool = True,
) -> pd.DataFrame:
    """Return a comparison of corridors in the baseline and under each scenario.

    Parameters
    ----------
    network : Network
        Network to compare the corridors of.
    scenarios : Scenario or iterable of Scenario, optional
        Scenarios, each applied alone; by default all shipped ones for a `shipped` network, none for any other.
    commodity : str, optional
        Id of the commodity to compare for; by default the network's first (Kazakh crude).
    origin : str, optional
        Id of the node from which cost, time and netback are counted; by default the commodity's largest supply, so
        that all corridors are measured for the same tonne. If no route starts there, the supply with the best route
        is used.
    corridors : str or iterable of str, optional
        Ids of the corridors to compare, in this order; by default all that can carry the commodity.
    units : {"t", "bbl"}
        Tonnes, or barrels: columns are then in thousand barrels a day (``_kbd``) and USD a barrel (``_usd_per_bbl``).
    strict : bool
        Whether a change without effect is an error; otherwise it is passed over.

    Returns
    -------
    pandas.DataFrame
        One row a scenario and corridor, indexed by (scenario, corridor), baseline first. All columns are of the
        commodity. The best route leads to a market that can take more, or to any market if none can:

        {columns}

        ``table.attrs["notes"]`` lists notes by scenario: minima not met, quotas set by two changes.

    Raises
    ------
    UnknownNameError
        If the commodity, origin or corridor is unknown, or a scenario names something that is not in the network.
    DataError
        If a scenario name is duplicate, a corridor cannot carry the commodity, or the origin supplies none of it.

    Examples
    --------
    >>> import corridor as cr
    >>> table = cr.compare(cr.load("caspian", year=2021), scenarios=[cr.load_scenario("cpc-shut")])
    >>> table.loc[("CPC shut", "cpc"), "status"]
    'closed'
    """
    scope = comparison_scope(network, commodity=commodity, origin=origin)
    if corridors is not None:
        scope = scope.limited_to(network, corridors)
    return compare_in_scope(network, scenarios, scope, units=units, strict=strict)


compare.__doc__ = inspect.cleandoc(compare.__doc__ or "").replace("{columns}", described("compare"))


@dataclasses.dataclass(frozen=True)
class ComparisonScope:
    """Commodity, origins and corridors of a comparison, checked against the network.

    Attributes
    ----------
    commodity : str
        Id of the commodity compared for.
    origins : list of lists of str
        Nodes from which routes are measured; the first list that has a route is used.
    carriers : list of str
        Ids of all corridors that can carry the commodity.
    corridors : list of str
        Ids of those compared, in the order of rows.
    """

    commodity: str
    origins: list[list[str]]
    carriers: list[str]
    corridors: list[str]

    def limited_to(self, network: Network, corridors: str | Iterable[str]) -> ComparisonScope:
        """Return the scope with some corridors only, in the order given."""
        asked = [corridors] if isinstance(corridors, str) else corridors
        wanted = list(dict.fromkeys(network.corridor(id).id for id in asked))
        if unable := [id for id in wanted if id not in self.carriers]:
            raise DataError(
                f"corridor {unable[0]!r} cannot carry {self.commodity}; these can: {', '.join(self.carriers)}"
            )
        return dataclasses.replace(self, corridors=wanted)


def comparison_scope(network: Network, *, commodity: str | None = None, origin: str | None = None) -> ComparisonScope:
    """Return the scope of a comparison of all corridors that can carry a commodity."""
    chosen = chosen_commodity(network, commodity)
    able = carriers(network, chosen)
    return ComparisonScope(commodity=chosen, origins=_origins(network, chosen, origin), carriers=able, corridors=able)


def compare_in_scope(
    network: Network,
    scenarios: Scenario | Iterable[Scenario] | None,
    scope: ComparisonScope,
    *,
    flows: dict[str, Flow] | None = None,
    units: str = "t",
    strict: bool = True,
    in_full: bool = True,
) -> pd.DataFrame:
    """Return the table of `compare` for a scope; `flows` takes up the flow of each scenario.

    Unless it is wanted in full, rows of scenarios have status, capacity, bottleneck, throughput and use only: no route
    is looked for, and no corridor taken away.
    """
    import pandas as pd

    own, every = (DisplayUnits.of(network, units, of) for of in (scope.commodity, None))
    weights = np.array([every.rate(s.commodity) / own.rate(scope.commodity) for s in network.supplies])
    states = ComparedStates(WarmSolver(network), scope, weights)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    notes: dict[str, list[str]] = {}
    for name, scenario in named_scenarios(network, scenarios):
        flow = states.flow(scenario, strict=strict and scenarios is not None)
        if flow.notes:
            notes[name] = list(flow.notes)
        if flows is not None:
            flows[name] = flow
        rows |= {(name, corridor): row for corridor, row in states.rows(flow, in_full=in_full).items()}
    index = pd.MultiIndex.from_tuples(list(rows), names=["scenario", "corridor"])
    table = pd.DataFrame(list(rows.values()), index=index, columns=list(column_names("compare")))
    table = own.table(table, scope.commodity)
    return stamped(table, network, commodity=scope.commodity, **({"notes": notes} if notes else {}))


class ComparedStates:
    """The rows of a comparison, state by state; the baseline is solved once, whatever is compared with it.

    Parameters
    ----------
    solver : WarmSolver
        Solver of the network compared.
    scope : ComparisonScope
        Commodity, origins and corridors.
    weights : shape (n_supplies,), optional
        What a tonne of each supply counts where all shippers are added up; 1 by default.
    """

    def __init__(self, solver: WarmSolver, scope: ComparisonScope, weights: Floats | None = None) -> None:
        self._solver, self._scope = solver, scope
        self._weights = np.ones(len(solver.network.supplies)) if weights is None else weights
        self._baseline = Flow(solver.solve())

    @cached_property
    def baseline(self) -> dict[str, dict[str, Any]]:
        """Rows of the baseline by corridor."""
        return self._measured(self._baseline, {})

    def flow(self, scenario: Scenario | None, *, strict: bool = True) -> Flow:
        """Return the flow of a state; `strict` as in `Scenario.apply`."""
        return self._baseline if scenario is None else Flow(self._solver.solve(scenario, strict=strict))

    def rows(self, flow: Flow, *, in_full: bool = True) -> dict[str, dict[str, Any]]:
        """Return the rows of a state by corridor."""
        if flow is self._baseline:
            return self.baseline
        if in_full:
            return self._measured(flow, self.baseline)
        return self._moved(flow, self.baseline, self._capacities(flow))

    def _measured(self, flow: Flow, before: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        paths, exposed = BestPaths(flow.solution, self._scope.commodity, True), Exposures.of(flow.network, flow)
        capacities = self._capacities(flow)
        rows = self._moved(flow, before, capacities)
        for corridor, row in rows.items():
            most = capacities[corridor]
            solver = self._solver.solver_for(flow.network)
            row["shortfall_if_lost_mtpa"] = _rise_without(solver, flow, corridor, self._weights)
            route = _best_route(flow, paths, corridor, origins=self._scope.origins) if most.capacity_mtpa > 0 else None
            if route is not None:
                row |= _route_cells(flow.network, route, exposed)
            row["subjects"] = _subjects(flow.network, corridor, paths.commodity, most=most, route=route)
        return rows

    def _moved(
        self, flow: Flow, before: dict[str, dict[str, Any]], capacities: dict[str, RouteCapacity]
    ) -> dict[str, dict[str, Any]]:
        """Return rows that say what could move, what stops more, and what moves."""
        rows = {}
        for corridor, most in capacities.items():
            row = _capacity_cells(flow, corridor, self._scope.commodity, most)
            rows[corridor] = row | {"status": _status(row, before.get(corridor, row)["capacity_mtpa"])}
        return rows

    def _capacities(self, flow: Flow) -> dict[str, RouteCapacity]:
        solver, commodity = self._solver.solver_for(flow.network), self._scope.commodity
        return {id: route_capacity(solver, flow.solution, id, commodity) for id in self._scope.corridors}


def readable(table: pd.DataFrame, commodity: str) -> pd.DataFrame:
    """Return a comparison for printing: bottlenecks without the commodity, origin and destination in a column."""
    origin_destination = zip(table["origin"], table["destination"], strict=True)
    return table.assign(
        bottleneck=table["bottleneck"].str.replace(f"/{commodity}", "", regex=False),
        way=[f"{origin} > {end}" if origin else "-" for origin, end in origin_destination],
    )


def _origins(network: Network, commodity: str, origin: str | None) -> list[list[str]]:
    """Return lists of origins to try in turn: the one given, or the largest and then all others."""
    in_turn = origins_in_turn(network, commodity)
    if origin is None:
        return in_turn
    network.node(origin)
    nodes = [node for nodes in in_turn for node in nodes]
    if origin not in nodes:
        raise DataError(f"origin {origin!r} supplies no {commodity}; it is supplied at {', '.join(nodes)}")
    return [[origin]]


def _capacity_cells(flow: Flow, corridor: str, commodity: str, most: RouteCapacity) -> dict[str, Any]:
    """Return one corridor's row with what could move and what moves, all else empty."""
    through = flow.throughput_mtpa(corridor, commodity)
    limited = 0 < most.capacity_mtpa < math.inf
    return blank("compare") | {
        "capacity_mtpa": most.capacity_mtpa,
        "bottleneck": most.named(),
        "throughput_mtpa": through,
        "utilisation": through / most.capacity_mtpa if limited else math.nan,
    }


def best_route(flow: Flow, corridor: str, *, commodity: str | None = None, origin: str | None = None) -> Route | None:
    """Return the route that a comparison measures a corridor by, or None if no route leads through it."""
    chosen = chosen_commodity(flow.network, commodity)
    paths = BestPaths(flow.solution, chosen, True)
    return _best_route(flow, paths, corridor, origins=_origins(flow.network, chosen, origin))


def routes_through(flow: Flow, paths: BestPaths, corridor: str, *, origins: Sequence[Sequence[str]]) -> list[Route]:
    """Return the route that a comparison measures a corridor by, then the best through each other trunk edge."""
    for some_paths, some in _searches(flow, paths, origins):
        if (best := some_paths.through(corridor, some)) is not None:
            return [best, *(route for route in some_paths.through_each(corridor, some) if route.edges != best.edges)]
    return []


def _best_route(flow: Flow, paths: BestPaths, corridor: str, *, origins: Sequence[Sequence[str]]) -> Route | None:
    """Return the best route to a market that can take more, else to any, from the first origins that have a route."""
    searches = _searches(flow, paths, origins)
    return next((route for p, some in searches if (route := p.through(corridor, some)) is not None), None)


def _searches(
    flow: Flow, paths: BestPaths, origins: Sequence[Sequence[str]]
) -> Iterator[tuple[BestPaths, Sequence[str]]]:
    """Yield paths and origins to search in turn: to markets that can take more, then to any."""
    for some in origins:
        yield paths, some
    anywhere = BestPaths(flow.solution, paths.commodity, False)
    for some in origins:
        yield anywhere, some


def route_assets(network: Network, route: Route) -> list[Asset]:
    """Return all that a tonne needs on a route: its edges, their nodes and fleets, as hazards strike them."""
    edges = [network.edge(id) for id in route.edges]
    fleets = dict.fromkeys(("fleet", e.fleet) for e in edges if e.fleet is not None)
    return [*(("edge", e.id) for e in edges), *(("node", e.head) for e in edges), ("node", route.origin), *fleets]


def _route_cells(network: Network, route: Route, exposed: Exposures) -> dict[str, Any]:
    """Return cost, time, destination and risk of a route."""
    edges = [network.edge(id) for id in route.edges]
    open_share = exposed.availability(route_assets(network, route))
    return {
        "unit_cost_usd_per_t": route.unit_cost_usd_per_t,
        "transit_days": route.transit_days,
        "distance_km": sum(edge.distance_km for edge in edges),
        "countries": "-".join(_in_order(country for edge in edges for country in edge.countries)),
        "risk_score": max((e.risk_score for e in edges if e.risk_score is not None), default=math.nan),
        "availability": open_share,
        "expected_loss_usd_per_t": (1.0 - open_share) * max(0.0, route.netback_usd_per_t),
        "netback_usd_per_t": route.netback_usd_per_t,
        "origin": route.origin,
        "destination": route.destination,
    }


def _subjects(
    network: Network, corridor: str, commodity: str, *, most: RouteCapacity, route: Route | None
) -> tuple[str, ...]:
    """Return the ids whose figures a row rests on: trunk, bottleneck, route, its supply and market, countries."""
    edges = [edge.id for edge in network.trunk(corridor)] + list(route.edges if route is not None else ())
    supply_and_market = (f"{route.origin}.{commodity}", f"{route.destination}.{commodity}") if route is not None else ()
    countries = [country for id in edges for country in network.edge(id).countries]
    return tuple(
        dict.fromkeys([*edges, *(limit.id for limit in most.bottleneck), *supply_and_market, commodity, *countries])
    )


def _in_order(countries: Iterable[str]) -> list[str]:
    """Return countries in the order crossed, without consecutive repeats."""
    crossed: list[str] = []
    for country in countries:
        if not crossed or crossed[-1] != country:
            crossed.append(country)
    return crossed


def _rise_without(solver: WarmSolver, flow: Flow, corridor: str, weights: Floats) -> float:
    """Return how much more of all shippers' supply is not lifted with a corridor closed, in weighted Mt/y.

    Closing trunk edges is closing their columns; if nothing crosses them the flow remains optimal.
    """
    solution = flow.solution
    columns = solution.program.trunk_columns(flow.network, corridor)
    if not solution.amounts[columns].any():
        return 0.0
    upper = solution.state.upper.copy()
    upper[columns] = 0.0
    lost = solver.optimum(dataclasses.replace(solution.state, upper=upper))
    volume = solution.state.upper[solution.program.lifted]
    short = (volume - lost.amount[solution.program.lifted]).clip(min=0.0)
    return float((weights * short).sum() - (weights * flow.shortfall_by_supply).sum())


def _status(row: dict[str, Any], before_mtpa: float) -> str:
    """Return how a corridor's capacity compares with the baseline's."""
    tolerance, capacity_mtpa = 1e-6, row["capacity_mtpa"]
    if capacity_mtpa <= tolerance:
        limits = row["bottleneck"].split(" + ")
        return "no access" if all(limit.startswith("quota ") for limit in limits) else "closed"
    if before_mtpa <= tolerance:
        return "opened"
    if capacity_mtpa < before_mtpa - tolerance:
        return "reduced"
    return "expanded" if capacity_mtpa > before_mtpa + tolerance else "open"
