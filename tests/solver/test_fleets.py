"""Fleets: what several edges share by the days of a round trip, against arithmetic and an own program.

Volumes in Mt/y, money in USD/t and million USD/y, fleets in Mt days/y; a supply's penalty is 1 000.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import linprog

import corridor as cr
from corridor.model.changes import Change
from corridor.solver.batch import BatchSolver
from corridor.solver.marked_tonne import MarkedTonne
from corridor.solver.optimal_range import throughput_range
from corridor.solver.solution import BindingLimit
from corridor.solver.warm import WarmSolver
from helpers.certificates import assert_certified, same_answer
from helpers.oracle import best_objective
from helpers.parallel_routes import hazard
from helpers.small_networks import OIL, edge, flows, money, network, scenario


def tankers(capacity: float, *, remaining: float = 1.0, days: tuple[float, float] = (20.0, 10.0)) -> cr.Network:
    """Return ten by c (3 USD/t, 20 days) or d (7 USD/t, 10 days), which share a fleet."""
    return fleet_of(
        edge("c", 3.0, fleet="tankers", fleet_days=days[0]), edge("d", 7.0, fleet="tankers", fleet_days=days[1]),
        capacity=capacity, remaining=remaining,
    )  # fmt: skip


def fleet_of(*edges: cr.Edge, capacity: float, remaining: float = 1.0, offered: float = 10.0) -> cr.Network:
    """Return a network from field to port of which a fleet may be a limit."""
    return network(
        *edges, supplies=(cr.Supply(node="field", commodity=OIL, volume_mtpa=offered),),
        fleets=(cr.Fleet(id="tankers", capacity_mt_days=capacity, remaining=remaining),),
    )  # fmt: skip


# By hand


@pytest.mark.parametrize(
    ("capacity", "c", "d", "short", "netback"), [(150, 5, 5, 0, 950), (100, 0, 10, 0, 930), (50, 0, 5, 5, 465)]
)
def test_two_edges_share_a_fleet(capacity: float, c: float, d: float, short: float, netback: float):
    """The cheap way takes twice the days: the less there is of the fleet, the more goes by the dear one."""
    flow = cr.solve(tankers(capacity))
    assert flows(flow) == pytest.approx({"c": c, "d": d}, abs=1e-9)
    assert (flow.shortfall_mtpa, flow.netback_musd_per_year) == pytest.approx((short, netback))
    assert_certified(flow)


def test_one_more_day_of_a_fleet_is_worth_the_dear_way_saved():
    """Ten days more take half a tonne off d and put it on c: 4 USD/t over 10 days."""
    row = cr.solve(tankers(150)).fleets.loc["tankers"]
    assert row["shadow_price_usd_per_t_day"] == pytest.approx(0.4)
    assert row[["capacity_mt_days", "available_mt_days", "used_mt_days"]].tolist() == pytest.approx([150, 150, 150])


def test_what_is_left_of_a_fleet_counts():
    """Half of 200 is 100: all goes by d."""
    flow = cr.solve(tankers(200, remaining=0.5))
    assert flow.netback_musd_per_year == pytest.approx(930)
    row = flow.fleets.loc["tankers"]
    assert row[["capacity_mt_days", "available_mt_days", "used_mt_days"]].tolist() == pytest.approx([200, 100, 100])
    assert row["utilisation"] == pytest.approx(1)


def test_a_delay_costs_capacity():
    """With 15 days on d a hundred carry 6.67 of ten."""
    flow = cr.solve(tankers(100), scenario(cr.Delay(edge="d", add_days=5)))
    assert flows(flow) == pytest.approx({"c": 0, "d": 100 / 15}, abs=1e-9)
    assert (flow.shortfall_mtpa, flow.netback_musd_per_year) == pytest.approx((10 - 100 / 15, 620))
    assert_certified(flow)


def test_a_delay_of_one_edge_takes_from_the_other():
    """At 150 the fleet takes 5 by c and 5 by d; with 15 days on d it can take all ten only by d."""
    flow = cr.solve(tankers(150), scenario(cr.Delay(edge="d", add_days=5)))
    assert flows(flow) == pytest.approx({"c": 0, "d": 10}, abs=1e-9)


def test_low_water_leaves_a_share_of_a_fleet():
    """A third of 150 left is 50: five by d."""
    flow = cr.solve(tankers(150), scenario(cr.Derate(fleet="tankers", remaining=1 / 3)))
    assert flows(flow) == pytest.approx({"c": 0, "d": 5}, abs=1e-9)


def test_ships_bought_carry_more():
    """Fifty more than 100 are 150: five go by the cheap way."""
    flow = cr.solve(tankers(100), scenario(cr.Expansion(fleet="tankers", add_mt_days=50)))
    assert flows(flow) == pytest.approx({"c": 5, "d": 5})


def test_a_fleet_that_does_not_bind_has_no_price():
    """Three hundred are more than ten tonnes by c need: all by c, 200 used."""
    row = cr.solve(tankers(300)).fleets.loc["tankers"]
    assert row[["used_mt_days", "shadow_price_usd_per_t_day"]].tolist() == pytest.approx([200, 0])


@pytest.mark.parametrize("capacity", [1.0, 2.5, 10.0])
def test_a_fleet_on_one_edge_is_a_capacity(capacity: float):
    """Fifteen days of each tonne and 15 times as many Mt days: flow, objective and price of an edge so wide."""
    by_fleet = cr.solve(fleet_of(edge("e", 4.0, fleet="tankers", fleet_days=15.0), capacity=15 * capacity, offered=5))
    by_capacity = cr.solve(network(edge("e", 4.0, capacity)))
    assert flows(by_fleet) == pytest.approx(flows(by_capacity))
    assert money(by_fleet) == pytest.approx(money(by_capacity))
    price = by_fleet.fleets.loc["tankers", "shadow_price_usd_per_t_day"] * 15
    assert price == pytest.approx(by_capacity.edges.loc["e", "shadow_price_usd_per_t"])


def test_a_fleet_without_edges_is_no_limit():
    """Nothing uses it, and its row says so."""
    net = network(edge("e", 4.0), fleets=(cr.Fleet(id="idle", capacity_mt_days=0.0),))
    flow = cr.solve(net)
    assert flow.delivered_mtpa == pytest.approx(5)
    assert flow.fleets.loc["idle", ["used_mt_days", "shadow_price_usd_per_t_day"]].tolist() == [0, 0]
    assert_certified(flow)


def test_commodities_share_a_fleet():
    """Two shippers on one unlimited edge: the one that pays more takes what there is of the fleet."""
    net = cr.Network(
        nodes=(cr.Node(id="field"), cr.Node(id="port")),
        edges=(edge("e", fleet="tankers", fleet_days=10.0),),
        commodities=(cr.Commodity(id="x"), cr.Commodity(id="y")),
        supplies=tuple(cr.Supply(node="field", commodity=c, volume_mtpa=4.0) for c in "xy"),
        markets=tuple(cr.Market(node="port", commodity=c, price_usd_per_t=p) for c, p in (("x", 50.0), ("y", 80.0))),
        fleets=(cr.Fleet(id="tankers", capacity_mt_days=50.0),),
    )
    assert cr.solve(net).edge_flows["flow_mtpa"].to_dict() == pytest.approx({("e", "x"): 1, ("e", "y"): 4})


@pytest.mark.parametrize("capacity", [0.0, 37.0, 90.0, 150.0, 1000.0])
def test_two_edges_sharing_a_fleet_equal_an_own_program(capacity: float):
    """The row written by hand: 20 c + 10 d at most the capacity, c + d at most 10, money 97 c + 93 d."""
    own = linprog([-97.0, -93.0], A_ub=[[20.0, 10.0], [1.0, 1.0]], b_ub=[capacity, 10.0])
    assert cr.solve(tankers(capacity)).netback_musd_per_year == pytest.approx(-own.fun)


def test_optimal_flows_range_within_the_fleet():
    """Two ways of equal cost, 20 and 10 days: of 10 tonnes c can have 0 to 5 with 150, and d the rest."""
    net = fleet_of(
        edge("c", 7.0, fleet="tankers", fleet_days=20.0, corridor="near"),
        edge("d", 7.0, fleet="tankers", fleet_days=10.0, corridor="far"), capacity=150,
    )  # fmt: skip
    solution = cr.solve(net).solution
    assert throughput_range(solution, "near") == pytest.approx((0, 5), abs=1e-6)
    assert throughput_range(solution, "far") == pytest.approx((5, 10), abs=1e-6)


def test_usual_ways_only_keep_to_what_the_fleet_has_left():
    """rerouting=False: c and d carry at most 5 each; half the fleet carries 5 by d and 1.25 by c."""
    flow = cr.solve(tankers(150), scenario(cr.Derate(fleet="tankers", remaining=0.5)), rerouting=False)
    assert flows(flow) == pytest.approx({"c": 1.25, "d": 5})


# Whatever was solved before


def longer(net: cr.Network, **days: float) -> cr.Network:
    """Return a network of which some edges have other round trips."""
    edges = tuple(e.replace(fleet_days=days[e.id]) if e.id in days else e for e in net.edges)
    return net.with_numbers(edges=edges)


def test_days_of_one_state_leave_no_trace_in_the_next():
    """Forwards, backwards, each alone, and the first again: the same arrays bit for bit."""
    net = tankers(150)
    states = [net, longer(net, d=15.0), longer(net, c=7.0), longer(net, c=33.0, d=3.0), net]
    one, other = WarmSolver(net), WarmSolver(net)
    forwards = [one.solve_network(state) for state in states]
    backwards = [other.solve_network(state) for state in reversed(states)][::-1]
    alone = [WarmSolver(net).solve_network(state) for state in states]
    for each in zip(forwards, backwards, alone, strict=True):
        assert same_answer(each[0], each[1])
        assert same_answer(each[0], each[2])


@pytest.mark.parametrize("days", [(15.0, 15.0), (7.0, 10.0), (33.0, 3.0), (20.0, 1e-3)])
def test_a_restart_with_other_days_is_certified(days: tuple[float, float]):
    """What is restarted from the basis of other days is as good as what is compiled with these."""
    net = tankers(150)
    restarted = cr.Flow(WarmSolver(net).solve_network(longer(net, c=days[0], d=days[1])))
    assert_certified(restarted)
    assert restarted.objective == pytest.approx(cr.solve(tankers(150, days=days)).objective)
    assert restarted.objective == pytest.approx(best_objective(tankers(150, days=days)))


@pytest.mark.parametrize("days", [1e-9, 1e9])
def test_days_that_cannot_be_counted_are_refused(days: float):
    """A round trip of a billion days, or of a billionth, would be dropped by the solver in silence."""
    with pytest.raises(cr.DataError, match=r"edge 'c': fleet_days must be from 1e-06 to 1e\+06 \(got 1e[-+]09\)"):
        cr.solve(tankers(150, days=(days, 10.0)))


# Where limits are named


def test_a_full_fleet_is_a_limit_with_a_price():
    """It owns its price, in USD a tonne and day."""
    assert cr.solve(tankers(150)).solution.prices == {BindingLimit("fleet", "tankers"): pytest.approx(0.4)}


def test_a_fleet_is_the_minimum_cut():
    """What a corridor can carry at most is what the fleet can: 100 over 10 days."""
    net = fleet_of(edge("d", 7.0, fleet="tankers", fleet_days=10.0, corridor="sea"), capacity=100)
    row = cr.compare(net, []).loc[("baseline", "sea")]
    assert row["capacity_mtpa"] == pytest.approx(10)
    assert row["bottleneck"] == "fleet tankers"


def test_explain_names_a_full_fleet_and_what_stops_more_without_it():
    """Fleet, then the edge: with the fleet out of the way the 12 of the edge stop it."""
    net = fleet_of(edge("d", 7.0, 12.0, fleet="tankers", fleet_days=10.0, corridor="sea"), capacity=50)
    told = cr.solve(net).explain()
    assert "Binding: fleet tankers (50 Mt days/y); one more Mt day/y there would earn +9.3" in told
    assert "5.0 Mt/y, stopped by fleet tankers; that lifted, 12.0 Mt/y, stopped by d" in told


def test_explain_tells_of_a_fleet():
    """Who uses it, and what one more Mt day a year earns: a twentieth of a tonne by c instead of d twice over."""
    told = cr.solve(tankers(150)).explain("tankers")
    assert "150.0 of 150.0 Mt days/y used" in told
    assert "c: 5.0 Mt/y, 20 days each: 100.0 Mt days/y." in told
    assert "one more Mt day/y would earn +0.4 million USD/y" in told


def test_explain_of_an_edge_names_its_fleet():
    """How many days a tonne takes of it, and how full it is."""
    assert "Each tonne takes 20 days of fleet tankers (150.0 of 150.0 Mt days/y used)." in cr.solve(
        tankers(150)
    ).explain("c")


# Many states at once


def storms(*changes: cr.Delay | cr.Derate | cr.Outage) -> tuple[cr.Hazard, ...]:
    """Return a hazard of each change."""
    return tuple(hazard(f"h{number}", change) for number, change in enumerate(changes))


STORMS = storms(
    cr.Delay(edge="d", add_days=5), cr.Derate(fleet="tankers", remaining=0.5), cr.Outage(edge="c"),
    cr.Delay(fleet="tankers", factor=2), cr.Derate(fleet="tankers", remaining=0.8),
)  # fmt: skip


@pytest.mark.parametrize("capacity", [60, 150, 1000])
def test_states_in_arrays_equal_solving_anew(capacity: float):
    """Each of 32 sets of hazards, delays among them, comes to what the network with their changes comes to."""
    net = tankers(capacity)
    states = np.array(list(itertools.product((0.0, 1.0), repeat=len(STORMS))))
    batch = BatchSolver(net, STORMS)
    found = batch.outcomes(states)
    for row, state in zip(found, states, strict=True):
        changes = [change for on, storm in zip(state, STORMS, strict=True) if on for change in storm.changes]
        anew = cr.solve(cr.Scenario(name="x", changes=changes).apply(net, strict=False) if changes else net)
        told = dict(zip(batch.layout.names, row.tolist(), strict=True))
        assert (told["shortfall"], told["netback"]) == pytest.approx((anew.shortfall_mtpa, anew.netback_musd_per_year))


def test_states_of_drawn_shares_equal_solving_anew():
    """Forty shares of one derate beside a delay: enough for a shared basis, whose days are the delayed ones."""
    net, pair = tankers(150), (STORMS[0], STORMS[1])
    states = np.column_stack([np.ones(40), np.linspace(0.02, 0.98, 40)])
    batch = BatchSolver(net, pair)
    short = batch.outcomes(states)[:, batch.layout.column("shortfall")]
    left = 150 * (1 - 0.5 * states[:, 1])
    assert short == pytest.approx(np.maximum(0, 10 - left / 15))  # by d alone, 15 days


@pytest.mark.parametrize(("remaining", "share"), [(0.9, 1.0), (0.5, 0.75), (0.0, 0.0)])
def test_a_fleet_that_is_derated_is_in_service_as_far_as_it_carries_what_it_carried(remaining: float, share: float):
    """Of 150, 100 are used: what is left over that, at most 1, in force half the time."""
    change = cr.Derate(fleet="tankers", remaining=remaining) if remaining else cr.Outage(fleet="tankers")
    net = fleet_of(edge("d", 7.0, fleet="tankers", fleet_days=10.0, corridor="sea"), capacity=150)
    days = 365 * math.log(2)
    hit = net.replace(hazards=(cr.Hazard(name="low", changes=[change], frequency_per_year=1, duration_days=days),))
    expected = 0.5 + 0.5 * share
    assert cr.availability(hit).loc["sea", "availability"] == pytest.approx(expected)


def test_a_year_without_its_fleet_counts_as_closed():
    """The trunk's edge is open, but nothing can carry: the corridor is closed while the fleet is out."""
    net = fleet_of(edge("d", 7.0, fleet="tankers", fleet_days=10.0, corridor="sea"), capacity=150)
    batch = BatchSolver(net, storms(cr.Outage(fleet="tankers")))
    closed = batch.outcomes(np.array([[0.0], [1.0]]))[:, batch.layout.column("closed", corridor="sea")]
    assert closed.tolist() == [0, 1]


