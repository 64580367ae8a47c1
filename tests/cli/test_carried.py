"""Under the first table of a year that figures are carried to: how many, how old, and how far the evidence goes."""

from __future__ import annotations

import re

import pytest

import corridor as cr
from corridor.cli import streams
from helpers.commands import run

NET = cr.load()
SENTENCE = (
    r"Carried to (\d+) from earlier years: (\d+) figures, the oldest \((\d+)\) over (\d+) years?; evidence to (\S+)\. "
    r"`corridor figures --carried --year (\d+)` lists them\."
)
COMMANDS = ["compare", "compare --scenario cpc-shut", "outcomes", "solve", "solve --table corridors"]


def said(text: str) -> re.Match[str]:
    """Return the sentence in a text, whatever its lines; it stands there once."""
    (found,) = re.finditer(SENTENCE, " ".join(text.split()))
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_the_numbers_are_those_of_the_list(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Year, count, the oldest and their age as `figures(carried=True)` has them, and the network's last date."""
    ages = NET.figures(carried=True)["age_years"]
    expected = [NET.year, len(ages), (ages == ages.max()).sum(), ages.max(), NET.as_of, NET.year]
    assert list(said(run(capsys, *command.split())[1]).groups()) == list(map(str, expected))


@pytest.mark.parametrize("command", COMMANDS)
def test_it_takes_two_lines_of_a_terminal(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 80 columns."""
    monkeypatch.setattr(streams, "on_a_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    lines = run(capsys, *command.split())[1].splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("Carried to "))
    said("\n".join(lines[first : first + 2]))
    assert max(map(len, lines[first : first + 2])) <= 80


@pytest.mark.parametrize(
    ("command", "before", "after"),
    [
        ("compare", "baseline\n", "What each scenario changes"),
        ("compare --scenario cpc-shut", "baseline\n", "CPC shut\n"),
        ("outcomes", "largest loss first.", "Over the days that each lasts"),
    ],
)
def test_it_stands_under_the_first_table(
    command: str, before: str, after: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not at the end, where it would be missed."""
    text = run(capsys, *command.split())[1]
    assert text.index(before) < text.index("Carried to ") < text.index(after)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_year_without_carried_figures_says_nothing(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No figure of 2018, the first year, is carried."""
    assert not len(cr.load(year=2018).figures(carried=True))
    assert "Carried to" not in run(capsys, *command.split(), "--year", "2018")[1]


def test_machines_get_no_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """CSV stays a table."""
    assert "Carried to" not in run(capsys, "compare", "--format", "csv")[1]
