"""`corridor recommendations`: what the recommendations of the policy brief of 2022 would move."""

from __future__ import annotations

import argparse
from typing import Any

from corridor.cli.inputs import add_command, add_output, load_network
from corridor.cli.printing import document_text, fitted, machine_text, notes_of, terminal_width, title_of, write_output


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(
        commands, "recommendations", run, "print what the recommendations of the policy brief would move"
    )
    parser.add_argument(
        "--network", default="caspian_freight", metavar="NAME", help="shipped network (default: caspian_freight)"
    )
    parser.add_argument("--year", type=int, metavar="YEAR", help="year of the network (default: the newest)")
    parser.add_argument(
        "--ranges", action="store_true",
        help="draw all uncertain figures together, and show between which values 90 %% of the draws lie; takes minutes",
    )  # fmt: skip
    parser.add_argument("--draws", type=int, default=200, metavar="N", help="draws for --ranges (default: 200)")
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="seed of the draws (default: 7)")
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from corridor.study.recommendations import recommendations

    network = load_network(arguments.network, arguments.year)
    table = recommendations(network, ranges=arguments.ranges, draws=arguments.draws, seed=arguments.seed)
    conclusions = table.attrs.get("conclusions", {})
    if arguments.format == "json":
        text = document_text(network, conclusions=conclusions, rows=table)
        return write_output(text, arguments.output, arguments.format)
    if arguments.format == "csv":
        return write_output(machine_text(table, arguments.format), arguments.output, arguments.format)
    width = terminal_width(arguments)
    blocks = [
        f"Recommendations of the policy brief, {title_of(network)}: containers by the Middle Corridor, TEU a year.",
        fitted("recommendations", table, width),
        *(_ranges(table) if arguments.ranges else ()),
        *(f"{share:.0%} of the draws: {text}." for text, share in conclusions.items()),
        *notes_of(table),
        "Price, USD/FEU, and days are from China to Duisburg. Price and time do not explain the containers of 2020 to\n"
        "2022: read changes and their ranges, not volumes to come.",
    ]
    return write_output("\n".join(blocks) + "\n", arguments.output, width=width)


def _ranges(table: Any) -> list[str]:
    """Return a line for each recommendation: between which values 90 % of the draws of its change lie."""
    lines = [
        f"  {name}: {row['change_p05']:+.0%} to {row['change_p95']:+.0%}"
        + ("" if row["first"] != row["first"] else f", moves most in {row['first']:.0%}")
        for name, row in table.iloc[1:].iterrows()
    ]
    return ["Change in 90 % of the draws:", *lines]
