"""From dated interruptions to parts: one shock, on a route or on a set of routes, is a stop, a slow or a storm.

A shock is the rows of one cause on one asset. What strikes several routes of a set is one shock of the set, with the
rows of the first member that it strikes; each shock gives up to two parts, its complete rows and its partial ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from corridor.library.interruptions import (
    AFTER_WINDOW,
    CommonCause,
    Interruption,
    InterruptionRecord,
    MonitoredAsset,
)
from corridor.risk.rates import hit_share

STOP, SLOW, WEATHER = "stop", "slow", "weather"
FORMS = (STOP, SLOW, WEATHER)
_DAYS_PER_CALENDAR_YEAR = 365.25


@dataclass(frozen=True)
class Part:
    """What one shock did to one unit, complete or partial.

    Attributes
    ----------
    unit, form : str
        Route, set or field; stop, slow or weather.
    name, kind : str
        The shock, and its cause: order, war, technical, weather or natural.
    start : date
        Its earliest day.
    duration_days : float
        Sum over its rows. [days]
    share : float
        Share lost, weighted by days. [1]
    complete : bool
        Whether its rows are complete.
    waiting_days : float
        Added wait of a queue, 0 where it is none. [days]
    """

    unit: str
    form: str
    name: str
    kind: str
    start: dt.date
    duration_days: float
    share: float
    complete: bool
    waiting_days: float


@dataclass(frozen=True)
class PartsOfRecord:
    """The parts of a record, of what began by the end of a day."""

    record: InterruptionRecord
    until: dt.date

    @cached_property
    def shocks(self) -> Mapping[str, Mapping[str, Sequence[Interruption]]]:
        """Counted rows by name of the shock and asset, in the order of the file."""
        watched = {asset.id for asset in self.record.assets}
        grouped: dict[str, dict[str, list[Interruption]]] = {}
        for row in self.record.interruptions:
            if row.asset in watched and row.severity > 0 and self._counts(row):
                grouped.setdefault(row.group, {}).setdefault(row.asset, []).append(row)
        return grouped

    def _counts(self, row: Interruption) -> bool:
        """Tell whether a row counts: those after the record's last day do where the cut-off is later."""
        return row.start <= self.until and (row.counted or row.reason == AFTER_WINDOW)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """All parts, in the order of the shocks."""
        return tuple(
            part
            for name, by_asset in self.shocks.items()
            for unit, asset in self._units(name, by_asset)
            for part in self._parts_of(unit, asset, by_asset[asset])
        )

    def _units(self, name: str, by_asset: Mapping[str, Sequence[Interruption]]) -> list[tuple[str, str]]:
        """Return whom a shock is counted for, each with the asset whose rows tell how long and how hard."""
        common = self.set_of(by_asset)
        if common is None:
            return [(asset, asset) for asset in by_asset]
        first = next(member for member in common.members if member in by_asset)
        return [(common.id, first), *((asset, asset) for asset in by_asset if asset not in common.members)]

    def set_of(self, by_asset: Mapping[str, Sequence[Interruption]]) -> CommonCause | None:
        """Return the set that a shock strikes: a storm by its first member, else the first that holds all routes."""
        for cause in self.record.common_causes:
            rows = by_asset.get(cause.members[0])
            if cause.storms and rows is not None and rows[0].kind == WEATHER:
                return cause
        routes = {asset for asset in by_asset if self.routes[asset].kind == "route"}
        if len(routes) < 2:
            return None
        return next((cause for cause in self.record.common_causes if routes <= set(cause.members)), None)

    @cached_property
    def routes(self) -> Mapping[str, MonitoredAsset]:
        """Monitored assets by id."""
        return {asset.id: asset for asset in self.record.assets}

    def _parts_of(self, unit: str, asset: str, rows: Sequence[Interruption]) -> list[Part]:
        """Return the parts of a shock; partial days of a storm that also stopped all are a slow of the asset's own."""
        limit = self.record.settings.complete_from
        complete = [row for row in rows if row.severity >= limit]
        partial = [row for row in rows if row.severity < limit]
        weather = rows[0].kind == WEATHER
        parts = []
        if complete:
            parts.append(_part(unit, WEATHER if weather else STOP, rows[0], complete, True))
        if partial and weather:
            parts.append(_part(*((asset, SLOW) if complete else (unit, WEATHER)), rows[0], partial, False))
        elif partial:
            parts.append(_part(unit, SLOW, rows[0], partial, False))
        return parts

    def hits(self, cause: CommonCause, member: str) -> tuple[float, int] | None:
        """Return how likely a set's shock strikes a member, and the weight of that; None where it always does."""
        if cause.hits == "all":
            return None
        opened = self.routes[member].opened
        of_set = [by_asset for by_asset in self.shocks.values() if self.set_of(by_asset) == cause]
        seen = [by_asset for by_asset in of_set if _start(by_asset.values()) >= opened]
        return hit_share(sum(member in by_asset for by_asset in seen), len(seen)), len(seen) + 1


def _part(unit: str, form: str, first: Interruption, rows: Sequence[Interruption], complete: bool) -> Part:
    days = sum(row.duration_days for row in rows)
    return Part(
        unit=unit,
        form=form,
        name=first.group,
        kind=first.kind,
        start=min(row.start for row in rows),
        duration_days=days,
        share=sum(row.duration_days * row.severity for row in rows) / days,
        complete=complete,
        waiting_days=sum(row.duration_days * row.severity for row in rows if row.fraction_of == "waiting_days"),
    )


def _start(groups: Iterable[Sequence[Interruption]]) -> dt.date:
    return min(row.start for rows in groups for row in rows)


def years_between(start: dt.date, end: dt.date) -> float:
    """Return how many years lie between two days, 0 where the second is the earlier. [years]"""
    return max(0, (end - start).days) / _DAYS_PER_CALENDAR_YEAR
