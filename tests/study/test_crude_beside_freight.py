"""Crude in the network with freight is what it is without: both meet in what they share, and nothing of it is full."""

from __future__ import annotations

import pandas as pd
import pytest

import corridor as cr
from corridor.model.columns import grouped

ALIKE = 1e-6
"""Capacities of two programs, each of which holds what others lift up to a tolerance of its own. [Mt/y; USD/t]"""


@pytest.mark.parametrize(("year", "commodity"), [(2022, "kazakh_crude"), (2024, "kazakh_crude"), (2024, "azeri_crude")])
def test_the_comparison_for_crude_is_the_same(year: int, commodity: str) -> None:
    """Every main column, capacity, bottleneck and nameplate by crude's own trunk; rows in their own order."""
    columns = [name for name in grouped("compare")["main"] if name != "subjects"]
    alone, beside = (
        cr.compare(cr.load(name, year), [], commodity=commodity, columns=columns)
        for name in ("caspian", "caspian_freight")
    )
    pd.testing.assert_frame_equal(alone[columns], beside.loc[alone.index, columns], rtol=0, atol=ALIKE)


def test_trunks_of_crude_are_its_own_beside_those_of_freight() -> None:
    """The way into Georgia for crude, the Caspian crossings for containers and dry cargo."""
    net = cr.load("caspian_freight", 2024)
    crude, freight = (
        {
            edge.id
            for edge in net.trunk("middle_corridor", [c.id for c in net.commodities if (c.group == "crude") == oil])
        }
        for oil in (True, False)
    )
    assert crude == {edge.id for edge in cr.load("caspian", 2024).trunk("middle_corridor")}
    assert freight == {"feeder", "ferry_boxes", "ferry_wagons", "dry_ship"}
