"""Rates, durations and shares from counts: against closed forms and independent sums."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from corridor.risk import rates
from corridor.risk.rate_draws import OpenRate, RateRanges, rate_ranges

OPEN = OpenRate(
    shape=4.0, prior_years=5.0, calm_years=10.0, war_years=3.0, group=None, factor=2.0, mean_days=6.0, sigma=1.2,
    durations=None, complete=1.0, mean_share=0.3, largest_share=0.6,
)  # fmt: skip
SCATTER = rates.ShareScatter(mean=0.4, variance=0.08, freedom=7.0, concentration=2.0, least=0.5)
RATIO = rates.RegimeRatio(calm_events=4, calm_years=85.0, war_events=12, war_years=31.0)
ENDS = [0.05, 0.95]


def drawn(
    rate: OpenRate, groups: Mapping[str, rates.RegimeRatio] | None = None, *, complete: tuple[float, float] = (3.0, 2.0)
) -> RateRanges:
    """Return the ranges of one rate by 200 000 draws."""
    return rate_ranges([rate], groups or {}, SCATTER, complete, draws=200_000)[0]


def test_the_largest_shape_is_taken_where_counts_scatter_too_little() -> None:
    """Equal counts have in effect one pooled rate."""
    shape, years = rates.fit_gamma_prior([5, 5, 5], [10.0] * 3, most_shape=1000.0)
    assert shape == 1000.0
    assert shape / years == pytest.approx(0.5)


def test_a_largest_shape_that_is_not_reached_changes_nothing() -> None:
    """Scattered counts keep their likeliest prior."""
    counts, years = [0, 12, 3, 1, 7, 0, 25], [10.0, 12.0, 8.0, 20.0, 9.0, 5.0, 11.0]
    assert rates.fit_gamma_prior(counts, years, most_shape=1000.0) == pytest.approx(
        rates.fit_gamma_prior(counts, years)
    )


def test_noticed_is_a_share() -> None:
    """More short ones before than since is chance: at most 1."""
    assert rates.noticed_share(20, 2, 10, 10) == 1.0


def test_exposure_counts_in_full_where_all_was_noticed() -> None:
    """Whatever the lengths."""
    assert rates.exposure_weight(7, 9, 1.0) == 1.0


def test_a_regime_without_years_has_no_ratio() -> None:
    """Before the war the factor is 1."""
    assert replace(RATIO, war_events=0, war_years=0.0).factor == 1.0


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.floats(0.1, 100), st.floats(0.01, 0.99)), min_size=8, max_size=20
    ).filter(lambda rows: len({unit for unit, _, _ in rows}) < len(rows) - 2)
)
def test_the_scatter_of_shares_is_the_pooled_weighted_variance(rows: list[tuple[str, float, float]]) -> None:
    """Sums over all pairs within a unit, which need no mean, give the same variance; freedom likewise."""
    units, days, shares = zip(*rows, strict=True)
    if len(set(shares)) < 4:
        return
    scatter = pair_weight = freedom = 0.0
    for unit in set(units):
        of_unit = [(d, y) for u, d, y in rows if u == unit]
        total = sum(d for d, _ in of_unit)
        pairs = [(d * e, (y - z) ** 2) for i, (d, y) in enumerate(of_unit) for e, z in of_unit[:i]]
        scatter += sum(w * square for w, square in pairs) / total
        pair_weight += 2 * sum(w for w, _ in pairs) / total
        freedom += total**2 / sum(d * d for d, _ in of_unit) - 1
    found = rates.share_scatter(units, days, shares)
    assert found.variance == pytest.approx(scatter / pair_weight, rel=1e-6, abs=1e-12)
    assert found.freedom == pytest.approx(freedom, rel=1e-6, abs=1e-9)
    assert found.mean == pytest.approx(np.average(shares, weights=days))


def test_the_concentration_has_a_least() -> None:
    """Shares at both ends scatter more than any beta of concentration 0.5 would."""
    assert rates.share_scatter("aaaa", [1.0] * 4, [0.0, 1.0, 0.0, 1.0], least=0.5).concentration == 0.5


# Joint draws


def test_a_fixed_factor_leaves_a_gamma() -> None:
    """Calm and war rates are gammas in a fixed ratio."""
    ranges = drawn(OPEN)
    calm = stats.gamma(4.0, scale=1 / 21.0).ppf(ENDS)
    assert ranges.calm_per_year == pytest.approx(calm, rel=0.01)
    assert ranges.war_per_year == pytest.approx(2 * calm, rel=0.01)


def test_a_group_without_calm_exposure_leaves_the_war_rate_a_gamma() -> None:
    """The factor cancels: war rate = gamma(shape) / war years; the calm one is that over a ratio of gammas."""
    ranges = drawn(replace(OPEN, prior_years=0.0, calm_years=0.0, group="a"), {"a": RATIO})
    assert ranges.war_per_year == pytest.approx(stats.gamma(4.0, scale=1 / 3.0).ppf(ENDS), rel=0.01)


def test_a_group_without_war_exposure_shares_its_factor() -> None:
    """War rate = factor x calm rate: of a calm rate known for sure the range is that of an F distribution."""
    ranges = drawn(replace(OPEN, shape=1e8, prior_years=1e8, war_years=0.0, group="a"), {"a": RATIO})
    factor = RATIO.factor * stats.f(2 * 12.5, 2 * 4.5).ppf(ENDS)
    assert ranges.war_per_year == pytest.approx(factor, rel=0.02)
    assert ranges.calm_per_year == pytest.approx((1.0, 1.0), rel=1e-3)


def test_loss_days_of_a_fixed_duration_are_the_rate_times_it() -> None:
    """Where neither duration nor share is open."""
    ranges = drawn(OPEN)
    assert ranges.calm_loss_days == pytest.approx([6.0 * rate for rate in ranges.calm_per_year])


def test_a_mean_duration_is_lognormal_about_its_centre() -> None:
    """Of a rate known for sure: D exp(c z - c^2/2), c^2 = ln(1 + (exp(sigma^2) - 1)/durations)."""
    ranges = drawn(replace(OPEN, shape=1e8, prior_years=1e8, war_years=0.0, durations=5.0))
    c = math.sqrt(math.log(1 + (math.exp(1.2**2) - 1) / 5.0))
    expected = [6.0 * math.exp(c * z - c * c / 2) for z in stats.norm.ppf(ENDS)]
    assert ranges.calm_loss_days == pytest.approx(expected, rel=0.01)


def test_how_many_are_complete_is_a_beta_common_to_all() -> None:
    """Loss = rate x D x (p + (1 - p) share), p by its beta."""
    ranges = drawn(replace(OPEN, shape=1e8, prior_years=1e8, war_years=0.0, complete=0.6))
    p = stats.beta(3.0, 2.0).ppf(ENDS)
    assert ranges.calm_loss_days == pytest.approx(6.0 * (p + (1 - p) * 0.3), rel=0.01)


def test_a_mean_share_is_normal_by_a_scaled_chi_square() -> None:
    """Against 100 000 draws of another seed, drawn one step after the other as the formula reads."""
    ranges = drawn(replace(OPEN, shape=1e8, prior_years=1e8, war_years=0.0, complete=0.0, durations=5.0, sigma=1e-6))
    rng = np.random.default_rng(99)
    spread = 0.4 * 0.6
    kappa = np.maximum(0.5, spread / (0.08 * 7.0 / rng.chisquare(7.0, 100_000)) - 1)
    x = 0.5 + rng.standard_normal(100_000) * np.sqrt(spread / (1 + kappa) / 5.0)
    expected = np.quantile(6.0 * 0.6 * x.clip(0.05, 0.95), ENDS)
    assert ranges.calm_loss_days == pytest.approx(expected, rel=0.02)


def test_the_same_draws_give_the_same_ranges() -> None:
    """And others others."""
    arguments = ([OPEN], {"a": RATIO}, SCATTER, (3.0, 2.0))
    assert rate_ranges(*arguments, draws=2000) == rate_ranges(*arguments, draws=2000)
    assert rate_ranges(*arguments, draws=2000) != rate_ranges(*arguments, draws=2000, seed=18)
