"""What a result leans on: duals times half the range of each figure."""

from __future__ import annotations

import pytest

import corridor as cr
from corridor.model.figures import key_of
from corridor.model.variation import Variation, range_of
from helpers.small_networks import edge


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


@pytest.mark.parametrize(
    "outcome",
    [
        "commodities.kazakh_crude.netback_musd_per_year", "change.shortfall_mtpa",
        "commodities.kazakh_crude.netback_musd_per_year - commodities.azeri_crude.netback_musd_per_year",
    ],
)  # fmt: skip
def test_leans_on_an_outcome_is_what_sensitivity_finds(outcome: str) -> None:
    """Half the swing of each bar, largest first, in the unit of the outcome; the scenario's baseline is kept."""
    net, scenario = cr.load(year=2021), cr.load_scenario("cpc-shut")
    table = cr.solve(net, scenario).leans_on(None, outcome=outcome)
    tornado = cr.sensitivity(net, scenario, outcome=outcome).table
    index = ["record", "subject", "attribute"]
    swing = tornado.set_index(index)["swing"]
    assert dict(table.set_index(index)["effect"] * 2) == pytest.approx(dict(swing))
    assert table["effect"].is_monotonic_decreasing
    assert set(table["effect_unit"]) == {"Mt/y" if "shortfall" in outcome else "million USD/y"}


def test_leans_on_has_one_layout() -> None:
    """The same columns, in the same order, for the objective and for any outcome; each says what it is of."""
    flow = cr.solve(cr.load(year=2021))
    first, other = flow.leans_on(3), flow.leans_on(3, outcome="corridors.btc.throughput_mtpa")
    assert list(first) == list(other)
    assert (first.attrs["outcome"], other.attrs["outcome"]) == ("objective", "corridors.btc.throughput_mtpa")


def test_duals_know_nothing_of_other_outcomes() -> None:
    """Two shippers, a tariff each: Kazakh netback leans on its own, the objective on the other, ten times as wide."""
    own, other = (
        cr.Figure(
            record="edge", subject=subject, attribute="tariff_usd_per_t", value=20.0, low=20.0 - half,
            high=20.0 + half, unit="USD/t", since=2000, until=2100, confidence="C", choice="chosen",
        )
        for subject, half in (("k", 1.0), ("r", 10.0))
    )  # fmt: skip
    net = cr.Network(
        nodes=[cr.Node(id=id) for id in ("a", "b", "m")],
        edges=[edge("k", 20.0, ends="a m"), edge("r", 20.0, ends="b m")],
        commodities=[cr.Commodity(id="kazakh"), cr.Commodity(id="russian")],
        supplies=[cr.Supply(node="a", commodity="kazakh", volume_mtpa=5.0),
                  cr.Supply(node="b", commodity="russian", volume_mtpa=5.0)],
        markets=[cr.Market(node="m", commodity=id, price_usd_per_t=100.0) for id in ("kazakh", "russian")],
        figure_records=[own, other],
    )  # fmt: skip
    flow = cr.solve(net)
    assert list(flow.leans_on()["subject"]) == ["r", "k"]
    leant = flow.leans_on(outcome="commodities.kazakh.netback_musd_per_year").set_index("subject")
    assert leant["effect"].to_dict() == pytest.approx({"k": 5.0, "r": 0.0})  # 5 Mt/y at 1 USD/t
    assert leant.loc["k", ["unit", "effect_unit"]].tolist() == ["USD/t", "million USD/y"]


@pytest.mark.parametrize("outcome", ["compare.cpc.status", "compare.cpc.netback_usd_per_t"])
def test_leans_on_needs_an_outcome_with_a_value(outcome: str, shut: cr.Flow) -> None:
    """A word, or the netback by a closed corridor, leans on nothing."""
    with pytest.raises(cr.DataError, match=r"is a word|has no value"):
        shut.leans_on(outcome=outcome)
