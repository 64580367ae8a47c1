"""A bad year: what simulated years came to, laid out once for the terminal, the brief and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridor.model.columns import column_names

if TYPE_CHECKING:
    import pandas as pd

    from corridor.risk.ensemble import Ensemble

_TOTALS = {
    "delivered_mt": ("delivered", "Mt"),
    "shortfall_mt": ("not lifted", "Mt"),
    "netback_musd": ("netback", "million USD"),
}
_LEAST_SHARE = 0.0005  # what is less is printed as 0.0 %


def amounts(ensemble: Ensemble, commodity: str = "", *, named: str = "", alpha: float = 0.95) -> pd.DataFrame:
    """Return what an average year and a bad one come to: a commodity, then the shortfall of all shippers.

    Parameters
    ----------
    ensemble : Ensemble
        Simulated years.
    commodity : str
        Commodity to count; all by default, without a row for the shortfall of all shippers.
    named : str
        What rows call the commodity; its id by default.
    alpha : float
        Level of the CVaR. [1]

    Returns
    -------
    pandas.DataFrame
        Indexed by what is counted, as ``kazakh_crude delivered``; columns as `bad_year` in the table of columns.
    """
    summary = ensemble.summary(alpha)
    summary["mean_half"] = summary["mean_high"] - summary["mean"]
    summary["cvar_half"] = summary["cvar_high"] - summary["cvar"]
    prefix, named = (f"{commodity}_", f"{named or commodity} ") if commodity else ("", "")
    rows = {f"{prefix}{total}": (f"{named}{label}", unit) for total, (label, unit) in _TOTALS.items()}
    if commodity:
        label, unit = _TOTALS["shortfall_mt"]
        rows["shortfall_mt"] = f"all shippers {label}", unit
    rows = {column: row for column, row in rows.items() if column in summary.index}
    table = summary.loc[list(rows)].assign(unit=[unit for _, unit in rows.values()])
    table.index = table.index.map({column: label for column, (label, _) in rows.items()})
    return table[list(column_names("bad_year"))]


def attributed(ensemble: Ensemble, column: str, *, by: str, alpha: float | None = None) -> pd.DataFrame:
    """Return the attribution of a column without the rows whose share would be printed as 0.0 %."""
    table = ensemble.attribution(column, by=by, alpha=alpha)
    return table[table["share"].abs() >= _LEAST_SHARE]
