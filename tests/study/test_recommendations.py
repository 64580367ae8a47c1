"""What the brief's recommendations move: closed forms, the tables of the evidence, and draws counted again."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import corridor as cr
from corridor.errors import DataError
from corridor.library.recommendations import recommendation as by_library
from corridor.model.columns import column_names
from helpers.box_network import box_network
from helpers.freight import DAY_USD_PER_TEU, T_PER_TEU, cheapest, freight, recommendation

SCALE = 2600 / T_PER_TEU
EUROPE, TURKEY, KAZAKH, CAUCASUS = (
    "boxes_china_europe", "boxes_china_turkey", "boxes_kazakhstan_turkey", "boxes_china_caucasus",
)  # fmt: skip
OFFERED_KTEU = {EUROPE: 24_000.0, TURKEY: 600.0, KAZAKH: 15.0, CAUCASUS: 100.0}
OF_2021 = {  # weights of the vintage 2022 [1], from what was observed in 2021
    EUROPE: {"ocean": 1.0, "northern_corridor": 0.00973414331, "middle_corridor": 0.000394977152},
    TURKEY: {"ocean": 1.0, "middle_corridor": 0.00721586337},
    KAZAKH: {"southern_corridor": 1.0, "middle_corridor": 1.76012462},
    CAUCASUS: {"ocean": 1.0, "middle_corridor": 0.00595575847},
}
OF_2022 = {
    EUROPE: {"ocean": 1.0, "northern_corridor": 0.00615934233, "middle_corridor": 0.00106690371},
    TURKEY: {"ocean": 1.0, "middle_corridor": 0.0112732842},
    KAZAKH: {"southern_corridor": 1.0, "middle_corridor": 2.21358945},
    CAUCASUS: {"ocean": 1.0, "middle_corridor": 0.0160064795},
}
PREMIUM = {2022: SCALE * math.log(1 / 0.65)}
IDS = {
    "1 borders and ports": "r1_harmonised", "2 rail and Black Sea": "r2_rail", "3 one tariff": "r3_one_tariff",
    "4 customs": "r4_customs", "5a Alat phase 2": "r5a_alat_2", "5b Zangezur": "r5b_zangezur", "all five": "all_five",
    "ships": "ships", "all five and ships": "all_and_ships",
}  # fmt: skip
SINGLE = list(IDS)[:6]
YEARS = (2022, 2024, 2025)
MOVED, CHANGE = "throughput_teu_per_year", "change"


@cache
def table(year: int) -> pd.DataFrame:
    """Return the recommendations of a year."""
    return cr.recommendations(freight(year))


def by_closed_form(year: int, net: cr.Network) -> float:
    """Return containers by the middle corridor where no limit binds: the logit at cheapest costs. [kTEU/y]"""
    total = 0.0
    for commodity, weights in (OF_2021 if year == 2022 else OF_2022).items():
        pull = {}
        for corridor, weight in weights.items():
            cost = cheapest(net, commodity, corridor, DAY_USD_PER_TEU / T_PER_TEU)
            cost += PREMIUM.get(year, 0.0) if corridor == "northern_corridor" else 0.0
            pull[corridor] = weight * math.exp(-cost / SCALE)
        total += OFFERED_KTEU[commodity] * pull["middle_corridor"] / sum(pull.values())
    return total


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("name", ["baseline", *IDS])
def test_what_moves_is_the_logit_at_cheapest_costs(name: str, year: int) -> None:
    """No limit on containers binds in these years; weights as the evidence has them."""
    net = freight(year) if name == "baseline" else recommendation(IDS[name], year).apply(freight(year))
    assert table(year).loc[name, MOVED] / 1e3 == pytest.approx(by_closed_form(year, net), abs=0.02)


# The tables of the evidence

# Most boxes [kTEU], most dry [Mt], change [%], and in 2024 USD/FEU, days, late days.
NOTE: dict[int, dict[str, tuple[float, ...]]] = {
    2022: {
        "baseline": (73.2, 2.06, 0.0), "1 borders and ports": (80.2, 3.18, 32.2),
        "2 rail and Black Sea": (73.2, 2.06, 1.2),
        "3 one tariff": (73.2, 2.06, 17.1), "4 customs": (73.2, 2.06, 4.4), "5a Alat phase 2": (73.2, 2.06, 9.4),
        "5b Zangezur": (73.2, 2.06, 1.4), "all five": (90.1, 3.18, 70.6), "ships": (80.2, 4.12, 0.0),
        "all five and ships": (225.7, 6.36, 70.6),
    },
    2024: {
        "baseline": (81.3, 2.06, 0.0, 6095, 33.5, 11), "1 borders and ports": (81.3, 3.18, 17.1, 5880, 26.75, 11),
        "2 rail and Black Sea": (81.3, 2.06, 0.7, 6095, 33.5, 11), "3 one tariff": (81.3, 2.06, 20.3, 5635.5, 33.5, 6),
        "4 customs": (81.3, 2.06, 5.4, 5995, 31.5, 11), "5a Alat phase 2": (103.7, 2.06, 2.4, 6095, 32.5, 11),
        "5b Zangezur": (81.3, 2.06, 0.9, 6095, 33.5, 11), "all five": (120.1, 3.18, 50.8, 5320.5, 24.625, 6),
        "ships": (81.3, 4.12, 0.0, 6095, 33.5, 11), "all five and ships": (340.1, 6.36, 50.9, 5320.5, 24.625, 6),
    },
    2025: {
        "baseline": (131.3, 1.86, 0.0), "1 borders and ports": (131.3, 2.85, 17.6),
        "2 rail and Black Sea": (131.3, 1.86, 0.8),
        "3 one tariff": (131.3, 1.86, 19.6), "4 customs": (131.3, 1.86, 5.2), "5a Alat phase 2": (152.4, 1.86, 2.3),
        "5b Zangezur": (131.3, 1.86, 0.9), "all five": (190.1, 2.85, 50.4), "ships": (131.3, 3.72, 0.0),
        "all five and ships": (340.1, 5.71, 50.4),
    },
}  # fmt: skip
PERCENT = {2022: 0.15, 2024: 0.12, 2025: 0.12}
"""Tolerance of changes: the evidence was solved to a gap of 1e-3 million USD, which shows most on the base of 2022."""


@pytest.mark.parametrize("year", YEARS)
def test_rows_are_the_baseline_the_five_and_what_they_leave_out(year: int) -> None:
    """In the order of the brief."""
    assert list(table(year).index) == ["baseline", *IDS]


@pytest.mark.parametrize("year", YEARS)
def test_the_most_boxes_are_those_of_the_evidence(year: int) -> None:
    """With all five and the ships from 2024 supply and buyers are unlimited: Aktau's 240 and the ferries' 100.1."""
    expected = {name: row[0] for name, row in NOTE[year].items()}
    assert (table(year)["capacity_teu_per_year"] / 1e3).to_dict() == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("year", YEARS)
def test_the_most_dry_cargo_is_that_of_the_evidence(year: int) -> None:
    """Faster ships and more ships raise it, nothing else does; 2025 by arithmetic: ships turn in 4.65 of 7.4 days."""
    expected = {name: row[1] for name, row in NOTE[year].items()}
    assert table(year)["dry_capacity_mtpa"].to_dict() == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize("year", YEARS)
def test_changes_are_those_of_the_evidence(year: int) -> None:
    """In percent of the baseline."""
    expected = {name: row[2] for name, row in NOTE[year].items()}
    assert (100 * table(year)[CHANGE]).to_dict() == pytest.approx(expected, abs=PERCENT[year])


@pytest.mark.parametrize(("column", "place"), [("usd_per_feu", 3), ("transit_days", 4), ("late_days", 5)])
def test_price_and_time_to_duisburg_are_those_of_the_evidence(column: str, place: int) -> None:
    """Of 2024; a price of the evidence is rounded to 1 USD."""
    expected = {name: row[place] for name, row in NOTE[2024].items()}
    assert table(2024)[column].to_dict() == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("year", "name", "stopped_by"),
    [
        (2024, "baseline", "alat_quay"), (2024, "5a Alat phase 2", "aktau_quay + fleet ferries_kuryk"),
        (2024, "all five", "aktau_quay + fleet ferries_kuryk"),
        (2022, "baseline", "fleet feeders + fleet ferries_kuryk"),
        (2022, "1 borders and ports", "alat_quay"),
    ],
)  # fmt: skip
def test_what_stops_more_stands_beside_the_most(year: int, name: str, stopped_by: str) -> None:
    """At sea or on a quay, never on the rails."""
    assert table(year).loc[name, "bottleneck"] == stopped_by


@pytest.mark.parametrize(("name", "mtpa"), [("baseline", 0.89), ("3 one tariff", 1.22)])
def test_ten_percent_less_draw_dry_cargo(name: str, mtpa: float) -> None:
    """2024."""
    assert table(2024).loc[name, "dry_throughput_mtpa"] == pytest.approx(mtpa, abs=0.005)


def own_weights() -> cr.Network:
    """Return 2022 with the weights of its own observed flows, and without its premium for refusal."""
    lifted = recommendation("north_refusal_lifted", 2022).apply(freight(2022))
    return lifted.replace(year=2023, reference=freight(2023).reference)


def kteu(net: cr.Network, corridor: str = "middle_corridor") -> float:
    """Return containers by a corridor. [kTEU/y]"""
    flows = cr.solve(net).choices["flow_mtpa"].xs(corridor, level="corridor")
    return float(flows[flows.index.str.startswith("boxes_")].sum()) / T_PER_TEU * 1e3


@pytest.mark.parametrize(
    ("name", "percent"),
    [
        ("1 borders and ports", 23.2), ("2 rail and Black Sea", 0.8), ("3 one tariff", 17.4), ("4 customs", 5.4),
        ("5a Alat phase 2", 10.0), ("5b Zangezur", 0.9), ("all five", 64.5), ("ships", 0.0),
        ("all five and ships", 81.0),
    ],
)  # fmt: skip
def test_2022_with_its_own_weights_meets_limits(name: str, percent: float) -> None:
    """33.6 kTEU as observed; with the first Aktau's quay is full, with the third the container ships are."""
    net = own_weights()
    base = kteu(net)
    assert base == pytest.approx(33.6, abs=0.1)
    assert 100 * (kteu(recommendation(IDS[name], 2022).apply(net)) / base - 1) == pytest.approx(percent, abs=0.15)


