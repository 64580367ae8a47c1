"""Numbers of a state by their paths, those of `compare` and `outcomes` and changes against the baseline included."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from corridor.errors import DataError
from corridor.model.network import Network
from corridor.model.result_path import CHANGE, is_word, parts_of, path_errors, row_of, value_by_path
from corridor.model.scenario import Scenario
from corridor.solver.flow import Flow
from corridor.solver.warm import WarmSolver
from corridor.study.compare import compare_in_scope
from corridor.study.comparison_scope import comparison_scope
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
class PathValues:
    """The numbers of one state of a network, by sound paths.

    Attributes
    ----------
    solver : WarmSolver
        Solver of a network that differs from both states in numbers only.
    before, after : Network
        The baseline, and the state asked about.
    scenario : Scenario or None
        What leads from one to the other: its days turn rates into amounts.
    """

    solver: WarmSolver
    before: Network
    after: Network
    scenario: Scenario | None = None

    def value(self, path: str) -> float:
        """Return the number that a path leads to."""
        first, *others = (self._part(part) for part in parts_of(path))
        return first - sum(others)

    def _part(self, path: str) -> float:
        plain = path.removeprefix(CHANGE)
        value = self._in(plain, self.after, self._flow_after)
        if path == plain:
            return value
        return value - self._in(plain, self.before, self._flow_before)

    def _in(self, path: str, network: Network, flow: Flow) -> float:
        """Return the number that a path leads to in one of the two states."""
        if path.startswith("compare."):
            return _compared(network, path)
        if path.startswith("outcomes."):
            key, _, column = path.removeprefix("outcomes.").rpartition(".")
            return outcome_number(flow, self._flow_before, key or None, column=column, solver=self.solver)
        table, _, rest = path.partition(".")
        if table == "commodities":  # without making the whole table, which takes longer than to solve
            key, _, column = rest.rpartition(".")
            return totals(flow, key)[column]
        return value_by_path(flow, path)

    @cached_property
    def _flow_before(self) -> Flow:
        return self._flow_after if self.before is self.after else Flow(self.solver.solve_network(self.before))

    @cached_property
    def _flow_after(self) -> Flow:
        return Flow(self.solver.solve_network(self.after, self.scenario))


def _compared(network: Network, path: str) -> float:
    """Return a number of `compare`; those of one state do not depend on another."""
    key, _, column = path.removeprefix("compare.").rpartition(".")
    corridor, *named = row_of("compare", key, network)
    scope = comparison_scope(network, commodity=named[0] if named else None).limited_to(network, [corridor])
    return float(compare_in_scope(network, [], scope, columns=column)[column].iloc[0])
