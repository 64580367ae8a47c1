"""Tables and totals of a flow in tonnes or barrels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridor.model.columns import column_names
from corridor.model.display_units import DisplayUnits
from corridor.solver.flow import Flow
from corridor.solver.shown_volumes import ShownVolumes

if TYPE_CHECKING:
    import pandas as pd


def flow_totals(flow: Flow, units: DisplayUnits) -> dict[str, float]:
    """Return totals of a flow by name: `delivered_mtpa` or `delivered_kbd` and so on; money stays."""
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
        barrels = [units.per_t(commodity) for commodity in _commodities(frame)]
    across = [volumes.barrels_across(str(id)) for id in frame.index] if table == "corridors" else barrels
    converted = frame.copy()
    for name in map(str, frame.columns):
        if units.name(name) != name:
            per_t = across if name == "throughput_mtpa" else barrels
            converted[name] = frame[name] * [units.factor_of(name, each) for each in per_t]
    return units.renamed(converted)


def _commodities(frame: pd.DataFrame) -> list[str]:
    """Return the commodity of each row of a table, which is in its index or a column of it."""
    where = frame if "commodity" in frame.columns else frame.index.to_frame(index=False)
    return [str(id) for id in where["commodity"]]
