"""Measures of bad transport years and of concentration: CVaR, value at risk, Shannon-Wiener, HHI, N-1.

Every example has a published or closed-form answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import TYPE_CHECKING

from corridor.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


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

    numbers = _numbers(losses)
    weights = tail_weights(numbers, alpha)
    return float(weights @ np.where(weights > 0, numbers, 0.0))


def tail_weights(losses: npt.ArrayLike, alpha: float) -> npt.NDArray[np.float64]:
    """Return the weights, adding up to 1, with which equally likely losses enter the mean of the worst 1 - alpha.

    Losses equal to the value at risk share what is left for them.
    """
    import numpy as np

    require_level(alpha)
    numbers = _numbers(losses)
    wanted = (1.0 - alpha) * numbers.size
    edge = np.sort(numbers)[::-1][min(numbers.size, max(1, math.ceil(wanted - 1e-9))) - 1]
    weights = (numbers > edge).astype(np.float64)
    is_edge = numbers == edge
    weights[is_edge] = (wanted - weights.sum()) / is_edge.sum()
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
    numbers = _numbers(losses)
    return float(np.sort(numbers)[max(1, math.ceil(alpha * numbers.size - 1e-9)) - 1])


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
        numbers = np.asarray(losses, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        numbers = np.array([math.nan])
    if not numbers.size or np.isnan(numbers).any():
        raise DataError("cvar needs at least one loss, and numbers only; drop what is missing first")
    return numbers


def shannon_wiener(amounts: Sequence[float]) -> float:
    """Return the Shannon-Wiener index of diversity; ``exp`` of it counts the effective routes. [1]

    Notes
    -----
    0 where all goes by one route, ``ln n`` where n routes share alike, NaN where nothing goes.

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
        What goes by each route, and the risk of each. [any unit, index 0 to 1]

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


def n_minus_one_percent(kept_mtpa: Iterable[float], needed_mtpa: float) -> float:
    """Return the capacity that is left after a loss, as a share of what is needed. [%]

    Parameters
    ----------
    kept_mtpa : iterable of float
        Capacities of the routes that are not lost; infinite of one without a limit. [Mt/y]
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
    >>> n_minus_one_percent([17.5, 20.0, 5.0], 80.0), n_minus_one_percent([20.0, 5.0], 80.0)
    (53.125, 31.25)
    """
    return 100.0 * float(sum(kept_mtpa)) / needed_mtpa if needed_mtpa > 0 else math.nan
