"""All figures drawn together: closed forms of the triangular distribution, and draws solved again one by one."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import corridor as cr
from corridor.model.records import PARTS
from corridor.model.variation import Variation
from corridor.solver.highs import Solver
from corridor.solver.optimal_range import OptimalRange
from corridor.study.draws import points
from helpers.small_networks import edge, minimum, network

NETBACK = "netback_musd_per_year"
NET = cr.load(year=2024)
SHUT = cr.load_scenario("cpc-shut")


def figure(subject: str, value: float, low: float | None = None, high: float | None = None, **more: Any) -> cr.Figure:
    """Return a chosen figure of an edge's tariff, or of what else is said."""
    return cr.Figure(
        **{
            "record": "edge", "subject": subject, "attribute": "tariff_usd_per_t", "value": value, "low": low,
            "high": high, "unit": "1", "since": 2000, "until": 2100, "confidence": "C", "choice": "chosen",
        } | more
    )  # fmt: skip


def below(value: float, low: float, mode: float, high: float) -> float:
    """Return the chance that a triangular number is below a value: its closed form."""
    if value <= mode:
        return (value - low) ** 2 / ((high - low) * (mode - low))
    return 1.0 - (high - value) ** 2 / ((high - low) * (high - mode))


@pytest.fixture(scope="module")
def shipped() -> Any:
    """Return 20 draws of the shipped network, the baseline and the CPC shut."""
    return cr.uncertainty(NET, SHUT, draws=20)


@pytest.mark.parametrize(("low", "mode", "high"), [(5.0, 10.0, 30.0), (10.0, 10.0, 30.0), (5.0, 30.0, 30.0)])
def test_of_one_figure_the_points_are_those_of_the_triangular(low: float, mode: float, high: float) -> None:
    """5 Mt/y at 100 less a tariff: of 2 000 draws each point within four standard errors of an order statistic."""
    net = network(edge("pipe", mode)).replace(figure_records=(figure("pipe", mode, low, high),))
    row = cr.uncertainty(net, draws=2000, numbers=NETBACK).numbers.loc[("baseline", NETBACK)]
    for name, share in (("p05", 0.05), ("p50", 0.5), ("p95", 0.95)):
        chance = 1.0 - below(100.0 - row[name] / 5.0, low, mode, high)
        assert abs(chance - share) < 4.0 * math.sqrt(share * (1.0 - share) / 2000)
    assert (row["central"], row["defined"], row["unit"]) == (pytest.approx(5 * (100 - mode)), 1.0, "million USD/y")


