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

import numpy as np

from corridor.solver.highs import Cut, CuttingSolver, Optimum
from corridor.solver.program import Floats, Ints, LinearProgram, Program, ProgramState

TOLERANCE_MUSD_PER_YEAR = 1e-3
"""Gap up to which a flow of shippers that choose counts as optimal. [million USD/y]"""

_FIRST = np.geomspace(1e-3, 1e2, 12)
"""Where the first tangents touch, as multiples of the flow without differences of cost. [1]"""
_CLOSED = 1e-9
"""Where the tangent of a closed way touches, as a share of what is offered. [1]"""


@dataclass(frozen=True, eq=False)
class Way:
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
        What the way takes at equal cost, relative to the commodity's first way. [1]
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

    def tangent(self, flow_mtpa: float, at_mtpa: float) -> float:
        """Return the tangent of the term at one flow, taken at another. [million USD/y]"""
        return self.slope(at_mtpa) * flow_mtpa - self.scale_usd_per_t * (at_mtpa - self.neutral_mtpa)


@dataclass(frozen=True, eq=False)
class ChoiceTerms:
    """What choice adds to an optimum.

    Attributes
    ----------
    ways : tuple of Way
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

    ways: tuple[Way, ...]
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
        scale = np.array([way.scale_usd_per_t for way in self.ways])
        return np.asarray(np.sqrt(2 * max(self.gap_musd_per_year, 0.0) * self.flow_mtpa / scale))


@dataclass(frozen=True, eq=False)
class ChosenOptimum(Optimum):
    """An optimum of shippers that choose.

    Its duals and reduced costs are those of the program whose costs are the state's and, on trunk edges, the slopes;
    its objective, as that of every optimum, is of the state's costs alone.
    """

    choice: ChoiceTerms = field(kw_only=True)


class ChoiceSolver:
    """A program whose choosing commodities spread over their ways; other commodities take the cheapest.

    Parameters
    ----------
    program : Program
        The network as arrays.
    base : ProgramState
        The state whose cuts other states begin with.
    ways : sequence of Way
        The ways of all commodities that choose, each of weight > 0.
    tolerance_musd_per_year : float
        Gap up to which a flow counts as optimal. [million USD/y]
    """

    def __init__(
        self, program: Program, base: ProgramState, ways: Sequence[Way], *,
        tolerance_musd_per_year: float = TOLERANCE_MUSD_PER_YEAR,
    ) -> None:  # fmt: skip
        self.ways, self._program, self._base = tuple(ways), program, base
        self._tolerance = tolerance_musd_per_year
        self._wider = _WithTerms(program, len(self.ways))
        self._points: list[list[float]] = [[] for _ in self.ways]
        first = [cut for number in range(len(self.ways)) for cut in self._first(number)]
        self._wide_base = self._wider.state_of(base)
        self._solver = CuttingSolver(self._wider, self._wide_base, first, self._missing)
        self._base_points = [list(points) for points in self._points]
        self._base_programs = self._solver.n_programs

    def optimum(self, state: ProgramState) -> ChosenOptimum:
        """Return the optimum of a state in the columns and rows of the program."""
        self._points = [list(points) for points in self._base_points]
        of_base = state is self._base
        wide = self._solver.optimum(self._wide_base if of_base else self._wider.state_of(state))
        return self._narrow(state, wide, self._base_programs if of_base else self._solver.n_programs)

    def _narrow(self, state: ProgramState, wide: Optimum, n_programs: int) -> ChosenOptimum:
        """Return an optimum without the columns and rows of the terms."""
        n_columns, n_rows = self._program.n_columns, self._program.n_balances + self._program.n_ceilings
        amount = wide.amount[:n_columns]
        flow = self._flows(wide.amount)
        slope, tangents = np.zeros(len(self.ways)), np.zeros(len(self.ways))
        money = self._program.unit_usd_per_t
        for cut, dual in zip(wide.cuts, wide.dual[n_rows:].tolist(), strict=True):
            number = int(cut.columns[-1]) - n_columns
            slope[number] -= dual * cut.weights[0]
            at = cut.weights[:1].item() * flow[number] - cut.most
            tangents[number] = max(tangents[number], at * money)
        terms = np.array([way.term(amount) for way, amount in zip(self.ways, flow.tolist(), strict=True)])
        choice = ChoiceTerms(
            self.ways, flow, slope, float(terms.sum()), float((terms - tangents).sum()), n_programs
        )  # fmt: skip
        return ChosenOptimum(
            amount=amount, reduced_cost=wide.reduced_cost[:n_columns], dual=wide.dual[:n_rows],
            objective=float(state.cost @ amount) + state.constant, excess=wide.excess, choice=choice,
        )  # fmt: skip

    def _flows(self, amount: Floats) -> Floats:
        """Return the flow of each way. [Mt/y]"""
        return np.array([max(float(amount[way.columns].sum()), 0.0) for way in self.ways])

    def _first(self, number: int) -> list[Cut]:
        """Return the tangents that a way begins with."""
        way = self.ways[number]
        return self._cuts(number, [_CLOSED * way.offered_mtpa, *(_FIRST * way.neutral_mtpa).tolist()])

    def _missing(self, amount: Floats) -> list[Cut]:
        """Return tangents for the ways whose terms lie too far above those there are; none if all are near enough."""
        flow = self._flows(amount)
        money = self._program.unit_usd_per_t
        gaps = np.array([
            way.term(moved) - max(0.0, *(way.tangent(moved, at) for at in points))
            for way, moved, points in zip(self.ways, flow.tolist(), self._points, strict=True)
        ])  # fmt: skip
        floor = money * self._program.unit_mtpa * 1e-15
        if gaps.sum() <= max(self._tolerance, floor):
            return []
        share = self._tolerance / max(len(self.ways), 1)
        wanting = np.flatnonzero(gaps > share / 10).tolist()
        return [cut for number in wanting for cut in self._cuts(number, self._around(number, float(flow[number])))]

    def _around(self, number: int, flow_mtpa: float) -> list[float]:
        """Return where further tangents of a way touch: at its flow, and between that and the points next to it."""
        way, points = self.ways[number], self._points[number]
        at = max(flow_mtpa, _CLOSED * way.offered_mtpa)
        below = max((point for point in points if point < at), default=None)
        above = min((point for point in points if point > at), default=None)
        between = [float(np.sqrt(at * point)) for point in (below, above) if point is not None]
        return [point for point in dict.fromkeys([at, *between]) if point not in points]

    def _cuts(self, number: int, points: Sequence[float]) -> list[Cut]:
        """Return the tangents of a way's term at some flows, and keep these."""
        way, money = self.ways[number], self._program.unit_usd_per_t
        columns = np.append(way.columns, self._program.n_columns + number).astype(np.int32)
        self._points[number] += points
        cuts = []
        for at in points:
            weights = np.append(np.full(len(way.columns), way.slope(at) / money), -1.0)
            cuts.append(Cut(columns, weights, way.scale_usd_per_t * (at - way.neutral_mtpa) / money))
        return cuts


class _WithTerms(LinearProgram):
    """A program with a column more for each way: its term over the unit of money. [Mt/y]"""

    def __init__(self, program: Program, n_ways: int) -> None:
        self._program, self._n_ways = program, n_ways
        self.start = np.append(program.start, np.full(n_ways, program.start[-1])).astype(np.int32)
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
        n = self._n_ways
        return replace(
            state,
            cost=np.append(state.cost, np.full(n, self.unit_usd_per_t)),
            lower=np.append(state.lower, np.zeros(n)),
            upper=np.append(state.upper, np.full(n, np.inf)),
        )
