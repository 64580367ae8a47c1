"""The record of interruptions since 1999: what happened, which assets it is counted for, and how it is read.

Rows only, from ``data/history/``; `study.hazard_rates` makes rates of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, fields
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


AFTER_WINDOW = "after window"
"""Reason of events that are not counted only because they began after the record's last day; a later cut-off does."""


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
        order, war, technical, weather or natural; empty where it is not counted and its cause has no kind.
    group : str
        Interruptions of one cause share it.
    counted : bool
        Whether it enters the rates.
    reason : str
        Why not.
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
    reason: str


@dataclass(frozen=True)
class MonitoredAsset:
    """An asset whose interruptions are counted.

    Attributes
    ----------
    id, name : str
        As interruptions name it, and as hazards do.
    kind : str
        route, or field: a source of oil, which enters no prior, pool or ratio.
    opened : date
        Since when it is watched.
    idle_from : date or None
        Since when nothing passes that could be interrupted.
    country : str
        Where it lies (ISO 3166 alpha-3); empty where the network has no such thing.
    theatre : bool
        Whether it lies in the theatre of war, where the war has a ratio of its own.
    largest_share : float
        Largest share of capacity that a partial interruption takes. [1]
    aim : str
        What of the network it is, ``selector=name;name``; empty where the network has no such thing.
    delay_aim : str
        Where its partial interruptions are waiting days, what of the network they delay; else empty.
    """

    id: str
    name: str
    kind: str
    opened: dt.date
    idle_from: dt.date | None
    country: str
    theatre: bool
    largest_share: float
    aim: str
    delay_aim: str


@dataclass(frozen=True)
class CommonCause:
    """What can interrupt several assets at once, as it did on record.

    Attributes
    ----------
    id, name : str
        As tables name it, and as hazards do.
    members : tuple of str
        Monitored assets that it strikes; the first one struck says how long and how hard.
    country : str
        Where (ISO 3166 alpha-3).
    theatre : bool
        Whether it lies in the theatre of war.
    largest_share : float
        Largest share of capacity that a partial interruption takes. [1]
    hits : str
        counted: a member is struck as often as the record says; all: always.
    storms : bool
        Whether a storm at the first member is always one of all.
    """

    id: str
    name: str
    members: tuple[str, ...]
    country: str
    theatre: bool
    largest_share: float
    hits: str
    storms: bool


@dataclass(frozen=True)
class ReferencePrior:
    """A hazard without a record: its rate is that of a reference class, less what was watched without an event.

    Attributes
    ----------
    id, name : str
        As tables name it, and as hazards do.
    members : tuple of str
        Monitored assets that it closes, all at once.
    country, kind : str
        Where (ISO 3166 alpha-3), and what would cause it.
    shape, reference_years : float
        Gamma of the calm rate by the reference class. [1], [years]
    war_factor : float
        How much more often in the war. [1]
    median_days, sigma : float
        Lognormal duration. [days], [1]
    """

    id: str
    name: str
    members: tuple[str, ...]
    country: str
    kind: str
    shape: float
    reference_years: float
    war_factor: float
    median_days: float
    sigma: float


@dataclass(frozen=True)
class RecordSettings:
    """How the record is read; ``data/history/settings.csv`` says what each means.

    Attributes
    ----------
    first_day, last_day, reported_from, war_begins, searched_to : date
        First and last day, since when short interruptions are reported in full, the first day of the regime war, and
        the last day to which events were looked for.
    complete_from, short_below_days, longest_days : float
        Share from which an interruption is complete [1], duration below which it is short, what a longer one counts in
        means. [days]
    weight, set_shape, most_shape, least_concentration : float
        Parts that the mean of a pool is worth, shape of the prior of sets, largest shape of a fitted prior, least
        concentration of shares. [1]
    fewest_parts : int
        Parts that a pool needs.
    """

    first_day: dt.date
    last_day: dt.date
    reported_from: dt.date
    war_begins: dt.date
    searched_to: dt.date
    complete_from: float
    short_below_days: float
    longest_days: float
    weight: float
    set_shape: float
    most_shape: float
    least_concentration: float
    fewest_parts: int


@dataclass(frozen=True)
class InterruptionRecord:
    """The whole record, and how it is read."""

    settings: RecordSettings
    assets: tuple[MonitoredAsset, ...]
    interruptions: tuple[Interruption, ...]
    common_causes: tuple[CommonCause, ...]
    priors: tuple[ReferencePrior, ...]


@lru_cache(maxsize=1)
def interruption_record() -> InterruptionRecord:
    """Return the record that ships with the library."""
    assets = tuple(_assets(_file("routes.csv")))
    known = {asset.id for asset in assets}
    return InterruptionRecord(
        settings=_settings(_file("settings.csv")),
        assets=assets,
        interruptions=tuple(_interruptions(_file("events.csv"))),
        common_causes=tuple(_common_causes(_file("common_causes.csv"), known)),
        priors=tuple(_priors(_file("reference_priors.csv"), known)),
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
    (163, 36)
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


def _settings(file: Traversable) -> RecordSettings:
    values = {row["setting"]: row["value"] for row in table(file)}
    read = {"date": dt.date.fromisoformat, "float": float, "int": int}
    return RecordSettings(
        **{
            field.name: read[str(field.type).removeprefix("dt.")](values[field.name])  # type: ignore[operator]
            for field in fields(RecordSettings)
        }
    )


def _assets(file: Traversable) -> Iterator[MonitoredAsset]:
    for row in table(file):
        yield MonitoredAsset(
            id=row["asset"],
            name=row["name"],
            kind=_word(row, "kind", ("route", "field"), file.name),
            opened=dt.date.fromisoformat(row["opened"]),
            idle_from=dt.date.fromisoformat(row["idle_from"]) if row["idle_from"] else None,
            country=row["place"],
            theatre=_yes(row, "theatre", file.name),
            largest_share=float(row["at_most"]),
            aim=row["aim"],
            delay_aim=row["delay_aim"],
        )


def _yes(row: dict[str, str], column: str, file_name: str) -> bool:
    """Return whether a cell says yes, or no."""
    return _word(row, column, ("yes", "no"), file_name) == "yes"


def _word(row: dict[str, str], column: str, words: tuple[str, ...], file_name: str) -> str:
    """Return the word of a cell; what is none of those allowed is refused."""
    if row[column] not in words:
        subject = next(iter(row.values()))
        raise DataError(f"{file_name}: {subject}: {column} must be {' or '.join(words)} (got {row[column]!r})")
    return row[column]


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
            reason=row["reason"],
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
        yield CommonCause(
            id=row["set"],
            name=row["name"],
            members=_members(row, known, file.name),
            country=row["place"],
            theatre=_yes(row, "theatre", file.name),
            largest_share=float(row["at_most"]),
            hits=_word(row, "hits", ("counted", "all"), file.name),
            storms=_yes(row, "storms", file.name),
        )


def _priors(file: Traversable, known: set[str]) -> Iterator[ReferencePrior]:
    for row in table(file):
        yield ReferencePrior(
            id=row["id"],
            name=row["name"],
            members=_members(row, known, file.name),
            country=row["place"],
            kind=row["kind"],
            shape=float(row["shape"]),
            reference_years=float(row["reference_years"]),
            war_factor=float(row["war_factor"]),
            median_days=float(row["median_days"]),
            sigma=float(row["sigma"]),
        )


def _members(row: dict[str, str], known: set[str], file_name: str) -> tuple[str, ...]:
    members = tuple(row["members"].split(";"))
    for asset in members:
        if asset not in known:
            raise unknown_name("route", asset, known, f"{file_name}: {row['name']}: ")
    return members
