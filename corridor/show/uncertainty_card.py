"""Notebook card of drawn numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from corridor.model.columns import by_name
from corridor.show.cards import network_label, shortened
from corridor.show.html import Html, bar, card, line, table, warning
from corridor.show.names import RecordNames

if TYPE_CHECKING:
    from corridor.study.uncertainty import Uncertainty


def uncertainty_card(uncertainty: Uncertainty) -> Html:
    """Return the card of drawn numbers: which corridor is best how often, and numbers with their ranges."""
    drawn, label = uncertainty.drawn, network_label(uncertainty.network)
    counts = line(f"{len(drawn.values):,} draws of {len(drawn.keys):,} figures together, seed {uncertainty.seed}; ")
    left_out = len({out.draw for out in drawn.left_out})
    title = f"uncertainty ({label})" if label else "uncertainty"
    parts = [counts, *([line(warning(f"{left_out:,} draws make no sound network"))] if left_out else [])]
    return card(title, *parts, *_ranking(uncertainty), *_numbers(uncertainty))


def _ranking(uncertainty: Uncertainty) -> Iterator[Html]:
    """Yield the table of how often each corridor is best for the next tonne."""
    if not uncertainty.has_ranking:
        return
    ranking, names = uncertainty.ranking, RecordNames(uncertainty.network)
    rows: list[tuple[object, ...]] = [
        (scenario, names.corridor(corridor), bar(share), f"{100 * share:.0f}")
        for (scenario, corridor), share in zip(ranking.index.tolist(), ranking["best"].tolist(), strict=True)
        if share > 0
    ]
    heads = ["scenario", "best for the next tonne", "", "share of draws [%]"]
    yield table(heads, shortened(rows, len(heads)), ("share of draws [%]",))


def _numbers(uncertainty: Uncertainty) -> Iterator[Html]:
    """Yield the table of totals that vary, or of the numbers asked for, with their ranges."""
    numbers, steady = uncertainty.numbers, 0
    if uncertainty.has_tables:
        totals = [f"outcomes.{name}" for name in by_name("outcomes")]
        numbers = numbers[numbers.index.isin(totals, level="number") & (numbers["defined"] > 0)]
        vary = numbers["p05"] < numbers["p95"]
        numbers, steady = numbers[vary], int((~vary).sum())
    rows: list[tuple[object, ...]] = [
        (scenario, number, *(f"{row[name]:,.6g}" for name in ("p05", "central", "p95")), row["unit"],
         f"{100 * row['defined']:.0f}")
        for ((scenario, number), row) in zip(numbers.index, numbers.to_dict("records"), strict=True)
        if row["defined"] > 0
    ]  # fmt: skip
    heads = ["scenario", "number", "5 % point", "central", "95 % point", "unit", "defined [%]"]
    yield table(heads, shortened(rows, len(heads)), ("5 % point", "central", "95 % point", "defined [%]"))
    if steady:
        yield line(f"{steady:,} further totals are the same at both ends (numbers has them, compare the corridors)")
