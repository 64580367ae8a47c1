"""A change that fits a figure's value and takes more than some draws of it have: they stop at 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import corridor as cr
from corridor.errors import DataError
from helpers.small_networks import edge, network

COST = "edges.pipe.unit_cost_usd_per_t"


def drawn(attribute: str, value: float, low: float, high: float, change: cr.TariffShock | cr.Delay, path: str) -> Any:
    """Return draws of one figure of a pipe under one change: of the baseline and of the scenario, and what was left."""
    own = {attribute: value, "tariff_usd_per_t": 40.0} if attribute != "tariff_usd_per_t" else {}
    pipe = edge("pipe", value, corridor="main").replace(**own)
    figure = cr.Figure(
        record="edge", subject="pipe", attribute=attribute, value=value, low=low, high=high, unit="1", since=2000,
        until=2100, confidence="C", choice="chosen",
    )  # fmt: skip
    net = network(pipe).replace(figure_records=(figure,))
    unc = cr.uncertainty(net, cr.Scenario(name="cheaper", changes=change), draws=200, numbers=path)
    return unc.drawn.values[:, 0, 0], unc.drawn.values[:, 1, 0], unc.drawn.left_out


def test_a_tariff_that_is_not_below_0_at_its_value_stops_at_0_in_draws() -> None:
    """A price p of 300 drawn from 200 to 430, times 0.9 less 265: 0.9 p - 265, and 0 where p < 294.4."""
    before, after, left_out = drawn(
        "tariff_usd_per_t", 300.0, 200.0, 430.0, cr.TariffShock(edge="pipe", factor=0.9, add_usd_per_t=-265), COST
    )
    assert after == pytest.approx(np.maximum(0.0, 0.9 * before - 265))
    assert (after == 0).any()
    assert not left_out


def test_a_tariff_below_0_at_its_value_stays_so_in_draws() -> None:
    """20 less 30 is -10, so that nothing stops what is drawn from 10 to 40."""
    before, after, _ = drawn("tariff_usd_per_t", 20.0, 10.0, 40.0, cr.TariffShock(edge="pipe", add_usd_per_t=-30), COST)
    assert after == pytest.approx(before - 30)


def test_days_stop_at_0_in_draws() -> None:
    """A wait of 3 days drawn from 1 to 4 less 2: none is left out, and some take no time."""
    path = "compare.main.transit_days"
    before, after, left_out = drawn("transit_days", 3.0, 1.0, 4.0, cr.Delay(edge="pipe", add_days=-2), path)
    assert after == pytest.approx(np.maximum(0.0, before - 2))
    assert (after == 0).any()
    assert not left_out


def test_days_below_0_at_the_value_are_refused() -> None:
    """3 days less 4, before anything is drawn."""
    with pytest.raises(DataError, match=r"transit_days must be >= 0"):
        drawn("transit_days", 3.0, 1.0, 4.0, cr.Delay(edge="pipe", add_days=-4), "compare.main.transit_days")
