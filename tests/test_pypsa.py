"""PyPSA, an independent program, finds the same optimum of what we hand it, and we of what it hands us."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import networks

import corridor as cr

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pypsa

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
    return -(optimum(n) + n.meta["constant_musd"])


def test_the_diamond(diamond: cr.Network) -> None:
    """By hand: -277 million USD/y, six tonnes by north."""
    n = cr.to_pypsa(diamond)
    assert -(optimum(n) + n.meta["constant_musd"]) == pytest.approx(-277)
    assert n.links_t.p0.loc["year", "north_out | oil"] == pytest.approx(6)


@pytest.mark.parametrize("scenario", [None, *(pytest.param(s, marks=pytest.mark.fuzz) for s in cr.scenarios())])
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


@st.composite
def worlds(draw: st.DrawFn) -> Any:
    """Draw a PyPSA network that can always be served, if dearly."""
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
    return n


@pytest.mark.fuzz
@given(n=worlds())
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_any_pypsa_network_has_the_same_optimum(n: Any) -> None:
    """Cost less what sinks pay, over all that is served."""
    flow = cr.solve(cr.from_pypsa(n))
    assert flow.unmet_mtpa == pytest.approx(0, abs=1e-9)
    assert -flow.netback_musd_per_year == pytest.approx(optimum(n), abs=1e-6)


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
    again = cr.from_pypsa(cr.to_pypsa(net))
    assert cr.solve(again).delivered_mtpa == pytest.approx(3)
    assert cr.solve(again).netback_musd_per_year - 4000 == pytest.approx(cr.solve(net).netback_musd_per_year - 1000)


@pytest.mark.parametrize(
    ("alter", "said"),
    [
        (lambda n: n.set_snapshots(["a", "b"]), "one steady flow (got 2 snapshots)"),
        (lambda n: n.add("Line", "w", bus0="a", bus1="b", x=1.0), "lines cannot be carried over"),
        (lambda n: n.add("Store", "tank", bus="a"), "stores cannot be carried over"),
        (lambda n: n.add("Link", "x", bus0="a", bus1="b", efficiency=0.9), "link 'x': efficiency must be 1"),
        (lambda n: n.add("Link", "x", bus0="a", bus1="b", p_min_pu=-1), "link 'x': p_min_pu must be >= 0"),
        (lambda n: n.add("Link", "x", bus0="a", bus1="z"), "link 'x': bus 'z' is not there"),
        (lambda n: n.add("Link", "x", bus0="a", bus1="b", p_nom_extendable=True), "must not be extendable"),
        (lambda n: n.add("Link", "x", bus0="a", bus1="b", bus2="a", efficiency2=1.0), "has more than two ends"),
        (lambda n: n.add("Generator", "g", bus="a", p_min_pu=0.5), "generator 'g': p_min_pu must be 0"),
        (lambda n: n.add("Generator", "g", bus="a", marginal_cost_quadratic=1.0), "marginal_cost_quadratic must be 0"),
        (lambda n: n.add("Generator", "g", bus="a", committable=True), "must not be committable"),
        (lambda n: n.add("Generator", "g", bus="a", p_nom=float("inf")), "p_nom must be finite"),
        (lambda n: n.add("Load", "l", bus="a", p_set=-3), "make that a generator"),
        (lambda n: n.add("Bus", "c", carrier="oil") is n.add("Link", "x", bus0="a", bus1="c"), "one carrier into"),
    ],
)
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
