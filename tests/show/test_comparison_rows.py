"""Rows of the picture of a comparison: what looks the same is drawn once, and no page has too many."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

import corridor as cr
from corridor.show.brief.comparison import _MOST_LINES, _on_pages
from corridor.show.comparison_rows import corridor_names, drawn_rows

HALF = cr.Scenario(name="half of north", changes=[cr.Derate(corridor="north", remaining=0.5)])
AGAIN = cr.Scenario(name="half again", changes=HALF.changes)
COLUMNS = ["throughput_mtpa", "netback_usd_per_t"]


def test_scenarios_that_look_the_same_are_one_row(diamond: cr.Network) -> None:
    """By north two scenarios are one; by south, which neither changes, both equal the baseline and are omitted."""
    table = cr.compare(diamond, [HALF, AGAIN])
    rows, same = drawn_rows(table, COLUMNS, corridor_names(table, diamond))
    labels = {id: [row.label for row in rows if row.corridor == id] for id in ("north", "south")}
    assert labels == {"north": ["baseline", "half of north, half again\n(reduced)"], "south": ["baseline"]}
    assert same == 2


def test_marks_of_such_a_row_have_the_name_of_the_first(diamond: cr.Network) -> None:
    """The second has none."""
    ax = cr.plot_comparison(cr.compare(diamond, [HALF, AGAIN]), COLUMNS, Figure().add_subplot(), network=diamond)
    marks = {str(patch.get_gid()) for panel in ax.child_axes for patch in panel.patches}
    assert "throughput_mtpa:half of north/north" in marks
    assert not any("half again" in mark for mark in marks)


def test_a_page_has_so_many_rows_at_most(diamond: cr.Network) -> None:
    """Forty tariffs by both corridors are two pages, few are one; each corridor is on one page."""
    scenarios = [
        cr.Scenario(name=str(n), changes=[cr.TariffShock(edge=edge, add_usd_per_t=n) for edge in
                                          ("north_out", "south_out")]) for n in range(1, 40)
    ]  # fmt: skip
    for given, pages in ((scenarios, [["north"], ["south"]]), (scenarios[:3], [["north", "south"]])):
        table: pd.DataFrame = cr.compare(diamond, given)
        shown = list(_on_pages(table, diamond))
        assert [corridors for corridors, _ in shown] == pages
        assert max(lines for _, lines in shown) <= _MOST_LINES
