"""The freight network in the units of its sources: USD/TEU, TEU/y, and the recommendations as scenarios."""

from __future__ import annotations

import csv
import heapq
from collections import defaultdict
from functools import cache
from pathlib import Path

import corridor as cr
from corridor.library.networks import data_root

YEARS = range(2018, 2027)
T_PER_TEU = 10.5
DAY_USD_PER_TEU = 70.0
CHANGES = {kind.__name__: kind for kind in (cr.Delay, cr.Derate, cr.Expansion, cr.Opening, cr.Outage, cr.TariffShock)}


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of the freight network."""
    file = Path(str(data_root())) / "caspian_freight" / f"{name}.csv"
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


@cache
def freight(year: int) -> cr.Network:
    """Return the freight network of a year."""
    return cr.load("caspian_freight", year)


def teu(mtpa: float) -> float:
    """Return million tonnes in TEU."""
    return mtpa / T_PER_TEU * 1e6


def terms(net: cr.Network, edge: str, commodity: str) -> tuple[float, float, float]:
    """Return price and premium, days and lateness that a shipper has on an edge: its rate's, else the edge's own."""
    own, rate = net.edge(edge), net.by_key("rate").get((edge, commodity))

    def of(field: str) -> float:
        value = getattr(rate, field, None)
        return float(getattr(own, field) if value is None else value)

    return of("tariff_usd_per_t") + of("risk_premium_usd_per_t"), of("transit_days"), of("late_days")


def along(net: cr.Network, edges: str, commodity: str = "boxes_china_europe") -> tuple[float, float, float]:
    """Return price, days and lateness along edges; the price in USD/FEU."""
    legs = [terms(net, edge, commodity) for edge in edges.split()]
    price, days, late = (sum(part) for part in zip(*legs, strict=True))
    return price * 2 * T_PER_TEU, days, late


def cheapest(net: cr.Network, commodity: str, way: str, day_usd_per_t: float) -> float:
    """Return what the cheapest path by a corridor costs, time valued, limits and premium left out. [USD/t]"""
    (supply,) = (s for s in net.supplies if s.commodity == commodity)
    (market,) = (m for m in net.markets if m.commodity == commodity)
    onward: defaultdict[tuple[str, bool], list[tuple[str, float, bool]]] = defaultdict(list)
    for edge in net.edges:
        if edge.in_service and edge.admits(commodity):
            price, days, late = terms(net, edge.id, commodity)
            cost = price - edge.risk_premium_usd_per_t + day_usd_per_t * (days + late)
            trunk = net.trunk_of(edge.id, commodity)
            if trunk in (None, way):
                for passed in (False, True):
                    onward[edge.tail, passed].append((edge.head, cost, passed or trunk == way))
    queue, done = [(0.0, supply.node, False)], set()
    while queue:
        cost, node, passed = heapq.heappop(queue)
        if (node, passed) == (market.node, True):
            return cost
        if (node, passed) not in done:
            done.add((node, passed))
            for head, more, beyond in onward[node, passed]:
                heapq.heappush(queue, (cost + more, head, beyond))
    raise AssertionError(f"no path for {commodity} by {way}")


def crossing_teu(net: cr.Network) -> tuple[float, float, float]:
    """Return what container ships and ferries can carry, and the quay of Alat, dry cargo giving way. [TEU/y]"""

    def by(edge: str) -> float:
        fleet = net.by_key("fleet")[net.edge(edge).fleet]
        return teu(fleet.capacity_mt_days / net.edge(edge).fleet_days) if net.edge(edge).in_service else 0.0

    quay = teu(net.edge("aktau_quay").capacity_mtpa)
    return min(by("feeder"), quay), by("ferry_boxes"), teu(net.edge("alat_quay").capacity_mtpa)


def changes(row: dict[str, str]) -> cr.Scenario | None:
    """Return the change of a row of recommendations as a scenario, None for a row that adds scenarios up."""
    if row["change"] == "sum":
        return None
    given: dict[str, object] = {row["selector"]: row["selected"]}
    given |= {row["parameter"]: float(row["value"])} if row["parameter"] else {}
    return cr.Scenario(name=row["scenario"], changes=CHANGES[row["change"]](**given))


def recommendation(name: str, year: int) -> cr.Scenario:
    """Return a recommendation of the table as it stands for a year; parts that have no row for it are left out."""
    first, *others = _parts(name, year)
    return sum(others, first)


def _parts(name: str, year: int) -> list[cr.Scenario]:
    """Return the changes of a recommendation for a year, each a scenario."""
    parts = []
    for row in rows("recommendations"):
        if row["scenario"] == name and int(row["since"]) <= year <= int(row["until"]):
            change = changes(row)
            summands = row["selected"].split(";") if change is None else []
            parts += [change] if change is not None else [part for each in summands for part in _parts(each, year)]
    return parts
