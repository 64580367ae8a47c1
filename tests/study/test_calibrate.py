"""`calibrate`: weights of the last observed year, and errors one year ahead, against arithmetic on the observations."""

from __future__ import annotations

import math

import pytest

import corridor as cr
from corridor.errors import DataError

KTEU = 10.5e-3  # Mt of a thousand TEU
OBSERVED = {2018: 280.0, 2019: 333.0, 2020: 547.0, 2021: 692.5, 2022: 410.6}  # north, thousand TEU
MIDDLE = {2018: 15.0, 2020: 21.0, 2021: 25.2, 2022: 33.6}


@pytest.fixture(scope="module")
def calibration() -> cr.Calibration:
    """Return the calibration of 2024."""
    return cr.calibrate(cr.load("caspian_freight", 2024))


def test_weights_say_what_was_observed_and_when(calibration: cr.Calibration) -> None:
    """The middle of China - Europe: 18,000 TEU in 2022."""
    row = calibration.weights.loc[("boxes_china_europe", "middle_corridor")]
    assert (row["observed_mtpa"], row["year"]) == (pytest.approx(18 * KTEU), 2022)


def test_the_corridor_of_the_rest_has_weight_one(calibration: cr.Calibration) -> None:
    """What the sea takes was not counted."""
    assert calibration.weights.loc[("boxes_china_europe", "ocean"), "weight"] == 1.0


@pytest.mark.parametrize("year", [2019, 2020, 2021, 2022])
def test_no_change_is_the_last_observation(calibration: cr.Calibration, year: int) -> None:
    """Of the north, over what was observed."""
    expected = OBSERVED[year - 1] / OBSERVED[year]
    assert calibration.errors.loc[(year, "northern_corridor"), "no_change_factor"] == pytest.approx(expected)


def test_a_year_without_a_count_is_passed_over(calibration: cr.Calibration) -> None:
    """Nobody counted the middle in 2019: 2020 is held against 2018."""
    assert calibration.errors.loc[(2020, "middle_corridor"), "no_change_factor"] == pytest.approx(15 / 21)


def test_no_change_is_told_of_the_refusal(calibration: cr.Calibration) -> None:
    """35 % of what went north in 2021 would not go by Russia in 2022."""
    row = calibration.errors.loc[(2022, "northern_corridor")]
    assert row["told_factor"] == pytest.approx(0.65 * OBSERVED[2021] / OBSERVED[2022], rel=1e-6)


def test_mean_factors_are_geometric(calibration: cr.Calibration) -> None:
    """No change in the north: four ratios of one observation to the next."""
    ratios = [OBSERVED[year - 1] / OBSERVED[year] for year in (2019, 2020, 2021, 2022)]
    expected = math.exp(sum(abs(math.log(ratio)) for ratio in ratios) / 4)
    assert calibration.mean_factors.loc["northern_corridor", "no_change_factor"] == pytest.approx(expected)


def test_the_north_is_not_worse_than_no_change_told_of_the_refusal(calibration: cr.Calibration) -> None:
    """By more than 5 %."""
    row = calibration.mean_factors.loc["northern_corridor"]
    assert row["modelled_factor"] <= 1.05 * row["told_factor"]


def test_price_and_time_do_not_explain_the_boxes_of_the_middle(calibration: cr.Calibration) -> None:
    """No change does better, which the page says."""
    row = calibration.mean_factors.loc["middle_corridor"]
    assert row["modelled_factor"] > row["no_change_factor"]


def test_own_observations_do_not_move_the_weights() -> None:
    """A vintage's own year is not looked at, whatever stands there."""
    network = cr.load("caspian_freight", 2022)
    table = network.observed_table()
    table["observed_mtpa"] = table["observed_mtpa"].where(table.index.get_level_values("year") < 2022, 1.0)
    edited = network.with_frames(observed=table[["observed_mtpa"]])
    assert cr.calibrate(edited).weights.equals(cr.calibrate(network).weights)


def test_weights_of_another_year_are_shown() -> None:
    """Those of 2021 are what the vintage of 2022 has."""
    shown = cr.calibrate(cr.load("caspian_freight", 2024), 2021).weights["weight"]
    assert shown.equals(cr.calibrate(cr.load("caspian_freight", 2022)).weights["weight"])


@pytest.mark.parametrize(
    ("name", "year", "words"),
    [
        ("caspian", None, r"no commodity of .* chooses between corridors; set choice_usd_per_t"),
        ("caspian_freight", 2023, r"year must be one that was observed: 2017, .*2022 \(got 2023\)"),
        ("caspian_freight", 2017, r"year must be one that was observed"),
    ],
)
def test_bad_input_names_the_way_out(name: str, year: int | None, words: str) -> None:
    """Nothing that chooses, and years without observation or network."""
    with pytest.raises(DataError, match=words):
        cr.calibrate(cr.load(name, 2024), year)


@pytest.fixture(scope="module")
def scored() -> cr.Calibration:
    """Return the calibration of 2022 with a few draws."""
    return cr.calibrate(cr.load("caspian_freight", 2022), draws=6)


def test_the_score_of_no_change_is_by_arithmetic(scored: cr.Calibration) -> None:
    """Width, and twenty times what 33.6 thousand TEU lie above: from 25.2 within its mean factor either way."""
    off = [math.log(21 / 15), math.log(25.2 / 21), math.log(33.6 / 25.2)]
    factor = math.exp(sum(off) / 3)
    low, high = 25.2 * KTEU / factor, 25.2 * KTEU * factor
    expected = high - low + 20 * max(0.0, 33.6 * KTEU - high)
    assert scored.scores.loc[(2022, "middle_corridor"), "no_change_score"] == pytest.approx(expected)


def test_a_range_that_holds_the_observation_scores_its_width(scored: cr.Calibration) -> None:
    """Or more, where it does not."""
    table = scored.scores
    width = table["modelled_p95_mtpa"] - table["modelled_p05_mtpa"]
    outside = (table["modelled_p05_mtpa"] - table["observed_mtpa"]).clip(lower=0)
    outside += (table["observed_mtpa"] - table["modelled_p95_mtpa"]).clip(lower=0)
    assert table["modelled_score"].to_list() == pytest.approx((width + 20 * outside).to_list())


def test_without_draws_there_are_no_scores(calibration: cr.Calibration) -> None:
    """The table is empty."""
    assert calibration.scores.empty
