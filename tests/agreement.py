"""One question put to the library and to linprog: the same answer, or the same refusal."""

from __future__ import annotations

import math

import pytest
from certificates import assert_certified, with_demands_as_eased
from oracle import best_objective

import corridor as cr


def assert_answered_as_by_linprog(net: cr.Network) -> None:
    """Assert that the library earns what linprog does, and refuses demands that linprog finds impossible.

    Demands that could be met were nothing closed, and oil and buyers enough, are cut to what is left instead.
    """
    best = best_objective(net)
    if best == -math.inf and best_objective(_ample(net)) > -math.inf:
        flow = cr.solve(net)
        assert_certified(flow, eased=True)
        assert flow.objective_musd_per_year == pytest.approx(
            best_objective(with_demands_as_eased(flow)), rel=1e-6, abs=1e-6
        )
    elif best == -math.inf:
        with pytest.raises((cr.SolverError, cr.DataError), match="|".join(quota.edge for quota in net.quotas)):
            cr.solve(net)
    else:
        flow = cr.solve(net)
        assert_certified(flow)
        assert flow.objective_musd_per_year == pytest.approx(best, rel=1e-6, abs=1e-6)


def _ample(net: cr.Network) -> cr.Network:
    """Return the network with nothing closed, far more offered at no price, and every market boundless."""
    return net.replace(
        nodes=tuple(node.replace(remaining=1.0) for node in net.nodes),
        edges=tuple(edge.replace(remaining=1.0) for edge in net.edges),
        supplies=tuple(supply.replace(volume_mtpa=1e4, penalty_usd_per_t=0.0) for supply in net.supplies),
        markets=tuple(market.replace(volume_mtpa=None, price_usd_per_t=0.0) for market in net.markets),
    )