def test_no_route_goes_by_a_fleet_that_is_out():
    """The corridor is closed, named by its fleet, and has no best way; the other keeps its own."""
    net = sea_and_far().replace(
        edges=(*sea_and_far().edges[:1], edge("d", 7.0, corridor="far")),
    )  # fmt: skip
    table = cr.compare(net, [scenario(cr.Outage(fleet="tankers"))]).loc["it"]
    assert table.loc["near", ["status", "bottleneck", "capacity_mtpa"]].tolist() == ["closed", "fleet tankers", 0]
    assert math.isnan(table.loc["near", "netback_usd_per_t"])
    assert table.loc["far", "netback_usd_per_t"] == pytest.approx(93)


# The next tonne


def sea_and_far() -> cr.Network:
    """Return the two ways as corridors, `near` by c and `far` by d."""
    return fleet_of(
        edge("c", 3.0, fleet="tankers", fleet_days=20.0, corridor="near"),
        edge("d", 7.0, fleet="tankers", fleet_days=10.0, corridor="far"), capacity=200,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "worth"),
    [
        ((), 93.0 - 4.0),  # c gives up a tonne for each more, d takes two: 2 x 93 - 97
        ((cr.Delay(edge="d", add_days=5),), 4 * 93.0 - 3 * 97.0),  # c gives up three, d takes four
        ((cr.Derate(fleet="tankers", remaining=0.5),), math.nan),  # all by d, and the fleet is full
    ],
)
def test_a_marked_tonne_shares_the_fleet(changes: tuple[Change, ...], worth: float):
    """Whichever way the next tonne must go, the fleet that it takes is missing to the rest: by both ways the same."""
    solver = WarmSolver(sea_and_far())
    solution = solver.solve(scenario(*changes) if changes else None)
    marked = MarkedTonne(solver, solution, commodity=OIL, origin="field")
    told = [marked.netback_usd_per_t(corridor) for corridor in ("near", "far")]
    assert told == pytest.approx([worth, worth], nan_ok=True)
