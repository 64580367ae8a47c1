"""The section of a brief on bad transport years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from corridor.library.names import country_name
from corridor.model.columns import Column, by_name, printed
from corridor.model.display_units import DisplayUnits
from corridor.model.hazard import Hazard
from corridor.risk.attribution_tables import record_of
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
from corridor.show.brief import layout
from corridor.show.charts import plot_ensemble
from corridor.show.html import Html, tag
from corridor.study.simulated_years import years_basis

if TYPE_CHECKING:
    import pandas as pd

    from corridor.risk.ensemble import Ensemble

_TAIL = "5 %"
_LEAST_MT = 0.0005  # what is less is printed as 0.000
_NEGATIVE = "Negative: less is shut in because of it, as where a field produces less while ways are full."
_HEADS = {
    "cause": "What causes the shut-in volume of {named}",
    "place": "Where the shut-in volume of {named} arises (country of the asset, not who did it)",
    "hazard": "Which hazards shut in {named}",
}


def years_section(ensemble: Ensemble, commodity: str, named: str, units: str = "t") -> Html:
    """Return what simulated years come to, by ways and rates, causes and places, and what they leave out."""
    shown = DisplayUnits.of(ensemble.network, units)
    column = shown.name(f"{commodity}_shortfall_mt")
    parts = [
        layout.note(
            f"{len(ensemble.years):,} simulated years, {years_basis(ensemble)}, seed {ensemble.seed}; ± is the 95 % "
            "confidence interval of the simulation, not of the rates. A bad transport year is the mean of the worst "
            f"{_TAIL} (CVaR)."
        ),
        _amounts(ensemble, commodity, named, units),
        tag("h3", f"{named} not lifted, by ways and rates"),
        _bounds(ensemble, column, shown),
        layout.note(bounds_text(ensemble, column)),
    ]
    if float(ensemble.year_values(column).std()) > 0:
        about = f"Share of years in which at least so much of {named} is not lifted"
        parts.append(layout.picture(partial(plot_ensemble, ensemble, column), (9.0, 4.8), about))
    parts.append(layout.note(prior_text(ensemble, column, f"the shut-in volume of {named}")))
    parts += [part for by in _HEADS for part in _borne(ensemble, column, named, by, shown)]
    parts.append(layout.note(left_out_text(ensemble, commodity, units=units)))
    return layout.section("bad_years", *parts, tag("h3", "Hazards simulated"), _hazards(ensemble))


def _amounts(ensemble: Ensemble, commodity: str, named: str, units: str) -> Html:
    """Return the table of means and tails."""
    baseline, mean, cvar = (by_name("bad_year")[name] for name in ("undisturbed", "mean", "cvar"))
    rows = [
        [
            f"{label} [{row['unit']}]", _amount(baseline, row, "undisturbed"),
            *(f"{_amount(c, row, c.name)} ± {_amount(c, row, f'{c.name}_half')}" for c in (mean, cvar)),
        ]
        for label, row in _rows(amounts(ensemble, commodity, named=named, units=units))
    ]  # fmt: skip
    heads = [f"{c.long_heading.format(tail=_TAIL)} [unit]" for c in (baseline, mean, cvar)]
    return layout.table(["a year", *heads], rows)


def _amount(column: Column, row: Mapping[str, Any], name: str) -> str:
    """Return a number of the table: money in whole millions."""
    return layout.number(row[name], 0) if "USD" in row["unit"] else column.text(row[name])


def _bounds(ensemble: Ensemble, column: str, shown: DisplayUnits) -> Html:
    """Return the table of both bounds of rerouting and of central and drawn rates."""
    rows = [
        [name, range_text(row, "mean"), range_text(row, "cvar"), row["range"]]
        for name, row in _rows(bounds(ensemble, column))
    ]
    heads = [f"average year [{shown.quantity}]", f"worst {_TAIL} [{shown.quantity}]"]
    return layout.table(["ways and rates", *heads, "range"], rows)


def _borne(ensemble: Ensemble, column: str, named: str, by: str, shown: DisplayUnits) -> Iterator[Html]:
    """Yield the table of what causes, places or hazards bear."""
    table = attributed(ensemble, column, by=by)
    if len(table):
        columns = shown.columns(printed(table_of(by)))
        heads = [f"{c.plain_heading.format(tail=_TAIL)} [{c.shown_unit}]" for c in columns]
        yield tag("h3", _HEADS[by].format(named=named))
        yield layout.table(
            [by, *heads], [[_borne_by(name, by), *(c.text(row[c.name]) for c in columns)] for name, row in _rows(table)]
        )
        if (table[["mean", "tail"]] < -_LEAST_MT).any(axis=None):
            yield layout.note(_NEGATIVE)


def _borne_by(name: str, by: str) -> str:
    """Return the name of a cause, place or hazard."""
    return country_name(name) if by == "place" else name


def _hazards(ensemble: Ensemble) -> Html:
    """Return the table of hazards: how often, how long, where, why, and what is on record."""
    ranked = sorted(ensemble.hazards, key=lambda hazard: -_frequency(ensemble, hazard))
    rows = [
        [
            hazard.name, layout.number(_frequency(ensemble, hazard), 3), layout.number(hazard.mean_duration_days, 0),
            country_name(hazard.place or "-"), _causes(hazard), record_of(hazard) or "-",
        ]
        for hazard in ranked
    ]  # fmt: skip
    return layout.table(["hazard", "frequency [1/y]", "mean duration [days]", "where", "causes", "record"], rows)


def _frequency(ensemble: Ensemble, hazard: Hazard) -> float:
    """Return how often a hazard comes, over all regimes of the years. [1/y]"""
    return sum(share * hazard.mean_frequency_per_year(regime) for regime, share in ensemble.regimes.items())


def _causes(hazard: Hazard) -> str:
    """Return the causes of a hazard with their shares, the largest first."""
    shares = sorted(hazard.shares_by_cause.items(), key=lambda item: -item[1])
    return ", ".join(cause if share == 1 else f"{cause} {100 * share:.0f} %" for cause, share in shares if share) or "-"


def _rows(frame: pd.DataFrame) -> list[tuple[str, dict[str, Any]]]:
    """Return the rows of a table by the name of each."""
    records: list[dict[str, Any]] = [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
    return [(str(name), row) for name, row in zip(frame.index, records, strict=True)]
