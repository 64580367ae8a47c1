"""Tables of the command line: text for people, CSV or JSON for programs.

On a terminal, text keeps to its width. Results have no colour, so NO_COLOR needs no support.
"""

from __future__ import annotations

import argparse
import re
import shutil
import textwrap
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from corridor.cli import streams
from corridor.cli.exit_codes import DONE
from corridor.errors import visible
from corridor.messages import guarded
from corridor.model.columns import Column, printed

if TYPE_CHECKING:
    import pandas as pd

    from corridor.model.display_units import DisplayUnits
    from corridor.model.network import Network

C = TypeVar("C")
_MOST_SHOWN, _PAGE, _SCREEN = 60, 100, 80


def terminal_width(arguments: argparse.Namespace) -> int | None:
    """Return the width that a result must keep to; None in a pipe or file, for machines, and with ``--wide``."""
    if arguments.wide or arguments.format != "table" or arguments.output is not None or not streams.on_a_terminal():
        return None
    return shutil.get_terminal_size().columns


def columns_that_fit(columns: Sequence[C], render: Callable[[list[C]], str], width: int | None) -> list[C]:
    """Return the columns of a table that fit a width: those too wide alone are omitted, then the least important.

    Of equally important columns, as of those that have no priority, the rightmost is omitted first.
    """
    kept = list(columns)
    if width is None:
        return kept
    kept = [column for column in kept if _widest(render([column])) <= width] or kept[:1]
    while len(kept) > 1 and _widest(render(kept)) > width:
        last = max(range(len(kept)), key=lambda index: (getattr(kept[index], "priority", 0), index))
        del kept[last]
    return kept


def _widest(text: str) -> int:
    return max(map(len, text.splitlines()), default=0)


def omitted_columns(columns: Iterable[C], kept: Iterable[C]) -> str:
    """Return a line that names the columns not shown, by their headings; nothing where all are."""
    shown = list(kept)
    names = dict.fromkeys(_heading(column).strip() for column in columns if column not in shown)
    return f"Columns that do not fit: {', '.join(names)} (--wide shows all).\n" if names else ""


def _heading(column: object) -> str:
    return column.plain_heading if isinstance(column, Column) else str(column)


def folded(text: str, width: int) -> str:
    """Return text whose lines are broken between words to fit a width, and go on under their last column."""
    return "\n".join(line if len(line) <= width else _folded_line(line, width) for line in text.split("\n"))


