"""`NetworkEdit`: what changes do to a network, field by field, so that sums of them commute."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, cast

from pydantic import ValidationError

from corridor.errors import DataError
from corridor.messages import rule_broken
from corridor.model.openings import shut_on_routes
from corridor.model.parts import NetworkParts
from corridor.model.record_base import Record
from corridor.model.records import KIND_OF, TERMS, Key, Quota
from corridor.model.validation import crossed

FieldKey = tuple[str, Any, str]
"""Kind of record, its key, and the name of a field."""


def _altered(value: Any, factor: float, amount: float) -> Any:
    """Return a value times a factor, plus an amount; no limit is infinite."""
    return (math.inf if value is None else value) * factor + amount if factor else amount


def _is_below_0(value: Any) -> bool:
    """Tell whether a value is a number below 0."""
    return isinstance(value, int | float) and value < 0


class NetworkEdit:
    """What changes do to a network, field by field: factors first, then amounts, whatever their order; or a value set.

    Selectors look at the network as it was, `origin`. What is done to the terms of an edge (tariff, days) is done to
    its rates too, and the round trip of its fleet takes the days that its transit takes.
    """

    def __init__(self, origin: NetworkParts, *, central: NetworkParts | None = None) -> None:
        """Begin with a network; prices and times that are not below 0 in `central` stop at 0."""
        self.origin = origin
        self._central = central
        self.notes: list[str] = []
        self.opened: list[tuple[Record, Sequence[str]]] = []
        self.factors: dict[FieldKey, float] = {}
        self._amount: dict[FieldKey, float] = {}
        self._set: dict[FieldKey, tuple[Any, Record]] = {}
        self._changes: dict[tuple[str, Any], list[Record]] = {}

    @property
    def touched(self) -> frozenset[tuple[str, Any]]:
        """Kind and key of every record to which anything was done, with or without effect."""
        return frozenset((kind, key) for kind, key, _ in (*self.factors, *self._set))

    def value(self, kind: str, key: Any, field: str) -> Any:
        """Return the value of a field after the changes made so far; no limit is infinite."""
        location = (kind, key, field)
        if location in self._set:
            return self._set[location][0]
        value = getattr(self.original(kind, key), field)
        if kind == "rate":
            return self._of_rate(key, field, value)
        if location in self.factors:
            value = _altered(value, self.factors[location], self._amount[location])
        if field == "fleet_days":
            value += self.value("edge", key, "transit_days") - self.original("edge", key).transit_days
        return value

    def _of_rate(self, key: Key, field: str, own: float | None) -> float | None:
        """Return the value of a field of a rate: what was done to the edge and to the rate; None is the edge's."""
        if own is None and ("rate", key, field) not in self.factors:
            return None
        value = getattr(self.origin.edge(key[0]), field) if own is None else own
        known = [location for location in (("edge", key[0], field), ("rate", key, field)) if location in self.factors]
        factor = math.prod(self.factors[location] for location in known)
        revised: float = _altered(value, factor, sum(self._amount[location] for location in known))
        return revised

    def _in_effect(self, location: FieldKey) -> list[Any]:
        """Return the value of a field, of a rate's that is empty the edge's, and what follows from an edge's."""
        kind, key, field = location
        value = self.value(kind, key, field)
        if kind == "rate" and value is None:
            value = self.value("edge", key[0], field)
        return [value, *(self.value(*other) for other in self._rates_after(location))]

    def _rates_after(self, location: FieldKey) -> Iterator[FieldKey]:
        """Yield the fields of rates that change with an edge's."""
        kind, key, field = location
        if kind == "edge" and field in TERMS:
            yield from (("rate", rate, field) for rate in self._rates.get(key, ()))

    @cached_property
    def _rates(self) -> dict[str, list[Key]]:
        """The keys of the rates by their edges."""
        rates: dict[str, list[Key]] = {}
        for edge, commodity in self.origin.keys("rate"):
            rates.setdefault(edge, []).append((edge, commodity))
        return rates

    def alter(
        self, change: Record, kind: str, keys: Iterable[Any], field: str, *, factor: float = 1.0, add: float = 0.0
    ) -> bool:
        """Multiply a field of some records and add to it; tell whether any value differs."""
        altered = False
        alone = not (kind == "rate" or (kind == "edge" and field in TERMS and self.origin.rates))
        for key in keys:
            location = (kind, key, field)
            before = self.value(*location) if alone else self._in_effect(location)
            self.factors[location] = self.factors.get(location, 1.0) * factor
            self._amount[location] = self._amount.get(location, 0.0) + add
            self._changes.setdefault((kind, key), []).append(change)
            altered |= (self.value(*location) if alone else self._in_effect(location)) != before
        return altered

    def set(self, change: Record, kind: str, keys: Iterable[Any], field: str, value: Any) -> bool:
        """Set a field of some records; tell whether any value differs. Of two changes the later holds and is noted."""
        altered = False
        for key in keys:
            location, before = (kind, key, field), self.value(kind, key, field)
            earlier = self._set.get(location)
            if earlier is not None and earlier[0] != value:
                name = "/".join(key) if isinstance(key, tuple) else key
                self.notes.append(
                    f"{kind} {name!r}: {field} is set twice, by {earlier[1]} and by {change}; the later one holds"
                )
            self._set[location] = value, change
            self._changes.setdefault((kind, key), []).append(change)
            altered |= value != before
        return altered

    def parts(self, owner: str) -> dict[str, Any]:
        """Return the parts of the network that differ; an error about a record names the changes that touched it."""
        edited: dict[str, dict[Any, Record]] = {}
        for (kind, key), values in self._differing().items():
            if kind not in edited:
                edited[kind] = dict(self.origin.by_key(kind))
            edited[kind][key] = self._revised(owner, kind, key, values)
        parts: dict[str, Any] = {KIND_OF[kind].attribute: tuple(records.values()) for kind, records in edited.items()}
        for kind in ("quota", "rate"):  # others are never new
            if len(edited.get(kind, ())) > len(self.origin.records(kind)):
                parts[KIND_OF[kind].attribute] = tuple(record for _, record in sorted(edited[kind].items()))
        if made := self._rates_made():
            parts["rates_made"] = tuple(sorted({*self.origin.rates_made, *made}))
        for change, opened in self.opened:
            if shut := shut_on_routes(self.origin, parts.get("edges", self.origin.edges), opened):
                self.notes.append(f"{change}: planned edges on its routes stay shut: {', '.join(shut)}")
        if self.notes:
            parts["notes"] = (*self.origin.notes, *dict.fromkeys(self.notes))
        return parts

    def _rates_made(self) -> list[tuple[str, str, str]]:
        """Return edge, commodity and field of each term of a rate that is made from the edge's own."""
        rates = [(key, field) for kind, key, field in self.factors if kind == "rate"]
        return [(*key, field) for key, field in rates if getattr(self.original("rate", key), field) is None]

    def _differing(self) -> dict[tuple[str, Any], dict[str, Any]]:
        """Return the fields that differ with their values, by kind and key of their record."""
        fields: dict[tuple[str, Any], dict[str, Any]] = {}
        following = (rate for location in self.factors for rate in self._rates_after(location)) if self._rates else ()
        for kind, key, field in (*self.factors, *self._set, *following):
            value, before = self.value(kind, key, field), getattr(self.original(kind, key), field)
            if before is None and value == math.inf:
                value = None
            if value != before:
                fields.setdefault((kind, key), {})[field] = value
        return fields

    def original(self, kind: str, key: Any) -> Any:
        """Return a record as it was; a quota that is not there allows everything, a rate leaves all to the edge."""
        record = self.origin.by_key(kind).get(key)
        if record is None and kind in ("quota", "rate"):
            return cast(Any, KIND_OF[kind].record).model_construct(edge=key[0], commodity=key[1])
        return record

    def _kept_from_below_0(self, kind: str, key: Any, edited: dict[str, Any]) -> dict[str, Any]:
        """Return fields of a drawn network: prices and times stop at 0 that do not fall below it in `central`."""
        record = None if self._central is None else self._central.by_key(kind).get(key)
        if record is None:
            return edited
        stopping = (
            field for field in TERMS if _is_below_0(edited.get(field)) and not _is_below_0(getattr(record, field))
        )
        return edited | dict.fromkeys(stopping, 0.0)

    def _revised(self, owner: str, kind: str, key: Any, edited: dict[str, Any]) -> Record:
        """Return a record with some fields replaced; no more is required of a market than it takes."""
        record = self.original(kind, key)
        edited = self._kept_from_below_0(kind, key, edited)
        if kind == "market" and (volume := edited.get("volume_mtpa", record.volume_mtpa)) is not None:
            required = edited.get("required_mtpa", record.required_mtpa)
            edited["required_mtpa"] = min(required, max(volume, 0.0))
        try:
            revised: Record = record._replace_raw(**edited)
        except ValidationError as error:
            broken = "; ".join(str(rule_broken(dict(rule), ())) for rule in error.errors())
        else:
            if not (isinstance(revised, Quota) and revised.min_mtpa > record.min_mtpa and crossed(revised)):
                return revised
            broken = crossed(revised)
        touched = list(self._changes.get((kind, key), ()))
        touched += self._changes.get(("edge", key[0]), ()) if kind == "rate" else ()
        changes = ", ".join(dict.fromkeys(map(str, touched)))
        name = "/".join(key) if isinstance(key, tuple) else key
        less = "; change it by less" if "must be >" in broken else ""
        raise DataError(f"{owner}{changes} leaves {kind} {name!r} where {broken}{less}") from None
