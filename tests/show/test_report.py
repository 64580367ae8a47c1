"""The one-file brief: what it holds, and what it must never hold."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import corridor as cr
from corridor.cli.main import BAD_INPUT, DONE, main
from corridor.library.networks import data_root, table
from helpers.briefs import HOSTILE, hostile, two_scenarios


class Page(HTMLParser):
    """Collects tags, addresses, headings, texts and the cells of tables of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.headings: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, and what a browser would fetch for it."""
        self.tags.append(tag)
        self._open.append(tag)
        given = dict(attrs)
        wanted = given.get("src") or (given.get("href") if tag != "a" else None)
        if wanted:
            self.fetched.append(wanted)
        assert not [name for name in given if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        """Close a tag."""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data
        if self._open and self._open[-1] == "h2":
            self.headings.append(data)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """Return the brief of the shipped network under two scenarios."""
    path = tmp_path_factory.mktemp("brief") / "brief.html"
    cr.report(cr.load(year=2024, regime="war"), two_scenarios(), path, years=2000)
    return Page(path)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the text of a brief on the baseline of 2021 alone, without simulated years."""
    path = tmp_path_factory.mktemp("baseline") / "brief.html"
    return cr.report(cr.load(year=2021), [], path, years=0).read_text(encoding="utf-8")


def test_the_brief_has_every_section(page: Page) -> None:
    """Headline, map, comparison, changes, bottlenecks, risk, bad transport years, sources: in this order."""
    assert page.headings == [
        "In short", "Map", "Comparison of corridors", "Changes against the baseline", "Bottlenecks", "Risk",
        "Bad transport years", "Sources and confidence",
    ]  # fmt: skip


def test_the_brief_fetches_nothing(page: Page) -> None:
    """Every picture is within the file; no script, no style sheet, no font."""
    assert page.fetched
    assert all(address.startswith("data:image/png;base64,") for address in page.fetched)
    assert not {"script", "link", "iframe", "object", "embed"} & set(page.tags)


def test_the_style_fetches_nothing(text: str) -> None:
    """No @import and no url() in the style sheet."""
    styles = re.findall(r"<style>(.*?)</style>", text, flags=re.S)
    assert styles
    assert not re.search(r"@import|url\(", "".join(styles))


def test_the_headline_says_what_the_tables_say(page: Page) -> None:
    """Its numbers are those of outcomes() and jurisdictions(), asked independently."""
    net = cr.load(year=2024, regime="war")
    outcomes = cr.outcomes(net, two_scenarios(), commodity="kazakh_crude")
    worst = outcomes["loss_musd_per_year"].idxmax()
    assert (
        f"Of 2 scenarios, '{worst}' loses most: {outcomes.loc[worst, 'loss_musd_per_year'] / 1e3:,.1f} bill"
        in page.text
    )
    countries = cr.jurisdictions(net)
    assert countries.index[0] == "RUS"
    assert f"{100 * countries['share'].iloc[0]:.0f} % of the exports by corridors cross Russia" in page.text


def test_every_corridor_and_scenario_is_named(page: Page) -> None:
    """By the name for people, every corridor that can carry the commodity."""
    net = cr.load(year=2024)
    for id in cr.compare(net, [], commodity="kazakh_crude").index.get_level_values("corridor"):
        assert net.corridor(id).name in page.text
    for scenario in two_scenarios():
        assert scenario.name in page.text
        assert scenario.about in page.text


@pytest.mark.fuzz
def test_the_rates_that_years_are_drawn_from_are_told(tmp_path: Path) -> None:
    """Regimes differ several times over in what a bad transport year costs, so each brief names the rates it used."""
    found = {}
    for regime in ("calm", "war"):
        net = cr.load(year=2024, regime=regime)
        text = cr.report(net, [], tmp_path / f"{regime}.html", years=20).read_text(encoding="utf-8")
        found[regime] = text[text.index("Hazards simulated") :]
        for hazard in net.hazards:
            assert f">{hazard.mean_frequency_per_year(regime):.3f}<" in found[regime]
    assert found["calm"] != found["war"]


def test_no_scenarios_are_not_counted(text: str) -> None:
    """A brief on a baseline alone does not speak of 0 scenarios."""
    (caption,) = re.findall(r"<figcaption>([^<]*: throughput and capacities, netback)", text)
    assert "scenario" not in caption
    assert "0 scenarios" not in text


