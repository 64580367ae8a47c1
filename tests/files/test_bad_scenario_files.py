"""Hostile and careless scenario files: each is one DataError with its place, at once, and never a crash."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import corridor as cr

HEAD = "name: s\nnetwork: caspian\nyear: 2021\n"
GOOD = HEAD + "changes:\n  - outage: {corridor: cpc}\n"
Write = Callable[[str | bytes], Path]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """Return a function that writes text or bytes to a scenario file."""

    def write(text: str | bytes) -> Path:
        file = tmp_path / "f.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


def change(text: str) -> str:
    """Return a file with one change, which stands in line 5."""
    return f"{HEAD}changes:\n  - {text}\n"


def told(file: Path) -> tuple[str, ...]:
    """Return what load_scenario says of a broken file."""
    with pytest.raises(cr.DataError) as caught:
        cr.load_scenario(file)
    return caught.value.problems


# Bombs


def loaded_apart(file: str, megabytes: int = 2000) -> subprocess.CompletedProcess[str]:
    """Load a file in a process of its own, which may crash, with a ceiling of memory."""
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({megabytes << 20}, {megabytes << 20}))\n"
        "import corridor as cr, sys\n"
        "try: cr.load_scenario(sys.argv[1])\n"
        "except cr.DataError as error: print(str(error)[:300])\n"
    )
    return subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, timeout=20)


@pytest.mark.parametrize("text", ["[" * 900_000, "- " * 400_000 + "x", "{a: " * 200_000, "? " * 400_000])
def test_deep_nesting_does_not_crash_python(text: str, written: Write) -> None:
    """A file of less than a megabyte is refused, however deep; the interpreter is still there afterwards."""
    result = loaded_apart(str(written(text)))
    assert result.returncode == 0, f"exit {result.returncode}: {result.stderr[-200:]}"
    assert "nested too deep" in result.stdout or "invalid YAML" in result.stdout


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_a_file_without_end_is_refused() -> None:
    """No more than a megabyte is read, whatever size the file claims to have."""
    result = loaded_apart("/dev/zero")
    assert result.returncode == 0, f"exit {result.returncode}: {result.stderr[-200:]}"
    assert "/dev/zero" in result.stdout


def test_a_pipe_is_read(tmp_path: Path) -> None:
    """``corridor check <(make-scenario)`` hands over a pipe; what it holds is read."""
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    with subprocess.Popen(["sh", "-c", f"cat > '{pipe}'"], stdin=subprocess.PIPE, text=True) as feeding:
        assert feeding.stdin is not None
        feeding.stdin.write(GOOD)
        feeding.stdin.close()
        assert cr.load_scenario(pipe).name == "s"


@pytest.mark.parametrize("digits", [400, 5_000, 400_000])
@pytest.mark.parametrize("where", ["delay: {corridor: cpc, add_days: %s}", "outage: {edge: %s}"])
def test_a_number_without_end_is_refused(digits: int, where: str, written: Write) -> None:
    """A number of thousands of digits is told with its place, in a message that can be read."""
    problems = told(written(change(where % ("9" * digits))))
    assert problems[0].startswith(f"{written(GOOD)}:5:")
    assert len(problems[0]) < 2_000


@pytest.mark.parametrize("wanted", ["> 1e400", "1e400", "9" * 400, ".inf", ".nan", "5 +- 1e400"])
def test_an_expectation_that_is_not_finite_is_refused(wanted: str, written: Write) -> None:
    """A number too large to hold is one problem of line 6."""
    problems = told(written(f"{GOOD}expect: {{shortfall_mtpa: '{wanted}'}}\n"))
    assert [problem.split(":")[1] for problem in problems] == ["6"]


# Names of files


@pytest.mark.parametrize("source", [None, 3, b"f.yaml", ["cpc-shut"]])
def test_what_is_no_path_is_refused(source: Any) -> None:
    """Neither a number nor a list is a name or a path."""
    with pytest.raises(cr.DataError, match="scenario"):
        cr.load_scenario(source)


# Shape


@pytest.mark.parametrize(
    "text", [GOOD.replace("\n", "\r"), GOOD + "...\n", "%YAML 1.2\n---\n" + GOOD, "? name\n: s\n" + GOOD[8:]]
)
def test_unusual_but_sound_yaml_is_read(text: str, written: Write) -> None:
    """Old line ends, document marks and explicit keys change nothing."""
    assert cr.load_scenario(written(text)) == cr.load_scenario(written(GOOD))


def test_a_country_called_no_stays_norway(written: Write) -> None:
    """YAML 1.1 would read NO as false; here it is text, and no three letters."""
    (problem,) = told(written(change("outage: {country: NO}")))
    assert "'NO'" in problem


# One mistake, one problem, in the file's own words


@pytest.mark.parametrize(
    "field", ["derate: {corridor: cpc, remaining: false}", "delay: {corridor: cpc, add_days: true}"]
)
def test_a_truth_value_is_no_number(field: str, written: Write) -> None:
    """``remaining: false`` is not a full outage."""
    with pytest.raises(cr.DataError, match="must be a number"):
        cr.load_scenario(written(change(field)))


def test_a_huge_file_is_refused(written) -> None:
    """A megabyte is enough for any scenario."""
    with pytest.raises(cr.DataError, match="must be at most 1,000,000 bytes"):
        cr.load_scenario(written(GOOD + "#" * 1_000_001))


def test_aliases_do_not_explode(written) -> None:
    """Nine levels of nine aliases each are refused at once."""
    levels = [f"l{at}: &l{at} [{', '.join([f'*l{at - 1}'] * 9)}]" for at in range(1, 10)]
    start = time.perf_counter()
    with pytest.raises(cr.DataError, match="aliases"):
        cr.load_scenario(written("l0: &l0 [x]\n" + "\n".join(levels) + "\n" + GOOD))
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("text", ["name: " + "[" * 50_000 + "]" * 50_000, "- " * 400_000, "? " * 400_000])
def test_nesting_without_end_does_not_reach_the_stack(text: str, written) -> None:
    """Less than a megabyte of brackets is refused, not a crash of the interpreter."""
    with pytest.raises(cr.DataError, match="nested too deep"):
        cr.load_scenario(written(text))


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("delay: {edge: btc, commodity: kazakh_crud, add_days: 1}",
         ["5:35: no commodity named 'kazakh_crud'; did you mean 'kazakh_crude'?"]),
        ("tariff: {edge: btc, commodity: [azeri_crude, kazakh_crud], factor: -1}",
         ["factor must be >= 0", "no commodity named 'kazakh_crud'; did you mean 'kazakh_crude'?"]),
        ("derate: {fleet: tugs, remaining: 0.5}", ["no fleet named 'tugs'"]),
        ("expand: {fleet: tugs, add_mtpa: 1}", ["the capacity of a fleet is in Mt days/y"]),
        ("delay: {edge: btc}", ["Delay needs at least one of add_days, factor, add_late_days, late_factor"]),
    ],
)  # fmt: skip
def test_shippers_and_fleets_are_looked_up(text: str, problems: list[str], written: Write) -> None:
    """Each name with its place, also where another field breaks a rule."""
    found = told(written(change(text)))
    for problem in problems:
        assert any(problem in text for text in found), found
