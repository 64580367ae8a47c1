"""Base of a map: extent, land, water and borders, and curves that avoid land.

The outlines are those of Natural Earth (public domain), fine around the Caspian and coarse elsewhere; the file in the
data folder says how they were made. Longitudes of a map across the antimeridian continue beyond 180 degrees.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridor.library.networks import data_root
from corridor.model.network import Network
from corridor.show.style import BORDER, COAST, LAND, SEA

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]
Position = tuple[float, float]
CREDIT = "Land, borders: Natural Earth"
_STEPS = 48
_BOWS = (0.0, 0.1, -0.1, 0.2, -0.2, 0.32, -0.32, 0.45, -0.45)


@dataclass(frozen=True)
class Extent:
    """Area that a map shows. [degrees]"""

    west: float
    east: float
    south: float
    north: float

    @property
    def squeeze(self) -> float:
        """Length of a degree of longitude in the middle of the map, in degrees of latitude. [1]"""
        return max(0.05, math.cos(math.radians((self.south + self.north) / 2)))

    def holds(self, lon: float, lat: float) -> bool:
        """Return whether a position is on the map."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north

    def turned(self, position: Position) -> Position:
        """Return a position with its longitude at most 180 degrees from the middle of the map."""
        turns = round(((self.west + self.east) / 2 - position[0]) / 360)
        return (position[0] + 360 * turns, position[1]) if turns else position

    def padded(self, share: float) -> Extent:
        """Return the extent with a margin, given as a share of its size."""
        across, up = (max(self.east - self.west, 0.5) * share, max(self.north - self.south, 0.5) * share)
        return Extent(self.west - across, self.east + across, self.south - up, self.north + up)

    def filling(self, ratio: float) -> Extent:
        """Return the extent widened, east-west or north-south, to a ratio of width to height on paper."""
        width, height = (self.east - self.west) * self.squeeze, self.north - self.south
        if width < height * ratio:
            more = (height * ratio - width) / 2 / self.squeeze
            return Extent(self.west - more, self.east + more, self.south, self.north)
        more = (width / ratio - height) / 2
        return Extent(self.west, self.east, self.south - more, self.north + more)


def core(network: Network, positions: dict[str, Position]) -> Extent:
    """Return the area of supplies and corridors, without far ends.

    Notes
    -----
    Far is what lies more than 1.5 interquartile ranges (the usual fences of a box plot) beyond the quartiles of the
    longitudes or latitudes of supplies and ends of trunk edges. It depends on the network only, so maps of its
    scenarios are comparable.
    """
    trunk = {end for edge in network.edges if network.trunk_labels.corridors(edge.id) for end in (edge.tail, edge.head)}
    wanted = sorted((trunk | {supply.node for supply in network.supplies}) & positions.keys())
    if len(wanted) < 4:
        wanted = sorted(positions)
    first = _first_east([positions[id][0] for id in wanted])
    laid = {id: (lon + 360 if lon < first else lon, lat) for id, (lon, lat) in positions.items()}
    points, everywhere = np.array([laid[id] for id in wanted]), np.array([laid[id] for id in sorted(laid)])
    low, high = np.percentile(points, 25, axis=0), np.percentile(points, 75, axis=0)
    reach = 1.5 * np.maximum(high - low, 0.5)
    near = np.all((everywhere >= low - reach) & (everywhere <= high + reach), axis=1)
    shown = _around(everywhere[near])
    return _around(everywhere[[shown.holds(*position) for position in everywhere]])


def _first_east(lons: Sequence[float]) -> float:
    """Return the longitude east of the widest gap, from which the others span least. [degrees]"""
    ordered = sorted(set(lons))
    gaps = np.diff([*ordered, ordered[0] + 360])
    return ordered[0] if gaps[-1] == gaps.max() else ordered[int(gaps.argmax()) + 1]


def shortest_turn(start: Position, end: Position) -> Position:
    """Return a position with its longitude shifted by full turns to within 180 degrees of another."""
    turns = round((start[0] - end[0]) / 360)
    return (end[0] + 360 * turns, end[1]) if turns else end


