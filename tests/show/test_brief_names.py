"""What the brief calls things: names where records have one, and on its first page what it stands for."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import corridor as cr
from corridor.library.networks import data_root
from corridor.model.columns import COLUMNS
from corridor.model.records import KINDS
from corridor.show.brief.names import Names
from corridor.solver.solution import BindingLimit
from helpers.briefs import section_of, tables_of, two_scenarios, words_of


def two_pipes() -> cr.Network:
    """Return a network of named nodes, two edges alike, and a limited port."""
    return cr.Network(
        name="north", year=2031,
        nodes=[
            cr.Node(id="f", name="First field (offshore)"), cr.Node(id="h", name="Hub"),
            cr.Node(id="p", name="Port, eastern quay", throughput_mtpa=3.0), cr.Node(id="bare"),
        ],
        edges=[
            cr.Edge(id="f_h", tail="f", head="h", capacity_mtpa=9.0),
            cr.Edge(id="pipe_1", tail="h", head="p", capacity_mtpa=2.0, corridor="c"),
            cr.Edge(id="pipe_2", tail="h", head="p", capacity_mtpa=2.0, corridor="c"),
            cr.Edge(id="h_bare", tail="h", head="bare", capacity_mtpa=1.0, in_service=False),
        ],
        corridors=[cr.Corridor(id="c", name="Coast line")],
        commodities=[cr.Commodity(id="heavy", name="Heavy crude")],
        supplies=[cr.Supply(node="f", commodity="heavy", volume_mtpa=5.0)],
        markets=[
            cr.Market(node="p", commodity="heavy", price_usd_per_t=500.0),
            cr.Market(node="bare", commodity="heavy", price_usd_per_t=400.0),
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("id", "name"),
    [("f_h", "First field to Hub"), ("pipe_1", "Hub to Port [pipe_1]"), ("h_bare", "Hub to bare"), ("gone", "gone")],
)
def test_an_edge_is_called_by_its_ends(id: str, name: str) -> None:
    """Without brackets and what follows a comma; with its id where two lead alike; by ids where there are no names."""
    assert Names(two_pipes()).edge(id) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("f_h + node p", "First field to Hub + Port"), ("node p or f_h", "Port or First field to Hub"), ("", ""),
    ],
)  # fmt: skip
def test_a_bottleneck_is_called_by_names(text: str, name: str) -> None:
    """Limits that add up, and equal ones in series."""
    assert Names(two_pipes()).cut(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("f_h", "First field to Hub"), ("node p", "Port"),
        ("quota f_h/heavy", "quota on First field to Hub for Heavy crude"),
        ("usual flow f_h/heavy", "usual flow on First field to Hub for Heavy crude"), ("fleet ships", "fleet ships"),
        ("quota f_h", "quota on First field to Hub"),
    ],
)  # fmt: skip
def test_a_limit_is_called_by_names(text: str, name: str) -> None:
    """Edges, nodes, quotas, usual flows and fleets."""
    assert Names(two_pipes()).limit(text) == name


def test_a_limit_with_its_parts_is_called_as_its_text() -> None:
    """Each kind that binds in the network of two pipes, and a quota."""
    net = two_pipes()
    limits = [*cr.solve(net).solution.prices, BindingLimit("quota", "f_h", "heavy"), BindingLimit("node", "p")]
    assert [Names(net).limit(limit) for limit in limits] == [Names(net).limit(str(limit)) for limit in limits]


def test_bottlenecks_have_names(tmp_path: Path) -> None:
    """What is shut in, the port that binds, and the edge that is not in service."""
    path = cr.report(two_pipes(), [], tmp_path / "b.html", sections="bottlenecks")
    section = section_of(path, "bottlenecks")
    assert "Heavy crude shut in [Mt/y]: First field 2.0." in words_of(section)
    limits = [row[0] for row in tables_of(section)[0][1:]]
    assert limits == ["throughput of Port", "Hub to bare (not in service)"]


@pytest.mark.parametrize(
    ("record", "subject", "name"),
    [
        ("supply", "f.heavy", "First field, Heavy crude"),
        ("quota", "f_h.heavy", "quota on First field to Hub for Heavy crude"),
        ("node", "p", "Port"), ("edge", "f_h", "First field to Hub"), ("country", "KAZ", "Kazakhstan"),
        ("country", "XXX", "XXX"), ("input", "f_h", "First field to Hub"), ("input", "p", "Port"),
        ("input", "own_rate", "own rate"), ("fleet", "ships", "ships"),
    ],
)  # fmt: skip
def test_figures_are_of_named_things(record: str, subject: str, name: str) -> None:
    """The subject of a figure, by its kind."""
    assert Names(two_pipes()).figure(record, subject) == name


def visible(path: Path) -> str:
    """Return what a reader of a brief sees or hears, without addresses of sources."""
    text = path.read_text(encoding="utf-8").replace("<wbr>", "")
    alternatives = " ".join(re.findall(r'alt="([^"]*)"', text))
    return re.sub(r"<(?:style|a)\b.*?</(?:style|a)>|<[^>]+>", " ", text, flags=re.S) + alternatives


def ids_in(text: str, net: cr.Network) -> list[str]:
    """Return the ids of records and inputs that a text has as words of their own, of those that cannot be words."""
    parts = (net.edges, net.nodes, net.commodities, net.corridors, net.fleets)
    ids = {record.id for part in parts for record in part} | {figure.subject for figure in net.figure_records}
    words = set(re.findall(r"[\w./]+", text))
    return sorted(id for id in ids if "_" in id and any(id in re.split(r"[./]", word) for word in words))


ABBREVIATIONS = {"SPM"}
"""Codes of countries that titles of sources have in another sense: single point mooring."""


def codes_in(text: str) -> list[str]:
    """Return the ISO 3166 codes that a text has as words in capitals."""
    table = (Path(str(data_root())) / "country_names.csv").read_text(encoding="utf-8")
    codes = {row["code"] for row in csv.DictReader(table.splitlines())}
    return sorted((codes - ABBREVIATIONS) & set(re.findall(r"\b[A-Z]{3}\b", text)))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the text of a brief of the shipped network of 2022, all sections."""
    path = tmp_path_factory.mktemp("names") / "brief.html"
    cr.report(cr.load(year=2022, regime="calm"), two_scenarios(), path, years=100)
    return visible(path)


