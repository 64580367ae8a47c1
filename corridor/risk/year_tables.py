"""Tables of simulated years: the states that were in force, and what each corridor carried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from corridor.model.display_units import DisplayUnits
from corridor.model.formulas import DAYS_PER_YEAR
from corridor.risk.attribution import in_parts
from corridor.risk.blocks import StateTotals
from corridor.risk.random_histories import unpacked
from corridor.solver.program import Floats
from corridor.solver.state_measures import MeasureLayout

if TYPE_CHECKING:
    import pandas as pd


def states_table(
    totals: StateTotals, layout: MeasureLayout, baseline: Floats, *, n_years: int, names: Sequence[str],
    units: DisplayUnits,
) -> pd.DataFrame:  # fmt: skip
    """Return which hazards were in force, how often, and how bad: columns of `Ensemble.states`, the longest first.

    Parameters
    ----------
    totals : StateTotals
        What all years came to, state by state.
    layout : MeasureLayout
        Columns of the measures.
    baseline : shape (n_measures,)
        What the network comes to with no hazard in force.
    n_years : int
        Number of years.
    names : sequence of str
        Names of the members of hazards.
    units : DisplayUnits
        Units of all commodities.
    """
    import pandas as pd

    order = np.lexsort([*totals.sets.T, -totals.days])
    days, members = totals.days[order], np.array(names, dtype=object)
    netback = totals.values[order, layout.column("netback")]
    delivered, short = (_all_shippers(totals.values, layout, name, units)[order] for name in ("delivered", "shortfall"))
    beyond = (short - _all_shippers(baseline, layout, "shortfall", units)) * days
    table = pd.DataFrame(
        {
            "hazards": [
                tuple(members[row]) for part in in_parts(order) for row in unpacked(totals.sets[part], len(members))
            ],
            "days_per_year": days / n_years,
            "stretches_per_year": totals.stretches[order] / n_years,
            "delivered_mtpa": delivered,
            "shortfall_mtpa": short,
            "netback_musd_per_year": netback,
            "shortfall_share": beyond / beyond.sum() if beyond.sum() > 0 else np.zeros(len(beyond)),
        }
    )
    return units.renamed(table).rename_axis("state")


def _all_shippers(values: Floats, layout: MeasureLayout, quantity: str, units: DisplayUnits) -> Floats:
    """Return a quantity of all shippers, shape (..., n_measures) to (...), each by its own barrels where asked."""
    if not units.shows_barrels:
        return np.asarray(values[..., layout.column(quantity)])
    parts = [(layout.column(quantity, commodity=id), units.rate(id)) for id in layout.commodities]
    return np.asarray(np.sum([rate * values[..., index] for index, rate in parts], axis=0))


def corridors_table(rates: Floats, layout: MeasureLayout, baseline: Floats) -> pd.DataFrame:
    """Return what each corridor carried, and how long it was reduced or closed: columns of `Ensemble.corridors`.

    Parameters
    ----------
    rates : shape (n_years, n_measures)
        Means of all measures over each year.
    layout : MeasureLayout
        Columns of the measures.
    baseline : shape (n_measures,)
        What the network comes to with no hazard in force.
    """
    import pandas as pd

    rows = []
    for id in layout.corridors:
        moved, reduced, closed = (
            rates[:, layout.column(quantity, corridor=id)] for quantity in ("throughput", "reduced", "closed")
        )
        low, high = np.quantile(moved, [0.05, 0.95])
        usual = baseline[layout.column("throughput", corridor=id)]
        rows.append([usual, moved.mean(), low, high, DAYS_PER_YEAR * reduced.mean(), DAYS_PER_YEAR * closed.mean()])
    columns = ["undisturbed_mt", "mean_mt", "low_mt", "high_mt", "reduced_days", "closed_days"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index(layout.corridors, name="corridor"))
