"""Rates of events from counts: gamma-Poisson, shrinkage towards the pooled rate, and a prior fitted to many counts.

Every example has a published or closed-form answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from corridor.errors import DataError


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


def rate_interval_per_year(
    events: float, exposure_years: float, shape: float, prior_years: float, level: float = 0.9
) -> tuple[float, float]:
    """Return the central credible interval of the rate of `rate_per_year`. [1/y]

    Examples
    --------
    >>> low, high = rate_interval_per_year(14, 24.09, 2.358, 13.601)
    >>> round(low, 2), round(high, 2)
    (0.27, 0.62)
    """
    from scipy.special import gammaincinv  # quantile of a gamma of scale 1

    tail = (1.0 - level) / 2.0
    low, high = gammaincinv(shape + events, [tail, 1.0 - tail]) / (prior_years + exposure_years)
    return float(low), float(high)


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


def fit_gamma_prior(counts: Sequence[int], exposures_years: Sequence[float]) -> tuple[float, float]:
    """Return shape [1] and rate [years] of the gamma prior under which the counts are likeliest: empirical Bayes.

    Parameters
    ----------
    counts, exposures_years : shape (n,)
        Events and years of each unit; units without events belong in.

    Raises
    ------
    DataError
        If no event was counted, or the counts scatter no more than one common rate explains, so that no prior with
        finite shape is likeliest.

    References
    ----------
    Carlin and Louis (2000), Bayes and Empirical Bayes Methods for Data Analysis, 2nd ed., CRC.
    """
    units = list(zip(counts, exposures_years, strict=True))
    if not sum(counts):
        raise DataError("a prior cannot be fitted to counts that are all 0; give a shape and years of your own")

    def misfit(log_shape: float, log_mean: float) -> float:
        a = math.exp(log_shape)
        b = a / math.exp(log_mean)
        log_likelihood = sum(
            math.lgamma(a + n) - math.lgamma(a) + n * math.log(t) - (a + n) * math.log(b + t) for n, t in units
        )
        return -(log_likelihood + len(units) * a * math.log(b))

    centre = math.log(sum(counts) / sum(exposures_years))

    def best_mean(log_shape: float) -> float:
        return _minimum(lambda log_mean: misfit(log_shape, log_mean), centre - 2.0, centre + 2.0)

    widest = 12.0
    log_shape = _minimum(lambda log_shape: misfit(log_shape, best_mean(log_shape)), -6.0, widest)
    if log_shape > widest - 0.1:
        raise DataError("the counts scatter no more than one common rate explains; use the pooled rate for all")
    shape = math.exp(log_shape)
    return shape, shape / math.exp(best_mean(log_shape))


def _minimum(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one valley is least."""
    from scipy.optimize import minimize_scalar

    return float(minimize_scalar(function, bounds=(low, high), method="bounded", options={"xatol": 1e-9}).x)
