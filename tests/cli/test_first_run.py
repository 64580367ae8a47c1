"""The first hour at the command line: what changes and what is lost, in 80 columns, its year, and usage at hand."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import corridor as cr
from corridor.cli import streams
from helpers.commands import run

SHUT = ["--year", "2021", "--scenario", "cpc-shut"]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make stdout a terminal of 80 columns."""
    monkeypatch.setattr(streams, "on_a_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")


def cells(out: str, name: str) -> list[str]:
    """Return the cells of the printed row of a name."""
    return next(line for line in out.splitlines() if line.strip().startswith(f"{name}  ")).replace(name, "").split()


@pytest.mark.usefixtures("terminal")
def test_the_first_run_prints_the_baseline_and_what_changes(capsys: pytest.CaptureFixture[str]) -> None:
    """Two tables in 80 columns and some 75 lines, not twenty: each scenario one row, the largest loss first."""
    out = run(capsys, "compare")[1]
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) < 80
    assert sum(line.startswith("  cpc ") for line in lines) == 1
    kazakh = cr.outcomes(cr.load(), commodity="kazakh_crude")
    shut = kazakh.loc["CPC shut"]
    assert cells(out, "CPC court order")[0] == "closed"
    assert cells(out, "CPC court order")[-3:] == [
        f"{shut['shortfall_change_mtpa']:+.1f}", "0.0", f"{shut['loss_musd_per_year']:,.0f}"
    ]  # fmt: skip
    after = out[out.index("largest loss first") :]
    ranked = kazakh["loss_musd_per_year"].sort_values(ascending=False)
    assert after.index("Russia closed") < after.index("CPC shut") < after.index("Black Sea war risk")
    assert ranked.index[0] == "Russia closed"


