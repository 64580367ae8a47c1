"""Which sections a brief has, a paragraph of one's own, and what is then not computed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import corridor as cr
from corridor.cli.main import BAD_INPUT, DONE, main
from helpers.briefs import HOSTILE

CUT = cr.Scenario(name="less by north", changes=[cr.Derate(edge="north_out", remaining=0.5)])


def headings(path: Path) -> list[str]:
    """Return the titles of the sections of a brief, in their order."""
    return re.findall(r"<h2[^>]*>(.*?)</h2>", path.read_text(encoding="utf-8"))


def hazardous(net: cr.Network) -> cr.Network:
    """Return a network with a hazard."""
    storm = cr.Hazard(name="storm", changes=[cr.Outage(edge="south_out")], frequency_per_year=2, duration_days=9)
    return net.replace(hazards=[storm])


def test_sections_come_in_the_order_asked_for(diamond: cr.Network, tmp_path: Path) -> None:
    """Those named and no other."""
    path = cr.report(diamond, [CUT], tmp_path / "b.html", sections=["sources", "changes", "summary"])
    assert headings(path) == ["Sources and confidence", "Changes against the baseline", "In short"]


def test_one_section_may_be_named_alone(diamond: cr.Network, tmp_path: Path) -> None:
    """Without a list."""
    assert headings(cr.report(diamond, [CUT], tmp_path / "b.html", sections="bottlenecks")) == ["Bottlenecks"]


def test_all_sections_named_are_the_brief_without_names(diamond: cr.Network, tmp_path: Path) -> None:
    """By default all that the network can fill, in the brief's own order."""
    usual = cr.report(diamond, [CUT], tmp_path / "a.html").read_bytes()
    named = ["summary", "comparison", "changes", "bottlenecks", "risk", "sources"]
    assert cr.report(diamond, [CUT], tmp_path / "b.html", sections=named).read_bytes() == usual


@pytest.mark.parametrize(
    ("sections", "unused"),
    [
        ("comparison", ("simulate", "outcomes", "jurisdictions")), ("risk", ("simulate", "outcomes")),
        ("bottlenecks", ("simulate", "outcomes", "compare", "jurisdictions")),
        ("bad_years", ("outcomes", "compare", "jurisdictions")),
    ],
)  # fmt: skip
def test_what_no_section_shows_is_not_computed(
    diamond: cr.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sections: str, unused: tuple[str, ...]
) -> None:
    """Years, totals, comparison and exposure of countries."""

    def refuse(*_: Any, **__: Any) -> None:
        pytest.fail("computed though no section shows it")

    for name in unused:
        monkeypatch.setattr(f"corridor.show.brief.results.{name}", refuse)
    assert len(headings(cr.report(hazardous(diamond), [], tmp_path / "b.html", sections=sections, years=20))) == 1


@pytest.mark.parametrize(
    ("sections", "text"),
    [
        (["summry"], "did you mean 'summary'"), ([], "sections is empty; name some of summary, map"),
        (["risk", "risk"], "duplicate section 'risk'"), ([3], r"sections must be names \(got 3\)"),
        (["summary", "map"], "section 'map' would be empty: fewer than two nodes have a position"),
        (["bad_years"], "section 'bad_years' would be empty: the network has no hazards"),
        (["risk"], "sections 'risk' show the baseline only"),
    ],
)  # fmt: skip
def test_sections_that_cannot_be_shown_are_refused(
    diamond: cr.Network, tmp_path: Path, sections: list[Any], text: str
) -> None:
    """Before anything is written, with a way out."""
    with pytest.raises(cr.CorridorError, match=text):
        cr.report(diamond, [CUT], tmp_path / "b.html", sections=sections)
    assert not list(tmp_path.iterdir())


def test_an_unknown_section_is_an_unknown_name(diamond: cr.Network, tmp_path: Path) -> None:
    """With the name most like it as a field."""
    with pytest.raises(cr.UnknownNameError) as caught:
        cr.report(diamond, [], tmp_path / "b.html", sections=["bad_year"])
    assert caught.value.suggestion == "bad_years"


def test_no_section_of_years_without_years(diamond: cr.Network, tmp_path: Path) -> None:
    """Asked for with years=0."""
    with pytest.raises(cr.DataError, match="would be empty: years is 0"):
        cr.report(hazardous(diamond), [], tmp_path / "b.html", sections=["bad_years"], years=0)


