"""Scenario files as checks: what was expected of a result, and what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from corridor.errors import DataError, visible
from corridor.files.expectation import Expectation, word_errors
from corridor.library.scenarios import named_network
from corridor.model.network import Network
from corridor.model.result_path import CHANGE, parts_of, path_errors, row_of, value_by_path
from corridor.model.scenario import Scenario, require_scenario
from corridor.solver.flow import Flow
from corridor.solver.warm import WarmSolver

if TYPE_CHECKING:
    from corridor.study.compare import ComparedStates
    from corridor.study.compared_state import ComparedState

_MOST_LINES = 4


@dataclass(frozen=True)
class CheckResult:
    """One expectation of a scenario, and what the result is.

    Attributes
    ----------
    scenario : str
        Name of the scenario.
    expectation : Expectation
        What was expected.
    got : float or str
        What the path leads to under the scenario; for a path with ``change.``, the change against the baseline.
    baseline : float or str
        What it leads to without the scenario.
    change : float or None
        The change against the baseline; None for words.
    location : str
        ``file:line`` of the expectation, empty where it is in no file.
    """

    scenario: str
    expectation: Expectation
    got: float | str
    baseline: float | str
    change: float | None
    location: str = ""

    def _repr_html_(self) -> str:
        """Return how it shows itself in a notebook."""
        from corridor.show.html import card, line, warning

        result: object = "met" if self.holds else warning("not met")
        head = f"{self.scenario}: {self.expectation.path}"
        return card(head, line(result, ": ", self.sentence()), line(self.location, muted=True))

    @property
    def holds(self) -> bool:
        """Whether the expectation is met."""
        return self.expectation.holds(self.got)

    def __str__(self) -> str:
        mark = "ok    " if self.holds else "FAILED"
        return f"{mark} {visible(f'{self.scenario}: {self.expectation.path}')} = {self.sentence()}"

    def sentence(self) -> str:
        """Return got, expected, baseline and change in one line."""
        e = self.expectation
        change = f", {self._change}" if self._change and not e.path.startswith(CHANGE) else ""
        return visible(f"{_shown(self.got)}, expected {e.text} (baseline {_shown(self.baseline)}{change})")

    def report(self) -> str:
        """Return the same on several lines, for a failure."""
        e = self.expectation
        hint = " (not a number: nothing is available there, or nothing can flow)" if self.got != self.got else ""
        lines = [
            f"{self.location + ': ' if self.location else ''}{e.path}",
            f"  expected  {e.text}",
            f"  got       {_shown(self.got)}{hint}",
            f"  baseline  {_shown(self.baseline)}{', ' if self._change else ''}{self._change}",
        ]
        return "\n".join(map(visible, lines))

    @property
    def _change(self) -> str:
        return "" if self.change is None or math.isnan(self.change) else f"change {self.change:+.6g}"


def _shown(value: float | str) -> str:
    return repr(value) if isinstance(value, str) else f"{value:.6g}"


def check(scenario: Scenario, network: Network | None = None) -> tuple[CheckResult, ...]:
    """Return for each expectation of a scenario what the solved result is.

    Parameters
    ----------
    scenario : Scenario
        With an ``expect`` block.
    network : Network, optional
        What to solve it on; by default the shipped network and year that the scenario names.

    Raises
    ------
    DataError
        Naming every expectation that is invalid or leads to nothing, or if there is no network to solve on.

    Examples
    --------
    >>> import corridor as cr
    >>> all(result.holds for result in cr.check(cr.load_scenario("cpc-shut")))
    True
    """
    solved = CheckRunner().check(scenario, network)
    return tuple(solved.result(path) for path in scenario.expect)


class CheckRunner:
    """Solves scenarios for their expectations, each network and its baseline once."""

    def __init__(self) -> None:
        self._solvers: dict[int, tuple[WarmSolver, Flow]] = {}
        self._named: dict[tuple[str, int | None], Network] = {}
        self._compared: dict[tuple[int, str], ComparedStates] = {}

    def solver(self, network: Network) -> tuple[WarmSolver, Flow]:
        """Return the solver of a network, and its baseline."""
        solved = self._solvers.get(id(network))
        if solved is None:
            solver = WarmSolver(network)
            solved = self._solvers[id(network)] = solver, Flow(solver.solve())
        return solved

    def named(self, name: str, year: int | None) -> Network:
        """Return the network that scenarios name, read once."""
        if (name, year) not in self._named:
            self._named[name, year] = named_network(name, year)
        return self._named[name, year]

    def check(self, scenario: Scenario, network: Network | None = None) -> ScenarioCheck:
        """Return a scenario with its baseline, ready to be asked.

        Raises
        ------
        DataError
            Naming every expectation that is invalid or leads to nothing, or if there is no network.
        """
        require_scenario(scenario)
        if network is None:
            if scenario.network is None:
                raise DataError(
                    f"{type(scenario).__name__.lower()} {scenario.name!r} names no network; "
                    "add 'network: caspian' or the path of your own, or pass a network"
                )
            network = self.named(scenario.network, scenario.year)
        solver, before = self.solver(network)
        expectations = _read(scenario, network)
        return ScenarioCheck(scenario, before, Flow(solver.solve(scenario)), expectations, self)

    def compared(self, network: Network, commodity: str) -> ComparedStates:
        """Return the comparison of a network's corridors for a commodity, whose baseline is solved once."""
        from corridor.study.compare import ComparedStates
        from corridor.study.comparison_scope import comparison_scope

        key = id(network), commodity
        if key not in self._compared:
            scope = comparison_scope(network, commodity=commodity)
            self._compared[key] = ComparedStates(self.solver(network)[0], scope)
        return self._compared[key]