# One figure that can overturn the order

ONE_SHIP = {"black_sea_feeders.capacity_teu_per_year": 15_120}


def test_with_one_ship_on_the_black_sea_rail_and_black_sea_comes_first() -> None:
    """15,120 TEU a year, the one dedicated ship: 35.8 kTEU; 1 +5 %, 3 +9 %, 2, which doubles these ships, +25 %."""
    found = cr.recommendations(freight(2024).with_figures(ONE_SHIP, source="the dedicated ship alone"))
    assert found.loc["baseline", MOVED] / 1e3 == pytest.approx(35.8, abs=0.1)
    assert found.loc[SINGLE, CHANGE].idxmax() == "2 rail and Black Sea"
    changes = 100 * found.loc[["1 borders and ports", "2 rail and Black Sea", "3 one tariff"], CHANGE]
    assert changes.tolist() == pytest.approx([5, 25, 9], abs=0.5)


def test_one_ship_on_the_black_sea_would_be_full() -> None:
    """A container more to Europe would pay 1,168 USD/TEU there."""
    flow = cr.solve(freight(2024).with_figures(ONE_SHIP, source="the dedicated ship alone"))
    rent = flow.choices.loc[(EUROPE, "middle_corridor"), "rent_usd_per_t"]
    assert rent * T_PER_TEU == pytest.approx(1168, abs=5)


