"""What networks, scenarios and flows show in a notebook: true, escaped, self-contained."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor as cr
from corridor.library.names import input_name
from corridor.show.html import Html, bar, card, link, table, tag

NASTY = "<script>alert('x')</script> & \"quoted\" $x$"


class Page(HTMLParser):
    """Reads HTML strictly: every element must be closed in order; keeps text, tags, attributes and cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.rows: list[list[str]] = []
        self.said = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        self.open.append(tag)
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.said += data
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data


def shown(thing: object) -> Page:
    """Return what a thing shows."""
    return Page(thing._repr_html_())  # type: ignore[attr-defined]


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"], include_characters="\n\t")))
def test_text_is_escaped_wherever_it_is_put(text: str) -> None:
    """Tags, cells, titles, links: what is read back is the text, and no element comes of it."""
    page = Page(card(text, tag("b", text), table([text], [[text]]), link(text)))
    assert set(page.tags) <= {"div", "b", "table", "thead", "tbody", "tr", "th", "td", "a", "span"}
    assert page.said == text * 5


@pytest.mark.parametrize("share", [None, float("nan"), -1.0, 0.0, 0.5, 7.0])
def test_bars_stay_within_their_trough(share: float | None) -> None:
    """Widths are 0 to 100 %, and there is no bar for what is unknown."""
    widths = [float(width) for width in re.findall(r"width:([\d.-]+)%", bar(share))]
    assert len(widths) == (0 if share is None or share != share else 1)
    assert all(0.0 <= width <= 100.0 for width in widths)


def test_only_web_addresses_become_links() -> None:
    """An address that would run something stays text."""
    assert "<a " not in link("javascript:alert(1)")
    assert Page(link('https://x.test/"onclick=')).attributes[0] == ("href", 'https://x.test/"onclick=')


def nasty() -> cr.Network:
    """Return a network whose every name is markup."""
    return cr.Network.from_frames(
        nodes=pd.DataFrame({"id": ["a", "b"], "name": [NASTY, NASTY]}),
        edges=pd.DataFrame({"id": [NASTY], "tail": ["a"], "head": ["b"], "corridor": [NASTY], "capacity_mtpa": [2.0]}),
        supplies=pd.DataFrame({"node": ["a"], "commodity": [NASTY], "volume_mtpa": [5.0]}),
        markets=pd.DataFrame({"node": ["b"], "commodity": [NASTY], "price_usd_per_t": [9.0]}),
        name=NASTY,
    )


def test_names_cannot_smuggle_markup_in() -> None:
    """Networks, scenarios and flows show hostile names as they are."""
    scenario = cr.Scenario(
        name=NASTY, about=NASTY, changes=[cr.Derate(corridor=NASTY, remaining=0.5)], sources=[NASTY],
        expect={NASTY: "> 1"},
    )  # fmt: skip
    for thing in (nasty(), scenario, cr.solve(nasty(), scenario)):
        page = shown(thing)
        assert "script" not in page.tags
        assert NASTY in page.said


@pytest.mark.parametrize(
    "thing",
    [cr.load(), cr.load_scenario("russia-says-no"), cr.solve(cr.load(), cr.load_scenario("russia-says-no"))],
    ids=["network", "scenario", "flow"],
)
def test_nothing_is_fetched_and_no_ground_is_assumed(thing: object) -> None:
    """No element that loads something; colours of text and ground are the notebook's, so that themes work."""
    page = shown(thing)
    assert not {"script", "img", "link", "iframe", "style"} & set(page.tags)
    assert not any(name in ("src", "onclick", "class", "id") for name, _ in page.attributes)
    styles = [value or "" for name, value in page.attributes if name == "style"]
    assert not any(re.search(r"(?<![-\w])(background:(white|#fff)|color:(black|#000))", style) for style in styles)


def test_a_network_counts_what_it_holds() -> None:
    """Counts, what each commodity offers, and the confidence of figures as the README counts them."""
    net = cr.load()
    page = shown(net)
    assert f"{len(net.nodes)} nodes, {len(net.edges)} edges" in page.said
    rows = {row[0]: row for row in page.rows}
    offered = sum(supply.volume_mtpa for supply in net.supplies if supply.commodity == "kazakh_crude")
    assert rows["Kazakh crude"][2] == f"{offered:.1f}"
    figures = net.figures()
    own = figures[
        (figures.choice == "chosen") & (figures.record != "country") & ~figures.attribute.isin(["lat", "lon"])
    ]
    for name, row in rows.items():
        if name[:2] in ("A:", "B:", "C:"):
            assert int(row[-1]) == (own.confidence == name[0]).sum()


