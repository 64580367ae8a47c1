"""What one shipper pays on an edge, and vessels that edges share: records, lookups, rules, and what changes do."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import pytest

import corridor as cr
from corridor.model.records import TERMS
from corridor.model.terms import term_columns, terms, unit_costs

TANKERS = cr.Fleet(id="tankers", name="Caspian tankers", capacity_mt_days=150.0)


def sea(**parts: Any) -> cr.Network:
    """Return two ways over the sea that share a fleet, and one by land; oil has a rate on one, gas has none."""
    given: dict[str, Any] = {
        "nodes": [cr.Node(id="port"), cr.Node(id="west"), cr.Node(id="east")],
        "edges": [
            cr.Edge(id="long", tail="port", head="west", mode="sea", tariff_usd_per_t=10.0, transit_days=6.0,
                    late_days=2.0, risk_premium_usd_per_t=1.0, fleet="tankers", fleet_days=20.0),
            cr.Edge(id="short", tail="port", head="east", mode="sea", tariff_usd_per_t=7.0, transit_days=3.0,
                    fleet="tankers", fleet_days=10.0, commodities=["oil"]),
            cr.Edge(id="land", tail="port", head="west", mode="rail", tariff_usd_per_t=30.0, transit_days=4.0),
        ],
        "commodities": [
            cr.Commodity(id="oil", value_usd_per_t=730.0, interest_per_year=0.1),
            cr.Commodity(id="gas", value_usd_per_t=365.0, interest_per_year=0.2),
        ],
        "supplies": [cr.Supply(node="port", commodity=c, volume_mtpa=1.0) for c in ("oil", "gas")],
        "markets": [cr.Market(node="west", commodity=c, price_usd_per_t=100.0) for c in ("oil", "gas")],
        "rates": [cr.Rate(edge="long", commodity="oil", tariff_usd_per_t=12.0, transit_days=0.0)],
        "fleets": [TANKERS],
    }  # fmt: skip
    return cr.Network(**{**given, **parts})


def late(edge: str, commodity: str) -> cr.Rate:
    """Return a rate of one day of lateness."""
    return cr.Rate(edge=edge, commodity=commodity, late_days=1.0)


def scenario(*changes: Any) -> cr.Scenario:
    """Return a scenario of some changes."""
    return cr.Scenario(name="s", changes=changes)


# Records


def test_a_rate_says_something() -> None:
    """One that leaves all to the edge is refused, with its fields named."""
    with pytest.raises(cr.DataError, match=r"a rate needs at least one of tariff_usd_per_t, .*late_days"):
        cr.Rate(edge="long", commodity="oil")


@pytest.mark.parametrize("field", ["transit_days", "late_days"])
def test_times_of_a_rate_are_not_below_0(field: str) -> None:
    """As those of an edge."""
    with pytest.raises(cr.DataError, match=f"{field} must be >= 0"):
        cr.Rate(edge="long", commodity="oil", **{field: -1.0})


def test_an_edge_with_a_fleet_has_a_round_trip() -> None:
    """Else it would use nothing of it."""
    with pytest.raises(cr.DataError, match="fleet_days must be > 0 where there is a fleet"):
        cr.Edge(id="e", tail="a", head="b", fleet="tankers")


def test_a_round_trip_needs_a_fleet() -> None:
    """Else it would be ignored."""
    with pytest.raises(cr.DataError, match="fleet_days needs a fleet"):
        cr.Edge(id="e", tail="a", head="b", fleet_days=3.0)


def test_what_is_left_of_a_fleet_is_its_share() -> None:
    """150 * 0.4."""
    assert TANKERS.replace(remaining=0.4).available_mt_days == pytest.approx(60.0)


def test_records_are_looked_up() -> None:
    """By id, and by edge and commodity."""
    net = sea()
    assert net.fleet("tankers") is net.fleets[0]
    assert net.rate("long", "oil") is net.rates[0]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda net: net.fleet("tanker"), "no fleet named 'tanker'; did you mean 'tankers'"),
        (lambda net: net.rate("long", "gas"), "no rate named 'long.gas'; did you mean 'long.oil'"),
    ],
)
def test_lookups_suggest_the_nearest(ask: Any, message: str) -> None:
    """As for all records."""
    with pytest.raises(cr.UnknownNameError, match=message):
        ask(sea())


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"fleets": []}, "edge 'long': fleet: no fleet named 'tankers'"),
        ({"fleets": [TANKERS, TANKERS]}, "duplicate fleet 'tankers'"),
        ({"rates": [late("lang", "oil")]}, "rate 'lang/oil': edge: no edge named 'lang'"),
        ({"rates": [late("long", "ore")]}, "rate 'long/ore': commodity: no commodity"),
        ({"rates": [late("short", "gas")]}, "edge 'short' does not carry 'gas'"),
        ({"rates": [late("long", "oil"), late("long", "oil")]}, "duplicate rate 'long/oil'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(parts: dict[str, Any], message: str) -> None:
    """Names that are not there, a commodity that the edge does not carry, two of one key."""
    with pytest.raises(cr.DataError) as caught:
        sea(**parts)
    assert message in str(caught.value)


def test_a_fleet_that_no_edge_uses_is_allowed() -> None:
    """It may be bought for edges to come."""
    assert sea(fleets=[TANKERS, cr.Fleet(id="wagons", capacity_mt_days=0.0)]).problems() == []


# What applies


@pytest.mark.parametrize(
    ("edge", "commodity", "expected"),
    [
        ("long", "oil", (12.0, 1.0, 0.0, 0.0, 2.0)),
        ("long", "gas", (10.0, 1.0, 0.0, 6.0, 2.0)),
        ("land", "oil", (30.0, 0.0, 0.0, 4.0, 0.0)),
    ],
)
def test_what_applies_to_a_shipper(edge: str, commodity: str, expected: tuple[float, ...]) -> None:
    """The rate's where it says something, 0 included; else the edge's."""
    net = sea()
    assert tuple(terms(net, net.edge(edge), commodity)) == expected


def test_lateness_is_priced_like_days() -> None:
    """Oil by rate: 12 + 1 + 2 days at 0.2; gas: 10 + 1 + 8 days at 0.2. [USD/t]"""
    net = sea()
    found = [terms(net, net.edge("long"), c.id).unit_cost_usd_per_t(c) for c in net.commodities]
    assert found == pytest.approx([13.4, 12.6])


def test_many_at_once_are_the_same_one_by_one() -> None:
    """In any order of pairs, rates outside the pairs passed over."""
    net = sea(rates=[cr.Rate(edge="long", commodity="oil", tariff_usd_per_t=12.0, late_days=0.0),
                     cr.Rate(edge="land", commodity="gas", quality_usd_per_t=-3.0),
                     cr.Rate(edge="short", commodity="oil", risk_premium_usd_per_t=0.5)])  # fmt: skip
    position = {edge.id: at for at, edge in enumerate(net.edges)}
    pairs = [("long", "gas"), ("short", "oil"), ("land", "oil"), ("long", "oil")]
    import numpy as np

    edge_of = np.array([position[edge] for edge, _ in pairs])
    goods = ["gas", "oil"]
    commodity_of = np.array([goods.index(commodity) for _, commodity in pairs])
    one_by_one = [terms(net, net.edge(edge), commodity) for edge, commodity in pairs]
    columns = term_columns(net, edge_of, commodity_of, goods)
    assert [tuple(row) for row in zip(*(column.tolist() for column in columns), strict=True)] == [
        *map(tuple, one_by_one)
    ]
    costs = [applying.unit_cost_usd_per_t(net.commodity(c)) for applying, (_, c) in zip(one_by_one, pairs, strict=True)]
    assert unit_costs(net, edge_of, commodity_of, goods).tolist() == pytest.approx(costs)


def test_no_rate_among_no_pairs() -> None:
    """A program without a column asks for nothing."""
    import numpy as np

    empty = np.array([], dtype=np.intp)
    assert all(len(column) == 0 for column in term_columns(sea(), empty, empty, ["oil"]))


# Changes: what shippers pay


def tariffs(net: cr.Network) -> dict[str, float]:
    """Return what each pays on the long way. [USD/t]"""
    return {c.id: terms(net, net.edge("long"), c.id).tariff_usd_per_t for c in net.commodities}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (cr.TariffShock(edge="long", factor=2, add_usd_per_t=5), {"oil": 29.0, "gas": 25.0}),
        (cr.TariffShock(edge="long", commodity="oil", add_usd_per_t=5), {"oil": 17.0, "gas": 10.0}),
        (cr.TariffShock(edge="long", commodity="gas", factor=2), {"oil": 12.0, "gas": 20.0}),
        (cr.TariffShock(fleet="tankers", commodity=["oil", "gas"], add_usd_per_t=1), {"oil": 13.0, "gas": 11.0}),
        (cr.TariffShock(edge="long", factor=0), {"oil": 0.0, "gas": 0.0}),
    ],
    ids=str,
)
def test_a_tariff_shock_reaches_rates(change: cr.TariffShock, expected: dict[str, float]) -> None:
    """All of the edge, or one shipper's; by hand from 12 and 10."""
    assert tariffs(change.apply(sea())) == expected


