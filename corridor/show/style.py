"""Shared by all pictures: import of matplotlib, colours distinct in grey, text never parsed as formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError, DataError, visible
from corridor.model.records import Commodity, Corridor, Node
from corridor.model.scenario import scenario_name
from corridor.show import fonts
from corridor.show.cards import network_label
from corridor.solver.flow import Flow

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from corridor.model.network import Network

INK, FAINT, RULE = "#1c2529", "#5d6a70", "#c8cfd2"
LAND, SEA, COAST, BORDER = "#f4f1ea", "#dde8ee", "#9aabb4", "#cfc8ba"
WARN = "#b3350a"
FREE = "#8a959a"

SHADES = ("#20334d", "#c05a1c", "#5aa7a0", "#e3c26f", "#7d6aa8", "#b9c4c9")
"""Colours of categories, distinct for colour-blind readers; neighbours differ in luminance."""
HATCHES = ("", "///", "...", "\\\\\\", "xxx")
MARKERS = ("o", "s", "^", "D", "v", "P")
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))


_OWN_FIGURE = "corridor"
"""Gid of a figure that a picture made for itself: its size is ours to choose."""
_TITLE_LINES = 3
_SAFE = 0.97
"""Share of the width that titles fill: letters are some per cent wider at other resolutions."""
_LEAST_LETTERS = 3
"""Letters of an id from which it is taken for the romanised name."""


def pyplot() -> Any:
    """Return matplotlib.pyplot, or raise an error that names the extra."""
    try:
        from matplotlib import pyplot as plt
    except ImportError:
        raise CorridorError("pictures need matplotlib; install corridor[plot]") from None
    return plt


def panel(ax: Axes | None, size: tuple[float, float], **margins: float) -> Axes:
    """Return the Axes to draw in: the given ones, or those of a new figure with margins [share of the figure].

    A new figure is pyplot's, so that a notebook shows it; nothing else of pyplot's state is touched.
    """
    plt = pyplot()
    from matplotlib.axes import Axes

    if ax is None:
        figure = plt.figure(figsize=size, facecolor="white")
        figure.set_gid(_OWN_FIGURE)
        ax = figure.add_subplot()
        figure.subplots_adjust(**margins)
    elif not isinstance(ax, Axes):
        raise DataError(f"ax must be a matplotlib Axes (got {type(ax).__name__}); leave it out for a new figure")
    assert isinstance(ax, Axes)
    return ax


def is_own(figure: Figure) -> bool:
    """Return whether a picture made a figure for itself, or may do with it what it likes."""
    return figure.get_gid() == _OWN_FIGURE


def keep_size(figure: Figure) -> None:
    """Let a picture draw outside a figure's Axes, and make it higher: what is saved is all that is drawn."""
    figure.set_gid(_OWN_FIGURE)


def inches(ax: Axes) -> tuple[float, float]:
    """Return width and height of the Axes. [inches]"""
    figure = ax.get_figure(root=True)
    assert figure is not None
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
    box = ax.get_window_extent()
    return box.width / figure.dpi, box.height / figure.dpi


def points(ax: Axes) -> float:
    """Return the size of plain text that suits the Axes. [points]"""
    return min(9.5, max(6.0, 4.6 + 0.42 * inches(ax)[0]))


def plain(name: object, most: int = 40) -> str:
    """Return a name as text to draw: on one line, shortened with …, dollar signs not read as formulas.

    Control characters are written by their code, words with letters that no font has in Latin letters.

    Examples
    --------
    >>> plain("a very long name of a pipeline", 12)
    'a very long…'
    """
    text = fonts.drawable(visible(" ".join(str(name).replace(fonts.LEFT_TO_RIGHT, "").split()))) or " "
    if len(text) > most:
        text = text[: most - 1].rstrip(" ,;-(") + "…"
    text = text.replace("$", r"\$")
    return f" {text}" if text.startswith("_") else fonts.in_order(text)


def called(record: Node | Corridor | Commodity) -> str:
    """Return the name of a record for pictures, or its id where it has none or no font has letters of it.

    The name it is, romanised, where the id has no letters to read either.
    """
    if record.name and (fonts.draws(record.name) or sum(map(str.isalpha, record.id)) < _LEAST_LETTERS):
        return record.name
    return record.id


def subject_name(network: Network, subject: str) -> str:
    """Return the name of a commodity, or of a group of them, for pictures."""
    record = network.by_key("commodity").get(subject)
    return spoken(subject) if record is None else called(record)


def brief(name: str, most: int = 24) -> str:
    """Return a name without text in brackets or after a comma.

    Examples
    --------
    >>> brief("Atyrau (KazTransOil hub and refinery)"), brief("CPC marine terminal, Yuzhnaya Ozereyevka")
    ('Atyrau', 'CPC marine terminal')
    """
    head = name.split(" (")[0].split(", ")[0].strip()
    return plain(head or name, most)


def wrapped(name: str, width: int = 18, lines: int = 2) -> str:
    """Return a name on a few short lines, the last one shortened if need be."""
    import textwrap

    rows = textwrap.wrap(plain(name, 200), width, break_on_hyphens=True) or [" "]
    if len(rows) > lines:
        rows = [*rows[: lines - 1], plain(" ".join(rows[lines - 1 :]).replace(r"\$", "$"), width)]
    return "\n".join(plain(row.replace(r"\$", "$"), width + 1) for row in rows)


def spoken(id: str) -> str:
    """Return an id as a readable name, for records without one.

    Examples
    --------
    >>> spoken("cpc"), spoken("middle_corridor")
    ('CPC', 'Middle corridor')
    """
    words = id.replace("_", " ").strip() or id
    return plain(words.upper() if len(words) <= 3 else words[:1].upper() + words[1:])


