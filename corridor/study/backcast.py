"""Modelled against observed: does a year come out as it happened?"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from corridor.errors import DataError
from corridor.library import networks as library
from corridor.library.observations import observations
from corridor.model.columns import column_names, described
from corridor.model.stamp import stamped
from corridor.solver.flow import Flow, solve

if TYPE_CHECKING:
    import pandas as pd

    from corridor.model.network import Network

ALL_SHIPPERS = "all shippers"
MODELLED, EXPORTS, ERRORS, ERRORS_APART, SKILL = SUMMARY = (
    "modelled total", "all exports", "sum of absolute errors", "sum of absolute errors, differences",
    "skill against last year",
)  # fmt: skip
"""Rows below the corridors, each in one column."""
_DIFFERENCE = "difference"
_Rows = dict[tuple[str, str], dict[str, Any]]


def backcast(
    year: int = 2022,
    *,
    commodity: str | None = None,
    name: str = "caspian",
    observed: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return what each corridor carried in a year, modelled and observed.

    Parameters
    ----------
    year : int
        A year of the network. It knows capacities, tariffs, prices, output, quotas and contracts of that year, and no
        route flow of it. Observations ship for 2018 to 2022.
    commodity : str, optional
        Id of the only commodity to compare, or a group of several; by default every shipper with observations, each
        apart, and what was observed of all shippers together.
    name : str
        Shipped network.
    observed : mapping, optional
        Observations of your own instead of the shipped ones, by corridor: of the commodity, by default of all shippers
        together. [Mt/y]

    Returns
    -------
    pandas.DataFrame
        Indexed by commodity ('all shippers' for all together) and corridor; by corridor alone where a commodity is
        given. Corridors without an observation are left out.

        {columns}

        Below the corridors of each commodity stand, each in a column of its own: ``modelled total`` (of the corridors
        above), ``all exports`` (observed, of the country, by whatever way; where known), ``sum of absolute errors`` of
        what was reported, ``sum of absolute errors, differences`` of observations that are differences of other
        volumes, and ``skill against last year``: 1 less the sum of absolute errors over the sum for the guess that
        each corridor carries what it carried a year before, over the reported observations that have one.

    Raises
    ------
    DataError
        If there are no observations of that year and commodity.
    UnknownNameError
        If an observation is of a corridor that the network does not have.

    Examples
    --------
    >>> table = backcast(2021, commodity="kazakh_crude")
    >>> errors = table.loc[["sum of absolute errors", "sum of absolute errors, differences"], "error_mtpa"].sum()
    >>> bool(errors < 0.1 * table.loc["all exports", "observed_mtpa"])
    True
    """
    import pandas as pd

    network = library.load(name, year=year)
    members = _members(network)
    if commodity is not None and commodity not in members:
        network.commodity(commodity)
    by_key, exports = (_own(observed, commodity), {}) if observed is not None else _shipped(name, year, commodity)
    for _, corridor in by_key:
        network.corridor(corridor)
    flow = solve(network)
    order = list(members)
    rows: _Rows = {}
    for shipper in sorted({shipper for shipper, _ in by_key}, key=order.index):
        scored = {
            corridor.id: _scored(by_key[shipper, corridor.id], flow, corridor.id, members[shipper])
            for corridor in network.corridors
            if (shipper, corridor.id) in by_key
        }
        scored |= _summary(list(scored.values()), exports.get(shipper, math.nan))
        rows |= {(shipper or ALL_SHIPPERS, corridor): row for corridor, row in scored.items()}
    index = pd.MultiIndex.from_tuples(list(rows), names=["commodity", "corridor"])
    table = pd.DataFrame(list(rows.values()), index=index, columns=list(column_names("backcast")))
    table = table if commodity is None else table.droplevel("commodity")
    return stamped(table, network, commodity=commodity)


backcast.__doc__ = inspect.cleandoc(backcast.__doc__ or "").replace("{columns}", described("backcast"))


