"""PyPSA, an independent program, finds the same optimum of what we hand it, and we of what it hands us."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corridor as cr
from helpers.small_networks import edge, network
from helpers.strategies import networks

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pypsa

    DEFAULTS = {component.name: component.defaults for component in pypsa.Network().components.values()}

logging.getLogger("pypsa").setLevel(logging.ERROR)
logging.getLogger("linopy").setLevel(logging.ERROR)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Let PyPSA warn of its own future."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def optimum(n: Any) -> float:
    """Return what PyPSA's own optimisation finds. [million USD/y]"""
    status, condition = n.optimize(solver_name="highs", log_to_console=False)
    assert (status, condition) == ("ok", "optimal")
    return float(n.objective)


def theirs(net: cr.Network) -> float:
    """Return our objective as PyPSA finds it. [million USD/y]"""
    n = cr.to_pypsa(net)
    return -(optimum(n) + n.meta["constant"])


def test_the_diamond(diamond: cr.Network) -> None:
    """By hand: -277 million USD/y, six tonnes by north."""
    n = cr.to_pypsa(diamond)
    assert -(optimum(n) + n.meta["constant"]) == pytest.approx(-277)
    assert n.links_t.p0.loc["year", "north_out | oil"] == pytest.approx(6)


@pytest.mark.fuzz
@pytest.mark.parametrize("scenario", [None, *cr.scenarios()])
def test_the_shipped_network(scenario: str | None) -> None:
    """Several shippers share capacity and throughput, with quotas; under scenarios too."""
    net = cr.load(year=2021)
    net = net if scenario is None else cr.load_scenario(scenario).apply(net)
    assert theirs(net) == pytest.approx(cr.solve(net).objective, rel=1e-9)


@pytest.mark.fuzz
@given(net=networks(demands=True, least_tariff=-1.0))
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_any_network(net: cr.Network) -> None:
    """Shared capacity, node throughput, quotas both ways, required markets, penalties, earning edges."""
    try:
        flow = cr.solve(net)
    except cr.CorridorError:
        return
    assert theirs(net) == pytest.approx(flow.objective, rel=1e-6, abs=1e-6)


def shared(tariff: float) -> cr.Network:
    """Return two shippers on one edge of 5 Mt/y that leads to one node of 6 Mt/y."""
    return cr.Network(
        nodes=[cr.Node(id="a"), cr.Node(id="b", throughput_mtpa=6.0), cr.Node(id="c")],
        edges=[
            cr.Edge(id="ab", tail="a", head="b", capacity_mtpa=5.0, tariff_usd_per_t=tariff),
            cr.Edge(id="bc", tail="b", head="c"),
        ],
        commodities=[cr.Commodity(id="oil"), cr.Commodity(id="gas")],
        supplies=[cr.Supply(node="a", commodity=c, volume_mtpa=4.0) for c in ("oil", "gas")]
        + [cr.Supply(node="b", commodity="oil", volume_mtpa=4.0)],
        markets=[cr.Market(node="c", commodity="oil", price_usd_per_t=50.0),
                 cr.Market(node="c", commodity="gas", price_usd_per_t=60.0, required_mtpa=3.0)],
        quotas=[cr.Quota(edge="ab", commodity="oil", min_mtpa=2.0)],
    )  # fmt: skip


def test_shared_limits_by_hand() -> None:
    """The node takes 6: 2 oil over ab by quota, 3 gas over ab (60 beats 50), 1 oil at b: 3 x 50 + 3 x 60 - 5 x 10.

    Six Mt/y of twelve are not lifted: -6000.
    """
    assert theirs(shared(10.0)) == pytest.approx(150 + 180 - 50 - 6000)
    assert cr.solve(shared(10.0)).objective == pytest.approx(150 + 180 - 50 - 6000)


# And back


def spent(flow: cr.Flow) -> float:
    """Return what PyPSA calls its objective. [million USD/y]"""
    return -flow.netback_musd_per_year


def met(flow: cr.Flow) -> bool:
    """Tell whether every load is served and every least flow kept, as PyPSA must."""
    passing = flow.edge_flows["flow_mtpa"].to_dict()
    kept = all(passing.get((q.edge, q.commodity), 0.0) >= q.min_mtpa - 1e-6 for q in flow.network.quotas)
    return kept and flow.unmet_mtpa < 1e-6


