"""Parameters of hazards drawn from what the record leaves open: against the note on method and closed forms."""

from __future__ import annotations

import csv
import functools
import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import integrate, stats

import corridor as cr
from corridor.model.hazard import Posterior
from corridor.risk.drawn import LEAST_RATE_PER_YEAR, drawn_hazards, gamma_shape

TABLE = Path(__file__).parents[1] / "study" / "method_rates.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
"""Rows of the note's table: counts, point values, and 5 and 95 % points of a million draws by another program."""
GROUPS = [
    cr.RateGroup(id=id, calm_shape=calm + 0.5, calm_years=calm_years, war_shape=war + 0.5, war_years=war_years)
    for id, war, war_years, calm, calm_years in (
        ("stop_theatre", 12, 30.893908, 4, 85.521661),
        ("stop_other", 4, 38.954141, 8, 110.501403),
        ("slow_theatre", 16, 30.893908, 6, 117.741610),
        ("slow_other", 8, 38.954141, 8, 151.458380),
    )
]
"""Counts and exposures of section 2.2 of the note."""
THEATRE = {
    "cpc", "novorossiysk", "druzhba_north", "druzhba_south", "ust_luga", "atyrau_samara", "baku_novorossiysk",
    "roadstead", "hub",
}  # fmt: skip
SETS = {"roadstead", "hub", "black_sea", "georgia"}
PRIOR = {"stop": (2.246911, 41.421986), "slow": (1.253696, 22.907576)}


def recorded(row: Mapping[str, str]) -> cr.Hazard:
    """Return the hazard of a row of the note's table, with what its section 3.1 draws."""
    unit, form = row["unit"], row["form"]
    shape, years = (0.5, 0.0) if unit in SETS or form == "weather" else PRIOR[form]
    posterior: dict[str, float] = {
        "shape": shape + int(row["n_calm"]) + int(row["n_war"]),
        "calm_years": years + float(row["calm_years"]),
        "war_years": float(row["war_years"]),
        "durations": 3 + int(row["durations"]),
    }
    group: str | None = f"{form}_{'theatre' if unit in THEATRE else 'other'}"
    if form == "weather":
        group, posterior["complete_of"] = None, 11.0
    if form == "slow":
        posterior |= {"pooled_mean": 0.422703}
    if form != "stop":
        posterior |= {"freedom": 6.716560}
    if unit == "all_russia":
        group, posterior = None, {"shape": 1.0, "calm_years": 160.01}
    severity = {name: float(row[name]) for name in ("complete", "at_most", "concentration")}
    return cr.Hazard(
        name=f"{unit} {form}", hits=[{"edge": "w0"}], rate_group=group, posterior=posterior,
        frequency_per_year={"calm": float(row["calm_per_year"]), "war": float(row["war_per_year"])},
        duration_days={"median": float(row["median_days"]), "sigma": float(row["sigma"])},
        severity=None if form == "stop" else {"mean": float(row["mean_share"]), **severity},
    )  # fmt: skip


UNITS = {
    "CPC": "cpc", "BTC": "btc", "Druzhba north": "druzhba_north", "Druzhba south": "druzhba_south",
    "Novorossiysk (Sheskharis)": "novorossiysk", "Ust-Luga": "ust_luga", "Turkish Straits": "bosporus",
    "Railway through Georgia": "georgia_rail", "Caspian between Aktau and Baku": "aktau_alat_sea", "Batumi": "batumi",
    "Atyrau-Samara": "atyrau_samara", "Kazakhstan-China pipeline": "kaz_china_pipeline",
    "Novorossiysk roadstead": "roadstead", "Druzhba trunk": "hub", "Georgia": "georgia", "all": "all_russia",
}  # fmt: skip
"""Names in the shipped hazards and in the note."""


def key_of(row: Mapping[str, str]) -> tuple[str, str]:
    """Return unit and form of a row."""
    return row["unit"], row["form"]


