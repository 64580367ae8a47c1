"""Conditions by arrays against the same hazards applied to the network and solved, one by one and year by year."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import corridor as cr
from corridor.model.changes import Change
from corridor.risk.blocks import SHARE_STEP
from corridor.risk.exposure import Exposures
from corridor.risk.random_histories import intervals, unpacked
from corridor.solver.batch import BatchSolver
from corridor.solver.program import Program
from helpers.examples import examples
from helpers.parallel_routes import closes, derates, hazard, ways
from helpers.strategies import networks, possible_changes

CLOSING = ("outage", "derate")
PENALTY_SUPPLY, PENALTY_MARKET = 1000.0, 50.0


def applied(net: cr.Network, changes: list[Change]) -> cr.Network:
    """Return the network with changes made, as a scenario makes them."""
    if not changes:
        return net
    return cr.Scenario(name="applied", changes=tuple(changes)).apply(net, strict=False)


def of_set(hazards: tuple[cr.Hazard, ...], taken: tuple[float, ...]) -> list[Change]:
    """Return the changes of hazards in force, each closing or derating as much as its share says."""
    changes: list[Change] = []
    for each, share in zip(hazards, taken, strict=True):
        if share == 1.0:
            changes += each.changes
        elif share > 0.0:
            for change in each.changes:
                left = 0.0 if isinstance(change, cr.Outage) else change.remaining  # type: ignore[attr-defined]
                changes.append(cr.Derate(**change.aim, remaining=1.0 - share * (1.0 - left)))
    return changes


@st.composite
def disturbed(draw: st.DrawFn, *kinds: str, most: int = 4) -> tuple[cr.Network, tuple[cr.Hazard, ...]]:
    """Draw a network without ties, and hazards of one or two changes each that overlap as they like."""
    net = draw(networks(demands=draw(st.booleans())))
    possible = [s for kind, listed in possible_changes(net).items() if not kinds or kind in kinds for s in listed]
    assume(possible)
    chosen = draw(st.lists(st.lists(st.sampled_from(possible), min_size=1, max_size=2), min_size=1, max_size=most))
    hazards = tuple(
        hazard(f"h{at}", *(change for scenario in listed for change in scenario.changes))
        for at, listed in enumerate(chosen)
    )
    return net, hazards


def without_ties(net: cr.Network) -> cr.Network:
    """Return the network with costs, prices and penalties of which no two sums are equal by chance."""
    odd = iter(math.sqrt(n) / 37.0 for n in range(2, 1000) if all(n % p for p in range(2, n)))
    return net.replace(
        edges=tuple(edge.replace(tariff_usd_per_t=edge.tariff_usd_per_t + next(odd)) for edge in net.edges),
        supplies=tuple(s.replace(penalty_usd_per_t=PENALTY_SUPPLY + next(odd)) for s in net.supplies),
        markets=tuple(
            m.replace(price_usd_per_t=m.price_usd_per_t + next(odd), penalty_usd_per_t=PENALTY_MARKET)
            for m in net.markets
        ),
    )


def all_sets(hazards: tuple[cr.Hazard, ...]) -> np.ndarray:
    """Return every set of hazards as shares."""
    return np.array(list(itertools.product((0.0, 1.0), repeat=len(hazards))))


def passing(flow: cr.Flow, node: str) -> float:
    """Return what arrives at a node and is lifted there, from the tables of flows."""
    net, supplies = flow.network, flow.supplies.reset_index()
    arriving = flow.edges.loc[[edge.id for edge in net.edges if edge.head == node], "flow_mtpa"].sum()
    return float(arriving + supplies.loc[supplies["node"] == node, "lifted_mtpa"].sum())


def in_service(net: cr.Network, undisturbed: cr.Flow, corridor: str) -> float:
    """Return what of a trunk is in service: each edge as far as it is, its nodes and fleet let pass what passed."""

    def of_edge(edge: cr.Edge) -> float:
        before = undisturbed.network.edge(edge.id)
        if not before.available_mtpa:
            return 0.0
        return edge.remaining / before.remaining if edge.capacity_mtpa is not None else float(edge.remaining > 0)

    def of_node(node: cr.Node) -> float:
        usual = passing(undisturbed, node.id)
        return min(1.0, node.available_mtpa / usual) if usual > 1e-9 else float(node.available_mtpa > 0)

    def of_fleet(edge: cr.Edge) -> float:
        if edge.fleet is None:
            return 1.0
        left = net.fleet(edge.fleet).available_mt_days
        usual = sum(undisturbed.edges.loc[e.id, "flow_mtpa"] * e.fleet_days
                    for e in undisturbed.network.edges if e.fleet == edge.fleet)  # fmt: skip
        return min(1.0, left / usual) if usual > 1e-9 else float(left > 0)

    before = {edge.id: edge.available_mtpa for edge in undisturbed.network.trunk(corridor)}
    limited = all(amount < math.inf for amount in before.values())
    return sum(
        min(of_edge(edge), of_node(net.node(edge.tail)), of_node(net.node(edge.head)), of_fleet(edge))
        * (before[edge.id] if limited else float(before[edge.id] > 0))
        for edge in net.trunk(corridor)
    )


def measured(flow: cr.Flow, undisturbed: cr.Flow) -> dict[str, float]:
    """Return what a flow comes to, from its tables, by the names that conditions give."""
    supplies, markets = flow.supplies.reset_index(), flow.markets.reset_index()
    found = {
        "delivered": flow.delivered_mtpa, "shortfall": flow.shortfall_mtpa, "unmet": flow.unmet_mtpa,
        "cost": flow.cost_musd_per_year, "netback": flow.netback_musd_per_year,
    }  # fmt: skip
    for commodity in supplies["commodity"].unique():
        sold = markets[markets["commodity"] == commodity]
        found[f"{commodity}_delivered"] = sold["delivered_mtpa"].sum()
        found[f"{commodity}_shortfall"] = supplies.loc[supplies["commodity"] == commodity, "shortfall_mtpa"].sum()
    for corridor in flow.network.corridors:
        now, before = (in_service(net, undisturbed, corridor.id) for net in (flow.network, undisturbed.network))
        found[f"throughput/{corridor.id}"] = flow.throughput_mtpa(corridor.id)
        found[f"reduced/{corridor.id}"] = float(now < before - 1e-9)
        found[f"closed/{corridor.id}"] = float(now <= 1e-9 < before)
    return found


def assert_states_equal(net: cr.Network, hazards: tuple[cr.Hazard, ...], shares: np.ndarray) -> None:
    """Assert that each condition's arrays are those of the network with its hazards applied."""
    try:
        cr.solve(net)
    except cr.CorridorError:
        assume(False)
    batch = BatchSolver(net, hazards)
    program = Program.of(net)
    for taken in shares:
        try:
            expected = program.state(applied(net, of_set(hazards, tuple(taken.tolist()))))
        except cr.DataError:
            with pytest.raises(cr.DataError):
                batch.state(taken)
            continue
        found = batch.state(taken)
        for part in ("cost", "lower", "upper", "ceiling", "fleet_days"):
            np.testing.assert_allclose(
                getattr(found, part), getattr(expected, part), rtol=1e-12, atol=1e-12, err_msg=part
            )
        assert found.constant == pytest.approx(expected.constant)


