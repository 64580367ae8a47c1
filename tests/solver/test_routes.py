"""Routes: a flow split up, round trips left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import corridor as cr
from corridor.solver.decompose import decompose_flow
from corridor.solver.highs import Optimum
from corridor.solver.program import Program
from corridor.solver.solution import Solution


def test_round_trips_are_left_out_of_the_split() -> None:
    """3 Mt/y go from a to d; 5 go round b and c besides, and no route of them is told."""
    edges = {"ab": ("a", "b"), "bc": ("b", "c"), "cb": ("c", "b"), "bd": ("b", "d")}
    net = cr.Network.from_frames(
        pd.DataFrame({"id": list("abcd")}),
        pd.DataFrame([{"id": id, "tail": tail, "head": head} for id, (tail, head) in edges.items()]),
        supplies=pd.DataFrame({"node": ["a"], "commodity": "oil", "volume_mtpa": 3.0}),
        markets=pd.DataFrame({"node": ["d"], "commodity": "oil", "price_usd_per_t": 9.0}),
    )
    program = Program.of(net)
    flows = {"ab": 3.0, "bc": 5.0, "cb": 5.0, "bd": 3.0}
    amounts = np.array([flows[program.name_of(at)[0]] for at in range(program.n_flows)] + [3.0, 0.0, 3.0])
    optimum = Optimum(amounts, np.zeros(len(amounts)), np.zeros(program.n_balances), objective=0.0, excess=0.0)
    (route,) = decompose_flow(Solution(net, None, program, program.state(net), optimum))
    assert (route.edges, route.flow_mtpa, route.netback_usd_per_t) == (("ab", "bd"), 3.0, 9.0)


def test_the_best_way_takes_the_dearer_port_where_it_earns_more() -> None:
    """A comparison's way is that of the highest netback, not of the lowest cost."""
    net = cr.Network.from_frames(
        pd.DataFrame({"id": ["field", "hub", "near", "far"]}),
        pd.DataFrame(
            {
                "id": ["trunk", "short", "long"],
                "tail": ["field", "hub", "hub"],
                "head": ["hub", "near", "far"],
                "tariff_usd_per_t": [10.0, 1.0, 20.0],
                "corridor": ["c", None, None],
            }
        ),
        supplies=pd.DataFrame({"node": ["field"], "commodity": "oil", "volume_mtpa": 3.0}),
        markets=pd.DataFrame({"node": ["near", "far"], "commodity": "oil", "price_usd_per_t": [50.0, 90.0]}),
    )
    row = cr.compare(net, []).loc[("baseline", "c")]
    assert (row.destination, row.unit_cost_usd_per_t) == ("far", 30.0)
    assert row.netback_usd_per_t == pytest.approx(60.0)
