"""`solve(..., rerouting=False)`: the first days, when nothing can take another way than the usual one."""

from __future__ import annotations

import pytest
from hypothesis import given

import corridor as cr
from helpers.small_networks import OIL, edge, flows, network, scenario
from helpers.strategies import networks

SHUT = scenario(cr.Outage(edge="a"))


def three_ways() -> cr.Network:
    """Return ways a (5 USD/t, at most 6), b (15, 6) and c (40, 3) for 10 Mt/y."""
    offered = (cr.Supply(node="field", commodity=OIL, volume_mtpa=10.0),)
    return network(edge("a", 5.0, 6.0), edge("b", 15.0, 6.0), edge("c", 40.0, 3.0), supplies=offered)


@pytest.mark.parametrize(
    ("rerouting", "by", "short", "netback"),
    [(True, {"a": 0, "b": 6, "c": 3}, 1, 690), (False, {"a": 0, "b": 4, "c": 0}, 6, 340)],
)
def test_usual_ways_carry_what_they_usually_carry(rerouting: bool, by: dict[str, float], short: float, netback: float):
    """Room on b and c is of no use in the first days."""
    flow = cr.solve(three_ways(), SHUT, rerouting=rerouting)
    assert flows(flow) == pytest.approx(by)
    assert (flow.shortfall_mtpa, flow.netback_musd_per_year) == pytest.approx((short, netback))
    assert flow.rerouting == rerouting
    assert flow.duality_gap < 1e-9


def test_without_a_scenario_nothing_changes():
    """The usual flow is the answer."""
    assert flows(cr.solve(three_ways(), rerouting=False)) == pytest.approx({"a": 6, "b": 4, "c": 0})


def test_what_stops_more_is_the_usual_flow():
    """No edge is short of capacity, so none has a price; what would be a matter of other ways is not explained."""
    flow = cr.solve(three_ways(), SHUT, rerouting=False)
    assert flow.edges.loc[["b", "c"], "shadow_price_usd_per_t"].tolist() == [0, 0]
    assert "No commodity may exceed its usual flow" in flow.explain()
    assert "usual ways only" in repr(flow)
    with pytest.raises(cr.DataError, match="rerouting=True"):
        flow.leans_on()


def test_more_supply_stays_where_it_is():
    """A new tonne has no usual way."""
    more = scenario(cr.SupplyShock(node="field", add_mtpa=1.0))
    assert cr.solve(three_ways(), more, rerouting=False).shortfall_mtpa == pytest.approx(1)


def test_a_new_minimum_is_held_too():
    """The program of a scenario with a minimum is another one; the usual flows are found in it by name."""
    kept = scenario(cr.Outage(edge="a"), cr.QuotaChange(edge="c", commodity=OIL, min_mtpa=2.0))
    flow = cr.solve(three_ways(), kept, rerouting=False)
    assert flows(flow) == pytest.approx({"a": 0, "b": 4, "c": 0})
    assert flow.unmet_minimum_mtpa == pytest.approx(2)


@given(networks(demands=True))
def test_no_flow_exceeds_the_usual_one_and_all_ways_are_worth_as_much(net: cr.Network):
    """On any edge, for any commodity; the objective is never lower with rerouting."""
    first = net.edges[0].id
    shut = scenario(cr.Outage(edge=first))
    every, usual = (cr.solve(net, shut, strict=False, rerouting=way) for way in (True, False))
    assert every.objective >= usual.objective - 1e-6 * max(1, abs(every.objective))
    before, held = cr.solve(net).edge_flows["flow_mtpa"], usual.edge_flows["flow_mtpa"]
    assert (held <= before.reindex(held.index, fill_value=0.0) + 1e-6).all()


@given(networks())
def test_all_ways_leave_no_more_in_the_ground_than_usual_ways(net: cr.Network):
    """All shippers together, where lifting comes before all else; one shipper's shortfall may be larger."""
    net = net.replace(
        supplies=[supply.replace(penalty_usd_per_t=1e5) for supply in net.supplies],
        markets=[market.replace(required_mtpa=0.0) for market in net.markets],
    )
    shut = scenario(cr.Outage(edge=net.edges[0].id))
    every, usual = (cr.solve(net, shut, strict=False, rerouting=way) for way in (True, False))
    assert every.shortfall_mtpa <= usual.shortfall_mtpa + 1e-6


def test_one_shipper_may_lose_more_with_rerouting():
    """Closing x's own way sends it onto y's, where it is worth more than y is."""
    net = network(
        edge("own", capacity=4.0, commodities=("x",)), edge("shared", 1.0, 4.0),
        supplies=(
            cr.Supply(node="field", commodity="x", volume_mtpa=4.0, penalty_usd_per_t=2000),
            cr.Supply(node="field", commodity="y", volume_mtpa=4.0),
        ),
        markets=tuple(cr.Market(node="port", commodity=c, price_usd_per_t=100.0) for c in "xy"),
    )  # fmt: skip
    shut = scenario(cr.Outage(edge="own"))
    short = {way: cr.solve(net, shut, rerouting=way).supplies["shortfall_mtpa"].tolist() for way in (True, False)}
    assert short == {True: pytest.approx([0, 4]), False: pytest.approx([4, 0])}


def test_a_change_without_effect_is_passed_over_if_not_strict():
    """For loops in which a change alters nothing."""
    nothing = scenario(cr.Outage(edge="a"))
    shut = SHUT.apply(three_ways())
    with pytest.raises(cr.DataError, match="has no effect"):
        cr.solve(shut, nothing)
    assert cr.solve(shut, nothing, strict=False).shortfall_mtpa == pytest.approx(1)
