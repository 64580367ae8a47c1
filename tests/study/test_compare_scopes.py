"""`compare` for one market, from each origin, for a group; what it says of the best way's risk and of the best ways."""

from __future__ import annotations

import math
from typing import Any

import pytest

import corridor as cr
from corridor.study.compare import best_corridors

WAYS = {"north": 10.0, "south": 30.0}


def field_and_wells(**more: Any) -> cr.Network:
    """Return a field (6 Mt/y) 5 USD/t away from a hub and a well (2 Mt/y) beside it; two ways to a near and a far port.

    North costs 10 USD/t, south 30; the near port pays 100, the far one 20 more and is 5 further.
    """
    trunks = [
        cr.Edge(id=id, tail="hub", head="near", tariff_usd_per_t=cost, transit_days=cost, corridor=id, capacity_mtpa=9)
        for id, cost in WAYS.items()
    ]
    parts: dict[str, Any] = {
        "nodes": [cr.Node(id=id) for id in ("field", "well", "hub", "near", "far")],
        "edges": [
            cr.Edge(id="feeder", tail="field", head="hub", tariff_usd_per_t=5, transit_days=2),
            cr.Edge(id="lane", tail="well", head="hub"),
            *trunks,
            cr.Edge(id="sea", tail="near", head="far", tariff_usd_per_t=5, mode="sea"),
        ],
        "commodities": [cr.Commodity(id="oil")],
        "corridors": [cr.Corridor(id=id) for id in WAYS],
        "supplies": [
            cr.Supply(node="field", commodity="oil", volume_mtpa=6),
            cr.Supply(node="well", commodity="oil", volume_mtpa=2),
        ],
        "markets": [
            cr.Market(node="near", commodity="oil", price_usd_per_t=100),
            cr.Market(node="far", commodity="oil", price_usd_per_t=120),
        ],
    }
    return cr.Network(**(parts | more))


# One market


def test_a_netback_is_for_the_market_asked_for() -> None:
    """At the far port 120 - 5 - 10 - 5 = 100 by the north, at the near one 100 - 10 - 5 = 85; by the south 20 less."""
    for port, netback in (("far", 100.0), ("near", 85.0), (None, 100.0)):
        table = cr.compare(field_and_wells(), destination=port, columns=["main", "origin"]).loc["baseline"]
        assert table["netback_usd_per_t"].tolist() == pytest.approx([netback, netback - 20])
        assert table["next_tonne_usd_per_t"].tolist() == pytest.approx([netback, netback - 20])
        assert set(table["destination"]) == {port or "far"}
        assert set(table["origin"]) == {"field"}


def test_a_market_that_is_not_used_can_be_asked_for() -> None:
    """Volumes and capacities are of the corridor, whatever the market."""
    columns = ["capacity_mtpa", "throughput_mtpa", "shortfall_if_lost_mtpa", "status"]
    tables = [cr.compare(field_and_wells(), destination=port, columns=columns) for port in ("near", None)]
    assert tables[0].equals(tables[1])
    assert [table.attrs.get("destination") for table in tables] == ["near", None]


def test_a_corridor_that_does_not_lead_to_a_market_has_no_netback_there() -> None:
    """Empty, not the netback of another market."""
    net = field_and_wells()
    apart = [edge.replace(head="far") if edge.id == "south" else edge for edge in net.edges]
    row = cr.compare(net.replace(edges=apart), destination="near").loc[("baseline", "south")]
    assert (row["destination"], row["capacity_mtpa"]) == ("", pytest.approx(9))
    assert math.isnan(row["netback_usd_per_t"])
    assert math.isnan(row["next_tonne_usd_per_t"])


def test_a_node_that_buys_nothing_is_no_destination() -> None:
    """The message names those that do."""
    with pytest.raises(cr.DataError, match="destination 'hub' buys no oil; it is bought at far, near"):
        cr.compare(field_and_wells(), destination="hub")
    with pytest.raises(cr.UnknownNameError, match="did you mean 'near'"):
        cr.compare(field_and_wells(), destination="naer")


# Each origin


