"""What each corridor costs shippers that choose, and what they take: the rows of `Flow.choices`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from corridor.solver.choice import Alternative
from corridor.solver.decompose import Route, route_along
from corridor.solver.paths import BestPaths, origins_in_turn
from corridor.solver.rents import Rents
from corridor.solver.solution import Solution


@dataclass(frozen=True)
class Chosen:
    """One corridor of a commodity that chooses.

    Attributes
    ----------
    alternative : Alternative
        Commodity, corridor and weight.
    flow_mtpa, share : float
        What takes it [Mt/y], and its share of all of the commodity that moves. [1]
    route : Route or None
        The cheapest route that way, rents counted; None where all are closed.
    rent_usd_per_t : float
        What full limits on the route are worth. [USD/t]
    """

    alternative: Alternative
    flow_mtpa: float
    share: float
    route: Route | None
    rent_usd_per_t: float


def choices(solution: Solution) -> Iterator[Chosen]:
    """Yield the corridors of all commodities that choose, in the order of the network's."""
    if solution.choice is None:
        return
    cost = solution.state.cost.copy()
    cost[: solution.program.n_flows] += Rents(solution).by_column
    priced = solution.of_state(replace(solution.state, cost=cost), solution.optimum)
    choice = solution.choice
    total: dict[str, float] = {}
    for one, flow in zip(choice.alternatives, choice.flow_mtpa.tolist(), strict=True):
        total[one.commodity] = total.get(one.commodity, 0.0) + flow
    paths: dict[str, BestPaths] = {}
    for one, flow in zip(choice.alternatives, choice.flow_mtpa.tolist(), strict=True):
        if one.commodity not in paths:
            paths[one.commodity] = BestPaths(priced, one.commodity, room=False)
        first, others = origins_in_turn(solution.network, one.commodity)
        dear = paths[one.commodity].through(one.corridor, first) or paths[one.commodity].through(one.corridor, others)
        share = flow / total[one.commodity] if total[one.commodity] > 0 else np.nan
        if dear is None:
            yield Chosen(one, flow, share, None, np.nan)
            continue
        columns = [solution.program.column(edge, one.commodity) for edge in dear.edges]
        route = route_along(
            solution, [column for column in columns if column is not None], commodity=one.commodity,
            origin=dear.origin, destination=dear.destination, flow_mtpa=flow,
        )  # fmt: skip
        yield Chosen(one, flow, share, route, max(0.0, dear.unit_cost_usd_per_t - route.unit_cost_usd_per_t))
