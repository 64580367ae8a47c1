"""Ranges and grades of headline numbers in the tables of a brief: closed forms, and the tables of the library."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest

import corridor as cr
from helpers.small_networks import edge, network, scenario

SHUT = scenario(cr.Outage(edge="north"), name="north shut")
SMALL = re.compile(r"<small>\(([^)]*)\)</small>")


def tariff(of: str, value: float, low: float, high: float, confidence: str = "C") -> cr.Figure:
    """Return a figure with a range."""
    return cr.Figure(
        record="edge", subject=of, attribute="tariff_usd_per_t", value=value, low=low, high=high, unit="USD/t",
        since=2000, until=2100, confidence=confidence, choice="chosen",
    )  # fmt: skip


def two(*figures: cr.Figure) -> cr.Network:
    """Return two ways of 20 and 30 USD/t with room for all 5 Mt/y, to a port that pays 100."""
    net = network(edge("north", 20.0, 9.0, corridor="north"), edge("south", 30.0, 9.0, corridor="south"))
    return net.replace(figure_records=figures)


def cells(net: cr.Network, scenarios: Any, folder: Path, section: str, row: str, **more: Any) -> dict[str, str]:
    """Return the cells of a row of the first table of a section by heading, as HTML."""
    path = cr.report(net, scenarios, folder / "b.html", **{"sections": [section], "ranges": True} | more)
    page = path.read_text(encoding="utf-8")
    table = page[page.index("<table>") : page.index("</table>")]
    heads = [re.sub(r"<[^>]*>", "", head) for head in re.findall(r"<th [^>]*>(.*?)</th>", table.split("</thead>")[0])]
    rows = (re.findall(r"<t[dh] [^>]*>(.*?)</t[dh]>", text) for text in re.findall(r"<tr>(.*?)</tr>", table)[1:])
    return next(dict(zip(heads, r, strict=True)) for r in rows if r and re.sub(r"<[^>]*>", "", r[0]) == row)


def ends(cell: str) -> list[float]:
    """Return the ends of the range of a cell."""
    found = SMALL.search(cell)
    assert found, cell
    return [float(text.replace(",", "")) for text in re.split(r" to |-", found[1])[:2]]


def test_a_netback_has_the_range_of_its_tariff(tmp_path: Path) -> None:
    """North at 10 to 30, mode 20: 5 % lie below 10 + sqrt(0.05 x 10 x 20) = 13.2, so netbacks from 73.2 to 86.8."""
    cell = cells(two(tariff("north", 20.0, 10.0, 30.0)), [], tmp_path, "comparison", "north")["netback[USD/t]"]
    assert ends(cell) == pytest.approx([73.16, 86.84], abs=1.5)


def test_ranges_are_those_of_compare(tmp_path: Path) -> None:
    """The same draws on the same seed."""
    net = two(tariff("north", 20.0, 10.0, 30.0), tariff("south", 30.0, 25.0, 31.0))
    row = cr.compare(net, [], ranges=True, seed=3).loc[("baseline", "south")]
    cell = cells(net, [], tmp_path, "comparison", "south", seed=3)["next tonne[USD/t]"]
    assert ends(cell) == pytest.approx([row["next_tonne_usd_per_t_p05"], row["next_tonne_usd_per_t_p95"]], abs=0.0501)


def test_a_number_that_no_figure_moves_has_no_range(tmp_path: Path) -> None:
    """North's tariff is nothing to south."""
    cell = cells(two(tariff("north", 20.0, 10.0, 30.0)), [], tmp_path, "comparison", "south")["netback[USD/t]"]
    assert html.unescape(re.sub(r"<[^>]*>", "", cell)) == "70.0"


def test_the_grade_is_that_of_the_figure_that_drives_it(tmp_path: Path) -> None:
    """North hangs on a figure of confidence B, south on one of A."""
    net = two(tariff("north", 20.0, 10.0, 30.0, "B"), tariff("south", 30.0, 25.0, 35.0, "A"))
    marks = [cells(net, [], tmp_path, "comparison", way)["netback[USD/t]"] for way in ("north", "south")]
    assert [re.findall(r"<sup> ([ABC])</sup>", mark) for mark in marks] == [["B"], ["A"]]


def test_a_loss_has_a_range(tmp_path: Path) -> None:
    """5 Mt/y that go south lose 30 less north's tariff: 10 to 30, mode 20, so 16 to 84 million USD/y in 90 %."""
    cell = cells(two(tariff("north", 20.0, 10.0, 30.0)), [SHUT], tmp_path, "changes", "north shut")
    assert ends(cell["loss[million USD/y]"]) == pytest.approx([15.8, 84.2], abs=7.0)
    assert cell["loss[million USD/y]"].startswith("<span>50<sup> C</sup>")


def test_ranges_of_changes_are_those_of_uncertainty(tmp_path: Path) -> None:
    """By path, on the same draws."""
    net = two(tariff("north", 20.0, 10.0, 30.0))
    path = "outcomes.oil.loss_musd_per_year"
    row = cr.uncertainty(net, [SHUT], draws=200, numbers=path).numbers.loc[("north shut", path)]
    cell = cells(net, [SHUT], tmp_path, "changes", "north shut")["loss[million USD/y]"]
    assert ends(cell) == pytest.approx([row["p05"], row["p95"]], abs=0.501)


@pytest.mark.parametrize("section", ["comparison", "changes"])
def test_small_print_is_explained_where_it_stands(tmp_path: Path, section: str) -> None:
    """Draws, seed, percentages and grades; and not where there is none."""
    net = two(tariff("north", 20.0, 10.0, 30.0))
    pages = [
        cr.report(net, [SHUT], tmp_path / "b.html", sections=[section], ranges=ranges).read_text(encoding="utf-8")
        for ranges in (True, None)
    ]
    assert ["In small print: between which values 90 % of 200 draws" in page for page in pages] == [True, False]
    assert [bool(SMALL.search(page)) for page in pages] == [True, False]


def test_draws_without_a_number_are_counted(tmp_path: Path) -> None:
    """4 to 10 offered, mode 4, and ways for 6: no tonne more from 6 on, (10 - 6)^2 / (10 - 4)^2 = 4 / 9 of draws."""
    offered = cr.Figure(
        record="supply", subject="field.oil", attribute="volume_mtpa", value=4.0, low=4.0, high=10.0, unit="Mt/y",
        since=2000, until=2100, confidence="C", choice="chosen",
    )  # fmt: skip
    net = network(edge("north", 20.0, 6.0, corridor="north")).replace(
        figure_records=[offered], supplies=[cr.Supply(node="field", commodity="oil", volume_mtpa=4.0)]
    )
    # The range of the tonne is a point, 80 in each draw that has one, so there is no small print beside it.
    assert SMALL.search(cells(net, [], tmp_path, "comparison", "north")["next tonne[USD/t]"]) is None
    moving = net.replace(figure_records=[offered, tariff("north", 20.0, 10.0, 30.0)])
    found = re.search(
        r"<small>in (\d+) %</small>", cells(moving, [], tmp_path, "comparison", "north")["next tonne[USD/t]"]
    )
    assert found
    assert float(found[1]) == pytest.approx(100 * 5 / 9, abs=100 * 4 * (20 / 81 / 200) ** 0.5)
