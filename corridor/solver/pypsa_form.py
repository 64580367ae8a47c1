"""To PyPSA and back, for those who live there. Needs the extra ``pypsa``."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from corridor.errors import CorridorError, DataError, at_most, shown
from corridor.model.network import Network
from corridor.model.tables import build
from corridor.solver.flow import Desk

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
          `p_min_pu` what a quota demands, `marginal_cost` the unit cost.
        - A generator ``supply of node | commodity`` that earns the penalty of not lifting, and generators of negative
          sign ``required at ...`` and ``delivered at ...`` that earn the price.
        - A capacity that several commodities share is a bus of its own, ``capacity of edge`` or ``throughput of
          node``, with a generator of that size; each tonne that passes takes one unit from it, by a further port of its
          link (`bus2`, `bus3` with efficiency -1). So commodities share limits and are not mixed.

    Raises
    ------
    CorridorError
        If PyPSA is not installed.
    SolverError, DataError
        If the network has no optimum, as `solve` says.

    Notes
    -----
    What PyPSA cannot hold is left out: risk scores, distances, days (their interest is in the cost), hazards, figures,
    tags, corridors, and edges that lead from no supply to a market. Ship-or-pay that an outage makes impossible is cut
    as `solve` cuts it. No limit is written as more than could ever flow, for PyPSA multiplies limits.
    """
    library = _pypsa()
    desk = Desk(network)
    program, state = desk.program, desk.base
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        n = library.Network(name=network.name or "corridor")
        n.set_snapshots(["year"])
    n.meta = {"constant_musd": state.constant_musd, "unit": "Mt/y, USD/t, million USD/y"}
    limits = np.concatenate([state.upper[np.isfinite(state.upper)], state.ceiling[np.isfinite(state.ceiling)]])
    parts = _Parts(ample=1.0 + float(limits.sum()))
    _add_slots(parts, network, desk)
    for node, of in program.balances:
        parts.add("Bus", f"{node} | {of}", carrier=of)
    for column in range(program.n_flows):
        edge, of = network.edges[program.edge_of(column)], program.name_of(column)[1]
        most, least = float(state.upper[column]), float(state.lower[column])
        tail, head, taking = f"{edge.tail} | {of}", f"{edge.head} | {of}", [("edge", edge.id), ("node", edge.head)]
        parts.link(
            f"{edge.id} | {of}", tail, head, most, taking,
            p_min_pu=least / min(most, parts.ample) if least else 0.0, marginal_cost=float(state.cost[column]),
            length=edge.distance_km, carrier=of,
        )  # fmt: skip
    _add_ends(parts, network, desk)
    parts.put_into(n)
    return cast("pypsa.Network", n)


class _Parts:
    """Components gathered as rows, for PyPSA is quick with tables and slow with single components."""

    def __init__(self, ample: float) -> None:
        self.ample = ample
        self.slots: dict[tuple[str, str], str] = {}
        self._rows: dict[str, dict[str, dict[str, Any]]] = {"Bus": {}, "Generator": {}, "Link": {}}

    def add(self, kind: str, name: str, **fields: Any) -> None:
        """Add a component; names that fall together are refused."""
        if name in self._rows[kind]:
            raise DataError(f"two of PyPSA's {kind}s would be called {name!r}; rename a node, edge or commodity")
        self._rows[kind][name] = fields

    def link(self, name: str, tail: str, head: str, most: float, taking: list[tuple[str, str]], **fields: Any) -> None:
        """Add a link, with a further port to the bus of each limit that it takes from."""
        used = [self.slots[key] for key in taking if key in self.slots]
        ports: dict[str, Any] = {"bus0": tail, "bus1": head}
        for at, number in enumerate((2, 3)):
            taken = at < len(used)
            ports |= {f"bus{number}": used[at] if taken else "", f"efficiency{number}": -1.0 if taken else 1.0}
        given = {"p_min_pu": 0.0, "marginal_cost": 0.0, "length": 0.0, **fields}
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


