"""Figures carried to years that their sources do not speak of, and the last date of the evidence."""

from __future__ import annotations

from typing import Any

import pytest

import corridor as cr
from corridor.model.figures import age_years, in_force, standing
from corridor.model.records import Figure


def figure(value: float | None, since: int, until: int, **fields: Any) -> Figure:
    """Return a figure of the tariff of an edge in some years."""
    usual = {"record": "edge", "subject": "pipe", "attribute": "tariff_usd_per_t", "unit": "USD/t", "confidence": "B"}
    return Figure.model_validate({**usual, "value": value, "since": since, "until": until, **fields})


OLD, NEW = figure(1.0, 2018, 2019), figure(2.0, 2022, 2022)
RIVAL = figure(3.0, 2018, 2022, choice="rival")
EARLY_RIVAL = figure(4.0, 2018, 2018, choice="rival")


@pytest.mark.parametrize(
    ("year", "values"),
    [
        (2017, []),
        (2018, [1.0, 3.0, 4.0]),
        (2019, [1.0, 3.0]),
        (2021, [1.0, 3.0]),
        (2022, [2.0, 3.0]),
        (2030, [2.0, 3.0]),
    ],
)
def test_the_last_figure_before_a_year_stands_where_none_covers_it(year: int, values: list[float]) -> None:
    """With the rivals that it had in its last year; nothing stands before the first."""
    assert sorted(f.value or 0.0 for f in standing([OLD, NEW, RIVAL, EARLY_RIVAL], year)) == values


def test_age_is_counted_from_the_last_year_of_the_source() -> None:
    """0 while the source speaks, then a year each year."""
    assert [age_years(OLD, year) for year in (2018, 2019, 2020, 2025)] == [0, 0, 1, 6]


def test_two_last_figures_are_refused_when_they_are_carried() -> None:
    """As they are in the years that they cover."""
    with pytest.raises(cr.DataError, match="two are chosen for 2025"):
        in_force([OLD, figure(5.0, 2019, 2019)], 2025)


def test_a_formula_draws_on_what_is_carried() -> None:
    """2 * 2 in 2026, where the figure itself speaks of 2022 only."""
    double = figure(None, 2018, 2030, subject="twice", formula="2 * pipe.tariff_usd_per_t")
    assert {f.subject: f.value for f in in_force([OLD, NEW, double], 2026)} == {"pipe": 2.0, "twice": 4.0}


def test_carried_figures_are_listed_with_their_age_oldest_first() -> None:
    """Chosen ones only, of the shipped year: each lies behind it by what the table says."""
    table = cr.load(year=2026).figures(carried=True)
    assert len(table) > 0
    assert set(table["choice"]) == {"chosen"}
    assert (table["age_years"] == 2026 - table["until"]).all()
    assert (table["age_years"] > 0).all()
    assert table["age_years"].is_monotonic_decreasing
    assert cr.load(year=2018).figures(carried=True).empty


def test_a_carried_row_of_the_data_is_the_one_in_force() -> None:
    """The quota by Makhachkala rests on the flow of 2022 and stands for 2023; 2026 has it three years old."""
    quotas = {
        year: cr.load(year=year).record("quota", ("makhachkala_novorossiysk", "kazakh_crude")) for year in (2023, 2026)
    }
    assert quotas[2023].max_mtpa == quotas[2026].max_mtpa == 2.02
    shown = cr.load(year=2026).figures("makhachkala_novorossiysk", "max_mtpa", carried=True)
    assert shown["age_years"].tolist() == [3]


def test_as_of_is_the_last_date_of_the_evidence() -> None:
    """The last day of a year that is over; of the newest what the table of networks says; none of one's own."""
    net = cr.load()
    assert (net.year, net.as_of) == (2026, "2026-08-18")
    assert cr.load(year=2021).as_of == "2021-12-31"
    assert cr.load_scenario("cpc-shut").apply(net).as_of == net.as_of
    assert cr.Network(nodes=(), edges=(), commodities=()).as_of is None
