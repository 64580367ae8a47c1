"""`Network`: nodes, edges and what is shipped over them, validated together and frozen."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, InitVar, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Self

from corridor.errors import DataError, Problem, limited_problems
from corridor.messages import placed, unknown, unknown_name
from corridor.model import figures
from corridor.model.doubtful_units import doubtful_units
from corridor.model.frames import build_records, frame_of, read_parts
from corridor.model.graphs import graph_of, tables_of
from corridor.model.hazard import Hazard, problems_of_rates
from corridor.model.own_figures import disagreements, parts_with_figures, shared_figures
from corridor.model.part_types import wrong_types
from corridor.model.parts import NetworkParts
from corridor.model.parts import require_network as require_network
from corridor.model.record_base import Record
from corridor.model.records import HAZARD, KIND_OF, KINDS, PARTS, Figure
from corridor.model.records import Key as Key
from corridor.model.records import edge_key as edge_key
from corridor.model.records import node_key as node_key
from corridor.model.stamp import stamped
from corridor.model.validation import adjacency as adjacency
from corridor.model.validation import reach as reach
from corridor.model.validation import structural_problems, unmeetable, unreachable

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    # isort: off
    from corridor.model.records import (  # types of fields, named by the signature
        Commodity as Commodity, Corridor as Corridor, Edge as Edge, Fleet as Fleet, Market as Market, Node as Node,
        Observation as Observation, Quota as Quota, Rate as Rate, RateGroup as RateGroup, Source as Source,
        Supply as Supply, Trunk as Trunk,
    )  # fmt: skip
    # isort: on

_SORTED = tuple(kind for kind in KINDS if kind.plural not in ("commodities", "corridors", "figures", "sources"))
_INNER = frozenset(
    ("by_key", "column", "keys", "loaded_from", "record", "records", "structure_of", "trunk_labels", "with_numbers")
)
"""Names that no user needs."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Network(NetworkParts):
    """A graph of nodes and edges with the commodities shipped over it.

    Frozen: `replace` and scenarios return new networks. Nodes, edges, supplies, markets, quotas, rates, trunks and
    fleets are kept sorted by id, so that no result depends on the order of rows; commodities and corridors keep the
    order given, the first commodity being the one that studies ask about by default.

    Attributes
    ----------
    notes : tuple of str
        What to know before quoting a result: figures of one's own, and which of two quotas set by a scenario holds.
    regime : str or None
        Which of their rates its hazards have where they give rates by regime: calm or war for what ships, the name
        that one's own hazards give; None where theirs are for all regimes.
    reference : Network or None
        For commodities that choose between corridors (`Commodity.choice_usd_per_t`): the network of an earlier year,
        whose `observed` flows give the weights of the corridors; None where nothing chooses. Not kept in files.
    as_of : str or None
        Last date of the evidence behind it, as ``2026-08-18``: prices are means to it; None for a network of one's own.
    rates_made : tuple of (str, str, str)
        Edge, commodity and field of each rate that a change made from the edge's own: it moves as the edge's figure
        does. It is not compared, and not kept in files; other rates given by `replace` have none.
    data_version : str or None
        Version of the package and digest of the data that `load` made it from, as ``0.2.0+data.210f71382146``,
        whatever was altered since; None for a network of one's own. Scenarios keep it, and so does `replace` while
        every record that the network had is still there, altered or not; a network read back from a file, table or
        graph is one's own.
    shipped_as : str or None
        Name under which `load` found it, whose scenarios studies run by default; kept as `data_version` is.

    Raises
    ------
    DataError
        Naming every structural problem at once: missing or duplicate ids, edges from unknown nodes, minima above
        their edge's capacity, corridor labels of which a tonne could cross two, cycles that earn money.
    """

    hazards: tuple[Hazard, ...] = ()
    reference: Network | None = None
    data_version: str | None = field(default=None, init=False, compare=False, repr=False)
    shipped_as: str | None = field(default=None, init=False, compare=False, repr=False)
    structure_of: InitVar[Network | None] = None
    """Network with the same records in the same order but for their numbers, so that no structure is checked again."""
    loaded_from: InitVar[tuple[str | None, str | None] | None] = None
    """Version of the data and name of the network there, set by `load`."""

    def __post_init__(self, structure_of: Network | None, loaded_from: tuple[str | None, str | None] | None) -> None:
        if structure_of is not None:
            marks = loaded_from or (structure_of.data_version, structure_of.shipped_as)
            self.__dict__.update(zip(("data_version", "shipped_as"), marks, strict=True))
            self._share(structure_of)
            return
        if invalid := list(wrong_types(self)):
            raise DataError(invalid)
        for kind in (*KINDS, HAZARD):
            records = self.records(kind.singular)
            held = tuple(sorted(records, key=kind.key_of) if kind in _SORTED else records)
            object.__setattr__(self, kind.attribute, held)
        if problems := structural_problems(self):
            raise DataError(problems)

    def _repr_html_(self) -> str:
        from corridor.show.cards import network_card

        return network_card(self)

    def __hash__(self) -> int:
        return hash((self.name, self.year, len(self.nodes), len(self.edges)))

    def __dir__(self) -> list[str]:
        """Return the public names; what other modules of the library use only is not listed."""
        return sorted(name for name in object.__dir__(self) if not name.startswith("_") and name not in _INNER)

    @property
    def shipped(self) -> bool:
        """Whether all that the shipped scenarios name is there, so that studies run those by default.

        Notes
        -----
        `load` alone sets it, whatever figures or names a network of one's own has; it holds as long as `data_version`.
        """
        return self.data_version is not None

    # Alteration

    def replace(self, **parts: Any) -> Network:
        """Return a copy with some parts exchanged, validated again; one record stands for a list of one.

        Raises
        ------
        DataError
            If the copy breaks a rule, or a part is unknown.
        """
        known = [part.name for part in fields(self) if part.init]
        if invalid := [part for part in parts if part not in known]:
            raise DataError([unknown("part of a network", part, known) for part in invalid])
        parts = {part: (value,) if isinstance(value, Record) else value for part, value in parts.items()}
        if "rates" in parts:
            parts = {"rates_made": (), **parts}
        twin = replace(self, **parts)
        complete = self.shipped and self._keys() <= twin._keys()
        return as_loaded(twin, self.data_version, self.shipped_as) if complete else twin

    def with_frames(
        self,
        *,
        nodes: pd.DataFrame | None = None,
        edges: pd.DataFrame | None = None,
        supplies: pd.DataFrame | None = None,
        markets: pd.DataFrame | None = None,
        commodities: pd.DataFrame | None = None,
        corridors: pd.DataFrame | None = None,
        quotas: pd.DataFrame | None = None,
        rates: pd.DataFrame | None = None,
        trunks: pd.DataFrame | None = None,
        fleets: pd.DataFrame | None = None,
        rate_groups: pd.DataFrame | None = None,
        hazards: pd.DataFrame | None = None,
        observed: pd.DataFrame | None = None,
        figures: pd.DataFrame | None = None,
        sources: pd.DataFrame | None = None,
    ) -> Network:
        """Return a copy with some tables replaced, all else kept: name, year, figures, hazards, what is not given.

        Parameters
        ----------
        nodes, edges, supplies, markets, commodities, corridors, quotas, rates, fleets : DataFrame, optional
        trunks, rate_groups, hazards, observed, figures, sources : DataFrame, optional
            The whole new table, as `from_frames` takes it and the method for its kind gives it (`edge_table`).

        Notes
        -----
        ``available_mtpa``, which follows from other columns, may be right or as it was in this network's own table.
        Figures stay as they are: where a number of theirs is altered, ``notes`` name it. `with_figures` changes a
        number and its figure together.

        Raises
        ------
        DataError
            Naming table, row, column and value of every problem at once.

        Examples
        --------
        >>> import corridor as cr
        >>> net = cr.load(year=2024)
        >>> edges = net.edge_table()
        >>> edges.loc["btc", "capacity_mtpa"] = 60.0
        >>> net.with_frames(edges=edges).edge("btc").available_mtpa
        60.0
        """
        tables = {
            "nodes": nodes, "edges": edges, "supplies": supplies, "markets": markets, "figures": figures,
            "commodities": commodities, "corridors": corridors, "quotas": quotas, "rates": rates, "fleets": fleets,
            "trunks": trunks, "rate_groups": rate_groups, "observed": observed, "sources": sources,
        }  # fmt: skip
        parts: dict[str, Any] = read_parts({part: t for part, t in tables.items() if t is not None}, self)
        if hazards is not None:
            problems: list[Problem] = []
            parts["hazards"], _ = _hazards_of(hazards, problems)
            if problems:
                raise DataError(problems)
        altered = self.replace(**parts)
        notes = disagreements(self, altered)
        return altered.with_numbers(notes=(*altered.notes, *notes)) if notes else altered

    def with_figures(self, values: Mapping[str, float], *, source: str = "own view") -> Network:
        """Return the network that one's own view of some figures makes: "at 60 dollars?".

        Parameters
        ----------
        values : mapping
            New value by figure, in the figure's unit: ``subject.attribute`` as in `figures`, or the subject alone where
            it has one figure (``brent``); ``record:subject.attribute`` where several kinds of record have such a one.
        source : str
            Whose view it is: the figures' source.

        Returns
        -------
        Network
            What formulas make of the figures follows: prices, differentials, values of cargo. `figures` shows the new
            figure as chosen and the old one as its rival; `notes`, which results repeat, name both. A figure that had
            a formula has it no more, and its note says so. A figure that is one with that of the `reference` is
            replaced there too. Hazards, year and the mark of a shipped network stay; so
            does what a scenario has done: a field moves by as much as its figure.

        Raises
        ------
        UnknownNameError
            If there is no chosen figure of a name, or more than one.
        DataError
            If the network has no figures, a value is no number, or the records that follow break a rule.

        Examples
        --------
        >>> import corridor as cr
        >>> net = cr.load(year=2024).with_figures({"brent": 60}, source="desk")
        >>> net.figures("brent")[["value", "choice"]].to_dict("list")
        {'value': [60.0, 80.52], 'choice': ['chosen', 'rival']}
        """
        parts = parts_with_figures(self, values, source)
        if self.reference is not None and (shared := shared_figures(self, self.reference, values)):
            parts["reference"] = self.reference.with_figures(shared, source=source)
        try:
            return self.replace(**parts)
        except DataError as error:
            raise DataError([f"figures of {source!r}: {problem}" for problem in error.problems]) from None

    def with_numbers(self, **parts: Any) -> Self:
        """Return a copy whose records differ in numbers only, in the same order: no structure is checked again."""
        return replace(self, structure_of=self, **parts)

    def _keys(self) -> frozenset[tuple[str, str | Key]]:
        """Return kind and key of every record that a scenario can aim at."""
        return frozenset((kind.singular, key) for kind in PARTS for key in self.keys(kind.singular))

    # Checks

    def problems(self) -> list[str]:
        """Return every problem, one sentence each; empty when the network is sound.

        Notes
        -----
        What would make an answer meaningless is refused when the network is built. What is found here besides may be
        meant: a supply that no edge leads to a market, a market that no supply can reach, a minimum above its ceiling,
        an amount that may be in containers (a thousand times what stands against it),
        a hazard that names what is not there, has no rate in the network's regime, or whose rates are not those of its
        posterior and rate group.
        """
        named = ((f"hazard {hazard.name!r}", change) for hazard in self.hazards for change in hazard.changes)
        hazards = [placed(owner, error) for owner, change in named for error in change._unknown_names(self)]
        rates = problems_of_rates(self.hazards, self.by_key("rate_group"), self.regime)
        return [
            *structural_problems(self),
            *unreachable(self),
            *unmeetable(self),
            *doubtful_units(self),
            *limited_problems([*hazards, *rates]),
        ]

    # Views

    def _table(self, kind: str) -> pd.DataFrame:
        """Return the records of a kind as a table indexed by their key."""
        of = KIND_OF[kind]
        return stamped(frame_of(of.record, self.records(kind), list(of.key)), self)

    def node_table(self) -> pd.DataFrame:
        """Return the nodes as a table indexed by id, units in the column names."""
        return self._table("node")

    def edge_table(self) -> pd.DataFrame:
        """Return the edges as a table indexed by id, units in the column names, `available_mtpa` added."""
        table = self._table("edge")
        table.insert(list(table).index("remaining") + 1, "available_mtpa", [edge.available_mtpa for edge in self.edges])
        return table

    def supply_table(self) -> pd.DataFrame:
        """Return the supplies as a table indexed by (node, commodity)."""
        return self._table("supply")

    def market_table(self) -> pd.DataFrame:
        """Return the markets as a table indexed by (node, commodity)."""
        return self._table("market")

    def quota_table(self) -> pd.DataFrame:
        """Return the quotas as a table indexed by (edge, commodity)."""
        return self._table("quota")

    def rate_table(self) -> pd.DataFrame:
        """Return the rates as a table indexed by (edge, commodity); empty where the edge's own holds."""
        return self._table("rate")

    def trunk_table(self) -> pd.DataFrame:
        """Return the trunks of single commodities as a table indexed by (edge, commodity); an empty corridor: none."""
        return self._table("trunk")

    def fleet_table(self) -> pd.DataFrame:
        """Return the fleets as a table indexed by id, `available_mt_days` added."""
        table = self._table("fleet")
        table.insert(
            list(table).index("remaining") + 1, "available_mt_days", [f.available_mt_days for f in self.fleets]
        )
        return table

    def rate_group_table(self) -> pd.DataFrame:
        """Return the rate groups of hazards as a table indexed by id."""
        return self._table("rate_group")

    def commodity_table(self) -> pd.DataFrame:
        """Return the commodities as a table indexed by id, in their order."""
        return self._table("commodity")

    def corridor_table(self) -> pd.DataFrame:
        """Return the corridors as a table indexed by id, in their order."""
        return self._table("corridor")

    def hazard_table(self) -> pd.DataFrame:
        """Return the hazards as a table indexed by name: keys of a scenario file, as JSON what has parts."""
        from corridor.files.hazard_rows import frame_of_hazards

        return stamped(frame_of_hazards(self.hazards), self)

    def observed_table(self) -> pd.DataFrame:
        """Return what corridors carried as a table indexed by (year, corridor, commodity)."""
        return self._table("observation")

    def figure_table(self) -> pd.DataFrame:
        """Return the figures as a table indexed by (record, subject, attribute), as they are kept.

        Notes
        -----
        `figures` shows some of them with their sources spelt out.
        """
        return stamped(frame_of(Figure, self.figure_records, ["record", "subject", "attribute"]), self)

    def source_table(self) -> pd.DataFrame:
        """Return the sources of figures as a table indexed by id."""
        return self._table("source")

    def figures(
        self,
        subject: str | Iterable[str] | None = None,
        attribute: str | None = None,
        *,
        inputs: bool = False,
        carried: bool = False,
    ) -> pd.DataFrame:
        """Return who says which number: every figure behind the network, chosen and rival side by side.

        Parameters
        ----------
        subject : str or iterable of str, optional
            Id of a node, edge, commodity, country or input; what hangs on it (supplies, markets, quotas and rates
            of the node or edge) comes along. A corridor stands for its trunk edges. Of several ids those without
            figures are passed over.
        attribute : str, optional
            Name of the field.
        inputs : bool
            Whether the figures that formulas draw on come along, and those that they draw on in turn.
        carried : bool
            Whether to show only what is carried: chosen figures whose last year (`until`, the last that the source
            speaks of) lies before the network's, the oldest first.

        Returns
        -------
        pandas.DataFrame
            Columns: subject, attribute, record, low, high, year, choice, confidence, source, publisher, date, url,
            formula, note, since, until, sources (their ids), value, unit; with `carried` also age_years, the years
            since `until`. Empty where no figure is kept.

        Raises
        ------
        UnknownNameError
            If there are figures, and the network knows no such subject or attribute.
        """
        import pandas as pd

        held = self.figure_records
        asked = None if subject is None else [subject] if isinstance(subject, str) else list(subject)
        about = [f for f in held if asked is None or figures.concerns(f, self._subjects(asked))]
        chosen = [f for f in about if attribute is None or f.attribute == attribute]
        if held and not chosen:
            subjects, attributes = {f.subject for f in held}, {f.attribute for f in held}
            if not about and not self._subjects_known().intersection(asked or ()):
                raise unknown_name("subject of a figure", ", ".join(asked or ()), subjects)
            if attribute is not None and attribute not in attributes.union(
                *(kind.record.model_fields for kind in PARTS)
            ):
                raise unknown_name("attribute", attribute, attributes)
        if inputs:
            chosen += figures.inputs_of(chosen, held, self.year)
        if carried:
            chosen = figures.carried(chosen, self.year)
        table = pd.DataFrame(figures.figure_rows(chosen, self.sources), columns=list(figures.TABLE_COLUMNS))
        if carried:
            table["age_years"] = (self.year or 0) - table["until"]
            table = table.sort_values("age_years", ascending=False, kind="stable", ignore_index=True)
        return stamped(table, self)

    def _subjects(self, asked: Iterable[str]) -> frozenset[str]:
        """Return the ids that some subjects stand for: corridors for their trunk edges too."""
        return frozenset(id for subject in asked for id in (subject, *self.trunk_labels.edges(subject)))

    def _subjects_known(self) -> set[str]:
        """Return the ids that figures of this network may be about."""
        ids = {key if isinstance(key, str) else ".".join(key) for _, key in self._keys()}
        passed = {country for edge in self.edges for country in edge.countries}
        return ids | passed | {node.country for node in self.nodes if node.country is not None}

    # Other forms

    def to_networkx(self) -> nx.MultiDiGraph:  # type: ignore[type-arg]  # generic in stubs, not when run
        """Return a networkx multigraph keyed by edge id, every field an attribute.

        Notes
        -----
        What a graph has no place for (commodities, supplies, markets, quotas, rates, fleets, rate groups, corridors)
        stands in ``graph.graph``, so that `from_networkx` gives the network back. Hazards and figures are not carried.
        """
        return graph_of(self)

    @classmethod
    def from_networkx(cls, graph: nx.Graph) -> Network:  # type: ignore[type-arg]
        """Return the network of a directed networkx graph whose attributes are fields of records.

        Parameters
        ----------
        graph : networkx.DiGraph or networkx.MultiDiGraph
            Keys that are text are edge ids; without them an edge is called ``tail-head``. Supplies, markets,
            commodities, corridors, quotas, rates, fleets, rate groups, name, year and regime are read from
            ``graph.graph``, as `to_networkx` writes them. What ``networkx.read_graphml`` makes of GraphML that
            `write_network` wrote is read whole, hazards and figures too.

        Raises
        ------
        DataError
            Naming every attribute that is no field, and every value that breaks its rule.
        """
        if not graph.is_directed():
            raise DataError("the graph must be directed (got an undirected one); call graph.to_directed() first")
        tables, head = tables_of(graph)
        if str(graph.graph.get("format")).startswith("corridor network"):
            return _from_graphml(graph.graph, tables["nodes"], tables["edges"])
        return build_network(tables, **head)

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
        rates: pd.DataFrame | None = None,
        trunks: pd.DataFrame | None = None,
        fleets: pd.DataFrame | None = None,
        rate_groups: pd.DataFrame | None = None,
        hazards: pd.DataFrame | None = None,
        observed: pd.DataFrame | None = None,
        figures: pd.DataFrame | None = None,
        sources: pd.DataFrame | None = None,
        reference: Network | None = None,
        name: str = "",
        year: int | None = None,
        regime: str | None = None,
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
        rates : DataFrame, optional
            Needs ``edge``, ``commodity`` and a figure: ``tariff_usd_per_t``, ``transit_days`` or the like.
        trunks : DataFrame, optional
            Needs ``edge``, ``commodity``; ``corridor`` is whose trunk the edge is for that commodity, empty: none.
        fleets : DataFrame, optional
            Needs ``id``, ``capacity_mt_days`` [Mt days/y].
        hazards : DataFrame, optional
            Needs ``name``, ``changes`` or ``hits``, ``frequency_per_year``, ``duration_days``. A cell holds what a
            scenario file does, as lists and mappings or as JSON: ``[{"outage": {"edge": "btc"}}]``.
        rate_groups : DataFrame, optional
            Needs ``id``, ``calm_shape``, ``calm_years``, ``war_shape``, ``war_years``.
        observed : DataFrame, optional
            Needs ``year``, ``corridor``, ``commodity``; ``observed_mtpa`` [Mt/y], empty for the rest of the supply.
        figures : DataFrame, optional
            As `figure_table` or `figures` give it; what it names as source is in the next table.
        sources : DataFrame, optional
            Needs ``id``, ``title``.
        reference : Network, optional
            Network of an earlier year with ``observed`` flows, for commodities that choose between corridors.
        name : str
            Name of the network.
        year : int, optional
            Year that the numbers are of.
        regime : str, optional
            Which of their rates its hazards have where they give rates by regime, as in ``war``.

        Notes
        -----
        A network's own tables (`node_table` and the like), name, year and regime give an equal network. Columns that
        follow from others, as ``available_mtpa`` does, are compared with what follows.

        An empty cell (None, NaN, empty text) takes the field's default: capacity, throughput and market volume
        unlimited; tariff, days, premium and price 0; supply penalty 1000 USD/t. A named index counts as a column. A
        list stands in a cell as a list, as ``KAZ;RUS``, or as JSON where a name has a semicolon of its own.

        Raises
        ------
        DataError
            Naming table, row, column and value of every problem at once.
        """
        tables = {
            "nodes": nodes, "edges": edges, "supplies": supplies, "markets": markets, "figures": figures,
            "commodities": commodities, "corridors": corridors, "quotas": quotas, "rates": rates, "fleets": fleets,
            "trunks": trunks, "rate_groups": rate_groups, "observed": observed, "sources": sources,
        }  # fmt: skip
        given = {part: table for part, table in tables.items() if table is not None or part in ("nodes", "edges")}
        problems: list[Problem] = []
        of_hazards, locations = _hazards_of(hazards, problems)
        built = build_network(
            given, name=name, year=year, regime=regime, hazards=of_hazards, hazard_locations=locations,
            problems=problems,
        )  # fmt: skip
        return built if reference is None else built.replace(reference=reference)


Network.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # read by inspect
    [
        inspect.Parameter(
            part.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if part.default is MISSING else part.default,
        )
        for part in fields(Network)
        if part.init
    ]
)


def _from_graphml(attributes: dict[str, Any], nodes: list[Any], edges: list[Any]) -> Network:
    """Return the network of a graph that networkx read from GraphML of ours, whose attributes hold JSON."""
    from corridor.files.json_document import assembled, of_attributes, path_of

    def where(loc: tuple[str | int, ...]) -> str:
        return f"graph.graph: {path_of(loc)[1:]}"

    problems: list[Problem] = []
    theirs = ("node_default", "edge_default")  # of networkx
    data = of_attributes({key: value for key, value in attributes.items() if key not in theirs}, where, problems)
    return assembled(data, where, problems, {"nodes": nodes, "edges": edges})


def _hazards_of(table: pd.DataFrame | None, problems: list[Problem]) -> tuple[tuple[Hazard, ...], list[str]]:
    """Return the hazards of a table and where each stands; what is wrong goes to `problems`."""
    if table is None:
        return (), []
    from corridor.files.hazard_rows import hazards_of_frame

    return hazards_of_frame(table, problems)


def build_network(tables: dict[str, Any], **given: Any) -> Network:
    """Return the network of raw rows, or raise one `DataError`; arguments as those of `frames.build_records`."""
    records = build_records(tables, **given)
    try:
        return Network(**records.arguments)
    except DataError as error:
        raise records.error(error) from None


def as_loaded(network: Network, data_version: str | None, name: str | None) -> Network:
    """Return a network marked as one that ships under a name, made from that version of the data."""
    return replace(network, structure_of=network, loaded_from=(data_version, name))
