"""`BatchSolver`: many states of one network; hazards in force become arrays, and what each state comes to is measured.

The meaning of a hazard is its scenario's, applied to the network. Hazards that only close or derate commute with
everything, so they are compared once with the network as it is and are arrays of shares from then on; any others are
applied, each set of them once, and compiled as the base on which the shares work.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from corridor.errors import CorridorError, DataError
from corridor.model.changes import (
    Change,
    Delay,
    DemandShock,
    PriceShock,
    QuotaChange,
    SupplyShock,
    TariffShock,
    remaining_shares,
)
from corridor.model.formulas import ROUNDING, in_service
from corridor.model.network import Key, Network, edge_key
from corridor.model.scenario import Hazard, Scenario
from corridor.model.tolerances import BOUND_MTPA, ZERO_MTPA
from corridor.solver.program import Floats, Limits, Program, ProgramState
from corridor.solver.solution import Solution
from corridor.solver.warm import WarmSolver

_WORTH_A_BASIS = 8
"""States from which on a shared basis costs less than solving each."""
_BASES_KEPT = 64
"""Sets of hazards that are more than derates whose base is kept for later states."""


@dataclass(frozen=True, eq=False)
class CompiledBase:
    """The network with every hazard in force that is more than a derate; what the program makes of it."""

    network: Network
    state: ProgramState
    limits: Limits
    reusable: ReusableOptimum
    weights: Floats
    constants: Floats


@dataclass(frozen=True, eq=False)
class ReusableOptimum:
    """An optimum that is optimal in every state with the same costs and narrower bounds, if it keeps to them."""

    amount: Floats
    activity: Floats
    tolerance: float

    def is_optimal_for(self, upper: Floats, ceiling: Floats) -> npt.NDArray[np.bool_]:
        """Tell for each row of upper bounds and ceilings, being narrower, whether it is optimal there too."""
        within = (self.amount <= upper + self.tolerance).all(axis=1)
        below = (self.activity <= ceiling + self.tolerance).all(axis=1)
        return np.asarray(within & below)


class BatchSolver:
    """A network under any of its hazards.

    Attributes
    ----------
    names : tuple of str
        What `outcomes` measures, rates per year: totals, the same by commodity, throughput by corridor, and for each
        corridor whether less than undisturbed, or nothing, is available on its trunk. [Mt/y, million USD/y, 0 or 1]

    Notes
    -----
    A state is a row of severities, one a hazard: how much of what the hazard takes is gone, 0 where it is not in
    force, 1 where all. No answer depends on what was asked before. Within one call, states of which several flows
    are optimal may show that of a neighbour with the same optimal basis.
    """

    def __init__(self, network: Network, hazards: Sequence[Hazard]) -> None:
        self.network, self.hazards = network, tuple(hazards)
        self._solver = WarmSolver(network, minima=_minima(network, self.hazards))
        self._program: Program = self._solver.program
        self._others = [at for at, hazard in enumerate(self.hazards) if not hazard.only_derates]
        self._remaining = np.array([remaining_limits(hazard, network) for hazard in self.hazards])
        self._remaining = self._remaining.reshape(len(self.hazards), len(network.edges) + len(network.nodes))
        derates = self._remaining.copy()
        derates[self._others] = 1.0
        self._remaining_edges, self._remaining_nodes = np.hsplit(derates, [len(network.edges)])
        self.corridors = tuple(corridor.id for corridor in network.corridors)
        self.commodities = tuple(sorted({supply.commodity for supply in network.supplies}))
        self.names = self._names()
        self._base_of = lru_cache(maxsize=_BASES_KEPT)(self._compiled)
        self._headroom = headroom(network, self._solver.solve())
        self._baseline_trunks = self._trunks(np.zeros((1, len(self.hazards))))[0]
        self._refuse_what_cannot_be_at_once()

    def outcomes(self, severity: Floats) -> Floats:
        """Return what states come to, in the order of `names`.

        Parameters
        ----------
        severity : shape (n, n_hazards)
            States; hazards in force may differ between them.

        Returns
        -------
        shape (n, n_names)
        """
        found = np.empty((len(severity), len(self.names)))
        bases, base_of = np.unique(severity[:, self._others] > 0, axis=0, return_inverse=True)
        for which in range(len(bases)):
            rows = np.flatnonzero(base_of.ravel() == which)
            found[rows] = self._outcomes_on_one_base(severity[rows])
        return found

    def solution(self, severity: Floats) -> Solution:
        """Return the solution in one state, shape (n_hazards,)."""
        return self._solver.solve_network(self._altered(severity))

    def state(self, severity: Floats) -> ProgramState:
        """Return bounds and costs in one state, shape (n_hazards,); those of the network with hazards applied."""
        base = self._base(severity > 0)
        upper, ceiling = self._bounds(base, severity[None, :])
        return dataclasses.replace(base.state, upper=upper[0], ceiling=ceiling[0])

    def _outcomes_on_one_base(self, severity: Floats) -> Floats:
        """Return what states come to that differ in derates only."""
        base = self._base(severity[0] > 0)
        bounds = self._bounds(base, severity)
        amounts = np.empty_like(bounds[0])
        unsolved = ~base.reusable.is_optimal_for(*bounds)
        amounts[~unsolved] = base.reusable.amount
        rows = self._by_shared_bases(severity, bounds, amounts, np.flatnonzero(unsolved))
        for row in rows:
            upper, ceiling = (bound[row] for bound in bounds)
            amounts[row] = self._solver.optimum(dataclasses.replace(base.state, upper=upper, ceiling=ceiling)).amount
        return self._measured(base, amounts, self._trunks(severity))

    def _reusable(self, state: ProgramState) -> ReusableOptimum:
        """Return a state's optimum, to be used for other states too."""
        amount = self._solver.optimum(state).amount
        return ReusableOptimum(amount, self._program.ceiling_activity(amount), self._tolerance_mtpa)

    @property
    def _tolerance_mtpa(self) -> float:
        return BOUND_MTPA * self._program.unit_mtpa

    def _by_shared_bases(
        self, severity: Floats, bounds: tuple[Floats, Floats], amounts: Floats, rows: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.intp]:
        """Fill in the amounts of states that share an optimal basis with another; return the other rows.

        Notes
        -----
        Costs are equal, so a basis that is optimal for one state is optimal for all in which its solution keeps
        within bounds: Wets (1988), in Ermoliev and Wets (eds), Numerical Techniques for Stochastic Optimization.
        """
        if len(rows) < _WORTH_A_BASIS:
            return rows
        _, kind_of, count = np.unique(severity[rows] > 0, axis=0, return_inverse=True, return_counts=True)
        kept = [rows[count[kind_of.ravel()] < _WORTH_A_BASIS]]
        for kind in np.flatnonzero(count >= _WORTH_A_BASIS):
            alike = rows[kind_of.ravel() == kind]
            worth = True
            while worth and len(alike) >= _WORTH_A_BASIS:
                basis = self._solver.basis(self.state(severity[alike[0]]))
                found, fits = basis.solutions(bounds[0][alike], bounds[1][alike], self._tolerance_mtpa)
                amounts[alike[fits]] = found[fits]
                alike = alike[~fits]
                worth = fits.sum() >= _WORTH_A_BASIS
            kept.append(alike)
        return np.sort(np.concatenate(kept))

    def _base(self, in_force: npt.NDArray[np.bool_]) -> CompiledBase:
        """Return the base of a set of hazards."""
        return self._base_of(tuple(at for at in self._others if in_force[at]))

    def _compiled(self, others: tuple[int, ...]) -> CompiledBase:
        """Return the base of hazards that are more than derates."""
        network = self.network
        if others:
            hazards = sorted((self.hazards[at] for at in others), key=lambda hazard: hazard.name)
            merged = Scenario(
                name=" + ".join(hazard.name for hazard in hazards),
                changes=tuple(change for hazard in hazards for change in hazard.changes),
            )
            network = merged.apply(network, strict=False)
        state, limits = self._program.state(network), self._program.limits(network)
        weights, constants = self._weights(network, state)
        return CompiledBase(network, state, limits, self._reusable(state), weights, constants)

    def _refuse_what_cannot_be_at_once(self) -> None:
        """Raise if hazards that are more than derates leave, all together, what cannot be; name a least set of them.

        What only adds supply, demand or cost makes nothing impossible, and might hide that others do.
        """
        found = [at for at in self._others if not all(map(_only_adds, self.hazards[at].changes))]
        problem = self._problem(found)
        if problem is None:
            return
        for at in tuple(found):
            rest = [other for other in found if other != at]
            if (without := self._problem(rest)) is not None:
                found, problem = rest, without
        names = " and ".join(repr(self.hazards[at].name) for at in found)
        who = f"hazards {names} may be in force at once, which" if len(found) > 1 else f"hazard {names}"
        raise DataError(
            f"{who} cannot be: {problem}; give what is taken as a share (remaining=), take less, or make one hazard "
            "of those that exclude each other"
        )

    def _problem(self, others: Sequence[int]) -> str | None:
        """Return why hazards cannot be in force at once, if so."""
        try:
            self._base_of(tuple(others))
        except CorridorError as error:
            return str(error)
        return None

    def _bounds(self, base: CompiledBase, severity: Floats) -> tuple[Floats, Floats]:
        """Return upper bounds and ceilings, row by row of the states."""
        edges = np.repeat(base.limits.edges[None, :], len(severity), axis=0)
        nodes = np.repeat(base.limits.nodes[None, :], len(severity), axis=0)
        for at in np.flatnonzero(severity.any(axis=0)):
            share = severity[:, at, None]
            for available, remaining in ((edges, self._remaining_edges[at]), (nodes, self._remaining_nodes[at])):
                hit = np.flatnonzero(remaining < 1)
                if len(hit):
                    kept = 1.0 - share * (1.0 - remaining[hit])
                    with np.errstate(invalid="ignore"):
                        available[:, hit] = np.where(kept > 0, available[:, hit] * kept, 0.0)
        upper, ceiling = self._program.bounds(base.limits, edges, nodes)
        fixed = np.repeat(base.state.upper[None, self._program.n_flows :], len(severity), axis=0)
        return np.concatenate([upper, fixed], axis=1), ceiling

    def _altered(self, severity: Floats) -> Network:
        """Return the network under one state, by its records."""
        base = self._base(severity > 0)
        remaining_edges, remaining_nodes = (
            np.prod(1.0 - severity[:, None] * (1.0 - remaining), axis=0)
            for remaining in (self._remaining_edges, self._remaining_nodes)
        )
        return base.network.with_numbers(
            edges=tuple(
                edge.replace(remaining=edge.remaining * share) if share < 1 else edge
                for edge, share in zip(base.network.edges, remaining_edges.tolist(), strict=True)
            ),
            nodes=tuple(
                node.replace(remaining=node.remaining * share) if share < 1 else node
                for node, share in zip(base.network.nodes, remaining_nodes.tolist(), strict=True)
            ),
        )

    # Measures

    def _names(self) -> tuple[str, ...]:
        totals = ("delivered", "shortfall", "unmet", "cost", "netback")
        own = (
            f"{commodity}_{what}" for commodity in self.commodities for what in ("delivered", "shortfall", "netback")
        )
        trunks = (f"{what}/{id}" for what in ("throughput", "reduced", "closed") for id in self.corridors)
        return (*totals, *own, *trunks)

    def _weights(self, network: Network, state: ProgramState) -> tuple[Floats, Floats]:
        """Return the weights of the columns in each measure and its constant; unmet, reduced and closed stay 0."""
        program = self._program
        weights, constants = np.zeros((program.n_columns, len(self.names))), np.zeros(len(self.names))
        at = {name: place for place, name in enumerate(self.names)}
        price = np.array([market.price_usd_per_t for market in network.markets])
        sold_as = np.array([market.commodity for market in network.markets], dtype=object)
        made_as = np.array([supply.commodity for supply in network.supplies], dtype=object)
        volume = np.array([supply.volume_mtpa for supply in network.supplies])
        flows = slice(0, program.n_flows)
        weights[flows, at["cost"]] = state.cost[flows]
        for commodity in (None, *self.commodities):
            prefix = "" if commodity is None else f"{commodity}_"
            made = np.ones(len(made_as), bool) if commodity is None else made_as == commodity
            sold = np.ones(len(sold_as), bool) if commodity is None else sold_as == commodity
            moved = np.ones(program.n_flows, bool)
            if commodity is not None:
                moved = program.flow_commodity == program.commodities.index(commodity)
            weights[program.lifted, at[f"{prefix}shortfall"]] = -1.0 * made
            constants[at[f"{prefix}shortfall"]] = float(volume[made].sum())
            for part in (program.required, program.extra):
                weights[part, at[f"{prefix}delivered"]] = 1.0 * sold
                weights[part, at[f"{prefix}netback"]] = price * sold
            weights[flows, at[f"{prefix}netback"]] = -state.cost[flows] * moved
        for corridor in self.corridors:
            weights[program.trunk_columns(network, corridor), at[f"throughput/{corridor}"]] = 1.0
        return weights, constants

    def _measured(self, base: CompiledBase, amounts: Floats, trunks: Floats) -> Floats:
        """Return the measures of optimal amounts, row by row."""
        program = self._program
        zero = ZERO_MTPA * program.unit_mtpa
        amounts = np.where(np.abs(amounts) < zero, 0.0, amounts)
        found = np.empty((len(amounts), len(self.names)))
        for row, amount in enumerate(amounts):
            found[row] = amount @ base.weights + base.constants
        required = np.array([market.required_mtpa for market in base.network.markets])
        unmet = required - amounts[:, program.required] - amounts[:, program.extra]
        found[:, self.names.index("unmet")] = np.where(unmet > zero, unmet, 0.0).sum(axis=1)
        short = self._shortfalls
        found[:, short] = np.where(found[:, short] > zero, found[:, short], 0.0)
        n = len(self.corridors)
        if n:
            found[:, -2 * n : -n] = trunks < self._baseline_trunks * (1.0 - ROUNDING)
            found[:, -n:] = (trunks == 0) & (self._baseline_trunks > 0)
        return found

    @cached_property
    def _shortfalls(self) -> list[int]:
        return [at for at, name in enumerate(self.names) if name.endswith("shortfall")]

    @cached_property
    def _trunk_edges(self) -> list[tuple[list[int], list[int], list[int]]]:
        """Positions of each trunk's edges among the edges, and of their tails and heads behind the edges."""
        at = {id: place for place, id in enumerate(self._program.edge_ids)}
        behind = {node.id: len(at) + place for place, node in enumerate(self.network.nodes)}
        return [
            ([at[e.id] for e in trunk], [behind[e.tail] for e in trunk], [behind[e.head] for e in trunk])
            for trunk in map(self.network.trunk, self.corridors)
        ]

    def _trunks(self, severity: Floats) -> Floats:
        """Return what of each corridor's trunk is in service, its end nodes included, row by row. [Mt/y or edges]"""
        remaining = np.ones((len(severity), len(self._headroom)))
        for at in np.flatnonzero(severity.any(axis=0)):
            hit = np.flatnonzero(self._remaining[at] < 1)
            remaining[:, hit] *= 1.0 - severity[:, at, None] * (1.0 - self._remaining[at, hit])
        share = in_service(remaining, self._headroom)
        found = np.zeros((len(severity), len(self.corridors)))
        available = np.array([edge.available_mtpa for edge in self.network.edges])
        for which, (edges, tails, heads) in enumerate(self._trunk_edges):
            whole = available[edges]
            weight = whole if np.isfinite(whole).all() else (whole > 0).astype(np.float64)
            found[:, which] = np.minimum(share[:, edges], np.minimum(share[:, tails], share[:, heads])) @ weight
        return found


