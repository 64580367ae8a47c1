"""What a brief says of its scenarios in short: what hurts most, and what helps most."""

from __future__ import annotations

from typing import Any

from corridor.show.brief.in_short_text import money, percent, quoted_names
from corridor.show.brief.results import TOLERANCE_MTPA, BriefResults, named_rows
from corridor.show.brief.scenario_groups import NOTHING_MUSD
from corridor.show.html import counted
from corridor.solver.idle import OUT_OF_SERVICE
from corridor.study.comparison_text import joined
from corridor.study.easing import eases
from corridor.study.scenario_runs import BASELINE

_AS_MUCH = f"{NOTHING_MUSD:.0f} million USD/y"
_OF_LOSSES = f"more than {NOTHING_MUSD:.0f} million USD/y"


def hurts_most(results: BriefResults) -> str:
    """Return the scenarios of the largest loss, and the transit country whose closure costs most."""
    parts = [_worst_scenario(results), _worst_country(results)]
    if not any(parts):
        return "No scenario is compared and no transit country is known, so nothing here says what hurts most."
    return " ".join(part for part in parts if part)


def _worst_scenario(results: BriefResults) -> str:
    """Return the scenarios of the largest loss; empty without scenarios."""
    if results.worst is None:
        return ""
    rows = {name: row for name, row in named_rows(results.outcomes) if name != BASELINE}
    row, names = rows[results.worst], _same_as(results, results.worst)
    if row["loss_musd_per_year"] <= NOTHING_MUSD:
        short = max(rows, key=lambda name: rows[name]["shortfall_change_mtpa"])
        more = rows[short]["shortfall_change_mtpa"]
        also = f"; {results.volumes.text(more)} more are shut in" if more > TOLERANCE_MTPA else ""
        if len(rows) == 1:
            return f"The only scenario, '{short}', does not lose {_OF_LOSSES}{also}."
        also += f" under '{short}'" if also else ""
        return f"None of the {counted(len(rows), 'scenario')} loses {_OF_LOSSES}{also}."
    who = f"{quoted_names(names)} {'loses' if len(names) == 1 else 'alike lose'} most:"
    of = f"Of {counted(len(rows), 'scenario')}, {who}" if len(rows) > 1 else f"The only scenario, '{names[0]}', loses"
    more = f"{_range(results)}{_more_shut_in(results, row)}{_over_days(results, rows, names)}"
    return f"{of} {money(row['loss_musd_per_year'])}{more}."


def _range(results: BriefResults) -> str:
    """Return the range of the loss of the worst scenario, where figures are drawn for it."""
    ends = results.ranged_outcomes.ends(str(results.worst), results.commodity, "loss_musd_per_year")
    return "" if ends is None else f" ({money(ends[0])} to {money(ends[1])} in 90 % of the draws)"


def _same_as(results: BriefResults, name: str) -> tuple[str, ...]:
    """Return the scenarios that come to the same as one, itself among them."""
    return next((names for names in results.groups.changing if name in names), (name,))


def _more_shut_in(results: BriefResults, row: dict[str, Any]) -> str:
    """Return how much more is shut in and goes unmet in a row of outcomes."""
    text = ""
    if abs(row["shortfall_change_mtpa"]) > TOLERANCE_MTPA:
        more = "more" if row["shortfall_change_mtpa"] > 0 else "less"
        text += f", {results.volumes.text(abs(row['shortfall_change_mtpa']))} {more} shut in"
    if row["unmet_change_mtpa"] > TOLERANCE_MTPA:
        text += f", {results.volumes.text(row['unmet_change_mtpa'])} more of what markets require not delivered"
    if row["unmet_not_in_loss_mtpa"] > TOLERANCE_MTPA:
        unpriced = results.volumes.text(row["unmet_not_in_loss_mtpa"])
        text += f" ({unpriced} of it without a cost of replacement, not in the loss)"
    return text


def _over_days(results: BriefResults, rows: dict[str, dict[str, Any]], names: tuple[str, ...]) -> str:
    """Return what those of some scenarios whose days are known come to over them."""
    known = [name for name in names if rows[name]["duration_days"] == rows[name]["duration_days"]]
    parts = []
    for name in known:
        row = rows[name]
        volume = f"{results.volumes.amount(row['shortfall_mt'])} {results.volumes.shown.quantity}"
        shut_in = f", {volume}" if abs(row["shortfall_mt"]) >= 0.005 else ""
        of = f"'{name}' over " if len(names) > 1 else "over "
        parts.append(f"{of}its {row['duration_days']:,.0f} days {money(row['loss_musd'], '')}{shut_in}")
    return f" ({'; '.join(parts)})" if parts else ""


