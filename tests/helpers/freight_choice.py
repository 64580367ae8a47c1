"""Flows and weights of the freight network by closed form, from its records and a search of paths alone."""

from __future__ import annotations

import math
from functools import cache

import corridor as cr
from helpers.freight import DAY_USD_PER_TEU, T_PER_TEU, cheapest, freight

KTEU = 10.5e-3
"""Mt of a thousand TEU. [Mt]"""
BOXES = ("boxes_china_europe", "boxes_china_turkey", "boxes_kazakhstan_turkey", "boxes_china_caucasus")
DRY, MIDDLE, NORTH = "dry_kazakhstan_europe", "middle_corridor", "northern_corridor"
SCALE_USD_PER_TEU = 2600.0
FERRY_USD_PER_TEU = 300.0 + DAY_USD_PER_TEU
"""What a ferry costs more than a container ship: price and a day more. [USD/TEU]"""

Key = tuple[str, str]


def scale(commodity: str) -> float:
    """Return the scale of choice that the note gives. [USD/t]"""
    return 15.0 if commodity == DRY else SCALE_USD_PER_TEU / T_PER_TEU


def cost(net: cr.Network, commodity: str, corridor: str) -> float:
    """Return what the cheapest path by a corridor costs, its premium of refusal counted. [USD/t]"""
    day = 0.0 if commodity == DRY else DAY_USD_PER_TEU / T_PER_TEU
    premium = {edge.risk_premium_usd_per_t for edge in net.trunk(corridor) if edge.admits(commodity)}
    return cheapest(net, commodity, corridor, day) + max(premium)


def latest(net: cr.Network) -> dict[Key, float]:
    """Return the observed flow of every corridor up to the network's year, the rest of the supply worked out. [Mt/y]"""
    last: dict[Key, float | None] = {}
    for row in sorted(net.observed, key=lambda row: row.year):
        assert net.year is not None
        if row.year <= net.year:
            last[row.commodity, row.corridor] = row.observed_mtpa
    offered = {supply.commodity: supply.volume_mtpa for supply in net.supplies}
    counted: dict[str, float] = {}
    for (commodity, _), flow in last.items():
        counted[commodity] = counted.get(commodity, 0.0) + (flow or 0.0)
    return {
        key: offered[key[0]] - counted[key[0]] if flow is None else flow
        for key, flow in last.items()
        if key[0] in offered
    }


def weights_by_hand(net: cr.Network) -> dict[Key, float]:
    """Return the weights of a network in whose year no limit was met: share of the first way times exp(cost / scale).

    The first way is the one that takes the rest. Cost is without the premium of refusal.
    """
    flows = latest(net)
    rest = {row.commodity: row.corridor for row in net.observed if row.observed_mtpa is None}
    day = {commodity: 0.0 if commodity == DRY else DAY_USD_PER_TEU / T_PER_TEU for commodity in rest}
    paid = {key: cheapest(net, *key, day[key[0]]) for key in flows}
    return {
        (commodity, way): flow / flows[commodity, rest[commodity]]
        * math.exp((paid[commodity, way] - paid[commodity, rest[commodity]]) / scale(commodity))
        for (commodity, way), flow in flows.items()
    }  # fmt: skip


def logit(net: cr.Network, weight: dict[Key, float]) -> dict[Key, float]:
    """Return the flows of a network in which no limit is met, by the weights of its corridors. [Mt/y]"""
    costs = {key: cost(net, *key) for key in weight}
    least = {commodity: min(paid for (of, _), paid in costs.items() if of == commodity) for commodity, _ in weight}
    pull = {key: weight[key] * math.exp((least[key[0]] - costs[key]) / scale(key[0])) for key in weight}
    total = {commodity: sum(value for (of, _), value in pull.items() if of == commodity) for commodity in least}
    offered = {supply.commodity: supply.volume_mtpa for supply in net.supplies}
    return {key: offered[key[0]] * value / total[key[0]] for key, value in pull.items()}


@cache
def by_hand(year: int) -> dict[Key, float]:
    """Return the flows of a vintage in which no limit is met, from the observations of 2022. [Mt/y]"""
    return logit(freight(year), weights_by_hand(freight(2022)))


def own(year: int) -> cr.Network:
    """Return a vintage weighted by its own observations, without premium of refusal: those of the next are of it."""
    reference = freight(year + 1).reference
    assert reference is not None
    assert reference.year == year
    scales = {one.id: one.choice_usd_per_t for one in freight(year + 1).commodities}
    commodities = tuple(one.replace(choice_usd_per_t=scales[one.id]) for one in reference.commodities)
    return reference.replace(year=year + 1, reference=reference, commodities=commodities)
