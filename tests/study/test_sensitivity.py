"""Sensitivity: the ends of every figure's range solved anew, and shares of variance in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import corridor as cr
from corridor.model.figures import key_of
from corridor.model.variation import Variation, range_of
from helpers.small_networks import edge, network


def test_no_variation_gives_the_network_back() -> None:
    """With every figure at its value nothing changes."""
    net = cr.load(year=2022)
    variation = Variation(net)
    same = variation.with_values({key_of(f): f.value or 0.0 for f in variation.varying_figures()})
    assert same == net


@pytest.mark.parametrize("year", [2021, 2024])
def test_every_end_of_every_range_makes_a_network_that_solves(year: int) -> None:
    """No low or high end breaks a rule, alone, and the tornado has a bar for each."""
    net = cr.load(year=year)
    table = cr.sensitivity(net, cr.load_scenario("cpc-shut")).table
    assert len(table) == len(Variation(net).varying_figures())
    assert np.isfinite(table[["at_low", "at_high"]].to_numpy()).all()


def test_a_bar_is_the_outcome_with_the_figure_there() -> None:
    """The tornado's ends are solved anew: quota of Atyrau-Samara at 14 and 17 Mt/y, by hand through a scenario."""
    net = cr.load(year=2021)
    table = cr.sensitivity(net, cr.load_scenario("cpc-shut")).table.set_index(["subject", "attribute"])
    row = table.loc[("atyrau_samara.kazakh_crude", "max_mtpa")]
    for end, got in ((row.low, row.at_low), (row.high, row.at_high)):
        quota = cr.QuotaChange(edge="atyrau_samara", commodity="kazakh_crude", max_mtpa=end)
        by_hand = cr.load_scenario("cpc-shut") + cr.Scenario(name="quota", changes=[quota])
        assert got == pytest.approx(cr.solve(net, by_hand).shortfall_mtpa)


def test_outcomes_of_any_table_can_be_asked_for() -> None:
    """A corridor's throughput swings as well as a total, and nonsense is refused."""
    net = cr.load(year=2021)
    azeri, turkmen = 34.6 - 6 - 5.6, 6.79 - 2.11  # less home and Supsa; less what is held by Makhachkala
    assert cr.sensitivity(net, outcome="corridors.btc.throughput_mtpa").central == pytest.approx(azeri + turkmen)
    with pytest.raises(cr.UnknownNameError, match="did you mean 'shortfall_mtpa'"):
        cr.sensitivity(net, outcome="shortfal_mtpa")


def test_sobol_of_a_linear_outcome_is_known_in_closed_form() -> None:
    """BTC throughput is linear in Turkmen oil and in what Baku refines: shares of variance go with squared ranges."""
    net = cr.load(year=2021)
    names = ["turkmenbashi.turkmen_crude.volume_mtpa", "market:baku.azeri_crude.volume_mtpa"]
    table = cr.sensitivity(net, outcome="corridors.btc.throughput_mtpa").sobol(names, samples=256, seed=3)
    variation = Variation(net)
    squared = [(range_of(variation.figure(name))[1] - range_of(variation.figure(name))[0]) ** 2 for name in names]
    expected = [value / sum(squared) for value in squared]
    assert table["first_order"].to_numpy() == pytest.approx(expected, abs=0.03)
    assert table["total"].to_numpy() == pytest.approx(expected, abs=0.03)


def test_sobol_repeats_with_its_seed() -> None:
    """Same seed, same table."""
    asked = cr.sensitivity(cr.load(year=2021), cr.load_scenario("cpc-shut"))
    assert asked.sobol(3, samples=16, seed=5).equals(asked.sobol(3, samples=16, seed=5))


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        (["btc.capacity"], "no figure named 'btc.capacity'"),
        (["cpc_mooring.working_count"], "has no range"),
        ([], "at least one"),
    ],
)
def test_sobol_refuses_figures_that_cannot_vary(figures: list[str], message: str) -> None:
    """Unknown names, numbers without a range and an empty list are errors."""
    with pytest.raises(cr.CorridorError, match=message):
        cr.sensitivity(cr.load(year=2021)).sobol(figures)


@pytest.mark.parametrize(
    "outcome",
    [
        "commodities.oil.netback_musd_per_year", "compare.line.netback_usd_per_t", "change.netback_musd_per_year",
        "outcomes.oil.netback_musd_per_year", "netback_musd_per_year - shortfall_mtpa",
        "compare.line.unit_cost_usd_per_t - shortfall_mtpa", "change.shortfall_mtpa - outcomes.loss_musd_per_year",
    ],
)  # fmt: skip
def test_the_outcome_is_any_path_of_an_expectation(outcome: str) -> None:
    """The tornado's ends are what the expectation of the same path is on networks with the figure there, by hand."""
    tariff = cr.Figure(
        record="edge", subject="pipe", attribute="tariff_usd_per_t", value=10.0, low=5.0, high=30.0, unit="USD/t",
        since=2000, until=2100, confidence="A", choice="chosen",
    )  # fmt: skip
    less = cr.Scenario(name="less", changes=[cr.SupplyShock(node="field", remaining=0.5)], expect={outcome: "> -1e9"})
    asked = cr.sensitivity(
        network(edge("pipe", 10.0, 4.0, corridor="line")).replace(figure_records=(tariff,)), less, outcome=outcome
    )
    by_hand = [cr.check(less, network(edge("pipe", cost, 4.0, corridor="line")))[0].got for cost in (5.0, 30.0, 10.0)]
    row = asked.table.iloc[0]
    assert [row["at_low"], row["at_high"], asked.central] == pytest.approx(by_hand)


