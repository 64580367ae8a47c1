"""The maps of a brief: of the baseline, and of the scenario of the largest loss."""

from __future__ import annotations

from functools import partial

from corridor.model.columns import INTERCHANGEABLE
from corridor.show.brief import layout
from corridor.show.brief.results import BriefResults
from corridor.show.html import Html
from corridor.show.map import plot_map
from corridor.solver.flow import Flow
from corridor.study.scenario_runs import BASELINE


def map_section(results: BriefResults) -> Html:
    """Return the maps."""
    most = max(float(flow.edge_flow_mtpa.max(initial=0.0)) for flow in results.flows.values()) or None
    shown = [BASELINE, *([results.worst] if results.worst is not None else [])]
    pictures = [
        layout.picture(
            partial(plot_map, results.flows[name], widest_mtpa=most, title=name),
            (12.0, 8.7),
            f"Map of flows, {name}: {_delivery_summary(results.flows[name])}",
        )
        for name in shown
    ]
    return layout.section("map", layout.note(INTERCHANGEABLE), *pictures)


def _delivery_summary(flow: Flow) -> str:
    return f"{flow.delivered_mtpa:.1f} Mt/y delivered, {flow.shortfall_mtpa:.1f} Mt/y shut in"
