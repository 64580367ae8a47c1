"""To PyPSA and back, for those who live there. Needs the extra ``pypsa``."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from corridor.errors import CorridorError, DataError, limited_problems
from corridor.messages import nearest, shown
from corridor.model.network import Network, build_network
from corridor.solver.warm import WarmSolver

if TYPE_CHECKING:
    import pypsa


def _pypsa() -> Any:
    """Return PyPSA, or say how to get it."""
    try:
        import pypsa
    except ImportError:
        raise CorridorError("PyPSA is not installed: pip install 'corridor[pypsa]'") from None
    return pypsa


def to_pypsa(network: Network) -> pypsa.Network:
    """Return a PyPSA network of one snapshot whose optimum is ours.

    Parameters
    ----------
    network : Network
        What to convert; apply a scenario first, as ``shut.apply(net)``.

    Returns
    -------
    pypsa.Network
        Its ``optimize()`` needs nothing besides. PyPSA's power stands for flow [Mt/y], marginal costs are USD/t, so
        the objective is million USD/y: minus ours, less the constant ``n.meta["constant_musd"]``.

        - A bus ``node | commodity`` for each commodity at each node, its carrier the commodity.
        - A link ``edge | commodity`` for each commodity on each edge that can be of use: `p_nom` its quota or capacity,
          `marginal_cost` the unit cost.
        - A generator ``supply of node | commodity`` that earns the penalty of not lifting, and generators of negative
          sign ``required at ...`` and ``delivered at ...`` that earn the price.
        - A capacity that several commodities share is a bus of its own, ``capacity of edge`` or ``throughput of
          node``, with a generator of that size; each tonne that passes takes one unit from it, by a further port of its
          link (`bus2`, `bus3` with efficiency -1). So commodities share limits and are not mixed.
        - The minimum of a quota is a bus of its own too, ``minimum on edge | commodity``, to which each tonne that
          passes gives one unit (`bus4` with efficiency 1); a generator of negative sign takes as much as the minimum
          and earns the penalty, another takes the rest for nothing.

    Raises
    ------
    CorridorError
        If PyPSA is not installed.
    SolverError, DataError
        If the network has no optimum, as `solve` says.

    Notes
    -----
    What PyPSA cannot hold is left out: risk scores, distances, days (their interest is in the cost), hazards, figures,
    tags, corridors, and edges that lead from no supply to a market. No limit is written as more than could ever flow,
    for PyPSA multiplies limits.
    """
    library = _pypsa()
    solver = WarmSolver(network)
    program, state = solver.program, solver.base
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        n = library.Network(name=network.name or "corridor")
        n.set_snapshots(["year"])
    spared = state.cost[program.unmet] * -state.ceiling[program.n_ceilings - len(program.minima) :]
    n.meta = {"constant": state.constant + float(spared.sum()), "unit": "Mt/y, USD/t, million USD/y"}
    limits = np.concatenate([state.upper[np.isfinite(state.upper)], state.ceiling[np.isfinite(state.ceiling)]])
    parts = _Parts(ample=1.0 + float(limits.sum()))
    _add_slots(parts, network, solver)
    _add_minima(parts, solver)
    for node, of in program.balances:
        parts.add("Bus", f"{node} | {of}", carrier=of)
    for column in range(program.n_flows):
        edge, of = network.edges[program.edge_of(column)], program.name_of(column)[1]
        tail, head, taking = f"{edge.tail} | {of}", f"{edge.head} | {of}", [("edge", edge.id), ("node", edge.head)]
        parts.link(
            f"{edge.id} | {of}", tail, head, float(state.upper[column]), taking, meeting=f"{edge.id} | {of}",
            marginal_cost=float(state.cost[column]), length=edge.distance_km, carrier=of,
        )  # fmt: skip
    _add_ports(parts, network, solver)
    parts.put_into(n)
    return cast("pypsa.Network", n)


class _Parts:
    """Components gathered as rows, for PyPSA is quick with tables and slow with single components."""

    def __init__(self, ample: float) -> None:
        self.ample = ample
        self.slots: dict[tuple[str, str], str] = {}
        self.minima: dict[str, str] = {}
        self._rows: dict[str, dict[str, dict[str, Any]]] = {"Bus": {}, "Generator": {}, "Link": {}}

    def add(self, kind: str, name: str, **fields: Any) -> None:
        """Add a component; names that fall together are refused."""
        if name in self._rows[kind]:
            raise DataError(f"two of PyPSA's {kind}s would be called {name!r}; rename a node, edge or commodity")
        self._rows[kind][name] = fields

    def link(
        self,
        name: str,
        tail: str,
        head: str,
        most: float,
        taking: list[tuple[str, str]],
        meeting: str = "",
        **fields: Any,
    ) -> None:
        """Add a link, with a further port to the bus of each limit that it takes from or minimum that it meets."""
        used = [self.slots[key] for key in taking if key in self.slots]
        ports: dict[str, Any] = {"bus0": tail, "bus1": head}
        for index, number in enumerate((2, 3)):
            is_used = index < len(used)
            ports |= {f"bus{number}": used[index] if is_used else "", f"efficiency{number}": -1.0 if is_used else 1.0}
        ports |= {"bus4": self.minima.get(meeting, ""), "efficiency4": 1.0}
        given = {"marginal_cost": 0.0, "length": 0.0, **fields}
        self.add("Link", name, p_nom=min(most, self.ample), **ports, **given)

    def put_into(self, n: Any) -> None:
        """Add everything to a PyPSA network."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            carriers = {row["carrier"] for rows in self._rows.values() for row in rows.values()}
            n.add("Carrier", sorted(carriers))
            for kind, rows in self._rows.items():
                columns = {key: [row[key] for row in rows.values()] for key in next(iter(rows.values()), {})}
                if rows:
                    n.add(kind, list(rows), **columns)


