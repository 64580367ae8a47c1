"""`sources`: which figures a result rests on, as footnotes and BibTeX."""

from __future__ import annotations

import pickle
import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor as cr
from corridor.study.bibtex import bibtex

PIPES = ("long", "short", "spare")


def figure(subject: str, attribute: str, value: float | None, grade: str = "B", **more: Any) -> cr.Figure:
    """Return a figure of 2024; of an edge unless it says otherwise."""
    usual: dict[str, Any] = {
        "record": "edge", "unit": "1", "since": 2024, "until": 2024, "sources": ["agency"], "confidence": grade,
    }  # fmt: skip
    return cr.Figure(subject=subject, attribute=attribute, value=value, **usual | more)


def network(**more: Any) -> cr.Network:
    """Return a field of 8 Mt/y with three ways to a port that pays 9 USD/t: two are used, the spare one is dear.

    `short` (cost 1) is full with its 5 Mt/y, `long` (cost 2) takes the 3 that are left, `spare` (cost 3) nothing.
    """
    cost, size = {"long": 2.0, "short": 1.0, "spare": 3.0}, {"long": 6.0, "short": 5.0, "spare": 7.0}
    figures = [figure(pipe, "capacity_mtpa", size[pipe]) for pipe in PIPES]
    figures += [figure(pipe, "tariff_usd_per_t", cost[pipe], "C", sources=["desk"]) for pipe in PIPES if pipe != "long"]
    figures += [
        figure("long", "tariff_usd_per_t", 2.0, "A", formula="toll.rate_usd_per_t_km * long.distance_km"),
        figure("toll", "rate_usd_per_t_km", 0.01, "A", record="input", sources=["law"], low=0.005, high=0.02),
        figure("long", "distance_km", 200.0, "C", sources=["desk"], note="on the map"),
        figure("short", "capacity_mtpa", 4.0, "A", choice="rival"),
        figure("field", "lat", 46.0, record="node"),
        figure("field.crude", "volume_mtpa", 8.0, record="supply"),
        figure("port.crude", "price_usd_per_t", 9.0, "A", record="market"),
    ]
    given: dict[str, Any] = {
        "name": "own", "year": 2024, "nodes": [cr.Node(id="field"), cr.Node(id="port")],
        "edges": [cr.Edge(id=pipe, tail="field", head="port", capacity_mtpa=size[pipe], tariff_usd_per_t=cost[pipe],
                          distance_km=200.0, corridor=pipe) for pipe in PIPES],
        "commodities": [cr.Commodity(id="crude")], "corridors": [cr.Corridor(id=pipe) for pipe in PIPES],
        "supplies": [cr.Supply(node="field", commodity="crude", volume_mtpa=8.0)],
        "markets": [cr.Market(node="port", commodity="crude", price_usd_per_t=9.0)],
        "figure_records": figures,
        "sources": [cr.Source(id="agency", title="Yearbook 100 %", publisher="Agency & Sons", date="2024-05-01"),
                    cr.Source(id="law", title="Act_7", date="2019-2020", url="https://example.org/a_b%20c"),
                    cr.Source(id="desk", title="Own estimate")],
    }  # fmt: skip
    return cr.Network(**given | more)


def names(found: Any) -> set[str]:
    """Return the figures of a result's sources by subject and attribute."""
    return set(found.table["subject"] + "." + found.table["attribute"])


ALL_USED = {
    "long.capacity_mtpa", "long.tariff_usd_per_t", "toll.rate_usd_per_t_km", "long.distance_km", "short.capacity_mtpa",
    "short.tariff_usd_per_t", "field.crude.volume_mtpa", "port.crude.price_usd_per_t",
}  # fmt: skip


def test_a_flow_rests_on_what_carries_something_and_its_formulas_inputs() -> None:
    """Not on the way that stands idle, nor on positions; distance only because a formula draws on it."""
    assert names(cr.sources(cr.solve(network()))) == ALL_USED


def test_a_flow_rests_on_the_limits_that_bind_where_nothing_passes() -> None:
    """A quota of 0 keeps oil off the cheapest way: who says so is named."""
    barred = [
        *network().figure_records,
        figure("short.crude", "max_mtpa", 0.0, record="quota"),
    ]
    net = network(quotas=[cr.Quota(edge="short", commodity="crude", max_mtpa=0.0)], figure_records=barred)
    assert "short.crude.max_mtpa" in names(cr.sources(cr.solve(net)))


