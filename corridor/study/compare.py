"""The main job: corridors under scenarios, side by side."""

from __future__ import annotations

import dataclasses
import inspect
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from corridor.errors import DataError
from corridor.library.scenarios import load_scenario, scenarios
from corridor.model.columns import blank, column_names, described
from corridor.model.formulas import hhi
from corridor.model.network import Network
from corridor.model.result_path import carries
from corridor.model.scenario import Scenario
from corridor.risk.exposure import Exposures, Place
from corridor.solver.capacity import RouteCapacity, route_capacity
from corridor.solver.decompose import Route
from corridor.solver.flow import Flow
from corridor.solver.paths import BestPaths
from corridor.solver.warm import WarmSolver

if TYPE_CHECKING:
    import pandas as pd

BASELINE = "baseline"


def compare(
    network: Network,
    scenarios: Iterable[Scenario] | None = None,
    *,
    commodity: str | None = None,
    origin: str | None = None,
    corridors: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Return the corridors side by side, in the baseline and under each scenario.

    Parameters
    ----------
    network : Network
        The world.
    scenarios : iterable of Scenario, optional
        What happens, each by itself; by default all that ship for a network that is `shipped`, none for any other.
    commodity : str, optional
        Whose oil the table is about; the network's first commodity by default (Kazakh crude).
    origin : str, optional
        Node from which cost, time and netback are counted; by default the commodity's largest supply, so that
        corridors are compared for the same tonne. Where no way leads from it, the best supply that has one is taken.
    corridors : iterable of str, optional
        Ids of the corridors to compare, in this order; by default all that can carry the commodity.

    Returns
    -------
    pandas.DataFrame
        Indexed by (scenario, corridor), baseline first.
        All columns are about the commodity. The best way leads to a market with room for more, or else to any:

        {columns}

        ``table.attrs["notes"]`` says by scenario what to know first: minima not met, quotas that it sets twice.

    Raises
    ------
    UnknownNameError
        If there is no such commodity, origin or corridor, or a scenario names what is not in the network.
    DataError
        If two scenarios bear one name, a corridor cannot carry the commodity, or the origin supplies none of it.

    Examples
    --------
    >>> import corridor as cr
    >>> table = cr.compare(cr.load("caspian", year=2021), scenarios=[cr.load_scenario("cpc-shut")])
    >>> table.loc[("CPC shut", "cpc"), "status"]
    'closed'
    """
    import pandas as pd

    solver = WarmSolver(network)
    chosen = chosen_commodity(network, commodity)
    origins = _origins(network, chosen, origin)
    compared = _compared(network, chosen, corridors)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    notes: dict[str, list[str]] = {}
    for name, scenario in _named(network, scenarios):
        flow = Flow(solver.solve(scenario, strict=scenarios is not None))
        paths, exposed = BestPaths(flow.solution, chosen, True), Exposures.of(flow.network, flow)
        if flow.notes:
            notes[name] = list(flow.notes)
        for corridor in compared:
            row = _row(solver.solver_for(flow.network), flow, paths, corridor, origins, exposed)
            row["status"] = _status(row, rows.get((BASELINE, corridor), row)["capacity_mtpa"])
            rows[name, corridor] = row
    index = pd.MultiIndex.from_tuples(list(rows), names=["scenario", "corridor"])
    table = pd.DataFrame(list(rows.values()), index=index, columns=list(column_names("compare")))
    table.attrs |= {"notes": notes} if notes else {}
    return table


compare.__doc__ = inspect.cleandoc(compare.__doc__ or "").replace("{columns}", described("compare"))


def readable(table: pd.DataFrame, commodity: str) -> pd.DataFrame:
    """Return a comparison as it is printed: bottlenecks without the commodity's name, both ends of the way in one."""
    ends = zip(table["origin"], table["destination"], strict=True)
    return table.assign(
        bottleneck=table["bottleneck"].str.replace(f"/{commodity}", "", regex=False),
        way=[f"{origin} > {end}" if origin else "-" for origin, end in ends],
    )


def outcomes(
    network: Network, scenarios: Iterable[Scenario] | None = None, *, commodity: str | None = None
) -> pd.DataFrame:
    """Return what the baseline and each scenario come to, one row each.

    Parameters
    ----------
    network : Network
        The world.
    scenarios : iterable of Scenario, optional
        By default all that ship for a network that is `shipped`, none for any other.
    commodity : str, optional
        Count this commodity only; all of them by default.

    Returns
    -------
    pandas.DataFrame
        Indexed by scenario, baseline first.

        - delivered_mtpa, shortfall_mtpa (supply not lifted), unmet_mtpa (requirements of markets not met),
          unmet_minimum_mtpa (minima of quotas not met), netback_musd_per_year; each with its change against the
          baseline, as delivered_change_mtpa
        - loss_musd_per_year: the harm, by which scenarios are ranked: what netback falls by, plus the rise in unmet
          requirements times what each costs its buyer beyond the price (`Market.replacement_usd_per_t`); negative
          where a contract that cost money falls away
        - unmet_not_in_loss_mtpa: the rise in unmet requirements of markets without a replacement cost, which is in
          tonnes only
        - route_hhi: concentration of what crosses a corridor (1: all by one corridor)

        No penalty is in any of them. ``table.attrs["notes"]`` says by scenario what to know first: minima not met,
        quotas that it sets twice.

    Raises
    ------
    UnknownNameError
        If there is no such commodity, or a scenario names what is not in the network.
    """
    import pandas as pd

    solver = WarmSolver(network)
    if commodity is not None:
        network.commodity(commodity)
    base = Flow(solver.solve())
    rows: dict[str, dict[str, float]] = {}
    notes: dict[str, list[str]] = {}
    for name, scenario in _named(network, scenarios):
        flow = base if scenario is None else Flow(solver.solve(scenario, strict=scenarios is not None))
        row = _totals(flow, commodity)
        before = rows.get(BASELINE, row)
        through = [flow.throughput_mtpa(corridor.id, commodity) for corridor in network.corridors]
        rows[name] = (
            row
            | {_change(total): row[total] - before[total] for total in row}
            | _loss(flow, base, before["netback_musd_per_year"] - row["netback_musd_per_year"], commodity)
            | {"route_hhi": hhi(through)}
        )
        if flow.notes:
            notes[name] = list(flow.notes)
    table = pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="scenario"))
    table.attrs |= {"notes": notes} if notes else {}
    return table


