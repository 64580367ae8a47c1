"""Crude moves freight only through what both share: random numbers on a small network, and closed forms.

Crude comes by a tanker and leaves by rails of its own; boxes come by a ferry and leave by others, or go round by the
north. They meet at a node, which is free or holds so much a year. Volumes in Mt/y, money in USD/t.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor as cr
from helpers.certificates import assert_certified
from helpers.oracle import best_objective

CRUDE, BOXES = "crude", "boxes"
PENALTY = {CRUDE: 5000.0, BOXES: 1000.0}
"""Crude keeps its place where the node is full."""
COLUMNS = [
    "status", "nameplate_mtpa", "reachable_mtpa", "capacity_mtpa", "bottleneck", "throughput_mtpa", "capacity_used",
    "unit_cost_usd_per_t", "transit_days", "netback_usd_per_t", "next_tonne_usd_per_t", "shortfall_if_lost_mtpa",
]  # fmt: skip


def crossing(*, hub: float | None, crude: float, boxes: float, tanker: float, ferry: float, north: float) -> cr.Network:
    """Return the network, with what the node holds, what is offered, and what the edges carry."""
    edges = [
        cr.Edge(id="tanker", tail="field", head="hub", mode="sea", capacity_mtpa=tanker, tariff_usd_per_t=8.0,
                commodities=[CRUDE], corridor="middle", transit_days=2.0),
        cr.Edge(id="oil_rails", tail="hub", head="sea", tariff_usd_per_t=3.0, commodities=[CRUDE]),
        cr.Edge(id="ferry", tail="inland", head="hub", mode="sea", capacity_mtpa=ferry, tariff_usd_per_t=10.0,
                commodities=[BOXES], corridor="middle", transit_days=4.0),
        cr.Edge(id="box_rails", tail="hub", head="town", tariff_usd_per_t=7.0, commodities=[BOXES]),
        cr.Edge(id="north", tail="inland", head="town", capacity_mtpa=north, tariff_usd_per_t=31.0,
                commodities=[BOXES], corridor="north", transit_days=9.0),
    ]  # fmt: skip
    return cr.Network(
        nodes=[cr.Node(id=id, throughput_mtpa=hub if id == "hub" else None)
               for id in ("field", "hub", "sea", "inland", "town")],
        edges=edges,
        commodities=[cr.Commodity(id=CRUDE, value_usd_per_t=500.0, interest_per_year=0.1),
                     cr.Commodity(id=BOXES, group="containers", value_usd_per_t=2000.0, interest_per_year=0.1,
                                  display_unit="TEU", display_per_t=0.1)],
        corridors=[cr.Corridor(id="middle"), cr.Corridor(id="north")],
        supplies=[cr.Supply(node=node, commodity=id, volume_mtpa=volume, penalty_usd_per_t=PENALTY[id])
                  for node, id, volume in (("field", CRUDE, crude), ("inland", BOXES, boxes))],
        markets=[cr.Market(node="sea", commodity=CRUDE, price_usd_per_t=400.0),
                 cr.Market(node="town", commodity=BOXES, price_usd_per_t=150.0)],
    )  # fmt: skip


amounts = st.integers(1, 40).map(lambda quarters: quarters / 4)
sizes = st.fixed_dictionaries(dict.fromkeys(("crude", "boxes", "tanker", "ferry", "north"), amounts))
changes = st.sampled_from([
    cr.Outage(edge="tanker"), cr.Derate(edge="tanker", remaining=0.3),
    cr.TariffShock(edge="oil_rails", add_usd_per_t=90), cr.Delay(edge="tanker", add_days=30),
    cr.Expansion(edge="tanker", factor=3), cr.Outage(edge="oil_rails"),
    cr.SupplyShock(commodity=CRUDE, remaining=0.2), cr.SupplyShock(commodity=CRUDE, add_mtpa=3),
    cr.PriceShock(commodity=CRUDE, add_usd_per_t=-390), cr.TariffShock(corridor="middle", commodity=CRUDE, factor=2),
    cr.QuotaChange(edge="tanker", commodity=CRUDE, max_mtpa=0.5),
])  # fmt: skip


def of_boxes(net: cr.Network) -> list[list[Any]]:
    """Return every number of freight in the comparison, and its totals."""
    table = cr.compare(net, [], commodity=BOXES, columns=COLUMNS)
    totals = cr.solve(net).commodities.loc[BOXES]
    return [*table.reset_index(drop=True)[COLUMNS].to_numpy().tolist(), totals.to_list()]


def alike(one: list[list[Any]], other: list[list[Any]]) -> bool:
    """Tell whether all is the same, numbers to 1e-4, which capacities of two programs keep."""
    pairs = [pair for rows in zip(one, other, strict=True) for pair in zip(*rows, strict=True)]
    return all(a == b if isinstance(a, str) else a == pytest.approx(b, abs=1e-4, nan_ok=True) for a, b in pairs)


@given(sizes, changes)
def test_what_only_crude_uses_moves_no_number_of_freight(size: dict[str, float], change: cr.Scenario) -> None:
    """With nothing shared that is limited: throughput, capacity, cost, days, netback, next tonne and totals stay."""
    net = crossing(hub=None, **size)
    assert alike(of_boxes(net), of_boxes(change.apply(net)))


@given(sizes, amounts, st.sampled_from([0.0, 0.25, 0.5]))
def test_a_shared_node_gives_freight_what_crude_leaves(size: dict[str, float], hub: float, remaining: float) -> None:
    """Of the node's tonnes crude takes what its tanker brings, boxes the rest, as far as the ferry carries it."""
    net = crossing(hub=hub, **size)
    change = cr.Outage(edge="tanker") if remaining == 0 else cr.Derate(edge="tanker", remaining=remaining)
    for share, state in ((1.0, net), (remaining, change.apply(net))):
        flow = cr.solve(state)
        crude = min(size["crude"], size["tanker"] * share, hub)
        boxes = min(size["boxes"], size["ferry"], hub - crude)
        assert flow.throughput_mtpa("middle", CRUDE) == pytest.approx(crude, abs=1e-6)
        assert flow.throughput_mtpa("middle", BOXES) == pytest.approx(boxes, abs=1e-6)
        assert flow.throughput_mtpa("north", BOXES) == pytest.approx(
            min(size["north"], size["boxes"] - boxes), abs=1e-6
        )


@given(sizes, st.none() | amounts)
def test_crude_and_freight_in_one_program_are_certified(size: dict[str, float], hub: float | None) -> None:
    """Balance, bounds, slackness and duality; and linprog finds no better."""
    net = crossing(hub=hub, **size)
    flow = cr.solve(net)
    assert_certified(flow)
    assert flow.objective == pytest.approx(best_objective(net), abs=1e-4)
