"""Shares in service and bad transport years name hazard regime, year and shipper; markets what they stand for."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import corridor as cr
from corridor.library.networks import hazard_basis
from corridor.model.columns import INTERCHANGEABLE
from helpers.small_networks import edge, network

WAR = "hazards at rates as since 24 February 2022 (war)"


@cache
def war() -> cr.Network:
    """Return the shipped network of 2024 under the rates of the war."""
    return cr.load(year=2024, regime="war")


@cache
def years() -> cr.Ensemble:
    """Return its simulated years."""
    return cr.simulate(war(), years=60, seed=3)


def written(ax: Any) -> str:
    """Return all texts of a picture, white space as one blank."""
    texts = [text.get_text() for text in ax.get_figure(root=True).findobj(match=lambda a: hasattr(a, "get_text"))]
    return " ".join(" ".join(texts).split())


def test_hazards_of_one_s_own_have_no_regime() -> None:
    """A network of one's own is not said to have rates of the record."""
    assert hazard_basis(cr.load(regime="war").regime) == WAR
    assert hazard_basis(network(edge("a")).regime) == "the network's own hazards"


@pytest.mark.parametrize(
    ("regime", "text"),
    [
        ("calm", "hazards at rates as before 24 February 2022 (calm)"),
        ({"war": 1.0}, WAR),
        ({None: 1.0}, "the network's own hazards"),
        ("siege", "hazards at rates of regime 'siege'"),
        (
            {"calm": 0.75, "war": 0.25},
            "hazards at rates as before 24 February 2022 (calm) in 75 % of years, "
            "as since 24 February 2022 (war) in 25 %",
        ),
    ],
)
def test_regimes_are_told_with_their_shares(regime: Any, text: str) -> None:
    """One alone, several by their shares of the years, none where rates have none."""
    assert hazard_basis(regime) == text


def test_a_picture_of_corridors_names_regime_year_and_commodity() -> None:
    """Read from the table's attrs; without shares in service no regime is named."""
    table = cr.compare(war(), [], corridors=["cpc", "btc"], columns="all")
    shown = written(cr.plot_comparison(table, ["throughput_mtpa", "availability"], network=war()))
    assert f"Kazakh crude, caspian 2024, in service by {WAR}" in shown
    assert "Comparison of corridors for a Tengiz tonne" in shown
    assert "mean share of capacity in service" in shown
    assert "regime" not in written(cr.plot_comparison(table, ["throughput_mtpa"]))


def test_a_picture_of_years_names_regime_year_and_shippers() -> None:
    """All shippers, or the commodity of the column."""
    assert f"caspian 2024, all shippers, {WAR}" in written(cr.plot_ensemble(years()))
    assert "caspian 2024, Kazakh crude, " in written(cr.plot_ensemble(years(), "kazakh_crude_shortfall_mt"))


@pytest.mark.parametrize(("alpha", "share"), [(0.95, 5.0), (0.5, 50.0)])
def test_a_value_at_risk_of_nothing_is_that_of_its_level(alpha: float, share: float, diamond: cr.Network) -> None:
    """In years without any loss VaR stands at 5 % of years, where it is defined, not at all of them."""
    calm = cr.Hazard(
        name="calm", changes=[cr.Delay(edge="north_out", add_days=1)], frequency_per_year=1, duration_days=1
    )
    ens = cr.simulate(diamond.replace(hazards=(calm,), supplies=diamond.supplies), years=100, seed=1)
    ax = cr.plot_ensemble(ens, "unmet_mt", alpha=alpha)
    marks = {str(line.get_gid()).split(":")[0]: line.get_xydata()[0].tolist() for line in ax.lines if line.get_gid()}
    assert marks["var"] == [0.0, share]


def test_a_card_of_years_names_regime_and_shippers() -> None:
    """Above its table, and where the losses arise."""
    card = years()._repr_html_().replace("&#x27;", "'").replace("&#39;", "'")
    assert WAR in card
    assert "of all shippers shut in" in card
    assert "where the shut-in volume of all shippers arises" in card


def test_pictures_and_cards_of_a_mixture_say_its_shares() -> None:
    """Half of the years in war, none beyond the usual ways."""
    ens = cr.simulate(war(), 60, 3, regime={"war": 0.5, "calm": 0.5}, rerouting=False)
    basis = "calm) in 50 % of years, as since 24 February 2022 (war) in 50 %, usual ways only"
    assert basis in written(cr.plot_ensemble(ens))
    assert basis in ens._repr_html_()
    assert ens.summary().attrs["regime"] == "calm 0.5, war 0.5"


def test_a_card_of_years_has_causes_priors_and_both_bounds() -> None:
    """With the share that rests on hazards without an event, and what is left out."""
    card = years()._repr_html_()
    for text in (
        "what causes it", "On hazards without an event on record (priors) rest", "other ways at once, central rates",
        "usual ways only, central rates", "Left out: tanks", "Kashagan slow",
    ):  # fmt: skip
        assert text in card


