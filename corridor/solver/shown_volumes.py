"""Volumes of a flow in tonnes or barrels: what shippers share counts by the mix that passes there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from corridor.model.display_units import TONNES, DisplayUnits, barrels_factor
from corridor.solver.program import Floats
from corridor.solver.solution import BindingLimit, Solution


class ShownVolumes:
    """A solution's volumes in units; all rates are 1 where these are tonnes.

    Parameters
    ----------
    solution : Solution
        The flow whose mix counts.
    units : DisplayUnits
        Units of all its commodities.

    Notes
    -----
    A capacity that several commodities share is so many tonnes, and as many barrels as the mix that uses it has; where
    nothing passes, as the first commodity that could.
    """

    def __init__(self, solution: Solution, units: DisplayUnits = TONNES) -> None:
        self.units = units
        self._solution = solution

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
        if not self.units.shows_barrels:
            return float(amounts_mtpa.sum())
        rates = [self.units.rate(commodity) for commodity in commodities]
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
        return self.barrels_of_fleet(fleet) if self.units.shows_barrels else 1.0

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
            if supply.node == node
        }
        return self._mean({edge.id: 1.0 for edge in network.edges if edge.head == node}, offered)

    def _rate(self, barrels_per_t: float) -> float:
        return barrels_factor("_mtpa", barrels_per_t) if self.units.shows_barrels else 1.0

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
        return self.units.barrels_per_t[next(able, commodities[0].id)]

    def _passing(self, weights: Mapping[int, float]) -> dict[str, float]:
        """Return weighted amounts of some flow columns by commodity. [Mt/y]"""
        passing: dict[str, float] = {}
        for column, weight in weights.items():
            commodity = self._solution.program.name_of(column)[1]
            passing[commodity] = passing.get(commodity, 0.0) + weight * float(self._solution.amounts[column])
        return passing
