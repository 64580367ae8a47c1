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
from corridor.model.hazard import Hazard, members_of
from corridor.model.network import Network
from corridor.risk.plan import Plan
from corridor.risk.random_histories import Intervals, Sets, n_words, unpacked
from corridor.solver.batch import BatchSolver
from corridor.solver.parallel import Progress, RunBlock
from corridor.solver.program import Floats
from corridor.solver.state_measures import MeasureLayout

Indices = npt.NDArray[np.intp]
SHARE_STEP = 0.02
"""Shares are solved to the nearest multiple of this: a state is wrong by what half of it changes at most. [1]"""
_LEAST_SHARE = 1e-9
"""What is taken of a state in force whose share is nearly none, so that what else the hazard does still happens. [1]"""
_CHUNK = 2048
"""States solved at a time."""
_MOST_REMEMBERED = 300_000
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
        Sets of members of hazards that were struck, a bit each.
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


_MOST_HISTORIES = 4
"""Histories of blocks kept, for what is shared out among hazards looks at them again."""


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
    plan : Plan
        Of which years blocks consist.
    hazard_of_member : shape (n_members,)
        Position of the hazard to which each member belongs, the bits and columns of states.
    """

    def __init__(
        self, network: Network, hazards: Sequence[Hazard], plan: Plan | None = None, *, rerouting: bool = True
    ) -> None:
        self.network, self.hazards = network, tuple(hazards)
        self.plan = Plan() if plan is None else plan
        self.rerouting = rerouting
        self.layout = MeasureLayout.of(network)
        self._outcomes_of: dict[bytes, Floats] = {}
        self._histories: dict[tuple[int, int, int], Intervals] = {}
        members = members_of(self.hazards)
        self.hazard_of_member = np.array([hazard for hazard, _ in members], dtype=np.intp)
        self._n_members = len(members)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy the network and its hazards: all else is made again of them."""
        return _simulator, (self.network, self.hazards, self.plan, self.rerouting)

    @cached_property
    def solver(self) -> BatchSolver:
        """The network under any of its hazards; compiled when first asked for: finished blocks need none.

        Raises
        ------
        DataError
            If hazards may be in force at once that leave what cannot be.
        """
        return BatchSolver(self.network, self.hazards, rerouting=self.rerouting)

    def prepare(self) -> None:
        """Compile the solver now, so that hazards that exclude each other are refused before anything is drawn."""
        _ = self.solver

    @cached_property
    def baseline(self) -> Floats:
        """What the network comes to with no hazard in force, shape (n_measures,)."""
        return np.asarray(self.outcomes_of_sets(np.zeros((1, n_words(self._n_members)), dtype=np.int64))[0])

    def block(self, seed: int, number: int, years: int, progress: Progress | None = None) -> Block:
        """Return the first years of a block.

        Parameters
        ----------
        seed, number, years : int
            As for `intervals`.
        progress : callable, optional
            Called with what each chunk of states comes to. [years]
        """
        history = self.history(seed, number, years)
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

    def history(self, seed: int, number: int, years: int) -> Intervals:
        """Return the first years of a block, cut where any hazard comes or goes; arguments as for `intervals`."""
        asked = seed, number, years
        if asked not in self._histories:
            if len(self._histories) >= _MOST_HISTORIES:
                del self._histories[next(iter(self._histories))]
            self._histories[asked] = self.plan.history(self.hazards, self.network.rate_groups, *asked)
        return self._histories[asked]

    def severity_rows(self, history: Intervals, chosen: Indices) -> Floats:
        """Return the states of some intervals, shape (n, n_members): what members of hazards lose. [1]"""
        severity = history.shares(chosen, self._n_members)
        for member in history.severity:
            severity[:, member] = self._binned(member, severity[:, member])
        return severity

    def _binned(self, member: int, share: Floats) -> Floats:
        """Return shares to the nearest of those that are told apart; what is in force stays so."""
        binned = np.round(share / SHARE_STEP) * SHARE_STEP
        if self.hazards[self.hazard_of_member[member]].only_derates:
            return binned
        return np.where(share > 0, np.maximum(binned, _LEAST_SHARE), 0.0)

    def empty_block(self) -> Block:
        """Return a block of no years: columns and types of those to come."""
        none, counts = np.empty(0), np.empty(0, dtype=np.int64)
        sets = np.empty((0, n_words(self._n_members)), dtype=np.int64)
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
                measures = self._outcomes_with_severity(history, chosen)
                yield Outcomes(chosen, np.arange(len(chosen)), measures)
            return
        first = np.searchsorted(set_of[order], np.arange(len(sets) + 1))
        for chosen in _chunks(np.arange(len(sets))):
            where = np.sort(order[first[chosen[0]] : first[chosen[-1] + 1]])
            yield Outcomes(where, set_of[where] - chosen[0], self.outcomes_of_sets(sets[chosen]))

    def outcomes_of_sets(self, sets: Sets, share: Floats | None = None) -> Floats:
        """Return what sets of members come to, shape (n, n_measures); each loses all, or its own share (by member)."""
        return np.concatenate(
            [self._outcomes_of_chunk(sets[chosen], share) for chosen in _chunks(np.arange(len(sets)))]
        )

    def _outcomes_of_chunk(self, sets: Sets, share: Floats | None) -> Floats:
        severity = unpacked(sets, self._n_members).astype(np.float64)
        if share is not None:
            for member in np.flatnonzero(share < 1).tolist():
                severity[:, member] = self._binned(member, severity[:, member] * share[member])
        return self._remembered(severity)

    def _outcomes_with_severity(self, history: Intervals, chosen: Indices) -> Floats:
        """Return what some intervals come to where shares are drawn; equal states are worked out once."""
        rows = self.severity_rows(history, chosen)
        first, row = _distinct_rows(rows)
        return self._remembered(rows[first])[row]

    def _remembered(self, states: Floats) -> Floats:
        """Return what states come to; those met before are not worked out again."""
        keys = [row.tobytes() for row in states]
        new = [index for index, key in enumerate(keys) if key not in self._outcomes_of]
        outcomes = np.empty((len(states), len(self.layout.measures)))
        if new:
            outcomes[new] = self.solver.outcomes(states[new])
        for index, key in enumerate(keys):
            if key in self._outcomes_of:
                outcomes[index] = self._outcomes_of[key]
            elif len(self._outcomes_of) < _MOST_REMEMBERED:
                self._outcomes_of[key] = outcomes[index].copy()
        return outcomes