def test_the_repr_of_years_names_network_regime_and_shippers() -> None:
    """As a Python shell prints it."""
    assert "'baseline' (caspian 2024, regime war): 60 years" in repr(years())
    assert "shortfall of all shippers" in repr(years())


def test_a_card_of_a_flow_says_of_what_its_share_is() -> None:
    """Of the available capacity, by all shippers: not the share of a commodity's own maximum that `compare` has."""
    assert "share of available capacity used, all shippers" in cr.solve(war())._repr_html_()


@pytest.mark.parametrize("draw", [cr.plot_map, cr.plot_sankey, lambda flow: cr.plot_waterfall(flow, "cpc")])
def test_pictures_with_markets_say_that_buyers_are_interchangeable(draw: Any) -> None:
    """Which port or buyer gets a tonne is one choice of several."""
    assert INTERCHANGEABLE in written(draw(cr.solve(war())))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the text of a brief."""
    path = cr.report(war(), [], tmp_path_factory.mktemp("brief") / "brief.html", years=200)
    return " ".join(re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8")).replace("&#x27;", "'").split())


def test_the_brief_names_regime_year_and_commodity(page: str) -> None:
    """In the summary, above the comparison, the shares in service and the bad transport years."""
    page = page.replace("&#39;", "'")
    assert f"Years: {WAR}, seed 7." in page
    assert "Kazakh crude, caspian 2024, for a Tengiz tonne. Nameplate:" in page
    assert "at the field gate, before lifting cost, duty and tax" in page
    assert "of the best way from Tengiz" in page
    assert f"feeders and sea legs included; {WAR}" in page
    assert f"200 simulated years, {WAR}" in page


def test_the_brief_says_where_and_no_record(page: str) -> None:
    """Countries say where losses arise; nothing in it is said to be anybody's doing."""
    assert "Where the shut-in volume of Kazakh crude arises (country of the asset, not who did it)" in page
    assert "responsible" not in page
    assert INTERCHANGEABLE in page


def test_the_brief_marks_priors_and_weighs_them(page: str) -> None:
    """In the summary and the section on bad transport years, and in the list of hazards."""
    assert "worst years rest on hazards without an event on record." in page
    assert page.count("On hazards without an event on record (priors) rest") == 1
    hazards = page[page.index("Hazards simulated") :]
    assert "all Russia" in hazards
    assert "prior: no event on record" in hazards


def test_the_brief_quotes_both_bounds_causes_and_what_is_left_out(page: str) -> None:
    """In the section on bad transport years."""
    section = page[page.index("A bad transport year is the mean of the worst 5 % (CVaR)") :]
    for text in (
        "Kazakh crude not lifted, by ways and rates", "usual ways only, central rates",
        "What causes the shut-in volume of Kazakh crude", "Which hazards shut in Kazakh crude",
        "Fields fail too, and their hazards are in", "Left out: tanks",
    ):  # fmt: skip
        assert text in section


def test_tables_of_shares_and_years_carry_regime_year_and_commodity() -> None:
    """In attrs: what `compare`, `availability`, `common_cause` and simulated years stand for."""
    tables: list[pd.DataFrame] = [
        cr.compare(war(), []), cr.availability(war()), cr.common_cause(war()), years().summary(), years().corridors,
        years().states, years().attribution(), years().years,
    ]  # fmt: skip
    assert {(t.attrs["network"], t.attrs["year"], t.attrs["regime"]) for t in tables} == {("caspian", 2024, "war")}
    assert {t.attrs["commodity"] for t in tables[:3]} == {"kazakh_crude"}


def test_answers_about_containers_do_not_speak_of_oil(tmp_path: Path) -> None:
    """A network of boxes explained, compared and printed."""
    boxes = [cr.Edge(id="rail", tail="yard", head="port", capacity_mtpa=3.0, corridor="rail")]
    net = cr.Network(
        nodes=[cr.Node(id="yard"), cr.Node(id="port")], edges=boxes, commodities=[cr.Commodity(id="boxes")],
        corridors=[cr.Corridor(id="rail")],
        supplies=[cr.Supply(node="yard", commodity="boxes", volume_mtpa=2.0)],
        markets=[cr.Market(node="port", commodity="boxes", price_usd_per_t=100.0)],
        hazards=[cr.Hazard(name="strike", changes=[cr.Outage(edge="rail")], frequency_per_year=2, duration_days=9)],
    )  # fmt: skip
    path = cr.report(net, [], tmp_path / "brief.html", years=50)
    texts = [cr.solve(net).explain(), repr(cr.compare(net, [])), path.read_text(encoding="utf-8")]
    texts.append(cr.simulate(net, years=50)._repr_html_())
    assert [found for text in texts for found in re.findall(r"\b(?:oil|in the ground|barrels?)\b", text)] == []
