"""In black and white pictures say the same: what differs by colour differs in lightness or by a second mark."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import corridor as cr
from helpers.figures import drawn, luminance, sheet

LEAST = 0.15
"""Difference of lightness that is seen on a photocopy, of 1 between black and white."""


def told_apart(one: Any, other: Any) -> bool:
    """Return whether two bars differ in lightness or by their hatch."""
    shades = [luminance(bar.get_facecolor()[:3]) for bar in (one, other)]
    return abs(shades[0] - shades[1]) > LEAST or (one.get_hatch() or "") != (other.get_hatch() or "")


def test_bars_up_and_down_are_told_apart() -> None:
    """Totals, gains and costs of a waterfall: a way whose blending gains 3 USD/t, with a tariff of 10."""
    net = cr.Network(
        nodes=[cr.Node(id="a"), cr.Node(id="b")],
        edges=[cr.Edge(id="pipe", tail="a", head="b", corridor="way", mode="pipeline", tariff_usd_per_t=10.0,
                       quality_usd_per_t=3.0)],
        commodities=[cr.Commodity(id="oil")], corridors=[cr.Corridor(id="way")],
        supplies=[cr.Supply(node="a", commodity="oil", volume_mtpa=1.0)],
        markets=[cr.Market(node="b", commodity="oil", price_usd_per_t=100.0)],
    )  # fmt: skip
    with sheet((6, 4)) as ax:
        cr.plot_waterfall(cr.solve(net), "way", ax)
        bars = {gid: patches[0] for gid, patches in drawn(ax, "step").items()}
    total, gain, cost = (bars[f"way:{step}"] for step in ("netback", "quality", "pipeline"))
    assert gain.get_height() > 0 > cost.get_height()
    assert all(told_apart(one, other) for one, other in combinations((total, gain, cost), 2))


def test_both_ends_of_a_range_are_told_apart() -> None:
    """In a tornado, lower from upper."""
    shut = cr.sensitivity(cr.load(year=2021), cr.load_scenario("cpc-shut"))
    with sheet((6, 4)) as ax:
        cr.plot_tornado(shut, 5, ax=ax)
        low, high = (next(iter(drawn(ax, end).values()))[0] for end in ("low", "high"))
    assert told_apart(low, high)


def test_curves_of_several_ensembles_are_told_apart() -> None:
    """By line or lightness, each from each."""
    net = cr.load(year=2021)
    years = {str(number): cr.simulate(net, years=20, seed=number) for number in range(4)}
    with sheet((6, 4)) as ax:
        cr.plot_ensemble(years, ax=ax)
        lines = [curves[0] for curves in drawn(ax, "curve").values()]
    assert len(lines) == 4
    for one, other in combinations(lines, 2):
        shades = [luminance(line.get_color()) for line in (one, other)]
        assert abs(shades[0] - shades[1]) > LEAST or one.get_linestyle() != other.get_linestyle()


def test_lines_without_a_limit_are_told_from_half_full_ones() -> None:
    """Grey is a colour of utilisation on a photocopy; a dashed middle is not, and no other line has it."""
    flow = cr.solve(cr.load(year=2021))
    limited = {edge.id: math.isfinite(edge.available_mtpa) for edge in flow.network.edges}
    with sheet((9, 6)) as ax:
        cr.plot_map(flow, ax)
        marked = set(drawn(ax, "unlimited"))
        flowing = {id for id, lines in drawn(ax, "edge").items() if any(line.get_path_effects() for line in lines)}
    assert marked == {id for id in flowing if not limited[id]}
    assert marked
    assert marked != flowing
