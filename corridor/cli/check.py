"""`corridor check`: test the expectations of scenario files."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.cli import streams
from corridor.cli.exit_codes import DONE, FAILED
from corridor.cli.inputs import add_command, add_output, load_network
from corridor.cli.printing import machine_text, terminal_width, title_of, write_output
from corridor.errors import CorridorError, DataError

if TYPE_CHECKING:
    from corridor.files.scenario_yaml import ScenarioFile
    from corridor.model.network import Network
    from corridor.testing.check import CheckResult, ScenarioCheck


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "check", run, "check the expectations of scenario files")
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="scenario file, folder of scenario files, or name of a shipped scenario",
    )
    parser.add_argument(
        "--network",
        metavar="NAME_OR_PATH",
        help="shipped network, or path of a folder or file (default: the network that the file names)",
    )
    parser.add_argument("--year", type=int, metavar="YEAR", help="year of the network (default: the file's)")
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    import pandas as pd

    from corridor.testing.check import CheckRunner

    network = None
    if arguments.network is not None or arguments.year is not None:
        network = load_network("caspian" if arguments.network is None else arguments.network, arguments.year)
    runner = CheckRunner()
    checks: list[tuple[ScenarioFile, ScenarioCheck]] = []
    problems: list[str] = []
    for file in _scenario_files(arguments.files, network, problems):
        try:
            checks.append((file, runner.check(file.scenario, network)))
        except CorridorError as error:
            problems += map(file.placed, str(error).splitlines())
    if problems:
        raise DataError(problems)
    for file, _ in checks:
        if not file.scenario.expect:
            streams.say(f"{file.scenario.name}: has no expectations; add an 'expect:' block.")
    for note in dict.fromkeys(f"{_title(c)}: {note}" for _, c in checks for note in c.before.notes):
        streams.say(note)
    for note in dict.fromkeys(file.placed(note) for file, c in checks for note in c.after.notes):
        streams.say(note)
    listed = [(c, [c.result(path, file.location(path)) for path in file.scenario.expect]) for file, c in checks]
    results = [result for _, some in listed for result in some]
    failed = sum(not result.holds for result in results)
    if arguments.format == "table":
        titles = [title_of(check.before.network) for check, _ in listed]
        lines: list[str] = []
        for title, before, (check, some) in zip(titles, ["", *titles], listed, strict=False):
            lines += [title] if title != before else []
            lines += _lines_of(check, some)
        text = "\n".join([*lines, f"{len(results) - failed} of {len(results)} expectations hold."]) + "\n"
    else:
        columns = ["scenario", "path", "expected", "got", "baseline", "holds", "change", "place", "network", "year"]
        rows = [
            (
                v.scenario,
                v.expectation.path,
                v.expectation.text,
                v.got,
                v.baseline,
                v.holds,
                v.change,
                v.location,
                check.before.network.name,
                check.before.network.year,
            )
            for check, some in listed
            for v in some
        ]
        text = machine_text(pd.DataFrame(rows, columns=columns), arguments.format)
    write_output(text, arguments.output, arguments.format, width=terminal_width(arguments))
    return FAILED if failed else DONE


def _scenario_files(sources: Sequence[str], network: Network | None, problems: list[str]) -> list[ScenarioFile]:
    """Return the scenario files named and those in folders named, each once; problems are added to `problems`."""
    from corridor.library.networks import SCENARIO_ENDING
    from corridor.library.scenarios import all_scenarios, read_scenario

    shipped = all_scenarios()
    paths: dict[str, str] = {}
    for source in sources:
        path = Path(source)
        if source in shipped or not source or not os.path.isdir(source):
            paths.setdefault(source if source in shipped else os.path.abspath(source), source)
            continue
        inside = sorted(path.rglob(f"*{SCENARIO_ENDING}"))
        seen = [file for file in inside if not any(part.startswith(".") for part in file.relative_to(path).parts)]
        paths |= {os.path.abspath(file): str(file) for file in seen if os.path.abspath(file) not in paths}
        if not seen:
            problems.append(f"{source}: contains no *{SCENARIO_ENDING} file; give another folder, or files")
    files = []
    for source in paths.values():
        try:
            files.append(read_scenario(source, network))
        except CorridorError as error:
            problems += str(error).splitlines()
    return files


def _title(check: ScenarioCheck) -> str:
    """Return name and year of the network that a scenario is checked on."""
    network = check.before.network
    return " ".join(str(part) for part in ("baseline", network.name, network.year) if part)


def _lines_of(check: ScenarioCheck, results: Sequence[CheckResult]) -> list[str]:
    """Return a line for each result of a scenario, for the failed ones their location, and the explanation."""
    lines = []
    for result in results:
        lines += [str(result)] if result.holds else [str(result), f"         {result.location}"]
    if not all(result.holds for result in results):
        lines += [f"         {line}" for line in check.summary.splitlines()]
    return lines
