"""Cycles of edges round which a tonne would earn are refused as data, whatever limits them and whoever asks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import corridor as cr
from helpers.small_networks import OIL, edge, flows, minimum, money, network, scenario

BACK = "port field"
OIL_AND_GAS = tuple(cr.Supply(node="field", commodity=id, volume_mtpa=5.0) for id in (OIL, "gas"))


def told(*edges: cr.Edge, **parts: Any) -> str:
    """Return what is said of a network that is refused."""
    with pytest.raises(cr.DataError) as caught:
        network(*edges, **parts)
    assert len(caught.value.problems) == 1
    return str(caught.value)


LIMITS = {"unlimited": (None, None), "one limited": (2.0, None), "both limited": (2.0, 3.0)}


@pytest.mark.parametrize("limits", LIMITS)
def test_a_cycle_that_earns_is_refused_whatever_its_capacity(limits: str):
    """Out at -8 and back at 5 earns 3 a round: edges and gain are named."""
    out, back = LIMITS[limits]
    said = told(edge("out", -8.0, out), edge("back", 5.0, back, ends=BACK), edge("other", 7.0))
    assert re.search(r"'out'.*'back'|'back'.*'out'", said)
    assert re.search(r"\b3(\.0+)?\b", said)
    assert "other" not in said


def test_a_cycle_that_no_supply_reaches_is_refused_too():
    """One meaning wherever it lies; it cannot be."""
    island = (edge("there", -2.0, 1.0, ends="a b"), edge("here", 1.0, 1.0, ends="b a"))
    assert "'there'" in told(edge("line"), *island)


EARNING = {
    "tariff": {"tariff_usd_per_t": -6.0},
    "premium": {"risk_premium_usd_per_t": -6.0},
    "quality": {"quality_usd_per_t": 6.0},
}


@pytest.mark.parametrize("field", EARNING)
def test_every_part_of_the_unit_cost_counts(field: str):
    """A negative tariff, a negative premium and a quality gain each make the round earn; the field is named."""
    out = edge("out").replace(**EARNING[field])
    said = told(out, edge("back", 5.0, ends=BACK))
    assert next(iter(EARNING[field])) in said


@pytest.mark.parametrize(("days", "gain"), [(29.0, r"\b0\.2\b"), (30.0, None)])
def test_days_under_way_can_undo_the_gain(days: float, gain: str | None):
    """At 730 USD/t and 10 % a day costs 0.2: 30 days cost the 6 that the round would earn, 29 leave 0.2."""
    parts: dict[str, Any] = {
        "nodes": (cr.Node(id="field"), cr.Node(id="port")),
        "edges": (edge("out", -6.0), edge("back", ends=BACK, transit_days=days)),
        "commodities": (cr.Commodity(id=OIL, value_usd_per_t=730.0, interest_per_year=0.1),),
    }
    if gain is None:
        assert cr.solve(cr.Network(**parts)).objective == 0
    else:
        with pytest.raises(cr.DataError, match=gain):
            cr.Network(**parts)


@pytest.mark.parametrize(
    "parts",
    [(-3.0, 1.0, 2.0), (-0.3, 0.1, 0.2), (-0.7, 0.6, 0.1), (0.1, 0.7, -0.8), (-0.8, 0.1, 0.7), (500.1, -500.0, -0.1)],
)
def test_a_round_of_exactly_nothing_is_fine(parts: tuple[float, ...]):
    """Sums that are 0 as written, whatever binary arithmetic makes of them and wherever the round begins."""
    first, second, third = parts
    for a, b, c in ((first, second, third), (second, third, first), (third, first, second)):
        net = network(edge("x", a, ends="field mid"), edge("y", b, ends="mid port"), edge("z", c, ends=BACK))
        assert cr.solve(net).delivered_mtpa == pytest.approx(5)


def test_edges_below_zero_without_a_cycle_are_solved():
    """Blending that earns 8 on a way that leads back for 9 is ordinary: 5 x 108."""
    flow = cr.solve(network(edge("out", -8.0), edge("back", 9.0, ends=BACK)))
    assert flows(flow) == pytest.approx({"out": 5, "back": 0})
    assert money(flow) == pytest.approx((540, 540))


CLOSED: dict[str, Any] = {
    "planned": {"in_service": False},
    "no capacity": {"capacity": 0.0},
    "nothing left": {"remaining": 0.0},
    "another's": {"commodities": ("gas",)},
}


@pytest.mark.parametrize("why", CLOSED)
def test_edges_that_nothing_can_pass_close_no_cycle(why: str):
    """Planned, without capacity, shut, or for another commodity: the round cannot be made."""
    back = edge("back", 5.0, ends=BACK, **CLOSED[why])
    if why == "another's":
        assert cr.solve(network(edge("out", -8.0, commodities=(OIL,)), back, supplies=OIL_AND_GAS))
    else:
        assert cr.solve(network(edge("out", -8.0), back)).delivered_mtpa == pytest.approx(5)


def test_a_quota_of_0_closes_its_commoditys_cycle_only():
    """Oil may not go back, so it cannot go round; where gas may, the round is refused in its name."""
    edges = (edge("out", -8.0), edge("back", 5.0, ends=BACK))
    shut = (cr.Quota(edge="back", commodity=OIL, max_mtpa=0.0),)
    assert cr.solve(network(*edges, quotas=shut)).delivered_mtpa == pytest.approx(5)
    assert "gas" in told(*edges, supplies=OIL_AND_GAS, quotas=shut)


@pytest.mark.parametrize("limit", [{"throughput_mtpa": 0.0}, {"throughput_mtpa": 4.0, "remaining": 0.0}], ids=str)
def test_a_node_that_nothing_may_pass_closes_its_cycles(limit: dict[str, float]):
    """A port of throughput 0, or with nothing left of it, ends the round."""
    nodes = (cr.Node(id="field"), cr.Node(id="port", **limit))
    oil = (cr.Commodity(id=OIL),)
    net = cr.Network(nodes=nodes, edges=(edge("out", -8.0), edge("back", 5.0, ends=BACK)), commodities=oil)
    assert cr.solve(net).delivered_mtpa == 0


def test_a_node_without_limit_closes_no_cycle():
    """What is left of no limit is no limit: the round is refused, or else nothing may pass the node."""
    nodes = (cr.Node(id="field"), cr.Node(id="port", remaining=0.0))
    parts = vars(network(edge("out", 8.0, 2.0), edge("back", 5.0, 2.0, ends=BACK)))
    ways = (edge("out", -8.0, 2.0), edge("back", 5.0, 2.0, ends=BACK))
    try:
        net = cr.Network(nodes=nodes, edges=ways, **{p: parts[p] for p in ("commodities", "supplies", "markets")})
    except cr.DataError:
        return
    assert sum(flows(cr.solve(net)).values()) == 0


@pytest.mark.parametrize("dear", [1e10, 1e14])
def test_a_dear_edge_elsewhere_hides_no_cycle(dear: float):
    """Way out at -8 and back at 7.75 earns a quarter, whatever others charge."""
    assert "0.25" in told(edge("out", -8.0, 9.0), edge("back", 7.75, 9.0, ends=BACK), edge("dear", dear))


MAKING = {
    "tariff": (cr.TariffShock(edge="out", add_usd_per_t=-20), 20.0, {}),
    "opening": (cr.Opening(edge="out"), -8.0, {"in_service": False}),
    "expansion": (cr.Expansion(edge="out", add_mtpa=1), -8.0, {"capacity": 0.0}),
    "quota lifted": (cr.QuotaChange(edge="out", commodity=OIL, max_mtpa=1), -8.0, {}),
}


@pytest.mark.parametrize("how", MAKING)
def test_a_change_that_makes_a_cycle_earn_is_refused(how: str):
    """By `apply` and by `solve`, in the name of the scenario; the network itself is sound."""
    change, cost, fields = MAKING[how]
    cost = cost if how != "tariff" else 10.0
    shut = (cr.Quota(edge="out", commodity=OIL, max_mtpa=0.0),) if how == "quota lifted" else ()
    net = network(edge("out", cost, **fields), edge("back", 5.0, ends=BACK), edge("line", 1.0), quotas=shut)
    assert cr.solve(net).delivered_mtpa == pytest.approx(5)
    made = scenario(change, name="gift")
    for ask in (lambda: made.apply(net), lambda: cr.solve(net, made)):
        with pytest.raises(cr.DataError, match=r"gift.*('out'.*'back'|'back'.*'out')"):
            ask()


def test_a_scenario_that_both_makes_and_closes_a_cycle_is_fine():
    """What counts is the network when all is done."""
    net = network(edge("out", 10.0), edge("back", 5.0, ends=BACK))
    both = scenario(cr.TariffShock(edge="out", add_usd_per_t=-20), cr.Outage(edge="back"))
    assert money(cr.solve(net, both)) == pytest.approx((550, 550))


def test_a_cycle_that_a_change_makes_somewhere_is_told_by_outcomes():
    """No study counts the gain either."""
    net = network(edge("out", 10.0), edge("back", 5.0, ends=BACK))
    with pytest.raises(cr.DataError, match="'back'"):
        cr.outcomes(net, [scenario(cr.TariffShock(edge="out", add_usd_per_t=-20))])


def test_a_dimacs_file_with_an_earning_cycle_is_refused(tmp_path: Path):
    """Negative costs are read; a round of -1 is named."""
    file = tmp_path / "f.min"
    file.write_text("p min 3 3\nn 1 2\nn 3 -2\na 1 2 0 4 -5\na 2 1 0 4 4\na 2 3 0 4 1\n")
    with pytest.raises(cr.DataError, match=r"'a1'.*'a2'|'a2'.*'a1'"):
        cr.read_dimacs(file)
    file.write_text("p min 3 3\nn 1 2\nn 3 -2\na 1 2 0 4 -5\na 2 1 0 4 5\na 2 3 0 4 1\n")
    assert cr.solve(cr.read_dimacs(file)).cost_musd_per_year == pytest.approx(2 * -5 + 2 * 1)


# Minima


@pytest.mark.parametrize(("back", "refused"), [(89.0, True), (90.0, False), (120.0, False)])
def test_oil_driven_in_a_circle_does_not_meet_a_minimum(back: float, refused: bool):
    """Out at 10 with a minimum of 2 at 100: back at 89 a round would cost 99, less than going without."""
    edges, promised = (edge("out", 10.0), edge("back", back, ends=BACK), edge("line", 1.0)), (minimum("out", 2.0),)
    if refused:
        assert re.search(r"'out'.*'back'|'back'.*'out'", told(*edges, quotas=promised))
    else:
        assert flows(cr.solve(network(*edges, quotas=promised))) == pytest.approx({"out": 2, "back": 0, "line": 3})


def test_a_circle_that_costs_just_its_penalty_is_not_driven():
    """Driving it and going without come to the same objective, but only one of them to the routes' netback."""
    one = (cr.Supply(node="field", commodity=OIL, volume_mtpa=1.0),)
    edges = (edge("out", 50.0), edge("back", 50.0, ends=BACK), edge("line", 1.0))
    try:
        net = network(*edges, supplies=one, quotas=(minimum("out", 2.0),))
    except cr.DataError:
        return
    assert flows(cr.solve(net)) == pytest.approx({"out": 1, "back": 0, "line": 0})


