"""Shippers that choose: the worked example, closed forms, an independent optimiser, and answers without memory."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

import corridor as cr
from corridor.errors import DataError
from corridor.solver.choice import Alternative, ChoiceSolver
from corridor.solver.choice_weights import weights
from corridor.solver.program import Program

KTEU = 10.5e-3  # Mt of a thousand TEU
SCALE = 2600 / 10.5
OFFERED = 24_000 * KTEU
LIMITS = {"north": 700.0, "kars": 20.0}
WEIGHTS = {"ocean": 1.0, "north": 0.05, "middle": 0.002}


def worked(*tracks: tuple[str, float, float | None], north: float | None = 700.0, **parts: Any) -> cr.Network:
    """Return the network of the worked example, its tracks as (id, USD/TEU, kTEU)."""
    rows = [("ocean", "a", "b", 3000.0, None, "ocean"), ("north", "a", "b", 3900.0, north, "north")]
    rows += [("feeder", "a", "m", 0.0, None, "middle")]
    rows += [(id, "m", "b", cost, most, None) for id, cost, most in tracks]
    edges = pd.DataFrame([
        {"id": id, "tail": tail, "head": head, "tariff_usd_per_t": cost / 10.5, "corridor": trunk, "mode": "rail",
         "capacity_mtpa": None if most is None else most * KTEU}
        for id, tail, head, cost, most, trunk in rows
    ])  # fmt: skip
    tables = {
        "supplies": pd.DataFrame([{"node": "a", "commodity": "boxes", "volume_mtpa": OFFERED}]),
        "markets": pd.DataFrame([{"node": "b", "commodity": "boxes"}]),
    }
    return cr.Network.from_frames(pd.DataFrame({"id": ["a", "b", "m"]}), edges, **tables | parts)


def chosen(network: cr.Network, *, tolerance: float = 1e-6, scale: float = SCALE) -> tuple[dict[str, float], Any]:
    """Return the flow of each way of the worked example [kTEU], and the optimum."""
    program = Program.of(network)
    state = program.state(network)
    alternatives = [
        Alternative(
            "boxes", id, np.array(program.trunk_columns(network, id, "boxes"), dtype=np.int32), scale, OFFERED, weight
        )
        for id, weight in WEIGHTS.items()
    ]
    optimum = ChoiceSolver(program, state, alternatives, tolerance_musd_per_year=tolerance).optimum(state)
    return dict(zip(WEIGHTS, optimum.choice.flow_mtpa / KTEU, strict=True)), optimum


def rent(network: cr.Network, optimum: Any, edge: str) -> float:
    """Return the price of a full edge. [USD/TEU]"""
    column = Program.of(network).column(edge, "boxes")
    assert column is not None
    return float(-optimum.reduced_cost[column] * 10.5)


KARS, ZANGEZUR = ("kars", 4300.0, 20.0), ("zangezur", 4400.0, None)


def test_full_ways_carry_their_limits() -> None:
    """Full ways carry their limits."""
    flows, _ = chosen(worked(KARS))
    assert flows == pytest.approx({"ocean": 23_280.0, "north": 700.0, "middle": 20.0}, abs=1e-6)


@pytest.mark.parametrize(("edge", "expected"), [("north", 422.196962), ("kars", 897.024778)])
def test_the_price_of_a_full_edge_is_what_shippers_would_pay_there(edge: str, expected: float) -> None:
    """By hand: 2,600 ln(q 23,280 / limit) - (cost - 3,000)."""
    network = worked(KARS)
    assert rent(network, chosen(network)[1], edge) == pytest.approx(expected, abs=1e-5)


def test_a_second_track_takes_what_its_cost_draws_not_a_share_of_its_own() -> None:
    """Middle = 23,300 w / (1 + w) with w = 0.002 exp(-1,400 / 2,600): 27.166168, not 47.142850."""
    weight = 0.002 * math.exp(-1400 / 2600)
    flows, _ = chosen(worked(KARS, ZANGEZUR), tolerance=1e-9)
    assert flows["middle"] == pytest.approx(23_300 * weight / (1 + weight), abs=2e-3)


def test_the_first_track_earns_what_the_second_costs_more() -> None:
    """The first track earns what the second costs more."""
    network = worked(KARS, ZANGEZUR)
    assert rent(network, chosen(network)[1], "kars") == pytest.approx(100.0, abs=1e-6)


@pytest.mark.parametrize("tracks", [1, 2, 5])
def test_identical_tracks_count_once(tracks: int) -> None:
    """With the north held to 700: 23,300 w / (1 + w), w = 0.002 exp(-1,300 / 2,600), however many tracks."""
    same = [(f"track_{number}", 4300.0, None) for number in range(tracks)]
    weight = 0.002 * math.exp(-1300 / 2600)
    flows, _ = chosen(worked(*same), tolerance=1e-9)
    assert flows["middle"] == pytest.approx(23_300 * weight / (1 + weight), abs=2e-3)


@pytest.mark.parametrize("tolerance", [1e-3, 1e-6, 1e-9])
def test_flows_are_wrong_by_no_more_than_the_gap_allows(tolerance: float) -> None:
    """Of each way: sqrt(2 gap F / scale), rounding of the solver added to the gap."""
    _, optimum = chosen(worked(KARS, ZANGEZUR), tolerance=tolerance)
    weight = 0.002 * math.exp(-1400 / 2600)
    exact = 23_300 * weight / (1 + weight) * KTEU
    gap = optimum.choice.gap_musd_per_year + 1e-8
    assert abs(optimum.choice.flow_mtpa[2] - exact) <= math.sqrt(2 * gap * exact / SCALE)


def test_without_scale_the_cheapest_takes_all() -> None:
    """Without scale the cheapest takes all."""
    flows, _ = chosen(worked(KARS, ZANGEZUR), tolerance=1e-8, scale=1 / 10.5)
    assert flows == pytest.approx({"ocean": 24_000.0, "north": 0.0, "middle": 0.0}, abs=1e-3)


def test_a_scale_beyond_all_costs_gives_the_weights_within_limits() -> None:
    """North 700; 23,300 shared as 1 to 0.002, which is 46.506986."""
    flows, _ = chosen(worked(KARS, ZANGEZUR), scale=2.6e9 / 10.5)
    assert flows["middle"] == pytest.approx(23_300 * 0.002 / 1.002, rel=1e-3)


def logit(network: cr.Network, scale: float, gammas: dict[str, tuple[float, float]]) -> np.ndarray:
    """Return the flows of ways without limits, given cost and weight of each."""
    pull = np.array([weight * math.exp(-cost / scale) for cost, weight in gammas.values()])
    return OFFERED * pull / pull.sum()


def test_without_limits_it_is_the_logit() -> None:
    """Without limits it is the logit."""
    flows, _ = chosen(worked(("track", 4300.0, None), north=None), tolerance=1e-9)
    costs = {"ocean": 3000.0, "north": 3900.0, "middle": 4300.0}
    expected = logit(worked(), SCALE, {id: (cost / 10.5, WEIGHTS[id]) for id, cost in costs.items()}) / KTEU
    assert list(flows.values()) == pytest.approx(expected.tolist(), abs=0.01)


# An independent optimiser: prices of what is full, by the dual of the entropy


@st.composite
def shared(draw: st.DrawFn) -> dict[str, Any]:
    """Draw streams that choose between ways of their own, of which some share limits."""
    streams, alternatives, limits = draw(st.integers(1, 3)), draw(st.integers(2, 4)), draw(st.integers(1, 2))
    number = st.floats(0.5, 20.0)
    return {
        "cost": [[draw(st.floats(1.0, 60.0)) for _ in range(alternatives)] for _ in range(streams)],
        "weight": [[1.0, *(draw(st.floats(0.05, 2.0)) for _ in range(alternatives - 1))] for _ in range(streams)],
        "offered": [draw(number) for _ in range(streams)],
        "scale": [draw(st.floats(2.0, 40.0)) for _ in range(streams)],
        "limit": [draw(st.floats(0.3, 12.0)) for _ in range(limits)],
        # The first way of a stream is never limited, so that nothing stays behind.
        "through": [
            [-1, *(draw(st.integers(-1, limits - 1)) for _ in range(alternatives - 1))] for _ in range(streams)
        ],
    }


def by_prices(case: dict[str, Any]) -> np.ndarray:
    """Return flows by stream and way: the logit at the prices of full limits that maximise the dual."""
    cost, weight = np.array(case["cost"]), np.array(case["weight"])
    offered, scale = np.array(case["offered"]), np.array(case["scale"])
    through, limit = np.array(case["through"]), np.array(case["limit"])

    def flows(price: np.ndarray) -> np.ndarray:
        extra = np.where(through >= 0, price[np.maximum(through, 0)], 0.0)
        pull = np.log(weight) - (cost + extra) / scale[:, None]
        pull = np.exp(pull - pull.max(axis=1, keepdims=True))
        return offered[:, None] * pull / pull.sum(axis=1, keepdims=True)

    def dual(price: np.ndarray) -> tuple[float, np.ndarray]:
        extra = np.where(through >= 0, price[np.maximum(through, 0)], 0.0)
        pull = np.log(weight) - (cost + extra) / scale[:, None]
        most = pull.max(axis=1)
        total = most + np.log(np.exp(pull - most[:, None]).sum(axis=1))
        used = np.array([flows(price)[through == number].sum() for number in range(len(limit))])
        return float((scale * offered * total).sum() + price @ limit), limit - used

    start = np.zeros(len(limit))
    found = minimize(dual, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(limit),
                     options={"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-11})  # fmt: skip
    return flows(found.x)


def of_case(case: dict[str, Any]) -> tuple[cr.Network, np.ndarray]:
    """Return the network of a case, and the flows by stream and way that the program finds."""
    streams, alternatives = np.array(case["cost"]).shape
    nodes, edges = ["b"], []
    for number, most in enumerate(case["limit"]):
        nodes += [f"in_{number}", f"out_{number}"]
        edges.append({"id": f"limit_{number}", "tail": f"in_{number}", "head": f"out_{number}", "capacity_mtpa": most})
        edges.append({"id": f"end_{number}", "tail": f"out_{number}", "head": "b"})
    for stream in range(streams):
        nodes.append(f"a_{stream}")
        for alternative in range(alternatives):
            limit = case["through"][stream][alternative]
            edges.append({
                "id": f"way_{stream}_{alternative}", "tail": f"a_{stream}", "head": "b" if limit < 0 else f"in_{limit}",
                "tariff_usd_per_t": case["cost"][stream][alternative], "corridor": f"way_{alternative}",
                "commodities": [f"stream_{stream}"],
            })  # fmt: skip
    network = cr.Network.from_frames(
        pd.DataFrame({"id": nodes}), pd.DataFrame(edges).assign(mode="rail"),
        supplies=pd.DataFrame([{"node": f"a_{k}", "commodity": f"stream_{k}", "volume_mtpa": offered}
                               for k, offered in enumerate(case["offered"])]),
        markets=pd.DataFrame([{"node": "b", "commodity": f"stream_{k}"} for k in range(streams)]),
    )  # fmt: skip
    program = Program.of(network)
    state = program.state(network)
    chosen = [
        Alternative(f"stream_{k}", f"way_{m}", np.array(program.trunk_columns(network, f"way_{m}", f"stream_{k}"),
            dtype=np.int32), case["scale"][k], case["offered"][k], case["weight"][k][m])
        for k in range(streams) for m in range(alternatives)
    ]  # fmt: skip
    optimum = ChoiceSolver(program, state, chosen, tolerance_musd_per_year=1e-9).optimum(state)
    return network, optimum.choice.flow_mtpa.reshape(streams, alternatives)


@given(case=shared())
def test_flows_equal_those_of_an_independent_optimiser(case: dict[str, Any]) -> None:
    """Flows equal those of an independent optimiser."""
    _, flows = of_case(case)
    assert flows == pytest.approx(by_prices(case), abs=2e-4)


@settings(deadline=None)
@given(case=shared())
def test_the_gap_is_never_below_zero_but_for_rounding(case: dict[str, Any]) -> None:
    """The gap is never below zero but for rounding."""
    network, _ = of_case(case)
    program = Program.of(network)
    state = program.state(network)
    alternatives = [
        Alternative(f"stream_{k}", f"way_{m}", np.array(program.trunk_columns(network, f"way_{m}", f"stream_{k}"),
            dtype=np.int32), case["scale"][k], case["offered"][k], case["weight"][k][m])
        for k in range(len(case["offered"])) for m in range(len(case["cost"][0]))
    ]  # fmt: skip
    choice = ChoiceSolver(program, state, alternatives).optimum(state).choice
    assert -1e-9 <= choice.gap_musd_per_year <= 1e-3 + 1e-9


# Weights


def referenced(*, north: float | None = 700.0, own: float = 999.0, **parts: Any) -> cr.Network:
    """Return a network that chooses, with a reference in which 600 went north and 18 by the middle."""
    commodities = pd.DataFrame([{"id": "boxes", "choice_usd_per_t": SCALE}])
    rows = [("ocean", None), ("north", 600.0), ("middle", 18.0)]
    observed = pd.DataFrame([
        {"year": 2021, "corridor": id, "commodity": "boxes", "observed_mtpa": None if seen is None else seen * KTEU}
        for id, seen in rows
    ])  # fmt: skip
    reference = worked(KARS, year=2021, commodities=commodities, observed=observed)
    later = observed.assign(year=2022, observed_mtpa=own * KTEU)
    return worked(KARS, north=north, year=2022, commodities=commodities, reference=reference, observed=later, **parts)


def test_weights_make_the_observed_flows_come_out() -> None:
    """Weights make the observed flows come out."""
    flow = cr.solve(referenced())
    assert flow.solution.throughput_mtpa("north") == pytest.approx(600 * KTEU, abs=2e-3)


def test_weights_follow_the_closed_form() -> None:
    """No limit is met: q of a way is its flow over the first's, times exp(difference of cost / scale)."""
    found = {weight.corridor: weight.weight for weight in weights(referenced())}
    rest = 24_000 - 618
    expected = {"ocean": 1.0, "north": 600 / rest * math.exp(900 / 2600), "middle": 18 / rest * math.exp(1300 / 2600)}
    assert found == pytest.approx(expected, rel=1e-9)


