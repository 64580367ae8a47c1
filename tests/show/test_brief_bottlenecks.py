"""Bottlenecks of a brief: once for the baseline, then what differs under each scenario."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import corridor as cr
from corridor.show.brief.names import Names
from helpers.briefs import section_of, tables_of, words_of

SOUTH_SHUT = cr.Scenario(name="south shut", changes=[cr.Outage(edge="south_out")])
HALF_SUPPLY = cr.Scenario(name="half of the oil", changes=[cr.SupplyShock(commodity="oil", remaining=0.5)])
NORTH, SOUTH = "north to port", "south to port"


def section(net: cr.Network, scenarios: list[cr.Scenario], folder: Path, commodity: str | None = None) -> str:
    """Return the section of a brief."""
    path = cr.report(net, scenarios, folder / "b.html", sections="bottlenecks", commodity=commodity)
    return section_of(path, "bottlenecks")


def differing(net: cr.Network, scenarios: list[cr.Scenario], folder: Path) -> list[list[str]]:
    """Return the rows of the table of what differs, without its heading."""
    return tables_of(section(net, scenarios, folder))[1][1:]


def priced(add_usd_per_t: float) -> cr.Scenario:
    """Return a scenario in which the port pays more."""
    return cr.Scenario(name=f"+{add_usd_per_t:g}", changes=[cr.PriceShock(node="port", add_usd_per_t=add_usd_per_t)])


def test_the_baseline_is_shown_once_with_the_worth_of_a_tonne(diamond: cr.Network, tmp_path: Path) -> None:
    """A tonne more by north earns 83 USD, by south 75; each lifts what lies in the field."""
    html = section(diamond, [HALF_SUPPLY], tmp_path)
    assert tables_of(html)[0] == [
        ["limit", "size", "confidence", "raised by", "earns [million USD/y]", "lifts [Mt/y]"],
        [NORTH, "6 Mt/y", "-", "1 Mt/y", "83.0", "1.0"],
        [SOUTH, "3 Mt/y", "-", "1 Mt/y", "75.0", "1.0"],
    ]
    assert words_of(html).count("6 Mt/y") == 1


def test_the_baseline_says_where_oil_is_shut_in(diamond: cr.Network, tmp_path: Path) -> None:
    """1 of 10 Mt/y has no way."""
    assert "oil shut in [Mt/y]: field 1.0." in words_of(section(diamond, [], tmp_path))


def test_limits_that_no_longer_bind_are_one_row(diamond: cr.Network, tmp_path: Path) -> None:
    """5 Mt/y fit by north, and none stays in the field."""
    assert differing(diamond, [HALF_SUPPLY], tmp_path) == [
        [HALF_SUPPLY.name, "shut in [Mt/y]", "none", "", "", "", ""],
        ["", "no longer", f"{NORTH}; {SOUTH}", "", "", "", ""],
    ]


def test_what_a_scenario_shuts_is_worth_what_opening_it_earns(diamond: cr.Network, tmp_path: Path) -> None:
    """3 Mt/y at 75 USD/t; it is no limit any more, and 4 Mt/y stay in the field."""
    assert differing(diamond, [SOUTH_SHUT], tmp_path) == [
        ["south shut", "shut in [Mt/y]", "field 4.0", "", "", "", ""],
        ["", "new", f"{SOUTH} (closed)", "opened", "", "225", "3.0"],
        ["", "no longer", SOUTH, "", "", "", ""],
    ]


def test_a_new_limit_is_named_with_its_worth(diamond: cr.Network, tmp_path: Path) -> None:
    """A ceiling of 2 Mt/y before the pipe of 6 is what binds: another tonne there earns 83 USD."""
    net = diamond.replace(quotas=[cr.Quota(edge="north_in", commodity="oil", max_mtpa=9.0)])  # too wide to bind
    less = cr.Scenario(name="ceiling", changes=[cr.QuotaChange(edge="north_in", commodity="oil", max_mtpa=2.0)])
    assert differing(net, [less], tmp_path)[1:] == [
        ["", "new", "quota on field to north for oil", "1 Mt/y", "", "83.0", "1.0"],
        ["", "no longer", NORTH, "", "", "", ""],
    ]


def test_twice_the_worth_is_a_difference(diamond: cr.Network, tmp_path: Path) -> None:
    """With 80 USD/t more, south is worth 155 instead of 75, north 163 instead of 83, less than twice."""
    rows = differing(diamond, [priced(80.0)], tmp_path)
    assert rows == [["+80", "worth more", SOUTH, "1 Mt/y", "75.0", "155", "1.0"]]


def test_half_the_worth_is_a_difference(diamond: cr.Network, tmp_path: Path) -> None:
    """With 40 USD/t less, south is worth 35 instead of 75, north 43 instead of 83, more than half."""
    rows = differing(diamond, [priced(-40.0)], tmp_path)
    assert rows == [["+-40", "worth less", SOUTH, "1 Mt/y", "75.0", "35.0", "1.0"]]


def test_less_than_a_factor_of_two_is_none(diamond: cr.Network, tmp_path: Path) -> None:
    """70 USD/t more are 145 instead of 75: the same limits, named in a line; what is shut in is the same too."""
    html = section(diamond, [priced(70.0)], tmp_path)
    assert len(tables_of(html)) == 1
    assert "The same limits as in the baseline: +70." in words_of(html)


def test_scenarios_in_which_the_same_differs_are_one(diamond: cr.Network, tmp_path: Path) -> None:
    """By all their names, in the order of their losses, equal ones as they were given."""
    twin = cr.Scenario(name="twin", changes=[cr.Outage(corridor="south")])
    rows = differing(diamond, [HALF_SUPPLY, twin, SOUTH_SHUT], tmp_path)
    assert [row[0] for row in rows if row[0]] == [HALF_SUPPLY.name, "twin, south shut"]


def fan(number: int) -> cr.Network:
    """Return pipes of 1 Mt/y to buyers of whom each pays 1 USD/t more than the one before, and too much oil."""
    return cr.Network(
        name="fan",
        nodes=[cr.Node(id="f"), *(cr.Node(id=f"p{n}") for n in range(number))],
        edges=[cr.Edge(id=f"e{n}", tail="f", head=f"p{n}", capacity_mtpa=1.0) for n in range(number)],
        commodities=[cr.Commodity(id="oil")],
        supplies=[cr.Supply(node="f", commodity="oil", volume_mtpa=20.0)],
        markets=[cr.Market(node=f"p{n}", commodity="oil", price_usd_per_t=10.0 + n) for n in range(number)],
    )


def dearer(number: int) -> cr.Scenario:
    """Return a scenario in which the buyers pay 40 USD/t more, and 9 more each than the one before."""
    shocks = [cr.PriceShock(node=f"p{n}", add_usd_per_t=40 + 9 * n) for n in range(number)]
    return cr.Scenario(name="dear", changes=shocks)


def test_only_the_largest_differences_are_rows(tmp_path: Path) -> None:
    """Six pipes to six buyers who all pay far more; four are named, two counted."""
    rows = differing(fan(6), [dearer(6)], tmp_path)
    # A tonne by the fifth pipe earns 15 + 40 + 45 = 100 USD instead of 15, by the fourth 90, then 80 and 70.
    assert [row[5] for row in rows[:4]] == ["100", "90.0", "80.0", "70.0"]
    assert rows[4][2] == "and 2 more"
    assert len(rows) == 5


def test_without_scenarios_there_is_the_baseline_only(diamond: cr.Network, tmp_path: Path) -> None:
    """No heading for differences."""
    html = section(diamond, [], tmp_path)
    assert len(tables_of(html)) == 1
    assert "differs" not in words_of(html)


def test_where_nothing_binds_it_is_said(tmp_path: Path) -> None:
    """A pipe that is wide enough."""
    net = cr.Network(
        name="wide",
        nodes=[cr.Node(id="f"), cr.Node(id="p")],
        edges=[cr.Edge(id="e", tail="f", head="p", capacity_mtpa=9.0)],
        commodities=[cr.Commodity(id="oil")],
        supplies=[cr.Supply(node="f", commodity="oil", volume_mtpa=5.0)],
        markets=[cr.Market(node="p", commodity="oil", price_usd_per_t=9.0)],
    )
    assert "No limit is worth 1 million USD/y" in words_of(section(net, [], tmp_path))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the section of the shipped network of 2022 under all shipped scenarios."""
    path = cr.report(cr.load("caspian", 2022), path=tmp_path_factory.mktemp("b") / "b.html", sections="bottlenecks")
    return section_of(path, "bottlenecks")


