"""Networks of a few edges from field to port, to be worked out by hand.

Volumes in Mt/y, money in USD/t and million USD/y; a supply's penalty is 1 000, a minimum's 100 unless said.
"""

from __future__ import annotations

from typing import Any

import corridor as cr

OIL = "oil"


def edge(
    id: str, cost: float = 0.0, capacity: float | None = None, *, ends: str = "field port", **more: Any
) -> cr.Edge:
    """Return an edge from field to port."""
    tail, head = ends.split()
    return cr.Edge(id=id, tail=tail, head=head, tariff_usd_per_t=cost, capacity_mtpa=capacity, **more)


def minimum(edge: str, least: float, penalty: float = 100.0, *, of: str = OIL, most: float | None = None) -> cr.Quota:
    """Return a quota with a minimum."""
    return cr.Quota(edge=edge, commodity=of, min_mtpa=least, max_mtpa=most, penalty_usd_per_t=penalty)


def network(
    *edges: cr.Edge, supplies: tuple[cr.Supply, ...] = (), markets: tuple[cr.Market, ...] = (),
    quotas: tuple[cr.Quota, ...] = (), rates: tuple[cr.Rate, ...] = (), fleets: tuple[cr.Fleet, ...] = (),
) -> cr.Network:  # fmt: skip
    """Return a network of edges; where nothing is said 5 are offered at the field and the port pays 100."""
    supplies = supplies or (cr.Supply(node="field", commodity=OIL, volume_mtpa=5.0),)
    markets = markets or (cr.Market(node="port", commodity=OIL, price_usd_per_t=100.0),)
    ends = {*(end for e in edges for end in (e.tail, e.head)), *(r.node for r in (*supplies, *markets))}
    names = dict.fromkeys(record.commodity for record in (*supplies, *markets))
    trunks = dict.fromkeys(e.corridor for e in edges if e.corridor)
    return cr.Network(
        nodes=tuple(cr.Node(id=end) for end in sorted(ends)), edges=edges,
        corridors=tuple(cr.Corridor(id=trunk) for trunk in trunks),
        commodities=tuple(cr.Commodity(id=name) for name in names), supplies=supplies, markets=markets, quotas=quotas,
        rates=rates, fleets=fleets,
    )  # fmt: skip


def scenario(*changes: Any, name: str = "it") -> cr.Scenario:
    """Return the scenario of some changes."""
    return cr.Scenario(name=name, changes=changes)


def flows(flow: cr.Flow) -> dict[str, float]:
    """Return what each edge carries. [Mt/y]"""
    return {str(id): float(amount) for id, amount in flow.edges["flow_mtpa"].items()}


def money(flow: cr.Flow) -> tuple[float, float]:
    """Return netback and objective."""
    return flow.netback_musd_per_year, flow.objective
