"""What applies to one commodity on an edge, its rate where it has one, else the edge's own; and what a tonne costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.model.formulas import unit_cost
from corridor.model.parts import NetworkParts
from corridor.model.records import TERMS, Commodity, Edge

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.integer]


class Terms(NamedTuple):
    """What a tonne of one commodity pays on an edge, and how long it takes."""

    tariff_usd_per_t: float
    risk_premium_usd_per_t: float
    quality_usd_per_t: float
    transit_days: float
    late_days: float

    @property
    def posted_usd_per_t(self) -> float:
        """Unit cost without interest, which never lowers it. [USD/t]"""
        return unit_cost(self.tariff_usd_per_t, self.risk_premium_usd_per_t, self.quality_usd_per_t, 0.0)

    def interest_usd_per_t(self, commodity: Commodity) -> float:
        """Return what the days under way, and late, cost: their value, or interest on that of the cargo. [USD/t]"""
        return (self.transit_days + self.late_days) * commodity.day_usd_per_t

    def unit_cost_usd_per_t(self, commodity: Commodity) -> float:
        """Return what it costs to move a tonne over the edge. [USD/t]"""
        return self.posted_usd_per_t + self.interest_usd_per_t(commodity)


def terms(network: NetworkParts, edge: Edge, commodity: str) -> Terms:
    """Return what applies to a commodity on an edge: what its rate says, and the edge's own where that is empty."""
    rate = network.by_key("rate").get((edge.id, commodity)) if network.rates else None
    own = (getattr(edge, field) for field in TERMS)
    if rate is None:
        return Terms(*own)
    given = (getattr(rate, field) for field in TERMS)
    return Terms(*(of_edge if value is None else value for value, of_edge in zip(given, own, strict=True)))


def term_columns(
    network: NetworkParts, edge_of: Positions, commodity_of: Positions, commodities: Sequence[str]
) -> tuple[Floats, ...]:
    """Return what `terms` gives for many pairs of edge and commodity at once.

    Parameters
    ----------
    network : NetworkParts
        Network with the edges and rates.
    edge_of, commodity_of : shape (n,)
        Positions in ``network.edges`` and in `commodities`; no pair comes twice.
    commodities : sequence of str
        Ids of the commodities.

    Returns
    -------
    tuple
        An array of shape (n,) for each of `TERMS`, in their units.
    """
    values = tuple(np.array(network.column("edge", field), dtype=np.float64)[edge_of] for field in TERMS)
    if network.rates:
        columns = _columns_of_rates(network, edge_of, commodity_of, commodities)
        known = columns >= 0
        for field, value in zip(TERMS, values, strict=True):
            given = np.array(network.column("rate", field), dtype=np.float64)  # NaN for what is the edge's
            own = known & ~np.isnan(given)
            value[columns[own]] = given[own]
    return values


def _columns_of_rates(
    network: NetworkParts, edge_of: Positions, commodity_of: Positions, commodities: Sequence[str]
) -> npt.NDArray[np.intp]:
    """Return the position among the pairs of each rate, -1 where it is not among them."""
    edges = network._by_structure("positions of edges", lambda: _positions(network.keys("edge")))
    positions = _positions(commodities)
    wanted = np.array(
        [edges[rate.edge] * len(positions) + positions[rate.commodity] if rate.commodity in positions else -1
         for rate in network.rates]
    )  # fmt: skip
    pairs = edge_of.astype(np.int64) * len(positions) + commodity_of
    order = np.argsort(pairs, kind="stable")
    if not len(order):
        return np.full(len(wanted), -1, dtype=np.intp)
    nearest = order[np.minimum(np.searchsorted(pairs, wanted, sorter=order), len(order) - 1)]
    return np.where(pairs[nearest] == wanted, nearest, -1)


def _positions(ids: Iterable[str]) -> dict[str, int]:
    """Return the position of each id among some."""
    return {id: position for position, id in enumerate(ids)}


def unit_costs(
    network: NetworkParts, edge_of: Positions, commodity_of: Positions, commodities: Sequence[str]
) -> Floats:
    """Return the unit cost of many pairs of edge and commodity, given as `term_columns` takes them. [USD/t]"""
    tariff, premium, quality, transit, late = term_columns(network, edge_of, commodity_of, commodities)
    of_day = np.array([network.commodity(id).day_usd_per_t for id in commodities], dtype=np.float64)
    return unit_cost(tariff, premium, quality, (transit + late) * of_day[commodity_of])
