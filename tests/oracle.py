"""A second opinion: the same question put to `scipy.optimize.linprog` from the public tables alone.

Nothing of the library's solving is used: the program is written down anew, one variable for every commodity on every
edge that admits it, so that what the library leaves out as useless is in here.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array

from corridor import Network

_INFEASIBLE, _UNBOUNDED = 2, 3


def best_objective(net: Network) -> float:
    """Return the most that can be earned: delivered value less costs and penalties. [million USD/y]

    Parameters
    ----------
    net : Network
        The world, scenario applied.

    Returns
    -------
    float
        Minus infinity where demands of quotas cannot be met, infinity where nothing limits what is earned.
    """
    program = _Program(net)
    found = program.solve()
    if found.status == _INFEASIBLE:
        return -math.inf
    if found.status == _UNBOUNDED:
        return math.inf
    assert found.status == 0, found.message
    return program.constant - float(found.fun)


class _Program:
    """Costs, bounds and rows of one network, gathered variable by variable."""

    def __init__(self, net: Network) -> None:
        self.cost: list[float] = []
        self.bounds: list[tuple[float, float | None]] = []
        self.equal: list[dict[int, float]] = []
        self.most: list[tuple[dict[int, float], float]] = []
        self.constant = 0.0
        self._balance: dict[tuple[str, str], dict[int, float]] = {}
        self._through: dict[str, dict[int, float]] = {}
        self._cargo = {c.id: c.value_usd_per_t * c.interest_per_year / 365 for c in net.commodities}
        self._edges(net.edge_table(), net.quota_table())
        self._supplies(net.supply_table())
        self._markets(net.market_table())
        self._nodes(net.node_table())

    def _variable(self, cost: float, lower: float, upper: float) -> int:
        self.cost.append(cost)
        self.bounds.append((lower, None if math.isinf(upper) else upper))
        return len(self.cost) - 1

    def _edges(self, edges: pd.DataFrame, quotas: pd.DataFrame) -> None:
        for id, edge in edges.iterrows():
            room = _room(edge.capacity_mtpa, edge.remaining) if edge.in_service else 0.0
            own = quotas.loc[[id]].droplevel("edge") if id in quotas.index.get_level_values("edge") else quotas.iloc[:0]
            demanded = float(own.min_mtpa.sum())
            cut = min(1.0, room / demanded) if demanded else 1.0
            row: dict[int, float] = {}
            for commodity, capital in self._cargo.items():
                if isinstance(edge.commodities, tuple) and commodity not in edge.commodities:
                    continue
                cost = edge.tariff_usd_per_t + edge.risk_premium_usd_per_t - edge.quality_usd_per_t
                least, most = 0.0, math.inf
                if commodity in own.index:
                    least, most = float(own.min_mtpa[commodity]) * cut, _or_unlimited(own.max_mtpa[commodity])
                flow = self._variable(cost + edge.transit_days * capital, least, most)
                row[flow] = 1.0
                self._balance.setdefault((edge["tail"], commodity), {})[flow] = -1.0
                self._balance.setdefault((edge["head"], commodity), {})[flow] = 1.0
                self._through.setdefault(edge["head"], {})[flow] = 1.0
            if math.isfinite(room):
                self.most.append((row, room))

    def _supplies(self, supplies: pd.DataFrame) -> None:
        for (node, commodity), supply in supplies.iterrows():
            lifted = self._variable(-supply.penalty_usd_per_t, 0.0, supply.volume_mtpa)
            self.constant -= supply.penalty_usd_per_t * supply.volume_mtpa
            self._balance.setdefault((node, commodity), {})[lifted] = 1.0
            self._through.setdefault(node, {})[lifted] = 1.0

    def _markets(self, markets: pd.DataFrame) -> None:
        for key, market in markets.iterrows():
            delivered = self._variable(-market.price_usd_per_t, 0.0, _or_unlimited(market.volume_mtpa))
            unmet = self._variable(market.penalty_usd_per_t, 0.0, math.inf)
            self._balance.setdefault(key, {})[delivered] = -1.0
            self.most.append(({delivered: -1.0, unmet: -1.0}, -market.required_mtpa))

    def _nodes(self, nodes: pd.DataFrame) -> None:
        for id, node in nodes.iterrows():
            if not pd.isna(node.throughput_mtpa) and id in self._through:
                self.most.append((self._through[id], node.throughput_mtpa * node.remaining))

    def solve(self) -> object:
        """Return what linprog says."""
        n = len(self.cost)
        return linprog(
            self.cost, A_ub=_matrix([row for row, _ in self.most], n), b_ub=[limit for _, limit in self.most] or None,
            A_eq=_matrix(list(self._balance.values()), n), b_eq=np.zeros(len(self._balance)),
            bounds=self.bounds, method="highs",
        )  # fmt: skip


def _room(capacity: float, remaining: float) -> float:
    """Return capacity times what is left of it; an unlimited one stays so until nothing is left."""
    if remaining == 0:
        return 0.0
    return _or_unlimited(capacity) * remaining


def _or_unlimited(limit: float) -> float:
    """Return a limit, infinite where its cell is empty."""
    return math.inf if pd.isna(limit) else float(limit)


def _matrix(rows: list[dict[int, float]], n_columns: int) -> csr_array | None:
    """Return rows as a sparse matrix."""
    if not rows:
        return None
    at = [(number, column, value) for number, row in enumerate(rows) for column, value in row.items()]
    row, column, value = zip(*at, strict=True) if at else ((), (), ())
    return csr_array((value, (row, column)), shape=(len(rows), n_columns))
