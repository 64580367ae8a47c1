"""`plot_bottlenecks`: a corridor's legs in order, what could pass each, what limits it and how old that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridor.errors import DataError
from corridor.model.columns import column_names
from corridor.model.display_units import names_of, unit_of
from corridor.show import style
from corridor.show.picture import picture
from corridor.show.style import FAINT, INK, RULE, WARN
from corridor.study.legs import THROUGH

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_LONGEST = 0.52
"""Share of the width of the Axes that the longest bar has."""
_SHOWN = 3.0
"""Bars are cut at so many times what the corridor can take: beyond, size no longer matters."""
_TOO_NEAR = 1.0 + 1e-6
_STEP, _BESIDE, _FULL = "#5f7f9c", "#c3d1dc", "#20334d"
"""Legs of the cheapest way, alternatives to them, and those that stop more: each darker than the last in grey."""
_NAME_WIDTH, _LIMIT_WIDTH = 36, 26


@picture
def plot_bottlenecks(table: pd.DataFrame, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw a corridor's legs in the order of the way: the most that could pass each, its limit and how old that is.

    A bar is as long as the most that the leg's own limits let pass; those longer than three times what the corridor can
    take, the dashed line, are cut and have an arrow. Dark and hatched: what stops more of all together. Pale:
    alternatives beside the cheapest way. On the right stand what limits the leg where that is not its own capacity, and
    grade and year of the figure; a dagger marks one that is carried from that year.

    Parameters
    ----------
    table : pandas.DataFrame
        Legs of a corridor, from `legs`, in tonnes or boxes.
    ax : matplotlib Axes, optional
        Axes to draw in, as `plot_sankey`; a new figure by default.
    title : str, optional
        Title instead of the corridor's name; empty for none.

    Returns
    -------
    matplotlib Axes
        Axes with x in the table's unit, and a row a leg that has a limit, the first at the top. Bars have the gid
        ``leg:EDGE``, what is on the right ``limit:EDGE``, the dashed line ``through``.

    Raises
    ------
    DataError
        If the table is not one of `legs`, or no leg has a limit.
    CorridorError
        If matplotlib is not installed.

    Examples
    --------
    >>> import corridor as cr
    >>> ax = cr.plot_bottlenecks(cr.legs(cr.solve(cr.load(year=2021)), "cpc"))
    """
    _require_legs(table)
    rows = _rows(table)
    ax = style.panel(ax, (7.5, 1.15 + 0.24 * len(rows)), left=0.31, right=0.98, top=0.86, bottom=0.07)
    drawing = _Bottlenecks(ax, table, rows)
    drawing.bars()
    drawing.texts()
    drawing.through()
    name = str(table.loc[THROUGH, "name"])
    style.headline(ax, f"{name}: what could pass each leg" if title is None else title, drawing.summary())
    return ax


def _require_legs(table: Any) -> None:
    """Raise unless a table is one of legs."""
    needed = [name for name in column_names("legs") if name not in ("capacity_mtpa", "usd_per_t")]
    columns = list(getattr(table, "columns", ()))
    if getattr(getattr(table, "index", None), "name", None) != "edge" or not set(needed) <= set(columns):
        raise DataError(f"a table of legs is needed, as legs(flow, corridor) returns (got {type(table).__name__})")
    if THROUGH not in table.index:
        raise DataError(f"the table of legs has no row {THROUGH!r}; draw it with the row of all legs together")


@dataclass(frozen=True)
class _Row:
    """A leg drawn: its most, in the table's unit, and what is written beside it."""

    edge: str
    name: str
    most: float
    limit: str
    dated: str
    colour: str
    stops: bool


def _rows(table: pd.DataFrame) -> list[_Row]:
    """Return the legs that have a limit, in the order of the table."""
    capacity = next(name for name in names_of("capacity_mtpa") if name in table.columns)
    cut = set(str(table.loc[THROUGH, "limit"]).split(" + "))
    rows = [
        _Row(
            edge=str(edge), name=str(row["name"]), most=float(row[capacity]),
            limit=_limit(str(edge), str(row["limit"])), dated=_dated(row),
            colour=_colour(row, stops=not cut.isdisjoint(str(row["limit"]).split(", "))),
            stops=not cut.isdisjoint(str(row["limit"]).split(", ")),
        )
        for edge, row in table.drop(index=THROUGH).iterrows()
        if math.isfinite(row[capacity])
    ]  # fmt: skip
    if not rows:
        raise DataError(f"no leg of {table.loc[THROUGH, 'name']!r} has a limit, so that there is nothing to draw")
    return rows


