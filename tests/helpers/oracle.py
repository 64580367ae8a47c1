"""A second opinion: the same question put to `scipy.optimize.linprog`, and the sums round cycles done in fractions.

Nothing of the library is used but the fields of its records: the program is written down anew, one variable for every
commodity on every edge that admits it, so that what the library leaves out as useless is in here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from scipy.optimize import linprog
from scipy.sparse import csr_array

_UNBOUNDED = 3
EXACT = Fraction(0)


def best_objective(world: Any) -> float:
    """Return the most that `flow.objective` can be: delivered value less costs and penalties. [million USD/y]

    Parameters
    ----------
    world : Network, or any object with its parts
        Scenario applied.

    Returns
    -------
    float
        Infinity where nothing limits it.
    """
    program = _Program(world)
    found = program.solve()
    if found.status == _UNBOUNDED:
        return math.inf
    assert found.status == 0, found.message
    return program.constant - float(found.fun)


def flow_range(world: Any, edges: Iterable[str], commodities: Iterable[str], *, share: float) -> tuple[float, float]:
    """Return least and most of some commodities on some edges, the objective being the best's less a share. [Mt/y]"""
    program = _Program(world)
    best = program.solve()
    assert best.status == 0, best.message
    slack = share * max(1.0, abs(program.constant - float(best.fun)))
    program.most.append((dict(enumerate(program.cost)), float(best.fun) + slack))
    counted = [program._flow[key] for key in ((e, c) for e in edges for c in commodities) if key in program._flow]
    found = []
    for sign in (1.0, -1.0):
        program.cost = [sign if column in counted else 0.0 for column in range(len(program.cost))]
        answer = program.solve()
        assert answer.status == 0, answer.message
        found.append(sign * float(answer.fun))
    return found[0], found[1]


def stake(world: Any) -> tuple[float, float]:
    """Return the largest amount [Mt/y] and the largest money a tonne [USD/t] of a world, by which errors are measured.

    Returns
    -------
    tuple of float
        Of limits and volumes, and of costs, prices and penalties; 0 where there is none.
    """
    tonnes = [
        *(node.throughput_mtpa for node in world.nodes),
        *(edge.capacity_mtpa for edge in world.edges),
        *(supply.volume_mtpa for supply in world.supplies),
        *(amount for market in world.markets for amount in (market.volume_mtpa, market.required_mtpa)),
        *(amount for quota in world.quotas for amount in (quota.min_mtpa, quota.max_mtpa)),
    ]
    cargo = {commodity.id: commodity for commodity in world.commodities}
    money = [
        *(abs(float(cost_of(world, edge, commodity))) for edge in world.edges for commodity in cargo.values()),
        *(abs(market.price_usd_per_t) for market in world.markets),
        *(record.penalty_usd_per_t for part in (world.supplies, world.markets, world.quotas) for record in part),
    ]
    return max(filter(None, tonnes), default=0.0), max(money, default=0.0)


TERMS = ("tariff_usd_per_t", "risk_premium_usd_per_t", "quality_usd_per_t", "transit_days", "late_days")


def cost_of(world: Any, edge: Any, commodity: Any) -> Fraction:
    """Return what a tonne pays on an edge by its rate or the edge's own, decimals as they are written. [USD/t]"""
    rate = next((r for r in world.rates if (r.edge, r.commodity) == (edge.id, commodity.id)), None)
    told = {field: getattr(rate, field, None) for field in TERMS}
    applying = {field: getattr(edge, field) if given is None else given for field, given in told.items()}
    tariff, premium, quality, days, late = (_exact(applying[field]) for field in TERMS)
    value, interest = _exact(commodity.value_usd_per_t), _exact(commodity.interest_per_year)
    return tariff + premium - quality + (days + late) * value * interest / 365


def room_of(record: Any, limit_mtpa: float | None) -> float:
    """Return what is left of an edge's capacity or a node's throughput, no limit being none until nothing is left."""
    if record.remaining == 0:
        return 0.0
    return math.inf if limit_mtpa is None else limit_mtpa * record.remaining


def room_of_edge(edge: Any) -> float:
    """Return what an edge can carry at present. [Mt/y]"""
    return room_of(edge, edge.capacity_mtpa) if edge.in_service and edge.remaining > 0 else 0.0


def earning_cycle(world: Any, *, all_open: bool = False) -> tuple[Fraction, list[str]] | None:
    """Return gain a round [USD/t] and edges of a cycle that earns money, or None.

    Parameters
    ----------
    world : Network, or any object with its parts
    all_open : bool
        Whether edges and quotas that are closed at present count as well.

    Notes
    -----
    A round that meets a minimum also earns its penalty. Bellman and Ford's algorithm, in fractions: a sum of exactly
    0 is none below 0.
    """
    for commodity in world.commodities:
        usable = []
        for edge in world.edges:
            admits = edge.commodities is None or commodity.id in edge.commodities
            if admits and (all_open or _can_pass(world, edge, commodity.id)):
                usable.append((edge, cost_of(world, edge, commodity) - _spared(world.quotas, edge.id, commodity.id)))
        if found := _negative_cycle(usable):
            return found
    return None


def _can_pass(world: Any, edge: Any, commodity: str) -> bool:
    closed = any(q.max_mtpa == 0 for q in world.quotas if (q.edge, q.commodity) == (edge.id, commodity))
    ends = (node for node in world.nodes if node.id in (edge.tail, edge.head))
    return not closed and room_of_edge(edge) > 0 and all(room_of(node, node.throughput_mtpa) > 0 for node in ends)


