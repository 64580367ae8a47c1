"""What a brief shows, computed on first use: comparison, outcomes, flows, simulated years."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from corridor.library.networks import hazard_basis
from corridor.model.network import Network
from corridor.model.records import PARTS
from corridor.model.scenario import Scenario
from corridor.risk.ensemble import Ensemble
from corridor.risk.simulate import simulate
from corridor.show.brief.comparison import COLUMNS
from corridor.show.brief.footnotes import Footnotes, only
from corridor.show.brief.names import Names
from corridor.show.brief.scenario_groups import ScenarioGroups, scenario_groups
from corridor.show.cards import network_label
from corridor.solver.flow import Flow
from corridor.solver.optimal_range import OptimalRange
from corridor.solver.warm import WarmSolver
from corridor.study.compare import compare
from corridor.study.comparison_scope import comparison_scope
from corridor.study.comparison_text import tonne
from corridor.study.concentration import jurisdictions
from corridor.study.outcomes import UsualRoutes, outcomes, usual_routes
from corridor.study.scenario_runs import BASELINE, carriers, default_scenarios
from corridor.study.sources import Sources, sources

if TYPE_CHECKING:
    import pandas as pd

MOST_FIGURES = 15
"""Figures shown of those that the netback depends on."""
TOLERANCE_MTPA = 0.05
"""Amounts that are shown as 0.0."""


@dataclass(frozen=True, eq=False)
class BriefResults:
    """Results of a brief, computed on first use.

    Parameters
    ----------
    network : Network
        Network reported on.
    asked : tuple of Scenario, or None
        Scenarios asked for; None for those by default.
    commodity : str
        Id of the commodity reported on.
    given_title, about : str or None
        Title given, and a paragraph under it.
    sections : tuple of str
        Names of the sections shown, in their order.
    years, seed : int
        Number of simulated years, and their random seed.
    """

    network: Network
    asked: tuple[Scenario, ...] | None
    commodity: str
    given_title: str | None
    about: str | None
    sections: tuple[str, ...]
    years: int
    seed: int

    @cached_property
    def scenarios(self) -> tuple[Scenario, ...]:
        """Scenarios shown: those asked for, or the usual ones."""
        return default_scenarios(self.network) if self.asked is None else self.asked

    @cached_property
    def table(self) -> pd.DataFrame:
        """The comparison of the baseline and, where the section is shown, of all scenarios."""
        asked = self.asked if "comparison" in self.sections else ()
        return compare(self.network, asked, commodity=self.commodity, columns=COLUMNS)

    @property
    def now(self) -> pd.DataFrame:
        """The comparison's baseline, indexed by corridor."""
        return self.table[self.table.index.get_level_values("scenario") == BASELINE].droplevel("scenario")

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Totals of the baseline and of all scenarios."""
        return outcomes(self.network, self.asked, commodity=self.commodity)

    @cached_property
    def flows(self) -> dict[str, Flow]:
        """Flows of the baseline and of all scenarios by name."""
        strict = self.asked is not None
        return {BASELINE: self.baseline} | {
            scenario.name: Flow(self.solver.solve(scenario, strict=strict)) for scenario in self.scenarios
        }

    @cached_property
    def baseline(self) -> Flow:
        """The flow of the baseline."""
        return Flow(self.solver.solve())

    @cached_property
    def solver(self) -> WarmSolver:
        """Solver of the network, from which scenarios restart."""
        return WarmSolver(self.network)

    @cached_property
    def worst(self) -> str | None:
        """Scenario of the largest loss, or of the largest shortfall if losses are equal; None without scenarios."""
        others = self.outcomes.drop(index=BASELINE)
        if others.empty:
            return None
        order = ["loss_musd_per_year", "shortfall_change_mtpa"]
        return str(others.sort_values(order, ascending=False, kind="stable").index[0])

    @cached_property
    def moved(self) -> dict[str, dict[str, float]]:
        """Change of the commodity's throughput by scenario and corridor that can carry it. [Mt/y]"""
        corridors = carriers(self.network, self.commodity)
        now = {id: self.baseline.throughput_mtpa(id, self.commodity) for id in corridors}
        return {
            name: {id: flow.throughput_mtpa(id, self.commodity) - now[id] for id in corridors}
            for name, flow in self.flows.items()
        }

    @cached_property
    def widest_mtpa(self) -> float | None:
        """Largest flow of the commodity on one edge, in the baseline or any scenario; None if there is none. [Mt/y]"""
        largest = 0.0
        for flow in self.flows.values():
            columns = [flow.solution.program.column(edge.id, self.commodity) for edge in self.network.edges]
            amounts = flow.solution.flows[[column for column in columns if column is not None]]
            largest = max(largest, float(amounts.max(initial=0.0)))
        return largest or None

    @cached_property
    def groups(self) -> ScenarioGroups:
        """Scenarios that come to the same, and those that change nothing."""
        return scenario_groups(self.outcomes, self.moved)

    def optima(self, scenario: str) -> OptimalRange:
        """Return the flows as good as that of the baseline or a scenario."""
        if scenario not in self._optima:
            self._optima[scenario] = OptimalRange(self.flows[scenario].solution)
        return self._optima[scenario]

    @cached_property
    def _optima(self) -> dict[str, OptimalRange]:
        return {}

    def usual_routes(self, scenario: str) -> UsualRoutes:
        """Return what a scenario comes to if nothing moves beyond its usual flow."""
        return usual_routes(self.solver, self.baseline, self.flows[scenario], self.commodity)

    @cached_property
    def leaning(self) -> dict[str, pd.DataFrame]:
        """Figures that move the commodity's netback most, in the baseline and under the worst scenario."""
        if not self.network.figure_records:
            return {}
        names = [BASELINE, *([self.worst] if self.worst is not None else [])]
        outcome = f"commodities.{self.commodity}.netback_musd_per_year"
        return {name: self.flows[name].leans_on(None, outcome=outcome) for name in names}

    @cached_property
    def footnotes(self) -> Footnotes:
        """Sources of the comparison, the outcomes and the figures leant on, as far as their sections are shown."""
        behind: dict[str, Sources] = {}
        if "sources" in self.sections and self.network.figure_records:
            if "comparison" in self.sections:
                behind["comparison"] = sources(self.table, self.network)
            if "changes" in self.sections:
                behind["changes"] = sources(self.outcomes, self.network)
            for name, table in self.leaning.items():
                behind[f"figures, {name}"] = only(sources(self.flows[name]), table.head(MOST_FIGURES))
        return Footnotes(self.network, behind)

    @cached_property
    def ensemble(self) -> Ensemble:
        """Simulated years; for a network with hazards."""
        return simulate(self.network, years=self.years, seed=self.seed, progress=False)

    @property
    def has_years(self) -> bool:
        """Whether there are simulated years."""
        return bool(self.network.hazards) and self.years > 0

    @cached_property
    def jurisdictions(self) -> pd.DataFrame:
        """Exposure of the commodity's exports by country."""
        return jurisdictions(self.network, commodity=self.commodity)

    @property
    def named_commodity(self) -> str:
        """Name of the commodity."""
        return self.network.commodity(self.commodity).name or self.commodity

    @property
    def hazards(self) -> str:
        """Which hazards stand behind availability and bad years."""
        return hazard_basis(self.network.regime)

    @property
    def title(self) -> str:
        """Title of the page."""
        label = network_label(self.network)
        return self.given_title or f"{self.named_commodity}: routes, risks and sources ({label or 'own network'})"

    @property
    def basis(self) -> str:
        """What the results stand for: year, regime, shipper, and the last day that the evidence speaks of."""
        net = self.network
        hazards = self.hazards[0].upper() + self.hazards[1:] if net.hazards else ""
        whose = tonne({"origin": comparison_scope(net, commodity=self.commodity).origin}, net)
        parts = [
            f"Network and year: {network_label(net)}." if network_label(net) else "",
            f"{hazards}." if hazards else "",
            f"Shipper: {self.named_commodity}{f', {whose}' if whose else ''}.",
            f"Evidence as of {net.as_of}." if net.as_of else "",
        ]
        return " ".join(part for part in parts if part)

    @cached_property
    def run_id(self) -> str:
        """Digest of all inputs of the brief."""
        from corridor import __version__

        net = self.network
        parts = [net.records(kind.singular) for kind in PARTS]
        records = [record.model_dump_json() for part in (*parts, net.hazards, self.scenarios) for record in part]
        chosen = [
            self.commodity,
            str(self.given_title),
            str(self.about),
            *self.sections,
            str(self.years),
            str(self.seed),
        ]
        inputs = [__version__, *chosen, *records]
        return hashlib.sha256("\n".join(inputs).encode()).hexdigest()[:12]

    @cached_property
    def names(self) -> Names:
        """Names of the records of the network."""
        return Names(self.network)


def named_rows(frame: pd.DataFrame) -> list[tuple[str, dict[str, Any]]]:
    """Return the rows of a table by the name of each."""
    records: list[dict[str, Any]] = [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
    return [(str(name), row) for name, row in zip(frame.index, records, strict=True)]
