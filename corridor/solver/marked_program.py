"""The program of one commodity with a copy of its columns for marked tonnes, which can be made to cross a corridor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from corridor.model.network import Network
from corridor.model.tolerances import HELD_MTPA
from corridor.solver.program import Floats, Ints, LinearProgram, Program, ProgramState
from corridor.solver.solution import Solution

Positions = npt.NDArray[np.int64]

_TIES = 1e-6
"""Share by which steering prices are lowered, and what a tonne lifted or required counts more. [1; USD/t]

So money decides where it ties with steering prices, and tonnes where money ties too: the netback is unique.
"""


@dataclass(frozen=True, eq=False)
class MarkedProgram(LinearProgram):
    """Columns, rows and matrix of one commodity whose tonnes are marked or not.

    Columns are those that the commodity has in the program of all shippers (flows, lifted, required, extra, unmet),
    then marked copies of all but the unmet. Rows are its balances, those of the copies, and ceilings: those of the
    program of all shippers, one for each flow or delivery together with its copy, and one for each corridor, by which
    at least so many marked tonnes cross its trunk.

    Attributes
    ----------
    program : Program
        That of all shippers.
    own : Columns
        The commodity's columns there.
    shared : shape (n_shared,)
        Ceilings there that the commodity has a part in.
    minima : shape (n_shared,)
        Which of these are minima, in which the copies have no part.
    trunks : dict
        Ceiling of each corridor whose trunk the commodity can cross.
    start, index, value
        The matrix, column by column (compressed sparse columns); `values` puts the days of a state in.
    fleet_columns, fleet_entries : shape (n_fleet_entries,)
        Columns that take part of a fleet, marked or not, and where in `value` their days stand.
    fleet_flows : shape (n_fleet_entries,)
        Which of the days of a state of all shippers these are.
    n_own_balances : int
        Number of balance rows of the unmarked tonnes.
    unit_mtpa, unit_usd_per_t : float
        As in the program of all shippers.
    """

    program: Program
    own: Columns
    shared: Positions
    minima: npt.NDArray[np.bool_]
    trunks: dict[str, int]
    start: Ints
    index: Ints
    value: Floats
    fleet_columns: Ints
    fleet_entries: Ints
    fleet_flows: Positions
    n_own_balances: int
    unit_mtpa: float
    unit_usd_per_t: float

    @property
    def n_balances(self) -> int:
        """Number of balance rows; they come first."""
        return 2 * self.n_own_balances

    @property
    def n_ceilings(self) -> int:
        """Number of ceilings."""
        return len(self.shared) + len(self.own.bounded) + len(self.trunks)

    @classmethod
    def of(cls, program: Program, network: Network, commodity: str) -> Self:
        """Return the marked program of a commodity of a network."""
        own = Columns.of(program, network, commodity)
        entries = _Entries.of(program).of_columns(own.number)
        balancing = entries.row < program.n_balances
        balance, limit = entries.where(balancing), entries.where(~balancing)
        balances, shared = np.unique(balance.row), np.unique(limit.row)
        minima = np.isin(shared, limit.row[limit.column >= own.unmet.start])
        balance, limit = balance.renumbered(balances), limit.renumbered(shared)
        crossed = ((c.id, program.trunk_columns(network, c.id, commodity)) for c in network.corridors)
        trunks = {id: np.searchsorted(own.number, columns) for id, columns in crossed if columns}
        n_own, n_balances = len(own.number), 2 * len(balances)
        bounds = n_balances + len(shared)
        crossings = bounds + len(own.bounded)
        bound = _Entries(bounds + np.arange(len(own.bounded)), own.bounded, np.ones(len(own.bounded)))
        start, index, value = _compressed(
            [
                balance,
                balance.moved(len(balances), n_own),
                limit.moved(n_balances),
                limit.where(~minima[limit.row]).moved(n_balances, n_own),
                bound,
                bound.moved(0, n_own),
                *(_Entries(np.full(len(columns), crossings + number), n_own + columns, np.full(len(columns), -1.0))
                  for number, columns in enumerate(trunks.values())),
            ],
            n_columns=n_own + own.unmet.start,
        )  # fmt: skip
        days = _Days.of(program, own, shared - program.n_balances, n_balances, start, index)
        return cls(
            program=program,
            own=own,
            shared=shared - program.n_balances,
            minima=minima,
            trunks={id: crossings - n_balances + number for number, id in enumerate(trunks)},
            start=start,
            index=index,
            value=value,
            fleet_columns=days.columns,
            fleet_entries=days.entries,
            fleet_flows=days.flows,
            n_own_balances=len(balances),
            unit_mtpa=program.unit_mtpa,
            unit_usd_per_t=program.unit_usd_per_t,
        )

    def state(self, solution: Solution) -> ProgramState:
        """Return the state of a solution in which nothing is marked.

        Other shippers keep what they use of every limit, and minima are met by unmarked tonnes as far as they are in
        the solution.
        """
        state, own = solution.state, self.own
        cost, upper = self._cost(state), state.upper[own.number]
        bound = upper[own.bounded]
        upper[own.bounded] = np.inf
        upper[own.unmet] = solution.amounts[own.number[own.unmet]] + HELD_MTPA * self.unit_mtpa
        of_others = solution.amounts.copy()
        of_others[own.number] = 0.0
        ceiling = state.ceiling[self.shared]
        left = np.maximum(0.0, ceiling - self.program.ceiling_activity(state, of_others)[self.shared])
        ceiling = np.where(self.minima, ceiling, left)
        copies = np.full(own.unmet.start, np.inf)
        copies[own.lifted] = 0.0
        return ProgramState(
            cost=np.concatenate([cost, cost[: own.unmet.start]]),
            lower=np.zeros(self.n_columns),
            upper=np.concatenate([upper, copies]),
            ceiling=np.concatenate([ceiling, bound, np.zeros(len(self.trunks))]),
            fleet_days=state.fleet_days[self.fleet_flows],
            constant=0.0,
        )

    def _cost(self, state: ProgramState) -> Floats:
        """Return the costs of the commodity's columns, changed so little that only ties are decided. [USD/t]"""
        own, cost = self.own, state.cost[self.own.number]
        cost[own.unmet] *= 1.0 - _TIES
        cost[own.lifted] *= 1.0 - _TIES
        cost[own.required] += _TIES * (cost[own.extra] - cost[own.required])
        for kind in (own.lifted, own.required):
            cost[kind] -= _TIES * self.unit_usd_per_t
        return cost

    def netback_of(self, state: ProgramState, amount: Floats) -> float:
        """Return delivered value less cost of amounts, marked or not. [million USD/y]"""
        own, both = self.own, self._together(amount)
        delivered = both[own.required] + both[own.extra]
        return -float(state.cost[own.extra] @ delivered + state.cost[own.flows] @ both[own.flows])

    def missing(self, state: ProgramState, amount: Floats) -> tuple[float, float]:
        """Return how much is not lifted of what is unmarked, and not delivered of what is required. [Mt/y]"""
        own, both = self.own, self._together(amount)
        first = len(self.shared) + own.flows.stop
        required = state.ceiling[first : first + len(own.markets)]
        unmet = np.maximum(0.0, required - both[own.required] - both[own.extra])
        return float((state.upper[own.lifted] - amount[own.lifted]).sum()), float(unmet.sum())

    def _together(self, amount: Floats) -> Floats:
        """Return amounts with those of the copies added."""
        return amount[: self.own.unmet.start] + amount[len(self.own.number) :]


