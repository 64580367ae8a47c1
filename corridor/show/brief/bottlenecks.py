"""What binds in the baseline of a brief, and how that differs under each scenario: limits, and edges that are shut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from corridor.model.display_units import TONNES, DisplayUnits
from corridor.model.records import Edge
from corridor.solver.idle import idle_chains, is_idle, opened_together
from corridor.solver.limits import RaisedLimits, raised_limits, raised_together
from corridor.solver.shown_volumes import ShownVolumes
from corridor.solver.solution import BindingLimit, Solution
from corridor.solver.warm import WarmSolver

_MOST_LIMITS = 8
_FACTOR = 2.0
"""What is worth as many times more, or less, is a difference."""
_LEAST_MUSD = 1.0
"""Worths up to this count as none, and do not differ by more than none. [million USD/y]"""
_LEAST_MTPA = 0.05
"""Tonnes lifted or requirements met up to this count as none. [Mt/y]"""


class Worth(NamedTuple):
    """What easing a bottleneck is worth to all shippers.

    Attributes
    ----------
    gained_musd_per_year : float
        Netback gained. [million USD/y]
    lifted_mtpa, supplied_mtpa : float
        Tonnes lifted and requirements met. [Mt/y]
    lifted, supplied : float
        The same in the units shown: each shipper's by its own barrels.
    """

    gained_musd_per_year: float
    lifted_mtpa: float
    supplied_mtpa: float
    lifted: float
    supplied: float


@dataclass(frozen=True)
class Bottleneck:
    """Limits that bind together, or edges that are shut and missed together.

    Attributes
    ----------
    limits : tuple of BindingLimit
        Raised by one unit each; empty where edges are shut.
    edges : tuple of Edge
        Shut, and opened together; empty for limits.
    why : str
        Why the edges are shut: "closed" or "not in service".
    worth : Worth
        What raising or opening them is worth.
    """

    worth: Worth
    limits: tuple[BindingLimit, ...] = ()
    edges: tuple[Edge, ...] = ()
    why: str = ""

    @property
    def parts(self) -> frozenset[BindingLimit | str]:
        """Limits, or ids of shut edges."""
        return frozenset(self.limits) | {edge.id for edge in self.edges}


@dataclass(frozen=True)
class Difference:
    """A bottleneck that is worth something else under a scenario.

    Attributes
    ----------
    bottleneck : Bottleneck
        As under the scenario; as in the baseline if it is gone.
    before, after : Worth or None
        Worth in the baseline and under the scenario; None where it is none worth a line.
    """

    bottleneck: Bottleneck
    before: Worth | None
    after: Worth | None

    @property
    def size(self) -> float:
        """How much it differs, rounded so that equal ones keep their order. [million USD/y]"""
        return round(abs((self.after or (0.0,))[0] - (self.before or (0.0,))[0]), 6)


@dataclass(frozen=True, eq=False)
class StateBottlenecks:
    """Bottlenecks of one state.

    Parameters
    ----------
    solver : WarmSolver
        Solver of the network, or of one that differs from it in numbers only.
    solution : Solution
        Optimum of the state.
    units : DisplayUnits
        Units shown; tonnes by default.
    """

    solver: WarmSolver
    solution: Solution
    units: DisplayUnits = TONNES

    @cached_property
    def volumes(self) -> ShownVolumes:
        """Volumes of the state in the units shown."""
        return ShownVolumes(self.solution, self.units)

    @cached_property
    def listed(self) -> tuple[Bottleneck, ...]:
        """Bottlenecks worth a line: limits of open assets, then shut edges, the most valuable first."""
        listed = [Bottleneck(self._worth(one.worth, one.wider), limits=one.limits) for one in self._raised.limits]
        chains = idle_chains(self.solver, self.solution)
        listed += [
            Bottleneck(self._worth(chain.worth, chain.opened), edges=chain.edges, why=chain.why) for chain in chains
        ]
        return tuple(sorted(filter(_is_worth_a_line, listed), key=lambda one: (bool(one.edges), -one.worth[0])))

    @property
    def n_untried(self) -> int:
        """How many limits bind that are not listed, for others have higher prices."""
        return self._raised.n_binding - self._raised.n_tried

    @cached_property
    def _raised(self) -> RaisedLimits:
        return raised_limits(self.solver, self.solution, most=_MOST_LIMITS)

    def worth(self, bottleneck: Bottleneck) -> Worth | None:
        """Return what a bottleneck of another state is worth in this one; None for none worth a line."""
        same = (own.worth for own in self.listed if own.parts == bottleneck.parts)
        if (own := next(same, None)) is not None:
            return own
        if bottleneck.edges:
            if not all(is_idle(self.solution.network.edge(edge.id)) for edge in bottleneck.edges):
                return None
            opened = opened_together(self.solver, self.solution, bottleneck.edges)
            worth = None if opened is None else self._worth(opened.worth, opened.opened)
        else:
            if any(self._is_shut(limit) for limit in bottleneck.limits):
                return None
            raised = raised_together(self.solver, self.solution, bottleneck.limits)
            worth = None if raised is None else self._worth(raised.worth, raised.wider)
        return worth if worth is not None and _counts(worth) else None

    def _worth(self, worth: tuple[float, float, float], eased: Solution) -> Worth:
        """Return what easing is worth, given in tonnes, with the volumes shown."""
        return Worth(*worth, *self.volumes.gains(eased))

    def _is_shut(self, limit: BindingLimit) -> bool:
        """Tell whether the edge or node of a limit is shut: what is missed then is no unit more."""
        network = self.solution.network
        if limit.kind == "node":
            return network.node(limit.id).available_mtpa == 0
        return limit.kind in ("edge", "quota") and is_idle(network.edge(limit.id))


def differences(base: StateBottlenecks, state: StateBottlenecks) -> Iterator[Difference]:
    """Yield what binds under a scenario only, or is worth far more or less there, then what binds no more.

    Notes
    -----
    Largest differences come first. Each bottleneck of either state is raised, or opened, in both. What differs by less
    than a factor of 2 or 1 million USD/y is none, and what shares a limit with one that is reported or unchanged is not
    reported twice.
    """
    kept: list[frozenset[BindingLimit | str]] = []
    gone, changed = [], []
    for one in base.listed:
        after = state.worth(one)
        if after is not None:
            kept.append(one.parts)
        if after is None:
            gone.append(Difference(one, one.worth, None))
        elif _differs(one.worth, after):
            changed.append(Difference(one, one.worth, after))
    for one in state.listed:
        if any(one.parts & parts for parts in kept):
            continue
        before = base.worth(one)
        if before is None or _differs(before, one.worth):
            changed.append(Difference(one, before, one.worth))
    yield from sorted(
        changed, key=lambda each: (bool(each.bottleneck.edges), -(each.after or each.bottleneck.worth)[0])
    )
    yield from gone


def _is_worth_a_line(bottleneck: Bottleneck) -> bool:
    return _counts(bottleneck.worth)


def _counts(worth: Worth) -> bool:
    """Tell whether a bottleneck is worth a line."""
    return abs(worth.gained_musd_per_year) >= _LEAST_MUSD or max(worth.lifted_mtpa, worth.supplied_mtpa) > _LEAST_MTPA


def _differs(before: Worth, after: Worth) -> bool:
    """Tell whether what a bottleneck is worth differs between two states by enough to be reported."""
    less, more = sorted((before[0], after[0]))
    if any(abs(one - other) > _LEAST_MTPA for one, other in zip(before[1:3], after[1:3], strict=True)):
        return True
    return more - less >= _LEAST_MUSD and not 0 < more < _FACTOR * less
