"""compare() and outcomes(): columns, meanings and closed forms."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import corridor as cr
from corridor.model.formulas import availability, hhi
from corridor.solver.highs import Solver

CONTRACT = {
    "main": {
        "status", "destination", "nameplate_mtpa", "reachable_mtpa", "capacity_mtpa", "bottleneck", "throughput_mtpa",
        "capacity_used", "unit_cost_usd_per_t", "transit_days", "risk_score", "netback_usd_per_t",
        "next_tonne_usd_per_t", "shortfall_if_lost_mtpa", "subjects",
    },
    "route": {"origin", "distance_km", "countries"},
    "if_lost": {"shortfall_if_lost_all_mtpa", "loss_if_lost_musd_per_year"},
    "risk": {
        "availability", "untouched_share", "closed_share", "disturbed_by_country", "expected_loss_usd_per_t",
    },
}  # fmt: skip


def two_ways(**pipe: object) -> cr.Network:
    """Return a field with a pipe (10 Mt/y, 20 USD/t) and a railway (4 Mt/y, 50 USD/t) to a market at 100 USD/t."""
    fields = {
        "id": "pipe", "tail": "field", "head": "market", "capacity_mtpa": 10, "tariff_usd_per_t": 20,
        "transit_days": 3, "distance_km": 500, "countries": ("KAZ", "RUS"), "corridor": "north",
    }  # fmt: skip
    rail = {**fields, "id": "rail", "mode": "rail", "capacity_mtpa": 4, "tariff_usd_per_t": 50, "corridor": "south"}
    return cr.Network(
        nodes=[cr.Node(id="field"), cr.Node(id="market")],
        edges=[cr.Edge.model_validate(fields | pipe), cr.Edge.model_validate(rail | {"countries": ("KAZ", "GEO")})],
        commodities=[cr.Commodity(id="oil")],
        corridors=[cr.Corridor(id="north"), cr.Corridor(id="south")],
        supplies=[cr.Supply(node="field", commodity="oil", volume_mtpa=8)],
        markets=[cr.Market(node="market", commodity="oil", price_usd_per_t=100)],
    )


SHUT = cr.Scenario(name="shut", changes=[cr.Outage(corridor="north")])


def test_columns_are_those_of_the_contract() -> None:
    """Those of the main group; throughput and netback stand at the ends, where pandas prints them."""
    table = cr.compare(two_ways(), [SHUT])
    assert set(table.columns) == CONTRACT["main"]
    assert (table.columns[0], table.columns[-1]) == ("throughput_mtpa", "netback_usd_per_t")
    assert table.index.names == ["scenario", "corridor"]


@pytest.mark.parametrize("group", CONTRACT)
def test_a_group_has_the_columns_of_the_contract(group: str) -> None:
    """Asked for alone, neither more nor less."""
    assert set(cr.compare(two_ways(), [], columns=group).columns) == CONTRACT[group]


def test_all_columns_are_those_of_all_groups() -> None:
    """No column stands outside."""
    assert set(cr.compare(two_ways(), [], columns="all").columns) == set().union(*CONTRACT.values())


def test_columns_come_in_the_order_asked_for() -> None:
    """Names and groups mixed, each column once."""
    asked = ["netback_usd_per_t", "route", "origin", "status"]
    table = cr.compare(two_ways(), [], columns=asked)
    assert list(table.columns) == ["netback_usd_per_t", "origin", "distance_km", "countries", "status"]


@pytest.mark.parametrize("column", sorted(set().union(*CONTRACT.values())))
def test_a_column_is_the_same_whatever_else_is_asked_for(column: str) -> None:
    """Alone and among all."""
    net, happening = cr.load(year=2022), [cr.load_scenario("cpc-shut")]
    alone = cr.compare(net, happening, columns=column)
    pd.testing.assert_frame_equal(alone, cr.compare(net, happening, columns="all")[[column]])


@pytest.mark.parametrize(
    ("columns", "more"),
    [("throughput_mtpa", 0), ("nameplate_mtpa", 0), ("capacity_mtpa", 2), ("shortfall_if_lost_mtpa", 1),
     ("if_lost", 1), (["capacity_used", "if_lost"], 3)],
)  # fmt: skip
def test_what_is_not_asked_for_is_not_solved(
    columns: str | list[str], more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two corridors, one in use: a program a corridor for capacities, one for what is lost with that in use."""
    solved: list[object] = []
    original = Solver.optimum
    monkeypatch.setattr(Solver, "optimum", lambda self, state: solved.append(state) or original(self, state))
    cr.compare(two_ways(), [], columns=columns)
    assert len(solved) == 1 + more


