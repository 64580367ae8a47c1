"""Scenario files: what is read, what comes back, and what each mistake is told as."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import corridor as cr
from corridor.library.scenarios import read_scenario

GOOD = "name: it\nnetwork: caspian\nyear: 2021\nchanges:\n  - outage: {corridor: cpc}\n"


@pytest.fixture
def written(tmp_path: Path):
    """Return a function that writes text or bytes to a scenario file."""

    def write(text: str | bytes) -> Path:
        file = tmp_path / "it.scenario.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


@pytest.mark.parametrize("name", cr.scenarios())
def test_what_is_saved_is_read_back(name: str, tmp_path: Path) -> None:
    """Every shipped scenario survives the trip through a file of the user's."""
    scenario = cr.load_scenario(name)
    cr.save_scenario(scenario, tmp_path / "copy.scenario.yaml")
    assert cr.load_scenario(tmp_path / "copy.scenario.yaml") == scenario


def test_hazards_and_events_are_read_back(tmp_path: Path) -> None:
    """Rates, duration laws, places and dates stay what they were, and names that look like numbers stay text."""
    changes = [
        cr.Derate(edge="btc", remaining=0.4),
        cr.QuotaChange(edge="btc", commodity="kazakh_crude", max_mtpa=None),
    ]
    law = cr.Lognormal(median=12, sigma=0.9)
    for scenario in (
        cr.Hazard(name="1e3", changes=changes, frequency_per_year=0.4, duration_days=law, place="RUS"),
        cr.Event(name="null", changes=changes, start="2022-03-22", end="2022-04-25"),  # type: ignore[arg-type]
    ):
        cr.save_scenario(scenario, tmp_path / "it.yaml")
        assert cr.load_scenario(tmp_path / "it.yaml") == scenario


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; a scenario needs a name and changes"),
        ("# nothing\n", "is empty"),
        (b"name: \xff\xfe\n", r"it\.scenario\.yaml:1: must be UTF-8 text \(byte 0xff is not\)"),
        (b"\x00\x01\x02", "invalid YAML|control|special"),
        ("- outage\n", ":1: must be a mapping"),
        ("name: it\nchanges: [outage: {edge: btc}\n", r":3:1: invalid YAML"),
        (GOOD + "name: again\n", r":6:1: duplicate key 'name'"),
        (GOOD + "expct: {}\n", r":6:1: no key named 'expct'; did you mean 'expect'"),
        (GOOD.replace("cpc}", "cpcc}"), r":5:24: no corridor named 'cpcc'; did you mean 'cpc'"),
        (GOOD.replace("outage", "outtage"), r":5:5: no change named 'outtage'; did you mean 'outage'"),
        (GOOD.replace("{corridor: cpc}", "cpc"), "outage must be a mapping of fields"),
        (
            GOOD.replace("{corridor: cpc}", "{corridr: cpc}"),
            "outage: no field named 'corridr'; did you mean 'corridor'",
        ),
        (GOOD.replace("{corridor: cpc}", "{}"), "Outage needs at least one of edge"),
        (GOOD + "  - {outage: {edge: btc}, open: {edge: btc}}\n", "a change must be one key with its fields"),
        (GOOD.replace("- outage: {corridor: cpc}", "- derate: {edge: btc, remaining: 1.4}"), "remaining must be < 1.0"),
        ("name: it\n", "changes must be a list with at least one change"),
        (GOOD.replace("name: it", "about: x"), "name is missing"),
        (GOOD.replace("2021", "1999"), r":3:7: network 'caspian': year must be 2018 to 2026 \(got 1999\)"),
        (GOOD.replace("caspian", "caspain"), "no network named 'caspain'; did you mean 'caspian'"),
        (GOOD + "expect: {shortfall_mtpa: about 5}\n", "must be like '> 20'"),
        (GOOD.replace("it\n", "!!python/object:os.system it\n", 1), "YAML tags are not supported"),
        ("name: &a it\nabout: *a\n" + GOOD.split("\n", 1)[1], r":1:\d+: aliases"),
        (GOOD + "frequency_per_year: 0.1\nduration_days: 3\nfrom: 2022-01-01\nuntil: 2022-02-01\n", "not both"),
        (
            GOOD + "from: 2022-02-01\nuntil: 2022-01-01\n",
            r"after from \(got from=2022-02-01, until=2022-01-01",
        ),
        (GOOD + "frequency_per_year: -1\nduration_days: 3\n", r":6:21: frequency_per_year must be > 0"),
        (GOOD.replace("{corridor: cpc}", "{corridor: cpc, edge: " + "[" * 40 + "]" * 40 + "}"), "nested too deep"),
    ],
)
def test_a_broken_file_is_told_with_its_place(text: str | bytes, message: str, written) -> None:
    """One DataError, with the line and column, the rule and the way out."""
    with pytest.raises(cr.DataError, match=message):
        cr.load_scenario(written(text))


