"""Modelled against observed: does a year come out as it happened?"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from corridor.errors import DataError
from corridor.model import library
from corridor.solver.flow import solve

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "modelled_mtpa", "observed_mtpa", "error_mtpa", "low_mtpa", "high_mtpa", "confidence", "source", "note",
)  # fmt: skip
TOTAL = "total"


def backcast(year: int = 2022, *, commodity: str | None = "kazakh_crude", name: str = "caspian") -> pd.DataFrame:
    """Return what each corridor carried in a year, modelled and observed.

    Parameters
    ----------
    year : int
        A year with observations, 2018 to 2022. The network of that year knows capacities, tariffs, prices, output,
        quotas and contracts, and no route flow of that year.
    commodity : str or None
        Whose oil; all shippers together with None.
    name : str
        Shipped network.

    Returns
    -------
    pandas.DataFrame
        Indexed by corridor: modelled_mtpa, observed_mtpa, error_mtpa (modelled less observed), low_mtpa and high_mtpa
        of the observation, confidence, source, note; corridors without an observation are left out. The last row,
        ``total``, adds up; its error is the sum of the absolute errors, and its observation is the country's exports
        where they are known (their sum over the corridors else).

    Raises
    ------
    DataError
        If there are no observations of that year and commodity.

    Examples
    --------
    >>> table = backcast(2021)
    >>> bool(table.loc["total", "error_mtpa"] < 0.1 * table.loc["total", "observed_mtpa"])
    True
    """
    import pandas as pd

    rows = [row for row in observations(name) if row["choice"] == "chosen" and row["commodity"] == (commodity or "")]
    of_year = [row for row in rows if int(row["year"]) == year]
    if not any(row["corridor"] for row in of_year):
        years = sorted({row["year"] for row in rows if row["corridor"]})
        raise DataError(f"no observations of {commodity or 'all shippers'} in {year}; there are for {', '.join(years)}")
    network = library.load(name, year=year)
    flow = solve(network)
    titles = {source.id: source for source in library.sources()}
    told: dict[str, dict[str, object]] = {}
    order = [corridor.id for corridor in network.corridors]
    for row in sorted((row for row in of_year if row["corridor"]), key=lambda row: order.index(row["corridor"])):
        modelled, observed = flow.throughput_mtpa(row["corridor"], commodity), float(row["observed_mtpa"])
        told[row["corridor"]] = {
            "modelled_mtpa": modelled,
            "observed_mtpa": observed,
            "error_mtpa": modelled - observed,
            "low_mtpa": float(row["low"] or observed),
            "high_mtpa": float(row["high"] or observed),
            "confidence": row["confidence"],
            "source": "; ".join(titles[id].publisher or titles[id].title for id in row["sources"].split(";")),
            "note": row["note"],
        }
    table = pd.DataFrame(list(told.values()), index=pd.Index(list(told), name="corridor"), columns=list(COLUMNS))
    exports = next((float(row["observed_mtpa"]) for row in of_year if not row["corridor"]), None)
    table.loc[TOTAL, ["modelled_mtpa", "observed_mtpa", "error_mtpa"]] = [
        table["modelled_mtpa"].sum(),
        table["observed_mtpa"].sum() if exports is None else exports,
        table["error_mtpa"].abs().sum(),
    ]
    table.loc[TOTAL, "note"] = "error: sum of absolute errors; observed: " + (
        "sum over the corridors" if exports is None else "all exports"
    )
    return table


def observations(name: str = "caspian") -> list[dict[str, str]]:
    """Return the observed throughputs of a shipped network, as they stand in ``observed.csv``."""
    text = library.data_root().joinpath(name, "observed.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
