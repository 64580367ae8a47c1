"""Rates: what one shipper pays and takes on an edge instead of the edge's own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import corridor as cr
from corridor.model.records import TERMS
from helpers.certificates import Slack, assert_certified, same_answer
from helpers.examples import examples
from helpers.multicommodity import drawn, least_cost, network_of
from helpers.small_networks import edge, network
from helpers.strategies import networks

INTEREST = 0.0365
"""A day of 1 000 USD/t is then 0.1 USD/t."""


def shippers(*rates: cr.Rate, **own: float) -> cr.Network:
    """Return x and y, two of each, on one edge to a port that pays 100: the edge's own terms and some rates."""
    net = network(
        edge("e", **own), rates=rates,
        supplies=tuple(cr.Supply(node="field", commodity=c, volume_mtpa=2.0) for c in "xy"),
        markets=tuple(cr.Market(node="port", commodity=c, price_usd_per_t=100.0) for c in "xy"),
    )  # fmt: skip
    return net.replace(
        commodities=tuple(c.replace(value_usd_per_t=1000.0, interest_per_year=INTEREST) for c in net.commodities)
    )


def of_x(**terms: float) -> cr.Rate:
    """Return a rate of x."""
    return cr.Rate(edge="e", commodity="x", **terms)


OWN = {"cost": 10.0, "transit_days": 20.0, "late_days": 5.0, "risk_premium_usd_per_t": 3.0, "quality_usd_per_t": 1.0}
"""10 + 3 - 1 + 25 days of 0.1: 14.5 USD/t."""


@pytest.mark.parametrize(
    ("terms", "cost"),
    [
        ({"tariff_usd_per_t": 4.0}, 8.5),
        ({"tariff_usd_per_t": 0.0}, 4.5),
        ({"risk_premium_usd_per_t": 0.0}, 11.5),
        ({"quality_usd_per_t": -2.0}, 17.5),
        ({"transit_days": 0.0}, 12.5),
        ({"late_days": 15.0}, 15.5),
        ({"late_days": 0.0}, 14.0),
        ({"tariff_usd_per_t": 4.0, "transit_days": 30.0, "late_days": 0.0}, 9.0),
    ],
)
def test_each_term_of_a_rate_counts_for_its_shipper_alone(terms: dict[str, float], cost: float):
    """0 is 0 and empty is the edge's own; y pays 14.5 whatever x does."""
    flow = cr.solve(shippers(of_x(**terms), **OWN))
    money = flow.commodities["netback_musd_per_year"].to_dict()
    assert money == pytest.approx({"x": 2 * (100 - cost), "y": 2 * (100 - 14.5)})
    assert flow.edges.loc["e", "unit_cost_usd_per_t"] == pytest.approx((cost + 14.5) / 2)
    assert_certified(flow)


def test_lateness_costs_like_days_and_takes_none():
    """Five days late cost as five more days under way; the route's time is 20 days."""
    late, slow = (shippers(cost=10.0, **days) for days in ({"transit_days": 20.0, "late_days": 5.0},
                                                           {"transit_days": 25.0}))  # fmt: skip
    assert cr.solve(late).objective == pytest.approx(cr.solve(slow).objective)
    assert cr.solve(late).routes["transit_days"].tolist() == [20.0, 20.0]


def test_routes_have_the_days_and_costs_of_their_shipper():
    """X takes 7 days and pays 4 + 1.2, y 20 days and 14.5."""
    net = shippers(of_x(tariff_usd_per_t=2.0, transit_days=7.0), **OWN)
    routes = cr.solve(net).routes.set_index("commodity")
    assert routes["transit_days"].to_dict() == {"x": 7.0, "y": 20.0}
    assert routes["unit_cost_usd_per_t"].to_dict() == pytest.approx({"x": 2 + 3 - 1 + 1.2, "y": 14.5})


def test_what_goes_over_a_cheap_rate_is_not_what_goes_over_a_dear_one():
    """X has a rate on one way and y on the other: each takes its own."""
    net = network(
        edge("a", 10.0), edge("b", 10.0),
        rates=(cr.Rate(edge="a", commodity="x", tariff_usd_per_t=4.0),
               cr.Rate(edge="b", commodity="y", tariff_usd_per_t=6.0)),
        supplies=tuple(cr.Supply(node="field", commodity=c, volume_mtpa=2.0) for c in "xy"),
        markets=tuple(cr.Market(node="port", commodity=c, price_usd_per_t=100.0) for c in "xy"),
    )  # fmt: skip
    flows = cr.solve(net).edge_flows["flow_mtpa"]
    assert flows[flows > 0].to_dict() == {("a", "x"): 2.0, ("b", "y"): 2.0}


