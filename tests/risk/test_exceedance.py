"""Chances that a year is worse than a level or has a long outage: counted by hand, and closed forms of the process."""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import corridor as cr
from corridor.risk.blocks import BlockSimulator
from corridor.risk.drawn import gamma_shape
from corridor.risk.exceedance import exceedance_table, outage_table, runs, score_interval
from corridor.risk.plan import Plan
from corridor.risk.random_histories import Intervals, Severities
from corridor.risk.summary import Draws
from helpers.parallel_routes import closes, derates, hazard, ways

RATE = (0.1, 0.4, 1.0)
SHAPE = gamma_shape((RATE[2] - RATE[0]) / RATE[1])
LASTS = cr.Lognormal(median=20.0, sigma=1.0)
P_LONGER = float(stats.norm.sf(math.log(30 / 20)))


def mixture(times: float) -> float:
    """Return 1 - E exp(-rate x times) of the Gamma rate that RATE means."""
    return float(1.0 - (1.0 + RATE[1] / SHAPE * times) ** -SHAPE)


def gamma_point(chance: float) -> float:
    """Return a quantile of that rate."""
    return float(stats.gamma(SHAPE, scale=RATE[1] / SHAPE).ppf(chance))


def storms(rate: Any, days: Any = 20.0, years: int = 20_000, **more: Any) -> cr.Ensemble:
    """Simulate one hazard that closes the only way."""
    severity = more.pop("severity", None)
    storm = closes("storm", "w0", days=days, severity=severity).replace(frequency_per_year=rate)
    return cr.simulate(ways(10, hazards=[storm]), years, 3, **more)


def within(chance: float, years: int) -> float:
    """Return four standard errors of a share of years."""
    return 4 * math.sqrt(chance * (1 - chance) / years)


@pytest.fixture(scope="module")
def drawn() -> cr.Ensemble:
    """Simulate 60 draws of 1000 years of a storm whose rate is not known well."""
    return storms(RATE, LASTS, 60_000, rates="drawn", draws=60)


# Levels


def test_a_year_with_any_shortfall_has_the_closed_form() -> None:
    """Unless none is in force as it begins (rate x days / 365) and none comes: 1 - exp(-rate (1 + days / 365))."""
    ens = storms(0.4)
    expected = 1.0 - math.exp(-0.4 * (1.0 + 20.0 / 365.0))
    row = ens.exceedance().iloc[0]
    assert ens.exceedance().index[0] == 0.0
    assert row["chance"] == pytest.approx(expected, abs=within(expected, 20_000))
    assert row["return_period_years"] == pytest.approx(1.0 / row["chance"])


def test_drawn_rates_mix_the_closed_form(drawn: cr.Ensemble) -> None:
    """The chance is the mean over Gamma rates, its points over draws those at the rate's points, luck added."""
    row = drawn.exceedance(levels=0.0).iloc[0]
    times = 1.0 + LASTS.mean / 365.0
    spread = np.std(1.0 - np.exp(-stats.gamma(SHAPE, scale=RATE[1] / SHAPE).rvs(20_000, random_state=1) * times))
    assert row["chance"] == pytest.approx(mixture(times), abs=4 * spread / math.sqrt(60))
    for end, chance in (("p05", 0.05), ("p95", 0.95)):
        point = 1.0 - math.exp(-gamma_point(chance) * times)
        assert row[f"chance_{end}"] == pytest.approx(point, abs=3 * row[f"chance_{end}_se"] + 0.02)
    assert row["return_period_years_p05"] == pytest.approx(1.0 / row["chance_p95"])
    assert row["return_period_years_p95"] == pytest.approx(1.0 / row["chance_p05"])


def table(values: Any, levels: Any = None, **more: Any) -> pd.DataFrame:
    """Return the exceedance of some years."""
    given = {"is_gain": False, "baseline": 0.0, "levels": levels, "draws": None} | more
    return exceedance_table(np.asarray(values, dtype=float), **given)


def test_a_level_is_exceeded_by_what_is_above_it() -> None:
    """Of 1 to 100: 5 years above 95, none above 100, which never comes; 95 itself is not above."""
    found = table(np.arange(1.0, 101.0), [95, 94.5, 100])
    assert found["chance"].tolist() == [0.05, 0.06, 0.0]
    assert found["return_period_years"].tolist() == [20.0, pytest.approx(1 / 0.06), math.inf]
    assert found.index.tolist() == [95.0, 94.5, 100.0]


def test_where_more_is_better_years_below_are_worse() -> None:
    """Of 1 to 100 Mt delivered of 100: 4 years below 5, and all but one below the undisturbed 100."""
    found = table(np.arange(1.0, 101.0), is_gain=True, baseline=100.0)
    assert table(np.arange(1.0, 101.0), 5, is_gain=True, baseline=100.0)["chance"].tolist() == [0.04]
    assert (found.index[0], found["chance"].iloc[0]) == (100.0, 0.99)
    assert found["chance"].is_monotonic_decreasing


