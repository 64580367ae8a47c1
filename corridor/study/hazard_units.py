"""What rates are of, the pools behind them, and a fitted rate: the records of the hazard method."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from corridor.library.interruptions import CommonCause, MonitoredAsset, ReferencePrior
from corridor.risk.rates import rate_per_year
from corridor.study.interruption_parts import WEATHER, Part


@dataclass(frozen=True)
class Unit:
    """What a rate is of.

    Attributes
    ----------
    id, name : str
        As tables name it, and as hazards do.
    kind : str
        route, set or field.
    group : str
        theatre or other: whose war ratio it has.
    start, end : date
        Between which it is watched.
    idle : bool
        Whether nothing passes today that could be interrupted.
    largest_share : float
        Largest share that a partial interruption takes. [1]
    of : MonitoredAsset or CommonCause
        The row of the record.
    """

    id: str
    name: str
    kind: str
    group: str
    start: dt.date
    end: dt.date
    idle: bool
    largest_share: float
    of: MonitoredAsset | CommonCause


@dataclass(frozen=True)
class Pool:
    """Parts of one form that give the mean to which each unit's own are shrunk.

    Attributes
    ----------
    parts : tuple of Part
        Of busy units, since reporting was full; of all years where those are too few.
    since : date
        From when they, and a unit's own, are taken.
    mean_days, median_days, sigma : float
        Of their durations. [days], [days], [1]
    share : float
        Mean share lost, weighted by days. [1]
    """

    parts: tuple[Part, ...]
    since: dt.date
    mean_days: float
    median_days: float
    sigma: float
    share: float


@dataclass(frozen=True)
class FittedRate:
    """Rate, duration and severity of one unit and form.

    Attributes
    ----------
    shape, prior_years : float
        Of the prior of the calm rate. [1], [years]
    calm_events, war_events : int
        Parts counted. [1]
    calm_years, war_years : float
        Exposure, years before full reporting by their weight. [years]
    factor : float
        War rate over calm rate. [1]
    parts : int
        Own parts that enter duration and share. [1]
    mean_days, sigma : float
        Lognormal duration. [days], [1]
    complete, mean_share, largest_share, concentration : float
        Probability that all is lost; of a partial loss mean, largest and concentration of the beta. [1]
    """

    unit: Unit | ReferencePrior
    form: str
    shape: float
    prior_years: float
    calm_events: int
    war_events: int
    calm_years: float
    war_years: float
    factor: float
    parts: int
    mean_days: float
    sigma: float
    complete: float
    mean_share: float
    largest_share: float
    concentration: float

    @property
    def events(self) -> int:
        """Parts counted in both regimes. [1]"""
        return self.calm_events + self.war_events

    @property
    def calm_per_year(self) -> float:
        """Rate in calm years. [1/y]"""
        exposure = self.calm_years + self.factor * self.war_years
        return rate_per_year(self.events, exposure, self.shape, self.prior_years)

    @property
    def war_per_year(self) -> float:
        """Rate in the war. [1/y]"""
        return self.factor * self.calm_per_year

    @property
    def median_days(self) -> float:
        """Median duration. [days]"""
        return self.mean_days / math.exp(self.sigma**2 / 2.0)

    @property
    def mean_loss_days(self) -> float:
        """Full-loss days of an event: duration times share. [days]"""
        return self.mean_days * (self.complete + (1.0 - self.complete) * self.mean_share)

    @property
    def rate_group(self) -> str | None:
        """Id of the common factor of its war rate; None where it has its own."""
        if self.form == WEATHER or not isinstance(self.unit, Unit):
            return None
        return f"{self.form}_{self.unit.group}"
