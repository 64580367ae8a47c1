"""What a hazard in force has struck, and the largest share that it takes: of a random number of events, not drawn.

The number of a hazard's events in force at a time is Poisson. Each strikes every member of the hazard with a
probability of its own and takes one share of all that it strikes. Of all that strike anything the largest share counts.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.errors import DataError
from corridor.model.distributions import TwoPart, Uniform
from corridor.solver.program import Floats

_STEP, _STEPS = 0.125, 28
"""Of the double exponential rule: with its 57 points a mean is off by less than 1e-9. [1]"""
_QUANTILES = (1e-6, 1e-3, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1.0 - 1e-6)
"""Between which a distribution function is integrated, however narrow its rise."""
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
    cumulative, weights : shape (n_panels, n_points)
        Distribution function at points of panels that make up the pieces with a density, and weights that integrate it
        over shares. [1]
    piece_of_panel : shape (n_panels,)
        Positions of pieces.
    """

    low: Floats
    high: Floats
    below: Floats
    within: Floats
    cumulative: Floats
    weights: Floats
    piece_of_panel: npt.NDArray[np.intp]


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
    low, high, _ = _continuous(severity)
    own = np.linspace(low, high, parts + 1)[1:-1].tolist()
    return _pieces(severity, tuple(sorted({*own, *map(float, breakpoints)})))


@functools.lru_cache(maxsize=4096)
def _pieces(severity: Uniform | TwoPart | None, breakpoints: tuple[float, ...]) -> SharePieces:
    low, high, probability = _continuous(severity)
    bounds = np.array([low, *(point for point in breakpoints if low < point < high), high])
    if not probability:
        bounds = bounds[:0]
    below = probability * _cumulative(severity, bounds)
    points = _points(severity)
    share, mass = np.array(points, dtype=np.float64).reshape(-1, 2).T
    masses = np.concatenate([np.diff(below), mass])
    ends = np.unique(np.concatenate([bounds, _quantiles(severity) if len(bounds) else bounds]))
    x, weight = _double_exponential()
    width = np.diff(ends)[:, None]
    return SharePieces(
        low=np.concatenate([bounds[:-1], share]),
        high=np.concatenate([bounds[1:], share]),
        below=np.cumsum(masses) - masses,
        within=masses,
        cumulative=probability * _cumulative(severity, ends[:-1, None] + width * x),
        weights=width * weight,
        piece_of_panel=np.searchsorted(bounds, ends[:-1], side="right") - 1,
    )


def _continuous(severity: Uniform | TwoPart | None) -> tuple[float, float, float]:
    """Return bounds and probability of the part of a distribution that has a density."""
    if isinstance(severity, Uniform) and severity.low < severity.high:
        return severity.low, severity.high, 1.0
    if isinstance(severity, TwoPart) and severity.partial is not None and severity.complete < 1:
        return 0.0, severity.at_most, 1.0 - severity.complete
    return 0.0, 0.0, 0.0


def _cumulative(severity: Uniform | TwoPart | None, share: Floats) -> Floats:
    """Return the probabilities of a share below some, of the part of a distribution that has a density. [1]"""
    if isinstance(severity, Uniform):
        return np.asarray((share - severity.low) / max(severity.high - severity.low, 1e-300))
    if not isinstance(severity, TwoPart) or severity.partial is None:
        return share
    from scipy.special import betainc

    return np.asarray(betainc(*severity.partial, np.clip(share / severity.at_most, 0.0, 1.0)))


def _quantiles(severity: Uniform | TwoPart | None) -> Floats:
    """Return shares between which a distribution function rises little by little. [1]"""
    if not isinstance(severity, TwoPart) or severity.partial is None:
        return np.empty(0)
    from scipy.special import betaincinv

    return np.asarray(severity.at_most * betaincinv(*severity.partial, np.array(_QUANTILES)))


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
    is struck, and nothing less, follows by inclusion and exclusion over the subsets of T. Arrivals are Poisson,
    whatever is in force already, so that the number in force is Poisson with mean frequency times mean duration,
    whatever the distribution of durations (the queue M/G/infinity).

    Where two events are in force that strike different members, the larger of their shares is taken for both; with
    one event in force, or one member, this is exact.

    References
    ----------
    Takacs (1962), Introduction to the Theory of Queues, Oxford, chapter 3.

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
    moments = pieces.high * chances
    start = pieces.below[pieces.piece_of_panel, None]
    for row, each in enumerate(loads):  # one by one: all sets at once would take much memory
        risen = np.exp(each * pieces.cumulative - load) * -np.expm1(-each * (pieces.cumulative - start))
        moments[row] -= np.bincount(pieces.piece_of_panel, (risen * pieces.weights).sum(axis=1), moments.shape[1])
    return chances, moments
