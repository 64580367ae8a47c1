"""The record of interruptions: its rows, what they count for, and how it is read."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest

import corridor as cr
from corridor.library.interruptions import _assets, _common_causes, _interruptions

DATA = Path(cr.__file__).resolve().parents[1] / "data"
KINDS = {
    "political_order": "order", "payment_sanctions": "order", "unrest": "order", "war": "war", "sabotage": "war",
    "technical": "technical", "contamination": "technical", "congestion": "technical", "weather": "weather",
    "natural_hazard": "natural",
}  # fmt: skip
"""Cause of each word of the record, as the note on method puts them into classes."""


def record() -> list[dict[str, str]]:
    """Return the rows of the shipped record."""
    with (DATA / "history" / "events.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_record_has_all_rows() -> None:
    """163 interruptions, each with an id of its own: 124 of the first edition and 39 of the second."""
    assert len(record()) == len({row["id"] for row in record()}) == 163


def test_each_row_counted_or_not_says_why() -> None:
    """Counted is yes or no; what is not counted has a reason, what is counted has none."""
    assert {row["counted"] for row in record()} == {"yes", "no"}
    assert [row["id"] for row in record() if (row["counted"] == "no") != bool(row["reason"])] == []


def test_each_counted_row_has_a_kind() -> None:
    """The causes of counted rows are those that the note puts into classes.

    One shock on an asset mixes two, rain that brought a mudslide; its kind is that of its first row.
    """
    counted = [row for row in record() if row["counted"] == "yes"]
    of_shock = {(row["asset"], row["shock"], KINDS[row["cause"]]) for row in counted}
    several = Counter((asset, shock) for asset, shock, _ in of_shock)
    assert [pair for pair, kinds in several.items() if kinds > 1] == [("georgia_rail", "rains_jun2023")]
    with (DATA / "history" / "causes.csv").open(encoding="utf-8") as file:
        assert {row["cause"]: row["kind"] for row in csv.DictReader(file)} == KINDS


def test_durations_are_the_days_between_the_dates() -> None:
    """End minus start, half a day where both are one date."""
    for row in record():
        days = (dt.date.fromisoformat(row["end"]) - dt.date.fromisoformat(row["start"])).days
        assert float(row["duration_days"]) == (days or 0.5), row["id"]


def test_counted_losses_are_shares_and_in_the_record() -> None:
    """What is counted began within the record; shares lost are more than 0 and at most 1."""
    counted = [row for row in record() if row["counted"] == "yes"]
    assert all(0 < float(row["capacity_lost_fraction"]) <= 1 for row in counted)
    assert all("1999-01-01" <= row["start"] <= "2025-12-31" for row in counted)


def test_what_came_after_the_record_says_so() -> None:
    """Eight events of 2026 wait for a later cut-off; all others are within the record."""
    later = [row["id"] for row in record() if row["start"] > "2025-12-31"]
    assert later == [row["id"] for row in record() if row["reason"] == "after window"]
    assert len(later) == 8


def _one_row(file: Path, source: str, **changes: str) -> None:
    """Write a file with the first row of a shipped one, changed."""
    with (DATA / "history" / source).open(encoding="utf-8") as stream:
        row = next(csv.DictReader(stream))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(row))
        writer.writeheader()
        writer.writerow(row | changes)


def test_a_set_of_an_unknown_route_is_refused(tmp_path: Path) -> None:
    """A misspelt route in common_causes.csv is an error with a suggestion."""
    _one_row(tmp_path / "common_causes.csv", "common_causes.csv", members="cpc;druzhba_nort")
    with pytest.raises(cr.UnknownNameError, match="no route named 'druzhba_nort'; did you mean"):
        list(_common_causes(tmp_path / "common_causes.csv", {"cpc", "druzhba_north"}))


@pytest.mark.parametrize(("column", "words"), [("theatre", "yes or no"), ("kind", "route or field")])
def test_a_word_that_is_not_known_is_refused(column: str, words: str, tmp_path: Path) -> None:
    """With file, row, column and the words allowed: a misspelt route would drop out in silence."""
    _one_row(tmp_path / "routes.csv", "routes.csv", **{column: "maybe"})
    with pytest.raises(cr.DataError, match=re.escape(f"routes.csv: cpc: {column} must be {words} (got 'maybe')")):
        list(_assets(tmp_path / "routes.csv"))


def test_a_fraction_of_something_unknown_is_refused(tmp_path: Path) -> None:
    """An event says of what its fraction is, in one of three words."""
    _one_row(tmp_path / "events.csv", "events.csv", fraction_of="capactiy")
    told = "event E001: fraction_of must be one of capacity, flow, waiting_days (got 'capactiy')"
    with pytest.raises(cr.DataError, match=re.escape(told)):
        list(_interruptions(tmp_path / "events.csv"))


def test_a_counted_row_of_unknown_cause_is_refused(tmp_path: Path) -> None:
    """It could be put into no class."""
    _one_row(tmp_path / "events.csv", "events.csv", cause="meteor")
    with pytest.raises(cr.DataError, match=r"event E001 is counted, but .* no kind for its cause 'meteor'"):
        list(_interruptions(tmp_path / "events.csv"))


@pytest.mark.parametrize(("event", "added_days"), [("E067", 5), ("E121", 4), ("E152", 10)])
def test_waiting_days_are_fraction_times_duration(event: str, added_days: float) -> None:
    """Queues at the Straits of 2022, 2025 and 2019: the added days one way that their reports name."""
    row = cr.interruptions("bosporus").loc[event]
    assert row["fraction_of"] == "waiting_days"
    assert row["capacity_lost_fraction"] * row["duration_days"] == pytest.approx(added_days, abs=0.25)


def test_only_queues_at_the_straits_are_waiting_days() -> None:
    """What is congested at the Bosporus waits; its closures by fog, mine or anchor take capacity for hours."""
    events = cr.interruptions()
    waits = events[events["fraction_of"] == "waiting_days"]
    assert set(waits["asset"]) == {"bosporus"}
    congested = (events["asset"] == "bosporus") & (events["cause"] == "congestion")
    assert set(events.index[congested]) <= set(waits.index)
    closures = events[(events["asset"] == "bosporus") & (events["duration_days"] < 1)]
    assert set(closures["fraction_of"]) == {"capacity"}


def test_interruptions_of_an_asset() -> None:
    """The table of one asset holds its rows of the file; an asset that is not there is refused with a suggestion."""
    assert list(cr.interruptions("btc").index) == [row["id"] for row in record() if row["asset"] == "btc"]
    with pytest.raises(cr.UnknownNameError, match="no asset named 'btcc'; did you mean 'btc'"):
        cr.interruptions("btcc")


def test_what_the_record_says_of_a_jurisdiction() -> None:
    """Shocks of Turkey, those since the war and their rates by cause, by hand from the rows."""
    mine = [row for row in record() if row["counted"] == "yes"]
    by_country: dict[str, dict[str, str]] = {}
    for row in mine:
        by_country.setdefault(row["jurisdiction"], {}).setdefault(row["shock"], KINDS[row["cause"]])
    told = cr.jurisdiction_rates()
    assert told["shocks"].to_dict() == {country: len(shocks) for country, shocks in by_country.items()}
    everywhere = Counter(kind for shocks in by_country.values() for kind in shocks.values())
    turkish = Counter(by_country["TUR"].values())
    for kind in ("order", "war", "technical", "weather", "natural"):
        prior_years = len(by_country) * 27 / everywhere[kind]
        assert told.loc["TUR", f"{kind}_per_year"] == pytest.approx((1 + turkish[kind]) / (prior_years + 27))
    starts: dict[str, str] = {}
    for row in mine:
        if row["jurisdiction"] == "TUR":
            starts[row["shock"]] = min(row["start"], starts.get(row["shock"], row["start"]))
    assert told.loc["TUR", "since_war"] == sum(start >= "2022-02-24" for start in starts.values())