@given(disturbed())
@settings(max_examples=examples(25))
def test_state_is_that_of_the_network_with_hazards_applied(drawn: tuple[cr.Network, tuple[cr.Hazard, ...]]) -> None:
    """Any changes: tariff, quota, expansion, opening, supply, demand, price, delay, overlapping outages and derates."""
    assert_states_equal(*drawn, all_sets(drawn[1]))


@given(disturbed(*CLOSING), st.data())
@settings(max_examples=examples(25))
def test_state_of_shares_is_that_of_milder_derates(
    drawn: tuple[cr.Network, tuple[cr.Hazard, ...]], data: st.DataObject
) -> None:
    """A hazard that takes a share of what it can leaves 1 - share x (1 - remaining) of limited edges."""
    net, hazards = drawn[0].replace(quotas=()), tuple(h.replace(changes=h.changes[:1]) for h in drawn[1])
    boundless = tuple(edge for edge in net.edges if edge.capacity_mtpa is None)
    assume(
        not any(
            isinstance(c, cr.Outage) and {e.id for e in boundless} & set(c.edge) for h in hazards for c in h.changes
        )
    )
    share = st.sampled_from((0.0, 0.25, 0.5, 1.0))
    rows = data.draw(st.lists(st.tuples(*[share] * len(hazards)), min_size=1, max_size=4))
    assert_states_equal(net, hazards, np.array(rows))


@given(disturbed())
@settings(max_examples=examples(25))
def test_outcomes_are_those_of_solving_the_scenario(drawn: tuple[cr.Network, tuple[cr.Hazard, ...]]) -> None:
    """Every measure of every set of hazards is what `solve` says, where the best flow is unique."""
    net, hazards = without_ties(drawn[0]), drawn[1]
    try:
        batch = BatchSolver(net, hazards)
        found = batch.outcomes(all_sets(hazards))
        flows = [cr.solve(applied(net, of_set(hazards, tuple(taken)))) for taken in all_sets(hazards).tolist()]
    except cr.CorridorError:
        assume(False)
        raise
    for row, flow in zip(found, flows, strict=True):
        told = dict(zip(batch.layout.names, row.tolist(), strict=True))
        expected = measured(flow, flows[0])
        assert {name: told[name] for name in expected} == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(disturbed(*CLOSING, most=3), st.integers(0, 2**32 - 1))
