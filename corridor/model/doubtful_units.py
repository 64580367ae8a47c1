"""Amounts that may be in containers and not in tonnes: what stands in ``*_mtpa`` and is far too large for it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from corridor.model.commodity_groups import offered_mtpa
from corridor.model.parts import NetworkParts
from corridor.model.records import Commodity

_FAR_BEYOND = 1000.0
"""How many times an amount may be what stands against it before another unit is likelier. [1]"""


def doubtful_units(net: NetworkParts) -> Iterator[str]:
    """Yield a sentence for each amount that may be in containers, where a commodity is counted in such.

    It is an edge's capacity far beyond all supply that it admits, or a supply far beyond what can leave its node.
    """
    in_containers = {commodity.id: commodity for commodity in net.commodities if commodity.display_per_t < 1}
    if in_containers:
        yield from _capacities(net, in_containers)
        yield from _supplies(net, in_containers)


def _capacities(net: NetworkParts, in_containers: Mapping[str, Commodity]) -> Iterator[str]:
    offered = offered_mtpa(net)
    for edge in net.edges:
        admitted = [id for id in offered if edge.admits(id)]
        most, capacity = sum(offered[id] for id in admitted), edge.capacity_mtpa or 0.0
        counted = [id for id in admitted if id in in_containers]
        if counted and 0 < _FAR_BEYOND * most < capacity:
            yield (
                f"edge {edge.id!r}: capacity_mtpa {capacity:g} Mt/y is over {_FAR_BEYOND:,.0f} times all supply that "
                f"it admits ({most:g} Mt/y); {_converted(in_containers[counted[0]])}, "
                "if it has no limit, leave it empty"
            )


def _supplies(net: NetworkParts, in_containers: Mapping[str, Commodity]) -> Iterator[str]:
    leaving: dict[str, float] = {}
    for edge in net.edges:
        capacity = math.inf if edge.capacity_mtpa is None else edge.capacity_mtpa
        leaving[edge.tail] = leaving.get(edge.tail, 0.0) + capacity
    for supply in net.supplies:
        most, volume = leaving.get(supply.node, 0.0), supply.volume_mtpa
        if supply.commodity in in_containers and 0 < _FAR_BEYOND * most < volume:
            yield (
                f"supply '{supply.node}/{supply.commodity}': volume_mtpa {volume:g} Mt/y is over {_FAR_BEYOND:,.0f} "
                f"times what can leave its node ({most:g} Mt/y); {_converted(in_containers[supply.commodity])}"
            )


def _converted(commodity: Commodity) -> str:
    """Return how tonnes are made of an amount in a commodity's display unit."""
    return (
        f"if it is in {commodity.display_unit}/y, divide by 1,000,000 and by display_per_t of {commodity.id!r} "
        f"({commodity.display_per_t:g})"
    )
