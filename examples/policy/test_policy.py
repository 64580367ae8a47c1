"""Our advice as tests: what needs two scenarios at once, or a whole table. Run with ``pytest examples/policy``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import corridor as cr

pytestmark = pytest.mark.corridor(name="caspian", year=2024)
"""The network that the fixtures use."""


def test_opening_the_btc_helps_but_little(solve_scenario: Callable[..., cr.Flow]) -> None:
    """It saves less than a twentieth of what the loss of the CPC leaves in the ground."""
    lost = solve_scenario("cpc-lost.scenario.yaml").shortfall_mtpa
    helped = solve_scenario("cpc-lost-btc-open.scenario.yaml").shortfall_mtpa
    assert 0 < lost - helped < 0.05 * lost


def test_the_table_in_the_brief_is_still_true(
    corridor_network: cr.Network, corridor_snapshot: Callable[..., None]
) -> None:
    """Every number of the table as printed, to 0.1; `pytest --corridor-update` writes it anew."""
    table = cr.outcomes(corridor_network, [cr.load_scenario("cpc-shut"), cr.load_scenario("turkish-straits-closed")])
    corridor_snapshot(table[["delivered_mtpa", "shortfall_mtpa", "shortfall_change_mtpa"]], "losses", rtol=0, atol=0.1)