@settings(max_examples=examples(25))
def test_shared_bases_give_what_solving_each_does(drawn: tuple[cr.Network, tuple[cr.Hazard, ...]], seed: int) -> None:
    """Forty conditions of drawn shares at once, enough to share bases, come to what each comes to alone."""
    net, hazards = without_ties(drawn[0]), drawn[1]
    shares = 0.05 + 0.9 * np.random.default_rng(seed).random((40, len(hazards)))
    try:
        batch = BatchSolver(net, hazards)
        together = batch.outcomes(shares)
    except cr.CorridorError:
        assume(False)
        raise
    alone = np.concatenate([BatchSolver(net, hazards).outcomes(row[None, :]) for row in shares[::8]])
    np.testing.assert_allclose(together[::8], alone, rtol=1e-6, atol=1e-6)
    flow = cr.Flow(batch.solution(shares[0]))
    told = dict(zip(batch.layout.names, together[0].tolist(), strict=True))
    assert told["netback"] == pytest.approx(flow.netback_musd_per_year, rel=1e-6, abs=1e-6)
    assert told["delivered"] == pytest.approx(flow.delivered_mtpa, rel=1e-6, abs=1e-6)


def two_oils() -> cr.Network:
    """Return three ways and two commodities, hazards of many kinds, of which two draw their severity."""
    net = ways(6, 5, 4, volume=9.0)
    edges = tuple(edge.replace(transit_days=7.0 + at) for at, edge in enumerate(net.edges))
    hazards = (
        closes(
            "storm", "w0", rate=6.0, days=cr.Lognormal(median=8.0, sigma=1.2), severity=cr.Uniform(low=0.3, high=1.0)
        ),
        hazard("order", cr.Derate(edge=("w0", "w1"), remaining=0.4), rate=3.0, days=25.0),
        hazard("toll", cr.TariffShock(edge="w1", add_usd_per_t=150.0), rate=4.0, days=30.0),
        hazard("strike", cr.SupplyShock(commodity="oil", remaining=0.5), cr.Outage(edge="w2"), rate=2.0, days=20.0),
        hazard("contract", cr.QuotaChange(edge="w0", commodity="gas", max_mtpa=1.5), rate=2.0, days=90.0),
        derates("ice", "w2", 0.2, rate=1.0, days=400.0, severity=cr.Uniform(low=0.0, high=0.5)),
    )
    return net.replace(
        edges=edges,
        commodities=(
            cr.Commodity(id="oil", value_usd_per_t=500.0, interest_per_year=0.1), cr.Commodity(id="gas"),
        ),
        supplies=(*net.supplies, cr.Supply(node="field", commodity="gas", volume_mtpa=4.3, penalty_usd_per_t=900.0)),
        markets=(
            *net.markets,
            cr.Market(node="port", commodity="gas", price_usd_per_t=77.7, volume_mtpa=6.0, required_mtpa=2.0),
        ),
        hazards=hazards,
    )  # fmt: skip


MORE = cr.Scenario(name="more", changes=[cr.Expansion(edge="w1", add_mtpa=2.2)])


@pytest.mark.parametrize("scenario", [None, pytest.param(MORE, marks=pytest.mark.fuzz)])
def test_years_are_what_solving_each_interval_gives(scenario: cr.Scenario | None) -> None:
    """An oracle that shares the draws alone: each interval's scenario applied and solved, and added up over time."""
    net, years, seed = two_oils(), 6, 12
    ens = cr.simulate(net, years=years, seed=seed, scenario=scenario)
    world = net if scenario is None else scenario.apply(net)
    cut = intervals(net.hazards, seed, 0, years)
    taken = unpacked(cut.in_force, len(net.hazards)).astype(float)
    for at, share in cut.severity.items():
        assert ((share > 0) == (taken[:, at] > 0)).all()
        taken[:, at] = np.round(share / SHARE_STEP) * SHARE_STEP
    solved: dict[tuple[float, ...], dict[str, float]] = {}
    usual = cr.solve(world)
    totals = [dict.fromkeys(measured(usual, usual), 0.0) for _ in range(years)]
    worst = np.zeros(years)
    for year, days, row in zip(cut.year.tolist(), cut.days.tolist(), map(tuple, taken.tolist()), strict=True):
        if row not in solved:
            solved[row] = measured(cr.solve(applied(world, of_set(net.hazards, row))), usual)
        for name, value in solved[row].items():
            totals[year][name] += value * days / 365.0
        worst[year] = max(worst[year], solved[row]["shortfall"])
    expected = pd.DataFrame(totals)
    units = {"delivered": "mt", "shortfall": "mt", "unmet": "mt", "cost": "musd", "netback": "musd"}
    for name in expected:
        what, _, corridor = str(name).partition("/")
        if what == "throughput":
            np.testing.assert_allclose(ens.throughputs[corridor], expected[name], rtol=1e-6, atol=1e-6)
        elif what in ("reduced", "closed"):
            assert ens.corridors.loc[corridor, f"{what}_days"] == pytest.approx(365.0 * expected[name].mean())
        else:
            column = f"{name}_{units[what.rpartition('_')[2]]}"
            np.testing.assert_allclose(ens.years[column], expected[name], rtol=1e-6, atol=1e-6, err_msg=column)
    np.testing.assert_allclose(ens.years["worst_shortfall_mtpa"], worst, rtol=1e-6, atol=1e-6)
    by_commodity = ens.years["oil_netback_musd"] + ens.years["gas_netback_musd"]
    np.testing.assert_allclose(by_commodity, ens.years["netback_musd"], rtol=1e-9)