def test_the_main_columns_cost_at_most_two_programs_a_row_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Than a capacity for each row and what is lost for each in use; fewer, where no quota is in the cut."""
    solved: list[object] = []
    original = Solver.optimum
    monkeypatch.setattr(Solver, "optimum", lambda self, state: solved.append(state) or original(self, state))
    net = cr.load(year=2024)
    table = cr.compare(net)
    states = [None, *(cr.load_scenario(name) for name in cr.scenarios())]
    n_programs = len(solved)
    shown = list(table.index.unique("corridor"))
    in_use = sum(int((cr.solve(net, state).corridors.loc[shown, "throughput_mtpa"] > 0).sum()) for state in states)
    before = len(states) + len(table) + in_use
    assert before < n_programs <= before + 2 * len(table)


def test_the_baseline_comes_first() -> None:
    """Rows go scenario by scenario in the order given, corridors in the network's."""
    table = cr.compare(two_ways(), [SHUT])
    assert list(table.index) == [("baseline", "north"), ("baseline", "south"), ("shut", "north"), ("shut", "south")]


def test_numbers_of_two_ways_by_hand() -> None:
    """8 Mt/y go by the pipe; without it 4 go by rail and 4 stay."""
    table = cr.compare(two_ways(), [SHUT], columns=["main", "route"])
    north = table.loc[("baseline", "north")]
    assert (north.status, north.capacity_mtpa, north.bottleneck, north.throughput_mtpa) == ("open", 10.0, "pipe", 8.0)
    assert north.capacity_used == pytest.approx(0.8)
    assert (north.unit_cost_usd_per_t, north.netback_usd_per_t, north.countries) == (20.0, 80.0, "KAZ-RUS")
    assert north.shortfall_if_lost_mtpa == pytest.approx(4.0)
    closed = table.loc[("shut", "north")]
    assert (closed.status, closed.capacity_mtpa) == ("closed", 0.0)
    assert math.isnan(closed.unit_cost_usd_per_t)
    assert table.loc[("shut", "south"), "throughput_mtpa"] == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (cr.Derate(edge="pipe", remaining=0.5), "reduced"),
        (cr.Expansion(edge="pipe", add_mtpa=1), "expanded"),
        (cr.TariffShock(edge="pipe", add_usd_per_t=1), "open"),
    ],
)
def test_status_follows_the_capacity(change: cr.Derate, status: str) -> None:
    """Less capacity is reduced, more is expanded, the same is open."""
    table = cr.compare(two_ways(), [cr.Scenario(name="it", changes=[change])])
    assert table.loc[("it", "north"), "status"] == status


def test_a_way_barred_by_quotas_alone_is_no_access() -> None:
    """The pipe is open to others: a quota of 0 is another thing than an outage."""
    barred = two_ways().replace(quotas=(cr.Quota(edge="pipe", commodity="oil", max_mtpa=0),))
    assert cr.compare(barred, [SHUT]).loc[("baseline", "north"), "status"] == "no access"