def _worst_country(results: BriefResults) -> str:
    """Return the transit country whose closure costs most; empty where none is known."""
    if not len(results.jurisdictions):
        return ""
    code, row = named_rows(results.jurisdictions)[0]
    if row["loss_if_closed_musd_per_year"] <= NOTHING_MUSD:
        return f"No closure of one transit country alone loses {_OF_LOSSES}."
    shut_in = row["shortfall_if_closed_mtpa"]
    short = f" and {results.volumes.text(shut_in)} more are shut in" if shut_in > TOLERANCE_MTPA else ""
    lost = f"{money(row['loss_if_closed_musd_per_year'])} are lost{short}"
    return (
        f"{percent(row['share'])} of the exports by corridors cross {results.names.country(code)}: if it closes, "
        f"{'it comes to the same' if _as_worst_scenario(results, row) else lost}."
    )


def _as_worst_scenario(results: BriefResults, row: dict[str, Any]) -> bool:
    """Tell whether the closure of a country comes to the same as the worst scenario."""
    if results.worst is None:
        return False
    worst = dict(named_rows(results.outcomes))[results.worst]
    return bool(
        abs(worst["loss_musd_per_year"] - row["loss_if_closed_musd_per_year"]) < NOTHING_MUSD
        and abs(worst["shortfall_change_mtpa"] - row["shortfall_if_closed_mtpa"]) <= TOLERANCE_MTPA
    )


def helps_most(results: BriefResults) -> str:
    """Return which scenario that adds capacity or eases a way helps most, and what is worth most to open or raise."""
    return " ".join(part for part in (_best_scenario(results), _best_opening(results), _best_limit(results)) if part)


def _best_scenario(results: BriefResults) -> str:
    """Return the scenario of the largest gain among those that only add capacity or ease; empty without scenarios."""
    if not results.scenarios:
        return ""
    rows = dict(named_rows(results.outcomes))
    easing = [scenario.name for scenario in results.scenarios if eases(scenario, results.network)]
    if not easing:
        return "No scenario compared adds capacity or eases a way."
    best = min(easing, key=lambda name: (rows[name]["loss_musd_per_year"], rows[name]["shortfall_change_mtpa"]))
    gained = -rows[best]["loss_musd_per_year"]
    if gained <= NOTHING_MUSD:
        short = min(easing, key=lambda name: rows[name]["shortfall_change_mtpa"])
        less = -rows[short]["shortfall_change_mtpa"]
        also = f"; '{short}' lifts {results.volumes.text(less)} more" if less > TOLERANCE_MTPA else ""
        return f"No scenario that adds capacity or eases a way ({quoted_names(easing)}) gains {_OF_LOSSES}{also}."
    names = [name for name in _same_as(results, best) if name in easing]
    return (
        f"Of what adds capacity or eases a way ({counted(len(easing), 'scenario')}), {quoted_names(names)} "
        f"gain{'s' if len(names) == 1 else ''} most: {money(gained)}{_more_shut_in(results, rows[best])}."
    )


def _best_opening(results: BriefResults) -> str:
    """Return which sections out of service earn most if they are opened; empty where none earns anything."""
    chains = [chain for chain in results.idle_chains if chain.why == OUT_OF_SERVICE]
    best = max(chains, key=lambda chain: (chain.gained_musd_per_year, str(chain)), default=None)
    if best is None or best.gained_musd_per_year < NOTHING_MUSD:
        return ""
    named = joined(results.names.edge(edge.id) for edge in best.edges)
    return f"Opening {named}, not in service, is worth {money(best.gained_musd_per_year)} to all shippers."


def _best_limit(results: BriefResults) -> str:
    """Return the limit of which one more unit is worth most, in the baseline and under the worst scenario."""
    usual = _worth_of_one_more(results, BASELINE)
    text = f"{usual[0].upper()}{usual[1:]}" if usual else f"No single open limit earns {_AS_MUCH} by one unit more"
    if results.worst is None:
        return f"{text}."
    worst = _worth_of_one_more(results, results.worst)
    if worst == usual:
        return f"{text}."
    return f"{text}; under '{results.worst}' {worst or f'no open limit earns {_AS_MUCH}'}."


def _worth_of_one_more(results: BriefResults, state: str) -> str:
    """Return which limit is worth most to raise, by how much, and what that earns; empty where none earns anything."""
    raised = results.raised_limits(state).limits
    if not raised or raised[0].gained_musd_per_year < NOTHING_MUSD:
        return ""
    limits = raised[0].limits
    more = " or ".join(dict.fromkeys(results.one_more(state, limit) for limit in limits))
    each = " each" if len(limits) > 1 else ""
    named = " and ".join(results.names.limit(str(limit)) for limit in limits)
    where = "of" if limits[0].kind == "quota" else "at"
    return f"{more}{each} {where} {named} is worth {money(raised[0].gained_musd_per_year)} to all shippers"
