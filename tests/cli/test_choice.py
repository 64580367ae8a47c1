"""`--choice cheapest`: shippers that choose take the cheapest way where it is asked for."""

from __future__ import annotations

import pytest

from helpers.commands import run

FREIGHT = ("--network", "caspian_freight", "--year", "2024")


def test_simulated_years_of_shippers_that_choose_ask_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    """The message names what to ask for."""
    code, _, said = run(capsys, "simulate", *FREIGHT, "--years", "3", "--quiet")
    assert (code, "choice='cheapest'" in said) == (2, True)


def test_the_cheapest_way_takes_all(capsys: pytest.CaptureFixture[str]) -> None:
    """No choices are printed of it: a head alone."""
    code, out, _ = run(capsys, "solve", *FREIGHT, "--choice", "cheapest", "--table", "choices", "--format", "csv")
    assert (code, len(out.splitlines())) == (0, 1)
