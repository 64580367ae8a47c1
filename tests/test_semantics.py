"""What minima, penalties, losses and sums mean, by small networks worked out by hand.

Volumes in Mt/y, money in USD/t and million USD/y; a supply's penalty is 1 000, a minimum's 100 unless said.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

import corridor as cr
from helpers.certificates import assert_certified
from helpers.oracle import best_objective
from helpers.small_networks import OIL, edge, flows, minimum, money, network, scenario

# A minimum is priced, never cut, and no money


def contract(penalty: float = 100.0) -> cr.Network:
    """Return two ways, a (10 USD/t, at most 4, of which 3 are promised) and b (5 USD/t, at most 9)."""
    return network(edge("a", 10.0, 4.0), edge("b", 5.0, 9.0), quotas=(minimum("a", 3.0, penalty),))


STATES = {
    "baseline": (None, 100.0, 3, 2, 0, 460, 460),
    "closed": (cr.Outage(edge="a"), 100.0, 0, 5, 3, 475, 175),
    "quota of 0": (cr.QuotaChange(edge="a", commodity=OIL, max_mtpa=0), 100.0, 0, 5, 3, 475, 175),
    "half left": (cr.Derate(edge="a", remaining=0.5), 100.0, 2, 3, 1, 465, 365),
    "penalty 3": (None, 3.0, 0, 5, 3, 475, 466),
}


@pytest.mark.parametrize("state", STATES)
def test_a_minimum_is_priced_and_never_cut(state: str):
    """What is below a minimum counts in the objective at its penalty, and is no money, whatever the reason."""
    change, penalty, a, b, unmet, netback, objective = STATES[state]
    flow = cr.solve(contract(penalty), None if change is None else scenario(change))
    assert flows(flow) == pytest.approx({"a": a, "b": b})
    assert flow.quotas.loc[("a", OIL), "unmet_minimum_mtpa"] == pytest.approx(unmet)
    assert money(flow) == pytest.approx((netback, objective))
    assert_certified(flow)


def test_an_unmet_minimum_stands_in_its_table():
    """One row a quota: what is promised, allowed, carried and missing."""
    row = cr.solve(contract(), scenario(cr.Derate(edge="a", remaining=0.5))).quotas.loc[("a", OIL)]
    assert row[["min_mtpa", "flow_mtpa", "unmet_minimum_mtpa"]].tolist() == pytest.approx([3, 2, 1])
    assert math.isnan(row["max_mtpa"]) or math.isinf(row["max_mtpa"])


def test_closing_what_a_contract_made_dear_is_a_negative_loss():
    """Closing a earns 15, told as it is, while the objective falls by 285."""
    table = cr.outcomes(contract(), [scenario(cr.Outage(edge="a"))])
    assert table.loc["baseline", ["loss_musd_per_year", "unmet_minimum_mtpa"]].tolist() == pytest.approx([0, 0])
    assert table.loc["it", ["loss_musd_per_year", "unmet_minimum_mtpa"]].tolist() == pytest.approx([-15, 3])


# A contract that gives way, and a place that is kept


def crowd(penalty: float) -> cr.Network:
    """Return x that goes by e alone and y by e or f, four of each; e takes 5, of which 3 are promised to y."""
    return network(
        edge("e", 0.0, 5.0), edge("f", 20.0, commodities=("y",)),
        supplies=tuple(cr.Supply(node="field", commodity=c, volume_mtpa=4.0) for c in "xy"),
        markets=tuple(cr.Market(node="port", commodity=c, price_usd_per_t=100.0) for c in "xy"),
        quotas=(minimum("e", 3.0, penalty, of="y"),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("penalty", "by", "short", "unmet", "netback", "objective"),
    [(100.0, (4, 1, 3), 0, 2, 740, 540), (2000.0, (2, 3, 1), 2, 0, 580, -1420)],
)
def test_a_minimum_gives_way_to_oil_that_would_stay_unless_it_is_dearer(
    penalty: float, by: tuple[int, ...], short: float, unmet: float, netback: float, objective: float
):
    """At 100 the contract of y gives way to x; at 2 000 its place is kept and x stays in the ground."""
    flow = cr.solve(crowd(penalty))
    assert flow.edge_flows["flow_mtpa"].tolist() == pytest.approx(by)
    assert (flow.shortfall_mtpa, flow.quotas["unmet_minimum_mtpa"].sum()) == pytest.approx((short, unmet))
    assert money(flow) == pytest.approx((netback, objective))
    assert_certified(flow)


# Loss with a need


def need(replacement: float | None) -> cr.Network:
    """Return ten to two markets: near needs 4 at 60, far takes up to 8 at 100."""
    return network(
        edge("to_near", 2.0, 5.0, ends="field near"), edge("to_far", 3.0, 8.0, ends="field far"),
        supplies=(cr.Supply(node="field", commodity=OIL, volume_mtpa=10.0),),
        markets=(
            cr.Market(node="near", commodity=OIL, price_usd_per_t=60.0, required_mtpa=4.0,
                      replacement_usd_per_t=replacement),
            cr.Market(node="far", commodity=OIL, price_usd_per_t=100.0),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(("replacement", "loss"), [(106.0, 38 + 4 * 106), (None, 38), (0.0, 38)])
def test_a_loss_is_lost_netback_and_dearer_replacement(replacement: float | None, loss: float):
    """Cut off, near goes without 4: the netback falls by 38 and each tonne costs its buyer 106 more."""
    table = cr.outcomes(need(replacement), [scenario(cr.Outage(edge="to_near"))])
    assert table.loc["baseline", "netback_musd_per_year"] == pytest.approx(814)
    row = table.loc["it", ["netback_musd_per_year", "shortfall_mtpa", "unmet_mtpa", "loss_musd_per_year"]]
    assert row.tolist() == pytest.approx([776, 2, 4, loss])


def test_penalties_are_in_the_objective_and_in_no_money():
    """The objective falls by 38 + 2 x 1 000 + 4 x 1 000; no column called USD shows that."""
    before, after = cr.solve(need(106.0)), cr.solve(need(106.0), scenario(cr.Outage(edge="to_near")))
    assert before.objective - after.objective == pytest.approx(6038)
    table = cr.outcomes(need(106.0), [scenario(cr.Outage(edge="to_near"))])
    assert table.filter(like="usd").abs().to_numpy().max() < 1000


def test_a_need_that_is_unmet_in_the_baseline_already_is_no_loss():
    """Only what goes unmet beyond the baseline is lost: near lacks 1 of 4 before, 4 after; 3 x 58 are lost, 97 won."""
    narrow = need(106.0).replace(edges=(edge("to_near", 2.0, 3.0, ends="field near"), *need(None).edges[:1]))
    table = cr.outcomes(narrow, [scenario(cr.Outage(edge="to_near"))])
    assert table.loc["it", "unmet_mtpa"] - table.loc["baseline", "unmet_mtpa"] == pytest.approx(3)
    assert table.loc["it", "loss_musd_per_year"] == pytest.approx(3 * 58 - 97 + 3 * 106)


# Sums


PAIRS: dict[str, tuple[Any, Any, Any, float]] = {
    "tariff": (
        cr.TariffShock(edge="a", factor=2), cr.TariffShock(edge="a", add_usd_per_t=5),
        lambda net: net.edge("a").tariff_usd_per_t, 25.0,
    ),
    "two derates": (
        cr.Derate(edge="a", remaining=0.5), cr.Derate(edge="a", remaining=0.4),
        lambda net: net.edge("a").remaining, 0.2,
    ),
    "supply": (
        cr.SupplyShock(node="field", remaining=0.5), cr.SupplyShock(node="field", add_mtpa=4),
        lambda net: net.supplies[0].volume_mtpa, 6.5,
    ),
    "expansion of a derated edge": (
        cr.Derate(edge="a", remaining=0.5), cr.Expansion(edge="a", add_mtpa=2),
        lambda net: net.edge("a").available_mtpa, 3.0,
    ),
    "amounts": (
        cr.TariffShock(edge="a", factor=2, add_usd_per_t=3), cr.TariffShock(edge="a", factor=3, add_usd_per_t=5),
        lambda net: net.edge("a").tariff_usd_per_t, 68.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS)
def test_factors_multiply_first_and_amounts_are_added_after(pair: str):
    """In one scenario and in a sum, either way round."""
    one, other, read, value = PAIRS[pair]
    for changes in ((one, other), (other, one)):
        summed = scenario(changes[0], name="x") + scenario(changes[1], name="y")
        for made in (summed, scenario(*changes)):
            assert read(made.apply(contract())) == pytest.approx(value)


def test_demand_is_multiplied_first_too():
    """Of 8 half is left, and 2 are added; of the 4 needed half is needed."""
    net = network(edge("a"), markets=(cr.Market(node="port", commodity=OIL, volume_mtpa=8.0, required_mtpa=4.0),))
    shocks = (cr.DemandShock(node="port", remaining=0.5), cr.DemandShock(node="port", add_mtpa=2))
    a, b = (scenario(shock, name=str(shock)) for shock in shocks)
    for summed in (a + b, b + a):
        market = summed.apply(net).markets[0]
        assert (market.volume_mtpa, market.required_mtpa) == pytest.approx((6, 2))


def test_of_two_quotas_the_later_wins():
    """Only a quota sets: 3 then 5 is 5, 5 then 3 is 3."""
    three, five = (scenario(cr.QuotaChange(edge="b", commodity=OIL, max_mtpa=most), name=str(most)) for most in (3, 5))
    assert [q.max_mtpa for q in (three + five).apply(contract()).quotas if q.edge == "b"] == [5]
    assert [q.max_mtpa for q in (five + three).apply(contract()).quotas if q.edge == "b"] == [3]


# By reasoning: the awkward ones


def test_a_minimum_where_no_supply_leads_is_unmet():
    """It can never be met, so it is all unmet, and all else is as without it."""
    spur = edge("spur", 1.0, 9.0, ends="nowhere port")
    flow = cr.solve(network(edge("a", 10.0), spur, quotas=(minimum("spur", 2.0),)))
    assert flow.quotas.loc[("spur", OIL), "unmet_minimum_mtpa"] == pytest.approx(2)
    assert money(flow) == pytest.approx((450, 450 - 200))


def test_a_minimum_on_an_edge_out_of_service_is_unmet():
    """A contract for a line that is planned is priced like one for a line that is shut."""
    net = network(edge("a", 10.0, 4.0, in_service=False), edge("b", 5.0), quotas=(minimum("a", 3.0),))
    assert money(cr.solve(net)) == pytest.approx((475, 175))
    opened = cr.solve(net, scenario(cr.Opening(edge="a")))
    assert money(opened) == pytest.approx((460, 460))


def test_a_minimum_without_penalty_steers_nothing():
    """A penalty of 0 is the answer without the quota, what is missing still told."""
    flow = cr.solve(contract(0.0))
    assert money(flow) == pytest.approx((475, 475))
    assert flow.quotas.loc[("a", OIL), "unmet_minimum_mtpa"] == pytest.approx(3)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_scenario_makes_a_minimum_where_there_was_no_quota(at_once: bool):
    """The new contract is priced like an old one, solved under the scenario or after it is applied."""
    net, promise = contract().replace(quotas=()), scenario(cr.QuotaChange(edge="a", commodity=OIL, min_mtpa=3))
    flow = cr.solve(net, promise) if at_once else cr.solve(promise.apply(net))
    assert flows(flow) == pytest.approx({"a": 3, "b": 2})
    closed = promise + scenario(cr.Outage(edge="a"))
    assert money(cr.solve(net, closed) if at_once else cr.solve(closed.apply(net))) == pytest.approx((475, 175))


def test_a_scenario_may_promise_what_no_supply_can_bring():
    """Where no oil leads it is unmet, as in a network that says so from the start."""
    net = network(edge("a", 10.0), edge("spur", 1.0, 9.0, ends="nowhere port"))
    flow = cr.solve(net, scenario(cr.QuotaChange(edge="spur", commodity=OIL, min_mtpa=2)))
    assert flow.quotas.loc[("spur", OIL), "unmet_minimum_mtpa"] == pytest.approx(2)
    assert money(flow) == pytest.approx((450, 250))


def test_a_scenario_lowers_a_minimum():
    """A contract of 1 instead of 3 leaves 4 for the cheaper way."""
    flow = cr.solve(contract(), scenario(cr.QuotaChange(edge="a", commodity=OIL, min_mtpa=1)))
    assert flows(flow) == pytest.approx({"a": 1, "b": 4})
    assert money(flow) == pytest.approx((470, 470))


@pytest.mark.parametrize("most", [0.0, 2.0])
def test_a_network_with_a_lowered_ceiling_is_a_network(most: float):
    """What a scenario leaves can be copied, handed on and read back, a ceiling below the minimum included."""
    left = scenario(cr.QuotaChange(edge="a", commodity=OIL, max_mtpa=most)).apply(contract())
    assert cr.Network.from_networkx(left.replace(year=2024).to_networkx()).quotas == left.quotas


def test_a_minimum_of_oil_that_is_not_there_is_partly_unmet():
    """Two minima of 3 and oil for 5: the one with the smaller penalty lacks 1."""
    quotas = (minimum("a", 3.0, 100.0), minimum("b", 3.0, 90.0))
    flow = cr.solve(network(edge("a", 10.0), edge("b", 5.0), quotas=quotas))
    assert flows(flow) == pytest.approx({"a": 3, "b": 2})
    assert money(flow) == pytest.approx((460, 460 - 90))


def test_a_requirement_comes_before_a_minimum():
    """Home needs 4 at no price, abroad 4 are promised at 100 and pay 100: of 5, home gets 4."""
    net = network(
        edge("home_line", 0.0, ends="field home"), edge("a", 0.0),
        markets=(
            cr.Market(node="home", commodity=OIL, required_mtpa=4.0),
            cr.Market(node="port", commodity=OIL, price_usd_per_t=100.0),
        ),
        quotas=(minimum("a", 4.0),),
    )  # fmt: skip
    flow = cr.solve(net)
    assert flows(flow) == pytest.approx({"a": 1, "home_line": 4})
    assert money(flow) == pytest.approx((100, 100 - 300))


def test_two_quotas_of_one_commodity_on_one_edge_are_refused():
    """Which of them counts would be a guess."""
    with pytest.raises(cr.DataError, match="quota 'a/oil'"):
        network(edge("a"), quotas=(minimum("a", 1.0), minimum("a", 2.0)))


def test_a_network_without_quotas_has_an_empty_table_of_them():
    """The columns are there."""
    table = cr.solve(network(edge("a"))).quotas
    assert table.index.names == ["edge", "commodity"]
    assert set(table) == {"min_mtpa", "max_mtpa", "flow_mtpa", "unmet_minimum_mtpa"}
    assert table.empty


def test_a_minimum_may_take_all_that_its_edge_can():
    """Minimum equal to capacity: all 4 go by a, the rest by b; half lost, two are missing."""
    net = network(edge("a", 10.0, 4.0), edge("b", 5.0), quotas=(minimum("a", 4.0, most=4.0),))
    assert flows(cr.solve(net)) == pytest.approx({"a": 4, "b": 1})
    half = cr.solve(net, scenario(cr.Derate(edge="a", remaining=0.5)))
    assert half.quotas.loc[("a", OIL), "unmet_minimum_mtpa"] == pytest.approx(2)


def test_a_minimum_above_its_edges_capacity_is_refused():
    """What can never be carried cannot be promised; nor what two shippers together are promised."""
    with pytest.raises(cr.DataError, match="'a'"):
        network(edge("a", 10.0, 4.0), quotas=(minimum("a", 5.0),))
    with pytest.raises(cr.DataError, match="'e'"):
        crowd(100.0).replace(quotas=(minimum("e", 3.0, of="x"), minimum("e", 3.0, of="y")))


def test_of_two_minima_on_a_derated_edge_the_dearer_is_met_first():
    """Of 5 promised to two shippers at 100 and 50, 3 are left: 3 to the first, nothing to the second."""
    promised = (minimum("e", 3.0, 100.0, of="x"), minimum("e", 2.0, 50.0, of="y"))
    markets = tuple(cr.Market(node="port", commodity=c, price_usd_per_t=100.0) for c in "xy")
    supplies = tuple(cr.Supply(node="field", commodity=c, volume_mtpa=4.0) for c in "xy")
    net = network(edge("e", 0.0, 6.0), edge("f", 20.0), supplies=supplies, markets=markets, quotas=promised)
    flow = cr.solve(net, scenario(cr.Derate(edge="e", remaining=0.5)))
    assert flow.quotas["unmet_minimum_mtpa"].tolist() == pytest.approx([0, 2])
    assert money(flow) == pytest.approx((8 * 100 - 5 * 20, 700 - 2 * 50))


def test_a_contract_is_kept_at_a_netback_below_zero():
    """Oil that loses 60 a tonne is shipped to save 100, though leaving it costs nothing; at 50 it stays."""
    free = (cr.Supply(node="field", commodity=OIL, volume_mtpa=5.0, penalty_usd_per_t=0.0),)
    for penalty, shipped in ((100.0, 3), (50.0, 0)):
        flow = cr.solve(network(edge("a", 160.0, 4.0), supplies=free, quotas=(minimum("a", 3.0, penalty),)))
        assert flow.delivered_mtpa == pytest.approx(shipped)
        assert money(flow) == pytest.approx((-60 * shipped, -60 * shipped - penalty * (3 - shipped)))


def test_a_price_below_zero_leaves_oil_that_costs_nothing_to_leave():
    """A buyer who is paid 10 to take it gets it only where leaving it is dearer."""
    paid = (cr.Market(node="port", commodity=OIL, price_usd_per_t=-10.0),)
    for penalty, delivered in ((0.0, 0), (1000.0, 5)):
        supplies = (cr.Supply(node="field", commodity=OIL, volume_mtpa=5.0, penalty_usd_per_t=penalty),)
        flow = cr.solve(network(edge("a"), supplies=supplies, markets=paid))
        assert flow.delivered_mtpa == pytest.approx(delivered)


def test_oil_sold_where_it_is_made_needs_no_edge():
    """Supply and market at one node: 3 stay at 70, 2 go abroad at 100 less 40."""
    markets = (
        cr.Market(node="field", commodity=OIL, price_usd_per_t=70.0, volume_mtpa=3.0),
        cr.Market(node="port", commodity=OIL, price_usd_per_t=100.0),
    )
    flow = cr.solve(network(edge("a", 40.0), markets=markets, quotas=(minimum("a", 1.0),)))
    assert flows(flow) == pytest.approx({"a": 2})
    assert money(flow) == pytest.approx((330, 330))


@pytest.mark.parametrize("nothing", ["supply", "capacity", "market"])
def test_where_nothing_can_flow_all_is_unmet(nothing: str):
    """No oil, no room or no buyer: nothing flows, and every minimum and requirement is missing whole."""
    volume, room = 0.0 if nothing == "supply" else 5.0, 0.0 if nothing == "capacity" else 9.0
    taken = 0.0 if nothing == "market" else 9.0
    net = network(
        edge("a", 1.0, 9.0, remaining=1.0 if room else 0.0),
        supplies=(cr.Supply(node="field", commodity=OIL, volume_mtpa=volume),),
        markets=(cr.Market(node="port", commodity=OIL, volume_mtpa=taken, required_mtpa=min(2.0, taken)),),
        quotas=(minimum("a", 1.0),),
    )  # fmt: skip
    flow = cr.solve(net)
    assert flow.delivered_mtpa == 0
    assert flow.objective == pytest.approx(best_objective(net)) == -(1000 * volume + 1000 * min(2.0, taken) + 100)


def test_what_was_maximised_went_by_another_name():
    """The former names are gone, and asking for them tells the new ones."""
    flow = cr.solve(contract())
    with pytest.raises(AttributeError, match="objective"):
        _ = flow.objective_musd_per_year
    assert "unmet_mtpa" in flow.markets
    assert "shortfall_mtpa" not in flow.markets


# What is told


def test_of_two_changes_that_set_one_quota_the_two_are_named():
    """The later holds; network, flow and the table of outcomes name both."""
    both = scenario(
        cr.QuotaChange(edge="b", commodity=OIL, max_mtpa=3), cr.QuotaChange(edge="b", commodity=OIL, max_mtpa=5)
    )
    net = both.apply(contract())
    (note,) = net.notes
    assert "max_mtpa=3" in note
    assert "max_mtpa=5" in note
    assert next(q.max_mtpa for q in net.quotas if q.edge == "b") == 5
    assert cr.solve(contract(), both).notes == net.notes
    assert cr.outcomes(contract(), [both]).attrs["notes"] == {both.name: [note]}


def test_a_minimum_not_met_is_told():
    """By the flow's repr, notes and explanation, and in the attrs of both tables."""
    shut = scenario(cr.Outage(edge="a"))
    flow = cr.solve(contract(), shut)
    (note,) = flow.notes
    assert "quota a/oil asks for 3 Mt/y, 0.00 pass" in note
    assert note in flow.explain()
    assert "3.0 Mt/y below minima" in repr(flow)
    assert cr.outcomes(contract(), [shut]).attrs["notes"] == {shut.name: [note]}


