"""Proofs that a `Flow` is a best flow: what every answer must pass, whatever the network.

A flow is accepted if it fits its network and if prices exist that prove that no other flow can earn more. Costs, limits
and demands are read anew from the records of the network; of the solver's answer only the duals of the rows are used.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from corridor import Flow, Network

TOLERANCE = 1e-6
"""Mt/y, USD/t, or relative: what the solver's own tolerance of 1e-7 may leave."""


def assert_certified(flow: Flow, *, eased: bool = False) -> None:
    """Assert that a flow fits its network and that nothing could earn more.

    Parameters
    ----------
    flow : Flow
        The answer.
    eased : bool
        Whether demands of quotas may have been cut below what the edges' own capacities allow.
    """
    assert_balanced(flow)
    assert_within_edges(flow)
    assert_within_quotas(flow, eased=eased)
    assert_within_nodes(flow)
    assert_within_ends(flow)
    prices = Prices(flow)
    assert_dual_feasible(prices)
    assert_slack(prices)
    assert_strong_duality(flow, prices)


def assert_balanced(flow: Flow) -> None:
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
        assert abs(amount) <= TOLERANCE, f"node {node!r}: {commodity} does not balance, {amount:+g} Mt/y stay behind"


def assert_within_edges(flow: Flow) -> None:
    """Certificate: every flow is >= 0, on an edge that carries its commodity, and fits what is left of the edge."""
    total: defaultdict[str, float] = defaultdict(float)
    for (edge, commodity), amount in flow.edge_flows["flow_mtpa"].items():
        assert amount >= -TOLERANCE, f"edge {edge!r}: {commodity} flows backwards ({amount:g} Mt/y)"
        admitted = flow.network.edge(edge).commodities
        assert admitted is None or commodity in admitted, f"edge {edge!r}: carries {commodity}, which it does not admit"
        total[edge] += amount
    for edge, amount in total.items():
        limit = room_of_edge(flow, edge)
        assert amount <= limit + TOLERANCE, f"edge {edge!r}: carries {amount:g} of {limit:g} Mt/y"


def assert_within_quotas(flow: Flow, *, eased: bool) -> None:
    """Certificate: no quota is exceeded, and every demand is met, cut in proportion where less is left of the edge."""
    for quota in flow.network.quotas:
        place = f"edge {quota.edge!r}: quota of {quota.commodity}"
        amount = _carried(flow, quota.edge, quota.commodity)
        ceiling = math.inf if quota.max_mtpa is None else quota.max_mtpa
        assert amount <= ceiling + TOLERANCE, f"{place}: carries {amount:g}, more than max_mtpa {ceiling:g}"
        demand, held = demand_on(flow, quota.edge, quota.commodity), demand_held(flow, quota.edge, quota.commodity)
        assert held <= demand + TOLERANCE, f"{place}: held to {held:g}, though only {demand:g} are demanded"
        assert eased or held >= demand - TOLERANCE, f"{place}: held to {held:g} of the {demand:g} demanded"
        assert amount >= held - TOLERANCE, f"{place}: carries {amount:g}, less than the {held:g} demanded"


def assert_within_nodes(flow: Flow) -> None:
    """Certificate: arrivals plus tonnes lifted at a node fit what is left of its throughput."""
    passing: defaultdict[str, float] = defaultdict(float)
    for (edge, _), amount in flow.edge_flows["flow_mtpa"].items():
        passing[flow.network.edge(edge).head] += amount
    for (node, _), amount in flow.supplies["lifted_mtpa"].items():
        passing[node] += amount
    for node, amount in passing.items():
        limit = room_of_node(flow, node)
        assert amount <= limit + TOLERANCE, f"node {node!r}: {amount:g} of {limit:g} Mt/y pass"


def assert_within_ends(flow: Flow) -> None:
    """Certificate: no supply lifts more than it has, no market takes more than it wants; the rest is the shortfall."""
    for supply in flow.network.supplies:
        row = flow.supplies.loc[supply.node, supply.commodity]
        place = f"node {supply.node!r}: supply of {supply.commodity}"
        assert -TOLERANCE <= row.lifted_mtpa <= supply.volume_mtpa + TOLERANCE, f"{place}: lifts {row.lifted_mtpa:g}"
        missing = supply.volume_mtpa - row.lifted_mtpa
        assert abs(row.shortfall_mtpa - missing) <= TOLERANCE, f"{place}: shortfall {row.shortfall_mtpa:g}"
    for market in flow.network.markets:
        row = flow.markets.loc[market.node, market.commodity]
        place = f"node {market.node!r}: market of {market.commodity}"
        limit = math.inf if market.volume_mtpa is None else market.volume_mtpa
        assert -TOLERANCE <= row.delivered_mtpa <= limit + TOLERANCE, f"{place}: takes {row.delivered_mtpa:g}"
        missing = max(0.0, market.required_mtpa - row.delivered_mtpa)
        assert abs(row.shortfall_mtpa - missing) <= TOLERANCE, f"{place}: shortfall {row.shortfall_mtpa:g}"