def test_all_mistakes_of_a_file_are_told_in_its_order(written) -> None:
    """Three mistakes, three sentences, from top to bottom."""
    text = GOOD.replace("cpc}", "cpcc}") + "  - derat: {edge: btc}\nexpct: {}\n"
    with pytest.raises(cr.DataError) as caught:
        cr.load_scenario(written(text))
    places = [problem.split(": ")[0].rsplit(":", 2)[1:] for problem in caught.value.problems]
    assert places == [["5", "24"], ["6", "5"], ["7", "1"]]


def test_a_folder_and_a_missing_file_are_told(tmp_path: Path) -> None:
    """Neither is a traceback."""
    with pytest.raises(cr.DataError, match="is a folder"):
        cr.load_scenario(tmp_path)
    with pytest.raises(cr.DataError, match="cannot be read"):
        cr.load_scenario(tmp_path / "none.yaml")


def test_an_unknown_name_suggests_one_that_ships() -> None:
    """A name without an ending means a shipped scenario."""
    with pytest.raises(cr.UnknownNameError, match="no scenario named 'cpc-shutt'; did you mean 'cpc-shut'"):
        cr.load_scenario("cpc-shutt")


@pytest.mark.parametrize("text", ["no", "on", "off", "12:30", "0x1f", "2022-01-01", "1_"])
def test_plain_text_stays_text(text: str, written) -> None:
    """What other YAML readers turn into booleans, minutes or dates is a name here."""
    assert cr.load_scenario(written(GOOD.replace("it", text, 1))).name == text


@pytest.mark.parametrize(("text", "value"), [("1e3", 1000.0), ("010", 10.0), ("+5", 5.0), (".5", 0.5)])
def test_numbers_are_numbers(text: str, value: float, written) -> None:
    """YAML 1.2 numbers, no octal surprise."""
    file = written(GOOD.replace("outage: {corridor: cpc}", f"expand: {{corridor: cpc, add_mtpa: {text}}}"))
    assert cr.load_scenario(file).changes[0].add_mtpa == value


