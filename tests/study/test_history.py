"""Rates from the record: against the tables of the note on method, which another script worked out.

The tables below are that note's, column by column as printed; what is compared is compared as printed.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

import corridor as cr
from corridor.library.interruptions import (
    CommonCause,
    InterruptionRecord,
    MonitoredAsset,
    _common_causes,
    _interruptions,
    interruption_record,
)
from corridor.model.changes import Change
from corridor.study.hazard_rates import RateEstimates, hazard_file, shipped_estimates
from helpers.readme_blocks import assert_stored

DATA = Path(cr.__file__).resolve().parents[1] / "data"
REGIMES = ("full", "calm", "war")
COMMON_ROUTES = ("cpc", "atyrau_samara", "druzhba_north", "druzhba_south", "novorossiysk")
"""What a government of Russia can close at a word."""
IDLE = ("baku_novorossiysk", "baku_supsa")
PRIOR_ONLY = "atyrau_samara"
"""Common route without an interruption of its own: the common cause may strike it more often than its prior says."""

# Route; events, of them political, war, technical, natural; years; rate and its 90 % interval;
# calm: events, years, rate; war: events, years, rate; D; s; full-loss days a year, in the war; L.
ROUTES = """
cpc                     14 2 5 3 4  24.09  0.434 0.27 0.62  1 20.24 0.062  13 3.85 2.62  21.5 0.46  4.3 26.0   7.7
btc                      4 0 1 2 1  19.58  0.192 0.09 0.33  2 15.73 0.107   2 3.85 0.56  19.3 0.72  2.7  7.8  10.8
baku_supsa               4 0 2 1 1  23.04  0.174 0.08 0.30  3 22.86 0.114   -    -    -  50.2 0.84  7.4    -  46.2
baku_novorossiysk        4 2 2 0 0  23.25  0.173 0.08 0.30  3 23.15 0.113   -    -    -  54.9 0.72  6.8    -  39.3
druzhba_north            7 2 2 3 0  27.00  0.230 0.12 0.37  3 23.15 0.113   4 3.85 0.93  12.7 0.66  1.9  7.9   9.4
druzhba_south            9 3 5 1 0  27.00  0.280 0.16 0.43  3 23.15 0.113   6 3.85 1.31  12.2 0.84  2.9 13.5   7.9
novorossiysk             4 2 2 0 0  27.00  0.157 0.07 0.27  0 23.15 0.028   4 3.85 0.93  11.0 0.53  0.9  5.5   5.9
ust_luga                 3 0 3 0 0  13.77  0.196 0.08 0.35  0  9.92 0.045   3 3.85 0.75  11.9 0.42  1.0  3.7   6.6
bosporus                 7 1 1 4 1  27.00  0.230 0.12 0.37  3 23.15 0.113   4 3.85 0.93  26.2 0.45  2.7 11.0   7.4
georgia_rail             4 0 1 0 3  27.00  0.157 0.07 0.27  1 23.15 0.057   3 3.85 0.75  11.7 0.76  1.4  6.7   7.5
aktau_alat_sea           4 0 0 0 4  27.00  0.157 0.07 0.27  3 23.15 0.113   1 3.85 0.37  11.8 0.72  1.3  3.1   7.3
northern_corridor_rail   2 2 0 0 0  15.00  0.152 0.06 0.29  1 11.15 0.086   1 3.85 0.37  33.9 0.58  3.0  7.4  11.8
china_kaz_rail           3 1 0 2 0  15.00  0.187 0.08 0.34  3 11.15 0.171   0 3.85 0.19  28.4 0.58  3.1  3.1  13.8
suez                     1 0 0 1 0  27.00  0.083 0.02 0.17  1 23.15 0.057   0 3.85 0.19  18.1 0.73  1.1  2.5  11.1
batumi                   1 1 0 0 0  27.00  0.083 0.02 0.17  1 23.15 0.057   0 3.85 0.19  17.4 0.73  1.0  2.4  10.3
btk                      0 0 0 0 0   8.17  0.108 0.02 0.24  0  4.32 0.060   0 3.85 0.19  22.1 0.64  1.5  2.6  12.8
atyrau_samara            0 0 0 0 0  27.00  0.058 0.01 0.13  0 23.15 0.028   0 3.85 0.19  22.1 0.64  0.8  2.6  12.8
kaz_china_pipeline       0 0 0 0 0  19.60  0.071 0.02 0.16  0 15.75 0.036   0 3.85 0.19  22.1 0.64  1.0  2.6  12.8
"""
# Jurisdiction; shocks, of them on two or more assets; beta; rates by kind P, W, T, N; their sum; shocks since the war.
JURISDICTIONS = """
RUS 27 7 0.216  0.130 0.377 0.096 0.106  0.71 21
TUR 13 0 0.043  0.065 0.071 0.168 0.085  0.39  8
GEO  9 1 0.105  0.043 0.071 0.048 0.127  0.29  4
KAZ  9 0 0.053  0.065 0.047 0.120 0.063  0.30  4
AZE  4 0 0.071  0.022 0.024 0.072 0.063  0.18  1
BLR  3 1 0.154  0.065 0.024 0.048 0.021  0.16  0
UKR  2 0 0.083  0.043 0.047 0.024 0.021  0.14  2
POL  3 0 0.077  0.043 0.024 0.072 0.021  0.16  3
CHN  3 0 0.077  0.043 0.024 0.072 0.021  0.16  0
"""


def rows(table: str) -> list[list[str]]:
    """Return the cells of a printed table."""
    return [line.split() for line in table.strip().splitlines()]


def as_printed(value: float, printed: str) -> bool:
    """Tell whether a value is printed so: within half of the last digit."""
    digits = len(printed.partition(".")[2])
    return abs(value - float(printed)) <= 0.5 * 10**-digits + 1e-9


def route(asset: str) -> MonitoredAsset:
    """Return a route of the record."""
    return next(found for found in interruption_record().assets if found.id == asset)


def hazards(record: InterruptionRecord) -> dict[str, dict[str, Any]]:
    """Return the hazards of the file made from a record, by name."""
    return {entry["name"]: entry for entry in yaml.safe_load(hazard_file(RateEstimates(record)))["hazards"]}


def record() -> list[dict[str, str]]:
    """Return the rows of the shipped record."""
    with (DATA / "history" / "events.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("cells", rows(ROUTES), ids=lambda cells: str(cells[0]))
def test_what_the_record_says_of_a_route(cells: list[str]) -> None:
    """Counts, years, rates with their interval, durations, shares and losses of the whole record are the note's."""
    told = cr.hazard_rates().loc[cells[0]]
    columns = ("events", "political", "war", "technical", "natural", "years", "frequency_per_year", "low", "high")
    printed = dict(zip(columns, cells[1:10], strict=True)) | {
        "duration_days": cells[16], "lost": cells[17], "full_loss_days": cells[20],
    }  # fmt: skip
    wrong = {column: (told[column], text) for column, text in printed.items() if not as_printed(told[column], text)}
    assert wrong == {}
    assert as_printed(told["frequency_per_year"] * told["duration_days"] * told["lost"], cells[18])