@given(disturbed(*CLOSING, most=2), st.floats(0.5, 30.0), st.lists(st.floats(0.05, 0.95), min_size=2, max_size=2))
@settings(max_examples=examples(40))
def test_exposure_of_a_trunk_is_the_mean_over_conditions(
    drawn: tuple[cr.Network, tuple[cr.Hazard, ...]], limit: float, left: list[float]
) -> None:
    """Share in service, time untouched and time closed: over all sets of hazards, by records, solve and conditions."""
    net = without_ties(drawn[0])
    assume(net.corridors)
    sink = net.trunk("trunk")[0].head
    net = net.replace(nodes=tuple(n.replace(throughput_mtpa=limit) if n.id == sink else n for n in net.nodes))
    at_sink = (hazard(f"s{at}", cr.Derate(node=sink, remaining=share)) for at, share in enumerate(left))
    hazards = (*drawn[1], *at_sink)
    net = net.replace(hazards=hazards)
    try:
        usual = cr.solve(net)
        exposed = Exposures.of(net, usual)
        states = pd.DataFrame(BatchSolver(net, hazards).outcomes(all_sets(hazards)))
    except cr.CorridorError:
        assume(False)
        raise
    q = [-math.expm1(-h.frequency_per_year * h.mean_duration_days / 365.0) for h in hazards]
    sets = all_sets(hazards)
    chance = np.where(sets > 0, q, 1.0 - np.array(q)).prod(axis=1)
    share = [in_service(applied(net, of_set(hazards, tuple(row))), usual, "trunk") for row in sets.tolist()]
    ways = [
        (("edge", e.id), ("node", e.tail), ("node", e.head), *([("fleet", e.fleet)] if e.fleet else []))
        for e in net.trunk("trunk")
    ]
    ways = [way for way in ways if all(exposed.headroom[asset] > 0 for asset in way)]
    if share[0] == 0:
        assert not ways
        return
    weights = np.array([net.edge(way[0][1]).available_mtpa for way in ways])
    weights = weights if np.isfinite(weights).all() else np.ones(len(ways))
    means = np.nan_to_num([exposed.availability(way) for way in ways], nan=1.0)
    assert weights @ means / weights.sum() == pytest.approx(chance @ share / share[0])
    assert exposed.untouched(itertools.chain(*ways)) == pytest.approx(1.0 - chance @ states.iloc[:, -2])
    assert exposed.closed(ways) == pytest.approx(chance @ states.iloc[:, -1])


def test_a_trunk_is_reduced_with_its_end_nodes() -> None:
    """A hazard at the port where a corridor's trunk ends reduces and closes the corridor, as availability says."""
    net = cr.Network.from_frames(
        nodes=pd.DataFrame({"id": ["field", "port"], "throughput_mtpa": [None, 8.0]}),
        edges=pd.DataFrame({"id": ["pipe"], "tail": ["field"], "head": ["port"], "corridor": ["way"]}),
        supplies=pd.DataFrame({"node": ["field"], "commodity": ["oil"], "volume_mtpa": [5.0]}),
        markets=pd.DataFrame({"node": ["port"], "commodity": ["oil"], "price_usd_per_t": [100.0]}),
    )
    law = {"frequency_per_year": 4.0, "duration_days": 10.0}
    half = cr.Hazard(name="half", changes=[cr.Derate(node="port", remaining=0.5)], **law)
    none = cr.Hazard(name="none", changes=[cr.Derate(node="port", remaining=0.0)], **law)
    ens = cr.simulate(net.replace(hazards=(half, none)), 3000, 1)
    found = ens.corridors.loc["way"]
    assert found["reduced_days"] == pytest.approx(ens.years["disturbed_days"].mean())
    closed = ens.states[[("none" in names) for names in ens.states["hazards"]]]
    assert found["closed_days"] == pytest.approx(closed["days_per_year"].sum())
