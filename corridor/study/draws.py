"""Bad luck by the year: Poisson arrivals and durations of hazards, cut into intervals in which nothing changes.

Each simulated year is a sample of the stationary process by itself: what began before it and is still in force at its
start is drawn too, so that no year is milder for being the first. Each hazard has a stream of draws of its own, made
from the seed, the block and the hazard's name; a scenario or another hazard beside it changes no draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.model.economics import DAYS_PER_YEAR
from corridor.model.laws import Lognormal
from corridor.model.scenario import Hazard
from corridor.solver.program import Floats

Sets = npt.NDArray[np.int64]
BLOCK_YEARS = 2500
"""Years drawn together: the unit of progress, of checkpoints and of work handed to others."""
_BITS = 62


@dataclass(frozen=True, eq=False)
class Intervals:
    """A block of years, cut where any hazard comes or goes.

    Attributes
    ----------
    year : shape (n,)
        Year of the interval in its block; ascending.
    days : shape (n,)
        Length; those of a year add up to 365. [days]
    in_force : shape (n, n_words)
        Hazards in force, a bit each, 62 a word.
    severity : dict of position of a hazard to shape (n,)
        For hazards whose severity is drawn: share taken by the worst of its events in force, 0 where none is. [1]
    shocks : shape (years,)
        Events that began in each year.
    """

    year: npt.NDArray[np.int64]
    days: Floats
    in_force: Sets
    severity: dict[int, Floats]
    shocks: npt.NDArray[np.int64]


def intervals(hazards: Sequence[Hazard], seed: int, block: int, years: int = BLOCK_YEARS) -> Intervals:
    """Return the first years of a block.

    Parameters
    ----------
    hazards : sequence of Hazard
        Told apart by name.
    seed, block : int
        The same give the same draws.
    years : int
        How many of the block's years are wanted; those given do not depend on it.
    """
    end_of_block = years * DAYS_PER_YEAR
    times = [np.arange(years) * DAYS_PER_YEAR]
    words = 1 + (len(hazards) - 1) // _BITS
    toggles = [np.zeros((years, words), dtype=np.int64)]
    shocks = np.zeros(years, dtype=np.int64)
    pieces: dict[int, tuple[Floats, Floats, Floats]] = {}
    for at, hazard in enumerate(hazards):
        begin, end, share, n_new = _events(hazard, _stream(seed, block, hazard.name))
        kept = begin < end_of_block
        shocks += np.bincount((begin[:n_new][kept[:n_new]] // DAYS_PER_YEAR).astype(np.int64), minlength=years)[:years]
        begin, end, share = begin[kept], end[kept], share[kept]
        if hazard.severity is None:
            begin, end = _merged(begin, end)
        else:
            begin, end, share = pieces[at] = _worst(begin, end, share)
        mark = np.repeat(bit_of(at, words)[None, :], len(begin), axis=0)
        times += [begin, end]
        toggles += [mark, -mark]
    time = np.concatenate(times)
    order = np.argsort(time)
    start = time[order]
    days = np.diff(start, append=end_of_block)
    year = np.cumsum(order < years) - 1
    in_force = np.cumsum(np.concatenate(toggles)[order], axis=0)
    kept = (days > 0) & (start < end_of_block)
    start = start[kept]
    severity = {}
    for at, (begin, end, share) in pieces.items():
        found = np.searchsorted(begin, start, side="right") - 1
        inside = (found >= 0) & (start < end[found]) if len(begin) else np.zeros(len(start), bool)
        severity[at] = np.where(inside, share[found], 0.0) if len(begin) else np.zeros(len(start))
    return Intervals(year[kept], days[kept], in_force[kept], severity, shocks)


def unpacked(in_force: Sets, n_hazards: int) -> npt.NDArray[np.bool_]:
    """Return sets of hazards, shape (n, n_words), as truth values, shape (n, n_hazards)."""
    at = np.arange(n_hazards)
    return np.asarray((in_force[:, at // _BITS] >> (at % _BITS)) & 1 == 1)


def bit_of(at: int, words: int) -> Sets:
    """Return the set of one hazard alone, shape (n_words,)."""
    bit = np.zeros(words, dtype=np.int64)
    bit[at // _BITS] = 1 << (at % _BITS)
    return bit


def _stream(seed: int, block: int, name: str) -> np.random.Generator:
    """Return a hazard's own stream of draws in a block."""
    digest = hashlib.sha256(name.encode()).digest()
    own = [int.from_bytes(digest[at : at + 4], "little") for at in range(0, 16, 4)]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(block, *own))))


