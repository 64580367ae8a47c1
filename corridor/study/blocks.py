"""Blocks of simulated years: worked out here, by processes or by a Dask client, and kept in a checkpoint.

A block depends on the network, its hazards, the seed and its number alone, so the same blocks come from any number of
workers and from a run that was stopped and resumed.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import pickle
import re
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from corridor.errors import CorridorError, DataError, SolverError
from corridor.model.economics import DAYS_PER_YEAR
from corridor.model.io import draft_beside, draft_of, sweep_drafts
from corridor.model.network import Network
from corridor.model.scenario import Hazard
from corridor.solver.conditions import Conditions
from corridor.solver.program import Floats
from corridor.study.draws import BLOCK_YEARS, Intervals, Sets, intervals, n_words, unpacked

if TYPE_CHECKING:
    import pandas as pd

Source = Generator[tuple[int, "Block"]]
Places = npt.NDArray[np.intp]
_CHUNK = 4096
"""Conditions worked out at a time."""
_MOST_KNOWN = 100_000
"""Conditions remembered; of hazards so many that more are met, hardly any comes again."""
_PARTS = ("nodes", "edges", "commodities", "supplies", "markets", "quotas", "corridors")
_MOST_TRIES = 3
_OURS = re.compile(r"run\.json|block-\d+-\d+-years\..*")
_LAYOUTS = (
    {"sets": "set_", "days": "", "stretches": "", "values": "value_"},
    {"rates": "rate_", "worst": "", "disturbed": "", "shocks": ""},
)
"""Fields of a block in each of its two files, with what numbered columns begin with."""


@dataclass(frozen=True, eq=False)
class Block:
    """What a block of years came to.

    Attributes
    ----------
    rates : shape (years, n_names)
        Means over each year of what `Conditions.names` measures.
    worst : shape (years,)
        Largest shortfall at any time of each year. [Mt/y]
    disturbed : shape (years,)
        Days with some hazard in force. [days]
    shocks : shape (years,)
        Events that began.
    sets : shape (n_states, n_words)
        Sets of hazards that were in force, a bit each.
    days, stretches : shape (n_states,)
        How long [days] and how many times in the block.
    values : shape (n_states, n_measures)
        What each came to but for corridors, which come last in `names`; its mean over time where severities are drawn.
    """

    rates: Floats
    worst: Floats
    disturbed: Floats
    shocks: npt.NDArray[np.int64]
    sets: Sets
    days: Floats
    stretches: npt.NDArray[np.int64]
    values: Floats


class Bench:
    """Works out blocks; remembers what sets of hazards came to.

    Attributes
    ----------
    conditions : Conditions
        The network under any of its hazards.
    n_measures : int
        How many of `Conditions.names` are not about a corridor; those that are come last, three a corridor.
    """

    def __init__(self, network: Network, hazards: Sequence[Hazard]) -> None:
        self.conditions = Conditions(network, hazards)
        self.n_measures = len(self.conditions.names) - 3 * len(self.conditions.corridors)
        self._known: dict[bytes, Floats] = {}
        self._n = len(hazards)

    def block(self, seed: int, number: int, years: int, tell: Callable[[float], object] | None = None) -> Block:
        """Return the first years of a block.

        Parameters
        ----------
        seed, number, years : int
            As for `intervals`.
        tell : callable, optional
            Called with what each chunk of conditions comes to. [years]
        """
        cut = intervals(self.conditions.hazards, seed, number, years)
        sets, which = distinct(cut.in_force)
        days: Floats = np.bincount(which, cut.days, minlength=len(sets)).astype(np.float64)
        quiet = self.of_sets(np.zeros((1, n_words(self._n)), dtype=np.int64))[0]
        short = self.conditions.names.index("shortfall")
        rates = np.repeat(quiet[None, :], years, axis=0)
        worst = np.full(years, quiet[short])
        values = np.zeros((len(sets), self.n_measures))
        for at, row, shown in self.came_to(cut, sets, which):
            if cut.severity:
                np.add.at(values, which[at], cut.days[at, None] * shown[row, : self.n_measures])
            else:
                values[which[at]] = shown[row, : self.n_measures]
            # What differs from the undisturbed is added up, so that quiet years are exactly that and cost nothing.
            other = shown != quiet
            moved = other.any(axis=1)[row]
            at_moved, row = at[moved], row[moved]
            year, share = cut.year[at_moved], cut.days[at_moved] / DAYS_PER_YEAR
            for name in np.flatnonzero(other.any(axis=0)):
                rates[:, name] += np.bincount(year, (shown[:, name] - quiet[name])[row] * share, minlength=years)
            np.maximum.at(worst, year, shown[row, short])
            if tell is not None:
                tell(years * len(at) / len(which))
        if cut.severity:
            values /= days[:, None]
        disturbed = np.bincount(cut.year, cut.days * (cut.in_force != 0).any(axis=1), minlength=years)
        entered = np.ones(len(which), dtype=bool)
        entered[1:] = (np.diff(which) != 0) | (np.diff(cut.year) != 0)
        stretches = np.bincount(which[entered], minlength=len(sets))
        return Block(rates, worst, disturbed.astype(np.float64), cut.shocks, sets, days, stretches, values)

    def nothing(self) -> Block:
        """Return a block of no years: columns and types of those to come."""
        none, counts = np.empty(0), np.empty(0, dtype=np.int64)
        sets = np.empty((0, n_words(self._n)), dtype=np.int64)
        rates = np.empty((0, len(self.conditions.names)))
        return Block(rates, none, none, counts, sets, none, counts, rates[:, : self.n_measures])

    def came_to(self, cut: Intervals, sets: Sets, which: Places) -> Iterator[tuple[Places, Places, Floats]]:
        """Yield intervals, for each a row, and in these rows what it came to: so many conditions at a time.

        Parameters
        ----------
        cut : Intervals
            A block.
        sets, which
            Its distinct sets of hazards, and which of them is in force in each interval.
        """
        order = np.argsort(which, kind="stable")
        if cut.severity:
            for at in _chunks(order):
                at.sort()
                yield at, np.arange(len(at)), self._drawn(cut, sets, which, at)
            return
        ends = np.searchsorted(which[order], np.arange(len(sets) + 1))
        for chosen in _chunks(np.arange(len(sets))):
            at = np.sort(order[ends[chosen[0]] : ends[chosen[-1] + 1]])
            yield at, which[at] - chosen[0], self.of_sets(sets[chosen])

    def of_sets(self, sets: Sets) -> Floats:
        """Return what sets of hazards come to, each taking all that it takes."""
        return np.concatenate([self._of_chunk(sets[chosen]) for chosen in _chunks(np.arange(len(sets)))])

    def _of_chunk(self, sets: Sets) -> Floats:
        keys = [row.tobytes() for row in sets]
        new = [at for at, key in enumerate(keys) if key not in self._known]
        found = np.empty((len(sets), len(self.conditions.names)))
        if new:
            found[new] = self.conditions.outcomes(unpacked(sets[new], self._n).astype(np.float64))
        for at, key in enumerate(keys):
            if key in self._known:
                found[at] = self._known[key]
            elif len(self._known) < _MOST_KNOWN:
                self._known[key] = found[at].copy()
        return found

    def _drawn(self, cut: Intervals, sets: Sets, which: Places, at: Places) -> Floats:
        """Return what intervals come to where severities are drawn; equal conditions are worked out once."""
        in_force = sets[which[at]]
        taken = unpacked(in_force, self._n).astype(np.float64)
        drawn = taken[:, list(cut.severity)].any(axis=1)
        for hazard, share in cut.severity.items():
            taken[:, hazard] = share[at]
        found = np.empty((len(at), len(self.conditions.names)))
        if not drawn.all():
            used, again = distinct(in_force[~drawn])
            found[~drawn] = self.of_sets(used)[again]
        if drawn.any():
            rows, again = np.unique(taken[drawn], axis=0, return_inverse=True)
            found[drawn] = self.conditions.outcomes(rows)[again.ravel()]
        return found


def _chunks(places: Places) -> Iterator[Places]:
    """Yield so many places at a time that what is worked out for them fits into memory."""
    for first in range(0, len(places), _CHUNK):
        yield places[first : first + _CHUNK]


def distinct(in_force: Sets) -> tuple[Sets, Places]:
    """Return the distinct rows in ascending order, and which of them each row is."""
    if in_force.shape[1] > 1:
        rows, which = np.unique(in_force, axis=0, return_inverse=True)
        return rows, which.ravel()
    import pandas as pd

    which, found = pd.factorize(in_force[:, 0], sort=True)
    return np.asarray(found)[:, None], which


def pack(network: Network, hazards: Sequence[Hazard]) -> bytes:
    """Return what a worker needs to make its bench."""
    return pickle.dumps((network.altered(ledger=(), sources=(), hazards=()), tuple(hazards)), protocol=5)


@lru_cache(maxsize=2)
def _bench(packed: bytes) -> Bench:
    """Return this process's bench for a packed network; blocks of one run share it."""
    return Bench(*pickle.loads(packed))