@dataclass(frozen=True, eq=False)
class Columns:
    """Columns of one commodity in the program of all shippers, kind by kind.

    Attributes
    ----------
    number : shape (n_own,)
        Columns of the program, ascending.
    flows, lifted, required, extra, unmet : slice
        Which of them are of each kind, in this order.
    supplies, markets : tuple of str
        Node of each supply and market, in the order of the columns.
    """

    number: Positions
    flows: slice
    lifted: slice
    required: slice
    extra: slice
    unmet: slice
    supplies: tuple[str, ...]
    markets: tuple[str, ...]

    @classmethod
    def of(cls, program: Program, network: Network, commodity: str) -> Self:
        """Return the columns of a commodity."""
        flows = np.flatnonzero(program.flow_commodity == program.commodities.index(commodity))
        supplies = [index for index, supply in enumerate(network.supplies) if supply.commodity == commodity]
        markets = [index for index, market in enumerate(network.markets) if market.commodity == commodity]
        unmet = np.flatnonzero(np.isin(program.minima, flows))
        kinds = [
            flows,
            program.lifted.start + np.array(supplies, dtype=np.int64),
            program.required.start + np.array(markets, dtype=np.int64),
            program.extra.start + np.array(markets, dtype=np.int64),
            program.unmet.start + unmet,
        ]
        ends = np.cumsum([0, *map(len, kinds)]).tolist()
        flow, lifted, required, extra, missed = map(slice, ends[:-1], ends[1:])
        return cls(
            number=np.concatenate(kinds),
            flows=flow,
            lifted=lifted,
            required=required,
            extra=extra,
            unmet=missed,
            supplies=tuple(network.supplies[index].node for index in supplies),
            markets=tuple(network.markets[index].node for index in markets),
        )

    @cached_property
    def bounded(self) -> Positions:
        """Those whose upper bound holds together with the copy: flows and deliveries."""
        return np.concatenate([np.arange(self.flows.stop), np.arange(self.required.start, self.extra.stop)])


