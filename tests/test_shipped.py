"""What counts as shipped: what `load` made, not what looks like it; and figures of a network of one's own."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

import corridor as cr
from corridor.files.network import FORMS
from corridor.study.scenario_runs import BASELINE
from helpers.commands import run


def figure(**fields: Any) -> cr.Figure:
    """Return the figure of the pipe's capacity, some fields changed."""
    usual: dict[str, Any] = {
        "record": "edge", "subject": "pipe", "attribute": "capacity_mtpa", "value": 5.0, "low": 4.0, "high": 6.0,
        "unit": "Mt/y", "since": 2000, "until": 2100, "confidence": "C",
    }  # fmt: skip
    return cr.Figure(**usual | fields)


def own(*figures: cr.Figure, **parts: Any) -> cr.Network:
    """Return a field, a pipe of 5 Mt/y and a port that pays 9 USD/t for the 8 Mt/y offered, with some figures."""
    return cr.Network(
        nodes=[cr.Node(id="field"), cr.Node(id="port")],
        edges=[cr.Edge(id="pipe", tail="field", head="port", capacity_mtpa=5.0, corridor="line")],
        commodities=[cr.Commodity(id="oil")], corridors=[cr.Corridor(id="line")],
        supplies=[cr.Supply(node="field", commodity="oil", volume_mtpa=8.0)],
        markets=[cr.Market(node="port", commodity="oil", price_usd_per_t=9.0)],
        figure_records=figures, **parts,
    )  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("named", [("", None), ("caspian", 2024)], ids=["unnamed", "namesake"])
def test_figures_and_names_do_not_make_a_network_a_shipped_one(form: str, named: Any, tmp_path: Path) -> None:
    """A network of one's own is compared by itself, from whatever file, whatever it is called."""
    path = cr.write_network(own(figure(), name=named[0], year=named[1]), tmp_path / "net", form=form)
    net = cr.read_network(path, form=form)
    assert not net.shipped
    assert list(cr.compare(net).index) == [(BASELINE, "line")]
    assert list(cr.outcomes(net).index) == [BASELINE]


