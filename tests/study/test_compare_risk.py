"""The risk columns of a comparison: by hand on two routes; of the baseline only, on request, and worked out once."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd
import pytest

import corridor as cr
from corridor.cli.main import main
from corridor.show.comparison_rows import drawn_rows
from corridor.solver.batch import BatchSolver
from helpers.parallel_routes import closes, derates, hazard, ways

Q = -math.expm1(-2.0 * 20.0 / 365.0)
"""Share of time in which a hazard of `helpers.parallel_routes` is in force."""
RISK = ["availability", "untouched_share", "closed_share", "disturbed_by_country", "expected_loss_usd_per_t"]
BOUND = "expected_loss_bound_usd_per_t"


def risk_of(net: cr.Network, corridor: str = "w0", **more: Any) -> pd.Series[Any]:
    """Return the risk columns of a corridor."""
    return cr.compare(net, [], columns="risk", **more).loc[("baseline", corridor)]


def test_the_expected_loss_is_the_fall_of_netback_over_what_moves() -> None:
    """8 Mt/y by w0 for 100 and 2 by w1 for 99: while w0 is closed w1 takes 3, so that 998 become 297."""
    row = risk_of(ways(8, 3, hazards=[closes("h", "w0")]))
    assert row["expected_loss_usd_per_t"] == pytest.approx(Q * (998 - 297) / 8)
    assert (row["availability"], row["untouched_share"], row["closed_share"]) == pytest.approx((1 - Q, 1 - Q, Q))


def test_the_bound_stands_in_the_attrs() -> None:
    """Three that close one way at once take what two do: the share of time with all three, times 1000, over 10."""
    table = cr.compare(ways(10, 10, hazards=[closes(name, "w0", "w1") for name in "abc"]), [], columns="risk")
    assert table.attrs[BOUND] == {"w0": pytest.approx(Q**3 * 100)}
    assert table["expected_loss_usd_per_t"].isna().tolist() == [False, True]  # nothing moves by w1


def test_less_than_a_twentieth_of_a_million_tonnes_has_no_loss_a_tonne() -> None:
    """0.049 Mt/y are too few, 0.05 are enough; the shares of time are there all the same."""
    few, enough = (risk_of(ways(8, hazards=[closes("h", "w0")], volume=volume)) for volume in (0.049, 0.05))
    assert math.isnan(few["expected_loss_usd_per_t"])
    assert few["availability"] == pytest.approx(1 - Q)
    assert enough["expected_loss_usd_per_t"] == pytest.approx(Q * 100)


def test_where_no_hazard_aims_all_is_empty() -> None:
    """No record is no safety: neither 1, nor 0, nor a text, nor a bound."""
    net = ways(8, 3, hazards=[closes("h", "w1")])
    row = risk_of(net)
    assert row[[name for name in RISK if name != "disturbed_by_country"]].isna().all()
    assert row["disturbed_by_country"] == ""
    assert set(cr.compare(net, [], columns="risk").attrs[BOUND]) == {"w1"}


def test_a_delay_takes_no_capacity_but_costs() -> None:
    """73 days at 500 USD/t and 5 % a year are 5 USD/t while it is in force, and all of the capacity is left."""
    net = ways(10, hazards=[hazard("queue", cr.Delay(edge="w0", add_days=73.0))])
    row = risk_of(net.replace(commodities=[cr.Commodity(id="oil", value_usd_per_t=500.0, interest_per_year=0.05)]))
    assert row[RISK[:3]].tolist() == [1.0, 1.0, 0.0]
    assert row["expected_loss_usd_per_t"] == pytest.approx(Q * 5)
    assert row["disturbed_by_country"] == ""


def test_shares_of_time_by_country_are_sorted_and_overlap() -> None:
    """Two of RUS together for 1 - (1 - Q)^2, one of KAZ and one of no country for Q each."""
    listed = [closes("a", "w0", place="RUS"), derates("b", "w0", 0.5, place="RUS"), closes("c", "w0", place="KAZ")]
    row = risk_of(ways(10, hazards=[*listed, closes("d", "w0")]))
    alone, two = f"{100 * Q:.2f} %", f"{100 * (1 - (1 - Q) ** 2):.2f} %"
    assert row["disturbed_by_country"] == f"KAZ {alone}, RUS {two}, no country given {alone}"
    assert row["untouched_share"] == pytest.approx((1 - Q) ** 4)


def test_a_trunk_of_two_edges_is_closed_when_both_are() -> None:
    """Its best route is closed for Q of the time, the corridor only while the other edge is closed too."""
    net = ways(10, 10, hazards=[closes("a", "w0"), closes("b", "w1")])
    one = net.replace(edges=[edge.replace(corridor="w0") for edge in net.edges])
    row = risk_of(one)
    assert (row["availability"], row["closed_share"]) == pytest.approx((1 - Q, Q * Q))


def test_scenarios_have_no_risk_columns() -> None:
    """Columns of risk are of the baseline: empty under a scenario, where nothing of them is solved."""
    net = ways(8, 3, hazards=[closes("h", "w0")])
    table = cr.compare(net, cr.Scenario(name="less", changes=cr.Derate(edge="w0", remaining=0.5)), columns=RISK)
    under = table.loc["less"]
    assert under.drop(columns="disturbed_by_country").isna().all(axis=None)
    assert (under["disturbed_by_country"] == "").all()


def test_they_are_worked_out_once_and_only_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other columns solve no state of hazards, and the second request none either."""
    solved = list[int]()
    outcomes = BatchSolver.outcomes
    monkeypatch.setattr(BatchSolver, "outcomes", lambda self, rows: solved.append(len(rows)) or outcomes(self, rows))
    net = ways(8, 3, hazards=[closes("h", "w0")])
    table = cr.compare(net, [], columns=["main", "route", "if_lost", "availability", "closed_share"])
    assert not solved
    assert BOUND not in table.attrs
    first = cr.compare(net, [], columns="risk")
    states = len(solved)
    assert states
    pd.testing.assert_frame_equal(cr.compare(net, [], columns="risk"), first)
    assert len(solved) == states


