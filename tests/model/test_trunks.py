"""Trunks of single commodities: rules, lookups, selectors and forms."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import corridor as cr
from helpers.two_trunks import BOXES, CRUDE, EDGES, TRUNKS, two_trunks


def ids(edges: tuple[cr.Edge, ...]) -> list[str]:
    """Return the ids of some edges."""
    return [edge.id for edge in edges]


# Lookups


@pytest.mark.parametrize(
    ("edge", "commodity", "corridor"),
    [
        ("ferry", BOXES, "middle"), ("ferry", CRUDE, None), ("rails", BOXES, None), ("rails", CRUDE, "middle"),
        ("north", BOXES, "north"), ("north", CRUDE, None),
    ],
)  # fmt: skip
def test_the_trunk_of_a_commodity(edge: str, commodity: str, corridor: str | None) -> None:
    """Its row where there is one, else the edge's own label; none on an edge that does not admit it."""
    assert two_trunks().trunk_of(edge, commodity) == corridor


@pytest.mark.parametrize(
    ("commodity", "edges"),
    [(None, ["ferry", "rails"]), (CRUDE, ["rails"]), (BOXES, ["ferry"]), ((CRUDE, BOXES), ["ferry", "rails"])],
)
def test_the_trunk_edges_of_a_corridor(commodity: Any, edges: list[str]) -> None:
    """Those of any commodity, of one, or of one of several."""
    assert ids(two_trunks().trunk("middle", commodity)) == edges


def test_shippers_of_a_group_have_their_trunk_together() -> None:
    """A second crude that the rails do not admit counts the rails as its group's; boxes count the ferry."""
    rails = EDGES[2].replace(commodities=[CRUDE, BOXES])
    net = two_trunks(
        commodities=[*two_trunks().commodities, cr.Commodity(id="turkmen", group="crudes")], edges=[*EDGES[:2], rails]
    )
    assert ids(net.trunk_of_peers("middle", ["turkmen"])) == ["rails"]
    assert ids(net.trunk_of_peers("middle", [BOXES])) == ["ferry"]


def test_an_edge_whose_every_commodity_says_otherwise_is_no_trunk() -> None:
    """Its own label then counts for none."""
    net = two_trunks(trunks=[*TRUNKS, cr.Trunk(edge="rails", commodity=CRUDE)])
    assert ids(net.trunk("middle")) == ["ferry"]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda net: net.trunk_of("ferrry", BOXES), "no edge named 'ferrry'; did you mean 'ferry'?"),
        (lambda net: net.trunk_of("ferry", "box"), "no commodity named 'box'"),
        (lambda net: net.trunk("middle", "box"), "no commodity named 'box'"),
        (lambda net: net.trunk("midle"), "no corridor named 'midle'; did you mean 'middle'?"),
    ],
)
def test_unknown_names_are_refused(ask: Any, message: str) -> None:
    """With the nearest there is."""
    with pytest.raises(cr.UnknownNameError) as caught:
        ask(two_trunks())
    assert message in str(caught.value)


# Rules


