"""Random streams that choose between ways which share edges, nodes and fleets, against Newton's method on rents.

Each way of a stream is one route here: it enters a tree of shared edges and nodes and follows it to the market, and its
own first edge may belong to a fleet. The dual of the problem is then smooth, and a few lines of numpy find its optimum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import corridor as cr
from corridor.errors import SolverError
from corridor.solver import highs as door
from corridor.solver.choice import TOLERANCE_MUSD_PER_YEAR, Alternative, ChoiceSolver, ChosenOptimum
from corridor.solver.program import Program

PENALTY_USD_PER_T = 1000.0
ROUNDING_MUSD_PER_YEAR = 1e-7


@dataclass(frozen=True)
class Case:
    """Streams k, their ways m, and a tree of shared places that the ways pass.

    Attributes
    ----------
    cost : shape (n_streams, n_ways)
        Cost of the way's own edge. [USD/t]
    weight : shape (n_streams, n_ways)
        Weights. [1]
    entry : shape (n_streams, n_ways)
        Place of the tree at which a way enters; -1: it goes straight to the market.
    days : shape (n_streams, n_ways)
        Days that the way's own edge keeps the fleet; 0: it uses none. [days]
    offered, scale : shape (n_streams,)
        Supply [Mt/y] and scale of the choice. [USD/t]
    onward : shape (n_places,)
        Place that follows; -1: the market.
    kind : tuple of str
        What is limited at a place: "edge", "node" or "both".
    most, toll : shape (n_places,)
        Limit [Mt/y], and cost of passing. [USD/t]
    fleet_mt_days : float
        What the fleet can have under way.
    factor : float
        By which all money is multiplied. [1]
    halved : bool
        Whether each shared edge is two of half its capacity.
    """

    cost: np.ndarray
    weight: np.ndarray
    entry: np.ndarray
    days: np.ndarray
    offered: np.ndarray
    scale: np.ndarray
    onward: tuple[int, ...]
    kind: tuple[str, ...]
    most: np.ndarray
    toll: np.ndarray
    fleet_mt_days: float
    factor: float = 1.0
    halved: bool = False

    def passed(self, stream: int, way: int) -> list[int]:
        """Return the places that a way passes."""
        places, place = [], int(self.entry[stream, way])
        while place >= 0:
            places.append(place)
            place = self.onward[place]
        return places

    @property
    def use(self) -> np.ndarray:
        """What a tonne of each way uses of each limit: places, then the fleet; shape (n_limits, n_streams, n_ways)."""
        use = np.zeros((len(self.most) + 1, *self.cost.shape))
        for stream, way in np.ndindex(*self.cost.shape):
            use[self.passed(stream, way), stream, way] = 1.0
        use[-1] = self.days
        return use

    @property
    def limit(self) -> np.ndarray:
        """Limits, that of the fleet last. [Mt/y, Mt days]"""
        return np.append(self.most, self.fleet_mt_days)

    @property
    def whole_cost(self) -> np.ndarray:
        """Cost of each way to the market; shape (n_streams, n_ways). [USD/t]"""
        return self.cost + np.tensordot(self.toll, self.use[:-1], axes=1)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a case; often all ways of a stream are limited, so that something stays behind."""
    streams, ways, places = draw(st.integers(1, 3)), draw(st.integers(2, 4)), draw(st.integers(1, 3))

    def table(values: st.SearchStrategy[Any]) -> np.ndarray:
        return np.array([[draw(values) for _ in range(ways)] for _ in range(streams)])

    weight = table(st.sampled_from((0.001, 0.03, 0.2, 1.0, 4.0)))
    weight[:, 0] = 1.0
    return Case(
        cost=table(st.floats(1.0, 60.0)), weight=weight, entry=table(st.integers(-1, places - 1)),
        days=table(st.sampled_from((0.0, 0.0, 0.0, 3.5, 14.0))),
        offered=np.array([draw(st.floats(0.5, 20.0)) for _ in range(streams)]),
        scale=np.array([draw(st.floats(2.0, 60.0)) for _ in range(streams)]),
        onward=tuple(draw(st.sampled_from((-1, *range(place + 1, places)))) for place in range(places)),
        kind=tuple(draw(st.sampled_from(("edge", "node", "both"))) for _ in range(places)),
        most=np.array([draw(st.floats(0.3, 15.0)) for _ in range(places)]),
        toll=np.array([draw(st.floats(0.0, 9.0)) for _ in range(places)]),
        fleet_mt_days=draw(st.floats(2.0, 150.0)),
    )  # fmt: skip