def _limit(edge: str, limit: str) -> str:
    """Return what limits a leg where it is not its own capacity; ids as readable names."""
    limits = limit.split(", ")
    return "" if edge in limits else ", ".join(part.replace("_", " ").split("/")[0] for part in limits)


def _dated(row: pd.Series[Any]) -> str:
    """Return grade and year of the figure that sets a limit, with a dagger where it is carried; empty where unknown."""
    if row["figure_year"] != row["figure_year"]:
        return ""
    return f"{row['confidence']} {row['figure_year']:.0f}{'†' if row['age_years'] > 0 else ''}"


def _colour(row: pd.Series[Any], *, stops: bool) -> str:
    if stops:
        return _FULL
    return _BESIDE if row["step"] != row["step"] else _STEP


class _Bottlenecks:
    """Drawing of the legs of one corridor."""

    def __init__(self, ax: Axes, table: pd.DataFrame, rows: Sequence[_Row]) -> None:
        self.ax, self.table, self.rows = ax, table, rows
        self.capacity = next(name for name in names_of("capacity_mtpa") if name in table.columns)
        self.unit = "TEU/y" if unit_of([self.capacity]) == "TEU" else "Mt/y"
        self.most = float(table[self.capacity].loc[THROUGH])
        longest = max(row.most for row in rows)
        limited = math.isfinite(self.most) and self.most > 0
        self.cut = min(longest, _SHOWN * self.most) if limited else longest or 1.0
        self.size = style.points(ax)

    def bars(self) -> None:
        """Draw the bars, cut where they are very long."""
        self.ax.set_xlim(0, self.cut / _LONGEST)
        self.ax.set_ylim(len(self.rows) - 0.4, -0.6)
        style.bare(self.ax)
        self.ax.spines["bottom"].set_visible(False)
        self.ax.set_xticks([])
        for y, row in enumerate(self.rows):
            self.ax.barh(
                y, min(row.most, self.cut), height=0.66, color=row.colour, edgecolor="white" if row.stops else INK,
                linewidth=0.4, hatch="////" if row.stops else "", gid=f"leg:{row.edge}", zorder=2,
            )  # fmt: skip
        names = [style.plain(row.name, _NAME_WIDTH) for row in self.rows]
        self.ax.set_yticks(range(len(self.rows)), names, fontsize=self.size)
        self.ax.tick_params(axis="y", length=0)

    def texts(self) -> None:
        """Write the most beside each bar, and what limits it and since when on the right."""
        for y, row in enumerate(self.rows):
            end = min(row.most, self.cut)
            arrow = " →" if row.most > self.cut * _TOO_NEAR else ""
            self.ax.annotate(
                f"{style.tonnes(row.most)}{arrow}", (end, y), xytext=(3, 0), textcoords="offset points", va="center",
                fontsize=self.size, color=WARN if row.stops else INK, fontweight="bold" if row.stops else "normal",
                path_effects=style.halo(), zorder=4,
            )  # fmt: skip
            written = ", ".join(filter(None, (style.plain(row.limit, _LIMIT_WIDTH) if row.limit else "", row.dated)))
            self.ax.text(
                0.995, y, written, transform=self.ax.get_yaxis_transform(), ha="right", va="center",
                fontsize=self.size - 0.6, color=INK if row.stops else FAINT, gid=f"limit:{row.edge}",
                path_effects=style.halo(), zorder=3,
            )  # fmt: skip

    def through(self) -> None:
        """Draw a line at what all legs together let pass."""
        if math.isfinite(self.most):
            self.ax.axvline(self.most, color=WARN, linewidth=1.0, linestyle=(0, (4, 2)), zorder=3, gid="through")
        self.ax.spines["left"].set_color(RULE)

    def summary(self) -> str:
        """Return what all together let pass and what stops more, and what marks mean."""
        attrs = self.table.attrs
        where = " ".join(str(attrs[key]) for key in ("network", "year") if attrs.get(key))
        what = ", ".join(filter(None, (str(attrs.get("commodity") or ""), where, str(attrs.get("scenario") or ""))))
        names = {str(edge): str(name) for edge, name in self.table["name"].items()}
        cut = str(self.table.loc[THROUGH, "limit"])
        stops = " and ".join(names.get(part, part.replace("_", " ")) for part in cut.split(" + ")) if cut else ""
        most = f"{style.tonnes(self.most)} {self.unit}" if math.isfinite(self.most) else "no limit"
        text = f"All together {most}" + (f", stopped by {stops}" if stops else "")
        unlimited = len(self.table) - 1 - len(self.rows)
        more = [f"{unlimited} legs have no limit"] if unlimited else []
        more += ["† figure of that year, carried"] if any("†" in row.dated for row in self.rows) else []
        return "\n".join(filter(None, (what, text, "; ".join(more))))
