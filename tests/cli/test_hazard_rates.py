"""`corridor hazard-rates`: the record's rates as a table, and the files of hazards made of it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import corridor as cr
from helpers.commands import run


def test_csv_has_every_row_and_column(capsys: pytest.CaptureFixture[str]) -> None:
    """As `cr.hazard_rates` does."""
    code, text, _ = run(capsys, "hazard-rates", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    table = cr.hazard_rates()
    assert code == 0
    assert [(row["unit"], row["form"]) for row in rows] == list(table.index)
    assert list(rows[0]) == ["unit", "form", *table.columns]
    assert float(rows[1]["war_per_year"]) == pytest.approx(table["war_per_year"].iloc[1])


def test_json_counts_what_began_by_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    """Five slows of the CPC by the end of 2023: in the file one of 2021, three of 2022 and one of 2023."""
    code, text, _ = run(capsys, "hazard-rates", "--until", "2023-12-31", "--format", "json")
    (slow,) = (row for row in json.loads(text) if (row["unit"], row["form"]) == ("cpc", "slow"))
    assert (code, slow["events"]) == (0, 5)


def test_the_table_says_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    """The cut-off in its head; the rate of the worked example in its row."""
    code, text, _ = run(capsys, "hazard-rates")
    assert code == 0
    assert text.startswith("Interruptions that began by 2025-12-31:")
    assert "1.2305" in text


@pytest.mark.generated
def test_write_makes_the_files_that_ship(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Both, byte for byte, and their paths on stderr."""
    code, text, notes = run(capsys, "hazard-rates", "--write", str(tmp_path))
    shipped = Path(cr.__file__).resolve().parents[1] / "data" / "caspian"
    assert (code, text) == (0, "")
    for name in ("hazards.yaml", "rate_groups.csv"):
        assert (tmp_path / name).read_bytes() == (shipped / name).read_bytes()
        assert f"Written: {tmp_path / name}" in notes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--until", "2019-12-31"), "until must be 2021-12-31 to 2026-05-31"),
        (("--until", "soon"), "until must be a date like 2023-12-31 (got 'soon')"),
        (("--write", "missing"), "--write missing: must be an existing folder"),
        (("--write", ".", "--format", "csv"), "leave --output and --format out"),
        (("--write", ".", "--output", "a.csv"), "leave --output and --format out"),
    ],
)
def test_bad_input_is_one_sentence(
    options: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Exit code 2, nothing on stdout, nothing written."""
    monkeypatch.chdir(tmp_path)
    code, text, notes = run(capsys, "hazard-rates", *options)
    assert (code, text) == (2, "")
    assert message in notes
    assert list(tmp_path.iterdir()) == []
