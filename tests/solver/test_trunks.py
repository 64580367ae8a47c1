"""Answers where commodities have trunks of their own: by hand, certified, in arrays and as pictures.

Of six boxes two cross the ferry and the rails, three go by the north, and one stays; three of crude cross the rails.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import corridor as cr
from corridor.model.result_path import value_by_path
from corridor.solver.batch import BatchSolver
from corridor.solver.warm import WarmSolver
from corridor.study.path_values import PathValues
from helpers.certificates import assert_certified
from helpers.parallel_routes import hazard
from helpers.two_trunks import BOXES, CRUDE, EDGES, two_trunks


def compared(net: cr.Network, commodity: str, *columns: str) -> list[list[Any]]:
    """Return some columns of the baseline's rows, middle first."""
    table = cr.compare(net, [], commodity=commodity, columns=list(columns))
    return table[list(columns)].to_numpy().tolist()


def test_the_flow_is_the_one_by_hand() -> None:
    """3 of crude at 95, 2 boxes at 85 and 3 at 70; one at 1 000 stays; certified."""
    flow = cr.solve(two_trunks())
    assert_certified(flow)
    assert flow.objective == pytest.approx(3 * 95 + 2 * 85 + 3 * 70 - 1000)


@pytest.mark.parametrize(
    ("corridor", "commodity", "moved"),
    [("middle", CRUDE, 3), ("middle", BOXES, 2), ("middle", None, 5), ("north", BOXES, 3), ("north", CRUDE, 0)],
)
def test_a_corridor_counts_each_commodity_on_its_own_trunk(corridor: str, commodity: str | None, moved: float) -> None:
    """Boxes on the ferry, not again on the rails; crude on the rails."""
    assert cr.solve(two_trunks()).throughput_mtpa(corridor, commodity) == pytest.approx(moved)


@pytest.mark.parametrize(("group", "moved"), [("crudes", 3), ("containers", 2), ("all", 5)])
def test_a_group_moves_what_its_members_do(group: str, moved: float) -> None:
    """Each on its own trunk: 3 of crude on the rails and 2 boxes on the ferry."""
    net = two_trunks()
    if group == "all":
        net = two_trunks(commodities=[record.replace(group="all") for record in net.commodities])
    assert cr.solve(net).throughput_mtpa("middle", group) == pytest.approx(moved)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("commodities.all.delivered_mtpa", 8), ("commodities.all.shortfall_mtpa", 1),
        ("commodities.all.netback_musd_per_year", 665), ("commodities.all.delivered_mtpa - delivered_mtpa", 0),
    ],
)  # fmt: skip
def test_totals_of_a_group_are_those_of_its_members(path: str, value: float) -> None:
    """3 of crude and 5 boxes of 9; 285 and 380 million USD; in `sensitivity` and expectations alike."""
    net = two_trunks(commodities=[record.replace(group="all") for record in two_trunks().commodities])
    assert value_by_path(cr.solve(net), path) == pytest.approx(value, abs=1e-6)
    read = PathValues(WarmSolver(net), net, net)
    assert read.value(path) == pytest.approx(value, abs=1e-6)


def test_an_unknown_group_is_refused() -> None:
    """As an unknown commodity is."""
    with pytest.raises(cr.UnknownNameError, match="no commodity or group of commodities named 'container'"):
        cr.solve(two_trunks()).throughput_mtpa("middle", "container")


def test_use_of_the_trunk_counts_all_that_passes_its_edges() -> None:
    """2 on the ferry of 4, and 3 and 2 on the rails of 5."""
    row = cr.solve(two_trunks()).corridors.loc["middle"]
    assert row.to_list() == pytest.approx([5, 9, 7 / 9])


def test_routes_are_called_by_the_trunk_of_their_commodity() -> None:
    """Boxes on the ferry and the rails are one route of the middle."""
    routes = cr.solve(two_trunks()).routes
    named = {(tuple(r["edges"]), r["commodity"]): r["corridor"] for r in routes.to_dict("records")}
    assert named == {
        (("rails",), CRUDE): "middle", (("ferry", "rails"), BOXES): "middle", (("north",), BOXES): "north",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("commodity", "expected"),
    [(CRUDE, [[3, "north + rails", 3]]), (BOXES, [[2, "rails", 2], [3, "north", 3]])],
)
def test_capacity_is_that_of_the_commoditys_own_trunk(commodity: str, expected: list[list[Any]]) -> None:
    """Where none gives way: the 5 boxes lifted stay so, 3 of them by the north, which with the rails holds 8."""
    ungrouped = two_trunks(commodities=[record.replace(group="") for record in two_trunks().commodities])
    rows = compared(ungrouped, commodity, "capacity_mtpa", "bottleneck", "throughput_mtpa")
    for (capacity, bottleneck, moved), (most, named, moves) in zip(rows, expected, strict=True):
        assert (capacity, moved) == pytest.approx((most, moves), abs=1e-5)
        assert bottleneck == named


@pytest.mark.parametrize(("commodity", "built"), [(CRUDE, [5.0]), (BOXES, [4.0, 3.0])])
def test_the_nameplate_is_that_of_the_groups_trunk(commodity: str, built: list[float]) -> None:
    """The rails for crude, the ferry for boxes."""
    assert [row[0] for row in compared(two_trunks(), commodity, "nameplate_mtpa")] == built


