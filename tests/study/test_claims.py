"""Claims of the brief: verdicts, and what was not checked."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import corridor as cr
from corridor.library import networks as library


def test_claims_hold_or_fall_as_the_sources_say() -> None:
    """The verdicts that the issue names."""
    verdict = cr.claims()["verdict"]
    assert verdict["no_substitute"] == "holds"
    assert verdict["btc_unused"].startswith("holds only if")
    assert verdict["btc_room"] == "does not hold"
    assert verdict["other_russian_lines"].startswith("holds")
    assert verdict["suspension_days"] == "does not hold"
    assert verdict["druzhba_south"].startswith("holds, though not")


def test_claims_follow_the_network_they_are_checked_on() -> None:
    """On a network whose tankers, wagons and ports are boundless the BTC has room after all."""
    net = cr.load(year=2021)
    wide = {"aktau_sangachal": 500.0, "sangachal_receipt": 500.0, "tengiz_aktau_rail": 500.0}
    edges = tuple(e.replace(capacity_mtpa=wide.get(e.id, e.capacity_mtpa)) for e in net.edges)
    nodes = tuple(n.replace(throughput_mtpa=500.0) if n.id == "aktau" else n for n in net.nodes)
    fleets = tuple(fleet.replace(capacity_mt_days=10_000.0) for fleet in net.fleets)
    boundless = net.replace(edges=edges, nodes=nodes, fleets=fleets)
    assert cr.claims(boundless).loc["btc_room", "verdict"] == "holds"


def test_what_was_not_checked_says_so() -> None:
    """Claims without a check have no number found, and the reason."""
    table = cr.claims()
    unchecked = table[table["verdict"] == "not checked"]
    assert (unchecked["found"] == "").all()
    assert (unchecked["why"] != "").all()


def test_every_seed_number_of_the_brief_stands_in_the_table() -> None:
    """The brief's numbers on routes, dates and trade are all there."""
    with (Path(str(library.data_root())) / "claims.csv").open(encoding="utf-8") as file:
        briefs = {row["brief"] for row in csv.DictReader(file)}
    assert {"0.106", "55", "27.5", "14", "25", "4000", "70", "6", "4", "300", "203.7", "94.8", "135.7"} <= briefs


def test_dates_of_claims_are_dates() -> None:
    """As people write them, not as numbers."""
    table = cr.claims()
    dates = table[table["unit"] == "date"]
    assert len(dates)
    for column in ("brief", "found"):
        assert dates[column].str.fullmatch(r"(\d{4}-\d\d-\d\d)?").all()
    assert table.loc["order_date", "found"] == "2022-07-05"


def test_claims_on_the_recommendations_have_the_verdicts_of_the_evidence() -> None:
    """In TEU a year of 44,362: 17.05, 0.72, 20.26, 5.42, 2.36, 0.87 and 50.82 %; 5 % is the least that counts."""
    table = cr.claims().filter(like="rec_", axis=0)
    percent = {"rec_borders": 17.05, "rec_rail": 0.72, "rec_tariff": 20.26, "rec_customs": 5.42, "rec_alat": 2.36,
               "rec_zangezur": 0.87, "rec_all": 50.82}  # fmt: skip
    found = {id: 100 * float(number) / 44_362 for id, number in table["found"].items()}
    assert found == pytest.approx(percent, abs=0.05)
    assert set(table.index[table["verdict"] == "holds"]) == {"rec_borders", "rec_tariff", "rec_customs", "rec_all"}


def test_claims_on_freight_are_checked_on_the_freight_network() -> None:
    """Whatever network of oil is given, and on the one given if it is of freight."""
    assert cr.claims(cr.load("caspian", 2024)).loc["rec_alat", "basis"] == "model 2024, alat-phase-2"
    one_ship = {"black_sea_feeders.capacity_teu_per_year": 15_120}
    narrow = cr.load("caspian_freight", 2024).with_figures(one_ship, source="the dedicated ship alone")
    assert cr.claims(narrow).loc["rec_rail", "verdict"] == "holds"
