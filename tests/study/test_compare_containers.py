"""Boxes in `compare`, by arithmetic on a small network: 10 t a TEU, so that 1 USD/t is 20 USD/FEU."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import corridor as cr
from corridor.model.columns import grouped
from corridor.model.result_path import path_errors
from corridor.solver.warm import WarmSolver
from corridor.study.path_values import PathValues
from helpers.box_network import MIDDLE, STREAMS, T_PER_TEU, box_network

TEU = 1e6 / T_PER_TEU
BOXES = grouped("compare")["containers"]


def scenario(*changes: object, name: str = "it") -> cr.Scenario:
    """Return the scenario of some changes."""
    return cr.Scenario(name=name, changes=changes)


@pytest.fixture(scope="module")
def base() -> cr.Network:
    """Return the network as it is: nothing from China goes by the sea in the middle, for the ocean is cheaper."""
    return box_network()


def dear_ocean() -> cr.Network:
    """Return the network with the ocean at 300 USD/t: the middle is full, boxes to Turkey first, for they save most."""
    return scenario(cr.TariffShock(corridor="ocean", add_usd_per_t=200.0)).apply(box_network())


def row(net: cr.Network, *changes: object, columns: object = None) -> dict[str, object]:
    """Return the middle's cells under some changes, or without any."""
    states = [scenario(*changes)] if changes else []
    table = cr.compare(net, states, columns=columns)
    return dict(table.loc[("it" if changes else "baseline", MIDDLE)])


def test_boxes_are_compared_by_default_by_their_group(base: cr.Network) -> None:
    """The first commodity is counted in boxes: its group is compared for, in the columns of containers."""
    table = cr.compare(base)
    assert table.attrs["commodity"] == "containers"
    assert tuple(table.columns) == BOXES


def test_crude_has_no_columns_of_boxes() -> None:
    """Neither by default nor with all."""
    columns = set(cr.compare(cr.load(year=2021), [], columns="all", corridors="cpc").columns)
    assert not columns & {"capacity_teu_per_year", "usd_per_feu", "share"}


def test_the_most_of_a_group_takes_the_room_of_other_groups(base: cr.Network) -> None:
    """Box ships 4 / 8 and ferries 3 / 10 Mt, grain giving way, are 80,000 TEU: the quay's 75,000 stop more."""
    cells = row(base)
    assert cells["capacity_teu_per_year"] == pytest.approx(75_000)
    assert cells["bottleneck"] == "quay_west"


def test_the_fleets_stop_more_where_the_quay_is_wider(base: cr.Network) -> None:
    """With half a million tonnes more at the quay box ships and ferries are the cut: 50,000 + 30,000 TEU."""
    cells = row(base, cr.Expansion(edge="quay_west", add_mtpa=0.5))
    assert cells["capacity_teu_per_year"] == pytest.approx(80_000)
    assert cells["bottleneck"] == "fleet box_ships + fleet ferries"
    assert cells["status"] == "expanded"


def test_boxes_give_way_to_grain(base: cr.Network) -> None:
    """Grain could take all ferries, 3 / 5 Mt, although boxes go by ferry when the ocean is dear."""
    table = cr.compare(dear_ocean(), [], commodity="grain", columns="capacity_mtpa")
    assert table.loc[("baseline", MIDDLE), "capacity_mtpa"] == pytest.approx(0.6)


def test_streams_of_one_group_lift_no_less(base: cr.Network) -> None:
    """For one stream the quay's 75,000 less the 10,000 TEU from the steppe, whose boxes have no other way."""
    table = cr.compare(base, [], commodity=STREAMS[1])
    assert table.loc[("baseline", MIDDLE), "capacity_teu_per_year"] == pytest.approx(65_000, abs=0.1)


def test_what_moves_is_counted_in_boxes(base: cr.Network) -> None:
    """0.1 Mt from the steppe are 10,000 TEU; by the ocean go 20.6 Mt."""
    table = cr.compare(base)["throughput_teu_per_year"]
    assert table.loc[("baseline", MIDDLE)] == pytest.approx(10_000)
    assert table.loc[("baseline", "ocean")] == pytest.approx(2_060_000)


