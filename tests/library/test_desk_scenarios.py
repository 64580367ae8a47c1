"""Scenarios of what is on people's desks do to the network what their `about` says."""

from __future__ import annotations

import pytest

import corridor as cr

GAIN_USD_PER_BBL = 28.4
"""By EIA: Brent of March to July 2026 over February."""
HOME = {"kazakh_crude": "KAZ", "azeri_crude": "AZE"}
"""Where a shipper's own refineries pay a price of their own."""


def test_hormuz_shut_raises_the_price_of_every_buyer_abroad() -> None:
    """By what Brent gained, in barrels a tonne of the grade; what refineries at home pay stays."""
    net = cr.load()
    after = cr.load_scenario("hormuz-shut").apply(net)
    raised = {(m.node, m.commodity): m.price_usd_per_t for m in after.markets}
    for market in net.markets:
        gain = raised[market.node, market.commodity] - market.price_usd_per_t
        grade = net.commodity("azeri_crude" if market.commodity == "turkmen_crude" else market.commodity)
        home = net.node(market.node).country == HOME.get(market.commodity)
        expected = 0.0 if home else GAIN_USD_PER_BBL * float(grade.display_per_t or 0.0)
        assert gain == pytest.approx(expected, abs=0.5), market
