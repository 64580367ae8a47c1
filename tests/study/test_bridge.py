"""Bridges: a number's change split by what differs, by arithmetic and by solving each part alone."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import corridor as cr
from helpers.small_networks import edge, minimum, network

NETBACK = "netback_musd_per_year"
KAZAKH = "commodities.kazakh_crude.netback_musd_per_year"


def figure(record: str, subject: str, attribute: str, value: float) -> cr.Figure:
    """Return a chosen figure without a range."""
    return cr.Figure(
        record=record, subject=subject, attribute=attribute, value=value, unit="1", since=2000, until=2100,
        confidence="C", choice="chosen",
    )  # fmt: skip


def priced(tariff: float, volume: float) -> cr.Network:
    """Return one pipe of that tariff that carries that volume to a port which pays 100, with a figure for both."""
    supply = cr.Supply(node="field", commodity="oil", volume_mtpa=volume)
    figures = [figure("edge", "pipe", "tariff_usd_per_t", tariff), figure("supply", "field.oil", "volume_mtpa", volume)]
    return network(edge("pipe", tariff), supplies=(supply,)).replace(figure_records=figures)


def effects(table: pd.DataFrame) -> dict[str, float]:
    """Return the effects by what they are of."""
    names = (f"{row.subject}.{row.attribute}".strip(".") for row in table.itertuples())
    return dict(zip(names, table["effect"], strict=True))


def test_two_figures_and_what_they_do_together() -> None:
    """5 (100 - 10) = 450 to 8 (100 - 20) = 640: tariff alone 400, volume alone 720, together 30 less than both."""
    table = cr.bridge(priced(10.0, 5.0), priced(20.0, 8.0), NETBACK)
    expected = {"field.oil.volume_mtpa": 270.0, "pipe.tariff_usd_per_t": -50.0, "remainder": -30.0}
    assert effects(table) == pytest.approx(expected)
    assert list(effects(table)) == list(expected)  # largest first
    assert (table.attrs["value"], table.attrs["before"]["value"]) == pytest.approx((640.0, 450.0))
    assert table.loc[0, ["before", "after", "change", "effect_unit"]].tolist() == ["5", "8", "moved", "million USD/y"]


@pytest.mark.parametrize("outcome", [NETBACK, KAZAKH, "shortfall_mtpa", "compare.cpc.netback_usd_per_t"])
@pytest.mark.parametrize("years", [(2021, 2024), (2022, 2021)])
def test_effects_add_up_to_the_whole_change(outcome: str, years: tuple[int, int]) -> None:
    """Between two shipped years, whatever differs between them; all rows, largest first."""
    before, after = (cr.load(year=year) for year in years)
    table = cr.bridge(before, after, outcome)
    assert table["effect"].sum() == pytest.approx(table.attrs["value"] - table.attrs["before"]["value"], abs=1e-9)
    assert table["effect"].abs().is_monotonic_decreasing
    assert table["effect"].notna().all()


def test_a_row_is_the_outcome_with_the_figure_alone() -> None:
    """Solved by with_figures: each of a desk's three figures alone, Brent with all that follows from it."""
    net = cr.load(year=2024)
    view = {"brent": 60.0, "cpc_line.tariff_usd_per_t": 30.0, "baku_supsa.kazakh_crude.max_mtpa": 4.0}
    table = cr.bridge(net, net.with_figures(view, source="desk"), KAZAKH)

    def netback(of: cr.Network) -> float:
        return float(cr.solve(of).commodities.loc["kazakh_crude", "netback_musd_per_year"])

    assert set(table["subject"]) == {"brent", "cpc_line", "baku_supsa.kazakh_crude", "remainder"}
    for name, value in view.items():
        row = table[table["subject"] == name.removesuffix(".tariff_usd_per_t").removesuffix(".max_mtpa")].iloc[0]
        assert row["effect"] == pytest.approx(netback(net.with_figures({name: value})) - netback(net), abs=1e-6)


def test_a_figure_in_the_place_of_a_formula_says_so() -> None:
    """The price at Augusta, which follows from Brent, set by hand: one row, whose note has the formula."""
    net = cr.load(year=2024)
    key = next(f for f in net.figure_records if f.record == "market" and f.formula and f.attribute == "price_usd_per_t")
    name = f"{key.subject}.price_usd_per_t"
    table = cr.bridge(net, net.with_figures({name: 500.0}), NETBACK)
    assert list(table[table["change"] == "moved"]["subject"]) == [key.subject]
    assert f"no formula, before {key.formula}" in table.set_index("subject").loc[key.subject, "note"]


def test_records_that_come_and_go_have_a_row_each() -> None:
    """A second pipe at 5 USD/t for 2 Mt/y, kept by a minimum of 1: 5 x 90 becomes 2 x 95 + 3 x 90, and back again."""
    one = network(edge("old", 10.0))
    two = network(edge("old", 10.0), edge("new", 5.0, 2.0), quotas=(minimum("new", 1.0),))
    added = cr.bridge(one, two, NETBACK).set_index(["record", "subject"])
    assert added.loc[("edge", "new"), ["change", "effect"]].tolist() == ["added", pytest.approx(10.0)]
    assert added.loc[("quota", "new.oil"), ["effect", "note"]].tolist() == [0.0, "comes with edge 'new'"]
    removed = cr.bridge(two, one, NETBACK).set_index(["record", "subject"])
    assert removed.loc[("edge", "new"), ["change", "effect"]].tolist() == ["removed", pytest.approx(-10.0)]
    assert removed.loc[("", "remainder"), "effect"] == pytest.approx(0.0)