def _add_slots(parts: _Parts, network: Network, solver: WarmSolver) -> None:
    """Add a bus with a generator for each limit that several flows share."""
    program, ceiling = solver.program, solver.base.ceiling
    named = [("edge", network.edges[index].id, "capacity") for index in program.shared_edges]
    named += [("node", network.nodes[index].id, "throughput") for index in program.limited_nodes]
    for (kind, id, word), limit in zip(named, ceiling.tolist(), strict=False):
        if math.isfinite(limit):
            name = parts.slots[kind, id] = f"{word} of {id}"
            parts.add("Bus", name, carrier=name)
            parts.add("Generator", name, bus=name, p_nom=limit, carrier=name, sign=1.0, marginal_cost=0.0)


def _add_minima(parts: _Parts, solver: WarmSolver) -> None:
    """Add a bus with two consumers for each minimum of a quota: the first earns the penalty, up to the minimum."""
    program, state = solver.program, solver.base
    least = -state.ceiling[program.n_ceilings - len(program.minima) :]
    for column, amount, penalty in zip(program.minima, least, state.cost[program.unmet], strict=True):
        key = " | ".join(program.name_of(int(column)))
        name = parts.minima[key] = f"minimum on {key}"
        parts.add("Bus", name, carrier=name)
        for word, most, price in (("met", float(amount), float(penalty)), ("rest", parts.ample, 0.0)):
            parts.add(
                "Generator", f"{name}, {word}", bus=name, p_nom=most, carrier=name, sign=-1.0, marginal_cost=-price
            )


