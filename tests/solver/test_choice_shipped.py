"""Shippers that choose on the shipped freight network, against closed forms made here and the digits of the method.

The flow of a corridor is the logit of its cheapest cost and its weight; the weight of a corridor is its observed share
times ``exp(cost / scale)``. Both are computed here from the records, by a search of paths that knows no program.
"""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from functools import cache
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import corridor as cr
from corridor.errors import DataError
from corridor.solver.choice import ChoiceSolver, ChosenOptimum
from corridor.solver.choice_weights import alternatives_of, closed_columns, weights, weights_of
from corridor.solver.flow import Flow
from corridor.solver.program import Program
from corridor.solver.warm import WarmSolver
from helpers.freight import T_PER_TEU, freight, recommendation, teu
from helpers.freight_choice import (
    BOXES,
    DRY,
    FERRY_USD_PER_TEU,
    KTEU,
    MIDDLE,
    NORTH,
    SCALE_USD_PER_TEU,
    Key,
    by_hand,
    cost,
    latest,
    logit,
    own,
    scale,
    weights_by_hand,
)

ROUNDING_MUSD_PER_YEAR = 1e-8
OBSERVED_YEARS = (2018, 2020, 2021, 2022)


@cache
def base(year: int) -> Flow:
    """Return the flow of a vintage."""
    return cr.solve(freight(year))


def flows(flow: Flow) -> dict[Key, float]:
    """Return the flow of each corridor chosen, by commodity and corridor. [Mt/y]"""
    return {(str(of), str(way)): float(moved) for (of, way), moved in flow.choices["flow_mtpa"].items()}


def middle_kteu(flow: Flow) -> float:
    """Return the boxes of the Middle Corridor. [thousand TEU/y]"""
    return sum(flows(flow)[commodity, MIDDLE] for commodity in BOXES) / KTEU


def assert_within_bound(flow: Flow, expected: dict[Key, float]) -> None:
    """Assert that each flow differs by no more than its gap allows: ``sqrt(2 gap F / scale)``."""
    choice = flow.solution.choice
    assert choice is not None
    gap = max(choice.gap_musd_per_year, 0.0) + ROUNDING_MUSD_PER_YEAR
    found = flows(flow)
    assert found.keys() == expected.keys()
    for key, moved in found.items():
        most = math.sqrt(2 * gap * max(moved, expected[key]) / scale(key[0]))
        assert abs(moved - expected[key]) <= most, key


# Closed forms


NOTE_2024 = {
    "boxes_china_europe": (23_658.671375, 317.643752, 23.684873),
    "boxes_china_turkey": (591.735486, 8.264514),
    "boxes_kazakhstan_turkey": (5.797946, 9.202054),
    "boxes_china_caucasus": (96.789488, 3.210512),
}
"""Flows of 2024, first way first, the middle last. [thousand TEU/y]"""


@pytest.mark.parametrize("commodity", BOXES)
def test_flows_of_2024_by_closed_form_are_those_of_the_note(commodity: str) -> None:
    """Costs of the records, weights of the rows of 2022: the digits printed."""
    ways = [way for way in ("ocean", "southern_corridor", NORTH, MIDDLE) if (commodity, way) in by_hand(2024)]
    found = [by_hand(2024)[commodity, way] / KTEU for way in ways]
    assert found == pytest.approx(NOTE_2024[commodity], abs=6e-7)


@pytest.mark.parametrize(
    ("way", "expected"), [(NORTH, 421.792013), (MIDDLE, 6.663799)]
)  # fmt: skip
def test_flows_of_2022_by_closed_form_are_those_of_the_note(way: str, expected: float) -> None:
    """With the premium of refusal on the north, weights of 2021's rows where ferries took what ships could not."""
    ferry = FERRY_USD_PER_TEU / SCALE_USD_PER_TEU  # in 2021 container ships were full
    weight = {
        key: value * (math.exp(ferry) if key[1] == MIDDLE else 1.0)
        for key, value in weights_by_hand(freight(2021)).items()
        if key[0] != DRY
    }
    found = logit(freight(2022), weight)["boxes_china_europe", way] / KTEU
    assert found == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize("year", [2023, 2024])
