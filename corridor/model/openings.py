"""What an opened edge still lacks: planned edges on its routes that stay shut."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from corridor.model.parts import NetworkParts
from corridor.model.records import Edge


def shut_on_routes(parts: NetworkParts, edges: Iterable[Edge], opened: Iterable[str]) -> list[str]:
    """Return the ids of planned edges without which no tonne can cross some opened edges, in their order.

    Parameters
    ----------
    parts : NetworkParts
        For supplies and markets.
    edges : iterable of Edge
        All edges, as they are after the opening.
    opened : iterable of str
        Ids of those opened.

    Notes
    -----
    Of each opened edge the routes with the fewest shut edges are looked at, of the commodity for which they are fewest.
    """
    all_edges = list(edges)
    shut: dict[str, None] = {}
    by_id = {edge.id: edge for edge in all_edges}
    commodities = dict.fromkeys(supply.commodity for supply in parts.supplies)
    for edge in (by_id[id] for id in opened):
        routes: list[list[str]] = []
        for commodity in (c for c in commodities if edge.admits(c)):
            usable = [other for other in all_edges if other.admits(commodity)]
            before = _fewest(usable, edge.tail, {s.node for s in parts.supplies if s.commodity == commodity}, "tail")
            after = _fewest(usable, edge.head, {m.node for m in parts.markets if m.commodity == commodity}, "head")
            if before is not None and after is not None:
                routes.append([*before, *after])
        routes.sort(key=len)
        shut |= dict.fromkeys(routes[0] if routes else ())
    return [edge.id for edge in all_edges if edge.id in shut]


def _fewest(edges: list[Edge], start: str, ends: set[str], far: str) -> list[str] | None:
    """Return the shut edges on a way from a node to one of some ends that has fewest of them; None: no way."""
    near = "head" if far == "tail" else "tail"
    leaving: dict[str, list[Edge]] = {}
    for edge in edges:
        leaving.setdefault(getattr(edge, near), []).append(edge)
    shut: dict[str, list[str]] = {start: []}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for edge in leaving.get(node, []):
            through = shut[node] + [edge.id] * (not edge.in_service)
            other = getattr(edge, far)
            if other not in shut or len(through) < len(shut[other]):
                shut[other] = through
                queue.append(other)
    reached = sorted((len(shut[node]), node) for node in ends if node in shut)
    return shut[reached[0][1]] if reached else None
