"""Joint draws of what a record leaves open: 5 and 95 % points of rates and loss days.

A draw takes one factor of each rate group, one scatter of partial shares and one share of complete storms for all, and
then a rate, a mean duration and a mean share of each hazard.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridor.risk.rates import RegimeRatio, ShareScatter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEAST_SHARE, _MOST_SHARE = 0.05, 0.95
"""Between which the drawn mean of the beta of partial shares is cut."""


@dataclass(frozen=True)
class OpenRate:
    """A hazard's rate, duration and severity, and how surely they are known.

    Attributes
    ----------
    shape, prior_years : float
        Gamma of the calm rate with its events: prior and count together [1], and years of the prior. [years]
    calm_years, war_years : float
        Exposure in each regime. [years]
    group : str or None
        Rate group whose factor it shares; None for a fixed factor.
    factor : float
        War rate over calm rate, where fixed. [1]
    mean_days, sigma : float
        Lognormal duration, central mean. [days], [1]
    durations : float or None
        Durations that the mean rests on, the pool's worth included; None: the mean is not open. [1]
    complete : float
        Probability that all is lost: 0, 1, or between for a probability common to all that is drawn. [1]
    mean_share, largest_share : float
        Mean and largest share of a partial loss. [1]
    """

    shape: float
    prior_years: float
    calm_years: float
    war_years: float
    group: str | None
    factor: float
    mean_days: float
    sigma: float
    durations: float | None
    complete: float
    mean_share: float
    largest_share: float


@dataclass(frozen=True)
class RateRanges:
    """Ends of the central range of a hazard's rate and of its full-loss days a year, calm and war. [1/y], [days/y]"""

    calm_per_year: tuple[float, float]
    war_per_year: tuple[float, float]
    calm_loss_days: tuple[float, float]
    war_loss_days: tuple[float, float]


def rate_ranges(
    rates: Sequence[OpenRate],
    groups: Mapping[str, RegimeRatio],
    scatter: ShareScatter,
    complete: tuple[float, float],
    *,
    draws: int = 1_000_000,
    seed: int = 17,
    level: float = 0.9,
) -> list[RateRanges]:
    """Return the central range of each rate and of its loss days, by joint draws of all that is open.

    Parameters
    ----------
    rates : sequence of OpenRate
        Hazards.
    groups : mapping of str to RegimeRatio
        Rate groups by id.
    scatter : ShareScatter
        Of the shares of partial losses, common to all.
    complete : (float, float)
        Beta of the probability that all is lost, common to all hazards for which it is open.
    draws, seed : int
        Number of draws, and what they begin with.
    level : float
        What the ranges hold of the draws. [1]

    Notes
    -----
    A factor is the ratio of two gammas; a calm rate gamma(shape) / (prior_years + calm_years + factor x war_years); a
    mean duration D exp(c z - c^2/2) with c^2 = ln(1 + (exp(sigma^2) - 1) / durations); the mean of the beta of shares
    is normal with its variance over `durations`, cut to 0.05 to 0.95. Spread of durations, priors, pools and largest
    shares are taken as known, so real ranges are wider.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    factors = {
        id: (rng.gamma(ratio.war_shape, size=draws) / ratio.war_years)
        / (rng.gamma(ratio.calm_shape, size=draws) / ratio.calm_years)
        for id, ratio in groups.items()
    }
    variance = _share_variance(scatter, rng, draws)
    all_lost = rng.beta(*complete, size=draws)
    ends = [(1.0 - level) / 2.0, (1.0 + level) / 2.0]

    def ends_of(values: NDArray[np.float64]) -> tuple[float, float]:
        low, high = np.quantile(values, ends)
        return float(low), float(high)

    ranges = []
    for rate in rates:
        factor = factors[rate.group] if rate.group else rate.factor
        years = rate.prior_years + rate.calm_years + factor * rate.war_years
        calm = rng.gamma(rate.shape, size=draws) / years
        lost = calm * _drawn_loss_days(rate, variance, all_lost, rng, draws)
        in_calm, loss_in_calm = ends_of(calm), ends_of(lost)
        same = rate.group is None and rate.factor == 1.0
        ranges.append(
            RateRanges(
                calm_per_year=in_calm,
                war_per_year=in_calm if same else ends_of(calm * factor),
                calm_loss_days=loss_in_calm,
                war_loss_days=loss_in_calm if same else ends_of(lost * factor),
            )
        )
    return ranges


def _share_variance(scatter: ShareScatter, rng: np.random.Generator, draws: int) -> NDArray[np.float64]:
    """Return the variance of partial shares by draw, at the mean of all. [1]"""
    import numpy as np

    spread = scatter.mean * (1.0 - scatter.mean)
    variance = scatter.variance * scatter.freedom / rng.chisquare(scatter.freedom, size=draws)
    least = scatter.least
    result: NDArray[np.float64] = spread / (1.0 + np.maximum(least, spread / variance - 1.0))
    return result


def _drawn_loss_days(
    rate: OpenRate,
    variance: NDArray[np.float64],
    all_lost: NDArray[np.float64],
    rng: np.random.Generator,
    draws: int,
) -> NDArray[np.float64] | float:
    """Return mean duration times mean share by draw. [days]"""
    import numpy as np

    days: NDArray[np.float64] | float = rate.mean_days
    if rate.durations is not None:
        c = math.sqrt(math.log(1.0 + math.expm1(rate.sigma**2) / rate.durations))
        days = days * np.exp(c * rng.standard_normal(draws) - c * c / 2.0)
    if rate.complete == 1.0:
        return days
    if rate.complete > 0.0:
        return days * (all_lost + (1.0 - all_lost) * rate.mean_share)
    mean = rate.mean_share / rate.largest_share
    if rate.durations is not None:
        drawn = mean + rng.standard_normal(draws) * np.sqrt(variance / rate.durations)
        return days * rate.largest_share * np.clip(drawn, _LEAST_SHARE, _MOST_SHARE)
    return days * rate.mean_share
