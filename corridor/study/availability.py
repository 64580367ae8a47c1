"""Mean share of capacity in service of corridors' whole routes under hazards, and how often two are hit at once."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

from corridor.model.formulas import DAYS_PER_YEAR
from corridor.model.network import Network, require_network
from corridor.model.scenario import Scenario, require_scenario, scenario_name
from corridor.model.stamp import stamped
from corridor.risk.exposure import Asset, Exposures
from corridor.solver.flow import solve
from corridor.study.best_routes import RouteSearch, route_assets
from corridor.study.comparison_scope import comparison_scope
from corridor.study.scenario_runs import chosen_commodity

if TYPE_CHECKING:
    import pandas as pd


def availability(
    network: Network, scenario: Scenario | None = None, *, commodity: str | None = None, origin: str | None = None
) -> pd.DataFrame:
    """Return the mean share of capacity in service on each corridor's whole route under the network's hazards.

    Parameters
    ----------
    network : Network
        Network with hazards.
    scenario : Scenario, optional
        Scenario in force all the time.
    commodity : str, optional
        Id of the commodity whose routes are looked at; by default the network's first.
    origin : str, optional
        Id of the node where routes begin; by default as in `compare`.

    Returns
    -------
    pandas.DataFrame
        One row a corridor that can carry the commodity, indexed by corridor id, for its best route from field to
        market: the one that `compare` measures, feeders and sea legs included. NaN where no route leads through it,
        and where no hazard strikes anything on it: no record is no safety.

        - availability: mean share of capacity in service, of the weakest edge or node at each time [1]
        - untouched: share of time in which no hazard reduces it [1]
        - closed: share of time in which nothing can pass, on this route or on the best one by another trunk edge [1]
        - full_loss_days_per_year: days of full closure with the same mean loss [days/y]
        - hazards: names of the hazards that reduce it, alone or together

    Raises
    ------
    DataError, UnknownNameError
        If a hazard, the scenario, the commodity or the origin does not fit the network.

    Notes
    -----
    The shares are computed, not simulated. A hazard is in force for the share
    ``1 - exp(-frequency x duration / 365)`` of time, whatever the distribution of durations. For an edge the remaining
    share of its capacity counts; for a node its remaining limit over its baseline throughput (all shippers, at most 1);
    for a route the least of them at each time. Random severities of several hazards on one route, or at one limit that
    does not bind, are computed in sixteen steps. Of a hazard with hits the share of time counts in which a member on
    the route is struck; members struck by different events at the same time lose the larger of their shares. A hazard
    that takes shares of flow leaves, of an edge, a share of what passes there in the baseline.

    Examples
    --------
    >>> import corridor as cr
    >>> net = cr.load(regime="war")
    >>> round(float(cr.availability(net).loc["cpc", "availability"]), 2)
    0.95
    """
    import pandas as pd

    exposed, assets_by_corridor = _exposed(network, scenario, commodity=commodity, origin=origin)
    rows = [{"corridor": id} | _shares(exposed, routes) for id, routes in assets_by_corridor.items()]
    columns = ["corridor", "availability", "untouched", "closed", "full_loss_days_per_year", "hazards"]
    table = pd.DataFrame(rows, columns=columns).set_index("corridor")
    own = chosen_commodity(network, commodity)
    return stamped(table, network, commodity=own, scenario=scenario_name(scenario))


def common_cause(
    network: Network, scenario: Scenario | None = None, *, commodity: str | None = None, origin: str | None = None
) -> pd.DataFrame:
    """Return how often hazards reduce two corridors at the same time, compared with independent hazards.

    Parameters
    ----------
    network : Network
        Network with hazards.
    scenario : Scenario, optional
        Scenario in force all the time.
    commodity : str, optional
        Id of the commodity whose routes are looked at; by default the network's first.
    origin : str, optional
        Id of the node where routes begin; by default as in `compare`.

    Returns
    -------
    pandas.DataFrame
        One row a pair of corridors that can carry the commodity, indexed by (corridor, other), for their best routes
        from field to market as in `availability`; largest excess over independence first, NaN last, where one has no
        route or no hazard on record.

        - together: share of time in which hazards reduce both routes [1]
        - if_independent: product of the shares in which hazards reduce each route [1]
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

    exposed, assets_by_corridor = _exposed(network, scenario, commodity=commodity, origin=origin)
    first = {id: routes[0] if routes else [] for id, routes in assets_by_corridor.items()}
    untouched = {id: exposed.untouched(assets) if exposed.aimed(assets) else math.nan for id, assets in first.items()}
    hazards = {id: [e.hazard.name for e in exposed.on(assets)] for id, assets in first.items()}
    rows = []
    for corridor, other in itertools.combinations(first, 2):
        together = 1.0 - untouched[corridor] - untouched[other] + exposed.untouched(first[corridor] + first[other])
        by_chance = (1.0 - untouched[corridor]) * (1.0 - untouched[other])
        rows.append(
            (corridor, other, together, by_chance, tuple(name for name in hazards[corridor] if name in hazards[other]))
        )
    table = pd.DataFrame(rows, columns=["corridor", "other", "together", "if_independent", "shared"])
    table.insert(4, "ratio", (table["together"] / table["if_independent"].where(table["if_independent"] > 0)))
    order = (table["if_independent"] - table["together"]).sort_values(kind="stable").index
    table = table.loc[order].set_index(["corridor", "other"])
    own = chosen_commodity(network, commodity)
    return stamped(table, network, commodity=own, scenario=scenario_name(scenario))


def _shares(exposed: Exposures, routes: list[list[Asset]]) -> dict[str, Any]:
    """Return the numbers of one corridor, from the assets of its best route and of those by other trunk edges."""
    best = routes[0] if routes else []
    known = exposed.aimed(best)
    share = exposed.availability(best)
    return {
        "availability": share,
        "untouched": exposed.untouched(best) if known else math.nan,
        "closed": exposed.closed(routes) if known else math.nan,
        "full_loss_days_per_year": DAYS_PER_YEAR * (1.0 - share),
        "hazards": tuple(e.hazard.name for e in exposed.on(best)),
    }


def _exposed(
    network: Network, scenario: Scenario | None, *, commodity: str | None, origin: str | None
) -> tuple[Exposures, dict[str, list[list[Asset]]]]:
    """Return what hazards do to the network under a scenario, and by corridor the assets of its routes, best first."""
    require_network(network)
    if scenario is not None:
        require_scenario(scenario)
    for hazard in network.hazards:
        hazard.apply(network)
    scope = comparison_scope(network, commodity=commodity, origin=origin)
    flow = solve(network, scenario)
    search = RouteSearch(flow, scope.commodity)
    routes = {id: search.each(id, scope.origins) for id in scope.corridors}
    assets = {id: [route_assets(flow.network, route) for route in some] for id, some in routes.items()}
    return Exposures.of(flow.network, flow), assets
