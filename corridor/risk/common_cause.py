"""What strikes several routes at once: joint unavailability and survival.

Every example has a published or closed-form answer.
"""

from __future__ import annotations

import math


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
