"""No text of a picture is cut by its figure or by another text, at the usual size and at 6 x 4 inches."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations
from typing import Any

import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import corridor as cr

SMALL = (6.0, 4.0)


@cache
def flow() -> cr.Flow:
    """Return a flow with much that is short, closed and full."""
    return cr.solve(cr.load(year=2024), cr.load_scenario("cpc-shut"))


@cache
def years() -> cr.Ensemble:
    """Return some simulated years."""
    return cr.simulate(cr.load(year=2024), years=200, seed=7)


@cache
def compared() -> Any:
    """Return a comparison of four corridors under two scenarios."""
    scenarios = [cr.load_scenario(name) for name in ("cpc-shut", "black-sea-war-risk")]
    return cr.compare(cr.load(year=2024), scenarios, corridors=["cpc", "btc", "druzhba", "middle_corridor"])


@cache
def leaning() -> Any:
    """Return the sensitivity of what is not lifted."""
    return cr.sensitivity(cr.load(year=2024), cr.load_scenario("cpc-shut"))


PICTURES: dict[str, Callable[[Axes | None], Axes]] = {
    "map": lambda ax: cr.plot_map(flow(), ax),
    "sankey": lambda ax: cr.plot_sankey(flow(), ax),
    "comparison": lambda ax: cr.plot_comparison(compared(), ax=ax, network=flow().network),
    "waterfall": lambda ax: cr.plot_waterfall(flow(), ["btc", "druzhba"], ax),
    "ensemble": lambda ax: cr.plot_ensemble(years(), ax=ax),
    "exceedance": lambda ax: cr.plot_exceedance(years(), ax=ax),
    "tornado": lambda ax: cr.plot_tornado(leaning(), ax=ax),
}
SIZES = {"usual": None, "small": SMALL}


@cache
def seen(picture: str, size: str) -> tuple[list[tuple[str, Bbox]], Bbox]:
    """Return all texts that a picture draws, insets' too, with their boxes, and the box of the figure. [pixels]"""
    given = None if SIZES[size] is None else plt.figure(figsize=SIZES[size]).add_subplot()
    figure = PICTURES[picture](given).get_figure(root=True)
    assert figure is not None
    return texts_drawn(figure), figure.bbox.frozen()


def texts_drawn(figure: Figure) -> list[tuple[str, Bbox]]:
    """Return the texts that a figure draws with their boxes, and close it."""
    found = dict[Text, Bbox]()
    with pytest.MonkeyPatch.context() as patch:
        draw = Text.draw

        def noted(self: Text, renderer: Any, *given: Any, **more: Any) -> None:
            draw(self, renderer, *given, **more)
            if self.get_visible() and self.get_text().strip():
                found[self] = self.get_window_extent(renderer).frozen()

        patch.setattr(Text, "draw", noted)
        figure.draw_without_rendering()
    plt.close(figure)
    return [(text.get_text(), box) for text, box in found.items()]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("picture", PICTURES)
def test_no_text_leaves_the_figure(picture: str, size: str) -> None:
    """Titles, names, ticks and legends are inside, to the pixel."""
    found, frame = seen(picture, size)
    assert len(found) > 8
    assert [said for said, b in found if b.x0 < 0 or b.y0 < 0 or b.x1 > frame.x1 or b.y1 > frame.y1] == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("picture", PICTURES)
def test_no_text_meets_another(picture: str, size: str) -> None:
    """Every label has its own place."""
    found, _ = seen(picture, size)
    assert [(one, other) for (one, a), (other, b) in combinations(found, 2) if a.overlaps(b)] == []


def test_what_is_missing_is_marked_in_a_small_comparison() -> None:
    """The dashes of the closed corridor are drawn, one for each number that it lacks."""
    lacking = compared().loc[("CPC shut", "cpc")]
    dashes = [said for said, _ in seen("comparison", "small")[0] if said == "–"]
    drawn = ["netback_usd_per_t", "next_tonne_usd_per_t", "unit_cost_usd_per_t", "transit_days", "risk_score"]
    assert lacking[drawn].isna().all()
    assert len(dashes) == len(drawn)
