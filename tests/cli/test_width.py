"""Results on a terminal keep to its width; pipes, files and --wide get every column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.cli import streams
from corridor.cli.printing import columns_that_fit, folded
from corridor.model.columns import Column, printed
from helpers.commands import run

COMMANDS = [
    "compare --scenario cpc-shut", "outcomes", "solve --scenario cpc-shut", "solve --table edges",
    "solve --table supplies", "solve --table markets", "solve --table routes", "simulate --years 50 --quiet",
    "simulate --years 50 --quiet --table years", "figures --carried", "scenarios", "claims", "backcast",
    "check cpc-shut",
]  # fmt: skip


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Make stdout a terminal of 80 columns."""
    monkeypatch.setattr(streams, "on_a_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    return monkeypatch


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_wider_than_the_terminal(
    command: str, capsys: pytest.CaptureFixture[str], terminal: pytest.MonkeyPatch
) -> None:
    """No line of any command has more than 80 characters, and what is left out is named, with the way to see it."""
    out = run(capsys, *command.split())[1]
    assert max(map(len, out.splitlines())) <= 80
    wide = run(capsys, *command.split(), "--wide")[1]
    assert ("(--wide shows all)" in " ".join(out.split())) == (
        "--table" in command or command[:4] in ("comp", "simu", "outc", "back")
    )
    assert len(wide.splitlines()) <= len(out.splitlines())


@pytest.mark.parametrize("command", COMMANDS)
def test_a_pipe_gets_what_wide_shows(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All columns and whole lines, byte for byte, whatever COLUMNS says."""
    monkeypatch.setenv("COLUMNS", "20")
    piped = run(capsys, *command.split())[1]
    monkeypatch.setattr(streams, "on_a_terminal", lambda: True)
    assert piped == run(capsys, *command.split(), "--wide")[1]


def test_the_least_important_columns_of_compare_are_left_out(
    capsys: pytest.CaptureFixture[str], terminal: pytest.MonkeyPatch
) -> None:
    """At 80 columns: three capacities, moves, netback and next tonne; each block has the same ones."""
    out = run(capsys, "compare", "--scenario", "cpc-shut")[1]
    heads = [line.split() for line in out.splitlines() if line.lstrip().startswith("plate ")]
    assert heads == [["plate", "able", "capacity", "moves", "netback", "next", "tonne"]] * 2
    left = " ".join(out.split()).split("Columns that do not fit: ")[1].split(" (")[0]
    assert left == ("status, share of its own maximum, cost, time, governance risk, if lost, a minimum cut, best way")


@pytest.mark.parametrize("form", ["csv", "json"])
def test_machines_get_every_column_on_a_terminal_too(
    form: str, capsys: pytest.CaptureFixture[str], terminal: pytest.MonkeyPatch
) -> None:
    """What is asked for as CSV or JSON is whole."""
    asked = ("solve", "--table", "edges", "--format", form)
    assert run(capsys, *asked)[1] == run(capsys, *asked, "--wide")[1]


@pytest.mark.parametrize("command", ["compare --scenario cpc-shut", "solve", "--help"])
def test_there_is_no_colour(command: str, capsys: pytest.CaptureFixture[str], terminal: pytest.MonkeyPatch) -> None:
    """No escape sequence on a terminal, and NO_COLOR changes nothing."""
    coloured = run(capsys, *command.split())[1]
    terminal.setenv("NO_COLOR", "1")
    assert run(capsys, *command.split())[1] == coloured
    assert "\x1b" not in coloured


@given(st.lists(st.sampled_from(printed("compare")), min_size=1, unique=True), st.integers(1, 200))
def test_columns_stay_in_order_and_important_ones_stay_longest(columns: list[Column], width: int) -> None:
    """What is kept fits, or is one column; nothing left out is more important than all that stayed."""

    def render(some: list[Column]) -> str:
        return "  ".join(["index", *(column.plain_heading for column in some)])

    kept = columns_that_fit(columns, render, width)
    assert kept == [column for column in columns if column in kept]
    assert len(render(kept)) <= width or len(kept) == 1
    hidden = [column for column in columns if column not in kept and len(render([column])) <= width]
    if hidden and len(render(kept)) <= width:
        assert max(column.priority for column in kept) <= min(column.priority for column in hidden)
    assert columns_that_fit(columns, render, None) == columns


@given(st.text(alphabet="abc  \n", max_size=300), st.integers(5, 60))
def test_folded_text_has_the_same_words(text: str, width: int) -> None:
    """Only spaces and line breaks differ, and no line is too long but for a word."""
    shown = folded(text, width)
    assert shown.split() == text.split()
    assert all(len(line) <= width or len(line.split()) == 1 for line in shown.splitlines())


def test_notes_keep_to_the_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said on stderr, the corridors not shown and scenarios of other years, is broken between words."""
    monkeypatch.setattr(streams, "notes_on_a_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    notes = run(capsys, "compare", "--scenario", "cpc-shut")[2]
    assert max(map(len, notes.splitlines())) <= 40
    assert "Not shown: transneft_ports, makhachkala, china, zangezur (--corridor all)." in " ".join(notes.split())
    assert "CPC shut: written for 2021" in " ".join(notes.split())


@pytest.mark.parametrize("wide", [True, False])
def test_notes_are_whole_lines_elsewhere(
    wide: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a log, and with --wide."""
    monkeypatch.setattr(streams, "notes_on_a_terminal", lambda: wide)
    monkeypatch.setenv("COLUMNS", "40")
    notes = run(capsys, "compare", "--scenario", "cpc-shut", *(["--wide"] if wide else []))[2]
    assert len(notes.splitlines()) == 2
