"""`Solution`: an optimum of one state as amounts and prices, and which limit each price belongs to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from corridor.messages import listed
from corridor.model.display_units import TONNES, DisplayUnits
from corridor.model.network import Network
from corridor.model.scenario import Scenario
from corridor.model.tolerances import ZERO_MTPA, ZERO_USD_PER_T
from corridor.solver.choice import ChoiceTerms, ChosenOptimum
from corridor.solver.highs import Optimum
from corridor.solver.program import Floats, Program, ProgramState

MISSED = ("Minimum not met: ", "Minima not met: ")
"""How a note on one minimum, and on several, begins."""


@dataclass(frozen=True)
class BindingLimit:
    """Something that stops more from moving: an edge, a quota or a usual flow on one, a limited node, or a fleet."""

    kind: str
    id: str
    commodity: str = ""

    def __str__(self) -> str:
        if self.kind == "edge":
            return self.id
        return f"{self.kind} {self.id}/{self.commodity}" if self.commodity else f"{self.kind} {self.id}"


@dataclass(frozen=True, eq=False)
class Solution:
    """The optimum of one state of a network.

    Attributes
    ----------
    network : Network
        As solved, scenario applied.
    scenario : Scenario or None
        What was applied.
    program, state, optimum
        The network as arrays, and what the solver made of them.
    held : shape (n_flows,), optional
        Which flows may not exceed their usual one (`solve` with ``rerouting=False``); None where all may.
    before : Network, optional
        The network to which the scenario was applied; None where nobody has kept it.
    """

    network: Network
    scenario: Scenario | None
    program: Program
    state: ProgramState
    optimum: Optimum
    held: npt.NDArray[np.bool_] | None = None
    before: Network | None = None

    def of_state(self, state: ProgramState, optimum: Optimum) -> Self:
        """Return the solution of another state of the same network."""
        return dataclasses.replace(self, state=state, optimum=optimum)

    # Amounts

    @cached_property
    def amounts(self) -> Floats:
        """Tonnes in every column of the program; what the solver leaves of a zero is 0. [Mt/y]"""
        amount = self.optimum.amount
        return np.where(np.abs(amount) < self._zero_mtpa, 0.0, amount)

    @cached_property
    def flows(self) -> Floats:
        """Tonnes in every flow column. [Mt/y]"""
        return self.amounts[: self.program.n_flows]

    @cached_property
    def edge_flow_mtpa(self) -> Floats:
        """Flow of each edge, all commodities together. [Mt/y]"""
        return np.bincount(self.program.flow_edge, self.flows, minlength=len(self.network.edges)).astype(np.float64)

    @cached_property
    def node_throughput_mtpa(self) -> Floats:
        """What passes each node of limited throughput, in the order of ``program.limited_nodes``. [Mt/y]"""
        return self._ceiling_activity[self.program.node_rows]

    @cached_property
    def fleet_used_mt_days(self) -> Floats:
        """Cargo that each fleet has under way, way back and waiting counted. [Mt days/y]"""
        return self._ceiling_activity[self.program.fleet_rows]

    @cached_property
    def _ceiling_activity(self) -> Floats:
        return self.program.ceiling_activity(self.state, self.amounts)

    def throughput_mtpa(self, corridor: str, commodity: str | None = None) -> float:
        """Tonnes across a corridor's trunk edges, of one commodity or of all. [Mt/y]"""
        columns = self.program.trunk_columns(self.network, corridor, commodity)
        return float(self.amounts[columns].sum())

    def trunk_used_mtpa(self, corridor: str) -> float:
        """Tonnes of all commodities on a corridor's trunk edges, those that go by another corridor included. [Mt/y]"""
        return float(self.amounts[self.program.columns_on(e.id for e in self.network.trunk(corridor))].sum())

    @cached_property
    def delivered_by_market(self) -> Floats:
        """Tonnes delivered to each market. [Mt/y]"""
        return self.amounts[self.program.required] + self.amounts[self.program.extra]

    @cached_property
    def shortfall_by_supply(self) -> Floats:
        """Tonnes of each supply that are not lifted. [Mt/y]"""
        volume = np.array([supply.volume_mtpa for supply in self.network.supplies])
        return self._missing(volume - self.amounts[self.program.lifted])

    @cached_property
    def unmet_by_market(self) -> Floats:
        """Required tonnes that each market does not get. [Mt/y]"""
        required = np.array([market.required_mtpa for market in self.network.markets])
        return self._missing(required - self.delivered_by_market)

    @cached_property
    def flow_by_quota(self) -> Floats:
        """Tonnes of each quota's commodity on its edge. [Mt/y]"""
        columns = [self.program.column(quota.edge, quota.commodity) for quota in self.network.quotas]
        return np.array([0.0 if column is None else self.amounts[column] for column in columns])

    @cached_property
    def unmet_by_quota(self) -> Floats:
        """Tonnes that each quota's minimum is short of. [Mt/y]"""
        return self._missing(np.array([quota.min_mtpa for quota in self.network.quotas]) - self.flow_by_quota)

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
    def unmet_minimum_mtpa(self) -> float:
        """Tonnes that minima of quotas are short of. [Mt/y]"""
        return float(self.unmet_by_quota.sum())

    # Money

    @cached_property
    def cost_musd_per_year(self) -> float:
        """What moving the flow costs: unit cost times flow. [million USD/y]"""
        return float(self.state.cost[: self.program.n_flows] @ self.flows)

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

    @property
    def choice(self) -> ChoiceTerms | None:
        """What choice adds to it; None where no commodity chooses."""
        return self.optimum.choice if isinstance(self.optimum, ChosenOptimum) else None

    @cached_property
    def duality_gap(self) -> float:
        """Distance to the bound of the duals, relative to the objective or to 1, or violation of a limit. [1]

        Where commodities choose, the distance of their terms to the tangents is added.
        """
        state, optimum, choice = self.state, self.optimum, self.choice
        bound = np.where(optimum.reduced_cost > 0, state.lower, state.upper)
        worth = optimum.reduced_cost * np.where(np.isfinite(bound), bound, 0.0)
        ceilings = optimum.dual[self.program.n_balances :]
        limits = np.where(np.isfinite(state.ceiling), state.ceiling, 0.0)
        proven = float(worth.sum() + ceilings @ limits) + state.constant
        least = self.program.unit_mtpa * self.program.unit_usd_per_t
        excess = self.program.excess(state, optimum.amount)
        sloped, gap = (0.0, 0.0) if choice is None else (choice.sloped_musd_per_year, abs(choice.gap_musd_per_year))
        lacking = abs(optimum.objective + sloped - proven) + gap
        return max(lacking / max(least, abs(optimum.objective)), excess)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know before quoting it: which of two quotas holds, what is not met or not counted."""
        return self.notes_in(TONNES)

    def notes_in(self, units: DisplayUnits) -> tuple[str, ...]:
        """Return the notes with volumes in units; where a commodity has no barrels, in tonnes."""
        return self.network.notes + self._missed_minima(units) + self._not_counted()

    def _missed_minima(self, units: DisplayUnits) -> tuple[str, ...]:
        """Return one sentence on the minima that are not met: the one there is, or how many and how much in all."""
        unmet = zip(self.network.quotas, self.unmet_by_quota.tolist(), strict=True)
        missed = sorted(((quota, missing) for quota, missing in unmet if missing > 0), key=lambda row: -row[1])
        if not missed:
            return ()
        units = units if units.knows(quota.commodity for quota, _ in missed) else TONNES
        quota, missing = missed[0]
        rate, digits = units.rate(quota.commodity), units.fine_digits
        asked, passing = units.size(rate * quota.min_mtpa), f"{rate * (quota.min_mtpa - missing):.{digits}f}"
        worst = f"quota {quota.edge}/{quota.commodity} asks for {asked} {units.volume}, {passing} pass."
        if len(missed) == 1:
            return (f"{MISSED[0]}{worst}",)
        total = sum(amount * units.rate(quota.commodity) for quota, amount in missed)
        return (f"{MISSED[1]}{len(missed)} quotas miss {total:.{digits}f} {units.volume} (flow.quotas); {worst}",)

    def _not_counted(self) -> tuple[str, ...]:
        """Return a sentence for supplies and requirements so small beside the rest that the solver takes them for 0."""
        volumes = [(f"supply {s.node}/{s.commodity}", s.volume_mtpa) for s in self.network.supplies]
        volumes += [(f"market {m.node}/{m.commodity}", m.required_mtpa) for m in self.network.markets]
        small = [f"{name} ({volume:g})" for name, volume in volumes if 0 < volume < self._zero_mtpa]
        sentence = f"Not counted, being below {self._zero_mtpa:.2g} Mt/y, the solver's zero beside the other volumes: "
        return (f"{sentence}{listed(small, quoted=False)}.",) if small else ()

    @property
    def edge_available_mtpa(self) -> Floats:
        """What each edge has available, infinite where it has no limit. [Mt/y]"""
        edges = self.network.edges
        return self.network._once("available", lambda: np.array([edge.available_mtpa for edge in edges]))

    # Prices

    def limit_of(self, column: int) -> BindingLimit:
        """Return which limit is the upper bound of a flow column, and so owns its reduced cost.

        It is the edge's capacity where no other commodity shares the edge (else the edge has a row of its own) and no
        quota is lower; where both are equal it is the edge's.
        """
        edge, commodity = self.program.name_of(column)
        if self.held is not None and self.held[column]:
            return BindingLimit("usual flow", edge, commodity)
        available = self.edge_available_mtpa[self.program.edge_of(column)]
        if self.program.alone[column] and self.state.upper[column] >= available:
            return BindingLimit("edge", edge)
        return BindingLimit("quota", edge, commodity)

    def binding(self, tolerance_usd_per_t: float | None = None) -> Iterator[tuple[BindingLimit, float, float]]:
        """Yield each limit that has a price, the price [USD/t] and its size [Mt/y]: of columns and rows.

        Of a fleet they are in USD/(t day) and Mt days/y.
        """
        least = self._zero_usd_per_t if tolerance_usd_per_t is None else tolerance_usd_per_t
        program, network, state = self.program, self.network, self.state
        price = -self.optimum.reduced_cost[: program.n_flows]
        for column in np.flatnonzero(price > least).tolist():
            yield self.limit_of(column), float(price[column]), float(state.upper[column])
        n_edges, n_nodes = len(program.shared_edges), len(program.limited_nodes)
        price = -self.optimum.dual[program.n_balances :][: n_edges + n_nodes + len(network.fleets)]
        for row in np.flatnonzero(price > least).tolist():
            yield self.ceiling_limit(row), float(price[row]), float(state.ceiling[row])

    def ceiling_limit(self, row: int) -> BindingLimit:
        """Return the limit that a ceiling's row stands for: a shared edge, a node or a fleet."""
        program, network = self.program, self.network
        n_edges, n_nodes = len(program.shared_edges), len(program.limited_nodes)
        if row < n_edges:
            return BindingLimit("edge", network.edges[program.shared_edges[row]].id)
        if row < n_edges + n_nodes:
            return BindingLimit("node", network.nodes[program.limited_nodes[row - n_edges]].id)
        return BindingLimit("fleet", network.fleets[row - n_edges - n_nodes].id)

    def full(self, tolerance_mtpa: float) -> set[BindingLimit]:
        """Return the limits above 0 that are used up, priced or not."""
        program, state = self.program, self.state
        n_rows = len(program.shared_edges) + len(program.limited_nodes) + len(self.network.fleets)
        upper, ceiling = state.upper[: program.n_flows], state.ceiling[:n_rows]
        columns = (upper > tolerance_mtpa) & np.isfinite(upper) & (self.flows >= upper - tolerance_mtpa)
        used = self._ceiling_activity[:n_rows]
        rows = (ceiling > tolerance_mtpa) & np.isfinite(ceiling) & (used >= ceiling - tolerance_mtpa)
        return {
            *(self.limit_of(column) for column in np.flatnonzero(columns).tolist()),
            *(self.ceiling_limit(row) for row in np.flatnonzero(rows).tolist()),
        }

    @cached_property
    def prices(self) -> dict[BindingLimit, float]:
        """What one more tonne at each limit that binds would earn, > 0. [USD/t; USD/(t day) of a fleet]"""
        return {limit: price for limit, price, _ in self.binding()}

    @cached_property
    def edge_shadow_price_usd_per_t(self) -> Floats:
        """What one more tonne of capacity of each edge would earn, >= 0. [USD/t]"""
        return np.array([self.prices.get(BindingLimit("edge", edge.id), 0.0) for edge in self.network.edges])

    @cached_property
    def node_shadow_price_usd_per_t(self) -> Floats:
        """What one more tonne through each node of limited throughput would earn, >= 0. [USD/t]"""
        nodes = (self.network.nodes[index].id for index in self.program.limited_nodes)
        return np.array([self.prices.get(BindingLimit("node", id), 0.0) for id in nodes])

    @cached_property
    def fleet_shadow_price_usd_per_t_day(self) -> Floats:
        """What one more tonne that each fleet could have under way would earn a day, >= 0. [USD/(t day)]"""
        return np.array([self.prices.get(BindingLimit("fleet", fleet.id), 0.0) for fleet in self.network.fleets])

    @cached_property
    def marginal_netback_usd_per_t(self) -> Floats:
        """What one more tonne of each supply would earn: minus its penalty where supply is not lifted. [USD/t]

        NaN for shippers that choose: the dual of their supply holds what choice costs, which is no money.
        """
        penalty = np.array([supply.penalty_usd_per_t for supply in self.network.supplies])
        marginal = np.maximum(0.0, -self.optimum.reduced_cost[self.program.lifted]) - penalty
        chooses = (
            {alternative.commodity for alternative in self.choice.alternatives} if self.choice is not None else set()
        )
        return np.where([supply.commodity in chooses for supply in self.network.supplies], np.nan, marginal)

    @property
    def _zero_mtpa(self) -> float:
        return ZERO_MTPA * self.program.unit_mtpa

    @property
    def _zero_usd_per_t(self) -> float:
        return ZERO_USD_PER_T * self.program.unit_usd_per_t

    def _missing(self, amount: Floats) -> Floats:
        """Round to 0 what the solver leaves of amounts that are >= 0."""
        return np.where(amount > self._zero_mtpa, amount, 0.0)
