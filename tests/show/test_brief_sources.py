"""The list of sources at the end of a brief, and the marks that lead to it."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest

import corridor as cr

YEAR = 2024


def figure(subject: str, attribute: str, value: float, unit: str, **more: Any) -> cr.Figure:
    """Return a figure of an edge, or of another record."""
    parts = {"record": "edge", "since": 2010, "until": YEAR, "confidence": "C"} | more
    return cr.Figure(subject=subject, attribute=attribute, value=value, unit=unit, **parts)


def sourced() -> cr.Network:
    """Return a field, a pipe and a port; four figures of four sources, of which one has no address."""
    return cr.Network(
        name="small", year=YEAR,
        nodes=[cr.Node(id="field", name="The field"), cr.Node(id="port", name="The port")],
        edges=[cr.Edge(id="pipe", name="The pipe", tail="field", head="port", capacity_mtpa=5.0, tariff_usd_per_t=2.0,
                       corridor="way")],
        corridors=[cr.Corridor(id="way", name="The way")], commodities=[cr.Commodity(id="oil", name="Oil")],
        supplies=[cr.Supply(node="field", commodity="oil", volume_mtpa=8.0)],
        markets=[cr.Market(node="port", commodity="oil", price_usd_per_t=100.0)],
        figure_records=[
            figure("pipe", "capacity_mtpa", 5.0, "Mt/y", sources=("operator",), confidence="A", low=4.0, high=6.0),
            figure("pipe", "tariff_usd_per_t", 2.0, "USD/t", sources=("guess",), until=2021, low=1.0, high=3.0),
            figure("port.oil", "price_usd_per_t", 100.0, "USD/t", record="market", sources=("paper",), confidence="B",
                   low=90.0, high=110.0),
            figure("field.oil", "volume_mtpa", 8.0, "Mt/y", record="supply", sources=("blog",), low=7.0, high=9.0,
                   until=2023),
        ],
        sources=[
            cr.Source(id="operator", title="Annual report", publisher="Operator", date="2025", url="https://operator.example/r"),
            cr.Source(id="guess", title="Own guess"),
            cr.Source(id="paper", title="Prices <rise>", url="https://paper.example/p"),
            cr.Source(id="blog", title="Field notes", url="https://blog.example/f"),
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the text of each item of the list."""
    return listed(cr.report(sourced(), [], tmp_path_factory.mktemp("brief") / "b.html", years=0))


def listed(path: Path) -> list[str]:
    """Return the text of each source in the list of a brief."""
    page = path.read_text(encoding="utf-8")
    items = page.split('<ol class="sources">')[1].split("</ol>")[0].split('<li id="source-')[1:]
    return [" ".join(re.sub("<[^>]+>", " ", f"<{item}").split()) for item in items]


def test_sources_with_an_address_stand_first_the_worst_grade_before_others(items: list[str]) -> None:
    """C, B, A with an address; then the one without, though its grade is C."""
    titles = ["Field notes", "Prices &lt;rise&gt;", "Annual report", "Own guess"]
    assert [next(title for title in titles if title in item) for item in items] == titles


def test_a_source_has_grade_publisher_date_and_address(items: list[str]) -> None:
    """And a link, where there is one."""
    assert items[2].startswith("A Operator, Annual report, 2025. https://operator.example/r A: ")
    assert items[3].startswith("C Own guess. no page kept C: ")


def test_a_source_names_the_figures_it_carries(items: list[str]) -> None:
    """By the names of their records."""
    assert "The pipe: capacity" in items[2]
    assert "The port, Oil: price" in items[1]


def test_a_figure_carried_past_its_last_year_says_for_how_long(items: list[str]) -> None:
    """2021 and 2023, used in 2024; those of 2024 are not carried."""
    assert "The pipe: tariff (carried 3 years)" in items[3]
    assert "The field, Oil: volume (carried 1 year)" in items[0]
    assert "carried" not in items[1] + items[2]


