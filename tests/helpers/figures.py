"""What is in a picture: drawn elements by their gid, and where texts stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb


@contextmanager
def sheet(size: tuple[float, float]) -> Iterator[Axes]:
    """Give the Axes of a new figure of some size [inches]; check that nothing global changes, and close it."""
    before = dict(mpl.rcParams)
    figure, ax = plt.subplots(figsize=size)
    count = len(plt.get_fignums())
    try:
        yield ax
        assert dict(mpl.rcParams) == before
        assert len(plt.get_fignums()) == count
    finally:
        plt.close(figure)


def drawn(ax: Axes, kind: str) -> dict[str, list[Any]]:
    """Return the artists whose gid starts with a word and a colon, by the rest of it."""
    found: dict[str, list[Any]] = {}
    for artist in ax.get_children():
        gid = str(artist.get_gid() or "")
        if gid.startswith(f"{kind}:"):
            found.setdefault(gid.removeprefix(f"{kind}:"), []).append(artist)
    return found


def texts(ax: Axes, *, aside: tuple[str, ...] = ("subtitle",)) -> list[Any]:
    """Return the texts written in the Axes, some left aside."""
    return [text for text in ax.texts if text.get_text().strip() and text.get_gid() not in aside]


def clashes(found: list[Any]) -> list[tuple[str, str]]:
    """Return the pairs of texts whose boxes meet."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in found]
    return [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if one.overlaps(other)]


def outside(found: list[Any], ax: Axes, slack: float = 1.0) -> list[str]:
    """Return the texts that leave the Axes by more than some pixels."""
    frame = ax.get_window_extent().padded(slack)
    boxes = [(text.get_text(), text.get_window_extent()) for text in found]
    return [
        said
        for said, box in boxes
        if not (frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1)
    ]


def luminance(colour: Any) -> float:
    """Return how light a colour is, 0 black to 1 white, as a photocopier sees it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
