"""Names for people: of countries by their code, and of the inputs of shipped formulas by their id."""

from __future__ import annotations

from functools import cache

from corridor.library.networks import data_root, lineage, networks, table


def country_name(code: str) -> str:
    """Return the short English name of a country.

    Parameters
    ----------
    code : str
        ISO 3166 alpha-3 code.

    Returns
    -------
    str
        Name; anything that is no such code, as the name of a sea, is returned as it is.

    Examples
    --------
    >>> country_name("RUS"), country_name("TUR"), country_name("Caspian Sea")
    ('Russia', 'Turkey', 'Caspian Sea')
    """
    return _countries().get(code, code)


def input_name(network: str, id: str) -> str:
    """Return the name of an input of a shipped network's formulas.

    Parameters
    ----------
    network : str
        Name of the network.
    id : str
        Subject of the figure.

    Returns
    -------
    str
        Name, empty where the network is not a shipped one or has no such input.

    Examples
    --------
    >>> input_name("caspian", "cpc_line"), input_name("mine", "cpc_line")
    ('CPC line', '')
    """
    return _inputs(network).get(id, "") if network in networks() else ""


@cache
def _countries() -> dict[str, str]:
    """Return the names of countries by code."""
    return {row["code"]: row["name"] for row in table(data_root().joinpath("country_names.csv"))}


@cache
def _inputs(network: str) -> dict[str, str]:
    """Return the names of a shipped network's inputs, and of those that it extends, by id."""
    files = (data_root().joinpath(part, "inputs.csv") for part in lineage(network))
    return {row["id"]: row["name"] for file in files for row in table(file)}
