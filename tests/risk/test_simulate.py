"""Simulated years against closed forms, an oracle that solves each interval anew, and what luck must not change."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

import corridor as cr
from corridor.risk.blocks import _CHUNK, BlockSimulator
from corridor.risk.random_histories import BLOCK_YEARS, expected_states, intervals
from helpers.means import assert_mean
from helpers.parallel_routes import closes, derates, hazard, ways

MANY = 200_000


def in_force(rate: float, days: float) -> float:
    """Return the share of time in which a Poisson number with mean rate x days / 365 is not 0."""
    return 1.0 - math.exp(-rate * days / 365.0)


def assert_share(hits: pd.Series | np.ndarray, expected: float) -> None:
    """Assert that a share of years is as expected, within four standard errors."""
    n = len(hits)
    assert abs(np.mean(hits) - expected) < 4 * math.sqrt(expected * (1 - expected) / n)


LAWS = {
    "rare": (0.5, 12.0, 12.0),
    "years long": (0.3, 500.0, 500.0),
    "lognormal": (1.5, cr.Lognormal(median=5.0, sigma=1.5), 5.0 * math.exp(1.125)),
}


@pytest.fixture(scope="module")
def apart() -> cr.Ensemble:
    """Simulate hazards of several laws, each on a way of its own that carries 1 Mt/y while it is open."""
    hazards = [closes(name, f"w{at}", rate=rate, days=days) for at, (name, (rate, days, _)) in enumerate(LAWS.items())]
    hazards.append(hazard("drawn", cr.Outage(edge="w3"), rate=1.0, days=200.0, severity=cr.Uniform(low=0.2, high=0.8)))
    return cr.simulate(ways(1, 1, 1, 1, hazards=hazards, volume=4.0), years=MANY, seed=11)


@pytest.fixture(scope="module")
def overlapping() -> cr.Ensemble:
    """Simulate one way that is closed 20 times a year for 30 days."""
    return cr.simulate(ways(10, hazards=[closes("storm", "w0", rate=20.0, days=30.0)]), years=MANY, seed=3)


@pytest.fixture(scope="module")
def common() -> cr.Ensemble:
    """Simulate two ways of 5 Mt/y, each closed by its own shock or by one common to both."""
    hazards = [
        closes("a", "w0", rate=1.0, days=30.0),
        closes("b", "w1", rate=0.5, days=40.0),
        closes("c", "w0", "w1", rate=0.4, days=50.0),
    ]
    return cr.simulate(ways(5, 5, hazards=hazards), years=MANY, seed=5)


@pytest.mark.parametrize("law", list(LAWS))
def test_a_hazard_takes_the_share_of_time_of_the_queue(apart: cr.Ensemble, law: str) -> None:
    """M/G/infinity: out for 1 - exp(-rate x mean duration) of time, whatever the law, and however long."""
    rate, _, mean = LAWS[law]
    assert_mean(1.0 - apart.throughputs[f"w{list(LAWS).index(law)}"], in_force(rate, mean))


def test_the_worst_of_drawn_severities(apart: cr.Ensemble) -> None:
    """The largest of a Poisson(m) number of shares uniform on (l, h): l (1 - e^-m) + (h - l) (1 - (1 - e^-m) / m)."""
    load = 200.0 / 365.0
    met = 1.0 - math.exp(-load)
    assert_mean(1.0 - apart.throughputs["w3"], 0.2 * met + 0.6 * (1.0 - met / load))


def test_overlaps_are_not_counted_twice(overlapping: cr.Ensemble) -> None:
    """20 outages a year of 30 days leave exp(-600 / 365) of the time, not less than nothing."""
    assert_mean(overlapping.years["shortfall_mt"], 10.0 * in_force(20.0, 30.0))


def test_shocks_are_poisson(overlapping: cr.Ensemble) -> None:
    """Their number in a year has mean and variance 20."""
    shocks = overlapping.years["shocks"].to_numpy(dtype=float)
    assert_mean(shocks, 20.0)
    assert_mean((shocks - shocks.mean()) ** 2, 20.0)


def test_years_without_a_shock(common: cr.Ensemble) -> None:
    """No event begins in exp(-sum of rates) of years; none is in force in exp(-sum of rates x (1 + D / 365))."""
    assert_share(common.years["shocks"] == 0, math.exp(-1.9))
    quiet = math.exp(-(1.9 + (1.0 * 30 + 0.5 * 40 + 0.4 * 50) / 365))
    assert_share(common.years["disturbed_days"] == 0, quiet)
    assert_share(common.years["delivered_mt"] == 10.0, quiet)


def test_disturbed_days(common: cr.Ensemble) -> None:
    """Some hazard is in force on 365 x (1 - exp(-sum of loads)) days of an average year."""
    assert_mean(common.years["disturbed_days"], 365.0 * in_force(1.0, 70.0))


@pytest.mark.parametrize(("way", "own"), [("w0", 30.0), ("w1", 20.0)])
def test_each_way_is_out_by_its_own_shock_or_the_common_one(common: cr.Ensemble, way: str, own: float) -> None:
    """Marshall-Olkin: a way sees its own shocks and the common ones, load 0.4 x 50, as one process."""
    expected = in_force(1.0, own + 20.0)
    assert_mean(5.0 - common.throughputs[way], 5.0 * expected)
    days = common.corridors.loc[way, "closed_days"]
    assert days == pytest.approx(365.0 * (5.0 - common.throughputs[way].mean()) / 5.0)


def test_both_ways_are_out_at_once_by_the_common_shock_or_by_chance(common: cr.Ensemble) -> None:
    """Marshall-Olkin: c + (1 - c) a b, far more than the product of the shares in which each is out."""
    a, b, c = in_force(1.0, 30.0), in_force(0.5, 40.0), in_force(0.4, 50.0)
    half = cr.Scenario(name="half", changes=[cr.SupplyShock(node="field", remaining=0.5)])
    either_would_do = cr.simulate(common.network, years=MANY, seed=5, scenario=half)
    assert_mean(either_would_do.years["shortfall_mt"], 5.0 * (c + (1 - c) * a * b))
    assert_share(common.years["worst_shortfall_mtpa"] < 10.0, _never_both())


def _never_both() -> float:
    """Return the share of years in which the two ways of `common` are never out together, drawn here by plain loops.

    Notes
    -----
    No common shock is in force or begins, with probability exp(-0.4 (1 + 50 / 365)), and no own shock of one way
    overlaps one of the other; events that may be in force in a year begin from D days before it on.
    """
    draw = np.random.default_rng(1)
    n, free = 200_000, 0
    ends = (("a", 1.0, 30.0), ("b", 0.5, 40.0))
    numbers = {name: draw.poisson(rate * (1 + days / 365), n) for name, rate, days in ends}
    for year in np.flatnonzero((numbers["a"] > 0) & (numbers["b"] > 0)):
        begins = [-days + draw.random(numbers[name][year]) * (365 + days) for name, _, days in ends]
        met = (begins[0][:, None] < begins[1][None, :] + 40.0) & (begins[1][None, :] < begins[0][:, None] + 30.0)
        # Overlap counts within the year alone.
        inside = np.minimum(begins[0][:, None] + 30.0, begins[1][None, :] + 40.0) > 0
        free += not (met & inside).any()
    free += int(((numbers["a"] == 0) | (numbers["b"] == 0)).sum())
    return free / n * math.exp(-0.4 * (1 + 50 / 365))


def test_variance_over_years(overlapping: cr.Ensemble) -> None:
    """Var of the time out: none is in force at two times u apart with probability exp(-2 r + rate (D - u)+)."""
    rate, days, load = 20.0 / 365.0, 30.0, 600.0 / 365.0
    found, _ = quad(
        lambda u: 2 * (365 - u) * math.exp(-2 * load) * math.expm1(rate * max(0.0, days - u)), 0, 365, points=[30]
    )
    short = overlapping.years["shortfall_mt"].to_numpy() / 10.0 * 365.0
    assert_mean((short - short.mean()) ** 2, found)


def test_derates_of_one_edge_multiply() -> None:
    """What is left is the product of what each leaves; shares of time multiply too, hazards being independent."""
    hazards = [derates("p", "w0", 0.5, rate=2.0, days=30.0), derates("q", "w0", 0.4, rate=1.0, days=60.0)]
    ens = cr.simulate(ways(10, hazards=hazards), years=MANY, seed=9)
    expected = 10.0 * (1 - 0.5 * in_force(2.0, 30.0)) * (1 - 0.6 * in_force(1.0, 60.0))
    assert_mean(ens.years["delivered_mt"], expected)
    low = ens.states.set_index(ens.states["hazards"].map(" ".join))["delivered_mtpa"]
    assert low[["", "p", "q", "p q"]].tolist() == pytest.approx([10.0, 5.0, 4.0, 2.0])


def test_no_part_of_a_year_is_milder_than_another() -> None:
    """A hazard of 100 days is in force on the first day of a year as often as on the last: what began before counts."""
    storm = [closes("storm", "w0", rate=1.0, days=100.0)]
    first, last, n = 0, 0, 20
    for block in range(n):
        cut = intervals(storm, 2, block)
        at_start = np.searchsorted(cut.year, np.arange(BLOCK_YEARS))
        at_end = np.append(at_start[1:], len(cut.year)) - 1
        first, last = (
            count + int((cut.in_force[at, 0] != 0).sum()) for count, at in ((first, at_start), (last, at_end))
        )
    years = n * BLOCK_YEARS
    for count in (first, last):
        assert_share(np.repeat([1.0, 0.0], [count, years - count]), in_force(1.0, 100.0))


# What luck must not change


def net_of_three() -> cr.Network:
    """Return two ways of 6 and 4 Mt/y for 10, and three hazards that overlap."""
    return ways(
        6, 4,
        hazards=[
            closes("storm", "w0", rate=4.0, days=cr.Lognormal(median=10.0, sigma=1.0)),
            derates("order", "w1", 0.25, rate=2.0, days=40.0),
            hazard("toll", cr.TariffShock(edge="w0", add_usd_per_t=7.0), rate=3.0, days=30.0),
        ],
    )  # fmt: skip


def test_the_same_seed_gives_the_same_years_and_another_gives_others() -> None:
    """Years are a matter of the seed."""
    first, again, other = (cr.simulate(net_of_three(), years=50, seed=seed).years for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_scenarios_on_one_seed_meet_the_same_hazards() -> None:
    """Common random numbers: days and shocks are equal, what they cost is not."""
    wider = cr.Scenario(name="wider", changes=[cr.Expansion(edge="w1", add_mtpa=3.0)])
    before, after = (cr.simulate(net_of_three(), years=300, seed=4, scenario=s).years for s in (None, wider))
    pd.testing.assert_frame_equal(before[["disturbed_days", "shocks"]], after[["disturbed_days", "shocks"]])
    assert (after["shortfall_mt"] <= before["shortfall_mt"] + 1e-9).all()
    assert after["shortfall_mt"].sum() < before["shortfall_mt"].sum()


def test_more_years_begin_with_the_same_years() -> None:
    """Also across the end of a block of 1000."""
    few, more, most = (cr.simulate(net_of_three(), years=years, seed=4).years for years in (990, 1010, 2500))
    pd.testing.assert_frame_equal(more.iloc[:990], few)
    pd.testing.assert_frame_equal(most.iloc[:1010], more)


def test_blocks_are_not_copies_of_each_other() -> None:
    """The second thousand years are drawn anew."""
    years = cr.simulate(net_of_three(), years=2000, seed=4).years
    assert not np.array_equal(years["disturbed_days"][:1000], years["disturbed_days"][1000:])


def test_order_of_hazards_does_not_matter() -> None:
    """Nor do hazards that do not commute: a factor and an addition to one tariff."""
    net = net_of_three()
    hazards = (*net.hazards, hazard("double", cr.TariffShock(edge="w0", factor=2.0), rate=5.0, days=60.0))
    tolled = net.replace(edges=tuple(edge.replace(tariff_usd_per_t=edge.tariff_usd_per_t + 3.0) for edge in net.edges))
    first, last = (
        cr.simulate(tolled.replace(hazards=order), years=200, seed=8) for order in (hazards, tuple(reversed(hazards)))
    )
    pd.testing.assert_frame_equal(first.years, last.years, rtol=1e-9, atol=1e-9)
    pd.testing.assert_frame_equal(
        first.attribution().sort_index(), last.attribution().sort_index(), rtol=1e-9, atol=1e-9
    )


def test_a_hazard_that_hits_nothing_that_carries_flow_changes_nothing_but_counts() -> None:
    """A closed spare way costs nothing; nor does it change the other hazards' draws."""
    net = net_of_three()
    spare = cr.Edge(id="spare", tail="field", head="port", capacity_mtpa=1.0, tariff_usd_per_t=5000.0)
    with_spare = net.replace(edges=(*net.edges, spare))
    idle = with_spare.replace(hazards=(*net.hazards, closes("idle", "spare", rate=3.0, days=50.0)))
    before, after = (cr.simulate(each, years=300, seed=4).years for each in (with_spare, idle))
    columns = ["delivered_mt", "shortfall_mt", "cost_musd", "netback_musd", "worst_shortfall_mtpa"]
    pd.testing.assert_frame_equal(before[columns], after[columns], rtol=1e-9, atol=1e-9)
    assert (after["shocks"] >= before["shocks"]).all()
    assert after["shocks"].sum() > before["shocks"].sum()


