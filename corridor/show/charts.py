"""`plot_waterfall`, `plot_tornado`, `plot_ensemble`: charts of one axis each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import DataError
from corridor.messages import unknown
from corridor.model.attributes import heading_of, unit_of
from corridor.model.columns import INTERCHANGEABLE
from corridor.model.display_units import DisplayUnits, in_barrels, in_tonnes, require_units
from corridor.model.scenario import scenario_name
from corridor.risk.summary import LEAST_YEARS_IN_DRAW
from corridor.show import style
from corridor.show.cards import network_label
from corridor.show.path_labels import figure_label, path_label
from corridor.show.picture import picture
from corridor.show.style import FAINT, INK, RULE, WARN
from corridor.solver.flow import Flow
from corridor.study.breakdown import COMPONENTS, breakdown
from corridor.study.sensitivity import Sensitivity
from corridor.study.simulated_years import years_basis

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from corridor.model.network import Network
    from corridor.model.records import Commodity

_COMPONENT_LABELS = {
    "price": "price at\nmarket", "quality": "quality", "pipeline": "pipeline\ntariffs", "rail": "rail\ntariffs",
    "road": "road\ntariffs", "port": "ports", "sea": "sea\nfreight",
    "risk premium": "risk\npremium", "interest": "interest\n(time)",
}  # fmt: skip
_KEEPS, _GAINS, _TAKES = "#20334d", "#5aa7a0", "#d99a5b"


@picture
def plot_waterfall(
    flow: Flow,
    corridor: str | Sequence[str],
    ax: Axes | None = None,
    *,
    commodity: str | None = None,
    origin: str | None = None,
    units: str = "t",
    title: str | None = None,
) -> Axes:
    """Draw the breakdown of the price of a tonne: from the price at the market down to the netback.

    Parameters
    ----------
    flow : Flow
        Solved flow, from `solve`.
    corridor : str or sequence of str
        Id of the corridor whose best route is shown; several are drawn side by side.
    ax : matplotlib Axes, optional
        Axes to draw in, as `plot_sankey`; a new figure by default.
    commodity, origin : str, optional
        Commodity and origin as in `breakdown`, which returns the same numbers as a table.
    units : {"t", "bbl"}
        Money by the tonne, or by the barrel of the commodity.
    title : str, optional
        Title instead of the scenario's name; empty for none.

    Returns
    -------
    matplotlib Axes
        Axes with y in USD/t or USD/bbl. Bars have the gid ``step:CORRIDOR:COMPONENT``, the last of each ``netback``.

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
    tables = {
        id: breakdown(flow, id, commodity=commodity, origin=origin, units=units) for id in dict.fromkeys(corridors)
    }
    commodity_record = flow.network.commodity(tables[corridors[0]].attrs["commodity"])
    shown = DisplayUnits.of(flow.network, units, commodity_record.id)
    ax = style.panel(ax, (max(8.0, 1.5 + 4.2 * len(tables)), 5.2), left=0.085, right=0.985, top=0.84, bottom=0.1)
    style.bare(ax, "y")
    steps = {id: _steps(table["component"], table[table.columns[-1]]) for id, table in tables.items()}
    heads = {id: _head(flow, id, table) for id, table in tables.items()}
    size = style.points(ax)
    lines = max(head.count("\n") + 1 for head in heads.values())
    base = _set_levels(
        ax,
        [level for bars in steps.values() for level in _levels(bars)],
        size,
        lines,
        step=1.0 if shown.shows_barrels else 10.0,
    )
    x, ticks, labels = 0.0, list[float](), list[str]()
    count = sum(len(bars) + 1 for bars in steps.values())
    for id, bars in steps.items():
        small = size if count < 12 else size - 1.0
        _draw_steps(ax, id, bars, first_x=x, size=small, base=base, digits=shown.money_digits)
        ticks += [x + step for step in range(len(bars))]
        labels += [_COMPONENT_LABELS.get(component, component) for component, _, _ in bars]
        ax.annotate(
            heads[id], (x - 0.36, 1), xytext=(0, -3), va="top",
            ha="left", xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=size - (count > 12),
            color=INK, fontweight="bold", gid=f"name:{id}", linespacing=1.2, path_effects=style.halo(),
        )  # fmt: skip
        x += len(bars) + 0.6
    ax.set_xlim(-0.7, x - 0.9)
    ax.set_xticks(ticks, labels, fontsize=size - (1.0 if count < 12 else 2.2))
    ax.tick_params(axis="x", length=0)
    ax.set_ylabel(shown.money, fontsize=size, color=INK)
    below = f"from price to netback: a {shown.single} of {style.called(commodity_record)}"
    below += f"; the axis starts at {base:g} {shown.money}" if base > 0 else ""
    below += f"\n{INTERCHANGEABLE}"
    style.headline(ax, style.flow_label(flow) if title is None else title, below)
    return ax


