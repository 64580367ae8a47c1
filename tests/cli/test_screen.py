"""Names of other people's files on people's screens: shown, never obeyed; and in CSV, never run."""

from __future__ import annotations

import csv
import io
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor as cr
from corridor.cli import simulate
from corridor.cli.printing import machine_text, table_text
from corridor.errors import visible
from corridor.messages import guarded
from corridor.model.columns import FLOW_TABLES
from helpers.commands import run

EVIL = "\x1b[31mred\x1b]0,pwn\x07\u202e\u2066\r\n\u2028\x9b2J\u200b\ufeff\t"
"""Colours, a window's title, changes of direction, line breaks, C1 control, zero width."""
OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
FIRST = ("=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "-", "+", "=", "\uff1d1+1")


def obeyed(text: str) -> set[str]:
    """Return the characters of a text that a terminal would obey, line breaks of ours aside."""
    return {mark for mark in text if unicodedata.category(mark) in OBEYED and mark != "\n"}


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Return a file of a network all of whose texts are evil."""
    net = cr.Network(
        name=EVIL, year=2024,
        nodes=[
            cr.Node(id=f"a{EVIL}", name=EVIL, kind=f"k{EVIL}k", lat=40.0, lon=50.0, throughput_mtpa=4.5),
            cr.Node(id=f"b{EVIL}", name=EVIL, lat=45.0, lon=50.0),
        ],
        edges=[
            cr.Edge(id=f"e{EVIL}e", tail=f"a{EVIL}", head=f"b{EVIL}", capacity_mtpa=5.0, corridor=f"k{EVIL}k",
                    operator=EVIL, tags=[f"t{EVIL}t"])
        ],
        commodities=[cr.Commodity(id=f"o{EVIL}o", name=EVIL, display_unit=f"u{EVIL}u", value_usd_per_t=100.0)],
        corridors=[cr.Corridor(id=f"k{EVIL}k", name=EVIL)],
        supplies=[cr.Supply(node=f"a{EVIL}", commodity=f"o{EVIL}o", volume_mtpa=8.0)],
        markets=[cr.Market(node=f"b{EVIL}", commodity=f"o{EVIL}o", price_usd_per_t=100.0, required_mtpa=9.0)],
        quotas=[cr.Quota(edge=f"e{EVIL}e", commodity=f"o{EVIL}o", max_mtpa=4.0)],
        hazards=[cr.Hazard(name=EVIL, about=EVIL, place=EVIL, changes=[cr.Outage(edge=f"e{EVIL}e")],
                           frequency_per_year=2.0, duration_days=20.0)],
        figure_records=[cr.Figure(record="edge", subject=f"e{EVIL}e", attribute="capacity_mtpa", value=5.0, low=4.0,
                                  high=6.0, unit="Mt/y", since=2000, until=2100, confidence="C", note=EVIL,
                                  sources=["s"])],
        sources=[cr.Source(id="s", title=EVIL, publisher=EVIL, url=f"https://x/{EVIL}")],
    )  # fmt: skip
    return str(cr.write_network(net, tmp_path / "evil.json"))


# Screens


@given(st.text())
def test_what_is_shown_is_printable_and_tells_texts_apart(text: str) -> None:
    """No control character is left, and plain text is left as it is; with the escapes read, the text is back."""
    shown = visible(text)
    assert not obeyed(shown.replace("\u200c", "").replace("\u200d", ""))
    assert "\n" not in shown
    assert "\\" in text or shown.encode("latin-1", "backslashreplace").decode("unicode_escape") == text


@pytest.mark.parametrize("text", ["Қазақстан", "می\u200cروم", "油田", "Γεια", "zwj 👩\u200d🔧", "tab\there"])
def test_plain_text_is_left_as_it_is(text: str) -> None:
    """Letters of any script, with the joiners that words and emoji need; what is to be kept is kept."""
    assert visible(text, keep="\t") == text


@pytest.mark.parametrize(
    "command",
    [
        "compare", "solve", "simulate --years 50", "solve --explain KEY", "solve --explain nKEY",
        "compare --origin KEY",
        *(f"solve --table {table}" for table in FLOW_TABLES),
        *(f"simulate --years 50 --table {table}" for table in simulate.TABLES),
    ],
)  # fmt: skip
def test_no_command_lets_a_name_rule_the_terminal(command: str, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables, words and errors show every name by its codes, each on its own line."""
    words = [word.replace("KEY", f"k{EVIL}k") for word in command.split()]
    _, out, err = run(capsys, *words, "--network", path)
    assert not obeyed(out + err)
    assert r"\x1b[31mred" in out + err or command.endswith("exceedance")  # a table of numbers alone
    assert not any(line.lstrip().startswith((r"\u2028", "\\x9b")) for line in out.splitlines())


def test_objects_and_errors_show_themselves_safely(path: str) -> None:
    """repr, str and messages, as a Python shell prints them."""
    net = cr.read_network(path)
    flow = cr.solve(net)
    told = [
        repr(net),
        repr(flow),
        flow.explain(),
        repr(cr.simulate(net, years=50)),
        str(net.hazards[0]),
        repr(net.edges),
    ]
    told += [repr(cr.sensitivity(net, outcome=f"corridors.k{EVIL}k.throughput_mtpa"))]
    for error in (cr.DataError(EVIL), cr.DataError([EVIL, EVIL]), cr.SolverError(EVIL), cr.CorridorError(EVIL)):
        told.append(str(error))
    told += cr.DataError([EVIL]).problems
    assert [text for text in told if obeyed(text)] == []


@pytest.mark.parametrize("kind", ["report", "card"])
def test_pages_show_names_by_their_codes(kind: str, path: str, tmp_path: Path) -> None:
    """No change of direction reaches the page, so that no other text is turned round."""
    net = cr.read_network(path)
    if kind == "report":
        page = cr.report(net, path=tmp_path / "brief.html", years=50).read_text(encoding="utf-8")
    else:
        page = "".join(thing._repr_html_() for thing in (net, cr.solve(net), net.hazards[0]))  # type: ignore[attr-defined]
    assert obeyed(page) <= {"\t"}
    assert r"\u202e" in page


def test_a_machine_is_given_the_exact_name_but_on_a_terminal(
    path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CSV in a pipe holds the id as it is; the same on a screen is shown."""
    asked = ("solve", "--table", "edges", "--format", "csv", "--network", path)
    _, out, _ = run(capsys, *asked)
    assert next(csv.DictReader(io.StringIO(out, newline="")))["edge"] == f"e{EVIL}e"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert not obeyed(run(capsys, *asked)[1])


# Spreadsheets


def formulas() -> pd.DataFrame:
    """Return a table with formulas for texts, numbers below zero, and texts that are numbers."""
    return pd.DataFrame(
        {"=head": list(FIRST), "number": [-1.5 - at for at in range(len(FIRST))], "text": ["-3.5e-2"] * len(FIRST)},
        index=pd.Index(FIRST, name="@id"),
    )


def assert_safe(text: str) -> None:
    """Assert that formulas have an apostrophe before them, heads too, and that numbers are numbers."""
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    assert head == ["'@id", "'=head", "number", "text"]
    for cell, row in zip(FIRST, rows, strict=True):
        assert row[:2] == [f"'{cell}"] * 2
        assert [float(number) < 0 for number in row[2:]] == [True, True]


def test_no_csv_of_results_holds_a_formula(tmp_path: Path) -> None:
    """Files of `write_tables`, alone and in a folder, and what commands print."""
    table = formulas()
    single = cr.write_tables(table, tmp_path / "t.csv")
    folder = cr.write_tables({"a": table}, tmp_path / "f")
    for file in (single, folder / "a.csv"):
        assert_safe(file.read_bytes().decode())
    assert_safe(machine_text(table, "csv"))


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_other_forms_hold_every_text_as_it_is(form: str, tmp_path: Path) -> None:
    """Workbooks and Parquet know text from formulas."""
    table = formulas().drop(index=["\t=1", "\r=1", "\n=1"])
    file = cr.write_tables(table, tmp_path / f"t.{form}")
    read: Any = pd.read_excel if form == "xlsx" else pd.read_parquet
    assert read(file)["=head"].tolist() == table["=head"].tolist()


def test_a_list_that_begins_like_a_formula_is_text(tmp_path: Path) -> None:
    """Edges of a route stand in one cell, which is guarded as a whole."""
    file = cr.write_tables(pd.DataFrame({"edges": [("=a", "b"), ("a", "=b")]}), tmp_path / "t.csv")
    assert file.read_text(encoding="utf-8") == "edges\n'=a;b\na;=b\n"


def test_networks_stay_exact(tmp_path: Path) -> None:
    """An id that looks like a formula is read back from a folder of CSV as it was."""
    net = cr.Network(nodes=[cr.Node(id="=1+1"), cr.Node(id="@x")], edges=[], commodities=[])
    assert cr.read_network(cr.write_network(net, tmp_path / "net")) == net


@pytest.mark.parametrize("text", ["-5", "+0.5", "-1e-9", ".5", "cpc", "", "a=b", "'=1", "1-2"])
def test_numbers_and_plain_texts_are_not_guarded(text: str) -> None:
    """Nothing is changed that no spreadsheet would run."""
    assert guarded(text) == text


def test_tables_for_people_keep_numbers_and_shape() -> None:
    """Only names are respelt: the text is pandas' own of a table whose names are escaped."""
    table = pd.DataFrame({"a": [1.23456], "b\x07": ["x\ny"]}, index=pd.MultiIndex.from_tuples([("i\x1b", "j")]))
    wanted = pd.DataFrame({"a": [1.2346], "b\\x07": ["x\\ny"]}, index=pd.MultiIndex.from_tuples([("i\\x1b", "j")]))
    assert table_text(table) == wanted.to_string() + "\n"
