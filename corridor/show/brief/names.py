"""What a brief calls things: names in place of the ids that tables and explanations have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from corridor.model.network import Network
from corridor.model.records import Edge
from corridor.study.comparison_text import short_name

_LIMIT = re.compile(r"(?:(?P<kind>quota|usual flow|node|fleet) )?(?P<id>.+)")
_BINDING = re.compile(r"Binding: (?P<limits>.*?\))(?P<rest>; one more .*)")
_SIZED = re.compile(r"(?P<limit>.+?) (?P<size>\([^()]*\))")
_CLOSED = re.compile(r"Closed and missed: (?P<chain>.+)(?P<rest> \((?:not in service|closed)\); open, .*)")
_NOT_LIFTED = re.compile(r"(?P<before>Not lifted: \S+ Mt/y \()(?P<nodes>.*)(?P<rest>\); priced at .*)")
_LARGEST = re.compile(r"(?P<before>.* without the largest corridor \()(?P<id>.+)(?P<rest>\), over .*)")
_SHARES = re.compile(r"(?P<before>sum of squared shares of corridors: )(?P<shares>.+)")


class Names:
    """Names of a network's records, their ids where they have none.

    Parameters
    ----------
    network : Network
        Network of the records.

    Notes
    -----
    Edges have no name: they are called by the nodes that they lead from and to, with their id where two lead alike.
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    def corridor(self, id: str) -> str:
        """Return the name of a corridor."""
        return self._of("corridor", id)

    def commodity(self, id: str) -> str:
        """Return the name of a commodity."""
        return self._of("commodity", id)

    def node(self, id: str) -> str:
        """Return the name of a node, without text in brackets or after a comma."""
        return short_name(self._network, id)

    def edge(self, id: str) -> str:
        """Return the names of the nodes that an edge leads from and to."""
        edge = self._edges.get(id)
        if edge is None:
            return id
        name = self._ends(edge)
        return f"{name} [{id}]" if self._ends_of_edges.count(name) > 1 else name

    def limit(self, text: str) -> str:
        """Return a binding limit, as `BindingLimit` writes it, by names."""
        matched = _LIMIT.fullmatch(text)
        if matched is None or text in self._edges:
            return self.edge(text)
        kind, id = matched["kind"], matched["id"]
        if kind in ("quota", "usual flow"):
            edge, _, commodity = id.partition("/")
            of = f" for {self.commodity(commodity)}" if commodity else ""
            return f"{kind} on {self.edge(edge)}{of}"
        if kind == "node":
            return self.node(id)
        return f"fleet {self._of('fleet', id)}" if kind == "fleet" else self.edge(id)

    def cut(self, text: str) -> str:
        """Return a minimum cut, limits joined by plus signs and equal ones by or, by names."""
        equal = (limits.split(" or ") for limits in text.split(" + "))
        return " + ".join(" or ".join(map(self.limit, limits)) for limits in equal) if text else text

    def explained(self, line: str) -> str:
        """Return a line of `Flow.explain` by names: what binds, what is closed, what is not lifted."""
        if matched := _BINDING.fullmatch(line):
            limits = (self._sized(limit) for limit in matched["limits"].split(" + "))
            return f"Binding: {' + '.join(limits)}{matched['rest']}"
        if matched := _CLOSED.fullmatch(line):
            return f"Closed and missed: {self._chain(matched['chain'])}{matched['rest']}"
        if matched := _NOT_LIFTED.fullmatch(line):
            return matched["before"] + self._listed(matched["nodes"], self.node) + matched["rest"]
        return line

    def index(self, about: str) -> str:
        """Return the definition of an index of concentration by names."""
        if matched := _LARGEST.fullmatch(about):
            return matched["before"] + self.corridor(matched["id"]) + matched["rest"]
        if matched := _SHARES.fullmatch(about):
            return matched["before"] + self._listed(matched["shares"], self.corridor)
        return about

    def figure(self, record: str, subject: str) -> str:
        """Return the subject of a figure by names: a node, an edge, or a node or edge and a commodity."""
        first, dot, commodity = subject.rpartition(".")
        if record in ("supply", "market"):
            return f"{self.node(first)}, {self.commodity(commodity)}" if dot else self.node(subject)
        if record in ("quota", "rate"):
            return f"{record} on {self.edge(first)}, {self.commodity(commodity)}" if dot else self.edge(subject)
        if record == "input":
            return self.edge(subject) if subject in self._edges else self.node(subject)
        named: dict[str, Callable[[str], str]] = {"node": self.node, "edge": self.edge, "commodity": self.commodity}
        named["fleet"] = lambda id: self._of("fleet", id)
        return named[record](subject) if record in named else subject

    def _of(self, kind: str, id: str) -> str:
        record = self._network.by_key(kind).get(id)
        return str(getattr(record, "name", "")) or id

    def _sized(self, text: str) -> str:
        """Return a limit with its size in brackets by its name."""
        matched = _SIZED.fullmatch(text)
        return f"{self.limit(matched['limit'])} {matched['size']}" if matched else text

    def _chain(self, text: str) -> str:
        """Return edges one after the other by the nodes that they pass."""
        parts = re.split(r" ([>+]) ", text)
        edges = [self._edges.get(id) for id in parts[::2]]
        if None in edges:
            return text
        if len(edges) == 1 or "+" in parts[1::2]:
            return " + ".join(self.edge(id) for id in parts[::2])
        return " to ".join(self._passed([edge for edge in edges if edge is not None]))

    def _passed(self, edges: list[Edge]) -> Iterator[str]:
        """Yield the nodes that edges one after the other pass."""
        yield self.node(edges[0].tail)
        yield from (self.node(edge.head) for edge in edges)

    def _listed(self, text: str, name: Callable[[str], str]) -> str:
        """Return ids with amounts, separated by commas, by names."""
        pairs = (item.partition(" ") for item in text.split(", "))
        return ", ".join(f"{name(id)}{blank}{amount}" for id, blank, amount in pairs)

    def _ends(self, edge: Edge) -> str:
        return f"{self.node(edge.tail)} to {self.node(edge.head)}"

    @cached_property
    def _edges(self) -> dict[str, Edge]:
        return {edge.id: edge for edge in self._network.edges}

    @cached_property
    def _ends_of_edges(self) -> list[str]:
        return [self._ends(edge) for edge in self._network.edges]