@pytest.mark.parametrize(("regime", "at"), [("calm", 10), ("war", 13)])
@pytest.mark.parametrize("cells", rows(ROUTES), ids=lambda cells: str(cells[0]))
def test_what_the_record_says_of_a_route_in_a_regime(cells: list[str], regime: str, at: int) -> None:
    """Events, years and rate of each regime are the note's; a route idle in the war has no rate in it."""
    found = shipped_estimates().rate(route(cells[0]), regime)
    if cells[at] == "-":
        assert found is None
        assert math.isnan(cr.hazard_rates().loc[cells[0], "war_per_year"])
    else:
        assert found is not None
        assert found.events == int(cells[at])
        assert as_printed(found.years, cells[at + 1])
        assert as_printed(found.frequency_per_year, cells[at + 2])
        assert cr.hazard_rates().loc[cells[0], f"{regime}_per_year"] == found.frequency_per_year


@pytest.mark.parametrize("cells", [row for row in rows(ROUTES) if row[19] != "-"], ids=lambda cells: str(cells[0]))
def test_full_loss_days_a_year_in_the_war(cells: list[str]) -> None:
    """Rate x duration x share in the war is the note's; the table's own column takes the product shrunk as one."""
    told = cr.hazard_rates().loc[cells[0]]
    assert as_printed(told["war_per_year"] * told["duration_days"] * told["lost"], cells[19])
    assert told["war_full_loss_days_per_year"] == pytest.approx(told["war_per_year"] * told["full_loss_days"])


