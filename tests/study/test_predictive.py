"""Years of the hazard method beside the years of the record, counted by one rule."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import numpy as np
import pytest

import corridor as cr
from corridor.library.interruptions import Interruption, interruption_record
from corridor.study import predictive
from corridor.study.hazard_fit import HazardFit
from corridor.study.predictive import observed_years, predicted_years


def interruption(**fields: object) -> Interruption:
    """Return an interruption of the CPC by a fault, counted."""
    given = {
        "id": "X", "asset": "cpc", "country": "RUS", "start": dt.date(2023, 3, 1), "duration_days": 2.0,
        "severity": 0.5, "fraction_of": "capacity", "kind": "technical", "group": "x", "counted": True, "reason": "",
    }  # fmt: skip
    return Interruption(**(given | fields))  # type: ignore[arg-type]


def seen(monkeypatch: pytest.MonkeyPatch, *rows: Interruption, first: int = 2023, last: int = 2024) -> dict[str, list]:
    """Return columns of what some rows come to."""
    record = dataclasses.replace(interruption_record(), interruptions=rows)
    monkeypatch.setattr(predictive, "interruption_record", lambda: record)
    return observed_years(first, last).to_dict("list")


def test_shares_that_meet_are_added_and_take_all_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two days at 0.5, of which one with another 0.8: 0.5 + 1 full-loss days; two names are two shocks."""
    found = seen(
        monkeypatch,
        interruption(),
        interruption(group="y", severity=0.8, start=dt.date(2023, 3, 2), duration_days=1.0),
    )
    assert found["loss_days"] == pytest.approx([1.5, 0])
    assert found["shocks"] == [2, 0]


def test_what_runs_past_the_year_counts_in_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of four days from 30 December two belong to each year; the shock to that in which it begins."""
    found = seen(monkeypatch, interruption(start=dt.date(2023, 12, 30), duration_days=4.0, severity=1.0))
    assert found["loss_days"] == pytest.approx([2, 2])
    assert found["shocks"] == [1, 0]


def test_a_row_without_length_counts_half_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins and ends on one day."""
    found = seen(monkeypatch, interruption(duration_days=0.0, severity=1.0))
    assert found["loss_days"] == pytest.approx([0.5, 0])


