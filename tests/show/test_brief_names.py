"""What the brief calls things: names where records have one, and on its first page what it stands for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import corridor as cr
from corridor.show.brief.names import Names
from helpers.briefs import two_scenarios


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
        ("f_h", "First field to Hub"), ("node p", "Port"),
        ("quota f_h/heavy", "quota on First field to Hub for Heavy crude"),
        ("usual flow f_h/heavy", "usual flow on First field to Hub for Heavy crude"), ("fleet ships", "fleet ships"),
        ("quota f_h", "quota on First field to Hub"),
    ],
)  # fmt: skip
def test_a_limit_is_called_by_names(text: str, name: str) -> None:
    """Edges, nodes, quotas, usual flows and fleets."""
    assert Names(two_pipes()).limit(text) == name


def test_lines_of_explain_have_names() -> None:
    """What is not lifted, the port that binds, and the closed edge: each line that explain writes of them."""
    net = two_pipes()
    lines = {line.split(":")[0]: Names(net).explained(line) for line in cr.solve(net).explain().splitlines()}
    assert "(First field 2.0); priced at" in lines["Not lifted"]
    assert lines["Binding"].startswith("Binding: Port (3 Mt/y); one more")
    assert lines["Closed and missed"].startswith("Closed and missed: Hub to bare (not in service); open")


def test_edges_in_turn_are_called_by_the_nodes_they_pass() -> None:
    """A chain names each node once."""
    line = "Closed and missed: f_h > h_bare (closed); open, it would earn +1.0 million USD/y."
    expected = "Closed and missed: First field to Hub to bare (closed); open, it would earn +1.0 million USD/y."
    assert Names(two_pipes()).explained(line) == expected


@pytest.mark.parametrize(
    ("record", "subject", "name"),
    [
        ("supply", "f.heavy", "First field, Heavy crude"),
        ("quota", "f_h.heavy", "quota on First field to Hub, Heavy crude"),
        ("node", "p", "Port"), ("edge", "f_h", "First field to Hub"), ("country", "KAZ", "KAZ"),
        ("input", "f_h", "First field to Hub"),
    ],
)  # fmt: skip
def test_figures_are_of_named_things(record: str, subject: str, name: str) -> None:
    """The subject of a figure, by its kind."""
    assert Names(two_pipes()).figure(record, subject) == name


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the text of a brief of the shipped network of 2022, without simulated years."""
    path = tmp_path_factory.mktemp("names") / "brief.html"
    cr.report(cr.load(year=2022, regime="calm"), two_scenarios(), path, years=0)
    text = path.read_text(encoding="utf-8").replace("<wbr>", "")
    return re.sub(r"<(?:style|a)\b.*?</(?:style|a)>|<[^>]+>", " ", text, flags=re.S)


def test_the_first_page_says_what_the_brief_stands_for(page: str) -> None:
    """Year, regime, shipper and date of the evidence, before the first section."""
    first = page[: page.index("In short")]
    for part in (
        "caspian 2022", "rates as before 24 February 2022 (calm)", "Shipper: Kazakh crude, a Tengiz tonne",
        "Evidence as of 2022-12-31",
    ):  # fmt: skip
        assert part in first


def test_no_id_of_an_edge_node_or_commodity_is_printed(page: str) -> None:
    """None of those that cannot be words."""
    net = cr.load(year=2022)
    ids = {record.id for record in (*net.edges, *net.nodes, *net.commodities, *net.corridors) if "_" in record.id}
    parallel = {"cpc_mooring_1", "cpc_mooring_2", "cpc_mooring_3"}
    assert [id for id in sorted(ids - parallel) if re.search(rf"(?<!\w){id}(?!\w)", page)] == []


def test_shares_of_corridors_are_by_name(page: str) -> None:
    """In the definition of the index of concentration, and of the largest corridor."""
    shares = re.search(r"sum of squared shares of corridors: (.*?) \d+%", page)
    assert shares is not None
    assert shares[1] in {corridor.name for corridor in cr.load(year=2022).corridors}
    assert "without the largest corridor (Caspian Pipeline Consortium)" in page


def test_a_network_of_ones_own_names_what_it_knows(diamond: cr.Network, tmp_path: Path) -> None:
    """No regime, no date of the evidence, no empty words for them."""
    text = cr.report(diamond, [], tmp_path / "b.html").read_text(encoding="utf-8")
    first = text[text.index("<main>") : text.index("In short</h2>")]
    assert "Shipper: " in first
    assert "Evidence" not in first
    assert "azards" not in first
