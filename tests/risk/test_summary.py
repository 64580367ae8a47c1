"""Luck and ignorance told apart: synthetic years whose variances are known, and simulated ones in closed form."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import corridor as cr
from corridor.model.columns import COLUMNS
from corridor.risk.drawn import gamma_shape
from corridor.risk.summary import Draws, cvars, drawn_quantity, notes_on, quantity
from helpers.parallel_routes import closes, ways

MEAN, IGNORANCE, LUCK = 5.0, 0.6, 2.0
Z95 = statistics.NormalDist().inv_cdf(0.95)


def years(draws: int, each: int, seed: int, ignorance: float = IGNORANCE) -> npt.NDArray[np.float64]:
    """Return normal years about normal means of draws: variances ignorance^2 between, luck^2 within."""
    stream = np.random.default_rng(seed)
    means = MEAN + ignorance * stream.standard_normal((draws, 1))
    return (means + LUCK * stream.standard_normal((draws, each))).ravel()


def row(values: npt.NDArray[np.float64], draws: Draws, **more: float) -> dict[str, float]:
    """Return the row of a loss."""
    return drawn_quantity(values, draws, baseline=0.0, is_gain=False, alpha=more.get("alpha", 0.95))


def rows(n: int, draws: int, each: int, ignorance: float = IGNORANCE) -> Iterator[dict[str, float]]:
    """Yield the rows of some synthetic ensembles."""
    for seed in range(n):
        yield row(years(draws, each, seed, ignorance), Draws(draws))


@pytest.fixture(scope="module")
def many() -> dict[str, npt.NDArray[np.float64]]:
    """Return the columns of 400 synthetic ensembles of 50 draws of 100 years."""
    found = list(rows(400, 50, 100))
    return {name: np.array([each[name] for each in found]) for name in found[0]}


def test_luck_and_ignorance_are_the_two_standard_deviations() -> None:
    """Of 400 draws of 1000 years: within sampling errors of luck 2 and ignorance 0.6."""
    found = row(years(400, 1000, 1), Draws(400))
    assert found["luck"] == pytest.approx(LUCK, abs=4 * LUCK / math.sqrt(2 * 400_000))
    assert found["ignorance"] == pytest.approx(IGNORANCE, abs=4 * IGNORANCE / math.sqrt(2 * 400))
    assert found["sd"] == pytest.approx(math.hypot(LUCK, IGNORANCE), rel=0.02)


def test_luck_is_taken_out_of_ignorance(many: dict[str, npt.NDArray[np.float64]]) -> None:
    """Without bias: the mean of its squares over ensembles is 0.36, not 0.40, which is what the draws' means show."""
    squares = many["ignorance"] ** 2
    assert squares.mean() == pytest.approx(IGNORANCE**2, abs=4 * squares.std() / math.sqrt(len(squares)))
    assert squares.mean() < IGNORANCE**2 + LUCK**2 / 100 - 4 * squares.std() / math.sqrt(len(squares))


def test_luck_alone_leaves_no_ignorance() -> None:
    """Where all draws are alike, half of the ensembles say 0, and the others little."""
    found = np.array([each["ignorance"] for each in rows(200, 50, 100, 0.0)])
    assert 60 < np.count_nonzero(found == 0) < 140
    assert found.mean() < 0.06  # the means of draws have a standard deviation of 0.2


def test_points_over_draws_are_those_of_their_means(many: dict[str, npt.NDArray[np.float64]]) -> None:
    """The 95 % point of 400 draws of 1000 years: that of a normal of ignorance and the luck left in the means."""
    found = row(years(400, 1000, 2), Draws(400))
    spread = math.hypot(IGNORANCE, LUCK / math.sqrt(1000))
    error = spread * math.sqrt(0.05 * 0.95 / 400) / statistics.NormalDist().pdf(Z95)
    assert found["mean_p95"] == pytest.approx(MEAN + Z95 * spread, abs=4 * error)
    assert found["mean_p05"] == pytest.approx(MEAN - Z95 * spread, abs=4 * error)
    assert found["mean_p95_se"] == pytest.approx(error, rel=0.4)


@pytest.mark.parametrize("end", ["p05", "p95"])
def test_standard_errors_of_points_are_what_they_vary_by(many: dict[str, npt.NDArray[np.float64]], end: str) -> None:
    """Over ensembles: the root of the mean squared error stated is the spread of the points found."""
    stated = math.sqrt((many[f"mean_{end}_se"] ** 2).mean())
    assert stated == pytest.approx(many[f"mean_{end}"].std(), rel=0.15)


