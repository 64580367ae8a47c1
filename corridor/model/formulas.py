"""Pure formulas: what a tonne costs, what it earns, how often the way is open.

Each works on scalars and on numpy arrays of equal shape alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Array = TypeVar("Array", float, npt.NDArray[np.float64])
DAYS_PER_YEAR = 365.0
ROUNDING = 1e-9
"""What a share of capacity may be off by rounding. [1]"""


def inventory_cost(transit_days: Array, value_usd_per_t: Array, interest_per_year: Array) -> Array:
    """Return the cost of the capital bound in a cargo under way. [USD/t]

    Parameters
    ----------
    transit_days : shape (n,) or scalar, >= 0
        Time under way; expected lateness costs the same a day and is added. [days]
    value_usd_per_t : same shape, >= 0
        Value of the cargo. [USD/t]
    interest_per_year : same shape, >= 0
        Yearly cost of capital, simple interest. [1/y]

    Examples
    --------
    >>> inventory_cost(36.5, 500.0, 0.05)
    2.5
    """
    return transit_days * value_usd_per_t * interest_per_year / DAYS_PER_YEAR


def unit_cost(
    tariff_usd_per_t: Array, risk_premium_usd_per_t: Array, quality_usd_per_t: Array, inventory_usd_per_t: Array
) -> Array:
    """Return what it costs to move a tonne over an edge. [USD/t]

    Notes
    -----
    Tariff plus risk premium less quality gain plus inventory cost; negative where blending gains more than the way
    costs. The expected loss from hazards is not in it: it is a result of its own.
    """
    return tariff_usd_per_t + risk_premium_usd_per_t - quality_usd_per_t + inventory_usd_per_t


def netback(price_usd_per_t: Array, unit_cost_usd_per_t: Array) -> Array:
    """Return what a tonne earns at its origin: price less unit cost; may be negative. [USD/t]"""
    return price_usd_per_t - unit_cost_usd_per_t


def availability(frequency_per_year: Array, duration_days: Array, lost: Array) -> Array:
    """Return the mean share of capacity in service under one hazard. [1]

    Parameters
    ----------
    frequency_per_year : shape (n,) or scalar, >= 0
        Outages per year in service. [1/y]
    duration_days : same shape, >= 0
        Mean duration of one. [days]
    lost : same shape, 0 to 1
        Share of capacity that one takes. [1]

    Notes
    -----
    An alternating renewal process is down for the share ``f D / (365 + f D)`` of time; what is lost then is `lost`.
    With ``lost = 1`` this is ``1 / (1 + f D / 365)``.

    Examples
    --------
    >>> round(availability(0.44, 21.3, 1.0), 5)
    0.97497
    """
    load = frequency_per_year * duration_days / DAYS_PER_YEAR
    return 1.0 - lost * load / (1.0 + load)


def governance_risk(estimates: Sequence[float]) -> float:
    """Return a country's risk score from its governance estimates, 0 best and 1 worst. [index 0 to 1]

    Parameters
    ----------
    estimates : shape (n,)
        World Bank governance estimates of one country and year, -2.5 worst to 2.5 best.

    References
    ----------
    Kaufmann, Kraay and Mastruzzi (2010), The Worldwide Governance Indicators, World Bank WPS 5430, for the estimates;
    the linear map to 0..1 with equal weights is ours.

    Examples
    --------
    >>> round(governance_risk([-0.273, -0.447, 0.066, 0.147]), 3)
    0.525
    """
    scores = [min(1.0, max(0.0, (2.5 - estimate) / 5.0)) for estimate in estimates]
    return sum(scores) / len(scores)


def hhi(amounts: Sequence[float]) -> float:
    """Return the Herfindahl-Hirschman index of concentration: 1 where all goes one way, NaN where nothing goes. [1]

    Examples
    --------
    >>> round(hhi([8.0, 1.0, 1.0]), 2)
    0.66
    """
    total = sum(amounts)
    return sum((amount / total) ** 2 for amount in amounts) if total > 0 else float("nan")


def in_service(remaining: npt.NDArray[np.float64], headroom: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return how much of a place is in service while a share of its limit is left. [1]

    Parameters
    ----------
    remaining : any shape
        Share of the limit that remains. [1]
    headroom : a shape that broadcasts
        How many times what passes undisturbed the limit is: 1 where it binds and of edges, whose capacity counts
        whatever uses it; infinite where nothing passes and where there is no limit. [1]

    Notes
    -----
    The limit that is left over what passes undisturbed, at most 1; 0 where nothing is left.

    Examples
    --------
    >>> import numpy as np
    >>> in_service(np.array([0.72, 0.2, 0.0]), [150 / 60, 150 / 60, np.inf]).tolist()
    [1.0, 0.5, 0.0]
    """
    import numpy as np

    return np.where(remaining > 0, np.minimum(1.0, np.where(remaining > 0, remaining, 1.0) * headroom), 0.0)
