"""`corridor new`, and networks of one's own on the command line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import corridor as cr
from corridor.cli.main import main
from corridor.model.changes import CHANGES
from corridor.model.frames import PARTS


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Return a folder that `corridor new` has made."""
    assert main(["new", str(tmp_path / "my-network")]) == 0
    return tmp_path / "my-network"


def test_a_new_network_can_be_compared_solved_and_checked(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All three commands take the folder, and what it expects holds."""
    scenario = str(mine / "pipe-shut.scenario.yaml")
    for command in (["compare"], ["solve"], ["solve", "--scenario", scenario], ["compare", "--scenario", scenario]):
        assert main([*command, "--network", str(mine)]) == 0
    assert main(["check", scenario, "--network", f"{mine}/"]) == 0
    assert "4 of 4 expectations hold" in capsys.readouterr().out


def test_the_scenario_can_fail(mine: Path) -> None:
    """A network that does otherwise is told: exit code 1."""
    edges = mine / "edges.csv"
    edges.write_text(edges.read_text(encoding="utf-8").replace("rail,4,", "rail,5,"), encoding="utf-8")
    assert main(["check", str(mine / "pipe-shut.scenario.yaml"), "--network", str(mine)]) == 1


def test_the_readme_says_what_every_column_means_and_its_unit(mine: Path) -> None:
    """Each field of each record of a network, with its description."""
    text = (mine / "README.txt").read_text(encoding="utf-8")
    for part, kind in PARTS.items():
        block = text.split(f"\n{part}.csv: ")[1].split("\n\n")[0]
        for name, field in kind.model_fields.items():
            assert f"  {name} " in block
            assert str(field.description) in block


def test_a_new_network_has_no_problems_and_survives_being_written(mine: Path) -> None:
    """It is a network like any other."""
    net = cr.read_network(mine)
    assert net.problems() == []
    assert cr.read_network(cr.write_network(net, mine)) == net
    assert {"README.txt", "pipe-shut.scenario.yaml"} <= {file.name for file in mine.iterdir()}


def test_a_folder_that_holds_something_is_not_written_to(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twice is once too often; a file is no folder."""
    before = {file.name: file.read_bytes() for file in mine.iterdir()}
    assert main(["new", str(mine)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in mine.iterdir()} == before
    assert main(["new", str(mine / "README.txt")]) == 2
    assert main(["new", str(mine / "a" / "b")]) == 2


@pytest.mark.parametrize("there", [True, False])
def test_a_disk_without_room_leaves_nothing(there: bool, tmp_path: Path) -> None:
    """Some tables fit, the notes do not: no folder is left, or an empty one as it was, and the next try succeeds."""
    folder = tmp_path / "mine"
    if there:
        folder.mkdir()
    new = f"'{sys.executable}' -m corridor new '{folder}'"
    full = subprocess.run(["bash", "-c", f"ulimit -f 2; {new}"], capture_output=True, text=True)
    assert (full.returncode, full.stderr) == (2, f"corridor: {folder}: File too large\n")
    assert [entry.name for entry in tmp_path.rglob("*")] == (["mine"] if there else [])
    assert subprocess.run(["bash", "-c", new], capture_output=True).returncode == 0


def test_an_empty_current_folder_can_be_started_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is filled and stays the folder that the shell is in."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", "."]) == 0
    assert cr.read_network(Path.cwd()).problems() == []


