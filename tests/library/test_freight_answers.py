"""What the shipped freight network says of boxes, against the tables of its evidence: capacity by year, sums of legs.

Numbers are those of the published method's tables, or arithmetic on the data's own inputs, not of our output.
"""

from __future__ import annotations

from functools import cache

import pytest

import corridor as cr
from corridor.solver.capacity import route_capacity
from corridor.solver.warm import WarmSolver

MIDDLE = "middle_corridor"
T_PER_TEU = 10.5
FERRIES = "fleet ferries_kuryk"


@cache
def freight(year: int) -> cr.Network:
    """Return the freight network of a year."""
    return cr.load("caspian_freight", year)


@cache
def solved(year: int) -> cr.Flow:
    """Return the flow of a year."""
    return cr.solve(freight(year))


def cell(year: int, column: str, scenario: str | None = None) -> object:
    """Return a cell of the middle corridor, in the baseline or under a shipped scenario."""
    scenarios = [cr.load_scenario(scenario, freight(year))] if scenario else []
    table = cr.compare(freight(year), scenarios, corridors=MIDDLE, columns=column)
    return table[column].iloc[-1]


@pytest.mark.parametrize(
    ("year", "thousand_teu", "stopped_by"),
    [
        (2018, 33.7, FERRIES), (2019, 44.8, f"fleet feeders + {FERRIES}"), (2020, 48.5, f"fleet feeders + {FERRIES}"),
        (2021, 56.7, f"fleet feeders + {FERRIES}"), (2022, 73.2, f"fleet feeders + {FERRIES}"),
        (2023, 73.2, f"fleet feeders + {FERRIES}"), (2024, 81.3, "alat_quay"), (2025, 131.3, "alat_quay"),
        (2026, 131.3, "alat_quay"),
    ],
)  # fmt: skip
def test_the_most_boxes_of_a_year_are_those_of_the_evidence(year: int, thousand_teu: float, stopped_by: str) -> None:
    """Box ships and ferries until 2023, then the quay of Alat, dry cargo giving way."""
    assert cell(year, "capacity_teu_per_year") == pytest.approx(1e3 * thousand_teu, abs=50)
    assert cell(year, "bottleneck") == stopped_by


@pytest.mark.parametrize(("year", "mtpa"), [(2022, 2.06), (2024, 2.06), (2025, 1.86), (2026, 1.86)])
def test_the_most_dry_cargo_of_a_year_is_that_of_the_evidence(year: int, mtpa: float) -> None:
    """Wagons by ferry and dry-cargo ships, boxes giving way."""
    table = cr.compare(freight(year), [], commodity="dry_bulk", corridors=MIDDLE, columns="capacity_mtpa")
    assert table["capacity_mtpa"].iloc[0] == pytest.approx(mtpa, abs=0.006)


@pytest.mark.parametrize(
    ("scenario", "thousand_teu", "stopped_by"),
    [
        ("alat-phase-2", 103.7, f"aktau_quay + {FERRIES}"), ("all-five", 120.1, f"aktau_quay + {FERRIES}"),
        ("kuryk-embargo", 70.0, "aktau_quay"), ("zangezur-opened", 81.3, "alat_quay"),
        ("borders-and-ports-halved", 81.3, "alat_quay"), ("feeders-doubled", 81.3, "alat_quay"),
        ("aktau-hub", 81.3, "alat_quay"), ("rail-and-black-sea", 81.3, "alat_quay"), ("ships", 81.3, "alat_quay"),
    ],
)  # fmt: skip
def test_a_project_moves_the_limit_that_the_evidence_says(scenario: str, thousand_teu: float, stopped_by: str) -> None:
    """On 2024: Alat first, then Aktau and the ferries; what is built on land moves nothing."""
    assert cell(2024, "capacity_teu_per_year", scenario) == pytest.approx(1e3 * thousand_teu, abs=50)
    assert cell(2024, "bottleneck", scenario) == stopped_by


def test_box_ships_alone_are_stopped_at_aktau() -> None:
    """70,000 TEU at its quay in 2024, 40,000 in 2022."""
    legs = {year: cr.legs(solved(year), MIDDLE).loc["aktau_quay"] for year in (2022, 2024)}
    assert {year: leg["capacity_teu_per_year"] for year, leg in legs.items()} == pytest.approx({2022: 4e4, 2024: 7e4})
    assert legs[2024]["limit"] == "aktau_quay"


def test_ships_of_2022_have_room_for_the_slots_of_the_evidence() -> None:
    """39,500 TEU both ways: slots times round trips, the way back a third full."""
    leg = cr.legs(solved(2022), MIDDLE).loc["feeder"]
    assert leg["capacity_teu_per_year"] == pytest.approx(39_500, abs=50)
    assert leg["limit"] == "fleet feeders"


