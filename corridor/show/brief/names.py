"""Texts of results as a brief writes them: names in place of the ids that tables and explanations have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from corridor.model.records import Edge
from corridor.show.names import RecordNames

_LIMIT = re.compile(r"(?:(?P<kind>quota|usual flow|node|fleet) )?(?P<id>.+)")
_BINDING = re.compile(r"Binding: (?P<limits>.*?\))(?P<rest>; one more .*)")
_SIZED = re.compile(r"(?P<limit>.+?) (?P<size>\([^()]*\))")
_CLOSED = re.compile(r"Closed and missed: (?P<chain>.+)(?P<rest> \((?:not in service|closed)\); open, .*)")
_NOT_LIFTED = re.compile(r"(?P<before>Not lifted: \S+ Mt/y \()(?P<nodes>.*)(?P<rest>\); priced at .*)")
_LARGEST = re.compile(r"(?P<before>.* without the largest corridor \()(?P<id>.+)(?P<rest>\), over .*)")
_SHARES = re.compile(r"(?P<before>sum of squared shares of (?P<of>corridors|first countries entered): )(?P<shares>.+)")
_WITHOUT = re.compile(r"(?P<before>capacity remaining with )(?P<code>\S+)(?P<rest> closed, over .*)")


class Names(RecordNames):
    """Names of a network's records, and texts of results by these names in place of ids."""

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
        return f"fleet {self.fleet(id)}" if kind == "fleet" else self.edge(id)

    def cut(self, text: str) -> str:
        """Return a minimum cut, limits joined by plus signs, by names."""
        return " + ".join(self.limit(limit) for limit in text.split(" + ")) if text else text

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
            name = self.corridor if matched["of"] == "corridors" else self.country
            return matched["before"] + self._listed(matched["shares"], name)
        if matched := _WITHOUT.fullmatch(about):
            return matched["before"] + self.country(matched["code"]) + matched["rest"]
        return about

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
