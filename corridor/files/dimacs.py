"""Networks of the DIMACS minimum-cost flow format."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

from corridor.errors import DataError
from corridor.files.benchmark_lines import LARGEST, MOST_NODES, Lines, node_number, penalty_above_all_costs
from corridor.messages import shown
from corridor.model.frames import RawTable
from corridor.model.network import Network, build_network

COMMODITY = "flow"
_ROUNDING = 1e-9  # of the supplies: ten of 0.1 and a demand of 1 differ by 1e-16
_OTHER_PROBLEMS = {
    "max": "a maximum-flow problem", "sp": "a shortest-path problem", "asn": "an assignment problem",
    "edge": "a graph for matching or colouring", "col": "a graph for matching or colouring",
    "geom": "a graph of points in space", "aux": "a list of queries",
}  # fmt: skip
_AS_MIN = (
    "; write it as minimum-cost flow: arcs as 'a TAIL HEAD LOWER CAPACITY COST', what goes in and out as 'n ID AMOUNT' "
    "(for the most that can flow: as much in and out as leaves the source's arcs, COST 0; what is lifted is the answer)"
)
_Arc = tuple[int, int, float, float | None, float]


def read_dimacs(path: str | os.PathLike[str]) -> Network:
    """Return the network of a DIMACS minimum-cost flow problem (``.min``).

    Parameters
    ----------
    path : str or path
        A file of lines ``c`` (comment), ``p min NODES ARCS``, ``n ID SUPPLY`` and ``a TAIL HEAD LOWER CAPACITY COST``.

    Returns
    -------
    Network
        Nodes are called by their number, arcs ``a1``, ``a2``, ... in the order of the file, parallel ones too; the one
        commodity is ``flow``. A supply [units] is a supply [Mt/y], a demand a market that requires and takes just that
        [Mt/y]; a capacity is ``capacity_mtpa`` (-1: no limit, as other readers have it), a lower bound a quota's
        ``min_mtpa``, a cost ``tariff_usd_per_t``. Numbers are at most 1e15.

    Raises
    ------
    DataError
        Naming every malformed line, and supplies and demands that differ by more than a billionth of the supplies.

    Notes
    -----
    Where the problem can be solved, ``solve(net).cost_musd_per_year`` is its optimum: a tonne not moved costs more
    than any way, and so does one below a lower bound. Where it cannot, the answer shows a shortfall or an unmet
    minimum. A circulation is an answer where lower bounds ask for it; a cycle of arcs whose costs add up to less than 0
    is refused.

    References
    ----------
    The First DIMACS International Algorithm Implementation Challenge: Network Flows and Matching, "Problem definitions
    and specifications for minimum cost flow" (1991).
    """
    lines = Lines(path, re.compile(r"^\s*c(\s.*)?$"))
    size: tuple[int, int] | None = None
    amounts: dict[int, float] = {}
    arcs: list[tuple[str, _Arc]] = []
    for location, text in lines:
        kind, *words = text.split()
        if kind == "p":
            if size is not None:
                lines.note(location, "a second problem line")
            size = _problem_line(lines, location, words) or size
        elif size is None:
            lines.note(location, f"must come after the problem line 'p min NODES ARCS' (got {shown(text)})")
        elif kind == "n":
            _node_line(lines, location, words, size[0], amounts)
        elif kind == "a":
            if (arc := _arc_line(lines, location, words, size[0])) is not None:
                arcs.append((location, arc))
        else:
            lines.note(location, f"must begin with c, p, n or a (got {shown(text)})")
        if size is None:  # without it no further line can be judged; the file may be none of this kind
            lines.refuse_if_broken()
    if size is None and not lines.problems:
        lines.note(lines.name, "holds no problem line 'p min NODES ARCS'")
    lines.refuse_if_broken()
    nodes, count = size or (0, 0)
    if len(arcs) != count:
        lines.note(lines.name, f"must have {count} arcs, as its problem line says (got {len(arcs)})")
    total, offered = math.fsum(amounts.values()), math.fsum(a for a in amounts.values() if a > 0)
    if abs(total) > _ROUNDING * offered:
        lines.note(lines.name, f"supplies and demands must add up to 0 (got {total:g})")
    lines.refuse_if_broken()
    return _min_cost_network(lines.name, nodes, amounts, arcs)


def _problem_line(lines: Lines, location: str, words: list[str]) -> tuple[int, int] | None:
    """Return how many nodes and arcs there are."""
    wrong = f"must be 'p min NODES ARCS' (got 'p {' '.join(words)[:80]}')"
    if words[:1] and words[0] in _OTHER_PROBLEMS:
        raise DataError(f"{location}: {wrong}, which is {_OTHER_PROBLEMS[words[0]]}{_AS_MIN}")
    if len(words) != 3 or words[0] != "min":
        lines.note(location, wrong)
        return None
    nodes = lines.number(location, "NODES", words[1], least=0, integer=True)
    arcs = lines.number(location, "ARCS", words[2], least=0, integer=True)
    if nodes is None or arcs is None:
        return None
    if nodes > MOST_NODES:
        lines.note(location, f"NODES must be <= {MOST_NODES:,} (got {words[1]})")
        return None
    return int(nodes), int(arcs)


def _node_line(lines: Lines, location: str, words: list[str], nodes: int, amounts: dict[int, float]) -> None:
    """Take the supply of a node."""
    if len(words) != 2:
        lines.note(location, "must be 'n ID SUPPLY'")
        return
    id, amount = node_number(lines, location, "ID", words[0], nodes), lines.number(location, "SUPPLY", words[1])
    if id in amounts:
        lines.note(location, f"duplicate node {id}")
    elif id is not None and amount is not None:
        amounts[id] = amount


def _arc_line(lines: Lines, location: str, words: list[str], nodes: int) -> _Arc | None:
    """Return tail, head, lower bound, capacity (None: no limit) and cost of an arc."""
    if len(words) != 5:
        lines.note(location, "must be 'a TAIL HEAD LOWER CAPACITY COST'")
        return None
    tail, head = (
        node_number(lines, location, "TAIL", words[0], nodes),
        node_number(lines, location, "HEAD", words[1], nodes),
    )
    lower = lines.number(location, "LOWER", words[2], least=0)
    unlimited = words[3] in ("-1", "-1.0")
    capacity = None if unlimited else lines.number(location, "CAPACITY (-1: no limit)", words[3], least=0)
    cost = lines.number(location, "COST", words[4])
    if tail is None or head is None or lower is None or cost is None:
        return None
    if capacity is not None and lower > capacity:
        lines.note(location, f"LOWER must be <= CAPACITY (got {words[2]} > {words[3]})")
    if tail == head:
        lines.note(location, f"TAIL and HEAD must differ (got {words[0]} twice)")
    return tail, head, lower, capacity, cost


def _min_cost_network(location: str, nodes: int, amounts: dict[int, float], arcs: list[tuple[str, _Arc]]) -> Network:
    """Return the network of a minimum-cost flow problem."""
    dearest = penalty_above_all_costs(nodes, [arc[4] for _, arc in arcs])
    if dearest > LARGEST:
        where, cost = max(((where, arc[4]) for where, arc in arcs), key=lambda pair: abs(pair[1]))
        most = LARGEST / (nodes + 2)
        raise DataError(
            f"{where}: COST must be at most {most:.3g} in a problem of {nodes} nodes, so that a penalty above any "
            f"route's cost still counts (got {cost:g}); leave out arcs that are not to be used"
        )
    demands = [(id, -amount) for id, amount in amounts.items() if amount < 0]
    edges, quotas = RawTable(), RawTable()
    for number, (where, (tail, head, lower, capacity, cost)) in enumerate(arcs, start=1):
        id = f"a{number}"
        edges.add({"id": id, "tail": str(tail), "head": str(head), "capacity_mtpa": capacity,
                   "tariff_usd_per_t": cost}, where)  # fmt: skip
        if lower:
            priced = {"min_mtpa": lower, "penalty_usd_per_t": dearest, "allow_cycles": True}
            quotas.add({"edge": id, "commodity": COMMODITY, **priced}, where)
    common = {"commodity": COMMODITY, "penalty_usd_per_t": dearest}
    return build_network(
        {
            "nodes": [{"id": str(id)} for id in range(1, nodes + 1)],
            "edges": edges,
            "commodities": [{"id": COMMODITY}],
            "supplies": [{"node": str(id), "volume_mtpa": a, **common} for id, a in amounts.items() if a > 0],
            "markets": [
                {"node": str(id), "volume_mtpa": demand, "required_mtpa": demand, **common} for id, demand in demands
            ],
            "quotas": quotas,
        },
        name=Path(location).stem,
    )
