"""The shipped hazards: what the writer makes of the record, and what the method note of the evidence has.

`method_hazards.csv` holds the 33 hazards of that note (rates, laws and shares, to four digits, ranges to three), one a
row, its names those of the catalogue; nothing in it is our own output.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import corridor as cr
from corridor.library.interruptions import AFTER_WINDOW, interruption_record
from corridor.study.hazard_file import hazard_file, rate_group_file
from corridor.study.hazard_fit import HazardFit
from helpers.readme_blocks import assert_stored

DATA = Path(cr.__file__).resolve().parents[1] / "data"
RECORD = interruption_record()
FIT = HazardFit(RECORD, RECORD.settings.last_day)
IN_NETWORK = {
    "cpc": {"corridor": "cpc"},
    "btc": {"corridor": "btc"},
    "druzhba_north": {"edge": "druzhba_north"},
    "druzhba_south": {"edge": "druzhba_south"},
    "atyrau_samara": {"edge": "atyrau_samara"},
    "novorossiysk": {"node": "novorossiysk"},
    "ust_luga": {"edge": "unecha_ust_luga"},
    "bosporus": {"node": "turkish_straits"},
    "georgia_rail": {"edge": ["gardabani_batumi", "gardabani_poti", "gardabani_kulevi"]},
    "aktau_alat_sea": {"edge": ["aktau_sangachal", "aktau_dubendi", "aktau_alat"]},
    "batumi": {"edge": "gardabani_batumi"},
    "kaz_china_pipeline": {"edge": "atasu_alashankou"},
}
"""Names of the catalogue on the network, as the note translates them."""


def method() -> list[dict[str, str]]:
    """Return the hazards of the note."""
    with (Path(__file__).parent / "method_hazards.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


METHOD = pytest.mark.parametrize("row", method(), ids=lambda row: f"{row['unit']} {row['form']}")


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """Return the hazards of the shipped file by name."""
    text = (DATA / "caspian" / "hazards.yaml").read_text(encoding="utf-8")
    return {entry["name"]: entry for entry in yaml.safe_load(text)["hazards"]}


def made(fit: HazardFit) -> dict[str, dict[str, Any]]:
    """Return the hazards that the writer makes of a fit, ranges by few draws."""
    return {entry["name"]: entry for entry in yaml.safe_load(hazard_file(fit, draws=1000))["hazards"]}


def hazard(unit: str, form: str) -> dict[str, Any]:
    """Return the shipped hazard of a unit of the catalogue and a form."""
    names = {thing.id: thing.name for thing in (*RECORD.assets, *RECORD.common_causes, *RECORD.priors)}
    return shipped()[names[unit] if unit == "all_russia" else f"{names[unit]} {form}"]


def events() -> list[dict[str, str]]:
    """Return the rows of the shipped record."""
    with (DATA / "history" / "events.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.generated
def test_the_shipped_hazards_are_the_records() -> None:
    """The file is what the record gives, byte for byte."""
    assert_stored(DATA / "caspian" / "hazards.yaml", hazard_file(FIT))


@pytest.mark.generated
def test_the_shipped_rate_groups_are_the_records() -> None:
    """The file is what the record gives, byte for byte."""
    assert_stored(DATA / "caspian" / "rate_groups.csv", rate_group_file(FIT))


def test_the_shipped_numbers_are_those_of_the_record() -> None:
    """All but the ranges of the rates, which take a million draws."""

    def without_ranges(entries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {
            name: entry | {"frequency_per_year": {k: v[1] for k, v in entry["frequency_per_year"].items()}}
            for name, entry in entries.items()
        }

    assert without_ranges(shipped()) == without_ranges(made(FIT))


def test_the_shipped_hazards_are_the_notes_and_fields() -> None:
    """33 of the note, with idle lines and lines of other networks left out, and five of fields."""
    fields = [name for name, entry in shipped().items() if "supply" in next(iter(entry.get("changes", [{}])))]
    assert [name for name in shipped() if name not in fields] == [
        hazard(row["unit"], row["form"])["name"]
        for row in sorted(method(), key=lambda row: row["unit"] == "all_russia")
    ]
    assert fields == [
        "Tengiz slow", "Kashagan stop", "Kashagan slow", "Karachaganak slow", "Azeri-Chirag-Gunashli slow",
    ]  # fmt: skip


@METHOD
def test_rates_are_the_notes(row: dict[str, str]) -> None:
    """Means to four digits, ranges within 1 percent of its three digits."""
    told = hazard(row["unit"], row["form"])["frequency_per_year"]
    for regime in ("calm", "war"):
        low, mean, high = told[regime]
        assert mean == float(row[regime])
        assert [low, high] == pytest.approx([float(row[f"{regime}_low"]), float(row[f"{regime}_high"])], rel=0.01)


@METHOD
def test_durations_are_the_notes(row: dict[str, str]) -> None:
    """Median and spread of the lognormal to four digits."""
    told = hazard(row["unit"], row["form"])["duration_days"]
    assert told == {"median": float(row["median"]), "sigma": float(row["sigma"])}


@METHOD
def test_severities_are_the_notes(row: dict[str, str]) -> None:
    """Shares to four digits, but queues at the Straits, which take none."""
    told = hazard(row["unit"], row["form"]).get("severity")
    if (row["unit"], row["form"]) == ("bosporus", "slow"):
        assert told is None
    else:
        assert told == {name: float(row[name]) for name in ("complete", "mean", "at_most", "concentration")}


@METHOD
def test_what_is_struck_is_the_notes(row: dict[str, str]) -> None:
    """Members by their names on the network, each with its probability to four digits."""
    told = hazard(row["unit"], row["form"])
    if (row["unit"], row["form"]) == ("bosporus", "slow"):
        assert "hits" not in told
        return
    given = [
        ({key: value for key, value in hit.items() if key not in ("probability", "shocks")}, hit.get("probability", 1))
        for hit in told["hits"]
    ]
    members = [member.split("=") for member in row["hits"].split(";")]
    assert given == [(IN_NETWORK[name], float(share)) for name, share in members]


def test_the_one_table_of_names_is_the_notes() -> None:
    """`routes.csv` translates the routes that the network has as the note does."""
    aims = {asset.id: asset.aim for asset in RECORD.assets if asset.id in IN_NETWORK}
    for name, ((selector, ids),) in ((name, aim.items()) for name, aim in IN_NETWORK.items()):
        assert aims[name] == f"{selector}={ids if isinstance(ids, str) else ';'.join(ids)}"


def test_every_aim_is_in_the_network() -> None:
    """Each name of the table is an edge, node or corridor that ships."""
    tables = {}
    for kind in ("edge", "node", "corridor"):
        text = (DATA / "caspian" / f"{kind}s.csv").read_text(encoding="utf-8")
        tables[kind] = {row["id"] for row in csv.DictReader(io.StringIO(text))}
    for aim in (aim for asset in RECORD.assets for aim in (asset.aim, asset.delay_aim) if aim):
        selector, _, names = aim.partition("=")
        assert set(names.split(";")) <= tables[selector]


# The Straits


def test_queues_delay_each_tonne_once() -> None:
    """All edges into the Straits and none out of them, so that every way through crosses one."""
    (change,) = hazard("bosporus", "slow")["changes"]
    with (DATA / "caspian" / "edges.csv").open(encoding="utf-8") as file:
        edges = list(csv.DictReader(file))
    assert set(change["delay"]["edge"]) == {edge["id"] for edge in edges if edge["head"] == "turkish_straits"}


def test_queues_add_the_waiting_days_of_the_record_over_its_events() -> None:
    """Fraction times duration of five queues, 45.07 days, over the seven slows on which the rate rests."""
    (change,) = hazard("bosporus", "slow")["changes"]
    waits = [row for row in events() if row["fraction_of"] == "waiting_days" and row["counted"] == "yes"]
    total = sum(float(row["capacity_lost_fraction"]) * float(row["duration_days"]) for row in waits)
    assert (len(waits), round(total, 2)) == (5, 45.07)
    assert hazard("bosporus", "slow")["events"] == 7
    assert change["delay"]["add_days"] == pytest.approx(total / 7, rel=1e-3)


# Causes, places, counts


def test_causes_are_shares_of_what_was_counted() -> None:
    """Slows of the CPC: of eight two in the war, five faults and what one storm broke."""
    assert hazard("cpc", "slow")["cause"] == {"war": 0.25, "technical": 0.625, "weather": 0.125}


def test_causes_of_a_unit_without_events_are_those_of_its_group() -> None:
    """Sixteen stops in the theatre by hand: three orders, ten in the war, two faults, one flood."""
    prior = hazard("druzhba_north", "stop")
    assert prior["events"] == 0
    theatre = {
        "cpc", "novorossiysk", "druzhba_north", "druzhba_south", "ust_luga", "atyrau_samara", "baku_novorossiysk",
        "roadstead", "hub",
    }  # fmt: skip
    kinds = Counter(part.kind for part in FIT.parts if part.form == "stop" and part.unit in theatre)
    assert kinds == {"order": 3, "war": 10, "technical": 2, "natural": 1}
    assert prior["cause"] == {"order": 0.1875, "war": 0.625, "technical": 0.125, "natural": 0.0625}


def test_shares_of_causes_add_up_to_one() -> None:
    """Rounded so that they do."""
    shares = [entry["cause"] for entry in shipped().values() if isinstance(entry["cause"], dict)]
    assert [share for share in shares if sum(share.values()) != pytest.approx(1.0, abs=1e-9)] == []


def test_a_hazard_without_events_is_of_confidence_c() -> None:
    """And one of a field, whose prior is that of routes."""
    for entry in shipped().values():
        field = "supply" in next(iter(entry.get("changes", [{}])))
        assert entry["sources"][1] == ("confidence C" if not entry["events"] or field else "confidence B")


def test_places_are_countries() -> None:
    """Every hazard has one."""
    assert {entry["place"] for entry in shipped().values()} == {"RUS", "TUR", "BLR", "UKR", "GEO", "KAZ", "CHN", "AZE"}


# What is left open


def test_the_posterior_of_cpc_slow() -> None:
    """As the note works it out: shape 1.253696 + 8, years 22.907576 + 12.608782, eleven durations."""
    assert hazard("cpc", "slow")["posterior"] == pytest.approx(
        {"shape": 9.253696, "calm_years": 35.516358, "war_years": 3.849418, "durations": 11, "pooled_mean": 0.422703,
         "freedom": 6.716560}, abs=2e-6,
    )  # fmt: skip


def test_the_posterior_of_storms_draws_how_many_are_complete() -> None:
    """Eleven shocks' worth, the concentration that all share, a mean share that stands, and no rate group."""
    storms = hazard("roadstead", "weather")
    assert storms["posterior"] == pytest.approx(
        {"shape": 8.5, "calm_years": 1.147159, "war_years": 3.849418, "durations": 11, "complete_of": 11,
         "freedom": 6.716560}, abs=2e-6,
    )  # fmt: skip
    assert "rate_group" not in storms