def test_a_network_without_figures_says_so(diamond: cr.Network) -> None:
    """Own networks have no sources."""
    assert "have no sources" in shown(diamond).said


def test_a_flow_tells_its_corridors_and_what_is_short() -> None:
    """The rows are those of its tables; what is closed is said to be, not merely 0."""
    flow = cr.solve(cr.load(), cr.load_scenario("russia-says-no"))
    page = shown(flow)
    rows = {row[0]: row for row in page.rows}
    assert f"{flow.shortfall_mtpa:.1f} Mt/y shut in" in page.said
    assert rows["Baku-Tbilisi-Ceyhan"][2] == f"{flow.corridors.loc['btc', 'throughput_mtpa']:.1f}"
    assert rows["Druzhba"][1] == "closed"
    assert rows["Zangezur (planned)"][1] == "not in service"
    short = flow.supplies["shortfall_mtpa"]
    assert rows["Tengiz"][3] == f"{short['tengiz', 'kazakh_crude']:.1f}"
    assert "950" in rows["Tengiz"]
    unmet = flow.markets["unmet_mtpa"]
    assert rows["Bratislava (Slovnaft)"][3] == f"{unmet['bratislava', 'russian_crude']:.1f}"


def test_a_flow_tells_how_full_its_fleets_are() -> None:
    """Used and left, as in its table; one of which nothing is left says so."""
    net = cr.Network(
        nodes=[cr.Node(id="a"), cr.Node(id="b")],
        edges=[cr.Edge(id="sea", tail="a", head="b", fleet="tankers", fleet_days=5.0)],
        commodities=[cr.Commodity(id="oil")],
        supplies=[cr.Supply(node="a", commodity="oil", volume_mtpa=9.0)],
        markets=[cr.Market(node="b", commodity="oil", price_usd_per_t=9.0)],
        fleets=[cr.Fleet(id="tankers", name="Caspian tankers", capacity_mt_days=60.0)],
    )
    assert ["Caspian tankers", "", "45.0", "60.0", "75"] in shown(cr.solve(net)).rows
    gone = cr.Scenario(name="gone", changes=[cr.Outage(fleet="tankers")])
    assert ["Caspian tankers", "none left", "0.0", "0.0", ""] in shown(cr.solve(net, gone)).rows


def test_a_flow_with_nothing_short_says_so() -> None:
    """No table of shortfalls, and the sentence."""
    page = shown(cr.solve(cr.load()))
    assert "nothing shut in" in page.said
    assert "penalt" not in page.said


def test_scenarios_hazards_and_events_tell_what_they_are() -> None:
    """Changes as a list; a hazard its rate, an event its dates."""
    shut = cr.Outage(corridor="cpc")
    page = shown(cr.Scenario(name="both", about="so it goes", changes=[shut, cr.Delay(edge="btc", add_days=2)]))
    assert page.tags.count("li") == 2
    assert "so it goes" in page.said
    hazard = cr.Hazard(name="h", changes=[shut], frequency_per_year=0.4, duration_days=12)
    assert "0.4 a year, 12 days each" in shown(hazard).said
    event = cr.Event(name="e", changes=[shut], start=dt.date(2022, 3, 22), end=dt.date(2022, 4, 25))
    assert "from 2022-03-22, until 2022-04-25" in shown(event).said


def test_a_hazard_tells_what_it_strikes_how_hard_where_and_why() -> None:
    """Hits with their probabilities, rates by regime with their ranges, shares, causes, events."""
    hazard = cr.Hazard(
        name="slow", hits=[{"corridor": "cpc"}, {"edge": ["a", "b"], "mode": "rail", "probability": 0.9286}],
        frequency_per_year={"calm": (0.0545, 0.1272, 0.219), "war": 1.23}, duration_days=12,
        severity={"complete": 0.1, "mean": 0.28, "at_most": 0.6, "concentration": 2}, place="RUS",
        cause={"order": 0.25, "technical": 0.75}, events=8,
    )  # fmt: skip
    page = shown(hazard)
    assert page.tags.count("li") == 2
    for text in (
        "corridor cpc", "edge a or b, mode rail: with probability 0.9286",
        "0.127 (0.0545 to 0.219) a year in calm, 1.23 a year in war, 12 days each on average",
        "takes all in 10 % of events, else 28 % of capacity on average, at most 60 %",
        "where: Russia; cause: order 25 %, technical 75 %; 8 events on record",
    ):  # fmt: skip
        assert text in page.said


