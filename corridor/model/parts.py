"""`NetworkParts`: the records of a network and how to look them up; nothing about them is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, KeysView, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self, TypeVar, cast

from corridor.errors import DataError, visible
from corridor.messages import unknown_name
from corridor.model.record_base import Record
from corridor.model.records import (
    HAZARD,
    KINDS,
    Commodity,
    Corridor,
    Edge,
    Figure,
    Fleet,
    Market,
    Node,
    Observation,
    Quota,
    Rate,
    RateGroup,
    Source,
    Supply,
    Trunk,
)
from corridor.model.trunks import TrunkLabels

T = TypeVar("T")
_KIND = {kind.singular: kind for kind in (*KINDS, HAZARD)}


@dataclass(frozen=True, kw_only=True, repr=False)
class NetworkParts:
    """Tuples of records and the name and year of their network, with lookups that are made once and kept."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    commodities: tuple[Commodity, ...]
    supplies: tuple[Supply, ...] = ()
    markets: tuple[Market, ...] = ()
    quotas: tuple[Quota, ...] = ()
    rates: tuple[Rate, ...] = ()
    trunks: tuple[Trunk, ...] = ()
    fleets: tuple[Fleet, ...] = ()
    rate_groups: tuple[RateGroup, ...] = ()
    corridors: tuple[Corridor, ...] = ()
    hazards: tuple[Record, ...] = ()
    name: str = ""
    year: int | None = None
    regime: str | None = None
    as_of: str | None = field(default=None, compare=False)
    observed: tuple[Observation, ...] = ()
    figure_records: tuple[Figure, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)
    rates_made: tuple[tuple[str, str, str], ...] = field(default=(), compare=False)
    """Edge, commodity and field of what changes made from the edge's own, so that it moves with the edge's figure."""

    def __repr__(self) -> str:
        named = f"{visible(self.name) or 'unnamed'}{f' {self.year}' if self.year else ''}"
        return (
            f"<{type(self).__name__} {named}: {len(self.nodes)} nodes, "
            f"{len(self.edges)} edges, {len(self.commodities)} commodities, {len(self.corridors)} corridors>"
        )

    def with_numbers(self, **parts: Any) -> Self:
        """Return a copy whose records differ in numbers only, in the same order: no structure is checked again."""
        return replace(self, **parts)

    # Lookups

    def records(self, kind: str) -> tuple[Any, ...]:
        """Return the records of a kind, ``"edge"`` for edges."""
        return cast("tuple[Any, ...]", getattr(self, _KIND[kind].attribute))

    def by_key(self, kind: str) -> Mapping[Any, Any]:
        """Return the records of a kind by id, or by (node or edge, commodity)."""
        if kind not in self._by_key:
            key_of = _KIND[kind].key_of
            self._by_key[kind] = {key_of(record): record for record in self.records(kind)}
        return self._by_key[kind]

    def keys(self, kind: str) -> KeysView[Any]:
        """Return the keys of the records of a kind."""
        return self.by_key(kind).keys()

    def column(self, kind: str, field: str) -> list[Any]:
        """Return a field of all records of a kind, in their order."""
        return [getattr(record, field) for record in self.records(kind)]

    def record(self, kind: str, key: Any) -> Any:
        """Return the record of a kind and key, or raise `UnknownNameError` with the nearest id."""
        try:
            return self.by_key(kind)[key]
        except (KeyError, TypeError):
            raise unknown_name(kind, str(key), self.keys(kind)) from None

    def node(self, id: str) -> Node:
        """Return the node of that id, or raise `UnknownNameError` with the nearest id."""
        return cast("Node", self.record("node", id))

    def edge(self, id: str) -> Edge:
        """Return the edge of that id, or raise `UnknownNameError` with the nearest id."""
        return cast("Edge", self.record("edge", id))

    def corridor(self, id: str) -> Corridor:
        """Return the corridor of that id, or raise `UnknownNameError` with the nearest id."""
        return cast("Corridor", self.record("corridor", id))

    def commodity(self, id: str) -> Commodity:
        """Return the commodity of that id, or raise `UnknownNameError` with the nearest id."""
        return cast("Commodity", self.record("commodity", id))

    def fleet(self, id: str) -> Fleet:
        """Return the fleet of that id, or raise `UnknownNameError` with the nearest id."""
        return cast("Fleet", self.record("fleet", id))

    def rate(self, edge: str, commodity: str) -> Rate:
        """Return the rate of a commodity on an edge, or raise `UnknownNameError` with the nearest there is.

        Notes
        -----
        What it leaves empty is the edge's own; `terms` of `corridor.model.terms` joins the two.
        """
        rates = self.by_key("rate")
        if (edge, commodity) not in rates:
            raise unknown_name("rate", f"{edge}.{commodity}", map(".".join, rates))
        return cast("Rate", rates[edge, commodity])

    def trunk(self, corridor: str, commodity: str | Iterable[str] | None = None) -> tuple[Edge, ...]:
        """Return the trunk edges of a corridor, sorted by id.

        Parameters
        ----------
        corridor : str
            Id.
        commodity : str or iterable of str, optional
            Only edges that admit the commodity, or one of some, and are the corridor's trunk for it; by default those
            that are its trunk for any.

        Raises
        ------
        UnknownNameError
            If there is no such corridor or commodity.
        """
        self.corridor(corridor)
        edges = tuple(self.edge(id) for id in self.trunk_labels.edges(corridor))
        if commodity is None:
            return edges
        wanted = [self.commodity(id).id for id in ((commodity,) if isinstance(commodity, str) else commodity)]
        of = self.trunk_labels.of
        return tuple(edge for edge in edges if any(edge.admits(id) and of(edge.id, id) == corridor for id in wanted))

    def trunk_of_peers(self, corridor: str, commodities: Iterable[str]) -> tuple[Edge, ...]:
        """Return the trunk edges of a corridor for some commodities and all others of their groups, sorted by id.

        It is what shippers of a kind have together: crude's trunk and that of containers may be different edges.
        """
        groups = {self.commodity(id).group for id in commodities}
        return self.trunk(corridor, [other.id for other in self.commodities if other.group in groups])

    def trunk_of(self, edge: str, commodity: str) -> str | None:
        """Return the corridor whose trunk an edge is for a commodity, None where it is none or does not admit it.

        Raises
        ------
        UnknownNameError
            If there is no such edge or commodity.
        """
        admitted = self.edge(edge).admits(self.commodity(commodity).id)
        return self.trunk_labels.of(edge, commodity) if admitted else None

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """Tags that edges bear, in alphabetical order: what selectors may name as ``tag``."""
        return tuple(sorted({tag for edge in self.edges for tag in edge.tags}))

    @property
    def trunk_labels(self) -> TrunkLabels:
        """Which corridor's trunk each edge is, by commodity."""
        return self._by_structure(
            "trunks", lambda: TrunkLabels(self.edges, [commodity.id for commodity in self.commodities], self.trunks)
        )

    # What is kept: records never change, so whatever follows from them is worked out once

    @cached_property
    def _by_key(self) -> dict[str, dict[Any, Any]]:
        return {}

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        return {}

    @cached_property
    def _structure(self) -> dict[Any, Any]:
        return {}

    def _once(self, what: Any, make: Callable[[], T]) -> T:
        """Return what follows from the records, made once."""
        if what not in self._kept:
            self._kept[what] = make()
        return cast("T", self._kept[what])

    def _by_structure(self, what: Any, make: Callable[[], T]) -> T:
        """Return what follows from ids, ends and labels, made once for a network and all its copies `with_numbers`."""
        if what not in self._structure:
            self._structure[what] = make()
        return cast("T", self._structure[what])

    def _share(self, other: NetworkParts) -> None:
        """Take over what was worked out for a network of the same structure."""
        self.__dict__["_structure"] = other._structure
        for kind, records in other._by_key.items():
            if self.records(kind) is other.records(kind):
                self._by_key[kind] = records

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what can be worked out again, so that pickles are small."""
        return {name: value for name, value in self.__dict__.items() if name in self.__dataclass_fields__}


def require_network(value: object) -> None:
    """Raise unless something is a network."""
    if not isinstance(value, NetworkParts):
        raise DataError(f"a Network is needed (got {value!r}); load('caspian') gives one that ships")