def test_all_russia_keeps_its_duration() -> None:
    """Shape 1 in 160.01 calm years, a fixed ratio of 3.6, no duration drawn."""
    russia = hazard("all_russia", "stop")
    assert russia["posterior"] == pytest.approx({"shape": 1, "calm_years": 160.01, "war_years": 0})
    assert russia["frequency_per_year"]["war"][1] / russia["frequency_per_year"]["calm"][1] == pytest.approx(3.6)


def test_the_rate_groups_are_the_notes() -> None:
    """Counts with half an event more, and years, of the four forms and groups."""
    rows = csv.DictReader(io.StringIO((DATA / "caspian" / "rate_groups.csv").read_text(encoding="utf-8")))
    given = {row["id"]: [float(row[name]) for name in list(row)[2:]] for row in rows}
    assert given == {
        "stop_theatre": [4.5, 85.521661, 12.5, 30.893908],
        "stop_other": [8.5, 110.501403, 4.5, 38.954141],
        "slow_theatre": [6.5, 117.741610, 16.5, 30.893908],
        "slow_other": [8.5, 151.458380, 8.5, 38.954141],
    }
    assert {entry["rate_group"] for entry in shipped().values() if "rate_group" in entry} == set(given)


# Fields


def test_a_field_loses_supply() -> None:
    """What remains of it is one less the mean share; a stop leaves nothing."""
    assert shipped()["Kashagan stop"]["changes"] == [{"supply": {"node": "kashagan", "remaining": 0}}]
    share = (48.982759 * 0.272334 + 4 * 0.2) / (48.982759 + 4)
    assert shipped()["Tengiz slow"]["changes"] == [{"supply": {"node": "tengiz", "remaining": round(1 - share, 4)}}]