def test_a_rate_is_made_from_the_edges_own() -> None:
    """With the one figure that the change is about; the rest stays the edge's."""
    net = cr.TariffShock(edge="land", commodity="gas", add_usd_per_t=5).apply(sea())
    assert net.rate("land", "gas") == cr.Rate(edge="land", commodity="gas", tariff_usd_per_t=35.0)
    assert net.edge("land").tariff_usd_per_t == 30.0
    assert [(rate.edge, rate.commodity) for rate in net.rates] == [("land", "gas"), ("long", "oil")]


def test_what_a_rate_leaves_to_the_edge_follows_it() -> None:
    """A shock of the edge's tariff makes no tariff of a rate that has none."""
    net = sea(rates=[cr.Rate(edge="long", commodity="oil", late_days=0.0)])
    shocked = cr.TariffShock(edge="long", add_usd_per_t=5).apply(net)
    assert shocked.rates == net.rates
    assert tariffs(shocked) == {"oil": 15.0, "gas": 15.0}


def test_shocks_of_edge_and_shipper_add_up_in_any_order() -> None:
    """Factors first: (10 * 2 * 3) + 5 + 1 for gas, made from the edge's own; 12 * 2 + 5 for oil."""
    changes = [
        cr.TariffShock(edge="long", factor=2),
        cr.TariffShock(edge="long", commodity="gas", factor=3),
        cr.TariffShock(edge="long", add_usd_per_t=5),
        cr.TariffShock(edge="long", commodity="gas", add_usd_per_t=1),
    ]
    for order in itertools.permutations(changes):
        assert tariffs(scenario(*order).apply(sea())) == {"oil": 29.0, "gas": 66.0}


