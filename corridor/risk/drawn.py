"""What the record leaves open: the parameters of hazards, drawn together from what is known of them.

One draw takes the factor by which each rate group's hazards come more often in war, how closely partial shares lie
about their mean and how often shocks of weather are complete (each common to all hazards), and of each hazard its rate,
mean duration, mean share and the probabilities of its hits. Whatever has a name has a stream of draws of its own, made
from the seed, the number of the draw and the name, so that another hazard beside it changes no draw.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from corridor.errors import DataError
from corridor.messages import listed
from corridor.model.distributions import Lognormal, TwoPart
from corridor.model.hazard import Hazard, Posterior, Rate, problems_of_rates
from corridor.model.records import RateGroup
from corridor.risk.random_histories import name_words, stream

LEAST_RATE_PER_YEAR = 1e-12
"""A drawn rate is at least this, as a hazard needs one above 0: once in 10^12 years is never. [1/y]"""
_NEARLY = 1e-9
"""A drawn probability stays so far from 0, and one that is to stay below 1 so far from 1. [1]"""
_LEAST_SHAPE, _LEAST_CONCENTRATION = 0.1, 0.5
_LEAST_X, _MOST_X = 0.05, 0.95
"""Bounds of a drawn mean share over the most that is taken. [1]"""


def drawn_hazards(
    hazards: Iterable[Hazard], rate_groups: Iterable[RateGroup], *, seed: int, draw: int
) -> tuple[Hazard, ...]:
    """Return hazards with the parameters of one draw of all that the record leaves open.

    Parameters
    ----------
    hazards : iterable of Hazard
        Hazards, told apart by name.
    rate_groups : iterable of RateGroup
        Those that the hazards name.
    seed, draw : int
        The same give the same parameters.

    Returns
    -------
    tuple of Hazard
        In their order, with one number for each rate, and nothing left open: drawn again they stay as they are.

    Raises
    ------
    DataError
        If a hazard's rate group is not among those given or has no posterior to enter, its rates are not those that
        its posterior has on average, or the posterior holds what its other fields have no use for.

    Notes
    -----
    With a posterior the calm rate is Gamma(shape) / (calm_years + F war_years) and the rate in war F times that; F is
    the rate group's factor, [Gamma(war_shape) / war_years] / [Gamma(calm_shape) / calm_years], or the fixed ratio of
    the hazard's mean rates in war and calm. Rates of other regimes, and those of hazards without a posterior, are as
    given: a number is not drawn, three numbers are the gamma distribution of `gamma_shape`; one chance serves all
    regimes of a hazard. A drawn rate is at least 1e-12 a year, as a hazard needs one above 0.

    The mean duration D becomes D exp(c z - c^2 / 2), c^2 = ln(1 + (exp(sigma^2) - 1) / durations), sigma stays; fixed
    durations stay. The concentration k becomes max(0.5, (k + 1) chi2(freedom) / freedom - 1), and with it the mean
    share over the most taken, x, becomes x + z sqrt(m (1 - m) / (1 + k) / durations), m = pooled_mean, cut to 0.05 to
    0.95. The probability p of a complete shock is Beta(p n, (1 - p) n), n = complete_of; that of a hit the same with
    its shocks. Gamma, chi2, Beta and the standard normal z are independent of each other.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., Chapman and Hall, for gamma posteriors of Poisson rates.
    """
    given, groups = tuple(hazards), {group.id: group for group in rate_groups}
    _require_drawable(given, groups)
    common = _Common.of(groups.values(), seed, draw)
    return tuple(_drawn(hazard, common, _stream(seed, draw, f"hazard {hazard.name}")) for hazard in given)


@lru_cache(maxsize=1024)
def gamma_shape(relative_width: float) -> float:
    """Return the shape of the gamma distribution whose range from 5 to 95 % is so many times its mean. [1]

    Parameters
    ----------
    relative_width : float
        Width of the range over the mean, above 0 and at most 5.8. [1]

    Raises
    ------
    DataError
        If it is out of range.

    Notes
    -----
    The relative width of a gamma distribution depends on its shape alone. It rises from 0 at shape 0 to 5.827 at 0.0877
    and falls from there on, to 5.804 at 0.1 and as 3.29 / sqrt(shape) at the end: up to 5.827 each width has two
    shapes. The larger is taken; the smaller would put nearly all of the probability at a rate of 0.

    Examples
    --------
    >>> round(gamma_shape(math.log(20) - math.log(20 / 19)), 6)  # the exponential distribution: ln 20 - ln(20/19)
    1.0
    """
    from scipy.optimize import brentq
    from scipy.special import gammaincinv

    if not 0 < relative_width <= _width_over_mean(_LEAST_SHAPE):
        raise DataError(
            "a gamma distribution has a range from 5 to 95 % of more than 0 and at most 5.8 times its mean "
            f"(got {relative_width:g} times)"
        )
    normal = ((gammaincinv(1e8, 0.95) - gammaincinv(1e8, 0.05)) / 1e4 / relative_width) ** 2
    if normal > 1e8:
        return float(normal)
    return float(brentq(lambda shape: _width_over_mean(shape) - relative_width, _LEAST_SHAPE, 2e8, xtol=1e-13))


def _width_over_mean(shape: float) -> float:
    """Return the range from 5 to 95 % of a gamma distribution over its mean. [1]"""
    from scipy.special import gammaincinv

    return float(gammaincinv(shape, 0.95) - gammaincinv(shape, 0.05)) / shape


@dataclass(frozen=True)
class _Common:
    """What all hazards of a draw share: factors of rate groups, and chances at which quantiles are taken. [1]"""

    factor: Mapping[str, float]
    concentration: float
    complete: float

    @classmethod
    def of(cls, rate_groups: Iterable[RateGroup], seed: int, draw: int) -> _Common:
        factors = {group.id: _factor(group, _stream(seed, draw, f"rate group {group.id}")) for group in rate_groups}
        chances = (_stream(seed, draw, name).random() for name in ("concentration", "complete"))
        return cls(factors, *chances)


def _factor(group: RateGroup, stream: np.random.Generator) -> float:
    """Return the factor of a rate group in a draw. [1]"""
    war, calm = (max(stream.gamma(shape), 1e-300) for shape in (group.war_shape, group.calm_shape))
    return float(war / group.war_years / (calm / group.calm_years))


def _stream(seed: int, draw: int, name: str) -> np.random.Generator:
    """Return the stream of draws of one named thing in a draw."""
    return stream(seed, draw, name, of=name_words("drawn"))


def _drawn(hazard: Hazard, common: _Common, stream: np.random.Generator) -> Hazard:
    """Return a hazard with the parameters of a draw, taken from its stream in an order that does not change."""
    posterior = hazard.posterior
    chance, (z_duration, z_share) = stream.random(), stream.standard_normal(2)
    fields: dict[str, Any] = {"frequency_per_year": _frequency(hazard, common, chance)}
    if posterior is not None:
        fields |= {"duration_days": _duration(hazard, posterior, z_duration), "posterior": None, "rate_group": None}
        if isinstance(hazard.severity, TwoPart):
            fields["severity"] = _severity(hazard.severity, posterior, common, z_share)
    if any(hit.shocks is not None for hit in hazard.hits):
        chances = stream.random(len(hazard.hits)).tolist()
        fields["hits"] = tuple(
            hit if hit.shocks is None
            else hit.replace(probability=max(_NEARLY, _beta(hit.probability, hit.shocks, own)), shocks=None)
            for hit, own in zip(hazard.hits, chances, strict=True)
        )  # fmt: skip
    changed = {name: value for name, value in fields.items() if value != getattr(hazard, name)}
    return hazard.replace(**changed) if changed else hazard


def _frequency(hazard: Hazard, common: _Common, chance: float) -> float | dict[str, float]:
    """Return the rates of a draw, one for all regimes or by regime. [1/y]"""
    given, posterior = hazard.frequency_per_year, hazard.posterior
    known = _from_posterior(hazard, posterior, common, chance) if posterior is not None else {}
    if not isinstance(given, Mapping):
        return known[""] if known else _of_range(given, chance)
    return {regime: known[regime] if regime in known else _of_range(rate, chance) for regime, rate in given.items()}


def _of_range(rate: Rate, chance: float) -> float:
    """Return the quantile of a rate given by its mean and its 5 to 95 % range, or the one number given. [1/y]"""
    from scipy.special import gammaincinv

    if not isinstance(rate, tuple):
        return rate
    low, mean, high = rate
    if high == low:
        return mean
    shape = gamma_shape((high - low) / mean)
    return max(LEAST_RATE_PER_YEAR, float(mean * gammaincinv(shape, chance) / shape))


def _from_posterior(hazard: Hazard, posterior: Posterior, common: _Common, chance: float) -> dict[str, float]:
    """Return the rates in calm and war of a draw, or by '' the one of all regimes. [1/y]"""
    from scipy.special import gammaincinv

    factor = _factor_of(hazard, common)
    calm = float(gammaincinv(posterior.shape, chance)) / (posterior.calm_years + factor * posterior.war_years)
    rates = {"calm": calm, "war": factor * calm, "": calm}
    return {regime: max(LEAST_RATE_PER_YEAR, rate) for regime, rate in rates.items()}


def _factor_of(hazard: Hazard, common: _Common) -> float:
    """Return how many times more often a hazard comes in war: as its rate group, or by its own mean rates. [1]"""
    if hazard.rate_group is not None:
        return common.factor[hazard.rate_group]
    if not isinstance(hazard.frequency_per_year, Mapping):
        return 1.0
    return hazard.mean_frequency_per_year("war") / hazard.mean_frequency_per_year("calm")


def _require_drawable(hazards: Sequence[Hazard], groups: Mapping[str, RateGroup]) -> None:
    """Raise unless each hazard's rate group is there and of use, its rates and its posterior agree, and all is used."""
    for hazard in hazards:
        if hazard.rate_group is None:
            continue
        if hazard.posterior is None:
            raise DataError(
                f"hazard {hazard.name!r} names the rate group {hazard.rate_group!r} and has no posterior that its "
                "factor could enter; give it one, or leave out rate_group"
            )
        if hazard.rate_group not in groups:
            raise DataError(
                f"hazard {hazard.name!r}: rate group {hazard.rate_group!r} is not among the network's rate groups "
                f"({listed(groups) or 'none'}); add it to rate_groups"
            )
    for problem in problems_of_rates(hazards, groups, None):
        raise DataError(problem)
    for hazard in hazards:
        if hazard.posterior is not None:
            _require_useful(hazard, hazard.posterior)


