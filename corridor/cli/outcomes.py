"""`corridor outcomes`: what each scenario delivers, leaves undone and costs."""

from __future__ import annotations

import argparse
from typing import Any

from corridor.cli import streams
from corridor.cli.inputs import add_command, add_inputs, load_inputs
from corridor.cli.printing import fitted, machine_text, terminal_width, title_of, write_output
from corridor.errors import visible


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "outcomes", run, "print what each scenario delivers, leaves undone and costs")
    add_inputs(parser)
    parser.add_argument("--commodity", metavar="ID", help="commodity to count (default: all shippers together)")


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from corridor.study.outcomes import outcomes

    network, scenarios = load_inputs(arguments)
    table = outcomes(network, scenarios or None, commodity=arguments.commodity)
    notes = [f"{name}: {note}" for name, some in table.attrs.get("notes", {}).items() for note in some]
    if arguments.format != "table":
        for note in notes:
            streams.say(note)
        return write_output(machine_text(table, arguments.format), arguments.output, arguments.format)
    width = terminal_width(arguments)
    base, scenarios_only = table.iloc[0], table.iloc[1:]
    ranked = scenarios_only.sort_values("loss_musd_per_year", ascending=False, kind="stable")
    blocks = [
        f"{visible(arguments.commodity or 'All shippers')}, {title_of(network)}: a year of steady flow under each "
        "scenario, largest loss first.\nLoss: fall in netback plus rise in unmet requirements times what each costs "
        "its buyer beyond the price.\nChange: against the baseline, in which "
        f"{base['delivered_mtpa']:,.1f} Mt/y are delivered, {base['shortfall_mtpa']:,.1f} not lifted, "
        f"{base['unmet_mtpa']:,.1f} required and unmet; netback {base['netback_musd_per_year']:,.0f} million USD/y.",
        *([f"\n{fitted('outcomes', ranked, width)}\n"] if len(ranked) else []),
        *notes,
    ]
    return write_output("\n".join(blocks) + "\n", arguments.output, width=width)