def shipped() -> dict[tuple[str, str], cr.Hazard]:
    """Return the shipped hazards that the note has, but for the Straits' queues, which ship as days of waiting."""
    found = {}
    for hazard in cr.load("caspian").hazards:
        name, _, form = hazard.name.rpartition(" ")
        if name in UNITS and hazard.only_derates:
            found[UNITS[name], "stop" if form == "Russia" else form] = hazard
    return found


SHIPPED = shipped()


def loss_days(hazard: cr.Hazard, regime: str) -> float:
    """Return what a hazard costs in days of full loss a year, as the note counts them: rate x days x share."""
    share = 1.0 if hazard.severity is None else hazard.severity.overall_mean
    return hazard.mean_frequency_per_year(regime) * hazard.mean_duration_days * share


def draws(hazards: Sequence[cr.Hazard], n: int, seed: int = 3) -> Iterator[tuple[cr.Hazard, ...]]:
    """Yield some draws of hazards."""
    for draw in range(n):
        yield drawn_hazards(hazards, GROUPS, seed=seed, draw=draw)


@functools.cache
def cpc_slows(n: int) -> list[cr.Hazard]:
    """Return some draws of the slows of CPC."""
    return [hazard for (hazard,) in draws([CPC_SLOW], n)]


def rates(hazard: cr.Hazard, n: int, regime: str | None = None, seed: int = 3) -> npt.NDArray[np.float64]:
    """Return drawn rates of one hazard. [1/y]"""
    return np.array([found[0].mean_frequency_per_year(regime) for found in draws([hazard], n, seed)])


def own(rate: Any, **more: Any) -> cr.Hazard:
    """Return a hazard of one's own."""
    fields = {"name": "own", "changes": [cr.Outage(edge="w0")], "frequency_per_year": rate, "duration_days": 10.0}
    return cr.Hazard(**fields | more)


CPC_SLOW = recorded(next(row for row in ROWS if (row["unit"], row["form"]) == ("cpc", "slow")))
HUB = recorded(next(row for row in ROWS if (row["unit"], row["form"]) == ("hub", "stop"))).replace(
    hits=[
        {"edge": "w0", "probability": 0.928571, "shocks": 7},
        {"edge": "w1", "probability": 0.785714, "shocks": 7},
        {"edge": "w2", "probability": 0.416667, "shocks": 6},
        {"edge": "w3"},
    ]
)


# The note on method


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['unit']} {row['form']}")
def test_point_values_are_those_of_the_note(row: dict[str, str]) -> None:
    """Loss days at the point values; that the hazards built here are the table's."""
    hazard = recorded(row)
    for regime in ("calm", "war"):
        assert loss_days(hazard, regime) == pytest.approx(float(row[f"{regime}_loss_days"]), rel=2e-5)


def test_shipped_hazards_hold_what_the_note_draws() -> None:
    """32 hazards of the note: what their draws depend on, to the digits shipped."""
    rows = {key_of(row): recorded(row) for row in ROWS}
    assert len(SHIPPED) == 32
    for key, hazard in SHIPPED.items():
        expected = rows[key]
        assert hazard.rate_group == expected.rate_group
        for name, value in expected.posterior.model_dump().items():  # type: ignore[union-attr]
            own = getattr(hazard.posterior, name)
            assert own == (value if value is None else pytest.approx(value, rel=2e-5)), (key, name)
    straits = next(hazard for hazard in cr.load("caspian").hazards if hazard.name == "Turkish Straits slow")
    expected = rows["bosporus", "slow"]
    assert straits.rate_group == expected.rate_group
    assert straits.posterior.shape == pytest.approx(expected.posterior.shape, rel=1e-5)  # type: ignore[union-attr]
    assert sorted(
        (hit.probability * hit.shocks, (1 - hit.probability) * hit.shocks)  # type: ignore[operator]
        for hit in SHIPPED["hub", "stop"].hits
    ) == [pytest.approx(pair, abs=2e-3) for pair in ((2.5, 3.5), (5.5, 1.5), (6.5, 0.5))]


