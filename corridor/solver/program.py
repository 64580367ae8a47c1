"""A network as arrays: the linear program, built once, and states of it that differ in bounds and costs only.

Columns are flows (edge by commodity), lifted tonnes (a supply each) and delivered tonnes (a market each, the required
part before the rest); rows are balances (node by commodity, equal to 0) and ceilings (edges that several commodities
share, nodes of limited throughput, at most what is available). Everything is minimised: cost less price less penalty
avoided. Nothing here knows the solver.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from corridor.errors import DataError
from corridor.model.economics import inventory_cost, unit_cost
from corridor.model.network import Network, adjacency, reach

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class State:
    """One condition of the network: what of the program differs between scenarios.

    Attributes
    ----------
    cost, lower, upper : shape (n_columns,)
        Cost [USD/t] and bounds [Mt/y] of the columns.
    ceiling : shape (n_ceilings,)
        Upper bounds of the ceiling rows. [Mt/y]
    constant_musd : float
        Penalties of all supply and all requirement, which lifted and delivered tonnes earn back. [million USD/y]
    """

    cost: Floats
    lower: Floats
    upper: Floats
    ceiling: Floats
    constant_musd: float


@dataclass(frozen=True, eq=False)
class Limits:
    """What bounds the flows of a network.

    Attributes
    ----------
    edges, nodes : shape (n_edges,), (n_nodes,)
        What is available. [Mt/y]
    least, most : shape (n_flows,)
        Demands and ceilings of quotas. [Mt/y]
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
    """

    commodities: tuple[str, ...]
    flow_edge: Ints
    flow_commodity: Ints
    n_supplies: int
    n_markets: int
    start: Ints
    index: Ints
    value: Floats
    balances: dict[tuple[str, str], int]
    shared_edges: Ints
    limited_nodes: Ints
    edge_ids: tuple[str, ...]
    alone: npt.NDArray[np.bool_]

    @property
    def n_flows(self) -> int:
        """Number of flow columns."""
        return len(self.flow_edge)

    @property
    def n_columns(self) -> int:
        """Number of all columns."""
        return len(self.start) - 1

    @property
    def n_balances(self) -> int:
        """Number of balance rows; they come first."""
        return len(self.balances)

    @property
    def n_ceilings(self) -> int:
        """Number of ceiling rows."""
        return len(self.shared_edges) + len(self.limited_nodes)

    @property
    def lifted(self) -> slice:
        """Columns of lifted tonnes, in the order of ``network.supplies``."""
        return slice(self.n_flows, self.n_flows + self.n_supplies)

    @property
    def required(self) -> slice:
        """Columns of required tonnes delivered, in the order of ``network.markets``."""
        return slice(self.lifted.stop, self.lifted.stop + self.n_markets)

    @property
    def extra(self) -> slice:
        """Columns of further tonnes delivered, in the order of ``network.markets``."""
        return slice(self.required.stop, self.required.stop + self.n_markets)

    @classmethod
    def of(cls, network: Network) -> Self:
        """Return the program of a network.

        Notes
        -----
        A commodity gets a column on an edge only where a supply of it leads there and a market of it lies beyond:
        any other flow would be zero.
        """
        commodities = tuple(sorted(commodity.id for commodity in network.commodities))
        flows = sorted(_useful(network, commodities))
        flow_edge = np.array([edge for edge, _ in flows], dtype=np.int32)
        flow_commodity = np.array([commodity for _, commodity in flows], dtype=np.int32)
        per_edge = np.bincount(flow_edge, minlength=len(network.edges))
        shared = np.flatnonzero(per_edge > 1).astype(np.int32)
        limited = np.array([i for i, n in enumerate(network.nodes) if n.throughput_mtpa is not None], dtype=np.int32)

        balances: dict[tuple[str, str], int] = {}

        def balance(node: str, commodity: str) -> int:
            return balances.setdefault((node, commodity), len(balances))

        entries: list[list[tuple[int, float]]] = []
        edges = network.edges
        for at, which in flows:
            edge, commodity = edges[at], commodities[which]
            entries.append([(balance(edge.tail, commodity), -1.0), (balance(edge.head, commodity), 1.0)])
        for supply in network.supplies:
            entries.append([(balance(supply.node, supply.commodity), 1.0)])
        for market in (*network.markets, *network.markets):
            entries.append([(balance(market.node, market.commodity), -1.0)])

        row_of_edge = {int(at): len(balances) + row for row, at in enumerate(shared)}
        row_of_node = {network.nodes[at].id: len(balances) + len(shared) + row for row, at in enumerate(limited)}
        for column, (at, _) in enumerate(flows):
            if at in row_of_edge:
                entries[column].append((row_of_edge[at], 1.0))
            if (head := edges[at].head) in row_of_node:
                entries[column].append((row_of_node[head], 1.0))
        for column, supply in enumerate(network.supplies, start=len(flows)):
            if supply.node in row_of_node:
                entries[column].append((row_of_node[supply.node], 1.0))

        lengths = np.array([len(entry) for entry in entries], dtype=np.int32)
        flat = [pair for entry in entries for pair in entry]
        return cls(
            commodities=commodities,
            flow_edge=flow_edge,
            flow_commodity=flow_commodity,
            n_supplies=len(network.supplies),
            n_markets=len(network.markets),
            start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32),
            index=np.array([row for row, _ in flat], dtype=np.int32),
            value=np.array([value for _, value in flat], dtype=np.float64),
            balances=balances,
            shared_edges=shared,
            limited_nodes=limited,
            edge_ids=tuple(edge.id for edge in edges),
            alone=per_edge[flow_edge] == 1,
        )

    def state(self, network: Network) -> State:
        """Return the state of a network that differs from the one compiled in numbers only.

        Raises
        ------
        DataError
            If a quota demands flow where no supply of the commodity leads to a market over the edge.
        """
        limits = self.limits(network)
        lower, upper, ceiling = self.bounds(limits, limits.edges, limits.nodes)
        volume = np.array([supply.volume_mtpa for supply in network.supplies])
        required = np.array([market.required_mtpa for market in network.markets])
        taken = np.array([np.inf if m.volume_mtpa is None else m.volume_mtpa for m in network.markets])
        price = np.array([market.price_usd_per_t for market in network.markets])
        spared = np.array([supply.penalty_usd_per_t for supply in network.supplies])
        missed = np.array([market.penalty_usd_per_t for market in network.markets])
        nothing = np.zeros(self.n_supplies + 2 * self.n_markets)
        return State(
            cost=np.concatenate([self._unit_cost(network), -spared, -price - missed, -price]),
            lower=np.concatenate([lower, nothing]),
            upper=np.concatenate([upper, volume, required, taken - required]),
            ceiling=ceiling,
            constant_musd=float(volume @ spared + required @ missed),
        )

    def limits(self, network: Network) -> Limits:
        """Return what a network's edges and nodes can carry, and what its quotas say.

        Raises
        ------
        DataError
            If a quota demands flow where no supply of the commodity leads to a market over the edge.
        """
        least, most = np.zeros(self.n_flows), np.full(self.n_flows, np.inf)
        for quota in network.quotas:
            column = self.column(quota.edge, quota.commodity)
            if column is not None:
                most[column] = np.inf if quota.max_mtpa is None else quota.max_mtpa
                least[column] = quota.min_mtpa
            elif quota.min_mtpa > 0:
                raise DataError(
                    f"quota '{quota.edge}/{quota.commodity}' demands {quota.min_mtpa:g} Mt/y, but no supply of "
                    f"{quota.commodity!r} leads to a market of it over that edge; drop the demand or add the supply"
                )
        return Limits(
            edges=np.array([edge.available_mtpa for edge in network.edges]),
            nodes=np.array([node.available_mtpa for node in network.nodes]),
            least=least,
            most=most,
        )

    def bounds(self, limits: Limits, edges: Floats, nodes: Floats) -> tuple[Floats, Floats, Floats]:
        """Return lower and upper bounds of the flows and the ceilings, for what edges and nodes have available.

        Parameters
        ----------
        limits : Limits
            For the quotas.
        edges, nodes : shape (..., n_edges), (..., n_nodes)
            What is available; one state or many. [Mt/y]

        Notes
        -----
        Demands of quotas on a derated edge are cut in proportion.
        """
        at = self.flow_edge
        upper = np.where(self.alone, np.minimum(limits.most, edges[..., at]), limits.most)
        lower = np.zeros_like(upper)
        if limits.least.any():
            demanded = np.bincount(at, limits.least, minlength=edges.shape[-1])
            share = np.minimum(1.0, edges / np.where(demanded > 0, demanded, 1.0))
            lower = limits.least * share[..., at]
        ceiling = np.concatenate([edges[..., self.shared_edges], nodes[..., self.limited_nodes]], axis=-1)
        return lower, upper, ceiling

    def _unit_cost(self, network: Network) -> Floats:
        """Return the unit cost of each flow column. [USD/t]"""
        at, which = self.flow_edge, self.flow_commodity
        days, tariff, premium, quality = (
            np.array([getattr(edge, field) for edge in network.edges])[at]
            for field in ("transit_days", "tariff_usd_per_t", "risk_premium_usd_per_t", "quality_usd_per_t")
        )
        value = np.array([network.commodity(id).value_usd_per_t for id in self.commodities])[which]
        interest = np.array([network.commodity(id).interest_per_year for id in self.commodities])[which]
        return unit_cost(tariff, premium, quality, inventory_cost(days, value, interest))

    def dense(self) -> Floats:
        """Return the matrix, shape (n_balances + n_ceilings, n_columns)."""
        matrix = np.zeros((self.n_balances + self.n_ceilings, self.n_columns))
        matrix[self.index, np.repeat(np.arange(self.n_columns), np.diff(self.start))] = self.value
        return matrix

    def ceiling_activity(self, amount: Floats) -> Floats:
        """Return what the ceiling rows come to. [Mt/y]"""
        column = np.repeat(np.arange(self.n_columns), np.diff(self.start))
        total = np.bincount(self.index, self.value * amount[column], minlength=self.n_balances + self.n_ceilings)
        return total[self.n_balances :].astype(np.float64)

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
        found = (self.column(edge.id, other) for edge in network.trunk(corridor) for other in wanted)
        return [column for column in found if column is not None]

    @cached_property
    def _columns(self) -> dict[tuple[str, str], int]:
        pairs = zip(self.flow_edge.tolist(), self.flow_commodity.tolist(), strict=True)
        return {(self.edge_ids[at], self.commodities[which]): i for i, (at, which) in enumerate(pairs)}


def _useful(network: Network, commodities: tuple[str, ...]) -> Iterable[tuple[int, int]]:
    """Yield (edge, commodity) positions for flows that can lead from a supply to a market."""
    for which, commodity in enumerate(commodities):
        admitting = [(at, edge) for at, edge in enumerate(network.edges) if edge.admits(commodity)]
        made = ((s.node, "") for s in network.supplies if s.commodity == commodity)
        sold = ((m.node, "") for m in network.markets if m.commodity == commodity)
        fed = reach(made, adjacency((edge for _, edge in admitting), "tail", "head"))
        wanted = reach(sold, adjacency((edge for _, edge in admitting), "head", "tail"))
        yield from ((at, which) for at, edge in admitting if edge.tail in fed and edge.head in wanted)