def test_what_reaches_a_rate_only_is_an_effect() -> None:
    """The edge charges nothing, so a factor alters nothing but the shipper's rate."""
    free = sea().replace(edges=[edge.replace(tariff_usd_per_t=0.0) for edge in sea().edges])
    assert tariffs(cr.TariffShock(edge="long", factor=2).apply(free)) == {"oil": 24.0, "gas": 0.0}
    with pytest.raises(cr.DataError, match="has no effect"):
        cr.TariffShock(edge="land", factor=2).apply(free)


def test_a_rate_made_of_nothing_is_no_effect() -> None:
    """Twice a tariff of 0 is what the edge charges already."""
    free = sea().replace(edges=[edge.replace(tariff_usd_per_t=0.0) for edge in sea().edges])
    with pytest.raises(cr.DataError, match="has no effect"):
        cr.TariffShock(edge="land", commodity="gas", factor=2).apply(free)


def test_a_shipper_that_no_edge_carries_is_refused() -> None:
    """Edges that match but cannot carry it are passed over."""
    with pytest.raises(cr.DataError, match="edge 'short' does not carry 'gas'"):
        cr.TariffShock(edge="short", commodity="gas", add_usd_per_t=1).apply(sea())
    made = cr.TariffShock(mode="sea", commodity="gas", add_usd_per_t=1).apply(sea())
    assert {rate.edge for rate in made.rates if rate.commodity == "gas"} == {"long"}