@given(net=networks(demands=True))
@settings(max_examples=examples(50))
def test_a_rate_equal_to_the_edges_own_changes_nothing(net: cr.Network):
    """With every shipper's terms written out as rates the answer is the same bit for bit, and so are the routes."""
    free = net.replace(rates=())
    written = tuple(
        cr.Rate(edge=e.id, commodity=c.id, **{field: getattr(e, field) for field in TERMS})
        for e in free.edges for c in free.commodities if e.admits(c.id)
    )  # fmt: skip
    one, other = cr.solve(free), cr.solve(free.replace(rates=written))
    assert same_answer(one.solution, other.solution)
    pd.testing.assert_frame_equal(one.routes, other.routes, check_exact=True)


@given(net=networks(demands=True))
@settings(max_examples=examples(50))
def test_rates_equal_parallel_edges_where_no_shared_capacity_binds(net: cr.Network):
    """An edge for each shipper with its terms, in place of one edge with rates: objective and amounts at the ends."""
    free = net.replace(edges=tuple(e.replace(capacity_mtpa=None) for e in net.edges))
    apart = free.replace(edges=tuple(split(free)), rates=(), quotas=tuple(
        q.replace(edge=f"{q.edge}.{q.commodity}") for q in free.quotas))  # fmt: skip
    one, other = cr.solve(free), cr.solve(apart)
    assert one.objective == pytest.approx(other.objective, abs=Slack.of(free).musd)
    assert_certified(one)


def split(net: cr.Network) -> Iterator[cr.Edge]:
    """Yield an edge of its own for each commodity on each edge, by its terms."""
    rates = {(rate.edge, rate.commodity): rate for rate in net.rates}
    for each in net.edges:
        for commodity in net.commodities:
            if each.admits(commodity.id):
                rate = rates.get((each.id, commodity.id))
                told = {f: v for f in TERMS if (v := getattr(rate, f, None)) is not None}
                yield each.replace(id=f"{each.id}.{commodity.id}", commodities=(commodity.id,), **told)


# The published kind


@pytest.mark.parametrize(("size", "seed"), [((20, 226, 40), 1), ((20, 226, 40), 2), ((6, 14, 5), 3)])
def test_a_cost_for_each_arc_and_commodity_needs_no_more_edges(size: tuple[int, int, int], seed: int):
    """The least cost of linprog on the arrays, from as many edges as arcs; capacities of some arcs bind."""
    problem = drawn(*size, seed=seed)
    net = network_of(problem)
    assert (len(net.nodes), len(net.edges), len(net.commodities)) == size
    flow = cr.solve(net)
    assert flow.shortfall_mtpa == 0
    assert flow.cost_musd_per_year == pytest.approx(least_cost(problem), rel=1e-9)
    assert (flow.edges["shadow_price_usd_per_t"] > 1e-6).sum() >= 1
    assert flow.duality_gap < 1e-9


# Where costs are shown


def test_a_corridor_is_measured_by_the_rate_of_its_shipper():
    """Compare of x and of y: cost, time and netback of each."""
    net = network(
        edge("e", 10.0, transit_days=20.0, corridor="way"),
        rates=(cr.Rate(edge="e", commodity="x", tariff_usd_per_t=4.0, transit_days=7.0),),
        supplies=tuple(cr.Supply(node="field", commodity=c, volume_mtpa=2.0) for c in "xy"),
        markets=tuple(cr.Market(node="port", commodity=c, price_usd_per_t=100.0) for c in "xy"),
    )  # fmt: skip
    columns = ["unit_cost_usd_per_t", "transit_days", "netback_usd_per_t"]
    for commodity, expected in (("x", [4, 7, 96]), ("y", [10, 20, 90])):
        row = cr.compare(net, [], commodity=commodity).loc[("baseline", "way"), columns]
        assert row.tolist() == pytest.approx(expected)


def test_a_breakdown_is_by_rate_and_adds_up():
    """Items of x: tariff 4, premium 3, quality 1, interest on 7 days under way and 5 late."""
    net = shippers(of_x(tariff_usd_per_t=4.0, transit_days=7.0), **OWN)
    net = net.replace(edges=(net.edges[0].replace(corridor="way"),), corridors=(cr.Corridor(id="way"),))
    items = cr.breakdown(cr.solve(net), "way", commodity="x").set_index("component")["usd_per_t"]
    assert items.to_dict() == pytest.approx(
        {"price": 100, "quality": 1, "pipeline": -4, "risk premium": -3, "interest": -1.2}
    )
    assert items.sum() == pytest.approx(92.8)


