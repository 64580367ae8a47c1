"""The hazard method: from the parts of the record to the rate, duration and severity of each unit and form.

A unit is a route, a set of routes that one shock strikes, or a field. Routes and sets make the fit: the share of short
interruptions that was noticed, the war's ratio by form and group, a prior of rates by form, pools of durations and
shares. Fields take them over and enter none. ``data/README.md`` has the method in a page.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from corridor.errors import DataError
from corridor.library.interruptions import (
    CommonCause,
    InterruptionRecord,
    MonitoredAsset,
    ReferencePrior,
    interruption_record,
)
from corridor.messages import shown
from corridor.risk.rate_draws import OpenRate, RateRanges, rate_ranges
from corridor.risk.rates import (
    RegimeRatio,
    ShareScatter,
    credibility_mean,
    exposure_weight,
    fit_gamma_prior,
    hit_share,
    lognormal_sigma,
    noticed_share,
    share_scatter,
)
from corridor.study.hazard_units import FittedRate, Pool, Unit
from corridor.study.interruption_parts import FORMS, SLOW, STOP, WEATHER, Part, PartsOfRecord, years_between

THEATRE, OTHER = "theatre", "other"
KINDS = ("order", "war", "technical", "weather", "natural")


@dataclass(frozen=True)
class HazardFit:
    """The method on a record, of what began by the end of a day."""

    record: InterruptionRecord
    until: dt.date

    @cached_property
    def by_shock(self) -> PartsOfRecord:
        """The parts of the record, and how they came about."""
        return PartsOfRecord(self.record, self.until)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Routes, then sets, then fields."""
        assets = [self._of_asset(asset) for asset in self.record.assets]
        routes = [unit for unit in assets if unit.kind == "route"]
        return (*routes, *map(self._of_set, self.record.common_causes), *(u for u in assets if u.kind == "field"))

    def _of_asset(self, asset: MonitoredAsset) -> Unit:
        return Unit(
            id=asset.id,
            name=asset.name,
            kind=asset.kind,
            group=THEATRE if asset.theatre else OTHER,
            start=asset.opened,
            end=min(self.until, asset.idle_from or self.until),
            idle=asset.idle_from is not None,
            largest_share=asset.largest_share,
            of=asset,
        )

    def _of_set(self, cause: CommonCause) -> Unit:
        """Return a set as a unit: watched while its first two members both are."""
        members = [self._of_asset(self.by_shock.routes[member]) for member in cause.members]
        return Unit(
            id=cause.id,
            name=cause.name,
            kind="set",
            group=THEATRE if cause.theatre else OTHER,
            start=max(member.start for member in members[:2]),
            end=min(member.end for member in members[:2]),
            idle=any(member.idle for member in members),
            largest_share=cause.largest_share,
            of=cause,
        )

    @cached_property
    def fitted_units(self) -> tuple[Unit, ...]:
        """Units that make the fit: routes and sets."""
        return tuple(unit for unit in self.units if unit.kind != "field")

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Parts that make the fit."""
        fitted = {unit.id for unit in self.fitted_units}
        return tuple(part for part in self.by_shock.parts if part.unit in fitted)

    @cached_property
    def noticed(self) -> float:
        """Share of short interruptions noticed before reporting was full, by causes that the war does not drive. [1]"""
        parts = [part for part in self.parts if part.kind not in ("order", "war")]
        counts = Counter((self._short(part), self._reported(part)) for part in parts)
        return noticed_share(counts[True, False], counts[True, True], counts[False, False], counts[False, True])

    def _short(self, part: Part) -> bool:
        return part.duration_days < self.record.settings.short_below_days

    def _reported(self, part: Part) -> bool:
        return part.start >= self.record.settings.reported_from

    def _in_war(self, part: Part) -> bool:
        return part.start >= self.record.settings.war_begins

    def weight(self, form: str) -> float:
        """Return what a year before full reporting counts for a form; of storms nothing was reported. [1]"""
        if form == WEATHER:
            return 0.0
        short = [self._short(part) for part in self.parts if part.form == form and self._reported(part)]
        return exposure_weight(sum(short), len(short), self.noticed)

    def exposure_years(self, unit: Unit, form: str) -> tuple[float, float]:
        """Return how long a unit was watched in calm years, by weight, and in the war. [years]"""
        reported, war = self.record.settings.reported_from, self.record.settings.war_begins
        calm = self.weight(form) * years_between(unit.start, min(reported, unit.end))
        calm += years_between(max(unit.start, reported), min(war, unit.end))
        return calm, years_between(max(unit.start, war), unit.end)

    def counted(self, unit: str, form: str) -> list[Part]:
        """Return the parts that count for the rate of a unit and form: of storms those since reporting was full."""
        parts = [part for part in self.by_shock.parts if (part.unit, part.form) == (unit, form)]
        return [part for part in parts if form != WEATHER or self._reported(part)]

    @cached_property
    def ratios(self) -> Mapping[tuple[str, str], RegimeRatio]:
        """Counts and exposure of both regimes by form and group: the war's ratio, common to the group."""
        return {(form, group): self._ratio(form, group) for form in (STOP, SLOW) for group in (THEATRE, OTHER)}

    def _ratio(self, form: str, group: str) -> RegimeRatio:
        units = [unit for unit in self.fitted_units if unit.group == group]
        wars = [self._in_war(part) for unit in units for part in self.counted(unit.id, form)]
        calm, war = zip(*(self.exposure_years(unit, form) for unit in units), strict=True)
        return RegimeRatio(len(wars) - sum(wars), sum(calm), sum(wars), sum(war))

    @cached_property
    def rate_groups(self) -> Mapping[str, RegimeRatio]:
        """Ratios by id of the rate group; none where no war was watched."""
        return {f"{form}_{group}": ratio for (form, group), ratio in self.ratios.items() if ratio.war_years}

    def factor(self, unit: Unit, form: str) -> float:
        """Return how much more often in the war; storms do not know it. [1]"""
        return 1.0 if form == WEATHER else self.ratios[form, unit.group].factor

    @cached_property
    def priors(self) -> Mapping[str, tuple[float, float]]:
        """Shape [1] and years of the prior of stops and slows of routes, by empirical Bayes."""
        routes = [unit for unit in self.fitted_units if unit.kind == "route"]
        return {
            form: fit_gamma_prior(
                [len(self.counted(unit.id, form)) for unit in routes],
                [self._exposure(unit, form) for unit in routes],
                most_shape=self.record.settings.most_shape,
            )
            for form in (STOP, SLOW)
        }

    def _exposure(self, unit: Unit, form: str) -> float:
        """Return exposure as calm years: those of war by the war's ratio. [years]"""
        calm, war = self.exposure_years(unit, form)
        return calm + self.factor(unit, form) * war

    @cached_property
    def pools(self) -> Mapping[str, Pool]:
        """Pools of durations and shares by form."""
        return {form: self._pool(form) for form in FORMS}

    def _pool(self, form: str) -> Pool:
        settings = self.record.settings
        parts = self._busy_parts(form)
        since = settings.reported_from
        if sum(part.start >= since for part in parts) < settings.fewest_parts:
            since = settings.first_day
        parts = [part for part in parts if part.start >= since]
        days = [self.capped_days(part) for part in parts]
        mean, median = statistics.fmean(days), statistics.median(days)
        # No lognormal has a mean below its median, as storms have, and stops of an early cut-off.
        by_logs = form == WEATHER or mean <= median
        sigma = statistics.stdev(map(math.log, days)) if by_logs else lognormal_sigma(mean, median)
        share = statistics.fmean((part.share for part in parts), days)
        return Pool(tuple(parts), since, mean, median, sigma, share)

    def _busy_parts(self, form: str) -> list[Part]:
        """Return the parts of a form, of all years, of units that are not idle."""
        busy = {unit.id for unit in self.fitted_units if not unit.idle}
        return [part for part in self.parts if part.form == form and part.unit in busy]

    def capped_days(self, part: Part) -> float:
        """Return what a part counts in means. [days]"""
        return min(part.duration_days, self.record.settings.longest_days)

    @cached_property
    def complete_storms(self) -> tuple[int, int]:
        """Complete storms of the pool, and all."""
        parts = self.pools[WEATHER].parts
        return sum(part.complete for part in parts), len(parts)

    @cached_property
    def partial_storms(self) -> float:
        """Mean share of storms that were not complete, of all years, as a share of the largest. [1]"""
        return statistics.fmean(part.share for part in self.parts if part.form == WEATHER and not part.complete)

    @cached_property
    def scatter(self) -> ShareScatter:
        """Scatter of the shares of slows, on the scale of the largest share of their unit.

        Where no unit has two parts in the pool, it is that of all years.
        """
        largest = {unit.id: unit.largest_share for unit in self.units}
        parts: Sequence[Part] = self.pools[SLOW].parts
        if len({part.unit for part in parts}) == len(parts):
            parts = self._busy_parts(SLOW)
        return share_scatter(
            [part.unit for part in parts],
            [self.capped_days(part) for part in parts],
            [min(1.0, part.share / largest[part.unit]) for part in parts],
            least=self.record.settings.least_concentration,
        )

    @cached_property
    def rates(self) -> tuple[FittedRate, ...]:
        """Every unit and form that has a row: routes and sets, the reference priors, fields."""
        fields = [unit for unit in self.units if unit.kind == "field"]
        return (*self._rows(self.fitted_units), *map(self._reference, self.record.priors), *self._rows(fields))

    def _rows(self, units: Sequence[Unit]) -> list[FittedRate]:
        return [
            self._fitted(unit, form, parts)
            for unit in units
            for form in FORMS
            if (parts := self.counted(unit.id, form)) or self._needs_none(unit, form)
        ]

    @staticmethod
    def _needs_none(unit: Unit, form: str) -> bool:
        """Tell whether a form has a rate without a part: stops and slows of routes, and of sets at work."""
        return form != WEATHER and (unit.kind == "route" or (unit.kind == "set" and not unit.idle))

    def _fitted(self, unit: Unit, form: str, parts: Sequence[Part]) -> FittedRate:
        settings, pool = self.record.settings, self.pools[form]
        of_set = unit.kind == "set" or form == WEATHER
        shape, years = (settings.set_shape, 0.0) if of_set else self.priors[form]
        calm, war = self.exposure_years(unit, form)
        wars = sum(map(self._in_war, parts))
        own = [part for part in parts if part.start >= pool.since]
        days = [self.capped_days(part) for part in own]
        return FittedRate(
            unit=unit, form=form, shape=shape, prior_years=years,
            calm_events=len(parts) - wars, war_events=wars, calm_years=calm, war_years=war,
            factor=self.factor(unit, form), parts=len(own),
            mean_days=credibility_mean(pool.mean_days, sum(days), len(days), settings.weight),
            sigma=pool.sigma, complete=self._complete(form), mean_share=self._mean_share(unit, form, own),
            largest_share=unit.largest_share, concentration=self.scatter.concentration,
        )  # fmt: skip

    def _complete(self, form: str) -> float:
        """Return the probability that all is lost. [1]"""
        return hit_share(*self.complete_storms) if form == WEATHER else float(form == STOP)

    def _mean_share(self, unit: Unit, form: str, own: Sequence[Part]) -> float:
        """Return the mean share of a partial loss, weighted by days so that rate x days x share is the record's. [1]"""
        if form != SLOW:
            return self.partial_storms * unit.largest_share
        pool, days = self.pools[SLOW], [self.capped_days(part) for part in own]
        worth = self.record.settings.weight * pool.mean_days
        lost = sum(d * part.share for d, part in zip(days, own, strict=True))
        return credibility_mean(pool.share, lost, sum(days), worth)

    def _reference(self, prior: ReferencePrior) -> FittedRate:
        """Return the rate of a hazard without a record, its exposure in hundredths of a year."""
        settings = self.record.settings
        calm = years_between(settings.first_day, min(settings.war_begins, self.until))
        war = years_between(settings.war_begins, self.until)
        return FittedRate(
            unit=prior, form=STOP, shape=prior.shape, prior_years=prior.reference_years,
            calm_events=0, war_events=0, calm_years=round(calm, 2), war_years=round(war, 2),
            factor=prior.war_factor if war else 1.0, parts=0,
            mean_days=prior.median_days * math.exp(prior.sigma**2 / 2.0),
            sigma=prior.sigma, complete=1.0, mean_share=self.partial_storms, largest_share=1.0,
            concentration=self.scatter.concentration,
        )  # fmt: skip

    @cached_property
    def queue_days(self) -> Mapping[str, float]:
        """Added wait of an event by unit whose slows are queues: waiting days of the record over its events. [days]"""
        waits = {unit.id: [part.waiting_days for part in self.counted(unit.id, SLOW)] for unit in self.units}
        return {unit: statistics.fmean(days) for unit, days in waits.items() if any(days)}

    def causes(self, rate: FittedRate) -> Mapping[str, float]:
        """Return the shares of causes of a unit and form, of its group where it has no event. [1]"""
        if not isinstance(rate.unit, Unit):
            return {rate.unit.kind: 1.0}
        group = [unit.id for unit in self.fitted_units if unit.group == rate.unit.group]
        units = [rate.unit.id] if rate.events else group
        kinds = Counter(part.kind for unit in units for part in self.counted(unit, rate.form))
        return {kind: kinds[kind] / kinds.total() for kind in KINDS if kinds[kind]}

    def ranges(self, draws: int) -> tuple[RateRanges, ...]:
        """Return the 5 and 95 % points of all rates by so many joint draws, in the order of the rates."""
        hit, total = self.complete_storms
        return tuple(
            rate_ranges(
                [self.open_rate(rate) for rate in self.rates],
                self.rate_groups,
                self.scatter,
                (hit + 0.5, total - hit + 0.5),
                draws=draws,
            )
        )

    def open_rate(self, rate: FittedRate) -> OpenRate:
        """Return what the record leaves open of a rate; the duration of a hazard without a record stays."""
        return OpenRate(
            shape=rate.shape + rate.events,
            prior_years=rate.prior_years,
            calm_years=rate.calm_years,
            war_years=rate.war_years,
            group=rate.rate_group if rate.rate_group in self.rate_groups else None,
            factor=rate.factor,
            mean_days=rate.mean_days,
            sigma=rate.sigma,
            durations=self.record.settings.weight + rate.parts if isinstance(rate.unit, Unit) else None,
            complete=rate.complete,
            mean_share=rate.mean_share,
            largest_share=rate.largest_share,
        )


