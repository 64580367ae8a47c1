"""`plot_sankey`: flows from shippers through corridors to markets."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corridor.model.columns import INTERCHANGEABLE
from corridor.model.commodity_groups import require_subject, shippers
from corridor.model.display_units import DisplayUnits
from corridor.show import style
from corridor.show.picture import picture
from corridor.show.style import FAINT, INK, WARN
from corridor.solver.flow import Flow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TOLERANCE_MTPA = 1e-6
_BAR = 0.022
_LAYER_X = (0.0, 0.43, 1.0)
_SMALL = 0.012
"""Bands of less than this share of the total are combined."""
_LABEL_WIDTH, _LEAST_WIDTH = 24, 8
"""Most letters in a line of a label; fewest, where there is less room."""
_NO_CORRIDOR, _NOT_LIFTED, _OTHER = "\0none", "\0short", "\0other"


@picture
def plot_sankey(
    flow: Flow, ax: Axes | None = None, *, commodity: str | None = None, units: str = "t", title: str | None = None
) -> Axes:
    """Draw flows from shippers through corridors to markets as bands; their heights are in Mt/y, or in kb/d.

    From left to right: shippers (or supplies), corridors, markets. Flows outside the corridors (local refineries) and
    shut-in volumes have bands of their own; the latter end in the middle. Small bands are combined.

    Parameters
    ----------
    flow : Flow
        Solved flow, from `solve`.
    ax : matplotlib Axes, optional
        Axes to draw in; a new figure by default. Alone in their figure, and empty, they are made smaller where titles,
        names or legends would be cut.
    commodity : str, optional
        Id of the only commodity to draw, by supply; or name of the only group, one band for each of its commodities.
        By default all commodities, one band each.
    units : {"t", "bbl", "TEU"}
        Mt/y, or thousand barrels a day (kb/d), each commodity by its own barrels a tonne; or TEU a year of what is
        counted in boxes.
    title : str, optional
        Title instead of the scenario's name; empty for none.

    Returns
    -------
    matplotlib Axes
        Axes with y in Mt/y or kb/d. Bands have the gid ``band:LAYER:FROM>TO``, bars ``bar:LAYER:NAME``.

    Raises
    ------
    UnknownNameError
        If the commodity is unknown.
    DataError
        If a commodity has no barrels, or no TEU.
    CorridorError
        If matplotlib is not installed.

    Notes
    -----
    The bands add up `Flow.routes`, one of several possible splits of a flow into routes: which market a corridor
    supplies is often not unique, and where two ways earn the same neither is a corridor's total.

    Examples
    --------
    >>> import corridor as cr
    >>> ax = cr.plot_sankey(cr.solve(cr.load()), commodity="kazakh_crude")
    """
    style.require_flow(flow)
    if commodity is not None:
        require_subject(flow.network, commodity)
    ax = style.panel(ax, (10.0, 6.5), left=0.02, right=0.98, top=0.88, bottom=0.03)
    ax.set_axis_off()
    shown = DisplayUnits.of(flow.network, units, commodity, boxes=True)
    chains = _chains(flow, commodity, shown)
    total = sum(chains.values())
    what = "all shippers" if commodity is None else style.subject_name(flow.network, commodity)
    below = f"{what}: {style.tonnes(total)} {shown.volume} offered; band heights in {shown.volume}"
    if not chains:
        ax.set_ylim(0, 1)
        ax.text(0.5, 0.5, "no supply", ha="center", va="center", color=FAINT, fontsize=style.points(ax) + 1)
    else:
        _SankeyDiagram(ax, _grouped(chains, _most_bars(ax)), _names(flow, commodity)).draw()
    below = f"{below}\n{INTERCHANGEABLE}" if chains else below
    style.headline(ax, style.flow_label(flow) if title is None else title, below)
    return ax


Chain = tuple[str, str, str]


def _chains(flow: Flow, commodity: str | None, units: DisplayUnits) -> dict[Chain, float]:
    """Return amounts by shipper or supply, corridor and market, in the units shown."""
    chains: dict[Chain, float] = {}
    own = shippers(flow.network, commodity)
    by_supply = commodity is not None and len(own) == 1

    def add(chain: Chain, amount: float) -> None:
        if amount > _TOLERANCE_MTPA:
            chains[chain] = chains.get(chain, 0.0) + amount

    routes = flow.routes
    for origin, route_commodity, corridor, end, amount in zip(
        routes["origin"],
        routes["commodity"],
        routes["corridor"],
        routes["destination"],
        routes["flow_mtpa"],
        strict=True,
    ):
        if route_commodity in own:
            via = corridor if isinstance(corridor, str) else _NO_CORRIDOR
            add(
                (origin if by_supply else route_commodity, via, end),
                float(amount) * units.rate(route_commodity),
            )
    for supply, amount in zip(flow.network.supplies, flow.shortfall_by_supply.tolist(), strict=True):
        if supply.commodity in own:
            add(
                (supply.node if by_supply else supply.commodity, _NOT_LIFTED, ""),
                amount * units.rate(supply.commodity),
            )
    return chains


def _most_bars(ax: Axes) -> int:
    """Return the number of labelled bars that fit in a column."""
    return max(4, int(style.inches(ax)[1] * 72 / (style.points(ax) * 2.3)))


def _grouped(chains: Mapping[Chain, float], most: int) -> tuple[dict[Chain, float], tuple[int, ...]]:
    """Return the chains with small bars combined in each layer, and the numbers combined."""
    counts = []
    for layer in range(3):
        sums: dict[str, float] = {}
        for chain, amount in chains.items():
            sums[chain[layer]] = sums.get(chain[layer], 0.0) + amount
        named = sorted(
            (name for name in sums if not name.startswith("\0") and name), key=lambda name: (-sums[name], name)
        )
        small = [
            name for index, name in enumerate(named) if index >= most - 3 or sums[name] < _SMALL * sum(sums.values())
        ]
        small = small if len(small) > 1 else []
        merged: dict[Chain, float] = {}
        for chain, amount in chains.items():
            parts = list(chain)
            parts[layer] = _OTHER if parts[layer] in small else parts[layer]
            key: Chain = (parts[0], parts[1], parts[2])
            merged[key] = merged.get(key, 0.0) + amount
        chains = merged
        counts.append(len(small))
    return dict(chains), tuple(counts)


def _names(flow: Flow, commodity: str | None) -> list[dict[str, str]]:
    """Return the names of ids, layer by layer."""
    network = flow.network
    nodes = {node.id: style.brief(style.called(node), 100) for node in network.nodes}
    commodities = {record.id: style.called(record) for record in network.commodities}
    corridors = {corridor.id: style.called(corridor) for corridor in network.corridors}
    corridors |= {_NO_CORRIDOR: "no corridor (local)", _NOT_LIFTED: "shut in"}
    by_supply = commodity is not None and len(shippers(network, commodity)) == 1
    return [nodes if by_supply else commodities, corridors, nodes]


@dataclass
class _Bar:
    """A bar of one layer: position, and how much of its two sides bands have used. [Mt/y]"""

    layer: int
    name: str
    height: float = 0.0
    base: float = 0.0
    used: list[float] = field(default_factory=lambda: [0.0, 0.0])


class _SankeyDiagram:
    """Drawing of one diagram."""

    def __init__(
        self, ax: Axes, grouped: tuple[dict[Chain, float], tuple[int, ...]], names: Sequence[Mapping[str, str]]
    ) -> None:
        self.ax, self.names = ax, names
        self.chains, self.counts = grouped
        self.layers: list[dict[str, _Bar]] = [{}, {}, {}]
        self.bands: list[dict[tuple[str, str, str], float]] = [{}, {}]
        for chain, amount in self.chains.items():
            for layer, name in enumerate(chain):
                if name:
                    bar = self.layers[layer].setdefault(name, _Bar(layer, name))
                    bar.height += amount
            for layer, pair in enumerate(((chain[0], chain[1]), (chain[1], chain[2]))):
                if pair[1]:
                    key = (*pair, chain[0])
                    self.bands[layer][key] = self.bands[layer].get(key, 0.0) + amount
        self.total = sum(self.chains.values())
        self._stack()

    def _stack(self) -> None:
        """Stack the bars of each layer: the largest first, then other, no corridor, and the shortfall last."""
        last = {_OTHER: 1, _NO_CORRIDOR: 2, _NOT_LIFTED: 3}
        self.order = [
            sorted(bars.values(), key=lambda bar: (last.get(bar.name, 0), -bar.height, bar.name))
            for bars in self.layers
        ]
        gap = 0.35 * self.total / max(1, max(len(bars) for bars in self.order) - 1)
        self.gap = min(gap, 0.06 * self.total)
        self.tall = max(sum(bar.height for bar in bars) + self.gap * (len(bars) - 1) for bars in self.order)
        for bars in self.order:
            top = self.tall - (self.tall - sum(bar.height for bar in bars) - self.gap * (len(bars) - 1)) / 2
            for bar in bars:
                bar.base = top - bar.height
                top = bar.base - self.gap
        self.ax.set_ylim(-0.01 * self.tall, 1.01 * self.tall)

    def draw(self) -> None:
        """Draw bands, bars and labels."""
        colours = {bar.name: style.SHADES[index % len(style.SHADES)] for index, bar in enumerate(self.order[0])}
        hatches = {bar.name: style.HATCHES[index % len(style.HATCHES)] for index, bar in enumerate(self.order[0])}
        rank_of = {bar.name: index for bars in self.order for index, bar in enumerate(bars)}
        for index, bands in enumerate(self.bands):
            for left, right, who in sorted(bands, key=lambda key: (rank_of[key[0]], rank_of[key[1]], rank_of[key[2]])):
                key = (left, right, who)
                self._band(index, key, bands[key], colour=colours[who], hatch=hatches[who], rank_of=rank_of)
        self._make_room()
        for bars in self.order:
            self._bars(bars, colours, hatches)
            self._labels(bars)

    def _make_room(self) -> None:
        """Move the outer bars inward as far as their labels need."""
        widths = [0.0, 0.0, 0.0]
        for bars in self.order:
            for bar in bars:
                text = self.ax.text(0, 0, self._text(bar), fontsize=style.points(self.ax))
                widths[bar.layer] = max(widths[bar.layer], text.get_window_extent().width)
                text.remove()
        full_width = self.ax.get_window_extent().width
        left, right = (width / full_width for width in (widths[0], widths[2]))
        span = 1.06 / max(0.2, 1.0 - left - right)
        self.ax.set_xlim(-span * left - 0.03, 1.0 + span * right + 0.03)

    def _base(self, layer: int, key: tuple[str, str, str], rank_of: Mapping[str, int]) -> tuple[float, float]:
        """Return the upper edge of a band at its left and at its right bar. [Mt/y]"""
        bands = self.bands[layer]

        def rank(of: tuple[str, str, str], side: int) -> tuple[int, int]:
            """Return the order of a band at one of its bars: other end, then shipper, or the reverse."""
            far, who = rank_of[of[1 - side]], rank_of[of[2]]
            return (who, far) if (layer, side) == (1, 0) else (far, who)

        above = [
            sum(
                amount
                for band, amount in bands.items()
                if band[side] == key[side] and rank(band, side) < rank(key, side)
            )
            for side in (0, 1)
        ]
        start, end = self.layers[layer][key[0]], self.layers[layer + 1][key[1]]
        return start.base + start.height - above[0], end.base + end.height - above[1]

    def _band(
        self,
        layer: int,
        key: tuple[str, str, str],
        amount: float,
        *,
        colour: str,
        hatch: str,
        rank_of: Mapping[str, int],
    ) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        left, right, who = key
        y0, y1 = self._base(layer, key, rank_of)
        x0, x1 = _LAYER_X[layer] + _BAR / 2, _LAYER_X[layer + 1] - _BAR / 2
        half = (x0 + x1) / 2
        points = [
            (x0, y0), (half, y0), (half, y1), (x1, y1), (x1, y1 - amount), (half, y1 - amount), (half, y0 - amount),
            (x0, y0 - amount), (x0, y0),
        ]  # fmt: skip
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        short = right == _NOT_LIFTED
        self.ax.add_patch(
            PathPatch(
                Path(points, codes), facecolor=WARN if short else colour, alpha=0.42 if short else 0.5, zorder=1,
                edgecolor="white", linewidth=0.4, hatch="//////" if short else hatch,
                gid=f"band:{layer}:{_id(left)}>{_id(right)}:{_id(who)}",
            )
        )  # fmt: skip

    def _bars(self, bars: Iterable[_Bar], colours: Mapping[str, str], hatches: Mapping[str, str]) -> None:
        from matplotlib.patches import Rectangle

        for bar in bars:
            first = bar.layer == 0
            colour = WARN if bar.name == _NOT_LIFTED else colours[bar.name] if first else INK
            self.ax.add_patch(
                Rectangle(
                    (_LAYER_X[bar.layer] - _BAR / 2, bar.base), _BAR, bar.height, facecolor=colour, edgecolor=INK,
                    linewidth=0.6, zorder=2, gid=f"bar:{bar.layer}:{_id(bar.name)}",
                )
            )  # fmt: skip

    def _labels(self, bars: Sequence[_Bar]) -> None:
        """Write names and amounts next to the bars, moved apart where bars are thin."""
        from matplotlib import patheffects

        if not bars:
            return
        layer = bars[0].layer
        size = style.points(self.ax)
        per_point = 1.02 * self.tall / (style.inches(self.ax)[1] * 72)
        middles = [bar.base + bar.height / 2 for bar in bars]
        labels = self._fitting(bars, self._room_px() if layer == 1 else float("inf"))
        heights = [(label.count("\n") + 1.5) * size * per_point for label in labels]
        spots = _apart(
            middles, heights, low=0.6 * size * per_point, high=self.tall - 0.6 * size * per_point,
        )  # fmt: skip
        side = -1 if layer == 0 else 1
        edge = _LAYER_X[layer] + side * _BAR / 2
        reach = 0.014
        for bar, middle, spot, label in zip(bars, middles, spots, labels, strict=True):
            if abs(spot - middle) > 0.3 * size * per_point:
                self.ax.plot(
                    [edge, edge + side * reach], [middle, spot], color=FAINT, linewidth=0.5, clip_on=False, zorder=3
                )
            self.ax.text(
                edge + side * (reach + 0.004), spot, label,
                ha="right" if layer == 0 else "left", va="center", fontsize=size, zorder=4, linespacing=1.0,
                color=WARN if bar.name == _NOT_LIFTED else INK, fontweight="bold" if bar.name == _NOT_LIFTED else None,
                path_effects=[patheffects.withStroke(linewidth=2.2, foreground="white", alpha=0.85)],
                gid=f"label:{layer}:{_id(bar.name)}",
            )  # fmt: skip

    def _fitting(self, bars: Sequence[_Bar], room_px: float) -> list[str]:
        """Return the labels of bars, in lines as short as a width needs them. [pixels]"""
        labels = []
        for bar in bars:
            width = _LABEL_WIDTH
            text = self.ax.text(0, 0, self._text(bar, width), fontsize=style.points(self.ax), fontweight="bold")
            while text.get_window_extent().width > room_px and width > _LEAST_WIDTH:
                width -= 1
                text.set_text(self._text(bar, width))
            labels.append(text.get_text())
            text.remove()
        return labels

    def _room_px(self) -> float:
        """Return the width available for labels between the middle and the right bars. [pixels]"""
        spots = self.ax.transData.transform([(_LAYER_X[1] + _BAR / 2 + 0.02, 0), (_LAYER_X[2] - _BAR, 0)])
        return float(spots[1, 0] - spots[0, 0])

    def _text(self, bar: _Bar, width: int = _LABEL_WIDTH) -> str:
        """Return name and amount of a bar, the name in lines of a width."""
        return f"{style.wrapped(self._name(bar), width, 5)}  {style.tonnes(bar.height)}"

    def _name(self, bar: _Bar) -> str:
        if bar.name == _OTHER:
            return f"{self.counts[bar.layer]} others"
        return self.names[bar.layer][bar.name]


def _id(name: str) -> str:
    """Return the name of a bar in gids."""
    return {_NO_CORRIDOR: "(none)", _NOT_LIFTED: "(shortfall)", _OTHER: "(other)"}.get(name, name)


def _apart(wanted: Sequence[float], heights: Sequence[float], *, low: float, high: float) -> list[float]:
    """Return descending positions near the wanted ones: labels of some heights do not overlap, and are within bounds.

    Where they do not fit between the bounds, they go on below the low one.
    """
    steps = [(one + other) / 2 for one, other in itertools.pairwise(heights)]
    offsets = list(itertools.accumulate(steps, initial=0.0))[: len(wanted)]
    groups: list[list[float]] = []
    for value, offset in zip(wanted, offsets, strict=True):
        groups.append([value + offset, 1.0])
        while len(groups) > 1 and groups[-1][0] / groups[-1][1] > groups[-2][0] / groups[-2][1]:
            total, count = groups.pop()
            groups[-1] = [groups[-1][0] + total, groups[-1][1] + count]
    means = [total / count for total, count in groups for _ in range(int(count))]
    low_end = low + (offsets[-1] if offsets else 0.0)
    return [max(min(mean, high), low_end) - offset for mean, offset in zip(means, offsets, strict=True)]
