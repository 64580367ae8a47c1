"""What a brief shows, computed on first use: comparison, outcomes, flows, simulated years."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from corridor.library.networks import hazard_basis
from corridor.model.commodity_groups import chooses, members
from corridor.model.network import Network
from corridor.model.records import PARTS
from corridor.model.scenario import Scenario
from corridor.risk.ensemble import Ensemble
from corridor.risk.simulate import simulate
from corridor.show.brief.comparison import COLUMNS
from corridor.show.brief.footnotes import Footnotes, only, together
from corridor.show.brief.names import Names
from corridor.show.brief.ranged_cells import RangedCells
from corridor.show.brief.scenario_groups import ScenarioGroups, scenario_groups
from corridor.show.brief.volumes import BriefVolumes
from corridor.show.cards import network_label
from corridor.solver.flow import Flow
from corridor.solver.idle import IdleChain, idle_chains
from corridor.solver.limits import RaisedLimits, limit_unit, raised_limits
from corridor.solver.optimal_range import OptimalRange
from corridor.solver.shown_volumes import ShownVolumes
from corridor.solver.solution import BindingLimit
from corridor.solver.warm import WarmSolver
from corridor.study.compare import compare
from corridor.study.comparison_scope import comparison_scope
from corridor.study.comparison_text import NEXT, tonne
from corridor.study.concentration import jurisdictions
from corridor.study.drawn_tables import drawn_comparison, drawn_outcomes, has_ranges
from corridor.study.outcomes import UsualRoutes, outcomes, usual_routes
from corridor.study.scenario_runs import BASELINE, carriers, default_scenarios
from corridor.study.simulated_years import years_basis
from corridor.study.sources import Sources, sources
from corridor.study.uncertainty import Uncertainty

if TYPE_CHECKING:
    import pandas as pd

MOST_FIGURES = 15
"""Figures shown of those that the netback depends on."""
TOLERANCE_MTPA = 0.05
"""Amounts that are shown as 0.0."""
FIGURE_DRAWS = 200
"""How often uncertain figures are drawn, as often as `compare` does for ranges."""
USUAL_DRAWS, LEAST_YEARS_A_DRAW = 100, 100
"""Sets of parameters of hazards drawn for simulated years, if there are so many years for each, and as many."""
_OF_SCENARIOS = ("scenario_maps", "scenario_bad_years")
"""Sections that show each scenario for itself."""
MOST_LIMITS = 8
"""How many limits are looked for that are worth something, as `Flow.explain` does."""


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
    units : {"t", "bbl"}
        Units of volumes and unit costs shown; what is computed here is in tonnes.
    given_title, about : str or None
        Title given, and a paragraph under it.
    sections : tuple of str
        Names of the sections shown, in their order.
    years, seed : int
        Number of simulated years, and the random seed of years and draws.
    draws : int or None
        Sets of parameters of hazards drawn for the years, 0 for central ones; None as many as `years` allow.
    bad_years : Ensemble or None
        Simulated years that were given.
    ranges : bool or None
        Whether figures are drawn for the headline numbers of tables; None for the first sentence only.
    """

    network: Network
    asked: tuple[Scenario, ...] | None
    commodity: str
    units: str
    given_title: str | None
    about: str | None
    sections: tuple[str, ...]
    years: int
    seed: int
    draws: int | None = None
    bad_years: Ensemble | None = None
    ranges: bool | None = None

    @cached_property
    def volumes(self) -> BriefVolumes:
        """Volumes and unit costs as text."""
        return BriefVolumes(self.network, self.commodity, self.units)

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

    @property
    def figure_draws(self) -> int:
        """How often uncertain figures are drawn."""
        return FIGURE_DRAWS

    @cached_property
    def drawn(self) -> Uncertainty | None:
        """Next tonnes of the baseline with all uncertain figures drawn, other numbers too where ranges are shown."""
        if self.not_drawn:
            return None
        return drawn_comparison(
            self.network, commodity=self.commodity, columns=self.drawn_columns, draws=self.figure_draws, seed=self.seed
        )

    @property
    def drawn_columns(self) -> Sequence[str]:
        """Columns of the comparison, or groups of them, that are drawn; none if there is nothing to draw."""
        if self.ranges:
            return COLUMNS
        return () if chooses(self.network, self.commodity) else (NEXT,)

    @cached_property
    def not_drawn(self) -> str:
        """Why figures are not drawn, as a sentence; empty where they are."""
        if self.ranges is False:
            return "How sure this is was not drawn (ranges=False)."
        if not self.drawn_columns:
            return "There is no next tonne to draw."
        if not has_ranges(self.network):
            return "How sure this is cannot be drawn: no figure of this network has a range."
        return ""

    @cached_property
    def ranged_comparison(self) -> RangedCells:
        """What uncertain figures do to the numbers of the comparison, where ranges are shown."""
        return RangedCells(self.drawn if self.ranges else None)

    @cached_property
    def ranged_outcomes(self) -> RangedCells:
        """What uncertain figures do to the outcomes of the baseline and of all scenarios, where ranges are shown."""
        if not self.ranges:
            return RangedCells(None)
        given: dict[str, Any] = {"commodity": self.commodity, "draws": self.figure_draws, "seed": self.seed}
        return RangedCells(drawn_outcomes(self.network, self.scenarios, **given))

    def leaning(self, state: str) -> pd.DataFrame:
        """Return the figures on which the commodity's netback depends most in a state, as `Flow.leans_on` has them."""
        if state not in self._leaning:
            outcome = f"commodities.{self.commodity}.netback_musd_per_year"
            self._leaning[state] = self.flows[state].leans_on(None, outcome=outcome)
        return self._leaning[state]

    def raised_limits(self, state: str) -> RaisedLimits:
        """Return what one more unit is worth at the limits that bind in a state, the most valuable first."""
        if state not in self._raised:
            solution = self.flows[state].solution
            solver = WarmSolver(solution.network, minima=solution.program.demanding)
            self._raised[state] = raised_limits(solver, solution, most=MOST_LIMITS)
        return self._raised[state]

    @cached_property
    def idle_chains(self) -> list[IdleChain]:
        """Sections that are shut in the baseline and what opening them would earn, the most lifted first."""
        solution = self.baseline.solution
        return idle_chains(WarmSolver(solution.network, minima=solution.program.demanding), solution)

    @cached_property
    def _leaning(self) -> dict[str, pd.DataFrame]:
        return {}

    @cached_property
    def _raised(self) -> dict[str, RaisedLimits]:
        return {}

    def one_more(self, state: str, limit: BindingLimit) -> str:
        """Return by how much a limit is raised: one more Mt/y, of a fleet Mt day/y, or as many barrels as that has."""
        return ShownVolumes(self.flows[state].solution, self.volumes.shown).one_more(limit, limit_unit(limit))

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
            program, amounts = flow.solution.program, flow.solution.flows
            for edge in self.network.edges:
                columns = (program.column(edge.id, id) for id in members(self.network, self.commodity))
                largest = max(largest, sum(float(amounts[column]) for column in columns if column is not None))
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

    @property
    def leaning_of_shown(self) -> dict[str, pd.DataFrame]:
        """Figures that move the commodity's netback most, in the baseline and under the worst scenario."""
        if not self.network.figure_records:
            return {}
        return {name: self.leaning(name) for name in (BASELINE, *([self.worst] if self.worst is not None else []))}

    @cached_property
    def footnotes(self) -> Footnotes:
        """Sources of the sections shown, each of its table or its flows, and of the figures leant on."""
        behind: dict[str, Sources] = {}
        if "sources" in self.sections and self.network.figure_records:
            if "comparison" in self.sections:
                behind["comparison"] = sources(self.table, self.network)
            if "changes" in self.sections:
                behind["changes"] = sources(self.outcomes, self.network)
            for name in (section for section in self._states_shown if section in self.sections):
                behind[name] = together(*map(self._sources_of_flow, self._states_shown[name]))
            for name, table in self.leaning_of_shown.items():
                behind[f"figures, {name}"] = only(self._sources_of_flow(name), table.head(MOST_FIGURES))
        return Footnotes(self.network, behind)

    @property
    def _states_shown(self) -> dict[str, tuple[str, ...]]:
        """Baseline and scenarios whose flows are behind sections that are not of one table."""
        every = (BASELINE, *(scenario.name for scenario in self.scenarios))
        worst = (self.worst,) if self.worst is not None else ()
        of_baseline = dict.fromkeys(("risk", "bad_years"), (BASELINE,))
        return {
            "map": (BASELINE, *worst), **of_baseline, **dict.fromkeys(("bottlenecks", *_OF_SCENARIOS), every),
        }  # fmt: skip

    def _sources_of_flow(self, state: str) -> Sources:
        """Return what the flow of the baseline or of a scenario rests on."""
        if state not in self._sources_of_flows:
            self._sources_of_flows[state] = sources(self.flows[state])
        return self._sources_of_flows[state]

    @cached_property
    def _sources_of_flows(self) -> dict[str, Sources]:
        return {}

    @cached_property
    def ensemble(self) -> Ensemble:
        """Simulated years, those given or simulated here; for a network with hazards."""
        if self.bad_years is not None:
            return self.bad_years
        draws = self.draws
        if draws is None:
            each, rest = divmod(self.years, USUAL_DRAWS)
            draws = USUAL_DRAWS if each >= LEAST_YEARS_A_DRAW and not rest else 0
        drawn: dict[str, Any] = {"rates": "drawn", "draws": draws} if draws else {}
        return simulate(self.network, years=self.years, seed=self.seed, progress=False, **drawn)

    @property
    def has_years(self) -> bool:
        """Whether there are simulated years."""
        return bool(self.network.hazards) and (self.years > 0 or self.bad_years is not None)

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
        hazards = self.hazards[:1].upper() + self.hazards[1:] if net.hazards else ""
        parts = [
            f"Network and year: {network_label(net)}." if network_label(net) else "",
            f"{hazards}." if hazards else "",
            self.shipper,
            f"Evidence as of {net.as_of}." if net.as_of else "",
            self.volumes.note,
        ]
        return " ".join(part for part in parts if part)

    @property
    def shipper(self) -> str:
        """Whose results these are, as a sentence."""
        origin = comparison_scope(self.network, commodity=self.commodity).origin
        whose = tonne({"origin": origin}, self.network, self.volumes.shown.single)
        return f"Shipper: {self.named_commodity}{f', {whose}' if whose else ''}."

    @cached_property
    def run_id(self) -> str:
        """Digest of all inputs of the brief."""
        from corridor import __version__

        net = self.network
        parts = [net.records(kind.singular) for kind in PARTS]
        records = [record.model_dump_json() for part in (*parts, net.hazards, self.scenarios) for record in part]
        chosen = [
            self.commodity,
            self.units,
            str(self.given_title),
            str(self.about),
            *self.sections,
            str(self.years),
            str(self.seed),
            str(self.draws),
            str(self.ranges),
            _identity(self.bad_years),
        ]
        inputs = [__version__, *chosen, *records]
        return hashlib.sha256("\n".join(inputs).encode()).hexdigest()[:12]

    @cached_property
    def names(self) -> Names:
        """Names of the records of the network."""
        return Names(self.network)


def _identity(ensemble: Ensemble | None) -> str:
    """Return what tells given years from others: what they are of, and a digest of what each came to."""
    if ensemble is None:
        return ""
    amounts = ensemble.years.select_dtypes("number").to_numpy().tobytes()
    return f"{years_basis(ensemble)}, seed {ensemble.seed}: {hashlib.sha256(amounts).hexdigest()}"


def named_rows(frame: pd.DataFrame) -> list[tuple[str, dict[str, Any]]]:
    """Return the rows of a table by the name of each."""
    records: list[dict[str, Any]] = [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
    return [(str(name), row) for name, row in zip(frame.index, records, strict=True)]