def test_flows_without_limits_are_the_closed_form(year: int) -> None:
    """Solved with tangents: within the bound of the gap for every stream and corridor."""
    assert_within_bound(base(year), by_hand(year))


@pytest.mark.parametrize(("year", "expected"), [(2022, 17.901719), (2024, 44.361954)])
def test_the_middle_carries_what_the_note_says(year: int, expected: float) -> None:
    """The sum of four streams, to the sum of their bounds."""
    choice = base(year).solution.choice
    assert choice is not None
    wrong = dict(zip(choice.alternatives, choice.most_wrong_mtpa.tolist(), strict=True))
    bound = sum(most for one, most in wrong.items() if one.corridor == MIDDLE and one.commodity in BOXES) / KTEU
    assert middle_kteu(base(year)) == pytest.approx(expected, abs=bound + 1e-4)


@pytest.mark.parametrize(
    ("year", "middle", "north"),
    [(2019, 15.0, 278.6), (2020, 15.6, 363.1), (2021, 36.1, 977.9), (2022, 17.9, 421.8), (2023, 25.6, 208.8),
     (2024, 44.4, 317.7), (2025, 36.1, 277.2), (2026, 36.6, 236.4)],
)  # fmt: skip
def test_the_base_of_every_vintage_is_that_of_the_note(year: int, middle: float, north: float) -> None:
    """The table by vintage, printed to a tenth of a thousand TEU; the gap's bound on the north is 0.5 at most."""
    found = (middle_kteu(base(year)), flows(base(year))["boxes_china_europe", NORTH] / KTEU)
    assert found == pytest.approx((middle, north), abs=0.5)


# Weights


SECTION_6 = {
    2019: {("boxes_china_europe", NORTH): 0.007658184, ("boxes_china_europe", MIDDLE): 0.000394519049},
    2021: {("boxes_china_europe", NORTH): 0.0139270382, ("boxes_china_europe", MIDDLE): 0.000664708882},
    2022: {("boxes_china_europe", NORTH): 0.00973414331, ("boxes_china_europe", MIDDLE): 0.000394977152,
           ("boxes_china_turkey", MIDDLE): 0.00721586337, ("boxes_kazakhstan_turkey", MIDDLE): 1.76012462,
           ("boxes_china_caucasus", MIDDLE): 0.00595575847, (DRY, MIDDLE): 0.012416973},
    2023: {("boxes_china_europe", NORTH): 0.00615934233, ("boxes_china_europe", MIDDLE): 0.00106690371,
           ("boxes_china_turkey", MIDDLE): 0.0112732842, ("boxes_kazakhstan_turkey", MIDDLE): 2.21358945,
           ("boxes_china_caucasus", MIDDLE): 0.0160064795, (DRY, MIDDLE): 0.0841742971},
}  # fmt: skip


def found_weights(year: int) -> dict[Key, float]:
    """Return the weights that a vintage chooses by."""
    return {(weight.commodity, weight.corridor): weight.weight for weight in weights(freight(year))}


@pytest.mark.parametrize("year", SECTION_6)
def test_weights_are_those_of_the_note(year: int) -> None:
    """To the digits printed; the weights of later vintages are those of 2023."""
    found = {key: found_weights(year)[key] for key in SECTION_6[year]}
    assert found == pytest.approx(SECTION_6[year], rel=3e-8)


def test_the_weight_of_the_north_in_2020_is_that_of_the_note() -> None:
    """Its row of 2019 is the only one of that year."""
    assert found_weights(2020)["boxes_china_europe", NORTH] == pytest.approx(0.00917657051, rel=1e-9)


