"""Every result carries what it is about, in `attrs` that Parquet keeps and tables put together share."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import corridor as cr
from corridor.model.columns import FLOW_TABLES

KEYS = {"network", "year", "regime", "commodity", "data_version"}
SHUT = "cpc-shut"


def net() -> cr.Network:
    """Return the shipped network with the hazards of war."""
    return cr.load(year=2021, regime="war")


def shut() -> cr.Scenario:
    """Return the scenario that results are about."""
    return cr.load_scenario(SHUT)


def ensemble() -> cr.Ensemble:
    """Return a few simulated years."""
    return cr.simulate(net(), years=20, seed=1)


TABLES = (
    "node_table", "edge_table", "supply_table", "market_table", "quota_table", "commodity_table", "corridor_table",
    "rate_table", "fleet_table", "hazard_table", "rate_group_table", "figure_table", "source_table", "figures",
    "trunk_table", "observed_table",
)  # fmt: skip
RESULTS: dict[str, Callable[[], pd.DataFrame]] = {
    **{name: lambda name=name: getattr(net(), name)() for name in TABLES},  # type: ignore[misc]
    **{f"flow.{name}": lambda name=name: getattr(cr.solve(net(), shut()), name) for name in FLOW_TABLES},  # type: ignore[misc]
    "flow.leans_on": lambda: cr.solve(net()).leans_on(),
    **{f"ensemble.{name}": lambda name=name: getattr(ensemble(), name)  # type: ignore[misc]
       for name in ("years", "throughputs", "corridors", "states")},
    "ensemble.years_in": lambda: ensemble().years_in("bbl"),
    "ensemble.states_in": lambda: ensemble().states_in("bbl"),
    "ensemble.summary": lambda: ensemble().summary(),
    "ensemble.exceedance": lambda: ensemble().exceedance(),
    "ensemble.outages": lambda: ensemble().outages("cpc", (3, 30)),
    "ensemble.attribution": lambda: ensemble().attribution(),
    "ensemble.attribution by cause": lambda: ensemble().attribution(by="cause"),
    "ensemble.attribution by place": lambda: ensemble().attribution(by="place", alpha=0.9),
    "compare": lambda: cr.compare(net(), [shut()]),
    "outcomes": lambda: cr.outcomes(net(), [shut()]),
    "availability": lambda: cr.availability(net()),
    "common_cause": lambda: cr.common_cause(net()),
    "indices": lambda: cr.indices(net()),
    "jurisdictions": lambda: cr.jurisdictions(net()),
    "backcast": lambda: cr.backcast(2021),
    "claims": lambda: cr.claims(),
    "bridge": lambda: cr.bridge(cr.load(year=2024), net(), "shortfall_mtpa"),
    "breakdown": lambda: cr.breakdown(cr.solve(net()), "cpc"),
    "legs": lambda: cr.legs(cr.solve(net()), "cpc"),
    "diff": lambda: cr.diff(net(), cr.load(year=2024)),
    "diff of flows": lambda: cr.diff(cr.solve(net()), cr.solve(net(), shut())),
    **{f"uncertainty.{name}": lambda name=name: getattr(cr.uncertainty(net(), draws=3), name)  # type: ignore[misc]
       for name in ("numbers", "compare", "outcomes", "ranking", "drivers", "draws", "figures", "left_out")},
    "compare with ranges": lambda: cr.compare(net(), [shut()], ranges=True, draws=3),
    "sensitivity.table": lambda: cr.sensitivity(net()).table,
    "sensitivity.sobol": lambda: cr.sensitivity(net()).sobol(1, samples=2),
    "recommendations": lambda: cr.recommendations(cr.load("caspian_freight", 2022)),
    "hazard_rates": cr.hazard_rates,
    "interruptions": cr.interruptions,
    "jurisdiction_rates": cr.jurisdiction_rates,
}  # fmt: skip


def is_json(value: Any) -> bool:
    """Tell whether a value is what JSON gives back: dicts of text, lists, text, numbers, true, false, null."""
    return bool(json.loads(json.dumps(value, allow_nan=False)) == value)


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_carries_what_it_is_about_through_parquet(name: str, tmp_path: Path) -> None:
    """By pandas and by `write_tables`; two put together carry it too."""
    table = RESULTS[name]()
    assert set(table.attrs) >= KEYS
    assert is_json(table.attrs)
    assert table.attrs["data_version"] == cr.load().data_version
    if name not in ("claims", "hazard_rates", "interruptions", "jurisdiction_rates"):
        others = {
            "diff": ("caspian", 2024, "war"),
            "backcast": ("caspian", 2021, "calm"),
            "recommendations": ("caspian_freight", 2022, "war"),
        }
        expected = others.get(name, ("caspian", 2021, "war"))
        assert (table.attrs["network"], table.attrs["year"], table.attrs["regime"]) == expected
    assert pd.read_parquet(cr.write_tables(table, tmp_path / "ours.parquet")).attrs == table.attrs
    if name == "diff":  # its cells hold whatever a field does, which pandas itself does not write side by side
        table = table.astype({"before": str, "after": str})
    table.to_parquet(tmp_path / "pandas.parquet")
    again = pd.read_parquet(tmp_path / "pandas.parquet")
    assert again.attrs == table.attrs
    assert again.shape == table.shape
    assert pd.concat([again, table]).attrs == table.attrs


def test_no_public_result_is_left_out() -> None:
    """Every public function that returns a table is in the list above."""
    functions = [name for name in cr.__all__ if inspect.isfunction(getattr(cr, name))]
    giving = [name for name in functions if "DataFrame" in str(inspect.signature(getattr(cr, name)).return_annotation)]
    assert set(giving) <= {name.split(".")[0].split(" ")[0] for name in RESULTS}
    methods = [
        f"{prefix}{name}"
        for prefix, owner in (("", cr.Network), ("flow.", cr.Flow), ("ensemble.", cr.Ensemble))
        for name, member in vars(owner).items()
        if not name.startswith("_") and "DataFrame" in str(_annotation(member))
    ]
    assert set(methods) <= RESULTS.keys()


def _annotation(member: Any) -> object:
    """Return what a method or property says that it returns."""
    function = getattr(member, "func", None) or getattr(member, "fget", None) or member
    return getattr(function, "__annotations__", {}).get("return", "")


@pytest.mark.parametrize(
    ("name", "commodity"),
    [("compare", "kazakh_crude"), ("outcomes", None), ("breakdown", "kazakh_crude"), ("indices", "kazakh_crude"),
     ("jurisdictions", "kazakh_crude"), ("backcast", None), ("flow.edges", None)],
)  # fmt: skip
def test_whose_numbers_a_table_has(name: str, commodity: str | None) -> None:
    """One shipper's, or all together."""
    assert RESULTS[name]().attrs["commodity"] == commodity


