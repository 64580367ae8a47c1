"""What full limits are worth to what passes them: the rents of flows and along a route."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from corridor.solver.decompose import Route
from corridor.solver.program import Floats
from corridor.solver.solution import Solution


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
        self._solution = solution

    @cached_property
    def by_column(self) -> Floats:
        """Rents of a tonne in each flow column: of its edge, the node it leads to, its fleet and its quota. [USD/t]"""
        program, state, optimum = self._solution.program, self._solution.state, self._solution.optimum
        n = program.n_flows
        own = np.where(state.upper[:n] > 0, np.maximum(0.0, -optimum.reduced_cost[:n]), 0.0)
        dual = np.maximum(0.0, -optimum.dual)
        dual[: program.n_balances] = 0.0
        ceilings = dual[program.n_balances :]
        ceilings[program.minimum_rows] = 0.0
        ceilings[np.asarray(state.ceiling) <= 0] = 0.0
        column = np.repeat(np.arange(program.n_columns), np.diff(program.start))
        shared = np.bincount(column, program.values(state) * dual[program.index], minlength=program.n_columns)
        return np.asarray(own + shared[:n])

    def along(self, route: Route) -> float:
        """Return the rents of a tonne on a route: of edges, their nodes and fleets, and of its quotas. [USD/t]"""
        columns = (self._solution.program.column(edge, route.commodity) for edge in route.edges)
        onward = sum(float(self.by_column[column]) for column in columns if column is not None)
        return onward + self._of_nodes.get(route.origin, 0.0)

    @cached_property
    def _of_nodes(self) -> dict[str, float]:
        """Rents of the limited nodes themselves, which what is lifted there pays. [USD/t]"""
        limits = self._solution.binding()
        return {limit.id: price for limit, price, size in limits if limit.kind == "node" and size > 0}