def world() -> Any:
    """Return two buses with a cheap and a dear generator, two links and a load."""
    n = pypsa.Network(name="world")
    n.set_snapshots(["now"])
    n.add("Bus", ["a", "b"], carrier="gas", x=[10.0, 20.0], y=[50.0, 51.0])
    n.add("Generator", "cheap", bus="a", p_nom=8, p_max_pu=0.5, marginal_cost=10)
    n.add("Generator", "dear", bus="b", p_nom=10, marginal_cost=40)
    n.add("Link", "short", bus0="a", bus1="b", p_nom=3, marginal_cost=2, length=100)
    n.add("Link", "long", bus0="a", bus1="b", p_nom=9, marginal_cost=5)
    n.add("Load", "town", bus="b", p_set=6)
    return n


def test_a_pypsa_network_by_hand() -> None:
    """Four cheap units, three by the short link, two dear ones: 4 x 10 + 3 x 2 + 1 x 5 + 2 x 40 = 131."""
    net = cr.from_pypsa(world())
    assert cr.solve(net).cost_musd_per_year == pytest.approx(131) == optimum(world())
    assert net.edge("short").distance_km == 100
    assert (net.node("a").lon, net.node("a").lat) == (10.0, 50.0)
    assert [commodity.id for commodity in net.commodities] == ["gas"]


def some(cases: list[tuple[Any, Any]], most: int) -> list[Any]:
    """Return cases of which the usual run takes the first so many."""
    return [*cases[:most], *(pytest.param(*case, marks=pytest.mark.fuzz) for case in cases[most:])]


def set_series(n: Any) -> None:
    """Let the short link's capacity and the load vary over the one snapshot."""
    n.links_t.p_max_pu["short"] = [0.5]
    n.loads_t.p_set["town"] = [5.0]


READ_CASES: list[tuple[Any, Any]] = [
    # 131 is 4 cheap, 3 by the short link, 2 dear
    (lambda n: n.c.links.static.__setitem__("p_set", [0.0, float("nan")]), 4 * 10 + 4 * 5 + 2 * 40),
    (lambda n: n.c.links.static.__setitem__("p_set", [1.0, float("nan")]), 4 * 10 + 2 + 3 * 5 + 2 * 40),
    (lambda n: n.c.links.static.__setitem__("p_min_pu", [0.0, 0.25]), 4 * 10 + 1.75 * 2 + 2.25 * 5 + 2 * 40),
    (lambda n: n.c.generators.static.__setitem__("p_min_pu", [0.0, 0.5]), 10 + 2 + 5 * 40),
    (lambda n: n.c.generators.static.__setitem__("p_set", [0.0, float("nan")]), 6 * 40),
    (lambda n: n.c.generators.static.__setitem__("sign", [0.5, 1.0]), 2 * 20 + 2 * 2 + 4 * 40),
    (lambda n: n.c.links.static.drop(columns="p_max_pu", inplace=True), 131),
    (lambda n: n.c.links.static.__setitem__("active", [False, True]), 4 * 10 + 4 * 5 + 2 * 40),
    (lambda n: n.add("Load", "ghost", bus="b", p_set=100.0, active=False), 131),
    (lambda n: n.add("Generator", "ghost", bus="b", p_nom=100.0, active=False), 131),
    (lambda n: n.add("Line", "ghost", bus0="a", bus1="b", x=1.0, s_nom=9.0, active=False), 131),
    (lambda n: n.snapshot_weightings.__setitem__("objective", [3.0]), 393),
    (set_series, 4 * 10 + 1.5 * 2 + 2.5 * 5 + 1 * 40),
]


@pytest.mark.parametrize(("alter", "cost"), some(READ_CASES, 3))
def test_what_is_read_changes_the_cost_as_by_hand(alter: Any, cost: float) -> None:
    """A closed link, least flows, inactive parts, weights and series count as they do in PyPSA."""
    n = world()
    alter(n)
    flow = cr.solve(cr.from_pypsa(n))
    assert met(flow)
    assert spent(flow) == pytest.approx(cost)