def test_the_commodity_asked_for_is_the_one_carried() -> None:
    """Not the network's first."""
    assert cr.compare(net(), [], commodity="azeri_crude").attrs["commodity"] == "azeri_crude"
    assert cr.outcomes(net(), [], commodity="azeri_crude").attrs["commodity"] == "azeri_crude"


def test_a_network_of_ones_own_has_no_data_version(tmp_path: Path) -> None:
    """It keeps its regime."""
    own = cr.read_network(cr.write_network(net(), tmp_path / "net.json"))
    assert {key: value for key, value in cr.compare(own, []).attrs.items() if key != "subjects"} == {
        "network": "caspian", "year": 2021, "regime": "war", "commodity": "kazakh_crude", "data_version": None,
        "origin": "tengiz",
    }  # fmt: skip
    assert cr.claims(own).attrs["data_version"] is None


def test_every_file_of_a_flow_carries_it(tmp_path: Path) -> None:
    """A folder of Parquet files, totals too, with the scenario."""
    folder = cr.write_tables(cr.solve(net(), shut()), tmp_path / "flow", form="parquet")
    for file in folder.iterdir():
        attrs = pd.read_parquet(file).attrs
        assert (attrs["year"], attrs["regime"], attrs["scenario"]) == (2021, "war", "CPC shut")


def test_a_difference_carries_both() -> None:
    """What it is now, and under `before` what it was."""
    attrs = RESULTS["diff of flows"]().attrs
    assert (attrs["scenario"], attrs["before"]["scenario"]) == ("CPC shut", "baseline")
    assert RESULTS["diff"]().attrs["before"]["year"] == 2021
