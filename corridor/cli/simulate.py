"""`corridor simulate`: how likely and how bad a bad year is."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from corridor.cli import streams
from corridor.cli.inputs import add_command, add_inputs, combined, load_inputs, other_years
from corridor.cli.printing import (
    document_text,
    fitted,
    machine_text,
    table_text,
    terminal_width,
    title_of,
    write_output,
)
from corridor.errors import visible

if TYPE_CHECKING:
    from corridor.risk.ensemble import Ensemble

TABLES = ("summary", "corridors", "states", "attribution", "years")


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "simulate", run, "simulate years of outages: how likely and how severe losses are")
    add_inputs(parser)
    parser.add_argument("--years", type=int, default=10_000, metavar="N", help="number of years (default: 10000)")
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="random seed (default: 7)")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="worker processes (default: 1)")
    parser.add_argument(
        "--checkpoint", metavar="DIR", help="folder for finished blocks, from which a stopped run continues"
    )
    parser.add_argument("--commodity", metavar="ID", help="commodity of the text (default: kazakh_crude)")
    parser.add_argument(
        "--alpha", type=float, metavar="P", help="confidence level of CVaR (default: 0.95; attribution: all years)"
    )
    parser.add_argument("--table", choices=TABLES, help="table to print (default: a text; summary for csv and json)")
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from corridor.library.networks import hazard_basis
    from corridor.model.hazard import Hazard
    from corridor.risk.measures import require_level
    from corridor.risk.simulate import simulate
    from corridor.study.scenario_runs import chosen_commodity

    alpha = arguments.alpha
    arguments.alpha = 0.95 if alpha is None else alpha
    require_level(arguments.alpha)
    network, scenarios = load_inputs(arguments)
    commodity = chosen_commodity(network, arguments.commodity)
    regime = network.regime
    added = [scenario for scenario in scenarios if isinstance(scenario, Hazard)]
    if added:
        network = network.replace(hazards=(*network.hazards, *added))
        text = ", ".join(repr(hazard.name) for hazard in added)
        streams.say(f"{text}: added to the network's hazards, at its own frequency.")
    lasting = [scenario for scenario in scenarios if not isinstance(scenario, Hazard)]
    for note in other_years(lasting, network):
        streams.say(note)
    for scenario in lasting:
        if scenario.mean_duration_days is not None:
            streams.say(
                f"{scenario.name}: holds all year here, not the {scenario.mean_duration_days:g} days that it lasts; "
                "give it a frequency to let it come and go."
            )
    basis = hazard_basis(regime) + "".join(f" and {visible(hazard.name)!r}" for hazard in added)
    width = terminal_width(arguments)
    ensemble = simulate(
        network,
        years=arguments.years,
        seed=arguments.seed,
        scenario=combined(lasting),
        workers=arguments.workers,
        checkpoint=arguments.checkpoint,
        progress=False if arguments.quiet else None,
    )
    if arguments.format == "table" and arguments.table is None:
        return write_output(_text(ensemble, commodity, arguments, width, basis), arguments.output, width=width)
    table = arguments.table or "summary"
    frame = getattr(ensemble, table)
    if table == "summary":
        frame = frame(arguments.alpha)
    elif table == "attribution":
        frame = frame(f"{commodity}_shortfall_mt", alpha=alpha)
    if arguments.format == "json":
        scope = {
            "scenario": ensemble.scenario.name if ensemble.scenario is not None else None,
            "seed": ensemble.seed,
            "years": len(ensemble.years),
        }
        text = document_text(ensemble.network, table=table, **scope, rows=frame)
    else:
        text = table_text(frame, width) if arguments.format == "table" else machine_text(frame, arguments.format)
    return write_output(text, arguments.output, arguments.format, width=width)


def _text(ensemble: Ensemble, commodity: str, arguments: argparse.Namespace, width: int | None, hazards: str) -> str:
    """Return the results of simulated years as text: amounts, causes, costliest states."""
    from corridor.risk.bad_year import amounts, attributed

    tail = f"{100 * (1 - arguments.alpha):.3g}%"
    rows = amounts(ensemble, commodity, alpha=arguments.alpha)
    rows["unit"] = rows["unit"].str.replace("million", "M")
    named = visible(commodity)
    blocks = [
        f"{len(ensemble.years):,} simulated years of {title_of(ensemble.network)}, {hazards}, seed {ensemble.seed}"
        + (f", under {visible(ensemble.scenario.name)}." if ensemble.scenario is not None else ".")
        + f"\nUndisturbed: no hazard occurs. Worst {tail}: mean of the worst years (CVaR). +-: 95 % "
        "confidence.\n\n" + fitted("bad_year", rows, width, tail)
    ]
    for by, alpha, head in (
        ("place", None, f"Where {named} not lifted in an average year arises (country of the asset)"),
        ("hazard", arguments.alpha, f"{named} not lifted in the worst {tail} of years, by hazard"),
    ):
        table = attributed(ensemble, f"{commodity}_shortfall_mt", by=by, alpha=alpha)
        if len(table):
            blocks.append(f"{head}\n{fitted('attribution', table, width)}")
    states = ensemble.states
    states = states[states["shortfall_share"] > 0].sort_values("shortfall_share", ascending=False).head(8)
    if len(states):
        states.index = states["hazards"].map(" + ".join)
        blocks.append(f"States with the largest shut-in, all shippers\n{fitted('states', states, width)}")
    return "\n\n".join(blocks) + "\n"