LONG_COST = {"long.tariff_usd_per_t", "toll.rate_usd_per_t_km", "long.distance_km"}
LONG_FLOW = {"long.capacity_mtpa", "field.crude.volume_mtpa", "port.crude.price_usd_per_t"} | LONG_COST


@pytest.mark.parametrize(
    ("column", "used"),
    [
        ("capacity_mtpa", {"long.capacity_mtpa"}),
        ("nameplate_mtpa", {"long.capacity_mtpa"}),
        ("unit_cost_usd_per_t", LONG_COST),
        ("netback_usd_per_t", LONG_COST | {"port.crude.price_usd_per_t"}),
        ("distance_km", {"long.distance_km"}),
        ("throughput_mtpa", LONG_FLOW),
        ("shortfall_if_lost_mtpa", LONG_FLOW),
        ("countries", set()),
    ],
)
def test_a_comparison_rests_on_what_its_columns_use(column: str, used: set[str]) -> None:
    """Of the corridor in the row, whether the column is all that was asked for or all that is left of the table."""
    net = network()
    row = [("baseline", "long")]
    assert names(cr.sources(cr.compare(net, columns="all").loc[row, [column]], net)) == used
    assert names(cr.sources(cr.compare(net, columns=column).loc[row], net)) == used


def test_a_corridor_that_stands_idle_rests_on_its_best_way() -> None:
    """Nothing passes `spare` because of what it costs."""
    net = network()
    row = cr.compare(net).loc[("baseline", "spare")]
    assert row["throughput_mtpa"] == 0
    assert {"spare.tariff_usd_per_t", "spare.capacity_mtpa"} <= names(cr.sources(row, net))


def test_a_row_or_a_column_of_a_comparison_is_the_table_of_it() -> None:
    """And the block of one scenario is all its rows."""
    net = network()
    table = cr.compare(net)
    row = ("baseline", "short")
    assert names(cr.sources(table.loc[row], net)) == names(cr.sources(table.loc[[row]], net))
    column = cr.sources(table["capacity_mtpa"], net)
    assert names(column) == {f"{pipe}.capacity_mtpa" for pipe in PIPES}
    assert names(cr.sources(table.loc["baseline"], net)) == names(cr.sources(table, net))


def test_what_quotas_lifted_could_carry_rests_on_what_limits_it_then() -> None:
    """Of the BTC the berths of Sangachal and the quota in turn; a table that has both has both."""
    table = cr.compare(cr.load(year=2024), [], corridors="btc")
    now, lifted = (names(cr.sources(table[[column]])) for column in ("capacity_mtpa", "reachable_mtpa"))
    assert "btc.kazakh_crude.max_mtpa" in now - lifted
    assert "sangachal_receipt.capacity_mtpa" in lifted - now
    assert names(cr.sources(table[["capacity_mtpa", "reachable_mtpa"]])) == now | lifted


def test_every_origin_rests_on_its_own_way() -> None:
    """Uzen's oil uses no pipe of Tengiz; the row of all origins rests on every way."""
    table = cr.compare(cr.load(year=2024), [], corridors="btc", origin="each", columns=["unit_cost_usd_per_t"])
    by = {id: names(cr.sources(table.xs(id, level="origin", drop_level=False))) for id in ("tengiz", "uzen", "all")}
    assert "tengiz_aktau_rail.tariff_usd_per_t" in by["tengiz"] - by["uzen"]
    assert "uzen_aktau.tariff_usd_per_t" in by["uzen"] - by["tengiz"]
    assert by["tengiz"] | by["uzen"] <= by["all"]


def test_risk_rests_on_governance_estimates() -> None:
    """Of the countries on the way, and on nothing else."""
    table = cr.compare(cr.load(year=2024), [], corridors="druzhba", columns=["risk_score", "countries"])
    found = cr.sources(table).table
    assert set(found["record"]) == {"country"}
    assert set(found["subject"]) == set(table["countries"].iloc[0].split("-"))


