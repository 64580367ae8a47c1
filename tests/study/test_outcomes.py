"""outcomes(): rates a year, and amounts over the days of a scenario by all ways and by usual ways only."""

from __future__ import annotations

import datetime as dt
import math

import pytest

import corridor as cr
from helpers.small_networks import OIL, edge, network

AMOUNTS = ["duration_days", "shortfall_mt", "loss_musd", "shortfall_mt_held", "loss_musd_held"]


def three_ways() -> cr.Network:
    """Return ways a (5 USD/t, at most 6), b (15, 6) and c (40, 3) for 10 Mt/y."""
    offered = (cr.Supply(node="field", commodity=OIL, volume_mtpa=10.0),)
    return network(edge("a", 5.0, 6.0), edge("b", 15.0, 6.0), edge("c", 40.0, 3.0), supplies=offered)


OUT = [cr.Outage(edge="a")]


@pytest.mark.parametrize(
    "shut",
    [
        cr.Scenario(name="it", changes=OUT, duration_days=30),
        cr.Event(name="it", changes=OUT, start=dt.date(2022, 7, 5), end=dt.date(2022, 8, 4)),
        cr.Hazard(name="it", changes=OUT, frequency_per_year=0.1, duration_days=30),
    ],
)
def test_rates_become_amounts_over_the_days(shut: cr.Scenario) -> None:
    """1 Mt/y and 220 million a year by all ways, 6 and 570 by usual ones, times 30 / 365."""
    row = cr.outcomes(three_ways(), [shut]).loc["it"]
    assert row[AMOUNTS].tolist() == pytest.approx([30, 0.082192, 18.082192, 0.493151, 46.849315], abs=5e-7)
    assert row[["shortfall_change_mtpa", "loss_musd_per_year"]].tolist() == pytest.approx([1, 220])
    assert cr.outcomes(three_ways(), [shut], commodity=OIL).loc["it", AMOUNTS].tolist() == pytest.approx(
        row[AMOUNTS].tolist()
    )


def test_no_duration_no_amount() -> None:
    """A rate a year says nothing of how long; nor does the baseline last."""
    table = cr.outcomes(three_ways(), [cr.Scenario(name="it", changes=OUT)])
    assert all(math.isnan(value) for value in table[AMOUNTS].to_numpy().ravel())


def test_durations_that_differ_leave_amounts_empty_with_a_note() -> None:
    """Two scenarios added up."""
    both = cr.Scenario(name="a", changes=OUT, duration_days=3) + cr.Scenario(
        name="b", changes=[cr.Outage(edge="b")], duration_days=4
    )
    table = cr.outcomes(three_ways(), [both])
    assert math.isnan(table.loc["a + b", "loss_musd"])
    assert "differ (3 and 4 days)" in table.attrs["notes"]["a + b"][0]


def twins(capacity: float) -> cr.Network:
    """Return five tonnes by a or b, both 10 USD/t, in a usual flow that is not unique unless capacity is scarce."""
    return network(edge("a", 10.0, capacity), edge("b", 10.0, 4.0))


@pytest.mark.parametrize(("capacity", "about"), [(4.0, True), (1.0, False)])
def test_money_by_usual_ways_is_about_where_usual_flows_are_not_unique(capacity: float, about: bool) -> None:
    """Of five tonnes one to four go by a, so 90 to 360 million a year are lost with it; at most one if it has 1."""
    shut = cr.Scenario(name="it", changes=OUT, duration_days=365)
    table = cr.outcomes(twins(capacity), [shut])
    notes = table.attrs.get("notes", {}).get("it", [])
    assert [note for note in notes if "usual ways" in note and note.endswith("90.0 to 360.0.")] == notes
    assert len(notes) == about
    assert 90 - 1e-6 <= table.loc["it", "loss_musd_held"] <= 360 + 1e-6


def test_two_moorings_out_cost_all_beyond_the_third_by_usual_ways() -> None:
    """What the CPC carried less the 42 Mt/y of one mooring, over 26 days; by all ways at once less."""
    net = cr.load("caspian", year=2022)
    row = cr.outcomes(net, [cr.load_scenario("cpc-moorings-damaged")]).iloc[1]
    carried = cr.solve(net).corridors.loc["cpc", "throughput_mtpa"]
    assert row["duration_days"] == 26
    assert row["shortfall_mt_held"] == pytest.approx((carried - 42) * 26 / 365)
    assert row["shortfall_mt_held"] > row["shortfall_mt"] > 0


def test_changes_without_effect_are_passed_over_if_not_strict() -> None:
    """In outcomes and in compare."""
    shut = cr.Scenario(name="it", changes=OUT)
    closed = shut.apply(three_ways())
    for study in (cr.outcomes, cr.compare):
        with pytest.raises(cr.DataError, match="has no effect"):
            study(closed, [shut])
        study(closed, [shut], strict=False)


@pytest.mark.parametrize(("column", "amount"), [("shortfall_mt", 30 / 365), ("loss_musd_held", 570 * 30 / 365)])
def test_amounts_over_days_can_be_expected(column: str, amount: float) -> None:
    """A check reads them by their path: 1 Mt/y short by all ways, a loss of 910 - 340 by usual ways, for 30 days."""
    out = cr.Scenario(name="it", changes=OUT, duration_days=30, expect={f"outcomes.{column}": f"{amount} +- 1e-9"})
    (result,) = cr.check(out, three_ways())
    assert result.got == pytest.approx(amount)
    assert result.holds


def test_sensitivity_reads_amounts_over_days() -> None:
    """The central value is that of `outcomes`."""
    net, shut = cr.load("caspian", 2024), cr.Scenario(name="it", changes=cr.Outage(corridor="cpc"), duration_days=30)
    central = cr.sensitivity(net, shut, outcome="outcomes.loss_musd").central
    assert central == pytest.approx(cr.outcomes(net, shut).loc["it", "loss_musd"])


def test_explain_names_missing_buyers_where_supply_is_shut_in() -> None:
    """With 10 Mt/y offered, room on the way and a buyer of 3, more cannot be sold, so supply is not what is missing."""
    offered = (cr.Supply(node="field", commodity=OIL, volume_mtpa=10.0),)
    net = network(edge("a", 5.0, 9.0), supplies=offered)
    few = tuple(market.replace(volume_mtpa=3.0) for market in net.markets)
    short = net.replace(
        markets=few,
        corridors=(cr.Corridor(id="way"),),
        edges=tuple(e.replace(corridor="way") if e.id == "a" else e for e in net.edges),
    )
    assert f"no market beyond it that takes more {OIL}" in cr.solve(short).explain("way")
