"""The brief of boxes: who takes which way, in TEU, what scenarios do to it and which limits bind; no earnings."""

from __future__ import annotations

import html
import re
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import corridor as cr
from corridor.cli.main import DONE, main
from corridor.errors import DataError
from helpers.box_network import MIDDLE, box_network
from helpers.briefs import section_of, tables_of, words_of
from helpers.freight import freight, teu
from helpers.small_networks import scenario

NAMES = ("alat-phase-2", "red-sea-open", "all-five")
MOVES = "throughput_teu_per_year"
SHIPS = scenario(cr.Outage(edge="feeder"), name="no box ships")
SHUT = scenario(cr.Outage(edge="quay_west"), name="no quay")
WIDE = scenario(cr.Expansion(edge="quay_west", add_mtpa=1.0), name="wider quay")
_SECONDS: dict[str, float] = {}


def scenarios() -> list[cr.Scenario]:
    """Return three scenarios: of ports, of the Red Sea, and five recommendations together."""
    return [cr.load_scenario(name) for name in NAMES]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the brief of the freight network of 2024 under three scenarios."""
    began = time.process_time()
    path = cr.report(freight(2024), scenarios(), tmp_path_factory.mktemp("boxes") / "brief.html", years=0)
    _SECONDS["brief"] = time.process_time() - began
    return path


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Return the comparison behind it, asked for independently."""
    return cr.compare(freight(2024), scenarios(), commodity="containers")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the brief of a network worked out by hand."""
    return cr.report(box_network(), [SHIPS, SHUT, WIDE], tmp_path_factory.mktemp("small") / "brief.html")


def sentence(path: Path, name: str) -> str:
    """Return a sentence of "In short" as text."""
    found = re.search(rf'<li id="short_{name}"><b>[^<]*</b>(.*?)</li>', path.read_text(encoding="utf-8"))
    assert found is not None, f"no sentence {name}"
    return html.unescape(re.sub(r"<[^>]*>", "", found[1])).strip()


def numbers(text: str) -> list[float]:
    """Return all numbers of a text."""
    return [float(each.replace(",", "")) for each in re.findall(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?", text)]


def row(path: Path, section: str, first: str, number: int = 0) -> list[str]:
    """Return the row of a table that begins with a name."""
    return next(each for each in tables_of(section_of(path, section))[number] if each[0] == first)


# What it has and has not


def test_sections(page: Path) -> None:
    """Risk and bad years, which are of the cheapest ways and single commodities, are left out."""
    assert re.findall(r'<section id="(\w+)"', page.read_text(encoding="utf-8")) == [
        "summary", "map", "comparison", "changes", "bottlenecks", "sources",
    ]  # fmt: skip


def test_what_is_left_out_is_said(page: Path) -> None:
    """The section on risk by its title, with the reason."""
    assert "Left out: Risk, for exposure by country" in words_of(section_of(page, "summary"))


def test_nothing_is_said_of_earnings_or_tonnes(page: Path) -> None:
    """No netback, no next tonne, no Mt/y, no loss, no nameplate: names of sources aside."""
    for section in ("summary", "map", "comparison", "changes", "bottlenecks"):
        words = words_of(section_of(page, section))
        assert not re.search(r"netback|next tonne|Mt/y|USD/t\b|nameplate|\bloss\b|\bcrude\b", words), section


def test_the_first_page_says_what_a_box_is(page: Path) -> None:
    """10.5 t a TEU, two a FEU, and who says so."""
    assert "TEU: a box of 20 feet, 10.5 t of cargo (corridor authors, confidence C); FEU: a box of 40 feet, 2 TEU" in (
        page.read_text(encoding="utf-8")
    )


def test_it_takes_less_than_a_minute(page: Path) -> None:
    """Of one core, draws and pictures included."""
    assert page.exists()
    assert _SECONDS["brief"] < 60


def test_one_stream_of_boxes_is_in_teu_too(tmp_path: Path) -> None:
    """A commodity alone, not only its group."""
    path = cr.report(box_network(), [], tmp_path / "b.html", commodity="boxes_china_turkey", sections="comparison")
    assert "moves [TEU/y]" in tables_of(section_of(path, "comparison"))[0][0]


def test_the_command_line_does_it_by_default(tmp_path: Path) -> None:
    """Of the freight network, with no more said than which."""
    arguments = ["report", "--network", "caspian_freight", "--year", "2024", "--scenario", "alat-phase-2"]
    assert main([*arguments, "--section", "changes", "--output", str(tmp_path / "b.html")]) == DONE
    assert "not moved [TEU/y]" in tables_of(section_of(tmp_path / "b.html", "changes"))[0][0]


# In short


def test_which_way_costs_least(page: Path) -> None:
    """Of the largest stream, in the order of `choices`: price and value of time, two TEU of 10.5 t a box."""
    costs = cr.solve(freight(2024)).choices.loc["boxes_china_europe", "unit_cost_usd_per_t"].sort_values() * 21
    said = sentence(page, "costs_least").partition(";")[0]
    assert numbers(said) == [round(cost) for cost in costs]
    assert list(costs.index) == ["northern_corridor", "ocean", "middle_corridor"]
    assert re.findall(r"Northern|Ocean|Middle", said) == ["Northern", "Ocean", "Middle"]


def test_which_way_takes_how_many(page: Path, table: pd.DataFrame) -> None:
    """Share and throughput of each corridor, the largest first."""
    now = table.loc["baseline"].sort_values(MOVES, ascending=False)
    said = re.findall(r"takes ([\d.]+) % of all boxes \(([\d,]+) TEU/y", sentence(page, "costs_least"))
    assert [int(each.replace(",", "")) for _, each in said] == now[MOVES].round().astype(int).tolist()
    for (share, _), known in zip(said, 100 * now["share"], strict=True):
        assert abs(float(share) - known) <= 0.5 * 10.0 ** -len(share.partition(".")[2])


def test_how_sure_that_is(page: Path) -> None:
    """Between the 5 and 95 % points of 200 draws of all figures."""
    drawn = cr.compare(freight(2024), [], commodity="containers", columns=MOVES, ranges=True, draws=200)
    ends = drawn.loc["baseline", [MOVES, f"{MOVES}_p05", f"{MOVES}_p95"]].sort_values(MOVES, ascending=False)
    said = re.findall(r"TEU/y, ([\d,]+) to ([\d,]+)\)", sentence(page, "costs_least"))
    known = ends[[f"{MOVES}_p05", f"{MOVES}_p95"]].round().astype(int).to_numpy().tolist()
    assert [[int(each.replace(",", "")) for each in pair] for pair in said] == known


def test_what_takes_most_boxes(page: Path, table: pd.DataFrame) -> None:
    """The scenario of the least throughput of the middle corridor, and what it takes of how many."""
    moves = table[MOVES].xs("middle_corridor", level="corridor")
    now, least = moves["baseline"], moves.min()
    said = sentence(page, "takes_most").partition(". ")[0]
    assert f"'{moves.idxmin()}' takes most boxes from Middle Corridor" in said
    assert numbers(said.partition("Corridor:")[2]) == [round(now - least), round(now), round(100 * (1 - least / now))]


def test_what_brings_most_boxes(page: Path, table: pd.DataFrame) -> None:
    """The scenario of the largest throughput of the middle corridor."""
    moves = table[MOVES].xs("middle_corridor", level="corridor")
    said = sentence(page, "brings_most").partition(". ")[0]
    assert f"'{moves.idxmax()}' brings Middle Corridor most" in said
    assert numbers(said)[-1] == round(moves.max() - moves["baseline"])


def test_what_stops_more(page: Path, table: pd.DataFrame) -> None:
    """81,300 TEU/y at the quay of Alat, as the evidence has it, how much of that moves, and that none is full."""
    said = sentence(page, "brings_most").partition(". ")[2]
    assert numbers(said) == [81300, round(100 * table.loc[("baseline", "middle_corridor"), MOVES] / 81300)]
    assert "stopped by container quay of Alat; no limit on the way is full" in said


def test_bad_years_are_left_out_plainly(page: Path) -> None:
    """With the reason, and what would show them."""
    assert "simulated years have all boxes take the cheapest way (cr.simulate(net, choice='cheapest'))" in (
        sentence(page, "bad_year_of_boxes")
    )


def test_what_the_numbers_hang_on(page: Path) -> None:
    """The three strongest rank correlations with the middle corridor's boxes, of figures behind the comparison."""
    net = freight(2024)
    path = f"compare.middle_corridor.containers.{MOVES}"
    drivers = cr.uncertainty(net, draws=200, numbers=path, progress=False).drivers.loc[("baseline", path)]
    behind = cr.sources(cr.compare(net, [], commodity="containers"), net).table
    keys = ["record", "subject", "attribute"]
    known = drivers.merge(behind[keys].drop_duplicates(), on=keys)["correlation"].head(3)
    said = re.findall(r"[+-]0\.\d\d", sentence(page, "boxes_hang_on"))
    assert [float(each) for each in said] == [round(each, 2) for each in known]


