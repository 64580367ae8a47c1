"""`corridor schema`: the JSON Schema of scenario or network files."""

from __future__ import annotations

import argparse
from typing import Any

from corridor.cli.inputs import add_command
from corridor.cli.printing import write_output


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "schema", run, "print the JSON Schema of scenario or network files, for editors")
    parser.add_argument("kind", choices=("scenario", "network"), help="kind of file")
    parser.add_argument("-o", "--output", metavar="PATH", help="file to write it to (default: stdout)")


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from corridor.files.schema import schema_text

    return write_output(schema_text(arguments.kind), arguments.output, "json")
