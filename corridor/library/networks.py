"""The data shipped with the library: networks by name and year, scenarios by name."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from numbers import Integral
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from corridor.errors import DataError
from corridor.messages import rule_broken, shown, unknown, unknown_name
from corridor.model.figures import country_risks, in_force, standing, weakest_link
from corridor.model.network import Network, as_loaded
from corridor.model.record_base import Record
from corridor.model.records import KIND_OF, PARTS, Corridor, Figure, Kind, Source

R = TypeVar("R", bound=Record)
REGIMES = ("calm", "war")
_RATES = {"calm": "rates as before 24 February 2022 (calm)", "war": "rates as since 24 February 2022 (war)"}
SCENARIO_ENDING = ".scenario.yaml"
_MIDSUMMER = 6
_FIGURE_FILES = ("figures.csv", "positions.csv", "countries.csv")
_MARKER = "sources.csv"


def hazard_basis(regime: str | Mapping[str | None, float] | None) -> str:
    """Return which hazards stand behind shares in service and bad transport years.

    Parameters
    ----------
    regime : str, mapping or None
        Regime of the rates, or shares of several [1]; None where hazards have one rate for all.

    Examples
    --------
    >>> hazard_basis("war")
    'hazards at rates as since 24 February 2022 (war)'
    >>> hazard_basis({"war": 0.5, "calm": 0.5})
    'hazards at rates as since 24 February 2022 (war) in 50 % of years, as before 24 February 2022 (calm) in 50 %'
    """
    shares: Mapping[str | None, float] = regime if isinstance(regime, Mapping) else {regime: 1.0}
    texts = [_RATES.get(name, f"rates of regime {name!r}") for name in shares if name]
    if not texts:
        return "the network's own hazards"
    if len(texts) == 1:
        return f"hazards at {texts[0]}"
    first, *others = (f"{text} in {100 * share:.3g} %" for text, share in zip(texts, shares.values(), strict=True))
    return f"hazards at {first} of years, " + ", ".join(text.removeprefix("rates ") for text in others)


def data_root() -> Traversable:
    """Return the folder of shipped data, in an installed package or in a checkout."""
    inside = files("corridor").joinpath("data")
    if inside.joinpath(_MARKER).is_file():
        return inside
    beside = Path(__file__).resolve().parents[2] / "data"
    if (beside / _MARKER).is_file():
        return beside
    raise DataError(f"packaged data not found: no {_MARKER} in {inside} or {beside}; reinstall corridor")


@cache
def data_version() -> str:
    """Return the version of the package and a digest of all shipped data, read once.

    Examples
    --------
    >>> data_version().split("+")[0] == __import__("corridor").__version__
    True
    """
    from corridor import __version__

    digest = hashlib.sha256()
    for name, file in sorted(_data_files(data_root())):
        text = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name}\0{len(text)}\0".encode() + text)
    return f"{__version__}+data.{digest.hexdigest()[:12]}"


def _data_files(folder: Traversable, path: str = "") -> Iterator[tuple[str, Traversable]]:
    """Yield path and file of all that ships."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _data_files(entry, f"{path}{entry.name}/")
        elif not entry.name.startswith("."):
            yield f"{path}{entry.name}", entry


def networks() -> tuple[str, ...]:
    """Return the names of the networks that ship with the library.

    Examples
    --------
    >>> networks()
    ('caspian',)
    """
    return tuple(row["id"] for row in table(data_root().joinpath("networks.csv")))


def sources() -> tuple[Source, ...]:
    """Return the one table of sources that every shipped figure refers to."""
    problems: list[str] = []
    records = _records(data_root().joinpath(_MARKER), Source, problems)
    if problems:
        raise DataError(problems)
    return records


def publishers() -> dict[str, str]:
    """Return the publisher of each source by the source's id, or its title where it has none."""
    return {source.id: source.publisher or source.title for source in sources()}


