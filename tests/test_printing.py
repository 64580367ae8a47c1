"""What tables show where a screen is 80 columns wide: pandas prints the ends of those that are wider."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import corridor as cr


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """Give results of a closed CPC."""
    net, shut = cr.load("caspian", 2024), cr.load_scenario("cpc-shut")
    flow, ens = cr.solve(net, shut), cr.simulate(net, years=50, seed=1)
    return {
        "supplies": flow.supplies, "markets": flow.markets, "quotas": flow.quotas, "routes": flow.routes,
        "edges": flow.edges, "corridors": flow.corridors, "compare": cr.compare(net, shut),
        "outcomes": cr.outcomes(net, shut), "sensitivity": cr.sensitivity(net, shut).table,
        "leans_on": flow.leans_on(), "summary": ens.summary(), "claims": cr.claims(), "figures": net.figures("btc"),
    }  # fmt: skip


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Print as on a terminal of 80 columns."""
    monkeypatch.setattr(os, "get_terminal_size", lambda *_: os.terminal_size((80, 24)))
    monkeypatch.setenv("COLUMNS", "80")
    with pd.option_context("display.max_columns", 0, "display.width", 80):
        yield


@pytest.mark.parametrize(
    ("table", "answers"),
    [
        ("supplies", {"shortfall_mtpa", "netback_usd_per_t"}),
        ("markets", {"delivered_mtpa", "unmet_mtpa"}),
        ("quotas", {"flow_mtpa", "unmet_minimum_mtpa"}),
        ("routes", {"flow_mtpa", "origin", "destination", "netback_usd_per_t"}),
        ("edges", {"flow_mtpa", "shadow_price_usd_per_t"}),
        ("corridors", {"throughput_mtpa", "available_mtpa", "utilisation"}),
        ("compare", {"throughput_mtpa", "netback_usd_per_t"}),
        ("outcomes", {"shortfall_mtpa", "loss_musd_per_year"}),
        ("sensitivity", {"subject", "swing"}),
        ("leans_on", {"subject", "effect"}),
        ("summary", {"mean", "cvar"}),
        ("claims", {"claim", "verdict"}),
        ("figures", {"subject", "attribute", "value", "unit"}),
    ],
)
@pytest.mark.usefixtures("narrow")
def test_the_answer_is_printed(tables: dict[str, pd.DataFrame], table: str, answers: set[str]) -> None:
    """The columns that people ask for are among those that fit."""
    text = str(tables[table])
    heads = text.splitlines()[0].split()
    assert answers <= set(heads)
    assert max(map(len, text.splitlines())) <= 80 or table == "claims"  # which are sentences


@pytest.mark.usefixtures("narrow")
def test_the_shortfall_of_a_field_can_be_read(tables: dict[str, Any]) -> None:
    """Tengiz, to the digits that pandas prints."""
    (line,) = [line for line in str(tables["supplies"]).splitlines() if line.startswith("tengiz")]
    short = tables["supplies"].loc[("tengiz", "kazakh_crude"), "shortfall_mtpa"]
    assert float(line.split()[2]) == pytest.approx(short, abs=1e-3)
