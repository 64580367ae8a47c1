"""`plot_exceedance`: how often a bad transport year comes, and how bad it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.show import style
from corridor.show.charts import _column_label, _ensembles, _is_gain, _losses, _scope, column_in
from corridor.show.picture import picture
from corridor.show.style import INK, RULE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MOST_LEVELS = 250
"""Levels at which a curve is read; there may be as many as years."""


@picture
def plot_exceedance(
    ens: Any, column: str = "shortfall_mt", ax: Axes | None = None, *, units: str = "t", title: str | None = None
) -> Axes:
    """Draw how often a year comes that is worse than a level: its return period.

    Parameters
    ----------
    ens : Ensemble, or list or dict of them
        Ensemble, from `simulate`; several are drawn together, a dict by its keys, a list by the scenarios' names.
    column : str
        Column of ``ens.years``, or its name in barrels.
    ax : matplotlib Axes, optional
        Axes to draw in, as `plot_sankey`; a new figure by default.
    units : {"t", "bbl"}
        With ``"bbl"`` a column of tonnes is drawn in barrels, each shipper by its own barrels a tonne.
    title : str, optional
        Title instead of the scenario's name; empty for none.

    Returns
    -------
    matplotlib Axes
        Axes with x: return period on a logarithmic scale [years]; y: level, in the column's unit. Curves have the gid
        ``curve:NAME``; where rates are drawn, the ranges of the return period over draws from 5 to 95 % have
        ``band:NAME``, as far as ten years of an average draw are worse.

    Raises
    ------
    DataError
        If there are no years, the column is unknown or not of numbers, there are no such units, or a commodity has no
        barrels.
    CorridorError
        If matplotlib is not installed.

    Notes
    -----
    Numbers are those of `Ensemble.exceedance`. A curve ends with the worst year simulated, and is uncertain where only
    a few years are worse.

    Examples
    --------
    >>> import corridor as cr
    >>> ax = cr.plot_exceedance(cr.simulate(cr.load(), years=100), "kazakh_crude_shortfall_mt")
    """
    ensembles = _ensembles(ens)
    column = column_in(units, column)
    tables = {name: _curve(ensemble, name, column) for name, ensemble in ensembles.items()}
    ax = style.panel(ax, (8.5, 5.4), left=0.1, right=0.96, top=0.84, bottom=0.13)
    style.bare(ax, "both")
    size = style.points(ax)
    longest = max(map(_longest, tables.values()))
    for index, (name, table) in enumerate(tables.items()):
        _draw(ax, name, table, index=index, several=len(tables) > 1, longest=longest)
    ax.set_xscale("log")
    ax.set_xlim(0.93, 1.15 * max(longest, 10.0))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    ax.xaxis.set_minor_formatter(lambda value, _: "")
    ax.set_xlabel("return period: a worse year comes once in so many years", fontsize=size, color=INK)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,g}".replace("-", "−"))
    ax.set_ylabel(
        style.wrapped(f"{_column_label(column, ensembles.values())}, per year", 60, 3), fontsize=size, color=INK
    )
    ax.legend(
        fontsize=size - 0.8, frameon=True, framealpha=0.92, edgecolor=RULE, handlelength=2.6,
        loc="lower left" if _is_gain(column) else "upper left",
    )  # fmt: skip
    head = "How often a bad transport year comes" + (f": {next(iter(tables))}" if len(tables) == 1 else "")
    style.headline(ax, head if title is None else title, f"{_scope(ensembles.values(), column)}\n{_counted(ensembles)}")
    return ax


def _curve(ens: Any, name: str, column: str) -> pd.DataFrame:
    """Return the exceedance of an ensemble at levels from the mildest to the worst of its years."""
    worst_first = _losses(ens, name, column)
    ranks = np.unique(np.geomspace(1, len(worst_first), _MOST_LEVELS).astype(np.int64)) - 1
    levels = dict.fromkeys([float(worst_first[-1]), *worst_first[ranks][::-1].tolist()])
    table: pd.DataFrame = ens.exceedance(column, levels=list(levels))
    return table


def _longest(table: pd.DataFrame) -> float:
    """Return the longest return period of a curve that is finite. [years]"""
    periods = table["return_period_years"].to_numpy()
    return float(periods[np.isfinite(periods)].max(initial=1.0))


def _draw(ax: Axes, name: str, table: pd.DataFrame, *, index: int, several: bool, longest: float) -> None:
    """Draw a curve, and the range over draws where it is known."""
    colour, line = style.SHADES[index % len(style.SHADES)], style.LINES[index % len(style.LINES)]
    known = table[np.isfinite(table["return_period_years"])]
    drawn = "chance_p05" in table
    called = style.wrapped(name, 34, 8) if several else "all draws" if drawn else "years"
    ax.plot(
        known["return_period_years"], known.index, color=colour, linewidth=1.9, linestyle=line, label=called,
        gid=f"curve:{name}", zorder=3,
    )  # fmt: skip
    if drawn:
        ends = table[table["chance_p05"].notna()]
        high = np.minimum(ends["return_period_years_p95"], 10.0 * longest)
        ax.fill_betweenx(
            ends.index.to_numpy(), ends["return_period_years_p05"], high, color=colour, alpha=0.18, linewidth=0,
            label="5 to 95 % of draws" + (f", {called}" if several else ""), gid=f"band:{name}", zorder=2,
        )  # fmt: skip


def _counted(ensembles: Mapping[str, Any]) -> str:
    """Return how many years were simulated, and how many draws of the parameters."""
    texts = []
    for ensemble in ensembles.values():
        years, draws = len(ensemble.years), getattr(ensemble, "draws", 1)
        texts.append(f"{years:,} simulated years" + (f" of {draws:,} draws of rates" if draws > 1 else ""))
    return " / ".join(dict.fromkeys(texts))
