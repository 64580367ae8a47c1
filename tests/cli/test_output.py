"""Results and messages on files, pipes and closed streams: an exit code that is meant, and never a traceback."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import corridor as cr
from corridor.cli.main import main
from helpers.commands import run, scenario_file

ROOT = Path(cr.__file__).resolve().parents[1]


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which $C stands for the command."""
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, encoding="utf-8", errors="replace",
        env={**os.environ, "PYTHONPATH": str(ROOT), "C": f"{sys.executable} -m corridor", **environment},
    )  # fmt: skip


@pytest.mark.parametrize("path", ["", ".", "folder", "folder/", "file/x", "nowhere/x"])
def test_output_that_cannot_be_written_exits_with_two(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The path is named as given, nothing is left behind."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, out, err = run(capsys, "scenarios", "--output", path)
    assert (code, out) == (2, "")
    assert ".tmp" not in err
    assert sorted(entry.name for entry in tmp_path.rglob("*")) == ["file", "folder"]


def test_output_to_a_pipe_goes_into_the_pipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no plain file (a pipe here, /dev/null or /dev/stdout elsewhere) is not replaced by one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        code, _, _ = run(capsys, "scenarios", "--output", str(pipe))
        assert stat.S_ISFIFO(pipe.stat().st_mode)
        assert code == 2 or os.read(end, 100_000).startswith(b"aktau")
    finally:
        os.close(end)


def test_a_failed_command_leaves_the_output_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad input does not empty the file of yesterday."""
    kept = tmp_path / "out.csv"
    kept.write_text("yesterday", encoding="utf-8")
    code, _, _ = run(capsys, "compare", "--scenario", "nope", "--output", str(kept))
    assert code == 2
    assert kept.read_text(encoding="utf-8") == "yesterday"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", pytest.param("1", marks=pytest.mark.fuzz)])
def test_a_full_disk_exits_with_two(unbuffered: str) -> None:
    """What could not be written is not called done."""
    result = shell("$C scenarios > /dev/full", PYTHONUNBUFFERED=unbuffered)
    assert result.returncode == 2
    assert "No space left" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "command",
    ["compare", "solve", "simulate --years 10", "scenarios", "claims", "backcast --year 2021", "check cpc-shut",
     "schema network"],
)  # fmt: skip
def test_a_closed_stdout_exits_with_two_and_says_so(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A result that has nowhere to go is not called done; Python has no stdout then."""
    monkeypatch.setattr(sys, "stdout", None)
    assert main(command.split()) == 2
    assert capsys.readouterr().err.endswith("corridor: stdout: is closed; --output PATH writes to a file\n")


@pytest.mark.parametrize(
    "closed", [">&- 2>&-", *(pytest.param(one, marks=pytest.mark.fuzz) for one in (">&-", "2>&-"))]
)
def test_what_goes_to_a_file_needs_no_stream(closed: str, tmp_path: Path) -> None:
    """Done is done, and no note lands where results go."""
    result = shell(f"$C scenarios --output '{tmp_path}/it' {closed} && $C new '{tmp_path}/new' {closed}")
    assert (result.returncode, result.stdout) == (0, "")
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("command", ["--help", "--version"])
def test_help_goes_where_it_can(command: str) -> None:
    """To stderr where stdout is closed; a full disk is told, a reader that left is not."""
    closed, full, gone = (
        shell(f"$C {command} {end}", PYTHONUNBUFFERED="") for end in (">&-", "> /dev/full", "| head -0")
    )
    assert (closed.returncode, closed.stderr) == (0, shell(f"$C {command}").stdout)
    assert (full.returncode, full.stderr) == (2, "corridor: output: No space left on device\n")
    assert (shell(f"$C {command} >&- 2>&-").returncode, gone.stderr) == (0, "")


@pytest.mark.parametrize("stream", ["2>&-", "2> /dev/full"])
def test_an_error_that_cannot_be_shown_has_its_exit_code_and_is_no_result(stream: str) -> None:
    """What belongs on stderr is not printed on stdout."""
    result = shell(f"$C solve --scenario nope {stream}")
    assert (result.returncode, result.stdout) == (2, "")


@pytest.mark.parametrize("encoding", ["ascii", pytest.param("cp1252", marks=pytest.mark.fuzz)])
def test_a_terminal_that_lacks_the_letters_is_no_traceback(encoding: str, tmp_path: Path) -> None:
    """A Kazakh name is shown as well as the terminal can, and the exit code stays that of the check."""
    path = scenario_file(tmp_path, "Қазақ", "{corridors.cpc.throughput_mtpa: 0}")
    result = shell(f"$C check '{path}'", PYTHONIOENCODING=encoding)
    assert "Traceback" not in result.stderr
    assert result.returncode == 0


@pytest.mark.fuzz
@pytest.mark.parametrize(
    "command",
    ["$C scenarios | head -0", "$C solve --table edge_flows | head -c 1"],
)
def test_a_reader_that_leaves_at_once_is_no_traceback(command: str) -> None:
    """Nothing on stderr, whatever was left unread."""
    assert shell(command).stderr == ""


def test_control_c_is_no_traceback_and_names_what_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run stopped at the keyboard ends with 130, as shells expect, and says where it goes on."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("corridor.risk.simulate.simulate", stop)
    kept = str(tmp_path / "kept")
    assert run(capsys, "simulate", "--checkpoint", kept) == (
        130,
        "",
        f"corridor: stopped; run the same command again to continue from {kept}\n",
    )
    assert run(capsys, "simulate") == (130, "", "corridor: stopped\n")


def test_arguments_reach_files_as_typed_where_the_locale_is_not_utf8(tmp_path: Path) -> None:
    """Letters of a title or folder, which C locales hand over as bytes, are written as those bytes."""
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "FOLDER": f"{tmp_path}/Ақтау"}
    result = shell('$C new "$FOLDER"', **plain)
    assert (result.returncode, "Traceback" in result.stderr) == (0, False)
    assert "corridor compare --network" in (tmp_path / "Ақтау" / "README.txt").read_text(encoding="utf-8")
    assert "Ақтау" in (tmp_path / "Ақтау" / "README.txt").read_text(encoding="utf-8")
