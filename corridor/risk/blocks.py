"""Blocks of simulated years: what a block is, and how it is worked out.

A block depends on the network, its hazards, the seed and its number alone, so the same blocks come from any number of
workers and from a run that was stopped and resumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from corridor.model.formulas import DAYS_PER_YEAR
from corridor.model.hazard import Hazard
from corridor.model.network import Network
from corridor.risk.random_histories import Intervals, Sets, intervals, n_words, unpacked
from corridor.solver.batch import BatchSolver
from corridor.solver.parallel import Progress, RunBlock
from corridor.solver.program import Floats
from corridor.solver.state_measures import MeasureLayout

Indices = npt.NDArray[np.intp]
_CHUNK = 2048
"""States solved at a time."""
_MOST_REMEMBERED = 100_000
"""States remembered; of hazards so many that more are met, hardly any comes again."""


@dataclass(frozen=True, eq=False)
class Block:
    """What a block of years came to.

    Attributes
    ----------
    rates : shape (years, n_measures)
        Means over each year of all measures, in columns as in `MeasureLayout`.
    worst : shape (years,)
        Largest shortfall at any time of each year. [Mt/y]
    disturbed : shape (years,)
        Days with some hazard in force. [days]
    shocks : shape (years,)
        Events that began.
    sets : shape (n_states, n_words)
        Sets of hazards that were in force, a bit each.
    days, stretches : shape (n_states,)
        How long [days] and how many times in the block.
    values : shape (n_states, n_of_commodities)
        What each came to, without corridors: `MeasureLayout.of_commodities`; the mean over time where severities are
        drawn.
    """

    rates: Floats
    worst: Floats
    disturbed: Floats
    shocks: npt.NDArray[np.int64]
    sets: Sets
    days: Floats
    stretches: npt.NDArray[np.int64]
    values: Floats

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Block):
            return NotImplemented
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in self.__dataclass_fields__)

    __hash__ = None  # type: ignore[assignment]  # arrays have no hash


@dataclass(frozen=True, eq=False)
class StateTotals:
    """Sets of hazards that were in force in some blocks, in ascending order; fields as those of `Block`."""

    sets: Sets
    days: Floats
    stretches: npt.NDArray[np.int64]
    values: Floats

    @classmethod
    def of(cls, blocks: Sequence[Block], *, severity_is_drawn: bool) -> Self:
        """Return the totals of blocks."""
        if len(blocks) == 1:  # no copies of what may be large
            (block,) = blocks
            return cls(block.sets, block.days, block.stretches, block.values)
        sets, set_of = np.unique(np.concatenate([block.sets for block in blocks]), axis=0, return_inverse=True)
        set_of = set_of.ravel()
        days_in_block: Floats = np.concatenate([block.days for block in blocks])
        days: Floats = np.bincount(set_of, days_in_block).astype(np.float64)
        stretches = np.bincount(set_of, np.concatenate([block.stretches for block in blocks])).astype(np.int64)
        value_in_block = np.concatenate([block.values for block in blocks])
        if severity_is_drawn:
            weighted = [np.bincount(set_of, days_in_block * column) for column in value_in_block.T]
            return cls(sets, days, stretches, np.stack(weighted, axis=1) / days[:, None])
        values = np.empty((len(sets), value_in_block.shape[1]))
        values[set_of[::-1]] = value_in_block[::-1]  # backwards: the first block counts, however many follow
        return cls(sets, days, stretches, values)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What some intervals of a block came to.

    Attributes
    ----------
    intervals : shape (n,)
        Which intervals of the block.
    row : shape (n,)
        For each of them its row of `measures`.
    measures : shape (n_rows, n_measures)
        Columns as in `MeasureLayout`.
    """

    intervals: Indices
    row: Indices
    measures: Floats