def test_all_that_is_read_at_once_costs_what_pypsa_finds() -> None:
    """Series, least and fixed flows, signs, weight, inactive parts: 3 x (4 x 10 + 1 x 20 + 4 x 12 - 3 x 8) = 252."""
    n = world()
    set_series(n)
    n.add("Link", "closed", bus0="a", bus1="b", p_nom=9, p_set=0)
    n.add("Link", "least", bus0="a", bus1="b", p_nom=4, p_min_pu=0.25, marginal_cost=20)
    n.add("Generator", "must", bus="b", p_nom=4, p_min_pu=0.75, marginal_cost=12)
    n.add("Generator", "half", bus="b", p_nom=4, sign=0.5, marginal_cost=30, active=False)
    n.add("Generator", "taker", bus="a", p_nom=3, sign=-1, p_set=3, marginal_cost=-8)
    n.snapshot_weightings["objective"] = 3.0
    flow = cr.solve(cr.from_pypsa(n))
    assert met(flow)
    assert spent(flow) == pytest.approx(252) == optimum(n)


def test_reading_warns_of_nothing() -> None:
    """PyPSA's warnings are of its own."""
    n = world()
    set_series(n)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cr.from_pypsa(n)


def test_an_inactive_part_leaves_no_trace() -> None:
    """Supply that is not there is no shortfall, and a requirement that is not there no need."""
    n = world()
    n.add("Generator", "ghost", bus="b", p_nom=100.0, active=False)
    n.add("Load", "ghost", bus="a", p_set=100.0, active=False)
    assert cr.from_pypsa(n) == cr.from_pypsa(world())


KINDS = ("Bus", "Link", "Generator", "Load")


def inputs(kind: str) -> list[str]:
    """Return the attributes that PyPSA itself reads of a kind."""
    known = DEFAULTS[kind]
    return [name for name in known.index[known["status"] != "Output"] if name != "name"]


def odd(kind: str, attribute: str) -> Any:
    """Return a value that is not the default."""
    default = DEFAULTS[kind].loc[attribute, "default"]
    if isinstance(default, bool):
        return not default
    return "odd" if isinstance(default, str) else 2 if isinstance(default, int) else 1.5


READ, _, LEFT_OUT = (cr.from_pypsa.__doc__ or "").partition("What is read")[2].partition("Left out")


def listed(kind: str, attribute: str, text: str) -> bool:
    """Tell whether a part of the documentation lists an attribute; efficiency stands there as one of generators."""
    return bool(re.search(rf"\b{attribute}\b", text)) and (kind, attribute) != ("Link", "efficiency")


def test_what_the_documentation_does_not_list_is_refused_by_name() -> None:
    """Whatever PyPSA has besides, the installed one: the kind, its name, the attribute and the default."""
    n, changed = world(), []
    for kind in KINDS:
        static = n.c[kind].static
        for attribute in inputs(kind):
            if not listed(kind, attribute, READ + LEFT_OUT):
                static[attribute] = static[attribute].astype(object)
                static.loc[static.index[0], attribute] = odd(kind, attribute)
                changed.append(f"{kind.lower()} '{static.index[0]}': {attribute} must be ")
    with pytest.raises(cr.DataError) as caught:
        cr.from_pypsa(n)
    assert [text for text in changed if text not in str(caught.value)] == []
    assert len(caught.value.problems) == len(changed) > 20


def test_every_kind_that_is_not_listed_is_refused_by_name() -> None:
    """Each component that PyPSA knows, the installed one, is read, documented as left out or refused."""
    n, told = world(), []
    for component in n.components.values():
        if component.name not in {*KINDS, "Carrier", "LineType", "TransformerType", "Shape", "SubNetwork"}:
            component.static = component.static.reindex(["odd one"]).assign(active=True)
            told.append(component.list_name.replace("_", " "))
    with pytest.raises(cr.DataError) as caught:
        cr.from_pypsa(n)
    assert [text.partition(" cannot be carried over, for ")[0] for text in caught.value.problems] == told


def test_what_is_left_out_has_no_effect_in_pypsa_either() -> None:
    """All attributes that the documentation leaves out, set to odd values at once."""
    n = world()
    for kind in KINDS:
        for attribute in inputs(kind):
            if listed(kind, attribute, LEFT_OUT) and (kind, attribute) != ("Bus", "carrier"):
                n.c[kind].static[attribute] = odd(kind, attribute)
    assert optimum(n) == pytest.approx(131) == spent(cr.solve(cr.from_pypsa(n)))


