"""Shares of capacity and of time under hazards with members and two-part shares: closed forms, enumeration, years."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

import corridor as cr
from helpers.examples import examples
from helpers.parallel_routes import closes, hazard, ways

SHARES = ("availability", "untouched", "closed")
SLOW = {"mean": 0.28, "at_most": 0.6, "concentration": 2.084}
LOAD = 2.0 * 20.0 / 365.0
"""Mean number of events in force of a hazard of `helpers.parallel_routes`."""


def row_of(net: cr.Network, *hazards: cr.Hazard) -> list[float]:
    """Return the shares of the first corridor under some hazards."""
    return [float(value) for value in cr.availability(net.replace(hazards=hazards)).loc["w0", list(SHARES)]]


def chain(n: int) -> cr.Network:
    """Return n edges e0, e1, ... of 10 Mt/y in a row, the first of which is the trunk of corridor w0."""
    net = ways(10.0)
    ids = ["field", *(f"n{number}" for number in range(1, n)), "port"]
    edges = tuple(
        net.edges[0].replace(id=f"e{number}", tail=tail, head=head, corridor=None if number else "w0")
        for number, (tail, head) in enumerate(itertools.pairwise(ids))
    )
    return net.replace(nodes=tuple(cr.Node(id=id) for id in ids), edges=edges)


def through_straits(limit: float) -> cr.Network:
    """Return w0 of 90 Mt/y, which 60 take, to straits of some limit and on to the port."""
    net = ways(90.0, volume=60.0)
    straits, port = cr.Node(id="straits", throughput_mtpa=limit), net.node("port")
    sea = net.edges[0].replace(id="sea", tail="straits", capacity_mtpa=None, corridor=None)
    return net.replace(
        nodes=(net.node("field"), straits, port), edges=(net.edges[0].replace(head="straits"), sea)
    )  # fmt: skip


def test_a_share_in_two_parts_by_its_distribution() -> None:
    """What is gone on average is the integral of the chance that an event in force takes more, by scipy's Beta."""
    severity = cr.TwoPart(complete=0.2, **SLOW)
    x = 0.28 / 0.6
    partial = stats.beta(x * 2.084, (1 - x) * 2.084)

    def more(share: float) -> float:
        return 1 - math.exp(-LOAD * (1 - 0.8 * partial.cdf(share / 0.6)))

    gone = sum(integrate.quad(more, a, b, epsabs=1e-12)[0] for a, b in ((0.0, 0.3), (0.3, 0.6), (0.6, 1.0)))
    closed = 1 - math.exp(-0.2 * LOAD)
    assert row_of(ways(10.0), closes("h", "w0", severity=severity)) == pytest.approx(
        [1 - gone, math.exp(-LOAD), closed], abs=1e-9
    )


@pytest.mark.parametrize(
    "net", [ways(10.0), through_straits(75.0), through_straits(180.0)], ids=["edge", "port", "sea"]
)
@pytest.mark.parametrize("complete", [0.3, 0.95])
def test_two_parts_are_two_hazards(net: cr.Network, complete: float) -> None:
    """Complete ones at p times the rate, and partial ones at 1 - p times: a Poisson process thinned, to 1e-9."""
    struck = cr.Outage(node="straits") if len(net.nodes) == 3 else cr.Outage(edge="w0")
    both = hazard("both", struck, severity=cr.TwoPart(complete=complete, **SLOW))
    stop = hazard("stop", struck, rate=2.0 * complete)
    slow = hazard("slow", struck, rate=2.0 * (1 - complete), severity=cr.TwoPart(**SLOW))
    assert row_of(net, both) == pytest.approx(row_of(net, stop, slow), abs=1e-9)


@pytest.mark.parametrize("severity", [None, cr.TwoPart(complete=0.3, **SLOW), cr.Uniform(low=0.1, high=0.7)])
def test_hits_that_are_certain_are_one_hazard(severity: cr.Uniform | cr.TwoPart | None) -> None:
    """Members struck with probability 1 are struck as one: what all changes together do, on one way and on two."""
    net = ways(10.0, 10.0, volume=15.0)
    more: dict[str, Any] = {"name": "h", "frequency_per_year": 2.0, "duration_days": 20.0, "severity": severity}
    hits = cr.Hazard(hits=[{"edge": "w0"}, {"edge": "w1"}], **more)
    changes = cr.Hazard(changes=[cr.Outage(edge="w0"), cr.Outage(edge="w1")], **more)
    assert row_of(net, hits) == pytest.approx(row_of(net, changes), abs=1e-12)
    found, expected = (
        cr.common_cause(net.replace(hazards=(h,))).loc[("w0", "w1"), "together"] for h in (hits, changes)
    )
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("severity", [None, cr.TwoPart(complete=0.3, **SLOW)])
def test_a_hit_alone_is_a_rarer_hazard(severity: cr.TwoPart | None) -> None:
    """A member struck with probability p, beside one elsewhere, is struck at p times the rate."""
    net = ways(10.0, 10.0, volume=15.0)
    hits = [{"edge": "w0", "probability": 0.3}, {"edge": "w1", "probability": 0.8}]
    both = cr.Hazard(name="h", hits=hits, frequency_per_year=2.0, duration_days=20.0, severity=severity)
    assert row_of(net, both) == pytest.approx(row_of(net, closes("h", "w0", rate=0.6, severity=severity)), abs=1e-12)


