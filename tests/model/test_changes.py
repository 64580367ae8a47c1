"""Changes of every kind on a network small enough to do by hand, and what a change refuses."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import corridor as cr

OIL = cr.Network.from_frames(
    pd.DataFrame({"id": ["a", "b", "c"], "country": ["KAZ", "RUS", "TUR"], "throughput_mtpa": [None, 8.0, None]}),
    pd.DataFrame(
        [
            {"id": "ab", "tail": "a", "head": "b", "capacity_mtpa": 6.0, "tariff_usd_per_t": 4.0, "mode": "rail",
             "countries": "KAZ;RUS", "operator": "KTO", "tags": "old;big"},
            {"id": "bc", "tail": "b", "head": "c", "capacity_mtpa": 5.0, "corridor": "x", "countries": "RUS;TUR",
             "transit_days": 3.0},
            {"id": "ac", "tail": "a", "head": "c", "commodities": "oil"},
            {"id": "plan", "tail": "a", "head": "c", "capacity_mtpa": 2.0, "in_service": False},
        ]
    ),
    supplies=pd.DataFrame({"node": ["a", "a"], "commodity": ["oil", "gas"], "volume_mtpa": [10.0, 4.0]}),
    markets=pd.DataFrame(
        {"node": ["c", "c"], "commodity": ["oil", "gas"], "volume_mtpa": [8.0, None], "required_mtpa": [2.0, 1.0],
         "price_usd_per_t": [100.0, 50.0]}
    ),
    quotas=pd.DataFrame({"edge": ["bc"], "commodity": ["oil"], "min_mtpa": [1.0], "max_mtpa": [3.0]}),
)  # fmt: skip


def scenario(*changes: Any) -> cr.Scenario:
    """Return a scenario of some changes."""
    return cr.Scenario(name="s", changes=changes)


def available(net: cr.Network) -> dict[str, float]:
    """Return what is available on the edges with a limit in service."""
    return {id: net.edge(id).available_mtpa for id in ("ab", "bc", "plan")}


def market(net: cr.Network, commodity: str) -> tuple[float | None, float]:
    """Return volume and requirement of the market of a commodity."""
    return next((m.volume_mtpa, m.required_mtpa) for m in net.markets if m.commodity == commodity)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (cr.Outage(edge="ab"), {"ab": 0, "bc": 5, "plan": 0}),
        (cr.Outage(node="b"), {"ab": 0, "bc": 0, "plan": 0}),
        (cr.Outage(country="RUS", mode="rail"), {"ab": 0, "bc": 5, "plan": 0}),
        (cr.Outage(tag="old"), {"ab": 0, "bc": 5, "plan": 0}),
        (cr.Outage(operator="KTO", node=["a", "c"]), {"ab": 0, "bc": 5, "plan": 0}),
        (cr.Derate(node="b", remaining=0.5), {"ab": 6, "bc": 5, "plan": 0}),
        (cr.Derate(node="a", remaining=0.5), {"ab": 3, "bc": 5, "plan": 0}),
        (cr.Derate(node=["a", "b"], remaining=0.5), {"ab": 3, "bc": 5, "plan": 0}),
        (cr.Derate(node="b", mode="rail", remaining=0.5), {"ab": 3, "bc": 5, "plan": 0}),
        (cr.Expansion(edge=["ab", "bc"], add_mtpa=2), {"ab": 8, "bc": 7, "plan": 0}),
        (cr.Expansion(node="b", mode="rail", add_mtpa=2), {"ab": 8, "bc": 5, "plan": 0}),
        (cr.Expansion(node="b", add_mtpa=2), {"ab": 6, "bc": 5, "plan": 0}),
        (cr.Opening(edge="plan"), {"ab": 6, "bc": 5, "plan": 2}),
    ],
    ids=str,
)
def test_what_a_change_leaves(change: Any, left: dict[str, float]) -> None:
    """Capacity left, by hand."""
    assert available(change.apply(OIL)) == left


@pytest.mark.parametrize(
    ("change", "throughput"),
    [
        (cr.Derate(node="b", remaining=0.5), 4.0),
        (cr.Derate(node=["a", "b"], remaining=0.5), 4.0),
        (cr.Derate(node="b", mode="rail", remaining=0.5), 8.0),
        (cr.Expansion(node="b", add_mtpa=2), 10.0),
        (cr.Expansion(node="b", mode="rail", add_mtpa=2), 8.0),
        (cr.Outage(node="b"), 8.0),
    ],
    ids=str,
)
def test_what_a_change_leaves_of_a_port(change: Any, throughput: float) -> None:
    """Aimed at a node alone, it is the node's throughput that changes; narrowed, the edges."""
    assert change.apply(OIL).node("b").available_mtpa == throughput


