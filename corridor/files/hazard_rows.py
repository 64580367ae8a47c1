"""Hazards as rows of a table: plain values as they are, what has parts as JSON in a cell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from corridor.errors import Problem
from corridor.files.json_document import path_of, plain
from corridor.files.scenario_fields import RENAMED_KEYS, FieldPath, hazards_from, to_fields
from corridor.messages import shown
from corridor.model.frames import RawTable, raw_table
from corridor.model.hazard import Hazard

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "name", "about", "network", "year", "frequency_per_year", "duration_days", "severity", "cause", "place", "events",
    "rate_group", "posterior", "hits", "changes", "expect", "sources",
)  # fmt: skip
_WITH_PARTS = (
    "changes", "hits", "expect", "sources", "frequency_per_year", "duration_days", "severity", "posterior",
)  # fmt: skip

_JSON_OF = {"cause": ('"', "{")}
"""How the JSON of a cell begins that may hold a plain word too."""


def row_of_hazard(hazard: Hazard) -> list[Any]:
    """Return the cells of a hazard, in the order of `COLUMNS`."""
    fields = to_fields(hazard)
    return [_cell(fields.get(column)) for column in COLUMNS]


def _cell(value: Any) -> Any:
    """Return a value as the text of a cell: as JSON what has parts, is empty text or begins with a quote."""
    is_json = isinstance(value, list | dict) or (isinstance(value, str) and (not value or value.startswith('"')))
    return json.dumps(value, ensure_ascii=False) if is_json else value


def hazards_of_rows(table: RawTable, location: str, problems: list[Problem]) -> tuple[tuple[Hazard, ...], list[str]]:
    """Return the hazards of some rows and where each stands; a cell may hold JSON, or lists and mappings themselves.

    Parameters
    ----------
    table : RawTable
        Rows by column.
    location : str
        Where the table is, for messages about it as a whole.
    problems : list
        What is wrong goes here.
    """
    entries = []
    for row, here in zip(table.rows, table.locations, strict=True):
        entry = {key: value for key, value in row.items() if value is not None}
        for key, text in list(entry.items()):
            if isinstance(text, str) and (key in _WITH_PARTS or text.startswith(_JSON_OF.get(key, '"'))):
                try:
                    entry[key] = plain(text, partial(_inside, f"{here}: {key}"), problems)
                except json.JSONDecodeError as error:
                    problems.append(f"{here}: {key} must be JSON: {error.msg} (got {shown(text)})")
                    del entry[key]
        entries.append(entry)
    return hazards_from(entries, lambda path: table.locations[int(path[0])] if path else location, problems)


def _inside(cell: str, path: FieldPath) -> str:
    """Return a location within the JSON of a cell."""
    return f"{cell}{path_of(path)}"


def frame_of_hazards(hazards: Sequence[Hazard]) -> pd.DataFrame:
    """Return hazards as a table indexed by name; in a column that mixes numbers and JSON all is JSON."""
    import pandas as pd

    table = pd.DataFrame([row_of_hazard(hazard) for hazard in hazards], columns=list(COLUMNS))
    for column in _WITH_PARTS:
        cells = table[column].tolist()
        if any(isinstance(cell, str) for cell in cells):
            table[column] = [json.dumps(cell) if isinstance(cell, int | float) and cell == cell else cell
                             for cell in cells]  # fmt: skip
    return table.astype({"year": "Int64", "events": "Int64"}).set_index("name")


def hazards_of_frame(table: Any, problems: list[Problem]) -> tuple[tuple[Hazard, ...], list[str]]:
    """Return the hazards of a table as `frame_of_hazards` makes it and where each stands; what is wrong is added."""
    rows, of_table, _ = raw_table(table, "hazards", (*COLUMNS, *RENAMED_KEYS))
    problems += of_table
    rows.locations = [f"hazards, row {number}" for number in range(len(rows))]
    return hazards_of_rows(rows, "hazards", problems)