def test_a_prior_without_a_record_is_marked_as_such() -> None:
    """No event is not the same as nothing said of events."""
    hazard = cr.Hazard(name="h", hits=[{"corridor": "cpc"}], frequency_per_year=1, duration_days=3, events=0)
    assert "prior: no event on record" in shown(hazard).said
    assert "record" not in shown(hazard.replace(events=None)).said
    net = cr.load().replace(hazards=[hazard, hazard.replace(name="i", events=2), hazard.replace(name="k", events=None)])
    assert "1 of 3 hazards: prior without an event on record" in shown(net).said


@pytest.mark.parametrize(
    ("severity", "said"),
    [
        ({"low": 0.2, "high": 0.6}, "takes 20 to 60 %"), ({"complete": 1, "mean": 0.3}, "takes all"),
        ({"mean": 0.3, "of": "flow"}, "takes 30 % of flow"),
    ],
)  # fmt: skip
def test_a_hazard_tells_how_hard_it_strikes(severity: dict[str, Any], said: str) -> None:
    """Bounds, all, or a fixed share."""
    hits = [{"corridor": "cpc"}]
    assert said in shown(cr.Hazard(name="h", hits=hits, frequency_per_year=1, duration_days=3, severity=severity)).said


def test_very_long_tables_are_cut_and_counted() -> None:
    """Of 100 corridors 30 are shown, the rest counted."""
    ids = [f"c{at:03}" for at in range(100)]
    net = cr.Network.from_frames(
        nodes=pd.DataFrame({"id": ["a", "b"]}),
        edges=pd.DataFrame({"id": ids, "tail": "a", "head": "b", "corridor": ids}),
    )
    page = shown(net)
    assert "c029" in page.said
    assert "c030" not in page.said
    assert "and 70 more" in page.said


def test_html_is_text() -> None:
    """What comes out is a string, as notebooks want it."""
    assert isinstance(cr.load()._repr_html_(), str)
    assert isinstance(tag("b", Html("<i>x</i>")), Html)
    assert tag("b", Html("<i>x</i>")) == "<b><i>x</i></b>"


def nasty_years() -> cr.Ensemble:
    """Return simulated years of a network whose names are attacks."""
    net = cr.Network.from_frames(
        nodes=pd.DataFrame({"id": ["field", "port"]}),
        edges=pd.DataFrame({"id": ["pipe"], "tail": ["field"], "head": ["port"], "capacity_mtpa": [5.0]}),
        supplies=pd.DataFrame({"node": ["field"], "commodity": ["oil"], "volume_mtpa": [5.0]}),
        markets=pd.DataFrame({"node": ["port"], "commodity": ["oil"], "price_usd_per_t": [100.0]}),
        name=NASTY,
    )
    shut = [cr.Outage(edge="pipe")]
    hazard = cr.Hazard(name=NASTY, changes=shut, frequency_per_year=2, duration_days=20, place=NASTY)
    return cr.simulate(net.replace(hazards=[hazard]), years=400, seed=3)


def test_an_ensemble_shows_what_its_years_came_to() -> None:
    """Mean and bad tail are those of `years`, worked out here."""
    ens = nasty_years()
    rows = {row[0]: row for row in Page(ens._repr_html_()).rows}
    short = ens.years["shortfall_mt"]
    worst = short.sort_values(ascending=False).head(20).mean()
    assert rows["not lifted [Mt]"][2] == f"{short.mean():,.2f}"
    assert rows["not lifted [Mt]"][-1] == f"{worst:,.2f}"


def test_an_ensemble_names_where_losses_arise_and_escapes_it() -> None:
    """The one place bears all of it, under its name as text."""
    page = Page(nasty_years()._repr_html_())
    assert "script" not in page.tags
    assert [row[-2] for row in page.rows if row[0] == NASTY] == ["100.0"]


