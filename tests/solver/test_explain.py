"""explain(): every amount is the difference of two optima, worked out by hand on networks of a few edges."""

from __future__ import annotations

import itertools

import pytest

import corridor as cr
from helpers.small_networks import OIL, edge, minimum, network, scenario


def lines(net: cr.Network, start: str, change: cr.Scenario | None = None) -> list[str]:
    """Return the lines of the explanation that begin with a word, without it."""
    said = cr.solve(net, change).explain().splitlines()
    return [line.strip().removeprefix(start) for line in said if line.strip().startswith(start)]


def quota(edge: str, most: float) -> cr.Quota:
    """Return a quota with a ceiling."""
    return cr.Quota(edge=edge, commodity=OIL, max_mtpa=most)


def test_an_edge_and_a_quota_that_bind_at_one_size_are_named_together() -> None:
    """Of 5 Mt/y 3 pass at 10 USD/t, the rest at 40; one more Mt/y in both limits earns 30, in one alone nothing."""
    net = network(edge("pipe", 10, 3.0), edge("rail", 40), quotas=(quota("pipe", 3.0),))
    (line,) = lines(net, "Binding: ")
    assert "pipe (3 Mt/y) + quota pipe/oil (3 Mt/y)" in line
    assert "one more Mt/y in each of them would earn +30.0 million USD/y" in line


def test_equal_limits_in_series_are_named_together() -> None:
    """Two pipes of 3 in a row."""
    net = network(
        edge("near", 5, 3.0, ends="field hub"), edge("far", 5, 3.0, ends="hub port"), edge("rail", 40)
    )  # fmt: skip
    (line,) = lines(net, "Binding: ")
    assert {"near (3 Mt/y)", "far (3 Mt/y)"} == set(line.split(";")[0].split(" + "))
    assert line.endswith("in each of them would earn +30.0 million USD/y.")


def test_one_limit_is_named_alone() -> None:
    """A pipe of 3 whose quota of 4 does not bind."""
    net = network(edge("pipe", 10, 3.0), edge("rail", 40), quotas=(quota("pipe", 4.0),))
    assert lines(net, "Binding: ") == ["pipe (3 Mt/y); one more Mt/y there would earn +30.0 million USD/y."]


def planned(*, last: bool = False) -> cr.Network:
    """Return a railway at 40 USD/t and a planned way of three edges at 10 in all, of 2 Mt/y; a fourth leads nowhere."""
    return network(
        edge("a", 2, ends="field one", in_service=False), edge("b", 3, 2.0, ends="one two", in_service=False),
        edge("c", 5, ends="two port", in_service=last), edge("d", 90, ends="field port", in_service=False),
        edge("e", 0, ends="one end", in_service=False), edge("rail", 40),
    )  # fmt: skip


def test_idle_edges_in_series_are_one_item_with_what_opening_them_earns() -> None:
    """2 of 5 Mt/y would go for 10 instead of 40 USD/t: 60 million USD/y; what earns nothing is not listed."""
    for net, chain in ((planned(), "a > b > c"), (planned(last=True), "a > b")):
        assert lines(net, "Closed and missed: ") == [
            f"{chain} (not in service); open, it would earn +60.0 million USD/y."
        ]
        opened = cr.Scenario(name="open", changes=[cr.Opening(edge=chain.split(" > "))])
        gained = cr.solve(net, opened).netback_musd_per_year - cr.solve(net).netback_musd_per_year
        assert gained == pytest.approx(60.0)


def test_what_is_shut_by_an_outage_is_told_with_what_it_would_lift() -> None:
    """Without the only pipe 5 Mt/y at 100 - 10 USD/t stay in the ground."""
    net = network(edge("pipe", 10))
    assert lines(net, "Closed and missed: ", scenario(cr.Outage(edge="pipe"))) == [
        "pipe (closed); open, it would earn +450.0 million USD/y and lift 5.00 Mt/y more."
    ]


def test_opening_a_corridor_names_the_planned_edges_that_stay_shut() -> None:
    """Its trunk is open, what leads there is not; with all open it is opened, not expanded."""
    edges = tuple(e.replace(corridor="c") if e.id == "b" else e for e in planned(last=True).edges)
    net = network(*edges)
    trunk = cr.Scenario(name="trunk", changes=[cr.Opening(corridor="c")])
    flow = cr.solve(net, trunk)
    assert flow.edges.loc["b", "available_mtpa"] == 2.0
    (note,) = flow.notes
    assert note.endswith("planned edges on its routes stay shut: a")
    assert note in flow.explain()
    both = cr.Scenario(name="both", changes=[cr.Opening(corridor="c"), cr.Opening(edge="a")])
    assert cr.solve(net, both).notes == ()
    status = cr.compare(net, [trunk, both])["status"]
    assert [status[name, "c"] for name in ("baseline", "trunk", "both")] == ["closed", "closed", "opened"]


