"""Drawing of a comparison: names on the left, a panel for each column."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.model.columns import by_name
from corridor.show import style
from corridor.show.comparison_rows import (
    RUNGS,
    Row,
    change_text,
    column_named,
    height_of,
    leading,
    missing_text,
    status_of,
)
from corridor.show.style import FAINT, INK, RULE, WARN
from corridor.study.comparison_text import CLOSED, FULL, NEXT, PLANNED, full
from corridor.study.ranges import ENDS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_BARS = "throughput_mtpa"
_HEAD_WIDTH, _HEAD_LINES = 24, 9
_FITS = 3
"""How often heads are fitted: the size of text follows from their lines, and their lines from it."""
_GAP = 0.018
_MOVED, _DOT = "#20334d", "#c05a1c"
_RUNGS = {"nameplate_mtpa": ("white", ":"), "reachable_mtpa": ("#f3f5f6", "--"), "capacity_mtpa": ("#dfe5e8", "-")}
"""Fill and line of the outlines of capacities."""
_GROUPS = {"route": "best way", "if_lost": "if the corridor is lost", "risk": "hazards on the best way"}
"""What is written above the panels of a group."""


class ComparisonPanels:
    """Drawing of one comparison, in tonnes whatever it is headed by.

    Parameters
    ----------
    ax : Axes
        Frame.
    table : DataFrame
        Comparison, columns named in tonnes.
    wanted : sequence of str
        Columns to draw.
    rows : sequence of Row
        Rows to draw.
    unit : {"bbl", "TEU"}, optional
        Unit of the table where it is not in tonnes.
    """

    def __init__(
        self, ax: Axes, table: pd.DataFrame, *, wanted: Sequence[str], rows: Sequence[Row], unit: str | None = None
    ) -> None:
        self.ax, self.table, self.wanted, self.rows, self.unit = ax, table, wanted, rows, unit
        self.rungs = [rung for rung in RUNGS if rung in table]
        self.best, self.full = leading(table), set(full(table))
        self.lines = rows[-1].end
        self.heads = {c: style.wrapped(self._head(c), _HEAD_WIDTH, _HEAD_LINES) for c in wanted}
        self.grouped = len({self._group(column) for column in wanted}) > 1
        figure = ax.get_figure(root=True)
        assert figure is not None
        self.px = figure.dpi / 72.0
        self.head_share = 1.0
        """Size of the heads as a share of the size of other text."""
        self._set_size()
        self.left = self._room_for_names()
        for _ in range(_FITS):
            self._fit_heads()
            self._set_size()

    def _set_size(self) -> None:
        """Set the height of the heads, and the size of text that fits in the rows."""
        most = max(head.count("\n") + 1 for head in self.heads.values())
        self.head = 1.0 + self.grouped + max(1.0, self.head_share * most)
        line_pt = style.inches(self.ax)[1] * 72 / (self.lines + self.head)
        self.size = max(3.5, min(style.points(self.ax), line_pt * 0.72))

    def _room_for_names(self) -> float:
        """Return the share of the width that names of corridors and scenarios need."""
        texts = [self._text(0.0, 0.0, text, fontweight=weight) for row in self.rows
                 for text, weight in ((row.head, "bold"), (row.label, None)) if text]  # fmt: skip
        widest: float = max(text.get_window_extent().width for text in texts)
        for text in texts:
            text.remove()
        return min(0.5, 0.02 + widest / self.ax.get_window_extent().width)

    def _shares(self) -> dict[str, float]:
        """Return the width of each panel as a share of the frame."""
        parts = {c: 1.9 + 0.3 * (len(self.rungs) - 1) if c == _BARS else 1.0 for c in self.wanted}
        unit = (1.0 - self.left - _GAP * len(parts)) / sum(parts.values())
        return {column: unit * part for column, part in parts.items()}

    def _fit_heads(self) -> None:
        """Break the heads of panels between words, and write all smaller, so that none is wider than its panel."""
        frame = self.ax.get_window_extent().width
        self.head_share = 1.0
        for column, share in self._shares().items():
            room, plain = (share + 0.6 * _GAP) * frame, self._head(column)
            width = _HEAD_WIDTH
            self.heads[column] = style.wrapped(plain, width, _HEAD_LINES)
            text = self._text(0.0, 0.0, self._with_unit(column, self.heads[column]))
            while text.get_window_extent().width > room and width > max(map(len, plain.split())):
                width -= 1
                self.heads[column] = style.wrapped(plain, width, _HEAD_LINES)
                text.set_text(self._with_unit(column, self.heads[column]))
            self.head_share = min(self.head_share, room / text.get_window_extent().width)
            text.remove()

    def _with_unit(self, column: str, head: str) -> str:
        unit = column_named(column, self.unit).shown_unit
        return f"{head}\n[{unit}]" if unit else head

    def _head(self, column: str) -> str:
        """Return what is written above a panel."""
        if column != _BARS:
            return column_named(column, self.unit).long_heading
        words = {"capacity_mtpa": "capacity", "reachable_mtpa": "reachable", "nameplate_mtpa": "nameplate"}
        rungs = [words[rung] for rung in reversed(self.rungs)]
        return f"moved of {', '.join(rungs)}" if rungs else "moved"

    def _group(self, column: str) -> str:
        known = by_name("compare").get(column)
        return "" if known is None or known.group == "main" else known.group

    def _value(self, row: Row, column: str) -> float:
        cell: Any = self.table.loc[(row.scenario, row.corridor), column]
        return float(cell)

    def _range(self, row: Row, column: str) -> tuple[float, float] | None:
        """Return the 5 and 95 % points of a number, if the table has them."""
        if f"{column}_p05" not in self.table:
            return None
        low, high = (self._value(row, f"{column}_{end}") for end in ENDS)
        return (low, high) if math.isfinite(low) and math.isfinite(high) else None

    def _whisker(self, panel: Axes, row: Row, column: str, *, value: float) -> float:
        """Draw the range of a number over its bar or dot; return where the label begins."""
        ends = self._range(row, column)
        if ends is None:
            return value
        panel.plot(
            ends, [row.y] * 2, color=INK, linewidth=0.8, marker="|", markersize=0.5 * self.size, markeredgewidth=0.8,
            zorder=3.5, solid_capstyle="butt", gid=f"range:{column}:{row.scenario}/{row.corridor}",
        )  # fmt: skip
        return max(value, ends[1])

    def _status(self, row: Row) -> str:
        return status_of(self.table, row.scenario, row.corridor)

    def draw(self) -> None:
        """Draw the names, then a panel for each column."""
        self.ax.set_ylim(self.lines, -self.head)
        self.ax.set_xlim(0, 1)
        self._names()
        left = self.left
        group = ""
        for column, share in self._shares().items():
            height = self.lines / (self.lines + self.head)
            panel = self.ax.inset_axes((left + _GAP, 0.0, share, height))
            if self.grouped and self._group(column) != group:
                group = self._group(column)
                self._text(left + _GAP, 0.4 - self.head, _GROUPS.get(group, ""), color=FAINT, fontstyle="italic",
                           gid=f"group:{group}")  # fmt: skip
            left += _GAP + share
            self._panel(panel, column)

    def _names(self) -> None:
        """Write corridors and scenarios on the left."""
        for row in self.rows:
            if row.head:
                if row is not self.rows[0]:
                    self.ax.axhline(row.head_y - height_of(row.head) / 2, color=RULE, linewidth=0.6)
                self._text(0.0, row.head_y, row.head, fontweight="bold", gid=f"name:{row.corridor}")
            status = self._status(row)
            colour = WARN if status in CLOSED else FAINT if status == PLANNED else INK
            gid = f"row:{row.scenario}/{row.corridor}"
            self._text(0.0 if row.alone else 0.012, row.y, row.label, color=colour, gid=gid)

    def _text(self, x: float, y: float, content: str, **look: Any) -> Any:
        look = {"color": INK, "fontsize": self.size, "linespacing": 1.05, **look}
        return self.ax.text(x, y, content, va="center", ha="left", **look)

    def _panel(self, panel: Axes, column: str) -> None:
        """Draw one column."""
        panel.set_ylim(self.lines, 0.0)
        panel.set_facecolor("none")
        panel.set_yticks([])
        for side in ("top", "right", "bottom"):
            panel.spines[side].set_visible(False)
        panel.spines["left"].set_color(RULE)
        panel.set_xticks([])
        panel.set_title(
            self._with_unit(column, self.heads[column]), fontsize=self.size * self.head_share, loc="left", pad=3,
            color=INK, linespacing=1.15,
        )  # fmt: skip
        for block in self._blocks():
            first = self._value(block[0], column)
            if column != _BARS and math.isfinite(first) and len(block) > 1:
                panel.plot(
                    [first, first], [block[0].y - 0.3, block[-1].y + 0.4], color=FAINT, linewidth=0.8,
                    linestyle=":", zorder=1, gid=f"baseline:{column}:{block[0].corridor}",
                )  # fmt: skip
            for row in block:
                if column == _BARS:
                    self._bar(panel, row)
                else:
                    self._dot(panel, row, column, first=first)
        self._scale(panel)

    def _scale(self, panel: Axes) -> None:
        """Set the scale so that every value fits in the panel; changes, then capacities, are omitted if too long."""
        room = panel.get_window_extent().width
        texts = [text for text in panel.texts if str(text.get_gid()).startswith("value:")]
        for mark in (" (", ", ", " of "):
            if not any(text.get_window_extent().width > 0.72 * room for text in texts):
                break
            for text in texts:
                text.set_text(text.get_text().split(mark)[0])
        for text in texts:
            if text.get_text() == FULL and text.get_window_extent().width > 0.95 * room:
                text.set_text(FULL.split()[-1])
        widest = max((text.get_window_extent().width for text in texts), default=0.0)
        for text in texts if widest > 0.9 * room else ():
            text.set_fontsize((self.size - 0.5) * 0.9 * room / widest)
        extents = [(float(text.xy[0]), text.get_window_extent().width + 0.9 * self.size * self.px) for text in texts]  # type: ignore[attr-defined]
        whiskers = (line for line in panel.lines if str(line.get_gid()).startswith("range:"))
        lows = [float(np.min(line.get_xdata())) for line in whiskers]
        low = min([0.0, *(value for value, _ in extents), *lows])
        spans = [(value - low) * room / max(room - width, 0.12 * room) for value, width in extents]
        panel.set_xlim(low, low + max(*spans, 1e-9, 1e-9))

    def _blocks(self) -> Iterator[list[Row]]:
        """Yield the rows of each corridor."""
        for _, block in itertools.groupby(self.rows, key=lambda row: row.corridor):
            yield list(block)

    def _bar(self, panel: Axes, row: Row) -> None:
        """Draw throughput inside capacities; a cross if nothing can pass."""
        moved, key, status = self._value(row, _BARS), f"{row.scenario}/{row.corridor}", self._status(row)
        rungs = {rung: self._value(row, rung) for rung in self.rungs}
        end = max([moved, *filter(math.isfinite, rungs.values())])
        for rung, amount in rungs.items():
            if math.isfinite(amount) and (amount > 0 or rung == "capacity_mtpa"):
                fill, line = _RUNGS[rung]
                panel.barh(
                    row.y, amount, height=0.74, facecolor=fill, edgecolor=FAINT, linewidth=0.6, linestyle=line, zorder=2
                )[0].set_gid(f"{rung}:{key}" if status not in (PLANNED, *CLOSED) else f"none:{rung}:{key}")  # fmt: skip
        label, colour = _moved_text(moved, rungs), INK
        if status == PLANNED:
            label, end, colour = PLANNED, 0.0, FAINT
        elif status in CLOSED:
            panel.plot(
                0, row.y, marker="x", color=WARN, markersize=0.75 * self.size, markeredgewidth=1.8, clip_on=False,
                zorder=4, gid=f"closed:{key}",
            )  # fmt: skip
            label, colour = status, WARN
        else:
            bar = panel.barh(row.y, moved, height=0.44, color=_MOVED, zorder=3)[0]
            bar.set_gid(f"{_BARS}:{key}")
            end = self._whisker(panel, row, _BARS, value=end)
        panel.annotate(
            label, (end, row.y), xytext=(0.55 * self.size, 0), textcoords="offset points", va="center", color=colour,
            fontsize=self.size - 0.5, gid=f"value:{_BARS}:{key}", annotation_clip=False,
        )  # fmt: skip

    def _dot(self, panel: Axes, row: Row, column: str, *, first: float) -> None:
        """Draw one number as a dot, with its change; in bold where it is the best next tonne."""
        value, key = self._value(row, column), f"{row.scenario}/{row.corridor}"
        if not math.isfinite(value):
            is_full = column == NEXT and (row.scenario, row.corridor) in self.full
            panel.annotate(
                missing_text(value, full=is_full), (0, row.y), xytext=(3, 0), textcoords="offset points",
                va="center", color=FAINT, fontsize=self.size - 0.5, gid=f"value:{column}:{key}", zorder=5,
                path_effects=style.halo(), annotation_clip=False,
            )  # fmt: skip
            return
        panel.plot([0, value], [row.y] * 2, color=RULE, linewidth=1.2, zorder=1.5, solid_capstyle="butt")
        panel.plot(
            value, row.y, marker="o" if row.baseline else "D", markersize=0.6 * self.size, color=_DOT,
            markeredgecolor="white", markeredgewidth=0.5, linestyle="none", zorder=3, clip_on=False,
            gid=f"{column}:{key}",
        )  # fmt: skip
        known, end = column_named(column, self.unit), self._whisker(panel, row, column, value=value)
        leads = column == NEXT and (row.scenario, row.corridor) in self.best
        panel.annotate(
            known.text(value) + change_text(value, first, known), (end, row.y), xytext=(0.6 * self.size, 0),
            textcoords="offset points", va="center", fontsize=self.size - 0.5, color=INK,
            fontweight="bold" if leads else None, gid=f"value:{column}:{key}", annotation_clip=False,
        )  # fmt: skip


def _moved_text(moved: float, rungs: dict[str, float]) -> str:
    """Return what moves, of the capacities from the smallest."""
    sizes = [
        "no limit" if math.isinf(size) else style.tonnes(size)
        for size in reversed(list(rungs.values()))
        if not math.isnan(size)
    ]
    return f"{style.tonnes(moved)} of {', '.join(sizes)}" if sizes else style.tonnes(moved)
