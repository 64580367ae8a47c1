"""HTML for notebooks: everything escaped, nothing fetched, readable on light and dark backgrounds.

Characters that change the direction of text are shown by their code, as on a terminal.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from corridor.errors import visible

_MUTED = "opacity:.7"
_LINE = "1px solid rgba(128,128,128,.35)"
_FILL, _TROUGH, _WARN = "#4583b8", "rgba(128,128,128,.22)", "#d0582a"


class Html(str):
    """Text that is already HTML; any other text is escaped when inserted."""

    __slots__ = ()


def tag(name: str, *children: object, style: str = "", **attributes: str) -> Html:
    """Return an element; children that are not HTML, and attributes, are escaped. ``class_`` is the attribute class.

    Examples
    --------
    >>> tag("b", "1 < 2", tag("i", "& so on"))
    '<b>1 &lt; 2<i>&amp; so on</i></b>'
    """
    inner = "".join(child if isinstance(child, Html) else _escaped(str(child)) for child in children)
    given = {"style": style, **attributes} if style else attributes
    opening = "".join(f' {key.rstrip("_")}="{_escaped(value)}"' for key, value in given.items())
    return Html(f"<{name}{opening}>{inner}</{name}>")


def _escaped(text: str) -> str:
    return html.escape(visible(text, keep="\n\t"))


def card(title: object, *parts: object) -> Html:
    """Return a block with a title."""
    head = tag("div", title, style="font-weight:600;font-size:1.05em;margin-bottom:2px")
    return tag("div", head, *parts, style="line-height:1.4;max-width:60em;margin:2px 0")


def line(*children: object, muted: bool = False) -> Html:
    """Return a line of text, a muted one in smaller print."""
    return tag("div", *children, style=f"{_MUTED};font-size:.92em" if muted else "")


def warning(text: object) -> Html:
    """Return emphasised text."""
    return tag("span", text, style=f"color:{_WARN};font-weight:600")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[str] = ()) -> Html:
    """Return a table; columns with a unit in brackets, and those named in `right`, are aligned to the right."""
    aligned = ["right" if column.endswith("]") or column in set(right) else "left" for column in columns]

    def cell(kind: str, content: object, side: str) -> Html:
        style = f"text-align:{side};padding:1px 10px 1px 2px;border:0;vertical-align:top"
        style += f";border-bottom:{_LINE};font-weight:600" if kind == "th" else ""
        return tag(kind, content, style=f"{style};background:none;color:inherit")

    head = tag(
        "tr",
        *(cell("th", column, side) for column, side in zip(columns, aligned, strict=True)),
        style="background:none",
    )
    body = [
        tag("tr", *(cell("td", c, side) for c, side in zip(row, aligned, strict=True)), style="background:none")
        for row in rows
    ]
    look = "border-collapse:collapse;margin:4px 0 6px 0;color:inherit;font-size:.95em"
    return tag("div", tag("table", tag("thead", head), tag("tbody", *body), style=look), style="overflow-x:auto")


def bar(share: float | None, *, warn: bool = False) -> Html:
    """Return a horizontal bar filled to a share [1]; empty if there is none."""
    if share is None or share != share:
        return Html("")
    width = 100.0 * min(1.0, max(0.0, share))
    fill = tag("div", style=f"width:{width:.1f}%;height:100%;background:{_WARN if warn else _FILL}")
    return tag("div", fill, style=f"width:8em;height:.7em;background:{_TROUGH};display:inline-block")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in singular or plural.

    Examples
    --------
    >>> counted(1, "source"), counted(3, "source")
    ('1 source', '3 sources')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def details(summary: object, *parts: object) -> Html:
    """Return parts that open by a click on their summary."""
    return tag("details", tag("summary", summary, style="cursor:pointer"), *parts)


def listing(items: Iterable[object]) -> Html:
    """Return a list with a bullet for each item."""
    return tag("ul", *(tag("li", item) for item in items), style="margin:2px 0 4px 0;padding-left:1.4em")


def link(address: str) -> Html:
    """Return a web address as a link, any other text as text."""
    if not address.startswith(("https://", "http://")):
        return tag("span", address)
    safe = _escaped(address)
    return Html(f'<a href="{safe}" rel="noopener noreferrer" target="_blank">{safe}</a>')