def test_shares_are_of_all_boxes(base: cr.Network) -> None:
    """0.1 of 20.7 Mt; the shares add up to 1, without grain."""
    shares = cr.compare(base)["share"]
    assert shares.loc[("baseline", MIDDLE)] == pytest.approx(0.1 / 20.7)
    assert shares.sum() == pytest.approx(1.0)


def test_price_and_days_are_of_what_moves(base: cr.Network) -> None:
    """From the steppe to Turkey: 30 + 50 + 45 USD/t, 3 + 2 + 1 + 2 + 4 days, late by 1 + 4 + 0.5."""
    cells = row(base)
    assert cells["usd_per_feu"] == pytest.approx(125 * 2 * T_PER_TEU)
    assert cells["transit_days"] == pytest.approx(12.0)
    assert cells["late_days"] == pytest.approx(5.5)


def test_a_price_leaves_the_value_of_time_out() -> None:
    """Interest on the cargo changes unit cost, not the posted price."""
    net = box_network()
    dear = net.replace(
        commodities=tuple(
            c.replace(value_usd_per_t=3650.0, interest_per_year=0.1) if c.id == STREAMS[2] else c
            for c in net.commodities
        )
    )
    assert row(dear)["usd_per_feu"] == pytest.approx(2500.0)
    cost = cr.compare(dear, [], commodity=STREAMS[2], columns="unit_cost_usd_per_t")
    assert cost.loc[("baseline", MIDDLE), "unit_cost_usd_per_t"] == pytest.approx(125 + 17.5)  # 1 USD/t a day


def test_without_flow_they_are_of_the_cheapest_way_of_the_largest_stream(base: cr.Network) -> None:
    """Without boxes from the steppe nothing moves: China to Europe, 10 + 30 + 50 + 25 + 40 USD/t, by box ship."""
    cells = row(base, cr.SupplyShock(commodity=STREAMS[2], remaining=0.0))
    assert cells["throughput_teu_per_year"] == 0
    assert cells["usd_per_feu"] == pytest.approx(155 * 20)
    assert cells["transit_days"] == pytest.approx(3 + 4 + 3 + 2 + 1 + 2 + 2 + 3)
    assert cells["late_days"] == pytest.approx(1 + 1 + 4 + 2)


def test_means_weigh_what_moves() -> None:
    """0.5 Mt by box ship and, beside grain, 0.1 Mt by ferry; 0.5 Mt came over the border."""
    cells = row(dear_ocean())
    total = 0.5 * 50 + 0.1 * 70 + 0.5 * 10 + 0.6 * (30 + 45)
    assert cells["throughput_teu_per_year"] == pytest.approx(0.6 * TEU)
    assert cells["usd_per_feu"] == pytest.approx(total / 0.6 * 20)


def test_rents_count_fleets_by_the_days_of_a_round_trip() -> None:
    """A tonne more saves the ocean's 300 less 135 by box ship, less 155 by ferry; the mean weighs 0.5 and 0.1 Mt."""
    cells = row(dear_ocean())
    assert cells["rent_usd_per_feu"] == pytest.approx((0.5 * (300 - 135) + 0.1 * (300 - 155)) / 0.6 * 20)


def test_there_is_no_rent_where_no_limit_is_met(base: cr.Network) -> None:
    """10,000 of 75,000 TEU: nothing is full."""
    assert row(base)["rent_usd_per_feu"] == 0


def test_a_closed_corridor_has_no_price(base: cr.Network) -> None:
    """Nothing can move, so there is neither a way nor a price."""
    cells = row(base, cr.Outage(corridor=MIDDLE))
    assert (cells["status"], cells["capacity_teu_per_year"]) == ("closed", 0)
    assert all(math.isnan(float(str(cells[name]))) for name in ("usd_per_feu", "transit_days", "late_days"))


def test_one_stream_with_a_destination_is_priced_to_it(base: cr.Network) -> None:
    """A stream of its own has an origin and an end as crude has; to another market there is no way."""
    table = cr.compare(base, [], commodity=STREAMS[0], destination="europe", origin="china")
    assert table.loc[("baseline", MIDDLE), "usd_per_feu"] == pytest.approx(155 * 20)


