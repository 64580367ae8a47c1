"""A network with other figures: what would it be if a number were at the low or high end of its range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from corridor.errors import DataError
from corridor.model.cycles import earning_cycles
from corridor.model.distributions import triangular_quantile, yes_quantile
from corridor.model.figures import FigureSet, Value, in_force, key_of
from corridor.model.frames import numbers
from corridor.model.parts import NetworkParts
from corridor.model.record_base import Record
from corridor.model.records import PARTS, Figure, Key, Quota
from corridor.model.validation import minima_over_capacity

N = TypeVar("N", bound=NetworkParts)

_UNUSED = ("lat", "lon", "distance_km", "storage_mt", "display_per_t")
Fields = dict[tuple[str, Any], dict[str, Any]]
"""New values of fields by kind and id of their record."""


class FieldChange(NamedTuple):
    """A field of a record that another value of a figure changes: what the figure says of it now, and would say."""

    kind: str
    id: Any
    field: str
    before: float | None
    value: Any


_OF_REFERENCE = "reference "
"""What stands before the kind of a record of the network's reference."""


class Variation(Generic[N]):
    """The figures of a network, and the networks that other values of them make.

    Parameters
    ----------
    network : Network
        One that has figures, as shipped networks do; a scenario may have been applied to it. Figures about what is
        not in the network, or no number in it, move nothing.

    Raises
    ------
    DataError
        If the network has no figures.
    """

    def __init__(self, network: N) -> None:
        if not network.figure_records:
            raise DataError(
                f"{network!r} has no figures that could be varied; give it some with low and high, or load one"
            )
        self.network = network
        current = in_force(network.figure_records, network.year)
        self.figure_set = FigureSet(current, network.year)
        self._ranges_from_rivals = _ranges_from_rivals(self.figure_set, current)
        self._assumed = _ranges_of_assumptions(self.figure_set)
        self._owners: dict[str, Mapping[Any, Record]] = {kind.singular: network.by_key(kind.singular) for kind in PARTS}
        self._ids: dict[tuple[str, str], str | Key] = {
            (kind, subject_of(id)): id for kind, owned in self._owners.items() for id in owned
        }
        self._rates_made: dict[tuple[str, str], list[Key]] = {}
        for edge, commodity, field in network.rates_made:
            self._rates_made.setdefault((edge, field), []).append((edge, commodity))
        reference = getattr(network, "reference", None)
        self._reference: Variation[Any] | None = Variation(reference) if reference is not None else None

    def varying_figures(self) -> list[Figure]:
        """Return the figures that have a range and can move a flow, in their order.

        Notes
        -----
        Those with a formula move with what goes into it; they are included only where they state a range of their own,
        which is that of an assumption in the formula, or where nothing in it has a range and rivals span one.
        """
        return list(self._varying)

    @cached_property
    def _varying(self) -> tuple[Figure, ...]:
        return tuple(
            figure
            for key, figure in self.figure_set.figures.items()
            if (not figure.formula or key in self._ranges_from_rivals or key in self._assumed)
            and figure.record != "country"
            and figure.attribute not in _UNUSED
            and self.range_of(figure)[0] < self.range_of(figure)[1]
            and any(True for bound in self.range_of(figure) for _ in self.field_changes({key: bound}))
        )

    def range_of(self, figure: Figure) -> tuple[float, float]:
        """Return the range of a chosen figure: its own, or where it has none, that which its rivals span with it.

        Of one with a formula that states a range it is that of the assumption, whatever goes into the formula.
        """
        key = key_of(figure)
        return self._ranges_from_rivals.get(key) or self._assumed.get(key) or range_of(figure)

    def range_from(self, figure: Figure) -> str:
        """Return where the range of a chosen figure comes from: ``figure`` itself, or its ``rivals``."""
        return "rivals" if key_of(figure) in self._ranges_from_rivals else "figure"

    def figure(self, name: str) -> Figure:
        """Return the chosen figure of a name, as `FigureSet.key_named` reads it.

        Raises
        ------
        UnknownNameError
            If there is none, or more than one.
        """
        return self.figure_set.figures[self.figure_set.key_named(name)]

    def drawn(self, chances: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
        """Return values of all varying figures drawn within their ranges, by key.

        Parameters
        ----------
        chances : shape (n, n_figures)
            Numbers from 0 to 1, a column for each of `varying_figures`: the chance of a value lower than that returned.

        Returns
        -------
        dict of shape (n,)
            What `with_values` takes, row by row.

        Notes
        -----
        Triangular between low, value and high; a figure that says yes or no is 1 with the chance that is its value.
        Where a figure with a formula states a range of its own, the distance from its value is drawn and added to what
        the formula comes to, so that it moves with what goes into it too.
        """
        values: dict[str, Value] = {}
        added: dict[str, Value] = {}
        for figure, chance in zip(self._varying, chances.T, strict=True):
            key, middle = key_of(figure), figure.value or 0.0
            if self._says_yes_or_no(figure):
                values[key] = yes_quantile(chance, middle)
                continue
            value = triangular_quantile(chance, *self.range_of(figure), middle)
            if key in self._assumed:
                added[key] = value - middle
            else:
                values[key] = value
        with np.errstate(divide="ignore", invalid="ignore"):  # what is no number then is refused with its network
            values = self.figure_set.values(values, added)
        return {(key := key_of(figure)): np.asarray(values[key], dtype=np.float64) for figure in self._varying}

    def _says_yes_or_no(self, figure: Figure) -> bool:
        """Tell whether a figure is of a field that is true or false."""
        id = self._ids.get((figure.record, figure.subject))
        return id is not None and isinstance(getattr(self._owners[figure.record][id], figure.attribute, None), bool)

    def field_changes(self, values: Mapping[str, Value]) -> Iterator[FieldChange]:
        """Yield each record field that other values of figures change; a rate made from an edge's own moves with it."""
        for key, value in self.figure_set.values(values).items():
            figure = self.figure_set.figures[key]
            id = self._ids.get((figure.record, figure.subject))
            if id is None or not np.any(value != figure.value) or not self._is_number(figure, id):
                continue
            yield FieldChange(figure.record, id, figure.attribute, figure.value, value)
            for rate in self._rates_made.get((figure.subject, figure.attribute), ()) if figure.record == "edge" else ():
                yield FieldChange("rate", rate, figure.attribute, figure.value, value)

    def _is_number(self, figure: Figure, id: str | Key) -> bool:
        owner = self._owners[figure.record][id]
        return figure.attribute in numbers(type(owner)) | {"in_service"} & type(owner).model_fields.keys()

    def fields(self, values: Mapping[str, Value]) -> Fields:
        """Return the fields that other values of figures change: of one network, or of many, one value each.

        Parameters
        ----------
        values : mapping
            New values by the figures' keys; numbers, or arrays of shape (n,).

        Notes
        -----
        What a scenario has done to the network (shares that remain, additions) stays done. A figure that holds in the
        year of the network's reference too moves there as well.
        """
        fields: Fields = {}
        with np.errstate(divide="ignore", invalid="ignore"):
            for kind, id, field, before, value in self.field_changes(values):
                new = moved(getattr(self._owners[kind][id], field), before, value)
                fields.setdefault((kind, id), {})[field] = new.tolist() if isinstance(new, np.ndarray) else new
        if self._reference is not None:
            shared = {key: value for key, value in values.items() if self._is_shared(self._reference, key)}
            for (kind, id), changed in self._reference.fields(shared).items():
                fields[_OF_REFERENCE + kind, id] = changed
        return fields

    def _is_shared(self, reference: Variation[Any], key: str) -> bool:
        """Tell whether the figure of a key is one and the same in the year of the reference."""
        other = reference.figure_set.figures.get(key)
        return other is not None and other == self.figure_set.figures[key]

    def with_values(self, values: Mapping[str, float]) -> N:
        """Return the network that some other values of figures make.

        Parameters
        ----------
        values : mapping
            New values by the figures' keys.

        Raises
        ------
        DataError
            If a field would break its rule, or a cycle would earn money.

        Notes
        -----
        Requirements are cut to the market's volume and ship-or-pay volumes to the quota's ceiling where the new
        values would cross; minima of an edge that add up to more than its capacity shrink alike until they fit. What
        a scenario has done to the network stays done.
        """
        return self.with_fields(self.fields(values))

    def with_fields(self, fields: Fields) -> N:
        """Return the network in which some fields have other values, as `with_values` does."""
        records: dict[str, dict[Any, Record]] = {}
        of_reference = {
            (kind.removeprefix(_OF_REFERENCE), id): changed
            for (kind, id), changed in fields.items()
            if kind.startswith(_OF_REFERENCE)
        }
        for (kind, id), changed in fields.items():
            if kind.startswith(_OF_REFERENCE):
                continue
            if kind not in records:
                records[kind] = dict(self._owners[kind])
            records[kind][id] = _replaced(records[kind][id], changed)
        parts: dict[str, Any] = {
            kind.plural: tuple(records[kind.singular].values()) for kind in PARTS if kind.singular in records
        }
        if of_reference and self._reference is not None:
            parts["reference"] = self._reference.with_fields(of_reference)
        varied = self.network.with_numbers(**parts)
        if (quotas := _fitting_minima(varied)) != varied.quotas:
            varied = varied.with_numbers(quotas=quotas)
        if problems := [text for _, text in earning_cycles(varied)]:
            raise DataError([f"with figures at other values: {problem}" for problem in problems])
        return varied


def _ranges_of_assumptions(figure_set: FigureSet) -> dict[str, tuple[float, float]]:
    """Return by key the range that a figure with a formula states itself, beside that of what goes into it."""
    ranges = {}
    for key in figure_set.order:
        stated = figure_set.stated(key)
        if stated.low is not None or stated.high is not None:
            ranges[key] = range_of(stated)
    return ranges


def _ranges_from_rivals(figure_set: FigureSet, current: Iterable[Figure]) -> dict[str, tuple[float, float]]:
    """Return by key the range of each chosen figure that has none of its own but rivals of its unit and years."""
    values: dict[str, list[float]] = {}
    for rival in current:
        chosen = figure_set.figures.get(key_of(rival))
        if rival.choice == "chosen" or chosen is None or rival.value is None or chosen.value is None:
            continue
        low, high = range_of(chosen)
        overlap = max(rival.since, chosen.since) <= min(rival.until, chosen.until)
        if low == high and overlap and rival.unit == chosen.unit:
            values.setdefault(key_of(rival), [chosen.value]).append(rival.value)
    return {key: (min(several), max(several)) for key, several in values.items() if min(several) < max(several)}


def range_of(figure: Figure) -> tuple[float, float]:
    """Return the low and high bound of a figure; one not given is its value."""
    value = figure.value or 0.0
    return (value if figure.low is None else figure.low), (value if figure.high is None else figure.high)


def subject_of(id: str | Key) -> str:
    """Return how figures name the record of an id."""
    return id if isinstance(id, str) else ".".join(id)


def moved(now: Any, before: float | None, value: Any) -> Any:
    """Return a field's value moved as its figure moves, whatever a scenario has made of it; one value, or an array."""
    if now == before and not isinstance(now, bool):
        return value
    if isinstance(now, bool):
        return value >= 0.5
    if now is None or before is None:
        return now
    return now + (value - before)


def _replaced(record: Record, changed: dict[str, Any]) -> Record:
    """Return what `Record.replace` does, with limits that cross cut; many at once, so that words wait for errors."""
    fields = _uncrossed(record, changed)
    try:
        return record._replace_raw(**fields)
    except ValidationError:
        return record.replace(**fields)


def _fitting_minima(parts: NetworkParts) -> tuple[Quota, ...]:
    """Return the quotas, with minima that add up to more than their edge's capacity shrunk by one factor each edge."""
    factors = {edge.id: capacity / amount for edge, amount, capacity in minima_over_capacity(parts)}
    if not factors:
        return parts.quotas
    return tuple(
        quota.replace(min_mtpa=quota.min_mtpa * factors[quota.edge]) if quota.edge in factors else quota
        for quota in parts.quotas
    )


def _uncrossed(record: Record, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with lower limits cut to upper ones, and nothing below 0 that may not be."""
    merged = {**record.__dict__, **fields}
    for lower, upper in (("required_mtpa", "volume_mtpa"), ("min_mtpa", "max_mtpa")):
        if lower in merged and merged.get(upper) is not None and merged[lower] > merged[upper]:
            fields = {**fields, lower: max(0.0, merged[upper])}
    return {
        name: max(0.0, value) if name.endswith(NOT_BELOW_0) and value is not None else value
        for name, value in fields.items()
    }


NOT_BELOW_0 = ("_mtpa", "_days", "replacement_usd_per_t")
