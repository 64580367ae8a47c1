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
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.errors import CorridorError, DataError
from corridor.model.changes import Change, QuotaChange, remaining_shares
from corridor.model.distributions import TwoPart
from corridor.model.formulas import ROUNDING, in_service
from corridor.model.hazard import Hazard, members_of
from corridor.model.network import Key, Network, edge_key
from corridor.model.records import Edge, Fleet, Market, Node, Supply
from corridor.model.scenario import Scenario
from corridor.model.tolerances import BOUND_MTPA, ZERO_MTPA
from corridor.solver.choice_weights import require_cheapest
from corridor.solver.program import Floats, Limits, Program, ProgramState
from corridor.solver.solution import Solution
from corridor.solver.state_measures import MeasureLayout
from corridor.solver.warm import WarmSolver

_BASES_KEPT = 64
"""Sets of hazards that are more than derates whose base is kept for later states."""


@dataclass(frozen=True, eq=False)
class CompiledBase:
    """The network with every hazard in force that is more than a derate; what the program makes of it."""

    network: Network
    state: ProgramState
    limits: Limits
    reusable: ReusableOptimum
    weights: MeasureWeights


@dataclass(frozen=True, eq=False)
class MeasureWeights:
    """How measures follow from amounts.

    Attributes
    ----------
    by_column : shape (n_columns, n_measures)
        Weights of the program's columns.
    constants : shape (n_measures,)
    """

    by_column: Floats
    constants: Floats


@dataclass(frozen=True, eq=False)
class Bounds:
    """Upper bounds of the columns and ceilings of the rows, of many states.

    Attributes
    ----------
    upper : shape (n, n_columns)
        [Mt/y]
    ceiling : shape (n, n_ceilings)
        [Mt/y]
    """

    upper: Floats
    ceiling: Floats

    def of(self, base: ProgramState, *, row: int) -> ProgramState:
        """Return one of the states, which shares costs with a base."""
        return dataclasses.replace(base, upper=self.upper[row], ceiling=self.ceiling[row])

    def rows(self, rows: npt.NDArray[np.intp]) -> Bounds:
        """Return those of some states."""
        return Bounds(self.upper[rows], self.ceiling[rows])


@dataclass(frozen=True, eq=False)
class ReusableOptimum:
    """An optimum that is optimal in every state with the same costs and narrower bounds, if it keeps to them."""

    amount: Floats
    activity: Floats
    tolerance: float

    def is_optimal_for(self, bounds: Bounds) -> npt.NDArray[np.bool_]:
        """Return for each of some narrower bounds whether it is optimal there too."""
        within = (self.amount <= bounds.upper + self.tolerance).all(axis=1)
        below = (self.activity <= bounds.ceiling + self.tolerance).all(axis=1)
        return np.asarray(within & below)


