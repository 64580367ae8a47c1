"""Random small networks, and changes that fit them, for hypothesis."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import TypeVar

import pandas as pd
from hypothesis import strategies as st

import corridor as cr
from helpers.oracle import earning_cycle

T = TypeVar("T")
Draw = st.DrawFn
PARTS = ("nodes", "edges", "commodities", "corridors", "supplies", "markets", "quotas", "rates", "fleets")
COMMODITIES = ("crude", "grain", "boxes")


def quarters(least: float, most: float, *, whole: bool = False) -> st.SearchStrategy[float]:
    """Return amounts in steps of a quarter, or whole ones: exact in binary, so that ties are ties."""
    if whole:
        return st.integers(int(least), int(most)).map(float)
    return st.integers(round(least * 4), round(most * 4)).map(lambda number: number / 4)


def sometimes(values: st.SearchStrategy[float], *, one_in: int) -> st.SearchStrategy[float | None]:
    """Return a value one time in so many, otherwise None."""
    return st.integers(1, one_in).flatmap(lambda drawn: values if drawn == one_in else st.none())


def mostly(usual: T, *others: T) -> st.SearchStrategy[T]:
    """Return the usual value, and one time in twelve each of the others."""
    return st.integers(0, 11).map(lambda drawn: (usual, *others)[drawn] if drawn <= len(others) else usual)


@st.composite
def networks(
    draw: Draw, *, most_commodities: int = 3, whole: bool = False, least_tariff: float = 0.0, demands: bool = False
) -> cr.Network:
    """Draw a network of 3 to 7 nodes in a row and up to 14 edges, parallel and opposite ones among them.

    Parameters
    ----------
    draw
        Given by hypothesis.
    most_commodities : int
        Upper limit of commodities.
    whole : bool
        Whether all numbers are integers and no interest is paid, as `networkx.network_simplex` needs.
    least_tariff : float
        Least that a round trip costs per edge; above 0 no best flow has one. [USD/t]
    demands : bool
        Whether quotas may also have a minimum (ship or pay).

    Notes
    -----
    No round trip earns money, whatever opens: costs are >= 0 but for a potential of the nodes, which cancels on every
    round trip and makes some edges earn (as blending does), and minima stand only where a round costs their penalty.
    """
    kind = {"most_commodities": most_commodities, "whole": whole, "least_tariff": least_tariff, "minima": demands}
    world = draw(_worlds(**kind, least_price=0.0))
    return cr.Network(**vars(_without_earning_minima(world, all_open=True)))


@st.composite
def worlds(draw: Draw) -> SimpleNamespace:
    """Draw the parts of what may be no network: negative tariffs, so that one in several has a cycle that earns.

    Notes
    -----
    Half have minima, often on an edge that is derated; some markets pay less than nothing.
    """
    minima = draw(st.sampled_from((True, True, True, False)))
    world = draw(
        _worlds(
            most_commodities=3,
            whole=False,
            least_tariff=draw(st.sampled_from((-8.0, -2.0, 0.0, 0.0))),
            least_price=draw(st.sampled_from((0.0, -30.0))),
            minima=minima,
        )
    )
    if minima and draw(st.integers(1, 3)) == 1 and (held := sorted({q.edge for q in world.quotas if q.min_mtpa})):
        hit, left = draw(st.sampled_from(held)), draw(st.sampled_from((0.5, 0.25, 0.0)))
        world.edges = tuple(edge.replace(remaining=left) if edge.id == hit else edge for edge in world.edges)
    return world if draw(st.integers(1, 3)) == 1 else _without_earning_minima(world)


def _without_earning_minima(world: SimpleNamespace, *, all_open: bool = False) -> SimpleNamespace:
    """Return a world without the minima that oil driven in a circle would meet at a gain."""
    while (found := earning_cycle(world, all_open=all_open)) and any(
        quota.min_mtpa for quota in world.quotas if quota.edge in found[1]
    ):
        world.quotas = tuple(q.replace(min_mtpa=0.0) if q.edge in found[1] else q for q in world.quotas)
    return world


@st.composite
def _worlds(
    draw: Draw, *, most_commodities: int, whole: bool, least_tariff: float, least_price: float, minima: bool
) -> SimpleNamespace:
    nodes = draw(_nodes(whole))
    ids = tuple(node.id for node in nodes)
    commodities = draw(_commodities(most_commodities, whole))
    names = tuple(commodity.id for commodity in commodities)
    fleets = () if whole else draw(_fleets())
    edges = draw(_edges(ids, names, whole, least_tariff, tuple(fleet.id for fleet in fleets)))
    return SimpleNamespace(
        nodes=nodes,
        edges=edges,
        commodities=commodities,
        corridors=(cr.Corridor(id="trunk"),) if any(edge.corridor for edge in edges) else (),
        supplies=draw(_supplies(ids, names, whole)),
        markets=draw(_markets(ids, names, whole, least_price)),
        quotas=draw(_quotas(edges, names, whole, minima)),
        rates=() if whole else draw(_rates(edges, names, least_tariff)),
        fleets=fleets,
        name="random",
    )


@st.composite
def _nodes(draw: Draw, whole: bool) -> tuple[cr.Node, ...]:
    limit = sometimes(quarters(0, 12, whole=whole), one_in=4)
    left = mostly(1.0, 0.5, 0.0) if not whole else st.just(1.0)
    return tuple(
        cr.Node(id=f"n{at}", throughput_mtpa=draw(limit), remaining=draw(left)) for at in range(draw(st.integers(3, 7)))
    )


@st.composite
def _commodities(draw: Draw, most: int, whole: bool) -> tuple[cr.Commodity, ...]:
    interest = st.just(0.0) if whole else st.sampled_from((0.0, 0.08))
    return tuple(
        cr.Commodity(id=id, value_usd_per_t=draw(quarters(0, 500)), interest_per_year=draw(interest))
        for id in COMMODITIES[: draw(st.integers(1, most))]
    )


@st.composite
def _edges(
    draw: Draw, nodes: tuple[str, ...], commodities: tuple[str, ...], whole: bool, least_tariff: float,
    fleets: tuple[str, ...],
) -> tuple[cr.Edge, ...]:  # fmt: skip
    potential = {node: draw(quarters(-10, 10, whole=whole)) for node in nodes}
    admitted = st.none() | st.none() | st.lists(st.sampled_from(commodities), min_size=1, unique=True)
    left = mostly(1.0, 0.5, 0.25, 0.0) if not whole else mostly(1.0, 0.0)
    sink = nodes[-1] if draw(st.booleans()) else None
    edges = []
    ends = list(pairwise(nodes))
    for _ in range(draw(st.integers(2, 15 - len(nodes)))):
        tail = draw(st.sampled_from([node for node in nodes if node != sink]))
        ends.append((tail, draw(st.sampled_from([node for node in nodes if node != tail]))))
    for at, (tail, head) in enumerate(ends):
        fleet = draw(st.sampled_from((None, *fleets))) if fleets else None
        edges.append(
            cr.Edge(
                id=f"e{at:02}",
                tail=tail,
                head=head,
                capacity_mtpa=draw(st.none() | quarters(0, 10, whole=whole) | quarters(1, 10, whole=whole)),
                remaining=draw(left),
                tariff_usd_per_t=draw(quarters(least_tariff, 30, whole=whole)),
                transit_days=draw(st.integers(0, 40)),
                late_days=0.0 if whole else draw(mostly(0.0, 3.0, 10.0)),
                risk_premium_usd_per_t=draw(quarters(0, 5, whole=whole)),
                quality_usd_per_t=potential[head] - potential[tail],
                commodities=draw(admitted) if len(commodities) > 1 else None,
                corridor="trunk" if head == sink and draw(st.booleans()) else None,
                in_service=draw(mostly(True, False)),
                fleet=fleet,
                fleet_days=draw(st.sampled_from((0.5, 1.0, 8.0, 20.0))) if fleet else 0.0,
            )
        )
    return tuple(edges)


@st.composite
def _places(
    draw: Draw, nodes: tuple[str, ...], likely: slice, commodities: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Draw one or two nodes for each commodity, mostly among the likely ones, so that something flows."""
    pools = st.sampled_from((nodes[likely],) * 4 + (nodes,))
    drawn = [draw(st.lists(st.sampled_from(draw(pools)), min_size=1, max_size=2, unique=True)) for _ in commodities]
    return tuple((node, commodity) for places, commodity in zip(drawn, commodities, strict=True) for node in places)