def _head(flow: Flow, corridor: str, table: pd.DataFrame) -> str:
    """Return the name of a corridor, and from where to where its tonne goes."""
    nodes = [flow.network.node(table.attrs[end]) for end in ("origin", "destination")]
    direction = " to ".join(style.brief(style.called(node), 200) for node in nodes)
    return f"{style.wrapped(style.called(flow.network.corridor(corridor)), 27, 5)}\n{style.wrapped(direction, 34, 5)}"


def _levels(steps: Sequence[tuple[str, float, float]]) -> list[float]:
    """Return the levels of a waterfall after each step. [USD/t]"""
    return [start + change for _, start, change in steps]


def _set_levels(ax: Axes, levels: Sequence[float], size: float, lines: int, *, step: float) -> float:
    """Set the y axis so that steps are distinct and names of some lines fit above; return its lower limit, in steps."""
    low, high = min(levels), max(levels)
    base = 0.0
    if low > 0.4 * high:
        base = max(0.0, math.floor((low - max(0.35 * (high - low), 0.04 * high)) / step) * step)
    base = min(base, 1.15 * low) if low < 0 else base
    high = max(high, 0.0, base + 1e-6)
    height = style.inches(ax)[1] * 72
    above = min(0.5, ((2.2 + 1.2 * lines) * size + 6) / height)
    ax.set_ylim(base, base + (high - base) / (1 - above))
    return base


def _steps(components: Iterable[str], amounts: Iterable[float]) -> list[tuple[str, float, float]]:
    """Return component, level before and change of each step, and last the netback from 0."""
    sums: dict[str, float] = {}
    for component, amount in zip(components, amounts, strict=True):
        sums[component] = sums.get(component, 0.0) + amount
    steps, level = [], 0.0
    for component in sorted(sums, key=COMPONENTS.index):
        steps.append((component, level, sums[component]))
        level += sums[component]
    return [*steps, ("netback", 0.0, level)]


def _draw_steps(
    ax: Axes, id: str, steps: Sequence[tuple[str, float, float]], *, first_x: float, size: float, base: float,
    digits: int,
) -> None:  # fmt: skip
    """Draw one waterfall from a position on the x axis; bars that start below the axis are marked."""
    level = 0.0
    for number, (component, start, change) in enumerate(steps):
        is_total = component in ("price", "netback")
        colour, hatch = (_KEEPS, "") if is_total else (_GAINS, "///") if change > 0 else (_TAKES, "")
        x = first_x + number
        ax.bar(
            x, change, bottom=start, width=0.72, color=colour, edgecolor=INK, linewidth=0.6, hatch=hatch, zorder=3,
            gid=f"step:{id}:{component}",
        )[0].set_gid(f"step:{id}:{component}")  # fmt: skip
        if is_total and base > 0:
            ax.plot(
                [x - 0.42, x + 0.42], [0.022, 0.042], color="white", linewidth=3.2, zorder=4, gid="cut",
                transform=ax.get_xaxis_transform(),
            )  # fmt: skip
        if number:
            ax.plot([x - 1 + 0.36, x - 0.36], [level, level], color=FAINT, linewidth=0.7, zorder=2)
        level = start + change
        label = f"{change:,.{digits - 1}f}" if is_total else f"{change:+,.{digits}f}".replace("-", "−")
        ax.annotate(
            label, (x, max(start, level)), xytext=(0, 2.5), textcoords="offset points", ha="center", va="bottom",
            fontsize=size - (0 if is_total else 0.5), fontweight="bold" if is_total else None, color=INK, zorder=5,
            gid=f"label:{id}:{component}", path_effects=style.halo(),
        )  # fmt: skip


