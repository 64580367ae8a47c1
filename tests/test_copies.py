"""Results and records outlive their process: pickled and copied they equal themselves, and they show cards."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import corridor as cr
from helpers.commands import run

NET = cr.load("caspian", 2024)
SHUT = cr.load_scenario("cpc-shut")
MADE: dict[str, Callable[[], Any]] = {
    "network": lambda: NET,
    "altered network": lambda: SHUT.apply(NET),
    "scenario": lambda: SHUT,
    "hazard": lambda: NET.hazards[0],
    "change": lambda: SHUT.changes[0],
    "edge": lambda: NET.edge("btc"),
    "supply": lambda: NET.supplies[0],
    "figure": lambda: NET.figure_records[0],
    "flow": lambda: cr.solve(NET, SHUT),
    "ensemble": lambda: cr.simulate(NET, years=30, seed=3, scenario=cr.load_scenario("caspian-low-water")),
    "sensitivity": lambda: cr.sensitivity(NET, SHUT),
    "uncertainty": lambda: cr.uncertainty(NET, SHUT, draws=3),
    "uncertainty of some numbers": lambda: cr.uncertainty(NET, SHUT, draws=3, numbers="change.shortfall_mtpa"),
    "check": lambda: cr.check(SHUT)[0],
    "sources": lambda: cr.sources(cr.solve(NET, SHUT)),
}
TABLES: dict[str, Callable[[], pd.DataFrame]] = {
    "compare": lambda: cr.compare(NET, SHUT),
    "outcomes": lambda: cr.outcomes(NET, SHUT),
    "backcast": lambda: cr.backcast(2022),
    "availability": lambda: cr.availability(NET),
    "bridge": lambda: cr.bridge(NET, SHUT.apply(NET), "shortfall_mtpa"),
    "diff": lambda: cr.diff(NET, SHUT.apply(NET)),
}
COPIES: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda thing: pickle.loads(pickle.dumps(thing)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.fixture(scope="module", params=MADE)
def made(request: pytest.FixtureRequest) -> Any:
    """Give each thing once."""
    return MADE[request.param]()


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_equals_what_it_is_of(made: Any, kind: str) -> None:
    """And has its hash, so that sets hold it once."""
    twin = COPIES[kind](made)
    assert twin == made
    assert hash(twin) == hash(made)
    assert repr(twin) == repr(made)


def test_everything_has_a_card(made: Any) -> None:
    """HTML without a script, from which nothing is fetched."""
    html = made._repr_html_()
    assert html.startswith("<div")
    assert "<script" not in html


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("kind", COPIES)
def test_a_copied_table_is_the_same(table: str, kind: str) -> None:
    """With what is noted in its attrs."""
    made = TABLES[table]()
    twin = COPIES[kind](made)
    pd.testing.assert_frame_equal(twin, made)
    assert twin.attrs == made.attrs


def test_results_of_other_input_are_not_equal() -> None:
    """Another scenario, seed or outcome makes another result."""
    assert cr.solve(NET) != cr.solve(NET, SHUT)
    assert cr.simulate(NET, years=5, seed=1) != cr.simulate(NET, years=5, seed=2)
    assert cr.sensitivity(NET) != cr.sensitivity(NET, outcome="netback_musd_per_year")
    assert cr.solve(NET) != "flow"


def test_the_same_question_has_the_same_answer() -> None:
    """Two runs of one input are equal."""
    assert cr.solve(NET, SHUT) == cr.solve(NET, SHUT)
    assert cr.simulate(NET, years=5, seed=1) == cr.simulate(NET, years=5, seed=1)


def test_a_copy_goes_on_working() -> None:
    """A pickled ensemble solves its conditions, a pickled sensitivity its table."""
    ens = cr.simulate(NET, years=30, seed=3)
    again = pickle.loads(pickle.dumps(ens))
    assert again.flow(0) == ens.flow(0)
    pd.testing.assert_frame_equal(again.attribution(), ens.attribution())
    found = cr.sensitivity(NET, SHUT)
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(found)).table, found.table)


def test_a_records_card_has_its_numbers() -> None:
    """Fields with value and meaning, names escaped."""
    html = cr.Edge(id="<a>", tail="x", head="y", capacity_mtpa=1234.5, countries="KAZ;RUS")._repr_html_()
    assert "1,234.5" in html
    assert "KAZ, RUS" in html
    assert "&lt;a&gt;" in html
    assert "<a>" not in html


def test_lists_are_lists_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Cells of tables that hold lists, at the command line; in CSV they are one cell."""
    rows = json.loads(run(capsys, "compare", "--format", "json", "--scenario", "cpc-shut")[1])["rows"]
    assert all(isinstance(row["subjects"], list) for row in rows)
    assert "cpc_russia" in rows[0]["subjects"]
    assert ";cpc_tengiz;" in run(capsys, "compare", "--format", "csv", "--scenario", "cpc-shut")[1]
