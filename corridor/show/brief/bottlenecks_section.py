"""The section of a brief on what binds: once for the baseline, then what differs under each scenario."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.model.tolerances import SPAN_MTPA
from corridor.show.brief import layout
from corridor.show.brief.bottlenecks import Bottleneck, Difference, StateBottlenecks, Worth, differences
from corridor.show.brief.names import Names
from corridor.show.brief.results import BriefResults
from corridor.show.brief.scenario_groups import NOTHING_MTPA, titled
from corridor.show.html import Html, tag
from corridor.solver.limits import limit_confidence, limit_size, limit_unit
from corridor.solver.solution import BindingLimit
from corridor.study.outcomes import losses
from corridor.study.scenario_runs import BASELINE

_SHUT_IN = "shut in"
_MOST_LIMITS = 4
_MOST_SHUT = 3
_MOST_NAMED = 4
"""Sections that are shut together and named each; of more, their corridors are named."""
_LEGEND = (
    "Limits that stop more from moving, and what {more} there, or opening what is shut, would earn all shippers "
    "together: the network solved with it, less the network without. A quota is what contract or access allows on a "
    "line. Limits in one row stop the same volume and are raised together. What would earn less than 1 million USD/y "
    "and move nothing more is left out."
)
_ABOUT = "About: other flows earn as much and shut in other volumes there."
_COSTS = "Negative: it would let more of a contract be kept that costs money."


def bottlenecks_section(results: BriefResults) -> Html:
    """Return what binds in the baseline, and what differs under each scenario."""
    shown = results.volumes.shown
    base = StateBottlenecks(results.solver, results.baseline.solution, shown)
    more = "as much more as is said" if shown.shows_barrels else "one more Mt/y"
    return layout.section(
        "bottlenecks", layout.note(_LEGEND.format(more=more)), *_baseline(results, base), *_changes(results, base)
    )


def _baseline(results: BriefResults, base: StateBottlenecks) -> Iterator[Html]:
    """Yield the table of what binds in the baseline."""
    yield tag("h3", "In the baseline")
    if shut_in := _shut_in(results, BASELINE):
        yield layout.note(f"{results.named_commodity} shut in [{results.volumes.unit}]: {shut_in}.")
        yield from [layout.note(_ABOUT)] if "about " in shut_in else []
    if not base.listed:
        yield layout.note("No limit is worth 1 million USD/y, and nothing shut is missed.")
        return
    supplied = any(one.worth[2] > NOTHING_MTPA for one in base.listed)
    rows = [
        [
            _called(results.names, one), _sized(base, one), _grade(base, one), _raised(base, one),
            _money(one.worth[0]), _lifted(base, one.worth), *([_supplied(base, one.worth)] if supplied else []),
        ]
        for one in base.listed
    ]  # fmt: skip
    unit = results.volumes.unit
    heads = ["limit", "size", "confidence", "raised by", "earns [million USD/y]", f"lifts [{unit}]"]
    yield layout.table([*heads, *([f"meets of what is required [{unit}]"] if supplied else [])], rows)
    if any(one.worth[0] < 0 for one in base.listed):
        yield layout.note(_COSTS)
    if base.n_untried:
        yield layout.note(f"{base.n_untried} more limits bind, each of a lower price than these.")


def _changes(results: BriefResults, base: StateBottlenecks) -> Iterator[Html]:
    """Yield the table of what differs by scenario, those in which the same does together."""
    if not results.scenarios:
        return
    by_rows: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for name in _ranked(results):
        by_rows.setdefault(tuple(_rows(results, base, name)), []).append(name)
    same = by_rows.pop((), [])
    yield tag("h3", "What differs under each scenario")
    if by_rows:
        yield layout.note(
            "New limits, those that are worth at least twice as much or at most half as much, and those that no longer "
            f"bind; of each scenario the {_MOST_LIMITS} limits and {_MOST_SHUT} shut sections that differ most."
        )
        body = [
            [titled(names) if number == 0 else "", *row]
            for rows, names in by_rows.items()
            for number, row in enumerate(rows)
        ]
        heads = ["scenario", "what", "limit", "raised by", "in the baseline earns [million USD/y]"]
        yield layout.table([*heads, "here earns [million USD/y]", f"here lifts [{results.volumes.unit}]"], body)
        if any(row[0].startswith(_SHUT_IN) and "about " in row[1] for rows in by_rows for row in rows):
            yield layout.note(_ABOUT)
        if any(row[4].startswith("-") for rows in by_rows for row in rows):
            yield layout.note(_COSTS)
    if same:
        yield layout.note(f"The same limits as in the baseline: {titled(same)}.")


def _ranked(results: BriefResults) -> list[str]:
    """Return the names of the scenarios, largest loss first."""
    base, own = results.baseline, results.commodity
    lost = {s.name: losses(results.flows[s.name], base, own)["loss_musd_per_year"] for s in results.scenarios}
    return sorted(lost, key=lambda name: -round(lost[name], 6))


def _rows(results: BriefResults, base: StateBottlenecks, scenario: str) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a scenario: what is shut in, differs most, is left out, and binds no more."""
    state = StateBottlenecks(results.solver, results.flows[scenario].solution, results.volumes.shown)
    every = list(differences(base, state))
    changed = [one for one in every if one.after is not None]
    limits = [one for one in changed if one.bottleneck.limits]
    shut = [one for one in changed if one.bottleneck.edges]
    usual, shut_in = (_shut_in(results, name) for name in (BASELINE, scenario))
    if shut_in != usual:
        yield f"{_SHUT_IN} [{results.volumes.unit}]", shut_in or "none", "", "", "", ""
    for one in (*limits[:_MOST_LIMITS], *shut[:_MOST_SHUT]):
        yield _changed(results.names, state, one)
    hidden = max(len(limits) - _MOST_LIMITS, 0) + max(len(shut) - _MOST_SHUT, 0)
    if hidden:
        yield "", f"and {'at least ' if state.n_untried else ''}{hidden} more", "", "", "", ""
    gone = [_called(results.names, one.bottleneck) for one in every if one.after is None]
    if gone:
        yield "no longer", "; ".join(gone), "", "", "", ""