def test_renaming_a_hazard_changes_its_own_draws_only() -> None:
    """Each draws from a stream of its name."""
    net = net_of_three()
    storm, order, toll = net.hazards
    renamed = net.replace(hazards=(storm.replace(name="gale"), order, toll))
    before, after = (cr.simulate(each, years=200, seed=4).throughputs for each in (net, renamed))
    only_order = [cr.simulate(each.replace(hazards=each.hazards[1:2]), years=200, seed=4) for each in (net, renamed)]
    assert not before["w0"].equals(after["w0"])
    pd.testing.assert_frame_equal(only_order[0].years, only_order[1].years)
    full = cr.Scenario(name="full", changes=[cr.SupplyShock(node="field", add_mtpa=100.0)])
    w1 = [cr.simulate(each, years=200, seed=4, scenario=full).throughputs["w1"] for each in (net, renamed)]
    np.testing.assert_allclose(w1[0], w1[1], rtol=1e-9)


def test_hazards_that_hardly_come_leave_the_undisturbed() -> None:
    """At a rate of 1e-9 a year nothing happens."""
    net = net_of_three()
    seldom = net.replace(hazards=tuple(h.replace(frequency_per_year=1e-9) for h in net.hazards))
    ens = cr.simulate(seldom, years=500, seed=1)
    flow = cr.solve(net)
    assert (ens.years["shocks"] == 0).all()
    np.testing.assert_allclose(ens.years["netback_musd"], flow.netback_musd_per_year)
    np.testing.assert_allclose(ens.years["delivered_mt"], flow.delivered_mtpa)