@pytest.mark.parametrize(
    ("trunks", "message"),
    [
        ([cr.Trunk(edge="fery", commodity=BOXES)], "trunk 'fery/boxes': edge: no edge named 'fery'; did you mean"),
        ([cr.Trunk(edge="ferry", commodity="box")], "trunk 'ferry/box': commodity: no commodity named 'box'"),
        ([cr.Trunk(edge="ferry", commodity=BOXES, corridor="m")], "trunk 'ferry/boxes': corridor: no corridor named"),
        (
            [cr.Trunk(edge="north", commodity=CRUDE, corridor="middle")],
            "trunk 'north/crude': edge 'north' does not carry 'crude'; add it to the edge's commodities",
        ),
        ([TRUNKS[0], TRUNKS[1], TRUNKS[1]], "duplicate trunk 'rails/boxes'"),
        (
            [cr.Trunk(edge="rails", commodity=CRUDE, corridor="middle")],
            "trunk 'rails/crude': edge 'rails' is a trunk edge of corridor 'middle' already (got corridor 'middle'); "
            "leave the row out, or name another corridor",
        ),
        (
            [cr.Trunk(edge="ferry", commodity=CRUDE)],
            "trunk 'ferry/crude': edge 'ferry' is a trunk edge of no corridor already (got corridor None); leave",
        ),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_refused(trunks: list[cr.Trunk], message: str) -> None:
    """Unknown names, what the edge does not carry, pairs given twice, and what is said already."""
    with pytest.raises(cr.DataError) as caught:
        two_trunks(trunks=trunks)
    assert message in str(caught.value)


def test_a_tonne_that_would_cross_two_trunks_is_refused() -> None:
    """The sentence names both edges, the commodity, both corridors and the ways out."""
    with pytest.raises(cr.DataError) as caught:
        two_trunks(trunks=[cr.Trunk(edge="ferry", commodity=BOXES, corridor="north")])
    assert caught.value.problems == (
        "corridor 'north': boxes that crossed its trunk edge 'ferry' can go on to cross trunk edge 'rails' of corridor "
        "'middle'; label one edge of each route, restrict the commodities of an edge between, or give one of the "
        "edges a row in trunks for boxes without a corridor",
    )


def test_a_trunk_of_one_commodity_does_not_count_for_another() -> None:
    """Crude may cross the ferry and then the rails, for the ferry is the trunk of boxes only."""
    assert two_trunks().problems() == []


def test_a_change_of_numbers_is_checked_no_more() -> None:
    """A scenario keeps the trunks."""
    assert cr.Derate(edge="ferry", remaining=0.5).apply(two_trunks()).trunk_of("ferry", BOXES) == "middle"


# Selectors


def test_a_corridor_selects_the_trunk_edges_of_any_commodity() -> None:
    """Both are shut."""
    shut = cr.Outage(corridor="middle").apply(two_trunks())
    assert [edge.remaining for edge in shut.edges] == [0.0, 1.0, 0.0]


def test_a_corridor_and_a_commodity_select_its_own_trunk() -> None:
    """A dearer crossing for boxes is one on the ferry, not on the rails."""
    change = cr.TariffShock(corridor="middle", commodity=BOXES, add_usd_per_t=7)
    assert change.apply(two_trunks()).rates == (cr.Rate(edge="ferry", commodity=BOXES, tariff_usd_per_t=17.0),)


def test_a_quota_of_a_corridor_is_on_the_commoditys_trunk() -> None:
    """Crude's on the rails alone, though the ferry admits it."""
    change = cr.QuotaChange(corridor="middle", commodity=CRUDE, max_mtpa=2)
    assert change.apply(two_trunks()).quotas == (cr.Quota(edge="rails", commodity=CRUDE, max_mtpa=2.0),)


def test_a_corridor_that_is_no_trunk_for_the_commodity_is_refused() -> None:
    """Though an edge of it carries it."""
    change = cr.TariffShock(corridor="middle", edge="rails", commodity=BOXES, add_usd_per_t=7)
    with pytest.raises(
        cr.DataError, match="edge 'rails' is no trunk of corridor 'middle' for 'boxes'; aim at the edge"
    ):
        change.apply(two_trunks())


def test_an_edge_named_by_itself_needs_no_trunk() -> None:
    """The rails are dearer for boxes."""
    change = cr.TariffShock(edge="rails", commodity=BOXES, add_usd_per_t=7)
    assert change.apply(two_trunks()).rates == (cr.Rate(edge="rails", commodity=BOXES, tariff_usd_per_t=12.0),)


# Forms


def test_tables_give_the_network_back() -> None:
    """An empty corridor is none."""
    net = two_trunks()
    again = cr.Network.from_frames(
        net.node_table(), net.edge_table(), commodities=net.commodity_table(), corridors=net.corridor_table(),
        supplies=net.supply_table(), markets=net.market_table(), trunks=net.trunk_table(),
    )  # fmt: skip
    assert again == net


def test_a_table_of_trunks_is_replaced() -> None:
    """With one row less, crude's label holds for boxes too, and they would cross twice."""
    net = two_trunks()
    with pytest.raises(cr.DataError, match="boxes that crossed its trunk edge 'ferry' can go on to cross"):
        net.with_frames(trunks=net.trunk_table().loc[["ferry"]])


def test_commodities_and_corridors_are_taken_from_trunks_too() -> None:
    """Where no other table names them."""
    net = cr.Network.from_frames(
        pd.DataFrame({"id": ["a", "b"]}),
        pd.DataFrame({"id": ["ab"], "tail": ["a"], "head": ["b"]}),
        trunks=pd.DataFrame({"edge": ["ab"], "commodity": ["oil"], "corridor": ["east"]}),
    )
    assert (net.commodities, net.corridors) == ((cr.Commodity(id="oil"),), (cr.Corridor(id="east"),))


def test_networkx_and_back() -> None:
    """Trunks stand in the graph's own attributes."""
    assert cr.Network.from_networkx(two_trunks().to_networkx()) == two_trunks()


@pytest.mark.parametrize("ending", ["", ".json", ".geojson", ".graphml", ".xlsx"])
def test_files_keep_trunks(ending: str, tmp_path: Any) -> None:
    """Every format."""
    path = cr.write_network(two_trunks(), tmp_path / f"net{ending}")
    assert cr.read_network(path).replace(name="") == two_trunks()


def test_a_bad_row_of_a_file_is_told_with_its_line(tmp_path: Any) -> None:
    """And what the record misses."""
    cr.write_network(two_trunks(), tmp_path / "net")
    (tmp_path / "net" / "trunks.csv").write_text("edge,commodity,corridor\nferry,boxes,midle\n", encoding="utf-8")
    with pytest.raises(cr.DataError, match=r"trunks\.csv:2: trunk 'ferry/boxes': corridor: no corridor named 'midle'"):
        cr.read_network(tmp_path / "net")


def test_differences_name_trunks() -> None:
    """A row a field."""
    altered = two_trunks(trunks=[TRUNKS[0].replace(corridor="north"), TRUNKS[1]])
    rows = cr.diff(two_trunks(), altered)[["kind", "id", "field", "before", "after"]].to_numpy().tolist()
    assert rows == [["trunk", "ferry.boxes", "corridor", "middle", "north"]]


def test_the_card_of_a_network_tells_whose_trunk_an_edge_is() -> None:
    """Where not all that pass cross it as a trunk."""
    html = two_trunks()._repr_html_()
    assert "ferry (boxes), rails (crude)" in html


def test_the_card_of_a_row_is_called_by_its_pair() -> None:
    """Edge and commodity."""
    assert "Trunk ferry, boxes" in TRUNKS[0]._repr_html_()
