"""Options that commands share, and the network and scenarios that they name."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.cli.printing import title_of
from corridor.errors import DataError
from corridor.messages import unknown_name

if TYPE_CHECKING:
    from corridor.files.scenario_yaml import ScenarioFile
    from corridor.model.network import Network
    from corridor.model.scenario import Scenario


FORMATS = ("table", "csv", "json")


def add_command(commands: Any, name: str, run: Any, about: str) -> argparse.ArgumentParser:
    """Add a command that calls `run`, and return its parser."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=about, description=about[0].upper() + about[1:] + "."
    )
    parser.set_defaults(run=run, usage_of=parser)
    return parser


def add_inputs(parser: argparse.ArgumentParser, *, output: bool = True) -> None:
    """Add the options for network and scenarios, and for output."""
    parser.add_argument(
        "--network",
        default="caspian",
        metavar="NAME_OR_PATH",
        help="shipped network, or path of your own folder or file (default: caspian)",
    )
    parser.add_argument("--year", type=int, metavar="YEAR", help="year of a shipped network (default: 2024)")
    parser.add_argument(
        "--regime",
        metavar="NAME",
        help="rates of hazards: calm (before 24 February 2022) or war (since); default: those of the year",
    )
    parser.add_argument(
        "--scenario",
        action="append",
        default=[],
        metavar="NAME_OR_FILE",
        help="name of a shipped scenario, or path of a file (repeatable)",
    )
    if output:
        add_output(parser)


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add the options for the format of the result and where it is written."""
    parser.add_argument(
        "--format", choices=FORMATS, help="output format (default: by the ending of --output, else table)"
    )
    parser.add_argument(
        "-o", "--output", metavar="PATH", help="file to write the result to; .csv and .json give it that format"
    )
    parser.add_argument(
        "--wide", action="store_true", help="print all columns and full lines, whatever the width of the terminal"
    )


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Add the option to have shippers that choose take the cheapest way."""
    parser.add_argument(
        "--choice", choices=("cheapest",), metavar="cheapest",
        help="have shippers that choose between corridors, as of containers, all take the cheapest way",
    )  # fmt: skip


def add_units(
    parser: argparse.ArgumentParser,
    *,
    tonnes: str = "Mt/y and USD/t",
    barrels: str = "thousand barrels a day (kb/d) and USD/bbl",
    boxes: bool = False,
) -> None:
    """Add the option for tonnes or barrels, with what each means; and for boxes, the default of what moves in them."""
    if not boxes:
        parser.add_argument("--units", choices=("t", "bbl"), default="t", help=f"t: {tonnes} (default); bbl: {barrels}")
        return
    parser.add_argument(
        "--units", choices=("t", "bbl", "TEU"),
        help=f"t: {tonnes}; bbl: {barrels}; TEU: boxes of 20 feet a year and USD/FEU, a box of 40 feet (default: TEU "
        "for containers, else t)",
    )  # fmt: skip


def shown_units(asked: str | None, network: Network, subject: str | None) -> str:
    """Return the units asked for, by default boxes for a commodity or group counted in them, else tonnes."""
    from corridor.model.commodity_groups import in_boxes

    return asked or ("TEU" if subject is not None and in_boxes(network, subject) else "t")


def chosen_format(given: str | None, output: str | None) -> str:
    """Return the format asked for, by default that which the ending of the output file names, else a table."""
    ending = Path(output).suffix.lower().removeprefix(".") if output else ""
    return given or (ending if ending in FORMATS else "table")


def load_inputs(arguments: argparse.Namespace) -> tuple[Network, list[Scenario]]:
    """Return the network and scenarios that the arguments name; the files of scenarios are kept in the arguments."""
    from corridor.library.scenarios import read_scenario

    network = load_network(arguments.network, arguments.year, arguments.regime)
    arguments.scenario_files = [read_scenario(name, network) for name in arguments.scenario]
    return network, [file.scenario for file in arguments.scenario_files]


def other_years(scenarios: Sequence[Scenario], network: Network) -> list[str]:
    """Return a sentence for each scenario that is written for another year than the network's."""
    return [
        f"{scenario.name}: written for {scenario.year}, shown on {title_of(network)} (--year {scenario.year})."
        for scenario in scenarios
        if network.shipped and scenario.year not in (None, network.year)
    ]


def with_lines(arguments: argparse.Namespace, text: str) -> str:
    """Return sentences with file and line before those that name a change of a scenario file."""
    files: Sequence[ScenarioFile] = getattr(arguments, "scenario_files", ())
    return "\n".join(
        next((file.placed(sentence) for file in files if file.names_a_change(sentence)), sentence)
        for sentence in text.splitlines()
    )


def load_network(name: str, year: int | None, regime: str | None = None) -> Network:
    """Return the network of a name that ships, or of a folder or file."""
    from corridor.library import networks as library

    path = Path(name)
    if name in library.networks() or (
        "\0" in name or (path.name == name and not path.suffix and not os.path.exists(path))
    ):
        return library.load(name, year, regime=regime)
    from corridor.files.network import read_network

    network = read_network(name)
    if year not in (None, network.year):
        raise DataError(f"{name}: is a network of {network.year or 'no year'} (got --year {year}); leave --year out")
    return network if regime is None else _in_regime(network, name, regime)


def _in_regime(network: Network, name: str, regime: str) -> Network:
    """Return a network of a file with one of the regimes that its hazards have rates for."""
    from corridor.library.networks import refuse_full

    refuse_full(regime)
    known = list(dict.fromkeys(known for hazard in network.hazards for known in hazard.regimes))
    if not known:
        raise DataError(f"{name}: has no hazard with rates by regime (got --regime {regime}); leave --regime out")
    if regime not in known:
        raise unknown_name("regime", regime, known, f"{name}: ")
    return network.replace(regime=regime)


def combined(scenarios: Sequence[Scenario]) -> Scenario | None:
    """Return one scenario in which all happen, or None."""
    total = None
    for scenario in scenarios:
        total = scenario if total is None else total + scenario
    return total
