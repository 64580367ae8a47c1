"""`MarkedTonne`: what one more tonne from an origin earns if it must go through a corridor."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from corridor.errors import DataError
from corridor.model.network import Network
from corridor.solver.highs import Infeasible, Optimum, Solver, Unbounded
from corridor.solver.marked_program import MarkedProgram
from corridor.solver.program import ProgramState
from corridor.solver.solution import Solution
from corridor.solver.warm import WarmSolver

STEP_MTPA = 0.01
"""How much is marked: 10 thousand tonnes a year. In units of the program. [Mt/y]"""
_SHARE = 1e-3
"""Share of what is marked up to which a shortfall counts as unchanged. [1]"""


class MarkedTonne:
    """A little more of a commodity at an origin, marked so that it can be told from the rest.

    Parameters
    ----------
    solver : WarmSolver
        The one that holds the solution's program (`WarmSolver.solver_for`).
    solution : Solution
        The state in which more is sent.
    commodity, origin : str
        Whose tonne, and the node where it is supplied.
    destination : str, optional
        Node of the only market that the marked tonne may go to; by default any.
    step_mtpa : float
        How much is marked, in units of the program. [Mt/y]

    Raises
    ------
    UnknownNameError
        If the commodity or a node is unknown.
    DataError
        If the origin supplies none of the commodity, or the destination buys none of it.

    Notes
    -----
    `MarkedProgram` says what marked and unmarked tonnes share. It is built once for a solver and commodity.
    """

    def __init__(
        self,
        solver: WarmSolver,
        solution: Solution,
        *,
        commodity: str,
        origin: str,
        destination: str | None = None,
        step_mtpa: float = STEP_MTPA,
    ) -> None:
        _require_ends(solution.network, commodity, origin=origin, destination=destination)
        self._rest = _Rest.of(solver, solution, commodity)
        self._origin, self._destination = origin, destination
        self._step_mtpa = step_mtpa * solution.program.unit_mtpa

    def netback_usd_per_t(self, corridor: str) -> float:
        """Return what the commodity earns more, at the field gate, by tonne sent through a corridor. [USD/t]

        Parameters
        ----------
        corridor : str
            Id of the corridor whose trunk each marked tonne crosses.

        Returns
        -------
        float
            Netback of all its tonnes, marked or not, less that without the marked ones, by marked tonne. NaN where
            there is no such way, where every such way is full, and where more of the commodity would not be lifted or
            more of a requirement not be met.

        Raises
        ------
        UnknownNameError
            If there is no such corridor.
        """
        rest = self._rest
        rest.solution.network.corridor(corridor)
        if corridor not in rest.program.trunks:
            return math.nan
        try:
            sent = rest.solver.optimum(self._sent(corridor))
        except (Infeasible, Unbounded):
            return math.nan
        if rest.rise_in_missing(sent) > _SHARE * self._step_mtpa:
            return math.nan
        return rest.program.netback_of(rest.state, sent.amount - rest.without.amount) / self._step_mtpa

    def _sent(self, corridor: str) -> ProgramState:
        """Return the state in which the marked tonnes are sent through a corridor."""
        program, state = self._rest.program, self._rest.state
        lower, upper, ceiling = state.lower.copy(), state.upper.copy(), state.ceiling.copy()
        own, copies = program.own, len(program.own.number)
        lifted = copies + own.lifted.start + own.supplies.index(self._origin)
        lower[lifted] = upper[lifted] = self._step_mtpa
        ceiling[program.trunks[corridor]] = -self._step_mtpa
        if self._destination is not None:
            elsewhere = np.array([node != self._destination for node in own.markets])
            for kind in (own.required, own.extra):
                upper[copies + kind.start : copies + kind.stop][elsewhere] = 0.0
        return dataclasses.replace(state, lower=lower, upper=upper, ceiling=ceiling)


def _require_ends(network: Network, commodity: str, *, origin: str, destination: str | None) -> None:
    """Raise unless the commodity is supplied at the origin, and bought at the destination if one is given."""
    network.commodity(commodity)
    supplied = sorted(supply.node for supply in network.supplies if supply.commodity == commodity)
    bought = sorted(market.node for market in network.markets if market.commodity == commodity)
    ends = (("origin", origin, "supplies", supplied), ("destination", destination, "buys", bought))
    for role, node, does, nodes in ends:
        if node is not None and network.node(node).id not in nodes:
            raise DataError(f"{role} {node!r} {does} no {commodity}; choose one of {', '.join(nodes) or 'none'}")


@dataclass(frozen=True, eq=False)
class _Rest:
    """A solution in the marked program of a commodity, with nothing marked.

    Attributes
    ----------
    solution : Solution
    program : MarkedProgram
    solver : Solver
        Which holds the program.
    """

    solution: Solution
    program: MarkedProgram
    solver: Solver

    @classmethod
    def of(cls, solver: WarmSolver, solution: Solution, commodity: str) -> _Rest:
        """Return a solution's state; program and last state are kept with the solver, and no answer depends on it."""
        kept: dict[str, _Rest] = solver.marked
        last = kept.get(commodity)
        if last is None:
            base = Solution(solver.network, None, solver.program, solver.base, solver.optimum(solver.base))
            program = MarkedProgram.of(solver.program, solver.network, commodity)
            last = cls(base, program, Solver(program, program.state(base)))
        if last.solution is not solution:
            last = cls(solution, last.program, last.solver)
        kept[commodity] = last
        return last

    @cached_property
    def state(self) -> ProgramState:
        """The state with nothing marked."""
        return self.program.state(self.solution)

    @cached_property
    def without(self) -> Optimum:
        """Its optimum."""
        return self.solver.optimum(self.state)

    def rise_in_missing(self, sent: Optimum) -> float:
        """Return how much more is not lifted, or not met of what is required, than with nothing marked. [Mt/y]"""
        shortfall, unmet = self.program.missing(self.state, sent.amount)
        shortfall_without, unmet_without = self.program.missing(self.state, self.without.amount)
        return max(shortfall - shortfall_without, unmet - unmet_without)
