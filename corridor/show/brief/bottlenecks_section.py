"""The section of a brief on what binds under each scenario."""

from __future__ import annotations

from corridor.show.brief import layout
from corridor.show.brief.results import BriefResults
from corridor.show.html import Html, tag

_MOST_LIMITS = 6


def bottlenecks_section(results: BriefResults) -> Html:
    """Return the binding limits under each scenario, from `Flow.explain`."""
    parts = []
    for name, flow in results.flows.items():
        limits = [line for line in flow.explain().splitlines() if line.startswith(("Not lifted", "Binding", "Closed"))]
        hidden = len(limits) - _MOST_LIMITS
        limits = limits[:_MOST_LIMITS] + ([f"... and {hidden} more"] if hidden > 0 else [])
        limits = limits or ["No capacity or quota binds."]
        items = (tag("li", results.names.explained(limit)) for limit in limits)
        parts.append(tag("details", tag("summary", name), tag("ul", *items), open=""))
    return layout.section(
        "bottlenecks",
        layout.note("Limits of throughput, and the value of one more Mt/y there: the difference of two optima."),
        *parts,
    )
