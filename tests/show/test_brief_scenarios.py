"""Maps of a brief, and what is shown of each scenario on request: its map, and its bad transport years."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import corridor as cr
from corridor.cli.main import DONE, main
from corridor.show.brief import scenario_years_section
from helpers.briefs import section_of, tables_of, words_of

PLACES = {"field": (45.0, 50.0), "north": (46.0, 46.0), "south": (43.0, 46.0), "port": (44.5, 40.0)}
SHUT = cr.Scenario(name="south shut", changes=[cr.Outage(edge="south_out")])
TWIN = cr.Scenario(name="twin", changes=[cr.Outage(corridor="south")])
HALF = cr.Scenario(name="half of north", changes=[cr.Derate(edge="north_out", remaining=0.5)])
CENT = cr.Scenario(name="a cent", changes=[cr.TariffShock(edge="south_out", add_usd_per_t=0.01)])


@pytest.fixture
def stormy(diamond: cr.Network) -> cr.Network:
    """Return the diamond with places on the map and storms that close its southern way."""
    nodes = [node.replace(lat=PLACES[node.id][0], lon=PLACES[node.id][1]) for node in diamond.nodes]
    storm = cr.Hazard(name="storm", changes=[cr.Outage(edge="south_out")], frequency_per_year=2, duration_days=9)
    return diamond.replace(nodes=nodes, hazards=[storm])


def captions(html: str) -> list[str]:
    """Return the captions of pictures."""
    return re.findall(r"<figcaption>(.*?)</figcaption>", html)


def shared() -> cr.Network:
    """Return a pipe that 2 Mt/y of ours and 6 Mt/y of theirs share; 1 Mt/y of theirs finds no room."""
    return cr.Network(
        name="shared",
        nodes=[cr.Node(id="f", lat=45.0, lon=50.0), cr.Node(id="p", lat=45.0, lon=40.0)],
        edges=[cr.Edge(id="pipe", tail="f", head="p", capacity_mtpa=8.0, corridor="c")],
        corridors=[cr.Corridor(id="c")],
        commodities=[cr.Commodity(id="ours", name="Our oil"), cr.Commodity(id="other", name="Their oil")],
        supplies=[
            cr.Supply(node="f", commodity="ours", volume_mtpa=2.0),
            cr.Supply(node="f", commodity="other", volume_mtpa=7.0),
        ],
        markets=[
            cr.Market(node="p", commodity="ours", price_usd_per_t=200.0),
            cr.Market(node="p", commodity="other", price_usd_per_t=100.0),
        ],
    )


def test_maps_and_captions_count_the_briefs_commodity_only(tmp_path: Path) -> None:
    """2 of 8 Mt/y are ours, and none of ours is shut in, though 1 Mt/y of theirs is."""
    html = section_of(cr.report(shared(), [], tmp_path / "b.html", commodity="ours", sections="map"), "map")
    assert captions(html) == ["Map of Our oil, baseline: 2.0 Mt/y delivered, 0.0 Mt/y shut in"]


def test_the_other_commodity_has_its_own_map(tmp_path: Path) -> None:
    """6 of their 7 Mt/y find room."""
    html = section_of(cr.report(shared(), [], tmp_path / "b.html", commodity="other", sections="map"), "map")
    assert captions(html) == ["Map of Their oil, baseline: 6.0 Mt/y delivered, 1.0 Mt/y shut in"]


def test_widths_are_on_the_scale_of_the_commodity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """2 Mt/y are the widest line, not the 8 Mt/y of all."""
    asked: list[dict[str, Any]] = []
    real = cr.plot_map

    def noted(flow: cr.Flow, **options: Any) -> Any:
        asked.append(options)
        return real(flow, **options)

    monkeypatch.setattr("corridor.show.brief.map_section.plot_map", noted)
    cr.report(shared(), [], tmp_path / "b.html", commodity="ours", sections="map")
    assert [(options["commodity"], options["widest_mtpa"]) for options in asked] == [("ours", 2.0)]


def test_the_map_of_the_worst_names_all_that_come_to_it(stormy: cr.Network, tmp_path: Path) -> None:
    """South shut loses 225 million USD/y, by either name; half of north 249."""
    html = section_of(cr.report(stormy, [SHUT, TWIN, CENT], tmp_path / "b.html", sections="map"), "map")
    assert captions(html)[1] == "Map of oil, south shut, twin: 6.0 Mt/y delivered, 4.0 Mt/y shut in"


def test_each_scenario_has_a_map_on_request(stormy: cr.Network, tmp_path: Path) -> None:
    """Equal ones once, largest loss first; one that changes nothing is named without a map."""
    path = cr.report(stormy, [CENT, SHUT, TWIN, HALF], tmp_path / "b.html", sections="scenario_maps")
    html = section_of(path, "scenario_maps")
    assert captions(html) == [
        "Map of oil, half of north: 6.0 Mt/y delivered, 4.0 Mt/y shut in",
        "Map of oil, south shut, twin: 6.0 Mt/y delivered, 4.0 Mt/y shut in",
    ]
    assert "Change nothing for oil, and have the map of the baseline: a cent." in words_of(html)


def years(net: cr.Network, scenarios: list[cr.Scenario], folder: Path) -> str:
    """Return the section of a brief with 200 simulated years."""
    path = cr.report(net, scenarios, folder / "b.html", sections="scenario_bad_years", years=200, seed=3)
    return section_of(path, "scenario_bad_years")


def test_a_scenario_that_leaves_nothing_to_storms_has_the_same_bad_year_as_any(
    stormy: cr.Network, tmp_path: Path
) -> None:
    """Without the southern way 4 Mt are shut in every year, and 6 Mt at 83 USD/t by north earn 498 million USD."""
    rows = {row[0]: row[1:] for row in tables_of(years(stormy, [SHUT], tmp_path))[0]}
    values = [re.sub(r" \(.*", "", cell) for cell in rows["south shut"]]
    assert values == ["4.00", "4.00", "498", "498"]


def test_the_baseline_beside_them_is_that_of_simulate(stormy: cr.Network, tmp_path: Path) -> None:
    """On the same seed and years; the changes in brackets are the differences of the rows."""
    rows = {row[0]: row[1:] for row in tables_of(years(stormy, [SHUT], tmp_path))[0]}
    summary = cr.simulate(stormy, 200, 3).summary()
    short, netback = summary.loc["oil_shortfall_mt"], summary.loc["oil_netback_musd"]
    assert rows["baseline"] == [f"{short['mean']:.2f}", f"{short['cvar']:.2f}", f"{netback['mean']:.0f}",
        f"{netback['cvar']:.0f}"]  # fmt: skip
    assert rows["south shut"][1] == f"4.00 ({4 - short['cvar']:+.2f})"
    assert rows["south shut"][2] == f"498 ({498 - netback['mean']:+.0f})"


def test_years_of_equal_scenarios_are_simulated_once(
    stormy: cr.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And are one row; the baseline's years are those that the brief has anyway."""
    calls: list[str | None] = []
    real = cr.simulate

    def noted(network: cr.Network, number: int, seed: int, scenario: cr.Scenario | None, **options: Any) -> Any:
        calls.append(scenario.name if scenario else None)
        return real(network, number, seed, scenario, **options)

    monkeypatch.setattr(scenario_years_section, "simulate", noted)
    html = years(stormy, [SHUT, HALF, TWIN], tmp_path)
    assert calls == ["south shut", "half of north"]
    assert [row[0] for row in tables_of(html)[0]] == ["scenario", "baseline", "half of north", "south shut, twin"]


