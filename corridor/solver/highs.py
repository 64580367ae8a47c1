"""The one door to HiGHS: a program and its states in, optimal arrays or an error out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from typing import Any

import highspy
import numpy as np

from corridor.errors import SolverError
from corridor.model.tolerances import EXCESS, FEASIBILITY, OPTIMAL
from corridor.solver.program import Floats, Ints, LinearProgram, ProgramState

_OK = highspy.HighsStatus.kOk
_SOLVED = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty)


class Infeasible(SolverError):
    """No flow satisfies the bounds; only amounts that a study holds can cause it, never a network."""


class Unbounded(SolverError):
    """The objective falls without limit: a cycle of edges earns money, or nothing limits what is maximised."""


_FAILURES: dict[highspy.HighsModelStatus, type[SolverError]] = {
    highspy.HighsModelStatus.kInfeasible: Infeasible,
    highspy.HighsModelStatus.kUnbounded: Unbounded,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Unbounded,
}

_OTHERWISE: tuple[tuple[str, Any, Any], ...] = (
    ("presolve", "choose", "choose"), ("presolve", "off", "choose"), ("simplex_strategy", 4, 1),
    ("solver", "ipm", "choose"),
)  # fmt: skip
"""How a program is solved from scratch that ended without an answer, one after the other: option, value, usual value.

