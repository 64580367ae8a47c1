"""Volumes of a flow in tonnes or barrels: what shippers share counts by the mix that passes there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from corridor.model.commodity_groups import default_subject, members
from corridor.model.display_units import TONNES, DisplayUnits
from corridor.solver.program import Floats
from corridor.solver.solution import BindingLimit, Solution


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
        self.asked = asked or (members(network, default_subject(network)) if network.commodities else ())
        """Ids of what corridors are explained for."""
        self.asked_name = self._name()

    def _name(self) -> str:
        """Return what corridors are explained for: a commodity, or a group of several."""
        if len(self.asked) == 1:
            return self.asked[0]
        return self._solution.network.commodity(self.asked[0]).group if self.asked else ""

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

    def gains(self, other: Solution) -> tuple[float, float]:
        """Return how much more another solution lifts, and meets of what is required."""
        own = self._solution
        return (
            self.supplies(own.shortfall_by_supply - other.shortfall_by_supply),
            self.markets(own.unmet_by_market - other.unmet_by_market),
        )

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

    def one_more(self, limit: BindingLimit, unit: str) -> str:
        """Return how much more of a limit is tried: 1 of its unit of tonnes, in the units shown."""
        if not self.units.shows_barrels:
            return f"one more {unit.replace('days', 'day')}"
        return f"{self.limit(limit):.1f} {self.units.label(unit)} more"

    def fleet(self, fleet: str) -> float:
        """Return how many display units of amount 1 Mt of a fleet's cargo is."""
        return self.units.factor_of("_mt", self.barrels_of_fleet(fleet))

    def amount_on(self, *edges: str) -> float:
        """Return how many display units of amount 1 Mt of what passes some edges is."""
        return self.units.factor_of("_mt", self.barrels_on(*edges))

    def barrels_on(self, *edges: str) -> float:
        """Return the barrels a tonne of what passes some edges; 1 where tonnes are shown."""
        return self._mean(dict.fromkeys(edges, 1.0), {})

    def barrels_across(self, corridor: str) -> float:
        """Return the barrels a tonne of a corridor's throughput, each commodity by its own trunk."""
        columns = self._solution.program.trunk_columns(self._solution.network, corridor)
        return self._mean({}, self._passing(dict.fromkeys(columns, 1.0)))

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
        columns = {column: weight for edge, weight in edges.items() for column in program.columns_on([edge])}
        for commodity, amount in self._passing(columns).items():
            passing[commodity] = passing.get(commodity, 0.0) + amount
        total = sum(passing.values())
        if total > 0:
            return sum(amount * self.units.barrels_per_t[id] for id, amount in passing.items()) / total
        able = (commodity.id for commodity in commodities if commodity.id in passing)
        return self.units.barrels_per_t[next(able, self.commodities[0])]

    def _passing(self, weights: Mapping[int, float]) -> dict[str, float]:
        """Return weighted amounts of some flow columns, of what is counted, by commodity. [Mt/y]"""
        passing: dict[str, float] = {}
        for column, weight in weights.items():
            commodity = self._solution.program.name_of(column)[1]
            if commodity not in self.commodities:
                continue
            passing[commodity] = passing.get(commodity, 0.0) + weight * float(self._solution.amounts[column])
        return passing