def struck(fit: HazardFit, cause: CommonCause | ReferencePrior) -> list[MonitoredAsset]:
    """Return the members of a set that the network has and that are not idle."""
    members = [fit.by_shock.routes[member] for member in cause.members]
    return [member for member in members if member.aim and member.idle_from is None]


def ships(fit: HazardFit, rate: FittedRate) -> bool:
    """Tell whether the network has a hazard of a unit and form: something that it strikes, and that is not idle."""
    of = rate.unit.of if isinstance(rate.unit, Unit) else rate.unit
    if isinstance(of, MonitoredAsset):
        return bool(of.aim) and of.idle_from is None
    return bool(struck(fit, of))


def cut_off(until: str | dt.date | None, record: InterruptionRecord) -> dt.date:
    """Return the day up to which events count, the record's last day by default.

    Raises
    ------
    DataError
        If it is no date, before the first year of full reporting is over, or after events were looked for.
    """
    settings = record.settings
    if until is None:
        return settings.last_day
    try:
        day = until if isinstance(until, dt.date) else dt.date.fromisoformat(until)
    except (TypeError, ValueError):
        raise DataError(f"until must be a date like 2023-12-31 (got {shown(until)})") from None
    first = settings.reported_from.replace(month=12, day=31)
    if not first <= day <= settings.searched_to:
        raise DataError(
            f"until must be {first} to {settings.searched_to}: a full year of reports is needed, and later events were "
            f"not looked for (got {day})"
        )
    return day


@lru_cache(maxsize=4)
def shipped_fit(until: dt.date) -> HazardFit:
    """Return the method on the record that ships with the library."""
    return HazardFit(interruption_record(), until)