@pytest.mark.parametrize("kind", [cr.TariffShock, cr.Delay])
def test_an_unknown_shipper_is_named(kind: Any) -> None:
    """With the nearest that there is."""
    how = {"add_usd_per_t": 1.0} if kind is cr.TariffShock else {"add_days": 1.0}
    with pytest.raises(cr.UnknownNameError, match="no commodity named 'oli'; did you mean 'oil'"):
        kind(edge="long", commodity="oli", **how).apply(sea())


# Changes: how long it takes


def times(net: cr.Network) -> tuple[float, ...]:
    """Return transit of oil and gas, lateness of both, and the round trip, on the long way. [days]"""
    edge = net.edge("long")
    oil, gas = (terms(net, edge, commodity) for commodity in ("oil", "gas"))
    return oil.transit_days, gas.transit_days, oil.late_days, gas.late_days, edge.fleet_days


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (cr.Delay(edge="long", add_days=5), (5, 11, 2, 2, 25)),
        (cr.Delay(edge="long", add_days=-5), "transit_days must be >= 0"),
        (cr.Delay(edge="long", commodity="gas", add_days=-5), (0, 1, 2, 2, 20)),
        (cr.Delay(edge="long", factor=1.5), (0, 9, 2, 2, 23)),
        (cr.Delay(edge="long", factor=0.5, add_days=1), (1, 4, 2, 2, 18)),
        (cr.Delay(edge="long", add_late_days=-1), (0, 6, 1, 1, 20)),
        (cr.Delay(edge="long", late_factor=3, add_late_days=1), (0, 6, 7, 7, 20)),
        (cr.Delay(edge="long", commodity="oil", add_days=2, late_factor=0), (2, 6, 0, 2, 20)),
        (cr.Delay(fleet="tankers", add_days=5), (0, 6, 2, 2, 25)),
        (cr.Delay(fleet="tankers", factor=0.5), (0, 6, 2, 2, 10)),
        (cr.Delay(fleet="tankers", edge="long", add_days=5), (5, 11, 2, 2, 25)),
        (cr.Delay(fleet="tankers", add_days=-15), "leaves edge 'short' where fleet_days must be >= 0"),
        (cr.Delay(fleet="tankers", add_days=-10), "leaves edge 'short' where fleet_days must be > 0"),
        (cr.Delay(edge="long", add_late_days=-3), "leaves edge 'long' where late_days must be >= 0"),
    ],
    ids=str,
)
def test_what_a_delay_leaves(change: cr.Delay, expected: tuple[float, ...] | str) -> None:
    """Once the transit, once the round trip; a shipper's own transit moves alike; below 0 is refused."""
    if isinstance(expected, str):
        with pytest.raises(cr.DataError, match=expected):
            change.apply(sea())
    else:
        assert times(change.apply(sea())) == expected


def test_a_shippers_time_below_0_is_refused() -> None:
    """The edge's own would allow it; the message names the rate and the change."""
    with pytest.raises(cr.DataError, match=r"^Delay\(.*\) leaves rate 'long/oil' where transit_days must be >= 0"):
        cr.Delay(edge="long", add_days=-1).apply(sea())


def test_delays_of_edge_and_fleet_add_up_in_any_order() -> None:
    """Transit 6 * 1.5 + 2 = 11, which is 5 more; round trip 20 * 2 + 1 + 5 = 46."""
    changes = [
        cr.Delay(edge="long", factor=1.5), cr.Delay(edge="long", add_days=2),
        cr.Delay(fleet="tankers", factor=2), cr.Delay(fleet="tankers", add_days=1),
    ]  # fmt: skip
    for order in itertools.permutations(changes):
        assert times(scenario(*order).apply(sea())) == (2, 11, 2, 2, 46)


