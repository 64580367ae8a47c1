"""`Network`: nodes, edges and what is shipped over them, validated as a whole and frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

from corridor.errors import DataError, Problem, at_most, visible
from corridor.messages import nearest, placed, shown, unknown, unknown_name
from corridor.model.cycles import on_cycles
from corridor.model.frames import build, frame_of
from corridor.model.records import (
    PARTS,
    Commodity,
    Corridor,
    Edge,
    Figure,
    Market,
    Node,
    Quota,
    Record,
    Source,
    Supply,
    by_key,
)  # fmt: skip
from corridor.model.records import Key as Key
from corridor.model.records import edge_key as edge_key
from corridor.model.records import node_key as node_key
from corridor.model.validation import adjacency as adjacency
from corridor.model.validation import reach as reach
from corridor.model.validation import stranded, structural_problems, unmeetable

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from corridor.model.scenario import Hazard

R = TypeVar("R", bound=Record)
T = TypeVar("T")
_HELD: dict[str, type[Record]] = {**{kind.plural: kind.record for kind in PARTS}, "ledger": Figure, "sources": Source}
_AS_GIVEN = ("commodities", "corridors")
_APART = tuple(kind.plural for kind in PARTS if kind.plural not in ("nodes", "edges"))
"""The parts for which a networkx graph has no place of its own."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """A graph of nodes and edges with the commodities shipped over it.

    Frozen: `replace` and scenarios return new networks. Nodes, edges, supplies, markets and quotas are kept sorted by
    id, so that no result depends on the order of rows; commodities and corridors keep the order given, the first
    commodity being the one that studies ask about unless told otherwise.

    Attributes
    ----------
    shipped : bool
        Whether `load` made it, so that all that the shipped scenarios name is there: studies run those by default.
        `load` alone sets it, whatever figures or names a network of one's own has. Scenarios keep it, and so does
        `replace` while every record that the network had is still there, altered or not; a network read back from a
        file, table or graph is one's own.

    Raises
    ------
    DataError
        Naming every structural problem at once: ids that are missing or stand twice, edges from nowhere, minima above
        their edge's capacity, corridor labels of which a tonne could cross two, cycles that earn money.

    Attributes
    ----------
    notes : tuple of str
        What applying a scenario had to decide: which of two quotas set by it holds.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    commodities: tuple[Commodity, ...]
    supplies: tuple[Supply, ...] = ()
    markets: tuple[Market, ...] = ()
    quotas: tuple[Quota, ...] = ()
    corridors: tuple[Corridor, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    name: str = ""
    year: int | None = None
    ledger: tuple[Figure, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)
    shipped: bool = field(default=False, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if strange := list(_strange_parts(self)):
            raise DataError(strange)

        def hold(part: str, key: Callable[[Any], Any] | None) -> None:
            records = tuple(getattr(self, part))
            object.__setattr__(self, part, tuple(sorted(records, key=key)) if key else records)

        for kind in PARTS:
            hold(kind.plural, None if kind.plural in _AS_GIVEN else kind.key_of)
        for part in ("hazards", "ledger", "sources"):
            hold(part, None)
        if problems := structural_problems(self):
            raise DataError(problems)

    def __repr__(self) -> str:
        named = f"{visible(self.name) or 'unnamed'}{f' {self.year}' if self.year else ''}"
        return (
            f"<Network {named}: {len(self.nodes)} nodes, "
            f"{len(self.edges)} edges, {len(self.commodities)} commodities, {len(self.corridors)} corridors>"
        )

    def _repr_html_(self) -> str:
        from corridor.show.cards import network_card

        return network_card(self)

    def __hash__(self) -> int:
        return hash((self.name, self.year, len(self.nodes), len(self.edges)))

    # Lookups

    def node(self, id: str) -> Node:
        """Return the node of that id, or raise `UnknownNameError` with the nearest id."""
        return _look_up("node", id, self._nodes)

    def edge(self, id: str) -> Edge:
        """Return the edge of that id, or raise `UnknownNameError` with the nearest id."""
        return _look_up("edge", id, self._edges)

    def corridor(self, id: str) -> Corridor:
        """Return the corridor of that id, or raise `UnknownNameError` with the nearest id."""
        return _look_up("corridor", id, self._corridors)

    def commodity(self, id: str) -> Commodity:
        """Return the commodity of that id, or raise `UnknownNameError` with the nearest id."""
        return _look_up("commodity", id, self._commodities)

    def trunk(self, corridor: str) -> tuple[Edge, ...]:
        """Return the trunk edges of a corridor, sorted by id."""
        self.corridor(corridor)
        return self._trunks.get(corridor, ())

    @cached_property
    def _nodes(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _edges(self) -> dict[str, Edge]:
        return {edge.id: edge for edge in self.edges}

    @cached_property
    def _corridors(self) -> dict[str, Corridor]:
        return {corridor.id: corridor for corridor in self.corridors}

    @cached_property
    def _commodities(self) -> dict[str, Commodity]:
        return {commodity.id: commodity for commodity in self.commodities}

    @cached_property
    def _trunks(self) -> dict[str, tuple[Edge, ...]]:
        found: dict[str, list[Edge]] = {}
        for edge in self.edges:
            if edge.corridor is not None:
                found.setdefault(edge.corridor, []).append(edge)
        return {corridor: tuple(edges) for corridor, edges in found.items()}

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        return {}

    def _once(self, what: Any, make: Callable[[], T]) -> T:
        """Return what `make` gives, worked out once for each `what`: a network never changes."""
        if what not in self._kept:
            self._kept[what] = make()
        return cast("T", self._kept[what])

    @cached_property
    def _on_cycles(self) -> tuple[int, ...]:
        return on_cycles(self.edges)

    # Alteration

    def replace(self, **parts: Any) -> Network:
        """Return a copy with whole parts exchanged, validated anew.

        Raises
        ------
        DataError
            If the new whole breaks a rule, or a part is unknown.
        """
        known = [part.name for part in fields(self) if part.init]
        if strange := [part for part in parts if part not in known]:
            raise DataError([unknown("part of a network", part, nearest(part, known)) for part in strange])
        twin = replace(self, **parts)
        return as_shipped(twin) if self.shipped and self._keys() <= twin._keys() else twin

    def _keys(self) -> frozenset[tuple[str, str | Key]]:
        """Return kind and key of every record that a scenario can aim at."""
        return frozenset((kind, key) for kind, records in by_key(self).items() for key in records)

    def altered(self, **parts: tuple[Record, ...]) -> Network:
        """Return a copy whose records differ in numbers only, in the same order: nothing structural is looked at."""
        twin = object.__new__(Network)
        for name in (held.name for held in fields(self)):
            object.__setattr__(twin, name, parts.get(name, getattr(self, name)))
        twin.__dict__["_on_cycles"] = self._on_cycles
        return twin

    # Checks

    def problems(self) -> list[str]:
        """Return every problem, one sentence each; empty when the network is sound.

        Notes
        -----
        What would make an answer meaningless is refused when the network is built. What is found here besides may be
        meant: a supply that no edge leads to a market, a market that no supply can reach, a minimum above its ceiling,
        a hazard that names what is not there.
        """
        named = ((f"hazard {hazard.name!r}", change) for hazard in self.hazards for change in hazard.changes)
        hazards = [placed(owner, error) for owner, change in named for _, error in change.strange_names(self)]
        return [*structural_problems(self), *stranded(self), *unmeetable(self), *at_most(hazards)]

    # Views

    def node_table(self) -> pd.DataFrame:
        """Return the nodes as a table indexed by id, units in the column names."""
        return frame_of(Node, self.nodes, ["id"])

    def edge_table(self) -> pd.DataFrame:
        """Return the edges as a table indexed by id, units in the column names, `available_mtpa` added."""
        table = frame_of(Edge, self.edges, ["id"])
        table.insert(list(table).index("remaining") + 1, "available_mtpa", [edge.available_mtpa for edge in self.edges])
        return table

    def supply_table(self) -> pd.DataFrame:
        """Return the supplies as a table indexed by (node, commodity)."""
        return frame_of(Supply, self.supplies, ["node", "commodity"])

    def market_table(self) -> pd.DataFrame:
        """Return the markets as a table indexed by (node, commodity)."""
        return frame_of(Market, self.markets, ["node", "commodity"])

    def quota_table(self) -> pd.DataFrame:
        """Return the quotas as a table indexed by (edge, commodity)."""
        return frame_of(Quota, self.quotas, ["edge", "commodity"])

    def figures(
        self, subject: str | Iterable[str] | None = None, attribute: str | None = None, *, inputs: bool = False
    ) -> pd.DataFrame:
        """Return who says which number: every figure behind the network, chosen and rival side by side.

        Parameters
        ----------
        subject : str or iterable of str, optional
            Id of a node, edge, commodity, country or input; what hangs on it (supplies, markets and quotas of the
            node or edge) comes along. A corridor stands for its trunk edges. Of several ids those without figures
            are passed over.
        attribute : str, optional
            Name of the field.
        inputs : bool
            Whether the figures that formulas draw on come along, and those that they draw on in turn.

        Returns
        -------
        pandas.DataFrame
            Columns: record, subject, attribute, value, low, high, unit, year, choice, confidence, source, publisher,
            date, url, formula, note. Empty where no figure is kept.

        Raises
        ------
        UnknownNameError
            If there are figures, and the network knows no such subject or attribute.
        """
        import pandas as pd

        from corridor.model import figures as ledger

        asked = None if subject is None else [subject] if isinstance(subject, str) else list(subject)
        about = [f for f in self.ledger if asked is None or ledger.is_about(f, self._subjects(asked))]
        found = [f for f in about if attribute is None or f.attribute == attribute]
        if self.ledger and not found:
            subjects, attributes = {f.subject for f in self.ledger}, {f.attribute for f in self.ledger}
            if not about and not self._subjects_known().intersection(asked or ()):
                raise unknown_name("subject of a figure", ", ".join(asked or ()), subjects)
            if attribute is not None and attribute not in attributes.union(
                *(kind.record.model_fields for kind in PARTS)
            ):
                raise unknown_name("attribute", attribute, attributes)
        if inputs:
            found += ledger.behind(found, self.ledger, self.year)
        return pd.DataFrame(ledger.rows(found, self.sources), columns=list(ledger.COLUMNS))

    def _subjects(self, asked: Iterable[str]) -> frozenset[str]:
        """Return the ids that some subjects stand for: corridors for their trunk edges too."""
        return frozenset(id for subject in asked for id in (subject, *(e.id for e in self._trunks.get(subject, ()))))

    def _subjects_known(self) -> set[str]:
        """Return the ids that figures of this network may be about."""
        ids = {key if isinstance(key, str) else ".".join(key) for _, key in self._keys()}
        passed = {country for edge in self.edges for country in edge.countries}
        return ids | passed | {node.country for node in self.nodes if node.country is not None}

    # Other forms

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """Return a networkx multigraph keyed by edge id, every field an attribute.

        Notes
        -----
        What a graph has no place for (commodities, supplies, markets, quotas, corridors) stands in ``graph.graph``,
        so that `from_networkx` gives the network back. Hazards and figures are not carried.
        """
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=self.name, year=self.year)
        for part in _APART:
            graph.graph[part] = [record.model_dump() for record in getattr(self, part)]
        for node in self.nodes:
            graph.add_node(node.id, **node.model_dump(exclude={"id"}))
        for edge in self.edges:
            graph.add_edge(edge.tail, edge.head, key=edge.id, **edge.model_dump(exclude={"id", "tail", "head"}))
        return graph

    @classmethod
    def from_networkx(cls, graph: nx.Graph[Any]) -> Network:
        """Return the network of a directed networkx graph whose attributes are fields of records.

        Parameters
        ----------
        graph : networkx.DiGraph or networkx.MultiDiGraph
            Keys that are text are edge ids; without them an edge is called ``tail-head``. Supplies, markets,
            commodities, corridors and quotas are read from ``graph.graph``, as `to_networkx` writes them. What
            ``networkx.read_graphml`` makes of GraphML that `write_network` wrote is read whole, hazards and figures
            too.

        Raises
        ------
        DataError
            Naming every attribute that is no field, and every value that breaks its rule.
        """
        if not graph.is_directed():
            raise DataError("the graph must be directed (got an undirected one); call graph.to_directed() first")
        nodes = [{"id": str(node), **data} for node, data in graph.nodes(data=True)]
        if graph.is_multigraph():
            listed = [
                (tail, head, key if isinstance(key, str) else f"{tail}-{head}-{key}", data)
                for tail, head, key, data in cast("nx.MultiDiGraph[Any]", graph).edges(keys=True, data=True)
            ]
        else:
            listed = [(tail, head, f"{tail}-{head}", data) for tail, head, data in graph.edges(data=True)]
        edges = [{"id": id, "tail": str(tail), "head": str(head), **data} for tail, head, id, data in listed]
        if str(graph.graph.get("format")).startswith("corridor network"):
            return _from_graphml(graph.graph, nodes, edges)
        parts = {part: graph.graph.get(part, ()) for part in _APART}
        return build(
            {"nodes": nodes, "edges": edges, **parts}, name=graph.graph.get("name") or "", year=graph.graph.get("year")
        )

    @classmethod
    def from_frames(
        cls,
        nodes: pd.DataFrame,
        edges: pd.DataFrame,
        *,
        supplies: pd.DataFrame | None = None,
        markets: pd.DataFrame | None = None,
        commodities: pd.DataFrame | None = None,
        corridors: pd.DataFrame | None = None,
        quotas: pd.DataFrame | None = None,
        name: str = "",
    ) -> Network:
        """Return the network of some tables whose columns are the fields of the records.

        Parameters
        ----------
        nodes : DataFrame
            Needs ``id``.
        edges : DataFrame
            Needs ``id``, ``tail``, ``head``.
        supplies : DataFrame, optional
            Needs ``node``, ``commodity``, ``volume_mtpa`` [Mt/y].
        markets : DataFrame, optional
            Needs ``node``, ``commodity``.
        commodities, corridors : DataFrame, optional
            Need ``id``; where left out they are taken from what the other tables name.
        quotas : DataFrame, optional
            Needs ``edge``, ``commodity``.
        name : str
            Name of the network.

        Notes
        -----
        An empty cell (None, NaN, empty text) takes the field's default: capacity, throughput and market volume
        unlimited; tariff, days, premium and price 0; supply penalty 1000 USD/t. A named index counts as a column. A
        list stands in a cell as a list, as ``KAZ;RUS``, or as JSON where a name has a semicolon of its own.

        Raises
        ------
        DataError
            Naming table, row, column and value of every problem at once.
        """
        tables = {
            "nodes": nodes, "edges": edges, "supplies": supplies, "markets": markets,
            "commodities": commodities, "corridors": corridors, "quotas": quotas,
        }  # fmt: skip
        given = {part: table for part, table in tables.items() if table is not None or part in ("nodes", "edges")}
        return build(given, name=name)


def _from_graphml(attributes: dict[str, Any], nodes: list[Any], edges: list[Any]) -> Network:
    """Return the network of a graph that networkx read from GraphML of ours, whose attributes hold JSON."""
    from corridor.files.json_document import assembled, of_attributes, path_of

    def where(loc: tuple[str | int, ...]) -> str:
        return f"graph.graph: {path_of(loc)[1:]}"

    problems: list[Problem] = []
    theirs = ("node_default", "edge_default")  # of networkx
    data = of_attributes({key: value for key, value in attributes.items() if key not in theirs}, where, problems)
    return assembled(data, where, problems, {"nodes": nodes, "edges": edges})


def as_shipped(network: Network) -> Network:
    """Mark a network that was just built as one that ships, and return it."""
    object.__setattr__(network, "shipped", True)
    return network


def require_network(thing: object) -> None:
    """Raise unless something is a network."""
    if not isinstance(thing, Network):
        raise DataError(f"a Network is needed (got {thing!r}); load('caspian') gives one that ships")


def _strange_parts(network: Network) -> Iterator[str]:
    """Yield a sentence for each part of a network that is not what it ought to be."""
    from corridor.model.scenario import Hazard

    kinds: dict[str, type[Record]] = {**_HELD, "hazards": Hazard}
    for part, kind in kinds.items():
        records = getattr(network, part)
        if not isinstance(records, list | tuple):
            yield f"{part} of a network must be a list of {kind.__name__} records (got {shown(records)})"
        elif strange := [record for record in records if not isinstance(record, kind)]:
            yield f"{part} of a network must hold {kind.__name__} records only (got {shown(strange[0])})"
    if not isinstance(network.name, str) or any("\ud800" <= mark <= "\udfff" for mark in network.name):
        yield f"name of a network must be text (got {shown(network.name)})"
    if network.year is not None and (not isinstance(network.year, int) or isinstance(network.year, bool)):
        yield f"year of a network must be a whole number or None (got {shown(network.year)})"


def _look_up(kind: str, name: str, known: dict[str, R]) -> R:
    try:
        return known[name]
    except (KeyError, TypeError):
        raise unknown_name(kind, str(name), known) from None
