"""What hazards do to edges, nodes and fleets, without drawing: means and chances over all combinations in force.

One rule: of an edge the share of its capacity that remains counts, of a node or fleet the limit that remains over what
uses it in the baseline, at most 1, and of a route the least of them at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corridor.errors import DataError
from corridor.model.changes import remaining_shares
from corridor.model.distributions import Uniform
from corridor.model.formulas import DAYS_PER_YEAR, ROUNDING
from corridor.model.hazard import Hazard
from corridor.model.network import Network
from corridor.risk.random_histories import in_force_share, worst_shares
from corridor.solver.batch import assets_of, headroom
from corridor.solver.program import Floats

if TYPE_CHECKING:
    from corridor.solver.flow import Flow

Asset = tuple[str, str]
_MOST = 1 << 13
"""Combinations that are all kept; of more, the likelier half is, and the others are put together with their like."""
_TOLERANCE = 1e-2
"""What putting together may change a share by at most; it changes it by a thirtieth of that bound or less. [1]"""
_NEVER = 1e-30
"""Chance below which a combination is left out. [1]"""
_PARTS = 16
"""Parts into which a distribution of severities is split."""


@dataclass(frozen=True)
class Exposure:
    """What a hazard leaves of the assets (edges, nodes and fleets) that it hits, and how long it is in force.

    Attributes
    ----------
    share : float
        Share of time in which it is in force. [1]
    remaining : mapping of (kind, id) to share
        What remains of the limit where all is taken. [1]
    """

    hazard: Hazard
    share: float
    remaining: Mapping[Asset, float]

    @property
    def most(self) -> float:
        """The largest share that may be taken of what it takes. [1]"""
        return self.hazard.severity.high if self.hazard.severity else 1.0

    @property
    def takes_all(self) -> bool:
        """Whether it always takes all that it can."""
        return not self.hazard.is_drawn and self.most == 1

    def severity(self, breakpoints: Sequence[float]) -> list[tuple[float, float]]:
        """Return chances and shares of what it takes while in force, drawn ones split at breakpoints. [1]"""
        drawn = self.hazard.severity
        if drawn is None:
            return [(1.0, 1.0)]
        load = self.hazard.frequency_per_year * self.hazard.mean_duration_days / DAYS_PER_YEAR
        if not isinstance(drawn, Uniform):
            raise NotImplementedError
        parts = np.linspace(drawn.low, drawn.high, _PARTS + 1)
        return worst_shares(drawn.low, drawn.high, load, [*parts, *breakpoints])


@dataclass(frozen=True)
class Exposures:
    """What the hazards of a network do to its edges, nodes and fleets.

    Attributes
    ----------
    hit : tuple of Exposure
        Hazards are independent; each hits all its assets at once, and those in force together multiply at an asset.
    headroom : mapping of (kind, id) to number
        How many times what passes in the baseline each asset could take. [1]
    """

    hit: tuple[Exposure, ...]
    headroom: Mapping[Asset, float]
    _cached_taking: dict[Asset, list[int]] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def of(cls, network: Network, flow: Flow | None = None) -> Exposures:
        """Return what hazards do to a network; its flow is solved if it is needed and not given."""
        from corridor.solver.flow import solve

        assets = {(kind, record.id): record.remaining for kind, record in assets_of(network)}
        hit = []
        for hazard in (hazard.in_regime(network.regime) for hazard in network.hazards):
            remaining = remaining_shares(hazard.changes, network).items()
            share = in_force_share(hazard.frequency_per_year, hazard.mean_duration_days)
            hit.append(
                Exposure(hazard, share, {asset: own for asset, own in remaining if own < 1 and assets[asset] > 0})
            )
        if flow is None and any(kind != "edge" for exposure in hit for kind, _ in exposure.remaining):
            flow = solve(network)
        room = headroom(network, None if flow is None else flow.solution).tolist()
        return cls(tuple(hit), dict(zip(assets, room, strict=True)))

    def on(self, assets: Iterable[Asset]) -> tuple[Exposure, ...]:
        """Return the hazards that take anything from some assets, be it together with others."""
        indices = {index for asset in assets for index in self._taking(asset)}
        return tuple(self.hit[index] for index in sorted(indices))

    def aimed(self, assets: Iterable[Asset]) -> bool:
        """Tell whether a hazard aims at any of some assets, whether or not what it takes is missed there."""
        return any(asset in e.remaining for asset in assets for e in self.hit)

    def availability(self, assets: Iterable[Asset]) -> float:
        """Return the mean share in service of the weakest of some assets; NaN where no hazard aims at any. [1]"""
        assets = tuple(assets)
        if not self.aimed(assets):
            return math.nan
        groups = self._groups(assets)
        if len(groups) == 1 and groups[0][1].tolist() == [1.0]:
            return math.prod(float(chances @ factors[:, 0]) for chances, factors in groups[0][0])
        return _mean_of_least([_combined(rows, room, _LEAST) for rows, room in groups])

    def untouched(self, assets: Iterable[Asset]) -> float:
        """Return the share of time in which nothing is taken from any of some assets. [1]"""
        return math.prod((_combined(*group, _UNTOUCHED)[1].sum() for group in self._groups(assets)), start=1.0)

    def closed(self, routes: Sequence[Sequence[Asset]]) -> float:
        """Return the share of time in which every one of some routes has an asset of which nothing remains. [1]"""
        rows = [
            _with_nothing(e.share, np.ones(1), np.array([[float(_all_open(e, route)) for route in routes]]))
            for e in self.hit
            if e.takes_all
        ]
        groups = _independent(rows, np.ones(len(routes)))
        if sum(len(room) for _, room in groups) < len(routes):
            return 0.0
        return math.prod((_combined(*group, _CLOSED)[1].sum() for group in groups), start=1.0)

    def _taking(self, asset: Asset) -> list[int]:
        """Return the hazards that take anything from an asset: those that close it, and others if they bind there."""
        if asset not in self._cached_taking:
            self._cached_taking[asset] = self._hazards_taking(asset)
        return self._cached_taking[asset]

    def _hazards_taking(self, asset: Asset) -> list[int]:
        least = {
            index: 1.0 - e.most * (1.0 - e.remaining[asset]) for index, e in enumerate(self.hit) if asset in e.remaining
        }
        together = math.prod(
            remaining for index, remaining in least.items() if remaining > 0 or not self.hit[index].takes_all
        )
        binding = together <= 0 or together * self.headroom[asset] < 1.0 - ROUNDING
        return [index for index, remaining in least.items() if binding or remaining == 0]

    def _groups(self, assets: Iterable[Asset]) -> list[tuple[Rows, Floats]]:
        """Return hazards and headrooms of the assets they take from, in groups that have no asset in common."""
        taking = {asset: hazards for asset in dict.fromkeys(assets) if (hazards := self._taking(asset))}
        room = np.array([self.headroom[asset] for asset in taking])
        rows = []
        for index, e in enumerate(self.hit):
            remaining = np.array([e.remaining[asset] if index in hazards else 1.0 for asset, hazards in taking.items()])
            if (hit := remaining < 1).any():
                binding = (1.0 - 1.0 / room[hit]) / (1.0 - remaining[hit])
                chances, severity = np.array(e.severity(binding.tolist())).T
                factors = 1.0 - severity[:, None] * (1.0 - remaining)
                rows.append(_with_nothing(e.share, chances, np.where(np.isinf(room), factors > 0, factors)))
        groups = _independent(rows, np.where(np.isinf(room), 1.0, room))
        return [_without_dominated(*group) for group in groups]


Rows = list[tuple[Floats, Floats]]
"""Of each hazard the chances of what it may do, and what that leaves of each asset; first that it is not in force."""


@dataclass(frozen=True)
class _Rule:
    """How combinations of hazards are counted: what an asset that no later hazard hits does to the result so far."""

    start: float
    join: np.ufunc
    counts: Callable[[Floats, Floats], npt.NDArray[np.bool_]]
    """Which combinations still count, by their results so far and what remains of the assets to come."""


def _all(result: Floats, value: Floats) -> npt.NDArray[np.bool_]:
    return np.ones(len(result), dtype=bool)


def _untouched(result: Floats, value: Floats) -> npt.NDArray[np.bool_]:
    return (result >= 1.0 - ROUNDING) & (value >= 1.0 - ROUNDING).all(axis=1)


def _shut(result: Floats, value: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray(result == 0)


_LEAST = _Rule(1.0, np.minimum, _all)
_UNTOUCHED = _Rule(1.0, np.minimum, _untouched)
_CLOSED = _Rule(0.0, np.maximum, _shut)


def _with_nothing(share: float, chances: Floats, factors: Floats) -> tuple[Floats, Floats]:
    """Return the distribution of a hazard, given what it does while it is in force."""
    return np.array([1.0 - share, *(share * chances)]), np.vstack([np.ones((1, factors.shape[1])), factors])


def _all_open(exposure: Exposure, route: Sequence[Asset]) -> bool:
    """Tell whether a hazard that takes all that it can leaves something of every asset."""
    return all(exposure.remaining.get(asset, 1.0) > 0 for asset in route)


def _independent(rows: Rows, room: Floats) -> list[tuple[Rows, Floats]]:
    """Return hazards and the assets they hit in groups that have none in common; assets that none hits are left out."""
    groups: list[tuple[set[int], list[int]]] = []
    for index, (_, factors) in enumerate(rows):
        own = set(np.flatnonzero((factors < 1).any(axis=0)).tolist())
        touched = [group for group in groups if not group[0].isdisjoint(own)]
        groups = [group for group in groups if group[0].isdisjoint(own)]
        if own:
            groups.append((own.union(*(g[0] for g in touched)), sorted([index, *(h for g in touched for h in g[1])])))
    parts = []
    for assets, hazards in groups:
        of_assets = sorted(assets)
        parts.append(([(rows[index][0], rows[index][1][:, of_assets]) for index in hazards], room[of_assets]))
    return parts


def _without_dominated(rows: Rows, room: Floats) -> tuple[Rows, Floats]:
    """Return a group without the assets of which another always has as little in service or less."""
    table = np.vstack([room, *(factors for _, factors in rows)])
    table, first = np.unique(table, axis=1, return_index=True)
    first = first[
        [not any(k != j and (table[:, k] <= table[:, j]).all() for k in range(len(first))) for j in range(len(first))]
    ]
    kept = np.sort(first)
    return [(chances, factors[:, kept]) for chances, factors in rows], room[kept]


def _combined(rows: Rows, room: Floats, rule: _Rule) -> tuple[Floats, Floats]:
    """Return the results that a group of hazards may have by a rule, and their chances.

    An asset is done with when its last hazard has been looked at, so that hazards in a chain stay few combinations.
    """
    rows = sorted(rows, key=lambda row: np.flatnonzero((row[1] < 1).any(axis=0)).tolist())
    last = np.array(
        [max(index for index, (_, factors) in enumerate(rows) if (factors[:, j] < 1).any()) for j in range(len(room))]
    )
    remaining = np.arange(len(room))
    chance, result, value, error = np.ones(1), np.full(1, rule.start), room[None, :], 0.0
    for index, (chances, factors) in enumerate(rows):
        value = (value[:, None, :] * factors[None, :, remaining]).reshape(-1, len(remaining))
        chance, result = np.outer(chance, chances).ravel(), np.repeat(result, len(chances))
        for done in np.flatnonzero(last[remaining] == index):
            result = rule.join(result, value[:, done])
        later = last[remaining] > index
        value, remaining = value[:, later], remaining[later]
        if rule is _LEAST and len(remaining):
            result = np.minimum(result, value.min(axis=1))
        counts = rule.counts(result, value) & (chance > _NEVER)
        chance, state, moved = _put_together(
            chance[counts], np.column_stack([result, value])[counts], rule is not _LEAST
        )
        error += moved
        result, value = state[:, 0], state[:, 1:]
        if error > _TOLERANCE:
            raise DataError(
                f"{len(rows)} hazards hit the same route in more combinations than can be counted to {_TOLERANCE:g}; "
                "join hazards that hit the same assets, or let them leave the same share (remaining=)"
            )
    return result, chance


def _put_together(chance: Floats, state: Floats, sharp: bool) -> tuple[Floats, Floats, float]:
    """Return combinations with equal ones made one, and the most that this changes.

    Of too many the less likely are put together with those near them, at their mean. The mean of the least of assets
    doubles with them, so that only their proportions need be near; it falls by no more than the assets do, so that it
    changes by their distance at most. A chance (sharp) changes by that of all that is moved.
    """
    _, first, which = np.unique(np.round(state, 12), axis=0, return_index=True, return_inverse=True)
    chance, state = np.bincount(which.ravel(), chance).astype(np.float64), state[first]
    if len(chance) <= _MOST:
        return chance, state, 0.0
    order = np.argsort(-chance, kind="stable")
    kept, rest = order[: _MOST // 2], order[_MOST // 2 :]
    own, size = chance[rest], np.ones(len(rest)) if sharp else np.maximum(state[rest].max(axis=1), 1e-100)
    shape = state[rest] / size[:, None]
    step, cell = 2.0**-20, np.arange(len(rest))
    while cell.max() >= _MOST // 2:
        step *= 2.0
        _, cell = np.unique(np.floor(shape / step), axis=0, return_inverse=True)
        cell = cell.ravel()
    mass = np.bincount(cell, own)
    mean = np.stack([np.bincount(cell, own * size * column) for column in shape.T], axis=1) / mass[:, None]
    weight = np.bincount(cell, own * size)
    middle = mean * (mass / weight)[:, None]
    moved = np.abs(shape - middle[cell]).max(axis=1)
    error = own @ (moved > 0) if sharp else own @ (size * moved)
    return np.append(chance[kept], mass), np.vstack([state[kept], mean]), float(error)


def _mean_of_least(distributions: Sequence[tuple[Floats, Floats]]) -> float:
    """Return the mean of the least of independent numbers, 1 at most, given by their values and chances."""
    bounds = np.unique(np.concatenate([[0.0, 1.0], *(values for values, _ in distributions)]))
    reached = np.ones(len(bounds) - 1)
    for values, chances in distributions:
        order = np.argsort(values)
        above = np.append(np.cumsum(chances[order][::-1])[::-1], 0.0)
        reached *= above[np.searchsorted(values[order], bounds[1:])]
    return float(np.diff(bounds) @ reached)
