"""`plot_map`: map of flows, utilisation, closures and shut-in volumes."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import DataError
from corridor.model.columns import INTERCHANGEABLE
from corridor.model.commodity_groups import require_subject, shippers
from corridor.model.display_units import DisplayUnits
from corridor.model.records import Edge
from corridor.show import basemap, fonts, style
from corridor.show.basemap import Extent, Floats, Position
from corridor.show.labels import Labels
from corridor.show.map_lines import MapLine, extent_of, positions_of
from corridor.show.map_marks import NODES, OTHERS, key, label_of, rgb, round_steps, unlimited_middle
from corridor.show.picture import picture
from corridor.show.style import FAINT, FREE, INK, WARN
from corridor.solver.flow import Flow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TOLERANCE_MTPA = 1e-6
_WIDEST = 0.016
"""Width of the widest line, as a share of the width of the Axes."""
_KEY_PT2 = 160.0
"""Largest area of a circle in the legend. [points squared]"""
_ALL_SHORT_PT2 = 1500.0
"""Area of a circle for the total supply, on a large map. [points squared]"""


@picture
def plot_map(
    flow: Flow,
    ax: Axes | None = None,
    *,
    commodity: str | None = None,
    labels: bool = True,
    extent: Sequence[float] | None = None,
    widest_mtpa: float | None = None,
    units: str = "t",
    title: str | None = None,
) -> Axes:
    """Draw a map of flows, utilisation, closures and shut-in volumes.

    Line widths are proportional to flow, colours show utilisation. Edges that are closed or not in service are dashed
    and crossed out; edges without flow are thin and grey, those that carry other commodities only pale and wider.
    Circles at supplies show shut-in volumes. Nodes outside the map are named at its edge, where arrows point to them.
    Lines take the shorter direction around the world: a line that leaves the map across 180 degrees returns at its
    other edge.

    Parameters
    ----------
    flow : Flow
        Solved flow, from `solve`.
    ax : matplotlib Axes, optional
        Axes to draw in, as `plot_sankey`; a new figure by default. Legends are below it.
    commodity : str, optional
        Id of the only commodity, or name of the only group, whose flows, shortfalls and totals are shown; utilisation
        is always of all commodities together. Edges that carry others only are pale grey.
    labels : bool
        Whether to name nodes and corridors, as many as fit.
    extent : sequence of float, optional
        West, east, south and north of the map [degrees]; by default the area of supplies and corridors. It is widened
        to fill the Axes. Across the antimeridian longitudes continue: 160, 200 is from 160 E to 160 W.
    widest_mtpa : float, optional
        Flow of the widest line [Mt/y]; by default the largest flow on the map. Give maps of several scenarios the
        same value to make their widths comparable. With ``units="bbl"`` it is in kb/d.
    units : {"t", "bbl", "TEU"}
        Mt/y, or thousand barrels a day (kb/d), each commodity by its own barrels a tonne; or TEU a year of what is
        counted in boxes.
    title : str, optional
        Title instead of the scenario's name; empty for none.

    Returns
    -------
    matplotlib Axes
        Axes in degrees east and north. Edges have the gid ``edge:ID``, crosses of closed ones ``closed:ID``, shortfalls
        ``shortfall:NODE``, labels ``label:node:ID``, ``label:corridor:ID``, ``label:edge:ID``.

    Raises
    ------
    DataError
        If fewer than two nodes have coordinates; other nodes without them are omitted, with a note on the map. If the
        extent is not west, east, south, north, `widest_mtpa` is not above 0, or a commodity has no barrels, or no TEU.
    UnknownNameError
        If the commodity is unknown.
    CorridorError
        If matplotlib is not installed.

    Notes
    -----
    Labels are placed for the current size of the figure: set the size before drawing. The area shown depends on the
    network only, so maps of several scenarios are comparable.

    Examples
    --------
    >>> import corridor as cr
    >>> ax = cr.plot_map(cr.solve(cr.load(), cr.load_scenario("cpc-shut")))
    >>> ax.get_figure().savefig("map.png")  # doctest: +SKIP
    """
    style.require_flow(flow)
    if commodity is not None:
        require_subject(flow.network, commodity)
    if widest_mtpa is not None and not 0 < widest_mtpa < math.inf:
        raise DataError(f"widest_mtpa must be above 0 and finite (got {widest_mtpa!r})")
    shown_units = DisplayUnits.of(flow.network, units, commodity, boxes=True)
    positions = positions_of(flow)
    asked = basemap.core(flow.network, positions) if extent is None else extent_of(extent)
    ax = style.panel(ax, (11.0, 8.0), left=0.02, right=0.98, top=0.925, bottom=0.09)
    width, height = style.inches(ax)
    shown = asked.filling(width / height)
    positions = {id: shown.turned(position) for id, position in positions.items()}
    ax.set_xlim(shown.west, shown.east)
    ax.set_ylim(shown.south, shown.north)
    ax.set_aspect(1 / shown.squeeze)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_color(style.RULE)
    basemap.draw(ax, shown)
    drawing = _MapDrawing(ax, flow, commodity, positions=positions, extent=shown, widest=widest_mtpa, units=shown_units)
    drawing.edges()
    drawing.nodes()
    style.headline(ax, style.flow_label(flow) if title is None else title, _summary(flow, commodity, shown_units))
    drawing.legends()
    drawing.note()
    if labels:
        drawing.labels()
    return ax


def _summary(flow: Flow, commodity: str | None, units: DisplayUnits) -> str:
    """Return the totals of a flow as one line of text."""
    what = "all shippers" if commodity is None else style.subject_name(flow.network, commodity)
    own = shippers(flow.network, commodity)
    lifted = short = 0.0
    for supply, missing in zip(flow.network.supplies, flow.shortfall_by_supply.tolist(), strict=True):
        if supply.commodity in own:
            lifted += (supply.volume_mtpa - missing) * units.rate(supply.commodity)
            short += missing * units.rate(supply.commodity)
    rest = f"; {style.tonnes(short)} {units.volume} shut in" if short > _TOLERANCE_MTPA else ", nothing shut in"
    return f"{what}: {style.tonnes(lifted)} {units.volume} lifted{rest}"


class _MapDrawing:
    """Drawing of one map."""

    def __init__(
        self,
        ax: Axes,
        flow: Flow,
        commodity: str | None,
        *,
        positions: dict[str, Position],
        extent: Extent,
        widest: float | None,
        units: DisplayUnits,
    ) -> None:
        self.units = units
        self.ax, self.flow, self.commodity, self.positions, self.extent = ax, flow, commodity, positions, extent
        self.network = flow.network
        self.shippers = shippers(self.network, commodity)
        """Ids of the commodities drawn."""
        self.inside = {id for id, position in positions.items() if extent.holds(*position)}
        amounts = self._amounts()
        self.totals = dict(zip((e.id for e in self.network.edges), flow.edge_flow_mtpa.tolist(), strict=True))
        self.gone = {node.id for node in self.network.nodes if node.throughput_mtpa is not None and node.remaining == 0}
        self.sea_router = basemap.SeaRouter(extent)
        self.lines = list(self._laid(amounts))
        drawn = {line.edge.id for line in self.lines}
        self.beyond = sum(
            amounts[e.id] > _TOLERANCE_MTPA and e.id not in drawn and {e.tail, e.head} <= positions.keys()
            for e in self.network.edges
        )
        supplies = (s for s in self.network.supplies if s.commodity in self.shippers)
        self.offered = sum(supply.volume_mtpa * units.rate(supply.commodity) for supply in supplies) or 1.0
        self.most = widest or max((line.flow_mtpa for line in self.lines), default=0.0)
        self.wide = style.inches(ax)[0]
        self.points_per_mtpa = self.wide * 72 * _WIDEST / self.most if self.most > 0 else 0.0
        self.size = style.points(ax)
        self.scale = min(1.0, self.wide / 10.5)
        """Scale of marks and of distances of labels. [1]"""

    def _amounts(self) -> dict[str, float]:
        """Return the flow by edge, in the units shown."""
        amounts = dict.fromkeys((edge.id for edge in self.network.edges), 0.0)
        solution = self.flow.solution
        for column, amount in enumerate(solution.flows.tolist()):
            edge, commodity = solution.program.name_of(column)
            if commodity in self.shippers and amount:
                amounts[edge] += amount * self.units.rate(commodity)
        return amounts

    def _others(self, edge: str) -> float:
        """Return what an edge carries of commodities that are not drawn. [Mt/y]"""
        if self.commodity is None:
            return 0.0
        columns = (self.flow.solution.program.column(edge, id) for id in self.shippers)
        own = sum(float(self.flow.solution.flows[column]) for column in columns if column is not None)
        return float(self.totals[edge]) - own

    def _laid(self, amounts: dict[str, float]) -> Iterator[MapLine]:
        """Yield the edges on the map; parallel and opposite edges are drawn apart."""
        exits: dict[str, list[Floats]] = {}
        together: dict[frozenset[str], list[Edge]] = {}
        for edge in self.network.edges:
            together.setdefault(frozenset((edge.tail, edge.head)), []).append(edge)
        for edge in self.network.edges:
            if (
                not {edge.tail, edge.head} <= self.positions.keys()
                or self.positions[edge.tail] == self.positions[edge.head]
            ):
                continue
            group = together[frozenset((edge.tail, edge.head))]
            apart = (group.index(edge) - (len(group) - 1) / 2) * 0.16
            apart = apart if edge.tail < edge.head else -apart
            for leaves, span in self._spans(edge):
                occupied = exits.setdefault(edge.head if leaves == edge.tail else edge.tail, [])
                curve = self._curve(edge, leaves, span, apart=apart, occupied=occupied)
                if leaves is not None:
                    occupied.append(curve[-1] if leaves == edge.head else curve[0])
                yield MapLine(edge, curve, amounts[edge.id], leaves, self._shut(edge), self._others(edge.id))

    def _spans(self, edge: Edge) -> Iterator[tuple[str | None, tuple[Position, Position]]]:
        """Yield, for each end of an edge on the map, the node outside the map, if any, and the positions of both ends.

        The other end lies in the shorter direction around the world, hence outside even if the map shows it too.
        """
        tail, head = self.positions[edge.tail], self.positions[edge.head]
        direct = basemap.shortest_turn(tail, head) == head
        if direct and {edge.tail, edge.head} <= self.inside:
            yield None, (tail, head)
            return
        if edge.tail in self.inside:
            yield edge.head, (tail, basemap.shortest_turn(tail, head))
        if edge.head in self.inside:
            yield edge.tail, (basemap.shortest_turn(head, tail), head)

    def _shut(self, edge: Edge) -> bool:
        """Return whether an outage has closed an edge in service, or a node at one of its ends."""
        return edge.in_service and (edge.remaining == 0 or not {edge.tail, edge.head}.isdisjoint(self.gone))

    def _curve(
        self, edge: Edge, leaves: str | None, span: tuple[Position, Position], *, apart: float, occupied: list[Floats]
    ) -> Floats:
        """Return the curve of an edge: straight over land, over water for sea edges."""
        if leaves is None:
            if edge.mode == "sea":
                return self.sea_router.between(*span, apart)
            return basemap.curve_between(*span, apart, squeeze=self.extent.squeeze)
        near, far = span if leaves == edge.head else span[::-1]
        if edge.mode == "sea" and leaves not in self.inside:
            out = self.sea_router.outward(near, far, occupied)
        else:
            bow = apart if leaves == edge.head else -apart
            out = basemap.clipped(basemap.curve_between(near, far, bow, squeeze=self.extent.squeeze), self.extent)
        return out if leaves == edge.head else out[::-1]

    # What is drawn

    def edges(self) -> None:
        """Draw the edges, the largest flows first."""
        for line in sorted(self.lines, key=lambda line: (-line.flow_mtpa, line.edge.id)):
            if line.flow_mtpa > _TOLERANCE_MTPA:
                self._draw_flowing(line)
            elif line.shut or line.idle:
                self._draw_closed(line)
            elif line.others_mtpa > _TOLERANCE_MTPA:
                self.ax.plot(*line.curve.T, gid=f"edge:{line.edge.id}", zorder=1.6, solid_capstyle="butt", **OTHERS)
            else:
                self.ax.plot(*line.curve.T, color="#a9a9a3", linewidth=0.7, zorder=1.5, gid=f"edge:{line.edge.id}")

    def _draw_flowing(self, line: MapLine) -> None:
        from matplotlib import patheffects

        available = line.edge.available_mtpa
        total = self.totals[line.edge.id]
        colour: Any = FREE
        if math.isfinite(available):
            colour = style.utilisation_colours()(min(1.0, total / available))
        width = line.flow_mtpa * self.points_per_mtpa
        casing = patheffects.withStroke(linewidth=width + 0.9, foreground=INK)
        self.ax.plot(
            *line.curve.T, color=colour, linewidth=width, zorder=2.0, solid_capstyle="butt", path_effects=[casing],
            gid=f"edge:{line.edge.id}",
        )  # fmt: skip
        if math.isinf(available):
            self.ax.plot(*line.curve.T, zorder=2.05, gid=f"unlimited:{line.edge.id}", **unlimited_middle(width))
        self._draw_direction(line, width)

    def _draw_direction(self, line: MapLine, width: float) -> None:
        """Draw an arrow head on an edge that is long enough; at the edge of the map if it leaves the map."""
        pixels = self.ax.transData.transform(line.curve)
        length = float(np.hypot(*np.diff(pixels, axis=0).T).sum()) * 72 / self.ax.get_figure(root=True).dpi  # type: ignore[union-attr]
        if length < 26 and line.leaves is None:
            return
        index = len(pixels) - 2 if line.leaves == line.edge.head else int(len(pixels) * (0.3 if line.leaves else 0.58))
        step = pixels[index + 1] - pixels[index - 1]
        turn = math.degrees(math.atan2(step[1], step[0])) - 90
        self.ax.plot(
            *line.curve[index], marker=(3, 0, turn), markersize=4.2 * self.scale + 0.9 * width, color="white",
            markeredgecolor=INK, markeredgewidth=0.7, zorder=3.0, linestyle="none", gid=f"direction:{line.edge.id}",
        )  # fmt: skip

    def _draw_closed(self, line: MapLine) -> None:
        planned = line.idle
        colour, size, width = (FAINT, 5.0, 1.2) if planned else (WARN, 7.5, 2.0)
        self.ax.plot(
            *line.curve.T, color=colour, linewidth=0.9 if planned else 1.6, linestyle=(0, (4, 2.5)), zorder=1.8,
            gid=f"edge:{line.edge.id}",
        )  # fmt: skip
        middle = line.curve[len(line.curve) // 2]
        self.ax.plot(
            *middle, marker="x", color=colour, markersize=size * self.scale**0.5, markeredgewidth=width * self.scale,
            zorder=3.5, linestyle="none", gid=f"closed:{line.edge.id}",
        )  # fmt: skip

    def _kinds(self) -> dict[str, str]:
        """Return the kind of each node: supply, market, or waypoint."""
        kinds = dict.fromkeys(self.inside, "waypoint")
        for records, kind in ((self.network.markets, "market"), (self.network.supplies, "supply")):
            kinds |= {
                r.node: kind for r in records if r.node in kinds and r.commodity in self.shippers
            }  # fmt: skip
        return kinds

    def _carried(self, corridor: str) -> float:
        """Return the throughput of a corridor, in the units shown."""
        through = {id: self.flow.throughput_mtpa(corridor, id) for id in self.shippers}
        return sum(amount * self.units.rate(id) for id, amount in through.items() if amount)

    def _shortfalls(self) -> dict[str, float]:
        """Return shortfall by node, in the units shown."""
        short: dict[str, float] = {}
        for supply, amount in zip(self.network.supplies, self.flow.shortfall_by_supply.tolist(), strict=True):
            if amount > _TOLERANCE_MTPA and supply.commodity in self.shippers:
                short[supply.node] = short.get(supply.node, 0.0) + amount * self.units.rate(supply.commodity)
        return short

    def _area(self, amount: float) -> float:
        """Return the area of a shortfall's circle, in proportion to its share of supply. [points squared]"""
        return _ALL_SHORT_PT2 * (self.wide / 10.5) ** 2 * amount / self.offered

    def nodes(self) -> None:
        """Draw nodes and shortfalls."""
        for id, amount in sorted(self._shortfalls().items()):
            if id in self.inside:
                self.ax.scatter(
                    *self.positions[id], s=self._area(amount), facecolor=(*rgb(WARN), 0.28), edgecolor=WARN,
                    hatch="//////", linewidth=1.0, zorder=3.2, gid=f"shortfall:{id}",
                )  # fmt: skip
        for kind in ("waypoint", "market", "supply"):
            ids = sorted(id for id, own_kind in self._kinds().items() if own_kind == kind)
            if ids:
                marker, size, fill = NODES[kind]
                lon, lat = zip(*(self.positions[id] for id in ids), strict=True)
                self.ax.scatter(
                    lon, lat, s=size * self.scale, marker=marker, facecolor=fill, edgecolor=INK, linewidth=0.7,
                     zorder=4, gid=f"nodes:{kind}",
                )  # fmt: skip

    def note(self) -> None:
        """Write in small print the source of the outlines, and what is not drawn."""
        missing = [node.id for node in self.network.nodes if node.id not in self.positions]
        lines = [*textwrap.wrap(INTERCHANGEABLE, 48), basemap.CREDIT]
        if self.beyond:
            lines.insert(0, f"{self.beyond} more flows are outside the map")
        if missing:
            named = ", ".join(style.brief(style.called(self.network.node(id)), 16) for id in missing[:4])
            named += ", …" if len(missing) > 4 else ""
            lines.insert(0, f"not drawn, no coordinates: {named}")
        text = self.ax.annotate(
            "\n".join(lines), (1, 0), xytext=(-3, 3), xycoords="axes fraction", textcoords="offset points", ha="right",
            va="bottom", fontsize=max(4.5, self.size - 3), color=FAINT, linespacing=1.2, gid="note", zorder=9,
        )  # fmt: skip
        text.set_in_layout(False)
        self._note = text

    # Legends

    def legends(self) -> None:
        """Draw the legends of colours, widths and marks below the map."""
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import Normalize
        from matplotlib.ticker import PercentFormatter

        size = self.size - 1.0
        height = style.inches(self.ax)[1] * 72
        bar = self.ax.inset_axes((0.006, -3.1 * size / height, 0.17, 1.0 * size / height))
        figure = self.ax.get_figure(root=True)
        assert figure is not None
        scale = figure.colorbar(
            ScalarMappable(Normalize(0, 1), style.utilisation_colours()), cax=bar, orientation="horizontal",
            format=PercentFormatter(1.0), ticks=[0, 0.5, 1],
        )  # fmt: skip
        scale.outline.set_linewidth(0.5)
        bar.tick_params(labelsize=size - 0.5, length=2, pad=1.5, colors=INK)
        used = "Flow / available capacity" if self.commodity is None else "Use by all commodities"
        head = bar.set_title(used, fontsize=size, loc="left", pad=3, color=INK)
        top = -0.75 * size / height
        widths = self._width_handles()
        x = max(0.215, self._right_of(head) + 0.02)
        if widths:
            of = "Flow" if self.commodity is None else style.brief(self._called, 24)
            legend = self._legend(widths, f"{of} [{self.units.volume}]", (x, top), columns=len(widths))
            x = self._right_of(legend) + 0.035
        marks = self._mark_handles()
        for columns in (4, 3, 2, 1):
            legend = self._legend(marks, None, (x, top), columns=columns)
            if columns == 1 or legend.get_window_extent().x1 <= self.ax.get_window_extent().x1:
                break
            legend.remove()

    def _right_of(self, artist: Any) -> float:
        """Return where a text or a legend ends at the right, as a share of the width of the Axes."""
        return float(self.ax.transAxes.inverted().transform((artist.get_window_extent().x1, 0))[0])

    def _legend(self, handles: list[Any], title: str | None, corner: Position, *, columns: int) -> Any:
        from matplotlib.legend import Legend

        legend = Legend(
            self.ax, handles, [label_of(handle) for handle in handles], loc="upper left", bbox_to_anchor=corner,
            ncols=columns, title=title, fontsize=self.size - 1.0, title_fontsize=self.size - 1.0, frameon=False,
            borderaxespad=0, borderpad=0, alignment="left", columnspacing=1.3, handletextpad=0.6, labelspacing=0.55,
            bbox_transform=self.ax.transAxes,
        )  # fmt: skip
        for text in (*legend.get_texts(), legend.get_title()):
            text.set_color(INK)
        self.ax.add_artist(legend)
        legend.set_clip_on(False)
        return legend

    def _width_handles(self) -> list[Any]:
        """Return lines as wide as some round amounts of flow."""
        from matplotlib import patheffects
        from matplotlib.lines import Line2D

        return [
            Line2D(
                [], [], color=FREE, linewidth=amount * self.points_per_mtpa, label=key(amount), solid_capstyle="butt",
                path_effects=[patheffects.withStroke(linewidth=amount * self.points_per_mtpa + 0.9, foreground=INK)],
            )
            for amount in round_steps(self.most)
        ]  # fmt: skip

    def _mark_handles(self) -> list[Any]:
        """Return one entry for each kind of mark on the map."""
        from matplotlib import patheffects
        from matplotlib.lines import Line2D

        def line(label: str, **look: Any) -> Line2D:
            return Line2D([], [], label=label, **look)

        handles: list[Any] = []
        flowing = [drawn for drawn in self.lines if drawn.flow_mtpa > _TOLERANCE_MTPA]
        if any(math.isinf(drawn.edge.available_mtpa) for drawn in flowing):
            casing = patheffects.withStroke(linewidth=4.1, foreground=INK)
            grey = line("no capacity limit", color=FREE, linewidth=3, path_effects=[casing])
            handles.append((grey, Line2D([], [], **unlimited_middle(3))))
        still = [drawn for drawn in self.lines if drawn.flow_mtpa <= _TOLERANCE_MTPA]
        others = [drawn for drawn in still if not (drawn.shut or drawn.idle) and drawn.others_mtpa > _TOLERANCE_MTPA]
        if others:
            handles.append(line("other commodities only", **OTHERS))
        if sum(not (drawn.shut or drawn.idle) for drawn in still) > len(others):
            handles.append(line("open, unused", color="#a9a9a3", linewidth=0.9))
        dashed: dict[str, Any] = {"linestyle": (0, (3, 1.5)), "marker": "x"}
        if any(drawn.shut for drawn in still):
            handles.append(line("closed", color=WARN, linewidth=1.6, markersize=6.5, markeredgewidth=1.8, **dashed))
        if any(drawn.idle for drawn in still):
            look = {"color": FAINT, "linewidth": 0.9, "markersize": 4.5, "markeredgewidth": 1.0}
            handles.append(line("planned, idle", **look, **dashed))
        kinds = set(self._kinds().values())
        for kind, label in (("supply", "supply"), ("market", "market, refinery"), ("waypoint", "other node")):
            if kind in kinds:
                marker, area, fill = NODES[kind]
                look = {"markerfacecolor": fill, "markeredgecolor": INK, "markeredgewidth": 0.7, "linestyle": "none"}
                handles.append(line(label, marker=marker, markersize=math.sqrt(area * self.scale), **look))
        short = [amount for id, amount in self._shortfalls().items() if id in self.inside]
        if short:
            steps = round_steps(max(short))
            amount = max((step for step in steps if self._area(step) <= _KEY_PT2), default=steps[0])
            handles.append(
                line(f"{key(amount)} {self.units.volume} not lifted", marker="o", linestyle="none",
                     markeredgecolor=WARN, markersize=math.sqrt(self._area(amount)),
                     markerfacecolor=(*rgb(WARN), 0.28))
            )  # fmt: skip
        return handles

    # Labels

    def labels(self) -> None:
        """Name shortfalls, corridors, nodes outside the map and other nodes, in this order, where they fit."""
        from matplotlib import patheffects

        writer = Labels(self.ax)
        writer.reserve(self._note.get_window_extent())
        for line in self.lines:
            writer.avoid(line.curve, 1.0 + 0.25 * line.flow_mtpa * self.points_per_mtpa if line.flow_mtpa > 0 else 0.4)
        spots = np.array([self.positions[id] for id in sorted(self.inside)]).reshape(-1, 2)
        writer.avoid(spots, 30.0)
        writer.tell_apart(spots)
        halo = [patheffects.withStroke(linewidth=2.0, foreground="white", alpha=0.9)]
        short = self._shortfalls()
        for id in sorted(short.keys() & self.inside, key=lambda id: (-short[id], id)):
            text = f"{self._name(id)}\n{style.tonnes(short[id])} {self.units.volume} short"
            clear = 1 + math.sqrt(self._area(short[id])) / 2
            writer.add(
                text, self.positions[id], clear_pt=clear, far_pt=90 * self.scale, color=WARN, fontsize=self.size,
                fontweight="bold", path_effects=halo, gid=f"label:node:{id}", linespacing=1.05,
            )  # fmt: skip
        self._label_corridors(writer, halo)
        self._label_far(writer, halo)
        busy = self._busy()
        for id in sorted(self.inside - short.keys(), key=lambda id: (-busy[id], id)):
            size, colour = (self.size - 0.3, INK) if busy[id] > 0 else (self.size - 1.3, FAINT)
            writer.add(
                self._name(id), self.positions[id], clear_pt=3.5, far_pt=30 * self.scale, color=colour, fontsize=size,
                path_effects=halo, gid=f"label:node:{id}",
            )  # fmt: skip

    def _name(self, id: str) -> str:
        return style.wrapped(style.brief(style.called(self.network.node(id)), 100), 22, 5)

    def _busy(self) -> dict[str, float]:
        """Return the weight of a node for labelling: flow that starts, ends and passes there. [Mt/y]"""
        busy = dict.fromkeys(self.inside, 0.0)
        for line in self.lines:
            for end in {line.edge.tail, line.edge.head} & busy.keys():
                busy[end] += line.flow_mtpa
        kinds = self._kinds()
        return {id: amount * (4.0 if kinds[id] != "waypoint" else 1.0) for id, amount in busy.items()}

    def _label_corridors(self, writer: Labels, halo: list[Any]) -> None:
        """Name each corridor, with its throughput, at its widest trunk edge on the map."""
        for corridor in self.network.corridors:
            edges = {edge.id for edge in self.network.trunk_of_peers(corridor.id, self.shippers)}
            trunk = [line for line in self.lines if line.edge.id in edges]
            if not trunk:
                continue
            line = max(trunk, key=lambda line: (line.flow_mtpa, line.edge.capacity_mtpa or 0.0, line.edge.id))
            carried = self._carried(corridor.id)
            live = carried > _TOLERANCE_MTPA
            if not (live or corridor.featured or any(drawn.shut for drawn in trunk)):
                continue
            text = style.wrapped(style.called(corridor), lines=6)
            text += f"\n{style.tonnes(carried)} {self.units.volume}" if live else f"\n{self._still(line)}"
            lon, lat = line.curve[len(line.curve) * 9 // 20]
            writer.add(
                text, (lon, lat), clear_pt=4, far_pt=80 * self.scale, gid=f"label:corridor:{corridor.id}",
                unambiguous=False, fontsize=self.size + 0.3, fontweight="bold", fontstyle=fonts.slant(text),
                path_effects=halo, linespacing=1.05,
                color="#173a63" if live else WARN if line.shut else FAINT,
            )  # fmt: skip

    @property
    def _called(self) -> str:
        """Name of the commodity drawn."""
        return "" if self.commodity is None else style.subject_name(self.network, self.commodity)

    def _still(self, line: MapLine) -> str:
        """Return why a corridor carries nothing that is drawn."""
        if line.shut or line.idle:
            return "closed" if line.shut else "not in service"
        return f"no {self._called}" if line.others_mtpa > _TOLERANCE_MTPA else "unused"

    def _label_far(self, writer: Labels, halo: list[Any]) -> None:
        """Name nodes outside the map where their flows cross its edge."""
        for line in sorted(self.lines, key=lambda line: (-line.flow_mtpa, line.edge.id)):
            if line.leaves is None or line.flow_mtpa <= _TOLERANCE_MTPA:
                continue
            outward = line.leaves == line.edge.head
            lon, lat = line.curve[-1] if outward else line.curve[0]
            text = f"{'to' if outward else 'from'} {self._name(line.leaves)} {style.tonnes(line.flow_mtpa)}"
            writer.add(
                text, (lon, lat), clear_pt=4, far_pt=45 * self.scale, color=INK, fontstyle=fonts.slant(text),
                fontsize=self.size - 0.3, path_effects=halo, gid=f"label:edge:{line.edge.id}",
            )  # fmt: skip
