"""Numbers of a state by their paths, those of `compare` and `outcomes` and changes against the baseline included."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from corridor.errors import DataError
from corridor.model.network import Network
from corridor.model.result_path import CHANGE, is_word, parts_of, path_errors, row_of, value_by_path
from corridor.model.scenario import Scenario
from corridor.solver.flow import Flow
from corridor.solver.program import Floats
from corridor.solver.warm import WarmSolver
from corridor.study.compared_state import ComparedState
from corridor.study.comparison_scope import ComparisonScope, comparison_scope
from corridor.study.outcomes import outcome_number, totals


def require_number(path: str, network: Network) -> None:
    """Raise unless a path leads to a number.

    Raises
    ------
    UnknownNameError, DataError
        If it leads to nothing, or to a word.
    """
    for error in path_errors(path, network, role="outcome"):
        raise error
    if is_word(path):
        raise DataError(f"outcome {path}: {path.rpartition('.')[2]} is a word; name a number")


@dataclass(frozen=True, eq=False)
class ReadPath:
    """A sound path, or one of the two whose difference is meant, read for a network and all that share its structure.

    Attributes
    ----------
    path : str
        Without ``change.`` before it.
    change : bool
        Whether the change against the baseline is meant.
    table, column : str
        Where it leads; a total has no table.
    row : tuple of str
        Ids of the row.
    scope : ComparisonScope or None
        What is compared, of paths into `compare`: origins are those of the network that it was read for.
    """

    path: str
    change: bool
    table: str
    row: tuple[str, ...]
    column: str
    scope: ComparisonScope | None = None

    @classmethod
    def of(cls, path: str, network: Network) -> ReadPath:
        """Return one path, read."""
        plain = path.removeprefix(CHANGE)
        table, _, rest = plain.partition(".")
        if not rest:
            return cls(plain, plain != path, "", (), plain)
        key, _, column = rest.rpartition(".")
        row = row_of(table, key, network) if key else ()
        scope = None
        if table == "compare":
            scope = comparison_scope(network, commodity=row[1] if len(row) > 1 else None).limited_to(network, row[0])
        return cls(plain, plain != path, table, row, column, scope)


def read_path(path: str, network: Network) -> tuple[ReadPath, ...]:
    """Return a sound path alone, or the two whose difference it names, read."""
    return tuple(ReadPath.of(part, network) for part in parts_of(path))


@dataclass(frozen=True, eq=False)
class PathValues:
    """The numbers of one state of a network; each is solved only when it is asked for.

    Attributes
    ----------
    solver : WarmSolver
        Solver of a network that differs from both states in numbers only.
    before, after : Network
        The baseline, and the state asked about.
    scenario : Scenario or None
        What leads from one to the other: its days turn rates into amounts.
    baseline : PathValues, optional
        Numbers of the baseline, where they are at hand.
    """

    solver: WarmSolver
    before: Network
    after: Network
    scenario: Scenario | None = None
    baseline: PathValues | None = None
    _compared: dict[int, ComparedState] = field(default_factory=dict, init=False)

    def value(self, path: str | Iterable[ReadPath]) -> float:
        """Return the number that a path leads to, or the difference of two."""
        parts = read_path(path, self.after) if isinstance(path, str) else path
        first, *others = (self._part(part) for part in parts)
        return first - sum(others)

    def _part(self, part: ReadPath) -> float:
        value = self._number(part)
        return value - self.values_before._number(part) if part.change else value

    def _number(self, part: ReadPath) -> float:
        """Return the number that a path leads to in this state."""
        if not part.table:
            return float(getattr(self.flow, part.column))
        if part.scope is not None:
            return float(self.compared(part.scope).row(part.row[0], [part.column])[part.column])
        commodity = part.row[0] if part.row else None
        if part.table == "outcomes":
            return outcome_number(self.flow, self.values_before.flow, commodity, column=part.column, solver=self.solver)
        if part.table == "commodities":  # without making the whole table, which takes longer than to solve
            return totals(self.flow, commodity)[part.column]
        return value_by_path(self.flow, part.path)

    def compared(self, scope: ComparisonScope, weights: Floats | None = None) -> ComparedState:
        """Return the state as a comparison sees it; `weights` as `ComparedState` takes them, 1 by default."""
        if id(scope) not in self._compared:
            own = np.ones(len(self.after.supplies)) if weights is None else weights
            before = None if self.after is self.before else self.values_before.compared(scope, weights)
            self._compared[id(scope)] = ComparedState(self.solver, self.flow, scope, weights=own, before=before)
        return self._compared[id(scope)]

    @cached_property
    def flow(self) -> Flow:
        """The flow of the state."""
        return Flow(self.solver.solve_network(self.after, self.scenario))

    @cached_property
    def values_before(self) -> PathValues:
        """Numbers of the baseline."""
        if self.before is self.after:
            return self
        return self.baseline or PathValues(self.solver, self.before, self.before)