def _add_slots(parts: _Parts, network: Network, desk: Desk) -> None:
    """Add a bus with a generator for each limit that several flows share."""
    program, ceiling = desk.program, desk.base.ceiling
    named = [("edge", network.edges[at].id, "capacity") for at in program.shared_edges]
    named += [("node", network.nodes[at].id, "throughput") for at in program.limited_nodes]
    for (kind, id, word), limit in zip(named, ceiling.tolist(), strict=True):
        if math.isfinite(limit):
            name = parts.slots[kind, id] = f"{word} of {id}"
            parts.add("Bus", name, carrier=name)
            parts.add("Generator", name, bus=name, p_nom=limit, carrier=name, sign=1.0, marginal_cost=0.0)


def _add_ends(parts: _Parts, network: Network, desk: Desk) -> None:
    """Add supplies and markets."""
    program, state = desk.program, desk.base
    for at, supply in enumerate(network.supplies):
        column = program.lifted.start + at
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
        for at, market in enumerate(network.markets):
            bus = f"{market.node} | {market.commodity}"
            most, cost = (float(values[columns.start + at]) for values in (state.upper, state.cost))
            parts.add(
                "Generator", f"{word} at {bus}", bus=bus, p_nom=min(most, parts.ample), carrier=market.commodity,
                sign=-1.0, marginal_cost=cost,
            )  # fmt: skip


def from_pypsa(n: pypsa.Network) -> Network:
    """Return the network of a PyPSA network of one snapshot.

    Parameters
    ----------
    n : pypsa.Network
        Buses, links, generators and loads; power stands for flow [Mt/y], marginal costs for USD/t.

    Returns
    -------
    Network
        Each bus is a node (x, y: lon, lat), each carrier of buses a commodity. A link is an edge between its buses:
        `p_nom` times `p_max_pu` its capacity, times `p_min_pu` a quota's demand, `marginal_cost` its tariff, `length`
        its distance. A generator is a node of its own, ``generator NAME``, with a supply whose penalty is 0 and an
        edge to the bus whose tariff is the marginal cost; one of negative sign is a market at minus its marginal
        cost. A load is a market that requires and takes just that much.

    Raises
    ------
    CorridorError
        If PyPSA is not installed.
    DataError
        Naming everything that cannot be carried over: several snapshots, lines, transformers, stores and storage units,
        shunt impedances and global constraints, losses (an efficiency other than 1), links with more than two ends,
        between carriers or in both directions, capacity that may be extended, units that are committed, forced output
        of generators, costs that are not linear.

    Notes
    -----
    Where PyPSA finds an optimum, the cost is the same as ours, as long as a tonne missing at a load costs more than any
    way to serve it: its penalty is set so. Where PyPSA finds a problem infeasible, our answer shows a shortfall.
    """
    library = _pypsa()
    if not isinstance(n, library.Network):
        raise DataError(f"a pypsa.Network is needed (got {shown(n)})")
    problems = list(_not_carried(n))
    if problems:
        raise DataError(at_most(problems))
    static = {part: _static(n, part) for part in ("buses", "links", "generators", "loads")}
    carriers = {name: str(bus["carrier"]) or "flow" for name, bus in static["buses"].items()}
    tables: dict[str, Any] = {
        "nodes": [_node(name, bus) for name, bus in static["buses"].items()],
        "edges": [], "supplies": [], "markets": [], "quotas": [],
    }  # fmt: skip
    costs = [abs(float(part["marginal_cost"])) for kind in ("links", "generators") for part in static[kind].values()]
    dearest = 1.0 + (len(static["buses"]) + 2) * max(costs, default=0.0)
    for name, link in static["links"].items():
        _take_link(tables, name, link, carriers)
    for name, generator in static["generators"].items():
        _take_generator(tables, name, generator, carriers)
    loads: dict[str, float] = {}
    for load in static["loads"].values():
        loads[load["bus"]] = loads.get(load["bus"], 0.0) - float(load["sign"]) * float(load["p_set"])
    for bus, amount in loads.items():
        if amount < 0:
            raise DataError(f"loads at bus {bus!r} feed in ({-amount:g}) rather than take; make that a generator")
        node = f"loads at {bus}"
        tables["nodes"].append({"id": node})
        tables["edges"].append({"id": node, "tail": bus, "head": node, "commodities": [carriers[bus]]})
        tables["markets"].append(
            {"node": node, "commodity": carriers[bus], "volume_mtpa": amount, "required_mtpa": amount,
             "penalty_usd_per_t": dearest}
        )  # fmt: skip
    return build(tables, name=str(n.name or ""))