def _folded_line(line: str, width: int) -> str:
    indent = len(line) - len(re.sub(r"^\s*(\S+ {2,})?", "", line))
    indent = indent if indent <= width // 2 else 0
    return textwrap.fill(line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


def table_text(frame: pd.DataFrame, width: int | None = None) -> str:
    """Return a table as text for people, names in it as a screen can show them."""
    named = frame.round(4).rename(index=_visible, columns=_visible)
    words = {str(name): cells.map(_visible) for name, cells in named.items() if cells.dtype.kind not in "biuf"}
    shown = named.assign(**words)
    columns: list[str] = shown.columns.tolist()
    kept = columns_that_fit(columns, lambda some: shown[some].to_string(), width)
    return shown[kept].to_string() + "\n" + omitted_columns(columns, kept)


def machine_text(frame: pd.DataFrame, form: str) -> str:
    """Return a table as CSV or JSON records, index included; in CSV no text is a formula, and lists are 'a;b'."""
    frame = frame if frame.index.names == [None] else frame.reset_index()
    if form == "csv":
        from corridor.files.rows import csv_text

        rows = zip(*(frame[column].tolist() for column in frame), strict=True)
        return csv_text([guarded(str(head)) for head in frame], [list(map(_exact, row)) for row in rows])
    return (frame.to_json(orient="records", indent=2, double_precision=10) or "") + "\n"


def document_text(network: Network, **parts: Any) -> str:
    """Return a JSON object: name, year and regime of a network, then parts; tables are lists of records."""
    import json

    import pandas as pd

    document = {"network": network.name, "year": network.year, "regime": network.regime}
    document |= {
        key: json.loads(machine_text(part, "json")) if isinstance(part, pd.DataFrame) else part
        for key, part in parts.items()
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _visible(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_visible, value))
    return visible(value) if isinstance(value, str) else value


def _exact(value: Any) -> str:
    """Return a value as the text of a cell: numbers to ten digits, lists as 'a;b', empty for a missing value."""
    if isinstance(value, tuple | list):
        return guarded(";".join(map(str, value)))
    if value is None or value != value:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else guarded(value) if isinstance(value, str) else str(value)


def aligned(columns: Iterable[Column], frame: pd.DataFrame, tail: str = "", names_width: int | None = None) -> str:
    """Return columns of a table under headings and, if any has one, units; long text is cut.

    Numbers are aligned right, words left. `tail` names the worst years in headings; names of rows longer than
    `names_width` go on below.
    """
    columns = list(columns)
    names = [_broken(visible(str(name)), names_width) for name in frame.index]
    index = [name[0] for name in names]
    width = max((len(line) for name in names for line in name), default=0)
    heads = [column.heading.format(tail=tail).split("\n") for column in columns]
    high = max(map(len, heads), default=0)
    lines = [" " * width] * (high + 1) + [name.ljust(width) for name in index]
    for column, head in zip(columns, heads, strict=True):
        unit = column.shown_unit.replace("million", "M")
        cells = [_shortened(column.text(value)) for value in frame[column.name]]
        texts = [*[""] * (high - len(head)), *head, f"[{unit}]" if unit else "", *map(visible, cells)]
        width = max(map(len, texts))
        lines = [
            f"{line}  {text.ljust(width) if column.kind == 'word' else text.rjust(width)}"
            for line, text in zip(lines, texts, strict=True)
        ]
    if not any(column.unit for column in columns):
        del lines[high]
    heads_end = len(lines) - len(index)
    rows = zip(lines[heads_end:], names, strict=True)
    shown = [*lines[:heads_end], *(line for row, name in rows for line in (row, *name[1:]))]
    return "\n".join(f"  {line}".rstrip() for line in shown)


def _broken(name: str, width: int | None) -> list[str]:
    """Return a name in lines of a width."""
    return (textwrap.wrap(name, width) if width else []) or [name]


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."


def fitted(
    table: str, frame: pd.DataFrame, width: int | None, tail: str = "", units: DisplayUnits | None = None
) -> str:
    """Return the printed columns of a result that fit, with a line that names the others; in tonnes by default."""
    columns = printed(table) if units is None else units.columns(printed(table))
    kept = columns_that_fit(columns, lambda some: aligned(some, frame, tail), width)
    return "\n".join(filter(None, (aligned(kept, frame, tail), omitted_columns(columns, kept).rstrip())))


def notes_of(table: pd.DataFrame) -> list[str]:
    """Return the notes of a table's states with their names, without the minima that scenarios make impossible.

    Those of the baseline are told; of a scenario `outcomes` has the sum, `solve` and `check` the quotas.
    """
    from corridor.solver.solution import MISSED
    from corridor.study.scenario_runs import BASELINE

    notes = ((name, note) for name, some in table.attrs.get("notes", {}).items() for note in some)
    return [f"{name}: {note}" for name, note in notes if name == BASELINE or not note.startswith(MISSED)]


def carried_text(network: Network, width: int | None) -> str:
    """Return how many figures are carried to the network's year, how old the oldest are, and how far the evidence goes.

    Empty where none is carried.
    """
    from corridor.model.figures import age_years, carried

    ages = [age_years(figure, network.year) for figure in carried(network.figure_records, network.year)]
    if not ages:
        return ""
    oldest = max(ages)
    years = f"{oldest} year{'' if oldest == 1 else 's'}"
    text = f"Carried to {network.year} from earlier years: {len(ages):,} figures, the oldest ({ages.count(oldest):,})"
    text += f" over {years}" + (f"; evidence to {network.as_of}. " if network.as_of else ". ")
    text += f"`corridor figures --carried --year {network.year}` lists them."
    return f"{paragraph(text, width or _SCREEN)}\n"


def paragraph(text: str, width: int | None) -> str:
    """Return text in lines that fit the terminal, or a page."""
    return textwrap.fill(text, width or _PAGE, break_long_words=False, break_on_hyphens=False)


def say_notes(arguments: argparse.Namespace, notes: Iterable[str]) -> None:
    """Print notes to stderr, on a terminal in lines that fit it unless all is wanted wide."""
    fits = streams.notes_on_a_terminal() and not arguments.wide
    for note in notes:
        streams.say(folded(note, shutil.get_terminal_size().columns) if fits else note)


def title_of(network: Network) -> str:
    """Return name and year of a network."""
    return visible(" ".join(map(str, filter(None, (network.name or "unnamed network", network.year)))))


def write_output(text: str, output: str | None, form: str = "table", *, width: int | None = None) -> int:
    """Print a result or write it to a file; CSV and JSON are escaped on a terminal only."""
    if form == "table" or (output is None and streams.on_a_terminal()):
        text = visible(text, keep="\n")
    if width is not None:
        text = folded(text, width)
    if output is None:
        streams.require_stdout()
        print(text, end="")
    else:
        from corridor.files.bytes import write_text

        write_text(Path(output), text)
        streams.say(f"Written: {output}")
    return DONE
