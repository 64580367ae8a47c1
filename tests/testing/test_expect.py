"""Expectations: their grammar, and what check() says of them."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pandas as pd
import pytest

import corridor as cr
from corridor.files.expectation import Expectation
from corridor.model.result_path import TABLES, TOTALS, value_by_path
from corridor.study import compared_corridor
from corridor.testing.check import CheckRunner
from helpers.box_network import box_network
from helpers.small_networks import edge, network


@pytest.mark.parametrize(
    ("wanted", "inside", "outside"),
    [
        ("> 20", [20.001, 1e9], [20.0, -5]),
        (">= 20", [20.0, 20.0 - 1e-10], [19.99]),
        ("< 5", [4.999], [5.0]),
        ("<=5", [5.0], [5.001]),
        ("== 3", [3.0, 3.0 + 1e-9], [3.001]),
        ("20..30", [20, 30, 25], [19.99, 30.01]),
        ("-5 .. -1", [-5, -1], [0]),
        ("53 ± 2", [51, 55], [50.9, 55.1]),
        ("53 +- 2", [51, 55], [50.9, 55.1]),
        ("≈ 53 ± 2", [53], [56]),
        ("1e3", [1000], [1001]),
        ("~ 50 +- 10 %", [45, 55], [44.9, 55.1, math.inf]),
        ("-50 ± 10%", [-45, -55], [-44, -56, 50]),
        ("> 5", [math.inf], [-math.inf]),
        (0, [0.0, 1e-12], [0.1]),
        (2.5, [2.5], [2.6]),
    ],
)
def test_the_grammar_means_what_it_says(wanted: object, inside: list[float], outside: list[float]) -> None:
    """Each form holds for what lies inside it only."""
    expectation = Expectation.parse("x", wanted)
    assert all(expectation.holds(value) for value in inside)
    assert not any(expectation.holds(value) for value in outside)
    assert not expectation.holds(math.nan)


@pytest.mark.parametrize(
    "wanted", ["", "about 5", "> ", "5 ..", "> 5 Mt", "=> 5", True, None, "30..20", "nan", "inf", "closed", "0 +- 5 %"]
)
def test_nonsense_is_refused(wanted: object) -> None:
    """What cannot be read names the path and shows the forms."""
    with pytest.raises(cr.DataError, match=r"expect x: (must be like|the range must ascend|a share of 0)"):
        Expectation.parse("x", wanted)


def expecting(**expect: str | float) -> cr.Scenario:
    """Return the CPC shut in 2021 with some expectations; dots written as two underscores."""
    told = {path.replace("__", "."): wanted for path, wanted in expect.items()}
    return cr.Scenario(name="it", network="caspian", year=2021, changes=[cr.Outage(corridor="cpc")], expect=told)


def test_a_verdict_says_expected_got_and_baseline() -> None:
    """A failed expectation shows all three."""
    (verdict,) = cr.check(expecting(corridors__cpc__throughput_mtpa="> 50"))
    assert not verdict.holds
    assert verdict.got == 0
    baseline = cr.solve(cr.load(year=2021)).corridors.loc["cpc", "throughput_mtpa"]
    assert verdict.baseline == pytest.approx(baseline)
    assert str(verdict).startswith(
        f"FAILED it: corridors.cpc.throughput_mtpa = 0, expected > 50 (baseline {baseline:g}, change -{baseline:g})"
    )


def test_changes_are_counted_against_the_baseline() -> None:
    """Change. before a path takes the difference."""
    net = cr.load(year=2021)
    (verdict,) = cr.check(expecting(change__shortfall_mtpa="> 0"))
    shut = cr.Scenario(name="s", changes=[cr.Outage(corridor="cpc")])
    assert verdict.got == pytest.approx(cr.solve(net, shut).shortfall_mtpa - cr.solve(net).shortfall_mtpa)


@pytest.mark.parametrize(
    "path",
    [
        "delivered_mtpa", "unmet_mtpa", "corridors.btc.utilisation", "edges.btc.flow_mtpa",
        "nodes.aktau.throughput_mtpa",
        "supplies.tengiz.kazakh_crude.shortfall_mtpa", "markets.augusta.kazakh_crude.delivered_mtpa",
        "edge_flows.btc.azeri_crude.flow_mtpa",
    ],
)  # fmt: skip
def test_every_table_can_be_asked(path: str) -> None:
    """Totals and the cells of every table lead to a number."""
    (verdict,) = cr.check(expecting(**{path.replace(".", "__"): ">= 0"}))
    assert verdict.holds


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("shortfal_mtpa", "did you mean 'shortfall_mtpa'"),
        ("corridor.btc.throughput_mtpa", "did you mean 'corridors'"),
        ("corridors.btcc.throughput_mtpa", "no corridor named 'btcc'; did you mean 'btc'"),
        ("corridors.btc.throughput", "did you mean 'throughput_mtpa'"),
        ("compare.btc.utilisation", "utilisation is called capacity_used now; write capacity_used"),
        ("corridors.btc", "must be like corridors.ID.COLUMN"),
        ("supplies.tengiz.lifted_mtpa", "must be like supplies.NODE.COMMODITY.COLUMN"),
        ("commodities.kazakh_crud.shortfall_mtpa", "did you mean 'kazakh_crude'"),
        ("commodities.kazakh_crude.shortfal_mtpa", "did you mean 'shortfall_mtpa'"),
        ("commodities.shortfall_mtpa", "must be like commodities.COMMODITY.COLUMN"),
        ("outcomes.los_musd_per_year", "did you mean 'loss_musd_per_year'"),
        ("outcomes.azery_crude.route_hhi", "did you mean 'azeri_crude'"),
        ("shortfall_mtpa - unmet_mpta", "did you mean 'unmet_mtpa'"),
        ("corridors.bct.throughput_mtpa - corridors.cpc.throughput_mtpa", "no corridor named 'bct'; did you mean"),
        ("compare.cpc.status - compare.btc.status", "status is a word, which has no difference"),
    ],
)
def test_a_path_to_nowhere_is_told(path: str, message: str) -> None:
    """The path, what it misses, and the nearest thing there is."""
    with pytest.raises(cr.CorridorError, match=message):
        cr.check(expecting(**{path.replace(".", "__"): "> 0"}))


def test_the_tables_are_those_of_a_result() -> None:
    """What may be asked is what there is: every table and column of a Flow and of compare, neither more nor less."""
    net = cr.load(year=2021)
    flow, compared = cr.solve(net), cr.compare(box_network(), columns="all")  # boxes have all columns
    for table, columns in TABLES.items():
        frame = {"compare": compared.drop(columns="subjects"), "outcomes": cr.outcomes(net, [])}.get(table)
        frame = getattr(flow, table) if frame is None else frame
        assert sorted(frame.columns) == sorted(columns)
    assert {path for path in TOTALS if isinstance(getattr(flow, path), float)} == set(TOTALS)


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Two strange paths and a value that cannot be read: three problems, though no file is there to name."""
    with pytest.raises(cr.DataError) as caught:
        cr.check(expecting(corridors__bct__throughput="> 0", shortfall_mtpa="about 5"))
    assert [problem.split(": ")[0] for problem in caught.value.problems] == [
        "expect corridors.bct.throughput", "expect corridors.bct.throughput", "expect shortfall_mtpa",
    ]  # fmt: skip


