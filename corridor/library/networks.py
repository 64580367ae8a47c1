"""The data shipped with the library: networks by name and year, scenarios by name."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from numbers import Integral
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from corridor.errors import DataError
from corridor.library.extension import Rows, contradictions, merged
from corridor.messages import rule_broken, shown, unknown, unknown_name
from corridor.model.figures import country_risks, in_force, standing, weakest_link
from corridor.model.network import Network, as_loaded
from corridor.model.record_base import Record
from corridor.model.records import KIND_OF, PARTS, Corridor, Figure, Kind, Observation, Source

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
    ('caspian', 'caspian_freight')
    """
    return tuple(row["id"] for row in table(data_root().joinpath("networks.csv")))


def lineage(name: str) -> tuple[str, ...]:
    """Return the networks that a shipped one is made of, the base first, itself last.

    Raises
    ------
    UnknownNameError
        If there is no such network.
    DataError
        If networks extend each other in a circle.

    Examples
    --------
    >>> lineage("caspian_freight")
    ('caspian', 'caspian_freight')
    """
    names: list[str] = []
    while name:
        if name in names:
            raise DataError(f"networks.csv: network {name!r} extends itself by {', '.join(names)}; break the circle")
        names.append(name)
        name = _entry(name)["extends"]
    return tuple(reversed(names))


def sources(name: str | None = None) -> tuple[Source, ...]:
    """Return the sources that shipped figures refer to.

    Parameters
    ----------
    name : str, optional
        One of `networks()`: those that its figures may refer to, which are the common table and its own; by default
        those of every network.
    """
    problems: list[str] = []
    folders = networks() if name is None else lineage(name)
    tables = (data_root().joinpath(part, _MARKER) for part in folders)
    files = [data_root().joinpath(_MARKER), *(file for file in tables if file.is_file())]
    records = [record for file in files for record in _records(file, Source, problems)]
    if problems:
        raise DataError(problems)
    return tuple(records)


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
    last = years(name)[1]
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
def _entry(name: str) -> dict[str, str]:
    """Return the row of a shipped network in the table of networks."""
    entry = next((row for row in table(data_root().joinpath("networks.csv")) if row["id"] == name), None)
    if entry is None:
        raise unknown_name("network", name, networks())
    return entry


def years(name: str) -> tuple[int, int]:
    """Return the first and the last year of a shipped network."""
    entry = _entry(name)
    return int(entry["first_year"]), int(entry["last_year"])


@lru_cache(maxsize=32)
def _load_cached(name: str, year: int, regime: str) -> Network:
    if regime not in REGIMES:
        raise unknown_name("regime", regime, REGIMES)
    first, last = years(name)
    if not first <= year <= last:
        raise DataError(f"network {name!r}: year must be {first} to {last} (got {year})")
    network = _read_network(data_root().joinpath(name), name, year, regime)
    seen = max((row.year for row in network.observed if row.year < year), default=first - 1)
    return network if seen < first else network.with_numbers(reference=reference(name, seen))


def _read_network(folder: Traversable, name: str, year: int, regime: str) -> Network:
    from corridor.files.scenario_yaml import shipped_hazards

    parents = lineage(name)[:-1]
    folders = [*(data_root().joinpath(parent) for parent in parents), folder]
    problems: list[str] = []
    listed = _standing_figures(folders, (*parents, name), year, problems)
    if problems:
        raise DataError(problems)
    figures = in_force(listed, year)
    known = sources(name)
    values = _values(figures, {source.id for source in known}, problems)
    parts: dict[str, Any] = {}
    for kind in PARTS:
        rows = merged([table(file) for file in _files(folders, f"{kind.plural}.csv")], kind.key)
        if kind.record is Corridor:
            parts[kind.plural] = _assembled(kind.record, rows, problems, "corridors.csv")
        elif kind.key == ("id",):
            problems += _orphan_figures(kind.singular, values, {row["id"] for row in rows})
            filled = [dict[str, Any](row) | values.get((kind.singular, row["id"]), {}) for row in rows]
            parts[kind.plural] = _assembled(kind.record, filled, problems)
        else:
            parts[kind.plural] = _assembled(kind.record, _paired(kind, rows, values), problems)
    risks = country_risks(figures)
    parts["edges"] = tuple(
        edge if (risk := weakest_link(edge, risks)) is None else edge.replace(risk_score=risk)
        for edge in parts["edges"]
    )
    if problems:
        raise DataError(problems)
    hazards = [hazard for file in _files(folders, "hazards.yaml") for hazard in shipped_hazards(file)]
    observed = _observed(folder, year, problems) if any(one.choice_usd_per_t for one in parts["commodities"]) else ()
    if problems:
        raise DataError(problems)
    network = Network(
        name=name, year=year, regime=regime, as_of=_as_of(name, year), figure_records=figures, sources=known,
        hazards=tuple(hazards), observed=observed, **parts,
    )  # fmt: skip
    return as_loaded(network, data_version(), name)


