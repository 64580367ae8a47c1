"""What full limits are worth to what passes them: the rents along a route."""

from __future__ import annotations

from corridor.solver.decompose import Route
from corridor.solver.solution import BindingLimit, Solution


class Rents:
    """Shadow prices of the limits of a solution that leave something to pass.

    Parameters
    ----------
    solution : Solution
        The state; its duals are of one optimal basis.

    Notes
    -----
    A limit of 0 has a dual, but no rent: nobody pays it.
    """

    def __init__(self, solution: Solution) -> None:
        self._network = solution.network
        self._prices = {limit: price for limit, price, size in solution.binding() if size > 0}

    def along(self, route: Route) -> float:
        """Return the rents of a tonne on a route: of edges, their nodes and fleets, and of its quotas. [USD/t]"""
        edges = [self._network.edge(id) for id in route.edges]
        nodes = (route.origin, *(edge.head for edge in edges))
        once = [BindingLimit("node", node) for node in nodes]
        for edge in edges:
            once.append(BindingLimit("edge", edge.id))
            once += [BindingLimit(kind, edge.id, route.commodity) for kind in ("quota", "usual flow")]
        total = sum(self._prices.get(limit, 0.0) for limit in once)
        fleets = ((edge.fleet, edge.fleet_days) for edge in edges if edge.fleet is not None)
        return total + sum(days * self._prices.get(BindingLimit("fleet", fleet), 0.0) for fleet, days in fleets)
