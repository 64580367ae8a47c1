"""Sources of figures as BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable

from corridor.model.records import Source

_ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{mark: f"\\{mark}" for mark in "&%$#_"},
}  # fmt: skip
"""What TeX would read as a command."""
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9_.:/+*-]")
_YEAR = re.compile(r"\d{4}")
_ISO_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")


def bibtex(sources: Iterable[Source]) -> str:
    """Return sources as BibTeX: one entry each, in order of their ids, which are the keys.

    Parameters
    ----------
    sources : iterable of Source
        With ids all different.

    Notes
    -----
    Every entry is ``@misc`` with title and, where they are known, author (the publisher, in braces, for it is no
    person), year, date (as BibLaTeX reads it) and url. A date that is no ISO date stands in the note. Marks that are
    commands of TeX are escaped. An id that BibTeX cannot take has such marks replaced by ``_`` in its key.
    """
    ordered = sorted(sources, key=lambda source: source.id)
    return "\n".join(_entry(key, source) for key, source in zip(_keys(ordered), ordered, strict=True))


def _keys(sources: list[Source]) -> list[str]:
    """Return a key for each source: its id as far as BibTeX can take it, with a number where two become the same."""
    keys: list[str] = []
    as_they_are = {source.id for source in sources if not _NOT_IN_KEYS.search(source.id)}
    for source in sources:
        plain = _NOT_IN_KEYS.sub("_", source.id)
        key, number = plain, 2
        while key in keys or (plain != source.id and key in as_they_are):
            key, number = f"{plain}-{number}", number + 1
        keys.append(key)
    return keys


def _entry(key: str, source: Source) -> str:
    year = _YEAR.match(source.date)
    iso = bool(_ISO_DATE.fullmatch(source.date))
    fields = {
        "author": f"{{{_escaped(source.publisher)}}}" if source.publisher else "",
        "title": f"{{{_escaped(source.title)}}}",
        "year": year.group() if year else "",
        "date": source.date if iso else "",
        "note": "" if iso or not source.date else f"Dated {_escaped(source.date)}",
        "url": _address(source.url),
    }
    lines = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items() if text)
    return f"@misc{{{key},\n{lines}}}\n"


def _escaped(text: str) -> str:
    """Return text in one line that TeX prints as it is."""
    return "".join(_ESCAPED.get(mark, mark) for mark in " ".join(text.split()))


def _address(url: str) -> str:
    """Return a web address without braces, backslashes and blanks, which would end the field or be lost."""
    return re.sub(r"[{}\\\s]", lambda mark: "".join(f"%{byte:02X}" for byte in mark.group().encode()), url)