def test_weights_do_not_move_with_the_networks_own_observations() -> None:
    """Weights do not move with the network's own observations."""
    assert weights(referenced(own=1.0)) == weights(referenced(own=5.0))


def test_a_full_way_is_weighted_by_what_one_more_box_would_have_paid() -> None:
    """Twenty of twenty by Kars and two by a track 100 dearer: the weight is that of the dearer track."""
    commodities = pd.DataFrame([{"id": "boxes", "choice_usd_per_t": SCALE}])
    observed = pd.DataFrame([
        {"year": 2021, "corridor": "ocean", "commodity": "boxes"},
        {"year": 2021, "corridor": "middle", "commodity": "boxes", "observed_mtpa": 22 * KTEU},
    ])  # fmt: skip
    reference = worked(KARS, ZANGEZUR, year=2021, commodities=commodities, observed=observed)
    network = worked(KARS, ZANGEZUR, year=2022, commodities=commodities, reference=reference)
    found = {weight.corridor: weight.weight for weight in weights(network)}
    assert found["middle"] == pytest.approx(22 / (24_000 - 22) * math.exp(1400 / 2600), rel=1e-9)


def test_a_way_never_observed_is_closed() -> None:
    """A way never observed is closed."""
    commodities = pd.DataFrame([{"id": "boxes", "choice_usd_per_t": SCALE}])
    observed = pd.DataFrame([
        {"year": 2021, "corridor": "ocean", "commodity": "boxes"},
        {"year": 2021, "corridor": "middle", "commodity": "boxes", "observed_mtpa": 18 * KTEU},
    ])  # fmt: skip
    reference = worked(KARS, year=2021, commodities=commodities, observed=observed)
    flow = cr.solve(worked(KARS, year=2022, commodities=commodities, reference=reference))
    assert flow.solution.throughput_mtpa("north") == 0.0


