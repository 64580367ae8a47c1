"""Which sections a brief has: those asked for, in that order, or all that its network can fill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from corridor.errors import DataError
from corridor.messages import shown, unknown_name
from corridor.model.network import Network
from corridor.model.scenario import Scenario
from corridor.show.brief import layout
from corridor.show.brief.bottlenecks_section import bottlenecks_section
from corridor.show.brief.box_results import BoxResults
from corridor.show.brief.box_sections import (
    bottlenecks_of_boxes,
    changes_of_boxes,
    comparison_of_boxes,
    figures_of_boxes,
)
from corridor.show.brief.box_summary import box_summary
from corridor.show.brief.changes_section import changes_section
from corridor.show.brief.comparison import comparison_section
from corridor.show.brief.figures_section import figures_section
from corridor.show.brief.layout import TITLES
from corridor.show.brief.map_section import map_section, scenario_maps_section
from corridor.show.brief.results import BriefResults
from corridor.show.brief.risk_section import risk_section
from corridor.show.brief.scenario_years_section import scenario_years_section
from corridor.show.brief.summary_section import summary_section
from corridor.show.brief.years_section import years_section
from corridor.show.html import Html

ON_REQUEST = frozenset({"scenario_maps", "scenario_bad_years"})
"""Sections that are shown only if they are named: each takes a picture, or simulated years, for every scenario."""
_OF_HAZARDS = frozenset({"risk", "bad_years", "scenario_bad_years"})
"""Sections with numbers that rest on hazards."""
_OF_BASELINE = frozenset({"risk", "bad_years"})
"""Sections that show nothing of scenarios."""


def chosen_sections(
    network: Network,
    scenarios: Sequence[Scenario],
    sections: str | Iterable[str] | None,
    years: int,
    *,
    given: bool,
    left_out: Mapping[str, str] = MappingProxyType({}),
) -> tuple[str, ...]:
    """Return the names of the sections of a brief: those asked for, or all that can be filled.

    Parameters
    ----------
    network : Network
        Network reported on.
    scenarios : sequence of Scenario
        Scenarios shown.
    sections : str or iterable of str, optional
        Names asked for.
    years : int
        Number of simulated years.
    given : bool
        Whether the scenarios were given, not those by default.
    left_out : mapping of str to str
        Sections that a brief of this commodity does not have, and why.

    Raises
    ------
    UnknownNameError
        If there is no section of a name.
    DataError
        If none is asked for, one twice or one that cannot be filled, or if none of them shows the scenarios given.
    """
    empty = _empty(network, scenarios, years) | dict(left_out)
    if sections is None:
        return tuple(name for name in TITLES if name not in empty and name not in ON_REQUEST)
    names = (sections,) if isinstance(sections, str) else tuple(sections)
    if not names:
        raise DataError(f"sections is empty; name some of {', '.join(TITLES)}, or leave it out for all")
    for number, name in enumerate(names):
        if not isinstance(name, str):
            raise DataError(f"sections must be names (got {shown(name)}); name some of {', '.join(TITLES)}")
        if name not in TITLES:
            raise unknown_name("section", name, TITLES)
        if name in names[:number]:
            raise DataError(f"duplicate section {name!r}; name it once")
        if name in empty:
            raise DataError(f"section {name!r} would be empty: {empty[name]}; leave it out")
    if given and scenarios and _OF_BASELINE.issuperset(names):
        raise DataError(
            f"sections {', '.join(map(repr, names))} show the baseline only; add 'changes' or another section for the "
            "scenarios given, or give none (scenarios=[])"
        )
    return names


def section_of(results: BriefResults, name: str) -> Html:
    """Return a section of a brief by its name, with the sources that it rests on; what it needs is computed then."""
    if isinstance(results, BoxResults) and name in _BUILD_OF_BOXES:
        return layout.ended(_BUILD_OF_BOXES[name](results), results.footnotes.below(name))
    return layout.ended(_BUILD[name](results), Html(results.footnotes.below(name) + _hazard_sources(results, name)))


def _hazard_sources(results: BriefResults, name: str) -> Html:
    """Return where the sources of hazards stand, below a section that rests on hazards with events on record."""
    recorded = any(hazard.events for hazard in results.network.hazards)
    if name not in _OF_HAZARDS or not recorded or "sources" not in results.sections:
        return Html("")
    return layout.note(
        "The sources of the hazards are not in this list: they stand with the events of the record, from which rates, "
        "durations and shares are estimated."
    )


def _empty(network: Network, scenarios: Sequence[Scenario], years: int) -> dict[str, str]:
    """Return which sections have nothing to show, and why."""
    reasons: dict[str, str] = {}
    if sum(node.lat is not None for node in network.nodes) < 2:
        reasons |= dict.fromkeys(("map", "scenario_maps"), "fewer than two nodes have a position (lat, lon)")
    if not network.hazards or not years:
        why = "years is 0" if network.hazards else "the network has no hazards"
        reasons |= dict.fromkeys(("bad_years", "scenario_bad_years"), why)
    if not scenarios:
        reasons |= dict.fromkeys(("changes", "scenario_maps", "scenario_bad_years"), "there are no scenarios")
    return reasons


def _comparison(results: BriefResults) -> Html:
    return comparison_section(
        results.table, results.baseline, results.commodity, results.ranged_comparison, results.units
    )


def _bad_years(results: BriefResults) -> Html:
    return years_section(results.ensemble, results.commodity, results.named_commodity, results.units)


_BUILD: MappingProxyType[str, Callable[[BriefResults], Html]] = MappingProxyType(
    {
        "summary": summary_section, "map": map_section, "comparison": _comparison, "changes": changes_section,
        "bottlenecks": bottlenecks_section, "risk": risk_section, "bad_years": _bad_years, "sources": figures_section,
        "scenario_maps": scenario_maps_section, "scenario_bad_years": scenario_years_section,
    }
)  # fmt: skip
_BUILD_OF_BOXES: MappingProxyType[str, Callable[[BoxResults], Html]] = MappingProxyType(
    {
        "summary": box_summary, "comparison": comparison_of_boxes, "changes": changes_of_boxes,
        "bottlenecks": bottlenecks_of_boxes, "sources": figures_of_boxes,
    }
)  # fmt: skip
"""Sections that boxes have by rules of their own; the maps are the same."""
