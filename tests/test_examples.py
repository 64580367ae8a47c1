"""The notebooks in examples/ are true: run afresh, they show what stands in their files.

``CORRIDOR_UPDATE=1`` rewrites their outputs.
"""

from __future__ import annotations

import base64
import json
import os
import re
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import pytest

import corridor as cr
from helpers import notebooks
from helpers.notebooks import differences, light, run_all, size, steady, tidy, written

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
MOST_BYTES = 600_000
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
first_only = pytest.mark.parametrize(
    "path",
    [NOTEBOOKS[0], *(pytest.param(path, marks=pytest.mark.fuzz) for path in NOTEBOOKS[1:])],
    ids=lambda path: path.stem,
)
"""In the usual run; ``-m generated`` and ``-m fuzz`` take all of them."""


@pytest.fixture(scope="module")
def executed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Path], Any]]:
    """Return what gives a notebook executed afresh: at the first call all that are asked for, two at a time."""
    asked = {item.callspec.params["path"] for item in request.session.items
             if item.path == Path(__file__) and "executed" in getattr(item, "fixturenames", ())}  # fmt: skip
    folder = tmp_path_factory.mktemp("notebooks")
    done: dict[Path, Any] = {}

    def run(path: Path) -> Any:
        if path not in done:
            # The slowest one first: it takes as long as several others. Several workers take each their own.
            alone = "PYTEST_XDIST_WORKER" in os.environ
            done.update(
                run_all([path] if alone else sorted(asked, key=lambda p: ("bad_year" not in p.stem, p)), folder)
            )
        return done[path]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))  # no start-up files of whoever runs the tests
        patch.setenv("JUPYTER_CONFIG_DIR", str(folder / "config"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        patch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # of frozen modules, which no debugger looks at here
        patch.setenv("COLUMNS", "80")
        for name in ("PYTEST_ADDOPTS", "FORCE_COLOR"):
            patch.delenv(name, raising=False)
        yield run


@pytest.mark.generated
@first_only
def test_notebook_shows_what_it_gives_now(path: Path, executed: Callable[[Path], Any]) -> None:
    """No cell fails or warns; texts and tables are those stored, pictures as many and as large."""
    found = executed(path)
    if isinstance(found, Exception):
        pytest.fail(f"{path.name}: a cell fails\n{steady(str(found))}", pytrace=False)
    found = tidy(found)
    warned = [one.text for cell in found.cells for one in cell.get("outputs", []) if one.get("name") == "stderr"]
    assert not warned
    if os.environ.get("CORRIDOR_UPDATE"):
        path.write_text(written(light(found)), encoding="utf-8")
    differing = list(differences(nbformat.read(path, as_version=4), found))
    if differing:
        message = "\n".join([f"{path.name}: CORRIDOR_UPDATE=1 rewrites what is stored", *differing])
        pytest.fail(message, pytrace=False)


@each
def test_notebook_is_stored_tidily(path: Path) -> None:
    """The file holds nothing that a run would not write again: no timestamps, machine's paths, editors' metadata."""
    text = path.read_text(encoding="utf-8")
    assert text == written(tidy(nbformat.reads(text, as_version=4)))
    assert path.stat().st_size < MOST_BYTES


@each
def test_notebook_opens_with_its_question_and_ends_with_its_answer(path: Path) -> None:
    """A title that asks, and a last cell whose words are made of what was computed."""
    cells = nbformat.read(path, as_version=4).cells
    assert re.match(r"# .*\?$", cells[0].source.splitlines()[0])
    assert cells[-1].cell_type == "code"
    assert cells[-1].outputs[-1].data["text/markdown"].startswith("**Answer")


@each
def test_no_number_stands_in_prose_alone(path: Path) -> None:
    """Results are told by cells: words between them hold no decimal, unit or percentage."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            assert not re.findall(r"\d+\.\d+|\d+ ?%|\d+ ?(?:Mt|USD|days|km)\b", cell.source)


@pytest.mark.parametrize("number", "12347")
def test_notebooks_of_the_present_say_its_year_and_evidence(number: str) -> None:
    """Those whose question is of today answer for the newest network, and name the last date that it knows."""
    (path,) = (path for path in NOTEBOOKS if path.stem.startswith(number))
    answer = nbformat.read(path, as_version=4).cells[-1].outputs[-1].data["text/markdown"]
    newest = cr.load()
    assert str(newest.year) in answer
    assert f"evidence to {newest.as_of}" in answer


@pytest.mark.parametrize("document", ["README.md", "examples/README.md"])
def test_the_readme_lists_every_notebook(document: str) -> None:
    """By a link to its file."""
    text = (ROOT / document).read_text(encoding="utf-8")
    assert re.findall(r"\[\w+\]\((?:examples/)?(\w+\.ipynb)\)", text) == [path.name for path in NOTEBOOKS]


@pytest.mark.generated
def test_the_picture_of_the_readme_is_the_one_drawn_now() -> None:
    """Ids, line widths and sizes of what is drawn are those stored beside it; the file is as large as the drawing."""
    script = runpy.run_path(str(ROOT / "examples" / "map_cpc_shut.py"))
    if os.environ.get("CORRIDOR_UPDATE"):
        script["main"]()
    figure, picture = script["draw"](), script["PICTURE"]
    found, stored = script["contents"](figure), json.loads(picture.with_suffix(".json").read_text(encoding="utf-8"))
    plt.close("all")
    assert found.keys() == stored.keys()
    for name, drawn in stored.items():
        assert found[name] == pytest.approx(drawn, abs=0.02), name
    pixels = size(base64.b64encode(picture.read_bytes()).decode("ascii"))
    assert pixels == pytest.approx(figure.get_size_inches() * script["DPI"], abs=1)


def small(*outputs: dict[str, Any]) -> Any:
    """Return a notebook of one cell with some outputs."""
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.from_dict(output) for output in outputs])
    return tidy(nbformat.v4.new_notebook(cells=[cell]))


def shown(text: str) -> dict[str, Any]:
    """Return an output of plain text."""
    return {"output_type": "execute_result", "metadata": {}, "execution_count": 7, "data": {"text/plain": text}}


def printed(text: str) -> dict[str, Any]:
    """Return an output that was printed."""
    return {"output_type": "stream", "name": "stdout", "text": text}


def test_a_stale_number_is_told_with_its_cell() -> None:
    """The message names the cell and holds both numbers; so does one for an output that is gone."""
    (told,) = differences(small(shown("46.0 Mt/y")), small(shown("45.9 Mt/y")))
    assert "cell 0" in told
    assert "46.0" in told
    assert "45.9" in told
    assert ["nothing" in told for told in differences(small(shown("1")), small())] == [True]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<Axes at 0x7f12ab>", "<Axes at 0x7fffff>"),
        ("..F\n4 passed in 0.42s\n", "..F\n4 passed in 72.10s (0:01:12)\n"),
        ("====== 1 failed in 0.42s ======", "===== 1 failed in 12.42s ====="),
        ("rootdir: /tmp/tmpab12_x\n", "rootdir: /var/folders/zz/tmp9q\n"),
    ],
)
def test_what_changes_from_run_to_run_is_left_out(one: str, other: str) -> None:
    """Addresses, timings and temporary folders, and in how many pieces a text was printed; nothing else."""
    assert steady(one) == steady(other)
    assert not list(differences(small(printed(one)), small(printed(other[:3]), printed(other[3:]))))
    assert steady("46.0 Mt/y in 2024, at 0.5") == "46.0 Mt/y in 2024, at 0.5"


def test_pictures_are_compared_by_size() -> None:
    """Other pixels are the same picture, half the width is not."""

    def drawn(width: int, pixel: bytes) -> dict[str, Any]:
        head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4, "big") + (600).to_bytes(4, "big")
        png = notebooks.base64.b64encode(head + pixel).decode()
        return {"output_type": "display_data", "metadata": {}, "data": {"image/png": png, "text/plain": "<Figure>"}}

    assert not list(differences(small(drawn(800, b"a")), small(drawn(810, b"b"))))
    assert list(differences(small(drawn(800, b"a")), small(drawn(400, b"a"))))
