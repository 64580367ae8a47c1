"""The command line: results on stdout, notes on stderr, and an exit code that scripts can trust."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import corridor as cr
from helpers.commands import run, scenario_file

SHUT = "name: shut\nnetwork: caspian\nyear: 2021\nchanges:\n  - outage: {corridor: cpc}\n"


def test_compare_prints_the_four_routes_under_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    """With --wide: baseline and all that ship, those that come to the same once, the four corridors of the mission."""
    code, out, err = run(capsys, "compare", "--wide")
    assert code == 0
    for name in ["baseline", *(cr.load_scenario(scenario).name for scenario in cr.scenarios())]:
        assert len([line for line in out.splitlines() if name in line.split(", ")]) == 1
    names = {cr.load_scenario(scenario).name for scenario in cr.scenarios()}
    joined = sum(len(parts) - 1 for line in out.splitlines() if (parts := set(line.split(", ")) & names))
    shown = len(cr.scenarios()) + 1 - joined
    for corridor in ("cpc", "btc", "druzhba", "middle_corridor"):
        assert out.count(f"\n  {corridor} ") == shown
    assert "[Mt/y]" in out
    assert "[USD/t]" in out
    assert "transneft_ports" in err


@pytest.mark.parametrize("form", ["csv", "json"])
def test_machines_read_what_the_library_gives(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """CSV and JSON parse back to the table of compare(), all columns."""
    asked = ("--year", "2021", "--scenario", "cpc-shut", "--corridor", "all", "--columns", "all")
    code, out, _ = run(capsys, "compare", *asked, "--format", form)
    assert code == 0
    table = pd.read_csv(io.StringIO(out)) if form == "csv" else pd.DataFrame(json.loads(out)["rows"])
    expected = cr.compare(cr.load(year=2021), [cr.load_scenario("cpc-shut")], columns="all").reset_index()
    assert list(table.columns) == list(expected.columns)
    assert table["throughput_mtpa"].to_numpy() == pytest.approx(expected["throughput_mtpa"].to_numpy())


def test_output_goes_to_a_file_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file holds what stdout would, and stdout nothing."""
    file = tmp_path / "out.csv"
    code, out, err = run(capsys, "compare", "--scenario", "cpc-shut", "--format", "csv", "--output", str(file))
    assert (code, out) == (0, "")
    assert "Written" in err
    assert file.read_text(encoding="utf-8").startswith("scenario,corridor,throughput_mtpa")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_check_exits_with_one_when_an_expectation_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Passing and failing files are told together."""
    file = tmp_path / "bad.scenario.yaml"
    file.write_text(
        "name: too hopeful\nnetwork: caspian\nyear: 2021\nchanges:\n  - outage: {corridor: cpc}\n"
        "expect:\n  shortfall_mtpa: 0\n",
        encoding="utf-8",
    )
    code, out, _ = run(capsys, "check", "cpc-shut", str(file))
    assert code == 1
    assert "FAILED too hopeful: shortfall_mtpa" in out
    assert "3 of 4 expectations hold." in out


def test_a_failed_expectation_is_told_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """File and line, expected, got, the change against the baseline, and the flow in words."""
    file = tmp_path / "bad.scenario.yaml"
    file.write_text(SHUT + 'expect:\n\n  corridors.cpc.throughput_mtpa: ">= 30"\n', encoding="utf-8")
    code, out, _ = run(capsys, "check", str(file))
    assert code == 1
    told = out.splitlines()
    assert told.pop(0) == "caspian 2021"
    base = cr.solve(cr.load(year=2021)).corridors.loc["cpc", "throughput_mtpa"]
    change = f"(baseline {base:g}, change -{base:g})"
    assert told[0] == f"FAILED shut: corridors.cpc.throughput_mtpa = 0, expected >= 30 {change}"
    assert told[1].strip() == f"{file}:8"
    assert told[2].strip().startswith("shut: ")
    assert told[3].strip().startswith("Not lifted: ")


def test_check_searches_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each scenario file once, however often it is named; hidden folders and other files are passed over."""
    for name in ("a.scenario.yaml", "sub/b.scenario.yaml", ".hidden/c.scenario.yaml", "d.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(SHUT + "expect: {corridors.cpc.throughput_mtpa: 0}\n", encoding="utf-8")
    code, out, _ = run(capsys, "check", str(tmp_path), str(tmp_path / "sub"), str(tmp_path / "a.scenario.yaml"))
    assert (code, out.splitlines()[-1]) == (0, "2 of 2 expectations hold.")


def test_solve_adds_scenarios_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Two scenarios are solved as one, and explained."""
    code, out, _ = run(capsys, "solve", "--year", "2021", "--scenario", "cpc-shut", "--scenario", "btc-quota-lifted")
    assert code == 0
    assert out.startswith("caspian 2021\nCPC shut + BTC quota lifted: ")
    assert "aktau_sangachal" in out


@pytest.mark.parametrize("table", ["corridors", "edges", "nodes", "supplies", "markets", "edge_flows", "routes"])
def test_solve_prints_any_table(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each table of a flow comes as CSV with units in its heads."""
    code, out, _ = run(capsys, "solve", "--table", table, "--format", "csv")
    assert code == 0
    assert "_mtpa" in out.splitlines()[0]
    assert len(pd.read_csv(io.StringIO(out))) > 0


def test_scenarios_lists_what_ships(capsys: pytest.CaptureFixture[str]) -> None:
    """Names and what each is about."""
    code, out, _ = run(capsys, "scenarios")
    assert code == 0
    assert [line.split("  ")[0].strip() for line in out.splitlines()] == list(cr.scenarios())


def test_claims_and_backcast_print(capsys: pytest.CaptureFixture[str]) -> None:
    """The verdicts in words; modelled, observed, error and source with the total."""
    code, out, _ = run(capsys, "claims")
    assert code == 0
    assert "Does not hold." in out
    code, out, _ = run(capsys, "backcast", "--year", "2022")
    assert code == 0
    assert "sum of absolute errors " in out
    assert "exports by all ways 64.3 Mt/y" in out
    code, out, _ = run(capsys, "backcast", "--format", "csv")
    assert set(pd.read_csv(io.StringIO(out))["year"]) == {2021, 2022}


def test_the_module_runs_like_the_command() -> None:
    """``python -m corridor``."""
    result = subprocess.run([sys.executable, "-m", "corridor", "--version"], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == f"corridor {cr.__version__}"


def test_compare_does_without_scipy() -> None:
    """Scipy takes longer to import than a comparison to solve; only fits of hazard rates need it."""
    code = (
        "import sys; from corridor.cli.main import main; main(['compare', '--scenario', 'cpc-shut']); "
        "print([name for name in sys.modules if name.split('.')[0] == 'scipy'])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_leaves_early_is_no_error() -> None:
    """``corridor compare | head -1`` ends without a traceback."""
    pipe = f"{sys.executable} -m corridor compare --corridor all | head -1"
    result = subprocess.run(["bash", "-c", f"set -o pipefail; {pipe}"], capture_output=True, text=True)
    assert "Traceback" not in result.stderr
    assert result.stdout.startswith("kazakh_crude by corridor")


# Nothing is ignored in silence


# Several files


def test_a_file_without_expectations_is_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It passes, and a note on stderr says that nothing was tested."""
    code, out, err = run(capsys, "check", scenario_file(tmp_path, "idle"))
    assert code == 0
    assert "has no expectations" in err
    assert "0 of 0" in out


@pytest.mark.parametrize("form", ["csv", "json"])
def test_verdicts_are_read_by_machines(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One row an expectation; the exit code is the same as for people."""
    wanted = "{corridors.cpc.throughput_mtpa: 0, shortfall_mtpa: '< 1'}"
    code, out, _ = run(capsys, "check", scenario_file(tmp_path, "half", wanted), "--format", form)
    table = pd.read_csv(StringIO(out)) if form == "csv" else pd.DataFrame(json.loads(out))
    assert code == 1
    assert list(table["holds"]) == [True, False]


# What machines read


def same(got: pd.DataFrame, wanted: pd.DataFrame, *, lists: bool) -> None:
    """Assert that every cell of a parsed table is the library's: numbers to ten digits, no text lost."""
    assert list(got.columns) == list(wanted.columns)
    for column in wanted:
        if pd.api.types.is_float_dtype(wanted[column]):
            numbers = np.array([float("nan") if cell is None else float(cell) for cell in got[column]])
            np.testing.assert_allclose(numbers, wanted[column].to_numpy(), rtol=1e-9, atol=1e-9, err_msg=str(column))
        else:
            cells = [cell if lists or not isinstance(cell, tuple) else ";".join(cell) for cell in wanted[column]]
            told = [list(cell) if isinstance(cell, tuple) else cell for cell in cells]
            assert ["" if cell is None or cell != cell else cell for cell in got[column]] == told


@pytest.mark.parametrize("form", ["csv", "json"])
def test_every_cell_of_a_comparison_is_read_back(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Equal to compare(), column by column."""
    _, out, _ = run(
        capsys, "compare", "--year", "2021", "--scenario", "cpc-shut", "--corridor", "all", "--format", form
    )
    got = pd.read_csv(StringIO(out)) if form == "csv" else pd.DataFrame(json.loads(out)["rows"])
    same(
        got,
        cr.compare(cr.load(year=2021), [cr.load_scenario("cpc-shut")]).reset_index(),
        lists=form == "json",
    )


def test_solve_adds_what_compare_keeps_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """--scenario twice: one sum for solve, two rows for compare."""
    twice = ["--year", "2021", "--scenario", "cpc-shut", "--scenario", "georgia-closed", "--format", "csv"]
    _, out, _ = run(capsys, "solve", *twice)
    assert pd.read_csv(StringIO(out), index_col=0)["throughput_mtpa"][["cpc", "btc"]].tolist() == [0, 0]
    _, out, _ = run(capsys, "compare", *twice, "--corridor", "cpc")
    assert pd.read_csv(StringIO(out))["status"].tolist() == ["open", "closed", "open"]


def test_a_hazard_given_as_scenario_comes_and_goes(capsys: pytest.CaptureFixture[str]) -> None:
    """A file with a rate is one more hazard, and simulate says so; a plain scenario holds all the time."""
    asked = ("simulate", "--years", "400", "--table", "attribution", "--format", "csv", "--scenario")
    name = cr.load_scenario("cpc-court-order-2022").name
    _, table, told = run(capsys, *asked, "cpc-court-order-2022")
    assert f"'{name}': added to the network's hazards, at its own frequency" in told
    assert name in table
    _, table, told = run(capsys, *asked, "cpc-shut", "--year", "2021")
    assert (name in table, told) == (False, "")
