"""Modelled against observed: does a year come out as it happened?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from corridor.errors import DataError
from corridor.library import networks as library
from corridor.library.observations import observations
from corridor.model.columns import column_names
from corridor.model.stamp import stamped
from corridor.solver.flow import solve

if TYPE_CHECKING:
    import pandas as pd

TOTAL = "total"


def backcast(
    year: int = 2022,
    *,
    commodity: str | None = "kazakh_crude",
    name: str = "caspian",
    observed: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return what each corridor carried in a year, modelled and observed.

    Parameters
    ----------
    year : int
        A year of the network. It knows capacities, tariffs, prices, output, quotas and contracts of that year, and no
        route flow of it. Observations ship for 2018 to 2022.
    commodity : str or None
        Whose oil; all shippers together with None.
    name : str
        Shipped network.
    observed : mapping, optional
        Observations of your own instead of the shipped ones, by corridor. [Mt/y]

    Returns
    -------
    pandas.DataFrame
        Indexed by corridor, those without an observation left out, with the columns

        - modelled_mtpa: flow of the model [Mt/y]
        - observed_mtpa: observation [Mt/y]
        - error_mtpa: modelled less observed [Mt/y]
        - low_mtpa, high_mtpa: range of the observation [Mt/y]
        - confidence: of the observation, A, B or C
        - source, note

        The last row, ``total``, adds up; its error is the sum of the absolute errors, and its observation is the
        country's exports where they are known (their sum over the corridors else).

    Raises
    ------
    DataError
        If there are no observations of that year and commodity.
    UnknownNameError
        If an observation is of a corridor that the network does not have.

    Examples
    --------
    >>> table = backcast(2021)
    >>> bool(table.loc["total", "error_mtpa"] < 0.1 * table.loc["total", "observed_mtpa"])
    True
    """
    import pandas as pd

    network = library.load(name, year=year)
    if commodity is not None:
        network.commodity(commodity)
    by_corridor, exports = (_own(observed), None) if observed is not None else _shipped(name, year, commodity)
    for corridor in by_corridor:
        network.corridor(corridor)
    flow = solve(network)
    rows = {corridor.id: by_corridor[corridor.id] for corridor in network.corridors if corridor.id in by_corridor}
    table = pd.DataFrame(
        list(rows.values()), index=pd.Index(list(rows), name="corridor"), columns=list(column_names("backcast"))
    )
    table["modelled_mtpa"] = [flow.throughput_mtpa(corridor, commodity) for corridor in rows]
    table["error_mtpa"] = table["modelled_mtpa"] - table["observed_mtpa"]
    table.loc[TOTAL, ["modelled_mtpa", "observed_mtpa", "error_mtpa"]] = [
        table["modelled_mtpa"].sum(),
        table["observed_mtpa"].sum() if exports is None else exports,
        table["error_mtpa"].abs().sum(),
    ]
    table.loc[TOTAL, "note"] = "error: sum of absolute errors; observed: " + (
        "sum over the corridors" if exports is None else "all exports"
    )
    return stamped(table, network, commodity=commodity)


def _own(observed: Mapping[str, float]) -> dict[str, dict[str, object]]:
    """Return a caller's observations by corridor."""
    if not observed:
        raise DataError("observed holds no corridor; give at least one, as in {'cpc': 52.2}")
    common = {"confidence": "", "source": "given", "note": ""}
    return {
        corridor: {"observed_mtpa": float(value), "low_mtpa": float(value), "high_mtpa": float(value), **common}
        for corridor, value in observed.items()
    }


def _shipped(name: str, year: int, commodity: str | None) -> tuple[dict[str, dict[str, object]], float | None]:
    """Return the shipped observations by corridor, and the country's exports where known."""
    rows = [row for row in observations(name) if row["choice"] == "chosen" and row["commodity"] == (commodity or "")]
    of_year = [row for row in rows if int(row["year"]) == year]
    if not any(row["corridor"] for row in of_year):
        years = sorted({row["year"] for row in rows if row["corridor"]})
        raise DataError(
            f"no observations of {commodity or 'all shippers'} in {year}; there are for {', '.join(years) or 'none'}; "
            "observed={corridor: value} takes your own"
        )
    publishers = library.publishers()
    observed: dict[str, dict[str, object]] = {}
    for row in (row for row in of_year if row["corridor"]):
        value = float(row["observed_mtpa"])
        observed[row["corridor"]] = {
            "observed_mtpa": value,
            "low_mtpa": float(row["low"] or value),
            "high_mtpa": float(row["high"] or value),
            "confidence": row["confidence"],
            "source": "; ".join(publishers[id] for id in row["sources"].split(";")),
            "note": row["note"],
        }
    return observed, next((float(row["observed_mtpa"]) for row in of_year if not row["corridor"]), None)