def test_each_origin_has_rows_and_the_last_is_their_mean() -> None:
    """Field 100 and well 105 by the north, weighted 6 to 2: 101.25; what knows no origin is repeated."""
    table = cr.compare(field_and_wells(), origin="each", columns="all")
    assert table.index.names == ["scenario", "corridor", "origin"]
    north = table.loc[("baseline", "north")]
    assert list(north.index) == ["field", "well", "all"]
    assert north["netback_usd_per_t"].tolist() == pytest.approx([100, 105, 101.25])
    assert north["next_tonne_usd_per_t"].tolist() == pytest.approx([100, 105, 101.25])
    assert north["transit_days"].tolist() == pytest.approx([12, 10, 11.5])
    assert north["throughput_mtpa"].tolist() == pytest.approx([8, 8, 8])
    assert (table.attrs["origin"], "origin" in table) == ("each", False)


def test_each_origin_is_as_if_it_were_asked_for_alone() -> None:
    """Every cell of the rows of a field is that of the table measured from it."""
    net, shut = cr.load(year=2024), cr.load_scenario("cpc-shut")
    each = cr.compare(net, shut, origin="each", columns=["main", "risk"], corridors=["cpc", "btc", "china"])
    for origin in ("tengiz", "uzen", "kumkol"):
        alone = cr.compare(net, shut, origin=origin, columns=["main", "risk"], corridors=["cpc", "btc", "china"])
        rows = each.xs(origin, level="origin")
        assert rows.to_csv() == alone.to_csv()


def test_means_are_over_the_origins_that_have_a_way() -> None:
    """The well, cut off from the south, does not count there; the next tonne likewise."""
    net = field_and_wells()
    lane = [edge.replace(head="north_gate") if edge.id == "lane" else edge for edge in net.edges]
    gate = [edge.replace(tail="north_gate") if edge.id == "north" else edge for edge in lane]
    link = cr.Edge(id="link", tail="hub", head="north_gate")
    apart = net.replace(nodes=(*net.nodes, cr.Node(id="north_gate")), edges=(*gate, link))
    south = cr.compare(apart, origin="each").loc[("baseline", "south")]
    assert math.isnan(south.loc["well", "netback_usd_per_t"])
    assert south.loc["all", ["netback_usd_per_t", "next_tonne_usd_per_t"]].tolist() == pytest.approx([80, 80])


def test_a_way_from_all_is_one_from_an_origin_that_uses_it() -> None:
    """The well has the better netback by the south, but no oil of it goes there: the field's, which does, is shown."""
    net = field_and_wells()
    narrow = [edge.replace(capacity_mtpa=2) if edge.id == "north" else edge for edge in net.edges]
    lane = [edge.replace(commodities=["oil"], capacity_mtpa=1) if edge.id == "lane" else edge for edge in narrow]
    crossing = cr.Edge(id="crossing", tail="well", head="near", tariff_usd_per_t=1)
    used = net.replace(edges=(*lane, crossing))
    flow = cr.solve(used)
    assert flow.edge_flows.loc[("lane", "oil"), "flow_mtpa"] == 0
    table = cr.compare(used, origin="each", columns=["netback_usd_per_t", "subjects"]).loc[("baseline", "south")]
    assert table.loc["well", "netback_usd_per_t"] > table.loc["field", "netback_usd_per_t"]
    assert "feeder" in table.loc["all", "subjects"]
    assert "lane" not in table.loc["all", "subjects"]


def test_a_way_that_begins_elsewhere_is_told() -> None:
    """In 2018 no oil of Tengiz could go to China: the way shown is that of a field that uses it, and a note says so."""
    table = cr.compare(cr.load("caspian", 2018), columns=["main", "origin"])
    assert table.attrs["origin"] == "tengiz"
    assert table.loc[("baseline", "china"), "origin"] == "kumkol"
    notes = table.attrs["notes"]
    assert notes["baseline"] == [
        "china: no way leads there from tengiz; cost, time and netback are of a tonne from kumkol."
    ]
    assert not any("kumkol" in note for name in notes if name != "baseline" for note in notes[name])


# A group


def two_oils(*others: str, **more: Any) -> cr.Network:
    """Return the field's oil and the well's as two commodities of one group, others beside; the well's stays north."""
    net = field_and_wells()
    both = [cr.Commodity(id="sour", group="crude"), cr.Commodity(id="sweet", group="crude")]
    both += [cr.Commodity(id=id) for id in others]
    return net.replace(**({
        "commodities": both,
        "edges": [e.replace(commodities=["sour"]) if e.id == "south" else e for e in net.edges],
        "supplies": [
            cr.Supply(node="field", commodity="sour", volume_mtpa=6),
            cr.Supply(node="well", commodity="sweet", volume_mtpa=2),
            *(cr.Supply(node="hub", commodity=id, volume_mtpa=3) for id in others),
        ],
        "markets": [
            cr.Market(node=port, commodity=c.id, price_usd_per_t=100) for c in both for port in ("near", "far")
        ],
    } | more))  # fmt: skip


