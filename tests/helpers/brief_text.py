"""A brief as plain text, for reading and for comparison: a line a sentence, a list item or a row of a table."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_HEADINGS = {"h1": "# ", "h2": "## ", "h3": "### ", "summary": "#### "}
_LISTS = {"ul", "ol"}
_BLOCKS = {*_HEADINGS, "p", "li", "figcaption", "footer", "tr"}
_UNSEEN = {"style", "title"}


def text_of(page: str) -> str:
    """Return what a reader sees of a page: headings, sentences, tables, and of pictures what is said about them."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    text = "\n".join(reader.lines)
    return re.sub(r"\brun [0-9a-f]{12}\b", "run ID", re.sub(r"\n{3,}", "\n\n", text)).strip() + "\n"


def sections_of(text: str) -> dict[str, str]:
    """Return the sections of such a text by their titles, the last without what stands below all of them."""
    parts = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)[1:]
    return {title: body.split("\ncorridor ")[0].strip() for title, body in zip(parts[::2], parts[1::2], strict=True)}


class _Reader(HTMLParser):
    """Reader of a page that writes a block of text whenever one ends, or another begins inside it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._text = ""
        self._prefix = ""
        self._numbers: list[int | None] = []
        self._unseen = 0
        self._target = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, or write what stands for a picture or a break."""
        given = dict(attrs)
        self._unseen += tag in _UNSEEN
        if tag in _BLOCKS or tag in {*_LISTS, "table"}:
            self._write()
        if tag in _LISTS:
            self._numbers.append(1 if tag == "ol" else None)
        elif tag in {"th", "td"}:
            self._text += "| "
        elif tag == "img":
            self.lines += ["", f"[picture: {given['alt']}]"]
        elif tag == "br":
            self._text += " "
        elif tag == "a":
            self._target = given.get("href") or ""
        if tag in _BLOCKS:
            self._prefix = self._bullet() if tag == "li" else _HEADINGS.get(tag, "")
        if tag in _HEADINGS or tag in {"p", "table", "footer"} or (tag in _LISTS and len(self._numbers) == 1):
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        """End a block."""
        self._unseen -= tag in _UNSEEN
        if tag in {"th", "td"}:
            self._text += " "
        if tag == "tr":
            self._text += "|"
        if tag == "a" and self._target and not self._target.startswith("#") and self._target not in self._text:
            self._text += f" <{self._target}>"
        if tag in _BLOCKS:
            self._write()
        if tag in _LISTS:
            self._write()
            self._numbers.pop()

    def handle_data(self, data: str) -> None:
        """Keep text."""
        if not self._unseen:
            self._text += data

    def _bullet(self) -> str:
        """Return what a list item begins with: its number, or a dash."""
        indent, number = "  " * (len(self._numbers) - 1), self._numbers[-1]
        if number is None:
            return f"{indent}- "
        self._numbers[-1] = number + 1
        return f"{indent}{number}. "

    def _write(self) -> None:
        """Write the block so far: cells in one line, sentences each in its own."""
        text = " ".join(self._text.split())
        if text:
            parts = [text] if text.startswith("|") else re.split(r"(?<=\.) (?=[A-Z\d])", text)
            indent = "" if self._prefix.startswith("#") else " " * len(self._prefix)
            self.lines += [self._prefix + parts[0], *(indent + part for part in parts[1:])]
        self._text = ""
