"""`corridor recommendations`: a table for people, and the same numbers for programs."""

from __future__ import annotations

import csv
import json
from io import StringIO

import pytest

import corridor as cr
from corridor.cli import streams
from helpers.commands import run


def test_it_prints_a_row_for_each_recommendation(capsys: pytest.CaptureFixture[str]) -> None:
    """And says what price and time do not explain."""
    code, out, _ = run(capsys, "recommendations", "--year", "2024")
    assert code == 0
    assert [line.split("  ")[1] for line in out.splitlines() if line.startswith("  ") and line[2].isalnum()] == list(
        cr.recommendations(cr.load("caspian_freight", 2024)).index
    )
    assert "do not explain the containers" in " ".join(out.split())


def test_csv_holds_the_numbers_of_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """To ten digits."""
    out = run(capsys, "recommendations", "--year", "2022", "--format", "csv")[1]
    table = cr.recommendations(cr.load("caspian_freight", 2022))
    rows = {row["recommendation"]: row for row in csv.DictReader(StringIO(out))}
    assert {name: float(row["change"]) for name, row in rows.items()} == pytest.approx(
        table["change"].to_dict(), rel=1e-9
    )


def test_ranges_add_what_survives(capsys: pytest.CaptureFixture[str]) -> None:
    """Of two draws, in words and for programs."""
    asked = ("recommendations", "--year", "2024", "--ranges", "--draws", "2")
    out = run(capsys, *asked)[1]
    assert "Change in 90 % of the draws:" in out
    assert "% of the draws: 1 and 3 each move more than 2, 4, 5a and 5b." in out
    document = json.loads(run(capsys, *asked, "--format", "json")[1])
    assert set(document["conclusions"]) == {"1 and 3 each move more than 2, 4, 5a and 5b", "1 or 3 moves most"}


def test_it_keeps_to_the_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """80 columns, and what is left out is named."""
    monkeypatch.setattr(streams, "on_a_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    out = run(capsys, "recommendations", "--year", "2024")[1]
    assert max(map(len, out.splitlines())) <= 80
    assert "(--wide shows all)" in " ".join(out.split())


def test_another_network_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With the one to load."""
    code, _, err = run(capsys, "recommendations", "--network", "caspian")
    assert code == 2
    assert "no recommendations" in err
