"""Which edges lead a commodity through a corridor, and in which order they come on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from corridor.model.network import Network
from corridor.model.records import Edge


class CorridorEdges(NamedTuple):
    """Edges in service that lead a commodity from a supply to a market by way of a corridor's trunk."""

    before: tuple[Edge, ...]
    trunk: tuple[Edge, ...]
    beyond: tuple[Edge, ...]


def corridor_edges(network: Network, corridor: str, commodity: str) -> CorridorEdges:
    """Return the edges of a commodity's ways through a corridor; closed ones too, planned ones not."""
    admitting = [edge for edge in network.edges if edge.in_service and edge.admits(commodity)]
    trunk_of = {edge.id: network.trunk_of(edge.id, commodity) for edge in admitting}
    feeders = [edge for edge in admitting if trunk_of[edge.id] is None]
    supplies = [supply.node for supply in network.supplies if supply.commodity == commodity]
    markets = [market.node for market in network.markets if market.commodity == commodity]
    from_supply, to_market = _hops(_ends(feeders), supplies), _hops(_ends(feeders, back=True), markets)
    trunk = tuple(
        edge
        for edge in admitting
        if trunk_of[edge.id] == corridor and edge.tail in from_supply and edge.head in to_market
    )
    to_trunk = _hops(_ends(feeders, back=True), [edge.tail for edge in trunk])
    from_trunk = _hops(_ends(feeders), [edge.head for edge in trunk])
    return CorridorEdges(
        tuple(edge for edge in feeders if edge.tail in from_supply and edge.head in to_trunk),
        trunk,
        tuple(edge for edge in feeders if edge.tail in from_trunk and edge.head in to_market),
    )


def in_order(network: Network, parts: Sequence[CorridorEdges], start: str, steps: Sequence[str]) -> list[Edge]:
    """Return the edges of several commodities in the order of the way, alternatives beside one another.

    Parameters
    ----------
    network : Network
        Network of the edges.
    parts : sequence of CorridorEdges
        Those of each commodity.
    start : str
        Node from which edges before the trunk are counted.
    steps : sequence of str
        Ids of the edges of one way, which come before their alternatives.
    """
    before, trunk, beyond = (
        {edge.id: edge for each in parts for edge in each[index]} for index in range(len(CorridorEdges._fields))
    )
    beyond = {id: edge for id, edge in beyond.items() if id not in before}
    ends = [edge.head for edge in trunk.values()]
    hops: tuple[dict[str, int], ...] = (
        _hops(_ends(before.values()), [start]), {}, _hops(_ends(beyond.values()), ends),
    )  # fmt: skip
    placed = [
        (index, hops[index].get(edge.tail, len(network.nodes)), id not in steps, id, edge)
        for index, edges in enumerate((before, trunk, beyond))
        for id, edge in edges.items()
    ]
    return [row[-1] for row in sorted(placed, key=lambda row: row[:-1])]


def _ends(edges: Iterable[Edge], *, back: bool = False) -> list[tuple[str, str]]:
    """Return tail and head of some edges, the other way round to follow them back."""
    return [(edge.head, edge.tail) if back else (edge.tail, edge.head) for edge in edges]


def _hops(ends: Iterable[tuple[str, str]], starts: Iterable[str]) -> dict[str, int]:
    """Return how many edges lead to each node from the nearest of some, these included."""
    leaving: dict[str, list[str]] = {}
    for near, far in ends:
        leaving.setdefault(near, []).append(far)
    hops = dict.fromkeys(starts, 0)
    queue = list(hops)
    for node in queue:
        for far in leaving.get(node, ()):
            if far not in hops:
                hops[far] = hops[node] + 1
                queue.append(far)
    return hops