def test_rate_groups_of_the_network_are_those_of_the_note() -> None:
    """Their four numbers each, counts and exposures."""
    shipped_groups = {group.id: group for group in cr.load("caspian").rate_groups}
    for group in GROUPS:
        found = shipped_groups[group.id].model_dump(exclude={"id", "name"})
        assert found == pytest.approx(group.model_dump(exclude={"id", "name"}), rel=1e-6)


def assert_ranges_of_the_note(n: int) -> None:
    """Hold the share of draws below each 5 and 95 % point against its chance, by the binomial's standard error."""
    hazards = [SHIPPED.get(key_of(row), recorded(row)) for row in ROWS]
    assert len({hazard.name for hazard in hazards}) == len(ROWS)
    below = np.zeros((len(ROWS), 8))
    names = [f"{regime}{kind}_{end}" for kind in ("", "_loss") for regime in ("calm", "war") for end in ("low", "high")]
    points = np.array([[float(row[name]) for name in names] for row in ROWS])
    for found in draws(hazards, n):
        values = [
            [value for of in (cr.Hazard.mean_frequency_per_year, loss_days) for regime in ("calm", "war")
             for value in [of(hazard, regime)] * 2]
            for hazard in found
        ]  # fmt: skip
        below += np.array(values) < points
    expected = np.tile([0.05, 0.95], 4)
    # Points have three digits and standard errors of their own: by at most 0.6 % of themselves, 0.0015 in chance.
    tolerance = 4.2 * math.sqrt(0.05 * 0.95 / n) + 0.0015
    off = np.abs(below / n - expected)
    assert off.max() < tolerance, [
        (ROWS[at]["unit"], ROWS[at]["form"], names[of], below[at, of] / n)
        for at, of in zip(*np.nonzero(off >= tolerance), strict=True)
    ]


def test_draws_have_the_ranges_of_the_note() -> None:
    """Rates and loss days of all 46 rows, shipped or not, calm and war: 5 and 95 % of draws are below its points."""
    assert_ranges_of_the_note(1000)


@pytest.mark.fuzz
def test_many_draws_have_the_ranges_of_the_note() -> None:
    """The same with eight times as many draws."""
    assert_ranges_of_the_note(8000)


def test_hits_are_drawn_from_their_betas() -> None:
    """The hub's: Beta(6.5, 0.5), (5.5, 1.5) and (2.5, 3.5) by the Kolmogorov distance; one that is sure stays."""
    n = 1000
    found = np.array([[hit.probability for hit in hazard.hits] for (hazard,) in draws([HUB], n)])
    for column, (a, b) in enumerate([(6.5, 0.5), (5.5, 1.5), (2.5, 3.5)]):
        assert stats.kstest(found[:, column], stats.beta(a, b).cdf).pvalue > 1e-3
    assert (found[:, 3] == 1).all()


def test_concentration_and_shares_follow_the_note() -> None:
    """CPC slows: kappa = max(0.5, m(1-m)/(v nu/chi2) - 1); the mean share's spread about 0.28 is that of the normal."""
    m, v, nu, n = 0.422703, 0.079117, 6.716560, 2000
    found = [hazard.severity for hazard in cpc_slows(n)]
    kappa = np.array([severity.concentration for severity in found])  # type: ignore[union-attr]
    chi2 = stats.chi2(nu)
    floor = chi2.cdf(1.5 * v * nu / (m * (1 - m)))
    assert np.mean(kappa == 0.5) == pytest.approx(floor, abs=4 * math.sqrt(floor / n))
    above = m * (1 - m) * stats.chi2.ppf(0.5, nu) / (v * nu) - 1
    assert np.mean(kappa < above) == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(n))
    x = np.array([severity.mean for severity in found]) / 0.6  # type: ignore[union-attr]
    inside = (x > 0.051) & (x < 0.949)
    z = (x - 0.279983 / 0.6) / np.sqrt(m * (1 - m) / (1 + kappa) / 11)
    assert stats.kstest(z[inside], "norm").pvalue > 1e-3
    assert x.min() >= 0.05 - 1e-12
    assert x.max() <= 0.95 + 1e-12


