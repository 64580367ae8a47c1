"""Checkpoints under attack: whatever is not as it was written is refused by name, and no run gets another's years."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import corridor as cr
from corridor.risk.blocks import BlockSimulator
from corridor.risk.checkpoint import Checkpoint, manifest
from corridor.solver.program import Program
from helpers.stormy_years import begin, digest, stormy

YEARS = 2600


@pytest.fixture(scope="module")
def net() -> cr.Network:
    """Return two ways to a port and two hazards."""
    return stormy(
        cr.Network.from_frames(
            nodes=pd.DataFrame({"id": ["field", "north", "south", "port"]}),
            edges=pd.DataFrame(
                {
                    "id": ["north_in", "north_out", "south_in", "south_out"],
                    "tail": ["field", "north", "field", "south"],
                    "head": ["north", "port", "south", "port"],
                    "capacity_mtpa": [None, 6.0, None, 3.0],
                }
            ),
            supplies=pd.DataFrame({"node": ["field"], "commodity": ["oil"], "volume_mtpa": [10.0]}),
            markets=pd.DataFrame({"node": ["port"], "commodity": ["oil"], "price_usd_per_t": [100.0]}),
        )
    )


@pytest.fixture(scope="module")
def kept(net: cr.Network, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a finished checkpoint of two blocks, and the digest of its results."""
    folder = tmp_path_factory.mktemp("kept") / "run"
    return folder, digest(cr.simulate(net, YEARS, 7, checkpoint=folder))


@pytest.fixture
def copy(kept: tuple[Path, str], tmp_path: Path) -> Path:
    """Return a copy of the checkpoint to be spoilt."""
    return Path(shutil.copytree(kept[0], tmp_path / "run"))


def part(folder: Path, number: int, ending: str) -> Path:
    """Return one file of a block."""
    (found,) = folder.glob(f"block-{number:06d}-*-years{ending}")
    return found


def spoilt(data: bytes, draw: random.Random) -> bytes:
    """Return bytes cut somewhere, with some bits flipped, or with a stretch put elsewhere."""
    at = draw.randrange(len(data))
    kind = draw.choice(("cut", "flip", "flip", "move", "zero"))
    if kind == "cut":
        return data[:at]
    if kind == "flip":
        changed = bytearray(data)
        for place in {at, *(draw.randrange(len(data)) for _ in range(draw.randrange(3)))}:
            changed[place] ^= 1 << draw.randrange(8)
        return bytes(changed)
    stretch = draw.randrange(1, 9)
    return data[:at] + (b"\0" * stretch if kind == "zero" else data[-stretch:]) + data[at + stretch :]


@pytest.mark.parametrize("seed", range(int(os.environ.get("CORRIDOR_MUTANTS", "12"))))
def test_what_is_spoilt_is_named_or_gives_the_same_bytes(
    net: cr.Network, kept: tuple[Path, str], tmp_path: Path, seed: int
) -> None:
    """Ten mutants each: a file cut, bits flipped, bytes zeroed or moved, anywhere in blocks, digests and manifest."""
    draw = random.Random(seed)
    for number in range(10):
        folder = Path(shutil.copytree(kept[0], tmp_path / str(number)))
        path = draw.choice(sorted(folder.iterdir()))
        path.write_bytes(spoilt(path.read_bytes(), draw))
        told = ""
        try:
            found = digest(cr.simulate(net, YEARS, 7, checkpoint=folder))
        except cr.DataError as error:
            told = str(error)
        assert (path.name in told and "delete" in told) if told else found == kept[1]


def test_what_is_refused_is_healed_as_told(net: cr.Network, kept: tuple[Path, str], copy: Path) -> None:
    """Delete the file that is named, whichever of a block's it is, and the block is worked out anew."""
    for ending in (".parquet", ".states.parquet", ".digests.json"):
        path = part(copy, 0, ending)
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(cr.DataError, match=rf"{path.name}: cannot be read .*; delete it to recompute it"):
            cr.simulate(net, YEARS, 7, checkpoint=copy)
        path.unlink()
        assert digest(cr.simulate(net, YEARS, 7, checkpoint=copy)) == kept[1]


