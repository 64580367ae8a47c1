"""A network as arrays: the linear program, built once, and states of it that differ in bounds and costs only.

Columns are flows (edge by commodity), lifted tonnes (a supply each), delivered tonnes (a market each, the required
part before the rest) and unmet tonnes (a minimum of a quota each); rows are balances (node by commodity, equal to 0)
and ceilings (edges that several commodities share and nodes of limited throughput: at most what is available; minima:
less flow less unmet is at most less the minimum). Everything is minimised: cost less price less penalty avoided, plus
the penalty of what is unmet. Nothing here knows the solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from corridor.errors import DataError
from corridor.model.formulas import inventory_cost, unit_cost
from corridor.model.network import Key, Network, adjacency, edge_key, reach
from corridor.model.records import Edge, Market, Supply
from corridor.model.tolerances import SMALL_LIMIT_MTPA

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class ProgramState:
    """One state of the network: what of the program differs between scenarios.

    Attributes
    ----------
    cost, lower, upper : shape (n_columns,)
        Cost [USD/t] and bounds [Mt/y] of the columns.
    ceiling : shape (n_ceilings,)
        Upper bounds of the ceiling rows. [Mt/y]
    constant : float
        Penalties of all supply and all requirement, which lifted and delivered tonnes earn back, and of minima on
        edges where no flow could be of use.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    ceiling: Floats
    constant: float


@dataclass(frozen=True, eq=False)
class Limits:
    """What bounds the flows of a network.

    Attributes
    ----------
    edges, nodes : shape (n_edges,), (n_nodes,)
        What is available. [Mt/y]
    least : shape (n_minima,)
        Minima of quotas. [Mt/y]
    most : shape (n_flows,)
        Ceilings of quotas. [Mt/y]
    """

    edges: Floats
    nodes: Floats
    least: Floats
    most: Floats