def test_the_first_page_says_what_the_brief_stands_for(page: str) -> None:
    """Year, regime, shipper and date of the evidence, before the first section."""
    first = page[: page.index("In short")]
    for part in (
        "caspian 2022", "rates as before 24 February 2022 (calm)", "Shipper: Kazakh crude, a Tengiz tonne",
        "Evidence as of 2022-12-31",
    ):  # fmt: skip
        assert part in first


def test_no_id_of_a_record_is_printed(page: str) -> None:
    """None of those that cannot be words; parallel moorings too have names of their own."""
    assert ids_in(page, cr.load(year=2022)) == []


def test_no_field_of_a_record_is_printed(page: str) -> None:
    """Nor a column of a table, of those that cannot be words."""
    fields = {field for kind in KINDS for field in kind.record.model_fields}
    columns = {column.name for table in COLUMNS.values() for column in table}
    attributes = {figure.attribute for figure in cr.load(year=2022).figure_records}
    assert (fields | columns | attributes) & set(re.findall(r"\w+_\w+", page)) == set()


def test_no_code_of_a_country_is_printed(page: str) -> None:
    """Countries are by name: in exposure, concentration, places of hazards, headlines."""
    assert codes_in(page) == []


def test_countries_are_named_where_their_codes_would_stand(page: str) -> None:
    """Headline, index of countries, place of a hazard."""
    assert re.search(r"\d+ % of the exports by corridors cross Russia: if it closes", page)
    assert "capacity remaining with Russia closed, over" in page
    assert re.search(r"sum of squared shares of first countries entered: Russia \d+ %, ", page)


def test_edges_are_called_as_the_field_calls_them(page: str) -> None:
    """Where limits bind, and in the minimum cuts of the comparison."""
    assert "CPC, Kazakh section" in page


def test_inputs_and_fields_are_in_words(page: str) -> None:
    """In the table of the figures that the answer depends on."""
    assert "CPC line: tariff" in page