def test_levels_are_those_of_round_return_periods() -> None:
    """Of 0 to 999 each once in 2, 5, ... 100 years, as then ten are worse; years alike have one level."""
    found = table(np.arange(1000.0))
    assert found.index.tolist() == [0.0, 499.0, 799.0, 899.0, 949.0, 979.0, 989.0]
    assert found["return_period_years"].iloc[1:].tolist() == pytest.approx([2, 5, 10, 20, 50, 100])
    assert table([0.0] * 95 + [3.0] * 5).index.tolist() == [0.0]
    assert table([0.0] * 80 + [3.0] * 20).index.tolist() == [0.0, 3.0]


def test_an_interval_holds_the_chance() -> None:
    """The score interval by its definition: ends at which the share seen is 1.96 standard errors away."""
    for share, n in ((0.05, 200), (0.5, 30), (0.99, 1000)):
        for end in score_interval(share, n):
            assert abs(share - end) == pytest.approx(1.96 * math.sqrt(end * (1 - end) / n))
    low, high = score_interval(0.0, 50)
    assert low == 0.0
    assert high == pytest.approx(1.96**2 / (50 + 1.96**2))
    row = table([0.0] * 50, 1.0).iloc[0]
    assert (row["chance_low"], row["chance_high"]) == (low, high)


def test_chances_of_draws_are_counted_by_draw() -> None:
    """20 draws of 100 years of which draw k has k bad ones: mean 9.5 %, points over 0 to 19."""
    values = (np.arange(100) < np.arange(20)[:, None]).astype(float).ravel()
    row = table(values, 0.5, draws=Draws(20)).iloc[0]
    assert row["chance"] == pytest.approx(0.095)
    assert math.isnan(row["chance_p05"])  # fewer than ten bad years a draw
    values = (np.arange(100) < 10 + np.arange(20)[:, None]).astype(float).ravel()
    row = table(values, 0.5, draws=Draws(20)).iloc[0]
    assert (row["chance_p05"], row["chance_p95"]) == pytest.approx((0.1095, 0.2805))
    half = 1.96 * np.std(np.arange(20) / 100, ddof=1) / math.sqrt(20)
    assert (row["chance_low"], row["chance_high"]) == pytest.approx((0.195 - half, 0.195 + half))


def test_empty_ranges_say_why(drawn: cr.Ensemble) -> None:
    """Rare levels have none in a draw; the note says how many years are too few."""
    found = drawn.exceedance()
    empty = found["chance"] < 10 / 1000
    assert empty.any()
    assert found["chance_p05"].isna().tolist() == empty.tolist()
    assert "fewer than 10 of the 1000 years" in found.attrs["notes"][0]
    assert "notes" not in drawn.exceedance(levels=0.0).attrs


@pytest.mark.parametrize("levels", ["1", math.nan, math.inf, [], [1, None], True])
def test_levels_that_are_no_numbers_are_refused(levels: Any) -> None:
    """Texts, infinite ones, none at all."""
    with pytest.raises(cr.DataError, match="levels must be finite numbers in the unit of the column"):
        storms(1.0, years=10).exceedance(levels=levels)


@pytest.mark.parametrize("column", ["shortfal_mt", "draw"])
def test_columns_that_are_no_quantity_are_refused(drawn: cr.Ensemble, column: str) -> None:
    """Neither a misspelt one nor the number of the draw."""
    with pytest.raises(cr.UnknownNameError, match="no column of years named"):
        drawn.exceedance(column)


# Outages


@pytest.mark.parametrize("years", [20_000, pytest.param(300_000, marks=pytest.mark.fuzz)])
def test_long_outages_of_one_hazard_have_the_closed_form(years: int) -> None:
    """1 - exp(-rate P(longer) P(larger)), durations lognormal, shares between 0.1 and 0.9."""
    ens = storms(0.3, LASTS, years, severity=cr.Uniform(low=0.1, high=0.9))
    expected = 1.0 - math.exp(-0.3 * P_LONGER * 0.75)
    # Outages that overlap are one: of events at most rate x mean days / 365, here 2.7 %, some of which count anyway.
    found = ens.outages("w0", 30, 0.3)["chance"].item()
    assert found == pytest.approx(expected, abs=within(expected, years) + 0.02 * expected)


@pytest.mark.parametrize(("days", "least"), [(40.0, 30), (40.0, 40), (200.0, 150), (7.0, 1)])
def test_outages_count_in_the_year_in_which_they_begin(days: float, least: float) -> None:
    """With all their days: a fixed duration that is long enough has the chance that one comes, 1 - exp(-rate)."""
    found = storms(0.05, days).outages("w0", least, 1.0).iloc[0]
    expected = 1.0 - math.exp(-0.05)
    error = math.sqrt(365.0 / (365.0 - least)) * within(expected, 20_000)
    assert found["chance"] == pytest.approx(expected, abs=error + 0.05 * days / 365 * expected)
    assert found["chance_low"] < expected < found["chance_high"]