def test_the_capacity_of_a_group_counts_room_once() -> None:
    """North has 9, salt needs 3: sour could have 4 beside sweet, sweet 6 with sour sent south, both together 6."""
    net = two_oils("salt")
    capacity = {
        of: cr.compare(net, commodity=of, columns="capacity_mtpa").loc[("baseline", "north"), "capacity_mtpa"]
        for of in ("sour", "sweet", "crude")
    }
    assert capacity == pytest.approx({"sour": 4, "sweet": 6, "crude": 6}, abs=1e-5)


def test_volumes_of_a_group_are_sums() -> None:
    """Salt, which earns as much, and sweet go north, and 4 of sour; the other 2 of it go south."""
    table = cr.compare(two_oils("salt"), commodity="crude", columns=["main", "if_lost"]).loc["baseline"]
    assert table["throughput_mtpa"].tolist() == pytest.approx([6, 2])
    assert table["nameplate_mtpa"].tolist() == [9, 9]
    assert table["capacity_used"].tolist() == pytest.approx([1, 2 / 9], abs=1e-5)


def test_cost_and_days_of_a_group_are_means_by_what_moves() -> None:
    """Without salt all 8 go north: 6 at 15 USD/t in 12 days, 2 at 10 in 10; nothing goes south."""
    net = two_oils()
    table = cr.compare(net, commodity="crude", columns="all").loc["baseline"]
    assert table["unit_cost_usd_per_t"].tolist() == pytest.approx([(6 * 15 + 2 * 10) / 8, math.nan], nan_ok=True)
    assert table["transit_days"].tolist() == pytest.approx([(6 * 12 + 2 * 10) / 8, math.nan], nan_ok=True)
    assert table["netback_usd_per_t"].isna().all()
    assert table["next_tonne_usd_per_t"].isna().all()
    assert set(table["destination"]) == set(table["origin"]) == {""}


def test_what_a_group_loses_is_what_its_commodities_lose() -> None:
    """Without the north 6 of sour go south; sweet, 2 Mt/y, has no other way; salt, 3, stays too but is not counted."""
    row = cr.compare(two_oils("salt"), commodity="crude", columns=["main", "if_lost"]).loc[("baseline", "north")]
    assert row["shortfall_if_lost_mtpa"] == pytest.approx(2)
    assert row["shortfall_if_lost_all_mtpa"] == pytest.approx(5)


def test_the_shipped_crudes_are_a_group() -> None:
    """Throughputs of the four add up; a group of one is that commodity."""
    net = cr.load(year=2024)
    table = cr.compare(net, [], commodity="crude", columns=["throughput_mtpa", "shortfall_if_lost_mtpa"])
    parts = [cr.compare(net, [], commodity=c.id, columns=list(table)) for c in net.commodities]
    total = sum(part.reindex(table.index, fill_value=0.0) for part in parts)
    assert table["throughput_mtpa"].tolist() == pytest.approx(total["throughput_mtpa"].tolist(), abs=1e-6)
    assert table["shortfall_if_lost_mtpa"].tolist() == pytest.approx(total["shortfall_if_lost_mtpa"].tolist(), abs=1e-6)
    assert (table.attrs["commodity"], table.attrs["origin"]) == ("crude", None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"commodity": "crude", "origin": "field"}, "origin 'field' is of one commodity, and 'crude' is a group of 2"),
        ({"commodity": "crude", "origin": "each"}, "origin 'each' is of one commodity"),
        ({"commodity": "crude", "destination": "near"}, "destination 'near' is of one commodity"),
        ({"commodity": "crud"}, "no commodity or group of commodities named 'crud'; did you mean 'crude'"),
    ],
)
def test_what_does_not_fit_a_group_is_refused(arguments: dict[str, str], message: str) -> None:
    """With what would."""
    with pytest.raises(cr.CorridorError, match=message):
        cr.compare(two_oils(), **arguments)  # type: ignore[arg-type]