@pytest.mark.parametrize("command", ["compare", "solve", "report", "simulate"])
def test_commands_take_a_network_with_a_figure(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0, and no word of regimes, which only shipped hazards have."""
    hazard = cr.Hazard(name="H", changes=[cr.Outage(edge="pipe")], frequency_per_year=1.0, duration_days=20.0)
    path = cr.write_network(own(figure(), hazards=[hazard]), tmp_path / "net.json")
    years = ["--years", "50"] if command in ("report", "simulate") else []
    output = ["--output", str(tmp_path / "out.html")]
    code, _, err = run(capsys, command, "--network", str(path), *years, *output)
    assert (code, err) == (0, f"Written: {output[1]}\n")
    assert "regime" not in (tmp_path / "out.html").read_text(encoding="utf-8")


def test_load_marks_what_it_made_and_equality_does_not_ask() -> None:
    """The mark says where a network comes from, not what is in it; nobody else can set it."""
    net = cr.load()
    twin = cr.Network.from_networkx(net.to_networkx()).replace(
        figure_records=net.figure_records, sources=net.sources, hazards=net.hazards
    )
    assert (net.shipped, twin.shipped, twin == net) == (True, False, True)
    with pytest.raises(cr.DataError, match="no part of a network named 'shipped'"):
        net.replace(shipped=True)


def test_the_mark_stays_while_all_that_scenarios_name_is_there() -> None:
    """Other numbers, more records and scenarios keep it; a record taken away drops it."""
    net = cr.load()
    wider = net.edges[0].replace(tariff_usd_per_t=1.0)
    kept = [
        net.replace(name="mine", year=None, hazards=(), figure_records=()), net.replace(edges=(wider, *net.edges[1:])),
        net.replace(nodes=(*net.nodes, cr.Node(id="new"))), cr.load_scenario("cpc-shut").apply(net),
        pickle.loads(pickle.dumps(net)),
    ]  # fmt: skip
    assert [twin.shipped for twin in kept] == [True] * 5
    assert not net.replace(quotas=net.quotas[1:]).shipped
    assert not net.replace(quotas=net.quotas[1:]).replace(quotas=net.quotas).shipped


def test_a_shipped_network_altered_before_is_compared_under_all_scenarios() -> None:
    """With the CPC shut already, its closing is no error unless asked for, and changes nothing."""
    net = cr.load_scenario("cpc-shut").apply(cr.load())
    table = cr.outcomes(net)
    assert len(table) == 1 + len(cr.scenarios())
    assert table.loc["CPC shut", "delivered_change_mtpa"] == 0.0
    with pytest.raises(cr.DataError, match="has no effect"):
        cr.outcomes(net, [cr.load_scenario("cpc-shut")])


# Figures of one's own


def test_a_figure_moves_the_record_it_is_about() -> None:
    """One more or less of capacity is worth 9 + 1000 USD/t; first order and exact answer agree."""
    net = own(figure(), year=2020)
    (leant,) = cr.solve(net).leans_on()["effect"]
    row = cr.sensitivity(net, outcome="shortfall_mtpa").table.iloc[0]
    assert leant == pytest.approx(1009.0)
    assert (row["at_low"], row["at_high"]) == pytest.approx((4.0, 2.0))


@pytest.mark.parametrize(
    "stray",
    [
        figure(subject="none"), figure(attribute="colour"), figure(attribute="tail"), figure(attribute="capacity"),
        figure(record="supply", subject="field"), figure(record="market", subject="a.b.c"),
        figure(record="quota", subject="pipe.oil", attribute="max_mtpa"), figure(since=2030, value=9.0, high=9.5),
    ],
    ids=lambda stray: f"{stray.record}-{stray.subject}-{stray.attribute}-{stray.until}",
)  # fmt: skip
def test_a_figure_about_nothing_in_the_network_moves_nothing(stray: cr.Figure) -> None:
    """It is kept and shown, and every study goes on."""
    net = own(figure(attribute="tariff_usd_per_t", value=0.0, low=0.0, high=1.0), stray, year=2020)
    assert list(cr.solve(net).leans_on()["attribute"]) == ["tariff_usd_per_t"]
    assert list(cr.sensitivity(net).table["attribute"]) == ["tariff_usd_per_t"]
    assert len(net.figures()) == 2


def test_ids_with_dots_are_told_apart() -> None:
    """A pair is found by its whole name, wherever the dots stand."""
    supply = figure(record="supply", subject="a.b.oil", attribute="volume_mtpa", value=8.0, low=7.0, high=8.0)
    net = own(supply)
    named = {"nodes": [cr.Node(id="a.b"), cr.Node(id="port")], "edges": [net.edges[0].replace(tail="a.b")]}
    net = net.replace(**named, supplies=[net.supplies[0].replace(node="a.b")])
    assert cr.sensitivity(net, outcome="shortfall_mtpa").table["swing"].tolist() == pytest.approx([1.0])


def test_a_formula_of_ones_own_is_worked_out() -> None:
    """A figure without a value follows what goes into it."""
    base = figure(record="input", subject="plan", attribute="base", value=2.5, low=2.0, high=3.0)
    twice = figure(value=None, low=None, high=None, formula="plan.base * 2")
    table = cr.sensitivity(own(base, twice), outcome="shortfall_mtpa").table
    assert (table["at_low"][0], table["at_high"][0]) == pytest.approx((4.0, 2.0))


def test_two_years_of_a_figure_need_a_year() -> None:
    """With a year the one in force counts; without one the sentence says what to do."""
    pair = (figure(until=2009, value=3.0, low=2.0, high=4.0), figure(since=2010))
    table = cr.solve(own(*pair, year=2020)).leans_on()
    assert table[["value", "low", "high"]].to_numpy().tolist() == [[5.0, 4.0, 6.0]]
    with pytest.raises(cr.DataError, match="two are chosen; make one a rival, or give the network a year"):
        cr.solve(own(*pair)).leans_on()


def test_no_figure_is_no_error_where_the_network_knows_the_subject() -> None:
    """What a comparison says it rests on can be asked for, figures kept or not; a misspelt name is told."""
    net = own(figure(subject="elsewhere"))
    for subjects in cr.compare(net)["subjects"]:
        assert len(net.figures(subjects, inputs=True)) == 0
    assert len(net.figures("pipe", "tariff_usd_per_t")) == len(net.figures("field.oil")) == 0
    with pytest.raises(cr.UnknownNameError, match="no subject of a figure named 'pip'"):
        net.figures("pip")
    with pytest.raises(cr.UnknownNameError, match="no attribute named 'capacity'"):
        net.figures("elsewhere", "capacity")
