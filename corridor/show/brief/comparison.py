"""The section of a brief that compares corridors: a table of the baseline, a picture of the scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from corridor.library.networks import hazard_basis
from corridor.model.columns import Column, legend, printed
from corridor.model.display_units import DisplayUnits
from corridor.show.brief import layout
from corridor.show.brief.names import Names
from corridor.show.brief.ranged_cells import RangedCells
from corridor.show.cards import network_label
from corridor.show.charts import plot_waterfall
from corridor.show.comparison import plot_comparison
from corridor.show.comparison_rows import corridor_names, drawn_rows
from corridor.show.html import Html, counted
from corridor.study.comparison_text import column_in, next_tonne_sentences, readable, tonne
from corridor.study.scenario_runs import BASELINE

if TYPE_CHECKING:
    import pandas as pd

    from corridor.model.network import Network
    from corridor.solver.flow import Flow

_WIDTH, _MOST_LINES = 11.0, 42
"""Width of a picture in inches, and lines of names in it: on A4 its text is then no smaller than that of tables."""
COLUMNS = ("main", "origin")
"""Columns of `compare` that the section, and the brief, need."""
_MOST_COLUMNS = 12  # fit on A4
_MINIMUM_CUT = " A minimum cut: limits that stop more, all together where joined by +, each alone where joined by or."
_PICTURED = (
    "throughput_mtpa", "netback_usd_per_t", "next_tonne_usd_per_t", "transit_days", "shortfall_if_lost_mtpa",
)  # fmt: skip


def comparison_section(table: pd.DataFrame, flow: Flow, commodity: str, cells: RangedCells, units: str = "t") -> Html:
    """Return the section.

    Parameters
    ----------
    table : DataFrame
        Comparison, in tonnes, with `COLUMNS`.
    flow : Flow
        Its baseline.
    commodity : str
        Id of the commodity compared for.
    cells : RangedCells
        What uncertain figures do to the numbers of the baseline, if they are drawn.
    units : {"t", "bbl"}
        Units shown.
    """
    network = flow.network
    converted = DisplayUnits.of(network, units, commodity)
    table = converted.table(table, commodity)
    called = Names(network)
    names = {corridor.id: called.corridor(corridor.id) for corridor in network.corridors}
    now = table[table.index.get_level_values("scenario") == BASELINE].droplevel("scenario")
    plain = [c for c in printed("compare") if c.group == "main" and c.priority <= _MOST_COLUMNS]
    columns = converted.columns(plain)
    origins = sorted({called.node(str(origin)) for origin in now["origin"] if origin})
    meaning = legend(columns, hazards=hazard_basis(network.regime), origin=" or ".join(origins))
    shown = readable(now, [commodity])
    if "bottleneck" in shown.columns:
        shown["bottleneck"] = shown["bottleneck"].map(called.cut)
        meaning += _MINIMUM_CUT
    rows = [
        [
            names[str(id)],
            *(
                cells.compared(
                    str(id), own.name, c.text(row[c.name]), _converted(c, converted.factor(own.name, commodity))
                )
                for own, c in zip(plain, columns, strict=True)
            ),
        ]
        for id, row in zip(now.index, shown.to_dict("records"), strict=True)
    ]
    whose = tonne(table.attrs, network, converted.single)
    about = [called.commodity(commodity), network_label(network), f"for {whose}" if whose else ""]
    sentences = " ".join(next_tonne_sentences(now, names, whose, converted.money))
    return layout.section(
        "comparison",
        layout.note(" ".join(f"{', '.join(filter(None, about))}. {_counted_in(converted, meaning)}".split())),
        layout.table(["corridor", *(_counted_in(converted, layout.heading(column)) for column in columns)], rows),
        *([layout.note(cells.legend)] if cells.legend else []),
        *([layout.note(sentences)] if sentences else []),
        *_pictures(table, now, flow, commodity, units),
    )


def _counted_in(shown: DisplayUnits, text: str) -> str:
    """Return a head or legend of the next tonne, of the next barrel where barrels are shown."""
    return text.replace("ext tonne", f"ext {shown.single}").replace("one more tonne", f"one more {shown.single}")


def _on_pages(table: pd.DataFrame, network: Network) -> Iterator[tuple[list[str], float]]:
    """Yield the corridors that one picture shows, and its lines, so that it can be read on a page."""
    names = corridor_names(table, network)
    page: list[str] = []
    filled = 0.0
    for corridor in names:
        rows, _ = drawn_rows(table[table.index.isin([corridor], level="corridor")], _PICTURED, names)
        if page and filled + rows[-1].end > _MOST_LINES:
            yield page, filled
            page, filled = [], 0.0
        page.append(corridor)
        filled += rows[-1].end
    yield page, filled


def _converted(column: Column, factor: float) -> Callable[[float], str]:
    """Return how a number in tonnes is written in a column of other units."""
    return lambda number: column.text(number * factor)


def _pictures(table: pd.DataFrame, now: pd.DataFrame, flow: Flow, commodity: str, units: str) -> Iterator[Html]:
    """Yield the picture of the featured corridors under all scenarios, and the waterfall of the largest."""
    network = flow.network
    featured = [corridor.id for corridor in network.corridors if corridor.featured and corridor.id in now.index]
    shown = table[table.index.get_level_values("corridor").isin(featured)] if featured else table
    if not len(shown):
        return
    scenarios = table.index.get_level_values("scenario").nunique() - 1
    under = f" under {counted(scenarios, 'scenario')}" if scenarios else ""
    called = Names(network)
    for corridors, lines in _on_pages(shown, network):
        yield layout.picture(
            partial(plot_comparison, shown[shown.index.isin(corridors, level="corridor")], _PICTURED, network=network),
            (_WIDTH, 2.2 + 0.28 * lines),
            f"{', '.join(map(called.corridor, corridors))}{under}: throughput and capacities, netback, next tonne, "
            "time, and how much more is not lifted without the corridor",
        )
    largest = now.sort_values(str(column_in(now, "throughput_mtpa")), ascending=False)
    for id in [str(id) for id, origin in largest["origin"].items() if origin][:1]:
        name = called.corridor(id)
        draw = partial(plot_waterfall, flow, id, commodity=commodity, units=units)
        yield layout.picture(draw, (9.0, 4.6), f"From price to netback of {called.commodity(commodity)} by {name}")
