"""The README is true: what it shows is what the library gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shown import README, assert_shown

import corridor as cr
from corridor.cli import main
from corridor.model.ledger import grades
from corridor.model.records import Commodity, Corridor, Edge, Market, Node, Quota, Record, Supply


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
    assert [command.rsplit("&& ", 1)[1] for command in commands] == [".venv/bin/corridor compare", ".venv/bin/pytest"]


def test_its_scenario_file_reads(tmp_path: Path) -> None:
    """The YAML shown is a scenario whose expectations hold."""
    block = re.search(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    file = tmp_path / "shown.scenario.yaml"
    file.write_text(block.group(1), encoding="utf-8")
    assert all(verdict.holds for verdict in cr.check(cr.load_scenario(file)))
