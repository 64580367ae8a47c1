"""The summary of a brief: deliveries, worst scenario, largest country exposure, bad transport years."""

from __future__ import annotations

from corridor.risk.bad_year import prior_text
from corridor.show.brief import layout
from corridor.show.brief.results import TOLERANCE_MTPA, BriefResults, named_rows
from corridor.show.html import Html, tag
from corridor.solver.optimal_range import OptimalRange, quoted
from corridor.study.scenario_runs import BASELINE


def summary_section(results: BriefResults) -> Html:
    """Return the summary: deliveries, worst scenario, largest country exposure, bad transport years."""
    totals = dict(named_rows(results.outcomes))
    base = totals[BASELINE]
    corridors = results.now.sort_values("throughput_mtpa", ascending=False)
    moving = [(id, row["throughput_mtpa"]) for id, row in named_rows(corridors)]
    optima = OptimalRange(results.baseline.solution)
    carried = ", ".join(
        f"{results.names.corridor(id)} {quoted(amount, optima.throughput(id, results.commodity))}"
        for id, amount in moving
        if amount > TOLERANCE_MTPA
    )
    rest = base["delivered_mtpa"] - sum(amount for _, amount in moving)
    carried += f"; {rest:.1f} are delivered locally, outside the corridors" if rest > TOLERANCE_MTPA else ""
    points = [
        f"{base['delivered_mtpa']:.1f} Mt/y of {results.named_commodity} are delivered, {base['shortfall_mtpa']:.1f} "
        f"Mt/y are shut in. By corridor [Mt/y]: {carried or 'nothing'}."
    ]
    if results.worst is not None:
        worst = totals[results.worst]
        points.append(
            f"Scenario with the largest loss ({len(results.scenarios)} compared): '{results.worst}', "
            f"{worst['loss_musd_per_year']:,.0f} million USD/y; shut-in volume "
            f"{worst['shortfall_change_mtpa']:+.1f} Mt/y, "
            f"unmet requirements {worst['unmet_change_mtpa']:+.1f} Mt/y."
        )
    if len(results.jurisdictions):
        country, row = named_rows(results.jurisdictions)[0]
        points.append(
            f"{row['share']:.0%} of exports cross {results.names.country(country)}; if it closes, "
            f"{row['shortfall_if_closed_mtpa']:.1f} Mt/y more are shut in."
        )
    if results.has_years:
        column = f"{results.commodity}_shortfall_mt"
        row = dict(named_rows(results.ensemble.summary()))[column]
        points.append(
            f"Extra shut-in volume of {results.named_commodity} due to {results.hazards}: "
            f"{row['mean'] - row['undisturbed']:.2f} Mt in an average year, "
            f"{row['cvar'] - row['undisturbed']:.2f} Mt in a bad transport year (mean of the worst 5 %). "
            + prior_text(results.ensemble, column, "it")
        )
    return layout.section("summary", tag("ul", *(tag("li", point) for point in points), class_="points"))
