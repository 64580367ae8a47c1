"""What a result leans on: the figures whose ranges move it most, by duals; one layout, whatever the effect is on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import DataError
from corridor.messages import shown
from corridor.model import figures
from corridor.model.formulas import DAYS_PER_YEAR
from corridor.model.network import Network
from corridor.model.records import TERMS
from corridor.model.result_path import unit_of_path
from corridor.model.scenario import scenario_name
from corridor.model.stamp import stamped
from corridor.model.terms import term_columns
from corridor.model.variation import Variation
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
    for kind, id, field, before, new in variation.field_changes({figure: value}):
        total += worth.get((kind, id, field), 0.0) * (new - (before or 0.0))
    return total


def _worth(solution: Solution) -> dict[tuple[str, Any, str], float]:
    """Return the derivative of the objective by each field of each record."""
    network, program, optimum = solution.network, solution.program, solution.optimum
    cost = optimum.reduced_cost
    worth_of: dict[tuple[str, Any, str], float] = _worth_of_terms(solution)
    for index, edge in enumerate(network.edges):
        through, shadow = float(solution.edge_flow_mtpa[index]), float(solution.edge_shadow_price_usd_per_t[index])
        worth_of["edge", edge.id, "capacity_mtpa"] = shadow * edge.remaining * edge.in_service
        worth_of["edge", edge.id, "in_service"] = shadow * (edge.capacity_mtpa or 0.0)
        if edge.fleet is not None:
            worth_of["edge", edge.id, "fleet_days"] = -through * solution.prices.get(
                BindingLimit("fleet", edge.fleet), 0.0
            )
    for fleet, price in zip(network.fleets, solution.fleet_shadow_price_usd_per_t_day.tolist(), strict=True):
        worth_of["fleet", fleet.id, "capacity_mt_days"] = price * fleet.remaining
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
    least = optimum.dual[program.n_balances :][program.minimum_rows]
    held = dict(zip(program.minima.tolist(), least.tolist(), strict=True))
    for quota in network.quotas:
        column = program.column(quota.edge, quota.commodity)
        worth = -quota.penalty_usd_per_t if column is None else held.get(column, 0.0)
        worth_of["quota", (quota.edge, quota.commodity), "min_mtpa"] = worth
        limit = BindingLimit("quota", quota.edge, quota.commodity)
        worth_of["quota", (quota.edge, quota.commodity), "max_mtpa"] = solution.prices.get(limit, 0.0)
    return worth_of


def _worth_of_terms(solution: Solution) -> dict[tuple[str, Any, str], float]:
    """Return the derivative of the objective by what edges, rates and commodities say of costs and days.

    An edge's own counts for those that have no rate there, or one that leaves the field empty.
    """
    network, program, flows = solution.network, solution.program, solution.flows
    commodities = [network.commodity(id) for id in program.commodities]
    per_day = flows * np.array([commodity.day_usd_per_t for commodity in commodities])[program.flow_commodity]
    weight_of = dict.fromkeys(TERMS, -flows) | dict.fromkeys(("transit_days", "late_days"), -per_day)
    weight_of["quality_usd_per_t"] = flows
    columns = [(rate, program.column(rate.edge, rate.commodity)) for rate in network.rates]
    worth_of: dict[tuple[str, Any, str], float] = {}
    for field, weight in weight_of.items():
        own = weight.copy()
        for rate, column in columns:
            if column is not None and getattr(rate, field) is not None:
                worth_of["rate", (rate.edge, rate.commodity), field] = float(weight[column])
                own[column] = 0.0
        of_edges = np.bincount(program.flow_edge, own, minlength=len(network.edges)).tolist()
        worth_of |= {("edge", edge.id, field): worth for edge, worth in zip(network.edges, of_edges, strict=True)}
    days = dict(zip(TERMS, term_columns(network, program.flow_edge, program.flow_commodity, program.commodities),
                    strict=True))  # fmt: skip
    tonne_days = flows * (days["transit_days"] + days["late_days"])
    tonne_days_of = np.bincount(program.flow_commodity, tonne_days, minlength=len(commodities))
    for commodity, of_commodity in zip(commodities, tonne_days_of.tolist(), strict=True):
        if commodity.time_usd_per_t_day is not None:
            worth_of["commodity", commodity.id, "time_usd_per_t_day"] = -of_commodity
            continue
        tonne_years = of_commodity / DAYS_PER_YEAR
        worth_of["commodity", commodity.id, "value_usd_per_t"] = -tonne_years * commodity.interest_per_year
        worth_of["commodity", commodity.id, "interest_per_year"] = -tonne_years * commodity.value_usd_per_t
    return worth_of
