"""To PyPSA and back, for those who live there. Needs the extra ``pypsa``."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from corridor.errors import CorridorError, DataError, limited_problems
from corridor.messages import shown
from corridor.model.network import Network, build_network
from corridor.solver.pypsa_fleets import Fleets, split_fleets
from corridor.solver.pypsa_tables import (
    IGNORED,
    READ,
    bounds,
    in_use,
    invalid_parts,
    loads_by_bus,
    not_numbers,
    not_one_flow,
    unread,
)
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
        - A fleet is a bus too, ``fleet ID``, with a generator of its capacity [Mt days/y]; each tonne takes as many
          units from it as its edge has `fleet_days` (`bus5` with efficiency -fleet_days). Rates are in the costs.
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
    tags, corridors and trunks, and edges that lead from no supply to a market. No limit is written as more than could
    ever flow, for PyPSA multiplies limits.
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
    parts = _Parts(ample=1.0 + float(limits.sum()), has_fleets=bool(network.fleets))
    _add_slots(parts, network, solver)
    _add_minima(parts, solver)
    for node, of in program.balances:
        parts.add("Bus", f"{node} | {of}", carrier=of)
    for column in range(program.n_flows):
        edge, of = network.edges[program.edge_of(column)], program.name_of(column)[1]
        tail, head, taking = f"{edge.tail} | {of}", f"{edge.head} | {of}", [("edge", edge.id), ("node", edge.head)]
        parts.link(
            f"{edge.id} | {of}", tail, head, float(state.upper[column]), taking, meeting=f"{edge.id} | {of}",
            fleet=None if edge.fleet is None else (edge.fleet, edge.fleet_days),
            marginal_cost=float(state.cost[column]), length=edge.distance_km, carrier=of,
        )  # fmt: skip
    _add_ports(parts, network, solver)
    parts.put_into(n)
    return cast("pypsa.Network", n)


class _Parts:
    """Components gathered as rows, for PyPSA is quick with tables and slow with single components."""

    def __init__(self, ample: float, *, has_fleets: bool = False) -> None:
        self.ample, self.has_fleets = ample, has_fleets
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
        fleet: tuple[str, float] | None = None,
        **fields: Any,
    ) -> None:
        """Add a link, with a further port to the bus of each limit that it takes from or minimum that it meets.

        Of a fleet, given with the days of a round trip, it takes these.
        """
        used = [self.slots[key] for key in taking if key in self.slots]
        ports: dict[str, Any] = {"bus0": tail, "bus1": head}
        for index, number in enumerate((2, 3)):
            is_used = index < len(used)
            ports |= {f"bus{number}": used[index] if is_used else "", f"efficiency{number}": -1.0 if is_used else 1.0}
        ports |= {"bus4": self.minima.get(meeting, ""), "efficiency4": 1.0}
        if self.has_fleets:
            id, days = fleet or ("", -1.0)
            ports |= {"bus5": self.slots.get(("fleet", id), ""), "efficiency5": -days}
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
    named = [("edge", network.edges[index].id, "capacity of ") for index in program.shared_edges]
    named += [("node", network.nodes[index].id, "throughput of ") for index in program.limited_nodes]
    named += [("fleet", fleet.id, "fleet ") for fleet in network.fleets]
    for (kind, id, word), limit in zip(named, ceiling.tolist(), strict=False):
        if math.isfinite(limit):
            name = parts.slots[kind, id] = f"{word}{id}"
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
    Link      bus2, efficiency2        below 0: what it takes of a fleet, if that bus has generators without cost
                                       alone, no link starts or ends there and this is its only further port
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
    if problems := list(not_one_flow(n)):
        raise DataError(problems)
    parts: dict[str, dict[str, dict[str, Any]]] = {"Bus": {}, "Link": {}, "Generator": {}, "Load": {}}
    tables = {component.name: in_use(component) for component in n.components if component.name not in IGNORED}
    fleets = split_fleets(tables)
    for component in n.components:
        if component.name in tables:
            table = tables[component.name]
            problems += unread(component, table)
            if component.name in parts:
                problems += not_numbers(component.name, table)
                read = table[READ[component.name].split()]
                parts[component.name] = cast("dict[str, dict[str, Any]]", read.to_dict("index"))
    if not problems:
        problems = list(invalid_parts(parts, n))
    if problems:
        raise DataError(limited_problems(problems))
    reading = _Reading(parts, fleets, float(n.snapshot_weightings["objective"].iloc[0]))
    return build_network(reading.tables, name=str(n.name or ""))


class _Reading:
    """Tables of a network of ours, filled from parts of PyPSA's.

    Notes
    -----
    What must be met costs more than any way to meet it, where it is not: on a way round a flow of least cost each bus
    is met once, so at most as many costs as there are buses add up, and two of generators.
    """

    def __init__(self, parts: dict[str, dict[str, dict[str, Any]]], fleets: Fleets, weight: float) -> None:
        self._weight, self._fleets = weight, fleets
        self._commodity = {name: str(bus["carrier"]) or "flow" for name, bus in parts["Bus"].items()}
        costs = [abs(self._cost(unit)) for kind in ("Link", "Generator") for unit in parts[kind].values()]
        self._dearest = 1.0 + sum(sorted(costs, reverse=True)[: len(parts["Bus"]) + 2])
        self.tables: dict[str, Any] = {
            "nodes": [], "edges": [], "supplies": [], "markets": [], "quotas": [],
            "fleets": [{"id": id, "capacity_mt_days": capacity} for id, capacity in fleets.capacity.items()],
        }  # fmt: skip
        for name, bus in parts["Bus"].items():
            position = {"lon": bus["x"], "lat": bus["y"]} if bus["x"] or bus["y"] else {}
            self.tables["nodes"].append({"id": name, "kind": "junction", **position})
        for name, link in parts["Link"].items():
            self._link(name, link)
        for name, generator in parts["Generator"].items():
            self._generator(name, generator)
        for bus_name, amount in loads_by_bus(parts["Load"]).items():
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
        least, most = bounds(link)
        fields = {"capacity_mtpa": _limit(most), "distance_km": link["length"], "tariff_usd_per_t": self._cost(link)}
        if name in self._fleets.drawn:
            fields["fleet"], fields["fleet_days"] = self._fleets.drawn[name]
        self._edge(name, link["bus0"], link["bus1"], least, **fields)

    def _generator(self, name: str, generator: dict[str, Any]) -> None:
        """Add a supply with an edge that costs what the generator does, or a market for one of negative sign."""
        least, most = (abs(generator["sign"]) * bound for bound in bounds(generator))
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
