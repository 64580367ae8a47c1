"""`plot_waterfall`, `plot_tornado`, `plot_ensemble`: charts of one axis each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import DataError
from corridor.messages import nearest as nearest_name
from corridor.messages import unknown
from corridor.show import style
from corridor.show.style import FAINT, INK, RULE, WARN
from corridor.solver.flow import Flow
from corridor.study.breakdown import COMPONENTS, breakdown
from corridor.study.sensitivity import Sensitivity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SAID = {
    "price": "price at\nmarket", "quality": "quality", "pipeline": "pipeline\ntariffs", "rail": "rail\ntariffs",
    "road": "road\ntariffs", "port": "ports", "sea": "sea\nfreight",
    "risk premium": "risk\npremium", "interest": "interest\n(time)",
}  # fmt: skip
_KEEPS, _GAINS, _TAKES = "#20334d", "#5aa7a0", "#d99a5b"


def plot_waterfall(
    flow: Flow,
    corridor: str | Sequence[str],
    ax: Axes | None = None,
    *,
    commodity: str | None = None,
    origin: str | None = None,
    title: str | None = None,
) -> Axes:
    """Draw what becomes of the price of a tonne on its way: from the price at the market down to the netback.

    Parameters
    ----------
    flow : Flow
        What `solve` returned.
    corridor : str or sequence of str
        Id of the corridor whose best route is followed; several are drawn side by side.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    commodity, origin : str, optional
        As in `breakdown`, which gives the same numbers as a table.
    title : str, optional
        In place of the scenario's name; empty for none.

    Returns
    -------
    matplotlib Axes
        Its y axis counts USD/t. Bars have the gid ``step:CORRIDOR:COMPONENT``, the last one of each ``netback``.

    Raises
    ------
    UnknownNameError, DataError
        As `breakdown`; if no corridor is given.
    CorridorError
        If matplotlib is not installed.

    Examples
    --------
    >>> import corridor as cr
    >>> ax = cr.plot_waterfall(cr.solve(cr.load()), ["cpc", "btc"])
    """
    style.require_flow(flow)
    corridors = [corridor] if isinstance(corridor, str) else list(corridor)
    if not corridors:
        raise DataError("corridor must be the id of a corridor, or several (got none)")
    tables = {id: breakdown(flow, id, commodity=commodity, origin=origin) for id in dict.fromkeys(corridors)}
    ax = style.panel(ax, (max(8.0, 1.5 + 4.2 * len(tables)), 5.2), left=0.085, right=0.985, top=0.86, bottom=0.1)
    style.bare(ax, "y")
    steps = {id: _steps(table["component"], table["usd_per_t"]) for id, table in tables.items()}
    size = style.points(ax)
    base = _set_levels(ax, [level for found in steps.values() for level in _levels(found)], size)
    at, ticks, said = 0.0, list[float](), list[str]()
    count = sum(len(found) + 1 for found in steps.values())
    for id, found in steps.items():
        _draw_steps(ax, id, found, at, size if count < 12 else size - 1.0, base)
        ticks += [at + step for step in range(len(found))]
        said += [_SAID.get(component, component) for component, _, _ in found]
        ends = [flow.network.node(tables[id].attrs[end]) for end in ("origin", "destination")]
        way = " to ".join(style.brief(style.called(node), 16) for node in ends)
        head = style.plain(style.called(flow.network.corridor(id)), 27)
        ax.annotate(
            f"{head}\n{way}", (at - 0.36, 1), xytext=(0, -3), va="top",
            ha="left", xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=size - (count > 12),
            color=INK, fontweight="bold", gid=f"name:{id}", linespacing=1.2, path_effects=_halo(),
        )  # fmt: skip
        at += len(found) + 0.6
    ax.set_xlim(-0.7, at - 0.9)
    ax.set_xticks(ticks, said, fontsize=size - (1.0 if count < 12 else 2.2))
    ax.tick_params(axis="x", length=0)
    ax.set_ylabel("USD/t", fontsize=size, color=INK)
    oil = flow.network.commodity(tables[corridors[0]].attrs["commodity"])
    below = f"from price to netback: a tonne of {style.called(oil)}"
    below += f"; the axis starts at {base:g} USD/t" if base > 0 else ""
    style.headline(ax, style.condition(flow) if title is None else title, below)
    return ax


def _levels(steps: Sequence[tuple[str, float, float]]) -> list[float]:
    """Return the levels that a waterfall passes through, the start at 0 left out. [USD/t]"""
    return [start + change for _, start, change in steps]


def _set_levels(ax: Axes, levels: Sequence[float], size: float) -> float:
    """Set the y axis so that steps can be told from each other and names fit above; return where it starts."""
    low, high = min(levels), max(levels)
    base = 0.0
    if low > 0.4 * high:
        base = max(0.0, math.floor((low - max(0.35 * (high - low), 0.04 * high)) / 10) * 10.0)
    base = min(base, 1.15 * low) if low < 0 else base
    high = max(high, 0.0, base + 1e-6)
    height = style.inches(ax)[1] * 72
    above = min(0.5, (4.6 * size + 6) / height)
    ax.set_ylim(base, base + (high - base) / (1 - above))
    return base


def _steps(components: Iterable[str], amounts: Iterable[float]) -> list[tuple[str, float, float]]:
    """Return component, level before and change of each step, then the netback from 0."""
    sums: dict[str, float] = {}
    for component, amount in zip(components, amounts, strict=True):
        sums[component] = sums.get(component, 0.0) + amount
    found, level = [], 0.0
    for component in sorted(sums, key=COMPONENTS.index):
        found.append((component, level, sums[component]))
        level += sums[component]
    return [*found, ("netback", 0.0, level)]


def _halo() -> list[Any]:
    """Return what keeps text legible over lines."""
    from matplotlib import patheffects

    return [patheffects.withStroke(linewidth=2.5, foreground="white")]


def _draw_steps(
    ax: Axes, id: str, steps: Sequence[tuple[str, float, float]], at: float, size: float, base: float
) -> None:
    """Draw one waterfall, its first bar at a place on the x axis; bars that reach below the axis are marked."""
    level = 0.0
    for number, (component, start, change) in enumerate(steps):
        whole = component in ("price", "netback")
        colour, hatch = (_KEEPS, "") if whole else (_GAINS, "///") if change > 0 else (_TAKES, "")
        x = at + number
        ax.bar(
            x, change, bottom=start, width=0.72, color=colour, edgecolor=INK, linewidth=0.6, hatch=hatch, zorder=3,
            gid=f"step:{id}:{component}",
        )[0].set_gid(f"step:{id}:{component}")  # fmt: skip
        if whole and base > 0:
            ax.plot(
                [x - 0.42, x + 0.42], [0.022, 0.042], color="white", linewidth=3.2, zorder=4, gid="cut",
                transform=ax.get_xaxis_transform(),
            )  # fmt: skip
        if number:
            ax.plot([x - 1 + 0.36, x - 0.36], [level, level], color=FAINT, linewidth=0.7, zorder=2)
        level = start + change
        said = f"{change:,.0f}" if whole else f"{change:+,.1f}".replace("-", "−")
        ax.annotate(
            said, (x, max(start, level)), xytext=(0, 2.5), textcoords="offset points", ha="center", va="bottom",
            fontsize=size - (0 if whole else 0.5), fontweight="bold" if whole else None, color=INK, zorder=5,
            gid=f"label:{id}:{component}", path_effects=_halo(),
        )  # fmt: skip


def plot_tornado(result: Sensitivity, n: int = 12, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw how far each uncertain figure swings an outcome, the widest swing on top.

    Parameters
    ----------
    result : Sensitivity
        What `sensitivity` returned.
    n : int
        How many figures, at most; those that swing nothing are left out.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        In place of the outcome's name; empty for none.

    Returns
    -------
    matplotlib Axes
        Bars have the gid ``low:SUBJECT.ATTRIBUTE`` and ``high:SUBJECT.ATTRIBUTE``; they run from the outcome with
        every figure at its value to that with the figure at the end of its range.

    Raises
    ------
    DataError
        If `result` is not of `sensitivity`, or `n` is below 1.
    CorridorError
        If matplotlib is not installed.

    Examples
    --------
    >>> import corridor as cr
    >>> shut = cr.sensitivity(cr.load(year=2021), cr.load_scenario("cpc-shut"))
    >>> ax = cr.plot_tornado(shut, n=5)
    """
    if not isinstance(result, Sensitivity):
        raise DataError(f"what sensitivity returns is needed (got {type(result).__name__})")
    if not isinstance(n, int) or n < 1:
        raise DataError(f"n must be a whole number of at least 1 (got {n!r})")
    rows: list[Any] = result.table[result.table["swing"] > 1e-9].head(n).to_dict("records")
    ax = style.panel(ax, (9.5, 1.5 + 0.4 * max(3, len(rows))), left=0.02, right=0.98, top=0.87, bottom=0.11)
    style.bare(ax, "x")
    size = style.points(ax)
    for at, row in enumerate(rows):
        name = f"{row['subject']}.{row['attribute']}"
        for end, colour, hatch in (("low", "#d99a5b", "///"), ("high", "#20334d", "")):
            ax.barh(
                at, row[f"at_{end}"] - result.central, left=result.central, height=0.62, color=colour, edgecolor=INK,
                hatch=hatch, linewidth=0.5, zorder=3,
            )[0].set_gid(f"{end}:{name}")  # fmt: skip
    ax.axvline(result.central, color=INK, linewidth=1.0, zorder=4, gid="central")
    ax.set_ylim(max(len(rows), 1) - 0.4, -0.6)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(_unit_said(result.outcome), fontsize=size, color=INK)
    if rows:
        _name_rows(ax, rows, result.central, size)
        _legend_of_ends(ax, size)
    else:
        ax.set_xlim(result.central - 1, result.central + 1)
        ax.annotate("no figure alone swings it", (0.5, 0.5), xycoords="axes fraction", ha="center", color=FAINT)
    name = result.scenario.name if result.scenario is not None else "baseline"
    below = f"{name}: {result.central:,.1f} with every figure at its value; bars: one figure at the ends of its range"
    head = _unit_said(result.outcome)
    style.headline(ax, head[:1].upper() + head[1:] if title is None else title, below)
    return ax


