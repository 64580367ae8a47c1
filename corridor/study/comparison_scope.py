"""What is compared: commodity or group, origins, market and corridors, checked against the network."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from corridor.errors import DataError
from corridor.model.commodity_groups import TEU, counted_in_boxes, default_subject, require_subject
from corridor.model.network import Network
from corridor.solver.paths import origins_in_turn
from corridor.study.scenario_runs import carriers, chosen_commodity

EACH, ALL = "each", "all"
"""In place of an origin: rows for every one of them, the last of them their means."""


@dataclasses.dataclass(frozen=True)
class ComparisonScope:
    """Commodity, origins and corridors of a comparison, checked against the network.

    Attributes
    ----------
    commodity : str
        Id of the commodity compared for, or name of a group.
    members : tuple of str
        Ids of the commodities compared for: one, or those of the group.
    origins : list of lists of str
        Nodes from which routes are measured; the first list that has a route is used. Empty for a group.
    destination : str or None
        Node of the only market compared for.
    each_origin : bool
        Whether every origin has rows of its own.
    carriers : list of str
        Ids of all corridors that can carry the commodity, or one of the group.
    corridors : list of str
        Ids of those compared, in the order of rows.
    in_boxes : bool
        Whether all commodities compared for are counted in boxes (`Commodity.display_unit` is TEU).
    """

    commodity: str
    members: tuple[str, ...]
    origins: list[list[str]]
    destination: str | None
    each_origin: bool
    carriers: list[str]
    corridors: list[str]
    in_boxes: bool = False

    @property
    def is_group(self) -> bool:
        """Whether a group is compared for."""
        return self.members != (self.commodity,)

    @property
    def origin(self) -> str | None:
        """The node from which a tonne is followed; None where the commodity is supplied nowhere, or for a group."""
        return EACH if self.each_origin else next(iter(self.every_origin), None)

    @property
    def every_origin(self) -> list[str]:
        """All nodes that may be tried as an origin, in turn."""
        return [node for nodes in self.origins for node in nodes]

    @property
    def row_origins(self) -> list[str | None]:
        """What tells the rows of a corridor apart: each origin and all of them, or nothing."""
        return [*self.every_origin, ALL] if self.each_origin else [None]

    def limited_to(self, network: Network, corridors: str | Iterable[str]) -> ComparisonScope:
        """Return the scope with some corridors only, in the order given."""
        asked = [corridors] if isinstance(corridors, str) else corridors
        wanted = list(dict.fromkeys(network.corridor(id).id for id in asked))
        if unable := [id for id in wanted if id not in self.carriers]:
            raise DataError(
                f"corridor {unable[0]!r} cannot carry {self.commodity}; these can: {', '.join(self.carriers)}"
            )
        return dataclasses.replace(self, corridors=wanted)

    def of_member(self, network: Network, commodity: str) -> ComparisonScope:
        """Return the scope of one commodity: of a group the one that it has by default, else itself."""
        return comparison_scope(network, commodity=commodity) if self.is_group else self


def comparison_scope(
    network: Network, *, commodity: str | None = None, origin: str | None = None, destination: str | None = None
) -> ComparisonScope:
    """Return the scope of a comparison of all corridors that can carry a commodity, or one of a group."""
    named, own = _named_members(network, commodity)
    able = {id for member in own for id in carriers(network, member)}
    ordered = [corridor.id for corridor in network.corridors if corridor.id in able]
    if own != (named,):
        for role, node in (("origin", origin), ("destination", destination)):
            if node is not None:
                raise DataError(
                    f"{role} {node!r} is of one commodity, and {named!r} is a group of {len(own)} "
                    f"({', '.join(own)}); leave it out or name one of them"
                )
        origins: list[list[str]] = []
    else:
        origins = origins_to_try(network, named, None if origin == EACH else origin)
        if destination is not None:
            _require_market(network, named, destination)
    return ComparisonScope(
        commodity=named,
        members=own,
        origins=origins,
        destination=destination,
        each_origin=origin == EACH,
        carriers=ordered,
        corridors=ordered,
        in_boxes=counted_in_boxes(network, named),
    )


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


def require_boxes(network: Network, scope: ComparisonScope, subject: str) -> None:
    """Raise unless all that is compared for is counted in boxes, as many a tonne; `subject` asks for that."""
    other = next((id for id in scope.members if not counted_in_boxes(network, id)), None)
    if other is not None:
        boxes = [record.id for record in network.commodities if record.display_unit == TEU]
        named = f"name one that is: {', '.join(boxes)}" if boxes else "give it display_unit='TEU' and display_per_t"
        unit = network.commodity(other).display_unit
        raise DataError(f"{subject} is of boxes, and {other!r} is not counted in TEU (display_unit {unit!r}); {named}")
    if len({network.commodity(id).display_per_t for id in scope.members}) > 1:
        raise DataError(
            f"{subject} needs one number of TEU a tonne, and the commodities of {scope.commodity!r} have several; "
            "name one commodity"
        )


def _named_members(network: Network, commodity: str | None) -> tuple[str, tuple[str, ...]]:
    """Return what is compared for, and the commodities in it: the one named, or those of a group.

    A group of one commodity is that commodity.
    """
    if commodity is None:
        chosen_commodity(network, None)
    named = default_subject(network) if commodity is None else commodity
    own = require_subject(network, named)
    return own[0] if len(own) == 1 else named, own


def _require_market(network: Network, commodity: str, destination: str) -> None:
    """Raise unless a node buys a commodity."""
    network.node(destination)
    markets = [market.node for market in network.markets if market.commodity == commodity]
    if destination not in markets:
        where = f"; it is bought at {', '.join(markets)}" if markets else ", nor does any other node"
        raise DataError(f"destination {destination!r} buys no {commodity}{where}")
