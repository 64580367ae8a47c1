"""Bad input on the command line: exit code 2, a message on stderr, nothing on stdout."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.cli.main import main
from helpers.commands import run

SHUT = "name: shut\nnetwork: caspian\nyear: 2021\nchanges:\n  - outage: {corridor: cpc}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "--year", "x"],
        ["compare", "--year", "0"],
        ["compare", "--year", "99999999999999999999"],
        ["compare", "--network", ""],
        ["compare", "--commodity", ""],
        ["compare", "--origin", "novorossiysk"],
        ["compare", "--corridor", ""],
        ["compare", "--commodity", "azeri_crude", "--corridor", "china"],
        ["compare", "--format", "xml"],
        ["compare", "--output"],
        ["solve", "--table", "foo"],
        ["solve", "--explain", ""],
        ["solve", "--scenario", "/"],
        ["scenarios", "foo"],
        ["check"],
        ["check", ""],
        ["check", "x" * 5000],
        ["check", "cpc-shut", "--year", "1990"],
        ["check", "cpc-shut", "--network", "nope"],
        ["nonsense"],
        [],
    ],
    ids=lambda arguments: " ".join(arguments)[:40] or "nothing",
)
def test_bad_arguments_exit_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The message stands on stderr, nothing on stdout."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.strip()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "--scenario", "cpc-shutt"], "did you mean 'cpc-shut'"),
        (["compare", "--network", "caspain"], "did you mean 'caspian'"),
        (["compare", "--year", "1999"], "year must be 2018 to 2026"),
        (["compare", "--corridor", "cpcc"], "did you mean 'cpc'"),
        (["compare", "--commodity", "kazak_crude"], "did you mean 'kazakh_crude'"),
        (["compare", "--origin", "tengis"], "did you mean 'tengiz'"),
        (["compare", "--scenario", "cpc-shut", "--scenario", "cpc-shut"], "duplicate scenario name"),
        (["solve", "--explain", "cpcc"], "did you mean 'cpc'"),
        (["solve", "--output", "/nowhere/at/all.txt"], "/nowhere/at/all.txt: No such file or directory"),
        (["check", "none.scenario.yaml"], "none.scenario.yaml: cannot be read"),
        (["backcast", "--year", "2024"], "no observations of any shipper in 2024"),
    ],
)
def test_bad_input_exits_with_two(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line on stderr, nothing on stdout, no traceback."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_check_tells_every_broken_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two broken files make two messages, and none is solved."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.scenario.yaml").write_text("name: x\n", encoding="utf-8")
    code, out, err = run(capsys, "check", *(str(tmp_path / f"{name}.scenario.yaml") for name in ("a", "b")))
    assert (code, out) == (2, "")
    assert "a.scenario.yaml" in err
    assert "b.scenario.yaml" in err


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


def test_no_command_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    """Usage on stderr, exit code 2."""
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "usage: corridor" in capsys.readouterr().err
