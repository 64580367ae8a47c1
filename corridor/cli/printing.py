"""Tables as the command line gives them: to people as text, to machines as CSV or JSON."""

from __future__ import annotations

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
}  # fmt: skip
_WORDS = ("", "status", "bottleneck", "best way", "confidence", "source")
_DIGITS = {"transit_days": 0, "distance_km": 0, "risk_score": 2, "utilisation": 0}


def table_text(frame: pd.DataFrame) -> str:
    """Return a table as text for people, names in it as a screen can show them."""
    named = frame.round(4).rename(index=_visible, columns=_visible)
    words = {str(name): cells.map(_visible) for name, cells in named.items() if cells.dtype.kind not in "biuf"}
    return named.assign(**words).to_string() + "\n"


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


def aligned(index: list[str], cells: dict[tuple[str, str], list[str]]) -> str:
    """Return columns of text under heads and, if any has one, units; numbers to the right, words to the left."""
    columns = [(("", ""), index), *cells.items()]
    lines = [""] * (len(index) + 2)
    for (name, unit), values in columns:
        words = name in _WORDS
        column = [name, f"[{unit}]" if unit else "", *map(visible, values)]
        width = max(map(len, column))
        lines = [
            f"{line}{'  ' if line or name else ''}{cell.ljust(width) if words else cell.rjust(width)}"
            for line, cell in zip(lines, column, strict=True)
        ]
    if not any(unit for _, unit in cells):
        del lines[1]
    return "\n".join(f"  {line}".rstrip() for line in lines)


def title_of(network: Network) -> str:
    """Return name and year of a network, as far as it has them."""
    return visible(" ".join(map(str, filter(None, (network.name or "unnamed network", network.year)))))


def write_output(text: str, output: str | None, form: str = "table") -> int:
    """Print a result, or write it to a file whole; what machines read is exact but on a terminal."""
    if form == "table" or (output is None and streams.on_a_terminal()):
        text = visible(text, keep="\n")
    if output is None:
        streams.require_stdout()
        print(text, end="")
    else:
        from corridor.files.bytes import write_text

        write_text(Path(output), text)
        streams.say(f"Written: {output}")
    return DONE
