"""Parallel ways from a field to a port, one corridor each, and hazards on them: years by arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

import corridor as cr
from corridor.model.changes import Change


def ways(
    *capacities: float | None, hazards: Sequence[cr.Hazard] = (), volume: float = 10.0, countries: str = ""
) -> cr.Network:
    """Return edges w0, w1, ... of corridors w0, w1, ... from field to port, where a tonne earns 100 USD less 0, 1, ...

    Parameters
    ----------
    *capacities : float or None
        Of the edges. [Mt/y]
    hazards : sequence of Hazard
        What happens.
    volume : float
        Offered at the field. [Mt/y]
    countries : str
        One foreign country a way, between commas; field in KAZ and port in ITA then.
    """
    names = [f"w{at}" for at in range(len(capacities))]
    edges = pd.DataFrame(
        {"id": names, "tail": "field", "head": "port", "capacity_mtpa": capacities, "corridor": names,
         "tariff_usd_per_t": [float(at) for at in range(len(names))]}
    )  # fmt: skip
    nodes = pd.DataFrame({"id": ["field", "port"]})
    if countries:
        nodes["country"] = ["KAZ", "ITA"]
        edges["countries"] = [("KAZ", country) for country in countries.split(",")]
        edges["risk_score"] = [0.5 + 0.1 * at for at in range(len(names))]
    net = cr.Network.from_frames(
        nodes,
        edges,
        supplies=pd.DataFrame({"node": ["field"], "commodity": ["oil"], "volume_mtpa": [volume]}),
        markets=pd.DataFrame({"node": ["port"], "commodity": ["oil"], "price_usd_per_t": [100.0]}),
        name="ways",
    )
    return net.replace(hazards=tuple(hazards))


def hazard(name: str, *changes: Change, rate: float = 2.0, days: float | cr.Lognormal = 20.0, **more: Any) -> cr.Hazard:
    """Return a hazard; one without changes closes the way w0."""
    return cr.Hazard(
        name=name, changes=changes or (cr.Outage(edge="w0"),), frequency_per_year=rate, duration_days=days, **more
    )


def closes(name: str, *edges: str, rate: float = 2.0, days: float | cr.Lognormal = 20.0, **more: Any) -> cr.Hazard:
    """Return a hazard that closes some edges."""
    return hazard(name, cr.Outage(edge=edges), rate=rate, days=days, **more)


def derates(
    name: str, edge: str, remaining: float, rate: float = 2.0, days: float | cr.Lognormal = 20.0, **more: Any
) -> cr.Hazard:
    """Return a hazard that leaves an edge a share of its capacity."""
    return hazard(name, cr.Derate(edge=edge, remaining=remaining), rate=rate, days=days, **more)
