"""Export of results: the tables of a flow, or any other result table, as CSV, workbook or Parquet."""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError, DataError
from corridor.files.bytes import write_bytes, write_folder
from corridor.files.rows import cell, csv_text
from corridor.messages import guarded, shown, unknown
from corridor.model.columns import FLOW_TABLES, column_names
from corridor.model.scenario import scenario_name
from corridor.solver.flow import Flow

if TYPE_CHECKING:
    import pandas as pd

_FORMS = ("csv", "xlsx", "parquet")
_TOTALS = (*column_names("totals"), "duality_gap")


def write_tables(
    tables: Flow | pd.DataFrame | Mapping[str, pd.DataFrame], path: str | os.PathLike[str], *, form: str | None = None
) -> Path:
    """Write the tables of a result to a file or folder, and return the path.

    Parameters
    ----------
    tables : Flow, DataFrame, or mapping of name to DataFrame
        Result to write. A flow has the tables totals, corridors, edges, nodes, supplies, markets, quotas, fleets,
        edge_flows and routes. All other results of this library are DataFrames, as of ``compare``, ``outcomes``,
        ``diff``, ``net.figures()`` and ``net.edge_table()``.
    path : str or path
        File or folder. ``.xlsx``: one workbook, a sheet a table. ``.csv`` or ``.parquet``: a single DataFrame. Without
        an ending: a folder with one file a table.
    form : {"csv", "xlsx", "parquet"}, optional
        Format, instead of the one that the ending names; csv by default in a folder.

    Returns
    -------
    pathlib.Path
        File or folder written.

    Raises
    ------
    DataError
        If several tables are given for a file that holds one, the ending is unknown, or the folder contains other
        files.
    CorridorError
        If the extra ``files`` (openpyxl, pyarrow) is needed and not installed.
    OSError
        If the file or folder cannot be written.

    Notes
    -----
    Columns keep their names, units included; the index becomes columns. Numbers are written in full. In CSV a text that
    a spreadsheet would take for a formula (``=``, ``+``, ``-``, ``@``, tab or line break first, and no number) has an
    apostrophe before it; workbooks, Parquet and what `write_network` writes hold every text as it is. In CSV and
    workbooks a missing number is an empty cell, no limit is ``inf``, and a list of edges is ``a;b`` (JSON where an id
    has a semicolon); Parquet keeps NaN, infinity, lists and `attrs`, and writes a column of mixed types as text.

    Examples
    --------
    >>> import corridor as cr, tempfile
    >>> folder = cr.write_tables(cr.solve(cr.load(year=2021)), tempfile.mkdtemp())
    >>> sorted(file.name for file in folder.iterdir())[:3]
    ['commodities.csv', 'corridors.csv', 'edge_flows.csv']
    """
    if not isinstance(path, str | os.PathLike) or not str(path) or "\0" in str(path):
        raise DataError(f"path must be the path of a file or folder (got {shown(path)})")
    frames, target = _frames(tables), Path(path)
    single = not isinstance(tables, Flow | Mapping)
    ending = "" if target.is_dir() or str(path).endswith(("/", os.sep)) else target.suffix.lower().removeprefix(".")
    chosen = form or ending or "csv"
    if chosen not in _FORMS:
        raise DataError(f"{target}: {unknown('table format', chosen, _FORMS)}")
    if chosen == "xlsx":
        if not ending and form is None:
            raise DataError(f"{target}: a workbook is a file; give a path that ends in .xlsx")
        write_bytes(target, _workbook(frames))
    elif single:
        write_bytes(target, _table_bytes(next(iter(frames.values())), chosen))
    elif ending:
        raise DataError(f"{target}: a {chosen} file holds one table (got {len(frames)}); give a folder or a .xlsx file")
    else:
        _write_folder(frames, target, chosen)
    return target


