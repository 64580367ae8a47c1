"""The picture of a corridor's legs: lengths, marks and texts by hand on a small network of boxes."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb

import corridor as cr
from helpers.box_network import MIDDLE, box_network


def figure(subject: str, value: float, until: int) -> cr.Figure:
    """Return a figure of a capacity that holds from 2020 on."""
    return cr.Figure(
        record="edge", subject=subject, attribute="capacity_mtpa", value=value, unit="Mt/y", since=2020, until=until,
        confidence="B",
    )  # fmt: skip


@pytest.fixture(scope="module")
def legs():
    """Return the legs; the quay in the west is a figure of 2021, that in the east of the year."""
    figures = (figure("quay_west", 0.75, 2021), figure("quay_east", 0.7, 2024))
    return cr.legs(cr.solve(box_network(figure_records=figures)), MIDDLE)


def bars(ax) -> dict:
    """Return the bars by edge."""
    named = {str(bar.get_gid()).removeprefix("leg:"): bar for bar in ax.patches}
    return {edge: bar for edge, bar in named.items() if edge != "None"}


def test_there_is_a_row_for_each_leg_that_has_a_limit(legs) -> None:
    """In the order of the way, from the top; the railways of China and the steppe have none, which the text says."""
    ax = cr.plot_bottlenecks(legs)
    rows = sorted(bars(ax), key=lambda edge: bars(ax)[edge].get_y())
    assert rows == [
        "border", "quay_east", "feeder", "ferry", "quay_west", "west_rail", "west_turkey", "black_sea",
    ]  # fmt: skip
    assert any("2 legs have no limit" in text.get_text() for text in ax.texts)


def test_bars_are_as_long_as_what_could_pass(legs) -> None:
    """70,000, 50,000 and 30,000 TEU; those beyond three times 75,000 are cut and have an arrow."""
    ax = cr.plot_bottlenecks(legs)
    widths = {edge: bar.get_width() for edge, bar in bars(ax).items()}
    assert [widths[edge] for edge in ("quay_east", "feeder", "ferry")] == pytest.approx([70_000, 50_000, 30_000])
    assert widths["border"] == pytest.approx(225_000)
    texts = {text.get_text() for text in ax.texts}
    assert {"500,000 →", "70,000", "75,000"} <= texts


def test_the_line_is_at_what_all_together_let_pass(legs) -> None:
    """75,000 TEU a year."""
    (line,) = (line for line in cr.plot_bottlenecks(legs).lines if line.get_gid() == "through")
    assert list(line.get_xdata()) == pytest.approx([75_000, 75_000])


def test_what_stops_more_is_dark_and_hatched(legs) -> None:
    """The quay in the west alone."""
    hatched = [edge for edge, bar in bars(cr.plot_bottlenecks(legs)).items() if bar.get_hatch()]
    assert hatched == ["quay_west"]


def test_marks_differ_in_grey(legs) -> None:
    """What stops more, legs of the way and alternatives: each a sixth of the scale darker than the next."""
    drawn = bars(cr.plot_bottlenecks(legs))
    weights = (0.299, 0.587, 0.114)
    grey = [
        sum(w * c for w, c in zip(weights, to_rgb(drawn[edge].get_facecolor()), strict=True))
        for edge in ("quay_west", "feeder", "ferry")
    ]
    assert grey[1] - grey[0] > 1 / 6
    assert grey[2] - grey[1] > 1 / 6


def test_a_limit_is_named_with_grade_and_year(legs) -> None:
    """Its own capacity needs no name; a dagger marks what is carried, and is explained; ships have no figure here."""
    ax = cr.plot_bottlenecks(legs)
    texts = {str(text.get_gid()): text.get_text() for text in ax.texts if text.get_gid()}
    assert texts["limit:quay_west"] == "B 2021†"
    assert texts["limit:quay_east"] == "B 2024"
    assert texts["limit:feeder"] == "fleet box ships"
    assert "† figure of that year, carried" in texts["subtitle"]
    assert "All together 75,000 TEU/y, stopped by quay_west" in texts["subtitle"]


def test_axes_in_and_out(legs) -> None:
    """They are those given, also at 6 x 4 inches, where no two texts of a row lie on each other."""
    fig, ax = plt.subplots(figsize=(6, 4))
    assert cr.plot_bottlenecks(legs, ax) is ax
    fig.canvas.draw()
    by_row: dict[int, list] = {}
    for text in ax.texts:
        if text.get_gid() != "subtitle" and text.get_text():
            box = text.get_window_extent()
            by_row.setdefault(round(ax.transData.inverted().transform((0, (box.y0 + box.y1) / 2))[1]), []).append(box)
    assert not any(a.overlaps(b) for boxes in by_row.values() for a in boxes for b in boxes if a is not b)


def test_tonnes_are_drawn_in_tonnes() -> None:
    """Grain and boxes together."""
    table = cr.legs(cr.solve(box_network()), MIDDLE, commodity=["containers", "dry_bulk"])
    ax = cr.plot_bottlenecks(table)
    assert bars(ax)["ferry_grain"].get_width() == pytest.approx(0.6)
    assert any("All together 1.1 Mt/y" in text.get_text() for text in ax.texts)


def test_a_closed_corridor_can_be_drawn() -> None:
    """Nothing could pass; there is no line beyond 0 and no cut bar."""
    shut = cr.Scenario(name="shut", changes=[cr.Outage(corridor=MIDDLE)])
    ax = cr.plot_bottlenecks(cr.legs(cr.solve(box_network(), shut), MIDDLE))
    assert bars(ax)["feeder"].get_width() == 0
    assert any("All together 0 TEU/y" in text.get_text() for text in ax.texts)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t["limit"], "a table of legs is needed"),
        (lambda t: t.drop(index="through"), "has no row 'through'"),
        (lambda t: t.loc[["china_rail", "through"]], "has a limit, so that there is nothing to draw"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_legs_is_refused(legs, change, message: str) -> None:
    """With what is missing."""
    with pytest.raises(cr.DataError, match=message):
        cr.plot_bottlenecks(change(legs))
