"""From dated interruptions to hazards: counts, Gamma-Poisson rates, shrunk durations and severities, common causes.

The record is `library.interruptions`; its counted groups give the rates of each monitored asset in three regimes, and
the hazards that ship are the output of `hazard_file`.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from corridor.library.interruptions import (
    CommonCause,
    Interruption,
    InterruptionRecord,
    MonitoredAsset,
    interruption_record,
)
from corridor.library.networks import REGIMES, data_version
from corridor.model.stamp import stamped
from corridor.risk.common_cause import beta_factor, common_cause_rate_per_year
from corridor.risk.rates import credibility_mean, fit_gamma_prior, rate_interval_per_year, rate_per_year

if TYPE_CHECKING:
    import pandas as pd

_DAYS_PER_CALENDAR_YEAR = 365.25
_KINDS = ("political", "war", "technical", "natural")


@dataclass(frozen=True)
class EventGroup:
    """All counted interruptions of one cause on one asset, as one event.

    Attributes
    ----------
    duration_days, counted_days : float
        Sum of their durations, and what of it enters means. [days]
    severity : float
        Share of capacity lost, weighted by duration. [1]
    """

    asset: str
    name: str
    start: dt.date
    duration_days: float
    counted_days: float
    severity: float
    kind: str


@dataclass(frozen=True)
class EventRate:
    """What the record says of one asset in one regime, or in the whole of it.

    Attributes
    ----------
    frequency_per_year, low, high : float
        Posterior mean and its 90 % interval. [1/y]
    """

    events: int
    years: float
    frequency_per_year: float
    low: float
    high: float


@dataclass(frozen=True)
class RateEstimates:
    """Rates, durations and severities that follow from a record."""

    record: InterruptionRecord

    def years(self, asset: MonitoredAsset, regime: str) -> float:
        """Return how long an asset was watched in a regime. [years]"""
        record = self.record
        total = _years(asset.opened, asset.idle_from or record.last_day)
        calm = _years(asset.opened, min(record.war_begins, asset.idle_from or record.last_day))
        return {"full": total, "calm": calm, "war": total - calm}[regime]

    @cached_property
    def groups(self) -> tuple[EventGroup, ...]:
        """Event groups of the monitored assets, in the order of the file."""
        watched = {asset.id for asset in self.record.assets}
        return tuple(group for group in self.all_groups if group.asset in watched)

    @cached_property
    def all_groups(self) -> tuple[EventGroup, ...]:
        """Event groups of all assets of the record."""
        grouped: dict[tuple[str, str], list[Interruption]] = defaultdict(list)
        for event in self.record.interruptions:
            if event.counted:
                grouped[event.asset, event.group].append(event)
        return tuple(map(self._group, grouped.values()))

    def _group(self, events: Sequence[Interruption]) -> EventGroup:
        days = sum(event.duration_days for event in events)
        return EventGroup(
            asset=events[0].asset,
            name=events[0].group,
            start=min(event.start for event in events),
            duration_days=days,
            counted_days=min(days, self.record.longest_days),
            severity=sum(event.duration_days * event.severity for event in events) / days,
            kind=events[0].kind,
        )

    def of(self, asset: str) -> tuple[EventGroup, ...]:
        """Return the event groups of a monitored asset."""
        return tuple(group for group in self.groups if group.asset == asset)

    def in_war(self, group: EventGroup) -> bool:
        """Tell whether a group of interruptions began in the war."""
        return group.start >= self.record.war_begins

    @cached_property
    def full_prior(self) -> tuple[float, float]:
        """Shape [1] and rate [years] of the prior of all assets, by empirical Bayes."""
        assets = self.record.assets
        return fit_gamma_prior([len(self.of(a.id)) for a in assets], [self.years(a, "full") for a in assets])

    @cached_property
    def calm_prior(self) -> tuple[float, float]:
        """Prior before the war: worth one event in the mean time between events."""
        events = sum(not self.in_war(group) for group in self.groups)
        return 1.0, sum(self.years(asset, "calm") for asset in self.record.assets) / events

    @cached_property
    def war_prior(self) -> tuple[float, float]:
        """Prior since the war began, from the assets that are not idle."""
        busy = [asset for asset in self.record.assets if asset.idle_from is None]
        events = sum(self.in_war(group) for asset in busy for group in self.of(asset.id))
        return 1.0, sum(self.years(asset, "war") for asset in busy) / events

    def rate(self, asset: MonitoredAsset, regime: str) -> EventRate | None:
        """Return the rate of an asset in a regime; None in the war for an asset that is idle."""
        if regime == "war" and asset.idle_from is not None:
            return None
        groups = self.of(asset.id)
        if regime == "full":
            events, prior = len(groups), self.full_prior
        elif regime == "calm":
            events, prior = sum(not self.in_war(group) for group in groups), self.calm_prior
        else:
            events, prior = sum(self.in_war(group) for group in groups), self.war_prior
        years = self.years(asset, regime)
        low, high = rate_interval_per_year(events, years, *prior)
        return EventRate(events, years, rate_per_year(events, years, *prior), low, high)

    def duration_days(self, asset: str) -> float:
        """Return the mean duration of an asset's event groups, shrunk towards that of all. [days]"""
        return self._shrunk([g.counted_days for g in self.of(asset)], [g.counted_days for g in self.groups])

    def severity(self, asset: str) -> float:
        """Return the mean share of capacity lost in an asset's event groups, shrunk towards that of all. [1]"""
        return self._shrunk([g.severity for g in self.of(asset)], [g.severity for g in self.groups])

    def full_loss_days(self, asset: str) -> float:
        """Return duration times severity of an asset's event groups, the product shrunk as one. [days]

        Duration and severity shrunk apart overstate it where long interruptions are mild.
        """
        return self._shrunk(
            [g.counted_days * g.severity for g in self.of(asset)], [g.counted_days * g.severity for g in self.groups]
        )

    def _shrunk(self, own: Sequence[float], pooled: Sequence[float]) -> float:
        return credibility_mean(statistics.fmean(pooled), sum(own), len(own), self.record.weight)

    @cached_property
    def sigma(self) -> float:
        """Spread of the lognormal that has the mean and the median of all groups' durations. [1]"""
        days = [group.counted_days for group in self.groups]
        return math.sqrt(2.0 * math.log(statistics.fmean(days) / statistics.median(days)))

    @cached_property
    def by_country(self) -> Mapping[str, Mapping[str, Sequence[Interruption]]]:
        """Counted interruptions of all assets by country and group."""
        grouped: dict[str, dict[str, list[Interruption]]] = defaultdict(lambda: defaultdict(list))
        for event in self.record.interruptions:
            if event.counted:
                grouped[event.country][event.group].append(event)
        return grouped

    def beta(self, country: str) -> float:
        """Return the share of a country's groups that hit several assets, shrunk towards a tenth. [1]"""
        groups = self.by_country[country]
        return beta_factor(len(self.on_several_assets(country)), len(groups))

    def on_several_assets(self, country: str) -> list[str]:
        """Return the names of a country's groups that hit several assets."""
        return [name for name, events in self.by_country[country].items() if _assets(events) > 1]

    def common_rate(self, cause: CommonCause, regime: str) -> float:
        """Return the rate of a common cause in a regime, from its assets with events on record. [1/y]"""
        assets = [asset for asset in self.record.assets if asset.id in cause.assets and self.of(asset.id)]
        rates = [rate.frequency_per_year for asset in assets if (rate := self.rate(asset, regime)) is not None]
        return common_cause_rate_per_year(rates, self.beta(cause.actor))

    def common_days(self, cause: CommonCause) -> float:
        """Return the mean duration of a common cause, from the groups that hit several assets. [days]"""
        names = self.on_several_assets(cause.actor)
        own = [group.counted_days for group in self.all_groups if group.name in names]
        return self._shrunk(own, [group.counted_days for group in self.groups])


