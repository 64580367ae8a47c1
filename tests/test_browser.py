"""The brief and an executed notebook in a real browser.

Needs Chromium and the extra ``corridor[browser]``; skipped where there is neither, an error where the environment says
``CORRIDOR_BROWSER=required``, as in CI. Run with ``-m fuzz``: a browser takes its time.
"""

from __future__ import annotations

import io
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import corridor as cr
from helpers.briefs import HOSTILE, hostile, two_scenarios

pytestmark = pytest.mark.fuzz
ROOT = Path(__file__).resolve().parents[1]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def chromium() -> str | None:
    """Return the path of Chromium, if there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return a headless browser."""
    missing = None
    if chromium() is None:
        missing = "no Chromium on this machine (Debian: apt-get install chromium)"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing = "no playwright (pip install 'corridor[browser]')"
    if missing is not None:
        assert os.environ.get("CORRIDOR_BROWSER") != "required", missing
        pytest.skip(missing)
    with sync_playwright() as running:
        found = running.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        )
        yield found
        found.close()


class Visit:
    """A page as a browser shows it, with all it asked for and all that went wrong."""

    def __init__(self, browser: Any, path: Path, viewport: dict[str, int]) -> None:
        self.page = browser.new_page(viewport=viewport)
        self.asked: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda told: self.errors.append(told.text) if told.type == "error" else None)
        self.page.on("dialog", lambda dialog: (self.errors.append("dialog"), dialog.dismiss()))
        self.page.goto(path.as_uri())
        self.page.wait_for_load_state("networkidle")

    @property
    def outside(self) -> list[str]:
        """Return requests for anything but the file itself and what is within it."""
        return [url for url in self.asked[1:] if not url.startswith("data:")]

    def pictures(self) -> list[dict[str, float]]:
        """Return natural and shown size of each picture."""
        return list(
            self.page.evaluate(
                "[...document.images].map(i => ({natural: i.naturalWidth, width: i.getBoundingClientRect().width,"
                " right: i.getBoundingClientRect().right}))"
            )
        )


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the brief of the shipped network."""
    path = tmp_path_factory.mktemp("brief") / "brief.html"
    return cr.report(cr.load(year=2024, regime="war"), two_scenarios(), path, years=2000)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_brief_asks_for_nothing_and_errs_nowhere(browser: Any, brief: Path, viewport: dict[str, int]) -> None:
    """No request beside the file, no script error."""
    visit = Visit(browser, brief, viewport)
    assert visit.outside == []
    assert visit.errors == []


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_brief_shows_its_pictures_within_the_page(browser: Any, brief: Path, viewport: dict[str, int]) -> None:
    """Maps and charts are decoded, and none is cut off at the right."""
    pictures = Visit(browser, brief, viewport).pictures()
    assert len(pictures) >= 5
    assert all(picture["natural"] > 0 for picture in pictures)
    assert all(0.5 * viewport["width"] < picture["width"] for picture in pictures)
    assert all(picture["right"] <= viewport["width"] for picture in pictures)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_brief_shows_its_tables_without_scrolling_the_page(
    browser: Any, brief: Path, viewport: dict[str, int]
) -> None:
    """Wide tables scroll by themselves; the page does not."""
    visit = Visit(browser, brief, viewport)
    assert visit.page.locator("table").count() >= 7
    assert visit.page.locator("table").first.locator("tbody tr").first.is_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_the_map_is_a_map(browser: Any, brief: Path) -> None:
    """The first picture, drawn on a canvas, has water, land and many colours more."""
    visit = Visit(browser, brief, DESKTOP)
    colours = visit.page.evaluate(
        """() => { const image = document.images[0], canvas = document.createElement('canvas');
            canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
            const pen = canvas.getContext('2d'); pen.drawImage(image, 0, 0);
            const data = pen.getImageData(0, 0, canvas.width, canvas.height).data, found = {};
            for (let at = 0; at < data.length; at += 4) {
                const key = [data[at], data[at + 1], data[at + 2]].join(); found[key] = (found[key] || 0) + 1; }
            return found; }"""
    )
    total = sum(colours.values())
    assert near(colours, (221, 232, 238)) / total > 0.03
    assert near(colours, (244, 241, 234)) / total > 0.3
    assert len(colours) > 100


def near(colours: dict[str, int], wanted: tuple[int, int, int]) -> int:
    """Return how many pixels have a colour, or one as good as it."""
    return sum(
        count
        for colour, count in colours.items()
        if max(abs(int(part) - want) for part, want in zip(colour.split(","), wanted, strict=True)) <= 3
    )


CONTRASTS = """() => {
    const parts = text => text.match(/[0-9.]+/g).map(Number);
    const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = element => { for (let at = element; at; at = at.parentElement) {
        const colour = parts(getComputedStyle(at).backgroundColor);
        if (colour.length === 3 || colour[3] > 0) return colour; } return [255, 255, 255]; };
    const found = {};
    for (const element of document.body.querySelectorAll('*')) {
        if (![...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) continue;
        const both = [luminance(parts(getComputedStyle(element).color)), luminance(ground(element))].sort();
        const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
        const name = element.tagName + '.' + element.className;
        found[name] = Math.min(found[name] ?? 99, ratio); }
    return found; }"""
"""The least contrast of text against its ground, by element and class (formula of WCAG 2)."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("medium", ["screen", "print"])
def test_every_text_stands_out(browser: Any, brief: Path, scheme: str, medium: str) -> None:
    """Contrast of 4.5 at least, small print and links too."""
    page = Visit(browser, brief, PHONE).page
    page.emulate_media(media=medium, color_scheme=scheme)
    found = page.evaluate(CONTRASTS)
    assert len(found) > 10
    assert {name: ratio for name, ratio in found.items() if ratio < 4.5} == {}


def test_a_dark_screen_has_a_dark_page(browser: Any, brief: Path) -> None:
    """Pictures keep a white ground; paper stays white."""
    page = Visit(browser, brief, DESKTOP).page
    ground = "getComputedStyle(document.body).backgroundColor"
    white = "rgb(255, 255, 255)"
    assert page.evaluate(ground) == white
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ground) != white
    assert page.evaluate("getComputedStyle(document.querySelector('figure')).backgroundColor") == white
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate(ground) == white


