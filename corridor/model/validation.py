"""Rules between the records of a network: names that exist, unique ids, trunk labels that no tonne crosses twice."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from corridor.errors import Problem, limited_problems
from corridor.messages import unknown_name
from corridor.model.cycles import earning_cycles
from corridor.model.parts import NetworkParts
from corridor.model.record_base import Record
from corridor.model.records import HAZARD, KIND_OF, PARTS, Edge, Market, Quota, Rate, Supply, Trunk

Finding = tuple[Record, Problem]


def structural_problems(net: NetworkParts) -> list[str]:
    """Return every structural problem, one sentence each."""
    return limited_problems([text for _, text in findings(net)])


def findings(net: NetworkParts) -> list[Finding]:
    """Return every structural problem with the record that it is about."""
    return [*references(net), *_groups_like_commodities(net)] or [
        *_quotas_over_capacity(net), *_trunks_repeated(net), *_trunks_in_series(net), *earning_cycles(net)
    ]  # fmt: skip


def references(net: NetworkParts) -> Iterator[Finding]:
    """Yield duplicate ids and references to missing records; an id that could not be read is None."""
    yield from _duplicates(net)
    yield from _missing_references(net)


def _duplicates(net: NetworkParts) -> Iterator[Finding]:
    """Yield a sentence for each duplicate id."""
    for kind in (*PARTS, KIND_OF["observation"], HAZARD):
        seen: set[Any] = set()
        key_of = kind.key_of
        for record in net.records(kind.singular):
            key = key_of(record)
            if key is None or (isinstance(key, tuple) and None in key):
                continue
            if key in seen:
                shown = "/".join(map(str, key)) if isinstance(key, tuple) else key
                name = kind.singular
                yield record, f"duplicate {name} {shown!r}; give each {name} an id of its own, or merge the two"
            seen.add(key)


def _groups_like_commodities(net: NetworkParts) -> Iterator[Finding]:
    """Yield a sentence for each group that has the id of a commodity, so that its name could mean either."""
    ids = {commodity.id for commodity in net.commodities}
    for commodity in net.commodities:
        if commodity.group in ids:
            text = f"commodity {commodity.id!r}: group {commodity.group!r} is the id of a commodity"
            yield commodity, f"{text}; give the group a name of its own"


def _missing_references(net: NetworkParts) -> Iterator[Finding]:
    """Yield a sentence for each reference to a missing record."""
    nodes, edges, commodities, corridors, fleets = map(net.by_key, ("node", "edge", "commodity", "corridor", "fleet"))

    def missing(record: Record, owner: str, role: str, kind: str, known: Mapping[str, Any]) -> Iterator[Finding]:
        named = getattr(record, role)
        for name in (named,) if isinstance(named, str) else named or ():
            if name not in known:
                yield record, unknown_name(kind, name, known, f"{owner}: {role}: ")

    for edge in net.edges:
        if edge.tail == edge.head and edge.tail is not None:
            yield edge, f"edge {edge.id!r}: tail and head must differ (got {edge.tail!r} twice)"
        if edge.tail not in nodes or edge.head not in nodes or edge.commodities or edge.corridor is not None:
            owner = f"edge {edge.id!r}"
            yield from missing(edge, owner, "tail", "node", nodes)
            yield from missing(edge, owner, "head", "node", nodes)
            yield from missing(edge, owner, "corridor", "corridor", corridors)
            yield from missing(edge, owner, "commodities", "commodity", commodities)
        if edge.fleet is not None:
            yield from missing(edge, f"edge {edge.id!r}", "fleet", "fleet", fleets)
    groups = net.keys("rate_group")
    for hazard in net.hazards:
        name, group = getattr(hazard, "name", ""), getattr(hazard, "rate_group", None)
        if group is not None and group not in groups:
            hint = "" if groups else "; give the network rate_groups with a row for it, or leave rate_group out"
            yield hazard, unknown_name("rate group", group, groups, f"hazard {name!r}: rate_group: ", hint)
    for kind, records in (("supply", net.supplies), ("market", net.markets)):
        for record in cast("tuple[Supply | Market, ...]", records):
            owner = f"{kind} '{record.node}/{record.commodity}'"
            yield from missing(record, owner, "node", "node", nodes)
            yield from missing(record, owner, "commodity", "commodity", commodities)
    for seen in net.observed:
        owner = f"observation '{seen.year}/{seen.corridor}/{seen.commodity}'"
        yield from missing(seen, owner, "corridor", "corridor", corridors)
        yield from missing(seen, owner, "commodity", "commodity", commodities)
    for kind, pairs in (("quota", net.quotas), ("rate", net.rates), ("trunk", net.trunks)):
        for pair in cast("tuple[Quota | Rate | Trunk, ...]", pairs):
            owner = f"{kind} '{pair.edge}/{pair.commodity}'"
            yield from missing(pair, owner, "edge", "edge", edges)
            yield from missing(pair, owner, "commodity", "commodity", commodities)
            if isinstance(pair, Trunk):
                yield from missing(pair, owner, "corridor", "corridor", corridors)
            if pair.edge in edges and pair.commodity is not None and not edges[pair.edge].admits(pair.commodity):
                yield (
                    pair,
                    f"{owner}: edge {pair.edge!r} does not carry {pair.commodity!r}; add it to the edge's commodities",
                )


def numerical_problems(net: NetworkParts) -> Iterator[str]:
    """Yield a sentence for each rule that a change of numbers can break: minima above capacity, earning cycles."""
    return (str(text) for _, text in (*_quotas_over_capacity(net), *earning_cycles(net)))


def unmeetable(net: NetworkParts) -> Iterator[str]:
    """Yield a sentence for each quota whose minimum lies above its ceiling, as a scenario may leave it."""
    for quota in net.quotas:
        if problem := crossed(quota):
            yield f"quota '{quota.edge}/{quota.commodity}': {problem}, or the rest of the minimum is unmet"


def crossed(quota: Quota) -> str:
    """Return the clause for a quota whose minimum lies above its ceiling, or nothing."""
    if quota.max_mtpa is None or quota.min_mtpa <= quota.max_mtpa:
        return ""
    return f"min_mtpa must be <= max_mtpa (got {quota.min_mtpa} > {quota.max_mtpa})"


def minima_over_capacity(net: NetworkParts) -> Iterator[tuple[Edge, float, float]]:
    """Yield each edge whose minima add up to more than its capacity, that sum and the capacity. [Mt/y]"""
    demanded: dict[str, float] = {}
    for quota in net.quotas:
        if quota.min_mtpa:
            demanded[quota.edge] = demanded.get(quota.edge, 0.0) + quota.min_mtpa
    for edge in net.edges if demanded else ():
        amount, capacity = demanded.get(edge.id, 0.0), edge.capacity_mtpa
        if capacity is not None and amount > capacity * (1 + 1e-12):
            yield edge, amount, capacity


def _quotas_over_capacity(net: NetworkParts) -> Iterator[Finding]:
    """Yield edge and sentence for each edge whose quotas demand more than its capacity."""
    for edge, amount, capacity in minima_over_capacity(net):
        rule = f"min_mtpa must add up to <= its capacity ({amount:g} > {capacity:g} Mt/y)"
        yield edge, f"quotas on edge {edge.id!r}: {rule}"


def _trunks_repeated(net: NetworkParts) -> Iterator[Finding]:
    """Yield a sentence for each trunk row that says what the edge's own label says already."""
    for row in net.trunks:
        own = net.edge(row.edge).corridor
        if row.corridor == own:
            says = "is a trunk edge of no corridor" if own is None else f"is a trunk edge of corridor {own!r}"
            yield (
                row,
                f"trunk '{row.edge}/{row.commodity}': edge {row.edge!r} {says} already (got corridor {own!r}); "
                "leave the row out, or name another corridor",
            )


