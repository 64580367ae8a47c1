"""What a result leans on: duals times half the range of each figure."""

from __future__ import annotations

import pytest

import corridor as cr
from corridor.model.figures import key_of
from corridor.model.variation import Variation, range_of


def test_leans_on_is_the_dual_times_half_the_range() -> None:
    """Where the basis holds, the objective at the ends of a figure's range differs by twice the effect."""
    net = cr.load(year=2021)
    flow = cr.solve(net)
    variation = Variation(net)
    told = flow.leans_on(None).set_index(["record", "subject", "attribute"])["effect"]
    for record, subject, attribute in (
        ("input", "cargo", "interest_per_year"),
        ("input", "btc_line", "tariff_usd_per_t"),
        ("input", "home_market", "price_usd_per_t"),
        ("supply", "caspian_shelf.russian_crude", "volume_mtpa"),
    ):
        figure = variation.figure_set.figures[f"{record}:{subject}.{attribute}"]
        middle = figure.value or 0.0
        near = [middle + 0.01 * (end - middle) for end in range_of(figure)]
        solved = [cr.solve(variation.with_values({key_of(figure): value})).objective for value in near]
        assert abs(solved[1] - solved[0]) / 2 / 0.01 == pytest.approx(told[record, subject, attribute], rel=1e-3)


def test_leans_on_puts_the_largest_effect_first(shut: cr.Flow) -> None:
    """As many rows as asked for, in descending order, each with a source and a confidence."""
    table = shut.leans_on(12)
    assert len(table) == 12
    assert table["effect"].is_monotonic_decreasing
    assert table["confidence"].isin(["A", "B", "C"]).all()
    assert (table["source"] != "").all()


@pytest.mark.parametrize("n", [-1, 1.5, "3", True])
def test_leans_on_needs_a_number_of_rows(n: object, shut: cr.Flow) -> None:
    """-1 is not all but the last."""
    with pytest.raises(cr.DataError, match="n must be a whole number >= 0, or None for all"):
        shut.leans_on(n)  # type: ignore[arg-type]


def test_leans_on_needs_figures(diamond: cr.Network) -> None:
    """A network without figures has nothing to lean on, and says so."""
    with pytest.raises(cr.DataError, match="has no figures"):
        cr.solve(diamond).leans_on()
