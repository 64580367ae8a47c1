"""Differences between two networks, and between two flows."""

from __future__ import annotations

import pytest

import corridor as cr


def test_the_vintages_tell_their_story() -> None:
    """From 2021 to 2024 the CPC grew, Baku-Supsa fell idle, and Germany opened to Kazakh oil."""
    story = cr.diff(cr.load(year=2021), cr.load(year=2024)).set_index(["id", "field"])
    assert story.loc[("cpc_kazakhstan", "capacity_mtpa"), "change"] == pytest.approx(72.5 - 60)
    assert story.loc[("baku_supsa", "in_service"), "after"] is False
    assert "idle" in story.loc[("baku_supsa", "in_service"), "note"]
    assert story.loc[("druzhba_north.kazakh_crude", "max_mtpa"), "change"] == pytest.approx(1.2)


def test_a_typed_number_has_no_note_of_the_old_figure() -> None:
    """The note on a figure stands beside its own value only."""
    net = cr.load(year=2024)
    noted = [f for f in net.figure_records if f.note and (f.record, f.attribute) == ("edge", "capacity_mtpa")]
    figure = next(f for f in noted if f.choice == "chosen")
    edges = [e.replace(capacity_mtpa=1234.0) if e.id == figure.subject else e for e in net.edges]
    typed = net.replace(edges=tuple(edges))
    (row,) = cr.diff(net, typed).itertuples()
    assert (row.after, row.note) == (1234.0, "")
    (row,) = cr.diff(typed, net).itertuples()
    assert (row.after, row.note) == (figure.value, figure.note)


def test_nothing_differs_from_itself() -> None:
    """A network against itself, and a flow against itself, give empty tables."""
    net = cr.load(year=2021)
    assert cr.diff(net, net).empty
    assert cr.diff(cr.solve(net), cr.solve(net)).empty


def test_flows_differ_where_a_scenario_moves_tonnes(shut: cr.Flow) -> None:
    """The CPC's loss and the shortfalls stand in the table of differences."""
    before = cr.solve(cr.load(year=2021))
    table = cr.diff(before, shut).set_index(["table", "id", "column"])["change"]
    assert table["corridors", "cpc", "throughput_mtpa"] == pytest.approx(
        -before.edge_flows["flow_mtpa"]["cpc_russia"].sum()
    )
    lost = sum(v for (name, _, column), v in table.items() if (name, column) == ("supplies", "shortfall_mtpa"))
    assert lost == pytest.approx(shut.shortfall_mtpa)


def test_diff_needs_two_of_a_kind(shut: cr.Flow) -> None:
    """A network against a flow is refused."""
    with pytest.raises(cr.DataError, match="got Network and Flow"):
        cr.diff(cr.load(year=2021), shut)


def test_flows_differ_in_what_fleets_carry() -> None:
    """2 of 3 Mt/y remain in half of the fleet: 10 of 15 Mt days/y used, 10 instead of 20 available."""
    net = cr.Network(
        nodes=[cr.Node(id="a"), cr.Node(id="b")],
        edges=[cr.Edge(id="sea", tail="a", head="b", fleet="tankers", fleet_days=5.0)],
        commodities=[cr.Commodity(id="oil")],
        supplies=[cr.Supply(node="a", commodity="oil", volume_mtpa=3.0)],
        markets=[cr.Market(node="b", commodity="oil", price_usd_per_t=9.0)],
        fleets=[cr.Fleet(id="tankers", capacity_mt_days=20.0)],
    )
    low_water = cr.Scenario(name="low water", changes=cr.Derate(fleet="tankers", remaining=0.5))
    rows = cr.diff(cr.solve(net), cr.solve(net, low_water)).set_index(["table", "column"])
    assert rows.loc[("fleets", "used_mt_days"), ["before", "after"]].tolist() == pytest.approx([15.0, 10.0])
    assert rows.loc[("fleets", "available_mt_days"), ["before", "after"]].tolist() == pytest.approx([20.0, 10.0])
