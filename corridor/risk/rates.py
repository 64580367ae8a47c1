"""Rates, durations and shares lost from counted interruptions: the arithmetic, without the record.

Rates are gamma-Poisson with a prior fitted to many counts; what was not noticed, what a regime multiplies, how long and
how hard, and how much partial shares scatter each have a function. Every example has a published or closed-form answer.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from corridor.errors import DataError

_HALF = 0.5
"""What a count gains under the prior of Jeffreys."""


def rate_per_year(events: float, exposure_years: float, shape: float, prior_years: float) -> float:
    """Return the mean of a Poisson rate after counting events, by a gamma prior. [1/y]

    Parameters
    ----------
    events : float
        Events counted. [1]
    exposure_years : float
        Years in which they were counted. [years]
    shape, prior_years : float
        Prior Gamma(shape, rate prior_years): as if `shape` events had been seen in `prior_years`.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., CRC, chapter 2: gamma-Poisson conjugacy.

    Examples
    --------
    >>> round(rate_per_year(3, 10, 1, 5), 5)
    0.26667
    """
    return (shape + events) / (prior_years + exposure_years)


def no_event_probability(
    events: float, exposure_years: float, shape: float, prior_years: float, horizon_years: float = 1.0
) -> float:
    """Return the probability of no event within a horizon, the rate being uncertain: negative binomial. [1]

    Examples
    --------
    >>> round(no_event_probability(3, 10, 1, 5), 5)
    0.77248
    """
    seen = prior_years + exposure_years
    return float((seen / (seen + horizon_years)) ** (shape + events))


def credibility_mean(pooled: float, own_total: float, own_count: float, weight: float) -> float:
    """Return a mean shrunk towards the pooled one, which counts as much as `weight` observations.

    References
    ----------
    Buhlmann and Gisler (2005), A Course in Credibility Theory and its Applications, Springer.

    Examples
    --------
    >>> credibility_mean(20.0, 30.0, 1.0, 3.0)
    22.5
    """
    return (weight * pooled + own_total) / (weight + own_count)


def fit_gamma_prior(
    counts: Sequence[int], exposures_years: Sequence[float], *, most_shape: float | None = None
) -> tuple[float, float]:
    """Return shape [1] and rate [years] of the gamma prior under which the counts are likeliest: empirical Bayes.

    Parameters
    ----------
    counts, exposures_years : shape (n,)
        Events and years of each unit; units without events belong in.
    most_shape : float, optional
        Largest shape to return, with its likeliest rate: for counts that scatter no more than one common rate explains,
        whose likeliest shape is infinite, in effect the pooled rate for all. None: such counts are an error. [1]

    Raises
    ------
    DataError
        If no event was counted, or without `most_shape` the counts scatter no more than one common rate explains, so
        that no prior with finite shape is likeliest.

    References
    ----------
    Carlin and Louis (2000), Bayes and Empirical Bayes Methods for Data Analysis, 2nd ed., CRC.
    """
    from scipy.special import digamma

    units = list(zip(counts, exposures_years, strict=True))
    if not sum(counts):
        raise DataError("a prior cannot be fitted to counts that are all 0; give a shape and years of your own")
    centre = math.log(sum(counts) / sum(exposures_years))

    def likeliest_years(shape: float) -> float:
        """Return the rate of the prior at which the derivative of the likelihood by it is 0, given its shape."""

        def slope(log_mean: float) -> float:
            years = shape / math.exp(log_mean)
            return math.fsum((shape * t - n * years) / (years + t) for n, t in units)

        return shape / math.exp(_root(slope, centre - 10.0, centre + 10.0))

    def slope(log_shape: float) -> float:
        shape = math.exp(log_shape)
        years = likeliest_years(shape)
        return math.fsum(digamma(shape + n) - digamma(shape) - math.log1p(t / years) for n, t in units)

    largest = math.exp(12.0) if most_shape is None else most_shape
    if slope(math.log(largest)) < 0.0:
        shape = math.exp(_root(slope, -12.0, math.log(largest)))
    elif most_shape is None:
        raise DataError("the counts scatter no more than one common rate explains; use the pooled rate for all")
    else:
        shape = largest
    return shape, likeliest_years(shape)


def noticed_share(short_before: int, short_since: int, long_before: int, long_since: int) -> float:
    """Return the share of short events that was noticed before reporting was full, long ones noticed always. [1]

    Notes
    -----
    The ratio of short to long events before over the same ratio since, half an event added to each count (Jeffreys);
    at most 1.

    Examples
    --------
    >>> round(noticed_share(13, 24, 11, 6), 6)
    0.311446
    """
    short = (short_before + _HALF) / (short_since + _HALF)
    return min(1.0, short / ((long_before + _HALF) / (long_since + _HALF)))


def exposure_weight(short: int, events: int, noticed: float) -> float:
    """Return what a year before full reporting counts as exposure: 1 less the share of events not noticed. [1]

    Parameters
    ----------
    short, events : int
        Short events, and all, since reporting was full; one short and one long event are added (Laplace).
    noticed : float
        Share of short events that was noticed. [1]

    Examples
    --------
    >>> round(exposure_weight(15, 17, 0.3114463), 6), round(exposure_weight(17, 29, 0.3114463), 6)
    (0.420165, 0.600195)
    """
    return 1.0 - (short + 1.0) / (events + 2.0) * (1.0 - noticed)


@dataclass(frozen=True)
class RegimeRatio:
    """How much more often in the war: counts of a group of units, common to all of them.

    Attributes
    ----------
    calm_events, war_events : int
        Events counted in each regime. [1]
    calm_years, war_years : float
        Exposure in each regime, added up over the units. [years]
    """

    calm_events: int
    calm_years: float
    war_events: int
    war_years: float

    @property
    def calm_shape(self) -> float:
        """Shape of the gamma of the calm rate of the group. [1]"""
        return self.calm_events + _HALF

    @property
    def war_shape(self) -> float:
        """Shape of the gamma of the war rate of the group. [1]"""
        return self.war_events + _HALF

    @property
    def factor(self) -> float:
        """War rate over calm rate; 1 where nothing is known of the war. [1]

        Examples
        --------
        >>> round(RegimeRatio(4, 85.521661, 12, 30.893908).factor, 6)
        7.689547
        """
        if not self.war_years:
            return 1.0
        return (self.war_shape / self.war_years) / (self.calm_shape / self.calm_years)


def lognormal_sigma(mean: float, median: float) -> float:
    """Return the spread of the lognormal with a mean and a median. [1]

    Examples
    --------
    >>> round(lognormal_sigma(2.625, 1.5), 6)
    1.057937
    """
    return math.sqrt(2.0 * math.log(mean / median))


def hit_share(hits: int, events: int) -> float:
    """Return how likely an event strikes a member, after so many hits in so many events (Jeffreys). [1]

    References
    ----------
    Atwood (1986), The binomial failure rate common cause model, Technometrics 28:139-148.

    Examples
    --------
    >>> round(hit_share(6, 6), 6), round(hit_share(5, 6), 6), round(hit_share(2, 5), 6)
    (0.928571, 0.785714, 0.416667)
    """
    return (hits + _HALF) / (events + 2.0 * _HALF)


@dataclass(frozen=True)
class ShareScatter:
    """How partial shares scatter about the mean of their unit, weighted by days.

    Attributes
    ----------
    mean : float
        Mean of all. [1]
    variance : float
        Variance about the means of the units. [1]
    freedom : float
        Degrees of freedom of the variance. [1]
    concentration : float
        Of the beta with that variance at that mean, at least `least`. [1]
    """

    mean: float
    variance: float
    freedom: float
    concentration: float
    least: float


def share_scatter(
    units: Sequence[Hashable], days: Sequence[float], shares: Sequence[float], *, least: float = 0.5
) -> ShareScatter:
    """Return how shares scatter about the weighted mean of their unit.

    Parameters
    ----------
    units, days, shares : shape (n,)
        Unit of each event, its weight [days] and its share. [1]
    least : float
        Lowest concentration.

    Notes
    -----
    With D the days of a unit: variance = sum of d (y - mean of the unit)^2 over sum of (D - sum d^2 / D), unbiased for
    any weights; freedom = sum of (D^2 / sum d^2 - 1); concentration = mean (1 - mean) / variance - 1.

    Examples
    --------
    Of equal weights it is the pooled variance within units:

    >>> scatter = share_scatter("aabb", [1, 1, 1, 1], [0.2, 0.4, 0.5, 0.9])
    >>> scatter.mean, round(scatter.variance, 9), scatter.freedom, round(scatter.concentration, 9)
    (0.5, 0.05, 2.0, 4.0)
    """
    by_unit: dict[Hashable, list[tuple[float, float]]] = defaultdict(list)
    for unit, weight, share in zip(units, days, shares, strict=True):
        by_unit[unit].append((weight, share))
    scatter = weights = freedom = 0.0
    for rows in by_unit.values():
        total, squares = math.fsum(d for d, _ in rows), math.fsum(d * d for d, _ in rows)
        centre = math.fsum(d * y for d, y in rows) / total
        scatter += math.fsum(d * (y - centre) ** 2 for d, y in rows)
        weights += total - squares / total
        freedom += total**2 / squares - 1.0
    mean = statistics.fmean(shares, days)
    variance = scatter / weights
    return ShareScatter(mean, variance, freedom, max(least, mean * (1.0 - mean) / variance - 1.0), least)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function changes its sign."""
    from scipy.optimize import brentq

    return float(brentq(function, low, high, xtol=1e-12))
