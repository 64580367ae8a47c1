"""Losses shared out among the hazards in force, by Shapley value."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.model.distributions import TwoPart, Uniform
from corridor.model.formulas import DAYS_PER_YEAR
from corridor.risk.blocks import Block, BlockSimulator, distinct
from corridor.risk.random_histories import Sets, bit_of, unpacked
from corridor.solver.program import Floats

_MOST_SHARED = 10
"""Hazards in force at once up to which a loss is shared out among them exactly; 2 to this power states each."""
_MOST_PARTS = 500_000
"""States up to which losses are shared out exactly; where it would take more, among fewer hazards at once."""
_BATCH_SIZE = 256
_MINOR = 0.01
"""Share of all that hazards changed which is shared out by what each costs alone, where shares are drawn."""
_LEVELS = ((0.1, 0.2), (0.3, 0.2), (0.5, 0.2), (0.7, 0.2), (0.9, 0.15), (0.99, 0.05))
"""Quantiles of drawn shares at which states are compared, each with its weight: five even ones, the last apart so that
rare large shares count where small ones cost nothing."""


@dataclass(frozen=True, eq=False)
class WeightedStates:
    """Sets of hazards in force, and what one measure came to in each.

    Attributes
    ----------
    sets : shape (n, n_words)
        A bit for each member of the hazards.
    share : shape (n,)
        Share of time. [1]
    value : shape (n,)
        The measure, in its own unit.
    """

    sets: Sets
    share: Floats
    value: Floats

    def parts(self) -> Iterator[WeightedStates]:
        """Yield so many states at a time that what is looked at beside each fits into memory."""
        for part in in_parts(np.arange(len(self.share))):
            yield self.rows(part)

    def rows(self, which: npt.NDArray[Any]) -> WeightedStates:
        """Return some of the states."""
        return WeightedStates(self.sets[which], self.share[which], self.value[which])


def worst_states(
    simulator: BlockSimulator, blocks: Sequence[Block], *, seed: int, weights: Floats, column: int
) -> Iterator[WeightedStates]:
    """Yield for each block the states of some years.

    Parameters
    ----------
    weights : shape (n_years,)
        How much each year counts, adding up to 1. [1]
    column : int
        Column of the measure in `MeasureLayout`.
    """
    for number, block in enumerate(blocks):
        n_years = len(block.shocks)
        own = weights[number * simulator.plan.block_years :][:n_years]
        if not own.any():
            continue
        history = simulator.history(seed, number, n_years)
        _, set_of = distinct(history.in_force)
        weight = history.days / DAYS_PER_YEAR * own[history.year]
        share: Floats = np.bincount(set_of, weight).astype(np.float64)
        value = block.values[:, column]
        if history.severity:
            total = np.zeros(len(share))
            for outcomes in simulator.outcomes(history, block.sets, set_of):
                chosen = outcomes.intervals
                np.add.at(total, set_of[chosen], weight[chosen] * outcomes.measures[outcomes.row, column])
            value = total / np.where(share > 0, share, 1.0)
        yield WeightedStates(block.sets[share > 0], share[share > 0], value[share > 0])


def most_shared(sets: Sets, hazard_of_member: npt.NDArray[np.intp]) -> int:
    """Return among how many hazards in force at once a loss is shared out exactly, so that states stay few enough."""
    sizes = np.concatenate([in_force(part, hazard_of_member).sum(axis=1) for part in in_parts(sets)])
    most = np.arange(_MOST_SHARED + 1)
    parts = np.cumsum(np.bincount(sizes, minlength=len(most))[most] << most)
    return int(most[parts <= max(_MOST_PARTS, parts[1])][-1])


def in_force(sets: Sets, hazard_of_member: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Return which hazards strike at least one of their members in some sets of members.

    Parameters
    ----------
    sets : shape (n, n_words)
        A bit for each member.
    hazard_of_member : shape (n_members,)
        Position of each member's hazard, ascending.

    Returns
    -------
    shape (n, n_hazards)
    """
    members = unpacked(sets, len(hazard_of_member))
    first = np.flatnonzero(np.diff(hazard_of_member, prepend=-1))
    return np.logical_or.reduceat(members, first, axis=1)


def effects(states: WeightedStates, simulator: BlockSimulator, *, column: int, most: int) -> Floats:
    """Return what each hazard changes of a measure over shares of time.

    Parameters
    ----------
    states : WeightedStates
        Sets of hazards in force.
    simulator : BlockSimulator
        What other sets of these hazards come to.
    column : int
        Column of the measure in `MeasureLayout`.
    most : int
        Hazards in force at once up to which a loss is shared out exactly: `most_shared`.

    Returns
    -------
    shape (n_hazards,)
        In the unit of the measure.
    """
    total = np.zeros(len(simulator.hazards))
    minor = _minor(states, simulator, column)
    for which, limit in ((~minor, most), (minor, min(most, 1))):
        for part in states.rows(which).parts():
            total += part.share @ _effects_by_set(part, simulator, column, limit)
    return total


def _minor(states: WeightedStates, simulator: BlockSimulator, column: int) -> npt.NDArray[np.bool_]:
    """Return which states matter so little that they are shared out by what each hazard costs alone.

    None where no share is drawn, as all is exact then.
    """
    if not any(hazard.takes_shares for hazard in simulator.hazards):
        return np.zeros(len(states.share), dtype=bool)
    change = np.abs(states.share * (states.value - simulator.baseline[column]))
    order = np.argsort(change, kind="stable")
    minor = np.empty(len(change), dtype=bool)
    minor[order] = np.cumsum(change[order]) <= _MINOR * change.sum()
    return minor