@lru_cache(maxsize=1)
def shipped_estimates() -> RateEstimates:
    """Return the estimates from the record that ships with the library."""
    return RateEstimates(interruption_record())


def hazard_rates() -> pd.DataFrame:
    """Return what the record of interruptions says of each route: the basis of the shipped hazards.

    Returns
    -------
    pandas.DataFrame
        Indexed by route, with the columns

        - name: as the hazards are called
        - events: counted shocks since 1999 [1]
        - political: of them orders, payments, unrest [1]
        - war: of them war and sabotage [1]
        - technical: of them technical, contamination and congestion [1]
        - natural: of them weather and natural hazards [1]
        - years: how long the route was watched [years]
        - frequency_per_year, low, high: rate over the whole record and its 90 % interval [1/y]
        - calm_per_year: rate to February 2022 [1/y]
        - war_per_year: rate since; empty for a route idle by then [1/y]
        - duration_days: mean duration of a shock [days]
        - lost: mean share of capacity lost in a shock [1]
        - full_loss_days: duration times share of a shock [days]
        - full_loss_days_per_year: frequency_per_year times full_loss_days [days/y]
        - war_full_loss_days_per_year: war_per_year times full_loss_days [days/y]

    Notes
    -----
    Rates are posterior means of a gamma prior: fitted to all routes (empirical Bayes) for the whole record, worth one
    event in each regime. Durations, capped at 90 days, and shares lost are shrunk with the weight of three shocks.
    A route without events shows the prior, not safety. Short interruptions before 2021 are under-reported, so calm
    rates are floors.

    References
    ----------
    Siu and Kelly (1998), Bayesian parameter estimation in probabilistic risk assessment, Reliability Engineering and
    System Safety 62:89-116; Buhlmann and Gisler (2005), A Course in Credibility Theory, Springer.

    Examples
    --------
    >>> import corridor as cr
    >>> cpc = cr.hazard_rates().loc["cpc", ["frequency_per_year", "low", "high", "war_per_year"]]
    >>> cpc.astype(float).round(2).to_dict()
    {'frequency_per_year': 0.43, 'low': 0.27, 'high': 0.62, 'war_per_year': 2.62}
    """
    import pandas as pd

    estimates = shipped_estimates()
    table = pd.DataFrame.from_dict(
        {asset.id: _route_row(estimates, asset) for asset in estimates.record.assets}, orient="index"
    )
    table.index.name = "route"
    return stamped(table, None, data_version=data_version())


