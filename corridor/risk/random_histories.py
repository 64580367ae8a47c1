"""Bad luck by the year: Poisson arrivals and durations of hazards, cut into intervals in which nothing changes.

Closed forms of the same process: `corridor.risk.worst_share`.

Each simulated year is a sample of the stationary process by itself: what began before it and is still in force at its
start is drawn too, so that no year is milder for being the first. Each hazard has a stream of draws of its own, made
from the seed, the block and the hazard's name; a scenario or another hazard beside it changes no draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.model.distributions import Lognormal, TwoPart, Uniform
from corridor.model.formulas import DAYS_PER_YEAR
from corridor.model.hazard import Hazard
from corridor.solver.program import Floats

Sets = npt.NDArray[np.int64]
BLOCK_YEARS = 2500
"""Years drawn together: the unit of progress, of checkpoints and of work handed to others."""
_BITS = 62


@dataclass(frozen=True, eq=False)
class Severities(Mapping[int, Floats]):
    """Shares that members of hazards lose in each interval, by position: kept by events, of which there are far fewer.

    Attributes
    ----------
    start : shape (n,)
        Begin of each interval. [days]
    stretches : dict of position of a member to begin, end, share, each of shape (n_events,)
        Stretches that do not overlap, in order [days], and the share taken in each [1].
    """

    start: Floats
    stretches: dict[int, tuple[Floats, Floats, Floats]]

    def __getitem__(self, member: int) -> Floats:
        return self.within(member, slice(None))

    def __iter__(self) -> Iterator[int]:
        return iter(self.stretches)

    def __len__(self) -> int:
        return len(self.stretches)

    def within(self, member: int, which: slice | npt.NDArray[Any]) -> Floats:
        """Return the shares that a member loses in some intervals."""
        begin, end, share = self.stretches[member]
        start = self.start[which]
        if not len(begin):
            return np.zeros(len(start))
        piece = np.searchsorted(begin, start, side="right") - 1
        return np.where((piece >= 0) & (start < end[piece]), share[piece], 0.0)


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
        Members of hazards struck by an event in force, a bit each, 62 a word.
    severity : mapping of position of a member to shape (n,)
        For hazards that take shares: share taken by the worst of the events in force, 0 where none is. [1]
    shocks : shape (years,)
        Events that began in each year.
    """

    year: npt.NDArray[np.int64]
    days: Floats
    in_force: Sets
    severity: Severities
    shocks: npt.NDArray[np.int64]

    def shares(self, chosen: npt.NDArray[Any], n_members: int) -> Floats:
        """Return what members of hazards lose in some intervals, as drawn, shape (n, n_members). [1]"""
        shares = unpacked(self.in_force[chosen], n_members).astype(np.float64)
        for member in self.severity:
            shares[:, member] = self.severity.within(member, chosen)
        return shares


@dataclass(frozen=True, eq=False)
class Events:
    """Events of one hazard in a block, in no order.

    Attributes
    ----------
    begin, end : shape (n,)
        From the start of the block. [days]
    share : shape (n,)
        Share taken. [1]
    struck : shape (n, n_members)
        Which members each strikes: one at least.
    is_new : shape (n,)
        Whether it begins there; the others are in force as a year begins.
    """

    begin: Floats
    end: Floats
    share: Floats
    struck: npt.NDArray[np.bool_]
    is_new: npt.NDArray[np.bool_]

    def only(self, kept: npt.NDArray[np.bool_]) -> Events:
        """Return some of the events."""
        return Events(self.begin[kept], self.end[kept], self.share[kept], self.struck[kept], self.is_new[kept])


