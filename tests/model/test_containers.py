"""Containers where tonnes are meant: names of fields, cells and amounts, each with the way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import corridor as cr
from helpers.two_trunks import BOXES, EDGES, two_trunks

MTPA = "in Mt/y: TEU/y / 1,000,000 / display_per_t of the commodity"
NODES = pd.DataFrame({"id": ["a", "b"]})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: cr.Edge(id="q", tail="a", head="b", capacity_teu=40_000),
            f"Edge: no field named 'capacity_teu'; did you mean 'capacity_mtpa', {MTPA}?",
        ),
        (
            lambda: cr.Expansion(edge="q", add_teu=40_000),
            f"Expansion: no field named 'add_teu'; did you mean 'add_mtpa', {MTPA}?",
        ),
        (
            lambda: cr.Supply(node="a", commodity="c", volume_mtpa=1, volume_feu_per_year=2),
            f"Supply: no field named 'volume_feu_per_year'; did you mean 'volume_mtpa', {MTPA}, 1 FEU being 2 TEU?",
        ),
        (
            lambda: cr.TariffShock(edge="q", add_usd_per_feu=50),
            "TariffShock: no field named 'add_usd_per_feu'; did you mean 'add_usd_per_t', in USD/t: USD/TEU x "
            "display_per_t of the commodity, 1 FEU being 2 TEU?",
        ),
        (
            lambda: cr.Fleet(id="f", capacity_mt_days=1, capacity_teu_days=5),
            "Fleet: no field named 'capacity_teu_days'; did you mean 'capacity_mt_days', in Mt days/y: TEU under way x "
            "days a year / 1,000,000 / display_per_t of the commodity?",
        ),
        (
            lambda: cr.Edge(id="q", tail="a", head="b", capacity_mtpa="40000 TEU"),
            f"Edge: capacity_mtpa must be a number, {MTPA} (got '40000 TEU')",
        ),
    ],
)
def test_a_field_or_cell_in_containers_is_told_how_to_convert(make: Any, message: str) -> None:
    """The field that is meant, its unit and the factor."""
    with pytest.raises(cr.DataError) as caught:
        make()
    assert str(caught.value) == message


def test_a_column_in_containers_is_told_how_to_convert() -> None:
    """With the table's name."""
    edges = pd.DataFrame({"id": ["ab"], "tail": ["a"], "head": ["b"], "capacity_teu": [4]})
    with pytest.raises(cr.DataError) as caught:
        cr.Network.from_frames(NODES, edges)
    assert f"edges: no column named 'capacity_teu'; did you mean 'capacity_mtpa', {MTPA}?" in str(caught.value)


def test_a_key_of_a_scenario_file_is_told_with_its_place(tmp_path: Path) -> None:
    """Line and column."""
    file = tmp_path / "x.scenario.yaml"
    file.write_text("name: x\nchanges:\n  - expand: {edge: btc, add_teu: 500}\n", encoding="utf-8")
    with pytest.raises(cr.DataError) as caught:
        cr.load_scenario(str(file))
    assert f"x.scenario.yaml:3:34: expand: no field named 'add_teu'; did you mean 'add_mtpa', {MTPA}?" in str(
        caught.value
    )


@pytest.mark.parametrize("name", ["capacity_kbd", "plateau_mtpa", "tutelage"])
def test_other_unknown_fields_are_told_as_before(name: str) -> None:
    """Barrels, and names that merely have the letters."""
    with pytest.raises(cr.DataError) as caught:
        cr.Edge(id="q", tail="a", head="b", **{name: 1})
    assert "display_per_t" not in str(caught.value)


def test_a_capacity_far_beyond_all_supply_may_be_in_containers() -> None:
    """40 000 where 9 are supplied; the problem names the factor of the commodity."""
    net = two_trunks(edges=[EDGES[0].replace(capacity_mtpa=40_000.0), *EDGES[1:]])
    assert net.problems() == [
        "edge 'ferry': capacity_mtpa 40000 Mt/y is over 1,000 times all supply that it admits (9 Mt/y); if it is in "
        "TEU/y, divide by 1,000,000 and by display_per_t of 'boxes' (0.1), if it has no limit, leave it empty"
    ]


def test_a_supply_far_beyond_what_leaves_its_node_may_be_in_containers() -> None:
    """60 000 where ferry and north carry 7."""
    supplies = [two_trunks().supplies[1], cr.Supply(node="aktau", commodity=BOXES, volume_mtpa=60_000.0)]
    assert two_trunks(supplies=supplies).problems() == [
        "supply 'aktau/boxes': volume_mtpa 60000 Mt/y is over 1,000 times what can leave its node (7 Mt/y); if it is "
        "in TEU/y, divide by 1,000,000 and by display_per_t of 'boxes' (0.1)"
    ]


def test_nothing_is_suspected_of_oil() -> None:
    """What is lighter than a tonne is no container, and a large number may stand for no limit."""
    edges = [cr.Edge(id="ab", tail="a", head="b", capacity_mtpa=1e6)]
    net = cr.Network(
        nodes=[cr.Node(id="a"), cr.Node(id="b")], edges=edges,
        commodities=[cr.Commodity(id="oil", display_unit="bbl", display_per_t=7.5)],
        supplies=[cr.Supply(node="a", commodity="oil", volume_mtpa=1.0)],
        markets=[cr.Market(node="b", commodity="oil")],
    )  # fmt: skip
    assert net.problems() == []


# What freight must have


def test_a_fleet_without_days_is_refused_with_the_way_out() -> None:
    """Else it would limit nothing."""
    with pytest.raises(cr.DataError) as caught:
        cr.Edge(id="feeder", tail="a", head="b", fleet="ships")
    assert str(caught.value) == (
        "Edge: fleet_days must be > 0 where there is a fleet (got 0 with fleet 'ships'); give the days of its round "
        "trip, or leave fleet out"
    )


def test_a_delay_below_zero_is_refused_with_the_way_out() -> None:
    """Edge, value and change."""
    net = two_trunks(edges=[EDGES[0].replace(late_days=2.0), *EDGES[1:]])
    with pytest.raises(cr.DataError) as caught:
        cr.Delay(edge="ferry", add_late_days=-3).apply(net)
    assert str(caught.value) == (
        "Delay(edge='ferry', add_late_days=-3.0) leaves edge 'ferry' where late_days must be >= 0.0 (got -1.0); "
        "change it by less"
    )
