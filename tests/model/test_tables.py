"""Tables out and tables in: nothing is lost, one can be replaced, and columns that follow from others are compared."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given

import corridor as cr
from helpers.awkward_names import nasty_networks
from helpers.strategies import networks

TABLES = {
    "nodes": "node_table", "edges": "edge_table", "supplies": "supply_table", "markets": "market_table",
    "commodities": "commodity_table", "corridors": "corridor_table", "quotas": "quota_table",
    "rates": "rate_table", "fleets": "fleet_table", "rate_groups": "rate_group_table",
    "hazards": "hazard_table", "figures": "figure_table", "sources": "source_table",
}  # fmt: skip


def tables_of(net: cr.Network) -> dict[str, Any]:
    """Return all that `from_frames` takes, as a network's own methods give it."""
    tables = {part: getattr(net, method)() for part, method in TABLES.items()}
    return {**tables, "name": net.name, "year": net.year, "regime": net.regime}


def bare(record: Any) -> dict[str, Any]:
    """Return the fields of a record, texts of blanks alone as empty."""
    fields = {name: getattr(record, name) for name in type(record).model_fields}
    return {name: (value.strip() and value) or None if isinstance(value, str) else value
            for name, value in fields.items()}  # fmt: skip


@pytest.mark.parametrize("year", range(2018, 2027))
@pytest.mark.parametrize("regime", ["calm", "war"])
def test_a_shipped_network_comes_back_from_its_tables(year: int, regime: str) -> None:
    """Cargo value, barrels, hazards, figures, sources, name, year, regime, order of commodities."""
    net = cr.load(year=year, regime=regime)
    again = cr.Network.from_frames(**tables_of(net))
    assert again == net
    assert again.regime == regime
    assert [c.id for c in again.commodities] == [c.id for c in net.commodities]


@given(networks(demands=True))
def test_a_random_network_comes_back_from_its_tables(net: cr.Network) -> None:
    """Limits that are missing, edges shut, quotas, several commodities."""
    assert cr.Network.from_frames(**tables_of(net)) == net


@given(nasty_networks())
def test_a_network_of_awkward_names_comes_back_from_its_tables(net: cr.Network) -> None:
    """Line breaks, names like numbers or JSON, hazards of every form; text of blanks alone is empty in a table."""
    again = cr.Network.from_frames(**tables_of(net))
    for part in TABLES:
        kind = "figure_records" if part == "figures" else part
        assert list(map(bare, getattr(again, kind))) == list(map(bare, getattr(net, kind)))
    assert (again.name, again.year, again.regime) == (net.name, net.year, net.regime)


def test_tables_survive_csv(tmp_path: Any) -> None:
    """Index, lists and JSON come back from text."""
    net = cr.load()
    tables = tables_of(net)
    exact: Any = {"float_precision": "round_trip"} if pd.__version__ < "3" else {}  # the default since pandas 3
    for part in TABLES:
        tables[part].to_csv(tmp_path / f"{part}.csv")
        tables[part] = pd.read_csv(tmp_path / f"{part}.csv", keep_default_na=False, **exact)
    for edge in ("countries", "commodities", "tags"):
        cells = net.edge_table()[edge]
        tables["edges"][edge] = [";".join(cell or ()) for cell in cells]
    tables["figures"]["sources"] = [";".join(f.sources) for f in net.figure_records]
    assert cr.Network.from_frames(**tables) == net


def test_figures_as_people_read_them_are_taken() -> None:
    """`figures()` has all that a figure is; order apart, the network comes back."""
    net = cr.load()
    again = cr.Network.from_frames(**{**tables_of(net), "figures": net.figures()})
    assert again.replace(figure_records=()) == net.replace(figure_records=())
    assert sorted(again.figure_records, key=repr) == sorted(net.figure_records, key=repr)


def test_hazards_may_be_given_as_lists_and_mappings() -> None:
    """As in a scenario file."""
    table = pd.DataFrame(
        [{"name": "storm", "changes": [{"outage": {"edge": "ab"}}], "frequency_per_year": 2,
          "duration_days": {"median": 3, "sigma": 0.5}, "severity": {"low": 0.2, "high": 0.4}}]
    )  # fmt: skip
    net = cr.Network.from_frames(
        pd.DataFrame({"id": ["a", "b"]}), pd.DataFrame({"id": ["ab"], "tail": "a", "head": "b"}), hazards=table
    )
    (hazard,) = net.hazards
    assert hazard == cr.Hazard(
        name="storm", changes=[cr.Outage(edge="ab")], frequency_per_year=2, severity=cr.Uniform(low=0.2, high=0.4),
        duration_days=cr.Lognormal(median=3, sigma=0.5),
    )  # fmt: skip
    fixed = hazard.replace(name="calm", duration_days=4.0)
    both = net.replace(hazards=(hazard, fixed))
    assert both.hazard_table()["duration_days"].map(type).eq(str).all()
    assert cr.Network.from_frames(**tables_of(both)) == both


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("changes", "[{", "hazards, row 0: changes must be JSON"),
        ("frequency_per_year", -1.0, "hazards, row 0: frequency_per_year must be > 0"),
        ("frequncy_per_year", 1.0, "hazards: no column named 'frequncy_per_year'; did you mean 'frequency_per_year'?"),
    ],
)
def test_an_error_in_a_hazard_names_row_and_column(column: str, cell: Any, message: str) -> None:
    """As of every other table, by `from_frames` and by `with_frames`."""
    net = cr.load()
    table = net.hazard_table().reset_index().astype(object)
    table.loc[0, column] = cell
    for attempt in (lambda: cr.Network.from_frames(**{**tables_of(net), "hazards": table}),
                    lambda: net.with_frames(hazards=table)):  # fmt: skip
        with pytest.raises(cr.DataError) as caught:
            attempt()
        assert message in str(caught.value)


