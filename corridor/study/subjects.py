"""Ids of what numbers of a flow come from, by which their figures are looked up: edges, supplies, markets, limits."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from corridor.solver.solution import Solution

By = Mapping[str, Mapping[str, Mapping[str, str]]]
"""What a table rests on: by scenario, corridor ("" in tables of flows) and part of its numbers, ids joined by ";"."""


def subjects_text(subjects: By) -> str:
    """Return what a table rests on as it is kept in its attrs: one text, as pandas copies mappings with every step."""
    return json.dumps(subjects, ensure_ascii=False, separators=(",", ":"))


def subjects_kept(attrs: Mapping[Any, Any]) -> By | None:
    """Return what a table rests on by its attrs, None where they do not say."""
    text = attrs.get("subjects")
    if not isinstance(text, str):
        return None
    try:
        kept = json.loads(text)
    except ValueError:
        return None
    return kept if isinstance(kept, dict) else None


class FlowSubjects:
    """Ids of the records that a flow rests on: what carries something, what is sold and offered, which limits bind.

    Parameters
    ----------
    solution : Solution
        The flow.
    commodities : str
        Whose flow; that of all shippers by default. Limits that bind are those of all shippers, for they share them.

    Notes
    -----
    A supply or market is named ``node.commodity``; a quota is found by its edge and the commodity.
    """

    def __init__(self, solution: Solution, *commodities: str) -> None:
        self._solution = solution
        self._commodities = commodities or solution.program.commodities

    @cached_property
    def every(self) -> tuple[str, ...]:
        """All that the flow rests on."""
        network, program = self._solution.network, self._solution.program
        demanded = [
            quota.edge
            for quota, missing in zip(network.quotas, self._solution.unmet_by_quota.tolist(), strict=True)
            if missing > 0 and self._counts(quota.commodity)
        ]
        moved = [program.commodities[which] for which in program.flow_commodity[self._columns].tolist()]
        supplies = [f"{s.node}.{s.commodity}" for s in network.supplies if self._counts(s.commodity)]
        limits = [limit.id for limit in self._solution.prices]
        return _unique(*self._edges(self._columns), *demanded, *supplies, *self._markets(None), *moved, *limits)

    def through(self, corridor: str) -> tuple[str, ...]:
        """Return what the flow across a corridor rests on: from the supplies whose oil may be in it to its markets.

        Where flows meet at a node none of them can be told apart behind it: all that come there are named.
        """
        solution = self._solution
        program, network = solution.program, solution.network
        crossing = set(program.trunk_columns(network, corridor))
        trunk = [column for column in self._columns if column in crossing]
        before, sources = self._followed(trunk, self._into, "tail")
        beyond, ends = self._followed(trunk, self._out_of, "head")
        edges = self._edges([*trunk, *before, *beyond])
        offered = solution.amounts[program.lifted].tolist()
        supplies = [
            f"{supply.node}.{supply.commodity}"
            for supply, lifted in zip(network.supplies, offered, strict=True)
            if lifted > 0 and (supply.node, supply.commodity) in sources
        ]
        commodities = sorted({program.commodities[program.flow_commodity[column]] for column in trunk})
        return _unique(*edges, *supplies, *self._markets(ends), *commodities)

    def _edges(self, columns: Iterable[int]) -> list[str]:
        """Return the edges of some flow columns, with the fleets that they share."""
        edges = [self._solution.network.edges[self._solution.program.edge_of(column)] for column in columns]
        return [*(edge.id for edge in edges), *(edge.fleet for edge in edges if edge.fleet is not None)]

    def _counts(self, commodity: str) -> bool:
        return commodity in self._commodities

    @cached_property
    def _columns(self) -> list[int]:
        """Flow columns that carry something, of the commodities."""
        program = self._solution.program
        wanted = [index for index, id in enumerate(program.commodities) if self._counts(id)]
        carrying = (self._solution.flows > 0) & np.isin(program.flow_commodity, wanted)
        return [int(column) for column in np.flatnonzero(carrying)]

    @cached_property
    def _into(self) -> dict[tuple[str, str], list[int]]:
        return self._by_end("head")

    @cached_property
    def _out_of(self) -> dict[tuple[str, str], list[int]]:
        return self._by_end("tail")

    def _by_end(self, end: str) -> dict[tuple[str, str], list[int]]:
        """Return the columns that carry something by the node at one end of their edge, and commodity."""
        by_end = defaultdict[tuple[str, str], list[int]](list)
        for column in self._columns:
            by_end[self._end(column, end)].append(column)
        return by_end

    def _end(self, column: int, end: str) -> tuple[str, str]:
        program = self._solution.program
        edge = self._solution.network.edges[program.edge_of(column)]
        return getattr(edge, end), program.commodities[program.flow_commodity[column]]

    def _followed(
        self, trunk: Iterable[int], by_end: dict[tuple[str, str], list[int]], end: str
    ) -> tuple[list[int], set[tuple[str, str]]]:
        """Return the columns met by following the flow from the trunk to one side, and the nodes passed."""
        columns, passed = list[int](), set[tuple[str, str]]()
        waiting = [self._end(column, end) for column in trunk]
        while waiting:
            key = waiting.pop()
            if key in passed:
                continue
            passed.add(key)
            for column in by_end.get(key, ()):
                columns.append(column)
                waiting.append(self._end(column, end))
        return columns, passed

    def _markets(self, ends: set[tuple[str, str]] | None) -> list[str]:
        """Return the markets that get something or require it; at some nodes, only those that get something."""
        solution = self._solution
        markets = zip(solution.network.markets, solution.delivered_by_market.tolist(), strict=True)
        if ends is not None:
            return [f"{m.node}.{m.commodity}" for m, got in markets if got > 0 and (m.node, m.commodity) in ends]
        return [f"{m.node}.{m.commodity}" for m, got in markets
                if (got > 0 or m.required_mtpa > 0) and self._counts(m.commodity)]  # fmt: skip


def _unique(*ids: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
