"""A user's own view of some figures: what follows from it, and the old figures beside it as rivals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from numbers import Real
from typing import Any

from pydantic import ValidationError

from corridor.errors import DataError
from corridor.messages import listed, placed, problems_of, shown
from corridor.model.figures import FigureSet, country_risks, in_force, key_of, standing, weakest_link
from corridor.model.parts import NetworkParts
from corridor.model.record_base import Record
from corridor.model.records import PARTS, Edge, Figure, Source
from corridor.model.variation import NOT_BELOW_0, Variation, moved, subject_of

_NAMED = 5
"""How many altered numbers a note names."""


def parts_with_figures(network: NetworkParts, values: Mapping[str, float], source: str) -> dict[str, Any]:
    """Return the parts of a network that other figures make, the figures and notes among them.

    Parameters
    ----------
    network : NetworkParts
        One that has figures; a scenario may have been applied to it.
    values : mapping
        New values by name, as `FigureSet.key_named` reads them.
    source : str
        Whose view it is: id of a source, a new one unless the network has it.
    """
    variation = Variation(network)
    figure_set = variation.figure_set
    changed = _by_key(figure_set, values)
    known = {held.id for held in network.sources}
    own = Source(id=source, title=source)
    figures = _figures(network, figure_set, changed, own.id)
    return {
        **_records(variation, changed, figures, f"figures of {own.id!r}"),
        "figure_records": figures,
        "sources": network.sources if own.id in known else (*network.sources, own),
        "notes": (*network.notes, *_notes(variation, changed, own.id)),
    }


def shared_figures(network: NetworkParts, reference: NetworkParts, values: Mapping[str, float]) -> dict[str, float]:
    """Return the new values by key of those figures that are one and the same in the year of the reference."""
    own, other = Variation(network).figure_set, Variation(reference).figure_set
    changed = _by_key(own, values)
    return {key: value for key, value in changed.items() if other.figures.get(key) == own.figures[key]}


def disagreements(before: NetworkParts, after: NetworkParts) -> tuple[str, ...]:
    """Return a note on the numbers that were altered while their figures were not, or nothing."""
    chosen, kept = (
        {(key_of(f), f.value) for f in standing(parts.figure_records, parts.year) if f.choice == "chosen"}
        for parts in (before, after)
    )
    figures = {key for key, _ in chosen & kept}
    altered = [
        f"{subject_of(id)}.{field}"
        for kind in PARTS
        for id, record in after.by_key(kind.singular).items()
        if (old := before.by_key(kind.singular).get(id)) is not None and old != record
        for field in type(record).model_fields
        if getattr(old, field) != getattr(record, field) and f"{kind.singular}:{subject_of(id)}.{field}" in figures
    ]
    if not altered:
        return ()
    few = ", ".join(altered[:_NAMED]) + (f" and {len(altered) - _NAMED} more" if len(altered) > _NAMED else "")
    return (f"Altered in a table, not in the figures, which still say what it was: {few}; with_figures changes both.",)


def _by_key(figure_set: FigureSet, values: Mapping[str, float]) -> dict[str, float]:
    """Return the new values by the keys of the figures that they are of."""
    if not isinstance(values, Mapping) or not values:
        raise DataError(f"figures are given by name, as in {{'brent': 60}} (got {shown(values)})")
    changed: dict[str, float] = {}
    for name, value in values.items():
        key = figure_set.key_named(str(name))
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
            raise DataError(f"figure {str(name)!r} must be a finite number (got {shown(value)})")
        if key in changed:
            raise DataError(f"figure {key.split(':', 1)[1]!r} is given twice, the second time as {name!r}; keep one")
        changed[key] = float(value)
    return changed


def _figures(
    network: NetworkParts, figure_set: FigureSet, changed: Mapping[str, float], source: str
) -> tuple[Figure, ...]:
    """Return all figures of a network: own ones, those that they replace as rivals, and what formulas come to now."""
    after = _values(figure_set, changed, source)
    now = set(standing(network.figure_records, network.year))
    revised: list[Figure] = []
    for figure in network.figure_records:
        key = key_of(figure)
        if figure.choice != "chosen" or key not in after or figure not in now:
            revised.append(figure)
        elif key in changed:
            old = figure_set.figures[key]
            note = f"instead of the formula {old.formula}" if old.formula else ""
            fresh: dict[str, Any] = {"low": None, "high": None, "formula": "", "sources": (source,), "note": note}
            revised.append(old.replace(value=changed[key], confidence="C", **fresh))
            revised.append(old.replace(choice="rival"))
        else:
            stated, rise = figure_set.stated(key), after[key] - (figure_set.figures[key].value or 0.0)
            bounds = {end: None if (bound := getattr(stated, end)) is None else bound + rise for end in ("low", "high")}
            revised.append(stated.replace(value=after[key], **bounds))
    worked = {key_of(f): f for f in in_force(revised, network.year) if f.choice == "chosen"}
    now = set(standing(revised, network.year))
    return tuple(
        worked[key_of(figure)] if figure.choice == "chosen" and key_of(figure) in after and figure in now else figure
        for figure in revised
    )


def _values(figure_set: FigureSet, changed: Mapping[str, float], source: str) -> dict[str, float]:
    """Return the values that change, by key; a formula that comes to no number is refused."""
    try:
        return figure_set.values(changed)
    except ZeroDivisionError:
        names = ", ".join(repr(key.split(":", 1)[1]) for key, value in changed.items() if value == 0.0)
        raise DataError(f"figures of {source!r}: a formula divides by {names}; give another value than 0") from None


def _records(
    variation: Variation[NetworkParts], changed: Mapping[str, float], figures: tuple[Figure, ...], owner: str
) -> dict[str, tuple[Any, ...]]:
    """Return the kinds of records that change, each record moved as its figures move."""
    network, before = variation.network, variation.figure_set.figures
    fields: dict[tuple[str, Any], dict[str, Any]] = {}
    for kind, id, field, old, value in variation.field_changes(changed):
        new = moved(getattr(network.record(kind, id), field), old, value)
        follows = f"{kind}:{subject_of(id)}.{field}" not in changed
        fields.setdefault((kind, id), {})[field] = max(0.0, new) if follows and _cut(field, new) else new
    risks = country_risks(before.values()), country_risks(standing(figures, network.year))
    for edge in network.edges:
        if (risk := _new_risk(edge, *risks)) != edge.risk_score:
            fields.setdefault(("edge", edge.id), {})["risk_score"] = risk
    problems = []
    altered: dict[str, dict[Any, Record]] = {}
    for (kind, id), values in fields.items():
        record = network.record(kind, id)
        try:
            altered.setdefault(kind, dict(network.by_key(kind)))[id] = record._replace_raw(**values)
        except ValidationError as error:
            name = f"{owner}: {kind} {subject_of(id)!r}"
            problems += [placed(name, problem) for _, problem in problems_of(error, type(record).model_fields)]
    if problems:
        raise DataError(problems)
    parts: dict[str, tuple[Any, ...]] = {
        kind.plural: tuple(altered[kind.singular].values()) for kind in PARTS if kind.singular in altered
    }
    return parts | {"rates_made": network.rates_made}


def _cut(field: str, value: Any) -> bool:
    """Tell whether a formula leads below 0 where nothing may be below."""
    return field.endswith(NOT_BELOW_0) and value is not None and value < 0


def _new_risk(edge: Edge, before: Mapping[str, float], after: Mapping[str, float]) -> float | None:
    """Return an edge's risk score by new governance estimates, unless it has one of its own. [index 0 to 1]"""
    return weakest_link(edge, after) if edge.risk_score == weakest_link(edge, before) else edge.risk_score


def _notes(variation: Variation[NetworkParts], changed: Mapping[str, float], source: str) -> Iterator[str]:
    """Yield a sentence for each figure given, one more if it alters nothing, and one for what is cut at 0."""
    for key, value in changed.items():
        old = variation.figure_set.figures[key]
        name = f"figure '{old.subject}.{old.attribute}' of {source!r}"
        unit = "" if old.unit == "1" else f" {old.unit}"
        instead = f"whatever other figures are; its formula {old.formula} came to" if old.formula else "instead of"
        yield f"{name} is {value:g}{unit} {instead} {old.value or 0.0:g}"
        moves = old.record == "country" or any(True for _ in variation.field_changes({key: value}))
        if value != old.value and not moves:
            yield f"{name} alters nothing in the network"
    cut: dict[str, list[str]] = {}
    for kind, id, field, _, value in variation.field_changes(changed):
        if f"{kind}:{subject_of(id)}.{field}" not in changed and _cut(field, value):
            cut.setdefault(f"{kind}: {field}", []).append(subject_of(id))
    for name, subjects in cut.items():
        yield f"by the figures of {source!r} {name} would be below 0 and is 0 ({listed(subjects)})"
