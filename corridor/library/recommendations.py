"""The recommendations of the policy brief as scenarios: what each changes in the year of a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from corridor.errors import DataError
from corridor.library.networks import data_root, lineage, networks, table
from corridor.messages import shown
from corridor.model.changes import Change, Delay, Derate, Expansion, Opening, Outage, TariffShock
from corridor.model.network import Network, require_network
from corridor.model.scenario import Scenario

_FILE = "recommendations.csv"
_KINDS: Mapping[str, type[Change]] = {
    kind.__name__: kind for kind in (Delay, Derate, Expansion, Opening, Outage, TariffShock)
}
_SUM = "sum"


def recommendation(network: Network, id: str, *, name: str | None = None) -> Scenario:
    """Return a recommendation as it stands for the year of a shipped network.

    Parameters
    ----------
    network : Network
        One that ships with recommendations, or was made from one by other figures.
    id : str
        Id in the table of recommendations, as ``r1_harmonised``; a sum of others leaves out what does not apply.
    name : str, optional
        Name of the scenario; by default its id.

    Raises
    ------
    DataError
        If the network ships with none, has no year, or the year has nothing of the recommendation.
    """
    rows = _rows(network)
    changes = tuple(_changes(rows, id, _year(network)))
    if not changes:
        raise DataError(f"recommendation {shown(id)} has no change in {network.year}; take a year in which it has")
    return Scenario(name=name or id, network=network.shipped_as, year=network.year, changes=changes)


def _rows(network: Network) -> list[dict[str, str]]:
    """Return the table of recommendations of a shipped network."""
    require_network(network)
    having = [name for name in networks() if data_root().joinpath(name, _FILE).is_file()]
    base = next((name for name in having if network.shipped_as is not None and name in lineage(network.shipped_as)), "")
    if not base:
        raise DataError(
            f"{network!r} has no recommendations, which are changes of the edges and fleets of "
            f"{', '.join(having)}; load that (cr.load({having[0]!r}, year)) and alter its figures"
        )
    return table(data_root().joinpath(base, _FILE))


def _year(network: Network) -> int:
    if network.year is None:
        raise DataError(f"{network!r} has no year, by which recommendations differ; give it one (replace(year=2024))")
    return network.year


def _changes(rows: list[dict[str, str]], id: str, year: int) -> Iterator[Change]:
    """Yield the changes of a recommendation in a year, those of a sum part by part."""
    for row in rows:
        if row["scenario"] != id or not int(row["since"]) <= year <= int(row["until"]):
            continue
        if row["change"] == _SUM:
            for part in row["selected"].split(";"):
                yield from _changes(rows, part, year)
        else:
            given: dict[str, Any] = {row["selector"]: row["selected"]}
            given |= {row["parameter"]: float(row["value"])} if row["parameter"] else {}
            yield _KINDS[row["change"]](**given)
