"""Changes, selectors and sums of scenarios."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import corridor as cr

NET = cr.load(year=2024)


def after(*changes: Any) -> cr.Network:
    """Return the Caspian of 2024 with some changes made."""
    return cr.Scenario(name="it", changes=changes).apply(NET)


def altered(net: cr.Network) -> set[str]:
    """Return the ids of the edges that differ from the Caspian of 2024."""
    return {edge.id for edge, now in zip(NET.edges, net.edges, strict=True) if edge != now}


def test_an_outage_leaves_nothing_but_the_nameplate() -> None:
    """Capacity stays as sourced; what is available is 0."""
    edge = after(cr.Outage(edge="btc")).edge("btc")
    assert (edge.capacity_mtpa, edge.available_mtpa) == (50.0, 0.0)


def test_an_outage_of_a_node_closes_all_that_touches_it() -> None:
    """Every edge that starts or ends there."""
    closed = altered(after(cr.Outage(node="ceyhan")))
    assert closed == {"btc_ceyhan", "ceyhan_augusta", "ceyhan_trieste", "ceyhan_rotterdam"}


def test_derates_multiply() -> None:
    """0.5 of 0.4 leaves 0.2."""
    net = after(cr.Derate(edge="btc", remaining=0.4), cr.Derate(corridor="btc", remaining=0.5))
    assert net.edge("btc").available_mtpa == pytest.approx(10.0)


def test_a_derate_of_a_limited_node_takes_from_its_throughput() -> None:
    """Aktau has a limit of its own, so its edges stay as they are."""
    net = after(cr.Derate(node="aktau", remaining=0.5))
    assert net.node("aktau").available_mtpa == pytest.approx(3.75)
    assert altered(net) == set()


def test_a_derate_of_an_unlimited_node_takes_from_its_edges() -> None:
    """Tbilisi has no limit, so what touches it is derated."""
    assert altered(after(cr.Derate(node="tbilisi", remaining=0.5))) == {"btc", "btc_ceyhan"}


def test_a_derate_of_both_kinds_of_nodes_takes_from_each_its_own() -> None:
    """Aktau loses throughput, Tbilisi's edges lose capacity, Aktau's edges nothing."""
    net = after(cr.Derate(node=["aktau", "tbilisi"], remaining=0.5))
    assert net.node("aktau").remaining == 0.5
    assert altered(net) == {"btc", "btc_ceyhan"}


def test_an_expansion_of_a_node_widens_the_node() -> None:
    """Berths, not pipes."""
    net = after(cr.Expansion(node="aktau", add_mtpa=5))
    assert net.node("aktau").throughput_mtpa == 12.5
    assert altered(net) == set()


def test_an_expansion_of_an_unlimited_node_is_refused() -> None:
    """There is nothing to widen, and the message says where to aim."""
    with pytest.raises(cr.DataError, match="node 'tbilisi' has no throughput limit; aim at the edge"):
        after(cr.Expansion(node="tbilisi", add_mtpa=5))


def test_tariffs_are_multiplied_then_raised() -> None:
    """Factor first, then add."""
    before = NET.edge("btc").tariff_usd_per_t
    assert after(cr.TariffShock(edge="btc", factor=2, add_usd_per_t=3)).edge("btc").tariff_usd_per_t == before * 2 + 3


def test_delays_add_days() -> None:
    """Transit time grows."""
    assert after(cr.Delay(edge="btc", add_days=4)).edge("btc").transit_days == NET.edge("btc").transit_days + 4


def test_an_opening_puts_into_service() -> None:
    """Zangezur can be opened by its tag."""
    assert after(cr.Opening(tag="zangezur")).edge("zangezur").in_service


def quota(net: cr.Network, edge: str) -> cr.Quota:
    """Return the quota of Kazakh crude on an edge."""
    return next(q for q in net.quotas if (q.edge, q.commodity) == (edge, "kazakh_crude"))


def test_a_quota_not_given_stays() -> None:
    """Only the limit that is named changes; null lifts it."""
    lifted = quota(after(cr.QuotaChange(edge="btc", commodity="kazakh_crude", max_mtpa=None)), "btc")
    assert (lifted.min_mtpa, lifted.max_mtpa) == (quota(NET, "btc").min_mtpa, None)


def test_a_quota_where_there_was_none_is_made() -> None:
    """A new limit binds like an old one, and the network stays sorted."""
    net = after(cr.QuotaChange(edge="cpc_russia", commodity="kazakh_crude", max_mtpa=10))
    assert quota(net, "cpc_russia").max_mtpa == 10
    assert [q.edge for q in net.quotas] == sorted(q.edge for q in net.quotas)


def test_a_quota_that_crosses_its_other_limit_is_refused() -> None:
    """Min above max names scenario and change."""
    with pytest.raises(cr.DataError, match=r"scenario 'it': QuotaChange.*min_mtpa must be <= max_mtpa"):
        after(cr.QuotaChange(edge="btc", commodity="kazakh_crude", min_mtpa=9))


def test_a_demand_above_the_pipe_is_refused() -> None:
    """A quota that demands more than the nameplate is a contradiction."""
    with pytest.raises(cr.DataError, match="quotas on edge 'btc'"):
        after(cr.QuotaChange(edge="btc", commodity="kazakh_crude", min_mtpa=60, max_mtpa=None))


def supply(net: cr.Network, node: str) -> float:
    """Return what is offered at a node."""
    return next(s.volume_mtpa for s in net.supplies if s.node == node)


def test_supply_shocks_scale_or_add() -> None:
    """Remaining multiplies, add_mtpa adds; several selectors narrow."""
    tengiz = supply(NET, "tengiz")
    assert supply(after(cr.SupplyShock(node="tengiz", remaining=0.5)), "tengiz") == tengiz / 2
    both = after(cr.SupplyShock(country="KAZ", commodity="kazakh_crude", add_mtpa=1.0))
    assert supply(both, "tengiz") == tengiz + 1


def test_a_supply_below_zero_is_refused() -> None:
    """More cannot be taken away than is offered."""
    with pytest.raises(cr.DataError, match="volume_mtpa must be >= 0"):
        after(cr.SupplyShock(node="tengiz", add_mtpa=-100))


def test_a_demand_shock_scales_what_is_required_too() -> None:
    """Half the market requires half."""
    net = after(cr.DemandShock(node="atyrau", remaining=0.5))
    market = next(m for m in net.markets if m.node == "atyrau")
    assert (market.volume_mtpa, market.required_mtpa) == (2.75, 2.75)


def test_price_shocks_add() -> None:
    """Only the markets aimed at."""
    net = after(cr.PriceShock(node="augusta", commodity="kazakh_crude", add_usd_per_t=-10))
    moved = [m for m, now in zip(NET.markets, net.markets, strict=True) if m != now]
    assert [(m.node, m.commodity) for m in moved] == [("augusta", "kazakh_crude")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (cr.Outage(corridor="druzhba"), {"druzhba_north", "druzhba_south"}),
        (cr.Outage(corridor=["btc", "cpc"]), {"btc", "cpc_russia"}),
        (cr.Outage(node="aktau", mode="rail"), {"tengiz_aktau_rail", "karabatan_aktau_rail"}),
        (cr.Outage(country="ARM"), {"zangezur"}),
        (cr.Outage(operator="Georgian Railway"), {"gardabani_batumi", "gardabani_poti", "gardabani_kulevi"}),
        (cr.Outage(country="GEO", mode="rail", operator="ADY"), {"alat_gardabani"}),
    ],
)
def test_selectors_narrow_and_lists_widen(change: cr.Outage, expected: set[str]) -> None:
    """Several selectors must all match; several names of one selector are alternatives."""
    assert set(change.selected(NET)) == expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.Outage(), "Outage needs at least one of edge, node, corridor"),
        (lambda: cr.Outage(edge="btc", countri="GEO"), "countri"),  # type: ignore[call-arg]
        (lambda: cr.Outage(country="Georgia"), "three capital letters"),
        (lambda: cr.Derate(edge="btc", remaining=1.0), "must be < 1"),
        (lambda: cr.Derate(edge="btc", remaining=-0.1), "must be >= 0"),
        (lambda: cr.Expansion(edge="btc", add_mtpa=0), "must be > 0"),
        (lambda: cr.Delay(edge="btc", add_days=float("inf")), "finite"),
        (lambda: cr.SupplyShock(node="tengiz"), "exactly one of remaining, add_mtpa"),
        (lambda: cr.SupplyShock(node="tengiz", remaining=0.5, add_mtpa=1), "exactly one of remaining, add_mtpa"),
        (lambda: cr.QuotaChange(edge="btc", commodity="kazakh_crude"), "needs min_mtpa or max_mtpa"),
        (lambda: cr.Scenario(name="empty", changes=[]), "at least 1 item"),
        (
            lambda: cr.Hazard(name="h", changes=[cr.Outage(edge="x")], frequency_per_year=0, duration_days=3),
            "must be > 0",
        ),
        (
            lambda: cr.Event(name="e", changes=[cr.Outage(edge="x")], start="2022-04-01", end="2022-04-01"),  # type: ignore[arg-type]
            "end must be after start",
        ),
    ],
)
def test_a_change_that_cannot_be_meant_is_refused(make: Any, message: str) -> None:
    """Validation speaks when the record is built."""
    with pytest.raises(cr.DataError, match=message) as told:
        make()
    assert "pydantic" not in str(told.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (cr.Outage(edge="btv"), r"Outage\(edge='btv'\): no edge named 'btv'; did you mean 'btc'"),
        (cr.Outage(node="novorosiysk"), "no node named 'novorosiysk'; did you mean 'novorossiysk'"),
        (cr.Outage(corridor="cpcc"), "no corridor named 'cpcc'; did you mean 'cpc'"),
        (cr.Outage(country="FRA"), "no country named 'FRA'"),
        (cr.Outage(mode="air"), "no mode named 'air'"),
        (cr.Outage(operator="botas"), "no operator named 'botas'; did you mean 'BOTAS'"),
        (cr.Outage(tag="storm"), "no tag named 'storm'"),
        (cr.QuotaChange(edge="btc", commodity="kazak_crude", max_mtpa=1), "did you mean 'kazakh_crude'"),
        (cr.PriceShock(commodity="oil", add_usd_per_t=1), "no commodity named 'oil'"),
    ],
)
def test_unknown_names_are_named(change: Any, message: str) -> None:
    """The change, the name and the nearest one that exists."""
    with pytest.raises(cr.UnknownNameError, match=message):
        change.apply(NET)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (cr.Outage(corridor="cpc", mode="sea"), "matches nothing"),
        (cr.SupplyShock(node="augusta", remaining=0.5), "matches nothing"),
        (cr.Outage(edge="zangezur"), "has no effect"),
        (cr.Opening(edge="btc"), "has no effect"),
        (cr.Derate(edge="straits_augusta", remaining=0.5), "has no limit to change"),
        (cr.TariffShock(edge="btc"), "has no effect"),
        (cr.QuotaChange(edge="btc", commodity="kazakh_crude", max_mtpa=2.2), "has no effect"),
        (
            cr.QuotaChange(edge="baku_novorossiysk", commodity="kazakh_crude", max_mtpa=1),
            "does not carry 'kazakh_crude'",
        ),
    ],
)
def test_what_matches_or_alters_nothing_is_an_error(change: Any, message: str) -> None:
    """Input is never ignored in silence."""
    with pytest.raises(cr.DataError, match=message):
        change.apply(NET)


def test_a_second_outage_of_a_closed_edge_is_no_error() -> None:
    """Scenarios that overlap add up."""
    both = cr.load_scenario("cpc-shut") + cr.load_scenario("russia-says-no")
    assert both.apply(NET).edge("cpc_russia").available_mtpa == 0


def test_scenarios_add_up() -> None:
    """Names, texts and sources join; changes follow each other; expectations stay with each alone."""
    one, other = cr.load_scenario("cpc-shut"), cr.load_scenario("btc-quota-lifted")
    both = one + other
    assert both.name == "CPC shut + BTC quota lifted"
    assert both.changes == one.changes + other.changes
    assert set(both.sources) == {*one.sources, *other.sources}
    assert both.expect == {}


def test_a_hazard_added_to_an_event_is_a_scenario() -> None:
    """The sum has neither rate nor dates."""
    hazard = cr.load_scenario("cpc-court-order-2022")
    event = cr.Event(name="e", changes=[cr.Outage(edge="btc")], start=dt.date(2022, 3, 1), end=dt.date(2022, 4, 1))
    assert type(hazard + event) is cr.Scenario


def test_what_is_no_scenario_cannot_be_added() -> None:
    """Adding text is a type error."""
    with pytest.raises(TypeError):
        _ = cr.load_scenario("cpc-shut") + "btc-quota-lifted"  # type: ignore[operator]


def test_the_mean_of_a_lognormal_is_the_closed_form() -> None:
    """Median x exp(sigma^2 / 2)."""
    hazard = cr.Hazard(
        name="h", changes=[cr.Outage(edge="x")], frequency_per_year=1,
        duration_days=cr.Lognormal(median=12, sigma=0.9),
    )  # fmt: skip
    assert hazard.mean_duration_days == pytest.approx(12 * 2.718281828459045**0.405)


def test_changes_say_what_they_are() -> None:
    """Repr is the call that makes them."""
    assert repr(cr.Derate(corridor=["a", "b"], remaining=0.4)) == "Derate(corridor=('a', 'b'), remaining=0.4)"
