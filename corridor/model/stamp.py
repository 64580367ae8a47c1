"""What a table is about, carried in its `attrs`: network, year, regime, commodity, version of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridor.model.parts import NetworkParts

if TYPE_CHECKING:
    import pandas as pd


def stamped(
    table: pd.DataFrame, network: NetworkParts | None, *, commodity: str | None = None, **more: Any
) -> pd.DataFrame:
    """Return the same table with what it is about in `attrs`, which hold only what JSON holds.

    Parameters
    ----------
    table : DataFrame
        A result.
    network : NetworkParts or None
        What it was made from; None for the record of events, which no network is needed for.
    commodity : str, optional
        Whose numbers it has; None for all shippers.
    **more
        What else is to be known: texts, finite numbers, lists and mappings of them.

    Notes
    -----
    Keys: network (name), year, regime (of the hazard rates), commodity, data_version (None for a network of one's own),
    notes of the network where it has any, and those of `more`. Parquet keeps them, and tables of equal `attrs` keep
    them when put together.
    """
    about: dict[Any, Any] = {
        "network": getattr(network, "name", None),
        "year": getattr(network, "year", None),
        "regime": getattr(network, "regime", None),
        "commodity": commodity,
        "data_version": getattr(network, "data_version", None),
        **({"notes": list(network.notes)} if network is not None and network.notes else {}),
        **more,
    }
    table.attrs = about
    return table