def _work(packed: bytes, seed: int, number: int, years: int) -> Block:
    """Work out one block, wherever this runs."""
    return _bench(packed).block(seed, number, years)


def by_one(bench: Bench, seed: int, wanted: Iterable[tuple[int, int]], tell: Callable[[float], object]) -> Source:
    """Yield blocks worked out here, one after the other; tell of years as they are done."""
    for number, years in wanted:
        yield number, bench.block(seed, number, years, tell)


def by_processes(
    packed: bytes, seed: int, wanted: Iterable[tuple[int, int]], workers: int, tell: Callable[[float], object]
) -> Source:
    """Yield blocks as processes finish them; what a killed process held is given to others.

    Raises
    ------
    SolverError
        If processes die three times over without finishing a block.
    """
    if getattr(current_process(), "_inheriting", False):
        raise SystemExit(1)  # a script without a guard, run anew by a worker that starts: the parent says it, once
    missing, idle = dict(wanted), 0
    context = get_context("spawn")
    while missing:
        before = len(missing)
        ours, theirs = context.Pipe()
        pool = ProcessPoolExecutor(min(workers, before), context, _end_with, (theirs,))
        try:
            given = {pool.submit(_work, packed, seed, number, years): number for number, years in missing.items()}
            for done in as_completed(given):
                block = done.result()
                tell(missing.pop(given[done]))
                yield given[done], block
        except BrokenProcessPool:
            idle = 0 if len(missing) < before else idle + 1
            if idle == _MOST_TRIES:
                raise SolverError(
                    "worker processes end before they finish a block; a script needs its calls under "
                    "'if __name__ == \"__main__\":', and workers=1 shows any other reason"
                ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            ours.close()
            theirs.close()


def _end_with(parent: Connection) -> None:
    """End this worker as soon as the other end of a pipe is closed: by its parent, or with it, however it ends."""

    def watch() -> None:
        wait([parent])
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    Thread(target=watch, daemon=True).start()


def by_dask(
    packed: bytes, seed: int, wanted: Iterable[tuple[int, int]], client: Any, tell: Callable[[float], object]
) -> Source:
    """Yield blocks as the workers of a Dask client finish them.

    Raises
    ------
    SolverError
        If the client is closed, or Dask cannot finish a block.
    """
    import distributed

    missing = dict(wanted)
    given: dict[Any, int] = {}
    try:
        shared = client.scatter(packed, broadcast=True)
        given = {client.submit(_work, shared, seed, number, n, pure=False): number for number, n in missing.items()}
        for done in distributed.as_completed(list(given)):
            block = done.result()
            tell(missing[given[done]])
            yield given[done], block
    except CorridorError:
        raise
    except Exception as error:
        raise SolverError(
            f"Dask did not finish all blocks ({type(error).__name__}: {error}); keep the client and its cluster open "
            "until simulate returns and corridor installed on its workers, or give workers= instead; with a checkpoint "
            "the same call then goes on from there"
        ) from error
    finally:
        with contextlib.suppress(Exception):
            client.cancel(list(given))


class Checkpoint:
    """A folder of finished blocks, which serves one run at a time.

    A block is two Parquet files and a file of their digests beside that of the manifest, `run.json`, of what blocks are
    worked out from. What is not as it was written is refused.

    Parameters
    ----------
    path : path
        The folder; made if there is none.
    manifest : dict
        What blocks depend on.
    like : Block
        Any block, for the columns and types of others.

    Raises
    ------
    DataError
        If the folder belongs to a run with other inputs or to one at work, or holds what is not ours.
    """

    def __init__(self, path: str | os.PathLike[str], manifest: dict[str, Any], like: Block) -> None:
        self._folder, self._like, self._run = Path(path), like, _digest_of(manifest)
        _require_parquet()
        if self._folder.exists() and not self._folder.is_dir():
            raise DataError(f"checkpoint {path}: is a file; give the path of a folder")
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self._folder)
        try:
            self._begin(manifest)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return the checkpoint, closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another run make use of the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def read(self, number: int, years: int) -> Block | None:
        """Return a finished block, or None.

        Raises
        ------
        DataError
            If one of its files is not as it was written.
        """
        *paths, seal = self._paths(number, years)
        try:
            kept = {path: path.read_bytes() for path in (*paths, seal)}
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DataError(f"checkpoint {error.filename}: cannot be read ({error.strerror}); delete it") from None
        if kept[seal] != self._sealed(paths, [kept[path] for path in paths]):
            self._refuse_damaged(paths, seal, kept)
        fields: dict[str, Any] = {}
        for path, layout in zip(paths, _LAYOUTS, strict=True):
            fields |= _fields(path, kept[path], layout, self._like)
        if len(fields["worst"]) != years:
            raise _unreadable(paths[1], f"it must hold {years:,} years, got {len(fields['worst']):,}")
        return Block(**fields)

    def write(self, number: int, years: int, block: Block) -> None:
        """Keep a finished block: each file whole or not at all, the one that says so last."""
        *paths, seal = self._paths(number, years)
        contents = []
        for path, layout in zip(paths, _LAYOUTS, strict=True):
            buffer = io.BytesIO()
            with _naming(path):
                _frame(block, layout).to_parquet(buffer)
            contents.append(buffer.getvalue())
        _put(paths[0], contents[0])
        _put(seal, self._sealed(paths, contents))
        _put(paths[1], contents[1])

    def _paths(self, number: int, years: int) -> list[Path]:
        stem = f"block-{number:06d}-{years}-years"
        return [self._folder / f"{stem}{ending}" for ending in (".states.parquet", ".parquet", ".digests.json")]

    def _sealed(self, paths: Sequence[Path], contents: Sequence[bytes]) -> bytes:
        """Return the file that goes with a block's files."""
        digests = {path.name: hashlib.sha256(data).hexdigest() for path, data in zip(paths, contents, strict=True)}
        return _json({"run": self._run, **digests})

    def _refuse_damaged(self, paths: Sequence[Path], seal: Path, kept: dict[Path, bytes]) -> None:
        """Raise for the file of a block that is not as it was written."""
        told = _mapping_in(kept[seal])
        if told.keys() != {"run", *(path.name for path in paths)} or told["run"] != self._run:
            raise _unreadable(seal, "it is damaged, or of another block or run")
        for path in paths:
            if told[path.name] != hashlib.sha256(kept[path]).hexdigest():
                raise _unreadable(path, f"it is not what {seal.name} says: damaged, or of another block or run")
        raise _unreadable(seal, "it is damaged")

    def _begin(self, manifest: dict[str, Any]) -> None:
        """Remove what dead runs left half-written, begin a fresh folder, and refuse one that is not this run's."""
        kept = self._folder / "run.json"
        sweep_drafts(self._folder, _OURS)
        if not kept.exists():
            if any(draft_of(entry.name) != kept.name for entry in self._folder.iterdir()):
                raise DataError(
                    f"checkpoint {self._folder}: the folder holds other files and no run.json; give an empty or new one"
                )
            _put(kept, _json({**manifest, "digest": self._run}), new=True)
        found = _mapping_in(kept.read_bytes() if kept.is_file() else b"")
        digest = found.pop("digest", None)
        if not found or digest != _digest_of(found):
            raise DataError(
                f"checkpoint {kept}: cannot be read (it is damaged, or of another version of corridor); "
                "delete the folder to start anew"
            )
        reasons = []
        for key in sorted({*manifest, *found}):
            there, here = found.get(key), manifest.get(key)
            if there != here:
                short = key in ("seed", "block_years") or key.startswith("version")
                reasons.append(f"{key} is {there} there, {here} here" if short else f"{key} differ")
        if reasons:
            raise DataError(
                f"checkpoint {self._folder}: belongs to another run: {'; '.join(reasons)}; "
                "give another folder, or delete this one"
            )


