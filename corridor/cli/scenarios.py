"""`corridor scenarios`: the scenarios that ship."""

from __future__ import annotations

import argparse
from typing import Any

from corridor.cli.inputs import add_command, add_output
from corridor.cli.printing import machine_text, terminal_width, write_output


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "scenarios", run, "list the scenarios that ship with a network")
    parser.add_argument("--network", default="caspian", metavar="NAME", help="shipped network (default: caspian)")
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    import pandas as pd

    from corridor.library.scenarios import load_scenario, scenarios

    names = scenarios(arguments.network)
    listed = [load_scenario(name) for name in names]
    columns = {"name": [s.name for s in listed], "year": [s.year for s in listed], "about": [s.about for s in listed]}
    frame = pd.DataFrame(columns, index=pd.Index(names, name="scenario"))
    if arguments.format != "table":
        return write_output(machine_text(frame, arguments.format), arguments.output, arguments.format)
    width = max(map(len, names))
    lines = [f"{name:<{width}}  {scenario.about}" for name, scenario in zip(names, listed, strict=True)]
    return write_output("\n".join(lines) + "\n", arguments.output, width=terminal_width(arguments))
