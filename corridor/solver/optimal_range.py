"""Between which bounds flows lie where several are optimal, and how an amount that is not unique is quoted."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence

import numpy as np

from corridor.errors import SolverError
from corridor.model.tolerances import SPAN_MTPA
from corridor.solver.highs import NearOptima, Unbounded
from corridor.solver.program import Floats
from corridor.solver.solution import Solution

_LONG = 1e4
"""From here on digits are grouped by threes, as in TEU a year."""


class OptimalRange:
    """The optima of one state: how little and how much of something there is in any of them.

    Parameters
    ----------
    solution : Solution
        One optimum; the objective of the others may lack 1e-7 of its own.
    """

    def __init__(self, solution: Solution) -> None:
        self._solution = solution
        self._optima = NearOptima(solution.program, solution.state, solution.optimum)

    def throughput(self, corridor: str, commodity: str | None = None) -> tuple[float, float]:
        """Return the least and most across a corridor's trunk edges, of one commodity or of all. [Mt/y]"""
        return self.amount(self._solution.program.trunk_columns(self._solution.network, corridor, commodity))

    def lifted(self, supplies: Iterable[int]) -> tuple[float, float]:
        """Return the least and most lifted of some supplies, by their positions in the network. [Mt/y]"""
        return self.amount([self._solution.program.lifted.start + supply for supply in supplies])

    def amount(self, columns: Sequence[int]) -> tuple[float, float]:
        """Return the least and most sum of some columns of the program. [Mt/y]"""
        solved = float(self._solution.amounts[list(columns)].sum())
        if not columns:
            return 0.0, 0.0
        weight = np.zeros(self._solution.program.n_columns)
        weight[list(columns)] = 1.0
        least, most = (self._extreme(sign * weight, list(columns), unbounded=sign * -math.inf) for sign in (1.0, -1.0))
        return min(least, solved), max(most, solved)

    def other(self, weight: Floats) -> Solution:
        """Return the optimum in which the weighted sum of all columns is least."""
        optimum = self._solution.optimum
        amount = self._optima.least(weight)
        return self._solution.of_state(self._solution.state, dataclasses.replace(optimum, amount=amount))

    def _extreme(self, weight: Floats, columns: list[int], *, unbounded: float) -> float:
        try:
            amount = self._optima.least(weight)
        except Unbounded:
            return unbounded
        return float(amount[columns].sum())


def throughput_range(solution: Solution, corridor: str, commodity: str | None = None) -> tuple[float, float]:
    """Return the least and most that crosses a corridor in any optimum of a state. [Mt/y]

    Parameters
    ----------
    solution : Solution
        One optimum; the objective of the others may lack 1e-7 of its own.
    corridor : str
        Id.
    commodity : str, optional
        Id of the only commodity to count; all by default.
    """
    return OptimalRange(solution).throughput(corridor, commodity)


def quoted(amount_mtpa: float, *ranges: tuple[float, float], sign: bool = False, rate: float = 1.0) -> str:
    """Return an amount as texts quote it: bare where it is unique, else with "about" and by how much optima differ.

    Parameters
    ----------
    amount_mtpa : float
        A flow, or the difference of two. [Mt/y]
    *ranges : (float, float)
        Least and most of each flow in it. [Mt/y]
    sign : bool
        Whether to write a plus.
    rate : float
        Units shown to 1 Mt/y, such as thousand barrels a day.

    Examples
    --------
    >>> quoted(4.0, (4.0, 4.0)), quoted(4.0, (3.0, 4.0), (2.0, 2.5), sign=True)
    ('4.0', 'about +4.0 (span 1.5)')
    """
    digits = 1 if rate == 1.0 else 0
    comma = "," if abs(rate * amount_mtpa) >= _LONG else ""
    text = f"{rate * amount_mtpa:{'+' if sign else ''}{comma}.{digits}f}"
    spans = [most - least for least, most in ranges]
    if all(span < SPAN_MTPA for span in spans):
        return text
    span = rate * sum(spans)
    return f"about {text} (span {span:.2g})" if span < 1 else f"about {text} (span {span:{comma}.{digits}f})"


def other_usual_flows(base: Solution, held: Solution) -> list[Solution]:
    """Return optima of the baseline by which a scenario would do better, and worse, by usual ways than by one optimum.

    Parameters
    ----------
    base, held : Solution
        One optimum of the baseline, and the scenario's with its flows.

    Notes
    -----
    They are where the prices of the usual flows promise most and least: the worst of them may not be found.
    """
    if held.held is None:
        return []
    weight = np.zeros(base.program.n_columns)
    for column in np.flatnonzero(held.held).tolist():
        own = base.program.column(*held.program.name_of(column))
        if own is not None:
            weight[own] = held.optimum.reduced_cost[column]
    if not weight.any():
        return []
    try:
        optima = OptimalRange(base)
        return [optima.other(weight), optima.other(-weight)]
    except SolverError:
        return []
