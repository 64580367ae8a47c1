"""What a hazard in force has struck, and the largest share that it takes: of a random number of events, not drawn.

The number of a hazard's events in force at a time is Poisson. Each strikes every member of the hazard with a
probability of its own and takes one share of all that it strikes. Of all that strike anything the largest share counts.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corridor.errors import DataError
from corridor.model.distributions import TwoPart, Uniform
from corridor.solver.program import Floats

_STEP, _STEPS = 0.0625, 56
"""Of the double exponential rule: with 113 points a mean within a piece is exact to 1e-12 or better. [1]"""
MOST_UNCERTAIN = 12
"""Members of one hazard that may be struck or not, and be told apart."""


class Struck(NamedTuple):
    """The times at which some members of a hazard are struck, and no others.

    Attributes
    ----------
    members : tuple of int
        Positions of the members struck.
    chances : shape (n_pieces,)
        Shares of time, by pieces of the distribution of the largest share. [1]
    shares : shape (n_pieces,)
        Mean of the largest share in each piece. [1]
    """

    members: tuple[int, ...]
    chances: Floats
    shares: Floats


@dataclass(frozen=True, eq=False)
class SharePieces:
    """The distribution of the share that one event takes, in pieces.

    Attributes
    ----------
    low, high : shape (n,)
        Bounds of each piece; equal where one share has a probability. [1]
    below, within : shape (n,)
        Probabilities of a share below the piece, and within. [1]
    points, chances, weights : shape (n, n_points)
        Shares within each piece, probabilities of a share below them, and weights that integrate over the probability
        within. [1]
    """

    low: Floats
    high: Floats
    below: Floats
    within: Floats
    points: Floats
    chances: Floats
    weights: Floats


def share_pieces(
    severity: Uniform | TwoPart | None, breakpoints: Sequence[float] = (), *, parts: int = 1
) -> SharePieces:
    """Return the distribution of the share that an event takes; without severity it takes all. [1]

    Parameters
    ----------
    severity : Uniform, TwoPart or None
    breakpoints : sequence of float
        Where to split what has a density; those outside of it split nothing. [1]
    parts : int
        Equal parts to split it into as well.
    """
    low, high, _, _ = _continuous(severity)
    own = np.linspace(low, high, parts + 1)[1:-1].tolist()
    return _pieces(severity, tuple(sorted({*own, *map(float, breakpoints)})))


@functools.lru_cache(maxsize=4096)
def _pieces(severity: Uniform | TwoPart | None, breakpoints: tuple[float, ...]) -> SharePieces:
    low, high, probability, quantile = _continuous(severity)
    pieces: list[tuple[float, float, float, float]] = []
    if probability > 0:
        inner = [point for point in breakpoints if low < point < high]
        bounds = np.array([low, *inner, high])
        below = probability * _cumulative(severity, bounds)
        pieces = [*zip(bounds[:-1], bounds[1:], below[:-1], np.diff(below), strict=True)]
    for share, mass in _points(severity):
        pieces.append((share, share, sum(piece[3] for piece in pieces), mass))
    first, last, under, within = np.array(pieces, dtype=np.float64).T
    t, weight = _double_exponential()
    chances = under[:, None] + within[:, None] * t
    continuous = last > first
    points = np.repeat(first[:, None], len(t), axis=1)
    if continuous.any():
        own = quantile(np.clip(chances[continuous] / probability, 0.0, 1.0))
        points[continuous] = np.clip(own, first[continuous, None], last[continuous, None])
    return SharePieces(first, last, under, within, points, chances, within[:, None] * weight)


def _continuous(severity: Uniform | TwoPart | None) -> tuple[float, float, float, Callable[[Floats], Floats]]:
    """Return bounds, probability and quantile function of the part of a distribution that has a density."""
    if isinstance(severity, Uniform) and severity.low < severity.high:
        low, width = severity.low, severity.high - severity.low
        return low, severity.high, 1.0, lambda chance: low + width * chance
    if isinstance(severity, TwoPart) and severity.partial is not None and severity.complete < 1:
        from scipy.special import betaincinv

        (a, b), most = severity.partial, severity.at_most
        return 0.0, most, 1.0 - severity.complete, lambda chance: np.asarray(most * betaincinv(a, b, chance))
    return 0.0, 0.0, 0.0, lambda chance: chance


def _cumulative(severity: Uniform | TwoPart | None, share: Floats) -> Floats:
    """Return the probabilities of a share below some, of the part of a distribution that has a density. [1]"""
    if isinstance(severity, Uniform):
        return np.asarray((share - severity.low) / (severity.high - severity.low))
    from scipy.special import betainc

    assert isinstance(severity, TwoPart)
    assert severity.partial is not None
    return np.asarray(betainc(*severity.partial, np.clip(share / severity.at_most, 0.0, 1.0)))


def _points(severity: Uniform | TwoPart | None) -> list[tuple[float, float]]:
    """Return the shares that have a probability, in order, and that. [1]"""
    if severity is None:
        return [(1.0, 1.0)]
    if isinstance(severity, Uniform):
        return [(severity.high, 1.0)] if severity.low == severity.high else []
    partial = 1.0 - severity.complete if severity.partial is None else 0.0
    if severity.mean == 1 and partial > 0:
        return [(1.0, 1.0)]
    return [(share, mass) for share, mass in ((severity.mean, partial), (1.0, severity.complete)) if mass > 0]


def complete_probability(severity: Uniform | TwoPart | None) -> float:
    """Return the probability that an event takes all. [1]"""
    return sum(mass for share, mass in _points(severity) if share == 1)


@functools.cache
def _double_exponential() -> tuple[Floats, Floats]:
    """Return points and weights that integrate over 0 to 1 whatever happens at its ends.

    References
    ----------
    Takahasi and Mori (1974), Double exponential formulas for numerical integration, Publications of the Research
    Institute for Mathematical Sciences 9:721-741.
    """
    step = _STEP * np.arange(-_STEPS, _STEPS + 1)
    inner = 0.5 * np.pi * np.sinh(step)
    weight = 0.25 * np.pi * _STEP * np.cosh(step) / np.cosh(inner) ** 2
    return 1.0 / (1.0 + np.exp(-2.0 * inner)), weight / weight.sum()


def struck_shares(probabilities: Sequence[float], load: float, pieces: SharePieces) -> list[Struck]:
    """Return which members of a hazard are struck for which shares of time, and the largest share taken then.

    Parameters
    ----------
    probabilities : sequence of float
        With which an event strikes each member. [1]
    load : float
        Mean number of events in force, those that strike nothing included. [1]
    pieces : SharePieces
        Distribution of the share of one event.

    Raises
    ------
    DataError
        If more than twelve members may be struck or not.

    Notes
    -----
    Events that strike nothing but members of T, none with a share above s, are a Poisson number, so that for a share
    ``exp(-load (1 - n - (w(T) - n) F(s)))`` of time no others are in force: n is the probability that an event strikes
    nothing, w(T) that it strikes nothing outside of T, F the distribution of its share. The share of time in which T
    is struck, and nothing less, follows by inclusion and exclusion over the subsets of T.

    Where two events are in force that strike different members, the larger of their shares is taken for both; with
    one event in force, or one member, this is exact.

    Examples
    --------
    >>> [(set.members, set.chances.round(4).tolist()) for set in struck_shares([0.5, 1.0], 0.1, share_pieces(None))]
    [((1,), [0.0464]), ((0, 1), [0.0488])]
    """
    certain = [member for member, p in enumerate(probabilities) if p >= 1]
    uncertain = [member for member, p in enumerate(probabilities) if 0 < p < 1]
    if len(uncertain) > MOST_UNCERTAIN:
        raise DataError(
            f"a hazard may or may not strike {len(uncertain)} members that matter together, and at most "
            f"{MOST_UNCERTAIN} can be told apart; join members, or give those that are always struck together one hit"
        )
    missed = np.array([1.0 - probabilities[member] for member in uncertain])
    is_in = (np.arange(1 << len(uncertain))[:, None] >> np.arange(len(uncertain)) & 1).astype(bool)
    outside = np.where(is_in, 1.0, missed).prod(axis=1)
    nothing = 0.0 if certain else float(missed.prod())
    chances, moments = _by_subset(load * (1.0 - nothing), load * (outside - nothing), pieces)
    for bit in range(len(uncertain)):
        has = is_in[:, bit]
        without = np.flatnonzero(has) ^ (1 << bit)
        chances[has] -= chances[without]
        moments[has] -= moments[without]
    chances = np.maximum(chances, 0.0)
    means = np.where(chances > 0, moments / np.where(chances > 0, chances, 1.0), pieces.high)
    means = np.clip(means, pieces.low, pieces.high)
    sets = [tuple(sorted([*certain, *(m for m, own in zip(uncertain, row, strict=True) if own)])) for row in is_in]
    return [Struck(*each) for each in zip(sets, chances, means, strict=True) if each[0]]


def _by_subset(load: float, loads: Floats, pieces: SharePieces) -> tuple[Floats, Floats]:
    """Return chances, and integrals of the largest share, by piece where what is struck lies within each of some sets.

    Parameters
    ----------
    load : float
        Mean number of events in force that strike anything. [1]
    loads : shape (n_sets,)
        Of those that strike within each set only. [1]
    pieces : SharePieces
    """
    own = loads[:, None]
    chances = np.exp(own * (pieces.below + pieces.within) - load) * -np.expm1(-own * pieces.within)
    moments = np.empty_like(chances)
    for row, each in enumerate(loads):  # one by one: all sets at once would take much memory
        density = each * np.exp(each * pieces.chances - load)
        moments[row] = (pieces.points * density * pieces.weights).sum(axis=1)
    return chances, moments