def test_figures_of_no_effect_give_the_central_answer() -> None:
    """A range on the tariff of a way that nobody takes: every point is the answer itself."""
    net = network(edge("pipe", 10.0), edge("dear", 50.0)).replace(figure_records=(figure("dear", 50.0, 40.0, 90.0),))
    drawn = cr.uncertainty(net, draws=10)
    table, central = drawn.outcomes, cr.outcomes(net, [])
    for name in central:
        for end in ("", "_p05", "_p50", "_p95"):
            assert table[f"{name}{end}"].to_numpy() == pytest.approx(central[name].to_numpy(), nan_ok=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_seed_gives_the_same_bytes_from_any_number_of_workers(workers: int) -> None:
    """Two runs, here or by processes; another seed gives others."""
    first = cr.uncertainty(NET, SHUT, draws=60, numbers=["shortfall_mtpa", NETBACK])
    again = cr.uncertainty(NET, SHUT, draws=60, numbers=["shortfall_mtpa", NETBACK], workers=workers)
    assert first.drawn.values.tobytes() == again.drawn.values.tobytes()
    assert first == again
    assert first != cr.uncertainty(NET, SHUT, draws=60, seed=8, numbers=["shortfall_mtpa", NETBACK])


def test_more_draws_begin_with_the_same() -> None:
    """Of 60 draws the first 30 are those of 30, though a block has 25."""
    few, many = (cr.uncertainty(NET, draws=n, numbers="shortfall_mtpa") for n in (30, 60))
    assert np.array_equal(few.drawn.values, many.drawn.values[:30])
    assert few.figures.equals(many.figures.iloc[:30])


def test_draws_are_what_replace_and_compare_make_of_them(shipped: Any) -> None:
    """20 draws, put into records by hand and compared from nothing: every number that no tie decides is the same."""
    keys = zip(*(shipped.draws[column] for column in ("draw", "scenario", "number")), strict=True)
    values = dict(zip(keys, shipped.draws["value"], strict=True))
    names = [name for name in shipped.compare if f"{name}_p50" in shipped.compare]
    for draw in range(20):
        net = by_hand(NET, shipped.figures.loc[draw])
        expected: dict[tuple[str, str], float] = {}
        for (scenario, corridor), row in cr.compare(net, SHUT, columns=GROUPS, strict=False).iterrows():
            expected |= {(scenario, f"compare.{corridor}.{name}"): row[name] for name in names}
        for scenario, row in cr.outcomes(net, SHUT, strict=False).iterrows():
            expected |= {(str(scenario), f"outcomes.{name}"): row[name] for name in row.index}
        for (scenario, path), number in expected.items():
            if values[draw, scenario, path] != pytest.approx(number, rel=1e-6, abs=1e-5, nan_ok=True):
                assert tied(cr.solve(net, None if scenario == "baseline" else SHUT, strict=False), path), path


def by_hand(net: cr.Network, drawn: pd.Series) -> cr.Network:
    """Return a network with figures at values drawn, record by record through `replace`."""
    values = Variation(net).figure_set.values({str(key): float(value) for key, value in drawn.items()})
    new: dict[str, dict[str, float]] = {}
    for key, value in values.items():
        record, _, attribute = key.rpartition(".")
        new.setdefault(record, {})[attribute] = value
    parts: dict[str, Any] = {}
    for kind in PARTS:
        records = {".".join(np.atleast_1d(key)): record for key, record in net.by_key(kind.singular).items()}
        parts[kind.plural] = [
            record.replace(**fitting(record, new.get(f"{kind.singular}:{id}", {}))) for id, record in records.items()
        ]
    return net.replace(**parts)


def fitting(record: Any, new: dict[str, float]) -> dict[str, Any]:
    """Return new fields of a record: a yes or no as such, no cost below 0, no lower limit above its upper one."""
    fields: dict[str, Any] = {name: value for name, value in new.items() if name in type(record).model_fields}
    if "in_service" in fields:
        fields["in_service"] = fields["in_service"] >= 0.5
    if "replacement_usd_per_t" in fields:
        fields["replacement_usd_per_t"] = max(0.0, fields["replacement_usd_per_t"])
    for lower, upper in (("required_mtpa", "volume_mtpa"), ("min_mtpa", "max_mtpa")):
        low, high = (fields.get(name, getattr(record, name, None)) for name in (lower, upper))
        if low is not None and high is not None and low > high:
            fields[lower] = high
    return fields


GROUPS = ("main", "route", "if_lost")
MOVED = ("throughput_mtpa", "capacity_used", "if_lost_mtpa", "if_lost_all_mtpa", "if_lost_musd_per_year")
"""Endings of the columns that hang on which of several optimal flows is shown."""


def tied(flow: cr.Flow, path: str) -> bool:
    """Tell whether a number hangs on the flow shown, and another is as good."""
    if not path.startswith("compare."):
        return path.endswith(("route_hhi", "_held")) and any(tied(flow, f"compare.{c.id}.throughput_mtpa")
                                                             for c in flow.network.corridors)  # fmt: skip
    low, high = OptimalRange(flow.solution).throughput(path.split(".")[1], "kazakh_crude")
    return path.endswith(MOVED) and high - low > 1e-6


def test_an_input_is_drawn_once_for_all_that_it_goes_into() -> None:
    """Two tariffs of one rate, 2 and 3 USD/t a unit of it: their draws keep that proportion, draw by draw."""
    rate = figure("rate", 5.0, 4.0, 8.0, record="input", attribute="usd_per_t")
    formulas = [figure(id, n * 5.0, formula=f"rate.usd_per_t * {n}") for id, n in (("one", 2), ("two", 3))]
    net = network(edge("one", 10.0, 2.0), edge("two", 15.0)).replace(figure_records=(rate, *formulas))
    drawn = cr.uncertainty(net, draws=30, numbers=[f"edges.{id}.unit_cost_usd_per_t" for id in ("one", "two")])
    one, two = drawn.drawn.values[:, 0].T
    assert two / one == pytest.approx(np.full(30, 1.5))
    assert np.ptp(one) > 1.0
    assert list(drawn.figures) == ["input:rate.usd_per_t"]


def test_the_range_of_an_assumption_is_drawn_beside_its_inputs() -> None:
    """A tariff of twice a rate without a range, give or take 3: 10 + (-3 .. 3), and with the rate drawn 8..16 more."""
    for low, high in ((5.0, 5.0), (4.0, 8.0)):
        rate = figure("rate", 5.0, low, high, record="input", attribute="usd_per_t")
        tariff = figure("pipe", 10.0, 7.0, 13.0, formula="rate.usd_per_t * 2")
        net = network(edge("pipe", 10.0)).replace(figure_records=(rate, tariff))
        drawn = cr.uncertainty(net, draws=400, numbers="edges.pipe.unit_cost_usd_per_t")
        values = drawn.drawn.values.ravel()
        least, most = 2 * low - 3.0, 2 * high + 3.0
        assert values.min() >= least
        assert values.max() <= most
        assert np.ptp(values) > (0.6 if high > low else 0.9) * (most - least)


def test_a_yes_or_no_is_drawn_with_the_chance_of_its_value() -> None:
    """In service with a chance of 0.3: of 1 000 draws within four standard errors; stated as 0 or 1 in none or all."""
    for value, share in ((0.3, 0.3), (0.0, 0.0), (1.0, 1.0)):
        service = figure("pipe", value, 0.0, 1.0, attribute="in_service")
        net = network(edge("pipe", 10.0, in_service=value >= 0.5)).replace(figure_records=(service,))
        drawn = cr.uncertainty(net, draws=1000, numbers="delivered_mtpa").drawn.values.ravel()
        assert set(drawn) <= {0.0, 5.0}
        assert abs((drawn == 5.0).mean() - share) <= 4.0 * math.sqrt(share * (1.0 - share) / 1000)


def test_a_minimum_is_cut_where_it_would_cross_its_ceiling() -> None:
    """A minimum of 0 to 4 and a ceiling of 1 to 5, drawn independently: never a minimum above the ceiling."""
    figures = [
        figure("pipe.oil", value, low, high, record="quota", attribute=attribute)
        for attribute, value, low, high in (("min_mtpa", 2.0, 0.0, 4.0), ("max_mtpa", 3.0, 1.0, 5.0))
    ]
    quota = minimum("pipe", 2.0, most=3.0)
    net = network(edge("pipe", 10.0), quotas=(quota,)).replace(figure_records=figures)
    drawn = cr.uncertainty(net, draws=100, numbers=["unmet_minimum_mtpa", "delivered_mtpa"])
    assert (drawn.figures["quota:pipe.oil.min_mtpa"] > drawn.figures["quota:pipe.oil.max_mtpa"]).any()
    unmet, delivered = drawn.drawn.values[:, 0].T
    assert unmet == pytest.approx(np.zeros(100))
    assert delivered == pytest.approx(drawn.figures["quota:pipe.oil.max_mtpa"].to_numpy())


def looping(low: float, high: float, gain: float = 8.0) -> cr.Network:
    """Return a network whose way back gains up to the tariff there: beyond 10 a round would earn money."""
    edges = edge("pipe", 10.0), edge("back", 0.0, ends="port field", quality_usd_per_t=gain)
    gains = figure("back", gain, low, high, attribute="quality_usd_per_t")
    return network(*edges).replace(figure_records=(gains,))


def test_draws_in_which_a_round_earns_money_are_left_out_and_counted() -> None:
    """A gain of 6, 8, 14 against a tariff of 10: a third of the draws, by the closed form; none is drawn again."""
    drawn = cr.uncertainty(looping(6.0, 14.0), draws=400, numbers=NETBACK)
    share = 1.0 - below(10.0, 6.0, 8.0, 14.0)
    assert abs(len(drawn.left_out) / 400 - share) < 4.0 * math.sqrt(share * (1.0 - share) / 400)
    gains = drawn.figures["edge:back.quality_usd_per_t"]
    assert list(drawn.left_out.index) == list(gains.index[gains > 10.0])
    row = drawn.numbers.loc[("baseline", NETBACK)]
    assert row["defined"] == 1.0 - len(drawn.left_out) / 400
    assert row[["p05", "p95"]].tolist() == pytest.approx([450.0, 450.0])
    assert f"{len(drawn.left_out)} of 400 draws make no sound network" in drawn.numbers.attrs["notes"][0]
    assert "would earn" in drawn.left_out["reason"].iloc[0]
    with pytest.raises(cr.DataError, match="would earn"):
        drawn.network_of(drawn.left_out.index[0])


def test_no_draw_at_all_is_refused() -> None:
    """With a gain that starts just below the tariff: by the closed form one draw in 2 000 is sound, of three none."""
    with pytest.raises(cr.DataError, match="no draw makes a sound network; the first: with figures"):
        cr.uncertainty(looping(9.999, 14.0, 9.999), draws=3, numbers=NETBACK)


def test_a_scenario_that_a_draw_makes_impossible_is_left_out_there_alone() -> None:
    """3 Mt/y less of a supply of 2 to 8: below 3 nothing can be taken away; the baseline has all draws."""
    supply = figure("field.oil", 5.0, 2.0, 8.0, record="supply", attribute="volume_mtpa")
    net = network(edge("pipe", 10.0)).replace(figure_records=(supply,))
    less = cr.Scenario(name="less", changes=cr.SupplyShock(node="field", add_mtpa=-3.0))
    drawn = cr.uncertainty(net, less, draws=200, numbers="delivered_mtpa")
    short = (drawn.figures["supply:field.oil.volume_mtpa"] < 3.0).sum()
    assert short > 0
    assert drawn.numbers["defined"].tolist() == pytest.approx([1.0, 1.0 - short / 200])
    assert set(drawn.left_out["scenario"]) == {"less"}


def two_ways(*figures: cr.Figure, tariff: float = 20.0, capacity: float | None = None) -> cr.Network:
    """Return a network with two corridors of 20 USD/t, each with room for all, to one port."""
    ways = (edge(id, tariff, capacity, corridor=id) for id in ("north", "south"))
    return network(*ways).replace(figure_records=figures)


def test_how_often_a_corridor_is_best() -> None:
    """Tariffs 20 and 10, 20, 30: best where its tariff is below 20, half of the draws; with a tie each has half."""
    symmetric, idle = (
        figure("south", 20.0, 10.0, 30.0),
        figure("field.oil", 5.0, 4.0, 5.0, record="supply", attribute="volume_mtpa"),
    )
    ranking = cr.uncertainty(two_ways(symmetric), draws=400).ranking["best"]
    assert abs(ranking["baseline", "south"] - 0.5) < 4.0 * math.sqrt(0.25 / 400)
    assert ranking["baseline", "south"] + ranking["baseline", "north"] == pytest.approx(1.0)
    ties = cr.uncertainty(two_ways(idle), draws=20).ranking["best"]
    assert ties.to_dict() == pytest.approx(
        {("baseline", "north"): 0.5, ("baseline", "south"): 0.5, ("baseline", "every way full"): 0.0}
    )


def test_a_draw_in_which_every_way_is_full_counts_so() -> None:
    """Two ways of 2 Mt/y for a supply of 3 to 5, mode 5: full from 4 on, by the closed form."""
    supply = figure("field.oil", 5.0, 3.0, 5.0, record="supply", attribute="volume_mtpa")
    ranking = cr.uncertainty(two_ways(supply, capacity=2.0), draws=400).ranking["best"]
    full = 1.0 - below(4.0, 3.0, 5.0, 5.0)
    assert abs(ranking["baseline", "every way full"] - full) < 4.0 * math.sqrt(full * (1.0 - full) / 400)
    assert ranking.sum() == pytest.approx(1.0)


def test_what_drives_a_number() -> None:
    """A netback that falls with one tariff alone has rank correlation -1 with it; what does not vary is left out."""
    figures = figure("pipe", 10.0, 5.0, 30.0), figure("dear", 60.0, 50.0, 90.0)
    net = network(edge("pipe", 10.0), edge("dear", 60.0)).replace(figure_records=figures)
    drivers = cr.uncertainty(net, draws=200, numbers=[NETBACK, "delivered_mtpa"]).drivers
    assert set(drivers.index) == {("baseline", NETBACK)}
    assert drivers["subject"].tolist() == ["pipe", "dear"]
    assert drivers["correlation"].iloc[0] == pytest.approx(-1.0)
    assert abs(drivers["correlation"].iloc[1]) < 4.0 / math.sqrt(200)


def test_drivers_beyond_chance_stand_first(shipped: Any) -> None:
    """Of n draws in which the number exists, those beyond 1.96 / sqrt(n - 1); none that is not stands before one."""
    defined = shipped.draws.groupby(["scenario", "number"])["value"].count()
    for key, rows in shipped.drivers.groupby(level=["scenario", "number"]):
        least = 1.96 / math.sqrt(defined[key] - 1) if defined[key] > 1 else math.inf
        assert rows["exceeds_chance"].tolist() == [abs(rho) > least for rho in rows["correlation"]]
        assert rows["exceeds_chance"].is_monotonic_decreasing
    assert set(shipped.drivers["exceeds_chance"]) == {True, False}


def test_one_in_twenty_figures_without_effect_exceeds_chance() -> None:
    """Of 120 pipes that nobody uses about 6 do; 2 to 14 with a chance of 98 %."""
    idle = [f"idle_{number}" for number in range(120)]
    figures = figure("pipe", 10.0, 5.0, 30.0), *(figure(id, 500.0, 400.0, 600.0) for id in idle)
    net = network(edge("pipe", 10.0), *(edge(id, 500.0) for id in idle)).replace(figure_records=figures)
    drivers = cr.uncertainty(net, draws=100, numbers=NETBACK).drivers.set_index("subject")["exceeds_chance"]
    assert drivers["pipe"]
    assert 2 <= drivers[idle].sum() <= 14


def test_rank_correlation_is_scipys(shipped: Any) -> None:
    """Every figure with one number, ties included."""
    from scipy.stats import spearmanr

    path = "outcomes.netback_musd_per_year"
    values = shipped.draws.query("scenario == 'baseline' and number == @path")["value"].to_numpy()
    rows = shipped.drivers.xs(("baseline", path))
    assert len(rows) > 200
    for row in rows.iloc[::20].itertuples():
        drawn = shipped.figures[f"{row.record}:{row.subject}.{row.attribute}"]
        assert row.correlation == pytest.approx(spearmanr(drawn, values).statistic)


def test_only_what_is_asked_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    """A total of the baseline takes one program a draw; a capacity one more."""
    solved = 0
    solve = Solver.optimum

    def counting(self: Solver, state: Any) -> Any:
        nonlocal solved
        solved += 1
        return solve(self, state)

    monkeypatch.setattr(Solver, "optimum", counting)
    counts = []
    for numbers in ("shortfall_mtpa", ["shortfall_mtpa", "compare.btc.capacity_mtpa"]):
        solved = 0
        cr.uncertainty(NET, draws=30, numbers=numbers)
        counts.append(solved)
    assert counts == [31, 62]


def test_changes_and_differences_are_paths_too() -> None:
    """The rise of shortfall under a scenario, and the difference of two netbacks, draw by draw."""
    paths = [
        "change.shortfall_mtpa", "compare.btc.netback_usd_per_t - compare.cpc.netback_usd_per_t",
        "compare.btc.netback_usd_per_t", "compare.cpc.netback_usd_per_t", "shortfall_mtpa",
    ]  # fmt: skip
    drawn = cr.uncertainty(NET, SHUT, draws=10, numbers=paths).drawn.values
    assert drawn[:, 1, 0] == pytest.approx(drawn[:, 1, 4] - drawn[:, 0, 4])
    assert drawn[:, 0, 1] == pytest.approx(drawn[:, 0, 2] - drawn[:, 0, 3])


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: cr.uncertainty(NET, numbers="compare.cpc.status"), "is a word; name a number"),
        (lambda: cr.uncertainty(NET, numbers="compare.cpc.availability"), "availability in .* is a risk"),
        (
            lambda: cr.uncertainty(
                NET, numbers="compare.cpc.netback_usd_per_t - change.compare.btc.expected_loss_usd_per_t"
            ),
            "expected_loss_usd_per_t in .* is a risk",
        ),
        (lambda: cr.uncertainty(NET, numbers="shortfal_mtpa"), "did you mean 'shortfall_mtpa'"),
        (lambda: cr.uncertainty(NET, numbers=[]), "numbers must be one path or several"),
        (lambda: cr.uncertainty(NET, draws=0), "draws must be 1 to 1,000,000"),
        (lambda: cr.uncertainty(NET, seed=-1), "seed must be 0 to"),
        (lambda: cr.uncertainty(NET, workers=1.5), "workers must be a whole number"),  # type: ignore[arg-type]
        (lambda: cr.uncertainty(network(edge("pipe"))), "has no figures that could be varied"),
        (lambda: cr.uncertainty(NET, [SHUT, SHUT]), "duplicate scenario name"),
        (lambda: cr.uncertainty(NET, draws=2, numbers="shortfall_mtpa").compare, "leave out numbers="),
        (lambda: cr.uncertainty(NET, draws=2, numbers="shortfall_mtpa").network_of(2), "draw must be 0 to 1"),
    ],
)
def test_what_cannot_be_asked_is_refused(ask: Callable[[], object], message: str) -> None:
    """In one sentence each."""
    with pytest.raises(cr.CorridorError, match=message):
        ask()