def test_the_only_scenario(tmp_path: Path) -> None:
    """It is called that, and not one of several; without the quay the 10,000 TEU of the steppe stay there."""
    path = cr.report(box_network(), [SHUT], tmp_path / "b.html", sections="summary")
    assert sentence(path, "takes_most") == (
        f"The only scenario, 'no quay', takes most boxes from {MIDDLE}: 10,000 of 10,000 TEU/y (100 %). The only "
        "scenario, 'no quay', leaves most unmoved: 10,000 TEU/y more."
    )


def test_a_scenario_that_takes_nothing(tmp_path: Path) -> None:
    """Ferries have room for the boxes of the ships."""
    path = cr.report(box_network(), [SHIPS], tmp_path / "b.html", sections="summary")
    assert sentence(path, "takes_most") == (
        f"The only scenario, 'no box ships', does not take more than 50 TEU/y from {MIDDLE}. The only scenario, 'no "
        "box ships', does not leave more than 50 TEU/y unmoved that moved before."
    )


def test_room_that_brings_nothing(small: Path) -> None:
    """A wider quay eases, and no box comes for it."""
    assert f"('wider quay') brings {MIDDLE} more than 50 TEU/y" in sentence(small, "brings_most")


def test_no_scenario(tmp_path: Path) -> None:
    """Nothing is said to hurt."""
    path = cr.report(box_network(), [], tmp_path / "b.html", sections="summary")
    assert sentence(path, "takes_most") == "No scenario is compared, so nothing here says what hurts most."