def _trunks_in_series(net: NetworkParts) -> Iterator[Finding]:
    """Yield a sentence for each trunk edge of a commodity from which a tonne of it could go on to a further one.

    Proof for the rest: where no trunk edge starts at a node that can be reached from a trunk edge's head, each tonne
    crosses at most one, and none lies on a cycle.
    """
    label = net.trunk_labels.of
    for commodity in net.commodities:
        trunk = [edge for edge in net.edges if edge.admits(commodity.id) and label(edge.id, commodity.id) is not None]
        if not trunk:
            continue
        onward = adjacency((e for e in net.edges if e.admits(commodity.id)), "tail", "head")
        came_from = reach(((edge.head, edge.id) for edge in trunk), onward)
        for edge in sorted(trunk, key=lambda edge: edge.id):
            if edge.tail in came_from:
                first = net.edge(came_from[edge.tail])
                before, after = (label(id, commodity.id) for id in (first.id, edge.id))
                where = "itself" if first.id == edge.id else f"trunk edge {edge.id!r} of corridor {after!r}"
                yield (
                    first,
                    f"corridor {before!r}: {commodity.id} that crossed its trunk edge {first.id!r} can go on "
                    f"to cross {where}; label one edge of each route, restrict the commodities of an edge between, "
                    f"or give one of the edges a row in trunks for {commodity.id} without a corridor",
                )


def unreachable(net: NetworkParts) -> Iterator[str]:
    """Yield a sentence for each supply without a route to a market, and each market without one from a supply."""
    for commodity in net.commodities:
        edges = [edge for edge in net.edges if edge.admits(commodity.id)]
        sold = reach(
            ((m.node, "") for m in net.markets if m.commodity == commodity.id), adjacency(edges, "head", "tail")
        )
        made = reach(
            ((s.node, "") for s in net.supplies if s.commodity == commodity.id), adjacency(edges, "tail", "head")
        )
        for supply in net.supplies:
            if supply.commodity == commodity.id and supply.node not in sold:
                yield f"supply '{supply.node}/{supply.commodity}': no edges lead from it to a market of {commodity.id}"
        for market in net.markets:
            if market.commodity == commodity.id and market.node not in made:
                yield f"market '{market.node}/{market.commodity}': no edges lead to it from a supply of {commodity.id}"


def adjacency(edges: Iterable[Edge], start: str, end: str) -> dict[str, list[str]]:
    """Return for each node the nodes one edge away, in the direction from field `start` to field `end`."""
    onward: dict[str, list[str]] = {}
    for edge in edges:
        onward.setdefault(getattr(edge, start), []).append(getattr(edge, end))
    return onward


def reach(starts: Iterable[tuple[str, str]], onward: dict[str, list[str]]) -> dict[str, str]:
    """Return every node that can be reached, with the mark of a start it can be reached from.

    By hand: importing networkx takes as long as importing the model, and no command needs it otherwise.
    """
    seen: dict[str, str] = {}
    for node, mark in starts:
        seen.setdefault(node, mark)
    queue = deque(seen)
    while queue:
        node = queue.popleft()
        for other in onward.get(node, ()):
            if other not in seen:
                seen[other] = seen[node]
                queue.append(other)
    return seen