def dotted(**ids: str) -> cr.Network:
    """Return a network of one way, whose ids may hold dots, and which carries 3 of the 5 Mt/y offered."""
    a, oil, edge = ids.get("node", "a.b"), ids.get("commodity", "c.d"), "e.throughput_mtpa"
    return cr.Network.from_frames(
        nodes=pd.DataFrame({"id": [a, "z", "a"], "throughput_mtpa": [4.0, None, None]}),
        edges=pd.DataFrame([{"id": edge, "tail": a, "head": "z", "capacity_mtpa": 3.0, "corridor": "x.y"}]),
        supplies=pd.DataFrame({"node": [a, "a"], "commodity": [oil, "b.c"], "volume_mtpa": [5.0, 1.0]}),
        markets=pd.DataFrame({"node": ["z"], "commodity": [oil], "price_usd_per_t": [9.0]}),
    )


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("corridors.x.y.throughput_mtpa", 3), ("edges.e.throughput_mtpa.flow_mtpa", 3),
        ("nodes.a.b.throughput_mtpa", 3), ("supplies.a.b.c.d.shortfall_mtpa", 2), ("markets.z.c.d.delivered_mtpa", 3),
        ("edge_flows.e.throughput_mtpa.c.d.flow_mtpa", 3), ("compare.x.y.throughput_mtpa", 0),
        ("compare.x.y.c.d.capacity_mtpa", 3), ("supplies.a.b.c.lifted_mtpa", 0),
    ],
)  # fmt: skip
def test_ids_may_hold_dots(path: str, number: float) -> None:
    """The table is what stands before the first dot, the column after the last."""
    scenario = cr.Scenario(name="it", changes=[cr.TariffShock(corridor="x.y", add_usd_per_t=1)], expect={path: number})
    (verdict,) = cr.check(scenario, dotted())
    assert verdict.got == pytest.approx(number)
    assert verdict.holds


