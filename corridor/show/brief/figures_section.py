"""The figures that a brief rests on most, with what half the range of each does, and the list of its sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from corridor.model.figures import confidence_counts
from corridor.model.result_path import unit_of_path
from corridor.show.brief import layout
from corridor.show.brief.results import MOST_FIGURES, BriefResults
from corridor.show.html import Html, tag

if TYPE_CHECKING:
    import pandas as pd


def figures_section(results: BriefResults) -> Html:
    """Return the figures on which the commodity's netback depends most, by name, and the sources of all tables."""
    network, names, footnotes = results.network, results.names, results.footnotes
    if not network.figure_records:
        return layout.section("sources", layout.note("The figures of this network have no sources."))
    outcome = f"commodities.{results.commodity}.netback_musd_per_year"
    graded = confidence_counts(network.figure_records)
    of_half = [f"half the range, {name} [{unit_of_path(outcome)}]" for name in results.leaning_of_shown]
    heads = ["figure", "value [unit]", "range [unit]", "unit", *of_half, "confidence", "source", "number in the list"]
    return layout.section(
        "sources",
        layout.note(
            f"Of the {sum(graded.values())} figures of this network {graded['A']} have confidence A (operators, "
            f"governments, agencies), {graded['B']} confidence B (press, think tanks, calculations from A or B) "
            f"and {graded['C']} confidence C (estimates). The table has the figures on which the netback of "
            f"{names.commodity(results.commodity)} depends most, and what half the range of each does to "
            "it; network.figures() lists all figures and alternatives."
        ),
        layout.table(heads, _rows(results)),
        tag("h3", f"The {len(footnotes)} sources of the tables and maps shown"),
        layout.note(
            "First those with an address, of each the worst confidence first. Under each source its own figures by "
            "confidence; a carried figure is used after the last year that it is for. Figures worked out from others "
            "rest on the sources of those."
        ),
        footnotes.listed(),
    )


def _rows(results: BriefResults) -> list[list[object]]:
    """Return the rows of the figures that the netback depends on most in any flow shown."""
    effects = [_by_figure(table, "effect") for table in results.leaning_of_shown.values()]
    rows: dict[tuple[str, str, str], list[object]] = {}
    for row in (
        row for table in results.leaning_of_shown.values() for row in table.head(MOST_FIGURES).to_dict("records")
    ):
        key = (str(row["record"]), str(row["subject"]), str(row["attribute"]))
        rows[key] = [
            results.names.key(row), layout.number(_shown(results, row, "value"), 2),
            f"{_shown(results, row, 'low'):,g} to {_shown(results, row, 'high'):,g}"
            + " (from rivals)" * (row["range_from"] == "rivals"),
            results.volumes.shown.label(row["unit"]),
            *(layout.number(effect[key], 0) for effect in effects), row["confidence"], row["source"],
            results.footnotes.of_figure({str(k): v for k, v in row.items()}),
        ]  # fmt: skip
    return list(rows.values())


def _shown(results: BriefResults, row: Mapping[Any, Any], end: str) -> float:
    """Return a figure, or an end of its range, in the units shown; in barrels to four significant digits."""
    value = results.volumes.of_unit(row[end], row["unit"], row["subject"])
    return value if value == row[end] else float(f"{value:.4g}")


def _by_figure(table: pd.DataFrame, column: str) -> dict[tuple[str, str, str], Any]:
    """Return a column of a table of figures by record, subject and attribute."""
    keys = zip(table["record"], table["subject"], table["attribute"], strict=True)
    return dict(zip(keys, table[column], strict=True))
