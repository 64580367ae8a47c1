"""Boxes in outcomes, explanations, comparisons and pictures: TEU a year and USD/FEU, by arithmetic.

The network has 10 t a TEU: 1 Mt/y is 100,000 TEU/y, 1 USD/t is 20 USD/FEU.
"""

from __future__ import annotations

import re

import pytest

import corridor as cr
from corridor.model.columns import by_name
from corridor.model.display_units import DisplayUnits, column_in, in_tonnes, names_of, unit_of
from helpers.box_network import MIDDLE, STREAMS, box_network

SHUT = cr.Scenario(name="shut", changes=[cr.Outage(corridor=MIDDLE)], duration_days=73)


@pytest.fixture(scope="module")
def flow() -> cr.Flow:
    """Return the flow with the ocean at 300 USD/t: 60,000 TEU go by the middle, 400,000 by the north."""
    dear = cr.Scenario(name="dear", changes=[cr.TariffShock(corridor="ocean", add_usd_per_t=200.0)])
    return cr.solve(dear.apply(box_network()))


def test_outcomes_of_a_group_are_sums_over_its_streams() -> None:
    """20.7 Mt of boxes, without grain; shut, the 0.1 Mt of the steppe stay."""
    table = cr.outcomes(box_network(), [SHUT], commodity="containers")
    assert table["delivered_mtpa"].to_list() == pytest.approx([20.7, 20.6])
    parts = [cr.outcomes(box_network(), [SHUT], commodity=id)["netback_musd_per_year"] for id in STREAMS]
    assert table["netback_musd_per_year"].to_list() == pytest.approx(sum(parts).to_list())  # type: ignore[union-attr]


def test_outcomes_are_counted_in_boxes() -> None:
    """10,000 TEU a year are short, 2,000 over 73 days; money stays."""
    boxes, tonnes = (
        cr.outcomes(box_network(), [SHUT], commodity="containers", units=u).loc["shut"] for u in ("TEU", "t")
    )
    assert boxes["shortfall_teu_per_year"] == pytest.approx(10_000)
    assert boxes["shortfall_teu"] == pytest.approx(2_000)
    assert boxes["loss_musd_per_year"] == pytest.approx(tonnes["loss_musd_per_year"])


def test_outcomes_of_a_group_have_paths() -> None:
    """As those of a commodity have."""
    expecting = SHUT.replace(expect={"outcomes.containers.shortfall_mtpa": "~ 0.1 +- 0.001"})
    assert [result.holds for result in cr.check(expecting, box_network())] == [True]


def test_grain_is_not_counted_in_boxes() -> None:
    """Nor are all shippers together."""
    with pytest.raises(cr.DataError, match=r"commodity 'grain' has no TEU \(its display unit is 't'\)"):
        cr.outcomes(box_network(), [], units="TEU")


def test_what_cannot_show_boxes_refuses_them(flow: cr.Flow) -> None:
    """A breakdown is in tonnes or barrels."""
    with pytest.raises(cr.DataError, match=r"units must be 't' or 'bbl' \(got 'TEU'\)"):
        cr.breakdown(flow, MIDDLE, units="TEU")


def test_a_comparison_in_boxes_renames_what_it_converts() -> None:
    """Main columns by the factor; one name stands once."""
    tonnes = cr.compare(box_network(), columns=["main", "containers"]).iloc[0]
    boxes = cr.compare(box_network(), columns=["main", "containers"], units="TEU").iloc[0]
    assert boxes["unit_cost_usd_per_feu"] == pytest.approx(20 * tonnes["unit_cost_usd_per_t"])
    assert boxes["capacity_teu_per_year"] == pytest.approx(1e5 * tonnes["capacity_mtpa"])
    assert boxes.index.is_unique


def test_an_explanation_of_boxes_is_in_boxes(flow: cr.Flow) -> None:
    """No tonnes, no netback: boxes have a cost."""
    text = flow.explain(units="TEU")
    assert text.startswith("Baseline: 2,070,000 TEU/y of boxes_china_europe, ")
    assert f"[{MIDDLE}]: carries 60,000 TEU/y, no limit; containers 60,000 TEU/y." in text
    assert (
        "75,000 TEU/y, stopped by quay_west; that lifted, 80,000 TEU/y, stopped by fleet box_ships + fleet ferries"
        in text
    )
    assert not re.search(r"Mt/y|USD/t\b|netback|grain", text)


def test_the_cost_of_boxes_is_theirs_alone(flow: cr.Flow) -> None:
    """All costs of the flow less those of 0.4 Mt of grain at 95 USD/t."""
    cost = flow.cost_musd_per_year - 0.4 * 95
    assert f"delivered, cost {cost:,.0f} million USD/y." in flow.explain(units="TEU")


