"""A corridor leg by leg, by arithmetic on a small network: 10 t a TEU, so that 1 USD/t is 20 USD/FEU."""

from __future__ import annotations

import math

import pytest

import corridor as cr
from corridor.study.legs import THROUGH
from helpers.box_network import MIDDLE, STREAMS, box_network

ORDER = [
    "china_rail", "border", "steppe_rail", "quay_east", "feeder", "ferry", "quay_west", "west_rail", "west_turkey",
    "black_sea", THROUGH,
]  # fmt: skip


@pytest.fixture(scope="module")
def flow() -> cr.Flow:
    """Return the network solved."""
    return cr.solve(box_network())


def figure(record: str, subject: str, attribute: str, value: float, until: int, confidence: str) -> cr.Figure:
    """Return a figure that holds from 2020 on."""
    return cr.Figure(
        record=record, subject=subject, attribute=attribute, value=value, unit="Mt/y", since=2020, until=until,
        confidence=confidence,
    )  # fmt: skip


def test_legs_come_in_the_order_of_the_way(flow: cr.Flow) -> None:
    """From China to Europe and Turkey, alternatives beside one another; other corridors' edges are left out."""
    assert list(cr.legs(flow, MIDDLE).index) == ORDER


@pytest.mark.parametrize(
    ("leg", "teu", "limit"),
    [
        ("china_rail", math.inf, ""), ("border", 500_000, "border"), ("quay_east", 70_000, "quay_east"),
        ("feeder", 50_000, "fleet box_ships"), ("ferry", 30_000, "fleet ferries"), ("quay_west", 75_000, "quay_west"),
        ("black_sea", 60_000, "fleet black_sea_ships"), (THROUGH, 75_000, "quay_west"),
    ],
)  # fmt: skip
def test_each_leg_has_the_most_that_its_own_limits_let_pass(flow: cr.Flow, leg: str, teu: float, limit: str) -> None:
    """Edges by their capacity, fleets by cargo under way over days of a round trip."""
    table = cr.legs(flow, MIDDLE)
    assert table.loc[leg, "capacity_teu_per_year"] == pytest.approx(teu)
    assert table.loc[leg, "limit"] == limit


def test_through_figures_are_sums_over_the_steps(flow: cr.Flow) -> None:
    """China to Europe by box ship: 10 + 30 + 50 + 25 + 40 USD/t; waiting at a border and two quays apart."""
    through = cr.legs(flow, MIDDLE).loc[THROUGH]
    assert through["usd_per_feu"] == pytest.approx(155 * 20)
    assert through["transit_days"] == pytest.approx(3 + 3 + 1 + 2 + 3)
    assert through["waiting_days"] == pytest.approx(4 + 2 + 2)
    assert through["late_days"] == pytest.approx(1 + 1 + 4 + 2)


def test_steps_are_the_legs_of_the_through_price(flow: cr.Flow) -> None:
    """The ferry and the railway to Turkey are beside the cheapest way of the largest stream."""
    table = cr.legs(flow, MIDDLE)
    assert table["step"].dropna().to_dict() == {
        id: number for number, id in enumerate((i for i in ORDER if i not in ("ferry", "west_turkey", THROUGH)), 1)
    }


def test_days_of_compare_are_those_of_the_legs() -> None:
    """Moving and waiting together, where nothing moves and both are of the cheapest way."""
    empty = cr.Scenario(name="no steppe", changes=[cr.SupplyShock(commodity=STREAMS[2], remaining=0.0)])
    through = cr.legs(cr.solve(box_network(), empty), MIDDLE).loc[THROUGH]
    compared = cr.compare(box_network(), [empty]).loc[("no steppe", MIDDLE)]
    assert through["transit_days"] + through["waiting_days"] == pytest.approx(compared["transit_days"])
    assert through["usd_per_feu"] == pytest.approx(compared["usd_per_feu"])


