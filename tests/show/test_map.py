"""plot_map(): what is drawn is what flows, labels are legible, the base map is sound."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor as cr
from corridor.library import networks as library
from corridor.show import basemap
from corridor.show.style import utilisation_colours
from helpers.figures import clashes, drawn, luminance, outside, sheet, texts

SIZES = [(6.0, 4.0), (12.0, 8.0)]
SCENARIOS = [None, "russia-says-no", "russia-closed"]


def solved(name: str | None = None) -> cr.Flow:
    """Return the shipped network of 2024 solved under a shipped scenario."""
    return cr.solve(cr.load(), cr.load_scenario(name) if name else None)


def small(**fields: Any) -> cr.Network:
    """Return a field, a hub and a port with places on the map, and a far market; 5 Mt/y go the whole way."""
    nodes = pd.DataFrame(
        {
            "id": ["field", "hub", "port", "market"],
            "name": ["a_b^2 $x$ <b>&amp;", "$\\frac{1}{2}$ " + "very " * 20 + "long", "_port", "~"],
            "lon": [50.0, 45.0, 40.0, 39.0],
            "lat": [45.0, 44.0, 45.0, 41.0],
        }
    )
    edges = pd.DataFrame(
        [
            {"id": "in", "tail": "field", "head": "hub", "capacity_mtpa": 10.0},
            {"id": "trunk", "tail": "hub", "head": "port", "capacity_mtpa": 5.0, "corridor": "c$1_x$"},
            {"id": "back", "tail": "hub", "head": "field"},
            {"id": "sea", "tail": "port", "head": "market", "mode": "sea"},
        ]
    )
    parts = {
        "supplies": pd.DataFrame({"node": ["field"], "commodity": ["oil"], "volume_mtpa": [8.0]}),
        "markets": pd.DataFrame({"node": ["market"], "commodity": ["oil"], "price_usd_per_t": [100.0]}),
        **fields,
    }
    nodes = parts.pop("nodes", nodes)
    return cr.Network.from_frames(nodes, edges, name="small", **parts)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_flow_is_drawn_once_and_as_wide_as_it_is_large(name: str | None) -> None:
    """Width over Mt/y is one number for all edges; flows that touch the map are drawn, the others counted in a note."""
    flow = solved(name)
    with sheet((12, 8)) as ax:
        cr.plot_map(flow, ax, labels=False)
        lines, note = drawn(ax, "edge"), next(text for text in ax.texts if text.get_gid() == "note").get_text()
    assert all(len(found) == 1 for found in lines.values())
    flows = flow.edges["flow_mtpa"][lambda column: column > 1e-6]
    scales = [lines[id][0].get_linewidth() / amount for id, amount in flows.items() if id in lines]
    assert len(scales) > 15
    assert max(scales) == pytest.approx(min(scales))
    missing = [id for id in flows.index if id not in lines]
    assert (f"{len(missing)} more flows" in note) == bool(missing)
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    for id in missing:
        for end in (flow.network.edge(id).tail, flow.network.edge(id).head):
            place = flow.network.node(end)
            assert not (west < place.lon < east and south < place.lat < north), id  # type: ignore[operator]


def test_the_same_width_means_the_same_flow_where_asked_for() -> None:
    """With widest_mtpa two maps share one scale; on their own each fills its scale."""
    scales = []
    for name in (None, "russia-closed"):
        flow = solved(name)
        with sheet((12, 8)) as ax:
            cr.plot_map(flow, ax, labels=False, widest_mtpa=100)
            scales.append(drawn(ax, "edge")["btc"][0].get_linewidth() / flow.edges.loc["btc", "flow_mtpa"])
    assert scales[0] == pytest.approx(scales[1])


def test_colours_are_those_of_utilisation() -> None:
    """Each limited edge has the colour of its flow over its available capacity."""
    flow = solved()
    with sheet((12, 8)) as ax:
        cr.plot_map(flow, ax, labels=False)
        lines = drawn(ax, "edge")
    for id, row in flow.edges.iterrows():
        if id in lines and row["flow_mtpa"] > 1e-6 and math.isfinite(row["available_mtpa"]):
            assert lines[str(id)][0].get_color() == utilisation_colours()(row["flow_mtpa"] / row["available_mtpa"])


def test_fuller_is_darker_in_grey_too() -> None:
    """The luminance of the colours of utilisation falls without a break, by a lot."""
    shades = [luminance(utilisation_colours()(share)[:3]) for share in np.linspace(0, 1, 41)]
    assert all(a > b for a, b in itertools.pairwise(shades))
    assert shades[0] - shades[-1] > 0.5


def test_closed_edges_are_dashed_crossed_and_in_the_legend() -> None:
    """Every edge that an outage closes has one cross; planned ones look otherwise; the baseline has no such entry."""
    flow = solved("russia-says-no")
    shut = {edge.id for edge in flow.network.edges if edge.in_service and edge.remaining == 0}
    with sheet((12, 8)) as ax:
        cr.plot_map(flow, ax, labels=False)
        lines, crosses, told = drawn(ax, "edge"), drawn(ax, "closed"), legend(ax)
    assert shut == {"cpc_russia", "druzhba_north", "druzhba_south", "atyrau_samara"}
    assert all(lines[id][0].is_dashed() and len(crosses[id]) == 1 for id in shut)
    assert crosses["cpc_russia"][0].get_color() != crosses["kuryk_sangachal"][0].get_color()
    assert {"closed", "planned, idle"} <= told
    with sheet((12, 8)) as ax:
        cr.plot_map(solved(), ax, labels=False)
        assert "closed" not in legend(ax)


def test_edges_at_a_closed_node_are_marked() -> None:
    """Where a hub of limited throughput has nothing left, the edges in and out of it are crossed out."""
    nodes = pd.DataFrame(
        {"id": ["field", "hub", "port", "market"], "lon": [50, 45, 40, 39], "lat": [45, 44, 45, 41],
         "throughput_mtpa": [None, 7.0, None, None]}
    )  # fmt: skip
    gone = cr.Scenario(name="hub gone", changes=[cr.Derate(node="hub", remaining=0)])
    with sheet((6, 4)) as ax:
        cr.plot_map(cr.solve(small(nodes=nodes), gone), ax)
        assert set(drawn(ax, "closed")) == {"in", "trunk", "back"}
        assert "closed" in legend(ax)


def legend(ax: Any) -> set[str]:
    """Return the entries of all legends."""
    from matplotlib.legend import Legend

    return {text.get_text() for found in ax.get_children() if isinstance(found, Legend) for text in found.get_texts()}


def test_what_stays_in_the_ground_is_told_by_area_and_in_words() -> None:
    """Circles' areas are proportional to shortfalls, and each is labelled with its Mt/y."""
    flow = solved("cpc-shut")
    short = flow.supplies["shortfall_mtpa"].droplevel("commodity")[lambda column: column > 1e-6]
    with sheet((12, 8)) as ax:
        cr.plot_map(flow, ax)
        circles, labels = drawn(ax, "shortfall"), drawn(ax, "label")
    assert set(circles) == set(short.index)
    areas = [circles[id][0].get_sizes()[0] / amount for id, amount in short.items()]
    assert max(areas) == pytest.approx(min(areas))
    for id, amount in short.items():
        assert f"{amount:.1f} Mt/y short" in labels[f"node:{id}"][0].get_text()


