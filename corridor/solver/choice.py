"""Shippers that choose: the entropy of flows by corridor, by tangent cuts in the linear program.

A commodity's cheapest corridor would take all of it; observed shippers spread. For each commodity k and corridor m
between which it chooses, the term ``scale * (F ln(F / (D q)) - F + D q)`` is added to the costs that are minimised,
with F the flow over m's trunk edges, D what is offered and q the weight of the corridor. Without limits that is the
logit; where something is full, its price counts as cost. Each term is a column held above its tangents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast

import numpy as np

from corridor.solver.highs import Cut, CuttingSolver, Optimum
from corridor.solver.program import Floats, Ints, LinearProgram, Program, ProgramState

TOLERANCE_MUSD_PER_YEAR = 1e-5
"""Gap up to which a flow of shippers that choose counts as optimal. [million USD/y]"""

_FIRST = np.geomspace(1e-3, 1e2, 24)
"""Where the first tangents touch, as multiples of the flow without differences of cost. [1]"""
_CLOSED = 1e-9
"""Where the tangent of a closed alternative touches, as a share of what is offered. [1]"""
_CLOSER = 1e-3
"""Where the next tangent of a closed alternative touches, as a share of the lowest: the gap falls as much. [1]"""
_ROUNDING = 1e-9
"""Gap below which the solver's own tolerance hides it, in units of the program. [1]"""


@dataclass(frozen=True, eq=False)
class Alternative:
    """A corridor that a commodity may choose.

    Attributes
    ----------
    commodity, corridor : str
        Ids of both.
    columns : shape (n,)
        Flow columns of the commodity on the corridor's trunk; each tonne that goes that way crosses exactly one.
    scale_usd_per_t : float
        How much dearer a way is that keeps 1/e of its shippers. [USD/t]
    offered_mtpa : float
        What the commodity's supplies offer, all ways together. [Mt/y]
    weight : float
        What it takes at equal cost, relative to the corridor that takes most. [1]
    """

    commodity: str
    corridor: str
    columns: Ints
    scale_usd_per_t: float
    offered_mtpa: float
    weight: float

    @property
    def numbers(self) -> tuple[str, str, float, float, float]:
        """What tells two ways of one program apart."""
        return self.commodity, self.corridor, self.scale_usd_per_t, self.offered_mtpa, self.weight

    @property
    def neutral_mtpa(self) -> float:
        """Flow at which the term is least, and 0. [Mt/y]"""
        return self.offered_mtpa * self.weight

    def term(self, flow_mtpa: float) -> float:
        """Return what the choice adds to the costs that are minimised; it is no money that anybody pays. [MUSD/y]"""
        flow, neutral = max(flow_mtpa, 0.0), self.neutral_mtpa
        bent = flow * np.log(flow / neutral) if flow > 0 else 0.0
        return float(self.scale_usd_per_t * (bent - flow + neutral))

    def slope(self, flow_mtpa: float) -> float:
        """Return how the term rises with the flow: what the way would have to be cheaper to lose its edge. [USD/t]"""
        return float(self.scale_usd_per_t * np.log(flow_mtpa / self.neutral_mtpa))

    def tangent(self, flow_mtpa: float, touching_mtpa: float) -> float:
        """Return the tangent of the term at one flow, taken at another. [million USD/y]"""
        return self.slope(touching_mtpa) * flow_mtpa - self.scale_usd_per_t * (touching_mtpa - self.neutral_mtpa)


