"""`corridor report`: one self-contained HTML file."""

from __future__ import annotations

import argparse
from typing import Any

from corridor.cli import streams
from corridor.cli.exit_codes import DONE
from corridor.cli.inputs import add_command, add_inputs, add_units, load_inputs


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "report", run, "write a brief as one HTML file: answer, maps, tables, risk, sources")
    add_inputs(parser, output=False)
    add_units(parser, boxes=True)
    parser.add_argument(
        "--commodity",
        metavar="ID",
        help="commodity of the brief, or group of containers (default: kazakh_crude; of caspian_freight containers)",
    )
    parser.add_argument("--title", metavar="TEXT", help="title of the page")
    parser.add_argument("--about", metavar="TEXT", help="paragraph of your own under the title")
    parser.add_argument(
        "--section", action="append", metavar="NAME",
        help="section to show, in the order given (repeatable): summary, map, comparison, changes, bottlenecks, risk, "
        "bad_years, sources (default: all of these that can be filled), scenario_maps, scenario_bad_years",
    )  # fmt: skip
    parser.add_argument(
        "--years", type=int, metavar="N", help="simulated years; 0: none (default: 10000; containers have none)"
    )
    parser.add_argument(
        "--draws", type=int, metavar="N",
        help="sets of the hazards' rates, durations and shares drawn for these years; 0: central ones (default: 100 if "
        "there are 100 years for each)",
    )  # fmt: skip
    parser.add_argument(
        "--ranges", action=argparse.BooleanOptionalAction,
        help="draw all uncertain figures together and show ranges and grades of headline numbers (default: of the "
        "first sentence only)",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="random seed (default: 7)")
    parser.add_argument(
        "-o", "--output", default="brief.html", metavar="PATH", help="file to write (default: brief.html)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from corridor.show.brief.report import report

    network, scenarios = load_inputs(arguments)
    path = report(
        network,
        scenarios or None,
        arguments.output,
        commodity=arguments.commodity,
        units=arguments.units,
        title=arguments.title,
        about=arguments.about,
        sections=arguments.section,
        years=arguments.years,
        draws=arguments.draws,
        ranges=arguments.ranges,
        seed=arguments.seed,
    )
    streams.say(f"Written: {path}")
    return DONE