def _add_ports(parts: _Parts, network: Network, solver: WarmSolver) -> None:
    """Add supplies and markets."""
    program, state = solver.program, solver.base
    for index, supply in enumerate(network.supplies):
        column = program.lifted.start + index
        bus, volume = f"{supply.node} | {supply.commodity}", float(state.upper[column])
        name = f"supply of {bus}"
        if ("node", supply.node) in parts.slots:
            offered = f"offered at {bus}"
            parts.add("Bus", offered, carrier=supply.commodity)
            parts.link(f"lifted at {bus}", offered, bus, volume, [("node", supply.node)], carrier=supply.commodity)
            bus = offered
        cost = float(state.cost[column])
        parts.add("Generator", name, bus=bus, p_nom=volume, carrier=supply.commodity, sign=1.0, marginal_cost=cost)
    for word, columns in (("required", program.required), ("delivered", program.extra)):
        for index, market in enumerate(network.markets):
            bus = f"{market.node} | {market.commodity}"
            most, cost = (float(values[columns.start + index]) for values in (state.upper, state.cost))
            parts.add(
                "Generator", f"{word} at {bus}", bus=bus, p_nom=min(most, parts.ample), carrier=market.commodity,
                sign=-1.0, marginal_cost=cost,
            )  # fmt: skip


def from_pypsa(n: pypsa.Network) -> Network:
    """Return the network of a PyPSA network of one snapshot.

    Parameters
    ----------
    n : pypsa.Network
        Power stands for flow [Mt/y], marginal costs times the snapshot's objective weight for USD/t, so that our cost
        less what sinks pay is PyPSA's objective.

    Returns
    -------
    Network
        Each bus is a node, each carrier of buses a commodity, each link an edge. A generator is a node of its own,
        ``generator NAME``, with a supply whose penalty is 0 and an edge to the bus; one of negative sign is a market.
        The loads of a bus are a market, ``loads at BUS``, that requires and takes just their sum.

    Raises
    ------
    CorridorError
        If PyPSA is not installed.
    DataError
        Naming everything besides what is listed below that is not at PyPSA's default, and what an edge cannot do:
        turn one carrier into another, lead both ways (negative `p_min_pu`), feed in as a load.

    Notes
    -----
    What is read, with series taken at the one snapshot; units are links and generators. Components that are not
    `active` are left out.

    ========= ======================== =================================================================
    component attributes               what becomes of them
    ========= ======================== =================================================================
    Bus       carrier                  commodity of all that is attached; ``flow`` where it is empty
    Bus       x, y                     lon, lat (`srid` 4326); 0, 0 is no position
    Link      bus0, bus1               tail, head
    Link      length                   distance
    Generator bus                      where its edge leads, or starts
    Generator sign                     below 0 a market; its size scales output, its inverse the cost
    units     p_nom, p_max_pu          their product: capacity; supply or market volume of a generator
    units     p_nom, p_min_pu          their product: least flow, a quota
    units     p_set                    least and most flow at once
    units     marginal_cost            tariff, or minus the price of a market
    Load      bus, p_set, sign         the requirement
    ========= ======================== =================================================================

    Left out, for without investment periods, extension, commitment, maintenance and global constraints they cannot
    move the optimum: carriers, types of lines and transformers, shapes, sub-networks, weights of snapshots for stores
    and generators; of buses `v_nom`, `type`, `unit`, `location`, `v_mag_pu_set`, `v_mag_pu_min`, `v_mag_pu_max`; of
    units `type`, `carrier`, `build_year`, `lifetime`, `p_nom_mod`, `p_nom_min`, `p_nom_max`, `p_init`, `capital_cost`,
    `overnight_cost`, `discount_rate`, `fom_cost`, `stand_by_cost`, `start_up_cost`, `shut_down_cost`, `min_up_time`,
    `min_down_time`, `up_time_before`, `down_time_before`, `maintenance_duration`, `maintenance_pu`,
    `maintenance_events`; `terrain_factor` and `cyclic_delay` of links; `control`, `q_set`, `efficiency` and `weight` of
    generators; `type`, `carrier` and `q_set` of loads; all that PyPSA lists as output.

    Where PyPSA finds an optimum, ours is the same: what is missing at a load costs more than any way to serve it.
    Where PyPSA finds its problem infeasible, our answer shows what is missing.
    """
    library = _pypsa()
    if not isinstance(n, library.Network):
        raise DataError(f"a pypsa.Network is needed (got {shown(n)})")
    if problems := list(_not_one_flow(n)):
        raise DataError(problems)
    parts: dict[str, dict[str, dict[str, Any]]] = {"Bus": {}, "Link": {}, "Generator": {}, "Load": {}}
    for component in n.components:
        if component.name not in _IGNORED:
            table = _in_use(component)
            problems += _unread(component, table)
            if component.name in parts:
                problems += _not_numbers(component.name, table)
                read = table[_READ[component.name].split()]
                parts[component.name] = cast("dict[str, dict[str, Any]]", read.to_dict("index"))
    if not problems:
        problems = list(_invalid_parts(parts, n))
    if problems:
        raise DataError(limited_problems(problems))
    reading = _Reading(parts, float(n.snapshot_weightings["objective"].iloc[0]))
    return build_network(reading.tables, name=str(n.name or ""))


