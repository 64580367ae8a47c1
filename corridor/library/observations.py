"""Observed throughputs of the shipped networks, row by row."""

from __future__ import annotations

from corridor.library.networks import data_root, lineage, table


def observations(name: str = "caspian") -> list[dict[str, str]]:
    """Return the rows of ``observed.csv`` of a network and of those that it extends.

    Each is an observation of a year, corridor and commodity or group. An empty corridor means all exports of the
    country, an empty commodity all shippers; volumes are in Mt/y.
    """
    return [row for part in lineage(name) for row in table(data_root().joinpath(part, "observed.csv"))]