def test_capacity_is_a_flow_not_the_smallest_number_on_a_path() -> None:
    """Two feeders of 3 and 4 into a trunk of 10 let 7 through, whatever the fields produce."""
    net = cr.Network(
        nodes=[cr.Node(id=id) for id in ("a", "b", "hub", "sea")],
        edges=[
            cr.Edge(id="a_hub", tail="a", head="hub", capacity_mtpa=3),
            cr.Edge(id="b_hub", tail="b", head="hub", capacity_mtpa=4),
            cr.Edge(id="trunk", tail="hub", head="sea", capacity_mtpa=10, corridor="c"),
        ],
        commodities=[cr.Commodity(id="oil")],
        corridors=[cr.Corridor(id="c")],
        supplies=[
            cr.Supply(node="a", commodity="oil", volume_mtpa=1),
            cr.Supply(node="b", commodity="oil", volume_mtpa=1),
        ],
        markets=[cr.Market(node="sea", commodity="oil", price_usd_per_t=10)],
    )
    row = cr.compare(net, []).loc[("baseline", "c")]
    assert row.capacity_mtpa == pytest.approx(7)
    assert row.bottleneck == "a_hub + b_hub"


def test_capacity_leaves_other_shippers_their_liftings() -> None:
    """Of a pipe of 10 that carries 6 of another's oil, 4 are left, and a quota of 3 binds before."""
    base = two_ways()
    other = base.replace(
        commodities=(*base.commodities, cr.Commodity(id="other")),
        supplies=(*base.supplies, cr.Supply(node="field", commodity="other", volume_mtpa=6)),
        markets=(*base.markets, cr.Market(node="market", commodity="other", price_usd_per_t=100)),
        edges=tuple(e.replace(commodities=("oil",)) if e.id == "rail" else e for e in base.edges),
    )
    assert cr.compare(other, []).loc[("baseline", "north"), "capacity_mtpa"] == pytest.approx(4, abs=1e-5)
    bound = other.replace(quotas=(cr.Quota(edge="pipe", commodity="oil", max_mtpa=3),))
    row = cr.compare(bound, []).loc[("baseline", "north")]
    assert (row.capacity_mtpa, row.bottleneck) == (pytest.approx(3), "quota pipe/oil")


@pytest.mark.parametrize("scenario", ["russia-says-no", "turkish-straits-closed", "ceyhan-closed"])
def test_what_is_lost_with_a_corridor_is_what_its_outage_costs(scenario: str) -> None:
    """The column equals the growth of the shortfall when the outage is applied to the network and solved anew."""
    happening = cr.load_scenario(scenario)
    for year in (2021, 2024):
        net = happening.apply(cr.load(year=year))
        before = cr.solve(net).shortfall_mtpa
        table = cr.compare(cr.load(year=year), [happening], columns="if_lost").loc[happening.name]
        for corridor, lost in table["shortfall_if_lost_all_mtpa"].items():
            closed = cr.Scenario(name="c", changes=[cr.Outage(corridor=str(corridor))]).apply(net, strict=False)
            assert lost == pytest.approx(cr.solve(closed).shortfall_mtpa - before, abs=1e-5), corridor


@pytest.mark.parametrize("commodity", ["kazakh_crude", "azeri_crude", "russian_crude"])
def test_what_is_lost_is_what_outcomes_say_of_the_outage(commodity: str) -> None:
    """Of the commodity and of all, in tonnes and in money: the row of a scenario that closes the corridor."""
    net = cr.load(year=2022)
    table = cr.compare(net, [], commodity=commodity, columns=["shortfall_if_lost_mtpa", "if_lost"]).loc["baseline"]
    for corridor, row in table.iterrows():
        closed = cr.Scenario(name="c", changes=cr.Outage(corridor=str(corridor)))
        own, every = (cr.outcomes(net, closed, commodity=of, strict=False).loc["c"] for of in (commodity, None))
        assert row["shortfall_if_lost_mtpa"] == pytest.approx(own["shortfall_change_mtpa"], abs=1e-5)
        assert row["shortfall_if_lost_all_mtpa"] == pytest.approx(every["shortfall_change_mtpa"], abs=1e-5)
        assert row["loss_if_lost_musd_per_year"] == pytest.approx(every["loss_musd_per_year"], abs=1e-2)


def test_an_unlimited_corridor_has_no_bottleneck() -> None:
    """Without limits the capacity is infinite and nothing is named."""
    row = cr.compare(two_ways(capacity_mtpa=None), []).loc[("baseline", "north")]
    assert math.isinf(row.capacity_mtpa)
    assert row.bottleneck == ""