def _events(hazard: Hazard, draw: np.random.Generator) -> tuple[Floats, Floats, Floats, int]:
    """Return begin and end [days from the start of the block], share taken, and how many are new, those first.

    Events end with their year at the latest. What is in force when a year begins is drawn for each year anew: Poisson
    in number, with durations weighted by their length, of which a uniform share is still to come.
    """
    rate, length = hazard.frequency_per_year, BLOCK_YEARS * DAYS_PER_YEAR
    n = int(draw.poisson(rate * BLOCK_YEARS))
    begin = draw.random(n) * length
    days = _durations(hazard.duration_days, n, draw, 0.0)
    n_old = int(draw.poisson(rate * hazard.mean_duration_days / DAYS_PER_YEAR * BLOCK_YEARS))
    old_begin = draw.integers(0, BLOCK_YEARS, n_old) * DAYS_PER_YEAR
    rest = draw.random(n_old) * _durations(hazard.duration_days, n_old, draw, 1.0)
    law = hazard.severity
    share = np.ones(n + n_old) if law is None else law.low + (law.high - law.low) * draw.random(n + n_old)
    begin = np.concatenate([begin, old_begin])
    year_end = (np.floor(begin / DAYS_PER_YEAR) + 1.0) * DAYS_PER_YEAR
    return begin, np.minimum(begin + np.concatenate([days, rest]), year_end), share, n


def _durations(law: float | Lognormal, n: int, draw: np.random.Generator, weighted: float) -> Floats:
    """Return durations; with ``weighted = 1`` as an observer at a random time meets them, weighted by length. [days]"""
    if not isinstance(law, Lognormal):
        return np.full(n, float(law))
    return np.asarray(law.median * np.exp(law.sigma * (draw.standard_normal(n) + weighted * law.sigma)))


def _merged(begin: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Return the stretches in which at least one event is in force, in order."""
    order = np.argsort(begin)
    begin, last = begin[order], np.maximum.accumulate(end[order]) if len(end) else end
    first = np.ones(len(begin), dtype=bool)
    first[1:] = begin[1:] > last[:-1]
    final = np.ones(len(begin), dtype=bool)
    final[:-1] = first[1:]
    return begin[first], last[final]


def _worst(begin: Floats, end: Floats, share: Floats) -> tuple[Floats, Floats, Floats]:
    """Return stretches that do not overlap, in order, with the largest share of the events in force in each.

    No event outlives its year, so events are looked at together only if they overlap and belong to one year.
    """
    order = np.argsort(begin, kind="stable")
    begin, end, share = begin[order], end[order], share[order]
    first, _ = _merged(begin, end)
    starts = np.union1d(first, np.unique(begin // DAYS_PER_YEAR) * DAYS_PER_YEAR)
    group = np.searchsorted(starts, begin, side="right") - 1
    alone = np.bincount(group, minlength=len(starts))[group] == 1
    pieces: list[tuple[Any, Any, Any]] = [(begin[alone], end[alone], share[alone])]
    for members in np.split(np.flatnonzero(~alone), 1 + np.flatnonzero(np.diff(group[~alone]))):
        if not len(members):
            continue
        cuts = np.unique(np.concatenate([begin[members], end[members]]))
        inside = (begin[members][:, None] <= cuts[:-1]) & (end[members][:, None] > cuts[:-1])
        pieces.append((cuts[:-1], cuts[1:], np.where(inside, share[members][:, None], 0.0).max(axis=0)))
    joined = [np.concatenate(part) for part in zip(*pieces, strict=True)]
    order = np.argsort(joined[0], kind="stable")
    return joined[0][order], joined[1][order], joined[2][order]
