"""`compare` against an own program: capacities, what is lost, and the best routes, on random networks.

`next_tonne_usd_per_t` is held against one of its own in tests/solver.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor as cr
from helpers.certificates import Slack
from helpers.compare_oracle import crosses, optimal_span, own_capacity, own_nameplate, own_routes
from helpers.strategies import networks

NEAR = 1e-4
"""Capacities of two programs, each of which holds what others lift up to a tolerance of its own. [Mt/y]"""


@st.composite
def compared(draw: st.DrawFn) -> cr.Network:
    """Draw a network with a corridor, minima, scores of risk, some of them unknown, seas and replacement costs.

    Shippers may be of groups, of which others give way. Some shippers' trunk is another than the edges' own: an edge to
    the last node may be it for one and not for another.
    Where none is drawn the trunk is all that leads to the last node, which nothing leaves then. On the trunk every
    second shipper has a ceiling, a narrow one at times, so that lifting it adds something; markets are often full, and
    require what they take.
    """
    net = draw(networks(demands=True))
    drawn = net.edges
    if not net.corridors:
        last = net.nodes[-1].id
        drawn = tuple(e.replace(corridor="trunk" if e.head == last else None) for e in drawn if e.tail != last)
    kept = {edge.id for edge in drawn}
    trunks = draw(trunk_rows(net, drawn))
    world = SimpleNamespace(edges=drawn, trunks=trunks)
    risk, mode = st.sampled_from((None, 0.0, 0.25, 0.5, 0.75)), st.sampled_from(("pipeline", "sea"))
    edges = tuple(edge.replace(risk_score=draw(risk), mode=draw(mode)) for edge in drawn)
    priced, needed = st.sampled_from((None, 40.0, 400.0)), st.sampled_from((None, 2.0, 6.0))
    markets = []
    for market in net.markets:
        volume = draw(needed)
        amounts = {} if volume is None else {"volume_mtpa": volume, "required_mtpa": volume / 2}
        markets.append(market.replace(replacement_usd_per_t=draw(priced), **amounts))
    old_quotas = [quota for quota in net.quotas if quota.edge in kept]
    bound = {(quota.edge, quota.commodity) for quota in old_quotas}
    ceilings = st.sampled_from((None, None, 0.0, 0.5, 2.0))
    quotas = [
        cr.Quota(edge=edge.id, commodity=commodity.id, max_mtpa=most)
        for edge in edges
        for commodity in net.commodities
        if crosses(world, edge, commodity.id, "trunk") and (edge.id, commodity.id) not in bound
        if (most := draw(ceilings)) is not None
    ]
    group = st.sampled_from(("", "red", "blue"))
    return net.replace(
        edges=edges,
        commodities=[commodity.replace(group=draw(group)) for commodity in net.commodities],
        markets=markets,
        quotas=(*old_quotas, *quotas),
        rates=[rate for rate in net.rates if rate.edge in kept],
        trunks=trunks,
        corridors=[cr.Corridor(id="trunk")],
    )


@st.composite
def trunk_rows(draw: st.DrawFn, net: cr.Network, edges: tuple[cr.Edge, ...]) -> list[cr.Trunk]:
    """Draw rows that turn over the label of some edges to the last node, which none leaves, for some commodities."""
    ends = [edge for edge in edges if edge.head == net.nodes[-1].id]
    if any(edge.tail == net.nodes[-1].id for edge in edges):
        return []
    pairs = [(edge, commodity.id) for edge in ends for commodity in net.commodities if edge.admits(commodity.id)]
    other = {None: "trunk", "trunk": None}
    return [
        cr.Trunk(edge=edge.id, commodity=commodity, corridor=other[edge.corridor])
        for edge, commodity in pairs
        if draw(st.integers(1, 3)) == 1
    ]


def rows(net: cr.Network) -> list[tuple[str, cr.Flow, pd.Series]]:
    """Return commodity, flow and row of the one corridor for each commodity that can take it."""
    flow, compared = cr.solve(net), []
    for commodity in net.commodities:
        if any(crosses(net, edge, commodity.id, "trunk") for edge in net.edges):
            table = cr.compare(net, [], commodity=commodity.id, columns="all")
            compared.append((commodity.id, flow, table.iloc[0]))
    return compared


def world(net: cr.Network, **parts: Any) -> SimpleNamespace:
    """Return the parts of a network, some of them others."""
    own = ("nodes", "edges", "commodities", "supplies", "markets", "quotas", "rates", "fleets", "trunks")
    return SimpleNamespace(**({part: getattr(net, part) for part in own} | parts))


def lifted(net: cr.Network, commodity: str) -> SimpleNamespace:
    """Return a world without the ceilings of a commodity's quotas."""
    quotas = tuple(q.replace(max_mtpa=None) if q.commodity == commodity else q for q in net.quotas)
    return world(net, quotas=quotas)


