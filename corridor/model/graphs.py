"""A network's parts as a networkx graph, and a graph as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from corridor.model.parts import NetworkParts
from corridor.model.records import PARTS

if TYPE_CHECKING:
    import networkx as nx

_APART = tuple(kind.plural for kind in PARTS if kind.plural not in ("nodes", "edges"))
"""The parts for which a networkx graph has no place of its own."""


def graph_of(network: NetworkParts) -> nx.MultiDiGraph:  # type: ignore[type-arg]  # generic in stubs, not when run
    """Return a multigraph keyed by edge id, every field an attribute, what is neither node nor edge in its own."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=network.name, year=network.year)
    if network.regime is not None:
        graph.graph["regime"] = network.regime
    for part in _APART:
        graph.graph[part] = [record.model_dump() for record in getattr(network, part)]
    for node in network.nodes:
        graph.add_node(node.id, **node.model_dump(exclude={"id"}))
    for edge in network.edges:
        graph.add_edge(edge.tail, edge.head, key=edge.id, **edge.model_dump(exclude={"id", "tail", "head"}))
    return graph


def tables_of(graph: nx.Graph) -> tuple[dict[str, Any], dict[str, Any]]:  # type: ignore[type-arg]
    """Return the tables of a directed graph, and name, year and regime."""
    nodes = [{"id": str(node), **data} for node, data in graph.nodes(data=True)]
    if graph.is_multigraph():
        keyed = [
            (tail, head, key if isinstance(key, str) else f"{tail}-{head}-{key}", data)
            for tail, head, key, data in cast("nx.MultiDiGraph[Any]", graph).edges(keys=True, data=True)
        ]
    else:
        keyed = [(tail, head, f"{tail}-{head}", data) for tail, head, data in graph.edges(data=True)]
    edges = [{"id": id, "tail": str(tail), "head": str(head), **data} for tail, head, id, data in keyed]
    parts = {part: graph.graph.get(part, ()) for part in _APART}
    head = {"name": graph.graph.get("name") or "", **{key: graph.graph.get(key) for key in ("year", "regime")}}
    return {"nodes": nodes, "edges": edges, **parts}, head
