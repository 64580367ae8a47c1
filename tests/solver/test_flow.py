"""`solve`: is the answer right, is it the same every time, and does it say what it means?"""

from __future__ import annotations

import functools
import re
from collections import Counter
from types import SimpleNamespace

import networkx as nx
import pandas as pd
import pytest
from hypothesis import assume, given, settings

import corridor as cr
from corridor.solver.warm import WarmSolver
from helpers.against_linprog import assert_answered_as_by_own_program, assert_worth
from helpers.certificates import Slack, assert_certified, same_answer
from helpers.examples import examples
from helpers.oracle import best_objective, cost_of, earning_cycle
from helpers.strategies import networks, worlds

YEARS = tuple(range(2018, 2027))
STRESSED = (2021, 2022, 2023, 2024)
CASES = [(year, name) for year in STRESSED for name in cr.scenarios()]
TABLES = ("corridors", "edges", "nodes", "supplies", "markets", "edge_flows", "routes")


@functools.cache
def solver(year: int) -> WarmSolver:
    """Return the shipped network of a year, compiled."""
    return WarmSolver(cr.load("caspian", year=year))


@functools.cache
def shipped(year: int, name: str | None = None) -> cr.Flow:
    """Return the flow of a year, under a shipped scenario or none."""
    return cr.Flow(solver(year).solve(None if name is None else cr.load_scenario(name)))


def changed(net: cr.Network, edge: str, **fields: object) -> cr.Network:
    """Return a network with fields of one edge changed."""
    return net.replace(edges=tuple(e.replace(**fields) if e.id == edge else e for e in net.edges))


def outage(edge: str) -> cr.Scenario:
    """Return the scenario in which one edge is closed."""
    return cr.Scenario(name=f"{edge} closed", changes=[cr.Outage(edge=edge)])


# The answer is right


@pytest.mark.parametrize("year", YEARS)
def test_baseline_of_every_year_is_proven_optimal(year: int):
    """Balance, bounds, slackness and strong duality hold in every shipped year."""
    assert_certified(shipped(year))


@pytest.mark.parametrize(("year", "name"), CASES)
def test_every_shipped_scenario_is_proven_optimal(year: int, name: str):
    """Balance, bounds, slackness and strong duality hold under every shipped scenario."""
    assert_certified(shipped(year, name))


@pytest.mark.parametrize(("year", "name"), [*CASES, *((year, None) for year in STRESSED)])
def test_linprog_agrees_on_shipped_networks(year: int, name: str | None):
    """A program written from the records alone does as well."""
    flow = shipped(year, name)
    assert_worth(flow.objective, flow.network)


@given(net=networks(demands=True))
def test_random_networks_are_proven_optimal(net: cr.Network):
    """The certificates hold whatever the network."""
    assert_certified(cr.solve(net))


@given(world=worlds())
@settings(max_examples=examples(200))
def test_linprog_agrees_on_random_networks(world: SimpleNamespace):
    """The own program does as well, whatever the network, and what has a cycle that earns is refused."""
    assert_answered_as_by_own_program(world)


@pytest.mark.fuzz
@given(world=worlds())
@settings(max_examples=2000, derandomize=False)
def test_linprog_agrees_on_very_many_networks(world: SimpleNamespace):
    """Longer, and on other networks every time."""
    assert_answered_as_by_own_program(world)