def test_mean_durations_keep_their_mean_and_sigma() -> None:
    """The mean over draws is D, its logarithm's spread c; the shape of a single duration stays."""
    n, spread = 2000, math.sqrt(math.log(1 + math.expm1(1.840785**2) / 11))
    found = [hazard.duration_days for hazard in cpc_slows(n)]
    logs = np.log([duration.mean for duration in found])  # type: ignore[union-attr]
    assert logs.mean() == pytest.approx(math.log(29.0893) - spread**2 / 2, abs=4 * spread / math.sqrt(n))
    assert logs.std() == pytest.approx(spread, rel=4 / math.sqrt(2 * n))
    assert {duration.sigma for duration in found} == {1.84078}  # type: ignore[union-attr]


def test_complete_shocks_are_drawn_in_common() -> None:
    """Storms of two places are complete alike, by Beta(10.5, 0.5); never all of them nor none."""
    weather = [recorded(row) for row in ROWS if row["form"] == "weather"]
    found = np.array([[h.severity.complete for h in drawn] for drawn in draws(weather, 700)])  # type: ignore[union-attr]
    assert (found == found[:, :1]).all()
    assert stats.kstest(found[:, 0], stats.beta(10.5, 0.5).cdf).pvalue > 1e-3
    assert 0 < found.min() <= found.max() < 1


# One's own rates


@pytest.mark.parametrize(("low", "mean", "high"), [(0.1, 0.4, 1.0), (0.0, 1.0, 5.7), (0.9, 1.0, 1.1), (0.0, 3.0, 8.0)])
def test_three_numbers_are_a_gamma_of_that_mean_and_width(low: float, mean: float, high: float) -> None:
    """By integrating the quantiles: mean as given, 5 to 95 % range as wide as given."""
    shape = gamma_shape((high - low) / mean)
    law = stats.gamma(shape, scale=mean / shape)
    assert law.ppf(0.95) - law.ppf(0.05) == pytest.approx(high - low, rel=1e-9)
    assert shape >= 0.1
    n = 1000
    assert stats.kstest(rates(own((low, mean, high)), n), law.cdf).pvalue > 1e-3
    average, _ = integrate.quad(law.ppf, 0, 1, limit=500)
    assert average == pytest.approx(mean, rel=1e-4)


def test_each_width_has_the_larger_of_its_two_shapes() -> None:
    """Beside its mean the width rises up to the shape 0.0877 and falls from there: 5.8 has a root on either side."""

    def width(shape: float) -> float:
        return float(np.diff(stats.gamma(shape).ppf([0.05, 0.95]))[0]) / shape

    shapes = np.geomspace(0.02, 0.0877, 60), np.geomspace(0.0877, 1e4, 400)
    assert (np.diff([width(shape) for shape in shapes[0]]) > 0).all()
    assert (np.diff([width(shape) for shape in shapes[1]]) < 0).all()
    assert width(0.0764) < 5.8 < width(0.0877)
    assert gamma_shape(5.8) == pytest.approx(0.101246, abs=1e-6)


@pytest.mark.parametrize("shape", [0.1, 0.5, 1.0, 7.3, 400.0, 1e6, 3e9])
def test_the_shape_is_found_again(shape: float) -> None:
    """From the width of its own distribution; of a very narrow one by the normal's 3.2897 standard deviations."""
    narrow = 2 * statistics.NormalDist().inv_cdf(0.95) / math.sqrt(shape)
    width = narrow if shape > 1e8 else float(np.diff(stats.gamma(shape).ppf([0.05, 0.95]))[0]) / shape
    assert gamma_shape(width) == pytest.approx(shape, rel=1e-5)