@picture
def plot_tornado(result: Sensitivity, n: int = 12, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw the sensitivity of an outcome to each uncertain figure, the largest swing on top.

    Parameters
    ----------
    result : Sensitivity
        Sensitivity, from `sensitivity`.
    n : int
        Largest number of figures; figures without effect are omitted.
    ax : matplotlib Axes, optional
        Axes to draw in, as `plot_sankey`; a new figure by default.
    title : str, optional
        Title instead of the outcome's name; empty for none.

    Returns
    -------
    matplotlib Axes
        Axes with x in the outcome's unit. Bars have the gid ``low:SUBJECT.ATTRIBUTE`` and ``high:SUBJECT.ATTRIBUTE``;
        they run from the central outcome to the outcome with the figure at that bound of its range.

    Raises
    ------
    DataError
        If `result` is not a Sensitivity, or `n` is below 1.
    CorridorError
        If matplotlib is not installed.

    Examples
    --------
    >>> import corridor as cr
    >>> shut = cr.sensitivity(cr.load(year=2021), cr.load_scenario("cpc-shut"))
    >>> ax = cr.plot_tornado(shut, n=5)
    """
    if not isinstance(result, Sensitivity):
        raise DataError(f"a Sensitivity is needed (got {type(result).__name__}); sensitivity(network) returns one")
    if not isinstance(n, int) or n < 1:
        raise DataError(f"n must be a whole number of at least 1 (got {n!r})")
    rows: list[Any] = result.table[result.table["swing"] > 1e-9].head(n).to_dict("records")
    ax = style.panel(ax, (9.5, 1.5 + 0.4 * max(3, len(rows))), left=0.02, right=0.98, top=0.87, bottom=0.11)
    style.bare(ax, "x")
    size = style.points(ax)
    for y, row in enumerate(rows):
        name = f"{row['subject']}.{row['attribute']}"
        for end, colour, hatch in (("low", "#d99a5b", "///"), ("high", "#20334d", "")):
            ax.barh(
                y, row[f"at_{end}"] - result.central, left=result.central, height=0.62, color=colour, edgecolor=INK,
                hatch=hatch, linewidth=0.5, zorder=3,
            )[0].set_gid(f"{end}:{name}")  # fmt: skip
    ax.axvline(result.central, color=INK, linewidth=1.0, zorder=4, gid="central")
    ax.set_ylim(max(len(rows), 1) - 0.4, -0.6)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    head = path_label(result.outcome, result.network)
    ax.set_xlabel(style.wrapped(head, 80, 4), fontsize=size, color=INK)
    if rows:
        labels = [figure_label(row, result.network) for row in rows]
        _name_rows(ax, rows, labels, central=result.central, size=size)
        _range_legend(ax, size)
    else:
        ax.set_xlim(result.central - 1, result.central + 1)
        ax.annotate("no single figure has an effect", (0.5, 0.5), xycoords="axes fraction", ha="center", color=FAINT)
    name = ", ".join(filter(None, (network_label(result.network), scenario_name(result.scenario))))
    below = (
        f"{name}: {result.central:,.1f} with all figures at central values; bars: one figure at the bounds of its range"
    )
    style.headline(ax, head[:1].upper() + head[1:] if title is None else title, below)
    return ax


def _name_rows(
    ax: Axes, rows: Sequence[Mapping[str, Any]], labels: Sequence[str], *, central: float, size: float
) -> None:
    """Write the figures' names to the left of all bars, and widen the axis for them."""
    from matplotlib.ticker import MaxNLocator

    outcomes = [float(row[end]) for row in rows for end in ("at_low", "at_high")] + [central]
    low, high = min(outcomes), max(outcomes)
    lines = max(label.count("\n") + 1 for label in labels)
    size = min(size - 0.5, 72 * style.inches(ax)[1] / len(rows) / (1.35 * lines))
    texts = [
        ax.annotate(
            label, (0, y), xytext=(2, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            va="center", fontsize=size, color=INK, gid=f"name:{row['subject']}.{row['attribute']}", linespacing=1.1,
        )
        for y, (row, label) in enumerate(zip(rows, labels, strict=True))
    ]  # fmt: skip
    share = min(0.6, max(text.get_window_extent().width for text in texts) / ax.get_window_extent().width + 0.03)
    ax.set_xlim(low - (high - low) * (share / (1 - share) + 0.02), high + 0.04 * (high - low))
    ax.set_xticks([tick for tick in MaxNLocator(5).tick_values(low, high) if low <= tick <= high])


def _column_label(column: str, ensembles: Iterable[Any]) -> str:
    """Return a column of simulated years in words, whose it is by name, with its unit."""
    whose = next(filter(None, (_shipper(ensemble.network, column) for ensemble in ensembles)), None)
    heading = heading_of(column if whose is None else column.removeprefix(f"{whose.id}_"))
    return heading if whose is None else f"{style.called(whose)}: {heading}"


def _range_legend(ax: Axes, size: float) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor="#d99a5b", edgecolor=INK, hatch="///", linewidth=0.5, label="figure at its lower bound"),
        Patch(facecolor="#20334d", edgecolor=INK, linewidth=0.5, label="figure at its upper bound"),
    ]
    ax.legend(handles=handles, loc="lower right", fontsize=size - 0.5, frameon=True, framealpha=0.9, edgecolor=RULE)