@pytest.mark.parametrize(
    "endings", [(".parquet",), (".states.parquet",), (".parquet", ".states.parquet", ".digests.json")]
)
def test_blocks_of_another_run_are_refused(
    net: cr.Network, copy: Path, tmp_path: Path, endings: tuple[str, ...]
) -> None:
    """Sound files of another seed, one or all of a block's, are not this run's."""
    cr.simulate(net, YEARS, 8, checkpoint=tmp_path / "other")
    for ending in endings:
        shutil.copy(part(tmp_path / "other", 1, ending), part(copy, 1, ending))
    with pytest.raises(cr.DataError, match=r"block-000001-100-years.*of another block or run"):
        cr.simulate(net, YEARS, 7, checkpoint=copy)


@pytest.mark.parametrize("endings", [(".parquet",), (".parquet", ".states.parquet", ".digests.json")])
def test_another_blocks_rows_are_refused(net: cr.Network, tmp_path: Path, endings: tuple[str, ...]) -> None:
    """Block 1 in the place of block 0, of as many years."""
    folder = tmp_path / "run"
    cr.simulate(net, 5000, 7, checkpoint=folder)
    for ending in endings:
        shutil.copy(part(folder, 1, ending), part(folder, 0, ending))
    with pytest.raises(cr.DataError, match=r"block-000000-2500-years.*of another block or run"):
        cr.simulate(net, 5000, 7, checkpoint=folder)