@pytest.mark.parametrize("width", [0.0, -1.0, 5.81, math.nan])
def test_widths_that_no_gamma_has_are_refused(width: float) -> None:
    """None, negative ones, and more than 5.8 times the mean."""
    with pytest.raises(cr.DataError, match=r"at most 5\.8 times its mean"):
        gamma_shape(width)


def test_one_number_is_not_drawn() -> None:
    """Neither for all regimes nor for one; nor three equal ones."""
    hazard = own({"calm": 0.2, "war": (0.5, 1.0, 2.0), "truce": (0.3, 0.3, 0.3)})
    for (found,) in draws([hazard], 20):
        assert (found.frequency_per_year["calm"], found.frequency_per_year["truce"]) == (0.2, 0.3)
    assert drawn_hazards([own(0.4)], (), seed=1, draw=0) == (own(0.4),)


def test_regimes_share_one_chance() -> None:
    """Ranges of one's own are met at the same quantile in all regimes."""
    calm, war = (0.1, 0.2, 0.4), (0.5, 1.0, 2.5)
    hazard = own({"calm": calm, "war": war})
    for (found,) in draws([hazard], 50):
        chances = []
        for regime, (low, mean, high) in (("calm", calm), ("war", war)):
            shape = gamma_shape((high - low) / mean)
            chances.append(stats.gamma(shape, scale=mean / shape).cdf(found.frequency_per_year[regime]))
        assert chances[0] == pytest.approx(chances[1], abs=1e-9)


def test_a_rate_of_nearly_none_is_never_nothing() -> None:
    """The widest range has much of its probability next to 0; a hazard's rate stays above it."""
    found = rates(own((0.0, 1.0, 5.8)), 1000)
    assert found.min() >= LEAST_RATE_PER_YEAR
    floor = stats.gamma(0.101246).cdf(LEAST_RATE_PER_YEAR * 0.101246)
    assert np.mean(found == LEAST_RATE_PER_YEAR) == pytest.approx(floor, abs=4 * math.sqrt(floor / 1000))


# What is common, and what is not


def test_a_rate_group_has_one_factor_in_a_draw() -> None:
    """War over calm is the same number for all hazards of the group, and differs between draws and groups."""
    theatre = [h for h in map(recorded, ROWS) if h.rate_group == "slow_theatre"]
    other = [h for h in map(recorded, ROWS) if h.rate_group == "slow_other"]
    factors = []
    for found in draws([*theatre, *other], 20):
        ratio = [h.frequency_per_year["war"] / h.frequency_per_year["calm"] for h in found]
        assert ratio[: len(theatre)] == pytest.approx([ratio[0]] * len(theatre))
        factors.append((ratio[0], ratio[-1]))
    assert len({round(factor, 9) for pair in factors for factor in pair}) == 40


def test_a_factor_is_the_ratio_of_its_gammas() -> None:
    """That of slows in the theatre over the ratio of exposures is beta prime; its range is the note's, 4.8 to 23."""
    found = np.array([h.frequency_per_year["war"] / h.frequency_per_year["calm"] for h in cpc_slows(2000)])
    scaled = found * 30.893908 / 117.741610
    assert stats.kstest(scaled, stats.betaprime(16.5, 6.5).cdf).pvalue > 1e-3
    assert np.quantile(found, [0.05, 0.95]) == pytest.approx([4.8, 23], rel=0.1)


