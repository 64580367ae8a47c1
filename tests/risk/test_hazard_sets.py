"""What hazards take on average, by sets of one and two: by hand, by enumeration of all sets, and by simulated years."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridor as cr
from corridor.risk.hazard_sets import ExpectedLoss, HazardSets
from helpers.examples import examples
from helpers.parallel_routes import closes, derates, hazard, ways

LOAD = 2.0 * 20.0 / 365.0
Q = -math.expm1(-LOAD)
"""Mean number of events in force, and share of time with one, of a hazard of `helpers.parallel_routes`."""


def loss_by(net: cr.Network, *edges: str, commodity: str = "oil", most: int = 2) -> ExpectedLoss:
    """Return the expected loss by the hazards that strike some edges; all edges where none is named."""
    sets = HazardSets(net)
    return sets.expected_loss(
        commodity, sets.striking([("edge", e) for e in edges or [edge.id for edge in net.edges]]), most=most
    )


def earned(capacities: list[float], volume: float) -> float:
    """Return what a volume earns by routes where a tonne earns 100, 99, ...: the best are filled first."""
    total = 0.0
    for number, capacity in enumerate(capacities):
        moved = min(capacity, volume)
        total, volume = total + moved * (100.0 - number), volume - moved
    return total


def test_a_closed_way_costs_the_difference_of_the_netbacks() -> None:
    """10 Mt/y by w0 for 100, of which w1 takes 3 for 99 while w0 is closed; w1 has room for no more."""
    loss = loss_by(ways(10, 3, hazards=[closes("h", "w0")]), "w0")
    assert loss.musd_per_year == pytest.approx(Q * (1000 - 297))
    assert (loss.bound_musd_per_year, loss.rest) == (0.0, 0.0)


def test_two_in_force_at_once_are_solved_together() -> None:
    """Each alone is carried by the other way for 1 USD/t less or for nothing; both at once leave all in the ground."""
    net = ways(10, 10, hazards=[closes("a", "w0"), closes("b", "w1")])
    assert loss_by(net).musd_per_year == pytest.approx(Q * (1 - Q) * 10 + Q * Q * 1000)


def test_three_in_force_at_once_are_the_bound() -> None:
    """Of three ways any two leave the third; with all three closed 1000 are lost: the bound is just that."""
    net = ways(10, 10, 10, hazards=[closes(name, f"w{n}") for n, name in enumerate("abc")])
    loss = loss_by(net)
    alone, pairs = Q * (1 - Q) ** 2 * 10, Q * Q * (1 - Q) * (20 + 10)
    assert loss.musd_per_year == pytest.approx(alone + pairs)
    assert loss.rest == pytest.approx(Q**3)
    assert loss.bound_musd_per_year == pytest.approx(Q**3 * 1000)


def test_sets_of_one_leave_two_to_the_bound() -> None:
    """By single hazards only: two at once are bounded by what both take, which here is what they take."""
    net = ways(10, 10, hazards=[closes("a", "w0"), closes("b", "w1")])
    loss = loss_by(net, most=1)
    assert loss.musd_per_year == pytest.approx(Q * (1 - Q) * 10)
    assert (loss.rest, loss.bound_musd_per_year) == pytest.approx((Q * Q, Q * Q * 1000))


def test_of_a_shock_counts_what_it_does_to_the_way() -> None:
    """Of three ways w0 is asked about: what the same events do to w1 is left out."""
    hits = [{"edge": "w0", "probability": 0.3}, {"edge": "w1", "probability": 0.8}]
    both = cr.Hazard(name="h", hits=hits, frequency_per_year=2.0, duration_days=20.0)
    loss = loss_by(ways(10, 10, 10, hazards=[both]), "w0")
    assert loss.musd_per_year == pytest.approx(-math.expm1(-0.3 * LOAD) * 10)


def test_a_share_counts_by_its_distribution() -> None:
    """One way: what is lost is in proportion to the share, so that its mean counts, complete shocks included."""
    severity = cr.TwoPart(mean=0.28, at_most=0.6, complete=0.1, concentration=2.084)
    loss = loss_by(ways(10, hazards=[closes("h", "w0", rate=1e-6, severity=severity)]))
    assert loss.musd_per_year == pytest.approx(1000 * 1e-6 * 20 / 365 * (0.1 + 0.9 * 0.28), rel=1e-6)


def test_a_share_beyond_what_is_spare_counts_by_its_excess() -> None:
    """8 of 10 Mt/y move, so that of a share drawn from 0 to 1 only what is beyond 0.2 is missed: 0.5 x 0.8^2 x 10."""
    rare = closes("h", "w0", rate=1e-6, severity=cr.Uniform(low=0.0, high=1.0))
    loss = loss_by(ways(10, hazards=[rare], volume=8.0))
    assert loss.musd_per_year == pytest.approx(1e-6 * 20 / 365 * 3.2 * 100, rel=2e-3)


def test_a_delay_costs_the_interest_of_its_days() -> None:
    """73 days more on the way of 10 Mt/y worth 500 USD/t at 5 % a year: 5 USD/t while it is in force."""
    net = ways(10, hazards=[hazard("queue", cr.Delay(edge="w0", add_days=73.0))])
    net = net.replace(commodities=[cr.Commodity(id="oil", value_usd_per_t=500.0, interest_per_year=0.05)])
    assert loss_by(net).musd_per_year == pytest.approx(Q * 50)


def two_shippers(*hazards: cr.Hazard) -> cr.Network:
    """Return a pipe of 10 Mt/y that 6 of a and 4 of b fill, for 100 and 90 USD/t."""
    net = cr.Network.from_frames(
        pd.DataFrame({"id": ["field", "port"]}),
        pd.DataFrame({"id": ["w0"], "tail": ["field"], "head": ["port"], "capacity_mtpa": [10.0], "corridor": ["w0"]}),
        supplies=pd.DataFrame({"node": ["field"] * 2, "commodity": ["a", "b"], "volume_mtpa": [6.0, 4.0]}),
        markets=pd.DataFrame({"node": ["port"] * 2, "commodity": ["a", "b"], "price_usd_per_t": [100.0, 90.0]}),
    )
    return net.replace(hazards=hazards)


def test_the_loss_is_the_commoditys_own() -> None:
    """With half of the pipe gone a keeps 5 of its 6 Mt/y, b nothing: each loses its own tonnes only."""
    net = two_shippers(derates("h", "w0", 0.5))
    assert loss_by(net, commodity="a").musd_per_year == pytest.approx(Q * 100)
    assert loss_by(net, commodity="b").musd_per_year == pytest.approx(Q * 360)


def test_a_commodity_loses_no_more_than_it_earns() -> None:
    """Three that shut the pipe at once: the 600 of a, though all lose 960, and 10 Mt/y of steering prices besides."""
    loss = loss_by(two_shippers(*(closes(name, "w0") for name in "abc")), commodity="a")
    assert loss.bound_musd_per_year == pytest.approx(Q**3 * 600)


def test_what_others_could_gain_widens_the_bound() -> None:
    """8 of a and 2 of b pass, and 7.29 of a with three derates in force: 251 less; alone b would earn 540 more."""
    net = two_shippers(*(derates(name, "w0", 0.9) for name in "abc"))
    supplies = [s.replace(volume_mtpa=8.0, penalty_usd_per_t=0.0) for s in net.supplies]
    loss = loss_by(net.replace(supplies=supplies), commodity="a")
    assert loss.bound_musd_per_year == pytest.approx(Q**3 * (251 + 540))


@st.composite
def disturbed(draw: st.DrawFn) -> tuple[list[float], float, list[cr.Hazard]]:
    """Draw capacities of two or three routes, a volume, and two to four hazards of one member each or of hits."""
    capacities = draw(st.lists(st.sampled_from((2.0, 4.0, 7.0)), min_size=2, max_size=3))
    edges = st.sampled_from([f"w{n}" for n in range(len(capacities))])
    listed = []
    for number in range(draw(st.integers(2, 4))):
        more: dict[str, Any] = {"name": f"h{number}", "frequency_per_year": draw(st.floats(0.2, 6.0))}
        if draw(st.booleans()):
            struck = draw(st.lists(edges, min_size=1, max_size=2, unique=True))
            more["hits"] = [{"edge": e, "probability": draw(st.sampled_from((0.3, 0.8, 1.0)))} for e in struck]
        else:
            more["changes"] = [cr.Derate(edge=draw(edges), remaining=draw(st.sampled_from((0.0, 0.5))))]
            more["severity"] = draw(st.sampled_from((None, cr.TwoPart(mean=0.4, complete=0.3))))
        listed.append(cr.Hazard(duration_days=20.0, **more))
    return capacities, draw(st.sampled_from((5.0, 9.0))), listed


def effects(hazard: cr.Hazard) -> list[tuple[dict[str, float], float]]:
    """Return what a hazard leaves of each edge in each of its states, with their shares of time."""
    load = hazard.frequency_per_year * 20.0 / 365.0
    if hazard.hits:
        kinds = []
        for struck in itertools.product((False, True), repeat=len(hazard.hits)):
            p = math.prod(h.probability if y else 1 - h.probability for h, y in zip(hazard.hits, struck, strict=True))
            kinds.append((frozenset(h.edge[0] for h, y in zip(hazard.hits, struck, strict=True) if y), load * p))
        chances: dict[frozenset[str], float] = {}
        for there in itertools.product((False, True), repeat=len(kinds)):
            union = frozenset[str]().union(*(kind for (kind, _), y in zip(kinds, there, strict=True) if y))
            chance = math.prod(
                -math.expm1(-own) if y else math.exp(-own) for (_, own), y in zip(kinds, there, strict=True)
            )
            chances[union] = chances.get(union, 0.0) + chance
        return [(dict.fromkeys(union, 0.0), chance) for union, chance in chances.items()]
    (change,) = hazard.changes
    assert isinstance(change, cr.Derate)
    gone = 1 - change.remaining
    if hazard.severity is None:
        return [({}, math.exp(-load)), ({change.edge[0]: 1 - gone}, -math.expm1(-load))]
    complete = -math.expm1(-0.3 * load)
    partial = math.exp(-0.3 * load) * -math.expm1(-0.7 * load)
    return [
        ({}, math.exp(-load)), ({change.edge[0]: 1 - gone}, complete), ({change.edge[0]: 1 - 0.4 * gone}, partial),
    ]  # fmt: skip


@settings(max_examples=examples(30), deadline=None)
@given(disturbed())
def test_the_rest_is_within_its_bound(case: tuple[list[float], float, list[cr.Hazard]]) -> None:
    """All states of all hazards, what they leave sold by hand: the mean lies between the loss and loss plus bound."""
    capacities, volume, listed = case
    expected = 0.0
    for states in itertools.product(*(effects(each) for each in listed)):
        left = [c * math.prod(s.get(f"w{n}", 1.0) for s, _ in states) for n, c in enumerate(capacities)]
        expected += math.prod(p for _, p in states) * (earned(capacities, volume) - earned(left, volume))
    loss = loss_by(ways(*capacities, hazards=listed, volume=volume))
    assert loss.musd_per_year - 1e-6 <= expected <= loss.musd_per_year + loss.bound_musd_per_year + 1e-6


def stormy() -> cr.Network:
    """Return two ways with hazards of one and of both, lasting as it happens, taking more or less."""
    slow = cr.TwoPart(mean=0.28, at_most=0.6, complete=0.1, concentration=2.084)
    days = cr.Lognormal(median=5.0, sigma=1.0)
    hits = [{"edge": "w0", "probability": 0.6}, {"edge": "w1", "probability": 0.3}]
    return ways(
        8, 3,
        hazards=[
            closes("stop", "w0", rate=4.0, severity=slow), derates("slow", "w1", 0.3, rate=3.0),
            cr.Hazard(name="order", hits=hits, frequency_per_year=3.0, duration_days=days),
        ],
    )  # fmt: skip


@pytest.mark.parametrize("most", [1, 2])
def test_sets_agree_with_simulated_years(most: int) -> None:
    """Netback and shortfall of 10 000 years lie within the bound of what overlaps, and three standard errors."""
    net = stormy()
    years = cr.simulate(net, years=10_000, seed=3).years
    sets = HazardSets(net)
    every = sets.striking([("edge", "w0"), ("edge", "w1")])
    loss, volume = sets.expected_loss("oil", every, most=most), 10.0
    baseline = earned([8.0, 3.0], volume)
    error = years["netback_musd"].std() / math.sqrt(len(years))
    simulated = baseline - years["netback_musd"].mean()
    assert -3 * error <= simulated - loss.musd_per_year <= loss.bound_musd_per_year + 3 * error
    column = sets.solver.layout.column("shortfall")
    short, error = years["shortfall_mt"].mean(), years["shortfall_mt"].std() / math.sqrt(len(years))
    assert -3 * error <= short - sets.expected_change(every, most=most)[column] <= loss.rest * volume + 3 * error


def test_what_ships_agrees_with_simulated_years() -> None:
    """Kazakh loss and shortfall by sets of two of all shipped hazards, against 1 000 years of them."""
    net = cr.load()
    years = cr.simulate(net, years=1000).years
    sets = HazardSets(net)
    every = {number: tuple(range(len(hazard.members))) for number, hazard in enumerate(sets.hazards)}
    loss = sets.expected_loss("kazakh_crude", every)
    usual = cr.solve(net).supplies.xs("kazakh_crude", level="commodity")
    money = years["kazakh_crude_netback_musd"]
    undisturbed = (usual["lifted_mtpa"] * usual["netback_usd_per_t"]).sum()
    error = money.std() / math.sqrt(len(years))
    assert -3 * error <= undisturbed - money.mean() - loss.musd_per_year <= loss.bound_musd_per_year + 3 * error
    short = years["kazakh_crude_shortfall_mt"]
    change = sets.expected_change(every)[sets.solver.layout.column("shortfall", commodity="kazakh_crude")]
    rest, error = loss.rest * usual["volume_mtpa"].sum(), short.std() / math.sqrt(len(years))
    assert -3 * error <= short.mean() - usual["shortfall_mtpa"].sum() - change <= rest + 3 * error


def test_a_hazard_of_fields_is_on_no_way() -> None:
    """What a hazard does to a supply or a market is not done to the nodes where they are."""
    field = hazard("field", cr.SupplyShock(node="field", remaining=0.5))
    price = hazard("price", cr.PriceShock(node="port", add_usd_per_t=-5.0))
    sets = HazardSets(ways(10, hazards=[field, price, closes("pipe", "w0")]))
    assert sets.striking([("node", "field"), ("edge", "w0"), ("node", "port")]) == {2: (0,)}


def test_nothing_strikes_where_no_hazard_aims() -> None:
    """No hazard, no loss: 0, without a bound."""
    loss = loss_by(ways(10, 10, hazards=[closes("h", "w0")]), "w1")
    assert loss == ExpectedLoss(0.0, 0.0, 0.0)
    assert np.isfinite(loss.musd_per_year)
