"""Which scenarios only add capacity or ease what is there: by the kinds of their changes."""

from __future__ import annotations

import pytest

import corridor as cr
from corridor.study.easing import eases
from helpers.small_networks import edge, network, scenario

NET = network(edge("way", 20.0, 4.0)).replace(
    quotas=[cr.Quota(edge="way", commodity="oil", min_mtpa=1.0, max_mtpa=3.0)]
)


def quota(**limits: float | None) -> cr.QuotaChange:
    """Return a change of the quota."""
    return cr.QuotaChange(edge="way", commodity="oil", **limits)


@pytest.mark.parametrize(
    "change",
    [
        cr.Opening(edge="way"), cr.Expansion(edge="way", add_mtpa=1.0), cr.Delay(edge="way", add_days=-2.0),
        cr.Delay(edge="way", factor=0.5), cr.TariffShock(edge="way", add_usd_per_t=-1.0),
        cr.TariffShock(edge="way", factor=0.9), quota(max_mtpa=3.5), quota(max_mtpa=None), quota(min_mtpa=0.5),
    ],
    ids=str,
)  # fmt: skip
def test_what_opens_expands_lifts_or_cheapens_eases(change: cr.Change) -> None:
    """Each alone."""
    assert eases(scenario(change), NET)


@pytest.mark.parametrize(
    "change",
    [
        cr.Outage(edge="way"), cr.Derate(edge="way", remaining=0.9), cr.Delay(edge="way", add_days=1.0),
        cr.Delay(edge="way", add_days=-1.0, late_factor=2.0), cr.Delay(edge="way", add_late_days=1.0),
        cr.TariffShock(edge="way", add_usd_per_t=1.0), cr.TariffShock(edge="way", add_usd_per_t=-1.0, factor=1.1),
        quota(max_mtpa=2.0), quota(min_mtpa=2.0), quota(min_mtpa=2.0, max_mtpa=4.0),
        cr.PriceShock(node="port", add_usd_per_t=9.0), cr.SupplyShock(node="field", add_mtpa=1.0),
        cr.DemandShock(node="port", add_mtpa=1.0),
    ],
    ids=str,
)  # fmt: skip
def test_what_takes_something_or_moves_the_market_does_not(change: cr.Change) -> None:
    """Each alone: a price that rises helps by the harm of others."""
    assert not eases(scenario(change), NET)


def test_one_change_that_harms_is_enough() -> None:
    """A wider way at a higher charge may help or not."""
    assert not eases(scenario(cr.Expansion(edge="way", add_mtpa=1.0), cr.TariffShock(edge="way", factor=2.0)), NET)


def test_a_ceiling_where_there_was_none_eases_nothing() -> None:
    """Whatever its size."""
    free = network(edge("way", 20.0, 4.0))
    assert not eases(scenario(quota(max_mtpa=3.0)), free)