def _name_rows(ax: Axes, rows: Sequence[Mapping[str, Any]], central: float, size: float) -> None:
    """Write the figures' names to the left of all bars, and make room for them."""
    from matplotlib.ticker import MaxNLocator

    ends = [float(row[end]) for row in rows for end in ("at_low", "at_high")] + [central]
    low, high = min(ends), max(ends)
    size = min(size - 0.5, 72 * style.inches(ax)[1] / len(rows) / 2.7)
    texts = [
        ax.annotate(
            _figure_said(row), (0, at), xytext=(2, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            va="center", fontsize=size, color=INK, gid=f"name:{row['subject']}.{row['attribute']}", linespacing=1.1,
        )
        for at, row in enumerate(rows)
    ]  # fmt: skip
    share = min(0.6, max(text.get_window_extent().width for text in texts) / ax.get_window_extent().width + 0.03)
    ax.set_xlim(low - (high - low) * (share / (1 - share) + 0.02), high + 0.04 * (high - low))
    ax.set_xticks([tick for tick in MaxNLocator(5).tick_values(low, high) if low <= tick <= high])


def _figure_said(row: Mapping[str, Any]) -> str:
    """Return a figure's name and range on two lines."""
    name = style.plain(f"{row['subject']}.{row['attribute']}", 44)
    unit = "" if row["unit"] == "1" else f" {style.plain(row['unit'], 20)}"
    return f"{name}\n{row['low']:g} to {row['high']:g}{unit} ({row['confidence']})"


_UNITS = {
    "_mtpa": "Mt/y", "_musd_per_year": "million USD/y", "_usd_per_t": "USD/t", "_days": "days", "_mt": "Mt",
    "_musd": "million USD",
}  # fmt: skip


def _unit_of(name: str) -> str:
    """Return the unit that a name ends in, or nothing."""
    return next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), "")


