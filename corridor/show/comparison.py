"""`plot_comparison`: comparison of corridors under scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from corridor.errors import DataError
from corridor.library.networks import hazard_basis
from corridor.model.columns import grouped
from corridor.model.display_units import in_tonnes
from corridor.model.network import Network
from corridor.show import style
from corridor.show.comparison_panels import ComparisonPanels
from corridor.show.comparison_rows import OF_BOXES, corridor_names, drawn_columns, drawn_rows, table_unit
from corridor.show.picture import picture
from corridor.study.comparison_text import FIELD_GATE, NEXT, ends_of, joined, tonne
from corridor.study.ranges import is_range

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MANY = 5
"""Panels that fit in the usual width."""


@picture
def plot_comparison(
    table: pd.DataFrame,
    columns: str | Sequence[str] | None = None,
    ax: Axes | None = None,
    *,
    network: Network | None = None,
    title: str | None = None,
) -> Axes:
    """Draw a comparison: for each corridor a row for the baseline and one for each scenario that changes it.

    Bars show throughput inside the outlines of capacity, reachable capacity and nameplate, as far as the table has
    them; dots show the other columns, with a line at the baseline's value; whiskers show ranges where the table has
    them (``compare(…, ranges=True)``). Closed corridors, and those without access,
    are crossed out; planned ones are not in service.

    Parameters
    ----------
    table : pandas.DataFrame
        Comparison, from `compare`, or some rows of it; in barrels or TEU if it is in these. Marks are named by the
        columns in tonnes all the same.
    columns : str or sequence of str, optional
        Names of columns of numbers, and of groups (main, route, if_lost, risk, containers) or "all", a panel for each
        column; by default throughput, netback, next tonne, cost, time, risk, and what is not lifted without the
        corridor; of boxes throughput, price, time, lateness and rents. Of a group with throughput the capacities are
        outlines of its bars.
    ax : matplotlib Axes, optional
        Axes to draw in, as `plot_sankey`; by default a new figure, as large as rows and panels need. The panels are
        insets of it.
    network : Network, optional
        Network with the names of corridors and nodes; without it names are made from ids.
    title : str, optional
        Title instead of "Comparison of corridors" and whose tonne it is; empty for none.

    Returns
    -------
    matplotlib Axes
        Frame; its ``child_axes`` are the panels, in the order of the columns. Marks have the gid
        ``COLUMN:SCENARIO/CORRIDOR``, outlines of capacities ``capacity_mtpa:...``, ``reachable_mtpa:...`` and
        ``nameplate_mtpa:...``, crosses ``closed:...``, whiskers ``range:COLUMN:...``.

    Raises
    ------
    DataError
        If the table is not indexed by scenario and corridor or is empty, or a column is unknown.
    CorridorError
        If matplotlib is not installed.

    Notes
    -----
    The first scenario of the table is the baseline. Rows equal to it in everything drawn are omitted; the line below
    the title gives their number. Scenarios that are equal in everything drawn of a corridor are one row with all their
    names, and marks have that of the first.

    Examples
    --------
    >>> import corridor as cr
    >>> net = cr.load(year=2021)
    >>> table = cr.compare(net, [cr.load_scenario("cpc-shut")], corridors=["cpc", "btc"])
    >>> len(cr.plot_comparison(table, columns=["throughput_mtpa", "netback_usd_per_t"], network=net).child_axes)
    2
    """
    unit = table_unit(table)
    if unit is not None:
        table = table.rename(columns=_named_in_tonnes)
        columns = (
            columns if columns is None or isinstance(columns, str) else [_named_in_tonnes(str(c)) for c in columns]
        )
    _require_comparison(table)
    wanted = drawn_columns(table, columns)
    names = corridor_names(table, network)
    rows, same = drawn_rows(table, wanted, names)
    whose = tonne(table.attrs, network)
    below = [_scope(table, wanted, network, "" if title is None else whose), _meaning(table, wanted, network, names)]
    if any(f"{column}_p05" in table for column in wanted):
        below.append(f"whiskers: 5 to 95 % of {table.attrs.get('draws', 'all')} draws of all uncertain figures")
    if not rows[0].alone:
        omitted = f"; {same} rows equal to it are omitted" if same else ""
        below.append(f"change against {style.plain(rows[0].scenario, 60)} in brackets{omitted}")
    below = list(filter(None, below))
    above = 0.45 + 0.19 * len(below)
    width, inches = 12.0 + 1.8 * max(0, len(wanted) - _MANY), 0.48 + above + 0.26 * rows[-1].end
    ax = style.panel(ax, (width, inches), left=0.015, right=0.985, top=1 - above / inches, bottom=0.1 / inches)
    ax.set_axis_off()
    ComparisonPanels(ax, table, wanted=wanted, rows=rows, unit=unit).draw()
    head = f"Comparison of corridors{f' for {whose}' if whose else ''}" if title is None else title
    style.headline(ax, head, "\n".join(below))
    return ax


def _named_in_tonnes(name: str) -> str:
    """Return the name of a column, or of the range of one, that it has in tonnes; some are of boxes only."""
    number, mark, end = str(name).rpartition("_")
    if {name, number} & OF_BOXES:
        return name
    return f"{in_tonnes(number)}{mark}{end}" if is_range(str(name)) else in_tonnes(str(name))


def _require_comparison(table: Any) -> None:
    """Raise unless a table is a comparison with a row for each scenario and corridor."""
    levels = list(getattr(getattr(table, "index", None), "names", ()))
    if levels == ["scenario", "corridor", "origin"]:
        raise DataError("the comparison has rows for each origin; draw one, as in table.xs('all', level='origin')")
    if levels != ["scenario", "corridor"]:
        raise DataError(f"a table of compare is needed, indexed by scenario and corridor (got {type(table).__name__})")
    if not len(table):
        raise DataError("the comparison has no rows; compare at least one corridor")


def _scope(table: pd.DataFrame, wanted: Sequence[str], network: Network | None, whose: str) -> str:
    """Return commodity, whose tonne, network, year and, where shares in service are drawn, hazard regime."""
    attrs = table.attrs
    commodity = attrs.get("commodity") or ""
    if network is not None and commodity in {c.id for c in network.commodities}:
        commodity = style.called(network.commodity(commodity))
    parts = [commodity, whose, " ".join(str(attrs[key]) for key in ("network", "year") if attrs.get(key))]
    if {*grouped("compare")["risk"]} & {*wanted} and "network" in attrs:
        parts.append(f"in service by {hazard_basis(attrs.get('regime'))}")
    return ", ".join(filter(None, parts))


def _meaning(table: pd.DataFrame, wanted: Sequence[str], network: Network | None, names: dict[str, str]) -> str:
    """Return what must be known to read the netbacks: what they are, and where the best ways end."""
    parts = []
    if {"netback_usd_per_t", NEXT} & {*wanted}:
        parts.append(f"netback {FIELD_GATE}")
        first = table.index.get_level_values("scenario") == table.index[0][0]
        if ends := ends_of(table[first].droplevel("scenario"), network):
            parts.append("; ".join(f"to {end} by {joined(names[id] for id in ids)}" for end, ids in ends.items()))
    if NEXT in wanted:
        parts.append("best for the next tonne in bold")
    return "; ".join(parts)
