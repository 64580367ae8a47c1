"""The READMEs are true: what they show is what the library gives."""

from __future__ import annotations

import importlib
import inspect
import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import yaml

import corridor as cr
from corridor.cli.main import main
from corridor.files.expectation import Expectation
from corridor.model.changes import CHANGES
from corridor.model.figures import confidence_counts
from corridor.model.record_base import Record
from corridor.model.records import Commodity, Corridor, Edge, Fleet, Market, Node, Quota, Rate, Supply
from corridor.model.result_path import path_errors
from corridor.solver import program
from helpers.readme_blocks import DOCUMENTS, README, REFERENCE, ROOT, assert_shown
from helpers.rooms import ARROWS

KINDS: tuple[type[Record], ...] = (Node, Edge, Commodity, Supply, Market, Quota, Rate, Fleet, Corridor)


def schema() -> str:
    """Return the table of all fields, made from the records."""
    lines = ["| record | field | default | meaning and unit |", "| --- | --- | --- | --- |"]
    for kind in KINDS:
        for name, field in kind.model_fields.items():
            default = "needed" if field.is_required() else {None: "", (): "", "": ""}.get(field.default, field.default)
            lines.append(f"| {kind.__name__} | `{name}` | {default} | {field.description} |")
    return "\n".join(lines)


def confidence() -> str:
    """Return how many of the chosen figures of each year have which confidence."""
    lines = ["| year | chosen figures | A | B | C | rivals |", "| --- | --- | --- | --- | --- | --- |"]
    for year in range(2018, 2027):
        figures = cr.load(year=year).figure_records
        count, rivals = confidence_counts(figures), sum(figure.choice == "rival" for figure in figures)
        lines.append(f"| {year} | {sum(count.values())} | {count['A']} | {count['B']} | {count['C']} | {rivals} |")
    return "\n".join([*lines, "", "(Positions and governance indicators of countries not counted.)"])


def rooms() -> str:
    """Return the table of rooms: what each is for, by its docstring, and what it may import besides itself."""
    lines = ["| room | content | may import |", "| --- | --- | --- |"]
    for room, allowed in ARROWS.items():
        about = (inspect.getdoc(importlib.import_module(f"corridor.{room}")) or "").splitlines()[0]
        below = ", ".join(f"`{other}`" for other in ARROWS if other in allowed) or "nothing"
        lines.append(f"| `{room}` | {about} | {below} |")
    return "\n".join([*lines, "| `cli`, `pytest_plugin` | The command line; the plugin of pytest. | all |"])


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what a command prints, as a block of text."""
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def comparison(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the first block of the command line's comparison, as it is printed."""
    text = printed(capsys, "compare", "--scenario", "cpc-shut")
    return "```text\n" + text[: text.index("\nCPC shut")].rstrip() + "\n```"


def answer(capsys: pytest.CaptureFixture[str]) -> str:
    """Return a command of a few columns and what it prints."""
    command = "corridor solve --scenario cpc-shut --table corridors"
    text = printed(capsys, *command.split()[1:])
    return f"```text\n$ {command}\n" + "\n".join(map(str.rstrip, text.splitlines())) + "\n```"