def test_the_routes_are_the_notes() -> None:
    """No route is missing and none stands for itself."""
    assert sorted(cr.hazard_rates().index) == sorted(cells[0] for cells in rows(ROUTES))


def test_the_priors_are_the_notes() -> None:
    """Empirical Bayes gives shape 2.358 and 13.601 years; calm and war are worth an event in 12.236 and 1.502."""
    estimates = shipped_estimates()
    assert [round(value, 3) for value in estimates.full_prior] == [2.358, 13.601]
    assert (estimates.calm_prior[0], round(estimates.calm_prior[1], 3)) == (1.0, 12.236)
    assert (estimates.war_prior[0], round(estimates.war_prior[1], 3)) == (1.0, 1.502)


def test_the_pooled_values_are_the_notes() -> None:
    """71 route-shocks in 404.5 route-years; 22.13 days, 0.636 of capacity, 12.76 full-loss days; median 6 days."""
    estimates = shipped_estimates()
    assert len(estimates.groups) == 71
    assert as_printed(sum(estimates.years(asset, "full") for asset in estimates.record.assets), "404.5")
    no_event = "kaz_china_pipeline"
    pooled = (estimates.duration_days(no_event), estimates.severity(no_event), estimates.full_loss_days(no_event))
    assert [as_printed(*pair) for pair in zip(pooled, ("22.13", "0.636", "12.76"), strict=True)] == [True] * 3
    assert sorted(group.counted_days for group in estimates.groups)[35] == 6


def test_the_lognormal_has_the_pooled_mean_and_median() -> None:
    """A median of 6 days with the record's spread has a mean of 22.13 days."""
    assert cr.Lognormal(median=6.0, sigma=shipped_estimates().sigma).mean == pytest.approx(22.13, abs=0.005)


@pytest.mark.parametrize("cells", rows(JURISDICTIONS), ids=lambda cells: str(cells[0]))
def test_what_the_record_says_of_a_jurisdiction(cells: list[str]) -> None:
    """Shocks, those on several assets, beta and the rates by kind are the note's."""
    told = cr.jurisdiction_rates().loc[cells[0]]
    columns = (
        "shocks", "several", "beta", "political_per_year", "war_per_year", "technical_per_year", "natural_per_year",
        "per_year", "since_war",
    )  # fmt: skip
    wrong = {c: (told[c], text) for c, text in zip(columns, cells[1:], strict=True) if not as_printed(told[c], text)}
    assert wrong == {}


def test_the_record_has_all_rows() -> None:
    """124 interruptions, each with an id of its own."""
    assert len(record()) == len({row["id"] for row in record()}) == 124


def test_each_row_counted_or_not_says_why() -> None:
    """Counted is yes or no; what is not counted has a reason, what is counted has none."""
    assert {row["counted"] for row in record()} == {"yes", "no"}
    assert [row["id"] for row in record() if (row["counted"] == "no") != bool(row["reason"])] == []