def test_every_scenario_is_named_once(shipped: str) -> None:
    """In a row, or in the line of those without a difference."""
    firsts = [row[0] for row in tables_of(shipped)[1][1:]]
    line = words_of(shipped).partition("The same limits as in the baseline: ")[2]
    names = [cr.load_scenario(name).name for name in cr.scenarios()]
    for name in names:
        held = sum(name in cell.split(", ") for cell in [*firsts, line.rstrip(".")])
        assert held == 1, name


def test_the_section_is_a_few_pages(shipped: str) -> None:
    """It was 26 000 characters when each scenario listed all its limits; a printed page holds some 4 000."""
    assert len(words_of(shipped)) < 14_000


def test_the_worth_is_what_a_wider_pipe_earns(shipped: str) -> None:
    """Solved again with 1 Mt/y more at each named edge of the first scenario that has one: by the public functions."""
    net = cr.load("caspian", 2022)
    names = {cr.load_scenario(name).name: cr.load_scenario(name) for name in cr.scenarios()}
    pipes = {Names(net).edge(edge.id): edge.id for edge in net.edges}
    current, checked = "", 0
    for first, what, limit, raised, _, earns, _ in tables_of(shipped)[1][1:]:
        current = first.split(", ")[0] if first else current
        id = pipes.get(limit)
        if current not in names or raised != "1 Mt/y" or id is None or what not in ("new", "worth more"):
            continue
        base = cr.solve(net, names[current], strict=False)
        wider = cr.solve(net, names[current] + cr.Expansion(edge=id, add_mtpa=1.0), strict=False)
        gained = wider.netback_musd_per_year - base.netback_musd_per_year
        shown = float(earns.replace(",", ""))
        assert shown == pytest.approx(gained, abs=0.51 if abs(gained) >= 100 else 0.051), (current, limit)
        checked += 1
    assert checked >= 3


