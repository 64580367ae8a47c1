"""A small network of boxes and grain across a sea, to be worked out by hand.

1 Mt is 100,000 TEU (10 t a TEU), so that 1 USD/t is 20 USD/FEU. Boxes leave China for Europe and Turkey, and a steppe
for Turkey. They cross the sea in box ships, between two quays, or on ferries that carry grain too; other ways are the
ocean, and a railway in the north.

What the limits let pass, in TEU/y: border 500,000; quay 70,000; box ships 4 Mt days / 8 days = 50,000; ferries 3 Mt
days / 10 days = 30,000, without grain; quay on the other side 75,000; railway west 300,000; black sea ships 60,000.
"""

from __future__ import annotations

from typing import Any

import corridor as cr

T_PER_TEU = 10.0
STREAMS = ("boxes_china_europe", "boxes_china_turkey", "boxes_steppe_turkey")
MIDDLE = "middle_corridor"
_BOXES: dict[str, Any] = {"group": "containers", "display_unit": "TEU", "display_per_t": 1 / T_PER_TEU}


def box_network(**replaced: Any) -> cr.Network:
    """Return the network; arguments replace fields of it."""
    nodes = ("china", "gate", "steppe", "coast", "quay_east", "quay_west", "west", "black_sea_port", "europe", "turkey")
    places = {node: {"lat": 42.0, "lon": 100.0 - 8 * index} for index, node in enumerate(nodes)}
    parts: dict[str, Any] = {
        "name": "boxes", "year": 2024,
        "nodes": tuple(cr.Node(id=node, name=node.replace("_", " "), **places[node]) for node in nodes),
        "edges": _edges(),
        "commodities": (
            *(cr.Commodity(id=id, **_BOXES) for id in STREAMS),
            cr.Commodity(id="grain", group="dry_bulk"),
        ),
        "corridors": tuple(cr.Corridor(id=id) for id in (MIDDLE, "northern_corridor", "ocean")),
        "supplies": (
            cr.Supply(node="china", commodity="boxes_china_europe", volume_mtpa=20.0),
            cr.Supply(node="china", commodity="boxes_china_turkey", volume_mtpa=0.6),
            cr.Supply(node="steppe", commodity="boxes_steppe_turkey", volume_mtpa=0.1),
            cr.Supply(node="steppe", commodity="grain", volume_mtpa=0.4),
        ),
        "markets": (
            cr.Market(node="europe", commodity="boxes_china_europe"),
            cr.Market(node="turkey", commodity="boxes_china_turkey"),
            cr.Market(node="turkey", commodity="boxes_steppe_turkey"),
            cr.Market(node="turkey", commodity="grain"),
        ),
        "fleets": (
            cr.Fleet(id="box_ships", capacity_mt_days=4.0),
            cr.Fleet(id="ferries", capacity_mt_days=3.0),
            cr.Fleet(id="black_sea_ships", capacity_mt_days=6.0),
        ),
    }  # fmt: skip
    return cr.Network(**parts | replaced)


def _edges() -> tuple[cr.Edge, ...]:
    only_boxes: dict[str, Any] = {"commodities": STREAMS}
    quay: dict[str, Any] = {"mode": "sea", "tags": ("port",)} | only_boxes
    rail: dict[str, Any] = {"mode": "rail"}
    sea: dict[str, Any] = {"mode": "sea"}
    return (
        _edge("china_rail", "china gate", days=3, **rail, **only_boxes),
        _edge("border", "gate steppe", 10, 5.0, days=4, late=1, tags=("border",), **rail, **only_boxes),
        _edge("steppe_rail", "steppe coast", 30, days=3, late=1, **rail),
        _edge("quay_east", "coast quay_east", 0, 0.7, days=2, **quay),
        _edge("feeder", "quay_east quay_west", 50, days=1, late=4, fleet="box_ships", fleet_days=8, corridor=MIDDLE,
              **sea, **only_boxes),
        _edge("ferry", "coast quay_west", 70, days=3, late=4, fleet="ferries", fleet_days=10, corridor=MIDDLE, **sea,
              **only_boxes),
        _edge("ferry_grain", "coast west", 20, days=3, fleet="ferries", fleet_days=5, corridor=MIDDLE, **sea,
              commodities=("grain",)),
        _edge("quay_west", "quay_west west", 0, 0.75, days=2, **quay),
        _edge("west_turkey", "west turkey", 45, 3.0, days=4, late=0.5, **rail),
        _edge("west_rail", "west black_sea_port", 25, 3.0, days=2, **rail, **only_boxes),
        _edge("black_sea", "black_sea_port europe", 40, days=3, late=2, fleet="black_sea_ships", fleet_days=10, **sea,
              **only_boxes),
        _edge("north", "steppe europe", 120, 4.0, days=10, late=2, corridor="northern_corridor", **rail,
              commodities=STREAMS[:1]),
        _edge("ocean_europe", "china europe", 100, days=40, corridor="ocean", **sea, commodities=STREAMS[:1]),
        _edge("ocean_turkey", "china turkey", 100, days=35, corridor="ocean", **sea, commodities=STREAMS[1:2]),
    )  # fmt: skip


def _edge(
    id: str, ends: str, tariff: float = 0.0, capacity: float | None = None, *, days: float = 0.0, late: float = 0.0,
    **more: Any,
) -> cr.Edge:  # fmt: skip
    tail, head = ends.split()
    return cr.Edge(
        id=id, tail=tail, head=head, tariff_usd_per_t=tariff, capacity_mtpa=capacity, transit_days=days,
        late_days=late, **more,
    )  # fmt: skip