def test_a_fleet_shared_with_other_cargo_says_so(flow: cr.Flow) -> None:
    """Ferries carry 10,000 TEU for 10 days and 0.4 Mt of grain for 5: 100,000 and 200,000 of 300,000 TEU days."""
    text = flow.explain("ferries", units="TEU")
    assert "300,000 of 300,000 TEU days/y used" in text
    assert "ferry: 10,000 TEU/y, 10 days each: 100,000 TEU days/y." in text
    assert "ferry_grain: 0.4 Mt/y of other cargo, 5 days each: 200,000 TEU days/y." in text


def test_one_commodity_can_be_explained_alone(flow: cr.Flow) -> None:
    """Of grain only its own corridor is told."""
    text = flow.explain(commodity="grain")
    assert text.startswith("Baseline: 0.4 Mt/y of grain delivered, netback -38 million USD/y.")
    assert "0.6 Mt/y, stopped by fleet ferries" in text
    assert "ocean" not in text


def test_unknown_commodities_are_not_explained(flow: cr.Flow) -> None:
    """With the names that there are."""
    with pytest.raises(cr.UnknownNameError, match="no commodity or group of commodities named 'boxes'"):
        flow.explain(commodity="boxes")


def test_crude_is_not_explained_in_boxes() -> None:
    """It has barrels."""
    with pytest.raises(cr.DataError, match="commodity 'kazakh_crude' has no TEU"):
        cr.solve(cr.load(year=2021)).explain(units="TEU")


def test_a_map_of_a_group_writes_boxes(flow: cr.Flow) -> None:
    """Totals and corridors, with digits in threes."""
    ax = cr.plot_map(flow, commodity="containers", units="TEU", title="")
    texts = {text.get_text() for text in ax.texts}
    assert any("2,070,000 TEU/y lifted" in text for text in texts)
    label = next(text for text in ax.texts if text.get_gid() == "label:corridor:northern_corridor")
    assert label.get_text().endswith("400,000 TEU/y")


def test_a_sankey_diagram_of_a_group_has_a_band_for_each_stream(flow: cr.Flow) -> None:
    """Bars of the streams are as high as they are large; grain is left out."""
    ax = cr.plot_sankey(flow, commodity="containers", units="TEU")
    heights = {bar.get_gid(): bar.get_height() for bar in ax.patches if str(bar.get_gid()).startswith("bar:0:")}
    assert heights[f"bar:0:{STREAMS[0]}"] == pytest.approx(2_000_000)
    assert not any("grain" in gid for gid in heights)


def test_a_comparison_of_boxes_is_drawn_in_boxes() -> None:
    """What moves of capacity, price, time, lateness and rents, each with its unit."""
    ax = cr.plot_comparison(cr.compare(box_network()))
    heads = [title for panel in ax.child_axes for title in (panel.get_title(loc="left"),) if title]
    heads += [text.get_text() for panel in ax.child_axes for text in panel.texts]
    written = "\n".join(heads)
    assert all(unit in written for unit in ("[TEU/y]", "[USD/FEU]", "[days]"))
    assert "10,000 of 75,000" in written
    assert "Mt/y" not in written


def test_a_group_of_columns_of_boxes_can_be_drawn() -> None:
    """By its name: a panel for each column of numbers but the capacity, which outlines the bars."""
    ax = cr.plot_comparison(cr.compare(box_network()), columns="containers")
    assert len(ax.child_axes) == 6  # moves, share, price, time, late, rent


def test_names_of_columns_are_told_from_each_other() -> None:
    """In tonnes, barrels and boxes; the unit of a table follows from its names."""
    assert names_of("throughput_mtpa") == ("throughput_mtpa", "throughput_kbd", "throughput_teu_per_year")
    assert [in_tonnes(name) for name in names_of("shadow_price_usd_per_t_day")] == ["shadow_price_usd_per_t_day"] * 3
    assert (unit_of(["status", "throughput_kbd"]), unit_of(["delivered_teu_per_year"]), unit_of(["days"])) == (
        "bbl",
        "TEU",
        None,
    )


def test_columns_in_boxes_are_printed_without_fractions() -> None:
    """Volumes and money alike."""
    column = column_in(by_name("compare")["unit_cost_usd_per_t"], "TEU")
    assert (column.name, column.unit, column.text(125.4)) == ("unit_cost_usd_per_feu", "USD/FEU", "125")


def test_factors_are_those_of_ten_tonnes_a_box() -> None:
    """Flows, amounts, cargo under way, money, and money a day."""
    units = DisplayUnits.of(box_network(), "TEU", "containers", boxes=True)
    names = ("flow_mtpa", "shortfall_mt", "used_mt_days", "tariff_usd_per_t", "price_usd_per_t_day", "loss_musd")
    assert [units.factor(name, STREAMS[0]) for name in names] == pytest.approx([1e5, 1e5, 1e5, 20, 20, 1])
