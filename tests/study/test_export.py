"""Tables of results in files: all of them, exact, units in the column names."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

import corridor as cr

TABLES = (
    "totals",
    "corridors",
    "edges",
    "nodes",
    "commodities",
    "supplies",
    "markets",
    "quotas",
    "fleets",
    "edge_flows",
    "routes",
)


@pytest.fixture(scope="module")
def flow() -> cr.Flow:
    """Return the shipped network with the CPC shut."""
    return cr.solve(cr.load(year=2021), cr.load_scenario("cpc-shut"))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_folder_holds_every_table_of_a_flow(form: str, flow: cr.Flow, tmp_path: Path) -> None:
    """One file a table, numbers to the last digit, columns and index by their names."""
    folder = cr.write_tables(flow, tmp_path / "flow", form=form)
    assert sorted(file.name for file in folder.iterdir()) == sorted(f"{name}.{form}" for name in TABLES)
    for name in TABLES[1:]:
        file, wanted = folder / f"{name}.{form}", getattr(flow, name)
        wanted = wanted.reset_index(drop=list(wanted.index.names) == [None])
        if form == "csv":
            found = pd.read_csv(file, dtype=str, keep_default_na=False)
        else:
            found = pq.read_table(file).to_pandas()
        assert list(found.columns) == list(wanted.columns)
        for column in wanted:
            for got, want in zip(found[column], wanted[column], strict=True):
                assert _same(got, want), (name, column, got, want)


def _same(got: Any, want: Any) -> bool:
    if isinstance(want, tuple | list):
        return (list(filter(None, got.split(";"))) if isinstance(got, str) else list(got)) == list(want)
    if want is None or want == "" or (isinstance(want, float) and math.isnan(want)):
        return got is None or got == "" or got != got
    return bool((float(got) if isinstance(want, float) else got) == want)


def test_a_workbook_holds_every_table_of_a_flow(flow: cr.Flow, tmp_path: Path) -> None:
    """One sheet a table; no limit is written as inf, what is missing is an empty cell."""
    book = openpyxl.load_workbook(cr.write_tables(flow, tmp_path / "flow.xlsx"))
    assert book.sheetnames == list(TABLES)
    rows = {row[0]: row for row in book["edges"].iter_rows(values_only=True)}
    assert rows["edge"][1:3] == ("flow_mtpa", "available_mtpa")
    assert rows["btc"][1] == flow.edges.loc["btc", "flow_mtpa"]
    unlimited = next(edge.id for edge in flow.network.edges if edge.available_mtpa == math.inf)
    assert (rows[unlimited][2], rows[unlimited][3]) == ("inf", None)


def test_totals_say_which_scenario(flow: cr.Flow, tmp_path: Path) -> None:
    """The one row of totals is the flow's own."""
    found = pd.read_csv(cr.write_tables(flow, tmp_path) / "totals.csv", dtype=str)
    assert found["scenario"].tolist() == ["CPC shut"]
    assert float(found["shortfall_mtpa"][0]) == flow.shortfall_mtpa


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_any_table_of_ours_is_one_file(ending: str, tmp_path: Path) -> None:
    """A comparison, with its two index levels as columns."""
    table = cr.compare(cr.load(year=2021), scenarios=[cr.load_scenario("cpc-shut")])
    file = cr.write_tables(table, tmp_path / f"compare.{ending}")
    read = {"csv": pd.read_csv, "xlsx": pd.read_excel, "parquet": pd.read_parquet}[ending]
    found = read(file)
    assert list(found.columns) == ["scenario", "corridor", *table.columns]
    assert found["throughput_mtpa"].tolist() == pytest.approx(table["throughput_mtpa"].tolist(), rel=1e-15)


def test_several_tables_by_name(tmp_path: Path) -> None:
    """A mapping becomes a folder or a workbook."""
    net = cr.load(year=2021)
    book = cr.write_tables({"edges": net.edge_table(), "figures": net.figures("btc")}, tmp_path / "both.xlsx")
    assert openpyxl.load_workbook(book).sheetnames == ["edges", "figures"]


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    """And ids with the separator of lists are told apart."""
    frame = pd.DataFrame({"id": ["=1+1"], "edges": [("a;b", "c")]})
    sheet = openpyxl.load_workbook(cr.write_tables(frame, tmp_path / "t.xlsx"))["table"]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
    assert json.loads(sheet["B2"].value) == ["a;b", "c"]


@pytest.mark.parametrize(
    ("module", "use", "extra"),
    [
        ("openpyxl", lambda home: cr.write_tables(cr.load().edge_table(), home / "t.xlsx"), "corridor[files]"),
        ("openpyxl", lambda home: cr.write_network(cr.load(), home / "n.xlsx"), "corridor[files]"),
        ("pyarrow", lambda home: cr.write_tables(cr.load().edge_table(), home / "t.parquet"), "corridor[files]"),
        ("pypsa", lambda home: cr.to_pypsa(cr.load()), "corridor[pypsa]"),
        ("pypsa", lambda home: cr.from_pypsa(None), "corridor[pypsa]"),
    ],
)
def test_a_missing_extra_is_named(
    module: str, use: Any, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence that says what to install, and nothing written."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(cr.CorridorError) as caught:
        use(tmp_path)
    assert f"pip install '{extra}'" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("tables", "path", "said"),
    [
        ("flow", "t.csv", "a csv file holds one table (got 11)"),
        (None, "t", "a Flow, a DataFrame or a mapping"),
        ({}, "t", "a Flow, a DataFrame or a mapping"),
        ({"a/b": pd.DataFrame()}, "t", "valid as the name of a file"),
        (pd.DataFrame({"a": [1]}), "t.xls", "no table format named 'xls'; did you mean 'xlsx'"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "t.csv", "must be text and unique"),
        (pd.DataFrame({"a": [1]}), "", "path must be the path of a file"),
        ("flow", "taken", "folder contains other files ('mine.txt')"),
    ],
)
def test_what_cannot_be_written_is_told(tables: Any, path: str, said: str, flow: cr.Flow, tmp_path: Path) -> None:
    """And nothing is written."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("", encoding="utf-8")
    with pytest.raises(cr.DataError) as caught:
        cr.write_tables(flow if isinstance(tables, str) else tables, path and tmp_path / path)
    assert said in str(caught.value)
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["mine.txt", "taken"]


def test_a_folder_of_tables_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second table that finds no room leaves those of the last time, not one of each."""
    old, new = (pd.DataFrame({"n": [n]}) for n in (1, 2))
    path = cr.write_tables({"a": old, "b": old}, tmp_path / "out")
    really = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name == "b.csv":
            raise OSError(28, "No space left on device")
        return really(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        cr.write_tables({"a": new, "b": new}, path)
    assert [(path / name).read_text() for name in ("a.csv", "b.csv")] == ["n\n1\n"] * 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]