def _change(total: str) -> str:
    """Return the name of a total's change: delivered_mtpa, delivered_change_mtpa."""
    unit = "_musd_per_year" if total.endswith("_musd_per_year") else "_mtpa"
    return f"{total.removesuffix(unit)}_change{unit}"


def _loss(flow: Flow, base: Flow, fall_musd_per_year: float, commodity: str | None) -> dict[str, float]:
    """Return the loss against the baseline, and the unmet requirements that are not in it for want of a cost."""
    loss, unpriced = fall_musd_per_year, 0.0
    more = flow.unmet_by_market - base.unmet_by_market
    for market, rise in zip(base.network.markets, more.tolist(), strict=True):
        if commodity is not None and market.commodity != commodity:
            continue
        if market.replacement_usd_per_t is None:
            unpriced += rise
        else:
            loss += rise * market.replacement_usd_per_t
    return {"loss_musd_per_year": loss, "unmet_not_in_loss_mtpa": unpriced}


def _named(network: Network, scenarios: Iterable[Scenario] | None) -> list[tuple[str, Scenario | None]]:
    """Return the baseline and the scenarios by name; each name must stand once."""
    if isinstance(scenarios, str | Scenario):
        raise DataError(f"scenarios must be a list of Scenario objects (got {scenarios!r}); put it in brackets")
    if scenarios is not None and not isinstance(scenarios, Iterable):
        raise DataError(f"scenarios must be a list of Scenario objects (got {scenarios!r})")
    listed: list[tuple[str, Scenario | None]] = [(BASELINE, None)]
    for scenario in default_scenarios(network) if scenarios is None else scenarios:
        if not isinstance(scenario, Scenario):
            raise DataError(f"scenarios must be Scenario objects (got {scenario!r}); load_scenario reads one by name")
        if any(scenario.name == name for name, _ in listed):
            raise DataError(f"two scenarios are called {scenario.name!r}; rows are told apart by name, rename one")
        listed.append((scenario.name, scenario))
    return listed


