"""Bad transport years: bounds of rerouting, what rests on priors, fields, by arithmetic on small networks."""

from __future__ import annotations

import pandas as pd
import pytest

import corridor as cr
from corridor.risk.bad_year import (
    attributed,
    bounds,
    bounds_text,
    left_out_text,
    marked_states,
    prior_shares,
    prior_text,
    range_text,
    scope_text,
)
from helpers.parallel_routes import closes, hazard, ways

COLUMN = "oil_shortfall_mt"


def years(*hazards: cr.Hazard, n: int = 400, **more: object) -> cr.Ensemble:
    """Return years of two ways of 7 and 6 for 10 Mt/y, of which the cheaper is full."""
    return cr.simulate(ways(7, 6, hazards=hazards), years=n, seed=4, **more)  # type: ignore[arg-type]


def test_both_bounds_of_rerouting_are_quoted() -> None:
    """While the way of 7 is shut the other takes 6 instead of 3: 4 Mt/y are lost with other ways, 7 without."""
    ens = years(closes("cut", "w0", rate=2.0, days=50.0))
    share = ens.years["disturbed_days"].mean() / 365.0
    found = bounds(ens, COLUMN)["mean"]
    assert found["other ways at once, central rates"] == pytest.approx(4.0 * share)
    assert found["usual ways only, central rates"] == pytest.approx(7.0 * share)


def test_bounds_are_the_same_from_either_side() -> None:
    """Years without rerouting quote those with it, on the same draws."""
    cut = closes("cut", "w0", rate=2.0, days=50.0)
    pd.testing.assert_frame_equal(bounds(years(cut), COLUMN), bounds(years(cut, rerouting=False), COLUMN))


def test_fewer_years_tell_the_difference_of_the_bounds() -> None:
    """The shorter run alters the long one's mean by what differs in its own years: here by 7 - 4 of 4 in each."""
    ens = years(closes("cut", "w0", rate=2.0, days=50.0))
    short = ens.years["disturbed_days"].iloc[:100].mean() / 365.0
    found = bounds(ens, COLUMN, most_years=100)["mean"]
    expected = ens.years[COLUMN].mean() + 3.0 * short
    assert found["usual ways only, central rates"] == pytest.approx(expected)


def test_drawn_rates_stand_beside_central_ones() -> None:
    """Their range is that of the draws, in the table and in the sentence below it."""
    cut = closes("cut", "w0", rate=(0.5, 2.0, 5.0), days=50.0)
    ens = years(cut, n=600, rates="drawn", draws=6)
    row = ens.summary().loc[COLUMN]
    found = bounds(ens, COLUMN).loc["other ways at once, drawn rates"]
    assert found[["mean", "mean_low", "mean_high"]].tolist() == row[["mean", "mean_p05", "mean_p95"]].tolist()
    assert f"(luck) {row['luck']:.2g}, of the means of draws (ignorance) {row['ignorance']:.2g}" in bounds_text(
        ens, COLUMN
    )


def test_the_error_of_simulated_means_is_not_called_luck() -> None:
    """It shrinks with more years, while years go on to differ: luck is their standard deviation."""
    ens = years(closes("cut", "w0", rate=2.0, days=50.0))
    row = bounds(ens, COLUMN).loc["other ways at once, central rates"]
    assert row["range"] == "simulation: 400 years, 95 %"
    half = 1.96 * float(ens.years[COLUMN].std()) / 400**0.5
    assert row["mean_high"] - row["mean"] == pytest.approx(half, rel=0.02)


def test_one_shipper_is_not_promised_a_loss_between_the_bounds() -> None:
    """Others may take its place by the other ways."""
    text = bounds_text(years(closes("cut", "w0")), COLUMN)
    assert "What all shippers together lose lies between; what one of them loses need not" in text


def test_central_rates_say_what_their_range_lacks() -> None:
    """And how it is had."""
    text = bounds_text(years(closes("cut", "w0")), COLUMN, draw="--rates drawn")
    assert "No range here holds what the record leaves open of rates, durations and shares: --rates drawn does." in text