def _members(network: Network) -> dict[str, tuple[str | None, ...]]:
    """Return the commodities that an observation counts by what it is of: all, one, or a group."""
    members: dict[str, tuple[str | None, ...]] = {"": (None,)}
    members |= {record.id: (record.id,) for record in network.commodities}
    for record in network.commodities:
        if record.group:
            members[record.group] = (*members.get(record.group, ()), record.id)
    return members


def _scored(row: dict[str, Any], flow: Flow, corridor: str, commodities: Sequence[str | None]) -> dict[str, Any]:
    """Return an observation with what the model carries, and its error."""
    modelled = math.fsum(flow.throughput_mtpa(corridor, commodity) for commodity in commodities)
    return {"modelled_mtpa": modelled, "error_mtpa": modelled - row["observed_mtpa"], "skill": math.nan} | row


def _summary(rows: Sequence[dict[str, Any]], exports_mtpa: float) -> dict[str, dict[str, Any]]:
    """Return the rows below the corridors of one commodity; those that have no value are left out."""
    reported = [row for row in rows if row["basis"] != _DIFFERENCE]
    apart = [row for row in rows if row["basis"] == _DIFFERENCE]
    known = [row for row in reported if not math.isnan(row["last_year_mtpa"])]
    guess = math.fsum(abs(row["last_year_mtpa"] - row["observed_mtpa"]) for row in known)
    skill = 1.0 - _errors(known) / guess if guess > 0 else math.nan
    values = {
        MODELLED: ("modelled_mtpa", math.fsum(row["modelled_mtpa"] for row in rows)),
        EXPORTS: ("observed_mtpa", exports_mtpa),
        ERRORS: ("error_mtpa", _errors(reported) if reported else math.nan),
        ERRORS_APART: ("error_mtpa", _errors(apart) if apart else math.nan),
        SKILL: ("skill", skill),
    }
    words = dict.fromkeys(("basis", "confidence", "source", "note"), "")
    return {name: {column: value, **words} for name, (column, value) in values.items() if not math.isnan(value)}


def _errors(rows: Sequence[dict[str, Any]]) -> float:
    return math.fsum(abs(row["error_mtpa"]) for row in rows)


def _own(observed: Mapping[str, float], commodity: str | None) -> _Rows:
    """Return a caller's observations by shipper and corridor."""
    if not observed:
        raise DataError("observed holds no corridor; give at least one, as in {'cpc': 52.2}")
    common = {"last_year_mtpa": math.nan, "basis": "given", "confidence": "", "source": "given", "note": ""}
    return {
        (commodity or "", corridor): {
            "observed_mtpa": float(value), "low_mtpa": float(value), "high_mtpa": float(value), **common,
        }
        for corridor, value in observed.items()
    }  # fmt: skip


def _shipped(name: str, year: int, commodity: str | None) -> tuple[_Rows, dict[str, float]]:
    """Return the shipped observations by shipper and corridor, and by shipper the country's exports where known."""
    rows = [row for row in observations(name) if row["choice"] == "chosen" and commodity in (None, row["commodity"])]
    of_year = [row for row in rows if int(row["year"]) == year]
    if not any(row["corridor"] for row in of_year):
        years = sorted({row["year"] for row in rows if row["corridor"]})
        raise DataError(
            f"no observations of {commodity or 'any shipper'} in {year}; there are for {', '.join(years) or 'none'}; "
            "observed={corridor: value} takes your own"
        )
    publishers = library.publishers()
    before = {
        (row["commodity"], row["corridor"]): float(row["observed_mtpa"]) for row in rows if int(row["year"]) == year - 1
    }
    observed: _Rows = {}
    for row in (row for row in of_year if row["corridor"]):
        key, value = (row["commodity"], row["corridor"]), float(row["observed_mtpa"])
        observed[key] = {
            "observed_mtpa": value,
            "last_year_mtpa": before.get(key, math.nan),
            "low_mtpa": float(row["low"] or value),
            "high_mtpa": float(row["high"] or value),
            "basis": row["basis"],
            "confidence": row["confidence"],
            "source": "; ".join(publishers[id] for id in row["sources"].split(";")),
            "note": row["note"],
        }
    return observed, {row["commodity"]: float(row["observed_mtpa"]) for row in of_year if not row["corridor"]}