class Prices:
    """What a tonne is worth at each node and what room is worth, by the duals; and what each flow earns at that.

    Attributes
    ----------
    margins : list of (place, amount, lower, upper, margin)
        For each variable where it is, its amount and bounds [Mt/y], and what one more tonne of it costs once all
        limits are paid for [USD/t].
    limits : list of (place, amount, room, price)
        For each shared limit where it is, what uses it and its room [Mt/y], and its price, >= 0 [USD/t].
    """

    def __init__(self, flow: Flow) -> None:
        self._flow, self._net = flow, flow.network
        program, dual = flow.program, flow.optimum.dual
        self._worth = {key: float(dual[row]) for key, row in program.balances.items()}
        edges = [self._net.edges[at].id for at in program.shared_edges]
        nodes = [self._net.nodes[at].id for at in program.limited_nodes]
        ceilings = -dual[program.n_balances :]
        self._edge = dict(zip(edges, ceilings[: len(edges)].tolist(), strict=True))
        self._node = dict(zip(nodes, ceilings[len(edges) :].tolist(), strict=True))
        self.margins = [*self._flows(), *self._lifted(), *self._delivered()]
        self.limits = [*self._edge_limits(), *self._node_limits()]

    def _flows(self) -> Iterator[tuple[str, float, float, float, float]]:
        for (edge, commodity), amount in self._flow.edge_flows["flow_mtpa"].items():
            record = self._net.edge(edge)
            before, after = self._worth[record.tail, commodity], self._worth[record.head, commodity]
            margin = cost_of(self._flow, edge, commodity) + before - after
            margin += self._edge.get(edge, 0.0) + self._node.get(record.head, 0.0)
            ceilings = [q.max_mtpa for q in self._net.quotas if (q.edge, q.commodity) == (edge, commodity)]
            upper = min([room_of_edge(self._flow, edge), *(c for c in ceilings if c is not None)])
            yield f"edge {edge!r}, {commodity}", amount, demand_held(self._flow, edge, commodity), upper, margin

    def _lifted(self) -> Iterator[tuple[str, float, float, float, float]]:
        for supply in self._net.supplies:
            key = supply.node, supply.commodity
            margin = self._node.get(supply.node, 0.0) - supply.penalty_usd_per_t - self._worth[key]
            amount = float(self._flow.supplies.loc[key, "lifted_mtpa"])
            yield f"node {supply.node!r}, supply of {supply.commodity}", amount, 0.0, supply.volume_mtpa, margin

    def _delivered(self) -> Iterator[tuple[str, float, float, float, float]]:
        for market in self._net.markets:
            key = market.node, market.commodity
            place = f"node {market.node!r}, market of {market.commodity}"
            limit = math.inf if market.volume_mtpa is None else market.volume_mtpa
            delivered = float(self._flow.markets.loc[key, "delivered_mtpa"])
            needed = min(delivered, market.required_mtpa)
            margin = self._worth[key] - market.price_usd_per_t
            yield f"{place}, required", needed, 0.0, market.required_mtpa, margin - market.penalty_usd_per_t
            yield f"{place}, beyond", delivered - needed, 0.0, limit - market.required_mtpa, margin

    def _edge_limits(self) -> Iterator[tuple[str, float, float, float]]:
        used = self._flow.edge_flows["flow_mtpa"].groupby(level="edge").sum() if self._edge else {}
        for edge, price in self._edge.items():
            yield f"edge {edge!r}", float(used[edge]), room_of_edge(self._flow, edge), price

    def _node_limits(self) -> Iterator[tuple[str, float, float, float]]:
        for node, price in self._node.items():
            used = float(self._flow.nodes.loc[node, "throughput_mtpa"])
            yield f"node {node!r}", used, room_of_node(self._flow, node), price


def assert_dual_feasible(prices: Prices) -> None:
    """Certificate: no limit has a negative price, and nothing unlimited would earn."""
    for place, _, room, price in prices.limits:
        assert price >= -TOLERANCE, f"{place}: its room is priced at {price:g} USD/t, below 0"
        assert price <= TOLERANCE or math.isfinite(room), f"{place}: unlimited, yet priced at {price:g} USD/t"
    for place, _, _, upper, margin in prices.margins:
        assert margin >= -TOLERANCE or math.isfinite(upper), f"{place}: one more tonne would earn {-margin:g} USD"


def assert_slack(prices: Prices) -> None:
    """Certificate: what would lose is at its least, what would earn is at its most, what has a price is full."""
    for place, used, room, price in prices.limits:
        assert price <= TOLERANCE or used >= room - TOLERANCE, (
            f"{place}: priced at {price:g} USD/t, but only {used:g} of {room:g} Mt/y are used"
        )
    for place, amount, lower, upper, margin in prices.margins:
        assert margin <= TOLERANCE or amount <= lower + TOLERANCE, (
            f"{place}: {amount:g} Mt/y, {lower:g} would do, and each tonne loses {margin:g} USD"
        )
        assert margin >= -TOLERANCE or amount >= upper - TOLERANCE, (
            f"{place}: {amount:g} of {upper:g} Mt/y, and one more tonne would earn {-margin:g} USD"
        )


