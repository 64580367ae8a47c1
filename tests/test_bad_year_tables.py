"""The tables beside notebook 4, too slow to be made in a test, are what their script makes."""

from __future__ import annotations

import math
import runpy
from pathlib import Path

import pandas as pd
import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SCRIPT = runpy.run_path(str(EXAMPLES / "bad_year_draws.py"))
DRAWS = pd.read_csv(EXAMPLES / "bad_year_draws.csv", index_col="case")
OFTEN = pd.read_csv(EXAMPLES / "bad_year_exceedance.csv", index_col="level")


def test_each_case_has_its_row() -> None:
    """With the draws that the script takes, a thousand years each; what is quoted rests on 1,000."""
    assert list(DRAWS.index) == list(SCRIPT["CASES"])
    assert DRAWS["draws"].tolist() == [case["draws"] for case in SCRIPT["CASES"].values()]
    assert (DRAWS["years_per_draw"] == SCRIPT["YEARS_PER_DRAW"]).all()
    assert DRAWS.loc[["war", "war, usual ways only", "calm"], "draws"].tolist() == [1000] * 3


@pytest.mark.parametrize("case", DRAWS.index)
def test_stored_means_are_those_of_a_small_run_now(case: str) -> None:
    """Twenty draws on another seed lie within four standard errors, of ignorance and of luck, of the stored mean."""
    stored, draws, years = DRAWS.loc[case], 20, 100
    found = SCRIPT["simulated"](case, draws=draws, years=draws * years, seed=11, progress=False)
    error = math.sqrt(stored["ignorance"] ** 2 / draws + stored["luck"] ** 2 / (draws * years))
    assert found.years[SCRIPT["LOST"]].mean() == pytest.approx(stored["mean"], abs=4 * error)


def test_the_script_makes_the_columns_that_are_stored() -> None:
    """In their order."""
    row = SCRIPT["row"](SCRIPT["simulated"]("calm", draws=2, progress=False))
    assert list(row) == list(DRAWS.columns)


def test_how_often_agrees_with_the_summary() -> None:
    """A year in twenty is worse than the 95 % point of the first case, a year in two than its median."""
    war = DRAWS.iloc[0]
    at = OFTEN["return_period_years"]
    assert at.sub(20).abs().idxmin() == pytest.approx(war["p95"], rel=1e-3)
    assert at.sub(2).abs().idxmin() == pytest.approx(war["p50"], rel=1e-3)
    assert OFTEN["chance"].is_monotonic_decreasing
    assert (OFTEN["chance"] * at).to_numpy() == pytest.approx(1.0, rel=1e-4)


def test_usual_ways_only_is_the_worse_bound_and_calm_the_milder_regime() -> None:
    """Of the same network, seed and draws."""
    mean = DRAWS["mean"]
    assert mean["war"] < mean["war, usual ways only"]
    assert mean["calm"] < mean["half war, half calm"] < mean["war, first 100 draws"]
