"""A value of a result by its path: ``shortfall_mtpa``, ``corridors.btc.throughput_mtpa``, ``compare.btc.status``.

Expectations, sensitivity and labels of pictures know the same paths, and the difference of two: ``PATH - PATH``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from corridor.errors import CorridorError, DataError
from corridor.messages import shown, unknown_name
from corridor.model.columns import COLUMNS, by_name, column_names
from corridor.model.commodity_groups import counted_in_boxes, default_subject, groups, members
from corridor.model.network import Network, edge_key, node_key
from corridor.model.records import KIND_OF

CHANGE = "change."
"""What stands before a path whose change against the baseline is meant."""
TOTALS = column_names("totals")
TABLES = {
    table: tuple(column.name for column in COLUMNS[table] if column.kind != "list")
    for table in (
        "corridors", "edges", "nodes", "commodities", "supplies", "markets", "quotas", "fleets", "edge_flows",
        "compare", "outcomes",
    )
}  # fmt: skip
"""The tables that a path may lead into, and their columns."""
STUDIED = ("compare", "outcomes")
"""Those that are no tables of a flow, but functions of a network and a scenario."""
RENAMED = {
    "objective_musd_per_year": "objective", "markets.shortfall_mtpa": "unmet_mtpa",
    "compare.utilisation": "capacity_used",
}  # fmt: skip
"""Totals and columns that were renamed."""
STATUSES = ("open", "reduced", "expanded", "opened", "closed", "no access")
WORDS = tuple(column.name for column in COLUMNS["compare"] if column.kind == "word")
_OF_BOXES = tuple(name for name, column in by_name("compare").items() if column.group == "containers")
_PAIRED = ("supplies", "markets", "quotas", "edge_flows")
_KIND_OF_KEY = {
    "corridors": "corridor", "compare": "corridor", "edges": "edge", "edge_flows": "edge", "quotas": "edge",
    "commodities": "commodity", "outcomes": "commodity", "fleets": "fleet",
}  # fmt: skip
_FORMS = {
    "supplies": "supplies.NODE.COMMODITY.COLUMN, as in 'supplies.tengiz.kazakh_crude.shortfall_mtpa'",
    "markets": "markets.NODE.COMMODITY.COLUMN, as in 'markets.augusta.kazakh_crude.delivered_mtpa'",
    "quotas": "quotas.EDGE.COMMODITY.COLUMN, as in 'quotas.btc.kazakh_crude.unmet_minimum_mtpa'",
    "edge_flows": "edge_flows.EDGE.COMMODITY.COLUMN, as in 'edge_flows.btc.kazakh_crude.flow_mtpa'",
    "commodities": "commodities.COMMODITY.COLUMN, as in 'commodities.kazakh_crude.shortfall_mtpa'",
    "compare": "compare.CORRIDOR.COLUMN, as in 'compare.btc.netback_usd_per_t'",
}

MINUS = " - "
"""Between two paths whose difference is meant."""
_MOST_SHOWN = 60
_MOST_NODES = 20


def parts_of(path: str) -> tuple[str, ...]:
    """Return a path alone, or the two whose difference it names; ids may contain what stands between them."""
    for cut in (index for index in range(len(path)) if path.startswith(MINUS, index)):
        left, right = path[:cut], path[cut + len(MINUS) :]
        if any(next(_part_errors(part, None, ""), None) is None for part in (left, right)):
            return left, right
    return (path,)


def path_errors(path: str, network: Network | None = None, *, role: str = "expect") -> Iterator[CorridorError]:
    """Yield an error for each thing that is wrong with a path; without a network its ids are not looked up.

    Parameters
    ----------
    path : str
        Path, with or without ``change.`` before it, or the difference of two.
    network : Network, optional
        Network whose ids the path must use.
    role : str
        What the path is given for, as messages begin: ``expect``, ``outcome``.
    """
    if not isinstance(path, str) or not path.strip():
        yield DataError(f"{role} must be a path of a number, as in 'shortfall_mtpa' (got {shown(path)})")
        return
    parts = parts_of(path)
    for part in parts:
        where = f"{role} {shortened(part)}: "
        yield from _part_errors(part, network, where)
        if len(parts) > 1 and is_word(part):
            yield DataError(f"{where}{part.rpartition('.')[2]} is a word, which has no difference; name two numbers")


def _part_errors(path: str, network: Network | None, where: str) -> Iterator[CorridorError]:
    """Yield an error for each thing that is wrong with one path."""
    plain = path.removeprefix(CHANGE)
    table, _, rest = plain.partition(".")
    key, _, column = rest.rpartition(".")
    if table in TOTALS or (not rest and table not in TABLES):
        if rest:
            yield DataError(f"{where}{table} is a total and has no parts; leave out {shortened('.' + rest)!r}")
        elif table in RENAMED:
            yield _renamed(where, table, RENAMED[table])
        elif table not in TOTALS:
            yield unknown_name("total or table of a result", shortened(table), [*TOTALS, *TABLES], where)
        return
    if table not in TABLES:
        yield unknown_name("table of a result", shortened(table), TABLES, where)
        return
    if (not key and not (table == "outcomes" and column)) or (table in _PAIRED and "." not in key):
        form = _FORMS.get(table, f"{table}.ID.COLUMN, as in '{table}.btc.{TABLES[table][0]}'")
        yield DataError(f"{where}must be like {form}")
        return
    if network is not None and (key or table != "outcomes"):
        unknown_ids = list(_unknown_ids(table, key, network, where))
        yield from unknown_ids
        if table == "compare" and not unknown_ids and column in _OF_BOXES:
            yield from _no_boxes(key, column, network, where)
    if column not in TABLES[table] and f"{table}.{column}" in RENAMED:
        yield _renamed(where, column, RENAMED[f"{table}.{column}"])
    elif column not in TABLES[table]:
        yield unknown_name(f"column of {table}", shortened(column), TABLES[table], where)
    elif path != plain and column in WORDS:
        yield DataError(f"{where}{column} is a word, which has no change; leave out {CHANGE!r}")


def _no_boxes(key: str, column: str, network: Network, where: str) -> Iterator[CorridorError]:
    """Yield an error where a column of boxes is asked for of what is not counted in them."""
    subject = (*row_of("compare", key, network), default_subject(network))[1]
    if not counted_in_boxes(network, subject):
        boxes = [name for name in groups(network) if counted_in_boxes(network, name)]
        corridor = row_of("compare", key, network)[0]
        hint = f"; write compare.{corridor}.{boxes[0]}.{column}" if boxes else "; no commodity here is"
        yield DataError(f"{where}{column} is of boxes, and {subject!r} is not counted in TEU{hint}")


def _renamed(where: str, name: str, new: str) -> DataError:
    return DataError(f"{where}{name} is called {new} now; write {new}")


def row_of(table: str, key: str, network: Network) -> tuple[str, ...]:
    """Return the ids in the middle of a sound path; ids may contain dots."""
    return _rows_by_key(table, network)[key][0]


def carries(network: Network, corridor: str, commodity: str) -> bool:
    """Tell whether some trunk edge of a corridor admits a commodity."""
    return bool(network.trunk(corridor, commodity))


def _rows(table: str, network: Network) -> list[tuple[str, ...]]:
    """Return the keys of a result's table."""
    if table == "nodes":
        return [(node.id,) for node in network.nodes if node.throughput_mtpa is not None]
    if table in ("commodities", "outcomes"):
        return [(id,) for id in (*(commodity.id for commodity in network.commodities), *groups(network))]
    if table in ("corridors", "edges", "fleets"):
        return [(record.id,) for record in getattr(network, table)]
    if table in ("supplies", "markets"):
        return [node_key(record) for record in getattr(network, table)]
    if table == "quotas":
        return [edge_key(quota) for quota in network.quotas]
    commodities = [commodity.id for commodity in network.commodities]
    if table == "edge_flows":
        return [(edge.id, commodity) for edge in network.edges for commodity in commodities]
    subjects = [*commodities, *groups(network)]
    pairs: list[tuple[str, ...]] = [(c.id, subject) for c in network.corridors for subject in subjects]
    able = [pair for pair in pairs if any(carries(network, pair[0], id) for id in members(network, pair[1]))]
    default = default_subject(network) if commodities else ""
    return [(corridor,) for corridor, subject in able if subject == default] + able


