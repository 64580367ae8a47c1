"""Whether the hazard method foretells what was seen: years of its fit beside the years of the record.

Both are counted by one rule. Full-loss days of a route are the sum over half days of the shares lost by all that is in
force, at most 1; a shock counts in the year in which it begins, once for each route that it strikes. Idle lines and
fields are left out. For checks of the method; no part of the public interface.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridor.errors import DataError
from corridor.library.interruptions import CommonCause, Interruption, MonitoredAsset, interruption_record
from corridor.messages import unknown_name
from corridor.risk.rate_draws import OpenRate
from corridor.risk.rates import ShareScatter
from corridor.study.hazard_fit import HazardFit, cut_off, shipped_fit
from corridor.study.hazard_units import FittedRate, Unit

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_YEAR, _STEPS_A_DAY = 365, 2
_LONGEST_DAYS = 365.0
"""At which simulated durations are cut. [days]"""
_LEAST_X, _MOST_X = 0.05, 0.95
"""Between which the drawn mean of a partial share, over the largest, is cut. [1]"""


def observed_years(first: int = 2022, last: int = 2025) -> pd.DataFrame:
    """Return what the record has of some calendar years.

    Parameters
    ----------
    first, last : int
        First and last year.

    Returns
    -------
    pandas.DataFrame
        Indexed by year, with the columns

        - shocks: that began in it, once for each route struck [1]
        - loss_days: full-loss days of all routes together [days]
        - worst_route_days: those of the route that lost most [days]
        - worst_route: its id
    """
    import pandas as pd

    years = range(first, last + 1)
    lost = observed_shares(first, last)
    days = lost.groupby(lost.index.year).sum() / _STEPS_A_DAY  # type: ignore[attr-defined]
    started: dict[tuple[str, str], int] = {}
    for row in _counted():
        pair = row.asset, row.group
        started[pair] = min(row.start.year, started.get(pair, row.start.year))
    return pd.DataFrame(
        {
            "shocks": [list(started.values()).count(year) for year in years],
            "loss_days": days.sum(axis=1).to_numpy(),
            "worst_route_days": days.max(axis=1).to_numpy(),
            "worst_route": days.idxmax(axis=1).to_numpy(),
        },
        index=pd.Index(years, name="year"),
    )


def observed_shares(first: int = 2022, last: int = 2025) -> pd.DataFrame:
    """Return what the record has out of each route in each half day of some calendar years.

    Returns
    -------
    pandas.DataFrame
        Indexed by time, every twelve hours; columns are routes at work; shares added up, at most 1. [1]
    """
    import numpy as np
    import pandas as pd

    rows = _counted()
    begin, end = dt.date(first, 1, 1), dt.date(last + 1, 1, 1)
    busy = [asset.id for asset in interruption_record().assets if _is_busy(asset)]
    lost = {id: np.minimum(_half_days([row for row in rows if row.asset == id], begin, end), 1.0) for id in busy}
    times = pd.date_range(begin, end, freq="12h", inclusive="left", name="time")
    return pd.DataFrame(lost, index=times)


def _counted() -> list[Interruption]:
    """Return the rows of the record that count, of routes at work."""
    record = interruption_record()
    busy = {asset.id for asset in record.assets if _is_busy(asset)}
    return [row for row in record.interruptions if row.counted and row.severity > 0 and row.asset in busy]


def _is_busy(asset: MonitoredAsset) -> bool:
    return asset.kind == "route" and asset.idle_from is None


def _half_days(rows: Sequence[Interruption], begin: dt.date, end: dt.date) -> Floats:
    """Return the shares lost in each half day of a period, added up. [1]"""
    import numpy as np

    lost = np.zeros(_STEPS_A_DAY * (end - begin).days)
    for row in rows:
        start = _STEPS_A_DAY * (row.start - begin).days
        stop = start + max(1, round(_STEPS_A_DAY * row.duration_days))
        lost[max(0, start) : max(0, stop)] += row.severity
    return lost


def predicted_years(
    until: str | dt.date | None = None, *, regime: str = "war", years: int = 4000, seed: int = 7
) -> pd.DataFrame:
    """Return years of the hazards that the record gives, each with parameters of its own within what it leaves open.

    Parameters
    ----------
    until : str or date, optional
        Only what began by then counts in the fit; by default the record's last day.
    regime : {"war", "calm"}
        Whose rates hold.
    years : int
        How many years.
    seed : int
        The same seed gives the same years.

    Returns
    -------
    pandas.DataFrame
        Indexed by number of the year; columns shocks, loss_days and worst_route_days as those of `observed_years`.

    Raises
    ------
    DataError
        If `until` is no date or out of range, or years are no positive number.
    UnknownNameError
        If there is no such regime.

    Notes
    -----
    Poisson arrivals, lognormal durations cut at 365 days, parameters by the joint draws of `rate_ranges`; what began
    in the year before and runs on counts. All members that a set's shock strikes lose as much for as long.
    """
    import numpy as np
    import pandas as pd

    if isinstance(years, bool) or not isinstance(years, int) or years < 1:
        raise DataError(f"years must be a whole number of at least 1 (got {years!r})")
    if regime not in ("war", "calm"):
        raise unknown_name("regime", str(regime), ("war", "calm"))
    fit = shipped_fit(cut_off(until, interruption_record()))
    rng = np.random.default_rng(seed)
    common = _Common.of(fit, rng, years)
    struck: dict[str, list[_Shocks]] = {asset.id: [] for asset in fit.record.assets if _is_busy(asset)}
    for rate in fit.rates:
        members = dict(_members(fit, rate))
        if members:
            shocks = _Shocks.drawn(fit.open_rate(rate), common, rng, regime=regime)
            for id, hit in members.items():
                chance = 1.0 if hit is None else rng.beta(*hit, size=years)[shocks.year]
                struck[id].append(shocks.only(rng.random(len(shocks.year)) < chance))
    counts = sum(np.bincount(s.year[s.begin >= 0], minlength=years) for own in struck.values() for s in own)
    days = np.array([_loss_days(own, years) for own in struck.values()])
    table = {"shocks": counts, "loss_days": days.sum(axis=0), "worst_route_days": days.max(axis=0)}
    return pd.DataFrame(table, index=pd.RangeIndex(years, name="year"))


def _members(fit: HazardFit, rate: FittedRate) -> Iterator[tuple[str, tuple[float, float] | None]]:
    """Yield the busy routes that a hazard strikes, each with the Beta of its hits; None: always."""
    of = rate.unit.of if isinstance(rate.unit, Unit) else rate.unit
    for member in (of.id,) if isinstance(of, MonitoredAsset) else of.members:
        if _is_busy(fit.by_shock.routes[member]):
            hit = fit.by_shock.hits(of, member) if isinstance(of, CommonCause) else None
            yield member, None if hit is None else (hit[0] * hit[1], (1.0 - hit[0]) * hit[1])


@dataclass(frozen=True, eq=False)
class _Common:
    """What all hazards share in each year: factors of rate groups, spread of partial shares, share of complete storms.

    All of shape (years,). [1]
    """

    factors: dict[str, Floats]
    concentration: Floats
    scatter: ShareScatter
    complete: Floats

    @classmethod
    def of(cls, fit: HazardFit, rng: np.random.Generator, years: int) -> _Common:
        import numpy as np

        factors = {
            id: rng.gamma(ratio.war_shape, size=years) / ratio.war_years
            / (rng.gamma(ratio.calm_shape, size=years) / ratio.calm_years)
            for id, ratio in fit.rate_groups.items()
        }  # fmt: skip
        scatter, (hit, total) = fit.scatter, fit.complete_storms
        variance = scatter.variance * scatter.freedom / rng.chisquare(scatter.freedom, size=years)
        concentration = np.maximum(scatter.least, scatter.mean * (1.0 - scatter.mean) / variance - 1.0)
        return cls(factors, concentration, scatter, rng.beta(hit + 0.5, total - hit + 0.5, size=years))


@dataclass(frozen=True, eq=False)
class _Shocks:
    """Shocks of a hazard: the year, begin and end within it [days] (before 0: it runs on), share taken [1]."""

    year: NDArray[np.int64]
    begin: Floats
    end: Floats
    share: Floats

    def only(self, kept: NDArray[np.bool_]) -> _Shocks:
        return _Shocks(self.year[kept], self.begin[kept], self.end[kept], self.share[kept])

    @classmethod
    def drawn(cls, rate: OpenRate, common: _Common, rng: np.random.Generator, *, regime: str) -> _Shocks:
        """Return the shocks of all years and of the year before each, one draw of the parameters a year."""
        import numpy as np

        years = len(common.complete)
        factor = common.factors[rate.group] if rate.group else rate.factor
        per_year: Any = rng.gamma(rate.shape, size=years) / (
            rate.prior_years + rate.calm_years + factor * rate.war_years
        )
        per_year = per_year * factor if regime == "war" else per_year
        year = np.repeat(np.arange(years), rng.poisson(2.0 * per_year))
        begin = rng.uniform(-_YEAR, _YEAR, len(year))
        days = np.minimum(_mean_days(rate, rng, years)[year] * _about_one(rate.sigma, rng, len(year)), _LONGEST_DAYS)
        return cls(year, begin, begin + days, _shares(rate, common, rng, year))


def _mean_days(rate: OpenRate, rng: np.random.Generator, years: int) -> Floats:
    """Return the mean duration of each year. [days]"""
    import numpy as np

    if rate.durations is None:
        return np.full(years, rate.mean_days)
    spread = math.sqrt(math.log1p(math.expm1(rate.sigma**2) / rate.durations))
    return rate.mean_days * _about_one(spread, rng, years)


def _about_one(sigma: float, rng: np.random.Generator, n: int) -> Floats:
    """Return lognormal numbers of mean 1. [1]"""
    import numpy as np

    return np.exp(sigma * rng.standard_normal(n) - sigma**2 / 2.0)


def _shares(rate: OpenRate, common: _Common, rng: np.random.Generator, year: NDArray[np.int64]) -> Floats:
    """Return the share that each shock takes. [1]"""
    import numpy as np

    if rate.complete == 1.0:
        return np.ones(len(year))
    concentration, x = common.concentration, np.full(len(common.concentration), rate.mean_share / rate.largest_share)
    if rate.complete == 0.0 and rate.durations is not None:
        spread = common.scatter.mean * (1.0 - common.scatter.mean) / (1.0 + concentration)
        x = np.clip(x + rng.standard_normal(len(x)) * np.sqrt(spread / rate.durations), _LEAST_X, _MOST_X)
    partial = rate.largest_share * rng.beta((x * concentration)[year], ((1.0 - x) * concentration)[year])
    complete = common.complete if rate.complete > 0.0 else np.zeros(len(x))
    return np.where(rng.random(len(year)) < complete[year], 1.0, partial)


def _loss_days(shocks: Sequence[_Shocks], years: int) -> Floats:
    """Return the full-loss days of a route in each year. [days]"""
    import numpy as np

    steps = _STEPS_A_DAY * _YEAR
    year, share = (np.concatenate([getattr(own, name) for own in shocks]) for name in ("year", "share"))
    steps_of, change = [], []
    for name, sign in (("begin", 1.0), ("end", -1.0)):  # shares rise at the begin of a shock and fall at its end
        time = np.clip(_STEPS_A_DAY * np.concatenate([getattr(own, name) for own in shocks]), 0.0, steps)
        step = np.floor(time).astype(np.int64)
        first = year * (steps + 2) + step
        steps_of += [first, first + 1]
        change += [sign * share * (1.0 - (time - step)), sign * share * (time - step)]
    rises = np.bincount(np.concatenate(steps_of), np.concatenate(change), years * (steps + 2)).reshape(years, -1)
    lost: Floats = np.clip(np.cumsum(rises, axis=1)[:, :steps], 0.0, 1.0)
    days: Floats = lost.sum(axis=1) / _STEPS_A_DAY
    return days
