"""A long command says on stderr that it is at work; a short one, the library and closed streams do not matter."""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import corridor as cr
from corridor.cli import waiting
from corridor.solver import flow as solver
from helpers.commands import run

SIGN = "corridor solve: still running after 0 s\n"


def until(met: Callable[[], bool]) -> None:
    """Wait for something that comes at once, or fail after half a minute."""
    end = time.monotonic() + 30
    while not met():
        assert time.monotonic() < end
        time.sleep(0.001)


def slow_solve(monkeypatch: pytest.MonkeyPatch, met: Callable[[], bool]) -> None:
    """Make `solve` wait for something first, and the command impatient."""
    quick: Callable[..., Any] = solver.solve

    def wait(*given: Any, **named: Any) -> cr.Flow:
        until(met)
        return quick(*given, **named)

    monkeypatch.setattr(solver, "solve", wait)
    monkeypatch.setattr(waiting, "EVERY_S", 0.01)


def test_a_long_command_tells_again_and_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines on stderr while it works, none after it; stdout is that of a quick run."""
    _, wanted, silence = run(capsys, "solve", "--format", "csv")
    slow_solve(monkeypatch, lambda: sys.stderr.getvalue().count("still running") > 2)  # type: ignore[attr-defined]
    code, out, err = run(capsys, "solve", "--format", "csv")
    assert (code, out, silence) == (0, wanted, "")
    assert err.startswith(SIGN)
    assert "sign of life" not in {thread.name for thread in threading.enumerate()}


class _Broken(io.StringIO):
    """A stderr whose reader has left."""

    writes = 0

    def write(self, text: str) -> int:
        """Refuse, and count."""
        self.writes += 1
        raise BrokenPipeError


def test_a_stderr_that_is_closed_does_not_stop_the_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The result comes, whether stderr broke or was never there."""
    broken = _Broken()
    slow_solve(monkeypatch, lambda: broken.writes > 1)
    for stream in (broken, None):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", stream)
            code = run(capsys, "solve")[0]
            if stream is None:
                sys.stderr.close()
        assert code == 0


def test_quiet_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """``simulate --quiet`` starts no watch; without it, it does."""
    watched: list[str] = []
    monkeypatch.setattr(waiting.threading.Thread, "start", lambda thread: watched.append(thread.name))
    monkeypatch.setattr(waiting.threading.Thread, "join", lambda thread: None)
    monkeypatch.setattr("corridor.cli.simulate.run", lambda arguments: 0)
    assert [run(capsys, "simulate", *quiet)[0] for quiet in ([], ["--quiet"])] == [0, 0]
    assert watched == ["notes while running"]


def test_the_library_says_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`cr.solve` starts no watch, however long it takes."""
    monkeypatch.setattr(waiting.threading.Thread, "start", None)
    cr.solve(cr.load())
    assert capsys.readouterr() == ("", "")
