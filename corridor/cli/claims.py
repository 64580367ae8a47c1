"""`corridor claims`: the policy brief of 2022, checked claim by claim."""

from __future__ import annotations

import argparse
from typing import Any

from corridor.cli.inputs import add_command, add_output
from corridor.cli.printing import machine_text, terminal_width, write_output


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    add_output(add_command(commands, "claims", run, "check the claims of the policy brief of 2022"))


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from corridor.study.claims import claims

    table = claims()
    if arguments.format != "table":
        return write_output(machine_text(table, arguments.format), arguments.output, arguments.format)
    blocks = []
    for _, row in table.iterrows():
        numbers = [f"{who} {row[who]}" for who in ("brief", "found") if row[who]]
        detail = f" ({', '.join(numbers)} {row['unit']}; {row['basis'] or 'brief only'})" if numbers else ""
        source = f" Source: {row['source']}." if row["source"] else ""
        blocks.append(
            f"{row['claim']}{detail}\n  {row['verdict'][0].upper()}{row['verdict'][1:]}. {row['why']}.{source}"
        )
    return write_output("\n".join(blocks) + "\n", arguments.output, width=terminal_width(arguments))