Strategy 4 is the primal simplex, 1 the dual.
"""


@dataclass(frozen=True, eq=False)
class Optimum:
    """An optimal basic solution of one state.

    Attributes
    ----------
    amount, reduced_cost : shape (n_columns,)
        Tonnes [Mt/y] and reduced costs [USD/t]: change of the objective per unit that the binding bound moves up.
    dual : shape (n_rows,)
        Change of the objective per unit that the row's bound moves up. [USD/t]
    objective : float
        Minimum of costs and penalties, constant included.
    excess : float
        Largest violation of a bound, relative to it. [1]
    cuts : tuple of Cut
        Cuts whose duals stand after those of the program's rows.
    """

    amount: Floats
    reduced_cost: Floats
    dual: Floats
    objective: float
    excess: float
    cuts: tuple[Cut, ...] = ()


class Solver:
    """HiGHS with one program loaded; every state restarts from the basis that is optimal for the first.

    No answer depends on what was solved before. Threads that share one take turns.

    Notes
    -----
    HiGHS lets a bound be violated by an absolute tolerance. Volumes and money are handed over in units of the
    network's own magnitude; where the answer all the same exceeds a small limit by more than a millionth of it, the
    state is solved again in smaller units.
    """

    def __init__(self, program: LinearProgram, base: ProgramState, *, finer: int = 0) -> None:
        self._turn = Lock()
        self._highs = highspy.Highs()
        _set_options(self._highs)
        self._columns = np.arange(program.n_columns, dtype=np.int32)
        first = program.n_balances
        self._ceilings = np.arange(first, first + program.n_ceilings, dtype=np.int32)
        self._floor = np.full(program.n_ceilings, -np.inf)
        self._program = program
        self._base = base
        self._depth = finer
        self._unit_mtpa = program.unit_mtpa * 2.0 ** (-10 * finer)
        _demand(self._highs.passModel(_model(program, self._scaled(base))), "load the program")
        self._base_optimum = self._run(base)
        self._basis = self._highs.getBasis()
        self._days = base.fleet_days

    @cached_property
    def _finer(self) -> Solver:
        """The same program in smaller units."""
        return Solver(self._program, self._base, finer=self._depth + 1)

    def optimum(self, state: ProgramState) -> Optimum:
        """Return the optimum of a state.

        Raises
        ------
        Infeasible
            If no flow satisfies the bounds.
        SolverError
            If HiGHS ends in any other status than optimal.
        """
        if state is self._base:
            optimum = self._base_optimum
        else:
            with self._turn:
                optimum = self._again(state)
        if optimum.excess <= EXCESS or self._depth >= _FINEST:
            return optimum
        with self._turn:
            finer = self._finer
        return finer.optimum(state)

    def _scaled(self, state: ProgramState) -> ProgramState:
        """Return a state in the units that HiGHS sees."""
        return _in_units(state, self._unit_mtpa, self._program.unit_usd_per_t)

    def _again(self, state: ProgramState) -> Optimum:
        """Restart from the base basis."""
        highs = self._highs
        n, scaled = len(self._columns), self._scaled(state)
        if highs.changeColsBounds(n, self._columns, scaled.lower, scaled.upper) != _OK:
            raise SolverError("HiGHS refused the column bounds of a state")
        if highs.changeColsCost(n, self._columns, scaled.cost) != _OK:
            raise SolverError("HiGHS refused the costs of a state")
        if len(self._ceilings) and (
            highs.changeRowsBounds(len(self._ceilings), self._ceilings, self._floor, scaled.ceiling) != _OK
        ):
            raise SolverError("HiGHS refused the ceilings of a state")
        self._put_days(state.fleet_days)
        highs.clearSolver()
        highs.setBasis(self._basis)
        return self._run(state)

    def _put_days(self, days: Floats) -> None:
        """Put the days of round trips into the matrix; an entry that is there keeps its place, so nothing is left."""
        if days is self._days:
            return
        program = self._program
        for which in np.flatnonzero(days != self._days).tolist():
            row, column = program.index[program.fleet_entries[which]], program.fleet_columns[which]
            _demand(self._highs.changeCoeff(row, column, days[which]), "set the days of a fleet")
        self._days = days

    def _run(self, state: ProgramState) -> Optimum:
        highs = self._highs
        _run_alone(highs)
        for option, other, usual in _OTHERWISE:  # a warm start may end without a status, or in an error
            if highs.getModelStatus() in (*_SOLVED, *_FAILURES):
                break
            highs.clearSolver()
            _demand(highs.setOptionValue(option, other), f"set {option}")
            _run_alone(highs)
            _demand(highs.setOptionValue(option, usual), f"set {option}")
        _refuse_unsolved(highs)
        solution = highs.getSolution()
        volume, money = self._unit_mtpa, self._program.unit_usd_per_t
        amount, excess = np.asarray(solution.col_value) * volume, 0.0
        _, violation = highs.getInfoValue("max_primal_infeasibility")
        if violation > _NOTHING:
            activity = np.asarray(solution.row_value)[: self._program.n_balances + self._program.n_ceilings] * volume
            excess = self._program.excess_of(state, amount, activity)
        return Optimum(
            amount=amount,
            reduced_cost=np.asarray(solution.col_dual) * money,
            dual=np.asarray(solution.row_dual) * money,
            objective=float(state.cost @ amount) + state.constant,
            excess=excess,
        )


@dataclass(frozen=True, eq=False)
class Cut:
    """A row that a solution has to keep besides those of its program: weights times columns are at most a bound.

    Attributes
    ----------
    columns, weights : shape (n,)
        Columns, and what each counts. [1]
    most : float
        The bound. [Mt/y]
    """

    columns: Ints
    weights: Floats
    most: float


Separate = Callable[[Floats, Sequence[Cut]], Sequence[Cut]]
"""What cuts a solution, given as amounts in all columns [Mt/y], has still to keep besides those it keeps; else none."""


class CuttingSolver(Solver):
    """A solver that adds cuts until its solution keeps all that matter.

    The cuts of the first state stay; those added for another are removed after it, so that no answer depends on what
    was solved before.

    Parameters
    ----------
    program, base
        As for `Solver`.
    first : sequence of Cut
        Cuts that the program begins with.
    separate : callable
        Which cuts an optimum, the amounts in its columns, has still to keep.
    most_programs : int
        Number of programs after which it gives up.
    """

    def __init__(
        self, program: LinearProgram, base: ProgramState, first: Sequence[Cut], separate: Separate, *,
        most_programs: int = 60, finer: int = 0,
    ) -> None:  # fmt: skip
        self._first, self._separate, self._most_programs = first, separate, most_programs
        self._cuts: list[Cut] = []
        self._n_kept = 0
        self.n_programs = 0
        """Number of programs that the last state took."""
        super().__init__(program, base, finer=finer)
        self._n_kept = len(self._cuts)

    @cached_property
    def _finer(self) -> CuttingSolver:
        return CuttingSolver(
            self._program, self._base, self._first, self._separate, most_programs=self._most_programs,
            finer=self._depth + 1,
        )  # fmt: skip

    def _again(self, state: ProgramState) -> Optimum:
        try:
            return super()._again(state)
        finally:  # nothing is left to the next state, also where this one has no optimum
            self._remove(self._n_kept)

    def _run(self, state: ProgramState) -> Optimum:
        if not self._cuts:
            _demand(self._highs.setOptionValue("dual_feasibility_tolerance", FEASIBILITY), "set a tolerance")
            self._add(self._first)
        for number in range(1, self._most_programs + 1):
            optimum = super()._run(state)
            more = self._separate(optimum.amount, self._cuts)
            if not more:
                self.n_programs = number
                return replace(optimum, cuts=tuple(self._cuts))
            self._add(more)
        raise SolverError(f"the flows of shippers that choose did not settle in {self._most_programs} programs")

    def _add(self, cuts: Sequence[Cut]) -> None:
        for cut in cuts:
            row = (-np.inf, cut.most / self._unit_mtpa, len(cut.columns), cut.columns, cut.weights)
            _demand(self._highs.addRow(*row), "add a cut")
        self._cuts.extend(cuts)

    def _remove(self, kept: int) -> None:
        """Remove all cuts but the first that are kept."""
        if surplus := len(self._cuts) - kept:
            first = self._program.n_balances + self._program.n_ceilings + kept
            rows = np.arange(first, first + surplus, dtype=np.int32)
            _demand(self._highs.deleteRows(surplus, rows), "remove cuts")
            del self._cuts[kept:]


_FINEST = 1
_NOTHING = 1e-14
"""Largest violation of a bound that is rounding and needs no measuring, in the units that HiGHS sees."""


class NearOptima:
    """All solutions of one state whose objective is that of an optimum, to a tolerance.

    Parameters
    ----------
    program, state, optimum
        The state, and an optimum of it.
    tolerance : float
        Share of the objective that a solution may lack. [1]
    """

    def __init__(
        self, program: LinearProgram, state: ProgramState, optimum: Optimum, *, tolerance: float = OPTIMAL
    ) -> None:
        volume, money = program.unit_mtpa, program.unit_usd_per_t
        self._volume, self._columns = volume, np.arange(program.n_columns, dtype=np.int32)
        self._highs = highspy.Highs()
        _set_options(self._highs)
        scaled = _in_units(state, volume, money)
        _demand(self._highs.passModel(_model(program, scaled)), "load the program")
        largest = float(np.abs(scaled.cost).max(initial=0.0))
        if largest > 0:
            room = tolerance * max(abs(optimum.objective) / volume / money, 1.0)
            most = float(scaled.cost @ (optimum.amount / volume)) + room
            row = (-np.inf, most / largest, len(self._columns), self._columns, scaled.cost / largest)
            _demand(self._highs.addRow(*row), "hold the objective")

    def least(self, weight: Floats) -> Floats:
        """Return the amounts in all columns that make their weighted sum least. [Mt/y]"""
        n = len(self._columns)
        _demand(self._highs.changeColsCost(n, self._columns, np.asarray(weight, dtype=np.float64)), "set the weights")
        self._highs.clearSolver()
        _run_alone(self._highs)
        _refuse_unsolved(self._highs)
        return np.asarray(self._highs.getSolution().col_value) * self._volume


def _in_units(state: ProgramState, volume: float, money: float) -> ProgramState:
    """Return a state in units of volume [Mt/y] and money [USD/t]."""
    if volume == money == 1.0:
        return state
    with np.errstate(over="ignore"):  # a limit of 1e300 is none
        return replace(
            state, cost=state.cost / money, lower=state.lower / volume, upper=state.upper / volume,
            ceiling=state.ceiling / volume,
        )  # fmt: skip


def _set_options(highs: highspy.Highs) -> None:
    options = {"output_flag": False, "threads": 1, "parallel": "off", "primal_feasibility_tolerance": FEASIBILITY}
    for option, value in options.items():
        _demand(highs.setOptionValue(option, value), f"set {option}")


def _refuse_unsolved(highs: highspy.Highs) -> None:
    """Raise unless HiGHS has found an optimum."""
    status = highs.getModelStatus()
    if status not in _SOLVED:
        ending = highs.modelStatusToString(status)
        raise _FAILURES.get(status, SolverError)(f"HiGHS ended with {ending!r}, not 'Optimal'; no flow is reported")


def _run_alone(highs: highspy.Highs) -> None:
    """Run HiGHS with threads of its own.

    A thread's first run sets how many threads HiGHS has there, and a model that asks for another number is refused from
    then on. So nothing is left to others, nor taken from them.
    """
    highs.resetGlobalScheduler(True)
    try:
        highs.run()
    finally:
        highs.resetGlobalScheduler(True)


def _model(program: LinearProgram, state: ProgramState) -> highspy.HighsLp:
    """Return the program in HiGHS's own form."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = program.n_columns, program.n_balances + program.n_ceilings
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = state.cost, state.lower, state.upper
    lp.row_lower_ = np.concatenate([np.zeros(program.n_balances), np.full(program.n_ceilings, -np.inf)])
    lp.row_upper_ = np.concatenate([np.zeros(program.n_balances), state.ceiling])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = program.start, program.index, program.values(state)
    return lp


def _demand(status: highspy.HighsStatus, what: str) -> None:
    if status != _OK:
        raise SolverError(f"HiGHS could not {what} (status {status})")
