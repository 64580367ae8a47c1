"""Beyond one process: the same bytes from any number of workers, from Dask, and from a run that was killed."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pandas as pd
import pytest

import corridor as cr
from helpers.parallel_routes import ways
from helpers.stormy_years import digest, slow, stormy, wait_for

TESTS = Path(__file__).parents[1]
FROM_HERE = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
"""Environment of a process that finds the package and the helpers of the tests."""


@pytest.mark.fuzz
def test_two_workers_give_the_bytes_of_one(diamond: cr.Network) -> None:
    """Blocks do not depend on who works them out."""
    net = stormy(diamond)
    assert digest(cr.simulate(net, 6000, 7, workers=2)) == digest(cr.simulate(net, 6000, 7))


def test_two_workers_give_the_bytes_of_one_with_drawn_severities(diamond: cr.Network) -> None:
    """What a state comes to depends on nothing else that was asked."""
    net = stormy(diamond)
    net = net.replace(hazards=[hazard.replace(severity=cr.Uniform(low=0.2, high=1)) for hazard in net.hazards])
    assert digest(cr.simulate(net, 6000, 7, workers=2)) == digest(cr.simulate(net, 6000, 7))


def test_two_workers_and_a_resumed_run_give_the_bytes_of_one_with_drawn_rates(tmp_path: Path) -> None:
    """Parameters belong to a draw, so they do not depend on who works out its years; both regimes, usual ways only."""
    hub = cr.Hazard(
        name="hub", hits=[{"edge": "w0"}, {"edge": "w1", "probability": 0.6, "shocks": 5}],
        frequency_per_year={"calm": (0.5, 1.0, 1.8), "war": (2.0, 4.0, 7.0)},
        duration_days={"median": 9.0, "sigma": 1.0}, severity={"complete": 0.3, "mean": 0.4, "concentration": 2.0},
    )  # fmt: skip
    net = ways(5, 4, 4, volume=11.0, hazards=[hub])
    drawn = {"rates": "drawn", "draws": 6, "regime": {"war": 0.5, "calm": 0.5}, "rerouting": False}
    alone = cr.simulate(net, 6000, 7, **drawn)
    assert alone.draws == 6
    assert digest(cr.simulate(net, 6000, 7, workers=2, **drawn)) == digest(alone)
    cr.simulate(net, 2000, 7, checkpoint=tmp_path / "run", **{**drawn, "draws": 2})
    assert digest(cr.simulate(net, 6000, 7, checkpoint=tmp_path / "run", **drawn)) == digest(alone)


DASK = """
import distributed
import corridor as cr
from helpers.parallel_routes import ways
from helpers.stormy_years import digest
if __name__ == "__main__":
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        print(digest(cr.simulate(cr.load(year=2024, regime="war"), 6000, 7, client=client)))
"""


@pytest.mark.fuzz
def test_a_dask_cluster_gives_the_bytes_of_one_process(tmp_path: Path) -> None:
    """A real LocalCluster of two processes, the shipped network; in a process of its own, whose threads end with it."""
    pytest.importorskip("distributed")
    script = tmp_path / "spread.py"
    script.write_text(DASK)
    ran = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True, text=True, timeout=300, env=FROM_HERE, check=False,
    )  # fmt: skip
    assert ran.stdout.split() == [digest(cr.simulate(cr.load(year=2024, regime="war"), 6000, 7))], ran.stderr


CLOSED = """
import sys, threading
import distributed
import corridor as cr
from helpers.parallel_routes import ways
from helpers.stormy_years import slow, wait_for
if __name__ == "__main__":
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster:
        client = distributed.Client(cluster)
        ends = {"before": client.close, "during": client.close, "cluster": cluster.close}[sys.argv[1]]
        if sys.argv[1] == "before":
            ends()
        else:
            threading.Thread(target=lambda: wait_for(1, sys.argv[2]) and ends()).start()
        try:
            cr.simulate(slow(), 250_000, 3, client=client, checkpoint=sys.argv[2])
        except cr.CorridorError as error:
            print(type(error).__name__, error)
"""


@pytest.mark.fuzz
@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("before", "DataError client must be open and not asynchronous"),
        ("during", "SolverError Dask did not finish all blocks"),
        ("cluster", "SolverError Dask did not finish all blocks"),
    ],
)
def test_a_dask_client_that_ends_is_one_error_of_ours(tmp_path: Path, when: str, told: str) -> None:
    """Closed before or during a run, or its cluster: what to do, and no exception of a stranger's."""
    pytest.importorskip("distributed")
    script = tmp_path / "closed.py"
    script.write_text(CLOSED)
    ran = subprocess.run(
        [sys.executable, str(script), when, str(tmp_path / "kept")],
        capture_output=True, text=True, timeout=300, env=FROM_HERE, check=False,
    )  # fmt: skip
    assert ran.stdout.startswith(told), ran.stderr