def test_a_record_brings_what_it_names() -> None:
    """A market at a new port cannot be without the port: the row adds both, and the edge there has its own."""
    one = network(edge("pipe", 10.0))
    further = cr.Market(node="cape", commodity="oil", price_usd_per_t=120.0)
    two = network(edge("pipe", 10.0), edge("sea", 5.0, ends="port cape"), markets=(*one.markets, further))
    table = cr.bridge(one, two, NETBACK)
    assert sorted(zip(table["record"], table["subject"], strict=True)) == [
        ("", "remainder"), ("edge", "sea"), ("market", "cape.oil"), ("node", "cape"),
    ]  # fmt: skip
    assert table["effect"].sum() == pytest.approx(5.0 * 15.0)  # only together, so all of it is the remainder's
    assert table.iloc[0]["subject"] == "remainder"


def test_a_field_that_no_figure_explains_has_a_row() -> None:
    """A capacity altered in the table, 5 to 3 Mt/y of 90 USD/t: 2 Mt/y are not lifted."""
    before = network(edge("pipe", 10.0, 5.0))
    after = before.replace(edges=[edge("pipe", 10.0, 3.0)])
    table = cr.bridge(before, after, NETBACK)
    assert effects(table) == pytest.approx({"pipe.capacity_mtpa": -180.0, "remainder": 0.0})


def test_what_a_figure_explains_is_not_told_twice() -> None:
    """A tariff moved by its figure from 10 to 20, and by hand 3 further: rows of 10 and 3 USD/t on 5 Mt/y."""
    before = priced(10.0, 5.0)
    by_figure = before.with_figures({"pipe": 20.0})
    after = by_figure.replace(edges=[by_figure.edge("pipe").replace(tariff_usd_per_t=23.0)])
    table = cr.bridge(before, after, NETBACK)
    assert sorted(table["effect"]) == pytest.approx([-50.0, -15.0, 0.0])


def test_equal_networks_differ_in_nothing() -> None:
    """A remainder of 0 is all."""
    table = cr.bridge(cr.load(year=2021), cr.load(year=2021), NETBACK)
    assert effects(table) == {"remainder": 0.0}


def test_governance_moves_risk_scores() -> None:
    """Estimates of Russia alone move the score of what crosses it; no other outcome has rows for them."""
    net = cr.load(year=2021)
    other = net.with_figures({f"RUS.{name}_estimate": -2.0 for name in ("political_stability", "rule_of_law")})
    table = cr.bridge(net, other, "compare.cpc.risk_score")
    assert set(table[table["effect"].abs() > 1e-9]["subject"]) == {"RUS"}
    assert table["effect"].sum() > 0
    assert effects(cr.bridge(net, other, NETBACK)) == {"remainder": 0.0}


def test_an_outcome_without_a_value_is_refused() -> None:
    """In one network the corridor is closed and has no netback; the sentence names which."""
    net = cr.load(year=2021)
    shut = cr.load_scenario("cpc-shut").apply(net)
    with pytest.raises(cr.DataError, match="has no value in the second network"):
        cr.bridge(net, shut, "compare.cpc.netback_usd_per_t")
    with pytest.raises(cr.DataError, match="is a word; name a number"):
        cr.bridge(net, shut, "compare.cpc.status")


def test_what_cannot_be_moved_alone_says_why() -> None:
    """A loop in which the gain of one edge outweighs the tariff of the other, which rises in the same step."""
    there, back = edge("there", 10.0), edge("back", 0.0, ends="port field", quality_usd_per_t=5.0)
    figures = [figure("edge", "back", "quality_usd_per_t", 5.0), figure("edge", "there", "tariff_usd_per_t", 10.0)]
    before = network(there, back).replace(figure_records=figures)
    after = before.with_figures({"back": 15.0, "there": 20.0})
    table = cr.bridge(before, after, NETBACK).set_index("subject")
    assert "cannot be alone, so that its effect is in the remainder" in table.loc["back", "note"]
    assert table.loc["back", "effect"] == 0.0
    assert math.isclose(table["effect"].sum(), -50.0)


def test_an_edge_that_joins_a_fleet_is_one_line_with_its_effect() -> None:
    """20 Mt days a year over a round trip of 10 days carry 2 of the 5 Mt/y: 300 million USD/y less than 5 x 100."""
    before = network(edge("ship"))
    served = edge("ship", fleet="tankers", fleet_days=10.0)
    after = network(served, fleets=(cr.Fleet(id="tankers", capacity_mt_days=20.0),))
    table = cr.bridge(before, after, NETBACK).set_index(["record", "subject", "attribute"])
    assert table["effect"].to_dict() == pytest.approx(
        {("edge", "ship", "fleet"): -300.0, ("", "remainder", ""): 0.0, ("fleet", "tankers", ""): 0.0}
    )
    assert table.loc[("edge", "ship", "fleet"), "note"] == "fleet_days 0 to 10 with it"
    back = cr.bridge(after, before, NETBACK).set_index("subject")["effect"]
    assert back["ship"] == pytest.approx(300.0)


def test_what_leaves_the_outcome_without_a_value_says_so() -> None:
    """A corridor without its only edge has no netback: that is no effect of 0."""
    before = network(edge("one", 10.0, corridor="east"), edge("two", 30.0, corridor="west"))
    after = network(edge("one", 10.0, corridor="west"), edge("two", 30.0, corridor="east"))
    table = cr.bridge(before, after, "compare.east.netback_usd_per_t").set_index(["subject", "attribute"])
    assert "has no value, so that its effect is in the remainder" in table.loc[("one", "corridor"), "note"]
    assert table["effect"].sum() == pytest.approx(-20.0)