def test_flows_above_the_limits_mark_their_weights() -> None:
    """Flows above the limits mark their weights."""
    commodities = pd.DataFrame([{"id": "boxes", "choice_usd_per_t": SCALE}])
    observed = pd.DataFrame([
        {"year": 2021, "corridor": "ocean", "commodity": "boxes"},
        {"year": 2021, "corridor": "middle", "commodity": "boxes", "observed_mtpa": 25 * KTEU},
    ])  # fmt: skip
    reference = worked(KARS, year=2021, commodities=commodities, observed=observed)
    network = worked(KARS, year=2022, commodities=commodities, reference=reference)
    assert all(weight.beyond_limits for weight in weights(network))


# Answers without memory


def test_no_answer_depends_on_what_was_solved_before() -> None:
    """No answer depends on what was solved before."""
    network = referenced(north=None)
    dear = cr.Scenario(name="dear", changes=cr.TariffShock(edge="ocean", add_usd_per_t=100))
    shut = cr.Scenario(name="shut", changes=cr.Outage(edge="north"))
    from corridor.solver.warm import WarmSolver

    warm = WarmSolver(network)
    first = warm.solve(dear).optimum.amount
    warm.solve(shut)
    assert np.array_equal(warm.solve(dear).optimum.amount, first)


def test_money_leaves_out_what_choice_costs() -> None:
    """Money leaves out what choice costs."""
    flow = cr.solve(referenced())
    costs = {"ocean": 3000.0, "north": 3900.0, "middle": 4300.0}
    paid = sum(flow.throughput_mtpa(id) * cost / 10.5 for id, cost in costs.items())
    assert flow.netback_musd_per_year == pytest.approx(-paid, rel=1e-9)


