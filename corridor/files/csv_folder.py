"""A network as a folder of CSV tables."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corridor.errors import CorridorError, DataError, Problem, UnknownNameError
from corridor.files import foreign
from corridor.files.bytes import decoded, read_bytes, write_folder
from corridor.files.rows import (
    HEAD,
    MOST_BYTES,
    cell,
    csv_text,
    head_of,
    read_csv,
    regime_of_cell,
    row_of,
    tables_of,
    year_of_cell,
)  # fmt: skip
from corridor.files.scenario_fields import to_fields
from corridor.files.scenario_yaml import dump_yaml, hazards_in_yaml
from corridor.messages import placed, unknown_name
from corridor.model.frames import KINDS, RawTable, numbers
from corridor.model.hazard import Hazard
from corridor.model.network import Network, build_network

MARKER, HAZARDS = "network.csv", "hazards.yaml"
_TABLES = [f"{part}.csv" for part in KINDS]
_KEPT = (".scenario.yaml", ".scenario.yml", ".txt", ".md")


def read(folder: Path) -> Network:
    """Return the network of a folder of CSV tables."""
    if not os.path.isdir(folder):
        raise DataError(f"{folder}: no such folder; a network is a folder of CSV tables or a file that ends in .json")
    try:
        problems: list[Problem] = [placed(str(folder / name), error) for name, error in _unexpected_files(folder)]
        if format_hint := foreign.of_folder([entry.name for entry in folder.iterdir()], _TABLES):
            raise DataError(f"{folder}: {format_hint}")
        if (edges := folder / "edges.csv").is_file():
            first = decoded(edges, read_bytes(edges, MOST_BYTES, "CSV table")).partition("\n")[0]
            if format_hint := foreign.of_edge_columns(re.split("[,;\t]", first.replace('"', ""))):
                raise DataError(f"{edges}: {format_hint}")
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error.strerror})") from None
    tables: dict[str, RawTable] = {}
    complete = True
    budget = MOST_BYTES
    for part, kind in KINDS.items():
        file = folder / f"{part}.csv"
        if not file.exists():
            if part in ("nodes", "edges"):
                problems.append(f"{file}: is missing; a network needs nodes.csv and edges.csv")
                complete = False
            continue
        try:
            raw = read_bytes(file, budget, "CSV table")
            budget -= len(raw)
            tables[part] = read_csv(str(file), raw, kind.model_fields, problems, numbers(kind))
        except DataError as error:
            problems += error.problems
            complete = False
    head: dict[str, Any] = {"name": folder.resolve().name}
    if (folder / MARKER).exists():
        head = _read_marker(folder / MARKER, problems)
    hazards: tuple[Hazard, ...] = ()
    locations: list[str] = []
    if (folder / HAZARDS).exists():
        try:
            text = decoded(folder / HAZARDS, read_bytes(folder / HAZARDS, budget, "YAML file"))
            hazards, locations = hazards_in_yaml(str(folder / HAZARDS), text, problems)
        except DataError as error:
            problems += error.problems
    return build_network(
        dict(tables), **head, hazards=hazards, hazard_locations=locations, problems=problems, complete=complete
    )


def _unexpected_files(folder: Path) -> list[tuple[str, UnknownNameError]]:
    """Return name and error for each file of a folder that is no part of a network."""
    known = [*_TABLES, MARKER, HAZARDS]
    names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    unexpected = [name for name in names if name not in known and not _is_kept(name)]
    return [(name, unknown_name("table of a network", name, known)) for name in unexpected]


def _is_kept(name: str) -> bool:
    """Tell whether a file may stand beside the tables of a network."""
    return name.startswith((".", "README")) or name.endswith(_KEPT)


def _read_marker(file: Path, problems: list[Problem]) -> dict[str, Any]:
    """Return name, year and regime from the file that marks a folder as a network."""
    try:
        table = read_csv(str(file), read_bytes(file, MOST_BYTES, "CSV table"), HEAD, problems)
    except DataError as error:
        problems += error.problems
        return {}
    if len(table) != 1:
        problems.append(f"{file}: must have one row, the network's name and year (got {len(table)})")
        return {}
    row, here = table.rows[0], table.locations[0]
    return {
        "name": row.get("name") or "",
        "year": year_of_cell(row.get("year"), here, problems),
        "regime": regime_of_cell(row.get("regime"), here, problems),
    }


def write(network: Network, folder: Path) -> None:
    """Write a network as a folder of CSV tables."""
    _refuse_foreign(folder)
    files = {name: text.encode("utf-8") for name, text in _files(network).items()}
    write_folder(
        folder, files, kept=_is_kept, check=lambda temporary: assert_kept(network, lambda: read(temporary), folder)
    )


def _refuse_foreign(folder: Path) -> None:
    """Raise if a folder holds what is no network of ours, so that nobody's files are lost."""
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder}: is a file, and a network is to be written there as a folder; give another path")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    unexpected = _unexpected_files(folder)
    if unexpected or not (folder / MARKER).exists():
        why = f"it holds {unexpected[0][0]!r}" if unexpected else f"it has no {MARKER}"
        raise DataError(f"{folder}: is not empty and no network written by corridor ({why}); give another path")


def _files(network: Network) -> dict[str, str]:
    """Return the files of a network's folder."""
    head = head_of(network)
    files = {MARKER: csv_text(list(head), [list(map(cell, head.values()))])}
    for part, records in tables_of(network).items():
        rows = [[cell(value) for value in row_of(record).values()] for record in records]
        files[f"{part}.csv"] = csv_text(list(KINDS[part].model_fields), rows)
    if network.hazards:
        files[HAZARDS] = dump_yaml({"hazards": [to_fields(hazard) for hazard in network.hazards]})
    return files


def assert_kept(network: Network, read: Callable[[], Network], target: Path) -> None:
    """Raise unless what was written reads as the same network, but for its reference, which no form keeps."""
    try:
        kept = read() == (network if network.reference is None else network.with_numbers(reference=None))
    except CorridorError as error:
        raise DataError(f"{target}: not written, for it could not be read back: {error}") from None
    if not kept:
        raise DataError(f"{target}: not written, for this form would not keep all of {network!r}; write JSON")
