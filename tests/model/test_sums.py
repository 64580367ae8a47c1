"""Scenarios and changes add up, and one value stands for a list of one."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pandas as pd
import pytest

import corridor as cr

SHUT = cr.Outage(corridor="cpc")
DEAR = cr.TariffShock(edge="btc", add_usd_per_t=10)
LATE = cr.Delay(edge="btc", add_days=3)


def test_one_change_is_a_list_of_one() -> None:
    """A scenario of a change equals the scenario of the list that holds it."""
    assert cr.Scenario(name="shut", changes=SHUT) == cr.Scenario(name="shut", changes=[SHUT])
    assert cr.Scenario(name="shut", changes=SHUT, sources="me").sources == ("me",)


def test_a_hazard_and_an_event_take_one_change() -> None:
    """As scenarios do."""
    assert cr.Hazard(name="h", changes=SHUT, frequency_per_year=1, duration_days=3).changes == (SHUT,)
    assert cr.Event(name="e", changes=SHUT, start="2022-03-01", end="2022-04-01").changes == (SHUT,)


def test_a_scenario_and_a_change_add_up() -> None:
    """In either order; network and year are the scenario's."""
    scenario = cr.Scenario(name="shut", network="caspian", year=2024, changes=[SHUT])
    both = scenario + DEAR
    assert both.changes == (SHUT, DEAR)
    assert (both.network, both.year) == ("caspian", 2024)
    assert both.name == "shut + TariffShock(edge='btc', add_usd_per_t=10.0)"
    assert (DEAR + scenario).changes == (DEAR, SHUT)


def test_two_changes_add_up_to_a_scenario() -> None:
    """Named after both."""
    both = SHUT + DEAR
    assert both == cr.Scenario(name=f"{SHUT} + {DEAR}", changes=[SHUT, DEAR])


def test_a_sum_is_what_pluses_give() -> None:
    """Of changes, of scenarios, and of both mixed, in every order."""
    parts = [cr.Scenario(name="shut", changes=SHUT), DEAR, LATE]
    for order in itertools.permutations(parts):
        assert sum(order) == order[0] + order[1] + order[2]
        assert {*sum(order).changes} == {SHUT, DEAR, LATE}
    assert sum([parts[0]]) is parts[0]
    assert sum([SHUT]) == cr.Scenario(name=str(SHUT), changes=SHUT)


@pytest.mark.parametrize("other", [1, "cpc-shut", None, False + 2])
def test_nothing_else_adds_up(other: object) -> None:
    """A type error, as Python has it."""
    for part in (SHUT, cr.Scenario(name="shut", changes=SHUT)):
        with pytest.raises(TypeError, match="unsupported operand"):
            part + other  # type: ignore[operator]
        with pytest.raises(TypeError, match=r"unsupported operand|can only concatenate"):
            other + part  # type: ignore[operator]


def test_changes_add_up_before_any_scenario_was_made() -> None:
    """In a fresh interpreter that has asked for changes only."""
    code = "import corridor as cr; print(len((cr.Outage(edge='a') + cr.Outage(edge='b')).changes))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "2\n"


def test_studies_take_one_scenario_and_one_corridor() -> None:
    """As they take a list that holds it."""
    net, shut = cr.load("caspian", 2021), cr.load_scenario("cpc-shut")
    pd.testing.assert_frame_equal(cr.compare(net, shut, corridors="btc"), cr.compare(net, [shut], corridors=["btc"]))
    pd.testing.assert_frame_equal(cr.outcomes(net, shut), cr.outcomes(net, [shut]))


def test_a_part_may_be_one_record() -> None:
    """In `replace`."""
    net = cr.load("caspian", 2024)
    assert net.replace(hazards=net.hazards[0]).hazards == net.hazards[:1]


def test_solving_without_strictness_passes_over_what_alters_nothing() -> None:
    """Opening an edge in service is an error, unless it is one step of a loop."""
    net = cr.load("caspian", 2024)
    idle = cr.Scenario(name="open", changes=cr.Opening(edge="btc"))
    with pytest.raises(cr.DataError, match="has no effect"):
        cr.solve(net, idle)
    assert cr.solve(net, idle, strict=False).objective == cr.solve(net).objective
