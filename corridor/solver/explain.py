"""A flow in words: what binds, what one more Mt/y would be worth, what stops a corridor from carrying more."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import numpy as np

from corridor.errors import SolverError, visible
from corridor.messages import unknown_name
from corridor.model.cycles import earning_cycles
from corridor.model.network import Network
from corridor.model.records import Edge
from corridor.model.tolerances import REPORTED_LIFTED_MTPA, REPORTED_USD_PER_T, ROOM_MTPA
from corridor.solver.capacity import RouteCapacity, successive_bottlenecks
from corridor.solver.paths import BestPaths
from corridor.solver.solution import BindingLimit, Solution
from corridor.solver.warm import WarmSolver

_MOST_LIMITS = 8
_KEPT = "leave a supply, a requirement or a minimum short"


def explain(solver: WarmSolver, solution: Solution, about: str | None = None) -> str:
    """Return the explanation of a solution, or of one corridor or edge in it; the solver holds its program."""
    if about is None:
        parts = [*_totals(solution), *solution.notes, *_limits(solver, solution)]
        for corridor in solution.network.corridors:
            parts += _corridor(solver, solution, corridor.id)
    elif about in {corridor.id for corridor in solution.network.corridors}:
        parts = list(_corridor(solver, solution, about))
    elif about in {edge.id for edge in solution.network.edges}:
        parts = list(_edge(solver, solution, solution.network.edge(about)))
    else:
        known = [corridor.id for corridor in solution.network.corridors] + [edge.id for edge in solution.network.edges]
        raise unknown_name("corridor or edge", about, known)
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
        listed = ", ".join(f"{supply.node} {amount:.1f}" for supply, amount in short)
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


def _limits(solver: WarmSolver, solution: Solution) -> Iterator[str]:
    """Yield what binds, and what one more Mt/y there is worth as the difference of two optima."""
    prices, shut = solution.prices, [edge.id for edge in solution.network.edges if edge.available_mtpa == 0]
    closed = [limit for limit in (BindingLimit("edge", id) for id in shut) if limit in prices]
    binding = sorted(
        (-price, str(limit), limit) for limit, price in prices.items() if limit.kind == "node" or limit.id not in shut
    )
    if closed:
        yield f"Closed and missed: {', '.join(map(str, closed))}."
    if not binding:
        yield "No open edge, node or quota binds."
    texts = []
    for _, _, limit in binding[:_MOST_LIMITS]:
        wider = _one_more(solver, solution.network, limit)
        if wider is None:
            continue
        gained = wider.netback_musd_per_year - solution.netback_musd_per_year
        lifted = solution.shortfall_mtpa - wider.shortfall_mtpa
        if abs(gained) < REPORTED_USD_PER_T and lifted < REPORTED_LIFTED_MTPA:
            continue
        more = f" and lift {lifted:.2f} Mt/y more" if lifted > REPORTED_LIFTED_MTPA else ""
        texts.append(
            (
                -gained,
                f"{_described(solution.network, limit)}; "
                f"one more Mt/y there would earn {gained:+,.1f} million USD/y{more}.",
            )
        )
    yield from (f"Binding: {text}" for _, text in sorted(texts))
    if len(binding) > _MOST_LIMITS:
        yield f"... and {len(binding) - _MOST_LIMITS} more limits bind, each worth less."


def _described(network: Network, limit: BindingLimit) -> str:
    """Return a limit with its size, and the confidence of the figure that sets it."""
    if limit.kind == "quota":
        figure = (limit.kind, f"{limit.id}.{limit.commodity}", "max_mtpa")
        size = next(q.max_mtpa for q in network.quotas if (q.edge, q.commodity) == (limit.id, limit.commodity)) or 0.0
    elif limit.kind == "edge":
        figure, size = (limit.kind, limit.id, "capacity_mtpa"), network.edge(limit.id).available_mtpa
    else:
        figure, size = (limit.kind, limit.id, "throughput_mtpa"), network.node(limit.id).available_mtpa
    graded = (
        (f.record, f.subject, f.attribute) == figure and f.choice == "chosen" and f.confidence
        for f in network.figure_records
    )
    confidence = next((f", confidence {grade}" for grade in graded if grade), "")
    return f"{limit} ({size:g} Mt/y{confidence})"


def _one_more(solver: WarmSolver, network: Network, limit: BindingLimit) -> Solution | None:
    """Return the flow with one more Mt/y at a limit, or None where that would open a cycle that earns money."""
    edges, nodes, quotas = network.edges, network.nodes, network.quotas
    if limit.kind == "node":
        nodes = tuple(
            n.replace(throughput_mtpa=n.available_mtpa + 1.0, remaining=1.0) if n.id == limit.id else n for n in nodes
        )
    elif limit.kind == "edge":
        edges = tuple(
            e.replace(capacity_mtpa=e.available_mtpa + 1.0, remaining=1.0) if e.id == limit.id else e for e in edges
        )
    else:
        quotas = tuple(
            q.replace(max_mtpa=(q.max_mtpa or 0.0) + 1.0) if (q.edge, q.commodity) == (limit.id, limit.commodity) else q
            for q in quotas
        )
    wider = network.with_numbers(nodes=nodes, edges=edges, quotas=quotas)
    return None if any(earning_cycles(wider)) else solver.solve_network(wider)


def _corridor(solver: WarmSolver, solution: Solution, corridor: str) -> Iterator[str]:
    """Yield what a corridor carries, and for the first commodity what stops more and what one more Mt/y would cost."""
    network = solution.network
    commodity = network.commodities[0].id
    record = network.corridor(corridor)
    trunk = network.trunk(corridor)
    available = sum(edge.available_mtpa for edge in trunk)
    carried = solution.throughput_mtpa(corridor)
    own = solution.throughput_mtpa(corridor, commodity)
    yield f"{record.name or corridor} [{corridor}]: {_carried(carried, available)}; {commodity} {own:.1f} Mt/y."
    if not any(edge.admits(commodity) for edge in trunk):
        yield f"  It carries no {commodity}."
        return
    steps = list(successive_bottlenecks(solver, solution, corridor, commodity))
    yield _stops(steps, commodity)
    if available > 0:
        yield from _price_of_more(solver, solution, corridor, commodity, steps[0].capacity_mtpa - own)


def _carried(carried: float, available: float) -> str:
    if available == 0:
        return "closed"
    if math.isinf(available):
        return f"carries {carried:.1f} Mt/y, no limit"
    return f"carries {carried:.1f} of {available:.1f} Mt/y, {available - carried:.1f} unused"


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
    origins = [s.node for s in network.supplies if s.commodity == commodity and s.volume_mtpa > 0]
    route = BestPaths(solution, commodity, True).through(corridor, origins)
    route = route or BestPaths(solution, commodity, False).through(corridor, origins)
    if route is None:
        yield f"  No way is open to {commodity} at present."
        return
    cost = f"{route.unit_cost_usd_per_t:.1f} USD/t{_in_display(network, commodity, route.unit_cost_usd_per_t)}"
    yield (
        f"  Best way: {' > '.join(route.edges)}: {cost}, netback {route.netback_usd_per_t:.1f} USD/t, "
        f"{route.transit_days:.0f} days."
    )
    if room_mtpa < ROOM_MTPA:
        yield "  It carries as much of it as it can."
        return
    gained = _forced(
        solver, solution, solution.program.trunk_columns(network, corridor, commodity), min(1.0, room_mtpa / 2)
    )
    if gained is None:
        yield "  There is room in it, but no oil left to send."
    elif gained < -REPORTED_USD_PER_T:
        yield f"  Why not more: it would earn {-gained:,.1f} USD/t less than by the ways in use."
    elif gained > REPORTED_USD_PER_T:
        yield f"  Why not more: it would earn {gained:,.1f} USD/t more, but {_KEPT}."
    else:
        yield "  More of it would earn as much as by the other ways in use."


def _in_display(network: Network, commodity: str, usd_per_t: float) -> str:
    """Return an amount per tonne once more in the commodity's display unit, if it has one."""
    record = network.commodity(commodity)
    if record.display_unit == "t":
        return ""
    return f" ({usd_per_t / record.display_per_t:.1f} USD/{record.display_unit})"


