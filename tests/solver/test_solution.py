"""Solutions: which limit a price belongs to."""

from __future__ import annotations

import pandas as pd
import pytest

import corridor as cr
from corridor.solver.solution import BindingLimit


@pytest.mark.parametrize(
    ("most_mtpa", "owner"),
    [(None, "edge"), (6.0, "edge"), (5.0, "edge"), (4.0, "quota")],
    ids=["no quota", "a wider quota", "an equal quota", "a narrower quota"],
)
def test_one_limit_owns_the_price(most_mtpa: float | None, owner: str) -> None:
    """Of an edge of 5 Mt/y and a quota on it the lower one has the price, in a tie the edge, wherever it is shown."""
    quota = pd.DataFrame({"edge": ["pipe"], "commodity": "oil", "max_mtpa": [most_mtpa]})
    net = cr.Network.from_frames(
        pd.DataFrame({"id": ["field", "port"]}),
        pd.DataFrame({"id": ["pipe"], "tail": "field", "head": "port", "capacity_mtpa": 5.0, "corridor": "c"}),
        supplies=pd.DataFrame({"node": ["field"], "commodity": "oil", "volume_mtpa": 9.0, "penalty_usd_per_t": 100.0}),
        markets=pd.DataFrame({"node": ["port"], "commodity": "oil", "price_usd_per_t": 30.0}),
        quotas=quota if most_mtpa is not None else None,
    )
    flow = cr.solve(net)
    limit = BindingLimit("edge", "pipe") if owner == "edge" else BindingLimit("quota", "pipe", "oil")
    assert flow.solution.prices == {limit: pytest.approx(130.0)}
    assert flow.edges.loc["pipe", "shadow_price_usd_per_t"] == pytest.approx(130.0 if owner == "edge" else 0.0)
    assert cr.compare(net, []).loc[("baseline", "c"), "bottleneck"] == str(limit)
    assert f"Mt/y, stopped by {limit}" in flow.explain("c")