_READ = {
    "Bus": "carrier x y", "Link": "bus0 bus1 length p_nom p_min_pu p_max_pu p_set marginal_cost",
    "Generator": "bus sign p_nom p_min_pu p_max_pu p_set marginal_cost", "Load": "bus p_set sign",
}  # fmt: skip
_NAMES = ("bus", "bus0", "bus1", "carrier")
_IGNORED = ("Carrier", "LineType", "TransformerType", "Shape", "SubNetwork")
_UNIT = (
    "type carrier build_year lifetime p_nom_mod p_nom_min p_nom_max p_init capital_cost overnight_cost "
    "discount_rate fom_cost stand_by_cost start_up_cost shut_down_cost min_up_time min_down_time up_time_before "
    "down_time_before maintenance_duration maintenance_pu maintenance_events"
)
_NO_EFFECT = {
    "Bus": "v_nom type unit location v_mag_pu_set v_mag_pu_min v_mag_pu_max",
    "Link": f"{_UNIT} terrain_factor cyclic_delay", "Generator": f"{_UNIT} control q_set efficiency weight",
    "Load": "type carrier q_set",
}  # fmt: skip
_PORTS = re.compile(r"(?:efficiency|delay|cyclic_delay)\d+")
"""Attributes of further ports, without effect where there is no further bus."""
_WHY_UNREAD = {
    "Line": "a line's flow follows its impedance", "Transformer": "a transformer's flow follows its impedance",
    "Store": "a steady flow neither fills nor drains a store",
    "StorageUnit": "a steady flow neither fills nor drains a storage unit",
    "Process": "an edge moves a commodity and does not convert it (one bus in, one out and rates -1 and 1 is a link)",
    "ShuntImpedance": "there is no voltage", "GlobalConstraint": "there is no limit over several components",
}  # fmt: skip
_WHY = {
    "bus": "has more than two ends, and an edge leads from one node to one node; make it several links",
    "efficiency": "what enters an edge leaves it, and there is no place for losses",
    "p_nom_extendable": "capacity must not be extendable; n.optimize.fix_optimal_capacities() fixes what was found",
    "p_nom_set": "only a capacity that may be extended is set; put it into p_nom",
    "committable": "must not be committable, for an edge is not switched on and off",
    "maintainable": "a steady flow has no days of maintenance; lower p_max_pu instead",
    "marginal_cost_quadratic": "costs are so much a tonne; split it into parts of rising cost",
    "delay": "a steady flow arrives as it leaves",
    **dict.fromkeys(("e_sum_min", "e_sum_max"), "one steady flow has no sum over time; limit p_min_pu or p_max_pu"),
    **dict.fromkeys(
        ("ramp_limit_up", "ramp_limit_down", "ramp_limit_start_up", "ramp_limit_shut_down"),
        "one steady flow follows no other; remove it",
    ),
}
"""Why an attribute must be at PyPSA's default, by its name without the number of a port."""