def load(name: str = "caspian", year: int | None = None, *, regime: str | None = None) -> Network:
    """Return a shipped network as it was in a year.

    Parameters
    ----------
    name : str
        One of `networks()`.
    year : int, optional
        Year whose figures are in force; by default the network's newest.
    regime : {"calm", "war"}, optional
        Which rates of its hazards apply: those before 24 February 2022, or since; by default those of the year, 2022
        being one of war.

    Raises
    ------
    UnknownNameError
        If there is no such network or regime.
    DataError
        If the network does not cover the year.

    Examples
    --------
    >>> load("caspian", 2021).edge("btc").capacity_mtpa
    50.0
    """
    # Checked before the cache is asked, which fails on a list and takes 2024.0 for 2024.
    if year is not None and (isinstance(year, bool) or not isinstance(year, Integral)):
        raise DataError(f"year must be a whole number (got {shown(year)})")
    for kind, word in (("network", name), ("regime", regime)):
        if not isinstance(word, str) and (kind == "network" or word is not None):
            raise DataError(f"{kind} must be a name (got {shown(word)})")
    refuse_full(regime)
    last = _years(name)[1]
    year = last if year is None else int(year)
    return _load_cached(name, year, regime_of(year) if regime is None else regime)


def refuse_full(regime: str | None) -> None:
    """Raise for the regime that there was until the rates of the whole record were given up."""
    if regime == "full":
        raise DataError("regime 'full' is no more: rates are those of calm or of war; choose one, or leave regime out")


def regime_of(year: int) -> str:
    """Return the regime that held for most of a year, "calm" or "war"."""
    return "calm" if year < _war_begins().year + (_war_begins().month > _MIDSUMMER) else "war"


@lru_cache(maxsize=1)
def _war_begins() -> dt.date:
    """Return the first day of the regime of war, as the settings of the record have it."""
    settings = {row["setting"]: row["value"] for row in table(data_root().joinpath("history", "settings.csv"))}
    return dt.date.fromisoformat(settings["war_begins"])


@lru_cache(maxsize=32)
def _years(name: str) -> tuple[int, int]:
    """Return the first and the last year of a shipped network."""
    entry = next((row for row in table(data_root().joinpath("networks.csv")) if row["id"] == name), None)
    if entry is None:
        raise unknown_name("network", name, networks())
    return int(entry["first_year"]), int(entry["last_year"])


@lru_cache(maxsize=32)
def _load_cached(name: str, year: int, regime: str) -> Network:
    if regime not in REGIMES:
        raise unknown_name("regime", regime, REGIMES)
    first, last = _years(name)
    if not first <= year <= last:
        raise DataError(f"network {name!r}: year must be {first} to {last} (got {year})")
    return _read_network(data_root().joinpath(name), name, year, regime)


def _read_network(folder: Traversable, name: str, year: int, regime: str) -> Network:
    from corridor.files.scenario_yaml import shipped_hazards

    problems: list[str] = []
    listed = [figure for file in _FIGURE_FILES for figure in _figures(folder.joinpath(file), year, problems)]
    if problems:
        raise DataError(problems)
    figures = in_force(listed, year)
    known = sources()
    values = _values(figures, {source.id for source in known}, problems)
    parts: dict[str, Any] = {}
    for kind in PARTS:
        if kind.key != ("id",):
            parts[kind.plural] = _assembled(kind.record, _paired(kind, values), problems)
        elif kind.record is not Corridor:
            file = folder.joinpath(f"{kind.plural}.csv")
            rows = table(file) if file.is_file() else []
            problems += _orphan_figures(kind.singular, values, {row["id"] for row in rows})
            filled = [dict[str, Any](row) | values.get((kind.singular, row["id"]), {}) for row in rows]
            parts[kind.plural] = _assembled(kind.record, filled, problems)
    parts["corridors"] = _records(folder.joinpath("corridors.csv"), Corridor, problems)
    risks = country_risks(figures)
    parts["edges"] = tuple(
        edge if (risk := weakest_link(edge, risks)) is None else edge.replace(risk_score=risk)
        for edge in parts["edges"]
    )
    if problems:
        raise DataError(problems)
    hazards = shipped_hazards(folder.joinpath("hazards.yaml"))
    network = Network(
        name=name, year=year, regime=regime, as_of=_as_of(name, year), figure_records=figures, sources=known,
        hazards=hazards, **parts,
    )  # fmt: skip
    return as_loaded(network, data_version())


