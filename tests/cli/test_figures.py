"""`corridor figures`: what is known of each figure, how old it is, and what a new year has to look up."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

import corridor as cr
from corridor.cli import streams
from helpers.commands import run

NET = cr.load()
assert NET.year is not None
NEXT_YEAR = NET.year + 1


def rows_of_csv(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, str]]:
    """Return what the command writes as CSV."""
    code, text, _ = run(capsys, "figures", *options, "--format", "csv")
    assert code == 0
    return list(csv.DictReader(io.StringIO(text)))


def test_a_new_year_lists_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    """A year that no source speaks of yet: all chosen figures are carried, each once."""
    rows = rows_of_csv(capsys, "--carried", "--year", str(NEXT_YEAR))
    listed = sorted((row["record"], row["subject"], row["attribute"]) for row in rows)
    chosen = sorted((f.record, f.subject, f.attribute) for f in NET.figure_records if f.choice == "chosen")
    assert listed == chosen
    assert len(set(listed)) == len(listed)


def test_a_new_year_counts_ages_from_the_last_year_known(capsys: pytest.CaptureFixture[str]) -> None:
    """Age is the year less the last that the source speaks of, at least 1, and the oldest stand first."""
    rows = rows_of_csv(capsys, "--carried", "--year", str(NEXT_YEAR))
    ages = [int(row["age_years"]) for row in rows]
    assert ages == [NEXT_YEAR - int(row["until"]) for row in rows]
    assert min(ages) == 1
    assert ages == sorted(ages, reverse=True)


def test_a_figure_comes_with_its_value_and_sources(capsys: pytest.CaptureFixture[str]) -> None:
    """The last value, as the records of the newest year have it, and the ids of its sources."""
    rows = rows_of_csv(
        capsys, "--carried", "--year", str(NEXT_YEAR), "--subject", "btc", "--attribute", "capacity_mtpa"
    )
    (figure,) = (
        f for f in NET.figure_records
        if (f.record, f.subject, f.attribute, f.choice) == ("edge", "btc", "capacity_mtpa", "chosen")
    )  # fmt: skip
    (row,) = (row for row in rows if row["subject"] == "btc")
    assert float(row["value"]) == NET.edge("btc").capacity_mtpa
    assert row["sources"].split(";") == list(figure.sources)


def test_a_year_of_the_network_lists_what_is_carried_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a year the newest; the same figures as the library names."""
    table = NET.figures(carried=True)
    assert [(row["subject"], row["attribute"]) for row in rows_of_csv(capsys, "--carried")] == list(
        zip(table["subject"], table["attribute"], strict=True)
    )


def test_without_carried_rivals_stand_in_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Every figure of the year, chosen and rival, those known for the year at age 0."""
    rows = rows_of_csv(capsys, "--year", "2024")
    assert len(rows) == len(cr.load(year=2024).figure_records)
    assert {"chosen", "rival"} == {row["choice"] for row in rows}
    assert all(int(row["age_years"]) == max(0, 2024 - int(row["until"])) for row in rows)


def test_people_read_the_age_value_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    """A block an age; a figure has a line, and one below it for its source."""
    figure = next(f for f in NET.figure_records if f.choice == "chosen" and f.until == 2022 and not f.formula)
    text = run(capsys, "figures", "--carried", "--year", "2026", "--subject", figure.subject)[1]
    block = text[text.index("Age 4 years in 2026: known to 2022") :]
    source = next(source for source in NET.sources if source.id == figure.sources[0])
    assert re.search(
        rf"  {figure.subject}\.{figure.attribute}  {figure.value:g} {figure.unit}, {figure.confidence}\n    .*"
        + re.escape(source.title),
        block,
    )


def test_a_terminal_gets_lines_that_fit(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """At 80 columns no line is longer, and no figure is left out."""
    monkeypatch.setattr(streams, "on_a_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    lines = run(capsys, "figures", "--carried", "--year", str(NEXT_YEAR))[1].splitlines()
    assert max(map(len, lines)) <= 80
    named = [line for line in lines if line.startswith("  ") and not line.startswith("    ")]
    assert len(named) == sum(f.choice == "chosen" for f in NET.figure_records)


def test_json_says_how_far_the_evidence_goes(capsys: pytest.CaptureFixture[str]) -> None:
    """An object with the year asked for, the last date of the evidence, and the rows."""
    document = json.loads(run(capsys, "figures", "--carried", "--year", str(NEXT_YEAR), "--format", "json")[1])
    assert (document["year"], document["as_of"]) == (NEXT_YEAR, NET.as_of)
    assert {"value", "source", "age_years"} <= document["rows"][0].keys()


def test_the_ending_of_the_file_gives_the_format(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The list to work through is written as a table for spreadsheets."""
    path = tmp_path / "to-do.csv"
    assert run(capsys, "figures", "--carried", "--year", str(NEXT_YEAR), "--output", str(path))[0] == 0
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == sum(f.choice == "chosen" for f in NET.figure_records)


def test_a_network_of_ones_own_has_a_new_year_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Ages of a file's figures in a later year than its own."""
    path = str(cr.write_network(cr.load(year=2021), tmp_path / "own.json"))
    rows = rows_of_csv(capsys, "--network", path, "--carried", "--year", "2030", "--subject", "btc")
    assert rows
    assert all(int(row["age_years"]) == 2030 - int(row["until"]) for row in rows)


def test_a_network_without_figures_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """An empty list is explained."""
    path = str(cr.write_network(NET.replace(figure_records=(), sources=()), tmp_path / "bare.json"))
    assert "no figures are kept" in run(capsys, "figures", "--network", path)[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--year", "20277"], "--year 20277: must be at most "),
        (["--year", "1999"], "year must be 2018 to "),
        (["--subject", "btcc"], "no subject of a figure named 'btcc'"),
        (["--attribute", "capacity"], "did you mean 'capacity_mtpa'"),
    ],
)
def test_what_is_unknown_is_refused(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In one sentence, nothing on stdout."""
    code, out, errors = run(capsys, "figures", *options)
    assert (code, out) == (2, "")
    assert message in errors
