"""Whether a scenario only adds capacity or eases what is there, so that it can be said to help by itself."""

from __future__ import annotations

import math

from corridor.errors import DataError
from corridor.model.changes import Change, Delay, Expansion, Opening, QuotaChange, TariffShock
from corridor.model.network import Network
from corridor.model.scenario import Scenario


def eases(scenario: Scenario, network: Network) -> bool:
    """Tell whether all changes of a scenario open, expand, lift or cheapen something.

    Parameters
    ----------
    scenario : Scenario
        Scenario asked about.
    network : Network
        Network that it would be applied to: whether a ceiling rises depends on the one that is there.

    Notes
    -----
    It is by the kinds of changes, not by what comes of them: a price that rises because others cannot deliver helps a
    seller too, and is not counted, nor is more supply or demand. Openings and expansions ease; delays and tariffs if
    nothing in them grows; quotas if no ceiling falls and no minimum rises.

    Examples
    --------
    >>> import corridor as cr
    >>> net = cr.load(year=2024)
    >>> eases(cr.Scenario(name="more", changes=cr.Expansion(edge="btc", add_mtpa=5)), net)
    True
    >>> eases(cr.Scenario(name="war", changes=cr.Outage(corridor="cpc")), net)
    False
    """
    return all(_eases(change, network) for change in scenario.changes)


def _eases(change: Change, network: Network) -> bool:
    if isinstance(change, TariffShock):
        return change.add_usd_per_t <= 0 and change.factor <= 1
    if isinstance(change, Delay):
        added, factors = (change.add_days, change.add_late_days), (change.factor, change.late_factor)
        return max(added) <= 0 and max(factors) <= 1
    if isinstance(change, QuotaChange):
        return _lifts(change, network)
    return isinstance(change, Opening | Expansion)


def _lifts(change: QuotaChange, network: Network) -> bool:
    """Tell whether no ceiling falls and no minimum rises; a ceiling where there was none is one that falls."""
    quotas = {(quota.edge, quota.commodity): quota for quota in network.quotas}
    given = change.model_fields_set
    try:
        edges = change.selected(network, "edge")
    except DataError:  # it matches nothing here
        return False
    for edge in edges:
        quota = quotas.get((edge, change.commodity))
        ceiling = math.inf if quota is None or quota.max_mtpa is None else quota.max_mtpa
        least = 0.0 if quota is None else quota.min_mtpa
        after = math.inf if change.max_mtpa is None else change.max_mtpa
        if ("max_mtpa" in given and after < ceiling) or ("min_mtpa" in given and (change.min_mtpa or 0.0) > least):
            return False
    return True