def _locked(folder: Path) -> int | None:
    """Return an open file that keeps other runs out of a folder until it is closed; None where there are no locks."""
    if sys.platform == "win32":
        return None
    import fcntl

    file = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise DataError(
            f"checkpoint {folder}: another run is at work there; wait for its end, or give another folder"
        ) from None
    except OSError:
        pass  # a file system without locks
    return file


def _put(path: Path, data: bytes, *, new: bool = False) -> None:
    """Write a file whole or not at all, and to the disk; a new one not in the place of what is there."""
    part = draft_beside(path)
    with _naming(path):
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            (_link if new else os.replace)(part, path)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def _link(part: Path, path: Path) -> None:
    """Give a file a second name unless that is taken; where there are no links, its name."""
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    except OSError:
        os.replace(part, path)


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Have what the system refuses name a file of the user's, not a draft or nothing."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None


def _frame(block: Block, layout: dict[str, str]) -> pd.DataFrame:
    """Return some fields of a block as a table: one column a field, or of two dimensions numbered ones."""
    import pandas as pd

    columns: dict[str, npt.NDArray[Any]] = {}
    for field, prefix in layout.items():
        array = getattr(block, field)
        columns |= {f"{prefix}{at}": column for at, column in enumerate(array.T)} if prefix else {field: array}
    return pd.DataFrame(columns)