def test_barrels_rest_on_barrels_a_tonne() -> None:
    """A table in barrels uses one figure more."""
    net = cr.load(year=2024)
    tonnes, barrels = (
        names(cr.sources(cr.compare(net, [], corridors="cpc", columns="capacity_mtpa", units=units)))
        for units in ("t", "bbl")
    )
    assert barrels - tonnes == {"kazakh_crude.display_per_t", "tengiz_grade.bbl_per_t"}


def test_the_totals_of_outcomes_rest_on_the_flow_of_their_row() -> None:
    """With a way closed the spare one is used; the baseline's row knows nothing of it."""
    net = network()
    table = cr.outcomes(net, [cr.Scenario(name="closed", changes=cr.Outage(edge="long"))])
    assert names(cr.sources(table.loc[["baseline"]], net)) == ALL_USED
    assert names(cr.sources(table, net)) == ALL_USED | {"spare.capacity_mtpa", "spare.tariff_usd_per_t"}


def test_a_row_taken_out_is_the_table_of_that_row() -> None:
    """A Series of one scenario names what a table of it does."""
    net = network()
    table = cr.outcomes(net, [])
    assert cr.sources(table.loc["baseline"], net) == cr.sources(table.loc[["baseline"]], net)
    assert cr.sources(table["shortfall_mtpa"], net) == cr.sources(table[["shortfall_mtpa"]], net)


def test_a_table_of_records_rests_on_their_figures() -> None:
    """By the columns that it has."""
    net = network()
    assert names(cr.sources(net.edge_table().loc[["spare"], ["capacity_mtpa"]], net)) == {"spare.capacity_mtpa"}
    assert names(cr.sources(net.node_table(), net)) == {"field.lat"}


def test_worst_confidence_comes_first_and_footnotes_are_numbered_so() -> None:
    """C before B before A; a formula names its inputs by their numbers."""
    table = cr.sources(cr.solve(network())).table
    assert table["confidence"].tolist() == sorted(table["confidence"], reverse=True)
    assert table.index.tolist() == list(range(1, 9))
    formula = table[table["formula"] != ""].iloc[0]
    drawn_on = table.loc[list(formula["inputs"]), ["subject", "attribute"]]
    assert set(drawn_on.itertuples(index=False, name=None)) == {("toll", "rate_usd_per_t_km"), ("long", "distance_km")}


def test_footnotes_say_value_range_formula_and_who_says_so() -> None:
    """In full where a source is named first, by number after that; every line fits."""
    found = cr.sources(cr.solve(network()))
    number = {name: n for n, name in zip(found.table.index, found.table["subject"] + "." + found.table["attribute"],
                                         strict=True)}  # fmt: skip
    text = found.footnotes(width=10_000)
    km, rate = number["long.distance_km"], number["toll.rate_usd_per_t_km"]
    assert f"[{km}] long.distance_km = 200, confidence C. Own estimate. Note: on the map.\n" in text
    assert f"[{km + 1}] short.tariff_usd_per_t = 1, confidence C. Own estimate, as in [{km}].\n" in text
    assert f"worked out as toll.rate_usd_per_t_km [{rate}] * long.distance_km [{km}]" in text
    assert f"[{rate}] toll.rate_usd_per_t_km = 0.01 (0.005 to 0.02), confidence A. Act_7, 2019-2020, https" in text
    assert text.count("Agency & Sons: Yearbook 100 %, 2024-05-01") == 1
    assert max(map(len, found.footnotes(width=60).splitlines())) <= 60


@pytest.mark.parametrize("width", [20, 0, True, 79.5])
def test_a_width_is_a_whole_number_of_some_size(width: Any) -> None:
    """One clear sentence."""
    with pytest.raises(cr.DataError, match="width must be a whole number > 20"):
        cr.sources(cr.solve(network())).footnotes(width=width)


# Which network


def test_a_table_of_the_shipped_network_needs_no_network() -> None:
    """Name, year and regime are in its attrs."""
    net = cr.load(year=2021, regime="war")
    table = cr.outcomes(net, [])
    assert cr.sources(table) == cr.sources(table, net)
    assert cr.sources(table).table.attrs["year"] == 2021