def test_ids_that_dots_make_ambiguous_are_refused() -> None:
    """'a' and 'b.c', or 'a.b' and 'c'? The way out is said."""
    scenario = expecting(supplies__a__b__c__lifted_mtpa=0)
    with pytest.raises(cr.DataError, match=r"may mean \('a', 'b.c'\) or \('a.b', 'c'\).*give one of them another id"):
        cr.check(scenario, dotted(commodity="c"))


def test_a_commodity_of_no_use_on_an_edge_flows_nowhere() -> None:
    """The result leaves out the row; 0 Mt/y is the truth all the same."""
    net = cr.load(year=2021)
    assert ("aktau_sangachal", "russian_crude") not in cr.solve(net).edge_flows.index
    (verdict,) = cr.check(expecting(edge_flows__aktau_sangachal__russian_crude__flow_mtpa=0))
    assert verdict.holds


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nodes.ceyhan_market.utilisation", "no node named 'ceyhan_market'"),
        ("nodes.tengiz.utilisation", "node 'tengiz' has no throughput limit and so no row; expect flow_mtpa"),
        ("supplies.aktau.kazakh_crude.lifted_mtpa", "no supply of kazakh_crude at node 'aktau'; there is at .*tengiz"),
        ("supplies.tengis.kazak_crude.lifted_mtpa", r"did you mean 'tengiz'\?\n.*did you mean 'kazakh_crude'"),
        ("compare.btcc.status", "no corridor named 'btcc'; did you mean 'btc'"),
        ("compare.btc.azeri_crud.status", "no commodity named 'azeri_crud'; did you mean 'azeri_crude'"),
        ("compare.china.azeri_crude.capacity_mtpa", "corridor 'china' cannot carry azeri_crude"),
        ("compare.btc.subjects", "no column of compare named 'subjects'"),
        ("change.compare.btc.status", "status is a word, which has no change; leave out 'change.'"),
        ("shortfall_mtpa.btc", "shortfall_mtpa is a total and has no parts"),
        ("corridors", "must be like corridors.ID.COLUMN"),
        ("", "must be a path of a number, as in 'shortfall_mtpa'"),
        ("change.", "no total or table of a result named ''"),
        ("..", "no table of a result named ''"),
        ("x" * 5000, r"expect x{57}\.\.\.: no total"),
    ],
)  # fmt: skip
def test_every_wrong_path_has_its_own_sentence(path: str, message: str) -> None:
    """What is wrong, and the way out; never longer than can be read."""
    with pytest.raises(cr.DataError, match=message) as caught:
        cr.check(expecting(**{path.replace(".", "__"): "> 0" if "status" not in path else "= open"}))
    assert len(str(caught.value)) < 600


