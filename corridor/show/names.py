"""What people read in place of ids: names of records, countries, inputs and fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from corridor.library.names import country_name, input_name
from corridor.model.attributes import words_of
from corridor.model.network import Network
from corridor.model.records import Edge
from corridor.study.comparison_text import short_name


class RecordNames:
    """Names of a network's records, their ids where they have none.

    Parameters
    ----------
    network : Network
        Network of the records.

    Notes
    -----
    Edges without a name are called by the nodes that they lead from and to, with their id where two would be called
    alike.
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    def corridor(self, id: str) -> str:
        """Return the name of a corridor."""
        return self._of("corridor", id)

    def commodity(self, id: str) -> str:
        """Return the name of a commodity."""
        return self._of("commodity", id)

    def fleet(self, id: str) -> str:
        """Return the name of a fleet."""
        return self._of("fleet", id)

    def node(self, id: str) -> str:
        """Return the name of a node, without text in brackets or after a comma."""
        return short_name(self._network, id)

    def edge(self, id: str) -> str:
        """Return the name of an edge, or those of the nodes that it leads from and to."""
        edge = self._edges.get(id)
        if edge is None:
            return id
        name = self._called(edge)
        return f"{name} [{id}]" if self._times[name] > 1 else name

    def edges(self, ids: tuple[str, ...]) -> str:
        """Return the names of some edges, one after the other."""
        separator = "; " if any("," in self.edge(id) for id in ids) else ", "
        return separator.join(map(self.edge, ids))

    def country(self, code: str) -> str:
        """Return the name of a country; what is no ISO 3166 alpha-3 code as it is."""
        return country_name(code)

    def attribute(self, name: str) -> str:
        """Return the heading of a figure's field, places in it by their names, without its unit."""
        return " ".join(self._word(word) for word in words_of(name).split(" "))

    def figure(self, record: str, subject: str) -> str:
        """Return the subject of a figure: a record, an input, a country, or a node or edge and a commodity."""
        if record in ("supply", "market", "quota", "rate"):
            return self._paired(record, subject)
        if record == "input":
            return input_name(self._network.name, subject) or self._input(subject)
        named: dict[str, Callable[[str], str]] = {
            "node": self.node, "edge": self.edge, "commodity": self.commodity, "fleet": self.fleet,
            "country": self.country,
        }  # fmt: skip
        return named[record](subject) if record in named else subject

    def key(self, row: Mapping[Any, object]) -> str:
        """Return what a figure is of and its field: ``record``, ``subject`` and ``attribute`` of a row."""
        return f"{self.figure(str(row['record']), str(row['subject']))}: {self.attribute(str(row['attribute']))}"

    def _paired(self, record: str, subject: str) -> str:
        """Return the subject of a figure of a node or edge and a commodity."""
        first, dot, commodity = subject.rpartition(".")
        if record in ("supply", "market"):
            return f"{self.node(first)}, {self.commodity(commodity)}" if dot else self.node(subject)
        return f"{record} on {self.edge(first)} for {self.commodity(commodity)}" if dot else self.edge(subject)

    def _input(self, id: str) -> str:
        """Return the name of an edge or node that an input is called after, or the words of its id."""
        if id in self._edges:
            return self.edge(id)
        return self.node(id) if self._network.by_key("node").get(id) else id.replace("_", " ")

    def _word(self, word: str) -> str:
        """Return a word, by the name of the node or input that has it as its id."""
        if self._network.by_key("node").get(word):
            return self.node(word)
        return input_name(self._network.name, word) or word

    def _of(self, kind: str, id: str) -> str:
        record = self._network.by_key(kind).get(id)
        return str(getattr(record, "name", "")) or id

    def _called(self, edge: Edge) -> str:
        return edge.name or f"{self.node(edge.tail)} to {self.node(edge.head)}"

    @cached_property
    def _edges(self) -> dict[str, Edge]:
        return {edge.id: edge for edge in self._network.edges}

    @cached_property
    def _times(self) -> Counter[str]:
        """How many edges are called by a name."""
        return Counter(self._called(edge) for edge in self._network.edges)
