"""Draw the picture of the README: where Kazakh oil goes in 2026, and where it goes with the CPC shut.

Run it as ``python examples/map_cpc_shut.py``, with ``corridor[plot]`` installed. It writes ``map_cpc_shut.png`` and
``map_cpc_shut.json`` beside itself; the JSON holds the id of each line and mark drawn, with its width or size.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

import corridor as cr

PICTURE = Path(__file__).resolve().with_suffix(".png")
COMMODITY = "kazakh_crude"
DPI = 130
EXTENT = (25.0, 61.5, 36.0, 54.8)
"""West, east, south, north. [degrees]"""


def draw() -> Figure:
    """Return two maps side by side, line widths on one scale."""
    network = cr.load("caspian", year=2026)
    baseline, shut = cr.solve(network), cr.solve(network, cr.load_scenario("cpc-shut"))
    widest_mtpa = baseline.edge_flows.xs(COMMODITY, level="commodity")["flow_mtpa"].max()
    figure, (left, right) = plt.subplots(1, 2, figsize=(13.0, 7.0), facecolor="white")
    figure.subplots_adjust(left=0.008, right=0.992, top=0.91, bottom=0.11, wspace=0.025)
    for ax, flow, title in ((left, baseline, "Baseline, 2026"), (right, shut, "CPC shut for a year")):
        cr.plot_map(flow, ax, commodity=COMMODITY, extent=EXTENT, widest_mtpa=widest_mtpa, title=title)
    return figure


def artists(ax: Axes) -> dict[str, float]:
    """Return the id of each edge, closure and shortfall drawn, with its line width [points] or area [points^2]."""
    sizes: dict[str, float] = {}
    for artist in ax.get_children():
        kind, _, _ = (id := str(artist.get_gid())).partition(":")
        if kind == "edge" and isinstance(artist, Line2D):
            sizes[id] = artist.get_linewidth()
        elif kind == "closed" and isinstance(artist, Line2D):
            sizes[id] = artist.get_markersize()
        elif kind == "shortfall" and isinstance(artist, PathCollection):
            sizes[id] = artist.get_sizes()[0]
    return {id: round(float(size), 2) for id, size in sorted(sizes.items())}


def contents(figure: Figure) -> dict[str, dict[str, float]]:
    """Return what is drawn on each of the two maps."""
    return dict(zip(("baseline", "cpc-shut"), map(artists, figure.axes), strict=True))


def main() -> None:
    """Write the picture, with a palette of 256 colours, and what is in it."""
    figure, drawn = draw(), io.BytesIO()
    figure.savefig(drawn, dpi=DPI)
    picture = Image.open(drawn).convert("RGB")
    picture = picture.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    picture.save(PICTURE, optimize=True)
    PICTURE.with_suffix(".json").write_text(json.dumps(contents(figure), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