class BlockSimulator:
    """Works out blocks; remembers what sets of hazards came to.

    Attributes
    ----------
    layout : MeasureLayout
        What is measured, and in which column.
    """

    def __init__(self, network: Network, hazards: Sequence[Hazard]) -> None:
        self.network, self.hazards = network, tuple(hazards)
        self.layout = MeasureLayout.of(network)
        self._outcomes_of: dict[bytes, Floats] = {}
        self._n_hazards = len(self.hazards)
        self.hazard_of_member: npt.NDArray[np.intp] = np.arange(self._n_hazards)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy the network and its hazards: all else is made again of them."""
        return BlockSimulator, (self.network, self.hazards)

    @cached_property
    def solver(self) -> BatchSolver:
        """The network under any of its hazards; compiled when first asked for: finished blocks need none.

        Raises
        ------
        DataError
            If hazards may be in force at once that leave what cannot be.
        """
        return BatchSolver(self.network, self.hazards)

    def prepare(self) -> None:
        """Compile the solver now, so that hazards that exclude each other are refused before anything is drawn."""
        _ = self.solver

    @cached_property
    def baseline(self) -> Floats:
        """What the network comes to with no hazard in force, shape (n_measures,)."""
        return np.asarray(self.outcomes_of_sets(np.zeros((1, n_words(self._n_hazards)), dtype=np.int64))[0])

    def block(self, seed: int, number: int, years: int, progress: Progress | None = None) -> Block:
        """Return the first years of a block.

        Parameters
        ----------
        seed, number, years : int
            As for `intervals`.
        progress : callable, optional
            Called with what each chunk of states comes to. [years]
        """
        history = intervals(self.hazards, seed, number, years)
        sets, set_of = distinct(history.in_force)
        days: Floats = np.bincount(set_of, history.days, minlength=len(sets)).astype(np.float64)
        baseline, short = self.baseline, self.layout.column("shortfall")
        rates = np.repeat(baseline[None, :], years, axis=0)
        worst = np.full(years, baseline[short])
        values = np.zeros((len(sets), len(self.layout.of_commodities)))
        for outcomes in self.outcomes(history, sets, set_of):
            _add_values(values, outcomes, history, set_of, self.layout.commodity_columns)
            _add_rates(rates, worst, outcomes, history, baseline, short)
            if progress is not None:
                progress(years * len(outcomes.intervals) / len(set_of))
        if history.severity:
            values /= days[:, None]
        disturbed = np.bincount(history.year, history.days * (history.in_force != 0).any(axis=1), minlength=years)
        entered = np.ones(len(set_of), dtype=bool)
        entered[1:] = (np.diff(set_of) != 0) | (np.diff(history.year) != 0)
        stretches = np.bincount(set_of[entered], minlength=len(sets))
        return Block(rates, worst, disturbed.astype(np.float64), history.shocks, sets, days, stretches, values)

    def empty_block(self) -> Block:
        """Return a block of no years: columns and types of those to come."""
        none, counts = np.empty(0), np.empty(0, dtype=np.int64)
        sets = np.empty((0, n_words(self._n_hazards)), dtype=np.int64)
        rates = np.empty((0, len(self.layout.measures)))
        return Block(rates, none, none, counts, sets, none, counts, rates[:, self.layout.commodity_columns])

    def outcomes(self, history: Intervals, sets: Sets, set_of: Indices) -> Iterator[Outcomes]:
        """Yield what the intervals of a block came to: so many states at a time.

        Parameters
        ----------
        history : Intervals
            A block.
        sets, set_of
            Its distinct sets of hazards, and which of them is in force in each interval.
        """
        if not history.severity and len(sets) <= _CHUNK:
            yield Outcomes(np.arange(len(set_of)), set_of, self.outcomes_of_sets(sets))
            return
        order = np.argsort(set_of, kind="stable")
        if history.severity:
            for chosen in _chunks(order):
                chosen.sort()
                measures = self._outcomes_with_severity(history, sets, set_of, chosen)
                yield Outcomes(chosen, np.arange(len(chosen)), measures)
            return
        first = np.searchsorted(set_of[order], np.arange(len(sets) + 1))
        for chosen in _chunks(np.arange(len(sets))):
            where = np.sort(order[first[chosen[0]] : first[chosen[-1] + 1]])
            yield Outcomes(where, set_of[where] - chosen[0], self.outcomes_of_sets(sets[chosen]))

    def outcomes_of_sets(self, sets: Sets) -> Floats:
        """Return what sets of hazards come to, shape (n, n_measures), each hazard taking all that it takes."""
        return np.concatenate([self._outcomes_of_chunk(sets[chosen]) for chosen in _chunks(np.arange(len(sets)))])

    def _outcomes_of_chunk(self, sets: Sets) -> Floats:
        keys = [row.tobytes() for row in sets]
        new = [index for index, key in enumerate(keys) if key not in self._outcomes_of]
        outcomes = np.empty((len(sets), len(self.layout.measures)))
        if new:
            outcomes[new] = self.solver.outcomes(unpacked(sets[new], self._n_hazards).astype(np.float64))
        for index, key in enumerate(keys):
            if key in self._outcomes_of:
                outcomes[index] = self._outcomes_of[key]
            elif len(self._outcomes_of) < _MOST_REMEMBERED:
                self._outcomes_of[key] = outcomes[index].copy()
        return outcomes

    def _outcomes_with_severity(self, history: Intervals, sets: Sets, set_of: Indices, chosen: Indices) -> Floats:
        """Return what some intervals come to where severities are drawn; equal states are worked out once."""
        in_force = sets[set_of[chosen]]
        severity = unpacked(in_force, self._n_hazards).astype(np.float64)
        drawn = severity[:, list(history.severity)].any(axis=1)
        for hazard in history.severity:
            severity[:, hazard] = history.severity.within(hazard, chosen)
        outcomes = np.empty((len(chosen), len(self.layout.measures)))
        if not drawn.all():
            used, row = distinct(in_force[~drawn])
            outcomes[~drawn] = self.outcomes_of_sets(used)[row]
        if drawn.any():
            states, row = np.unique(severity[drawn], axis=0, return_inverse=True)
            outcomes[drawn] = self.solver.outcomes(states)[row.ravel()]
        return outcomes


def _add_values(values: Floats, outcomes: Outcomes, history: Intervals, set_of: Indices, columns: slice) -> None:
    """Add to the values of sets what intervals came to: times days where severities are drawn, else once."""
    chosen, row, measures = outcomes.intervals, outcomes.row, outcomes.measures
    if history.severity:
        np.add.at(values, set_of[chosen], history.days[chosen, None] * measures[row, columns])
    else:  # a row for each of some consecutive sets
        first = set_of[chosen[0]] - row[0]
        values[first : first + len(measures)] = measures[:, columns]


def _add_rates(
    rates: Floats, worst: Floats, outcomes: Outcomes, history: Intervals, baseline: Floats, short: int
) -> None:
    """Add what intervals came to beyond the baseline to the years, so that years without a hazard are exactly that."""
    chosen, row, measures = outcomes.intervals, outcomes.row, outcomes.measures
    differs = measures != baseline
    moved = differs.any(axis=1)[row]
    chosen, row = chosen[moved], row[moved]
    year, share = history.year[chosen], history.days[chosen] / DAYS_PER_YEAR
    for column in np.flatnonzero(differs.any(axis=0)):
        change = (measures[:, column] - baseline[column])[row]
        rates[:, column] += np.bincount(year, change * share, minlength=len(rates))
    np.maximum.at(worst, year, measures[row, short])


def _chunks(indices: Indices) -> Iterator[Indices]:
    """Yield so many indices at a time that what is worked out for them fits into memory."""
    for first in range(0, len(indices), _CHUNK):
        yield indices[first : first + _CHUNK]


def distinct(in_force: Sets) -> tuple[Sets, Indices]:
    """Return the distinct rows in ascending order, and which of them each row is."""
    if in_force.shape[1] > 1:
        sets, set_of = np.unique(in_force, axis=0, return_inverse=True)
        return sets, set_of.ravel()
    import pandas as pd

    set_of, words = pd.factorize(in_force[:, 0], sort=True)  # several times faster than np.unique
    return np.asarray(words)[:, None], set_of


@dataclass(frozen=True)
class SimulationJob:
    """What a worker needs to work out blocks of simulated years."""

    network: Network
    hazards: tuple[Hazard, ...]
    seed: int

    @classmethod
    def of(cls, simulator: BlockSimulator, seed: int) -> Self:
        """Return the job of a simulator, without what no block depends on."""
        return cls(simulator.network.with_numbers(figure_records=(), sources=(), hazards=()), simulator.hazards, seed)

    def __call__(self) -> RunBlock[Block]:
        """Return what works out a block, by number and years."""
        return partial(BlockSimulator(self.network, self.hazards).block, self.seed)
