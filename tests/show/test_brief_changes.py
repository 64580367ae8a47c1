"""What scenarios change: one row for those that come to the same, one line for those that change nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import corridor as cr
from corridor.show.brief.scenario_groups import scenario_groups
from helpers.briefs import section_of, tables_of, words_of
from helpers.small_networks import edge, minimum, network

HALF = cr.Scenario(name="half of north", changes=[cr.Derate(edge="north_out", remaining=0.5)], duration_days=73)
SAME = cr.Scenario(name="3 Mt/y less by north", changes=[cr.Derate(corridor="north", remaining=0.5)])
LONGER = cr.Scenario(name="half for a year", changes=HALF.changes, duration_days=365)
CENT = cr.Scenario(name="a few cents", changes=[cr.TariffShock(edge="south_out", add_usd_per_t=0.3)])
DEARER = cr.Scenario(name="dearer south", changes=[cr.TariffShock(edge="south_out", add_usd_per_t=0.5)])
SHUT = cr.Scenario(name="south shut", changes=[cr.Outage(edge="south_out")])


def changes(net: cr.Network, scenarios: list[cr.Scenario], folder: Path) -> str:
    """Return the section of a brief."""
    return section_of(cr.report(net, scenarios, folder / "b.html", sections="changes"), "changes")


def rows(net: cr.Network, scenarios: list[cr.Scenario], folder: Path) -> dict[str, list[str]]:
    """Return the rows of the table of totals and amounts by their first cell."""
    return {row[0]: row[1:] for row in tables_of(changes(net, scenarios, folder))[0]}


def test_scenarios_that_come_to_the_same_are_one_row(diamond: cr.Network, tmp_path: Path) -> None:
    """3 Mt/y at 83 USD/t are lost by either name."""
    body = rows(diamond, [SAME, SHUT, cr.Scenario(name="again", changes=SAME.changes)], tmp_path)
    assert list(body) == ["scenario", "baseline", "3 Mt/y less by north, again", "south shut"]
    assert body["3 Mt/y less by north, again"][:2] == ["249", "4.0 (+3.0)"]


def test_the_largest_loss_comes_first(diamond: cr.Network, tmp_path: Path) -> None:
    """South shut loses 3 Mt/y at 75 USD/t, half of north 249 million USD/y, whichever is given first."""
    orders = [list(rows(diamond, given, tmp_path))[2:] for given in ([SHUT, SAME], [SAME, SHUT])]
    assert orders == [[SAME.name, SHUT.name]] * 2


def test_a_scenario_that_changes_nothing_is_one_line(diamond: cr.Network, tmp_path: Path) -> None:
    """3 Mt/y at 0.3 USD/t are 0.9 million USD/y, and are named in a sentence only."""
    section = changes(diamond, [CENT, SAME], tmp_path)
    assert all(CENT.name not in row[0] for table in tables_of(section) for row in table)
    assert f"no volume by more than 0.05 Mt): {CENT.name}." in words_of(section)


def test_more_than_a_million_is_a_row(diamond: cr.Network, tmp_path: Path) -> None:
    """3 Mt/y at 0.5 USD/t are 1.5 million USD/y."""
    section = changes(diamond, [DEARER], tmp_path)
    assert DEARER.name in [row[0] for row in tables_of(section)[0]]
    assert "Change nothing" not in words_of(section)


def test_what_usual_ways_lose_is_a_change(tmp_path: Path) -> None:
    """Another way costs next to nothing more and is wide enough, but nobody uses them in the first days."""
    net = cr.Network(
        name="two",
        nodes=[cr.Node(id="f"), cr.Node(id="p")],
        edges=[
            cr.Edge(id="first", tail="f", head="p", capacity_mtpa=5.0),
            cr.Edge(id="second", tail="f", head="p", capacity_mtpa=5.0, tariff_usd_per_t=0.1),
        ],
        commodities=[cr.Commodity(id="oil")],
        supplies=[cr.Supply(node="f", commodity="oil", volume_mtpa=5.0)],
        markets=[cr.Market(node="p", commodity="oil", price_usd_per_t=100.0)],
    )
    cut = cr.Scenario(name="cut", changes=[cr.Outage(edge="first")], duration_days=73)
    section = changes(net, [cut], tmp_path)
    # 5 Mt/y over a fifth of a year are 1 Mt, at 100 USD/t 100 million USD.
    assert tables_of(section)[0][2] == ["cut", "0", "0.0", "0.0", "5.0", "500", "-"]
    assert tables_of(section)[1][1] == ["cut", "73", "0", "100", "0.00", "1.00"]


def test_amounts_stand_below_rates(diamond: cr.Network, tmp_path: Path) -> None:
    """73 days are a fifth of a year: a fifth of 249 million USD, and of 3 Mt/y."""
    rates, amounts, _ = tables_of(changes(diamond, [HALF], tmp_path))
    assert [row[:2] for row in rates[2:]] == [[HALF.name, "249"]]
    assert amounts == [
        ["scenario", "lasts [days]", "loss, all ways [million USD]", "loss, usual ways only [million USD]",
         "shut in, all ways [Mt]", "shut in, usual ways only [Mt]"],
        [HALF.name, "73", "50", "50", "0.60", "0.60"],
    ]  # fmt: skip


def test_equal_rates_over_different_days_have_a_row_of_amounts_each(diamond: cr.Network, tmp_path: Path) -> None:
    """The rates once; a fifth of a year and a whole year; none for the scenario without a duration."""
    again = cr.Scenario(name="as long", changes=HALF.changes, duration_days=73)
    rates, amounts, _ = tables_of(changes(diamond, [HALF, LONGER, SAME, again], tmp_path))
    names = ", ".join(each.name for each in (HALF, LONGER, SAME, again))
    assert [row[0] for row in rates] == ["scenario", "baseline", names]
    assert rates[2][1:] == ["249", "4.0 (+3.0)", "0.0", "6.0 (-3.0)", "474 (-249)", "0.50"]
    assert amounts[1:] == [
        [f"{HALF.name}, as long", "73", "50", "50", "0.60", "0.60"],
        [LONGER.name, "365", "249", "249", "3.00", "3.00"],
    ]


def test_rows_of_tables_have_headings(diamond: cr.Network, tmp_path: Path) -> None:
    """The first cell names the row for screen readers, the others are data."""
    (table, *_) = re.findall(r"<tbody>(.*?)</tbody>", changes(diamond, [SAME], tmp_path))
    cells = [re.findall(r"<(t[dh]) ([^>]*)>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)]
    assert [row[0] for row in cells] == [("th", 'class="w" scope="row"')] * 2
    assert {name for row in cells for name, _ in row[1:]} == {"td"}


def test_without_durations_there_are_no_amounts(diamond: cr.Network, tmp_path: Path) -> None:
    """No empty columns, no explanation of usual ways."""
    section = changes(diamond, [SAME], tmp_path)
    assert tables_of(section)[0][0][-1] == "route HHI [1]"
    assert "Usual ways" not in words_of(section)


def test_throughput_is_by_the_same_groups(diamond: cr.Network, tmp_path: Path) -> None:
    """3 Mt/y less by north under both names; the dearer south moves nothing and is named once."""
    section = changes(diamond, [SAME, DEARER, cr.Scenario(name="again", changes=SAME.changes)], tmp_path)
    assert tables_of(section)[1] == [["scenario", "north [Mt/y]"], ["3 Mt/y less by north, again", "-3.0"]]
    assert f"No corridor carries more or less: {DEARER.name}." in words_of(section)


def test_flows_that_are_not_unique_are_about(tmp_path: Path) -> None:
    """Two ways of one cost share 3 of 4 Mt/y as they please; with one of them shut the other carries all."""
    net = cr.Network(
        name="twins",
        nodes=[cr.Node(id="f"), cr.Node(id="p")],
        edges=[
            cr.Edge(id=id, tail="f", head="p", capacity_mtpa=capacity, tariff_usd_per_t=tariff, corridor=id)
            for id, capacity, tariff in (("a", 2.0, 1.0), ("b", 2.0, 1.0), ("dear", 9.0, 50.0))
        ],
        corridors=[cr.Corridor(id=id) for id in ("a", "b", "dear")],
        commodities=[cr.Commodity(id="oil")],
        supplies=[cr.Supply(node="f", commodity="oil", volume_mtpa=3.0)],
        markets=[cr.Market(node="p", commodity="oil", price_usd_per_t=100.0)],
    )
    section = changes(net, [cr.Scenario(name="cut", changes=[cr.Outage(edge="a")])], tmp_path)
    cells = dict(zip(*tables_of(section)[1], strict=True))
    assert cells["dear [Mt/y]"] == "+1.0"
    assert {cells.get("a [Mt/y]", "about"), cells.get("b [Mt/y]", "about")} <= {"about", "about -1.0", "about -2.0",
        "about +1.0"}  # fmt: skip
    # By a there are 1 to 2 Mt/y before and 0 after: 1 Mt/y at most.
    assert "change these numbers by 1 Mt/y at most" in words_of(section)
    assert words_of(section).count("About:") == 1


def table(losses: dict[str, float]) -> pd.DataFrame:
    """Return outcomes of scenarios by their losses; all else is 0."""
    names = [
        "loss_musd_per_year", "netback_change_musd_per_year", "shortfall_change_mtpa", "unmet_change_mtpa",
        "unmet_minimum_change_mtpa", "delivered_change_mtpa", "loss_musd", "loss_musd_held", "shortfall_mt",
        "shortfall_mt_held",
    ]  # fmt: skip
    frame = pd.DataFrame(0.0, index=["baseline", *losses], columns=names)
    frame["loss_musd_per_year"] = [0.0, *losses.values()]
    return frame


def test_losses_that_differ_by_rounding_keep_the_order_given() -> None:
    """What a solver leaves of equal losses does not turn rows round."""
    groups = scenario_groups(
        table({"b": 5.0, "a": 5.0 + 1e-9}), {"b": {"x": 1.0}, "a": {"x": 2.0}, "baseline": {"x": 0.0}}
    )
    assert groups.changing == (("b",), ("a",))


@pytest.mark.parametrize(("moved_mtpa", "idle"), [(0.05, ("a",)), (0.06, ())])
def test_volumes_by_corridor_count(moved_mtpa: float, idle: tuple[str, ...]) -> None:
    """A corridor that carries 0.06 Mt/y less is a change though nothing is lost."""
    moved = {"baseline": {"x": 0.0, "y": 0.0}, "a": {"x": moved_mtpa, "y": 0.0}}
    assert scenario_groups(table({"a": 0.0}), moved).idle == idle


def test_equal_losses_by_other_corridors_are_not_the_same() -> None:
    """One corridor's loss is not the other's."""
    moved = {"baseline": {"x": 0.0, "y": 0.0}, "a": {"x": -1.0, "y": 0.0}, "b": {"x": 0.0, "y": -1.0}}
    assert scenario_groups(table({"a": 9.0, "b": 9.0}), moved).changing == (("a",), ("b",))


def test_a_closure_that_gains_says_which_contracts_it_frees(tmp_path: Path) -> None:
    """2 Mt/y must go by south at 70 USD/t; with it shut they go by north at 80, and 20 million USD/y are gained."""
    net = network(edge("north", 20.0, corridor="north"), edge("south", 30.0, corridor="south"))
    shut = cr.Scenario(name="south shut", changes=[cr.Outage(edge="south")])
    section = changes(net.replace(quotas=[minimum("south", 2.0)]), [shut], tmp_path)
    assert {row[0]: row[1] for row in tables_of(section)[0]}["south shut"] == "-20"
    assert "south shut: 2.0 Mt/y that contracts ask for on what closes is not carried there" in words_of(section)


def test_a_gain_by_prices_names_no_contract(diamond: cr.Network, tmp_path: Path) -> None:
    """Nothing closes."""
    dear = cr.Scenario(name="dear", changes=[cr.PriceShock(commodity="oil", add_usd_per_t=9.0)])
    assert "contracts ask for" not in words_of(changes(diamond, [dear], tmp_path))
