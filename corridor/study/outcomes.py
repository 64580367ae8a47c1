"""Totals of the baseline and of each scenario."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from corridor.model.columns import column_names, described
from corridor.model.formulas import hhi
from corridor.model.network import Network
from corridor.model.scenario import Scenario
from corridor.model.stamp import stamped
from corridor.solver.flow import Flow
from corridor.solver.warm import WarmSolver
from corridor.study.scenario_runs import named_scenarios

if TYPE_CHECKING:
    import pandas as pd


def outcomes(
    network: Network, scenarios: Scenario | Iterable[Scenario] | None = None, *, commodity: str | None = None
) -> pd.DataFrame:
    """Return totals of the baseline and of each scenario, with their change against the baseline.

    Parameters
    ----------
    network : Network
        Network to solve.
    scenarios : Scenario or iterable of Scenario, optional
        Scenarios, each applied alone; by default all shipped ones for a `shipped` network, none for any other.
    commodity : str, optional
        Id of the only commodity to count; all commodities by default.

    Returns
    -------
    pandas.DataFrame
        One row a scenario, indexed by scenario, baseline first. No penalty is in any column.

        {columns}

        The loss counts unmet requirements at `Market.replacement_usd_per_t`; it is negative if a contract that cost
        money ends. ``table.attrs["notes"]`` lists notes by scenario: minima not met, quotas set by two changes.

    Raises
    ------
    UnknownNameError
        If the commodity is unknown, or a scenario names something that is not in the network.
    DataError
        If a scenario name is duplicate.
    """
    import pandas as pd

    solver = WarmSolver(network)
    if commodity is not None:
        network.commodity(commodity)
    base = Flow(solver.solve())
    rows: dict[str, dict[str, float]] = {}
    notes: dict[str, list[str]] = {}
    for name, scenario in named_scenarios(network, scenarios):
        flow = base if scenario is None else Flow(solver.solve(scenario, strict=scenarios is not None))
        rows[name] = outcome_row(flow, base, commodity)
        if flow.notes:
            notes[name] = list(flow.notes)
    table = pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="scenario"))
    table = table[list(column_names("outcomes"))]
    return stamped(table, network, commodity=commodity, **({"notes": notes} if notes else {}))


outcomes.__doc__ = inspect.cleandoc(outcomes.__doc__ or "").replace("{columns}", described("outcomes"))


def outcome_row(flow: Flow, base: Flow, commodity: str | None = None) -> dict[str, float]:
    """Return a row of `outcomes`: totals of a flow, and their change against a baseline."""
    row, before = _totals(flow, commodity), _totals(base, commodity)
    through = [flow.throughput_mtpa(corridor.id, commodity) for corridor in flow.network.corridors]
    fall = before["netback_musd_per_year"] - row["netback_musd_per_year"]
    return (
        row
        | {_change(total): row[total] - before[total] for total in row}
        | _loss(flow, base, commodity, fall_musd_per_year=fall)
        | {"route_hhi": hhi(through)}
    )


def losses(flow: Flow, base: Flow, commodity: str | None = None) -> dict[str, float]:
    """Return what is lost against a baseline: changes of shortfall and unmet requirements, and the loss."""
    row, before = _totals(flow, commodity), _totals(base, commodity)
    fall = before["netback_musd_per_year"] - row["netback_musd_per_year"]
    changes = {_change(total): row[total] - before[total] for total in ("shortfall_mtpa", "unmet_mtpa")}
    return changes | _loss(flow, base, commodity, fall_musd_per_year=fall)


def _change(total: str) -> str:
    """Return the column name of a total's change: delivered_mtpa gives delivered_change_mtpa."""
    unit = "_musd_per_year" if total.endswith("_musd_per_year") else "_mtpa"
    return f"{total.removesuffix(unit)}_change{unit}"


def _loss(flow: Flow, base: Flow, commodity: str | None, *, fall_musd_per_year: float) -> dict[str, float]:
    """Return the loss against the baseline, and the unmet requirements without a replacement cost."""
    loss, unpriced = fall_musd_per_year, 0.0
    more = flow.unmet_by_market - base.unmet_by_market
    for market, rise in zip(base.network.markets, more.tolist(), strict=True):
        if commodity is not None and market.commodity != commodity:
            continue
        if market.replacement_usd_per_t is None:
            unpriced += rise
        else:
            loss += rise * market.replacement_usd_per_t
    return {"loss_musd_per_year": loss, "unmet_not_in_loss_mtpa": unpriced}


def _totals(flow: Flow, commodity: str | None) -> dict[str, float]:
    """Return delivered, shortfall and netback of one commodity or of all."""
    if commodity is None:
        return {
            "delivered_mtpa": flow.delivered_mtpa,
            "shortfall_mtpa": flow.shortfall_mtpa,
            "unmet_mtpa": flow.unmet_mtpa,
            "unmet_minimum_mtpa": flow.unmet_minimum_mtpa,
            "netback_musd_per_year": flow.netback_musd_per_year,
        }
    net, solution = flow.network, flow.solution
    program = solution.program
    moved = (program.flow_commodity == program.commodities.index(commodity)).nonzero()[0]
    cost = float(solution.state.cost[moved] @ solution.amounts[moved])
    offered = [supply.commodity == commodity for supply in net.supplies]
    sold = [market.commodity == commodity for market in net.markets]
    held = [quota.commodity == commodity for quota in net.quotas]
    prices = np.array([market.price_usd_per_t for market in net.markets])[sold]
    delivered = solution.delivered_by_market[sold]
    return {
        "delivered_mtpa": float(delivered.sum()),
        "shortfall_mtpa": float(flow.shortfall_by_supply[offered].sum()),
        "unmet_mtpa": float(flow.unmet_by_market[sold].sum()),
        "unmet_minimum_mtpa": float(flow.unmet_by_quota[held].sum()),
        "netback_musd_per_year": float(prices @ delivered) - cost,
    }