def test_each_counted_row_has_a_class() -> None:
    """The causes of counted rows are those that the note puts into classes; no shock on an asset mixes classes."""
    kinds = {
        "political_order": "P", "payment_sanctions": "P", "unrest": "P", "war": "W", "sabotage": "W",
        "technical": "T", "contamination": "T", "congestion": "T", "weather": "N", "natural_hazard": "N",
    }  # fmt: skip
    counted = [row for row in record() if row["counted"] == "yes"]
    of_shock = {(row["asset"], row["shock"], kinds[row["cause"]]) for row in counted}
    assert max(Counter((asset, shock) for asset, shock, _ in of_shock).values()) == 1
    assert {group.kind for group in shipped_estimates().all_groups} == {"political", "war", "technical", "natural"}


def test_durations_are_the_days_between_the_dates() -> None:
    """End minus start, half a day where both are one date."""
    for row in record():
        days = (dt.date.fromisoformat(row["end"]) - dt.date.fromisoformat(row["start"])).days
        assert float(row["duration_days"]) == (days or 0.5), row["id"]


def test_counted_losses_are_shares_and_in_the_record() -> None:
    """What is counted began within the record; shares lost are 0 to 1, and every counted shock lost something."""
    counted = [row for row in record() if row["counted"] == "yes"]
    assert all(0 <= float(row["capacity_lost_fraction"]) <= 1 for row in counted)
    assert all("1999-01-01" <= row["start"] <= "2025-12-31" for row in counted)
    assert all(0 < group.severity <= 1 for group in shipped_estimates().all_groups)


@pytest.mark.generated
def test_the_shipped_hazards_are_the_records() -> None:
    """The file is what the record gives, byte for byte."""
    assert_stored(DATA / "caspian" / "hazards.yaml", hazard_file(shipped_estimates()))


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("asset", [row[0] for row in rows(ROUTES) if route(row[0]).aim])
def test_own_and_common_hazard_hit_a_route_as_often_as_the_record_says(asset: str, regime: str) -> None:
    """Their rates add up to the route's, but for one without events, which the common cause alone may hit more."""
    own, common = _rates(asset, regime)
    found = shipped_estimates().rate(route(asset), regime)
    expected = 0.0 if found is None else found.frequency_per_year
    if asset == PRIOR_ONLY:
        assert own == pytest.approx(max(0.0, expected - common), rel=1e-3, abs=1e-5)
    else:
        assert own + common == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("asset", [row[0] for row in rows(ROUTES) if route(row[0]).aim])
def test_own_and_common_hazard_cost_a_route_what_the_record_says(asset: str, regime: str) -> None:
    """Rate x duration x share taken, over both, is the record's rate x full-loss days."""
    if asset == PRIOR_ONLY or (regime == "war" and asset in IDLE):
        pytest.skip("no rate of its own in the record")
    estimates = shipped_estimates()
    found = estimates.rate(route(asset), regime)
    assert found is not None
    net = cr.load(year=2024, regime=regime)
    lost = 0.0
    for hazard in net.hazards:
        if hazard.name in (route(asset).name, "Russia"):
            taken = [1.0 - change.remaining for change in hazard.changes if _aim(change) == route(asset).aim]
            lost += hazard.frequency_per_year * hazard.mean_duration_days * sum(taken)
    assert lost == pytest.approx(found.frequency_per_year * estimates.full_loss_days(asset), rel=2e-3)


@pytest.mark.parametrize("regime", REGIMES)
def test_the_common_cause_is_the_beta_factor_of_its_routes(regime: str) -> None:
    """Its rate is 0.216 times the geometric mean of the rates printed in the note, of routes with events."""
    at = {"full": 7, "calm": 12, "war": 15}[regime]
    printed = [float(row[at]) for row in rows(ROUTES) if row[0] in COMMON_ROUTES and row[0] != PRIOR_ONLY]
    common = {h.name: h for h in cr.load(year=2024, regime=regime).hazards}["Russia"]
    assert common.frequency_per_year == pytest.approx(8 / 37 * math.prod(printed) ** (1 / len(printed)), rel=0.01)
    assert common.actor == "RUS"


