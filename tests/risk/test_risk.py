"""Formulas of risk, availability with common cause, and indices: worked examples, enumeration, simulated years."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

import corridor as cr
from corridor.model.formulas import hhi
from corridor.risk import common_cause, exposure, measures, rates, worst_share
from helpers.examples import examples
from helpers.parallel_routes import closes, derates, hazard, ways


def in_force(rate: float, days: float) -> float:
    """Return the share of time in which a hazard is in force."""
    return 1.0 - math.exp(-rate * days / 365.0)


# Worked examples of the note on method


@pytest.mark.parametrize(
    ("found", "printed", "digits"),
    [
        (rates.rate_per_year(3, 10, 1, 5), 0.26667, 5),
        (rates.no_event_probability(3, 10, 1, 5), 0.77248, 5),
        (common_cause.joint_unavailability(0.05, 0.2), 0.0116, 4),
        (common_cause.joint_unavailability(0.05, 0.0), 0.0025, 4),
        (worst_share.struck_shares([1.0], 0.2, worst_share.share_pieces(None))[0].chances[0], 0.18127, 5),
        (common_cause.joint_survival(1, 1, 0.3, 0.3, 0.1), 0.49659, 5),
        (measures.cvar([0] * 8 + [10, 50], 0.80), 30.0, 9),
        (measures.cvar([0] * 8 + [10, 50], 0.90), 50.0, 9),
        (measures.cvar([0] * 8 + [10, 50], 0.85), 36.6667, 4),
        (measures.n_minus_one_percent([30, 20], 68), 73.53, 2),
        (measures.n_minus_one_percent([17.5, 20, 5], 80), 53.125, 9),
        (measures.n_minus_one_percent([20, 5], 80), 31.25, 9),
        (hhi([0.8, 0.1, 0.1]), 0.66, 9),
        (hhi([0.9, 0.1]), 0.82, 9),
        (measures.shannon_wiener([0.8, 0.1, 0.1]), 0.63903, 5),
        (math.copysign(1, measures.shannon_wiener([3.0])), 1, 5),
        (math.exp(measures.shannon_wiener([0.8, 0.1, 0.1])), 1.8946, 4),
        (measures.political_hhi([0.8, 0.1, 0.1], [0.708, 0.600, 0.512]), 0.46424, 5),
    ],
)
def test_worked_examples(found: float, printed: float, digits: int) -> None:
    """Each formula gives what the note on method worked out by another script."""
    assert round(found, digits) == pytest.approx(printed)


def test_the_prior_is_the_likeliest() -> None:
    """No shape and mean nearby, nor any that scipy finds, make scattered counts likelier."""
    counts, years = [0, 12, 3, 1, 7, 0, 25], [10.0, 12.0, 8.0, 20.0, 9.0, 5.0, 11.0]

    def misfit(logs: np.ndarray) -> float:
        a, b = np.exp(logs)
        return -sum(stats.nbinom.logpmf(n, a, b / (b + t)) for n, t in zip(counts, years, strict=True))

    best = optimize.minimize(misfit, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    assert rates.fit_gamma_prior(counts, years) == pytest.approx(tuple(np.exp(best.x)), rel=1e-6)


@pytest.mark.parametrize(("counts", "message"), [([0, 0], "all 0"), ([5, 5, 5], "no more than one common rate")])
def test_counts_without_a_prior_are_refused(counts: list[int], message: str) -> None:
    """No events, or no scatter, leave no likeliest prior."""
    with pytest.raises(cr.DataError, match=message):
        rates.fit_gamma_prior(counts, [10.0] * len(counts))


@given(
    st.lists(st.floats(-100, 100).map(lambda x: round(x, 1)), min_size=1, max_size=40),
    st.floats(0, 1, exclude_max=True) | st.sampled_from((1 - 1e-12, 0.95, 0.55)),
)
def test_cvar_is_the_mean_of_the_worst_and_the_least_of_rockafellar_and_uryasev(
    losses: list[float], alpha: float
) -> None:
    """Min over h of h + E[(L - h)+] / (1 - alpha), attained at one of the losses."""
    found = np.array(losses)
    best = min(h + np.maximum(found - h, 0.0).mean() / (1.0 - alpha) for h in losses)
    assert measures.cvar(losses, alpha) == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert measures.value_at_risk(losses, alpha) <= measures.cvar(losses, alpha) + 1e-9
    weights = measures.tail_weights(losses, alpha)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights >= -1e-12).all()


def test_value_at_risk_is_not_put_off_by_rounding() -> None:
    """0.55 of the losses 0 to 99 do not exceed 54, though 0.55 x 100 is more than 55 in binary."""
    assert measures.value_at_risk(range(100), 0.55) == 54


@pytest.mark.parametrize("alpha", [1.0, -0.1, math.nan, "0.9", None, True, math.inf])
def test_levels_out_of_range_are_refused(alpha: object) -> None:
    """A level is a number, 0 or more and less than 1."""
    for function in (measures.cvar, measures.tail_weights, measures.value_at_risk):
        with pytest.raises(cr.DataError, match="alpha must be"):
            function([1.0], alpha)  # type: ignore[operator]


@pytest.mark.parametrize("losses", [[], [math.nan], ["much"], [None]])
def test_losses_that_are_no_numbers_are_refused(losses: list[object]) -> None:
    """There must be some, and none missing."""
    with pytest.raises(cr.DataError, match="at least one loss, and numbers only"):
        measures.cvar(losses)  # type: ignore[arg-type]


# Availability


@st.composite
def chains(draw: st.DrawFn) -> cr.Network:
    """Draw a row of three edges and hazards that close or derate any of them, or the port between."""
    net = ways(10.0)
    middle = (cr.Node(id="b", throughput_mtpa=8.0), cr.Node(id="c"))
    ends = (("field", "b"), ("b", "c"), ("c", "port"))
    edges = tuple(
        net.edges[0].replace(id=f"e{at}", tail=tail, head=head, corridor="w0" if at == 1 else None)
        for at, (tail, head) in enumerate(ends)
    )
    change = st.one_of(
        st.builds(lambda e: cr.Outage(edge=e), st.sampled_from(("e0", "e1", "e2"))),
        st.builds(
            lambda e, left: cr.Derate(edge=e, remaining=left),
            st.sampled_from(("e0", "e1", "e2")),
            st.sampled_from((0.25, 0.5, 0.7)),
        ),
        st.builds(lambda left: cr.Derate(node="b", remaining=left), st.sampled_from((0.5, 0.1))),
        st.just(cr.TariffShock(edge="e0", add_usd_per_t=1.0)),
    )
    listed = draw(st.lists(st.lists(change, min_size=1, max_size=3), min_size=1, max_size=6))
    hazards = tuple(
        hazard(f"h{at}", *changes, rate=draw(st.sampled_from((0.3, 2.0, 9.0))), days=draw(st.sampled_from((5.0, 60.0))))
        for at, changes in enumerate(listed)
    )
    return net.replace(nodes=(*net.nodes, *middle), edges=edges, hazards=hazards)


def enumerated(net: cr.Network, places: list[str]) -> float:
    """Return the mean over all sets of hazards of what the weakest of some places has left, by their records."""
    expected = 0.0
    for chosen in itertools.product((False, True), repeat=len(net.hazards)):
        chance = 1.0
        changes = []
        for each, there in zip(net.hazards, chosen, strict=True):
            share = in_force(each.frequency_per_year, each.mean_duration_days)
            chance *= share if there else 1.0 - share
            changes += each.changes if there else ()
        altered = cr.Scenario(name="x", changes=tuple(changes)).apply(net, strict=False) if changes else net
        left = [altered.edge(id).remaining if id.startswith("e") else altered.node(id).remaining for id in places]
        expected += chance * min(left)
    return expected


@given(chains())
@settings(max_examples=examples(40))
def test_availability_of_a_way_is_the_mean_over_all_sets_of_hazards(net: cr.Network) -> None:
    """`compare` and `availability` count the weakest place of the whole way, each hazard once however many it hits."""
    compared, row = cr.compare(net, [], columns="risk").loc[("baseline", "w0")], cr.availability(net).loc["w0"]
    expected = enumerated(net, ["e0", "e1", "e2", "field", "b", "c", "port"])
    if math.isnan(compared["availability"]):
        assert expected == pytest.approx(1.0)
        assert row[["availability", "untouched", "closed", "full_loss_days_per_year"]].isna().all()
    else:
        assert compared["availability"] == row["availability"] == pytest.approx(expected)
        assert row["full_loss_days_per_year"] == pytest.approx(365.0 * (1.0 - row["availability"]))


def test_a_hazard_on_a_feeder_counts_and_no_hazard_is_no_record() -> None:
    """Trunk e1 is untouched, its feeder e0 is closed for Q of the time; on the whole way nothing on record: empty."""
    net = chain(3, [hazard("strike", cr.Outage(edge="e2"))])
    row = cr.availability(net).loc["w0"]
    assert (row["availability"], row["untouched"], row["closed"]) == pytest.approx((1 - Q, 1 - Q, Q))
    none = cr.availability(net.replace(hazards=())).loc["w0"]
    assert none[["availability", "untouched", "closed", "full_loss_days_per_year"]].isna().all()
    assert none["hazards"] == ()


@pytest.mark.parametrize("regime", ["calm", "war"])
def test_availability_is_that_of_compare(regime: str) -> None:
    """Every corridor of every shipper: the same whole route; under scenarios a comparison has none."""
    net = cr.load(year=2022, regime=regime)
    columns = {"availability": "availability", "untouched": "untouched_share", "closed": "closed_share"}
    for commodity in ("kazakh_crude", "azeri_crude", "russian_crude"):
        compared = cr.compare(net, cr.load_scenario("cpc-shut"), commodity=commodity, columns=columns.values())
        found = cr.availability(net, commodity=commodity)[list(columns)].rename(columns=columns)
        pd.testing.assert_frame_equal(found, compared.loc["baseline"], check_names=False)
        assert compared.loc["CPC shut"].isna().all(axis=None)


def common_ways() -> cr.Network:
    """Return two ways of 5 Mt/y for 10, hazards of each and of both."""
    return ways(
        5, 5,
        hazards=[
            closes("a", "w0", rate=1.0, days=30.0), derates("b", "w1", 0.3, rate=0.5, days=40.0),
            closes("c", "w0", "w1", rate=0.4, days=50.0),
            derates("d", "w0", 0.5, rate=3.0, days=cr.Lognormal(median=9.0, sigma=1.0)),
        ],
    )  # fmt: skip


def test_availability_agrees_with_simulated_years() -> None:
    """Within four standard errors of 100 000 years."""
    net = common_ways()
    found = 1.0 - cr.availability(net)["availability"]
    lost = 1.0 - cr.simulate(net, years=100_000, seed=21).throughputs / 5.0
    error = lost.std() / math.sqrt(len(lost))
    assert ((lost.mean() - found).abs() < 4 * error).all()


def test_drawn_severities_count_with_the_mean_of_the_worst() -> None:
    """Availability of one place with drawn severity: what 30 000 simulated years come to."""
    storm = closes("storm", "w0", rate=4.0, days=60.0, severity=cr.Uniform(low=0.2, high=0.9))
    net = ways(10, hazards=[storm])
    lost = 1.0 - cr.simulate(net, years=30_000, seed=2).throughputs["w0"] / 10.0
    assert abs(lost.mean() - (1.0 - cr.availability(net).loc["w0", "availability"])) < 4 * lost.std() / math.sqrt(
        len(lost)
    )


def test_common_cause_by_inclusion_and_exclusion() -> None:
    """Two ways are hit at once by a common shock, or by chance; enumeration of which hazards are in force."""
    net = common_ways()
    row = cr.common_cause(net).loc[("w0", "w1")]
    share = [in_force(h.frequency_per_year, h.mean_duration_days) for h in net.hazards]
    hit = {"w0": (0, 2, 3), "w1": (1, 2)}
    together, alone = 0.0, dict.fromkeys(hit, 0.0)
    for chosen in itertools.product((False, True), repeat=4):
        chance = math.prod(s if there else 1 - s for s, there in zip(share, chosen, strict=True))
        touched = {way: any(chosen[at] for at in which) for way, which in hit.items()}
        together += chance * all(touched.values())
        for way in hit:
            alone[way] += chance * touched[way]
    assert row["together"] == pytest.approx(together)
    assert row["if_independent"] == pytest.approx(alone["w0"] * alone["w1"])
    assert row["ratio"] == pytest.approx(together / (alone["w0"] * alone["w1"]))
    assert row["shared"] == ("c",)


def test_the_beta_factor_example_as_a_network() -> None:
    """Unavailability 0.05 each, a fifth of it common: both out for about 0.0116, against 0.0025 by chance."""
    q, beta, days = 0.05, 0.2, 10.0
    rate = {
        name: -math.log(1.0 - share) * 365.0 / days for name, share in (("own", (1 - beta) * q), ("both", beta * q))
    }
    hazards = [closes("a", "w0", rate=rate["own"], days=days), closes("b", "w1", rate=rate["own"], days=days),
               closes("c", "w0", "w1", rate=rate["both"], days=days)]  # fmt: skip
    row = cr.common_cause(ways(5, 5, hazards=hazards)).loc[("w0", "w1")]
    exact = beta * q + (1 - beta * q) * ((1 - beta) * q) ** 2
    assert row["together"] == pytest.approx(exact)
    assert row["together"] == pytest.approx(common_cause.joint_unavailability(q, beta), abs=2e-5)


def test_hazards_always_or_hardly_ever_in_force() -> None:
    """A share of 1, and one of next to 0, are shares."""
    always = closes("always", "w0", "w1", rate=9999.0, days=365.0)
    seldom = closes("seldom", "w0", rate=1e-200, days=1e-200, severity=cr.Uniform(low=0.1, high=0.5))
    assert cr.common_cause(ways(5, 5, hazards=[always])).loc[("w0", "w1"), "together"] == 1.0
    assert cr.availability(ways(5, 5, hazards=[always]))["availability"].tolist() == [0.0, 0.0]
    assert cr.availability(ways(5, hazards=[seldom])).loc["w0", "availability"] == 1.0


def test_thirty_hazards_on_one_way() -> None:
    """On a single place the mean of the product is the product of the means."""
    hazards = [derates(f"h{at}", "w0", 0.5 + 0.01 * at, rate=1.0, days=20.0) for at in range(30)]
    expected = math.prod(1 - in_force(1.0, 20.0) * (0.5 - 0.01 * at) for at in range(30))
    assert cr.availability(ways(5, hazards=hazards)).loc["w0", "availability"] == pytest.approx(expected)


# Nodes whose limit does not bind


def straits(*hazards: cr.Hazard, limit: float = 150.0) -> cr.Network:
    """Return a pipe of 90 that 60 Mt/y take, to straits of some limit and on to a port; hazards come and go."""
    frames = {
        "nodes": [{"id": "field"}, {"id": "straits", "throughput_mtpa": limit}, {"id": "port"}],
        "edges": [
            {"id": "pipe", "tail": "field", "head": "straits", "capacity_mtpa": 90.0, "corridor": "pipe"},
            {"id": "sea", "tail": "straits", "head": "port"},
        ],
    }
    net = cr.Network.from_frames(
        *(pd.DataFrame(rows) for rows in frames.values()),
        supplies=pd.DataFrame({"node": ["field"], "commodity": ["oil"], "volume_mtpa": [60.0]}),
        markets=pd.DataFrame({"node": ["port"], "commodity": ["oil"], "price_usd_per_t": [100.0]}),
    )
    return net.replace(hazards=hazards)


def at_straits(name: str, remaining: float, **more: Any) -> cr.Hazard:
    """Return a hazard that leaves the straits a share of their limit, twice a year for twenty days."""
    return hazard(name, cr.Derate(node="straits", remaining=remaining), **more)


Q = in_force(2.0, 20.0)


@pytest.mark.parametrize(
    ("remaining", "limit", "taken"),
    [(0.72, 150.0, 0.0), (0.4, 150.0, 0.0), (0.2, 150.0, 0.5), (0.0, 150.0, 1.0), (0.72, 60.0, 0.28), (0.9, 50.0, 0.1)],
)
def test_a_hazard_takes_of_a_node_what_no_longer_passes(remaining: float, limit: float, taken: float) -> None:
    """min(1, limit that is left over what passes): one closed form for tables, comparison, years and solve."""
    net = straits(at_straits("fog", remaining), limit=limit)
    row, ens = cr.availability(net).loc["pipe"], cr.simulate(net, years=400, seed=3)
    assert row["availability"] == pytest.approx(1.0 - Q * taken)
    assert row["untouched"] == pytest.approx(1.0 - Q * (taken > 0))
    assert row["closed"] == pytest.approx(Q * (taken == 1))
    assert row["hazards"] == (("fog",) if taken else ())
    compared = cr.compare(net, [], columns="risk").loc[("baseline", "pipe")]
    assert compared["availability"] == pytest.approx(1.0 - Q * taken)
    assert compared["expected_loss_usd_per_t"] == pytest.approx(Q * taken * 100.0)
    usual = min(60.0, limit)
    assert cr.solve(net, net.hazards[0]).delivered_mtpa == pytest.approx(usual * (1 - taken))
    days = ens.years["disturbed_days"].mean()
    assert ens.corridors.loc["pipe", "reduced_days"] == pytest.approx(days * (taken > 0))
    assert ens.corridors.loc["pipe", "closed_days"] == pytest.approx(days * (taken == 1))
    assert ens.years["delivered_mt"].mean() == pytest.approx(usual * (1 - taken * days / 365.0))


def test_hazards_that_bind_at_a_node_only_together() -> None:
    """Two that leave 0.6 of 150 leave 54 for 60: a tenth is taken while both are in force, nothing otherwise."""
    net = straits(at_straits("fog", 0.6), at_straits("queue", 0.6), at_straits("haze", 0.999999))
    row = cr.availability(net).loc["pipe"]
    both = Q * Q
    assert row["availability"] == pytest.approx(1 - both * (1 - Q * 54 / 60 * 0.999999 - (1 - Q) * 54 / 60))
    assert row["untouched"] == pytest.approx(1 - both)
    assert row["hazards"] == ("fog", "queue", "haze")


def test_drawn_severities_at_a_node_with_room() -> None:
    """One hazard that takes 0 to all of 2.5 times what passes: integrated by hand; means alone would say nothing."""
    rate = 0.01
    net = straits(at_straits("fog", 0.0, rate=rate, severity=cr.Uniform(low=0.0, high=1.0)))
    share = in_force(rate, 20.0)
    taken = 0.5 * 0.4  # beyond a severity of 0.6, of chance 0.4, what is left falls from 1 to 0
    row = cr.availability(net).loc["pipe"]
    assert row["availability"] == pytest.approx(1 - share * taken, rel=1e-6)
    assert row["untouched"] == pytest.approx(1 - share * 0.4, rel=1e-6)


def test_drawn_severities_at_a_node_with_room_agree_with_simulated_years() -> None:
    """Where severities of overlapping events and of two hazards add up: within four standard errors of 20 000 years."""
    law = cr.Uniform(low=0.3, high=1.0)
    net = straits(at_straits("fog", 0.0, rate=6.0, severity=law), at_straits("ice", 0.5, rate=3.0, severity=law))
    lost = 1.0 - cr.simulate(net, years=20_000, seed=8).throughputs["pipe"] / 60.0
    found = 1.0 - cr.availability(net).loc["pipe", "availability"]
    assert abs(lost.mean() - found) < 4 * lost.std() / math.sqrt(len(lost))


def test_a_node_where_nothing_passes() -> None:
    """A derate takes nothing from it, however much it takes; what closes it closes the way."""
    net = straits(at_straits("fog", 0.001), at_straits("war", 0.0))
    idle = net.replace(supplies=(net.supplies[0].replace(volume_mtpa=0.0),))
    row = cr.availability(idle).loc["pipe"]
    assert (row["availability"], row["hazards"]) == (pytest.approx(1 - Q), ("war",))
    assert cr.simulate(idle, years=50).corridors.loc["pipe", "closed_days"] > 0


def test_a_scenario_that_narrows_a_node_makes_its_hazards_count() -> None:
    """The share of capacity left under a scenario is that of what passes in it."""
    net = straits(at_straits("fog", 0.72))
    tight = cr.Scenario(name="tight", changes=[cr.Derate(node="straits", remaining=0.4)])
    assert cr.availability(net).loc["pipe", "availability"] == 1.0
    assert cr.availability(net, tight).loc["pipe", "availability"] == pytest.approx(1 - Q * 0.28)


def test_severities_on_an_edge_without_limit() -> None:
    """Unlimited less a share is unlimited: only what takes all closes it, in tables and in years."""
    some = closes("some", "w0", severity=cr.Uniform(low=0.2, high=0.9))
    row = cr.availability(ways(None, hazards=[some, closes("all", "w0", severity=cr.Uniform(low=1.0, high=1.0))])).loc[
        "w0"
    ]
    assert (row["availability"], row["closed"], row["hazards"]) == (pytest.approx(1 - Q), pytest.approx(Q), ("all",))
    assert cr.simulate(ways(None, hazards=[some]), years=100).corridors.loc["w0", "reduced_days"] == 0.0


# Many hazards that interlock


def chain(n: int, hazards: Sequence[cr.Hazard]) -> cr.Network:
    """Return n edges e0, e1, ... in a row, the first of which is the trunk of corridor w0."""
    net = ways(10.0)
    ids = ["field", *(f"n{at}" for at in range(1, n)), "port"]
    edges = tuple(
        net.edges[0].replace(id=f"e{at}", tail=ids[at], head=ids[at + 1], corridor=None if at else "w0")
        for at in range(n)
    )
    return net.replace(nodes=tuple(cr.Node(id=id) for id in ids), edges=edges, hazards=tuple(hazards))


def in_service(net: cr.Network) -> float:
    """Return the availability of the whole way, as `compare` has it."""
    return float(cr.compare(net, [], columns="risk").loc[("baseline", "w0"), "availability"])


def test_a_ring_of_forty_hazards() -> None:
    """Each halves two neighbours: 1, 1/2 or, where two neighbours meet, 1/4 is left; counted by a transfer matrix."""
    n = 40
    ring = [hazard(f"h{at}", cr.Derate(edge=(f"e{at}", f"e{(at + 1) % n}"), remaining=0.5)) for at in range(n)]
    apart = np.trace(np.linalg.matrix_power(np.array([[1 - Q, Q], [1 - Q, 0.0]]), n))
    none = (1 - Q) ** n
    assert in_service(chain(n, ring)) == pytest.approx(none + (apart - none) / 2 + (1 - apart) / 4, abs=1e-12)


def unlike(n: int, places: int, rate: float) -> tuple[list[cr.Hazard], np.ndarray]:
    """Return hazards that leave each of some edges another share, and those shares."""
    left = 0.05 + 0.95 * np.random.default_rng(n).random((n, places))
    rows = [[cr.Derate(edge=f"e{at}", remaining=share) for at, share in enumerate(row)] for row in left.tolist()]
    return [hazard(f"h{at}", *row, rate=rate) for at, row in enumerate(rows)], left


def mean_of_least(left: np.ndarray, q: float, most: int) -> float:
    """Return the mean of the least over all sets of at most so many hazards."""
    n, total = len(left), 0.0
    for size in range(most + 1):
        chance = q**size * (1 - q) ** (n - size)
        for chosen in itertools.combinations(range(n), size):
            total += chance * left[list(chosen)].prod(axis=0).min()
    return total


def test_thirty_hazards_that_interlock() -> None:
    """Rare ones at two edges, no two alike: all sets of up to four, the rest being rarer than 1e-9."""
    hazards, left = unlike(30, 2, rate=0.01)
    assert in_service(chain(2, hazards)) == pytest.approx(mean_of_least(left, in_force(0.01, 20.0), 4), abs=1e-9)


@pytest.mark.parametrize(("places", "rate"), [(2, 4.0), (3, 1.0), (4, 0.5)])
def test_what_is_put_together_changes_little(monkeypatch: pytest.MonkeyPatch, places: int, rate: float) -> None:
    """Of 4096 combinations 512 are kept: near the mean over all of them, and never below it."""
    monkeypatch.setattr(exposure, "_MOST", 512)
    hazards, left = unlike(12, places, rate)
    found, exact = in_service(chain(places, hazards)), mean_of_least(left, in_force(rate, 20.0), 12)
    assert -1e-12 <= found - exact < 1e-4


def test_hazards_too_unlike_to_be_counted_are_refused() -> None:
    """Thirty that are in force half of the time at twelve edges, no two alike: said at once, with the way out."""
    hazards, _ = unlike(30, 12, rate=12.0)
    mild = [h.replace(changes=tuple(c.replace(remaining=0.8 + c.remaining / 5) for c in h.changes)) for h in hazards]
    with pytest.raises(cr.DataError, match="30 hazards hit the same route in more combinations"):
        in_service(chain(12, mild))


def test_a_trunk_of_many_edges_each_with_a_hazard_of_its_own() -> None:
    """Closed when all thirty are; and when one hazard that closes all is in force."""
    n = 30
    own = [closes(f"h{at}", f"w{at}", rate=30.0, days=60.0) for at in range(n)]
    net = ways(*[1.0] * n)
    net = net.replace(edges=tuple(edge.replace(corridor="w0") for edge in net.edges), hazards=tuple(own))
    q = in_force(30.0, 60.0)
    assert cr.availability(net).loc["w0", "closed"] == pytest.approx(q**n)
    every = closes("all", *(edge.id for edge in net.edges))
    both = net.replace(hazards=(*own, every))
    assert cr.availability(both).loc["w0", "closed"] == pytest.approx(Q + (1 - Q) * q**n)


# Indices


def test_indices_by_hand() -> None:
    """Four ways of 6, 3, 2 and 1 Mt/y for 8; the first two through Russia; the cheapest three are used."""
    net = ways(6, 3, 2, 1, volume=8.0, countries="RUS,RUS,GEO,CHN")
    found = cr.indices(net)["value"]
    assert found["n_minus_1"] == pytest.approx(100 * (3 + 2 + 1) / 8)
    assert found["n_minus_j"] == pytest.approx(100 * (2 + 1) / 8)
    assert found["hhi_routes"] == pytest.approx(0.75**2 + 0.25**2)
    assert found["shannon_wiener_routes"] == pytest.approx(-0.75 * math.log(0.75) - 0.25 * math.log(0.25))
    assert found["effective_routes"] == pytest.approx(math.exp(found["shannon_wiener_routes"]))
    assert (found["hhi_jurisdictions"], found["effective_jurisdictions"]) == (1.0, 1.0)
    assert found["political_hhi"] == pytest.approx(0.5 * 0.75**2 + 0.6 * 0.25**2)


def test_jurisdictions_by_hand() -> None:
    """Without Russia 3 of 8 Mt/y find a way; without China nothing is lost, and nothing crosses it."""
    net = ways(6, 3, 2, 1, volume=8.0, countries="RUS,RUS,GEO,CHN")
    table = cr.jurisdictions(net)
    assert table.index[0] == "RUS"
    russia = table.loc["RUS"]
    assert (russia["corridors"], russia["capacity_mtpa"], russia["share"]) == (("w0", "w1"), 9.0, 1.0)
    assert russia["n_minus_j_percent"] == pytest.approx(100 * 3 / 8)
    assert russia["shortfall_if_closed_mtpa"] == pytest.approx(5.0)
    assert table.loc["CHN", ["share", "shortfall_if_closed_mtpa"]].tolist() == pytest.approx([0.0, 0.0])
    assert table.loc["GEO", "n_minus_j_percent"] == pytest.approx(100 * 10 / 8)


def test_countries_are_ranked_by_what_their_closure_loses() -> None:
    """Not by tonnes alone: without Russia 5 of 8 Mt/y stay in the ground; the rest go by dearer ways, or by none."""
    net = ways(6, 3, 2, 1, volume=8.0, countries="RUS,RUS,GEO,CHN")
    table = cr.jurisdictions(net)
    assert table["loss_if_closed_musd_per_year"].is_monotonic_decreasing
    shut = cr.Scenario(name="shut", changes=[cr.Outage(country="RUS")])
    row = cr.outcomes(net, [shut]).loc["shut"]
    assert table.loc["RUS", "loss_if_closed_musd_per_year"] == pytest.approx(row["loss_musd_per_year"])
    assert table.loc["RUS", "unmet_if_closed_mtpa"] == pytest.approx(row["unmet_change_mtpa"])


def test_all_through_one_country_leaves_nothing_without_it() -> None:
    """N-J is 0, and all that was exported stays in the ground."""
    net = ways(6, 4, countries="RUS,RUS")
    assert cr.indices(net).loc["n_minus_j", "value"] == 0.0
    assert cr.jurisdictions(net).loc["RUS", "shortfall_if_closed_mtpa"] == pytest.approx(10.0)


def test_indices_with_a_way_without_limit() -> None:
    """Without the way that has no limit the others are left; without one of two, no limit is left."""
    one, two = (
        ways(6, *free, countries=",".join(("RUS", "GEO", "CHN")[: 1 + len(free)])) for free in ([None], [None] * 2)
    )
    assert cr.indices(one).loc["n_minus_1", "value"] == pytest.approx(100 * 6 / 10)
    assert cr.jurisdictions(one)["n_minus_j_percent"].to_dict() == {"RUS": math.inf, "GEO": pytest.approx(60.0)}
    assert cr.indices(two).loc[["n_minus_1", "n_minus_j"], "value"].tolist() == [math.inf, math.inf]


def test_indices_follow_a_scenario() -> None:
    """With the first way closed, the second is the largest."""
    net = ways(6, 3, 2, volume=5.0, countries="RUS,GEO,CHN")
    shut = cr.Scenario(name="shut", changes=[cr.Outage(corridor="w0")])
    assert cr.indices(net, shut).loc["n_minus_1", "value"] == pytest.approx(100 * 2 / 5)


@pytest.mark.parametrize("year", [2021, 2024])
def test_a_country_closed_costs_what_compare_says_under_its_closure(year: int) -> None:
    """Capacities corridor by corridor, by asking compare; no corridor goes as a whole."""
    net = cr.load(year=year)
    table, needed = cr.jurisdictions(net), None
    for country in ("RUS", "TUR", "UKR"):
        shut = cr.Scenario(name="shut", changes=[cr.Outage(country=country)])
        capacity = cr.compare(net, [shut])["capacity_mtpa"].unstack("scenario")
        fall = capacity["baseline"] - capacity["shut"]
        row = table.loc[country]
        assert row["capacity_mtpa"] == pytest.approx(fall.clip(lower=0).sum(), abs=1e-5)
        assert set(row["corridors"]) == set(fall[fall > 1e-5].index)
        exports = 100 * capacity["shut"].sum() / row["n_minus_j_percent"]
        needed = needed or exports
        assert exports == pytest.approx(needed)
    assert not {"cpc", "btc", "middle_corridor"} & set(table.loc["UKR", "corridors"])
    assert cr.indices(net).loc["n_minus_j", "value"] == pytest.approx(table["n_minus_j_percent"].min())


@pytest.mark.parametrize("year", [2021, 2024])
def test_concentration_has_one_base(year: int) -> None:
    """HHI of indices and of outcomes, shares of first countries and through a country are of the same tonnes."""
    net = cr.load(year=year)
    indices, table = cr.indices(net), cr.jurisdictions(net)
    own = cr.outcomes(net, [], commodity="kazakh_crude").loc["baseline", "route_hhi"]
    assert indices.loc["hhi_routes", "value"] == pytest.approx(own)
    first = dict(part.rsplit(" ", 1) for part in indices.loc["hhi_jurisdictions", "about"].split(": ")[1].split(", "))
    assert first["RUS"] == f"{table.loc['RUS', 'share']:.0%}"


def test_indices_of_nothing_are_not_numbers() -> None:
    """Without corridors, or without exports, there is nothing to concentrate; no other error."""
    net = ways(6, countries="RUS")
    bare = net.replace(corridors=(), edges=tuple(edge.replace(corridor=None) for edge in net.edges))
    assert math.isnan(cr.indices(bare).loc["n_minus_1", "value"])
    home = net.replace(
        nodes=tuple(node.replace(country="KAZ") for node in net.nodes),
        supplies=(net.supplies[0].replace(volume_mtpa=6.0),),
    )
    assert cr.indices(home)["value"].isna().all()


def test_networks_without_countries_have_indices() -> None:
    """What is delivered where no country is known is exported, not delivered at home."""
    found = cr.indices(ways(6, 4))["value"]
    assert found["n_minus_1"] == pytest.approx(100 * 4 / 10)
    assert found["hhi_routes"] == pytest.approx(0.52)


def test_studies_of_risk_refuse_unknown_names() -> None:
    """A commodity or hazard that does not fit is named."""
    with pytest.raises(cr.UnknownNameError, match="no commodity named 'oli'; did you mean 'oil'"):
        cr.indices(ways(6), commodity="oli")
    for study in (cr.availability, cr.common_cause):
        with pytest.raises(cr.UnknownNameError, match="no edge named 'w9'"):
            study(ways(6, hazards=[closes("x", "w9")]))