def test_limits_that_were_not_raised_are_counted(tmp_path: Path) -> None:
    """Of ten pipes to ten buyers eight are listed, the most valuable; what is left is a number, not silence."""
    net = fan(10)
    html = section(net, [dearer(10)], tmp_path)
    assert len(tables_of(html)[0]) == 9
    assert "2 more limits bind, each of a lower price than these." in words_of(html)
    assert "and at least 4 more" in [row[2] for row in tables_of(html)[1]]


def test_who_stays_behind_is_about_where_it_is_not_unique(tmp_path: Path) -> None:
    """Two fields alike share 3 Mt/y by one pipe as they please: 5 of their 8 Mt/y stay, and it is said why "about"."""
    net = cr.Network(
        name="two fields",
        nodes=[cr.Node(id="a"), cr.Node(id="b"), cr.Node(id="p"), cr.Node(id="m")],
        edges=[
            cr.Edge(id="a_m", tail="a", head="m"), cr.Edge(id="b_m", tail="b", head="m"),
            cr.Edge(id="m_p", tail="m", head="p", capacity_mtpa=3.0),
        ],
        commodities=[cr.Commodity(id="oil")],
        supplies=[cr.Supply(node=id, commodity="oil", volume_mtpa=4.0) for id in "ab"],
        markets=[cr.Market(node="p", commodity="oil", price_usd_per_t=10.0)],
    )  # fmt: skip
    text = words_of(section(net, [], tmp_path))
    amounts = re.findall(r"[ab] about (\d\.\d)", text)
    assert sum(map(float, amounts)) == pytest.approx(5.0)
    assert text.count("About: other flows earn as much") == 1