def test_comparisons_can_be_asked() -> None:
    """Numbers, words and changes of compare(), for the first commodity or a named one."""
    net, shut = cr.load(year=2021), cr.Scenario(name="baseline", changes=[cr.Outage(corridor="cpc")])
    paths = ["compare.btc.netback_usd_per_t", "compare.btc.azeri_crude.netback_usd_per_t", "compare.cpc.status"]
    expect = {**dict.fromkeys(paths[:2], "> 0"), paths[2]: "= closed", "change.compare.cpc.capacity_mtpa": "< 0"}
    verdicts = cr.check(shut.replace(expect=expect), net)
    tables = [
        cr.compare(net, [shut.replace(name="s")], commodity=c, columns="all") for c in ("kazakh_crude", "azeri_crude")
    ]
    cells = [table.loc[("s", "btc"), "netback_usd_per_t"] for table in tables]
    before = tables[0].loc[("baseline", "cpc"), "capacity_mtpa"]
    assert [v.got for v in verdicts] == pytest.approx([*cells, "closed", -before], nan_ok=True)
    assert [verdict.baseline for verdict in verdicts][2] == "open"


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [("closed", True), ("= closed", True), ("==closed", True), ("!= closed", False), ("no access", False),
     ("!= open", True)],
)  # fmt: skip
def test_words_are_met_or_not(wanted: str, holds: bool) -> None:
    """A word alone, = or !=."""
    (verdict,) = cr.check(expecting(compare__cpc__status=wanted))
    assert verdict.holds is holds


@pytest.mark.parametrize("wanted", ["", "> closed", "= ", "close", "!closed", 3, None, True, "~ open"])
def test_what_is_no_word_or_status_is_refused(wanted: object) -> None:
    """A status that there is not would never hold, or with != always."""
    with pytest.raises(cr.DataError, match=r"expect compare.cpc.status: (must be a word|no status named)"):
        Expectation.parse("compare.cpc.status", wanted)


def test_a_scenario_without_a_network_needs_one(diamond: cr.Network) -> None:
    """Given one, it is solved on that."""
    scenario = cr.Scenario(name="it", changes=[cr.SupplyShock(node="field", remaining=0.5)], expect={"unmet_mtpa": 0})
    with pytest.raises(cr.DataError, match="names no network"):
        cr.check(scenario)
    (verdict,) = cr.check(scenario, diamond)
    assert verdict.holds


@pytest.mark.parametrize(
    "path", ["change.shortfall_mtpa", "compare.btc.netback_usd_per_t", "outcomes.loss_musd_per_year"]
)
def test_what_compares_two_flows_cannot_be_read_from_one(path: str) -> None:
    """A path that needs two is refused where there is one."""
    with pytest.raises(cr.DataError, match="compares two flows"):
        value_by_path(cr.solve(cr.load(year=2021)), path)


def test_a_destination_is_a_node() -> None:
    """A misspelt one with != would hold for ever; in a file it is told where it stands."""
    with pytest.raises(cr.DataError, match="no node named 'agusta'; did you mean 'augusta'"):
        cr.check(expecting(compare__btc__destination="!= agusta"))
    (verdict,) = cr.check(expecting(compare__btc__azeri_crude__origin="!= augusta"))
    assert verdict.holds