@dataclass(frozen=True, eq=False)
class Program:
    """The columns, rows and matrix of a network; its `state` is read from any network of the same structure.

    Attributes
    ----------
    flow_edge, flow_commodity : shape (n_flows,)
        Position of each flow column's edge in ``network.edges`` and of its commodity in `commodities`.
    n_supplies, n_markets : int
        Numbers of lifted columns, and of delivered columns of either kind.
    minima : shape (n_minima,)
        Flow column of each minimum, in row order.
    start, index, value
        The matrix, column by column (compressed sparse columns).
    balances : dict
        Row of each (node, commodity).
    shared_edges, limited_nodes : shape (n,)
        Positions of the edges and nodes that have a ceiling row, in row order.
    edge_ids : tuple of str
        Ids of the edges, in the order of ``network.edges``.
    alone : shape (n_flows,)
        Whether a flow column is the only one on its edge, so that the edge's capacity is its bound.
    unit_mtpa, unit_usd_per_t : float
        Magnitudes of volumes and of money in the network compiled, powers of 2, by which the solver scales and
        tolerances are multiplied; 1 where the numbers are of an ordinary size.
    """

    commodities: tuple[str, ...]
    flow_edge: Ints
    flow_commodity: Ints
    n_supplies: int
    n_markets: int
    minima: Ints
    start: Ints
    index: Ints
    value: Floats
    balances: dict[tuple[str, str], int]
    shared_edges: Ints
    limited_nodes: Ints
    edge_ids: tuple[str, ...]
    alone: npt.NDArray[np.bool_]
    unit_mtpa: float = 1.0
    unit_usd_per_t: float = 1.0

    @cached_property
    def n_flows(self) -> int:
        """Number of flow columns."""
        return len(self.flow_edge)

    @cached_property
    def n_columns(self) -> int:
        """Number of all columns."""
        return len(self.start) - 1

    @cached_property
    def n_balances(self) -> int:
        """Number of balance rows; they come first."""
        return len(self.balances)

    @cached_property
    def n_ceilings(self) -> int:
        """Number of ceiling rows: shared edges, limited nodes, minima."""
        return len(self.shared_edges) + len(self.limited_nodes) + len(self.minima)

    @cached_property
    def lifted(self) -> slice:
        """Columns of lifted tonnes, in the order of ``network.supplies``."""
        return slice(self.n_flows, self.n_flows + self.n_supplies)

    @cached_property
    def required(self) -> slice:
        """Columns of required tonnes delivered, in the order of ``network.markets``."""
        return slice(self.lifted.stop, self.lifted.stop + self.n_markets)

    @cached_property
    def extra(self) -> slice:
        """Columns of further tonnes delivered, in the order of ``network.markets``."""
        return slice(self.required.stop, self.required.stop + self.n_markets)

    @property
    def unmet(self) -> slice:
        """Columns of tonnes short of a minimum, in the order of `minima`."""
        return slice(self.extra.stop, self.extra.stop + len(self.minima))

    @classmethod
    def of(cls, network: Network, minima: frozenset[Key] = frozenset()) -> Self:
        """Return the program of a network, with rows for some minima more than it has.

        Notes
        -----
        A commodity gets a column on an edge only where a supply of it leads there and a market of it lies beyond, or
        where it may circulate to meet a minimum: any other flow would be zero.
        """
        commodities = tuple(sorted(commodity.id for commodity in network.commodities))
        flow_edge, flow_commodity = _flows(network, commodities)
        per_edge = np.bincount(flow_edge, minlength=len(network.edges))
        shared = np.flatnonzero(per_edge > 1).astype(np.int32)
        limited = np.array([i for i, n in enumerate(network.nodes) if np.isfinite(n.available_mtpa)], dtype=np.int32)
        demanding = _demanding(network, minima, commodities, flow_edge, flow_commodity)
        balances, balance_entries = _balance_entries(network, commodities, flow_edge, flow_commodity)
        rows = RowCounts(len(balances), len(shared), len(limited))
        n_columns = len(flow_edge) + len(network.supplies) + 2 * len(network.markets)
        entries = [*balance_entries, *_ceiling_entries(network, flow_edge, shared, limited, rows)]
        entries += _minimum_entries(demanding, rows, n_columns=n_columns)
        start, index, value = _compressed(entries)
        return cls(
            commodities=commodities,
            flow_edge=flow_edge,
            flow_commodity=flow_commodity,
            n_supplies=len(network.supplies),
            n_markets=len(network.markets),
            minima=demanding,
            start=start,
            index=index,
            value=value,
            balances=balances,
            shared_edges=shared,
            limited_nodes=limited,
            edge_ids=tuple(edge.id for edge in network.edges),
            alone=per_edge[flow_edge] == 1,
            unit_mtpa=_unit(_magnitude_mtpa(network)),
            unit_usd_per_t=_unit(_magnitude_usd_per_t(network)),
        )

    def state(self, network: Network) -> ProgramState:
        """Return the state of a network that differs from the one compiled in numbers only; `holds` tells whether.

        Raises
        ------
        DataError
            If a cost, price or volume is larger than can be counted beside ordinary ones.
        """
        limits = self.limits(network)
        upper, ceiling = self.bounds(limits, limits.edges, limits.nodes)
        volume = np.array([supply.volume_mtpa for supply in network.supplies])
        required = np.array([market.required_mtpa for market in network.markets])
        volume_sold = np.array([np.inf if m.volume_mtpa is None else m.volume_mtpa for m in network.markets])
        price = np.array([market.price_usd_per_t for market in network.markets])
        spared = np.array([supply.penalty_usd_per_t for supply in network.supplies])
        missed = np.array([market.penalty_usd_per_t for market in network.markets])
        priced = {self.column(q.edge, q.commodity): q.penalty_usd_per_t for q in network.quotas}
        unmet = np.array([priced.get(column, 0.0) for column in self.minima.tolist()])
        cost = np.concatenate([self._unit_cost(network), -spared, -price - missed, -price, unmet])
        self._refuse_too_large(network, cost, volume, required)
        return ProgramState(
            cost=cost,
            lower=np.zeros(self.n_columns),
            upper=np.concatenate([upper, volume, required, volume_sold - required, np.full(len(unmet), np.inf)]),
            ceiling=ceiling,
            constant=float(volume @ spared + required @ missed) + self._hopeless(network),
        )

    def _refuse_too_large(self, network: Network, cost: Floats, volume: Floats, required: Floats) -> None:
        """Raise for money or volumes beside which nothing else would count."""
        if not (np.abs(cost) > _LARGEST).any() and not (np.concatenate([volume, required]) > _LARGEST).any():
            return
        priced = np.abs(cost) > _LARGEST
        edges = [f"edge {self.name_of(index)[0]!r}: costs of {cost[index]:g} USD/t"
                 for index in np.flatnonzero(priced[: self.n_flows]).tolist()]  # fmt: skip
        ports = [(f"supply '{s.node}/{s.commodity}'", priced[self.lifted][index], volume[index])
                for index, s in enumerate(network.supplies)]  # fmt: skip
        dear = priced[self.required] | priced[self.extra]
        ports += [(f"market '{m.node}/{m.commodity}'", dear[index], required[index])
                  for index, m in enumerate(network.markets)]  # fmt: skip
        problems = [f"{name}: prices or penalties" for name, too_dear, _ in ports if too_dear]
        problems += [f"{name}: {amount:g} Mt/y" for name, _, amount in ports if amount > _LARGEST]
        raise DataError(
            [f"{problem} must be at most {_LARGEST:g}, or nothing else would count beside; close what is not to be used"
             for problem in edges + problems or ["penalties of quotas"]]
        )  # fmt: skip

    def excess(self, state: ProgramState, amount: Floats) -> float:
        """Return by how much amounts break the limits of a state: the largest violation relative to its limit. [1]

        A limit below a millionth of the network's unit counts as this large, a balance as a ten-thousandth of it.
        """
        return self.excess_of(state, amount, self._activity(amount))

    def over(self, state: ProgramState, amount: Floats) -> Floats:
        """Return by how much each column exceeds its upper bound, relative to it; negative where it does not. [1]"""
        upper = np.minimum(state.upper, _UNLIMITED)
        return (amount - upper) / np.maximum(upper, SMALL_LIMIT_MTPA * self.unit_mtpa)

    def excess_of(self, state: ProgramState, amount: Floats, activity: Floats) -> float:
        """Return what `excess` does, for amounts whose rows have been added up already."""
        first, small = self.n_balances, SMALL_LIMIT_MTPA * self.unit_mtpa
        ceiling = np.minimum(state.ceiling, _UNLIMITED)
        parts = (
            (state.lower - amount) / np.maximum(state.lower, 1e2 * small),
            self.over(state, amount),
            (activity[first:] - ceiling) / np.maximum(np.abs(ceiling), small),
            np.abs(activity[:first]) / (1e2 * small),
        )
        return max([0.0, *(float(part.max()) for part in parts if len(part))])

    @property
    def demanding(self) -> frozenset[Key]:
        """Quotas whose minimum has a row, by edge and commodity."""
        return frozenset(map(self.name_of, self.minima.tolist()))

    def holds(self, network: Network) -> bool:
        """Tell whether a network differs from the one compiled in numbers only: whether each minimum has its row."""
        rows = set(self.minima.tolist())
        columns = (self.column(q.edge, q.commodity) for q in network.quotas if q.min_mtpa > 0)
        return all(column is None or column in rows for column in columns)

    def _hopeless(self, network: Network) -> float:
        """Return the penalties of minima on edges where no flow can be of use: they are unmet whatever happens."""
        demanded = ((q, self.column(q.edge, q.commodity)) for q in network.quotas if q.min_mtpa > 0)
        return sum(q.penalty_usd_per_t * q.min_mtpa for q, column in demanded if column is None)

    def limits(self, network: Network) -> Limits:
        """Return what a network's edges and nodes can carry, and what its quotas say."""
        most, least = np.full(self.n_flows, np.inf), dict.fromkeys(self.minima.tolist(), 0.0)
        for quota in network.quotas:
            column = self.column(quota.edge, quota.commodity)
            if column is None:
                continue
            if quota.max_mtpa is not None:
                most[column] = quota.max_mtpa
            if column in least:
                least[column] = quota.min_mtpa
        return Limits(
            edges=np.array([edge.available_mtpa for edge in network.edges]),
            nodes=np.array([node.available_mtpa for node in network.nodes]),
            least=np.array(list(least.values())),
            most=most,
        )

    def bounds(self, limits: Limits, edges: Floats, nodes: Floats) -> tuple[Floats, Floats]:
        """Return upper bounds of the flows and the ceilings, for what edges and nodes have available.

        Parameters
        ----------
        limits : Limits
            For the quotas.
        edges, nodes : shape (..., n_edges), (..., n_nodes)
            What is available; one state or many. [Mt/y]
        """
        edge = self.flow_edge
        upper = np.where(self.alone, np.minimum(limits.most, edges[..., edge]), limits.most)
        least = np.broadcast_to(-limits.least, (*edges.shape[:-1], len(limits.least)))
        ceiling = np.concatenate([edges[..., self.shared_edges], nodes[..., self.limited_nodes], least], axis=-1)
        return upper, ceiling

    def _unit_cost(self, network: Network) -> Floats:
        """Return the unit cost of each flow column. [USD/t]"""
        edge_of, commodity_of = self.flow_edge, self.flow_commodity
        days, tariff, premium, quality = (
            np.array([getattr(edge, field) for edge in network.edges])[edge_of]
            for field in ("transit_days", "tariff_usd_per_t", "risk_premium_usd_per_t", "quality_usd_per_t")
        )
        value = np.array([network.commodity(id).value_usd_per_t for id in self.commodities])[commodity_of]
        interest = np.array([network.commodity(id).interest_per_year for id in self.commodities])[commodity_of]
        return unit_cost(tariff, premium, quality, inventory_cost(days, value, interest))

    def dense(self) -> Floats:
        """Return the matrix, shape (n_balances + n_ceilings, n_columns)."""
        matrix = np.zeros((self.n_balances + self.n_ceilings, self.n_columns))
        matrix[self.index, np.repeat(np.arange(self.n_columns), np.diff(self.start))] = self.value
        return matrix

    def ceiling_activity(self, amount: Floats) -> Floats:
        """Return what the ceiling rows come to. [Mt/y]"""
        return self._activity(amount)[self.n_balances :]

    def _activity(self, amount: Floats) -> Floats:
        """Return what all rows come to. [Mt/y]"""
        column = np.repeat(np.arange(self.n_columns), np.diff(self.start))
        n_rows = self.n_balances + self.n_ceilings
        return np.bincount(self.index, self.value * amount[column], minlength=n_rows).astype(np.float64)

    def edge_of(self, column: int) -> int:
        """Return the position in ``network.edges`` of a flow column's edge."""
        return int(self.flow_edge[column])

    def column(self, edge: str, commodity: str) -> int | None:
        """Return the column of a flow, or None where the commodity can be of no use on that edge."""
        return self._columns.get((edge, commodity))

    def name_of(self, column: int) -> tuple[str, str]:
        """Return edge and commodity of a flow column."""
        return self.edge_ids[self.flow_edge[column]], self.commodities[self.flow_commodity[column]]

    def trunk_columns(self, network: Network, corridor: str, commodity: str | None = None) -> list[int]:
        """Return the flow columns on a corridor's trunk edges, of one commodity or of all."""
        wanted = self.commodities if commodity is None else (commodity,)
        columns = (self.column(edge.id, other) for edge in network.trunk(corridor) for other in wanted)
        return [column for column in columns if column is not None]

    @cached_property
    def _columns(self) -> dict[tuple[str, str], int]:
        pairs = zip(self.flow_edge.tolist(), self.flow_commodity.tolist(), strict=True)
        return {
            (self.edge_ids[edge], self.commodities[commodity]): column for column, (edge, commodity) in enumerate(pairs)
        }


