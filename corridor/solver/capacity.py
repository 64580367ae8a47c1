"""How much of a commodity could move through a corridor at most, and what stops more."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from corridor.model.tolerances import HELD_MTPA, ZERO_USD_PER_T
from corridor.solver.flow import Desk, Flow
from corridor.solver.highs import Optimum, Unbounded
from corridor.solver.program import ProgramState

_LIFTED_MTPA = 1e6


@dataclass(frozen=True)
class Limit:
    """Something that stops more from moving: an edge, a quota on an edge, or a node of limited throughput."""

    kind: str
    id: str
    commodity: str = ""

    def __str__(self) -> str:
        if self.kind == "edge":
            return self.id
        return f"quota {self.id}/{self.commodity}" if self.kind == "quota" else f"node {self.id}"


@dataclass(frozen=True)
class Reach:
    """The most that a commodity could move through a corridor, and what stops more.

    Attributes
    ----------
    capacity_mtpa : float
        Infinite where nothing limits it. [Mt/y]
    bottleneck : tuple of Limit
        The full limits of a minimum cut: raising any of them raises the capacity until something else binds. Closed
        edges and quotas of 0 in the cut are named only where nothing else is, that is where nothing can move.
    """

    capacity_mtpa: float
    bottleneck: tuple[Limit, ...]

    def named(self) -> str:
        """Return the bottleneck in words."""
        return " + ".join(map(str, self.bottleneck))


def reach(desk: Desk, flow: Flow, corridor: str, commodity: str) -> Reach:
    """Return how much of a commodity could move through a corridor in the condition of a flow.

    Parameters
    ----------
    desk : Desk
        Where the flow was solved.
    flow : Flow
        The condition, and what other shippers lift in it.
    corridor, commodity : str
        Ids.

    Notes
    -----
    A linear program: the commodity's flow over the trunk edges is maximised, were there oil and buyers enough, under
    the same capacities and quotas. Other shippers may be sent another way but lift no less than in the flow, and no
    market gets less of what it requires, nor a quota less of its minimum.
    """
    return _most(desk, _maximising(flow, corridor, commodity), flow, corridor, commodity)


def ladder(desk: Desk, flow: Flow, corridor: str, commodity: str, rungs: int = 4) -> Iterator[Reach]:
    """Yield what limits a corridor, then what would limit it were that out of the way, and so on."""
    state = _maximising(flow, corridor, commodity)
    for _ in range(rungs):
        found = _most(desk, state, flow, corridor, commodity)
        if found.capacity_mtpa > _LIFTED_MTPA / 2:
            found = Reach(math.inf, ())
        yield found
        if not found.bottleneck:
            return
        state = _without(flow, state, found.bottleneck)


def _maximising(flow: Flow, corridor: str, commodity: str) -> ProgramState:
    """Return the state in which the commodity's flow over the trunk edges is all that counts."""
    program, network = flow.program, flow.network
    cost, lower, upper = np.zeros(program.n_columns), flow.state.lower.copy(), flow.state.upper.copy()
    slack = HELD_MTPA * program.unit_mtpa
    cost[program.trunk_columns(network, corridor, commodity)] = -1.0
    for column, supply in enumerate(network.supplies, start=program.lifted.start):
        if supply.commodity == commodity:
            upper[column] = np.inf
        else:
            lower[column] = max(0.0, flow.amounts[column] - slack)
    for at, market in enumerate(network.markets):
        needed = program.required.start + at
        lower[needed] = max(0.0, flow.amounts[needed] - slack)
        if market.commodity == commodity:
            upper[program.extra.start + at] = np.inf
    upper[program.unmet] = flow.amounts[program.unmet] + slack
    return ProgramState(cost, lower, upper, flow.state.ceiling, 0.0)


def _most(desk: Desk, state: ProgramState, flow: Flow, corridor: str, commodity: str) -> Reach:
    columns = flow.program.trunk_columns(flow.network, corridor, commodity)
    if not columns:
        return Reach(0.0, ())
    try:
        optimum = desk.optimum(state)
    except Unbounded:
        return Reach(math.inf, ())
    amount = float(optimum.amount[columns].sum())
    cut = list(_binding(flow, state, optimum))
    named = [limit for limit, size in cut if size > 0] or [limit for limit, _ in cut]
    return Reach(amount if amount > 2 * HELD_MTPA * flow.program.unit_mtpa else 0.0, tuple(named))


def _binding(flow: Flow, state: ProgramState, optimum: Optimum) -> Iterator[tuple[Limit, float]]:
    """Yield the limits that carry a dual and their sizes, in the order of edges, then nodes."""
    program, network = flow.program, flow.network
    for column in np.flatnonzero(optimum.reduced_cost[: program.n_flows] < -ZERO_USD_PER_T).tolist():
        edge, commodity = program.name_of(column)
        by_edge = program.alone[column] and state.upper[column] >= network.edge(edge).available_mtpa
        yield Limit("edge", edge) if by_edge else Limit("quota", edge, commodity), float(state.upper[column])
    ceilings = optimum.dual[program.n_balances :]
    for row in np.flatnonzero(ceilings < -ZERO_USD_PER_T).tolist():
        if row < len(program.shared_edges):
            limit = Limit("edge", network.edges[program.shared_edges[row]].id)
        elif row < len(program.shared_edges) + len(program.limited_nodes):
            limit = Limit("node", network.nodes[program.limited_nodes[row - len(program.shared_edges)]].id)
        else:
            continue
        yield limit, float(state.ceiling[row])


def _without(flow: Flow, state: ProgramState, limits: tuple[Limit, ...]) -> ProgramState:
    """Return the state with some limits out of the way; an edge's own capacity stays when its quota goes."""
    program, network = flow.program, flow.network
    upper, ceiling = state.upper.copy(), state.ceiling.copy()
    rows = [network.edges[at].id for at in program.shared_edges], [network.nodes[at].id for at in program.limited_nodes]
    for limit in limits:
        if limit.kind == "node":
            ceiling[len(rows[0]) + rows[1].index(limit.id)] = _LIFTED_MTPA
        elif limit.kind == "quota":
            column = program.column(limit.id, limit.commodity)
            assert column is not None
            upper[column] = network.edge(limit.id).available_mtpa if program.alone[column] else np.inf
        elif limit.id in rows[0]:
            ceiling[rows[0].index(limit.id)] = _LIFTED_MTPA
        else:
            upper[: program.n_flows][program.flow_edge == program.edge_ids.index(limit.id)] = _LIFTED_MTPA
    return dataclasses.replace(state, upper=upper, ceiling=ceiling)
