"""`corridor compare`: which columns, whose tonne, to which market, what it says in a sentence, and its sources."""

from __future__ import annotations

import io
import json
from functools import cache

import pandas as pd
import pytest

import corridor as cr
from corridor.cli import streams
from helpers.commands import run

SHUT = ("--scenario", "cpc-shut")
FEATURED = ["cpc", "btc", "druzhba", "middle_corridor"]


@cache
def table() -> pd.DataFrame:
    """Return what the command prints: the four corridors in 2026, baseline and CPC shut."""
    return cr.compare(cr.load(), cr.load_scenario("cpc-shut"), corridors=FEATURED)


def words(text: str) -> str:
    """Return a text with white space as one blank."""
    return " ".join(text.split())


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make stdout a terminal of 80 columns."""
    monkeypatch.setattr(streams, "on_a_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")


def row(out: str, name: str, block: str) -> str:
    """Return the printed row of a corridor in the block of a scenario."""
    lines = out[out.index(f"\n{block}\n") :].splitlines()
    return next(line for line in lines if line.startswith(f"  {name} "))


# Columns


@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        ([], "main"),
        (["--columns", "capacity_mtpa,countries", "--columns", "distance_km"],
         ["capacity_mtpa", "countries", "distance_km"]),
        (["--columns", "if_lost", "--columns", " risk , status "], ["if_lost", "risk", "status"]),
        (["--columns", "all"], "all"),
    ],
)  # fmt: skip
def test_columns_are_named_as_in_compare(
    asked: list[str], columns: str | list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """By name or group, parted by commas or repeated; machines get those and no other."""
    got = pd.read_csv(io.StringIO(run(capsys, "compare", *SHUT, *asked, "--format", "csv")[1]))
    wanted = cr.compare(cr.load(), [], corridors=["cpc"], columns=columns)
    assert list(got.columns) == ["scenario", "corridor", *wanted.columns]


def test_columns_asked_for_by_name_are_printed_even_without_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    """Under their name; a group prints what has a heading."""
    out = run(capsys, "compare", *SHUT, "--columns", "countries,distance_km")[1]
    assert row(out, "cpc", "baseline").split() == ["cpc", "KAZ-RUS-TUR-ITA", "3,800"]
    assert "countries" not in run(capsys, "compare", *SHUT, "--columns", "route")[1]


def test_an_unknown_column_is_named_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, one sentence."""
    code, out, err = run(capsys, "compare", "--columns", "main,netbak_usd_per_t")
    assert (code, out) == (2, "")
    assert "no column or group of compare named 'netbak_usd_per_t'; did you mean 'netback_usd_per_t'?" in err


# What it says


@pytest.mark.usefixtures("terminal")
def test_the_three_capacities_of_a_corridor_fit_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """How much could the BTC take: built, reachable, now; then what moves, netback and next tonne."""
    out = run(capsys, "compare", *SHUT)[1]
    assert max(map(len, out.splitlines())) <= 80
    btc = table().loc[("baseline", "btc")]
    names = ("nameplate_mtpa", "reachable_mtpa", "capacity_mtpa", "throughput_mtpa", "netback_usd_per_t",
             "next_tonne_usd_per_t")  # fmt: skip
    assert row(out, "btc", "baseline").split()[1:] == [f"{btc[name]:.1f}" for name in names]


@pytest.mark.usefixtures("terminal")
def test_a_sentence_says_which_corridor_is_best_for_the_next_tonne(capsys: pytest.CaptureFixture[str]) -> None:
    """The one of the highest next tonne, with whose it is; and where the best ways end."""
    out = words(run(capsys, "compare", *SHUT)[1])
    base = table().loc["baseline"]
    best = base["next_tonne_usd_per_t"].idxmax()
    assert f"The next Tengiz tonne earns most by {best}: {base['next_tonne_usd_per_t'].max():.1f} USD/t." in out
    assert "The best way ends at augusta by cpc, btc and middle_corridor; at plock by druzhba." in out


@pytest.mark.usefixtures("terminal")
def test_a_full_way_is_said_to_be_full(capsys: pytest.CaptureFixture[str]) -> None:
    """In the cell where the next tonne would stand, and in the sentence; a closed corridor has neither."""
    out = run(capsys, "compare", *SHUT)[1]
    shut = table().loc["CPC shut"]
    assert shut["next_tonne_usd_per_t"].isna().all()
    for corridor in ("btc", "druzhba", "middle_corridor"):
        assert row(out, corridor, "CPC shut").endswith("  every way full")
    assert row(out, "cpc", "CPC shut").split()[-2:] == ["-", "-"]
    assert "Every way is full: no further Tengiz tonne can move." in words(out)


@pytest.mark.usefixtures("terminal")
def test_what_stops_more_is_said_where_its_column_does_not_fit(capsys: pytest.CaptureFixture[str]) -> None:
    """And not twice where it does."""
    narrow, wide = run(capsys, "compare", *SHUT)[1], run(capsys, "compare", *SHUT, "--wide")[1]
    assert "quota btc by btc" in words(narrow).split("What stops more: ")[1].split(".")[0]
    assert "What stops more" not in wide
    assert row(wide, "btc", "baseline").split()[-5:-3] == ["quota", "btc"]


