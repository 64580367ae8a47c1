"""Expectations: their grammar, and what check() says of them."""

from __future__ import annotations

import math

import pytest

import corridor as cr
from corridor.model.expectation import Expectation


@pytest.mark.parametrize(
    ("wanted", "inside", "outside"),
    [
        ("> 20", [20.001, 1e9], [20.0, -5]),
        (">= 20", [20.0, 20.0 - 1e-10], [19.99]),
        ("< 5", [4.999], [5.0]),
        ("<=5", [5.0], [5.001]),
        ("== 3", [3.0, 3.0 + 1e-9], [3.001]),
        ("20..30", [20, 30, 25], [19.99, 30.01]),
        ("-5 .. -1", [-5, -1], [0]),
        ("53 ± 2", [51, 55], [50.9, 55.1]),
        ("53 +- 2", [51, 55], [50.9, 55.1]),
        ("≈ 53 ± 2", [53], [56]),
        ("1e3", [1000], [1001]),
        (0, [0.0, 1e-12], [0.1]),
        (2.5, [2.5], [2.6]),
    ],
)
def test_the_grammar_means_what_it_says(wanted: object, inside: list[float], outside: list[float]) -> None:
    """Each form holds for what lies inside it only."""
    expectation = Expectation.parse("x", wanted)
    assert all(expectation.holds(value) for value in inside)
    assert not any(expectation.holds(value) for value in outside)
    assert not expectation.holds(math.nan)


@pytest.mark.parametrize("wanted", ["", "about 5", "> ", "5 ..", "> 5 Mt", "=> 5", True, None, "30..20", "nan", "inf"])
def test_nonsense_is_refused(wanted: object) -> None:
    """What cannot be read names the path and shows the forms."""
    with pytest.raises(cr.DataError, match=r"expect x: (must be like|the range must ascend)"):
        Expectation.parse("x", wanted)


def expecting(**expect: str | float) -> cr.Scenario:
    """Return the CPC shut in 2021 with some expectations; dots written as two underscores."""
    told = {path.replace("__", "."): wanted for path, wanted in expect.items()}
    return cr.Scenario(name="it", network="caspian", year=2021, changes=[cr.Outage(corridor="cpc")], expect=told)


def test_a_verdict_says_expected_got_and_baseline() -> None:
    """A failed expectation shows all three."""
    (verdict,) = cr.check(expecting(corridors__cpc__throughput_mtpa="> 50"))
    assert not verdict.holds
    assert verdict.got == 0
    assert verdict.baseline == pytest.approx(60.7)
    assert str(verdict).startswith(
        "FAILED it: corridors.cpc.throughput_mtpa = 0, expected > 50 (baseline 60.7, change -60.7)"
    )


def test_changes_are_counted_against_the_baseline() -> None:
    """Change. before a path takes the difference."""
    net = cr.load(year=2021)
    (verdict,) = cr.check(expecting(change__shortfall_mtpa="> 0"))
    shut = cr.Scenario(name="s", changes=[cr.Outage(corridor="cpc")])
    assert verdict.got == pytest.approx(cr.solve(net, shut).shortfall_mtpa - cr.solve(net).shortfall_mtpa)


@pytest.mark.parametrize(
    "path",
    [
        "delivered_mtpa", "unmet_mtpa", "corridors.btc.utilisation", "edges.btc.flow_mtpa",
        "nodes.aktau.throughput_mtpa",
        "supplies.tengiz.kazakh_crude.shortfall_mtpa", "markets.augusta.kazakh_crude.delivered_mtpa",
        "edge_flows.btc.azeri_crude.flow_mtpa",
    ],
)  # fmt: skip
def test_every_table_can_be_asked(path: str) -> None:
    """Totals and the cells of every table lead to a number."""
    (verdict,) = cr.check(expecting(**{path.replace(".", "__"): ">= 0"}))
    assert verdict.holds


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("shortfal_mtpa", "did you mean 'shortfall_mtpa'"),
        ("corridor.btc.throughput_mtpa", "did you mean 'corridors'"),
        ("corridors.btcc.throughput_mtpa", "no corridor named 'btcc'; did you mean 'btc'"),
        ("corridors.btc.throughput", "did you mean 'throughput_mtpa'"),
        ("corridors.btc", "must be like corridors.ID.COLUMN"),
        ("supplies.tengiz.lifted_mtpa", "must be like supplies.NODE.COMMODITY.COLUMN"),
    ],
)
def test_a_path_to_nowhere_is_told(path: str, message: str) -> None:
    """The path, what it misses, and the nearest thing there is."""
    with pytest.raises(cr.CorridorError, match=message):
        cr.check(expecting(**{path.replace(".", "__"): "> 0"}))


def test_a_scenario_without_a_network_needs_one(diamond: cr.Network) -> None:
    """Given one, it is solved on that."""
    scenario = cr.Scenario(name="it", changes=[cr.SupplyShock(node="field", remaining=0.5)], expect={"unmet_mtpa": 0})
    with pytest.raises(cr.DataError, match="names no network"):
        cr.check(scenario)
    (verdict,) = cr.check(scenario, diamond)
    assert verdict.holds
