"""Barrels of simulated years: which columns of tonnes add up to one of barrels, and by how many barrels a tonne."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.errors import DataError
from corridor.model.display_units import DisplayUnits, barrels_factor, in_barrels, in_tonnes
from corridor.model.network import Network

_TOTALS = ("delivered_mt", "shortfall_mt")
"""Sums over shippers of which years hold the parts."""


def is_in_barrels(column: str) -> bool:
    """Tell whether a column of years is in barrels, by its name.

    Examples
    --------
    >>> is_in_barrels("kazakh_crude_shortfall_mbbl"), is_in_barrels("shortfall_mt"), is_in_barrels("netback_musd")
    (True, False, False)
    """
    return in_tonnes(column) != column


def tonne_parts(network: Network, column: str, commodities: Sequence[str]) -> list[tuple[str, float]]:
    """Return the columns of years that add up to one of barrels, each with what it is multiplied by.

    Parameters
    ----------
    network : Network
        Network of the years.
    column : str
        Name in barrels, such as ``shortfall_mbbl``: of all shippers each counts by its own barrels a tonne.
    commodities : sequence of str
        Commodities that years have columns of.

    Raises
    ------
    DataError
        If a commodity has no barrels, or the column is a sum over shippers of different barrels a tonne whose parts
        years do not hold.
    """
    name = in_tonnes(column)
    own = next((id for id in commodities if name.startswith(f"{id}_")), None)
    shown = DisplayUnits.of(network, "bbl", own)
    if own is not None:
        return [(name, shown.factor(name, own))]
    if name in _TOTALS:
        return [(f"{id}_{name}", shown.factor(name, id)) for id in commodities]
    counted = commodities
    if name == "unmet_mt":
        counted = sorted({market.commodity for market in network.markets if market.required_mtpa > 0})
    barrels = {shown.amount(id) for id in counted} or {1.0}
    if len(barrels) > 1:
        raise DataError(
            f"{column} adds up shippers of different barrels a tonne, whose parts years do not hold; take {name}"
        )
    return [(name, barrels_factor(name, barrels.pop()))]


def names_in(network: Network, columns: Sequence[str], commodities: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Return by column of years its name in barrels, or its own where it has none, and notes on those that stay.

    Raises
    ------
    DataError
        If a commodity has no barrels.
    """
    DisplayUnits.of(network, "bbl")
    names, notes = {}, []
    for column in columns:
        names[column] = in_barrels(column)
        if names[column] == column:
            continue
        try:
            tonne_parts(network, names[column], commodities)
        except DataError:
            names[column] = column
            notes.append(f"{column} stays in tonnes: it adds up shippers of different barrels a tonne")
    return names, notes