# Scenarios of refusal and closure


@pytest.mark.parametrize(
    ("year", "name", "middle", "north"),
    [
        (2021, "", 36.1, 977.9), (2021, "north_refused", 36.3, 645.5), (2022, "", 17.9, 421.8),
        (2022, "north_refusal_lifted", 17.8, 643.1), (2021, "red_sea_closed", 44.8, 1029.0),
        (2022, "red_sea_closed", 21.3, 549.0), (2024, "", 44.4, 317.7), (2024, "red_sea_open", 36.2, 243.4),
        (2024, "poland_closed", 44.7, 0.0), (2022, "iran_closed", 26.3, 421.8), (2024, "iran_closed", 50.2, 317.7),
        (2021, "kuryk_embargo", 23.0, 978.6), (2024, "kuryk_embargo", 44.4, 317.7), (2021, "low_water", 36.1, 977.9),
        (2022, "low_water", 17.9, 421.8),
    ],
)  # fmt: skip
def test_scenarios_move_what_the_evidence_has(year: int, name: str, middle: float, north: float) -> None:
    """The middle within 0.1 kTEU; the north within 0.5, to which the evidence was solved."""
    net = recommendation(name, year).apply(freight(year)) if name else freight(year)
    assert kteu(net) == pytest.approx(middle, abs=0.1)
    assert kteu(net, "northern_corridor") == pytest.approx(north, abs=0.5)


@pytest.mark.parametrize(
    ("name", "corridor", "usd_per_teu"),
    [("red_sea_closed", "northern_corridor", 562), ("kuryk_embargo", "middle_corridor", 1669)],
)
def test_full_ways_have_the_rents_of_the_evidence(name: str, corridor: str, usd_per_teu: float) -> None:
    """2021: Brest is full with the Red Sea closed, container ships without ferries; 0.5 kTEU there are 4 USD/TEU."""
    flow = cr.solve(recommendation(name, 2021).apply(freight(2021)))
    assert flow.choices.loc[(EUROPE, corridor), "rent_usd_per_t"] * T_PER_TEU == pytest.approx(usd_per_teu, abs=5)