@picture
def plot_ensemble(
    ens: Any,
    column: str = "shortfall_mt",
    ax: Axes | None = None,
    *,
    alpha: float = 0.95,
    units: str = "t",
    title: str | None = None,
) -> Axes:
    """Draw the exceedance curve of simulated years: share of years that are at least as bad.

    Parameters
    ----------
    ens : Ensemble, or list or dict of them
        Ensemble, from `simulate`; several are drawn together, a dict by its keys, a list by the scenarios' names.
    column : str
        Column of ``ens.years``, or its name in barrels. High values are bad; low values if more is better (delivered,
        netback).
    ax : matplotlib Axes, optional
        Axes to draw in, as `plot_sankey`; a new figure by default.
    alpha : float, between 0 and 1
        Level of the tail: the worst ``1 - alpha`` of the years. VaR is its threshold, CVaR its mean.
    units : {"t", "bbl"}
        With ``"bbl"`` a column of tonnes is drawn in barrels, each shipper by its own barrels a tonne.
    title : str, optional
        Title instead of the scenario's name; empty for none.

    Returns
    -------
    matplotlib Axes
        Axes with x in the column's unit; y: share of years that are at least as bad [%], on a logarithmic scale.
        Curves have the gid ``curve:NAME``; marks ``mean:NAME``, ``var:NAME``, ``cvar:NAME``. Where rates are drawn the
        curve is of all years of all draws (luck and ignorance); the band ``band:NAME`` holds the curves of single
        draws (each luck alone) from 5 to 95 %, as far as ten years of an average draw are as bad, and the line
        ``range:NAME`` their means.

    Raises
    ------
    DataError
        If there are no years, `alpha` is not between 0 and 1, the column is unknown or not of numbers, there are no
        such units, or a commodity has no barrels.
    CorridorError
        If matplotlib is not installed.
    """
    ensembles = _ensembles(ens)
    if not 0 < alpha < 1:
        raise DataError(f"alpha must lie between 0 and 1 (got {alpha!r})")
    column = column_in(units, column)
    losses = {name: _losses(ensemble, name, column) for name, ensemble in ensembles.items()}
    ax = style.panel(ax, (8.5, 5.4), left=0.1, right=0.96, top=0.84, bottom=0.13)
    style.bare(ax, "both")
    size = style.points(ax)
    for index, (name, values) in enumerate(losses.items()):
        _draw_curve(
            ax, name, values, column=column, alpha=alpha, index=index, several=len(losses) > 1,
            cvar=float(ensembles[name].cvar(column, alpha=alpha)),
        )  # fmt: skip
        if (draws := getattr(ensembles[name], "draws", 1)) > 1:
            by_draw = _year_values(ensembles[name], column).reshape(draws, -1)
            _draw_range(ax, name, by_draw, column=column, index=index, several=len(losses) > 1)
    fewest, years = min(map(len, losses.values())), max(map(len, losses.values()))
    ax.set_yscale("log")
    ax.set_ylim(100 / years / 1.5, 140)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}%")
    ax.set_ylabel("share of years at least as bad", fontsize=size, color=INK)
    ax.set_xlabel(
        style.wrapped(f"{_column_label(column, ensembles.values())}, per year", 80, 3), fontsize=size, color=INK
    )
    ax.margins(x=0.06)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,g}".replace("-", "−"))
    ax.legend(
        fontsize=size - 0.8, frameon=True, framealpha=0.92, edgecolor=RULE, handlelength=2.6,
        loc="upper left" if _is_gain(column) else "upper right",
    )  # fmt: skip
    head = "Exceedance curve" + (f": {next(iter(ensembles))}" if len(ensembles) == 1 else "")
    counted = f"{years:,}" if fewest == years else f"{fewest:,} to {years:,}"
    below = f"{counted} simulated years; tail: bad transport years, the worst {100 * (1 - alpha):g}% of them"
    style.headline(ax, head if title is None else title, f"{_scope(ensembles.values(), column)}\n{below}")
    return ax


