"""Rows and columns that a picture of a comparison draws, and how their values are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridor.errors import DataError
from corridor.messages import unknown
from corridor.model.columns import Column, by_name, grouped
from corridor.model.display_units import column_in, in_tonnes, unit_of
from corridor.model.network import Network
from corridor.show import style
from corridor.study.compare import best_corridors
from corridor.study.comparison_text import CLOSED, FULL, NEXT, PLANNED, of_a_group

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "throughput_mtpa", "netback_usd_per_t", "next_tonne_usd_per_t", "unit_cost_usd_per_t", "usd_per_feu",
    "transit_days", "late_days", "rent_usd_per_feu", "risk_score", "shortfall_if_lost_mtpa",
)  # fmt: skip
"""Columns drawn by default, as far as the table has them."""
OF_BOXES = frozenset({"usd_per_feu", "rent_usd_per_feu"})
"""Those that have no name in tonnes."""
_OF_ONE_ORIGIN = ("netback_usd_per_t", NEXT)
"""Those that a group of commodities has no numbers in."""
RUNGS = ("nameplate_mtpa", "reachable_mtpa", "capacity_mtpa")
"""Capacities, the largest first: outlines around throughput."""
_IN_BARS = (*RUNGS, "capacity_used")
_NAME_WIDTH, _NAME_LINES = 32, 8
_LINE = 0.62
"""Height of a line of a name, in rows."""


def drawn_columns(table: pd.DataFrame, asked: str | Iterable[str] | None) -> list[str]:
    """Return the columns to draw: those asked for by name or group, as far as they are numbers.

    Raises
    ------
    DataError
        If none is asked for, or one is unknown or holds no numbers.
    """
    if asked is None:
        without = _OF_ONE_ORIGIN if of_a_group(table) else ()
        wanted = [column for column in COLUMNS if column in table and column not in without]
        wanted = wanted or [str(c) for c in table.columns if table[c].dtype.kind in "fiu"]
    else:
        listed = [asked] if isinstance(asked, str) else list(asked)
        if not listed:
            raise DataError(f"columns must be names of columns or groups (got {asked!r})")
        wanted = list(dict.fromkeys(name for each in listed for name in _of_group(table, str(each))))
    problems = [unknown("column", c, map(str, [*grouped("compare"), *table.columns])) for c in wanted if c not in table]
    kinds = {c: table[c].dtype.kind for c in wanted if c in table}
    problems += [f"column {c!r} must contain numbers to be drawn" for c, kind in kinds.items() if kind not in "fiu"]
    if problems or not wanted:
        raise DataError(problems or "the comparison has no columns to draw")
    return wanted


def _of_group(table: pd.DataFrame, name: str) -> list[str]:
    """Return the columns of numbers of a group in the table, capacities around throughput left to its bars."""
    groups = grouped("compare")
    groups["all"] = tuple(dict.fromkeys(column for columns in groups.values() for column in columns))
    if name not in groups:
        return [name]
    named = dict.fromkeys((*map(in_tonnes, groups[name]), *groups[name]))
    numbers = [c for c in named if c in table and table[c].dtype.kind in "fiu"]
    if not numbers:
        raise DataError(f"the comparison has no column of group {name!r}; compare(columns={name!r}) has")
    numbers = [c for c in numbers if "throughput_mtpa" not in numbers or c not in _IN_BARS]
    return sorted(numbers, key=lambda c: COLUMNS.index(c) if c in COLUMNS else len(COLUMNS))


@dataclass(frozen=True)
class Row:
    """A row drawn.

    Attributes
    ----------
    y : float
        Position of its middle from the top, in rows of one line.
    scenario, corridor : str
        What the row is of; of scenarios that look the same, the first.
    label : str
        What is written on its left.
    head : str
        Name of the corridor above it, empty but for the first of several rows.
    head_y : float
        Position of the middle of the head.
    end : float
        Where the next row may begin.
    baseline, alone : bool
        Whether it is the first row of its corridor, and the only one.
    """

    y: float
    scenario: str
    corridor: str
    label: str
    head: str
    head_y: float
    end: float
    baseline: bool
    alone: bool


def drawn_rows(table: pd.DataFrame, wanted: Sequence[str], names: Mapping[str, str]) -> tuple[list[Row], int]:
    """Return the rows by corridor, equal ones once, and the number omitted because they equal the baseline."""
    of_baseline = grouped("compare")["risk"]  # empty under scenarios, whatever they change
    shown = [c for c in dict.fromkeys((*wanted, *RUNGS, "status")) if c in table and c not in of_baseline]
    rows, same, y = list[Row](), 0, 0.0
    alone = len(set(table.index.get_level_values("scenario"))) == 1
    for corridor in dict.fromkeys(table.index.get_level_values("corridor")):
        block = table[table.index.get_level_values("corridor") == corridor].droplevel("corridor")
        head = "" if alone else style.wrapped(names[str(corridor)], _NAME_WIDTH, _NAME_LINES)
        head_y = y + height_of(head) / 2
        y += height_of(head) if head else 0.0
        for index, scenarios in enumerate(_looking_alike(block[shown])):
            same += len(scenarios) - 1 if index == 0 else 0
            called = names[str(corridor)] if alone else scenarios[0] if index == 0 else ", ".join(scenarios)
            label = _label(called, status_of(table, scenarios[0], corridor))
            middle, y = y + height_of(label) / 2, y + height_of(label)
            rows.append(Row(middle, scenarios[0], str(corridor), label, "" if index else head, head_y, y, index == 0,
                            alone))  # fmt: skip
    return rows, same


def _looking_alike(block: pd.DataFrame) -> list[list[str]]:
    """Return the scenarios of a corridor whose rows look the same, the baseline's first."""
    groups: list[tuple[Any, list[str]]] = []
    for scenario, row in block.iterrows():
        known = next((names for first, names in groups if all(map(_alike, row, first))), None)
        if known is None:
            groups.append((row, [str(scenario)]))
        else:
            known.append(str(scenario))
    return [names for _, names in groups]


