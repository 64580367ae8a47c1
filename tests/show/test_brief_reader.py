"""What a reader who does not know the code must be told: whose a number is, why a loss is negative, how exact it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import corridor as cr
from helpers.briefs import section_of, tables_of, words_of
from helpers.small_networks import edge, minimum, network

CROSSED = network(
    edge("north", 20.0, corridor="north", countries=("RUS",)), edge("south", 30.0, corridor="south", countries=("GEO",))
)
STORM = cr.Hazard(name="storm", changes=[cr.Outage(edge="north")], frequency_per_year=2.0, duration_days=9)


def said(net: cr.Network, folder: Path, name: str, **more: int) -> str:
    """Return the section of a brief as text."""
    return words_of(section_of(cr.report(net, [], folder / "b.html", sections=name, **more), name))


def test_exposure_says_whose_it_is_and_that_buyers_are_unlimited(tmp_path: Path) -> None:
    """Capacity can stay whole where nothing can be sold any more."""
    text = said(CROSSED, tmp_path, "risk")
    assert "Exposure of oil by transit country" in text
    assert "supply and buyers unlimited, so it can stay where nobody is left to buy" in text


@pytest.mark.parametrize("least", [0.0, 2.0])
def test_a_negative_loss_is_explained_where_there_is_one(tmp_path: Path, least: float) -> None:
    """2 Mt/y must cross Georgia at 10 USD/t more: closed, it gains 20 million USD/y; without a contract nothing."""
    net = CROSSED.replace(quotas=[minimum("south", least)] if least else [])
    assert ("A negative loss is a gain" in said(net, tmp_path, "risk")) == bool(least)


def test_a_minimum_cut_is_explained(tmp_path: Path) -> None:
    """The head of the table says no more than the name."""
    assert "A minimum cut: limits that stop more, all together where" in said(CROSSED, tmp_path, "comparison")


def test_money_of_a_year_is_in_whole_millions(tmp_path: Path) -> None:
    """Its error is larger than a million; volumes keep two digits."""
    path = cr.report(CROSSED.replace(hazards=[STORM]), [], tmp_path / "b.html", sections="bad_years", years=200)
    cells = {row[0]: row[1:] for row in tables_of(section_of(path, "bad_years"))[0]}
    assert cells["oil netback [million USD]"][0] == "400"
    assert re.fullmatch(r"\d+ ± \d+", cells["oil netback [million USD]"][1])
    assert cells["oil delivered [Mt]"][0] == "5.00"


def test_a_steering_price_is_said_to_be_no_money(tmp_path: Path) -> None:
    """Figures and foot call it the same."""
    page = cr.report(CROSSED, [], tmp_path / "b.html", sections="risk").read_text(encoding="utf-8")
    foot = words_of(page[page.index("<footer") :])
    assert "a steering price of 1,000 USD/t, an assumption" in foot
    assert "in no money shown" in foot


def test_the_next_barrel_is_no_tonne(tmp_path: Path) -> None:
    """Its money is by the barrel, in head and legend alike; in tonnes it is a tonne."""
    barrels = CROSSED.replace(commodities=[cr.Commodity(id="oil", display_unit="bbl", display_per_t=7.5)])
    for units, single in (("bbl", "barrel"), ("t", "tonne")):
        path = cr.report(barrels, [], tmp_path / "b.html", sections="comparison", units=units)
        section = section_of(path, "comparison")
        assert f"Next {single}: what one more {single} that must go this way adds" in words_of(section)
        assert [head for head in tables_of(section)[0][0] if head.startswith(f"next {single} [")]