@pytest.mark.fuzz
def test_a_killed_worker_costs_nothing_but_time(tmp_path: Path) -> None:
    """SIGKILL of a worker in mid-run: others take its block, and the bytes are those of an undisturbed run."""
    net, found = slow(), {}
    run = threading.Thread(
        target=lambda: found.update(ens=cr.simulate(net, 12_500, 3, workers=2, checkpoint=tmp_path / "run"))
    )
    run.start()
    wait_for(1, tmp_path / "run")
    os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)
    run.join(120)
    assert digest(found["ens"]) == digest(cr.simulate(net, 12_500, 3))


SCRIPT = """
import sys
import corridor as cr
from helpers.parallel_routes import ways
from helpers.stormy_years import slow
if __name__ == "__main__":
    cr.simulate(slow(), 12_500, 3, workers=2, checkpoint=sys.argv[1])
"""


@pytest.mark.fuzz
def test_a_killed_run_resumes_where_it_was(tmp_path: Path) -> None:
    """SIGKILL of the whole run: finished blocks are kept as they are, and the bytes are those of an undisturbed run."""
    script, folder = tmp_path / "run.py", tmp_path / "kept"
    script.write_text(SCRIPT)
    run = subprocess.Popen([sys.executable, str(script), str(folder)], env=FROM_HERE, start_new_session=True)
    before = {part: part.stat().st_mtime_ns for part in wait_for(2, folder)}
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert len(list(folder.glob("block-*-years.parquet"))) < 5
    resumed = cr.simulate(slow(), 12_500, 3, checkpoint=folder)
    assert {part: part.stat().st_mtime_ns for part in before} == before
    assert digest(resumed) == digest(cr.simulate(slow(), 12_500, 3))


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    "name", ["SIGKILL", *(pytest.param(name, marks=pytest.mark.fuzz) for name in ("SIGTERM", "SIGHUP", "SIGINT"))]
)
def test_no_worker_outlives_its_parent(tmp_path: Path, name: str) -> None:
    """However the command is ended, its pipes close at once; what can be caught ends as Ctrl-C does."""
    arguments = ["simulate", "--regime", "war", "--years", "50000000", "--workers", "2"]
    run = subprocess.Popen(
        [sys.executable, "-m", "corridor", *arguments, "--checkpoint", str(tmp_path / "run")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # ignored if tests run by nohup
    )  # fmt: skip
    wait_for(1, tmp_path / "run")
    run.send_signal(getattr(signal, name))
    try:
        _, err = run.communicate(timeout=180)
    finally:
        run.kill()
    assert "Traceback" not in err
    if name == "SIGKILL":
        assert run.returncode == -signal.SIGKILL
    else:
        assert (run.returncode, "stopped; run the same command again to continue from" in err) == (130, True)
        assert not list((tmp_path / "run").glob(".*.tmp"))


def test_a_run_under_nohup_stays_so(tmp_path: Path) -> None:
    """A signal that whoever started the process had it ignore is ignored."""
    code = (
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); sys.argv = ['corridor', 'scenarios']\n"
        "import corridor.__main__ as command\n"
        "command.main = lambda: os.kill(os.getpid(), signal.SIGHUP) or 0\n"
        "sys.exit(command.run())"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_checkpoint_gives_the_same_bytes_again(diamond: cr.Network, tmp_path: Path) -> None:
    """What was written is read back bit for bit, states included."""
    net = stormy(diamond)
    first = digest(cr.simulate(net, 3000, 7, checkpoint=tmp_path / "run"))
    assert digest(cr.simulate(net, 3000, 7, checkpoint=tmp_path / "run")) == first


def test_a_checkpoint_serves_a_longer_run(diamond: cr.Network, tmp_path: Path) -> None:
    """More years on the same seed take the whole blocks that are there."""
    net = stormy(diamond)
    cr.simulate(net, 5000, 7, checkpoint=tmp_path / "run")
    kept = {part: part.stat().st_mtime_ns for part in (tmp_path / "run").glob("*.parquet")}
    longer = cr.simulate(net, 7500, 7, checkpoint=tmp_path / "run")
    assert {part: part.stat().st_mtime_ns for part in kept} == kept
    assert digest(longer) == digest(cr.simulate(net, 7500, 7))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seed": 8}, "seed is 7 there, 8 here"),
        ({"scenario": cr.Scenario(name="shut", changes=[cr.Outage(edge="south_out")])}, "edges differ"),
    ],
)
def test_a_checkpoint_of_other_inputs_is_refused(
    diamond: cr.Network, tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    """The message says what differs, and nothing is overwritten."""
    net = stormy(diamond)
    cr.simulate(net, 100, 7, checkpoint=tmp_path / "run")
    with pytest.raises(cr.DataError, match=reason):
        cr.simulate(net, 100, **{"seed": 7, **change}, checkpoint=tmp_path / "run")  # type: ignore[arg-type]


def test_a_checkpoint_of_other_hazards_is_refused(diamond: cr.Network, tmp_path: Path) -> None:
    """Rates are inputs too."""
    net = stormy(diamond)
    cr.simulate(net, 100, 7, checkpoint=tmp_path / "run")
    rarer = net.replace(hazards=[hazard.replace(frequency_per_year=1.0) for hazard in net.hazards])
    with pytest.raises(cr.DataError, match="hazards differ; give another folder"):
        cr.simulate(rarer, 100, 7, checkpoint=tmp_path / "run")


def test_a_folder_of_other_files_is_no_checkpoint(diamond: cr.Network, tmp_path: Path) -> None:
    """Nothing of the user's is mixed with ours."""
    (tmp_path / "thesis.txt").write_text("do not touch")
    with pytest.raises(cr.DataError, match="holds other files"):
        cr.simulate(stormy(diamond), 100, 7, checkpoint=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_no_checkpoint(diamond: cr.Network, tmp_path: Path) -> None:
    """A checkpoint is a folder."""
    (tmp_path / "file").write_text("")
    with pytest.raises(cr.DataError, match="is a file; give the path of a folder"):
        cr.simulate(stormy(diamond), 100, 7, checkpoint=tmp_path / "file")


@pytest.mark.parametrize("spoilt", ["run.json", "block-000000-100-years.parquet"])
def test_a_spoilt_checkpoint_is_named(diamond: cr.Network, tmp_path: Path, spoilt: str) -> None:
    """A file cut short by a full disk is not read as less, and not passed over."""
    net = stormy(diamond)
    cr.simulate(net, 100, 7, checkpoint=tmp_path / "run")
    path = tmp_path / "run" / spoilt
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(cr.DataError, match=rf"{spoilt}: cannot be read.*delete"):
        cr.simulate(net, 100, 7, checkpoint=tmp_path / "run")


def test_a_manifest_holds_no_paths(diamond: cr.Network, tmp_path: Path) -> None:
    """A checkpoint may be moved and passed on."""
    cr.simulate(stormy(diamond), 100, 7, checkpoint=tmp_path / "run")
    kept = json.loads((tmp_path / "run" / "run.json").read_text())
    assert str(tmp_path) not in json.dumps(kept)
    assert kept["seed"] == 7


def test_workers_that_cannot_start_are_an_error(
    diamond: cr.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script without its main guard ends in one sentence, not in a fork bomb; the job is larger than a pipe."""
    script = tmp_path / "unguarded.py"
    script.write_text(
        "import corridor as cr\n"
        "net = cr.load(regime='war')\n"
        "try:\n    cr.simulate(net, 9000, 1, workers=2)\n"
        "except cr.SolverError as error:\n    print('told:', error)\n"
    )
    ran = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True, text=True, timeout=120, env=FROM_HERE, check=False,
    )  # fmt: skip
    assert "told: worker processes end before they finish a block; a script needs its calls under" in ran.stdout
    assert ran.stderr == ""


def test_nothing_is_shown_where_nobody_watches(diamond: cr.Network, capfd: pytest.CaptureFixture[str]) -> None:
    """Output that goes to a file gets no progress bar."""
    cr.simulate(stormy(diamond), 1500, 7)
    assert capfd.readouterr() == ("", "")


def test_progress_is_shown_when_asked_for(diamond: cr.Network, capfd: pytest.CaptureFixture[str]) -> None:
    """On stderr, in years; stdout stays clean for results."""
    cr.simulate(stormy(diamond), 1500, 7, progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert "1.50k/1.50k" in err


def test_a_client_must_be_one(diamond: cr.Network) -> None:
    """What cannot take work is refused by name, before anything is drawn."""
    with pytest.raises(cr.DataError, match=r"client must be a distributed\.Client"):
        cr.simulate(stormy(diamond), 100, 7, client=object())


def test_a_checkpoint_of_fewer_years_is_not_read_as_less(diamond: cr.Network, tmp_path: Path) -> None:
    """A sound table with rows missing would make an ensemble of fewer years than were asked for."""
    net = stormy(diamond)
    cr.simulate(net, 100, 7, checkpoint=tmp_path / "run")
    path = tmp_path / "run" / "block-000000-100-years.parquet"
    pd.read_parquet(path).iloc[:10].to_parquet(path)
    with pytest.raises(cr.DataError, match=r"block-000000-100-years\.parquet: cannot be read .*; delete it"):
        cr.simulate(net, 100, 7, checkpoint=tmp_path / "run")


def test_a_run_killed_before_its_first_line_is_begun_anew(diamond: cr.Network, tmp_path: Path) -> None:
    """A draft of the manifest, which a second run that starts at once sees too, is no file of somebody else."""
    (tmp_path / ".run.json.123.tmp").write_text("{")
    assert len(cr.simulate(stormy(diamond), 100, 7, checkpoint=tmp_path).years) == 100


def test_a_full_disk_names_the_checkpoint(diamond: cr.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that could not be written, not only that some disk is full."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises(OSError, match=r"No space left on device: .*block-000000-100-years.states.parquet"):
        cr.simulate(stormy(diamond), 100, 7, checkpoint=tmp_path / "run")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["run.json"]
