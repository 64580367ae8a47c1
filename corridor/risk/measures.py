"""Pure formulas of risk: rates from counts, common cause, bad tails, concentration, what is left without the largest.

Every example has a published or closed-form answer.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from numbers import Real
from typing import TYPE_CHECKING

from corridor.errors import DataError
from corridor.model.formulas import DAYS_PER_YEAR

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


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
        told = sum(math.lgamma(a + n) - math.lgamma(a) + n * math.log(t) - (a + n) * math.log(b + t) for n, t in units)
        return -(told + len(units) * a * math.log(b))

    centre = math.log(sum(counts) / sum(exposures_years))

    def best_mean(log_shape: float) -> float:
        return _minimum(lambda log_mean: misfit(log_shape, log_mean), centre - 2.0, centre + 2.0)

    widest = 12.0
    log_shape = _minimum(lambda log_shape: misfit(log_shape, best_mean(log_shape)), -6.0, widest)
    if log_shape > widest - 0.1:
        raise DataError("the counts scatter no more than one common rate explains; use the pooled rate for all")
    shape = math.exp(log_shape)
    return shape, shape / math.exp(best_mean(log_shape))


def beta_factor(multiple: int, shocks: int, prior_shocks: float = 10.0) -> float:
    """Return the share of a group's shocks that hit several of its members, by a Beta(1, prior - 1) prior. [1]

    References
    ----------
    Mosleh et al. (1988), Procedures for Treating Common Cause Failures, NUREG/CR-4780.

    Examples
    --------
    >>> round(beta_factor(7, 27), 3)
    0.216
    """
    return (1.0 + multiple) / (prior_shocks + shocks)


def both_out(unavailability: float, beta: float) -> float:
    """Return the probability that two like routes are out at once, a share `beta` of outages being common. [1]

    References
    ----------
    Signoret and Leroy (2020), Reliability Assessment of Safety and Production Systems, Springer, chapter 5.

    Examples
    --------
    >>> round(both_out(0.05, 0.2), 4)
    0.0116
    """
    return beta * unavailability + ((1.0 - beta) * unavailability) ** 2


def common_rate_per_year(rates_per_year: Sequence[float], beta: float) -> float:
    """Return the rate of the shock that hits all of some unlike units: beta times their geometric mean. [1/y]

    Notes
    -----
    Among equal units this is the beta-factor model; for unlike ones the geometric mean is the usual extension.

    Examples
    --------
    >>> common_rate_per_year([0.8, 0.8], 0.25)
    0.2
    >>> round(1 - math.exp(-common_rate_per_year([0.8, 0.8], 0.25)), 5)
    0.18127
    """
    return beta * math.exp(sum(map(math.log, rates_per_year)) / len(rates_per_year))


def joint_survival(x_years: float, y_years: float, rate_x: float, rate_y: float, rate_both: float) -> float:
    """Return the probability that two units survive x and y years under own and common shocks. [1]

    References
    ----------
    Marshall and Olkin (1967), A multivariate exponential distribution, Journal of the American Statistical
    Association 62:30-44.

    Examples
    --------
    >>> round(joint_survival(1, 1, 0.3, 0.3, 0.1), 5)
    0.49659
    """
    return math.exp(-rate_x * x_years - rate_y * y_years - rate_both * max(x_years, y_years))


def in_force_share(frequency_per_year: float, mean_duration_days: float) -> float:
    """Return the share of time in which a hazard is in force. [1]

    Notes
    -----
    Arrivals are Poisson, whatever is in force already; the number in force at a time is then Poisson with mean
    frequency times mean duration, whatever the law of durations (the queue M/G/infinity).

    References
    ----------
    Takacs (1962), Introduction to the Theory of Queues, Oxford, chapter 3.

    Examples
    --------
    >>> round(in_force_share(0.44, 21.3), 5)
    0.02535
    """
    return -math.expm1(-frequency_per_year * mean_duration_days / DAYS_PER_YEAR)


def worst_shares(low: float, high: float, load: float, cuts: Sequence[float] = ()) -> list[tuple[float, float]]:
    """Return probabilities and mean shares by which the largest of some drawn shares lies between cuts. [1]

    Parameters
    ----------
    low, high : float
        Ends of the uniform law that each share is drawn from. [1]
    load : float
        Mean of the Poisson number of shares, of which there is at least one. [1]
    cuts : sequence of float
        Where to part the law; those that are not between low and high part nothing. [1]

    Examples
    --------
    >>> [(round(chance, 3), round(mean, 3)) for chance, mean in worst_shares(0.2, 0.6, 0.0, cuts=[0.3])]
    [(0.25, 0.25), (0.75, 0.45)]
    """
    ends = [low, *sorted({cut for cut in cuts if low < cut < high}), high]
    if high <= low:
        return [(1.0, high)]
    found = []
    for a, b in itertools.pairwise(ends):
        p, q = (a - low) / (high - low), (b - low) / (high - low)
        if load < 1e-4:
            chance, mean = q - p, (p + q) / 2.0 + load * (q - p) ** 2 / 12.0
        else:
            at_p, at_q = (math.exp(-load * (1.0 - end)) for end in (p, q))
            chance = (at_q - at_p) / -math.expm1(-load)
            mean = (q * at_q - p * at_p) / (at_q - at_p) - 1.0 / load if at_q > at_p else q
        found.append((chance, low + (high - low) * mean))
    return found


def cvar(losses: npt.ArrayLike, alpha: float = 0.95) -> float:
    """Return the conditional value at risk: the mean of the worst share ``1 - alpha`` of equally likely losses.

    Parameters
    ----------
    losses : shape (n,)
        Losses, large is bad, in any unit; the result has the same.
    alpha : float
        Level, 0 <= alpha < 1. [1]

    Raises
    ------
    DataError
        If there are no losses, one is not a number, or alpha is out of range.

    Notes
    -----
    Where ``(1 - alpha) n`` is no whole number, the loss at the edge counts in part.

    References
    ----------
    Rockafellar and Uryasev (2000), Optimization of conditional value-at-risk, Journal of Risk 2:21-41.

    Examples
    --------
    >>> losses = [0, 0, 0, 0, 0, 0, 0, 0, 10, 50]
    >>> [round(cvar(losses, alpha), 4) for alpha in (0.80, 0.90, 0.85)]
    [30.0, 50.0, 36.6667]
    """
    import numpy as np

    found = _numbers(losses)
    weights = tail_weights(found, alpha)
    return float(weights @ np.where(weights > 0, found, 0.0))


def tail_weights(losses: npt.ArrayLike, alpha: float) -> npt.NDArray[np.float64]:
    """Return the weights, adding up to 1, with which equally likely losses enter the mean of the worst 1 - alpha.

    Losses equal to the value at risk share what is left for them.
    """
    import numpy as np

    require_level(alpha)
    found = _numbers(losses)
    wanted = (1.0 - alpha) * found.size
    edge = np.sort(found)[::-1][min(found.size, max(1, math.ceil(wanted - 1e-9))) - 1]
    weights = (found > edge).astype(np.float64)
    at_edge = found == edge
    weights[at_edge] = (wanted - weights.sum()) / at_edge.sum()
    return np.asarray(weights / wanted)


def value_at_risk(losses: npt.ArrayLike, alpha: float = 0.95) -> float:
    """Return the loss that a share `alpha` of equally likely losses does not exceed.

    Examples
    --------
    >>> value_at_risk([0, 0, 0, 0, 0, 0, 0, 0, 10, 50], 0.85)
    10.0
    """
    import numpy as np

    require_level(alpha)
    found = _numbers(losses)
    return float(np.sort(found)[max(1, math.ceil(alpha * found.size - 1e-9)) - 1])


def require_level(alpha: object) -> None:
    """Raise unless something is the level of a bad tail: a number, at least 0 and less than 1."""
    if not isinstance(alpha, Real) or isinstance(alpha, bool) or not 0 <= float(alpha) < 1:
        raise DataError(
            f"alpha must be at least 0 and less than 1 (got {alpha!r}); 0.95 looks at the worst 5 % of years"
        )


def _numbers(losses: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return losses as an array, or raise if one is missing or no number."""
    import numpy as np

    try:
        found = np.asarray(losses, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        found = np.array([math.nan])
    if not found.size or np.isnan(found).any():
        raise DataError("cvar needs at least one loss, and numbers only; drop what is missing first")
    return found


def shannon_wiener(amounts: Sequence[float]) -> float:
    """Return the Shannon-Wiener index of diversity; ``exp`` of it counts the effective routes. [1]

    Notes
    -----
    0 where all goes one way, ``ln n`` where n ways share alike, NaN where nothing goes.

    Examples
    --------
    >>> round(shannon_wiener([0.8, 0.1, 0.1]), 5)
    0.63903
    >>> round(math.exp(shannon_wiener([0.8, 0.1, 0.1])), 4)
    1.8946
    """
    total = sum(amounts)
    return sum(a / total * math.log(total / a) for a in amounts if a > 0) if total > 0 else math.nan


def political_hhi(amounts: Sequence[float], risks: Sequence[float]) -> float:
    """Return the concentration index with squared shares weighted by political risk. [1]

    Parameters
    ----------
    amounts, risks : shape (n,)
        What goes each way, and the risk of each. [any unit, index 0 to 1]

    References
    ----------
    Lefevre (2010), Measuring the energy security implications of fossil fuel resource concentration, Energy Policy
    38:1635-1644.

    Examples
    --------
    >>> round(political_hhi([0.8, 0.1, 0.1], [0.708, 0.600, 0.512]), 5)
    0.46424
    """
    total = sum(amounts)
    return sum(r * (a / total) ** 2 for a, r in zip(amounts, risks, strict=True)) if total > 0 else math.nan


def left_without(kept_mtpa: Iterable[float], needed_mtpa: float) -> float:
    """Return the capacity that is left after a loss, as a share of what is needed. [%]

    Parameters
    ----------
    kept_mtpa : iterable of float
        Capacities of the ways that are not lost; infinite of one without a limit. [Mt/y]
    needed_mtpa : float
        What is to go by them. [Mt/y]

    Notes
    -----
    With the largest capacity lost this is the N-1 indicator in its export form; with all capacity through one
    jurisdiction lost, its N-J form. 100 % or more: the loss could be borne.

    References
    ----------
    Regulation (EU) 2017/1938, Annex II, for the import form: ``100 (EP + P + S + LNG - I) / D``.

    Examples
    --------
    >>> left_without([17.5, 20.0, 5.0], 80.0), left_without([20.0, 5.0], 80.0)
    (53.125, 31.25)
    """
    return 100.0 * float(sum(kept_mtpa)) / needed_mtpa if needed_mtpa > 0 else math.nan


def _minimum(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one valley is least."""
    from scipy.optimize import minimize_scalar

    return float(minimize_scalar(function, bounds=(low, high), method="bounded", options={"xatol": 1e-9}).x)