def test_unit_costs_of_states_follow_a_change_of_a_rate():
    """A shock at the edge reaches the rate: x pays 4 + 5, y 10 + 5."""
    net = shippers(of_x(tariff_usd_per_t=4.0), cost=10.0)
    flow = cr.solve(net, cr.Scenario(name="dearer", changes=[cr.TariffShock(edge="e", add_usd_per_t=5)]))
    assert flow.commodities["netback_musd_per_year"].to_dict() == pytest.approx({"x": 2 * 91, "y": 2 * 85})


# Which figures the answer leans on


FIGURES = {
    ("rate", "c.x", "tariff_usd_per_t"): (4.0, "USD/t"), ("rate", "c.x", "late_days"): (6.0, "days"),
    ("edge", "c", "tariff_usd_per_t"): (3.0, "USD/t"), ("edge", "c", "transit_days"): (9.0, "days"),
    ("edge", "c", "late_days"): (2.0, "days"), ("edge", "c", "fleet_days"): (20.0, "days"),
    ("fleet", "tankers", "capacity_mt_days"): (150.0, "Mt days/y"),
    ("commodity", "x", "value_usd_per_t"): (500.0, "USD/t"),
}  # fmt: skip


def leaning() -> cr.Network:
    """Return x and y by c or d, which share a fleet that is full, with figures about terms, days and the fleet."""
    rows = [
        {"record": record, "subject": subject, "attribute": attribute, "value": value, "low": value * 0.999,
         "high": value * 1.001, "unit": unit, "since": 2020, "until": 2030, "confidence": "C"}
        for (record, subject, attribute), (value, unit) in FIGURES.items()
    ]  # fmt: skip
    return cr.Network.from_frames(
        pd.DataFrame({"id": ["field", "port"]}),
        pd.DataFrame({"id": ["c", "d"], "tail": "field", "head": "port", "tariff_usd_per_t": [3.0, 7.0],
                      "transit_days": [9.0, 4.0], "late_days": [2.0, 0.0], "fleet": "tankers",
                      "fleet_days": [20.0, 10.0]}),
        commodities=pd.DataFrame({"id": ["x", "y"], "value_usd_per_t": [500.0, 400.0], "interest_per_year": 0.1}),
        supplies=pd.DataFrame({"node": "field", "commodity": ["x", "y"], "volume_mtpa": [4.0, 6.0]}),
        markets=pd.DataFrame({"node": "port", "commodity": ["x", "y"], "price_usd_per_t": [100.0, 100.0]}),
        rates=pd.DataFrame({"edge": ["c"], "commodity": ["x"], "tariff_usd_per_t": [4.0], "late_days": [6.0]}),
        fleets=pd.DataFrame({"id": ["tankers"], "capacity_mt_days": [150.0]}),
        figures=pd.DataFrame(rows),
    )  # fmt: skip


@pytest.mark.parametrize("figure", FIGURES, ids=".".join)
def test_leans_on_is_half_of_what_the_ends_of_a_range_differ_by(figure: tuple[str, str, str]):
    """Solved again at both ends, which lie so near that the basis holds; where the effect is 0 it is told as 0."""
    record, subject, attribute = figure
    net = leaning()
    told = cr.solve(net).leans_on(None).set_index(["record", "subject", "attribute"])["effect"]
    ends = []
    for times in (0.999, 1.001):
        part = {"edge": "edges", "rate": "rates", "fleet": "fleets", "commodity": "commodities"}[record]
        moved = tuple(
            r.replace(**{attribute: FIGURES[figure][0] * times}) if key(r) == subject else r for r in getattr(net, part)
        )
        ends.append(cr.solve(net.replace(**{part: moved})).objective)
    assert told[figure] == pytest.approx(abs(ends[1] - ends[0]) / 2, rel=1e-3, abs=1e-7)


def key(record: cr.Edge | cr.Rate | cr.Fleet | cr.Commodity) -> str:
    """Return how a figure names a record."""
    return f"{record.edge}.{record.commodity}" if isinstance(record, cr.Rate) else record.id


def test_some_of_those_effects_are_not_nil():
    """The case is one in which terms of both shippers and the fleet matter."""
    told = cr.solve(leaning()).leans_on(None).set_index(["record", "subject", "attribute"])["effect"]
    assert np.count_nonzero(told > 1e-6) >= 6, told
