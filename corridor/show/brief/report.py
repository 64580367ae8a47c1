"""`report`: one self-contained HTML file with results, pictures and sources."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from corridor.errors import DataError
from corridor.files.bytes import write_text
from corridor.model.network import Network, require_network
from corridor.model.scenario import Scenario
from corridor.show import style
from corridor.show.brief import layout
from corridor.show.brief.bottlenecks_section import bottlenecks_section
from corridor.show.brief.changes_section import changes_section
from corridor.show.brief.comparison import comparison_section
from corridor.show.brief.figures_section import figures_section
from corridor.show.brief.map_section import map_section
from corridor.show.brief.results import BriefResults
from corridor.show.brief.risk_section import risk_section
from corridor.show.brief.style import STYLE
from corridor.show.brief.summary_section import summary_section
from corridor.show.brief.years_section import years_section
from corridor.show.html import Html, tag
from corridor.study.scenario_runs import BASELINE, chosen_commodity


def report(
    network: Network,
    scenarios: Scenario | Iterable[Scenario] | None = None,
    path: str | os.PathLike[str] = "brief.html",
    *,
    commodity: str | None = None,
    title: str | None = None,
    years: int = 10_000,
    seed: int = 7,
) -> Path:
    """Write a brief: one HTML file with summary, maps, comparison, changes, bottlenecks, risk and sources.

    Parameters
    ----------
    network : Network
        Network to report on.
    scenarios : Scenario or iterable of Scenario, optional
        Scenarios, each applied alone; by default all shipped ones for a `shipped` network, none for any other.
    path : path
        File to write; it is written completely or not at all.
    commodity : str, optional
        Id of the commodity to report on; by default the network's first.
    title : str, optional
        Title instead of one made from network and commodity.
    years : int
        Number of simulated years for the section on bad transport years, if the network has hazards; 0 for none.
    seed : int
        Random seed of the simulated years.

    Returns
    -------
    pathlib.Path
        File written.

    Raises
    ------
    UnknownNameError, DataError
        If a scenario or the commodity does not match the network, or the path is a folder.
    CorridorError
        If matplotlib is not installed (extra ``corridor[plot]``).
    OSError
        If the file cannot be written.

    Notes
    -----
    The file makes no requests and runs no scripts; it is readable on a phone and prints on A4. The same inputs give the
    same bytes, identified by the run id at its end.

    Examples
    --------
    >>> import corridor as cr, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> cr.report(cr.load(year=2021), [], folder / "brief.html", years=0).name
    'brief.html'
    """
    require_network(network)
    style.pyplot()
    if isinstance(years, bool) or not isinstance(years, int) or years < 0:
        raise DataError(f"years must be a whole number, 0 for none (got {years!r})")
    if Path(path).is_dir():
        raise DataError(f"{path}: is a folder; give the path of a file")
    asked = (scenarios,) if isinstance(scenarios, Scenario) else None if scenarios is None else tuple(scenarios)
    results = BriefResults(
        network=network, asked=asked, commodity=chosen_commodity(network, commodity), given_title=title, years=years,
        seed=seed,
    )  # fmt: skip
    write_text(Path(path), _page(results))
    return Path(path)


def _sections(results: BriefResults) -> Iterator[Html | None]:
    """Yield the sections of a brief, None for one that has nothing to show."""
    yield summary_section(results)
    yield map_section(results)
    yield comparison_section(results.table, results.flows[BASELINE], results.commodity)
    yield changes_section(results)
    yield bottlenecks_section(results)
    yield risk_section(results)
    if results.ensemble is not None:
        yield years_section(results.ensemble, results.commodity, results.named_commodity)
    shown = [BASELINE, *([results.worst] if results.worst is not None else [])]
    yield figures_section(results.network, {name: results.flows[name] for name in shown}, results.commodity)


def _page(results: BriefResults) -> str:
    """Return the text of the file."""
    sections = [section for section in _sections(results) if section]
    body = tag("main", tag("h1", results.title), layout.note(results.basis), *sections, _foot(results))
    head = tag(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", results.title),
        Html(f"<style>{STYLE}</style>"),
    )
    return f'<!doctype html>\n<html lang="en">{head}{tag("body", body)}</html>\n'


def _foot(results: BriefResults) -> Html:
    from corridor import __version__

    penalties = sorted({supply.penalty_usd_per_t for supply in results.network.supplies})
    assumed = ", ".join(f"{penalty:,.0f}" for penalty in penalties) or "-"
    return tag(
        "footer",
        f"corridor {__version__}, run {results.run_id}. A year is a steady flow. Shut-in volumes have a penalty of "
        f"{assumed} USD/t, an assumption, so that any route is preferred. The same inputs give the same file.",
    )
