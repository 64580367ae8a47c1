"""Tables as the command line gives them: to people as text, to machines as CSV or JSON.

On a terminal a text keeps to its width. Results have no colour, so that NO_COLOR has nothing to switch off in them.
"""

from __future__ import annotations

import argparse
import re
import shutil
import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.cli import streams
from corridor.cli.exit_codes import DONE
from corridor.errors import guarded, visible

if TYPE_CHECKING:
    import pandas as pd

    from corridor.model.network import Network

HEADS = {
    "status": ("status", ""), "capacity_mtpa": ("capacity", "Mt/y"), "throughput_mtpa": ("moves", "Mt/y"),
    "utilisation": ("used", "%"), "unit_cost_usd_per_t": ("cost", "USD/t"), "transit_days": ("time", "days"),
    "distance_km": ("way", "km"), "risk_score": ("risk", "0-1"), "availability": ("in service", "%"),
    "expected_loss_usd_per_t": ("exp. loss", "USD/t"), "netback_usd_per_t": ("netback", "USD/t"),
    "shortfall_if_lost_mtpa": ("if lost", "Mt/y"), "bottleneck": ("bottleneck", ""), "way": ("best way", ""),
    "modelled_mtpa": ("modelled", "Mt/y"), "observed_mtpa": ("observed", "Mt/y"), "error_mtpa": ("error", "Mt/y"),
    "confidence": ("confidence", ""), "source": ("source", ""),
    "amount": ("amount", "Mt"), "share": ("share", "%"),
    "days_per_year": ("days", "a year"), "shortfall_mtpa": ("short", "Mt/y"), "shortfall_share": ("of all", "%"),
}  # fmt: skip
"""Heading and unit of columns."""
PRIORITY = {
    "capacity_mtpa": 1, "throughput_mtpa": 1, "flow_mtpa": 1, "netback_usd_per_t": 1, "unit_cost_usd_per_t": 1,
    "bottleneck": 2, "undisturbed": 2, "mean": 2, "cvar": 2, "status": 3, "commodity": 3, "corridor": 3,
    "transit_days": 4, "risk_score": 4, "shortfall_if_lost_mtpa": 4,
    "utilisation": 6, "availability": 6, "expected_loss_usd_per_t": 7, "mean_half": 7, "cvar_half": 7, "way": 8,
    "distance_km": 9, "subjects": 9,
}  # fmt: skip
"""Importance of columns, 1 the highest, 5 of those not listed: a terminal too narrow for all shows the first ones."""
_WORDS = ("", "status", "bottleneck", "way", "confidence", "source")
_DIGITS = {"transit_days": 0, "distance_km": 0, "risk_score": 2, "utilisation": 0}


def terminal_width(arguments: argparse.Namespace) -> int | None:
    """Return the width that a result must keep to; None in a pipe or file, for machines, and with ``--wide``."""
    if arguments.wide or arguments.format != "table" or arguments.output is not None or not streams.on_a_terminal():
        return None
    return shutil.get_terminal_size().columns


def columns_that_fit(columns: Iterable[str], render: Callable[[list[str]], str], width: int | None) -> list[str]:
    """Return the columns of a table that a width holds: one too wide by itself is left out, then the least important.

    Of equally important columns the one farthest to the right is left out first.
    """
    kept = list(columns)
    if width is None:
        return kept
    kept = [column for column in kept if _widest(render([column])) <= width] or kept[:1]
    while len(kept) > 1 and _widest(render(kept)) > width:
        kept.remove(max(reversed(kept), key=lambda column: PRIORITY.get(column, 5)))
    return kept


def _widest(text: str) -> int:
    return max(map(len, text.splitlines()), default=0)


def left_out(columns: Iterable[str], kept: list[str], heads: Mapping[str, tuple[str, str]] = HEADS) -> str:
    """Return a line that names the columns not shown, by their headings; nothing where all are."""
    hidden = [column for column in columns if column not in kept]
    names = dict.fromkeys(heads[column][0].strip() if column in heads else column for column in hidden)
    return f"Columns that do not fit: {', '.join(names)} (--wide shows all).\n" if names else ""


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
    return shown[kept].to_string() + "\n" + left_out(columns, kept, {})


def machine_text(frame: pd.DataFrame, form: str) -> str:
    """Return a table as CSV or JSON records, index included; in CSV no text is a formula."""
    frame = frame if frame.index.names == [None] else frame.reset_index()
    for column in {"subjects", "edges", "hazards"} & set(frame.columns):
        frame[column] = [";".join(ids) for ids in frame[column]]
    if form == "csv":
        from corridor.files.network import csv_text

        rows = zip(*(frame[column].tolist() for column in frame), strict=True)
        return csv_text([guarded(str(head)) for head in frame], [list(map(_exact, row)) for row in rows])
    return (frame.to_json(orient="records", indent=2, double_precision=10) or "") + "\n"


def _visible(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_visible, value))
    return visible(value) if isinstance(value, str) else value


def _exact(value: Any) -> str:
    """Return a value as the text of a cell, numbers to ten digits, nothing where there is none."""
    if value is None or value != value:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else guarded(value) if isinstance(value, str) else str(value)


def cell_text(column: str, value: Any) -> str:
    """Return a value as people read it, '-' where there is none."""
    if isinstance(value, str):
        return value if len(value) <= 60 else value[:57] + "..."
    if value != value:
        return "-"
    if value == float("inf"):
        return "no limit"
    percent = 100 if column in ("utilisation", "availability") else 1
    return f"{value * percent:,.{_DIGITS.get(column, 1)}f}"


def aligned(index: list[str], cells: Mapping[str, list[str]], heads: Mapping[str, tuple[str, str]] = HEADS) -> str:
    """Return columns of text under heads and, if any has one, units; numbers to the right, words to the left."""
    lines = [""] * (len(index) + 2)
    for column, values in {"": index, **cells}.items():
        name, unit = heads[column] if column else ("", "")
        texts = [name, f"[{unit}]" if unit else "", *map(visible, values)]
        width = max(map(len, texts))
        lines = [
            f"{line}{'  ' if line or name else ''}{text.ljust(width) if column in _WORDS else text.rjust(width)}"
            for line, text in zip(lines, texts, strict=True)
        ]
    if not any(heads[column][1] for column in cells):
        del lines[1]
    return "\n".join(f"  {line}".rstrip() for line in lines)


def fitted(
    index: list[str],
    cells: Mapping[str, list[str]],
    width: int | None,
    heads: Mapping[str, tuple[str, str]] = HEADS,
) -> str:
    """Return the columns of `aligned` that fit, with a line that names the others."""

    def render(columns: list[str]) -> str:
        return aligned(index, {column: cells[column] for column in columns}, heads)

    kept = columns_that_fit(cells, render, width)
    return "\n".join(filter(None, (render(kept), left_out(cells, kept, heads).rstrip())))


def title_of(network: Network) -> str:
    """Return name and year of a network, as far as it has them."""
    return visible(" ".join(map(str, filter(None, (network.name or "unnamed network", network.year)))))


def write_output(text: str, output: str | None, form: str = "table", *, width: int | None = None) -> int:
    """Print a result, or write it to a file whole; what machines read is exact but on a terminal."""
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
