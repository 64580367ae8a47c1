"""The section of a brief on what scenarios change: totals, amounts over their days, throughput by corridor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from corridor.model.formulas import DAYS_PER_YEAR
from corridor.model.tolerances import HELD_MONEY, SPAN_MTPA
from corridor.show.brief import layout
from corridor.show.brief.results import BriefResults, named_rows
from corridor.show.brief.scenario_groups import NOTHING_MTPA as _LEAST
from corridor.show.brief.scenario_groups import NOTHING_MUSD, titled
from corridor.show.html import Html, tag
from corridor.study.scenario_runs import BASELINE

_RATES = (
    "loss [million USD/y]", "shut in [{volume}]", "unmet [{volume}]", "delivered [{volume}]", "netback [million USD/y]",
    "route HHI [1]",
)  # fmt: skip
_AMOUNTS = (
    "lasts [days]", "loss, all ways [million USD]", "loss, usual ways only [million USD]",
    "shut in, all ways [{quantity}]", "shut in, usual ways only [{quantity}]",
)  # fmt: skip
_LEGEND = (
    "{named}, largest loss first; scenarios that come to the same are one row. Rates a year are those of a state that "
    "lasts, with their change against the baseline in brackets. Loss: fall in netback, plus unmet requirements at what "
    "they cost the buyer; a gain is negative. Route HHI: 1 if one corridor carries everything."
)
_LEGEND_OF_DAYS = (
    "All ways: other ways take over at once. Usual ways only: nothing moves anywhere beyond its usual flow, as in the "
    "first days; in brackets the range of the loss where other usual flows would earn as much. What one shipper loses "
    "can be larger by all ways, for others take its place. Oil in tanks, and catching up afterwards, are not counted."
)


def changes_section(results: BriefResults) -> Html:
    """Return what scenarios change: rates, amounts where a duration is known, throughput by corridor."""
    rows = dict(named_rows(results.outcomes))
    body = [
        [titled(names), *_rates(results, names[0], rows[names[0]])] for names in ((BASELINE,), *results.groups.changing)
    ]
    about = [
        tag("li", tag("b", scenario.name), f": {scenario.about}" if scenario.about else "")
        for scenario in results.scenarios
    ]
    return layout.section(
        "changes",
        layout.note(_LEGEND.format(named=results.named_commodity)),
        layout.table(["scenario", *_heads(results, _RATES)], body),
        *([layout.note(results.ranged_outcomes.legend)] if results.ranged_outcomes.legend else []),
        *_gains(results, rows),
        *_idle(results),
        *_over_days(results, rows),
        tag("h3", "Change of throughput by corridor"),
        *_throughput(results),
        tag("details", tag("summary", "Scenarios"), tag("ul", *about), open=""),
    )


def _heads(results: BriefResults, heads: Sequence[str]) -> Iterator[str]:
    """Yield headings with the units shown."""
    shown = results.volumes.shown
    for head in heads:
        yield head.format(volume=shown.volume, quantity=shown.quantity)


def _rates(results: BriefResults, name: str, row: Mapping[str, Any]) -> list[str]:
    """Return the cells of rates a year."""
    volumes = results.volumes
    cells = {
        "loss_musd_per_year": layout.number(row["loss_musd_per_year"], 0),
        "shortfall_mtpa": volumes.change(row["shortfall_change_mtpa"], row["shortfall_mtpa"]),
        "unmet_mtpa": volumes.change(row["unmet_change_mtpa"], row["unmet_mtpa"]),
        "delivered_mtpa": volumes.change(row["delivered_change_mtpa"], row["delivered_mtpa"]),
        "netback_musd_per_year": layout.change(
            row["netback_change_musd_per_year"], row["netback_musd_per_year"], 0
        ),
        "route_hhi": layout.number(row["route_hhi"], 2),
    }  # fmt: skip
    return _ranged(results, name, cells)


def _ranged(results: BriefResults, name: str, cells: Mapping[str, str]) -> list[str]:
    """Return cells with the ranges of their numbers, where figures are drawn.

    None by usual ways: each draw has usual flows of its own, and others as good, which may come to another number.
    """
    own = results.ranged_outcomes
    return [
        own.of_outcome(name, results.commodity, column, text, partial(_written, results, column))
        if not column.endswith("_held")
        else text
        for column, text in cells.items()
    ]  # fmt: skip


def _written(results: BriefResults, column: str, number: float) -> str:
    """Return a number of outcomes, in tonnes where it is a volume, as it is written."""
    if column.endswith("_mtpa"):
        return results.volumes.number(number)
    if column == "shortfall_mt":
        return results.volumes.amount(number)
    return layout.number(number, 0 if "musd" in column else 2)


def _over_days(results: BriefResults, rows: Mapping[str, Mapping[str, Any]]) -> Iterator[Html]:
    """Yield the table of amounts of the scenarios of which it is known how long they last."""
    body = [row for names in results.groups.changing for row in _group_rows(results, names, rows)]
    if body:
        yield tag("h3", "Amounts over the days that a scenario lasts")
        yield layout.note(_LEGEND_OF_DAYS)
        yield layout.table(["scenario", *_heads(results, _AMOUNTS)], body)


def _group_rows(
    results: BriefResults, names: Sequence[str], rows: Mapping[str, Mapping[str, Any]]
) -> Iterator[list[str]]:
    """Yield the rows of amounts of scenarios that come to the same a year: one for those that last as long."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        if _lasts(rows[name]):
            alike.setdefault(tuple(_amounts(results, name, rows[name])), []).append(name)
    for cells, same in alike.items():
        yield [titled(same), *cells]


