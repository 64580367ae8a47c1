"""Scenario files as unit tests, and fixtures for your own tests; pytest loads it automatically.

``*.scenario.yaml`` files with an ``expect:`` block are collected, one test for each expectation. The fixtures are
`corridor_network`, `solve_scenario` and `corridor_snapshot`. ``-p no:corridor`` turns it off.

This module is loaded by every run of pytest wherever `corridor` is installed, so it imports nothing but pytest until
there is something to do. (PYTEST_DONT_REWRITE: it holds no assertions to rewrite.)
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import pandas as pd

    from corridor.files.scenario_yaml import ScenarioFile
    from corridor.model.network import Network
    from corridor.model.scenario import Scenario
    from corridor.solver.flow import Flow
    from corridor.testing.check import CheckResult, CheckRunner, ScenarioCheck

ENDING = ".scenario.yaml"
_runner_key = pytest.StashKey["CheckRunner"]()
_written = pytest.StashKey[dict[Path, tuple[str, str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--corridor-update``."""
    group = parser.getgroup("corridor", "scenarios of oil transit (corridor)")
    group.addoption(
        "--corridor-update",
        action="store_true",
        help="write the tables of corridor_snapshot where they are missing or differ",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "corridor(name='caspian', year=2024, regime='war'): the shipped network that the fixture corridor_network "
        "gives; expectations of scenario files carry it too",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFileCollector | None:
    """Collect scenario files."""
    return ScenarioFileCollector.from_parent(parent, path=file_path) if file_path.name.endswith(ENDING) else None


class ScenarioFileCollector(pytest.File):
    """A scenario file; its tests are its expectations."""

    _file: ScenarioFile
    _check: ScenarioCheck | Exception | None = None

    def collect(self) -> Iterable[ExpectationItem]:
        """Yield a test for each expectation; a broken file is an error that names all its problems."""
        from corridor.errors import CorridorError, visible
        from corridor.library.scenarios import read_scenario

        try:
            self._file = read_scenario(self.path, shown=_shown(self.config, self.path))
        except CorridorError as error:
            raise self.CollectError(str(error)) from None
        scenario = self._file.scenario
        if scenario.expect and scenario.network is None:
            raise self.CollectError(
                f"{self._file.name}:1: has expectations but names no network; add 'network: caspian' and a year, "
                "or the path of your own, relative to the file, or load it in a test with solve_scenario"
            )
        for path in scenario.expect:
            yield ExpectationItem.from_parent(self, name=visible(path), expectation=path)

    def line(self, path: str) -> int:
        """Return the line of an expectation, counted from 1."""
        return self._file.positions[path][0]

    def placed(self, error: Exception) -> list[str]:
        """Return the sentences of an error with the lines of the changes that they name."""
        return [self._file.placed(line) for line in str(error).splitlines()]

    def network(self) -> tuple[str | None, int | None]:
        """Return name and year of the network that the file names."""
        return self._file.scenario.network, self._file.scenario.year

    def result(self, path: str) -> tuple[CheckResult, ScenarioCheck]:
        """Return the result of an expectation; the scenario is solved on the first call."""
        if self._check is None:
            try:
                self._check = _runner(self.config).check(self._file.scenario)
            except Exception as error:
                self._check = error
        if isinstance(self._check, Exception):
            raise self._check
        return self._check.result(path, self._file.location(path)), self._check


class ExpectationItem(pytest.Item):
    """One expectation of a scenario file."""

    parent: ScenarioFileCollector

    def __init__(self, *, expectation: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.expectation = expectation
        name, year = self.parent.network()
        given = {key: value for key, value in (("name", name), ("year", year)) if value is not None}
        self.add_marker(pytest.mark.corridor(**given))

    def runtest(self) -> None:
        """Solve the scenario, once per file, and compare."""
        result, check = self.parent.result(self.expectation)
        if not result.holds:
            raise ExpectationFailed(result, check)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return location, expected and actual result, and the explanation of the flow."""
        from corridor.errors import CorridorError

        error = excinfo.value
        if isinstance(error, ExpectationFailed):
            words = "\n".join(f"  {line}" for line in error.check.summary.splitlines())
            return FailureReport(f"{error.result.report()}\nflow.explain():\n{words}", f"got {error.result.sentence()}")
        if isinstance(error, CorridorError):
            location = f"{_shown(self.config, self.path)}:{self.parent.line(self.expectation)}"
            lines = self.parent.placed(error)
            return FailureReport(f"{location}: {self.name}: cannot be checked\n" + "\n".join(lines), lines[0])
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return file, line and name of the expectation."""
        return self.path, self.parent.line(self.expectation) - 1, self.name


class ExpectationFailed(Exception):
    """An expectation that does not hold."""

    def __init__(self, result: CheckResult, check: ScenarioCheck) -> None:
        super().__init__(result.sentence())
        self.result, self.check = result, check


class FailureReport:
    """A failure in words; pytest shows `text`, and `message` in its summary of one line each."""

    def __init__(self, text: str, message: str) -> None:
        self.text, self.message = text, message

    @property
    def reprcrash(self) -> FailureReport:
        """Where pytest looks for the message."""
        return self

    def toterminal(self, tw: Any) -> None:
        """Write the failure."""
        head, *rest = self.text.splitlines()
        tw.line(head, bold=True, red=True)
        for line in rest:
            tw.line(line)

    def __str__(self) -> str:
        return self.text


@pytest.fixture
def corridor_network(request: pytest.FixtureRequest) -> Network:
    """Give the shipped network that ``@pytest.mark.corridor(name="caspian", year=2021, regime="calm")`` names.

    Without a marker it is what `corridor.load` gives by default. Override the fixture to test on a network of your own.
    """
    from corridor.errors import DataError
    from corridor.library import networks as library
    from corridor.messages import unknown

    mark = request.node.get_closest_marker("corridor")
    if mark is None:
        return library.load()
    named = ("name", "year", "regime")
    problems = [f"marker corridor: {unknown('argument', a, named)}" for a in mark.kwargs if a not in named]
    if mark.args:
        problems.append(f"marker corridor: takes {', '.join(named)} by name only, as in year=2021 (got {mark.args!r})")
    if problems:
        raise DataError(problems)
    return library.load(**mark.kwargs)


@pytest.fixture
def solve_scenario(
    request: pytest.FixtureRequest, corridor_network: Network
) -> Callable[[str | os.PathLike[str] | Scenario | None], Flow]:
    """Solve a scenario on `corridor_network`: ``solve_scenario("cpc-shut")`` returns a Flow.

    It takes the name of a shipped scenario, the path of a file (from the folder of the test) or a Scenario; without
    any it returns the baseline. The network is compiled once per run of pytest.
    """

    def solve(scenario: str | os.PathLike[str] | Scenario | None = None) -> Flow:
        from corridor.library.scenarios import all_scenarios, load_scenario
        from corridor.solver.flow import Flow

        solver, baseline = _runner(request.config).solver(corridor_network)
        if scenario is None:
            return baseline
        if isinstance(scenario, str | os.PathLike) and scenario not in all_scenarios():
            beside = request.path.parent / scenario
            is_path = not isinstance(scenario, str) or scenario.endswith((".yaml", ".yml")) or beside.exists()
            scenario = load_scenario(beside if is_path and str(scenario) else scenario, corridor_network)
        elif isinstance(scenario, str):
            scenario = load_scenario(scenario)
        return Flow(solver.solve(scenario))

    return solve


@pytest.fixture
def corridor_snapshot(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Compare a table with a stored CSV: ``corridor_snapshot(table, "name", rtol=1e-6, atol=1e-9)``.

    The table is a DataFrame or Series; it is stored in ``snapshots/TEST_FILE/NAME.csv`` beside the test.
    ``pytest --corridor-update`` writes what is missing or differs. Numbers must agree within
    ``atol + rtol * |stored|``, everything else exactly.
    """

    def hold(table: pd.DataFrame | pd.Series[Any], name: str, *, rtol: float = 1e-6, atol: float = 1e-9) -> None:
        __tracebackhide__ = True
        from corridor.errors import DataError
        from corridor.testing import snapshot

        if not isinstance(name, str) or not re.fullmatch(r"\w[\w .+-]*", name) or name.endswith((" ", ".")):
            raise DataError(f"a snapshot's name must be letters, digits, _, -, +, spaces or dots (got {name!r})")
        file = request.path.parent / "snapshots" / request.path.stem / f"{name}.csv"
        shown = _shown(request.config, file)
        snapshot_table = snapshot.SnapshotTable.of(table)
        try:
            stored = file.read_bytes().decode("utf-8") if file.exists() else None
            differences = (
                ["missing"] if stored is None else snapshot.differences(stored, snapshot_table, rtol=rtol, atol=atol)
            )
        except (DataError, OSError, UnicodeDecodeError) as error:
            stored, differences = "", [f"{error}"]
        if request.config.getoption("corridor_update"):
            _update(request, file, snapshot_table.csv() if differences else stored or "")
        elif stored is None:
            raise AssertionError(f"snapshot {name!r}: {shown} is missing; create it with pytest --corridor-update")
        elif differences:
            raise AssertionError(snapshot.report(name, Path(shown), differences))

    return hold


def _update(request: pytest.FixtureRequest, file: Path, text: str) -> None:
    """Write a snapshot, unless another test of this run has written another table by the same name."""
    __tracebackhide__ = True
    from corridor.files.bytes import write_text

    written = request.config.stash.setdefault(_written, {})
    test, before = written.setdefault(file, (request.node.nodeid, text))
    if before != text:
        raise AssertionError(
            f"snapshot {file.stem!r}: {test} has written a different table under this name; rename one of them"
        )
    if not file.exists() or file.read_bytes() != text.encode():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_text(file, text)


def _runner(config: pytest.Config) -> CheckRunner:
    """Return the runner with which this run of pytest solves."""
    from corridor.testing.check import CheckRunner

    return config.stash.setdefault(_runner_key, CheckRunner())


def _shown(config: pytest.Config, path: Path) -> str:
    """Return a path relative to where pytest was started."""
    start = config.invocation_params.dir
    return str(path.relative_to(start)) if path.is_relative_to(start) else str(path)
