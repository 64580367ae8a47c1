"""Tables held against a stored CSV: what is told apart, and what is not."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor as cr
from corridor.testing.snapshot import SnapshotTable, differences, report

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
CELLS = st.one_of(NUMBERS, st.text(max_size=5), st.integers(-(10**9), 10**9), st.booleans(), st.none())


def told(stored: Any, now: Any, rtol: float = 0.0, atol: float = 0.0) -> list[str]:
    """Return what differs between a table that was stored and one that is now."""
    return differences(SnapshotTable.of(stored).csv(), SnapshotTable.of(now), rtol=rtol, atol=atol)


@given(st.lists(st.tuples(st.text(max_size=4), CELLS, NUMBERS), max_size=6))
def test_a_table_agrees_with_itself(rows: list[tuple[Any, ...]]) -> None:
    """With no tolerance at all, whatever its cells and however often a key stands: nothing is lost on the way."""
    table = pd.DataFrame(rows, columns=["key", "cell", "number"], dtype=object).set_index("key")
    assert told(table, table) == []


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12), st.floats(0, 0.1), st.floats(0, 10))
def test_numbers_are_met_as_promised(stored: float, now: float, rtol: float, atol: float) -> None:
    """Within ``atol + rtol * |stored|``, and not beyond."""
    agreed = told(pd.Series([stored]), pd.Series([now]), rtol, atol) == []
    assert agreed == (abs(now - stored) <= atol + rtol * abs(stored))


@pytest.mark.parametrize(
    ("stored", "now"),
    [
        (1.0, 1.1), (1.0, math.nan), (math.nan, 1.0), (math.inf, 1e300), (math.inf, -math.inf), ("1.0", "1.00"),
        ("a", 1.0), (1.0, "one"), ("a", "A"), ("", "a"), (True, False), (True, 1.5), (None, 0.0),
        (("a", "b"), ("a",)), (("a", "b"), ("b", "a")), ((), ("a",)), ((1.0, 2.0), (1.0, 2.5)),
    ],
)  # fmt: skip
def test_cells_are_told_apart(stored: Any, now: Any) -> None:
    """One difference, that names row and column, with both values."""
    before, after = (pd.DataFrame({"c": pd.Series([cell], index=["r"], dtype=object)}) for cell in (stored, now))
    (line,) = told(before, after, rtol=1e-6)
    assert line.startswith("[r] c: expected ")


@pytest.mark.parametrize("number", [np.float64(2.5), np.int64(2), np.float32(2.5), 2])
def test_numbers_of_any_kind_are_numbers(number: Any) -> None:
    """Numpy's are stored as Python's."""
    assert told(pd.Series([number], dtype=object), pd.Series([float(number)], dtype=object)) == []


def test_every_cell_of_a_comparison_is_held() -> None:
    """MultiIndex, NaN, words, tuples: a change of any one cell is told, at its place."""
    table = cr.compare(cr.load(year=2021), [cr.load_scenario("cpc-shut")], corridors=["cpc", "btc"])
    assert told(table, table) == []
    for column in table:
        altered, cell = table.astype(object), table[column].iloc[3]
        other = cell + "x" if isinstance(cell, str) else (*cell, "x") if isinstance(cell, tuple) else 7.5
        altered[column] = pd.Series([*table[column].iloc[:3], other], index=table.index, dtype=object)
        (line,) = told(table, altered, rtol=1e-6)
        assert line.startswith(f"[CPC shut, btc] {column}: expected ")


def test_rows_are_found_by_their_keys() -> None:
    """A row that went and one that came do not make all others differ; another order is told once."""
    table = pd.Series([1.0, 2.0, 3.0], index=["a", "b", "c"], name="v")
    changed = pd.Series([2.0, 3.5, 4.0], index=["b", "c", "d"], name="v")
    assert told(table, changed) == [
        "[a]: expected this row, got none",
        "[d]: a new row",
        "[c] v: expected 3.0, got 3.5 (+0.5, +16.67%)",
    ]
    assert told(table, table[::-1]) == ["the rows are in a different order"]


def test_an_index_of_numbers_has_tolerance_too() -> None:
    """Noise in the last digit of a key is no new row."""
    assert told(pd.Series([1.0], index=[0.3]), pd.Series([1.0], index=[0.1 + 0.2]), rtol=1e-9) == []


def test_columns_are_told_by_name() -> None:
    """New, gone, or in another order."""
    table = pd.DataFrame({"a": [1], "b": [2]})
    assert told(table, table.rename(columns={"b": "c"})) == ["column 'b': expected, got none", "column 'c': new"]
    assert told(table, table[["b", "a"]])[0].startswith("the columns are in a different order")


def test_a_report_is_no_longer_than_a_screen() -> None:
    """The first dozen, and how many more."""
    lines = told(pd.Series(range(100), name="v"), pd.Series(range(1, 101), name="v"))
    text = report("it", Path("it.csv"), lines)
    assert text.startswith("snapshot 'it': 100 differences from it.csv")
    assert "... and 88 more" in text
    assert len(text.splitlines()) < 20


@pytest.mark.parametrize("thing", [None, {"a": 1}, [1, 2], 3.0, "text"])
def test_only_tables_are_held(thing: Any) -> None:
    """What is neither DataFrame nor Series is refused."""
    with pytest.raises(cr.DataError, match="a snapshot holds a DataFrame or a Series"):
        SnapshotTable.of(thing)


@pytest.mark.parametrize("tolerance", [-1.0, math.nan, math.inf, "0.1", None, True])
def test_a_tolerance_is_a_number(tolerance: Any) -> None:
    """Else nothing would ever, or always, hold."""
    for name in ("rtol", "atol"):
        with pytest.raises(cr.DataError, match=f"{name} must be a finite number >= 0"):
            told(pd.Series([1.0]), pd.Series([1.0]), **{name: tolerance})


def test_a_file_that_a_spreadsheet_saved_with_semicolons_is_told() -> None:
    """One sentence instead of every column missing."""
    sheet = SnapshotTable.of(pd.DataFrame({"c": [1.5]}, index=["r"]))
    with pytest.raises(cr.DataError, match=r"separated by commas \(got semicolons\); write it again"):
        differences(";c\nr;1,5\n", sheet, rtol=0.0, atol=0.0)
