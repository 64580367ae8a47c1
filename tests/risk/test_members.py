"""What hazards strike and how much of it they take: simulated years and states against closed forms."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta

import corridor as cr
from corridor.risk.blocks import SHARE_STEP, BlockSimulator
from corridor.risk.plan import Plan
from corridor.risk.random_histories import intervals, unpacked
from corridor.solver.batch import BatchSolver
from helpers.means import assert_mean
from helpers.parallel_routes import closes, hazard, ways

YEARS = 8_000
PARTS = cr.TwoPart(complete=0.3, mean=0.4, at_most=0.8, concentration=2.5)


def mean_worst(load: float, law: cr.TwoPart) -> float:
    """Return the mean over time of the largest share in force, of a Poisson number of events with mean `load`."""
    assert law.concentration is not None
    x = law.mean / law.at_most
    of = beta(x * law.concentration, (1.0 - x) * law.concentration)

    def exceeds(share: float) -> float:
        above = law.complete + (1.0 - law.complete) * float(of.sf(share / law.at_most))
        return 1.0 - math.exp(-load * above)

    return float(quad(exceeds, 0.0, law.at_most)[0] + (1.0 - law.at_most) * exceeds(1.0))


@pytest.mark.parametrize("n", [1, 2, 20])
def test_mean_shortfall_is_the_mean_of_the_worst_share_in_force(n: int) -> None:
    """As many ways of 1 Mt/y, each with a hazard of two parts of its own; rates from seldom to nearly always."""
    rates = [0.5 + 10.0 * at / n for at in range(n)]
    days = cr.Lognormal(median=6.0, sigma=1.2)
    hazards = [closes(f"h{at}", f"w{at}", rate=rate, days=days, severity=PARTS) for at, rate in enumerate(rates)]
    ens = cr.simulate(ways(*[1] * n, hazards=hazards, volume=float(n)), years=YEARS if n < 20 else 1500, seed=4)
    expected = sum(mean_worst(rate * days.mean / 365.0, PARTS) for rate in rates)
    assert_mean(ens.years["shortfall_mt"], expected)


def test_a_hazard_of_two_parts_is_two_hazards() -> None:
    """Of rate p lambda with all taken, and (1 - p) lambda with the partial law: equal means and tails of years."""
    partial = PARTS.replace(complete=0.0)
    one = closes("storm", "w0", rate=8.0, days=10.0, severity=PARTS)
    two = [
        closes("all", "w0", rate=8.0 * PARTS.complete, days=10.0),
        closes("part", "w0", rate=8.0 * (1.0 - PARTS.complete), days=10.0, severity=partial),
    ]
    of_one, of_two = (cr.simulate(ways(1, hazards=hazards, volume=1.0), YEARS, 5).years for hazards in ([one], two))
    for column in ("shortfall_mt", "shocks", "disturbed_days"):
        a, b = of_one[column], of_two[column]
        assert abs(a.mean() - b.mean()) < 4.5 * math.hypot(a.std(), b.std()) / math.sqrt(YEARS), column
    for level in (0.5, 0.9):
        bound = of_one["shortfall_mt"].quantile(level)
        assert abs((of_two["shortfall_mt"] <= bound).mean() - level) < 0.02


PROBABILITY = (1.0, 0.6, 0.25)


def hub(**more: object) -> cr.Hazard:
    """Return a hazard that strikes three ways by chances of their own."""
    hits = [{"edge": f"w{at}", "probability": p} for at, p in enumerate(PROBABILITY)]
    return cr.Hazard(name="hub", hits=hits, frequency_per_year=6.0, duration_days=10.0, **more)


def test_members_are_struck_together_as_often_as_their_chances_say() -> None:
    """Time with a set of ways closed: by inclusion and exclusion over Poisson numbers of events."""
    sizes = (1.0, 2.0, 4.0)
    ens = cr.simulate(ways(*sizes, hazards=[hub()], volume=7.0), years=YEARS, seed=6)
    load = 6.0 * 10.0 / 365.0

    def within(struck: tuple[int, ...]) -> float:
        unstruck = math.prod(1.0 - p for at, p in enumerate(PROBABILITY) if at not in struck)
        return math.exp(-load * (1.0 - unstruck))

    days = {frozenset(row.hazards): row.days_per_year for row in ens.states.itertuples()}
    for size in range(4):
        for struck in itertools.combinations(range(3), size):
            subsets = [s for k in range(size + 1) for s in itertools.combinations(struck, k)]
            chance = sum((-1) ** (size - len(s)) * within(s) for s in subsets)
            names = frozenset(f"hub (w{at})" for at in struck)
            assert days.get(names, 0.0) / 365.0 == pytest.approx(chance, abs=0.004), names
    each = [1.0 - math.exp(-load * p) for p in PROBABILITY]
    assert_mean(ens.years["shortfall_mt"], sum(s * chance for s, chance in zip(sizes, each, strict=True)))


def test_a_shock_that_strikes_nobody_passes_unseen() -> None:
    """Neither counted as a shock nor as a disturbed day."""
    seldom = cr.Hazard(
        name="seldom", hits=[{"edge": "w0", "probability": 0.2}], frequency_per_year=10.0, duration_days=5.0
    )
    years = cr.simulate(ways(1, hazards=[seldom], volume=1.0), years=YEARS, seed=8).years
    assert_mean(years["shocks"], 2.0)
    assert_mean(years["disturbed_days"], 365.0 * (1.0 - math.exp(-2.0 * 5.0 / 365.0)))


def test_hits_of_probability_one_are_the_changes_themselves() -> None:
    """The same days, shocks and losses, whichever way it is said."""
    net = ways(1, 2, volume=3.0)
    said = cr.Hazard(name="both", hits=[{"edge": "w0"}, {"edge": "w1"}], frequency_per_year=3.0, duration_days=9.0)
    changes = closes("both", "w0", "w1", rate=3.0, days=9.0)
    of_hits, of_changes = (cr.simulate(net.replace(hazards=[h]), 300, 2).years for h in (said, changes))
    pd.testing.assert_frame_equal(of_hits, of_changes, check_exact=True)


def test_one_share_is_drawn_for_all_that_a_shock_strikes() -> None:
    """While at most one event is in force its members lose the same share."""
    both = cr.Hazard(
        name="both", hits=[{"edge": "w0"}, {"edge": "w1"}], frequency_per_year=0.5, duration_days=3.0, severity=PARTS
    )
    cut = intervals([both], 3, 0, 1000)
    first, second = cut.severity[0], cut.severity[1]
    assert (first > 0).any()
    assert (first == second).all()


# One state


def lossy(**parts: object) -> cr.Network:
    """Return three ways of which the cheapest fills first: 5, 4 and of the 4 of the last one 2."""
    return ways(5, 4, 4, volume=11.0, **parts)


@given(st.sampled_from(["w0", "w1", "w2"]), st.floats(0.01, 0.99))
def test_a_share_of_the_flow_leaves_the_rest_of_what_passes(way: str, share: float) -> None:
    """What is left is 1 - share of what passes undisturbed, whatever the capacity."""
    net = lossy()
    struck = cr.Hazard(
        name="slow", hits=[{"edge": way}], frequency_per_year=1.0, duration_days=1.0,
        severity=cr.TwoPart(mean=0.5, concentration=1.0, of="flow"),
    )  # fmt: skip
    batch = BatchSolver(net, [struck])
    passes = float(cr.solve(net).edges.loc[way, "flow_mtpa"])
    capacity = net.edge(way).capacity_mtpa
    assert capacity is not None
    by_hand = cr.Derate(edge=way, remaining=(1.0 - share) * passes / capacity).apply(net)
    told = batch.outcomes(np.array([[share]]))[0]
    flow = cr.solve(by_hand)
    assert told[batch.layout.column("shortfall")] == pytest.approx(flow.shortfall_mtpa, abs=1e-6)
    assert told[batch.layout.column("netback")] == pytest.approx(flow.netback_musd_per_year, abs=1e-5)
    assert batch.solution(np.array([share])).network.edge(way).available_mtpa == pytest.approx((1.0 - share) * passes)


@pytest.mark.parametrize("flow_first", [True, False])
def test_shares_of_flow_and_of_capacity_leave_the_least_of_both(flow_first: bool) -> None:
    """Of 5 half the capacity, 2.5, and 0.7 of the 2 that pass, 1.4: whichever hazard comes first."""
    net = ways(5, volume=2.0)
    of_flow = cr.Hazard(
        name="slow", hits=[{"edge": "w0"}], frequency_per_year=1.0, duration_days=1.0,
        severity=cr.TwoPart(mean=0.5, concentration=1.0, of="flow"),
    )  # fmt: skip
    of_capacity = closes("storm", "w0", severity=cr.TwoPart(mean=0.5, concentration=1.0))
    batch = BatchSolver(net, [of_flow, of_capacity] if flow_first else [of_capacity, of_flow])
    state = np.array([0.3, 0.5] if flow_first else [0.5, 0.3])
    assert batch.outcomes(state[None, :])[0, batch.layout.column("delivered")] == pytest.approx(1.4)
    assert batch.solution(state).network.edge("w0").available_mtpa == pytest.approx(1.4)


def test_of_flow_takes_its_share_of_the_cpc_whatever_is_spare() -> None:
    """Usual ways only, 0.28 of the CPC gone: of its flow all of that is lost, of its capacity what is not spare."""
    net = cr.load(year=2024)
    usual = cr.solve(net).corridors.loc["cpc"]
    slow = next(hazard for hazard in net.hazards if hazard.name == "CPC slow")
    of_flow = slow.replace(severity=slow.severity.replace(of="flow"))
    lost = []
    for struck in (slow, of_flow):
        batch = BatchSolver(net, [struck], rerouting=False)
        lost.append(batch.outcomes(np.array([[0.28]]))[0, batch.layout.column("shortfall")])
    spare = usual["available_mtpa"] - usual["throughput_mtpa"]
    assert lost[0] == pytest.approx(0.28 * usual["available_mtpa"] - spare, abs=1e-6)
    assert lost[1] == pytest.approx(0.28 * usual["throughput_mtpa"], abs=1e-6)


def test_a_share_of_a_flow_of_nothing_closes_nothing_that_was_used() -> None:
    """A way that carries nothing keeps nothing, and nobody misses it."""
    net = ways(5, 4, 4, volume=8.0)
    spare = cr.Hazard(
        name="slow", hits=[{"edge": "w2"}], frequency_per_year=1.0, duration_days=1.0,
        severity=cr.TwoPart(mean=0.5, of="flow"),
    )  # fmt: skip
    batch = BatchSolver(net, [spare])
    undisturbed, slow = batch.outcomes(np.array([[0.0], [0.5]]))
    columns = [batch.layout.column(name) for name in ("delivered", "shortfall", "netback")]
    assert slow[columns] == pytest.approx(undisturbed[columns])
    assert batch.solution(np.array([0.5])).network.edge("w2").available_mtpa == 0.0


@given(st.floats(0.01, 1.0))
def test_premium_and_outage_come_together_as_one_hazard(share: float) -> None:
    """The share is of the outage alone; the premium holds whole while the hazard is in force."""
    net = lossy()
    both = hazard(
        "raid", cr.Outage(edge="w0"), cr.TariffShock(edge="w1", add_usd_per_t=3.0),
        severity=cr.TwoPart(complete=0.5, mean=0.5, concentration=2.0),
    )  # fmt: skip
    batch = BatchSolver(net, [both])
    change = cr.Outage(edge="w0") if share == 1.0 else cr.Derate(edge="w0", remaining=1.0 - share)
    flow = cr.solve(net, cr.Scenario(name="it", changes=[change, cr.TariffShock(edge="w1", add_usd_per_t=3.0)]))
    told = batch.outcomes(np.array([[share]]))[0]
    assert told[batch.layout.column("shortfall")] == pytest.approx(flow.shortfall_mtpa, abs=1e-6)
    assert told[batch.layout.column("netback")] == pytest.approx(flow.netback_musd_per_year, abs=1e-4)


# Years by regime, without rerouting, of draws


def by_regime() -> cr.Network:
    """Return a way that is closed ten times as often in war."""
    storm = closes("storm", "w0", rate=1.0, days=5.0).replace(frequency_per_year={"calm": 1.0, "war": 10.0})
    return ways(1, hazards=[storm], volume=1.0)


def test_years_of_a_mixture_have_the_rates_of_their_own_regime() -> None:
    """Thirty per cent of years in war, each regime with its own number of shocks."""
    ens = cr.simulate(by_regime(), YEARS, 3, regime={"war": 0.3, "calm": 0.7})
    years = ens.years
    assert (years["regime"] == "war").mean() == pytest.approx(0.3, abs=1e-3)
    assert_mean(years.loc[years["regime"] == "war", "shocks"], 10.0)
    assert_mean(years.loc[years["regime"] == "calm", "shocks"], 1.0)
    assert ens.regimes == {"calm": 0.7, "war": 0.3}
    assert ens.summary().attrs["regime"] == "calm 0.7, war 0.3"
    assert "regime calm 0.7, war 0.3" in repr(ens)


def test_any_run_of_a_mixture_has_its_shares() -> None:
    """Years of each regime are spread evenly, so that the first hundred have the shares of all."""
    of_year = Plan(("calm", "war"), (0.75, 0.25)).regime_of_year(1000)
    for first in range(0, 900, 100):
        assert of_year[first : first + 100].mean() == pytest.approx(0.25, abs=0.02)


def test_one_regime_is_a_mixture_of_nothing_else() -> None:
    """A name and a share of 1 are the same; so is the network's own regime."""
    named = cr.simulate(by_regime(), 200, 3, regime="war").years
    pd.testing.assert_frame_equal(named, cr.simulate(by_regime(), 200, 3, regime={"war": 1.0}).years)
    pd.testing.assert_frame_equal(named, cr.simulate(by_regime().replace(regime="war"), 200, 3).years)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "hazard 'storm' has rates for the regimes 'calm', 'war' (the network has none); choose one"),
        ({"regime": "peace"}, "(got 'peace')"),
        ({"regime": "full"}, "regime 'full' is no more"),
        ({"regime": {"war": 0.5, "calm": 0.4}}, "shares of years must add up to 1 (got 0.9"),
        ({"regime": {"war": 1.5}}, "the share of years in 'war' must be more than 0 and at most 1 (got 1.5)"),
        ({"regime": {}}, "shares of years must add up to 1 (got 0"),
        ({"regime": 3}, "regime must be a name, or shares of years by name (got 3)"),
        ({"regime": "war", "rates": "guessed"}, "no kind of rates named 'guessed'"),
        ({"regime": "war", "rates": "drawn", "years": 5000}, "years must be 100 or more a draw"),
        ({"regime": "war", "rates": "drawn", "years": 30_001, "draws": 100}, "as many in each (got 30001 years"),
        ({"regime": "war", "rates": "drawn", "draws": 1}, "draws must be"),
    ],
)
def test_years_that_cannot_be_meant_are_refused(arguments: dict[str, object], told: str) -> None:
    """Each with the rule, what was given and the way out."""
    with pytest.raises(cr.CorridorError) as refused:
        cr.simulate(by_regime(), **arguments)
    assert told in str(refused.value)