def _changed(names: Names, state: StateBottlenecks, one: Difference) -> tuple[str, ...]:
    """Return the row of a bottleneck that is new or worth something else."""
    assert one.after is not None
    what = "new" if one.before is None else "worth more" if one.after[0] > one.before[0] else "worth less"
    earned = "" if one.before is None else _money(one.before[0])
    return (
        what, _called(names, one.bottleneck), _raised(state, one.bottleneck), earned, _money(one.after[0]),
        _lifted(state, one.after),
    )  # fmt: skip


def _shut_in(results: BriefResults, scenario: str) -> str:
    """Return where how much of the commodity is shut in, with "about" where other optima shut in others."""
    flow = results.flows[scenario]
    amounts = enumerate(zip(flow.network.supplies, flow.shortfall_by_supply.tolist(), strict=True))
    supplies = [
        (number, supply, amount)
        for number, (supply, amount) in amounts
        if supply.commodity == results.commodity and amount > NOTHING_MTPA
    ]
    texts = []
    for number, supply, amount in sorted(supplies, key=lambda each: -round(each[2], 6)):
        least, most = results.optima(scenario).lifted([number])
        about = "about " if most - least >= SPAN_MTPA else ""
        texts.append(f"{results.names.node(supply.node)} {about}{results.volumes.number(amount)}")
    return ", ".join(texts)


def _called(names: Names, bottleneck: Bottleneck) -> str:
    """Return a bottleneck by the names of its limits, or of the sections that are shut."""
    if bottleneck.limits:
        kinds = (("throughput of " if limit.kind == "node" else "", limit) for limit in bottleneck.limits)
        return " + ".join(f"{of}{names.limit(limit)}" for of, limit in kinds)
    sections = [edge.id for edge in bottleneck.edges]
    if len(sections) <= _MOST_NAMED:
        return f"{' + '.join(map(names.edge, sections))} ({bottleneck.why})"
    corridors = dict.fromkeys(edge.corridor for edge in bottleneck.edges if edge.corridor)
    first = ", ".join(map(names.corridor, corridors)) or names.edge(sections[0])
    return f"{first}: {len(sections)} sections ({bottleneck.why})"


def _sized(base: StateBottlenecks, bottleneck: Bottleneck) -> str:
    """Return the sizes of limits with their units; a dash for what is shut."""
    network, volumes = base.solution.network, base.volumes
    sizes = (
        f"{base.units.size(limit_size(network, limit) * volumes.limit(limit))} {base.units.label(limit_unit(limit))}"
        for limit in bottleneck.limits
    )
    return " + ".join(sizes) or "-"


def _grade(base: StateBottlenecks, bottleneck: Bottleneck) -> str:
    """Return the confidence of the figures that set limits; a dash where no figure does."""
    return " + ".join(limit_confidence(base.solution.network, limit) or "-" for limit in bottleneck.limits) or "-"


def _raised(state: StateBottlenecks, bottleneck: Bottleneck) -> str:
    """Return by what a bottleneck is raised."""
    steps = dict.fromkeys(_step(state, limit) for limit in bottleneck.limits)
    each = " each" if len(bottleneck.limits) > 1 else ""
    return f"{' or '.join(steps)}{each}" if steps else "opened"


def _step(state: StateBottlenecks, limit: BindingLimit) -> str:
    """Return by what a limit is raised: 1 Mt/y, or as many barrels as that has."""
    unit = state.units.label(limit_unit(limit))
    if not state.units.shows_barrels:
        return f"1 {unit.replace('days', 'day')}"
    return f"{layout.number(state.volumes.limit(limit), 1 if limit.kind == 'fleet' else 0)} {unit}"


def _money(gained_musd_per_year: float) -> str:
    """Return what a bottleneck is worth: to a tenth if it is small."""
    return layout.number(gained_musd_per_year, 0 if abs(gained_musd_per_year) >= 100 else 1)


def _lifted(state: StateBottlenecks, worth: Worth) -> str:
    """Return how much more is lifted, empty for none."""
    return layout.number(worth.lifted, state.units.digits) if worth.lifted_mtpa > NOTHING_MTPA else ""


def _supplied(state: StateBottlenecks, worth: Worth) -> str:
    """Return how much more is met of what is required, empty for none."""
    return layout.number(worth.supplied, state.units.digits) if worth.supplied_mtpa > NOTHING_MTPA else ""
