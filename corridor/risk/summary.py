"""What simulated years came to, quantity by quantity: mean, spread, bad tail, and how sure each is.

Where rates are central the years differ by luck alone. Where they are drawn, years of one draw differ by luck and draws
by what the record leaves open (ignorance): the two are told apart as in an analysis of variance with random effects.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from corridor.risk.measures import cvar, value_at_risk
from corridor.solver.program import Floats

if TYPE_CHECKING:
    import pandas as pd

LEAST_YEARS_FOR_CVAR = 1000
"""Years of a draw from which the CVaR of a single draw says something. [years]"""
LEAST_YEARS_IN_DRAW = 10
"""Years of an average draw of which something must hold to tell how likely it is by draw. [years]"""
_RESAMPLES, _RESAMPLING_SEED = 1000, 1
NORMAL_95 = 1.96
_Number = TypeVar("_Number", np.float64, np.int64)


@dataclass(frozen=True, eq=False)
class Draws:
    """How years are shared out among draws of the parameters.

    Attributes
    ----------
    n : int
        Draws, two or more; as many years in each, one draw after the other.
    regime : shape (n_years,), optional
        Number of the regime of each year, where there are several.
    """

    n: int
    regime: npt.NDArray[np.int64] | None = None

    def by_draw(self, values: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
        """Return the years of each draw, shape (n, years_per_draw)."""
        return values.reshape(self.n, -1)

    def ends(self, of_draws: Floats) -> tuple[float, float, float, float]:
        """Return 5 and 95 % points of a number over draws, and the standard error of each by resampling draws.

        Parameters
        ----------
        of_draws : shape (n,)
            The number of each draw.
        """
        ascending = np.sort(of_draws)
        points, errors = [], []
        for chance in (0.05, 0.95):
            first, part = divmod(chance * (self.n - 1), 1.0)
            below, above = (self._resampled_ranks[:, int(first) + step] for step in (0, 1))
            errors.append(float((ascending[below] * (1.0 - part) + ascending[above] * part).std(ddof=1)))
            points.append(float(np.quantile(ascending, chance)))
        return points[0], points[1], errors[0], errors[1]

    @cached_property
    def _resampled_ranks(self) -> npt.NDArray[np.int64]:
        """Draws chosen in each resample, by their rank in whatever is looked at, in ascending order."""
        stream = np.random.default_rng(_RESAMPLING_SEED)
        return np.sort(stream.integers(0, self.n, (_RESAMPLES, self.n)), axis=1)

    def luck_of_means(self, values: Floats) -> float:
        """Return the mean variance that luck gives the mean of a draw's years, as many of each regime in every draw."""
        years = self.by_draw(values)
        n = years.shape[1]
        if self.regime is None:
            return float(years.var(axis=1, ddof=1).mean() / n)
        of_year, total = self.by_draw(self.regime), np.zeros(self.n)
        for number in np.unique(of_year):
            is_own = of_year == number
            count = is_own.sum(axis=1)
            mean = np.where(is_own, years, 0.0).sum(axis=1) / np.maximum(count, 1)
            squares = (np.where(is_own, years - mean[:, None], 0.0) ** 2).sum(axis=1)
            total += count * squares / np.maximum(count - 1, 1) / n**2
        return float(total.mean())


def quantity(values: Floats, *, baseline: float, is_gain: bool, alpha: float) -> dict[str, float]:
    """Return the row of a summary: columns of `summary` without those of drawn rates.

    Parameters
    ----------
    values : shape (n_years,)
        What each year came to.
    baseline : float
        What a year without hazards comes to, in the same unit.
    is_gain : bool
        Whether more is better, so that bad years are the low ones.
    alpha : float
        Level of value at risk and CVaR. [1]
    """
    n, sign = len(values), -1.0 if is_gain else 1.0
    sd = float(values.std(ddof=1)) if n > 1 else math.nan
    mean, tail, var = (
        float(values.mean()),
        sign * cvar(sign * values, alpha),
        sign * value_at_risk(sign * values, alpha),
    )
    bad = sign * values[sign * values >= sign * var]
    spread = float(bad.var()) + alpha * (tail - var) ** 2
    half, half_tail = NORMAL_95 * sd / math.sqrt(n), NORMAL_95 * math.sqrt(spread / (n * (1.0 - alpha)))
    p5, p50, p95 = np.quantile(values, [0.05, 0.5, 0.95]).tolist()
    return {
        "mean": mean, "undisturbed": baseline, "mean_low": mean - half, "mean_high": mean + half, "sd": sd, "p5": p5,
        "p50": p50, "var": var, "cvar_low": tail - half_tail, "cvar_high": tail + half_tail, "p95": p95, "cvar": tail,
    }  # fmt: skip


