"""One question put to the library and to linprog: the same answer, or the same refusal."""

from __future__ import annotations

import math

import pytest
from certificates import assert_certified
from oracle import best_objective

import corridor as cr


def assert_answered_as_by_linprog(net: cr.Network) -> None:
    """Assert that the library earns what linprog does, and refuses demands that linprog finds impossible.

    Demands that only an outage or derate makes impossible are cut to what it leaves instead.
    """
    best = best_objective(net)
    whole = net.replace(
        nodes=tuple(node.replace(remaining=1.0) for node in net.nodes),
        edges=tuple(edge.replace(remaining=1.0) for edge in net.edges),
    )
    if best == -math.inf and best_objective(whole) > -math.inf:
        assert_certified(cr.solve(net), eased=True)
    elif best == -math.inf:
        with pytest.raises((cr.SolverError, cr.DataError), match="|".join(quota.edge for quota in net.quotas)):
            cr.solve(net)
    else:
        flow = cr.solve(net)
        assert_certified(flow)
        assert flow.objective_musd_per_year == pytest.approx(best, rel=1e-6, abs=1e-6)