def test_equally_good_ways_are_named_together(capsys: pytest.CaptureFixture[str]) -> None:
    """With a premium on the CPC its next tonne equals those of other ways."""
    out = words(run(capsys, "compare", "--scenario", "black-sea-war-risk")[1])
    rows = cr.compare(cr.load(), cr.load_scenario("black-sea-war-risk"), corridors=FEATURED).loc["Black Sea war risk"]
    tied = rows.index[rows["next_tonne_usd_per_t"] > rows["next_tonne_usd_per_t"].max() - 0.01].tolist()
    assert len(tied) > 1
    assert f"earns most by {', '.join(tied[:-1])} and {tied[-1]} alike: " in out


def test_a_planned_corridor_is_not_in_service_rather_than_closed(capsys: pytest.CaptureFixture[str]) -> None:
    """No order or accident has shut it."""
    out = run(capsys, "compare", *SHUT, "--corridor", "zangezur", "--corridor", "cpc")[1]
    assert row(out, "zangezur", "baseline").split()[1:4] == ["not", "in", "service"]
    assert row(out, "cpc", "CPC shut").split()[1] == "closed"


# Whose tonne, and where to


def test_every_origin_has_rows_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Under corridor and origin, the last one for all."""
    out = run(capsys, "compare", *SHUT, "--corridor", "cpc", "--origin", "each")[1]
    assert out.startswith("kazakh_crude by corridor, caspian 2026, for every origin.")
    each = cr.compare(cr.load(), [], corridors="cpc", origin="each").loc[("baseline", "cpc")]
    for origin, cells in each.iterrows():
        netback = cells["netback_usd_per_t"]
        line = next(line for line in out.splitlines() if line.startswith(f"  cpc, {origin} "))
        assert (f"{netback:.1f}" if netback == netback else " - ") in line


@pytest.mark.usefixtures("terminal")
def test_every_origin_of_the_first_run_fits(capsys: pytest.CaptureFixture[str]) -> None:
    """What scenarios change is that of the corridor, once."""
    out = run(capsys, "compare", "--corridor", "btc", "--origin", "each")[1]
    assert max(map(len, out.splitlines())) <= 80
    assert sum(line.startswith("  Ceyhan closed") for line in out.splitlines()) == 1


def test_a_market_is_named_in_the_head(capsys: pytest.CaptureFixture[str]) -> None:
    """Ways lead there and nowhere else."""
    out = run(capsys, "compare", *SHUT, "--destination", "schwedt")[1]
    assert out.startswith("kazakh_crude by corridor, caspian 2026, for a Tengiz tonne, to schwedt only.")
    assert "tengiz > schwedt" in row(out, "druzhba", "baseline")
    assert "augusta" not in out


def test_a_group_of_commodities_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    """What its commodities lose together; a tonne of no one origin has no netback."""
    out = run(capsys, "compare", *SHUT, "--commodity", "crude")[1]
    assert out.startswith("crude by corridor, caspian 2026.")
    lost = [
        cr.outcomes(cr.load(), cr.load_scenario("cpc-shut"), commodity=id).loc["CPC shut", "loss_musd_per_year"]
        for id in ("kazakh_crude", "azeri_crude", "russian_crude", "turkmen_crude")
    ]
    after = out[out.index("lost against the baseline") :]
    line = next(line for line in after.splitlines() if line.startswith("  crude "))
    assert line.split()[-1] == f"{sum(lost):,.0f}"
    assert "every way full" not in out


def test_json_says_whose_tonne_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Beside network and commodity."""
    document = json.loads(run(capsys, "compare", *SHUT, "--corridor", "cpc", "--format", "json")[1])
    assert (document["commodity"], document["origin"]) == ("kazakh_crude", "tengiz")


# Sources


def test_sources_are_footnotes_of_the_columns_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """As `sources` gives them."""
    asked = ("compare", *SHUT, "--corridor", "btc", "--columns", "capacity_mtpa", "--sources")
    found = cr.sources(cr.compare(cr.load(), cr.load_scenario("cpc-shut"), corridors="btc", columns="capacity_mtpa"))
    assert run(capsys, *asked)[1].endswith(f"\n{found.footnotes()}")
    rows = json.loads(run(capsys, *asked, "--format", "json")[1])["sources"]
    assert [row["subject"] for row in rows] == found.table["subject"].tolist()


def test_sources_are_no_csv(capsys: pytest.CaptureFixture[str]) -> None:
    """Two tables in one file are refused."""
    code, _, err = run(capsys, "compare", "--sources", "--format", "csv")
    assert code == 2
    assert "--sources cannot be written as csv" in err


def test_what_is_of_the_whole_corridor_is_said_above_rows_of_origins_and_for_one_market(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Volumes repeat in the row of each origin, and lead to every market: they are no shares of the corridor."""
    each = words(run(capsys, "compare", "--corridor", "cpc", "--origin", "each")[1])
    assert "What moves, what could and what is lost is of the whole corridor, whatever the origin." in each
    one = words(run(capsys, "compare", *SHUT, "--corridor", "cpc", "--destination", "schwedt")[1])
    assert "of the whole corridor, to all markets." in one
    assert "of the whole corridor" not in words(run(capsys, "compare", *SHUT, "--corridor", "cpc")[1])


def test_columns_that_a_group_of_commodities_cannot_have_are_printed_only_if_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Netback and next tonne are of one origin: for crude they would be two columns of dashes and their legend."""
    asked = ("compare", *SHUT, "--commodity", "crude", "--corridor", "btc")
    out = words(run(capsys, *asked)[1])
    assert "netback" not in out.partition("lost against the baseline")[0].lower()
    assert "netback" in run(capsys, *asked, "--columns", "netback_usd_per_t")[1]