def _unit_said(outcome: str) -> str:
    """Return an outcome's name with its unit, read from its ending."""
    ending = next((ending for ending in _UNITS if outcome.endswith(ending)), "")
    name = outcome.removeprefix("corridors.").removesuffix(ending).replace(".", " ").replace("_", " ")
    return f"{style.plain(name, 40)} [{_UNITS[ending]}]" if ending else style.plain(name, 40)


def _legend_of_ends(ax: Axes, size: float) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor="#d99a5b", edgecolor=INK, hatch="///", linewidth=0.5, label="figure at its low end"),
        Patch(facecolor="#20334d", edgecolor=INK, linewidth=0.5, label="at its high end"),
    ]
    ax.legend(handles=handles, loc="lower right", fontsize=size - 0.5, frameon=True, framealpha=0.9, edgecolor=RULE)


def plot_ensemble(
    ens: Any,
    column: str = "shortfall_mt",
    alpha: float = 0.95,
    ax: Axes | None = None,
    *,
    title: str | None = None,
) -> Axes:
    """Draw the loss exceedance curve of simulated years: which share of them is at least as bad.

    Parameters
    ----------
    ens : Ensemble, or list or dict of them
        What `simulate` returned; several are drawn together, a dict by its keys, a list by the scenarios' names.
    column : str
        Column of ``ens.years``. High is bad, but low where more is better (delivered, netback).
    alpha : float, between 0 and 1
        The worst ``1 - alpha`` of the years are the tail: VaR is where it begins, CVaR its mean.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        In place of the scenario's name; empty for none.

    Returns
    -------
    matplotlib Axes
        x: the column; y: the share of years that are at least as bad [%], on a logarithmic scale. Curves have the
        gid ``curve:NAME``; marks ``mean:NAME``, ``var:NAME``, ``cvar:NAME``.

    Raises
    ------
    DataError
        If there are no years, `alpha` is not between 0 and 1, or the column is unknown or not of numbers.
    CorridorError
        If matplotlib is not installed.
    """
    found = _ensembles(ens)
    if not 0 < alpha < 1:
        raise DataError(f"alpha must lie between 0 and 1 (got {alpha!r})")
    losses = {name: _losses(one, name, column) for name, one in found.items()}
    ax = style.panel(ax, (8.5, 5.4), left=0.1, right=0.96, top=0.86, bottom=0.13)
    style.bare(ax, "both")
    size = style.points(ax)
    for at, (name, values) in enumerate(losses.items()):
        _draw_curve(ax, name, values, column, alpha, float(found[name].cvar(column, alpha=alpha)), at, len(losses) > 1)
    fewest, years = min(map(len, losses.values())), max(map(len, losses.values()))
    ax.set_yscale("log")
    ax.set_ylim(100 / years / 1.5, 140)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}%")
    ax.set_ylabel("share of years at least as bad", fontsize=size, color=INK)
    ax.set_xlabel(f"{_unit_said(column)}, per year", fontsize=size, color=INK)
    ax.margins(x=0.06)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,g}".replace("-", "−"))
    ax.legend(
        fontsize=size - 0.8, frameon=True, framealpha=0.92, edgecolor=RULE, handlelength=2.6,
        loc="upper left" if _is_gain(column) else "upper right",
    )  # fmt: skip
    first = next(iter(found.values()))
    head = "How bad are bad years" + (f": {next(iter(found))}" if len(found) == 1 else "")
    place = " ".join(str(part) for part in (first.network.name, first.network.year) if part)
    counted = f"{years:,}" if fewest == years else f"{fewest:,} to {years:,}"
    below = f"{place}: {counted} simulated years; tail: the worst {100 * (1 - alpha):g}% of them"
    style.headline(ax, head if title is None else title, below.removeprefix(": "))
    return ax


