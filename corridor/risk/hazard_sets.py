"""What hazards take on average, without drawing: sets of one and of two in force are solved, the rest is bounded."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.errors import SolverError
from corridor.model.changes import Delay, PriceShock, TariffShock
from corridor.model.formulas import DAYS_PER_YEAR
from corridor.model.network import Network
from corridor.model.record_base import Record
from corridor.model.scenario import Scenario
from corridor.risk.exposure import Asset, touched_assets
from corridor.risk.worst_share import share_pieces, struck_shares
from corridor.solver.batch import BatchSolver
from corridor.solver.program import Floats
from corridor.solver.solution import Solution
from corridor.solver.warm import WarmSolver

Struck = Mapping[int, Collection[int]]
"""Members of some hazards, by the positions of both."""
_PARTS_ALONE, _PARTS_OF_TWO = 16, 4
"""Parts of the distribution of shares of a hazard in force alone, and of each of two."""
_PRICED = (Delay, PriceShock, TariffShock)
"""Changes of what a tonne costs or earns."""
_CHUNK = 2048
"""States solved in one go."""


@dataclass(frozen=True)
class ExpectedLoss:
    """What hazards take of one commodity's netback on average.

    Attributes
    ----------
    musd_per_year : float
        By the sets that were solved. [million USD/y]
    bound_musd_per_year : float
        What the other sets add at most. [million USD/y]
    rest : float
        Share of time in which another set is in force. [1]
    """

    musd_per_year: float
    bound_musd_per_year: float
    rest: float


@dataclass(frozen=True, eq=False)
class HazardStates:
    """The states of one hazard while it has struck anything.

    Attributes
    ----------
    chances : shape (n,)
        Shares of time. [1]
    severity : shape (n, n_members of the hazard)
        What is gone of what each member takes. [1]
    """

    chances: Floats
    severity: Floats

    def striking(self, members: Collection[int]) -> HazardStates:
        """Return the states in which any of some members is struck; what strikes the others is left out."""
        columns = sorted(members)
        own = (self.severity[:, columns] > 0).any(axis=1) & (self.chances > 0)
        severity = np.zeros_like(self.severity[own])
        severity[:, columns] = self.severity[own][:, columns]
        return HazardStates(self.chances[own], severity)


class HazardSets:
    """The hazards of a network, by sets of them in force; what a set comes to is worked out once.

    Attributes
    ----------
    hazards : tuple of Hazard
        Each with the rate that it has in the network's regime.
    solver : BatchSolver
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.hazards = tuple(hazard.in_regime(network.regime) for hazard in network.hazards)
        self.solver = BatchSolver(network, self.hazards)
        owner = np.array([hazard for hazard, _ in self.solver.members], dtype=np.intp)
        self._columns = [np.flatnonzero(owner == hazard) for hazard in range(len(self.hazards))]
        self._states: dict[tuple[int, int], HazardStates] = {}
        self._outcomes: dict[bytes, Floats] = {}
        self._welfare_of: dict[bytes, float] = {}
        self._losses: dict[Any, ExpectedLoss] = {}

    def striking(self, assets: Collection[Asset]) -> dict[int, tuple[int, ...]]:
        """Return the members of hazards that do anything to some edges, nodes and fleets, by position.

        What is done to supplies and markets is not done to them.
        """
        wanted, struck = set(assets), dict[int, tuple[int, ...]]()
        for hazard, columns in enumerate(self._columns):
            members = tuple(m for m, column in enumerate(columns.tolist()) if self._touched[column] & wanted)
            if members:
                struck[hazard] = members
        return struck

    def expected_change(self, struck: Struck, *, most: int = 2) -> Floats:
        """Return the expected change of every measure by sets of hazards of at most so many, shape (n_measures,).

        Parameters
        ----------
        struck : mapping
            Hazards, and the members of each that count: what the same shock does to the others is left out.
        most : {1, 2}
            How many hazards the sets have at most.

        Notes
        -----
        The chance of a set is that of exactly these hazards being in force. Of a hazard in force alone the
        distribution of shares is in sixteen parts, of each of two in four, each at its mean: exact as long as no limit
        begins to bind within one.
        """
        weights, severity = self._sets(struck, most)
        if not len(weights):
            return np.zeros(len(self.solver.layout.measures))
        outcomes = self._outcomes_of(np.vstack([np.zeros(severity.shape[1]), severity]))
        return np.asarray(weights @ (outcomes[1:] - outcomes[0]))

    def expected_loss(self, commodity: str, struck: Struck, *, most: int = 2) -> ExpectedLoss:
        """Return the expected fall of a commodity's own netback; arguments as for `expected_change`.

        Notes
        -----
        The bound is of hazards that only take: close, derate, delay, make dearer. What they take of the optimum's value
        is largest while all of them take all they can. Own netback falls by no more than that value does, plus what
        steering prices cost undisturbed, plus what other shippers could gain if they were alone; nor by more than to
        the least that any flow within the limits earns. Hazards in the order of what each takes alone, a set is bounded
        by all hazards up to its last; so the bound is the sum, over the last, of the share of time in which more than
        `most` are in force of which it is the last, times the smaller of the two.
        """
        key = (commodity, most, tuple((hazard, tuple(members)) for hazard, members in struck.items()))
        if key not in self._losses:
            self._losses[key] = self._expected_loss(commodity, struck, most)
        return self._losses[key]

    def _expected_loss(self, commodity: str, struck: Struck, most: int) -> ExpectedLoss:
        column = self.solver.layout.column("netback", commodity=commodity)
        change = self.expected_change(struck, most=most)[column]
        shares = np.array([self.share_of_time({hazard: members}) for hazard, members in struck.items()])
        losses = [self._largest_loss([hazard]) for hazard in struck]
        order = np.argsort(losses, kind="stable")
        hazards, shares = [list(struck)[n] for n in order], shares[order]
        others, own = self._gain_of_others(commodity), self._most_to_lose(commodity)
        bound, rest = 0.0, 0.0
        fewer = np.zeros(most)  # chances that 0, 1, ... of the hazards so far are in force
        fewer[0] = 1.0
        for last, share in enumerate(shares):
            chance = share * max(0.0, 1.0 - fewer.sum()) * float(np.prod(1.0 - shares[last + 1 :]))
            if last >= most:
                rest += chance
                bound += chance * max(0.0, min(own, self._largest_loss(hazards[: last + 1]) + others))
            fewer = fewer * (1.0 - share) + share * np.append(0.0, fewer[:-1])
        return ExpectedLoss(-float(change), float(bound), float(rest))

    def share_of_time(self, struck: Struck) -> float:
        """Return the share of time in which any of some members of hazards is struck. [1]"""
        nothing = [1.0 - self._of(h, _PARTS_ALONE).striking(members).chances.sum() for h, members in struck.items()]
        return 1.0 - float(np.prod(nothing))

    def _sets(self, struck: Struck, most: int) -> tuple[Floats, Floats]:
        """Return the chances of the states of all sets, and the states, shape (n, n_members)."""
        alone, two = (
            {h: self._of(h, parts).striking(members) for h, members in struck.items()}
            for parts in (_PARTS_ALONE, _PARTS_OF_TWO)
        )
        nothing = {hazard: max(0.0, 1.0 - states.chances.sum()) for hazard, states in alone.items()}
        weights, severity = [np.empty(0)], [np.empty((0, len(self.solver.members)))]
        for size in range(1, most + 1):
            for chosen in itertools.combinations(struck, size):
                others = float(np.prod([share for hazard, share in nothing.items() if hazard not in chosen]))
                states = [(alone if size == 1 else two)[hazard] for hazard in chosen]
                index = np.indices([len(each.chances) for each in states]).reshape(size, -1)
                rows = np.zeros((index.shape[1], len(self.solver.members)))
                weight = np.full(index.shape[1], others)
                for hazard, each, own in zip(chosen, states, index, strict=True):
                    rows[:, self._columns[hazard]] = each.severity[own]
                    weight *= each.chances[own]
                weights.append(weight)
                severity.append(rows)
        return np.concatenate(weights), np.concatenate(severity)

    def _of(self, hazard: int, parts: int) -> HazardStates:
        """Return the states of a hazard."""
        if (hazard, parts) not in self._states:
            self._states[hazard, parts] = self._made(hazard, parts)
        return self._states[hazard, parts]

    def _made(self, hazard: int, parts: int) -> HazardStates:
        record = self.hazards[hazard]
        load = record.frequency_per_year * record.mean_duration_days / DAYS_PER_YEAR
        severity = record.severity if record.takes_shares else None
        chances, states = [], []
        pieces = share_pieces(severity, parts=parts)
        for members, chance, share in struck_shares([m.probability for m in record.members], load, pieces):
            rows = np.zeros((len(chance), len(record.members)))
            rows[:, list(members)] = share[:, None]
            chances.append(chance)
            states.append(rows)
        return HazardStates(np.concatenate(chances), np.concatenate(states))

    def _outcomes_of(self, severity: Floats) -> Floats:
        """Return what states come to; those that leave the same are one."""
        keys, first, row = np.unique(self._what_is_left(severity), axis=0, return_index=True, return_inverse=True)
        names = [key.tobytes() for key in keys]
        missing = [n for n, name in enumerate(names) if name not in self._outcomes]
        for start in range(0, len(missing), _CHUNK):
            some = missing[start : start + _CHUNK]
            solved = self.solver.outcomes(severity[first[some]])
            self._outcomes |= {names[n]: outcome for n, outcome in zip(some, solved, strict=True)}
        return np.array([self._outcomes[name] for name in names])[row.ravel()]

    def _what_is_left(self, severity: Floats) -> Floats:
        """Return what states leave of each asset, and what members do that take more than shares of capacity."""
        left = np.ones((len(severity), self.solver.remaining.shape[1]))
        for member in np.flatnonzero(severity.any(axis=0)):
            hit = self.solver.remaining[member] < 1
            left[:, hit] *= 1.0 - severity[:, member, None] * (1.0 - self.solver.remaining[member, hit])
        return np.asarray(np.round(np.hstack([left, severity[:, self._special]]), 12), dtype=np.float64)

    @cached_property
    def _special(self) -> npt.NDArray[np.intp]:
        """Members that do more than take shares of capacity."""
        plain = [
            all(change.only_derates for change in member.changes)
            and getattr(self.hazards[hazard].severity, "of", "capacity") == "capacity"
            for hazard, member in self.solver.members
        ]
        return np.flatnonzero(~np.array(plain, dtype=bool))

    @cached_property
    def _touched(self) -> list[frozenset[Asset]]:
        """The edges, nodes and fleets that each member does anything to."""
        return [touched_assets(member.changes, self.network) for _, member in self.solver.members]

    def _largest_loss(self, hazards: Sequence[int]) -> float:
        """Return what the optimum's value falls by while hazards take all they can. [million USD/y]"""
        severity = np.zeros(len(self.solver.members))
        for hazard in hazards:
            record = self.hazards[hazard]
            severity[self._columns[hazard]] = record.severity.high if record.severity else 1.0
        return self._baseline.objective - self._welfare(severity)

    def _welfare(self, severity: Floats) -> float:
        key = self._what_is_left(severity[None, :]).tobytes()
        if key not in self._welfare_of:
            self._welfare_of[key] = self.solver.solution(severity).objective
        return self._welfare_of[key]

    def _most_to_lose(self, commodity: str) -> float:
        """Return what a commodity earns undisturbed more than it does with any flow within the limits."""
        priced = tuple(c for hazard in self.hazards for c in hazard.changes if isinstance(c, _PRICED))
        dearest = Scenario(name="dearest", changes=priced).apply(self.network, strict=False) if priced else self.network
        return self._usual(commodity) - _least_netback(self.network, dearest, commodity)

    def _usual(self, commodity: str | None) -> float:
        """Return what a commodity, or all of them, earn undisturbed. [million USD/y]"""
        outcome = self._outcomes_of(np.zeros((1, len(self.solver.members))))[0]
        return float(outcome[self.solver.layout.column("netback", commodity=commodity)])

    @cached_property
    def _baseline(self) -> Solution:
        return self.solver.solution(np.zeros(len(self.solver.members)))

    def _gain_of_others(self, commodity: str) -> float:
        """Return what other shippers would gain alone, plus what steering prices cost undisturbed. [million USD/y]"""
        every = self._usual(None)
        steering = max(0.0, every - self._baseline.objective)
        alone = WarmSolver(_without(self.network, commodity)).solve().objective
        return steering + max(0.0, alone - (every - self._usual(commodity)))