def _scope(ensembles: Iterable[Any], column: str) -> str:
    """Return network, year, shippers, hazard regimes and ways of simulated years; several where they differ."""
    given = list(ensembles)
    networks = [ensemble.network for ensemble in given]
    owners = [_shipper(network, column) for network in networks]
    shippers = ["" if owner is None else style.called(owner) for owner in owners]
    bases = [years_basis(ensemble) for ensemble in given]
    parts = (map(network_label, networks), (name or "all shippers" for name in shippers), bases)
    return ", ".join(" / ".join(filter(None, dict.fromkeys(part))) for part in parts).removeprefix(", ")


def _shipper(network: Network, column: str) -> Commodity | None:
    """Return the commodity that a column of simulated years is of: of two ids that it begins with, the longer."""
    held = (commodity for commodity in network.commodities if column.startswith(f"{commodity.id}_"))
    return max(held, key=lambda commodity: len(commodity.id), default=None)


def _ensembles(given: Any) -> dict[str, Any]:
    """Return ensembles by name."""
    if isinstance(given, Mapping):
        ensembles = {str(name): ensemble for name, ensemble in given.items()}
    else:
        listed = list(given) if isinstance(given, list | tuple) else [given]
        ensembles = {scenario_name(getattr(ensemble, "scenario", None)): ensemble for ensemble in listed}
        if len(ensembles) < len(listed):
            raise DataError("two ensembles have the same scenario; give a dict with a name for each")
    if not ensembles:
        raise DataError("an ensemble is needed (got none); simulate returns one")
    for ensemble in ensembles.values():
        if not (hasattr(ensemble, "years") and hasattr(ensemble, "cvar")):
            raise DataError(f"an Ensemble is needed (got {type(ensemble).__name__}); simulate returns one")
    return ensembles


def _losses(ens: Any, name: str, column: str) -> np.ndarray[Any, Any]:
    """Return an ensemble's losses, the worst first."""
    known = [str(other) for other in ens.years.columns if other not in ("draw", "regime")]
    if not isinstance(column, str) or in_tonnes(column) not in known:
        raise DataError(f"ensemble {name!r}: {unknown('column', column, known)}")
    if not len(ens.years):
        raise DataError(f"ensemble {name!r} has no years")
    try:
        values = _year_values(ens, column)
    except (TypeError, ValueError):
        raise DataError(f"ensemble {name!r}: column {column!r} must contain numbers") from None
    if not np.isfinite(values).all():
        raise DataError(f"ensemble {name!r}: column {column!r} must be finite in every year")
    return np.asarray(np.sort(values) if _is_gain(column) else np.sort(values)[::-1])