def test_a_row_of_an_earlier_year_is_priced_at_the_costs_of_the_reference() -> None:
    """Of 2020 on the middle: 4.47 kTEU of 2018, at the costs of 2019, when a box more would have gone by ferry.

    The note prices that row in 2018 (0.000394519049), which is 0.8 % less.
    """
    net, stream = freight(2019), "boxes_china_europe"
    dearer = (cost(net, stream, MIDDLE) - cost(net, stream, "ocean")) * T_PER_TEU + FERRY_USD_PER_TEU
    expected = 4.47 / (24_000 - 333 - 4.47) * math.exp(dearer / SCALE_USD_PER_TEU)
    assert found_weights(2020)[stream, MIDDLE] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_weights_without_limits_are_the_closed_form(year: int) -> None:
    """In 2022 no limit was met: observed share times exp(cost / scale)."""
    assert found_weights(year) == pytest.approx(weights_by_hand(freight(2022)), rel=1e-9)


def test_weights_do_not_move_with_the_vintages_own_observations() -> None:
    """Every row of 2022 is made another in the network of 2022; its weights come of 2021."""
    net = freight(2022)
    edited = tuple(
        row if row.year != 2022 or row.observed_mtpa is None else row.replace(observed_mtpa=row.observed_mtpa * 0.5)
        for row in net.observed
    )
    assert edited != net.observed
    assert weights(net.replace(observed=edited)) == weights(net)


def test_weights_follow_an_edited_row_of_the_reference() -> None:
    """Half of what went north in 2021 is half of its weight, but for what the ocean then carried more."""
    net = freight(2022)
    assert net.reference is not None
    rows = tuple(
        row.replace(observed_mtpa=row.observed_mtpa / 2) if (row.year, row.commodity, row.corridor)
        == (2021, "boxes_china_europe", NORTH) and row.observed_mtpa else row for row in net.reference.observed
    )  # fmt: skip
    found = {(one.commodity, one.corridor): one.weight for one in weights(net.replace(
        reference=net.reference.replace(observed=rows)))}  # fmt: skip
    ocean = 24_000 - 692.5 - 10.55
    expected = found_weights(2022)["boxes_china_europe", NORTH] / 2 * ocean / (ocean + 692.5 / 2)
    assert found["boxes_china_europe", NORTH] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("year", OBSERVED_YEARS)
def test_own_weights_give_the_observed_year_back(year: int) -> None:
    """Limits on, where feeders are full (2021) or absent (2018) and ferries take the rest."""
    net = own(year)
    assert net.reference is not None
    assert_within_bound(cr.solve(net), latest(net.reference))


def test_own_weights_of_2022_give_the_route_of_2022() -> None:
    """18.0, 5.8, 7.5 and 2.3 thousand TEU by the middle."""
    found = [flows(cr.solve(own(2022)))[commodity, MIDDLE] / KTEU for commodity in BOXES]
    assert found == pytest.approx([18.0, 5.8, 7.5, 2.3], abs=0.02)


@pytest.mark.parametrize("year", OBSERVED_YEARS)
def test_observed_flows_fit_the_limits_of_their_year(year: int) -> None:
    """No weight is a lower bound only."""
    reference = own(year).reference
    assert reference is not None
    scales = {one.id: one.choice_usd_per_t for one in own(year).commodities if one.choice_usd_per_t > 0}
    assert not any(weight.beyond_limits for weight in weights_of(reference, scales))


# Tracks that are alike, scales without bound


def with_copy(net: cr.Network, id: str) -> cr.Network:
    """Return a network with a second edge that is like one of its edges, rates and trunks included."""
    copied = {
        "edges": (*net.edges, net.edge(id).replace(id=f"{id}_copy")),
        "rates": (*net.rates, *(rate.replace(edge=f"{id}_copy") for rate in net.rates if rate.edge == id)),
        "trunks": (*net.trunks, *(row.replace(edge=f"{id}_copy") for row in net.trunks if row.edge == id)),
    }
    return net.replace(**copied)