def test_the_worst_route_is_told_and_idle_lines_fields_and_uncounted_rows_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One shock that strikes two routes is two; what is idle today, a field or not counted is none."""
    found = seen(
        monkeypatch,
        interruption(),
        interruption(asset="btc", duration_days=6.0),
        interruption(asset="baku_supsa", duration_days=60.0),
        interruption(asset="tengiz", duration_days=60.0),
        interruption(counted=False, reason="threat", duration_days=60.0),
    )
    assert found["worst_route"][0] == "btc"
    assert found["worst_route_days"] == pytest.approx([3, 0])
    assert found["loss_days"] == pytest.approx([4, 0])
    assert found["shocks"] == [2, 0]


def test_the_record_of_the_war_is_that_of_the_evidence() -> None:
    """Shocks, full-loss days and worst route of 2022 to 2025 as an independent program counted them."""
    found = observed_years()
    assert found["shocks"].tolist() == [12, 12, 9, 25]
    assert found["loss_days"].tolist() == pytest.approx([69.5, 27.85, 24.4, 93.3], abs=0.05)
    assert found["worst_route_days"].tolist() == pytest.approx([48.85, 11.55, 8.0, 32.4], abs=0.05)


def shares_of_time(fit: HazardFit, regime: str, members: dict[str, float]) -> tuple[float, float]:
    """Return shocks and full-loss days a year at central rates, overlaps counted twice: closed forms."""
    shocks = days = 0.0
    for rate in fit.rates:
        per_year = rate.war_per_year if regime == "war" else rate.calm_per_year
        n = members.get(getattr(rate.unit, "id", ""), 0.0)
        mu = math.log(rate.median_days)
        z = (math.log(365) - mu) / rate.sigma

        def below(x: float) -> float:
            return 0.5 * math.erfc(-x / math.sqrt(2))

        cut = rate.mean_days * below(z - rate.sigma) + 365 * (1 - below(z))
        shocks += n * per_year
        days += n * per_year * cut * (rate.complete + (1 - rate.complete) * rate.mean_share)
    return shocks, days


BUSY = {
    "cpc": 1, "btc": 1, "druzhba_north": 1, "druzhba_south": 1, "novorossiysk": 1, "ust_luga": 1, "bosporus": 1,
    "georgia_rail": 1, "aktau_alat_sea": 1, "northern_corridor_rail": 1, "china_kaz_rail": 1, "suez": 1, "batumi": 1,
    "btk": 1, "atyrau_samara": 1, "kaz_china_pipeline": 1, "roadstead": 2, "georgia": 1, "all_russia": 6,
    "hub": 6.5 / 7 + 5.5 / 7 + 2.5 / 6,
}  # fmt: skip
"""How many busy routes a shock of each unit strikes on average."""


@pytest.fixture(scope="module")
def fitted_to_all() -> HazardFit:
    """Return the method on the whole record."""
    return HazardFit(interruption_record(), dt.date(2025, 12, 31))


def test_calm_years_have_the_means_of_closed_forms(fitted_to_all: HazardFit) -> None:
    """Rates drawn centre on their points but for a few percent, and calm shocks hardly meet."""
    years = predicted_years(regime="calm", years=4000, seed=3)
    shocks, days = shares_of_time(fitted_to_all, "calm", BUSY)
    error = years.std() / math.sqrt(len(years))
    assert years["shocks"].mean() == pytest.approx(shocks, abs=4 * error["shocks"] + 0.04 * shocks)
    assert years["loss_days"].mean() == pytest.approx(days, abs=4 * error["loss_days"] + 0.04 * days)


def test_years_of_the_war_are_spread_as_in_the_evidence() -> None:
    """5, 50 and 95 % of shocks, full-loss days and worst route, as an independent program found them.

    It joins shares that meet as a product, so that its mildest years have a little less.
    """
    points = predicted_years(years=4000, seed=5).quantile([0.05, 0.5, 0.95])
    assert points["shocks"].tolist() == pytest.approx([9, 17, 29], abs=1)
    assert points["loss_days"].tolist() == pytest.approx([9, 37, 164], abs=3, rel=0.15)
    assert points["worst_route_days"].tolist() == pytest.approx([4, 15, 91], rel=0.15)


def test_fitted_to_2021_the_war_was_not_foreseen() -> None:
    """Without a year of war its rates are those of calm years: one or two shocks, where 9 to 25 came."""
    years = predicted_years("2021-12-31", years=2000)
    assert years["shocks"].quantile([0.05, 0.5, 0.95]).tolist() == pytest.approx([0, 1, 5], abs=1)
    assert years["loss_days"].mean() == pytest.approx(13, rel=0.25)
    assert (years["shocks"] < observed_years()["shocks"].min()).mean() > 0.99


def test_the_same_seed_gives_the_same_years() -> None:
    """And another seed others."""
    one, same, other = (predicted_years(years=50, seed=seed) for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


def test_no_route_loses_more_than_the_year() -> None:
    """However many shocks meet."""
    years = predicted_years(years=1000)
    assert (years["worst_route_days"] <= 365).all()
    assert (years["loss_days"] <= 16 * years["worst_route_days"] + 1e-9).all()
    assert np.isfinite(years.to_numpy()).all()
    assert (years >= 0).all(axis=None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"years": 0}, "years must be a whole number of at least 1"),
        ({"regime": "full"}, "regime"),
        ({"until": "2020-12-31"}, "until must be"),
    ],
)
def test_bad_arguments_are_told(arguments: dict[str, object], message: str) -> None:
    """By one error of the library."""
    with pytest.raises(cr.CorridorError, match=message):
        predicted_years(**arguments)  # type: ignore[arg-type]