@pytest.mark.generated
@pytest.mark.parametrize("part", ["schema", "confidence", "rooms", "compare", "answer"])
def test_tables_are_what_the_library_gives(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each table between markers equals the one made now."""
    tables = {"schema": schema, "confidence": confidence, "rooms": rooms}
    assert_shown(part, tables[part]() if part in tables else {"compare": comparison, "answer": answer}[part](capsys))


def test_the_front_door_fits_two_screens() -> None:
    """At most 150 lines, and what the command line prints fits a terminal of 80 columns."""
    lines = README.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150
    start = lines.index("<!-- answer -->")
    assert max(map(len, lines[start : lines.index("<!-- /answer -->")])) <= 80


def test_numbers_in_the_words_of_the_readme_are_those_computed() -> None:
    """What the caption and the sentences say in numbers."""
    net, shut = cr.load(), cr.load_scenario("cpc-shut")
    baseline, lost, saved = (cr.solve(net, one) for one in (None, shut, shut + cr.load_scenario("btc-quota-lifted")))
    lifted = baseline.supplies.xs("kazakh_crude", level="commodity")["lifted_mtpa"].sum()
    short, less = (flow.commodities.loc["kazakh_crude", "shortfall_mtpa"] for flow in (lost, saved))
    btc = lost.corridors.loc["btc"]
    room, most = btc.available_mtpa - btc.throughput_mtpa, net.record("quota", ("btc", "kazakh_crude")).max_mtpa
    text = " ".join(README.read_text(encoding="utf-8").split())
    for words in (
        f"{short:.1f} of {lifted:.1f} Mt/y find no other way",
        f"The BTC has room for {room:.1f} Mt/y more and {short:.1f} Mt/y of Kazakh oil are shut in",
        f"only {most:.1f} Mt/y by it",
        f"Only {short - less:.1f} Mt/y,",
    ):
        assert words in text


def test_each_symbol_of_the_program_is_a_name_in_the_code() -> None:
    """Those with an index, those of sums and rows: names of the program, or fields of the records."""
    block = re.search(r"<!-- program -->\n(.*?)<!-- /program -->", REFERENCE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    symbols = set(re.findall(r"\w+(?=\[)", block.group(1))) | set(re.findall(r"^(\w+), for", block.group(1), re.M))
    classes = [
        thing for thing in vars(program).values() if inspect.isclass(thing) and thing.__module__ == program.__name__
    ]
    known = {name for thing in classes for name in (*vars(thing), *inspect.get_annotations(thing))}
    known |= {name.removeprefix("n_").removesuffix("s") for name in known if name.startswith("n_")}
    known |= {name for kind in KINDS for name in kind.model_fields}
    assert len(symbols) >= 20
    assert {*symbols, "constant"} <= known


def test_the_table_of_changes_has_each_with_its_key() -> None:
    """Class and key stand in one row, in the order of the code."""
    rows = re.findall(r"^\| `(\w+)\(.*?\)` \| `(\w+)` \|", REFERENCE.read_text(encoding="utf-8"), re.M)
    assert {key: name for name, key in rows} == {key: kind.__name__ for key, kind in CHANGES.items()}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    """Links to files lead to files, those to headings to headings."""
    for target in re.findall(r"\]\((?!https?:)(.*?)\)", document.read_text(encoding="utf-8")):
        name, _, heading = target.partition("#")
        path = document.parent / name if name else document
        assert path.exists(), target
        if heading:
            heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.M)
            assert heading in [re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads], target


def test_it_gives_two_commands_that_need_python_and_pip_only() -> None:
    """Two lines make the environment and do everything; the automatic run reads them from here."""
    commands = re.findall(r"^    (python3 -m venv .*)$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert [command.rsplit("&& ", 1)[1] for command in commands] == [
        ".venv/bin/corridor compare",
        ".venv/bin/pytest -n auto",
    ]


def test_modules_named_in_the_reference_exist() -> None:
    """Each path that ends in .py, from the package or from the top."""
    named = set(re.findall(r"`((?:\w+/)*\w+\.py)`", REFERENCE.read_text(encoding="utf-8")))
    assert len(named) >= 8
    assert [name for name in named if not (REFERENCE.parent / name).exists() and not (ROOT / name).exists()] == []


def test_the_version_is_stated_once() -> None:
    """In the package; the project file takes it from there, the citation leaves it out and names the same licence."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "corridor/__init__.py"
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert "version" not in citation
    assert citation["license"] == project["project"]["license"]


@pytest.mark.parametrize("document", [README, REFERENCE], ids=lambda path: path.parent.name)
def test_its_scenario_file_reads(tmp_path: Path, document: Path) -> None:
    """The YAML shown is a scenario whose expectations hold."""
    block = re.search(r"```yaml\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    file = tmp_path / "shown.scenario.yaml"
    file.write_text(block.group(1), encoding="utf-8")
    verdicts = cr.check(cr.load_scenario(file))
    assert verdicts
    assert all(verdict.holds for verdict in verdicts)


def test_its_unit_tests_run(pytester: pytest.Pytester) -> None:
    """The test file shown passes beside the scenario file shown, once its table is stored."""
    text = REFERENCE.read_text(encoding="utf-8")
    shown = {kind: re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL) for kind in ("python", "yaml")}
    (test,) = [block for block in shown["python"] if "def test_" in block]
    scenario = next(block for block in shown["yaml"] if "expect:" in block)
    (pytester.path / "kz.scenario.yaml").write_text(scenario, encoding="utf-8")
    pytester.makepyfile(test_advice=test)
    plugin = () if "corridor" in entry_points(group="pytest11").names else ("-p", "corridor.pytest_plugin")
    pytester.runpytest(*plugin, "-W", "error").assert_outcomes(passed=3, failed=1)
    pytester.runpytest(*plugin, "-W", "error", "--corridor-update").assert_outcomes(passed=4)
    pytester.runpytest(*plugin, "-W", "error").assert_outcomes(passed=4)
    assert [path.name for path in pytester.path.glob("snapshots/test_advice/*")] == ["cpc-shut.csv"]


def test_its_forms_of_expectations_are_read() -> None:
    """Each path and each form in its tables."""
    text = REFERENCE.read_text(encoding="utf-8")
    table = text[text.index("| path |") : text.index("| value |")]
    paths = re.findall(r"^\| `([a-z_.]+[a-z_])` \|", table, re.MULTILINE)
    assert [list(map(str, path_errors(path, cr.load()))) for path in paths] == [[]] * 6
    forms = text[text.index("| value |") : text.index("NaN (the")]
    for written in re.findall(r'`"(.*?)"`', forms):
        word = written.endswith(("closed", "open"))
        assert Expectation.parse("compare.btc.status" if word else "shortfall_mtpa", written)
