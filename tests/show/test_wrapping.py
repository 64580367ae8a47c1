"""Long names in pictures are wrapped between words, not cut."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import pytest

import corridor as cr
from corridor.show import style
from helpers.figures import clashes, sheet, texts

CORRIDOR = "Great pipeline and sea corridor by way of Makhachkala and Tikhoretsk"
NODE = "Offloading terminal of Tengizchevroil and its partners"
SCENARIO = (
    "What if the terminal loads nothing for thirty days and the tankers wait outside, while the war premium goes up by "
    "eight dollars and no one insures anything in the roadstead"
)


@cache
def flow() -> cr.Flow:
    """Return a flow of a network and a scenario with long names."""
    net = cr.load(year=2024)
    renamed = net.replace(
        corridors=tuple(c.replace(name=CORRIDOR) if c.id == "cpc" else c for c in net.corridors),
        nodes=tuple(n.replace(name=NODE) if n.id == "tengiz" else n for n in net.nodes),
    )
    war = cr.load_scenario("black-sea-war-risk")
    return cr.solve(renamed, war.replace(name=SCENARIO))


@cache
def years() -> cr.Ensemble:
    """Return a few simulated years."""
    return cr.simulate(flow().network, years=20, seed=1)


def compared(ax: Any) -> Any:
    """Draw a comparison whose scenario and corridor have long names."""
    assert flow().scenario is not None
    net = cr.load(year=2024).replace(corridors=flow().network.corridors)
    table = cr.compare(net, [flow().scenario], corridors="cpc", columns=["throughput_mtpa"])
    return cr.plot_comparison(table, ax=ax, network=net)


PICTURES: dict[str, tuple[Callable[[Any], Any], list[str]]] = {
    "sankey": (lambda ax: cr.plot_sankey(flow(), ax, commodity="kazakh_crude"), [CORRIDOR, NODE, SCENARIO]),
    "map": (lambda ax: cr.plot_map(flow(), ax), [CORRIDOR, SCENARIO]),
    "waterfall": (lambda ax: cr.plot_waterfall(flow(), ["cpc", "btc"], ax), [CORRIDOR, NODE, SCENARIO]),
    "ensembles": (lambda ax: cr.plot_ensemble({SCENARIO: years(), "b": years()}, ax=ax), [SCENARIO]),
    "comparison": (compared, [CORRIDOR, SCENARIO]),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_every_word_of_a_long_name_is_drawn(picture: str) -> None:
    """Whatever lines it takes."""
    draw, names = PICTURES[picture]
    with sheet((12, 8)) as ax:
        draw(ax)
        found = ax.get_figure(root=True).findobj(match=lambda artist: hasattr(artist, "get_text"))  # type: ignore[union-attr]
        drawn = [" ".join(text.get_text().split()) for text in found]
        for name in names:
            assert any(name in text for text in drawn), [text for text in drawn if name[:8] in text]


@pytest.mark.parametrize("picture", ["sankey", "waterfall", "comparison"])
def test_wrapped_names_do_not_meet(picture: str) -> None:
    """Lines of one are not drawn over another."""
    with sheet((12, 8)) as ax:
        PICTURES[picture][0](ax)
        ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
        assert clashes(texts(ax)) == []


def test_a_figure_of_ours_grows_with_its_title() -> None:
    """Every line is inside it, and the Axes keep their size."""
    sizes = {}
    for title in ("Short", SCENARIO * 2):
        ax = cr.plot_waterfall(flow(), "cpc", title=title)
        figure = ax.get_figure(root=True)
        assert figure is not None
        figure.draw_without_rendering()
        (head,) = list(ax.findobj(match=lambda a: getattr(a, "get_gid", str)() == "title"))
        assert head.get_window_extent().y1 <= figure.get_window_extent().y1
        sizes[title] = style.inches(ax)
        plt.close(figure)
    assert sizes["Short"] == pytest.approx(sizes[SCENARIO * 2])


def test_a_word_too_long_for_the_figure_is_shortened() -> None:
    """There is nowhere to break it."""
    with sheet((4, 3)) as ax:
        style.headline(ax, "x" * 300)
        assert ax.get_title("left").endswith("…")
