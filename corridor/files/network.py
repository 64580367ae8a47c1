"""Networks in files: `read_network` and `write_network`, whatever the form, nothing lost and nothing guessed."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from corridor.errors import CorridorError, DataError
from corridor.files import csv_folder, foreign
from corridor.files.bytes import read_bytes, write_bytes
from corridor.files.rows import MOST_BYTES
from corridor.messages import nearest, shown, unknown
from corridor.model.network import Network, require_network


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
        keys, cells that break a rule, duplicate and unknown ids.

    Notes
    -----
    A folder needs ``nodes.csv`` and ``edges.csv``; ``commodities``, ``corridors``, ``supplies``, ``markets``,
    ``quotas``, ``rates``, ``trunks``, ``fleets``, ``rate_groups``, ``figures`` and ``sources`` are optional, as
    ``hazards.yaml`` and ``network.csv`` (name, year, regime) are. Columns are the fields of the records, units in their
    names. An empty cell takes the field's default. A list in a cell is ``KAZ;RUS``, or JSON where a name has a
    semicolon of its own. The first line of a table decides how it is read: where commas separate the columns, numbers
    have a decimal point (``3.5``); where semicolons do, a decimal comma (``3,5``), and a list is quoted; a table that
    mixes them is refused.
    Files are read up to 100 MB, workbooks that unpack to so much. Empty sheets, and sheets called notes, README, about,
    comments or info, are passed over. Edge ids of GraphML that are numbers, one of which is repeated at another pair of
    nodes, are keys of networkx: the edge is called ``tail-head-key``, as `Network.from_networkx` does. Files of other
    programs are refused in one sentence that says what to do.

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
        return csv_folder.read(source)
    raw = read_bytes(source, MOST_BYTES, f"network file (.{form})")
    network: Network = _call(form, FORMATS[form].read, str(source), raw)
    return network


def write_network(network: Network, path: str | os.PathLike[str], *, form: str | None = None) -> Path:
    """Write a network to a file or folder, whole or not at all, and return the path.

    Parameters
    ----------
    network : Network
        What to write: records, hazards, figures, sources, name, year and regime.
    path : str or path
        A file with an ending of `FORMATS`, or a folder of CSV tables.
    form : str, optional
        ``"folder"`` or a key of `FORMATS`, regardless of the path's ending.

    Raises
    ------
    DataError
        If a folder holds anything but a network written by corridor, or the form cannot hold a text of the network.
    OSError
        If it cannot be written to.

    Notes
    -----
    What is written is read back and compared before it takes its place, so that nothing is lost in silence. Its
    `reference`, the network of another year, is not in the file: ``read_network(path).replace(reference=...)`` gives it
    back, and `solve` asks for it where commodities choose. GraphML
    carries typed attributes of nodes and edges for networkx and Gephi; GeoJSON places nodes as points and edges as
    lines between them (nodes without a position have no geometry); what those formats cannot hold is stored in them
    as JSON. A folder that holds a network already is replaced; scenario files and notes (``.txt``, ``.md``) beside the
    tables stay.
    """
    require_network(network)
    target, form = _checked(path, form)
    if form == "folder":
        csv_folder.write(network, target)
        return target
    data: bytes = _call(form, FORMATS[form].write, network)
    csv_folder.assert_kept(network, lambda: _call(form, FORMATS[form].read, str(target), data), target)
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
        text = f".{form} files need {error.name}, which is not installed: pip install 'corridor[{extra}]'"
        raise CorridorError(f"{text}, or write CSV or JSON") from None


def _checked(path: Any, form: str | None, known: Callable[[str], str | None] = lambda ending: None) -> tuple[Path, str]:
    """Return path and form, or say what is wrong with them; `known` describes foreign endings."""
    if not isinstance(path, str | os.PathLike) or not str(path) or "\0" in str(path):
        raise DataError(f"a network is read from and written to a path (got {shown(path)})")
    location = Path(path)
    if form is not None:
        if form not in FORMS:
            raise DataError(unknown("form of a network file", str(form), FORMS))
        return location, form
    if os.path.isdir(location) or str(path).endswith(("/", os.sep)) or not location.suffix:
        return location, "folder"
    ending = location.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        if text := known(ending):
            raise DataError(f"{location}: {text}")
        *others, last = (f".{known}" for known in FORMATS)
        near = nearest(ending, FORMATS)
        hint = f"; did you mean '.{near}'?" if near else ""
        raise DataError(
            f"{location}: a network file ends in {', '.join(others)} or {last}, or is a folder of CSV tables{hint} "
            "(form= overrides the ending)"
        )
    return location, ending
