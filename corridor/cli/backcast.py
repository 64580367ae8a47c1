"""`corridor backcast`: what each corridor carried in a year, modelled and observed."""

from __future__ import annotations

import argparse
from typing import Any

from corridor.cli.inputs import add_command, add_output
from corridor.cli.printing import fitted, machine_text, terminal_width, write_output
from corridor.model.columns import blank


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "backcast", run, "compare modelled with observed throughputs of past years")
    parser.add_argument("--network", default="caspian", metavar="NAME", help="shipped network (default: caspian)")
    parser.add_argument(
        "--year", type=int, action="append", metavar="YEAR", help="year to compare (repeatable; default: 2021, 2022)"
    )
    parser.add_argument("--commodity", default="kazakh_crude", metavar="ID", help="commodity (default: kazakh_crude)")
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    import pandas as pd

    from corridor.study.backcast import TOTAL, backcast

    years = list(dict.fromkeys(arguments.year or (2021, 2022)))
    tables = {year: backcast(year, commodity=arguments.commodity, name=arguments.network) for year in years}
    if arguments.format != "table":
        combined = pd.concat(tables, names=["year"])
        return write_output(machine_text(combined, arguments.format), arguments.output, arguments.format)
    width = terminal_width(arguments)
    blocks = []
    for year, table in tables.items():
        total = table.loc[TOTAL]
        share = total["error_mtpa"] / total["observed_mtpa"]
        blocks.append(
            f"{arguments.commodity} by corridor, {year}\n{fitted('backcast', table.fillna(blank('backcast')), width)}\n"
            f"  Sum of absolute errors: {total['error_mtpa']:.1f} Mt/y, {share:.1%} of the observed total."
        )
    return write_output("\n\n".join(blocks) + "\n", arguments.output, width=width)
