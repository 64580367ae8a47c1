"""The command line as tests call it."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.cli.main import main

GOOD = "name: {name}\nnetwork: caspian\nyear: 2021\nchanges:\n  - outage: {{corridor: cpc}}\n"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr of a command."""
    try:
        code = main(list(arguments))
    except SystemExit as left:
        code = int(left.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def scenario_file(folder: Path, name: str, expect: str = "") -> str:
    """Write a sound scenario file with some expectations; return its path."""
    path = folder / f"{name}.yaml"
    path.write_text(GOOD.format(name=name) + (f"expect: {expect}\n" if expect else ""), encoding="utf-8")
    return str(path)
