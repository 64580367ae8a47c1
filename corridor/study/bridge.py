"""Why a number differs between two networks: its change split by figure, field and record."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from corridor.errors import CorridorError, DataError, visible
from corridor.model.figures import FigureSet, in_force
from corridor.model.network import Network, require_network
from corridor.model.record_base import Record
from corridor.model.records import HAZARD, KINDS, PARTS, Edge, Figure, Kind
from corridor.model.result_path import parts_of, unit_of_path
from corridor.model.stamp import stamped
from corridor.model.variation import Fields, Variation, subject_of
from corridor.solver.warm import WarmSolver
from corridor.study.diff import is_number, same_value
from corridor.study.path_values import PathValues, require_number

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "record", "subject", "attribute", "effect", "before", "after", "unit", "change", "note", "effect_unit",
)  # fmt: skip
REMAINDER = "remainder"
"""What the last part of a bridge is called: what several lines do together, and what cannot be moved alone."""
_SAME = 1e-12
"""Values that differ by no more are the same."""
_NO_VALUE = "with it alone the outcome has no value, so that its effect is in the remainder"
_IDLE = frozenset(("id", "name", "lat", "lon", "risk_score", "note"))
"""Fields that move no outcome but `risk_score` itself."""
_POINTS_TO = {
    "tail": "node", "head": "node", "node": "node", "edge": "edge", "commodity": "commodity", "corridor": "corridor",
    "commodities": "commodity", "fleet": "fleet",
}  # fmt: skip
"""Fields that hold the id of another record, and its kind."""


def bridge(first: Network, second: Network, outcome: str) -> pd.DataFrame:
    """Return why an outcome differs between two networks: its change split by what differs.

    Parameters
    ----------
    first : Network
        Network before: another year, version of the data, or view of the figures.
    second : Network
        Network after.
    outcome : str
        Path of a number, as `sensitivity` takes it, or the difference of two. To ask about a scenario, give the
        networks with it applied.

    Returns
    -------
    pandas.DataFrame
        One row for each thing that differs, the largest effect first; the effects add up to the whole change.

        - record, subject, attribute: the figure, or the field of a record that no figure explains, that differs
        - effect: the outcome of `first` with this alone as in `second`, less that of `first`; in the outcome's unit
        - before, after: values in the two, as text; empty for records
        - unit: unit of the values of a figure
        - change: ``moved``, ``added``, ``removed``, or ``remainder``: what several do together
        - note: what to know of the figure, or of the effect
        - effect_unit: unit of the outcome

        ``table.attrs`` hold the outcome, its ``value`` in `second`, and under ``before`` what `first` is, with its.

    Raises
    ------
    DataError
        If the outcome is not the path of a number, or has no value in one of the networks.

    Notes
    -----
    A figure moves all that follows from it by formulas, which have no rows of their own. A record that comes with
    another (a quota of a new edge, a node that its edges leave with) has no effect beside that.

    Examples
    --------
    >>> import corridor as cr
    >>> net = cr.load(year=2024)
    >>> table = bridge(net, net.with_figures({"brent": 60}), "commodities.kazakh_crude.netback_musd_per_year")
    >>> table["subject"].tolist()
    ['brent', 'remainder']
    """
    import pandas as pd

    for network in (first, second):
        require_network(network)
        require_number(outcome, network)
    values = [_value(network, outcome) for network in (first, second)]
    for value, which in zip(values, ("first", "second"), strict=True):
        if math.isnan(value):
            raise DataError(
                f"outcome {visible(outcome)} has no value in the {which} network; ask about another outcome"
            )
    differences = Differences(first, second, outcome)
    lines = [differences.row(line, values[0]) for line in differences.lines()]
    remainder = values[1] - values[0] - math.fsum(row["effect"] for row in lines)
    lines.append(Line("", REMAINDER, "", "remainder", note="what several of them do together").row(remainder))
    lines.sort(key=lambda row: (-abs(row["effect"]), row["record"], row["subject"], row["attribute"]))
    table = pd.DataFrame(lines, columns=[c for c in COLUMNS if c != "effect_unit"])
    table["effect_unit"] = unit_of_path(outcome)
    before = stamped(pd.DataFrame(), first, value=values[0]).attrs
    return stamped(table, second, outcome=outcome, value=values[1], before=before)


def _value(network: Network, outcome: str, solver: WarmSolver | None = None) -> float:
    return PathValues(solver or WarmSolver(network), network, network).value(outcome)


@dataclass(frozen=True)
class Line:
    """One thing that differs; `network` is the first network with it alone as in the second, None where it cannot be.

    Attributes
    ----------
    note : str
        What to know of it.
    same_structure : bool
        Whether the network differs from the first in numbers only.
    """

    record: str
    subject: str
    attribute: str
    change: str
    before: str = ""
    after: str = ""
    unit: str = ""
    note: str = ""
    network: Network | None = None
    same_structure: bool = True

    def row(self, effect: float) -> dict[str, Any]:
        """Return the row of a table."""
        return {column: getattr(self, column, "") for column in COLUMNS} | {"effect": effect}


@dataclass(frozen=True)
class Differences:
    """What differs between two networks, for an outcome."""

    first: Network
    second: Network
    outcome: str

    @cached_property
    def _solver(self) -> WarmSolver:
        return WarmSolver(self.first)

    def row(self, line: Line, before: float) -> dict[str, Any]:
        """Return the row of a line with the change of the outcome by it alone; 0 where it cannot be alone."""
        if line.network is None:
            return line.row(0.0)
        solver = self._solver if line.same_structure else None
        try:
            if not line.same_structure:
                require_number(self.outcome, line.network)
            value = _value(line.network, self.outcome, solver)
        except CorridorError:  # the outcome is about what is not there then
            value = math.nan
        if math.isnan(value):
            note = "; ".join(filter(None, (line.note, _NO_VALUE)))
            return replace(line, note=note).row(0.0)
        return line.row(value - before)

    def lines(self) -> Iterator[Line]:
        """Yield a line for each figure, field and record that differs."""
        yield from self._figure_lines()
        yield from self._country_lines()
        for kind in (*PARTS, HAZARD):
            before, after = self.first.by_key(kind.singular), self.second.by_key(kind.singular)
            for key in sorted(before.keys() | after.keys()):
                if key not in before:
                    yield self._added(kind, key)
                elif key not in after:
                    yield self._removed(kind, key)
                elif before[key] != after[key]:
                    yield from self._field_lines(kind, key)

    # Figures

    @cached_property
    def _variation(self) -> Variation[Network] | None:
        return Variation(self.first) if self.first.figure_records else None

    @cached_property
    def _after(self) -> FigureSet:
        """Chosen figures of the second network."""
        return FigureSet(in_force(self.second.figure_records, self.second.year), self.second.year)

    @cached_property
    def _moved(self) -> dict[str, float]:
        """New values, by key, of the figures of the first network that are others in the second and follow from none.

        Of one whose formula is another it is what that comes to with the inputs of the first.
        """
        if self._variation is None:
            return {}
        before, after, moved = self._variation.figure_set, self._after, dict[str, float]()
        for key, figure in before.figures.items():
            other = after.figures.get(key)
            if other is None or (figure.formula and figure.formula == other.formula):
                continue
            value = after.value_among(key, before)
            if not same_value(figure.value, value, _SAME):
                moved[key] = value
        return moved

    @cached_property
    def _explained(self) -> Fields:
        """Fields of the first network as the figures of the second would leave them."""
        return {} if self._variation is None else self._variation.fields(self._all_moved)

    @property
    def _all_moved(self) -> dict[str, float]:
        """New values of all figures that differ, formulas of the second network worked out with its own inputs."""
        return {key: self._after.figures[key].value or 0.0 for key in self._moved}

    def _figure_lines(self) -> Iterator[Line]:
        for key, value in self._moved.items():
            variation = cast("Variation[Network]", self._variation)
            figure, other = variation.figure_set.figures[key], self._after.figures[key]
            if figure.record == "country" or not any(True for _ in variation.field_changes({key: value})):
                continue
            line = _figure_line(figure, other, value)
            try:
                yield replace(line, network=variation.with_values({key: value}))
            except DataError as error:
                yield replace(line, note=_not_alone(error))

    def _country_lines(self) -> Iterator[Line]:
        """Yield governance estimates, of which only risk scores are made."""
        if not any(part.endswith(".risk_score") for part in parts_of(self.outcome)):
            return
        for key, value in self._moved.items():
            figure = cast("Variation[Network]", self._variation).figure_set.figures[key]
            if figure.record == "country":
                network = self.first.with_figures({key: value})
                yield replace(_figure_line(figure, self._after.figures[key], value), network=network)

    # Fields that no figure explains

    def _field_lines(self, kind: Kind, key: Any) -> Iterator[Line]:
        before, after = (net.by_key(kind.singular)[key] for net in (self.first, self.second))
        explained = self._explained.get((kind.singular, key), {})
        for field in type(before).model_fields:
            expected, new = explained.get(field, getattr(before, field)), getattr(after, field)
            if field in _IDLE or same_value(expected, new, _SAME):
                continue
            if field == "fleet":
                yield self._fleet_line(key, before, after)
            if kind.singular == "edge" and before.fleet != after.fleet and field in ("fleet", "fleet_days"):
                continue
            old = getattr(before, field)
            if field in explained and is_number(old) and is_number(new):
                new = old + (new - expected)
            line = Line(kind.singular, subject_of(key), field, "moved", _shown(old), _shown(getattr(after, field)))
            yield self._with_record(line, kind, key, before, {field: new})

    def _fleet_line(self, key: Any, before: Edge, after: Edge) -> Line:
        """Return the line of an edge that another fleet serves: the round trip, and a new fleet, come with it."""
        line = Line("edge", subject_of(key), "fleet", "moved", _shown(before.fleet), _shown(after.fleet))
        line = replace(line, note=f"fleet_days {before.fleet_days:g} to {after.fleet_days:g} with it")
        parts = self._with_needed("edge", before.replace(fleet=after.fleet, fleet_days=after.fleet_days))
        return self._with_parts(line, parts)

    def _with_record(self, line: Line, kind: Kind, key: Any, record: Record, changes: Mapping[str, Any]) -> Line:
        """Return a line whose network has one record changed."""
        try:
            records = {**self.first.by_key(kind.singular), key: record.replace(**changes)}
            network = self.first.replace(**{kind.attribute: tuple(records.values())})
        except DataError as error:
            return replace(line, note=_not_alone(error))
        return replace(line, network=network, same_structure=False)

    # Records

    def _added(self, kind: Kind, key: Any) -> Line:
        line = Line(kind.singular, subject_of(key), "", "added")
        record = self.second.by_key(kind.singular)[key]
        if owner := self._comes_with(record, self.first):
            return replace(line, note=f"comes with {owner}")
        parts = self._with_needed(kind.singular, record)
        return self._with_parts(line, parts)

    def _removed(self, kind: Kind, key: Any) -> Line:
        line = Line(kind.singular, subject_of(key), "", "removed")
        if owner := self._comes_with(self.first.by_key(kind.singular)[key], self.second):
            return replace(line, note=f"goes with {owner}")
        parts: dict[str, dict[Any, Any]] = {kind.singular: {**self.first.by_key(kind.singular)}}
        del parts[kind.singular][key]
        if kind.singular == "edge":
            for other in PARTS:
                if "edge" in other.key:
                    records = self.first.by_key(other.singular)
                    parts[other.singular] = {k: r for k, r in records.items() if r.edge != key}
        return self._with_parts(line, parts)

    def _with_parts(self, line: Line, parts: Mapping[str, Mapping[Any, Any]]) -> Line:
        attribute = {kind.singular: kind.attribute for kind in (*KINDS, HAZARD)}
        try:
            network = self.first.replace(**{attribute[kind]: tuple(held.values()) for kind, held in parts.items()})
        except DataError as error:
            return replace(line, note=_not_alone(error))
        return replace(line, network=network, same_structure=False)

    def _comes_with(self, record: Record, other: Network) -> str:
        """Return the edge that a record needs and another network lacks, in words; empty where there is none."""
        edge = getattr(record, "edge", None)
        return f"edge {edge!r}" if edge is not None and edge not in other.by_key("edge") else ""

    def _with_needed(self, kind: str, record: Record) -> dict[str, dict[Any, Any]]:
        """Return the first network's records with one more, and those that it names and the first network lacks."""
        parts: dict[str, dict[Any, Any]] = {}
        waiting = [(kind, record)]
        while waiting:
            kind, record = waiting.pop()
            key_of_record = _KIND[kind].key_of(record)
            parts.setdefault(kind, {**self.first.by_key(kind)})[key_of_record] = record
            for field, other in _POINTS_TO.items():
                named = getattr(record, field, None)
                for id in (named,) if isinstance(named, str) else named or ():
                    if other in _KIND and id not in parts.get(other, self.first.by_key(other)):
                        waiting.append((other, self.second.record(other, id)))
        return parts


_KIND = {kind.singular: kind for kind in (*KINDS, HAZARD)}


def _figure_line(figure: Figure, other: Figure, value: float) -> Line:
    """Return the line of a figure that differs."""
    note = other.note
    if figure.formula != other.formula:
        now = f"formula {other.formula}" if other.formula else "no formula"
        note = f"{now}, before {figure.formula or 'none'}" + (f"; {note}" if note else "")
    return Line(
        figure.record, figure.subject, figure.attribute, "moved", _shown(figure.value), _shown(value), other.unit, note
    )


def _not_alone(error: DataError) -> str:
    return f"cannot be alone, so that its effect is in the remainder: {error.problems[0]}"


def _shown(value: Any) -> str:
    """Return a value as text, so that columns have one type."""
    return f"{value:.10g}" if is_number(value) else "" if value is None else str(value)