def test_year_and_regime_belong_to_shipped_networks(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Asking for what a file has not is an error, not ignored."""
    assert main(["compare", "--network", str(mine), "--year", "2024"]) == 0
    assert main(["compare", "--network", str(mine), "--year", "2021"]) == 2
    assert main(["compare", "--network", str(mine), "--regime", "war"]) == 2
    assert main(["compare", "--network", str(mine / "nope.json")]) == 2
    assert main(["compare", "--network", "caspiann"]) == 2
    err = capsys.readouterr().err
    assert "is a network of 2024 (got --year 2021)" in err
    assert "has no hazard with rates by regime (got --regime war); leave --regime out" in err
    assert "no network named 'caspiann'; did you mean 'caspian'?" in err


def test_a_written_network_gives_the_same_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints the same of a network that ships and of its copy in a file, which has no date of evidence."""
    path = cr.write_network(cr.load(year=2018), tmp_path / "copy.json")
    assert main(["solve", "--year", "2018"]) == 0
    shipped = capsys.readouterr().out
    assert main(["solve", "--network", str(path)]) == 0
    assert capsys.readouterr().out == shipped


@pytest.mark.parametrize("kind", ["scenario", "network"])
def test_the_schema_is_printed(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout, as `cr.schema` gives it."""
    assert main(["schema", kind]) == 0
    assert f"{kind.capitalize()} of corridor" in capsys.readouterr().out


def test_every_file_of_a_new_network_explains_itself(mine: Path) -> None:
    """It begins with a comment; the scenario's names every change there is and what it is run by."""
    files = [file for file in mine.iterdir() if file.name != "README.txt"]
    assert {file.suffix for file in files} == {".csv", ".yaml"}
    for file in files:
        assert file.read_text(encoding="utf-8").startswith("# "), file.name
    text = (mine / "pipe-shut.scenario.yaml").read_text(encoding="utf-8")
    assert all(f"- {key}: {{" in text for key in CHANGES)
    assert "pytest" in text


def test_every_change_that_the_scenario_shows_works(mine: Path) -> None:
    """Each commented line, put into force alone, can be solved."""
    path = mine / "pipe-shut.scenario.yaml"
    text = path.read_text(encoding="utf-8")
    shown = re.findall(r"^#  - (\w+: \{.*?\})", text, re.MULTILINE)
    assert len(shown) == len(CHANGES) - 1
    for change in shown:
        (mine / "one.scenario.yaml").write_text(f"name: one\nchanges:\n  - {change}\n", encoding="utf-8")
        cr.solve(cr.read_network(mine), cr.load_scenario(mine / "one.scenario.yaml"), strict="open" not in change)


def test_a_scenario_names_its_network_by_a_path(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Relative to the file: from any folder, at the command line and in Python."""
    scenario = cr.load_scenario(mine / "pipe-shut.scenario.yaml")
    assert all(result.holds for result in cr.check(scenario))
    assert main(["check", str(mine / "pipe-shut.scenario.yaml")]) == 0
    assert "4 of 4 expectations hold" in capsys.readouterr().out
    assert cr.read_network(scenario.network or "") == cr.read_network(mine)


def test_a_network_that_is_not_there_is_told_with_its_line(mine: Path) -> None:
    """A path that leads nowhere, a name that is none, another year."""
    path = mine / "pipe-shut.scenario.yaml"
    text = path.read_text(encoding="utf-8")
    for line, said in (
        ("network: ../nowhere/", r":7:10: .*nowhere"),
        ("network: nowhere", r":7:10: no network named 'nowhere'; .*relative to the file"),
        ("network: .\nyear: 1999", r":8:7: year must be that of \. \(got 1999, not 2024\)"),
    ):
        path.write_text(re.sub("network: .*", line, text, count=1), encoding="utf-8")
        with pytest.raises(cr.DataError, match=said):
            cr.load_scenario(path)


def test_simulated_years_know_the_hazards_of_a_new_network(mine: Path) -> None:
    """Those that its file holds."""
    assert len(cr.read_network(mine).hazards) == 2
    assert main(["simulate", "--network", str(mine), "--years", "50", "--quiet"]) == 0


def test_comments_stand_above_the_columns_only(mine: Path) -> None:
    """Lines are still counted as they stand in the file."""
    nodes = mine / "nodes.csv"
    text = nodes.read_text(encoding="utf-8")
    nodes.write_text(text.replace("harbour,The harbour,GEO", "harbour,The harbour,Georgia"), encoding="utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if row.startswith("harbour"))
    with pytest.raises(cr.DataError, match=rf"nodes\.csv:{line}: .*country must be three capital letters"):
        cr.read_network(mine)
