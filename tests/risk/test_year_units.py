"""Simulated years in barrels: each shipper by its own barrels a tonne, sums as sums of these."""

from __future__ import annotations

import numpy as np
import pytest

import corridor as cr
from corridor.risk import bad_year
from helpers.small_networks import edge, network

X, Y = 7.3, 8.03
"""Barrels a tonne of the two oils."""


def stormy(barrels_of_y: float = Y, unit_of_y: str = "bbl") -> cr.Network:
    """Return 4 Mt/y of x and 5 of y by a (6 Mt/y) and b (2), which storms and leaks close at times."""
    net = network(
        edge("a", 10.0, 6.0), edge("b", 20.0, 2.0),
        supplies=(
            cr.Supply(node="field", commodity="x", volume_mtpa=4.0),
            cr.Supply(node="field", commodity="y", volume_mtpa=5.0, penalty_usd_per_t=500.0),
        ),
        markets=(
            cr.Market(node="port", commodity="x", price_usd_per_t=100.0, required_mtpa=1.0),
            cr.Market(node="port", commodity="y", price_usd_per_t=100.0, required_mtpa=1.0),
        ),
    )  # fmt: skip
    lasts = {"frequency_per_year": 3.0, "duration_days": {"median": 20.0, "sigma": 0.8}}
    return net.replace(
        commodities=[
            cr.Commodity(id="x", display_unit="bbl", display_per_t=X),
            cr.Commodity(id="y", display_unit=unit_of_y, display_per_t=barrels_of_y),
        ],
        corridors=[cr.Corridor(id="a"), cr.Corridor(id="b")],
        edges=[each.replace(corridor=each.id) for each in net.edges],
        hazards=[
            cr.Hazard(name="storm", changes=[cr.Outage(edge="a")], **lasts),
            cr.Hazard(name="leak", changes=[cr.Outage(edge="b")], events=0, **lasts),
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def ens() -> cr.Ensemble:
    """Simulate 400 years."""
    return cr.simulate(stormy(), 400, 5)


def exactly(values: object) -> object:
    """Return what equals some values to 1e-12."""
    return pytest.approx(values, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("total", ["delivered", "shortfall"])
def test_years_of_one_shipper_are_tonnes_times_its_barrels(ens: cr.Ensemble, total: str) -> None:
    """In million barrels, for both oils."""
    years = ens.years_in("bbl")
    for commodity, barrels in (("x", X), ("y", Y)):
        tonnes = ens.years[f"{commodity}_{total}_mt"]
        assert years[f"{commodity}_{total}_mbbl"].tolist() == exactly((tonnes * barrels).tolist())


@pytest.mark.parametrize("total", ["delivered", "shortfall"])
def test_all_shippers_are_the_sum_of_each_ones_barrels(ens: cr.Ensemble, total: str) -> None:
    """Not tonnes times some mean."""
    expected = X * ens.years[f"x_{total}_mt"] + Y * ens.years[f"y_{total}_mt"]
    assert ens.years_in("bbl")[f"{total}_mbbl"].tolist() == exactly(expected.tolist())


def test_money_and_counts_of_years_stay(ens: cr.Ensemble) -> None:
    """Under their own names."""
    years = ens.years_in("bbl")
    for name in ("netback_musd", "cost_musd", "disturbed_days", "shocks"):
        assert years[name].equals(ens.years[name])


def test_what_years_do_not_hold_by_shipper_stays_in_tonnes_and_says_so(ens: cr.Ensemble) -> None:
    """What is unmet of both oils, and the largest shortfall of both, are no sums of columns."""
    years = ens.years_in("bbl")
    for name in ("unmet_mt", "worst_shortfall_mtpa"):
        assert years[name].equals(ens.years[name])
        assert any(note.startswith(f"{name} stays in tonnes") for note in years.attrs["notes"])


def test_of_like_barrels_all_columns_are_converted() -> None:
    """By 7.3: 1 Mt is 7.3 million barrels, 1 Mt/y is 20 kb/d."""
    like = cr.simulate(stormy(X), 50, 5)
    years = like.years_in("bbl")
    assert years["unmet_mbbl"].tolist() == exactly((7.3 * like.years["unmet_mt"]).tolist())
    assert years["worst_shortfall_kbd"].tolist() == exactly((20 * like.years["worst_shortfall_mtpa"]).tolist())
    assert [name for name in years if name.endswith(("_mt", "_mtpa"))] == []


def test_the_summary_in_barrels_is_that_of_years_in_barrels(ens: cr.Ensemble) -> None:
    """Means, quantiles and the tail of the converted years, worked out here."""
    values = np.sort(X * ens.years["x_shortfall_mt"] + Y * ens.years["y_shortfall_mt"])
    row = ens.summary(units="bbl").loc["shortfall_mbbl"]
    assert row["mean"] == exactly(values.mean())
    assert row["cvar"] == exactly(values[-20:].mean())
    assert row["p95"] == exactly(np.quantile(values, 0.95))


def test_the_summary_of_one_shipper_is_that_in_tonnes_times_its_barrels(ens: cr.Ensemble) -> None:
    """Every number of the row."""
    tonnes, barrels = ens.summary(), ens.summary(units="bbl")
    assert barrels.loc["x_shortfall_mbbl"].tolist() == exactly((X * tonnes.loc["x_shortfall_mt"]).tolist())


def test_cvar_takes_names_in_barrels(ens: cr.Ensemble) -> None:
    """High years of shortfall, low ones of what is delivered."""
    delivered = np.sort(Y * ens.years["y_delivered_mt"])
    assert ens.cvar("y_delivered_mbbl") == exactly(delivered[:20].mean())


def test_chances_are_those_of_the_same_level_in_tonnes(ens: cr.Ensemble) -> None:
    """Of one shipper a level in barrels is one in tonnes."""
    tonnes = ens.exceedance("x_shortfall_mt", levels=[0.1, 0.5])
    barrels = ens.exceedance("x_shortfall_mbbl", levels=[0.1 * X, 0.5 * X])
    assert barrels["chance"].tolist() == tonnes["chance"].tolist()


@pytest.mark.parametrize("by", ["hazard", "prior"])
def test_what_hazards_bear_in_barrels_adds_up_over_shippers(ens: cr.Ensemble, by: str) -> None:
    """All shippers' amounts are those of x times its barrels and of y times its own."""
    total = ens.attribution("shortfall_mbbl", by=by)["amount"]
    parts = [ens.attribution(f"{id}_shortfall_mt", by=by)["amount"][total.index] for id in "xy"]
    assert total.tolist() == pytest.approx((X * parts[0] + Y * parts[1]).tolist(), rel=1e-9, abs=1e-12)


def test_what_hazards_bear_of_the_worst_years_adds_up_to_the_tail(ens: cr.Ensemble) -> None:
    """The rows of the worst 5 % add up to the CVaR in barrels."""
    table = ens.attribution("shortfall_mbbl", alpha=0.95)
    assert table["amount"].sum() == pytest.approx(ens.cvar("shortfall_mbbl"), rel=1e-9)


def test_states_are_in_thousand_barrels_a_day(ens: cr.Ensemble) -> None:
    """With a shut 2 Mt/y remain, and each has the 1 that is required of it: 3 of x and 4 of y are short."""
    states = ens.states_in("bbl")
    row = states[states["hazards"].map(lambda names: names == ("storm",))].iloc[0]
    assert row["shortfall_kbd"] == pytest.approx((3 * X + 4 * Y) * 1e6 / 365 / 1000)
    assert row["delivered_kbd"] == pytest.approx((X + Y) * 1e6 / 365 / 1000)


def test_shares_of_states_are_of_barrels(ens: cr.Ensemble) -> None:
    """They add up to 1, in barrels as in tonnes."""
    assert ens.states_in("bbl")["shortfall_share"].sum() == pytest.approx(1.0)


def test_the_table_of_a_bad_year_is_converted(ens: cr.Ensemble) -> None:
    """Rows of one shipper by its barrels; the unit says so, money stays."""
    tonnes, barrels = (bad_year.amounts(ens, "y", units=units) for units in ("t", "bbl"))
    assert barrels["unit"].tolist() == ["million bbl", "million bbl", "million USD", "million bbl"]
    assert barrels.loc["y not lifted", "cvar"] == exactly(Y * tonnes.loc["y not lifted", "cvar"])
    assert barrels.loc["y netback", "mean"] == exactly(tonnes.loc["y netback", "mean"])


def test_both_bounds_are_converted(ens: cr.Ensemble) -> None:
    """By the column's name."""
    tonnes, barrels = (bad_year.bounds(ens, column) for column in ("x_shortfall_mt", "x_shortfall_mbbl"))
    numbers = ["mean", "mean_low", "cvar", "cvar_high"]
    assert barrels[numbers].to_numpy() == exactly(X * tonnes[numbers].to_numpy())


def test_unknown_units_of_years_are_refused(ens: cr.Ensemble) -> None:
    """As `compare` does."""
    for call in (ens.years_in, ens.states_in):
        with pytest.raises(cr.DataError, match=r"units must be 't' or 'bbl' \(got 'toe'\)"):
            call("toe")
    with pytest.raises(cr.DataError, match="units must be"):
        ens.summary(units="toe")


def test_a_shipper_without_barrels_is_refused_by_name() -> None:
    """All of them together; the other alone has its barrels."""
    dry = cr.simulate(stormy(unit_of_y="t"), 20, 5)
    with pytest.raises(cr.DataError, match=r"commodity 'y' has no barrels"):
        dry.summary(units="bbl")
    with pytest.raises(cr.DataError, match=r"commodity 'y' has no barrels"):
        dry.cvar("shortfall_mbbl")
    assert dry.cvar("x_shortfall_mbbl") == exactly(X * dry.cvar("x_shortfall_mt"))


def test_a_sum_without_parts_is_refused(ens: cr.Ensemble) -> None:
    """With the column to take."""
    with pytest.raises(cr.DataError, match=r"unmet_mbbl adds up shippers of different barrels a tonne.*take unmet_mt"):
        ens.cvar("unmet_mbbl")


def test_unknown_columns_in_barrels_are_refused(ens: cr.Ensemble) -> None:
    """Like others."""
    with pytest.raises(cr.UnknownNameError, match="column of years"):
        ens.cvar("z_shortfall_mbbl")
