"""What a brief says in short of the figures that its numbers hang on: which, how sure, how many are carried."""

from __future__ import annotations

import re
from typing import Any

from corridor.show.brief.in_short_text import money, percent
from corridor.show.brief.results import BriefResults, named_rows
from corridor.show.html import counted
from corridor.study.comparison_text import joined
from corridor.study.scenario_runs import BASELINE

_MOST_NAMED = 3
_MATTERS = 0.01
"""Share of the largest effect from which on a figure is said to matter. [1]"""


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
    listed = [f"{_name(results, row)} ({row['confidence']}; {_source(results, row)})" for row in first]
    effects = joined(money(float(row["effect"])) for row in first)
    matter = [row for row in rows if row["effect"] >= _MATTERS * largest]
    sure = sum(row["confidence"] in ("A", "B") for row in matter)
    return (
        f"The netback of {named} hangs most on {joined(listed)}: half the range of "
        f"{'it' if len(first) == 1 else 'each'} moves it by {effects}. Of the {counted(len(matter), 'figure')} that "
        f"matter, {percent(sure / len(matter))} have confidence A or B; {_carried(results, matter)} carried from "
        "earlier years."
    )


def _name(results: BriefResults, row: dict[str, Any]) -> str:
    return f"{results.names.figure(str(row['record']), str(row['subject']))}: {row['attribute']}"


def _source(results: BriefResults, row: dict[str, Any]) -> str:
    """Return the title of a figure's first source without what stands in brackets, and how many others there are."""
    titles = {source.id: source.title for source in results.network.sources}
    figures = results.network.figures(str(row["subject"]), str(row["attribute"]))
    chosen = figures[(figures["choice"] == "chosen") & (figures["record"] == row["record"])]
    named = [titles[id] for ids in chosen["sources"] for id in ids if titles.get(id)]
    if not named:
        return "no source named"
    more = f" and {len(named) - 1} more" if len(named) > 1 else ""
    return re.split(r" \(|; ", named[0])[0] + more


def _carried(results: BriefResults, matter: list[dict[str, Any]]) -> str:
    """Return how many of some figures are carried from a year before that of the network."""
    carried = results.network.figures(carried=True)
    old = set(zip(carried["record"], carried["subject"], carried["attribute"], strict=True))
    number = sum((row["record"], row["subject"], row["attribute"]) in old for row in matter)
    return f"{number or 'none'} {'is' if number == 1 else 'are'}"