def test_a_network_without_ranges_says_so(small: Path) -> None:
    """In place of what the numbers hang on."""
    assert sentence(small, "boxes_hang_on") == (
        "How sure this is cannot be drawn: no figure of this network has a range."
    )


# Tables


def test_the_most_by_corridor(small: Path) -> None:
    """Ships take 50,000 and ferries 30,000 across, the quay beyond lets 75,000 pass; the north 400,000."""
    assert row(small, "comparison", MIDDLE)[2] == "75,000"
    assert row(small, "comparison", "northern_corridor")[2] == "400,000"


def test_what_a_scenario_makes_of_the_most(small: Path) -> None:
    """Without ships the ferries' 30,000; with a wider quay what crosses the sea, 80,000."""
    rows = {(each[0], each[1]): each[2] for each in tables_of(section_of(small, "bottlenecks"))[-1][1:]}
    assert rows[("no box ships", MIDDLE)] == "30,000 (-45,000)"
    assert rows[("wider quay", MIDDLE)] == "80,000 (+5,000)"


def test_changes_are_those_of_outcomes(page: Path, table: pd.DataFrame) -> None:
    """Cost by scenario is the fall of netback where nothing is paid on arrival; boxes are those of the comparison."""
    totals = cr.outcomes(freight(2024), scenarios(), commodity="containers")
    for name in totals.index[1:]:
        cells = row(page, "changes", name)
        change = -totals.loc[name, "netback_change_musd_per_year"]
        assert abs(float(cells[-1].replace(",", "")) - change) <= (0.5 if abs(change) >= 100 else 0.05)
        moved = (table.loc[name, MOVES] - table.loc["baseline", MOVES]).tolist()
        shown = [float(cell.replace(",", "")) if cell else 0.0 for cell in cells[1:5]]
        assert all(abs(a - b) <= (0.5 if a else 50) for a, b in zip(shown, moved, strict=True))


