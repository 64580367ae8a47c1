"""A rate is not read as an amount: what is printed of scenarios with a duration, and of those that come to the same."""

from __future__ import annotations

import json

import pytest

import corridor as cr
from corridor.cli.printing import machine_text
from helpers.commands import run

ORDER = ["--year", "2022", "--scenario", "cpc-court-order-2022"]


def row(out: str, name: str, after: str) -> list[str]:
    """Return the cells of a row that follows some text."""
    lines = out[out.index(after) :].splitlines()
    return next(line for line in lines if line.strip().startswith(name)).replace(name, "").split()


def test_compare_prints_what_is_lost_over_the_days_by_all_and_by_usual_ways(capsys: pytest.CaptureFixture[str]) -> None:
    """A court order of 30 days, all shippers: rates times 30 / 365."""
    out = run(capsys, "compare", *ORDER)[1]
    net, order = cr.load("caspian", year=2022), cr.load_scenario("cpc-court-order-2022")
    base = cr.solve(net)
    short = {way: (cr.solve(net, order, rerouting=way).shortfall_mtpa - base.shortfall_mtpa) for way in (True, False)}
    cells = row(out, "all shippers", "over 30 days")
    assert [cells[0], cells[2]] == [f"{short[way] * 30 / 365:.2f}" for way in (True, False)]
    assert "usual ways" in out


def test_scenarios_that_come_to_the_same_are_printed_once_with_both_names(capsys: pytest.CaptureFixture[str]) -> None:
    """The order shuts what CPC shut shuts; only the amounts are the order's own."""
    out = run(capsys, "compare", *ORDER, "--scenario", "cpc-shut")[1]
    assert "CPC court order (threat), CPC shut\n" in out
    assert out.count("cpc_russia") == 1
    assert "over 30 days (CPC court order (threat))" in out
    table = cr.compare(cr.load("caspian", year=2022), [cr.load_scenario("cpc-shut"), cr.load_scenario(ORDER[-1])])
    assert list(table.index.unique("scenario")) == ["baseline", "CPC shut", "CPC court order (threat)"]


def test_outcomes_prints_amounts_apart_from_rates(capsys: pytest.CaptureFixture[str]) -> None:
    """One row for both in the rates, the order alone in the amounts."""
    out = " ".join(run(capsys, "outcomes", *ORDER, "--scenario", "cpc-shut")[1].split())
    rates, amounts = out.split("Over the days that each lasts")
    assert rates.count("CPC shut") == rates.count("CPC court order (threat)") == 1
    assert "CPC shut" not in amounts
    assert "CPC court order (threat) 30 " in amounts


def test_a_scenario_that_changes_nothing_stays_apart_from_the_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    """Which stands first, alone."""
    out = run(capsys, "compare", "--year", "2022", "--scenario", "aktau-expanded")[1]
    assert "\nbaseline\n" in out
    assert "\nAktau and tankers expanded\n" in out


@pytest.mark.parametrize("command", ["compare", "outcomes"])
def test_barrels_at_the_command_line(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Thousand barrels a day and million barrels; no tonnes are left."""
    out = run(capsys, command, *ORDER, "--units", "bbl")[1]
    assert "[kb/d]" in out
    assert "[M bbl]" in out
    assert "Mt" not in out


@pytest.mark.parametrize("more", [[], ["--explain", "btc"], ["--table", "edges"], ["--table", "fleets"]])
def test_a_solution_in_barrels_at_the_command_line(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """In words and in tables; no tonnes are left."""
    out = run(capsys, "solve", *ORDER, "--units", "bbl", *more)[1]
    assert "bbl" in out or "kb/d" in out
    assert [word for word in ("Mt", "mtpa", "USD/t", "tonne") if word in out] == []


def test_json_of_a_solution_says_its_units(capsys: pytest.CaptureFixture[str]) -> None:
    """With totals in them: each shipper by its own barrels a tonne."""
    document = json.loads(run(capsys, "solve", "--year", "2022", "--units", "bbl", "--format", "json")[1])
    net = cr.load("caspian", year=2022)
    flow = cr.solve(net)
    per_t = {commodity.id: commodity.display_per_t for commodity in net.commodities}
    delivered = sum(row.delivered_mtpa * per_t[row.Index] for row in flow.commodities.itertuples())
    assert document["units"] == "bbl"
    assert document["totals"]["delivered_kbd"] == pytest.approx(1e6 * delivered / 365 / 1000, rel=1e-12)


YEARS = ["simulate", "--year", "2022", "--years", "60", "--quiet", "--units", "bbl"]


def test_a_bad_year_in_barrels_at_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Amounts of years in million barrels, states in thousand barrels a day; no tonnes are left."""
    out = run(capsys, *YEARS)[1]
    assert "M bbl" in out
    assert "[kb/d]" in out
    assert "Mt" not in out


def test_json_of_simulated_years_says_its_units(capsys: pytest.CaptureFixture[str]) -> None:
    """And has their names."""
    document = json.loads(run(capsys, *YEARS, "--format", "json")[1])
    assert document["units"] == "bbl"
    assert "kazakh_crude_shortfall_mbbl" in [row["column"] for row in document["rows"]]


@pytest.mark.parametrize("table", ["years", "states", "attribution", "exceedance"])
def test_tables_of_simulated_years_in_barrels(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Equal to those of the library."""
    out = run(capsys, *YEARS, "--table", table, "--format", "csv")[1]
    ens = cr.simulate(cr.load("caspian", year=2022), 60, 7)
    calls = {
        "years": lambda: ens.years_in("bbl"), "states": lambda: ens.states_in("bbl"),
        "attribution": lambda: ens.attribution("kazakh_crude_shortfall_mbbl"),
        "exceedance": lambda: ens.exceedance("kazakh_crude_shortfall_mbbl"),
    }  # fmt: skip
    assert out == machine_text(calls[table](), "csv")


def test_what_no_year_holds_by_shipper_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Corridors add up shippers of different barrels."""
    code, _, err = run(capsys, *YEARS, "--table", "corridors")
    assert code == 2
    assert "take --units t" in err
