"""What briefs are made of: two shipped scenarios, and a network whose every name is an attack."""

from __future__ import annotations

import pandas as pd

import corridor as cr

HOSTILE = "<script>document.title='hit'</script><img src=x onerror=alert(1)>"


def two_scenarios() -> list[cr.Scenario]:
    """Return the scenarios of the brief."""
    return [cr.load_scenario("cpc-shut"), cr.load_scenario("russia-says-no")]


def hostile() -> cr.Network:
    """Return a network whose every name is an attack."""
    return cr.Network.from_frames(
        nodes=pd.DataFrame({"id": ["f", "p"], "name": [HOSTILE, HOSTILE], "lat": [45.0, 44.0], "lon": [50.0, 40.0]}),
        edges=pd.DataFrame({"id": ["e"], "tail": ["f"], "head": ["p"], "capacity_mtpa": [5.0], "corridor": ["c"]}),
        corridors=pd.DataFrame({"id": ["c"], "name": [HOSTILE]}),
        commodities=pd.DataFrame({"id": ["oil"], "name": [HOSTILE]}),
        supplies=pd.DataFrame({"node": ["f"], "commodity": ["oil"], "volume_mtpa": [10.0]}),
        markets=pd.DataFrame({"node": ["p"], "commodity": ["oil"], "price_usd_per_t": [100.0]}),
        name=HOSTILE,
    )
