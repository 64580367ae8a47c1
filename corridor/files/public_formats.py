"""Networks in the public formats of two collections: DIMACS minimum-cost flow, and TNTP road networks."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corridor.errors import DataError, decimal_point, nearest, shown, unknown
from corridor.files.network import MOST_BYTES
from corridor.files.scenario_yaml import decoded, read_bytes
from corridor.model.frames import Table, build
from corridor.model.network import Network

COMMODITY = "flow"
_TOTAL = "TOTAL OD FLOW"
_LARGEST = 1e15
_ROUNDING = 1e-9  # of the supplies: ten of 0.1 and a demand of 1 differ by 1e-16
_ROUNDED_HEADS = 1e-4  # published totals of trips are rounded to so much
_MOST_NODES = 200_000
_COLUMNS = (
    "init_node",
    "term_node",
    "capacity",
    "length",
    "free_flow_time",
    "b",
    "power",
    "speed",
    "toll",
    "link_type",
)
_OTHER_PROBLEMS = {
    "max": "a maximum-flow problem", "sp": "a shortest-path problem", "asn": "an assignment problem",
    "edge": "a graph for matching or colouring", "col": "a graph for matching or colouring",
    "geom": "a graph of points in space", "aux": "a list of queries",
}  # fmt: skip
_AS_MIN = (
    "; write it as minimum-cost flow: arcs as 'a TAIL HEAD LOWER CAPACITY COST', what goes in and out as 'n ID AMOUNT' "
    "(for the most that can flow: as much in and out as leaves the source's arcs, COST 0; what is lifted is the answer)"
)
_COSTS = ("free_flow_time", "length", "toll")
_Arc = tuple[int, int, float, float | None, float]


class _Lines:
    """The lines of a text file with their places; gathers problems."""

    def __init__(self, path: Any, comment: re.Pattern[str]) -> None:
        if not isinstance(path, str | os.PathLike) or not str(path) or "\0" in str(path):
            raise DataError(f"a file is read from a path (got {shown(path)})")
        self.name = str(path)
        self.problems: list[str] = []
        self._comment = comment
        self._text = decoded(path, read_bytes(Path(path), MOST_BYTES, "file"))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield place and text of each line that is not empty, comments left out."""
        for number, line in enumerate(re.split("\r\n|\n|\r", self._text), start=1):
            if text := self._comment.sub("", line).strip():
                yield f"{self.name}:{number}", text

    def note(self, place: str, text: str) -> None:
        """Note a problem."""
        self.problems.append(f"{place}: {text}")

    def number(
        self, place: str, name: str, text: str, *, least: float = -_LARGEST, whole: bool = False
    ) -> float | None:
        """Return a number, or None after noting why it is none."""
        pattern = r"[-+]?\d+" if whole else r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
        value = float(text) if re.fullmatch(pattern, text, re.ASCII) else math.nan
        if not least <= value <= _LARGEST:
            kind = "a whole number" if whole else "a number"
            low = "" if least == -_LARGEST or abs(value) > _LARGEST else f" >= {least:g}"
            limit = f" from {least:g} to {_LARGEST:g}" if abs(value) > _LARGEST else low
            self.note(place, f"{name} must be {kind}{limit} (got {shown(text)}){decimal_point(text)}")
            return None
        return value

    def refuse_if_broken(self) -> None:
        """Raise one error with every problem noted."""
        if self.problems:
            raise DataError(self.problems)


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
    lines = _Lines(path, re.compile(r"^\s*c(\s.*)?$"))
    size: tuple[int, int] | None = None
    amounts: dict[int, float] = {}
    arcs: list[tuple[str, _Arc]] = []
    for place, text in lines:
        kind, *words = text.split()
        if kind == "p":
            if size is not None:
                lines.note(place, "a second problem line")
            size = _problem_line(lines, place, words) or size
        elif size is None:
            lines.note(place, f"must come after the problem line 'p min NODES ARCS' (got {shown(text)})")
        elif kind == "n":
            _node_line(lines, place, words, size[0], amounts)
        elif kind == "a":
            if (arc := _arc_line(lines, place, words, size[0])) is not None:
                arcs.append((place, arc))
        else:
            lines.note(place, f"must begin with c, p, n or a (got {shown(text)})")
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


