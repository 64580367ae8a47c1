"""A corridor whose trunk is the ferry for boxes and the rails for crude, and a way round for boxes.

Volumes in Mt/y, money in USD/t. Three of crude are offered where the rails begin and six of boxes at the ferry; both
sell at the port for 100. The rails carry 5, the ferry 4, the north 3, so that one of the boxes stays.
"""

from __future__ import annotations

from typing import Any

import corridor as cr

CRUDE, BOXES = "crude", "boxes"
EDGES = (
    cr.Edge(id="ferry", tail="aktau", head="alat", mode="sea", capacity_mtpa=4.0, tariff_usd_per_t=10.0),
    cr.Edge(id="north", tail="aktau", head="port", mode="rail", capacity_mtpa=3.0, tariff_usd_per_t=30.0,
            commodities=[BOXES], corridor="north"),
    cr.Edge(id="rails", tail="alat", head="port", mode="rail", capacity_mtpa=5.0, tariff_usd_per_t=5.0,
            corridor="middle"),
)  # fmt: skip
TRUNKS = (
    cr.Trunk(edge="ferry", commodity=BOXES, corridor="middle"),
    cr.Trunk(edge="rails", commodity=BOXES),
)


def two_trunks(**parts: Any) -> cr.Network:
    """Return the network, some of its parts others."""
    given: dict[str, Any] = {
        "nodes": [cr.Node(id=id) for id in ("aktau", "alat", "port")],
        "edges": EDGES,
        "commodities": [
            cr.Commodity(id=CRUDE, group="crudes"),
            cr.Commodity(id=BOXES, group="containers", display_unit="TEU", display_per_t=0.1),
        ],
        "corridors": [cr.Corridor(id="middle"), cr.Corridor(id="north")],
        "supplies": [
            cr.Supply(node="alat", commodity=CRUDE, volume_mtpa=3.0),
            cr.Supply(node="aktau", commodity=BOXES, volume_mtpa=6.0),
        ],
        "markets": [cr.Market(node="port", commodity=id, price_usd_per_t=100.0) for id in (CRUDE, BOXES)],
        "trunks": TRUNKS,
    }
    return cr.Network(**{**given, **parts})