def test_outages_that_are_too_small_never_count() -> None:
    """Shares of 0.4 to 0.6 are all of 0.4 and more, and never 0.61, once in infinitely many years."""
    asked = storms(2.0, 30.0, 500, severity=cr.Uniform(low=0.4, high=0.6)).outages("w0", 10, [0.4, 0.61])
    assert asked["chance"].iloc[0] > 0.8
    assert asked["chance"].iloc[1] == 0.0
    assert asked["return_period_years"].iloc[1] == math.inf


def test_shares_are_those_drawn() -> None:
    """Not as rounded to solve states: 0.29 to 0.2999 is never 0.3."""
    ens = storms(2.0, 30.0, 500, severity=cr.Uniform(low=0.29, high=0.2999))
    assert ens.outages("w0", 5, [0.29, 0.3])["chance"].tolist() == [pytest.approx(0.86, abs=0.1), 0.0]


def test_outages_that_follow_one_another_are_one() -> None:
    """Years cut by hand: 3 + 4 days in a row are 7; a gap parts them; what is on as a year begins is not of it."""
    days = [10.0, 3.0, 4.0, 348.0, 5.0, 100.0, 8.0, 252.0]
    holds = np.array([False, True, True, False, True, False, True, True])
    year = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    none = np.zeros(len(days))
    history = Intervals(year, np.array(days), none[:, None].astype(np.int64), Severities(none, {}), year[:2])
    found_year, length = runs(history, holds)
    assert (found_year.tolist(), length.tolist()) == ([0, 1], [7.0, 260.0])


def test_a_year_that_ends_closed_does_not_run_into_the_next() -> None:
    """Each year is drawn by itself: what is on as the next begins is another's."""
    history = Intervals(
        np.array([0, 0, 1, 1]), np.array([300.0, 65.0, 65.0, 300.0]), np.zeros((4, 1), dtype=np.int64),
        Severities(np.zeros(4), {}), np.zeros(2, dtype=np.int64),
    )  # fmt: skip
    found_year, length = runs(history, np.array([False, True, True, False]))
    assert (found_year.tolist(), length.tolist()) == ([0], [65.0])


def test_two_hazards_make_one_outage() -> None:
    """Of 30 days each: 31 in a row take a second one 1 to 30 days after the first, by whichever hazard.

    A run begins where none is in force, at rate exp(-rate 30 / 365), and goes on past 31 days with a chance of
    1 - exp(-rate 29 / 365); rate is that of both.
    """
    pair = [closes(name, "w0", rate=0.5, days=30.0) for name in ("a", "b")]
    found = cr.simulate(ways(10, hazards=pair), 20_000, 3).outages("w0", 31, 1.0)["chance"].item()
    runs_per_year = math.exp(-30 / 365) * -math.expm1(-29 / 365)
    expected = -math.expm1(-runs_per_year)
    assert found == pytest.approx(expected, abs=within(expected, 20_000))


def two_edged(*hazards: cr.Hazard) -> cr.Network:
    """Return a corridor whose trunk is two edges of 6 and 4 Mt/y side by side, and a second corridor."""
    net = ways(6, 4, 5, hazards=hazards)
    return net.replace(edges=tuple(e.replace(corridor="w0") if e.id == "w1" else e for e in net.edges))


def test_the_share_is_that_of_the_trunk() -> None:
    """One of two edges closed takes its share of their capacity, 0.4; what strikes the other corridor nothing."""
    net = two_edged(closes("one", "w1", rate=1.0, days=30.0), closes("other", "w2", rate=1.0, days=30.0))
    found = cr.simulate(net, 500, 3).outages("w0", 20, [0.4, 0.41])["chance"]
    assert found.iloc[0] > 0.5
    assert found.iloc[1] == 0.0


def test_hazards_that_take_no_capacity_are_no_outages() -> None:
    """A strike in the field leaves the way open."""
    strike = hazard("strike", cr.SupplyShock(node="field", remaining=0.0), rate=2.0, days=50.0)
    assert cr.simulate(ways(10, hazards=[strike]), 100, 3).outages("w0", 5, 0.01)["chance"].item() == 0.0