def test_lateness_of_edge_and_shipper_adds_up_in_any_order() -> None:
    """Oil's own 1 * 3 * 0.5 + 2 - 1 = 2.5; gas has the edge's, 2 * 3 + 2 = 8; neither touches transit or round trip."""
    net = sea(rates=[*sea().rates, cr.Rate(edge="long", commodity="oil", tariff_usd_per_t=12.0, late_days=1.0)][1:])
    changes = [
        cr.Delay(edge="long", late_factor=3), cr.Delay(edge="long", add_late_days=2),
        cr.Delay(edge="long", commodity="oil", late_factor=0.5),
        cr.Delay(edge="long", commodity="oil", add_late_days=-1),
    ]  # fmt: skip
    for order in itertools.permutations(changes):
        assert times(scenario(*order).apply(net)) == (6, 6, 2.5, 8, 20)


def test_lateness_of_rates_alone_is_altered() -> None:
    """Where the edge has none, so that others stay as they are: the shipper's 1 is halved."""
    net = sea(rates=[late("land", "gas")])
    altered = cr.Delay(edge="land", late_factor=0.5).apply(net)
    assert (altered.rate("land", "gas").late_days, altered.edge("land").late_days) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("change", "saved"),
    [
        (cr.Delay(edge="long", add_late_days=-2), [0.4, 0.4]),
        (cr.Delay(edge="long", commodity="gas", add_days=-2), [0.0, 0.4]),
    ],
    ids=str,
)
def test_less_time_costs_less(change: cr.Delay, saved: list[float]) -> None:
    """Two days, in transit or late, are 730 * 0.1 / 365 * 2 for oil and 365 * 0.2 / 365 * 2 for gas. [USD/t]"""

    def costs(net: cr.Network) -> list[float]:
        return [terms(net, net.edge("long"), of.id).unit_cost_usd_per_t(of) for of in net.commodities]

    assert [old - new for old, new in zip(costs(sea()), costs(change.apply(sea())), strict=True)] == pytest.approx(
        saved
    )


def test_a_delay_by_land_has_no_round_trip() -> None:
    """An edge without a fleet keeps fleet_days of 0."""
    delayed = cr.Delay(edge="land", add_days=3).apply(sea()).edge("land")
    assert (delayed.transit_days, delayed.fleet, delayed.fleet_days) == (7.0, None, 0.0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"edge": "long"}, "Delay needs at least one of add_days, factor, add_late_days, late_factor"),
        ({"edge": "long", "factor": -1.0}, "factor must be >= 0"),
        ({"fleet": "tankers", "add_late_days": 1.0}, "add_late_days must be aimed at edges"),
        ({"fleet": "tankers", "commodity": "oil", "add_days": 1.0}, "a round trip is the same for all shippers"),
        ({"commodity": "oil", "add_days": 1.0}, "Delay needs at least one of edge, node, .*fleet"),
    ],
)
def test_a_delay_says_what_it_means(fields: dict[str, Any], message: str) -> None:
    """What would be passed over is refused."""
    with pytest.raises(cr.DataError, match=message):
        cr.Delay(**fields)


# Changes: what a fleet carries


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (cr.Derate(fleet="tankers", remaining=0.4), 60.0),
        (cr.Outage(fleet="tankers"), 0.0),
        (cr.Expansion(fleet="tankers", add_mt_days=30), 180.0),
        (cr.Expansion(fleet="tankers", factor=2), 300.0),
    ],
    ids=str,
)
def test_what_is_left_of_a_fleet(change: Any, left: float) -> None:
    """Aimed at it alone it is the fleet that changes, no edge. [Mt days/y]"""
    net = change.apply(sea())
    assert net.fleet("tankers").available_mt_days == pytest.approx(left)
    assert net.edges == sea().edges


def test_a_fleet_narrows_other_selectors() -> None:
    """The edges of a fleet at a node, not the fleet."""
    net = cr.Outage(fleet="tankers", node="east").apply(sea())
    assert [edge.id for edge in net.edges if edge.remaining == 0] == ["short"]
    assert net.fleets == sea().fleets