@pytest.mark.parametrize("edge", ["gardabani_kars", "alat_gardabani_rail", "ferry_boxes", "altynkol_brest"])
@pytest.mark.parametrize("both", [False, True])
def test_a_copy_of_a_track_changes_nothing(edge: str, both: bool) -> None:
    """The middle of 2024 stays 44.362, whether the reference has the copy too or not."""
    net = with_copy(freight(2024), edge)
    assert net.reference is not None
    if both:
        net = net.replace(reference=with_copy(net.reference, edge))
    assert_within_bound(cr.solve(net), by_hand(2024))


def tight(
    net: cr.Network, *, scale_usd_per_t: float | None = None, tolerance_musd_per_year: float = 1e-8
) -> ChosenOptimum:
    """Return the optimum of a network at a finer tolerance than the usual one, or at another scale of choice."""
    program = Program.of(net)
    alternatives = alternatives_of(net, program)
    state = program.state(net)
    upper = state.upper.copy()
    upper[closed_columns(net, program, alternatives)] = 0.0
    if scale_usd_per_t is not None:
        alternatives = tuple(replace(one, scale_usd_per_t=scale_usd_per_t) for one in alternatives)
    closed = replace(state, upper=upper)
    return ChoiceSolver(program, closed, alternatives, tolerance_musd_per_year=tolerance_musd_per_year).optimum(closed)


def with_scale(net: cr.Network, usd_per_t: float) -> cr.Network:
    """Return a network whose boxes choose by another scale, its weights left as they are by the note's scale."""
    commodities = tuple(one.replace(choice_usd_per_t=usd_per_t) if one.id in BOXES else one for one in net.commodities)
    return net.replace(commodities=commodities)


def test_a_scale_near_zero_still_gives_the_observed_year() -> None:
    """Weights answer differences of cost at any scale, so the pivot is exact at 260 USD/TEU too."""
    net = own(2022)
    assert net.reference is not None
    assert_within_small(cr.solve(with_scale(net, 260 / T_PER_TEU)), latest(net.reference))


def assert_within_small(flow: Flow, expected: dict[Key, float]) -> None:
    """Assert that flows are within a ten-thousandth of what is offered."""
    offered = {supply.commodity: supply.volume_mtpa for supply in flow.network.supplies}
    for key, moved in flows(flow).items():
        assert abs(moved - expected[key]) <= 1e-4 * offered[key[0]], key


def test_a_scale_beyond_all_costs_gives_the_shares_observed() -> None:
    """Costs of 2024 count for nothing then: each corridor has its share of 2022."""
    net, observed = with_scale(freight(2024), 1e7), latest(freight(2022))
    assert_within_small(cr.solve(net), {key: moved for key, moved in observed.items() if key[0] in BOXES} | {
        key: moved for key, moved in by_hand(2024).items() if key[0] == DRY})  # fmt: skip


def cheapest_by_hand() -> dict[str, float]:
    """Return the boxes of the middle in 2024 if each takes the cheapest way. [TEU/y]

    Iran takes 10,000 of the 15,000 from Kazakhstan to Turkey, which have no third way. The boxes to the Caucasus save
    most (1,894.5 USD/TEU; those to Turkey 557) and take what the quay of Alat leaves; it is full.
    """
    quay = freight(2024).edge("alat_quay").capacity_mtpa
    assert quay is not None
    return {"boxes_kazakhstan_turkey": 5_000.0, "boxes_china_caucasus": teu(quay) - 5_000.0}


def test_without_choice_the_cheapest_way_takes_all_there_is_room_for() -> None:
    """Without choice the cheapest way takes all there is room for."""
    flow = cr.solve(freight(2024), choice="cheapest")
    table = flow.edge_flows["flow_mtpa"]
    found = {of: sum(teu(float(table.get((edge, of), 0.0))) for edge in ("feeder", "ferry_boxes")) for of in BOXES}
    assert found == pytest.approx(dict.fromkeys(BOXES, 0.0) | cheapest_by_hand(), abs=1e-3)