class BatchSolver:
    """A network under any of its hazards.

    Attributes
    ----------
    layout : MeasureLayout
        What `outcomes` measures, and in which column.
    members : tuple of (int, Member)
        What hazards may strike, each with the position of its hazard: the columns of states.
    remaining : shape (n_members, n_assets)
        Share of its limit that each asset keeps where all is taken, in the order of `assets_of`. [1]

    Notes
    -----
    A state is a row of severities, one a member of a hazard: how much of what it takes is gone, 0 where it is not
    in force, 1 where all. No answer depends on what else was asked, before or in the same call.
    """

    def __init__(self, network: Network, hazards: Sequence[Hazard], *, rerouting: bool = True) -> None:
        require_cheapest(network, "a batch of states")
        self.network, self.hazards, self.rerouting = network, tuple(hazards), rerouting
        self.members = members_of(self.hazards)
        self._solver = WarmSolver(network, minima=_minima(network, self.hazards))
        self._program: Program = self._solver.program
        usual = self._solver.solve()
        self._most = np.full(self._program.n_flows, np.inf) if rerouting else usual.flows
        self._in_base = [_more_than_derates(self.hazards[hazard], member.changes) for hazard, member in self.members]
        self._others = [index for index, changes in enumerate(self._in_base) if changes]
        n_assets = len(assets_of(network))
        shape = len(self.members), n_assets
        self.remaining = np.array([remaining_limits(member.changes, network) for _, member in self.members])
        self.remaining = self.remaining.reshape(shape)
        derates = self.remaining.copy()
        by_base = [index for index in self._others if self._in_base[index] == self.members[index][1].changes]
        derates[by_base] = 1.0  # done by the base
        self._headroom = headroom(network, usual)
        self._usual = usual_amounts(network, usual)
        self._of_flow = np.array([_takes_of_flow(self.hazards[hazard]) for hazard, _ in self.members], dtype=bool)
        self._derates = Parts.of(derates, network)
        self._usual_parts = Parts.of(self._usual[None, :], network)
        self.layout = MeasureLayout.of(network)
        self._base_of = lru_cache(maxsize=_BASES_KEPT)(self._compiled)
        self._baseline_trunks = self.trunks(np.zeros((1, len(self.members))))[0]
        self._require_compatible()

    def outcomes(self, severity: Floats) -> Floats:
        """Return what states come to.

        Parameters
        ----------
        severity : shape (n, n_members)
            States; hazards in force may differ between them.

        Returns
        -------
        shape (n, n_measures)
            Columns as in `layout`.
        """
        outcomes = np.empty((len(severity), len(self.layout.measures)))
        bases, base_of = np.unique(severity[:, self._others] > 0, axis=0, return_inverse=True)
        for base in range(len(bases)):
            rows = np.flatnonzero(base_of.ravel() == base)
            outcomes[rows] = self._outcomes_on_one_base(severity[rows])
        return outcomes

    def solution(self, severity: Floats) -> Solution:
        """Return the solution in one state, shape (n_members,)."""
        return self._solver.solve_network(self._altered(severity))

    def state(self, severity: Floats) -> ProgramState:
        """Return bounds and costs in one state, shape (n_members,); those of the network with hazards applied."""
        base = self._base(severity > 0)
        return self._bounds(base, severity[None, :]).of(base.state, row=0)

    def _outcomes_on_one_base(self, severity: Floats) -> Floats:
        """Return what states come to that differ in derates only."""
        base = self._base(severity[0] > 0)
        bounds = self._bounds(base, severity)
        amounts = np.empty_like(bounds.upper)
        unsolved = ~base.reusable.is_optimal_for(bounds)
        amounts[~unsolved] = base.reusable.amount
        for row in np.flatnonzero(unsolved).tolist():
            amounts[row] = self._solver.optimum(bounds.of(base.state, row=row)).amount
        return self._measured(base, amounts, self.trunks(severity))

    def _reusable(self, state: ProgramState) -> ReusableOptimum:
        """Return a state's optimum, to be used for other states too."""
        amount = self._solver.optimum(state).amount
        return ReusableOptimum(amount, self._program.ceiling_activity(state, amount), self._tolerance_mtpa)

    @property
    def _tolerance_mtpa(self) -> float:
        return BOUND_MTPA * self._program.unit_mtpa

    def _base(self, in_force: npt.NDArray[np.bool_]) -> CompiledBase:
        """Return the base of a set of hazards."""
        return self._base_of(tuple(index for index in self._others if in_force[index]))

    def _compiled(self, others: tuple[int, ...]) -> CompiledBase:
        """Return the base of hazards that are more than derates."""
        network = self.network
        if others:
            named = sorted((self.hazards[self.members[index][0]].name, index) for index in others)
            merged = Scenario(
                name=" + ".join(name for name, _ in named),
                changes=tuple(change for _, index in named for change in self._in_base[index]),
            )
            network = merged.apply(network, strict=False)
        state, limits = self._program.state(network), self._program.limits(network)
        if not self.rerouting:
            state = dataclasses.replace(state, upper=self._held(state.upper))
        return CompiledBase(network, state, limits, self._reusable(state), self._weights(network, state))

    def _require_compatible(self) -> None:
        """Raise if hazards that are more than derates leave, all together, what cannot be; name a least set of them.

        What only adds supply, demand or cost makes nothing impossible, and might hide that others do.
        """
        culprits = [
            index for index in self._others if not all(change.keeps_feasible for change in self._in_base[index])
        ]
        problem = self._problem(culprits)
        if problem is None:
            return
        for index in tuple(culprits):
            rest = [other for other in culprits if other != index]
            if (without := self._problem(rest)) is not None:
                culprits, problem = rest, without
        names = " and ".join(repr(self.hazards[self.members[index][0]].name) for index in culprits)
        who = f"hazards {names} may be in force at once, which" if len(culprits) > 1 else f"hazard {names}"
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

    def _bounds(self, base: CompiledBase, severity: Floats) -> Bounds:
        """Return the bounds of states, row by row."""
        limits = base.limits
        edges, nodes, fleets = (
            np.repeat(available[None, :], len(severity), axis=0)
            for available in (limits.edges, limits.nodes, limits.fleets)
        )
        derates, usual = self._derates, self._usual_parts
        kinds = (
            (edges, derates.edges, usual.edges[0]), (nodes, derates.nodes, usual.nodes[0]),
            (fleets, derates.fleets, usual.fleets[0]),
        )  # fmt: skip
        struck = severity.any(axis=0)
        for available, remaining, of_usual in kinds:
            for member in np.flatnonzero(struck & ~self._of_flow):
                _derate(available, severity[:, member], remaining[member])
            for member in np.flatnonzero(struck & self._of_flow):  # after the shares: what is left is the least
                _cap(available, severity[:, member], remaining[member], of_usual)
        upper, ceiling = self._program.bounds(limits, edges, nodes, fleets)
        fixed = np.repeat(base.state.upper[None, self._program.n_flows :], len(severity), axis=0)
        return Bounds(np.concatenate([np.minimum(upper, self._most), fixed], axis=1), ceiling)

    def _held(self, upper: Floats) -> Floats:
        """Return upper bounds of columns in which no flow may exceed its usual one, where rerouting is not allowed."""
        held = upper.copy()
        held[: self._program.n_flows] = np.minimum(held[: self._program.n_flows], self._most)
        return held

    def _altered(self, severity: Floats) -> Network:
        """Return the network under one state, by its records."""
        base = self._base(severity > 0)
        altered = {}
        for part in ("edges", "nodes", "fleets"):
            derates = getattr(self._derates, part)
            of_flow = self._of_flow[:, None] & (derates < 1) & (severity > 0)[:, None]
            left = 1.0 - severity[:, None] * (1.0 - derates)
            shares = np.where(of_flow, 1.0, left).prod(axis=0)
            most = np.where(of_flow, getattr(self._usual_parts, part) * left, np.inf).min(axis=0)
            altered[part] = tuple(
                _with_left(record, share, cap)
                for record, share, cap in zip(getattr(base.network, part), shares.tolist(), most.tolist(), strict=True)
            )
        return base.network.with_numbers(**altered)

    def _weights(self, network: Network, state: ProgramState) -> MeasureWeights:
        """Return how measures follow from amounts; unmet, reduced and closed do not, and stay 0."""
        program, layout = self._program, self.layout
        weights = np.zeros((program.n_columns, len(layout.measures)))
        constants = np.zeros(len(layout.measures))
        price = np.array([market.price_usd_per_t for market in network.markets])
        volume = np.array([supply.volume_mtpa for supply in network.supplies])
        flows = slice(0, program.n_flows)
        weights[flows, layout.column("cost")] = state.cost[flows]
        for commodity in (None, *layout.commodities):
            supplied = _of_commodity(network.supplies, commodity)
            sold = _of_commodity(network.markets, commodity)
            delivered, shortfall, netback = (
                layout.column(quantity, commodity=commodity) for quantity in ("delivered", "shortfall", "netback")
            )
            moved = np.ones(program.n_flows, bool)
            if commodity is not None:
                moved = program.flow_commodity == program.commodities.index(commodity)
            weights[program.lifted, shortfall] = -1.0 * supplied
            constants[shortfall] = float(volume[supplied].sum())
            for part in (program.required, program.extra):
                weights[part, delivered] = 1.0 * sold
                weights[part, netback] = price * sold
            weights[flows, netback] = -state.cost[flows] * moved
        for corridor in layout.corridors:
            weights[program.trunk_columns(network, corridor), layout.column("throughput", corridor=corridor)] = 1.0
        return MeasureWeights(weights, constants)

    def _measured(self, base: CompiledBase, amounts: Floats, trunks: Floats) -> Floats:
        """Return the measures of optimal amounts, row by row."""
        program, layout = self._program, self.layout
        zero = ZERO_MTPA * program.unit_mtpa
        amounts = np.where(np.abs(amounts) < zero, 0.0, amounts)
        measured = np.empty((len(amounts), len(layout.measures)))
        for row, amount in enumerate(amounts):  # one by one: a product of matrices may differ in the last bit
            measured[row] = amount @ base.weights.by_column + base.weights.constants
        required = np.array([market.required_mtpa for market in base.network.markets])
        unmet = required - amounts[:, program.required] - amounts[:, program.extra]
        measured[:, layout.column("unmet")] = np.where(unmet > zero, unmet, 0.0).sum(axis=1)
        short = layout.shortfalls
        measured[:, short] = np.where(measured[:, short] > zero, measured[:, short], 0.0)
        measured[:, layout.corridor_columns("reduced")] = trunks < self._baseline_trunks * (1.0 - ROUNDING)
        measured[:, layout.corridor_columns("closed")] = (trunks == 0) & (self._baseline_trunks > 0)
        return measured

    @cached_property
    def _used(self) -> Floats:
        """Share of each asset's limit that is used undisturbed; 1 of those without a limit. [1]"""
        available = _available(self.network)
        limited = np.isfinite(available) & (available > 0)
        return np.where(limited, np.minimum(1.0, self._usual / np.where(limited, available, 1.0)), 1.0)

    @cached_property
    def trunk_assets(self) -> list[TrunkAssets]:
        """Where each trunk's edges, end nodes and fleets are among all assets."""
        position = {(kind, record.id): number for number, (kind, record) in enumerate(assets_of(self.network))}
        trunks = [self.network.trunk(corridor) for corridor in self.layout.corridors]
        return [
            TrunkAssets(
                [position["edge", e.id] for e in trunk],
                [position["node", e.tail] for e in trunk],
                [position["node", e.head] for e in trunk],
                [position["edge", e.id] if e.fleet is None else position["fleet", e.fleet] for e in trunk],
            )
            for trunk in trunks
        ]

    def trunks(self, severity: Floats) -> Floats:
        """Return what of each corridor's trunk is in service, end nodes and fleets included. [Mt/y or edges]"""
        remaining = np.ones((len(severity), len(self._headroom)))
        most = np.ones_like(remaining)
        for member in np.flatnonzero(severity.any(axis=0)):
            hit = np.flatnonzero(self.remaining[member] < 1)
            share = severity[:, member, None]
            left = 1.0 - share * (1.0 - self.remaining[member, hit])
            if self._of_flow[member]:
                most[:, hit] = np.where(share > 0, np.minimum(most[:, hit], left * self._used[hit]), most[:, hit])
            else:
                remaining[:, hit] *= left
        remaining = np.minimum(remaining, most)
        share = in_service(remaining, self._headroom)
        trunks = np.zeros((len(severity), len(self.layout.corridors)))
        available = np.array([edge.available_mtpa for edge in self.network.edges])
        for corridor, trunk in enumerate(self.trunk_assets):
            total = available[trunk.edges]
            weight = total if np.isfinite(total).all() else (total > 0).astype(np.float64)
            needed = (trunk.edges, trunk.tails, trunk.heads, trunk.carriers)
            trunks[:, corridor] = np.min([share[:, assets] for assets in needed], axis=0) @ weight
        return trunks


