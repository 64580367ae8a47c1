"""Notebook card of an ensemble."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from corridor.library.names import country_name
from corridor.model.columns import by_name, printed
from corridor.model.scenario import scenario_name
from corridor.risk.bad_year import (
    amounts,
    attributed,
    bounds,
    bounds_text,
    left_out_text,
    prior_text,
    range_text,
    table_of,
)
from corridor.show.cards import network_label, shortened
from corridor.show.html import Html, bar, card, line, table, warning
from corridor.study.simulated_years import years_basis

if TYPE_CHECKING:
    from corridor.risk.ensemble import Ensemble

_COLUMN, _TAIL = "shortfall_mt", "5 %"
_MOST_YEARS = 1000
"""Years simulated for the other bound: so few that a card appears within seconds."""


def ensemble_card(ensemble: Ensemble) -> Html:
    """Return the card of an ensemble: mean and tail of annual losses, what they rest on, causes and places."""
    name = scenario_name(ensemble.scenario)
    label = network_label(ensemble.network)
    short = ensemble.cvar(_COLUMN)
    tail = f"{short:.2f} Mt of all shippers shut in in a bad transport year (mean of the worst 5 %, CVaR)"
    headline = line(
        f"{len(ensemble.years):,} years, {years_basis(ensemble)}, seed {ensemble.seed}, "
        f"{len(ensemble.states):,} distinct states; ",
        warning(tail) if short > 0 else "nothing shut in in any year",
    )
    parts = [headline, _years(ensemble)]
    if short > 0:
        parts += [*_bounds(ensemble), line(prior_text(ensemble, _COLUMN, "shut-in volume"))]
        parts += [part for by in ("cause", "place") for part in _borne(ensemble, by)]
    return card(f"{name} ({label})" if label else name, *parts, line(left_out_text(ensemble), muted=True))


def _years(ensemble: Ensemble) -> Html:
    """Return the table of means and tails."""
    columns = [by_name("bad_year")[name] for name in ("undisturbed", "mean", "p5", "p95", "cvar")]
    frame = amounts(ensemble)
    cells = (map(column.text, frame[column.name]) for column in columns)
    labels = [f"{label} [{unit}]" for label, unit in zip(frame.index, frame["unit"], strict=True)]
    heads = [column.long_heading.format(tail=_TAIL) for column in columns]
    return table(["a year, all shippers", *heads], list(zip(labels, *cells, strict=True)), heads)


def _bounds(ensemble: Ensemble) -> Iterator[Html]:
    """Yield the table of both bounds of rerouting and of central and drawn rates."""
    frame = bounds(ensemble, _COLUMN, most_years=_MOST_YEARS)
    rows = [
        (name, range_text(row, "mean"), range_text(row, "cvar"), row["range"])
        for name, row in zip(frame.index, frame.to_dict("records"), strict=True)
    ]
    heads = ["not lifted, by ways and rates", "average year [Mt]", f"mean of the worst {_TAIL} [Mt]", "range"]
    yield table(heads, rows)
    yield line(bounds_text(ensemble, _COLUMN), muted=True)


def _borne(ensemble: Ensemble, by: str) -> Iterator[Html]:
    """Yield the table of shut-in volume by cause or by where hazards strike."""
    shares = attributed(ensemble, _COLUMN, by=by)
    columns = printed(table_of(by))
    rows: list[tuple[object, ...]] = [
        (
            country_name(name) if by == "place" else name,
            bar(row["tail_share"], warn=True),
            *(column.text(row[column.name]) for column in columns),
        )
        for name, row in zip(shares.index, shares.to_dict("records"), strict=True)
    ]
    heads = {"place": "where the shut-in volume of all shippers arises", "cause": "what causes it"}
    if rows:
        named = [f"{column.plain_heading.format(tail=_TAIL)} [{column.shown_unit}]" for column in columns]
        yield table([heads[by], "", *named], shortened(rows, 2 + len(columns)))