def test_low_water_and_ships_bought_commute() -> None:
    """(150 * 2 + 30) * 0.5 in any order."""
    changes = [cr.Derate(fleet="tankers", remaining=0.5), cr.Expansion(fleet="tankers", add_mt_days=30),
               cr.Expansion(fleet="tankers", factor=2)]  # fmt: skip
    for order in itertools.permutations(changes):
        assert scenario(*order).apply(sea()).fleet("tankers").available_mt_days == pytest.approx(165.0)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (cr.Expansion(edge="pipe", factor=1.5), ("edge", 9.0)),
        (cr.Expansion(node="hub", factor=2), ("node", 16.0)),
    ],
    ids=str,
)
def test_an_expansion_by_factor(change: cr.Expansion, expected: tuple[str, float]) -> None:
    """Of an edge of 6 or a node of 8. [Mt/y]"""
    net = cr.Network(
        nodes=[cr.Node(id="hub", throughput_mtpa=8.0), cr.Node(id="end")],
        edges=[cr.Edge(id="pipe", tail="hub", head="end", capacity_mtpa=6.0)],
        commodities=[cr.Commodity(id="oil")],
    )
    kind, value = expected
    altered = change.apply(net)
    assert value == (altered.edge("pipe").capacity_mtpa if kind == "edge" else altered.node("hub").throughput_mtpa)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"fleet": "tankers", "add_mtpa": 1.0}, "capacity of a fleet is in Mt days/y; give add_mt_days or factor"),
        ({"edge": "long", "add_mt_days": 1.0}, r"add_mt_days must be aimed at fleet alone \(got edge\)"),
        ({"fleet": "tankers", "node": "port", "add_mt_days": 1.0}, "add_mt_days must be aimed at fleet alone"),
        ({"fleet": "tankers"}, "needs exactly one of add_mtpa, add_mt_days, factor"),
        ({"fleet": "tankers", "factor": 2.0, "add_mt_days": 1.0}, "needs exactly one of"),
        ({"fleet": "tankers", "factor": 1.0}, "factor must be > 1"),
    ],
)
def test_an_expansion_is_in_the_unit_of_its_aim(fields: dict[str, Any], message: str) -> None:
    """What cannot be added is refused where it is written."""
    with pytest.raises(cr.DataError, match=message):
        cr.Expansion(**fields)


@pytest.mark.parametrize("change", [cr.Outage(fleet="tankers"), cr.Derate(fleet="tankers", remaining=0.5)], ids=str)
def test_a_fleet_that_lies_idle_cannot_be_struck(change: Any) -> None:
    """Nothing is left to take."""
    idle = sea(fleets=[TANKERS.replace(remaining=0.0)])
    with pytest.raises(cr.DataError, match="has no effect"):
        change.apply(idle)


@pytest.mark.parametrize(
    "change",
    [cr.Outage(fleet="tanker"), cr.Derate(fleet="tanker", remaining=0.5), cr.Expansion(fleet="tanker", factor=2),
     cr.Delay(fleet="tanker", add_days=1), cr.Opening(fleet="tanker")],
    ids=str,
)  # fmt: skip
def test_an_unknown_fleet_is_named(change: Any) -> None:
    """With the nearest that there is."""
    with pytest.raises(cr.UnknownNameError, match="no fleet named 'tanker'; did you mean 'tankers'"):
        change.apply(sea())


# Cycles


def test_a_rate_may_earn_round_a_cycle() -> None:
    """There for 5, back for -6 by a rate of oil only: 1 USD/t a round; the message names the rate's figure."""
    with pytest.raises(cr.DataError, match=r"oil would earn 1 USD/t on each round .* tariff_usd_per_t -6 of 'back'"):
        cr.Network(
            nodes=[cr.Node(id="a"), cr.Node(id="b")],
            edges=[cr.Edge(id="out", tail="a", head="b", tariff_usd_per_t=5.0), cr.Edge(id="back", tail="b", head="a")],
            commodities=[cr.Commodity(id="oil"), cr.Commodity(id="gas")],
            rates=[cr.Rate(edge="back", commodity="oil", tariff_usd_per_t=-6.0)],
        )