def _problem_line(lines: _Lines, place: str, words: list[str]) -> tuple[int, int] | None:
    """Return how many nodes and arcs there are."""
    wrong = f"must be 'p min NODES ARCS' (got 'p {' '.join(words)[:80]}')"
    if words[:1] and words[0] in _OTHER_PROBLEMS:
        raise DataError(f"{place}: {wrong}, which is {_OTHER_PROBLEMS[words[0]]}{_AS_MIN}")
    if len(words) != 3 or words[0] != "min":
        lines.note(place, wrong)
        return None
    nodes = lines.number(place, "NODES", words[1], least=0, whole=True)
    arcs = lines.number(place, "ARCS", words[2], least=0, whole=True)
    if nodes is None or arcs is None:
        return None
    if nodes > _MOST_NODES:
        lines.note(place, f"NODES must be <= {_MOST_NODES:,} (got {words[1]})")
        return None
    return int(nodes), int(arcs)


def _node_line(lines: _Lines, place: str, words: list[str], nodes: int, amounts: dict[int, float]) -> None:
    """Take the supply of a node."""
    if len(words) != 2:
        lines.note(place, "must be 'n ID SUPPLY'")
        return
    id, amount = _node(lines, place, "ID", words[0], nodes), lines.number(place, "SUPPLY", words[1])
    if id in amounts:
        lines.note(place, f"node {id} stands twice")
    elif id is not None and amount is not None:
        amounts[id] = amount


def _arc_line(lines: _Lines, place: str, words: list[str], nodes: int) -> _Arc | None:
    """Return tail, head, lower bound, capacity (None: no limit) and cost of an arc."""
    if len(words) != 5:
        lines.note(place, "must be 'a TAIL HEAD LOWER CAPACITY COST'")
        return None
    tail, head = _node(lines, place, "TAIL", words[0], nodes), _node(lines, place, "HEAD", words[1], nodes)
    lower = lines.number(place, "LOWER", words[2], least=0)
    unlimited = words[3] in ("-1", "-1.0")
    capacity = None if unlimited else lines.number(place, "CAPACITY (-1: no limit)", words[3], least=0)
    cost = lines.number(place, "COST", words[4])
    if tail is None or head is None or lower is None or cost is None:
        return None
    if capacity is not None and lower > capacity:
        lines.note(place, f"LOWER must be <= CAPACITY (got {words[2]} > {words[3]})")
    if tail == head:
        lines.note(place, f"TAIL and HEAD must differ (got {words[0]} twice)")
    return tail, head, lower, capacity, cost


def _node(lines: _Lines, place: str, name: str, word: str, nodes: int) -> int | None:
    """Return the number of a node that there is."""
    number = lines.number(place, name, word, least=1, whole=True)
    if number is not None and number > nodes:
        lines.note(place, f"{name} must be a node, 1 to {nodes} (got {word})")
        return None
    return None if number is None else int(number)


def _dearer_than_any_way(nodes: int, costs: list[float]) -> float:
    """Return a penalty that no way without a round trip costs. [USD/t]"""
    return 1.0 + (nodes + 1) * max(map(abs, costs), default=0.0)


def _min_cost_network(place: str, nodes: int, amounts: dict[int, float], arcs: list[tuple[str, _Arc]]) -> Network:
    """Return the network of a minimum-cost flow problem."""
    dearest = _dearer_than_any_way(nodes, [arc[4] for _, arc in arcs])
    demands = [(id, -amount) for id, amount in amounts.items() if amount < 0]
    edges, quotas = Table(), Table()
    for at, (where, (tail, head, lower, capacity, cost)) in enumerate(arcs, start=1):
        id = f"a{at}"
        edges.add({"id": id, "tail": str(tail), "head": str(head), "capacity_mtpa": capacity,
                   "tariff_usd_per_t": cost}, where)  # fmt: skip
        if lower:
            priced = {"min_mtpa": lower, "penalty_usd_per_t": dearest, "allow_cycles": True}
            quotas.add({"edge": id, "commodity": COMMODITY, **priced}, where)
    common = {"commodity": COMMODITY, "penalty_usd_per_t": dearest}
    return build(
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
        name=Path(place).stem,
    )


# TNTP


