"""A flow explained in barrels: each volume by the barrels a tonne of what it is of."""

from __future__ import annotations

import re

import pytest

import corridor as cr
from corridor.model.columns import FLOW_TABLES
from corridor.model.display_units import DisplayUnits
from corridor.solver.shown_volumes import ShownVolumes
from corridor.study.flow_tables import flow_table, flow_totals
from helpers.small_networks import edge, network

X, Y = 7.3, 8.03
"""Barrels a tonne: 1 Mt/y is 20 kb/d of x and 22 of y."""


def oils(unit_of_y: str = "bbl") -> cr.Network:
    """Return 3 Mt/y of x and 3 of y by a trunk of 4 Mt/y, which x leaves to y: 3 of y and 1 of x pass."""
    net = network(
        edge("trunk", 10.0, 4.0),
        supplies=(
            cr.Supply(node="field", commodity="x", volume_mtpa=3.0, penalty_usd_per_t=730.0),
            cr.Supply(node="field", commodity="y", volume_mtpa=3.0, penalty_usd_per_t=1606.0),
        ),
        markets=tuple(cr.Market(node="port", commodity=c, price_usd_per_t=100.0) for c in "xy"),
        fleets=(cr.Fleet(id="ships", capacity_mt_days=80.0),),
    )  # fmt: skip
    return net.replace(
        commodities=[
            cr.Commodity(id="x", display_unit="bbl", display_per_t=X),
            cr.Commodity(id="y", display_unit=unit_of_y, display_per_t=Y),
        ],
        corridors=[cr.Corridor(id="sea")],
        edges=[each.replace(corridor="sea", fleet="ships", fleet_days=10.0) for each in net.edges],
    )  # fmt: skip


@pytest.fixture(scope="module")
def flow() -> cr.Flow:
    """Return the flow of 1 Mt/y of x and 3 of y."""
    return cr.solve(oils())


def test_totals_count_by_each_ones_barrels(flow: cr.Flow) -> None:
    """1 Mt/y of x and 3 of y are 20 + 66 kb/d; 2 of x, 40 kb/d, are not lifted, at 730 / 7.3 USD/bbl."""
    text = flow.explain(units="bbl")
    assert "86 kb/d delivered" in text
    assert "Not lifted: 40 kb/d (field 40); priced at 100 USD/bbl" in text


def test_a_shared_capacity_counts_by_what_passes(flow: cr.Flow) -> None:
    """All 4 Mt/y are used by 86 kb/d, so that is what the trunk has."""
    assert "carries 86 of 86 kb/d, 0 unused; x 20 kb/d" in flow.explain("sea", units="bbl")


def test_money_is_by_the_barrel(flow: cr.Flow) -> None:
    """A tonne of x costs 10 USD of its 100: 1.37 USD/bbl, and 90 / 7.3 remain."""
    assert "trunk: 1.37 USD/bbl, netback 12.33 USD/bbl" in flow.explain("sea", units="bbl")


def test_one_more_is_said_in_barrels(flow: cr.Flow) -> None:
    """1 Mt/y more is 86 / 4 kb/d of the mix; x takes it and earns 90 million USD."""
    line = next(line for line in flow.explain(units="bbl").splitlines() if line.startswith("Binding: trunk"))
    assert "(86 kb/d); 21.5 kb/d more there would earn +90.0 million USD/y and lift 20.0 kb/d more" in line


def test_a_fleet_counts_by_what_it_carries(flow: cr.Flow) -> None:
    """10 days of 7.3 million barrels and three times 8.03: 313.9 million barrel days, half of 80 Mt days."""
    used = 10 * (X + 3 * Y)
    text = flow.explain("ships", units="bbl")
    assert f"{used:.1f} of {2 * used:.1f} million bbl days/y used" in text


@pytest.mark.parametrize("about", [None, "sea", "trunk", "ships"])
def test_no_tonnes_are_left(flow: cr.Flow, about: str | None) -> None:
    """In no line of any kind."""
    assert re.findall(r"Mt|/t\b|tonne", flow.explain(about, units="bbl")) == []


@pytest.mark.parametrize("scenario", ["cpc-shut", "russia-says-no"])
def test_no_tonnes_are_left_of_the_shipped_network(scenario: str) -> None:
    """Nor where minima are not met, chains are shut and a tonne moved."""
    assert re.findall(r"Mt|USD/t|tonne", cr.solve(cr.load(), cr.load_scenario(scenario)).explain(units="bbl")) == []


