"""A shipped network that extends another: what it takes, what it may not contradict, and that the other is unmoved."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import corridor as cr
from corridor.library import networks
from corridor.library.extension import merged
from corridor.library.names import input_name

DATA = Path(str(networks.data_root()))
Copy = Callable[..., cr.Network]
COLUMNS = "record,subject,attribute,value,low,high,unit,since,until,sources,confidence,choice,formula,note"


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    """Return what loads a network of 2024 from a copy of the data to which lines were added, by file."""
    shutil.copytree(DATA, tmp_path / "data")
    monkeypatch.setattr(networks, "data_root", lambda: tmp_path / "data")

    def load(added: dict[str, str], name: str = "caspian_freight") -> cr.Network:
        for file, line in added.items():
            with (tmp_path / "data" / file).open("a", encoding="utf-8") as out:
                out.write(f"{line}\n")
        networks._entry.cache_clear()
        return networks._read_network(tmp_path / "data" / name, name, 2024, "war")

    networks._entry.cache_clear()
    yield load  # type: ignore[misc]
    networks._entry.cache_clear()


def test_cells_that_an_extension_fills_replace_those_of_the_base() -> None:
    """And its rows come first, in its order, those of the base after."""
    base = [{"id": "a", "tail": "x", "tags": "old"}, {"id": "b", "tail": "y", "tags": ""}]
    added = [{"id": "c", "tail": "z", "tags": "new"}, {"id": "a", "tail": "", "tags": "new"}]
    assert merged([base, added], ["id"]) == [
        {"id": "c", "tail": "z", "tags": "new"}, {"id": "a", "tail": "x", "tags": "new"},
        {"id": "b", "tail": "y", "tags": ""},
    ]  # fmt: skip


@pytest.mark.parametrize("year", [2018, 2022, 2024, 2026])
def test_the_base_is_the_same_bytes_with_and_without_its_extension(
    year: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`caspian` written to a file, from the data as they ship and from data without the freight network."""
    cr.write_network(cr.load("caspian", year), tmp_path / "with.json")
    shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("caspian_freight"))
    table = (tmp_path / "data" / "networks.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "data" / "networks.csv").write_text("\n".join(table[:2]) + "\n", encoding="utf-8")
    monkeypatch.setattr(networks, "data_root", lambda: tmp_path / "data")
    alone = networks._read_network(tmp_path / "data" / "caspian", "caspian", year, networks.regime_of(year))
    cr.write_network(alone, tmp_path / "without.json")
    assert (tmp_path / "with.json").read_bytes() == (tmp_path / "without.json").read_bytes()


@pytest.mark.parametrize("year", range(2018, 2027))
def test_the_extension_holds_every_record_of_the_base_unaltered(year: int) -> None:
    """But for what four railways carry and the throughput of the Georgian border."""
    base, net = cr.load("caspian", year), cr.load("caspian_freight", year)
    altered = set()
    for kind in ("node", "edge", "commodity", "supply", "market", "quota", "rate", "fleet", "rate_group"):
        records = net.by_key(kind)
        altered |= {key for key, record in base.by_key(kind).items() if records[key] != record}
    railways = {"alat_horadiz", "horadiz_mincivan", "zangezur", "nakhchivan_kars"}
    assert altered == railways | {"gardabani"}
    for id in railways:
        assert net.edge(id).replace(commodities=base.edge(id).commodities) == base.edge(id)


def test_the_hazards_and_the_regime_of_the_base_hold() -> None:
    """Nothing is struck at random but what is in the base."""
    for regime in ("calm", "war"):
        base, net = (cr.load(name, 2024, regime=regime) for name in ("caspian", "caspian_freight"))
        assert (net.hazards, net.regime, net.as_of) == (base.hazards, base.regime, base.as_of)


def test_no_hazard_of_the_base_strikes_freight() -> None:
    """So that the availability of freight's corridors says nothing of bad years."""
    base, net = (cr.load(name, 2024) for name in ("caspian", "caspian_freight"))
    own = net.by_key("edge").keys() - base.by_key("edge").keys()
    for hazard in net.hazards:
        after = hazard.apply(net)
        assert [id for id in sorted(own) if after.edge(id) != net.edge(id)] == [], hazard.name


def test_commodities_and_corridors_of_the_extension_come_first() -> None:
    """Studies ask about the first commodity where none is named."""
    net = cr.load("caspian_freight", 2024)
    assert net.commodities[0].id == "boxes_china_europe"
    assert [c.id for c in net.corridors][:5] == [
        "middle_corridor", "northern_corridor", "southern_corridor", "ocean", "cpc"
    ]  # fmt: skip


def test_crude_earns_the_same_in_both_networks() -> None:
    """No limit that oil shares with freight binds in 2024."""
    base, net = (cr.solve(cr.load(name, 2024)).commodities for name in ("caspian", "caspian_freight"))
    crude = list(base.index)
    assert net.loc[crude, "netback_musd_per_year"].tolist() == pytest.approx(base["netback_musd_per_year"].tolist())
    assert net.loc[crude, "delivered_mtpa"].tolist() == pytest.approx(base["delivered_mtpa"].tolist())


@pytest.mark.parametrize(("since", "until"), [(2024, 2024), (2018, 2026)])
def test_a_figure_that_the_base_has_chosen_is_refused(copied: Copy, since: int, until: int) -> None:
    """Both values, their years and the two networks are named."""
    line = f"edge,btc,capacity_mtpa,60,,,Mt/y,{since},{until},own_estimate,C,chosen,,"
    said = (
        rf"caspian_freight/figures: figure 'btc.capacity_mtpa' \(edge\): must not be chosen where caspian has chosen "
        rf"one \(got 60 Mt/y for {since}-{until} beside 50 Mt/y for \d+-\d+ of caspian\); make it a rival, or name "
        "another record"
    )
    with pytest.raises(cr.DataError, match=said):
        copied({"caspian_freight/figures.csv": line})


def test_a_figure_that_the_base_carries_to_the_year_is_refused(copied: Copy) -> None:
    """A later row of the same figure would move the base's answers."""
    with (DATA / "caspian" / "figures.csv").open(encoding="utf-8", newline="") as file:
        chosen = [row for row in csv.DictReader(file) if row["choice"] == "chosen" and not row["formula"]]
    newest = {(r["record"], r["subject"], r["attribute"]): r for r in sorted(chosen, key=lambda row: int(row["until"]))}
    row = next(row for row in newest.values() if int(row["until"]) == 2023)
    line = ",".join(row[c] for c in ("record", "subject", "attribute", "value"))
    line += f",,,{row['unit']},2024,2024,own_estimate,C,chosen,,"
    with pytest.raises(cr.DataError, match=re.escape(f"'{row['subject']}.{row['attribute']}'")):
        copied({"caspian_freight/figures.csv": line})


def test_a_rival_of_a_figure_of_the_base_is_shown_beside_it(copied: Copy) -> None:
    """It contradicts in words only."""
    line = "edge,btc,capacity_mtpa,61,,,Mt/y,2018,2026,own_estimate,C,rival,,"
    table = copied({"caspian_freight/figures.csv": line}).figures("btc", "capacity_mtpa")
    assert 61.0 in table.loc[table["choice"] == "rival", "value"].tolist()
    assert table.loc[table["choice"] == "chosen", "value"].tolist() == [50.0]


def test_a_record_of_the_base_may_get_a_figure_that_it_lacks(copied: Copy) -> None:
    """Alat has no throughput in the base."""
    line = "node,alat,throughput_mtpa,15,,,Mt/y,2018,2026,own_estimate,C,chosen,,"
    assert copied({"caspian_freight/figures.csv": line}).node("alat").throughput_mtpa == 15.0
    assert cr.load("caspian", 2024).node("alat").throughput_mtpa is None


def test_formulas_of_the_extension_draw_on_figures_of_the_base(copied: Copy) -> None:
    """The tariff of oil by rail from Alat to Gardabani is by length."""
    line = (
        "rate,alat_gardabani_rail.boxes_china_turkey,tariff_usd_per_t,,,,USD/t,2018,2026,,A,chosen,"
        "2 * alat_gardabani.tariff_usd_per_t,"
    )
    net = copied({"caspian_freight/figures.csv": line})
    twice = 2 * net.edge("alat_gardabani").tariff_usd_per_t
    assert net.rate("alat_gardabani_rail", "boxes_china_turkey").tariff_usd_per_t == pytest.approx(twice)


def test_a_figure_of_nothing_is_refused(copied: Copy) -> None:
    """As in a network that extends none."""
    with pytest.raises(cr.DataError, match="figures: no edge named 'btcc'; did you mean 'btc'"):
        copied({"caspian_freight/figures.csv": "edge,btcc,distance_km,60,,,km,2024,2024,own_estimate,C,chosen,,"})


def test_a_source_of_the_extension_is_unknown_to_the_base(copied: Copy) -> None:
    """The base may stand without it."""
    with pytest.raises(cr.DataError, match="no source named 'uic_2014'"):
        copied({"caspian/figures.csv": "node,alat,throughput_mtpa,9,,,Mt/y,2024,2024,uic_2014,C,chosen,,"}, "caspian")


def test_networks_that_extend_each_other_are_refused(copied: Copy) -> None:
    """The circle is named."""
    with pytest.raises(cr.DataError, match="network 'a' extends itself by a, b; break the circle"):
        copied({"networks.csv": "a,A,b,2018,2026,2026-01-01\nb,B,a,2018,2026,2026-01-01"}, "a")


def test_the_names_of_its_inputs_are_its_own_and_the_bases() -> None:
    """What `input_name` gives."""
    assert input_name("caspian_freight", "cpc_line") == input_name("caspian", "cpc_line") == "CPC line"
    assert (input_name("caspian_freight", "ocean") != "", input_name("caspian", "ocean")) == (True, "")


def test_lineage_refuses_an_unknown_network() -> None:
    """With a suggestion."""
    with pytest.raises(cr.UnknownNameError, match="did you mean 'caspian_freight'"):
        networks.lineage("caspian_frieght")


def test_the_mark_says_which_network_ships() -> None:
    """Whatever it is called since; a network of one's own has none."""
    net = cr.load("caspian_freight", 2024)
    assert net.shipped_as == net.replace(name="mine").shipped_as == "caspian_freight"
    assert cr.load_scenario("kuryk-embargo").apply(net).shipped_as == "caspian_freight"
    assert net.replace(edges=net.edges[1:]).shipped_as is None
