"""What is compared: commodity, origins, market and corridors, checked against the network."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from corridor.errors import DataError
from corridor.model.network import Network
from corridor.solver.paths import origins_in_turn
from corridor.study.scenario_runs import carriers, chosen_commodity


@dataclasses.dataclass(frozen=True)
class ComparisonScope:
    """Commodity, origins and corridors of a comparison, checked against the network.

    Attributes
    ----------
    commodity : str
        Id of the commodity compared for.
    origins : list of lists of str
        Nodes from which routes are measured; the first list that has a route is used.
    carriers : list of str
        Ids of all corridors that can carry the commodity.
    corridors : list of str
        Ids of those compared, in the order of rows.
    """

    commodity: str
    origins: list[list[str]]
    carriers: list[str]
    corridors: list[str]

    @property
    def origin(self) -> str | None:
        """The node from which a tonne is followed, None where the commodity is supplied nowhere."""
        return next((node for nodes in self.origins for node in nodes), None)

    def limited_to(self, network: Network, corridors: str | Iterable[str]) -> ComparisonScope:
        """Return the scope with some corridors only, in the order given."""
        asked = [corridors] if isinstance(corridors, str) else corridors
        wanted = list(dict.fromkeys(network.corridor(id).id for id in asked))
        if unable := [id for id in wanted if id not in self.carriers]:
            raise DataError(
                f"corridor {unable[0]!r} cannot carry {self.commodity}; these can: {', '.join(self.carriers)}"
            )
        return dataclasses.replace(self, corridors=wanted)


def comparison_scope(network: Network, *, commodity: str | None = None, origin: str | None = None) -> ComparisonScope:
    """Return the scope of a comparison of all corridors that can carry a commodity."""
    chosen = chosen_commodity(network, commodity)
    able = carriers(network, chosen)
    return ComparisonScope(chosen, origins_to_try(network, chosen, origin), carriers=able, corridors=able)


def origins_to_try(network: Network, commodity: str, origin: str | None) -> list[list[str]]:
    """Return lists of origins to try in turn: the one given, or the largest and then all others."""
    in_turn = origins_in_turn(network, commodity)
    if origin is None:
        return in_turn
    network.node(origin)
    nodes = [node for nodes in in_turn for node in nodes]
    if origin not in nodes:
        raise DataError(f"origin {origin!r} supplies no {commodity}; it is supplied at {', '.join(nodes)}")
    return [[origin]]
