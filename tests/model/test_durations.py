"""How long a scenario lasts: said, by its dates, or the mean of its law."""

from __future__ import annotations

import datetime as dt
import pickle
from pathlib import Path

import pytest

import corridor as cr
from helpers.small_networks import edge, network

OUT = cr.Outage(edge="a")
GOOD = "name: s\nchanges: [outage: {edge: a}]\n"


def lasting(days: float | None, name: str = "s") -> cr.Scenario:
    """Return a scenario of so many days."""
    return cr.Scenario(name=name, changes=[OUT], duration_days=days)


@pytest.mark.parametrize(
    ("made", "days"),
    [
        (lasting(30), 30.0),
        (lasting(None), None),
        (cr.Event(name="e", changes=[OUT], start=dt.date(2022, 3, 28), end=dt.date(2022, 4, 23)), 26.0),
        (cr.Hazard(name="h", changes=[OUT], frequency_per_year=1, duration_days=30), 30.0),
    ],
)
def test_a_scenario_knows_how_long_it_lasts(made: cr.Scenario, days: float | None) -> None:
    """A scenario if it says so, an event by its dates, a hazard on average."""
    assert made.mean_duration_days == days


@pytest.mark.parametrize(
    ("a", "b", "days"), [(30, None, 30), (None, 6, 6), (6, 6, 6), (30, 6, None), (None, None, None)]
)
def test_durations_add_up_where_they_agree(a: float | None, b: float | None, days: float | None) -> None:
    """None agrees with anything; two that differ give none, in either order."""
    assert (lasting(a, "a") + lasting(b, "b")).duration_days == days
    assert (lasting(b, "b") + lasting(a, "a")).duration_days == days


def test_durations_that_differ_stay_none_and_are_told() -> None:
    """A third does not settle what two disagree about; the flow says why there is no amount."""
    total = lasting(30, "a") + lasting(6, "b") + lasting(30, "c")
    assert total.duration_days is None
    net = network(edge("a"))
    note = "Durations of what is added up in 'a + b + c' differ (6 and 30 days): none is taken."
    assert total.apply(net).notes == (note,)
    assert pickle.loads(pickle.dumps(total)).apply(net).notes == (note,)


@pytest.mark.parametrize("days", [0, -1, float("nan")])
def test_a_duration_is_more_than_nothing(days: float) -> None:
    """Of no days there is no amount."""
    with pytest.raises(cr.DataError, match="duration_days must be"):
        lasting(days)


def test_an_event_has_no_duration_beside_its_dates(tmp_path: Path) -> None:
    """Neither in Python nor in a file."""
    with pytest.raises(cr.DataError, match=r"an event lasts from start until end \(got duration_days=3\)"):
        cr.Event(name="e", changes=[OUT], start=dt.date(2022, 1, 1), end=dt.date(2022, 1, 2), duration_days=3)
    file = tmp_path / "s.yaml"
    file.write_text(GOOD + "from: 2022-01-01\nuntil: 2022-01-04\nduration_days: 3\n", encoding="utf-8")
    with pytest.raises(cr.DataError, match=r"s.yaml:5:16: an event lasts .*leave duration_days out, or the dates"):
        cr.load_scenario(file)


def test_a_duration_alone_makes_a_scenario(tmp_path: Path) -> None:
    """It is written and read again; only a law of durations needs a frequency."""
    file = tmp_path / "s.yaml"
    cr.save_scenario(lasting(12.5), file)
    read = cr.load_scenario(file)
    assert type(read) is cr.Scenario
    assert read == lasting(12.5)
    file.write_text(GOOD + "duration_days: {median: 3, sigma: 1}\n", encoding="utf-8")
    with pytest.raises(cr.DataError, match="frequency_per_year is missing"):
        cr.load_scenario(file)


def test_shipped_durations_are_sourced() -> None:
    """Each that has one names its days in its sources, or its dates: 29 November to 15 January are 47 days."""
    days = {name: cr.load_scenario(name).mean_duration_days for name in cr.scenarios()}
    assert {name: length for name, length in days.items() if length is not None} == {
        "cpc-court-order-2022": 30, "cpc-moorings-damaged": 26, "druzhba-south-halted": 6, "ceyhan-closed": 6,
        "cpc-pro-rata": 26, "cpc-one-mooring-left": 47, "druzhba-south-and-germany-halted": 109, "hormuz-shut": 152,
        "majors-under-sanctions": 111,
    }  # fmt: skip
    assert isinstance(cr.load_scenario("cpc-court-order-2022"), cr.Hazard)
