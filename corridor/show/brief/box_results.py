"""What a brief of boxes shows, computed on first use: who takes which way, and what scenarios do to that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corridor.model.columns import grouped
from corridor.model.commodity_groups import chooses, largest_first, members
from corridor.show.brief.footnotes import Footnotes, only
from corridor.show.brief.results import MOST_FIGURES, BriefResults
from corridor.show.brief.scenario_groups import NOTHING_MUSD, ScenarioGroups
from corridor.show.cards import network_label
from corridor.solver.program import Floats
from corridor.solver.shown_volumes import ShownVolumes
from corridor.study.compare import compare
from corridor.study.comparison_scope import comparison_scope
from corridor.study.comparison_text import joined
from corridor.study.easing import eases
from corridor.study.scenario_runs import BASELINE
from corridor.study.sources import Sources, sources

if TYPE_CHECKING:
    import pandas as pd

    from corridor.model.network import Network

THROUGHPUT = "throughput_teu_per_year"
NOTHING_TEU = 50.0
"""Changes of flows up to this are none: those of shippers that choose are sure to some tens of TEU. [TEU/y]"""
_WITH_SCENARIOS = ("comparison", "changes", "bottlenecks")
"""Sections that need the comparison under scenarios."""


def not_of_boxes(network: Network, subject: str) -> dict[str, str]:
    """Return which sections a brief of boxes does not have, and why."""
    years = (
        "simulated years have all boxes take the cheapest way (cr.simulate(net, choice='cheapest')), and those of this "
        "brief choose"
        if chooses(network, subject)
        else "simulated years count single commodities (cr.simulate(net)), and this brief is of boxes together"
    )
    risk = "exposure by country and indices of concentration are of one commodity that takes the cheapest way"
    return {"risk": risk, "bad_years": years, "scenario_bad_years": years}


class BoxResults(BriefResults):
    """Results of a brief of what is counted in boxes: a commodity, or a group of them."""

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Ids of the commodities reported on."""
        return members(self.network, self.commodity)

    @cached_property
    def chooses(self) -> bool:
        """Whether any of them chooses between corridors."""
        return chooses(self.network, self.commodity)

    @cached_property
    def table(self) -> pd.DataFrame:
        """The comparison of the baseline and, where a section shows it, of all scenarios."""
        asked = self.asked if set(_WITH_SCENARIOS) & set(self.sections) else ()
        return compare(self.network, asked, commodity=self.commodity, columns="containers")

    @cached_property
    def corridors(self) -> list[str]:
        """Ids of the corridors that can carry them."""
        return comparison_scope(self.network, commodity=self.commodity).corridors

    @cached_property
    def watched(self) -> str | None:
        """The corridor that sentences and limits are about: the first featured, else the first; None of none."""
        featured = {corridor.id for corridor in self.network.corridors if corridor.featured}
        return next((id for id in self.corridors if id in featured), next(iter(self.corridors), None))

    @cached_property
    def largest_stream(self) -> str:
        """The commodity of which most is offered."""
        return largest_first(self.network, self.members)[0]

    @cached_property
    def stream_costs(self) -> pd.Series:
        """Unit cost of the best way of the largest stream by corridor, rents not counted. [USD/t]"""
        table = compare(self.network, (), commodity=self.largest_stream, columns="unit_cost_usd_per_t")
        return table["unit_cost_usd_per_t"].xs(BASELINE, level="scenario").dropna()

    # Scenarios

    @cached_property
    def moved(self) -> dict[str, dict[str, float]]:
        """Change of throughput by scenario and corridor. [Mt/y]"""
        now = {id: self._through(BASELINE, id) for id in self.corridors}
        return {name: {id: self._through(name, id) - now[id] for id in self.corridors} for name in self.flows}

    def _through(self, name: str, corridor: str) -> float:
        return sum(self.flows[name].throughput_mtpa(corridor, member) for member in self.members)

    @cached_property
    def costs_musd_per_year(self) -> dict[str, float]:
        """What moving all that moves costs, time on the way included, by scenario. [million USD/y]"""
        return {
            name: ShownVolumes(flow.solution, asked=self.members).cost_musd_per_year()
            for name, flow in self.flows.items()
        }

    @cached_property
    def shut_in_mtpa(self) -> dict[str, float]:
        """What is offered and not moved, by scenario. [Mt/y]"""
        own = np.array([supply.commodity in self.members for supply in self.network.supplies], dtype=bool)
        return {name: float(flow.shortfall_by_supply[own].sum()) for name, flow in self.flows.items()}

    def brought(self, name: str) -> float:
        """Return how many more boxes a scenario brings the corridor watched, negative where it takes some. [TEU/y]"""
        return 0.0 if self.watched is None else self.volumes.rate(self.moved[name][self.watched])

    def stranded(self, name: str) -> float:
        """Return how many more boxes are not moved under a scenario. [TEU/y]"""
        return self.volumes.rate(self.shut_in_mtpa[name] - self.shut_in_mtpa[BASELINE])

    @property
    def scenario_names(self) -> list[str]:
        """Names of the scenarios."""
        return [scenario.name for scenario in self.scenarios]

    @cached_property
    def easing(self) -> list[str]:
        """Names of the scenarios that only add capacity or ease a way."""
        return [scenario.name for scenario in self.scenarios if eases(scenario, self.network)]

    @cached_property
    def worst(self) -> str | None:
        """Scenario that takes most boxes from the corridor watched, else leaves most unmoved; None where none does."""
        for harm in (lambda name: -self.brought(name), self.stranded):
            if self.scenarios and harm(first := max(self.scenario_names, key=harm)) > NOTHING_TEU:
                return first
        return None

    @cached_property
    def groups(self) -> ScenarioGroups:
        """Scenarios that come to the same, and those that change nothing; first what takes most from the watched."""
        ranked = sorted(self.scenario_names, key=lambda name: round(self.brought(name)))
        groups: list[list[str]] = []
        idle = [name for name in self.scenario_names if _alike(self._steps(name), self._steps(BASELINE))]
        for name in ranked:
            if name in idle:
                continue
            same = next((group for group in groups if _alike(self._steps(name), self._steps(group[0]))), None)
            if same is None:
                groups.append([name])
            else:
                same.append(name)
        return ScenarioGroups(tuple(map(tuple, groups)), tuple(idle))

    def _steps(self, name: str) -> Floats:
        """Return what a scenario changes, each as a multiple of the largest change that counts as none."""
        flows = [*self.moved[name].values(), self.shut_in_mtpa[name] - self.shut_in_mtpa[BASELINE]]
        cost = self.costs_musd_per_year[name] - self.costs_musd_per_year[BASELINE]
        return np.array([*(self.volumes.rate(flow) / NOTHING_TEU for flow in flows), cost / NOTHING_MUSD])

    # Draws and sources

    @property
    def drawn_columns(self) -> Sequence[str]:
        """Columns of the comparison that are drawn: the throughput, all of boxes where ranges are shown."""
        return grouped("compare")["containers"] if self.ranges else (THROUGHPUT,)

    @cached_property
    def drivers(self) -> pd.DataFrame:
        """Figures that drive what the corridor watched carries over the draws, the strongest first.

        Those behind the comparison whose rank correlation exceeds chance. Columns: record, subject, attribute,
        correlation.
        """
        import pandas as pd

        none = pd.DataFrame(columns=["record", "subject", "attribute", "correlation"])
        if self.drawn is None or self.watched is None:
            return none
        path = (BASELINE, f"compare.{self.watched}.{THROUGHPUT}")
        every = self.drawn.drivers
        if path not in every.index:
            return none
        table = every.xs(path)
        behind = sources(self.table, self.network).table
        known = set(zip(behind["record"], behind["subject"], behind["attribute"], strict=True))
        keys = zip(table["record"], table["subject"], table["attribute"], strict=True)
        kept = table["exceeds_chance"].to_numpy(dtype=bool) & np.array([key in known for key in keys], dtype=bool)
        return pd.DataFrame(table[kept][list(none.columns)])

    @property
    def leaning_of_shown(self) -> dict[str, pd.DataFrame]:
        """None: what the numbers hang on is read from the draws, `drivers`."""
        return {}

    @cached_property
    def footnotes(self) -> Footnotes:
        """Sources of the comparison and of the figures that drive the draws, as far as their sections are shown."""
        behind: dict[str, Sources] = {}
        if "sources" in self.sections and self.network.figure_records:
            if "comparison" in self.sections:
                behind["comparison"] = sources(self.table, self.network)
            if len(self.drivers):
                behind["figures"] = only(sources(self.table, self.network), self.drivers.head(MOST_FIGURES))
        return Footnotes(self.network, behind)

    # Texts

    @property
    def named_commodity(self) -> str:
        """Name of the commodity, or of the group."""
        if self.commodity in self.network.keys("commodity"):
            return super().named_commodity
        name = self.commodity.replace("_", " ")
        return name[:1].upper() + name[1:]

    @property
    def title(self) -> str:
        """Title of the page."""
        label = network_label(self.network)
        return self.given_title or f"{self.named_commodity}: routes, limits and sources ({label or 'own network'})"

    @property
    def hazards(self) -> str:
        """Nothing: no number of this brief rests on hazards."""
        return ""

    @property
    def shipper(self) -> str:
        """Whose results these are, as a sentence."""
        streams = [self.names.commodity(id) for id in self.members]
        return f"Shippers: {joined(streams) if len(streams) > 1 else streams[0]}."


def _alike(one: Floats, other: Floats) -> bool:
    """Tell whether two scenarios change the same."""
    return bool(np.abs(one - other).max() <= 1)
