"""Nameplate, reachable and capacity of `compare`: by hand, and in order on every network."""

from __future__ import annotations

import itertools
import math

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import corridor as cr
from corridor.solver.highs import Solver
from helpers.certificates import Slack
from helpers.strategies import networks, scenarios

RUNGS = ["nameplate_mtpa", "reachable_mtpa", "capacity_mtpa", "throughput_mtpa"]


def one_way(most: float | None = 3.0, *, pump: float | None = 7.0, volume: float = 2.0, **trunk: object) -> cr.Network:
    """Return a feeder of some capacity into a trunk of 10 Mt/y, of which the shipper's quota opens some."""
    fields = {"id": "trunk", "tail": "hub", "head": "sea", "capacity_mtpa": 10, "corridor": "c", **trunk}
    return cr.Network(
        nodes=[cr.Node(id=id) for id in ("field", "hub", "sea")],
        edges=[cr.Edge(id="feeder", tail="field", head="hub", capacity_mtpa=pump), cr.Edge.model_validate(fields)],
        commodities=[cr.Commodity(id="oil"), cr.Commodity(id="other")],
        corridors=[cr.Corridor(id="c")],
        supplies=[
            cr.Supply(node="field", commodity="oil", volume_mtpa=volume),
            cr.Supply(node="hub", commodity="other", volume_mtpa=2.5),
        ],
        markets=[cr.Market(node="sea", commodity=id, price_usd_per_t=10) for id in ("oil", "other")],
        quotas=[] if most is None else [cr.Quota(edge="trunk", commodity="oil", max_mtpa=most)],
    )


def rungs(net: cr.Network, *scenario: cr.Scenario) -> list[float]:
    """Return the three rungs and the throughput of the last state."""
    return cr.compare(net, scenario, columns=RUNGS).iloc[-1].tolist()


def scenario(change: cr.Outage | cr.Derate | cr.Opening | cr.QuotaChange) -> cr.Scenario:
    """Return a scenario of one change."""
    return cr.Scenario(name="it", changes=change)


def test_three_rungs_by_hand() -> None:
    """The trunk is built for 10, the feeder lets 7 to it, the contract 3; the field has 2."""
    assert rungs(one_way()) == pytest.approx([10, 7, 3, 2], abs=1e-5)


def test_other_shippers_stay_where_quotas_are_lifted() -> None:
    """Of a trunk of 10 the other's 2.5 leave 7.5, which a feeder of 9 does not stop."""
    assert rungs(one_way(pump=9.0)) == pytest.approx([10, 7.5, 3, 2], abs=1e-5)


def test_without_a_quota_two_rungs_are_one() -> None:
    """What pipes let pass is what can move."""
    assert rungs(one_way(None)) == pytest.approx([10, 7, 7, 2], abs=1e-5)


def test_an_outage_leaves_the_nameplate() -> None:
    """It takes what can be reached, not what the trunk is built for."""
    assert rungs(one_way(), scenario(cr.Outage(edge="trunk"))) == [10, 0, 0, 0]
    assert rungs(one_way(), scenario(cr.Derate(edge="trunk", remaining=0.5))) == pytest.approx([10, 2.5, 2.5, 2])


def test_a_planned_trunk_has_no_nameplate_until_it_opens() -> None:
    """In service counts, and nothing else."""
    planned = one_way(in_service=False)
    assert rungs(planned) == [0, 0, 0, 0]
    assert rungs(planned, scenario(cr.Opening(edge="trunk"))) == pytest.approx([10, 7, 3, 2], abs=1e-5)


def test_no_limit_is_infinite() -> None:
    """On each rung; a quota may be the only limit."""
    free = one_way(pump=None, capacity_mtpa=None)
    assert rungs(free) == [math.inf, math.inf, pytest.approx(3, abs=1e-5), 2]


def test_minima_are_held_on_both_rungs() -> None:
    """Oil that meets a minimum of 2 on another way out of the hub cannot be counted here: of 7 pumped, 5 are left."""
    net = one_way()
    other_way = cr.Edge(id="aside", tail="hub", head="sea", capacity_mtpa=4, tariff_usd_per_t=1)
    bound = net.replace(
        edges=(*net.edges, other_way), quotas=(*net.quotas, cr.Quota(edge="aside", commodity="oil", min_mtpa=2))
    )
    assert rungs(bound)[:3] == pytest.approx([10, 5, 3], abs=1e-5)


@pytest.mark.parametrize(("most", "more"), [(3.0, 1), (0.0, 1), (7.5, 0), (None, 0)])
def test_lifting_quotas_is_solved_only_where_one_is_in_the_cut(
    most: float | None, more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flow and its capacity are two programs; a quota above the feeder's capacity is not in the cut."""
    solved: list[object] = []
    original = Solver.optimum
    monkeypatch.setattr(Solver, "optimum", lambda self, state: solved.append(state) or original(self, state))
    cr.compare(one_way(most), [], columns=["reachable_mtpa", "capacity_mtpa"])
    assert len(solved) == 2 + more


def test_how_much_the_btc_could_take() -> None:
    """The question of the issue: 50 by the pipe, 3.4 by what leads to it, 2.2 by contract.

    The berths of Sangachal take 8, and 4.6 of it are Turkmen oil.
    """
    row = cr.compare(cr.load(year=2024), [], corridors="btc", columns=RUNGS).iloc[0]
    assert row[:3].tolist() == pytest.approx([50, 8 - 4.6, 2.2], abs=1e-5)


def test_no_access_is_where_lifting_quotas_would_open_it() -> None:
    """A quota of 0 bars an open pipe; of a closed one it is not what stops."""
    barred = one_way(0.0)
    status = cr.compare(barred, scenario(cr.Outage(edge="trunk")), columns="status")["status"]
    assert status.tolist() == ["no access", "closed"]


@pytest.mark.parametrize("year", [2018, 2021, 2022, 2024])
def test_rungs_are_in_order_in_every_shipped_state(year: int) -> None:
    """Whatever the scenario and the shipper."""
    net = cr.load("caspian", year)
    for commodity in net.commodities:
        assert_in_order(cr.compare(net, commodity=commodity.id, columns=RUNGS))


def assert_in_order(table: pd.DataFrame) -> None:
    """Assert that each rung is at least the next one."""
    for upper, lower in itertools.pairwise(RUNGS):
        too_low = table[table[upper] < table[lower] - 1e-5]
        assert too_low.empty, f"{upper} below {lower}:\n{too_low}"


@given(st.data())
def test_rungs_are_in_order_on_random_networks(data: st.DataObject) -> None:
    """Under a random scenario, minima and ceilings included, for every shipper and for all as one."""
    net = data.draw(networks(demands=True))
    assume(net.corridors)
    happening = data.draw(scenarios(net, most=2))
    grouped = net.replace(commodities=tuple(c.replace(group="all of it") for c in net.commodities))
    for commodity in (*(c.id for c in net.commodities), "all of it"):
        assert_in_order(cr.compare(grouped, happening, commodity=commodity, columns=RUNGS, strict=False))


@given(networks(demands=True))
def test_closing_a_corridor_never_raises_the_objective(net: cr.Network) -> None:
    """Nor does the loss of it show as a gain of all that was maximised."""
    before = cr.solve(net).objective
    for record in net.corridors:
        closed = scenario(cr.Outage(corridor=record.id))
        assert cr.solve(net, closed, strict=False).objective <= before + Slack.of(net).musd