def _ensembles(given: Any) -> dict[str, Any]:
    """Return ensembles by the names they are drawn under."""

    def named(one: Any) -> str:
        scenario = getattr(one, "scenario", None)
        return scenario.name if scenario is not None else "baseline"

    if isinstance(given, Mapping):
        found = {str(name): one for name, one in given.items()}
    else:
        listed = list(given) if isinstance(given, list | tuple) else [given]
        found = {named(one): one for one in listed}
        if len(found) < len(listed):
            raise DataError("two ensembles are of one scenario; give a dict, so that each has a name of its own")
    if not found:
        raise DataError("an ensemble is needed (got none); simulate returns one")
    for one in found.values():
        if not (hasattr(one, "years") and hasattr(one, "cvar")):
            raise DataError(f"an Ensemble is needed (got {type(one).__name__}); simulate returns one")
    return found


def _losses(ens: Any, name: str, column: str) -> np.ndarray[Any, Any]:
    """Return an ensemble's losses, the worst first."""
    years = ens.years
    if column not in years.columns:
        known = [str(other) for other in years.columns]
        raise DataError(f"ensemble {name!r}: {unknown('column', column, nearest_name(column, known))}")
    if not len(years):
        raise DataError(f"ensemble {name!r} has no years")
    try:
        values = np.asarray(years[column], dtype=float)
    except (TypeError, ValueError):
        raise DataError(f"ensemble {name!r}: column {column!r} must be of numbers") from None
    if not np.isfinite(values).all():
        raise DataError(f"ensemble {name!r}: column {column!r} must be finite in every year")
    return np.asarray(np.sort(values) if _is_gain(column) else np.sort(values)[::-1])


