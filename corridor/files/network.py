"""Networks in files: `read_network` and `write_network`, whatever the form, nothing lost and nothing guessed."""

from __future__ import annotations

import csv
import io as streams
import os
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from corridor.errors import CorridorError, DataError, Problem, UnknownNameError, nearest, placed, shown, unknown
from corridor.files import foreign
from corridor.files.bytes import write_bytes, write_folder
from corridor.files.scenario_yaml import decoded, dump_yaml, hazards_in_yaml, mapping_of, read_bytes
from corridor.model.frames import KINDS, Table, build, numbers, repeated
from corridor.model.network import Network, require_network
from corridor.model.records import Record, joined
from corridor.model.scenario import Hazard


class Format(NamedTuple):
    """A kind of file: its ending, the functions in `corridor.files` that read and write it, the extra it needs."""

    ending: str
    read: str
    write: str
    extra: str = ""


FORMATS = {
    format.ending: format
    for format in (
        Format("json", "geojson.read", "json_document.write"),
        Format("geojson", "geojson.read", "geojson.write"),
        Format("graphml", "graphml.read", "graphml.write"),
        Format("xlsx", "excel.read", "excel.write", extra="files"),
    )
}
FORMS = ("folder", *FORMATS)
MOST_BYTES = 100_000_000
MARKER, HAZARDS = "network.csv", "hazards.yaml"
_TABLES = [f"{part}.csv" for part in KINDS]
INDEX = "if pandas wrote the table, write it with index=False, else give the column a name or remove it"
_LONGEST_CELL = 131_072  # what Python's csv module reads
_KEPT = (".scenario.yaml", ".scenario.yml", ".txt", ".md")


def read_network(path: str | os.PathLike[str], *, form: str | None = None) -> Network:
    """Return the network that a file or folder holds.

    Parameters
    ----------
    path : str or path
        A folder of CSV tables, or a file with an ending of `FORMATS`: JSON, GeoJSON, GraphML, Excel.
    form : str, optional
        ``"folder"`` or a key of `FORMATS`, regardless of the path's ending.

    Returns
    -------
    Network
        For what `write_network` wrote, an equal one.

    Raises
    ------
    DataError
        Naming every problem at once with file and line, sheet and row, or JSON path: unknown tables, columns and
        keys, cells that break a rule, ids that stand twice or name nothing.

    Notes
    -----
    A folder needs ``nodes.csv`` and ``edges.csv``; ``commodities``, ``corridors``, ``supplies``, ``markets``,
    ``quotas``, ``figures`` and ``sources`` may stand beside them, as ``hazards.yaml`` and ``network.csv`` (name, year)
    may. Columns are the fields of the records, units in their names. An empty cell takes the field's default. A list
    in a cell is ``KAZ;RUS``, or JSON where a name has a semicolon of its own. The first line of a table decides how it
    is read: where commas separate the columns, numbers have a decimal point (``3.5``); where semicolons do, a decimal
    comma (``3,5``), and a list stands in quotes; a table that mixes them is refused. Files are read up to 100 MB,
    workbooks that unpack to so much. Empty sheets, and sheets called notes, README, about, comments or info, are passed
    over. Edge ids of GraphML that are numbers, of which one stands again at another pair of nodes, are keys of
    networkx: the edge is called ``tail-head-key``, as `Network.from_networkx` does. Files of other programs are refused
    in one sentence that says what to do.

    Examples
    --------
    >>> import corridor as cr, tempfile
    >>> net = cr.load("caspian", year=2024)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cr.read_network(cr.write_network(net, folder + "/caspian")) == net
    True
    """
    source, form = _checked(path, form, foreign.of_ending)
    if form == "folder":
        return _read_folder(source)
    raw = read_bytes(source, MOST_BYTES, f"network file (.{form})")
    network: Network = _call(form, FORMATS[form].read, str(source), raw)
    return network