def test_a_scale_of_a_dollar_gives_the_cheapest_way() -> None:
    """With the weights of 2,600 USD/TEU kept."""
    optimum = tight(freight(2024), scale_usd_per_t=1 / T_PER_TEU)
    choice = optimum.choice
    found = {one.commodity: teu(moved) for one, moved in zip(choice.alternatives, choice.flow_mtpa, strict=True)
             if one.corridor == MIDDLE and one.commodity != DRY}  # fmt: skip
    assert found == pytest.approx(dict.fromkeys(BOXES, 0.0) | cheapest_by_hand(), abs=1.0)


# Rents


def rent_teu(flow: Flow, edge: str) -> float:
    """Return what a full edge and the fleet on it are worth to a box. [USD/TEU]"""
    record = flow.network.edge(edge)
    price = float(flow.edges.loc[edge, "shadow_price_usd_per_t"])
    if record.fleet is not None:
        price += record.fleet_days * float(flow.fleets.loc[record.fleet, "shadow_price_usd_per_t_day"])
    return price * T_PER_TEU


@pytest.fixture
def fine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solve to a gap a hundred times finer than usual, so that rents can be compared to a hundredth."""
    monkeypatch.setitem(ChoiceSolver.__init__.__kwdefaults__, "tolerance_musd_per_year", 1e-8)


@pytest.mark.usefixtures("fine")
def test_halved_waits_fill_aktau_whose_rent_is_what_ferries_cost_more() -> None:
    """By hand: 300 USD of price and 0.2 days of 70 USD, for ferries of 2022 take 4 days and container ships 3.8."""
    flow = cr.solve(own(2022), recommendation("r1_harmonised", 2022))
    assert rent_teu(flow, "aktau_quay") == pytest.approx(300 + 0.2 * 70, abs=0.01)


@cache
def feeder_rent_by_hand() -> float:
    """Return the rent of container ships in 2022 with one tariff: what brings the logit's boxes down to their slots.

    The note prints 28.1, from flows that its tolerance leaves open by 0.01 kTEU; the rent moves by 0.75 with that.
    """
    net = own(2022)
    altered = recommendation("r3_one_tariff", 2022).apply(net)
    assert net.reference is not None
    weight = weights_by_hand(net.reference)
    slots_teu = teu(net.by_key("fleet")["feeders"].capacity_mt_days / net.edge("feeder").fleet_days)

    def boxes_teu(rent: float) -> float:
        dearer = {key: value * (math.exp(-rent / SCALE_USD_PER_TEU) if key[1] == MIDDLE else 1.0)
                  for key, value in weight.items()}  # fmt: skip
        moved = logit(altered, dearer)
        return teu(sum(moved[commodity, MIDDLE] for commodity in BOXES))

    low, high = 0.0, 370.0  # from there ferries take the rest
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if boxes_teu(middle) > slots_teu else (low, middle)
    return low


@pytest.mark.usefixtures("fine")
def test_one_tariff_fills_the_container_ships_whose_rent_clears_the_choice() -> None:
    """The rent at which the logit of four streams fits the slots."""
    flow = cr.solve(own(2022), recommendation("r3_one_tariff", 2022))
    assert rent_teu(flow, "feeder") == pytest.approx(feeder_rent_by_hand(), abs=0.01)


def test_the_rent_by_hand_is_about_that_of_the_note() -> None:
    """28.1 USD/TEU, which the note's table rounds to 28."""
    assert feeder_rent_by_hand() == pytest.approx(28.1, abs=0.75)