def headroom(network: Network, solution: Solution | None) -> Floats:
    """Return how many times what passes undisturbed edges and nodes could take, shape (n_edges + n_nodes,). [1]

    1 of an edge with a limit, whose capacity counts whatever uses it; infinite of one without, and of a node where
    nothing passes; 0 where nothing is available.

    Parameters
    ----------
    network : Network
        Undisturbed.
    solution : Solution, optional
        Of it; without, nothing is assumed to pass nodes.
    """
    available = np.array([e.available_mtpa for e in network.edges] + [n.available_mtpa for n in network.nodes])
    passing = np.zeros(len(available))
    n = len(network.edges)
    passing[:n] = available[:n]
    if solution is not None:
        passing[n + solution.program.limited_nodes] = solution.node_throughput_mtpa
    used = passing > ROUNDING * available
    times = np.maximum(1.0, available / np.where(used, passing, 1.0))
    return np.where(available > 0, np.where(used, times, np.inf), 0.0)


def remaining_limits(hazard: Scenario, network: Network) -> Floats:
    """Return the share of their limit that edges and nodes keep under a hazard, shape (n_edges + n_nodes,). [1]"""
    remaining = remaining_shares(hazard.changes, network)
    assets = [("edge", edge) for edge in network.edges] + [("node", node) for node in network.nodes]
    return np.array([remaining.get((kind, a.id), 1.0) if a.remaining > 0 else 1.0 for kind, a in assets])


def _minima(network: Network, hazards: Sequence[Hazard]) -> frozenset[Key]:
    """Return the quotas that have a minimum under some hazard."""
    after = [hazard.apply(network, strict=False) for hazard in hazards if _sets_quotas(hazard)]
    return frozenset(edge_key(quota) for net in after for quota in net.quotas if quota.min_mtpa > 0)


def _sets_quotas(hazard: Hazard) -> bool:
    return any(isinstance(change, QuotaChange) for change in hazard.changes)


def _only_adds(change: Change) -> bool:
    """Tell whether a change does no more than add supply, demand or cost, or alter prices."""
    if isinstance(change, SupplyShock | DemandShock):
        return change.add_mtpa is not None and change.add_mtpa > 0
    if isinstance(change, TariffShock):
        return change.add_usd_per_t >= 0 and change.factor >= 1
    return isinstance(change, PriceShock | Delay)