def _not_one_flow(n: Any) -> Iterator[str]:
    """Yield a sentence for what makes a network more than one steady flow."""
    ours = "a network of ours is one steady flow"
    if n.has_scenarios:
        named = ", ".join(map(repr, list(n.scenarios)[:3]))
        yield f"{ours} (got {len(n.scenarios)} scenarios, {named}); take one, as n.get_scenario({n.scenarios[0]!r})"
    elif len(n.investment_periods):
        yield f"{ours} (got investment periods, {list(n.investment_periods)}); build a network of one period without"
    elif len(n.snapshots) != 1:
        yield f"{ours} (got {len(n.snapshots)} snapshots); n.set_snapshots(n.snapshots[:1])"
    elif not math.isfinite(weight := n.snapshot_weightings["objective"].iloc[0]):
        yield f"the snapshot's objective weight must be a finite number (got {weight})"


def _in_use(component: Any) -> pd.DataFrame:
    """Return the active components of a kind with their attributes at the one snapshot."""
    usual = component.defaults["default"]
    missing = [name for name in _READ.get(component.name, "").split() if name not in component.static]
    table: pd.DataFrame = component.static.assign(**{name: usual[name] for name in missing})
    for attribute, series in component.dynamic.items():
        if varying := {name: value for name, value in series.iloc[0].items() if name in table.index}:
            before = table[attribute].to_dict() if attribute in table else {}
            table[attribute] = table.index.map({**before, **varying})
    return table[table["active"].astype(bool)].copy() if "active" in table else table


