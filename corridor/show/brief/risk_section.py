"""The section of a brief on risk: exposure by country, concentration, availability."""

from __future__ import annotations

import math

from corridor.show.brief import layout
from corridor.show.brief.results import BriefResults, named_rows
from corridor.show.brief.scenario_groups import NOTHING_MUSD
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
            layout.number(row["value"], 1 if row["unit"] == "%" else 2),
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
        tag("h3", f"Exposure of {results.named_commodity} by transit country"),
        layout.note(_exposure_legend(results)),
        layout.table(
            [
                "country", "corridors whose capacity falls", "share of exports [%]",
                "capacity without it, buyers unlimited [%]",
                "loss if closed [million USD/y]", f"shut in if closed [{volumes.unit}]",
                f"unmet if closed [{volumes.unit}]",
            ],
            countries,
        ),
        tag("h3", f"Concentration of exports, {results.named_commodity}"),
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


def _exposure_legend(results: BriefResults) -> str:
    """Return what must be known to read the table of transit countries."""
    text = (
        "Each country closed alone and to all shippers, other ways taking over at once; rates a year of a state that "
        "lasts. Capacity: the corridors' own added up, each as if alone, over what is to be exported; supply and "
        "buyers unlimited, so it can stay where nobody is left to buy, and rise where others leave room. Loss, shut in "
        "and unmet count the buyers that there are."
    )
    if (results.jurisdictions["loss_if_closed_musd_per_year"] < -NOTHING_MUSD).any():
        text += " A negative loss is a gain: contracts for a closed way no longer bind, or others leave room."
    return text