def test_figures_beyond_a_dozen_are_counted(tmp_path: Path) -> None:
    """Fifteen tariffs of one source: twelve by name, three more."""
    net = sourced()
    ids = [f"leg{number}" for number in range(15)]
    ends = ["field", *(f"stop{number}" for number in range(14)), "port"]
    twin = net.replace(
        nodes=[*net.nodes, *(cr.Node(id=id) for id in ends[1:-1])],
        edges=[cr.Edge(id=id, tail=tail, head=head, tariff_usd_per_t=1.0, corridor="way" if head == "port" else None)
               for id, tail, head in zip(ids, ends[:-1], ends[1:], strict=True)],
        figure_records=[
            figure(id, "tariff_usd_per_t", 1.0, "USD/t", sources=("guess",), low=0.5, high=2.0) for id in ids
        ],
    )  # fmt: skip
    (item,) = listed(cr.report(twin, [], tmp_path / "b.html", years=0))
    assert item.count(": tariff") == 12
    assert item.endswith("and 3 figures more")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a brief of the shipped network: comparison, changes, sources."""
    path = tmp_path_factory.mktemp("shipped") / "b.html"
    shut = [cr.load_scenario("cpc-shut")]
    cr.report(cr.load(year=2021), shut, path, sections=["comparison", "changes", "sources"])
    return path.read_text(encoding="utf-8")


def test_every_source_of_the_comparison_is_in_the_list(shipped: str) -> None:
    """As `sources` of the same table names them."""
    net = cr.load(year=2021)
    table = cr.compare(net, [cr.load_scenario("cpc-shut")], commodity="kazakh_crude", columns=["main", "origin"])
    cited = {id for ids in cr.sources(table, net).table["own_sources"] for id in ids}
    titles = {source.title for source in net.sources if source.id in cited}
    assert len(titles) > 20
    text = re.sub("<[^>]+>", "", shipped.split('<ol class="sources">')[1]).replace("&#x27;", "'").replace("&amp;", "&")
    assert [title for title in titles if title not in text.replace("&quot;", '"')] == []


def test_every_mark_leads_to_a_source(shipped: str) -> None:
    """Marks below the comparison, the changes and in the table of figures; numbers run from 1 without a gap."""
    ids = [int(number) for number in re.findall(r'id="source-(\d+)"', shipped)]
    assert ids == list(range(1, len(ids) + 1))
    for name in ("comparison", "changes", "sources"):
        section = shipped.split(f'id="{name}"')[1].split("</section>")[0]
        marks = [int(number) for number in re.findall(r'href="#source-(\d+)"', section)]
        assert marks
        assert set(marks) <= set(ids)


def test_a_brief_without_the_list_has_no_marks(tmp_path: Path) -> None:
    """They would lead nowhere."""
    path = cr.report(sourced(), [], tmp_path / "b.html", years=0, sections=["comparison"])
    assert "#source-" not in path.read_text(encoding="utf-8")


def numbers_below(page: str, name: str) -> set[str]:
    """Return the ids of the sources in the line below a section, runs filled in."""
    section = page.split(f'<section id="{name}"')[1].split("</section>")[0]
    (line,) = re.findall(r'<p class="note">Rests on sources (.*?)\.</p>', section)
    numbers: set[str] = set()
    for run in re.sub("<[^>]+>", "", line).split(", "):
        first, _, last = run.partition("\N{EN DASH}")
        numbers |= set(map(str, range(int(first), int(last or first) + 1)))
    return numbers


@pytest.fixture(scope="module")
def with_flows(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a brief of the shipped network: map, bottlenecks, risk, sources."""
    path = tmp_path_factory.mktemp("flows") / "b.html"
    shut = [cr.load_scenario("cpc-shut")]
    cr.report(cr.load(year=2021), shut, path, sections=["map", "bottlenecks", "risk", "sources"])
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "scenarios"), [("map", [None, "cpc-shut"]), ("bottlenecks", [None, "cpc-shut"]),
                                                 ("risk", [None])])  # fmt: skip
def test_maps_bottlenecks_and_risk_name_the_sources_of_their_flows(
    with_flows: str, name: str, scenarios: list[str | None]
) -> None:
    """As `sources` of the flow of the baseline, and of the scenario where it is shown, names them."""
    net = cr.load(year=2021)
    flows = [cr.solve(net, None if each is None else cr.load_scenario(each)) for each in scenarios]
    cited = {id for flow in flows for ids in cr.sources(flow).table["own_sources"] for id in ids}
    known = {source.id: source for source in net.sources}
    items = re.findall(r'<li id="source-(\d+)">(.*?)</ul>', with_flows, flags=re.S)
    plain = {number: " ".join(html.unescape(re.sub("<[^>]+>", "", item)).split()) for number, item in items}
    below = numbers_below(with_flows, name)
    assert len(below) == len(cited)
    assert all(any(known[id].title in plain[number] for number in below) for id in cited)


def test_sections_on_hazards_say_where_their_sources_stand(with_flows: str) -> None:
    """Below risk, not below maps."""
    sentence = "The sources of the hazards are not in this list"
    assert [sentence in with_flows.split(f'id="{name}"')[1].split("</section>")[0] for name in ("risk", "map")] == [
        True, False,
    ]  # fmt: skip
