"""The command line: ``corridor compare | solve | simulate | check | ...``; ``corridor --help`` lists all."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.cli import streams
from corridor.cli.printing import machine_text, table_text
from corridor.cli.waiting import sign_of_life
from corridor.errors import CorridorError, DataError, visible
from corridor.model.columns import FLOW_TABLES, blank, legend, printed

if TYPE_CHECKING:
    import pandas as pd

    from corridor.files.scenario_yaml import ScenarioFile
    from corridor.model.network import Network
    from corridor.model.scenario import Scenario
    from corridor.risk.ensemble import Ensemble
    from corridor.testing.check import Trial, Verdict

DONE, FAILED, BAD_INPUT, STOPPED = 0, 1, 2, 130
_YEARS = ("summary", "corridors", "states", "attribution", "years")
_MOST_SHOWN = 60


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return 0 done, 1 an expectation failed, 2 bad input, 130 stopped by Ctrl-C or a signal.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; those of the process by default.
    """
    streams.prepare()
    arguments = argparse.Namespace()
    try:
        try:
            _parser().parse_args(argv, arguments)
            quiet = getattr(arguments, "quiet", False)
            with contextlib.nullcontext() if quiet else sign_of_life(arguments.command):
                code: int = arguments.run(arguments)
        finally:
            streams.flush()
    except CorridorError as error:
        streams.say(f"corridor: {error}")
        return BAD_INPUT
    except BrokenPipeError:
        streams.drop_unwritten()
        return DONE
    except OSError as error:
        streams.drop_unwritten()
        streams.say(f"corridor: {error.filename or 'output'}: {error.strerror}")
        return BAD_INPUT
    except KeyboardInterrupt:
        kept = getattr(arguments, "checkpoint", None)
        streams.say(f"corridor: stopped{f'; the same command goes on from {kept}' if kept else ''}")
        return STOPPED
    return code


