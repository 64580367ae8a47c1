"""Speed of simulated years as ratios, in one run; run with ``pytest -s -m benchmark tests/benchmarks``."""

from __future__ import annotations

import logging
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import highspy
import numpy as np
import pytest

import corridor as cr
from corridor.risk.blocks import BlockSimulator
from corridor.risk.random_histories import BLOCK_YEARS, intervals
from corridor.solver.batch import BatchSolver
from corridor.solver.program import ProgramState

pytestmark = pytest.mark.benchmark


def seconds(call: Callable[[], object], times: int = 1) -> float:
    """Return the median of how long a call takes. [s]"""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def war() -> cr.Network:
    """Return the shipped network with its hazards at the rates of war."""
    net = cr.load(year=2024, regime="war")
    return net.replace(hazards=[hazard.in_regime("war").replace(posterior=None) for hazard in net.hazards])


def with_central_shares(net: cr.Network) -> cr.Network:
    """Return a network each of whose hazards takes the mean of what it takes, every time."""
    hazards = [
        h.replace(severity=cr.TwoPart(mean=h.severity.overall_mean)) if h.severity and h.takes_shares else h
        for h in net.hazards
    ]
    return net.replace(hazards=hazards)


def rows(net: cr.Network) -> np.ndarray:
    """Return the state of each interval of the first block, shape (n, n_members)."""
    simulator = BlockSimulator(net, net.hazards)
    history = simulator.history(7, 0, BLOCK_YEARS)
    return simulator.severity_rows(history, np.arange(len(history.days)))


def n_intervals(net: cr.Network, years: int) -> int:
    """Return how many intervals some years have."""
    return sum(len(intervals(net.hazards, 7, block).days) for block in range(years // BLOCK_YEARS))


def warm_loop(net: cr.Network, taken: np.ndarray) -> Callable[[], object]:
    """Return a loop that solves every interval by HiGHS, each from the basis of the one before.

    Only what changes is handed over, by arrays; states are made before the clock starts. Nothing but the bare HiGHS
    calls and reading the flows is timed.
    """
    batch = BatchSolver(net, net.hazards)
    highs: highspy.Highs = batch._solver._linear._highs
    program = batch._solver.program
    rows = np.arange(program.n_balances, program.n_balances + program.n_ceilings, dtype=np.int32)
    floor = np.full(len(rows), -np.inf)
    states: list[ProgramState] = [batch.state(row) for row in taken]
    upper = np.array([state.upper for state in states])
    changed = np.flatnonzero((upper != upper[0]).any(axis=0)).astype(np.int32)

    def run() -> None:
        for state in states:
            highs.changeColsBounds(len(changed), changed, state.lower[changed], state.upper[changed])
            highs.changeRowsBounds(len(rows), rows, floor, state.ceiling)
            highs.run()
            np.asarray(highs.getSolution().col_value)

    return run


def test_a_simulation_is_many_times_faster_than_a_warm_loop() -> None:
    """10 000 years, shipped network, war regime, against HiGHS warm at every interval (timed on a sample of 3000).

    With central shares few states are distinct; with drawn ones, as shipped, every share is one of fifty.
    """
    for told, least, net in (("central shares", 15, with_central_shares(war())), ("as shipped", 5, war())):
        n, sample = n_intervals(net, 10_000), rows(net)[:3000]
        loop = warm_loop(net, sample)
        pairs = [(seconds(lambda net=net: cr.simulate(net, 10_000, 7)), seconds(loop)) for _ in range(3)]  # type: ignore[misc]
        ours = statistics.median(pair[0] for pair in pairs)
        each = statistics.median(pair[1] for pair in pairs) / len(sample)
        ratio = each * n / ours
        print(
            f"\n{told}: 10 000 years in {ours:.2f} s; {n:,} intervals by warm HiGHS at {1e6 * each:.0f} us each "
            f"(sample of {len(sample):,}): {ratio:.0f} times as long"
        )
        assert ratio >= least


def test_two_part_shares_cost_at_most_five_times_central_ones() -> None:
    """10 000 years of the shipped set, delays included: the same seed and, but for a few, the same intervals."""
    drawn, central = war(), with_central_shares(war())
    assert n_intervals(drawn, 10_000) == pytest.approx(n_intervals(central, 10_000), rel=1e-4)
    pairs = [
        (seconds(lambda: cr.simulate(drawn, 10_000, 7)), seconds(lambda: cr.simulate(central, 10_000, 7)))
        for _ in range(3)
    ]
    ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
    ours, theirs = (statistics.median(pair[number] for pair in pairs) for number in (0, 1))
    print(f"\ntwo-part shares {ours:.2f} s, central ones {theirs:.2f} s: {ratio:.1f} times as long")
    assert ratio <= 5


def test_cost_grows_with_distinct_states_not_with_years() -> None:
    """Ten times the years cost less than eight times the time: states that come again are remembered."""
    net, ratios = with_central_shares(war()), []
    for _ in range(3):
        few, many = seconds(lambda: cr.simulate(net, 10_000, 7)), seconds(lambda: cr.simulate(net, 100_000, 7))
        ratios.append(many / few)
    print(f"\n10 000 to 100 000 years: {statistics.median(ratios):.1f} times the time")
    assert statistics.median(ratios) < 8


def optimised(network: Any) -> None:
    """Let PyPSA solve a network by HiGHS."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.optimize(solver_name="highs", output_flag=False, include_objective_constant=False)


def test_a_simulation_is_a_thousand_times_faster_than_pypsa_on_its_states() -> None:
    """Every distinct condition of 10 000 years once through PyPSA's own optimize (timed on a sample of 5).

    PyPSA's time for a condition is that of `optimize` alone: its network is made before the clock starts.
    """
    net = with_central_shares(war())
    ens = cr.simulate(net, 10_000, 7)
    sample = [cr.to_pypsa(ens.flow(state).network) for state in range(5)]
    logging.disable(logging.INFO)
    theirs = [seconds(lambda n=n: optimised(n)) for n in sample]
    logging.disable(logging.NOTSET)
    ours = seconds(lambda: cr.simulate(net, 10_000, 7), 5)
    ratio = statistics.median(theirs) * len(ens.states) / ours
    print(
        f"\n{len(ens.states):,} distinct conditions by PyPSA at {statistics.median(theirs):.2f} s each (sample of "
        f"{len(sample)}): {ratio:,.0f} times as long as the whole simulation, {ours:.2f} s"
    )
    assert ratio >= 1000


MANY = """
import re
import corridor as cr
net = cr.load(year=2024)
edges = [edge.id for edge in net.edges if 0 < edge.available_mtpa < float("inf")]
net = net.replace(
    hazards=[
        cr.Hazard(
            name=f"h{at}",
            changes=[cr.Derate(edge=edges[at % len(edges)], remaining=0.2 + 0.06 * (at % 10))],
            frequency_per_year=0.5,
            duration_days=10,
        )
        for at in range(200)
    ]
)
ens = cr.simulate(net, 1000, 7)
ens.summary()
peak = re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())  # ru_maxrss begins with the parent's
print(len(ens.states), int(peak.group(1)) / 1024)
"""


def test_two_hundred_hazards_fit_into_memory() -> None:
    """200 hazards x 1000 years, in a process of its own: at most 500 MB, of which 100 are the library's."""
    ran = subprocess.run([sys.executable, "-c", MANY], capture_output=True, text=True, check=True)
    n_states, megabytes = map(float, ran.stdout.split())
    print(f"\n{n_states:,.0f} conditions within {megabytes:.0f} MB")
    assert n_states > 100_000
    assert megabytes < 500