def _rows_by_key(table: str, network: Network) -> dict[str, list[tuple[str, ...]]]:
    """Return the keys of a result's table by how a path names them; ids with dots may fall together."""

    def gathered() -> dict[str, list[tuple[str, ...]]]:
        rows: dict[str, list[tuple[str, ...]]] = {}
        for row in _rows(table, network):
            rows.setdefault(".".join(row), []).append(row)
        return rows

    return network._once(("rows", table), gathered)


def _nodes_of(table: str, commodity: str, network: Network) -> str:
    """Return at which nodes a commodity has rows in a table, some of many."""

    def gathered() -> dict[str, list[str]]:
        nodes: dict[str, list[str]] = {}
        for node, of in _rows(table, network):
            nodes.setdefault(of, []).append(node)
        return nodes

    nodes = network._once(("nodes of", table), gathered).get(commodity, [])
    more = f" and {len(nodes) - _MOST_NODES} others" if len(nodes) > _MOST_NODES else ""
    return f"there is at {', '.join(nodes[:_MOST_NODES])}{more}" if nodes else "nor elsewhere"


def _unknown_ids(table: str, key: str, network: Network, where: str) -> Iterator[CorridorError]:
    """Yield what is wrong with the ids in the middle of a path."""
    rows = _rows_by_key(table, network).get(key, [])
    if len(rows) > 1:
        meant = " or ".join(map(repr, rows))
        yield DataError(f"{where}may mean {meant}, for these ids contain dots; give one of them another id")
    if rows:
        return
    first, _, last = key.rpartition(".") if table in _PAIRED else (key, "", "")
    kind = _KIND_OF_KEY.get(table, "node")
    known: Collection[str] = network.by_key(kind)
    commodities: Collection[str] = network.by_key("commodity")
    if table in (*STUDIED, "commodities"):
        commodities = [*commodities, *groups(network)]
        known = commodities if kind == "commodity" else known
    if table == "compare" and first not in known:
        corridor, _, commodity = key.rpartition(".")
        first, last = (corridor, commodity) if corridor in known or commodity in commodities else (key, "")
    unknown = [(kind, first, known)] if first not in known else []
    unknown += [("commodity", last, commodities)] if last and last not in commodities else []
    for kind_of_id, name, names in unknown:
        yield unknown_name(kind_of_id, shortened(name), names, where)
    if unknown:
        return
    if table == "nodes":
        yield DataError(
            f"{where}node {first!r} has no throughput limit and so no row; expect flow_mtpa of an edge there"
        )
    elif table == "compare":
        yield DataError(f"{where}corridor {first!r} cannot carry {last or next(iter(commodities), 'commodity')}")
    else:
        yield DataError(
            f"{where}there is no {KIND_OF[table].singular} of {last} at {kind} {first!r}; "
            f"{_nodes_of(table, last, network)}"
        )