def _spared(quotas: Iterable[Any], edge: str, commodity: str) -> Fraction:
    return sum(
        (_exact(q.penalty_usd_per_t) for q in quotas if (q.edge, q.commodity) == (edge, commodity) and q.min_mtpa > 0),
        EXACT,
    )


def _negative_cycle(edges: list[tuple[Any, Fraction]]) -> tuple[Fraction, list[str]] | None:
    """Return minus the sum and the edges of a cycle whose costs add up to less than 0, or None."""
    distance: dict[str, Fraction] = {}
    came_by: dict[str, tuple[Any, Fraction]] = {}
    relaxed = None
    for _ in range(len({node for edge, _ in edges for node in (edge.tail, edge.head)})):
        relaxed = None
        for edge, cost in edges:
            if distance.get(edge.tail, EXACT) + cost < distance.get(edge.head, EXACT):
                distance[edge.head] = distance.get(edge.tail, EXACT) + cost
                came_by[edge.head] = edge, cost
                relaxed = edge.head
    if relaxed is None:
        return None
    for _ in came_by:
        relaxed = came_by[relaxed][0].tail
    total, ids, at = EXACT, [], relaxed
    while not ids or at != relaxed:
        edge, cost = came_by[at]
        total, at = total + cost, edge.tail
        ids.append(edge.id)
    return -total, ids[::-1]


def _exact(number: float) -> Fraction:
    return Fraction(repr(float(number)))


class _Program:
    """Costs, bounds and rows of one world, gathered variable by variable."""

    def __init__(self, world: Any) -> None:
        self.cost: list[float] = []
        self.bounds: list[tuple[float, float | None]] = []
        self.most: list[tuple[dict[int, float], float]] = []
        self.constant = 0.0
        self._balance: dict[tuple[str, str], dict[int, float]] = {}
        self._through: dict[str, dict[int, float]] = {}
        self._flow: dict[tuple[str, str], int] = {}
        for edge in world.edges:
            self._edge(edge, world)
        for fleet in world.fleets:
            under_way = {
                self._flow[edge.id, commodity.id]: edge.fleet_days
                for edge in world.edges
                for commodity in world.commodities
                if edge.fleet == fleet.id and (edge.id, commodity.id) in self._flow
            }
            self.most.append((under_way, fleet.capacity_mt_days * fleet.remaining))
        for quota in world.quotas:
            flow, unmet = self._flow[quota.edge, quota.commodity], self._variable(quota.penalty_usd_per_t, math.inf)
            self.most.append(({flow: -1.0, unmet: -1.0}, -quota.min_mtpa))
            self.bounds[flow] = 0.0, quota.max_mtpa
        for supply in world.supplies:
            self._supply(supply)
        for market in world.markets:
            self._market(market)
        for node in world.nodes:
            if math.isfinite(room_of(node, node.throughput_mtpa)) and node.id in self._through:
                self.most.append((self._through[node.id], room_of(node, node.throughput_mtpa)))

    def _variable(self, cost: float, upper: float) -> int:
        self.cost.append(cost)
        self.bounds.append((0.0, None if math.isinf(upper) else upper))
        return len(self.cost) - 1

    def _edge(self, edge: Any, world: Any) -> None:
        carried = []
        for commodity in world.commodities:
            if edge.commodities is not None and commodity.id not in edge.commodities:
                continue
            flow = self._variable(float(cost_of(world, edge, commodity)), math.inf)
            carried.append(flow)
            self._flow[edge.id, commodity.id] = flow
            self._balance.setdefault((edge.tail, commodity.id), {})[flow] = -1.0
            self._balance.setdefault((edge.head, commodity.id), {})[flow] = 1.0
            self._through.setdefault(edge.head, {})[flow] = 1.0
        if math.isfinite(room_of_edge(edge)):
            self.most.append((dict.fromkeys(carried, 1.0), room_of_edge(edge)))

    def _supply(self, supply: Any) -> None:
        lifted = self._variable(-supply.penalty_usd_per_t, supply.volume_mtpa)
        self.constant -= supply.penalty_usd_per_t * supply.volume_mtpa
        self._balance.setdefault((supply.node, supply.commodity), {})[lifted] = 1.0
        self._through.setdefault(supply.node, {})[lifted] = 1.0

    def _market(self, market: Any) -> None:
        taken = math.inf if market.volume_mtpa is None else market.volume_mtpa
        delivered = self._variable(-market.price_usd_per_t, taken)
        unmet = self._variable(market.penalty_usd_per_t, math.inf)
        self._balance.setdefault((market.node, market.commodity), {})[delivered] = -1.0
        self.most.append(({delivered: -1.0, unmet: -1.0}, -market.required_mtpa))

    def solve(self) -> Any:
        """Return what linprog says."""
        n = len(self.cost)
        if not n:
            return linprog([0.0])
        return linprog(
            self.cost, A_ub=_matrix([row for row, _ in self.most], n), b_ub=[limit for _, limit in self.most] or None,
            A_eq=_matrix(list(self._balance.values()), n), b_eq=[0.0] * len(self._balance) or None,
            bounds=self.bounds, method="highs",
        )  # fmt: skip


def _matrix(rows: list[dict[int, float]], n_columns: int) -> csr_array | None:
    """Return rows as a sparse matrix."""
    if not rows:
        return None
    at = [(number, column, value) for number, row in enumerate(rows) for column, value in row.items()]
    row, column, value = zip(*at, strict=True) if at else ((), (), ())
    return csr_array((value, (row, column)), shape=(len(rows), n_columns))