def test_a_route_and_a_common_cause_are_added_in_the_data() -> None:
    """A new asset gets a hazard of its own, a new common cause one that strikes its assets; the rest stays."""
    record = interruption_record()
    georgia = CommonCause("GEO", "Georgia", "Georgian", ("baku_supsa", "georgia_rail"))
    old, new = hazards(record), hazards(replace(record, common_causes=(*record.common_causes, georgia)))
    assert list(new) == [*old, "Georgia"]
    assert [next(iter(change.values()))["remaining"] < 1 for change in new["Georgia"]["changes"]] == [True, True]
    assert {name for name in old if new[name] != old[name]} == {"Baku-Supsa", "Railway through Georgia"}
    poti = MonitoredAsset("poti", "Poti", dt.date(2008, 1, 1), None, "GEO", "edge=gardabani_poti")
    assert list(hazards(replace(record, assets=(*record.assets, poti))))[-2:] == ["Poti", "Russia"]


def test_a_common_cause_of_an_unknown_route_is_refused(tmp_path: Path) -> None:
    """A misspelt route in common_causes.csv is an error with a suggestion."""
    file = tmp_path / "common_causes.csv"
    file.write_text("actor,name,adjective,routes\nRUS,Russia,Russian,cpc;druzhba_nort\n", encoding="utf-8")
    with pytest.raises(cr.UnknownNameError, match="no route with an aim named 'druzhba_nort'; did you mean"):
        list(_common_causes(file, {"cpc", "druzhba_north"}))


def test_a_fraction_of_something_unknown_is_refused(tmp_path: Path) -> None:
    """An event says of what its fraction is, in one of three words."""
    file = tmp_path / "events.csv"
    row = next(row for row in record() if row["id"] == "E070")
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(row))
        writer.writeheader()
        writer.writerow(row | {"fraction_of": "capactiy"})
    told = "event E070: fraction_of must be one of capacity, flow, waiting_days (got 'capactiy')"
    with pytest.raises(cr.DataError, match=re.escape(told)):
        list(_interruptions(file))


@pytest.mark.parametrize(("event", "added_days"), [("E067", 5), ("E121", 4)])
def test_waiting_days_are_fraction_times_duration(event: str, added_days: float) -> None:
    """Queues at the Straits in December 2022 and 2025: the added days one way that their reports name."""
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


def test_rates_do_not_depend_on_what_the_fraction_is_of() -> None:
    """The word is said, not yet used: hazards are the same whatever it is."""
    record = interruption_record()
    flows = tuple(replace(event, fraction_of="flow") for event in record.interruptions)
    assert hazard_file(RateEstimates(replace(record, interruptions=flows))) == hazard_file(RateEstimates(record))


def test_interruptions_of_an_asset() -> None:
    """The table of one asset holds its rows of the file; an asset that is not there is refused with a suggestion."""
    assert list(cr.interruptions("btc").index) == [row["id"] for row in record() if row["asset"] == "btc"]
    with pytest.raises(cr.UnknownNameError, match="no asset named 'btcc'; did you mean 'btc'"):
        cr.interruptions("btcc")


def _rates(asset: str, regime: str) -> tuple[float, float]:
    """Return the rates of a route's own hazard and of the common one, 0 where there is none. [1/y]"""
    hazards = {hazard.name: hazard for hazard in cr.load(year=2024, regime=regime).hazards}
    own = hazards[route(asset).name].frequency_per_year if route(asset).name in hazards else 0.0
    return own, hazards["Russia"].frequency_per_year if asset in COMMON_ROUTES else 0.0


def _aim(change: Change) -> str:
    """Return a change's aim as routes.csv writes it."""
    ((selector, names),) = change.aim.items()
    return f"{selector}={';'.join(names)}"