def test_the_loss_is_of_the_commodity_of_the_table() -> None:
    """Of a pipe that 6 of a and 4 of b fill, half is left: a loses a sixth of its 100, b all of its 90."""
    net = cr.Network.from_frames(
        pd.DataFrame({"id": ["field", "port"]}),
        pd.DataFrame({"id": ["w0"], "tail": ["field"], "head": ["port"], "capacity_mtpa": [10.0], "corridor": ["w0"]}),
        supplies=pd.DataFrame({"node": ["field"] * 2, "commodity": ["a", "b"], "volume_mtpa": [6.0, 4.0]}),
        markets=pd.DataFrame({"node": ["port"] * 2, "commodity": ["a", "b"], "price_usd_per_t": [100.0, 90.0]}),
    ).replace(hazards=[derates("h", "w0", 0.5)])
    assert risk_of(net, commodity="a")["expected_loss_usd_per_t"] == pytest.approx(Q * 100 / 6)
    assert risk_of(net, commodity="b")["expected_loss_usd_per_t"] == pytest.approx(Q * 90)


def test_what_ships_loses_its_own_netback() -> None:
    """Druzhba's loss, by simulated years of the hazards on its way: Kazakh netback, not that of all shippers."""
    net = cr.load()
    way = cr.availability(net).loc["druzhba", "hazards"]
    on_way = (("atyrau_samara",), ("druzhba_north",))
    hazards = [
        h.replace(hits=[hit for hit in h.hits if hit.edge in on_way]) if len(h.hits) > 1 else h
        for h in net.hazards
        if h.name in way and not any(m.probability < 1 for m in h.members)
    ]
    only = net.replace(hazards=hazards)
    table = cr.compare(only, [], columns=["throughput_mtpa", "expected_loss_usd_per_t"])
    row, bound = table.loc[("baseline", "druzhba")], table.attrs[BOUND]["druzhba"]
    usual = cr.solve(net).supplies.xs("kazakh_crude", level="commodity")
    earned = (usual["lifted_mtpa"] * usual["netback_usd_per_t"]).sum()
    lost = (earned - cr.simulate(only, years=5000).years["kazakh_crude_netback_musd"]) / row["throughput_mtpa"]
    error = lost.std() / math.sqrt(len(lost))
    assert -3 * error <= lost.mean() - row["expected_loss_usd_per_t"] <= bound + 3 * error