@st.composite
def worlds(draw: st.DrawFn, *, odd_ones: int = 0) -> Any:
    """Draw a PyPSA network that can be served, if dearly, but for a number of values anywhere."""
    n = pypsa.Network()
    n.set_snapshots(["now"])
    buses = [f"b{at}" for at in range(draw(st.integers(2, 4)))]
    n.add("Bus", buses, carrier="AC")
    amount, cost = st.integers(0, 12).map(float), st.integers(0, 50).map(float)
    for at, bus in enumerate(buses):
        n.add("Generator", f"last {bus}", bus=bus, p_nom=100.0, marginal_cost=500.0)
        n.add("Generator", f"g{at}", bus=bus, p_nom=draw(amount), marginal_cost=draw(cost))
        n.add("Load", f"l{at}", bus=bus, p_set=draw(amount))
        if draw(st.booleans()):
            n.add("Generator", f"sink{at}", bus=bus, sign=-1.0, p_nom=draw(amount), marginal_cost=-draw(cost))
    for at in range(draw(st.integers(1, 6))):
        tail, head = draw(st.permutations(buses))[:2]
        n.add("Link", f"k{at}", bus0=tail, bus1=head, p_nom=draw(amount), marginal_cost=draw(cost))
    for _ in range(odd_ones):
        draw_odd(draw, n)
    n.snapshot_weightings["objective"] = draw(st.sampled_from([1.0, 1.0, 0.5, 3.0]))
    return n


def draw_odd(draw: st.DrawFn, n: Any) -> None:
    """Set one input of one component, as a number, a flag or a text, or at the snapshot where PyPSA has series."""
    component = n.c[draw(st.sampled_from(KINDS[1:]))]
    mostly = ["p_set", "p_min_pu", "p_max_pu", "active", "sign", "p_nom", "marginal_cost"]
    known = [name for name in inputs(component.name) if not name.startswith("bus")]
    attribute = draw(st.sampled_from([name for name in mostly if name in known] * 6 + known))
    values = {bool: [True, False], str: ["", "odd"], int: [0, 1, 2]}
    default = component.defaults.loc[attribute, "default"]
    value = draw(st.sampled_from(values.get(type(default), [0.0, 0.25, 0.5, 1.0, 2.0, -1.0, float("nan")])))
    name = draw(st.sampled_from(list(component.static.index)))
    if attribute in component.dynamic and draw(st.booleans()):
        component.dynamic[attribute][name] = [value]
    else:
        component.static.loc[name, attribute] = value


@pytest.mark.fuzz
@given(n=worlds())
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_any_pypsa_network_has_the_same_optimum(n: Any) -> None:
    """Cost less what sinks pay, over all that is served."""
    flow = cr.solve(cr.from_pypsa(n))
    assert met(flow)
    assert spent(flow) == pytest.approx(optimum(n), abs=1e-6)


@pytest.mark.fuzz
@given(n=worlds(odd_ones=3))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_input_is_refused_or_has_the_same_optimum(n: Any) -> None:
    """Random values in random attributes of PyPSA's own list; where PyPSA finds no optimum something is unmet."""
    try:
        flow = cr.solve(cr.from_pypsa(n))
    except cr.CorridorError:
        return
    _, condition = n.optimize(solver_name="highs", log_to_console=False)
    assert met(flow) == (condition == "optimal")
    if met(flow):
        assert spent(flow) == pytest.approx(float(n.objective), rel=1e-6, abs=1e-6)


def test_names_that_would_fall_together_are_refused() -> None:
    """PyPSA has one name for a node and a commodity."""
    net = shared(1.0)
    crossed = net.replace(
        nodes=[*net.nodes, cr.Node(id="c | oil")],
        commodities=[*net.commodities, cr.Commodity(id="oil | oil")],
        supplies=[*net.supplies, cr.Supply(node="c", commodity="oil | oil", volume_mtpa=1.0),
                  cr.Supply(node="c | oil", commodity="oil", volume_mtpa=1.0)],
    )  # fmt: skip
    with pytest.raises(cr.DataError, match="would be called 'c \\| oil \\| oil'"):
        cr.to_pypsa(crossed)


def test_there_and_back_keeps_the_optimum() -> None:
    """Where no limit is shared our network survives as one of single commodities."""
    net = cr.Network(
        nodes=[cr.Node(id="a"), cr.Node(id="b")],
        edges=[cr.Edge(id="ab", tail="a", head="b", capacity_mtpa=3.0, tariff_usd_per_t=5.0)],
        commodities=[cr.Commodity(id="oil")],
        supplies=[cr.Supply(node="a", commodity="oil", volume_mtpa=4.0)],
        markets=[cr.Market(node="b", commodity="oil", price_usd_per_t=50.0)],
    )
    n = cr.to_pypsa(net)
    again = cr.from_pypsa(n)
    assert cr.solve(again).delivered_mtpa == pytest.approx(3)
    assert spent(cr.solve(again)) == pytest.approx(optimum(n))
    assert cr.solve(again).netback_musd_per_year - 4000 == pytest.approx(cr.solve(net).netback_musd_per_year - 1000)


