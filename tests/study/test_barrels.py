"""units="bbl": thousand barrels a day and USD a barrel, each commodity by its own barrels a tonne."""

from __future__ import annotations

import pytest

import corridor as cr
from helpers.small_networks import edge, network

SHUT = cr.Scenario(name="shut", changes=[cr.Outage(edge="a")], duration_days=10)


def oils(unit_of_y: str = "bbl") -> cr.Network:
    """Return 4 Mt/y of x (7.3 barrels a tonne) and 5 of y (8 barrels) by a (6 Mt/y) and b (2), corridors both."""
    net = network(
        edge("a", 10.0, 6.0), edge("b", 20.0, 2.0),
        supplies=(
            cr.Supply(node="field", commodity="x", volume_mtpa=4.0),
            cr.Supply(node="field", commodity="y", volume_mtpa=5.0, penalty_usd_per_t=500.0),
        ),
        markets=tuple(cr.Market(node="port", commodity=c, price_usd_per_t=100.0) for c in "xy"),
    )  # fmt: skip
    return net.replace(
        commodities=[
            cr.Commodity(id="x", display_unit="bbl", display_per_t=7.3),
            cr.Commodity(id="y", display_unit=unit_of_y, display_per_t=8.0),
        ],
        corridors=[cr.Corridor(id="a"), cr.Corridor(id="b")],
        edges=[each.replace(corridor=each.id) for each in net.edges],
    )  # fmt: skip


def test_a_tonne_of_7_3_barrels_is_twenty_thousand_barrels_a_day() -> None:
    """1 Mt/y is 7.3 million barrels a year: 20 kb/d; 73 USD/t are 10 USD/bbl."""
    tonnes, barrels = (cr.compare(oils(), [SHUT], commodity="x", units=units) for units in ("t", "bbl"))
    assert not [name for name in barrels.columns if name.endswith(("_mtpa", "_usd_per_t"))]
    assert (barrels["capacity_kbd"] / 20).tolist() == pytest.approx(tonnes["capacity_mtpa"].tolist())
    assert (barrels["throughput_kbd"] / 20).tolist() == pytest.approx(tonnes["throughput_mtpa"].tolist())
    cost = tonnes["unit_cost_usd_per_t"].tolist()
    assert (barrels["unit_cost_usd_per_bbl"] * 7.3).tolist() == pytest.approx(cost, nan_ok=True)
    assert barrels["status"].tolist() == tonnes["status"].tolist()


def test_what_all_lose_counts_by_each_ones_barrels() -> None:
    """Without a, x keeps 2 of b and loses 2, y loses 5: less the ton of y that was not lifted before."""
    row = cr.compare(oils(), [], commodity="x", columns="all", units="bbl").loc[("baseline", "a")]
    assert row["shortfall_if_lost_kbd"] == pytest.approx(2 * 7.3e3 / 365)
    assert row["shortfall_if_lost_all_kbd"] == pytest.approx(2 * 7.3e3 / 365 + (5 - 1) * 8e3 / 365)
    total = cr.outcomes(oils(), [SHUT], units="bbl").loc["shut"]
    assert total["shortfall_kbd"] == pytest.approx(2 * 7.3e3 / 365 + 5 * 8e3 / 365)
    assert total["shortfall_mbbl"] == pytest.approx((2 * 7.3 + 4 * 8) * 10 / 365)


def test_money_stays() -> None:
    """Million USD are million USD."""
    tonnes, barrels = (cr.outcomes(oils(), [SHUT], units=units) for units in ("t", "bbl"))
    for name in ("netback_musd_per_year", "loss_musd_per_year", "loss_musd", "loss_musd_held", "route_hhi"):
        assert barrels[name].tolist() == pytest.approx(tonnes[name].tolist(), nan_ok=True)
    one = cr.outcomes(oils(), [SHUT], commodity="y", units="bbl")
    assert one.loc["shut", "shortfall_kbd"] == pytest.approx(5 * 8e3 / 365)


@pytest.mark.parametrize("study", [cr.compare, cr.outcomes])
def test_a_commodity_without_barrels_is_refused(study) -> None:
    """With the way out."""
    with pytest.raises(cr.DataError, match=r"commodity 'y' has no barrels \(its display unit is 't'\); give it"):
        study(oils("t"), [SHUT], units="bbl")
    with pytest.raises(cr.DataError, match="units must be 't', 'bbl' or 'TEU' \\(got 'barrels'\\)"):
        study(oils(), [SHUT], units="barrels")
    cr.outcomes(oils("t"), [SHUT], commodity="x", units="bbl")


@pytest.mark.parametrize("study", [cr.compare, cr.outcomes])
def test_notes_on_minima_are_in_barrels(study) -> None:
    """3 Mt/y of x asked for where 2 are left: 60 and 40 kb/d."""
    asked = oils().replace(
        quotas=[cr.Quota(edge="b", commodity="x", min_mtpa=2.0), cr.Quota(edge="a", commodity="x", min_mtpa=3.0)]
    )
    notes = study(asked, [SHUT], commodity="x", units="bbl").attrs["notes"]["shut"]
    assert any("asks for 60 kb/d, 0.0 pass" in note for note in notes)


def test_notes_on_what_has_no_barrels_stay_in_tonnes() -> None:
    """The minimum is of y, which has none; x is counted."""
    asked = oils("t").replace(quotas=[cr.Quota(edge="a", commodity="y", min_mtpa=3.0)])
    notes = cr.outcomes(asked, [SHUT], commodity="x", units="bbl").attrs["notes"]["shut"]
    assert any("asks for 3 Mt/y" in note for note in notes)
