"""`plot_comparison`: comparison of corridors under scenarios."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridor.errors import DataError
from corridor.library.networks import hazard_basis
from corridor.messages import unknown
from corridor.model.columns import Column, by_name
from corridor.model.display_units import barrel_column, in_tonnes
from corridor.model.network import Network
from corridor.show import style
from corridor.show.style import FAINT, INK, RULE, WARN

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = ("throughput_mtpa", "unit_cost_usd_per_t", "transit_days", "risk_score", "availability")
_CLOSED = ("closed", "no access")
_HEAD_LINES = 3
_MOVED, _ROOM, _DOT = "#20334d", "#dfe5e8", "#c05a1c"


def plot_comparison(
    table: pd.DataFrame,
    columns: str | Sequence[str] | None = None,
    ax: Axes | None = None,
    *,
    network: Network | None = None,
    title: str | None = None,
) -> Axes:
    """Draw a comparison: for each corridor a row for the baseline and one for each scenario that changes it.

    Bars show throughput inside the outline of capacity; dots show the other columns, with a line at the baseline's
    value. Closed corridors, and those without access, are crossed out.

    Parameters
    ----------
    table : pandas.DataFrame
        Comparison, from `compare`, or some rows of it; in barrels if it is in barrels. Marks are named by the columns
        in tonnes all the same.
    columns : str or sequence of str, optional
        Columns of numbers to draw, a panel each; by default throughput, unit cost, time, risk, and availability.
    ax : matplotlib Axes, optional
        Axes to draw in; by default a new figure, as high as the rows need. The panels are insets of it.
    network : Network, optional
        Network with the names of the corridors; without it names are made from ids.
    title : str, optional
        Title instead of "Comparison of corridors"; empty for none.

    Returns
    -------
    matplotlib Axes
        Frame; its ``child_axes`` are the panels, in the order of the columns. Marks have the gid
        ``COLUMN:SCENARIO/CORRIDOR``, outlines of capacities ``capacity_mtpa:...``, crosses ``closed:...``.

    Raises
    ------
    DataError
        If the table is not indexed by scenario and corridor or is empty, or a column is unknown.
    CorridorError
        If matplotlib is not installed.

    Notes
    -----
    The first scenario of the table is the baseline. Rows equal to it in everything drawn are omitted; the line below
    the title gives their number.

    Examples
    --------
    >>> import corridor as cr
    >>> net = cr.load(year=2021)
    >>> table = cr.compare(net, [cr.load_scenario("cpc-shut")], corridors=["cpc", "btc"])
    >>> len(cr.plot_comparison(table, network=net).child_axes)
    4
    """
    barrels = _in_barrels(table)
    if barrels:
        table = table.rename(columns=in_tonnes)
        columns = columns if columns is None or isinstance(columns, str) else [in_tonnes(str(c)) for c in columns]
    wanted = _checked(table, columns)
    rows, same = _rows(table, wanted)
    inches = 1.3 + 0.26 * _height(rows)
    ax = style.panel(ax, (12.0, inches), left=0.015, right=0.985, top=1 - 0.82 / inches, bottom=0.1 / inches)
    ax.set_axis_off()
    drawing = _ComparisonPanels(ax, table, wanted=wanted, rows=rows, network=network, barrels=barrels)
    drawing.draw()
    omitted = f"; {same} rows equal to it are omitted" if same else ""
    change = "" if rows[0].alone else f"; change against {style.plain(rows[0].scenario, 24)} in brackets"
    below = f"cost, time and risk of the best route{_origin(table)}{change}{omitted}"
    scope = _scope(table, wanted, network)
    head = "Comparison of corridors" if title is None else title
    style.headline(ax, head, f"{scope}\n{below}" if scope else below)
    return ax


def _scope(table: pd.DataFrame, wanted: Sequence[str], network: Network | None) -> str:
    """Return commodity, network, year and, where shares in service are drawn, hazard regime of a comparison."""
    attrs = table.attrs
    commodity = attrs.get("commodity", "")
    if network is not None and commodity in {c.id for c in network.commodities}:
        commodity = style.called(network.commodity(commodity))
    parts = [commodity, " ".join(str(attrs[key]) for key in ("network", "year") if attrs.get(key))]
    if {"availability", "expected_loss_usd_per_t"} & {*wanted} and "network" in attrs:
        parts.append(f"in service by {hazard_basis(attrs.get('regime'))}")
    return ", ".join(filter(None, parts))


def _origin(table: pd.DataFrame) -> str:
    """Return from where the best routes lead, if from one node."""
    origins = sorted({str(origin) for origin in table["origin"] if origin}) if "origin" in table else []
    return f" from {style.plain(origins[0], 24)}" if len(origins) == 1 else ""


def _checked(table: Any, columns: str | Sequence[str] | None) -> list[str]:
    """Return the columns to draw."""
    if getattr(getattr(table, "index", None), "names", None) != ["scenario", "corridor"]:
        raise DataError(f"a table of compare is needed, indexed by scenario and corridor (got {type(table).__name__})")
    if not len(table):
        raise DataError("the comparison has no rows; compare at least one corridor")
    columns = [columns] if isinstance(columns, str) else columns
    if columns is not None and not list(columns):
        raise DataError(f"columns must be names of columns (got {columns!r})")
    wanted = [column for column in COLUMNS if column in table] if columns is None else list(dict.fromkeys(columns))
    problems = [unknown("column", str(c), map(str, table.columns)) for c in wanted if c not in table]
    kinds = {c: table[c].dtype.kind for c in wanted if c in table}
    problems += [f"column {c!r} must contain numbers to be drawn" for c, kind in kinds.items() if kind not in "fiu"]
    if problems or not wanted:
        raise DataError(problems or "the comparison has no columns to draw")
    return wanted


@dataclass(frozen=True)
class _Row:
    """A row drawn: y position from the top, and whether it is the first, or the only one, of its corridor."""

    y: float
    scenario: str
    corridor: str
    baseline: bool
    alone: bool


def _rows(table: pd.DataFrame, wanted: Sequence[str]) -> tuple[list[_Row], int]:
    """Return the rows by corridor, and the number omitted because they equal the baseline."""
    shown = [c for c in (*wanted, "capacity_mtpa", "status") if c in table]
    rows, same, y = list[_Row](), 0, 0.0
    alone = len(set(table.index.get_level_values("scenario"))) == 1
    for corridor in dict.fromkeys(table.index.get_level_values("corridor")):
        block = table.xs(corridor, level="corridor")
        first = block.iloc[0]
        y += 0.0 if alone else 1.0
        for index, (scenario, row) in enumerate(block.iterrows()):
            if index and all(_alike(row[c], first[c]) for c in shown):
                same += 1
                continue
            rows.append(_Row(y + 0.5 * alone, str(scenario), str(corridor), index == 0, alone))
            y += 1.0
    return rows, same


def _alike(a: Any, b: Any) -> bool:
    """Return whether two values would look the same."""
    if isinstance(a, str) or isinstance(b, str):
        return bool(a == b)
    return (math.isnan(a) and math.isnan(b)) or a == b or abs(a - b) < 5e-3 * max(1e-9, min(1.0, abs(a) + abs(b)))


def _height(rows: Sequence[_Row]) -> float:
    """Return the number of lines that the rows take, names of corridors included."""
    return rows[-1].y + (0.5 if rows[-1].alone else 1.0)


class _ComparisonPanels:
    """Drawing of one comparison."""

    def __init__(
        self,
        ax: Axes,
        table: pd.DataFrame,
        *,
        wanted: Sequence[str],
        rows: Sequence[_Row],
        network: Network | None,
        barrels: bool = False,
    ) -> None:
        self.ax, self.table, self.wanted, self.rows, self.barrels = ax, table, wanted, rows, barrels
        corridors = network.corridors if isinstance(network, Network) else ()
        names = {c.id: c.name for c in corridors if style.called(c) == c.name}
        self.names = {row.corridor: names.get(row.corridor) or style.spoken(row.corridor) for row in rows}
        self.lines = _height(rows)
        self.heads = {
            column: style.wrapped(_column(column, barrels).long_heading, 20, _HEAD_LINES) for column in wanted
        }
        self.head = 1.0 + max(head.count("\n") + 1 for head in self.heads.values())
        line_pt = style.inches(ax)[1] * 72 / (self.lines + self.head)
        self.size = max(3.5, min(style.points(ax), line_pt * 0.72))
        figure = ax.get_figure(root=True)
        assert figure is not None
        self.px = figure.dpi / 72.0

    def _value(self, row: _Row, column: str) -> float:
        cell: Any = self.table.loc[(row.scenario, row.corridor), column]
        return float(cell)

    def _status(self, row: _Row) -> str:
        return str(self.table.loc[(row.scenario, row.corridor), "status"]) if "status" in self.table else "open"

    def draw(self) -> None:
        """Draw the names, then a panel for each column."""
        self.ax.set_ylim(self.lines, -self.head)
        self.ax.set_xlim(0, 1)
        left = self._names()
        shares = [1.9 if column == "throughput_mtpa" else 1.0 for column in self.wanted]
        gap = 0.018
        unit = (1.0 - left - gap * len(shares)) / sum(shares)
        for column, share in zip(self.wanted, shares, strict=True):
            height = self.lines / (self.lines + self.head)
            panel = self.ax.inset_axes((left + gap, 0.0, unit * share, height))
            left += gap + unit * share
            self._panel(panel, column)

    def _names(self) -> float:
        """Write corridors and scenarios on the left; return the share of the width that they need."""
        widest = 0.0
        for row in self.rows:
            closed = self._status(row) in _CLOSED
            above = 0.5 if row.alone else 1.5
            if row.baseline and row.y > above:
                self.ax.axhline(row.y - above, color=RULE, linewidth=0.6)
            if row.baseline and not row.alone:
                look = {"fontweight": "bold", "gid": f"name:{row.corridor}"}
                text = self._text(0.0, row.y - 1.0, style.plain(self.names[row.corridor], 34), **look)
                widest = max(widest, text.get_window_extent().width)
            label = style.plain(self.names[row.corridor] if row.alone else row.scenario, 32)
            status = self._status(row)
            plain = status == "open" or (closed and "throughput_mtpa" in self.wanted)
            label += "" if plain else f" ({status})"
            look = {"color": WARN if closed else INK, "gid": f"row:{row.scenario}/{row.corridor}"}
            text = self._text(0.0 if row.alone else 0.012, row.y, label, **look)
            widest = max(widest, text.get_window_extent().width)
        frame = self.ax.get_window_extent().width
        return min(0.5, 0.02 + widest / frame)

    def _text(self, x: float, y: float, content: str, **look: Any) -> Any:
        look = {"color": INK, "fontsize": self.size, **look}
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
        known = _column(column, self.barrels)
        head, unit = self.heads[column], known.shown_unit
        panel.set_title(
            f"{head}\n[{unit}]" if unit else head, fontsize=self.size, loc="left",
            pad=3, color=INK, linespacing=1.15,
        )  # fmt: skip
        for block in self._blocks():
            first = self._value(block[0], column)
            if column != "throughput_mtpa" and math.isfinite(first) and len(block) > 1:
                panel.plot(
                    [first, first], [block[0].y - 0.3, block[-1].y + 0.4], color=FAINT, linewidth=0.8,
                    linestyle=":", zorder=1, gid=f"baseline:{column}:{block[0].corridor}",
                )  # fmt: skip
            for row in block:
                if column == "throughput_mtpa":
                    self._bar(panel, row)
                else:
                    self._dot(panel, row, column, first=first)
        self._scale(panel)

    def _scale(self, panel: Axes) -> None:
        """Set the scale so that every value fits in the panel; changes are omitted if too long."""
        room = panel.get_window_extent().width
        texts = [text for text in panel.texts if str(text.get_gid()).startswith("value:")]
        if any(text.get_window_extent().width > 0.72 * room for text in texts):
            for text in texts:
                text.set_text(text.get_text().split(" (")[0].split(" of ")[0])
        extents = [(float(text.xy[0]), text.get_window_extent().width + 0.9 * self.size * self.px) for text in texts]  # type: ignore[attr-defined]
        low = min(0.0, *(value for value, _ in extents), 0.0)
        spans = [(value - low) * room / max(room - width, 0.12 * room) for value, width in extents]
        panel.set_xlim(low, low + max(*spans, 1e-9, 1e-9))

    def _blocks(self) -> Iterator[list[_Row]]:
        """Yield the rows of each corridor."""
        for corridor in dict.fromkeys(row.corridor for row in self.rows):
            yield [row for row in self.rows if row.corridor == corridor]

    def _capacity(self, row: _Row) -> float:
        return self._value(row, "capacity_mtpa") if "capacity_mtpa" in self.table else math.nan

    def _bar(self, panel: Axes, row: _Row) -> None:
        """Draw throughput inside capacity, or a cross if nothing can pass."""
        moved, capacity = self._value(row, "throughput_mtpa"), self._capacity(row)
        key = f"{row.scenario}/{row.corridor}"
        if self._status(row) in _CLOSED:
            panel.plot(
                0, row.y, marker="x", color=WARN, markersize=0.75 * self.size, markeredgewidth=1.8, clip_on=False,
                zorder=4, gid=f"closed:{key}",
            )  # fmt: skip
            label, end, colour = self._status(row), 0.0, WARN
        else:
            limited = math.isfinite(capacity)
            if limited:
                panel.barh(
                    row.y, capacity, height=0.74, facecolor=_ROOM, edgecolor=FAINT, linewidth=0.6, zorder=2
                )[0].set_gid(f"capacity_mtpa:{key}")  # fmt: skip
            bar = panel.barh(row.y, moved, height=0.44, color=_MOVED, zorder=3)[0]
            bar.set_gid(f"throughput_mtpa:{key}")
            of = f" of {style.tonnes(capacity)}" if limited else "" if math.isnan(capacity) else ", no limit"
            label, end, colour = f"{style.tonnes(moved)}{of}", max(moved, capacity if limited else 0.0), INK
        panel.annotate(
            label, (end, row.y), xytext=(0.55 * self.size, 0), textcoords="offset points", va="center", color=colour,
            fontsize=self.size - 0.5, gid=f"value:throughput_mtpa:{key}", annotation_clip=False,
        )  # fmt: skip

    def _dot(self, panel: Axes, row: _Row, column: str, *, first: float) -> None:
        """Draw one number as a dot, with its change."""
        value, key = self._value(row, column), f"{row.scenario}/{row.corridor}"
        if not math.isfinite(value):
            label = "no limit" if value > 0 else "–"
            panel.annotate(
                label, (0, row.y), xytext=(3, 0), textcoords="offset points", va="center", color=FAINT,
                fontsize=self.size - 0.5, gid=f"value:{column}:{key}",
            )  # fmt: skip
            return
        panel.plot([0, value], [row.y] * 2, color=RULE, linewidth=1.2, zorder=1.5, solid_capstyle="butt")
        panel.plot(
            value, row.y, marker="o" if row.baseline else "D", markersize=0.6 * self.size, color=_DOT,
            markeredgecolor="white", markeredgewidth=0.5, linestyle="none", zorder=3, clip_on=False,
            gid=f"{column}:{key}",
        )  # fmt: skip
        known = _column(column, self.barrels)
        label = known.text(value) + _change(value, first, known)
        panel.annotate(
            label, (value, row.y), xytext=(0.6 * self.size, 0),
            textcoords="offset points", va="center", fontsize=self.size - 0.5, color=INK,
            gid=f"value:{column}:{key}", annotation_clip=False,
        )  # fmt: skip


def _in_barrels(table: Any) -> bool:
    """Tell whether a comparison is in barrels."""
    return any(str(column) != in_tonnes(str(column)) for column in getattr(table, "columns", ()))


def _column(name: str, barrels: bool) -> Column:
    """Return the description of a column; a column that the user added is headed by its name."""
    known = by_name("compare").get(name) or Column(name, "", "", heading=name.replace("_", " "))
    return barrel_column(known) if barrels else known


def _change(value: float, first: float, column: Column) -> str:
    """Return the difference from the baseline in brackets, empty if it rounds to 0."""
    if not math.isfinite(first):
        return ""
    text = column.text(value - first)
    if not text.strip("-+0.,"):
        return ""
    return f" ({text if text.startswith('-') else f'+{text}'})".replace("-", "−")