def test_members_are_counted_by_what_they_strike() -> None:
    """Two edges hit with a chance of a half each: both in a quarter of the shocks, at 1, one at least in three."""
    storm = cr.Hazard(
        name="storm", hits=[{"edge": "w0", "probability": 0.5}, {"edge": "w1", "probability": 0.5}],
        frequency_per_year=0.4, duration_days=20.0,
    )  # fmt: skip
    found = cr.simulate(two_edged(storm), 20_000, 3).outages("w0", 10, [1.0, 0.4])["chance"]
    for chance, part in zip(found, (0.25, 0.75), strict=True):
        expected = 1.0 - math.exp(-0.4 * part)
        assert chance == pytest.approx(expected, abs=within(expected, 20_000) + 0.025 * expected)


def test_drawn_rates_mix_the_chance_of_outages(drawn: cr.Ensemble) -> None:
    """The mean over Gamma rates of 1 - exp(-rate P(longer))."""
    row = drawn.outages("w0", 30, 1.0).iloc[0]
    assert row["chance"] == pytest.approx(mixture(P_LONGER), rel=0.25)
    assert row["chance_low"] < mixture(P_LONGER) * 1.02
    assert row["chance_high"] > mixture(P_LONGER) * 0.98
    assert row["chance_p05"] < row["chance"] < row["chance_p95"]
    for end, chance in (("p05", 0.05), ("p95", 0.95)):
        point = 1.0 - math.exp(-gamma_point(chance) * P_LONGER)
        assert row[f"chance_{end}"] == pytest.approx(point, abs=3 * row[f"chance_{end}_se"] + 0.02)


@pytest.mark.parametrize(("days", "share"), [(7, 0.3), (30, 0.3), (30, 0.5), (2, 1.0)])
def test_shipped_outages_are_the_sum_over_their_hazards(days: float, share: float) -> None:
    """Of the CPC in war: rates x P(longer) x P(larger) of the six hazards that strike it; few of their outages meet."""
    net = cr.load("caspian", 2024)
    striking = [h for h in net.hazards if h.name.startswith(("CPC", "Novorossiysk roadstead", "all Russia"))]
    assert len(striking) == 6
    rate = 0.0
    for each in striking:
        longer = stats.norm.sf(math.log(days / each.duration_days.median) / each.duration_days.sigma)
        part = each.severity
        x, kappa = part.mean / part.at_most, part.concentration
        partial = stats.beta(x * kappa, (1 - x) * kappa).sf(share / part.at_most)
        larger = part.complete + (1.0 - part.complete) * partial
        rate += each.mean_frequency_per_year("war") * longer * larger
    expected = -math.expm1(-rate)
    simulator = BlockSimulator(net, net.hazards, Plan(("war",)))
    blocks: list[Any] = [SimpleNamespace(shocks=np.zeros(2500))] * 4  # which years there are: nothing is solved here
    found = outage_table(simulator, blocks, seed=7, corridor="cpc", days=[days], shares=[share], draws=None)
    # One outage is in force 7 % of the time; those that meet join their shares and days, and may be one instead of two.
    assert found["chance"].item() == pytest.approx(expected, abs=within(expected, 10_000) + 0.07 * expected)


def test_all_pairs_are_asked_about() -> None:
    """Several days and shares give a row for each pair, longer and larger ones never likelier."""
    found = storms(2.0, LASTS, 500, severity=cr.Uniform(low=0.1, high=0.9)).outages("w0", [7, 30, 90], (0.3, 0.6))
    assert found.index.tolist() == list(itertools.product([7.0, 30.0, 90.0], [0.3, 0.6]))
    grid = found["chance"].unstack()
    assert (np.diff(grid.to_numpy(), axis=0) < 0).all()
    assert (np.diff(grid.to_numpy(), axis=1) < 0).all()
    assert (found.attrs["corridor"], found.attrs["network"]) == ("w0", "ways")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"days": 0}, "days must be more than 0 and at most 300"),
        ({"days": 365}, "days must be more than 0 and at most 300 "),
        ({"days": [7, "30"]}, "days must be"),
        ({"share": 0.0}, "share must be more than 0 and at most 1"),
        ({"share": 30}, r"share must be more than 0 and at most 1 \(got 30"),
    ],
)
def test_outages_out_of_range_are_refused(asked: dict[str, Any], message: str) -> None:
    """Each with its rule and what was given."""
    with pytest.raises(cr.DataError, match=message):
        storms(1.0, years=10).outages("w0", **asked)


def test_outages_of_unknown_corridors_are_refused() -> None:
    """With a suggestion."""
    with pytest.raises(cr.UnknownNameError, match="did you mean 'w0'"):
        storms(1.0, years=10).outages("w00")


def test_a_corridor_that_is_closed_anyway_has_no_outages() -> None:
    """Nothing of it can be taken."""
    shut = cr.Scenario(name="shut", changes=[cr.Outage(edge="w0")])
    net = ways(10, 5, hazards=[derates("storm", "w1", 0.5)])
    with pytest.raises(cr.DataError, match="corridor 'w0': nothing of its trunk is in service"):
        cr.simulate(net, 10, 3, scenario=shut).outages("w0")