def _forced(solver: WarmSolver, solution: Solution, columns: list[int], step_mtpa: float) -> float | None:
    """Return what netback gains per tonne if a little more goes through the best of some columns. [USD/t]

    None if no more can go. The best is that of the highest objective; the figure is the difference of two optima.
    """
    best: tuple[float, float] | None = None
    for column in columns:
        lower = solution.state.lower.copy()
        lower[column] = solution.amounts[column] + step_mtpa
        if lower[column] > solution.state.upper[column]:
            continue
        try:
            forced = solver.optimum(dataclasses.replace(solution.state, lower=lower))
        except SolverError:
            continue
        gained = (solution.netback_of(forced.amount) - solution.netback_musd_per_year) / step_mtpa
        best = max(best or (-math.inf, 0.0), (-forced.objective, gained))
    return None if best is None else best[1]


def _edge(solver: WarmSolver, solution: Solution, edge: Edge) -> Iterator[str]:
    """Yield what an edge carries and why not more."""
    carried = solution.edge_flow_mtpa[solution.program.edge_ids.index(edge.id)]
    yield f"Edge {edge.id} ({edge.tail} > {edge.head}): {_carried(float(carried), edge.available_mtpa)}."
    if not edge.in_service:
        yield "  It is not in service; Opening(edge=...) would open it."
        return
    if edge.remaining < 1:
        yield f"  {edge.remaining:.0%} of its capacity is left."
    for commodity in (c for c in solution.program.commodities if edge.admits(c)):
        column = solution.program.column(edge.id, commodity)
        if column is None:
            yield f"  {commodity}: no supply of it leads to a market this way."
            continue
        amount, ceiling = float(solution.amounts[column]), solution.state.upper[column]
        quota = f", quota {ceiling:g}" if np.isfinite(ceiling) and ceiling < edge.available_mtpa else ""
        yield f"  {commodity}: {amount:.1f} Mt/y{quota}; {_explained(solver, solution, int(column))}"


def _explained(solver: WarmSolver, solution: Solution, column: int) -> str:
    """Return what more in a flow column would do."""
    gained = _forced(solver, solution, [column], 0.1)
    if gained is None:
        return "no more of it can pass."
    if gained < -REPORTED_USD_PER_T:
        return f"more would earn {-gained:,.1f} USD/t less than by the ways in use."
    if gained > REPORTED_USD_PER_T:
        return f"more would earn {gained:,.1f} USD/t more, but {_KEPT}."
    return "more would earn as much as by the other ways in use."
