"""Notebook card of a flow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corridor.errors import DataError
from corridor.model.result_path import unit_of_path
from corridor.model.scenario import scenario_name
from corridor.show.cards import amount, network_label, shortened
from corridor.show.html import Html, bar, card, line, table, warning
from corridor.show.names import RecordNames

if TYPE_CHECKING:
    from corridor.solver.flow import Flow

_TOLERANCE_MTPA = 1e-6
_MOST_FIGURES = 3
_MOST_EDGES = 500
"""Edges up to which a card solves the state again at the ends of every figure's range."""


def flow_card(flow: Flow) -> Html:
    """Return the card of a flow: summary, corridors and fleets with utilisation, shortfalls."""
    network = flow.network
    name = scenario_name(flow.scenario)
    label = network_label(network)
    short = flow.shortfall_mtpa > _TOLERANCE_MTPA
    summary = f"{amount(flow.delivered_mtpa)} Mt/y delivered, netback {flow.netback_musd_per_year:,.0f} million USD/y; "
    rest = f"{amount(flow.shortfall_mtpa)} Mt/y shut in"
    headline = line(summary, warning(rest) if short else "nothing shut in")
    title = f"{name} ({label})" if label else name
    return card(title, headline, *_corridors(flow), *_fleets(flow), *_short(flow), *_drivers(flow))


def _corridors(flow: Flow) -> Iterator[Html]:
    """Yield the table of corridors with utilisation."""
    rows: list[tuple[object, ...]] = []
    for corridor, row in zip(flow.network.corridors, flow.corridors.to_dict("records"), strict=True):
        through, available = row["throughput_mtpa"], row["available_mtpa"]
        shut = any(edge.in_service and edge.remaining == 0 for edge in flow.network.trunk(corridor.id))
        used = "" if math.isnan(row["utilisation"]) else f"{100 * row['utilisation']:.0f}"
        gauge: object = bar(row["utilisation"])
        if available <= 0:
            gauge = warning("closed") if shut else "not in service"
        rows.append((corridor.name or corridor.id, gauge, amount(through), amount(available), used))
    if rows:
        yield table(
            [
                "corridor",
                "",
                "moved, all shippers [Mt/y]",
                "available [Mt/y]",
                "share of available capacity used, all shippers [%]",
            ],
            shortened(rows, 5),
        )


def _fleets(flow: Flow) -> Iterator[Html]:
    """Yield the table of fleets with what is used of them."""
    rows: list[tuple[object, ...]] = []
    for fleet, row in zip(flow.network.fleets, flow.fleets.to_dict("records"), strict=True):
        left, full = row["available_mt_days"], row["shadow_price_usd_per_t_day"] > 0
        share = "" if math.isnan(row["utilisation"]) else f"{100 * row['utilisation']:.0f}"
        gauge: object = bar(row["utilisation"], warn=full) if left > 0 else warning("none left")
        rows.append((fleet.name or fleet.id, gauge, amount(row["used_mt_days"]), amount(left), share))
    if rows:
        heads = ["fleet", "", "used [Mt days/y]", "available [Mt days/y]", "share of available capacity used [%]"]
        yield table(heads, shortened(rows, 5))


def _short(flow: Flow) -> Iterator[Html]:
    """Yield tables of supplies not lifted, and of requirements and minima not met."""
    net, names = flow.network, RecordNames(flow.network)
    rows: list[tuple[object, ...]] = []
    for supply, missing in zip(net.supplies, flow.shortfall_by_supply.tolist(), strict=True):
        if missing > _TOLERANCE_MTPA:
            rows.append(
                (_node_name(flow, supply.node), names.commodity(supply.commodity),
                 bar(missing / supply.volume_mtpa, warn=True), amount(missing), amount(supply.volume_mtpa),
                 f"{supply.penalty_usd_per_t:,.0f}")
            )  # fmt: skip
    rows.sort(key=lambda row: (-float(str(row[3]).replace(",", "")), str(row[0])))
    if rows:
        heads = ["supply not lifted", "commodity", "", "short [Mt/y]", "offered [Mt/y]", "penalty [USD/t]"]
        yield table(heads, shortened(rows, 6))
        yield line("penalties are assumptions that order access to capacity; they are not money", muted=True)
    unmet: list[tuple[object, ...]] = [
        (_node_name(flow, market.node), names.commodity(market.commodity),
         bar(missing / market.required_mtpa, warn=True), amount(missing), amount(market.required_mtpa))
        for market, missing in zip(net.markets, flow.unmet_by_market.tolist(), strict=True)
        if missing > _TOLERANCE_MTPA
    ]  # fmt: skip
    if unmet:
        heads = ["requirement not met", "commodity", "", "short [Mt/y]", "required [Mt/y]"]
        yield table(heads, shortened(unmet, 5))
    minima: list[tuple[object, ...]] = [
        (
            names.edge(quota.edge),
            names.commodity(quota.commodity),
            bar(missing / quota.min_mtpa, warn=True),
            amount(missing),
            amount(quota.min_mtpa),
        )
        for quota, missing in zip(net.quotas, flow.unmet_by_quota.tolist(), strict=True)
        if missing > _TOLERANCE_MTPA
    ]
    if minima:
        heads = ["minimum of a quota not met", "commodity", "", "short [Mt/y]", "minimum [Mt/y]"]
        yield table(heads, shortened(minima, 5))


def _drivers(flow: Flow) -> Iterator[Html]:
    """Yield the figures on which the netback of the network's first commodity depends most."""
    net = flow.network
    if not (net.figure_records and net.commodities and flow.rerouting) or len(net.edges) > _MOST_EDGES:
        return
    first = net.commodities[0]
    outcome = f"commodities.{first.id}.netback_musd_per_year"
    try:
        figures = flow.leans_on(_MOST_FIGURES, outcome=outcome)
    except DataError:  # at the end of a range a cycle would earn money, which `leans_on` itself says
        return
    names = RecordNames(net)
    rows: list[tuple[object, ...]] = [
        (names.key(row), f"{row['low']:,.6g}", f"{row['high']:,.6g}", row["unit"],
         f"{row['effect']:,.0f}", row["confidence"])
        for row in figures.to_dict("records") if row["effect"] > 0
    ]  # fmt: skip
    if rows:
        named = first.name or first.id
        effect = f"half the range on netback of {named} [{unit_of_path(outcome)}]"
        heads = [f"netback of {named} depends most on", "low", "high", "unit", effect, "confidence"]
        yield table(heads, rows, ("low", "high", effect))


def _node_name(flow: Flow, node: str) -> str:
    return flow.network.node(node).name or node
