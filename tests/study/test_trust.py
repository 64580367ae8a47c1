"""Numbers one can trust: what a result leans on, sensitivity, claims, backcast, vintages."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import corridor as cr
from corridor.library import networks as library
from corridor.library.observations import observations
from corridor.model.figures import key_of
from corridor.model.variation import Variation, range_of
from helpers.readme_blocks import assert_shown

BOUNDS = ("capacity_mtpa", "max_mtpa", "min_mtpa", "throughput_mtpa")


@pytest.fixture(scope="module")
def shut() -> cr.Flow:
    """Return the flow of 2021 with the CPC shut."""
    return cr.solve(cr.load(year=2021), cr.load_scenario("cpc-shut"))


def test_leans_on_is_the_dual_times_half_the_range() -> None:
    """Where the basis holds, the objective at the ends of a figure's range differs by twice the effect."""
    net = cr.load(year=2021)
    flow = cr.solve(net)
    variation = Variation(net)
    told = flow.leans_on(None).set_index(["record", "subject", "attribute"])["effect"]
    for record, subject, attribute in (
        ("input", "cargo", "interest_per_year"),
        ("input", "btc_line", "tariff_usd_per_t"),
        ("input", "home_market", "price_usd_per_t"),
        ("supply", "caspian_shelf.russian_crude", "volume_mtpa"),
    ):
        figure = variation.figure_set.figures[f"{record}:{subject}.{attribute}"]
        middle = figure.value or 0.0
        near = [middle + 0.01 * (end - middle) for end in range_of(figure)]
        solved = [cr.solve(variation.with_values({key_of(figure): value})).objective for value in near]
        assert abs(solved[1] - solved[0]) / 2 / 0.01 == pytest.approx(told[record, subject, attribute], rel=1e-3)


def test_leans_on_puts_the_largest_effect_first(shut: cr.Flow) -> None:
    """As many rows as asked for, in descending order, each with a source and a confidence."""
    table = shut.leans_on(12)
    assert len(table) == 12
    assert table["effect"].is_monotonic_decreasing
    assert table["confidence"].isin(["A", "B", "C"]).all()
    assert (table["source"] != "").all()


@pytest.mark.parametrize("n", [-1, 1.5, "3", True])
def test_leans_on_needs_a_number_of_rows(n: object, shut: cr.Flow) -> None:
    """-1 is not all but the last."""
    with pytest.raises(cr.DataError, match="n must be a whole number >= 0, or None for all"):
        shut.leans_on(n)  # type: ignore[arg-type]


def test_leans_on_needs_figures(diamond: cr.Network) -> None:
    """A network without figures has nothing to lean on, and says so."""
    with pytest.raises(cr.DataError, match="has no figures"):
        cr.solve(diamond).leans_on()


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
    assert cr.sensitivity(net, outcome="corridors.btc.throughput_mtpa").central == pytest.approx(27.45)
    with pytest.raises(cr.UnknownNameError, match="did you mean 'shortfall_mtpa'"):
        cr.sensitivity(net, outcome="shortfal_mtpa")


def test_sobol_of_a_linear_outcome_is_known_in_closed_form() -> None:
    """BTC throughput is linear in Turkmen transit and contract: shares of variance go with squared ranges."""
    net = cr.load(year=2021)
    names = ["turkmenistan.transit_mtpa", "turkmenistan.contract_mtpa"]
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
        (["cpc_line.tariff_usd_per_t"], "has no range"),
        ([], "at least one"),
    ],
)
def test_sobol_refuses_figures_that_cannot_vary(figures: list[str], message: str) -> None:
    """Unknown names, numbers without a range and an empty list are errors."""
    with pytest.raises(cr.CorridorError, match=message):
        cr.sensitivity(cr.load(year=2021)).sobol(figures)


@pytest.mark.parametrize("year", [2018, 2019, 2020, 2021, 2022])
def test_the_backcast_errs_by_less_than_a_tenth_of_exports(year: int) -> None:
    """Absolute errors over corridors add up to less than 10 % of Kazakh exports."""
    total = cr.backcast(year).loc["total"]
    assert total.error_mtpa < 0.1 * total.observed_mtpa


def test_the_backcast_stands_the_rival_observation() -> None:
    """With the minister's 11 Mt by Atyrau-Samara in 2022 instead of the balance, the error stays below a tenth too."""
    table = cr.backcast(2022)
    rival = next(row for row in observations() if row["choice"] == "rival" and row["corridor"] == "transneft_ports")
    errors = table["error_mtpa"].drop("total").abs()
    errors["transneft_ports"] = abs(table.loc["transneft_ports", "modelled_mtpa"] - float(rival["observed_mtpa"]))
    assert errors.sum() < 0.1 * table.loc["total", "observed_mtpa"]


