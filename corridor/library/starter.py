"""A small documented network to start from: ``corridor new my-network/``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, get_args, get_origin

from corridor.errors import DataError
from corridor.files.bytes import encoded, write_folder
from corridor.library.networks import data_root
from corridor.messages import shown
from corridor.model.frames import KINDS, PARTS
from corridor.model.record_base import Record

README = "README.txt"
_HEAD = """A network for corridor: tables of nodes, edges and what is shipped over them.

    corridor compare --network {name}
    corridor solve --network {name} --scenario {scenario}
    corridor check {scenario}
    corridor simulate --network {name}

In Python: corridor.read_network("{name}"). Change the numbers, add rows; errors give the file and line.
All numbers here are made up.

Columns can be in any order; only those marked "needed" are required. An empty cell takes the default, or what the
column's description says. Names in a list are separated by semicolons: KAZ;RUS. Mt/y is million tonnes a year.
Where semicolons separate the columns, numbers have a decimal comma (3,5), and a list is quoted ("KAZ;RUS").
Lines that begin with # above the line of column names are comments.
hazards.yaml says what may happen at random. The folder may also hold figures.csv and sources.csv (where numbers come
from).
"""


def start_network(path: str | os.PathLike[str]) -> Path:
    """Write a small documented network to a new folder, to start from; return the folder.

    Parameters
    ----------
    path : str or path
        A folder that does not exist or is empty.

    Raises
    ------
    DataError
        If the folder holds anything.
    OSError
        If it cannot be written to.

    Examples
    --------
    >>> import corridor as cr, tempfile
    >>> cr.read_network(cr.start_network(tempfile.mkdtemp() + "/mine"))
    <Network my-network 2024: 4 nodes, 4 edges, 1 commodities, 2 corridors>
    """
    if not isinstance(path, str | os.PathLike) or not str(path) or "\0" in str(path):
        raise DataError(f"folder must be a path (got {shown(path)})")
    folder = Path(path)
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder}: is a file; give the path of a new folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise DataError(f"{folder}: is not empty; give the path of a new folder")
    shipped = sorted(data_root().joinpath("starter").iterdir(), key=lambda file: file.name)
    files = {file.name: file.read_bytes() for file in shipped}
    scenario = next(name for name in files if name.endswith(".scenario.yaml"))
    files[README] = encoded(_readme(str(folder), str(folder / scenario)))
    write_folder(folder, files)
    return folder


def _readme(name: str, scenario: str) -> str:
    """Return what every column of every table means, from the records themselves."""
    blocks = [_HEAD.format(name=name, scenario=scenario)]
    blocks += [_columns(f"{part}.csv", kind) for part, kind in KINDS.items() if part in PARTS]
    return "\n".join(blocks)


def _columns(name: str, kind: type[Record]) -> str:
    """Return the columns of a table, one a line."""
    lines = [f"{name}: {(kind.__doc__ or '').splitlines()[0]}"]
    for column, field in kind.model_fields.items():
        text = str(field.description)
        if get_origin(field.annotation) is Literal:
            text += f": {', '.join(get_args(field.annotation))}"
        default = "" if field.default in (None, "", ()) or field.is_required() else f" (default {field.default})"
        lines.append(f"  {column:<24}{text}{' (needed)' if field.is_required() else default}")
    return "\n".join(lines) + "\n"