def test_points_are_values_that_occur() -> None:
    """Of 1, 2, 3, 4 and one that does not exist: 1, 2 and 4, defined in 0.8; infinite ones count as largest."""
    values = np.array([[3.0, np.inf], [1.0, 1.0], [np.nan, np.nan], [4.0, np.nan], [2.0, np.nan]])
    assert {name: of.tolist() for name, of in points(values).items()} == {
        "p05": [1.0, 1.0], "p50": [2.0, 1.0], "p95": [4.0, np.inf], "defined": [0.8, 0.4],
    }  # fmt: skip
    empty = points(np.full((3, 1), np.nan))
    assert np.isnan(empty["p50"]).all()
    assert empty["defined"].tolist() == [0.0]


def test_tables_have_a_column_for_each_point(shipped: Any) -> None:
    """Of compare and outcomes, the central values those of these functions; no words, no risk columns."""
    table, central = shipped.compare, cr.compare(NET, SHUT)
    assert list(table.index) == list(central.index)
    assert table["netback_usd_per_t"].to_numpy() == pytest.approx(central["netback_usd_per_t"].to_numpy(), nan_ok=True)
    assert {
        "capacity_mtpa_p05",
        "next_tonne_usd_per_t_p50",
        "loss_if_lost_musd_per_year_p95",
        "distance_km_defined",
    } <= set(table)
    assert not {"status", "availability", "expected_loss_usd_per_t"} & set(table)
    assert list(shipped.outcomes.index) == ["baseline", SHUT.name]
    assert {"loss_musd_p50", "netback_musd_per_year_p05"} <= set(shipped.outcomes)