def _is_gain(column: str) -> bool:
    """Tell whether more is better; then bad years are the low ones, as in ``ens.cvar``."""
    return "delivered" in column or "netback" in column


def _amount(value: float) -> str:
    """Return a number with three digits, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _draw_curve(
    ax: Axes, name: str, values: np.ndarray[Any, Any], column: str, alpha: float, cvar: float, at: int, several: bool
) -> None:
    """Draw one exceedance curve with its mean, VaR and CVaR."""
    colour, line = style.SHADES[at % len(style.SHADES)], style.LINES[at % len(style.LINES)]
    years = len(values)
    share = 100.0 * np.arange(1, years + 1) / years
    called = style.plain(name, 34)
    last = values[-1] if _is_gain(column) else min(0.0, values[-1])
    ax.step(
        np.append(values, last), np.append(share, 100.0), where="post", color=colour, linewidth=1.9,
        linestyle=line, label=called if several else "years", gid=f"curve:{name}", zorder=3,
    )  # fmt: skip
    tail = max(1, math.ceil(years * (1 - alpha) - 1e-9))
    marks = (
        ("mean", "mean", float(values.mean()), "o"),
        ("var", f"VaR {100 * alpha:g}%", float(values[tail - 1]), "D"),
        ("cvar", f"CVaR {100 * alpha:g}%", cvar, "s"),
    )
    unit = f" {found}" if (found := _unit_of(column)) else ""
    for gid, said, value, marker in marks:
        as_bad = values <= value if _is_gain(column) else values >= value
        height = 100.0 * max(1, int(as_bad.sum())) / years
        ax.plot(
            value, height, marker=marker, markersize=7, color=WARN if not several else colour, markeredgecolor="white",
            linestyle="none", zorder=5, gid=f"{gid}:{name}", label=f"{said}: {_amount(value)}{unit}",
        )  # fmt: skip
        if not several:
            ax.vlines(value, 1e-9, height, color=WARN, linewidth=0.8, linestyle=":", zorder=2)
