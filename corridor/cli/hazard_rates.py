"""`corridor hazard-rates`: what the record of interruptions says of each route, and the files of hazards made of it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from corridor.cli import streams
from corridor.cli.exit_codes import DONE
from corridor.cli.inputs import add_command, add_output
from corridor.cli.printing import machine_text, table_text, terminal_width, write_output
from corridor.errors import DataError

_SHOWN = (
    "events", "war_per_year", "war_low", "war_high", "calm_per_year", "calm_low", "calm_high", "mean_days",
    "war_loss_days", "calm_loss_days",
)  # fmt: skip


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "hazard-rates", run, "show what the record of interruptions says of each route")
    parser.add_argument(
        "--until",
        metavar="DATE",
        help="count only what began by this day, like 2023-12-31 (default: last day of the record)",
    )
    parser.add_argument(
        "--write",
        metavar="FOLDER",
        help="write hazards.yaml and rate_groups.csv of a network into this folder instead of showing the rates",
    )
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if arguments.write is not None:
        return _write_files(arguments)
    from corridor.study.hazard_rates import hazard_rates

    table = hazard_rates(arguments.until)
    if arguments.format != "table":
        return write_output(machine_text(table, arguments.format), arguments.output, arguments.format)
    width = terminal_width(arguments)
    head = (
        f"Interruptions that began by {table.attrs['until']}: events on record, events a year in the war and in calm "
        "years with their 5 and 95 % points, days, and full-loss days a year.\n"
    )
    shown = table.loc[:, list(_SHOWN)].rename_axis([None, None])
    return write_output(head + table_text(shown, width), arguments.output, width=width)


def _write_files(arguments: argparse.Namespace) -> int:
    """Write the files of hazards and rate groups."""
    from corridor.files.bytes import write_text
    from corridor.library.interruptions import interruption_record
    from corridor.study.hazard_file import hazard_file, rate_group_file
    from corridor.study.hazard_fit import cut_off, shipped_fit

    if arguments.output is not None or arguments.format != "table":
        raise DataError("--write makes hazards.yaml and rate_groups.csv; leave --output and --format out")
    folder = Path(arguments.write)
    if not folder.is_dir():
        raise DataError(f"--write {folder}: must be an existing folder")
    fit = shipped_fit(cut_off(arguments.until, interruption_record()))
    for name, text in (("hazards.yaml", hazard_file(fit)), ("rate_groups.csv", rate_group_file(fit))):
        write_text(folder / name, text)
        streams.say(f"Written: {folder / name}")
    return DONE
