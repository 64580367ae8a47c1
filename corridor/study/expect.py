"""Scenario files as checks: what was expected of a result, and what it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from corridor.errors import DataError, UnknownNameError
from corridor.model import library
from corridor.model.expectation import Expectation
from corridor.model.network import Network
from corridor.model.scenario import Scenario, require_scenario
from corridor.solver.flow import Desk, Flow

_TOTALS = (
    "delivered_mtpa", "shortfall_mtpa", "unmet_mtpa", "cost_musd_per_year", "netback_musd_per_year",
    "objective_musd_per_year",
)  # fmt: skip
_TABLES = {"corridors": 1, "edges": 1, "nodes": 1, "supplies": 2, "markets": 2, "edge_flows": 2}
_CHANGE = "change."


@dataclass(frozen=True)
class Verdict:
    """One expectation of a scenario, and what the result is.

    Attributes
    ----------
    expectation : Expectation
        What was expected.
    got, baseline : float
        The number under the scenario and without it.
    """

    scenario: str
    expectation: Expectation
    got: float
    baseline: float

    @property
    def holds(self) -> bool:
        """Whether the expectation is met."""
        return self.expectation.holds(self.got)

    def __str__(self) -> str:
        mark = "ok    " if self.holds else "FAILED"
        e = self.expectation
        return f"{mark} {self.scenario}: {e.path} = {self.got:.6g}, expected {e.text} (baseline {self.baseline:.6g})"


def check(scenario: Scenario, network: Network | None = None) -> tuple[Verdict, ...]:
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
        If an expectation cannot be read, leads to no number, or there is no network to solve on.

    Examples
    --------
    >>> import corridor as cr
    >>> all(verdict.holds for verdict in cr.check(cr.load_scenario("cpc-shut")))
    True
    """
    require_scenario(scenario)
    if network is None:
        if scenario.network is None:
            raise DataError(f"scenario {scenario.name!r} names no network; add 'network: caspian' or give one")
        network = library.load(scenario.network, **({} if scenario.year is None else {"year": scenario.year}))
    desk = Desk(network)
    before, after = desk.solve(), desk.solve(scenario)
    verdicts = []
    for path, wanted in scenario.expect.items():
        expectation = Expectation.parse(path, wanted)
        got, base = number(after, path.removeprefix(_CHANGE)), number(before, path.removeprefix(_CHANGE))
        if path.startswith(_CHANGE):
            got, base = got - base, 0.0
        verdicts.append(Verdict(scenario.name, expectation, got, base))
    return tuple(verdicts)


def number(flow: Flow, path: str) -> float:
    """Return the number that a dotted path leads to in a result."""
    table, *names = path.split(".")
    if not names:
        if table not in _TOTALS:
            raise UnknownNameError("total or table of a result", table, [*_TOTALS, *_TABLES], where=f"expect {path}: ")
        return float(getattr(flow, table))
    if table not in _TABLES:
        raise UnknownNameError("table of a result", table, _TABLES, where=f"expect {path}: ")
    if len(names) != _TABLES[table] + 1:
        form = {1: "TABLE.ID.COLUMN", 2: "TABLE.PLACE.COMMODITY.COLUMN"}[_TABLES[table]]
        raise DataError(f"expect {path}: must be like {form}, as in 'corridors.btc.throughput_mtpa'")
    frame = getattr(flow, table)
    *key, column = names
    if column not in frame.columns:
        raise UnknownNameError(f"column of {table}", column, frame.columns, where=f"expect {path}: ")
    row = key[0] if len(key) == 1 else tuple(key)
    if row not in frame.index:
        known = frame.index if len(key) == 1 else [".".join(pair) for pair in frame.index]
        raise UnknownNameError(f"row of {table}", ".".join(key), known, where=f"expect {path}: ")
    value = float(frame.loc[row, column])
    return value if not math.isnan(value) else math.nan