@pytest.mark.parametrize("name", ["mean", "cvar"])
def test_confidence_intervals_count_draws_not_years(many: dict[str, npt.NDArray[np.float64]], name: str) -> None:
    """About 95 of 100 hold the truth: for the CVaR of a normal, mean + sd x pdf / (1 - alpha)."""
    tail = math.hypot(LUCK, IGNORANCE) * statistics.NormalDist().pdf(Z95) / 0.05
    truth = MEAN + (tail if name == "cvar" else 0.0)
    held = np.mean((many[f"{name}_low"] <= truth) & (truth <= many[f"{name}_high"]))
    assert 0.95 - 5 * math.sqrt(0.05 * 0.95 / 400) < held < 0.98
    naive = quantity(years(50, 100, 1), baseline=0.0, is_gain=False, alpha=0.95)
    assert naive["mean_high"] - naive["mean_low"] < 0.5 * (many["mean_high"] - many["mean_low"]).mean()


def test_regimes_are_luck_and_hide_no_ignorance() -> None:
    """As many years of war in every draw: their difference adds to the luck of a year, not to that of the means."""
    regime = np.tile(np.arange(100) % 2, 50)
    squares = []
    for seed in range(200):
        values = years(50, 100, seed, 0.3) + 20.0 * regime
        found = row(values, Draws(50, regime))
        assert found["luck"] == pytest.approx(math.hypot(LUCK, 10.0), rel=0.02)
        squares.append(found["ignorance"] ** 2)
    assert np.mean(squares) == pytest.approx(0.09, abs=4 * np.std(squares) / math.sqrt(200))


def test_a_regime_of_one_year_has_no_spread_of_its_own() -> None:
    """It neither divides by 0 nor warns."""
    regime = np.tile(np.arange(100) == 7, 20).astype(np.int64)
    assert math.isfinite(row(years(20, 100, 3), Draws(20, regime))["ignorance"])


@pytest.mark.parametrize("alpha", [0.0, 0.8, 0.95, 0.9871])
def test_tails_of_rows_are_those_of_one(alpha: float) -> None:
    """The same as `cvar` of each row, the loss at the edge in part, ties and all."""
    losses = np.round(np.random.default_rng(1).gamma(0.5, 2.0, (20, 333)), 1)
    assert cvars(losses, alpha) == pytest.approx([cr.cvar(each, alpha) for each in losses])


def test_tails_of_draws_have_a_range() -> None:
    """Over 200 draws of 1000 normal years: CVaR of each is mean + luck x 2.0627, so its points are the means' moved."""
    found = row(years(200, 1000, 4), Draws(200))
    shift = LUCK * statistics.NormalDist().pdf(Z95) / 0.05
    for end in ("p05", "p95"):
        error = math.hypot(found[f"cvar_{end}_se"], found[f"mean_{end}_se"])
        assert found[f"cvar_{end}"] == pytest.approx(found[f"mean_{end}"] + shift, abs=4 * error)
    assert found["cvar"] > found["mean"] + shift  # of all years of all draws: ignorance is in it too


def test_tails_of_few_years_are_empty_and_say_why() -> None:
    """Of 999 years a draw no range is given, of 1000 it is."""
    found = row(years(20, 999, 4), Draws(20))
    assert all(math.isnan(found[name]) for name in ("cvar_p05", "cvar_p95", "cvar_p05_se", "cvar_p95_se"))
    assert math.isfinite(found["cvar"])
    table = pd.DataFrame([found])
    assert notes_on(table, 20, 999)[0].startswith("cvar_p05 and cvar_p95 are empty: of 999 years a draw too few")
    assert notes_on(table, 20, 1000) == []


def test_where_more_is_better_the_tail_is_low() -> None:
    """The same years with their sign changed have the same row with its sign and ends changed."""
    values = years(20, 1000, 5)
    loss = row(values, Draws(20))
    gain = drawn_quantity(-values, Draws(20), baseline=0.0, is_gain=True, alpha=0.95)
    for name in ("mean", "var", "cvar"):
        assert gain[name] == pytest.approx(-loss[name])
    for low, high in (("mean_p05", "mean_p95"), ("cvar_p05", "cvar_p95"), ("cvar_low", "cvar_high")):
        assert gain[low] == pytest.approx(-loss[high])
    assert (gain["luck"], gain["ignorance"]) == pytest.approx((loss["luck"], loss["ignorance"]))


