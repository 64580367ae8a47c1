"""Blocks of simulated years: what a block is, and how it is worked out.

A block depends on the network, its hazards, the seed and its number alone, so the same blocks come from any number of
workers and from a run that was stopped and resumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from corridor.model.formulas import DAYS_PER_YEAR
from corridor.model.network import Network
from corridor.model.scenario import Hazard
from corridor.risk.outages import Intervals, Sets, intervals, n_words, unpacked
from corridor.solver.batch import BatchSolver
from corridor.solver.parallel import Progress, RunBlock
from corridor.solver.program import Floats

Places = npt.NDArray[np.intp]
_CHUNK = 2048
"""States solved at a time."""
_MOST_KNOWN = 100_000
"""States remembered; of hazards so many that more are met, hardly any comes again."""


@dataclass(frozen=True, eq=False)
class Block:
    """What a block of years came to.

    Attributes
    ----------
    rates : shape (years, n_names)
        Means over each year of what `BatchSolver.names` measures.
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
    values : shape (n_states, n_measures)
        What each came to but for corridors, which come last in `names`; its mean over time where severities are drawn.
    """

    rates: Floats
    worst: Floats
    disturbed: Floats
    shocks: npt.NDArray[np.int64]
    sets: Sets
    days: Floats
    stretches: npt.NDArray[np.int64]
    values: Floats


class Bench:
    """Works out blocks; remembers what sets of hazards came to.

    Attributes
    ----------
    solver : BatchSolver
        The network under any of its hazards.
    n_measures : int
        How many of `BatchSolver.names` are not about a corridor; those that are come last, three a corridor.
    """

    def __init__(self, network: Network, hazards: Sequence[Hazard]) -> None:
        self.solver = BatchSolver(network, hazards)
        self.n_measures = len(self.solver.names) - 3 * len(self.solver.corridors)
        self._known: dict[bytes, Floats] = {}
        self._n = len(hazards)

    def block(self, seed: int, number: int, years: int, progress: Progress | None = None) -> Block:
        """Return the first years of a block.

        Parameters
        ----------
        seed, number, years : int
            As for `intervals`.
        progress : callable, optional
            Called with what each chunk of conditions comes to. [years]
        """
        cut = intervals(self.solver.hazards, seed, number, years)
        sets, which = distinct(cut.in_force)
        days: Floats = np.bincount(which, cut.days, minlength=len(sets)).astype(np.float64)
        quiet = self.of_sets(np.zeros((1, n_words(self._n)), dtype=np.int64))[0]
        short = self.solver.names.index("shortfall")
        rates = np.repeat(quiet[None, :], years, axis=0)
        worst = np.full(years, quiet[short])
        values = np.zeros((len(sets), self.n_measures))
        for at, row, shown in self.came_to(cut, sets, which):
            if cut.severity:
                np.add.at(values, which[at], cut.days[at, None] * shown[row, : self.n_measures])
            else:  # a row for each of some sets in a row
                first = which[at[0]] - row[0]
                values[first : first + len(shown)] = shown[:, : self.n_measures]
            # What differs from the undisturbed is added up, so that quiet years are exactly that and cost nothing.
            other = shown != quiet
            moved = other.any(axis=1)[row]
            at_moved, row = at[moved], row[moved]
            year, share = cut.year[at_moved], cut.days[at_moved] / DAYS_PER_YEAR
            for name in np.flatnonzero(other.any(axis=0)):
                rates[:, name] += np.bincount(year, (shown[:, name] - quiet[name])[row] * share, minlength=years)
            np.maximum.at(worst, year, shown[row, short])
            if progress is not None:
                progress(years * len(at) / len(which))
        if cut.severity:
            values /= days[:, None]
        disturbed = np.bincount(cut.year, cut.days * (cut.in_force != 0).any(axis=1), minlength=years)
        entered = np.ones(len(which), dtype=bool)
        entered[1:] = (np.diff(which) != 0) | (np.diff(cut.year) != 0)
        stretches = np.bincount(which[entered], minlength=len(sets))
        return Block(rates, worst, disturbed.astype(np.float64), cut.shocks, sets, days, stretches, values)

    def nothing(self) -> Block:
        """Return a block of no years: columns and types of those to come."""
        none, counts = np.empty(0), np.empty(0, dtype=np.int64)
        sets = np.empty((0, n_words(self._n)), dtype=np.int64)
        rates = np.empty((0, len(self.solver.names)))
        return Block(rates, none, none, counts, sets, none, counts, rates[:, : self.n_measures])

    def came_to(self, cut: Intervals, sets: Sets, which: Places) -> Iterator[tuple[Places, Places, Floats]]:
        """Yield intervals, for each a row, and in these rows what it came to: so many conditions at a time.

        Parameters
        ----------
        cut : Intervals
            A block.
        sets, which
            Its distinct sets of hazards, and which of them is in force in each interval.
        """
        if not cut.severity and len(sets) <= _CHUNK:
            yield np.arange(len(which)), which, self.of_sets(sets)
            return
        order = np.argsort(which, kind="stable")
        if cut.severity:
            for at in _chunks(order):
                at.sort()
                yield at, np.arange(len(at)), self._drawn(cut, sets, which, at)
            return
        ends = np.searchsorted(which[order], np.arange(len(sets) + 1))
        for chosen in _chunks(np.arange(len(sets))):
            at = np.sort(order[ends[chosen[0]] : ends[chosen[-1] + 1]])
            yield at, which[at] - chosen[0], self.of_sets(sets[chosen])

    def of_sets(self, sets: Sets) -> Floats:
        """Return what sets of hazards come to, each taking all that it takes."""
        return np.concatenate([self._of_chunk(sets[chosen]) for chosen in _chunks(np.arange(len(sets)))])

    def _of_chunk(self, sets: Sets) -> Floats:
        keys = [row.tobytes() for row in sets]
        new = [at for at, key in enumerate(keys) if key not in self._known]
        found = np.empty((len(sets), len(self.solver.names)))
        if new:
            found[new] = self.solver.outcomes(unpacked(sets[new], self._n).astype(np.float64))
        for at, key in enumerate(keys):
            if key in self._known:
                found[at] = self._known[key]
            elif len(self._known) < _MOST_KNOWN:
                self._known[key] = found[at].copy()
        return found

    def _drawn(self, cut: Intervals, sets: Sets, which: Places, at: Places) -> Floats:
        """Return what intervals come to where severities are drawn; equal conditions are worked out once."""
        in_force = sets[which[at]]
        taken = unpacked(in_force, self._n).astype(np.float64)
        drawn = taken[:, list(cut.severity)].any(axis=1)
        for hazard in cut.severity:
            taken[:, hazard] = cut.severity.within(hazard, at)
        found = np.empty((len(at), len(self.solver.names)))
        if not drawn.all():
            used, again = distinct(in_force[~drawn])
            found[~drawn] = self.of_sets(used)[again]
        if drawn.any():
            rows, again = np.unique(taken[drawn], axis=0, return_inverse=True)
            found[drawn] = self.solver.outcomes(rows)[again.ravel()]
        return found


def _chunks(places: Places) -> Iterator[Places]:
    """Yield so many places at a time that what is worked out for them fits into memory."""
    for first in range(0, len(places), _CHUNK):
        yield places[first : first + _CHUNK]


def distinct(in_force: Sets) -> tuple[Sets, Places]:
    """Return the distinct rows in ascending order, and which of them each row is."""
    if in_force.shape[1] > 1:
        rows, which = np.unique(in_force, axis=0, return_inverse=True)
        return rows, which.ravel()
    import pandas as pd

    which, found = pd.factorize(in_force[:, 0], sort=True)
    return np.asarray(found)[:, None], which


@dataclass(frozen=True)
class SimulationJob:
    """What a worker needs to work out blocks of simulated years."""

    network: Network
    hazards: tuple[Hazard, ...]
    seed: int

    def __call__(self) -> RunBlock[Block]:
        """Return what works out a block, by number and years."""
        return partial(Bench(self.network, self.hazards).block, self.seed)


def simulation_job(network: Network, hazards: Sequence[Hazard], seed: int) -> SimulationJob:
    """Return the job without what no block depends on."""
    return SimulationJob(network.with_numbers(figure_records=(), sources=(), hazards=()), tuple(hazards), seed)