@pytest.mark.fuzz
def test_random_networks_are_of_every_kind():
    """Half have minima, a quarter on a derated edge, in a tenth one is unmet; in some a round earns; fleets bind."""
    counted = Counter[str]()

    @given(world=worlds())
    @settings(max_examples=200, database=None)
    def count(world: SimpleNamespace) -> None:
        held = {quota.edge for quota in world.quotas if quota.min_mtpa}
        refused = earning_cycle(world) is not None
        counted.update(all=1, minima=bool(held), refused=refused)
        counted.update(derated=any(edge.remaining < 1 for edge in world.edges if edge.id in held))
        counted.update(negative=any(cost_of(world, e, c) < 0 for e in world.edges for c in world.commodities))
        counted.update(rated=bool(world.rates), fleets=bool(world.fleets))
        if world.fleets and not refused:
            ample = tuple(fleet.replace(capacity_mt_days=1e4, remaining=1.0) for fleet in world.fleets)
            wider = SimpleNamespace(**{**vars(world), "fleets": ample})
            counted.update(binding=best_objective(wider) > best_objective(world) + 1e-6)
        if held and not refused:
            free = [quota.replace(penalty_usd_per_t=0.0) for quota in world.quotas]
            unpriced = SimpleNamespace(**{**vars(world), "quotas": tuple(free)})
            counted.update(unmet=best_objective(unpriced) > best_objective(world) + 1e-6)

    count()
    share = {kind: number / counted["all"] for kind, number in counted.items()}
    assert share["minima"] > 0.4, share
    assert share["unmet"] > 0.1, share
    assert share["derated"] > 0.25, share
    assert 0.03 < share["refused"] < 0.5, share
    assert share["negative"] > 0.3, share
    assert min(share["rated"], share["fleets"]) > 0.25, share
    assert share["binding"] > 0.1, dict(share)


@given(net=networks(most_commodities=1, whole=True))
def test_network_simplex_agrees_on_integer_networks(net: cr.Network):
    """A combinatorial algorithm finds the same optimum, parallel and opposite edges included."""
    assert cr.solve(net).objective == pytest.approx(by_network_simplex(net), rel=1e-9, abs=1e-6)


def by_network_simplex(net: cr.Network) -> float:
    """Return the best objective of a one-commodity network of integers by networkx. [million USD/y]

    Notes
    -----
    Each node is two, what passes crosses from one to the other. What is not lifted goes from the source straight to
    the drain and pays the penalty; a required tonne delivered is paid its penalty back.
    """
    graph = nx.MultiDiGraph()
    offered = sum(int(supply.volume_mtpa) for supply in net.supplies)
    graph.add_node("source", demand=-offered)
    graph.add_node("drain", demand=offered)
    for node in net.nodes:
        limit = {} if node.throughput_mtpa is None else {"capacity": int(node.throughput_mtpa)}
        graph.add_edge((node.id, "in"), (node.id, "out"), weight=0, **limit)
    for edge in net.edges:
        cost = int(edge.tariff_usd_per_t + edge.risk_premium_usd_per_t - edge.quality_usd_per_t)
        limit = {} if edge.capacity_mtpa is None else {"capacity": int(edge.capacity_mtpa)}
        quotas = [int(q.max_mtpa) for q in net.quotas if q.edge == edge.id and q.max_mtpa is not None]
        if quotas:
            limit = {"capacity": min([*quotas, *limit.values()])}
        if edge.in_service and edge.remaining:
            graph.add_edge((edge.tail, "out"), (edge.head, "in"), weight=cost, **limit)
    for at, supply in enumerate(net.supplies):
        volume, penalty = int(supply.volume_mtpa), int(supply.penalty_usd_per_t)
        graph.add_edge("source", at, weight=0, capacity=volume)
        graph.add_edge(at, (supply.node, "in"), weight=0)
        graph.add_edge(at, "drain", weight=penalty)
    unmet = 0
    for market in net.markets:
        price, required = int(market.price_usd_per_t), int(market.required_mtpa)
        rest = {} if market.volume_mtpa is None else {"capacity": int(market.volume_mtpa) - required}
        unmet += required * int(market.penalty_usd_per_t)
        gain = price + int(market.penalty_usd_per_t)
        graph.add_edge((market.node, "out"), "drain", weight=-gain, capacity=required)
        graph.add_edge((market.node, "out"), "drain", weight=-price, **rest)
    cost, _ = nx.network_simplex(graph)
    return -float(cost) - unmet


