"""What must hold whatever the network and whatever happens to it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from agreement import assert_answered_as_by_linprog
from certificates import assert_certified, same_answer
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import PARTS, frames_of, networks, possible_changes, scenarios

import corridor as cr
from corridor.solver.flow import Desk
from corridor.solver.program import Program

SLACK = 1e-6


def earned(net: cr.Network, scenario: cr.Scenario | None = None) -> float:
    """Return what the best flow earns. [million USD/y]"""
    return cr.solve(net, scenario).objective_musd_per_year


def assert_about(amount: float, expected: float) -> None:
    """Assert that two objectives agree up to the solver's tolerance."""
    assert amount == pytest.approx(expected, rel=1e-7, abs=SLACK)


@st.composite
def cases(draw: st.DrawFn, *kinds: str, most: int = 1) -> tuple[cr.Network, cr.Scenario]:
    """Draw a network and a scenario for it."""
    net = draw(networks())
    return net, draw(scenarios(net, *kinds, most=most))


# What earns more, what earns less


@given(case=cases("expand", "open"))
def test_more_capacity_never_earns_less(case: tuple[cr.Network, cr.Scenario]):
    """Room that is not needed need not be used."""
    net, wider = case
    assert earned(net, wider) >= earned(net) - SLACK


@given(case=cases("outage", "derate", most=3))
def test_an_outage_or_derate_never_earns_more(case: tuple[cr.Network, cr.Scenario]):
    """What flows under a disruption could flow without it."""
    net, disrupted = case
    assert earned(net, disrupted) <= earned(net) + SLACK


@given(case=cases("tariff", "delay"))
def test_a_dearer_or_slower_way_never_earns_more(case: tuple[cr.Network, cr.Scenario]):
    """Costs only rise."""
    net, dearer = case
    assert earned(net, dearer) <= earned(net) + SLACK


@given(net=networks())
def test_what_is_lifted_is_delivered_and_the_rest_is_short(net: cr.Network):
    """No tonne is lost or made."""
    flow = cr.solve(net)
    assert flow.delivered_mtpa + flow.shortfall_mtpa == pytest.approx(sum(s.volume_mtpa for s in net.supplies))


# Changes


@given(data=st.data(), net=networks())
def test_independent_changes_commute(data: st.DataObject, net: cr.Network):
    """`a + b` and `b + a` give equal networks and equal answers."""
    kinds = {kind: listed for kind, listed in possible_changes(net).items() if kind != "open"}
    one, other = data.draw(st.lists(st.sampled_from(sorted(kinds)), min_size=2, max_size=2, unique=True))
    a, b = data.draw(st.sampled_from(kinds[one])), data.draw(st.sampled_from(kinds[other]))
    assert (a + b).apply(net) == (b + a).apply(net)
    assert same_answer(cr.solve(net, a + b), cr.solve(net, b + a))


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
    assert_about(earned(net, one + other), earned(net, once))


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
    for part in ("cost", "lower", "upper", "ceiling"):
        np.testing.assert_array_equal(getattr(derived, part), getattr(fresh, part), err_msg=part)
    assert derived.constant_musd == fresh.constant_musd
    restarted = Desk(net).solve(scenario)
    assert_certified(restarted)
    assert_about(restarted.objective_musd_per_year, earned(applied))


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
    with pytest.raises(cr.DataError, match="alters nothing") as caught:
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
    assert same_answer(cr.solve(again), cr.solve(net))


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
    assert again == net.replace(hazards=(), ledger=(), sources=())


@pytest.mark.fuzz
@given(net=networks(demands=True))
@settings(max_examples=400, deadline=None, derandomize=True)
def test_linprog_agrees_on_very_many_networks(net: cr.Network):
    """Longer: the program written from the tables earns as much, and refuses the same networks."""
    assert_answered_as_by_linprog(net)
