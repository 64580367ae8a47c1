"""Paths of results and keys of figures as people read them: names of records instead of ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridor.library.names import country_name, input_name
from corridor.model.attributes import unit_of, words_of
from corridor.model.network import Network
from corridor.model.records import PARTS
from corridor.model.result_path import CHANGE, STUDIED, TABLES, parts_of, row_of
from corridor.show import style

_PAIRED = frozenset(kind.singular for kind in PARTS if len(kind.key) > 1)
"""Kinds of record that a pair of ids names."""
_KINDS = ("corridor", "node", "commodity", "fleet", "edge")
"""Kinds of record that have a name, in the order in which an id is looked for."""
_EDGES_FIRST = ("edge", "node", "commodity", "fleet")


def record_name(network: Network, id: str, kinds: tuple[str, ...] = _KINDS) -> str:
    """Return the name of a record, the ends of an edge without one, or the words of any other id.

    Parameters
    ----------
    network : Network
        Network of the record.
    id : str
        Its id.
    kinds : tuple of str
        Kinds of record looked at, in order: an edge and a corridor may have one id.
    """
    kind = next((kind for kind in kinds if network.by_key(kind).get(id) is not None), None)
    if kind is None:
        return style.spoken(id)
    record: Any = network.by_key(kind)[id]
    if kind == "edge" and style.called(record) != record.name:
        return " to ".join(style.brief(style.called(network.node(end)), 40) for end in (record.tail, record.head))
    return style.called(record) if record.name else style.spoken(id)


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
        kinds = _EDGES_FIRST if table in ("edges", "edge_flows", "quotas") else _KINDS
        text = f"{', '.join(record_name(network, id, kinds) for id in row_of(table, key, network))}: {text}"
    elif table in STUDIED:
        text = f"all shippers: {text}"
    return f"change of {text}" if path != plain else text


def figure_label(row: Mapping[str, Any], network: Network) -> str:
    """Return a figure's name, wrapped, and on the last line its range, confidence, and whether rivals span it."""
    paired = row["record"] in _PAIRED
    subject = ", ".join(_subjects(row["record"], row["subject"], network))
    kind = f"{row['record']}, " if paired else ""
    name = style.wrapped(f"{subject}: {kind}{words_of(row['attribute'])}", 44, 4)
    unit = "" if row["unit"] == "1" else f" {style.plain(row['unit'], 20)}"
    rivals = ", range from rivals" if row["range_from"] == "rivals" else ""
    return f"{name}\n{row['low']:g} to {row['high']:g}{unit} ({row['confidence']}{rivals})"


def _subjects(record: str, subject: str, network: Network) -> list[str]:
    """Return what a figure is of: one name, or two of a node or edge and a commodity."""
    if record == "country":
        return [country_name(subject)]
    if record == "input":
        return [input_name(network.name, subject) or style.spoken(subject)]
    return [record_name(network, id, _EDGES_FIRST) for id in (subject.split(".") if record in _PAIRED else [subject])]
