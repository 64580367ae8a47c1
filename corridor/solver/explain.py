"""A flow in words: what binds, what one more Mt/y would be worth, what stops a corridor from carrying more."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from corridor.errors import visible
from corridor.messages import unknown_name
from corridor.model.display_units import DisplayUnits
from corridor.model.network import Network, edge_key
from corridor.model.records import Edge, Quota
from corridor.model.tolerances import REPORTED_LIFTED_MTPA, REPORTED_MTPA, REPORTED_USD_PER_T, ROOM_MTPA, ZERO_USD_PER_T
from corridor.solver.capacity import RouteCapacity, successive_bottlenecks
from corridor.solver.decompose import Route
from corridor.solver.idle import idle_chains
from corridor.solver.limits import limit_confidence, limit_size, limit_unit, raised_limit, raised_limits
from corridor.solver.moved_tonne import moved_tonne
from corridor.solver.optimal_range import OptimalRange, quoted
from corridor.solver.paths import BestPaths, origins_in_turn
from corridor.solver.solution import BindingLimit, Solution
from corridor.solver.warm import WarmSolver

_MOST_LIMITS = 8
_HELD = (
    "No commodity may exceed its usual flow on any edge (rerouting=False); solve with rerouting to see what binds, and "
    "what other ways would take."
)
_TONNES = DisplayUnits()
_KEPT = "leave a supply, a requirement or a minimum short"


def explain(solver: WarmSolver, solution: Solution, about: str | None = None) -> str:
    """Return the explanation of a solution, or of one corridor, edge or fleet in it; the solver holds its program."""
    if solution.held is not None:
        parts = [*_totals(solution), *solution.notes, _HELD]
    elif about is None:
        parts = [*_totals(solution), *solution.notes, *_limits(solver, solution)]
        floors = binding_minima(solver, solution)
        for corridor in solution.network.corridors:
            parts += _corridor(solver, solution, corridor.id, floors)
    elif about in {corridor.id for corridor in solution.network.corridors}:
        parts = list(_corridor(solver, solution, about, binding_minima(solver, solution)))
    elif about in {edge.id for edge in solution.network.edges}:
        parts = list(_edge(solver, solution, solution.network.edge(about)))
    elif about in solution.network.keys("fleet"):
        parts = list(_fleet(solver, solution, about))
    else:
        known = [id for kind in ("corridor", "edge", "fleet") for id in solution.network.keys(kind)]
        kinds = "corridor, edge or fleet" if solution.network.fleets else "corridor or edge"
        raise unknown_name(kinds, about, known)
    return "\n".join(map(visible, parts))


def _totals(solution: Solution) -> Iterator[str]:
    """Yield what is delivered, and what is not lifted."""
    name = solution.scenario.name if solution.scenario is not None else "Baseline"
    netback = f"netback {solution.netback_musd_per_year:,.0f} million USD/y"
    yield f"{name}: {solution.delivered_mtpa:.1f} Mt/y delivered, {netback}."
    short = [
        (s, amount)
        for s, amount in zip(solution.network.supplies, solution.shortfall_by_supply, strict=True)
        if amount > 0
    ]
    if not short:
        yield "All supply is lifted."
    else:
        listed = _shut_in(solution)
        prices = ", ".join(sorted({f"{supply.penalty_usd_per_t:g}" for supply, _ in short}))
        yield (
            f"Not lifted: {solution.shortfall_mtpa:.1f} Mt/y ({listed}); "
            f"priced at {prices} USD/t, an assumption, so that any other way is preferred to shutting in."
        )
    unmet = [
        (m, amount) for m, amount in zip(solution.network.markets, solution.unmet_by_market, strict=True) if amount > 0
    ]
    if unmet:
        listed = ", ".join(f"{market.node} {amount:.1f}" for market, amount in unmet)
        yield f"Required but not delivered: {solution.unmet_mtpa:.1f} Mt/y ({listed})."


def _shut_in(solution: Solution) -> str:
    """Return by how much each supply is short, with "about" where another optimum shuts in others."""
    optima, texts = OptimalRange(solution), []
    for number, (supply, amount) in enumerate(
        zip(solution.network.supplies, solution.shortfall_by_supply.tolist(), strict=True)
    ):
        if amount > 0:
            texts.append(f"{supply.node} {quoted(amount, optima.lifted([number]))}")
    return ", ".join(texts)


def who_takes_over(base: Solution, solution: Solution, commodity: str, units: DisplayUnits = _TONNES) -> list[str]:
    """Return in words who takes over what a scenario stops of a commodity, and who shuts in.

    Parameters
    ----------
    base, solution : Solution
        The baseline and the scenario.
    commodity : str
        Id.
    units : DisplayUnits
        Tonnes by default.

    Notes
    -----
    What another flow as good would change is "about", with the span of both.
    """
    shown: dict[str, Any] = {"sign": True, "rate": units.rate(commodity)}
    before, after = OptimalRange(base), OptimalRange(solution)
    ids = [corridor.id for corridor in solution.network.corridors]
    gains = {id: solution.throughput_mtpa(id, commodity) - base.throughput_mtpa(id, commodity) for id in ids}
    taking = sorted((id for id in ids if gains[id] > REPORTED_MTPA), key=lambda id: (-gains[id], id))
    texts = [
        f"{id} {quoted(gains[id], before.throughput(id, commodity), after.throughput(id, commodity), **shown)}"
        for id in taking
    ]
    more = solution.shortfall_by_supply - base.shortfall_by_supply
    short = [
        (-float(more[number]), number)
        for number, supply in enumerate(solution.network.supplies)
        if supply.commodity == commodity and more[number] > REPORTED_MTPA
    ]
    shut = [
        f"{solution.network.supplies[number].node} "
        f"{quoted(-less, before.lifted([number]), after.lifted([number]), **shown)}"
        for less, number in sorted(short)
    ]
    lines = [f"More {commodity} moves by: {', '.join(texts)} {units.volume}."] if texts else []
    return lines + ([f"More {commodity} is not lifted at: {', '.join(shut)} {units.volume}."] if shut else [])


def _limits(solver: WarmSolver, solution: Solution) -> Iterator[str]:
    """Yield what binds, and what one more Mt/y there is worth as the difference of two optima."""
    for chain in idle_chains(solver, solution):
        earned = _earned(chain.gained_musd_per_year, chain.lifted_mtpa, chain.supplied_mtpa)
        yield f"Closed and missed: {chain} ({chain.why}); open, it would earn {earned}."
    raised = raised_limits(solver, solution, most=_MOST_LIMITS)
    if not raised.n_binding:
        yield f"No open edge, node, quota{' or fleet' if solution.network.fleets else ''} binds."
    for one in raised.limits:
        where = "there" if len(one.limits) == 1 else "in each of them"
        described = " + ".join(_described(solution.network, limit) for limit in one.limits)
        unit = " or ".join(dict.fromkeys(limit_unit(limit) for limit in one.limits)).replace("days", "day")
        yield f"Binding: {described}; one more {unit} {where} would earn {_earned(*one.worth)}."
    if raised.n_binding > raised.n_tried:
        yield f"... and {raised.n_binding - raised.n_tried} more limits bind, each worth less."


def _earned(gained_musd_per_year: float, lifted_mtpa: float, supplied_mtpa: float) -> str:
    """Return in words what an opening or one more Mt/y would change."""
    more = f" and lift {lifted_mtpa:.2f} Mt/y more" if lifted_mtpa > REPORTED_LIFTED_MTPA else ""
    more += (
        f" and meet {supplied_mtpa:.2f} Mt/y more of what is required" if supplied_mtpa > REPORTED_LIFTED_MTPA else ""
    )
    return f"{gained_musd_per_year:+,.1f} million USD/y{more}"


def _described(network: Network, limit: BindingLimit) -> str:
    """Return a limit with its size, and the confidence of the figure that sets it."""
    grade = limit_confidence(network, limit)
    confidence = f", confidence {grade}" if grade else ""
    return f"{limit} ({limit_size(network, limit):g} {limit_unit(limit)}{confidence})"


def binding_minima(solver: WarmSolver, solution: Solution) -> list[tuple[Quota, Solution]]:
    """Return the minima that keep a flow up, each with the flow without it: of very many those of the highest price.

    One without a price changes nothing when it goes.
    """
    network, program = solution.network, solution.program
    prices = np.abs(solution.optimum.dual[program.n_balances :][program.minimum_rows]).tolist()
    price_of = {program.name_of(column): price for column, price in zip(program.minima.tolist(), prices, strict=True)}
    priced = [quota for quota in network.quotas if price_of.get(edge_key(quota), 0.0) > ZERO_USD_PER_T]
    binding = []
    for quota in sorted(priced, key=lambda q: -price_of[edge_key(q)])[: 2 * _MOST_LIMITS]:
        freed = tuple(q.replace(min_mtpa=0.0) if edge_key(q) == edge_key(quota) else q for q in network.quotas)
        without = solver.solve_network(network.with_numbers(quotas=freed))
        if without.objective - solution.objective > REPORTED_USD_PER_T * ROOM_MTPA:
            binding.append((quota, without))
    return binding


def _kept_up(floors: list[tuple[Quota, Solution]], columns: list[int], solution: Solution) -> Iterator[str]:
    """Yield which minima keep up the flow in some columns, and what would pass without each."""
    now = float(solution.amounts[columns].sum())
    for quota, without in floors:
        then = float(without.amounts[columns].sum())
        if then < now - ROOM_MTPA:
            yield (
                f"  A minimum keeps it up: quota {quota.edge}/{quota.commodity} asks for {quota.min_mtpa:g} Mt/y; "
                f"without it {then:.1f} Mt/y would pass instead of {now:.1f}."
            )


def _corridor(
    solver: WarmSolver, solution: Solution, corridor: str, floors: list[tuple[Quota, Solution]]
) -> Iterator[str]:
    """Yield what a corridor carries, and for the first commodity what stops more and what one more Mt/y would cost."""
    network = solution.network
    commodity = network.commodities[0].id
    record = network.corridor(corridor)
    trunk = network.trunk_of_peers(corridor, [commodity]) or network.trunk(corridor)
    available = sum(edge.available_mtpa for edge in trunk)
    crossing = solution.program.columns_on(edge.id for edge in trunk)
    carried = float(solution.amounts[crossing].sum())
    own = solution.throughput_mtpa(corridor, commodity)
    optima = OptimalRange(solution)
    shown = quoted(own, optima.throughput(corridor, commodity))
    yield (
        f"{record.name or corridor} [{corridor}]: {_carried(carried, available, optima.amount(crossing))}; "
        f"{commodity} {shown} Mt/y."
    )
    if not network.trunk(corridor, commodity):
        yield f"  It carries no {commodity}."
        return
    yield from _kept_up(floors, solution.program.trunk_columns(network, corridor, commodity), solution)
    steps = list(successive_bottlenecks(solver, solution, corridor, commodity))
    yield _stops(steps, commodity)
    if available > 0:
        yield from _price_of_more(solver, solution, corridor, commodity, steps[0].capacity_mtpa - own)


def _carried(carried: float, available: float, span: tuple[float, float]) -> str:
    if available == 0:
        return "closed"
    amount = quoted(carried, span)
    if math.isinf(available):
        return f"carries {amount} Mt/y, no limit"
    return f"carries {amount} of {available:.1f} Mt/y, {available - carried:.1f} unused"


def _stops(steps: list[RouteCapacity], commodity: str) -> str:
    """Return what stops more of a commodity, limit after limit."""
    texts = []
    for step in steps:
        if not step.bottleneck:
            texts.append("nothing else in this network" if math.isinf(step.capacity_mtpa) else "no way there at all")
            break
        texts.append(f"{step.capacity_mtpa:.1f} Mt/y, stopped by {step.named()}")
    most = f"  Most {commodity} it could take if supply and buyers were unlimited (each limit: a minimum cut)"
    return f"{most}: {'; that lifted, '.join(texts)}."


def _price_of_more(
    solver: WarmSolver, solution: Solution, corridor: str, commodity: str, room_mtpa: float
) -> Iterator[str]:
    """Yield the best way through a corridor, and the loss or gain from sending more by it."""
    network = solution.network
    route = _measured(solution, corridor, commodity)
    if route is None:
        yield f"  No way is open to {commodity} at present."
        return
    cost = f"{route.unit_cost_usd_per_t:.1f} USD/t{_in_display(network, commodity, route.unit_cost_usd_per_t)}"
    yield (
        f"  Best way from {route.origin}: {' > '.join(route.edges)}: {cost}, "
        f"netback {route.netback_usd_per_t:.1f} USD/t, {route.transit_days:.0f} days."
    )
    if room_mtpa < ROOM_MTPA:
        yield "  It carries as much of it as it can."
        return
    more = moved_tonne(solver, solution, solution.program.trunk_columns(network, corridor, commodity), room_mtpa)
    if more is None:
        lifted = not any(
            amount > ROOM_MTPA
            for supply, amount in zip(network.supplies, solution.shortfall_by_supply, strict=True)
            if supply.commodity == commodity
        )
        reason = f"no {commodity} left to send" if lifted else f"no market beyond it that takes more {commodity}"
        yield f"  There is room in it, but {reason}."
        return
    gained = more.gained_usd_per_t
    if gained < -REPORTED_USD_PER_T:
        yield f"  Why not more: it would earn {-gained:,.1f} USD/t less than by the ways in use."
    elif gained > REPORTED_USD_PER_T:
        yield f"  Why not more: it would earn {gained:,.1f} USD/t more, but {_KEPT}."
    else:
        yield "  More of it would earn as much as by the other ways in use."
    if str(more):
        yield f"  {more}"


def _measured(solution: Solution, corridor: str, commodity: str) -> Route | None:
    """Return the route that `compare` measures a corridor by."""
    origins = origins_in_turn(solution.network, commodity)
    searches = ((BestPaths(solution, commodity, room), some) for some in origins for room in (True, False))
    return next((route for paths, some in searches if (route := paths.through(corridor, some)) is not None), None)


def _in_display(network: Network, commodity: str, usd_per_t: float) -> str:
    """Return an amount per tonne once more in the commodity's display unit, if it has one."""
    record = network.commodity(commodity)
    if record.display_unit == "t":
        return ""
    return f" ({usd_per_t / record.display_per_t:.1f} USD/{record.display_unit})"


