"""Histories of blocks are drawn once, however often what they hold is looked at."""

from __future__ import annotations

from typing import Any

import pytest

import corridor as cr
from corridor.risk.plan import Plan

STORM = cr.Hazard(name="storm", changes=[cr.Outage(edge="south_out")], frequency_per_year=2, duration_days=9)


def test_sharing_out_the_worst_years_draws_no_history_again(
    diamond: cr.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One block is simulated, and shared out by two columns."""
    drawn: list[Any] = []
    history = Plan.history
    monkeypatch.setattr(Plan, "history", lambda self, *given: drawn.append(given) or history(self, *given))
    ensemble = cr.simulate(diamond.replace(hazards=(STORM,)), years=200, progress=False)
    for column in ("shortfall_mt", "netback_musd"):
        ensemble.attribution(column, alpha=0.95)
    assert len(drawn) == 1
