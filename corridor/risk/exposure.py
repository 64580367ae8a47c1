"""What hazards do to edges, nodes and fleets, without drawing: means and chances over all combinations in force.

One rule: of an edge the share of its capacity that remains counts, of a node or fleet the limit that remains over what
uses it in the baseline, at most 1, and of a route the least of them at a time.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corridor.errors import DataError
from corridor.model.changes import Change, edited, remaining_shares
from corridor.model.distributions import TwoPart, Uniform
from corridor.model.formulas import DAYS_PER_YEAR, ROUNDING
from corridor.model.hazard import Hazard
from corridor.model.network import Network
from corridor.risk.worst_share import SharePieces, complete_probability, share_pieces, struck_shares
from corridor.solver.batch import assets_of, headroom, usual_amounts
from corridor.solver.program import Floats

if TYPE_CHECKING:
    from corridor.solver.flow import Flow
    from corridor.solver.solution import Solution

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
class ExposedMember:
    """What an event leaves of the assets (edges, nodes and fleets) that a member of its hazard hits.

    Attributes
    ----------
    probability : float
        That an event strikes it. [1]
    remaining : mapping of (kind, id) to share
        What remains of the limit where all is taken. [1]
    touched : frozenset of (kind, id)
        All that it does anything to, be it a delay.
    """

    probability: float
    remaining: Mapping[Asset, float]
    touched: frozenset[Asset]


@dataclass(frozen=True)
class Exposure:
    """What a hazard leaves of the assets that it hits, and how many of its events are in force.

    Attributes
    ----------
    load : float
        Mean number of events in force. [1]
    members : tuple of ExposedMember
        Struck each by itself; those struck at the same time lose the same share, the largest of the events in force.
    usual : mapping of (kind, id) to share
        Of a hazard that takes shares of flow, what is in service of its assets if just what passes in the baseline may
        pass: it leaves a share of that at most. Empty for one that takes shares of capacity. [1]
    """

    hazard: Hazard
    load: float
    members: tuple[ExposedMember, ...]
    usual: Mapping[Asset, float] = field(default_factory=dict)

    def hits(self, asset: Asset) -> bool:
        """Tell whether any member is or contains an asset."""
        return any(asset in member.remaining for member in self.members)

    def least(self, asset: Asset) -> float:
        """Return what remains of an asset's limit where all is taken by all members. [1]"""
        return math.prod(member.remaining.get(asset, 1.0) for member in self.members)

    def closes(self, asset: Asset) -> bool:
        """Tell whether nothing remains of an asset where all is taken, and all may be."""
        return self.most == 1 and self.least(asset) == 0

    def least_beside_closure(self, asset: Asset) -> float:
        """Return the least that may remain of an asset's limit while it is not closed; 1 where it is closed or not hit.

        Where shares come as near to all as they like, 0.
        """
        complete = [] if self.least(asset) == 0 or self.most < 1 else [self.least(asset)]
        partial = _most_partial(self.hazard.severity)
        if partial is not None:
            complete.append(math.prod(1.0 - partial * (1.0 - m.remaining.get(asset, 1.0)) for m in self.members))
        return min(complete, default=1.0)

    @property
    def most(self) -> float:
        """The largest share that may be taken of what it takes. [1]"""
        return self.hazard.severity.high if self.hazard.severity else 1.0

    def struck(self, assets: Sequence[Asset], breakpoints: Sequence[float]) -> tuple[Floats, Floats]:
        """Return what it may do to some assets: shares of time, and what that leaves of the assets' limits. [1]

        Parameters
        ----------
        assets : sequence of Asset
        breakpoints : sequence of float
            Shares taken at which the distribution of shares is split, beside its own sixteen parts.
        """
        return self._struck(assets, self.load, share_pieces(self.hazard.severity, breakpoints, parts=_PARTS))

    def shut(self, assets: Sequence[Asset]) -> tuple[Floats, Floats]:
        """Return what its events that take all may do to some assets, as `struck` does."""
        return self._struck(assets, self.load * complete_probability(self.hazard.severity), share_pieces(None))

    def _struck(self, assets: Sequence[Asset], load: float, pieces: SharePieces) -> tuple[Floats, Floats]:
        remaining = np.array([[m.remaining.get(asset, 1.0) for asset in assets] for m in self.members])
        hitting = np.flatnonzero((remaining < 1).any(axis=1))
        probabilities = [self.members[member].probability for member in hitting]
        chances, factors = [], []
        for members, chance, share in struck_shares(probabilities, load, pieces):
            own = remaining[hitting[list(members)]]
            left = np.prod(1.0 - share[:, None, None] * (1.0 - own), axis=1)
            chances.append(chance)
            usual = np.array([self.usual.get(asset, 1.0) for asset in assets])
            factors.append(np.where((own < 1).any(axis=0), left * usual, left))
        return np.concatenate(chances), np.concatenate(factors)