@pytest.mark.parametrize("size", [SIZES[0], pytest.param(SIZES[1], marks=pytest.mark.fuzz)])
@pytest.mark.parametrize("name", SCENARIOS)
def test_labels_neither_meet_nor_leave_the_map(name: str | None, size: tuple[float, float]) -> None:
    """The boxes of all texts, as the renderer has them, are apart and inside; there are enough of them."""
    with sheet(size) as ax:
        cr.plot_map(solved(name), ax)
        ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
        found = texts(ax)
        assert clashes(found) == []
        assert outside(found, ax) == []
        assert len(found) >= (20 if size[0] < 8 else 40)


def test_the_default_figure_is_as_legible() -> None:
    """Drawn without Axes: labels apart, and legends within the figure."""
    ax = cr.plot_map(solved("cpc-shut"))
    figure: Any = ax.get_figure(root=True)
    figure.draw_without_rendering()
    assert clashes(texts(ax)) == []
    for child in ax.get_children():
        if type(child).__name__ == "Legend":
            box, page = child.get_window_extent(), figure.bbox
            assert box.x0 >= 0
            assert box.x1 <= page.x1
            assert box.y0 >= 0
    close(ax)


def close(ax: Any) -> None:
    """Close a figure that a test has let the library make."""
    import matplotlib.pyplot as plt

    plt.close(ax.get_figure(root=True))


