"""The pytest plugin: scenario files as tests, its fixtures, and that it costs nothing where it is not used."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

import corridor as cr
from corridor.study import compare
from corridor.testing import check as expect
from corridor.testing import snapshot

HEAD = "name: CPC shut\nnetwork: caspian\nyear: 2021\nchanges:\n  - outage: {corridor: cpc}\n"
GOOD = HEAD + 'expect:\n  corridors.cpc.throughput_mtpa: 0\n  change.shortfall_mtpa: "> 0"\n'
BAD = HEAD + 'expect:\n  delivered_mtpa: "> 0"\n  corridors.cpc.throughput_mtpa: ">= 30"\n'
INSTALLED = "corridor" in entry_points(group="pytest11").names
LOADED = (compare, expect, snapshot)
"""Modules that must be loaded before pytester takes its picture of what is."""


@pytest.fixture
def run(pytester: pytest.Pytester):
    """Return a function that writes files and runs pytest on them, warnings being errors."""

    def run(*arguments: str, **files: str) -> pytest.RunResult:
        for name, text in files.items():
            folder, _, stem = name.rpartition("__")
            path = pytester.path / folder / (f"{stem}.py" if stem.startswith("test_") else f"{stem}.scenario.yaml")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        plugin = () if INSTALLED else ("-p", "corridor.pytest_plugin")
        return pytester.runpytest(*plugin, "-W", "error", "--strict-markers", *arguments)

    return run


# Scenario files


def test_each_expectation_is_a_test(run) -> None:
    """Ids name file and expectation; a file without expectations collects nothing; `--collect-only` solves nothing."""
    result = run("--collect-only", "-q", policy__kz=GOOD, idle=HEAD)
    assert result.outlines[:2] == [
        "policy/kz.scenario.yaml::corridors.cpc.throughput_mtpa",
        "policy/kz.scenario.yaml::change.shortfall_mtpa",
    ]
    result.stdout.fnmatch_lines(["2 tests collected*"])


def test_what_holds_passes(run) -> None:
    """No warning, no noise."""
    run(kz=GOOD).assert_outcomes(passed=2)


def test_a_failure_says_where_what_and_why(run) -> None:
    """File and line, expected, got, baseline, change, the flow in words; the summary says it in one line."""
    result = run(kz=BAD)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "kz.scenario.yaml:8: corridors.cpc.throughput_mtpa",
            "  expected  >= 30",
            "  got       0",
            "  baseline  61.25, change -61.25",
            "flow.explain():",
            "  CPC shut: * Mt/y delivered*",
            "  Not lifted: *",
            "FAILED kz.scenario.yaml::corridors.cpc.throughput_mtpa - got 0, expected >= 3*",
        ]
    )


def test_a_broken_file_is_an_error_with_all_its_problems(run) -> None:
    """Unknown names in changes and expectations, unreadable values: all told, each with its place."""
    broken = HEAD.replace("cpc}", "cpcc}") + "expect:\n  corridors.bct.throughput_mtpa: 0\n  shortfall_mtpa: about 5\n"
    result = run(kz=broken, fine=GOOD)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        [
            "*ERROR collecting kz.scenario.yaml*",
            "kz.scenario.yaml:5:24: no corridor named 'cpcc'; did you mean 'cpc'?",
            "kz.scenario.yaml:7:3: expect corridors.bct.throughput_mtpa: no corridor named 'bct'; did you mean 'btc'?",
            "kz.scenario.yaml:8:19: expect shortfall_mtpa: must be like '> 20'*",
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_a_file_that_names_no_network_says_so(run) -> None:
    """There is nothing to solve it on."""
    result = run(kz=GOOD.replace("network: caspian\nyear: 2021\n", ""))
    result.stdout.fnmatch_lines(["kz.scenario.yaml:1: has expectations but names no network; add 'network: caspian'*"])


def test_a_scenario_that_alters_nothing_fails_in_words(run) -> None:
    """What only solving can tell fails the tests of the file, without a traceback."""
    idle = GOOD.replace("outage: {corridor: cpc}", "open: {corridor: cpc}")
    result = run(kz=idle)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["kz.scenario.yaml:7: *", "kz.scenario.yaml:5: scenario 'CPC shut': * has no effect on *"]
    )
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize(
    ("arguments", "outcomes"),
    [
        (["-k", "shortfall"], {"passed": 1, "deselected": 3}),
        (["-k", "kz and not cpc"], {"passed": 1, "deselected": 3}),
        (["-m", "corridor"], {"passed": 3, "failed": 1}),
        (["-m", "not corridor"], {"deselected": 4}),
        (["-x", "bad.scenario.yaml", "kz.scenario.yaml"], {"passed": 1, "failed": 1}),
        (["kz.scenario.yaml::change.shortfall_mtpa"], {"passed": 1}),
        (["-p", "no:corridor", "-p", "no:corridor.pytest_plugin"], {}),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_it_works_with_pytests_options(run, arguments: list[str], outcomes: dict[str, int]) -> None:
    """-k, -m, -x, ids, and off."""
    run(*arguments, kz=GOOD, bad=BAD).assert_outcomes(**outcomes)


def test_what_failed_last_runs_alone(run) -> None:
    """``--lf``."""
    run(kz=GOOD, bad=BAD)
    run("--lf").assert_outcomes(failed=1)


@pytest.mark.fuzz
def test_several_processes_tell_a_failure_in_full(run) -> None:
    """The report survives the way between processes."""
    result = run("-n", "2", kz=GOOD, bad=BAD)
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        ["bad.scenario.yaml:8: corridors.cpc.throughput_mtpa", "  baseline  61.25, change -61.25"]
    )


def test_a_network_is_compiled_once_and_a_scenario_solved_once_per_file(run, monkeypatch) -> None:
    """Two files of one year: one solver; three solves, baseline included; none when only collected."""
    desks, solves = [], []
    made, solved = expect.WarmSolver.__init__, expect.WarmSolver.solve
    monkeypatch.setattr(expect.WarmSolver, "__init__", lambda self, net: (desks.append(net), made(self, net))[1])
    monkeypatch.setattr(expect.WarmSolver, "solve", lambda self, s=None: (solves.append(s), solved(self, s))[1])
    run("--collect-only", kz=GOOD, uz=GOOD)
    assert (desks, solves) == ([], [])
    run(kz=GOOD, uz=GOOD).assert_outcomes(passed=4)
    assert len(desks) == 1
    assert [scenario and scenario.name for scenario in solves] == [None, "CPC shut", "CPC shut"]


# Fixtures


def test_the_marker_says_which_network(run) -> None:
    """Without it the default; a test's own marker, its class's or its module's."""
    result = run(
        test_net="""
            import pytest

            @pytest.mark.corridor(year=2021, regime="war")
            def test_marked(corridor_network):
                assert (corridor_network.name, corridor_network.year) == ("caspian", 2021)

            def test_unmarked(corridor_network):
                assert corridor_network.year == 2026
        """.replace("\n            ", "\n")
    )
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("yaer=2021", "*marker corridor: no argument named 'yaer'; did you mean 'year'?"),
        ("'caspian'", "*marker corridor: takes name, year, regime by name only*"),
        ("name='caspain'", "*no network named 'caspain'; did you mean 'caspian'?"),
        ("year=1999", "*year must be 2018 to 2026 (got 1999)"),
    ],
)
def test_a_marker_that_says_nonsense_is_told(run, arguments: str, message: str) -> None:
    """An error of the fixture, in one sentence."""
    text = f"import pytest\n@pytest.mark.corridor({arguments})\ndef test_x(corridor_network): pass\n"
    result = run(test_x=text)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


