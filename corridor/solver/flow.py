"""`solve`: the best flow in one condition of a network; `Flow`: the answer as tables, with its certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import SolverError
from corridor.model.network import Key, Network, edge_key, require_network
from corridor.model.result_path import RENAMED
from corridor.model.scenario import Scenario, require_scenario
from corridor.solver.decompose import Route, split
from corridor.solver.highs import Basis, Optimum, Solver
from corridor.solver.program import Floats, Program, State

if TYPE_CHECKING:
    import pandas as pd

_DUST_MTPA = 1e-9
_TOLERANCE_USD = 1e-7
_MOST_EXCESS = 1e-3


def solve(network: Network, scenario: Scenario | None = None) -> Flow:
    """Return the flow that earns most: delivered value less unit costs and penalties.

    Parameters
    ----------
    network : Network
        The world.
    scenario : Scenario, optional
        What happens to it; nothing by default.

    Returns
    -------
    Flow
        The answer; supply that cannot be lifted is a priced shortfall in it, not an error.

    Raises
    ------
    UnknownNameError, DataError
        If the scenario does not fit the network.
    SolverError
        If the solver does not reach an optimum, or the network's volumes lie too far apart for it.

    Examples
    --------
    >>> import corridor as cr
    >>> flow = cr.solve(cr.load("caspian", year=2021))
    >>> flow.duality_gap < 1e-9
    True
    """
    return Desk(network).solve(scenario)


class Desk:
    """A network compiled and solved once, at which scenarios are solved by restarting from it."""

    def __init__(self, network: Network, *, minima: frozenset[Key] = frozenset()) -> None:
        """Compile and solve a network; `minima` are quotas that may get a minimum later."""
        require_network(network)
        self.network = network
        self.program = Program.of(network, minima)
        self.base = self.program.state(network)
        self._solver = Solver(self.program, self.base)
        self._others: dict[frozenset[Key], Desk] = {}

    def solve(self, scenario: Scenario | None = None, *, strict: bool = True) -> Flow:
        """Return the flow under a scenario of the desk's network; `strict` as in `Scenario.apply`."""
        if scenario is None:
            return self.flow(self.network)
        require_scenario(scenario)
        return self.flow(scenario.apply(self.network, strict=strict), scenario)

    def flow(self, network: Network, scenario: Scenario | None = None) -> Flow:
        """Return the flow of a network that differs from the desk's in numbers only."""
        if (desk := self.desk_for(network)) is not self:
            return desk.flow(network, scenario)
        state = self.base if network is self.network else self.program.state(network)
        optimum = self._solver.optimum(state)
        if optimum.excess > _MOST_EXCESS:
            raise SolverError(self._too_far_apart(network, state, optimum))
        return Flow(network=network, scenario=scenario, program=self.program, state=state, optimum=optimum)

    def optimum(self, state: State) -> Optimum:
        """Return the optimum of a state.

        Raises
        ------
        SolverError
            If it has none: amounts held that contradict each other, or no limit.
        """
        return self._solver.optimum(state)

    def basis(self, state: State) -> Basis:
        """Return the optimal basis of a state.

        Raises
        ------
        SolverError
            If it has none, as for `optimum`.
        """
        return self._solver.basis(state)

    def desk_for(self, network: Network) -> Desk:
        """Return the desk whose program has a row for each minimum of a network: this one, or one made for them.

        States of the network's flow can be solved there only.
        """
        if self.program.holds(network):
            return self
        minima = frozenset(edge_key(quota) for quota in network.quotas if quota.min_mtpa > 0)
        if minima not in self._others:
            self._others[minima] = Desk(network)
        return self._others[minima]

    def _too_far_apart(self, network: Network, state: State, optimum: Optimum) -> str:
        """Return the sentence for a limit that is too small beside the rest for the solver to keep it."""
        over = (optimum.amount - state.upper) / np.maximum(state.upper, 1e-6 * self.program.unit_mtpa)
        worst = int(over[: self.program.n_flows].argmax()) if self.program.n_flows else 0
        edge = f"edge {self.program.name_of(worst)[0]!r}" if self.program.n_flows else "a market"
        return (
            f"the volumes of {network!r} lie too far apart to be solved together: {edge} is among those exceeded; "
            "leave out what is less than a millionth of a millionth of the rest, or set it to 0"
        )