def test_a_group_of_one_commodity_is_that_commodity(base: cr.Network) -> None:
    """Dry bulk is grain here: its netback and next tonne are known, in tonnes."""
    table = cr.compare(base, [], commodity="dry_bulk")
    assert table.attrs["commodity"] == "grain"
    assert table.loc[("baseline", MIDDLE), "netback_usd_per_t"] == pytest.approx(-(30 + 20 + 45))


def test_boxes_of_tonnes_are_refused(base: cr.Network) -> None:
    """Grain has no TEU; the message names what has."""
    with pytest.raises(cr.DataError, match="usd_per_feu is of boxes, and 'grain' is not counted in TEU") as error:
        cr.compare(base, commodity="grain", columns="usd_per_feu")
    assert STREAMS[0] in str(error.value)


def test_different_boxes_a_tonne_are_refused() -> None:
    """A sum of streams that weigh differently has no one number of TEU a tonne."""
    net = box_network()
    mixed = net.replace(
        commodities=tuple(c.replace(display_per_t=0.2) if c.id == STREAMS[1] else c for c in net.commodities)
    )
    with pytest.raises(cr.DataError, match="'containers' have several; name one commodity"):
        cr.compare(mixed)
    assert len(cr.compare(mixed, commodity=STREAMS[1])) == 2


@pytest.mark.parametrize("subject", ["", "containers."])
def test_paths_lead_to_boxes_of_a_group(base: cr.Network, subject: str) -> None:
    """A path may name the group, or leave it to the default."""
    wider = scenario(cr.Expansion(edge="quay_west", add_mtpa=0.5)).apply(base)
    path = f"compare.{MIDDLE}.{subject}capacity_teu_per_year"
    assert PathValues(WarmSolver(base), base, wider).value(path) == pytest.approx(80_000)
    assert PathValues(WarmSolver(base), base, wider).value(f"change.{path}") == pytest.approx(5_000)


def test_a_scenario_file_expects_boxes(base: cr.Network, tmp_path: Path) -> None:
    """Numbers and the bottleneck, of the default and of a group by name."""
    file = tmp_path / "wider.scenario.yaml"
    file.write_text(
        "name: wider\nchanges:\n  - expand: {edge: quay_west, add_mtpa: 0.5}\nexpect:\n"
        f"  compare.{MIDDLE}.capacity_teu_per_year: '~ 80000 +- 1'\n"
        f"  compare.{MIDDLE}.containers.bottleneck: '= fleet box_ships + fleet ferries'\n"
        f"  change.compare.{MIDDLE}.capacity_teu_per_year: '> 4000'\n"
    )
    assert [result.holds for result in cr.check(cr.load_scenario(file), base)] == [True] * 3


def test_a_path_to_boxes_of_grain_is_refused(base: cr.Network) -> None:
    """The message says what to write."""
    (error,) = path_errors(f"compare.{MIDDLE}.grain.usd_per_feu", base)
    assert f"write compare.{MIDDLE}.containers.usd_per_feu" in str(error)


def test_a_group_is_a_subject_of_paths_for_crude_too() -> None:
    """Crude's group has a capacity, and no boxes."""
    net = cr.load(year=2021)
    assert not list(path_errors("compare.btc.crude.capacity_mtpa", net))
    (error,) = path_errors("compare.btc.capacity_teu_per_year", net)
    assert "no commodity here is" in str(error)


def test_boxes_have_ranges() -> None:
    """Figures that are drawn move the most: the quay's range of 0.7 to 0.8 Mt is that of its TEU."""
    net = box_network()
    figure = cr.Figure(
        record="edge", subject="quay_west", attribute="capacity_mtpa", value=0.75, low=0.7, high=0.8, unit="Mt/y",
        since=2024, until=2024, confidence="C",
    )  # fmt: skip
    table = cr.compare(net.replace(figure_records=(figure,)), [], ranges=True, draws=40, columns="containers")
    low, high = (table.loc[("baseline", MIDDLE), f"capacity_teu_per_year_{end}"] for end in ("p05", "p95"))
    assert 70_000 <= low < 75_000 < high <= 80_000
