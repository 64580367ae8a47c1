"""The command line: results on stdout, notes on stderr, and an exit code that scripts can trust."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import corridor as cr
from corridor.cli.main import main

SHUT = "name: shut\nnetwork: caspian\nyear: 2021\nchanges:\n  - outage: {corridor: cpc}\n"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr of a command."""
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_compare_prints_the_four_routes_under_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    """With no options: baseline and all that ship, the four corridors of the mission each, units in the heads."""
    code, out, err = run(capsys, "compare")
    assert code == 0
    for name in ["baseline", *(cr.load_scenario(scenario).name for scenario in cr.scenarios())]:
        assert f"\n{name}\n" in out
    for corridor in ("cpc", "btc", "druzhba", "middle_corridor"):
        assert out.count(f"\n  {corridor} ") == len(cr.scenarios()) + 1
    assert "[Mt/y]" in out
    assert "[USD/t]" in out
    assert "transneft_ports" in err


@pytest.mark.parametrize("form", ["csv", "json"])
def test_machines_read_what_the_library_gives(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """CSV and JSON parse back to the table of compare()."""
    code, out, _ = run(
        capsys, "compare", "--year", "2021", "--scenario", "cpc-shut", "--corridor", "all", "--format", form
    )
    assert code == 0
    table = pd.read_csv(io.StringIO(out)) if form == "csv" else pd.DataFrame(json.loads(out))
    expected = cr.compare(cr.load(year=2021), [cr.load_scenario("cpc-shut")]).reset_index()
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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "--scenario", "cpc-shutt"], "did you mean 'cpc-shut'"),
        (["compare", "--network", "caspain"], "did you mean 'caspian'"),
        (["compare", "--year", "1999"], "year must be 2018 to 2024"),
        (["compare", "--corridor", "cpcc"], "did you mean 'cpc'"),
        (["compare", "--commodity", "kazak_crude"], "did you mean 'kazakh_crude'"),
        (["compare", "--origin", "tengis"], "did you mean 'tengiz'"),
        (["compare", "--scenario", "cpc-shut", "--scenario", "cpc-shut"], "duplicate scenario name"),
        (["solve", "--explain", "cpcc"], "did you mean 'cpc'"),
        (["solve", "--output", "/nowhere/at/all.txt"], "/nowhere/at/all.txt: No such file or directory"),
        (["check", "none.scenario.yaml"], "none.scenario.yaml: cannot be read"),
        (["backcast", "--year", "2024"], "no observations of kazakh_crude in 2024"),
    ],
)
def test_bad_input_exits_with_two(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line on stderr, nothing on stdout, no traceback."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


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


def test_check_tells_every_broken_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two broken files make two messages, and none is solved."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.scenario.yaml").write_text("name: x\n", encoding="utf-8")
    code, out, err = run(capsys, "check", *(str(tmp_path / f"{name}.scenario.yaml") for name in ("a", "b")))
    assert (code, out) == (2, "")
    assert "a.scenario.yaml" in err
    assert "b.scenario.yaml" in err


def test_a_failed_expectation_is_told_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """File and line, expected, got, the change against the baseline, and the flow in words."""
    file = tmp_path / "bad.scenario.yaml"
    file.write_text(SHUT + 'expect:\n\n  corridors.cpc.throughput_mtpa: ">= 30"\n', encoding="utf-8")
    code, out, _ = run(capsys, "check", str(file))
    assert code == 1
    told = out.splitlines()
    assert told[0] == ("FAILED shut: corridors.cpc.throughput_mtpa = 0, expected >= 30 (baseline 60.7, change -60.7)")
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


def test_check_tells_all_problems_of_all_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown names, what alters nothing, what names no network, an empty folder, a missing file: one go."""
    files = {
        "names.scenario.yaml": SHUT.replace("cpc}", "cpcc}") + "expect: {corridors.cpcc.throughput_mtpa: 0}\n",
        "idle.scenario.yaml": SHUT.replace("outage", "open"),
        "homeless.scenario.yaml": "name: x\nchanges: [outage: {edge: a}]\nexpect: {shortfall_mtpa: 0}\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    code, out, err = run(capsys, "check", str(tmp_path), str(tmp_path / "empty"), "none.yaml", "cpc-shut")
    assert (code, out) == (2, "")
    for told in (
        f"{tmp_path}/names.scenario.yaml:5:24: no corridor named 'cpcc'; did you mean 'cpc'?",
        f"{tmp_path}/names.scenario.yaml:6:10: expect corridors.cpcc.throughput_mtpa: no corridor named 'cpcc'",
        f"{tmp_path}/idle.scenario.yaml:5: scenario 'shut': Opening(corridor='cpc') has no effect",
        f"{tmp_path}/homeless.scenario.yaml: scenario 'x' names no network",
        f"{tmp_path}/empty: contains no *.scenario.yaml file",
        "none.yaml: cannot be read",
    ):
        assert told in err


def test_solve_adds_scenarios_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Two scenarios are solved as one, and explained."""
    code, out, _ = run(capsys, "solve", "--year", "2021", "--scenario", "cpc-shut", "--scenario", "btc-quota-lifted")
    assert code == 0
    assert out.startswith("CPC shut + BTC quota lifted: ")
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
    assert "Sum of absolute errors: " in out
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


def test_no_command_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    """Usage on stderr, exit code 2."""
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "usage: corridor" in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_error() -> None:
    """``corridor compare | head -1`` ends without a traceback."""
    pipe = f"{sys.executable} -m corridor compare --corridor all | head -1"
    result = subprocess.run(["bash", "-c", f"set -o pipefail; {pipe}"], capture_output=True, text=True)
    assert "Traceback" not in result.stderr
    assert result.stdout.startswith("kazakh_crude by corridor")