@dataclass(frozen=True, eq=False)
class Flow:
    """The best flow in one condition of a network.

    Attributes
    ----------
    network : Network
        The network as solved, scenario applied.
    scenario : Scenario or None
        What was applied.

    Notes
    -----
    `objective` is what was maximised: netback less the steering prices of what is not lifted, not delivered and below
    a minimum. Those decide what happens and are no money, so it has no unit of money.

    Duals (shadow prices, marginal netbacks) are of one optimal basis; where several are optimal, others may differ.
    In a shortage they restate the penalty, which is an assumption of the supply (1000 USD/t unless it says otherwise).
    """

    network: Network
    scenario: Scenario | None
    program: Program
    state: State
    optimum: Optimum

    def __repr__(self) -> str:
        name = self.scenario.name if self.scenario is not None else "baseline"
        below = f", {self.unmet_minimum_mtpa:.1f} Mt/y below minima" if self.unmet_minimum_mtpa > 0 else ""
        return (
            f"<Flow {name!r}: {self.delivered_mtpa:.1f} Mt/y delivered, {self.shortfall_mtpa:.1f} Mt/y short, "
            f"netback {self.netback_musd_per_year:,.0f} million USD/y{below}>"
        )

    def _repr_html_(self) -> str:
        from corridor.show.flow_card import flow_card

        return flow_card(self)

    # Totals

    @cached_property
    def delivered_mtpa(self) -> float:
        """Tonnes that reach a market. [Mt/y]"""
        return float(self.delivered_by_market.sum())

    @cached_property
    def shortfall_mtpa(self) -> float:
        """Supply that is not lifted. [Mt/y]"""
        return float(self.shortfall_by_supply.sum())

    @cached_property
    def unmet_minimum_mtpa(self) -> float:
        """Tonnes that minima of quotas are short of. [Mt/y]"""
        return float(self.unmet_by_quota.sum())

    @cached_property
    def unmet_mtpa(self) -> float:
        """Requirements of markets that are not met. [Mt/y]"""
        return float(self.unmet_by_market.sum())

    @cached_property
    def cost_musd_per_year(self) -> float:
        """What moving the flow costs: unit cost times flow. [million USD/y]"""
        return float(self.state.cost[: self.program.n_flows] @ self.amounts[: self.program.n_flows])

    @cached_property
    def netback_musd_per_year(self) -> float:
        """Delivered value less cost. [million USD/y]"""
        return self.netback_of(self.amounts)

    def netback_of(self, amounts: Floats) -> float:
        """Return delivered value less cost of any amounts in the columns of the program. [million USD/y]"""
        program = self.program
        prices = np.array([market.price_usd_per_t for market in self.network.markets])
        cost = self.state.cost[: program.n_flows] @ amounts[: program.n_flows]
        return float(prices @ (amounts[program.required] + amounts[program.extra]) - cost)

    @property
    def objective(self) -> float:
        """What was maximised: netback less penalties."""
        return -self.optimum.objective

    def __getattr__(self, name: str) -> Any:
        """Refuse a name, and say what has taken its place."""
        hint = f"; ask for flow.{RENAMED[name]}, which contains penalties and is no money" if name in RENAMED else ""
        raise AttributeError(f"a Flow has no attribute {name!r}{hint}", name=name, obj=self)

    @cached_property
    def duality_gap(self) -> float:
        """How far the answer is from proven: distance to the bound of the duals, or violation of a limit, relative.

        Notes
        -----
        The distance is relative to the objective or to 1, the violation to the limit. [1]
        """
        state, optimum = self.state, self.optimum
        bound = np.where(optimum.reduced_cost > 0, state.lower, state.upper)
        worth = optimum.reduced_cost * np.where(np.isfinite(bound), bound, 0.0)
        ceilings = optimum.dual[self.program.n_balances :]
        limits = np.where(np.isfinite(state.ceiling), state.ceiling, 0.0)
        proven = float(worth.sum() + ceilings @ limits) + state.constant
        least = self.program.unit_mtpa * self.program.unit_usd_per_t
        excess = self.program.excess(state, optimum.amount)
        return max(abs(optimum.objective - proven) / max(least, abs(optimum.objective)), excess)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know before quoting it: which of two quotas set by a scenario holds, and minima that are not met."""
        unmet = zip(self.network.quotas, self.unmet_by_quota.tolist(), strict=True)
        return self.network.notes + tuple(
            f"Minimum not met: quota {quota.edge}/{quota.commodity} asks for {quota.min_mtpa:g} Mt/y, "
            f"{quota.min_mtpa - missing:.2f} pass."
            for quota, missing in unmet
            if missing > 0
        )

    # Tables

    @cached_property
    def corridors(self) -> pd.DataFrame:
        """Corridors: throughput_mtpa, available_mtpa, utilisation; all commodities together."""
        import pandas as pd

        ids = [corridor.id for corridor in self.network.corridors]
        through = [self.throughput_mtpa(id) for id in ids]
        available = [sum(edge.available_mtpa for edge in self.network.trunk(id)) for id in ids]
        columns = {
            "throughput_mtpa": through, "available_mtpa": available, "utilisation": _utilisation(through, available),
        }  # fmt: skip
        return pd.DataFrame(columns, index=pd.Index(ids, name="corridor"))

    @cached_property
    def edges(self) -> pd.DataFrame:
        """Edges: flow_mtpa, available_mtpa, utilisation, unit_cost_usd_per_t, shadow_price_usd_per_t.

        Notes
        -----
        Utilisation is NaN where nothing is available and where there is no limit. The unit cost is the mean over what
        flows, or over the commodities that might where nothing does.
        """
        import pandas as pd

        flow = self.edge_flow_mtpa
        available = [edge.available_mtpa for edge in self.network.edges]
        columns = {
            "flow_mtpa": flow, "available_mtpa": available, "utilisation": _utilisation(flow, available),
            "unit_cost_usd_per_t": self._edge_unit_cost, "shadow_price_usd_per_t": self.edge_shadow_price_usd_per_t,
        }  # fmt: skip
        return pd.DataFrame(columns, index=pd.Index([edge.id for edge in self.network.edges], name="edge"))

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """Nodes of limited throughput: throughput_mtpa, available_mtpa, utilisation, shadow_price_usd_per_t."""
        import pandas as pd

        program = self.program
        nodes = [self.network.nodes[at] for at in program.limited_nodes]
        passing = dict.fromkeys((node.id for node in nodes), 0.0)
        for at, amount in zip(program.flow_edge, self.amounts, strict=False):
            if (head := self.network.edges[at].head) in passing:
                passing[head] += amount
        for supply, amount in zip(self.network.supplies, self.amounts[program.lifted], strict=True):
            if supply.node in passing:
                passing[supply.node] += amount
        through, available = list(passing.values()), [node.available_mtpa for node in nodes]
        duals = -self.optimum.dual[program.n_balances + len(program.shared_edges) :][: len(nodes)]
        columns = {
            "throughput_mtpa": through, "available_mtpa": available, "utilisation": _utilisation(through, available),
            "shadow_price_usd_per_t": self._positive(duals),
        }  # fmt: skip
        return pd.DataFrame(columns, index=pd.Index(list(passing), name="node"))

    @cached_property
    def supplies(self) -> pd.DataFrame:
        """Supplies by (node, commodity): volume, lifted and shortfall [Mt/y], average and marginal netback [USD/t].

        Notes
        -----
        The average netback is over the routes of `routes`, NaN where nothing is lifted. The marginal netback is what
        one more tonne offered would earn (a dual); where supply goes unlifted it is minus the penalty.
        """
        import pandas as pd

        lifted = self.amounts[self.program.lifted]
        earned = dict.fromkeys(range(len(lifted)), 0.0)
        place = {(s.node, s.commodity): at for at, s in enumerate(self.network.supplies)}
        for route in self._routes:
            earned[place[route.origin, route.commodity]] += route.flow_mtpa * route.netback_usd_per_t
        penalty = np.array([supply.penalty_usd_per_t for supply in self.network.supplies])
        with np.errstate(invalid="ignore", divide="ignore"):
            average = np.where(lifted > 0, np.array(list(earned.values())) / lifted, np.nan)
        columns = {
            "volume_mtpa": [supply.volume_mtpa for supply in self.network.supplies],
            "lifted_mtpa": lifted,
            "shortfall_mtpa": self.shortfall_by_supply,
            "netback_usd_per_t": average,
            "marginal_netback_usd_per_t": np.maximum(0.0, -self.optimum.reduced_cost[self.program.lifted]) - penalty,
            "penalty_usd_per_t": penalty,
        }
        keys = [(supply.node, supply.commodity) for supply in self.network.supplies]
        return pd.DataFrame(columns, index=_pairs(keys, "node"))

    @cached_property
    def markets(self) -> pd.DataFrame:
        """Markets by (node, commodity): delivered_mtpa, price_usd_per_t, required_mtpa, unmet_mtpa."""
        import pandas as pd

        markets = self.network.markets
        columns = {
            "delivered_mtpa": self.delivered_by_market,
            "price_usd_per_t": [market.price_usd_per_t for market in markets],
            "required_mtpa": [market.required_mtpa for market in markets],
            "unmet_mtpa": self.unmet_by_market,
        }
        return pd.DataFrame(columns, index=_pairs([(m.node, m.commodity) for m in markets], "node"))

    @cached_property
    def quotas(self) -> pd.DataFrame:
        """Quotas by (edge, commodity): min_mtpa, max_mtpa (infinite: no ceiling), flow_mtpa, unmet_minimum_mtpa."""
        import pandas as pd

        quotas = self.network.quotas
        columns = {
            "min_mtpa": [quota.min_mtpa for quota in quotas],
            "max_mtpa": [np.inf if quota.max_mtpa is None else quota.max_mtpa for quota in quotas],
            "flow_mtpa": self.flow_by_quota,
            "unmet_minimum_mtpa": self.unmet_by_quota,
        }
        return pd.DataFrame(columns, index=_pairs([(q.edge, q.commodity) for q in quotas], "edge"))

    @cached_property
    def edge_flows(self) -> pd.DataFrame:
        """Flows by (edge, commodity): flow_mtpa; a commodity that can be of no use on an edge has no row there."""
        import pandas as pd

        keys = [self.program.name_of(column) for column in range(self.program.n_flows)]
        return pd.DataFrame({"flow_mtpa": self.amounts[: self.program.n_flows]}, index=_pairs(keys, "edge"))

    @cached_property
    def routes(self) -> pd.DataFrame:
        """Flows split into routes: edges, commodity, corridor, flow, unit cost, netback, days; origin and destination.

        Notes
        -----
        The split into routes is one of several; what crosses each edge and corridor is not.
        """
        import pandas as pd

        fields = (
            "edges", "commodity", "corridor", "flow_mtpa", "unit_cost_usd_per_t", "netback_usd_per_t", "transit_days",
            "origin", "destination",
        )  # fmt: skip
        rows = [[getattr(route, field) for field in fields] for route in self._routes]
        return pd.DataFrame(rows, columns=list(fields))

    # Arrays

    @cached_property
    def amounts(self) -> Floats:
        """Tonnes in every column of the program, the solver's dust swept to 0. [Mt/y]"""
        amount = self.optimum.amount
        return np.where(np.abs(amount) < self._dust_mtpa, 0.0, amount)

    @property
    def _dust_mtpa(self) -> float:
        return _DUST_MTPA * self.program.unit_mtpa

    @cached_property
    def edge_flow_mtpa(self) -> Floats:
        """Flow of each edge, all commodities together. [Mt/y]"""
        amounts = self.amounts[: self.program.n_flows]
        return np.bincount(self.program.flow_edge, amounts, minlength=len(self.network.edges)).astype(np.float64)

    @cached_property
    def delivered_by_market(self) -> Floats:
        """Tonnes delivered to each market. [Mt/y]"""
        return self.amounts[self.program.required] + self.amounts[self.program.extra]

    @cached_property
    def edge_shadow_price_usd_per_t(self) -> Floats:
        """What one more tonne of capacity of each edge would earn, >= 0. [USD/t]"""
        program, optimum = self.program, self.optimum
        price = np.zeros(len(self.network.edges))
        price[program.shared_edges] = -optimum.dual[program.n_balances :][: len(program.shared_edges)]
        columns = np.flatnonzero(program.alone)
        quotas = {(q.edge, q.commodity): q.max_mtpa for q in self.network.quotas if q.max_mtpa is not None}
        for column in columns[optimum.reduced_cost[columns] < -self._tolerance_usd_per_t]:
            at = int(program.flow_edge[column])
            if self.network.edges[at].available_mtpa <= quotas.get(program.name_of(int(column)), np.inf):
                price[at] = -optimum.reduced_cost[column]
        return self._positive(price)

    def throughput_mtpa(self, corridor: str, commodity: str | None = None) -> float:
        """Tonnes across a corridor's trunk edges, of one commodity or of all. [Mt/y]"""
        columns = self.program.trunk_columns(self.network, corridor, commodity)
        return float(self.amounts[columns].sum())

    @cached_property
    def shortfall_by_supply(self) -> Floats:
        """Tonnes of each supply that are not lifted. [Mt/y]"""
        volume = np.array([supply.volume_mtpa for supply in self.network.supplies])
        return self._swept(volume - self.amounts[self.program.lifted])

    @cached_property
    def unmet_by_market(self) -> Floats:
        """Required tonnes that each market does not get. [Mt/y]"""
        required = np.array([market.required_mtpa for market in self.network.markets])
        return self._swept(required - self.delivered_by_market)

    @cached_property
    def flow_by_quota(self) -> Floats:
        """Tonnes of each quota's commodity on its edge. [Mt/y]"""
        columns = [self.program.column(quota.edge, quota.commodity) for quota in self.network.quotas]
        return np.array([0.0 if column is None else self.amounts[column] for column in columns])

    @cached_property
    def unmet_by_quota(self) -> Floats:
        """Tonnes that each quota's minimum is short of. [Mt/y]"""
        return self._swept(np.array([quota.min_mtpa for quota in self.network.quotas]) - self.flow_by_quota)

    @property
    def _tolerance_usd_per_t(self) -> float:
        return _TOLERANCE_USD * self.program.unit_usd_per_t

    def _positive(self, duals: Floats) -> Floats:
        """Round to 0 what the solver leaves of duals that are >= 0."""
        return np.where(duals > self._tolerance_usd_per_t, duals, 0.0)

    def _swept(self, amount: Floats) -> Floats:
        """Round to 0 what the solver leaves of amounts that are >= 0."""
        return np.where(amount > self._dust_mtpa, amount, 0.0)

    @cached_property
    def _edge_unit_cost(self) -> Floats:
        program, n = self.program, len(self.network.edges)
        cost, flow = self.state.cost[: program.n_flows], self.amounts[: program.n_flows]
        fields = ("tariff_usd_per_t", "risk_premium_usd_per_t", "quality_usd_per_t")
        mean = np.array([[getattr(edge, field) for edge in self.network.edges] for field in fields])
        mean = mean[0] + mean[1] - mean[2] if n else np.zeros(0)
        for weight in (np.ones(program.n_flows), flow):
            total = np.bincount(program.flow_edge, weight, minlength=n)
            weighted = np.bincount(program.flow_edge, weight * cost, minlength=n)
            mean[total > 0] = weighted[total > 0] / total[total > 0]
        return np.asarray(mean)

    @cached_property
    def _routes(self) -> Sequence[Route]:
        return split(self.network, self.program, self.state, self.amounts)

    def leans_on(self, n: int | None = 10) -> pd.DataFrame:
        """Return the figures that the objective depends on most: those to check first.

        Parameters
        ----------
        n : int or None
            How many; all that have a range with None.

        Returns
        -------
        pandas.DataFrame
            record, subject, attribute, value, low, high, unit; effect: that on `objective` of half the range, by the
            duals, through all formulas that use the figure; confidence, source, url. The largest effect first.

        Raises
        ------
        DataError
            If the network was not built from figures, or `n` is no number of rows.

        Notes
        -----
        To first order: at the ends of a wide range another basis may be optimal. `sensitivity` solves anew there.
        """
        from corridor.solver.drivers import leans_on

        return leans_on(self, n)

    def explain(self, about: str | None = None) -> str:
        """Return in words what binds, what the next-best ways are, and what one more Mt/y would be worth.

        Parameters
        ----------
        about : str, optional
            Id of a corridor or edge to explain alone; by default the whole flow and every corridor.

        Raises
        ------
        UnknownNameError
            If there is no corridor or edge of that id.

        Notes
        -----
        Every amount of money quoted is the difference of two optima, not a dual.
        """
        from corridor.solver.explain import explain

        return explain(self, about)


def _utilisation(flow: Sequence[float] | Floats, available: Sequence[float]) -> Floats:
    """Flow over available; NaN where nothing is available, or where there is no limit."""
    flow, limit = np.asarray(flow, dtype=float), np.asarray(available, dtype=float)
    limited = np.isfinite(limit) & (limit > 0)
    return np.where(limited, flow / np.where(limited, limit, 1.0), np.nan)


def _pairs(keys: list[Any], first: str) -> pd.MultiIndex:
    import pandas as pd

    return (
        pd.MultiIndex.from_tuples(keys, names=[first, "commodity"])
        if keys
        else pd.MultiIndex.from_arrays([[], []], names=[first, "commodity"])
    )