def test_a_severity_of_one_is_no_severity() -> None:
    """Uniform(1, 1) takes all, as often and as long: years, corridors and states are equal."""
    net = net_of_three()
    one = cr.Uniform(low=1.0, high=1.0)
    drawn = net.replace(
        hazards=(net.hazards[0].replace(severity=one), net.hazards[1].replace(severity=one), net.hazards[2])
    )
    plain, same = (cr.simulate(each, years=400, seed=6) for each in (net, drawn))
    pd.testing.assert_frame_equal(plain.years, same.years, rtol=1e-9, atol=1e-9)
    pd.testing.assert_frame_equal(plain.corridors, same.corridors, rtol=1e-9, atol=1e-9)
    pd.testing.assert_frame_equal(plain.states, same.states, rtol=1e-9, atol=1e-9)
    pd.testing.assert_frame_equal(plain.attribution(), same.attribution(), rtol=1e-9, atol=1e-9)


def test_a_severity_of_nothing_takes_empty_block() -> None:
    """Uniform(0, 0) leaves every year as it would be undisturbed, though days are counted as disturbed."""
    storm = closes("storm", "w0", rate=5.0, days=30.0, severity=cr.Uniform(low=0.0, high=0.0))
    years = cr.simulate(ways(10, hazards=[storm]), years=200, seed=6).years
    np.testing.assert_allclose(years["delivered_mt"], 10.0)
    assert years["disturbed_days"].mean() > 50