@st.composite
def _supplies(draw: Draw, nodes: tuple[str, ...], commodities: tuple[str, ...], whole: bool) -> tuple[cr.Supply, ...]:
    volume, penalty = quarters(0, 12, whole=whole), st.sampled_from((1000.0, 1000.0, 20.0, 0.0))
    return tuple(
        cr.Supply(node=node, commodity=commodity, volume_mtpa=draw(volume), penalty_usd_per_t=draw(penalty))
        for node, commodity in draw(_places(nodes, slice(len(nodes) // 2 + 1), commodities))
    )


@st.composite
def _markets(
    draw: Draw, nodes: tuple[str, ...], commodities: tuple[str, ...], whole: bool, least_price: float
) -> tuple[cr.Market, ...]:
    markets = []
    for node, commodity in draw(_places(nodes, slice(len(nodes) // 2, None), commodities)):
        volume = draw(st.none() | quarters(0, 12, whole=whole))
        required = draw(sometimes(quarters(0, 12 if volume is None else volume, whole=whole), one_in=3))
        markets.append(
            cr.Market(
                node=node,
                commodity=commodity,
                price_usd_per_t=draw(quarters(least_price, 120, whole=whole)),
                volume_mtpa=volume,
                required_mtpa=required or 0.0,
                penalty_usd_per_t=draw(st.sampled_from((1000.0, 50.0, 0.0))),
            )
        )
    return tuple(markets)


@st.composite
def _quotas(
    draw: Draw, edges: tuple[cr.Edge, ...], commodities: tuple[str, ...], whole: bool, minima: bool
) -> tuple[cr.Quota, ...]:
    pairs = [(edge, commodity) for edge in edges for commodity in commodities if edge.admits(commodity)]
    quotas, promised = [], dict.fromkeys((edge.id for edge in edges), 0.0)
    few = st.lists(st.sampled_from(pairs), min_size=2 * minima, max_size=3 + minima) if pairs else st.just([])
    for edge, commodity in dict.fromkeys(draw(few)):
        most = draw(quarters(0, 8, whole=whole) | st.none() if minima else quarters(0, 8, whole=whole))
        least, penalty = 0.0, 100.0
        room = (8.0 if edge.capacity_mtpa is None else edge.capacity_mtpa) - promised[edge.id]
        room = room if most is None else min(room, most)
        if minima and room > 0:
            least = draw(quarters(0.25 if not whole else 0, room, whole=whole))
            penalty = draw(st.sampled_from((100.0, 100.0, 5.0, 0.0, 2000.0)))
            promised[edge.id] += least
        quotas.append(
            cr.Quota(edge=edge.id, commodity=commodity, min_mtpa=least, max_mtpa=most, penalty_usd_per_t=penalty)
        )
    return tuple(quotas)


@st.composite
def _rates(
    draw: Draw, edges: tuple[cr.Edge, ...], commodities: tuple[str, ...], least_tariff: float
) -> tuple[cr.Rate, ...]:
    """Draw rates on some edges, in half of all networks: what is given of the fields differs, quality is no better."""
    pairs = [(edge, commodity) for edge in edges for commodity in commodities if edge.admits(commodity)]
    if not pairs or draw(st.booleans()):
        return ()
    rates = []
    for edge, commodity in dict.fromkeys(draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=6))):
        terms = {
            "tariff_usd_per_t": draw(quarters(least_tariff, 30)),
            "risk_premium_usd_per_t": draw(quarters(0, 5)),
            "quality_usd_per_t": edge.quality_usd_per_t - draw(quarters(0, 5)),
            "transit_days": draw(st.integers(0, 40)),
            "late_days": draw(st.sampled_from((0.0, 0.0, 5.0))),
        }
        given = draw(st.sets(st.sampled_from(sorted(terms)), min_size=1))
        rates.append(cr.Rate(edge=edge.id, commodity=commodity, **{field: terms[field] for field in sorted(given)}))
    return tuple(rates)


@st.composite
def _fleets(draw: Draw) -> tuple[cr.Fleet, ...]:
    """Draw up to two fleets, in a third of all networks none."""
    return tuple(
        cr.Fleet(id=f"f{at}", capacity_mt_days=draw(quarters(0, 20)), remaining=draw(mostly(1.0, 0.5, 0.0)))
        for at in range(draw(st.sampled_from((0, 1, 2))))
    )


def possible_changes(net: cr.Network) -> dict[str, list[cr.Scenario]]:
    """Return one-change scenarios that alter a network, by what they do.

    Notes
    -----
    Every change is aimed at one record. Numbers are powers of two or whole, so that changes commute exactly.
    """
    open_edges = [edge for edge in net.edges if edge.available_mtpa > 0]
    limited = [edge for edge in net.edges if edge.capacity_mtpa and edge.remaining > 0]
    ports = [node for node in net.nodes if node.throughput_mtpa and node.remaining > 0]
    touched = {node for edge in net.edges for node in (edge.tail, edge.head)}
    fleets = [
        fleet for fleet in net.fleets if fleet.available_mt_days > 0 and any(e.fleet == fleet.id for e in net.edges)
    ]
    rated = [(rate.edge, rate.commodity) for rate in net.rates]
    changes = {
        "outage": [cr.Outage(edge=edge.id) for edge in open_edges] + [cr.Outage(fleet=fleet.id) for fleet in fleets],
        "derate": [cr.Derate(edge=edge.id, remaining=0.5) for edge in limited]
        + [cr.Derate(node=node.id, remaining=0.25) for node in ports if node.id in touched]
        + [cr.Derate(fleet=fleet.id, remaining=0.5) for fleet in fleets],
        "expand": [cr.Expansion(edge=edge.id, add_mtpa=2.0) for edge in net.edges if edge.capacity_mtpa is not None]
        + [cr.Expansion(fleet=fleet.id, add_mt_days=8.0) for fleet in fleets],
        "open": [cr.Opening(edge=edge.id) for edge in net.edges if not edge.in_service],
        "tariff": [cr.TariffShock(edge=edge.id, add_usd_per_t=8.0) for edge in net.edges]
        + [cr.TariffShock(edge=edge, commodity=of, add_usd_per_t=4.0) for edge, of in rated],
        "delay": [cr.Delay(edge=edge.id, add_days=16.0) for edge in net.edges]
        + [cr.Delay(fleet=fleet.id, factor=2.0) for fleet in fleets]
        + [cr.Delay(edge=edge.id, add_late_days=2.0) for edge in net.edges[:2]],
        "supply": [cr.SupplyShock(node=s.node, commodity=s.commodity, add_mtpa=4.0) for s in net.supplies],
        "demand": [cr.DemandShock(node=m.node, commodity=m.commodity, remaining=0.5) for m in net.markets
                   if m.volume_mtpa],
        "price": [cr.PriceShock(node=m.node, commodity=m.commodity, add_usd_per_t=4.0) for m in net.markets],
        "quota": [cr.QuotaChange(edge=edge.id, commodity=commodity.id, max_mtpa=0.125)
                  for edge in net.edges for commodity in net.commodities if edge.admits(commodity.id)],
    }  # fmt: skip
    return {
        kind: [cr.Scenario(name=str(change), changes=[change]) for change in listed]
        for kind, listed in changes.items()
        if listed
    }


@st.composite
def scenarios(draw: Draw, net: cr.Network, *kinds: str, most: int = 1) -> cr.Scenario:
    """Draw a scenario of one change or several, no two of one kind at one place, that alters a network.

    Parameters
    ----------
    draw
        Given by hypothesis.
    net : Network
        What it is for.
    *kinds : str
        Names of changes to draw from; all by default.
    most : int
        Upper limit of changes.
    """
    possible = [s for kind, listed in possible_changes(net).items() if not kinds or kind in kinds for s in listed]
    if not possible:
        return draw(st.nothing())
    chosen = draw(st.lists(st.sampled_from(possible), min_size=1, max_size=most, unique_by=lambda s: s.name))
    changes = tuple(sorted((change for s in chosen for change in s.changes), key=_openings_first))
    return cr.Scenario(name=" + ".join(scenario.name for scenario in chosen), changes=changes)


def _openings_first(change: object) -> bool:
    """Put openings first: what is closed already cannot be shut."""
    return not isinstance(change, cr.Opening)


def frames_of(net: cr.Network) -> dict[str, pd.DataFrame]:
    """Return a network as the tables that `Network.from_frames` reads."""
    return {part: pd.DataFrame([record.model_dump() for record in getattr(net, part)]) for part in PARTS}