def test_a_rate_may_end_a_cycle_that_would_earn() -> None:
    """The edges' own would earn 1 a round; the only shipper pays otherwise."""
    net = cr.Network(
        nodes=[cr.Node(id="a"), cr.Node(id="b")],
        edges=[cr.Edge(id="out", tail="a", head="b", tariff_usd_per_t=5.0),
               cr.Edge(id="back", tail="b", head="a", tariff_usd_per_t=-6.0)],
        commodities=[cr.Commodity(id="oil")],
        rates=[cr.Rate(edge="back", commodity="oil", tariff_usd_per_t=0.0)],
    )  # fmt: skip
    assert net.problems() == []


# Forms


def test_the_tables_of_rates_and_fleets_give_them_back() -> None:
    """A derived column is compared; empty cells are the edge's."""
    net = sea()
    again = cr.Network.from_frames(
        net.node_table(), net.edge_table(), commodities=net.commodity_table(), supplies=net.supply_table(),
        markets=net.market_table(), rates=net.rate_table(), fleets=net.fleet_table(),
    )  # fmt: skip
    assert again == net


def test_a_table_of_fleets_is_replaced() -> None:
    """What is left follows, as it was or as it is."""
    net = sea()
    table = net.fleet_table()
    assert table.loc["tankers", "available_mt_days"] == 150.0
    table.loc["tankers", "remaining"] = 0.5
    assert net.with_frames(fleets=table).fleet("tankers").available_mt_days == 75.0
    table["available_mt_days"] = 3.0
    with pytest.raises(cr.DataError, match="available_mt_days follows from capacity_mt_days and remaining"):
        net.with_frames(fleets=table)


def test_a_table_of_rates_is_replaced() -> None:
    """With a cell emptied, the edge's holds."""
    net = sea()
    table = net.rate_table()
    table.loc[("long", "oil"), "transit_days"] = None
    altered = net.with_frames(rates=table)
    assert terms(altered, altered.edge("long"), "oil").transit_days == 6.0


def test_commodities_are_taken_from_rates_too() -> None:
    """Where no other table names them."""
    net = cr.Network.from_frames(
        pd.DataFrame({"id": ["a", "b"]}),
        pd.DataFrame({"id": ["ab"], "tail": ["a"], "head": ["b"]}),
        rates=pd.DataFrame({"edge": ["ab"], "commodity": ["oil"], "tariff_usd_per_t": [3.0]}),
    )
    assert [commodity.id for commodity in net.commodities] == ["oil"]


def test_networkx_and_back() -> None:
    """Rates and fleets stand in the graph's own attributes."""
    assert cr.Network.from_networkx(sea().to_networkx()) == sea()


@pytest.mark.parametrize("ending", ["", ".json", ".geojson", ".graphml", ".xlsx"])
def test_files_keep_rates_and_fleets(ending: str, tmp_path: Any) -> None:
    """Every format."""
    path = cr.write_network(sea(), tmp_path / f"net{ending}")
    assert cr.read_network(path).replace(name="") == sea()


def test_differences_name_rates_and_fleets() -> None:
    """A row a field; a rate made by a scenario is a record that was absent."""
    changes = scenario(
        cr.TariffShock(edge="land", commodity="gas", add_usd_per_t=5), cr.Derate(fleet="tankers", remaining=0.5)
    )
    rows = cr.diff(sea(), changes.apply(sea()))[["kind", "id", "field"]].to_numpy().tolist()
    assert rows == [["rate", "land.gas", "(record)"], ["fleet", "tankers", "remaining"]]


def test_terms_are_fields_of_edges() -> None:
    """A rate has no other figures than an edge has, and defaults of none."""
    assert tuple(cr.Rate.model_fields)[2:] == TERMS
    assert set(TERMS) <= cr.Edge.model_fields.keys()


def test_an_unknown_name_is_told_before_a_change_of_nothing() -> None:
    """A factor of 1 alters nothing, but that is not what is wrong."""
    with pytest.raises(cr.UnknownNameError, match="no edge named 'lang'"):
        cr.TariffShock(edge="lang", factor=1).apply(sea())