@pytest.mark.parametrize("year", YEARS)
def test_duality_gap_is_nil(year: int):
    """The bound that the duals prove is the objective."""
    assert shipped(year).duality_gap < 1e-6


def test_diamond_is_solved_as_by_hand(diamond: cr.Network):
    """Objective, flows, shortfall and shadow prices are those worked out in the fixture's docstring."""
    flow = cr.solve(diamond)
    assert flow.objective == pytest.approx(-277)
    assert flow.corridors["throughput_mtpa"].to_dict() == pytest.approx({"north": 6, "south": 3})
    assert flow.shortfall_mtpa == pytest.approx(1)
    assert flow.edges["shadow_price_usd_per_t"].to_dict() == pytest.approx(
        {"north_in": 0, "north_out": 1083, "south_in": 0, "south_out": 1075}
    )
    assert_certified(flow)


@pytest.mark.parametrize(
    ("field", "value", "objective"),
    [
        ("capacity_mtpa", 5.0, 5 * 83 + 3 * 75 - 2 * 1000),
        ("capacity_mtpa", None, 10 * 83),
        ("tariff_usd_per_t", 11.0, 6 * 82 + 3 * 75 - 1000),
        ("transit_days", 15.0, 6 * 82 + 3 * 75 - 1000),
        ("risk_premium_usd_per_t", 2.0, 6 * 81 + 3 * 75 - 1000),
        ("quality_usd_per_t", -3.0, 6 * 80 + 3 * 75 - 1000),
        ("quality_usd_per_t", 3.0, 6 * 86 + 3 * 75 - 1000),
        ("commodities", ("gas",), 3 * 75 - 7 * 1000),
        ("in_service", False, 3 * 75 - 7 * 1000),
        ("remaining", 0.5, 3 * 83 + 3 * 75 - 4 * 1000),
        ("remaining", 0.0, 3 * 75 - 7 * 1000),
    ],
)
def test_every_field_of_an_edge_counts(diamond: cr.Network, field: str, value: object, objective: float):
    """Changing one field of the northern edge changes the answer by what arithmetic says."""
    altered = changed(diamond, "north_out", **{field: value})
    assert cr.solve(altered).objective == pytest.approx(objective)


@given(net=networks())
def test_shadow_price_bounds_what_one_more_tonne_earns(net: cr.Network):
    """Widening a full edge by a little earns at most its shadow price, and narrowing it loses at least that."""
    flow = cr.solve(net)
    full = flow.edges.query("flow_mtpa > 0.2 and utilisation > 0.999")
    for edge, price in full["shadow_price_usd_per_t"].items():
        room = net.edge(edge).available_mtpa
        for step in (0.125, -0.125):
            wider = cr.solve(changed(net, edge, capacity_mtpa=room + step, remaining=1.0))
            gained = wider.objective - flow.objective
            assert gained <= price * step + 1e-6, f"edge {edge!r}: {step:+g} Mt/y earn {gained:g} at {price:g} USD/t"


@given(net=networks())
def test_marginal_netback_bounds_what_one_more_tonne_offered_earns(net: cr.Network):
    """An eighth of a tonne more offered earns at most the marginal netback."""
    flow = cr.solve(net)
    for at, supply in enumerate(net.supplies):
        more = supply.replace(volume_mtpa=supply.volume_mtpa + 0.125)
        wider = cr.solve(net.replace(supplies=(*net.supplies[:at], more, *net.supplies[at + 1 :])))
        gained = wider.objective - flow.objective
        price = flow.supplies["marginal_netback_usd_per_t"].iloc[at]
        assert gained <= price * 0.125 + 1e-6, f"{supply}: earns {gained / 0.125:g} USD/t, marginal netback {price:g}"


# The answer is the same every time