def default_scenarios(network: Network) -> tuple[Scenario, ...]:
    """Return what studies look at unless told otherwise: all shipped scenarios for a shipped network, else none.

    Where such a network was altered before, one may find nothing left to change, which is then no error.
    """
    return tuple(map(load_scenario, scenarios())) if network.shipped else ()


def chosen_commodity(network: Network, commodity: str | None) -> str:
    """Return the commodity asked about."""
    if commodity is not None:
        return network.commodity(commodity).id
    if not network.commodities:
        raise DataError(f"{network!r} has no commodities; give it supplies and markets to compare corridors for")
    return network.commodities[0].id


def carriers(network: Network, commodity: str) -> list[str]:
    """Return the corridors of which some trunk edge admits a commodity."""
    return [corridor.id for corridor in network.corridors if carries(network, corridor.id, commodity)]


def _compared(network: Network, commodity: str, wanted: Iterable[str] | None) -> list[str]:
    """Return the corridors to compare."""
    able = carriers(network, commodity)
    if wanted is None:
        return able
    wanted = list(dict.fromkeys(network.corridor(id).id for id in wanted))
    if unable := [id for id in wanted if id not in able]:
        raise DataError(f"corridor {unable[0]!r} carries no {commodity}; these do: {', '.join(able)}")
    return wanted


def _origins(network: Network, commodity: str, origin: str | None) -> list[list[str]]:
    """Return lists of origins to try in turn: the one asked for or the largest, then all others."""
    supplies = sorted((s for s in network.supplies if s.commodity == commodity), key=lambda s: (-s.volume_mtpa, s.node))
    nodes = [supply.node for supply in supplies]
    if origin is not None:
        network.node(origin)
        if origin not in nodes:
            raise DataError(f"origin {origin!r} supplies no {commodity}; it is supplied at {', '.join(nodes)}")
        return [[origin]]
    return [nodes[:1], nodes[1:]]


def _row(
    solver: WarmSolver,
    flow: Flow,
    paths: BestPaths,
    corridor: str,
    origins: Sequence[Sequence[str]],
    exposed: Exposures,
) -> dict[str, Any]:
    """Return one corridor's row, status left out."""
    most = route_capacity(solver, flow.solution, corridor, paths.commodity)
    through = flow.throughput_mtpa(corridor, paths.commodity)
    limited = 0 < most.capacity_mtpa < math.inf
    row = blank("compare") | {
        "capacity_mtpa": most.capacity_mtpa,
        "bottleneck": most.named(),
        "throughput_mtpa": through,
        "utilisation": through / most.capacity_mtpa if limited else math.nan,
        "shortfall_if_lost_mtpa": _shortfall_without(solver, flow, corridor) - flow.shortfall_mtpa,
    }
    route = _best_way(flow, paths, corridor, origins) if most.capacity_mtpa > 0 else None
    if route is not None:
        row |= _measured(flow.network, route, exposed)
    return row | {"subjects": _subjects(flow.network, corridor, most, route, paths.commodity)}


def best_route(flow: Flow, corridor: str, *, commodity: str | None = None, origin: str | None = None) -> Route | None:
    """Return the route that a comparison measures a corridor by, or None where nothing can take it."""
    chosen = chosen_commodity(flow.network, commodity)
    return _best_way(flow, BestPaths(flow.solution, chosen, True), corridor, _origins(flow.network, chosen, origin))


def _best_way(flow: Flow, paths: BestPaths, corridor: str, origins: Sequence[Sequence[str]]) -> Route | None:
    """Return the best way to a market that would take more, or else to any; from the first origins that have one."""
    for found in (paths.through(corridor, some) for some in origins):
        if found is not None:
            return found
    anywhere = BestPaths(flow.solution, paths.commodity, False)
    return next((way for some in origins if (way := anywhere.through(corridor, some)) is not None), None)