def test_a_leg_is_priced_for_the_stream_that_can_pass(flow: cr.Flow) -> None:
    """The railway to Turkey carries no box to Europe."""
    assert cr.legs(flow, MIDDLE).loc["west_turkey", "commodity"] == STREAMS[1]


def test_several_groups_are_shown_in_tonnes(flow: cr.Flow) -> None:
    """Grain counts as well: box ships 0.5 Mt, and ferries with grain only, 3 / 5 Mt."""
    table = cr.legs(flow, MIDDLE, commodity=["containers", "dry_bulk"])
    assert table.loc["ferry_grain", "capacity_mtpa"] == pytest.approx(0.6)
    assert table.loc[THROUGH, "capacity_mtpa"] == pytest.approx(0.5 + 0.6)
    assert table.attrs["commodity"] == f"{', '.join(STREAMS)}, grain"


def test_tonnes_and_boxes_are_one_table(flow: cr.Flow) -> None:
    """1 Mt/y is 100,000 TEU/y, 1 USD/t is 20 USD/FEU."""
    boxes, tonnes = (cr.legs(flow, MIDDLE, units=units) for units in ("TEU", "t"))
    assert (tonnes["capacity_mtpa"] * 1e5).to_list() == pytest.approx(boxes["capacity_teu_per_year"].to_list())
    assert (tonnes["usd_per_t"] * 20).to_list() == pytest.approx(boxes["usd_per_feu"].to_list())


def test_a_node_may_be_what_limits_a_leg() -> None:
    """A harbour that passes 0.2 Mt limits the edges on both its sides."""
    net = box_network()
    nodes = tuple(node.replace(throughput_mtpa=0.2) if node.id == "west" else node for node in net.nodes)
    table = cr.legs(cr.solve(net.replace(nodes=nodes)), MIDDLE)
    assert table.loc[["quay_west", "west_rail"], "limit"].to_list() == ["node west"] * 2
    assert table.loc[THROUGH, "capacity_teu_per_year"] == pytest.approx(20_000)


def test_equal_limits_are_both_named() -> None:
    """A quay of 0.75 Mt behind which a node passes as much."""
    net = box_network()
    nodes = tuple(node.replace(throughput_mtpa=0.75) if node.id == "west" else node for node in net.nodes)
    assert cr.legs(cr.solve(net.replace(nodes=nodes)), MIDDLE).loc["quay_west", "limit"] == "quay_west, node west"


def test_quotas_of_all_streams_limit_a_leg() -> None:
    """The streams to Turkey may take 0.1 and 0.2 Mt of the railway; that of one alone limits only that one."""
    quotas = tuple(
        cr.Quota(edge="west_turkey", commodity=id, max_mtpa=most)
        for id, most in zip(STREAMS[1:], (0.1, 0.2), strict=True)
    )
    both = cr.legs(cr.solve(box_network(quotas=quotas)), MIDDLE).loc["west_turkey"]
    assert (both["capacity_teu_per_year"], both["limit"]) == (pytest.approx(30_000), f"quota west_turkey/{STREAMS[1]}")
    one = cr.legs(cr.solve(box_network(quotas=quotas[:1])), MIDDLE).loc["west_turkey"]
    assert one["limit"] == "west_turkey"


def test_a_limit_says_how_old_its_figure_is() -> None:
    """The source of the quay's speaks of 2021: carried over 3 years, grade B; the fleet's is of the year."""
    figures = (
        figure("edge", "quay_west", "capacity_mtpa", 0.75, 2021, "B"),
        figure("fleet", "box_ships", "capacity_mt_days", 4.0, 2030, "C"),
    )
    table = cr.legs(cr.solve(box_network(figure_records=figures)), MIDDLE)
    columns = ["confidence", "figure_year", "age_years"]
    assert table.loc["quay_west", columns].to_list() == ["B", 2021, 3]
    assert table.loc["feeder", columns].to_list() == ["C", 2024, 0]
    assert table.loc[THROUGH, columns].to_list() == ["B", 2021, 3]


