"""The section of a brief on risk: exposure by country, concentration, availability."""

from __future__ import annotations

import math

from corridor.show.brief import layout
from corridor.show.brief.results import BriefResults, named_rows
from corridor.show.html import Html, tag
from corridor.study.availability import availability
from corridor.study.concentration import indices
from corridor.study.scenario_runs import BASELINE

_INDICES = {
    "n_minus_1": "N-1", "n_minus_j": "N-J", "hhi_routes": "HHI of corridors", "effective_routes": "effective corridors",
    "shannon_wiener_routes": "Shannon-Wiener of corridors", "hhi_jurisdictions": "HHI of countries",
    "shannon_wiener_jurisdictions": "Shannon-Wiener of countries", "effective_jurisdictions": "effective countries",
    "political_hhi": "politically weighted HHI",
}  # fmt: skip


def risk_section(results: BriefResults) -> Html:
    """Return exposure by country, concentration of exports, and availability of corridors."""
    names, volumes = results.names, results.volumes
    concentration = [
        [
            _INDICES.get(name, name).replace("_", " "),
            layout.number(row["value"], 2),
            row["unit"],
            names.index(row["about"]),
        ]
        for name, row in named_rows(indices(results.network, commodity=results.commodity, units=results.units))
    ]  # fmt: skip
    countries = [
        [
            names.country(name), ", ".join(names.corridor(id) for id in row["corridors"]),
            layout.number(100 * row["share"], 0),
            layout.number(row["n_minus_j_percent"], 0), layout.number(row["loss_if_closed_musd_per_year"], 0),
            volumes.number(row["shortfall_if_closed_mtpa"]), volumes.number(row["unmet_if_closed_mtpa"]),
        ]
        for name, row in named_rows(results.jurisdictions)
    ]  # fmt: skip
    parts = [
        tag("h3", "Exposure by transit country"),
        layout.table(
            [
                "country", "corridors whose capacity falls", "share of exports [%]",
                "capacity without it, buyers unlimited [%]",
                "loss if closed [million USD/y]", f"shut in if closed [{volumes.unit}]",
                f"unmet if closed [{volumes.unit}]",
            ],
            countries,
        ),
        tag("h3", "Concentration"),
        layout.table(["index", "value [unit]", "unit", "definition"], concentration),
    ]  # fmt: skip
    if results.network.hazards:
        rows = [
            [
                names.corridor(id),
                *(
                    (layout.number(100 * row["availability"]), layout.number(100 * row["untouched"]),
                     layout.number(row["full_loss_days_per_year"]), ", ".join(row["hazards"]))
                    if not math.isnan(row["availability"])
                    else ("-", "-", "-", "no record")
                ),
            ]
            for id, row in named_rows(availability(results.network, commodity=results.commodity))
            if results.table.loc[(BASELINE, id), "origin"]
        ]  # fmt: skip
        heads = [
            "best route by", "mean share of capacity in service [%]", "without disruption [% of time]",
            "full-loss days [1/y]", "hazards",
        ]  # fmt: skip
        parts += [
            tag("h3", f"Mean share of capacity in service, {results.named_commodity}"),
            layout.note(f"Best route from field to market, feeders and sea legs included; {results.hazards}."),
            layout.table(heads, rows),
        ]
    return layout.section("risk", *parts)