def network(case: Case) -> cr.Network:
    """Return the network of a case."""
    streams, ways = case.cost.shape
    nodes: list[dict[str, Any]] = [{"id": "b"}]
    edges: list[dict[str, Any]] = []
    for place, most in enumerate(case.most.tolist()):
        shared, onward = case.kind[place], case.onward[place]
        nodes.append({"id": f"in_{place}", "throughput_mtpa": None if shared == "edge" else most})
        for copy in range(2 if case.halved else 1):
            capacity = None if shared == "node" else most / 2 if case.halved else most
            edges.append({
                "id": f"place_{place}_{copy}", "tail": f"in_{place}", "head": "b" if onward < 0 else f"in_{onward}",
                "tariff_usd_per_t": float(case.toll[place]) * case.factor, "capacity_mtpa": capacity,
            })  # fmt: skip
    for stream, way in np.ndindex(streams, ways):
        days, entry = float(case.days[stream, way]), int(case.entry[stream, way])
        edges.append({
            "id": f"way_{stream}_{way}", "tail": f"a_{stream}", "head": "b" if entry < 0 else f"in_{entry}",
            "tariff_usd_per_t": float(case.cost[stream, way]) * case.factor, "corridor": f"way_{way}",
            "commodities": [f"stream_{stream}"], "fleet": "ships" if days else None, "fleet_days": days,
        })  # fmt: skip
    nodes += [{"id": f"a_{stream}"} for stream in range(streams)]
    supplies = [
        {"node": f"a_{k}", "commodity": f"stream_{k}", "volume_mtpa": float(offered),
         "penalty_usd_per_t": PENALTY_USD_PER_T * case.factor}
        for k, offered in enumerate(case.offered)
    ]  # fmt: skip
    return cr.Network.from_frames(
        pd.DataFrame(nodes), pd.DataFrame(edges).assign(mode="rail"), supplies=pd.DataFrame(supplies),
        markets=pd.DataFrame([{"node": "b", "commodity": f"stream_{k}"} for k in range(streams)]),
        fleets=pd.DataFrame([{"id": "ships", "capacity_mt_days": case.fleet_mt_days}]),
    )  # fmt: skip


def solved(case: Case) -> ChosenOptimum:
    """Return the optimum by tangents, at the usual tolerance times the factor of money."""
    net = network(case)
    program = Program.of(net)
    alternatives = [
        Alternative(
            f"stream_{k}", f"way_{m}",
            np.array(program.trunk_columns(net, f"way_{m}", f"stream_{k}"), dtype=np.int32),
            float(case.scale[k]) * case.factor, float(case.offered[k]), float(case.weight[k, m]),
        )
        for k, m in np.ndindex(*case.cost.shape)
    ]  # fmt: skip
    tolerance = TOLERANCE_MUSD_PER_YEAR * case.factor
    state = program.state(net)
    return ChoiceSolver(program, state, alternatives, tolerance_musd_per_year=tolerance).optimum(state)


def flows(case: Case) -> np.ndarray:
    """Return what each way takes, by tangents; shape (n_streams, n_ways). [Mt/y]"""
    return solved(case).choice.flow_mtpa.reshape(case.cost.shape)


# The independent optimiser


