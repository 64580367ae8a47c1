"""`sources`: the figures that a table or a flow rests on, as footnotes and BibTeX."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridor.errors import DataError
from corridor.library.networks import data_version, load
from corridor.messages import shown
from corridor.model.figures import FigureSet, figure_rows, key_of, standing
from corridor.model.network import Network
from corridor.model.records import Figure, Source
from corridor.model.scenario import scenario_name
from corridor.model.stamp import stamped
from corridor.solver.flow import Flow
from corridor.study.bibtex import bibtex
from corridor.study.figures_used import FiguresUsed, Subjects, subjects_of
from corridor.study.subjects import FlowSubjects, subjects_kept

if TYPE_CHECKING:
    import pandas as pd

FIRST = ("confidence", "subject", "attribute", "record", "value", "low", "high", "unit")
LAST = ("inputs", "own_sources")
_FROM_TABLE = ("formula", "source", "publisher", "date", "url", "note", "since", "until", "sources")


def sources(table: pd.DataFrame | pd.Series | Flow, net: Network | None = None) -> Sources:
    """Return what a table or a flow rests on: the chosen figures that its numbers use, as footnotes and BibTeX.

    Parameters
    ----------
    table : DataFrame, Series or Flow
        Result of `compare` or `outcomes`, some rows or columns of it, another table of records (those of a flow
        among them), or a flow.
    net : Network, optional
        Network that the table was made from; a table of a shipped network without figures of one's own needs none.

    Returns
    -------
    Sources
        Its `table` has a figure a row, worst confidence first, numbered; `footnotes` gives them as text, `bibtex` the
        sources.

    Raises
    ------
    DataError
        If the network is needed, or is not the one of the table; or the table does not say what it is about.

    Notes
    -----
    What a number uses:

    - capacities and bottlenecks: limits and quotas of the trunk and of the minimum cut;
    - cost, time, distance, risk and netback: the best route, its market's price, value and interest of the cargo;
    - throughput, next tonne and what is lost: what moves in the flow, from the supplies to the markets;
    - totals of `outcomes`, and a flow: all that carries something, every supply, the markets that get or require
      something, and the limits that bind;
    - any other table: the records that its rows name.

    The inputs of formulas come along, down to figures that have a source. Positions on the map are not used by any
    number. Columns that are left out of the table are left out here: ``sources(table[["capacity_mtpa"]])`` has no
    tariffs.

    Examples
    --------
    >>> import corridor as cr
    >>> table = cr.compare(cr.load(year=2024), [], corridors="btc", columns=["capacity_mtpa", "netback_usd_per_t"])
    >>> capacity = cr.sources(table[["capacity_mtpa"]])
    >>> capacity.table.query("subject == 'btc'")[["attribute", "value", "confidence"]].values.tolist()
    [['capacity_mtpa', 50.0, 'A']]
    >>> len(cr.sources(table)) > len(capacity)
    True
    """
    import pandas as pd

    if isinstance(table, Flow):
        if net is not None:
            raise DataError("a Flow has its network; call sources(flow) without net")
        subjects = Subjects(flow=frozenset(FlowSubjects(table.solution).every))
        return _sources(table.network, subjects, None, {"scenario": scenario_name(table.scenario)})
    if isinstance(table, pd.Series):
        table = table.to_frame() if table.index.names != [None] else table.to_frame().T.rename_axis(_levels(table))
        table.attrs = dict(table.attrs)
    if not isinstance(table, pd.DataFrame):
        raise DataError(f"sources needs a table of a result, or a Flow (got {type(table).__name__})")
    network = _network_of(table.attrs, net)
    about: dict[str, Any] = {key: table.attrs[key] for key in ("commodity", "scenario") if key in table.attrs}
    return _sources(network, subjects_of(table, network), [str(column) for column in table.columns], about)


@dataclass(frozen=True, eq=False)
class Sources:
    """Figures that a result rests on, and their sources.

    Attributes
    ----------
    table : DataFrame
        One row a figure, worst confidence first, indexed by number:

        - confidence: A, B or C
        - subject, attribute, record: what the figure is of
        - value, low, high, unit
        - formula: how it is worked out from other figures; empty where it is not
        - source, publisher, date, url: of its sources, those of a formula's inputs included
        - note, since, until
        - sources: their ids, the keys in BibTeX
        - inputs: numbers of the figures in its formula
        - own_sources: those of `sources` that the figure names itself
    references : tuple of Source
        All sources named, by id.
    notes : tuple of str
        What the network notes about its figures: those of one's own, and numbers that are not what they say.
    """

    table: pd.DataFrame
    references: tuple[Source, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.table)

    def __eq__(self, other: object) -> bool:
        """Tell whether two name the same figures and sources."""
        if not isinstance(other, Sources):
            return NotImplemented
        same = (self.references, self.notes) == (other.references, other.notes)
        return same and self.table.attrs == other.table.attrs and self.table.equals(other.table)

    def __hash__(self) -> int:
        return hash((self.references, self.notes, len(self.table)))

    @property
    def summary(self) -> str:
        """How many figures there are, by confidence."""
        if not len(self.table):
            return "no figure is kept of what these numbers use"
        counts = self.table["confidence"].value_counts()
        by_confidence = ", ".join(f"{counts[grade]} of confidence {grade}" for grade in "CBA" if grade in counts)
        return f"{_counted(len(self.table), 'figure')} from {_counted(len(self.references), 'source')}: {by_confidence}"

    def footnotes(self, *, width: int = 100) -> str:
        """Return the figures as numbered footnotes, worst confidence first, in lines of a width.

        Parameters
        ----------
        width : int
            Most characters in a line, > 20.

        Raises
        ------
        DataError
            If the width is too small.
        """
        if isinstance(width, bool) or not isinstance(width, int) or width <= 20:
            raise DataError(f"footnotes: width must be a whole number > 20 (got {shown(width)})")
        indent = " " * (len(str(len(self.table))) + 3)
        numbered = [(f"[{number}]".ljust(len(indent)), text) for number, text in _Footnotes(self).sentences()]
        lines = [
            ("", f"{self.summary[:1].upper()}{self.summary[1:]}."),
            *numbered,
            *(("", note) for note in self.notes),
        ]
        return "".join(
            textwrap.fill(
                f"{head}{text}", width, subsequent_indent=indent if head else "", break_long_words=False,
                break_on_hyphens=False,
            ) + "\n"
            for head, text in lines
        )  # fmt: skip

    def bibtex(self) -> str:
        """Return the sources as BibTeX, one entry each; keys are their ids."""
        return bibtex(self.references)

    def __repr__(self) -> str:
        return f"<Sources: {self.summary}>"

    def _repr_html_(self) -> str:
        """Return how it shows itself in a notebook."""
        from corridor.show.sources_card import sources_card

        return sources_card(self)


def _sources(network: Network, subjects: Subjects, columns: Iterable[str] | None, about: Mapping[str, Any]) -> Sources:
    """Return the figures of a network that some columns use, with all inputs of their formulas."""
    import pandas as pd

    held = standing(network.figure_records, network.year)
    used = FiguresUsed(columns, subjects, network)
    figure_set = FigureSet(held, network.year)
    keys = dict.fromkeys(key_of(figure) for figure in held if figure in used)
    waiting = list(keys)
    while waiting:
        inputs = [key for key in figure_set.inputs.get(waiting.pop(), {}).values() if key not in keys]
        keys |= dict.fromkeys(inputs)
        waiting += inputs
    figures = sorted((figure_set.figures[key] for key in keys), key=_rank)
    numbers = {key_of(figure): number for number, figure in enumerate(figures, start=1)}
    known = {source.id: source for source in network.sources}
    rows = [_row(figure, figure_set, numbers, network.sources) for figure in figures]
    index = pd.RangeIndex(1, len(rows) + 1, name="number")
    table = pd.DataFrame(rows, columns=[*FIRST, *_FROM_TABLE, *LAST], index=index)
    named = sorted({source for figure in figures for source in figure.sources})
    references = tuple(known.get(id) or Source(id=id, title=id) for id in named)
    return Sources(stamped(table, network, **about), references, tuple(network.notes))


def _rank(figure: Figure) -> tuple[int, str, str, str]:
    """Return where a figure stands: worst confidence first, then by name."""
    return -ord(figure.confidence), figure.subject, figure.attribute, figure.record


def _row(
    figure: Figure, figure_set: FigureSet, numbers: Mapping[str, int], sources: Sequence[Source]
) -> dict[str, Any]:
    """Return the row of a figure."""
    inputs = figure_set.inputs.get(key_of(figure), {})
    own = figure_set.stated(key_of(figure)).sources if inputs else figure.sources
    return {
        **figure_rows([figure], sources)[0],
        "inputs": tuple(sorted(numbers[key] for key in inputs.values())),
        "own_sources": tuple(own),
    }


_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


class _Footnotes:
    """Figures as sentences; a source is given in full where it is named first."""

    def __init__(self, sources: Sources) -> None:
        self._table = sources.table
        self._library = {source.id: source for source in sources.references}
        self._first: dict[str, int] = {}

    def sentences(self) -> Iterator[tuple[int, str]]:
        """Yield the number of each figure, and what it is, how it is worked out and who says so."""
        for number, row in zip(self._table.index.tolist(), self._table.to_dict("records"), strict=True):
            cited = [self._cited(number, id) for id in row["own_sources"]]
            note = [f"Note: {row['note']}"] if row["note"] else []
            yield number, ". ".join(part.rstrip(".") for part in (self._figure(row), *cited, *note)) + "."

    def _figure(self, row: Mapping[Any, Any]) -> str:
        """Return a figure with its unit, range and confidence, and its formula with the numbers of the inputs."""
        unit = "" if row["unit"] == "1" else f" {row['unit']}"
        low, high = row["low"], row["high"]
        known = low is not None and high is not None and low == low and high == high and low != high
        between = f" ({low:.4g} to {high:.4g})" if known else ""
        text = (
            f"{row['subject']}.{row['attribute']} = {row['value']:.6g}{unit}{between}, confidence {row['confidence']}"
        )
        if not row["formula"]:
            return text
        numbers = {f"{input['subject']}.{input['attribute']}": number for number in row["inputs"]
                   for input in [self._table.loc[number]]}  # fmt: skip
        formula = _DOTTED.sub(lambda name: _numbered(name.group(), numbers), row["formula"])
        return f"{text}; worked out as {formula}"

    def _cited(self, number: int, id: str) -> str:
        """Return a source in words: in full, or where it was so."""
        source = self._library[id]
        if (first := self._first.setdefault(id, number)) != number:
            return f"{source.publisher or source.title}, as in [{first}]"
        head = f"{source.publisher}: {source.title}" if source.publisher else source.title
        return ", ".join(filter(None, (head, source.date, source.url)))


def _numbered(name: str, numbers: Mapping[str, int]) -> str:
    return f"{name} [{numbers[name]}]" if name in numbers else name


def _network_of(attrs: Mapping[Any, Any], net: Network | None) -> Network:
    """Return the network of a table: the one given, or the shipped one that its attrs name."""
    name, year = attrs.get("network"), attrs.get("year")
    if net is not None:
        if not isinstance(net, Network):
            raise DataError(f"net must be a Network (got {type(net).__name__})")
        if "network" in attrs and (name, year) != (net.name, net.year):
            raise DataError(
                f"net is {net.name or 'unnamed'!r} of {net.year}, but the table is of {name or 'unnamed'!r} of {year}; "
                "give the network that the table was made from"
            )
        if others := [note for note in _own_numbers(attrs) if note not in net.notes]:
            raise DataError(
                f"net lacks numbers that the table's network had of its own ({others[0]}); give the network that the "
                "table was made from"
            )
        return net
    remedy = "; give it as net"
    if attrs.get("data_version") is None:
        raise DataError(f"the table's attrs do not name a shipped network{remedy}")
    if attrs["data_version"] != data_version():
        raise DataError(
            f"the table was made from data {attrs['data_version']}, installed is {data_version()}: its network is "
            f"needed{remedy}"
        )
    if altered := _own_numbers(attrs):
        raise DataError(f"the table's network has numbers of its own ({altered[0]}){remedy}")
    return load(str(name), year) if attrs.get("regime") is None else load(str(name), year, regime=attrs["regime"])


def _own_numbers(attrs: Mapping[Any, Any]) -> list[str]:
    """Return the notes of a table, by scenario or not, that say that numbers are not those of the data."""
    notes = attrs.get("notes")
    listed = [note for some in notes.values() for note in some] if isinstance(notes, dict) else list(notes or ())
    return [note for note in listed if note.startswith(("figure '", "by the figures of ", "Altered in a table"))]


def _levels(row: pd.Series[Any]) -> list[str | None]:
    """Return names for the index of a row that was taken out of a table."""
    parts = row.name if isinstance(row.name, tuple) else (row.name,)
    by_size: dict[int, list[str | None]] = {2: ["scenario", "corridor"], 3: ["scenario", "corridor", "origin"]}
    scenarios = subjects_kept(row.attrs) or {}
    return by_size.get(len(parts), ["scenario" if parts[0] in scenarios else "corridor"])


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
