"""`solve`: the best flow in one condition of a network; `Flow`: the answer as tables, with its certificate."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import SolverError
from corridor.model.network import Network, require_network
from corridor.model.scenario import Scenario, require_scenario
from corridor.solver.highs import Basis, Infeasible, Optimum, Solver, Unbounded
from corridor.solver.program import Floats, Program, State
from corridor.solver.routes import Route, split

if TYPE_CHECKING:
    import pandas as pd

_DUST_MTPA = 1e-9
_TOLERANCE_USD = 1e-7
_SLACK_MTPA = 1e-7


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
        If demands of quotas contradict each other (they are named), or a cycle of edges earns money without limit.

    Examples
    --------
    >>> import corridor as cr
    >>> flow = cr.solve(cr.load("caspian", year=2021))
    >>> flow.duality_gap < 1e-9
    True
    """
    return Desk(network).solve(scenario)


class Desk:
    """A network compiled and solved once, at which scenarios are solved by restarting from it.

    Not safe for use from two threads at a time.
    """

    def __init__(self, network: Network) -> None:
        require_network(network)
        self.network = network
        self.program = Program.of(network)
        self.base = self.program.state(network)
        try:
            self._solver = Solver(self.program, self.base)
        except Infeasible:
            nothing = np.zeros_like(self.base.cost)
            self._solver = Solver(self.program, dataclasses.replace(self.base, cost=nothing, lower=nothing))
            self.base = self._eased(self.base, network)
            self._solver = Solver(self.program, self.base)
        except Unbounded:
            raise SolverError(_earning_cycle(network, self.program, self.base)) from None

    def solve(self, scenario: Scenario | None = None, *, strict: bool = True) -> Flow:
        """Return the flow under a scenario of the desk's network; `strict` as in `Scenario.apply`."""
        if scenario is None:
            return self.flow(self.network)
        require_scenario(scenario)
        return self.flow(scenario.apply(self.network, strict=strict), scenario)

    def flow(self, network: Network, scenario: Scenario | None = None) -> Flow:
        """Return the flow of a network that differs from the desk's in numbers only."""
        state = self.base if network is self.network else self.program.state(network)
        try:
            optimum = self._solver.optimum(state)
        except Infeasible:
            state = self._eased(state, network)
            optimum = self._solver.optimum(state)
        except Unbounded:
            raise SolverError(_earning_cycle(network, self.program, state)) from None
        return Flow(network=network, scenario=scenario, program=self.program, state=state, optimum=optimum)

    def optimum(self, state: State) -> Optimum:
        """Return the optimum of a state.

        Raises
        ------
        SolverError
            If it has none: demands that contradict each other, or no limit.
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

    def _eased(self, state: State, network: Network) -> State:
        """Return a state in which demands of quotas are cut to what is possible.

        Demands that could not be met even without outages, with supply and buyers enough, contradict each other or
        what the edges are built for: an error.
        """
        if not self._could_be_met(network):
            raise self._contradiction(state)
        demanded = np.flatnonzero(state.lower)
        cost, upper = np.zeros_like(state.cost), state.upper.copy()
        cost[demanded], upper[demanded] = -1.0, state.lower[demanded]
        most = self._solver.optimum(State(cost, np.zeros_like(state.lower), upper, state.ceiling, 0.0))
        lower = state.lower.copy()
        lower[demanded] = np.minimum(lower[demanded], np.maximum(0.0, most.amount[demanded] - _SLACK_MTPA))
        return dataclasses.replace(state, lower=lower)

    def _could_be_met(self, network: Network) -> bool:
        """Tell whether all demands of quotas could be met at once if all were whole, and oil and buyers enough."""
        whole = network.altered(
            nodes=tuple(node.replace(remaining=1.0) for node in network.nodes),
            edges=tuple(edge.replace(remaining=1.0) for edge in network.edges),
        )
        state = self.program.state(whole)
        upper = state.upper.copy()
        upper[self.program.lifted] = upper[self.program.extra] = np.inf
        try:
            self._solver.optimum(dataclasses.replace(state, cost=np.zeros_like(state.cost), upper=upper))
        except Infeasible:
            return False
        return True

    def _contradiction(self, state: State) -> SolverError:
        """Return the error for demands that cannot all be met, naming an irreducible set of them."""
        lower = state.lower.copy()
        culprits = []
        for column in np.flatnonzero(state.lower[: self.program.n_flows]):
            demanded, lower[column] = lower[column], 0.0
            try:
                self._solver.optimum(dataclasses.replace(state, lower=lower.copy()))
            except Infeasible:
                continue
            lower[column] = demanded
            edge, commodity = self.program.name_of(int(column))
            culprits.append(f"'{edge}/{commodity}' (min_mtpa {demanded:g})")
        return SolverError(
            f"the demands of quotas contradict each other or what supplies and edges allow: {', '.join(culprits)}; "
            "lower min_mtpa of one of them"
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
        return (
            f"<Flow {name!r}: {self.delivered_mtpa:.1f} Mt/y delivered, {self.shortfall_mtpa:.1f} Mt/y short, "
            f"netback {self.netback_musd_per_year:,.0f} million USD/y>"
        )

    def _repr_html_(self) -> str:
        from corridor.solver.card import flow_card

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
        prices = np.array([market.price_usd_per_t for market in self.network.markets])
        return float(prices @ self.delivered_by_market) - self.cost_musd_per_year

    @property
    def objective_musd_per_year(self) -> float:
        """What was maximised: netback less penalties. [million USD/y]"""
        return -self.optimum.objective_musd

    @cached_property
    def duality_gap(self) -> float:
        """Distance of the objective from the bound that the duals prove, relative to the objective (or to 1). [1]"""
        state, optimum = self.state, self.optimum
        bound = np.where(optimum.reduced_cost > 0, state.lower, state.upper)
        worth = optimum.reduced_cost * np.where(np.isfinite(bound), bound, 0.0)
        ceilings = optimum.dual[self.program.n_balances :]
        limits = np.where(np.isfinite(state.ceiling), state.ceiling, 0.0)
        proven = float(worth.sum() + ceilings @ limits) + state.constant_musd
        return abs(optimum.objective_musd - proven) / max(1.0, abs(optimum.objective_musd))

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
        duals = -self.optimum.dual[program.n_balances + len(program.shared_edges) :]
        columns = {
            "throughput_mtpa": through, "available_mtpa": available, "utilisation": _utilisation(through, available),
            "shadow_price_usd_per_t": _positive(duals),
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
        """Markets by (node, commodity): delivered_mtpa, price_usd_per_t, required_mtpa, shortfall_mtpa."""
        import pandas as pd

        markets = self.network.markets
        columns = {
            "delivered_mtpa": self.delivered_by_market,
            "price_usd_per_t": [market.price_usd_per_t for market in markets],
            "required_mtpa": [market.required_mtpa for market in markets],
            "shortfall_mtpa": self.unmet_by_market,
        }
        return pd.DataFrame(columns, index=_pairs([(m.node, m.commodity) for m in markets], "node"))

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
        return np.where(np.abs(amount) < _DUST_MTPA, 0.0, amount)

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
        for column in columns[optimum.reduced_cost[columns] < -_TOLERANCE_USD]:
            at = int(program.flow_edge[column])
            if self.network.edges[at].available_mtpa <= quotas.get(program.name_of(int(column)), np.inf):
                price[at] = -optimum.reduced_cost[column]
        return _positive(price)

    def throughput_mtpa(self, corridor: str, commodity: str | None = None) -> float:
        """Tonnes across a corridor's trunk edges, of one commodity or of all. [Mt/y]"""
        columns = self.program.trunk_columns(self.network, corridor, commodity)
        return float(self.amounts[columns].sum())

    @cached_property
    def shortfall_by_supply(self) -> Floats:
        """Tonnes of each supply that are not lifted. [Mt/y]"""
        volume = np.array([supply.volume_mtpa for supply in self.network.supplies])
        return _swept(volume - self.amounts[self.program.lifted])

    @cached_property
    def unmet_by_market(self) -> Floats:
        """Required tonnes that each market does not get. [Mt/y]"""
        required = np.array([market.required_mtpa for market in self.network.markets])
        return _swept(required - self.delivered_by_market)

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
            record, subject, attribute, value, low, high, unit; effect_musd_per_year: dual times half the range between
            low and high, through all formulas that use the figure [million USD/y]; confidence, source, url. The
            largest effect first.

        Raises
        ------
        DataError
            If the network was not built from figures, or `n` is no number of rows.

        Notes
        -----
        To first order: at the ends of a wide range another basis may be optimal. `sensitivity` solves anew there.
        """
        from corridor.solver.leans import leans_on

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


def _positive(duals: Floats) -> Floats:
    """Sweep the solver's dust from duals that are >= 0."""
    return np.where(duals > _TOLERANCE_USD, duals, 0.0)


