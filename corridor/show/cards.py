"""Notebook cards of networks and scenarios."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from corridor.library.names import country_name
from corridor.library.networks import hazard_basis
from corridor.model.distributions import TwoPart
from corridor.model.hazard import Hazard, Hit
from corridor.model.hazard import Rate as HazardRate
from corridor.model.network import Network
from corridor.model.records import Edge
from corridor.model.scenario import Event, Scenario
from corridor.show.html import Html, bar, card, counted, details, line, link, listing, table, warning

_MOST_ROWS = 30
_CONFIDENCE: dict[Literal["A", "B", "C"], str] = {
    "A": "operators, governments, agencies",
    "B": "press, think tanks, calculations from A or B",
    "C": "own estimates",
}


def network_label(network: Network) -> str:
    """Return a network's name and year; parts that it lacks are omitted."""
    return " ".join(str(part) for part in (network.name, network.year) if part)


def network_card(network: Network) -> Html:
    """Return the card of a network: counts, corridors, commodities, confidence of its figures."""
    name = " ".join(str(part) for part in (network.name or "unnamed network", network.year) if part)
    resting = sum(not edge.in_service for edge in network.edges)
    further = ((network.rates, "rate"), (network.fleets, "fleet"), (network.hazards, "hazard"))
    others = ", ".join(counted(len(held), kind) for held, kind in further if held or kind == "hazard")
    counts = (
        f"{len(network.nodes)} nodes, {len(network.edges)} edges ({resting} planned or idle), "
        f"{len(network.markets)} markets, {len(network.quotas)} quotas, {others}"
        + (hazard_basis(network.regime).removeprefix("hazards") if network.regime and network.hazards else "")
    )
    tables = (*_corridors(network), *_commodities(network), *_fleets(network), *_confidence(network))
    return card(name, line(counts), *_priors(network), *tables)


def _priors(network: Network) -> Iterator[Html]:
    """Yield how many hazards are priors, where any is."""
    if priors := sum(hazard.events == 0 for hazard in network.hazards):
        yield line(f"{priors} of {counted(len(network.hazards), 'hazard')}: prior without an event on record")


def _corridors(network: Network) -> Iterator[Html]:
    """Yield the table of corridors."""
    if not network.corridors:
        return
    rows: list[tuple[object, ...]] = []
    for corridor in network.corridors:
        trunk = network.trunk(corridor.id)
        available = sum(edge.available_mtpa for edge in trunk)
        edges = ", ".join(_trunk_edge(network, corridor.id, edge) for edge in trunk)
        rows.append((corridor.name or corridor.id, corridor.id, edges, amount(available)))
    yield table(["corridor", "id", "trunk edges", "available [Mt/y]"], shortened(rows, 4))


def _trunk_edge(network: Network, corridor: str, edge: Edge) -> str:
    """Return the id of a trunk edge, with the commodities of which it is the trunk where others may pass too."""
    admitted = [commodity.id for commodity in network.commodities if edge.admits(commodity.id)]
    crossing = [id for id in admitted if network.trunk_of(edge.id, id) == corridor]
    return edge.id if crossing == admitted else f"{edge.id} ({', '.join(crossing)})"


def _commodities(network: Network) -> Iterator[Html]:
    """Yield the table of commodities."""
    if not network.commodities:
        return
    rows: list[tuple[object, ...]] = []
    for commodity in network.commodities:
        offered = [supply for supply in network.supplies if supply.commodity == commodity.id]
        wanted = [market for market in network.markets if market.commodity == commodity.id]
        volume = sum(supply.volume_mtpa for supply in offered)
        rows.append((commodity.name or commodity.id, commodity.id, amount(volume), len(offered), len(wanted)))
    yield table(
        ["commodity", "id", "offered [Mt/y]", "supplies", "markets"], shortened(rows, 5), ("supplies", "markets")
    )


def _fleets(network: Network) -> Iterator[Html]:
    """Yield the table of fleets."""
    if not network.fleets:
        return
    rows: list[tuple[object, ...]] = []
    for fleet in network.fleets:
        served = ", ".join(edge.id for edge in network.edges if edge.fleet == fleet.id)
        rows.append((fleet.name or fleet.id, fleet.id, served, amount(fleet.available_mt_days)))
    yield table(["fleet", "id", "edges", "available [Mt days/y]"], shortened(rows, 4))