def test_a_wrong_derived_column_is_an_error_naming_row_and_column() -> None:
    """58 Mt/y of 50 in service; no limit where there is one; a node's the same."""
    net = cr.load(year=2021)
    tables = tables_of(net)
    edges = tables["edges"].copy()
    edges.loc["btc", "available_mtpa"] = 58.0
    row = list(edges.index).index("btc")
    with pytest.raises(cr.DataError) as caught:
        cr.Network.from_frames(**{**tables, "edges": edges})
    assert str(caught.value) == (
        "edge 'btc': available_mtpa follows from capacity_mtpa, remaining and in_service and must be 50.0 (got 58.0); "
        f"correct it, or leave the column out [edges, row {row}]"
    )
    nodes = tables["nodes"].assign(available_mtpa=1.0)
    with pytest.raises(cr.DataError, match=r"node '\w+': available_mtpa follows from throughput_mtpa and remaining"):
        cr.Network.from_frames(**{**tables, "nodes": nodes})


def test_a_wrong_source_of_a_figure_is_an_error() -> None:
    """What is spelt out follows from the ids of the sources; without their table it would be lost in silence."""
    net = cr.load()
    tables = {**tables_of(net), "figures": net.figures()}
    del tables["sources"]
    with pytest.raises(cr.DataError, match=r"source follows from sources and must be '' \(got .*\[figures, row 0\]"):
        cr.Network.from_frames(**tables)


def test_an_empty_derived_cell_is_no_claim() -> None:
    """And a table without the column is taken as before."""
    net = cr.load()
    edges = net.edge_table().assign(available_mtpa=float("nan"))
    assert net.with_frames(edges=edges) == net
    assert net.with_frames(edges=edges.drop(columns="available_mtpa")) == net


def test_with_frames_replaces_one_table_and_keeps_the_rest() -> None:
    """Wider BTC; hazards, figures, sources, notes of the commodities, name, year, regime and mark stay."""
    net = cr.load(year=2024, regime="war")
    edges = net.edge_table()
    edges.loc["btc", "capacity_mtpa"] = 60.0
    wider = net.with_frames(edges=edges)
    assert wider == net.replace(edges=[e.replace(capacity_mtpa=60.0) if e.id == "btc" else e for e in net.edges])
    assert (wider.regime, wider.shipped, wider.data_version) == ("war", True, net.data_version)


@pytest.mark.parametrize("part", list(TABLES))
def test_every_table_can_be_replaced_by_itself(part: str) -> None:
    """Nothing changes."""
    net = cr.load()
    assert net.with_frames(**{part: getattr(net, TABLES[part])()}) == net


def test_with_frames_refuses_a_derived_cell_that_is_neither_right_nor_as_it_was() -> None:
    """A capacity raised to 60 leaves the old 50 behind, which is no claim; 55 is one."""
    net = cr.load(year=2021)
    edges = net.edge_table()
    edges.loc["btc", "capacity_mtpa"] = 60.0
    assert net.with_frames(edges=edges).edge("btc").available_mtpa == 60.0
    edges.loc["btc", "available_mtpa"] = 55.0
    with pytest.raises(cr.DataError, match=r"must be 60.0 \(got 55.0\).*\[edges, row"):
        net.with_frames(edges=edges)


def test_with_frames_names_row_and_column_and_unknown_names() -> None:
    """All problems of a table at once; what the rest of the network lacks too."""
    net = cr.load()
    edges = net.edge_table()
    edges.loc["btc", ["capacity_mtpa", "available_mtpa"]] = -1.0
    edges.loc["cpc_russia", "remaining"] = 2.0
    with pytest.raises(cr.DataError) as caught:
        net.with_frames(edges=edges)
    assert len(caught.value.problems) == 2
    with pytest.raises(cr.DataError, match="no node named 'tengis'; did you mean 'tengiz'"):
        net.with_frames(edges=net.edge_table().assign(tail=lambda t: t["tail"].replace("tengiz", "tengis")))
    with pytest.raises(cr.DataError, match="edges: must be a DataFrame"):
        net.with_frames(edges="edges.csv")