class TestRangesOfCompare:
    """`compare(ranges=True)`."""

    def test_central_values_stay_and_ranges_are_those_of_uncertainty(self, shipped: Any) -> None:
        """Column by column, with one seed."""
        table, central = cr.compare(NET, SHUT, ranges=True, draws=20), cr.compare(NET, SHUT)
        pd.testing.assert_frame_equal(table[list(central)], central)
        for name in ("throughput_mtpa", "next_tonne_usd_per_t", "capacity_mtpa"):
            for end in ("p05", "p95", "defined"):
                expected = shipped.compare[f"{name}_{end}"].to_numpy()
                assert table[f"{name}_{end}"].to_numpy() == pytest.approx(expected, nan_ok=True)
        assert (table.attrs["draws"], table.attrs["seed"]) == (20, 7)
        assert not [name for name in table if name.startswith(("status_", "bottleneck_", "destination_"))]

    def test_only_the_baseline_and_what_is_given_have_ranges(self) -> None:
        """Of the shipped scenarios that `compare` runs by default none has: they would take minutes."""
        table = cr.compare(NET, columns="netback_usd_per_t", corridors="cpc", ranges=True, draws=3)
        assert len(table) == 1 + len(cr.scenarios())
        assert table["netback_usd_per_t_p05"].notna().tolist() == [True] + [False] * len(cr.scenarios())

    def test_barrels(self) -> None:
        """Of 7.98 barrels a tonne: ranges are in the units of their numbers."""
        tonnes, barrels = (
            cr.compare(
                NET,
                [],
                columns=["netback_usd_per_t", "throughput_mtpa"],
                corridors="cpc",
                ranges=True,
                draws=5,
                units=units,
            )
            for units in ("t", "bbl")
        )
        per_t = NET.commodity("kazakh_crude").display_per_t
        assert barrels["netback_usd_per_bbl_p95"].to_numpy() == pytest.approx(
            tonnes["netback_usd_per_t_p95"].to_numpy() / per_t
        )
        rate = per_t * 1e3 / 365
        assert barrels["throughput_kbd_p05"].to_numpy() == pytest.approx(
            tonnes["throughput_mtpa_p05"].to_numpy() * rate
        )
        assert barrels["throughput_kbd_defined"].tolist() == [1.0]

    def test_each_origin_has_ranges_of_its_own(self) -> None:
        """Rows by corridor and origin."""
        table = cr.compare(NET, [], columns="netback_usd_per_t", corridors="cpc", origin="each", ranges=True, draws=5)
        alone = cr.compare(
            NET, [], columns="netback_usd_per_t", corridors="cpc", origin="kashagan", ranges=True, draws=5
        )
        pd.testing.assert_series_equal(table.loc[("baseline", "cpc", "kashagan")], alone.iloc[0], check_names=False)

    def test_words_alone_have_no_ranges(self) -> None:
        """And are refused."""
        with pytest.raises(cr.DataError, match="ranges are of numbers"):
            cr.compare(NET, [], columns="status", ranges=True)

    def test_draws_left_out_are_noted(self) -> None:
        """By state, beside other notes."""
        round_ = edge("side", 10.0, ends="field hub"), edge("back", ends="hub field", quality_usd_per_t=8.0)
        edges = *round_, edge("pipe", 10.0, corridor="pipe")
        gain = figure("back", 8.0, 6.0, 14.0, attribute="quality_usd_per_t")
        net = network(*edges).replace(figure_records=(gain,))
        table = cr.compare(net, [], ranges=True, draws=50)
        assert "of 50 draws make no sound network" in table.attrs["notes"]["baseline"][0]


DASK = """
import distributed
import corridor as cr
if __name__ == "__main__":
    net, numbers = cr.load(year=2024), ["shortfall_mtpa", "netback_musd_per_year"]
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        shared = cr.uncertainty(net, draws=60, numbers=numbers, client=client)
    print(shared == cr.uncertainty(net, draws=60, numbers=numbers))
"""


@pytest.mark.fuzz
def test_a_dask_cluster_gives_the_bytes_of_one_process(tmp_path: Path) -> None:
    """A real LocalCluster of two processes, in a process of its own, whose threads end with it."""
    pytest.importorskip("distributed")
    script = tmp_path / "shared.py"
    script.write_text(DASK)
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=300, check=False)
    assert (run.returncode, run.stdout.strip()) == (0, "True"), run.stderr
