"""Differences between two networks, or two flows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from corridor.errors import DataError
from corridor.model.network import Network
from corridor.model.record_base import Record
from corridor.model.records import HAZARD, KIND_OF, PARTS, Figure
from corridor.model.scenario import scenario_name
from corridor.model.stamp import stamped
from corridor.model.variation import subject_of
from corridor.solver.flow import Flow

if TYPE_CHECKING:
    import pandas as pd

_KINDS = (*(kind for kind in PARTS if kind.singular != "corridor"), KIND_OF["corridor"], HAZARD)
"""The kinds of record in the order of rows."""
_FLOW_TABLES = ("corridors", "edges", "supplies", "markets", "quotas", "fleets")
_FLOW_COLUMNS = (
    "throughput_mtpa", "flow_mtpa", "available_mtpa", "lifted_mtpa", "shortfall_mtpa", "delivered_mtpa",
    "available_mt_days", "used_mt_days",
)  # fmt: skip
_TOLERANCE = 1e-6


def diff(first: Network | Flow, second: Network | Flow) -> pd.DataFrame:
    """Return the differences between two networks or two flows.

    Parameters
    ----------
    first : Network or Flow
        Network or flow before.
    second : Network or Flow
        Network or flow after, of the same type.

    Returns
    -------
    pandas.DataFrame
        One row a difference, sorted; empty if there is none. For networks:

        - kind: kind of record
        - id: id of the record
        - field: field that differs; ``(record)`` if only one network has the record
        - before, after: its values, in the field's unit
        - change: after less before; NaN if not numbers
        - note: note on the figure in force in `second`; empty if the value is not the figure's

        For flows:

        - table: table of the flow
        - id: key of the row
        - column: column that differs
        - before, after: its values [Mt/y; of fleets Mt days/y]
        - change: after less before, in the same unit

    Raises
    ------
    DataError
        If the two are not of the same type.

    Examples
    --------
    >>> import corridor as cr
    >>> story = diff(cr.load(year=2021), cr.load(year=2024))
    >>> story[story["field"] == "in_service"][["id", "before", "after"]].values.tolist()
    [['baku_novorossiysk', True, False], ['baku_supsa', True, False]]
    """
    import pandas as pd

    if isinstance(first, Network) and isinstance(second, Network):
        columns = ["kind", "id", "field", "before", "after", "change", "note"]
        return _stamped(pd.DataFrame(list(_network_rows(first, second)), columns=columns), first, second)
    if isinstance(first, Flow) and isinstance(second, Flow):
        columns = ["table", "id", "column", "before", "after", "change"]
        table = _stamped(pd.DataFrame(list(_flow_rows(first, second)), columns=columns), first.network, second.network)
        names = [scenario_name(flow.scenario) for flow in (first, second)]
        table.attrs |= {"scenario": names[1], "before": {**table.attrs["before"], "scenario": names[0]}}
        return table
    raise DataError(f"diff needs two networks or two flows (got {type(first).__name__} and {type(second).__name__})")


def _stamped(table: pd.DataFrame, first: Network, second: Network) -> pd.DataFrame:
    """Return a table of differences that carries what the second network is, and under ``before`` the first."""
    before = stamped(table, first).attrs
    return stamped(table, second, before=before)


def _network_rows(first: Network, second: Network) -> list[tuple[Any, ...]]:
    """Return a row for each field that differs."""
    figures: dict[tuple[str, str, str], Figure] = {
        (f.record, f.subject, f.attribute): f for f in second.figure_records if f.choice == "chosen"
    }
    rows = []
    for kind, before in _records(first).items():
        after = _records(second)[kind]
        for id in sorted(before.keys() | after.keys()):
            if id not in before or id not in after:
                here = ("absent", "present") if id in after else ("present", "absent")
                rows.append((kind, id, "(record)", *here, float("nan"), _note(figures, kind, id)))
                continue
            for field in type(before[id]).model_fields:
                old, new = getattr(before[id], field), getattr(after[id], field)
                if not same_value(old, new):
                    figure = figures.get((kind, id, field))
                    note = figure.note if figure is not None and same_value(figure.value, new) else ""
                    rows.append((kind, id, field, old, new, _change(old, new), note))
    return rows


def _note(figures: dict[tuple[str, str, str], Figure], kind: str, id: str) -> str:
    """Return the note on a record's first figure."""
    return next((f.note for (record, subject, _), f in figures.items() if (record, subject) == (kind, id)), "")


def _records(network: Network) -> dict[str, dict[str, Record]]:
    """Return the records of a network by kind and id, paired ids joined by a dot."""
    kinds = [kind.singular for kind in _KINDS]
    return {kind: {subject_of(key): record for key, record in network.by_key(kind).items()} for kind in kinds}


def same_value(old: Any, new: Any, abs_tol: float = 1e-9) -> bool:
    """Return whether two values are equal up to rounding."""
    if is_number(old) and is_number(new):
        return math.isclose(old, new, rel_tol=1e-9, abs_tol=abs_tol)
    return bool(old == new)


def is_number(value: Any) -> bool:
    """Return whether a value is a number, which yes and no are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _change(old: Any, new: Any) -> float:
    return new - old if is_number(old) and is_number(new) else float("nan")


def _flow_rows(first: Flow, second: Flow) -> list[tuple[Any, ...]]:
    """Return a row for each amount that differs."""
    rows = []
    for name in _FLOW_TABLES:
        before, after = getattr(first, name), getattr(second, name)
        for id in sorted(set(before.index) | set(after.index)):
            for column in (c for c in before.columns if c in _FLOW_COLUMNS):
                old = float(before.loc[id, column]) if id in before.index else 0.0
                new = float(after.loc[id, column]) if id in after.index else 0.0
                if old != new and not abs(new - old) <= _TOLERANCE:
                    shown = id if isinstance(id, str) else ".".join(id)
                    rows.append((name, shown, column, old, new, new - old))
    return rows