def test_the_certificate_counts_both_gaps() -> None:
    """The certificate counts both gaps."""
    flow = cr.solve(referenced())
    assert 0 <= flow.duality_gap < 1e-7


# Bad input


def test_without_reference_the_way_out_is_named() -> None:
    """Without reference the way out is named."""
    commodities = pd.DataFrame([{"id": "boxes", "choice_usd_per_t": SCALE}])
    with pytest.raises(DataError, match=r"boxes: choice_usd_per_t is set, but the network has no reference"):
        cr.solve(worked(KARS, commodities=commodities))


def bad(rows: list[dict[str, Any]], **parts: Any) -> cr.Network:
    """Return a network whose reference has some observations."""
    commodities = pd.DataFrame([{"id": "boxes", "choice_usd_per_t": SCALE}])
    observed = pd.DataFrame([{"year": 2021, "commodity": "boxes", **row} for row in rows])
    reference = worked(KARS, year=2021, commodities=commodities, observed=observed, **parts)
    return worked(KARS, year=2022, commodities=commodities, reference=reference)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"corridor": "ocean", "observed_mtpa": 300.0}], r"adds up to 300 Mt/y in 2021, its supplies offer 252"),
        ([{"corridor": "ocean", "observed_mtpa": 100.0}], r"leave observed_mtpa of the corridor empty that takes"),
        ([{"corridor": "ocean"}, {"corridor": "north"}], r"one corridor of 'boxes' may take the rest"),
    ],
)  # fmt: skip
def test_observed_flows_that_do_not_add_up_are_refused(rows: list[dict[str, Any]], words: str) -> None:
    """Observed flows that do not add up are refused."""
    with pytest.raises(DataError, match=words):
        cr.solve(bad(rows))