def _simulator(network: Network, hazards: tuple[Hazard, ...], plan: Plan, rerouting: bool) -> BlockSimulator:
    """Return the simulator of a pickle."""
    return BlockSimulator(network, hazards, plan, rerouting=rerouting)


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


def _distinct_rows(rows: Floats) -> tuple[Indices, Indices]:
    """Return where each distinct row is met first, and which of these each row is.

    Rows are told apart by a hash of their bits, many times faster than by sorting them; a collision would be seen.
    """
    bits = np.ascontiguousarray(rows).view(np.uint64)
    odd = np.random.default_rng(0).integers(1, 2**62, (2, bits.shape[1]), dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    hashed = (bits >> np.uint64(32)) * odd[0] + (bits & np.uint64(2**32 - 1)) * odd[1]
    _, first, which = np.unique(hashed.sum(axis=1, dtype=np.uint64), return_index=True, return_inverse=True)
    if np.array_equal(rows[first][which], rows):
        return first, which
    _, first, which = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return first, which.ravel()


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
    plan: Plan
    rerouting: bool
    seed: int

    @classmethod
    def of(cls, simulator: BlockSimulator, seed: int) -> Self:
        """Return the job of a simulator, without what no block depends on."""
        network = simulator.network.with_numbers(figure_records=(), sources=(), hazards=())
        return cls(network, simulator.hazards, simulator.plan, simulator.rerouting, seed)

    def __call__(self) -> RunBlock[Block]:
        """Return what works out a block, by number and years."""
        simulator = BlockSimulator(self.network, self.hazards, self.plan, rerouting=self.rerouting)
        return partial(simulator.block, self.seed)
