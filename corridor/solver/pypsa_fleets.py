"""Fleets in PyPSA: buses whose only use is to be drawn from by further ports of links."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

import pandas as pd

_FURTHER = re.compile(r"bus([2-9]|[1-9]\d+)")


@dataclass
class Fleets:
    """What links draw from buses that are fleets.

    Attributes
    ----------
    capacity : dict
        What each of those buses has, by name. [Mt days/y]
    drawn : dict
        Bus and amount for each tonne, by name of the link. [days]
    """

    capacity: dict[str, float] = field(default_factory=dict)
    drawn: dict[str, tuple[str, float]] = field(default_factory=dict)


def split_fleets(tables: dict[str, pd.DataFrame]) -> Fleets:
    """Take fleets, with what feeds and draws on them, out of the tables of a PyPSA network, and return them.

    A bus is one if generators without cost or least output feed it and nothing else is attached but further ports of
    links, of efficiency below 0, each the only further port of its link. All others are left, to be refused by name.
    """
    fleets = Fleets()
    if not {"Link", "Generator"} <= tables.keys():
        return fleets
    links, generators = tables["Link"], tables["Generator"]
    ports = _further_ports(links)
    attached = {*links["bus0"], *links["bus1"], *(tables["Load"]["bus"] if "Load" in tables else ())}
    for bus in dict.fromkeys(bus for used in ports.values() for _, bus, _ in used):
        drawing = [link for link, used in ports.items() if any(name == bus for _, name, _ in used)]
        alone = all(len(ports[link]) == 1 and ports[link][0][2] < 0 for link in drawing)
        feeding = generators[generators["bus"] == bus]
        if bus in attached or bus not in tables["Bus"].index or not alone or not _is_free(feeding):
            continue
        fleets.capacity[str(bus)] = float((feeding["sign"] * feeding["p_nom"] * feeding["p_max_pu"]).sum())
        for link in drawing:
            column, _, efficiency = ports[link][0]
            fleets.drawn[str(link)] = str(bus), -efficiency
            links.loc[link, column] = ""
    tables["Bus"] = tables["Bus"].drop(index=list(fleets.capacity))
    tables["Generator"] = generators[~generators["bus"].isin(list(fleets.capacity))]
    return fleets


def _further_ports(links: pd.DataFrame) -> dict[str, list[tuple[str, str, float]]]:
    """Return by link column, bus and efficiency of each further port that leads somewhere; NaN where it is delayed."""
    ports: dict[str, list[tuple[str, str, float]]] = {}
    for column in links.columns:
        if number := _FURTHER.fullmatch(column):
            used = links[links[column].notna() & links[column].ne("")]
            efficiency = pd.to_numeric(used.get(f"efficiency{number[1]}", pd.Series(1.0, used.index)), errors="coerce")
            delay = used.get(f"delay{number[1]}", pd.Series(0.0, used.index))
            for link, bus, drawn in zip(used.index, used[column], efficiency.where(delay == 0), strict=True):
                ports.setdefault(link, []).append((column, bus, drawn))
    return ports


def _is_free(generators: pd.DataFrame) -> bool:
    """Tell whether generators offer something, up to a limit and for nothing, and must not run."""
    usual = {"marginal_cost": 0.0, "p_min_pu": 0.0}
    free = all((generators[name] == value).all() for name, value in usual.items())
    limit = generators["p_nom"] * generators["p_max_pu"]
    limited = bool(((generators["sign"] > 0) & (limit >= 0) & (limit < math.inf)).all())
    return bool(len(generators)) and free and limited and bool(generators["p_set"].isna().all())