def _of_flow(hazard: Hazard) -> bool:
    """Tell whether a hazard takes shares of what passes in the baseline, not of capacity."""
    return isinstance(hazard.severity, TwoPart) and hazard.severity.of == "flow"


def _exposed_members(hazard: Hazard, network: Network) -> tuple[ExposedMember, ...]:
    """Return what each member of a hazard leaves of the assets that it hits, those that are open."""
    is_open = {(kind, record.id) for kind, record in assets_of(network) if record.remaining > 0}
    exposed = []
    for member in hazard.members:
        shares = remaining_shares(member.changes, network).items()
        remaining = {asset: share for asset, share in shares if share < 1 and asset in is_open}
        exposed.append(ExposedMember(member.probability, remaining, touched_assets(member.changes, network)))
    return tuple(exposed)


def touched_assets(changes: Iterable[Change], network: Network) -> frozenset[Asset]:
    """Return the edges, nodes and fleets to which changes do anything; supplies and markets are not theirs."""
    touched = set()
    for kind, key in edited(network, changes).touched:
        if kind in ("rate", "quota"):
            touched.add(("edge", key[0]))
        elif kind in ("edge", "node", "fleet"):
            touched.add((kind, key))
    return frozenset(touched)


def _usual_shares(network: Network, solution: Solution) -> dict[Asset, float]:
    """Return what of each asset is in service if just what passes in the baseline may pass. [1]

    Of an edge with a limit that is its share of this, of all else all, and nothing where nothing passes.
    """
    amounts = usual_amounts(network, solution).tolist()
    return {
        (kind, record.id): min(1.0, amount / record.available_mtpa)
        if kind == "edge" and 0 < record.available_mtpa < math.inf
        else float(amount > 0)
        for (kind, record), amount in zip(assets_of(network), amounts, strict=True)
    }


def _most_partial(severity: Uniform | TwoPart | None) -> float | None:
    """Return the most that an event takes that does not take all; None where every one does. [1]"""
    if complete_probability(severity) >= 1:
        return None
    return severity.at_most if isinstance(severity, TwoPart) else severity.high if severity else None


