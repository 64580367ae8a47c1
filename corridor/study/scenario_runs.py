"""What studies of several scenarios share: the baseline's name, the scenarios by name, the commodity asked about."""

from __future__ import annotations

from collections.abc import Iterable

from corridor.errors import DataError
from corridor.library.scenarios import load_scenario, scenarios
from corridor.model.network import Network
from corridor.model.result_path import carries
from corridor.model.scenario import Scenario

BASELINE = "baseline"


def named_scenarios(network: Network, scenarios: Iterable[Scenario] | None) -> list[tuple[str, Scenario | None]]:
    """Return the baseline and the scenarios by name; each name must stand once."""
    if isinstance(scenarios, str | Scenario):
        raise DataError(f"scenarios must be a list of Scenario objects (got {scenarios!r}); put it in brackets")
    if scenarios is not None and not isinstance(scenarios, Iterable):
        raise DataError(f"scenarios must be a list of Scenario objects (got {scenarios!r})")
    listed: list[tuple[str, Scenario | None]] = [(BASELINE, None)]
    for scenario in default_scenarios(network) if scenarios is None else scenarios:
        if not isinstance(scenario, Scenario):
            raise DataError(f"scenarios must be Scenario objects (got {scenario!r}); load_scenario reads one by name")
        if any(scenario.name == name for name, _ in listed):
            raise DataError(f"two scenarios are called {scenario.name!r}; rows are told apart by name, rename one")
        listed.append((scenario.name, scenario))
    return listed


def default_scenarios(network: Network) -> tuple[Scenario, ...]:
    """Return what studies look at unless told otherwise: all shipped scenarios for a shipped network, else none.

    Where such a network was altered before, one may find nothing left to change, which is then no error.
    """
    return tuple(map(load_scenario, scenarios())) if network.shipped else ()


def chosen_commodity(network: Network, commodity: str | None) -> str:
    """Return the commodity asked about."""
    if commodity is not None:
        return network.commodity(commodity).id
    if not network.commodities:
        raise DataError(f"{network!r} has no commodities; give it supplies and markets to compare corridors for")
    return network.commodities[0].id


def carriers(network: Network, commodity: str) -> list[str]:
    """Return the corridors of which some trunk edge admits a commodity."""
    return [corridor.id for corridor in network.corridors if carries(network, corridor.id, commodity)]