@pytest.mark.parametrize("table", TABLES)
def test_same_inputs_give_equal_tables(table: str):
    """Two runs from the same input agree bit for bit, routes and duals included."""
    scenario = cr.load_scenario("russia-says-no")
    one, other = (cr.solve(cr.load("caspian", year=2022).replace(), scenario) for _ in range(2))
    pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table), check_exact=True)


@pytest.mark.parametrize("year", [2021, 2024])
def test_answer_does_not_depend_on_what_was_solved_before(year: int):
    """Scenarios solved forwards, backwards and each by a new solver give the same arrays exactly."""
    net = cr.load("caspian", year=year)
    stated = [cr.load_scenario(name) for name in cr.scenarios()]
    one, other = WarmSolver(net), WarmSolver(net)
    forwards = {s.name: one.solve(s) for s in stated}
    backwards = {s.name: other.solve(s) for s in reversed(stated)}
    different = [s.name for s in stated if not same_answer(forwards[s.name], backwards[s.name])]
    different += [s.name for s in stated[::4] if not same_answer(forwards[s.name], WarmSolver(net).solve(s))]
    assert not different
    assert same_answer(one.solve(), WarmSolver(net).solve())


def test_a_refused_state_leaves_no_trace(diamond: cr.Network):
    """After a scenario that cannot be the next one is answered as if nothing had been."""
    used = WarmSolver(diamond)
    impossible = cr.QuotaChange(edge="north_out", commodity="oil", min_mtpa=8)
    with pytest.raises(cr.DataError):
        used.solve(cr.Scenario(name="impossible", changes=[impossible]))
    assert same_answer(used.solve(outage("north_out")), WarmSolver(diamond).solve(outage("north_out")))


# The tables add up


@pytest.mark.parametrize("year", STRESSED)
def test_edge_flows_add_up_to_edges(year: int):
    """The flows of the commodities on an edge are the edge's flow; where none can be, it is 0."""
    flow = shipped(year)
    total = flow.edge_flows["flow_mtpa"].groupby(level="edge").sum().reindex(flow.edges.index, fill_value=0.0)
    pd.testing.assert_series_equal(total, flow.edges["flow_mtpa"], check_names=False)


@pytest.mark.parametrize("name", [None, *cr.scenarios()])
def test_routes_add_up_to_edge_flows(name: str | None):
    """What the routes carry over each edge is what flows there."""
    assert_routes_add_up(shipped(2021, name))


@given(net=networks(least_tariff=1.0))
def test_routes_of_random_networks_add_up(net: cr.Network):
    """Where round trips cost money, routes add up to edge flows, to what is lifted and to what is delivered."""
    flow = cr.solve(net)
    assert_routes_add_up(flow)
    lifted, delivered = flow.supplies["lifted_mtpa"], flow.markets["delivered_mtpa"]
    for ends, expected in (("origin", lifted), ("destination", delivered)):
        total = flow.routes.groupby([ends, "commodity"])["flow_mtpa"].sum().to_dict()
        assert {key: total.get(key, 0.0) for key in expected.index} == pytest.approx(expected.to_dict(), abs=1e-6)


def assert_routes_add_up(flow: cr.Flow) -> None:
    """Assert that routes cover the flow of every edge."""
    routes = flow.routes.explode("edges").groupby(["edges", "commodity"])["flow_mtpa"].sum().to_dict()
    for key, amount in flow.edge_flows["flow_mtpa"].items():
        assert routes.get(key, 0.0) == pytest.approx(amount, abs=1e-6), f"edge {key}: routes do not add up"


@given(world=worlds())
def test_routes_of_random_networks_earn_the_netback(world: SimpleNamespace):
    """With earning edges and minima too: no gain or cost is counted that no tonne's way from origin to market has."""
    assume(earning_cycle(world) is None)
    flow = cr.solve(cr.Network(**vars(world)))
    slack = Slack.of(flow.network)
    routes = flow.routes
    assert routes["flow_mtpa"].sum() == pytest.approx(flow.delivered_mtpa, abs=slack.mtpa)
    assert (routes["flow_mtpa"] * routes["netback_usd_per_t"]).sum() == pytest.approx(
        flow.netback_musd_per_year, abs=slack.musd
    )
    assert f"{flow.netback_musd_per_year:,.0f}" in flow.explain()


