"""Shared by studies of several scenarios: name of the baseline, scenarios by name, commodity and its corridors."""

from __future__ import annotations

from collections.abc import Iterable

from corridor.errors import DataError
from corridor.library.scenarios import load_scenario, scenarios
from corridor.model.network import Network
from corridor.model.result_path import carries
from corridor.model.scenario import BASELINE as BASELINE
from corridor.model.scenario import Scenario


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


def default_scenarios(network: Network) -> tuple[Scenario, ...]:
    """Return the default scenarios of a study: all shipped ones for a shipped network, else none.

    If the network was altered before, a default scenario may have no effect; that is then not an error.
    """
    return tuple(map(load_scenario, scenarios())) if network.shipped else ()


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