def _observed(folder: Traversable, year: int, problems: list[str]) -> tuple[Observation, ...]:
    """Return what corridors carried up to a year, of commodities of the network's own."""
    ids = {row["id"] for file in _files([folder], "commodities.csv") for row in table(file)}
    fields = Observation.model_fields
    rows = [
        {field: value for field, value in row.items() if field in fields}
        for file in _files([folder], "observed.csv")
        for row in table(file)
        if row["choice"] == "chosen" and row["commodity"] in ids and int(row["year"]) <= year
    ]
    return _assembled(Observation, rows, problems, "observed.csv")


@lru_cache(maxsize=16)
def reference(name: str, year: int) -> Network:
    """Return a shipped network of a year as weights are taken from it: with what was observed up to then.

    It has no risk premium on trunk edges: what makes shippers refuse a corridor shows in what they were seen to do,
    and so in the weights that come of it.
    """
    network = _read_network(data_root().joinpath(name), name, year, regime_of(year))
    observed = network.observed or _observed(data_root().joinpath(name), year, [])
    edges = tuple(
        edge if edge.corridor is None or not edge.risk_premium_usd_per_t else edge.replace(risk_premium_usd_per_t=0.0)
        for edge in network.edges
    )
    trunk = {edge.id for edge in network.edges if edge.corridor is not None}
    figures = tuple(
        figure
        for figure in network.figure_records
        if (figure.record, figure.attribute) != ("edge", "risk_premium_usd_per_t") or figure.subject not in trunk
    )
    return network.with_numbers(edges=edges, figure_records=figures, observed=observed)


def _files(folders: Iterable[Traversable], name: str) -> list[Traversable]:
    """Return the files of a name that some folders have."""
    return [file for file in (folder.joinpath(name) for folder in folders) if file.is_file()]


def _standing_figures(
    folders: Sequence[Traversable], names: Sequence[str], year: int, problems: list[str]
) -> list[Figure]:
    """Return the figures of some folders that hold in a year, or are carried to it; none may contradict its base."""
    listed: list[Figure] = []
    for number, folder in enumerate(folders):
        files = [file for name in _FIGURE_FILES for file in _files([folder], name)]
        own = [figure for file in files for figure in _figures(file, year, problems)]
        if number:
            problems += contradictions(listed, own, (names[number - 1], names[number]))
        listed += own
    return listed


def _as_of(name: str, year: int) -> str:
    """Return the last date that the figures of a year speak of: its last day, or what the table of networks says."""
    return min(_entry(name)["as_of"], f"{year}-12-31")


def _paired(kind: Kind, rows: Rows, values: dict[tuple[str, str], dict[str, float | None]]) -> list[dict[str, Any]]:
    """Return the rows of a kind whose records are named by a pair of ids: those of tables, and of figures."""
    pairs = {tuple(row[column] for column in kind.key): dict[str, Any](row) for row in rows}
    for (record, subject), fields in values.items():
        if record == kind.singular:
            pair = tuple(subject.split("."))
            pairs[pair] = pairs.get(pair, dict(zip(kind.key, pair, strict=True))) | fields
    return list(pairs.values())


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