@pytest.mark.parametrize(("edge", "year"), [("altynkol_brest", 2021), ("dostyk_brest", 2021), ("altynkol_brest", 2022)])
def test_the_premium_of_refusal_is_the_scale_times_a_logarithm(edge: str, year: int) -> None:
    """2,600 USD/TEU ln(1 / 0.65) over 10.5 t: added on 2021, taken away on 2022, where it is."""
    file, sign = ("north-refused", 1.0) if year == 2021 else ("north-refusal-lifted", -1.0)
    before, after = freight(year), cr.load_scenario(file).apply(freight(year))
    difference = after.edge(edge).tariff_usd_per_t - before.edge(edge).tariff_usd_per_t
    assert difference == pytest.approx(sign * SCALE * math.log(1 / 0.65), abs=1e-5)


# Draws


@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    """Return the recommendations of 2024 with ranges of a few draws."""
    return cr.recommendations(freight(2024), ranges=True, draws=4, seed=3)


def again(draws: int, seed: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the volumes of draws by `uncertainty`, shape (draws, rows)."""
    path = "compare.middle_corridor.containers.throughput_teu_per_year"
    listed = [recommendation(IDS[name], 2024) for name in IDS]
    return cr.uncertainty(freight(2024), listed, draws=draws, seed=seed, numbers=path).drawn.values[:, :, 0]


def test_ranges_and_conclusions_are_those_of_the_draws(drawn: pd.DataFrame) -> None:
    """Of four draws the least and the largest are the 5 and 95 % points; the order is counted again."""
    volumes = again(4, 3)
    change = volumes / volumes[:, :1] - 1
    for name, values in ((MOVED, volumes), (CHANGE, change)):
        assert drawn[f"{name}_p05"].to_numpy() == pytest.approx(values.min(axis=0), rel=1e-6, abs=1e-6)
        assert drawn[f"{name}_p95"].to_numpy() == pytest.approx(values.max(axis=0), rel=1e-6, abs=1e-6)
    single = pd.DataFrame(change[:, 1:7], columns=SINGLE)
    best = single.idxmax(axis=1).value_counts(normalize=True)
    assert drawn["first"].dropna().to_dict() == pytest.approx({name: best.get(name, 0.0) for name in SINGLE})
    ahead = single[["1 borders and ports", "3 one tariff"]].min(axis=1)
    rest = single.drop(columns=["1 borders and ports", "3 one tariff"]).max(axis=1)
    assert drawn.attrs["conclusions"]["1 and 3 each move more than 2, 4, 5a and 5b"] == (ahead > rest).mean()
    assert drawn.attrs["conclusions"]["1 or 3 moves most"] == pytest.approx(
        sum(best.get(name, 0.0) for name in ("1 borders and ports", "3 one tariff"))
    )


def test_no_draw_is_left_out_for_a_price_below_0(drawn: pd.DataFrame) -> None:
    """All five take 0.9 p - 265 USD at a border drawn from 198 to 434: below 0 in half of the draws."""
    assert "notes" not in drawn.attrs
    assert drawn[f"{MOVED}_p05"].notna().all()


def test_ranges_leave_the_numbers_as_they_are(drawn: pd.DataFrame) -> None:
    """Central values stay, and columns stand in the order stated."""
    stated = column_names("recommendations")
    assert [name for name in drawn if name in stated] == list(stated)
    pd.testing.assert_frame_equal(drawn[list(stated)], table(2024), check_like=False)


# Scenarios of the library, and bad input


@pytest.mark.parametrize("year", [2018, 2022, 2023, 2026])
def test_the_library_makes_the_scenarios_of_the_table(year: int) -> None:
    """As a reader of the table makes them, change by change."""
    for id in IDS.values():
        assert set(by_library(freight(year), id).changes) == set(recommendation(id, year).changes)


def test_a_network_without_recommendations_is_refused() -> None:
    """With the one that has them."""
    with pytest.raises(DataError, match=r"no recommendations.*load that \(cr.load\('caspian_freight', year\)\)"):
        cr.recommendations(cr.load("caspian", 2024))
    with pytest.raises(DataError, match="no recommendations"):
        cr.recommendations(box_network())


def test_a_network_without_a_year_is_refused() -> None:
    """Changes differ by year."""
    with pytest.raises(DataError, match=r"has no year, by which recommendations differ; give it one"):
        cr.recommendations(freight(2024).replace(year=None))


def test_what_is_done_already_is_refused() -> None:
    """Zangezur opened twice."""
    opened = cr.load_scenario("zangezur-opened").apply(freight(2024))
    with pytest.raises(DataError, match=r"Opening\(edge='\w+'\) has no effect"):
        cr.recommendations(opened)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"ranges": 1}, r"ranges must be True or False \(got 1\)"),
        ({"draws": 0}, r"draws must be 1 to 1,000,000 \(got 0\)"),
        ({"seed": -1}, r"seed must be 0 to [\d,]+ \(got -1\)"),
    ],
)
def test_bad_arguments_are_refused(given: dict[str, Any], words: str) -> None:
    """One sentence each."""
    with pytest.raises(DataError, match=words):
        cr.recommendations(freight(2024), **given)