def test_a_limit_that_is_worked_out_is_as_old_as_its_inputs() -> None:
    """Boxes of 2022 times tonnes a box."""
    figures = (
        figure("edge", "quay_west", "capacity_mtpa", 0.75, 2024, "B").replace(formula="quay.teu * 10 / 1000000"),
        cr.Figure(
            record="input", subject="quay", attribute="teu", value=75_000, unit="TEU/y", since=2020, until=2022,
            confidence="C",
        ),
    )  # fmt: skip
    row = cr.legs(cr.solve(box_network(figure_records=figures)), MIDDLE).loc["quay_west"]
    assert (row["confidence"], row["figure_year"], row["age_years"]) == ("C", 2022, 2)


def test_a_closed_leg_lets_nothing_pass_and_has_no_step() -> None:
    """Without the quay all goes by ferry."""
    shut = cr.Scenario(name="quay shut", changes=[cr.Outage(edge="quay_east")])
    table = cr.legs(cr.solve(box_network(), shut), MIDDLE)
    assert table.loc["quay_east", "capacity_teu_per_year"] == 0
    assert table.loc["ferry", "step"] == 4
    assert table.loc[THROUGH, "capacity_teu_per_year"] == pytest.approx(30_000)


def test_planned_legs_appear_when_they_are_opened() -> None:
    """A second railway to Turkey is left out until it is in service."""
    net = box_network()
    planned = net.edge("west_turkey").replace(id="new_track", in_service=False)
    wider = net.replace(edges=(*net.edges, planned))
    assert "new_track" not in cr.legs(cr.solve(wider), MIDDLE).index
    opened = cr.Scenario(name="opened", changes=[cr.Opening(edge="new_track")])
    assert "new_track" in cr.legs(cr.solve(wider, opened), MIDDLE).index


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"commodity": "boxes"}, "no commodity or group of commodities named 'boxes'"),
        ({"commodity": []}, "must name at least one"), ({"commodity": 3}, "must be an id, a group or several"),
        ({"units": "kg"}, "units must be 't' or 'TEU'"),
        ({"commodity": "grain", "units": "TEU"}, "'grain' is not counted in TEU"),
    ],
)  # fmt: skip
def test_bad_input_is_named(flow: cr.Flow, given: dict[str, object], message: str) -> None:
    """Each mistake by itself."""
    with pytest.raises(cr.CorridorError, match=message):
        cr.legs(flow, MIDDLE, **given)  # type: ignore[arg-type]


def test_a_corridor_that_cannot_carry_it_is_refused(flow: cr.Flow) -> None:
    """Grain does not go by the ocean."""
    with pytest.raises(cr.DataError, match="no way in service leads grain through corridor 'ocean'"):
        cr.legs(flow, "ocean", commodity="grain")


def test_a_network_in_place_of_a_flow_is_refused() -> None:
    """The message says what returns one."""
    with pytest.raises(cr.DataError, match="a Flow is needed"):
        cr.legs(box_network(), MIDDLE)  # type: ignore[arg-type]


def test_crude_has_legs_too() -> None:
    """The most by the CPC is what compare says, and the price is its unit cost less interest."""
    net = cr.load(year=2021)
    flow = cr.solve(net)
    through = cr.legs(flow, "cpc").loc[THROUGH]
    compared = cr.compare(net, [], corridors="cpc").loc[("baseline", "cpc")]
    parts = cr.breakdown(flow, "cpc").groupby("component")["usd_per_t"].sum()
    assert through["capacity_mtpa"] == pytest.approx(compared["capacity_mtpa"])
    assert through["limit"] == compared["bottleneck"]
    assert through["usd_per_t"] == pytest.approx(compared["unit_cost_usd_per_t"] + parts["interest"])
