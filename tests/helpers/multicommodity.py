"""Problems of the published kind: a cost for each arc and commodity, one capacity for all on each arc.

As in the collections of Canad (Crainic, Frangioni, Gendron) and Mnetgen: drawn here, with the linear program in
arrays for a solver that knows nothing of networks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array, hstack

import corridor as cr


class Problem(NamedTuple):
    """Arcs by their ends, costs by arc and commodity, capacities by arc; origin, destination and demand."""

    n_nodes: int
    arcs: np.ndarray
    cost: np.ndarray
    capacity: np.ndarray
    ends: np.ndarray
    demand: np.ndarray


def drawn(n_nodes: int, n_arcs: int, n_commodities: int, *, seed: int) -> Problem:
    """Draw a problem in which all demand can be met: capacities of a ring take it all, those of others a part."""
    rng = np.random.default_rng(seed)
    ring = [(node, (node + 1) % n_nodes) for node in range(n_nodes)]
    others = [(a, b) for a in range(n_nodes) for b in range(n_nodes) if a != b and (a, b) not in ring]
    chosen = rng.choice(len(others), n_arcs - n_nodes, replace=False)
    arcs = np.array(ring + [others[index] for index in sorted(chosen)])
    ends = np.array([rng.choice(n_nodes, 2, replace=False) for _ in range(n_commodities)])
    demand = rng.integers(1, 30, n_commodities).astype(float)
    capacity = rng.integers(3, 15, n_arcs).astype(float)
    capacity[:n_nodes] = demand.sum()
    cost = rng.integers(1, 50, (n_arcs, n_commodities)).astype(float)
    cost[:n_nodes] += 30.0
    return Problem(n_nodes, arcs, cost, capacity, ends, demand)


def least_cost(problem: Problem) -> float:
    """Return the least cost of meeting all demand, by linprog on the problem's arrays."""
    n_arcs, n_commodities = problem.cost.shape
    at = np.arange(n_arcs)
    incidence = csr_array(
        (np.r_[-np.ones(n_arcs), np.ones(n_arcs)], (np.r_[problem.arcs[:, 0], problem.arcs[:, 1]], np.r_[at, at])),
        shape=(problem.n_nodes, n_arcs),
    )
    needed = np.zeros((n_commodities, problem.n_nodes))
    needed[np.arange(n_commodities), problem.ends[:, 0]] = -problem.demand
    needed[np.arange(n_commodities), problem.ends[:, 1]] = problem.demand
    found = linprog(
        problem.cost.T.ravel(),
        A_ub=hstack([csr_array(np.eye(n_arcs))] * n_commodities), b_ub=problem.capacity,
        A_eq=block_diag([incidence] * n_commodities), b_eq=needed.ravel(), method="highs",
    )  # fmt: skip
    assert found.status == 0, found.message
    return float(found.fun)


def network_of(problem: Problem) -> cr.Network:
    """Return the network of a problem: an edge for each arc, a rate for each cost."""
    commodities = [f"k{number}" for number in range(len(problem.demand))]
    edges = [f"a{number}" for number in range(len(problem.arcs))]
    rates = [(edge, k, cost) for edge, row in zip(edges, problem.cost, strict=True)
             for k, cost in zip(commodities, row, strict=True)]  # fmt: skip
    ends = pd.DataFrame(problem.ends, columns=["origin", "destination"]).map(lambda node: f"n{node}")
    return cr.Network.from_frames(
        pd.DataFrame({"id": [f"n{node}" for node in range(problem.n_nodes)]}),
        pd.DataFrame({"id": edges, "tail": [f"n{a}" for a, _ in problem.arcs], "head": [f"n{b}" for _, b in
                      problem.arcs], "capacity_mtpa": problem.capacity}),
        supplies=pd.DataFrame({"node": ends["origin"], "commodity": commodities, "volume_mtpa": problem.demand,
                               "penalty_usd_per_t": 1e5}),
        markets=pd.DataFrame({"node": ends["destination"], "commodity": commodities}),
        rates=pd.DataFrame(rates, columns=["edge", "commodity", "tariff_usd_per_t"]),
    )  # fmt: skip
