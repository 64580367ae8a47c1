"""`legs`: a corridor leg by leg: what could pass each, what limits it and how old that figure is, price and days."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridor.errors import DataError
from corridor.messages import shown
from corridor.model.columns import blank, column_names, described
from corridor.model.commodity_groups import (
    TEU,
    TEU_PER_FEU,
    counted_in_boxes,
    default_subject,
    largest_first,
    require_subject,
)
from corridor.model.figures import age_years, inputs_of
from corridor.model.network import Network
from corridor.model.records import Edge, Figure
from corridor.model.scenario import scenario_name
from corridor.model.stamp import stamped
from corridor.model.terms import terms
from corridor.solver.capacity import route_capacity
from corridor.solver.flow import Flow
from corridor.solver.paths import origins_in_turn
from corridor.solver.solution import BindingLimit
from corridor.solver.warm import WarmSolver
from corridor.study.best_routes import best_route
from corridor.study.leg_order import corridor_edges, in_order

if TYPE_CHECKING:
    import pandas as pd

THROUGH = "through"
"""Index of the row of all legs together."""
_WAITING = ("border", "port")
"""Tags of edges whose days are waiting."""
_SAME_MTPA = 1e-9
"""Limits that differ by no more are one size. [Mt/y]"""
_FIELDS = {"edge": "capacity_mtpa", "node": "throughput_mtpa", "fleet": "capacity_mt_days", "quota": "max_mtpa"}
"""Attribute of the figure that sets a limit, by kind."""


def legs(
    flow: Flow, corridor: str, *, commodity: str | Iterable[str] | None = None, units: str | None = None
) -> pd.DataFrame:
    """Return a corridor leg by leg: what could pass each, what limits it, how old that figure is, price and days.

    Parameters
    ----------
    flow : Flow
        Solved flow, from `solve`: legs are those of its network, scenario applied.
    corridor : str
        Id of the corridor.
    commodity : str or iterable of str, optional
        Id of a commodity, name of a group, or several of these; by default what `compare` takes.
    units : {"t", "TEU"}, optional
        Tonnes, or boxes: columns are then ``capacity_teu_per_year`` [TEU/y] and ``usd_per_feu`` [USD/FEU, 2 TEU]; by
        default boxes where all that is asked for is counted in them.

    Returns
    -------
    pandas.DataFrame
        One row an edge in service that leads a tonne from a supply to a market by way of the corridor, in the order of
        the way, beside one another those that are alternatives; index ``edge``. The last row, ``through``, is of all
        together: the most that could move as `compare` has it and what stops more, price and days of the cheapest way
        of the largest stream, which are those of the legs that have a ``step``.

        {columns}

    Raises
    ------
    UnknownNameError
        If the corridor, or a commodity or group, is unknown.
    DataError
        If the corridor cannot carry it, or boxes are asked for what is not counted in them, as many a tonne.

    Notes
    -----
    A leg's own limits are its capacity, the throughput of the nodes at its ends, what is left of its fleet over the
    days of a round trip, and the ceilings of quotas. Which of them binds for all together is a question of several legs
    at once: two that are alternatives add up, and a fleet that serves several has to be shared.

    Examples
    --------
    >>> import corridor as cr
    >>> table = cr.legs(cr.solve(cr.load(year=2021)), "cpc")
    >>> table.loc["through", "limit"]
    'cpc_kazakhstan or cpc_astrakhan_kropotkin or cpc_russia'
    """
    import pandas as pd

    if not isinstance(flow, Flow):
        raise DataError(f"a Flow is needed (got {type(flow).__name__}); solve(network, scenario) returns one")
    network = flow.network
    network.corridor(corridor)
    own = _members(network, commodity)
    factor = _factors(network, own, units)
    survey = _Survey(flow, corridor, own)
    rows = {edge.id: survey.row(edge) for edge in survey.edges}
    rows[THROUGH] = survey.through(rows)
    table = pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="edge"))[list(column_names("legs"))]
    if factor is not None:
        table["capacity_mtpa"] *= 1e6 * factor
        table["usd_per_t"] *= TEU_PER_FEU / factor
        table = table.rename(columns=IN_BOXES)
    asked = default_subject(network) if commodity is None else commodity
    named = asked if isinstance(asked, str) else ", ".join(own)
    return stamped(table, network, commodity=named, scenario=scenario_name(flow.scenario), corridor=corridor)


IN_BOXES = {"capacity_mtpa": "capacity_teu_per_year", "usd_per_t": "usd_per_feu"}
"""Names of columns in boxes."""
legs.__doc__ = inspect.cleandoc(legs.__doc__ or "").replace("{columns}", described("legs"))


def _members(network: Network, commodity: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the commodities asked for, at least one."""
    if commodity is None:
        commodity = default_subject(network)
    if not isinstance(commodity, Iterable):
        raise DataError(f"commodity must be an id, a group or several of these (got {shown(commodity)})")
    asked = [commodity] if isinstance(commodity, str) else list(commodity)
    if not asked:
        raise DataError("commodity must name at least one (got none); leave it out for the network's own")
    return tuple(dict.fromkeys(id for name in asked for id in require_subject(network, name)))


