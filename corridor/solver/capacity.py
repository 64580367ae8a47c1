"""How much of a commodity could move through a corridor at most, and what stops more."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from corridor.model.network import Network
from corridor.model.tolerances import HELD_MTPA, ZERO_USD_PER_T
from corridor.solver.highs import Unbounded
from corridor.solver.program import ProgramState
from corridor.solver.solution import BindingLimit, Solution
from corridor.solver.warm import WarmSolver

_LIFTED_MTPA = 1e6
"""Size of a limit that is out of the way: more than any volume, and finite, so that the program stays bounded."""

_ALIKE_MTPA = 1e-5
"""How near two capacities are the same, each held to what others lift within a tolerance. [unit of the program]"""


@dataclass(frozen=True)
class RouteCapacity:
    """The most that a commodity could move through a corridor, and what stops more.

    Attributes
    ----------
    capacity_mtpa : float
        Infinite where nothing limits it. [Mt/y]
    bottleneck : tuple of BindingLimit
        A minimum cut: full limits whose sizes, less what others need of them, add up to the capacity. Raising all of
        them raises the capacity, unless another cut is as small (equal limits in series). Closed edges and quotas of 0
        in the cut are named only where nothing else is, that is where nothing can move.
    own_quota : bool
        Whether a quota of what moves is in the cut, one of 0 included: without it more could move.
    equal : tuple of BindingLimit
        Where one limit alone is the cut, others in series with it that stop just as much, as a quay no larger than what
        the ships before it carry: raising one of them alone adds nothing.
    """

    capacity_mtpa: float
    bottleneck: tuple[BindingLimit, ...]
    own_quota: bool = False
    equal: tuple[BindingLimit, ...] = ()

    @property
    def limits(self) -> tuple[BindingLimit, ...]:
        """The cut, and what stops as much in its place."""
        return (*self.bottleneck, *self.equal)

    def named(self) -> str:
        """Return the minimum cut in words: ``north + rails``; equal limits as alternatives: ``fleet ships or quay``."""
        return (" or " if self.equal else " + ").join(map(str, self.limits))


def route_capacity(
    solver: WarmSolver, solution: Solution, corridor: str, commodity: str | tuple[str, ...]
) -> RouteCapacity:
    """Return how much of a commodity could move through a corridor in the state of a solution.

    Parameters
    ----------
    solver : WarmSolver
        The one that holds the solution's program (`WarmSolver.solver_for`).
    solution : Solution
        The state, and what other shippers lift in it.
    corridor : str
        Id.
    commodity : str or tuple of str
        Id; of several commodities the sum is maximised, as if they were one shipper's.

    Notes
    -----
    A linear program: the commodity's flow over the trunk edges is maximised as if supply and buyers were unlimited,
    under the same capacities and quotas. Other shippers may be sent another way but lift no less than in the flow, and
    no market gets less of what it requires, nor a quota less of its minimum. Commodities of another group give way:
    dry cargo to boxes, and boxes to dry cargo.
    """
    commodities = _tuple(commodity)
    state = _maximising(solution, corridor, commodities)
    capacity, optimum = _solved(solver, state, solution, corridor, commodities)
    if optimum is None or len(capacity.bottleneck) != 1 or capacity.capacity_mtpa == 0:
        return capacity
    equal: list[BindingLimit] = []
    most = capacity.capacity_mtpa + _ALIKE_MTPA * solution.program.unit_mtpa
    limit = capacity.bottleneck[0]
    for _ in _in_series(optimum, commodities, capacity):
        state = _without(solution, state, (limit,))
        lifted = _most(solver, state, solution, corridor, commodities)
        if lifted.capacity_mtpa > most or len(lifted.bottleneck) != 1:
            break
        limit = lifted.bottleneck[0]
        equal.append(limit)
    return dataclasses.replace(capacity, equal=tuple(equal))


def nameplate_mtpa(network: Network, corridor: str, commodities: Iterable[str]) -> float:
    """Return what the trunk edges in service are built for, infinite where one has no limit.

    It is the trunk of all shippers of the commodities' groups together, for containers may have another than crude.
    Outages and derates do not count: they leave less of it, `Edge.available_mtpa`. [Mt/y]
    """
    built = (edge.capacity_mtpa for edge in network.trunk_of_peers(corridor, commodities) if edge.in_service)
    return float(sum(math.inf if capacity is None else capacity for capacity in built))


def reachable_capacity(
    solver: WarmSolver,
    solution: Solution,
    corridor: str,
    commodity: str | tuple[str, ...],
    *,
    capacity: RouteCapacity,
) -> RouteCapacity:
    """Return how much of a commodity could move through a corridor with the ceilings of its own quotas lifted.

    Parameters
    ----------
    solver, solution, corridor, commodity
        As for `route_capacity`.
    capacity : RouteCapacity
        Its answer. Where no quota of the commodity is in the minimum cut, lifting them adds nothing, and no program
        is solved.
    """
    if not capacity.own_quota:
        return capacity
    commodities = _tuple(commodity)
    state = _without_ceilings(solution, _maximising(solution, corridor, commodities), commodities)
    lifted = _most(solver, state, solution, corridor, commodities)
    return lifted if lifted.capacity_mtpa > capacity.capacity_mtpa else capacity


def successive_bottlenecks(
    solver: WarmSolver, solution: Solution, corridor: str, commodity: str | tuple[str, ...], levels: int = 4
) -> Iterator[RouteCapacity]:
    """Yield a minimum cut of a corridor, then one that would limit it without that, and so on."""
    commodities = _tuple(commodity)
    state = _maximising(solution, corridor, commodities)
    for _ in range(levels):
        capacity = _most(solver, state, solution, corridor, commodities)
        if capacity.capacity_mtpa > _LIFTED_MTPA / 2:
            capacity = RouteCapacity(math.inf, ())
        yield capacity
        if not capacity.bottleneck:
            return
        state = _without(solution, state, capacity.bottleneck)


def stops_in_words(steps: Iterable[RouteCapacity], shown: Callable[[float], str]) -> str:
    """Return what stops more, limit after limit, as `successive_bottlenecks` yields it; amounts in Mt/y are shown."""
    texts = []
    for step in steps:
        if not step.bottleneck:
            texts.append("nothing else in this network" if math.isinf(step.capacity_mtpa) else "no way there at all")
            break
        texts.append(f"{shown(step.capacity_mtpa)}, stopped by {step.named()}")
    return "; that lifted, ".join(texts)


def _tuple(commodity: str | tuple[str, ...]) -> tuple[str, ...]:
    return (commodity,) if isinstance(commodity, str) else commodity


def _trunk_columns(solution: Solution, corridor: str, commodities: tuple[str, ...]) -> list[int]:
    """Return the flow columns of some commodities on a corridor's trunk edges."""
    program, network = solution.program, solution.network
    return [column for commodity in commodities for column in program.trunk_columns(network, corridor, commodity)]


