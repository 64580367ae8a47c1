"""From dated interruptions to hazards: counts, Gamma-Poisson rates, shrunk durations and severities, common cause.

The record is ``data/history/events.csv``; its counted shocks give the rates of each route in three regimes, and the
hazards that ship are the output of `hazard_file`.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Self

from corridor.errors import DataError
from corridor.library import networks as library
from corridor.messages import unknown_name
from corridor.risk.measures import (
    beta_factor,
    common_rate_per_year,
    credibility_mean,
    fit_gamma_prior,
    rate_interval_per_year,
    rate_per_year,
)

if TYPE_CHECKING:
    import pandas as pd

WAR_BEGINS = dt.date(2022, 2, 24)
RECORD_BEGINS = dt.date(1999, 1, 1)
RECORD_ENDS = dt.date(2025, 12, 31)
_DAYS_PER_YEAR = 365.25
_LONGEST_DAYS = 90.0
_WEIGHT = 3.0
_CLASSES = {
    "political_order": "P", "payment_sanctions": "P", "unrest": "P",
    "war": "W", "sabotage": "W",
    "technical": "T", "contamination": "T", "congestion": "T",
    "weather": "N", "natural_hazard": "N",
}  # fmt: skip
COMMON_ACTOR = "RUS"
COMMON_ROUTES = ("cpc", "atyrau_samara", "druzhba_north", "druzhba_south", "novorossiysk")
"""What a government of Russia can close at a word: the common cause of the shipped network."""


@dataclass(frozen=True)
class Interruption:
    """One row of the record: an interruption of an asset, with dates."""

    id: str
    asset: str
    jurisdiction: str
    start: dt.date
    duration_days: float
    lost: float
    kind: str
    shock: str
    counted: bool


@dataclass(frozen=True)
class Shock:
    """All counted events of one cause on one asset."""

    asset: str
    name: str
    start: dt.date
    duration_days: float
    lost: float
    kind: str

    @property
    def capped_days(self) -> float:
        """Duration, at most 90 days, so that rebuilds do not swamp the mean. [days]"""
        return min(self.duration_days, _LONGEST_DAYS)

    @classmethod
    def of(cls, events: Sequence[Interruption]) -> Self:
        """Return the shock that events make: durations added up, losses weighted by them."""
        days = sum(event.duration_days for event in events)
        lost = sum(event.duration_days * event.lost for event in events) / days
        first = min(event.start for event in events)
        return cls(events[0].asset, events[0].shock, first, days, lost, events[0].kind)


@dataclass(frozen=True)
class Route:
    """A route under observation: since when, until when, whose, and what of the network it is."""

    asset: str
    name: str
    opened: dt.date
    idle_from: dt.date | None
    actor: str
    aim: str

    @property
    def years(self) -> float:
        """Exposure in the whole record. [years]"""
        return _years(self.opened, self.idle_from or RECORD_ENDS)

    @property
    def calm_years(self) -> float:
        """Exposure before the war. [years]"""
        return _years(self.opened, min(WAR_BEGINS, self.idle_from or RECORD_ENDS))

    @property
    def war_years(self) -> float:
        """Exposure since the war began. [years]"""
        return self.years - self.calm_years


@dataclass(frozen=True)
class Rate:
    """What the record says of one route in one regime, or in the whole of it.

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
class History:
    """The whole record: routes and shocks, and what follows from them."""

    routes: tuple[Route, ...]
    events: tuple[Interruption, ...]

    @cached_property
    def shocks(self) -> tuple[Shock, ...]:
        """Counted shocks of the routes, in the order of the file."""
        watched = {route.asset for route in self.routes}
        return tuple(shock for shock in self.all_shocks if shock.asset in watched)

    @cached_property
    def all_shocks(self) -> tuple[Shock, ...]:
        """Counted shocks of all assets: events of one cause on one asset are one shock."""
        grouped: dict[tuple[str, str], list[Interruption]] = defaultdict(list)
        for event in self.events:
            if event.counted:
                grouped[event.asset, event.shock].append(event)
        return tuple(map(Shock.of, grouped.values()))

    def of(self, asset: str) -> tuple[Shock, ...]:
        """Return the shocks of a route."""
        return tuple(shock for shock in self.shocks if shock.asset == asset)

    @cached_property
    def full_prior(self) -> tuple[float, float]:
        """Shape [1] and rate [years] of the prior of all routes, by empirical Bayes."""
        return fit_gamma_prior([len(self.of(r.asset)) for r in self.routes], [r.years for r in self.routes])

    @cached_property
    def calm_prior(self) -> tuple[float, float]:
        """Prior before the war: worth one event in the mean time between events."""
        events = sum(shock.start < WAR_BEGINS for shock in self.shocks)
        return 1.0, sum(route.calm_years for route in self.routes) / events

    @cached_property
    def war_prior(self) -> tuple[float, float]:
        """Prior since the war began, from the routes that are not idle."""
        busy = [route for route in self.routes if route.idle_from is None]
        events = sum(shock.start >= WAR_BEGINS for route in busy for shock in self.of(route.asset))
        return 1.0, sum(route.war_years for route in busy) / events

    def rate(self, route: Route, regime: str) -> Rate | None:
        """Return the rate of a route in a regime; None in the war for a route that is idle."""
        shocks = self.of(route.asset)
        if regime == "full":
            events, years, prior = len(shocks), route.years, self.full_prior
        elif regime == "calm":
            events = sum(shock.start < WAR_BEGINS for shock in shocks)
            years, prior = route.calm_years, self.calm_prior
        elif route.idle_from is not None:
            return None
        else:
            events = sum(shock.start >= WAR_BEGINS for shock in shocks)
            years, prior = route.war_years, self.war_prior
        low, high = rate_interval_per_year(events, years, *prior)
        return Rate(events, years, rate_per_year(events, years, *prior), low, high)

    def duration_days(self, asset: str) -> float:
        """Return the mean duration of a route's shocks, shrunk towards that of all. [days]"""
        own = [shock.capped_days for shock in self.of(asset)]
        pooled = statistics.fmean(shock.capped_days for shock in self.shocks)
        return credibility_mean(pooled, sum(own), len(own), _WEIGHT)

    def lost(self, asset: str) -> float:
        """Return the mean share of capacity that a route's shocks take, shrunk towards that of all. [1]"""
        own = [shock.lost for shock in self.of(asset)]
        return credibility_mean(statistics.fmean(shock.lost for shock in self.shocks), sum(own), len(own), _WEIGHT)

    def full_loss_days(self, asset: str) -> float:
        """Return duration times share lost of a route's shocks, the product shrunk as one. [days]

        Duration and share shrunk apart overstate it where long shocks are mild.
        """
        own = [shock.capped_days * shock.lost for shock in self.of(asset)]
        pooled = statistics.fmean(shock.capped_days * shock.lost for shock in self.shocks)
        return credibility_mean(pooled, sum(own), len(own), _WEIGHT)

    @cached_property
    def sigma(self) -> float:
        """Spread of the lognormal that has the mean and the median of all shocks' capped durations. [1]"""
        days = [shock.capped_days for shock in self.shocks]
        return math.sqrt(2.0 * math.log(statistics.fmean(days) / statistics.median(days)))

    def jurisdiction_shocks(self) -> dict[str, dict[str, list[Interruption]]]:
        """Return counted events of all assets by jurisdiction and shock."""
        grouped: dict[str, dict[str, list[Interruption]]] = defaultdict(lambda: defaultdict(list))
        for event in self.events:
            if event.counted:
                grouped[event.jurisdiction][event.shock].append(event)
        return grouped

    def beta(self, jurisdiction: str) -> float:
        """Return the share of a jurisdiction's shocks that hit several assets, shrunk towards a tenth. [1]"""
        shocks = self.jurisdiction_shocks()[jurisdiction]
        return beta_factor(sum(_assets(events) > 1 for events in shocks.values()), len(shocks))


