"""What the record says of each route as a table: rates by regime with their ranges, durations, shares, loss days."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from corridor.errors import DataError
from corridor.library.interruptions import Interruption, InterruptionRecord, interruption_record
from corridor.library.networks import data_version
from corridor.messages import shown
from corridor.model.stamp import stamped
from corridor.risk.rate_draws import RateRanges
from corridor.risk.rates import rate_per_year
from corridor.study.hazard_fit import KINDS, HazardFit, cut_off, shipped_fit, ships
from corridor.study.hazard_units import FittedRate, Unit

if TYPE_CHECKING:
    import pandas as pd

_FEWEST_DRAWS = 1000
"""Below this the 5 and 95 % points rest on fewer than 50 draws."""


def hazard_rates(until: str | dt.date | None = None, *, draws: int = 100_000) -> pd.DataFrame:
    """Return what the record of interruptions says of each route and form: the basis of the shipped hazards.

    Parameters
    ----------
    until : str or date, optional
        Last day, from 2021-12-31 on: only what began by then counts, with exposure to that day. By default the last
        day of the record.
    draws : int
        Joint draws behind the ranges, at least 1 000; the shipped file has a million.

    Returns
    -------
    pandas.DataFrame
        Indexed by unit (route, set of routes that one shock strikes, field, or all_russia) and form (stop: complete,
        slow: partial, weather: storms), with the columns

        - name: as its hazard is called
        - kind: route, set, field, or prior (no record, a reference class)
        - group: theatre or other, whose war ratio it has; empty for a prior
        - events: parts of shocks counted; 0: prior and group speak [1]
        - n_calm, n_war: of them before and since 24 February 2022 [1]
        - calm_years, war_years: exposure; years before 2021 count by the share of interruptions noticed [years]
        - calm_per_year, calm_low, calm_high: calm rate at the point values, 5 and 95 % of the draws [1/y]
        - war_per_year, war_low, war_high: likewise in the war [1/y]
        - durations: own parts that enter duration and share [1]
        - mean_days, median_days, sigma: lognormal duration [days], [days], [1]
        - complete: probability that all is lost [1]
        - mean_share, at_most, concentration: beta of a partial loss: mean and largest share of capacity [1]
        - calm_loss_days, calm_loss_low, calm_loss_high: full-loss days, rate x duration x share [days/y]
        - war_loss_days, war_loss_low, war_loss_high: likewise in the war [days/y]
        - shipped: whether the network has a hazard of it

    Raises
    ------
    DataError
        If `until` is no date or out of range, or there are too few draws.

    Notes
    -----
    A calm rate is (a + n) / (b + calm_years + factor x war_years): for stops and slows of routes the gamma prior is
    fitted to all of them, for sets and storms it is a = 0.5, b = 0. The war's factor is common to a form and group.
    Durations and shares are of parts since 2021, shrunk with the weight of three. A mean share is of partial losses
    only, and not used where `complete` is 1. Numbers of the war say nothing of a line that is idle. ``data/README.md``
    has the method in a page.

    References
    ----------
    Siu and Kelly (1998), Bayesian parameter estimation in probabilistic risk assessment, Reliability Engineering and
    System Safety 62:89-116; Buhlmann and Gisler (2005), A Course in Credibility Theory, Springer; Marshall and Olkin
    (1967), A multivariate exponential distribution, JASA 62:30-44.

    Examples
    --------
    >>> import corridor as cr
    >>> rates = cr.hazard_rates()
    >>> rates.loc[("cpc", "slow"), ["calm_per_year", "war_per_year", "war_loss_days"]].astype(float).round(3).to_dict()
    {'calm_per_year': 0.127, 'war_per_year': 1.23, 'war_loss_days': 10.021}
    >>> early = cr.hazard_rates(until="2023-12-31")
    >>> int(early.loc[("cpc", "slow"), "events"]), int(rates.loc[("cpc", "slow"), "events"])
    (5, 8)
    """
    import pandas as pd

    if isinstance(draws, bool) or not isinstance(draws, int) or draws < _FEWEST_DRAWS:
        raise DataError(f"draws must be a whole number of at least {_FEWEST_DRAWS:,} (got {shown(draws)})")
    day = cut_off(until, interruption_record())
    fit = shipped_fit(day)
    rows = [_row(fit, rate, ranges) for rate, ranges in zip(fit.rates, _ranges(day, draws), strict=True)]
    table = pd.DataFrame(rows).set_index(["unit", "form"])
    return stamped(table, None, data_version=data_version(), until=day.isoformat())


@lru_cache(maxsize=4)
def _ranges(day: dt.date, draws: int) -> tuple[RateRanges, ...]:
    return shipped_fit(day).ranges(draws)


def _row(fit: HazardFit, rate: FittedRate, ranges: RateRanges) -> dict[str, object]:
    """Return a row of `hazard_rates`."""
    unit = rate.unit
    row: dict[str, object] = {
        "unit": unit.id, "form": rate.form, "name": unit.name,
        "kind": unit.kind if isinstance(unit, Unit) else "prior",
        "group": unit.group if isinstance(unit, Unit) else "",
        "events": rate.events, "n_calm": rate.calm_events, "n_war": rate.war_events,
        "calm_years": rate.calm_years, "war_years": rate.war_years,
    }  # fmt: skip
    row |= _named("calm", "per_year", rate.calm_per_year, ranges.calm_per_year)
    row |= _named("war", "per_year", rate.war_per_year, ranges.war_per_year)
    row |= {
        "durations": rate.parts, "mean_days": rate.mean_days, "median_days": rate.median_days, "sigma": rate.sigma,
        "complete": rate.complete, "mean_share": rate.mean_share, "at_most": rate.largest_share,
        "concentration": rate.concentration,
    }  # fmt: skip
    row |= _named("calm_loss", "days", rate.calm_per_year * rate.mean_loss_days, ranges.calm_loss_days)
    row |= _named("war_loss", "days", rate.war_per_year * rate.mean_loss_days, ranges.war_loss_days)
    return row | {"shipped": ships(fit, rate)}


def _named(prefix: str, unit: str, value: float, ends: tuple[float, float]) -> dict[str, float]:
    return {f"{prefix}_{unit}": value, f"{prefix}_low": ends[0], f"{prefix}_high": ends[1]}


def jurisdiction_rates() -> pd.DataFrame:
    """Return what the record says of each jurisdiction: shocks on any asset there, routes or not, and their causes.

    Returns
    -------
    pandas.DataFrame
        Indexed by jurisdiction (ISO 3166 alpha-3), the most shocks first, with the columns

        - shocks: counted shocks [1]
        - several: of them those that hit two or more assets [1]
        - order_per_year, war_per_year, technical_per_year, weather_per_year, natural_per_year: rates by cause [1/y]
        - per_year: their sum [1/y]
        - since_war: shocks since February 2022 [1]

    Notes
    -----
    Plain counts over the whole record, with a prior worth one event of all jurisdictions: short interruptions before
    2021 that nobody noticed are not added, as they are in `hazard_rates`, and calm and war are not told apart.

    Examples
    --------
    >>> import corridor as cr
    >>> cr.jurisdiction_rates().loc["TUR", ["shocks", "several", "since_war"]].to_dict()
    {'shocks': 15, 'several': 0, 'since_war': 8}
    """
    import pandas as pd

    record = interruption_record()
    grouped: dict[str, dict[str, list[Interruption]]] = defaultdict(lambda: defaultdict(list))
    for event in record.interruptions:
        if event.counted:
            grouped[event.country][event.group].append(event)
    rows = [_country_row(record, grouped, country) for country in grouped]
    table = pd.DataFrame(rows).sort_values(["shocks", "several", "jurisdiction"], ascending=[False, False, True])
    return stamped(table.set_index("jurisdiction"), None, data_version=data_version())


def _country_row(
    record: InterruptionRecord, grouped: Mapping[str, Mapping[str, Sequence[Interruption]]], country: str
) -> dict[str, object]:
    """Return a row of `jurisdiction_rates`."""
    shocks = grouped[country].values()
    everywhere = [events[0].kind for by_name in grouped.values() for events in by_name.values()]
    years = float(record.settings.last_day.year - record.settings.first_day.year + 1)
    kinds = [events[0].kind for events in shocks]
    rates = {
        f"{kind}_per_year": rate_per_year(kinds.count(kind), years, 1.0, len(grouped) * years / everywhere.count(kind))
        for kind in KINDS
    }
    return {
        "jurisdiction": country,
        "shocks": len(shocks),
        "several": sum(len({event.asset for event in events}) > 1 for events in shocks),
        **rates,
        "per_year": sum(rates.values()),
        "since_war": sum(min(event.start for event in events) >= record.settings.war_begins for events in shocks),
    }
