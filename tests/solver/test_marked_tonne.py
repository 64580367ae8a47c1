"""What the next tonne through a corridor earns: by hand, by a copy written as a commodity, and by an own program."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import networkx as nx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import corridor as cr
from corridor.solver.flow import Flow
from corridor.solver.marked_tonne import STEP_MTPA, MarkedTonne
from corridor.solver.warm import WarmSolver
from helpers import layered
from helpers.oracle import cost_of
from helpers.small_networks import OIL, edge, minimum, network, scenario
from helpers.strategies import networks


def marked(
    net: cr.Network, state: cr.Scenario | None = None, *, commodity: str = OIL, origin: str = "field",
    destination: str | None = None, step: float = STEP_MTPA, strict: bool = True,
) -> MarkedTonne:  # fmt: skip
    """Return the marked tonne of a state of a network."""
    solver = WarmSolver(net)
    solution = solver.solve(state, strict=strict)
    return MarkedTonne(
        solver.solver_for(solution.network), solution, commodity=commodity, origin=origin, destination=destination,
        step_mtpa=step,
    )  # fmt: skip


def next_tonne(net: cr.Network, corridor: str, state: cr.Scenario | None = None, **of: Any) -> float:
    """Return what the next tonne through a corridor earns."""
    return marked(net, state, **of).netback_usd_per_t(corridor)


def two_ways(*, oil: float = 5.0, a: float | None = None, b: float | None = None, **more: Any) -> cr.Network:
    """Return ways a (10 USD/t) and b (30 USD/t) of oil that sells at 100."""
    ways = edge("a", 10.0, a, corridor="a"), edge("b", 30.0, b, corridor="b")
    return network(*ways, supplies=(cr.Supply(node="field", commodity=OIL, volume_mtpa=oil),), **more)


# By hand


def shared(volume: float) -> cr.Network:
    """Return k by t (10 USD/t, at most 6) or u (30), and 2 of r by t (4) or v (7)."""
    leg = edge("t", 0.0, 6.0, ends="gate port", corridor="t")
    return network(
        leg,
        edge("k_to_t", 10.0, ends="field gate", commodities=("k",)),
        edge("r_to_t", 4.0, ends="field gate", commodities=("r",)),
        edge("u", 30.0, 9.0, corridor="u", commodities=("k",)),
        edge("v", 7.0, 9.0, commodities=("r",)),
        supplies=(
            cr.Supply(node="field", commodity="k", volume_mtpa=volume),
            cr.Supply(node="field", commodity="r", volume_mtpa=2.0),
        ),
        markets=tuple(cr.Market(node="port", commodity=c, price_usd_per_t=100.0) for c in "kr"),
    )


@pytest.mark.parametrize(("volume", "by_t", "by_u"), [(3.0, 90.0, 70.0), (4.0, 70.0, 70.0), (6.0, 70.0, 70.0)])
def test_a_full_corridor_sends_own_oil_elsewhere(volume: float, by_t: float, by_u: float):
    """Where t is full a marked tonne by t moves own oil to u (90 - 20), and never r to v (90 - 3)."""
    tonne = marked(shared(volume), commodity="k")
    assert tonne.netback_usd_per_t("t") == pytest.approx(by_t, abs=1e-6)
    assert tonne.netback_usd_per_t("u") == pytest.approx(by_u, abs=1e-6)


def test_posted_netback_and_next_tonne_differ_by_the_rent_of_a_full_corridor():
    """At 4 the posted netback by t stays 90; one more tonne of capacity of t would earn 3, by moving r back from v."""
    posted = cr.compare(shared(4.0), [], commodity="k").loc[("baseline", "t"), "netback_usd_per_t"]
    assert posted == pytest.approx(90.0)


def test_minima_are_held_by_unmarked_oil():
    """A floor of 1.5 on b stays filled by unmarked oil: the next tonne by b is 70, not the 90 of oil let go to a."""
    net = two_ways(quotas=(minimum("b", 1.5),))
    assert next_tonne(net, "b") == pytest.approx(70.0, abs=1e-6)


def test_a_corridor_that_its_minimum_fills_takes_no_marked_tonne():
    """What is promised is all that b can take."""
    assert math.isnan(next_tonne(two_ways(b=1.5, quotas=(minimum("b", 1.5),)), "b"))


def test_a_minimum_that_is_not_met_need_not_be_met():
    """B can carry 0.25 of the 0.5 promised; the next tonne by a is as before."""
    net = two_ways(b=1.0, quotas=(minimum("b", 0.5),))
    hit = scenario(cr.Derate(edge="b", remaining=0.25))
    assert next_tonne(net, "a", hit) == pytest.approx(90.0, abs=1e-6)


def test_a_marked_tonne_shares_the_quota_of_its_commodity():
    """The quota of 2 on a is used up: the marked tonne there moves own oil to b."""
    net = two_ways(quotas=(cr.Quota(edge="a", commodity=OIL, max_mtpa=2.0),))
    assert next_tonne(net, "a") == pytest.approx(70.0, abs=1e-6)


def test_a_marked_tonne_shares_the_market():
    """The dear market takes 5, all from a: by a the marked tonne is sold there and moves own oil to the cheap one."""
    legs = edge("a", 10.0, corridor="a", ends="field dear"), edge("b", 30.0, corridor="b", ends="field cheap")
    dear = cr.Market(node="dear", commodity=OIL, price_usd_per_t=100.0, volume_mtpa=5.0)
    cheap = cr.Market(node="cheap", commodity=OIL, price_usd_per_t=80.0)
    assert next_tonne(network(*legs, markets=(dear, cheap)), "a") == pytest.approx(50.0, abs=1e-6)


def test_a_marked_tonne_shares_a_nodes_throughput():
    """The gate of a takes 5, all used: the marked tonne by a moves own oil to b."""
    legs = (
        edge("to_gate", 0.0, ends="field gate"),
        edge("a", 10.0, ends="gate port", corridor="a"),
        edge("b", 30.0, corridor="b"),
    )
    net = network(*legs)
    net = net.replace(nodes=tuple(n.replace(throughput_mtpa=5.0) if n.id == "gate" else n for n in net.nodes))
    assert next_tonne(net, "a") == pytest.approx(70.0, abs=1e-6)


def test_displaced_oil_upstream_makes_netback_and_next_tonne_differ():
    """A feeder of 5 from the field is full of oil for a; by b the marked tonne takes its place and a loses one."""
    legs = (
        edge("feeder", 0.0, 5.0, ends="field gate"),
        edge("train", 4.0, ends="field gate"),
        edge("a", 10.0, ends="gate port", corridor="a"),
        edge("b", 30.0, ends="gate port", corridor="b"),
    )
    assert next_tonne(network(*legs), "b") == pytest.approx(100.0 - 30.0 - 4.0, abs=1e-6)


def test_other_shippers_keep_what_they_use_of_a_node():
    """R passes 2 of the 6 that the gate takes, and could go around for nothing: k has 4 there all the same."""
    net = shared(4.0)
    gate = tuple(n.replace(throughput_mtpa=6.0) if n.id == "gate" else n for n in net.nodes)
    free = net.replace(nodes=gate, edges=tuple(e.replace(capacity_mtpa=None) if e.id == "t" else e for e in net.edges))
    assert next_tonne(free, "t", commodity="k") == pytest.approx(70.0, abs=1e-6)


@pytest.mark.parametrize(("destination", "netback"), [(None, 90.0), ("far", 60.0), ("near", 90.0)])
def test_a_marked_tonne_may_be_meant_for_one_market(destination: str | None, netback: float):
    """Both markets lie behind a; the far one costs 30 more."""
    legs = edge("a", 10.0, ends="field near", corridor="a"), edge("on", 30.0, ends="near far")
    markets = tuple(cr.Market(node=node, commodity=OIL, price_usd_per_t=100.0) for node in ("near", "far"))
    assert next_tonne(network(*legs, markets=markets), "a", destination=destination) == pytest.approx(netback, abs=1e-6)


def test_a_marked_tonne_cannot_go_around_its_corridor():
    """The port can be reached by a cheap way without a label, which the marked tonne does not take."""
    net = network(edge("direct", 1.0), edge("a", 10.0, corridor="a"))
    assert next_tonne(net, "a") == pytest.approx(90.0, abs=1e-6)


def test_steering_prices_are_not_in_the_netback():
    """A need with a penalty of 1 000 takes the marked tonne by b, which earns the price of 100 less 30."""
    needs = (cr.Market(node="port", commodity=OIL, price_usd_per_t=100.0, required_mtpa=20.0, penalty_usd_per_t=1e3),)
    assert next_tonne(two_ways(a=5.0, markets=needs), "b") == pytest.approx(70.0, abs=1e-6)


# Every way full, or none


def test_a_closed_corridor_has_no_next_tonne():
    """Nothing crosses a closed trunk."""
    assert math.isnan(next_tonne(two_ways(), "a", scenario(cr.Outage(edge="a"))))


def test_a_full_corridor_whose_oil_has_no_other_way_has_no_next_tonne():
    """Both ways are full: a marked tonne by a would leave own oil in the ground."""
    assert math.isnan(next_tonne(two_ways(a=2.0, b=3.0), "a"))


def test_a_corridor_that_others_fill_has_no_next_tonne():
    """R holds all 6 of t though v is free for it: capacity is 6, and every way for k is full."""
    net = shared(0.0)
    full = net.replace(supplies=tuple(s.replace(volume_mtpa=6.0) if s.commodity == "r" else s for s in net.supplies))
    assert cr.compare(full, [], commodity="k").loc[("baseline", "t"), "capacity_mtpa"] == pytest.approx(6.0)
    assert math.isnan(next_tonne(full, "t", commodity="k"))


def test_a_corridor_out_of_reach_of_the_origin_has_no_next_tonne():
    """B begins at another field."""
    legs = edge("a", 10.0, corridor="a"), edge("b", 30.0, ends="other port", corridor="b")
    supplies = tuple(cr.Supply(node=node, commodity=OIL, volume_mtpa=1.0) for node in ("field", "other"))
    net = network(*legs, supplies=supplies)
    assert math.isnan(next_tonne(net, "b"))
    assert next_tonne(net, "b", origin="other") == pytest.approx(70.0, abs=1e-6)


def test_a_tonne_that_takes_what_a_buyer_needs_is_none():
    """A is full and leads to the need alone; the marked tonne, meant for the port behind, would take from it."""
    legs = edge("a", 10.0, 5.0, ends="field need", corridor="a"), edge("on", 0.0, ends="need port")
    markets = (
        cr.Market(node="need", commodity=OIL, price_usd_per_t=50.0, required_mtpa=4.0),
        cr.Market(node="port", commodity=OIL, price_usd_per_t=100.0),
    )
    spare = edge("b", 30.0, ends="field port", corridor="b")
    one, more = network(*legs, spare, markets=markets), {"destination": "port"}
    assert next_tonne(one, "a", **more) == pytest.approx(70.0, abs=1e-6)
    tight = scenario(cr.Derate(edge="a", remaining=0.8))
    assert math.isnan(next_tonne(one, "a", tight, **more))


def test_a_commodity_that_crosses_no_trunk_of_a_corridor_has_no_next_tonne():
    """U takes no r."""
    assert math.isnan(next_tonne(shared(3.0), "u", commodity="r"))


# Errors


@pytest.mark.parametrize(
    ("of", "sentence"),
    [
        ({"origin": "port"}, "origin 'port' supplies no oil; choose one of field"),
        ({"destination": "field"}, "destination 'field' buys no oil; choose one of port"),
    ],
)
def test_ends_that_the_commodity_has_not_are_refused(of: dict[str, str], sentence: str):
    """Where it begins it is supplied, where it ends it is bought."""
    with pytest.raises(cr.DataError, match=sentence):
        marked(two_ways(), **of)


@pytest.mark.parametrize("of", [{"origin": "fjeld"}, {"destination": "prot"}, {"commodity": "oli"}])
def test_unknown_names_are_refused(of: dict[str, str]):
    """Nodes and commodities are those of the network."""
    with pytest.raises(cr.UnknownNameError, match="did you mean"):
        marked(two_ways(), **of)


def test_an_unknown_corridor_is_refused():
    """An unknown corridor is no full one."""
    with pytest.raises(cr.UnknownNameError, match="corridor"):
        next_tonne(two_ways(), "c")


# Answers do not depend on what was asked before


def test_no_answer_depends_on_what_was_solved_before():
    """One program serves all states: asked in another order the answers are the same to the bit."""
    net = shared(4.0)
    states = [None, scenario(cr.Outage(edge="t")), scenario(cr.TariffShock(edge="u", add_usd_per_t=5.0))]
    solver = WarmSolver(net)

    def answers(order: Iterable[int]) -> dict[int, list[str]]:
        told = {}
        for number in order:
            tonne = MarkedTonne(solver, solver.solve(states[number]), commodity="k", origin="field")
            told[number] = [repr(tonne.netback_usd_per_t(id)) for id in "tu"]
        return told

    assert answers((0, 1, 2)) == answers((2, 1, 0))


# An own program


@st.composite
def labelled(draw: st.DrawFn) -> tuple[cr.Network, cr.Supply]:
    """Draw a network with a corridor of one or two edges and a supply."""
    net = draw(networks(demands=True, most_commodities=2))
    plain = net.replace(edges=tuple(e.replace(corridor=None) for e in net.edges), corridors=(cr.Corridor(id="c"),))
    graph = nx.MultiDiGraph((e.tail, e.head) for e in plain.edges)
    single = [e.id for e in plain.edges if not nx.has_path(graph, e.head, e.tail)]
    assume(single)
    trunk = draw(st.lists(st.sampled_from(single), min_size=1, max_size=2, unique=True))
    for ids in (trunk, trunk[:1]):
        edges = tuple(e.replace(corridor="c" if e.id in ids else None) for e in plain.edges)
        try:
            return plain.replace(edges=edges), draw(st.sampled_from(plain.supplies))
        except cr.DataError:
            continue
    raise AssertionError("an edge on no cycle is a trunk")


@given(labelled(), st.booleans())
@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_next_tonne_is_that_of_an_own_program(drawn: tuple[cr.Network, cr.Supply], meant: bool):
    """A program in layers, by linprog, gives the same number or none, minima and other shippers included."""
    net, supply = drawn
    of: dict[str, Any] = {"commodity": supply.commodity, "origin": supply.node}
    if meant:
        of["destination"] = next(m.node for m in net.markets if m.commodity == supply.commodity)
    solver = WarmSolver(net)
    flow = Flow(solver.solve())
    expected = layered.next_tonne(flow, "c", **of, step=0.25)
    own = MarkedTonne(solver, flow.solution, **of, step_mtpa=0.25).netback_usd_per_t("c")
    assert own == pytest.approx(expected, abs=1e-3, nan_ok=True)


# A copy written as a commodity, by the public names alone

KAZAKH, COPY = "kazakh_crude", "marked_crude"
ORIGIN = "tengiz"


def copied(flow: cr.Flow, corridor: str, step: float) -> cr.Network:
    """Return the network that is left for Kazakh oil in a flow, with a marked commodity that must cross a corridor.

    Ceilings of quotas become capacities, markets of limited volume and requirements edges to a market of their own; the
    price of a requirement is a negative tariff there. Marked oil passes edges before the trunk, the trunk, and edges
    after it, and none that leads around.
    """
    net = flow.network
    own = [e for e in net.edges if e.commodities is None or KAZAKH in e.commodities]
    used = flow.edge_flows["flow_mtpa"]
    others = used[used.index.get_level_values("commodity") != KAZAKH].groupby("edge").sum()
    ceilings = {q.edge: q.max_mtpa for q in net.quotas if q.commodity == KAZAKH and q.max_mtpa is not None}
    graph = nx.MultiDiGraph((e.tail, e.head) for e in own)
    trunk = [e for e in own if e.corridor == corridor]
    near = {n for e in trunk for n in (e.tail, *nx.ancestors(graph, e.tail))}
    far = {n for e in trunk for n in (e.head, *nx.descendants(graph, e.head))}
    assert not near & far
    edges = []
    for e in own:
        passes = e in trunk or {e.tail, e.head} <= near or {e.tail, e.head} <= far
        room = max(0.0, min(e.available_mtpa - others.get(e.id, 0.0), ceilings.get(e.id, math.inf)))
        edges.append(
            e.replace(
                commodities=(KAZAKH, COPY) if passes else (KAZAKH,),
                capacity_mtpa=None if math.isinf(room) else room, remaining=1.0, in_service=True, corridor=None,
            )
        )  # fmt: skip
    nodes, markets = list(_left_at_nodes(flow)), []
    for m in (m for m in net.markets if m.commodity == KAZAKH):
        rest = None if m.volume_mtpa is None else m.volume_mtpa - m.required_mtpa
        for part, room, penalty in (("need", m.required_mtpa, m.penalty_usd_per_t), ("more", rest, 0.0)):
            nodes.append(cr.Node(id=f"{m.node}_{part}"))
            edges.append(
                cr.Edge(id=f"{m.node}_{part}", tail=m.node, head=f"{m.node}_{part}", capacity_mtpa=room,
                        tariff_usd_per_t=-penalty, commodities=(KAZAKH, COPY) if m.node in far else (KAZAKH,))
            )  # fmt: skip
            for commodity in (KAZAKH, COPY) if m.node in far else (KAZAKH,):
                markets.append(
                    cr.Market(node=f"{m.node}_{part}", commodity=commodity, price_usd_per_t=m.price_usd_per_t)
                )
    promised = flow.quotas.xs(KAZAKH, level="commodity")
    minima = tuple(
        cr.Quota(edge=id, commodity=KAZAKH, min_mtpa=min(row.min_mtpa, row.flow_mtpa), penalty_usd_per_t=1e5)
        for id, row in promised.iterrows()
        if min(row.min_mtpa, row.flow_mtpa) > 0
    )
    days = {e.id: (e.fleet, e.fleet_days) for e in net.edges}
    fleets = tuple(
        f.replace(capacity_mt_days=f.available_mt_days
                  - sum(amount * days[id][1] for id, amount in others.items() if days[id][0] == f.id), remaining=1.0)
        for f in net.fleets
    )  # fmt: skip
    rates = [r for r in net.rates if r.commodity == KAZAKH]
    rates += [r.replace(commodity=COPY) for r in rates if COPY in next(e.commodities for e in edges if e.id == r.edge)]
    oil = net.commodity(KAZAKH)
    supplies = [s for s in net.supplies if s.commodity == KAZAKH]
    supplies.append(cr.Supply(node=ORIGIN, commodity=COPY, volume_mtpa=step, penalty_usd_per_t=1e4))
    return cr.Network(
        nodes=tuple(nodes), edges=tuple(edges), commodities=(oil, oil.replace(id=COPY)), supplies=tuple(supplies),
        markets=tuple(markets), quotas=minima, fleets=fleets,
        rates=tuple(rates),
    )  # fmt: skip


def _left_at_nodes(flow: cr.Flow) -> Iterable[cr.Node]:
    """Yield the nodes with the throughput that other shippers leave."""
    heads = {e.id: e.head for e in flow.network.edges}
    used = flow.edge_flows["flow_mtpa"]
    passing = dict.fromkeys((n.id for n in flow.network.nodes), 0.0)
    for (id, commodity), amount in used.items():
        passing[heads[id]] += amount if commodity != KAZAKH else 0.0
    for (node, commodity), amount in flow.supplies["lifted_mtpa"].items():
        passing[node] += amount if commodity != KAZAKH else 0.0
    for node in flow.network.nodes:
        room = max(0.0, node.available_mtpa - passing[node.id])
        yield node.replace(throughput_mtpa=None if math.isinf(room) else room, remaining=1.0)


def by_hand(flow: cr.Flow, corridor: str, step: float) -> float:
    """Return what the next tonne earns, as the difference of two flows of networks with the copy."""
    with_it, without = (cr.solve(copied(flow, corridor, size)) for size in (step, 0.0))
    steered = {e.id: e.tariff_usd_per_t for e in with_it.network.edges if e.id.endswith("_need")}

    def money(solved: cr.Flow) -> float:
        return solved.netback_musd_per_year + sum(
            cost * solved.edges.loc[id, "flow_mtpa"] for id, cost in steered.items()
        )

    unmet = [
        sum(e.capacity_mtpa - solved.edges.loc[e.id, "flow_mtpa"] for e in with_it.network.edges if e.id in steered)
        for solved in (with_it, without)
    ]
    held = with_it.quotas["unmet_minimum_mtpa"].sum() if len(with_it.quotas) else 0.0
    missing = max(with_it.shortfall_mtpa - without.shortfall_mtpa, unmet[0] - unmet[1], held)
    return (money(with_it) - money(without)) / step if missing < 1e-3 * step else math.nan


HAND = [(2022, None), (2024, None), (2024, "caspian-low-water"), (2024, "black-sea-war-risk"), (2020, "georgia-closed")]


@pytest.mark.parametrize(("year", "name"), HAND)
def test_next_tonne_is_that_of_a_copy_written_by_hand(year: int, name: str | None):
    """All corridors of a shipped state, minima and other shippers included; some are full and some are not."""
    solver = WarmSolver(cr.load("caspian", year))
    flow = Flow(solver.solve(None if name is None else cr.load_scenario(name)))
    corridors = [c.id for c in flow.network.corridors if any(e.admits(KAZAKH) for e in flow.network.trunk(c.id))]
    tonne = MarkedTonne(solver.solver_for(flow.network), flow.solution, commodity=KAZAKH, origin=ORIGIN, step_mtpa=0.1)
    own = {id: tonne.netback_usd_per_t(id) for id in corridors}
    assert own == pytest.approx({id: by_hand(flow, id, 0.1) for id in corridors}, abs=1e-3, nan_ok=True)
    assert {True, False} == set(map(math.isnan, own.values()))


# Shipped networks


@pytest.fixture(scope="module")
def newest() -> WarmSolver:
    """Return the solver of the newest year."""
    return WarmSolver(cr.load("caspian"))


@pytest.mark.parametrize("premium", [60.0, 80.0, 120.0, 160.0, 200.0])
def test_ways_in_use_tie_under_a_premium(newest: WarmSolver, premium: float):
    """From a premium of 60 USD/t on the CPC its next tonne earns what that by the BTC does: either moves the other."""
    dear = scenario(cr.TariffShock(corridor="cpc", add_usd_per_t=premium))
    tonne = MarkedTonne(newest, newest.solve(dear), commodity=KAZAKH, origin=ORIGIN)
    assert tonne.netback_usd_per_t("cpc") == pytest.approx(tonne.netback_usd_per_t("btc"), abs=0.01)


@pytest.mark.fuzz
def test_one_to_a_hundred_thousand_tonnes_agree():
    """In all shipped years and scenarios, by all corridors, the size of what is marked changes nothing by 0.1 USD/t."""
    rows = 0
    for year in range(2018, 2025):
        solver = WarmSolver(cr.load("caspian", year))
        for name in (None, *cr.scenarios()):
            solution = solver.solve(None if name is None else cr.load_scenario(name), strict=False)
            tonnes = [
                MarkedTonne(solver.solver_for(solution.network), solution, commodity=KAZAKH, origin=ORIGIN,
                            step_mtpa=step)
                for step in (0.001, 0.01, 0.1)
            ]  # fmt: skip
            for corridor in solution.network.corridors:
                first, *rest = (tonne.netback_usd_per_t(corridor.id) for tonne in tonnes)
                assert rest == pytest.approx([first, first], abs=0.1, nan_ok=True), (year, name, corridor.id)
                rows += not math.isnan(first)
    assert rows > 200


@given(networks(most_commodities=2), st.data())
@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_without_a_limit_the_next_tonne_earns_the_posted_netback(net: cr.Network, data: st.DataObject):
    """Nothing is full, so nothing moves: what a tonne pays is the cheapest route to the best market."""
    free = net.replace(
        nodes=tuple(n.replace(throughput_mtpa=None, remaining=1.0) for n in net.nodes),
        edges=tuple(
            e.replace(capacity_mtpa=None, remaining=1.0, in_service=True, fleet=None, fleet_days=0.0) for e in net.edges
        ),
        markets=tuple(m.replace(volume_mtpa=None, required_mtpa=0.0) for m in net.markets), quotas=(),
    )  # fmt: skip
    assume(free.corridors)
    supply = data.draw(st.sampled_from(free.supplies))
    own = next_tonne(free, "trunk", commodity=supply.commodity, origin=supply.node)
    assert own == pytest.approx(posted(free, supply), abs=1e-6, nan_ok=True)


def posted(net: cr.Network, supply: cr.Supply) -> float:
    """Return price less cost by the trunk from a supply, by networkx's shortest paths; NaN where there is no way."""
    (cargo,) = (c for c in net.commodities if c.id == supply.commodity)
    graph, trunk = nx.MultiDiGraph(), []
    graph.add_nodes_from(n.id for n in net.nodes)
    for e in net.edges:
        if not e.admits(cargo.id):
            continue
        cost = float(cost_of(net, e, cargo))
        if e.corridor:
            trunk.append((e, cost))
        else:
            graph.add_edge(e.tail, e.head, weight=cost)
    for m in net.markets:
        if m.commodity == cargo.id:
            graph.add_edge(m.node, "sold", weight=-m.price_usd_per_t)
    before = nx.single_source_bellman_ford_path_length(graph, supply.node)
    earned = [
        -before[e.tail] - cost - nx.bellman_ford_path_length(graph, e.head, "sold")
        for e, cost in trunk
        if e.tail in before and "sold" in graph and nx.has_path(graph, e.head, "sold")
    ]
    return max(earned, default=math.nan)