def test_unmet_need_without_a_replacement_cost_is_told_beside_the_loss():
    """What costs nothing known is in tonnes, in a column of its own."""
    need = cr.Market(node="port", commodity=OIL, price_usd_per_t=100.0, required_mtpa=4.0)
    net = network(edge("a", 10.0), markets=(need,))
    shut = scenario(cr.Outage(edge="a"))
    row = cr.outcomes(net, [shut]).loc[shut.name]
    assert row["unmet_not_in_loss_mtpa"] == pytest.approx(4)
    assert row["loss_musd_per_year"] == pytest.approx(-row["netback_change_musd_per_year"])
    priced = net.replace(markets=(need.replace(replacement_usd_per_t=50.0),))
    dear = cr.outcomes(priced, [shut]).loc[shut.name]
    assert dear["unmet_not_in_loss_mtpa"] == 0
    assert dear["loss_musd_per_year"] == pytest.approx(row["loss_musd_per_year"] + 4 * 50)


@pytest.mark.parametrize(("edge_id", "least"), [("b", 2.0), ("a", 0.0)], ids=["a minimum made", "a minimum dropped"])
def test_minima_that_come_and_go_by_scenario_are_asked_like_any(edge_id: str, least: float):
    """Comparison and explanation of a scenario's flow are those of the network with the scenario applied."""
    change = scenario(cr.QuotaChange(edge=edge_id, commodity=OIL, min_mtpa=least))
    net = contract()
    trunk = tuple(edge.replace(corridor=edge.id) for edge in net.edges)
    net = net.replace(edges=trunk, corridors=(cr.Corridor(id="a"), cr.Corridor(id="b")))
    applied = change.apply(net)
    columns = ["capacity_mtpa", "throughput_mtpa", "netback_usd_per_t"]
    wanted = cr.compare(applied, []).xs("baseline")[columns]
    pd.testing.assert_frame_equal(cr.compare(net, [change]).xs(change.name)[columns], wanted)
    here, there = cr.solve(net, change).explain("b"), cr.solve(applied).explain("b")
    assert here == there