@pytest.mark.fuzz
@given(net=networks())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_network_there_and_back_agrees_with_pypsa_or_shares_a_limit(net: cr.Network) -> None:
    """What comes back has PyPSA's own optimum; a link that draws on two limits, or meets a minimum, is refused."""
    n = cr.to_pypsa(net)
    further = n.links[[column for column in n.links if column in ("bus2", "bus3", "bus4", "bus5")]].ne("")
    if (further.sum(axis=1) > 1).any() or further.get("bus4", pd.Series(dtype=bool)).any():
        with pytest.raises(cr.DataError, match="has more than two ends"):
            cr.from_pypsa(n)
    else:
        assert spent(cr.solve(cr.from_pypsa(n))) == pytest.approx(optimum(n), rel=1e-6, abs=1e-6)


def sharing() -> cr.Network:
    """Return x and y by c (20 days) or d (10 days), which share 150 Mt days/y; x has a rate on c."""
    return network(
        edge("c", 3.0, fleet="tankers", fleet_days=20.0), edge("d", 7.0, fleet="tankers", fleet_days=10.0),
        rates=(cr.Rate(edge="c", commodity="x", tariff_usd_per_t=5.0),),
        fleets=(cr.Fleet(id="tankers", capacity_mt_days=150.0),),
        supplies=tuple(cr.Supply(node="field", commodity=c, volume_mtpa=5.0) for c in "xy"),
        markets=tuple(cr.Market(node="port", commodity=c, price_usd_per_t=100.0) for c in "xy"),
    )  # fmt: skip


def test_a_fleet_is_a_bus_that_links_draw_on() -> None:
    """Five by c and five by d: x pays 5 and y 3 on c, so y takes it: 5 x 97 + 5 x 93; each link draws its days."""
    n = cr.to_pypsa(sharing())
    assert theirs(sharing()) == pytest.approx(5 * 97 + 5 * 93)
    assert n.generators.loc["fleet tankers", "p_nom"] == 150
    assert n.links["bus5"].eq("fleet tankers").all()
    days = {"c | x": -20, "c | y": -20, "d | x": -10, "d | y": -10}
    assert n.links["efficiency5"].to_dict() == days


def test_a_fleet_and_rates_come_back() -> None:
    """Edges draw their days on a fleet of 150, with the costs of their shippers; the optimum is PyPSA's."""
    n = cr.to_pypsa(sharing())
    again = cr.from_pypsa(n)
    assert [(f.id, f.capacity_mt_days) for f in again.fleets] == [("fleet tankers", 150.0)]
    assert {e.id: (e.fleet_days, e.tariff_usd_per_t) for e in again.edges if e.fleet} == {
        "c | x": (20, 5), "c | y": (20, 3), "d | x": (10, 7), "d | y": (10, 7),
    }  # fmt: skip
    assert spent(cr.solve(again)) == pytest.approx(optimum(n))


NO_FLEETS: dict[str, Any] = {
    "a generator that costs": lambda n: n.generators.__setitem__("marginal_cost", 1.0),
    "a generator that must run": lambda n: n.generators.__setitem__("p_min_pu", 0.5),
    "a port that gives": lambda n: n.links.__setitem__("efficiency5", 1.0),
    "a second port": lambda n: n.links.__setitem__("bus4", "fleet tankers"),
    "a link from it": lambda n: n.add("Link", "more", bus0="fleet tankers", bus1="c", p_nom=1.0),
}


@pytest.mark.parametrize("alter", NO_FLEETS)
def test_a_further_port_that_is_no_draw_on_a_fleet_is_refused(alter: str) -> None:
    """Named, as any link with more than two ends."""
    n = cr.to_pypsa(sharing())
    NO_FLEETS[alter](n)
    with pytest.raises(cr.DataError, match="has more than two ends"):
        cr.from_pypsa(n)