@dataclass(frozen=True)
class Exposures:
    """What the hazards of a network do to its edges, nodes and fleets.

    Attributes
    ----------
    hit : tuple of Exposure
        Hazards are independent; those in force together multiply at an asset.
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

        hazards = [hazard.in_regime(network.regime) for hazard in network.hazards]
        members = [_exposed_members(hazard, network) for hazard in hazards]
        needs_flow = any(kind != "edge" for of in members for member in of for kind, _ in member.remaining)
        if flow is None and (needs_flow or any(map(_of_flow, hazards))):
            flow = solve(network)
        solution = None if flow is None else flow.solution
        usual = {} if solution is None else _usual_shares(network, solution)
        hit = [
            Exposure(
                hazard,
                hazard.frequency_per_year * hazard.mean_duration_days / DAYS_PER_YEAR,
                own,
                {a: usual[a] for member in own for a in member.remaining} if _of_flow(hazard) else {},
            )
            for hazard, own in zip(hazards, members, strict=True)
        ]
        assets = [(kind, record.id) for kind, record in assets_of(network)]
        return cls(tuple(hit), dict(zip(assets, headroom(network, solution).tolist(), strict=True)))

    def on(self, assets: Iterable[Asset]) -> tuple[Exposure, ...]:
        """Return the hazards that take anything from some assets, be it together with others."""
        indices = {index for asset in assets for index in self._taking(asset)}
        return tuple(self.hit[index] for index in sorted(indices))

    def aimed(self, assets: Iterable[Asset]) -> bool:
        """Tell whether a hazard aims at any of some assets, be it a delay, or less than would be missed there."""
        return not self._aimed.isdisjoint(assets)

    @cached_property
    def _aimed(self) -> frozenset[Asset]:
        members = (member for e in self.hit for member in e.members)
        return frozenset().union(*(member.touched for member in members))

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

    def disturbed_by_country(self, assets: Iterable[Asset]) -> dict[str, float]:
        """Return the share of time in which the hazards of each country alone take anything; '' stands for none. [1]

        Shares of several countries overlap.
        """
        assets = tuple(assets)
        by_country: dict[str, list[Exposure]] = {}
        for e in self.hit:
            by_country.setdefault(e.hazard.place or "", []).append(e)
        alone = {country: Exposures(tuple(hit), self.headroom) for country, hit in sorted(by_country.items())}
        return {country: 1.0 - exposures.untouched(assets) for country, exposures in alone.items()}

    def closed(self, routes: Sequence[Sequence[Asset]]) -> float:
        """Return the share of time in which every one of some routes has an asset of which nothing remains. [1]"""
        assets = list(dict.fromkeys(itertools.chain(*routes)))
        rows = []
        for e in self.hit:
            closing = [asset for asset in assets if e.closes(asset)]
            if closing:
                chances, factors = e.shut(closing)
                shut = {asset: factors[:, column] == 0 for column, asset in enumerate(closing)}
                never = np.zeros(len(chances), dtype=bool)
                open_routes = [~np.any([never, *(shut[a] for a in route if a in shut)], axis=0) for route in routes]
                rows.append(_with_nothing(chances, np.array(open_routes, dtype=np.float64).T))
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
        hitting = [index for index, e in enumerate(self.hit) if e.hits(asset)]
        of_capacity = [index for index in hitting if not self.hit[index].usual]
        together = math.prod(self.hit[index].least_beside_closure(asset) for index in of_capacity)
        binding = together <= 0 or together * self.headroom[asset] < 1.0 - ROUNDING
        return [index for index in hitting if binding or self.hit[index].usual or self.hit[index].closes(asset)]

    def _groups(self, assets: Iterable[Asset]) -> list[tuple[Rows, Floats]]:
        """Return hazards and headrooms of the assets they take from, in groups that have no asset in common.

        A hazard that takes shares of flow has a column of its own for each asset, for what it leaves is not multiplied.
        """
        columns: dict[tuple[Asset, int | None], float] = {}
        for asset in dict.fromkeys(assets):
            for index in self._taking(asset):
                own = index if self.hit[index].usual else None
                columns[asset, own] = self.headroom[asset] if own is None else 1.0
        room = np.array(list(columns.values()))
        rows = []
        for index, e in enumerate(self.hit):
            of = index if e.usual else None
            hit = [n for n, (asset, own) in enumerate(columns) if own == of and index in self._taking(asset)]
            if hit:
                struck = [list(columns)[n][0] for n in hit]
                chances, factors = e.struck(struck, self._binding(e, struck))
                every = np.ones((len(chances), len(room)))
                every[:, hit] = factors
                rows.append(_with_nothing(chances, np.where(np.isinf(room), every > 0, every)))
        groups = _independent(rows, np.where(np.isinf(room), 1.0, room))
        return [_without_dominated(*group) for group in groups]

    def _binding(self, exposure: Exposure, assets: Sequence[Asset]) -> list[float]:
        """Return the shares from which on what is taken from assets is missed there, by each member alone. [1]"""
        return [
            (1.0 - 1.0 / self.headroom[asset]) / (1.0 - member.remaining[asset])
            for asset in assets
            for member in exposure.members
            if asset in member.remaining
        ]


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


def _with_nothing(chances: Floats, factors: Floats) -> tuple[Floats, Floats]:
    """Return the distribution of a hazard, given shares of time and what it leaves while it strikes anything."""
    nothing = max(0.0, 1.0 - math.fsum(chances))
    return np.array([nothing, *chances]), np.vstack([np.ones((1, factors.shape[1])), factors])


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