def test_scenarios_meet_the_rates_and_draws_of_the_baseline(
    stormy: cr.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of years that are given, with drawn rates and without rerouting: as many, on their seed."""
    asked: list[dict[str, Any]] = []
    real = cr.simulate

    def noted(network: cr.Network, number: int, seed: int, scenario: cr.Scenario | None, **options: Any) -> Any:
        asked.append({"years": number, "seed": seed} | options)
        return real(network, number, seed, scenario, **options)

    storm = stormy.hazards[0].replace(frequency_per_year=(1.0, 2.0, 4.0))
    net = stormy.replace(hazards=[storm])
    given = cr.simulate(net, 400, 11, rates="drawn", draws=4, rerouting=False)
    monkeypatch.setattr(scenario_years_section, "simulate", noted)
    path = cr.report(net, [SHUT], tmp_path / "b.html", sections="scenario_bad_years", bad_years=given)
    only = asked.pop()
    wanted = {"years": 400, "seed": 11, "rates": "drawn", "draws": 4, "rerouting": False}
    assert {name: only[name] for name in wanted} == wanted
    rows = {row[0]: row[1:] for row in tables_of(section_of(path, "scenario_bad_years"))[0]}
    assert rows["baseline"][0] == f"{given.summary().loc['oil_shortfall_mt', 'mean']:.2f}"


def test_a_scenario_without_other_years_is_a_line(stormy: cr.Network, tmp_path: Path) -> None:
    """A cent on 3 Mt/y is 0.03 million USD."""
    html = years(stormy, [CENT], tmp_path)
    assert len(tables_of(html)[0]) == 2
    assert "Years as in the baseline: a cent." in words_of(html)


def test_a_hazard_as_scenario_is_refused_before_anything_is_written(stormy: cr.Network, tmp_path: Path) -> None:
    """It comes and goes, and cannot hold all year."""
    hazard = cr.Hazard(name="strike", changes=[cr.Outage(edge="north_out")], frequency_per_year=1, duration_days=9)
    with pytest.raises(cr.DataError, match="scenario 'strike' is a hazard"):
        years(stormy, [hazard], tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("section", "scenarios", "number", "reason"),
    [
        ("scenario_maps", [], 20, "there are no scenarios"), ("scenario_bad_years", [], 20, "there are no scenarios"),
        ("scenario_bad_years", [SHUT], 0, "years is 0"),
    ],
)  # fmt: skip
def test_sections_on_request_that_would_be_empty_are_refused(
    stormy: cr.Network, tmp_path: Path, section: str, scenarios: list[cr.Scenario], number: int, reason: str
) -> None:
    """As others are."""
    with pytest.raises(cr.DataError, match=f"section '{section}' would be empty: {reason}"):
        cr.report(stormy, scenarios, tmp_path / "b.html", sections=[section], years=number)


def test_without_hazards_or_positions_they_are_refused_too(diamond: cr.Network, tmp_path: Path) -> None:
    """Each with its own reason."""
    for section, reason in (("scenario_bad_years", "no hazards"), ("scenario_maps", "fewer than two nodes")):
        with pytest.raises(cr.DataError, match=reason):
            cr.report(diamond, [SHUT], tmp_path / "b.html", sections=section)


def test_by_default_they_are_not_shown(stormy: cr.Network, tmp_path: Path) -> None:
    """Neither a map nor years of each scenario."""
    text = cr.report(stormy, [SHUT], tmp_path / "b.html", years=20).read_text(encoding="utf-8")
    assert '<section id="map"' in text
    assert "scenario_maps" not in text
    assert "scenario_bad_years" not in text


def test_the_command_takes_them(tmp_path: Path) -> None:
    """`corridor report --section scenario_bad_years`, few years."""
    path = tmp_path / "b.html"
    given = ["--scenario", "cpc-shut", "--section", "scenario_bad_years", "--years", "20"]
    assert main(["report", *given, "--output", str(path)]) == DONE
    assert [row[0] for row in tables_of(section_of(path, "scenario_bad_years"))[0]][1:] == ["baseline", "CPC shut"]
