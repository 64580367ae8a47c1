"""A flow in words: what binds, what one more Mt/y would be worth, what stops a corridor from carrying more."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from corridor.errors import UnknownNameError, visible
from corridor.messages import unknown_name
from corridor.model.commodity_groups import TEU, TEU_PER_FEU, members
from corridor.model.display_units import TONNES, DisplayUnits
from corridor.model.network import Network, edge_key
from corridor.model.records import Edge, Quota
from corridor.model.tolerances import REPORTED_LIFTED_MTPA, REPORTED_MTPA, REPORTED_USD_PER_T, ROOM_MTPA, ZERO_USD_PER_T
from corridor.solver.capacity import RouteCapacity, stops_in_words, successive_bottlenecks
from corridor.solver.decompose import Route
from corridor.solver.explain_choice import ChoiceText
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


def explain(
    solver: WarmSolver,
    solution: Solution,
    about: str | None = None,
    units: DisplayUnits = TONNES,
    *,
    subject: str | None = None,
) -> str:
    """Return the explanation of a solution, or of one corridor, edge or fleet in it; the solver holds its program.

    Of a subject, a commodity or group, only what it moves and could move is told; units need to be those of it alone.
    """
    network = solution.network
    volumes = ShownVolumes(solution, units, () if subject is None else members(network, subject))
    notes = solution.notes_in(units) if subject is None else solution.notes
    if solution.held is not None:
        parts = [*_totals(solution, volumes), *notes, _HELD]
    elif solution.choice is not None:
        parts = list(_chosen(solver, solution, about, volumes, notes))
    elif about is None:
        parts = [*_totals(solution, volumes), *notes, *_limits(solver, solution, volumes)]
        floors = binding_minima(solver, solution)
        for corridor in network.corridors:
            if subject is None or network.trunk(corridor.id, volumes.commodities):
                parts += _corridor(solver, solution, corridor.id, floors, volumes)
    elif about in {corridor.id for corridor in solution.network.corridors}:
        parts = list(_corridor(solver, solution, about, binding_minima(solver, solution), volumes))
    elif about in {edge.id for edge in solution.network.edges}:
        parts = list(_edge(solver, solution, solution.network.edge(about), volumes))
    elif about in solution.network.keys("fleet"):
        parts = list(_fleet(solver, solution, about, volumes))
    else:
        raise _unknown(solution.network, about)
    return "\n".join(map(visible, parts))


def _unknown(network: Network, about: str) -> UnknownNameError:
    """Return the error for what is no corridor, edge or fleet."""
    known = [id for kind in ("corridor", "edge", "fleet") for id in network.keys(kind)]
    kinds = "corridor, edge or fleet" if network.fleets else "corridor or edge"
    return unknown_name(kinds, about, known)


def _chosen(
    solver: WarmSolver, solution: Solution, about: str | None, volumes: ShownVolumes, notes: Sequence[str]
) -> Iterator[str]:
    """Yield the explanation of a solution in which commodities choose, or of one corridor, edge or fleet in it.

    Differences of two optima would not say what a limit is worth to shippers who do not all take the cheapest way:
    what one more tonne there would pay does.
    """
    network, text = solution.network, ChoiceText(solver, solution, volumes)
    if about is None:
        yield from _totals(solution, volumes)
        yield from notes
        yield from text.lines()
    chosen = {row.alternative.corridor for row in text.rows}
    named = [record for record in network.corridors if about in (None, record.id)]
    floors = binding_minima(solver, solution) if any(record.id not in chosen for record in named) else []
    for record in named:
        if record.id in chosen:
            yield from text.corridor(record)
        else:
            yield from _plain_corridor(solver, solution, record.id, floors, volumes)
    if not named and about is not None:
        if about not in network.keys("edge") and about not in network.keys("fleet"):
            raise _unknown(network, about)
        yield text.asset(BindingLimit("edge" if about in network.keys("edge") else "fleet", about))


def _plain_corridor(
    solver: WarmSolver, solution: Solution, corridor: str, floors: list[tuple[Quota, Solution]], volumes: ShownVolumes
) -> Iterator[str]:
    """Yield what a corridor carries that no commodity chooses, and what stops more of the first that it carries."""
    network = solution.network
    carried = [id for id in volumes.commodities if network.trunk(corridor, id)]
    for commodity in carried[:1]:
        steps = list(successive_bottlenecks(solver, solution, corridor, commodity))
        record, units = network.corridor(corridor), volumes.units
        amount = sum(solution.throughput_mtpa(corridor, id) * units.rate(id) for id in carried)
        yield f"{record.name or corridor} [{corridor}]: carries {amount:.{units.digits}f} {units.volume}."
        yield from _kept_up(floors, solution.program.trunk_columns(network, corridor, commodity), solution, units)
        yield _stops(steps, commodity, units, units.rate(commodity))


def _totals(solution: Solution, volumes: ShownVolumes) -> Iterator[str]:
    """Yield what is delivered, and what is not lifted."""
    name = solution.scenario.name if solution.scenario is not None else "Baseline"
    units, delivered = volumes.units, volumes.markets(solution.delivered_by_market)
    netback = f"netback {volumes.netback_musd_per_year():,.0f} million USD/y"
    if units.shows_boxes:
        netback = f"cost {volumes.cost_musd_per_year():,.0f} million USD/y"
    of = f" of {', '.join(volumes.commodities)}" if volumes.is_part else ""
    yield f"{name}: {delivered:,.{units.digits}f} {units.volume}{of} delivered, {netback}."
    short = [
        (s, amount)
        for s, amount in zip(solution.network.supplies, solution.shortfall_by_supply, strict=True)
        if amount > 0 and s.commodity in volumes.commodities
    ]
    if not short:
        yield f"All supply{' of it' if of else ''} is lifted."
    else:
        prices = ", ".join(sorted({f"{s.penalty_usd_per_t * units.price(s.commodity):.5g}" for s, _ in short}))
        total = volumes.supplies(solution.shortfall_by_supply)
        yield (
            f"Not lifted: {total:.{units.digits}f} {units.volume} ({_shut_in(solution, volumes)}); "
            f"priced at {prices} {units.money}, an assumption, so that any other way is preferred to shutting in."
        )
    unmet = [
        (m, amount)
        for m, amount in zip(solution.network.markets, solution.unmet_by_market, strict=True)
        if amount > 0 and m.commodity in volumes.commodities
    ]
    if unmet:
        listed = ", ".join(
            f"{market.node} {amount * units.rate(market.commodity):.{units.digits}f}" for market, amount in unmet
        )
        total = volumes.markets(solution.unmet_by_market)
        yield f"Required but not delivered: {total:.{units.digits}f} {units.volume} ({listed})."


def _shut_in(solution: Solution, volumes: ShownVolumes) -> str:
    """Return by how much each supply is short, with "about" where another optimum shuts in others."""
    optima, texts, units = OptimalRange(solution), [], volumes.units
    for number, (supply, amount) in enumerate(
        zip(solution.network.supplies, solution.shortfall_by_supply.tolist(), strict=True)
    ):
        if amount > 0 and supply.commodity in volumes.commodities:
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
        if not any(edge.admits(id) for edge in chain.edges[:1] for id in volumes.commodities):
            continue
        earned = _earned(volumes.units, chain.gained_musd_per_year, *volumes.gains(chain.opened))
        yield f"Closed and missed: {chain} ({chain.why}); open, it would earn {earned}."
    raised = raised_limits(solver, solution, most=_MOST_LIMITS, concerns=volumes.concerns)
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
    least, digits = REPORTED_LIFTED_MTPA * units.least_rate, units.fine_digits
    more = f" and lift {lifted:,.{digits}f} {units.volume} more" if lifted > least else ""
    more += f" and meet {supplied:,.{digits}f} {units.volume} more of what is required" if supplied > least else ""
    return f"{gained_musd_per_year:+,.1f} million USD/y{more}"


def _step(volumes: ShownVolumes, limit: BindingLimit) -> str:
    """Return how much more of a limit is tried: 1 Mt/y, or 1 Mt days a year of a fleet, in the units shown."""
    units = volumes.units
    unit = units.label(limit_unit(limit))
    if not units.shows_barrels:
        return f"one more {unit.replace('days', 'day')}"
    return f"{volumes.limit(limit):,.{units.fine_digits}f} {unit} more"


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
    """Yield what a corridor carries, and for the first commodity what stops more and what one more Mt/y would cost.

    Of a subject it is what that carries there.
    """
    network, units = solution.network, volumes.units
    record, own = network.corridor(corridor), volumes.asked
    subject = volumes.asked_name
    trunk = network.trunk(corridor, own) if volumes.is_part else network.trunk_of_peers(corridor, own)
    trunk = trunk or network.trunk(corridor)
    available = sum(edge.available_mtpa for edge in trunk)
    columns = [column for id in own for column in solution.program.trunk_columns(network, corridor, id)]
    crossing = columns if volumes.is_part else solution.program.columns_on(edge.id for edge in trunk)
    carried = float(solution.amounts[crossing].sum())
    moved = float(solution.amounts[columns].sum())
    optima = OptimalRange(solution)
    shown = quoted(moved, optima.amount(columns), rate=units.rate(own[0]))
    rate = volumes.edge(*(edge.id for edge in trunk))
    yield (
        f"{record.name or corridor} [{corridor}]: "
        f"{_carried(carried, available, optima.amount(crossing), units, rate)}; {subject} {shown} {units.volume}."
    )
    if not network.trunk(corridor, own):
        yield f"  It carries no {subject}."
        return
    yield from _kept_up(floors, columns, solution, units)
    steps = list(successive_bottlenecks(solver, solution, corridor, own))
    yield _stops(steps, subject, units, units.rate(own[0]))
    if available > 0:
        stream = next((id for id in own if _measured(solution, corridor, id) is not None), own[0])
        yield from _price_of_more(solver, solution, corridor, stream, steps[0].capacity_mtpa - moved, units)


def _carried(carried: float, available: float, span: tuple[float, float], units: DisplayUnits, rate: float) -> str:
    if available == 0:
        return "closed"
    amount, digits = quoted(carried, span, rate=rate), units.digits
    if math.isinf(available):
        return f"carries {amount} {units.volume}, no limit"
    unused = f"{rate * (available - carried):,.{digits}f} unused"
    return f"carries {amount} of {rate * available:,.{digits}f} {units.volume}, {unused}"


def _stops(steps: list[RouteCapacity], commodity: str, units: DisplayUnits, rate: float) -> str:
    """Return what stops more of a commodity, limit after limit."""
    most = f"  Most {commodity} it could take if supply and buyers were unlimited (each limit: a minimum cut)"
    return f"{most}: {stops_in_words(steps, lambda amount: f'{amount * rate:,.{units.digits}f} {units.volume}')}."


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
    cost = f"{route.unit_cost_usd_per_t * price:,.{digits}f} {units.money}"
    cost += "" if units.shows_barrels else _in_display(network, commodity, route.unit_cost_usd_per_t)
    netback = "" if units.shows_boxes else f", netback {route.netback_usd_per_t * price:,.{digits}f} {units.money}"
    yield (
        f"  Best way from {route.origin}: {' > '.join(route.edges)}: {cost}{netback}, {route.transit_days:.0f} days."
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
    if record.display_unit == TEU:
        return f" ({TEU_PER_FEU * usd_per_t / record.display_per_t:,.0f} USD/FEU)"
    return f" ({usd_per_t / record.display_per_t:.1f} USD/{record.display_unit})"


def _edge(solver: WarmSolver, solution: Solution, edge: Edge, volumes: ShownVolumes) -> Iterator[str]:
    """Yield what an edge carries and why not more."""
    position, units = solution.program.edge_ids.index(edge.id), volumes.units
    passing = [c for c in np.flatnonzero(solution.program.flow_edge == position).tolist() if volumes.counts(c)]
    carried = float(solution.amounts[passing].sum())
    span = OptimalRange(solution).amount(passing)
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
    for commodity in (c for c in solution.program.commodities if edge.admits(c) and c in volumes.commodities):
        column = solution.program.column(edge.id, commodity)
        if column is None:
            yield f"  {commodity}: no supply of it leads to a market this way."
            continue
        amount, ceiling = float(solution.amounts[column]), solution.state.upper[column]
        rate, explained = units.rate(commodity), _explained(solver, solution, int(column), units)
        has_quota = np.isfinite(ceiling) and ceiling < edge.available_mtpa
        quota = f", quota {units.size(rate * ceiling)}" if has_quota else ""
        yield f"  {commodity}: {rate * amount:,.{units.digits}f} {units.volume}{quota}; {explained}"
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
            unit, digits = units.label(limit_unit(limit)), units.amount_digits
            used = f"{carried * edge.fleet_days * volumes.amount_on(edge.id):,.{digits}f} {unit}"
            other = volumes.is_part and not any(edge.admits(id) for id in volumes.commodities)
            shown = f"{carried * volumes.edge(edge.id):,.{units.digits}f} {units.volume}"
            shown = f"{carried:.1f} Mt/y of other cargo" if other else shown
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
    digits = volumes.units.amount_digits
    return f"{used * rate:,.{digits}f} of {available * rate:,.{digits}f} {unit} used"
