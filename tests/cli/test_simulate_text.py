"""What `corridor simulate` prints: regimes, both bounds, draws, priors, causes, places, and what is left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import corridor as cr
from corridor.cli import streams
from helpers.commands import run
from helpers.parallel_routes import closes, ways

WAR = "rates as since 24 February 2022 (war)"


@pytest.fixture
def asked(tmp_path: Path) -> list[str]:
    """Return the command on a network of two ways with a prior and a hazard on record, more frequent in war."""
    hazards = [
        closes("embargo", "w0", rate={"calm": 0.2, "war": 1.0}, days=40.0, events=0, cause="order", place="RUS"),  # type: ignore[arg-type]
        closes("leak", "w1", rate={"calm": 2.0, "war": 2.0}, days=20.0, events=4, cause="technical", place="GEO"),  # type: ignore[arg-type]
    ]
    path = tmp_path / "ways.json"
    cr.write_network(ways(7, 6, hazards=hazards), path)
    return ["simulate", "--network", str(path), "--years", "300", "--seed", "3", "--quiet", "--regime", "war"]


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what a command prints, white space as one blank."""
    code, out, err = run(capsys, *arguments)
    assert code == 0, err
    return " ".join(out.split())


def test_the_regime_is_named(capsys: pytest.CaptureFixture[str], asked: list[str]) -> None:
    """In the first line."""
    assert f"300 simulated years of ways, hazards at {WAR}, seed 3." in printed(capsys, *asked)


def test_a_mixture_of_regimes_says_its_shares(capsys: pytest.CaptureFixture[str], asked: list[str]) -> None:
    """By the text, in JSON by share."""
    mixed = [*asked[:-1], "war=0.25,calm=0.75"]
    assert (
        "hazards at rates as before 24 February 2022 (calm) in 75 % of years, as since 24 February 2022 (war) in 25 %"
        in printed(capsys, *mixed)
    )
    document = json.loads(run(capsys, *mixed, "--format", "json")[1])
    assert document["regimes"] == {"calm": 0.75, "war": 0.25}
    assert document["regime"] == "calm 0.75, war 0.25"


def test_a_mixture_is_the_one_of_the_library(capsys: pytest.CaptureFixture[str], asked: list[str]) -> None:
    """The same years as by `simulate(regime={...})`."""
    document = json.loads(run(capsys, *asked[:-1], "war=0.5,calm=0.5", "--format", "json")[1])
    ens = cr.simulate(cr.read_network(asked[2]), 300, 3, regime={"war": 0.5, "calm": 0.5})
    found = {row["column"]: row["mean"] for row in document["rows"]}
    assert found["shortfall_mt"] == pytest.approx(ens.years["shortfall_mt"].mean())


def test_both_bounds_of_rerouting_are_printed(capsys: pytest.CaptureFixture[str], asked: list[str]) -> None:
    """As the library has them, side by side."""
    net = cr.read_network(asked[2])
    out = printed(capsys, *asked)
    for name, rerouting in (("other ways at once", True), ("usual ways only", False)):
        mean = cr.simulate(net, 300, 3, regime="war", rerouting=rerouting).years["oil_shortfall_mt"].mean()
        assert f"{name}, central rates {mean:.2f}" in out


def test_without_rerouting_all_tables_are_those_of_usual_ways(
    capsys: pytest.CaptureFixture[str], asked: list[str]
) -> None:
    """Said in the first line, and in JSON."""
    assert f"hazards at {WAR}, usual ways only, seed 3." in printed(capsys, *asked, "--no-rerouting")
    document = json.loads(run(capsys, *asked, "--no-rerouting", "--format", "json")[1])
    ens = cr.simulate(cr.read_network(asked[2]), 300, 3, regime="war", rerouting=False)
    found = {row["column"]: row["mean"] for row in document["rows"]}
    assert document["rerouting"] is False
    assert found["shortfall_mt"] == pytest.approx(ens.years["shortfall_mt"].mean())