def _factors(network: Network, commodities: Sequence[str], units: str | None) -> float | None:
    """Return how many TEU a tonne is where boxes are shown, None for tonnes."""
    boxes = all(counted_in_boxes(network, id) for id in commodities)
    per_t = {network.commodity(id).display_per_t for id in commodities}
    if units not in (None, "t", TEU):
        raise DataError(f"units must be 't' or 'TEU' (got {shown(units)})")
    if units == TEU and not boxes:
        other = next(id for id in commodities if not counted_in_boxes(network, id))
        unit = network.commodity(other).display_unit
        raise DataError(f"{other!r} is not counted in TEU (display_unit {unit!r}); take units='t'")
    if units == TEU and len(per_t) > 1:
        raise DataError(f"{', '.join(commodities)} have different TEU a tonne; take units='t', or name one commodity")
    return per_t.pop() if boxes and len(per_t) == 1 and units != "t" else None


@dataclass(frozen=True)
class _Limit:
    """What limits a leg: its size, and the limits of that size."""

    size_mtpa: float
    limits: tuple[BindingLimit, ...]

    def named(self) -> str:
        """Return the limits in words: one, or those that are equal."""
        return ", ".join(map(str, self.limits))


class _Survey:
    """The legs of one corridor in one state.

    Parameters
    ----------
    flow : Flow
        The state.
    corridor : str
        Id.
    commodities : sequence of str
        Ids of what is asked for.
    """

    def __init__(self, flow: Flow, corridor: str, commodities: Sequence[str]) -> None:
        self._flow, self._corridor = flow, corridor
        self._network = flow.network
        ranked = largest_first(self._network, commodities)
        parts = {id: corridor_edges(self._network, corridor, id) for id in ranked}
        self._streams = [id for id in ranked if parts[id].trunk]
        if not self._streams:
            raise DataError(f"no way in service leads {' or '.join(commodities)} through corridor {corridor!r}")
        self._by_edge: dict[str, list[str]] = {}
        for id in self._streams:
            for edge in dict.fromkeys(edge for some in parts[id] for edge in some):
                self._by_edge.setdefault(edge.id, []).append(id)
        self._route = next(filter(None, (best_route(flow, corridor, commodity=id) for id in self._streams)), None)
        self._steps = () if self._route is None else self._route.edges
        start = origins_in_turn(self._network, self._streams[0])[0][0]
        self.edges = in_order(self._network, [parts[id] for id in self._streams], start, self._steps)

    def row(self, edge: Edge) -> dict[str, Any]:
        """Return the cells of a leg."""
        limit, stream = self._limit(edge), self._by_edge[edge.id][0]
        applying = terms(self._network, edge, stream)
        waits = any(tag in _WAITING for tag in edge.tags)
        return blank("legs") | {
            "name": edge.name or edge.id, "tail": edge.tail, "head": edge.head,
            "step": self._steps.index(edge.id) + 1.0 if edge.id in self._steps else math.nan,
            "capacity_mtpa": limit.size_mtpa, "limit": limit.named(), **self._evidence(limit.limits),
            "usd_per_t": applying.posted_usd_per_t,
            "transit_days": 0.0 if waits else applying.transit_days,
            "waiting_days": applying.transit_days if waits else 0.0,
            "late_days": applying.late_days, "commodity": stream,
        }  # fmt: skip

    def through(self, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """Return the cells of all legs together."""
        solution = self._flow.solution
        solver = WarmSolver(self._network, minima=solution.program.demanding)
        capacity = route_capacity(solver, solution, self._corridor, tuple(self._streams))
        together = blank("legs") | {
            "name": self._network.corridor(self._corridor).name or self._corridor,
            "capacity_mtpa": capacity.capacity_mtpa, "limit": capacity.named(),
            **self._evidence(capacity.bottleneck),
        }  # fmt: skip
        if self._route is not None:
            steps = [rows[id] for id in self._steps]
            summed = ("usd_per_t", "transit_days", "waiting_days", "late_days")
            together |= {column: sum(step[column] for step in steps) for column in summed}
            together |= {
                "tail": self._route.origin, "head": self._route.destination, "commodity": self._route.commodity,
            }  # fmt: skip
        return together

    def _limit(self, edge: Edge) -> _Limit:
        """Return the smallest of a leg's own limits; no limit is infinite and unnamed."""
        sizes = {BindingLimit("edge", edge.id): edge.available_mtpa}
        for node in map(self._network.node, (edge.tail, edge.head)):
            sizes[BindingLimit("node", node.id)] = node.available_mtpa
        if edge.fleet is not None:
            fleet = self._network.fleet(edge.fleet)
            sizes[BindingLimit("fleet", fleet.id)] = fleet.available_mt_days / edge.fleet_days
        sizes |= self._ceilings(edge)
        least = min(sizes.values())
        if math.isinf(least):
            return _Limit(math.inf, ())
        return _Limit(least, tuple(limit for limit, size in sizes.items() if size <= least + _SAME_MTPA))

    def _ceilings(self, edge: Edge) -> dict[BindingLimit, float]:
        """Return the ceilings of quotas that hold for all that can take an edge, as one limit under the first."""
        quotas = self._network.by_key("quota")
        ceilings = [
            None if (quota := quotas.get((edge.id, id))) is None else quota.max_mtpa for id in self._by_edge[edge.id]
        ]
        known = [ceiling for ceiling in ceilings if ceiling is not None]
        if len(known) < len(ceilings):
            return {}
        return {BindingLimit("quota", edge.id, self._by_edge[edge.id][0]): sum(known)}

    def _evidence(self, limits: Iterable[BindingLimit]) -> dict[str, Any]:
        """Return weakest confidence, oldest year and age of the figures that set some limits."""
        behind = [figure for limit in limits for figure in self._figures(limit)]
        if not behind:
            return {}
        year = self._network.year
        last = min(figure.until for figure in behind)
        return {
            "confidence": max(figure.confidence for figure in behind),
            "figure_year": float(last if year is None else min(last, year)),
            "age_years": float(max(age_years(figure, year) for figure in behind)),
        }

    def _figures(self, limit: BindingLimit) -> Iterator[Figure]:
        """Yield the chosen figure that sets a limit, and those that its formula draws on."""
        subject = f"{limit.id}.{limit.commodity}" if limit.kind == "quota" else limit.id
        key = (limit.kind, subject, _FIELDS.get(limit.kind, ""))
        held = self._network.figure_records
        own = [f for f in held if (f.record, f.subject, f.attribute) == key and f.choice == "chosen"]
        yield from own
        if any(figure.formula for figure in own):
            yield from inputs_of(own, held, self._network.year)
