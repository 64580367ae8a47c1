"""The table of result columns: complete, and the one place from which others read."""

from __future__ import annotations

import inspect
import re

import pytest

import corridor as cr
from corridor.model.columns import COLUMNS, FLOW_TABLES, by_name, column_names, printed
from corridor.risk.bad_year import amounts, attributed, bounds, table_of
from helpers.box_network import box_network

UNITS = {
    "_mtpa": "Mt/y", "_usd_per_t": "USD/t", "_mt_days": "Mt days/y", "_usd_per_t_day": "USD/(t day)", "_days": "days",
    "_km": "km", "_musd_per_year": "million USD/y", "_teu_per_year": "TEU/y", "_usd_per_feu": "USD/FEU",
}  # fmt: skip


def test_every_table_has_the_columns_stated() -> None:
    """Names and order of the tables of a flow, of studies and of simulated years."""
    net = cr.load(year=2021)
    flow = cr.solve(net)
    frames = {table: getattr(flow, table) for table in FLOW_TABLES}
    frames |= {
        "compare": cr.compare(box_network(), columns="all"),
        "legs": cr.legs(flow, "cpc"),
        "outcomes": cr.outcomes(net, []),
        "backcast": cr.backcast(2021),
        "recommendations": cr.recommendations(cr.load("caspian_freight", 2024)),
    }
    calibration = cr.calibrate(cr.load("caspian_freight", 2022))
    frames |= {"weights": calibration.weights, "calibration": calibration.errors}
    ensemble = cr.simulate(net, years=20, seed=1)
    frames |= {"states": ensemble.states, "attribution": ensemble.attribution(), "bad_year": amounts(ensemble)}
    frames |= {table_of(by): attributed(ensemble, "shortfall_mt", by=by) for by in ("hazard", "place")}
    frames |= {"bounds": bounds(ensemble, "shortfall_mt")}
    drawn = cr.simulate(net, 200, seed=1, rates="drawn", draws=2)
    frames |= {"summary": drawn.summary(), "exceedance": drawn.exceedance()}
    assert {name: tuple(frame.columns) for name, frame in frames.items()} == {
        name: column_names(name) for name in COLUMNS if name != "totals"
    }


@pytest.mark.parametrize("table", COLUMNS)
def test_an_order_leaves_no_column_out(table: str) -> None:
    """The order of a table has each of its columns once."""
    assert sorted(column_names(table)) == sorted(column.name for column in COLUMNS[table])


@pytest.mark.parametrize("table", COLUMNS)
def test_a_unit_is_the_one_that_the_name_ends_in(table: str) -> None:
    """Every column says what it holds; quantities have the unit of their name, words none."""
    for column in COLUMNS[table]:
        assert column.meaning, column.name
        ends = [unit for end, unit in UNITS.items() if column.name.endswith(end)]
        assert not ends or column.unit == ends[0], column.name
        by_row = table in ("bad_year", "summary")  # its unit is a column, or that of what the row is about
        assert bool(column.unit) == (column.kind in ("number", "share") and not by_row), column.name


@pytest.mark.parametrize("table", ["compare", "backcast"])
def test_what_is_printed_has_a_heading_and_a_place_of_its_own(table: str) -> None:
    """Headings and priorities are given together, and no two columns share one; those of boxes are printed apart."""
    assert all(bool(column.heading) == bool(column.priority) for column in COLUMNS[table])
    boxes = [column for column in printed(table) if "containers" in (column.group, *column.also)]
    others = [column for column in printed(table) if column.group != "containers"]
    for shown in (boxes, others):
        assert len({column.heading for column in shown}) == len({column.priority for column in shown}) == len(shown)


def test_help_lists_the_columns_of_compare() -> None:
    """The docstring is filled from the table."""
    said = inspect.getdoc(cr.compare) or ""
    assert "{columns}" not in said
    assert all(f"\n- {name}" in said.replace("    - ", "- ") for name in column_names("compare"))


def test_headings_say_what_their_number_means() -> None:
    """A mean share of capacity, a loss with rerouting, and two shares of capacity under two names."""
    compared, corridors = by_name("compare"), by_name("corridors")
    assert compared["availability"].plain_heading == "mean share of capacity in service"
    assert compared["expected_loss_usd_per_t"].long_heading == "expected loss, with rerouting"
    assert compared["capacity_used"].long_heading == "share of the commodity's own maximum"
    assert corridors["utilisation"].meaning.startswith("share of available capacity used, all shippers")


def test_columns_are_about_any_commodity() -> None:
    """No heading, meaning or legend speaks of oil or of what stays in the ground: containers have columns too."""
    texts = [f"{c.heading} {c.title} {c.meaning} {c.legend}" for columns in COLUMNS.values() for c in columns]
    assert [text for text in texts if re.search(r"\b(oil|ground|barrels?)\b", text)] == []


def test_a_country_says_where_not_whose_doing() -> None:
    """Storms and drones have no government: the field and the column say in which country what is struck lies."""
    fields = cr.Hazard.model_fields["place"].description or "", by_name("attribution")["place"].meaning
    assert all(text.startswith("where: country in which") and "responsible" not in text for text in fields)


@pytest.mark.parametrize(("value", "text"), [(1.25, "+1.2"), (-0.04, "0.0"), (0.0, "0.0"), (-3.0, "-3.0")])
def test_changes_have_a_sign_and_nothing_has_none(value: float, text: str) -> None:
    """What is printed as nothing has no sign."""
    assert by_name("outcomes")["shortfall_change_mtpa"].text(value) == text