def test_a_reference_of_the_networks_own_year_is_refused() -> None:
    """A reference of the network's own year is refused."""
    network = bad([{"corridor": "ocean"}]).replace(year=2021)
    with pytest.raises(DataError, match=r"reference: must be of a year before 2021 \(got 2021\)"):
        cr.solve(network)


def test_a_corridor_without_price_is_refused() -> None:
    """Nobody chooses by differences from a price that was never entered."""
    network = bad([{"corridor": "ocean"}, {"corridor": "north", "observed_mtpa": 3.0}])
    assert network.reference is not None
    edges = network.reference.edge_table()
    edges.loc["north", "tariff_usd_per_t"] = 0.0
    with pytest.raises(DataError, match=r"corridor 'north': going that way costs 'boxes' nothing .* tariff_usd_per_t"):
        cr.solve(network.replace(reference=network.reference.with_frames(edges=edges)))


def test_an_observed_corridor_without_a_trunk_edge_is_refused() -> None:
    """Its flow could go nowhere."""
    network = bad([{"corridor": "ocean"}, {"corridor": "north", "observed_mtpa": 3.0}])
    assert network.reference is not None
    reference = network.reference.replace(edges=[edge for edge in network.reference.edges if edge.id != "north"])
    with pytest.raises(DataError, match=r"no trunk edge of corridor 'north' carries 'boxes'; give it one"):
        cr.solve(network.replace(reference=reference))


