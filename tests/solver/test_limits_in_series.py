"""A fleet and the quays at both its ends on one flow: which of them stops more, and ties between them, by arithmetic.

Ships with 7.4 days a round trip carry their Mt days over 7.4; quays carry what they are built for. Volumes in Mt/y.
"""

from __future__ import annotations

import pytest

import corridor as cr
from helpers.certificates import assert_certified

DAYS, BOXES = 7.4, "boxes"


def crossing(ships: float, aktau: float, alat: float, **more: float) -> cr.Network:
    """Return a way by a quay, ships that can carry so much a year and another quay; and a ferry if it is given."""
    edges = [
        cr.Edge(id="aktau_quay", tail="inland", head="aktau", mode="rail", capacity_mtpa=aktau, tags=["port"]),
        cr.Edge(id="feeder", tail="aktau", head="alat", mode="sea", tariff_usd_per_t=10.0, corridor="middle",
                fleet="ships", fleet_days=DAYS),
        cr.Edge(id="alat_quay", tail="alat", head="port", mode="rail", capacity_mtpa=alat, tags=["port"]),
    ]  # fmt: skip
    if ferry := more.get("ferry"):
        edges.append(
            cr.Edge(id="ferry", tail="inland", head="alat", mode="sea", capacity_mtpa=ferry, corridor="middle")
        )
    return cr.Network(
        nodes=[cr.Node(id=id) for id in ("inland", "aktau", "alat", "port")], edges=edges,
        commodities=[cr.Commodity(id=BOXES, display_unit="TEU", display_per_t=0.1)],
        corridors=[cr.Corridor(id="middle")],
        supplies=[cr.Supply(node="inland", commodity=BOXES, volume_mtpa=10.0)],
        markets=[cr.Market(node="port", commodity=BOXES, price_usd_per_t=100.0)],
        fleets=[cr.Fleet(id="ships", capacity_mt_days=ships * DAYS)],
    )  # fmt: skip


def limit(net: cr.Network) -> tuple[float, set[str]]:
    """Return the most that can cross, and what stops more, equal limits apart."""
    row = cr.compare(net, [], columns=["capacity_mtpa", "bottleneck"]).iloc[0]
    return float(row["capacity_mtpa"]), set(row["bottleneck"].split(" or "))


@pytest.mark.parametrize(
    ("ships", "aktau", "alat", "most", "named"),
    [
        (2.0, 3.0, 4.0, 2.0, {"fleet ships"}),
        (4.0, 3.0, 5.0, 3.0, {"aktau_quay"}),
        (4.0, 5.0, 2.5, 2.5, {"alat_quay"}),
        (3.0, 4.0, 3.0, 3.0, {"fleet ships", "alat_quay"}),
        (4.0, 3.0, 3.0, 3.0, {"aktau_quay", "alat_quay"}),
        (3.0, 3.0, 3.0, 3.0, {"fleet ships", "aktau_quay", "alat_quay"}),
        (3.0, 3.0 + 1e-3, 4.0, 3.0, {"fleet ships"}),
    ],
)
def test_the_limit_that_binds_is_named(ships: float, aktau: float, alat: float, most: float, named: set[str]) -> None:
    """The least of the three; those that are equally small all of them."""
    assert limit(crossing(ships, aktau, alat)) == (pytest.approx(most, abs=1e-5), named)


@pytest.mark.parametrize(("alat", "most", "named"), [(6.0, 3.5, {"ferry + fleet ships"}), (3.0, 3.0, {"alat_quay"})])
def test_limits_side_by_side_are_a_sum(alat: float, most: float, named: set[str]) -> None:
    """Ships of 2 and a ferry of 1.5 before a quay: together 3.5."""
    assert limit(crossing(2.0, 4.0, alat, ferry=1.5)) == (pytest.approx(most, abs=1e-5), named)


def test_the_flow_prices_the_limit_that_binds() -> None:
    """Quays are free; a day of the ships is worth (90 + 1 000) / 7.4: netback and the penalty spared."""
    flow = cr.solve(crossing(2.0, 3.0, 4.0))
    assert_certified(flow)
    assert flow.fleets.loc["ships", "shadow_price_usd_per_t_day"] == pytest.approx(1090 / DAYS)
    assert flow.edges.loc[["aktau_quay", "alat_quay"], "shadow_price_usd_per_t"].tolist() == [0.0, 0.0]


def test_a_tie_moves_no_further_by_one_limit_alone() -> None:
    """What is named as equal is: more ships alone add nothing, more ships and a larger quay do."""
    net = crossing(3.0, 4.0, 3.0)
    ships, quay = cr.Expansion(fleet="ships", factor=1.2), cr.Expansion(edge="alat_quay", add_mtpa=0.5)
    assert limit(ships.apply(net))[0] == pytest.approx(3.0, abs=1e-5)
    assert limit((ships + quay).apply(net))[0] == pytest.approx(3.5, abs=1e-5)


def test_explain_tells_of_the_tie() -> None:
    """One limit after another, at the same size."""
    told = cr.solve(crossing(3.0, 4.0, 3.0)).explain("middle")
    assert told.count("3.0 Mt/y, stopped by") == 2


def test_what_a_tie_rests_on_is_named_too() -> None:
    """Figures of both limits are behind the capacity."""
    table = cr.compare(crossing(3.0, 4.0, 3.0), [], columns=["capacity_mtpa", "subjects"])
    assert {"ships", "alat_quay"} <= set(table["subjects"].iloc[0])