def test_zangezur_opened_names_its_two_planned_neighbours() -> None:
    """The trunk alone leads nowhere."""
    opened = cr.Scenario(name="open", changes=[cr.Opening(corridor="zangezur")])
    (note,) = cr.solve(cr.load(year=2024), opened).notes
    assert note.endswith("stay shut: horadiz_mincivan, nakhchivan_kars")


def test_a_minimum_that_keeps_a_flow_up_is_told_with_the_flow_without_it() -> None:
    """The dear railway carries 2 of 5 Mt/y by contract; without it, 1, what the pipe leaves."""
    net = network(
        edge("pipe", 10, 4.0, corridor="p"), edge("rail", 40, corridor="r"), quotas=(minimum("rail", 2.0),)
    )  # fmt: skip
    text = "A minimum keeps it up: quota rail/oil asks for 2 Mt/y; without it 1.0 Mt/y would pass instead of 2.0."
    for about in ("r", "rail"):
        assert text in cr.solve(net).explain(about)
    assert "A minimum" not in cr.solve(net).explain("p")
    slack = net.replace(quotas=(minimum("rail", 0.5),))
    assert "A minimum" not in cr.solve(slack).explain()


def test_the_minimum_of_the_btc_is_told() -> None:
    """By solving the network without it."""
    net = cr.load(year=2024)
    freed = cr.Scenario(name="free", changes=[cr.QuotaChange(edge="btc", commodity="kazakh_crude", min_mtpa=0)])
    without = cr.solve(net, freed).throughput_mtpa("btc", "kazakh_crude")
    said = cr.solve(net).explain("btc")
    assert f"quota btc/kazakh_crude asks for 1.5 Mt/y; without it {without:.1f} Mt/y would pass instead of 1.5" in said


def two_fields() -> cr.Network:
    """Return a far and a near field, a full cheap pipe and a railway that only the near field reaches."""
    return network(
        edge("lead", 5, ends="far near"), edge("pipe", 10, 4.0, ends="near port", corridor="p"),
        edge("rail", 40, ends="near port", corridor="r"), edge("sea", 30, 3.0, ends="far port", corridor="s"),
        supplies=(cr.Supply(node="far", commodity=OIL, volume_mtpa=6.0),
                  cr.Supply(node="near", commodity=OIL, volume_mtpa=1.0)),
        markets=(cr.Market(node="port", commodity=OIL, price_usd_per_t=100.0),),
    )  # fmt: skip


def test_explain_and_compare_measure_from_the_same_origin() -> None:
    """The largest supply, named; its costs are those of compare."""
    for net in (two_fields(), cr.load(year=2024)):
        table = cr.compare(net, [], columns=("main", "route")).loc["baseline"]
        for corridor, row in table[table["origin"] != ""].iterrows():
            said = cr.solve(net).explain(str(corridor))
            assert f"Best way from {row['origin']}: " in said
            assert f"{row['unit_cost_usd_per_t']:.1f} USD/t" in said
            assert f"netback {row['netback_usd_per_t']:.1f} USD/t" in said


def test_a_moved_tonne_and_its_rival_explain_the_difference() -> None:
    """All 4 of the pipe and 3 of the sea are used; more by rail costs 40 + 5 from far instead of 30."""
    said = cr.solve(two_fields()).explain("r")
    assert "Why not more: it would earn 15.0 USD/t less than by the ways in use." in said
    assert (
        "A tonne moved this way: from far by lead > rail to port (45.0 USD/t, netback 55.0), "
        "instead of from far by sea to port (30.0 USD/t, netback 70.0)."
    ) in said


@pytest.mark.parametrize("year", [2021, 2025])
def test_a_moved_tonne_and_its_rival_are_as_far_apart_as_is_said(year: int) -> None:
    """Unless other flows change with it, and then that is said."""
    net = cr.load(year=year)
    flow = cr.solve(net)
    compared = 0
    for corridor in net.corridors:
        said = flow.explain(corridor.id).splitlines()
        for before, line in itertools.pairwise(said):
            if "USD/t less than" in before and "instead of" in line and "other flows" not in line:
                gap = float(before.split("would earn ")[1].split(" USD")[0])
                own, rival = (float(part.split(")")[0]) for part in line.split("netback ")[1:])
                assert rival - own == pytest.approx(gap, abs=0.11)
                compared += 1
    assert compared > 0