def test_a_baseline_is_compared_once_for_all_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `compare.*` needs of a network and commodity is worked out once, and of a scenario once a commodity."""
    measured: list[tuple[str | None, ...]] = []
    original = compared_corridor.route_capacity

    def counted(solver: Any, solution: Any, corridor: str, commodities: tuple[str, ...]) -> Any:
        measured.append((solution.scenario and solution.scenario.name, corridor, *commodities))
        return original(solver, solution, corridor, commodities)

    monkeypatch.setattr(compared_corridor, "route_capacity", counted)
    net, runner = cr.load("caspian", 2024), CheckRunner()
    paths = {f"compare.{c}.{k}.capacity_mtpa": ">= 0" for c in ("btc", "cpc") for k in ("kazakh_crude", "azeri_crude")
             if (c, k) != ("cpc", "azeri_crude")}  # fmt: skip
    for name in ("one", "two", "three"):
        scenario = cr.Scenario(name=name, changes=cr.Outage(corridor="cpc"), expect=paths)
        check = runner.check(scenario, net)
        assert all(check.result(path).holds for path in paths)
    asked = [("btc", "kazakh_crude"), ("btc", "azeri_crude"), ("cpc", "kazakh_crude")]
    assert Counter(measured) == dict.fromkeys(((s, *pair) for s in (None, "one", "two", "three") for pair in asked), 1)


@pytest.mark.parametrize("value", [121656.4, 1234567.5, 45.9512345678, -24903.24, 1e22, 2**53 - 1])
def test_a_number_is_expected_in_full(value: float) -> None:
    """A number is met by itself: it is not rounded to six digits on the way."""
    expectation = Expectation.parse("x", value)
    assert expectation.holds(float(value))
    assert not expectation.holds(value * (1 + 3e-6))


@pytest.mark.parametrize(
    "wanted", ["≈ 5", "3–5", "≥ 3", "≤ 3", "> −3", ">> 3", "> 3 < 5", "!= 3", "1_000", "0x10", "5...6", "1..", [], {}]
)
def test_what_has_no_meaning_here_is_refused(wanted: Any) -> None:
    """The message shows the forms there are, and what was got."""
    with pytest.raises(cr.DataError, match=r"expect x: must be like .* \(got "):
        Expectation.parse("x", wanted)


def test_a_negative_tolerance_is_told_as_such() -> None:
    """'10 +- -2' is no range that could ascend: the tolerance is what is wrong."""
    with pytest.raises(cr.DataError, match=r"expect x: .*(tolerance|\+-)"):
        Expectation.parse("x", "10 +- -2")


def shut_with(**expect: Any) -> cr.Scenario:
    """Return the CPC shut_with in 2021 with some expectations; dots written as two underscores."""
    told = {path.replace("__", "."): wanted for path, wanted in expect.items()}
    return cr.Scenario(name="it", network="caspian", year=2021, changes=[cr.Outage(corridor="cpc")], expect=told)


def test_a_utilisation_that_is_no_number_does_not_hold() -> None:
    """Nothing is available, so nothing can be expected of its share."""
    (verdict,) = cr.check(shut_with(corridors__cpc__utilisation="<= 1"))
    assert not verdict.holds


def test_nothing_expected_gives_no_verdicts() -> None:
    """An empty block is no failure."""
    assert cr.check(shut_with()) == ()


@pytest.mark.parametrize("thing", [None, "cpc-shut", cr.Outage(corridor="cpc")])
def test_what_is_no_scenario_is_refused(thing: Any) -> None:
    """A name is told to be loaded first, as solve() tells it."""
    with pytest.raises(cr.DataError, match="Scenario"):
        cr.check(thing)


def test_what_is_no_network_is_refused() -> None:
    """A network's name is not a network."""
    with pytest.raises(cr.DataError, match="Network"):
        cr.check(shut_with(shortfall_mtpa="> 1"), "caspian")  # type: ignore[arg-type]


