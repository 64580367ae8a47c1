"""The first section of a brief of boxes, "In short": five sentences, each made from tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from corridor.show.brief import layout
from corridor.show.brief.box_results import NOTHING_TEU, THROUGHPUT, BoxResults, not_of_boxes
from corridor.show.brief.in_short_figures import source_title
from corridor.show.brief.in_short_text import quoted_names
from corridor.show.brief.layout import TITLES
from corridor.show.brief.results import named_rows
from corridor.show.html import Html, counted, tag
from corridor.study.comparison_text import joined
from corridor.study.scenario_runs import BASELINE

_MOST_NAMED = 3
_ENOUGH = f"{NOTHING_TEU:.0f} TEU/y"


def box_summary(results: BoxResults) -> Html:
    """Return five sentences: who goes where, what takes and brings most boxes, bad years, and how sure it is."""
    points = (
        tag("li", tag("b", f"{label}. "), sentence(results), id=f"short_{sentence.__name__}")
        for label, sentence in _SENTENCES.items()
    )
    return layout.section("summary", tag("ul", *points, class_="points"), layout.note(" ".join(_notes(results))))


def costs_least(results: BoxResults) -> str:
    """Return which way costs the largest stream least, and which takes how many boxes."""
    if not results.corridors:
        return f"No corridor of this network can carry {results.named_commodity}."
    return " ".join(filter(None, (_cheapest(results), _shares(results), results.not_drawn)))


def _cheapest(results: BoxResults) -> str:
    """Return which way costs the largest stream least; empty where it has none."""
    costs, stream = results.stream_costs, results.names.commodity(results.largest_stream)
    if not len(costs):
        return ""
    ranked = costs.sort_values(kind="stable")
    (first, least), rest = next(iter(ranked.items())), list(ranked.items())[1:]
    text = f"For {stream} {results.names.corridor(str(first))} costs least: {_feu(results, float(least))}"
    if rest:
        others = (f"{results.names.corridor(str(id))} {_feu(results, float(cost))}" for id, cost in rest)
        text += f", before {joined(list(others))}"
    return f"{text}; time on the way counts, rents of full limits do not."


def _feu(results: BoxResults, usd_per_t: float) -> str:
    return f"{results.volumes.money(usd_per_t)} USD/FEU"


def _shares(results: BoxResults) -> str:
    """Return which way takes how many boxes, with the range over the draws."""
    rows = [(id, row) for id, row in named_rows(results.now) if row[THROUGHPUT] > NOTHING_TEU]
    if not rows:
        return f"No box moves by any corridor ({_ENOUGH} or less)."
    ranked = sorted(rows, key=lambda pair: -pair[1][THROUGHPUT])
    return f"{'; '.join(_taking(results, id, row) for id, row in ranked)}{_of_draws(results)}."


def _taking(results: BoxResults, corridor: str, row: dict[str, Any]) -> str:
    """Return what one corridor takes."""
    ends = _ends(results, corridor)
    between = "" if ends is None else f", {ends[0]:,.0f} to {ends[1]:,.0f}"
    share = 100 * row["share"]
    text = f"{share:.1f} %" if share >= 0.1 else f"{share:.2g} %"
    return f"{results.names.corridor(corridor)} takes {text} of all boxes ({row[THROUGHPUT]:,.0f} TEU/y{between})"


def _ends(results: BoxResults, corridor: str) -> tuple[float, float] | None:
    """Return between which throughputs 90 % of the draws lie. [TEU/y]"""
    if results.drawn is None:
        return None
    rows = results.drawn.compare
    low, high = (float(np.asarray(rows.loc[(BASELINE, corridor), f"{THROUGHPUT}_{end}"])) for end in ("p05", "p95"))
    return (low, high) if low == low else None


def _of_draws(results: BoxResults) -> str:
    return "" if results.drawn is None else f" (the ranges hold 90 % of {results.figure_draws:,} draws)"


def takes_most(results: BoxResults) -> str:
    """Return the scenario that takes most boxes from the corridor watched, and the one that leaves most unmoved."""
    if not results.scenarios or results.watched is None:
        return "No scenario is compared, so nothing here says what hurts most."
    return f"{_taking_most(results, results.watched)} {_stranding_most(results)}"


def _taking_most(results: BoxResults, watched: str) -> str:
    """Return which scenario takes most boxes from the corridor watched."""
    corridor = results.names.corridor(watched)
    names = _first(results, results.scenario_names, lambda name: -results.brought(name))
    if not names:
        return _none(results, "take", f"more than {_ENOUGH} from {corridor}")
    now, lost = dict(named_rows(results.now))[watched][THROUGHPUT], -results.brought(names[0])
    return (
        f"{_who(results, names, 'take')} most boxes from {corridor}: {lost:,.0f} of {now:,.0f} TEU/y "
        f"({100 * lost / now:.0f} %)."
    )


def _stranding_most(results: BoxResults) -> str:
    """Return which scenario leaves most boxes unmoved."""
    names = _first(results, results.scenario_names, results.stranded)
    if not names:
        return _none(results, "leave", f"more than {_ENOUGH} unmoved that moved before")
    more = results.stranded(names[0])
    return f"{_who(results, names, 'leave')} most unmoved: {more:,.0f} TEU/y more."


def brings_most(results: BoxResults) -> str:
    """Return which scenario that eases a way brings the corridor watched most boxes, and what stops more there."""
    if results.watched is None:
        return "No corridor can carry a box, so nothing here says what helps."
    return " ".join(filter(None, (_bringing_most(results, results.watched), _stops(results, results.watched))))


def _bringing_most(results: BoxResults, watched: str) -> str:
    """Return which scenario that adds capacity or eases a way brings most; empty without scenarios."""
    if not results.scenarios:
        return ""
    corridor, easing = results.names.corridor(watched), results.easing
    if not easing:
        return "No scenario compared adds capacity or eases a way."
    names = _first(results, easing, results.brought)
    if not names:
        return (
            f"No scenario that adds capacity or eases a way ({quoted_names(easing)}) brings {corridor} more than "
            f"{_ENOUGH}."
        )
    text = (
        f"Of what adds capacity or eases a way ({counted(len(easing), 'scenario')}), {quoted_names(names)} "
        f"bring{'s' if len(names) == 1 else ''} {corridor} most: {results.brought(names[0]):,.0f} TEU/y more"
    )
    others = [name for name in results.scenario_names if name not in easing]
    more = _first(results, others, results.brought)
    if more and results.brought(more[0]) > results.brought(names[0]) + NOTHING_TEU:
        text += f"; {quoted_names(more)}, which eases none, {results.brought(more[0]):,.0f}"
    return f"{text}."


def _stops(results: BoxResults, watched: str) -> str:
    """Return the most that the corridor watched could move, what stops more, and what more room is worth."""
    row = dict(named_rows(results.now))[watched]
    corridor, capacity = results.names.corridor(watched), row["capacity_teu_per_year"]
    if not capacity > 0:
        return f"Nothing can move by {corridor} now."
    if capacity == float("inf"):
        return f"Nothing limits what could move by {corridor}."
    text = (
        f"By {corridor} {capacity:,.0f} TEU/y could move, of which {100 * row[THROUGHPUT] / capacity:.0f} % do; more "
        f"is stopped by {results.names.cut(row['bottleneck'])}"
    )
    rent = row["rent_usd_per_feu"]
    if rent == rent and rent >= 0.5:
        return f"{text}; what moves would pay {rent:,.0f} USD/FEU for more room at its full limits."
    return f"{text}; no limit on the way is full, and more room alone is worth nothing to what moves now."


def bad_year_of_boxes(results: BoxResults) -> str:
    """Return that nothing is said of bad transport years, and why."""
    return f"Nothing is said of bad transport years: {not_of_boxes(results.network, results.commodity)['bad_years']}."


def boxes_hang_on(results: BoxResults) -> str:
    """Return the figures that drive what the corridor watched carries over the draws, and how sure they are."""
    if results.drawn is None or results.watched is None:
        return results.not_drawn or "Nothing moves, so nothing says what the numbers hang on."
    corridor, rows = results.names.corridor(results.watched), [row for _, row in named_rows(results.drivers)]
    if not rows:
        return f"No uncertain figure moves what {corridor} carries by more than chance would."
    first = rows[:_MOST_NAMED]
    graded = [(row, _confidence(results, row)) for row in rows]
    listed = [f"{results.names.key(row)} ({_confidence(results, row)}; {source_title(results, row)})" for row in first]
    sizes = joined([f"{row['correlation']:+.2f}" for row in first])
    sure = sum(grade in ("A", "B") for _, grade in graded)
    return (
        f"What {corridor} carries hangs most on {joined(listed)}: rank correlation {sizes} over "
        f"{results.figure_draws:,} draws. Of the {counted(len(rows), 'figure')} behind it that go with it by more than "
        f"chance, {sure} {'has' if sure == 1 else 'have'} confidence A or B."
    )


def _confidence(results: BoxResults, row: Any) -> str:
    """Return the confidence of a figure."""
    figures = results.network.figures(str(row["subject"]), str(row["attribute"]))
    chosen = figures[(figures["choice"] == "chosen") & (figures["record"] == row["record"])]
    return str(chosen["confidence"].iloc[0]) if len(chosen) else "-"


def _first(results: BoxResults, names: Sequence[str], size: Callable[[str], float]) -> tuple[str, ...]:
    """Return the scenarios of the largest size, those that come to the same together; none where it counts as none."""
    if not names or size(first := max(names, key=size)) <= NOTHING_TEU:
        return ()
    return tuple(name for name in results.groups.alike(first) if name in names)


def _who(results: BoxResults, names: Sequence[str], verb: str) -> str:
    """Return which of the scenarios do something most, with the verb."""
    if len(results.scenarios) == 1:
        return f"The only scenario, {quoted_names(names)}, {verb}s"
    of = f"Of {counted(len(results.scenarios), 'scenario')}, {quoted_names(names)}"
    return f"{of} {verb}s" if len(names) == 1 else f"{of} {verb}"


def _none(results: BoxResults, verb: str, what: str) -> str:
    """Return that none of the scenarios does something, as a sentence."""
    if len(results.scenarios) == 1:
        return f"The only scenario, '{results.scenario_names[0]}', does not {verb} {what}."
    return f"None of the {counted(len(results.scenarios), 'scenario')} {verb}s {what}."


def _notes(results: BoxResults) -> list[str]:
    """Return whose the numbers are, what was drawn how often, and what is left out."""
    notes = [f"All numbers are of {results.named_commodity} alone."]
    if results.chooses:
        notes.append(
            "Shippers choose between corridors as those of an earlier year were observed to, by price, time and "
            "lateness."
        )
    if not any(m.price_usd_per_t for m in results.network.markets if m.commodity in results.members):
        notes.append("No price is paid on arrival, so costs are compared and no earnings.")
    if results.drawn is not None:
        notes.append(
            f"Draws: every uncertain figure within its range, all together, {results.figure_draws:,} times, seed "
            f"{results.seed}; 5 % of draws lie below and 5 % above a range."
        )
        notes += results.drawn.compare.attrs.get("notes", [])
    left_out = {name: why for name, why in not_of_boxes(results.network, results.commodity).items() if name == "risk"}
    notes += [f"Left out: {TITLES[name]}, for {why}." for name, why in left_out.items()]
    return notes


_SENTENCES = {
    "Which way costs least, and which takes how many": costs_least, "What hurts most": takes_most,
    "What helps most": brings_most, "How bad a bad year is": bad_year_of_boxes,
    "What the numbers hang on": boxes_hang_on,
}  # fmt: skip