def _lasts(row: Mapping[str, Any]) -> bool:
    """Tell whether it is known how long a scenario lasts."""
    return bool(row["duration_days"] == row["duration_days"])


def _amounts(results: BriefResults, name: str, row: Mapping[str, Any]) -> list[str]:
    """Return the cells of amounts over a scenario's days."""
    cells = {
        "loss_musd": layout.number(row["loss_musd"], 0),
        "loss_musd_held": layout.number(row["loss_musd_held"], 0) + _usual_range(results, name, row["duration_days"]),
        "shortfall_mt": results.volumes.amount(row["shortfall_mt"]),
        "shortfall_mt_held": results.volumes.amount(row["shortfall_mt_held"]),
    }
    return [layout.number(row["duration_days"], 0), *_ranged(results, name, cells)]


def _usual_range(results: BriefResults, name: str, days: float) -> str:
    """Return the range of the loss by usual ways over a scenario's days, empty where it is unique."""
    usual = results.usual_routes(name)
    low, high = usual.low_musd_per_year, usual.high_musd_per_year
    if high - low <= HELD_MONEY * abs(usual.loss_musd_per_year):
        return ""
    ends = [layout.number(rate * days / DAYS_PER_YEAR, 0) for rate in (low, high)]
    return f" ({' to '.join(ends)})" if ends[0] != ends[1] else ""


def _gains(results: BriefResults, rows: Mapping[str, Mapping[str, Any]]) -> Iterator[Html]:
    """Yield the line on scenarios that gain while less is carried of what contracts ask for."""
    for names in results.groups.changing:
        row = rows[names[0]]
        freed = row["unmet_minimum_change_mtpa"]
        if row["loss_musd_per_year"] < -NOTHING_MUSD and freed > _LEAST:
            yield layout.note(
                f"{titled(names)}: {results.volumes.text(freed)} that contracts ask for on what closes is not carried "
                "there, and goes by ways that earn more where there are any; so a closure can gain."
            )


def _idle(results: BriefResults) -> Iterator[Html]:
    """Yield the line on scenarios that change nothing."""
    if results.groups.idle:
        yield layout.note(
            f"Change nothing for {results.named_commodity} (money by less than {NOTHING_MUSD:g} million USD, no "
            f"volume by more than {_least(results)}): {titled(results.groups.idle)}."
        )


def _least(results: BriefResults) -> str:
    """Return the largest volume that counts as none, with its unit: so many Mt, a year or over the days."""
    if not results.volumes.shown.shows_barrels:
        return f"{_LEAST:g} Mt"
    volumes = results.volumes
    return f"{volumes.rate(_LEAST):.2g} {volumes.unit} or {volumes.amount(_LEAST)} {volumes.shown.quantity}"


def _throughput(results: BriefResults) -> Iterator[Html]:
    """Yield the table of changes of throughput, by group of scenarios and corridor."""
    moved = {names: results.moved[names[0]] for names in results.groups.changing}
    moving = [names for names, by_corridor in moved.items() if max(map(abs, by_corridor.values()), default=0) > _LEAST]
    if not moving:
        yield layout.note("No corridor's throughput changes.")
        return
    corridors = [id for id in results.moved[BASELINE] if any(abs(moved[names][id]) > _LEAST for names in moving)]
    changes = {(names, id): moved[names][id] for names in moving for id in corridors}
    changes = {key: amount for key, amount in changes.items() if abs(amount) > _LEAST}
    spans = {(names, id): _span(results, names[0], id) for names, id in changes}
    cells = {
        key: "about " * (spans[key] >= SPAN_MTPA) + results.volumes.signed(amount) for key, amount in changes.items()
    }
    if max(spans.values()) >= SPAN_MTPA:
        yield layout.note(
            "About: the volumes could be sent in other ways that earn as much, which would change these numbers by "
            f"{results.volumes.rate(max(spans.values())):.2g} {results.volumes.unit} at most."
        )
    yield layout.table(
        ["scenario", *(f"{results.names.corridor(id)} [{results.volumes.unit}]" for id in corridors)],
        [[titled(names), *(cells.get((names, id), "") for id in corridors)] for names in moving],
    )
    still = [name for names in results.groups.changing if names not in moving for name in names]
    if still:
        yield layout.note(f"No corridor carries more or less: {titled(still)}.")


def _span(results: BriefResults, scenario: str, corridor: str) -> float:
    """Return by how much other optima may differ in a change of throughput. [Mt/y]"""
    ranges = [results.optima(name).throughput(corridor, results.commodity) for name in (scenario, BASELINE)]
    return sum(most - least for least, most in ranges)
