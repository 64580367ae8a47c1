"""HiGHS beside others: models of other people in the same process, and threads that share one of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BOTH = """
import sys
import highspy
import corridor as cr
from helpers.parallel_routes import ways


def theirs(threads):
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", threads)
    x, y = model.addVariable(0, 5), model.addVariable(0, 5)
    model.addConstr(x + y <= 7)
    model.maximize(x + 2 * y)
    assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal, model.getModelStatus()


def ours():
    assert cr.solve(ways(6, 3)).shortfall_mtpa == 1.0


for who in sys.argv[1]:
    ours() if who == "o" else theirs(int(who))
"""


@pytest.mark.parametrize(
    "order", ["2o2o", *(pytest.param(order, marks=pytest.mark.fuzz) for order in ("o2o2", "3o1o"))]
)
def test_models_of_others_with_threads_of_their_own_solve_before_and_after_ours(order: str) -> None:
    """Whoever is first, a model of two or three threads and ours are both solved, in one process."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BOTH, order],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


SHARED = """
import numpy as np
from concurrent.futures import ThreadPoolExecutor
import corridor as cr
from corridor.solver.batch import BatchSolver

net = cr.load("caspian", year=2024, regime="war")
batch = BatchSolver(net, net.hazards)
rows = (np.random.default_rng(5).random((40, len(batch.members))) < 0.3).astype(float)
alone = [batch.solution(row).shortfall_mtpa for row in rows]
with ThreadPoolExecutor(4) as pool:
    for found in [pool.submit(lambda: [batch.solution(row).shortfall_mtpa for row in rows]) for _ in range(4)]:
        assert found.result() == alone
    drawn = rows * 0.5 + 0.25
    asked = [pool.submit(batch.outcomes, drawn) for _ in range(4)]
    assert len({found.result().tobytes() for found in asked}) == 1
"""


def test_threads_that_share_a_warm_solver_take_turns() -> None:
    """Four threads at one warm solver find what one finds; in a process of its own, which a crash would end."""
    done = subprocess.run([sys.executable, "-c", SHARED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
