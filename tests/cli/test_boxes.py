"""Boxes on the command line: `compare`, `outcomes` and `solve` on the shipped freight network, and refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import corridor as cr
from corridor.cli.main import main
from helpers.box_network import box_network


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the path of a small network of boxes and grain."""
    path = tmp_path_factory.mktemp("boxes") / "boxes.json"
    cr.write_network(box_network(), path)
    return str(path)


@pytest.fixture(scope="module")
def wider(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the path of a scenario with a wider quay."""
    path: Path = tmp_path_factory.mktemp("scenario") / "wider.scenario.yaml"
    path.write_text("name: wider\nchanges:\n  - expand: {edge: quay_west, add_mtpa: 0.5}\n", encoding="utf-8")
    return str(path)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what a command prints."""
    assert main(arguments) == 0
    return capsys.readouterr().out


def test_compare_prints_boxes_by_default(capsys: pytest.CaptureFixture[str], network: str) -> None:
    """Capacity, what moves, share, price, days, lateness, rents; no netback and no next tonne."""
    text = printed(capsys, "compare", "--network", network)
    row = next(line for line in text.splitlines() if line.strip().startswith("middle_corridor"))
    assert row.split() == ["middle_corridor", "open", "12", "75,000", "10,000", "0.5", "2,500", "5.5", "0", "quay_west"]
    assert "[USD/FEU]" in text
    assert "netback" not in text


def test_compare_prints_a_scenario_in_boxes(capsys: pytest.CaptureFixture[str], network: str, wider: str) -> None:
    """80,000 TEU, and what is lost in TEU a year, of boxes alone."""
    text = printed(capsys, "compare", "--network", network, "--scenario", wider)
    assert "80,000" in text.split("wider")[1]
    assert "[TEU/y]" in text.split("wider")[1]
    assert "all shippers" not in text


def test_compare_writes_boxes_for_programs(capsys: pytest.CaptureFixture[str], network: str) -> None:
    """Columns are named by TEU and FEU; totals too."""
    document = json.loads(printed(capsys, "compare", "--network", network, "--format", "json"))
    row = next(row for row in document["rows"] if row["corridor"] == "middle_corridor")
    assert row["capacity_teu_per_year"] == pytest.approx(75_000)
    assert document["totals"][0]["shortfall_change_teu_per_year"] == 0


def test_compare_of_grain_is_in_tonnes(capsys: pytest.CaptureFixture[str], network: str) -> None:
    """Without asking for units."""
    assert "[Mt/y]" in printed(capsys, "compare", "--network", network, "--commodity", "grain")


def test_compare_prints_main_columns_in_boxes_when_asked(capsys: pytest.CaptureFixture[str], network: str) -> None:
    """Reachable and nameplate in TEU."""
    text = printed(capsys, "compare", "--network", network, "--columns", "main")
    assert "TEU/y" in text
    assert "[Mt/y]" not in text


def test_the_freight_network_shows_which_scenario_moves_which_limit(capsys: pytest.CaptureFixture[str]) -> None:
    """Alat phase 2 lifts 81,300 to Aktau's 70,000 and the ferries' 33,692."""
    text = printed(capsys, "compare", "--network", "caspian_freight", "--year", "2024")
    rows = [line.split() for line in text.splitlines() if "Alat phase 2" in line]
    assert rows[0][3] == "103,692"
    assert "aktau_quay + fleet ferries_kuryk by middle_corridor" in text
    assert "The most containers that could move by corridor" in text


def test_outcomes_of_a_group_are_in_boxes(capsys: pytest.CaptureFixture[str], network: str, wider: str) -> None:
    """2,070,000 TEU a year are delivered."""
    text = printed(capsys, "outcomes", "--network", network, "--commodity", "containers", "--scenario", wider)
    assert "2,070,000 TEU/y are delivered" in text


def test_solve_explains_boxes(capsys: pytest.CaptureFixture[str], network: str) -> None:
    """By the group's name, or by units alone."""
    texts = [
        printed(capsys, "solve", "--network", network, *more)
        for more in (("--commodity", "containers"), ("--units", "TEU"))
    ]
    assert "75,000 TEU/y, stopped by quay_west" in texts[0]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("compare", "--units", "TEU"), "commodity 'kazakh_crude' has no TEU"),
        (("outcomes", "--units", "TEU", "--commodity", "kazakh_crude"), "commodity 'kazakh_crude' has no TEU"),
        (("solve", "--commodity", "btc"), "no commodity or group of commodities named 'btc'"),
        (("solve", "--commodity", "crude", "--table", "edges"), "--commodity is for the text"),
        (("compare", "--columns", "containers"), "is of boxes, and 'kazakh_crude' is not counted in TEU"),
    ],
)  # fmt: skip
def test_what_has_no_boxes_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    """One sentence, and exit code 2."""
    assert main(arguments) == 2
    assert message in capsys.readouterr().err
