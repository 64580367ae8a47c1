"""Claims of the brief: verdicts, and what was not checked."""

from __future__ import annotations

import csv
from pathlib import Path

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