def test_a_minimum_of_0_asks_for_no_circle():
    """A quota with nothing but a ceiling, or a minimum of 0, has no penalty to save."""
    net = network(edge("out", 10.0), edge("back", 5.0, ends=BACK), quotas=(minimum("out", 0.0, most=4.0),))
    assert cr.solve(net).delivered_mtpa == pytest.approx(4)


def test_a_minimum_without_penalty_asks_for_no_circle():
    """A round that costs 15 is dearer than a penalty of 0."""
    net = network(edge("out", 10.0), edge("back", 5.0, ends=BACK), quotas=(minimum("out", 2.0, 0.0),))
    assert cr.solve(net).delivered_mtpa == pytest.approx(5)


def test_a_ceiling_of_0_beside_a_minimum_ends_the_circle():
    """Shut by quota, the way back cannot be gone, so a cheap round is no matter."""
    edges = (edge("out", 10.0, 4.0), edge("back", 5.0, ends=BACK))
    shut = (minimum("out", 2.0), cr.Quota(edge="back", commodity=OIL, max_mtpa=0.0))
    assert cr.solve(network(*edges, quotas=shut)).delivered_mtpa == pytest.approx(4)


def test_two_minima_on_one_circle_count_together():
    """A round of 150 meets two minima at 100 each and would save 50."""
    edges = (edge("out", 70.0), edge("back", 80.0, ends=BACK), edge("line", 1.0))
    assert "'out'" in told(*edges, quotas=(minimum("out", 2.0), minimum("back", 2.0)))


def test_a_minimum_made_by_a_scenario_on_a_cheap_circle_is_refused():
    """The contract is new, the circle is old: the change is what is refused."""
    net = network(edge("out", 10.0), edge("back", 5.0, ends=BACK))
    with pytest.raises(cr.DataError, match="'back'"):
        cr.solve(net, scenario(cr.QuotaChange(edge="out", commodity=OIL, min_mtpa=2)))


def test_a_draw_of_figures_that_makes_a_cycle_earn_is_refused():
    """Every network that other values of figures make is looked at, as loading and scenarios are."""
    figure = cr.Figure(
        record="edge", subject="out", attribute="tariff_usd_per_t", value=8.0, low=-20.0, high=9.0, unit="USD/t",
        since=2024, until=2024, confidence="C",
    )  # fmt: skip
    net = network(edge("out", 8.0, 2.0), edge("back", 5.0, 2.0, ends=BACK)).replace(figure_records=(figure,), year=2024)
    with pytest.raises(cr.DataError, match=r"figures at other values: .* earn 15 USD/t"):
        assert cr.sensitivity(net, outcome="delivered_mtpa").table is not None
