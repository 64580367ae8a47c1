"""`corridor new`, and networks of one's own on the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import corridor as cr
from corridor.cli.main import main
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
    assert "no network named 'caspiann'; did you mean 'caspian'?" in err


def test_a_written_network_gives_the_same_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints the same of a network that ships and of its copy in a file."""
    path = cr.write_network(cr.load(year=2021), tmp_path / "copy.json")
    assert main(["solve", "--year", "2021"]) == 0
    shipped = capsys.readouterr().out
    assert main(["solve", "--network", str(path)]) == 0
    assert capsys.readouterr().out == shipped


@pytest.mark.parametrize("kind", ["scenario", "network"])
def test_the_schema_is_printed(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout, as `cr.schema` gives it."""
    assert main(["schema", kind]) == 0
    assert f"{kind.capitalize()} of corridor" in capsys.readouterr().out
