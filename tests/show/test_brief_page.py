"""How the page of a brief looks: colours that stand out, pictures with palettes, words by their language."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

import corridor as cr
from corridor.show.brief.scripts import marked
from corridor.show.brief.style import DARK, LIGHT, STYLE
from corridor.show.html import Html
from helpers.briefs import hostile
from helpers.figures import luminance


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a brief of a small network with a map."""
    path = tmp_path_factory.mktemp("brief") / "b.html"
    net = cr.load(year=2021)
    return cr.report(net, [], path, years=0, sections=["map", "comparison"]).read_text(encoding="utf-8")


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("role", ["ink", "faint", "link", "accent"])
def test_text_stands_out_from_its_ground(role: str, colours: dict[str, str]) -> None:
    """Contrast of 4.5 at least, by the formula of WCAG 2."""
    lighter, darker = sorted((luminance(colours[role]), luminance(colours["paper"])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_every_colour_of_text_has_a_role() -> None:
    """No colour is written into a rule, so that none is left light on a dark screen."""
    rules = re.sub(r"--\w+: [^;]*;", "", STYLE)
    assert re.findall(r"#[0-9a-f]{3,6}\b", rules) == []


def test_pictures_have_palettes(page: str) -> None:
    """The byte for the kind of colour in a PNG's head is 3; a map is below 300 KB."""
    pictures = [base64.b64decode(coded) for coded in re.findall(r"base64,([^\"]+)", page)]
    assert len(pictures) == 3
    assert all(picture[:8] == b"\x89PNG\r\n\x1a\n" and picture[25] == 3 for picture in pictures)
    assert max(map(len, pictures)) < 300_000


def test_tables_have_boxes_that_the_keyboard_reaches(page: str) -> None:
    """Each with the name of its first columns."""
    boxes = re.findall(r"<div class=\"scroll\"[^>]*>(?=<table)", page)
    assert len(boxes) == page.count("<table")
    assert all('tabindex="0" role="region" aria-label="Table: corridor, status' in box for box in boxes)


@pytest.mark.parametrize(
    ("name", "spoken"),
    [("სუფსა", "ka"), ("Երևան", "hy"), ("独山子", "zh"), ("Ақтау", "kk"), ("Самара", "und-Cyrl")],
)
def test_words_in_another_script_have_their_language(name: str, spoken: str) -> None:
    """Kazakh by letters that Russian has not; numbers and Latin letters stay outside."""
    assert marked(Html(f"<td>to {name} 5</td>")) == f'<td>to <span lang="{spoken}">{name}</span> 5</td>'


def test_arabic_is_kept_apart_from_numbers_after_it() -> None:
    """Else the number would stand on its other side."""
    assert marked(Html("<td>بندر نکا 5</td>")) == '<td><bdi lang="und-Arab">بندر نکا</bdi> 5</td>'


def test_attributes_are_not_marked() -> None:
    """Only text between tags is."""
    assert marked(Html('<img alt="სუფსა 5"><b title="Ақтау">x</b>')) == '<img alt="სუფსა 5"><b title="Ақтау">x</b>'


def test_marked_text_stays_escaped(tmp_path: Path) -> None:
    """A name of tags and foreign letters is text."""
    path = cr.report(hostile(), [], tmp_path / "b.html", years=0, title="<i>სუფსა</i>")
    assert '&lt;i&gt;<span lang="ka">სუფსა</span>&lt;/i&gt;</h1>' in path.read_text(encoding="utf-8")
