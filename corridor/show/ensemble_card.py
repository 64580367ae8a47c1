"""Notebook card of an ensemble."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from corridor.library.networks import hazard_basis
from corridor.model.columns import by_name, printed
from corridor.model.scenario import scenario_name
from corridor.risk.bad_year import amounts, attributed
from corridor.show.cards import network_label, shortened
from corridor.show.html import Html, bar, card, line, table, warning

if TYPE_CHECKING:
    from corridor.risk.ensemble import Ensemble


def ensemble_card(ensemble: Ensemble) -> Html:
    """Return the card of an ensemble: mean and tail of annual losses, and the countries where they arise."""
    name = scenario_name(ensemble.scenario)
    label = network_label(ensemble.network)
    short = ensemble.cvar("shortfall_mt")
    tail = f"{short:.2f} Mt of all shippers shut in, mean of the worst 5 % of years (CVaR)"
    headline = line(
        f"{len(ensemble.years):,} years, {hazard_basis(ensemble.network.regime)}, seed {ensemble.seed}, "
        f"{len(ensemble.states):,} distinct states; ",
        warning(tail) if short > 0 else "nothing shut in in any year",
    )
    return card(f"{name} ({label})" if label else name, headline, *_years(ensemble), *_places(ensemble))


def _years(ensemble: Ensemble) -> Iterator[Html]:
    """Yield the table of means and tails."""
    columns = [by_name("bad_year")[name] for name in ("undisturbed", "mean", "p5", "p95", "cvar")]
    frame = amounts(ensemble)
    cells = (map(column.text, frame[column.name]) for column in columns)
    labels = [f"{label} [{unit}]" for label, unit in zip(frame.index, frame["unit"], strict=True)]
    heads = [column.long_heading.format(tail="5 %") for column in columns]
    yield table(["a year, all shippers", *heads], list(zip(labels, *cells, strict=True)), heads)


def _places(ensemble: Ensemble) -> Iterator[Html]:
    """Yield the table of shut-in volume by where hazards strike."""
    shares = attributed(ensemble, "shortfall_mt", by="place")
    amount, share = printed("attribution")
    rows: list[tuple[object, ...]] = [
        (name, bar(row["share"], warn=True), amount.text(row["amount"]), share.text(row["share"]))
        for name, row in zip(shares.index, shares.to_dict("records"), strict=True)
    ]
    if rows:
        yield table(
            ["where the shut-in volume of all shippers arises", "", "average year [Mt]", "share [%]"],
            shortened(rows, 4),
        )