def _route_row(estimates: RateEstimates, asset: MonitoredAsset) -> dict[str, object]:
    """Return a row of `hazard_rates`."""
    kinds = [group.kind for group in estimates.of(asset.id)]
    full, calm, war = (estimates.rate(asset, regime) for regime in REGIMES)
    assert full is not None
    assert calm is not None
    war_per_year = war.frequency_per_year if war is not None else math.nan
    full_loss_days = estimates.full_loss_days(asset.id)
    return {
        "name": asset.name,
        "events": full.events,
        **{kind: kinds.count(kind) for kind in _KINDS},
        "years": full.years,
        "frequency_per_year": full.frequency_per_year,
        "low": full.low,
        "high": full.high,
        "calm_per_year": calm.frequency_per_year,
        "war_per_year": war_per_year,
        "duration_days": estimates.duration_days(asset.id),
        "lost": estimates.severity(asset.id),
        "full_loss_days": full_loss_days,
        "full_loss_days_per_year": full.frequency_per_year * full_loss_days,
        "war_full_loss_days_per_year": war_per_year * full_loss_days,
    }


def jurisdiction_rates() -> pd.DataFrame:
    """Return what the record says of each jurisdiction: shocks on any asset there, their kinds, and common cause.

    Returns
    -------
    pandas.DataFrame
        Indexed by jurisdiction (ISO 3166 alpha-3), the most shocks first, with the columns

        - shocks: counted shocks [1]
        - several: of them those that hit two or more assets [1]
        - beta: that share, shrunk [1]
        - political_per_year, war_per_year, technical_per_year, natural_per_year: rates by kind [1/y]
        - per_year: their sum [1/y]
        - since_war: shocks since February 2022 [1]

    Examples
    --------
    >>> import corridor as cr
    >>> cr.jurisdiction_rates().loc["RUS", ["shocks", "several", "beta"]].round(3).to_dict()
    {'shocks': 27.0, 'several': 7.0, 'beta': 0.216}
    """
    import pandas as pd

    estimates = shipped_estimates()
    rows = [_country_row(estimates, country) for country in estimates.by_country]
    table = pd.DataFrame(rows).sort_values(["shocks", "several", "jurisdiction"], ascending=[False, False, True])
    return stamped(table.set_index("jurisdiction"), None, data_version=data_version())


def _country_row(estimates: RateEstimates, country: str) -> dict[str, object]:
    """Return a row of `jurisdiction_rates`."""
    groups = estimates.by_country[country]
    kinds = [events[0].kind for events in groups.values()]
    rates = {f"{kind}_per_year": _kind_rate(estimates, kinds.count(kind), kind) for kind in _KINDS}
    return {
        "jurisdiction": country,
        "shocks": len(groups),
        "several": len(estimates.on_several_assets(country)),
        "beta": estimates.beta(country),
        **rates,
        "per_year": sum(rates.values()),
        "since_war": sum(
            min(event.start for event in events) >= estimates.record.war_begins for events in groups.values()
        ),
    }


def _kind_rate(estimates: RateEstimates, events: int, kind: str) -> float:
    """Return the rate of a kind in a country with so many events, the prior worth one event of all countries. [1/y]"""
    record, countries = estimates.record, estimates.by_country
    years = float(record.last_day.year - record.first_day.year + 1)
    total = sum(group[0].kind == kind for groups in countries.values() for group in groups.values())
    return rate_per_year(events, years, 1.0, len(countries) * years / total)


