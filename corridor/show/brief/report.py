"""`report`: one self-contained HTML file with results, pictures and sources."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import DataError
from corridor.files.bytes import write_text
from corridor.library.networks import hazard_basis
from corridor.model.columns import AMOUNTS, INTERCHANGEABLE
from corridor.model.network import Network, require_network
from corridor.model.records import PARTS
from corridor.model.scenario import Scenario
from corridor.risk.bad_year import prior_text
from corridor.risk.ensemble import Ensemble
from corridor.risk.simulate import simulate
from corridor.show import style
from corridor.show.brief import layout
from corridor.show.brief.comparison import COLUMNS, comparison_section
from corridor.show.brief.figures_section import figures_section
from corridor.show.brief.style import STYLE
from corridor.show.brief.years_section import years_section
from corridor.show.cards import network_label
from corridor.show.html import Html, tag
from corridor.show.map import plot_map
from corridor.solver.flow import Flow
from corridor.solver.optimal_range import OptimalRange, quoted
from corridor.solver.warm import WarmSolver
from corridor.study.availability import availability
from corridor.study.compare import compare
from corridor.study.concentration import indices, jurisdictions
from corridor.study.outcomes import outcomes
from corridor.study.scenario_runs import (
    BASELINE,
    chosen_commodity,
    coming_to_the_same,
    default_scenarios,
    printed_once,
)

if TYPE_CHECKING:
    import pandas as pd

_TOLERANCE_MTPA = 0.05
_MOST_LIMITS = 6


def report(
    network: Network,
    scenarios: Scenario | Iterable[Scenario] | None = None,
    path: str | os.PathLike[str] = "brief.html",
    *,
    commodity: str | None = None,
    title: str | None = None,
    years: int = 10_000,
    seed: int = 7,
) -> Path:
    """Write a brief: one HTML file with summary, maps, comparison, changes, bottlenecks, risk and sources.

    Parameters
    ----------
    network : Network
        Network to report on.
    scenarios : Scenario or iterable of Scenario, optional
        Scenarios, each applied alone; by default all shipped ones for a `shipped` network, none for any other.
    path : path
        File to write; it is written completely or not at all.
    commodity : str, optional
        Id of the commodity to report on; by default the network's first.
    title : str, optional
        Title instead of one made from network and commodity.
    years : int
        Number of simulated years for the section on bad transport years, if the network has hazards; 0 for none.
    seed : int
        Random seed of the simulated years.

    Returns
    -------
    pathlib.Path
        File written.

    Raises
    ------
    UnknownNameError, DataError
        If a scenario or the commodity does not match the network, or the path is a folder.
    CorridorError
        If matplotlib is not installed (extra ``corridor[plot]``).
    OSError
        If the file cannot be written.

    Notes
    -----
    The file makes no requests and runs no scripts; it is readable on a phone and prints on A4. The same inputs give the
    same bytes, identified by the run id at its end.

    Examples
    --------
    >>> import corridor as cr, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> cr.report(cr.load(year=2021), [], folder / "brief.html", years=0).name
    'brief.html'
    """
    require_network(network)
    style.pyplot()
    if isinstance(years, bool) or not isinstance(years, int) or years < 0:
        raise DataError(f"years must be a whole number, 0 for none (got {years!r})")
    if Path(path).is_dir():
        raise DataError(f"{path}: is a folder; give the path of a file")
    asked = (scenarios,) if isinstance(scenarios, Scenario) else None if scenarios is None else tuple(scenarios)
    brief = _Brief(
        network=network, asked=asked, commodity=chosen_commodity(network, commodity), given_title=title, years=years,
        seed=seed,
    )  # fmt: skip
    write_text(Path(path), brief.page())
    return Path(path)


@dataclass(frozen=True, eq=False)
class _Brief:
    """Contents of a brief, computed on first use."""

    network: Network
    asked: tuple[Scenario, ...] | None
    commodity: str
    given_title: str | None
    years: int
    seed: int

    # What is shown

    @cached_property
    def scenarios(self) -> tuple[Scenario, ...]:
        return default_scenarios(self.network) if self.asked is None else self.asked

    @cached_property
    def table(self) -> pd.DataFrame:
        return compare(self.network, self.asked, commodity=self.commodity, columns=COLUMNS)

    @property
    def now(self) -> pd.DataFrame:
        """The comparison's baseline, indexed by corridor."""
        return self.table[self.table.index.get_level_values("scenario") == BASELINE].droplevel("scenario")

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        return outcomes(self.network, self.asked, commodity=self.commodity)

    @cached_property
    def flows(self) -> dict[str, Flow]:
        solver, strict = WarmSolver(self.network), self.asked is not None
        return {s.name if s else BASELINE: Flow(solver.solve(s, strict=strict)) for s in (None, *self.scenarios)}

    @cached_property
    def worst(self) -> str | None:
        """Scenario of the largest loss, or of the largest shortfall if losses are equal; None without scenarios."""
        others = self.outcomes.drop(index=BASELINE)
        if others.empty:
            return None
        order = ["loss_musd_per_year", "shortfall_change_mtpa"]
        return str(others.sort_values(order, ascending=False, kind="stable").index[0])

    @cached_property
    def ensemble(self) -> Ensemble | None:
        if not self.network.hazards or not self.years:
            return None
        return simulate(self.network, years=self.years, seed=self.seed, progress=False)

    @cached_property
    def jurisdictions(self) -> pd.DataFrame:
        return jurisdictions(self.network, commodity=self.commodity)

    @property
    def named_commodity(self) -> str:
        return self.network.commodity(self.commodity).name or self.commodity

    @property
    def hazards(self) -> str:
        return hazard_basis(self.network.regime)

    @property
    def title(self) -> str:
        label = network_label(self.network)
        return self.given_title or f"{self.named_commodity}: routes, risks and sources ({label or 'own network'})"

    @cached_property
    def run_id(self) -> str:
        """Digest of all inputs of the brief."""
        from corridor import __version__

        net = self.network
        parts = [net.records(kind.singular) for kind in PARTS]
        records = [record.model_dump_json() for part in (*parts, net.hazards, self.scenarios) for record in part]
        inputs = [__version__, self.commodity, str(self.given_title), str(self.years), str(self.seed), *records]
        return hashlib.sha256("\n".join(inputs).encode()).hexdigest()[:12]

    # The page

    def page(self) -> str:
        """Return the text of the file."""
        sections = (
            self._headline(), self._map(), self._comparison(), self._changes(), self._bottlenecks(), self._risk(),
            self._bad_transport_year(), self._sources(),
        )  # fmt: skip
        body = tag("main", tag("h1", self.title), *(section for section in sections if section), self._foot())
        head = tag(
            "head",
            Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
            tag("title", self.title),
            Html(f"<style>{STYLE}</style>"),
        )
        return f'<!doctype html>\n<html lang="en">{head}{tag("body", body)}</html>\n'

    def _headline(self) -> Html:
        """Return the summary: deliveries, worst scenario, largest country exposure, bad transport years."""
        results = dict(_rows(self.outcomes))
        base = results[BASELINE]
        corridors = self.now.sort_values("throughput_mtpa", ascending=False)
        moving = [(id, row["throughput_mtpa"]) for id, row in _rows(corridors)]
        optima = OptimalRange(self.flows[BASELINE].solution)
        carried = ", ".join(
            f"{self._corridor(id)} {quoted(amount, optima.throughput(id, self.commodity))}"
            for id, amount in moving
            if amount > _TOLERANCE_MTPA
        )
        rest = base["delivered_mtpa"] - sum(amount for _, amount in moving)
        carried += f"; {rest:.1f} are delivered locally, outside the corridors" if rest > _TOLERANCE_MTPA else ""
        points = [
            f"{base['delivered_mtpa']:.1f} Mt/y of {self.named_commodity} are delivered, {base['shortfall_mtpa']:.1f} "
            f"Mt/y are shut in. By corridor [Mt/y]: {carried or 'nothing'}."
        ]
        if self.worst is not None:
            worst = results[self.worst]
            points.append(
                f"Scenario with the largest loss ({len(self.scenarios)} compared): '{self.worst}', "
                f"{worst['loss_musd_per_year']:,.0f} million USD/y; shut-in volume "
                f"{worst['shortfall_change_mtpa']:+.1f} Mt/y, "
                f"unmet requirements {worst['unmet_change_mtpa']:+.1f} Mt/y."
            )
        if len(self.jurisdictions):
            country, row = _rows(self.jurisdictions)[0]
            points.append(
                f"{row['share']:.0%} of exports cross {country}; if it closes, "
                f"{row['shortfall_if_closed_mtpa']:.1f} Mt/y more are shut in."
            )
        if self.ensemble is not None:
            column = f"{self.commodity}_shortfall_mt"
            row = dict(_rows(self.ensemble.summary()))[column]
            points.append(
                f"Extra shut-in volume of {self.named_commodity} due to {self.hazards}: "
                f"{row['mean'] - row['undisturbed']:.2f} Mt in an average year, "
                f"{row['cvar'] - row['undisturbed']:.2f} Mt in a bad transport year (mean of the worst 5 %). "
                + prior_text(self.ensemble, column, "it")
            )
        return layout.section("Summary", tag("ul", *(tag("li", point) for point in points), class_="points"))

    def _map(self) -> Html | None:
        if sum(node.lat is not None for node in self.network.nodes) < 2:
            return None
        most = max(float(flow.edge_flow_mtpa.max(initial=0.0)) for flow in self.flows.values()) or None
        shown = [BASELINE, *([self.worst] if self.worst is not None else [])]
        pictures = [
            layout.picture(
                partial(plot_map, self.flows[name], widest_mtpa=most, title=name),
                (12.0, 8.7),
                f"Map of flows, {name}: {self._delivery_summary(self.flows[name])}",
            )
            for name in shown
        ]
        return layout.section("Map", layout.note(INTERCHANGEABLE), *pictures)

    def _comparison(self) -> Html:
        return comparison_section(self.table, self.flows[BASELINE], self.commodity)

    def _changes(self) -> Html | None:
        if not self.scenarios:
            return None
        heads = [
            "scenario", "loss [million USD/y]", "shut in [Mt/y]", "unmet [Mt/y]", "delivered [Mt/y]",
            "netback [million USD/y]", "route HHI [1]",
        ]  # fmt: skip
        rows = [
            [
                name, layout.number(row["loss_musd_per_year"], 0),
                layout.change(row["shortfall_change_mtpa"], row["shortfall_mtpa"]),
                layout.change(row["unmet_change_mtpa"], row["unmet_mtpa"]),
                layout.change(row["delivered_change_mtpa"], row["delivered_mtpa"]),
                layout.change(row["netback_change_musd_per_year"], row["netback_musd_per_year"], 0),
                layout.number(row["route_hhi"], 2),
            ]
            for name, row in _rows(self._ranked(rates=True))
        ]  # fmt: skip
        corridors = list(self.now.index)
        import pandas as pd

        moved = pd.DataFrame(
            [[flow.throughput_mtpa(id, self.commodity) for id in corridors] for flow in self.flows.values()],
            index=list(self.flows), columns=corridors,
        )  # fmt: skip
        change = moved - moved.loc[BASELINE]
        changed = [index for index, id in enumerate(corridors) if (change[id].abs() > _TOLERANCE_MTPA).any()]
        optima = {name: OptimalRange(flow.solution) for name, flow in self.flows.items()}

        def cell(name: str, id: str) -> str:
            amount = float(np.asarray(change.loc[name, id]))
            if abs(amount) <= _TOLERANCE_MTPA:
                return ""
            return quoted(amount, *(optima[of].throughput(id, self.commodity) for of in (name, BASELINE)), sign=True)

        groups = coming_to_the_same({str(n): change.loc[n] for n in change.index if n != BASELINE})
        by_corridor = [
            [", ".join(names), *(cell(name, corridors[index]) for index in changed)] for name, names in groups.items()
        ]
        heads_by = ["scenario", *(f"{self._corridor(corridors[index])} [Mt/y]" for index in changed)]
        about = [
            tag("li", tag("b", scenario.name), f": {scenario.about}" if scenario.about else "")
            for scenario in self.scenarios
        ]
        return layout.section(
            "Changes against the baseline",
            layout.note(
                f"{self.named_commodity}, largest loss first; rates of a state that lasts, change in brackets. "
                "HHI: 1 if one corridor carries everything."
            ),
            layout.table(heads, rows),
            *self._over_days(),
            tag("h3", "Change of throughput by corridor"),
            layout.note(
                "About: another flow as good sends more or less that way; span: by how much flows as good differ."
            ),
            layout.table(heads_by, by_corridor) if changed else layout.note("No corridor's throughput changes."),
            tag("details", tag("summary", "Scenarios"), tag("ul", *about), open=""),
        )

    def _ranked(self, *, rates: bool) -> pd.DataFrame:
        """Return outcomes, largest loss first and those that come to the same once: rates, or amounts over days."""
        columns = [name for name in self.outcomes.columns if (name in AMOUNTS) != rates]
        by = "loss_musd_per_year" if rates else "loss_musd"
        ranked = self.outcomes.drop(index=BASELINE).sort_values(by, ascending=False, kind="stable")[columns]
        if not rates:
            return printed_once(ranked[ranked["duration_days"].notna()])
        import pandas as pd

        return pd.concat([self.outcomes.loc[[BASELINE], columns], printed_once(ranked)])

    def _over_days(self) -> Iterator[Html]:
        """Yield the table of amounts of the scenarios whose duration is known."""
        ranked = self._ranked(rates=False)
        if ranked.empty:
            return
        heads = [
            "scenario", "lasts [days]", "shut in, all ways at once [Mt]", "shut in, usual ways only [Mt]",
            "loss, all ways at once [million USD]", "loss, usual ways only [million USD]",
        ]  # fmt: skip
        rows = [
            [
                name, layout.number(row["duration_days"], 0), layout.number(row["shortfall_mt"], 2),
                layout.number(row["shortfall_mt_held"], 2), layout.number(row["loss_musd"], 0),
                layout.number(row["loss_musd_held"], 0),
            ]
            for name, row in _rows(ranked)
        ]  # fmt: skip
        yield tag("h3", "Over the days that each lasts")
        yield layout.note(
            "Usual ways only: nothing moves anywhere beyond its usual flow, as in the first days. One shipper's "
            "volume, and the loss, can be larger by all ways, for others take its place. Tanks and catching up are "
            "not counted."
        )
        yield layout.table(heads, rows)
        notes = self.outcomes.attrs.get("notes", {})
        yield from (
            layout.note(f"{name}: {note}") for name, some in notes.items() for note in some if "usual ways" in note
        )

    def _bottlenecks(self) -> Html:
        """Return the binding limits under each scenario, from `Flow.explain`."""
        parts = []
        for name, flow in self.flows.items():
            limits = [
                line for line in flow.explain().splitlines() if line.startswith(("Not lifted", "Binding", "Closed"))
            ]
            hidden = len(limits) - _MOST_LIMITS
            limits = limits[:_MOST_LIMITS] + ([f"... and {hidden} more"] if hidden > 0 else [])
            limits = limits or ["No capacity or quota binds."]
            parts.append(
                tag("details", tag("summary", name), tag("ul", *(tag("li", limit) for limit in limits)), open="")
            )
        return layout.section(
            "Bottlenecks",
            layout.note("Limits of throughput, and the value of one more Mt/y there: the difference of two optima."),
            *parts,
        )

    def _risk(self) -> Html:
        """Return exposure by country, concentration of exports, and availability of corridors."""
        concentration = [
            [_INDICES.get(name, name).replace("_", " "), layout.number(row["value"], 2), row["unit"], row["about"]]
            for name, row in _rows(indices(self.network, commodity=self.commodity))
        ]
        countries = [
            [
                name, ", ".join(self._corridor(id) for id in row["corridors"]), layout.number(100 * row["share"], 0),
                layout.number(row["n_minus_j_percent"], 0), layout.number(row["loss_if_closed_musd_per_year"], 0),
                layout.number(row["shortfall_if_closed_mtpa"]), layout.number(row["unmet_if_closed_mtpa"]),
            ]
            for name, row in _rows(self.jurisdictions)
        ]  # fmt: skip
        parts = [
            tag("h3", "Exposure by transit country"),
            layout.table(
                [
                    "country", "corridors whose capacity falls", "share of exports [%]",
                    "capacity without it, buyers unlimited [%]",
                    "loss if closed [million USD/y]", "shut in if closed [Mt/y]", "unmet if closed [Mt/y]",
                ],
                countries,
            ),
            tag("h3", "Concentration"),
            layout.table(["index", "value [unit]", "unit", "definition"], concentration),
        ]  # fmt: skip
        if self.network.hazards:
            rows = [
                [
                    self._corridor(id),
                    *(
                        (layout.number(100 * row["availability"]), layout.number(100 * row["untouched"]),
                         layout.number(row["full_loss_days_per_year"]), ", ".join(row["hazards"]))
                        if not math.isnan(row["availability"])
                        else ("-", "-", "-", "no record")
                    ),
                ]
                for id, row in _rows(availability(self.network, commodity=self.commodity))
                if self.table.loc[(BASELINE, id), "origin"]
            ]  # fmt: skip
            heads = [
                "best route by", "mean share of capacity in service [%]", "without disruption [% of time]",
                "full-loss days [1/y]", "hazards",
            ]  # fmt: skip
            parts += [
                tag("h3", f"Mean share of capacity in service, {self.named_commodity}"),
                layout.note(f"Best route from field to market, feeders and sea legs included; {self.hazards}."),
                layout.table(heads, rows),
            ]
        return layout.section("Risk", *parts)

    def _bad_transport_year(self) -> Html | None:
        """Return what simulated years come to, by ways and rates, causes and places, and what they leave out."""
        if self.ensemble is None:
            return None
        return years_section(self.ensemble, self.commodity, self.named_commodity)

    def _sources(self) -> Html:
        """Return the figures that drive the results, each with range, confidence and source."""
        shown = [BASELINE, *([self.worst] if self.worst is not None else [])]
        return figures_section(self.network, {name: self.flows[name] for name in shown}, self.commodity)

    def _foot(self) -> Html:
        from corridor import __version__

        penalties = sorted({supply.penalty_usd_per_t for supply in self.network.supplies})
        assumed = ", ".join(f"{penalty:,.0f}" for penalty in penalties) or "-"
        return tag(
            "footer",
            f"corridor {__version__}, run {self.run_id}. A year is a steady flow. Shut-in volumes have a penalty of "
            f"{assumed} USD/t, an assumption, so that any route is preferred. The same inputs give the same file.",
        )

    def _corridor(self, id: str) -> str:
        return self.network.corridor(id).name or id

    def _delivery_summary(self, flow: Flow) -> str:
        return f"{flow.delivered_mtpa:.1f} Mt/y delivered, {flow.shortfall_mtpa:.1f} Mt/y shut in"


def _rows(frame: pd.DataFrame) -> list[tuple[str, dict[str, Any]]]:
    """Return the rows of a table by the name of each."""
    records: list[dict[str, Any]] = [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
    return [(str(name), row) for name, row in zip(frame.index, records, strict=True)]


_INDICES = {
    "n_minus_1": "N-1", "n_minus_j": "N-J", "hhi_routes": "HHI of corridors", "effective_routes": "effective corridors",
    "shannon_wiener_routes": "Shannon-Wiener of corridors", "hhi_jurisdictions": "HHI of countries",
    "shannon_wiener_jurisdictions": "Shannon-Wiener of countries", "effective_jurisdictions": "effective countries",
    "political_hhi": "politically weighted HHI",
}  # fmt: skip
