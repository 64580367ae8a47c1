"""The README is true: what it shows is what the library gives."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from shown import README, assert_shown

import corridor as cr
from corridor.cli.main import main
from corridor.files.expectation import Expectation
from corridor.model.figures import grades
from corridor.model.records import Commodity, Corridor, Edge, Market, Node, Quota, Record, Supply
from corridor.model.result_path import path_errors


def schema() -> str:
    """Return the table of all fields, made from the records."""
    lines = ["| record | field | default | meaning and unit |", "| --- | --- | --- | --- |"]
    kinds: tuple[type[Record], ...] = (Node, Edge, Commodity, Supply, Market, Quota, Corridor)
    for kind in kinds:
        for name, field in kind.model_fields.items():
            default = "needed" if field.is_required() else {None: "", (): "", "": ""}.get(field.default, field.default)
            lines.append(f"| {kind.__name__} | `{name}` | {default} | {field.description} |")
    return "\n".join(lines)


def confidence() -> str:
    """Return how many of the chosen figures of each year have which confidence."""
    lines = ["| year | chosen figures | A | B | C | rivals |", "| --- | --- | --- | --- | --- | --- |"]
    for year in range(2018, 2025):
        ledger = cr.load(year=year).ledger
        count, rivals = grades(ledger), sum(figure.choice == "rival" for figure in ledger)
        lines.append(f"| {year} | {sum(count.values())} | {count['A']} | {count['B']} | {count['C']} | {rivals} |")
    return "\n".join([*lines, "", "(Positions and governance indicators of countries not counted.)"])


def comparison(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the first block of the command line's comparison, as it is printed."""
    assert main(["compare", "--scenario", "cpc-shut"]) == 0
    printed = capsys.readouterr().out
    return "```text\n" + printed[: printed.index("\nCPC shut")].rstrip() + "\n```"


@pytest.mark.parametrize("part", ["schema", "confidence", "compare"])
def test_tables_are_what_the_library_gives(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each table between markers equals the one made now."""
    made = {"schema": schema, "confidence": confidence}[part]() if part != "compare" else comparison(capsys)
    assert_shown(part, made)


def test_it_gives_two_commands_that_need_python_and_pip_only() -> None:
    """Two lines make the environment and do everything; the automatic run reads them from here."""
    commands = re.findall(r"^    (python3 -m venv .*)$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert [command.rsplit("&& ", 1)[1] for command in commands] == [
        ".venv/bin/corridor compare",
        ".venv/bin/pytest -n auto",
    ]


def test_its_scenario_file_reads(tmp_path: Path) -> None:
    """The YAML shown is a scenario whose expectations hold."""
    block = re.search(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    file = tmp_path / "shown.scenario.yaml"
    file.write_text(block.group(1), encoding="utf-8")
    assert all(verdict.holds for verdict in cr.check(cr.load_scenario(file)))


def test_its_unit_tests_run(pytester: pytest.Pytester) -> None:
    """The test file shown passes beside the scenario file shown, once its table is stored."""
    text = README.read_text(encoding="utf-8")
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
    text = README.read_text(encoding="utf-8")
    paths = re.findall(r"^\| `([a-z_.]+[a-z_])` \|", text[text.index("| path |") :], re.MULTILINE)
    assert [list(map(str, path_errors(path, cr.load()))) for path in paths] == [[]] * 4
    forms = text[text.index("| what must be found |") : text.index("What is no number")]
    for written in re.findall(r'`"(.*?)"`', forms):
        word = written.endswith(("closed", "open"))
        assert Expectation.parse("compare.btc.status" if word else "shortfall_mtpa", written)
