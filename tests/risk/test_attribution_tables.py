"""Amounts of hazards by hazard, cause, place and record, against sums by hand."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import corridor as cr
from corridor.risk.attribution_tables import PRIOR, marked, record_of, shared_out
from helpers.parallel_routes import closes, ways

AMOUNTS = np.array([8.0, 2.0, -1.0])


def three() -> list[cr.Hazard]:
    """Return a hazard of two causes with events, a prior without a cause, and one of which little is said."""
    return [
        closes("pipe", "w0", cause={"war": 0.25, "technical": 0.75}, place="RUS", events=8),
        closes("sea", "w0", place="RUS", events=0),
        closes("rail", "w0", cause="war"),
    ]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("hazard", {"pipe": 8.0, "sea": 2.0, "rail": -1.0}),
        ("cause", {"technical": 6.0, "no cause named": 2.0, "war": 1.0}),
        ("place", {"RUS": 10.0, "no country named": -1.0}),
        ("prior", {"events on record": 8.0, PRIOR: 2.0, "events not said": -1.0}),
    ],
)
def test_amounts_are_shared_out(by: str, expected: dict[str, float]) -> None:
    """A hazard's amount goes to its causes by their shares, to its country, to what is on record; largest first."""
    found = shared_out(three(), AMOUNTS, by=by)["amount"]
    assert found.to_dict() == pytest.approx(expected)
    assert list(found.index) == list(expected)


@pytest.mark.parametrize("by", ["hazard", "cause", "place", "prior"])
def test_shares_are_of_all_that_hazards_changed(by: str) -> None:
    """Amounts add up to 9, shares to 1."""
    found = shared_out(three(), AMOUNTS, by=by)
    assert (found["share"] * 9.0).tolist() == pytest.approx(found["amount"].tolist())


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("hazard", {"pipe": 0.0, "sea": 1.0, "rail": math.nan}),
        ("place", {"RUS": 0.2, "no country named": math.nan}),
        ("cause", {"technical": 0.0, "no cause named": 1.0, "war": 0.0}),
    ],
)
def test_what_rests_on_priors_is_told(by: str, expected: dict[str, float]) -> None:
    """Of 10 Mt in Russia 2 are those of a hazard that never happened; empty where nothing is said of events."""
    found = shared_out(three(), AMOUNTS, by=by)["prior_share"]
    assert found[list(expected)].tolist() == pytest.approx(list(expected.values()), nan_ok=True)


def test_shares_of_priors_count_sizes() -> None:
    """A gain by a prior does not hide a loss by what is on record: 1 of 4 in size."""
    found = shared_out(three()[:2], np.array([3.0, -1.0]), by="place")
    assert found["prior_share"].tolist() == [0.25]


def test_a_hazard_says_how_many_events_are_on_record() -> None:
    """In a number, and in words that mark a prior."""
    found = shared_out(three(), AMOUNTS, by="hazard")
    assert found["events"].tolist() == pytest.approx([8.0, 0.0, math.nan], nan_ok=True)
    assert found["record"].tolist() == ["8 events on record", PRIOR, ""]


@pytest.mark.parametrize(
    ("events", "text"), [(None, ""), (0, PRIOR), (1, "1 event on record"), (2, "2 events on record")]
)
def test_the_record_in_words(events: int | None, text: str) -> None:
    """None is not said, 0 a prior."""
    assert record_of(closes("a", "w0", events=events)) == text


@pytest.mark.parametrize(("events", "name"), [(None, "a"), (3, "a"), (0, "a (prior: no event on record)")])
def test_only_a_prior_is_marked(events: int | None, name: str) -> None:
    """By the name that tables and pages show."""
    assert marked(closes("a", "w0", events=events)) == name


def test_shares_of_causes_add_up_to_the_whole() -> None:
    """Shares are given to three digits; the amounts still add up."""
    third = closes("a", "w0", cause={"war": 0.333, "order": 0.333, "technical": 0.333})
    assert shared_out([third], np.array([3.0]), by="cause")["amount"].tolist() == pytest.approx([1.0, 1.0, 1.0])


def test_nothing_changed_has_no_shares() -> None:
    """Hazards that cost nothing bear 0, of 0, and rest on nothing."""
    found = shared_out(three(), np.zeros(3), by="hazard")
    assert found["share"].tolist() == [0.0, 0.0, 0.0]
    assert found["prior_share"].isna().all()


def of_two_members(**more: Any) -> cr.Network:
    """Return three full ways; one hazard strikes two of them, each by a probability, the other the third."""
    both: dict[str, Any] = {"name": "both", "hits": [{"edge": "w0", "probability": 0.6}, {"edge": "w1"}]}
    return ways(
        4, 3, 5,
        hazards=[
            cr.Hazard(**both, frequency_per_year=4.0, duration_days=40.0, **more),
            closes("other", "w1", "w2", rate=4.0, days=40.0),
        ],
    )  # fmt: skip


def test_what_one_hazard_strikes_is_one_player() -> None:
    """By permutations of hazards, each bringing all that it strikes: not by members."""
    ens = cr.simulate(of_two_members(), years=600, seed=3)
    struck = {"both (w0)": "w0", "both (w1)": "w1", "other": ["w1", "w2"]}

    def short(members: tuple[str, ...]) -> float:
        edges = {edge for member in members for edge in np.atleast_1d(struck[member]).tolist()}
        left = sum(capacity for edge, capacity in {"w0": 4.0, "w1": 3.0, "w2": 5.0}.items() if edge not in edges)
        return max(0.0, 10.0 - left)

    expected = dict.fromkeys(("both", "other"), 0.0)
    for members, days in zip(ens.states["hazards"], ens.states["days_per_year"], strict=True):
        players = {name: tuple(m for m in members if m.split(" (")[0] == name) for name in expected}
        present = [name for name, own in players.items() if own]
        orders = list(itertools.permutations(present))
        for order in orders:
            for at, name in enumerate(order):
                before, after = (tuple(m for n in order[:end] for m in players[n]) for end in (at, at + 1))
                expected[name] += (short(after) - short(before)) * days / 365.0 / len(orders)
    assert ens.attribution()["amount"][list(expected)].tolist() == pytest.approx(list(expected.values()))


def test_drawn_shares_are_split_by_what_they_cost_on_average() -> None:
    """Half of what both cost together would be borne by the first if all were taken.

    Two ways of 6 for 10 Mt/y: one loses a share u of 0 to 1, the other all. Alone they cost max(0, 6u - 2) and 4,
    together 4 + 6u, so of 7 on average the first bears (4/3 + 3)/2.
    """
    hazards = [
        closes("part", "w0", rate=6.0, days=40.0, severity=cr.Uniform(low=0.0, high=1.0)),
        closes("all", "w1", rate=6.0, days=40.0),
    ]
    ens = cr.simulate(ways(6, 6, hazards=hazards), years=2000, seed=2)
    lost = {tuple(row.hazards): row.days_per_year * row.shortfall_mtpa / 365.0 for row in ens.states.itertuples()}
    expected = lost["part",] + lost["part", "all"] * (4 / 3 + 3) / 2 / 7
    assert ens.attribution()["amount"]["part"] == pytest.approx(expected, rel=0.01)
