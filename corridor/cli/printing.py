"""Tables as the command line gives them: to people as text, to machines as CSV or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridor.errors import guarded, visible
from corridor.model.columns import LISTS

if TYPE_CHECKING:
    import pandas as pd


def table_text(frame: pd.DataFrame) -> str:
    """Return a table as text for people, names in it as a screen can show them."""
    named = frame.round(4).rename(index=_visible, columns=_visible)
    words = {str(name): cells.map(_visible) for name, cells in named.items() if cells.dtype.kind not in "biuf"}
    return named.assign(**words).to_string() + "\n"


def machine_text(frame: pd.DataFrame, form: str) -> str:
    """Return a table as CSV or JSON records, index included; in CSV no text is a formula."""
    frame = frame if frame.index.names == [None] else frame.reset_index()
    for column in LISTS & set(frame.columns):
        frame[column] = [";".join(ids) for ids in frame[column]]
    if form == "csv":
        from corridor.files.network import csv_text

        rows = zip(*(frame[column].tolist() for column in frame), strict=True)
        return csv_text([guarded(str(head)) for head in frame], [list(map(_cell, row)) for row in rows])
    return (frame.to_json(orient="records", indent=2, double_precision=10) or "") + "\n"


def _visible(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_visible, value))
    return visible(value) if isinstance(value, str) else value


def _cell(value: Any) -> str:
    """Return a value as the text of a cell, numbers to ten digits, nothing where there is none."""
    if value is None or value != value:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else guarded(value) if isinstance(value, str) else str(value)