def _read(scenario: Scenario, network: Network) -> dict[str, Expectation]:
    """Return the expectations by path, or raise one error with all that is wrong with them."""
    problems: list[str] = []
    expectations = {}
    for path, wanted in scenario.expect.items():
        problems += map(str, [*path_errors(path, network), *word_errors(path, wanted, network)])
        try:
            expectations[path] = Expectation.parse(path, wanted)
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return expectations


@dataclass(frozen=True)
class ScenarioCheck:
    """A solved scenario and its baseline.

    Attributes
    ----------
    scenario : Scenario
        What happens.
    before, after : Flow
        The flow without the scenario, and with it.
    expectations : mapping of str to Expectation
        What is expected, by path.
    """

    scenario: Scenario
    before: Flow
    after: Flow
    expectations: Mapping[str, Expectation]
    _runner: CheckRunner = field(repr=False, compare=False)
    _compared: dict[str, ComparedState] = field(default_factory=dict, repr=False, compare=False)

    def result(self, path: str, location: str = "") -> CheckResult:
        """Return the result of one expectation; `location` is its file and line."""
        parts = parts_of(path)
        before, after = self._states(path.removeprefix(CHANGE)) if len(parts) == 1 else self._difference(*parts)
        change = None if isinstance(before, str) or isinstance(after, str) else after - before
        got = change if path.startswith(CHANGE) and len(parts) == 1 and change is not None else after
        return CheckResult(self.scenario.name, self.expectations[path], got, before, change, location)

    def _difference(self, *parts: str) -> tuple[float, float]:
        """Return the difference of two paths in the baseline and under the scenario; a change is 0 in the baseline."""
        pairs = []
        for part in parts:
            before, after = map(float, self._states(part.removeprefix(CHANGE)))
            pairs.append((0.0, after - before) if part.startswith(CHANGE) else (before, after))
        return pairs[0][0] - pairs[1][0], pairs[0][1] - pairs[1][1]

    def _states(self, path: str) -> tuple[float | str, float | str]:
        """Return what a path leads to in the baseline and under the scenario."""
        if path.startswith("compare."):
            return self._compare(path)
        if path.startswith("outcomes."):
            from corridor.study.outcomes import outcome_number

            key, _, column = path.removeprefix("outcomes.").rpartition(".")
            before, after = (
                outcome_number(flow, self.before, key or None, column=column) for flow in (self.before, self.after)
            )
            return before, after
        return self._cells(path)

    @cached_property
    def summary(self) -> str:
        """The first lines of the flow's explanation."""
        lines = self.after.explain().splitlines()
        return "\n".join(lines[:_MOST_LINES] + ["..."] * (len(lines) > _MOST_LINES))

    def _cells(self, path: str) -> tuple[float, float]:
        return value_by_path(self.before, path), value_by_path(self.after, path)

    def _compare(self, path: str) -> tuple[float | str, float | str]:
        """Return a cell of `compare` in the baseline and under the scenario."""
        from corridor.model.commodity_groups import default_subject

        network = self.before.network
        key, column = path.removeprefix("compare.").rsplit(".", 1)
        corridor, *named = row_of("compare", key, network)
        commodity = named[0] if named else default_subject(network)
        states = self._runner.compared(network, commodity)
        if commodity not in self._compared:
            self._compared[commodity] = states.of(self.after)
        cells = (state.cell(corridor, column) for state in (states.baseline, self._compared[commodity]))
        before, after = (cell if isinstance(cell, str) else float(cell) for cell in cells)
        return before, after
