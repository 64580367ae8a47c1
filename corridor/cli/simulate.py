"""`corridor simulate`: how likely a bad transport year is, how bad, and what is behind it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from corridor.cli import streams
from corridor.cli.inputs import add_choice, add_command, add_inputs, add_units, combined, load_inputs, other_years
from corridor.cli.printing import (
    document_text,
    fitted,
    machine_text,
    paragraph,
    table_text,
    terminal_width,
    title_of,
    write_output,
)
from corridor.errors import DataError, visible

if TYPE_CHECKING:
    import pandas as pd

    from corridor.model.scenario import Scenario
    from corridor.risk.ensemble import Ensemble

TABLES = ("summary", "corridors", "states", "attribution", "exceedance", "years")
KINDS = ("hazard", "cause", "place", "prior")
_MOST_STATES = 8


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(
        commands, "simulate", run, "simulate years of outages: how likely and how bad a bad transport year is"
    )
    add_inputs(parser)
    add_units(parser, tonnes="Mt and Mt/y", barrels="million barrels, and thousand barrels a day (kb/d)")
    parser.add_argument(
        "--years", type=int, metavar="N", help="number of years (default: 10000, or 1000 a draw with --rates drawn)"
    )
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="random seed (default: 7)")
    parser.add_argument(
        "--rates", choices=("central", "drawn"), default="central",
        help="rates, durations and shares at their central values (default), or drawn within what the record leaves "
        "open, beside the central ones",
    )  # fmt: skip
    parser.add_argument("--draws", type=int, metavar="N", help="number of draws with --rates drawn (default: 100)")
    parser.add_argument(
        "--no-rerouting", action="store_true", help="nothing moves beyond its usual flow, in all tables"
    )
    add_choice(parser)
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="worker processes (default: 1)")
    parser.add_argument(
        "--checkpoint", metavar="DIR", help="folder for finished blocks, from which a stopped run continues"
    )
    parser.add_argument("--commodity", metavar="ID", help="commodity of the text (default: kazakh_crude)")
    parser.add_argument(
        "--alpha", type=float, metavar="P", help="confidence level of CVaR (default: 0.95; attribution: all years)"
    )
    parser.add_argument("--table", choices=TABLES, help="table to print (default: a text; summary for csv and json)")
    parser.add_argument("--by", choices=KINDS, help="what the table attribution shares out among (default: hazard)")
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from corridor.model.display_units import DisplayUnits
    from corridor.model.hazard import Hazard
    from corridor.risk.measures import require_level
    from corridor.risk.simulate import simulate
    from corridor.study.scenario_runs import chosen_commodity

    alpha = arguments.alpha
    arguments.alpha = 0.95 if alpha is None else alpha
    require_level(arguments.alpha)
    _require_used(arguments)
    regimes = regime_shares(arguments.regime)
    arguments.regime = None if isinstance(regimes, dict) else regimes
    network, scenarios = load_inputs(arguments)
    commodity = chosen_commodity(network, arguments.commodity)
    units = DisplayUnits.of(network, arguments.units)
    added = [scenario for scenario in scenarios if isinstance(scenario, Hazard)]
    lasting = [scenario for scenario in scenarios if not isinstance(scenario, Hazard)]
    for note in (*_notes(added, lasting), *other_years(lasting, network)):
        streams.say(note)
    ensemble = simulate(
        network.replace(hazards=(*network.hazards, *added)) if added else network,
        years=arguments.years,
        seed=arguments.seed,
        scenario=combined(lasting),
        regime=regimes,
        rates=arguments.rates,
        **({} if arguments.draws is None else {"draws": arguments.draws}),
        rerouting=not arguments.no_rerouting,
        choice=arguments.choice,
        workers=arguments.workers,
        checkpoint=arguments.checkpoint,
        progress=False if arguments.quiet else None,
    )
    width = terminal_width(arguments)
    if arguments.format == "table" and arguments.table is None:
        text = _text(ensemble, commodity, arguments.alpha, width, [hazard.name for hazard in added], arguments.units)
        return write_output(text, arguments.output, width=width)
    table = arguments.table or "summary"
    frame = _table(ensemble, table, units.name(f"{commodity}_shortfall_mt"), arguments.by or "hazard", alpha)
    if arguments.format == "json":
        text = document_text(
            ensemble.network, table=table, units=arguments.units, **_about(ensemble), rows=frame
        )  # fmt: skip
    else:
        text = table_text(frame, width) if arguments.format == "table" else machine_text(frame, arguments.format)
    return write_output(text, arguments.output, arguments.format, width=width)


def regime_shares(text: str | None) -> str | dict[str, float] | None:
    """Return a regime, or the shares of several: ``war=0.5,calm=0.5``. [1]

    Raises
    ------
    DataError
        If a share is no number, or a regime is named twice.

    Examples
    --------
    >>> regime_shares("war"), regime_shares("war=0.25,calm=0.75")
    ('war', {'war': 0.25, 'calm': 0.75})
    """
    if text is None or not ("=" in text or "," in text):
        return text
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = (piece.strip() for piece in part.partition("="))
        try:
            number = float(share)
        except ValueError:
            number = float("nan")
        if not name or number != number or name in shares:
            raise DataError(
                f"--regime: several regimes are given as NAME=SHARE,NAME=SHARE, each once, as in war=0.5,calm=0.5 "
                f"(got {text!r})"
            )
        shares[name] = number
    return shares


def _require_used(arguments: argparse.Namespace) -> None:
    """Raise where an option would alter nothing."""
    if arguments.units == "bbl" and arguments.table == "corridors":
        raise DataError(
            "--units: the table corridors adds up shippers of different barrels a tonne, whose parts no year holds; "
            "take --units t"
        )
    if arguments.draws is not None and arguments.rates != "drawn":
        raise DataError("--draws: needs --rates drawn; central rates are not drawn")
    if arguments.by is not None and arguments.table != "attribution":
        raise DataError("--by: needs --table attribution; the text has hazards, causes and places")


def _notes(added: list[Any], lasting: list[Scenario]) -> Iterator[str]:
    """Yield what is done with the scenarios given, where that may surprise."""
    if added:
        text = ", ".join(repr(hazard.name) for hazard in added)
        yield f"{text}: added to the network's hazards, at its own frequency."
    for scenario in lasting:
        if scenario.mean_duration_days is not None:
            yield (
                f"{scenario.name}: holds all year here, not the {scenario.mean_duration_days:g} days that it lasts; "
                "give it a frequency to let it come and go."
            )


def _table(ensemble: Ensemble, table: str, column: str, by: str, alpha: float | None) -> pd.DataFrame:
    """Return one of `TABLES`; the name of the column of years says in which units."""
    from corridor.risk.year_units import is_in_barrels

    units = "bbl" if is_in_barrels(column) else "t"
    if table == "summary":
        return ensemble.summary(0.95 if alpha is None else alpha, units=units)
    if table == "attribution":
        return ensemble.attribution(column, by=by, alpha=alpha)
    if table == "exceedance":
        return ensemble.exceedance(column)
    if table == "corridors":
        return ensemble.corridors
    return ensemble.states_in(units) if table == "states" else ensemble.years_in(units)


def _about(ensemble: Ensemble) -> dict[str, Any]:
    """Return what a file of simulated years says of them."""
    from corridor.risk.plan import regime_text

    return {
        "scenario": ensemble.scenario.name if ensemble.scenario is not None else None,
        "seed": ensemble.seed,
        "years": len(ensemble.years),
        "regime": regime_text(ensemble.regimes),
        "regimes": {name: share for name, share in ensemble.regimes.items() if name},
        "draws": ensemble.draws if ensemble.years_per_draw is not None else None,
        "rerouting": ensemble.rerouting,
    }


def _text(
    ensemble: Ensemble, commodity: str, alpha: float, width: int | None, added: list[str], units: str
) -> str:  # fmt: skip
    """Return what simulated years come to as text: amounts, what they rest on, and what is left out."""
    from corridor.model.display_units import DisplayUnits
    from corridor.risk import bad_year
    from corridor.risk.attribution_tables import PRIOR

    shown = DisplayUnits.of(ensemble.network, units)
    tail = f"{100 * (1 - alpha):.3g}%"
    named, column = visible(commodity), shown.name(f"{commodity}_shortfall_mt")
    rows = bad_year.amounts(ensemble, commodity, alpha=alpha, units=units)
    rows["unit"] = rows["unit"].str.replace("million", "M")
    legend = (
        f"Undisturbed: no hazard occurs. Worst {tail}: mean of the worst years (CVaR), the bad transport year. "
        "+-: 95 % confidence of the simulation."
        + (f" {PRIOR[0].upper()}{PRIOR[1:]}." if any(hazard.events == 0 for hazard in ensemble.hazards) else "")
    )
    blocks = [
        f"{paragraph(_head(ensemble, added), width)}\n{paragraph(legend, width)}\n\n"
        + fitted("bad_year", rows, width, tail, shown),
        f"{named} not lifted a year, by ways and rates\n"
        + fitted("bounds", bad_year.bounds(ensemble, column, alpha=alpha), width, tail, shown)
        + f"\n{paragraph(bad_year.bounds_text(ensemble, column, alpha=alpha, draw='--rates drawn'), width)}",
        paragraph(bad_year.prior_text(ensemble, column, f"{named} not lifted", alpha=alpha), width),
    ]
    for by, head in (
        ("hazard", "hazard"),
        ("cause", "cause"),
        ("place", "place (country of the asset, not who did it)"),
    ):
        table = bad_year.attributed(ensemble, column, by=by, alpha=alpha)
        if len(table):
            table.index = table.index.str.replace(f"({PRIOR})", "(prior)", regex=False)
            blocks.append(f"{named} not lifted, by {head}\n{fitted(bad_year.table_of(by), table, width, tail, shown)}")
    states = bad_year.marked_states(ensemble, most=_MOST_STATES, units=units)
    if len(states):
        blocks.append(f"States with the largest shut-in, all shippers\n{fitted('states', states, width, units=shown)}")
    blocks.append(paragraph(bad_year.left_out_text(ensemble, commodity, units=units), width))
    return "\n\n".join(blocks) + "\n"


def _head(ensemble: Ensemble, added: list[str]) -> str:
    """Return of what years a text is: how many, of which network, by which hazards and ways."""
    from corridor.study.simulated_years import years_basis

    basis = years_basis(ensemble, added="".join(f" and {visible(name)!r}" for name in added))
    under = "" if ensemble.scenario is None else f", under {visible(ensemble.scenario.name)}"
    years = f"{len(ensemble.years):,} simulated years of {title_of(ensemble.network)}"
    return f"{years}, {basis}, seed {ensemble.seed}{under}."