@pytest.mark.parametrize(
    ("attrs", "message"),
    [
        ({}, "do not name a shipped network; give it as net"),
        ({"data_version": "0.1.0+data.0"}, r"made from data 0\.1\.0\+data\.0, installed is .*give it as net"),
        ({"notes": ["figure 'brent' of 'desk' is 60"]}, r"numbers of its own \(figure 'brent'.*give it as net"),
        ({"notes": {"baseline": ["Altered in a table, x"]}}, r"numbers of its own \(Altered.*give it as net"),
    ],
)
def test_which_network_is_needed_is_said(attrs: dict[str, Any], message: str) -> None:
    """Where the attrs do not tell, or tell of another."""
    table = cr.outcomes(cr.load(year=2024), [])
    table.attrs = table.attrs | attrs if attrs else {}
    with pytest.raises(cr.DataError, match=message):
        cr.sources(table)


def test_a_network_without_the_tables_own_numbers_is_refused() -> None:
    """Footnotes of the shipped Brent price under a table of one's own would be false."""
    net = cr.load()
    own = net.with_figures({"brent": 60.0}, source="desk")
    table = cr.compare(own, [], corridors="cpc", columns="netback_usd_per_t")
    with pytest.raises(cr.DataError, match=r"net lacks numbers .* had of its own \(figure 'brent"):
        cr.sources(table, net)
    brent = cr.sources(table, own).table.query("subject == 'brent'")
    assert brent["value"].tolist() == [60.0]


def test_a_table_of_draws_does_not_say_what_it_rests_on() -> None:
    """Its corridors alone would leave out supplies, prices and all edges but trunks."""
    drawn = cr.uncertainty(cr.load(), draws=2)
    for table in (drawn.compare, drawn.ranking, drawn.outcomes):
        with pytest.raises(cr.DataError, match="a table of drawn numbers does not say what they rest on"):
            cr.sources(table)


def test_the_network_of_another_year_is_refused() -> None:
    """Its figures are not those of the table."""
    table = cr.outcomes(cr.load(year=2024), [])
    with pytest.raises(cr.DataError, match="net is 'caspian' of 2021, but the table is of 'caspian' of 2024"):
        cr.sources(table, cr.load(year=2021))


@pytest.mark.parametrize("thing", ["cpc", 3, cr.load(year=2024)])
def test_what_is_no_result_is_refused(thing: Any) -> None:
    """By what it is."""
    with pytest.raises(cr.DataError, match=rf"needs a table of a result, or a Flow \(got {type(thing).__name__}\)"):
        cr.sources(thing)


def test_a_table_without_records_is_refused() -> None:
    """Nothing says what it rests on."""
    with pytest.raises(cr.DataError, match="does not say which records its rows are of"):
        cr.sources(pd.DataFrame({"a": [1]}), network())


def test_a_flow_takes_no_other_network() -> None:
    """It has its own."""
    with pytest.raises(cr.DataError, match="a Flow has its network"):
        cr.sources(cr.solve(network()), network())


def test_a_network_without_figures_has_none_to_name() -> None:
    """It says so."""
    found = cr.sources(cr.solve(network(figure_records=[], sources=[])))
    assert (len(found), found.bibtex()) == (0, "")
    assert found.footnotes() == "No figure is kept of what these numbers use.\n"


def test_figures_of_ones_own_are_noted() -> None:
    """With the view that replaced them."""
    own = network().with_figures({"short.tariff_usd_per_t": 1.5}, source="our desk")
    found = cr.sources(cr.solve(own))
    row = found.table[found.table["subject"] == "short"].set_index("attribute").loc["tariff_usd_per_t"]
    assert (row["value"], row["sources"]) == (1.5, ("our desk",))
    assert found.footnotes(width=500).endswith(f"{own.notes[0]}\n")
    assert "@misc{our_desk," in found.bibtex()


# What a result does


def test_it_outlives_its_process_and_shows_itself() -> None:
    """Pickled it is equal; its card is safe and says how sure it is; another flow's is not equal."""
    found = cr.sources(cr.solve(network()))
    assert pickle.loads(pickle.dumps(found)) == found
    assert hash(pickle.loads(pickle.dumps(found))) == hash(found)
    assert found != cr.sources(cr.solve(network(year=2024, name="other")))
    html = found._repr_html_()
    assert "Agency &amp; Sons" in html
    assert "8 figures from 3 sources: 2 of confidence C, 3 of confidence B, 3 of confidence A" in html
    assert repr(found).startswith("<Sources: 8 figures from 3 sources")


