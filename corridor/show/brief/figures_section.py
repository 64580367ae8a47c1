"""The figures that a brief rests on most: value, range, what half of it does, confidence and source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from corridor.model.figures import confidence_counts
from corridor.model.network import Network
from corridor.model.result_path import unit_of_path
from corridor.show.brief import layout
from corridor.show.brief.names import Names
from corridor.show.html import Html
from corridor.solver.flow import Flow

if TYPE_CHECKING:
    import pandas as pd

_MOST_FIGURES = 15


def figures_section(network: Network, flows: Mapping[str, Flow], commodity: str) -> Html:
    """Return the section on the figures on which a commodity's netback depends most in some flows, by their names."""
    if not network.figure_records:
        return layout.section("sources", layout.note("The figures of this network have no sources."))
    outcome = f"commodities.{commodity}.netback_musd_per_year"
    tables = [flow.leans_on(None, outcome=outcome) for flow in flows.values()]
    names = Names(network)
    effects = [_by_figure(table, "effect") for table in tables]
    rows: dict[tuple[str, str, str], list[object]] = {}
    for row in (row for table in tables for row in table.head(_MOST_FIGURES).to_dict("records")):
        key = (str(row["record"]), str(row["subject"]), str(row["attribute"]))
        rows[key] = [
            names.key(row), layout.number(row["value"], 2),
            f"{row['low']:g} to {row['high']:g}" + " (from rivals)" * (row["range_from"] == "rivals"), row["unit"],
            *(layout.number(effect[key], 0) for effect in effects), row["confidence"], row["source"],
            layout.links(str(row["url"])),
        ]  # fmt: skip
    graded = confidence_counts(network.figure_records)
    of_half = [f"half the range, {name} [{unit_of_path(outcome)}]" for name in flows]
    heads = ["figure", "value [unit]", "range [unit]", "unit", *of_half, "confidence", "source", "address"]
    return layout.section(
        "sources",
        layout.note(
            f"Of the {sum(graded.values())} figures of this network {graded['A']} have confidence A (operators, "
            f"governments, agencies), {graded['B']} confidence B (press, think tanks, calculations from A or B) "
            f"and {graded['C']} confidence C (estimates). The table has the figures on which the netback of "
            f"{names.commodity(commodity)} depends most, and what half the range of each does to "
            "it; network.figures() lists all figures and alternatives."
        ),
        layout.table(heads, list(rows.values())),
    )


def _by_figure(table: pd.DataFrame, column: str) -> dict[tuple[str, str, str], Any]:
    """Return a column of a table of figures by record, subject and attribute."""
    keys = zip(table["record"], table["subject"], table["attribute"], strict=True)
    return dict(zip(keys, table[column], strict=True))
