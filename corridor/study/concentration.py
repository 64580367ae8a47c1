"""Concentration of a commodity's exports, and their exposure to each transit country."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridor.model.changes import Outage
from corridor.model.display_units import DisplayUnits
from corridor.model.formulas import hhi
from corridor.model.network import Network, require_network
from corridor.model.scenario import Scenario, require_scenario, scenario_name
from corridor.model.stamp import stamped
from corridor.risk.measures import n_minus_one_percent, political_hhi, shannon_wiener
from corridor.solver.capacity import route_capacity
from corridor.solver.flow import Flow
from corridor.solver.warm import WarmSolver
from corridor.study.compare import compare_in_scope
from corridor.study.comparison_scope import comparison_scope
from corridor.study.outcomes import losses

if TYPE_CHECKING:
    import pandas as pd


def indices(
    network: Network, scenario: Scenario | None = None, *, commodity: str | None = None, units: str = "t"
) -> pd.DataFrame:
    """Return indices of spare capacity and concentration of a commodity's exports.

    Parameters
    ----------
    network : Network
        Network to solve.
    scenario : Scenario, optional
        Scenario to apply before solving.
    commodity : str, optional
        Id of the commodity; by default the network's first.
    units : {"t", "bbl"}
        Units of what is to export, in words; the indices have none.

    Returns
    -------
    pandas.DataFrame
        One row an index, indexed by its name.

        - value: the index, in its unit
        - unit: % or 1
        - about: definition, and the shares or the corridor that it depends on

    Raises
    ------
    DataError
        If there are no such units, or the commodity has no barrels.

    Notes
    -----
    Exports are supply less deliveries in the countries that supply the commodity. Capacities are those of `compare`,
    each corridor alone, so a feeder or contract that two corridors share counts for both; with a country closed, those
    of `compare` under its closure. All shares are of the exports that cross a corridor. A tonne
    counts for the first foreign country that it enters, whose government can stop it first.

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

    view = _ExportPattern.of(network, scenario, commodity, units)
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
    about_needs = f"over {view.needed_text} to export"
    n1 = n_minus_one_percent(capacity.drop(largest), view.needed_mtpa) if len(corridors) else math.nan
    rows = [
        ("n_minus_1", n1, "%", f"capacity remaining without the largest corridor ({largest}), {about_needs}"),
        (
            "n_minus_j",
            worst["n_minus_j_percent"] if worst else math.nan,
            "%",
            f"capacity remaining with {worst['jurisdiction'] if worst else '-'} closed, {about_needs}",
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


def jurisdictions(
    network: Network, scenario: Scenario | None = None, *, commodity: str | None = None, units: str = "t"
) -> pd.DataFrame:
    """Return the exposure of a commodity's exports to the closure of each transit country.

    Parameters
    ----------
    network : Network
        Network to solve.
    scenario : Scenario, optional
        Scenario to apply before solving.
    commodity : str, optional
        Id of the commodity; by default the network's first.
    units : {"t", "bbl"}
        Tonnes, or barrels: columns are then in thousand barrels a day (``_kbd``), by the commodity's own a tonne.

    Returns
    -------
    pandas.DataFrame
        One row a country, indexed by jurisdiction (ISO 3166 alpha-3), largest loss first.

        - corridors: ids of the corridors whose capacity falls with the country closed
        - capacity_mtpa: by how much it falls, as `compare` has it [Mt/y]
        - n_minus_j_percent: capacity remaining with it closed, over exports [%]
        - share: share of the exports that cross a corridor which enters the country now [1]
        - shortfall_if_closed_mtpa: extra shortfall of the commodity if everything that crosses the country is closed
          and the rest is solved again [Mt/y]
        - unmet_if_closed_mtpa: extra requirements not met, then [Mt/y]
        - loss_if_closed_musd_per_year: what is lost of the commodity's money, then, as in `outcomes` [million USD/y]

    Raises
    ------
    DataError
        If there are no such units, or the commodity has no barrels.

    Notes
    -----
    Home countries, and countries where a route only ends, are not listed. Capacities suppose unlimited supply and
    buyers: with a strait closed much could still be sent to the buyers before it, who take little; what is then short
    says so, the capacity does not.
    """
    import pandas as pd

    view = _ExportPattern.of(network, scenario, commodity, units)
    rows = view.jurisdictions()
    columns = [
        "jurisdiction", "corridors", "capacity_mtpa", "n_minus_j_percent", "share", "shortfall_if_closed_mtpa",
        "unmet_if_closed_mtpa", "loss_if_closed_musd_per_year",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    order = ["loss_if_closed_musd_per_year", "shortfall_if_closed_mtpa", "share", "jurisdiction"]
    table = table.sort_values(order, ascending=[False, False, False, True]).set_index("jurisdiction")
    table = view.units.table(table, view.commodity)
    return stamped(table, view.network, commodity=view.commodity, scenario=scenario_name(scenario))


_USED = ("capacity_mtpa", "bottleneck", "risk_score", "countries", "destination")
"""Columns of `compare` that are looked at."""
_LESS = 1e-6
"""A capacity that falls by no more than this has not fallen. [Mt/y]"""


@dataclass(frozen=True, eq=False)
class _ExportPattern:
    """A commodity's exports in one state: its corridors compared, what crosses them, and which countries. [Mt/y]"""

    solver: WarmSolver
    flow: Flow
    commodity: str
    corridors: pd.DataFrame
    needed_mtpa: float
    by_corridor: dict[str, float]
    by_first_country: dict[str, float]
    entering: dict[str, float]
    transit: frozenset[str]
    units: DisplayUnits

    @classmethod
    def of(cls, network: Network, scenario: Scenario | None, commodity: str | None, units: str) -> _ExportPattern:
        """Solve the network, and add up exports by route."""
        import pandas as pd

        require_network(network)
        if scenario is not None:
            require_scenario(scenario)
            network = scenario.apply(network)
        scope = comparison_scope(network, commodity=commodity)
        commodity = scope.commodity
        shown = DisplayUnits.of(network, units, commodity)
        corridors = compare_in_scope(network, [], scope, columns=_USED).droplevel("scenario")
        home = _home(network, commodity)
        offered = sum(supply.volume_mtpa for supply in network.supplies if supply.commodity == commodity)
        first: dict[str, float] = {}
        entering: dict[str, float] = {}
        transit: set[str] = set()
        home_delivered_mtpa = 0.0
        solver = WarmSolver(network)
        flow = Flow(solver.solve())
        by_corridor = {corridor: flow.throughput_mtpa(corridor, commodity) for corridor in map(str, corridors.index)}
        for route in flow.routes.to_dict("records"):
            if route["commodity"] != commodity:
                continue
            amount, end = float(route["flow_mtpa"]), network.node(route["destination"]).country
            if end in home:
                home_delivered_mtpa += amount
                if not pd.isna(route["corridor"]):
                    by_corridor[str(route["corridor"])] -= amount
                continue
            crossed = dict.fromkeys(c for id in route["edges"] for c in network.edge(id).countries if c not in home)
            transit |= crossed.keys() - {end}
            if pd.isna(route["corridor"]):
                continue
            entered = next(iter(crossed), "unknown")
            first[entered] = first.get(entered, 0.0) + amount
            for country in crossed:
                entering[country] = entering.get(country, 0.0) + amount
        needed = offered - home_delivered_mtpa
        return cls(solver, flow, commodity, corridors, needed, by_corridor, first, entering, frozenset(transit), shown)

    @property
    def needed_text(self) -> str:
        """What is to export, with its unit."""
        return f"{self.needed_mtpa * self.units.rate(self.commodity):.{self.units.digits}f} {self.units.volume}"

    @property
    def network(self) -> Network:
        """The network, scenario applied."""
        return self.flow.network

    def jurisdictions(self) -> list[dict[str, Any]]:
        """Return what the closure of each transit country takes of the corridors' capacity, and its share now."""
        total = sum(self.by_corridor.values())
        before = self.corridors["capacity_mtpa"]
        rows = []
        for country in self._transit_countries():
            closure = Scenario(name=f"{country} closed", changes=(Outage(country=country),))
            closed = self.solver.solve_network(closure.apply(self.network, strict=False))
            after = before.copy()
            for id in before.index:
                after[id] = route_capacity(self.solver, closed, str(id), self.commodity).capacity_mtpa
            falls = [(str(id), float(before[id] - after[id])) for id in before.index if after[id] < before[id] - _LESS]
            lost = losses(Flow(closed), self.flow, self.commodity)
            rows.append({
                "jurisdiction": country,
                "corridors": tuple(id for id, _ in falls),
                "capacity_mtpa": sum(fall for _, fall in falls),
                "n_minus_j_percent": n_minus_one_percent(after, self.needed_mtpa),
                "share": self.entering.get(country, 0.0) / total if total > 0 else 0.0,
                "shortfall_if_closed_mtpa": lost["shortfall_change_mtpa"],
                "unmet_if_closed_mtpa": lost["unmet_change_mtpa"],
                "loss_if_closed_musd_per_year": lost["loss_musd_per_year"],
            })  # fmt: skip
        return rows

    def _transit_countries(self) -> list[str]:
        """Return the foreign countries that some flow, best route or trunk crosses without ending there."""
        countries = set(self.transit)
        for id, row in self.corridors.iterrows():
            final_country = self.network.node(row["destination"]).country if row["destination"] else None
            edges = self.network.trunk_of_peers(str(id), [self.commodity])
            trunk = (country for edge in edges for country in edge.countries)
            countries |= {*row["countries"].split("-"), *trunk} - {final_country, ""}
        return sorted(countries - _home(self.network, self.commodity))


def _home(network: Network, commodity: str) -> set[str]:
    """Return the countries that supply a commodity; nodes without a country are ignored."""
    countries = (network.node(supply.node).country for supply in network.supplies if supply.commodity == commodity)
    return {country for country in countries if country is not None}


def _shares(amounts: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return names and shares of amounts above 0, the largest first."""
    total = sum(amounts.values())
    return [(name, amount / total) for name, amount in sorted(amounts.items(), key=lambda i: (-i[1], i[0])) if amount]