def _effects_by_set(states: WeightedStates, simulator: BlockSimulator, column: int, most: int) -> Floats:
    """Return what each hazard changes in each set, shape (n_sets, n_hazards)."""
    hazards, baseline = simulator.hazards, simulator.baseline[column]
    players = _players(states.sets, simulator.hazard_of_member)
    value_of = _values_of_subsets(players, simulator, column, most)
    result = np.zeros((len(states.sets), len(hazards)))
    for own, effect, change in zip(players, result, states.value - baseline, strict=True):
        if not own:
            continue
        values = [value_of[subset.tobytes()] for subset in _subsets(own, most)]
        exact = len(own) <= most
        shares = _shapley(values, len(own)) if exact else np.array(values) - baseline
        if not exact or any(hazards[index].takes_shares for index in own):
            shares = _scaled(shares, change)
        effect[list(own)] = shares
    return result


def _players(sets: Sets, hazard_of_member: npt.NDArray[np.intp]) -> list[dict[int, Sets]]:
    """Return for each set the hazards in force, each with the bits of all its members that are struck."""
    words = sets.shape[1]
    bits = [bit_of(member, words) for member in range(len(hazard_of_member))]
    result = []
    for row in unpacked(sets, len(hazard_of_member)):
        own: dict[int, Sets] = {}
        for member in np.flatnonzero(row):
            hazard = int(hazard_of_member[member])
            own[hazard] = own.get(hazard, 0) | bits[member]
        result.append(own)
    return result


def _values_of_subsets(
    players: Sequence[dict[int, Sets]], simulator: BlockSimulator, column: int, most: int
) -> dict[bytes, float]:
    """Return the measure of all sets that are needed to share out what some sets changed."""
    wanted: dict[bytes, Sets] = {}
    for own in players:
        wanted |= {subset.tobytes(): subset for subset in _subsets(own, most)}
    if not wanted:
        return {}
    values = _mean_values(simulator, np.array(list(wanted.values())), column)
    return dict(zip(wanted, values.tolist(), strict=True))


def _mean_values(simulator: BlockSimulator, sets: Sets, column: int) -> Floats:
    """Return the measure of some sets, where shares are drawn its mean over some quantiles of all shares."""
    if not any(hazard.takes_shares for hazard in simulator.hazards):
        return np.asarray(simulator.outcomes_of_sets(sets)[:, column])
    owners = [simulator.hazards[index] for index in simulator.hazard_of_member]
    total = np.zeros(len(sets))
    for chance, weight in _LEVELS:
        shares = np.array([share_quantile(hazard.severity, chance) for hazard in owners])
        total += weight * simulator.outcomes_of_sets(sets, shares)[:, column]
    return total


def share_quantile(severity: Uniform | TwoPart | None, chance: float) -> float:
    """Return the share that an event stays below with some chance; 1 where none is drawn. [1]

    Examples
    --------
    >>> share_quantile(Uniform(low=0.2, high=0.6), 0.5)
    0.4
    >>> [share_quantile(TwoPart(complete=0.3, mean=0.25), chance) for chance in (0.6, 0.8)]
    [0.25, 1.0]
    """
    if severity is None:
        return 1.0
    if isinstance(severity, Uniform):
        return severity.low + chance * (severity.high - severity.low)
    if chance >= 1.0 - severity.complete:
        return 1.0
    if severity.partial is None:
        return severity.mean
    from scipy.special import betaincinv

    return float(severity.at_most * betaincinv(*severity.partial, chance / (1.0 - severity.complete)))


def _scaled(shares: Floats, change: float) -> Floats:
    """Return shares that add up to a change; equal ones where they cancel out."""
    total = shares.sum()
    if abs(total) <= 1e-9 * np.abs(shares).sum():
        return np.full(len(shares), change / len(shares))
    return np.asarray(shares * (change / total))


def in_parts(rows: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Yield so many rows at a time that what is looked at beside each fits into memory."""
    for first in range(0, len(rows), _BATCH_SIZE):
        yield rows[first : first + _BATCH_SIZE]


def _subsets(own: dict[int, Sets], most: int) -> list[Sets]:
    """Return the sets whose values share out what some hazards changed: all subsets, or each hazard alone."""
    return _all_subsets(own.values()) if len(own) <= most else list(own.values())


def _all_subsets(bits: Collection[Sets]) -> list[Sets]:
    """Return the unions of some sets; that numbered k holds those whose bit is set in k."""
    subsets = [np.zeros_like(next(iter(bits)))] if bits else []
    for bit in bits:
        subsets += [subset | bit for subset in subsets]
    return subsets


def _shapley(values: Sequence[float], n: int) -> Floats:
    """Return each member's mean effect over all orders of joining, from the values of all subsets."""
    value = np.array(values)
    subset = np.arange(1 << n)
    size = np.array([number.bit_count() for number in subset.tolist()])
    weight = np.array([math.factorial(k) * math.factorial(n - k - 1) / math.factorial(n) for k in range(n)])
    result = np.empty(n)
    for member in range(n):
        without = subset[subset >> member & 1 == 0]
        result[member] = weight[size[without]] @ (value[without | 1 << member] - value[without])
    return result