def _least_netback(network: Network, dearest: Network, commodity: str) -> float:
    """Return the least that a commodity earns with any flow within limits, at the dearer costs of two networks.

    Minus infinity where it can be driven in a circle without limit. [million USD/y]
    """
    solver = WarmSolver(network)
    program, flows = solver.program, slice(0, solver.program.n_flows)
    own = program.flow_commodity == program.commodities.index(commodity)
    earned = np.zeros_like(solver.base.cost)
    earned[flows] = np.where(own, -np.maximum(solver.base.cost[flows], program.state(dearest).cost[flows]), 0.0)
    markets = zip(network.markets, dearest.markets, strict=True)
    price = [min(m.price_usd_per_t, d.price_usd_per_t) * (m.commodity == commodity) for m, d in markets]
    earned[program.required] = earned[program.extra] = price
    try:
        optimum = solver.optimum(dataclasses.replace(solver.base, cost=earned))
    except SolverError:
        return -math.inf
    return float(earned @ optimum.amount)


def _without(network: Network, commodity: str) -> Network:
    """Return a network in which nothing of a commodity is supplied, and no steering price holds."""

    def freed(records: tuple[Record, ...], **more: float) -> tuple[Record, ...]:
        return tuple(
            r.replace(penalty_usd_per_t=0.0, **(more if getattr(r, "commodity", None) == commodity else {}))
            for r in records
        )

    return network.with_numbers(
        supplies=freed(network.supplies, volume_mtpa=0.0),
        markets=freed(network.markets),
        quotas=freed(network.quotas),
        hazards=(),
    )