def test_drawn_rates_are_printed_beside_central_ones(capsys: pytest.CaptureFixture[str], asked: list[str]) -> None:
    """With how many draws."""
    out = printed(capsys, *asked, "--rates", "drawn", "--draws", "3")
    assert "3 draws of rates, durations and shares, seed 3." in out
    assert "other ways at once, central rates" in out
    assert "other ways at once, drawn rates" in out


def test_priors_are_marked_and_weighed(capsys: pytest.CaptureFixture[str], asked: list[str]) -> None:
    """In the table of hazards, among the states, and as a share of what is not lifted."""
    ens = cr.simulate(cr.read_network(asked[2]), 300, 3, regime="war")
    share = ens.attribution("oil_shortfall_mt", by="prior")["share"]["prior: no event on record"]
    out = printed(capsys, *asked)
    assert "Prior: no event on record." in out
    assert f"On hazards without an event on record (priors) rest {100 * share:.0f} % of oil not lifted" in out
    assert out.count("embargo (prior)") >= 2
    assert "leak (prior)" not in out


def test_causes_and_places_are_printed(capsys: pytest.CaptureFixture[str], asked: list[str]) -> None:
    """With what each bears in an average year."""
    ens = cr.simulate(cr.read_network(asked[2]), 300, 3, regime="war")
    out = printed(capsys, *asked)
    for by, names in (("cause", ("order", "technical")), ("place", ("RUS", "GEO"))):
        amounts = ens.attribution("oil_shortfall_mt", by=by)["amount"]
        assert all(f"{name} {amounts[name]:.3f}" in out for name in names)


def test_what_is_left_out_stands_at_the_end(capsys: pytest.CaptureFixture[str], asked: list[str]) -> None:
    """Fields fail too: a bad transport year is not the worst."""
    assert "fields fail too, and no hazard of a field is in. Left out: tanks" in printed(capsys, *asked)


def test_the_text_fits_a_terminal_of_80_columns(
    capsys: pytest.CaptureFixture[str], asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All lines, tables and sentences."""
    monkeypatch.setattr(streams, "on_a_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    out = run(capsys, *asked)[1]
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("by", ["cause", "place", "prior"])
def test_the_table_of_attribution_is_by_what_is_asked(
    capsys: pytest.CaptureFixture[str], asked: list[str], by: str
) -> None:
    """As the library has it."""
    document = json.loads(run(capsys, *asked, "--table", "attribution", "--by", by, "--format", "json")[1])
    expected = cr.simulate(cr.read_network(asked[2]), 300, 3, regime="war").attribution("oil_shortfall_mt", by=by)
    assert {row[by]: row["amount"] for row in document["rows"]} == pytest.approx(expected["amount"].to_dict())


def test_the_table_of_exceedance_is_the_librarys(capsys: pytest.CaptureFixture[str], asked: list[str]) -> None:
    """How likely a year above each level is."""
    document = json.loads(run(capsys, *asked, "--table", "exceedance", "--format", "json")[1])
    expected = cr.simulate(cr.read_network(asked[2]), 300, 3, regime="war").exceedance("oil_shortfall_mt")
    assert [row["chance"] for row in document["rows"]] == pytest.approx(expected["chance"].tolist())


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--draws", "5"], "--draws: needs --rates drawn"),
        (["--by", "cause"], "--by: needs --table attribution"),
        (["--regime", "war=0.5,calm"], "as in war=0.5,calm=0.5 (got 'war=0.5,calm')"),
        (["--regime", "war=0.5,war=0.5"], "each once"),
        (["--regime", "war=0.5,calm=0.4"], "shares of years must add up to 1"),
        (["--regime", "war=0.5,peace=0.5"], "has rates for the regimes 'calm', 'war' (got 'peace')"),
        (["--regime", "full"], "regime 'full' is no more"),
        (["--rates", "drawn", "--draws", "4", "--years", "300"], "100 or more a draw"),
    ],
)
def test_what_cannot_be_simulated_is_refused(
    capsys: pytest.CaptureFixture[str], asked: list[str], arguments: list[str], text: str
) -> None:
    """Exit code 2, one sentence, nothing printed."""
    code, out, err = run(capsys, *asked, *arguments)
    assert (code, out) == (2, "")
    assert text in err
    assert len(err.splitlines()) == 1