def test_paths_of_commodities_outcomes_and_differences() -> None:
    """Each path is what the functions say of it, in both states."""
    net, shut = cr.load(year=2021), cr.load_scenario("cpc-shut")
    after, table = cr.solve(net, shut), cr.compare(net, [shut])["netback_usd_per_t"]
    made = cr.outcomes(net, [shut])
    own = cr.outcomes(net, [shut], commodity="kazakh_crude")
    supplies = after.supplies.xs("kazakh_crude", level="commodity")
    wanted = {
        "commodities.kazakh_crude.shortfall_mtpa": supplies["shortfall_mtpa"].sum(),
        "commodities.kazakh_crude.netback_musd_per_year": own.loc[shut.name, "netback_musd_per_year"],
        "change.commodities.kazakh_crude.delivered_mtpa": own.loc[shut.name, "delivered_change_mtpa"],
        "outcomes.loss_musd_per_year": made.loc[shut.name, "loss_musd_per_year"],
        "outcomes.kazakh_crude.route_hhi": own.loc[shut.name, "route_hhi"],
        "compare.china.netback_usd_per_t - compare.makhachkala.netback_usd_per_t":
            table[shut.name, "china"] - table[shut.name, "makhachkala"],
        "corridors.btc.throughput_mtpa - corridors.cpc.throughput_mtpa":
            after.throughput_mtpa("btc") - after.throughput_mtpa("cpc"),
        "change.corridors.btc.throughput_mtpa - change.delivered_mtpa":
            (after.throughput_mtpa("btc") - cr.solve(net).throughput_mtpa("btc"))
            - (after.delivered_mtpa - cr.solve(net).delivered_mtpa),
    }  # fmt: skip
    results = cr.check(shut.replace(expect=dict.fromkeys(wanted, "> -1e9")), net)
    assert {r.expectation.path: r.got for r in results} == pytest.approx(wanted)
    assert all(r.holds for r in results)


def test_the_baseline_of_a_difference_is_the_difference_of_baselines() -> None:
    """And a change is 0 there."""
    shut = cr.load_scenario("cpc-shut").replace(
        expect={"delivered_mtpa - shortfall_mtpa": "> 0", "change.delivered_mtpa - change.shortfall_mtpa": "< 0"}
    )
    net = cr.load(year=2021)
    level, change = cr.check(shut, net)
    before, after = cr.solve(net), cr.solve(net, shut)
    assert level.baseline == pytest.approx(before.delivered_mtpa - before.shortfall_mtpa)
    assert level.got - level.baseline == pytest.approx(change.got)
    assert (change.baseline, level.got) == (0.0, pytest.approx(after.delivered_mtpa - after.shortfall_mtpa))


def test_ids_may_hold_what_stands_between_two_paths() -> None:
    """A corridor called 'a - b' has a throughput."""
    net = network(edge("pipe", corridor="a - b"))
    asked = cr.Scenario(name="s", changes=[cr.SupplyShock(node="field", remaining=0.4)],
                        expect={"corridors.a - b.throughput_mtpa": "= 2"})  # fmt: skip
    assert cr.check(asked, net)[0].holds


def tanker_trade() -> cr.Network:
    """Return a way by tankers that carry 4 Mt/y in 5 days each, of which 3 are asked for."""
    return cr.Network(
        nodes=[cr.Node(id="a"), cr.Node(id="b")],
        edges=[cr.Edge(id="sea", tail="a", head="b", fleet="tankers", fleet_days=5.0)],
        commodities=[cr.Commodity(id="oil")],
        supplies=[cr.Supply(node="a", commodity="oil", volume_mtpa=3.0)],
        markets=[cr.Market(node="b", commodity="oil", price_usd_per_t=9.0)],
        fleets=[cr.Fleet(id="tankers", capacity_mt_days=20.0)],
    )


@pytest.mark.parametrize(("column", "number"), [("used_mt_days", 15.0), ("utilisation", 0.75)])
def test_fleets_can_be_asked(column: str, number: float) -> None:
    """3 Mt/y times 5 days of 20."""
    dear = cr.Scenario(name="dear", changes=cr.TariffShock(fleet="tankers", add_usd_per_t=1),
                       expect={f"fleets.tankers.{column}": number})  # fmt: skip
    (verdict,) = cr.check(dear, tanker_trade())
    assert verdict.holds


def test_an_unknown_fleet_in_a_path_is_told() -> None:
    """With the nearest there is."""
    dear = cr.Scenario(name="dear", changes=cr.TariffShock(edge="sea", add_usd_per_t=1),
                       expect={"fleets.tanker.used_mt_days": 1})  # fmt: skip
    with pytest.raises(cr.CorridorError, match="no fleet named 'tanker'; did you mean 'tankers'"):
        cr.check(dear, tanker_trade())
