"""Which corridor's trunk each edge is for each commodity: the edge's own label, or the row that says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corridor.model.records import Edge, Trunk


class TrunkLabels:
    """The corridor of every edge by commodity; it depends on ids and labels only, so that no number changes it."""

    def __init__(self, edges: Sequence[Edge], commodities: Sequence[str], rows: Iterable[Trunk]) -> None:
        """Join the labels of edges with the rows of single commodities.

        Parameters
        ----------
        edges : sequence of Edge
            Edges of a network.
        commodities : sequence of str
            Ids of its commodities.
        rows : iterable of Trunk
            Where a commodity's corridor is another than the edge's own.
        """
        self._own = {edge.id: edge.corridor for edge in edges}
        self._rows = {(row.edge, row.commodity): row.corridor for row in rows}
        exceptional = {edge for edge, _ in self._rows}
        self._corridors = {
            edge.id: self._of_any(edge, commodities) if edge.id in exceptional else _single(edge.corridor)
            for edge in edges
        }
        self._edges: dict[str, list[str]] = {}
        for id, corridors in self._corridors.items():
            for corridor in corridors:
                self._edges.setdefault(corridor, []).append(id)

    def of(self, edge: str, commodity: str) -> str | None:
        """Return the corridor whose trunk an edge is for a commodity, None where it is none."""
        return self._rows[edge, commodity] if (edge, commodity) in self._rows else self._own[edge]

    def corridors(self, edge: str) -> tuple[str, ...]:
        """Return the corridors whose trunk an edge is for any commodity that it admits."""
        return self._corridors[edge]

    def edges(self, corridor: str) -> Sequence[str]:
        """Return the edges that are a corridor's trunk for any commodity, in the order of the network's."""
        return self._edges.get(corridor, ())

    def _of_any(self, edge: Edge, commodities: Iterable[str]) -> tuple[str, ...]:
        labels = (self.of(edge.id, commodity) for commodity in commodities if edge.admits(commodity))
        return tuple(dict.fromkeys(label for label in labels if label is not None))


def _single(label: str | None) -> tuple[str, ...]:
    return () if label is None else (label,)
