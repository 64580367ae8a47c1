"""Whiskers of a comparison: where the table says that 90 % of the draws lie."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes

import corridor as cr
from corridor.model.display_units import in_barrels
from helpers.figures import sheet

NET = cr.load(year=2024)
COLUMNS = ("throughput_mtpa", "netback_usd_per_t")


def whiskers(ax: Axes) -> dict[str, tuple[float, float]]:
    """Return the ends of all whiskers by their gid."""
    lines = [line for panel in ax.child_axes for line in panel.lines if str(line.get_gid()).startswith("range:")]
    return {str(line.get_gid()).removeprefix("range:"): tuple(map(float, line.get_xdata())) for line in lines}


@pytest.mark.parametrize("units", ["t", "bbl"])
def test_whiskers_lead_from_the_low_to_the_high_point(units: str) -> None:
    """Of every number drawn that has a range, in tonnes and in barrels; inside the panels."""
    options = {"columns": (*COLUMNS, "capacity_mtpa", "status"), "corridors": ["cpc", "btc"], "units": units}
    table = cr.compare(NET, cr.load_scenario("cpc-shut"), ranges=True, draws=10, **options)
    names = {name: name if units == "t" else in_barrels(name) for name in COLUMNS}
    expected = {
        f"{name}:{scenario}/{corridor}": (row[f"{shown}_p05"], row[f"{shown}_p95"])
        for (scenario, corridor), row in table.iterrows()
        for name, shown in names.items()
        if row["status"] != "closed"
    }
    with sheet((12.0, 6.0)) as ax:
        drawn = cr.plot_comparison(table, list(names.values()), ax, network=NET)
        assert whiskers(drawn) == expected
        for panel in drawn.child_axes:
            left, right = panel.get_xlim()
            assert all(left <= x <= right for line in panel.lines for x in line.get_xdata())
        assert "whiskers: 5 to 95 % of 10 draws" in "".join(text.get_text() for text in drawn.texts)


def test_a_table_without_ranges_has_no_whiskers() -> None:
    """Nor a word of them."""
    with sheet((12.0, 6.0)) as ax:
        drawn = cr.plot_comparison(cr.compare(NET, [], corridors=["cpc"]), list(COLUMNS), ax, network=NET)
        assert whiskers(drawn) == {}
        assert "whiskers" not in "".join(text.get_text() for text in drawn.texts)