@dataclass(frozen=True)
class TrunkAssets:
    """Positions of a trunk's edges, of their tails and heads, and of the fleets that they need, among all assets.

    In place of a fleet the edge itself stands where there is none.
    """

    edges: list[int]
    tails: list[int]
    heads: list[int]
    carriers: list[int]


def _of_commodity(records: Sequence[Supply] | Sequence[Market], commodity: str | None) -> npt.NDArray[np.bool_]:
    """Return which supplies or markets are of a commodity; all where none is given."""
    return np.array([commodity is None or record.commodity == commodity for record in records], dtype=bool)


def _derate(available: Floats, severity: Floats, remaining: Floats) -> None:
    """Take what a member of a hazard takes off what is available, shape (n, n_assets), in place."""
    hit = np.flatnonzero(remaining < 1)
    if len(hit):
        share = 1.0 - severity[:, None] * (1.0 - remaining[hit])
        with np.errstate(invalid="ignore"):  # infinite times 0, which np.where passes over
            available[:, hit] = np.where(share > 0, available[:, hit] * share, 0.0)


def _cap(available: Floats, severity: Floats, remaining: Floats, usual: Floats) -> None:
    """Leave no more available than a share of usual amounts where a member of a hazard strikes, in place."""
    hit = np.flatnonzero(remaining < 1)
    share = 1.0 - severity[:, None] * (1.0 - remaining[hit])
    most = np.where(severity[:, None] > 0, share * usual[hit], np.inf)
    available[:, hit] = np.minimum(available[:, hit], most)