def test_availability_is_nan_where_no_hazard_is_known() -> None:
    """Without hazards nothing is claimed."""
    assert cr.compare(two_ways(), [], columns="risk")["availability"].isna().all()


def test_availability_multiplies_hazards_and_counts_a_common_one_once() -> None:
    """Closed form: what an order on all edges leaves a way is 0, once; besides, a storm leaves 0.4 of one edge."""
    net = two_ways()
    hazards = (
        cr.Hazard(
            name="storm", changes=[cr.Derate(edge="pipe", remaining=0.4)], frequency_per_year=2, duration_days=10
        ),
        cr.Hazard(name="order", changes=[cr.Outage(country="RUS")], frequency_per_year=0.5, duration_days=30),
    )
    row = cr.compare(net.replace(hazards=hazards), [], columns="risk").loc[("baseline", "north")]
    storm, order = (1 - math.exp(-rate * days / 365) for rate, days in ((2.0, 10.0), (0.5, 30.0)))
    expected = (1 - order) * (1 - 0.6 * storm)
    assert row.availability == pytest.approx(expected)


def test_availability_formula_against_the_renewal_limit() -> None:
    """A full outage 0.44 times a year for 21.3 days leaves 0.97497."""
    assert availability(0.44, 21.3, 1.0) == pytest.approx(0.97497, abs=5e-6)


