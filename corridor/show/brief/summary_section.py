"""The first section of a brief, "In short": five sentences that answer the comparison, each made from tables."""

from __future__ import annotations

from corridor.show.brief import layout
from corridor.show.brief.in_short_earnings import earns_most
from corridor.show.brief.in_short_figures import MATTERS, hangs_on
from corridor.show.brief.in_short_scenarios import helps_most, hurts_most
from corridor.show.brief.in_short_years import bad_year
from corridor.show.brief.results import BriefResults
from corridor.show.html import Html, tag
from corridor.study.simulated_years import years_basis

_SENTENCES = {
    "Which way earns most": earns_most, "What hurts most": hurts_most, "What helps most": helps_most,
    "How bad a bad year is": bad_year, "What the numbers hang on": hangs_on,
}  # fmt: skip


def summary_section(results: BriefResults) -> Html:
    """Return five sentences: what earns most, what hurts and helps most, a bad transport year, and how sure it is."""
    points = (
        tag("li", tag("b", f"{label}. "), sentence(results), id=f"short_{sentence.__name__}")
        for label, sentence in _SENTENCES.items()
    )
    return layout.section("summary", tag("ul", *points, class_="points"), layout.note(" ".join(_notes(results))))


def _notes(results: BriefResults) -> list[str]:
    """Return whose the numbers are, and what was drawn how often."""
    notes = [f"All numbers are of {results.named_commodity} unless they are said to be of all shippers."]
    if results.drawn is not None:
        notes.append(
            f"Draws: every uncertain figure within its range, all together, {results.figure_draws:,} times, seed "
            f"{results.seed}; 5 % of draws lie below and 5 % above a range; where two ways are best alike they share a "
            "draw."
        )
        notes += results.drawn.compare.attrs.get("notes", [])
    if results.network.figure_records:
        notes.append(MATTERS)
    if results.has_years:
        notes.append(f"Years: {years_basis(results.ensemble)}, seed {results.ensemble.seed}.")
    return notes
