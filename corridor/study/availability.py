"""Share of time that corridors are in service under a network's hazards, and how often two are hit at once."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from corridor.model.formulas import DAYS_PER_YEAR
from corridor.model.network import Network, require_network
from corridor.model.scenario import Scenario, require_scenario
from corridor.risk.exposure import Asset, Exposures

if TYPE_CHECKING:
    import pandas as pd


def availability(network: Network, scenario: Scenario | None = None) -> pd.DataFrame:
    """Return the share of time that each corridor's trunk is in service under the network's hazards.

    Parameters
    ----------
    network : Network
        Network with hazards.
    scenario : Scenario, optional
        Scenario in force all the time.

    Returns
    -------
    pandas.DataFrame
        One row a corridor, indexed by corridor id; NaN where the trunk carries nothing in the baseline.

        - availability: mean share of the trunk's capacity in service, end nodes included [1]
        - untouched: share of time in which no hazard reduces it [1]
        - closed: share of time in which nothing can pass [1]
        - full_loss_days_per_year: days of full closure with the same mean loss [days/y]
        - hazards: names of the hazards that reduce it, alone or together

    Raises
    ------
    DataError, UnknownNameError
        If a hazard or the scenario does not fit the network.

    Notes
    -----
    The shares are computed, not simulated. A hazard is in force for the share
    ``1 - exp(-frequency x duration / 365)`` of time, whatever the distribution of durations. For an edge the remaining
    share of its capacity counts; for a node its remaining limit over its baseline throughput (all shippers, at most 1);
    for an edge with its nodes the least of the three at each time. Random severities of several hazards on one route,
    or at one limit that does not bind, are computed in sixteen steps.
    `compare` gives the same for the best route from field to market, feeders and sea legs included.

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
    """Return how often hazards reduce two corridors at the same time, compared with independent hazards.

    Parameters
    ----------
    network : Network
        Network with hazards.
    scenario : Scenario, optional
        Scenario in force all the time.

    Returns
    -------
    pandas.DataFrame
        One row a pair, indexed by (corridor, other); largest excess over independence first.

        - together: share of time in which hazards reduce both trunks [1]
        - if_independent: product of the shares in which hazards reduce each trunk [1]
        - ratio: together over if_independent [1]
        - shared: names of the hazards that reduce both

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


def _trunk_assets(network: Network, exposed: Exposures, corridor: str) -> list[tuple[Asset, Asset, Asset]]:
    """Return each trunk edge in service with its two nodes: a tonne needs all three."""
    edges: list[tuple[Asset, Asset, Asset]] = [
        (("edge", edge.id), ("node", edge.tail), ("node", edge.head)) for edge in network.trunk(corridor)
    ]
    return [assets for assets in edges if all(exposed.headroom[asset] > 0 for asset in assets)]


def _or_one(share: float) -> float:
    """Return a share, or 1 where no hazard concerns it."""
    return 1.0 if math.isnan(share) else share


def _exposed(network: Network, scenario: Scenario | None) -> tuple[Network, Exposures]:
    """Return the network under a scenario, and its exposure to its hazards."""
    require_network(network)
    if scenario is not None:
        require_scenario(scenario)
    for hazard in network.hazards:
        hazard.apply(network)
    altered = network if scenario is None else scenario.apply(network)
    return altered, Exposures.of(altered)