@pytest.mark.parametrize(
    ("change", "oil", "gas"),
    [
        (cr.DemandShock(node="c", remaining=0.5), (4.0, 1.0), (None, 0.5)),
        (cr.DemandShock(node="c", remaining=0), (0.0, 0.0), (0.0, 0.0)),
        (cr.DemandShock(commodity="oil", add_mtpa=-7), (1.0, 1.0), (None, 1.0)),
        (cr.DemandShock(commodity="oil", add_mtpa=3), (11.0, 2.0), (None, 1.0)),
    ],
    ids=str,
)
def test_what_a_demand_shock_leaves(
    change: cr.DemandShock, oil: tuple[float, float], gas: tuple[float | None, float]
) -> None:
    """Volume and requirement, limited and unlimited; no more is required than is taken."""
    net = change.apply(OIL)
    assert (market(net, "oil"), market(net, "gas")) == (oil, gas)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"max_mtpa": None}, (1.0, None)),
        ({"min_mtpa": None}, (0.0, 3.0)),
        ({"min_mtpa": 2}, (2.0, 3.0)),
        ({"min_mtpa": 4, "max_mtpa": 4}, (4.0, 4.0)),
    ],
)
def test_what_a_quota_change_leaves(given: dict[str, Any], expected: tuple[float, float | None]) -> None:
    """Given, lifted and not given are three things."""
    quota = cr.QuotaChange(edge="bc", commodity="oil", **given).apply(OIL).quotas[0]
    assert (quota.min_mtpa, quota.max_mtpa) == expected


def test_apply_leaves_its_input_equal() -> None:
    """Every kind of change at once, and the network given is what it was."""
    before = OIL.replace()
    scenario(
        cr.Outage(edge="ab"), cr.Derate(node="b", remaining=0.5), cr.Opening(edge="plan"),
        cr.SupplyShock(node="a", remaining=0.5), cr.DemandShock(node="c", remaining=0.5),
        cr.PriceShock(node="c", add_usd_per_t=-5), cr.QuotaChange(edge="bc", commodity="oil", max_mtpa=2),
        cr.TariffShock(edge="ab", factor=2), cr.Delay(edge="bc", add_days=1), cr.Expansion(edge="plan", add_mtpa=1),
    ).apply(OIL)  # fmt: skip
    assert before == OIL


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (cr.TariffShock(edge="bc", factor=2), "has no effect"),
        (cr.Expansion(edge="ac", add_mtpa=1), "has no effect"),
        (cr.Expansion(node=["a", "b"], add_mtpa=1), "node 'a' has no throughput limit"),
        (cr.QuotaChange(edge="ab", commodity="oil", max_mtpa=None), "has no effect"),
        (cr.QuotaChange(edge="ac", commodity="gas", max_mtpa=1), "edge 'ac' does not carry 'gas'"),
        (cr.SupplyShock(country="TUR", remaining=0.5), "matches nothing"),
        (cr.SupplyShock(node="a", remaining=1), "has no effect"),
        (cr.PriceShock(node="a", add_usd_per_t=1), "matches nothing"),
        (cr.DemandShock(commodity="oil", add_mtpa=-9), r"volume_mtpa must be >= 0.0 \(got -1.0\)"),
        (cr.DemandShock(commodity="gas", add_mtpa=-5), r"required_mtpa must be >= 0.0 \(got -4.0\)"),
        (cr.QuotaChange(edge="bc", commodity="oil", min_mtpa=6, max_mtpa=None), r"quotas on edge 'bc'.*6 > 5"),
        (cr.TariffShock(edge="ab", factor=1e308, add_usd_per_t=1e308), "must be a finite number"),
    ],
    ids=str,
)
def test_a_change_that_cannot_be_made_is_refused(change: Any, message: str) -> None:
    """The change is named, and why it cannot be made."""
    with pytest.raises(cr.DataError, match=message):
        change.apply(OIL)


@pytest.mark.parametrize("value", [True, False])
def test_a_truth_value_is_no_share(value: bool) -> None:
    """remaining=False is a mistake, not a full outage; add_days=True not one day."""
    with pytest.raises(ValueError, match=r"remaining|add_days"):
        cr.Delay(edge="ab", add_days=value) if value else cr.Derate(edge="ab", remaining=value)


@pytest.mark.parametrize("network", [None, "caspian"])
def test_what_is_no_network_is_refused(network: Any) -> None:
    """Applying to a name says what is needed."""
    with pytest.raises(cr.DataError, match=r"[Nn]etwork"):
        cr.Outage(edge="ab").apply(network)