def _swept(amount: Floats) -> Floats:
    """Sweep the solver's dust from amounts that are >= 0."""
    return np.where(amount > _DUST_MTPA, amount, 0.0)


def _pairs(keys: list[Any], first: str) -> pd.MultiIndex:
    import pandas as pd

    return (
        pd.MultiIndex.from_tuples(keys, names=[first, "commodity"])
        if keys
        else pd.MultiIndex.from_arrays([[], []], names=[first, "commodity"])
    )


def _earning_cycle(network: Network, program: Program, state: State) -> str:
    """Return the sentence for a network in which some cycle of edges earns money without limit."""
    import networkx as nx

    ceilings = dict(zip(program.shared_edges.tolist(), state.ceiling, strict=False))
    limited = {network.nodes[at].id for at in program.limited_nodes}
    for which, commodity in enumerate(program.commodities):
        graph: nx.DiGraph[str] = nx.DiGraph()
        for column in np.flatnonzero(program.flow_commodity == which).tolist():
            edge, cost = network.edges[program.edge_of(column)], float(state.cost[column])
            limit = min(state.upper[column], ceilings.get(program.edge_of(column), np.inf))
            best = graph.get_edge_data(edge.tail, edge.head, {"weight": np.inf})["weight"]
            if np.isinf(limit) and edge.head not in limited and cost < best:
                graph.add_edge(edge.tail, edge.head, weight=cost, id=edge.id)
        for start in list(graph):
            try:
                cycle = nx.find_negative_cycle(graph, start)
            except nx.NetworkXError:
                continue
            ids = ", ".join(repr(graph[a][b]["id"]) for a, b in pairwise(cycle))
            return (
                f"{commodity} could go round the unlimited edges {ids} for ever and earn money each time; "
                "their quality_usd_per_t must not exceed their costs"
            )
    return "the objective has no limit: some price or quality gain is earned on an unlimited flow"
