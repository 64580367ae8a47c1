"""Volumes of a flow in tonnes or barrels: what shippers share counts by the mix that passes there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from corridor.model.commodity_groups import default_subject, members
from corridor.model.display_units import TONNES, DisplayUnits
from corridor.solver.program import Floats
from corridor.solver.solution import BindingLimit, Solution

if TYPE_CHECKING:
    import pandas as pd

    from corridor.solver.flow import Flow


class ShownVolumes:
    """A solution's volumes in units; all rates are 1 where these are tonnes.

    Parameters
    ----------
    solution : Solution
        The flow whose mix counts.
    units : DisplayUnits
        Units of its commodities, or of those asked for.
    asked : tuple of str
        The only commodities asked for, where not all are.

    Notes
    -----
    A capacity that several commodities share is so many tonnes, and as many barrels as the mix that uses it has; where
    nothing passes, as the first commodity that could. Of the commodities asked for it is their own mix.
    """

    def __init__(self, solution: Solution, units: DisplayUnits = TONNES, asked: tuple[str, ...] = ()) -> None:
        self.units, self.is_part = units, bool(asked)
        self._solution = solution
        network = solution.network
        self.commodities = asked or tuple(commodity.id for commodity in network.commodities)
        """Ids of what is counted."""
        self.asked = asked or members(network, default_subject(network))
        """Ids of what corridors are explained for."""
        self.asked_name = self._name()
        program = solution.program
        self._columns_of: dict[int, list[int]] = {}
        for column, edge in enumerate(program.flow_edge.tolist() if units.shows_barrels else []):
            self._columns_of.setdefault(edge, []).append(column)

    def _name(self) -> str:
        """Return what corridors are explained for: a commodity, or a group of several."""
        return self.asked[0] if len(self.asked) == 1 else self._solution.network.commodity(self.asked[0]).group

    def counts(self, column: int) -> bool:
        """Tell whether a flow column is of what is counted."""
        return self._solution.program.name_of(column)[1] in self.commodities

    def concerns(self, limit: BindingLimit) -> bool:
        """Tell whether a limit is one of what is counted: of an edge, node, fleet or quota that it can use."""
        if not self.is_part:
            return True
        if limit.commodity:
            return limit.commodity in self.commodities
        ids = (self._solution.program.name_of(column) for column in range(self._solution.program.n_flows))
        edges = (self._solution.network.edge(edge) for edge, commodity in ids if commodity in self.commodities)
        return any(limit.id in (edge.id, edge.tail, edge.head, edge.fleet) for edge in edges)

    def netback_musd_per_year(self) -> float:
        """Return prices of what arrives less all costs. [million USD/y]"""
        if not self.is_part:
            return self._solution.netback_musd_per_year
        sold = np.array([m.price_usd_per_t * (m.commodity in self.commodities) for m in self._solution.network.markets])
        return float(sold @ self._solution.delivered_by_market) - self.cost_musd_per_year()

    def cost_musd_per_year(self) -> float:
        """Return all costs of what moves. [million USD/y]"""
        program, flows = self._solution.program, self._solution.flows
        own = np.array([self.counts(column) for column in range(program.n_flows)], dtype=bool)
        return float(self._solution.state.cost[: program.n_flows][own] @ flows[own])

    def supplies(self, amounts_mtpa: Floats) -> float:
        """Return the sum of amounts by supply, such as a shortfall."""
        return self._summed([supply.commodity for supply in self._solution.network.supplies], amounts_mtpa)

    def markets(self, amounts_mtpa: Floats) -> float:
        """Return the sum of amounts by market, such as what is delivered or unmet."""
        return self._summed([market.commodity for market in self._solution.network.markets], amounts_mtpa)

    def quotas(self, amounts_mtpa: Floats) -> float:
        """Return the sum of amounts by quota."""
        return self._summed([quota.commodity for quota in self._solution.network.quotas], amounts_mtpa)

    def _summed(self, commodities: Sequence[str], amounts_mtpa: Floats) -> float:
        if not self.units.shows_barrels and not self.is_part:
            return float(amounts_mtpa.sum())
        rates = [self.units.rate(commodity) if commodity in self.commodities else 0.0 for commodity in commodities]
        return float(np.array(rates) @ amounts_mtpa) if rates else 0.0

    def edge(self, *edges: str) -> float:
        """Return how many display units of flow 1 Mt/y of what passes some edges is."""
        return self._rate(self.barrels_on(*edges))

    def limit(self, limit: BindingLimit) -> float:
        """Return how many display units 1 Mt/y at a limit is; of a fleet, 1 Mt days a year."""
        if limit.kind == "quota":
            return self.units.rate(limit.commodity)
        if limit.kind == "fleet":
            return self.fleet(limit.id)
        return self._rate(self.barrels_through(limit.id)) if limit.kind == "node" else self.edge(limit.id)

    def fleet(self, fleet: str) -> float:
        """Return how many display units of amount 1 Mt of a fleet's cargo is."""
        return self.units.factor_of("_mt", self.barrels_of_fleet(fleet))

    def amount_on(self, *edges: str) -> float:
        """Return how many display units of amount 1 Mt of what passes some edges is."""
        return self.units.factor_of("_mt", self.barrels_on(*edges))

    def barrels_on(self, *edges: str) -> float:
        """Return the barrels a tonne of what passes some edges; 1 where tonnes are shown."""
        return self._mean(dict.fromkeys(edges, 1.0), {})

    def barrels_of_fleet(self, fleet: str) -> float:
        """Return the barrels a tonne of what a fleet has under way."""
        edges = self._solution.network.edges
        return self._mean({edge.id: edge.fleet_days for edge in edges if edge.fleet == fleet}, {})

    def barrels_through(self, node: str) -> float:
        """Return the barrels a tonne of what enters a node or is lifted there."""
        network, lifted = self._solution.network, self._solution.amounts[self._solution.program.lifted]
        offered = {
            supply.commodity: float(amount)
            for supply, amount in zip(network.supplies, lifted, strict=True)
            if supply.node == node and supply.commodity in self.commodities
        }
        return self._mean({edge.id: 1.0 for edge in network.edges if edge.head == node}, offered)

    def _rate(self, barrels_per_t: float) -> float:
        return self.units.factor_of("_mtpa", barrels_per_t)

    def _mean(self, edges: Mapping[str, float], passing: dict[str, float]) -> float:
        if self.units.barrels_per_t is None:
            return 1.0
        program, commodities = self._solution.program, self._solution.network.commodities
        for edge, weight in edges.items():
            for column in self._columns_of.get(program.edge_ids.index(edge), []):
                commodity = program.name_of(column)[1]
                if commodity not in self.commodities:
                    continue
                passing[commodity] = passing.get(commodity, 0.0) + weight * float(self._solution.amounts[column])
        total = sum(passing.values())
        if total > 0:
            return sum(amount * self.units.barrels_per_t[id] for id, amount in passing.items()) / total
        able = (commodity.id for commodity in commodities if commodity.id in passing)
        return self.units.barrels_per_t[next(able, self.commodities[0])]