def test_a_way_that_crosses_no_trunk_is_refused() -> None:
    """A way that crosses no trunk is refused."""
    network = bad([{"corridor": "ocean"}])
    assert network.reference is not None
    edges = network.reference.edge_table()
    edges.loc["north", "corridor"] = None
    reference = network.reference.with_frames(edges=edges)
    with pytest.raises(DataError, match=r"gets from 'a' to 'b' without crossing a trunk edge"):
        cr.solve(network.replace(reference=reference))


# What needs a linear program


def test_the_cheapest_is_had_by_asking() -> None:
    """All takes the ocean, which is cheapest."""
    flow = cr.solve(referenced(), choice="cheapest")
    assert flow.throughput_mtpa("ocean") == pytest.approx(OFFERED)


def test_no_choice_is_shown_of_a_cheapest_flow() -> None:
    """The table is empty."""
    assert cr.solve(referenced(), choice="cheapest").choices.empty


def test_another_choice_is_refused() -> None:
    """Only one word is known."""
    with pytest.raises(DataError, match=r"choice must be 'cheapest' or None, .* \(got 'logit'\)"):
        cr.solve(referenced(), choice="logit")


def test_simulated_years_ask_for_the_cheapest() -> None:
    """They are solved by linear programs, and say how to have them."""
    storm = cr.Hazard(name="storm", changes=cr.Outage(edge="north"), frequency_per_year=1.0, duration_days=10.0)
    network = referenced().replace(hazards=storm)
    with pytest.raises(DataError, match=r"simulate needs a linear program, and 'boxes' .*choice='cheapest'"):
        cr.simulate(network, years=10)
    assert len(cr.simulate(network, years=10, choice="cheapest").years) == 10


# What is shown


def test_choices_show_cost_and_flow_of_each_corridor() -> None:
    """Nothing is full: the flow is as weight times exp(-cost / scale)."""
    table = cr.solve(referenced()).choices.loc["boxes"]
    pull = table["weight"] * np.exp(-table["unit_cost_usd_per_t"] / SCALE)
    assert table["share"].to_list() == pytest.approx((pull / pull.sum()).to_list(), rel=1e-3)


def test_a_full_corridor_pays_rent() -> None:
    """Cost plus rent is what the flow is as."""
    table = cr.solve(referenced(north=300.0)).choices.loc["boxes"]
    paid = table["unit_cost_usd_per_t"] + table["rent_usd_per_t"]
    pull = table["weight"] * np.exp(-paid / SCALE)
    assert table.loc["north", "rent_usd_per_t"] > 1
    assert table["share"].to_list() == pytest.approx((pull / pull.sum()).to_list(), rel=1e-3)


def test_what_a_full_corridor_is_worth_is_told() -> None:
    """In the money that one more tonne would pay."""
    flow = cr.solve(referenced(north=300.0))
    price = flow.choices.loc[("boxes", "north"), "rent_usd_per_t"]
    assert f"Full: north (3.15 Mt/y); one more tonne there would pay {price:.1f} USD/t." in flow.explain()


def test_figures_of_the_reference_are_drawn_with_the_networks_own() -> None:
    """A value of time that holds in both years moves both: an edge's days alike in both leave the flows."""
    net = cr.load("caspian_freight", 2024)
    dear = net.with_figures({"time.value_usd_per_teu_day": 150})
    assert dear.reference is not None
    assert dear.reference.commodity("boxes_china_europe").time_usd_per_t_day == pytest.approx(150 / 10.5)