_LONG = 9999.5
"""From here on digits are grouped by threes, as in TEU a year."""


def tonnes(amount: float) -> str:
    """Return an amount in Mt/y with a suitable number of digits.

    Examples
    --------
    >>> tonnes(56.234), tonnes(0.04), tonnes(132.7), tonnes(0.0)
    ('56.2', '0.04', '133', '0')
    """
    if amount == 0:
        return "0"
    if abs(amount) >= _LONG:
        return f"{amount:,.0f}"
    return f"{amount:.0f}" if abs(amount) >= 99.95 else f"{amount:.1f}" if abs(amount) >= 0.095 else f"{amount:.2g}"


def fitted(text: Text, ax: Axes, share: float = 1.0) -> None:
    """Shorten each line of a text that is wider than a share of the Axes."""
    room = ax.get_window_extent().width * share
    lines = text.get_text().split("\n")
    for index, line in enumerate(lines):
        shortened = line.replace(r"\$", "$")
        while len(shortened) > 4:
            text.set_text(plain(shortened, len(shortened)))
            if text.get_window_extent().width <= room:
                break
            shortened = shortened[:-2].rstrip("…, ") + "…"
        lines[index] = plain(shortened, len(shortened))
    text.set_text("\n".join(lines))


def broken(text: Text, ax: Axes, lines: int = _TITLE_LINES) -> int:
    """Break a text between words to fit the width of the Axes; return how many lines it has become.

    Each of its lines becomes as many as it needs, at most `lines`; what is left over, or a word that is too long, is
    shortened.
    """
    room = _SAFE * ax.get_window_extent().width
    rows: list[str] = []
    for line in text.get_text().split("\n"):
        started = [""]
        for word in line.split(" "):
            longer = f"{started[-1]} {word}" if started[-1] else word
            text.set_text(longer)
            if started[-1] and len(started) < lines and text.get_window_extent().width > room:
                started.append(word)
            else:
                started[-1] = longer
        rows += started
    text.set_text("\n".join(rows))
    fitted(text, ax)
    return len(rows)


def headline(ax: Axes, title: str, below: str = "") -> None:
    """Write a title and smaller lines below it, above the Axes and broken to their width.

    A figure of our own becomes higher where they need more lines than there are line breaks.
    """
    size = points(ax)
    look: dict[str, Any] = {"loc": "left", "fontsize": size + 2.5, "fontweight": "bold", "color": INK}
    head = ax.set_title(plain(title, 400), **look)
    head.set_gid("title")
    extra = 1.25 * (size + 2.5) * (broken(head, ax) - 1)
    if below:
        given = below.split("\n")
        line = ax.annotate(
            "\n".join(plain(text, 400) for text in given), (0, 1), xytext=(0, 5), xycoords="axes fraction",
            textcoords="offset points", fontsize=size + 0.5, color=FAINT, va="bottom", annotation_clip=False,
            gid="subtitle",
        )  # fmt: skip
        broken(line, ax)
        usual = 6 + 1.75 * size + 1.3 * size * (len(given) - 1)
        pad = max(usual, 7 + _points_high(line) + 0.35 * (size + 2.5))
        ax.set_title(head.get_text(), pad=pad, **look)
        extra += pad - usual
    if extra:
        _heighten(ax, extra / 72)


def _points_high(text: Text) -> float:
    """Return the height of a text. [points]"""
    figure = text.get_figure(root=True)
    assert figure is not None
    return text.get_window_extent().height * 72 / figure.dpi


def _heighten(ax: Axes, inches: float) -> None:
    """Make a figure of our own higher at the top; the Axes keep their size and distance from the bottom."""
    figure = ax.get_figure(root=True)
    if figure is None or figure.get_gid() != _OWN_FIGURE or figure.get_layout_engine() is not None:
        return
    width, height = figure.get_size_inches()
    share, kept = height / (height + inches), figure.subplotpars
    figure.set_size_inches(width, height + inches)
    figure.subplots_adjust(top=kept.top * share, bottom=kept.bottom * share)


def halo() -> list[Any]:
    """Return the outline that keeps text legible over lines."""
    from matplotlib import patheffects

    return [patheffects.withStroke(linewidth=2.5, foreground="white")]


def bare(ax: Axes, grid: str | None = None) -> None:
    """Remove the box around the Axes, and draw a faint grid along one axis."""
    ax.set_facecolor("white")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(RULE)
    ax.tick_params(colors=INK, labelsize=points(ax), color=RULE)
    if grid is not None:
        ax.grid(True, axis=grid, color=RULE, linewidth=0.6)  # type: ignore[arg-type]
        ax.set_axisbelow(True)


def utilisation_colours() -> Colormap:
    """Return the colours of utilisation: light for idle, dark for full, also in grey."""
    import matplotlib as mpl
    from matplotlib.colors import ListedColormap

    pyplot()
    return ListedColormap(mpl.colormaps["viridis_r"](range(8, 248)), name="utilisation")


def flow_label(flow: Flow) -> str:
    """Return the network, its year and the scenario that a flow was solved for."""
    network = flow.network
    label = network_label(network)
    name = scenario_name(flow.scenario)
    return f"{name} ({label})" if label else name


def require_flow(value: object) -> Flow:
    """Return a value if it is a Flow, else raise."""
    if not isinstance(value, Flow):
        raise DataError(f"a Flow is needed (got {type(value).__name__}); solve(network, scenario) returns one")
    return value
