"""Notebook card of a sensitivity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridor.model.scenario import scenario_name
from corridor.show.cards import network_label, shortened
from corridor.show.html import Html, bar, card, line, table
from corridor.show.names import RecordNames

if TYPE_CHECKING:
    from corridor.study.sensitivity import Sensitivity


def sensitivity_card(sensitivity: Sensitivity) -> Html:
    """Return the card of a sensitivity: the outcome, and the figures that move it, the largest swing first."""
    figures, names = sensitivity.table, RecordNames(sensitivity.network)
    moving = figures[figures["swing"] > 0]
    most = moving["swing"].max() if len(moving) else 1.0
    rows: list[tuple[object, ...]] = [
        (names.key(row), *(f"{row[end]:,.6g}" for end in ("low", "value", "high")), row["unit"],
         bar(row["swing"] / most), *(f"{row[end]:,.6g}" for end in ("at_low", "at_high", "swing")), row["confidence"])
        for row in moving.to_dict("records")
    ]  # fmt: skip
    label = network_label(sensitivity.network)
    name = scenario_name(sensitivity.scenario)
    heads = ["figure", "low", "value", "high", "unit", "", "outcome at low", "outcome at high", "swing", "confidence"]
    numbers = ("low", "value", "high", "outcome at low", "outcome at high", "swing")
    central = line(f"{sensitivity.outcome} is {sensitivity.central:,.6g} with every figure at its central value")
    moved = line(f"{len(moving)} of {len(figures)} figures with a range move it", muted=True)
    return card(
        f"{sensitivity.outcome}: {name} ({label})" if label else f"{sensitivity.outcome}: {name}",
        central, moved, *([table(heads, shortened(rows, len(heads)), numbers)] if rows else []),
    )  # fmt: skip