def at_rents(case: Case, rent: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the dual's value, its sign changed, and the flows that shippers choose at some rents.

    With e = penalty - cost - rents of a way and S = sum of q exp(e / scale), a stream's flows are D q exp(e / scale)
    where S is below 1, and the rest of the supply stays; else they are that over S, and all of it moves.
    """
    pull = np.log(case.weight) + (
        PENALTY_USD_PER_T - case.whole_cost - np.tensordot(rent, case.use, axes=1)
    ) / case.scale[:, None]  # fmt: skip
    most = pull.max(axis=1)
    log_sum = most + np.log(np.exp(pull - most[:, None]).sum(axis=1))
    moved = np.exp(pull - np.maximum(log_sum, 0.0)[:, None])
    gain = np.where(log_sum > 0, 1.0 + log_sum, np.exp(np.minimum(log_sum, 0.0)))
    value = rent @ case.limit + (case.offered * case.scale * (gain - case.weight.sum(axis=1))).sum()
    return float(value), case.offered[:, None] * moved


def bend(case: Case, flow: np.ndarray) -> np.ndarray:
    """Return how use of the limits falls with rents: the dual's second derivative."""
    total = np.zeros((len(case.limit), len(case.limit)))
    for k, moved in enumerate(flow):
        use, all_move = case.use[:, k, :], moved.sum() >= case.offered[k] * (1 - 1e-12)
        inner = np.diag(moved) - (np.outer(moved, moved) / case.offered[k] if all_move else 0.0)
        total += use @ inner @ use.T / case.scale[k]
    return total


def newton(case: Case, *, most_steps: int = 400) -> tuple[float, np.ndarray]:
    """Return the optimum's value, steering included, and the flows, by projected Newton steps on rents."""
    rent = np.zeros(len(case.limit))
    value, flow = at_rents(case, rent)
    for _ in range(most_steps):
        slope = case.limit - np.tensordot(case.use, flow, axes=([1, 2], [0, 1]))
        free = (rent > 0) | (slope < 0)
        if np.abs(slope[free] / case.limit[free]).max(initial=0.0) < 1e-13:
            break
        second = bend(case, flow)[np.ix_(free, free)]
        second += np.eye(len(second)) * 1e-10
        step = np.zeros(len(rent))
        step[free] = -np.linalg.solve(second, slope[free])
        size = min(1.0, 300.0 / np.abs(step).max(initial=1.0))  # where all moves, a common rent bends nothing
        while size * np.abs(step).max(initial=0.0) > 1e-13:
            tried = np.maximum(rent + size * step, 0.0)
            if at_rents(case, tried)[0] <= value + 1e-4 * min(float(slope @ (tried - rent)), 0.0):
                break
            size /= 2
        else:
            break
        rent = tried
        value, flow = at_rents(case, rent)
    return -value, flow


def true_value(case: Case, flow: np.ndarray) -> float:
    """Return what a flow costs, terms of choice and steering of what moves included. [million USD/y]"""
    neutral = case.offered[:, None] * case.weight
    bent = flow * np.log(np.maximum(flow, 1e-300) / neutral) - flow + neutral
    return float(((case.whole_cost - PENALTY_USD_PER_T) * flow + case.scale[:, None] * bent).sum())


def bound(case: Case, flow: np.ndarray, *, gap_musd_per_year: float = TOLERANCE_MUSD_PER_YEAR) -> np.ndarray:
    """Return by how much flows can be wrong: ``sqrt(2 gap F / scale)``, a small share of the offer added."""
    gap = gap_musd_per_year + ROUNDING_MUSD_PER_YEAR
    return np.asarray(np.sqrt(2 * gap * (flow + 1e-9) / case.scale[:, None]) + 1e-7 * case.offered[:, None])


# Tests


def agrees_with_newton(case: Case) -> None:
    """Assert that flows are those of Newton's method within the gap's bound."""
    _, expected = newton(case)
    found = flows(case)
    assert (np.abs(found - expected) <= bound(case, np.maximum(found, expected))).all(), (found, expected)


def certified(case: Case) -> None:
    """Assert that the gap is what the flow is from the optimum at most, and not below zero but for rounding."""
    best, _ = newton(case)
    optimum = solved(case)
    found = true_value(case, optimum.choice.flow_mtpa.reshape(case.cost.shape))
    absolute = float(case.offered.sum() * PENALTY_USD_PER_T)
    assert -1e-12 * absolute <= optimum.choice.gap_musd_per_year <= TOLERANCE_MUSD_PER_YEAR
    assert found - best <= optimum.choice.gap_musd_per_year + ROUNDING_MUSD_PER_YEAR


def money_scales(case: Case, factor: float) -> None:
    """Assert that costs, penalties and scales times a factor leave flows."""
    first = flows(case)
    assert (np.abs(flows(replace(case, factor=factor)) - first) <= 2 * bound(case, first + 1e-3)).all()


def halves_are_one(case: Case) -> None:
    """Assert that every shared edge as two of half its capacity leaves flows."""
    first = flows(case)
    assert (np.abs(flows(replace(case, halved=True)) - first) <= 2 * bound(case, first + 1e-3)).all()


def a_constant_moves_nobody(case: Case, more: float) -> None:
    """Assert that a dearer start of a stream leaves flows if nothing stays behind either way."""
    first = flows(case)
    assume((first.sum(axis=1) >= case.offered * (1 - 1e-9)).all())
    cost = case.cost.copy()
    cost[0] += more
    second = flows(replace(case, cost=cost))
    assume((second.sum(axis=1) >= case.offered * (1 - 1e-9)).all())
    assert (np.abs(second - first) <= 2 * bound(case, first + 1e-3)).all()


def volumes_scale(case: Case, factor: float) -> None:
    """Assert that supplies and limits times a factor give flows times the factor."""
    first = flows(case)
    larger = replace(
        case, offered=case.offered * factor, most=case.most * factor, fleet_mt_days=case.fleet_mt_days * factor
    )
    most = bound(case, first + 1e-3) + bound(case, first + 1e-3, gap_musd_per_year=TOLERANCE_MUSD_PER_YEAR / factor)
    assert (np.abs(flows(larger) / factor - first) <= most).all()


def test_newton_solves_the_worked_example_to_its_digits() -> None:
    """The oracle itself: 23,280, 700 and 20 kTEU, the two last full."""
    case = Case(
        cost=np.array([[3000.0, 3900.0, 4300.0]]) / 10.5, weight=np.array([[1.0, 0.05, 0.002]]),
        entry=np.array([[-1, 0, 1]]), days=np.zeros((1, 3)), offered=np.array([252.0]), scale=np.array([2600 / 10.5]),
        onward=(-1, -1), kind=("edge", "edge"), most=np.array([7.35, 0.21]), toll=np.zeros(2), fleet_mt_days=1.0,
    )  # fmt: skip
    assert newton(case)[1][0] / 10.5e-3 == pytest.approx([23_280.0, 700.0, 20.0], rel=1e-10)


@given(case=cases())
def test_flows_are_those_of_newton_on_rents(case: Case) -> None:
    """Flows are those of Newton on rents."""
    agrees_with_newton(case)


@given(case=cases())
def test_the_gap_certifies_how_far_the_flow_is_from_the_optimum(case: Case) -> None:
    """The gap certifies how far the flow is from the optimum."""
    certified(case)


@given(case=cases(), factor=st.sampled_from((0.01, 7.0, 1000.0)))
def test_all_money_times_a_factor_leaves_flows(case: Case, factor: float) -> None:
    """All money times a factor leaves flows."""
    money_scales(case, factor)


@given(case=cases())
def test_an_edge_in_two_halves_leaves_flows(case: Case) -> None:
    """An edge in two halves leaves flows."""
    halves_are_one(case)


@given(case=cases(), more=st.floats(1.0, 80.0))
def test_a_constant_on_all_ways_of_a_stream_leaves_flows(case: Case, more: float) -> None:
    """A constant on all ways of a stream leaves flows."""
    a_constant_moves_nobody(case, more)


@given(case=cases(), factor=st.sampled_from((0.01, 30.0)))
def test_volumes_times_a_factor_give_flows_times_it(case: Case, factor: float) -> None:
    """Volumes times a factor give flows times it."""
    volumes_scale(case, factor)


@pytest.mark.fuzz
@settings(max_examples=100, derandomize=True)
@given(case=cases(), factor=st.floats(0.01, 100.0), more=st.floats(1.0, 80.0))
def test_many_cases_agree_in_every_respect(case: Case, factor: float, more: float) -> None:
    """All of the above, on many cases."""
    agrees_with_newton(case)
    certified(case)
    money_scales(case, factor)
    halves_are_one(case)
    volumes_scale(case, factor)
    a_constant_moves_nobody(case, more)


# The solver's own failures


def one() -> Case:
    """Return a case of one stream and two ways."""
    return Case(
        cost=np.array([[5.0, 9.0]]), weight=np.array([[1.0, 0.3]]), entry=np.array([[-1, 0]]), days=np.zeros((1, 2)),
        offered=np.array([4.0]), scale=np.array([8.0]), onward=(-1,), kind=("edge",), most=np.array([0.4]),
        toll=np.zeros(1), fleet_mt_days=1.0,
    )  # fmt: skip


def test_a_run_that_ends_without_a_status_is_solved_from_scratch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other run is lost, as HiGHS's warm starts at times end; the answer is the same."""
    expected, run, calls = flows(one()), door._run_alone, [0]

    def forgetful(highs: Any) -> None:
        calls[0] += 1
        if calls[0] % 2 == 0:
            run(highs)

    monkeypatch.setattr(door, "_run_alone", forgetful)
    assert flows(one()) == pytest.approx(expected, abs=1e-6)


def test_a_state_that_fails_leaves_nothing_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """One fails at its second program; the next is as before to the byte, after as many programs."""
    case = replace(one(), most=np.array([40.0]))
    net = network(case)
    program = Program.of(net)
    base = program.state(net)
    columns = [np.array(program.trunk_columns(net, f"way_{m}", "stream_0"), dtype=np.int32) for m in range(2)]
    alternatives = [
        Alternative("stream_0", f"way_{m}", columns[m], 8.0, 4.0, float(case.weight[0, m])) for m in range(2)
    ]
    solver = ChoiceSolver(program, base, alternatives)
    dear = replace(base, cost=base.cost + np.where(np.arange(program.n_columns) == columns[0][0], 12.0, 0.0))
    first = solver.optimum(dear)
    assert first.choice.n_programs >= 2
    refuse, calls = door._refuse_unsolved, [0]

    def failing(highs: Any) -> None:
        calls[0] += 1
        if calls[0] == 2:
            raise SolverError("lost")
        refuse(highs)

    monkeypatch.setattr(door, "_refuse_unsolved", failing)
    with pytest.raises(SolverError, match="lost"):
        solver.optimum(replace(dear))
    again = solver.optimum(dear)
    assert (again.choice.n_programs, again.amount.tolist()) == (first.choice.n_programs, first.amount.tolist())


def test_a_closed_corridor_takes_few_programs() -> None:
    """Its flow is 0, where no tangent touches: the tangents go lower until the gap is small enough."""
    case = replace(one(), most=np.array([1e-15]), offered=np.array([4e4]), scale=np.array([800.0]))
    optimum = solved(case)
    assert optimum.choice.n_programs <= 13
    assert math.isclose(optimum.choice.flow_mtpa[0], 4e4, rel_tol=1e-9)
