"""What a brief says of a bad transport year in short: luck and ignorance told apart, and what rests on priors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridor.model.columns import by_name
from corridor.risk.bad_year import REROUTING_WORDS, bounds, prior_shares
from corridor.risk.ensemble import Ensemble
from corridor.risk.summary import LEAST_YEARS_FOR_CVAR
from corridor.show.brief.in_short_text import amount, percent
from corridor.show.brief.results import BriefResults, named_rows

_LEAST_MT = 0.005  # what is less is printed as 0.00


def bad_year(results: BriefResults) -> str:
    """Return what hazards keep back in an average and in a bad transport year, and how sure that is."""
    if not results.network.hazards:
        return "This network has no hazards, so nothing is said of bad transport years."
    if not results.has_years:
        return "No years were simulated (years=0), so nothing is said of bad transport years."
    ensemble, named = results.ensemble, results.named_commodity
    shown = results.volumes.shown
    column, unit = shown.name(f"{results.commodity}_shortfall_mt"), shown.quantity
    row = ensemble.summary_of(column)
    years = f"{len(ensemble.years):,} simulated years"
    if not float(ensemble.year_values(column).std()):
        return f"In none of {years} do hazards change how much of {named} is shut in."
    more = {name: row[name] - row["undisturbed"] for name in ("mean", "cvar")}
    half = {name: row[f"{name}_high"] - row[name] for name in ("mean", "cvar")}
    parts = [
        f"Hazards shut in {amount(more['mean'])} {unit} of {named} in an average year and "
        f"{amount(more['cvar'])} {unit} in a year of the "
        f"worst 5 % of {years} (simulation: ± {amount(half['mean'])} and ± {amount(half['cvar'])} {unit}).",
        _luck_and_ignorance(ensemble, row, unit), _other_bound(results, column), _on_priors(ensemble, column),
    ]  # fmt: skip
    return " ".join(filter(None, parts))


def _luck_and_ignorance(ensemble: Ensemble, row: Mapping[str, Any], unit: str) -> str:
    """Return how far years differ by luck, and how far the average is open because the record is short."""
    if ensemble.years_per_draw is None:
        return (
            f"By luck years differ from their mean by {amount(row['sd'])} {unit} (standard deviation); how far the "
            "rates themselves are open is not drawn here."
        )
    luck = f"By luck years differ from their mean by {amount(row['luck'])} {unit} (standard deviation)"
    if row["ignorance"] ** 2 * ensemble.years_per_draw <= row["luck"] ** 2:
        return f"{luck}; {ensemble.draws:,} draws of the hazards' rates differ by hardly more than that explains."
    text = (
        f"{luck}; by ignorance of the rates the average year may be {_open(row, 'mean', unit)} (90 % of "
        f"{ensemble.draws:,} draws)"
    )
    if row["cvar_p05"] == row["cvar_p05"]:
        return f"{text}, the worst 5 % {_open(row, 'cvar', unit)}."
    return f"{text}; the worst 5 % have no such range below {LEAST_YEARS_FOR_CVAR:,} years a draw."


def _open(row: Mapping[str, Any], name: str, unit: str) -> str:
    ends = (amount(row[f"{name}_{end}"] - row["undisturbed"]) for end in ("p05", "p95"))
    return f"{' to '.join(ends)} {unit}"


def _other_bound(results: BriefResults, column: str) -> str:
    """Return what the other bound of rerouting comes to, where the brief shows both; like beside like if drawn."""
    ensemble = results.ensemble
    if "bad_years" not in results.sections:
        return ""
    shown = [ensemble.rerouting] if ensemble.years_per_draw is not None else []
    rows, texts = dict(named_rows(bounds(ensemble, column))), []
    baseline, unit = ensemble.summary_of(column)["undisturbed"], results.volumes.shown.quantity
    for words in (REROUTING_WORDS[rerouting] for rerouting in (*shown, not ensemble.rerouting)):
        row = rows[f"{words}, central rates"]
        mean, worst = (by_name("bounds")[name].text(row[name] - baseline) for name in ("mean", "cvar"))
        texts.append(f"{mean} and {worst} {unit} by {words}")
    return f"{'At central rates it' if shown else 'It'} is {', '.join(texts)}."


def _on_priors(ensemble: Ensemble, column: str) -> str:
    """Return which share rests on hazards without an event on record."""
    (mean, mean_unsaid), (tail, tail_unsaid) = (prior_shares(ensemble, column, alpha) for alpha in (None, 0.95))
    if min(mean_unsaid, tail_unsaid) >= 1:
        return "Whether the record holds events of these hazards is not said."
    unsaid = max(mean_unsaid, tail_unsaid)
    more = f"; of up to {percent(unsaid)} it is not said" if unsaid >= 0.005 else ""
    return (
        f"{percent(mean)} of the average and {percent(tail)} of the worst years rest on hazards without an event on "
        f"record{more}."
    )