def _static(n: Any, part: str) -> dict[str, dict[str, Any]]:
    """Return the components of a kind by name, what varies in time taken at the one snapshot."""
    frame = n.components[part].static
    found = {str(name): dict(row) for name, row in frame.iterrows()}
    for attribute, series in n.components[part].dynamic.items():
        for name in series.columns:
            if str(name) in found:
                found[str(name)][attribute] = float(series[name].iloc[0])
    return found


def _node(name: str, bus: dict[str, Any]) -> dict[str, Any]:
    """Return the node of a bus; a bus at 0, 0 has no position."""
    lon, lat = float(bus["x"]), float(bus["y"])
    placed = (lon or lat) and -180 <= lon <= 180 and -90 <= lat <= 90
    return {"id": name, "kind": "junction", **({"lon": lon, "lat": lat} if placed else {})}


def _take_link(tables: dict[str, Any], name: str, link: dict[str, Any], carriers: dict[str, str]) -> None:
    """Add the edge of a link, and the quota of what must pass."""
    capacity = float(link["p_nom"]) * float(link["p_max_pu"])
    commodity = carriers[link["bus0"]]
    tables["edges"].append(
        {"id": name, "tail": link["bus0"], "head": link["bus1"], "commodities": [commodity],
         "capacity_mtpa": None if math.isinf(capacity) else capacity, "tariff_usd_per_t": float(link["marginal_cost"]),
         "distance_km": float(link["length"]), "in_service": bool(link["active"])}
    )  # fmt: skip
    if link["p_min_pu"] > 0:
        least = float(link["p_nom"]) * float(link["p_min_pu"])
        tables["quotas"].append({"edge": name, "commodity": commodity, "min_mtpa": least})


def _take_generator(tables: dict[str, Any], name: str, generator: dict[str, Any], carriers: dict[str, str]) -> None:
    """Add a supply with an edge that costs what the generator does, or a market for one of negative sign."""
    most = float(generator["p_nom"]) * float(generator["p_max_pu"]) * abs(float(generator["sign"]))
    node, bus, cost = f"generator {name}", generator["bus"], float(generator["marginal_cost"])
    commodity = carriers[bus]
    tables["nodes"].append({"id": node})
    feeds = float(generator["sign"]) > 0
    ends = {"tail": node, "head": bus} if feeds else {"tail": bus, "head": node}
    edge = {"id": node, **ends, "commodities": [commodity], "in_service": bool(generator["active"])}
    if feeds:
        volume = {"volume_mtpa": most, "penalty_usd_per_t": 0.0}
        tables["supplies"].append({"node": node, "commodity": commodity, **volume})
        tables["edges"].append({**edge, "tariff_usd_per_t": cost})
    else:
        taken = {"volume_mtpa": None if math.isinf(most) else most, "price_usd_per_t": -cost}
        tables["markets"].append({"node": node, "commodity": commodity, **taken})
        tables["edges"].append(edge)


_NOT_CARRIED = {
    "lines": "a line's flow follows its impedance", "transformers": "a transformer's flow follows its impedance",
    "stores": "a steady flow neither fills nor drains a store",
    "storage_units": "a steady flow neither fills nor drains a storage unit",
    "shunt_impedances": "there is no voltage", "global_constraints": "there is no limit over several components",
}  # fmt: skip


