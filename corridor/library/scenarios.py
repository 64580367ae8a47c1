"""Scenarios by the name under which they ship, or from a file."""

from __future__ import annotations

import dataclasses
import os
from importlib.resources.abc import Traversable
from pathlib import Path

from corridor.errors import DataError, UnknownNameError
from corridor.files.scenario_yaml import ScenarioFile, parse_scenario, read_scenario_file
from corridor.library.networks import SCENARIO_ENDING, data_root, lineage, load, networks
from corridor.messages import unknown_name
from corridor.model.network import Network
from corridor.model.scenario import Scenario

_FIRST = "caspian"


def scenarios(network: str = "caspian") -> tuple[str, ...]:
    """Return the names of the scenarios that ship with a network, for `load_scenario`.

    Parameters
    ----------
    network : str
        One of `networks()`: a network that extends another has scenarios of its own, and studies of it run those by
        default; the other's can be named.

    Raises
    ------
    UnknownNameError
        If there is no such network.

    Examples
    --------
    >>> "cpc-shut" in scenarios(), "cpc-shut" in scenarios("caspian_freight")
    (True, False)
    """
    lineage(network)
    return tuple(sorted(name for name, file in _shipped().items() if file[0] == network))


def all_scenarios() -> tuple[str, ...]:
    """Return the names of the scenarios that ship with any network."""
    return tuple(sorted(_shipped()))


def _shipped() -> dict[str, tuple[str, Traversable]]:
    """Return network and file of each scenario that ships, by name: those of `caspian` stand in no folder of theirs."""
    shipped = {}
    for entry in data_root().joinpath("scenarios").iterdir():
        network, files = (entry.name, list(entry.iterdir())) if entry.is_dir() else (_FIRST, [entry])
        for file in files:
            if file.name.endswith(SCENARIO_ENDING):
                shipped[file.name.removesuffix(SCENARIO_ENDING)] = network, file
    return shipped


def load_scenario(source: str | os.PathLike[str], network: Network | None = None) -> Scenario:
    """Return a scenario by the name under which it ships, or from a YAML file.

    Parameters
    ----------
    source : str or path
        One of `scenarios()`, of whatever network, or the path of a file.
    network : Network, optional
        Network whose ids the file must use; by default that which the file names, if it names one: a shipped one, or
        the path of one's own, relative to the file.

    Returns
    -------
    Scenario
        A `Hazard` if the file gives a frequency, an `Event` if it gives dates.

    Raises
    ------
    UnknownNameError
        If no scenario of that name ships and it is no path.
    DataError
        Naming every problem of the file with line and column.

    Examples
    --------
    >>> load_scenario("cpc-shut").changes
    (Outage(corridor='cpc'),)
    """
    return read_scenario(source, network).scenario


def read_scenario(
    source: str | os.PathLike[str], network: Network | None = None, *, shown: str | None = None
) -> ScenarioFile:
    """Return a scenario with the location of each expectation.

    Parameters
    ----------
    source, network
        As for `load_scenario`.
    shown : str, optional
        How messages call the file; its path by default.

    Raises
    ------
    UnknownNameError, DataError
        As `load_scenario` does.
    """
    if not isinstance(source, str | os.PathLike) or not str(source):
        raise DataError(f"a scenario is loaded by name or path (got {source!r}); scenarios() lists the names")
    shipped = _shipped()
    if isinstance(source, str) and source in shipped:
        file = shipped[source][1]
        return parse_scenario(file.name, file.read_text(encoding="utf-8"))
    named = isinstance(source, str) and not source.endswith((".yaml", ".yml")) and Path(source).name == source
    if named and "\0" not in str(source) and not os.path.exists(source):
        raise unknown_name("scenario", str(source), all_scenarios())
    folder = Path(source).parent

    def resolve(name: str, year: int | None = None) -> Network:
        return named_network(name, year, folder)

    read = read_scenario_file(Path(source), shown or str(source), network, resolve)
    if read.scenario.network is None or read.scenario.network in networks():
        return read
    path = os.path.abspath(folder / read.scenario.network)
    return dataclasses.replace(read, scenario=read.scenario.replace(network=path)) if os.path.exists(path) else read


def named_network(name: str, year: int | None = None, folder: Path | None = None) -> Network:
    """Return the network that a scenario names: one that ships, or one's own by its path.

    Parameters
    ----------
    name, year : str, int
        As in the scenario.
    folder : Path, optional
        What a path is relative to; by default the current folder.

    Raises
    ------
    UnknownNameError, DataError, OSError
        If there is no such network, it cannot be read, or it is of another year.
    """
    from corridor.files.network import read_network

    path = (folder or Path()) / name
    if name in networks() or ("\0" in name or (Path(name).name == name and not path.exists())):
        try:
            return load(name, year)
        except UnknownNameError as error:
            raise error.within("", "; a network of your own is named by its path, relative to the file") from None
    network = read_network(path)
    if year not in (None, network.year):
        raise DataError(f"year must be that of {name} (got {year}, not {network.year}); leave it out")
    return network
