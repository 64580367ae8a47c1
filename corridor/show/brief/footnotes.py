"""Sources behind the tables of a brief: one numbered list, and marks that lead to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corridor.model.network import Network
from corridor.model.records import Source
from corridor.show.brief.names import Names
from corridor.show.html import Html, counted, link, tag
from corridor.study.sources import Sources

if TYPE_CHECKING:
    import pandas as pd

_CONFIDENCES = "CBA"
"""Grades of confidence, the worst first."""
_MOST_NAMED = 12
"""Figures of one grade that a source is listed with by name."""


class Footnotes:
    """Sources of the figures that tables rest on, numbered.

    Those with an address stand before those without; of each the worst grade first, the source of most figures first.

    Parameters
    ----------
    network : Network
        Network of the figures.
    behind : mapping of str to Sources
        What each table, or section, rests on.
    """

    def __init__(self, network: Network, behind: Mapping[str, Sources]) -> None:
        self._names = Names(network)
        self._year = network.year
        self._figures: dict[str, dict[str, dict[str, Any]]] = {}
        references: dict[str, Source] = {}
        self._behind: dict[str, set[str]] = {}
        for name, sources in behind.items():
            self._behind[name] = set()
            references |= {source.id: source for source in sources.references}
            for row in sources.table.to_dict("records"):
                for id in row["own_sources"]:
                    self._figures.setdefault(id, {})[_key(row)] = {str(k): v for k, v in row.items()}
                    self._behind[name].add(id)
        ranked = sorted((references[id] for id in self._figures), key=self._rank)
        self._sources = {source.id: source for source in ranked}
        self._numbers = {id: number for number, id in enumerate(self._sources, start=1)}

    def __len__(self) -> int:
        return len(self._sources)

    def marks(self, ids: Iterable[str]) -> Html:
        """Return the numbers of sources as links to the list; those in a row as the first and the last."""
        runs: list[list[int]] = []
        for number in sorted({self._numbers[id] for id in ids if id in self._numbers}):
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        texts = [self._mark(run[0]) + ("\N{EN DASH}" + self._mark(run[-1]) if len(run) > 1 else "") for run in runs]
        return Html(", ".join(texts))

    def of_figure(self, row: Mapping[str, Any]) -> Html:
        """Return the marks of the sources of a figure, given by record, subject and attribute."""
        key = _key(row)
        return self.marks(id for id, figures in self._figures.items() if key in figures)

    def below(self, name: str) -> Html:
        """Return the line below a section that says which sources it rests on; empty if none is known."""
        marks = self.marks(self._behind.get(name, ()))
        return tag("p", "Rests on sources ", marks, ".", class_="note") if marks else Html("")

    def listed(self) -> Html:
        """Return the list: each source with its grade, its figures by name and how far they are carried."""
        return tag("ol", *map(self._item, self._sources.values()), class_="sources")

    def _mark(self, number: int) -> Html:
        return tag("a", str(number), href=f"#source-{number}")

    def _rank(self, source: Source) -> tuple[bool, int, int, str]:
        figures = self._figures[source.id].values()
        worst = min(_CONFIDENCES.index(row["confidence"]) for row in figures)
        return not _has_address(source), worst, -len(figures), source.id

    def _item(self, source: Source) -> Html:
        by_grade = self._by_grade(source.id)
        head = tag("span", next(iter(by_grade)), class_="grade", title="worst confidence of its figures")
        about = ", ".join(filter(None, (source.publisher, source.title, source.date)))
        address = link(source.url) if _has_address(source) else tag("span", "no page kept")
        figures = [tag("li", f"{grade}: {self._named(rows)}") for grade, rows in by_grade.items()]
        return tag("li", head, f" {about}. ", address, tag("ul", *figures), id=f"source-{self._numbers[source.id]}")

    def _by_grade(self, id: str) -> dict[str, list[dict[str, Any]]]:
        """Return the figures of a source by grade, the worst first."""
        rows = list(self._figures[id].values())
        by_grade = {grade: [row for row in rows if row["confidence"] == grade] for grade in _CONFIDENCES}
        return {grade: figures for grade, figures in by_grade.items() if figures}

    def _named(self, rows: Sequence[Mapping[str, Any]]) -> str:
        """Return figures by name, those carried furthest first."""
        ordered = sorted(rows, key=lambda row: (-self._age(row), self._names.key(row)))
        texts = [self._names.key(row) + self._carried(row) for row in ordered]
        rest = len(texts) - _MOST_NAMED
        more = [f"and {counted(rest, 'figure')} more"] if rest > 0 else []
        return "; ".join(texts[:_MOST_NAMED] + more)

    def _carried(self, row: Mapping[str, Any]) -> str:
        age = self._age(row)
        return f" (carried {counted(age, 'year')})" if age else ""

    def _age(self, row: Mapping[str, Any]) -> int:
        """Return how many years a figure is used after the last one that it is for."""
        return 0 if self._year is None else max(0, self._year - int(row["until"]))


def _key(row: Mapping[Any, Any]) -> str:
    return f"{row['record']}/{row['subject']}/{row['attribute']}"


def only(sources: Sources, figures: pd.DataFrame) -> Sources:
    """Return the sources of some figures, given by the columns record, subject and attribute."""
    wanted = set(zip(figures["record"], figures["subject"], figures["attribute"], strict=True))
    table = sources.table
    kept = [key in wanted for key in zip(table["record"], table["subject"], table["attribute"], strict=True)]
    return replace(sources, table=table[kept])


def together(first: Sources, *others: Sources) -> Sources:
    """Return what several tables or flows rest on, each figure once."""
    import pandas as pd

    table = pd.concat([each.table for each in (first, *others)])
    kept = ~table.duplicated(["record", "subject", "attribute"])
    references = {source.id: source for each in (first, *others) for source in each.references}
    return replace(first, table=table[kept], references=tuple(references.values()))


def _has_address(source: Source) -> bool:
    return source.url.startswith(("https://", "http://"))
