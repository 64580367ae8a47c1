"""The largest share among a Poisson number of events, and what they struck: densities integrated, events enumerated."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

import corridor as cr
from corridor.risk.worst_share import complete_probability, share_pieces, struck_shares
from helpers.examples import examples

two_parts = st.builds(
    lambda x, most, complete, concentration: cr.TwoPart(
        complete=complete, mean=x * most, at_most=most, concentration=concentration
    ),
    st.floats(0.05, 0.95),
    st.floats(0.2, 1.0),
    st.sampled_from((0.0, 0.3, 0.95)),
    st.floats(0.5, 200.0),
)


def largest(severity: cr.TwoPart, load: float, share: float) -> float:
    """Return the probability that no event in force takes more than a share, given that one is, by scipy.stats."""
    assert severity.concentration is not None
    x = severity.mean / severity.at_most
    partial = stats.beta(x * severity.concentration, (1 - x) * severity.concentration).cdf(share / severity.at_most)
    below = (1 - severity.complete) * partial + severity.complete * (share >= 1)
    return float((math.exp(-load * (1 - below)) - math.exp(-load)) / (1 - math.exp(-load)))


@settings(max_examples=examples(20), deadline=None)
@given(two_parts, st.floats(0.01, 8.0), st.lists(st.floats(0.01, 0.99), max_size=3))
def test_the_mean_of_the_largest_is_its_integral(severity: cr.TwoPart, load: float, cuts: list[float]) -> None:
    """Chances by piece are differences of the distribution function; the mean is the integral of what lies above."""
    (struck,) = struck_shares([1.0], load, share_pieces(severity, cuts))
    share = -math.expm1(-load)
    bounds = [0.0, *sorted({cut for cut in cuts if cut < severity.at_most}), severity.at_most]
    expected = [largest(severity, load, b) - largest(severity, load, a) for a, b in itertools.pairwise(bounds)]
    assert struck.chances[: len(expected)] / share == pytest.approx(expected, abs=1e-9)
    middle = severity.mean if severity.concentration > 20 else severity.at_most / 2
    mean = 1.0 - severity.at_most if severity.complete else 0.0
    mean *= 1.0 - largest(severity, load, severity.at_most)
    for a, b in ((0.0, middle), (middle, severity.at_most)):
        mean += integrate.quad(lambda s: 1 - largest(severity, load, s), a, b, epsabs=1e-11, limit=400)[0]
    assert struck.chances @ struck.shares / share == pytest.approx(mean, abs=1e-7)


@given(st.floats(0, 0.5), st.floats(0.5, 1), st.floats(1e-3, 50), st.lists(st.floats(0, 1), max_size=5))
def test_the_largest_of_uniform_shares(low: float, high: float, load: float, cuts: list[float]) -> None:
    """Chances add up to the share of time in force, and the mean to its closed form: one log-exponential ramp."""
    (struck,) = struck_shares([1.0], load, share_pieces(cr.Uniform(low=low, high=high), cuts))
    assert struck.chances.sum() == pytest.approx(-math.expm1(-load))
    mean = high - (high - low) * (1 / load - math.exp(-load) / -math.expm1(-load))
    assert struck.chances @ struck.shares == pytest.approx(-math.expm1(-load) * mean, rel=1e-9)


def test_means_where_one_event_is_in_force_are_those_of_the_beta() -> None:
    """Beta(2, 2) up to a half: density 6x(1 - x), whose moment below x is 2x^3 - 1.5x^4, times the bound."""
    severity = cr.TwoPart(mean=0.25, at_most=0.5, concentration=4.0)
    (struck,) = struck_shares([1.0], 1e-9, share_pieces(severity, [0.125]))
    moment = 0.5 * (2 * 0.25**3 - 1.5 * 0.25**4)
    assert struck.chances[0] * struck.shares[0] == pytest.approx(1e-9 * moment, rel=1e-8)
    assert struck.chances @ struck.shares == pytest.approx(1e-9 * 0.25, rel=1e-8)


@pytest.mark.parametrize(
    ("severity", "shares", "masses"),
    [
        (None, [1.0], [1.0]),
        (cr.TwoPart(mean=0.4), [0.4], [1.0]),
        (cr.TwoPart(mean=0.4, complete=0.25), [0.4, 1.0], [0.75, 0.25]),
        (cr.TwoPart(mean=1.0, complete=0.25), [1.0], [1.0]),
        (cr.TwoPart(mean=0.3, complete=1.0, concentration=2.0), [1.0], [1.0]),
        (cr.Uniform(low=0.5, high=0.5), [0.5], [1.0]),
    ],
)
def test_shares_that_do_not_vary_are_points(
    severity: cr.Uniform | cr.TwoPart | None, shares: list[float], masses: list[float]
) -> None:
    """A severity without spread is one or two shares, each with its probability."""
    pieces = share_pieces(severity, [0.1, 0.45])
    assert pieces.low.tolist() == pieces.high.tolist() == shares
    assert pieces.within.tolist() == masses
    assert complete_probability(severity) == (masses[-1] if shares[-1] == 1 else 0)


def enumerated(probabilities: list[float], load: float, masses: dict[float, float]) -> dict[tuple[object, ...], float]:
    """Return the chances of members struck and largest share, by which kinds of events are there: each a Poisson."""
    kinds = []
    for struck in itertools.product((False, True), repeat=len(probabilities)):
        p = math.prod(q if hit else 1 - q for q, hit in zip(probabilities, struck, strict=True))
        if any(struck):
            kinds += [(struck, share, load * p * mass) for share, mass in masses.items()]
    chances: dict[tuple[object, ...], float] = {}
    for there in itertools.product((False, True), repeat=len(kinds)):
        chance = math.prod(
            -math.expm1(-kind[2]) if yes else math.exp(-kind[2]) for kind, yes in zip(kinds, there, strict=True)
        )
        present = [kind for kind, yes in zip(kinds, there, strict=True) if yes]
        if present:
            members = tuple(i for i in range(len(probabilities)) if any(kind[0][i] for kind in present))
            key = (members, max(kind[1] for kind in present))
            chances[key] = chances.get(key, 0.0) + chance
    return chances


@settings(max_examples=examples(40), deadline=None)
@given(
    st.lists(st.sampled_from((0.07, 0.4, 0.9286, 1.0)), min_size=1, max_size=3),
    st.floats(1e-4, 4.0),
    st.sampled_from((0.0, 0.3)),
)
def test_members_struck_and_the_largest_share_by_enumeration(
    probabilities: list[float], load: float, complete: float
) -> None:
    """Each kind of event, by whom it strikes and what it takes, is a Poisson number of its own."""
    severity = cr.TwoPart(mean=0.4, complete=complete)
    masses = {0.4: 1 - complete} | ({1.0: complete} if complete else {})
    found = {
        (set.members, share): chance
        for set in struck_shares(probabilities, load, share_pieces(severity))
        for chance, share in zip(set.chances.tolist(), set.shares.tolist(), strict=True)
    }
    expected = enumerated(probabilities, load, masses)
    assert {key for key, chance in found.items() if chance > 1e-12} <= set(expected)
    for key, chance in expected.items():
        assert found.get(key, 0.0) == pytest.approx(chance, abs=1e-12)


def test_more_members_than_can_be_told_apart_are_refused() -> None:
    """Thirteen that may be struck or not are 8192 sets: one sentence with the way out."""
    with pytest.raises(cr.DataError, match=r"13 members .* at most 12 can be told apart; join members"):
        struck_shares([0.5] * 13, 0.1, share_pieces(None))


def test_many_events_in_force_take_nearly_all() -> None:
    """With ten thousand in force the largest of uniform shares misses the most by 1/10 000 of the width."""
    (struck,) = struck_shares([1.0], 1e4, share_pieces(cr.Uniform(low=0.2, high=0.7)))
    assert struck.chances @ struck.shares == pytest.approx(0.7 - 0.5 * 1e-4, abs=1e-8)
    assert np.all(struck.shares <= 0.7)
