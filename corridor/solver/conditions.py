"""Many conditions of one network: hazards in force become arrays, and what each condition comes to is measured.

The meaning of a hazard is its scenario's, applied to the network. Hazards that only close or derate commute with
everything, so they are compared once with the network as it is and are arrays of shares from then on; any others are
applied, each set of them once, as the ground on which the shares work.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from corridor.model.network import Network
from corridor.model.scenario import Hazard, Scenario
from corridor.solver.flow import Desk, Flow
from corridor.solver.program import Floats, Limits, Program, State

_TOLERANCE_MTPA = 1e-9
_DUST_MTPA = 1e-9
_WORTH_A_BASIS = 8
"""Conditions from which on a shared basis costs less than solving each."""


@dataclass(frozen=True, eq=False)
class Ground:
    """The network with every hazard in force that is more than a derate; what the program makes of it."""

    network: Network
    state: State
    limits: Limits
    known: Known
    weights: Floats
    constants: Floats


@dataclass(frozen=True, eq=False)
class Known:
    """An optimum that serves every condition with the same costs which only narrows its bounds, if it keeps to them."""

    amount: Floats
    activity: Floats
    tolerance: float

    def serves(self, upper: Floats, ceiling: Floats) -> npt.NDArray[np.bool_]:
        """Tell for each row of upper bounds and ceilings, being narrower, whether it is optimal there too."""
        within = (self.amount <= upper + self.tolerance).all(axis=1)
        below = (self.activity <= ceiling + self.tolerance).all(axis=1)
        return np.asarray(within & below)


class Conditions:
    """A network under any of its hazards.

    Attributes
    ----------
    names : tuple of str
        What `outcomes` measures, rates per year: totals, the same by commodity, throughput by corridor, and for each
        corridor whether less than undisturbed, or nothing, is available on its trunk. [Mt/y, million USD/y, 0 or 1]

    Notes
    -----
    A condition is a row of shares, one a hazard: how much of what the hazard takes is taken, 0 where it is not in
    force, 1 where all. No answer depends on what was asked before. Within one call, conditions of which several flows
    are optimal may show that of a neighbour with the same optimal basis.
    """

    def __init__(self, network: Network, hazards: Sequence[Hazard]) -> None:
        self.network, self.hazards = network, tuple(hazards)
        self._desk = Desk(network)
        self._program: Program = self._desk.program
        self._others = [at for at, hazard in enumerate(self.hazards) if not hazard.only_derates]
        self._left_edges = np.ones((len(self.hazards), len(network.edges)))
        self._left_nodes = np.ones((len(self.hazards), len(network.nodes)))
        for at, hazard in enumerate(self.hazards):
            if at not in self._others:
                self._left_edges[at], self._left_nodes[at] = left_by(hazard, network)
        self.corridors = tuple(corridor.id for corridor in network.corridors)
        self.commodities = tuple(sorted({supply.commodity for supply in network.supplies}))
        self.names = self._names()
        self._grounds: dict[tuple[int, ...], Ground] = {}
        self._whole = self._program.limits(network)
        self._undisturbed = self._trunks(self._whole.edges[None, :], self._whole.nodes[None, :])[0]

    def outcomes(self, taken: Floats) -> Floats:
        """Return what conditions come to, in the order of `names`.

        Parameters
        ----------
        taken : shape (n, n_hazards)
            Conditions; hazards in force may differ between them.

        Returns
        -------
        shape (n, n_names)
        """
        found = np.empty((len(taken), len(self.names)))
        grounds, ground_of = np.unique(taken[:, self._others] > 0, axis=0, return_inverse=True)
        for which in range(len(grounds)):
            rows = np.flatnonzero(ground_of.ravel() == which)
            found[rows] = self._on_one_ground(taken[rows])
        return found

    def flow(self, taken: Floats) -> Flow:
        """Return the flow under one condition, shape (n_hazards,)."""
        return self._desk.flow(self._altered(taken))

    def state(self, taken: Floats) -> State:
        """Return the state of one condition, shape (n_hazards,); equal to that of the network with hazards applied."""
        ground = self._ground(taken > 0)
        upper, ceiling, *_ = self._bounds(ground, taken[None, :])
        return dataclasses.replace(ground.state, upper=upper[0], ceiling=ceiling[0])

    def _on_one_ground(self, taken: Floats) -> Floats:
        """Return what conditions come to that differ in derates only."""
        ground = self._ground(taken[0] > 0)
        bounds = *_, edges, nodes = self._bounds(ground, taken)
        amounts = np.empty_like(bounds[0])
        left = ~ground.known.serves(*bounds[:2])
        amounts[~left] = ground.known.amount
        rows = self._by_shared_bases(taken, bounds[:2], amounts, np.flatnonzero(left))
        for row in rows:
            upper, ceiling = (bound[row] for bound in bounds[:2])
            amounts[row] = self._desk.optimum(dataclasses.replace(ground.state, upper=upper, ceiling=ceiling)).amount
        return self._measured(ground, amounts, self._trunks(edges, nodes))

    def _known(self, state: State) -> Known:
        """Return a state's optimum, to be used for other states too."""
        amount = self._desk.optimum(state).amount
        return Known(amount, self._program.ceiling_activity(amount), self._tolerance_mtpa)

    @property
    def _tolerance_mtpa(self) -> float:
        return _TOLERANCE_MTPA * self._program.unit_mtpa

    def _by_shared_bases(
        self, taken: Floats, bounds: tuple[Floats, Floats], amounts: Floats, rows: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.intp]:
        """Fill in the amounts of conditions that share an optimal basis with another; return the rows left.

        Notes
        -----
        Costs are equal, so a basis that is optimal for one condition is optimal for all in which its solution keeps
        within bounds: Wets (1988), in Ermoliev and Wets (eds), Numerical Techniques for Stochastic Optimization.
        """
        if len(rows) < _WORTH_A_BASIS:
            return rows
        _, kind_of, count = np.unique(taken[rows] > 0, axis=0, return_inverse=True, return_counts=True)
        kept = [rows[count[kind_of.ravel()] < _WORTH_A_BASIS]]
        for kind in np.flatnonzero(count >= _WORTH_A_BASIS):
            alike = rows[kind_of.ravel() == kind]
            worth = True
            while worth and len(alike) >= _WORTH_A_BASIS:
                basis = self._desk.basis(self.state(taken[alike[0]]))
                found, fits = basis.solutions(bounds[0][alike], bounds[1][alike], self._tolerance_mtpa)
                amounts[alike[fits]] = found[fits]
                alike = alike[~fits]
                worth = fits.sum() >= _WORTH_A_BASIS
            kept.append(alike)
        return np.sort(np.concatenate(kept))

    def _ground(self, in_force: npt.NDArray[np.bool_]) -> Ground:
        """Return the ground of a set of hazards, made when first asked for."""
        others = tuple(at for at in self._others if in_force[at])
        if others not in self._grounds:
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
            self._grounds[others] = Ground(network, state, limits, self._known(state), weights, constants)
        return self._grounds[others]

    def _bounds(self, ground: Ground, taken: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return upper bounds, ceilings and what edges have available, row by row of the conditions."""
        edges = np.repeat(ground.limits.edges[None, :], len(taken), axis=0)
        nodes = np.repeat(ground.limits.nodes[None, :], len(taken), axis=0)
        for at in np.flatnonzero(taken.any(axis=0)):
            share = taken[:, at, None]
            for available, left in ((edges, self._left_edges[at]), (nodes, self._left_nodes[at])):
                hit = np.flatnonzero(left < 1)
                if len(hit):
                    remaining = 1.0 - share * (1.0 - left[hit])
                    with np.errstate(invalid="ignore"):
                        available[:, hit] = np.where(remaining > 0, available[:, hit] * remaining, 0.0)
        upper, ceiling = self._program.bounds(ground.limits, edges, nodes)
        fixed = np.repeat(ground.state.upper[None, self._program.n_flows :], len(taken), axis=0)
        return np.concatenate([upper, fixed], axis=1), ceiling, edges, nodes

    def _altered(self, taken: Floats) -> Network:
        """Return the network under one condition, by its records."""
        ground = self._ground(taken > 0)
        left_edges, left_nodes = (
            np.prod(1.0 - taken[:, None] * (1.0 - left), axis=0) for left in (self._left_edges, self._left_nodes)
        )
        return ground.network.altered(
            edges=tuple(
                edge.replace(remaining=edge.remaining * share) if share < 1 else edge
                for edge, share in zip(ground.network.edges, left_edges.tolist(), strict=True)
            ),
            nodes=tuple(
                node.replace(remaining=node.remaining * share) if share < 1 else node
                for node, share in zip(ground.network.nodes, left_nodes.tolist(), strict=True)
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

    def _weights(self, network: Network, state: State) -> tuple[Floats, Floats]:
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

    def _measured(self, ground: Ground, amounts: Floats, trunks: Floats) -> Floats:
        """Return the measures of optimal amounts, row by row."""
        program = self._program
        dust = _DUST_MTPA * program.unit_mtpa
        amounts = np.where(np.abs(amounts) < dust, 0.0, amounts)
        found = np.empty((len(amounts), len(self.names)))
        for row, amount in enumerate(amounts):
            found[row] = amount @ ground.weights + ground.constants
        required = np.array([market.required_mtpa for market in ground.network.markets])
        unmet = required - amounts[:, program.required] - amounts[:, program.extra]
        found[:, self.names.index("unmet")] = np.where(unmet > dust, unmet, 0.0).sum(axis=1)
        short = self._shortfalls
        found[:, short] = np.where(found[:, short] > dust, found[:, short], 0.0)
        n = len(self.corridors)
        if n:
            found[:, -2 * n : -n] = trunks < self._undisturbed - _TOLERANCE_MTPA
            found[:, -n:] = (trunks <= _TOLERANCE_MTPA) & (self._undisturbed > _TOLERANCE_MTPA)
        return found

    @cached_property
    def _shortfalls(self) -> list[int]:
        return [at for at, name in enumerate(self.names) if name.endswith("shortfall")]

    @cached_property
    def _trunk_edges(self) -> list[list[int]]:
        at = {id: place for place, id in enumerate(self._program.edge_ids)}
        return [[at[edge.id] for edge in self.network.trunk(id)] for id in self.corridors]

    def _trunks(self, edges: Floats, nodes: Floats) -> Floats:
        """Return what of each corridor's trunk is in service, its end nodes included, row by row. [Mt/y or edges]"""
        of_edge, of_node = _share(edges, self._whole.edges), _share(nodes, self._whole.nodes)
        at = {node.id: place for place, node in enumerate(self.network.nodes)}
        found = np.zeros((len(edges), len(self.corridors)))
        for which, trunk in enumerate(self._trunk_edges):
            limited = np.isfinite(self._whole.edges[trunk]).all()
            for edge in trunk:
                ends = [at[self.network.edges[edge].tail], at[self.network.edges[edge].head]]
                share = np.minimum(of_edge[:, edge], of_node[:, ends].min(axis=1))
                whole = self._whole.edges[edge]
                found[:, which] += share * (whole if limited else float(whole > 0))
        return found


def _share(available: Floats, whole: Floats) -> Floats:
    """Return what is available over what is undisturbed; of what has no limit, whether any is. [1]"""
    limited = np.isfinite(whole) & (whole > 0)
    return np.where(limited, available / np.where(limited, whole, 1.0), (available > 0).astype(np.float64))


def left_by(hazard: Scenario, network: Network) -> tuple[Floats, Floats]:
    """Return the share of their capacity that a hazard leaves edges and nodes, shape (n_edges,) and (n_nodes,). [1]"""
    after = hazard.apply(network, strict=False)
    return _left(network.edges, after.edges), _left(network.nodes, after.nodes)


def _left(before: Sequence[object], after: Sequence[object]) -> Floats:
    """Return the share of what records had left that they have left afterwards."""
    was = np.array([record.remaining for record in before])  # type: ignore[attr-defined]
    now = np.array([record.remaining for record in after])  # type: ignore[attr-defined]
    return np.where(was > 0, now / np.where(was > 0, was, 1.0), 1.0)
