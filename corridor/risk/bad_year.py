"""A bad transport year: what simulated years came to, laid out once for the terminal, the brief and notebooks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.model.changes import SupplyShock
from corridor.model.columns import by_name, column_names
from corridor.model.display_units import DisplayUnits
from corridor.model.network import Network
from corridor.model.scenario import Scenario
from corridor.risk.attribution_tables import PRIOR, UNSTATED, marked
from corridor.risk.ensemble import NOTHING, Ensemble
from corridor.risk.measures import value_at_risk
from corridor.risk.simulate import simulate
from corridor.solver.program import Floats

if TYPE_CHECKING:
    import pandas as pd

_TOTALS = {
    "delivered_mt": ("delivered", "Mt"),
    "shortfall_mt": ("not lifted", "Mt"),
    "netback_musd": ("netback", "million USD"),
}
_LEAST_SHARE = 0.0005  # what is less is printed as 0.0 %
_MOST_NAMED = 3
_PUBLISHED_DRAWS = 1000
_ENDS = ("mean", "mean_low", "mean_high", "cvar", "cvar_low", "cvar_high")
REROUTING_WORDS = {True: "other ways at once", False: "usual ways only"}
"""What each bound of rerouting is called."""


def amounts(
    ensemble: Ensemble, commodity: str = "", *, named: str = "", alpha: float = 0.95, units: str = "t"
) -> pd.DataFrame:
    """Return what an average year and a bad transport year come to: a commodity, then the shortfall of all shippers.

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
    units : {"t", "bbl"}
        Mt, or million barrels.

    Returns
    -------
    pandas.DataFrame
        Indexed by what is counted, as ``kazakh_crude delivered``; columns as `bad_year` in the table of columns.
    """
    import pandas as pd

    shown = DisplayUnits.of(ensemble.network, units)
    prefix, named = (f"{commodity}_", f"{named or commodity} ") if commodity else ("", "")
    rows = {f"{prefix}{total}": (f"{named}{label}", unit) for total, (label, unit) in _TOTALS.items()}
    if commodity:
        label, unit = _TOTALS["shortfall_mt"]
        rows["shortfall_mt"] = f"all shippers {label}", unit
    known = set(ensemble.years.columns)
    lines = {
        label: {**ensemble.summary_of(shown.name(column), alpha), "unit": shown.label(unit)}
        for column, (label, unit) in rows.items()
        if column in known
    }
    table = pd.DataFrame.from_dict(lines, orient="index")
    table["mean_half"] = table["mean_high"] - table["mean"]
    table["cvar_half"] = table["cvar_high"] - table["cvar"]
    return table[list(column_names("bad_year"))]


def attributed(ensemble: Ensemble, column: str, *, by: str, alpha: float = 0.95) -> pd.DataFrame:
    """Return what hazards, causes or places bear of a column in an average year and in the worst years.

    Returns
    -------
    pandas.DataFrame
        Columns as `attributed`, or `attributed_hazards`, in the table of columns, the largest in the worst years first;
        hazards without an event on record are marked. Without rows whose shares would be printed as 0.0 %.
    """
    tail = ensemble.attribution(column, by=by, alpha=alpha).drop(index=NOTHING)
    mean = ensemble.attribution(column, by=by).loc[tail.index]
    if by == "hazard":
        names = {hazard.name: marked(hazard) for hazard in ensemble.hazards}
        tail = tail.rename(index=names)
    table = tail.rename(columns={"amount": "tail", "share": "tail_share"}).assign(
        mean=mean["amount"].to_numpy(), mean_share=mean["share"].to_numpy()
    )
    table = table[(table["tail_share"].abs() >= _LEAST_SHARE) | (table["mean_share"].abs() >= _LEAST_SHARE)]
    return table[list(column_names(table_of(by)))]


def table_of(by: str) -> str:
    """Return the name of the table of columns that `attributed` has."""
    return "attributed_hazards" if by == "hazard" else "attributed"


def prior_shares(ensemble: Ensemble, column: str, alpha: float | None = None) -> tuple[float, float]:
    """Return the shares of what hazards change that rest on priors, and of which it is not said. [1]

    By size, whatever the sign; NaN where hazards change nothing.
    """
    table = ensemble.attribution(column, by="prior", alpha=alpha).drop(index=NOTHING)["amount"].abs()
    total = float(table.sum())
    return (table.get(PRIOR, 0.0) / total, table.get(UNSTATED, 0.0) / total) if total else (math.nan, math.nan)


def prior_text(ensemble: Ensemble, column: str, named: str, *, alpha: float = 0.95) -> str:
    """Return which share of a column rests on hazards without an event on record, as a sentence."""
    (mean, mean_unsaid), (tail, tail_unsaid) = (prior_shares(ensemble, column, level) for level in (None, alpha))
    worst = f"the worst {100 * (1 - alpha):.3g} %"
    if math.isnan(mean):
        return f"No hazard changes {named} in any year, so none of it rests on hazards without an event on record."
    if min(mean_unsaid, tail_unsaid) > 1 - _LEAST_SHARE:
        return "Whether the record holds events of these hazards is not said (their field events is empty)."
    text = (
        f"On hazards without an event on record (priors) rest {_percent(mean)} of {named} in an average year, and "
        f"{_percent(tail)} in {worst} of years"
    )
    table = ensemble.attribution(column, alpha=alpha)
    largest = table[(table["events"] == 0) & (table["share"] >= 0.01)]["share"].head(_MOST_NAMED)
    text += f" ({', '.join(f'{name} {_percent(share)}' for name, share in largest.items())})." if len(largest) else "."
    if max(mean_unsaid, tail_unsaid) >= _LEAST_SHARE:
        text += (
            f" Of {_percent(mean_unsaid)} and {_percent(tail_unsaid)} it is not said whether the record holds an event."
        )
    return text


def marked_states(ensemble: Ensemble, *, most: int, units: str = "t") -> pd.DataFrame:
    """Return the states with the largest shares of the shortfall of all shippers, named by their hazards.

    A hazard that strikes only some of its members says which; one without an event on record is marked.
    """
    states = ensemble.states_in(units)
    states = states[states["shortfall_share"] > 0].sort_values("shortfall_share", ascending=False).head(most)
    states.index = [_state_name(ensemble, names) for names in states["hazards"]]
    return states


def _state_name(ensemble: Ensemble, struck: Sequence[str]) -> str:
    """Return the hazards in force in a state, given the names of the members that are struck."""
    members: dict[int, list[str]] = {}
    for name, owner in zip(ensemble.member_names, ensemble.simulator.hazard_of_member.tolist(), strict=True):
        members.setdefault(owner, []).append(name)
    names = []
    for owner, own in members.items():
        hazard, hit = ensemble.hazards[owner], [name for name in own if name in struck]
        notes = [name.removeprefix(f"{hazard.name} (").removesuffix(")") for name in hit] if len(hit) < len(own) else []
        notes += ["prior"] if hazard.events == 0 else []
        names += [hazard.name + (f" ({', '.join(notes)})" if notes else "")] if hit else []
    return " + ".join(names)


def bounds(ensemble: Ensemble, column: str, *, alpha: float = 0.95, most_years: int = 10_000) -> pd.DataFrame:
    """Return a column's mean and tail by both bounds of rerouting and, of an ensemble of drawn rates, by both rates.

    Oil takes other ways at once, or none beyond its usual flow: the truth lies between while notice is not modelled.
    What the ensemble itself does not hold is simulated here on its seed at central rates, `most_years` at most.

    Returns
    -------
    pandas.DataFrame
        Indexed by ways and rates; columns as `bounds` in the table of columns.
    """
    import pandas as pd

    rows: dict[str, dict[str, Any]] = {}
    for rerouting in (True, False):
        other = ensemble if _is_central(ensemble, rerouting) else _central(ensemble, rerouting, most_years)
        if len(other.years) < len(ensemble.years) and ensemble.years_per_draw is None:
            numbers = _shifted(ensemble, other, column, alpha)
        else:
            numbers = _row(other, column, alpha)
        rows[f"{REROUTING_WORDS[rerouting]}, central rates"] = {
            **numbers,
            "range": f"simulation: {len(other.years):,} years, 95 %",
        }
    if ensemble.years_per_draw is not None:
        summary = ensemble.summary_of(column, alpha)
        rows[f"{REROUTING_WORDS[ensemble.rerouting]}, drawn rates"] = {
            "mean": summary["mean"], "mean_low": summary["mean_p05"], "mean_high": summary["mean_p95"],
            "cvar": summary["cvar"], "cvar_low": summary["cvar_p05"], "cvar_high": summary["cvar_p95"],
            "range": f"record: {ensemble.draws:,} draws, 5 to 95 %",
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index")[list(column_names("bounds"))]


def range_text(row: Mapping[Any, Any], name: str) -> str:
    """Return mean or cvar of a row of `bounds` with its range, where it has one."""
    middle, low, high = (by_name("bounds")[key].text(row[key]) for key in (name, f"{name}_low", f"{name}_high"))
    return middle if low == "-" else f"{middle} ({low} to {high})"


def bounds_text(ensemble: Ensemble, column: str, *, alpha: float = 0.95, draw: str = 'simulate(rates="drawn")') -> str:
    """Return what the ranges of `bounds` hold, in sentences; `draw` is how rates are drawn."""
    text = (
        "Other ways at once: all spare capacity is used from the first day. Usual ways only: nothing moves beyond its "
        "usual flow. What all shippers together lose lies between; what one of them loses need not, for others take "
        "its place. Simulation: how far the mean of so many years may be from that of all years at these rates. "
    )
    if ensemble.years_per_draw is None:
        return f"{text}No range here holds what the record leaves open of rates, durations and shares: {draw} does."
    row = ensemble.summary_of(column, alpha)
    text += (
        f"Record: what it leaves open of rates, durations and shares. Standard errors of its range: average "
        f"{row['mean_p05_se']:.2g} and {row['mean_p95_se']:.2g}"
    )
    if row["cvar_p05"] == row["cvar_p05"]:
        text += f", worst {100 * (1 - alpha):.3g} % {row['cvar_p05_se']:.2g} and {row['cvar_p95_se']:.2g}. "
    else:
        text += "; with fewer than 1,000 years a draw the worst years have no range. "
    text += (
        f"Standard deviation of a year within a draw (luck) {row['luck']:.2g}, of the means of draws (ignorance) "
        f"{row['ignorance']:.2g}."
    )
    return text + (" 100 draws are a first look; publish 1,000." if ensemble.draws < _PUBLISHED_DRAWS else "")


def scope_text(ensemble: Ensemble, commodity: str = "", *, units: str = "t") -> str:
    """Return whether failures of fields are in, and what they cost beside what is not lifted, in a sentence.

    What a field does not produce is not offered, so it lowers what is delivered, and is no shortfall.
    """
    fields = [h.name for h in ensemble.hazards if any(isinstance(change, SupplyShock) for change in h.changes)]
    if not fields:
        return "A bad transport year is not the worst there is: fields fail too, and no hazard of a field is in."
    prefix = f"{commodity}_" if commodity else ""
    shown = DisplayUnits.of(ensemble.network, units, commodity or None)
    rows = [ensemble.summary_of(shown.name(f"{prefix}{total}_mt")) for total in ("delivered", "shortfall")]
    missing = sum(row["undisturbed"] - row["mean"] for row in rows)
    return (
        f"Fields fail too, and their hazards are in ({', '.join(fields)}): what they do not produce, "
        f"{missing:.2f} {shown.quantity} in an average year, is missing in what is delivered and no "
        "part of what is not lifted."
    )


def left_out_text(ensemble: Ensemble, commodity: str = "", *, units: str = "t") -> str:
    """Return what simulated years hold of fields and what they leave out, in sentences."""
    return (
        f"{scope_text(ensemble, commodity, units=units)} Left out: tanks and catching up after an event, notice before "
        "spare capacity is used, prices that answer, hazards that follow on each other, seasons."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _shifted(ensemble: Ensemble, other: Ensemble, column: str, alpha: float) -> dict[str, float]:
    """Return mean and CVaR of a shorter ensemble: those of a longer one, and what differs in the years of both.

    Both meet the same hazards on the same days, so that far fewer years tell the difference than either level.
    """
    summary = _row(ensemble, column, alpha)
    sign = -1.0 if summary["cvar"] < summary["mean"] else 1.0
    long, short = sign * ensemble.year_values(column), sign * other.year_values(column)
    numbers: dict[str, float] = {}
    for name, influence in (("mean", lambda years: years), ("cvar", partial(_tail_influence, alpha=alpha))):
        change = sign * (influence(short) - influence(long[: len(short)]))
        middle = summary[name] + float(change.mean())
        half = math.hypot(summary[f"{name}_high"] - summary[name], 1.96 * change.std(ddof=1) / math.sqrt(len(short)))
        numbers |= {name: middle, f"{name}_low": middle - half, f"{name}_high": middle + half}
    return numbers


def _row(ensemble: Ensemble, column: str, alpha: float) -> dict[str, float]:
    """Return mean and CVaR of a column with their confidence intervals."""
    row = ensemble.summary_of(column, alpha)
    return {name: float(row[name]) for name in _ENDS}


def _tail_influence(years: Floats, *, alpha: float) -> Floats:
    """Return numbers by year whose mean is the CVaR and whose spread is that of its estimate."""
    var = value_at_risk(years, alpha)
    return np.asarray(var + np.maximum(years - var, 0.0) / (1.0 - alpha))


def _is_central(ensemble: Ensemble, rerouting: bool) -> bool:
    return ensemble.years_per_draw is None and ensemble.rerouting == rerouting


def _central(ensemble: Ensemble, rerouting: bool, most_years: int) -> Ensemble:
    """Return the years of an ensemble at central rates, by one bound of rerouting."""
    years = min(most_years, len(ensemble.years))
    regimes = tuple(ensemble.regimes.items())
    return _simulated(ensemble.network, ensemble.scenario, ensemble.seed, years, regimes, rerouting)


@lru_cache(maxsize=4)
def _simulated(
    network: Network, scenario: Scenario | None, seed: int, years: int, regimes: tuple[tuple[str | None, float], ...],
    rerouting: bool,
) -> Ensemble:  # fmt: skip
    """Return simulated years; kept, for a card and a page ask for the same."""
    shares = {name: share for name, share in regimes if name is not None}
    return simulate(network, years, seed, scenario, regime=shares or None, rerouting=rerouting, progress=False)
