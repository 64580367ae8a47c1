"""Observed throughputs of the shipped networks, row by row."""

from __future__ import annotations

from corridor.library.networks import data_root, table


def observations(name: str = "caspian") -> list[dict[str, str]]:
    """Return the rows of a network's ``observed.csv``: one observation of a year, corridor and commodity each.

    An empty corridor means all exports of the country, an empty commodity all shippers; volumes are in Mt/y.
    """
    return table(data_root().joinpath(name, "observed.csv"))
