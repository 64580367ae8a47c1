"""Scenarios of the freight network: each network has its own, and the table of recommendations alters all it names."""

from __future__ import annotations

from itertools import permutations

import pandas as pd
import pytest

import corridor as cr
from corridor.library.scenarios import all_scenarios
from corridor.study.scenario_runs import default_scenarios
from helpers.freight import YEARS, changes, crossing_teu, freight, recommendation, rows

TABLE = rows("recommendations")
FIVE = ("r1_harmonised", "r2_rail", "r3_one_tariff", "r4_customs", "r5a_alat_2", "r5b_zangezur")
FILE_OF = {
    "r1_harmonised": "borders-and-ports-halved", "r2_rail": "rail-and-black-sea", "r3_one_tariff": "one-tariff",
    "r4_customs": "customs", "r5a_alat_2": "alat-phase-2", "r5b_zangezur": "zangezur-opened", "all_five": "all-five",
    "f1_feeders": "feeders-doubled", "f2_aktau_hub": "aktau-hub", "ships": "ships",
    "all_and_ships": "all-five-and-ships", "low_water": "freight-low-water", "kuryk_embargo": "kuryk-embargo",
    "red_sea_closed": "red-sea-closed", "red_sea_open": "red-sea-open", "poland_closed": "poland-closed",
    "iran_closed": "iran-closed", "north_refused": "north-refused", "north_refusal_lifted": "north-refusal-lifted",
    "feeder_round_trip_storm": "feeder-storms",
}  # fmt: skip


def tables(net: cr.Network) -> list[pd.DataFrame]:
    """Return what recommendations alter."""
    return [net.edge_table(), net.rate_table(), net.fleet_table(), net.node_table()]


@pytest.mark.parametrize("year", YEARS)
def test_every_change_alters_something_in_every_vintage_it_names(year: int) -> None:
    """One that altered nothing, or made a number negative, would be refused."""
    named = [row for row in TABLE if int(row["since"]) <= year <= int(row["until"])]
    single = [scenario for scenario in map(changes, named) if scenario is not None]
    assert len(single) > 80
    for scenario in single:
        assert scenario.apply(freight(year)) != freight(year), scenario


@pytest.mark.parametrize("year", [2018, 2022, 2024, 2026])
@pytest.mark.parametrize("name", ["all_five", "ships", "all_and_ships"])
def test_sums_can_be_made_in_every_vintage(name: str, year: int) -> None:
    """Nothing falls below 0, and they do more than the largest part."""
    assert recommendation(name, year).apply(freight(year)) != freight(year)


def test_all_five_are_the_same_in_any_order() -> None:
    """Factors first, amounts after: six orders of twos, and each part first and last."""
    parts = {name: recommendation(name, 2024) for name in FIVE}
    orders = [FIVE, FIVE[::-1], *(FIVE[n:] + FIVE[:n] for n in range(1, 6)), *list(permutations(FIVE))[::144]]
    expected = tables(recommendation("all_five", 2024).apply(freight(2024)))
    for order in orders:
        total = sum((parts[name] for name in order[1:]), parts[order[0]])
        for table, wanted in zip(tables(total.apply(freight(2024))), expected, strict=True):
            pd.testing.assert_frame_equal(table, wanted, rtol=1e-12)


def test_the_wait_at_alat_halves_twice_and_loses_half_a_day_of_two() -> None:
    """In all five: 2 days x 0.5 x 0.5 x 0.75."""
    net = recommendation("all_five", 2024).apply(freight(2024))
    assert net.edge("alat_quay").transit_days == pytest.approx(0.375)


@pytest.mark.parametrize(
    ("name", "kteu"),
    [
        ("r1_harmonised", (70.0, 50.1, 81.3)), ("r5a_alat_2", (70.0, 33.7, 481.3)), ("all_five", (70.0, 50.1, 481.3)),
        ("ships", (237.3, 67.4, 81.3)), ("all_and_ships", (240.0, 100.1, 481.3)),
    ],
)  # fmt: skip
def test_recommendations_move_the_crossing_by_what_they_say(name: str, kteu: tuple[float, ...]) -> None:
    """Container ships with Aktau's quay, ferries, Alat's quay, 2024."""
    limits = crossing_teu(recommendation(name, 2024).apply(freight(2024)))
    assert [limit / 1e3 for limit in limits] == pytest.approx(kteu, abs=0.06)


