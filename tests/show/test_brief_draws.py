"""What a brief draws and simulates: draws of rates, years given, ranges on request, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import corridor as cr
from corridor.cli.main import BAD_INPUT, DONE, main
from helpers.in_short import sentences
from helpers.small_networks import edge, network, scenario

STORM = cr.Hazard(name="storm", changes=[cr.Outage(edge="south")], frequency_per_year=(0.5, 2.0, 5.0), duration_days=9)
NET = network(edge("north", 20.0, 3.0, corridor="north"), edge("south", 30.0, 2.0, corridor="south")).replace(
    hazards=[STORM]
)


def text_of(folder: Path, **more: Any) -> str:
    """Return the page of a brief of in short and bad years."""
    given = {"sections": ["summary", "bad_years"]} | more
    return cr.report(NET, [], folder / "b.html", **given).read_text(encoding="utf-8")


def test_rates_are_drawn_where_years_allow(tmp_path: Path) -> None:
    """By default 100 draws of 100 years, with the range that ignorance leaves."""
    assert "10,000 simulated years, the network&#x27;s own hazards, 100 draws of rates" in text_of(tmp_path)


@pytest.mark.parametrize("years", [9900, 10_050])
def test_other_years_are_at_central_rates(tmp_path: Path, years: int) -> None:
    """Less than 100 a draw would tell nothing, and draws must have as many years each."""
    assert "draws of rates" not in text_of(tmp_path, years=years)


def test_central_rates_can_be_asked_for(tmp_path: Path) -> None:
    """draws=0."""
    assert "draws of rates" not in text_of(tmp_path, draws=0)


def test_too_few_years_for_the_draws_asked_for_are_refused(tmp_path: Path) -> None:
    """Not drawn less often in silence."""
    with pytest.raises(cr.DataError, match="years must be 100 or more a draw"):
        text_of(tmp_path, years=500, draws=20)


def test_years_that_were_simulated_can_be_given(tmp_path: Path) -> None:
    """The brief then says what they say."""
    ens = cr.simulate(NET, 3000, 11, rates="drawn", draws=3, progress=False)
    row = ens.summary().loc["oil_shortfall_mt"]
    text = sentences(NET, [], tmp_path, bad_years=ens)["bad_year"]
    assert f"the worst 5 % {row['cvar_p05']:.2f} to {row['cvar_p95']:.2f} Mt." in text
    assert "of 3,000 simulated years" in text


def test_years_given_are_in_the_run_id(tmp_path: Path) -> None:
    """Other years are another brief."""
    years = [cr.simulate(NET, 50, seed, progress=False) for seed in (1, 2)]
    pages = [text_of(tmp_path, bad_years=ens) for ens in years]
    assert len({match[1] for page in pages if (match := re.search(r"run ([0-9a-f]{12})", page))}) == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"bad_years": 3}, r"bad_years must be an Ensemble, as cr.simulate returns it \(got 3\)"),
        ({"bad_years": cr.simulate(NET, 20, progress=False), "years": 20}, "leave out years"),
        ({"bad_years": cr.simulate(NET, 20, progress=False), "draws": 0}, "leave out draws"),
        (
            {"bad_years": cr.simulate(NET, 20, scenario=scenario(cr.Outage(edge="north")), progress=False)},
            "of the scenario 'it', and a brief compares with the baseline",
        ),
        ({"bad_years": cr.simulate(NET.replace(year=2030), 20, progress=False)}, "are of another network"),
        ({"bad_years": cr.simulate(NET, 20, progress=False), "sections": ["risk"]}, "no section named shows bad_years"),
        ({"draws": -1}, r"draws must be a whole number, 0 for central rates \(got -1\)"),
        ({"draws": 2.0}, "draws must be a whole number"),
        ({"ranges": True}, "ranges=True needs figures with a range, and this network has none"),
        ({"ranges": "yes"}, r"ranges must be True, False or left out \(got 'yes'\)"),
        ({"ranges": True, "sections": ["risk"]}, "no section named shows ranges; add one of 'summary', 'comparison'"),
        ({"seed": -1}, "seed"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(tmp_path: Path, given: dict[str, Any], message: str) -> None:
    """Before anything is computed or written."""
    with pytest.raises(cr.DataError, match=message):
        text_of(tmp_path, **given)
    assert not list(tmp_path.iterdir())


def test_the_command_takes_draws(tmp_path: Path) -> None:
    """`corridor report --years 200 --draws 2`."""
    path = tmp_path / "b.html"
    given = ["report", "--scenario", "cpc-shut", "--section", "bad_years", "--section", "summary", "--no-ranges"]
    assert main([*given, "--years", "200", "--draws", "2", "--output", str(path)]) == DONE
    text = path.read_text(encoding="utf-8")
    assert "2 draws of rates" in text
    assert "not drawn (ranges=False)" in text


def test_the_command_refuses_too_many_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, exit code 2."""
    given = ["report", "--scenario", "cpc-shut", "--years", "200", "--draws", "3", "--section", "summary"]
    assert main([*given, "--no-ranges", "--output", str(tmp_path / "b.html")]) == BAD_INPUT
    assert "years must be 100 or more a draw" in capsys.readouterr().err