def test_a_rent_at_the_usual_tolerance_is_within_what_the_gap_allows() -> None:
    """A stream's flow F is known to sqrt(2 gap F / scale), so its rent to scale sqrt(2 gap / (F scale)); of four."""
    flow = cr.solve(own(2022), recommendation("r3_one_tariff", 2022))
    choice = flow.solution.choice
    assert choice is not None
    most = max(
        SCALE_USD_PER_TEU * wrong / moved
        for one, moved, wrong in zip(choice.alternatives, choice.flow_mtpa, choice.most_wrong_mtpa, strict=True)
        if one.corridor == MIDDLE and one.commodity in BOXES
    )
    assert rent_teu(flow, "feeder") == pytest.approx(feeder_rent_by_hand(), abs=most)


def test_feeders_of_2021_earn_what_a_ferry_costs_more() -> None:
    """By hand: 300 USD of price and one day of 70 USD."""
    assert rent_teu(base(2021), "feeder") == pytest.approx(300 + 70, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "year", "percent"),
    [("r1_harmonised", 2024, 17.1), ("r2_rail", 2024, 0.7), ("r3_one_tariff", 2024, 20.3), ("r4_customs", 2024, 5.4),
     ("r5a_alat_2", 2024, 2.4), ("r5b_zangezur", 2024, 0.9), ("all_five", 2024, 50.8), ("ships", 2024, 0.0),
     ("r1_harmonised", 2025, 17.6), ("r3_one_tariff", 2025, 19.6), ("all_five", 2025, 50.4)],
)  # fmt: skip
def test_recommendations_move_what_the_note_says(name: str, year: int, percent: float) -> None:
    """Change of the middle's boxes, printed to a tenth of a percent; the gap's bound is a few tenths."""
    moved = middle_kteu(cr.solve(freight(year), recommendation(name, year)))
    assert 100 * (moved / middle_kteu(base(year)) - 1) == pytest.approx(percent, abs=0.3)


# What is left alone


def crude_table(name: str, year: int) -> pd.DataFrame:
    """Return the main columns of Kazakh crude, for the corridors of the network without freight."""
    table = cr.compare(cr.load(name, year), scenarios=[cr.load_scenario("cpc-shut")], commodity="kazakh_crude")
    corridors = [one.id for one in cr.load("caspian", year).corridors]
    return table[table.index.get_level_values("corridor").isin(corridors)]


@pytest.mark.parametrize("year", [2021, 2024])
def test_crude_is_as_in_the_network_without_freight(year: int) -> None:
    """No limit that both use is met; every main column, in the baseline and with the CPC shut."""
    freight_table, crude = (crude_table(name, year) for name in ("caspian_freight", "caspian"))
    pd.testing.assert_frame_equal(freight_table.loc[crude.index, crude.columns], crude, rtol=1e-9, atol=1e-9)


SCENARIOS = ("r1_harmonised", "r3_one_tariff", "kuryk_embargo")


def test_answers_do_not_depend_on_what_was_solved_before() -> None:
    """Three scenarios in all six orders from one warm solver, to the byte."""
    net, found = freight(2021), {}
    for order in permutations(SCENARIOS):
        warm = WarmSolver(net)
        for name in order:
            amounts = warm.solve(recommendation(name, 2021)).optimum.amount
            assert np.array_equal(found.setdefault(name, amounts), amounts), order


def test_a_scenario_solved_alone_is_the_one_solved_beside_others() -> None:
    """The rows of a table do not depend on which other scenarios it has."""
    first, second = (recommendation(name, 2024) for name in SCENARIOS[:2])
    table = cr.compare(freight(2024), scenarios=[first, second], commodity="containers")
    alone = cr.compare(freight(2024), scenarios=[second], commodity="containers")
    pd.testing.assert_frame_equal(table.loc[[second.name]], alone.loc[[second.name]], rtol=0, atol=0)