def _around(positions: Floats) -> Extent:
    """Return the extent of some positions, with a margin."""
    (west, south), (east, north) = positions.min(axis=0), positions.max(axis=0)
    return Extent(float(west), float(east), float(south), float(north)).padded(0.045)


@lru_cache(maxsize=1)
def outlines() -> dict[str, Any]:
    """Return the land (rings) and the borders (lines) as arrays of longitude and latitude. [degrees]"""
    document = json.loads(data_root().joinpath("basemap.json").read_text(encoding="utf-8"))
    return {
        "land": [[_degrees(ring) for ring in rings] for rings in document["land"]],
        "borders": [_degrees(line) for line in document["borders"]],
        "box": tuple(document["box"]),
    }


def _degrees(flat: list[int]) -> Floats:
    """Return longitude and latitude pairs from the file's alternating hundredths. [degrees]"""
    return np.array(flat, dtype=float).reshape(-1, 2) / 100.0


def draw(ax: Axes, extent: Extent) -> None:
    """Draw sea, land with its inland seas, coasts and borders."""
    from matplotlib.collections import LineCollection, PathCollection

    shapes = outlines()
    land_paths = [_path(seen) for rings in shapes["land"] for seen in _seen(rings, extent)]
    ax.set_facecolor(SEA)
    land = PathCollection(land_paths, facecolor=LAND, edgecolor=LAND, linewidth=0.3, zorder=0, gid="land")
    ax.add_collection(land, autolim=False)
    parts = [part for rings in shapes["land"] for ring in rings for part in _without_box_edges(ring, shapes["box"])]
    coasts = [line for part in parts for (line,) in _seen([part], extent)]
    borders = [line for border in shapes["borders"] for (line,) in _seen([border], extent)]
    for lines, colour, width, gid in ((borders, BORDER, 0.5, "borders"), (coasts, COAST, 0.6, "coast")):
        ax.add_collection(
            LineCollection(lines, colors=colour, linewidths=width, zorder=0.5, gid=gid, capstyle="round"), autolim=False
        )


def _seen(lines: list[Floats], extent: Extent) -> Iterator[list[Floats]]:
    """Yield the rings of an area, or a line, if its bounding box meets the map, once for each full turn."""
    (west, south), (east, north) = lines[0].min(axis=0), lines[0].max(axis=0)
    if south < extent.north and north > extent.south:
        turns = range(math.floor((extent.west - east) / 360) + 1, math.ceil((extent.east - west) / 360))
        yield from ([line + np.array([360.0 * turn, 0.0]) for line in lines] for turn in turns)


def _path(rings: list[Floats]) -> Any:
    """Return rings as one path with holes (rings in the opposite direction)."""
    from matplotlib.path import Path

    return Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))


def _without_box_edges(ring: Floats, box: tuple[float, float, float, float]) -> list[Floats]:
    """Return the parts of a ring that are coast, not edges of the file's box or of the world."""
    west, south, east, north = box
    on = [ring[:, 0] == lon for lon in (west, east, -180, 180)] + [ring[:, 1] == lat for lat in (south, north, -90)]
    breaks = np.flatnonzero(np.any([edge[:-1] & edge[1:] for edge in on], axis=0))
    return [part for part in np.split(ring, breaks + 1) if len(part) > 1]


