"""The figures that matter: listed, graded and counted; the README states the share that rests on a source."""

from __future__ import annotations

import pytest

import corridor as cr
from corridor.model.records import Figure
from helpers import mattering
from helpers.readme_blocks import assert_shown

FIRST, NOW = "2024-first", "2026"
"""The lists before the second round of evidence, at the ranges of then, and after it."""
SOURCED_AT_FIRST, RANGES_AT_FIRST = 5, 19.33

SHOWN = """Figures matter by the shortfall and the netback of Kazakh oil and the netback of the CPC less that of the
BTC: by the largest swing of one of the three, in the baseline or a shipped scenario solved again at both ends of
the figure's range, over the largest of any figure. Of the {count} that matter most in 2026 {sourced} are of
confidence A or B ({share}), carried for more than two years counting one grade lower; the widths of their ranges,
each over its larger bound, add up to {ranges}. Of the 30 of 2024 before the second round of evidence {then} were of
A or B and the widths added up to {ranges_then}; of the same 30 now {same} are in 2024 ({ranges_same}), and {late} in
2026. The first five now: {named}."""


def shown() -> str:
    """Return what the README says of the figures that matter."""
    sourced, count, ranges = mattering.share_sourced(NOW, 2026)
    same, _, ranges_same = mattering.share_sourced(FIRST, 2024)
    late, _, _ = mattering.share_sourced(FIRST, 2026)
    return SHOWN.format(
        count=count, sourced=sourced, share=f"{sourced / count:.0%}", ranges=f"{ranges:.1f}", then=SOURCED_AT_FIRST,
        ranges_then=f"{RANGES_AT_FIRST:.1f}", same=same, ranges_same=f"{ranges_same:.1f}", late=late,
        named=",\n".join(f"`{row['figure'].split(':')[1]}`" for row in mattering.listed(NOW)[:5]),
    )  # fmt: skip


@pytest.mark.generated
def test_the_readme_states_the_confidence_of_what_matters() -> None:
    """The share of A and B among the figures that matter is counted, not typed."""
    assert_shown("mattering", shown())


@pytest.mark.parametrize(("name", "year"), [(FIRST, 2024), (NOW, 2026)])
def test_nearly_half_of_what_matters_rests_on_a_source(name: str, year: int) -> None:
    """At least 45 % are A or B, on the first list and on the last, and ranges did not widen to win."""
    sourced, count, ranges = mattering.share_sourced(name, year)
    assert count == mattering.COUNT
    assert sourced >= 0.45 * count
    assert ranges < RANGES_AT_FIRST


def test_the_first_list_says_what_its_figures_were() -> None:
    """Thirty figures, the weightiest first; five rested on a source, and relative ranges added up to 19.33."""
    rows = mattering.listed(FIRST)
    weights = [float(row["weight"]) for row in rows]
    assert len(rows) == mattering.COUNT
    assert weights == sorted(weights, reverse=True)
    assert sum(row["grade"] in "AB" for row in rows) == SOURCED_AT_FIRST
    assert sum(float(row["relative_range"]) for row in rows) == pytest.approx(RANGES_AT_FIRST, abs=0.005)


def _network(*figures: dict[str, object]) -> cr.Network:
    """Return a network of one edge in 2024 whose tariff has the given figures."""
    common = {"record": "edge", "subject": "e", "attribute": "tariff_usd_per_t", "unit": "USD/t", "sources": ("s",)}
    made = tuple(
        Figure.model_validate({"since": 2020, "until": 2024, "confidence": "A", **common, **f}) for f in figures
    )
    return cr.Network(
        name="one", year=2024, nodes=(cr.Node(id="a"), cr.Node(id="b")), edges=(cr.Edge(id="e", tail="a", head="b"),),
        commodities=(cr.Commodity(id="oil"),), figure_records=made, sources=(cr.Source(id="s", title="s"),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("figures", "grade"),
    [
        ([{"value": 5.0, "low": 4.0, "high": 6.0, "confidence": "B"}], "B"),
        ([{"value": 5.0}, {"value": 7.0, "choice": "rival", "confidence": "C"}], "C"),
        ([{"value": 5.0, "low": 4.0, "high": 6.0}, {"value": 9.0, "choice": "rival", "confidence": "C"}], "A"),
    ],
)
def test_a_range_that_rivals_span_takes_the_worst_grade_among_them(
    figures: list[dict[str, object]], grade: str
) -> None:
    """A range of the figure's own keeps the figure's grade, whatever rivals say."""
    assert mattering.grade("edge:e.tariff_usd_per_t", _network(*figures)) == grade


def test_relative_range_is_the_width_over_the_larger_bound() -> None:
    """From 4 to 5 it is a fifth, from -3 to 1 four thirds."""
    for low, high, width in ((4.0, 5.0, 0.2), (-3.0, 1.0, 4 / 3)):
        network = _network({"value": (low + high) / 2, "low": low, "high": high})
        assert mattering.relative_range("edge:e.tariff_usd_per_t", network) == pytest.approx(width)