@dataclass(frozen=True, eq=False)
class ChoiceTerms:
    """What choice adds to an optimum.

    Attributes
    ----------
    alternatives : tuple of Alternative
        The ways chosen between.
    flow_mtpa : shape (n_ways,)
        What each takes. [Mt/y]
    slope_usd_per_t : shape (n_ways,)
        What the choice adds to the cost of one more tonne that way, by the tangents that hold. [USD/t]
    entropy_musd_per_year : float
        Sum of the terms; no money. [million USD/y]
    gap_musd_per_year : float
        By how much the terms exceed the tangents: at most so far is the flow from the optimum. [million USD/y]
    n_programs : int
        Linear programs that it took.
    """

    alternatives: tuple[Alternative, ...]
    flow_mtpa: Floats
    slope_usd_per_t: Floats
    entropy_musd_per_year: float
    gap_musd_per_year: float
    n_programs: int

    @property
    def sloped_musd_per_year(self) -> float:
        """Flows times slopes: what the duals hold for the costs of choice. [million USD/y]"""
        return float(self.slope_usd_per_t @ self.flow_mtpa)

    @cached_property
    def most_wrong_mtpa(self) -> Floats:
        """By how much the flow of each way can be wrong, about: ``sqrt(2 gap F / scale)``. [Mt/y]"""
        scale = np.array([alternative.scale_usd_per_t for alternative in self.alternatives])
        return np.asarray(np.sqrt(2 * max(self.gap_musd_per_year, 0.0) * self.flow_mtpa / scale))


@dataclass(frozen=True, eq=False)
class ChosenOptimum(Optimum):
    """An optimum of shippers that choose.

    Its duals and reduced costs are those of the program whose costs are the state's and, on trunk edges, the slopes;
    its objective, as that of every optimum, is of the state's costs alone.
    """

    choice: ChoiceTerms = field(kw_only=True)


@dataclass(frozen=True, eq=False)
class Tangent(Cut):
    """The tangent of one alternative's term.

    Attributes
    ----------
    number : int
        Position of the alternative.
    touching_mtpa : float
        Flow at which it touches the term. [Mt/y]
    """

    number: int = field(kw_only=True)
    touching_mtpa: float = field(kw_only=True)


