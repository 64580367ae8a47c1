"""What a brief says in short of the figures that its numbers hang on: which, how sure, how many are carried."""

from __future__ import annotations

import re
from typing import Any

from corridor.show.brief.in_short_text import money, percent
from corridor.show.brief.results import BriefResults, named_rows
from corridor.study.comparison_text import joined
from corridor.study.scenario_runs import BASELINE

_MOST_NAMED = 3
_MATTERS = 0.01
"""Share of the largest effect from which on a figure is said to matter. [1]"""
MATTERS = "A figure matters if half its range moves the netback by at least 1 % of what that of the first does."
"""What `hangs_on` means by it."""


def hangs_on(results: BriefResults) -> str:
    """Return the figures whose range moves the commodity's netback most, and how sure those that matter are."""
    network, named = results.network, results.named_commodity
    if not network.figure_records:
        return "The figures of this network have neither sources nor ranges, so nothing says what its numbers hang on."
    rows = [row for _, row in named_rows(results.leaning(BASELINE))]
    if not rows:
        return "No figure of this network has a range, so nothing says what its numbers hang on."
    largest = float(rows[0]["effect"])
    if not largest > 0:
        return f"No range of a single figure moves the netback of {named}."
    first = [row for row in rows[:_MOST_NAMED] if row["effect"] >= _MATTERS * largest]
    listed = [f"{results.names.key(row)} ({row['confidence']}; {source_title(results, row)})" for row in first]
    effects = joined(money(float(row["effect"])) for row in first)
    matter = [row for row in rows if row["effect"] >= _MATTERS * largest]
    return (
        f"The netback of {named} hangs most on {joined(listed)}: half the range of "
        f"{'it' if len(first) == 1 else 'each'} moves it by {effects}. {_how_sure(results, matter)}"
    )


def _how_sure(results: BriefResults, matter: list[dict[str, Any]]) -> str:
    """Return which share of the figures that matter is well founded, and how many are carried."""
    carried = results.network.figures(carried=True)
    old = set(zip(carried["record"], carried["subject"], carried["attribute"], strict=True))
    number = sum((row["record"], row["subject"], row["attribute"]) in old for row in matter)
    if len(matter) == 1:
        return f"No other figure matters{'; it is carried from earlier years' if number else ''}."
    sure = sum(row["confidence"] in ("A", "B") for row in matter) / len(matter)
    return (
        f"Of the {len(matter)} figures that matter, {percent(sure)} have confidence A or B; {number or 'none'} "
        f"{'is' if number == 1 else 'are'} carried from earlier years."
    )


def source_title(results: BriefResults, row: dict[str, Any]) -> str:
    """Return the title of a figure's first source without what stands in brackets, and how many others there are."""
    titles = {source.id: source.title for source in results.network.sources}
    figures = results.network.figures(str(row["subject"]), str(row["attribute"]))
    chosen = figures[(figures["choice"] == "chosen") & (figures["record"] == row["record"])]
    named = [titles[id] for ids in chosen["sources"] for id in ids if titles.get(id)]
    if not named:
        return "no source named"
    more = f" and {len(named) - 1} more" if len(named) > 1 else ""
    return re.split(r" \(|; ", named[0])[0] + more