def test_the_first_key_skips_to_the_results(browser: Any, brief: Path) -> None:
    """A link that is seen once it has the focus, with an outline."""
    page = Visit(browser, brief, DESKTOP).page
    page.keyboard.press("Tab")
    focused = page.evaluate(
        "(() => { const box = document.activeElement.getBoundingClientRect(),"
        " style = getComputedStyle(document.activeElement);"
        " return {text: document.activeElement.textContent, left: box.left, outline: style.outlineStyle}; })()"
    )
    assert focused["text"] == "Skip to the results"
    assert focused["left"] >= 0
    assert focused["outline"] == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('main').getBoundingClientRect().top") < 60


def test_a_wide_table_scrolls_by_keys(browser: Any, brief: Path) -> None:
    """On a phone, whatever the keyboard; its box has a name for screen readers."""
    page = Visit(browser, brief, PHONE).page
    box = page.locator("#comparison .scroll").first
    assert box.get_attribute("aria-label") == "Table: corridor, status, nameplate"
    box.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('#comparison .scroll').scrollLeft > 0")


def test_the_page_has_landmarks(browser: Any, brief: Path) -> None:
    """Head, contents, main part and foot once each, and every section under its own title."""
    page = Visit(browser, brief, DESKTOP).page
    for role in ("banner", "navigation", "main", "contentinfo"):
        assert page.get_by_role(role).count() == 1
    titles = page.locator("section h2").all_inner_texts()
    assert len(titles) > 5
    for title in titles:
        assert page.get_by_role("region", name=title, exact=True).count() == 1


def test_names_have_their_language(browser: Any, tmp_path: Path) -> None:
    """So that they are read aloud, and drawn by the right font; Arabic is kept apart from numbers after it."""
    net = hostile()
    names = {"ka": "სუფსა", "kk": "Теңіз кен орны", "zh": "独山子", "und-Arab": "بندر نکا"}
    page = Visit(browser, cr.report(net, [], tmp_path / "b.html", about=", ".join(names.values())), PHONE).page
    for language, name in names.items():
        assert page.locator(f".about [lang={language}]").inner_text() == name
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


PAPER = {"width": 688, "height": 1016}
"""A4 less margins, at 96 dots an inch."""


def test_nothing_is_wider_or_higher_than_paper(browser: Any, brief: Path) -> None:
    """Tables and pictures fit on A4: there is no scrolling, and a picture is on one page."""
    page = Visit(browser, brief, PAPER).page
    page.emulate_media(media="print")
    sizes = page.evaluate(
        "[...document.querySelectorAll('table, figure')].map(e => e.getBoundingClientRect())"
        ".map((box, at) => [at, box.right, box.height])"
    )
    kinds = page.evaluate("[...document.querySelectorAll('table, figure')].map(e => e.tagName)")
    assert {"TABLE", "FIGURE"} == set(kinds)
    assert [at for at, right, _ in sizes if right > PAPER["width"] + 1] == []
    assert [at for at, _, height in sizes if kinds[at] == "FIGURE" and height > PAPER["height"]] == []


def test_no_title_is_the_last_line_of_a_page(browser: Any, brief: Path) -> None:
    """Titles keep with what follows."""
    titles = set(Visit(browser, brief, DESKTOP).page.locator("h2, h3").all_inner_texts())
    for number, text in enumerate(pages(browser, brief), 1):
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        body = [line for line in lines if not re.fullmatch(rf"{number} / \d+", line)]
        assert body[-1] not in titles


