"""One's own view of a figure: what follows from it, what stands beside it, and what is refused."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

import corridor as cr
from corridor.library import networks

DATA = Path(__file__).parents[2] / "data"
VIEW = {"brent": 60, "cpc_line.tariff_usd_per_t": 40}


@pytest.fixture(scope="module")
def net() -> cr.Network:
    """Return the shipped network of 2024."""
    return cr.load(year=2024)


@pytest.fixture(scope="module")
def cheap(net: cr.Network) -> cr.Network:
    """Return the network at 60 dollars, with the CPC at 40."""
    return net.with_figures(VIEW, source="desk")


def edited(folder: Path, values: Mapping[str, float], monkeypatch: pytest.MonkeyPatch) -> cr.Network:
    """Return the network of 2024 as `load` makes it of data in which some inputs were edited by hand."""
    shutil.copytree(DATA, folder / "data")
    file = folder / "data" / "caspian" / "figures.csv"
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    in_force: dict[str, dict[str, str]] = {}
    for row in sorted(rows, key=lambda row: int(row["since"])):
        name = f"{row['subject']}.{row['attribute']}"
        if row["choice"] == "chosen" and int(row["since"]) <= 2024 and name in values:
            in_force[name] = row
    for name, row in in_force.items():
        row.update(value=str(values[name]), low="", high="", formula="")
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    monkeypatch.setattr(networks, "data_root", lambda: folder / "data")
    return networks._read_network(folder / "data" / "caspian", "caspian", 2024, "full")


def test_formulas_differentials_and_cargo_values_follow(cheap: cr.Network) -> None:
    """CPC Blend is 2 USD/bbl below Brent, a tonne of Tengiz oil 7.98 barrels; the line's tariff is shared by length."""
    assert cheap.commodity("kazakh_crude").value_usd_per_t == pytest.approx((60 - 2) * 7.98)
    assert cheap.by_key("market")["augusta", "kazakh_crude"].price_usd_per_t == pytest.approx((60 - 2) * 7.98)
    line = ("cpc_tengiz", "cpc_kazakhstan", "cpc_astrakhan_kropotkin", "cpc_russia")
    assert sum(cheap.edge(id).tariff_usd_per_t for id in line) == pytest.approx(40)


def test_urals_keeps_its_distance_to_brent(net: cr.Network, cheap: cr.Network) -> None:
    """In 2024 Urals was 68 at a Brent of 80.52: 12.52 less, so 47.48 at 60."""
    assert net.figures("urals", "price_usd_per_bbl")["value"].tolist() == pytest.approx([68.0])
    assert cheap.figures("urals", "price_usd_per_bbl")["value"].tolist() == pytest.approx([47.48])