FORGERIES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "not a number": lambda frame: frame.assign(worst=float("nan")),
    "text": lambda frame: frame.assign(worst="many"),
    "whole numbers for others": lambda frame: frame.assign(worst=1),
    "a column less": lambda frame: frame.drop(columns="rate_0"),
    "a column more": lambda frame: frame.assign(rate_999=1.0),
    "years less": lambda frame: frame.iloc[:-1],
    "no years": lambda frame: frame.iloc[:0],
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_tables_of_another_shape_are_refused_even_with_their_digest(net: cr.Network, copy: Path, forgery: str) -> None:
    """Columns, types and numbers are looked at, should a digest be made to fit."""
    path, seal = part(copy, 1, ".parquet"), part(copy, 1, ".digests.json")
    FORGERIES[forgery](pd.read_parquet(path)).to_parquet(path)
    told = json.loads(seal.read_text()) | {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
    seal.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")
    with pytest.raises(
        cr.DataError, match=rf"{path.name}: cannot be read \(.*(columns must be|must hold 100 years).*delete"
    ):
        cr.simulate(net, YEARS, 7, checkpoint=copy)


@pytest.mark.parametrize("text", ["", "null", "[]", "[" * 100_000, '{"seed": 7}', "\ufeff{}", "{}", '{"digest": null}'])
def test_a_manifest_that_is_none_is_refused(net: cr.Network, copy: Path, text: str) -> None:
    """Nothing in it, not ours, or nested without end."""
    (copy / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(cr.DataError, match=r"run\.json: cannot be read .*delete the folder"):
        cr.simulate(net, YEARS, 7, checkpoint=copy)


@pytest.mark.fuzz
@pytest.mark.parametrize("seeds", [(1, 2, 3), (1, 1, 1)])
def test_of_runs_that_begin_at_once_one_is_let_in(net: cr.Network, tmp_path: Path, seeds: tuple[int, ...]) -> None:
    """On a fresh folder, with other inputs or the same; the others are told why, and what is kept is the one's."""
    cr.write_network(net.replace(hazards=()), tmp_path / "net.json")
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(len(seeds)), context.Queue()
    runs = [context.Process(target=begin, args=(barrier, answers, seed, tmp_path / "run")) for seed in seeds]
    for run in runs:
        run.start()
    told = sorted(answers.get(timeout=120) for _ in runs)
    for run in runs:
        run.join()
    refused = [text for text in told if text != "let in"]
    assert all("another run" in text for text in refused)
    assert len(refused) == len(seeds) - 1 or len(set(seeds)) == 1  # the same inputs go on where a run has ended
    kept = json.loads((tmp_path / "run" / "run.json").read_text())["seed"]
    assert digest(cr.simulate(net, 5000, kept, checkpoint=tmp_path / "run")) == digest(cr.simulate(net, 5000, kept))


def test_a_finished_checkpoint_compiles_and_applies_nothing(
    net: cr.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All its blocks are there, and its hazards were applied when it was begun."""
    years = cr.simulate(net, 100, 7, checkpoint=tmp_path / "run").years
    monkeypatch.setattr(Program, "of", lambda *_: pytest.fail("a program was compiled"))
    monkeypatch.setattr(cr.Hazard, "apply", lambda *_, **__: pytest.fail("a hazard was applied"))
    pd.testing.assert_frame_equal(cr.simulate(net, 100, 7, checkpoint=tmp_path / "run").years, years)


def test_hazards_that_are_refused_leave_no_folder(net: cr.Network, tmp_path: Path) -> None:
    """A run that cannot be done begins no checkpoint, which mended hazards would not fit."""
    unknown = cr.Hazard(name="unknown", changes=[cr.Outage(edge="no_such")], frequency_per_year=1, duration_days=1)
    with pytest.raises(cr.UnknownNameError, match="no_such"):
        cr.simulate(net.replace(hazards=[*net.hazards, unknown]), 100, 7, checkpoint=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_folder_in_use_is_refused_until_its_run_ends(net: cr.Network, tmp_path: Path) -> None:
    """The same inputs too: a second run would do the same work again."""
    refused = pytest.raises(
        cr.DataError, match="another run is at work there; wait for its end, or give another folder"
    )
    with (
        Checkpoint(
            tmp_path / "run",
            manifest(BlockSimulator(net, net.hazards), 7),
            BlockSimulator(net, net.hazards).empty_block(),
        ),
        refused,
    ):
        cr.simulate(net, 100, 7, checkpoint=tmp_path / "run")
    assert len(cr.simulate(net, 100, 7, checkpoint=tmp_path / "run").years) == 100


@pytest.fixture
def dead() -> int:
    """Return the number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_drafts_of_dead_processes_are_swept_on_resuming(net: cr.Network, copy: Path, dead: int) -> None:
    """Those of live ones, and files that are no drafts of ours, stay."""
    names = {"block-000001-2500-years.parquet", "run.json", "block-000000-2500-years.digests.json"}
    gone = {copy / f".{name}.{dead}.tmp" for name in names}
    stay = {copy / f".{name}.{os.getppid()}.tmp" for name in names} | {copy / f".notes.txt.{dead}.tmp", copy / ".a.tmp"}
    for path in gone | stay:
        path.write_text("half")
    cr.simulate(net, YEARS, 7, checkpoint=copy)
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in stay)


@pytest.mark.parametrize("name", ["net.json", "net.geojson", "net"])
def test_drafts_of_dead_processes_are_swept_beside_networks(
    net: cr.Network, tmp_path: Path, name: str, dead: int
) -> None:
    """Of the file or folder that is written alone; a draft of a live process is its business."""
    stay = [tmp_path / f".{name}.{os.getppid()}.tmp", tmp_path / f".other.{dead}.tmp", tmp_path / f".{name}.0.tmp"]
    for path in stay:
        path.write_text("half")
    folder, file = tmp_path / f".{name}.{dead}.tmp", tmp_path / f".{name}.0{dead}.tmp"
    folder.mkdir()
    (folder / "nodes.csv").write_text("id")
    file.write_text("half")
    cr.write_network(net, tmp_path / name)
    assert not folder.exists()
    assert not file.exists()
    assert all(path.exists() for path in stay)


def test_a_report_sweeps_too(tmp_path: Path, dead: int) -> None:
    """Whatever is written whole or not at all goes the same way."""
    (tmp_path / f".a.yaml.{dead}.tmp").write_text("half")
    cr.save_scenario(cr.load_scenario("cpc-shut"), tmp_path / "a.yaml")
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]