def test_the_gap_of_every_vintage_is_within_its_tolerance() -> None:
    """Not below 0 but for rounding: 1e-12 of the absolute terms."""
    for year in range(2019, 2027):
        choice = base(year).solution.choice
        assert choice is not None
        moved = base(year).solution.optimum.amount
        absolute = float(np.abs(base(year).solution.state.cost) @ np.abs(moved))
        assert -1e-12 * absolute <= choice.gap_musd_per_year <= 1e-5, year


def test_a_gap_computed_anew_from_the_duals_agrees() -> None:
    """Weak duality: terms at the logit of costs and rents bound the optimum from below, to the gap and rounding."""
    net, flow = own(2022), cr.solve(own(2022), recommendation("r1_harmonised", 2022))
    table = flow.choices
    for commodity in BOXES:
        rows = table.loc[commodity]
        priced = rows["unit_cost_usd_per_t"] + rows["rent_usd_per_t"]
        pull = rows["weight"] * np.exp(-(priced - priced.min()) / scale(commodity))
        offered = {supply.commodity: supply.volume_mtpa for supply in net.supplies}[commodity]
        assert (offered * pull / pull.sum()).to_list() == pytest.approx(rows["flow_mtpa"].to_list(), abs=5e-4)


def test_weights_are_told_apart_by_commodity_and_corridor() -> None:
    """One row for each pair observed; no stream has a corridor that it was never seen on."""
    rows = weights(freight(2024))
    assert {(row.commodity, row.corridor) for row in rows} == set(latest(freight(2022)))


def test_ships_and_ferries_carry_what_the_crossing_does() -> None:
    """2022 by its own weights: all 33,600 boxes fit into the box ships' slots."""
    flow = cr.solve(own(2022))
    assert teu(float(flow.edges.loc["feeder", "flow_mtpa"])) == pytest.approx(33_600, abs=50)


# Bad input and awkward states


def test_a_scale_too_small_for_the_costs_is_refused() -> None:
    """Weights would be no numbers; the sentence says which scale would do."""
    with pytest.raises(DataError, match=r"boxes_china_europe': choice_usd_per_t must be at least .* \(got 0\.01\)"):
        cr.solve(with_scale(freight(2024), 0.01))


def test_a_file_keeps_all_but_the_reference(tmp_path: Path) -> None:
    """Which given again makes the same network; without it, solving says what to give."""
    network = freight(2024)
    read = cr.read_network(cr.write_network(network, tmp_path / "freight.json"))
    assert read.reference is None
    with pytest.raises(DataError, match=r"has no reference \(files keep none\).* give one \(replace\(reference="):
        cr.solve(read)
    assert read.replace(reference=network.reference) == network


def test_a_pickled_flow_is_the_flow() -> None:
    """Equal, with the same choices."""
    copy = pickle.loads(pickle.dumps(base(2024)))
    assert copy == base(2024)
    pd.testing.assert_frame_equal(copy.choices, base(2024).choices)


def test_a_ceiling_of_a_shipper_that_chooses_holds() -> None:
    """Fifty thousand TEU by the north instead of some 318 thousand."""
    ceiling = cr.QuotaChange(edge="brest_border", commodity="boxes_china_europe", max_mtpa=50 * KTEU)
    flow = cr.solve(freight(2024), cr.Scenario(name="ceiling", changes=ceiling))
    assert flows(flow)["boxes_china_europe", NORTH] == pytest.approx(50 * KTEU, rel=1e-9)


def test_first_days_keep_every_corridor_to_its_usual_flow() -> None:
    """With Brest shut and no rerouting, what went north stays."""
    shut = cr.Scenario(name="shut", changes=cr.Outage(edge="brest_border"))
    flow = cr.solve(freight(2024), shut, rerouting=False)
    usual = flows(base(2024))["boxes_china_europe", NORTH]
    stays = float(flow.commodities.loc["boxes_china_europe", "shortfall_mtpa"])
    assert stays == pytest.approx(usual, rel=1e-6)