def test_many_events_of_drawn_severity_at_once() -> None:
    """200 events a year of 60 days with drawn severities take nearly the worst; memory stays that of a year."""
    storm = closes("storm", "w0", rate=200.0, days=60.0, severity=cr.Uniform(low=0.0, high=1.0))
    load = 200.0 * 60.0 / 365.0
    years = cr.simulate(ways(10, hazards=[storm]), years=100, seed=6).years
    expected = 10.0 * (1.0 - (1.0 - math.exp(-load)) / load)
    assert years["shortfall_mt"].mean() == pytest.approx(expected, rel=0.005)


@pytest.mark.fuzz
def test_seventy_hazards() -> None:
    """More than fit a word of bits: each closes a way of its own, and each way is open for its closed-form share."""
    n = 70
    hazards = [closes(f"h{at}", f"w{at}", rate=0.2 + 0.01 * at, days=20.0) for at in range(n)]
    ens = cr.simulate(ways(*[1.0] * n, hazards=hazards, volume=float(n)), years=100, seed=2)
    cut = intervals(ens.hazards, 2, 0, 100)
    assert cut.in_force.shape[1] == 2
    expected = sum(in_force(0.2 + 0.01 * at, 20.0) for at in range(n))
    assert_mean(ens.years["shortfall_mt"], expected)
    alone = cr.simulate(ens.network.replace(hazards=(hazards[66],)), years=100, seed=2)
    np.testing.assert_allclose(ens.throughputs["w66"], alone.throughputs["w66"], rtol=1e-9)
    assert ens.attribution()["amount"].sum() == pytest.approx(ens.years["shortfall_mt"].mean())