def intervals(
    hazards: Sequence[Hazard],
    seed: int,
    block: int,
    years: int = BLOCK_YEARS,
    *,
    block_years: int = BLOCK_YEARS,
    regimes: Sequence[str | None] = (None,),
    regime_of_year: npt.NDArray[np.int64] | None = None,
) -> Intervals:
    """Return the first years of a block.

    Parameters
    ----------
    hazards : sequence of Hazard
        Told apart by name.
    seed, block : int
        The same give the same draws.
    years : int
        How many of the block's years are wanted; those given do not depend on it.
    block_years : int
        How many years the block has.
    regimes : sequence of str or None
        Regimes whose rates hold.
    regime_of_year : shape (block_years,), optional
        Position of each year's regime; the first one throughout by default.
    """
    end_of_block = years * DAYS_PER_YEAR
    times = [np.arange(years) * DAYS_PER_YEAR]
    comes = [np.zeros(years, dtype=np.int32)]  # number of the member from 1, negative where it goes
    shocks = np.zeros(years, dtype=np.int64)
    pieces: dict[int, tuple[Floats, Floats, Floats]] = {}
    number = 0
    for hazard in hazards:
        rates = [hazard.mean_frequency_per_year(regime) for regime in regimes]
        events = _events(hazard, rates, stream(seed, block, hazard.name), block_years, regime_of_year)
        events = events.only(events.begin < end_of_block)
        shocks += np.bincount((events.begin[events.is_new] // DAYS_PER_YEAR).astype(np.int64), minlength=years)[:years]
        for struck in events.struck.T:
            begin, end, share = events.begin[struck], events.end[struck], events.share[struck]
            if hazard.takes_shares:
                begin, end, share = pieces[number] = _worst(begin, end, share)
            else:
                begin, end = _merged(begin, end)
            number += 1
            mark = np.full(len(begin), number, dtype=np.int32)
            times += [begin, end]
            comes += [mark, -mark]
    time = np.concatenate(times)
    order = np.argsort(time)
    start = time[order]
    days = np.diff(start, append=end_of_block)
    year = np.cumsum(order < years) - 1
    kept = (days > 0) & (start < end_of_block)
    start = start[kept]
    in_force = _in_force(np.concatenate(comes)[order], kept, number)
    return Intervals(year[kept], days[kept], in_force, Severities(start, pieces), shocks)


def joined(histories: Sequence[Intervals], years: int) -> Intervals:
    """Return histories one after the other, each of so many years but the last, which may have fewer."""
    if len(histories) == 1:
        return histories[0]
    offset = [years * DAYS_PER_YEAR * number for number in range(len(histories))]
    stretches: dict[int, tuple[Floats, Floats, Floats]] = {}
    for member in histories[0].severity:
        parts = [history.severity.stretches[member] for history in histories]
        begin, end = (
            np.concatenate([part[end] + shift for part, shift in zip(parts, offset, strict=True)]) for end in (0, 1)
        )
        stretches[member] = begin, end, np.concatenate([part[2] for part in parts])
    start = np.concatenate([h.severity.start + shift for h, shift in zip(histories, offset, strict=True)])
    return Intervals(
        np.concatenate([history.year + years * number for number, history in enumerate(histories)]),
        np.concatenate([history.days for history in histories]),
        np.concatenate([history.in_force for history in histories]),
        Severities(start, stretches),
        np.concatenate([history.shocks for history in histories]),
    )


def _in_force(comes: npt.NDArray[np.int32], kept: npt.NDArray[np.bool_], n_hazards: int) -> Sets:
    """Return the sets of hazards at the times kept, given which hazard comes or goes at each time."""
    sets = np.empty((np.count_nonzero(kept), n_words(n_hazards)), dtype=np.int64)
    word, bit = np.divmod(np.abs(comes) - 1, _BITS)
    step = np.sign(comes) * (np.int64(1) << bit)
    for column in range(sets.shape[1]):
        sets[:, column] = np.cumsum(np.where(word == column, step, 0))[kept]
    return sets


def n_words(n_hazards: int) -> int:
    """Return how many words a set of so many hazards takes."""
    return 1 + (n_hazards - 1) // _BITS


def unpacked(in_force: Sets, n_hazards: int) -> npt.NDArray[np.bool_]:
    """Return sets of hazards, shape (n, n_words), as truth values, shape (n, n_hazards)."""
    truth = np.empty((len(in_force), n_hazards), dtype=bool)
    for index in range(n_hazards):
        truth[:, index] = in_force[:, index // _BITS] >> (index % _BITS) & 1
    return truth


def expected_states(hazards: Sequence[Hazard], years: int, regimes: Sequence[str | None] = (None,)) -> float:
    """Return about how many distinct sets of hazards years meet, rather too many than too few.

    Notes
    -----
    Of N intervals at most ``sum(min(1, N p))`` distinct ones are expected, p being the probability of a set, which is
    at most ``sum((N p) ** t)`` for any t between 0 and 1; as hazards are independent that is a product over them. Of
    the sets of members that a hazard strikes, a sum of such powers is largest where all are equally likely.
    """
    rate = np.array([max(hazard.mean_frequency_per_year(regime) for regime in regimes) for hazard in hazards])
    load = rate * np.array([hazard.mean_duration_days for hazard in hazards]) / DAYS_PER_YEAR
    n_intervals = years * (1.0 + 2.0 * (rate * np.exp(-load)).sum())
    off = np.exp(-load)
    n_sets = np.array([2.0 ** sum(member.probability < 1 for member in hazard.members) for hazard in hazards])
    exponents = np.linspace(0.0, 1.0, 51)
    return float(
        np.exp(
            min(
                t * np.log(n_intervals) + np.log(n_sets ** (1.0 - t) * (1.0 - off) ** t + off**t).sum()
                for t in exponents
            )
        )
    )


def bit_of(index: int, words: int) -> Sets:
    """Return the set of one hazard alone, shape (n_words,)."""
    bit = np.zeros(words, dtype=np.int64)
    bit[index // _BITS] = 1 << (index % _BITS)
    return bit


def stream(seed: int, number: int, name: str, *, of: tuple[int, ...] = ()) -> np.random.Generator:
    """Return the stream of draws of one named thing in a block or draw; `of` keeps kinds of streams apart."""
    key = (*of, number, *name_words(name))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


@lru_cache(maxsize=4096)
def name_words(name: str) -> tuple[int, ...]:
    """Return 128 bits of a name's digest as four words."""
    digest = hashlib.sha256(name.encode()).digest()
    return tuple(int.from_bytes(digest[first : first + 4], "little") for first in range(0, 16, 4))


def _events(
    hazard: Hazard,
    rates: Sequence[float],
    draw: np.random.Generator,
    block_years: int,
    regime_of_year: npt.NDArray[np.int64] | None,
) -> Events:
    """Return the events of a hazard in a block; each ends with its year at the latest.

    What is in force when a year begins is drawn again for each year: Poisson in number, with durations weighted by
    their length, of which a uniform share is still to come. Where rates differ between years events come at the highest
    of them, and those that are too many in the other years are left out.
    """
    rate = max(rates)
    n = int(draw.poisson(rate * block_years))
    begin = draw.random(n) * (block_years * DAYS_PER_YEAR)
    days = _durations(hazard.duration_days, n, draw, 0.0)
    n_old = int(draw.poisson(rate * hazard.mean_duration_days / DAYS_PER_YEAR * block_years))
    old_begin = draw.integers(0, block_years, n_old) * DAYS_PER_YEAR
    rest = draw.random(n_old) * _durations(hazard.duration_days, n_old, draw, 1.0)
    share = _shares(hazard.severity, n + n_old, draw)
    probability = np.array([member.probability for member in hazard.members])
    struck = np.ones((n + n_old, len(probability)), dtype=bool)
    if (probability < 1).any():
        struck = draw.random(struck.shape) < probability
    begin = np.concatenate([begin, old_begin])
    year = np.floor(begin / DAYS_PER_YEAR)
    end = np.minimum(begin + np.concatenate([days, rest]), (year + 1.0) * DAYS_PER_YEAR)
    events = Events(begin, end, share, struck, np.arange(n + n_old) < n)
    kept: npt.NDArray[np.bool_] = np.asarray(struck.any(axis=1))
    if regime_of_year is not None:
        own = np.array(rates)[regime_of_year[year.astype(np.int64)]]
        kept &= draw.random(n + n_old) * rate < own
    return events if kept.all() else events.only(kept)


def _shares(severity: Uniform | TwoPart | None, n: int, draw: np.random.Generator) -> Floats:
    """Return the shares that events take. [1]"""
    if severity is None:
        return np.ones(n)
    if isinstance(severity, Uniform):
        return np.asarray(severity.low + (severity.high - severity.low) * draw.random(n))
    share = np.full(n, severity.mean)
    if severity.partial is not None:
        share = severity.at_most * draw.beta(*severity.partial, n)
    return np.where(draw.random(n) < severity.complete, 1.0, share)


def _durations(distribution: float | Lognormal, n: int, draw: np.random.Generator, weighted: float) -> Floats:
    """Return durations; with ``weighted = 1`` as an observer at a random time meets them, weighted by length. [days]"""
    if not isinstance(distribution, Lognormal):
        return np.full(n, float(distribution))
    return np.asarray(
        distribution.median * np.exp(distribution.sigma * (draw.standard_normal(n) + weighted * distribution.sigma))
    )


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
        breakpoints = np.unique(np.concatenate([begin[members], end[members]]))
        inside = (begin[members][:, None] <= breakpoints[:-1]) & (end[members][:, None] > breakpoints[:-1])
        pieces.append((breakpoints[:-1], breakpoints[1:], np.where(inside, share[members][:, None], 0.0).max(axis=0)))
    joined = [np.concatenate(part) for part in zip(*pieces, strict=True)]
    order = np.argsort(joined[0], kind="stable")
    return joined[0][order], joined[1][order], joined[2][order]