def hazard_file(estimates: RateEstimates) -> str:
    """Return the text of the shipped file of hazards: one of each route's own, and one of each common cause.

    Notes
    -----
    A common cause strikes all of its routes at once. It comes out of their own rates, so that each is hit as often as
    the record says; a route without events of its own, whose rate is a prior, may be hit more often.
    """
    record = estimates.record
    last_calm_day = record.war_begins - dt.timedelta(days=1)
    lines = [
        "# Output of corridor.study.hazard_rates.hazard_file from data/history; do not edit, a test regenerates it.",
        f"# frequency_per_year: full is the whole record since {record.first_day.year}, "
        f"calm until {last_calm_day.day} {last_calm_day:%B %Y}, war since.",
        "# remaining: such that duration x (1 - remaining) gives the full-loss days per shock of the record.",
        "hazards:",
    ]
    common = {
        cause: {regime: estimates.common_rate(cause, regime) for regime in REGIMES} for cause in record.common_causes
    }
    for asset in record.assets:
        if asset.aim:
            lines += _own_hazard(estimates, asset, common)
    for cause, rates in common.items():
        lines += _common_hazard(estimates, cause, rates)
    return "\n".join(lines) + "\n"


def _own_hazard(
    estimates: RateEstimates, asset: MonitoredAsset, common: Mapping[CommonCause, Mapping[str, float]]
) -> list[str]:
    """Return the lines of the hazard of a route's own, the rates of its common causes taken out."""
    causes = [cause for cause in common if asset.id in cause.assets]
    rates = {}
    for regime in REGIMES:
        rate, shared = estimates.rate(asset, regime), sum(common[cause][regime] for cause in causes)
        if rate is not None and rate.frequency_per_year > shared:
            rates[regime] = rate.frequency_per_year - shared
    events = len(estimates.of(asset.id))
    about = f"{events} interruptions on record since {max(estimates.record.first_day, asset.opened).year}"
    if events < 2:
        about = "no interruption on record, so the prior of all routes" if not events else about.replace("ons", "on")
    for cause in causes:
        about += f"; shocks to all {cause.adjective} routes at once stand apart"
    days = estimates.duration_days(asset.id)
    change = _derate(asset.aim, 1.0 - estimates.full_loss_days(asset.id) / days)
    return _entry(asset.name, about, [change], rates, days, estimates.sigma, asset.actor, "BC"[events == 0])


def _common_hazard(estimates: RateEstimates, cause: CommonCause, rates: Mapping[str, float]) -> list[str]:
    """Return the lines of the hazard that strikes all routes of a common cause."""
    aims = {asset.id: asset.aim for asset in estimates.record.assets}
    days = estimates.common_days(cause)
    changes = [_derate(aims[asset], max(0.0, 1.0 - estimates.full_loss_days(asset) / days)) for asset in cause.assets]
    several, total = len(estimates.on_several_assets(cause.actor)), len(estimates.by_country[cause.actor])
    about = (
        f"all routes through {cause.name} at once; {several} of {total} shocks there hit two assets or more, none yet "
        f"all of them: {estimates.beta(cause.actor):.3f} (beta-factor) of the mean rate of its routes"
    )
    return _entry(cause.name, about, changes, rates, days, estimates.sigma, cause.actor, "C")


def _assets(events: Iterable[Interruption]) -> int:
    return len({event.asset for event in events})


def _derate(aim: str, remaining: float) -> str:
    """Return a derate in the words of scenario files."""
    selector, _, names = aim.partition("=")
    given = names if ";" not in names else "[" + ", ".join(names.split(";")) + "]"
    return f"derate: {{{selector}: {given}, remaining: {_digits(remaining)}}}"


def _entry(
    name: str,
    about: str,
    changes: Sequence[str],
    rates: Mapping[str, float],
    mean_days: float,
    sigma: float,
    actor: str,
    confidence: str,
) -> list[str]:
    """Return a hazard's lines; the median is such that the lognormal has the mean asked for."""
    median = mean_days / math.exp(sigma**2 / 2.0)
    frequencies = ", ".join(f"{regime}: {_digits(rate)}" for regime, rate in rates.items())
    return [
        f"  - name: {name}",
        f"    about: '{about}'",
        "    changes:",
        *(f"      - {change}" for change in changes),
        f"    frequency_per_year: {{{frequencies}}}",
        f"    duration_days: {{median: {_digits(median)}, sigma: {_digits(sigma)}}}",
        f"    actor: {actor}",
        f"    sources: [data/history/events.csv, confidence {confidence}]",
    ]


def _digits(value: float) -> str:
    """Return a number to four significant digits."""
    return f"{value:.4g}"


def _years(start: dt.date, end: dt.date) -> float:
    return (end - start).days / _DAYS_PER_CALENDAR_YEAR