@pytest.mark.parametrize("name", [None, *cr.scenarios()])
def test_routes_add_up_to_what_is_lifted(name: str | None):
    """Each supply's routes carry what is lifted there, and earn its average netback."""
    flow = shipped(2021, name)
    worth = flow.routes.assign(earned=flow.routes["flow_mtpa"] * flow.routes["netback_usd_per_t"])
    total = worth.groupby(["origin", "commodity"])[["flow_mtpa", "earned"]].sum()
    lifted = flow.supplies[flow.supplies["lifted_mtpa"] > 0]
    earned = lifted["lifted_mtpa"] * lifted["netback_usd_per_t"]
    assert total["flow_mtpa"].to_dict() == pytest.approx(lifted["lifted_mtpa"].to_dict())
    assert total["earned"].to_dict() == pytest.approx(earned.to_dict())
    assert total["earned"].sum() == pytest.approx(flow.netback_musd_per_year)


@pytest.mark.parametrize("name", [None, *cr.scenarios()])
def test_throughput_of_a_corridor_is_the_sum_over_its_trunk_edges(name: str | None):
    """By the edges' labels, and by the routes' as well: each tonne crosses one trunk edge of one corridor."""
    flow = shipped(2021, name)
    label = flow.network.edge_table()["corridor"]
    by_edges = flow.edges["flow_mtpa"].groupby(label).sum().to_dict()
    by_routes = flow.routes.groupby("corridor")["flow_mtpa"].sum().to_dict()
    for corridor, amount in flow.corridors["throughput_mtpa"].items():
        assert by_edges[corridor] == pytest.approx(amount, abs=1e-6), f"corridor {corridor!r}: edges do not add up"
        assert by_routes.get(corridor, 0.0) == pytest.approx(amount, abs=1e-6), f"corridor {corridor!r}: nor do routes"


@pytest.mark.parametrize("name", [None, *cr.scenarios()])
def test_totals_are_sums_of_the_tables(name: str | None):
    """Delivered, shortfall, cost and netback are what the tables add up to."""
    flow = shipped(2022, name)
    cost = (flow.routes["flow_mtpa"] * flow.routes["unit_cost_usd_per_t"]).sum()
    assert flow.delivered_mtpa == pytest.approx(flow.supplies["lifted_mtpa"].sum())
    assert flow.shortfall_mtpa == pytest.approx(flow.supplies["shortfall_mtpa"].sum(), abs=1e-6)
    assert flow.cost_musd_per_year == pytest.approx(cost)
    assert flow.netback_musd_per_year == pytest.approx(
        (flow.markets["delivered_mtpa"] * flow.markets["price_usd_per_t"]).sum() - cost
    )


# Shortfalls and quotas


def test_unlifted_supply_is_a_priced_shortfall(diamond: cr.Network):
    """With every way closed there is an answer: all supply is short, at its penalty."""
    flow = cr.solve(diamond, outage("north_out") + outage("south_out"))
    assert flow.shortfall_mtpa == 10
    assert flow.objective == pytest.approx(-10 * 1000)


def test_marginal_netback_of_unlifted_supply_is_minus_its_penalty():
    """Crowded out of a port by supply that is dearer to leave, one more tonne costs its own penalty and no more."""
    net = cr.Network.from_frames(
        nodes=pd.DataFrame({"id": ["port", "abroad"], "throughput_mtpa": [5.0, None]}),
        edges=pd.DataFrame({"id": ["ship"], "tail": ["port"], "head": ["abroad"]}),
        supplies=pd.DataFrame(
            {"node": "port", "commodity": ["crude", "grain"], "volume_mtpa": 10.0, "penalty_usd_per_t": [1000.0, 20.0]}
        ),
        markets=pd.DataFrame({"node": "abroad", "commodity": ["crude", "grain"]}),
    )
    marginal = cr.solve(net).supplies["marginal_netback_usd_per_t"]
    assert marginal.to_dict() == pytest.approx({("port", "crude"): -1000, ("port", "grain"): -20})