def _frames(tables: Any) -> dict[str, pd.DataFrame]:
    """Return the tables by name, with their index as columns."""
    import pandas as pd

    if isinstance(tables, Flow):
        totals = {name: [getattr(tables, name)] for name in _TOTALS}
        scenario = scenario_name(tables.scenario)
        frames = {"totals": pd.DataFrame({"scenario": [scenario], **totals})}
        frames["totals"].attrs = tables.corridors.attrs
        held = [name for name in FLOW_TABLES if name != "choices" or tables.solution.choice is not None]
        return frames | {name: _flat(getattr(tables, name)) for name in held}
    if isinstance(tables, pd.DataFrame):
        return {"table": _flat(tables)}
    if isinstance(tables, Mapping) and tables and all(isinstance(frame, pd.DataFrame) for frame in tables.values()):
        if invalid := [name for name in tables if not _is_name(name)]:
            raise DataError(f"a table's name must be valid as the name of a file and sheet (got {shown(invalid[0])})")
        return {name: _flat(frame) for name, frame in tables.items()}
    raise DataError(f"a Flow, a DataFrame or a mapping of names to DataFrames is needed (got {shown(tables)})")


def _is_name(name: object) -> bool:
    return isinstance(name, str) and 0 < len(name) <= 31 and all(mark.isalnum() or mark in "_- " for mark in name)


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its index as columns; a plain row number is dropped."""
    flat = frame.reset_index(drop=list(frame.index.names) == [None] and frame.index.dtype.kind in "iu")
    if list(flat.columns) != list(dict.fromkeys(map(str, flat.columns))):
        raise DataError(f"column names must be text and unique (got {shown(list(flat.columns))})")
    return flat


def _rows(frame: pd.DataFrame) -> Iterator[list[Any]]:
    """Yield rows of plain values, None for what is missing."""
    columns = [frame[column].tolist() for column in frame.columns]
    for row in zip(*columns, strict=True):
        yield [_plain(value) for value in row]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return tuple(map(str, value)) or None
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return None if value is None or type(value).__name__ in ("NAType", "NaTType") else value


def _table_bytes(frame: pd.DataFrame, form: str) -> bytes:
    """Return one table as the bytes of a file."""
    if form == "csv":
        rows = [[cell(v) if isinstance(v, float | int) else guarded(cell(v)) for v in row] for row in _rows(frame)]
        return csv_text(list(map(guarded, frame.columns)), rows).encode("utf-8")
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise CorridorError(
            "Parquet needs pyarrow, which is not installed: pip install 'corridor[files]', or write CSV"
        ) from None
    arrays = {column: _array(pa, _parquet_values(frame[column].tolist())) for column in frame.columns}
    about = json.dumps(frame.attrs, default=str)
    made = io.BytesIO()
    pq.write_table(pa.table(arrays).replace_schema_metadata({"PANDAS_ATTRS": about}), made)
    return made.getvalue()


def _array(pa: Any, values: list[Any]) -> Any:
    """Return a column for Parquet; values of types that it cannot combine become the text of a cell."""
    try:
        return pa.array(values, from_pandas=False)
    except pa.ArrowException:
        return pa.array([None if value is None else cell(value) for value in values])


def _parquet_values(values: list[Any]) -> list[Any]:
    """Return a column's values for Parquet: NaN is kept in columns of numbers, and missing in columns of text."""
    if all(isinstance(value, float) for value in values):
        return values
    return [list(value) if isinstance(value, tuple) else _plain(value) for value in values]


def _workbook(frames: Mapping[str, pd.DataFrame]) -> bytes:
    from corridor.files.excel import write_sheets

    def row(values: list[Any]) -> list[Any]:
        return [cell(value) if isinstance(value, tuple) else value for value in values]

    return write_sheets({name: (list(frame.columns), map(row, _rows(frame))) for name, frame in frames.items()})


def _write_folder(frames: Mapping[str, pd.DataFrame], folder: Path, form: str) -> None:
    """Write one file a table; raise if the folder contains other files."""
    files = {f"{name}.{form}": _table_bytes(frame, form) for name, frame in frames.items()}
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder}: is a file; give the path of a folder")
    unexpected = sorted(entry.name for entry in folder.iterdir() if entry.name not in files) if folder.is_dir() else []
    if unexpected:
        raise DataError(f"{folder}: folder contains other files ({unexpected[0]!r}); give another folder")
    write_folder(folder, files)
