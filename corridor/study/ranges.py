"""Ranges of a table's numbers: all uncertain figures drawn together, and what 90 % of the draws come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridor.errors import DataError
from corridor.model.display_units import DisplayUnits
from corridor.model.network import Network
from corridor.model.scenario import BASELINE
from corridor.study.compared_numbers import ComparedNumbers
from corridor.study.draws import DEFINED, DrawJob, States, drawn_numbers, left_out_notes

if TYPE_CHECKING:
    import pandas as pd

ENDS = ("p05", "p95")
"""Points that a table with ranges has, beside the share of draws in which a number exists."""


@dataclass(frozen=True)
class Ranges:
    """How figures are drawn for ranges.

    Attributes
    ----------
    draws, seed : int
    progress : bool, optional
        As `uncertainty` takes them.
    """

    draws: int = 200
    seed: int = 7
    progress: bool | None = None


def with_ranges(
    table: pd.DataFrame,
    network: Network,
    states: States,
    numbers: ComparedNumbers,
    *,
    units: DisplayUnits,
    strict: bool,
    ranges: Ranges,
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Return a comparison with ranges beside its numbers, and notes by state on draws that were left out.

    Parameters
    ----------
    table : DataFrame
        The comparison in its units; rows of states that are not drawn get empty ranges.
    network : Network
        Network compared.
    states : tuple of (name, scenario)
        Which are drawn, the baseline first.
    numbers : ComparedNumbers
        Columns that get ranges.
    units : DisplayUnits
        Units of the table.
    strict : bool
        As `compare` takes it.
    ranges : Ranges
        How figures are drawn.

    Raises
    ------
    DataError
        As `drawn_numbers` says, or if no column holds numbers.
    """
    import pandas as pd

    require_numbers(numbers.columns)
    job = DrawJob(network, states, numbers, ranges.seed)
    drawn = drawn_numbers(job, ranges.draws, progress=ranges.progress, strict=strict, caller="compare")
    rows = [tuple(filter(None, (name, *row))) for name, _ in states for row in numbers.rows]
    index = pd.MultiIndex.from_tuples(rows, names=table.index.names)
    names = list(numbers.columns)
    shown = [units.name(name) for name in names]
    parts: dict[str, pd.DataFrame] = {}
    for end in (*ENDS, DEFINED):
        frame = pd.DataFrame(drawn.points[end].reshape(-1, len(names)), index=index, columns=names)
        frame = frame.set_axis(shown, axis=1) if end == DEFINED else units.table(frame, numbers.scope.members[0])
        parts[end] = frame.reindex(table.index)
    columns: dict[str, pd.Series] = {}
    for name in table.columns:
        columns[name] = table[name]
        if name in shown:
            columns |= {f"{name}_{end}": part[name] for end, part in parts.items()}
    notes: dict[str, list[str]] = defaultdict(list)
    for out in dict.fromkeys(out.scenario for out in drawn.left_out):
        of_state = [each for each in drawn.left_out if each.scenario == out]
        notes[out or BASELINE] += left_out_notes(of_state, len(drawn.values))
    return pd.DataFrame(columns, index=table.index), notes


def require_numbers(columns: Sequence[str]) -> None:
    """Raise unless some column asked for is one of numbers that are drawn.

    Raises
    ------
    DataError
        If there is none.
    """
    if not columns:
        raise DataError("ranges are of numbers, and no column asked for has any but risks; ask for others, as 'main'")


def is_range(name: str) -> bool:
    """Tell whether a column of a table is the range of another."""
    return name.endswith(tuple(f"_{end}" for end in (*ENDS, DEFINED)))