def test_sums_of_unlike_barrels_are_refused() -> None:
    """A group whose oils have different barrels a tonne has no volume in barrels; of like ones it has."""
    for per_t in (7.3, 8.0):
        oils = [cr.Commodity(id="sour", group="crude", display_unit="bbl", display_per_t=7.3),
                cr.Commodity(id="sweet", group="crude", display_unit="bbl", display_per_t=per_t)]  # fmt: skip
        net = two_oils(commodities=oils)
        if per_t == 7.3:
            kbd = cr.compare(net, commodity="crude", units="bbl").loc[("baseline", "north"), "throughput_kbd"]
            assert kbd == pytest.approx(8 * 7.3e3 / 365)
        else:
            with pytest.raises(cr.DataError, match="the commodities of 'crude' have different barrels a tonne"):
                cr.compare(net, commodity="crude", units="bbl")


def test_a_group_is_not_named_like_a_commodity() -> None:
    """Its name could mean either."""
    with pytest.raises(cr.DataError, match="commodity 'sweet': group 'sour' is the id of a commodity; give the group"):
        two_oils(commodities=[cr.Commodity(id="sour"), cr.Commodity(id="sweet", group="sour")])


# Risk of the best way


@pytest.mark.parametrize(
    ("feeder", "north", "sea", "score"),
    [
        (0.2, 0.5, 0.1, 0.5),
        (0.2, 0.5, None, 0.5),  # unknown at sea counts 0
        (None, 0.5, 0.1, math.nan),  # unknown on land
        (0.2, 0.5, 0.9, 0.9),
    ],
)
def test_the_risk_score_is_of_the_weakest_country(
    feeder: float | None, north: float | None, sea: float | None, score: float
) -> None:
    """Of the way field, hub, near, far; where a land edge has no score, the way has none."""
    scores = {"feeder": feeder, "north": north, "sea": sea}
    net = field_and_wells()
    edges = [edge.replace(risk_score=scores.get(edge.id)) for edge in net.edges]
    row = cr.compare(net.replace(edges=edges)).loc[("baseline", "north")]
    assert row["risk_score"] == pytest.approx(score, nan_ok=True)


# The best ways


@pytest.mark.parametrize(
    ("numbers", "best"),
    [
        ({"a": 10.0, "b": 10.009, "c": 9.99}, ("a", "b")),
        ({"a": math.nan, "b": -3.0}, ("b",)),
        ({"a": math.nan}, ()),
        ({}, ()),
    ],
)
def test_the_best_are_all_within_a_cent_of_the_highest(numbers: dict[str, float], best: tuple[str, ...]) -> None:
    """Empty ones, whose every way is full, are never best."""
    assert best_corridors(numbers) == best


def test_of_a_full_way_the_next_tonne_earns_less_by_the_rent() -> None:
    """Of 8 Mt/y 5 find room north: there a tonne earns 100 as posted, but the next one sends another south, for 80."""
    net = field_and_wells()
    full = net.replace(edges=[e.replace(capacity_mtpa=5) if e.id == "north" else e for e in net.edges])
    table = cr.compare(full).loc["baseline"]
    assert table["netback_usd_per_t"].tolist() == pytest.approx([100, 80])
    assert table["next_tonne_usd_per_t"].tolist() == pytest.approx([80, 80])
    assert best_corridors(table["next_tonne_usd_per_t"]) == ("north", "south")


def test_where_every_way_is_full_the_next_tonne_is_empty() -> None:
    """Both trunks full: a tonne more would stay, or make another stay."""
    net = field_and_wells()
    full = net.replace(edges=[e.replace(capacity_mtpa=4) if e.corridor else e for e in net.edges])
    table = cr.compare(full).loc["baseline"]
    assert table["next_tonne_usd_per_t"].isna().all()
    assert table["netback_usd_per_t"].notna().all()


def test_a_full_market_is_no_end_of_a_way_while_another_takes_more() -> None:
    """The far port takes 8 and has them: the way leads to the near one, for 85; where that is gone, to the far one."""
    net = field_and_wells()
    far = net.markets[0].replace(volume_mtpa=8)
    for markets, end, netback in (([far, net.markets[1]], "near", 85), ([far], "far", 100)):
        row = cr.compare(net.replace(markets=markets)).loc[("baseline", "north")]
        assert (row["destination"], row["netback_usd_per_t"]) == (end, pytest.approx(netback))
