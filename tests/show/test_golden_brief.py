"""The brief of the newest year, kept as text: whoever changes what it says sees how it reads."""

from __future__ import annotations

from pathlib import Path

import pytest

import corridor as cr
from helpers.brief_text import sections_of, text_of
from helpers.readme_blocks import assert_stored

GOLDEN = Path(__file__).with_name("golden_brief.md")
YEARS, DRAWS = 1_000, 10
"""Ten times fewer than by default, with every sentence that the default has."""
WITHOUT_YEARS = ("map", "comparison", "changes", "bottlenecks")
TITLES = ("Map", "Comparison of corridors", "Changes against the baseline", "Bottlenecks")


def golden_sections() -> dict[str, str]:
    """Return the stored sections by title."""
    return sections_of(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.generated
def test_the_brief_reads_as_it_is_stored(tmp_path: Path) -> None:
    """Every heading, sentence, table and caption of the brief of the newest year."""
    page = cr.report(cr.load("caspian"), path=tmp_path / "brief.html", years=YEARS, draws=DRAWS)
    assert_stored(GOLDEN, text_of(page.read_text(encoding="utf-8")))


def test_sections_without_years_read_as_in_the_whole_brief(tmp_path: Path) -> None:
    """Sections shown alone say what they say beside all others; numbers of sources are those of the same tables."""
    page = cr.report(cr.load("caspian"), path=tmp_path / "brief.html", sections=[*WITHOUT_YEARS, "sources"])
    shown, stored = sections_of(text_of(page.read_text(encoding="utf-8"))), golden_sections()
    assert {title: shown[title] for title in TITLES} == {title: stored[title] for title in TITLES}


def test_a_page_as_text_holds_what_is_seen() -> None:
    """Headings, sentences, lists, rows and pictures each have their form; styles and titles are not seen."""
    page = (
        "<head><title>T</title><style>p {}</style></head><h2 id='a'>Head</h2><p>One. Two <a href='#x'>3</a>.</p>"
        "<ol><li>first<ul><li>inner</li></ul></li><li><a href='https://x.org'>page</a></li></ol>"
        "<table><tr><th>a<br>[b]</th><td>1</td></tr></table><figure><img src='data:' alt='alt'>"
        "<figcaption>said</figcaption></figure><footer>run 0123456789ab</footer>"
    )
    assert [line for line in text_of(page).splitlines() if line] == [
        "## Head", "One.", "Two 3.", "1. first", "  - inner", "2. page <https://x.org>", "| a [b] | 1 |",
        "[picture: alt]", "said", "run ID",
    ]  # fmt: skip