def test_what_is_earned_is_the_same_in_both(flow: cr.Flow) -> None:
    """Million USD a year do not depend on units."""
    money = [re.findall(r"[+-][\d,.]+ million USD/y", flow.explain(units=units)) for units in ("t", "bbl")]
    assert money[0] == money[1]


def test_a_minimum_that_is_missed_is_said_in_barrels() -> None:
    """3 Mt/y of x asked for, 1 passes: 60 and 20 kb/d."""
    net = oils()
    asked = net.replace(quotas=[cr.Quota(edge="trunk", commodity="x", min_mtpa=3.0, penalty_usd_per_t=100.0)])
    text = cr.solve(asked).explain(units="bbl")
    assert "asks for 60 kb/d, 20.0 pass" in text


def test_bad_units_are_refused(flow: cr.Flow) -> None:
    """As `compare` does."""
    with pytest.raises(cr.DataError, match=r"units must be 't', 'bbl' or 'TEU' \(got 'kg'\)"):
        flow.explain(units="kg")


def test_a_commodity_without_barrels_is_refused() -> None:
    """By name, with what to do."""
    with pytest.raises(cr.DataError, match=r"commodity 'y' has no barrels \(its display unit is 't'\); give it"):
        cr.solve(oils("t")).explain(units="bbl")


@pytest.mark.parametrize("table", [table for table in FLOW_TABLES if table not in ("corridors", "edges", "nodes")])
def test_tables_of_one_commodity_a_row_are_converted_by_its_barrels(table: str) -> None:
    """To 1e-12: 1e6 times barrels a tonne over 365 days and 1 000 barrels; money over barrels a tonne."""
    net = cr.load(year=2021)
    solved = cr.solve(net)
    tonnes, barrels = getattr(solved, table), flow_table(solved, table, DisplayUnits.of(net, "bbl"))
    if table == "fleets":
        assert list(barrels.columns) == [
            "capacity_mbbl_days", "available_mbbl_days", "used_mbbl_days", "utilisation",
            "shadow_price_usd_per_bbl_day",
        ]  # fmt: skip
        return
    per_t = {commodity.id: commodity.display_per_t for commodity in net.commodities}
    rows = tonnes.reset_index()["commodity"].map(per_t).to_numpy()
    for name in tonnes.columns:
        if name.endswith("_mtpa"):
            number, factor = name.replace("_mtpa", "_kbd"), 1e6 * rows / 365 / 1000
        elif name.endswith("_usd_per_t"):
            number, factor = name.replace("_usd_per_t", "_usd_per_bbl"), 1 / rows
        else:
            continue
        expected = tonnes[name].to_numpy() * factor
        assert barrels[number].to_numpy() == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_what_shippers_share_keeps_its_utilisation(flow: cr.Flow) -> None:
    """Flow over capacity is the same in barrels, and the flow is the sum of each shipper's barrels."""
    for table in ("corridors", "edges"):
        row = flow_table(flow, table, DisplayUnits.of(flow.network, "bbl")).iloc[0]
        assert row.iloc[0] == pytest.approx(20 + 3 * 22, rel=1e-12)
        assert row.iloc[0] / row["available_kbd"] == pytest.approx(row["utilisation"], rel=1e-12)


def test_totals_of_a_flow_have_names_in_barrels(flow: cr.Flow) -> None:
    """20 kb/d of x and 66 of y arrive, 40 of x do not."""
    totals = flow_totals(flow, DisplayUnits.of(flow.network, "bbl"))
    assert (totals["delivered_kbd"], totals["shortfall_kbd"]) == pytest.approx((86.0, 40.0), rel=1e-12)
    assert totals["netback_musd_per_year"] == flow.netback_musd_per_year


def test_where_nothing_passes_the_first_that_could_counts() -> None:
    """A shut edge that y alone may use has barrels of y."""
    net = oils()
    own = net.replace(edges=[*net.edges, edge("spur", 1.0, 1.0, in_service=False, commodities=("y",))])
    volumes = ShownVolumes(cr.solve(own).solution, DisplayUnits.of(own, "bbl"))
    assert volumes.edge("spur") == pytest.approx(22.0, rel=1e-12)