def read_tntp(
    net_path: str | os.PathLike[str], trips_path: str | os.PathLike[str] | None = None, *, cost: str = "free_flow_time"
) -> Network:
    """Return the network of a road network in TNTP form, with its trips.

    Parameters
    ----------
    net_path : str or path
        The file ``..._net.tntp``.
    trips_path : str or path, optional
        The file ``..._trips.tntp``; without it there are no supplies and markets.
    cost : {"free_flow_time", "length", "toll"}
        Column that becomes ``tariff_usd_per_t``, in the file's unit.

    Returns
    -------
    Network
        Nodes are called by their number, links ``l1``, ``l2``, ... in the order of the file. Capacity [vehicles an
        hour, as a rule] is ``capacity_mtpa``, length ``distance_km`` in the file's unit. Each zone is a commodity of
        its own, ``from_1``, so that trips of different origins share capacity but are not mixed; its trips are its
        supply [Mt/y], and at each destination a market that requires and takes just that many.

    Raises
    ------
    DataError
        Naming every malformed line, and numbers that differ from what the head of the file says; TOTAL OD FLOW,
        which is published rounded, may differ by a share of 1e-4 from the sum of the trips.

    Notes
    -----
    Columns are separated by spaces or tabs; the semicolon at the end of a line may be left out, and FIRST THRU NODE,
    which then is 1. The model is linear: capacity is a limit that is never passed, and the columns by which congestion
    slows traffic (b, power, speed) are checked but not used. Nodes below FIRST THRU NODE are zones that nothing
    passes: a link that leaves such a zone admits only the zone's own commodity. Trips that find no room are a
    shortfall. Trips within a zone use no link.

    References
    ----------
    Transportation Networks for Research Core Team, "Transportation Networks for Research", description of the formats.
    """
    if cost not in _COSTS:
        raise DataError(unknown("column of costs", str(cost), nearest(str(cost), _COSTS)))
    lines = _Lines(net_path, re.compile("~.*"))
    links: list[tuple[str, dict[str, float]]] = []
    head: dict[str, tuple[str, float]] = {}
    rows = _after_head(lines, head, ("NUMBER OF ZONES", "NUMBER OF NODES", "NUMBER OF LINKS"), ("FIRST THRU NODE",))
    zones, nodes = (int(head[key][1]) for key in ("NUMBER OF ZONES", "NUMBER OF NODES"))
    first = int(head.get("FIRST THRU NODE", ("", 1))[1])
    for place, text in rows:
        if (link := _link(lines, place, text, nodes)) is not None:
            links.append((place, link))
    if not lines.problems and len(links) != head["NUMBER OF LINKS"][1]:
        lines.note(lines.name, f"must have {head['NUMBER OF LINKS'][1]:.0f} links, as its head says (got {len(links)})")
    if zones > nodes:
        lines.note(head["NUMBER OF ZONES"][0], f"NUMBER OF ZONES must be <= NUMBER OF NODES (got {zones} > {nodes})")
    lines.refuse_if_broken()
    trips = {} if trips_path is None else _trips(trips_path, zones)
    penalty = {"penalty_usd_per_t": _dearer_than_any_way(nodes, [link[cost] for _, link in links])}
    edges = Table()
    for at, (place, link) in enumerate(links, start=1):
        tail = int(link["init_node"])
        own = [f"from_{tail}"] if tail < first else None
        if own and tail > zones:
            raise DataError(f"{place}: node {tail} is below FIRST THRU NODE {first} but no zone (1 to {zones})")
        edges.add({"id": f"l{at}", "tail": str(tail), "head": f"{link['term_node']:.0f}", "mode": "road",
                   "capacity_mtpa": link["capacity"], "distance_km": link["length"], "tariff_usd_per_t": link[cost],
                   "commodities": own}, place)  # fmt: skip
    volumes: dict[int, float] = {}
    for (zone, _), amount in trips.items():
        volumes[zone] = volumes.get(zone, 0.0) + amount
    return build(
        {
            "nodes": [{"id": str(id)} for id in range(1, nodes + 1)],
            "edges": edges,
            "commodities": [{"id": f"from_{zone}"} for zone in range(1, zones + 1)],
            "supplies": [
                {"node": str(zone), "commodity": f"from_{zone}", "volume_mtpa": v, **penalty}
                for zone, v in volumes.items()
            ],
            "markets": [
                {"node": str(end), "commodity": f"from_{zone}", "volume_mtpa": v, "required_mtpa": v, **penalty}
                for (zone, end), v in trips.items() if v
            ],
        },
        name=Path(lines.name).stem.removesuffix("_net"),
    )  # fmt: skip