def test_scenarios_are_solved_by_name_path_or_themselves(run) -> None:
    """All three give one flow; paths count from the test's folder; nothing gives the baseline."""
    result = run(
        "sub/test_it.py",
        sub__kz=HEAD,
        sub__test_it="""
import corridor as cr, pathlib, pytest
pytestmark = pytest.mark.corridor(year=2021)

def test_it(solve_scenario, corridor_network):
    own = cr.Scenario(name="s", changes=[cr.Outage(corridor="cpc")])
    flows = [solve_scenario(s) for s in ("cpc-shut", "kz.scenario.yaml", pathlib.Path("kz.scenario.yaml"), own)]
    assert {flow.shortfall_mtpa for flow in flows} == {cr.solve(corridor_network, own).shortfall_mtpa}
    assert solve_scenario().shortfall_mtpa == solve_scenario(None).shortfall_mtpa == 0

@pytest.mark.parametrize("thing", ["cpc-shutt", "", 3, "none.yaml", pathlib.Path("none")])
def test_nonsense(solve_scenario, thing):
    with pytest.raises(cr.CorridorError):
        solve_scenario(thing)
""",
    )
    result.assert_outcomes(passed=6)


def test_a_project_may_bring_its_own_network(run) -> None:
    """Overriding `corridor_network` changes what scenarios are solved on, and whose ids they must use."""
    result = run(
        test_own="""
import corridor as cr, pandas as pd, pytest

@pytest.fixture
def corridor_network():
    return cr.Network.from_frames(
        nodes=pd.DataFrame({"id": ["a", "b"]}),
        edges=pd.DataFrame([{"id": "ab", "tail": "a", "head": "b", "corridor": "x"}]),
        supplies=pd.DataFrame({"node": ["a"], "commodity": ["oil"], "volume_mtpa": [7.0]}),
        markets=pd.DataFrame({"node": ["b"], "commodity": ["oil"], "price_usd_per_t": [9.0]}),
    )

def test_own(solve_scenario):
    assert solve_scenario(cr.Scenario(name="s", changes=[cr.Outage(edge="ab")])).shortfall_mtpa == 7
"""
    )
    result.assert_outcomes(passed=1)


