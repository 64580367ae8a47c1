"""How little and how much crosses a corridor in any optimum, and how that is quoted."""

from __future__ import annotations

import pytest
from hypothesis import given

import corridor as cr
from corridor.solver.explain import who_takes_over
from corridor.solver.optimal_range import OptimalRange, quoted, throughput_range
from helpers.oracle import flow_range
from helpers.small_networks import OIL, edge, network
from helpers.strategies import networks


def diamond(cost_below: float) -> cr.Network:
    """Return five tonnes by above (10 USD/t, at most 4) or by below (at most 3), a corridor each."""
    net = network(
        edge("in_above", 4.0, ends="field top"), edge("above", 6.0, 4.0, ends="top port"),
        edge("in_below", 4.0, ends="field bottom"), edge("below", cost_below - 4.0, 3.0, ends="bottom port"),
    )  # fmt: skip
    ids = ("above", "below")
    edges = [each.replace(corridor=each.id if each.id in ids else None) for each in net.edges]
    return net.replace(corridors=[cr.Corridor(id=id) for id in ids], edges=edges)


@pytest.mark.parametrize(
    ("cost_below", "above", "below"),
    [(10.0, (2, 4), (1, 3)), (11.0, (4, 4), (1, 1)), (9.0, (2, 2), (3, 3))],
)
def test_two_ways_of_one_cost_share_as_their_limits_let_them(
    cost_below: float, above: tuple[float, float], below: tuple[float, float]
):
    """Five tonnes: from 4 + 1 to 2 + 3 where both cost 10; one answer where they differ by a dollar."""
    solution = cr.solve(diamond(cost_below)).solution
    assert throughput_range(solution, "above") == pytest.approx(above, abs=1e-4)
    assert throughput_range(solution, "below", OIL) == pytest.approx(below, abs=1e-4)


def test_a_difference_of_a_dollar_in_ten_million_is_a_tie():
    """Netback is 450 million: 1e-7 of it moves two tonnes at a cost that differs by less than 2e-5 USD/t."""
    least, most = throughput_range(cr.solve(diamond(10.0 + 1e-5)).solution, "above")
    assert (least, most) == pytest.approx((2, 4), abs=1e-4)
    least, most = throughput_range(cr.solve(diamond(10.0 + 4.5e-5)).solution, "above")
    assert (least, most) == pytest.approx((3, 4), abs=1e-3)  # 450 x 1e-7 / 4.5e-5 = 1 Mt/y


@given(networks(least_tariff=0.25))
def test_the_range_is_that_of_an_independent_program(net: cr.Network):
    """Of linprog, written down anew, for each commodity on an edge, and for all on one."""
    solution = cr.solve(net).solution
    program, optima = solution.program, OptimalRange(solution)
    for column in range(0, program.n_flows, 3):
        id, commodity = program.name_of(column)
        assert optima.amount([column]) == pytest.approx(flow_range(net, [id], [commodity], share=1e-7), abs=1e-3)
    id = net.edges[0].id
    together = [column for column in range(program.n_flows) if program.name_of(column)[0] == id]
    expected = flow_range(net, [id], [commodity.id for commodity in net.commodities], share=1e-7)
    assert optima.amount(together) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("amount", "ranges", "text"),
    [
        (4.0, [(4.0, 4.009)], "4.0"),
        (4.0, [(4.0, 4.02)], "about 4.0 (span 0.02)"),
        (3.0, [(3.0, 3.005), (1.0, 2.5)], "about 3.0 (span 1.5)"),
        (3.0, [], "3.0"),
    ],
)
def test_what_is_not_unique_is_about(amount: float, ranges: list[tuple[float, float]], text: str):
    """Bare where no span reaches 0.01 Mt/y, else with the sum of all."""
    assert quoted(amount, *ranges) == text


def test_explain_says_about_where_another_flow_is_as_good():
    """Two ways of one cost: 4 and 1, or 2 and 3."""
    text = cr.solve(diamond(10.0)).explain()
    assert "about" in text
    assert "(span 2.0)" in text
    assert "about" not in cr.solve(diamond(11.0)).explain()


def test_who_takes_over_is_told_with_the_span_of_both_states():
    """Closing below fills above, which carried two to four of five tonnes before; one is not lifted."""
    net = diamond(10.0)
    before = cr.solve(net).solution
    after = cr.solve(net, cr.Scenario(name="it", changes=[cr.Outage(corridor="below")])).solution
    moved, short = who_takes_over(before, after, OIL)
    assert moved.startswith(f"More {OIL} moves by: above about +")
    assert moved.endswith("(span 2.0) Mt/y.")
    assert short == f"More {OIL} is not lifted at: field +1.0 Mt/y."
