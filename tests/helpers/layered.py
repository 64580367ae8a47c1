"""A second opinion on the next tonne: an own program by `scipy.optimize.linprog`, in layers before and after the trunk.

Nothing of the library is used but the fields of its records and the tables of a flow. A marked tonne moves in one layer
before the trunk and in another after it, which only trunk edges join; ties are decided in turn, by programs of their
own: first the objective, then money, then tonnes.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
from scipy.optimize import linprog

from helpers.oracle import cost_of, room_of, room_of_edge

_OPTIONS = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10, "time_limit": 10.0}
_HELD = 1e-7
_LEVELS = ("objective", "money", "tonnes")
LAYERS = ("unmarked", "before", "after")


def next_tonne(
    flow: Any, corridor: str, *, commodity: str, origin: str, destination: str | None = None, step: float
) -> float:
    """Return what the commodity earns more by tonne that must go through a corridor, or NaN. [USD/t]

    Parameters
    ----------
    flow : Flow
        Its network, and what other shippers and minima hold in it.
    corridor, commodity, origin, destination : str
        Ids.
    step : float
        How much is marked. [Mt/y]
    """
    with_it, without = (
        _Layers(flow, corridor, commodity=commodity, origin=origin, destination=destination, step=size).solve()
        for size in (step, 0.0)
    )
    assert without is not None
    if with_it is None or any(with_it[kind] - without[kind] > 1e-3 * step for kind in ("shortfall", "unmet")):
        return math.nan
    return (without["money"] - with_it["money"]) / step


class _Layers:
    """Columns and rows of one commodity in three layers."""

    def __init__(
        self, flow: Any, corridor: str, *, commodity: str, origin: str, destination: str | None, step: float
    ) -> None:
        self._net, self._commodity = flow.network, commodity
        self._cost: dict[str, list[float]] = {level: [] for level in _LEVELS}
        self._bounds: list[tuple[float, float | None]] = []
        self._rows: list[tuple[dict[int, float], float]] = []
        self._balance: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        self._made = {("before", origin): step} if step else {}
        self._through: dict[str, list[int]] = defaultdict(list)
        self._under_way: dict[str, tuple[dict[int, float], float]] = {
            fleet.id: ({}, fleet.capacity_mt_days * fleet.remaining) for fleet in self._net.fleets
        }
        self._shortfall: list[tuple[int, float]] = []
        self._unmet: list[int] = []
        others = flow.edge_flows["flow_mtpa"]
        others = others[others.index.get_level_values("commodity") != commodity]
        for edge in self._net.edges:
            if edge.commodities is None or commodity in edge.commodities:
                self._edge(edge, flow, _used(others, edge), crosses=edge.corridor == corridor)
            elif edge.fleet is not None:
                self._take(edge, [], _used(others, edge))
        for supply in self._net.supplies:
            if supply.commodity == commodity:
                lifted = self._column(-supply.penalty_usd_per_t, 0.0, -1.0, most=supply.volume_mtpa)
                self._balance["unmarked", supply.node][lifted] = 1.0
                self._through[supply.node].append(lifted)
                self._shortfall.append((lifted, supply.volume_mtpa))
        for market in self._net.markets:
            if market.commodity == commodity:
                self._market(market, ("unmarked", "after") if destination in (None, market.node) else ("unmarked",))
        self._nodes(flow, others, origin, step)
        self._rows.extend((row, max(0.0, left)) for row, left in self._under_way.values())

    def _column(self, objective: float, money: float, tonnes: float, *, most: float = math.inf) -> int:
        for level, cost in zip(_LEVELS, (objective, money, tonnes), strict=True):
            self._cost[level].append(cost)
        self._bounds.append((0.0, None if math.isinf(most) else most))
        return len(self._bounds) - 1

    def _edge(self, edge: Any, flow: Any, used: float, *, crosses: bool) -> None:
        (cargo,) = (c for c in self._net.commodities if c.id == self._commodity)
        cost = float(cost_of(self._net, edge, cargo))
        steps = [("unmarked", "unmarked"), ("before", "after")] if crosses else [(layer, layer) for layer in LAYERS]
        columns = []
        for near, far in steps:
            column = self._column(cost, cost, 0.0)
            self._balance[near, edge.tail][column] = -1.0
            self._balance[far, edge.head][column] = 1.0
            self._through[edge.head].append(column)
            columns.append(column)
        if math.isfinite(room := room_of_edge(edge)):
            self._rows.append((dict.fromkeys(columns, 1.0), max(0.0, room - used)))
        self._take(edge, columns, used)
        for quota in self._net.quotas:
            if (quota.edge, quota.commodity) == (edge.id, self._commodity):
                if quota.max_mtpa is not None:
                    self._rows.append((dict.fromkeys(columns, 1.0), quota.max_mtpa))
                missing = float(flow.quotas.loc[(quota.edge, quota.commodity), "unmet_minimum_mtpa"])
                unmet = self._column(quota.penalty_usd_per_t, 0.0, 0.0, most=missing + _HELD)
                self._rows.append(({columns[0]: -1.0, unmet: -1.0}, -quota.min_mtpa))

    def _take(self, edge: Any, columns: list[int], used: float) -> None:
        """Take what flows and other shippers need of an edge's fleet, if it has one."""
        if edge.fleet is not None:
            row, left = self._under_way[edge.fleet]
            row.update(dict.fromkeys(columns, edge.fleet_days))
            self._under_way[edge.fleet] = row, left - used * edge.fleet_days

    def _market(self, market: Any, layers: tuple[str, ...]) -> None:
        columns = []
        for layer in layers:
            column = self._column(-market.price_usd_per_t, -market.price_usd_per_t, 0.0)
            self._balance[layer, market.node][column] = -1.0
            columns.append(column)
        if market.volume_mtpa is not None:
            self._rows.append((dict.fromkeys(columns, 1.0), market.volume_mtpa))
        unmet = self._column(market.penalty_usd_per_t, 0.0, 1.0)
        self._unmet.append(unmet)
        self._rows.append((dict.fromkeys([*columns, unmet], -1.0), -market.required_mtpa))

    def _nodes(self, flow: Any, others: Any, origin: str, step: float) -> None:
        arriving: dict[str, float] = defaultdict(float)
        for (edge, _), amount in others.items():
            arriving[next(e.head for e in self._net.edges if e.id == edge)] += float(amount)
        for (node, commodity), lifted in flow.supplies["lifted_mtpa"].items():
            arriving[node] += float(lifted) if commodity != self._commodity else 0.0
        for node in self._net.nodes:
            room = max(0.0, room_of(node, node.throughput_mtpa) - arriving[node.id])
            if math.isfinite(room):
                marked = step if node.id == origin else 0.0
                self._rows.append((dict.fromkeys(self._through[node.id], 1.0), room - marked))

    def solve(self) -> dict[str, float] | None:
        """Return money (a cost), shortfall and unmet requirement of the best, or None where nothing is feasible."""
        n, rows, x = len(self._bounds), list(self._rows), np.zeros(0)
        if any(key not in self._balance for key in self._made):
            return None
        most, limits = np.zeros((len(rows), n)), np.array([limit for _, limit in rows])
        for number, (row, _) in enumerate(rows):
            most[number, list(row)] = list(row.values())
        keys = list(self._balance)
        balance, amount = np.zeros((len(keys), n)), np.array([-self._made.get(key, 0.0) for key in keys])
        for number, key in enumerate(keys):
            balance[number, list(self._balance[key])] = list(self._balance[key].values())
        for level in _LEVELS:
            cost = np.array(self._cost[level])
            for presolve in (True, False):  # what ties has an interior of rounding, which presolve may find empty
                answer = linprog(
                    cost, A_ub=most if len(limits) else None, b_ub=limits if len(limits) else None, A_eq=balance,
                    b_eq=amount, bounds=self._bounds, method="highs", options=_OPTIONS | {"presolve": presolve},
                )  # fmt: skip
                if answer.status == 0 or level == "objective":
                    break
            if answer.status == 2 and level == "objective":
                return None
            assert answer.status == 0, answer.message
            x = answer.x
            most, limits = np.vstack([most, cost]), np.append(limits, answer.fun + 1e-8)
        return {
            "money": float(np.array(self._cost["money"]) @ x),
            "shortfall": sum(volume - float(x[column]) for column, volume in self._shortfall),
            "unmet": float(x[self._unmet].sum()),
        }


def _used(flows: Any, edge: Any) -> float:
    """Return what some flows add up to on an edge. [Mt/y]"""
    return float(flows[flows.index.get_level_values("edge") == edge.id].sum())
