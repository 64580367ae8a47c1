"""Speed as ratios against the alternative, in one run; run with ``pytest -s -m benchmark tests/benchmarks``."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import highspy
import numpy as np
import pandas as pd
import pytest

import corridor as cr
from corridor.library import networks as library
from corridor.solver.flow import Flow
from corridor.solver.highs import Solver
from corridor.solver.program import Program, ProgramState
from corridor.solver.warm import WarmSolver

pytestmark = pytest.mark.benchmark
COMMAND = "import sys; sys.argv = ['corridor', 'compare']; from corridor.__main__ import run; sys.exit(run())"
"""What the installed command does."""


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes. [s]"""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def processor_seconds(*command: str, bytecode: Path) -> float:
    """Return the processor time of a child process, start included; byte code is kept below a folder. [s]"""
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command], check=True, capture_output=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def test_compare_costs_little_more_than_its_imports(tmp_path: Path) -> None:
    """The whole of `corridor compare` (20 scenarios, 101 edges) costs at most 1.8 times importing what it stands on."""
    commands = (COMMAND, "import pandas, networkx, pydantic, highspy")
    for command in commands:  # both as after an installation: with byte code, whatever installed them
        processor_seconds("-c", command, bytecode=tmp_path)
    pairs = [tuple(processor_seconds("-c", command, bytecode=tmp_path) for command in commands) for _ in range(9)]
    whole = statistics.median(pair[0] for pair in pairs)
    ratio = whole / statistics.median(pair[1] for pair in pairs)
    print(f"\ncorridor compare: {whole:.2f} s of processor time, {ratio:.2f} times the imports")
    assert ratio <= 1.8