def test_corridors_are_named_with_what_they_carry() -> None:
    """Each corridor that carries anything on the map is labelled with its throughput."""
    flow = solved()
    with sheet((12, 8)) as ax:
        cr.plot_map(flow, ax)
        labels = drawn(ax, "label")
    for id in ("cpc", "btc", "druzhba", "makhachkala", "china"):
        assert f"{flow.throughput_mtpa(id):.1f} Mt/y" in labels[f"corridor:{id}"][0].get_text()


def test_opposite_edges_are_drawn_apart() -> None:
    """The two directions between a pair of nodes do not hide each other."""
    with sheet((12, 8)) as ax:
        cr.plot_map(solved(), ax, labels=False)
        lines = drawn(ax, "edge")
    there, back = lines["atyrau_kenkiyak"][0].get_xydata(), lines["kenkiyak_atyrau"][0].get_xydata()
    assert np.hypot(*(there[len(there) // 2] - back[len(back) // 2])) > 0.3


def test_far_places_do_not_shrink_the_core_but_are_named() -> None:
    """India and the North Sea are off the map; arrows at its edge name them with what goes there."""
    flow = solved()
    with sheet((12, 8)) as ax:
        cr.plot_map(flow, ax)
        (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
        said = [text.get_text() for found in drawn(ax, "label").values() for text in found]
    assert (west, south) > (4.5, 22.5)
    assert east - west < 60
    assert north - south < 35
    to_india = flow.edges["flow_mtpa"].filter(like="_sikka")["straits_sikka"]
    assert f"to Sikka {to_india:.1f}" in said
    assert any(text.startswith("to Primorsk") for text in said)
    for id in ("tengiz", "kashagan", "ceyhan", "novorossiysk", "samara", "kumkol", "tbilisi"):
        node = flow.network.node(id)
        assert west < node.lon < east  # type: ignore[operator]
        assert south < node.lat < north  # type: ignore[operator]


@given(st.integers(0, 10_000), st.integers(6, 40))
def test_no_place_of_an_even_scatter_is_far(seed: int, count: int) -> None:
    """Of places on a line of even steps all are shown: only what lies off the rest is left out."""
    order = np.random.default_rng(seed).permutation(count)
    places = {f"n{at}": (30.0 + step, 40.0 + step / 3) for at, step in enumerate(order.tolist())}
    ends = sorted(places)
    net = cr.Network(
        nodes=[cr.Node(id=id, lon=lon, lat=lat) for id, (lon, lat) in places.items()],
        edges=[],
        commodities=[cr.Commodity(id="oil")],
        supplies=[cr.Supply(node=id, commodity="oil", volume_mtpa=1) for id in ends],
    )
    assert all(basemap.core(net, places).holds(*place) for place in places.values())


def test_one_commodity_is_drawn_alone() -> None:
    """Widths follow the Kazakh flow; Russian fields and flows have no part in it."""
    flow = solved()
    with sheet((12, 8)) as ax:
        cr.plot_map(flow, ax, commodity="kazakh_crude", labels=False)
        lines = drawn(ax, "edge")
    own = flow.edge_flows.xs("kazakh_crude", level="commodity")["flow_mtpa"]
    ratio = lines["cpc_russia"][0].get_linewidth() / lines["atyrau_samara"][0].get_linewidth()
    assert ratio == pytest.approx(own["cpc_russia"] / own["atyrau_samara"])
    assert lines["omsk_pavlodar"][0].get_color() == _PALE


_PALE = "#c9c9c4"


def shared_pipe() -> cr.Flow:
    """Return 2 Mt/y of ours and 6 Mt/y of theirs by one pipe, theirs alone by another, ours alone by a third."""
    return cr.solve(
        cr.Network(
            name="shared",
            nodes=[
                cr.Node(id=id, lat=lat, lon=lon)
                for id, lat, lon in (("f", 45.0, 50.0), ("h", 44.0, 47.0), ("p", 45.0, 40.0), ("q", 41.0, 42.0))
            ],
            edges=[
                cr.Edge(id="both", tail="f", head="h", capacity_mtpa=16.0),
                cr.Edge(id="theirs", tail="h", head="q", capacity_mtpa=8.0, corridor="c"),
                cr.Edge(id="own", tail="h", head="p", capacity_mtpa=4.0, corridor="b"),
                cr.Edge(id="empty", tail="p", head="q", capacity_mtpa=4.0),
            ],
            corridors=[cr.Corridor(id="b", name="Ours"), cr.Corridor(id="c", name="Theirs", featured=True)],
            commodities=[cr.Commodity(id="ours", name="Our oil"), cr.Commodity(id="other", name="Their oil")],
            supplies=[
                cr.Supply(node="f", commodity="ours", volume_mtpa=2.0),
                cr.Supply(node="f", commodity="other", volume_mtpa=6.0),
            ],
            markets=[
                cr.Market(node="p", commodity="ours", price_usd_per_t=100.0),
                cr.Market(node="q", commodity="other", price_usd_per_t=100.0),
            ],
        )
    )


def test_what_carries_others_only_is_pale_and_told_from_what_is_unused() -> None:
    """The pipe of others alone is pale, the empty one thin, ours and the shared one have our width."""
    with sheet((12, 8)) as ax:
        cr.plot_map(shared_pipe(), ax, commodity="ours", labels=False)
        lines = {id: found[0] for id, found in drawn(ax, "edge").items()}
    assert [lines[id].get_color() == _PALE for id in ("both", "theirs", "own", "empty")] == [False, True, False, False]
    assert lines["both"].get_linewidth() == pytest.approx(lines["own"].get_linewidth())
    assert lines["empty"].get_linewidth() < lines["theirs"].get_linewidth() < lines["own"].get_linewidth()


def test_the_colour_of_a_shared_edge_is_its_use_by_all() -> None:
    """8 of 16 Mt/y, although 2 are ours."""
    with sheet((12, 8)) as ax:
        cr.plot_map(shared_pipe(), ax, commodity="ours", labels=False)
        colour = drawn(ax, "edge")["both"][0].get_color()
    assert colour == utilisation_colours()(0.5)


def test_a_corridor_of_others_is_not_called_unused() -> None:
    """It carries 6 Mt/y, none of it ours."""
    with sheet((12, 8)) as ax:
        cr.plot_map(shared_pipe(), ax, commodity="ours")
        found = {text.get_gid(): text.get_text() for text in ax.texts}
    assert found["label:corridor:c"] == "Theirs\nno Our oil"
    assert found["label:corridor:b"] == "Ours\n2.0 Mt/y"


def test_names_of_any_kind_are_drawn_as_they_are() -> None:
    """Dollars, underscores, brackets and very long names neither break the picture nor turn into formulas."""
    from matplotlib.cbook import is_math_text

    with sheet((6, 4)) as ax:
        cr.plot_map(cr.solve(small(), cr.Scenario(name="$a_b$ _<i>", changes=[cr.Delay(edge="in", add_days=1)])), ax)
        figure: Any = ax.get_figure(root=True)
        figure.canvas.draw()
        found = [*texts(ax), ax._left_title]  # type: ignore[attr-defined]
        assert not any(is_math_text(text.get_text()) for text in found)
        assert any(text.get_text().startswith("a_b^2") for text in found)
        assert max(len(line) for text in found for line in text.get_text().split("\n")) < 50
        assert clashes(texts(ax)) == []


def test_without_coordinates_there_is_one_clear_error(diamond: cr.Network) -> None:
    """It names every node that lacks them, and what to give."""
    with sheet((6, 4)) as ax, pytest.raises(cr.DataError, match=r"lat .* lon .*'field', 'north', 'port', 'south'"):
        cr.plot_map(cr.solve(diamond), ax)


def test_a_network_without_nodes_cannot_be_drawn() -> None:
    """The message says what is lacking although there is nothing to name."""
    with pytest.raises(cr.DataError, match="has too few"):
        cr.plot_map(cr.solve(cr.Network(nodes=[], edges=[], commodities=[])))


def test_marks_fit_amounts_of_any_scale() -> None:
    """A million Mt/y on offer gives circles no larger than four do."""
    areas = []
    for volume in (8.0, 1e6):
        supplies = pd.DataFrame({"node": ["field"], "commodity": ["oil"], "volume_mtpa": [volume]})
        with sheet((12, 8)) as ax:
            cr.plot_map(cr.solve(small(supplies=supplies)), ax)
            areas.append(drawn(ax, "shortfall")["field"][0].get_sizes()[0])
    assert areas[0] / areas[1] == pytest.approx(3.0 / 8.0, rel=1e-4)


def test_places_without_coordinates_are_left_out_with_a_note() -> None:
    """The rest is drawn; the note names what is not."""
    nodes = pd.DataFrame(
        {"id": ["field", "hub", "port", "market"], "name": ["", "", "", "Far Bay (abroad)"],
         "lon": [50, 45, 40, None], "lat": [45, 44, 45, None]}
    )  # fmt: skip
    with sheet((6, 4)) as ax:
        cr.plot_map(cr.solve(small(nodes=nodes)), ax)
        note = next(text for text in ax.texts if text.get_gid() == "note").get_text()
        assert "no coordinates: Far Bay\n" in f"{note}\n"
        assert set(drawn(ax, "edge")) == {"in", "trunk", "back"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"extent": (10, 20, 30)}, "extent must be west, east, south, north"),
        ({"extent": (20, 10, 30, 40)}, "west < east"),
        ({"widest_mtpa": 0}, "widest_mtpa must be above 0"),
        ({"ax": "here"}, "ax must be a matplotlib Axes"),
    ],
)
def test_what_cannot_be_meant_is_refused(options: dict[str, Any], said: str) -> None:
    """Each wrong option is a clear error."""
    with pytest.raises(cr.DataError, match=said):
        cr.plot_map(solved(), **options)


def test_something_else_than_a_flow_is_refused() -> None:
    """A network is not yet solved; the message says what to do."""
    with pytest.raises(cr.DataError, match=r"a Flow is needed.*solve"):
        cr.plot_map(cr.load())  # type: ignore[arg-type]


def test_an_unknown_commodity_is_refused() -> None:
    """With the nearest name."""
    with pytest.raises(cr.UnknownNameError, match="did you mean 'kazakh_crude'"):
        cr.plot_map(solved(), commodity="kazak_crude")


def test_the_same_flow_is_the_same_picture() -> None:
    """Two drawings agree in every pixel."""
    pixels = []
    for _ in range(2):
        with sheet((8, 5.5)) as ax:
            cr.plot_map(solved("cpc-shut"), ax)
            canvas: Any = ax.get_figure(root=True).canvas  # type: ignore[union-attr]
            canvas.draw()
            pixels.append(np.asarray(canvas.buffer_rgba()).copy())
    assert np.array_equal(*pixels)


def test_a_network_where_nothing_flows_is_drawn() -> None:
    """All closed: no flow, no division by nothing, everything crossed out."""
    net = small()
    with sheet((6, 4)) as ax:
        cr.plot_map(cr.solve(net, cr.Scenario(name="all", changes=[cr.Outage(edge=[e.id for e in net.edges])])), ax)
        assert set(drawn(ax, "closed")) == {"in", "trunk", "back", "sea"}


# The base map


def test_the_base_map_is_small_and_says_where_it_is_from() -> None:
    """Under 200 KB, with its source in the file and on the picture."""
    file = Path(str(library.data_root())) / "basemap.json"
    assert file.stat().st_size < 200_000
    assert "Natural Earth" in json.loads(file.read_text(encoding="utf-8"))["source"]
    with sheet((6, 4)) as ax:
        cr.plot_map(solved(), ax)
        assert "Natural Earth" in next(text for text in ax.texts if text.get_gid() == "note").get_text()


@pytest.mark.parametrize(
    ("lon", "lat", "dry"),
    [
        (51.0, 42.0, False),  # middle of the Caspian
        (34.0, 43.3, False),  # Black Sea
        (18.0, 35.0, False),  # Mediterranean
        (37.6, 55.75, True),  # Moscow
        (44.8, 41.7, True),  # Tbilisi
        (66.9, 48.0, True),  # Kazakhstan
    ],
)
def test_sea_and_land_are_where_they_are(lon: float, lat: float, dry: bool) -> None:
    """The Caspian is water; cities stand on land."""
    waters = basemap.SeaRouter(basemap.Extent(10, 70, 30, 60))
    assert waters.dryness(np.full((20, 2), [lon, lat])) == float(dry)


def test_tankers_keep_to_the_sea() -> None:
    """Sea legs between ports on the map cross hardly any land; straight lines would cross more."""
    net = cr.load()
    extent = basemap.core(net, {node.id: (node.lon, node.lat) for node in net.nodes})  # type: ignore[misc]
    waters = basemap.SeaRouter(extent)
    ends = [net.node(id) for id in ("batumi", "turkish_straits")]
    start, end = [(node.lon or 0.0, node.lat or 0.0) for node in ends]
    straight = waters.dryness(basemap.curve_between(start, end, 0.0, squeeze=extent.squeeze))
    assert waters.dryness(waters.between(start, end, 0.0)) < min(0.12, straight)


def test_no_name_stands_at_another_place() -> None:
    """Each name of a place is nearer to its own mark than to any other, or a line leads from it to its own."""
    with sheet((12, 8)) as ax:
        flow = solved("cpc-shut")
        cr.plot_map(flow, ax)
        ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
        spots = {n.id: ax.transData.transform((n.lon, n.lat)) for n in flow.network.nodes}  # type: ignore[arg-type]
        led = [text.xy for text in ax.texts if text.get_text() == ""]  # type: ignore[attr-defined]
        for key, (label,) in drawn(ax, "label").items():
            kind, _, id = key.partition(":")
            if kind != "node" or any(
                np.allclose(xy, (flow.network.node(id).lon, flow.network.node(id).lat)) for xy in led
            ):
                continue
            box = label.get_window_extent()
            off = {
                other: math.hypot(max(box.x0 - x, x - box.x1, 0), max(box.y0 - y, y - box.y1, 0))
                for other, (x, y) in spots.items()
            }
            same = [other for other in off if math.hypot(*(spots[other] - spots[id])) < 6]
            assert min(off.values()) == min(off[other] for other in same), id