def _maximising(solution: Solution, corridor: str, commodities: tuple[str, ...]) -> ProgramState:
    """Return the state in which the commodities' flow over the trunk edges is all that counts."""
    program, network = solution.program, solution.network
    cost, lower, upper = np.zeros(program.n_columns), solution.state.lower.copy(), solution.state.upper.copy()
    tolerance = HELD_MTPA * program.unit_mtpa
    cost[_trunk_columns(solution, corridor, commodities)] = -1.0
    yielding = _yielding(network, commodities)
    supplied = np.array([supply.commodity in commodities for supply in network.supplies], dtype=bool)
    bought = np.array([market.commodity in commodities for market in network.markets], dtype=bool)
    free = supplied | np.array([supply.commodity in yielding for supply in network.supplies], dtype=bool)
    held = np.maximum(0.0, solution.amounts - tolerance)
    upper[program.lifted][supplied] = np.inf
    lower[program.lifted] = np.where(free, lower[program.lifted], held[program.lifted])
    # Where a requirement costs nothing unmet, the optimum may count what meets it as beyond it.
    required = np.array([0.0 if m.commodity in yielding else m.required_mtpa for m in network.markets])
    lower[program.required] = np.maximum(0.0, np.minimum(required, solution.delivered_by_market) - tolerance)
    upper[program.extra][bought] = np.inf
    kept = np.array([program.name_of(column)[1] not in yielding for column in program.minima.tolist()], dtype=bool)
    most = solution.amounts[program.unmet] + tolerance
    upper[program.unmet] = np.where(kept, most, upper[program.unmet])
    return dataclasses.replace(solution.state, cost=cost, lower=lower, upper=upper, constant=0.0)


def _yielding(network: Network, commodities: tuple[str, ...]) -> frozenset[str]:
    """Return the commodities that may move less so that some move more: those of another group."""
    groups = {network.commodity(commodity).group for commodity in commodities}
    if "" in groups:
        return frozenset()
    return frozenset(record.id for record in network.commodities if record.group and record.group not in groups)