@pytest.mark.parametrize("change", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n")])
def test_marks_and_line_ends_of_other_systems_are_read(change, written) -> None:
    """A byte order mark or CRLF changes nothing."""
    assert cr.load_scenario(written(change(GOOD))) == cr.load_scenario(written(GOOD))


def test_names_in_any_script_are_kept(written, tmp_path: Path) -> None:
    """UTF-8 in, UTF-8 out."""
    scenario = cr.load_scenario(written(GOOD.replace("it", "Қазақстан — Баку", 1)))
    cr.save_scenario(scenario, tmp_path / "out.yaml")
    assert "Қазақстан — Баку" in (tmp_path / "out.yaml").read_text(encoding="utf-8")


def test_ids_are_checked_against_the_network_given(written, diamond: cr.Network) -> None:
    """A network passed in counts more than the one that the file names."""
    with pytest.raises(cr.DataError, match="no corridor named 'cpc'"):
        cr.load_scenario(written(GOOD), diamond)


def test_a_file_without_end_is_refused() -> None:
    """A device that never stops is read no further than a file may be long."""
    with pytest.raises(cr.DataError, match="must be at most 1,000,000 bytes"):
        cr.load_scenario(Path("/dev/zero"))


def test_truth_values_are_no_numbers(written) -> None:
    """``remaining: false`` is a mistake, not a full outage."""
    with pytest.raises(cr.DataError, match="remaining must be a number"):
        cr.load_scenario(written(GOOD.replace("outage: {corridor: cpc}", "derate: {corridor: cpc, remaining: false}")))


# One line for each mistake, and each at its place


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + "expect:\n  shortfall_mtpa: [1]\n", "7:3: expect shortfall_mtpa: must be like"),
        (GOOD + "expect:\n  shortfall_mtpa:\n", "7:18: expect shortfall_mtpa: must be like"),
        (GOOD + "expect: 5\n", "6:9: expect must be a mapping"),
        (GOOD + "expect:\n  corridors.cpcc.utilisation: 1\n", "7:3: expect corridors.cpcc.utilisation: no corridor"),
        (
            GOOD + "expect:\n  compare.btc.origin: '!= tengis'\n",
            "7:23: expect compare.btc.origin: no node named 'tengis'",
        ),
        (GOOD + "frequency_per_year: 1\nduration_days: soon\n", "7:16: duration_days must be a number"),
        (GOOD + "frequency_per_year: 1\nduration_days: -3\n", "7:16: duration_days must be > 0"),
        (GOOD + "frequency_per_year: 1\nduration_days: [3]\n", "7:1: duration_days must be a number"),
        (GOOD + "frequency_per_year: 1\nduration_days: true\n", "7:16: duration_days must not be true or false"),
        (GOOD + "frequency_per_year: 1\nduration_days: {median: 3}\n", "7:1: duration_days.sigma is missing"),
        (GOOD + "frequency_per_year: 1\nduration_days: {median: 3, sigma: x}\n", "7:35: duration_days.sigma must be a"),
        (GOOD + "from: 5\nuntil: 2022-01-01\n", "6:7: from: must be a date, as in 2022-03-22 (got 5)"),
        (GOOD + "from: 2022\nuntil: 2022-01-01\n", "6:7: from: must be a date"),
        (GOOD + "from: '1640995200'\nuntil: 2022-01-01\n", "6:7: from: must be a date"),
        (GOOD + "from: 2022-01-01\nuntil: 2022-13-45\n", "7:8: until: must be a date"),
        (GOOD + "from: 2022-01-01\nuntil: 20220301\n", "7:8: until: must be a date"),
        (GOOD.replace("2021", "2021.5"), "3:7: year must be a whole number"),
        (GOOD.replace("2021", "[2021]"), "3:1: year must be a whole number"),
        (GOOD.replace("2021", "true"), "3:7: year must not be true or false"),
        (GOOD.replace("name: it", "name: [it]"), "1:1: name must be text"),
        (GOOD.replace("corridor: cpc", "country: Russia"), "5:23: outage: country must be three capital letters"),
        (GOOD.replace("corridor: cpc", "edge: [btc, 5]"), "5:26: outage: edge must be text"),
        (GOOD + "sources: {a: b}\n", "6:1: sources must be a list"),
        (
            GOOD.replace("corridor: cpc", "node: 2"),
            "5:20: outage: node must be a list (got 2); if a name is meant, put it in quotes: '2'",
        ),
        (GOOD.replace("name: it", "name: 2024"), "1:7: name must be text (got 2024); if a name is meant, put it in "),
        (
            GOOD + "expect:\n  shortfall_mtpa: > 20\n",
            '7:21: invalid YAML: did not find expected comment or line break; put the value in quotes: "> 20"',
        ),
        (
            GOOD.replace("name: it", "name: CPC: shut"),
            '1:10: invalid YAML: mapping values are not allowed in this context; put the value in quotes: "CPC: shut"',
        ),
        (
            GOOD + "expect:\n  shortfall_mtpa: - 3\n",
            "7:19: invalid YAML: block sequence entries are not allowed in this context; "
            'put the value in quotes: "- 3"',
        ),
        (
            GOOD + "expect: {shortfall_mtpa: >= 20, unmet_mtpa: 1}\n",
            '6:26: invalid YAML: found character that cannot start any token; put the value in quotes: ">= 20"',
        ),
        (
            GOOD + "expect:\n  compare.cpc.status: != closed\n",
            "7:23: YAML tags are not supported (got '!='); remove it, or put ",
        ),
        (
            GOOD + "expect:\n  shortfall_mtpa: '> 2,5'\n",
            "7:19: expect shortfall_mtpa: must be like '> 20', '<= 5', "
            "'20..30' or '53 +- 2' (got '> 2,5'); write '> 2.5'",
        ),
        (GOOD.replace("{corridor: cpc}", "{[a]: 3,5}"), "5:14: a key must be plain text"),
        (
            GOOD + "  - tariff: {corridor: cpc, add_usd_per_t: 3,5}\n",
            "6:44: add_usd_per_t must be a number (got '3,5'); write 3.5",
        ),
        (
            GOOD + "  - tariff: {add_usd_per_t: -1,234,567, corridor: cpc}\n",
            "6:29: add_usd_per_t must be a number (got '-1,234,567'); write -1234567",
        ),
        (
            GOOD + "  - tariff:\n      corridor: cpc\n      add_usd_per_t: 3,5e1\n",
            "8:22: tariff: add_usd_per_t must be a number (got '3,5e1'); write 3.5e1",
        ),
        (
            GOOD + "frequency_per_year: 1\nduration_days: {median: 1, sigma: 1e308}\n",
            "7:1: duration_days: the mean overflows",
        ),
        (GOOD + "expect:\n  shortfall_mtpa: 1e308 +- 1e308\n", "7:19: expect shortfall_mtpa: must be a finite number"),
        (GOOD[: GOOD.index("  - ")] + "  5\n", "5:3: changes must be a list"),
    ],
)
def test_one_mistake_makes_one_line_in_our_words(text: str, told: str, written) -> None:
    """The place, the rule and the value got; nothing in the words of the library underneath."""
    file = written(text)
    with pytest.raises(cr.DataError) as caught:
        cr.load_scenario(file)
    (problem,) = caught.value.problems
    assert problem.startswith(f"{file}:{told}")
    assert "Input should" not in problem