def height_of(text: str) -> float:
    """Return the height of a name, in rows of one line."""
    return max(1.0, _LINE * (text.count("\n") + 1))


def _label(name: str, status: str) -> str:
    """Return the name of a row, with its status where bars do not say it."""
    shown = "" if status in ("open", PLANNED, *CLOSED) else f" ({status})"
    return style.wrapped(f"{name}{shown}", _NAME_WIDTH, _NAME_LINES)


def status_of(table: pd.DataFrame, scenario: str, corridor: Any) -> str:
    """Return the status of a row: open where the table has none, not in service where no trunk edge is."""
    row: Any = table.loc[(scenario, corridor)]
    status = str(row["status"]) if "status" in table else "open"
    return PLANNED if status in CLOSED and "nameplate_mtpa" in table and row["nameplate_mtpa"] == 0 else status


def _alike(a: Any, b: Any) -> bool:
    """Return whether two values would look the same."""
    if isinstance(a, str) or isinstance(b, str):
        return bool(a == b)
    return (math.isnan(a) and math.isnan(b)) or a == b or abs(a - b) < 5e-3 * max(1e-9, min(1.0, abs(a) + abs(b)))


def leading(table: pd.DataFrame) -> set[tuple[str, str]]:
    """Return scenario and corridor of the rows whose next tonne earns most in their scenario."""
    if NEXT not in table:
        return set()
    return {
        (str(scenario), corridor)
        for scenario in dict.fromkeys(table.index.get_level_values("scenario"))
        for corridor in best_corridors(table[NEXT].xs(scenario, level="scenario"))
    }


def corridor_names(table: pd.DataFrame, network: Network | None) -> dict[str, str]:
    """Return the names of a table's corridors, made from ids where the network has none that can be drawn."""
    records = network.corridors if isinstance(network, Network) else ()
    names = {c.id: c.name for c in records if style.called(c) == c.name}
    ids = map(str, dict.fromkeys(table.index.get_level_values("corridor")))
    return {id: names.get(id) or style.spoken(id) for id in ids}


def table_unit(table: Any) -> str | None:
    """Return the unit of a comparison that is in barrels or TEU, None for tonnes."""
    return unit_of(map(str, getattr(table, "columns", ())))


def column_named(name: str, unit: str | None) -> Column:
    """Return the description of a column; a column that the user added is headed by its name."""
    known = by_name("compare").get(name) or Column(name, "", "", heading=name.replace("_", " "))
    return known if unit is None else column_in(known, unit)


def missing_text(value: float, *, full: bool) -> str:
    """Return what is written in place of a number that is not finite."""
    if value > 0:
        return "no limit"
    return FULL if full else "–"


def change_text(value: float, first: float, column: Column) -> str:
    """Return the difference from the baseline in brackets, empty if it rounds to 0."""
    if not math.isfinite(first):
        return ""
    text = column.text(value - first)
    if not text.strip("-+0.,"):
        return ""
    return f" ({text if text.startswith('-') else f'+{text}'})".replace("-", "−")
