"""Selectors: the words by which a change is aimed, the names each reads of a record, and which names are known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from corridor.errors import UnknownNameError
from corridor.messages import unknown_name
from corridor.model.parts import NetworkParts

Names = Mapping[str, tuple[str, ...]]
"""The names given to each selector."""
Read = Callable[[NetworkParts, Any], tuple[str, ...]]


class Selector(NamedTuple):
    """The names by which a record is selected, and all names that a network knows for them."""

    read: Read
    known: Callable[[NetworkParts], Collection[str]]


def _keys(kind: str, read: Read) -> Selector:
    """Return a selector whose names are the ids of a kind of record."""
    return Selector(read, lambda parts: parts.keys(kind))


def _borne_by_edges(name: str, read: Read) -> Selector:
    """Return a selector whose names are whatever some edge bears."""
    return Selector(read, lambda parts: _index(parts, "edge", name, read))


EDGE_SELECTORS = {
    "edge": _keys("edge", lambda _, edge: (edge.id,)),
    "node": _keys("node", lambda _, edge: (edge.tail, edge.head)),
    "corridor": _keys("corridor", lambda parts, edge: parts.trunk_labels.corridors(edge.id)),
    "country": _borne_by_edges("country", lambda _, edge: edge.countries),
    "mode": _borne_by_edges("mode", lambda _, edge: (edge.mode,)),
    "operator": _borne_by_edges("operator", lambda _, edge: (edge.operator,) if edge.operator else ()),
    "tag": _borne_by_edges("tag", lambda _, edge: edge.tags),
    "fleet": _keys("fleet", lambda _, edge: (edge.fleet,) if edge.fleet is not None else ()),
}
"""How edges are selected."""
POINT_SELECTORS = {
    "node": _keys("node", lambda _, point: (point.node,)),
    "country": Selector(
        lambda parts, point: tuple(filter(None, (parts.node(point.node).country,))),
        lambda parts: parts._by_structure("countries of nodes", lambda: {*parts.column("node", "country")} - {None}),
    ),
    "commodity": _keys("commodity", lambda _, point: (point.commodity,)),
}
"""How supplies and markets are selected."""


def unknown_names(parts: NetworkParts, names: Names, selectors: Mapping[str, Selector]) -> Iterator[UnknownNameError]:
    """Yield an error, whose kind is the selector, for each name that is not in a network; ids may stand for any kind.

    Parameters
    ----------
    parts : NetworkParts
        Network that ought to know the names.
    names : mapping
        Names by selector, or by the kind of record of which they are ids.
    selectors : mapping
        The selectors there are.
    """
    for selector, given in names.items():
        known = selectors[selector].known(parts) if selector in selectors else parts.keys(selector)
        for name in given:
            if name not in known:
                yield unknown_name(selector, name, known)


def selected_keys(parts: NetworkParts, kind: str, names: Names, selectors: Mapping[str, Selector]) -> list[Any]:
    """Return the sorted keys of the records of a kind that bear a name of every selector given."""
    matched: set[Any] | None = None
    for selector, given in names.items():
        index = _index(parts, kind, selector, selectors[selector].read)
        keys = {key for name in given for key in index.get(name, ())}
        matched = keys if matched is None else matched & keys
    return sorted(matched or ())


def _index(parts: NetworkParts, kind: str, selector: str, read: Read) -> dict[str, list[Any]]:
    """Return the keys of the records of a kind by the names that a selector reads of them."""

    def gather() -> dict[str, list[Any]]:
        index: dict[str, list[Any]] = {}
        for key, record in parts.by_key(kind).items():
            for name in read(parts, record):
                index.setdefault(name, []).append(key)
        return index

    return parts._by_structure((kind, selector), gather)
