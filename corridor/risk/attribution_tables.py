"""Amounts of hazards as tables: by hazard, cause, place, and by whether the record holds an event."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from corridor.model.columns import column_names
from corridor.model.hazard import Hazard
from corridor.solver.program import Floats

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("hazard", "cause", "place", "prior")
"""What amounts are shared out among."""
WORDS = ("place", "record")
"""Columns of text."""
PRIOR = "prior: no event on record"
"""What marks a hazard without an event on record wherever it is blamed."""
UNSTATED = "events not said"
_ON_RECORD = "events on record"
_UNNAMED = {"cause": "no cause named", "place": "no country named"}


def record_of(hazard: Hazard) -> str:
    """Return what the record holds of a hazard; empty where it is not said.

    Examples
    --------
    >>> slow = Hazard(name="slow", hits=[{"edge": "a"}], frequency_per_year=1, duration_days=2, events=8)
    >>> record_of(slow), record_of(slow.replace(events=0)), record_of(slow.replace(events=None))
    ('8 events on record', 'prior: no event on record', '')
    """
    if hazard.events is None:
        return ""
    return f"{hazard.events} event{'' if hazard.events == 1 else 's'} on record" if hazard.events else PRIOR


def marked(hazard: Hazard) -> str:
    """Return a hazard's name, marked where the record holds no event of it."""
    return f"{hazard.name} ({PRIOR})" if hazard.events == 0 else hazard.name


def shared_out(hazards: Sequence[Hazard], amounts: Floats, *, by: str) -> pd.DataFrame:
    """Return amounts of hazards as a table, the largest first.

    Parameters
    ----------
    hazards : sequence of Hazard
        Told apart by name.
    amounts : shape (n_hazards,)
        What each bears, in any unit.
    by : one of `KINDS`

    Returns
    -------
    pandas.DataFrame
        Columns as `attribution` in the table of columns, without place, events and record where not by hazard.
    """
    import pandas as pd

    rows = [
        (key, amount * share, amount * share * (hazard.events == 0), amount * share * (hazard.events is not None))
        for hazard, amount in zip(hazards, amounts.tolist(), strict=True)
        for key, share in _keys(hazard, by)
    ]
    keys, *numbers = zip(*rows, strict=True)
    parts = pd.DataFrame(dict(zip(("amount", "prior", "said"), numbers, strict=True)), index=pd.Index(keys, name=by))
    sums = parts.groupby(level=0, sort=False).sum()
    total, sizes = amounts.sum(), parts.abs().groupby(level=0, sort=False).sum()
    table = sums[["amount"]].assign(
        share=sums["amount"] / total if total else 0.0,
        prior_share=(sizes["prior"] / sizes["amount"]).where((sizes["amount"] > 0) & (sizes["said"] > 0), math.nan),
    )
    if by == "hazard":
        table["place"] = [hazard.place or "" for hazard in hazards]
        table["events"] = np.array([math.nan if h.events is None else h.events for h in hazards], dtype=np.float64)
        table["record"] = [record_of(hazard) for hazard in hazards]
    order = table["amount"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order, [name for name in column_names("attribution") if name in table.columns]]


def _keys(hazard: Hazard, by: str) -> Iterator[tuple[str, float]]:
    """Yield among what a hazard's amount is shared out, with shares that add up to 1."""
    if by == "cause":
        shares = [(cause, share) for cause, share in hazard.shares_by_cause.items() if share]
        yield from shares or [(_UNNAMED[by], 1.0)]
    elif by == "place":
        yield hazard.place or _UNNAMED[by], 1.0
    elif by == "prior":
        yield UNSTATED if hazard.events is None else _ON_RECORD if hazard.events else PRIOR, 1.0
    else:
        yield hazard.name, 1.0
