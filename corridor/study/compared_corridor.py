"""The cells of a comparison that do not depend on where a tonne begins: what could move, what moves, what is lost."""

from __future__ import annotations

import dataclasses
import math
from functools import cached_property

import numpy as np

from corridor.solver.capacity import RouteCapacity, nameplate_mtpa, reachable_capacity, route_capacity
from corridor.solver.flow import Flow
from corridor.solver.program import Floats
from corridor.solver.solution import Solution
from corridor.solver.warm import WarmSolver
from corridor.study.outcomes import losses

_CHANGED_MTPA = 1e-6
"""Capacities that differ by no more are the same. [Mt/y]"""


class ComparedCorridor:
    """One corridor in one state; properties are named as the columns, and solved only when they are asked for.

    Parameters
    ----------
    solver : WarmSolver
        The one that holds the flow's program (`WarmSolver.solver_for`).
    flow : Flow
        The state.
    id : str
        Id of the corridor.
    commodities : tuple of str
        What is compared for; several count as one shipper.
    weights : shape (n_supplies,)
        What a tonne of each supply counts where all shippers are added up.
    before : ComparedCorridor, optional
        The corridor in the baseline; itself by default.
    """

    def __init__(
        self,
        solver: WarmSolver,
        flow: Flow,
        id: str,
        commodities: tuple[str, ...],
        *,
        weights: Floats,
        before: ComparedCorridor | None = None,
    ) -> None:
        self.id, self.commodities = id, commodities
        self._solver, self._flow, self._weights = solver, flow, weights
        self._before = self if before is None else before

    @cached_property
    def capacity(self) -> RouteCapacity:
        """The most that could move, and what stops more."""
        return route_capacity(self._solver, self._flow.solution, self.id, self.commodities)

    @property
    def status(self) -> str:
        """How its capacity compares with the baseline's."""
        now, before = self.capacity_mtpa, self._before.capacity_mtpa
        if now <= _CHANGED_MTPA:
            return "no access" if self.reachable_mtpa > _CHANGED_MTPA else "closed"
        if before <= _CHANGED_MTPA:
            return "opened"
        if now < before - _CHANGED_MTPA:
            return "reduced"
        return "expanded" if now > before + _CHANGED_MTPA else "open"

    @property
    def nameplate_mtpa(self) -> float:
        """What the trunk in service is built for."""
        return nameplate_mtpa(self._flow.network, self.id, self.commodities)

    @cached_property
    def reachable(self) -> RouteCapacity:
        """The most that could move with the commodity's quotas lifted, and what stops more."""
        return reachable_capacity(self._solver, self._flow.solution, self.id, self.commodities, capacity=self.capacity)

    @property
    def reachable_mtpa(self) -> float:
        """The most that could move with the commodity's quotas lifted."""
        return self.reachable.capacity_mtpa

    @property
    def capacity_mtpa(self) -> float:
        """The most that could move."""
        return self.capacity.capacity_mtpa

    @property
    def is_impassable(self) -> bool:
        """Whether nothing could move; told without a solve where something does."""
        return self.throughput_mtpa <= _CHANGED_MTPA and self.capacity_mtpa <= 0

    @property
    def bottleneck(self) -> str:
        """A minimum cut."""
        return self.capacity.named()

    @property
    def throughput_mtpa(self) -> float:
        """What moves."""
        return sum(self._flow.throughput_mtpa(self.id, commodity) for commodity in self.commodities)

    @property
    def capacity_used(self) -> float:
        """Throughput over capacity; NaN where nothing, or without limit, could move."""
        limited = 0 < self.capacity_mtpa < math.inf
        return self.throughput_mtpa / self.capacity_mtpa if limited else math.nan

    @property
    def shortfall_if_lost_mtpa(self) -> float:
        """How much more of the commodity would go unlifted without it."""
        return self._more_unlifted([float(s.commodity in self.commodities) for s in self._flow.network.supplies])

    @property
    def shortfall_if_lost_all_mtpa(self) -> float:
        """How much more of all shippers' supply would go unlifted without it."""
        return self._more_unlifted(self._weights)

    @property
    def loss_if_lost_musd_per_year(self) -> float:
        """Loss of all shippers without it."""
        return 0.0 if self._lost is None else losses(Flow(self._lost), self._flow)["loss_musd_per_year"]

    def _more_unlifted(self, weights: Floats | list[float]) -> float:
        if self._lost is None:
            return 0.0
        return float(np.dot(weights, self._lost.shortfall_by_supply - self._flow.shortfall_by_supply))

    @cached_property
    def _lost(self) -> Solution | None:
        """The optimum without the corridor; None where nothing crosses it, so that the flow remains optimal.

        Closing trunk edges is closing their columns.
        """
        solution = self._flow.solution
        columns = solution.program.trunk_columns(solution.network, self.id)
        if not solution.amounts[columns].any():
            return None
        upper = solution.state.upper.copy()
        upper[columns] = 0.0
        closed = dataclasses.replace(solution.state, upper=upper)
        return self._solver.again(solution, closed)
