"""`corridor outcomes`: what each scenario delivers, leaves undone and costs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from corridor.cli.inputs import add_command, add_inputs, add_units, load_inputs, other_years, shown_units
from corridor.cli.printing import (
    aligned,
    carried_text,
    columns_that_fit,
    document_text,
    machine_text,
    notes_of,
    omitted_columns,
    say_notes,
    terminal_width,
    title_of,
    write_output,
)
from corridor.errors import visible
from corridor.model.columns import AMOUNTS, Column, printed

if TYPE_CHECKING:
    import pandas as pd

    from corridor.model.display_units import DisplayUnits

_NAMES_WIDTH = 28


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "outcomes", run, "print what each scenario delivers, leaves undone and costs")
    add_inputs(parser)
    add_units(parser, boxes=True)
    parser.add_argument(
        "--commodity", metavar="ID", help="commodity to count, or a group of them (default: all shippers together)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from corridor.model.display_units import DisplayUnits
    from corridor.study.outcomes import outcomes

    network, scenarios = load_inputs(arguments)
    say_notes(arguments, other_years(scenarios, network))
    named = shown_units(arguments.units, network, arguments.commodity)
    table = outcomes(network, scenarios or None, commodity=arguments.commodity, units=named)
    units = DisplayUnits.of(network, named, arguments.commodity, boxes=True)
    notes = notes_of(table)
    if arguments.format != "table":
        say_notes(arguments, notes)
        if arguments.format == "json":
            scope = {"commodity": arguments.commodity, "units": named}
            return write_output(document_text(network, **scope, rows=table), arguments.output, arguments.format)
        return write_output(machine_text(table, arguments.format), arguments.output, arguments.format)
    width = terminal_width(arguments)
    names = ("delivered_mtpa", "shortfall_mtpa", "unmet_mtpa")
    before = [table.iloc[0][units.name(name)] for name in names]
    digits = 0 if units.shows_boxes else 1
    base, scenarios_only = table.iloc[0], table.iloc[1:]
    ranked = scenarios_only.sort_values("loss_musd_per_year", ascending=False, kind="stable")
    blocks = [
        f"{visible(arguments.commodity or 'All shippers')}, {title_of(network)}: a year of steady flow under each "
        "scenario, largest loss first.\nLoss: fall in netback plus rise in unmet requirements times what each costs "
        "its buyer beyond the price.\nChange: against the baseline, in which "
        f"{before[0]:,.{digits}f} {units.volume} are delivered, {before[1]:,.{digits}f} not lifted, "
        f"{before[2]:,.{digits}f} required and unmet; netback {base['netback_musd_per_year']:,.0f} million USD/y.",
        *_tables(ranked, width, units, carried_text(network, width)),
        *notes,
    ]
    return write_output("\n".join(blocks) + "\n", arguments.output, width=width)


def _tables(ranked: pd.DataFrame, width: int | None, units: DisplayUnits, under: str) -> Iterator[str]:
    """Yield the rates of all scenarios, a text under them, and amounts over the days of those with known duration."""
    if not len(ranked):
        if under:
            yield under
        return
    rates, over_days = (
        units.columns(column for column in printed("outcomes") if (column.name in AMOUNTS) == over)
        for over in (False, True)
    )
    yield f"\n{_fitted(rates, ranked, width)}\n" + (f"\n{under}" if under else "")
    lasting = ranked[ranked["duration_days"].notna()].sort_values("loss_musd", ascending=False, kind="stable")
    if len(lasting):
        yield (
            "Over the days that each lasts, where that is known. Usual ways only: no commodity\n"
            "moves on an edge beyond its usual flow, as in the first days. One shipper's\n"
            "shortfall, and the loss, can be larger by all ways, for others take its place;\n"
            "tanks and catching up are not counted.\n"
        )
        yield f"{_fitted(over_days, lasting, width)}\n"


def _fitted(columns: Sequence[Column], frame: pd.DataFrame, width: int | None) -> str:
    """Return the columns that fit; scenarios that come to the same in all of them are one row."""
    from corridor.study.scenario_runs import printed_once

    once = printed_once(frame[[column.name for column in columns]])
    kept = columns_that_fit(columns, lambda some: aligned(some, once, names_width=_NAMES_WIDTH), width)
    shown = aligned(kept, once, names_width=_NAMES_WIDTH), omitted_columns(columns, kept).rstrip()
    return "\n".join(filter(None, shown))