def test_the_backcast_adds_up() -> None:
    """Error is modelled less observed, and the total sums what stands above it."""
    table = cr.backcast(2021)
    parts = table.drop("total")
    assert (parts["error_mtpa"] - (parts["modelled_mtpa"] - parts["observed_mtpa"])).abs().max() < 1e-12
    assert table.loc["total", "error_mtpa"] == pytest.approx(parts["error_mtpa"].abs().sum())


def test_own_observations_can_be_held_against_any_year() -> None:
    """What the caller saw stands instead of what ships, for years without shipped observations too."""
    table = cr.backcast(2024, observed={"btc": 1.0, "cpc": 50.0})
    assert list(table.index) == ["cpc", "btc", "total"]
    flow = cr.solve(cr.load(year=2024))
    error = flow.throughput_mtpa("cpc", "kazakh_crude") - 50.0
    assert table.loc["cpc", "error_mtpa"] == pytest.approx(error)
    with pytest.raises(cr.UnknownNameError, match="did you mean 'cpc'"):
        cr.backcast(2024, observed={"cpcc": 1.0})


def test_no_observed_flow_bounds_its_own_year() -> None:
    """No capacity, quota or supply of a network equals what a source observed to flow on that corridor that year."""
    for row in observations():
        year, observed = int(row["year"]), float(row["observed_mtpa"])
        if not row["corridor"] or observed == 0:
            continue
        net = cr.load(year=year)
        trunk = {edge.id for edge in net.trunk(row["corridor"])}
        bounds = [
            f
            for f in net.figure_records
            if f.attribute in BOUNDS and f.subject.split(".")[0] in trunk and f.choice == "chosen"
        ]
        same = [f for f in bounds if f.value is not None and math.isclose(f.value, observed, rel_tol=1e-3)]
        assert [(year, f.subject) for f in same if not _older(f, year)] == []


def _older(figure: cr.Figure, year: int) -> bool:
    """Tell whether a figure says of itself that it rests on an earlier year."""
    return any(int(found) < year for found in re.findall(r"(?:19|20)\d\d", figure.note))


def test_no_figure_cites_an_observation_of_its_year() -> None:
    """What is chosen as a bound has no attribute of throughput: those stand in observed.csv only."""
    attributes = {f.attribute for year in range(2018, 2025) for f in cr.load(year=year).figure_records}
    assert not attributes & {"throughput_mt", "kazakh_volume_mt", "volume_mt", "observed_mtpa"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"year": 2024}, "no observations of kazakh_crude in 2024; there are for 2018"),
        ({"commodity": "turkmen_crude"}, "no observations of turkmen_crude"),
    ],
)
def test_backcast_refuses_what_was_not_observed(arguments: dict[str, object], message: str) -> None:
    """A year or commodity without observations is an error that names those there are."""
    with pytest.raises(cr.DataError, match=message):
        cr.backcast(**arguments)  # type: ignore[arg-type]


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
    """On a network whose tankers and ports are boundless the BTC has room after all."""
    net = cr.load(year=2021)
    wide = {"aktau_sangachal": 500.0, "sangachal_receipt": 500.0, "tengiz_aktau_rail": 500.0}
    edges = tuple(e.replace(capacity_mtpa=wide.get(e.id, e.capacity_mtpa)) for e in net.edges)
    nodes = tuple(n.replace(throughput_mtpa=500.0) if n.id == "aktau" else n for n in net.nodes)
    assert cr.claims(net.replace(edges=edges, nodes=nodes)).loc["btc_room", "verdict"] == "holds"


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


def test_the_vintages_tell_their_story() -> None:
    """From 2021 to 2024 the CPC grew, Baku-Supsa fell idle, and Germany opened to Kazakh oil."""
    story = cr.diff(cr.load(year=2021), cr.load(year=2024)).set_index(["id", "field"])
    assert story.loc[("cpc_kazakhstan", "capacity_mtpa"), "change"] == pytest.approx(72.5 - 53.7)
    assert story.loc[("baku_supsa", "in_service"), "after"] is False
    assert "idle" in story.loc[("baku_supsa", "in_service"), "note"]
    assert story.loc[("druzhba_north.kazakh_crude", "max_mtpa"), "change"] == pytest.approx(1.2)


