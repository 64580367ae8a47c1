"""A brief in barrels: no tonnes in words, tables and pictures, and numbers that are those in tonnes converted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import corridor as cr
from helpers.briefs import section_of, tables_of, two_scenarios, words_of
from helpers.commands import run

plt = pytest.importorskip("matplotlib.pyplot")
OWN = "kazakh_crude"
FACTORS = {"Mt/y": ("kb/d", 1e6 / 365 / 1000, 0), "Mt": ("million bbl", 1.0, 1), "USD/t": ("USD/bbl", -1.0, 2)}
"""Unit in barrels, factor by barrels a tonne (-1: money is divided), digits."""


@pytest.fixture(scope="module")
def net() -> cr.Network:
    """Return the shipped network of 2024."""
    return cr.load("caspian", year=2024)


@pytest.fixture(scope="module")
def briefs(net: cr.Network, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write a brief with all its sections in tonnes and in barrels."""
    folder = tmp_path_factory.mktemp("briefs")
    every = [
        "summary", "map", "comparison", "changes", "bottlenecks", "risk", "bad_years", "scenario_bad_years", "sources",
    ]  # fmt: skip
    given: dict[str, Any] = {"sections": every, "years": 100}
    return {
        units: cr.report(net, two_scenarios(), folder / f"{units}.html", units=units, **given) for units in ("t", "bbl")
    }


def visible(path: Path) -> str:
    """Return the text of a page without the list of sources, whose titles are quoted, and with what pictures say."""
    text = path.read_text(encoding="utf-8").replace("<wbr>", "")
    text = re.sub(r'src="data:[^"]*"', "", text)
    text = re.sub(r'<ol class="sources".*?</ol>', "", text, flags=re.S)
    text = re.sub(r"<style>.*?</style>|<script.*?</script>", "", text, flags=re.S)
    return words_of(text) + " ".join(re.findall(r'alt="([^"]*)"', text))


def test_no_tonnes_are_left_but_in_the_note_on_conversion(net: cr.Network, briefs: dict[str, Path]) -> None:
    """Neither amounts, rates nor money by the tonne; titles of sources are quoted."""
    text = visible(briefs["bbl"])
    for source in net.sources:
        text = text.replace(" ".join(source.title.split()), "") if source.title else text
    assert re.findall(r".{40}\b(?:Mt|USD/t)\b.{20}", text) == []


def test_the_first_page_says_how_barrels_were_counted(net: cr.Network, briefs: dict[str, Path]) -> None:
    """With the commodity's own factor, who says it, and those of other shippers."""
    text, names = visible(briefs["bbl"]), {c.id: c.name for c in net.commodities}
    (row,) = net.figures(OWN, "display_per_t").to_dict("records")
    assert f"1 t = {net.commodity(OWN).display_per_t:g} bbl of {names[OWN]} ({row['publisher']}, confidence" in text
    for other in ("azeri_crude", "russian_crude", "turkmen_crude"):
        assert f"{names[other]} {net.commodity(other).display_per_t:g}" in text


def test_in_tonnes_nothing_is_said_of_barrels(briefs: dict[str, Path]) -> None:
    """There is nothing to convert."""
    assert "Barrels: 1 t" not in visible(briefs["t"])


@pytest.mark.parametrize("section", ["comparison", "changes", "risk", "bad_years", "scenario_bad_years"])
def test_tables_are_those_in_tonnes_converted(net: cr.Network, briefs: dict[str, Path], section: str) -> None:
    """Each number of the shipper, by its barrels a tonne, within what both round; other columns are the same."""
    per_t = net.commodity(OWN).display_per_t
    tonnes, barrels = (tables_of(section_of(briefs[units], section)) for units in ("t", "bbl"))
    assert [len(table) for table in barrels] == [len(table) for table in tonnes]
    checked = 0
    for table, converted in zip(tonnes, barrels, strict=True):
        for row, other in zip(table[1:], converted[1:], strict=True):
            for head, cell, found in zip(table[0], row, other, strict=True):
                unit = _unit(head, row[0])
                if unit not in FACTORS or row[0].startswith("all shippers"):
                    continue
                checked += _equal_converted(cell, found, unit, per_t)
    assert checked >= (1 if section == "risk" else 4)


def _unit(head: str, label: str) -> str:
    """Return the unit of a cell by its heading, or by the label of its row."""
    named = re.findall(r"\[([^\]]*)\]", f"{head} {label}")
    return named[0] if named else ""