@pytest.mark.parametrize(
    "values",
    [
        {"brent.price_usd_per_bbl": 60.0, "cpc_line.tariff_usd_per_t": 40.0},
        {"tengiz_grade.bbl_per_t": 7.9},
        {"kazakh_crude.value_usd_per_t": 500.0, "brent.price_usd_per_bbl": 70.0},
        {"azeri_btc.differential_usd_per_bbl": 4.0},
        {"btc.capacity_mtpa": 60.0},
    ],
)
def test_the_records_and_ranges_are_those_of_data_edited_by_hand(
    values: dict[str, float], net: cr.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every table, and value, low and high of every chosen figure, as if the CSV had been edited and loaded."""
    own, hand = net.with_figures(values), edited(tmp_path, values, monkeypatch)
    for table in ("node_table", "edge_table", "supply_table", "market_table", "quota_table"):
        pd.testing.assert_frame_equal(getattr(own, table)(), getattr(hand, table)(), rtol=1e-12)
    columns = ["record", "subject", "attribute", "value", "low", "high", "formula"]
    mine, theirs = (
        table[table["choice"] == "chosen"][columns].reset_index(drop=True) for table in (own.figures(), hand.figures())
    )
    pd.testing.assert_frame_equal(mine, theirs, rtol=1e-12)


def test_a_range_that_a_formula_states_moves_with_it(net: cr.Network) -> None:
    """Urals 18 USD/bbl lower, 7.3 bbl/t: replacing it costs 131.4 USD/t more, between 60 + 131.4 and 200 + 131.4."""
    own = net.with_figures({"urals.price_usd_per_bbl": 50})
    ends = ["value", "low", "high"]
    old, new = (n.figures("bratislava.russian_crude", "replacement_usd_per_t").iloc[0][ends] for n in (net, own))
    assert old[["low", "high"]].tolist() == [60, 200]
    assert (new - old).tolist() == pytest.approx([18 * 7.3] * 3)


def test_country_estimates_reach_the_risk_of_edges(net: cr.Network) -> None:
    """At +2.5 in all estimates a country has no risk, so that its edges have that of the weakest other country."""
    names = net.figures("GEO")["attribute"]
    best = net.with_figures({f"country:GEO.{name}": 2.5 for name in names})
    edges = [edge for edge in net.edges if edge.countries == ("GEO",)]
    assert edges
    assert all(net.edge(edge.id).risk_score > 0 and best.edge(edge.id).risk_score == 0 for edge in edges)


def test_the_table_shows_the_new_figure_beside_the_old(cheap: cr.Network) -> None:
    """The new one is chosen, by whose view it is; the old one stays, as a rival."""
    rows = cheap.figures("brent")[["value", "choice", "source", "confidence"]].to_numpy().tolist()
    assert rows[0] == [60.0, "chosen", "desk", "C"]
    assert [row[:2] for row in rows[1:]] == [[80.52, "rival"]]


def test_what_follows_names_the_new_source_and_not_the_old(net: cr.Network, cheap: cr.Network) -> None:
    """A price at 60 dollars does not rest on the series that said 80."""
    before, after = (n.figures("kazakh_crude", "value_usd_per_t").iloc[0]["source"] for n in (net, cheap))
    assert "datasets/oil-prices" in before
    assert "desk" in after
    assert "datasets/oil-prices" not in after


def test_a_source_of_the_network_may_be_named(net: cr.Network) -> None:
    """Then the figure is that source's; no second one of its id is added."""
    twin = net.with_figures({"brent": 60}, source="world_bank_2024")
    assert twin.sources == net.sources
    assert twin.figures("brent").iloc[0]["publisher"] == "World Bank"


def test_a_derived_figure_loses_its_formula_and_the_notes_say_so(net: cr.Network) -> None:
    """The value of cargo is 500 whatever Brent is; results carry the note."""
    twin = net.with_figures({"kazakh_crude.value_usd_per_t": 500, "brent": 60}, source="desk")
    assert twin.commodity("kazakh_crude").value_usd_per_t == 500
    assert twin.figures("kazakh_crude", "value_usd_per_t").iloc[0]["formula"] == ""
    note, other = twin.notes
    assert note.startswith("figure 'kazakh_crude.value_usd_per_t' of 'desk' is 500 USD/t whatever other figures are")
    assert other == "figure 'brent.price_usd_per_bbl' of 'desk' is 60 USD/bbl instead of 80.52"
    assert {note, other} <= set(cr.solve(twin).notes)


def test_every_result_says_that_figures_are_ones_own(cheap: cr.Network) -> None:
    """Else a table at 60 dollars looks like one at 80."""
    flow = cr.solve(cheap)
    assert flow.corridors.attrs["notes"] == list(cheap.notes)
    assert cr.outcomes(cheap, []).attrs["notes"] == {"baseline": list(cheap.notes)}
    assert cheap.notes[0] in flow.explain()


def test_the_mark_of_a_shipped_network_stays(net: cr.Network, cheap: cr.Network) -> None:
    """Shipped scenarios run; name, year, regime and data version are the same."""
    assert cheap.shipped
    assert (cheap.name, cheap.year, cheap.regime, cheap.data_version) == (
        net.name, net.year, net.regime, net.data_version,
    )  # fmt: skip


def test_a_file_with_figures_gives_the_same(net: cr.Network, cheap: cr.Network, tmp_path: Path) -> None:
    """Written, read and changed is changed, written and read."""
    again = cr.read_network(cr.write_network(net, tmp_path / "net.json"))
    assert again.with_figures(VIEW, source="desk") == cheap
    assert cr.read_network(cr.write_network(cheap, tmp_path / "cheap.json")) == cheap


def test_what_a_scenario_did_stays_done(net: cr.Network) -> None:
    """A tariff raised by 12 is raised by 12 after the figure has moved by 1, to the digit."""
    shock = cr.Scenario(name="dear", changes=[cr.TariffShock(edge="btc", add_usd_per_t=12)])
    names = net.figures("btc", "tariff_usd_per_t")["subject"]
    assert len(names) > 0
    value = net.edge("btc").tariff_usd_per_t
    own = shock.apply(net).with_figures({"btc.tariff_usd_per_t": value + 1})
    assert own.edge("btc").tariff_usd_per_t == pytest.approx(value + 13)
    assert net.with_figures({"btc.tariff_usd_per_t": 0.3}).edge("btc").tariff_usd_per_t == 0.3


def test_views_follow_each_other(net: cr.Network, cheap: cr.Network) -> None:
    """The second view holds, and what it replaces stays as a rival too."""
    twin = cheap.with_figures({"brent": 70}, source="bank")
    assert twin.commodity("kazakh_crude").value_usd_per_t == pytest.approx((70 - 2) * 7.98)
    assert sorted(twin.figures("brent")["value"]) == [60.0, 70.0, 80.52]
    assert twin.edge("cpc_russia") == cheap.edge("cpc_russia")


def test_only_figures_of_the_year_are_replaced() -> None:
    """A network whose figures span years keeps those of other years."""
    figures = [
        cr.Figure(record="edge", subject="e", attribute="tariff_usd_per_t", value=v, unit="USD/t", since=y, until=y,
                  confidence="A") for v, y in ((1.0, 2020), (2.0, 2021))
    ]  # fmt: skip
    net = cr.Network(
        nodes=[cr.Node(id="a"), cr.Node(id="b")],
        edges=[cr.Edge(id="e", tail="a", head="b", tariff_usd_per_t=2.0)],
        commodities=(), figure_records=figures, year=2021,
    )  # fmt: skip
    own = net.with_figures({"e": 5.0})
    assert own.edge("e").tariff_usd_per_t == 5.0
    assert [(f.value, f.since, f.choice) for f in own.figure_records] == [
        (1.0, 2020, "chosen"), (5.0, 2021, "chosen"), (2.0, 2021, "rival"),
    ]  # fmt: skip


def test_a_replacement_is_not_paid_back(net: cr.Network) -> None:
    """At 30 dollars export earns less than home pays: a missing tonne costs nothing more, and notes say so."""
    own = net.with_figures({"brent": 30})
    assert own.by_key("market")["atyrau", "kazakh_crude"].replacement_usd_per_t == 0
    assert any("replacement_usd_per_t would be below 0 and is 0 ('atyrau.kazakh_crude'" in note for note in own.notes)


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        ({"brnt": 60}, cr.UnknownNameError, "no figure named 'brnt'; did you mean 'brent'?"),
        ({"btc.capacity_mpta": 60}, cr.UnknownNameError, "did you mean 'btc.capacity_mtpa'?"),
        ({"btc_line": 60}, cr.UnknownNameError, "write one of 'btc_line.length_km', 'btc_line.tariff_usd_per_t'"),
        ({"btc.capacity_mtpa": -1}, cr.DataError, "figures of 'own view': edge 'btc': capacity_mtpa must be >= 0"),
        ({"brent": -100}, cr.DataError, "commodity 'kazakh_crude': value_usd_per_t must be >= 0"),
        ({"brent": float("nan")}, cr.DataError, "figure 'brent' must be a finite number (got nan)"),
        ({"brent": "60"}, cr.DataError, "figure 'brent' must be a finite number (got '60')"),
        ({"brent": 60, "brent.price_usd_per_bbl": 61}, cr.DataError, "is given twice"),
        ({}, cr.DataError, "figures are given by name"),
        ([("brent", 60)], cr.DataError, "figures are given by name"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    values: dict[str, float], kind: type[Exception], message: str, net: cr.Network
) -> None:
    """Unknown names with the nearest, values that break a record's rule, what is no number."""
    with pytest.raises(kind) as caught:
        net.with_figures(values)
    assert message in str(caught.value)


def test_a_network_without_figures_says_so() -> None:
    """There is no figure to have another view of."""
    with pytest.raises(cr.DataError, match="has no figures"):
        cr.Network(nodes=(), edges=(), commodities=()).with_figures({"brent": 60})


def test_a_figure_that_alters_nothing_is_told(net: cr.Network) -> None:
    """A source of confusion otherwise: the answer stays the same, and nobody says why."""
    unused = cr.Figure(
        record="input", subject="idle", attribute="x", value=1.0, unit="1", since=2024, until=2024, confidence="C"
    )
    twin = net.replace(figure_records=(*net.figure_records, unused))
    assert twin.with_figures({"idle": 2}).notes == (
        "figure 'idle.x' of 'own view' is 2 instead of 1",
        "figure 'idle.x' of 'own view' alters nothing in the network",
    )  # fmt: skip


def test_a_number_altered_in_a_table_is_named_beside_its_figure(net: cr.Network) -> None:
    """The figure still says 50; the note says so, and results repeat it. What has no figure is no matter."""
    edges = net.edge_table()
    edges.loc["btc", "capacity_mtpa"] = 20.0
    altered = net.with_frames(edges=edges)
    (note,) = altered.notes
    assert "btc.capacity_mtpa" in note
    assert "with_figures" in note
    assert note in cr.solve(altered).notes
    edges = net.edge_table()
    edges.loc["btc", "operator"] = "somebody"
    assert net.with_frames(edges=edges).notes == ()
