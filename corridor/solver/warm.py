"""`WarmSolver`: a network compiled and solved once; scenarios restart from its optimal basis."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import Any

import numpy as np

from corridor.errors import SolverError
from corridor.model.network import Key, Network, edge_key, require_network
from corridor.model.scenario import Scenario, require_scenario
from corridor.model.tolerances import REFUSED_EXCESS
from corridor.solver.choice_weights import Chooser, choosing
from corridor.solver.highs import Optimum, Solver
from corridor.solver.program import Floats, Program, ProgramState
from corridor.solver.solution import Solution


class WarmSolver:
    """A network compiled and solved once, from which scenarios of it restart."""

    def __init__(self, network: Network, *, minima: frozenset[Key] = frozenset()) -> None:
        """Compile and solve a network; `minima` are quotas that may get a minimum later."""
        require_network(network)
        self.network, self._minima = network, minima
        self.program = Program.of(network, minima)
        self.base = self.program.state(network)
        self._chooser = Chooser(network, self.program, self.base) if choosing(network) else None
        self._others: dict[frozenset[Key], WarmSolver] = {}
        self.marked: dict[str, Any] = {}
        """Programs of `MarkedTonne`, by commodity."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy the network: the solver is made again of it."""
        return _of_pickle, (self.network, self._minima)

    def solve(self, scenario: Scenario | None = None, *, strict: bool = True, rerouting: bool = True) -> Solution:
        """Return the solution under a scenario of the solver's network; `strict` as in `Scenario.apply`.

        Without rerouting no commodity moves on an edge beyond its flow there in the network without the scenario.
        """
        altered = self.network
        if scenario is not None:
            require_scenario(scenario)
            altered = scenario.apply(self.network, strict=strict)
        if rerouting:
            solution = self.solve_network(altered, scenario)
        else:
            usual = self.solve_network(self.network)
            solution = self.solve_held(altered, scenario, usual.program, usual.flows)
        return dataclasses.replace(solution, before=self.network)

    def solve_held(self, network: Network, scenario: Scenario | None, program: Program, usual: Floats) -> Solution:
        """Return the solution of a network in which no flow exceeds the usual one, by column of a program. [Mt/y]"""
        if (solver := self.solver_for(network)) is not self:
            return solver.solve_held(network, scenario, program, usual)
        most = np.zeros(self.program.n_flows)
        for column, amount in enumerate(usual.tolist()):
            own = self.program.column(*program.name_of(column))
            if own is not None:
                most[own] = amount
        state = self._closed(network, self.program.state(network))
        held = most <= state.upper[: self.program.n_flows]
        upper = state.upper.copy()
        upper[: self.program.n_flows][held] = most[held]
        state = dataclasses.replace(state, upper=upper)
        return Solution(network, scenario, self.program, state, self._sound_optimum(network, state), held)

    def solve_network(self, network: Network, scenario: Scenario | None = None) -> Solution:
        """Return the solution of a network that differs from the solver's in numbers only."""
        if (solver := self.solver_for(network)) is not self:
            return solver.solve_network(network, scenario)
        state = self._closed(network, self.base if network is self.network else self.program.state(network))
        return Solution(network, scenario, self.program, state, self._sound_optimum(network, state))

    def _closed(self, network: Network, state: ProgramState) -> ProgramState:
        """Return a state in which commodities that choose keep to the corridors between which they do."""
        return state if self._chooser is None else self._chooser.closed(network, state)

    def again(self, solution: Solution, state: ProgramState) -> Solution:
        """Return the solution of another state of a solution's network, whose commodities choose as they do there."""
        return solution.of_state(state, self._sound_optimum(solution.network, state))

    def _sound_optimum(self, network: Network, state: ProgramState) -> Optimum:
        """Return the optimum of a state, which keeps its limits."""
        chooser = self._chooser
        optimum = self.optimum(state) if chooser is None else chooser.optimum(network, state)
        if optimum.excess > REFUSED_EXCESS:
            raise SolverError(self._too_far_apart(network, state, optimum))
        return optimum

    def optimum(self, state: ProgramState) -> Optimum:
        """Return the optimum of a state in which every commodity takes its cheapest way.

        Raises
        ------
        SolverError
            If it has none: amounts held that contradict each other, or no limit.
        """
        return self._linear.optimum(state)

    @cached_property
    def _linear(self) -> Solver:
        return Solver(self.program, self.base)

    def solver_for(self, network: Network) -> WarmSolver:
        """Return the solver whose program has a row for each minimum of a network: this one, or one made for them.

        Only there can states of the network's solution be solved.
        """
        if self.program.holds(network):
            return self
        minima = frozenset(edge_key(quota) for quota in network.quotas if quota.min_mtpa > 0)
        if minima not in self._others:
            self._others[minima] = WarmSolver(network)
        return self._others[minima]

    def _too_far_apart(self, network: Network, state: ProgramState, optimum: Optimum) -> str:
        """Return the sentence for a limit that is too small beside the rest for the solver to keep it."""
        over = self.program.over(state, optimum.amount)[: self.program.n_flows]
        worst = int(over.argmax()) if len(over) else 0
        edge = f"edge {self.program.name_of(worst)[0]!r}" if self.program.n_flows else "a market"
        return (
            f"the volumes of {network!r} lie too far apart to be solved together: {edge} is among those exceeded; "
            "leave out what is less than a millionth of a millionth of the rest, or set it to 0"
        )


def _of_pickle(network: Network, minima: frozenset[Key]) -> WarmSolver:
    return WarmSolver(network, minima=minima)