def test_hazards_are_drawn_independently() -> None:
    """Calm rates, durations and shares of two hazards of different groups have no rank correlation, nor among each."""
    pair = [CPC_SLOW, recorded(next(row for row in ROWS if (row["unit"], row["form"]) == ("bosporus", "slow")))]
    values = np.array(
        [
            [
                number
                for hazard in found
                for number in (hazard.frequency_per_year["calm"], hazard.duration_days.mean)  # type: ignore[union-attr]
            ]
            for found in draws(pair, 1000)
        ]
    )
    correlation = np.asarray(stats.spearmanr(values).statistic) - np.eye(4)
    assert np.abs(correlation).max() < 4 / math.sqrt(1000)


def test_a_hazard_beside_it_changes_no_draw() -> None:
    """Nor does its place in the list, nor another rate group."""
    alone = drawn_hazards([CPC_SLOW], GROUPS, seed=5, draw=2)
    both = drawn_hazards(
        [own((0.1, 0.2, 0.5)), CPC_SLOW], [*GROUPS[::-1], GROUPS[0].replace(id="more")], seed=5, draw=2
    )
    assert both[1:] == alone


def test_seed_and_number_make_the_draw() -> None:
    """The same give the same, another seed or number others."""
    hazards = [CPC_SLOW, HUB]
    first = drawn_hazards(hazards, GROUPS, seed=5, draw=2)
    assert first == drawn_hazards(hazards, GROUPS, seed=5, draw=2)
    for seed, draw in ((5, 3), (6, 2)):
        again = drawn_hazards(hazards, GROUPS, seed=seed, draw=draw)
        assert all(a.frequency_per_year != b.frequency_per_year for a, b in zip(first, again, strict=True))


def test_what_is_drawn_leaves_nothing_open() -> None:
    """Drawn again it stays as it is; what was not open is untouched."""
    drawn = drawn_hazards([CPC_SLOW, HUB], GROUPS, seed=5, draw=2)
    assert drawn_hazards(drawn, GROUPS, seed=5, draw=3) == drawn
    assert [hazard.name for hazard in drawn] == [CPC_SLOW.name, HUB.name]
    assert [hit.aim for hit in drawn[1].hits] == [hit.aim for hit in HUB.hits]


def test_fixed_durations_and_plain_shares_stay() -> None:
    """A posterior of the rate alone moves the rate alone."""
    hazard = own(0.5, posterior=Posterior(shape=2, calm_years=4), severity=cr.Uniform(low=0.1, high=0.3))
    (found,) = drawn_hazards([hazard], (), seed=1, draw=1)
    assert (found.duration_days, found.severity) == (hazard.duration_days, hazard.severity)
    assert stats.kstest(rates(hazard, 1000), stats.gamma(2, scale=1 / 4).cdf).pvalue > 1e-3


# Refusals


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rate_group": "slow"}, "rate group 'slow' is not among the network's rate groups"),
        ({"posterior": None}, "has no posterior that its factor could enter"),
        ({"frequency_per_year": 0.13}, r"frequency_per_year\.calm must be what posterior has on average"),
        ({"frequency_per_year": {"calm": 0.2, "war": 1.23}}, r"calm must be .* 0\.1272 \(got 0\.2\)"),
        ({"frequency_per_year": {"war": 1.23}}, "posterior needs rates of calm and war, or one for all regimes"),
        ({"posterior": {"shape": 9.253696, "calm_years": 35.51636, "war_years": 3.849418, "pooled_mean": 0.4}},
         "pooled_mean of its posterior needs durations"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(change: dict[str, Any], message: str) -> None:
    """Groups that are missing or have no use, rates that belie the posterior, and parts of it without use."""
    with pytest.raises(cr.DataError, match=message):
        drawn_hazards([CPC_SLOW.replace(**change)], GROUPS, seed=1, draw=0)


def test_durations_without_a_use_are_refused() -> None:
    """A fixed duration has no mean to draw."""
    hazard = own(0.5, posterior=Posterior(shape=2, calm_years=4, durations=5))
    with pytest.raises(cr.DataError, match="durations of its posterior needs a duration as"):
        drawn_hazards([hazard], (), seed=1, draw=0)