def test_a_typed_number_has_no_note_of_the_old_figure() -> None:
    """The note on a figure stands beside its own value only."""
    net = cr.load(year=2024)
    noted = [f for f in net.figure_records if f.note and (f.record, f.attribute) == ("edge", "capacity_mtpa")]
    figure = next(f for f in noted if f.choice == "chosen")
    edges = [e.replace(capacity_mtpa=1234.0) if e.id == figure.subject else e for e in net.edges]
    typed = net.replace(edges=tuple(edges))
    (row,) = cr.diff(net, typed).itertuples()
    assert (row.after, row.note) == (1234.0, "")
    (row,) = cr.diff(typed, net).itertuples()
    assert (row.after, row.note) == (figure.value, figure.note)


def test_nothing_differs_from_itself() -> None:
    """A network against itself, and a flow against itself, give empty tables."""
    net = cr.load(year=2021)
    assert cr.diff(net, net).empty
    assert cr.diff(cr.solve(net), cr.solve(net)).empty


def test_flows_differ_where_a_scenario_moves_tonnes(shut: cr.Flow) -> None:
    """The CPC's loss and the shortfalls stand in the table of differences."""
    table = cr.diff(cr.solve(cr.load(year=2021)), shut).set_index(["table", "id", "column"])["change"]
    assert table["corridors", "cpc", "throughput_mtpa"] == pytest.approx(-60.7)
    lost = sum(v for (name, _, column), v in table.items() if (name, column) == ("supplies", "shortfall_mtpa"))
    assert lost == pytest.approx(shut.shortfall_mtpa)


def test_diff_needs_two_of_a_kind(shut: cr.Flow) -> None:
    """A network against a flow is refused."""
    with pytest.raises(cr.DataError, match="got Network and Flow"):
        cr.diff(cr.load(year=2021), shut)


def test_what_a_comparison_shows_can_be_followed() -> None:
    """One call leads from a row to every figure behind it: the way adds up to its cost, days, price and netback."""
    net = cr.load(year=2024)
    for _, row in cr.compare(net, []).dropna(subset=["unit_cost_usd_per_t"]).iterrows():
        figures = net.figures(row["subjects"], inputs=True)
        told = figures[figures["choice"] == "chosen"].set_index(["record", "subject", "attribute"])["value"]
        way = [
            edge.id
            for edge in net.edges
            if edge.id in row["subjects"] and ("edge", edge.id, "tariff_usd_per_t") in told
        ]
        assert sum(told.get(("edge", id, "transit_days"), 0.0) for id in way) >= row.transit_days - 1e-9
        price = told["market", f"{row.destination}.kazakh_crude", "price_usd_per_t"]
        assert price - row.unit_cost_usd_per_t == pytest.approx(row.netback_usd_per_t)
        assert {"brent", "cargo"} <= set(figures["subject"])
        assert {"political_stability_estimate"} <= set(figures["attribute"])
        assert ("supply", f"{row.origin}.kazakh_crude", "volume_mtpa") in told.index


def mattering() -> str:
    """Return the confidence of the 30 figures that the shipped scenarios lean on most, year 2024."""
    net = cr.load(year=2024)
    effect: Counter[tuple[str, str, str]] = Counter()
    grade: dict[tuple[str, str, str], str] = {}
    for name in cr.scenarios():
        for row in cr.solve(net, cr.load_scenario(name)).leans_on(None).itertuples():
            found = (str(row.record), str(row.subject), str(row.attribute))
            effect[found] = max(effect[found], float(row.effect))
            grade[found] = str(row.confidence)
    top = [found for found, _ in sorted(effect.items(), key=lambda item: (-item[1], item[0]))[:30]]
    count = Counter(grade[found] for found in top)
    share = (count["A"] + count["B"]) / len(top)
    named = ",\n".join(f"`{subject}.{attribute}`" for _, subject, attribute in top[:5])
    return (
        f"Of the 30 figures that the shipped scenarios of 2024 lean on most (`flow.leans_on`), {count['A']} are of\n"
        f"confidence A, {count['B']} of B and {count['C']} of C: {share:.0%} rest on a source.\n"
        f"The first five: {named}."
    )


@pytest.mark.generated
def test_the_readme_states_the_confidence_of_what_matters() -> None:
    """The share of A and B among the figures that matter is measured, not typed."""
    assert_shown("mattering", mattering())


def test_dates_of_claims_are_dates() -> None:
    """As people write them, not as numbers."""
    table = cr.claims()
    dates = table[table["unit"] == "date"]
    assert len(dates)
    for column in ("brief", "found"):
        assert dates[column].str.fullmatch(r"(\d{4}-\d\d-\d\d)?").all()
    assert table.loc["order_date", "found"] == "2022-07-05"
