"""Answers do not depend on the units: from a kilogram a year to all the oil there is, from cents to billions."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import corridor as cr
from helpers.against_linprog import assert_worth
from helpers.certificates import assert_certified
from helpers.examples import examples
from helpers.oracle import earning_cycle
from helpers.small_networks import OIL, edge, minimum, network
from helpers.strategies import worlds

TONNES = (1e-9, 1e-7, 1e-4, 1.0, 1e3, 1e6, 1e9)
MONEY = (1e-6, 1e-3, 1.0, 1e3, 1e6)
REASON = r"\d.*(Mt/y|USD/t)|(Mt/y|USD/t).*\d"
"""A refusal tells at least the number that is too small or too large, with its unit."""

_AMOUNTS = ("throughput_mtpa", "capacity_mtpa", "volume_mtpa", "required_mtpa", "min_mtpa", "max_mtpa",
            "capacity_mt_days")  # fmt: skip
_MONEY = ("tariff_usd_per_t", "risk_premium_usd_per_t", "quality_usd_per_t", "value_usd_per_t", "price_usd_per_t",
          "penalty_usd_per_t")  # fmt: skip
PARTS = ("nodes", "edges", "commodities", "supplies", "markets", "quotas", "rates", "fleets")


def scaled(world: Any, tonnes: float, money: float) -> cr.Network:
    """Return the network of a world with its amounts and its money multiplied."""
    times = {**dict.fromkeys(_AMOUNTS, tonnes), **dict.fromkeys(_MONEY, money)}

    def by(record: cr.Node) -> cr.Node:
        fields = ((name, getattr(record, name)) for name in times if name in type(record).model_fields)
        return record.replace(**{name: value * times[name] for name, value in fields if value is not None})

    parts = {part: tuple(by(record) for record in getattr(world, part)) for part in PARTS}
    return cr.Network(**parts, corridors=world.corridors)


def assert_scales(world: Any, tonnes: float, money: float) -> None:
    """Assert that the scaled network has the own program's answer, scaled, or is refused with the reason."""
    flow = solved_or_refused(lambda: cr.solve(scaled(world, tonnes, money)))
    if flow is None:
        assert not (1e-4 <= tonnes <= 1e4 and 1e-3 <= money <= 1e3), "refused within ordinary numbers"
    else:
        assert_certified(flow)
        assert_worth(flow.objective, world, times=tonnes * money)


def solved_or_refused(ask: Callable[[], cr.Flow]) -> cr.Flow | None:
    """Return a flow, or None where the refusal quotes a number and its unit."""
    try:
        return ask()
    except (cr.DataError, cr.SolverError) as error:
        told = str(error)
    assert re.search(REASON, told), told
    return None


@given(world=worlds(), tonnes=st.sampled_from(TONNES), money=st.sampled_from(MONEY))
@settings(max_examples=examples(80))
def test_random_networks_scale(world: SimpleNamespace, tonnes: float, money: float):
    """Whatever the network, its answer in other units is the same answer."""
    assume(earning_cycle(world) is None)
    assert_scales(world, tonnes, money)


@pytest.mark.fuzz
@given(world=worlds(), tonnes=st.floats(-9, 9).map(lambda n: 10.0**n), money=st.floats(-6, 6).map(lambda n: 10.0**n))
@settings(max_examples=2000, derandomize=False)
def test_random_networks_scale_by_anything(world: SimpleNamespace, tonnes: float, money: float):
    """Longer, and by factors that are no powers of ten."""
    assume(earning_cycle(world) is None)
    assert_scales(world, tonnes, money)


def two_ways(capacity: float, volume: float) -> cr.Network:
    """Return a cheap way of some capacity and a dear one without limit."""
    return network(
        edge("a", 1.0, capacity), edge("b", 50.0),
        supplies=(cr.Supply(node="field", commodity=OIL, volume_mtpa=volume),),
    )  # fmt: skip


@pytest.mark.parametrize("size", [1e-9, 1e-8, 1e-7, 1e-6, 1e-3, 1.0, 1e3, 1e6, 1e9, 1e12])
def test_a_capacity_is_kept_at_any_size(size: float):
    """Three offered to a way of one: one goes by it, two by the other, whatever one is."""
    flow = cr.solve(two_ways(size, 3 * size))
    assert flow.edges["flow_mtpa"].tolist() == pytest.approx([size, 2 * size], rel=1e-6)
    assert flow.objective == pytest.approx(size * (99 + 2 * 50), rel=1e-6)
    assert flow.duality_gap < 1e-6


@pytest.mark.parametrize("ratio", [1e-4, 1e-6, 1e-7, 1e-8, 1e-10])
def test_a_small_capacity_beside_large_ones_is_kept_or_refused(ratio: float):
    """A way of 100 kg beside 10 Mt/y carries 100 kg, not twice that; or the numbers are refused as too far apart."""
    flow = solved_or_refused(lambda: cr.solve(two_ways(10 * ratio, 10.0)))
    if flow is not None:
        assert flow.edges.loc["a", "flow_mtpa"] == pytest.approx(10 * ratio, rel=1e-2)


@pytest.mark.parametrize("volume", [5.0, 5e-9])
@pytest.mark.parametrize("most", [1e6, 1e10, 1e15, 1e25, 1e300])
def test_limits_that_supply_cannot_reach_make_no_magnitude(most: float, volume: float):
    """Whatever number stands for "no limit" on most edges, three fifths go by the cheap way and two by the next."""
    spare = [edge(f"spare{index}", 60.0 + index, most) for index in range(9)]
    net = network(
        edge("a", 10.0, volume * 3 / 5), edge("b", 20.0), *spare,
        supplies=(cr.Supply(node="field", commodity=OIL, volume_mtpa=volume),),
    )  # fmt: skip
    flow = cr.solve(net)
    assert flow.edges["flow_mtpa"].tolist()[:2] == pytest.approx([volume * 3 / 5, volume * 2 / 5], rel=1e-9)
    assert flow.objective == pytest.approx(volume * (3 / 5 * 90 + 2 / 5 * 80), rel=1e-9)