# Snapshots

HOLD = """
import pandas as pd

def test_hold(corridor_snapshot):
    cells = {"mtpa": [%s, 2.0, float("nan")], "word": ["a", "b", ""]}
    table = pd.DataFrame(cells, index=pd.Index(list("xyz"), name="i"))
    corridor_snapshot(table, "shares"%s)
"""


def test_a_snapshot_is_made_held_and_updated(run, pytester: pytest.Pytester) -> None:
    """Missing: fails and says how; made once; held; a change fails by cell; updated on demand, and only then."""
    result = run(test_s=HOLD % (1.0, ""))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*AssertionError: snapshot 'shares': snapshots/test_s/shares.csv is missing; create it with pytest*"]
    )
    run("--corridor-update").assert_outcomes(passed=1)
    file = pytester.path / "snapshots" / "test_s" / "shares.csv"
    assert file.read_text() == "i,mtpa,word\nx,1.0,a\ny,2.0,b\nz,nan,\n"
    assert [path.name for path in file.parent.iterdir()] == ["shares.csv"]
    run().assert_outcomes(passed=1)
    result = run(test_s=HOLD % (1.25, ""))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*snapshot 'shares': 1 difference from snapshots/test_s/shares.csv",
            "*[[]x[]] mtpa: expected 1.0, got 1.25 (+0.25, +25.00%)",
            "*If the new table is right: pytest --corridor-update",
        ]
    )
    assert "x,1.0,a" in file.read_text()
    run("--corridor-update").assert_outcomes(passed=1)
    assert "x,1.25,a" in file.read_text()


def test_a_snapshot_within_tolerance_is_not_rewritten(run, pytester: pytest.Pytester) -> None:
    """Updating leaves alone what holds, so that noise does not reach the repository."""
    run("--corridor-update", test_s=HOLD % (1.0, ""))
    run("--corridor-update", test_s=HOLD % (1.01, ", rtol=0.02")).assert_outcomes(passed=1)
    assert "x,1.0,a" in (pytester.path / "snapshots" / "test_s" / "shares.csv").read_text()