# BibTeX


def entries(text: str) -> dict[str, dict[str, str]]:
    """Return the entries of BibTeX by key, or fail: a reader of its grammar for values in braces."""
    found: dict[str, dict[str, str]] = {}
    position = 0
    while head := re.compile(r"\s*@misc\{([^\s{},\"#%'()=~\\]+),").match(text, position):
        fields, position = dict[str, str](), head.end()
        while field := re.compile(r"\s*([a-z]+) = \{").match(text, position):
            start = position = field.end()
            depth = 1
            while depth:
                mark = text[position]
                if mark == "\\":
                    position += 1
                depth += {"{": 1, "}": -1}.get(mark, 0)
                position += 1
            fields[field.group(1)] = text[start : position - 1]
            assert text[position] == ","
            position += 1
        end = re.compile(r"\s*\}").match(text, position)
        assert end, text[position : position + 40]
        position = end.end()
        assert head.group(1) not in found
        found[head.group(1)] = fields
    assert not text[position:].strip(), text[position : position + 40]
    return found


_COMMANDS = {r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^"}


def printed(value: str) -> str:
    """Return what TeX prints for a value; marks that it would read as commands must be escaped."""
    plain = re.sub(r"\\textbackslash\{\}|\\textasciitilde\{\}|\\textasciicircum\{\}|\\[{}&%$#_]", "", value)
    assert not set(plain.removeprefix("{").removesuffix("}")) & set("\\{}&%$#_~^")
    inner = value.removeprefix("{").removesuffix("}")
    return re.sub(r"\\text[a-z]+\{\}|\\.", lambda mark: _COMMANDS.get(mark.group(), mark.group()[1:]), inner)


def test_every_shipped_source_is_an_entry_under_its_id() -> None:
    """With title, publisher and address as they are in the data."""
    shipped = {source.id: source for source in cr.load().sources}
    found = entries(bibtex(shipped.values()))
    assert found.keys() == shipped.keys()
    for id, fields in found.items():
        assert printed(fields["title"]) == " ".join(shipped[id].title.split())
        assert printed(fields.get("author", "{}")) == " ".join(shipped[id].publisher.split())
        assert fields.get("url", "") == shipped[id].url


def test_dates_are_given_as_far_as_they_are_known() -> None:
    """A year wherever there is one; what is no date stands in the note."""
    found = entries(cr.sources(cr.solve(network())).bibtex())
    assert (found["agency"]["year"], found["agency"]["date"]) == ("2024", "2024-05-01")
    assert (found["law"]["year"], found["law"]["note"], "date" in found["law"]) == ("2019", "Dated 2019-2020", False)
    assert not {"year", "date", "note", "url", "author"} & found["desk"].keys()


text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)


@given(st.lists(st.tuples(text, text, text, st.text(st.characters(exclude_categories=["Cs"]), max_size=20)),
                unique_by=lambda row: row[0], max_size=6))  # fmt: skip
def test_any_text_can_be_read_back(rows: list[tuple[str, str, str, str]]) -> None:
    """Whatever marks ids, titles, publishers and addresses have; keys are different."""
    sources = [cr.Source(id=id, title=title, publisher=by, url=url) for id, title, by, url in rows]
    found = entries(bibtex(sources))
    assert len(found) == len(rows)
    ordered = sorted(sources, key=lambda source: source.id)
    for source, fields in zip(ordered, found.values(), strict=True):
        assert printed(fields["title"]) == " ".join(source.title.split())
        assert printed(fields["author"]) == " ".join(source.publisher.split())


def test_a_key_that_can_be_stays_whatever_else_becomes_it() -> None:
    """`a b` and `a_b` are told apart, and `a_b` keeps its name."""
    given = [cr.Source(id=id, title=id) for id in ("a b", "a_b", "a,b")]
    found = entries(bibtex(given))
    assert printed(found["a_b"]["title"]) == "a_b"
    assert len(found) == 3