def _unread(component: Any, table: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence for everything that is neither read nor without effect and not at its default."""
    kind, known = component.name, component.defaults
    if kind not in _READ:
        if len(table):
            text, why = component.list_name.replace("_", " "), _WHY_UNREAD.get(kind, "from_pypsa does not read them")
            remedy = "remove them, or set active to False" if "active" in table else "remove them"
            yield f"{text} cannot be carried over, for {why} (got {_named(table.index)}); {remedy}"
        return
    passed = {*f"name active {_READ[kind]} {_NO_EFFECT[kind]}".split(), *known.index[known["status"] == "Output"]}
    for attribute in table.columns:
        if attribute in passed or _PORTS.fullmatch(attribute):
            continue
        column, default = table[attribute], known["default"].get(attribute, "")
        blank = pd.isna(default) or default == ""
        is_default = column.isna() | column.eq("") if blank else column.eq(default)
        changed = table.index[~is_default]
        if len(changed):
            got = f"{kind.lower()} {_named(changed)}: {attribute}"
            value = f"(got {shown(column[~is_default].tolist()[0])})"
            if attribute not in known.index:
                hint = nearest(attribute, known.index)
                text = f"did you mean {hint!r}? " if hint else ""
                yield f"{got} is no attribute of PyPSA's {value}; {text}remove n.{component.list_name}[{attribute!r}]"
            else:
                usual = "left empty" if blank else f"{default:g}" if isinstance(default, float) else default
                why = _WHY.get(attribute.rstrip("0123456789"), "from_pypsa does not read it; remove it")
                yield f"{got} must be {usual} {value}: {why}"
    for attribute, curves in getattr(component, "piecewise", {}).items():
        curved = set(curves.columns.get_level_values(0))
        if named := [name for name in table.index if name in curved]:
            text = f"{kind.lower()} {_named(named)}: {attribute}"
            yield f"{text} must be one number (got a piecewise curve); split it into parts"


def _named(names: Any) -> str:
    """Return the first of some names, and how many others there are."""
    others = len(names) - 1
    return repr(str(names[0])) + (f" and {others} other{'s' * (others > 1)}" if others else "")


def _not_numbers(kind: str, table: pd.DataFrame) -> Iterator[str]:
    """Turn what is read into numbers, and yield a sentence for what is none; a capacity may be infinite."""
    for attribute in _READ[kind].split():
        if attribute in _NAMES:
            continue
        numbers = pd.to_numeric(table[attribute], errors="coerce").astype(float)
        invalid = numbers.isna() | np.isinf(numbers)
        if attribute == "p_nom":
            invalid = numbers.isna()
        elif attribute == "p_set" and kind != "Load":
            invalid &= table[attribute].notna()
        if invalid.any():
            got = shown(table[attribute][invalid].tolist()[0])
            yield f"{kind.lower()} {_named(table.index[invalid])}: {attribute} must be a finite number (got {got})"
        table[attribute] = numbers


def _invalid_parts(parts: dict[str, dict[str, dict[str, Any]]], n: Any) -> Iterator[str]:
    """Yield a sentence for each part that reads well and that an edge, a supply or a market cannot be."""
    buses = parts["Bus"]
    for name, bus in buses.items():
        if bus["x"] or bus["y"]:
            if n.srid != 4326:
                yield f"srid must be 4326, for positions are degrees (got {n.srid}); n.to_crs(4326)"
                break
            if abs(bus["x"]) > 180 or abs(bus["y"]) > 90:
                yield f"bus {name!r}: x and y must be degrees east and north (got {bus['x']:g}, {bus['y']:g})"
    for kind in ("Link", "Generator", "Load"):
        for name, part in parts[kind].items():
            for text in _invalid_part(kind, part, buses):
                yield f"{kind.lower()} {name!r}: {text}"
    for bus_name, amount in _loads(parts["Load"]).items():
        if amount < 0:
            yield f"loads at bus {bus_name!r} feed in ({-amount:g}) rather than take; make that a generator"


def _invalid_part(kind: str, part: dict[str, Any], buses: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield what is invalid about a link, generator or load."""
    buses_used = [part[key] for key in ("bus", "bus0", "bus1") if key in part]
    if invalid := [bus for bus in buses_used if bus not in buses]:
        yield f"bus {invalid[0]!r} is not there"
    elif len({buses[bus]["carrier"] for bus in buses_used}) > 1:
        text = " to ".join(repr(buses[bus]["carrier"]) for bus in buses_used)
        yield f"must not turn one carrier into another (got {text})"
    if kind == "Load":
        return
    least, most = _bounds(part)
    if least > most:
        yield f"has no p that fits p_nom, p_min_pu, p_max_pu and p_set (at least {least:g}, at most {most:g})"
    elif least < 0:
        remedy = "link of its own" if kind == "Link" else "generator of sign -1"
        yield f"p_min_pu must be >= 0 (got {part['p_min_pu']:g}); make the return a {remedy}"
    elif math.isinf(least):
        yield "p_nom must be finite where p_min_pu demands a share of it (got inf)"
    if kind == "Generator" and part["sign"] == 0:
        yield "sign must not be 0, for its output would be nothing"
    elif kind == "Generator" and part["sign"] > 0 and math.isinf(most):
        yield "p_nom must be finite, for a supply has a volume (got inf)"


def _bounds(unit: dict[str, Any]) -> tuple[float, float]:
    """Return the least and the most p of a link or generator; a share of 0 of any capacity is 0."""
    least, most = (unit[share] * unit["p_nom"] if unit[share] else 0.0 for share in ("p_min_pu", "p_max_pu"))
    if not math.isnan(fixed := unit["p_set"]):
        least, most = max(least, fixed), min(most, fixed)
    return (most, most) if math.isclose(least, most, rel_tol=1e-9) else (least, most)


def _loads(loads: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Return what is taken at each bus that has loads."""
    load_of: dict[str, float] = {}
    for load in loads.values():
        load_of[load["bus"]] = load_of.get(load["bus"], 0.0) - load["sign"] * load["p_set"]
    return load_of


class _Reading:
    """Tables of a network of ours, filled from parts of PyPSA's.

    Notes
    -----
    What must be met costs more than any way to meet it, where it is not: on a way round a flow of least cost each bus
    is met once, so at most as many costs as there are buses add up, and two of generators.
    """

    def __init__(self, parts: dict[str, dict[str, dict[str, Any]]], weight: float) -> None:
        self._weight = weight
        self._commodity = {name: str(bus["carrier"]) or "flow" for name, bus in parts["Bus"].items()}
        costs = [abs(self._cost(unit)) for kind in ("Link", "Generator") for unit in parts[kind].values()]
        self._dearest = 1.0 + sum(sorted(costs, reverse=True)[: len(parts["Bus"]) + 2])
        self.tables: dict[str, Any] = {
            "nodes": [], "edges": [], "supplies": [], "markets": [], "quotas": [],
        }  # fmt: skip
        for name, bus in parts["Bus"].items():
            position = {"lon": bus["x"], "lat": bus["y"]} if bus["x"] or bus["y"] else {}
            self.tables["nodes"].append({"id": name, "kind": "junction", **position})
        for name, link in parts["Link"].items():
            self._link(name, link)
        for name, generator in parts["Generator"].items():
            self._generator(name, generator)
        for bus_name, amount in _loads(parts["Load"]).items():
            self._load(bus_name, amount)

    def _cost(self, unit: dict[str, Any]) -> float:
        """Return what a tonne costs that a unit moves, lifts or takes."""
        return float(self._weight * unit["marginal_cost"] / abs(unit.get("sign", 1.0)))

    def _edge(self, id: str, tail: str, head: str, least: float, **fields: Any) -> None:
        """Add an edge, and the quota of what must pass."""
        commodity = self._commodity[tail if tail in self._commodity else head]
        self.tables["edges"].append({"id": id, "tail": tail, "head": head, "commodities": [commodity], **fields})
        if least > 0:
            priced = {"min_mtpa": least, "penalty_usd_per_t": self._dearest, "allow_cycles": True}
            self.tables["quotas"].append({"edge": id, "commodity": commodity, **priced})

    def _link(self, name: str, link: dict[str, Any]) -> None:
        """Add the edge of a link."""
        least, most = _bounds(link)
        fields = {"capacity_mtpa": _limit(most), "distance_km": link["length"], "tariff_usd_per_t": self._cost(link)}
        self._edge(name, link["bus0"], link["bus1"], least, **fields)

    def _generator(self, name: str, generator: dict[str, Any]) -> None:
        """Add a supply with an edge that costs what the generator does, or a market for one of negative sign."""
        least, most = (abs(generator["sign"]) * bound for bound in _bounds(generator))
        node, bus, cost = f"generator {name}", generator["bus"], self._cost(generator)
        end = {"node": node, "commodity": self._commodity[bus]}
        self.tables["nodes"].append({"id": node})
        if generator["sign"] > 0:
            self.tables["supplies"].append({**end, "volume_mtpa": most, "penalty_usd_per_t": 0.0})
            self._edge(node, node, bus, least, tariff_usd_per_t=cost)
        else:
            self.tables["markets"].append({**end, "volume_mtpa": _limit(most), "price_usd_per_t": 0.0 - cost})
            self._edge(node, bus, node, least)

    def _load(self, bus: str, amount: float) -> None:
        """Add the market of a bus's loads."""
        node = f"loads at {bus}"
        demand = {"volume_mtpa": amount, "required_mtpa": amount, "penalty_usd_per_t": self._dearest}
        self.tables["nodes"].append({"id": node})
        self.tables["markets"].append({"node": node, "commodity": self._commodity[bus], **demand})
        self._edge(node, bus, node, 0.0)


def _limit(most: float) -> float | None:
    """Return a limit as a table has it, None for none."""
    return None if math.isinf(most) else most