def test_with_dry_cargo_and_oil_it_is_what_the_evidence_says() -> None:
    """2.8 Mt together, ferries counted once; with 1.5 to 2.6 by tanker and 0.3 to 0.4 by lorry 4.5 to 6 Mt."""
    freight_mtpa = cr.legs(solved(2024), MIDDLE, commodity=["containers", "dry_bulk"], units="t").loc["through"]
    most = freight_mtpa["capacity_mtpa"]
    assert most == pytest.approx(2.8, abs=0.05)
    assert 4.5 < most + 1.5 + 0.3 < most + 2.6 + 0.4 < 6.0


def test_several_groups_are_one_program() -> None:
    """What a table of legs says of all together is the maximum of their sum, not the sum of maxima."""
    flow, solver = solved(2024), WarmSolver(freight(2024), minima=solved(2024).solution.program.demanding)
    streams = tuple(c.id for c in freight(2024).commodities if c.group in ("containers", "dry_bulk"))
    together = route_capacity(solver, flow.solution, MIDDLE, streams).capacity_mtpa
    alone = [
        cr.legs(flow, MIDDLE, commodity=g, units="t").loc["through", "capacity_mtpa"]
        for g in ("containers", "dry_bulk")
    ]
    assert max(alone) < together < sum(alone)


@pytest.mark.parametrize(("year", "usd_per_feu", "days", "late"), [
    (2018, 5_765, 38.4, 10.5), (2019, 5_165, 38.4, 9.5), (2021, 5_165, 41.0, 11.0), (2022, 5_165, 53.7, 10.8),
    (2023, 6_095, 36.5, 11.0), (2024, 6_095, 33.5, 11.0), (2025, 6_095, 34.5, 11.0),
])  # fmt: skip
def test_legs_to_europe_add_up_to_the_evidence(year: int, usd_per_feu: float, days: float, late: float) -> None:
    """Xi'an to Duisburg: price of a box of 40 feet, days with waiting, and lateness."""
    through = cr.legs(solved(year), MIDDLE, commodity="boxes_china_europe").loc["through"]
    assert through["usd_per_feu"] == pytest.approx(usd_per_feu, abs=0.5)
    assert through["transit_days"] + through["waiting_days"] == pytest.approx(days, abs=0.05)
    assert through["late_days"] == pytest.approx(late, abs=0.05)


@pytest.mark.parametrize(
    ("first", "last", "days"), [("altynkol", "alat", 9.0), ("altynkol", "poti", 12.0), ("altynkol", "constanta", 21.0)]
)
def test_legs_of_2024_add_up_to_the_schedule(first: str, last: str, days: float) -> None:
    """9, 12 and 20 to 22 days by the published schedule."""
    legs = cr.legs(solved(2024), MIDDLE, commodity="boxes_china_europe").drop(index="through").dropna(subset="step")
    steps = legs.sort_values("step")
    start = steps["tail"].to_list().index(first)
    stop = steps["head"].to_list().index(last) + 1
    part = steps.iloc[start:stop]
    assert part["transit_days"].sum() + part["waiting_days"].sum() == pytest.approx(days)


def test_kazakh_boxes_to_istanbul_add_up_to_the_tariff() -> None:
    """3,670 USD/FEU by the legs without the border; the tariff of 2018, 3,474, lies within their ranges."""
    price = cr.legs(solved(2020), MIDDLE, commodity="boxes_kazakhstan_turkey").loc["through", "usd_per_feu"]
    assert price == pytest.approx(3_670, abs=0.5)


def test_rents_of_2021_are_those_of_the_evidence() -> None:
    """Box ships are full: a box pays 370 USD/TEU more by ferry (300 dearer, a day at 70), and as much rent by ship."""
    cells = cr.compare(freight(2021), [], corridors=MIDDLE).iloc[0]
    ships = solved(2021).edges.loc["feeder", "flow_mtpa"] * 1e6 / T_PER_TEU
    assert ships == pytest.approx(23_000, abs=50)
    expected = 2 * 370.0 * ships / cells["throughput_teu_per_year"]
    assert cells["rent_usd_per_feu"] == pytest.approx(expected, rel=1e-3)


def test_there_is_no_rent_where_the_evidence_has_none() -> None:
    """2022 and 2024: no limit of the middle corridor is met."""
    assert [cell(year, "rent_usd_per_feu") for year in (2022, 2024)] == pytest.approx([0.0, 0.0], abs=1e-6)


@pytest.mark.parametrize(("year", "thousand_teu"), [(2021, 36.1), (2022, 17.9), (2024, 44.4), (2025, 36.1)])
def test_what_moves_is_what_the_evidence_says(year: int, thousand_teu: float) -> None:
    """By choice, in boxes."""
    assert cell(year, "throughput_teu_per_year") == pytest.approx(1e3 * thousand_teu, abs=60)


def test_boxes_are_what_the_freight_network_is_compared_for() -> None:
    """And crude what the crude network is."""
    assert cr.compare(freight(2024), [], columns="status").attrs["commodity"] == "containers"
    assert cr.compare(cr.load("caspian", 2024), [], columns="status").attrs["commodity"] == "kazakh_crude"