def _in_series(optimum: Solution, commodities: tuple[str, ...], capacity: RouteCapacity) -> list[BindingLimit]:
    """Return the limits besides the cut that are full and that just as much passes as crosses the corridor."""
    tolerance = HELD_MTPA * optimum.program.unit_mtpa
    full = optimum.full(tolerance) - {*capacity.bottleneck}
    amount = capacity.capacity_mtpa
    own = [limit for limit in full if not limit.commodity or limit.commodity in commodities]
    return [limit for limit in own if abs(_passing(optimum, limit, commodities) - amount) <= tolerance]


def _passing(optimum: Solution, limit: BindingLimit, commodities: tuple[str, ...]) -> float:
    """Return the tonnes of some commodities that pass an edge, a node, or the edges of a fleet. [Mt/y]"""
    network, program = optimum.network, optimum.program
    field = {"node": "head", "fleet": "fleet"}.get(limit.kind, "id")
    passed = [edge.id for edge in network.edges if getattr(edge, field) == limit.id]
    wanted = {program.commodities.index(id) for id in commodities}
    amount = sum(
        optimum.amounts[column]
        for column in program.columns_on(passed)
        if int(program.flow_commodity[column]) in wanted
    )
    lifted = zip(network.supplies, optimum.amounts[program.lifted].tolist(), strict=True)
    here = (tonnes for supply, tonnes in lifted if supply.node == limit.id and supply.commodity in commodities)
    return float(amount) + (sum(here) if limit.kind == "node" else 0.0)


def _most(
    solver: WarmSolver, state: ProgramState, solution: Solution, corridor: str, commodities: tuple[str, ...]
) -> RouteCapacity:
    return _solved(solver, state, solution, corridor, commodities)[0]


def _solved(
    solver: WarmSolver, state: ProgramState, solution: Solution, corridor: str, commodities: tuple[str, ...]
) -> tuple[RouteCapacity, Solution | None]:
    """Return the most that can move in a state, and the optimum; None where there is none."""
    columns = _trunk_columns(solution, corridor, commodities)
    if not columns:
        return RouteCapacity(0.0, ()), None
    try:
        optimum = solution.of_state(state, solver.optimum(state))
    except Unbounded:
        return RouteCapacity(math.inf, ()), None
    amount = float(optimum.optimum.amount[columns].sum())
    # Costs are -1 here, not money, so the tolerance is not in units of the program.
    binding = [(limit, size) for limit, _, size in optimum.binding(ZERO_USD_PER_T)]
    named = [limit for limit, size in binding if size > 0] or [limit for limit, _ in binding]
    capacity = RouteCapacity(
        amount if amount > 2 * HELD_MTPA * solution.program.unit_mtpa else 0.0,
        tuple(named),
        own_quota=any(limit.kind == "quota" and limit.commodity in commodities for limit, _ in binding),
    )
    return capacity, optimum


def _without_ceilings(solution: Solution, state: ProgramState, commodities: tuple[str, ...]) -> ProgramState:
    """Return the state without the ceilings of some commodities' quotas; what edges have available stays."""
    program = solution.program
    available = solution.edge_available_mtpa[program.flow_edge]
    wanted = np.array([commodity in commodities for commodity in program.commodities], dtype=bool)
    own = wanted[program.flow_commodity]
    upper = state.upper.copy()
    upper[: program.n_flows][own] = np.where(program.alone, available, np.inf)[own]
    return dataclasses.replace(state, upper=upper)


def _without(solution: Solution, state: ProgramState, limits: tuple[BindingLimit, ...]) -> ProgramState:
    """Return the state with some limits out of the way; an edge's own capacity stays when its quota goes."""
    program, network = solution.program, solution.network
    upper, ceiling = state.upper.copy(), state.ceiling.copy()
    edge_rows = [network.edges[index].id for index in program.shared_edges]
    node_rows = [network.nodes[index].id for index in program.limited_nodes]
    fleet_rows = [fleet.id for fleet in network.fleets]
    for limit in limits:
        if limit.kind == "node":
            ceiling[program.node_rows][node_rows.index(limit.id)] = _LIFTED_MTPA
        elif limit.kind == "fleet":
            longest = max(1.0, float(state.fleet_days.max()))
            ceiling[program.fleet_rows][fleet_rows.index(limit.id)] = _LIFTED_MTPA * longest
        elif limit.kind == "quota":
            column = program.column(limit.id, limit.commodity)
            assert column is not None
            upper[column] = network.edge(limit.id).available_mtpa if program.alone[column] else np.inf
        elif limit.id in edge_rows:
            ceiling[edge_rows.index(limit.id)] = _LIFTED_MTPA
        else:
            upper[: program.n_flows][program.flow_edge == program.edge_ids.index(limit.id)] = _LIFTED_MTPA
    return dataclasses.replace(state, upper=upper, ceiling=ceiling)
