"""The record of interruptions since 1999: what happened, which assets it is counted for, and how it is read.

Rows only, from ``data/history/``; `study.hazard_rates` makes rates of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from corridor.errors import DataError
from corridor.library.networks import data_root, data_version, table
from corridor.messages import unknown_name
from corridor.model.stamp import stamped

if TYPE_CHECKING:
    import pandas as pd

FRACTION_OF = ("capacity", "flow", "waiting_days")
"""Of what the fraction of an interruption is: what the asset can carry, what would have passed, or a wait.

For waiting days the fraction times the duration is the added wait one way.
"""


@dataclass(frozen=True)
class Interruption:
    """An interruption of an asset.

    Attributes
    ----------
    id, asset, country : str
        Its row, what was interrupted, and where (ISO 3166 alpha-3).
    start : date
        First day.
    duration_days : float
        How long. [days]
    severity : float
        Share lost of what `fraction_of` names. [1]
    fraction_of : str
        capacity, flow or waiting_days, see `FRACTION_OF`.
    kind : str
        political, war, technical or natural; empty where it is not counted and its cause has no kind.
    group : str
        Interruptions of one cause share it.
    counted : bool
        Whether it enters the rates.
    """

    id: str
    asset: str
    country: str
    start: dt.date
    duration_days: float
    severity: float
    fraction_of: str
    kind: str
    group: str
    counted: bool


@dataclass(frozen=True)
class MonitoredAsset:
    """An asset whose interruptions are counted.

    Attributes
    ----------
    id, name : str
        As interruptions name it, and as hazards do.
    opened : date
        Since when it is watched.
    idle_from : date or None
        Since when nothing passes that could be interrupted.
    actor : str
        Where: country to which its hazard is assigned (ISO 3166 alpha-3).
    aim : str
        What of the network it is, ``selector=name;name``; empty where the network has no such thing.
    """

    id: str
    name: str
    opened: dt.date
    idle_from: dt.date | None
    actor: str
    aim: str


@dataclass(frozen=True)
class CommonCause:
    """What can interrupt several assets at once.

    Attributes
    ----------
    actor, name, adjective : str
        Country (ISO 3166 alpha-3), the name of the hazard, and how texts call its routes.
    assets : tuple of str
        Monitored assets that it strikes.
    """

    actor: str
    name: str
    adjective: str
    assets: tuple[str, ...]


@dataclass(frozen=True)
class InterruptionRecord:
    """The whole record, and how it is read.

    Attributes
    ----------
    first_day, last_day, war_begins : date
        First and last day of the record, and the day from which the regime is war.
    longest_days : float
        What a longer interruption counts in means. [days]
    weight : float
        How many groups of interruptions the mean of all assets is worth beside an asset's own. [1]
    """

    first_day: dt.date
    last_day: dt.date
    war_begins: dt.date
    longest_days: float
    weight: float
    assets: tuple[MonitoredAsset, ...]
    interruptions: tuple[Interruption, ...]
    common_causes: tuple[CommonCause, ...]


@lru_cache(maxsize=1)
def interruption_record() -> InterruptionRecord:
    """Return the record that ships with the library."""
    settings = {row["setting"]: row["value"] for row in table(_file("settings.csv"))}
    assets = tuple(_assets(_file("routes.csv")))
    return InterruptionRecord(
        first_day=dt.date.fromisoformat(settings["first_day"]),
        last_day=dt.date.fromisoformat(settings["last_day"]),
        war_begins=dt.date.fromisoformat(settings["war_begins"]),
        longest_days=float(settings["longest_days"]),
        weight=float(settings["weight"]),
        assets=assets,
        interruptions=tuple(_interruptions(_file("events.csv"))),
        common_causes=tuple(_common_causes(_file("common_causes.csv"), {asset.id for asset in assets if asset.aim})),
    )


def interruptions(asset: str | None = None) -> pd.DataFrame:
    """Return the record of interruptions itself: what happened, when, for how long, and its source.

    Parameters
    ----------
    asset : str, optional
        A route or other asset of the record; all by default.

    Returns
    -------
    pandas.DataFrame
        Indexed by id, with the columns

        - asset: what was interrupted
        - jurisdiction: where, ISO 3166 alpha-3
        - start, end: dates
        - duration_days: how long [days]
        - capacity_lost_fraction: share lost [1]
        - fraction_of: of what: capacity (what the asset can carry, all of it in a full stop), flow (what would have
          passed), or waiting_days (a queue: fraction times duration is the added wait one way)
        - cause: as in ``data/history/causes.csv``
        - counted: whether it enters the rates, yes or no
        - reason: why not
        - shock: rows of one cause share it
        - description
        - confidence: A, B or C
        - publisher, source_title, url: the source
        - note

    Raises
    ------
    UnknownNameError
        If the record has no such asset.

    Examples
    --------
    >>> import corridor as cr
    >>> len(cr.interruptions()), len(cr.interruptions("cpc"))
    (124, 28)
    """
    import pandas as pd

    with _file("events.csv").open(encoding="utf-8") as file:
        rows = pd.read_csv(file, index_col="id", keep_default_na=False, parse_dates=["start", "end"])
    stamped(rows, None, data_version=data_version())
    if asset is None:
        return rows
    if asset not in set(rows["asset"]):
        raise unknown_name("asset", asset, rows["asset"].unique())
    return rows[rows["asset"] == asset]


def _file(name: str) -> Traversable:
    return data_root().joinpath("history", name)


def _assets(file: Traversable) -> Iterator[MonitoredAsset]:
    for row in table(file):
        idle_from = dt.date.fromisoformat(row["idle_from"]) if row["idle_from"] else None
        opened = dt.date.fromisoformat(row["opened"])
        yield MonitoredAsset(row["asset"], row["name"], opened, idle_from, row["actor"], row["aim"])


def _interruptions(file: Traversable) -> Iterator[Interruption]:
    kinds = {row["cause"]: row["kind"] for row in table(_file("causes.csv"))}
    for row in table(file):
        counted = row["counted"] == "yes"
        if counted and row["cause"] not in kinds:
            raise DataError(
                f"{file.name}: event {row['id']} is counted, but causes.csv has no kind for its cause {row['cause']!r}"
            )
        yield Interruption(
            id=row["id"],
            asset=row["asset"],
            country=row["jurisdiction"],
            start=dt.date.fromisoformat(row["start"]),
            duration_days=float(row["duration_days"]),
            severity=float(row["capacity_lost_fraction"]),
            fraction_of=_fraction_of(row, file.name),
            kind=kinds.get(row["cause"], ""),
            group=row["shock"],
            counted=counted,
        )


def _fraction_of(row: dict[str, str], file_name: str) -> str:
    """Return of what the fraction of an event is; a word that is not known is refused."""
    word = row["fraction_of"]
    if word not in FRACTION_OF:
        raise DataError(
            f"{file_name}: event {row['id']}: fraction_of must be one of {', '.join(FRACTION_OF)} (got {word!r})"
        )
    return word


def _common_causes(file: Traversable, known: set[str]) -> Iterator[CommonCause]:
    for row in table(file):
        assets = tuple(row["routes"].split(";"))
        for asset in assets:
            if asset not in known:
                raise unknown_name("route with an aim", asset, known, f"{file.name}: {row['name']}: ")
        yield CommonCause(row["actor"], row["name"], row["adjective"], assets)
