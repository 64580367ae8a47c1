"""Concentration of a commodity's exports, and their exposure to each transit country."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridor.model.changes import Outage
from corridor.model.formulas import hhi
from corridor.model.network import Network, require_network
from corridor.model.scenario import Scenario, require_scenario, scenario_name
from corridor.model.stamp import stamped
from corridor.risk.measures import n_minus_one_percent, political_hhi, shannon_wiener
from corridor.solver.flow import Flow, solve
from corridor.solver.warm import WarmSolver
from corridor.study.compare import compare_in_scope, comparison_scope

if TYPE_CHECKING:
    import pandas as pd


def indices(network: Network, scenario: Scenario | None = None, *, commodity: str | None = None) -> pd.DataFrame:
    """Return indices of spare capacity and concentration of a commodity's exports.

    Parameters
    ----------
    network : Network
        Network to solve.
    scenario : Scenario, optional
        Scenario to apply before solving.
    commodity : str, optional
        Id of the commodity; by default the network's first.

    Returns
    -------
    pandas.DataFrame
        One row an index, indexed by its name.

        - value: the index, in its unit
        - unit: % or 1
        - about: definition, and the shares or the corridor that it depends on

    Notes
    -----
    Exports are supply less deliveries in the countries that supply the commodity. Capacities are those of `compare`,
    each corridor alone, so a feeder or contract that two corridors share counts for both. A tonne counts for the first
    foreign country that it enters, whose government can stop it first.

    References
    ----------
    Regulation (EU) 2017/1938, Annex II (N-1); Lefevre (2010), Energy Policy 38:1635-1644 (political weights); Stirling
    (2010), Energy Policy 38:1622-1634 (diversity).

    Examples
    --------
    >>> import corridor as cr
    >>> cr.indices(cr.load(year=2021)).loc["effective_routes", "unit"]
    '1'
    """
    import pandas as pd

    view = _ExportPattern.of(network, scenario, commodity)
    corridors, capacity = view.corridors, view.corridors["capacity_mtpa"]
    largest = str(capacity.idxmax()) if len(corridors) else ""
    through = list(view.by_corridor.values())
    jurisdictions = view.jurisdictions()
    worst = min(jurisdictions, key=lambda row: (row["n_minus_j_percent"], row["jurisdiction"]), default=None)
    entered = list(view.by_first_country.values())
    shares = ", ".join(f"{name} {share:.0%}" for name, share in _shares(view.by_corridor))
    first = ", ".join(f"{name} {share:.0%}" for name, share in _shares(view.by_first_country))
    risks = [float(risk) for risk in corridors["risk_score"]]
    known = [
        (view.by_corridor[id], risk) for id, risk in zip(corridors.index, risks, strict=True) if not math.isnan(risk)
    ]
    about_needs = f"over {view.needed_mtpa:.1f} Mt/y to export"
    n1 = n_minus_one_percent(capacity.drop(largest), view.needed_mtpa) if len(corridors) else math.nan
    rows = [
        ("n_minus_1", n1, "%", f"capacity remaining without the largest corridor ({largest}), {about_needs}"),
        (
            "n_minus_j",
            worst["n_minus_j_percent"] if worst else math.nan,
            "%",
            f"capacity remaining without corridors through {worst['jurisdiction'] if worst else '-'}, {about_needs}",
        ),
        ("hhi_routes", hhi(through), "1", f"sum of squared shares of corridors: {shares}"),
        ("shannon_wiener_routes", shannon_wiener(through), "1", "diversity of corridors: -sum of share x ln share"),
        (
            "effective_routes",
            math.exp(shannon_wiener(through)),
            "1",
            "number of equal corridors with the same diversity: exp of Shannon-Wiener",
        ),
        ("hhi_jurisdictions", hhi(entered), "1", f"sum of squared shares of first countries entered: {first}"),
        ("shannon_wiener_jurisdictions", shannon_wiener(entered), "1", "diversity of first countries entered"),
        (
            "effective_jurisdictions",
            math.exp(shannon_wiener(entered)),
            "1",
            "number of equal countries with the same diversity",
        ),
        (
            "political_hhi",
            political_hhi([amount for amount, _ in known], [risk for _, risk in known]),
            "1",
            "squared shares of corridors, weighted by the governance risk of the weakest country on each",
        ),
    ]
    table = pd.DataFrame(rows, columns=["index", "value", "unit", "about"]).set_index("index")
    return stamped(table, view.network, commodity=view.commodity, scenario=scenario_name(scenario))


def jurisdictions(network: Network, scenario: Scenario | None = None, *, commodity: str | None = None) -> pd.DataFrame:
    """Return the exposure of a commodity's exports to the closure of each transit country.

    Parameters
    ----------
    network : Network
        Network to solve.
    scenario : Scenario, optional
        Scenario to apply before solving.
    commodity : str, optional
        Id of the commodity; by default the network's first.

    Returns
    -------
    pandas.DataFrame
        One row a country, indexed by jurisdiction (ISO 3166 alpha-3), largest shortfall first.

        - corridors: ids of the corridors through it
        - capacity_mtpa: their capacity [Mt/y]
        - n_minus_j_percent: capacity remaining without them, over exports [%]
        - share: share of exports that crosses it now [1]
        - shortfall_if_closed_mtpa: extra shortfall of the commodity if everything that crosses the country is closed
          and the rest is solved again [Mt/y]

    Notes
    -----
    Home countries, and countries where a route only ends, are not listed.
    """
    import pandas as pd

    view = _ExportPattern.of(network, scenario, commodity)
    rows = view.jurisdictions()
    solver = WarmSolver(view.network)
    before = _shortfall(Flow(solver.solve()), view.commodity)
    for row in rows:
        closed = Outage(country=row["jurisdiction"])
        merged = Scenario(name=f"{row['jurisdiction']} closed", changes=(closed,))
        after = _shortfall(Flow(solver.solve_network(merged.apply(view.network, strict=False))), view.commodity)
        row["shortfall_if_closed_mtpa"] = after - before
    columns = [
        "jurisdiction", "corridors", "capacity_mtpa", "n_minus_j_percent", "share", "shortfall_if_closed_mtpa",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    order = ["shortfall_if_closed_mtpa", "share", "jurisdiction"]
    table = table.sort_values(order, ascending=[False, False, True]).set_index("jurisdiction")
    return stamped(table, view.network, commodity=view.commodity, scenario=scenario_name(scenario))


@dataclass(frozen=True, eq=False)
class _ExportPattern:
    """A commodity's exports in one state: comparison of its corridors, exports by corridor and by country. [Mt/y]"""

    network: Network
    commodity: str
    corridors: pd.DataFrame
    needed_mtpa: float
    by_corridor: dict[str, float]
    by_first_country: dict[str, float]
    crossing: dict[str, float]

    @classmethod
    def of(cls, network: Network, scenario: Scenario | None, commodity: str | None) -> _ExportPattern:
        """Solve the network, and add up exports by route."""
        import pandas as pd

        require_network(network)
        if scenario is not None:
            require_scenario(scenario)
            network = scenario.apply(network)
        scope = comparison_scope(network, commodity=commodity)
        commodity = scope.commodity
        corridors = compare_in_scope(network, [], scope).droplevel("scenario")
        home = _home(network, commodity)
        offered = sum(supply.volume_mtpa for supply in network.supplies if supply.commodity == commodity)
        by_corridor = dict.fromkeys(corridors.index, 0.0)
        first: dict[str, float] = {}
        crossing: dict[str, float] = {}
        home_delivered_mtpa = 0.0
        flow = solve(network)
        for route in flow.routes.to_dict("records"):
            if route["commodity"] != commodity:
                continue
            amount, end = float(route["flow_mtpa"]), network.node(route["destination"]).country
            if end in home:
                home_delivered_mtpa += amount
                continue
            crossed = dict.fromkeys(c for id in route["edges"] for c in network.edge(id).countries if c not in home)
            corridor = "other" if pd.isna(route["corridor"]) else str(route["corridor"])
            entered = next(iter(crossed), "unknown")
            by_corridor[corridor] = by_corridor.get(corridor, 0.0) + amount
            first[entered] = first.get(entered, 0.0) + amount
            for country in crossed:
                if country != end:
                    crossing[country] = crossing.get(country, 0.0) + amount
        return cls(network, commodity, corridors, offered - home_delivered_mtpa, by_corridor, first, crossing)

    def jurisdictions(self) -> list[dict[str, Any]]:
        """Return corridors, capacity, N-J and share of exports of each transit country."""
        home = _home(self.network, self.commodity)
        through: dict[str, list[str]] = {country: [] for country in self.crossing}
        for id, row in self.corridors.iterrows():
            final_country = self.network.node(row["destination"]).country if row["destination"] else None
            crossed = {*row["countries"].split("-"), *(c for e in self.network.trunk(str(id)) for c in e.countries)}
            for country in sorted(crossed - {final_country, ""} - home):
                through.setdefault(country, []).append(str(id))
        exported = sum(self.by_first_country.values())
        capacity = self.corridors["capacity_mtpa"]
        return [
            {
                "jurisdiction": country,
                "corridors": tuple(ids),
                "capacity_mtpa": float(capacity[ids].sum()),
                "n_minus_j_percent": n_minus_one_percent(capacity.drop(ids), self.needed_mtpa),
                "share": self.crossing.get(country, 0.0) / exported if exported > 0 else 0.0,
            }
            for country, ids in sorted(through.items())
        ]


def _shortfall(flow: Flow, commodity: str) -> float:
    """Return the shortfall of a commodity. [Mt/y]"""
    shortfalls = zip(flow.network.supplies, flow.shortfall_by_supply, strict=True)
    return float(sum(missing for supply, missing in shortfalls if supply.commodity == commodity))


def _home(network: Network, commodity: str) -> set[str]:
    """Return the countries that supply a commodity; nodes without a country are ignored."""
    countries = (network.node(supply.node).country for supply in network.supplies if supply.commodity == commodity)
    return {country for country in countries if country is not None}


def _shares(amounts: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return names and shares of amounts above 0, the largest first."""
    total = sum(amounts.values())
    return [(name, amount / total) for name, amount in sorted(amounts.items(), key=lambda i: (-i[1], i[0])) if amount]
