"""Tails and shares of simulated years against sorting, permutations and closed forms; the command that prints them."""

from __future__ import annotations

import io
import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest

import corridor as cr
from helpers.commands import run
from helpers.parallel_routes import closes, derates, hazard, ways

SHARED = ["delivered_mt", "shortfall_mt", "cost_musd", "netback_musd", "oil_shortfall_mt"]


def three(**severity: cr.Uniform) -> cr.Network:
    """Return two ways for 10 Mt/y, and three hazards that overlap, two in one place."""
    return ways(
        7, 6,
        hazards=[
            closes("storm", "w0", rate=5.0, days=40.0, place="RUS", **severity),
            derates("order", "w1", 0.25, rate=4.0, days=50.0, place="RUS"),
            hazard("strike", cr.SupplyShock(node="field", remaining=0.6), rate=4.0, days=30.0),
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def ens() -> cr.Ensemble:
    """Simulate 1200 years of three overlapping hazards: more than a block."""
    return cr.simulate(three(), years=1200, seed=5)


@pytest.fixture(scope="module")
def drawn() -> cr.Ensemble:
    """Simulate the same with one severity drawn."""
    return cr.simulate(three(severity=cr.Uniform(low=0.1, high=1.0)), years=300, seed=5)


def worst(values: pd.Series, alpha: float, *, high: bool) -> float:
    """Return the mean of the worst share of years, by sorting."""
    n = round(len(values) * (1.0 - alpha))
    return float(np.sort(values.to_numpy(dtype=float))[::-1][:n].mean() if high else np.sort(values)[:n].mean())


@pytest.mark.parametrize("by", ["hazard", "place"])
@pytest.mark.parametrize("column", SHARED)
@pytest.mark.parametrize("alpha", [None, 0.9, 0.9871])
def test_attribution_adds_up(ens: cr.Ensemble, column: str, by: str, alpha: float | None) -> None:
    """To the mean, and in the tail to the CVaR, the undisturbed included."""
    whole = ens.years[column].mean() if alpha is None else ens.cvar(column, alpha)
    table = ens.attribution(column, by=by, alpha=alpha)
    assert table["amount"].sum() == pytest.approx(whole)
    assert table["share"].sum() == pytest.approx(1.0)


@pytest.mark.parametrize("alpha", [None, 0.9, 0.973])
def test_attribution_adds_up_where_severities_are_drawn(drawn: cr.Ensemble, alpha: float | None) -> None:
    """Tail years are those of severe events; shares of the CVaR are counted with their severities."""
    whole = drawn.years["shortfall_mt"].mean() if alpha is None else drawn.cvar("shortfall_mt", alpha)
    assert drawn.attribution(alpha=alpha)["amount"].sum() == pytest.approx(whole)


@pytest.mark.parametrize("column", ["shortfall_mt", "netback_musd"])
def test_attribution_is_the_mean_over_all_orders(ens: cr.Ensemble, column: str) -> None:
    """Shapley values by all permutations of each state's hazards, each subset applied and solved."""
    measure = {"shortfall_mt": "shortfall_mtpa", "netback_musd": "netback_musd_per_year"}[column]
    value: dict[frozenset[str], float] = {}
    named = {each.name: each for each in ens.hazards}
    for n in range(4):
        for names in itertools.combinations(named, n):
            changes = tuple(change for name in names for change in named[name].changes)
            flow = cr.solve(ens.network, cr.Scenario(name="x", changes=changes)) if names else cr.solve(ens.network)
            value[frozenset(names)] = getattr(flow, measure)
    expected = dict.fromkeys(named, 0.0)
    for names, days in zip(ens.states["hazards"], ens.states["days_per_year"], strict=True):
        orders = list(itertools.permutations(names))
        for order in orders:
            for at, name in enumerate(order):
                step = value[frozenset(order[: at + 1])] - value[frozenset(order[:at])]
                expected[name] += step * days / 365.0 / len(orders)
    found = ens.attribution(column)["amount"]
    assert found[list(named)].tolist() == pytest.approx([expected[name] for name in named])
    assert found["undisturbed"] == pytest.approx(value[frozenset()])


def test_attribution_by_place_is_the_sum_over_its_hazards(ens: cr.Ensemble) -> None:
    """Hazards without a country are named so."""
    by_hazard, by_place = ens.attribution()["amount"], ens.attribution(by="place")["amount"]
    assert by_place["RUS"] == pytest.approx(by_hazard["storm"] + by_hazard["order"])
    assert by_place["no country named"] == pytest.approx(by_hazard["strike"])


def test_hazards_alike_bear_alike_and_idle_ones_nothing() -> None:
    """Two of one kind share in expectation; one that leaves nothing in the ground bears exactly 0."""
    hazards = [closes("a", "w0", rate=4.0, days=40.0), closes("b", "w0", rate=4.0, days=40.0),
               hazard("idle", cr.TariffShock(edge="w0", add_usd_per_t=0.5), rate=4.0, days=40.0)]  # fmt: skip
    found = cr.simulate(ways(6, 4, hazards=hazards, volume=6.0), years=20_000, seed=1).attribution()["amount"]
    assert found["a"] == pytest.approx(found["b"], rel=0.02)
    assert found["idle"] == 0.0


def test_hazards_that_offset_each_other_keep_their_shares() -> None:
    """One adds 2 Mt/y to a full way, the other takes 2: together nothing is short, yet one did harm, the other good."""
    hazards = [hazard(name, cr.SupplyShock(node="field", add_mtpa=add), rate=9.0, days=60.0)
               for name, add in (("boom", 2.0), ("bust", -2.0))]  # fmt: skip
    ens = cr.simulate(ways(10, hazards=hazards), years=200, seed=1)
    days = dict(zip(ens.states["hazards"], ens.states["days_per_year"], strict=True))
    both = days["boom", "bust"]
    found = ens.attribution()["amount"]
    assert found["bust"] == pytest.approx(-1.0 * both / 365.0)
    assert found["boom"] == pytest.approx((2.0 * days["boom",] + both) / 365.0)


def test_more_than_ten_at_once_share_by_what_each_costs_alone() -> None:
    """Twelve that hardly ever rest: amounts add up to the mean, twice the damage alone bears twice as much."""
    n = 12
    hazards = [derates(f"h{at:02}", f"w{at}", 0.5 if at else 0.0, rate=50.0, days=60.0) for at in range(n)]
    ens = cr.simulate(ways(*[1.0] * n, hazards=hazards, volume=float(n)), years=20, seed=1)
    found = ens.attribution()["amount"]
    assert found.sum() == pytest.approx(ens.years["shortfall_mt"].mean())
    assert found["h00"] == pytest.approx(2.0 * found["h01"], rel=0.02)


@pytest.mark.parametrize("column", ["shortfall_mt", "cost_musd", "worst_shortfall_mtpa", "disturbed_days", "shocks"])
def test_bad_years_are_the_high_ones(ens: cr.Ensemble, column: str) -> None:
    """CVaR is the mean of the largest 5 %."""
    assert ens.cvar(column) == pytest.approx(worst(ens.years[column], 0.95, high=True))
    assert ens.summary().loc[column, "cvar"] >= ens.summary().loc[column, "var"] - 1e-9


@pytest.mark.parametrize("column", ["delivered_mt", "netback_musd", "oil_netback_musd", "oil_delivered_mt"])
def test_bad_years_are_the_low_ones_where_more_is_better(ens: cr.Ensemble, column: str) -> None:
    """CVaR is the mean of the smallest 5 %, below the value at risk, below the mean."""
    row = ens.summary().loc[column]
    assert row["cvar"] == pytest.approx(worst(ens.years[column], 0.95, high=False))
    assert row["cvar"] <= row["var"] <= row["mean"]


def test_summary_describes_the_years(ens: cr.Ensemble) -> None:
    """Means, spreads and points are those of the table of years; undisturbed is the solved baseline."""
    summary = ens.summary()
    assert list(summary.index) == list(ens.years)
    for column, values in ens.years.items():
        row = summary.loc[column]
        assert row[["mean", "sd", "p5", "p50", "p95"]].tolist() == pytest.approx(
            [values.mean(), values.std(), *values.quantile([0.05, 0.5, 0.95])]
        )
        assert row["mean_high"] - row["mean_low"] == pytest.approx(2 * 1.96 * values.std() / math.sqrt(len(values)))
        assert row["cvar_low"] <= row["cvar"] <= row["cvar_high"]
    assert summary.loc["netback_musd", "undisturbed"] == pytest.approx(cr.solve(ens.network).netback_musd_per_year)
    assert (summary.loc[["disturbed_days", "shocks", "worst_shortfall_mtpa"], "undisturbed"] == 0).all()


def test_intervals_cover_the_mean_and_the_tail() -> None:
    """Of 60 seeds about 57 intervals hold the closed-form mean, and the CVaR of 60 000 years: at least 51 and 48."""
    storm = [closes("storm", "w0", rate=6.0, days=25.0)]
    expected = 10.0 * (1.0 - math.exp(-150.0 / 365.0))
    tail = cr.simulate(ways(10, hazards=storm), years=60_000, seed=1000).cvar()
    rows = [
        cr.simulate(ways(10, hazards=storm), years=400, seed=seed).summary().loc["shortfall_mt"] for seed in range(60)
    ]
    mean_held = sum(row["mean_low"] <= expected <= row["mean_high"] for row in rows)
    tail_held = sum(row["cvar_low"] <= tail <= row["cvar_high"] for row in rows)
    assert 51 <= mean_held < 60
    assert tail_held >= 48
    assert all(row["cvar_high"] - row["cvar_low"] < 0.5 * tail for row in rows)


def test_commodities_with_a_slash_have_columns() -> None:
    """An id may hold what separates other names."""
    net = ways(10, hazards=[closes("storm", "w0")])
    renamed = net.replace(
        commodities=(cr.Commodity(id="oil/heavy"),),
        supplies=tuple(supply.replace(commodity="oil/heavy") for supply in net.supplies),
        markets=tuple(market.replace(commodity="oil/heavy") for market in net.markets),
    )
    ens = cr.simulate(renamed, years=20)
    np.testing.assert_allclose(ens.years["oil/heavy_delivered_mt"], ens.years["delivered_mt"])
    assert ens.attribution("oil/heavy_shortfall_mt")["amount"].sum() == pytest.approx(ens.years["shortfall_mt"].mean())


@pytest.mark.parametrize("column", ["shortfal_mt", None, 3, ["shortfall_mt"]])
def test_unknown_columns_are_refused(ens: cr.Ensemble, column: object) -> None:
    """With a suggestion where a name is near."""
    for asked in (ens.cvar, ens.attribution):
        with pytest.raises(cr.UnknownNameError, match="no column of years named"):
            asked(column)  # type: ignore[operator]


@pytest.mark.parametrize("alpha", [1.0, -0.1, math.nan, "0.9"])
def test_levels_out_of_range_are_refused(ens: cr.Ensemble, alpha: object) -> None:
    """By summary, cvar and attribution alike."""
    for ask in (ens.summary, lambda a: ens.cvar(alpha=a), lambda a: ens.attribution(alpha=a)):
        with pytest.raises(cr.DataError, match="alpha must be"):
            ask(alpha)  # type: ignore[operator]


@pytest.mark.parametrize("column", ["worst_shortfall_mtpa", "disturbed_days", "shocks"])
def test_what_does_not_add_up_is_not_shared_out(ens: cr.Ensemble, column: str) -> None:
    """Counts and largest values are nobody's."""
    with pytest.raises(cr.DataError, match="does not add up over hazards"):
        ens.attribution(column)


@pytest.mark.parametrize("by", ["Hazard", "country", 1, None])
def test_shares_are_by_hazard_cause_place_or_prior(ens: cr.Ensemble, by: object) -> None:
    """Any other kind is refused."""
    with pytest.raises(cr.UnknownNameError, match="no kind of attribution named"):
        ens.attribution(by=by)  # type: ignore[arg-type]


def test_a_condition_is_called_by_what_is_in_force(ens: cr.Ensemble) -> None:
    """Neither its words nor a map of it call it the baseline while a hazard is in force; nothing in force is that."""
    names = [hazard.name for hazard in ens.hazards[:2]]
    assert ens.flow(names[::-1]).explain().startswith(f"{' + '.join(names)}: ")
    assert ens.flow(()).explain().startswith("Baseline: ")


def test_a_condition_is_called_by_its_scenario_too(diamond: cr.Network) -> None:
    """What held all the time comes first."""
    wider = cr.Scenario(name="wider", changes=[cr.Expansion(edge="north_out", add_mtpa=1)])
    storm = cr.Hazard(name="storm", changes=[cr.Outage(edge="south_out")], frequency_per_year=1, duration_days=9)
    ens = cr.simulate(diamond.replace(hazards=[storm]), 10, 1, scenario=wider)
    assert ens.flow(()).scenario == wider
    assert ens.flow("storm").explain().startswith("wider + storm: ")


@pytest.mark.parametrize(
    ("state", "error"),
    [(-1, cr.DataError), (10**6, cr.DataError), (True, cr.DataError), (1.0, cr.DataError), (None, cr.DataError),
     ("strom", cr.UnknownNameError), (["storm", "ordr"], cr.UnknownNameError), ([1], cr.UnknownNameError)],
)  # fmt: skip
def test_unknown_states_are_refused(ens: cr.Ensemble, state: object, error: type[Exception]) -> None:
    """A row that is not there, a hazard that is not there, and what is neither."""
    with pytest.raises(error):
        ens.flow(state)  # type: ignore[arg-type]


# The command

ASKED = ["simulate", "--years", "60", "--seed", "3", "--regime", "war", "--quiet"]


@pytest.fixture(scope="module")
def shipped() -> cr.Ensemble:
    """Simulate what the command is asked for."""
    return cr.simulate(cr.load(regime="war"), years=60, seed=3)


def test_simulate_prints_a_bad_transport_year(capsys: pytest.CaptureFixture[str], shipped: cr.Ensemble) -> None:
    """Mean, tail and where, with the numbers of the library."""
    code, out, err = run(capsys, *ASKED)
    assert (code, err) == (0, "")
    assert "60 simulated years of caspian 2026, hazards at rates as since 24 February 2022 (war), seed 3." in out
    assert f"{shipped.years['kazakh_crude_delivered_mt'].mean():,.2f}" in out
    assert f"{shipped.cvar('kazakh_crude_shortfall_mt'):,.2f}" in out
    assert "worst 5%" in out
    assert "RUS" in out
    assert max(map(len, out.splitlines())) <= 200


def test_simulate_names_fine_tails(capsys: pytest.CaptureFixture[str]) -> None:
    """99.5 % is not the worst 0 %."""
    code, out, _ = run(capsys, *ASKED, "--alpha", "0.995")
    assert code == 0
    assert "worst 0.5%" in out


@pytest.mark.parametrize("table", ["summary", "corridors", "states", "attribution", "years"])
def test_simulate_gives_its_tables(capsys: pytest.CaptureFixture[str], shipped: cr.Ensemble, table: str) -> None:
    """As text, CSV and JSON, with the library's rows."""
    expected = getattr(shipped, table)
    if table == "summary":
        expected = expected()
    elif table == "attribution":
        expected = expected("kazakh_crude_shortfall_mt")
    code, out, _ = run(capsys, *ASKED, "--table", table, "--format", "csv")
    found = pd.read_csv(io.StringIO(out))
    assert code == 0
    assert list(found.columns) == list(expected.reset_index().columns)
    numbers = expected.select_dtypes("number")
    np.testing.assert_allclose(found[list(numbers)], numbers, rtol=1e-9, atol=1e-9)
    code, out, _ = run(capsys, *ASKED, "--table", table, "--format", "json")
    assert (code, len(json.loads(out)["rows"])) == (0, len(expected))
    code, out, _ = run(capsys, *ASKED, "--table", table)
    assert (code, len(out.splitlines()) > len(expected)) == (0, True)


def test_simulate_adds_up_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    """Both hold; the text names them."""
    code, out, _ = run(capsys, *ASKED, "--scenario", "cpc-shut", "--scenario", "btc-quota-lifted")
    assert code == 0
    assert "under CPC shut + BTC quota lifted" in " ".join(out.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--years", "0"], ["--years", "-5"], ["--seed", "-1"], ["--workers", "0"], ["--alpha", "1"],
        ["--alpha", "nan"], ["--alpha", "-1"], ["--regime", "peace"], ["--commodity", "kazak_crude"],
        ["--scenario", "cpc-shu"], ["--network", "caspain"], ["--years", "1000000000000"],
    ],
)  # fmt: skip
def test_simulate_refuses_bad_values(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """Exit code 2, one sentence, no table."""
    code, out, err = run(capsys, *ASKED, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("corridor: ")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--years", "x"], ["--seed", "1.5"], ["--table", "tails"], ["--alpha", "much"]])
def test_simulate_refuses_what_is_no_value(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """The parser says what it wants, with exit code 2."""
    code, out, err = run(capsys, "simulate", *arguments)
    assert (code, out) == (2, "")
    assert "corridor simulate: error:" in err
