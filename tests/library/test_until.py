"""The last year of a row of `figures.csv` is one that its source can speak of; what stands lasts to the newest year."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import corridor as cr

DATA = Path(__file__).resolve().parents[2] / "data"
FIRST_YEAR, LAST_YEAR = 2018, 2026
STANDS = {
    "bbl_per_t", "capacity_mtpa", "distance_km", "distance_nm", "in_service", "length_km", "length_share",
    "over_augusta_ratio", "over_ceyhan_ratio", "penalty_usd_per_t", "port_days", "speed_knots", "storage_mt",
    "throughput_mtpa", "transit_days", "voyage_days", "work_days", "working_count",
}  # fmt: skip
"""What is built, measured once, defined or set by the model: it holds until a row replaces it."""
SPEAKS_OF = {
    ("druzhba_north.kazakh_crude", "max_mtpa", 2023): (2024, "asked for again for 2024"),
    ("litvinov.russian_crude", "required_mtpa", 2025): (LAST_YEAR, "left Druzhba in March 2025"),
    ("litvinov.russian_crude", "volume_mtpa", 2025): (LAST_YEAR, "left Druzhba in March 2025"),
    ("omsk.russian_crude", "volume_mtpa", 2025): (LAST_YEAR, "agreement of 2023 to 2034"),
    ("schwedt.russian_crude", "required_mtpa", 2023): (LAST_YEAR, "no Russian oil since the end of 2022"),
}
"""Rows whose source speaks of years after its own: subject, attribute, first year; last year, words of the note."""
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@cache
def chosen_rows() -> tuple[dict[str, str], ...]:
    """Return the rows of `figures.csv` that the network uses."""
    with (DATA / "caspian" / "figures.csv").open(encoding="utf-8", newline="") as file:
        return tuple(row for row in csv.DictReader(file) if row["choice"] == "chosen")


@cache
def last_years() -> dict[str, int]:
    """Return the last year in the date of each source that has one."""
    with (DATA / "sources.csv").open(encoding="utf-8", newline="") as file:
        found = {row["id"]: [int(year) for year in YEAR.findall(row["date"])] for row in csv.DictReader(file)}
    return {source: max(years) for source, years in found.items() if years}


def moving() -> Iterator[tuple[dict[str, str], int]]:
    """Yield each chosen row of what moves and rests on a dated source, with the last year of its sources."""
    for row in chosen_rows():
        dated = [last_years()[id] for id in row["sources"].split(";") if id in last_years()]
        if dated and not row["formula"] and row["attribute"] not in STANDS:
            yield row, max(dated)


def test_no_row_of_what_moves_outlives_its_source() -> None:
    """A price, tariff, volume or quota ends with its newest source, or with its first year if that is later."""
    late = []
    for row, published in moving():
        key = (row["subject"], row["attribute"], int(row["since"]))
        speaks_of, _ = SPEAKS_OF.get(key, (published, ""))
        if int(row["until"]) > max(int(row["since"]), speaks_of):
            late.append(f"{row['subject']}.{row['attribute']} {row['since']}-{row['until']}: source of {published}")
    assert late == []


@pytest.mark.parametrize("key", SPEAKS_OF)
def test_a_row_that_outlives_its_source_says_why(key: tuple[str, str, int]) -> None:
    """Its note has the agreement, the request or the end for good, and it is one of those that need it."""
    until, words = SPEAKS_OF[key]
    (found,) = (pair for pair in moving() if (pair[0]["subject"], pair[0]["attribute"], int(pair[0]["since"])) == key)
    row, published = found
    assert words in row["note"]
    assert int(row["until"]) == until > max(published, key[2])


def test_what_stands_lasts_until_it_is_replaced() -> None:
    """The last row of a capacity, a distance or a status ends with the newest year, as does each formula."""
    ends: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for row in chosen_rows():
        if row["attribute"] in STANDS:
            key = (row["record"], row["subject"], row["attribute"])
            ends[key] = max(ends[key], int(row["until"]))
    assert {key: end for key, end in ends.items() if end != LAST_YEAR} == {}


@pytest.mark.parametrize("year", range(FIRST_YEAR, LAST_YEAR + 1))
def test_nothing_that_stands_is_carried(year: int) -> None:
    """Age is counted for what moves only."""
    assert not set(cr.load(year=year).figures(carried=True)["attribute"]) & STANDS


def test_the_years_are_those_of_the_network() -> None:
    """`LAST_YEAR` is the newest of every network that ships: a new year must be entered here too."""
    with (DATA / "networks.csv").open(encoding="utf-8", newline="") as file:
        years = {(int(row["first_year"]), int(row["last_year"])) for row in csv.DictReader(file)}
    assert years == {(FIRST_YEAR, LAST_YEAR)}


def _last_rows(year: int) -> dict[tuple[str, str, str], tuple[str, str, str]]:
    """Return value, low and high of the last chosen row that begins by a year, of each figure without a formula."""
    found = {}
    for row in sorted(chosen_rows(), key=lambda row: int(row["since"])):
        if int(row["since"]) <= year:
            found[row["record"], row["subject"], row["attribute"]] = row
    return {key: (row["value"], row["low"], row["high"]) for key, row in found.items() if not row["formula"]}


@pytest.mark.parametrize("year", range(FIRST_YEAR, LAST_YEAR + 1))
def test_until_never_decides_a_value(year: int) -> None:
    """The row in force is the last that begins by the year, whatever its `until`: carrying keeps value and range."""
    text = [tuple(None if x == "" else float(x) for x in row) for row in _last_rows(year).values()]
    figures = {(f.record, f.subject, f.attribute): f for f in cr.load(year=year).figure_records if f.choice == "chosen"}
    loaded = [(figures[key].value, figures[key].low, figures[key].high) for key in _last_rows(year)]
    assert loaded == text
