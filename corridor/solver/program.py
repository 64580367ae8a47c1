"""A network as arrays: the linear program, built once, and states of it that differ in numbers only.

Columns are flows (edge by commodity), lifted tonnes (a supply each), delivered tonnes (a market each, the required
part before the rest) and unmet tonnes (a minimum of a quota each); rows are balances (node by commodity, equal to 0)
and ceilings (edges that several commodities share and nodes of limited throughput: at most what is available; fleets:
flows times the days of a round trip are at most the cargo that the fleet can have under way; minima: less flow less
unmet is at most less the minimum). Everything is minimised: cost less price less penalty avoided, plus the penalty of
what is unmet. A state has bounds, costs and days of round trips. Nothing here knows the solver.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from corridor.errors import DataError
from corridor.model.network import Key, Network
from corridor.model.terms import unit_costs
from corridor.model.tolerances import SMALL_LIMIT_MTPA
from corridor.solver.matrix import (
    RowCounts,
    balance_entries,
    ceiling_entries,
    compressed,
    fleet_entries,
    flow_columns,
    minimum_columns,
    minimum_entries,
    with_days,
)

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
        Upper bounds of the ceiling rows. [Mt/y; Mt days/y of a fleet]
    fleet_days : shape (n_fleet_flows,)
        Round trip of what carries each flow in `Program.fleet_columns`. [days]
    constant : float
        Penalties of all supply and all requirement, which lifted and delivered tonnes earn back, and of minima on
        edges where no flow could be of use.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    ceiling: Floats
    fleet_days: Floats
    constant: float


class LinearProgram(ABC):
    """Columns, rows and matrix, balances before ceilings; what bounds them is a state.

    Attributes
    ----------
    start, index, value
        The matrix, column by column (compressed sparse columns); `values` puts the days of a state in.
    fleet_columns, fleet_entries : shape (n_fleet_flows,)
        Columns that take part of a fleet, and where in `value` their days stand.
    unit_mtpa, unit_usd_per_t : float
        Magnitudes of volumes and of money, powers of 2, by which the solver scales and tolerances are multiplied.
    """

    start: Ints
    index: Ints
    value: Floats
    fleet_columns: Ints
    fleet_entries: Ints
    unit_mtpa: float
    unit_usd_per_t: float

    @property
    @abstractmethod
    def n_balances(self) -> int:
        """Number of balance rows; they come first."""

    @property
    @abstractmethod
    def n_ceilings(self) -> int:
        """Number of ceiling rows."""

    @cached_property
    def n_columns(self) -> int:
        """Number of all columns."""
        return len(self.start) - 1

    def values(self, state: ProgramState) -> Floats:
        """Return the entries of the matrix in a state, shape (n_entries,)."""
        return with_days(self.value, self.fleet_entries, state.fleet_days)

    def ceiling_activity(self, state: ProgramState, amount: Floats) -> Floats:
        """Return what the ceiling rows come to. [Mt/y; Mt days/y of fleets]"""
        return self._activity(state, amount)[self.n_balances :]

    def _activity(self, state: ProgramState, amount: Floats) -> Floats:
        """Return what all rows come to. [Mt/y; Mt days/y of fleets]"""
        column = np.repeat(np.arange(self.n_columns), np.diff(self.start))
        n_rows = self.n_balances + self.n_ceilings
        return np.bincount(self.index, self.values(state) * amount[column], minlength=n_rows).astype(np.float64)

    def excess(self, state: ProgramState, amount: Floats) -> float:
        """Return by how much amounts break the limits of a state: the largest violation relative to its limit. [1]

        A limit below a millionth of the network's unit counts as this large, a balance as a ten-thousandth of it.
        """
        return self.excess_of(state, amount, self._activity(state, amount))

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


@dataclass(frozen=True, eq=False)
class Limits:
    """What bounds the flows of a network.

    Attributes
    ----------
    edges, nodes : shape (n_edges,), (n_nodes,)
        What is available. [Mt/y]
    fleets : shape (n_fleets,)
        Cargo that can be under way. [Mt days/y]
    least : shape (n_minima,)
        Minima of quotas. [Mt/y]
    most : shape (n_flows,)
        Ceilings of quotas. [Mt/y]
    """

    edges: Floats
    nodes: Floats
    fleets: Floats
    least: Floats
    most: Floats


@dataclass(frozen=True, eq=False)
class Program(LinearProgram):
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
        The matrix, column by column (compressed sparse columns); `values` puts the days of a state in.
    balances : dict
        Row of each (node, commodity).
    shared_edges, limited_nodes : shape (n,)
        Positions of the edges and nodes that have a ceiling row, in row order.
    n_fleets : int
        Number of fleets, each of which has a ceiling row.
    fleet_columns, fleet_entries : shape (n_fleet_flows,)
        Flow columns that take part of a fleet, and where in `value` their days stand.
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
    n_fleets: int
    fleet_columns: Ints
    fleet_entries: Ints
    edge_ids: tuple[str, ...]
    alone: npt.NDArray[np.bool_]
    unit_mtpa: float = 1.0
    unit_usd_per_t: float = 1.0

    @cached_property
    def n_flows(self) -> int:
        """Number of flow columns."""
        return len(self.flow_edge)

    @cached_property
    def n_balances(self) -> int:
        """Number of balance rows; they come first."""
        return len(self.balances)

    @cached_property
    def n_ceilings(self) -> int:
        """Number of ceiling rows: shared edges, limited nodes, fleets, minima."""
        return len(self.shared_edges) + len(self.limited_nodes) + self.n_fleets + len(self.minima)

    @cached_property
    def node_rows(self) -> slice:
        """Ceilings of nodes, among all ceilings and in the order of `limited_nodes`; before them are those of edges."""
        return slice(len(self.shared_edges), len(self.shared_edges) + len(self.limited_nodes))

    @cached_property
    def fleet_rows(self) -> slice:
        """Ceilings of fleets, among all ceilings and in the order of ``network.fleets``."""
        return slice(self.node_rows.stop, self.node_rows.stop + self.n_fleets)

    @cached_property
    def minimum_rows(self) -> slice:
        """Ceilings of minima, among all ceilings and in the order of `minima`."""
        return slice(self.fleet_rows.stop, self.fleet_rows.stop + len(self.minima))

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
        flow_edge, flow_commodity = flow_columns(network, commodities)
        per_edge = np.bincount(flow_edge, minlength=len(network.edges))
        shared = np.flatnonzero(per_edge > 1).astype(np.int32)
        limited = np.array([i for i, n in enumerate(network.nodes) if np.isfinite(n.available_mtpa)], dtype=np.int32)
        demanding = minimum_columns(network, minima, commodities, flow_edge, flow_commodity)
        balances, flowing = balance_entries(network, commodities, flow_edge, flow_commodity)
        rows = RowCounts(len(balances), len(shared), len(limited), len(network.fleets))
        n_columns = len(flow_edge) + len(network.supplies) + 2 * len(network.markets)
        entries = [*flowing, *ceiling_entries(network, flow_edge, shared, limited, rows)]
        entries += [fleet_entries(network, flow_edge, rows)]
        of_fleets = len(entries) - 1
        entries += minimum_entries(demanding, rows, n_columns=n_columns)
        matrix = compressed(entries)
        return cls(
            commodities=commodities,
            flow_edge=flow_edge,
            flow_commodity=flow_commodity,
            n_supplies=len(network.supplies),
            n_markets=len(network.markets),
            minima=demanding,
            start=matrix.start,
            index=matrix.index,
            value=matrix.value,
            balances=balances,
            shared_edges=shared,
            limited_nodes=limited,
            n_fleets=len(network.fleets),
            fleet_columns=entries[of_fleets].column,
            fleet_entries=np.flatnonzero(matrix.part == of_fleets).astype(np.int32),
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
        upper, ceiling = self.bounds(limits, limits.edges, limits.nodes, limits.fleets)
        volume = np.array([supply.volume_mtpa for supply in network.supplies])
        required = np.array([market.required_mtpa for market in network.markets])
        volume_sold = np.array([np.inf if m.volume_mtpa is None else m.volume_mtpa for m in network.markets])
        price = np.array([market.price_usd_per_t for market in network.markets])
        spared = np.array([supply.penalty_usd_per_t for supply in network.supplies])
        missed = np.array([market.penalty_usd_per_t for market in network.markets])
        priced = {self.column(q.edge, q.commodity): q.penalty_usd_per_t for q in network.quotas}
        unmet = np.array([priced.get(column, 0.0) for column in self.minima.tolist()])
        unit_cost = unit_costs(network, self.flow_edge, self.flow_commodity, self.commodities)
        cost = np.concatenate([unit_cost, -spared, -price - missed, -price, unmet])
        self._refuse_too_large(network, cost, volume, required)
        return ProgramState(
            cost=cost,
            lower=np.zeros(self.n_columns),
            upper=np.concatenate([upper, volume, required, volume_sold - required, np.full(len(unmet), np.inf)]),
            ceiling=ceiling,
            fleet_days=self._fleet_days(network),
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
            fleets=np.array([fleet.available_mt_days for fleet in network.fleets]),
            least=np.array(list(least.values())),
            most=most,
        )

    def bounds(self, limits: Limits, edges: Floats, nodes: Floats, fleets: Floats) -> tuple[Floats, Floats]:
        """Return upper bounds of the flows and the ceilings, for what edges, nodes and fleets have available.

        Parameters
        ----------
        limits : Limits
            For the quotas.
        edges, nodes, fleets : shape (..., n_edges), (..., n_nodes), (..., n_fleets)
            What is available; one state or many. [Mt/y; Mt days/y of fleets]
        """
        edge = self.flow_edge
        upper = np.where(self.alone, np.minimum(limits.most, edges[..., edge]), limits.most)
        least = np.broadcast_to(-limits.least, (*edges.shape[:-1], len(limits.least)))
        shared, limited = edges[..., self.shared_edges], nodes[..., self.limited_nodes]
        return upper, np.concatenate([shared, limited, fleets, least], axis=-1)

    def _fleet_days(self, network: Network) -> Floats:
        """Return the round trips of what carries the flows of `fleet_columns`. [days]

        Raises
        ------
        DataError
            If one is so short or so long that it cannot be counted beside ordinary ones.
        """
        days = np.array([edge.fleet_days for edge in network.edges], dtype=np.float64)
        within = (days >= _DAYS[0]) & (days <= _DAYS[1])
        if problems := [
            f"edge {edge.id!r}: fleet_days must be from {_DAYS[0]:g} to {_DAYS[1]:g} (got {edge.fleet_days:g}), or "
            "nothing else would count beside; leave out a fleet that is no limit there"
            for edge, fits in zip(network.edges, within.tolist(), strict=True)
            if edge.fleet is not None and not fits
        ]:
            raise DataError(problems)
        return days[self.flow_edge[self.fleet_columns]]

    def edge_of(self, column: int) -> int:
        """Return the position in ``network.edges`` of a flow column's edge."""
        return int(self.flow_edge[column])

    def column(self, edge: str, commodity: str) -> int | None:
        """Return the column of a flow, or None where the commodity can be of no use on that edge."""
        return self._columns.get((edge, commodity))

    def name_of(self, column: int) -> tuple[str, str]:
        """Return edge and commodity of a flow column."""
        return self.edge_ids[self.flow_edge[column]], self.commodities[self.flow_commodity[column]]

    def columns_on(self, edges: Iterable[str]) -> list[int]:
        """Return the flow columns of all commodities on some edges."""
        columns = (self.column(edge, commodity) for edge in edges for commodity in self.commodities)
        return [column for column in columns if column is not None]

    def trunk_columns(self, network: Network, corridor: str, commodity: str | None = None) -> list[int]:
        """Return the flow columns on a corridor's trunk edges, of one commodity or of all, each by its own trunk."""
        if (corridor, commodity) not in self._trunk_columns:
            wanted, label = self.commodities if commodity is None else (commodity,), network.trunk_labels.of
            crossed = ((edge.id, other) for edge in network.trunk(corridor) for other in wanted)
            columns = (self.column(*pair) for pair in crossed if label(*pair) == corridor)
            self._trunk_columns[corridor, commodity] = [column for column in columns if column is not None]
        return self._trunk_columns[corridor, commodity]

    @cached_property
    def _trunk_columns(self) -> dict[tuple[str, str | None], list[int]]:
        """Columns by corridor and commodity, kept: labels are the same in all networks of a structure."""
        return {}

    @cached_property
    def _columns(self) -> dict[tuple[str, str], int]:
        pairs = zip(self.flow_edge.tolist(), self.flow_commodity.tolist(), strict=True)
        return {
            (self.edge_ids[edge], self.commodities[commodity]): column for column, (edge, commodity) in enumerate(pairs)
        }


_LARGEST = 1e15
_UNLIMITED = 1e100
_DAYS = (1e-6, 1e6)
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
    tariffs += [abs(rate.tariff_usd_per_t or 0.0) for rate in network.rates]
    sizes = [size for size in prices + penalties if size] + [min(size, most or size) for size in tariffs if size]
    return max(float(np.quantile(sizes, 0.1, method="nearest")), max(sizes) / _WIDEST) if sizes else 0.0
