"""Shared by studies of several scenarios: name of the baseline, scenarios by name, commodity and its corridors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from corridor.errors import DataError
from corridor.library.scenarios import load_scenario, scenarios
from corridor.model.network import Network
from corridor.model.result_path import carries
from corridor.model.scenario import BASELINE as BASELINE
from corridor.model.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


def named_scenarios(
    network: Network, scenarios: Scenario | Iterable[Scenario] | None
) -> list[tuple[str, Scenario | None]]:
    """Return the baseline and the scenarios, or the one scenario, by name; names must be unique."""
    if isinstance(scenarios, Scenario):
        scenarios = (scenarios,)
    if scenarios is not None and (isinstance(scenarios, str) or not isinstance(scenarios, Iterable)):
        hint = "; load_scenario reads one by name" if isinstance(scenarios, str) else ""
        raise DataError(f"scenarios must be Scenario objects (got {scenarios!r}){hint}")
    listed: list[tuple[str, Scenario | None]] = [(BASELINE, None)]
    for scenario in default_scenarios(network) if scenarios is None else scenarios:
        if not isinstance(scenario, Scenario):
            raise DataError(f"scenarios must be Scenario objects (got {scenario!r}); load_scenario reads one by name")
        if any(scenario.name == name for name, _ in listed):
            raise DataError(f"duplicate scenario name {scenario.name!r}; rows are indexed by name, rename one")
        listed.append((scenario.name, scenario))
    return listed


def coming_to_the_same(rows: Mapping[str, pd.DataFrame | pd.Series]) -> dict[str, tuple[str, ...]]:
    """Return the names of rows, or of blocks of rows, whose numbers are all the same, by the first of each group."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for name, block in rows.items():
        cells = block.to_numpy(dtype=object).ravel().tolist()
        groups.setdefault(tuple(_rounded(cell) for cell in cells), []).append(name)
    return {names[0]: tuple(names) for names in groups.values()}


def printed_once(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table by scenario in which rows that come to the same are one, with all their names."""
    rows = {str(name): frame.iloc[number] for number, name in enumerate(frame.index)}
    groups = coming_to_the_same(rows)
    return frame.loc[list(groups)].rename(index={name: ", ".join(names) for name, names in groups.items()})


def _rounded(cell: object) -> object:
    """Return what two numbers have in common that differ by rounding only."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return f"{cell:.7g}" if abs(cell) > _SAME else "0"
    return str(cell)


_SAME = 1e-6


def default_scenarios(network: Network) -> tuple[Scenario, ...]:
    """Return the default scenarios of a study: all that ship with a shipped network, else none.

    If the network was altered before, a default scenario may have no effect; that is then not an error.
    """
    return tuple(map(load_scenario, scenarios(network.shipped_as))) if network.shipped_as else ()


def chosen_commodity(network: Network, commodity: str | None) -> str:
    """Return the id of a commodity, by default of the network's first."""
    if commodity is not None:
        return network.commodity(commodity).id
    if not network.commodities:
        raise DataError(f"{network!r} has no commodities; add supplies and markets")
    return network.commodities[0].id


def carriers(network: Network, commodity: str) -> list[str]:
    """Return the ids of the corridors with a trunk edge that admits a commodity."""
    return [corridor.id for corridor in network.corridors if carries(network, corridor.id, commodity)]