def _as_of(name: str, year: int) -> str:
    """Return the last date that the figures of a year speak of: its last day, or what the table of networks says."""
    last = next(row["as_of"] for row in table(data_root().joinpath("networks.csv")) if row["id"] == name)
    return min(last, f"{year}-12-31")


def _paired(kind: Kind, values: dict[tuple[str, str], dict[str, float | None]]) -> list[dict[str, Any]]:
    """Return the rows of a kind whose records are named by a pair of ids and have figures only."""
    pairs = ((subject.split("."), fields) for (record, subject), fields in values.items() if record == kind.singular)
    return [dict(zip(kind.key, pair, strict=True)) | fields for pair, fields in pairs]


def table(file: Traversable) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def _records(file: Traversable, kind: type[R], problems: list[str]) -> tuple[R, ...]:
    """Return the records of a CSV file, empty cells left to their defaults."""
    return _assembled(kind, table(file), problems, file.name)


def _assembled(kind: type[R], rows: Iterable[dict[str, Any]], problems: list[str], file: str = "") -> tuple[R, ...]:
    """Return the records of some rows; what breaks a rule goes to `problems`."""
    records = []
    for number, row in enumerate(rows, start=2):
        try:
            records.append(kind.model_validate({key: value for key, value in row.items() if value not in ("", None)}))
        except ValidationError as error:
            label = f"{file or kind.__name__.lower()} {row.get('id') or row.get('subject') or f'row {number}'}"
            problems += [f"{label}: {rule_broken(dict(finding), kind.model_fields)}" for finding in error.errors()]
    return tuple(records)


def _figures(file: Traversable, year: int, problems: list[str]) -> tuple[Figure, ...]:
    """Return the figures of a file that hold in a year, or are carried to it."""
    rows = (row for row in table(file) if int(row["since"]) <= year)
    return tuple(standing(_assembled(Figure, rows, problems, file.name), year))


def _values(
    figures: Iterable[Figure], sources: set[str], problems: list[str]
) -> dict[tuple[str, str], dict[str, float | None]]:
    """Return the chosen values by record and subject, their fields, units and sources checked."""
    values: dict[tuple[str, str], dict[str, float | None]] = {}
    for figure in figures:
        if figure.choice != "chosen" or figure.record == "input":
            continue
        owner = f"figure '{figure.subject}.{figure.attribute}'"
        for source in set(figure.sources) - sources:
            problems.append(f"{owner}: {unknown('source', source, sources)}")
        if figure.record in KIND_OF:
            kind = KIND_OF[figure.record].record
            unit = unit_of(kind, figure.attribute)
            if unit is None:
                known = kind.model_fields
                problems.append(f"{owner}: {unknown('field', figure.attribute, known)}")
            elif unit != figure.unit:
                problems.append(f"{owner}: unit must be {unit!r} (got {figure.unit!r}); convert it by a formula")
        values.setdefault((figure.record, figure.subject), {})[figure.attribute] = figure.value
    return values


def unit_of(kind: type[Record], field: str) -> str | None:
    """Return the unit of a record's field, '1' where it has none, or None where there is no such field."""
    if field not in kind.model_fields:
        return None
    description = kind.model_fields[field].description or ""
    return description[description.rindex("[") + 1 : -1] if description.endswith("]") else "1"


def _orphan_figures(kind: str, values: Iterable[tuple[str, str]], known: set[str]) -> list[str]:
    """Return a sentence for each figure of a record that does not exist."""
    orphans = (subject for record, subject in values if record == kind and subject not in known)
    return [f"figures: {unknown(kind, subject, known)}" for subject in orphans]