@pytest.mark.parametrize(("name", "file"), FILE_OF.items())
def test_files_do_what_the_table_says(name: str, file: str) -> None:
    """In the file's year, number by number."""
    scenario = cr.load_scenario(file)
    got, wanted = (
        scenario.apply(freight(scenario.year)),
        recommendation(name, scenario.year).apply(freight(scenario.year)),
    )
    for table, expected in zip(tables(got), tables(wanted), strict=True):
        pd.testing.assert_frame_equal(table, expected, rtol=1e-12)


def test_files_that_are_in_no_table_are_few() -> None:
    """Kars at 5 Mt/y in 2022 is a part of a recommendation."""
    assert set(cr.scenarios("caspian_freight")) - set(FILE_OF.values()) == {"btk-5-mt"}


def test_each_network_runs_its_own_scenarios_by_default() -> None:
    """Crude none of freight's, freight none of crude's."""
    crude, boxes = (default_scenarios(cr.load(name, 2024)) for name in ("caspian", "caspian_freight"))
    assert {scenario.network for scenario in crude} == {"caspian"}
    assert {scenario.network for scenario in boxes} == {"caspian_freight"}
    assert (len(crude), len(boxes)) == (len(cr.scenarios()), len(cr.scenarios("caspian_freight")))


def test_names_of_scenarios_are_unique_across_networks() -> None:
    """`load_scenario` takes one without its network, and tables show the name inside."""
    files = [name for network in cr.networks() for name in cr.scenarios(network)]
    names = [cr.load_scenario(name).name for name in files]
    assert sorted(files) == list(all_scenarios())
    assert (len(set(files)), len(set(names))) == (len(files), len(names))


def test_scenarios_of_oil_can_be_named_on_the_freight_network() -> None:
    """With the CPC shut oil loses as much as in its own network: nothing that it shares with freight binds."""
    shut = cr.load_scenario("cpc-shut")
    losses = []
    for name in ("caspian", "caspian_freight"):
        net = cr.load(name, 2021)
        flow = cr.solve(net, shut)
        losses.append(flow.commodities.loc["kazakh_crude", "shortfall_mtpa"])
    assert losses[1] == pytest.approx(losses[0], abs=1e-6)
    assert losses[0] > 20


def test_scenarios_of_an_unknown_network_are_refused() -> None:
    """With a suggestion."""
    with pytest.raises(cr.UnknownNameError, match="no network named 'caspian_fright'; did you mean"):
        cr.scenarios("caspian_fright")


def most(year: int, name: str) -> float:
    """Return the most containers by the middle corridor under a recommendation, demand as it is. [kTEU/y]"""
    net = freight(year) if name == "base" else recommendation(name, year).apply(freight(year))
    row = cr.compare(net, [], commodity="containers", corridors=["middle_corridor"]).iloc[0]
    return float(row["capacity_teu_per_year"]) / 1e3


@pytest.mark.parametrize(
    ("year", "kteu"),
    [
        (2018, {"base": 33.7}), (2019, {"base": 44.8}), (2020, {"base": 48.5}),
        (2021, {"base": 56.7, "low_water": 51.0}),
        (2022, {"base": 73.2, "r1_harmonised": 80.2, "r5a_alat_2": 73.2, "all_five": 90.1, "all_and_ships": 225.7,
                "low_water": 63.3, "feeder_round_trip_storm": 60.0}),
        (2023, {"base": 73.2}),
        (2024, {"base": 81.3, "r1_harmonised": 81.3, "r2_rail": 81.3, "r3_one_tariff": 81.3, "r4_customs": 81.3,
                "r5a_alat_2": 103.7, "r5b_zangezur": 81.3, "all_five": 120.1, "ships": 81.3, "all_and_ships": 340.1,
                "kuryk_embargo": 70.0, "f1_feeders": 81.3, "f2_aktau_hub": 81.3}),
        (2025, {"base": 131.3, "r1_harmonised": 131.3, "r5a_alat_2": 152.4, "all_five": 190.1, "all_and_ships": 340.1}),
        (2026, {"base": 131.3}),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)  # fmt: skip
def test_the_most_containers_are_those_of_the_note(year: int, kteu: dict[str, float]) -> None:
    """All four streams together, other cargo giving way, by vintage and recommendation.

    With all five and the ships from 2024 on the note has 323.8, of which the demand of the Caucasus is 100; where
    supply and buyers are unlimited, Aktau's 240 and the ferries' 100.1 are next.
    """
    assert {name: most(year, name) for name in kteu} == pytest.approx(kteu, abs=0.06)
