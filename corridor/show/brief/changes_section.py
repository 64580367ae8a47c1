"""The section of a brief on what scenarios change: totals, amounts over their days, throughput by corridor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from corridor.model.columns import AMOUNTS
from corridor.show.brief import layout
from corridor.show.brief.results import TOLERANCE_MTPA, BriefResults, named_rows
from corridor.show.html import Html, tag
from corridor.solver.optimal_range import OptimalRange, quoted
from corridor.study.scenario_runs import BASELINE, coming_to_the_same, printed_once

if TYPE_CHECKING:
    import pandas as pd


def changes_section(results: BriefResults) -> Html:
    """Return what scenarios change."""
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
        for name, row in named_rows(_ranked(results, rates=True))
    ]  # fmt: skip
    corridors = list(results.now.index)
    import pandas as pd

    moved = pd.DataFrame(
        [[flow.throughput_mtpa(id, results.commodity) for id in corridors] for flow in results.flows.values()],
        index=list(results.flows), columns=corridors,
    )  # fmt: skip
    change = moved - moved.loc[BASELINE]
    changed = [index for index, id in enumerate(corridors) if (change[id].abs() > TOLERANCE_MTPA).any()]
    optima = {name: OptimalRange(flow.solution) for name, flow in results.flows.items()}

    def cell(name: str, id: str) -> str:
        amount = float(np.asarray(change.loc[name, id]))
        if abs(amount) <= TOLERANCE_MTPA:
            return ""
        return quoted(amount, *(optima[of].throughput(id, results.commodity) for of in (name, BASELINE)), sign=True)

    groups = coming_to_the_same({str(n): change.loc[n] for n in change.index if n != BASELINE})
    by_corridor = [
        [", ".join(names), *(cell(name, corridors[index]) for index in changed)] for name, names in groups.items()
    ]
    heads_by = ["scenario", *(f"{results.names.corridor(corridors[index])} [Mt/y]" for index in changed)]
    about = [
        tag("li", tag("b", scenario.name), f": {scenario.about}" if scenario.about else "")
        for scenario in results.scenarios
    ]
    return layout.section(
        "changes",
        layout.note(
            f"{results.named_commodity}, largest loss first; rates of a state that lasts, change in brackets. "
            "HHI: 1 if one corridor carries everything."
        ),
        layout.table(heads, rows),
        *_over_days(results),
        tag("h3", "Change of throughput by corridor"),
        layout.note("About: another flow as good sends more or less that way; span: by how much flows as good differ."),
        layout.table(heads_by, by_corridor) if changed else layout.note("No corridor's throughput changes."),
        tag("details", tag("summary", "Scenarios"), tag("ul", *about), open=""),
    )


def _ranked(results: BriefResults, *, rates: bool) -> pd.DataFrame:
    """Return outcomes, largest loss first and those that come to the same once: rates, or amounts over days."""
    columns = [name for name in results.outcomes.columns if (name in AMOUNTS) != rates]
    by = "loss_musd_per_year" if rates else "loss_musd"
    ranked = results.outcomes.drop(index=BASELINE).sort_values(by, ascending=False, kind="stable")[columns]
    if not rates:
        return printed_once(ranked[ranked["duration_days"].notna()])
    import pandas as pd

    return pd.concat([results.outcomes.loc[[BASELINE], columns], printed_once(ranked)])


def _over_days(results: BriefResults) -> Iterator[Html]:
    """Yield the table of amounts of the scenarios whose duration is known."""
    ranked = _ranked(results, rates=False)
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
        for name, row in named_rows(ranked)
    ]  # fmt: skip
    yield tag("h3", "Over the days that each lasts")
    yield layout.note(
        "Usual ways only: nothing moves anywhere beyond its usual flow, as in the first days. One shipper's "
        "volume, and the loss, can be larger by all ways, for others take its place. Tanks and catching up are "
        "not counted."
    )
    yield layout.table(heads, rows)
    notes = results.outcomes.attrs.get("notes", {})
    yield from (layout.note(f"{name}: {note}") for name, some in notes.items() for note in some if "usual ways" in note)