class RowCounts(NamedTuple):
    """How many rows there are of each kind before those of minima, in row order."""

    balances: int
    shared_edges: int
    limited_nodes: int


class Entries(NamedTuple):
    """Entries of the matrix: columns, rows and one value for all. Of a column, those given first come first."""

    column: Ints
    row: Ints
    value: float


def _flows(network: Network, commodities: tuple[str, ...]) -> tuple[Ints, Ints]:
    """Return positions of edge and commodity of each flow column."""
    flows = np.array(sorted(_useful(network, commodities)), dtype=np.int32).reshape(-1, 2)
    return np.ascontiguousarray(flows[:, 0]), np.ascontiguousarray(flows[:, 1])


def _demanding(
    network: Network, minima: frozenset[Key], commodities: tuple[str, ...], flow_edge: Ints, flow_commodity: Ints
) -> Ints:
    """Return the flow column of each minimum, by edge and commodity."""
    keys = minima | {edge_key(quota) for quota in network.quotas if quota.min_mtpa > 0}
    if not keys:
        return np.empty(0, dtype=np.int32)
    flows = zip(flow_edge.tolist(), flow_commodity.tolist(), strict=True)
    column_of = {(network.edges[edge].id, commodities[which]): column for column, (edge, which) in enumerate(flows)}
    return np.array([column_of[key] for key in sorted(keys) if key in column_of], dtype=np.int32)