def test_changes_without_scenarios_are_refused(diamond: cr.Network, tmp_path: Path) -> None:
    """There is nothing to compare with."""
    with pytest.raises(cr.DataError, match="would be empty: there are no scenarios"):
        cr.report(diamond, [], tmp_path / "b.html", sections=["changes"])


@pytest.mark.parametrize("section", ["bottlenecks", "comparison", "summary"])
def test_a_scenario_that_does_not_fit_is_refused_in_every_section(
    diamond: cr.Network, tmp_path: Path, section: str
) -> None:
    """Whatever the section computes."""
    wrong = cr.Scenario(name="wrong", changes=[cr.Outage(edge="nowhere")])
    with pytest.raises(cr.UnknownNameError):
        cr.report(diamond, [wrong], tmp_path / "b.html", sections=section)


def test_two_scenarios_of_one_name_are_refused_in_every_section(diamond: cr.Network, tmp_path: Path) -> None:
    """Also where flows alone are shown, which are kept by name."""
    with pytest.raises(cr.DataError, match="duplicate scenario name"):
        cr.report(diamond, [CUT, CUT], tmp_path / "b.html", sections="bottlenecks")


def test_contents_link_to_every_section_in_order(diamond: cr.Network, tmp_path: Path) -> None:
    """Before the first section, by the sections' titles; each link has its section."""
    path = cr.report(diamond, [CUT], tmp_path / "b.html", sections=["risk", "summary", "changes"])
    text = path.read_text(encoding="utf-8")
    nav = text[text.index("<nav") : text.index("</nav>")]
    links = re.findall(r'<a href="#(.*?)">(.*?)</a>', nav)
    assert links == list(zip(re.findall(r'<section id="(.*?)"', text), headings(path), strict=True))
    assert text.index("</nav>") < text.index("<section")


def test_one_section_needs_no_contents(diamond: cr.Network, tmp_path: Path) -> None:
    """There is nothing to choose from."""
    assert "<nav" not in cr.report(diamond, [], tmp_path / "b.html", sections="risk").read_text(encoding="utf-8")


def test_a_paragraph_of_ones_own_stands_under_the_title(diamond: cr.Network, tmp_path: Path) -> None:
    """Before the first section."""
    text = cr.report(diamond, [], tmp_path / "b.html", about="Drawn up for the board.").read_text(encoding="utf-8")
    assert '</h1><p class="about">Drawn up for the board.</p>' in text
    assert text.index("Drawn up") < text.index("<h2")


def test_a_paragraph_of_ones_own_is_shown_as_text(diamond: cr.Network, tmp_path: Path) -> None:
    """It never becomes tags."""
    text = cr.report(diamond, [], tmp_path / "b.html", about=HOSTILE).read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;document.title" in text


def test_a_paragraph_must_be_text(diamond: cr.Network, tmp_path: Path) -> None:
    """A number is refused."""
    with pytest.raises(cr.DataError, match=r"about must be text \(got 7\)"):
        cr.report(diamond, [], tmp_path / "b.html", about=7)  # type: ignore[arg-type]


def test_paragraph_and_sections_are_in_the_run_id(diamond: cr.Network, tmp_path: Path) -> None:
    """Each gives another id."""
    given: list[dict[str, Any]] = [{}, {"about": "For the board."}, {"sections": ["risk"]}]
    texts = [cr.report(diamond, [], tmp_path / "b.html", **some).read_text(encoding="utf-8") for some in given]
    assert len({match[1] for text in texts if (match := re.search(r"run ([0-9a-f]{12})", text))}) == 3


def test_the_command_takes_sections_and_a_paragraph(tmp_path: Path) -> None:
    """`corridor report --section bottlenecks --section comparison --about TEXT`."""
    path = tmp_path / "b.html"
    given = ["--section", "bottlenecks", "--section", "comparison", "--about", "For the board."]
    assert main(["report", "--scenario", "cpc-shut", "--years", "0", *given, "--output", str(path)]) == DONE
    assert headings(path) == ["Bottlenecks", "Comparison of corridors"]
    assert '<p class="about">For the board.</p>' in path.read_text(encoding="utf-8")


def test_the_command_refuses_an_unknown_section(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, exit code 2."""
    assert main(["report", "--section", "botlenecks", "--output", str(tmp_path / "b.html")]) == BAD_INPUT
    assert "did you mean 'bottlenecks'" in capsys.readouterr().err
