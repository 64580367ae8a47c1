"""What choice costs, in programs a state and against the cheapest way; run with ``pytest -s -m benchmark``."""

from __future__ import annotations

import statistics
import time
from functools import cache

import pytest

import corridor as cr
from corridor.solver.warm import WarmSolver

pytestmark = pytest.mark.benchmark
YEARS = range(2019, 2027)
MOST_COLD, MOST_KEPT, MOST_TIMES = 13, 7, 15.0


@cache
def programs() -> tuple[list[int], list[int]]:
    """Return the programs of each vintage cold, and of each shipped scenario of freight on it."""
    cold, kept = [], []
    for year in YEARS:
        net = cr.load("caspian_freight", year)
        warm = WarmSolver(net)
        base = warm.solve().choice
        assert base is not None
        cold.append(base.n_programs)
        for name in cr.scenarios("caspian_freight"):
            choice = warm.solve(cr.load_scenario(name, net), strict=False).choice
            assert choice is not None
            kept.append(choice.n_programs)
    return cold, kept


def test_a_vintage_takes_few_programs() -> None:
    """At most 13 linear programs from nothing."""
    cold, _ = programs()
    print(f"\nprograms cold: {statistics.mean(cold):.1f} in the mean, {max(cold)} at most, of {len(cold)}")
    assert max(cold) <= MOST_COLD


def test_a_scenario_that_keeps_the_cuts_takes_few_programs() -> None:
    """At most 7 with the network's own cuts, 5 in the mean."""
    _, kept = programs()
    print(f"\nprograms, cuts kept: {statistics.mean(kept):.1f} in the mean, {max(kept)} at most, of {len(kept)}")
    assert max(kept) <= MOST_KEPT
    assert statistics.mean(kept) <= 5


def test_choice_costs_a_limited_number_of_cheapest_solves() -> None:
    """A scenario of choice against the same scenario with the cheapest ways, both from a warm solver."""
    net = cr.load("caspian_freight", 2024)
    scenario = cr.load_scenario("one-tariff", net)
    cheapest = net.replace(commodities=tuple(one.replace(choice_usd_per_t=0.0) for one in net.commodities))

    def seconds(of: cr.Network) -> float:
        warm = WarmSolver(of)
        warm.solve(scenario)
        durations = []
        for _ in range(9):
            start = time.perf_counter()
            warm.solve(scenario)
            durations.append(time.perf_counter() - start)
        return statistics.median(durations)

    ratio = seconds(net) / seconds(cheapest)
    print(f"\nchoice: {ratio:.1f} times the time of the cheapest ways")
    assert ratio <= MOST_TIMES