class ChoiceSolver:
    """A program whose choosing commodities spread over their ways; other commodities take the cheapest.

    Parameters
    ----------
    program : Program
        The network as arrays.
    base : ProgramState
        The state whose cuts other states begin with.
    alternatives : sequence of Alternative
        The ways of all commodities that choose, each of weight > 0.
    tolerance_musd_per_year : float
        Gap up to which a flow counts as optimal. [million USD/y]
    """

    def __init__(
        self, program: Program, base: ProgramState, alternatives: Sequence[Alternative], *,
        tolerance_musd_per_year: float = TOLERANCE_MUSD_PER_YEAR,
    ) -> None:  # fmt: skip
        self.alternatives, self._program, self._base = tuple(alternatives), program, base
        self._tolerance = tolerance_musd_per_year
        self._wider = _WithTerms(program, len(self.alternatives))
        first = [cut for number in range(len(self.alternatives)) for cut in self._first(number)]
        self._wide_base = self._wider.state_of(base)
        self._solver = CuttingSolver(self._wider, self._wide_base, first, self._missing)
        self._base_programs = self._solver.n_programs

    def optimum(self, state: ProgramState) -> ChosenOptimum:
        """Return the optimum of a state in the columns and rows of the program."""
        of_base = state is self._base
        wide = self._solver.optimum(self._wide_base if of_base else self._wider.state_of(state))
        return self._narrow(state, wide, self._base_programs if of_base else self._solver.n_programs)

    def _narrow(self, state: ProgramState, wide: Optimum, n_programs: int) -> ChosenOptimum:
        """Return an optimum without the columns and rows of the terms."""
        n_columns, n_rows = self._program.n_columns, self._program.n_balances + self._program.n_ceilings
        amount = wide.amount[:n_columns]
        flow = self._flows(wide.amount)
        slope = np.zeros(len(self.alternatives))
        for cut, dual in zip(cast("Sequence[Tangent]", wide.cuts), wide.dual[n_rows:].tolist(), strict=True):
            slope[cut.number] -= dual * cut.weights[0]
        terms = sum(one.term(moved) for one, moved in zip(self.alternatives, flow.tolist(), strict=True))
        gap = float(self._gaps(flow, wide.cuts).sum())
        choice = ChoiceTerms(
            self.alternatives, flow, slope, terms, gap, n_programs
        )  # fmt: skip
        return ChosenOptimum(
            amount=amount, reduced_cost=wide.reduced_cost[:n_columns], dual=wide.dual[:n_rows],
            objective=float(state.cost @ amount) + state.constant, excess=wide.excess, choice=choice,
        )  # fmt: skip

    def _flows(self, amount: Floats) -> Floats:
        """Return the flow of each way. [Mt/y]"""
        return np.array([max(float(amount[alternative.columns].sum()), 0.0) for alternative in self.alternatives])

    def _gaps(self, flow: Floats, cuts: Sequence[Cut]) -> Floats:
        """Return by how much the term of each alternative lies above its tangents. [million USD/y]"""
        highest = np.zeros(len(self.alternatives))  # no term is below 0
        for cut in cast("Sequence[Tangent]", cuts):
            value = self.alternatives[cut.number].tangent(float(flow[cut.number]), cut.touching_mtpa)
            highest[cut.number] = max(highest[cut.number], value)
        terms = [one.term(moved) for one, moved in zip(self.alternatives, flow.tolist(), strict=True)]
        return np.array(terms) - highest

    def _first(self, number: int) -> list[Tangent]:
        """Return the tangents that an alternative begins with."""
        one = self.alternatives[number]
        return self._tangents(number, [_CLOSED * one.offered_mtpa, *(_FIRST * one.neutral_mtpa).tolist()])

    def _missing(self, amount: Floats, cuts: Sequence[Cut]) -> list[Tangent]:
        """Return tangents for the alternatives whose terms lie too far above those there are; none if all are near."""
        flow = self._flows(amount)
        gaps = self._gaps(flow, cuts)
        least = _ROUNDING * self._program.unit_mtpa * self._program.unit_usd_per_t
        if gaps.sum() <= max(self._tolerance, least):
            return []
        share = self._tolerance / len(self.alternatives)
        more = []
        for number in np.flatnonzero(gaps > share / 10).tolist():
            points = {cut.touching_mtpa for cut in cast("Sequence[Tangent]", cuts) if cut.number == number}
            more += self._tangents(number, self._around(number, float(flow[number]), points))
        return more

    def _around(self, number: int, flow_mtpa: float, points: set[float]) -> list[float]:
        """Return where further tangents touch: at the flow, and between that and the points next to it.

        No tangent touches at 0, so one of a flow far below the lowest point goes lower by a factor.
        """
        lowest = min(points)
        here = flow_mtpa if flow_mtpa > lowest / 2 else lowest * _CLOSER
        below = max((point for point in points if point < here), default=here)
        above = min((point for point in points if point > here), default=here)
        between = [float(np.sqrt(here * point)) for point in (below, above)]
        return [point for point in dict.fromkeys([here, *between]) if point not in points]

    def _tangents(self, number: int, points: Sequence[float]) -> list[Tangent]:
        """Return the tangents of an alternative's term at some flows."""
        one, money = self.alternatives[number], self._program.unit_usd_per_t
        columns = np.append(one.columns, self._program.n_columns + number).astype(np.int32)
        return [
            Tangent(
                columns, np.append(np.full(len(one.columns), one.slope(point) / money), -1.0),
                one.scale_usd_per_t * (point - one.neutral_mtpa) / money, number=number, touching_mtpa=point,
            )
            for point in points
        ]  # fmt: skip


class _WithTerms(LinearProgram):
    """A program with a column more for each way: its term over the unit of money. [Mt/y]"""

    def __init__(self, program: Program, n_alternatives: int) -> None:
        self._program, self._n_alternatives = program, n_alternatives
        self.start = np.append(program.start, np.full(n_alternatives, program.start[-1])).astype(np.int32)
        self.index, self.value = program.index, program.value
        self.fleet_columns, self.fleet_entries = program.fleet_columns, program.fleet_entries
        self.unit_mtpa, self.unit_usd_per_t = program.unit_mtpa, program.unit_usd_per_t

    @property
    def n_balances(self) -> int:
        return self._program.n_balances

    @property
    def n_ceilings(self) -> int:
        return self._program.n_ceilings

    def state_of(self, state: ProgramState) -> ProgramState:
        """Return a state with the columns of the terms."""
        n = self._n_alternatives
        return replace(
            state,
            cost=np.append(state.cost, np.full(n, self.unit_usd_per_t)),
            lower=np.append(state.lower, np.zeros(n)),
            upper=np.append(state.upper, np.full(n, np.inf)),
        )