def test_rows_of_every_origin_have_them_and_their_means() -> None:
    """Two fields of 6 and 2 on one trunk, a hazard on the feeder of the first: its way, and means by volume."""
    nodes = pd.DataFrame({"id": ["big", "small", "hub", "port"]})
    edges = pd.DataFrame(
        {"id": ["from_big", "from_small", "pipe"], "tail": ["big", "small", "hub"], "head": ["hub", "hub", "port"],
         "capacity_mtpa": [10.0] * 3, "corridor": [None, None, "w0"]}
    )  # fmt: skip
    net = cr.Network.from_frames(
        nodes, edges,
        supplies=pd.DataFrame({"node": ["big", "small"], "commodity": ["oil"] * 2, "volume_mtpa": [6.0, 2.0]}),
        markets=pd.DataFrame({"node": ["port"], "commodity": ["oil"], "price_usd_per_t": [100.0]}),
    ).replace(hazards=[closes("feeder", "from_big"), closes("pipe", "pipe")])  # fmt: skip
    rows = cr.compare(net, [], columns="risk", origin="each").loc[("baseline", "w0")]
    assert rows["untouched_share"].tolist() == pytest.approx(
        [(1 - Q) ** 2, 1 - Q, 0.75 * (1 - Q) ** 2 + 0.25 * (1 - Q)]
    )
    big, small = Q * (1 - Q) * (600 + 800) + Q * Q * 800, Q * 800
    assert rows["expected_loss_usd_per_t"].tolist() == pytest.approx(
        [big / 8, small / 8, 0.75 * big / 8 + 0.25 * small / 8]
    )


def test_in_barrels_the_loss_is_by_the_barrel() -> None:
    """A tonne of Kazakh oil is 7.9 barrels or so: the loss a barrel times these is the loss a tonne."""
    net = cr.load()
    tonnes, barrels = (cr.compare(net, [], columns="risk", units=units) for units in ("t", "bbl"))
    per_t = net.commodity("kazakh_crude").display_per_t
    by_barrel = barrels["expected_loss_usd_per_bbl"] * per_t
    pd.testing.assert_series_equal(by_barrel, tonnes["expected_loss_usd_per_t"], check_names=False)


def test_a_group_has_none() -> None:
    """Of a group of commodities no route is followed, so that its cells are empty."""
    table = cr.compare(cr.load(), [], commodity="crude", columns="risk")
    assert table.drop(columns="disturbed_by_country").isna().all(axis=None)
    assert table.attrs[BOUND] == {}


def test_the_command_prints_them(capsys: pytest.CaptureFixture[str]) -> None:
    """`corridor compare --columns risk`: headings, what the expected loss is and leaves out; none under a scenario."""
    assert main(["compare", "--columns", "risk", "--scenario", "cpc-shut", "--wide"]) == 0
    before, _, after = capsys.readouterr().out.partition("\nCPC shut\n")
    text = " ".join(before.split())
    assert "Expected loss: what hazards do on the way itself" in text
    assert "What three hazards and more in force at once add to the expected loss is at most 0." in text
    assert "disturbed, by country" in text
    assert "disturbed" not in after
    assert "lost against the baseline" in after


def test_the_document_has_the_bound(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON of the command: what the table's attrs say, of the corridors shown."""
    assert main(["compare", "--columns", "risk", "--scenario", "cpc-shut", "--format", "json"]) == 0
    bounds = json.loads(capsys.readouterr().out)[BOUND]
    assert bounds.keys() == {"cpc", "btc", "druzhba"}
    assert all(0 <= bound < 1 for bound in bounds.values())


def test_a_picture_omits_scenarios_that_change_nothing_drawn() -> None:
    """Empty shares of a scenario are no change: its row is omitted where all else is as in the baseline."""
    net = ways(8, 3, hazards=[closes("h", "w0")])
    idle = cr.Scenario(name="idle", changes=cr.TariffShock(edge="w1", add_usd_per_t=0.001))
    table = cr.compare(net, idle, columns=["throughput_mtpa", "capacity_mtpa", "status", "availability"])
    assert drawn_rows(table, ["throughput_mtpa", "availability"], {"w0": "w0", "w1": "w1"})[1] == 2