def _with_left(record: Any, share: float, most: float) -> Any:
    """Return an edge, node or fleet of which a share remains, and no more than an amount."""
    if share < 1:
        record = record.replace(remaining=record.remaining * share)
    left = record.available_mt_days if isinstance(record, Fleet) else record.available_mtpa
    if most >= left:
        return record
    if isinstance(record, Edge) and record.capacity_mtpa is None:
        return record.replace(capacity_mtpa=most, remaining=1.0)
    if isinstance(record, Node) and record.throughput_mtpa is None:
        return record.replace(throughput_mtpa=most, remaining=1.0)
    return record.replace(remaining=record.remaining * most / left)


def _more_than_derates(hazard: Hazard, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return what of changes a network with them in force is compiled for: all, or where shares vary the rest."""
    if all(change.only_derates for change in changes):
        return ()
    return tuple(change for change in changes if not (hazard.takes_shares and change.only_derates))


def _takes_of_flow(hazard: Hazard) -> bool:
    """Tell whether shares that a hazard takes are of what passes undisturbed."""
    return isinstance(hazard.severity, TwoPart) and hazard.severity.of == "flow"


@dataclass(frozen=True, eq=False)
class Parts:
    """Numbers of assets by kind, each of shape (n, n_of_the_kind)."""

    edges: Floats
    nodes: Floats
    fleets: Floats

    @classmethod
    def of(cls, numbers: Floats, network: Network) -> Parts:
        """Return numbers of all assets, shape (n, n_assets), by kind."""
        return cls(*np.hsplit(numbers, np.cumsum([len(network.edges), len(network.nodes)])))


def usual_amounts(network: Network, solution: Solution) -> Floats:
    """Return what of each asset is used in a solution, shape (n_assets,); infinite of a node without a limit.

    [Mt/y of edges and nodes, Mt days/y of fleets]
    """
    nodes = np.full(len(network.nodes), np.inf)
    nodes[solution.program.limited_nodes] = solution.node_throughput_mtpa
    return np.concatenate([solution.edge_flow_mtpa, nodes, solution.fleet_used_mt_days])


def assets_of(network: Network) -> list[tuple[str, Any]]:
    """Return what hazards may hit, with its kind: edges, then nodes, then fleets."""
    return [(kind, record) for kind in ("edge", "node", "fleet") for record in network.records(kind)]


def headroom(network: Network, solution: Solution | None) -> Floats:
    """Return how many times what passes in the baseline each asset could take, shape (n_assets,). [1]

    1 of an edge with a limit, whose capacity counts whatever uses it; infinite of one without, and of a node or fleet
    of which nothing is used; 0 where nothing is available. Assets are in the order of `assets_of`.

    Parameters
    ----------
    network : Network
        Undisturbed.
    solution : Solution, optional
        Of it; without, nothing is assumed to pass nodes or to use fleets.
    """
    n_edges, n_nodes = len(network.edges), len(network.nodes)
    available = _available(network)
    passing = np.zeros(len(available))
    passing[:n_edges] = available[:n_edges]
    if solution is not None:
        passing[n_edges + solution.program.limited_nodes] = solution.node_throughput_mtpa
        passing[n_edges + n_nodes :] = solution.fleet_used_mt_days
    used = passing > ROUNDING * available
    times = np.maximum(1.0, available / np.where(used, passing, 1.0))
    return np.where(available > 0, np.where(used, times, np.inf), 0.0)


def _available(network: Network) -> Floats:
    """Return what is available of each asset, shape (n_assets,). [Mt/y, of fleets Mt days/y]"""
    return np.array(
        [record.available_mt_days if kind == "fleet" else record.available_mtpa for kind, record in assets_of(network)]
    )


def remaining_limits(changes: Sequence[Change], network: Network) -> Floats:
    """Return the share of its limit that each asset keeps under some changes, shape (n_assets,). [1]"""
    remaining = remaining_shares(changes, network)
    return np.array([remaining.get((kind, a.id), 1.0) if a.remaining > 0 else 1.0 for kind, a in assets_of(network)])


def _minima(network: Network, hazards: Sequence[Hazard]) -> frozenset[Key]:
    """Return the quotas that have a minimum under some hazard."""
    after = [hazard.apply(network, strict=False) for hazard in hazards if _sets_quotas(hazard)]
    return frozenset(edge_key(quota) for net in after for quota in net.quotas if quota.min_mtpa > 0)


def _sets_quotas(hazard: Hazard) -> bool:
    return any(isinstance(change, QuotaChange) for change in hazard.changes)