def _edge(solver: WarmSolver, solution: Solution, edge: Edge) -> Iterator[str]:
    """Yield what an edge carries and why not more."""
    position = solution.program.edge_ids.index(edge.id)
    carried = float(solution.edge_flow_mtpa[position])
    span = OptimalRange(solution).amount(np.flatnonzero(solution.program.flow_edge == position).tolist())
    yield f"Edge {edge.id} ({edge.tail} > {edge.head}): {_carried(carried, edge.available_mtpa, span)}."
    if not edge.in_service:
        yield "  It is not in service; Opening(edge=...) would open it."
        return
    if edge.remaining < 1:
        yield f"  {edge.remaining:.0%} of its capacity is left."
    if edge.fleet is not None:
        yield f"  Each tonne takes {edge.fleet_days:g} days of fleet {edge.fleet} ({_used(solution, edge.fleet)})."
    floors = binding_minima(solver, solution)
    for commodity in (c for c in solution.program.commodities if edge.admits(c)):
        column = solution.program.column(edge.id, commodity)
        if column is None:
            yield f"  {commodity}: no supply of it leads to a market this way."
            continue
        amount, ceiling = float(solution.amounts[column]), solution.state.upper[column]
        quota = f", quota {ceiling:g}" if np.isfinite(ceiling) and ceiling < edge.available_mtpa else ""
        yield f"  {commodity}: {amount:.1f} Mt/y{quota}; {_explained(solver, solution, int(column))}"
        yield from _kept_up(floors, [int(column)], solution)


