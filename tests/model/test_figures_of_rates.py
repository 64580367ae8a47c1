"""Figures of rates and fleets: sources and ranges, one's own view, and what a scenario has made of them."""

from __future__ import annotations

from typing import Any

import pytest

import corridor as cr
from corridor.model.variation import Variation


def figure(record: str, name: str, value: float, low: float, high: float, unit: str, **more: Any) -> cr.Figure:
    """Return a figure of one source in force for ever."""
    subject, _, attribute = name.rpartition(".")
    return cr.Figure(record=record, subject=subject, attribute=attribute, value=value, low=low, high=high, unit=unit,
                     since=1900, until=2100, sources=("tariffs",), confidence="B", **more)  # fmt: skip


def ferry() -> cr.Network:
    """Return a crossing that two ship by, one by a rate of its own, in a fleet that carries all of it."""
    return cr.Network(
        nodes=[cr.Node(id="east"), cr.Node(id="west")],
        edges=[cr.Edge(id="sea", tail="east", head="west", tariff_usd_per_t=10.0, transit_days=2.0, fleet="ferries",
                       fleet_days=5.0)],
        commodities=[cr.Commodity(id="oil"), cr.Commodity(id="grain")],
        supplies=[cr.Supply(node="east", commodity="oil", volume_mtpa=3.0),
                  cr.Supply(node="east", commodity="grain", volume_mtpa=1.0)],
        markets=[cr.Market(node="west", commodity=c, price_usd_per_t=100.0) for c in ("oil", "grain")],
        rates=[cr.Rate(edge="sea", commodity="oil", tariff_usd_per_t=12.0)],
        fleets=[cr.Fleet(id="ferries", capacity_mt_days=20.0)],
        figure_records=[
            figure("edge", "sea.tariff_usd_per_t", 10.0, 8.0, 14.0, "USD/t"),
            figure("edge", "sea.fleet_days", 5.0, 4.0, 6.0, "days"),
            figure("rate", "sea.oil.tariff_usd_per_t", 12.0, 11.0, 13.0, "USD/t"),
            figure("fleet", "ferries.capacity_mt_days", 20.0, 10.0, 30.0, "Mt days/y"),
        ],
        sources=[cr.Source(id="tariffs", title="Tariffs of the crossing")],
    )  # fmt: skip


SHOCK = cr.Scenario(name="grain pays more", changes=cr.TariffShock(edge="sea", commodity="grain", add_usd_per_t=5))


def test_figures_of_rates_and_fleets_vary() -> None:
    """All four have a range and move a number of the network."""
    names = {f"{f.subject}.{f.attribute}" for f in Variation(ferry()).varying_figures()}
    assert names == {
        "sea.tariff_usd_per_t", "sea.fleet_days", "sea.oil.tariff_usd_per_t", "ferries.capacity_mt_days",
    }  # fmt: skip


def test_the_figures_of_an_edge_bring_those_of_its_rates() -> None:
    """As those of its quotas."""
    table = ferry().figures("sea", "tariff_usd_per_t")
    assert dict(zip(table["subject"], table["value"], strict=True)) == {"sea": 10.0, "sea.oil": 12.0}


def test_the_figure_of_a_fleet_is_found() -> None:
    """By the fleet's id, source and range beside it."""
    (row,) = ferry().figures("ferries").to_dict("records")
    assert (row["low"], row["value"], row["high"], row["unit"]) == (10.0, 20.0, 30.0, "Mt days/y")
    assert row["source"] == "Tariffs of the crossing"


def test_a_view_of_ones_own_moves_rate_and_fleet() -> None:
    """Each the record it is about, no other."""
    net = ferry().with_figures({"sea.oil.tariff_usd_per_t": 20, "ferries": 15}, source="desk")
    assert net.rate("sea", "oil").tariff_usd_per_t == 20.0
    assert net.fleet("ferries").capacity_mt_days == 15.0
    assert net.edge("sea").tariff_usd_per_t == 10.0


def test_what_a_scenario_made_of_the_edges_own_moves_with_it() -> None:
    """10 + 5 became grain's; at 13 it is 18, while oil's own 12 stays."""
    net = SHOCK.apply(ferry()).with_figures({"sea.tariff_usd_per_t": 13})
    assert (net.rate("sea", "grain").tariff_usd_per_t, net.rate("sea", "oil").tariff_usd_per_t) == (18.0, 12.0)


def test_it_still_does_after_a_second_scenario_and_a_second_view() -> None:
    """(10 + 5) * 2, then 3 more and 1 less of the edge's."""
    doubled = cr.TariffShock(edge="sea", factor=2).apply(SHOCK.apply(ferry()))
    net = doubled.with_figures({"sea.tariff_usd_per_t": 13}).with_figures({"sea.tariff_usd_per_t": 12})
    assert net.rate("sea", "grain").tariff_usd_per_t == 32.0


def test_a_rate_given_instead_is_ones_own() -> None:
    """It no longer follows the edge."""
    made = SHOCK.apply(ferry())
    net = made.replace(rates=made.rates).with_figures({"sea.tariff_usd_per_t": 13})
    assert net.rate("sea", "grain").tariff_usd_per_t == 15.0


def effects(flow: cr.Flow) -> dict[str, float]:
    """Return how far each figure moves the objective. [million USD/y]"""
    table = flow.leans_on(n=None)
    return {f"{s}.{a}": e for s, a, e in zip(table["subject"], table["attribute"], table["effect"], strict=True)}


@pytest.mark.parametrize("scenario", [None, SHOCK])
def test_what_a_flow_leans_on_knows_whose_tariff_it_is(scenario: cr.Scenario | None) -> None:
    """Half the range times the tonnes: (14 - 8) / 2 * 1 of grain, also by a rate made of it; (13 - 11) / 2 * 3 of oil.

    The fleet has room: 20 = 4 Mt/y times 5 days is just enough, at a price of 0 or more, so it is left out here.
    """
    net = ferry().replace(fleets=[cr.Fleet(id="ferries", capacity_mt_days=40.0)])
    found = effects(cr.solve(net, scenario))
    assert found["sea.tariff_usd_per_t"] == pytest.approx(3.0)
    assert found["sea.oil.tariff_usd_per_t"] == pytest.approx(3.0)


def test_sensitivity_to_a_fleet() -> None:
    """Of 4 Mt/y in 5 days, 10 Mt days/y carry 2, and 30 all: shortfall 2 and 0."""
    table = cr.sensitivity(ferry(), outcome="shortfall_mtpa").table.set_index("subject")
    assert table.loc["ferries", ["at_low", "at_high"]].tolist() == pytest.approx([2.0, 0.0])


def test_sensitivity_to_a_round_trip() -> None:
    """20 Mt days/y in 6 days carry 10/3 Mt/y: 2/3 short."""
    table = cr.sensitivity(ferry(), outcome="shortfall_mtpa").table
    row = table[table["attribute"] == "fleet_days"].iloc[0]
    assert (row["at_low"], row["at_high"]) == pytest.approx((0.0, 2 / 3))


@pytest.mark.parametrize("ending", ["", ".json", ".geojson", ".graphml", ".xlsx"])
def test_figures_of_rates_and_fleets_are_kept(ending: str, tmp_path: Any) -> None:
    """In every format."""
    path = cr.write_network(ferry(), tmp_path / f"net{ending}")
    assert cr.read_network(path).figure_records == ferry().figure_records
