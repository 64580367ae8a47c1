"""A tonne moved to a corridor or edge: by which route it would go, instead of which, and what that earns."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from corridor.errors import SolverError
from corridor.model.display_units import TONNES, DisplayUnits
from corridor.model.tolerances import REPORTED_USD_PER_T, ZERO_MTPA
from corridor.solver.decompose import Route, route_along
from corridor.solver.program import Floats
from corridor.solver.solution import Solution
from corridor.solver.warm import WarmSolver

STEP_MTPA = 0.1
"""How much more is sent, at most."""
_SHARE = 0.01
"""Share of the step below which a flow counts as unchanged."""


@dataclass(frozen=True)
class MovedTonne:
    """A little more of a commodity through one of some flow columns, as the difference of two optima.

    Attributes
    ----------
    gained_usd_per_t : float
        Change of all shippers' netback by tonne sent. [USD/t]
    route, rival : Route or None
        By which it goes, and that which a tonne leaves for it; None where there is no single one.
    """

    gained_usd_per_t: float
    route: Route | None
    rival: Route | None

    def text(self, units: DisplayUnits) -> str:
        """Return by which route it goes instead of which, as a sentence; empty where there is no single one."""
        if self.route is None:
            return ""
        text = f"A {units.single} moved this way: {_described(self.route, units)}"
        if self.rival is None:
            return f"{text}; what other flows change is in the sum."
        apart = self.route.netback_usd_per_t - self.rival.netback_usd_per_t
        others = abs(apart - self.gained_usd_per_t) > REPORTED_USD_PER_T
        return f"{text}, instead of {_described(self.rival, units)}{'; other flows change with it' if others else ''}."


def _described(route: Route, units: DisplayUnits) -> str:
    units = units if units.knows([route.commodity]) else TONNES
    price, digits = units.price(route.commodity), units.money_digits
    netback = "" if units.shows_boxes else f", netback {route.netback_usd_per_t * price:,.{digits}f}"
    return (
        f"from {route.origin} by {' > '.join(route.edges)} to {route.destination} "
        f"({route.unit_cost_usd_per_t * price:,.{digits}f} {units.money}{netback})"
    )


def moved_tonne(
    solver: WarmSolver, solution: Solution, columns: Iterable[int], room_mtpa: float = np.inf
) -> MovedTonne | None:
    """Return a tonne moved to the best of some flow columns, or None if no more can go.

    Parameters
    ----------
    solver : WarmSolver
        The one that holds the solution's program.
    solution : Solution
        State from which a little more is sent.
    columns : iterable of int
        Flow columns, all of one commodity.
    room_mtpa : float
        How much more could go; the step is at most half of it. [Mt/y]

    Notes
    -----
    The best column is that of the highest objective.
    """
    step = min(STEP_MTPA, room_mtpa / 2)
    best: tuple[float, int, Floats] | None = None
    for column in columns:
        lower = solution.state.lower.copy()
        lower[column] = solution.amounts[column] + step
        if lower[column] > solution.state.upper[column]:
            continue
        try:
            forced = solver.optimum(dataclasses.replace(solution.state, lower=lower))
        except SolverError:
            continue
        if best is None or -forced.objective > best[0]:
            best = -forced.objective, column, forced.amount
    if best is None:
        return None
    _, column, amounts = best
    gained = (solution.netback_of(amounts) - solution.netback_musd_per_year) / step
    return MovedTonne(gained, *_routes(solution, amounts, column, step))


def _routes(solution: Solution, amounts: Floats, column: int, step: float) -> tuple[Route | None, Route | None]:
    """Return the route that a step more takes through a column, and that which it leaves."""
    walker = _Walker(solution, amounts, column, step)
    before, origin = walker.back(column)
    after, destination = walker.on(column)
    if origin is None or destination is None:
        return None, None
    route = walker.route([*before, column, *after], origin, destination)
    return route, walker.rival(route)


class _Walker:
    """Follows what changes between two optima of one commodity, and where nothing changes, what flows in both."""

    def __init__(self, solution: Solution, amounts: Floats, column: int, step: float) -> None:
        program, network = solution.program, solution.network
        self._solution, self._network, self._program = solution, network, program
        self.commodity = program.name_of(column)[1]
        own = (program.flow_commodity == program.flow_commodity[column]).nonzero()[0].tolist()
        change, least = (amounts - solution.amounts) / step, ZERO_MTPA
        both = np.minimum(amounts, solution.amounts)
        self._more = {c: float(change[c]) for c in own if change[c] > _SHARE}
        self._less = {c: float(-change[c]) for c in own if change[c] < -_SHARE}
        self._same = {c: float(both[c]) for c in own if both[c] > least}
        lifted, sold = program.lifted.start, (program.required.start, program.extra.start)
        supplies = [(s.node, lifted + i) for i, s in enumerate(network.supplies) if s.commodity == self.commodity]
        markets = [
            (m.node, [start + i for start in sold])
            for i, m in enumerate(network.markets)
            if m.commodity == self.commodity
        ]
        self._lifted = {node: float(change[c]) for node, c in supplies}
        self._sold = {node: float(change[c].sum()) for node, c in markets}
        self._lifts = {node for node, c in supplies if both[c] > least}
        self._sells = {node for node, c in markets if both[c].sum() > least}

    def ends(self, column: int) -> tuple[str, str]:
        """Return tail and head of a flow column's edge."""
        edge = self._network.edges[self._program.edge_of(column)]
        return edge.tail, edge.head

    def route(self, columns: list[int], origin: str, destination: str) -> Route:
        """Return the route along some flow columns."""
        return route_along(
            self._solution, columns, commodity=self.commodity, origin=origin, destination=destination, flow_mtpa=0.0
        )

    def on(self, column: int) -> tuple[list[int], str | None]:
        """Return the columns after one to the market where its tonne ends."""
        node = self.ends(column)[1]
        return self._walk(node, self._more, lambda n: self._sold.get(n, 0.0), self._sells, forward=True)

    def back(self, column: int) -> tuple[list[int], str | None]:
        """Return the columns before one from the supply where its tonne begins."""
        node = self.ends(column)[0]
        columns, end = self._walk(node, self._more, lambda n: self._lifted.get(n, 0.0), self._lifts, forward=False)
        return columns[::-1], end

    def rival(self, route: Route) -> Route | None:
        """Return the route that a tonne leaves: along what carries less, else along what carries the same."""
        if not self._less:
            return None
        column = max(self._less, key=lambda c: (self._less[c], -c))
        tail, head = self.ends(column)
        before, origin = self._walk(
            tail, self._less, lambda n: -self._lifted.get(n, 0.0), self._lifts, forward=False, liked=route
        )
        after, destination = self._walk(
            head, self._less, lambda n: -self._sold.get(n, 0.0), self._sells, forward=True, liked=route
        )
        if origin is None or destination is None:
            return None
        return self.route([*before[::-1], column, *after], origin, destination)

    def _walk(
        self,
        node: str,
        changing: dict[int, float],
        ending: Callable[[str], float],
        ends: set[str],
        *,
        forward: bool,
        liked: Route | None = None,
    ) -> tuple[list[int], str | None]:
        """Return the columns from a node along what changes most, then along what flows in both, and where they end."""
        columns: list[int] = []
        near, far = (0, 1) if forward else (1, 0)
        seen = {node}
        while ending(node) <= _SHARE:
            onward = [c for c in changing if self.ends(c)[near] == node and self.ends(c)[far] not in seen]
            if not onward:
                more, end = self._unchanged(node, ends, forward=forward, liked=liked)
                return columns + more, end
            columns.append(max(onward, key=lambda c: (changing[c], -c)))
            node = self.ends(columns[-1])[far]
            seen.add(node)
        return columns, node

    def _unchanged(
        self, start: str, ends: set[str], *, forward: bool, liked: Route | None
    ) -> tuple[list[int], str | None]:
        """Return the fewest columns that carry oil in both optima from a node to an end, edges of a route first."""
        near, far = (0, 1) if forward else (1, 0)
        first = set(liked.edges) if liked is not None else set()
        same = sorted(self._same, key=lambda c: (self._program.name_of(c)[0] not in first, -self._same[c], c))
        end_of_liked = (liked.destination if forward else liked.origin) if liked is not None else None
        queue, back = [start], dict[str, int | None]({start: None})
        reached = []
        for node in queue:
            if node in ends:
                reached.append(node)
            for c in same:
                if self.ends(c)[near] == node and self.ends(c)[far] not in back:
                    back[self.ends(c)[far]] = c
                    queue.append(self.ends(c)[far])
        if not reached:
            return [], None
        end = node = end_of_liked if end_of_liked in reached else reached[0]
        columns: list[int] = []
        while (column := back[node]) is not None:
            columns.insert(0, column)
            node = self.ends(column)[near]
        return columns, end
