"""The policy brief of 2022, claim by claim: its number, what the model or the sources say, and the verdict."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING

from corridor.files.expectation import Expectation
from corridor.library import networks as library
from corridor.library.claims import claim_rows
from corridor.library.scenarios import load_scenario
from corridor.model.network import Network
from corridor.model.result_path import value_by_path
from corridor.model.stamp import stamped
from corridor.solver.flow import Flow, solve

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("claim", "brief", "unit", "why", "basis", "source", "found", "verdict")


def claims(network: Network | None = None) -> pd.DataFrame:
    """Return the claims of the brief that this project grew from, checked.

    Parameters
    ----------
    network : Network, optional
        What to check the claims about flows on; by default the shipped network of each claim's own year. Claims about
        freight are checked on the shipped freight network of their year unless the one given is a freight network.

    Returns
    -------
    pandas.DataFrame
        Indexed by claim id, with the columns

        - claim
        - brief: the brief's number, empty where it gives none
        - found: the number of the model or of the sources, empty where nothing is checked
        - unit: of both
        - verdict: holds, holds only if ..., does not hold, or not checked
        - why
        - basis: model, with year and scenario, or sources
        - source

    Examples
    --------
    >>> claims().loc["btc_room", "verdict"]
    'does not hold'
    """
    import pandas as pd

    publishers = library.publishers()
    rows = {}
    for row in claim_rows():
        value = _number(row, network)
        holds = value is not None and Expectation.parse(row["path"] or row["id"], row["expected"]).holds(value)
        named = (publishers[id] for id in row["sources"].split(";") if id)
        rows[row["id"]] = {
            "claim": row["claim"],
            "brief": _date(float(row["brief"])) if row["unit"] == "date" and row["brief"] else row["brief"],
            "found": "" if value is None else _shown(value, row),
            "unit": row["unit"],
            "verdict": row["met"] if holds or value is None else row["unmet"],
            "why": row["why"],
            "basis": _basis(row, network),
            "source": "; ".join(dict.fromkeys(named)),
        }
    table = pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="id"), columns=list(COLUMNS))
    return stamped(table, network, **({"data_version": library.data_version()} if network is None else {}))


def _shown(value: float, row: dict[str, str]) -> str:
    """Return the number of a claim in its unit; shares of the model are shown in percent."""
    if row["unit"] == "date":
        return _date(value)
    if row["unit"] == "TEU/y":
        return f"{value:.0f}"
    if abs(value) >= 1000:
        return f"{value:g}"
    return f"{value * 100 if row['unit'] == '%' and row['path'] else value:.3g}"


def _date(value: float) -> str:
    """Return a date stored as the number 20220705 as people write it."""
    digits = f"{value:08.0f}"
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def _number(row: dict[str, str], network: Network | None) -> float | None:
    """Return the number that the model or the sources give, or None where nothing is checked."""
    if row["path"]:
        checked = _checked_on(row, network)
        if row["network"]:
            return _study_number(checked, row["scenario"], row["path"])
        return value_by_path(_flow(checked, row["scenario"]), row["path"])
    return float(row["found"]) if row["found"] else None


def _checked_on(row: dict[str, str], network: Network | None) -> Network:
    """Return the network of a claim: the one given, if it is of the kind that the claim is about, else its own."""
    if network is not None and row["network"] in ("", network.shipped_as):
        return network
    return library.load(row["network"] or "caspian", int(row["year"]))


def _study_number(network: Network, scenario: str, path: str) -> float:
    """Return a number of `compare` or a change of one, under a shipped scenario."""
    from corridor.solver.warm import WarmSolver
    from corridor.study.path_values import PathValues

    applied = load_scenario(scenario)
    return PathValues(WarmSolver(network), network, applied.apply(network), applied).value(path)


def _flow(network: Network, scenario: str) -> Flow:
    """Return the flow under some shipped scenarios added up by +."""
    if not scenario:
        return solve(network)
    return solve(network, functools.reduce(operator.add, map(load_scenario, scenario.split("+"))))


def _basis(row: dict[str, str], network: Network | None) -> str:
    if not row["path"]:
        return "sources" if row["found"] else ""
    checked = None if network is None else _checked_on(row, network)
    year = row["year"] if checked is None or checked.year is None else str(checked.year)
    return f"model {year}" + (f", {row['scenario'].replace('+', ' + ')}" if row["scenario"] else "")