def flow_totals(flow: Flow, units: DisplayUnits) -> dict[str, float]:
    """Return totals of a flow by name: `delivered_mtpa` or `delivered_kbd` and so on; money stays."""
    from corridor.model.columns import column_names

    volumes, solution = ShownVolumes(flow.solution, units), flow.solution
    own = {
        "delivered_mtpa": volumes.markets(solution.delivered_by_market),
        "shortfall_mtpa": volumes.supplies(solution.shortfall_by_supply),
        "unmet_mtpa": volumes.markets(solution.unmet_by_market),
        "unmet_minimum_mtpa": volumes.quotas(solution.unmet_by_quota),
    }
    return {
        units.name(name): own[name] if units.shows_barrels and name in own else getattr(flow, name)
        for name in column_names("totals")
    }


def flow_table(flow: Flow, table: str, units: DisplayUnits) -> pd.DataFrame:
    """Return one of the tables of a flow in units: names of columns say which.

    Parameters
    ----------
    flow : Flow
        Solved flow.
    table : str
        One of `FLOW_TABLES`.
    units : DisplayUnits
        Units of all its commodities.
    """
    frame: pd.DataFrame = getattr(flow, table)
    if not units.shows_barrels:
        return frame
    volumes = ShownVolumes(flow.solution, units)
    shared = {
        "corridors": lambda id: volumes.barrels_on(*(edge.id for edge in flow.network.trunk(id))),
        "edges": volumes.barrels_on, "nodes": volumes.barrels_through, "fleets": volumes.barrels_of_fleet,
    }  # fmt: skip
    if table in shared:
        barrels = [shared[table](str(id)) for id in frame.index]
    else:
        barrels = [units.amount(commodity) for commodity in _commodities(frame)]
    converted = frame.copy()
    for name in map(str, frame.columns):
        if units.name(name) != name:
            converted[name] = frame[name] * [units.factor_of(name, per_t) for per_t in barrels]
    return units.renamed(converted)


def _commodities(frame: pd.DataFrame) -> list[str]:
    """Return the commodity of each row of a table, which is in its index or a column of it."""
    where = frame if "commodity" in frame.columns else frame.index.to_frame(index=False)
    return [str(id) for id in where["commodity"]]