@pytest.mark.parametrize("tariff", [1e5, 1e9, 1e12, 1e14])
def test_prohibitive_tariffs_make_no_magnitude(tariff: float):
    """However many edges are priced so that nobody uses them, the cheaper of the others carries all."""
    spare = [edge(f"spare{index}", tariff) for index in range(20)]
    flow = cr.solve(network(edge("a", 10.0), edge("b", 20.0), *spare))
    assert flow.edges.loc["a", "flow_mtpa"] == pytest.approx(flow.delivered_mtpa)
    assert flow.delivered_mtpa > 0
    assert flow.netback_musd_per_year == pytest.approx(90 * flow.delivered_mtpa)


@pytest.mark.parametrize("dear", [10**6, 10**9, 10**10])
def test_dear_arcs_of_dimacs_hide_no_cheap_ones(dear: int, tmp_path: Path):
    """Two units go by arcs of 4 + 3, not 5 + 3, although most arcs cost a billion."""
    arcs = [(1, 2, 4), (1, 3, 5), (2, 4, 3), (3, 4, 3), *((a, b, dear) for a in (1, 2, 3) for b in (5, 6, 7))]
    lines = ["p min 7 13", "n 1 2", "n 4 -2", *(f"a {tail} {head} 0 9 {cost}" for tail, head, cost in arcs)]
    (tmp_path / "dear.min").write_text("\n".join(lines))
    assert cr.solve(cr.read_dimacs(tmp_path / "dear.min")).cost_musd_per_year == pytest.approx(14)


@pytest.mark.parametrize("size", [1e-9, 1e-3, 1.0])
def test_what_is_too_small_to_be_counted_is_told(size: float):
    """A field of a kilogram beside those of a gigatonne is named in the notes; one that counts is not."""
    fields = [cr.Supply(node="field", commodity=OIL, volume_mtpa=1000.0 if size == 1.0 else 1e9)]
    net = network(
        edge("a", 1.0), edge("b", 1.0, ends="home port"),
        supplies=(*fields, cr.Supply(node="home", commodity=OIL, volume_mtpa=size)),
    )  # fmt: skip
    told = [note for note in cr.solve(net).notes if note.startswith("Not counted")]
    assert len(told) == (size < 1)
    assert all(f"home/{OIL} ({size:g})" in note for note in told)


@pytest.mark.parametrize("size", [1e-9, 1e-7, 1.0, 1e7])
def test_small_requirements_and_minima_are_met(size: float):
    """A need and a contract of one part in five are kept at any size."""
    markets = (
        cr.Market(node="port", commodity=OIL, price_usd_per_t=100.0),
        cr.Market(node="home", commodity=OIL, required_mtpa=size),
    )
    net = network(
        edge("a", 1.0), edge("b", 50.0), edge("c", 90.0, ends="field home"), markets=markets,
        supplies=(cr.Supply(node="field", commodity=OIL, volume_mtpa=5 * size),), quotas=(minimum("b", size),),
    )  # fmt: skip
    flow = cr.solve(net)
    assert flow.edges["flow_mtpa"].tolist() == pytest.approx([3 * size, size, size], rel=1e-6)
    assert flow.unmet_mtpa == flow.quotas["unmet_minimum_mtpa"].sum() == 0


@pytest.mark.parametrize("money", [1e-9, 1e-6, 1.0, 1e6, 1e9])
def test_the_cheaper_way_is_taken_whatever_money_is_worth(money: float):
    """A hundredth of the tariff decides, in cents and in billions."""
    net = network(
        edge("a", 1.01 * money), edge("b", 1.0 * money),
        supplies=(cr.Supply(node="field", commodity=OIL, volume_mtpa=5.0, penalty_usd_per_t=1000 * money),),
        markets=(cr.Market(node="port", commodity=OIL, price_usd_per_t=100.0 * money),),
    )  # fmt: skip
    flow = cr.solve(net)
    assert flow.edges["flow_mtpa"].tolist() == pytest.approx([0, 5])
    assert flow.objective == pytest.approx(5 * 99 * money, rel=1e-6)


@pytest.mark.parametrize("tariff", [1e18, 1e30, 1e300, -1e18])
def test_a_tariff_that_no_program_can_count_is_refused_in_words(tariff: float):
    """The message names edge, value and what to do, not the solver's status."""
    with pytest.raises((cr.DataError, cr.SolverError)) as caught:
        cr.solve(network(edge("a", tariff), edge("b", 5.0)))
    assert "'a'" in str(caught.value)
    assert "1e+" in str(caught.value)
    assert "Solve error" not in str(caught.value)


def test_the_certificate_counts_what_does_not_fit(diamond: cr.Network):
    """An answer that exceeds a limit is told by `duality_gap`, though costs and duals agree."""
    flow = cr.solve(diamond)
    assert flow.duality_gap < 1e-9
    solution = flow.solution
    amount = solution.optimum.amount.copy()
    amount[solution.program.column("north_out", OIL)] *= 2
    wrong = cr.Flow(solution.of_state(solution.state, dataclasses.replace(solution.optimum, amount=amount)))
    assert wrong.duality_gap > 1e-3
