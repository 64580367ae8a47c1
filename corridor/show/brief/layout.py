"""Parts of a brief's page: sections, tables, pictures, numbers as text."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from corridor.model.columns import Column
from corridor.show import style
from corridor.show.html import Html, tag

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DPI = 150
_COLOURS = 255
"""Colours of a picture: with more than a palette holds, the file is three times as large."""
_NAMED_HEADS = 3
"""Columns of a table that its name for screen readers has."""
TITLES = {
    "summary": "In short", "map": "Map", "comparison": "Comparison of corridors",
    "changes": "Changes against the baseline", "bottlenecks": "Bottlenecks", "risk": "Risk",
    "bad_years": "Bad transport years", "scenario_maps": "Maps of the scenarios",
    "scenario_bad_years": "Bad transport years by scenario", "sources": "Sources and confidence",
}  # fmt: skip
"""Titles of the sections of a brief by name, in its own order."""


def heading(column: Column) -> str:
    """Return the heading of a column with its unit."""
    return f"{column.plain_heading} [{column.shown_unit}]" if column.unit else column.plain_heading


def section(name: str, *parts: object) -> Html:
    """Return a section of `TITLES` under its title; links lead to it by its name."""
    title = f"{name}-title"
    return tag("section", tag("h2", TITLES[name], id=title), *parts, id=name, **{"aria-labelledby": title})


def ended(section: Html, last: Html) -> Html:
    """Return a section with one more part at its end."""
    return Html(section.removesuffix("</section>") + last + "</section>") if last else section


def contents(names: Sequence[str]) -> Html:
    """Return the table of contents: links to sections by name; empty for one section."""
    if len(names) < 2:
        return Html("")
    items = (tag("li", tag("a", TITLES[name], href=f"#{name}")) for name in names)
    return tag("nav", tag("ul", *items), **{"aria-label": "Contents"})


def note(text: str) -> Html:
    """Return a paragraph in small print."""
    return tag("p", text, class_="note")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Html:
    """Return a table that scrolls by itself on narrow screens, by keys too; columns with a unit are aligned right.

    The first cell of a row is its heading, unless it is empty.
    """
    sides = ["n" if head.endswith("]") else "w" for head in heads]
    top = tag("tr", *(tag("th", head(text), class_=side, scope="col") for text, side in zip(heads, sides, strict=True)))
    body = [tag("tr", *(_cell(*each) for each in zip(range(len(sides)), row, sides, strict=True))) for row in rows]
    rendered = tag("table", tag("thead", top), tag("tbody", *body))
    label = f"Table: {', '.join(text.partition(' [')[0] for text in heads[:_NAMED_HEADS])}"
    return tag("div", rendered, class_="scroll", tabindex="0", role="region", **{"aria-label": label})


def _cell(column: int, content: object, side: str) -> Html:
    """Return a cell of a row, which is its heading if it stands first and says something."""
    if column == 0 and content:
        return tag("th", breakable(content), class_=side, scope="row")
    return tag("td", breakable(content), class_=side)


def breakable(content: object) -> object:
    """Return text that may break after the underscores of long ids."""
    if isinstance(content, Html) or not isinstance(content, str):
        return content
    return Html(tag("span", content).replace("_", "_<wbr>"))


def head(text: str) -> Html:
    """Return a heading with its unit on a second line."""
    name, bracket, unit = text.partition(" [")
    return Html(tag("span", name) + (Html("<br>") + tag("small", f"[{unit}") if bracket and unit != "unit]" else ""))


def picture(draw: Callable[..., Axes], size: tuple[float, float], about: str) -> Html:
    """Return a picture embedded in the page; `draw` is called with the Axes as ``ax`` and may draw outside them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, facecolor="white")
    FigureCanvasAgg(figure)
    style.keep_size(figure)
    draw(ax=figure.add_subplot())
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=_DPI, bbox_inches="tight", metadata={"Software": None})
    coded = base64.b64encode(_with_palette(buffer)).decode()
    return tag("figure", tag("img", src=f"data:image/png;base64,{coded}", alt=about), tag("figcaption", about))


def _with_palette(picture: io.BytesIO) -> bytes:
    """Return a PNG with a palette of the picture's most frequent colours, no pixel dithered."""
    from PIL import Image

    picture.seek(0)
    with Image.open(picture) as image:
        reduced = image.convert("RGB").quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    small = io.BytesIO()
    reduced.save(small, format="png", optimize=True)
    return small.getvalue()


def number(value: Any, digits: int = 1) -> str:
    """Return a number as text, '-' if there is none."""
    if value != value:
        return "-"
    return "no limit" if math.isinf(value) else f"{round(value, digits) + 0.0:,.{digits}f}"


def signed(value: float, digits: int = 1) -> str:
    """Return a change with its sign, empty if it rounds to 0."""
    return f"{value:+,.{digits}f}" if abs(value) > 0.5 * 10.0**-digits else ""


def change(change: float, value: float, digits: int = 1) -> str:
    """Return a value with its change in brackets, bare where that rounds to 0."""
    text = signed(change, digits)
    return f"{number(value, digits)} ({text})" if text else number(value, digits)
