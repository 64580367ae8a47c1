"""What a brief says in short of the figures that its numbers hang on: which, how sure, how many are carried."""

from __future__ import annotations

from typing import Any

from corridor.model.figures import age_years
from corridor.show.brief.in_short_text import money, percent
from corridor.show.brief.results import BriefResults
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
    rows: list[dict[str, Any]] = results.leaning(BASELINE).to_dict("records")
    if not rows:
        return "No figure of this network has a range, so nothing says what its numbers hang on."
    largest = float(rows[0]["effect"])
    if not largest > 0:
        return f"No range of a single figure moves the netback of {named}."
    first = [row for row in rows[:_MOST_NAMED] if row["effect"] >= _MATTERS * largest]
    listed = [f"{_name(results, row)} ({row['confidence']}; {row['source']})" for row in first]
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
    return f"{results.names.figure(str(row['record']), str(row['subject']))}, {results.names.attribute(row)}"


def _carried(results: BriefResults, matter: list[dict[str, Any]]) -> str:
    """Return how many of some figures are carried from a year before that of the network."""
    network = results.network
    old = {
        (figure.record, figure.subject, figure.attribute)
        for figure in network.figure_records
        if figure.choice == "chosen" and age_years(figure, network.year) > 0
    }
    number = sum((row["record"], row["subject"], row["attribute"]) in old for row in matter)
    return f"{number} {'is' if number == 1 else 'are'}"
