"""What a comparison says in a sentence: whose tonne, where it ends, which corridor is best for the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from corridor.model.display_units import names_of
from corridor.model.network import Network
from corridor.study.compare import best_corridors

if TYPE_CHECKING:
    import pandas as pd

FIELD_GATE = "at the field gate, before lifting cost, duty and tax"
"""What a netback is."""
FULL = "every way full"
"""In place of the next tonne's netback, where no more can move."""
NEXT = "next_tonne_usd_per_t"
NO_NEXT = "no_next_tonne"
"""Key in the attrs of a comparison: why it has no next tonne."""
CLOSED = ("closed", "no access")
"""Statuses of a corridor that nothing can pass."""
PLANNED = "not in service"
"""Status shown of a corridor none of whose trunk edges is in service."""
_MOVES_MTPA = 1e-6


def short_name(network: Network | None, node: str) -> str:
    """Return the name of a node without text in brackets or after a comma, or its id where it has none."""
    record = None if network is None else network.by_key("node").get(node)
    name = "" if record is None else record.name.split(" (")[0].split(", ")[0].strip()
    return name or node


def tonne(attrs: Mapping[object, object], network: Network | None = None, single: str = "tonne") -> str:
    """Return whose tonne a comparison follows, as in "a Tengiz tonne"; empty where it is of no one origin.

    `single` is what one is called in other units, such as barrel.
    """
    origin = attrs.get("origin")
    if not isinstance(origin, str) or origin == "each":
        return ""
    name = short_name(network, origin)
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name} {single}"


def full(rows: pd.DataFrame) -> list[Any]:
    """Return the rows of a comparison, by index, whose next tonne is empty although a way leads there.

    None of a group of commodities, of which no tonne is followed, nor of a commodity that chooses.
    """
    name = column_in(rows, NEXT)
    capacity = column_in(rows, "capacity_mtpa")
    if name is None or of_a_group(rows) or rows.attrs.get(NO_NEXT) or not {"destination", capacity} & set(rows.columns):
        return []
    leads = rows["destination"] != "" if "destination" in rows.columns else rows[str(capacity)] > _MOVES_MTPA
    return list(rows.index[rows[name].isna() & leads])


def of_a_group(table: pd.DataFrame) -> bool:
    """Tell whether a comparison is of a group of commodities, which have no one origin."""
    return "origin" in table.attrs and table.attrs["origin"] is None


def column_in(table: pd.DataFrame, name: str) -> str | None:
    """Return what a column is called in a table in tonnes, barrels or boxes, None where there is none."""
    return next((own for own in names_of(name) if own in table.columns), None)


def readable(table: pd.DataFrame, commodities: Iterable[str]) -> pd.DataFrame:
    """Return a comparison for printing, words in place of what numbers and ids do not say.

    Bottlenecks are without the commodities, origin and destination in a column, planned corridors not in service, and
    the next tonne says where every way is full.
    """
    shown = table.copy()
    if "bottleneck" in table.columns:
        for commodity in commodities:
            shown["bottleneck"] = shown["bottleneck"].str.replace(f"/{commodity}", "", regex=False)
    if "origin" in table.columns and "destination" in table.columns:
        ends = zip(table["origin"], table["destination"], strict=True)
        shown["way"] = [f"{origin} > {end}" if origin else "-" for origin, end in ends]
    nameplate = column_in(table, "nameplate_mtpa")
    if "status" in table.columns and nameplate is not None:
        shown.loc[(table[nameplate] == 0) & table["status"].isin(CLOSED), "status"] = PLANNED
    name = column_in(table, NEXT)
    if name is not None and (ids := full(table)):
        shown[name] = shown[name].astype(object)
        shown.loc[ids, name] = FULL
    return shown


def ends_of(rows: pd.DataFrame, network: Network | None = None) -> dict[str, list[str]]:
    """Return the corridors of one state by the name of the node where their best way ends."""
    by_end: dict[str, list[str]] = {}
    for id, end in rows["destination"].items() if "destination" in rows.columns else ():
        if end:
            by_end.setdefault(short_name(network, str(end)), []).append(str(id))
    return by_end


def joined(names: Iterable[str]) -> str:
    """Return names as a list in words.

    Examples
    --------
    >>> joined(["cpc", "btc", "druzhba"]), joined(["cpc"])
    ('cpc, btc and druzhba', 'cpc')
    """
    listed = list(names)
    return ", ".join(listed) if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"


def next_tonne_sentences(rows: pd.DataFrame, names: Mapping[str, str], whose: str, unit: str) -> Iterator[str]:
    """Yield which corridors are best for the next tonne, and which are full; nothing where the column is missing.

    Of a commodity that chooses it is why there is none.

    Parameters
    ----------
    rows : DataFrame
        Rows of one scenario by corridor.
    names : mapping
        Names of corridors by id.
    whose : str
        Whose tonne, as `tonne` says.
    unit : str
        Unit of netbacks.
    """
    name = column_in(rows, NEXT)
    if name is None:
        return
    if rows.attrs.get(NO_NEXT):
        yield str(rows.attrs[NO_NEXT])
        return
    of = whose.split(" ", 1)[-1] if whose else "tonne" if name == NEXT else "barrel"
    leading = best_corridors(rows[name])
    if leading:
        digits = 1 if name == NEXT else 2
        alike = " alike" if len(leading) > 1 else ""
        best = joined(names.get(id, id) for id in leading)
        yield f"The next {of} earns most by {best}{alike}: {rows[name].max():,.{digits}f} {unit}."
    closed = full(rows)
    if closed and not leading:
        yield f"Every way is full: no further {of} can move."
    elif closed:
        yield f"Every way is full by {joined(names.get(id, id) for id in closed)}."
