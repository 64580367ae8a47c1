"""Paths of results and keys of figures as people read them: names of records instead of ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridor.model.network import Network
from corridor.model.records import KIND_OF, PARTS
from corridor.model.result_path import CHANGE, STUDIED, TABLES, parts_of, row_of
from corridor.show import style

UNITS = {
    "_mt_days": "Mt days/y", "_usd_per_t_day": "USD/(t day)", "_mtpa": "Mt/y", "_musd_per_year": "million USD/y",
    "_mbbl_days": "million bbl days/y", "_usd_per_bbl_day": "USD/(bbl day)", "_kbd": "kb/d", "_mbbl": "million bbl",
    "_usd_per_t": "USD/t", "_usd_per_bbl": "USD/bbl", "_days": "days", "_mt": "Mt", "_musd": "million USD",
}  # fmt: skip
"""What the endings of names mean, the longer before those that end them."""
_PAIRED = frozenset(kind.singular for kind in PARTS if len(kind.key) > 1)
"""Kinds of record that a pair of ids names."""
_ATTRIBUTES = {
    "max_mtpa": "most allowed", "min_mtpa": "least asked for", "in_service": "in service", "fleet_days": "round trip",
    "late_days": "lateness",
}  # fmt: skip


def unit_of(name: str) -> str:
    """Return the unit that a name ends in, or an empty text."""
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")


def words_of(name: str) -> str:
    """Return the name of a column without its unit, in words."""
    ending = next((ending for ending in UNITS if name.endswith(ending)), "")
    return _ATTRIBUTES.get(name) or name.removesuffix(ending).replace("_", " ")


def record_name(network: Network, id: str) -> str:
    """Return the name of a corridor, node, commodity or fleet, the ends of an edge, or the words of any other id."""
    for kind in ("corridor", "node", "commodity", "fleet"):
        record = network.by_key(kind).get(id)
        if record is not None:
            return style.called(record) if getattr(record, "name", "") else style.spoken(id)
    edge = network.by_key("edge").get(id)
    if edge is None:
        return style.spoken(id)
    ends = (style.brief(style.called(network.node(end)), 40) for end in (edge.tail, edge.head))
    return " to ".join(ends)


def path_label(path: str, network: Network) -> str:
    """Return what a path leads to in words, with its unit: ``BTC: throughput [Mt/y]``."""
    parts = parts_of(path)
    units = list(dict.fromkeys(unit_of(part) for part in parts))
    unit = f" [{units[0]}]" if len(units) == 1 and units[0] else ""
    return " − ".join(_part(part, network) for part in parts) + unit


def _part(path: str, network: Network) -> str:
    """Return one path in words."""
    plain = path.removeprefix(CHANGE)
    table, _, rest = plain.partition(".")
    key, _, column = rest.rpartition(".")
    text = words_of(column or plain)
    if table in TABLES and key:
        text = f"{', '.join(record_name(network, id) for id in row_of(table, key, network))}: {text}"
    elif table in STUDIED:
        text = f"all shippers: {text}"
    return f"change of {text}" if path != plain else text


def figure_label(row: Mapping[str, Any], network: Network) -> str:
    """Return a figure's name, wrapped, and on the last line its range, confidence, and whether rivals span it."""
    paired = row["record"] in _PAIRED
    ids = row["subject"].split(".") if paired else [row["subject"]]
    if row["record"] in KIND_OF:
        subject = ", ".join(record_name(network, id) for id in ids)
    else:
        subject = ", ".join(style.spoken(id) for id in ids)
    kind = f"{row['record']}, " if paired else ""
    name = style.wrapped(f"{subject}: {kind}{words_of(row['attribute'])}", 44, 4)
    unit = "" if row["unit"] == "1" else f" {style.plain(row['unit'], 20)}"
    rivals = ", range from rivals" if row["range_from"] == "rivals" else ""
    return f"{name}\n{row['low']:g} to {row['high']:g}{unit} ({row['confidence']}{rivals})"
