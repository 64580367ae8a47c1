"""What strikes several routes at once: the beta factor, joint unavailability and survival.

Every example has a published or closed-form answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


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


def joint_unavailability(unavailability: float, beta: float) -> float:
    """Return the probability that two like routes are out at once, a share `beta` of outages being common. [1]

    References
    ----------
    Signoret and Leroy (2020), Reliability Assessment of Safety and Production Systems, Springer, chapter 5.

    Examples
    --------
    >>> round(joint_unavailability(0.05, 0.2), 4)
    0.0116
    """
    return beta * unavailability + ((1.0 - beta) * unavailability) ** 2


def common_cause_rate_per_year(rates_per_year: Sequence[float], beta: float) -> float:
    """Return the rate of the shock that hits all of some unlike units: beta times their geometric mean. [1/y]

    Notes
    -----
    Among equal units this is the beta-factor model; for unlike ones the geometric mean is the usual extension.

    Examples
    --------
    >>> common_cause_rate_per_year([0.8, 0.8], 0.25)
    0.2
    >>> round(1 - math.exp(-common_cause_rate_per_year([0.8, 0.8], 0.25)), 5)
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