def test_a_program_of_the_main_columns_costs_no_more_than_one_of_the_former(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time by program solved: reachable and next tonne against the columns without them; 5 % are for noise."""
    network = cr.load(year=2024)
    added = ("reachable_mtpa", "next_tonne_usd_per_t")
    former = [name for name in cr.compare(network, []).columns if name not in added]
    n_solved = 0
    original = Solver.optimum

    def counted(self: Solver, state: ProgramState) -> object:
        nonlocal n_solved
        n_solved += 1
        return original(self, state)

    monkeypatch.setattr(Solver, "optimum", counted)

    def seconds_by_program(columns: str | list[str]) -> float:
        nonlocal n_solved
        n_solved = 0
        return seconds(lambda: cr.compare(network, columns=columns)) / n_solved

    pairs = [(seconds_by_program("main"), seconds_by_program(former)) for _ in range(7)]
    ratio = statistics.median(pair[0] for pair in pairs) / statistics.median(pair[1] for pair in pairs)
    print(f"\na program of compare: {ratio:.2f} times one without reachable and next tonne")
    assert ratio <= 1.05


def raw_restart(solver: Solver, program: Program, state: ProgramState) -> Callable[[], object]:
    """Return the bare HiGHS calls for a state: bounds, costs, ceilings, basis, run; nothing read, nothing checked."""
    highs: highspy.Highs = solver._highs
    columns = np.arange(program.n_columns, dtype=np.int32)
    rows = np.arange(program.n_balances, program.n_balances + program.n_ceilings, dtype=np.int32)
    floor = np.full(len(rows), -np.inf)
    basis = solver._basis

    def run() -> None:
        highs.changeColsBounds(len(columns), columns, state.lower, state.upper)
        highs.changeColsCost(len(columns), columns, state.cost)
        highs.changeRowsBounds(len(rows), rows, floor, state.ceiling)
        highs.clearSolver()
        highs.setBasis(basis)
        highs.run()

    return run


def test_a_restart_costs_little_more_than_highs() -> None:
    """Solving a shipped scenario through arrays costs at most 1.5 times the raw restart from the base basis."""
    network = cr.load(year=2021)
    warm = WarmSolver(network)
    states = [warm.program.state(cr.load_scenario(name).apply(network)) for name in cr.scenarios()]
    ratios = []
    for state in states:
        raw = raw_restart(warm._linear, warm.program, state)
        pairs = [(seconds(lambda s=state: warm.optimum(s)), seconds(raw)) for _ in range(60)]  # type: ignore[misc]
        ratios.append(statistics.median(p[0] for p in pairs) / statistics.median(p[1] for p in pairs))
    print(f"\nrestart through arrays: {statistics.median(ratios):.2f} times raw HiGHS (worst {max(ratios):.2f})")
    assert statistics.median(ratios) <= 1.5


def test_the_network_of_freight_is_solved_within_three_times_the_one_it_extends() -> None:
    """From records to flow by the cheapest ways, nothing kept from before; it loads the year of its weights too."""
    times: dict[str, list[float]] = {"solve": [], "load": []}
    for _ in range(15):
        solved, loaded = [], []
        for name in ("caspian_freight", "caspian"):
            network = cr.load(name, 2024).replace(hazards=())
            solved.append(seconds(lambda net=network: cr.solve(net, choice="cheapest")))  # type: ignore[misc]
            library._load_cached.cache_clear()
            library.reference.cache_clear()
            loaded.append(seconds(lambda name=name: cr.load(name, 2024)))  # type: ignore[misc]
        times["solve"].append(solved[0] / solved[1])
        times["load"].append(loaded[0] / loaded[1])
    ratios = {what: statistics.median(ratios) for what, ratios in times.items()}
    print(f"\nfreight: solved in {ratios['solve']:.2f}, loaded in {ratios['load']:.2f} times the time of crude")
    assert ratios["solve"] <= 3
    assert ratios["load"] <= 4


def large(n_edges: int) -> dict[str, pd.DataFrame]:
    """Return the tables of a random network with a fifth as many nodes as edges."""
    rng = np.random.default_rng(7)
    n_nodes = n_edges // 5
    tail = rng.integers(0, n_nodes, n_edges)
    head = (tail + rng.integers(1, 200, n_edges)) % n_nodes
    name = np.array([f"n{at}" for at in range(n_nodes)])
    ends = rng.choice(n_nodes, 300, replace=False)
    return {
        "nodes": pd.DataFrame({"id": name}),
        "edges": pd.DataFrame(
            {
                "id": [f"e{at}" for at in range(n_edges)],
                "tail": name[tail],
                "head": name[head],
                "capacity_mtpa": rng.uniform(1, 10, n_edges),
                "tariff_usd_per_t": rng.uniform(1, 20, n_edges),
            }
        ),
        "supplies": pd.DataFrame(
            {"node": name[ends[:150]], "commodity": "oil", "volume_mtpa": rng.uniform(1, 10, 150)}
        ),
        "markets": pd.DataFrame({"node": name[ends[150:]], "commodity": "oil", "price_usd_per_t": 500.0}),
    }


class Watch:
    """Adds up the time inside HiGHS."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0.0
        for name in ("passModel", "run"):
            monkeypatch.setattr(highspy.Highs, name, self._watched(getattr(highspy.Highs, name)))

    def _watched(self, method: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            start = time.perf_counter()
            try:
                return method(*arguments)
            finally:
                self.seconds += time.perf_counter() - start

        return call


def whole_journey(tables: dict[str, pd.DataFrame]) -> Flow:
    """Load, solve and read every table."""
    nodes, edges = tables["nodes"], tables["edges"]
    network = cr.Network.from_frames(nodes, edges, supplies=tables["supplies"], markets=tables["markets"])
    flow = cr.solve(network)
    for table in ("edges", "supplies", "markets", "corridors", "edge_flows", "routes"):
        getattr(flow, table)
    return flow


def test_a_large_network_spends_its_time_in_highs(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 100 000 edges everything outside HiGHS (tables in, checks, arrays, tables out) costs less than HiGHS."""
    tables = large(100_000)
    watch = Watch(monkeypatch)
    total = seconds(lambda: whole_journey(tables))
    rest = total / watch.seconds - 1
    print(f"\n100 000 edges: {total:.1f} s, {watch.seconds:.1f} of it HiGHS; the rest is {rest:.2f} times it")
    assert total - watch.seconds < watch.seconds


def test_no_step_is_quadratic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times the edges cost less than eight times as much outside HiGHS (quadratic would be sixteen)."""
    outside = []
    for n_edges in (25_000, 100_000):
        tables = large(n_edges)
        watch = Watch(monkeypatch)
        total = seconds(lambda tables=tables: whole_journey(tables))  # type: ignore[misc]
        outside.append(total - watch.seconds)
        monkeypatch.undo()
    print(f"\n25 000 to 100 000 edges: {outside[1] / outside[0]:.1f} times the time outside HiGHS")
    assert outside[1] < 8 * outside[0]


def test_drawing_all_figures_costs_no_more_than_twice_highs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 200 draws of the shipped network and a scenario, all numbers of compare and outcomes, HiGHS takes half."""
    network, scenario = cr.load(year=2024), cr.load_scenario("cpc-shut")
    cr.uncertainty(network, scenario, draws=1)
    ratios = []
    for _ in range(3):
        watch = Watch(monkeypatch)
        total = seconds(lambda: cr.uncertainty(network, scenario, draws=200))
        ratios.append(total / watch.seconds)
        monkeypatch.undo()
    print(f"\n200 draws, 2 states each: {total:.1f} s, {statistics.median(ratios):.2f} times HiGHS's own run time")
    assert statistics.median(ratios) <= 2.0