def test_rows_of_states_are_all_time() -> None:
    """Days add up to 365, shares of shortfall to 1, and each state is entered at least once in so many days."""
    ens = cr.simulate(net_of_three(), years=300, seed=4)
    assert ens.states["days_per_year"].sum() == pytest.approx(365.0)
    assert ens.states["shortfall_share"].sum() == pytest.approx(1.0)
    assert ens.states["hazards"].is_unique
    assert ens.states["days_per_year"].is_monotonic_decreasing
    mean = (ens.states["days_per_year"] * ens.states["shortfall_mtpa"]).sum() / 365.0
    assert mean == pytest.approx(ens.years["shortfall_mt"].mean())


def test_a_new_severity_is_no_new_entry_of_a_state() -> None:
    """A way closed by overlapping events of drawn severity is entered as often as one closed by plain ones."""
    storm = closes("storm", "w0", rate=20.0, days=40.0)
    drawn = storm.replace(severity=cr.Uniform(low=0.2, high=0.9))
    entered = [
        cr.simulate(ways(10, hazards=[each]), years=300, seed=4).states.set_index("hazards")["stretches_per_year"]
        for each in (storm, drawn)
    ]
    pd.testing.assert_series_equal(*entered, check_exact=False)


def test_the_flow_of_a_state_is_the_solved_scenario() -> None:
    """By row, by numpy row, by name and by names."""
    ens = cr.simulate(net_of_three(), years=300, seed=4)
    for row in range(len(ens.states)):
        names = ens.states.loc[row, "hazards"]
        flow = ens.flow(row)
        assert flow.shortfall_mtpa == pytest.approx(ens.states.loc[row, "shortfall_mtpa"])
        assert flow.netback_musd_per_year == pytest.approx(ens.states.loc[row, "netback_musd_per_year"])
        assert ens.flow(names).netback_musd_per_year == flow.netback_musd_per_year
    worst = ens.states["shortfall_mtpa"].to_numpy().argmax()
    assert ens.flow(worst).shortfall_mtpa == pytest.approx(10.0 - 4.0 * 0.25)
    assert ens.flow("storm").delivered_mtpa == pytest.approx(4.0)


