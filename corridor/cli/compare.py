"""`corridor compare`: the corridors side by side, under each scenario."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from corridor.cli import streams
from corridor.cli.inputs import add_command, add_inputs, load_inputs, with_lines
from corridor.cli.printing import (
    aligned,
    columns_that_fit,
    machine_text,
    omitted_columns,
    terminal_width,
    title_of,
    write_output,
)
from corridor.errors import visible
from corridor.model.columns import Column, legend, printed

if TYPE_CHECKING:
    import pandas as pd

    from corridor.model.network import Network

_REGIMES = {"full": "rates since 1999", "calm": "rates before 2022", "war": "rates since 2022"}


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "compare", run, "compare the corridors under each scenario")
    add_inputs(parser)
    parser.add_argument("--commodity", metavar="ID", help="commodity of the table (default: kazakh_crude)")
    parser.add_argument(
        "--origin", metavar="NODE", help="node from which cost and time are counted (default: largest supply)"
    )
    parser.add_argument(
        "--corridor",
        metavar="ID",
        action="append",
        help="corridor to show, or 'all' (repeatable; default: the main ones)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from corridor.study.compare import compare_in_scope, comparison_scope

    network, scenarios = load_inputs(arguments)
    scope = comparison_scope(network, commodity=arguments.commodity, origin=arguments.origin)
    asked = arguments.corridor or _featured(network, scope.carriers)
    for id in asked:
        if id != "all":
            network.corridor(id)
    if "all" not in asked:
        scope = scope.limited_to(network, asked)
    commodity = scope.commodity
    table = compare_in_scope(network, scenarios or None, scope)
    if hidden := [corridor for corridor in scope.carriers if corridor not in scope.corridors]:
        streams.say(f"Not shown: {', '.join(hidden)} (--corridor all).")
    notes = [f"{name}: {note}" for name, some in table.attrs.get("notes", {}).items() for note in some]
    notes = [with_lines(arguments, note) for note in notes]
    width = terminal_width(arguments)
    if arguments.format == "table":
        text = _text(table, network, commodity, arguments.regime, width) + "".join(f"{note}\n" for note in notes)
    else:
        text = machine_text(table, arguments.format)
        for note in notes:
            streams.say(note)
    return write_output(text, arguments.output, arguments.format, width=width)


def _featured(network: Network, able: list[str]) -> list[str]:
    """Return the corridors shown by default."""
    return [id for id in able if network.corridor(id).featured] or able


def _text(table: pd.DataFrame, network: Network, commodity: str, regime: str, width: int | None) -> str:
    """Return the comparison as text, one block a scenario."""
    from corridor.model.figures import confidence_counts
    from corridor.study.compare import readable

    rates = f" (regime '{regime}': {_REGIMES.get(regime, regime)})" if network.shipped else ""
    head, counts = legend("compare", rates), confidence_counts(network.figure_records)
    figures = (
        f"Confidence of the {sum(counts.values())} figures behind this: A {counts['A']}, B {counts['B']}, "
        f"C (estimates) {counts['C']}.\nnetwork.figures() lists them, with ranges and rival sources."
    )
    if width is not None:  # where lines end depends on the terminal
        head, figures = head.replace("\n", " "), figures.replace("\n", " ")
    parts = {str(name): readable(table.loc[name], commodity) for name in table.index.unique("scenario")}

    def block(scenario: str, columns: list[Column]) -> str:
        return f"{visible(scenario)}\n{aligned(columns, parts[scenario])}\n"

    columns = printed("compare")
    kept = columns_that_fit(columns, lambda some: "\n".join(block(name, some) for name in parts), width)
    blocks = [f"{visible(commodity)} by corridor, {title_of(network)}.\n{head}\n"]
    blocks += [block(scenario, kept) for scenario in parts]
    blocks += [omitted_columns(columns, kept), f"{figures}\n" if counts else ""]
    return "\n".join(filter(None, blocks))
