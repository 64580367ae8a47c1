"""A network of your own in ten lines: two fields, two pipes, one port that can be struck.

Run with ``python examples/own_network.py``.
"""

import pandas as pd

import corridor as cr

nodes = pd.DataFrame({"id": ["north", "south", "hub", "port", "market"]})
edges = pd.DataFrame(
    {
        "id": ["north_hub", "south_hub", "pipe", "rail", "sea"],
        "tail": ["north", "south", "hub", "hub", "port"],
        "head": ["hub", "hub", "port", "market", "market"],
        "capacity_mtpa": [None, None, 12.0, 4.0, None],
        "tariff_usd_per_t": [3.0, 5.0, 20.0, 60.0, 8.0],
        "corridor": [None, None, "pipe", "rail", None],
    }
)
supplies = pd.DataFrame({"node": ["north", "south"], "commodity": "crude", "volume_mtpa": [8.0, 5.0]})
markets = pd.DataFrame({"node": ["market"], "commodity": "crude", "price_usd_per_t": [500.0]})

net = cr.Network.from_frames(nodes, edges, supplies=supplies, markets=markets, name="two ways")
struck = cr.Scenario(name="port struck", changes=[cr.Derate(edge="pipe", remaining=0.25)])

print(cr.compare(net, [struck])[["status", "capacity_mtpa", "throughput_mtpa", "netback_usd_per_t"]].to_string())
print()
print(cr.solve(net, struck).explain())