class _Days(NamedTuple):
    """Entries that are days of round trips: their columns, where they stand, and which of a state's days they are."""

    columns: Ints
    entries: Ints
    flows: Positions

    @classmethod
    def of(cls, program: Program, own: Columns, shared: Positions, n_balances: int, start: Ints, index: Ints) -> Self:
        """Return those of a marked program: whatever stands in the row of a fleet."""
        fleets = program.fleet_rows
        rows = n_balances + np.flatnonzero((shared >= fleets.start) & (shared < fleets.stop))
        entries = np.flatnonzero(np.isin(index, rows)).astype(np.int32)
        columns = np.repeat(np.arange(len(start) - 1), np.diff(start))[entries]
        unmarked = np.where(columns < len(own.number), columns, columns - len(own.number))
        flows = np.searchsorted(program.fleet_columns, own.number[unmarked])
        return cls(columns.astype(np.int32), entries, flows)


class _Entries(NamedTuple):
    """Entries of a matrix."""

    row: Positions
    column: Positions
    value: Floats

    @classmethod
    def of(cls, program: Program) -> Self:
        """Return all entries of a program."""
        column = np.repeat(np.arange(program.n_columns), np.diff(program.start))
        return cls(program.index.astype(np.int64), column, program.value)

    def where(self, chosen: npt.NDArray[np.bool_]) -> Self:
        """Return some of them."""
        return type(self)(self.row[chosen], self.column[chosen], self.value[chosen])

    def of_columns(self, columns: Positions) -> Self:
        """Return those of some columns, which are numbered by their position."""
        chosen = self.where(np.isin(self.column, columns))
        return chosen._replace(column=np.searchsorted(columns, chosen.column))

    def renumbered(self, rows: Positions) -> Self:
        """Return them with rows numbered by their position."""
        return self._replace(row=np.searchsorted(rows, self.row))

    def moved(self, rows: int, columns: int = 0) -> Self:
        """Return them so many rows and columns further on."""
        return self._replace(row=self.row + rows, column=self.column + columns)


def _compressed(parts: Iterable[_Entries], *, n_columns: int) -> tuple[Ints, Ints, Floats]:
    """Return start, index and value of a matrix, column by column."""
    row, column, value = map(np.concatenate, zip(*parts, strict=True))
    order = np.argsort(column, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=n_columns))])
    return start.astype(np.int32), row[order].astype(np.int32), value[order]
