"""Road networks and trips in the TNTP format."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path

from corridor.errors import DataError
from corridor.files.benchmark_lines import MOST_NODES, Lines, node_number, penalty_above_all_costs
from corridor.messages import shown, unknown
from corridor.model.frames import RawTable
from corridor.model.network import Network, build_network

_TOTAL = "TOTAL OD FLOW"
_ROUNDED_HEADS = 1e-4  # published totals of trips are rounded to so much
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
_COSTS = ("free_flow_time", "length", "toll")


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
        raise DataError(unknown("column of costs", str(cost), _COSTS))
    lines = Lines(net_path, re.compile("~.*"))
    links: list[tuple[str, dict[str, float]]] = []
    head: dict[str, tuple[str, float]] = {}
    rows = _after_head(lines, head, ("NUMBER OF ZONES", "NUMBER OF NODES", "NUMBER OF LINKS"), ("FIRST THRU NODE",))
    zones, nodes = (int(head[key][1]) for key in ("NUMBER OF ZONES", "NUMBER OF NODES"))
    first = int(head.get("FIRST THRU NODE", ("", 1))[1])
    for location, text in rows:
        if (link := _link(lines, location, text, nodes)) is not None:
            links.append((location, link))
    if not lines.problems and len(links) != head["NUMBER OF LINKS"][1]:
        lines.note(lines.name, f"must have {head['NUMBER OF LINKS'][1]:.0f} links, as its head says (got {len(links)})")
    if zones > nodes:
        lines.note(head["NUMBER OF ZONES"][0], f"NUMBER OF ZONES must be <= NUMBER OF NODES (got {zones} > {nodes})")
    lines.refuse_if_broken()
    trips = {} if trips_path is None else _trips(trips_path, zones)
    penalty = {"penalty_usd_per_t": penalty_above_all_costs(nodes, [link[cost] for _, link in links])}
    edges = RawTable()
    for number, (location, link) in enumerate(links, start=1):
        tail = int(link["init_node"])
        own = [f"from_{tail}"] if tail < first else None
        if own and tail > zones:
            raise DataError(f"{location}: node {tail} is below FIRST THRU NODE {first} but no zone (1 to {zones})")
        edges.add({"id": f"l{number}", "tail": str(tail), "head": f"{link['term_node']:.0f}", "mode": "road",
                   "capacity_mtpa": link["capacity"], "distance_km": link["length"], "tariff_usd_per_t": link[cost],
                   "commodities": own}, location)  # fmt: skip
    volumes: dict[int, float] = {}
    for (zone, _), amount in trips.items():
        volumes[zone] = volumes.get(zone, 0.0) + amount
    return build_network(
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
    lines: Lines, head: dict[str, tuple[str, float]], needed: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Iterator[tuple[str, str]]:
    """Read the head into `head`, needed and optional entries, and return the lines that follow it."""
    rows = iter(lines)
    ended = False
    for location, text in rows:
        match = re.fullmatch(r"<([^<>]+)>(.*)", text)
        if match is None:
            text = f"{location}: must be '<NAME> value' until <END OF METADATA> (got {shown(text)})"
            raise DataError([*lines.problems, text])  # without the end of the head, what is missing is unknown
        name = match.group(1).strip().upper()
        if name == "END OF METADATA":
            ended = True
            break
        if name in head:
            lines.note(location, f"duplicate <{name}>")
        elif name == _TOTAL:
            if (value := lines.number(location, name, match.group(2).strip(), least=0)) is not None:
                head[name] = location, value
        elif name in needed + optional:
            value = lines.number(location, name, match.group(2).strip(), least=0, integer=True)
            if value is not None and value > MOST_NODES:
                lines.note(location, f"{name} must be <= {MOST_NODES:,} (got {value:.0f})")
            elif value is not None:
                head[name] = location, value
    for name in needed:
        if name not in head and not any(f" {name} " in f" {problem} " for problem in lines.problems):
            lines.note(lines.name, f"<{name}> is missing")
    if not ended:
        lines.note(lines.name, "<END OF METADATA> is missing")
    lines.refuse_if_broken()
    return rows


def _link(lines: Lines, location: str, text: str, nodes: int) -> dict[str, float] | None:
    """Return the columns of a link."""
    words = text.removesuffix(";").split()
    if len(words) != len(_COLUMNS):
        lines.note(location, f"must be ten columns: {' '.join(_COLUMNS)} ; (got {shown(text)})")
        return None
    columns: dict[str, float] = {}
    for name, word in zip(_COLUMNS, words, strict=True):
        if name in ("init_node", "term_node"):
            value: float | None = node_number(lines, location, name, word, nodes)
        else:
            value = lines.number(location, name, word, least=0)
        if value is not None:
            columns[name] = value
    if len(columns) < len(_COLUMNS):
        return None
    if columns["init_node"] == columns["term_node"]:
        lines.note(location, f"init_node and term_node must differ (got {words[0]} twice)")
    return columns


def _trips(path: str | os.PathLike[str], zones: int) -> dict[tuple[int, int], float]:
    """Return the trips by origin and destination."""
    lines = Lines(path, re.compile("~.*"))
    head: dict[str, tuple[str, float]] = {}
    rows = _after_head(lines, head, ("NUMBER OF ZONES",))
    if "NUMBER OF ZONES" in head and head["NUMBER OF ZONES"][1] != zones:
        lines.note(head["NUMBER OF ZONES"][0], f"NUMBER OF ZONES must be {zones}, as in the network's file")
    trips: dict[tuple[int, int], float] = {}
    origin: int | None = None
    for location, text in rows:
        if match := re.fullmatch(r"[Oo]rigin\s+(\S+)", text):
            origin = node_number(lines, location, "Origin", match.group(1), zones)
        elif origin is None:
            lines.note(location, f"must come after a line 'Origin ID' (got {shown(text)})")
        else:
            _destinations(lines, location, text, origin, zones, trips)
    total = math.fsum(trips.values())
    if not lines.problems and _TOTAL in head and abs(head[_TOTAL][1] - total) > _ROUNDED_HEADS * total:
        location, stated = head[_TOTAL]
        lines.note(
            location, f"{_TOTAL} must be the sum of the trips, {total:.10g}, to a share of 1e-4 (got {stated:.10g})"
        )
    lines.refuse_if_broken()
    return trips


def _destinations(
    lines: Lines, location: str, text: str, origin: int, zones: int, trips: dict[tuple[int, int], float]
) -> None:
    """Take the trips of one line: ``1 : 0.0; 2 : 100.0;``, the semicolons left out or not."""
    for part in filter(None, re.split(r"[;\s]+", re.sub(r"\s*:\s*", ":", text))):
        words = part.split(":")
        if len(words) != 2:
            lines.note(location, f"must be 'ID : TRIPS;' (got {shown(part)})")
            continue
        end = node_number(lines, location, "destination", words[0].strip(), zones)
        amount = lines.number(location, "TRIPS", words[1].strip(), least=0)
        if end is None or amount is None:
            continue
        if (origin, end) in trips:
            lines.note(location, f"duplicate trips from {origin} to {end}")
        trips[origin, end] = amount
