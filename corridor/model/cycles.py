"""Cycles that are refused: a commodity would earn money, or meet a contract, by going round without arriving."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from corridor.model.formulas import unit_cost
from corridor.model.parts import NetworkParts
from corridor.model.records import Commodity, Edge
from corridor.model.terms import Terms, terms

_TOLERANCE = 1e-9
"""Share of the costs round a cycle that their sum must exceed to count: what is left of 0.1 + 0.2 - 0.3 does not."""


def earning_cycles(net: NetworkParts) -> Iterator[tuple[Edge, str]]:
    """Yield an edge and a sentence for each commodity that earns money, or meets a minimum, by going round.

    Notes
    -----
    Every edge counts that is in service, has something available at itself and at both its sources, and on which the
    commodity has no quota of 0. Whether a supply leads there does not matter, nor how much could go round: a steady
    flow would be driven round as long as there is room.
    """
    on_cycles = net._by_structure("on cycles", lambda: _on_cycles(net.edges))
    edges = [net.edges[index] for index in on_cycles]
    ids = {edge.id for edge in edges}
    demanding = (q for q in net.quotas if q.min_mtpa > 0 and not q.allow_cycles and q.edge in ids)
    saved = {(quota.edge, quota.commodity): quota.penalty_usd_per_t for quota in demanding}
    if not saved and not _pays(net, edges, ids):
        return
    closed = {node.id for node in net.nodes if node.available_mtpa == 0}
    usable = [e for e in edges if e.available_mtpa > 0 and e.tail not in closed and e.head not in closed]
    barred = {(quota.edge, quota.commodity) for quota in net.quotas if quota.max_mtpa == 0}
    for commodity in net.commodities:
        own = [e for e in usable if e.admits(commodity.id) and (e.id, commodity.id) not in barred]
        applying = [terms(net, edge, commodity.id) for edge in own]
        cost = np.array([of_edge.unit_cost_usd_per_t(commodity) for of_edge in applying])
        penalty = np.array([saved.get((edge.id, commodity.id), 0.0) for edge in own])
        if cycle := _negative_cycle(own, cost):
            round_ = [(own[index], applying[index]) for index in cycle]
            yield own[cycle[0]], _earning(commodity, round_, -float(cost[cycle].sum()))
        elif penalty.any() and (cycle := _negative_cycle(own, cost - penalty)):
            carrying = next(index for index in cycle if penalty[index] > 0)
            amounts = float(cost[cycle].sum()), float(penalty[cycle].sum())
            yield own[carrying], _contract(commodity, own[carrying], [own[index] for index in cycle], *amounts)


def _on_cycles(edges: Sequence[Edge]) -> tuple[int, ...]:
    """Return the positions of edges that lie on a cycle or between two, whatever they can carry."""
    remaining = set(range(len(edges)))
    for near, far in (("tail", "head"), ("head", "tail")):
        edges_of: dict[str, list[int]] = {}
        arriving: Counter[str] = Counter()
        for index in remaining:
            edges_of.setdefault(getattr(edges[index], near), []).append(index)
            arriving[getattr(edges[index], far)] += 1
        sources = [node for node in edges_of if not arriving[node]]
        while sources:  # nothing arrives there, so nothing that goes on from there is on a cycle
            for index in edges_of.get(sources.pop(), ()):
                remaining.discard(index)
                node = getattr(edges[index], far)
                arriving[node] -= 1
                if not arriving[node]:
                    sources.append(node)
    return tuple(sorted(remaining))


def _pays(net: NetworkParts, edges: Sequence[Edge], ids: Collection[str]) -> bool:
    """Tell whether somebody is paid for passing one of the edges, interest left out, which never lowers a cost."""
    rated = ((rate.edge, rate.commodity) for rate in net.rates if rate.edge in ids)
    return any(_posted(edge) < 0 for edge in edges) or any(
        terms(net, net.edge(edge), commodity).posted_usd_per_t < 0 for edge, commodity in rated
    )


def _posted(edge: Edge) -> float:
    """Return the unit cost by an edge's own terms, interest left out. [USD/t]"""
    return unit_cost(edge.tariff_usd_per_t, edge.risk_premium_usd_per_t, edge.quality_usd_per_t, 0.0)


