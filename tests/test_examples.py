"""Each example runs, and says something."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).resolve().parent.parent / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The script ends without an error or a warning and prints a result with a unit."""
    runpy.run_path(str(example), run_name="__main__")
    assert "mtpa" in capsys.readouterr().out