def test_a_bad_value_does_not_hide_a_strange_name(written) -> None:
    """Beside each other in one change, a missing field, a wrong year, and a strange expectation: all are told."""
    changes = (
        "  - derate: {edge: [btcc, baku_supsaa], remaining: 1.4}\n  - quota: {edge: btcc, max_mtpa: x}\n"
        "  - supply: {node: tengis, commodity: oil, remaining: true}\n"
    )
    text = GOOD.replace("2021", "1999") + changes + "expect: {edges.btcc.flow_mtpa: about 5}\n"
    with pytest.raises(cr.DataError) as caught:
        cr.load_scenario(written(text))
    wanted = [
        "3: network 'caspian': year must be", "6: no edge named 'btcc'", "6: no edge named 'baku_supsaa'",
        "6: derate: remaining must be < 1.0", "7: quota: commodity is missing", "7: no edge named 'btcc'",
        "7: quota: max_mtpa must be a number", "8: no commodity named 'oil'", "8: no node named 'tengis'",
        "8: supply: remaining must be a number", "9: expect edges.btcc.flow_mtpa: must be like",
        "9: expect edges.btcc.flow_mtpa: no edge named 'btcc'",
    ]  # fmt: skip
    places = re.compile(r".*?:(\d+):\d+(: .*)")
    told = [places.sub(r"\1\2", problem) for problem in caught.value.problems]
    assert len(told) == len(wanted)
    assert all(any(line.startswith(start) for line in told) for start in wanted)


def test_a_scenario_is_equal_wherever_its_lines_stand(written) -> None:
    """Comments and blank lines move the places of expectations, and nothing else."""
    text = GOOD + "expect:\n  shortfall_mtpa: 1\n  corridors.btc.utilisation: 2\n"
    plain = read_scenario(written(text))
    moved = read_scenario(written("# A comment.\n\n" + text.replace("  corr", "\n  # Another.\n  corr")))
    assert plain.scenario == moved.scenario
    assert plain.positions == {"shortfall_mtpa": (7, 3), "corridors.btc.utilisation": (8, 3)}
    assert moved.positions == {"shortfall_mtpa": (9, 3), "corridors.btc.utilisation": (12, 3)}
    assert moved.location("shortfall_mtpa").endswith("it.scenario.yaml:9")


def test_dates_in_code_are_dates_too() -> None:
    """A date, a date and time at midnight, or its text; no number."""
    import datetime as dt

    changes = [cr.Outage(corridor="cpc")]
    days = dt.date(2022, 1, 1), dt.datetime(2022, 1, 1), "2022-01-01"
    events = [cr.Event(name="e", changes=changes, start=day, end="2022-02-01") for day in days]
    assert events[0] == events[1] == events[2]
    with pytest.raises(ValueError, match="must be a date"):
        cr.Event(name="e", changes=changes, start=0, end="2022-02-01")


@pytest.mark.parametrize(
    ("law", "said"),
    [("soon", "5:16: duration_days must be a number (got 'soon')"), ("true", "duration_days must"),
     ("{median: -1, sigma: 2}", "duration_days.median must be > 0"), ("[1]", "duration_days must"),
     ("{median: 1}", "duration_days.sigma is missing")],
)  # fmt: skip
def test_a_wrong_duration_is_one_problem(law: str, said: str, tmp_path: Path) -> None:
    """Only of what is meant: a number, or a law with median and sigma."""
    file = tmp_path / "h.yaml"
    head = "name: h\nchanges: [outage: {corridor: cpc}]\nfrequency_per_year: 1\n\n"
    file.write_text(f"{head}duration_days: {law}\n", encoding="utf-8")
    with pytest.raises(cr.DataError) as caught:
        cr.load_scenario(file)
    assert said in caught.value.problems[0]


@pytest.mark.parametrize("date", ["86400", "'86400'", "2022", "2022-3-1", "2022-02-30", "2022-03-01T00:00:00", "true"])
def test_a_date_is_written_as_one(date: str, tmp_path: Path) -> None:
    """A number is no date, though it could be read as seconds since 1970."""
    file = tmp_path / "e.yaml"
    file.write_text(
        f"name: e\nchanges: [outage: {{corridor: cpc}}]\nfrom: {date}\nuntil: 2023-01-01\n", encoding="utf-8"
    )
    with pytest.raises(cr.DataError, match=r"e\.yaml:3:7: from(: must be a date| must not be true)"):
        cr.load_scenario(file)