# What is refused

H = closes("storm", "w0")


@pytest.mark.parametrize("years", [0, -1, 1.5, True, "10", 10**12, float("nan")])
def test_years_must_be_a_whole_number(years: object) -> None:
    """At least one, and no more than can be held."""
    with pytest.raises(cr.DataError, match="years must be "):
        cr.simulate(ways(1, hazards=[H]), years=years)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [-1, 1.5, True, "10", None, 2**70])
def test_seeds_must_be_whole_numbers(seed: object) -> None:
    """0 is one."""
    with pytest.raises(cr.DataError, match="seed must be "):
        cr.simulate(ways(1, hazards=[H]), years=1, seed=seed)  # type: ignore[arg-type]
    assert len(cr.simulate(ways(1, hazards=[H]), years=1, seed=0).years) == 1


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "2", None, 10**6])
def test_workers_must_be_a_whole_number(workers: object) -> None:
    """At least one."""
    with pytest.raises(cr.DataError, match="workers must be "):
        cr.simulate(ways(1, hazards=[H]), years=1, workers=workers)  # type: ignore[arg-type]


def test_numpy_integers_are_whole_numbers() -> None:
    """What comes out of an array is as good."""
    years = cr.simulate(ways(1, hazards=[H]), years=np.int64(5), seed=np.int32(3)).years  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(years, cr.simulate(ways(1, hazards=[H]), years=5, seed=3).years)


@pytest.mark.parametrize(
    ("net", "arguments", "error", "message"),
    [
        (ways(1), {}, cr.DataError, "has no hazards"),
        (ways(1, hazards=[H]), {"workers": 2, "client": object()}, cr.DataError, "workers or a client, not both"),
        (ways(1, hazards=[H]), {"scenario": "cpc-shut"}, cr.DataError, "a Scenario is needed"),
        (
            ways(1, hazards=[H]),
            {"scenario": cr.Scenario(name="x", changes=[cr.Outage(edge="w9")])},
            cr.UnknownNameError,
            "no edge named 'w9'",
        ),
        (ways(1, hazards=[closes("x", "w9")]), {}, cr.UnknownNameError, "no edge named 'w9'"),
        (
            ways(1, hazards=[derates("x", "w0", 0.5)]).replace(edges=ways(None).edges),
            {},
            cr.DataError,
            "has no effect",
        ),
        ("caspian", {}, cr.DataError, "a Network is needed"),
        (ways(1, hazards=[closes("undisturbed", "w0")]), {}, cr.DataError, "stands for no hazard at all"),
        (ways(1, hazards=[closes("x", "w0", rate=1e300)]), {}, cr.DataError, "at most 10,000"),
        (ways(1, hazards=[closes("x", "w0", days=1e300)]), {}, cr.DataError, "at most 10,000"),
    ],
)
def test_simulate_refuses(net: object, arguments: dict[str, object], error: type[Exception], message: str) -> None:
    """What has no meaning, or does not fit, is an error that names it."""
    with pytest.raises(error, match=message):
        cr.simulate(net, years=10, **arguments)  # type: ignore[arg-type]


TAKING = {
    "supply": lambda amount: cr.SupplyShock(node="field", add_mtpa=amount),
    "demand": lambda amount: cr.DemandShock(node="port", add_mtpa=amount),
}