def _fields(path: Path, data: bytes, layout: dict[str, str], like: Block) -> dict[str, npt.NDArray[Any]]:
    """Return the fields of a block that a file holds, with columns and types as another block has them."""
    import pandas as pd

    try:
        frame = pd.read_parquet(io.BytesIO(data))
        wanted = _frame(like, layout).dtypes
        if not frame.dtypes.equals(wanted) or frame.isna().to_numpy().any():
            raise ValueError(f"its columns must be {', '.join(wanted.index)}, numbers all")
        fields = {}
        for field, prefix in layout.items():
            names = [name for name in wanted.index if prefix and name.startswith(prefix)]
            fields[field] = np.ascontiguousarray(frame[names].to_numpy()) if prefix else frame[field].to_numpy()
    except Exception as error:  # whatever pandas and pyarrow raise
        raise _unreadable(path, str(error)) from None
    return fields


def _unreadable(path: Path, why: str) -> DataError:
    return DataError(f"checkpoint {path}: cannot be read ({why}); delete it to have it done anew")


def _json(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()


def _mapping_in(data: bytes) -> dict[str, Any]:
    """Return what JSON holds, nothing where it is broken."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _digest_of(manifest: dict[str, Any]) -> str:
    return hashlib.sha256(_json(manifest)).hexdigest()


def manifest(network: Network, hazards: Sequence[Hazard], seed: int) -> dict[str, Any]:
    """Return what blocks depend on: digests of the network's parts and hazards, seed, versions."""
    from importlib.metadata import version

    from corridor import __version__

    parts = {part: _digest(getattr(network, part)) for part in _PARTS}
    versions = {f"version of {name}": version(name) for name in ("numpy", "highspy")} | {"version": __version__}
    return parts | {"hazards": _digest(hazards), "seed": seed, "block_years": BLOCK_YEARS} | versions


def _digest(records: Iterable[Any]) -> str:
    text = "\n".join(record.model_dump_json() for record in records)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _require_parquet() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise DataError(
            "a checkpoint needs pyarrow; install the extra: pip install 'corridor[ensemble]', or leave checkpoint out"
        ) from None
