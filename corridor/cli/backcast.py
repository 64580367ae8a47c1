"""`corridor backcast`: what each corridor carried in a year, modelled and observed."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from corridor.cli.inputs import add_command, add_output
from corridor.cli.printing import fitted, machine_text, terminal_width, write_output
from corridor.errors import visible
from corridor.model.columns import blank

if TYPE_CHECKING:
    import pandas as pd


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "backcast", run, "compare modelled with observed throughputs of past years")
    parser.add_argument("--network", default="caspian", metavar="NAME", help="shipped network (default: caspian)")
    parser.add_argument(
        "--year", type=int, action="append", metavar="YEAR", help="year to compare (repeatable; default: 2021, 2022)"
    )
    parser.add_argument("--commodity", metavar="ID", help="only this commodity (default: every shipper)")
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    import pandas as pd

    from corridor.study.backcast import backcast

    years = list(dict.fromkeys(arguments.year or (2021, 2022)))
    tables = {year: backcast(year, commodity=arguments.commodity, name=arguments.network) for year in years}
    if arguments.format != "table":
        combined = pd.concat(tables, names=["year"])
        return write_output(machine_text(combined, arguments.format), arguments.output, arguments.format)
    width = terminal_width(arguments)
    blocks = []
    for year, table in tables.items():
        shippers = [arguments.commodity] if arguments.commodity else list(table.index.unique("commodity"))
        blocks += [
            _block(f"{shipper} by corridor, {arguments.network} {year}", part, width)
            for shipper in shippers
            for part in [table if arguments.commodity else table.loc[shipper]]
        ]
    return write_output("\n\n".join(blocks) + "\n", arguments.output, width=width)


def _block(head: str, table: pd.DataFrame, width: int | None) -> str:
    """Return one shipper's year: corridors as a table, what they add up to in words."""
    from corridor.study.backcast import ERRORS, ERRORS_APART, EXPORTS, MODELLED, SKILL, SUMMARY

    corridors = table.drop(index=[name for name in SUMMARY if name in table.index])
    texts = {
        MODELLED: ("modelled_mtpa", "modelled in all {:.1f} Mt/y"),
        EXPORTS: ("observed_mtpa", "exports by all ways {:.1f} Mt/y"),
        ERRORS: ("error_mtpa", "sum of absolute errors {:.1f} Mt/y"),
        ERRORS_APART: ("error_mtpa", "of observations that are differences {:.1f} Mt/y"),
        SKILL: ("skill", "skill against last year's volumes {:.2f} (1: no error; 0: as good as last year)"),
    }
    sentences = [text.format(table.loc[name, column]) for name, (column, text) in texts.items() if name in table.index]
    shown = fitted("backcast", corridors.fillna(blank("backcast")), width)
    return f"{visible(head)}\n{shown}\n  {'; '.join(sentences)}."
