"""Maps anywhere: over 180 degrees lines take the short way, and land is land all over the world."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor as cr
from corridor.show import basemap
from helpers.figures import drawn, sheet

WORLD = basemap.Extent(-180, 180, -90, 90)


def strait(west: float = 170.0, east: float = -165.0, mode: str = "sea") -> cr.Flow:
    """Return 5 Mt/y from a place west of 180 degrees to one east of it, two more places beside the first."""
    lons = {"west": (51.0, west), "east": (55.0, east), "south": (45.0, west - 5), "north": (60.0, west - 5)}
    return cr.solve(
        cr.Network(
            nodes=[cr.Node(id=id, lat=lat, lon=lon) for id, (lat, lon) in lons.items()],
            edges=[cr.Edge(id="strait", tail="west", head="east", mode=mode, capacity_mtpa=10.0),
                   cr.Edge(id="coast", tail="south", head="west", mode="sea"),
                   cr.Edge(id="cape", tail="north", head="west", mode="sea")],
            commodities=[cr.Commodity(id="oil")],
            supplies=[cr.Supply(node="west", commodity="oil", volume_mtpa=5.0)],
            markets=[cr.Market(node="east", commodity="oil", price_usd_per_t=500.0)],
        )
    )  # fmt: skip


def lines(ax: Any, edge: str = "strait") -> list[Any]:
    """Return the points of the lines of an edge."""
    return [np.column_stack(line.get_data()) for line in drawn(ax, "edge")[edge]]


@pytest.mark.parametrize("mode", ["sea", "pipeline"])
def test_a_flow_over_180_degrees_leaves_eastward(mode: str) -> None:
    """It starts at 170 E and goes on east, never west; the places beside it stay together."""
    with sheet((9, 6)) as ax:
        cr.plot_map(strait(mode=mode), ax)
        (curve,) = lines(ax)
        assert curve[0] == pytest.approx((170, 51))
        assert curve[-1][0] > 174
        assert all(abs(x - 167) < 5 for id in ("coast", "cape") for x, _ in lines(ax, id)[0])


def test_a_map_asked_for_over_180_degrees_shows_both_sides() -> None:
    """From 160 E to 160 W the line is whole, and its end is at 195."""
    with sheet((9, 6)) as ax:
        cr.plot_map(strait(), ax, extent=(160, 200, 40, 65))
        (curve,) = lines(ax)
        assert (curve[0][0], curve[-1][0]) == pytest.approx((170, 195))


@pytest.mark.parametrize("mode", ["sea", "pipeline"])
def test_a_world_map_has_the_line_at_both_edges(mode: str) -> None:
    """It leaves at 180 E and comes back at 180 W on the same latitude; each half says where it leads."""
    with sheet((12, 6)) as ax:
        cr.plot_map(strait(mode=mode), ax, extent=(-180, 180, -60, 75))
        out, back = sorted(lines(ax), key=lambda curve: -curve[0][0])
        low, high = ax.get_xlim()
        assert out[0] == pytest.approx((170, 51))
        assert back[-1] == pytest.approx((-165, 55))
        assert (out[-1][0], back[0][0]) == pytest.approx((high, low), abs=0.5)
        assert out[-1][1] == pytest.approx(back[0][1], abs=0.5)
        said = {label.get_text() for label in drawn(ax, "label:edge")["strait"]}
        assert said <= {"to east 5", "from west 5", "to east 5.0", "from west 5.0"}


@given(
    st.lists(st.tuples(st.floats(-180, 180), st.floats(-80, 80)), min_size=2, max_size=8, unique=True),
    st.floats(-180, 180),
)
def test_a_map_does_not_depend_on_where_longitudes_begin(spots: list[tuple[float, float]], turn: float) -> None:
    """Turned round the world, the same places give the same width and heights, at least where no gap is as wide."""
    lons = sorted(lon for lon, _ in spots)
    gaps = sorted(b - a for a, b in zip(lons, [*lons[1:], lons[0] + 360], strict=True))
    if len(gaps) > 1 and gaps[-1] - gaps[-2] < 1e-6:
        return
    net = cr.Network(nodes=[cr.Node(id=str(at)) for at in range(len(spots))], edges=[], commodities=[])
    here = basemap.core(net, {str(at): spot for at, spot in enumerate(spots)})
    there = basemap.core(net, {str(at): ((lon + turn + 180) % 360 - 180, lat) for at, (lon, lat) in enumerate(spots)})
    assert there.east - there.west == pytest.approx(here.east - here.west, abs=1e-6)
    assert (there.south, there.north) == pytest.approx((here.south, here.north), abs=1e-6)


@given(st.floats(-540, 540), st.floats(-540, 540))
def test_the_short_way_is_at_most_half_round(start: float, end: float) -> None:
    """Whatever the turns, it is the same place, no more than 180 degrees off."""
    lon, lat = basemap.shortest_turn((start, 0.0), (end, 7.0))
    assert abs(lon - start) <= 180 + 1e-9
    assert lat == 7.0
    assert math.isclose((lon - end) / 360, round((lon - end) / 360), abs_tol=1e-9)


@pytest.mark.parametrize(
    "extent",
    [(170, -170, 0, 10), (0, 361, 0, 10), (-361, 0, 0, 10), (5, 5, 0, 10), (0, 10, -91, 0), (0, float("nan"), 0, 1)],
)
def test_an_extent_that_is_none_is_refused(extent: Any) -> None:
    """The sentence shows how to write one over the antimeridian."""
    with pytest.raises(cr.DataError, match="160, 200 over the antimeridian"):
        cr.plot_map(strait(), extent=extent)


# Land


PLACES = [
    (159.0, 55.0, True), (-150.0, 65.0, True), (-55.0, -10.0, True), (135.0, -25.0, True), (100.0, 70.0, True),
    (-40.0, 72.0, True), (20.0, 0.0, True), (110.0, 50.0, True), (0.0, -80.0, True), (-179.0, 67.5, True),
    (-150.0, 20.0, False), (-30.0, 0.0, False), (80.0, -20.0, False), (180.0, 50.0, False), (150.0, 0.0, False),
    (-5.0, 75.0, False), (51.0, 42.0, False), (175.0, -75.0, False),
]  # fmt: skip


@pytest.mark.parametrize("turn", [0, 360, -360])
@pytest.mark.parametrize(("lon", "lat", "dry"), PLACES)
def test_sea_and_land_are_where_they_are_all_over_the_world(lon: float, lat: float, dry: bool, turn: int) -> None:
    """Kamchatka, Alaska, the Amazon and Siberia are land, oceans are not, however longitudes are counted."""
    extent = basemap.Extent(lon + turn - 4, lon + turn + 4, lat - 3, lat + 3)
    assert basemap.SeaRouter(extent).dryness(np.full((20, 2), [lon + turn, lat])) == float(dry)


@pytest.mark.fuzz
def test_fine_and_coarse_outlines_leave_no_gap() -> None:
    """Inland, where the two meet, all is land to both sides."""
    seams = [(lon, 65.05) for lon in range(45, 104, 4)] + [(lon, 18.0) for lon in (-10, 0, 10, 20, 30)]
    seams += [(105.0, lat) for lat in range(25, 64, 4)] + [(-12.0, lat) for lat in (20, 22, 24, 26)]
    for lon, lat in seams:
        waters = basemap.SeaRouter(basemap.Extent(lon - 0.3, lon + 0.3, lat - 0.3, lat + 0.3))
        grid = np.array(np.meshgrid(np.linspace(-0.25, 0.25, 60), np.linspace(-0.25, 0.25, 60))).reshape(2, -1).T
        assert waters.dryness(grid + np.array([lon, lat])) > 0.97, (lon, lat)


def test_no_coast_is_drawn_where_outlines_were_only_cut() -> None:
    """Neither along the fine box nor along 180 degrees."""
    box = basemap.outlines()["box"]
    with sheet((12, 6)) as ax:
        basemap.draw(ax, WORLD)
        (coast,) = (found for found in ax.collections if found.get_gid() == "coast")
        for line in coast.get_segments():
            a, b = line[:-1], line[1:]
            for axis, at in ((0, box[0]), (1, box[1]), (0, box[2]), (1, box[3]), (0, 180), (0, -180), (1, -90)):
                near = (abs(a[:, axis] - at) < 0.03) & (abs(b[:, axis] - at) < 0.03)
                assert not (near & (np.hypot(*(b - a).T) > 1.0)).any(), (axis, at)
