"""What must hold whatever the network and whatever happens to it."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import corridor as cr
from corridor.solver.program import Program
from corridor.solver.warm import WarmSolver
from helpers.certificates import Slack, assert_certified, same_answer
from helpers.examples import examples
from helpers.strategies import PARTS, frames_of, networks, possible_changes, scenarios


def objective(net: cr.Network, scenario: cr.Scenario | None = None) -> float:
    """Return the objective of the best flow. [million USD/y]"""
    return cr.solve(net, scenario).objective


@st.composite
def cases(draw: st.DrawFn, *kinds: str, most: int = 1) -> tuple[cr.Network, cr.Scenario]:
    """Draw a network, in half of all cases with minima, and a scenario for it."""
    net = draw(networks(demands=draw(st.booleans())))
    return net, draw(scenarios(net, *kinds, most=most))


# What is better, what is worse


@given(case=cases("expand", "open"))
def test_more_capacity_never_lowers_the_objective(case: tuple[cr.Network, cr.Scenario]):
    """Room that is not needed need not be used."""
    net, wider = case
    assert objective(net, wider) >= objective(net) - Slack.of(net).musd


@given(case=cases("outage", "derate", most=3))
@settings(max_examples=examples(150))
def test_closing_or_derating_never_raises_the_objective(case: tuple[cr.Network, cr.Scenario]):
    """What flows under a disruption could flow without it, minima and all."""
    net, disrupted = case
    assert objective(net, disrupted) <= objective(net) + Slack.of(net).musd


@given(net=networks(demands=True))
def test_every_single_closure_leaves_the_objective_or_lowers_it(net: cr.Network):
    """Also the closure of an edge that carries a minimum, and a ceiling of 0 for one shipper."""
    before = objective(net)
    for edge in net.edges:
        if edge.available_mtpa > 0:
            assert objective(net, closed(cr.Outage(edge=edge.id))) <= before + Slack.of(net).musd, edge
    for quota in net.quotas:
        if quota.max_mtpa != 0:
            shut = cr.QuotaChange(edge=quota.edge, commodity=quota.commodity, max_mtpa=0)
            assert objective(net, closed(shut)) <= before + Slack.of(net).musd, quota


def closed(change: cr.Outage | cr.QuotaChange) -> cr.Scenario:
    """Return the scenario of one change."""
    return cr.Scenario(name=str(change), changes=(change,))


@given(case=cases("tariff", "delay"))
def test_a_dearer_or_slower_way_never_raises_the_objective(case: tuple[cr.Network, cr.Scenario]):
    """Costs only rise."""
    net, dearer = case
    assert objective(net, dearer) <= objective(net) + Slack.of(net).musd


@given(net=networks())
def test_what_is_lifted_is_delivered_and_the_rest_is_short(net: cr.Network):
    """No tonne is lost or made."""
    flow = cr.solve(net)
    assert flow.delivered_mtpa + flow.shortfall_mtpa == pytest.approx(sum(s.volume_mtpa for s in net.supplies))


# Changes


@given(net=networks(demands=True))
@settings(max_examples=examples(25))
def test_sums_of_scenarios_commute(net: cr.Network):
    """`a + b` and `b + a` give equal networks, or are both refused, also where both touch one thing."""
    changes = [change for kind, listed in changes_that_meet(net).items() for change in listed if kind != "quota"]
    possible = [cr.Scenario(name=str(change), changes=(change,)) for change in changes]
    different = [(a.name, b.name) for a, b in combinations(possible, 2) if made(net, a + b) != made(net, b + a)]
    assert not different


@given(data=st.data(), net=networks(demands=True))
def test_the_answers_of_sums_commute(data: st.DataObject, net: cr.Network):
    """What is solved under `a + b` is solved under `b + a`, bit for bit."""
    possible = [change for kind, listed in changes_that_meet(net).items() for change in listed if kind != "quota"]
    a, b = data.draw(st.lists(st.sampled_from(possible), min_size=2, max_size=2))
    a, b = (cr.Scenario(name=name, changes=(change,)) for name, change in (("a", a), ("b", b)))
    assume(made(net, a + b) is not None)
    assert same_answer(cr.solve(net, a + b).solution, cr.solve(net, b + a).solution)


def made(net: cr.Network, scenario: cr.Scenario) -> cr.Network | None:
    """Return the network changed, or None where that is refused."""
    try:
        return scenario.apply(net)
    except cr.DataError:
        return None


def changes_that_meet(net: cr.Network) -> dict[str, list[Any]]:
    """Return changes of a few records only, in numbers whose products and sums are no round ones."""
    usable = [edge for edge in net.edges if edge.capacity_mtpa and edge.available_mtpa] or list(net.edges[:1])
    by_fleet = [edge for edge in usable if edge.fleet] or usable
    edge = next((edge for edge in by_fleet if any(rate.edge == edge.id for rate in net.rates)), by_fleet[0]).id
    fleets = [id for id in (net.edge(edge).fleet,) if id is not None]
    carried = [commodity.id for commodity in net.commodities if net.edge(edge).admits(commodity.id)]
    quota = next((quota for quota in net.quotas), None)
    return {
        "outage": [cr.Outage(edge=edge), *(cr.Outage(fleet=fleet) for fleet in fleets)],
        "derate": [cr.Derate(**on, remaining=left)
                   for on in ({"edge": edge}, *({"fleet": fleet} for fleet in fleets)) for left in (0.3, 0.7)],
        "expand": [*(cr.Expansion(edge=edge, **how) for how in ({"add_mtpa": 0.1}, {"add_mtpa": 1.7}, {"factor": 1.3})),
                   *(cr.Expansion(fleet=fleet, **how)
                     for fleet in fleets for how in ({"add_mt_days": 0.1}, {"factor": 1.3}))],
        "tariff": [cr.TariffShock(edge=edge, factor=factor, add_usd_per_t=more)
                   for factor, more in ((1.1, 0.0), (1.0, 3.3), (1.7, 0.7))]
        + [cr.TariffShock(edge=edge, commodity=of, factor=factor, add_usd_per_t=more)
           for of in carried for factor, more in ((1.3, 0.0), (1.0, 0.9))],
        "delay": [cr.Delay(edge=edge, add_days=0.1), cr.Delay(edge=edge, add_days=2.7, factor=1.3),
                  cr.Delay(edge=edge, factor=0.7), cr.Delay(edge=edge, add_late_days=0.3)]
        + [cr.Delay(edge=edge, commodity=of, **how)
           for of in carried for how in ({"add_days": 0.7}, {"factor": 0.6}, {"late_factor": 1.3, "add_days": 0.1})]
        + [cr.Delay(fleet=fleet, **how) for fleet in fleets for how in ({"add_days": 0.7}, {"factor": 1.3})],
        "supply": [cr.SupplyShock(node=s.node, commodity=s.commodity, **how)
                   for s in net.supplies[:1] for how in ({"remaining": 0.3}, {"add_mtpa": 1.1}, {"add_mtpa": -0.1})],
        "demand": [cr.DemandShock(node=m.node, commodity=m.commodity, **how)
                   for m in net.markets[:1] for how in ({"remaining": 0.3}, {"add_mtpa": 1.1}, {"add_mtpa": -0.1})],
        "price": [cr.PriceShock(node=m.node, commodity=m.commodity, add_usd_per_t=more)
                  for m in net.markets[:1] for more in (0.1, -7.7)],
        "quota": [cr.QuotaChange(edge=quota.edge, commodity=quota.commodity, max_mtpa=most)
                  for most in (0.125, 0.0, 3.0) if quota is not None],
    }  # fmt: skip


@given(data=st.data(), net=networks(demands=True))
def test_the_order_of_changes_in_a_scenario_is_irrelevant(data: st.DataObject, net: cr.Network):
    """Any order of any changes but those of one quota gives an equal network, or the same refusal."""
    possible = {kind: listed for kind, listed in changes_that_meet(net).items() if listed}
    pool = [change for kind, listed in possible.items() for change in (listed[:1] if kind == "quota" else listed)]
    changes = data.draw(st.lists(st.sampled_from(pool), min_size=2, max_size=5, unique_by=str))
    mixed = data.draw(st.permutations(changes))
    one, other = (made(net, cr.Scenario(name="x", changes=tuple(order))) for order in (changes, mixed))
    assert one == other


@given(data=st.data(), net=networks(demands=True))
@settings(max_examples=examples(15))
def test_the_order_of_scenarios_is_irrelevant(data: st.DataObject, net: cr.Network):
    """Each row of `outcomes` is the same whatever is asked beside it."""
    possible = [s for listed in possible_changes(net).values() for s in listed]
    chosen = data.draw(st.lists(st.sampled_from(possible), min_size=2, max_size=4, unique_by=lambda s: s.name))
    forwards, backwards = cr.outcomes(net, chosen), cr.outcomes(net, chosen[::-1])
    pd.testing.assert_frame_equal(forwards, backwards.loc[forwards.index], check_exact=True)


@given(case=cases(most=3))
def test_a_scenario_is_its_changes_one_after_the_other(case: tuple[cr.Network, cr.Scenario]):
    """Applying changes together equals applying each in turn, where each still alters something."""
    net, scenario = case
    kinds = [type(change) for change in scenario.changes]
    assume(len(set(kinds)) == len(kinds) and not {cr.Outage, cr.Derate} <= set(kinds))
    step = net
    for change in scenario.changes:
        step = change.apply(step)
    assert scenario.apply(net) == step


@given(data=st.data(), net=networks(), shares=st.tuples(st.floats(0.05, 0.95), st.floats(0.05, 0.95)))
def test_two_derates_multiply(data: st.DataObject, net: cr.Network, shares: tuple[float, float]):
    """Derated to one share and to another, an edge or node keeps their product, and earns as if derated once."""
    limited = [("edge", edge.id) for edge in net.edges if edge.capacity_mtpa and edge.remaining > 0]
    limited += [("node", node.id) for node in net.nodes if node.throughput_mtpa and node.remaining > 0]
    assume(limited)
    kind, id = data.draw(st.sampled_from(limited))
    one, other, once = (
        cr.Scenario(name=f"to {share}", changes=[cr.Derate(**{kind: id}, remaining=share)])
        for share in (*shares, shares[0] * shares[1])
    )
    before, after = (getattr(world, kind)(id) for world in (net, (one + other).apply(net)))
    assert after.remaining == pytest.approx(before.remaining * shares[0] * shares[1])
    assert objective(net, one + other) == pytest.approx(objective(net, once), abs=Slack.of(net).musd)


@given(case=cases(most=3))
def test_apply_leaves_its_input_equal(case: tuple[cr.Network, cr.Scenario]):
    """A scenario makes a new network; the one given is as before, and the new one differs."""
    net, scenario = case
    before = {part: [record.model_dump() for record in getattr(net, part)] for part in PARTS}
    assert scenario.apply(net) != net
    assert before == {part: [record.model_dump() for record in getattr(net, part)] for part in PARTS}


@given(case=cases(most=3))
def test_a_state_means_what_the_applied_network_means(case: tuple[cr.Network, cr.Scenario]):
    """Arrays derived for a batch are those of the applied network compiled afresh, and so is the answer."""
    net, scenario = case
    applied = scenario.apply(net)
    derived, fresh = Program.of(net).state(applied), Program.of(applied).state(applied)
    for part in ("cost", "lower", "upper", "ceiling", "fleet_days"):
        np.testing.assert_array_equal(getattr(derived, part), getattr(fresh, part), err_msg=part)
    assert derived.constant == fresh.constant
    restarted = cr.Flow(WarmSolver(net).solve(scenario))
    assert_certified(restarted)
    assert restarted.objective == pytest.approx(objective(applied), abs=Slack.of(applied).musd)


NOWHERE = {
    "edge": cr.Outage(edge="e99"),
    "node": cr.Derate(node="n99", remaining=0.5),
    "corridor": cr.Outage(corridor="n0rth"),
    "country": cr.TariffShock(country="ATA", add_usd_per_t=1),
    "mode": cr.Delay(mode="camel", add_days=9),
    "operator": cr.Outage(operator="nobody"),
    "tag": cr.Outage(tag="nothing"),
    "commodity": cr.QuotaChange(edge="north_out", commodity="oyl", max_mtpa=1),
}


@pytest.mark.parametrize("selector", NOWHERE)
def test_a_selector_of_what_is_not_there_is_refused(diamond: cr.Network, selector: str):
    """The error names the change, the selector and the name."""
    name = next(iter(NOWHERE[selector].aim.get(selector, ("oyl",))))
    with pytest.raises(cr.UnknownNameError, match=f"{type(NOWHERE[selector]).__name__}.*no {selector} named '{name}'"):
        NOWHERE[selector].apply(diamond)


MATCHLESS = (
    cr.Outage(edge="north_out", corridor="south"),
    cr.Outage(edge="north_out", mode="pipeline", node="field"),
    cr.SupplyShock(node="port", commodity="oil", remaining=0),
    cr.DemandShock(node="field", remaining=0),
    cr.PriceShock(node="port", commodity="gas", add_usd_per_t=1),
)


@pytest.mark.parametrize("change", MATCHLESS, ids=str)
def test_selectors_that_match_nothing_together_are_refused(diamond: cr.Network, change: cr.Outage):
    """Each name exists, no record bears all of them: the error names the change."""
    with pytest.raises(cr.DataError, match="matches nothing") as caught:
        change.apply(diamond)
    assert str(change) in str(caught.value)


IDLE = (
    cr.Outage(edge="closed"),
    cr.Outage(edge="planned"),
    cr.Derate(edge="free", remaining=0.5),
    cr.Derate(edge="closed", remaining=0.5),
    cr.Expansion(edge="free", add_mtpa=1),
    cr.Opening(edge="free"),
    cr.TariffShock(edge="free", factor=2),
    cr.TariffShock(edge="free", add_usd_per_t=0),
    cr.SupplyShock(node="a", remaining=1),
    cr.SupplyShock(node="a", add_mtpa=0),
    cr.DemandShock(node="b", remaining=0.5),
    cr.DemandShock(node="b", add_mtpa=3),
    cr.PriceShock(node="b", add_usd_per_t=0),
    cr.QuotaChange(edge="free", commodity="oil", max_mtpa=None),
    cr.QuotaChange(edge="free", commodity="oil", min_mtpa=0),
)


@pytest.mark.parametrize("change", IDLE, ids=str)
def test_a_change_that_alters_nothing_is_refused(change: cr.Outage):
    """What is closed cannot be shut, what is unlimited cannot be halved: the error names the change."""
    net = cr.Network.from_frames(
        nodes=pd.DataFrame({"id": ["a", "b"]}),
        edges=pd.DataFrame(
            {"id": ["free", "closed", "planned"], "tail": "a", "head": "b", "capacity_mtpa": [None, 5.0, 5.0],
             "remaining": [1.0, 0.0, 1.0], "in_service": [True, True, False]}
        ),
        supplies=pd.DataFrame({"node": ["a"], "commodity": ["oil"], "volume_mtpa": [1.0]}),
        markets=pd.DataFrame({"node": ["b"], "commodity": ["oil"]}),
    )  # fmt: skip
    with pytest.raises(cr.DataError, match="has no effect") as caught:
        change.apply(net)
    assert str(change) in str(caught.value)


def test_shut_and_open_add_up_in_either_order(diamond: cr.Network):
    """A planned edge that is opened and shut carries nothing, whichever is said first."""
    net = diamond.replace(edges=tuple(e.replace(in_service=e.id != "north_out") for e in diamond.edges))
    opened = cr.Scenario(name="opened", changes=[cr.Opening(edge="north_out")])
    shut = cr.Scenario(name="shut", changes=[cr.Outage(edge="north_out")])
    assert (opened + shut).apply(net) == (shut + opened).apply(net)


# Forms


def shuffled(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return a table with its rows in another order."""
    return table.sample(frac=1.0, random_state=seed).reset_index(drop=True)