def _measured(network: Network, route: Route, exposed: Exposures) -> dict[str, Any]:
    """Return what a route costs, how long it takes, where it leads and how safe it is."""
    edges = [network.edge(id) for id in route.edges]
    places: list[Place] = [("edge", edge.id) for edge in edges] + [("node", edge.head) for edge in edges]
    open_share = exposed.availability([*places, ("node", route.origin)])
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
    network: Network, corridor: str, most: RouteCapacity, route: Route | None, commodity: str
) -> tuple[str, ...]:
    """Return the ids whose figures a row rests on: trunk, bottleneck, edges and ends of the way, countries, oil."""
    edges = [edge.id for edge in network.trunk(corridor)] + list(route.edges if route is not None else ())
    ends = (f"{route.origin}.{commodity}", f"{route.destination}.{commodity}") if route is not None else ()
    countries = [country for id in edges for country in network.edge(id).countries]
    return tuple(dict.fromkeys([*edges, *(limit.id for limit in most.bottleneck), *ends, commodity, *countries]))


def _in_order(countries: Iterable[str]) -> list[str]:
    """Return countries in the order crossed, repeats in a row left out."""
    crossed: list[str] = []
    for country in countries:
        if not crossed or crossed[-1] != country:
            crossed.append(country)
    return crossed


def _shortfall_without(solver: WarmSolver, flow: Flow, corridor: str) -> float:
    """Return the shortfall of all shippers with a corridor closed. [Mt/y]

    Closing trunk edges is closing their columns; where nothing crosses them the flow stays the best one.
    """
    solution = flow.solution
    columns = solution.program.trunk_columns(flow.network, corridor)
    if not solution.amounts[columns].any():
        return flow.shortfall_mtpa
    upper = solution.state.upper.copy()
    upper[columns] = 0.0
    lost = solver.optimum(dataclasses.replace(solution.state, upper=upper))
    volume = solution.state.upper[solution.program.lifted]
    return float((volume - lost.amount[solution.program.lifted]).clip(min=0.0).sum())


def _status(row: dict[str, Any], before_mtpa: float) -> str:
    """Return how a corridor's capacity compares with the baseline's."""
    dust, capacity_mtpa = 1e-6, row["capacity_mtpa"]
    if capacity_mtpa <= dust:
        limits = row["bottleneck"].split(" + ")
        return "no access" if all(limit.startswith("quota ") for limit in limits) else "closed"
    if capacity_mtpa < before_mtpa - dust:
        return "reduced"
    return "expanded" if capacity_mtpa > before_mtpa + dust else "open"


def _totals(flow: Flow, commodity: str | None) -> dict[str, float]:
    """Return delivered, shortfall and netback of one commodity or of all."""
    if commodity is None:
        return {
            "delivered_mtpa": flow.delivered_mtpa,
            "shortfall_mtpa": flow.shortfall_mtpa,
            "unmet_mtpa": flow.unmet_mtpa,
            "unmet_minimum_mtpa": flow.unmet_minimum_mtpa,
            "netback_musd_per_year": flow.netback_musd_per_year,
        }
    supplies, markets, solution = flow.supplies, flow.markets, flow.solution
    program = solution.program
    own = (program.flow_commodity == program.commodities.index(commodity)).nonzero()[0]
    cost = float(solution.state.cost[own] @ solution.amounts[own])
    sold = markets[markets.index.get_level_values("commodity") == commodity]
    held = flow.quotas[flow.quotas.index.get_level_values("commodity") == commodity]
    offered = supplies[supplies.index.get_level_values("commodity") == commodity]
    return {
        "delivered_mtpa": float(sold["delivered_mtpa"].sum()),
        "shortfall_mtpa": float(offered["shortfall_mtpa"].sum()),
        "unmet_mtpa": float(sold["unmet_mtpa"].sum()),
        "unmet_minimum_mtpa": float(held["unmet_minimum_mtpa"].sum()),
        "netback_musd_per_year": float((sold["delivered_mtpa"] * sold["price_usd_per_t"]).sum()) - cost,
    }