@pytest.mark.parametrize(("low", "text"), [(1.0, "2.00 (1.00 to 3.00)"), (float("nan"), "2.00")])
def test_a_range_that_is_not_known_is_not_printed(low: float, text: str) -> None:
    """Below 1 000 years a draw CVaR has none."""
    assert range_text({"cvar": 2.0, "cvar_low": low, "cvar_high": low + 2.0}, "cvar") == text


def test_shares_of_priors_follow_attribution() -> None:
    """Of what a prior and a hazard on record cost; where all is said."""
    ens = years(closes("old", "w0", rate=2.0, events=3), closes("new", "w1", rate=1.0, events=0))
    amounts = ens.attribution(COLUMN)["amount"]
    found = prior_shares(ens, COLUMN)
    assert found == pytest.approx((amounts["new"] / (amounts["new"] + amounts["old"]), 0.0))


def test_a_prior_alone_bears_all() -> None:
    """The sentence names it, with all of the average year and of the worst."""
    text = prior_text(years(closes("embargo", "w0", events=0)), COLUMN, "oil")
    assert text == (
        "On hazards without an event on record (priors) rest 100 % of oil in an average year, and 100 % in the worst "
        "5 % of years (embargo 100 %)."
    )


def test_hazards_of_which_nothing_is_said_are_no_priors() -> None:
    """Their events are empty, not 0."""
    assert prior_text(years(closes("cut", "w0")), COLUMN, "oil") == (
        "Whether the record holds events of these hazards is not said (their field events is empty)."
    )


def test_what_is_said_of_some_hazards_only_is_told_apart() -> None:
    """One prior, one of which nothing is said, on the same way equally often: some of each."""
    text = prior_text(years(closes("a", "w0", events=0), closes("b", "w0")), COLUMN, "oil")
    assert "it is not said whether the record holds an event" in text


def test_priors_are_marked_where_they_are_blamed() -> None:
    """In the table of hazards, and among the states."""
    ens = years(closes("embargo", "w0", events=0), closes("leak", "w1", events=2))
    assert {"embargo (prior: no event on record)", "leak"} <= set(attributed(ens, COLUMN, by="hazard").index)
    assert {"embargo (prior)", "leak"} <= set(marked_states(ens, most=9).index)


def test_a_state_says_which_of_a_hazards_members_are_struck() -> None:
    """The hazard alone where all are."""
    both = cr.Hazard(
        name="both", hits=[{"edge": "w0", "probability": 0.5}, {"edge": "w1"}], frequency_per_year=2, duration_days=20
    )
    assert {"both", "both (w1)"} <= set(marked_states(years(both), most=9).index)


def test_what_is_borne_in_an_average_and_in_the_worst_years_add_up() -> None:
    """To the mean and to the CVaR of years of which an undisturbed one loses nothing."""
    ens = years(closes("a", "w0", cause="war"), closes("b", "w1", cause={"order": 0.5, "weather": 0.5}))
    found = attributed(ens, COLUMN, by="cause", alpha=0.9)
    assert found["mean"].sum() == pytest.approx(ens.years[COLUMN].mean())
    assert found["tail"].sum() == pytest.approx(ens.cvar(COLUMN, 0.9))


def test_fields_that_fail_are_told_apart_from_transport() -> None:
    """A field offers 3 Mt/y less for a while: missing in what is delivered, and no part of what is not lifted."""
    ens = years(hazard("field down", cr.SupplyShock(node="field", add_mtpa=-3.0), rate=2.0, days=40.0))
    lost = 3.0 * ens.years["disturbed_days"].mean() / 365.0
    text = scope_text(ens, "oil")
    assert "Fields fail too, and their hazards are in (field down)" in text
    assert f"{lost:.2f} Mt in an average year, is missing in what is delivered" in text
    assert ens.years[COLUMN].max() == 0.0


def test_years_without_hazards_of_fields_say_so() -> None:
    """A bad transport year is not the worst there is."""
    assert left_out_text(years(closes("cut", "w0"))).startswith(
        "A bad transport year is not the worst there is: fields fail too, and no hazard of a field is in."
    )