def test_an_outcome_that_is_a_word_is_refused() -> None:
    """And an unknown one names the nearest."""
    net = cr.load(year=2021)
    with pytest.raises(cr.DataError, match=r"outcome compare.cpc.status: status is a word; name a number"):
        cr.sensitivity(net, outcome="compare.cpc.status")
    with pytest.raises(cr.UnknownNameError, match=r"outcome commodities.*did you mean 'kazakh_crude'"):
        cr.sensitivity(net, outcome="commodities.kazak_crude.shortfall_mtpa")


def test_rivals_span_the_range_of_a_figure_without_one() -> None:
    """CPC's tariff is 38, 24 or 16 USD/t, BTC's quota 2.2 or 7 Mt/y; the ends are solved from the same figures."""
    net = cr.load(year=2024)
    own = {("cpc_line", "tariff_usd_per_t"), ("btc.kazakh_crude", "max_mtpa")}
    bare = tuple(
        f.replace(low=None, high=None) if f.choice == "chosen" and (f.subject, f.attribute) in own else f
        for f in net.figure_records
    )
    net = net.replace(figure_records=bare)
    table = cr.sensitivity(net, outcome="netback_musd_per_year").table.set_index(["subject", "attribute"])
    tariff = table.loc[("cpc_line", "tariff_usd_per_t")]
    assert (tariff.low, tariff.high, tariff.range_from) == (16, 38, "rivals")
    cheaper = cr.solve(net.with_figures({"cpc_line.tariff_usd_per_t": 16}, source="rival"))
    assert tariff.at_low == pytest.approx(cheaper.netback_musd_per_year)
    assert tariff.at_low > tariff.at_high == pytest.approx(cr.solve(net).netback_musd_per_year)
    quota = table.loc[("btc.kazakh_crude", "max_mtpa")]
    assert (quota.low, quota.high, quota.range_from) == (2.2, 7, "rivals")
    wider = cr.Scenario(name="7", changes=[cr.QuotaChange(edge="btc", commodity="kazakh_crude", max_mtpa=7)])
    assert quota.at_high == pytest.approx(cr.solve(net, wider).netback_musd_per_year)
    assert table.loc[("btc_line", "tariff_usd_per_t")].range_from == "figure"


@pytest.mark.parametrize(
    ("rival", "rows"),
    [
        ({}, 1), ({"unit": "USD/bbl"}, 0), ({"since": 2010, "until": 2019}, 0), ({"since": 2021, "until": 2021}, 0),
        ({"value": 10.0}, 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("year", [2020, None])
def test_only_rivals_of_the_same_unit_and_year_count(rival: dict[str, object], rows: int, year: int | None) -> None:
    """Another unit, another year or the same value is no range."""
    chosen = cr.Figure(
        record="edge", subject="pipe", attribute="tariff_usd_per_t", value=10.0, unit="USD/t", since=2020, until=2020,
        confidence="A", choice="chosen",
    )  # fmt: skip
    net = network(edge("pipe", 10.0)).replace(
        figure_records=(chosen, chosen.replace(**{"value": 14.0, "choice": "rival"} | rival)), year=year
    )
    table = cr.sensitivity(net, outcome="netback_musd_per_year").table
    assert len(table) == rows == len(cr.solve(net).leans_on(None))
    if rows:
        # 5 Mt/y at 100 - 10 or 100 - 14 USD/t
        assert table.iloc[0][["at_low", "at_high"]].tolist() == pytest.approx([450.0, 430.0])
        leant = cr.solve(net).leans_on().iloc[0]
        assert (leant["effect"], leant["range_from"]) == (pytest.approx(10.0), "rivals")


def test_an_outcome_without_a_value_is_refused() -> None:
    """The netback by a closed corridor is no number, and neither is its change with any figure."""
    shut = cr.load_scenario("cpc-shut")
    with pytest.raises(cr.DataError, match="has no value under 'CPC shut'"):
        cr.sensitivity(cr.load(year=2021), shut, outcome="compare.cpc.netback_usd_per_t")


@pytest.mark.parametrize("path", [None, 3, ["shortfall_mtpa"], "", " "])
def test_what_is_no_path_is_refused_in_a_sentence(path: Any) -> None:
    """By all that take an outcome: `sensitivity`, `leans_on` (None is the objective), `bridge`, `uncertainty`."""
    net = cr.load()
    for asked in (
        lambda: cr.sensitivity(net, outcome=path),
        lambda: cr.bridge(net, net, path),
        lambda: cr.solve(net).leans_on(outcome="" if path is None else path),
    ):
        with pytest.raises(cr.DataError, match="outcome must be a path of a number, as in 'shortfall_mtpa'"):
            asked()