# Changed records


def test_a_new_event_changes_the_hazard_of_its_route() -> None:
    """One more stop of the BTC: its count, and its own rate more than any other's."""
    stop = next(row for row in RECORD.interruptions if row.asset == "btc" and row.counted and row.severity == 1)
    more = replace(stop, id="E999", group="another", start=dt.date(2025, 6, 1))
    new = made(HazardFit(replace(RECORD, interruptions=(*RECORD.interruptions, more)), FIT.until))
    assert new["BTC stop"]["events"] == hazard("btc", "stop")["events"] + 1
    assert new["BTC stop"]["frequency_per_year"]["war"][1] > hazard("btc", "stop")["frequency_per_year"]["war"][1]


def test_events_after_the_window_wait_for_a_later_cut_off() -> None:
    """Rows that are not counted for that reason alone change nothing that ships."""
    waiting = [row for row in RECORD.interruptions if row.reason == AFTER_WINDOW]
    assert {row.start.year for row in waiting} == {2026}
    rest = tuple(row for row in RECORD.interruptions if row.reason != AFTER_WINDOW)
    assert made(HazardFit(replace(RECORD, interruptions=rest), FIT.until)) == made(FIT)


def test_a_fit_to_2021_has_no_rate_groups() -> None:
    """No war was watched, so war rates are the calm ones and share no factor."""
    early = HazardFit(RECORD, dt.date(2021, 12, 31))
    hazards = made(early)
    assert rate_group_file(early) == "id,name,calm_shape,calm_years,war_shape,war_years\n"
    assert [entry for entry in hazards.values() if "rate_group" in entry] == []
    rates = [entry["frequency_per_year"] for entry in hazards.values()]
    assert [rate["war"] for rate in rates] == [rate["calm"] for rate in rates]
    assert "Novorossiysk roadstead weather" not in hazards
