"""What one more unit at a limit is worth, as numbers: the same that `Flow.explain` writes in words."""

from __future__ import annotations

import pytest

import corridor as cr
from corridor.solver.limits import limit_confidence, limit_size, raised_limit, raised_limits, raised_together
from corridor.solver.solution import BindingLimit
from corridor.solver.warm import WarmSolver


def two_in_a_row(first_mtpa: float = 4.0, second_mtpa: float = 4.0) -> cr.Network:
    """Return 10 Mt/y behind two pipes in a row; a tonne earns 300 - 20 - 30 USD."""
    return cr.Network(
        name="row",
        nodes=[cr.Node(id="f"), cr.Node(id="m"), cr.Node(id="p")],
        edges=[
            cr.Edge(id="first", tail="f", head="m", capacity_mtpa=first_mtpa, tariff_usd_per_t=20.0),
            cr.Edge(id="second", tail="m", head="p", capacity_mtpa=second_mtpa, tariff_usd_per_t=30.0),
        ],
        commodities=[cr.Commodity(id="oil")],
        supplies=[cr.Supply(node="f", commodity="oil", volume_mtpa=10.0)],
        markets=[cr.Market(node="p", commodity="oil", price_usd_per_t=300.0)],
    )


def test_one_more_at_the_narrower_pipe_earns_a_tonnes_netback() -> None:
    """250 million USD/y and 1 Mt/y lifted; the wider pipe is not among the limits."""
    solver = WarmSolver(two_in_a_row(second_mtpa=9.0))
    (only,) = raised_limits(solver, solver.solve(), most=5).limits
    assert only.limits == (BindingLimit("edge", "first"),)
    assert only.worth == pytest.approx((250.0, 1.0, 0.0))


def test_equal_limits_in_a_row_are_raised_together() -> None:
    """Either alone earns nothing."""
    solver = WarmSolver(two_in_a_row())
    solution = solver.solve()
    (only,) = raised_limits(solver, solution, most=5).limits
    assert {limit.id for limit in only.limits} == {"first", "second"}
    assert only.worth == pytest.approx((250.0, 1.0, 0.0))
    assert all(raised_together(solver, solution, [limit]).is_nothing for limit in only.limits)  # type: ignore[union-attr]


def test_raised_together_asks_of_any_state() -> None:
    """What binds nowhere is worth nothing there, in tonnes too."""
    solver = WarmSolver(two_in_a_row(second_mtpa=9.0))
    wide = raised_together(solver, solver.solve(), [BindingLimit("edge", "second")])
    assert wide is not None
    assert wide.worth == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)


def test_a_quota_without_a_ceiling_is_no_limit() -> None:
    """Raising it does not set one."""
    net = two_in_a_row().replace(quotas=[cr.Quota(edge="first", commodity="oil", min_mtpa=1.0)])
    solver = WarmSolver(net)
    raised = raised_together(solver, solver.solve(), [BindingLimit("quota", "first", "oil")])
    assert raised is not None
    assert raised.is_nothing


def test_most_is_kept_and_the_rest_counted() -> None:
    """Of two separate limits one is shown if one is asked for."""
    net = two_in_a_row(second_mtpa=9.0)
    net = net.replace(
        nodes=[*net.nodes, cr.Node(id="q")],
        edges=[*net.edges, cr.Edge(id="third", tail="f", head="q", capacity_mtpa=1.0)],
        markets=[*net.markets, cr.Market(node="q", commodity="oil", price_usd_per_t=100.0)],
    )
    solver = WarmSolver(net)
    raised = raised_limits(solver, solver.solve(), most=1)
    assert [one.limits[0].id for one in raised.limits] == ["first"]
    assert (raised.n_binding, raised.n_tried) == (2, 1)


def test_sizes_are_those_of_the_record() -> None:
    """An edge's capacity after derates, a quota's ceiling."""
    net = two_in_a_row().replace(quotas=[cr.Quota(edge="first", commodity="oil", max_mtpa=3.0)])
    net = cr.Derate(edge="second", remaining=0.5).apply(net)
    assert limit_size(net, BindingLimit("edge", "second")) == 2.0
    assert limit_size(net, BindingLimit("quota", "first", "oil")) == 3.0
    assert limit_confidence(net, BindingLimit("edge", "second")) == ""


def test_the_confidence_is_that_of_the_chosen_figure() -> None:
    """As the table of figures states it."""
    table = (net := cr.load("caspian", 2024)).figures("btc", "capacity_mtpa")
    chosen = table[table["choice"] == "chosen"]["confidence"].iloc[0]
    assert limit_confidence(net, BindingLimit("edge", "btc")) == chosen


@pytest.mark.parametrize("scenario", [None, "cpc-shut"])
def test_explain_writes_these_numbers(scenario: str | None) -> None:
    """Each line on what binds, in this order."""
    solver = WarmSolver(cr.load("caspian", 2022))
    solution = solver.solve(cr.load_scenario(scenario) if scenario else None)
    lines = [line for line in cr.Flow(solution).explain().splitlines() if line.startswith("Binding: ")]
    raised = raised_limits(solver, solution, most=8).limits
    assert len(lines) == len(raised)
    for line, one in zip(lines, raised, strict=True):
        assert f"would earn {one.gained_musd_per_year:+,.1f} million USD/y" in line
        assert all(limit.id in line for limit in one.limits)


def test_a_cycle_that_would_earn_is_no_answer() -> None:
    """One more unit of a quota on an edge that is paid for use is refused, not priced."""
    net = cr.Network(
        name="cycle",
        nodes=[cr.Node(id="a"), cr.Node(id="b")],
        edges=[
            cr.Edge(id="out", tail="a", head="b", capacity_mtpa=5.0, tariff_usd_per_t=1.0),
            cr.Edge(id="back", tail="b", head="a", capacity_mtpa=0.0, quality_usd_per_t=9.0),
        ],
        commodities=[cr.Commodity(id="oil")],
        supplies=[cr.Supply(node="a", commodity="oil", volume_mtpa=2.0)],
        markets=[cr.Market(node="b", commodity="oil", price_usd_per_t=10.0)],
    )  # fmt: skip
    solver = WarmSolver(net)
    assert raised_limit(solver, solver.solve(), BindingLimit("edge", "back")) is None
