"""`report`: one self-contained HTML file with results, pictures and sources."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from corridor.errors import DataError
from corridor.files.bytes import write_text
from corridor.messages import shown
from corridor.model.arguments import MOST_SEED, required_integer
from corridor.model.commodity_groups import in_boxes
from corridor.model.network import Network, require_network
from corridor.model.scenario import Scenario
from corridor.risk.ensemble import Ensemble
from corridor.show import style
from corridor.show.brief import layout
from corridor.show.brief.box_results import BoxResults, not_of_boxes
from corridor.show.brief.draws_arguments import number_of_years, require_no_years, require_shown, require_years_of
from corridor.show.brief.results import BriefResults
from corridor.show.brief.scripts import marked
from corridor.show.brief.sections import chosen_sections, section_of
from corridor.show.brief.style import STYLE
from corridor.show.brief.subject import chosen_subject, units_of_brief
from corridor.show.html import Html, tag
from corridor.study.scenario_runs import named_scenarios


def report(
    network: Network,
    scenarios: Scenario | Iterable[Scenario] | None = None,
    path: str | os.PathLike[str] = "brief.html",
    *,
    commodity: str | None = None,
    units: str | None = None,
    title: str | None = None,
    about: str | None = None,
    sections: str | Iterable[str] | None = None,
    years: int | None = None,
    draws: int | None = None,
    bad_years: Ensemble | None = None,
    ranges: bool | None = None,
    seed: int = 7,
) -> Path:
    """Write a brief: one HTML file that answers in short, then maps, tables, bottlenecks, risk and sources.

    Parameters
    ----------
    network : Network
        Network to report on.
    scenarios : Scenario or iterable of Scenario, optional
        Scenarios, each applied alone; by default all shipped ones for a `shipped` network, none for any other.
    path : path
        File to write; it is written completely or not at all.
    commodity : str, optional
        Id of the commodity to report on, or name of a group that is counted in boxes (``display_unit="TEU"``); by
        default the network's first, or its group where that is counted in boxes. A brief of boxes shows who takes which
        way, what moving costs and which limits bind; it has no earnings, no section "risk" and no simulated years.
    units : {"t", "bbl", "TEU"}, optional
        Tonnes, the default, or barrels: all volumes and unit costs are in thousand barrels a day, million barrels and
        USD a barrel, each commodity by its own barrels a tonne, which the first page states. What figures of other
        units say stays. Boxes are in TEU a year and USD a box of 40 feet, and in nothing else.
    title : str, optional
        Title instead of one made from network and commodity.
    about : str, optional
        Paragraph of your own under the title, as text.
    sections : str or iterable of str, optional
        Names of the sections shown, in this order; what only others need is not computed. By default all that the
        network can fill: "summary", "map", "comparison", "changes", "bottlenecks", "risk", "bad_years", "sources".
        Two are shown only if they are named: "scenario_maps", a map of each scenario that changes something, and
        "scenario_bad_years", the years simulated again under each scenario, which takes as long for each as for the
        baseline.
    years : int, optional
        Number of simulated years, if the network has hazards: 10 000 by default, 0 for none, as boxes have.
    draws : int, optional
        How many sets of the hazards' rates, durations and shares are drawn for these years, within what the record
        leaves open, so that luck and ignorance are told apart; 0 for central ones. By default 100 where there are 100
        years or more for each, and as many, else 0.
    bad_years : Ensemble, optional
        Simulated years to show instead, of this network and without a scenario:
        ``cr.simulate(net, rates="drawn", draws=1000)``.
    ranges : bool, optional
        Whether the headline numbers of tables have ranges and grades: all uncertain figures are drawn together, 200
        times as in `compare`, and the grade is the worst of the figures, three at most, that drive a number most. By
        default the first sentence only; False draws nothing.
    seed : int
        Random seed of the simulated years and of the draws of figures.

    Returns
    -------
    pathlib.Path
        File written.

    Raises
    ------
    UnknownNameError, DataError
        If a scenario or the commodity does not match the network, the path is a folder, or a section is unknown, named
        twice or would be empty, or none of those named shows the scenarios given, the years given or the ranges asked
        for; if `bad_years` are of something else or `years` or `draws` are given beside them; if there are no such
        units, or a commodity has no barrels; or an argument is out of range.
    CorridorError
        If matplotlib is not installed (extra ``corridor[plot]``).
    OSError
        If the file cannot be written.

    Notes
    -----
    The file makes no requests and runs no scripts; it is readable on a phone, on dark screens and by keyboard, and
    prints on A4, with page numbers and no row of a table cut across pages. Links at its head lead to the sections.
    With the section on sources, a line below each other section names the sources that it rests on, of maps,
    bottlenecks and risk those of their flows. The same inputs give the same bytes, identified by the run id at its
    end, as far as the same fonts are installed.

    Examples
    --------
    >>> import corridor as cr, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> cr.report(cr.load(year=2021), [], folder / "brief.html", years=0).name
    'brief.html'
    """
    require_network(network)
    style.pyplot()
    shown_commodity = chosen_subject(network, commodity)
    boxes = in_boxes(network, shown_commodity)
    left_out = not_of_boxes(network, shown_commodity) if boxes else {}
    if boxes:
        require_no_years(left_out["bad_years"], years=years, draws=draws, bad_years=bad_years)
        years = 0
    if bad_years is not None:
        require_years_of(network, bad_years, years=years, draws=draws)
    n_years = number_of_years(years, draws, bad_years)
    required_integer("seed", seed, 0, MOST_SEED)
    shown_units = units_of_brief(network, shown_commodity, units)
    if Path(path).is_dir():
        raise DataError(f"{path}: is a folder; give the path of a file")
    if about is not None and not isinstance(about, str):
        raise DataError(f"about must be text (got {shown(about)})")
    asked = (scenarios,) if isinstance(scenarios, Scenario) else None if scenarios is None else tuple(scenarios)
    run = [scenario for _, scenario in named_scenarios(network, asked) if scenario is not None]
    for scenario in run if asked is not None else ():
        scenario.apply(network)
    shown_sections = chosen_sections(network, run, sections, n_years, given=asked is not None, left_out=left_out)
    require_shown(network, shown_sections, ranges=ranges, bad_years=bad_years, boxes=boxes)
    results = (BoxResults if boxes else BriefResults)(
        network=network, asked=asked, commodity=shown_commodity, units=shown_units, given_title=title, about=about,
        sections=shown_sections, years=n_years, seed=seed, draws=draws, bad_years=bad_years, ranges=ranges,
    )  # fmt: skip
    write_text(Path(path), _page(results))
    return Path(path)


def _page(results: BriefResults) -> str:
    """Return the text of the file."""
    about = [tag("p", results.about, class_="about")] if results.about else []
    skip = tag("a", "Skip to the results", href="#results", class_="skip")
    first = tag("header", tag("h1", results.title), *about, layout.note(results.basis))
    sections = [section_of(results, name) for name in results.sections]
    body = [skip, first, layout.contents(results.sections), tag("main", *sections, id="results"), _foot(results)]
    head = tag(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", results.title),
        Html(f"<style>{STYLE}</style>"),
    )
    return f'<!doctype html>\n<html lang="en">{head}{marked(tag("body", *body))}</html>\n'


def _foot(results: BriefResults) -> Html:
    from corridor import __version__

    units = results.volumes.shown
    supplies = [supply for supply in results.network.supplies if units.knows([supply.commodity])]
    penalties = sorted({s.penalty_usd_per_t * units.price(s.commodity) for s in supplies})
    ends = dict.fromkeys(f"{penalty:,.0f}" for penalty in (penalties[:1] + penalties[-1:]))
    assumed = " to ".join(ends) or "-"
    return tag(
        "footer",
        f"corridor {__version__}, run {results.run_id}. A year is a steady flow. What is shut in has a steering "
        f"price of {assumed} {units.money}, an assumption, so that any route is preferred: it decides what moves and "
        "is in no money shown. The same inputs give the same file.",
    )