def test_two_tables_by_one_name_are_refused(run) -> None:
    """Parametrised tests that write one file are told which two."""
    text = """
import pandas as pd, pytest

@pytest.mark.parametrize("x", [1, 2])
def test_it(corridor_snapshot, x):
    corridor_snapshot(pd.Series([x]), "same")
"""
    result = run("--corridor-update", test_s=text)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*snapshot 'same': test_s.py::test_it[[]1[]] has written a different table under this name*"]
    )


@pytest.mark.parametrize("broken", [b"", b"\xff\xfe", b"i,mtpa,word\nx,1.0\n", b'i,mtpa,word\nx,"1'])
def test_a_broken_snapshot_is_told_and_can_be_made_anew(run, pytester: pytest.Pytester, broken: bytes) -> None:
    """No traceback of the reader; an update mends it."""
    run("--corridor-update", test_s=HOLD % (1.0, ""))
    file = pytester.path / "snapshots" / "test_s" / "shares.csv"
    whole = file.read_bytes()
    file.write_bytes(broken)
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*AssertionError: snapshot 'shares': 1 difference*"])
    run("--corridor-update").assert_outcomes(passed=1)
    assert file.read_bytes() == whole


@pytest.mark.parametrize("name", ["", "../x", "a/b", "x" + chr(0), ".x", "x.", 3])
def test_a_name_that_is_no_file_name_is_refused(corridor_snapshot, name: str) -> None:
    """Snapshots stay in their folder."""
    with pytest.raises(cr.DataError, match="a snapshot's name must be"):
        corridor_snapshot(None, name)


# What it costs


def test_the_entry_point_is_the_plugin() -> None:
    """Pytest finds the module by the name that `-p no:corridor` blocks."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    ((name, value),) = project["project"]["entry-points"]["pytest11"].items()
    assert name == "corridor"
    assert EntryPoint(name, value, "pytest11").load() is sys.modules["corridor.pytest_plugin"]


def without_scenarios(folder: Path, *arguments: str, text: str) -> subprocess.CompletedProcess[str]:
    """Run pytest apart, on one test and no scenario file."""
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


@pytest.mark.skipif(not INSTALLED, reason="run from a folder; pip install -e '.[test]' makes the entry point known")
def test_pytest_finds_it_by_itself(tmp_path: Path) -> None:
    """Installed is enough: no -p, no conftest."""
    (tmp_path / "kz.scenario.yaml").write_text(GOOD, encoding="utf-8")
    result = without_scenarios(tmp_path, text="def test_it(solve_scenario): assert solve_scenario\n")
    assert "3 passed" in result.stdout, result.stdout + result.stderr


def test_where_no_scenario_is_nothing_is_loaded(tmp_path: Path) -> None:
    """Beside pytest's own only the plugin, the package's empty front, and no library."""
    text = """
import sys
def test_it():
    mine = {name for name in sys.modules if name.partition(".")[0] == "corridor"}
    heavy = {"numpy", "pandas", "pydantic", "yaml", "highspy", "networkx"} & set(sys.modules)
    assert (mine, heavy) == ({"corridor", "corridor.pytest_plugin"}, set())
"""
    plugin = () if INSTALLED else ("-p", "corridor.pytest_plugin")
    result = without_scenarios(tmp_path, *plugin, text=text)
    assert "1 passed" in result.stdout, result.stdout + result.stderr


def test_a_file_may_name_a_network_of_ones_own(run, pytester: pytest.Pytester) -> None:
    """By its path, relative to the file, wherever pytest is started."""
    cr.start_network(pytester.path / "mine")
    (pytester.path / "mine" / "pipe-shut.scenario.yaml").unlink()
    (pytester.path / "what-if").mkdir()
    text = "name: Shut\nnetwork: ../mine\nchanges: [outage: {corridor: pipe}]\nexpect: {shortfall_mtpa: 7}\n"
    (pytester.path / "what-if" / "it.scenario.yaml").write_text(text, encoding="utf-8")
    pytester.runpytest().assert_outcomes(passed=1)
    pytester.runpytest("what-if/it.scenario.yaml").assert_outcomes(passed=1)