class SeaRouter:
    """Finds curves that avoid land, on a grid as fine as a map needs."""

    def __init__(self, extent: Extent) -> None:
        self._extent = extent
        lon, lat = np.linspace(extent.west, extent.east, 150), np.linspace(extent.south, extent.north, 100)
        grid = np.array(np.meshgrid(lon, lat)).reshape(2, -1).T
        dry = np.zeros(len(grid), dtype=bool)
        for rings in (seen for land in outlines()["land"] for seen in _seen(land, extent)):
            outer, *holes = (_path([ring]).contains_points(grid) for ring in rings)
            dry |= outer & ~np.any([np.zeros(len(grid), dtype=bool), *holes], axis=0)
        self._dry = dry.reshape(len(lat), len(lon))

    def dryness(self, curve: Floats) -> float:
        """Return the share of a curve that crosses land, without its ends (ports). [1]"""
        inner = curve[3:-3]
        offset = inner - [self._extent.west, self._extent.south]
        size = [self._extent.east - self._extent.west, self._extent.north - self._extent.south]
        rows, columns = self._dry.shape
        x = np.clip(np.rint(offset[:, 0] / size[0] * (columns - 1)).astype(int), 0, columns - 1)
        y = np.clip(np.rint(offset[:, 1] / size[1] * (rows - 1)).astype(int), 0, rows - 1)
        return float(self._dry[y, x].mean())

    def between(self, start: Position, end: Position, apart: float) -> Floats:
        """Return the curve that crosses least land; straighter curves are preferred."""
        k = self._extent.squeeze
        curves = [(curve_between(start, end, bow + apart, squeeze=k), abs(bow)) for bow in _BOWS]
        return min(curves, key=lambda pair: self.dryness(pair[0]) + 0.35 * pair[1])[0]

    def outward(self, start: Position, towards: Position, occupied: list[Floats]) -> Floats:
        """Return a curve by sea to the edge of the map, towards a far position and away from occupied exits."""
        extent, k = self._extent, self._extent.squeeze
        aim = _unit(np.array(towards) - start, k)
        wests = [(extent.west, lat) for lat in np.linspace(extent.south, extent.north, 31)[1:-1]]
        souths = [(lon, extent.south) for lon in np.linspace(extent.west, extent.east, 49)[1:-1]]
        rim = [*wests, *((extent.east, lat) for _, lat in wests), *souths, *((lon, extent.north) for lon, _ in souths)]
        span = math.hypot((extent.east - extent.west) * k, extent.north - extent.south)
        best, chosen = math.inf, clipped(curve_between(start, towards, 0.0, squeeze=k), extent)
        for point in rim:
            off = np.array(point) - start
            turn = 1.0 - float(aim @ _unit(off, k))
            crowded = any(math.hypot((point[0] - end[0]) * k, point[1] - end[1]) < 0.05 * span for end in occupied)
            length = float(np.hypot(off[0] * k, off[1])) / span
            for bow in (0.0, 0.15, -0.15, 0.3, -0.3):
                penalty = 0.8 * turn + 0.8 * length + 0.25 * abs(bow) + 0.5 * crowded
                if penalty < best:
                    curve = curve_between(start, point, bow, squeeze=k)
                    if (total := penalty + 2.5 * self.dryness(curve)) < best:
                        best, chosen = total, curve
        return chosen


def _unit(vector: Floats, squeeze: float) -> Floats:
    """Return the direction of a step on the map."""
    flat = np.array([vector[0] * squeeze, vector[1]])
    return np.asarray(flat / max(float(np.hypot(*flat)), 1e-12))


def curve_between(start: Position, end: Position, bow: float, *, squeeze: float) -> Floats:
    """Return points of a curve; `bow` is the offset of its middle to the left, as a share of its length."""
    a, b = np.array(start), np.array(end)
    across = np.array([-(b[1] - a[1]) / squeeze, (b[0] - a[0]) * squeeze])
    control = (a + b) / 2 + 2 * bow * across
    t = np.linspace(0.0, 1.0, _STEPS + 1)[:, None]
    return np.asarray((1 - t) ** 2 * a + 2 * t * (1 - t) * control + t**2 * b)


def clipped(curve: Floats, extent: Extent) -> Floats:
    """Return a curve from its start on the map to the point where it first leaves the map."""
    steps = np.linspace(0.0, 1.0, 25 * _STEPS)
    shares = np.linspace(0.0, 1.0, len(curve))
    fine = np.column_stack([np.interp(steps, shares, curve[:, 0]), np.interp(steps, shares, curve[:, 1])])
    on = (fine >= [extent.west, extent.south]).all(axis=1) & (fine <= [extent.east, extent.north]).all(axis=1)
    last = int(np.argmin(on)) - 1 if not on.all() else len(fine) - 1
    return np.asarray(fine[np.linspace(0, max(last, 1), _STEPS + 1).astype(int)])