def test_the_figures_leant_on_come_with_source_and_confidence(page: Page) -> None:
    """Those on which the shipper's own netback leans in the baseline, with the title of their source."""
    netback = "commodities.kazakh_crude.netback_musd_per_year"
    net = cr.load(year=2024)
    leaning = cr.solve(net).leans_on(5, outcome=netback)
    names = {node.id: re.split(r" \(|, ", node.name)[0] for node in net.nodes}
    names |= {edge.id: edge.name for edge in net.edges}
    names |= {row["id"]: row["name"] for row in table(data_root().joinpath("caspian", "inputs.csv"))}
    fields = {"differential_usd_per_bbl": "differential", "price_usd_per_t": "price", "tariff_usd_per_t": "tariff",
              "freight_usd_per_t": "freight"}  # fmt: skip
    for row in leaning.to_dict("records"):
        of = ", Kazakh crude" if "." in row["subject"] else ""
        assert f"{names.get(first := row['subject'].split('.')[0], first)}{of}: {fields[row['attribute']]}" in page.text
        assert row["source"] in page.text


def test_version_and_run_id_are_told(page: Page) -> None:
    """So that a printed brief can be traced."""
    assert re.search(rf"corridor {re.escape(cr.__version__)}, run [0-9a-f]{{12}}\.", page.text)


def test_the_same_inputs_give_the_same_bytes(diamond: cr.Network, tmp_path: Path) -> None:
    """Nothing of time, place or chance is in the file."""
    one, two = (cr.report(diamond, [], tmp_path / name).read_bytes() for name in ("one.html", "two.html"))
    assert one == two


def test_other_inputs_give_another_run_id(diamond: cr.Network, tmp_path: Path) -> None:
    """The id follows the network."""
    other = cr.Outage(edge="south_out").apply(diamond)
    ids = {
        re.search(r"run ([0-9a-f]{12})", cr.report(net, [], tmp_path / "b.html").read_text())[1]  # type: ignore[index]
        for net in (diamond, other)
    }
    assert len(ids) == 2


def test_names_of_users_are_shown_as_text(tmp_path: Path) -> None:
    """Names of nodes, corridors, commodities, network, scenario and title never become tags."""
    bad = cr.Scenario(name=HOSTILE, about=HOSTILE, changes=[cr.Derate(edge="e", remaining=0.5)])
    found = Page(cr.report(hostile(), [bad], tmp_path / "b.html", title=HOSTILE))
    assert "script" not in found.tags
    assert HOSTILE in found.text
    assert all(address.startswith("data:") for address in found.fetched)


def test_a_network_without_places_has_no_map(diamond: cr.Network, tmp_path: Path) -> None:
    """The rest is there."""
    headings = Page(cr.report(diamond, [], tmp_path / "b.html")).headings
    assert "Map" not in headings
    assert "Comparison of corridors" in headings


def test_without_scenarios_nothing_is_said_of_changes(diamond: cr.Network, tmp_path: Path) -> None:
    """No empty table, no worst scenario."""
    found = Page(cr.report(diamond, [], tmp_path / "b.html"))
    assert "Changes against the baseline" not in found.headings
    assert "loses most" not in found.text


@pytest.mark.parametrize("years", [-1, 1.5, True, "many"])
def test_wrong_years_are_refused(diamond: cr.Network, tmp_path: Path, years: object) -> None:
    """Before anything is written."""
    with pytest.raises(cr.DataError, match="years must be a whole number"):
        cr.report(diamond, [], tmp_path / "b.html", years=years)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_a_failed_report_leaves_the_old_file(diamond: cr.Network, tmp_path: Path) -> None:
    """A scenario that does not fit writes nothing."""
    path = cr.report(diamond, [], tmp_path / "b.html")
    before = path.read_bytes()
    with pytest.raises(cr.UnknownNameError):
        cr.report(diamond, [cr.Scenario(name="x", changes=[cr.Outage(edge="nowhere")])], path)
    assert path.read_bytes() == before


def test_the_command_writes_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`corridor report --output PATH`; stdout stays empty, stderr says where it is."""
    path = tmp_path / "brief.html"
    given = ["report", "--scenario", "cpc-shut", "--years", "0", "--title", "For the minister", "--output", str(path)]
    assert main(given) == DONE
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"Written: {path}\n")
    assert "For the minister" in Page(path).text


def test_the_command_refuses_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, exit code 2."""
    assert main(["report", "--scenario", "cpc-shut", "--years", "0", "--output", str(tmp_path)]) == BAD_INPUT
    assert "is a folder" in capsys.readouterr().err
