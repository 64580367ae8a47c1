"""`Network`: nodes, edges and what is shipped over them, validated as a whole and frozen."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import ValidationError

from corridor.errors import DataError, UnknownNameError, nearest, rule_broken, unknown
from corridor.model.records import Commodity, Corridor, Edge, Figure, Market, Node, Quota, Record, Source, Supply

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from corridor.model.scenario import Hazard

R = TypeVar("R", bound=Record)
Key = tuple[str, str]
_MOST_PROBLEMS = 50


@dataclass(frozen=True, kw_only=True)
class Network:
    """A graph of nodes and edges with the commodities shipped over it.

    Frozen: `replace` and scenarios return new networks. Nodes, edges, supplies, markets and quotas are kept sorted by
    id, so that no result depends on the order of rows; commodities and corridors keep the order given, the first
    commodity being the one that studies ask about unless told otherwise.

    Raises
    ------
    DataError
        Naming every structural problem at once: ids that are missing or stand twice, edges from nowhere, quotas that
        contradict each other, corridor labels of which a tonne could cross two.
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

    def __post_init__(self) -> None:
        def hold(part: str, key: Callable[[Any], Any] | None) -> None:
            records = tuple(getattr(self, part))
            object.__setattr__(self, part, tuple(sorted(records, key=key)) if key else records)

        hold("nodes", lambda node: node.id)
        hold("edges", lambda edge: edge.id)
        hold("supplies", node_key)
        hold("markets", node_key)
        hold("quotas", edge_key)
        for part in ("commodities", "corridors", "hazards", "ledger", "sources"):
            hold(part, None)
        if problems := structural_problems(self):
            raise DataError(problems)

    def __repr__(self) -> str:
        return (
            f"<Network {self.name or 'unnamed'}{f' {self.year}' if self.year else ''}: {len(self.nodes)} nodes, "
            f"{len(self.edges)} edges, {len(self.commodities)} commodities, {len(self.corridors)} corridors>"
        )

    def _repr_html_(self) -> str:
        from corridor.model.cards import network_card

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

    # Alteration

    def replace(self, **parts: Any) -> Network:
        """Return a copy with whole parts exchanged, validated anew.

        Raises
        ------
        DataError
            If the new whole breaks a rule, or a part is unknown.
        """
        known = [field.name for field in fields(self)]
        if strange := [part for part in parts if part not in known]:
            raise DataError([unknown("part of a network", part, nearest(part, known)) for part in strange])
        return replace(self, **parts)

    def altered(self, **parts: tuple[Record, ...]) -> Network:
        """Return a copy whose records differ in numbers only, in the same order: nothing structural is looked at."""
        twin = object.__new__(Network)
        for field in fields(self):
            object.__setattr__(twin, field.name, parts.get(field.name, getattr(self, field.name)))
        return twin

    # Checks

    def problems(self) -> list[str]:
        """Return every problem, one sentence each; empty when the network is sound.

        Notes
        -----
        What would make an answer meaningless is refused when the network is built. What is found here besides may be
        meant: a supply that no edge leads to a market, a market that no supply can reach.
        """
        return [*structural_problems(self), *_stranded(self)]

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
            date, url, formula, note. Empty for a network that was not built from figures.

        Raises
        ------
        UnknownNameError
            If there are figures, but none of that subject or attribute.
        """
        import pandas as pd

        from corridor.model import ledger

        asked = None if subject is None else [subject] if isinstance(subject, str) else list(subject)
        about = [f for f in self.ledger if asked is None or ledger.is_about(f, self._subjects(asked))]
        found = [f for f in about if attribute is None or f.attribute == attribute]
        if self.ledger and not found:
            if not about:
                raise UnknownNameError("subject of a figure", ", ".join(asked or ()), {f.subject for f in self.ledger})
            raise UnknownNameError("attribute", str(attribute), {f.attribute for f in self.ledger})
        if inputs:
            found += ledger.behind(found, self.ledger, self.year or 0)
        return pd.DataFrame(ledger.rows(found, self.sources), columns=list(ledger.COLUMNS))

    def _subjects(self, asked: Iterable[str]) -> frozenset[str]:
        """Return the ids that some subjects stand for: corridors for their trunk edges too."""
        return frozenset(id for subject in asked for id in (subject, *(e.id for e in self._trunks.get(subject, ()))))

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
        for part in ("commodities", "supplies", "markets", "quotas", "corridors"):
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
            commodities, corridors and quotas are read from ``graph.graph``, as `to_networkx` writes them.

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
        parts = {
            part: graph.graph.get(part, ()) for part in ("supplies", "markets", "commodities", "corridors", "quotas")
        }
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
        unlimited; tariff, days, premium and price 0; supply penalty 1000 USD/t. A named index counts as a column.

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


def require_network(thing: object) -> None:
    """Raise unless something is a network."""
    if not isinstance(thing, Network):
        raise DataError(f"a Network is needed (got {thing!r}); load('caspian') gives one that ships")


PARTS: dict[str, type[Record]] = {
    "nodes": Node, "edges": Edge, "commodities": Commodity, "corridors": Corridor,
    "supplies": Supply, "markets": Market, "quotas": Quota,
}  # fmt: skip


def node_key(record: Supply | Market) -> Key:
    """Return what identifies a supply or market."""
    return record.node, record.commodity


def edge_key(record: Quota) -> Key:
    """Return what identifies a quota."""
    return record.edge, record.commodity


def build(tables: dict[str, Any], *, name: str = "", year: int | None = None) -> Network:
    """Return the network of raw rows, or raise one `DataError` with every problem of every table.

    Parameters
    ----------
    tables : dict
        For each part of a network a DataFrame or a list of mappings.
    name, year
        Name and year of the network.
    """
    problems: list[str] = []
    parts: dict[str, tuple[Any, ...]] = {}
    for part, kind in PARTS.items():
        rows, strange = _rows(tables.get(part, ()), part, kind)
        problems += strange
        parts[part] = _read(rows, part, kind, problems)
    if problems:
        raise DataError(_at_most(problems))
    for part, names in (("commodities", _named_commodities(parts)), ("corridors", _named_corridors(parts))):
        if part not in tables or not len(tables[part]):
            parts[part] = tuple(PARTS[part].model_validate({"id": id}) for id in names)
    return Network(name=name, year=year, **parts)


def _rows(table: Any, part: str, kind: type[Record]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows as mappings without their empty cells, and a problem for each unknown column."""
    if hasattr(table, "columns"):
        if any(table.index.names):
            table = table.reset_index()
        columns = [str(column) for column in table.columns]
        strange = [column for column in columns if column not in kind.model_fields]
        problems = [f"{part}: {unknown('column', c, nearest(c, kind.model_fields))} ({_known(kind)})" for c in strange]
        if len(set(columns)) < len(columns):
            problems.append(f"{part}: a column stands twice ({', '.join(columns)})")
        cells = [table.iloc[:, at].tolist() for at, column in enumerate(columns) if column in kind.model_fields]
        names = [column for column in columns if column in kind.model_fields]
        found = (dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True))
    elif isinstance(table, list | tuple) and all(isinstance(row, dict) for row in table):
        found, problems = (row for row in table), []
    else:
        return [], [f"{part}: must be a DataFrame (got {type(table).__name__})"]
    return [{key: value for key, value in row.items() if not _empty(value)} for row in found], problems


