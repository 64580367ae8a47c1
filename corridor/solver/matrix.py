"""The columns, rows and entries of a network's matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.model.network import Key, Network, adjacency, edge_key, reach
from corridor.model.records import Edge, Market, Supply

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


class RowCounts(NamedTuple):
    """How many rows there are of each kind before those of minima, in row order."""

    balances: int
    shared_edges: int
    limited_nodes: int
    fleets: int


class Entries(NamedTuple):
    """Entries of the matrix: columns, rows and one value for all. Of a column, those given first come first."""

    column: Ints
    row: Ints
    value: float


@dataclass(frozen=True, eq=False)
class Matrix:
    """A matrix column by column (compressed sparse columns), in which every column has an entry.

    Attributes
    ----------
    start : shape (n_columns + 1,)
    index, value : shape (n_entries,)
        Row and value of each entry.
    part : shape (n_entries,)
        Which of the parts that it was made of an entry comes from.
    """

    start: Ints
    index: Ints
    value: Floats
    part: Ints


def flow_columns(network: Network, commodities: tuple[str, ...]) -> tuple[Ints, Ints]:
    """Return positions of edge and commodity of each flow column."""
    flows = np.array(sorted(_useful(network, commodities)), dtype=np.int32).reshape(-1, 2)
    return np.ascontiguousarray(flows[:, 0]), np.ascontiguousarray(flows[:, 1])


def minimum_columns(
    network: Network, minima: frozenset[Key], commodities: tuple[str, ...], flow_edge: Ints, flow_commodity: Ints
) -> Ints:
    """Return the flow column of each minimum, by edge and commodity."""
    keys = minima | {edge_key(quota) for quota in network.quotas if quota.min_mtpa > 0}
    if not keys:
        return np.empty(0, dtype=np.int32)
    flows = zip(flow_edge.tolist(), flow_commodity.tolist(), strict=True)
    column_of = {(network.edges[edge].id, commodities[which]): column for column, (edge, which) in enumerate(flows)}
    return np.array([column_of[key] for key in sorted(keys) if key in column_of], dtype=np.int32)


def balance_entries(
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


def ceiling_entries(
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


def minimum_entries(demanding: Ints, rows: RowCounts, *, n_columns: int) -> Iterable[Entries]:
    """Yield less flow, less what is unmet, in the row of each minimum."""
    row = np.arange(sum(rows), sum(rows) + len(demanding), dtype=np.int32)
    yield Entries(demanding, row, -1.0)
    yield Entries(np.arange(n_columns, n_columns + len(demanding), dtype=np.int32), row, -1.0)


def fleet_entries(network: Network, flow_edge: Ints, rows: RowCounts) -> Entries:
    """Return the place of what each flow takes of its fleet; the days are a state's, and 1 stands for them here."""
    row_of = {fleet.id: rows.balances + rows.shared_edges + rows.limited_nodes + number
              for number, fleet in enumerate(network.fleets)}  # fmt: skip
    row = np.array([-1 if edge.fleet is None else row_of[edge.fleet] for edge in network.edges], dtype=np.int32)
    return _where_limited(np.arange(len(flow_edge), dtype=np.int32), row[flow_edge])


def compressed(parts: Sequence[Entries]) -> Matrix:
    """Return the matrix that parts make together."""
    column = np.concatenate([part.column for part in parts])
    order = np.argsort(column, kind="stable")
    sizes = [len(part.row) for part in parts]
    index = np.concatenate([part.row for part in parts])[order].astype(np.int32)
    value = np.repeat([part.value for part in parts], sizes)[order]
    which = np.repeat(np.arange(len(parts), dtype=np.int32), sizes)[order]
    lengths = np.bincount(column)
    return Matrix(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32), index, value, which)


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


def with_days(value: Floats, entries: Ints, days: Floats) -> Floats:
    """Return the entries of a matrix with the days of round trips put in."""
    if not len(entries):
        return value
    value = value.copy()
    value[entries] = days
    return value