def pages(browser: Any, path: Path) -> list[str]:
    """Return the text of each page of a brief in print."""
    pypdf = pytest.importorskip("pypdf", reason="no pypdf (pip install 'corridor[browser]')")
    printed = Visit(browser, path, DESKTOP).page.pdf(prefer_css_page_size=True)
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(printed)).pages]


def many_scenarios() -> list[cr.Scenario]:
    """Return scenarios that differ, with names of many lines, each with a mark at both ends."""
    return [
        cr.Scenario(
            name=f"from{number}. {'a long way round by the other port ' * 16} .upto{number}.",
            changes=[cr.Derate(edge="north_out", remaining=(number + 1) / 100)],
        )
        for number in range(40)
    ]


def test_the_brief_in_print_numbers_its_pages(browser: Any, brief: Path) -> None:
    """Each says which of how many it is; contents are for the screen."""
    printed = pages(browser, brief)
    assert len(printed) > 3
    for number, text in enumerate(printed, 1):
        assert re.search(rf"(?<!\d){number} / {len(printed)}(?!\d)", text)


def test_no_row_is_cut_across_pages(browser: Any, diamond: cr.Network, tmp_path: Path) -> None:
    """Both ends of every row's name are on one page, of rows of several lines over several pages."""
    path = cr.report(diamond, many_scenarios(), tmp_path / "b.html", sections=["changes"])
    printed = pages(browser, path)
    assert len(printed) > 3
    for text in printed:
        assert sorted(re.findall(r"from(\d+)\.", text)) == sorted(re.findall(r"\.upto(\d+)\.", text))
    assert set(re.findall(r"from(\d+)\.", " ".join(printed))) == {str(number) for number in range(40)}


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_contents_lead_to_sections_and_are_not_printed(browser: Any, brief: Path, viewport: dict[str, int]) -> None:
    """A link brings its section into view."""
    page = Visit(browser, brief, viewport).page
    assert page.locator("nav a").count() == page.locator("section").count()
    page.locator("nav a", has_text="Risk").click()
    assert abs(page.evaluate("document.getElementById('risk').getBoundingClientRect().top")) < 60
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()


def test_a_script_in_a_name_is_shown_as_text(browser: Any, tmp_path: Path) -> None:
    """It does not run, and it can be read."""
    bad = cr.Scenario(name=HOSTILE, changes=[cr.Derate(edge="e", remaining=0.5)])
    visit = Visit(browser, cr.report(hostile(), [bad], tmp_path / "b.html"), DESKTOP)
    assert visit.errors == []
    assert visit.page.title() != "hit"
    assert HOSTILE in visit.page.inner_text("main")
    assert visit.outside == []


@pytest.mark.parametrize("thing", ["network", "scenario", "flow", "ensemble"])
def test_a_card_runs_no_script(browser: Any, tmp_path: Path, thing: str) -> None:
    """What notebooks show of networks, scenarios, flows and ensembles is text as well."""
    net = hostile()
    changes = [cr.Derate(edge="e", remaining=0.5)]
    hazard = cr.Hazard(name=HOSTILE, changes=changes, frequency_per_year=1, duration_days=9, place=HOSTILE)
    shown = {
        "network": lambda: net,
        "scenario": lambda: hazard,
        "flow": lambda: cr.solve(net, cr.Scenario(name=HOSTILE, changes=changes)),
        "ensemble": lambda: cr.simulate(net.replace(hazards=[hazard]), years=200),
    }[thing]()
    path = tmp_path / "card.html"
    path.write_text(f"<!doctype html><meta charset='utf-8'><body>{shown._repr_html_()}</body>", encoding="utf-8")
    visit = Visit(browser, path, DESKTOP)
    assert visit.errors == []
    assert visit.page.title() != "hit"
    assert "<script>" in visit.page.inner_text("body")


@pytest.mark.parametrize("notebook", sorted((ROOT / "examples").glob("*.ipynb")), ids=lambda path: path.stem)
def test_an_executed_notebook_shows_its_pictures(browser: Any, tmp_path: Path, notebook: Path) -> None:
    """As the web shows it: every picture kept in the file is there, nothing is fetched, nothing errs."""
    nbformat = pytest.importorskip("nbformat")
    nbconvert = pytest.importorskip("nbconvert")
    read = nbformat.read(notebook, as_version=4)
    kept = [
        output for cell in read.cells for output in cell.get("outputs", ()) if "image/png" in output.get("data", {})
    ]
    body, _ = nbconvert.HTMLExporter(template_name="basic").from_notebook_node(read)
    path = tmp_path / "notebook.html"
    path.write_text(f"<!doctype html><meta charset='utf-8'><body>{body}</body>", encoding="utf-8")
    visit = Visit(browser, path, DESKTOP)
    assert visit.errors == []
    assert visit.outside == []
    pictures = visit.pictures()
    assert len(pictures) == len(kept)
    assert all(picture["natural"] > 300 for picture in pictures)
