"""A flow split into routes that add up to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corridor.model.formulas import netback
from corridor.model.network import Network
from corridor.model.terms import terms
from corridor.model.tolerances import ZERO_MTPA
from corridor.solver.program import Program
from corridor.solver.solution import Solution


@dataclass(frozen=True)
class Route:
    """Edges in order, from a supply to a market.

    Attributes
    ----------
    edges : tuple of str
        Ids of the edges; empty where supply and market share a node.
    flow_mtpa : float
        Tonnes that take it; 0 for a route that only might be taken. [Mt/y]
    """

    edges: tuple[str, ...]
    commodity: str
    corridor: str | None
    flow_mtpa: float
    unit_cost_usd_per_t: float
    netback_usd_per_t: float
    transit_days: float
    origin: str
    destination: str


def route_along(
    solution: Solution, columns: Sequence[int], *, commodity: str, origin: str, destination: str, flow_mtpa: float
) -> Route:
    """Return the route along some flow columns."""
    network = solution.network
    edges = [network.edges[solution.program.edge_of(column)] for column in columns]
    cost = float(sum(solution.state.cost[column] for column in columns))
    price = next(m.price_usd_per_t for m in network.markets if (m.node, m.commodity) == (destination, commodity))
    return Route(
        edges=tuple(edge.id for edge in edges),
        commodity=commodity,
        corridor=next((id for edge in edges if (id := network.trunk_labels.of(edge.id, commodity)) is not None), None),
        flow_mtpa=flow_mtpa,
        unit_cost_usd_per_t=cost,
        netback_usd_per_t=netback(price, cost),
        transit_days=sum(terms(network, edge, commodity).transit_days for edge in edges),
        origin=origin,
        destination=destination,
    )


def decompose_flow(solution: Solution) -> tuple[Route, ...]:
    """Return routes that add up to a flow.

    Notes
    -----
    From each supply in turn, sorted by id, the edge onward with most flow is followed until the market takes more than
    any edge does. Each step uses up an edge, a supply or a market, so there are at most as many routes as of these.
    Round trips, which cost nothing or the flow would not be optimal, are left out.
    """
    network, program, amounts = solution.network, solution.program, solution.amounts
    routes: list[Route] = []
    for which, commodity in enumerate(program.commodities):
        leaving: dict[str, dict[int, float]] = {}
        for column in (program.flow_commodity == which).nonzero()[0].tolist():
            if amounts[column] > ZERO_MTPA:
                leaving.setdefault(network.edges[program.edge_of(column)].tail, {})[column] = float(amounts[column])
        delivered = solution.delivered_by_market
        arriving = {
            m.node: float(delivered[index]) for index, m in enumerate(network.markets) if m.commodity == commodity
        }
        for index, supply in enumerate(network.supplies):
            remaining = float(amounts[program.lifted][index]) if supply.commodity == commodity else 0.0
            while remaining > ZERO_MTPA:
                columns, end = _walk(network, program, supply.node, leaving, arriving)
                flow = min(
                    [remaining, arriving.get(end, 0.0), *(leaving[_tail(network, program, c)][c] for c in columns)]
                )
                if flow <= 0.0:
                    break
                for column in columns:
                    _take(leaving[_tail(network, program, column)], column, flow)
                arriving[end] -= flow
                remaining -= flow
                routes.append(
                    route_along(
                        solution, columns, commodity=commodity, origin=supply.node, destination=end, flow_mtpa=flow
                    )
                )
    return tuple(routes)


def _tail(network: Network, program: Program, column: int) -> str:
    return network.edges[program.edge_of(column)].tail


def _take(leaving: dict[int, float], column: int, flow: float) -> None:
    """Take a flow off what is left on a column."""
    leaving[column] -= flow
    if leaving[column] <= ZERO_MTPA:
        del leaving[column]


def _walk(
    network: Network,
    program: Program,
    start: str,
    leaving: dict[str, dict[int, float]],
    arriving: Mapping[str, float],
) -> tuple[list[int], str]:
    """Return the columns from a node to a market along the edges with most flow, round trips taken out of the flow."""
    node, columns, seen = start, list[int](), {start: 0}
    while True:
        onward = leaving.get(node, {})
        column = max(onward, key=lambda c: (onward[c], -c), default=None)
        if column is None or arriving.get(node, 0.0) >= onward[column]:
            return columns, node
        columns.append(column)
        node = network.edges[program.edge_of(column)].head
        if node in seen:
            lap, columns = columns[seen[node] :], columns[: seen[node]]
            flow = min(leaving[_tail(network, program, c)][c] for c in lap)
            for c in lap:
                _take(leaving[_tail(network, program, c)], c, flow)
            seen = {visited: position for visited, position in seen.items() if position <= len(columns)}
        seen[node] = len(columns)