def assert_strong_duality(flow: Flow, prices: Prices) -> None:
    """Certificate: what the flow earns by its tables equals the bound that the prices prove, and what it says."""
    bound = sum(s.volume_mtpa * s.penalty_usd_per_t for s in flow.network.supplies)
    bound += sum(m.required_mtpa * m.penalty_usd_per_t for m in flow.network.markets)
    bound -= sum(room * price for _, _, room, price in prices.limits if price > 0 and math.isfinite(room))
    for _, _, lower, upper, margin in prices.margins:
        bound += margin * (lower if margin > 0 else upper if math.isfinite(upper) else 0.0)
    earned, scale = earnings(flow), max(1.0, abs(earnings(flow)))
    gap = abs(earned + bound) / scale
    assert gap <= TOLERANCE, f"the flow earns {earned:.9g} million USD/y, the prices allow {-bound:.9g}"
    told = flow.objective_musd_per_year
    assert abs(earned - told) / scale <= TOLERANCE, f"the tables earn {earned:.9g} million USD/y, told {told:.9g}"
    assert flow.duality_gap <= TOLERANCE, f"duality_gap is {flow.duality_gap:g}"
    margins = {place: margin for place, *_, margin in prices.margins}
    order = [f"edge {edge!r}, {commodity}" for edge, commodity in flow.edge_flows.index]
    reduced = flow.optimum.reduced_cost[: len(order)]
    for place, told in zip(order, reduced, strict=True):
        assert abs(margins[place] - told) <= TOLERANCE, f"{place}: reduced cost {told:g}, not {margins[place]:g}"


def earnings(flow: Flow) -> float:
    """Return delivered value less costs and penalties, from the tables. [million USD/y]"""
    flows = flow.edge_flows["flow_mtpa"]
    cost = sum(amount * cost_of(flow, edge, commodity) for (edge, commodity), amount in flows.items())
    sold = float((flow.markets["delivered_mtpa"] * flow.markets["price_usd_per_t"]).sum())
    left = sum(s.penalty_usd_per_t * flow.supplies.loc[(s.node, s.commodity), "shortfall_mtpa"]
               for s in flow.network.supplies)  # fmt: skip
    unmet = sum(m.penalty_usd_per_t * flow.markets.loc[(m.node, m.commodity), "shortfall_mtpa"]
                for m in flow.network.markets)  # fmt: skip
    return sold - cost - float(left) - float(unmet)


def cost_of(flow: Flow, edge: str, commodity: str) -> float:
    """Return what a tonne pays on an edge, from the records. [USD/t]"""
    way, cargo = flow.network.edge(edge), flow.network.commodity(commodity)
    capital = way.transit_days * cargo.value_usd_per_t * cargo.interest_per_year / 365
    return way.tariff_usd_per_t + way.risk_premium_usd_per_t - way.quality_usd_per_t + capital


def room_of_edge(flow: Flow, edge: str) -> float:
    """Return what an edge can carry at present, from the record. [Mt/y]"""
    record = flow.network.edge(edge)
    if not record.in_service or record.remaining == 0:
        return 0.0
    return math.inf if record.capacity_mtpa is None else record.capacity_mtpa * record.remaining


def room_of_node(flow: Flow, node: str) -> float:
    """Return what may pass a node at present, from the record. [Mt/y]"""
    record = flow.network.node(node)
    if record.remaining == 0:
        return 0.0 if record.throughput_mtpa is not None else math.inf
    return math.inf if record.throughput_mtpa is None else record.throughput_mtpa * record.remaining


def demand_on(flow: Flow, edge: str, commodity: str) -> float:
    """Return what a quota demands, cut in proportion where the edge has less left than all its demands. [Mt/y]"""
    demands = {q.commodity: q.min_mtpa for q in flow.network.quotas if q.edge == edge}
    total, room = sum(demands.values()), room_of_edge(flow, edge)
    return demands[commodity] * (min(1.0, room / total) if total > 0 else 1.0)


def demand_held(flow: Flow, edge: str, commodity: str) -> float:
    """Return the demand of a quota that the flow was held to, after easing. [Mt/y]"""
    column = flow.program.column(edge, commodity)
    return 0.0 if column is None else float(flow.state.lower[column])


def with_demands_as_eased(flow: Flow) -> Network:
    """Return a flow's network, the demands of its quotas cut to what the flow was held to."""
    quotas = (q.replace(min_mtpa=demand_held(flow, q.edge, q.commodity)) for q in flow.network.quotas)
    return flow.network.replace(quotas=tuple(quotas))


def _carried(flow: Flow, edge: str, commodity: str) -> float:
    """Return the flow of a commodity on an edge, 0 where it can be of no use. [Mt/y]"""
    return float(flow.edge_flows["flow_mtpa"].get((edge, commodity), 0.0))


def same_answer(one: Flow, other: Flow) -> bool:
    """Tell whether two flows are equal bit for bit, duals included."""
    pairs = ((getattr(one.optimum, name), getattr(other.optimum, name)) for name in ("amount", "reduced_cost", "dual"))
    return all(np.array_equal(a, b) for a, b in pairs) and one.optimum.objective_musd == other.optimum.objective_musd