def test_without_rerouting_each_state_is_the_flow_of_usual_ways() -> None:
    """Every state's loss is that of `solve` with rerouting=False, and never below that with it."""
    hazards = [closes("a", "w0", rate=4.0, days=20.0), closes("b", "w1", rate=4.0, days=20.0)]
    net = ways(5, 4, 4, volume=9.0, hazards=hazards)
    held = cr.simulate(net, 50, 2, rerouting=False)
    for row in held.states.itertuples():
        shut = [change for h in hazards if h.name in row.hazards for change in h.changes]
        flow = cr.solve(net, cr.Scenario(name="it", changes=shut) if shut else None, rerouting=False)
        assert row.shortfall_mtpa == pytest.approx(flow.shortfall_mtpa, abs=1e-9)
    free = cr.simulate(net, 50, 2)
    assert (held.years["shortfall_mt"] >= free.years["shortfall_mt"] - 1e-9).all()
    assert held.years["shortfall_mt"].sum() > free.years["shortfall_mt"].sum()


def test_a_block_is_a_whole_number_of_draws() -> None:
    """Two draws of 1000 years a block, one of 3000."""
    assert list(Plan(years_per_draw=1000).blocks(5000)) == [(0, 2000), (1, 2000), (2, 1000)]
    assert list(Plan(years_per_draw=3000).blocks(6000)) == [(0, 3000), (1, 3000)]
    assert list(Plan().blocks(6000)) == [(0, 2500), (1, 2500), (2, 1000)]


def test_shares_are_told_apart_by_two_per_cent() -> None:
    """A state stands for shares no further than half a step from its own."""
    net = lossy(hazards=[closes("storm", "w0", rate=20.0, days=20.0, severity=PARTS)])
    simulator = BlockSimulator(net, net.hazards)
    history = simulator.history(3, 0, 50)
    rows = simulator.severity_rows(history, np.arange(len(history.days)))
    assert SHARE_STEP == 0.02
    assert np.abs(rows[:, 0] - history.severity[0]).max() <= 0.01 + 1e-12
    assert np.allclose(rows * 50.0, np.round(rows * 50.0))
    assert (unpacked(history.in_force, 1)[:, 0] == (history.severity[0] > 0)).all()