def _empty(value: Any) -> bool:
    """Tell whether a cell is empty: None, NaN, NA, NaT or blank text."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    return type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, Real) and bool(value != value))


def _read(rows: Iterable[dict[str, Any]], part: str, kind: type[R], problems: list[str]) -> tuple[R, ...]:
    """Return the records of some rows; what breaks a rule goes to `problems` with its row, counted from 0."""
    records = []
    for number, row in enumerate(rows):
        try:
            records.append(kind.model_validate(row))
        except ValidationError as error:
            label = _label(part, row)
            problems += [
                f"{label}: {rule_broken(dict(found), kind.model_fields)} [{part}, row {number}]"
                for found in error.errors()
            ]
    return tuple(records)


def _label(part: str, row: dict[str, Any]) -> str:
    """Return how a message calls the thing in a row."""
    singular = {"supplies": "supply", "commodities": "commodity"}.get(part, part.rstrip("s"))
    key = row.get("id") or "/".join(str(row[at]) for at in ("node", "edge", "commodity") if at in row)
    return f"{singular} {key!r}" if key else singular


def _known(kind: type[Record]) -> str:
    return f"known: {', '.join(kind.model_fields)}"


def _at_most(problems: list[str]) -> list[str]:
    """Return the problems, the tail of a very long list counted instead of listed."""
    if len(problems) <= _MOST_PROBLEMS:
        return problems
    return [*problems[:_MOST_PROBLEMS], f"... and {len(problems) - _MOST_PROBLEMS} more problems"]


def _named_commodities(parts: dict[str, tuple[Any, ...]]) -> list[str]:
    named = [r.commodity for part in ("supplies", "markets", "quotas") for r in parts[part]]
    return sorted({*named, *(c for edge in parts["edges"] for c in edge.commodities or ())})


def _named_corridors(parts: dict[str, tuple[Any, ...]]) -> list[str]:
    return sorted({edge.corridor for edge in parts["edges"] if edge.corridor is not None})


def _look_up(kind: str, name: str, known: dict[str, R]) -> R:
    try:
        return known[name]
    except (KeyError, TypeError):
        raise UnknownNameError(kind, str(name), known) from None


def frame_of(kind: type[Record], records: Sequence[Record], index: list[str]) -> pd.DataFrame:
    """Return records as a table with one column a field, indexed by what identifies them."""
    import pandas as pd

    columns = {field: [getattr(record, field) for record in records] for field in kind.model_fields}
    return pd.DataFrame(columns).set_index(index)


# The rules a network keeps


def structural_problems(net: Network) -> list[str]:
    """Return every structural problem, one sentence each."""
    problems = [*_twice(net), *_dangling(net)]
    if not problems:
        problems = [*overbooked(net), *_crossing_twice(net)]
    return _at_most(problems)


def _twice(net: Network) -> Iterator[str]:
    """Yield a sentence for each id that stands twice."""
    keys: dict[str, Iterable[Any]] = {
        "node": (node.id for node in net.nodes),
        "edge": (edge.id for edge in net.edges),
        "commodity": (commodity.id for commodity in net.commodities),
        "corridor": (corridor.id for corridor in net.corridors),
        "supply": map(node_key, net.supplies),
        "market": map(node_key, net.markets),
        "quota": map(edge_key, net.quotas),
        "hazard": (hazard.name for hazard in net.hazards),
    }
    for kind, listed in keys.items():
        seen: set[Any] = set()
        for key in listed:
            if key in seen:
                shown = "/".join(key) if isinstance(key, tuple) else key
                yield f"{kind} {shown!r} stands twice; give each {kind} an id of its own, or merge the two"
            seen.add(key)


def _dangling(net: Network) -> Iterator[str]:
    """Yield a sentence for each reference to something that is not there."""
    nodes, edges, commodities, corridors = net._nodes, net._edges, net._commodities, net._corridors

    def missing(owner: str, role: str, kind: str, name: str | None, known: dict[str, Any]) -> Iterator[str]:
        if name is not None and name not in known:
            yield f"{owner}: {role}: {unknown(kind, name, nearest(name, known))}"

    for edge in net.edges:
        if edge.tail == edge.head:
            yield f"edge {edge.id!r}: tail and head must differ (got {edge.tail!r} twice)"
        if edge.tail not in nodes or edge.head not in nodes or edge.commodities or edge.corridor is not None:
            owner = f"edge {edge.id!r}"
            yield from missing(owner, "tail", "node", edge.tail, nodes)
            yield from missing(owner, "head", "node", edge.head, nodes)
            yield from missing(owner, "corridor", "corridor", edge.corridor, corridors)
            for commodity in edge.commodities or ():
                yield from missing(owner, "commodities", "commodity", commodity, commodities)
    for kind, records in (("supply", net.supplies), ("market", net.markets)):
        for record in cast("tuple[Supply | Market, ...]", records):
            owner = f"{kind} '{record.node}/{record.commodity}'"
            yield from missing(owner, "node", "node", record.node, nodes)
            yield from missing(owner, "commodity", "commodity", record.commodity, commodities)
    for quota in net.quotas:
        owner = f"quota '{quota.edge}/{quota.commodity}'"
        yield from missing(owner, "edge", "edge", quota.edge, edges)
        yield from missing(owner, "commodity", "commodity", quota.commodity, commodities)
        if quota.edge in edges and not edges[quota.edge].admits(quota.commodity):
            yield f"{owner}: edge {quota.edge!r} does not carry {quota.commodity!r}; add it to the edge's commodities"


def overbooked(net: Network) -> Iterator[str]:
    """Yield a sentence for each edge whose quotas demand more than its capacity."""
    demanded: dict[str, float] = {}
    for quota in net.quotas:
        demanded[quota.edge] = demanded.get(quota.edge, 0.0) + quota.min_mtpa
    for edge, amount in demanded.items():
        capacity = net.edge(edge).capacity_mtpa
        if capacity is not None and amount > capacity * (1 + 1e-12):
            yield f"quotas on edge {edge!r}: min_mtpa must add up to <= its capacity ({amount:g} > {capacity:g} Mt/y)"


def _crossing_twice(net: Network) -> Iterator[str]:
    """Yield a sentence for each trunk edge from which a tonne could go on to a further one.

    Proof for the rest: where no trunk edge starts at a node that can be reached from a trunk edge's head, each tonne
    crosses at most one, and none lies on a cycle.
    """
    if not net._trunks:
        return
    for commodity in net.commodities:
        trunk = [edge for edges in net._trunks.values() for edge in edges if edge.admits(commodity.id)]
        onward = adjacency((e for e in net.edges if e.admits(commodity.id)), "tail", "head")
        came_from = reach(((edge.head, edge.id) for edge in trunk), onward)
        for edge in sorted(trunk, key=lambda edge: edge.id):
            if edge.tail in came_from:
                first = net.edge(came_from[edge.tail])
                where = "itself" if first.id == edge.id else f"trunk edge {edge.id!r} of corridor {edge.corridor!r}"
                yield (
                    f"corridor {first.corridor!r}: {commodity.id} that crossed its trunk edge {first.id!r} can go on "
                    f"to cross {where}; label one edge of each way only, or restrict the commodities of an edge between"
                )


def _stranded(net: Network) -> Iterator[str]:
    """Yield a sentence for each supply without a way to a market, and each market without a way from a supply."""
    for commodity in net.commodities:
        edges = [edge for edge in net.edges if edge.admits(commodity.id)]
        sold = reach(
            ((m.node, "") for m in net.markets if m.commodity == commodity.id), adjacency(edges, "head", "tail")
        )
        made = reach(
            ((s.node, "") for s in net.supplies if s.commodity == commodity.id), adjacency(edges, "tail", "head")
        )
        for supply in net.supplies:
            if supply.commodity == commodity.id and supply.node not in sold:
                yield f"supply '{supply.node}/{supply.commodity}': no edges lead from it to a market of {commodity.id}"
        for market in net.markets:
            if market.commodity == commodity.id and market.node not in made:
                yield f"market '{market.node}/{market.commodity}': no edges lead to it from a supply of {commodity.id}"


def adjacency(edges: Iterable[Edge], start: str, end: str) -> dict[str, list[str]]:
    """Return for each node the nodes one edge away, in the direction from field `start` to field `end`."""
    onward: dict[str, list[str]] = {}
    for edge in edges:
        onward.setdefault(getattr(edge, start), []).append(getattr(edge, end))
    return onward


def reach(starts: Iterable[tuple[str, str]], onward: dict[str, list[str]]) -> dict[str, str]:
    """Return every node that can be reached, with the mark of a start it can be reached from."""
    seen: dict[str, str] = {}
    for node, mark in starts:
        seen.setdefault(node, mark)
    queue = deque(seen)
    while queue:
        node = queue.popleft()
        for other in onward.get(node, ()):
            if other not in seen:
                seen[other] = seen[node]
                queue.append(other)
    return seen
