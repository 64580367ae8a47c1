"""Proofs that a `Flow` is a best flow: what every answer must pass, whatever the network and its scale.

A flow is accepted if it fits its network and if prices exist that prove that no other flow can do better. Costs, limits
and minima are read anew from the records of the network; of the solver's answer only the duals of the rows are used.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from corridor import Flow
from corridor.solver.solution import Solution
from helpers.oracle import cost_of, room_of, room_of_edge, stake

TOLERANCE = 1e-7
"""Share of the largest amount [Mt/y], of the largest money a tonne [USD/t], or of their product [million USD/y].

It is the solver's own tolerance, which holds of a program whose numbers are near 1. In the random networks, of steps of
a quarter and penalties of 1 000, a quarter of a tonne at a quarter of a dollar is fifty times as much.
"""


class Slack(NamedTuple):
    """What amounts [Mt/y], money a tonne [USD/t] and totals [million USD/y] may be wrong by."""

    mtpa: float
    usd: float
    musd: float

    @classmethod
    def of(cls, world: Any) -> Slack:
        """Return the slack for a network, by its largest numbers."""
        amount, money = stake(world)
        return cls(TOLERANCE * amount, TOLERANCE * money, TOLERANCE * amount * money)


def assert_certified(flow: Flow) -> None:
    """Assert that a flow fits its network and that nothing could do better."""
    slack = Slack.of(flow.network)
    assert_balanced(flow, slack)
    assert_within_edges(flow, slack)
    assert_within_quotas(flow, slack)
    assert_within_nodes(flow, slack)
    assert_within_fleets(flow, slack)
    assert_within_ends(flow, slack)
    prices = Prices(flow)
    assert_dual_feasible(prices, slack)
    assert_slack(prices, slack)
    assert_strong_duality(flow, prices, slack)


def assert_balanced(flow: Flow, slack: Slack) -> None:
    """Certificate: at each node what arrives and is lifted of a commodity equals what leaves and is delivered."""
    surplus: defaultdict[tuple[str, str], float] = defaultdict(float)
    for (edge, commodity), amount in flow.edge_flows["flow_mtpa"].items():
        record = flow.network.edge(edge)
        surplus[record.tail, commodity] -= amount
        surplus[record.head, commodity] += amount
    for key, amount in flow.supplies["lifted_mtpa"].items():
        surplus[key] += amount
    for key, amount in flow.markets["delivered_mtpa"].items():
        surplus[key] -= amount
    for (node, commodity), amount in surplus.items():
        assert abs(amount) <= slack.mtpa, f"node {node!r}: {commodity} does not balance by {amount:+g} Mt/y"


def assert_within_edges(flow: Flow, slack: Slack) -> None:
    """Certificate: every flow is >= 0, on an edge that carries its commodity, and fits what is left of the edge."""
    total: defaultdict[str, float] = defaultdict(float)
    for (edge, commodity), amount in flow.edge_flows["flow_mtpa"].items():
        assert amount >= -slack.mtpa, f"edge {edge!r}: {commodity} flows backwards ({amount:g} Mt/y)"
        admitted = flow.network.edge(edge).commodities
        assert admitted is None or commodity in admitted, f"edge {edge!r}: carries {commodity}, which it does not admit"
        total[edge] += amount
    for edge, amount in total.items():
        limit = room_of_edge(flow.network.edge(edge))
        assert amount <= limit + slack.mtpa, f"edge {edge!r}: carries {amount:g} of {limit:g} Mt/y"


def assert_within_quotas(flow: Flow, slack: Slack) -> None:
    """Certificate: no ceiling is exceeded, and what is missing of each minimum is told, of every quota there is."""
    told = _rows(flow.quotas)
    assert list(told) == [(q.edge, q.commodity) for q in flow.network.quotas]
    for quota in flow.network.quotas:
        place = f"edge {quota.edge!r}: quota of {quota.commodity}"
        amount, row = carried(flow, quota.edge, quota.commodity), told[quota.edge, quota.commodity]
        ceiling = math.inf if quota.max_mtpa is None else quota.max_mtpa
        assert amount <= ceiling + slack.mtpa, f"{place}: carries {amount:g}, more than max_mtpa {ceiling:g}"
        assert abs(row.flow_mtpa - amount) <= slack.mtpa, f"{place}: tells {row.flow_mtpa:g}, carries {amount:g}"
        missing = max(0.0, quota.min_mtpa - amount)
        assert abs(row.unmet_minimum_mtpa - missing) <= slack.mtpa, f"{place}: tells {row.unmet_minimum_mtpa:g} unmet"


def assert_within_nodes(flow: Flow, slack: Slack) -> None:
    """Certificate: arrivals plus tonnes lifted at a node fit what is left of its throughput."""
    passing: defaultdict[str, float] = defaultdict(float)
    for (edge, _), amount in flow.edge_flows["flow_mtpa"].items():
        passing[flow.network.edge(edge).head] += amount
    for (node, _), amount in flow.supplies["lifted_mtpa"].items():
        passing[node] += amount
    for node, amount in passing.items():
        limit = _room_of_node(flow, node)
        assert amount <= limit + slack.mtpa, f"node {node!r}: {amount:g} of {limit:g} Mt/y pass"


def assert_within_fleets(flow: Flow, slack: Slack) -> None:
    """Certificate: flows times the days of round trips fit what is left of each fleet, and the table tells how much."""
    assert flow.fleets.index.tolist() == [fleet.id for fleet in flow.network.fleets]
    for fleet in flow.network.fleets:
        longest = max((edge.fleet_days for edge in flow.network.edges if edge.fleet == fleet.id), default=0.0)
        used, told = _under_way(flow, fleet.id), float(flow.fleets.loc[fleet.id, "used_mt_days"])
        limit = fleet.capacity_mt_days * fleet.remaining
        assert used <= limit + longest * slack.mtpa, f"fleet {fleet.id!r}: {used:g} of {limit:g} Mt days/y"
        assert abs(used - told) <= longest * slack.mtpa, f"fleet {fleet.id!r}: tells {told:g}, uses {used:g} Mt days/y"


def _under_way(flow: Flow, fleet: str) -> float:
    """Return what the flows take of a fleet, from the table of flows. [Mt days/y]"""
    edges = {edge.id: edge.fleet_days for edge in flow.network.edges if edge.fleet == fleet}
    flows = flow.edge_flows["flow_mtpa"].items()
    return float(sum(amount * edges[edge] for (edge, _), amount in flows if edge in edges))


def assert_within_ends(flow: Flow, slack: Slack) -> None:
    """Certificate: no supply lifts more than it has, no market takes more than it wants; what is missing is told."""
    supplies, markets = _rows(flow.supplies), _rows(flow.markets)
    for supply in flow.network.supplies:
        row = supplies[supply.node, supply.commodity]
        place = f"node {supply.node!r}: supply of {supply.commodity}"
        assert -slack.mtpa <= row.lifted_mtpa <= supply.volume_mtpa + slack.mtpa, f"{place}: lifts {row.lifted_mtpa:g}"
        missing = supply.volume_mtpa - row.lifted_mtpa
        assert abs(row.shortfall_mtpa - missing) <= slack.mtpa, f"{place}: shortfall {row.shortfall_mtpa:g}"
    for market in flow.network.markets:
        row = markets[market.node, market.commodity]
        place = f"node {market.node!r}: market of {market.commodity}"
        limit = math.inf if market.volume_mtpa is None else market.volume_mtpa
        assert -slack.mtpa <= row.delivered_mtpa <= limit + slack.mtpa, f"{place}: takes {row.delivered_mtpa:g}"
        missing = max(0.0, market.required_mtpa - row.delivered_mtpa)
        assert abs(row.unmet_mtpa - missing) <= slack.mtpa, f"{place}: unmet {row.unmet_mtpa:g}"


class Prices:
    """What a tonne is worth at each node and what room is worth, by the duals; and what each flow earns at that.

    Attributes
    ----------
    margins : list of (place, amount, upper, margin)
        For each variable where it is, its amount and upper bound [Mt/y], and what one more tonne of it costs once all
        limits are paid for [USD/t]. A flow below its minimum and beyond it are two.
    limits : list of (place, amount, room, price)
        For each shared limit where it is, what uses it and its room [Mt/y; Mt days/y], and its price, >= 0 [USD/t;
        USD/(t day)].
    """

    def __init__(self, flow: Flow) -> None:
        self._flow, self._net = flow, flow.network
        program, dual = flow.solution.program, flow.solution.optimum.dual
        self._worth = {key: float(dual[row]) for key, row in program.balances.items()}
        edges = [self._net.edges[at].id for at in program.shared_edges]
        nodes = [self._net.nodes[at].id for at in program.limited_nodes]
        ceilings = -dual[program.n_balances :]
        self._edge = dict(zip(edges, ceilings[: len(edges)].tolist(), strict=True))
        self._node = dict(zip(nodes, ceilings[len(edges) :][: len(nodes)].tolist(), strict=True))
        fleets = ceilings[len(edges) + len(nodes) :][: len(self._net.fleets)].tolist()
        self._fleet = dict(zip([fleet.id for fleet in self._net.fleets], fleets, strict=True))
        self.margins = [*self._flows(), *self._lifted(), *self._delivered()]
        self.limits = [*self._edge_limits(), *self._node_limits(), *self._fleet_limits()]

    def _flows(self) -> Iterator[tuple[str, float, float, float]]:
        quotas = {(quota.edge, quota.commodity): quota for quota in self._net.quotas}
        for (edge, commodity), amount in self._flow.edge_flows["flow_mtpa"].items():
            record, quota, place = self._net.edge(edge), quotas.get((edge, commodity)), f"edge {edge!r}, {commodity}"
            before, after = self._worth[record.tail, commodity], self._worth[record.head, commodity]
            margin = float(cost_of(self._net, record, self._net.commodity(commodity))) + before - after
            margin += self._edge.get(edge, 0.0) + self._node.get(record.head, 0.0)
            margin += record.fleet_days * self._fleet.get(record.fleet, 0.0)
            upper = room_of_edge(record)
            if quota is None:
                yield place, amount, upper, margin
                continue
            upper = upper if quota.max_mtpa is None else min(upper, quota.max_mtpa)
            least = min(quota.min_mtpa, upper)
            below = min(amount, least)
            yield f"{place}, minimum", below, least, margin - quota.penalty_usd_per_t
            yield f"{place}, beyond", amount - below, upper - least, margin

    def _lifted(self) -> Iterator[tuple[str, float, float, float]]:
        for supply in self._net.supplies:
            key = supply.node, supply.commodity
            margin = self._node.get(supply.node, 0.0) - supply.penalty_usd_per_t - self._worth[key]
            amount = float(self._flow.supplies.loc[key, "lifted_mtpa"])
            yield f"node {supply.node!r}, supply of {supply.commodity}", amount, supply.volume_mtpa, margin

    def _delivered(self) -> Iterator[tuple[str, float, float, float]]:
        for market in self._net.markets:
            key = market.node, market.commodity
            place = f"node {market.node!r}, market of {market.commodity}"
            limit = math.inf if market.volume_mtpa is None else market.volume_mtpa
            delivered = float(self._flow.markets.loc[key, "delivered_mtpa"])
            needed = min(delivered, market.required_mtpa)
            margin = self._worth[key] - market.price_usd_per_t
            yield f"{place}, required", needed, market.required_mtpa, margin - market.penalty_usd_per_t
            yield f"{place}, beyond", delivered - needed, limit - market.required_mtpa, margin

    def _edge_limits(self) -> Iterator[tuple[str, float, float, float]]:
        used = self._flow.edge_flows["flow_mtpa"].groupby(level="edge").sum() if self._edge else {}
        for edge, price in self._edge.items():
            yield f"edge {edge!r}", float(used[edge]), room_of_edge(self._net.edge(edge)), price

    def _node_limits(self) -> Iterator[tuple[str, float, float, float]]:
        for node, price in self._node.items():
            used = float(self._flow.nodes.loc[node, "throughput_mtpa"])
            yield f"node {node!r}", used, _room_of_node(self._flow, node), price

    def _fleet_limits(self) -> Iterator[tuple[str, float, float, float]]:
        for fleet in self._net.fleets:
            room = fleet.capacity_mt_days * fleet.remaining
            yield f"fleet {fleet.id!r}", _under_way(self._flow, fleet.id), room, self._fleet[fleet.id]


def assert_dual_feasible(prices: Prices, slack: Slack) -> None:
    """Certificate: no limit has a negative price, and nothing unlimited would earn."""
    for place, _, room, price in prices.limits:
        assert price >= -slack.usd, f"{place}: its room is priced at {price:g} USD/t, below 0"
        assert price <= slack.usd or math.isfinite(room), f"{place}: unlimited, yet priced at {price:g} USD/t"
    for place, _, upper, margin in prices.margins:
        assert margin >= -slack.usd or math.isfinite(upper), f"{place}: one more tonne would earn {-margin:g} USD"


def assert_slack(prices: Prices, slack: Slack) -> None:
    """Certificate: what would lose is 0, what would earn is at its most, what has a price is full."""
    for place, used, room, price in prices.limits:
        assert price <= slack.usd or used >= room - slack.mtpa, (
            f"{place}: priced at {price:g} USD/t, but only {used:g} of {room:g} Mt/y are used"
        )
    for place, amount, upper, margin in prices.margins:
        assert margin <= slack.usd or amount <= slack.mtpa, f"{place}: {amount:g} Mt/y lose {margin:g} USD/t"
        assert margin >= -slack.usd or amount >= upper - slack.mtpa, (
            f"{place}: {amount:g} of {upper:g} Mt/y, and one more tonne would earn {-margin:g} USD"
        )


def assert_strong_duality(flow: Flow, prices: Prices, slack: Slack) -> None:
    """Certificate: what the flow earns by its tables equals the bound that the prices prove, and what it says."""
    net = flow.network
    bound = sum(s.volume_mtpa * s.penalty_usd_per_t for s in net.supplies)
    bound += sum(m.required_mtpa * m.penalty_usd_per_t for m in net.markets)
    bound += sum(q.min_mtpa * q.penalty_usd_per_t for q in net.quotas)
    bound -= sum(room * price for _, _, room, price in prices.limits if price > 0 and math.isfinite(room))
    bound += sum(margin * upper for _, _, upper, margin in prices.margins if margin < 0 and math.isfinite(upper))
    netback = earned(flow)
    value = netback - penalties(flow)
    assert abs(value + bound) <= slack.musd, f"the flow comes to {value:.9g}, the prices allow {-bound:.9g}"
    assert abs(flow.netback_musd_per_year - netback) <= slack.musd, f"earns {netback:.9g}, not the netback told"
    assert abs(flow.objective - value) <= slack.musd, f"comes to {value:.9g} million USD/y, told {flow.objective:.9g}"
    assert flow.duality_gap <= 10 * TOLERANCE, f"duality_gap is {flow.duality_gap:g}"


def earned(flow: Flow) -> float:
    """Return delivered value less unit costs, from the tables. [million USD/y]"""
    net, flows = flow.network, flow.edge_flows["flow_mtpa"]
    cost = sum(amount * float(cost_of(net, net.edge(edge), net.commodity(c))) for (edge, c), amount in flows.items())
    return float((flow.markets["delivered_mtpa"] * flow.markets["price_usd_per_t"]).sum()) - float(cost)


def penalties(flow: Flow) -> float:
    """Return the steering prices of all that is not lifted, not met or below a minimum, from the tables."""
    net = flow.network
    short, unmet = flow.supplies["shortfall_mtpa"], flow.markets["unmet_mtpa"]
    total = sum(s.penalty_usd_per_t * short[s.node, s.commodity] for s in net.supplies)
    total += sum(m.penalty_usd_per_t * unmet[m.node, m.commodity] for m in net.markets)
    total += sum(q.penalty_usd_per_t * max(0.0, q.min_mtpa - carried(flow, q.edge, q.commodity)) for q in net.quotas)
    return float(total)


def _rows(table: pd.DataFrame) -> dict[tuple[str, str], Any]:
    """Return the rows of a table by their keys, fields by name."""
    return dict(zip(table.index, table.itertuples(), strict=True))


def carried(flow: Flow, edge: str, commodity: str) -> float:
    """Return the flow of a commodity on an edge, 0 where it can be of no use. [Mt/y]"""
    return float(flow.edge_flows["flow_mtpa"].get((edge, commodity), 0.0))


def _room_of_node(flow: Flow, node: str) -> float:
    record = flow.network.node(node)
    return room_of(record, record.throughput_mtpa)


def same_answer(one: Solution, other: Solution) -> bool:
    """Tell whether two solutions are equal bit for bit, duals included."""
    optima = one.optimum, other.optimum
    pairs = ([getattr(optimum, name) for optimum in optima] for name in ("amount", "reduced_cost", "dual"))
    return all(np.array_equal(a, b) for a, b in pairs) and one.objective == other.objective
