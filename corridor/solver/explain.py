"""A flow in words: what binds, what one more Mt/y would be worth, what stops a corridor from carrying more."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from corridor.errors import visible
from corridor.messages import unknown_name
from corridor.model.display_units import TONNES, DisplayUnits
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
from corridor.solver.shown_volumes import ShownVolumes
from corridor.solver.solution import BindingLimit, Solution
from corridor.solver.warm import WarmSolver

_MOST_LIMITS = 8
_HELD = (
    "No commodity may exceed its usual flow on any edge (rerouting=False); solve with rerouting to see what binds, and "
    "what other ways would take."
)
_KEPT = "leave a supply, a requirement or a minimum short"


def explain(solver: WarmSolver, solution: Solution, about: str | None = None, units: DisplayUnits = TONNES) -> str:
    """Return the explanation of a solution, or of one corridor, edge or fleet in it; the solver holds its program."""
    volumes = ShownVolumes(solution, units)
    if solution.held is not None:
        parts = [*_totals(solution, volumes), *solution.notes_in(units), _HELD]
    elif about is None:
        parts = [*_totals(solution, volumes), *solution.notes_in(units), *_limits(solver, solution, volumes)]
        floors = binding_minima(solver, solution)
        for corridor in solution.network.corridors:
            parts += _corridor(solver, solution, corridor.id, floors, volumes)
    elif about in {corridor.id for corridor in solution.network.corridors}:
        parts = list(_corridor(solver, solution, about, binding_minima(solver, solution), volumes))
    elif about in {edge.id for edge in solution.network.edges}:
        parts = list(_edge(solver, solution, solution.network.edge(about), volumes))
    elif about in solution.network.keys("fleet"):
        parts = list(_fleet(solver, solution, about, volumes))
    else:
        known = [id for kind in ("corridor", "edge", "fleet") for id in solution.network.keys(kind)]
        kinds = "corridor, edge or fleet" if solution.network.fleets else "corridor or edge"
        raise unknown_name(kinds, about, known)
    return "\n".join(map(visible, parts))


def _totals(solution: Solution, volumes: ShownVolumes) -> Iterator[str]:
    """Yield what is delivered, and what is not lifted."""
    name = solution.scenario.name if solution.scenario is not None else "Baseline"
    netback = f"netback {solution.netback_musd_per_year:,.0f} million USD/y"
    units, delivered = volumes.units, volumes.markets(solution.delivered_by_market)
    yield f"{name}: {delivered:.{units.digits}f} {units.volume} delivered, {netback}."
    short = [
        (s, amount)
        for s, amount in zip(solution.network.supplies, solution.shortfall_by_supply, strict=True)
        if amount > 0
    ]
    if not short:
        yield "All supply is lifted."
    else:
        prices = ", ".join(sorted({f"{s.penalty_usd_per_t * units.price(s.commodity):.5g}" for s, _ in short}))
        total = volumes.supplies(solution.shortfall_by_supply)
        yield (
            f"Not lifted: {total:.{units.digits}f} {units.volume} ({_shut_in(solution, units)}); "
            f"priced at {prices} {units.money}, an assumption, so that any other way is preferred to shutting in."
        )
    unmet = [
        (m, amount) for m, amount in zip(solution.network.markets, solution.unmet_by_market, strict=True) if amount > 0
    ]
    if unmet:
        listed = ", ".join(
            f"{market.node} {amount * units.rate(market.commodity):.{units.digits}f}" for market, amount in unmet
        )
        total = volumes.markets(solution.unmet_by_market)
        yield f"Required but not delivered: {total:.{units.digits}f} {units.volume} ({listed})."


def _shut_in(solution: Solution, units: DisplayUnits) -> str:
    """Return by how much each supply is short, with "about" where another optimum shuts in others."""
    optima, texts = OptimalRange(solution), []
    for number, (supply, amount) in enumerate(
        zip(solution.network.supplies, solution.shortfall_by_supply.tolist(), strict=True)
    ):
        if amount > 0:
            rate = units.rate(supply.commodity)
            texts.append(f"{supply.node} {quoted(amount, optima.lifted([number]), rate=rate)}")
    return ", ".join(texts)


def who_takes_over(base: Solution, solution: Solution, commodity: str, units: DisplayUnits = TONNES) -> list[str]:
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


def _limits(solver: WarmSolver, solution: Solution, volumes: ShownVolumes) -> Iterator[str]:
    """Yield what binds, and what one more Mt/y there is worth as the difference of two optima."""
    for chain in idle_chains(solver, solution):
        earned = _earned(volumes.units, chain.gained_musd_per_year, *volumes.gains(chain.opened))
        yield f"Closed and missed: {chain} ({chain.why}); open, it would earn {earned}."
    raised = raised_limits(solver, solution, most=_MOST_LIMITS)
    if not raised.n_binding:
        yield f"No open edge, node, quota{' or fleet' if solution.network.fleets else ''} binds."
    for one in raised.limits:
        where = "there" if len(one.limits) == 1 else "in each of them"
        described = " + ".join(_described(solution.network, limit, volumes) for limit in one.limits)
        more = " or ".join(dict.fromkeys(_step(volumes, limit) for limit in one.limits))
        earned = _earned(volumes.units, one.gained_musd_per_year, *volumes.gains(one.wider))
        yield f"Binding: {described}; {more} {where} would earn {earned}."
    if raised.n_binding > raised.n_tried:
        yield f"... and {raised.n_binding - raised.n_tried} more limits bind, each worth less."


def _earned(units: DisplayUnits, gained_musd_per_year: float, lifted: float, supplied: float) -> str:
    """Return in words what an opening or one more Mt/y would change; volumes are in the units shown."""
    least, digits = (REPORTED_LIFTED_MTPA * units.least_rate, 1) if units.shows_barrels else (REPORTED_LIFTED_MTPA, 2)
    more = f" and lift {lifted:.{digits}f} {units.volume} more" if lifted > least else ""
    more += f" and meet {supplied:.{digits}f} {units.volume} more of what is required" if supplied > least else ""
    return f"{gained_musd_per_year:+,.1f} million USD/y{more}"


def _step(volumes: ShownVolumes, limit: BindingLimit) -> str:
    """Return how much more of a limit is tried: 1 Mt/y, or 1 Mt days a year of a fleet, in the units shown."""
    unit = volumes.units.label(limit_unit(limit))
    if not volumes.units.shows_barrels:
        return f"one more {unit.replace('days', 'day')}"
    return f"{volumes.limit(limit):.1f} {unit} more"


def _described(network: Network, limit: BindingLimit, volumes: ShownVolumes) -> str:
    """Return a limit with its size, and the confidence of the figure that sets it."""
    grade = limit_confidence(network, limit)
    confidence = f", confidence {grade}" if grade else ""
    size = volumes.units.size(limit_size(network, limit) * volumes.limit(limit))
    return f"{limit} ({size} {volumes.units.label(limit_unit(limit))}{confidence})"


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


def _kept_up(
    floors: list[tuple[Quota, Solution]], columns: list[int], solution: Solution, units: DisplayUnits
) -> Iterator[str]:
    """Yield which minima keep up the flow in some columns, and what would pass without each."""
    now = float(solution.amounts[columns].sum())
    for quota, without in floors:
        then = float(without.amounts[columns].sum())
        if then < now - ROOM_MTPA:
            asked = units.size(quota.min_mtpa * units.rate(quota.commodity))
            rate, digits = units.rate(solution.program.name_of(columns[0])[1]), units.digits
            yield (
                f"  A minimum keeps it up: quota {quota.edge}/{quota.commodity} asks for {asked} {units.volume}; "
                f"without it {then * rate:.{digits}f} {units.volume} would pass instead of {now * rate:.{digits}f}."
            )


def _corridor(
    solver: WarmSolver, solution: Solution, corridor: str, floors: list[tuple[Quota, Solution]], volumes: ShownVolumes
) -> Iterator[str]:
    """Yield what a corridor carries, and for the first commodity what stops more and what one more Mt/y would cost."""
    network, units = solution.network, volumes.units
    commodity = network.commodities[0].id
    record = network.corridor(corridor)
    trunk = network.trunk_of_peers(corridor, [commodity]) or network.trunk(corridor)
    available = sum(edge.available_mtpa for edge in trunk)
    crossing = solution.program.columns_on(edge.id for edge in trunk)
    carried = float(solution.amounts[crossing].sum())
    own = solution.throughput_mtpa(corridor, commodity)
    optima = OptimalRange(solution)
    shown = quoted(own, optima.throughput(corridor, commodity), rate=units.rate(commodity))
    rate = volumes.edge(*(edge.id for edge in trunk))
    yield (
        f"{record.name or corridor} [{corridor}]: "
        f"{_carried(carried, available, optima.amount(crossing), units, rate)}; {commodity} {shown} {units.volume}."
    )
    if not network.trunk(corridor, commodity):
        yield f"  It carries no {commodity}."
        return
    yield from _kept_up(floors, solution.program.trunk_columns(network, corridor, commodity), solution, units)
    steps = list(successive_bottlenecks(solver, solution, corridor, commodity))
    yield _stops(steps, commodity, units)
    if available > 0:
        yield from _price_of_more(solver, solution, corridor, commodity, steps[0].capacity_mtpa - own, units)


def _carried(carried: float, available: float, span: tuple[float, float], units: DisplayUnits, rate: float) -> str:
    if available == 0:
        return "closed"
    amount, digits = quoted(carried, span, rate=rate), units.digits
    if math.isinf(available):
        return f"carries {amount} {units.volume}, no limit"
    unused = f"{rate * (available - carried):.{digits}f} unused"
    return f"carries {amount} of {rate * available:.{digits}f} {units.volume}, {unused}"


def _stops(steps: list[RouteCapacity], commodity: str, units: DisplayUnits) -> str:
    """Return what stops more of a commodity, limit after limit."""
    texts = []
    for step in steps:
        if not step.bottleneck:
            texts.append("nothing else in this network" if math.isinf(step.capacity_mtpa) else "no way there at all")
            break
        capacity = f"{step.capacity_mtpa * units.rate(commodity):.{units.digits}f} {units.volume}"
        texts.append(f"{capacity}, stopped by {step.named()}")
    most = f"  Most {commodity} it could take if supply and buyers were unlimited (each limit: a minimum cut)"
    return f"{most}: {'; that lifted, '.join(texts)}."


def _price_of_more(
    solver: WarmSolver, solution: Solution, corridor: str, commodity: str, room_mtpa: float, units: DisplayUnits
) -> Iterator[str]:
    """Yield the best way through a corridor, and the loss or gain from sending more by it."""
    network = solution.network
    route = _measured(solution, corridor, commodity)
    if route is None:
        yield f"  No way is open to {commodity} at present."
        return
    price, digits = units.price(commodity), units.money_digits
    cost = f"{route.unit_cost_usd_per_t * price:.{digits}f} {units.money}"
    cost += "" if units.shows_barrels else _in_display(network, commodity, route.unit_cost_usd_per_t)
    yield (
        f"  Best way from {route.origin}: {' > '.join(route.edges)}: {cost}, "
        f"netback {route.netback_usd_per_t * price:.{digits}f} {units.money}, {route.transit_days:.0f} days."
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
    gained, shown = more.gained_usd_per_t, f"{abs(more.gained_usd_per_t) * price:,.{digits}f} {units.money}"
    if gained < -REPORTED_USD_PER_T:
        yield f"  Why not more: it would earn {shown} less than by the ways in use."
    elif gained > REPORTED_USD_PER_T:
        yield f"  Why not more: it would earn {shown} more, but {_KEPT}."
    else:
        yield "  More of it would earn as much as by the other ways in use."
    if text := more.text(units):
        yield f"  {text}"


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


def _edge(solver: WarmSolver, solution: Solution, edge: Edge, volumes: ShownVolumes) -> Iterator[str]:
    """Yield what an edge carries and why not more."""
    position, units = solution.program.edge_ids.index(edge.id), volumes.units
    carried = float(solution.edge_flow_mtpa[position])
    span = OptimalRange(solution).amount(np.flatnonzero(solution.program.flow_edge == position).tolist())
    text = _carried(carried, edge.available_mtpa, span, units, volumes.edge(edge.id))
    yield f"Edge {edge.id} ({edge.tail} > {edge.head}): {text}."
    if not edge.in_service:
        yield "  It is not in service; Opening(edge=...) would open it."
        return
    if edge.remaining < 1:
        yield f"  {edge.remaining:.0%} of its capacity is left."
    if edge.fleet is not None:
        used = _used(solution, edge.fleet, volumes)
        yield f"  Each {units.single} takes {edge.fleet_days:g} days of fleet {edge.fleet} ({used})."
    floors = binding_minima(solver, solution)
    for commodity in (c for c in solution.program.commodities if edge.admits(c)):
        column = solution.program.column(edge.id, commodity)
        if column is None:
            yield f"  {commodity}: no supply of it leads to a market this way."
            continue
        amount, ceiling = float(solution.amounts[column]), solution.state.upper[column]
        rate, explained = units.rate(commodity), _explained(solver, solution, int(column), units)
        has_quota = np.isfinite(ceiling) and ceiling < edge.available_mtpa
        quota = f", quota {units.size(rate * ceiling)}" if has_quota else ""
        yield f"  {commodity}: {rate * amount:.{units.digits}f} {units.volume}{quota}; {explained}"
        yield from _kept_up(floors, [int(column)], solution, units)


def _explained(solver: WarmSolver, solution: Solution, column: int, units: DisplayUnits) -> str:
    """Return what more in a flow column would do."""
    more = moved_tonne(solver, solution, [column])
    if more is None:
        return "no more of it can pass."
    gained, price = more.gained_usd_per_t, units.price(solution.program.name_of(column)[1])
    shown = f"{abs(gained) * price:,.{units.money_digits}f} {units.money}"
    if gained < -REPORTED_USD_PER_T:
        text = f"more would earn {shown} less than by the ways in use."
    elif gained > REPORTED_USD_PER_T:
        text = f"more would earn {shown} more, but {_KEPT}."
    else:
        text = "more would earn as much as by the other ways in use."
    return f"{text} {more.text(units)}".rstrip()


def _fleet(solver: WarmSolver, solution: Solution, fleet: str, volumes: ShownVolumes) -> Iterator[str]:
    """Yield what a fleet has under way, on which edges, and what one more Mt day a year would earn."""
    network, units = solution.network, volumes.units
    record, limit = network.fleet(fleet), BindingLimit("fleet", fleet)
    yield f"{record.name or 'Fleet'} [{fleet}]: {_used(solution, fleet, volumes)}."
    if record.remaining < 1:
        yield f"  {record.remaining:.0%} of it is left."
    for index, edge in enumerate(network.edges):
        if edge.fleet == fleet:
            carried = float(solution.edge_flow_mtpa[index])
            used = f"{carried * edge.fleet_days * volumes.barrels_on(edge.id):.1f} {units.label(limit_unit(limit))}"
            shown = f"{carried * volumes.edge(edge.id):.{units.digits}f} {units.volume}"
            yield f"  {edge.id}: {shown}, {edge.fleet_days:g} days each: {used}."
    step = _step(volumes, limit)
    if limit not in solution.prices:
        yield f"  {step[0].upper()}{step[1:]} would earn nothing."
        return
    raised = raised_limit(solver, solution, limit)
    if raised is None:
        return
    others = "" if len(raised.limits) == 1 else f", with as much more of {' and '.join(map(str, raised.limits[1:]))},"
    earned = _earned(units, raised.gained_musd_per_year, *volumes.gains(raised.wider))
    yield f"  It is full; {step}{others} would earn {earned}."


def _used(solution: Solution, fleet: str, volumes: ShownVolumes) -> str:
    """Return how much of a fleet is used."""
    position = list(solution.network.keys("fleet")).index(fleet)
    used, available = float(solution.fleet_used_mt_days[position]), solution.network.fleet(fleet).available_mt_days
    rate, unit = volumes.fleet(fleet), volumes.units.label("Mt days/y")
    return f"{used * rate:.1f} of {available * rate:.1f} {unit} used"