@lru_cache(maxsize=1)
def shipped_history() -> History:
    """Return the record that ships with the library."""
    folder = library.data_root().joinpath("history")
    return History(tuple(_routes(folder.joinpath("routes.csv"))), tuple(_events(folder.joinpath("events.csv"))))


def hazard_rates() -> pd.DataFrame:
    """Return what the record of interruptions says of each route: the basis of the shipped hazards.

    Returns
    -------
    pandas.DataFrame
        Indexed by route. events (counted shocks since 1999) and of them political (orders, payments, unrest), war
        (and sabotage), technical (contamination and congestion too), natural; years watched; frequency_per_year with
        low and high (90 %) over the whole record, calm_per_year (to February 2022), war_per_year (since);
        duration_days, lost (share of capacity) and full_loss_days of a shock; full_loss_days_per_year and
        war_full_loss_days_per_year.

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

    history = shipped_history()
    rows = {}
    for route in history.routes:
        kinds = [shock.kind for shock in history.of(route.asset)]
        full, calm, war = (history.rate(route, regime) for regime in library.REGIMES)
        assert full is not None
        assert calm is not None
        per_shock = history.full_loss_days(route.asset)
        rows[route.asset] = {
            "name": route.name,
            "events": full.events,
            **{word: kinds.count(word[0].upper()) for word in ("political", "war", "technical", "natural")},
            "years": full.years,
            "frequency_per_year": full.frequency_per_year,
            "low": full.low,
            "high": full.high,
            "calm_per_year": calm.frequency_per_year,
            "war_per_year": war.frequency_per_year if war is not None else math.nan,
            "duration_days": history.duration_days(route.asset),
            "lost": history.lost(route.asset),
            "full_loss_days": per_shock,
            "full_loss_days_per_year": full.frequency_per_year * per_shock,
            "war_full_loss_days_per_year": war.frequency_per_year * per_shock if war is not None else math.nan,
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.name = "route"
    return table


def interruptions(asset: str | None = None) -> pd.DataFrame:
    """Return the record of interruptions itself: what happened, when, for how long, and who says so.

    Parameters
    ----------
    asset : str, optional
        A route or other asset of the record; all by default.

    Returns
    -------
    pandas.DataFrame
        Indexed by id. asset, jurisdiction, start, end, duration_days, capacity_lost_fraction, cause, counted (whether
        it enters the rates) and reason (why not), shock (rows of one cause share it), description, confidence,
        publisher, source_title, url, note.

    Raises
    ------
    UnknownNameError
        If the record knows no such asset.

    Examples
    --------
    >>> import corridor as cr
    >>> len(cr.interruptions()), len(cr.interruptions("cpc"))
    (124, 28)
    """
    import pandas as pd

    with library.data_root().joinpath("history", "events.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, index_col="id", keep_default_na=False, parse_dates=["start", "end"])
    if asset is None:
        return table
    if asset not in set(table["asset"]):
        raise unknown_name("asset", asset, table["asset"].unique())
    return table[table["asset"] == asset]


def jurisdiction_rates() -> pd.DataFrame:
    """Return what the record says of each jurisdiction: shocks on any asset there, their kinds, and common cause.

    Returns
    -------
    pandas.DataFrame
        Indexed by ISO 3166 alpha-3. shocks, several (of them hit two or more assets), beta (that share, shrunk);
        political_per_year, war_per_year, technical_per_year, natural_per_year and their sum, per_year; since_war
        (shocks since February 2022). The most shocks first.

    Examples
    --------
    >>> import corridor as cr
    >>> cr.jurisdiction_rates().loc["RUS", ["shocks", "several", "beta"]].round(3).to_dict()
    {'shocks': 27.0, 'several': 7.0, 'beta': 0.216}
    """
    import pandas as pd

    history = shipped_history()
    grouped = history.jurisdiction_shocks()
    years = float(RECORD_ENDS.year - RECORD_BEGINS.year + 1)
    kinds = {place: [events[0].kind for events in shocks.values()] for place, shocks in grouped.items()}
    rows = []
    for place, shocks in grouped.items():
        rates = {
            f"{word}_per_year": rate_per_year(
                kinds[place].count(word[0].upper()),
                years,
                1.0,
                len(grouped) * years / sum(found.count(word[0].upper()) for found in kinds.values()),
            )
            for word in ("political", "war", "technical", "natural")
        }
        rows.append(
            {
                "jurisdiction": place,
                "shocks": len(shocks),
                "several": sum(_assets(events) > 1 for events in shocks.values()),
                "beta": history.beta(place),
                **rates,
                "per_year": sum(rates.values()),
                "since_war": sum(min(e.start for e in events) >= WAR_BEGINS for events in shocks.values()),
            }
        )
    table = pd.DataFrame(rows).sort_values(["shocks", "several", "jurisdiction"], ascending=[False, False, True])
    return table.set_index("jurisdiction")


def hazard_file(history: History) -> str:
    """Return the text of the shipped file of hazards: one of each route's own, and one common cause.

    Notes
    -----
    The common cause strikes all of `COMMON_ROUTES` at once. It comes out of their own rates, so that each is hit as
    often as the record says; a route without events of its own, whose rate is a prior, may be hit more often.
    """
    routes = {route.asset: route for route in history.routes}
    beta = history.beta(COMMON_ACTOR)
    common = {regime: _common_rate(history, regime, beta) for regime in library.REGIMES}
    lines = [
        "# Output of corridor.study.hazard_rates.hazard_file from data/history; do not edit, a test regenerates it.",
        "# frequency_per_year: full is the whole record since 1999, calm until 23 February 2022, war since.",
        "# remaining: such that duration x (1 - remaining) gives the full-loss days per shock of the record.",
        "hazards:",
    ]
    for route in history.routes:
        if not route.aim:
            continue
        n = len(history.of(route.asset))
        shared = common if route.asset in COMMON_ROUTES else dict.fromkeys(library.REGIMES, 0.0)
        rates = {}
        for regime in library.REGIMES:
            found = history.rate(route, regime)
            if found is not None and found.frequency_per_year > shared[regime]:
                rates[regime] = found.frequency_per_year - shared[regime]
        days = history.duration_days(route.asset)
        about = f"{n} interruptions on record since {max(RECORD_BEGINS, route.opened).year}"
        if n < 2:
            about = "no interruption on record, so the prior of all routes" if not n else about.replace("ons", "on")
        if route.asset in COMMON_ROUTES:
            about += "; shocks to all Russian routes at once stand apart"
        change = _derate(route.aim, 1.0 - history.full_loss_days(route.asset) / days)
        lines += _entry(route.name, about, [change], rates, days, history.sigma, route.actor, "BC"[n == 0])
    both = [shock for shock in history.all_shocks if shock.name in _common_names(history)]
    days = credibility_mean(
        statistics.fmean(shock.capped_days for shock in history.shocks),
        sum(shock.capped_days for shock in both),
        len(both),
        _WEIGHT,
    )
    changes = [
        _derate(routes[asset].aim, max(0.0, 1.0 - history.full_loss_days(asset) / days)) for asset in COMMON_ROUTES
    ]
    shocks = history.jurisdiction_shocks()[COMMON_ACTOR]
    about = (
        f"all routes through Russia at once; {len(_common_names(history))} of {len(shocks)} shocks there hit two "
        f"assets or more, none yet all of them: {beta:.3f} (beta-factor) of the mean rate of its routes"
    )
    lines += _entry("Russia", about, changes, common, days, history.sigma, COMMON_ACTOR, "C")
    return "\n".join(lines) + "\n"


def _common_rate(history: History, regime: str, beta: float) -> float:
    """Return the rate of the common cause in a regime, from the routes with events on record. [1/y]"""
    found = [history.rate(route, regime) for route in history.routes if route.asset in COMMON_ROUTES]
    seen = {route.asset for route in history.routes if history.of(route.asset)}
    assets = [route.asset for route in history.routes if route.asset in COMMON_ROUTES]
    rates = [rate.frequency_per_year for asset, rate in zip(assets, found, strict=True) if rate and asset in seen]
    return common_rate_per_year(rates, beta)


def _common_names(history: History) -> list[str]:
    """Return the names of the common actor's shocks that hit several assets."""
    shocks = history.jurisdiction_shocks()[COMMON_ACTOR]
    return [name for name, events in shocks.items() if _assets(events) > 1]


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
    rates: dict[str, float],
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
    return (end - start).days / _DAYS_PER_YEAR


def _routes(file: Traversable) -> Iterable[Route]:
    for row in library.table(file):
        idle = dt.date.fromisoformat(row["idle_from"]) if row["idle_from"] else None
        yield Route(
            row["asset"], row["name"], dt.date.fromisoformat(row["opened"]), idle, row["actor"], row["aim"]
        )  # fmt: skip


def _events(file: Traversable) -> Iterable[Interruption]:
    for row in library.table(file):
        counted = row["counted"] == "yes"
        if counted and row["cause"] not in _CLASSES:
            raise DataError(f"{file.name}: event {row['id']} is counted, but cause {row['cause']!r} has no class")
        yield Interruption(
            id=row["id"],
            asset=row["asset"],
            jurisdiction=row["jurisdiction"],
            start=dt.date.fromisoformat(row["start"]),
            duration_days=float(row["duration_days"]),
            lost=float(row["capacity_lost_fraction"]),
            kind=_CLASSES.get(row["cause"], ""),
            shock=row["shock"],
            counted=counted,
        )