@pytest.mark.usefixtures("terminal")
def test_every_corridor_of_the_mission_is_in_the_first_run(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing of the table of changes is left out at 80 columns."""
    out = run(capsys, "compare")[1]
    assert out.count("Columns that do not fit") == 1


def test_compare_names_network_year_commodity_and_origin_in_its_head(capsys: pytest.CaptureFixture[str]) -> None:
    """Cost and netback are those of a tonne from one field, and the head says from which, and what a netback is."""
    out = " ".join(run(capsys, "compare", *SHUT)[1].split())
    assert out.startswith("kazakh_crude by corridor, caspian 2021, for a Tengiz tonne.")
    assert "price less cost of the best way, at the field gate, before lifting cost, duty and tax" in out
    assert "tengiz > augusta" in out
    risk = " ".join(run(capsys, "compare", *SHUT, "--columns", "risk")[1].split())
    assert "hazards at rates as before 24 February 2022 (calm)" in risk
    assert "Buyers at one price are interchangeable here" in out


def test_each_scenario_ends_with_what_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    """Shortfall, unmet requirements and loss, of the commodity and of all shippers, as `outcomes` has them."""
    out = run(capsys, "compare", *SHUT)[1]
    net, shut = cr.load(year=2021), cr.load_scenario("cpc-shut")
    for name, commodity in (("kazakh_crude", "kazakh_crude"), ("all shippers", None)):
        row = cr.outcomes(net, [shut], commodity=commodity).loc["CPC shut"]
        assert cells(out, name) == [
            f"{row['shortfall_change_mtpa']:+.1f}",
            f"{row['unmet_change_mtpa']:+.1f}" if round(row["unmet_change_mtpa"], 1) else "0.0",
            f"{row['loss_musd_per_year']:,.0f}",
        ]


def test_a_scenario_of_another_year_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """What it loses in its own year and in the newest are both right; the note says which year is shown."""
    err = run(capsys, "compare", "--scenario", "cpc-shut")[2]
    assert "CPC shut: written for 2021, shown on caspian 2026 (--year 2021)." in err
    assert "written for" not in run(capsys, "compare", *SHUT)[2]


def test_check_names_network_and_year(capsys: pytest.CaptureFixture[str]) -> None:
    """Above the results as text, in every row for machines."""
    assert run(capsys, "check", "cpc-shut")[1].splitlines()[0] == "caspian 2021"
    rows = json.loads(run(capsys, "check", "cpc-shut", "--format", "json")[1])
    assert {(row["network"], row["year"]) for row in rows} == {("caspian", 2021)}


def test_json_has_the_totals(capsys: pytest.CaptureFixture[str]) -> None:
    """`solve` and `compare` give network, year, regime and the totals beside their rows."""
    flow = cr.solve(cr.load(year=2021), cr.load_scenario("cpc-shut"))
    solved = json.loads(run(capsys, "solve", *SHUT, "--format", "json")[1])
    assert (solved["network"], solved["year"], solved["regime"], solved["scenario"]) == (
        "caspian", 2021, "calm", "CPC shut"
    )  # fmt: skip
    assert solved["totals"]["shortfall_mtpa"] == flow.shortfall_mtpa
    assert len(solved["corridors"]) == len(flow.corridors)
    compared = json.loads(run(capsys, "compare", *SHUT, "--format", "json")[1])
    totals = {(row["scenario"], row["shippers"]): row for row in compared["totals"]}
    assert totals["CPC shut", "all"]["shortfall_mtpa"] == flow.shortfall_mtpa
    expected = cr.outcomes(cr.load(year=2021))
    assert totals["CPC shut", "all"]["loss_musd_per_year"] == pytest.approx(
        expected.loc["CPC shut", "loss_musd_per_year"]
    )


def test_outcomes_prints_the_library_s_table(capsys: pytest.CaptureFixture[str]) -> None:
    """A row a scenario, all shippers or one commodity; machines get every column."""
    out = run(capsys, "outcomes", *SHUT)[1]
    row = cr.outcomes(cr.load(year=2021), [cr.load_scenario("cpc-shut")]).loc["CPC shut"]
    assert out.startswith("All shippers, caspian 2021: ")
    assert f"{row['loss_musd_per_year']:,.0f}" in cells(out, "CPC shut")
    text = run(capsys, "outcomes", *SHUT, "--commodity", "kazakh_crude", "--format", "csv")[1]
    read = list(csv.DictReader(io.StringIO(text)))
    own = cr.outcomes(cr.load(year=2021), [cr.load_scenario("cpc-shut")], commodity="kazakh_crude")
    assert [row["scenario"] for row in read] == list(own.index)
    assert float(read[1]["loss_musd_per_year"]) == pytest.approx(own.loc["CPC shut", "loss_musd_per_year"])


@pytest.mark.parametrize(
    ("ending", "begins"), [(".csv", "corridor,"), (".json", "{"), (".txt", "caspian 2026,"), (".CSV", "corr")]
)
def test_the_ending_of_the_output_gives_its_form(
    ending: str, begins: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """-o names a file as --output does; --format goes before its ending."""
    file = tmp_path / f"out{ending}"
    assert run(capsys, "solve", "--table", "corridors", "-o", str(file))[0] == 0
    assert file.read_text(encoding="utf-8").startswith(begins)
    assert run(capsys, "solve", "--output", str(file), "--format", "json")[0] == 0
    assert json.loads(file.read_text(encoding="utf-8"))["network"] == "caspian"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["compare", "--yaer", "2021"], "did you mean --year?"),
        (["outcomes", "--zzz"], "--zzz"),
        (["scenarios", "x"], "x"),
    ],
)
def test_a_wrong_option_prints_the_usage_of_its_command(
    arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not that of `corridor`; with the nearest option there is."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"usage: corridor {arguments[0]} ")
    assert hint in err.splitlines()[-1]


def test_solve_names_network_year_and_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    """The first line says what was solved; that the scenario is of another year stands beside it."""
    _, out, err = run(capsys, "solve", "--scenario", "cpc-shut", "--table", "corridors")
    assert out.splitlines()[0] == "caspian 2026, CPC shut, all shippers: corridors"
    assert "written for 2021, shown on caspian 2026" in err


def test_simulate_says_that_days_of_a_scenario_are_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """A scenario without a frequency holds in every simulated year, however short it is."""
    err = run(capsys, "simulate", "--years", "10", "--quiet", "--scenario", "ceyhan-closed")[2]
    assert "Ceyhan closed: holds all year here, not the 6 days that it lasts" in err


def test_json_says_what_it_is_of(capsys: pytest.CaptureFixture[str]) -> None:
    """A file read a year later still names network, year, hazard regime, and the seed of simulated years."""
    outcomes = json.loads(run(capsys, "outcomes", *SHUT, "--format", "json")[1])
    assert (outcomes["network"], outcomes["year"], outcomes["units"]) == ("caspian", 2021, "t")
    assert [row["scenario"] for row in outcomes["rows"]] == ["baseline", "CPC shut"]
    simulated = json.loads(run(capsys, "simulate", "--years", "20", "--seed", "3", "--quiet", "--format", "json")[1])
    assert (simulated["regime"], simulated["seed"], simulated["years"]) == ("war", 3, 20)
    assert simulated["rows"]


def test_simulate_names_the_regime_beside_an_added_hazard(capsys: pytest.CaptureFixture[str]) -> None:
    """The hazards are those of the regime and the one added, not all of one's own."""
    out = run(capsys, "simulate", "--years", "10", "--quiet", "--scenario", "cpc-court-order-2022")[1]
    assert "hazards at rates as since 24 February 2022 (war) and 'CPC court order (threat)'" in " ".join(out.split())