def _confidence(network: Network) -> Iterator[Html]:
    """Yield the table of chosen figures by confidence."""
    sure = Counter(
        figure.confidence
        for figure in network.figure_records
        if figure.choice == "chosen" and figure.record != "country" and figure.attribute not in ("lat", "lon")
    )
    total = sum(sure.values())
    if not total:
        yield line("the figures of this network have no sources", muted=True)
        return
    rows = [(f"{key}: {meaning}", bar(sure[key] / total), str(sure[key])) for key, meaning in _CONFIDENCE.items()]
    yield table(["confidence", "", "figures"], rows, ("figures",))
    yield line(
        "without positions and governance indicators; network.figures() lists sources and alternatives", muted=True
    )


def scenario_card(scenario: Scenario) -> Html:
    """Return the card of a scenario: description, changes, expectations, sources."""
    target = " ".join(str(part) for part in (scenario.network, scenario.year) if part)
    kind = type(scenario).__name__.lower()
    lines = [line(scenario.about)] if scenario.about else []
    if isinstance(scenario, Hazard):
        lines += _of_hazard(scenario)
    if isinstance(scenario, Event):
        lines.append(line(f"from {scenario.start}, until {scenario.end}"))
    elif not isinstance(scenario, Hazard) and scenario.mean_duration_days is not None:
        lines.append(line(f"{scenario.mean_duration_days:g} days"))
    struck = [_of_hit(hit) for hit in scenario.hits] if isinstance(scenario, Hazard) else []
    parts = [*lines, listing(struck or scenario.changes)]
    if scenario.expect:
        expected = [f"{name}: {bound}" for name, bound in scenario.expect.items()]
        parts.append(details(counted(len(expected), "expectation"), listing(expected)))
    if scenario.sources:
        parts.append(details(counted(len(scenario.sources), "source"), listing(map(link, scenario.sources))))
    written = line(f"{kind} for {target}" if target else kind, muted=True)
    return card(scenario.name, written, *parts)


def amount(value: float) -> str:
    """Return an amount in Mt/y or Mt days/y as text, with one decimal."""
    return "no limit" if math.isinf(value) else f"{value:,.1f}"


def shortened(rows: list[tuple[object, ...]], columns: int) -> list[tuple[object, ...]]:
    """Return at most 30 rows, and a row with the number of the others."""
    if len(rows) <= _MOST_ROWS:
        return rows
    more = (warning(f"… and {len(rows) - _MOST_ROWS} more"), *[""] * (columns - 1))
    return [*rows[:_MOST_ROWS], more]


def _of_hazard(hazard: Hazard) -> Iterator[Html]:
    """Yield what a hazard says besides what it strikes: how often, how hard, where, why, and by how many events."""
    yield line(f"{_a_year(hazard)}, {hazard.mean_duration_days:.4g} days each on average")
    if hazard.severity is not None:
        yield line(_severity(hazard))
    shares = hazard.shares_by_cause
    causes = ", ".join(f"{word} {100 * share:.3g} %" if share < 1 else word for word, share in shares.items())
    known = [f"where: {country_name(hazard.place)}" if hazard.place else "", f"cause: {causes}" if causes else ""]
    events = "" if hazard.events is None else "prior: no event on record"
    if hazard.events:
        known.append(f"{counted(hazard.events, 'event')} on record")
        events = ""
    if text := "; ".join(filter(None, known)):
        yield line(text)
    if events:
        yield line(warning(events))


def _of_hit(hit: Hit) -> str:
    """Return what a shock may strike, with its probability where that is not 1."""
    aim = ", ".join(f"{selector} {' or '.join(names)}" for selector, names in hit.aim.items())
    return aim if hit.probability == 1 else f"{aim}: with probability {hit.probability:.4g}"


def _severity(hazard: Hazard) -> str:
    """Return how much each event takes of what it strikes."""
    severity = hazard.severity
    if not isinstance(severity, TwoPart):
        return "" if severity is None else f"takes {100 * severity.low:.3g} to {100 * severity.high:.3g} %"
    if severity.complete == 1:
        return "takes all"
    varies = f" on average, at most {100 * severity.at_most:.3g} %" if severity.partial is not None else ""
    complete = f"all in {100 * severity.complete:.3g} % of events, else " if severity.complete else ""
    return f"takes {complete}{100 * severity.mean:.3g} % of {severity.of}{varies}"


def _a_year(hazard: Hazard) -> str:
    """Return how often a hazard comes, by regime where it differs."""
    regimes: tuple[str | None, ...] = hazard.regimes or (None,)
    rates = ((hazard.rate_per_year(regime), f" in {regime}" if regime else "") for regime in regimes)
    return ", ".join(f"{_rate(rate)} a year{where}" for rate, where in rates)


def _rate(rate: HazardRate) -> str:
    """Return a rate, with its 5 and 95 % points where there are any."""
    return f"{rate[1]:.3g} ({rate[0]:.3g} to {rate[2]:.3g})" if isinstance(rate, tuple) else f"{rate:.3g}"
