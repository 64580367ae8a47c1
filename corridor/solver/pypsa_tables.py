"""What of a PyPSA network is read, and why the rest of it cannot be carried over."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from corridor.messages import nearest, shown

READ = {
    "Bus": "carrier x y", "Link": "bus0 bus1 length p_nom p_min_pu p_max_pu p_set marginal_cost",
    "Generator": "bus sign p_nom p_min_pu p_max_pu p_set marginal_cost", "Load": "bus p_set sign",
}  # fmt: skip
_NAMES = ("bus", "bus0", "bus1", "carrier")
IGNORED = ("Carrier", "LineType", "TransformerType", "Shape", "SubNetwork")
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


def not_one_flow(n: Any) -> Iterator[str]:
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


def in_use(component: Any) -> pd.DataFrame:
    """Return the active components of a kind with their attributes at the one snapshot."""
    usual = component.defaults["default"]
    missing = [name for name in READ.get(component.name, "").split() if name not in component.static]
    table: pd.DataFrame = component.static.assign(**{name: usual[name] for name in missing})
    for attribute, series in component.dynamic.items():
        if varying := {name: value for name, value in series.iloc[0].items() if name in table.index}:
            before = table[attribute].to_dict() if attribute in table else {}
            table[attribute] = table.index.map({**before, **varying})
    return table[table["active"].astype(bool)].copy() if "active" in table else table


def unread(component: Any, table: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence for everything that is neither read nor without effect and not at its default."""
    kind, known = component.name, component.defaults
    if kind not in READ:
        if len(table):
            text, why = component.list_name.replace("_", " "), _WHY_UNREAD.get(kind, "from_pypsa does not read them")
            remedy = "remove them, or set active to False" if "active" in table else "remove them"
            yield f"{text} cannot be carried over, for {why} (got {_named(table.index)}); {remedy}"
        return
    passed = {*f"name active {READ[kind]} {_NO_EFFECT[kind]}".split(), *known.index[known["status"] == "Output"]}
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


def not_numbers(kind: str, table: pd.DataFrame) -> Iterator[str]:
    """Turn what is read into numbers, and yield a sentence for what is none; a capacity may be infinite."""
    for attribute in READ[kind].split():
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


def invalid_parts(parts: dict[str, dict[str, dict[str, Any]]], n: Any) -> Iterator[str]:
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
    for bus_name, amount in loads_by_bus(parts["Load"]).items():
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
    least, most = bounds(part)
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


def bounds(unit: dict[str, Any]) -> tuple[float, float]:
    """Return the least and the most p of a link or generator; a share of 0 of any capacity is 0."""
    least, most = (unit[share] * unit["p_nom"] if unit[share] else 0.0 for share in ("p_min_pu", "p_max_pu"))
    if not math.isnan(fixed := unit["p_set"]):
        least, most = max(least, fixed), min(most, fixed)
    return (most, most) if math.isclose(least, most, rel_tol=1e-9) else (least, most)


def loads_by_bus(loads: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Return what is taken at each bus that has loads."""
    load_of: dict[str, float] = {}
    for load in loads.values():
        load_of[load["bus"]] = load_of.get(load["bus"], 0.0) - load["sign"] * load["p_set"]
    return load_of