def _parser() -> argparse.ArgumentParser:
    from corridor import __version__

    parser = argparse.ArgumentParser(
        prog="corridor",
        description="Oil from the Caspian to world markets: compare the routes, and ask what happens when one closes.",
        epilog="Results go to stdout, notes to stderr, after 10 seconds also that it is still at work. Exit code 0: "
        "done, 1: an expectation failed, 2: bad input, 130: stopped by Ctrl-C, SIGTERM or SIGHUP.",
    )
    parser.add_argument("--version", action="version", version=f"corridor {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    compare = _command(commands, "compare", _compare, "the corridors side by side, under each scenario")
    _add_world(compare)
    compare.add_argument("--commodity", metavar="ID", help="whose oil the table is about (default: kazakh_crude)")
    compare.add_argument(
        "--origin", metavar="NODE", help="node from which cost and time are counted (default: largest)"
    )
    compare.add_argument(
        "--corridor",
        metavar="ID",
        action="append",
        help="corridor to show, or 'all' (repeatable; default: the main ones)",
    )
    solve = _command(commands, "solve", _solve, "one scenario solved, and explained in words")
    _add_world(solve)
    solve.add_argument("--table", choices=FLOW_TABLES, help="table to print (default: a summary; corridors for csv)")
    solve.add_argument("--explain", metavar="ID", help="explain this corridor or edge alone")
    simulate = _command(commands, "simulate", _simulate, "how likely and how bad a bad year is, by simulated years")
    _add_world(simulate)
    simulate.add_argument("--years", type=int, default=10_000, metavar="N", help="years to draw (default: 10000)")
    simulate.add_argument("--seed", type=int, default=7, metavar="N", help="the same gives the same (default: 7)")
    simulate.add_argument(
        "--workers", type=int, default=1, metavar="N", help="processes to share the work (default: 1)"
    )
    simulate.add_argument("--checkpoint", metavar="DIR", help="folder for finished blocks; a stopped run goes on there")
    simulate.add_argument("--commodity", metavar="ID", help="whose oil the text is about (default: kazakh_crude)")
    simulate.add_argument(
        "--alpha", type=float, metavar="P", help="level of the bad tail (default: 0.95; attribution: all years)"
    )
    simulate.add_argument("--table", choices=_YEARS, help="table to print (default: a text; summary for csv and json)")
    simulate.add_argument("--quiet", action="store_true", help="show no progress")
    brief = _command(commands, "report", _report, "one self-contained HTML file: answer, maps, tables, risk, sources")
    _add_world(brief, form=False)
    brief.add_argument("--commodity", metavar="ID", help="whose oil it is about (default: kazakh_crude)")
    brief.add_argument("--title", metavar="TEXT", help="title of the page")
    brief.add_argument(
        "--years", type=int, default=10_000, metavar="N", help="simulated years; 0: none (default: 10000)"
    )
    brief.add_argument("--seed", type=int, default=7, metavar="N", help="what they are drawn from (default: 7)")
    brief.add_argument("--output", default="brief.html", metavar="PATH", help="file to write (default: brief.html)")
    _add_output(_command(commands, "scenarios", _scenarios, "the scenarios that ship"))
    _add_output(_command(commands, "claims", _claims, "the policy brief of 2022, checked claim by claim"))
    backcast = _command(commands, "backcast", _backcast, "what each corridor carried in a year, modelled and observed")
    backcast.add_argument("--network", default="caspian", metavar="NAME", help="shipped network (default: caspian)")
    backcast.add_argument("--year", type=int, action="append", metavar="YEAR", help="(repeatable; default: 2021, 2022)")
    backcast.add_argument("--commodity", default="kazakh_crude", metavar="ID", help="whose oil (default: kazakh_crude)")
    _add_output(backcast)
    check = _command(commands, "check", _check, "test the expectations of scenario files")
    check.add_argument(
        "files", nargs="+", metavar="FILE", help="scenario file, folder of such, or name of a shipped scenario"
    )
    check.add_argument(
        "--network", metavar="NAME_OR_PATH", help="shipped network, or folder or file (default: as the file names)"
    )
    check.add_argument("--year", type=int, metavar="YEAR", help="year of the network (default: the file's)")
    _add_output(check)
    new = _command(commands, "new", _new, "a small documented network in a new folder, to start from")
    new.add_argument("folder", metavar="FOLDER", help="folder to make")
    schema = _command(commands, "schema", _schema, "the JSON Schema of scenario or network files, for editors")
    schema.add_argument("kind", choices=("scenario", "network"), help="which files")
    schema.add_argument("--output", metavar="PATH", help="file to write it to (default: stdout)")
    return parser


def _command(commands: Any, name: str, run: Any, about: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=about, description=about[0].upper() + about[1:] + "."
    )
    parser.set_defaults(run=run)
    return parser


def _add_world(parser: argparse.ArgumentParser, form: bool = True) -> None:
    """Add the options that say which network, and under what."""
    parser.add_argument(
        "--network",
        default="caspian",
        metavar="NAME_OR_PATH",
        help="shipped network, or folder or file of your own (default: caspian)",
    )
    parser.add_argument("--year", type=int, metavar="YEAR", help="year of a shipped network (default: 2024)")
    parser.add_argument(
        "--regime",
        default="full",
        metavar="NAME",
        help="hazard rates: full record (default), calm, or war (since 2022)",
    )
    parser.add_argument(
        "--scenario", action="append", default=[], metavar="NAME_OR_FILE", help="what happens (repeatable)"
    )
    if form:
        _add_output(parser)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table", help="form of the result")
    parser.add_argument("--output", metavar="PATH", help="file to write the result to (default: stdout)")


def _world(arguments: argparse.Namespace) -> tuple[Network, list[Scenario]]:
    """Return the network and scenarios that the arguments name."""
    from corridor.library.scenarios import load_scenario

    network = _network(arguments.network, arguments.year, arguments.regime)
    return network, [load_scenario(name, network) for name in arguments.scenario]


def _network(name: str, year: int | None, regime: str = "full") -> Network:
    """Return the network of a name that ships, or of a folder or file."""
    from corridor.library import networks as library

    path = Path(name)
    if name in library.networks() or (
        "\0" in name or (path.name == name and not path.suffix and not os.path.exists(path))
    ):
        return library.load(name, year=2024 if year is None else year, regime=regime)
    from corridor.files.network import read_network

    network = read_network(name)
    if year not in (None, network.year):
        raise DataError(f"{name}: is a network of {network.year or 'no year'} (got --year {year}); leave --year out")
    if regime != "full":
        raise DataError(f"{name}: has hazards of one regime (got --regime {regime}); leave --regime out")
    return network


def _compare(arguments: argparse.Namespace) -> int:
    from corridor.study.compare import carriers, chosen_commodity, compare

    network, scenarios = _world(arguments)
    commodity = chosen_commodity(network, arguments.commodity)
    able = carriers(network, commodity)
    asked = arguments.corridor or _featured(network, able)
    for id in asked:
        if id != "all":
            network.corridor(id)
    wanted = able if "all" in asked else asked
    table = compare(network, scenarios or None, commodity=commodity, origin=arguments.origin, corridors=wanted)
    if hidden := [corridor for corridor in able if corridor not in wanted]:
        streams.say(f"Not shown: {', '.join(hidden)} (--corridor all).")
    notes = [f"{name}: {note}" for name, found in table.attrs.get("notes", {}).items() for note in found]
    if arguments.format == "table":
        text = _comparison(table, network, commodity, arguments.regime) + "".join(f"{note}\n" for note in notes)
    else:
        text = machine_text(table, arguments.format)
        for note in notes:
            streams.say(note)
    return _give(text, arguments.output, arguments.format)


def _featured(network: Network, able: list[str]) -> list[str]:
    """Return the corridors to show unasked."""
    return [id for id in able if network.corridor(id).featured] or able


_REGIMES = {"full": "rates since 1999", "calm": "rates before 2022", "war": "rates since 2022"}


def _comparison(table: pd.DataFrame, network: Network, commodity: str, regime: str) -> str:
    """Return the comparison as text, one block a scenario."""
    from corridor.model.figures import grades
    from corridor.study.compare import readable

    told = f" (regime '{regime}': {_REGIMES.get(regime, regime)})" if network.shipped else ""
    blocks = [f"{visible(commodity)} by corridor, {_title(network)}.\n{legend('compare', told)}"]
    for scenario in table.index.get_level_values("scenario").unique():
        part = readable(table.loc[scenario], commodity)
        blocks.append(f"\n{visible(scenario)}\n{_printed('compare', part)}")
    graded = grades(network.ledger)
    if not graded:
        return "\n".join(blocks) + "\n"
    blocks.append(
        f"\nOf the {sum(graded.values())} figures behind this {graded['A']} are of confidence A, {graded['B']} of B "
        f"and {graded['C']} of C, estimates.\nnetwork.figures() names them all, with ranges and rivals."
    )
    return "\n".join(blocks) + "\n"


def _title(network: Network) -> str:
    """Return name and year of a network, as far as it has them."""
    return visible(" ".join(map(str, filter(None, (network.name or "unnamed network", network.year)))))


def _printed(table: str, frame: pd.DataFrame, tail: str = "") -> str:
    """Return the printed columns of a table under headings and, if any has one, units; long text is cut.

    Numbers stand to the right, words to the left. `tail` names the worst years in headings.
    """
    columns = printed(table)
    index = [visible(str(name)) for name in frame.index]
    width = max(map(len, index), default=0)
    lines = [" " * width] * 2 + [name.ljust(width) for name in index]
    for column in columns:
        unit = column.shown_unit
        cells = [_cut(column.text(value)) for value in frame[column.name]]
        texts = [column.heading.format(tail=tail), f"[{unit}]" if unit else "", *map(visible, cells)]
        width = max(map(len, texts))
        lines = [
            f"{line}  {text.ljust(width) if column.kind == 'word' else text.rjust(width)}"
            for line, text in zip(lines, texts, strict=True)
        ]
    if not any(column.unit for column in columns):
        del lines[1]
    return "\n".join(f"  {line}".rstrip() for line in lines)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."


def _solve(arguments: argparse.Namespace) -> int:
    from corridor.solver.flow import solve

    network, scenarios = _world(arguments)
    flow = solve(network, _together(scenarios))
    if arguments.format != "table" or arguments.table:
        if arguments.explain is not None:
            raise DataError("--explain gives words: leave out --table and --format")
        frame = getattr(flow, arguments.table or "corridors")
        text = table_text(frame) if arguments.format == "table" else machine_text(frame, arguments.format)
    else:
        text = flow.explain(arguments.explain) + "\n"
    return _give(text, arguments.output, arguments.format)


def _simulate(arguments: argparse.Namespace) -> int:
    from corridor.model.scenario import Hazard
    from corridor.risk.measures import require_level
    from corridor.risk.simulate import simulate
    from corridor.study.compare import chosen_commodity

    asked = arguments.alpha
    arguments.alpha = 0.95 if asked is None else asked
    require_level(arguments.alpha)
    network, scenarios = _world(arguments)
    commodity = chosen_commodity(network, arguments.commodity)
    added = [scenario for scenario in scenarios if isinstance(scenario, Hazard)]
    if added:
        network = network.replace(hazards=(*network.hazards, *added))
        told = ", ".join(repr(hazard.name) for hazard in added)
        streams.say(f"{told}: comes and goes at its own rate, beside the network's hazards.")
    lasting = [scenario for scenario in scenarios if not isinstance(scenario, Hazard)]
    ensemble = simulate(
        network,
        years=arguments.years,
        seed=arguments.seed,
        scenario=_together(lasting),
        workers=arguments.workers,
        checkpoint=arguments.checkpoint,
        progress=False if arguments.quiet else None,
    )
    if arguments.format == "table" and arguments.table is None:
        return _give(_bad_year(ensemble, commodity, arguments), arguments.output)
    table = arguments.table or "summary"
    frame = getattr(ensemble, table)
    if table == "summary":
        frame = frame(arguments.alpha)
    elif table == "attribution":
        frame = frame(f"{commodity}_shortfall_mt", alpha=asked)
    text = table_text(frame) if arguments.format == "table" else machine_text(frame, arguments.format)
    return _give(text, arguments.output, arguments.format)


def _report(arguments: argparse.Namespace) -> int:
    from corridor.show.brief.report import report

    network, scenarios = _world(arguments)
    path = report(
        network,
        scenarios or None,
        arguments.output,
        commodity=arguments.commodity,
        title=arguments.title,
        years=arguments.years,
        seed=arguments.seed,
    )
    streams.say(f"Written: {path}")
    return DONE


def _together(scenarios: Sequence[Scenario]) -> Scenario | None:
    """Return one scenario in which all happen, or None."""
    together = None
    for scenario in scenarios:
        together = scenario if together is None else together + scenario
    return together


def _bad_year(ensemble: Ensemble, commodity: str, arguments: argparse.Namespace) -> str:
    """Return what simulated years came to as text: amounts, whose doing, and what was in force."""
    from corridor.risk.bad_year import amounts, attributed

    tail = f"{100 * (1 - arguments.alpha):.3g}%"
    rows = amounts(ensemble, commodity, alpha=arguments.alpha)
    rows["unit"] = rows["unit"].str.replace("million", "M")
    hazards = f"hazards of the regime '{arguments.regime}'" if ensemble.network.shipped else "its own hazards"
    blocks = [
        f"{len(ensemble.years):,} simulated years of {_title(ensemble.network)}, {hazards}, seed {ensemble.seed}"
        + (f", under {visible(ensemble.scenario.name)}." if ensemble.scenario is not None else ".")
        + f"\nUndisturbed: nothing happens. Worst {tail}: mean of the worst years (CVaR). +-: 95 % "
        "confidence.\n\n" + _printed("bad_year", rows, tail)
    ]
    for by, alpha, head in (
        ("actor", None, "Whose doing, of what is left in the ground in a mean year"),
        ("hazard", arguments.alpha, f"What it was in the worst {tail} of years"),
    ):
        table = attributed(ensemble, f"{commodity}_shortfall_mt", by=by, alpha=alpha)
        if len(table):
            blocks.append(f"{head}\n{_printed('attribution', table)}")
    states = ensemble.states
    states = states[states["shortfall_share"] > 0].sort_values("shortfall_share", ascending=False).head(8)
    if len(states):
        states.index = states["hazards"].map(" + ".join)
        blocks.append(f"Conditions that cost most, all shippers\n{_printed('states', states)}")
    return "\n\n".join(blocks) + "\n"


def _scenarios(arguments: argparse.Namespace) -> int:
    import pandas as pd

    from corridor.library.scenarios import load_scenario, scenarios

    names = scenarios()
    listed = [load_scenario(name) for name in names]
    columns = {"name": [s.name for s in listed], "year": [s.year for s in listed], "about": [s.about for s in listed]}
    frame = pd.DataFrame(columns, index=pd.Index(names, name="scenario"))
    if arguments.format != "table":
        return _give(machine_text(frame, arguments.format), arguments.output, arguments.format)
    width = max(map(len, names))
    lines = [f"{name:<{width}}  {scenario.about}" for name, scenario in zip(names, listed, strict=True)]
    return _give("\n".join(lines) + "\n", arguments.output)


def _check(arguments: argparse.Namespace) -> int:
    import pandas as pd

    from corridor.testing.check import Bench

    network = None
    if arguments.network is not None or arguments.year is not None:
        network = _network("caspian" if arguments.network is None else arguments.network, arguments.year)
    bench = Bench()
    trials: list[tuple[ScenarioFile, Trial]] = []
    problems: list[str] = []
    for file in _scenario_files(arguments.files, network, problems):
        try:
            trials.append((file, bench.trial(file.scenario, network)))
        except CorridorError as error:
            problems += [f"{file.name}: {line}" for line in str(error).splitlines()]
    if problems:
        raise DataError(problems)
    for file, _ in trials:
        if not file.scenario.expect:
            streams.say(f"{file.scenario.name}: expects nothing; add an 'expect:' block.")
    for note in dict.fromkeys(f"{_named(t)}: {note}" for _, t in trials for note in t.before.notes):
        streams.say(note)
    told = [(t, [t.verdict(path, file.place(path)) for path in file.scenario.expect]) for file, t in trials]
    verdicts = [verdict for _, found in told for verdict in found]
    failed = sum(not verdict.holds for verdict in verdicts)
    if arguments.format == "table":
        lines = [line for trial, found in told for line in _told(trial, found)]
        text = "\n".join([*lines, f"{len(verdicts) - failed} of {len(verdicts)} expectations hold."]) + "\n"
    else:
        columns = ["scenario", "path", "expected", "got", "baseline", "holds", "change", "place"]
        rows = [
            (v.scenario, v.expectation.path, v.expectation.text, v.got, v.baseline, v.holds, v.change, v.place)
            for v in verdicts
        ]
        text = machine_text(pd.DataFrame(rows, columns=columns), arguments.format)
    _give(text, arguments.output, arguments.format)
    return FAILED if failed else DONE


def _new(arguments: argparse.Namespace) -> int:
    from corridor.library.starter import README, start_network

    folder = start_network(arguments.folder)
    streams.say(f"Written: {folder}. {README} in it says what each column means, and which commands to try.")
    return DONE


def _schema(arguments: argparse.Namespace) -> int:
    from corridor.files.schema import schema_text

    return _give(schema_text(arguments.kind), arguments.output, "json")


def _scenario_files(sources: Sequence[str], network: Network | None, problems: list[str]) -> list[ScenarioFile]:
    """Return the scenario files named and those in folders named, each once; what is wrong goes to `problems`."""
    from corridor.library.networks import SCENARIO_ENDING
    from corridor.library.scenarios import read_scenario, scenarios

    shipped = scenarios()
    found: dict[str, str] = {}
    for source in sources:
        path = Path(source)
        if source in shipped or not source or not os.path.isdir(source):
            found.setdefault(source if source in shipped else os.path.abspath(source), source)
            continue
        inside = sorted(path.rglob(f"*{SCENARIO_ENDING}"))
        seen = [file for file in inside if not any(part.startswith(".") for part in file.relative_to(path).parts)]
        found |= {os.path.abspath(file): str(file) for file in seen if os.path.abspath(file) not in found}
        if not seen:
            problems.append(f"{source}: holds no file *{SCENARIO_ENDING}; name one that does, or the files")
    files = []
    for source in found.values():
        try:
            files.append(read_scenario(source, network))
        except CorridorError as error:
            problems += str(error).splitlines()
    return files


def _named(trial: Trial) -> str:
    """Return name and year of the network that a scenario is tried on."""
    network = trial.before.network
    return " ".join(str(part) for part in ("baseline", network.name, network.year) if part)


def _told(trial: Trial, verdicts: Sequence[Verdict]) -> list[str]:
    """Return a line for each verdict on a scenario, for the failed ones where they stand, and why it is so."""
    lines = []
    for verdict in verdicts:
        lines += [str(verdict)] if verdict.holds else [str(verdict), f"         {verdict.place}"]
    if not all(verdict.holds for verdict in verdicts):
        lines += [f"         {line}" for line in trial.summary.splitlines()]
    return lines


def _claims(arguments: argparse.Namespace) -> int:
    from corridor.study.claims import claims

    table = claims()
    if arguments.format != "table":
        return _give(machine_text(table, arguments.format), arguments.output, arguments.format)
    blocks = []
    for _, row in table.iterrows():
        numbers = [f"{who} {row[who]}" for who in ("brief", "found") if row[who]]
        told = f" ({', '.join(numbers)} {row['unit']}; {row['basis'] or 'brief only'})" if numbers else ""
        source = f" Source: {row['source']}." if row["source"] else ""
        blocks.append(f"{row['claim']}{told}\n  {row['verdict'][0].upper()}{row['verdict'][1:]}. {row['why']}.{source}")
    return _give("\n".join(blocks) + "\n", arguments.output)


def _backcast(arguments: argparse.Namespace) -> int:
    import pandas as pd

    from corridor.study.backcast import TOTAL, backcast

    years = list(dict.fromkeys(arguments.year or (2021, 2022)))
    tables = {year: backcast(year, commodity=arguments.commodity, name=arguments.network) for year in years}
    if arguments.format != "table":
        whole = pd.concat(tables, names=["year"])
        return _give(machine_text(whole, arguments.format), arguments.output, arguments.format)
    blocks = []
    for year, table in tables.items():
        text = _printed("backcast", table.fillna(blank("backcast")))
        total = table.loc[TOTAL]
        share = total["error_mtpa"] / total["observed_mtpa"]
        blocks.append(
            f"{arguments.commodity} by corridor, {year}\n{text}\n"
            f"  Errors regardless of sign add up to {total['error_mtpa']:.1f} Mt/y, {share:.1%} of what was observed."
        )
    return _give("\n\n".join(blocks) + "\n", arguments.output)


def _give(text: str, output: str | None, form: str = "table") -> int:
    """Print a result, or write it to a file whole; what machines read is exact but on a terminal."""
    if form == "table" or (output is None and streams.on_a_terminal()):
        text = visible(text, keep="\n")
    if output is None:
        streams.require_stdout()
        print(text, end="")
    else:
        from corridor.files.bytes import write_text

        write_text(Path(output), text)
        streams.say(f"Written: {output}")
    return DONE
