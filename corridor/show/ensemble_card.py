"""How an ensemble shows itself in a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from corridor.show.cards import place_of, shortened
from corridor.show.html import Html, bar, card, line, table, warning

if TYPE_CHECKING:
    from corridor.risk.ensemble import Ensemble

_TOTALS = {
    "delivered_mt": "delivered [Mt]",
    "shortfall_mt": "stays in the ground [Mt]",
    "netback_musd": "netback [million USD]",
}


def ensemble_card(ensemble: Ensemble) -> Html:
    """Return what simulated years came to: how bad a mean and a bad year are, and whose doing that is."""
    name = ensemble.scenario.name if ensemble.scenario is not None else "baseline"
    place = place_of(ensemble.network)
    short = ensemble.cvar("shortfall_mt")
    tail = f"{short:.2f} Mt stay in the ground in a mean one of the worst 5 % (CVaR)"
    headline = line(
        f"{len(ensemble.years):,} years, seed {ensemble.seed}, {len(ensemble.states):,} distinct conditions; ",
        warning(tail) if short > 0 else "nothing stays in the ground in any",
    )
    return card(f"{name} ({place})" if place else name, headline, *_years(ensemble), *_actors(ensemble))


def _years(ensemble: Ensemble) -> Iterator[Html]:
    """Yield means and bad tails."""
    summary = ensemble.summary()
    rows = [
        [said, *(f"{summary[key][column]:,.2f}" for key in ("undisturbed", "mean", "p5", "p95", "cvar"))]
        for column, said in _TOTALS.items()
    ]
    heads = ["a year, all shippers", "undisturbed", "mean", "5 % point", "95 % point", "worst 5 % (CVaR)"]
    yield table(heads, rows, heads[1:])


def _actors(ensemble: Ensemble) -> Iterator[Html]:
    """Yield whose doing it was that oil stayed in the ground."""
    found = ensemble.attribution("shortfall_mt", by="actor")
    rows: list[tuple[object, ...]] = [
        (name, bar(row["share"], warn=True), f"{row['amount']:.2f}", f"{100 * row['share']:.1f}")
        for name, row in zip(found.index, found.to_dict("records"), strict=True)
        if abs(row["share"]) >= 0.0005
    ]
    if rows:
        yield table(["kept in the ground by", "", "in a mean year [Mt]", "share [%]"], shortened(rows, 4))