def test_a_market_goes_short_by_what_is_not_delivered():
    """What arrives counts towards the requirement first, also where missing it costs nothing."""
    net = cr.Network.from_frames(
        nodes=pd.DataFrame({"id": ["field", "port"]}),
        edges=pd.DataFrame({"id": ["line"], "tail": ["field"], "head": ["port"]}),
        supplies=pd.DataFrame({"node": ["field"], "commodity": ["oil"], "volume_mtpa": [4.0]}),
        markets=pd.DataFrame(
            {"node": ["port"], "commodity": ["oil"], "required_mtpa": [3.0], "price_usd_per_t": [1.0],
             "penalty_usd_per_t": [0.0]}
        ),
    )  # fmt: skip
    row = cr.solve(net).markets.loc[("port", "oil")]
    assert (row["delivered_mtpa"], row["unmet_mtpa"]) == (4, 0)


def test_a_network_that_offers_nothing_has_an_answer():
    """Nodes and edges alone are a network; nothing flows in it."""
    net = cr.Network.from_frames(
        nodes=pd.DataFrame({"id": ["field", "port"]}),
        edges=pd.DataFrame({"id": ["line"], "tail": ["field"], "head": ["port"]}),
    )
    assert cr.solve(net).delivered_mtpa == 0


# In words


def test_btc_of_2021_is_half_empty(bundled: cr.Network):
    """The brief's figure: 27 to 28 Mt/y flow of a capacity of 50."""
    row = cr.solve(bundled).corridors.loc["btc"]
    assert 27 <= row["throughput_mtpa"] <= 28
    assert row["available_mtpa"] == 50


@pytest.mark.parametrize("limit", ["aktau_sangachal", "node aktau"])
def test_behind_the_quota_on_btc_stand_aktau_and_the_tankers(bundled: cr.Network, limit: str):
    """Lifting the quota shows what limits the way next: the tankers to Sangachal, then the port of Aktau."""
    told = cr.solve(bundled, cr.load_scenario("btc-quota-lifted")).explain("btc")
    assert re.search(rf"stopped by [^;]*\b{limit}\b", told), told


def test_explanation_tells_what_one_more_tonne_would_earn(diamond: cr.Network):
    """The worth of 1 Mt/y more at a full edge is the difference of two optima: 83 earned by north."""
    told = cr.solve(diamond).explain()
    assert "north_out (6 Mt/y); one more Mt/y there would earn +83.0 million USD/y and lift 1.00 Mt/y more" in told
    assert "Not lifted: 1.0 Mt/y (field 1.0); priced at 1000 USD/t" in told


@pytest.mark.parametrize("about", ["south", "south_out", "north_in"])
def test_a_corridor_or_an_edge_can_be_explained_alone(diamond: cr.Network, about: str):
    """The explanation of one thing speaks of it first."""
    told = cr.solve(diamond).explain(about)
    assert about in told.splitlines()[0]


def test_suggestions_pass_over_capitals(diamond: cr.Network):
    """Misspelt and in capitals at once is still near."""
    with pytest.raises(cr.UnknownNameError, match="did you mean 'south_out'"):
        cr.solve(diamond).explain("SOUTH-OOT")


def test_explanation_of_an_unknown_id_suggests_a_known_one(diamond: cr.Network):
    """A misspelt id is an error with the nearest id."""
    with pytest.raises(cr.UnknownNameError, match="did you mean 'south_out'") as caught:
        cr.solve(diamond).explain("south_oot")
    assert caught.value.suggestion == "south_out"