# Simulated years

RATE = (0.4, 1.5, 3.4)


def storm_ensemble(draws: int, each: int, **more: object) -> cr.Ensemble:
    """Simulate one hazard that closes the only way, of a rate that is not known well."""
    net = ways(10, hazards=[closes("storm", "w0", days=20.0).replace(frequency_per_year=RATE)])
    return cr.simulate(net, draws * each, 3, rates="drawn", draws=draws, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def drawn() -> cr.Ensemble:
    """Simulate 300 draws of 100 years."""
    return storm_ensemble(300, 100)


def test_simulated_ignorance_is_that_of_the_gamma(drawn: cr.Ensemble) -> None:
    """Of Gamma rates: the mean shortfall of a draw is 10 (1 - exp(-rate t)), whose moments are (1 + s t)^-shape."""
    shape = gamma_shape((RATE[2] - RATE[0]) / RATE[1])
    scale, t = RATE[1] / shape, 20.0 / 365.0
    first, second = ((1.0 + scale * k * t) ** -shape for k in (1, 2))
    found = drawn.summary().loc["shortfall_mt"]
    assert found["ignorance"] == pytest.approx(10.0 * math.sqrt(second - first**2), rel=4 / math.sqrt(2 * 300))
    error = math.hypot(found["ignorance"], found["luck"] / 10.0) / math.sqrt(300)
    assert found["mean"] == pytest.approx(10.0 * (1.0 - first), abs=4 * error)


def test_a_summary_of_drawn_rates_says_how_it_was_drawn(drawn: cr.Ensemble) -> None:
    """Columns of the table, draws and why the range of CVaR is empty; draw is no quantity."""
    summary = drawn.summary()
    assert list(summary) == [column.name for column in COLUMNS["summary"]]
    assert list(summary.index) == [name for name in drawn.years if name != "draw"]
    assert (summary.attrs["draws"], summary.attrs["years_per_draw"]) == (300, 100)
    assert "years=300000 gives 1,000 a draw" in summary.attrs["notes"][0]
    assert summary[["cvar_p05", "cvar_p95"]].isna().all(axis=None)


def test_a_summary_of_central_rates_has_no_ignorance() -> None:
    """It keeps its columns, and has no notes of its own."""
    ens = cr.simulate(ways(10, hazards=[closes("storm", "w0")]), 50, 3)
    summary = ens.summary()
    assert list(summary) == [column.name for column in COLUMNS["summary"] if not column.group]
    assert list(summary) == ["mean", "undisturbed", "mean_low", "mean_high", "sd", "p5", "p50", "var", "cvar_low",
                             "cvar_high", "p95", "cvar"]  # fmt: skip
    assert "notes" not in summary.attrs


def test_years_of_several_regimes_have_a_summary() -> None:
    """Rates known exactly, war four times calm: no ignorance to speak of, and a luck that is of both regimes.

    Shortfalls of a draw's 200 years have the mean of both regimes' shares of time in force, 1 - exp(-rate 20 / 365).
    """
    storm = closes("storm", "w0", days=20.0).replace(frequency_per_year={"calm": 1.0, "war": 4.0})
    net = ways(10, hazards=[storm])
    ens = cr.simulate(net, 50 * 200, 3, rates="drawn", draws=50, regime={"calm": 0.5, "war": 0.5})
    found = ens.summary()
    assert list(found.index) == [name for name in ens.years if name not in ("draw", "regime")]
    row = found.loc["shortfall_mt"]
    expected = 10.0 * (1.0 - (math.exp(-20 / 365) + math.exp(-80 / 365)) / 2.0)
    assert row["mean"] == pytest.approx(expected, abs=4 * row["sd"] / math.sqrt(10_000))
    assert row["ignorance"] < 0.5 * row["luck"] / math.sqrt(200)
    assert row["luck"] == pytest.approx(row["sd"], rel=0.01)


def test_the_same_seed_gives_the_same_summary() -> None:
    """Resampling included, by any number of workers."""
    one, two = storm_ensemble(20, 100), storm_ensemble(20, 100, workers=2)
    assert one.summary().equals(two.summary())
