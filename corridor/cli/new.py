"""`corridor new`: create a starter network."""

from __future__ import annotations

import argparse
from typing import Any

from corridor.cli import streams
from corridor.cli.exit_codes import DONE
from corridor.cli.inputs import add_command


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "new", run, "create a starter network, small and documented, in a new folder")
    parser.add_argument("folder", metavar="FOLDER", help="folder to create")


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from corridor.library.starter import README, start_network

    folder = start_network(arguments.folder)
    streams.say(f"Written: {folder}. Its {README} explains the columns and lists commands to try.")
    return DONE
