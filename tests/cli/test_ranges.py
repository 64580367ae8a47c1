"""`corridor compare --ranges`: between which values 90 % of the draws lie."""

from __future__ import annotations

import json

import pytest

import corridor as cr
from helpers.commands import run

NET = cr.load()


def test_a_block_with_ranges_stands_under_the_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the columns shown, for the baseline and the scenario; shares of draws only where some lack the number."""
    options = ("--ranges", "--draws", "10", "--columns", "netback_usd_per_t", "--scenario", "cpc-shut")
    code, text = run(capsys, "compare", *options)[:2]
    assert code == 0
    table = cr.compare(NET, cr.load_scenario("cpc-shut"), columns="netback_usd_per_t", ranges=True, draws=10)
    assert text.count("5 to 95 % of 10 draws") == 2
    for scenario in ("baseline", "CPC shut"):
        row = table.loc[(scenario, "btc")]
        assert f"btc              {row['netback_usd_per_t_p05']:.1f}..{row['netback_usd_per_t_p95']:.1f}\n" in text


def test_machines_get_the_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """In JSON beside their numbers."""
    rows = json.loads(run(capsys, "compare", "--ranges", "--draws", "3", "--format", "json")[1])["rows"]
    assert {"netback_usd_per_t_p05", "netback_usd_per_t_p95", "netback_usd_per_t_defined"} <= rows[0].keys()


def test_draws_without_ranges_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Not passed over."""
    code, _, errors = run(capsys, "compare", "--draws", "10")
    assert code == 2
    assert "--draws 10 is for --ranges; give both, or leave it out" in errors


def test_values_outside_their_ranges_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    """A table whose range does not hold its value says so, and of which corridors; one whose ranges do says nothing."""
    options = ("--ranges", "--draws", "40", "--year", "2024", "--scenario", "cpc-shut")
    table = cr.compare(cr.load(year=2024), [], columns=["nameplate_mtpa", "transit_days"], ranges=True, draws=40)
    rows = table.loc["baseline"].loc[["cpc", "btc", "druzhba", "middle_corridor"]]
    above = rows["nameplate_mtpa_p05"].round(1) > rows["nameplate_mtpa"].round(1)
    assert above["btc"]
    inside = (rows["transit_days_p05"] <= rows["transit_days"]) & (rows["transit_days"] <= rows["transit_days_p95"])
    assert inside.all()
    said = " ".join(run(capsys, "compare", *options, "--columns", "nameplate_mtpa")[1].split())
    assert "Outside their ranges, as those of the figures behind lead one way: nameplate of " in said
    sentence = said[said.index("Outside their") :].partition(". ")[0]
    assert all((id in sentence) == above[id] for id in above.index)
    assert "Outside" not in run(capsys, "compare", *options, "--columns", "transit_days")[1]


def test_ranges_without_numbers_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Risks have no ranges here: they are not drawn for nothing."""
    code, _, errors = run(capsys, "compare", "--ranges", "--draws", "3", "--columns", "risk")
    assert code == 2
    assert "ranges are of numbers, and no column asked for has any but risks" in errors
