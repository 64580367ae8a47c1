"""Names for people: every shipped edge and input has one, and every country."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

import corridor as cr
from corridor.library.names import country_name, input_name
from corridor.library.networks import data_root, networks

YEARS = range(2018, 2027)
DATA = Path(str(data_root()))
CODES = {
    row["code"]: row["name"]
    for row in csv.DictReader((DATA / "country_names.csv").read_text(encoding="utf-8").splitlines())
}


def opened() -> list[cr.Edge]:
    """Return the edges of every shipped network under each shipped scenario, and without."""
    nets = [cr.load(name) for name in networks()] + [cr.load("caspian", year) for year in YEARS]
    changed = [scenario.apply(cr.load("caspian", scenario.year)) for scenario in map(cr.load_scenario, cr.scenarios())]
    return list({edge.id: edge for net in (*nets, *changed) for edge in net.edges}.values())


def test_every_shipped_edge_has_a_name() -> None:
    """Those that scenarios open too."""
    assert [edge.id for edge in opened() if not edge.name] == []


def test_names_of_shipped_edges_are_unique() -> None:
    """No two edges are called alike, whatever the case of letters."""
    names = Counter(edge.name.lower() for edge in opened())
    assert [name for name, count in names.items() if count > 1] == []


def test_names_of_shipped_edges_are_short_and_hold_no_id() -> None:
    """Under 40 characters, without underscores, and none is the id."""
    assert [e.name for e in opened() if len(e.name) >= 40 or "_" in e.name or e.name == e.id] == []


def test_names_of_shipped_edges_hold_no_figures() -> None:
    """Digits only where they are part of a proper name: a mooring, a pipeline system."""
    counted = {edge.name for edge in opened() if re.search(r"\d", edge.name)}
    assert counted == {f"CPC mooring {n}" for n in (1, 2, 3)} | {"Primorsk line (BPS-1)", "Ust-Luga line (BPS-2)"}


def test_names_of_edges_are_no_figures() -> None:
    """They have no provenance: nothing of them is in the table of figures."""
    assert "name" not in set(cr.load().figures()["attribute"])


def test_all_countries_have_a_name() -> None:
    """ISO 3166 has 249 alpha-3 codes; Kosovo's is one that it leaves to users."""
    assert len(CODES) == 250
    assert all(re.fullmatch("[A-Z]{3}", code) for code in CODES)
    assert len(set(CODES.values())) == 250


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("RUS", "Russia"), ("TUR", "Turkey"), ("IRN", "Iran"), ("CZE", "Czechia"), ("GBR", "United Kingdom"),
        ("CHN", "China"), ("KOR", "South Korea"), ("KAZ", "Kazakhstan"), ("XKX", "Kosovo"),
    ],
)  # fmt: skip
def test_countries_are_called_as_analysts_write_them(code: str, name: str) -> None:
    """Short English names."""
    assert country_name(code) == name


@pytest.mark.parametrize("place", ["Caspian Sea", "XXX", "", "Rus"])
def test_what_is_no_country_keeps_its_name(place: str) -> None:
    """A sea, a code that nobody has, nothing."""
    assert country_name(place) == place


def test_every_country_of_the_shipped_network_has_a_name() -> None:
    """Of nodes, edges, hazards and governance figures."""
    net = cr.load()
    used = {node.country for node in net.nodes if node.country} | {c for edge in net.edges for c in edge.countries}
    used |= {figure.subject for figure in net.figure_records if figure.record == "country"}
    used |= {hazard.place for hazard in net.hazards if hazard.place}
    assert used <= set(CODES)


def test_every_input_of_a_shipped_formula_has_a_name() -> None:
    """In all years."""
    used = {f.subject for year in YEARS for f in cr.load(year=year).figure_records if f.record == "input"}
    assert [id for id in sorted(used) if not input_name("caspian", id)] == []


def test_an_input_of_a_network_of_ones_own_has_no_name() -> None:
    """However it is called."""
    assert input_name("mine", "cpc_line") == ""
