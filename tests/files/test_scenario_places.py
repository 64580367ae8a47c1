"""What is wrong with the changes of a scenario file is told with their line, and about a hazard as of a hazard."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

import corridor as cr
from helpers.commands import run

IDLE = """
    name: Open what is open
    network: caspian
    year: 2024
    changes:
      - outage: {corridor: cpc}
      - open: {edge: btc}
    expect:
      shortfall_mtpa: "> 0"
"""
TWICE = """
    name: Two ceilings
    network: caspian
    year: 2024
    changes:
      - quota: {edge: btc, commodity: kazakh_crude, max_mtpa: 5}
      - outage: {corridor: cpc}
      - quota: {edge: btc, commodity: kazakh_crude, max_mtpa: 3}
    expect:
      shortfall_mtpa: "> 0"
"""
CROSSED = """
    name: Crossed
    network: caspian
    year: 2024
    changes:
      - outage: {corridor: cpc}
      - quota: {edge: btc, commodity: kazakh_crude, min_mtpa: 5, max_mtpa: 3}
    expect:
      shortfall_mtpa: "> 0"
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "it.scenario.yaml"
    path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", [["compare", "--scenario"], ["solve", "--scenario"], ["check"]])
@pytest.mark.parametrize(("text", "said"), [(IDLE, "has no effect"), (CROSSED, "min_mtpa must be <= max_mtpa")])
def test_an_impossible_change_is_told_with_its_line(
    command: list[str], text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sixth line of the files above, whatever command reads them."""
    path = _file(tmp_path, text)
    code, _, err = run(capsys, *command, str(path))
    assert code == 2
    assert f"{path}:6: scenario " in err
    assert said in err


@pytest.mark.parametrize("command", [["compare", "--scenario"], ["check"]])
def test_two_quotas_that_contradict_each_other_are_told_with_their_lines(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The later one holds; the note stands at its line and names that of the other."""
    path = _file(tmp_path, TWICE)
    code, out, err = run(capsys, *command, str(path))
    assert code == 0
    assert f"{path}:7: " in out + err
    assert "max_mtpa is set twice" in out + err
    assert "(see also line 5)" in out + err


def test_a_hazard_is_called_one() -> None:
    """And an event an event."""
    net, idle = cr.load("caspian", 2024), cr.Opening(edge="btc")
    hazard = cr.Hazard(name="Calm", changes=idle, frequency_per_year=1, duration_days=2)
    event = cr.Event(name="Calm", changes=idle, start="2024-01-01", end="2024-02-01")
    for scenario, word in ((hazard, "hazard"), (event, "event")):
        with pytest.raises(cr.DataError, match=f"^{word} 'Calm': "):
            cr.solve(net, scenario)
    with pytest.raises(cr.DataError, match=r"^hazard 'Calm': "):
        cr.simulate(net.replace(hazards=hazard), years=1)


def test_a_change_alone_is_no_scenario() -> None:
    """`Change.apply` names the change."""
    with pytest.raises(cr.DataError, match=r"^Opening\(edge='btc'\) has no effect"):
        cr.Opening(edge="btc").apply(cr.load("caspian", 2024))