def test_an_origin_can_be_chosen() -> None:
    """The route is counted from the origin asked for; one that supplies nothing is refused."""
    net = cr.load(year=2021)
    table = cr.compare(net, [], origin="kashagan", corridors=["cpc"], columns="route")
    assert table.loc[("baseline", "cpc"), "origin"] == "kashagan"
    with pytest.raises(cr.DataError, match="origin 'aktau' supplies no kazakh_crude"):
        cr.compare(net, [], origin="aktau")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"commodity": "kazak_crude"}, cr.UnknownNameError, "did you mean 'kazakh_crude'"),
        ({"origin": "tengis"}, cr.UnknownNameError, "did you mean 'tengiz'"),
        ({"corridors": ["cpcc"]}, cr.UnknownNameError, "did you mean 'cpc'"),
        ({"columns": "netback"}, cr.UnknownNameError, "did you mean 'netback_usd_per_t'"),
        ({"columns": ["main", "if-lost"]}, cr.UnknownNameError, "did you mean 'if_lost'"),
        ({"columns": "utilisation"}, cr.DataError, "utilisation is called capacity_used now"),
        ({"columns": 3}, cr.DataError, r"columns must be names of columns or groups, as in 'main' \(got 3\)"),
        ({"columns": []}, cr.DataError, "columns must name at least one column or group"),
        ({"corridors": []}, cr.DataError, r"corridors must name at least one \(got none\); leave it out for all"),
        ({"corridors": 3}, cr.DataError, r"corridors must be ids of corridors, as in .* \(got 3\)"),
        ({"ranges": "yes"}, cr.DataError, r"ranges must be True or False \(got 'yes'\)"),
        ({"draws": -5}, cr.DataError, r"draws must be 1 to 1,000,000 \(got -5\)"),
        ({"seed": -1}, cr.DataError, r"seed must be 0 to .* \(got -1\)"),
        ({"corridors": ["baku_novorossiysk"]}, cr.DataError, "cannot carry kazakh_crude"),
        ({"scenarios": ["cpc-shut"]}, cr.DataError, "must be Scenario objects"),
    ],
)
def test_compare_refuses_unknown_names(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    """A name that nothing bears is an error with a suggestion."""
    with pytest.raises(error, match=message):
        cr.compare(cr.load(year=2021), **{"scenarios": [], **arguments})  # type: ignore[arg-type]


def test_two_scenarios_of_one_name_are_refused() -> None:
    """Rows are indexed by name, so names must be unique."""
    with pytest.raises(cr.DataError, match="duplicate scenario name 'shut'"):
        cr.compare(two_ways(), [SHUT, SHUT])


def test_outcomes_by_hand() -> None:
    """8 delivered at 80 USD/t make 640 million; shut, 4 at 50 make 200."""
    table = cr.outcomes(two_ways(), [SHUT])
    assert table.loc["baseline", ["delivered_mtpa", "netback_musd_per_year"]].tolist() == pytest.approx([8, 640])
    row = table.loc["shut"]
    assert (row.shortfall_mtpa, row.shortfall_change_mtpa) == (pytest.approx(4), pytest.approx(4))
    assert (row.netback_musd_per_year, row.netback_change_musd_per_year) == (pytest.approx(200), pytest.approx(-440))
    assert row.route_hhi == pytest.approx(1.0)


def test_outcomes_of_commodities_add_up() -> None:
    """The totals are the sums over the commodities."""
    net = cr.load(year=2022)
    whole = cr.outcomes(net, [cr.load_scenario("cpc-shut")])
    parts = [cr.outcomes(net, [cr.load_scenario("cpc-shut")], commodity=c.id) for c in net.commodities]
    for column in ("delivered_mtpa", "shortfall_mtpa", "netback_musd_per_year", "unmet_mtpa"):
        assert sum(part[column] for part in parts).to_numpy() == pytest.approx(whole[column].to_numpy(), abs=1e-6)


def test_hhi_of_known_shares() -> None:
    """0.8, 0.1, 0.1 give 0.66; nothing gives NaN."""
    assert hhi([0.8, 0.1, 0.1]) == pytest.approx(0.66)
    assert math.isnan(hhi([0.0]))


@pytest.mark.parametrize("name", cr.scenarios())
def test_every_shipped_scenario_promises_something(name: str) -> None:
    """Each has a source and expectations; that they hold, the files test themselves (corridor.pytest_plugin)."""
    scenario = cr.load_scenario(name)
    assert scenario.sources
    assert scenario.about
    assert scenario.expect


def test_at_least_twelve_scenarios_ship() -> None:
    """The issue's scenarios are there."""
    assert len(cr.scenarios()) >= 13


def test_the_court_order_ships_as_a_threat() -> None:
    """It is a hazard with a rate and 30 days, not an outage that happened."""
    order = cr.load_scenario("cpc-court-order-2022")
    assert isinstance(order, cr.Hazard)
    assert order.mean_duration_days == 30
    assert order.frequency_per_year == pytest.approx(0.22 * 0.125, abs=1e-3)


def test_nothing_makes_up_for_the_cpc() -> None:
    """The brief's thesis: with the CPC shut the alternatives leave more than 20 Mt/y in the ground."""
    table = cr.outcomes(cr.load(year=2021), [cr.load_scenario("cpc-shut")], commodity="kazakh_crude")
    assert table.loc["CPC shut", "shortfall_mtpa"] > 20


def test_compare_is_the_same_every_time() -> None:
    """Same input, same bytes."""
    first, second = (cr.compare(cr.load(year=2023)) for _ in range(2))
    assert first.to_csv() == second.to_csv()


def test_what_a_comparison_shows_can_be_followed() -> None:
    """One call leads from a row to every figure behind it: the way adds up to its cost, days, price and netback."""
    net = cr.load(year=2024)
    for _, row in cr.compare(net, [], columns="all").dropna(subset=["unit_cost_usd_per_t"]).iterrows():
        figures = net.figures(row["subjects"], inputs=True)
        told = figures[figures["choice"] == "chosen"].set_index(["record", "subject", "attribute"])["value"]
        way = [
            edge.id
            for edge in net.edges
            if edge.id in row["subjects"] and ("edge", edge.id, "tariff_usd_per_t") in told
        ]
        assert sum(told.get(("edge", id, "transit_days"), 0.0) for id in way) >= row.transit_days - 1e-9
        price = told["market", f"{row.destination}.kazakh_crude", "price_usd_per_t"]
        assert price - row.unit_cost_usd_per_t == pytest.approx(row.netback_usd_per_t)
        assert {"brent", "cargo"} <= set(figures["subject"])
        assert {"political_stability_estimate"} <= set(figures["attribute"])
        assert ("supply", f"{row.origin}.kazakh_crude", "volume_mtpa") in told.index
