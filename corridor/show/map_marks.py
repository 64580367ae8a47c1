"""Marks of a map and of its legend: looks of lines and nodes, round amounts."""

from __future__ import annotations

import math
from typing import Any

OTHERS: dict[str, Any] = {"color": "#c9c9c4", "linewidth": 2.2}
"""Look of edges that carry only commodities that are not drawn."""
NODES: dict[str, tuple[str, float, str]] = {
    "supply": ("^", 26.0, "#f0c85a"),
    "market": ("s", 18.0, "white"),
    "waypoint": ("o", 7.0, "#7b868b"),
}
"""Marker, area and colour of nodes by kind."""


def unlimited_middle(width: float) -> dict[str, Any]:
    """Return the look of the middle of a line without a capacity limit, told by it in black and white too."""
    return {"color": "white", "linewidth": max(0.5, 0.22 * width), "linestyle": (0, (4, 3)), "solid_capstyle": "butt"}


def label_of(handle: Any) -> str:
    """Return the label of an entry of a legend, of the first where several are drawn over each other."""
    return str((handle[0] if isinstance(handle, tuple) else handle).get_label())


def rgb(colour: str) -> tuple[float, float, float]:
    """Return red, green and blue of a colour, each from 0 to 1."""
    from matplotlib.colors import to_rgb

    return to_rgb(colour)


def round_steps(most: float) -> list[float]:
    """Return up to three round amounts, the largest no more than `most`."""
    if most <= 0:
        return []
    scale = 10 ** math.floor(math.log10(most))
    top = max(step for step in (1, 2, 5) if step * scale <= most * (1 + 1e-9)) * scale
    return [top / 10, top / 2 if top / scale != 5 else top * 0.4, top]


def key(amount: float) -> str:
    """Return a round amount of the legend."""
    return f"{amount:g}" if amount < 1000 else f"{amount:,.0f}"