@given(compared())
def test_capacities_are_those_of_an_own_program(net: cr.Network) -> None:
    """Nameplate, reachable, capacity, what of it is used, and the status that follows."""
    for commodity, flow, row in rows(net):
        capacity = own_capacity(net, flow, "trunk", (commodity,))
        reachable = own_capacity(lifted(net, commodity), flow, "trunk", (commodity,))
        assert row["capacity_mtpa"] == pytest.approx(capacity, abs=NEAR)
        assert row["reachable_mtpa"] == pytest.approx(reachable, abs=NEAR)
        assert row["nameplate_mtpa"] == pytest.approx(own_nameplate(net, "trunk", net.commodity(commodity).group))
        trunk = [edge.id for edge in net.edges if crosses(net, edge, commodity, "trunk")]
        moved = flow.edge_flows["flow_mtpa"].reindex([(id, commodity) for id in trunk], fill_value=0.0).sum()
        assert row["throughput_mtpa"] == pytest.approx(moved)
        if capacity > NEAR:
            used = moved / capacity if math.isfinite(capacity) else math.nan
            assert row["capacity_used"] == pytest.approx(used, abs=NEAR, rel=1e-3, nan_ok=True)
            assert row["status"] == "open"
        else:
            assert row["status"] == ("no access" if reachable > NEAR else "closed")


@given(compared())
def test_the_capacity_of_a_group_is_that_of_an_own_program(net: cr.Network) -> None:
    """Its members count as one shipper, each on its own trunk; the other group gives way, those without one do not."""
    flow = cr.solve(net)
    for group in {commodity.group for commodity in net.commodities} - {""}:
        members = tuple(commodity.id for commodity in net.commodities if commodity.group == group)
        pairs = [(edge, id) for edge in net.edges for id in members if crosses(net, edge, id, "trunk")]
        if not pairs:
            continue
        row = cr.compare(net, [], commodity=group, columns=["capacity_mtpa", "throughput_mtpa"]).iloc[0]
        assert row["capacity_mtpa"] == pytest.approx(own_capacity(net, flow, "trunk", members), abs=NEAR)
        keys = [(edge.id, id) for edge, id in pairs]
        moved = flow.edge_flows["flow_mtpa"].reindex(keys, fill_value=0.0).sum()
        assert row["throughput_mtpa"] == pytest.approx(moved, abs=NEAR)


@given(compared())
def test_a_bottleneck_alone_stops_as_much(net: cr.Network) -> None:
    """With every limit out of the way but those named, and those of 0, the own program finds the same capacity."""
    for commodity, flow, row in rows(net):
        named = {limit for limits in row["bottleneck"].split(" + ") for limit in limits.split(" or ")}
        edges = tuple(
            edge if edge.id in named or not edge.available_mtpa else edge.replace(capacity_mtpa=None)
            for edge in net.edges
        )
        nodes = tuple(
            node if f"node {node.id}" in named or not node.available_mtpa else node.replace(throughput_mtpa=None)
            for node in net.nodes
        )
        quotas = tuple(
            q if f"quota {q.edge}/{q.commodity}" in named or q.max_mtpa == 0 else q.replace(max_mtpa=None)
            for q in net.quotas
        )
        fleets = tuple(f for f in net.fleets if f"fleet {f.id}" in named or not f.available_mt_days)
        open_world = world(net, edges=edges, nodes=nodes, quotas=quotas, fleets=fleets)
        assert own_capacity(open_world, flow, "trunk", (commodity,)) == pytest.approx(row["capacity_mtpa"], abs=NEAR)


@given(compared())
def test_what_is_lost_is_that_of_an_own_program(net: cr.Network) -> None:
    """Of the commodity, of all, and their loss: within what optimal flows without the corridor can have."""
    every = tuple(commodity.id for commodity in net.commodities)
    shut = {(e.id, c) for e in net.edges for c in every if crosses(net, e, c, "trunk")}
    limited = {
        (q.edge, q.commodity): q.replace(max_mtpa=0.0) if (q.edge, q.commodity) in shut else q for q in net.quotas
    }
    limited |= {key: cr.Quota(edge=key[0], commodity=key[1], max_mtpa=0.0) for key in sorted(shut - limited.keys())}
    closed, slack = world(net, quotas=tuple(limited.values())), Slack.of(net)
    for commodity, flow, row in rows(net):
        for column, of in (("shortfall_if_lost_mtpa", (commodity,)), ("shortfall_if_lost_all_mtpa", every)):
            now = sum(short for (_, id), short in flow.supplies["shortfall_mtpa"].items() if id in of)
            span = optimal_span(closed, "unlifted", of, slack=slack.musd)
            assert span.holds(now + row[column], NEAR), (column, span, now, row[column])
        replaced = [market.replacement_usd_per_t or 0.0 for market in net.markets]
        worth = flow.netback_musd_per_year - float(np.array(replaced) @ flow.markets["unmet_mtpa"].to_numpy())
        span = optimal_span(closed, "worth", every, slack=slack.musd)
        assert span.holds(worth - row["loss_if_lost_musd_per_year"], 1e3 * NEAR), (span, worth, row)


@given(compared())
def test_the_best_route_is_the_best_of_all(net: cr.Network) -> None:
    """Ends, cost, days, risk and netback are together those of a route than which none earns more."""
    for commodity, flow, row in rows(net):
        supplies = sorted((s for s in net.supplies if s.commodity == commodity), key=lambda s: (-s.volume_mtpa, s.node))
        largest, others = [s.node for s in supplies[:1]], [s.node for s in supplies[1:]]
        if row["capacity_mtpa"] <= 0:
            assert row["origin"] == ""
            assert math.isnan(row["netback_usd_per_t"])
            continue
        routes = own_routes(net, flow, "trunk", commodity, largest) or own_routes(net, flow, "trunk", commodity, others)
        if not routes:
            assert row["origin"] == ""
            continue
        assert any(
            all(row[column] == pytest.approx(value, abs=1e-6, nan_ok=True) if isinstance(value, float | int)
                else row[column] == value for column, value in route.items())
            for route in routes
        ), (row, routes)  # fmt: skip