def test_a_group_counts_each_member_on_its_own_trunk() -> None:
    """Boxes and crude in one group: what crosses ferry and rails; the rails stop at 5, of which crude may be all."""
    both = [commodity.replace(group="all") for commodity in two_trunks().commodities]
    ((capacity, bottleneck, moved), _) = compared(
        two_trunks(commodities=both), "all", "capacity_mtpa", "bottleneck", "throughput_mtpa"
    )
    assert (capacity, moved) == pytest.approx((5, 5), abs=1e-5)
    assert bottleneck == "rails"


def test_without_the_corridor_each_loses_its_own_trunk() -> None:
    """Three boxes stay instead of one, and all crude."""
    columns = ("shortfall_if_lost_mtpa", "shortfall_if_lost_all_mtpa")
    assert compared(two_trunks(), BOXES, *columns)[0] == pytest.approx([2, 5])


@pytest.mark.parametrize(("commodity", "next_tonne"), [(CRUDE, [95]), (BOXES, [70, 70])])
def test_the_next_tonne_crosses_its_own_trunk(commodity: str, next_tonne: list[float]) -> None:
    """Rails of 8 have room; the ferry is full, so that a further box sent by it drives one to the north."""
    net = two_trunks(edges=[*EDGES[:2], EDGES[2].replace(capacity_mtpa=8.0)])
    rows = compared(net, commodity, "next_tonne_usd_per_t")
    assert [row[0] for row in rows] == pytest.approx(next_tonne, abs=1e-3)


def test_explain_speaks_of_the_trunk_of_the_first_commodity() -> None:
    """The rails, full with boxes too; crude moves 3."""
    assert "middle [middle]: carries 5.0 of 5.0 Mt/y, 0.0 unused; crude 3.0 Mt/y." in cr.solve(two_trunks()).explain(
        "middle"
    )


def test_the_best_route_crosses_the_commoditys_own_trunk() -> None:
    """A barge at 1 USD/t is cheaper than the ferry at 10, but no trunk of boxes: by the middle they pay 10 and 5."""
    barge = cr.Edge(id="barge", tail="aktau", head="alat", mode="sea", capacity_mtpa=0.5, tariff_usd_per_t=1.0)
    rows = compared(two_trunks(edges=[*EDGES, barge]), BOXES, "unit_cost_usd_per_t")
    assert rows[0] == pytest.approx([15.0])


# Hazards


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_states_in_arrays_count_each_commodity_on_its_own_trunk(share: float) -> None:
    """As the network without part of its ferry does, solved anew."""
    change = cr.Derate(edge="ferry", remaining=1 - share) if share < 1 else cr.Outage(edge="ferry")
    batch = BatchSolver(two_trunks(), (hazard("storm", change),))
    (told,) = batch.outcomes(np.array([[1.0]]))[:, [batch.layout.column("throughput", corridor="middle")]]
    assert told == pytest.approx(
        cr.solve(two_trunks(), cr.Scenario(name="s", changes=change)).throughput_mtpa("middle")
    )


def test_a_trunk_is_reduced_where_any_commodity_loses_of_its_own() -> None:
    """Half the ferry is gone, the rails are whole: reduced, not closed."""
    batch = BatchSolver(two_trunks(), (hazard("storm", cr.Derate(edge="ferry", remaining=0.5)),))
    columns = [batch.layout.column(name, corridor="middle") for name in ("reduced", "closed")]
    assert batch.outcomes(np.array([[1.0]]))[0, columns].tolist() == [1.0, 0.0]


@pytest.mark.parametrize(("commodity", "hazards"), [(CRUDE, ()), (BOXES, ("storm",))])
def test_hazards_of_a_corridor_are_those_of_the_commoditys_own_route(commodity: str, hazards: tuple[str, ...]) -> None:
    """A storm at the ferry is none of crude's."""
    storm = hazard("storm", cr.Outage(edge="ferry"))
    table = cr.availability(two_trunks(hazards=[storm]), commodity=commodity)
    assert table.loc["middle", "hazards"] == hazards


# Pictures


@pytest.mark.parametrize(("commodity", "edge"), [(CRUDE, "rails"), (BOXES, "ferry")])
def test_a_map_names_the_corridor_at_the_commoditys_trunk(commodity: str, edge: str) -> None:
    """Nearer to it than to the middle of the other edge."""
    places = {"aktau": (51.0, 43.6), "alat": (49.4, 39.9), "port": (41.6, 42.1)}
    nodes = [cr.Node(id=id, lon=lon, lat=lat) for id, (lon, lat) in places.items()]
    ax = cr.plot_map(cr.solve(two_trunks(nodes=nodes)), commodity=commodity)
    (label,) = [text for text in ax.texts if text.get_gid() == "label:corridor:middle"]
    ends = {record.id: [np.array(places[record.tail]), np.array(places[record.head])] for record in EDGES}
    at = np.array(label.xy if hasattr(label, "xy") else label.get_position())
    distance = {id: float(np.linalg.norm(at - sum(pair) / 2)) for id, pair in ends.items()}
    assert distance[edge] == min(distance["rails"], distance["ferry"])
    plt.close(ax.figure)