def unit_of_path(path: str) -> str:
    """Return the unit of the number that a sound path leads to; empty where two of a difference have not the same."""
    units = set()
    for part in parts_of(path):
        table, _, rest = part.removeprefix(CHANGE).partition(".")
        columns = COLUMNS[table if rest else "totals"]
        units |= {column.unit for column in columns if column.name == (rest.rpartition(".")[2] or table)}
    return units.pop() if len(units) == 1 else ""


def is_word(path: str) -> bool:
    """Tell whether a path leads to a word."""
    path = path.removeprefix(CHANGE)
    return len(parts_of(path)) == 1 and path.startswith("compare.") and path.rsplit(".", 1)[1] in WORDS


def shortened(text: str) -> str:
    """Return a path as messages show it."""
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."


def value_by_path(flow: Any, path: str) -> float:
    """Return the number that a dotted path leads to in a flow.

    Raises
    ------
    UnknownNameError, DataError
        If it leads to none.
    """
    for error in path_errors(path, flow.network):
        raise error
    parts = parts_of(path)
    if len(parts) > 1:
        return value_by_path(flow, parts[0]) - value_by_path(flow, parts[1])
    if path.startswith((CHANGE, *(f"{table}." for table in STUDIED))):
        raise DataError(f"{path}: compares two flows and cannot be read from one; leave out {path.split('.')[0]!r}")
    if path in TOTALS:
        return float(getattr(flow, path))
    table, rest = path.split(".", 1)
    key, column = rest.rsplit(".", 1)
    row = row_of(table, key, flow.network)
    frame = getattr(flow, table)
    if table == "edge_flows" and row not in frame.index:
        return 0.0
    if table == "commodities":
        return float(frame.loc[list(members(flow.network, row[0])), column].sum())
    return float(frame[column].loc[row[0] if len(row) == 1 else row])
