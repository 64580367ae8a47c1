"""How long corridors are in service under the network's hazards, and how often two are hit at once; exact."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from corridor.model.formulas import DAYS_PER_YEAR
from corridor.model.network import Network, require_network
from corridor.model.scenario import Scenario, require_scenario
from corridor.risk.exposure import Exposures, Place

if TYPE_CHECKING:
    import pandas as pd


def availability(network: Network, scenario: Scenario | None = None) -> pd.DataFrame:
    """Return how long the trunk of each corridor is in service, under the network's hazards; worked out, not drawn.

    Parameters
    ----------
    network : Network
        With hazards.
    scenario : Scenario, optional
        What holds all the time.

    Returns
    -------
    pandas.DataFrame
        Indexed by corridor. availability (mean share of the trunk's capacity in service, its end nodes included),
        untouched (share of time in which nothing is taken from it), closed (share of time with nothing left),
        full_loss_days_per_year, hazards (names of those that take anything, be it together). NaN where the trunk
        carries nothing even undisturbed.

    Raises
    ------
    DataError, UnknownNameError
        If a hazard or the scenario does not fit the network.

    Notes
    -----
    A hazard is in force for the share ``1 - exp(-frequency x duration / 365)`` of time, whatever the law of durations.
    Of an edge counts the share of its capacity that is left; of a node the limit that is left over what passes there
    undisturbed, all shippers, at most 1; and of an edge with its nodes the least of them at a time. Drawn severities of
    several hazards at one limit that does not bind, or on one way, are counted in sixteen parts.
    `compare` gives the same for the best way from field to market, feeders and sea legs included.

    Examples
    --------
    >>> import corridor as cr
    >>> bool(cr.availability(cr.load(regime="war"))["availability"].between(0, 1).any())
    True
    """
    import pandas as pd

    network, exposed = _exposed(network, scenario)
    rows = []
    for corridor in network.corridors:
        assets_by_edge = _trunk_assets(network, exposed, corridor.id)
        share = untouched = closed = math.nan
        if assets_by_edge:
            limits = [network.edge(assets[0][1]).available_mtpa for assets in assets_by_edge]
            weights = limits if all(map(math.isfinite, limits)) else [1.0] * len(assets_by_edge)
            means = [_or_one(exposed.availability(assets)) for assets in assets_by_edge]
            share = sum(w * mean for w, mean in zip(weights, means, strict=True)) / sum(weights)
            untouched, closed = exposed.untouched(itertools.chain(*assets_by_edge)), exposed.closed(assets_by_edge)
        rows.append(
            {
                "corridor": corridor.id,
                "availability": share,
                "untouched": untouched,
                "closed": closed,
                "full_loss_days_per_year": DAYS_PER_YEAR * (1.0 - share),
                "hazards": tuple(e.hazard.name for e in exposed.on(itertools.chain(*assets_by_edge))),
            }
        )
    columns = ["corridor", "availability", "untouched", "closed", "full_loss_days_per_year", "hazards"]
    return pd.DataFrame(rows, columns=columns).set_index("corridor")


def common_cause(network: Network, scenario: Scenario | None = None) -> pd.DataFrame:
    """Return how often two corridors are hit at the same time, and how often they would be by chance alone; exact.

    Parameters
    ----------
    network, scenario
        As for `availability`.

    Returns
    -------
    pandas.DataFrame
        Indexed by (corridor, other), each pair once. together: share of time in which hazards take from both trunks
        [1]; if_independent: the product of the shares in which they take from each [1]; ratio: together over that;
        shared: names of hazards that take from both. The largest excess over chance first.

    Examples
    --------
    >>> import corridor as cr
    >>> pairs = cr.common_cause(cr.load(regime="war"))
    >>> bool(pairs.loc[("cpc", "druzhba"), "together"] > pairs.loc[("cpc", "druzhba"), "if_independent"])
    True
    """
    import pandas as pd

    network, exposed = _exposed(network, scenario)
    trunks = {c.id: list(itertools.chain(*_trunk_assets(network, exposed, c.id))) for c in network.corridors}
    untouched = {id: exposed.untouched(assets) for id, assets in trunks.items()}
    hazards = {id: [e.hazard.name for e in exposed.on(assets)] for id, assets in trunks.items()}
    rows = []
    for corridor, other in itertools.combinations(trunks, 2):
        together = 1.0 - untouched[corridor] - untouched[other] + exposed.untouched(trunks[corridor] + trunks[other])
        by_chance = (1.0 - untouched[corridor]) * (1.0 - untouched[other])
        rows.append(
            (corridor, other, together, by_chance, tuple(name for name in hazards[corridor] if name in hazards[other]))
        )
    table = pd.DataFrame(rows, columns=["corridor", "other", "together", "if_independent", "shared"])
    table.insert(4, "ratio", (table["together"] / table["if_independent"].where(table["if_independent"] > 0)))
    order = (table["if_independent"] - table["together"]).sort_values(kind="stable").index
    return table.loc[order].set_index(["corridor", "other"])


def _trunk_assets(network: Network, exposed: Exposures, corridor: str) -> list[tuple[Place, Place, Place]]:
    """Return the edges of a trunk in service with their two nodes, all of which each needs."""
    edges: list[tuple[Place, Place, Place]] = [
        (("edge", edge.id), ("node", edge.tail), ("node", edge.head)) for edge in network.trunk(corridor)
    ]
    return [assets for assets in edges if all(exposed.headroom[asset] > 0 for asset in assets)]


def _or_one(share: float) -> float:
    """Return a share, or 1 where none is known."""
    return 1.0 if math.isnan(share) else share


def _exposed(network: Network, scenario: Scenario | None) -> tuple[Network, Exposures]:
    """Return the network under a scenario, and what its hazards do to it."""
    require_network(network)
    if scenario is not None:
        require_scenario(scenario)
    for hazard in network.hazards:
        hazard.apply(network)
    altered = network if scenario is None else scenario.apply(network)
    return altered, Exposures.of(altered)
