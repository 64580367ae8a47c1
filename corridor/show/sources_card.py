"""Notebook card of the sources that a result rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridor.show.cards import shortened
from corridor.show.html import Html, card, details, line, link, listing, table, tag

if TYPE_CHECKING:
    from corridor.study.sources import Sources


def sources_card(sources: Sources) -> Html:
    """Return the card of sources: how sure the figures are, the figures worst first, and the sources with links."""
    attrs = sources.table.attrs
    of = " ".join(str(attrs[key]) for key in ("network", "year") if attrs.get(key))
    rows: list[tuple[object, ...]] = [
        (number, row["confidence"], f"{row['subject']}.{row['attribute']}", f"{row['value']:,.6g}", row["unit"],
         row["formula"] or row["publisher"] or row["source"])
        for number, row in zip(sources.table.index, sources.table.to_dict("records"), strict=True)
    ]  # fmt: skip
    heads = ["", "confidence", "figure", "value", "unit", "source or formula"]
    cited = (
        tag("span", ", ".join(filter(None, (source.publisher, source.title, source.date))), " ", link(source.url))
        for source in sources.references
    )
    return card(
        f"Sources ({of})" if of else "Sources",
        line(f"{sources.summary}; footnotes() and bibtex() give them as text"),
        *([table(heads, shortened(rows, len(heads)), ("", "value"))] if rows else []),
        *([details(f"{len(sources.references)} sources", listing(cited))] if sources.references else []),
        *(line(note, muted=True) for note in sources.notes),
    )