@given(net=networks(), seed=st.integers(0, 2**32 - 1))
def test_row_order_of_frames_is_irrelevant(net: cr.Network, seed: int):
    """Tables with their rows shuffled give an equal network and the same answer bit for bit."""
    frames = frames_of(net)
    ordered = {"commodities", "corridors"}
    mixed = {part: table if part in ordered else shuffled(table, seed) for part, table in frames.items()}
    again = cr.Network.from_frames(**mixed, name=net.name)
    assert again == cr.Network.from_frames(**frames, name=net.name) == net
    assert same_answer(cr.solve(again).solution, cr.solve(net).solution)


@given(net=networks(), seed=st.integers(0, 2**32 - 1))
def test_row_order_is_irrelevant_where_commodities_are_taken_from_the_other_tables(net: cr.Network, seed: int):
    """Commodities and corridors that are left out do not bring the order of rows back in."""
    frames = {part: table for part, table in frames_of(net).items() if part not in ("commodities", "corridors")}
    mixed = {part: shuffled(table, seed) for part, table in frames.items()}
    assert cr.Network.from_frames(**mixed) == cr.Network.from_frames(**frames)


@given(net=networks())
def test_networkx_gives_the_network_back(net: cr.Network):
    """`from_networkx(to_networkx())` is an equal network."""
    assert cr.Network.from_networkx(net.to_networkx()) == net


@pytest.mark.parametrize("year", [2018, 2024])
def test_networkx_gives_a_shipped_network_back(year: int):
    """All but hazards and figures survives the trip."""
    net = cr.load("caspian", year=year)
    again = cr.Network.from_networkx(net.to_networkx())
    assert again == net.replace(hazards=(), figure_records=(), sources=())
