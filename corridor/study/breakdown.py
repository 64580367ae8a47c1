"""Breakdown of a route's netback by component and edge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from corridor.errors import DataError
from corridor.model.display_units import DisplayUnits
from corridor.model.network import Network
from corridor.model.records import Figure
from corridor.model.scenario import scenario_name
from corridor.model.stamp import stamped
from corridor.model.terms import terms
from corridor.solver.decompose import Route
from corridor.solver.flow import Flow
from corridor.study.best_routes import best_route

if TYPE_CHECKING:
    import pandas as pd

COMPONENTS = ("price", "quality", "pipeline", "rail", "road", "port", "sea", "risk premium", "interest")
"""In the order of a breakdown; a tariff is named by the edge's mode and excludes port charges."""
_PORT = "handling_usd_per_t"


def breakdown(
    flow: Flow, corridor: str, *, commodity: str | None = None, origin: str | None = None, units: str = "t"
) -> pd.DataFrame:
    """Return the price and the cost items that add up to the netback of a corridor's best route.

    Parameters
    ----------
    flow : Flow
        Solved flow, from `solve`.
    corridor : str
        Id of the corridor; its best route is the one that `compare` measures.
    commodity : str, optional
        Id of the commodity; by default the network's first.
    origin : str, optional
        Id of the node where the route starts; by default the commodity's largest supply.
    units : {"t", "bbl"}
        Money by the tonne, or by the barrel of the commodity.

    Returns
    -------
    pandas.DataFrame
        One row an item, in the order of the route; the price at the market comes first, items of 0 are left out. The
        items add up to the netback at the origin.

        - component: price, quality, a tariff by mode (pipeline, rail, road, sea), port, risk premium, or interest
          (inventory cost on the way and while late); what the commodity's rate says counts before the edge's own
        - edge: id of the edge; for the price, id of the market's node
        - usd_per_t: amount, negative for a cost [USD/t]; usd_per_bbl [USD/bbl] with ``units="bbl"``

        ``attrs`` holds origin, destination, commodity and netback_usd_per_t, or netback_usd_per_bbl.

    Notes
    -----
    Port charges are shown apart from a tariff if the tariff's formula adds them to other charges. If a scenario
    changes the tariff, the change is counted to the other charges.

    Raises
    ------
    UnknownNameError
        If the corridor, commodity or origin is unknown.
    DataError
        If the commodity cannot take the corridor in this flow, or the origin supplies none of it; if there are no such
        units, or the commodity has no barrels.

    Examples
    --------
    >>> import corridor as cr
    >>> table = cr.breakdown(cr.solve(cr.load(year=2021)), "cpc")
    >>> table.groupby("component", sort=False)["usd_per_t"].sum().index.tolist()
    ['price', 'pipeline', 'interest', 'sea']
    """
    import pandas as pd

    if not isinstance(flow, Flow):
        raise DataError(f"a Flow is needed (got {type(flow).__name__}); solve(network, scenario) returns one")
    flow.network.corridor(corridor)
    shown = DisplayUnits.of(flow.network, units, commodity or flow.network.commodities[0].id)
    route = best_route(flow, corridor, commodity=commodity, origin=origin)
    if route is None:
        name = f" under {flow.scenario.name!r}" if flow.scenario is not None else ""
        raise DataError(f"no {commodity or flow.network.commodities[0].id} can take corridor {corridor!r}{name}")
    table = pd.DataFrame(list(_items(flow.network, route)), columns=["component", "edge", "_usd_per_t"])
    table = shown.table(table, route.commodity).rename(columns=lambda name: name.removeprefix("_"))
    netback = float(route.netback_usd_per_t) * shown.price(route.commodity)
    return stamped(
        table, flow.network, commodity=route.commodity, scenario=scenario_name(flow.scenario), origin=route.origin,
        destination=route.destination, **{shown.name("netback_usd_per_t"): netback},
    )  # fmt: skip


def _items(network: Network, route: Route) -> Iterator[tuple[str, str, float]]:
    """Yield component, edge and what it adds to the netback; price first, then along the route. [USD/t]"""
    yield "price", route.destination, route.netback_usd_per_t + route.unit_cost_usd_per_t
    commodity = network.commodity(route.commodity)
    formulas = {
        f.subject: f.formula for f in network.figure_records if f.attribute == "tariff_usd_per_t" and _is_chosen(f)
    }
    charges = {
        f"{f.subject}.{_PORT}": f.value or 0.0 for f in network.figure_records if f.attribute == _PORT and _is_chosen(f)
    }
    for edge in map(network.edge, route.edges):
        applying = terms(network, edge, commodity.id)
        rate = network.by_key("rate").get((edge.id, commodity.id))
        own = rate is None or rate.tariff_usd_per_t is None
        formula = formulas.get(edge.id if own else f"{edge.id}.{commodity.id}", "")
        charged = sum(charges[term] for term in _added(formula) if term in charges)
        port = min(charged, max(0.0, applying.tariff_usd_per_t))
        items = (
            ("quality", applying.quality_usd_per_t),
            (edge.mode, port - applying.tariff_usd_per_t),
            ("port", -port),
            ("risk premium", -applying.risk_premium_usd_per_t),
            ("interest", -applying.interest_usd_per_t(commodity)),
        )
        yield from ((component, edge.id, amount) for component, amount in items if amount != 0)


def _is_chosen(figure: Figure) -> bool:
    return figure.choice == "chosen"


def _added(formula: str) -> list[str]:
    """Return the terms that a formula adds up; sums in brackets are not split.

    Examples
    --------
    >>> _added("line.tariff * (a.b + c.d) + port.handling")
    ['line.tariff * (a.b + c.d)', 'port.handling']
    """
    terms, depth = [""], 0
    for letter in formula:
        depth += (letter == "(") - (letter == ")")
        if letter == "+" and depth == 0:
            terms.append("")
        else:
            terms[-1] += letter
    return [term.strip() for term in terms]
