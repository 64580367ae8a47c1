"""Placement of labels without overlap, as far as they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation
    from matplotlib.transforms import BboxBase

Floats = npt.NDArray[np.float64]
_AROUND = np.array([(np.cos(a), np.sin(a)) for a in np.deg2rad([0, 180, 40, 140, -40, -140, 90, -90])])
_GAP_PT = 2.0
_DOUBT = 18.0
"""Cost of a label nearer to another point, with a line to its own; hiding a point of a thin line costs 1."""
_LEADS_PT = 8.0
"""Distance from which such a line is visible. [points]"""
_SAME_PT = 3.0
"""Distance below which two points share the space for their labels. [points]"""


class Labels:
    """Places texts one by one, the important first, where each hides least; texts that do not fit are omitted.

    Positions are for the current size of the figure: a larger figure leaves gaps, in a smaller one labels overlap.
    """

    def __init__(self, ax: Axes) -> None:
        self._ax = ax
        figure = ax.get_figure(root=True)
        assert figure is not None
        self._px = figure.dpi / 72.0
        self._frame = ax.get_window_extent()
        self._boxes = np.empty((0, 4))
        self._dots, self._weights = np.empty((0, 2)), np.empty(0)
        self._points = np.empty((0, 2))

    def reserve(self, box: BboxBase) -> None:
        """Keep a box free of labels. [pixels]"""
        self._boxes = np.vstack([self._boxes, [box.x0, box.y0, box.x1, box.y1]])

    def avoid(self, data: Floats, weight: float) -> None:
        """Keep labels off some points as far as possible; shape (n, 2), data coordinates."""
        self._dots = np.vstack([self._dots, self._ax.transData.transform(data)])
        self._weights = np.append(self._weights, np.full(len(data), weight))

    def tell_apart(self, data: Floats) -> None:
        """Keep labels nearer to their own point than to these, or connect them to it by a line; as for `avoid`."""
        self._points = np.vstack([self._points, self._ax.transData.transform(data)])

    def add(
        self,
        text: str,
        point: tuple[float, float],
        *,
        clear_pt: float = 3.0,
        far_pt: float = 60.0,
        unambiguous: bool = True,
        **style: Any,
    ) -> Annotation | None:
        """Write a text near a point, or return None if it does not fit.

        Parameters
        ----------
        text : str
            Text to write.
        point : tuple of float
            Point, in data coordinates.
        clear_pt, far_pt : float
            Smallest and largest distance of the text from the point; beyond a line's height a thin line connects
            them. [points]
        unambiguous : bool
            Whether the text must not look like the name of another point.
        """
        label = self._ax.annotate(
            text, point, xytext=(0, 0), textcoords="offset points", ha="center", va="center", zorder=9,
            annotation_clip=False, **style,
        )  # fmt: skip
        box = label.get_window_extent()
        half = np.array([box.width, box.height]) / 2 + _GAP_PT * self._px / 2
        anchor = self._ax.transData.transform(point)
        offsets, distance = self._candidates(half, clear_pt * self._px, far_pt * self._px)
        corners = np.hstack([anchor + offsets - half, anchor + offsets + half])
        doubtful = self._doubtful(corners, anchor) & unambiguous
        cost = self._cost(corners) + distance + _DOUBT * doubtful
        cost[doubtful & (distance < _LEADS_PT)] = np.inf
        best = int(np.argmin(cost))
        if not np.isfinite(cost[best]):
            label.remove()
            return None
        self._boxes = np.vstack([self._boxes, corners[best]])
        label.set_position(tuple(offsets[best] / self._px))
        if distance[best] > 12.0 or doubtful[best]:
            self._lead(point, offsets[best] / self._px, half / self._px, colour=style.get("color", "black"))
        return label

    def _candidates(self, half: Floats, clear: float, far: float) -> tuple[Floats, Floats]:
        """Return offsets of the text's middle [pixels] and their cost; nearest ring first."""
        rings = [clear]
        while rings[-1] + 8 * self._px < far:
            rings.append(rings[-1] + 8 * self._px)
        offsets = [direction * (half + ring) for ring in rings for direction in _AROUND]
        preference = [0.0, 0.3, 0.5, 0.8, 0.5, 0.8, 0.7, 0.7]
        distance = [ring / self._px - clear / self._px + liked for ring in rings for liked in preference]
        return np.array(offsets), np.array(distance)

    def _cost(self, corners: Floats) -> Floats:
        """Return the cost of what each box would hide; infinite if it overlaps another or leaves the Axes."""
        left, low, right, high = (corners[:, side, None] for side in range(4))
        frame = self._frame
        cost = np.zeros(len(corners))
        inside = (left >= frame.x0 + 1) & (low >= frame.y0 + 1) & (right <= frame.x1 - 1) & (high <= frame.y1 - 1)
        cost[~inside[:, 0]] = np.inf
        boxes = self._boxes
        meets = (left < boxes[:, 2]) & (right > boxes[:, 0]) & (low < boxes[:, 3]) & (high > boxes[:, 1])
        cost[meets.any(axis=1)] = np.inf
        x, y = self._dots[:, 0], self._dots[:, 1]
        hidden = (left < x) & (right > x) & (low < y) & (high > y)
        return np.asarray(cost + hidden @ self._weights)

    def _doubtful(self, corners: Floats, anchor: Floats) -> npt.NDArray[np.bool_]:
        """Return for each box whether another point is as near to it as its own, or nearer."""

        def distance(points: Floats) -> Floats:
            low, high = corners[:, None, :2], corners[:, None, 2:]
            off = np.maximum(np.maximum(low - points, points - high), 0.0)
            return np.asarray(np.hypot(off[..., 0], off[..., 1]))

        others = self._points[np.hypot(*(self._points - anchor).T) > _SAME_PT * self._px]
        if not len(others):
            return np.zeros(len(corners), dtype=bool)
        return np.asarray(distance(others).min(axis=1) <= distance(anchor[None])[:, 0] + self._px)

    def _lead(self, point: tuple[float, float], offset: Floats, half: Floats, *, colour: str) -> None:
        """Draw a thin line from a text's edge to its point. [points]"""
        with np.errstate(divide="ignore"):
            share = min(1.0, *(half / np.maximum(np.abs(offset), 1e-9)))
        if share >= 1.0:
            return
        reach = float(np.hypot(*offset))
        arrow = {"arrowstyle": "-", "linewidth": 0.5, "color": colour, "shrinkA": reach * share, "shrinkB": 2.0}
        self._ax.annotate(
            "",
            point,
            xytext=tuple(offset),
            textcoords="offset points",
            annotation_clip=False,
            zorder=7,
            arrowprops=arrow,
        )