def _require_useful(hazard: Hazard, posterior: Posterior) -> None:
    """Raise if a posterior holds durations without a use, or shares without durations."""
    if posterior.pooled_mean is not None and posterior.durations is None:
        raise DataError(
            f"hazard {hazard.name!r}: pooled_mean of its posterior needs durations, which say how much its mean share "
            "is worth; add them, or leave pooled_mean out"
        )
    has_use = isinstance(hazard.duration_days, Lognormal) or posterior.pooled_mean is not None
    if posterior.durations is not None and not has_use:
        raise DataError(
            f"hazard {hazard.name!r}: durations of its posterior needs a duration as {{median, sigma}}, or "
            "pooled_mean; leave it out otherwise"
        )


def _duration(hazard: Hazard, posterior: Posterior, z: float) -> float | Lognormal:
    """Return the distribution of durations of a draw: another mean, so another median, and the same sigma."""
    duration = hazard.duration_days
    if posterior.durations is None or not isinstance(duration, Lognormal):
        return duration
    c_squared = math.log1p(math.expm1(duration.sigma**2) / posterior.durations)
    return duration.replace(median=duration.median * math.exp(math.sqrt(c_squared) * z - c_squared / 2.0))


def _severity(severity: TwoPart, posterior: Posterior, common: _Common, z: float) -> TwoPart:
    """Return the distribution of shares of a draw."""
    from scipy.special import gammaincinv

    concentration, mean, complete = severity.concentration, severity.mean, severity.complete
    if concentration is not None and posterior.freedom is not None:
        chi2_over_freedom = 2.0 * float(gammaincinv(posterior.freedom / 2.0, common.concentration)) / posterior.freedom
        concentration = max(_LEAST_CONCENTRATION, (concentration + 1.0) * chi2_over_freedom - 1.0)
    if concentration is not None and posterior.pooled_mean is not None and posterior.durations is not None:
        m = posterior.pooled_mean
        spread = math.sqrt(m * (1.0 - m) / (1.0 + concentration) / posterior.durations)
        mean = severity.at_most * min(_MOST_X, max(_LEAST_X, severity.mean / severity.at_most + z * spread))
    if posterior.complete_of is not None:  # neither 0 nor 1, so that in all draws both kinds of shocks are told apart
        drawn = _beta(complete, posterior.complete_of, common.complete)
        complete = min(1.0 - _NEARLY, max(_NEARLY, drawn))
    return severity.replace(complete=complete, mean=mean, concentration=concentration)


def _beta(probability: float, worth: float, chance: float) -> float:
    """Return the quantile of a probability that is worth so many shocks. [1]"""
    from scipy.special import betaincinv

    if probability >= 1:
        return 1.0
    return float(betaincinv(probability * worth, (1.0 - probability) * worth, chance))