def _year_values(ens: Any, column: str) -> np.ndarray[Any, Any]:
    """Return what each year came to in a column, in tonnes or in barrels by its name."""
    return np.asarray(ens.years[column] if in_tonnes(column) == column else ens.year_values(column), dtype=float)


def column_in(units: str, column: str) -> str:
    """Return the name of a column of years in units; what has no volume keeps its name.

    Raises
    ------
    DataError
        If there are no such units.
    """
    require_units(units)
    return in_barrels(column) if units == "bbl" and isinstance(column, str) else column


def _is_gain(column: str) -> bool:
    """Return whether more is better; then bad transport years are the low ones, as in ``ens.cvar``."""
    return "delivered" in column or "netback" in column


def _amount(value: float) -> str:
    """Return a number with three significant digits, or all digits before the point."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _draw_curve(
    ax: Axes, name: str, values: np.ndarray[Any, Any], *, column: str, alpha: float, cvar: float, index: int,
    several: bool,
) -> None:  # fmt: skip
    """Draw one exceedance curve with its mean, VaR and CVaR."""
    colour, line = style.SHADES[index % len(style.SHADES)], style.LINES[index % len(style.LINES)]
    years = len(values)
    share = 100.0 * np.arange(1, years + 1) / years
    called = style.wrapped(name, 34, 8)
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
    unit = f" {unit_name}" if (unit_name := unit_of(column)) else ""
    for gid, label, value, marker in marks:
        as_bad = max(1, int((values <= value if _is_gain(column) else values >= value).sum()))
        # With ties the years at least as bad are more than the tail: a VaR of 0 is that of 5 %, not of all years.
        height = 100.0 * (as_bad if gid == "mean" else min(as_bad, tail)) / years
        ax.plot(
            value, height, marker=marker, markersize=7, color=WARN if not several else colour, markeredgecolor="white",
            linestyle="none", zorder=5, gid=f"{gid}:{name}", label=f"{label}: {_amount(value)}{unit}",
        )  # fmt: skip
        if not several:
            ax.vlines(value, 1e-9, height, color=WARN, linewidth=0.8, linestyle=":", zorder=2)


def _draw_range(ax: Axes, name: str, by_draw: np.ndarray[Any, Any], *, column: str, index: int, several: bool) -> None:
    """Draw the ranges over draws of their curves and of their means, given their years, shape (n, years_per_draw)."""
    sign = -1.0 if _is_gain(column) else 1.0
    losses = np.sort(sign * by_draw, axis=1)
    levels = np.unique(np.quantile(losses, 1.0 - np.geomspace(1.0 / losses.size, 1.0, 250)))
    as_bad = losses.shape[1] - np.array([np.searchsorted(row, levels, side="left") for row in losses])
    is_known = as_bad.mean(axis=0) >= LEAST_YEARS_IN_DRAW
    levels, shares = levels[is_known], 100.0 * as_bad[:, is_known] / losses.shape[1]
    low, high = np.quantile(shares, [0.05, 0.95], axis=0)
    colour, called = style.SHADES[index % len(style.SHADES)], f", {style.wrapped(name, 34, 8)}" if several else ""
    ax.fill_between(
        sign * levels, np.maximum(low, 1e-9), np.maximum(high, 1e-9), color=colour, alpha=0.18, linewidth=0, zorder=1,
        label=f"5 to 95 % of draws{called}", gid=f"band:{name}",
    )  # fmt: skip
    mean, ends = by_draw.mean(), np.quantile(by_draw.mean(axis=1), [0.05, 0.95])
    height = 100.0 * float((losses >= sign * mean).mean())
    unit = f" {unit_name}" if (unit_name := unit_of(column)) else ""
    ax.plot(
        ends, [height, height], color=WARN if not several else colour, linewidth=2.2, marker="|", markersize=9,
        zorder=4, label=f"means of draws{called}: {_amount(ends[0])} to {_amount(ends[1])}{unit}", gid=f"range:{name}",
    )  # fmt: skip
