"""`corridor figures`: every figure with its value, source and age; for a new year what has to be looked up."""

from __future__ import annotations

import argparse
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from corridor.cli.inputs import add_command, add_output, load_network
from corridor.cli.printing import document_text, machine_text, paragraph, terminal_width, title_of, write_output
from corridor.errors import DataError, visible

if TYPE_CHECKING:
    import pandas as pd

    from corridor.model.network import Network
    from corridor.model.records import Source

_MOST_YEARS = 20
"""How far after the newest year of a network ages may be asked for, which only a slip exceeds."""


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(commands, "figures", run, "list every figure with its value, source and age, the oldest first")
    parser.add_argument(
        "--network",
        default="caspian",
        metavar="NAME_OR_PATH",
        help="shipped network, or path of your own folder or file (default: caspian)",
    )
    parser.add_argument(
        "--year",
        type=int,
        metavar="YEAR",
        help="year of a shipped network (default: its newest), or a later one: ages are then those in that year",
    )
    parser.add_argument("--subject", metavar="ID", help="only what is about this node, edge, corridor or input")
    parser.add_argument("--attribute", metavar="NAME", help="only this field")
    parser.add_argument(
        "--carried",
        action="store_true",
        help="only chosen figures whose last year, as far as their source speaks, lies before YEAR",
    )
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    network = _network_of(arguments.network, arguments.year)
    table = network.figures(arguments.subject, arguments.attribute, carried=arguments.carried)
    if not arguments.carried and network.year is not None:
        table["age_years"] = (network.year - table["until"]).clip(lower=0)
        table = table.sort_values("age_years", ascending=False, kind="stable", ignore_index=True)
    width = terminal_width(arguments)
    if arguments.format == "table":
        text = "\n".join(_blocks(network, table, arguments.carried, width)) + "\n"
    elif arguments.format == "json":
        text = document_text(network, as_of=network.as_of, rows=table)
    else:
        text = machine_text(table, arguments.format)
    return write_output(text, arguments.output, arguments.format, width=width)


def _network_of(name: str, year: int | None) -> Network:
    """Return the network of a year; of a year after its newest the newest, with every figure carried to that year."""
    newest = load_network(name, None)
    if year is None or newest.year is None or year < newest.year:
        return newest if year is None else load_network(name, year)
    if year > newest.year + _MOST_YEARS:
        raise DataError(
            f"--year {year}: must be at most {newest.year + _MOST_YEARS}, {_MOST_YEARS} years after the newest of "
            f"{title_of(newest)}"
        )
    return newest.replace(year=year)


def _blocks(network: Network, table: pd.DataFrame, carried: bool, width: int | None) -> Iterator[str]:
    """Yield a head, and the figures of each age: name, value, unit and confidence, below them the source."""
    yield paragraph(_head(network, table, carried), width)
    known = {source.id: source for source in network.sources}
    ages = table["age_years"].tolist() if "age_years" in table else [None] * len(table)
    for position, (row, age) in enumerate(zip(table.to_dict("records"), ages, strict=True)):
        if age is not None and (position == 0 or age != ages[position - 1]):
            yield f"\n{_age(age)} in {network.year}: known to {row['until']}" if age else f"\nKnown for {network.year}"
        rival = "" if row["choice"] == "chosen" else f", {row['choice']}"
        number = f"{_value(row['value'], row['unit'])}, {row['confidence']}{rival}"
        yield visible(f"  {row['subject']}.{row['attribute']}  {number}")
        source = visible(_sources(row, known))
        yield f"    {source if width is None else textwrap.shorten(source, width - 4, placeholder=' ...')}"


def _value(value: float | None, unit: str) -> str:
    """Return a value and its unit as people read them, '-' where there is none."""
    return "-" if value is None or value != value else f"{value:.6g}" + (f" {unit}" if unit != "1" else "")


def _sources(row: dict[Any, Any], known: Mapping[str, Source]) -> str:
    """Return who says a figure, where and when, the formula first if it has one."""
    says = [known[id] for id in row["sources"] if id in known]
    texts = [", ".join(filter(None, (source.publisher, source.title, source.date))) for source in says]
    return "; ".join([*([f"= {row['formula']}"] if row["formula"] else []), *texts]) or "no source given"


def _head(network: Network, table: pd.DataFrame, carried: bool) -> str:
    """Return what is listed, how many figures have which age, and what is not in the list."""
    if not network.figure_records:
        return f"{title_of(network)}: no figures are kept; its records have numbers without sources."
    what = "figures carried from earlier years" if carried else "figures, chosen and rival"
    text = f"{title_of(network)}: {len(table):,} {what}"
    if "age_years" in table and len(table):
        counts = Counter(table["age_years"].tolist())
        ages = [f"{counts[age]:,} of {_age(age).lower()}" for age in sorted(counts, reverse=True) if age]
        text += f", the oldest first: {', '.join(ages)}" if ages else ""
    text += f". Evidence to {network.as_of}." if network.as_of else "."
    return f"{text} A, B, C: confidence. --format csv adds ranges, years, notes and addresses."


def _age(years: int) -> str:
    """Return an age in words."""
    return f"Age {years} year{'' if years == 1 else 's'}"