def _equal_converted(cell: str, found: str, unit: str, per_t: float) -> int:
    """Compare the numbers of two cells; return how many there are."""
    _, factor, digits = FACTORS[unit]
    numbers, others = (
        [float(text.replace(",", "")) for text in re.findall(r"[-+]?\d[\d,]*(?:\.\d+)?", text)]
        for text in (cell, found)
    )
    decimals = len(cell.split(".")[1].split()[0].strip("()")) if "." in cell else 0
    by = 1 / per_t if factor < 0 else per_t * factor
    if len(numbers) == len(others):
        for number, other in zip(numbers, others, strict=True):
            assert other == pytest.approx(number * by, abs=0.51 * 10**-digits + 0.51 * 10**-decimals * by), (
                cell,
                found,
            )
    return len(numbers)


def test_pictures_of_a_brief_are_in_barrels(net: cr.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their titles, axes and labels."""
    written = []
    save = plt.Figure.savefig

    def saved(figure: Any, target: Any, **more: Any) -> None:
        written.extend(text.get_text() for text in figure.findobj(plt.Text))
        save(figure, target, **more)

    monkeypatch.setattr(plt.Figure, "savefig", saved)
    sections = ["map", "comparison", "bad_years"]
    cr.report(net, two_scenarios()[:1], tmp_path / "b.html", units="bbl", sections=sections, years=50)
    text = " ".join(written)
    assert "kb/d" in text
    assert "million bbl" in text
    assert "USD/bbl" in text
    assert re.findall(r"\bMt\b|USD/t\b", text) == []


def test_bottlenecks_lift_each_ones_barrels(net: cr.Network, tmp_path: Path) -> None:
    """A limit's size is its quota times the shipper's barrels; money stays."""
    tonnes, barrels = (
        tables_of(
            section_of(cr.report(net, [], tmp_path / f"{u}.html", units=u, sections="bottlenecks"), "bottlenecks")
        )
        for u in ("t", "bbl")
    )
    per_t = net.commodity(OWN).display_per_t * 1e6 / 365 / 1000
    own = [
        (row, other)
        for row, other in zip(tonnes[0][1:], barrels[0][1:], strict=True)
        if "Kazakh" in row[0] and row[1].endswith("Mt/y") and " + " not in row[1]
    ]
    assert own
    for row, other in own:
        assert float(other[1].split()[0]) == pytest.approx(float(row[1].split()[0]) * per_t, abs=0.51, rel=0.05)
        assert other[3].endswith("kb/d")
        assert other[4] == row[4]


def test_a_brief_in_barrels_at_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--units bbl` writes what `units="bbl"` does."""
    chosen = ["--section", "map", "--section", "risk"]
    code, _, err = run(
        capsys, "report", "--year", "2024", "--units", "bbl", *chosen, "--years", "0", "-o", str(tmp_path / "a.html")
    )
    assert code == 0, err
    other = cr.report(
        cr.load("caspian", year=2024), None, tmp_path / "b.html", units="bbl", sections=["map", "risk"], years=0
    )
    assert (tmp_path / "a.html").read_bytes() == other.read_bytes()


def test_bad_units_of_a_brief_are_refused(net: cr.Network, tmp_path: Path) -> None:
    """Before anything is computed, and nothing is written."""
    with pytest.raises(cr.DataError, match=r"units must be 't' or 'bbl' \(got 'toe'\)"):
        cr.report(net, [], tmp_path / "b.html", units="toe")
    assert not (tmp_path / "b.html").exists()


def test_a_brief_of_what_has_no_barrels_is_refused(net: cr.Network, tmp_path: Path) -> None:
    """By name, also where it is another shipper's."""
    *rest, last = net.commodities
    dry = net.replace(commodities=[*rest, last.replace(display_unit="t", display_per_t=1.0)])
    with pytest.raises(cr.DataError, match=f"commodity '{last.id}' has no barrels"):
        cr.report(dry, [], tmp_path / "b.html", units="bbl")


def test_units_are_part_of_the_run_id(net: cr.Network, tmp_path: Path) -> None:
    """Two files with other numbers have other ids."""
    pages = [
        cr.report(net, [], tmp_path / f"{units}.html", units=units, sections="risk").read_text(encoding="utf-8")
        for units in ("t", "bbl")
    ]
    ids = [re.findall(r"run ([0-9a-f]{12})", page)[0] for page in pages]
    assert ids[0] != ids[1]