def write_network(network: Network, path: str | os.PathLike[str], *, form: str | None = None) -> Path:
    """Write a network to a file or folder, whole or not at all, and return the path.

    Parameters
    ----------
    network : Network
        What to write: records, hazards, figures, sources, name and year.
    path : str or path
        A file with an ending of `FORMATS`, or a folder of CSV tables.
    form : str, optional
        ``"folder"`` or a key of `FORMATS`, regardless of the path's ending.

    Raises
    ------
    DataError
        If a folder holds something else than a network of ours, or the form cannot hold a text of the network.
    OSError
        If the place cannot be written to.

    Notes
    -----
    What is written is read back and compared before it takes its place, so that nothing is lost in silence. GraphML
    carries typed attributes of nodes and edges for networkx and Gephi; GeoJSON places nodes as points and edges as
    lines between them (nodes without a position have no geometry); what those forms have no place for stands in them
    as JSON. A folder that holds a network already is replaced; scenario files and notes (``.txt``, ``.md``) beside the
    tables stay.
    """
    require_network(network)
    target, form = _checked(path, form)
    if form == "folder":
        _write_folder(network, target)
        return target
    data: bytes = _call(form, FORMATS[form].write, network)
    _assert_kept(network, lambda: _call(form, FORMATS[form].read, str(target), data), target)
    write_bytes(target, data)
    return target


def _call(form: str, function: str, *given: Any) -> Any:
    """Call a format's function, or say which extra has the package that it needs."""
    module, _, name = function.partition(".")
    try:
        return getattr(import_module(f"corridor.files.{module}"), name)(*given)
    except ModuleNotFoundError as error:
        if not (extra := FORMATS[form].extra):
            raise
        told = f".{form} files need {error.name}, which is not installed: pip install 'corridor[{extra}]'"
        raise CorridorError(f"{told}, or write CSV or JSON") from None


def _checked(path: Any, form: str | None, known: Callable[[str], str | None] = lambda ending: None) -> tuple[Path, str]:
    """Return path and form, or say what is wrong with them; `known` tells what a foreign ending stands for."""
    if not isinstance(path, str | os.PathLike) or not str(path) or "\0" in str(path):
        raise DataError(f"a network is read from and written to a path (got {shown(path)})")
    place = Path(path)
    if form is not None:
        if form not in FORMS:
            raise DataError(unknown("form of a network file", str(form), nearest(str(form), FORMS)))
        return place, form
    if os.path.isdir(place) or str(path).endswith(("/", os.sep)) or not place.suffix:
        return place, "folder"
    ending = place.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        if told := known(ending):
            raise DataError(f"{place}: {told}")
        *others, last = (f".{known}" for known in FORMATS)
        near = nearest(ending, FORMATS)
        hint = f"; did you mean '.{near}'?" if near else ""
        raise DataError(
            f"{place}: a network file ends in {', '.join(others)} or {last}, or is a folder of CSV tables{hint} "
            "(form= says it regardless of the ending)"
        )
    return place, ending


def _assert_kept(network: Network, read: Callable[[], Network], target: Path) -> None:
    """Raise unless what was written reads as the same network."""
    try:
        kept = read() == network
    except CorridorError as error:
        raise DataError(f"{target}: not written, for it could not be read back: {error}") from None
    if not kept:
        raise DataError(f"{target}: not written, for this form would not keep all of {network!r}; write JSON")


# Cells