def test_two_ways_are_struck_together_by_one_event_or_by_two() -> None:
    """By inclusion and exclusion: 1 less the chance of no event on w0, or on w1, more that of none on either."""
    hits = [{"edge": "w0", "probability": 0.3}, {"edge": "w1", "probability": 0.8}]
    both = cr.Hazard(name="h", hits=hits, frequency_per_year=20.0, duration_days=20.0)
    row = cr.common_cause(ways(10.0, 10.0, hazards=[both])).loc[("w0", "w1")]
    load = 10 * LOAD
    expected = 1 - math.exp(-0.3 * load) - math.exp(-0.8 * load) + math.exp(-load * (1 - 0.7 * 0.2))
    assert row["together"] == pytest.approx(expected, abs=1e-12)


@st.composite
def hazards(draw: st.DrawFn) -> list[cr.Hazard]:
    """Draw up to three hazards of a row of three edges, with hits or changes, of shares with one or two values."""
    edges = st.sampled_from(("e0", "e1", "e2"))
    listed = []
    for number in range(draw(st.integers(1, 2))):
        severity = draw(st.sampled_from((None, cr.TwoPart(mean=0.4), cr.TwoPart(mean=0.3, complete=0.5))))
        more: dict[str, Any] = {
            "name": f"h{number}",
            "frequency_per_year": draw(st.floats(0.5, 20.0)),
            "severity": severity,
        }
        struck = draw(st.lists(edges, min_size=1, max_size=2, unique=True))
        if draw(st.booleans()):
            more["hits"] = [{"edge": e, "probability": draw(st.sampled_from((0.2, 0.7, 1.0)))} for e in struck]
        else:
            more["changes"] = [cr.Derate(edge=e, remaining=draw(st.sampled_from((0.0, 0.5)))) for e in struck]
        listed.append(cr.Hazard(duration_days=20.0, **more))
    return listed


def kinds(hazard: cr.Hazard) -> list[tuple[dict[str, float], float, float]]:
    """Return what the events of a hazard may do, with their loads: what goes by edge where all is taken, the share."""
    severity, load = hazard.severity, hazard.frequency_per_year * 20.0 / 365.0
    masses = {1.0: 1.0}
    if isinstance(severity, cr.TwoPart):
        masses = {severity.mean: 1 - severity.complete, 1.0: severity.complete}
    if not hazard.hits:
        gone = {change.edge[0]: 1 - change.remaining for change in hazard.changes if isinstance(change, cr.Derate)}
        return [(gone, share, load * mass) for share, mass in masses.items()]
    listed = []
    for struck in itertools.product((False, True), repeat=len(hazard.hits)):
        of = [hit for hit, yes in zip(hazard.hits, struck, strict=True) if yes]
        p = math.prod(h.probability if y else 1 - h.probability for h, y in zip(hazard.hits, struck, strict=True))
        listed += [({hit.edge[0]: 1.0 for hit in of}, share, load * p * mass) for share, mass in masses.items()]
    return listed


def enumerated(listed: list[cr.Hazard]) -> list[float]:
    """Return the shares of a row of edges by which kinds of events are in force, each a Poisson number of its own."""
    every = [(number, *kind) for number, h in enumerate(listed) for kind in kinds(h) if kind[0] and kind[2] > 0]
    total = [0.0, 0.0, 0.0]
    for there in itertools.product((False, True), repeat=len(every)):
        chance, worst = 1.0, dict[tuple[int, str], float]()
        for (number, gone, share, load), yes in zip(every, there, strict=True):
            chance *= -math.expm1(-load) if yes else math.exp(-load)
            for edge, most in gone.items() if yes else ():
                worst[number, edge] = max(worst.get((number, edge), 0.0), share * most)
        edges = {edge for _, edge in worst}
        left = min((math.prod(1 - w for (_, e), w in worst.items() if e == edge) for edge in edges), default=1.0)
        for column, value in enumerate((left, float(left == 1), float(left == 0))):
            total[column] += chance * value
    return total


@settings(max_examples=examples(40), deadline=None)
@given(hazards())
def test_a_row_of_edges_by_enumeration(listed: list[cr.Hazard]) -> None:
    """Every set of kinds of events in force, each member with the worst of what struck it: no code is shared."""
    assert row_of(chain(3), *listed) == pytest.approx(enumerated(listed), abs=1e-9)


@pytest.mark.parametrize(("capacity", "usual"), [(10.0, 0.4), (None, 1.0)])
def test_a_share_of_flow_leaves_that_of_what_passes(capacity: float | None, usual: float) -> None:
    """4 of 10 Mt/y pass, of which 70 % are left while it is in force; without a limit, 70 % of what there is."""
    slow = closes("h", "w0", severity=cr.TwoPart(mean=0.3, of="flow"))
    share = -math.expm1(-LOAD)
    row = row_of(ways(capacity, volume=4.0), slow)
    assert row == pytest.approx([1 - share * (1 - 0.7 * usual), 1 - share, 0.0])


def test_no_hazard_on_record_is_empty() -> None:
    """Where no member aims at the way nothing is known: empty, not 1; a member elsewhere changes nothing."""
    elsewhere = cr.Hazard(name="h", hits=[{"edge": "w1"}], frequency_per_year=2.0, duration_days=20.0)
    table = cr.availability(ways(10.0, 10.0, hazards=[elsewhere]))
    assert table.loc["w0", list(SHARES)].isna().all()
    assert pd.notna(table.loc["w1", "availability"])
