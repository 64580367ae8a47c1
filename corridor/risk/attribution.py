"""Losses shared out among the hazards in force, by Shapley value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.model.formulas import DAYS_PER_YEAR
from corridor.risk.blocks import Block, BlockSimulator, distinct
from corridor.risk.random_histories import Sets, bit_of, unpacked
from corridor.solver.program import Floats

_MOST_SHARED = 10
"""Hazards in force at once up to which a loss is shared out among them exactly; 2 to this power states each."""
_MOST_PARTS = 500_000
"""States up to which losses are shared out exactly; where it would take more, among fewer hazards at once."""
_BATCH_SIZE = 256


@dataclass(frozen=True, eq=False)
class WeightedStates:
    """Sets of hazards in force, and what one measure came to in each.

    Attributes
    ----------
    sets : shape (n, n_words)
        A bit for each hazard.
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
            yield WeightedStates(self.sets[part], self.share[part], self.value[part])


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


def most_shared(sets: Sets, n_hazards: int) -> int:
    """Return among how many hazards in force at once a loss is shared out exactly, so that states stay few enough."""
    sizes = np.concatenate([unpacked(part, n_hazards).sum(axis=1) for part in in_parts(sets)])
    most = np.arange(_MOST_SHARED + 1)
    parts = np.cumsum(np.bincount(sizes, minlength=len(most))[most] << most)
    return int(most[parts <= max(_MOST_PARTS, parts[1])][-1])


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
    for part in states.parts():
        total += part.share @ _effects_by_set(part, simulator, column, most)
    return total


def _effects_by_set(states: WeightedStates, simulator: BlockSimulator, column: int, most: int) -> Floats:
    """Return what each hazard changes in each set, shape (n_sets, n_hazards)."""
    hazards, words, baseline = simulator.hazards, states.sets.shape[1], simulator.baseline[column]
    members = [np.flatnonzero(row) for row in unpacked(states.sets, len(hazards))]
    value_of = _values_of_subsets(members, simulator, words, column, most)
    result = np.zeros((len(states.sets), len(hazards)))
    for own, effect, change in zip(members, result, states.value - baseline, strict=True):
        if not len(own):
            continue
        values = [value_of[subset.tobytes()] for subset in _subsets_for(own, most)(own, words)]
        exact = len(own) <= most
        shares = _shapley(values, len(own)) if exact else np.array(values) - baseline
        if not exact or any(hazards[index].severity is not None for index in own):
            shares = _scaled(shares, change)
        effect[own] = shares
    return result


def _values_of_subsets(
    members: Sequence[npt.NDArray[Any]], simulator: BlockSimulator, words: int, column: int, most: int
) -> dict[bytes, float]:
    """Return the measure of all sets that are needed to share out what some sets changed."""
    wanted: dict[bytes, Sets] = {}
    for own in members:
        wanted |= {subset.tobytes(): subset for subset in _subsets_for(own, most)(own, words)}
    outcomes = simulator.outcomes_of_sets(np.array(list(wanted.values())))
    return dict(zip(wanted, outcomes[:, column].tolist(), strict=True))


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


def _subsets_for(own: Sequence[int] | npt.NDArray[Any], most: int) -> Callable[[Iterable[int], int], list[Sets]]:
    return _all_subsets if len(own) <= most else _single_hazards


def _all_subsets(own: Iterable[int], words: int) -> list[Sets]:
    """Return all subsets of some hazards as bits; the subset numbered k holds the members whose bit is set in k."""
    subsets = [np.zeros(words, dtype=np.int64)]
    for bit in _single_hazards(own, words):
        subsets += [subset | bit for subset in subsets]
    return subsets


def _single_hazards(own: Iterable[int], words: int) -> list[Sets]:
    return [bit_of(index, words) for index in own]


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