def cell(value: Any) -> str:
    """Return a value as the text of a cell: numbers exact, no limit empty, lists as `joined` writes them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return joined(value) if isinstance(value, tuple) else str(value)


def row_of(record: Record) -> dict[str, Any]:
    """Return the fields of a record; a list that is empty by default as None, so that its cell is empty."""
    fields = {name: getattr(record, name) for name in type(record).model_fields}
    return {
        name: None if value == () and type(record).model_fields[name].default == () else value
        for name, value in fields.items()
    }


def tables_of(network: Network) -> dict[str, tuple[Record, ...]]:
    """Return the records of a network by the names of its tables; nodes and edges always, others if there are any."""
    found = {part: getattr(network, "ledger" if part == "figures" else part) for part in KINDS}
    return {part: records for part, records in found.items() if records or part in ("nodes", "edges")}


# A folder of CSV tables


def _read_folder(folder: Path) -> Network:
    """Return the network of a folder of CSV tables."""
    if not os.path.isdir(folder):
        raise DataError(f"{folder}: no such folder; a network is a folder of CSV tables or a file that ends in .json")
    try:
        problems: list[Problem] = [placed(str(folder / name), error) for name, error in _strays(folder)]
        if found := foreign.of_folder([entry.name for entry in folder.iterdir()], _TABLES):
            raise DataError(f"{folder}: {found}")
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error.strerror})") from None
    tables: dict[str, Table] = {}
    whole = True
    budget = MOST_BYTES
    for part, kind in KINDS.items():
        file = folder / f"{part}.csv"
        if not file.exists():
            if part in ("nodes", "edges"):
                problems.append(f"{file}: is missing; a network needs nodes.csv and edges.csv")
                whole = False
            continue
        try:
            raw = read_bytes(file, budget, "CSV table")
            budget -= len(raw)
            tables[part] = read_csv(str(file), raw, kind.model_fields, problems, numbers(kind))
        except DataError as error:
            problems += error.problems
            whole = False
    name, year = folder.resolve().name, None
    if (folder / MARKER).exists():
        name, year = _read_marker(folder / MARKER, problems)
    hazards: tuple[Hazard, ...] = ()
    if (folder / HAZARDS).exists():
        try:
            text = decoded(folder / HAZARDS, read_bytes(folder / HAZARDS, budget, "YAML file"))
            hazards, strange = hazards_in_yaml(str(folder / HAZARDS), text)
            problems += strange
        except DataError as error:
            problems += error.problems
    return build(dict(tables), name=name, year=year, hazards=hazards, problems=problems, whole=whole)


def _strays(folder: Path) -> list[tuple[str, UnknownNameError]]:
    """Return name and error for each file of a folder that is no part of a network."""
    known = [*_TABLES, MARKER, HAZARDS]
    found = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    strange = [name for name in found if name not in known and not _is_kept(name)]
    return [(name, UnknownNameError("table of a network", name, known)) for name in strange]


def _is_kept(name: str) -> bool:
    """Tell whether a file may stand beside the tables of a network."""
    return name.startswith((".", "README")) or name.endswith(_KEPT)


def _read_marker(file: Path, problems: list[Problem]) -> tuple[str, int | None]:
    """Return name and year from the file that marks a folder as a network."""
    try:
        table = read_csv(str(file), read_bytes(file, MOST_BYTES, "CSV table"), ("name", "year"), problems)
    except DataError as error:
        problems += error.problems
        return "", None
    if len(table) != 1:
        problems.append(f"{file}: must have one row, the network's name and year (got {len(table)})")
        return "", None
    return table.rows[0].get("name") or "", whole_number(table.rows[0].get("year"), table.places[0], problems)


def whole_number(value: Any, place: str, problems: list[Problem]) -> int | None:
    """Return the year that a cell holds, None for an empty one; what is no year goes to `problems`."""
    if value in (None, ""):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, bool) and isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and value.isascii() and len(value) < 20:
        return int(value)
    problems.append(f"{place}: year must be a whole number (got {shown(value)})")
    return None


def read_csv(
    place: str, raw: bytes, columns: Any, problems: list[Problem], numeric: frozenset[str] = frozenset()
) -> Table:
    """Return the rows of a CSV table as text by column; what is wrong with its shape goes to `problems`.

    Notes
    -----
    The line of column names decides: separated by commas, numbers have a decimal point; by semicolons, a decimal
    comma, which is exchanged for a point in the `numeric` columns.
    """
    text = decoded(place, raw)
    separator = _separator(place, text)
    reader = csv.reader(streams.StringIO(text, newline=""), delimiter=separator, strict=True)
    table, heads, line = Table(), None, 1
    try:
        for cells in reader:
            here, line = f"{place}:{line}", reader.line_num + 1
            if not cells:
                continue
            if heads is None:
                heads = [head.strip() for head in cells]
                problems += [placed(here, problem) for problem in wrong_heads(heads, columns)]
            elif len(cells) != len(heads):
                problems.append(
                    f"{here}: has {len(cells)} cells, but there are {len(heads)} columns; "
                    f"{_SEPARATORS[separator]}, and a text that has one stands in quotes"
                )
            else:
                row = {head: cell for head, cell in zip(heads, cells, strict=True) if head in columns}
                if separator == ";":
                    row |= {head: _pointed(here, head, row[head]) for head in numeric & row.keys()}
                table.add(row, here)
    except csv.Error as error:
        raise DataError(f"{place}:{line}: is no CSV: {error}") from None
    if heads is None:
        problems.append(f"{place}: is empty; its first line must name the columns")
    return table


_SEPARATORS = {
    ",": "numbers have a decimal point where a comma separates columns",
    ";": "numbers have a decimal comma where a semicolon separates columns",
}


def _separator(place: str, text: str) -> str:
    """Return what separates the columns of a CSV table, as its first line tells."""
    first = re.search(r"[^\r\n]+", text)
    head, line = (first.group(), text.count("\n", 0, first.start()) + 1) if first else ("", 1)
    if re.fullmatch(r"sep=.\s*", head):
        raise DataError(f"{place}:{line}: must name the columns (got {shown(head)}); remove this line")
    found = [mark for mark in (",", ";", "\t") if mark in head]
    if len(found) > 1 or found == ["\t"]:
        raise DataError(
            f"{place}:{line}: columns must be separated by commas alone or by semicolons alone (got {shown(head)})"
        )
    return found[0] if found else ","


def _pointed(place: str, head: str, text: str) -> str:
    """Return a number with a decimal comma as one with a point; refuse one that has a point."""
    if "." in text and re.fullmatch(r"[-+\d\s.,eE]+", text):
        raise DataError(f"{place}: {head}: {_SEPARATORS[';']} (got {shown(text)}); write the whole table in one way")
    return text.replace(",", ".") if re.fullmatch(r"\s*[-+]?\d*,\d*([eE][-+]?\d+)?\s*", text, re.ASCII) else text


def wrong_heads(heads: list[str], columns: Any) -> list[Problem]:
    """Return a problem for each column that is unknown or stands twice."""
    nameless = [head for head in dict.fromkeys(heads) if not head or head.startswith("Unnamed: ")]
    strange = [head for head in dict.fromkeys(heads) if head not in columns and head not in nameless[:1]]
    hint = f" (known: {', '.join(columns)})"
    return [
        *(f"column {heads.index(head) + 1} has no name; {INDEX}" for head in nameless[:1]),
        *(UnknownNameError("column", head[:80], columns, hint=hint) for head in strange),
        *(f"column {head[:80]!r} stands twice" for head in repeated(heads) if head),
    ]


def csv_text(heads: list[str], rows: list[list[str]]) -> str:
    """Return CSV, cells quoted where they must be."""
    return "".join(",".join(map(_quoted, row)) + "\n" for row in [heads, *rows])


def _quoted(text: str) -> str:
    if len(text) >= _LONGEST_CELL:
        raise DataError(f"a text of {len(text):,} characters is too long for a cell of CSV; write JSON")
    if text and not any(mark in text for mark in ',"\r\n') and text == text.strip():
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if text else ""


def _write_folder(network: Network, folder: Path) -> None:
    """Write a network as a folder of CSV tables."""
    _refuse_foreign(folder)
    files = {name: text.encode("utf-8") for name, text in _files(network).items()}
    write_folder(
        folder, files, kept=_is_kept, check=lambda draft: _assert_kept(network, lambda: _read_folder(draft), folder)
    )


def _refuse_foreign(folder: Path) -> None:
    """Raise if a folder holds what is no network of ours, so that nobody's files are lost."""
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder}: is a file, and a network is to be written there as a folder; give another path")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    strays = _strays(folder)
    if strays or not (folder / MARKER).exists():
        why = f"it holds {strays[0][0]!r}" if strays else f"it has no {MARKER}"
        raise DataError(f"{folder}: is not empty and no network written by corridor ({why}); give another path")


def _files(network: Network) -> dict[str, str]:
    """Return the files of a network's folder."""
    files = {MARKER: csv_text(["name", "year"], [[network.name, cell(network.year)]])}
    for part, records in tables_of(network).items():
        rows = [[cell(value) for value in row_of(record).values()] for record in records]
        files[f"{part}.csv"] = csv_text(list(KINDS[part].model_fields), rows)
    if network.hazards:
        files[HAZARDS] = dump_yaml({"hazards": [mapping_of(hazard) for hazard in network.hazards]})
    return files