def _explained(solver: WarmSolver, solution: Solution, column: int) -> str:
    """Return what more in a flow column would do."""
    more = moved_tonne(solver, solution, [column])
    if more is None:
        return "no more of it can pass."
    gained = more.gained_usd_per_t
    if gained < -REPORTED_USD_PER_T:
        text = f"more would earn {-gained:,.1f} USD/t less than by the ways in use."
    elif gained > REPORTED_USD_PER_T:
        text = f"more would earn {gained:,.1f} USD/t more, but {_KEPT}."
    else:
        text = "more would earn as much as by the other ways in use."
    return f"{text} {more}".rstrip()


def _fleet(solver: WarmSolver, solution: Solution, fleet: str) -> Iterator[str]:
    """Yield what a fleet has under way, on which edges, and what one more Mt day a year would earn."""
    network = solution.network
    record = network.fleet(fleet)
    yield f"{record.name or 'Fleet'} [{fleet}]: {_used(solution, fleet)}."
    if record.remaining < 1:
        yield f"  {record.remaining:.0%} of it is left."
    for index, edge in enumerate(network.edges):
        if edge.fleet == fleet:
            carried = float(solution.edge_flow_mtpa[index])
            used = carried * edge.fleet_days
            yield f"  {edge.id}: {carried:.1f} Mt/y, {edge.fleet_days:g} days each: {used:.1f} Mt days/y."
    if BindingLimit("fleet", fleet) not in solution.prices:
        yield "  One more Mt day/y would earn nothing."
        return
    raised = raised_limit(solver, solution, BindingLimit("fleet", fleet))
    if raised is None:
        return
    others = "" if len(raised.limits) == 1 else f", with as much more of {' and '.join(map(str, raised.limits[1:]))},"
    yield f"  It is full; one more Mt day/y{others} would earn {_earned(*raised.worth)}."


def _used(solution: Solution, fleet: str) -> str:
    """Return how much of a fleet is used."""
    position = list(solution.network.keys("fleet")).index(fleet)
    used, available = float(solution.fleet_used_mt_days[position]), solution.network.fleet(fleet).available_mt_days
    return f"{used:.1f} of {available:.1f} Mt days/y used"