@pytest.mark.parametrize("kind", TAKING)
@pytest.mark.parametrize(
    ("amounts", "named"),
    [((-6.0, -6.0, -1.0), "'h0' and 'h1'"), ((-4.0, -4.0, -4.0), "'h0' and 'h1' and 'h2'"),
     ((-7.0, 9.0, -7.0), "'h0' and 'h2'")],
)  # fmt: skip
def test_hazards_that_together_take_more_than_there_is_are_refused_before_any_year(
    tmp_path: Path, kind: str, amounts: tuple[float, ...], named: str
) -> None:
    """Of 10 Mt/y: a least set of them is named, gains do not hide it, the way out is told, and nothing is written."""
    net = ways(10, hazards=[hazard(f"h{at}", TAKING[kind](amount)) for at, amount in enumerate(amounts)])
    net = net.replace(markets=(net.markets[0].replace(volume_mtpa=10.0),))
    with pytest.raises(cr.DataError, match=rf"^hazards {named} may be in force at once.*volume_mtpa.*\(remaining=\)"):
        cr.simulate(net, years=1, checkpoint=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_hazard_that_a_scenario_makes_impossible_is_refused_before_any_year() -> None:
    """Of 10 Mt/y that a scenario halves none can take 6."""
    net = ways(10, hazards=[hazard("strike", cr.SupplyShock(node="field", add_mtpa=-6.0))])
    half = cr.Scenario(name="half", changes=[cr.SupplyShock(node="field", remaining=0.5)])
    assert cr.simulate(net, years=1).years["shortfall_mt"].tolist() == [0.0]
    with pytest.raises(cr.DataError, match=r"^hazard 'strike' cannot be: .*volume_mtpa must be >= 0"):
        cr.simulate(net, years=1, scenario=half)


def test_shares_taken_together_are_what_their_sum_solves_to() -> None:
    """As the refusal advises: two hazards that leave 0.4 of the supply each leave 0.16 of it together."""
    low = [hazard(name, cr.SupplyShock(node="field", remaining=0.4), rate=30.0) for name in ("strike", "frost")]
    ens = cr.simulate(ways(10, hazards=low), years=50, seed=4)
    found = ens.states.set_index("hazards")["delivered_mtpa"]
    assert found[("strike", "frost")] == pytest.approx(1.6)
    assert cr.solve(ways(10), low[0] + low[1]).delivered_mtpa == pytest.approx(1.6)


def test_two_hazards_of_one_name_are_refused() -> None:
    """They are told apart by name."""
    with pytest.raises(cr.DataError, match="storm"):
        cr.simulate(ways(1, hazards=[H, H]), years=1)


def test_hazards_that_do_not_go_together_are_named() -> None:
    """Two that each take 6 of 10 Mt/y leave less than nothing; the error names both."""
    cuts = [
        hazard(name, cr.SupplyShock(node="field", add_mtpa=-6.0), rate=20.0, days=60.0) for name in ("flood", "war")
    ]
    with pytest.raises(cr.DataError, match=r"'flood \+ war'.*must be >= 0"):
        cr.simulate(ways(10, hazards=cuts), years=100)


def test_severities_vary_closures_only() -> None:
    """A hazard with any other change takes none; ends must be in order; a mean duration must be a number."""
    toll = cr.TariffShock(edge="w0", add_usd_per_t=1.0)
    with pytest.raises(ValueError, match="severity varies outages and derates"):
        hazard("toll", toll, severity=cr.Uniform(low=0.0, high=1.0))
    with pytest.raises(ValueError, match="high must not be less than low"):
        cr.Uniform(low=0.5, high=0.4)
    with pytest.raises(ValueError, match="must be <= 1"):
        cr.Uniform(low=0.5, high=1.4)
    for median, sigma in ((1.0, 100.0), (1.0, 1e308), (1e308, 1.0), (1e-300, 51.0)):
        with pytest.raises(ValueError, match="the mean overflows"):
            cr.Lognormal(median=median, sigma=sigma)


def test_a_hazard_is_no_scenario_that_lasts(diamond: cr.Network) -> None:
    """Its rate would be ignored: refused, with both ways out."""
    hazard = cr.Hazard(name="gale", changes=[cr.Outage(edge="north_out")], frequency_per_year=1, duration_days=3)
    with pytest.raises(cr.DataError, match=r"'gale' is a hazard: .*hazards=.*give its changes as a Scenario"):
        cr.simulate(diamond.replace(hazards=(hazard,)), 10, 1, scenario=hazard)


# Many hazards


def many(n: int, rate: float = 2.0, days: float = 10.0, **more: object) -> cr.Network:
    """Return ways each of which a hazard of its own halves."""
    hazards = [derates(f"h{at:03}", f"w{at}", 0.5, rate=rate, days=days, **more) for at in range(n)]
    return ways(*[1.0] * n, hazards=hazards, volume=float(n))


@pytest.mark.parametrize(
    ("n", "rate", "days", "years"),
    [(1, 3.0, 10.0, 500), (5, 40.0, 400.0, 100), (12, 2.0, 10.0, 1000), (60, 2.0, 10.0, 100), (200, 0.05, 5.0, 1000)],
)
def test_conditions_are_counted_beforehand(n: int, rate: float, days: float, years: int) -> None:
    """Rather too many than too few, and within a factor of four, by counting those that are drawn."""
    hazards = many(n, rate, days).hazards
    found = len(np.unique(intervals(hazards, 7, 0, years).in_force, axis=0))
    assert found * 0.95 <= expected_states(hazards, years) <= 4 * found + 2


def test_too_many_conditions_are_refused_before_anything_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has their number, the number allowed and what to do."""
    monkeypatch.setattr(BlockSimulator, "block", lambda *_: pytest.fail("a block was begun"))
    with pytest.raises(cr.DataError, match=r"200 hazards come to about 7,\d\d\d,\d\d\d .* at most 5,000,000 .* fewer"):
        cr.simulate(many(200), years=10_000)


@pytest.mark.parametrize(
    "more", [{}, pytest.param({"severity": cr.Uniform(low=0.2, high=1.0)}, marks=pytest.mark.fuzz)]
)
def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch, more: dict[str, object]) -> None:
    """Conditions three at a time give the years, states and shares of all at once."""
    net = many(6, rate=3.0, days=40.0, **more)
    whole = cr.simulate(net, 60, 3)
    monkeypatch.setattr("corridor.risk.blocks._CHUNK", 3)
    monkeypatch.setattr("corridor.risk.blocks._MOST_REMEMBERED", 2)
    parts = cr.simulate(net, 60, 3)
    pd.testing.assert_frame_equal(parts.years, whole.years)
    pd.testing.assert_frame_equal(parts.states, whole.states)
    for alpha in (None, 0.9):
        pd.testing.assert_frame_equal(parts.attribution(alpha=alpha), whole.attribution(alpha=alpha))


def test_no_more_than_a_chunk_is_worked_out_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many conditions a block meets; what is worked out for each is large, what is kept of it small."""
    net, asked = many(40), []
    simulator = BlockSimulator(net, net.hazards)
    monkeypatch.setattr(
        simulator.solver,
        "outcomes",
        lambda taken: asked.append(len(taken)) or np.zeros((len(taken), len(simulator.layout.names))),
    )
    block = simulator.block(7, 0, 200)
    assert len(block.sets) > 3 * _CHUNK
    assert max(asked) <= _CHUNK
    assert block.values.shape == (len(block.sets), len(simulator.layout.of_commodities))


def test_progress_is_told_within_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts add up to its years."""
    monkeypatch.setattr("corridor.risk.blocks._CHUNK", 100)
    net, told = many(30), list[float]()
    BlockSimulator(net, net.hazards).block(7, 0, 100, told.append)
    assert len(told) > 1
    assert sum(told) == pytest.approx(100)


def test_losses_are_shared_out_among_fewer_where_it_would_take_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then in proportion to what each costs alone; here, where effects add up, that is the same."""
    ens = cr.simulate(many(12, rate=6.0, days=30.0), 30, 3)
    exactly = ens.attribution()["amount"]
    monkeypatch.setattr("corridor.risk.attribution._MOST_PARTS", 50)
    fewer = cr.simulate(many(12, rate=6.0, days=30.0), 30, 3)
    assert fewer._most_shared < ens._most_shared
    pd.testing.assert_series_equal(fewer.attribution()["amount"].sort_index(), exactly.sort_index())