def _not_carried(n: Any) -> Iterator[str]:
    """Yield a sentence for everything that our network has no place for."""
    if len(n.snapshots) != 1:
        many = len(n.snapshots)
        yield f"a network of ours is one steady flow (got {many} snapshots); n.set_snapshots(n.snapshots[:1])"
    for part, why in _NOT_CARRIED.items():
        names = list(n.components[part].static.index)
        if names:
            told = part.replace("_", " ")
            yield f"{told} cannot be carried over, for {why} (got {shown(str(names[0]))}); remove them"
    if len(n.snapshots) != 1:
        return
    buses = _static(n, "buses")
    for name, link in _static(n, "links").items():
        yield from (f"link {name!r}: {text}" for text in _strange_link(link, buses))
    for kind in ("generator", "load"):
        for name, end in _static(n, f"{kind}s").items():
            yield from (f"{kind} {name!r}: {text}" for text in _strange_end(end, buses))


def _strange_end(part: dict[str, Any], buses: dict[str, Any]) -> Iterator[str]:
    """Yield what is strange about a generator or load."""
    if part["bus"] not in buses:
        yield f"bus {part['bus']!r} is not there"
    if "p_nom" in part:
        yield from _strange_unit(part)
        if part["p_min_pu"] > 0:
            yield f"p_min_pu must be 0, for a supply may stay in the ground (got {part['p_min_pu']:g})"
        if abs(part["sign"]) != 1:
            yield f"sign must be 1 or -1 (got {part['sign']:g})"
        if part["sign"] > 0 and not math.isfinite(part["p_nom"]):
            yield "p_nom must be finite, for a supply has a volume (got inf)"
    elif not math.isfinite(part["p_set"]):
        yield f"p_set must be a finite number (got {part['p_set']})"


def _strange_link(link: dict[str, Any], buses: dict[str, Any]) -> Iterator[str]:
    """Yield what is strange about a link."""
    ends = [link["bus0"], link["bus1"]]
    for key, value in link.items():
        if key.startswith("bus") and key not in ("bus0", "bus1") and value:
            yield f"has more than two ends ({key} {value!r}); an edge leads from one node to one node"
    if strange := [bus for bus in ends if bus not in buses]:
        yield f"bus {strange[0]!r} is not there"
    elif buses[ends[0]]["carrier"] != buses[ends[1]]["carrier"]:
        told = " to ".join(repr(buses[bus]["carrier"]) for bus in ends)
        yield f"must not turn one carrier into another (got {told})"
    if link["efficiency"] != 1:
        yield f"efficiency must be 1, for what enters an edge leaves it (got {link['efficiency']:g})"
    if link["p_min_pu"] < 0:
        yield f"p_min_pu must be >= 0 (got {link['p_min_pu']:g}); make the way back a link of its own"
    if link["p_min_pu"] > 0 and not math.isfinite(link["p_nom"]):
        yield "p_nom must be finite where p_min_pu demands a share of it (got inf)"
    yield from _strange_unit(link)


def _strange_unit(part: dict[str, Any]) -> Iterator[str]:
    """Yield what is strange about the costs and limits of a link or generator."""
    if part["p_nom_extendable"]:
        yield "capacity must not be extendable; set p_nom to what is built"
    if part["committable"]:
        yield "must not be committable; an edge is not switched on and off"
    for key in ("marginal_cost_quadratic", "stand_by_cost", "start_up_cost", "shut_down_cost"):
        if part.get(key):
            yield f"{key} must be 0, for costs are so much a tonne (got {part[key]:g})"
    for key in ("e_sum_max", "e_sum_min", "ramp_limit_up", "ramp_limit_down"):
        if key in part and math.isfinite(part[key]):
            yield f"{key} has no meaning in one steady flow (got {part[key]:g}); remove it"
    if "p_set" in part and math.isfinite(part["p_set"]) and part["p_set"]:
        yield f"p_set must not fix the flow (got {part['p_set']:g})"
    if part["p_max_pu"] < 0 or part["p_nom"] < 0 or not math.isfinite(part["marginal_cost"]):
        yield "p_nom and p_max_pu must be >= 0 and marginal_cost finite"
