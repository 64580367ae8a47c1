"""What a comparison says in a sentence: whose tonne, where it ends, which corridor is best for the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from corridor.model.network import Network
from corridor.study.compare import best_corridors

if TYPE_CHECKING:
    import pandas as pd

AT_THE_GATE = "at the field gate, before lifting cost, duty and tax"
"""What a netback is."""
FULL = "every way full"
"""In place of the next tonne's netback, where no more can move."""
_MOVES_MTPA = 1e-6


def short_name(network: Network | None, node: str) -> str:
    """Return the name of a node without text in brackets or after a comma, or its id where it has none."""
    record = None if network is None else network.by_key("node").get(node)
    name = "" if record is None else record.name.split(" (")[0].split(", ")[0].strip()
    return name or node


def tonne(attrs: Mapping[object, object], network: Network | None = None) -> str:
    """Return whose tonne a comparison follows, as in "a Tengiz tonne"; empty where it is of no one origin."""
    origin = attrs.get("origin")
    if not isinstance(origin, str) or origin == "each":
        return ""
    name = short_name(network, origin)
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name} tonne"


def full(rows: pd.DataFrame) -> list[str]:
    """Return the corridors of one state that no further tonne can take although they are open."""
    shut = rows["next_tonne_usd_per_t"].isna() & (rows["capacity_mtpa"] > _MOVES_MTPA)
    return [str(id) for id in rows.index[shut]]


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


def next_tonne_sentences(rows: pd.DataFrame, names: Mapping[str, str], whose: str) -> Iterator[str]:
    """Yield which corridors are best for the next tonne, and which are full.

    Parameters
    ----------
    rows : DataFrame
        Rows of one scenario by corridor, with `next_tonne_usd_per_t` and `capacity_mtpa`; nothing is yielded without.
    names : mapping
        Names of corridors by id.
    whose : str
        Whose tonne, as `tonne` says.
    """
    if not {"next_tonne_usd_per_t", "capacity_mtpa"} <= set(rows.columns):
        return
    of = whose.split(" ", 1)[-1] if whose else "tonne"
    if leading := best_corridors(rows["next_tonne_usd_per_t"]):
        most = rows["next_tonne_usd_per_t"].max()
        alike = " alike" if len(leading) > 1 else ""
        yield f"The next {of} earns most by {joined(names.get(id, id) for id in leading)}{alike}: {most:,.1f} USD/t."
    if closed := full(rows):
        yield f"Every way is full by {joined(names.get(id, id) for id in closed)}."