def drawn_quantity(values: Floats, draws: Draws, *, baseline: float, is_gain: bool, alpha: float) -> dict[str, float]:
    """Return the row of a summary of drawn rates: all columns of `summary`; parameters as for `quantity`."""
    row = quantity(values, baseline=baseline, is_gain=is_gain, alpha=alpha)
    sign, years = -1.0 if is_gain else 1.0, draws.by_draw(values)
    means = years.mean(axis=1)
    # Years of a draw have their parameters in common: what is sampled are draws, each of which counts as one.
    half = NORMAL_95 * means.std(ddof=1) / math.sqrt(draws.n)
    beyond = np.maximum(sign * (years - row["var"]), 0.0).mean(axis=1) / (1.0 - alpha)
    half_tail = NORMAL_95 * beyond.std(ddof=1) / math.sqrt(draws.n)
    row |= {"mean_low": row["mean"] - half, "mean_high": row["mean"] + half}
    row |= {"cvar_low": row["cvar"] - half_tail, "cvar_high": row["cvar"] + half_tail}
    row |= ends_of("mean", means, draws)
    row["luck"] = math.sqrt(years.var(axis=1, ddof=1).mean())
    row["ignorance"] = math.sqrt(max(0.0, means.var(ddof=1) - draws.luck_of_means(values)))
    tails = sign * cvars(sign * years, alpha) if years.shape[1] >= LEAST_YEARS_FOR_CVAR else None
    return row | ends_of("cvar", tails, draws)


def ends_of(name: str, of_draws: Floats | None, draws: Draws) -> dict[str, float]:
    """Return the range of a number over draws, each end with its standard error; empty where it is not known."""
    names = [f"{name}_p05", f"{name}_p95", f"{name}_p05_se", f"{name}_p95_se"]
    ends = (math.nan,) * 4 if of_draws is None else draws.ends(of_draws)
    return dict(zip(names, ends, strict=True))


def cvars(losses: Floats, alpha: float) -> Floats:
    """Return the mean of the worst share ``1 - alpha`` of each row, shape (n,), as `cvar` does of one.

    Examples
    --------
    >>> losses = np.array([[0, 0, 0, 0, 0, 0, 0, 0, 10, 50.0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 6.0]])
    >>> cvars(losses, 0.80).round(9).tolist()
    [30.0, 3.0]
    """
    worst_first = np.sort(losses, axis=1)[:, ::-1]
    wanted = (1.0 - alpha) * losses.shape[1]
    weights = np.clip(wanted - np.arange(losses.shape[1]), 0.0, 1.0)
    return np.asarray(worst_first @ weights / wanted)


def notes_on(table: pd.DataFrame, draws: int, years_per_draw: int) -> list[str]:
    """Return why ranges of a table of drawn rates are empty, where they are."""
    if "cvar_p05" in table and years_per_draw < LEAST_YEARS_FOR_CVAR:
        return [
            f"cvar_p05 and cvar_p95 are empty: of {years_per_draw} years a draw too few are bad ones; "
            f"years={LEAST_YEARS_FOR_CVAR * draws} gives {LEAST_YEARS_FOR_CVAR:,} a draw"
        ]
    if "chance_p05" in table and table["chance_p05"].isna().any():
        return [
            f"chance_p05 and chance_p95 are empty where fewer than {LEAST_YEARS_IN_DRAW} of the {years_per_draw} years "
            "of an average draw count; simulate more years a draw"
        ]
    return []