def test_shares_of_corridors_are_by_name(page: str) -> None:
    """In the definition of the index of concentration, and of the largest corridor."""
    shares = re.search(r"sum of squared shares of corridors: (.*?) \d+ %", page)
    assert shares is not None
    assert shares[1] in {corridor.name for corridor in cr.load(year=2022).corridors}
    assert "without the largest corridor (Caspian Pipeline Consortium)" in page


def test_a_network_of_ones_own_names_what_it_knows(diamond: cr.Network, tmp_path: Path) -> None:
    """No regime, no date of the evidence, no empty words for them."""
    text = cr.report(diamond, [], tmp_path / "b.html").read_text(encoding="utf-8")
    first = text[text.index("<body") : text.index("In short</h2>")]
    assert "Shipper: " in first
    assert "Evidence" not in first
    assert "azards" not in first


def _called(edges: dict[str, str]) -> cr.Network:
    """Return the network of two pipes, edges by name, with a hazard of a place and one of no country."""
    net = two_pipes()
    renamed = [edge.replace(name=edges.get(edge.id, "")) for edge in net.edges]
    strike = {"changes": [cr.Derate(edge="f_h", remaining=0.1)], "frequency_per_year": 3.0, "duration_days": 90.0}
    hazards = [cr.Hazard(name="Storm", place="Northern Sea", **strike), cr.Hazard(name="Order", place="NOR", **strike)]
    return net.replace(edges=renamed, hazards=hazards)


NAMED = {
    "f_h": "Field line", "pipe_1": "Coast line, old pipe", "pipe_2": "Coast line, new pipe", "h_bare": "Spur, planned",
}  # fmt: skip


@pytest.fixture(scope="module")
def own_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the text of a brief of a network of one's own whose records have names."""
    path = tmp_path_factory.mktemp("own") / "brief.html"
    shut = cr.Scenario(name="Old pipe shut", changes=[cr.Outage(edge="pipe_1")])
    return visible(cr.report(_called(NAMED), [shut], path, years=50))


def test_no_id_of_ones_own_network_is_printed(own_page: str) -> None:
    """Where edges have names."""
    assert ids_in(own_page, two_pipes()) == []


def test_the_names_of_ones_own_edges_are_printed(own_page: str) -> None:
    """A closed edge that would earn, by its name."""
    assert "Spur, planned (not in service)" in own_page


def test_places_of_hazards_are_named(own_page: str) -> None:
    """A country by its name, a sea as it is called."""
    assert "Norway" in own_page
    assert "Northern Sea" in own_page
    assert codes_in(own_page) == []


def test_ends_and_ids_are_printed_without_names(tmp_path: Path) -> None:
    """Edges without names by their ends, two alike with their ids."""
    net = _called({})
    net = net.replace(nodes=[node.replace(throughput_mtpa=None) for node in net.nodes])
    text = visible(cr.report(net, [], tmp_path / "b.html", years=0))
    assert "Hub to bare (not in service)" in text
    assert "Hub to Port [pipe_1] + Hub to Port [pipe_2]" in text
    assert ids_in(text, net) == ["pipe_1", "pipe_2"]


@pytest.mark.parametrize(
    ("names", "called"),
    [
        ({"pipe_1": "Old pipe"}, ["Old pipe", "Hub to Port"]),
        ({"pipe_1": "Pipe", "pipe_2": "Pipe"}, ["Pipe [pipe_1]", "Pipe [pipe_2]"]),
        ({}, ["Hub to Port [pipe_1]", "Hub to Port [pipe_2]"]),
    ],
)
def test_two_edges_called_alike_have_their_ids(names: dict[str, str], called: list[str]) -> None:
    """By name or by ends; one name is enough to tell them apart."""
    own = Names(_called(names))
    assert [own.edge("pipe_1"), own.edge("pipe_2")] == called


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("tariff_usd_per_t", "tariff"), ("max_mtpa", "most allowed"), ("length_km", "length"),
        ("war_risk_usd_per_bbl", "war risk"), ("share_of_f_ratio", "share of First field"),
    ],
)  # fmt: skip
def test_fields_of_figures_are_in_words(name: str, heading: str) -> None:
    """Without their unit, places by their names."""
    assert Names(two_pipes()).attribute(name) == heading
