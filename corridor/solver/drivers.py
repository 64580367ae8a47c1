"""What a result leans on: the figures whose ranges move it most, by duals; one layout, whatever the effect is on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import DataError
from corridor.messages import shown
from corridor.model import figures
from corridor.model.formulas import inventory_cost
from corridor.model.network import Network
from corridor.model.result_path import unit_of_path
from corridor.model.scenario import scenario_name
from corridor.model.stamp import stamped
from corridor.model.variation import Variation, subject_of
from corridor.solver.solution import BindingLimit, Solution

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "subject", "attribute", "record", "value", "low", "high", "unit", "range_from", "confidence", "source", "url",
    "effect_unit", "effect",
)  # fmt: skip


def leans_on(solution: Solution, n: int | None = 10) -> pd.DataFrame:
    """Return the figures whose ranges move the objective most, to first order."""
    variation, worth = Variation(solution.network), _worth(solution)
    effects = {}
    for figure in variation.varying_figures():
        key = figures.key_of(figure)
        low, high = (_gain(variation, worth, key, bound) for bound in variation.range_of(figure))
        effects[key] = abs(high - low) / 2
    return driver_table(solution, variation, effects, n, outcome="objective")


def require_rows(n: int | None) -> None:
    """Raise unless something is a number of rows, or None for all."""
    if n is not None and (isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 0):
        raise DataError(f"leans_on: n must be a whole number >= 0, or None for all (got {shown(n)})")


def driver_table(
    solution: Solution, variation: Variation[Network], effects: Mapping[str, float], n: int | None, *, outcome: str
) -> pd.DataFrame:
    """Return varying figures with their sources and their effect on an outcome, the largest effect first.

    Parameters
    ----------
    solution : Solution
        What the effects are on.
    variation : Variation
        Its figures.
    effects : mapping
        Effect of half a figure's range, by the figure's key, in the unit of the outcome; NaN counts as least.
    n : int or None
        How many rows; all with None.
    outcome : str
        Path of the outcome.
    """
    import pandas as pd

    row_of = {(row["record"], row["subject"], row["attribute"]): row
            for row in figures.figure_rows(variation.figure_set.figures.values(), solution.network.sources)
            }  # fmt: skip
    rows = []
    for figure in variation.varying_figures():
        low, high = variation.range_of(figure)
        row = row_of[figure.record, figure.subject, figure.attribute]
        rows.append({column: row.get(column) for column in COLUMNS} | {
            "low": low, "high": high, "range_from": variation.range_from(figure),
            "effect": effects[figures.key_of(figure)], "effect_unit": unit_of_path(outcome),
        })  # fmt: skip
    rows.sort(key=lambda row: (-np.nan_to_num(float(str(row["effect"])), nan=-1.0), row["subject"], row["attribute"]))
    table = pd.DataFrame(rows[:n], columns=list(COLUMNS))
    return stamped(table, solution.network, scenario=scenario_name(solution.scenario), outcome=outcome)


def _gain(
    variation: Variation[Network], worth: Mapping[tuple[str, Any, str], float], figure: str, value: float
) -> float:
    """Return by how much the objective changes, to first order, if a figure takes another value."""
    total = 0.0
    for kind, id, field, new in variation.field_changes({figure: value}):
        before = variation.figure_set.figures[f"{kind}:{subject_of(id)}.{field}"].value or 0.0
        total += worth.get((kind, id, field), 0.0) * (new - before)
    return total


def _worth(solution: Solution) -> dict[tuple[str, Any, str], float]:
    """Return the derivative of the objective by each field of each record."""
    network, program, optimum = solution.network, solution.program, solution.optimum
    cost = optimum.reduced_cost
    worth_of: dict[tuple[str, Any, str], float] = {}
    value = np.array([network.commodity(id).value_usd_per_t for id in program.commodities])[program.flow_commodity]
    interest = np.array([network.commodity(id).interest_per_year for id in program.commodities])[program.flow_commodity]
    days = np.array([edge.transit_days for edge in network.edges])[program.flow_edge]
    amount = solution.flows
    per_day = np.bincount(
        program.flow_edge, amount * inventory_cost(np.ones_like(value), value, interest), minlength=len(network.edges)
    )
    for index, edge in enumerate(network.edges):
        through, shadow = float(solution.edge_flow_mtpa[index]), float(solution.edge_shadow_price_usd_per_t[index])
        worth_of["edge", edge.id, "tariff_usd_per_t"] = worth_of["edge", edge.id, "risk_premium_usd_per_t"] = -through
        worth_of["edge", edge.id, "quality_usd_per_t"] = through
        worth_of["edge", edge.id, "transit_days"] = -float(per_day[index])
        worth_of["edge", edge.id, "capacity_mtpa"] = shadow * edge.remaining * edge.in_service
        worth_of["edge", edge.id, "in_service"] = shadow * (edge.capacity_mtpa or 0.0)
    for which, commodity in enumerate(program.commodities):
        own = program.flow_commodity == which
        bound = float((amount * days)[own].sum()) / 365.0
        record = network.commodity(commodity)
        worth_of["commodity", commodity, "value_usd_per_t"] = -bound * record.interest_per_year
        worth_of["commodity", commodity, "interest_per_year"] = -bound * record.value_usd_per_t
    for index, price in zip(program.limited_nodes, solution.node_shadow_price_usd_per_t, strict=True):
        worth_of["node", network.nodes[index].id, "throughput_mtpa"] = float(price) * network.nodes[index].remaining
    for supply, price in zip(network.supplies, solution.marginal_netback_usd_per_t, strict=True):
        worth_of["supply", (supply.node, supply.commodity), "volume_mtpa"] = float(price)
    for index, market in enumerate(network.markets):
        needed, extra = float(cost[program.required.start + index]), float(cost[program.extra.start + index])
        name = (market.node, market.commodity)
        worth_of["market", name, "price_usd_per_t"] = float(solution.delivered_by_market[index])
        worth_of["market", name, "volume_mtpa"] = -min(0.0, extra)
        worth_of["market", name, "required_mtpa"] = -needed + min(0.0, extra) - market.penalty_usd_per_t
    least = optimum.dual[program.n_balances + len(program.shared_edges) + len(program.limited_nodes) :]
    held = dict(zip(program.minima.tolist(), least.tolist(), strict=True))
    for quota in network.quotas:
        column = program.column(quota.edge, quota.commodity)
        worth = -quota.penalty_usd_per_t if column is None else held.get(column, 0.0)
        worth_of["quota", (quota.edge, quota.commodity), "min_mtpa"] = worth
        limit = BindingLimit("quota", quota.edge, quota.commodity)
        worth_of["quota", (quota.edge, quota.commodity), "max_mtpa"] = solution.prices.get(limit, 0.0)
    return worth_of
