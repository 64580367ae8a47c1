"""The section of a brief on simulated years under each scenario, beside those of the baseline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from corridor.errors import CorridorError
from corridor.model.network import Network
from corridor.model.scenario import Scenario
from corridor.risk.ensemble import Ensemble
from corridor.risk.simulate import simulate
from corridor.show.brief import layout
from corridor.show.brief.results import BriefResults
from corridor.show.brief.scenario_groups import titled
from corridor.show.html import Html
from corridor.study.scenario_runs import BASELINE
from corridor.study.simulated_years import years_basis

_TAIL = "5 %"
_COUNTED = (("shortfall_mt", "shut in", "Mt", 2), ("netback_musd", "netback", "million USD", 0))
"""Ends of columns of simulated years, what they are called, their units and the digits shown."""


def scenario_years_section(results: BriefResults) -> Html:
    """Return mean and worst years of the baseline and of each scenario, and their differences."""
    base = results.ensemble
    now = {column: base.summary_of(column) for column in _columns(results)}
    by_cells: dict[tuple[str, ...], list[str]] = {}
    unfit = [scenario.name for scenario in results.scenarios if not _fits(results, scenario)]
    years = _by_scenario(results, (scenario for scenario in results.scenarios if scenario.name not in unfit))
    for name, rows in _worst_first(results, years):
        by_cells.setdefault(tuple(_cells(rows, now)), []).append(name)
    same = by_cells.pop(tuple(_cells(now, now)), [])
    body = [[BASELINE, *_cells(now, None)], *([titled(names), *cells] for cells, names in by_cells.items())]
    notes = [f"Years as in the baseline: {titled(same)}."] if same else []
    if unfit:
        notes.append(f"Not simulated, for some of their changes alter nothing in this network: {titled(unfit)}.")
    return layout.section(
        "scenario_bad_years",
        layout.note(_legend(results, base)),
        layout.table(["scenario", *_heads(results)], body),
        *map(layout.note, notes),
    )


def _legend(results: BriefResults, base: Ensemble) -> str:
    """Return what must be known to read the table."""
    return (
        f"{results.named_commodity}, {len(base.years):,} simulated years for each row, {years_basis(base)}, seed "
        f"{base.seed}. Each scenario holds all year, while the hazards come and go, the same on the same days in every "
        "row: differences are the scenario's, not luck's. In brackets: change against the baseline. Worst "
        f"{_TAIL}: mean of the worst years, those of most shut in or of least netback (CVaR). Lowest average netback "
        "first."
    )


def _heads(results: BriefResults) -> Iterator[str]:
    """Yield the headings of the columns of numbers."""
    for _, label, tonnes, _ in _COUNTED:
        unit = results.volumes.shown.label(tonnes)
        yield f"{label}, average year [{unit}]"
        yield f"{label}, worst {_TAIL} [{unit}]"


def _columns(results: BriefResults) -> list[str]:
    """Return the columns of simulated years that are shown."""
    return [results.volumes.shown.name(f"{results.commodity}_{end}") for end, *_ in _COUNTED]


def _cells(rows: dict[str, dict[str, Any]], base: dict[str, dict[str, Any]] | None) -> Iterator[str]:
    """Yield mean and worst years of each quantity, with their change against a baseline if one is given."""
    for (column, row), (_, _, _, digits) in zip(rows.items(), _COUNTED, strict=True):
        for measure in ("mean", "cvar"):
            if base is None:
                yield layout.number(row[measure], digits)
            else:
                yield layout.change(row[measure] - base[column][measure], row[measure], digits)


def _simulated(base: Ensemble, scenario: Scenario) -> Ensemble:
    """Return years under a scenario with the seed, rates and ways of those of the baseline."""
    regimes = {regime: share for regime, share in base.regimes.items() if regime is not None}
    drawn: dict[str, Any] = {} if base.years_per_draw is None else {"rates": "drawn", "draws": base.draws}
    return simulate(
        base.network, len(base.years), base.seed, scenario, regime=regimes or None, rerouting=base.rerouting,
        progress=False, **drawn,
    )  # fmt: skip


def _fits(results: BriefResults, scenario: Scenario) -> bool:
    """Tell whether a scenario of those by default alters the network in each of its changes."""
    if results.asked is not None:
        return True
    try:
        scenario.apply(results.network)
    except CorridorError:
        return False
    return True


def _by_scenario(
    results: BriefResults, scenarios: Iterable[Scenario]
) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """Yield the quantities shown of each scenario; those that alter the network alike are simulated once."""
    done: list[tuple[Network, dict[str, dict[str, Any]]]] = []
    for scenario in scenarios:
        altered = scenario.apply(results.network)
        rows = next((rows for network, rows in done if network == altered), None)
        if rows is None:
            years = _simulated(results.ensemble, scenario)
            rows = {column: years.summary_of(column) for column in _columns(results)}
            done.append((altered, rows))
        yield scenario.name, rows


def _worst_first(
    results: BriefResults, years: Iterable[tuple[str, dict[str, dict[str, Any]]]]
) -> list[tuple[str, dict[str, dict[str, Any]]]]:
    """Return scenarios with their quantities, the least average netback first; equal ones as they were given."""
    netback = _columns(results)[1]
    return sorted(years, key=lambda pair: round(pair[1][netback]["mean"], 6))
