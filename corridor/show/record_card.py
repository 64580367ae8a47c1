"""Notebook card of a record: its fields with values, units and meaning."""

from __future__ import annotations

from corridor.model.record_base import Record
from corridor.show.html import Html, card, line, table


def record_card(record: Record) -> Html:
    """Return the card of a record: each field with its value and what it means; fields left out take their default."""
    fields = type(record).model_fields
    named = (str(getattr(record, field)) for field in ("name", "id") if getattr(record, field, ""))
    pair = ", ".join(_text(getattr(record, field)) for field in ("node", "edge", "commodity") if field in fields)
    name = next(named, pair)
    rows = [(field, _text(getattr(record, field)), info.description or "") for field, info in fields.items()]
    given = [row for row, field in zip(rows, fields, strict=True) if field in record.model_fields_set or row[1]]
    title = f"{type(record).__name__} {name}".rstrip()
    summary = (type(record).__doc__ or "").split("\n")[0]
    return card(title, line(summary, muted=True), table(["field", "value", "meaning"], given))


def _text(value: object) -> str:
    """Return the value of a field as people read it; empty where there is none."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value:,.10g}" if isinstance(value, float) else str(value)