def _earning(commodity: Commodity, edges: list[tuple[Edge, Terms]], gain_usd_per_t: float) -> str:
    """Return the sentence for a cycle that earns money; it names the fields by which it does."""
    on = [edge for edge, _ in edges]
    fields = (("tariff_usd_per_t", -1), ("risk_premium_usd_per_t", -1), ("quality_usd_per_t", 1))
    causes = [
        f"{field} {getattr(applying, field):g} of {edge.id!r}"
        for edge, applying in edges
        for field, sign in fields
        if sign * getattr(applying, field) > 0
    ]
    return (
        f"{commodity.id} would earn {gain_usd_per_t:g} USD/t on each round of the edges {_named(on)}; costs round a "
        f"cycle must not add up to less than 0: correct {' or '.join(causes)}, or close one of the edges to it"
    )


def _contract(
    commodity: Commodity, edge: Edge, edges: list[Edge], cost_usd_per_t: float, penalty_usd_per_t: float
) -> str:
    """Return the sentence for a cycle on which a minimum could be met by going round."""
    return (
        f"quota '{edge.id}/{commodity.id}': its min_mtpa could be met by sending {commodity.id} round the edges "
        f"{_named(edges)}, since a round costs {cost_usd_per_t:g} USD/t, less than the penalty of "
        f"{penalty_usd_per_t:g} that it saves; lower penalty_usd_per_t, close one of the other edges to it, or set "
        "allow_cycles if that is meant"
    )


def _named(edges: list[Edge]) -> str:
    return ", ".join(repr(edge.id) for edge in edges)


def _negative_cycle(edges: list[Edge], cost: npt.NDArray[np.float64]) -> list[int]:
    """Return the positions, in order, of edges round which the costs add up to less than 0; none where there is none.

    Notes
    -----
    Bellman-Ford from all nodes at once. Whenever the edges by which nodes were last improved close a cycle, its sum
    is negative, so this is looked for after 1, 2, 4, ... rounds.
    """
    if not (cost < 0).any():
        return []
    number: dict[str, int] = {}
    tail = np.array([number.setdefault(edge.tail, len(number)) for edge in edges])
    head = np.array([number.setdefault(edge.head, len(number)) for edge in edges])
    order = np.argsort(head, kind="stable")
    firsts = np.flatnonzero(np.diff(head[order], prepend=-1))
    nodes, group = head[order][firsts], np.repeat(np.arange(len(firsts)), np.diff(firsts, append=len(order)))
    reached, by = np.zeros(len(number)), np.full(len(number), -1)
    tolerance = -_TOLERANCE / 10 * float(cost.min())
    for round_ in range(1, len(number) + 1):
        offered = (reached[tail] + cost)[order]
        best = np.minimum.reduceat(offered, firsts)
        better = best < reached[nodes] - tolerance
        if not better.any():
            return []
        attained = np.flatnonzero(offered == best[group])
        chosen = attained[np.unique(group[attained], return_index=True)[1]]
        reached[nodes[better]], by[nodes[better]] = best[better], order[chosen[better]]
        if round_ & (round_ - 1) == 0 or round_ == len(number):
            cycle = _closed(by.tolist(), tail.tolist())
            if cycle and cost[cycle].sum() < -_TOLERANCE * np.abs(cost[cycle]).sum():
                return cycle
    return []


def _closed(by: list[int], tail: list[int]) -> list[int]:
    """Return the edges of a cycle among those by which nodes are reached, in order, or none."""
    seen = [-1] * len(by)
    for start in range(len(by)):
        node = start
        while seen[node] < 0 <= by[node]:
            seen[node] = start
            node = tail[by[node]]
        if by[node] >= 0 and seen[node] == start:
            cycle = [by[node]]
            while tail[cycle[-1]] != node:
                cycle.append(by[tail[cycle[-1]]])
            return cycle[::-1]
    return []
