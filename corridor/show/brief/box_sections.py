"""The sections of a brief of boxes: comparison, changes, bottlenecks and the figures that it hangs on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from corridor.model.columns import legend, printed
from corridor.model.figures import confidence_counts
from corridor.model.variation import Variation
from corridor.show.bottlenecks import plot_bottlenecks
from corridor.show.brief import layout
from corridor.show.brief.box_results import NOTHING_TEU, THROUGHPUT, BoxResults
from corridor.show.brief.results import MOST_FIGURES, named_rows
from corridor.show.brief.scenario_groups import NOTHING_MUSD, titled
from corridor.show.cards import network_label
from corridor.show.comparison import plot_comparison
from corridor.show.html import Html, tag
from corridor.solver.limits import limit_confidence, limit_size, limit_unit
from corridor.solver.shown_volumes import ShownVolumes
from corridor.solver.solution import BindingLimit
from corridor.study.comparison_text import readable
from corridor.study.legs import THROUGH, legs
from corridor.study.scenario_runs import BASELINE

_PICTURED = (THROUGHPUT, "share", "usd_per_feu", "transit_days", "late_days")
_COMPARED = (
    "status", "capacity_teu_per_year", THROUGHPUT, "share", "usd_per_feu", "transit_days", "late_days",
    "rent_usd_per_feu", "bottleneck",
)  # fmt: skip
CAPACITY = "capacity_teu_per_year"


def comparison_of_boxes(results: BoxResults) -> Html:
    """Return the comparison of the baseline, what each stream takes, and a picture with the scenarios."""
    names, network = results.names, results.network
    known = {column.name: column for column in printed("compare")}
    columns = [known[name] for name in _COMPARED]
    shown = readable(results.now, results.members)
    shown["bottleneck"] = shown["bottleneck"].map(names.cut)
    rows = [
        [
            names.corridor(str(id)),
            *(
                results.ranged_comparison.compared(str(id), c.name, c.text(row[c.name]), c.text)
                if c.kind in ("number", "share")
                else c.text(row[c.name])
                for c in columns
            ),
        ]
        for id, row in zip(shown.index, shown.to_dict("records"), strict=True)
    ]
    about = ", ".join(filter(None, [results.named_commodity, network_label(network)]))
    legend_of_ranges = results.ranged_comparison.legend
    return layout.section(
        "comparison",
        layout.note(f"{about}. {' '.join(legend(columns).split())}"),
        layout.table(["corridor", *map(layout.heading, columns)], rows),
        *([layout.note(legend_of_ranges)] if legend_of_ranges else []),
        *_streams(results),
        *_picture(results),
    )


def _streams(results: BoxResults) -> Iterator[Html]:
    """Yield the table of what each stream of shippers that choose takes."""
    rows = []
    volumes = results.volumes
    choices = results.baseline.choices.reset_index().to_dict("records") if results.chooses else []
    for row in choices:
        if row["commodity"] in results.members:
            rows.append([
                results.names.commodity(row["commodity"]), results.names.corridor(row["corridor"]),
                volumes.number(row["flow_mtpa"]),
                layout.number(100 * row["share"]), volumes.money(row["unit_cost_usd_per_t"]),
                volumes.money(row["rent_usd_per_t"]), layout.number(row["transit_days"]),
                layout.number(row["late_days"]),
            ])  # fmt: skip
    if not rows:
        return
    heads = ["stream", "corridor", "moves [TEU/y]", "share of the stream [%]", "cost [USD/FEU]", "rent [USD/FEU]"]
    yield tag("h3", "What each stream takes")
    yield layout.note("Cost: of the cheapest way, time and lateness counted at what they are worth to shippers.")
    yield layout.table([*heads, "time [days]", "late [days]"], rows)


def _picture(results: BoxResults) -> Iterator[Html]:
    """Yield the picture of the corridors under all scenarios."""
    if not len(results.table):
        return
    height = min(18.0, 2.2 + 0.3 * len(results.table))
    draw = partial(plot_comparison, results.table, _PICTURED, network=results.network)
    yield layout.picture(draw, (13.0, height), "Corridors: throughput and capacity, share, price, time, lateness")


def changes_of_boxes(results: BoxResults) -> Html:
    """Return what scenarios change: boxes by corridor, boxes not moved, and what moving all costs."""
    groups, corridors = results.groups, results.corridors
    heads = ["scenario", *(f"{results.names.corridor(id)} [TEU/y]" for id in corridors)]
    heads += ["not moved [TEU/y]", "cost [million USD/y]"]
    rows = [_baseline_row(results), *(_change_row(results, names[0], titled(names)) for names in groups.changing)]
    about = [
        tag("li", tag("b", scenario.name), f": {scenario.about}" if scenario.about else "")
        for scenario in results.scenarios
    ]
    idle = (
        f"Change nothing for {results.named_commodity} (no flow by more than {NOTHING_TEU:.0f} TEU/y, cost by less "
        f"than {NOTHING_MUSD:g} million USD/y): {titled(groups.idle)}."
    )
    return layout.section(
        "changes",
        layout.note(
            f"{results.named_commodity}; what takes most boxes from the corridor first. Baseline: what moves, what is "
            "offered and not moved, and what moving all of it costs, time on the way included. Scenarios: the change, "
            f"blank up to {NOTHING_TEU:.0f} TEU/y. Cost falls too where fewer boxes move. Scenarios that come to the "
            "same are one row." + ("" if results.chooses else " Other flows may be as cheap.")
        ),
        layout.table(heads, rows),
        *([layout.note(idle)] if groups.idle else []),
        tag("details", tag("summary", "Scenarios"), tag("ul", *about), open=""),
    )


def _baseline_row(results: BoxResults) -> list[str]:
    """Return what moves, is not moved, and costs in the baseline."""
    now = dict(named_rows(results.now))
    moving = [layout.number(now[id][THROUGHPUT], 0) for id in results.corridors]
    unmoved = results.volumes.number(results.shut_in_mtpa[BASELINE])
    return [BASELINE, *moving, unmoved, layout.number(results.costs_musd_per_year[BASELINE], 0)]


def _change_row(results: BoxResults, scenario: str, title: str) -> list[str]:
    """Return what a scenario changes."""
    moved = [results.volumes.rate(results.moved[scenario][id]) for id in results.corridors]
    flows = [_change(teu) for teu in (*moved, results.stranded(scenario))]
    cost = results.costs_musd_per_year[scenario] - results.costs_musd_per_year[BASELINE]
    return [title, *flows, layout.signed(cost, 0 if abs(cost) >= 100 else 1)]


def _change(teu_per_year: float) -> str:
    """Return a change of a flow, empty where it counts as none."""
    return f"{teu_per_year:+,.0f}" if abs(teu_per_year) > NOTHING_TEU else ""


def bottlenecks_of_boxes(results: BoxResults) -> Html:
    """Return what stops more by corridor, what shippers would pay for, how scenarios change it, and the legs."""
    return layout.section(
        "bottlenecks",
        layout.note(
            "Most: what could move if supply and buyers were unlimited, other cargo giving way. Stops more: the limits "
            "that together let no more pass. A price is what one box more would save at a full limit, by its shadow "
            "price; what is not full has none, however soon it would be."
        ),
        tag("h3", "What stops more, by corridor"),
        layout.table(
            ["corridor", "most [TEU/y]", "moves [TEU/y]", "used [%]", "stops more", "confidence", "rent [USD/FEU]"],
            [_stop_row(results, corridor, row) for corridor, row in named_rows(results.now)],
        ),
        *_priced(results),
        *_changed_limits(results),
        *_legs(results),
    )


def _stop_row(results: BoxResults, corridor: str, row: Mapping[str, Any]) -> list[str]:
    """Return the row of a corridor in the baseline."""
    limited = 0 < row[CAPACITY] < math.inf
    used = layout.number(100 * row[THROUGHPUT] / row[CAPACITY], 0) if limited else "-"
    cut = str(row["bottleneck"])
    limits = [results.names.read(text) for each in cut.split(" or ") for text in each.split(" + ")] if cut else []
    confidences = dict.fromkeys(limit_confidence(results.network, limit) or "-" for limit in limits)
    return [
        results.names.corridor(corridor), layout.number(row[CAPACITY], 0), layout.number(row[THROUGHPUT], 0), used,
        results.names.cut(cut) or "-", ", ".join(confidences) or "-", layout.number(row["rent_usd_per_feu"], 0),
    ]  # fmt: skip


def _priced(results: BoxResults) -> Iterator[Html]:
    """Yield the table of full limits that boxes would pay for, in the baseline and where a scenario makes them so."""
    yield tag("h3", "Full limits that shippers would pay for")
    states = [(BASELINE,), *results.groups.changing]
    usual = dict(_prices(results, BASELINE))
    rows = []
    for names in states:
        own = dict(_prices(results, names[0]))
        if names[0] != BASELINE and own.keys() == usual.keys():
            continue
        rows += [_priced_row(results, names, limit, price) for limit, price in own.items()]
    if not rows:
        yield layout.note("None: no limit that boxes pass is full, in the baseline or under any scenario.")
        return
    yield layout.note("Scenarios with the same full limits as the baseline are left out; of a fleet a price is by day.")
    yield layout.table(["scenario", "limit", "size", "confidence", "price [USD/FEU]"], rows)


def _prices(results: BoxResults, state: str) -> Iterator[tuple[BindingLimit, float]]:
    """Yield the full limits that boxes pass in a state, with their prices [USD/t], the highest first."""
    solution = results.flows[state].solution
    volumes = ShownVolumes(solution, asked=results.members)
    priced = [
        (limit, price)
        for limit, price, size in solution.binding()
        if size > 0 and volumes.concerns(limit) and _is_passed(results, state, limit)
    ]
    yield from sorted(priced, key=lambda pair: -pair[1])


def _is_passed(results: BoxResults, state: str, limit: BindingLimit) -> bool:
    """Tell whether boxes use what a limit is of."""
    flow = results.flows[state]
    program, amounts = flow.solution.program, flow.solution.flows
    for column in (program.column(edge.id, id) for edge in flow.network.edges for id in results.members):
        if column is not None and results.volumes.rate(float(amounts[column])) > NOTHING_TEU:
            edge = flow.network.edge(program.name_of(column)[0])
            if limit.id in (edge.id, edge.tail, edge.head, edge.fleet):
                return True
    return False


def _priced_row(results: BoxResults, names: tuple[str, ...], limit: BindingLimit, price: float) -> list[str]:
    """Return the row of a full limit."""
    network, shown = results.flows[names[0]].network, results.volumes.shown
    size = results.volumes.rate(limit_size(network, limit))
    return [
        titled(names), results.names.limit(limit), f"{size:,.0f} {shown.label(limit_unit(limit))}",
        limit_confidence(network, limit) or "-", layout.number(price * shown.price(results.volumes.member), 0),
    ]  # fmt: skip


def _changed_limits(results: BoxResults) -> Iterator[Html]:
    """Yield the table of corridors of which a scenario changes the most or what stops it."""
    rows, before = [], dict(named_rows(results.now))
    for name in results.scenario_names:
        of_it = results.table[results.table.index.get_level_values("scenario") == name].droplevel("scenario")
        for corridor, row in named_rows(of_it):
            usual, cut = before[corridor], str(row["bottleneck"])
            now = usual[CAPACITY]
            change = row[CAPACITY] - now if row[CAPACITY] != now else 0.0
            if abs(change) > NOTHING_TEU or cut != usual["bottleneck"]:
                most = f"{layout.number(row[CAPACITY], 0)}{f' ({change:+,.0f})' if math.isfinite(change) else ''}"
                rows.append([name, results.names.corridor(corridor), most, results.names.cut(cut) or "-"])
    if rows:
        yield tag("h3", "What could move under each scenario")
        yield layout.table(["scenario", "corridor", "most [TEU/y]", "stops more"], rows)


def _legs(results: BoxResults) -> Iterator[Html]:
    """Yield the picture of the legs of the corridor watched, where one has a limit."""
    if results.watched is None or not dict(named_rows(results.now))[results.watched][CAPACITY] > 0:
        return
    table = legs(results.baseline, results.watched, commodity=results.commodity)
    limited = table.drop(index=THROUGH)[CAPACITY].map(math.isfinite)
    if limited.any():
        size = (9.0, 1.4 + 0.28 * int(limited.sum()))
        about = f"{results.names.corridor(results.watched)}: what could pass each leg, what limits it, and its grade"
        yield layout.picture(partial(plot_bottlenecks, table), size, about)


def figures_of_boxes(results: BoxResults) -> Html:
    """Return the figures that drive what the corridor watched carries, and the sources of all tables."""
    network, footnotes = results.network, results.footnotes
    if not network.figure_records:
        return layout.section("sources", layout.note("The figures of this network have no sources."))
    graded = confidence_counts(network.figure_records)
    return layout.section(
        "sources",
        layout.note(
            f"Of the {sum(graded.values())} figures of this network {graded['A']} have confidence A (operators, "
            f"governments, agencies), {graded['B']} confidence B (press, think tanks, calculations from A or B) "
            f"and {graded['C']} confidence C (estimates). network.figures() lists all figures and alternatives."
        ),
        *_drivers(results),
        tag("h3", f"The {len(footnotes)} sources of the tables shown"),
        layout.note(
            "First those with an address, of each the worst confidence first. Under each source its own figures by "
            "confidence; a carried figure is used after the last year that it is for. Figures worked out from others "
            "rest on the sources of those."
        ),
        footnotes.listed(),
    )


def _drivers(results: BoxResults) -> Iterator[Html]:
    """Yield the table of the figures that drive what the corridor watched carries over the draws."""
    rows, variation = [], Variation(results.network)
    for row in results.drivers.head(MOST_FIGURES).to_dict("records"):
        figure = variation.figure_set.figures[f"{row['record']}:{row['subject']}.{row['attribute']}"]
        low, high = variation.range_of(figure)
        rivals = " (from rivals)" * (variation.range_from(figure) == "rivals")
        rows.append([
            results.names.key(row), layout.number(figure.value, 2), f"{low:g} to {high:g}{rivals}", figure.unit,
            f"{row['correlation']:+.2f}", figure.confidence,
            results.footnotes.of_figure({str(k): v for k, v in row.items()}),
        ])  # fmt: skip
    if rows and results.watched is not None:
        yield layout.note(
            f"The table has the figures that drive what {results.names.corridor(results.watched)} carries most: rank "
            f"correlation over {results.figure_draws:,} draws of all figures together, of those behind the comparison "
            "that go with it by more than chance; one figure in twenty without effect would too."
        )
        heads = ["figure", "value [unit]", "range [unit]", "unit", "rank correlation [1]", "confidence"]
        yield layout.table([*heads, "numbers in the list"], rows)
