"""Volumes of a flow in tonnes or barrels: what shippers share counts by the mix that passes there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from corridor.model.display_units import TONNES, DisplayUnits, barrels_factor
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
        Units of all its commodities.

    Notes
    -----
    A capacity that several commodities share is so many tonnes, and as many barrels as the mix that uses it has; where
    nothing passes, as the first commodity that could.
    """

    def __init__(self, solution: Solution, units: DisplayUnits = TONNES) -> None:
        self.units = units
        self._solution = solution
        program = solution.program
        self._columns_of: dict[int, list[int]] = {}
        for column, edge in enumerate(program.flow_edge.tolist() if units.shows_barrels else []):
            self._columns_of.setdefault(edge, []).append(column)

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

    def edge(self, *edges: str) -> float:
        """Return how many display units of flow 1 Mt/y of what passes some edges is."""
        return self._rate(self.barrels_on(*edges))

    def corridor(self, corridor: str) -> float:
        """Return how many display units of flow 1 Mt/y across a corridor's trunk is."""
        return self.edge(*(edge.id for edge in self._solution.network.trunk(corridor)))

    def limit(self, limit: BindingLimit) -> float:
        """Return how many display units 1 Mt/y at a limit is; of a fleet, 1 Mt days a year."""
        if limit.kind == "quota":
            return self.units.rate(limit.commodity)
        if limit.kind == "fleet":
            return self.fleet(limit.id)
        return self._rate(self.barrels_through(limit.id)) if limit.kind == "node" else self.edge(limit.id)

    def fleet(self, fleet: str) -> float:
        """Return how many display units of amount 1 Mt of a fleet's cargo is."""
        return self.barrels_of_fleet(fleet) if self.units.shows_barrels else 1.0

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
            if supply.node == node
        }
        return self._mean({edge.id: 1.0 for edge in network.edges if edge.head == node}, offered)

    def _rate(self, barrels_per_t: float) -> float:
        return barrels_factor("_mtpa", barrels_per_t) if self.units.shows_barrels else 1.0

    def _mean(self, edges: Mapping[str, float], passing: dict[str, float]) -> float:
        if self.units.barrels_per_t is None:
            return 1.0
        program, commodities = self._solution.program, self._solution.network.commodities
        for edge, weight in edges.items():
            for column in self._columns_of.get(program.edge_ids.index(edge), []):
                commodity = program.name_of(column)[1]
                passing[commodity] = passing.get(commodity, 0.0) + weight * float(self._solution.amounts[column])
        total = sum(passing.values())
        if total > 0:
            return sum(amount * self.units.barrels_per_t[id] for id, amount in passing.items()) / total
        able = (commodity.id for commodity in commodities if commodity.id in passing)
        return self.units.barrels_per_t[next(able, commodities[0].id)]


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
            converted[name] = frame[name] * [barrels_factor(name, per_t) for per_t in barrels]
    return units.renamed(converted)


def _commodities(frame: pd.DataFrame) -> list[str]:
    """Return the commodity of each row of a table, which is in its index or a column of it."""
    where = frame if "commodity" in frame.columns else frame.index.to_frame(index=False)
    return [str(id) for id in where["commodity"]]