def test_streams_are_those_of_choices(page: Path) -> None:
    """What each stream moves by each corridor, and its cost by a box."""
    choices = cr.solve(freight(2024)).choices
    rows = tables_of(section_of(page, "comparison"))[1][1:]
    own = choices[choices.index.get_level_values("commodity").str.startswith("boxes")]
    assert [float(each[2].replace(",", "")) for each in rows] == [round(teu(flow)) for flow in own["flow_mtpa"]]
    assert [float(each[4].replace(",", "")) for each in rows] == [round(21 * c) for c in own["unit_cost_usd_per_t"]]


def test_cost_of_moving_all(small: Path) -> None:
    """20 and 0.6 Mt by sea at 100 USD/t, 0.1 Mt across at 125; ferries instead of ships are 20 USD/t dearer."""
    assert abs(float(row(small, "changes", "baseline")[-1].replace(",", "")) - (20.6 * 100 + 0.1 * 125)) <= 0.5
    assert row(small, "changes", "no box ships")[-1] == "+2.0"


def test_what_is_not_moved(small: Path) -> None:
    """The steppe's 10,000 TEU, taken from the corridor and moved by no other."""
    assert row(small, "changes", "no quay")[1:5] == ["-10,000", "", "", "+10,000"]


def test_what_changes_nothing_is_named_once(small: Path) -> None:
    """More room where there is enough."""
    assert words_of(section_of(small, "changes")).count("cost by less than 1 million USD/y): wider quay.") == 1


def ships(tmp_path: Path, sections: str) -> Path:
    """Return a brief with ships for half of the steppe's boxes: 0.05 Mt in 8 days."""
    fleets = {fleet.id: fleet for fleet in box_network().fleets}
    fleets["box_ships"] = cr.Fleet(id="box_ships", capacity_mt_days=0.4)
    return cr.report(box_network(fleets=tuple(fleets.values())), [], tmp_path / "b.html", sections=sections)


def test_a_full_limit_has_a_price(tmp_path: Path) -> None:
    """A ferry is 20 USD/t dearer than a ship of 8 days: 2.5 USD a tonne and day, 50 USD a box of 20 t and day."""
    rows = tables_of(section_of(ships(tmp_path, "bottlenecks"), "bottlenecks"))[1][1:]
    assert rows == [["baseline", "fleet box_ships", "40,000 TEU days/y", "-", "50"]]


def test_the_rent_of_a_full_limit(tmp_path: Path) -> None:
    """By ship a box of 20 t pays 400 USD, by ferry nothing, and half goes either way."""
    said = sentence(ships(tmp_path, "summary"), "brings_most")
    assert "what moves would pay 200 USD/FEU for more room at its full limits" in said


@pytest.mark.parametrize("name", ["map", "comparison", "bottlenecks"])
def test_pictures_are_there(page: Path, name: str) -> None:
    """Maps, corridors and legs."""
    assert "<img" in section_of(page, name)


# Bad input


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"units": "t"}, r"units 't': a brief of 'containers' is in boxes \(TEU\); leave units out"),
        ({"units": "bbl"}, r"units 'bbl': a brief of 'containers'"),
        ({"years": 100}, r"years: a brief of boxes has no simulated years, for .*; leave it out"),
        ({"draws": 10}, r"draws: a brief of boxes has no simulated years"),
        ({"sections": ["risk"]}, r"section 'risk' would be empty: exposure by country"),
        ({"sections": ["bad_years"]}, r"section 'bad_years' would be empty: simulated years"),
        ({"sections": ["changes"], "ranges": True}, r"no section named shows ranges; add one of 'summary', 'compari"),
        ({"commodity": "crude"}, r"commodity 'crude' is a group of kazakh_crude, .*counted in boxes.*name one of them"),
    ],
)  # fmt: skip
def test_what_a_brief_of_boxes_cannot_do(tmp_path: Path, given: dict[str, Any], message: str) -> None:
    """Nothing is ignored: what does not fit is refused in one sentence."""
    with pytest.raises(DataError, match=message):
        cr.report(freight(2024), scenarios(), tmp_path / "b.html", **given)


def test_crude_is_not_shown_in_boxes(tmp_path: Path) -> None:
    """TEU are no units of oil."""
    with pytest.raises(DataError, match=r"units must be 't' or 'bbl' \(got 'TEU'\)"):
        cr.report(freight(2024), [], tmp_path / "b.html", commodity="kazakh_crude", units="TEU")
