"""How every picture is drawn: with fonts for names in any script, and with titles and legends inside the figure."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from corridor.show import fonts, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    Box = tuple[float, float, float, float]

P = ParamSpec("P")
_TRIES = 5
_LEAST = 0.2
"""Least width and height of Axes, as a share of the figure."""
_SPARE_PX = 3.0


def picture(draw: Callable[P, Axes]) -> Callable[P, Axes]:
    """Decorate a function that draws in its argument `ax`.

    Axes that are alone in their figure, with nothing drawn in them, are made smaller as far as titles, names and
    legends around them need room.
    """
    signature = inspect.signature(draw)

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Axes:
        style.pyplot()
        import matplotlib as mpl

        given: Any = signature.bind(*args, **kwargs).arguments.get("ax")
        with mpl.rc_context({"font.family": fonts.families()}):
            _set_families(given)
            if _alone(given):
                _make_room(given, lambda ax: _called_with(draw, signature, ax, args, kwargs))
            return draw(*args, **kwargs)

    return drawn


def _set_families(ax: Any) -> None:
    """Give the texts that Axes have from the start, titles and labels, the fonts of those to be drawn."""
    from matplotlib.axes import Axes
    from matplotlib.text import Text

    for text in ax.findobj(Text) if isinstance(ax, Axes) and not ax.has_data() else ():
        text.set_fontfamily(fonts.families())


def _called_with(
    draw: Callable[..., Axes], signature: inspect.Signature, ax: Axes, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Draw with all arguments given, but in other Axes."""
    bound = signature.bind(*args, **kwargs)
    bound.arguments["ax"] = ax
    draw(*bound.args, **bound.kwargs)


def _alone(ax: Any) -> bool:
    """Return whether Axes are the only ones of a figure that is not ours, and empty."""
    from matplotlib.axes import Axes

    if not isinstance(ax, Axes) or ax.has_data() or ax.child_axes:
        return False
    figure = ax.get_figure(root=True)
    return figure is ax.get_figure() and figure is not None and figure.axes == [ax] and not style.is_own(figure)


def _make_room(ax: Axes, draw: Callable[[Axes], None]) -> None:
    """Make Axes smaller until all that is drawn around them is inside the figure, tried out on a figure of its size."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
    given = box = _box(ax)
    for _ in range(_TRIES):
        wanted = _shrunk(box, _excess(figure, box, draw))
        if wanted == box:
            break
        box = wanted
    if box != given:
        _move(ax, box)


def _box(ax: Axes) -> Box:
    """Return the sides of Axes: left, bottom, right, top. [share of the figure]"""
    position = ax.get_position(original=True)
    return position.x0, position.y0, position.x1, position.y1


def _excess(figure: Figure, box: Box, draw: Callable[[Axes], None]) -> Box:
    """Return by how much a picture leaves its figure at the left, bottom, right and top. [share of the figure]"""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    checked = Figure(figsize=tuple(figure.get_size_inches()), dpi=figure.dpi)
    FigureCanvasAgg(checked)
    ax = checked.add_axes((box[0], box[1], box[2] - box[0], box[3] - box[1]))
    draw(ax)
    drawn = ax.get_tightbbox()
    assert drawn is not None
    width, height = checked.bbox.width, checked.bbox.height
    least = (_SPARE_PX - drawn.x0, _SPARE_PX - drawn.y0, drawn.x1 + _SPARE_PX - width, drawn.y1 + _SPARE_PX - height)
    left, bottom, right, top = (max(0.0, excess) for excess in least)
    return left / width, bottom / height, right / width, top / height


def _shrunk(box: Box, excess: Box) -> Box:
    """Return sides moved inward, as far as Axes of a least size are left."""
    left, bottom = box[0] + excess[0], box[1] + excess[1]
    right, top = box[2] - excess[2], box[3] - excess[3]
    return (left, bottom, right, top) if min(right - left, top - bottom) >= _LEAST else box


def _move(ax: Axes, box: Box) -> None:
    """Move Axes; what moves subplots later still finds them."""
    left, bottom, right, top = box
    figure = ax.get_figure(root=True)
    assert figure is not None
    spec = ax.get_subplotspec()
    alone = spec is not None and spec.get_gridspec().nrows == spec.get_gridspec().ncols == 1
    if alone and figure.get_layout_engine() is None:
        figure.subplots_adjust(left=left, bottom=bottom, right=right, top=top)
    else:
        ax.set_position((left, bottom, right - left, top - bottom))