def _balance_entries(
    network: Network, commodities: tuple[str, ...], flow_edge: Ints, flow_commodity: Ints
) -> tuple[dict[tuple[str, str], int], list[Entries]]:
    """Return the row of each balance, numbered as columns first touch them, and what columns add there."""
    node_of = {node.id: index for index, node in enumerate(network.nodes)}
    commodity_of = {id: index for index, id in enumerate(commodities)}
    n_flows, n_commodities = len(flow_edge), len(commodities)
    tail, head = (
        np.array([node_of[getattr(edge, side)] for edge in network.edges], dtype=np.int64)[flow_edge]
        for side in ("tail", "head")
    )
    ports: list[Supply | Market] = [*network.supplies, *network.markets, *network.markets]
    node_of_port = np.array([node_of[port.node] for port in ports], dtype=np.int64)
    commodity_of_port = np.array([commodity_of[port.commodity] for port in ports], dtype=np.int64)
    of_edges = np.column_stack([tail, head]) * n_commodities + flow_commodity[:, None]
    balances, row = _numbered(np.concatenate([of_edges.ravel(), node_of_port * n_commodities + commodity_of_port]))
    keys = ((network.nodes[code // n_commodities].id, commodities[code % n_commodities]) for code in balances.tolist())
    flows, last = np.arange(n_flows, dtype=np.int32), 2 * n_flows + len(network.supplies)
    column = np.arange(n_flows, n_flows + len(ports), dtype=np.int32)
    entries = [
        Entries(flows, row[0 : 2 * n_flows : 2], -1.0),
        Entries(flows, row[1 : 2 * n_flows : 2], 1.0),
        Entries(column[: len(network.supplies)], row[2 * n_flows : last], 1.0),
        Entries(column[len(network.supplies) :], row[last:], -1.0),
    ]
    return {key: number for number, key in enumerate(keys)}, entries


def _numbered(codes: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], Ints]:
    """Return distinct codes in the order in which they first come, and the number of each."""
    distinct, first, which = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty(len(order), dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    return distinct[order], number[which.ravel()]


def _ceiling_entries(
    network: Network, flow_edge: Ints, shared: Ints, limited: Ints, rows: RowCounts
) -> Iterable[Entries]:
    """Yield what flows use of shared edges and of limited nodes, and what supplies use of these."""
    row = np.full(len(network.edges), -1, dtype=np.int32)
    row[shared] = rows.balances + np.arange(len(shared), dtype=np.int32)
    yield _where_limited(np.arange(len(flow_edge), dtype=np.int32), row[flow_edge])
    if not len(limited):
        return
    first = rows.balances + rows.shared_edges
    row_of = {network.nodes[index].id: first + number for number, index in enumerate(limited.tolist())}
    heads = np.array([row_of.get(edge.head, -1) for edge in network.edges], dtype=np.int32)[flow_edge]
    supplied = np.array([row_of.get(supply.node, -1) for supply in network.supplies], dtype=np.int32)
    uses = np.concatenate([heads, supplied])
    yield _where_limited(np.arange(len(uses), dtype=np.int32), uses)


def _where_limited(column: Ints, row: Ints) -> Entries:
    """Return an entry of 1 for each column that has a row."""
    return Entries(column[row >= 0], row[row >= 0], 1.0)


def _minimum_entries(demanding: Ints, rows: RowCounts, *, n_columns: int) -> Iterable[Entries]:
    """Yield less flow, less what is unmet, in the row of each minimum."""
    row = np.arange(sum(rows), sum(rows) + len(demanding), dtype=np.int32)
    yield Entries(demanding, row, -1.0)
    yield Entries(np.arange(n_columns, n_columns + len(demanding), dtype=np.int32), row, -1.0)


def _compressed(entries: Sequence[Entries]) -> tuple[Ints, Ints, Floats]:
    """Return start, index and value of the matrix, column by column; every column has an entry."""
    column = np.concatenate([part.column for part in entries])
    order = np.argsort(column, kind="stable")
    index = np.concatenate([part.row for part in entries])[order].astype(np.int32)
    value = np.concatenate([np.full(len(part.row), part.value) for part in entries])[order]
    lengths = np.bincount(column)
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32), index, value


def _useful(network: Network, commodities: tuple[str, ...]) -> Iterable[tuple[int, int]]:
    """Yield (edge, commodity) positions for flows that can lead from a supply to a market."""
    for which, commodity in enumerate(commodities):
        admitting = [(index, edge) for index, edge in enumerate(network.edges) if edge.admits(commodity)]
        made = ((s.node, "") for s in network.supplies if s.commodity == commodity)
        sold = ((m.node, "") for m in network.markets if m.commodity == commodity)
        fed = reach(made, adjacency((edge for _, edge in admitting), "tail", "head"))
        wanted = reach(sold, adjacency((edge for _, edge in admitting), "head", "tail"))
        round_ = _circulating(network, commodity, [edge for _, edge in admitting])
        yield from (
            (index, which)
            for index, edge in admitting
            if (edge.tail in fed and edge.head in wanted)
            or (edge.tail in round_ and round_[edge.tail] == round_.get(edge.head))
        )


def _circulating(network: Network, commodity: str, edges: list[Edge]) -> dict[str, int]:
    """Return the nodes between which a commodity may circulate to meet a minimum, and which of them belong together."""
    asked = {q.edge for q in network.quotas if q.commodity == commodity and q.min_mtpa > 0 and q.allow_cycles}
    if not asked:
        return {}
    import networkx as nx

    graph = nx.DiGraph((edge.tail, edge.head) for edge in edges)
    meant = {edge.tail for edge in edges if edge.id in asked}
    parts = (part for part in nx.strongly_connected_components(graph) if len(part) > 1 and not meant.isdisjoint(part))
    return {node: number for number, part in enumerate(parts) for node in part}


_LARGEST = 1e15
_UNLIMITED = 1e100
_ORDINARY = (0.1, 1e4)
"""Magnitudes for which nothing needs scaling."""
_WIDEST = 1e9
"""Largest number in units of money: a ten-millionth of the unit is then the last digit that it holds."""


def _unit(magnitude: float) -> float:
    """Return the power of 2 next to a magnitude, or 1 where that is 0 or of an ordinary size."""
    ordinary = magnitude == 0 or _ORDINARY[0] <= magnitude <= _ORDINARY[1]
    return 1.0 if ordinary else float(2.0 ** np.round(np.log2(magnitude)))


def _magnitude_mtpa(network: Network) -> float:
    """Return the median of what limits anything, nothing counted beyond what could flow. [Mt/y]

    A limit that supply cannot reach is no magnitude: 1e12 for "no limit" would make all that flows a rounding error.
    """
    limits = [edge.capacity_mtpa for edge in network.edges] + [node.throughput_mtpa for node in network.nodes]
    limits += [size for market in network.markets for size in (market.volume_mtpa, market.required_mtpa)]
    limits += [size for quota in network.quotas for size in (quota.min_mtpa, quota.max_mtpa)]
    supplied = [supply.volume_mtpa for supply in network.supplies]
    most = sum(supplied) + sum(quota.min_mtpa for quota in network.quotas if quota.allow_cycles)
    sizes = [size for size in supplied if size] + [min(limit, most or limit) for limit in limits if limit]
    return float(np.median(sizes)) if sizes else 0.0


def _magnitude_usd_per_t(network: Network) -> float:
    """Return a low quantile of prices and tariffs, none counted beyond what could be worth paying. [USD/t]

    Low, since cheap routes decide however many are priced so that nobody takes them.
    """
    prices = [abs(price) for market in network.markets for price in (market.price_usd_per_t, market.penalty_usd_per_t)]
    penalties = [supply.penalty_usd_per_t for supply in network.supplies]
    minima = [quota.penalty_usd_per_t for quota in network.quotas if quota.min_mtpa > 0]
    most = sum(max(group, default=0.0) for group in (prices, prices, penalties, minima))
    tariffs = [abs(edge.tariff_usd_per_t) for edge in network.edges]
    sizes = [size for size in prices + penalties if size] + [min(size, most or size) for size in tariffs if size]
    return max(float(np.quantile(sizes, 0.1, method="nearest")), max(sizes) / _WIDEST) if sizes else 0.0
