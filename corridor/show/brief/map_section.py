"""The maps of a brief: of the baseline, and of the scenario of the largest loss."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from corridor.model.columns import INTERCHANGEABLE
from corridor.show.brief import layout
from corridor.show.brief.results import BriefResults
from corridor.show.brief.scenario_groups import titled
from corridor.show.html import Html
from corridor.show.map import plot_map
from corridor.study.outcomes import totals
from corridor.study.scenario_runs import BASELINE


def map_section(results: BriefResults) -> Html:
    """Return the maps of the baseline and of the scenario of the largest loss, on one scale."""
    shown = [(BASELINE,), *([results.groups.alike(results.worst)] if results.worst is not None else [])]
    return layout.section("map", layout.note(_legend(results)), *(_map(results, names) for names in shown))


def scenario_maps_section(results: BriefResults) -> Html:
    """Return a map for each scenario that changes something, one for those that come to the same, on one scale."""
    idle = titled(results.groups.idle)
    return layout.section(
        "scenario_maps",
        layout.note(_legend(results)),
        *(
            [layout.note(f"Change nothing for {results.named_commodity}, and have the map of the baseline: {idle}.")]
            if idle
            else []
        ),
        *(_map(results, names) for names in results.groups.changing),
    )


def _legend(results: BriefResults) -> str:
    """Return what must be known to read the maps."""
    named = results.named_commodity
    return (
        f"Widths, volumes and circles are of {named} only, on one scale for all maps; colours show how full each line "
        f"is, all commodities together. {INTERCHANGEABLE}"
    )


def _map(results: BriefResults, names: Sequence[str]) -> Html:
    """Return the map of scenarios that come to the same."""
    flow = results.flows[names[0]]
    total = totals(flow, results.commodity)
    volumes, widest = results.volumes, results.widest_mtpa
    about = (
        f"{volumes.number(total['delivered_mtpa'])} {volumes.unit} delivered, "
        f"{volumes.number(total['shortfall_mtpa'])} {volumes.unit} shut in"
    )
    draw = partial(
        plot_map, flow, commodity=results.commodity, units=results.units,
        widest_mtpa=None if widest is None else volumes.rate(widest), title=titled(names),
    )  # fmt: skip
    return layout.picture(draw, (12.0, 8.7), f"Map of {results.named_commodity}, {titled(names)}: {about}")