def _after_head(
    lines: _Lines, head: dict[str, tuple[str, float]], needed: tuple[str, ...], taken: tuple[str, ...] = ()
) -> Iterator[tuple[str, str]]:
    """Read the head into `head`, what is needed and what is taken if there, and return the lines that follow it."""
    rows = iter(lines)
    ended = False
    for place, text in rows:
        found = re.fullmatch(r"<([^<>]+)>(.*)", text)
        if found is None:
            told = f"{place}: must be '<NAME> value' until <END OF METADATA> (got {shown(text)})"
            raise DataError([*lines.problems, told])  # what is missing cannot be told
        name = found.group(1).strip().upper()
        if name == "END OF METADATA":
            ended = True
            break
        if name in head:
            lines.note(place, f"<{name}> stands twice")
        elif name == _TOTAL:
            if (value := lines.number(place, name, found.group(2).strip(), least=0)) is not None:
                head[name] = place, value
        elif name in needed + taken:
            value = lines.number(place, name, found.group(2).strip(), least=0, whole=True)
            if value is not None and value > _MOST_NODES:
                lines.note(place, f"{name} must be <= {_MOST_NODES:,} (got {value:.0f})")
            elif value is not None:
                head[name] = place, value
    for name in needed:
        if name not in head and not any(f" {name} " in f" {problem} " for problem in lines.problems):
            lines.note(lines.name, f"<{name}> is missing")
    if not ended:
        lines.note(lines.name, "<END OF METADATA> is missing")
    lines.refuse_if_broken()
    return rows


def _link(lines: _Lines, place: str, text: str, nodes: int) -> dict[str, float] | None:
    """Return the columns of a link."""
    words = text.removesuffix(";").split()
    if len(words) != len(_COLUMNS):
        lines.note(place, f"must be ten columns: {' '.join(_COLUMNS)} ; (got {shown(text)})")
        return None
    found: dict[str, float] = {}
    for name, word in zip(_COLUMNS, words, strict=True):
        if name in ("init_node", "term_node"):
            value: float | None = _node(lines, place, name, word, nodes)
        else:
            value = lines.number(place, name, word, least=0)
        if value is not None:
            found[name] = value
    if len(found) < len(_COLUMNS):
        return None
    if found["init_node"] == found["term_node"]:
        lines.note(place, f"init_node and term_node must differ (got {words[0]} twice)")
    return found


def _trips(path: str | os.PathLike[str], zones: int) -> dict[tuple[int, int], float]:
    """Return the trips by origin and destination."""
    lines = _Lines(path, re.compile("~.*"))
    head: dict[str, tuple[str, float]] = {}
    rows = _after_head(lines, head, ("NUMBER OF ZONES",))
    if "NUMBER OF ZONES" in head and head["NUMBER OF ZONES"][1] != zones:
        lines.note(head["NUMBER OF ZONES"][0], f"NUMBER OF ZONES must be {zones}, as in the network's file")
    trips: dict[tuple[int, int], float] = {}
    origin: int | None = None
    for place, text in rows:
        if found := re.fullmatch(r"[Oo]rigin\s+(\S+)", text):
            origin = _node(lines, place, "Origin", found.group(1), zones)
        elif origin is None:
            lines.note(place, f"must come after a line 'Origin ID' (got {shown(text)})")
        else:
            _destinations(lines, place, text, origin, zones, trips)
    total = math.fsum(trips.values())
    if not lines.problems and _TOTAL in head and abs(head[_TOTAL][1] - total) > _ROUNDED_HEADS * total:
        place, told = head[_TOTAL]
        lines.note(place, f"{_TOTAL} must be the sum of the trips, {total:.10g}, to a share of 1e-4 (got {told:.10g})")
    lines.refuse_if_broken()
    return trips


def _destinations(
    lines: _Lines, place: str, text: str, origin: int, zones: int, trips: dict[tuple[int, int], float]
) -> None:
    """Take the trips of one line: ``1 : 0.0; 2 : 100.0;``, the semicolons left out or not."""
    for part in filter(None, re.split(r"[;\s]+", re.sub(r"\s*:\s*", ":", text))):
        words = part.split(":")
        if len(words) != 2:
            lines.note(place, f"must be 'ID : TRIPS;' (got {shown(part)})")
            continue
        end = _node(lines, place, "destination", words[0].strip(), zones)
        amount = lines.number(place, "TRIPS", words[1].strip(), least=0)
        if end is None or amount is None:
            continue
        if (origin, end) in trips:
            lines.note(place, f"trips from {origin} to {end} stand twice")
        trips[origin, end] = amount
