"""Which figures the numbers of a table use: by its columns, and by the records that its rows rest on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridor.errors import DataError
from corridor.model.columns import COLUMNS
from corridor.model.display_units import in_tonnes
from corridor.model.network import Network
from corridor.model.records import Figure
from corridor.study.subjects import subjects_kept

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Subjects:
    """Ids that figures are looked up by: of limits now and with quotas lifted, of the best route, of the flow."""

    limits: frozenset[str] = frozenset()
    reachable: frozenset[str] = frozenset()
    route: frozenset[str] = frozenset()
    flow: frozenset[str] = frozenset()


_LIMITS = frozenset(
    {"capacity_mtpa", "throughput_mtpa", "in_service", "min_mtpa", "max_mtpa", "capacity_mt_days", "fleet_days"}
)
_TIME = frozenset({"transit_days"})
_COST = _TIME | {
    "tariff_usd_per_t", "risk_premium_usd_per_t", "quality_usd_per_t", "late_days", "value_usd_per_t",
    "interest_per_year", "time_usd_per_t_day",
}  # fmt: skip
_NETBACK = _COST | {"price_usd_per_t"}
_GOVERNANCE = "country"
_REPLACEMENT = "replacement_usd_per_t"
_NOT_IN_FLOWS = frozenset({"lat", "lon", "distance_km", "display_per_t", "storage_mt", _REPLACEMENT})
_BY_ROUTE: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("status", "nameplate_mtpa", "capacity_mtpa", "bottleneck"), _LIMITS),
    "reachable_mtpa": _LIMITS - {"max_mtpa"},
    "unit_cost_usd_per_t": _COST, "transit_days": _TIME, "distance_km": frozenset({"distance_km"}),
    "risk_score": frozenset({_GOVERNANCE}), "netback_usd_per_t": _NETBACK,
    **dict.fromkeys(
        ("availability", "untouched_share", "closed_share", "disturbed_by_country", "origin", "destination",
         "countries", "subjects"), frozenset(),
    ),
}  # fmt: skip
"""Fields that columns of a comparison use, of the trunk, the minimum cut and the best route; others use the flow."""
_RANGES = re.compile(r"_(p05|p50|p95|defined)$")
_KNOWN = frozenset(column.name for columns in COLUMNS.values() for column in columns)


class FiguresUsed:
    """Which figures some columns use.

    Parameters
    ----------
    columns : iterable of str, optional
        Columns of a table; by default the figures that a flow uses count.
    subjects : Subjects
        What the table or flow is about.
    network : Network
        Network with the figures.
    """

    def __init__(self, columns: Iterable[str] | None, subjects: Subjects, network: Network) -> None:
        asked = [_RANGES.sub("", column) for column in columns or ()]
        names = {in_tonnes(column) for column in asked}
        every = subjects.limits | subjects.reachable | subjects.route | subjects.flow
        self._commodities = {c.id for c in network.commodities} & every
        self._in_barrels = any(column != in_tonnes(column) for column in asked)
        self._by_field: list[tuple[frozenset[str], frozenset[str]]] = []
        if subjects.limits:
            special = names & _BY_ROUTE.keys()
            for name in special:
                fields = _BY_ROUTE[name]
                ids = subjects.reachable if name == "reachable_mtpa" else subjects.limits
                self._by_field.append((fields, ids if fields & _LIMITS else subjects.route))
        else:
            special = names & {figure.attribute for figure in network.figure_records}
            self._by_field.append((frozenset(special), every))
        self._flow = every
        results = (names & _KNOWN) - special
        self._in_flow = bool(results) or not special
        self._not_in_flow = _NOT_IN_FLOWS - ({_REPLACEMENT} if any(n.startswith("loss") for n in results) else set())

    def __contains__(self, figure: Figure) -> bool:
        """Tell whether some column uses a figure."""
        if figure.choice != "chosen" or figure.record == "input":
            return False
        if figure.attribute == "display_per_t" and self._in_barrels:
            return figure.subject in self._commodities
        field = _GOVERNANCE if figure.record == "country" else figure.attribute
        if any(field in fields and self._concerns(figure, ids) for fields, ids in self._by_field):
            return True
        in_flow = self._in_flow and figure.record != "country" and figure.attribute not in self._not_in_flow
        return in_flow and self._concerns(figure, self._flow)

    def _concerns(self, figure: Figure, subjects: frozenset[str]) -> bool:
        """Tell whether a figure is of one of some ids, or of a quota or rate of the commodities on one of them."""
        if figure.subject in subjects:
            return True
        head, _, commodity = figure.subject.partition(".")
        of_an_edge = figure.record in ("quota", "rate") and head in subjects
        return of_an_edge and (not self._commodities or commodity in self._commodities)


def subjects_of(table: pd.DataFrame, network: Network) -> Subjects:
    """Return what the rows of a table rest on: as its attrs say, or the records that the rows name."""
    by_scenario = subjects_kept(table.attrs)
    if by_scenario is None:
        if "draws" in table.attrs:
            raise DataError(
                "a table of drawn numbers does not say what they rest on; give sources a table of compare, which may "
                "have ranges, or of outcomes"
            )
        return Subjects(flow=_named(table, network))
    scenarios, corridors, origins = (values_of(table, level) for level in ("scenario", "corridor", "origin"))
    parts: dict[str, set[str]] = {"limits": set(), "reachable": set(), "route": set(), "flow": set()}
    for scenario, by_corridor in by_scenario.items():
        for corridor, ids in by_corridor.items() if scenarios is None or scenario in scenarios else ():
            if corridors is None or corridor in corridors or corridor == "":
                for part, text in ids.items():
                    kind, _, origin = part.partition(":")
                    if not origin or origins is None or origins & {origin, "all"}:
                        parts[kind] |= set(text.split(";"))
    return Subjects(**{part: frozenset(ids) for part, ids in parts.items()})


def values_of(table: pd.DataFrame, name: str) -> set[str] | None:
    """Return the values of an index level or column, None where there is none."""
    if name in table.index.names:
        return set(map(str, table.index.get_level_values(name)))
    return set(map(str, table[name])) if name in table.columns else None


def _named(table: pd.DataFrame, network: Network) -> frozenset[str]:
    """Return the ids of the records that a table names in its index and columns."""
    ids = set[str]()
    for level in ("id", "edge", "node", "corridor", "commodity", "origin", "destination"):
        ids |= values_of(table, level) or set()
    if "edges" in table.columns:
        ids |= {str(edge) for edges in table["edges"] for edge in edges}
    for corridor in ids & network.keys("corridor"):
        ids |= {edge.id for edge in network.trunk(corridor)}
    for node in ("node", "origin", "destination"):
        if (nodes := values_of(table, node)) and (commodities := values_of(table, "commodity")):
            ids |= {f"{id}.{commodity}" for id in nodes for commodity in commodities}
    if not ids - {""}:
        raise DataError(
            "the table does not say which records its rows are of; sources needs a table of compare or outcomes, or "
            "one with edges, nodes, corridors or commodities in its index"
        )
    return frozenset(ids)
