"""Groups of commodities, and which commodities are counted in boxes."""

from __future__ import annotations

from collections.abc import Iterable

from corridor.messages import unknown_name
from corridor.model.parts import NetworkParts

TEU = "TEU"
"""Display unit of what moves in boxes: a box of 20 feet."""
TEU_PER_FEU = 2.0
"""A box of 40 feet, by which prices are quoted, is two of 20 feet."""


def groups(network: NetworkParts) -> tuple[str, ...]:
    """Return the names of the groups of a network's commodities, in the order of these."""
    return tuple(dict.fromkeys(record.group for record in network.commodities if record.group))


def members(network: NetworkParts, subject: str) -> tuple[str, ...]:
    """Return the commodities that a name stands for: itself, or those of a group; empty where it is neither."""
    if subject in network.by_key("commodity"):
        return (subject,)
    return tuple(record.id for record in network.commodities if subject and record.group == subject)


def offered_mtpa(network: NetworkParts) -> dict[str, float]:
    """Return what the supplies of each commodity offer together. [Mt/y]"""
    offered = dict.fromkeys(network.keys("commodity"), 0.0)
    for supply in network.supplies:
        offered[supply.commodity] += supply.volume_mtpa
    return offered


def largest_first(network: NetworkParts, commodities: Iterable[str]) -> list[str]:
    """Return commodities by how much of them is offered, the largest first."""
    offered = offered_mtpa(network)
    return sorted(commodities, key=lambda id: -offered[id])


def shippers(network: NetworkParts, subject: str | None) -> tuple[str, ...]:
    """Return the commodities that a name stands for, all without one."""
    return tuple(record.id for record in network.commodities) if subject is None else members(network, subject)


def require_subject(network: NetworkParts, subject: str) -> tuple[str, ...]:
    """Return the commodities that a name stands for.

    Raises
    ------
    UnknownNameError
        If it is neither a commodity nor a group of them.
    """
    if own := members(network, subject):
        return own
    if not groups(network):
        return (network.commodity(subject).id,)
    raise unknown_name("commodity or group of commodities", subject, [*network.by_key("commodity"), *groups(network)])


def chooses(network: NetworkParts, subject: str) -> bool:
    """Tell whether a commodity, or one of a group, chooses between corridors (`Commodity.choice_usd_per_t`)."""
    return any(network.by_key("commodity")[id].choice_usd_per_t > 0 for id in members(network, subject))


def counted_in_boxes(network: NetworkParts, subject: str) -> bool:
    """Tell whether a commodity, or each of a group, is counted in boxes."""
    units = {network.commodity(id).display_unit for id in members(network, subject)}
    return units == {TEU}


def in_boxes(network: NetworkParts, subject: str) -> bool:
    """Tell whether a commodity, or each of a group, is counted in boxes, as many a tonne."""
    return (
        counted_in_boxes(network, subject)
        and len({network.commodity(id).display_per_t for id in members(network, subject)}) == 1
    )


def default_subject(network: NetworkParts) -> str:
    """Return what is compared for by default: the first commodity, or its group where that is counted in boxes.

    Streams of boxes to several destinations are one product for those who carry them; shippers of crude are not.
    """
    first = network.commodities[0]
    return first.group if first.group and counted_in_boxes(network, first.group) else first.id