REFUSED_CASES: list[tuple[Any, Any]] = [
    (lambda n: n.set_snapshots(["a", "b"]), "one steady flow (got 2 snapshots)"),
    (lambda n: n.set_scenarios({"low": 0.5, "high": 0.5}), "got 2 scenarios, 'low', 'high'); take one"),
    (lambda n: n.set_investment_periods([2025]), "(got investment periods, [2025])"),
    (lambda n: n.add("Line", "w", bus0="a", bus1="b", x=1.0), "lines cannot be carried over"),
    (lambda n: n.add("Store", "tank", bus="a"), "stores cannot be carried over"),
    (lambda n: n.add("Process", "x", bus0="a", bus1="b", p_nom=9), "processes cannot be carried over"),
    (lambda n: n.add("GlobalConstraint", "co2", constant=1.0), "global constraints cannot be carried over"),
    (lambda n: n.add("Link", "x", bus0="a", bus1="b", efficiency=0.9), "link 'x': efficiency must be 1"),
    (lambda n: n.add("Link", ["x", "y"], bus0="a", bus1="b", delay=2), "link 'x' and 1 other: delay must be 0"),
    (lambda n: n.add("Link", "x", bus0="a", bus1="b", p_nom=9, maintainable=True), "maintainable must be False"),
    (lambda n: n.add("Link", "x", bus0="a", bus1="b", p_nom=9, marginal_cost={0.0: 1.0, 1.0: 2.0}), "a piecewise"),
    (
        lambda n: n.c.links.static.insert(0, "marginl_cost", 9.0),
        "marginl_cost is no attribute of PyPSA's (got 9.0)",
    ),
    (lambda n: n.c.links.static.insert(0, "marginl_cost", 9.0), "did you mean 'marginal_cost'?"),
    (lambda n: n.add("Link", "x", bus0="a", bus1="b", p_nom=3, p_set=5), "no p that fits"),
    (lambda n: n.c.links.static.loc.__setitem__(("short", "p_nom"), float("nan")), "p_nom must be a finite number"),
    (lambda n: n.snapshot_weightings.__setitem__("objective", float("nan")), "objective weight must be a finite"),
    (lambda n: n.to_crs(3857), "srid must be 4326"),
    (lambda n: n.add("Bus", "c", carrier="gas", x=5e5), "bus 'c': x and y must be degrees"),
    (lambda n: n.add("Link", "x", bus0="a", bus1="b", p_nom=2, p_min_pu=-1), "link 'x': p_min_pu must be >= 0"),
    (lambda n: n.add("Link", "x", bus0="a", bus1="z"), "link 'x': bus 'z' is not there"),
    (lambda n: n.add("Link", "x", bus0="a", bus1="b", p_nom_extendable=True), "must not be extendable"),
    (lambda n: n.add("Link", "x", bus0="a", bus1="b", bus2="a", efficiency2=1.0), "has more than two ends"),
    (lambda n: n.add("Generator", "g", bus="a", p_nom=2, p_min_pu=-1), "generator 'g': p_min_pu must be >= 0"),
    (lambda n: n.add("Generator", "g", bus="a", p_nom=2, sign=0), "generator 'g': sign must not be 0"),
    (lambda n: n.add("Generator", "g", bus="a", marginal_cost_quadratic=1.0), "marginal_cost_quadratic must be 0"),
    (lambda n: n.add("Generator", "g", bus="a", committable=True), "must not be committable"),
    (lambda n: n.add("Generator", "g", bus="a", p_nom=float("inf")), "p_nom must be finite"),
    (lambda n: n.add("Load", "l", bus="a", p_set=-3), "make that a generator"),
    (lambda n: n.add("Bus", "c", carrier="oil") is n.add("Link", "x", bus0="a", bus1="c"), "one carrier into"),
]


@pytest.mark.parametrize(("alter", "said"), some(REFUSED_CASES, 5))
def test_what_cannot_be_carried_over_is_refused_in_a_sentence(alter: Any, said: str) -> None:
    """Nothing is dropped in silence."""
    n = world()
    alter(n)
    with pytest.raises(cr.DataError) as caught:
        cr.from_pypsa(n)
    assert said in str(caught.value)


@pytest.mark.parametrize("thing", [None, "n", cr.load()])
def test_what_is_no_pypsa_network_is_refused(thing: Any) -> None:
    """A network of ours is none either."""
    with pytest.raises(cr.DataError, match=r"a pypsa\.Network is needed"):
        cr.from_pypsa(thing)
