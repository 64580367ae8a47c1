"""How networks and scenarios show themselves in a notebook."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from corridor.model.network import Network
from corridor.model.scenario import Event, Hazard, Scenario
from corridor.show.html import Html, bar, card, counted, details, line, link, listing, table, warning

_MOST_ROWS = 30
_CONFIDENCE: dict[Literal["A", "B", "C"], str] = {
    "A": "operators, governments, agencies",
    "B": "press, think tanks, arithmetic on such",
    "C": "own estimates",
}


def place_of(network: Network) -> str:
    """Return a network's name and year, as far as it has them."""
    return " ".join(str(part) for part in (network.name, network.year) if part)


def network_card(network: Network) -> Html:
    """Return what a network holds: counts, corridors, commodities, and how sure its figures are."""
    name = " ".join(str(part) for part in (network.name or "unnamed network", network.year) if part)
    resting = sum(not edge.in_service for edge in network.edges)
    counts = (
        f"{len(network.nodes)} nodes, {len(network.edges)} edges ({resting} planned or idle), "
        f"{len(network.markets)} markets, {len(network.quotas)} quotas, {len(network.hazards)} hazards"
    )
    return card(name, line(counts), *_corridors(network), *_commodities(network), *_confidence(network))


def _corridors(network: Network) -> Iterator[Html]:
    """Yield the table of corridors."""
    if not network.corridors:
        return
    rows: list[tuple[object, ...]] = []
    for corridor in network.corridors:
        trunk = network.trunk(corridor.id)
        left = sum(edge.available_mtpa for edge in trunk)
        rows.append((corridor.name or corridor.id, corridor.id, ", ".join(edge.id for edge in trunk), amount(left)))
    yield table(["corridor", "id", "trunk edges", "available [Mt/y]"], shortened(rows, 4))


def _commodities(network: Network) -> Iterator[Html]:
    """Yield the table of commodities."""
    if not network.commodities:
        return
    rows: list[tuple[object, ...]] = []
    for oil in network.commodities:
        offered = [supply for supply in network.supplies if supply.commodity == oil.id]
        wanted = [market for market in network.markets if market.commodity == oil.id]
        volume = sum(supply.volume_mtpa for supply in offered)
        rows.append((oil.name or oil.id, oil.id, amount(volume), len(offered), len(wanted)))
    yield table(
        ["commodity", "id", "offered [Mt/y]", "supplies", "markets"], shortened(rows, 5), ("supplies", "markets")
    )


def _confidence(network: Network) -> Iterator[Html]:
    """Yield how many of the chosen figures are how sure."""
    sure = Counter(
        figure.confidence
        for figure in network.figure_records
        if figure.choice == "chosen" and figure.record != "country" and figure.attribute not in ("lat", "lon")
    )
    total = sum(sure.values())
    if not total:
        yield line("no sources are kept with these figures", quiet=True)
        return
    rows = [(f"{key}: {said}", bar(sure[key] / total), str(sure[key])) for key, said in _CONFIDENCE.items()]
    yield table(["confidence", "", "figures"], rows, ("figures",))
    yield line(
        "positions and governance indicators not counted; network.figures() shows sources and rivals", quiet=True
    )


def scenario_card(scenario: Scenario) -> Html:
    """Return what a scenario is about, its changes, what it should show, and who says so."""
    place = " ".join(str(part) for part in (scenario.network, scenario.year) if part)
    kind = type(scenario).__name__.lower()
    said = [line(scenario.about)] if scenario.about else []
    if isinstance(scenario, Hazard):
        said.append(
            line(f"{scenario.frequency_per_year:g} a year, {scenario.mean_duration_days:g} days each on average")
        )
    if isinstance(scenario, Event):
        said.append(line(f"from {scenario.start}, over on {scenario.end}"))
    parts = [*said, listing(scenario.changes)]
    if scenario.expect:
        expected = [f"{name}: {bound}" for name, bound in scenario.expect.items()]
        parts.append(details(counted(len(expected), "expectation"), listing(expected)))
    if scenario.sources:
        parts.append(details(counted(len(scenario.sources), "source"), listing(map(link, scenario.sources))))
    written = line(f"{kind} for {place}" if place else kind, quiet=True)
    return card(scenario.name, written, *parts)


def amount(value: float) -> str:
    """Return Mt/y as a reader needs them."""
    return "no limit" if math.isinf(value) else f"{value:,.1f}"


def shortened(rows: list[tuple[object, ...]], columns: int) -> list[tuple[object, ...]]:
    """Return the rows, the tail of a very long table counted instead of shown."""
    if len(rows) <= _MOST_ROWS:
        return rows
    more = (warning(f"… and {len(rows) - _MOST_ROWS} more"), *[""] * (columns - 1))
    return [*rows[:_MOST_ROWS], more]