def test_quiet_years_are_said_to_be_quiet() -> None:
    """Without shut-in volume no country is named."""
    ens = nasty_years()
    mild = [hazard.replace(changes=(cr.Delay(edge="pipe", add_days=3),)) for hazard in ens.hazards]
    page = Page(cr.simulate(ens.network.replace(hazards=mild), years=50, seed=3)._repr_html_())
    assert "nothing shut in in any year" in page.said
    assert NASTY not in [row[0] for row in page.rows]


def test_a_flows_card_names_what_the_shippers_own_netback_depends_on() -> None:
    """The first three of leans_on for the network's first commodity, not what all shippers' objective leans on."""
    flow = cr.solve(cr.load(year=2024))
    firsts = {row[0] for row in Page(flow._repr_html_()).rows if row}
    own = flow.leans_on(3, outcome="commodities.kazakh_crude.netback_musd_per_year")
    assert set(own["record"]) == {"input"}
    own_names = {input_name("caspian", subject) for subject in own["subject"]}
    assert own_names == {first.partition(": ")[0] for first in firsts if ": " in first}
    assert flow.leans_on(1)["subject"].iloc[0] not in set(own["subject"])


def test_a_flows_card_calls_what_is_short_by_names() -> None:
    """Supply, requirement and minimum of a quota: edge and commodity by name."""
    net = cr.Network(
        nodes=[cr.Node(id="f_1", name="Field"), cr.Node(id="p_1", name="Port")],
        edges=[cr.Edge(id="f_p", name="Line", tail="f_1", head="p_1", capacity_mtpa=1.0)],
        commodities=[cr.Commodity(id="heavy_oil", name="Heavy")],
        supplies=[cr.Supply(node="f_1", commodity="heavy_oil", volume_mtpa=2.0)],
        markets=[cr.Market(node="p_1", commodity="heavy_oil", volume_mtpa=3.0, required_mtpa=2.0)],
        quotas=[cr.Quota(edge="f_p", commodity="heavy_oil", min_mtpa=1.0)],
    )
    shut = cr.Scenario(name="half", changes=[cr.Derate(edge="f_p", remaining=0.5)])
    rows = [row[:2] for row in Page(cr.solve(net, shut)._repr_html_()).rows]
    assert [row for row in rows if row[1:] == ["Heavy"]] == [["Field", "Heavy"], ["Port", "Heavy"], ["Line", "Heavy"]]


def test_a_network_shows_its_fleets() -> None:
    """Whose edges they serve and what is left of them; rates and fleets are counted."""
    net = cr.Network(
        nodes=[cr.Node(id="a"), cr.Node(id="b")],
        edges=[cr.Edge(id="sea", tail="a", head="b", fleet="tankers", fleet_days=5.0)],
        commodities=[cr.Commodity(id="oil")],
        rates=[cr.Rate(edge="sea", commodity="oil", tariff_usd_per_t=2.0)],
        fleets=[cr.Fleet(id="tankers", name="Caspian tankers", capacity_mt_days=20.0, remaining=0.5)],
    )
    page = shown(net)
    assert ["Caspian tankers", "tankers", "sea", "10.0"] in page.rows
    assert "1 rate, 1 fleet, 0 hazards" in page.said


@pytest.mark.parametrize(
    ("record", "title"),
    [
        (cr.Rate(edge="sea", commodity="oil", tariff_usd_per_t=2.0), "Rate sea, oil"),
        (cr.Fleet(id="tankers", capacity_mt_days=20.0), "Fleet tankers"),
        (cr.Quota(edge="sea", commodity="oil"), "Quota sea, oil"),
    ],
)
def test_a_record_shows_what_it_is_about(record: object, title: str) -> None:
    """Its name or id, or the pair that names it."""
    assert shown(record).said.startswith(title)


def test_the_card_of_draws_has_the_totals_that_vary() -> None:
    """Changes of the baseline against itself are 0 in every draw: they are counted, not listed."""
    unc = cr.uncertainty(cr.load(), draws=10)
    card = unc._repr_html_()
    totals = unc.numbers[unc.numbers.index.get_level_values("number").str.startswith("outcomes.")]
    steady = totals[(totals["defined"] > 0) & (totals["p05"] == totals["p95"])]
    assert {"outcomes.shortfall_change_mtpa"} <= set(steady.index.get_level_values("number"))
    assert "outcomes.shortfall_change_mtpa" not in card
    assert "outcomes.netback_musd_per_year" in card
    assert f"{len(steady)} further totals are the same at both ends" in card
