"""Expectations at the edges: precision, overflow, unicode, several bad paths."""

from __future__ import annotations

from typing import Any

import pytest

import corridor as cr
from corridor.files.expectation import Expectation


@pytest.mark.parametrize("value", [121656.4, 1234567.5, 45.9512345678, -24903.24, 1e22, 2**53 - 1])
def test_a_number_is_expected_in_full(value: float) -> None:
    """A number is met by itself: it is not rounded to six digits on the way."""
    expectation = Expectation.parse("x", value)
    assert expectation.holds(float(value))
    assert not expectation.holds(value * (1 + 3e-6))


@pytest.mark.parametrize(
    "wanted", ["≈ 5", "3–5", "≥ 3", "≤ 3", "> −3", ">> 3", "> 3 < 5", "!= 3", "1_000", "0x10", "5...6", "1..", [], {}]
)
def test_what_has_no_meaning_here_is_refused(wanted: Any) -> None:
    """The message shows the forms there are, and what was got."""
    with pytest.raises(cr.DataError, match=r"expect x: must be like .* \(got "):
        Expectation.parse("x", wanted)


def test_a_negative_tolerance_is_told_as_such() -> None:
    """'10 +- -2' is no range that could ascend: the tolerance is what is wrong."""
    with pytest.raises(cr.DataError, match=r"expect x: .*(tolerance|\+-)"):
        Expectation.parse("x", "10 +- -2")


def shut(**expect: Any) -> cr.Scenario:
    """Return the CPC shut in 2021 with some expectations; dots written as two underscores."""
    told = {path.replace("__", "."): wanted for path, wanted in expect.items()}
    return cr.Scenario(name="it", network="caspian", year=2021, changes=[cr.Outage(corridor="cpc")], expect=told)


def test_a_utilisation_that_is_no_number_does_not_hold() -> None:
    """Nothing is available, so nothing can be expected of its share."""
    (verdict,) = cr.check(shut(corridors__cpc__utilisation="<= 1"))
    assert not verdict.holds


def test_nothing_expected_gives_no_verdicts() -> None:
    """An empty block is no failure."""
    assert cr.check(shut()) == ()


@pytest.mark.parametrize("thing", [None, "cpc-shut", cr.Outage(corridor="cpc")])
def test_what_is_no_scenario_is_refused(thing: Any) -> None:
    """A name is told to be loaded first, as solve() tells it."""
    with pytest.raises(cr.DataError, match="Scenario"):
        cr.check(thing)


def test_what_is_no_network_is_refused() -> None:
    """A network's name is not a network."""
    with pytest.raises(cr.DataError, match="Network"):
        cr.check(shut(shortfall_mtpa="> 1"), "caspian")  # type: ignore[arg-type]
