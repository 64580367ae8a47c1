"""`corridor solve`: one scenario solved, and explained in words."""

from __future__ import annotations

import argparse
from typing import Any

from corridor.cli.inputs import (
    add_choice,
    add_command,
    add_inputs,
    add_units,
    combined,
    load_inputs,
    other_years,
    shown_units,
)
from corridor.cli.printing import (
    carried_text,
    document_text,
    machine_text,
    say_notes,
    table_text,
    terminal_width,
    title_of,
    write_output,
)
from corridor.errors import DataError, visible
from corridor.model.columns import FLOW_TABLES, INTERCHANGEABLE


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "solve", run, "solve one scenario and explain the result")
    add_inputs(parser)
    add_units(parser, boxes=True)
    parser.add_argument(
        "--commodity", metavar="ID", help="only commodity, or group of them, to explain (default: all shippers)"
    )
    parser.add_argument("--table", choices=FLOW_TABLES, help="table to print (default: a summary; corridors for csv)")
    add_choice(parser)
    parser.add_argument("--explain", metavar="ID", help="explain only this corridor or edge")


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from corridor.model.display_units import DisplayUnits
    from corridor.model.scenario import scenario_name
    from corridor.solver.flow import solve
    from corridor.study.flow_tables import flow_table, flow_totals

    width = terminal_width(arguments)
    network, scenarios = load_inputs(arguments)
    say_notes(arguments, other_years(scenarios, network))
    flow = solve(network, combined(scenarios), choice=arguments.choice)
    named = shown_units(arguments.units, network, arguments.commodity)
    if arguments.format != "table" or arguments.table:
        if arguments.explain is not None:
            raise DataError("--explain prints text; remove --table and --format")
        if arguments.commodity is not None:
            raise DataError("--commodity is for the text; tables are of all shippers: remove --table and --format")
        units = DisplayUnits.of(flow.network, named, boxes=True)
        table = arguments.table or "corridors"
        frame = flow_table(flow, table, units)
        if arguments.format == "json":
            name = flow.scenario.name if flow.scenario is not None else None
            about = {"scenario": name, "units": named, "totals": flow_totals(flow, units)}
            text = document_text(network, **about, **{table: frame})
        elif arguments.format == "csv":
            text = machine_text(frame, arguments.format)
        else:
            name = visible(scenario_name(flow.scenario))
            text = f"{title_of(network)}, {name}, all shippers: {table}\n{table_text(frame, width)}"
            text += f"{INTERCHANGEABLE}\n" if table in ("markets", "routes") else ""
            text += carried_text(network, width)
    else:
        explained = flow.explain(arguments.explain, commodity=arguments.commodity, units=named)
        text = f"{title_of(network)}\n{explained}\n{carried_text(network, width)}"
    return write_output(text, arguments.output, arguments.format, width=width)
