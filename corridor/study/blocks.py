"""Blocks of simulated years: worked out here, by processes or by a Dask client, and kept in a checkpoint.

A block depends on the network, its hazards, the seed and its number alone, so the same blocks come from any number of
workers and from a run that was stopped and resumed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pickle
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import current_process, get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.errors import DataError, SolverError
from corridor.model.economics import DAYS_PER_YEAR
from corridor.model.network import Network
from corridor.model.scenario import Hazard
from corridor.model.writing import write_text
from corridor.solver.conditions import Conditions
from corridor.solver.program import Floats
from corridor.study.draws import BLOCK_YEARS, Intervals, Sets, intervals, unpacked

_PARTS = ("nodes", "edges", "commodities", "supplies", "markets", "quotas", "corridors")
_MOST_TRIES = 3


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
    values : shape (n_states, n_names)
        What each came to; its mean over time where severities are drawn.
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
    """Works out blocks; remembers what each set of hazards came to."""

    def __init__(self, network: Network, hazards: Sequence[Hazard]) -> None:
        self.conditions = Conditions(network, hazards)
        self._known: dict[bytes, Floats] = {}
        self._n = len(hazards)

    def block(self, seed: int, number: int, years: int) -> Block:
        """Return the first years of a block."""
        cut = intervals(self.conditions.hazards, seed, number, years)
        sets, which = _distinct(cut.in_force)
        days: Floats = np.bincount(which, cut.days, minlength=len(sets)).astype(np.float64)
        if cut.severity:
            shown = self.drawn(cut, sets, which)
            values = np.stack([np.bincount(which, cut.days * column) for column in shown.T], axis=1) / days[:, None]
            which_shown = np.arange(len(which))
        else:
            shown = values = self.of_sets(sets)
            which_shown = which
        rates, worst = self._by_year(cut, shown, which_shown, years)
        disturbed = np.bincount(cut.year, cut.days * (cut.in_force != 0).any(axis=1), minlength=years)
        entered = np.ones(len(which), dtype=bool)
        entered[1:] = (np.diff(which) != 0) | (np.diff(cut.year) != 0)
        stretches = np.bincount(which[entered], minlength=len(sets))
        return Block(rates, worst, disturbed.astype(np.float64), cut.shocks, sets, days, stretches, values)

    def _by_year(self, cut: Intervals, shown: Floats, which: npt.NDArray[Any], years: int) -> tuple[Floats, Floats]:
        """Return means over each year, and its largest shortfall, of intervals that show rows of values.

        What differs from the undisturbed is added up, so that quiet years are exactly that and cost nothing.
        """
        quiet = self.of_sets(np.zeros((1, cut.in_force.shape[1]), dtype=np.int64))[0]
        rates = np.repeat(quiet[None, :], years, axis=0)
        at = self.conditions.names.index("shortfall")
        worst = np.full(years, quiet[at])
        other = shown != quiet
        moved, varying = np.flatnonzero(other.any(axis=1)[which]), np.flatnonzero(other.any(axis=0))
        year, which = cut.year[moved], which[moved]
        share = cut.days[moved] / DAYS_PER_YEAR
        for name in varying:
            rates[:, name] += np.bincount(year, (shown[:, name] - quiet[name])[which] * share, minlength=years)
        np.maximum.at(worst, year, shown[which, at])
        return rates, worst

    def of_sets(self, sets: Sets) -> Floats:
        """Return what sets of hazards come to, each taking all that it takes; each is solved once."""
        keys = [row.tobytes() for row in sets]
        new = [at for at, key in enumerate(keys) if key not in self._known]
        if new:
            found = self.conditions.outcomes(unpacked(sets[new], self._n).astype(np.float64))
            self._known.update((keys[at], row) for at, row in zip(new, found, strict=True))
        return np.array([self._known[key] for key in keys])

    def drawn(self, cut: Intervals, sets: Sets, which: npt.NDArray[np.intp]) -> Floats:
        """Return what each interval comes to where severities are drawn; equal conditions are worked out once."""
        taken = unpacked(sets, self._n).astype(np.float64)[which]
        for at, share in cut.severity.items():
            taken[:, at] = share
        drawn = unpacked(sets, self._n)[:, list(cut.severity)].sum(axis=1)
        plain = drawn[which] == 0
        found = np.empty((len(which), len(self.conditions.names)))
        if plain.any():
            used, again = np.unique(which[plain], return_inverse=True)
            found[plain] = self.of_sets(sets[used])[again]
        if not plain.all():
            rows, again = np.unique(taken[~plain], axis=0, return_inverse=True)
            found[~plain] = self.conditions.outcomes(rows)[again.ravel()]
        return found


def _distinct(in_force: Sets) -> tuple[Sets, npt.NDArray[np.intp]]:
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


def by_one(bench: Bench, seed: int, wanted: Iterable[tuple[int, int]]) -> Iterator[tuple[int, Block]]:
    """Yield blocks worked out here, one after the other."""
    for number, years in wanted:
        yield number, bench.block(seed, number, years)


def by_processes(
    packed: bytes, seed: int, wanted: Iterable[tuple[int, int]], workers: int
) -> Iterator[tuple[int, Block]]:
    """Yield blocks as processes finish them; what a killed process held is given to others.

    Raises
    ------
    SolverError
        If processes die three times over without finishing a block.
    """
    if getattr(current_process(), "_inheriting", False):
        raise SystemExit(1)  # a script without a guard, run anew by a worker that starts: the parent says it, once
    missing, idle = dict(wanted), 0
    while missing:
        before = len(missing)
        pool = ProcessPoolExecutor(min(workers, before), mp_context=get_context("spawn"))
        try:
            given = {pool.submit(_work, packed, seed, number, years): number for number, years in missing.items()}
            for done in as_completed(given):
                block = done.result()
                del missing[given[done]]
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


def by_dask(packed: bytes, seed: int, wanted: Iterable[tuple[int, int]], client: Any) -> Iterator[tuple[int, Block]]:
    """Yield blocks as the workers of a Dask client finish them."""
    import distributed

    shared = client.scatter(packed, broadcast=True)
    given = {client.submit(_work, shared, seed, number, years, pure=False): number for number, years in wanted}
    try:
        for done in distributed.as_completed(list(given)):
            yield given[done], done.result()
    finally:
        client.cancel(list(given))


class Checkpoint:
    """A folder of finished blocks, two Parquet files each, with a manifest of what they were worked out from.

    Raises
    ------
    DataError
        If the folder belongs to a run with other inputs, or holds what is not ours.
    """

    def __init__(self, path: str | os.PathLike[str], manifest: dict[str, Any]) -> None:
        self._folder = Path(path)
        _require_parquet()
        kept = self._folder / "run.json"
        if self._folder.exists() and not self._folder.is_dir():
            raise DataError(f"checkpoint {path}: is a file; give the path of a folder")
        if kept.is_file():
            self._refuse_other_inputs(kept, manifest)
        elif self._folder.is_dir() and any(not _is_draft(entry.name) for entry in self._folder.iterdir()):
            raise DataError(
                f"checkpoint {path}: the folder holds other files and no run.json; give an empty or new one"
            )
        else:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_text(kept, json.dumps(manifest, indent=1, sort_keys=True) + "\n")

    def read(self, number: int, years: int) -> Block | None:
        """Return a finished block, or None.

        Raises
        ------
        DataError
            If its files cannot be read.
        """
        import pandas as pd

        paths = self._paths(number, years)
        if not paths[1].is_file():
            return None
        try:
            states, rows = (pd.read_parquet(path) for path in paths)
        except (OSError, ValueError) as error:
            raise DataError(
                f"checkpoint {paths[1]}: cannot be read ({error}); delete it to have it done anew"
            ) from None
        if len(rows) != years:
            raise DataError(
                f"checkpoint {paths[1]}: must hold {years:,} years (got {len(rows):,}); delete it to have it done anew"
            )
        words = [name for name in states.columns if name.startswith("set_")]
        return Block(
            rates=_columns(rows, "rate_"),
            worst=rows["worst"].to_numpy(),
            disturbed=rows["disturbed"].to_numpy(),
            shocks=rows["shocks"].to_numpy(),
            sets=states[words].to_numpy(),
            days=states["days"].to_numpy(),
            stretches=states["stretches"].to_numpy(),
            values=_columns(states, "value_"),
        )

    def write(self, number: int, years: int, block: Block) -> None:
        """Keep a finished block: each file whole or not at all, the one that says so last."""
        import pandas as pd

        rows = {f"rate_{at}": column for at, column in enumerate(block.rates.T)}
        rows |= {"worst": block.worst, "disturbed": block.disturbed, "shocks": block.shocks}
        states = {f"set_{at}": column for at, column in enumerate(block.sets.T)}
        states |= {"days": block.days, "stretches": block.stretches}
        states |= {f"value_{at}": column for at, column in enumerate(block.values.T)}
        for path, columns in zip(self._paths(number, years), (states, rows), strict=True):
            part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
            try:
                with part.open("wb") as file:
                    pd.DataFrame(columns).to_parquet(file)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(part, path)
            except OSError as error:
                raise OSError(error.errno, error.strerror or str(error), str(path)) from None
            finally:
                with contextlib.suppress(OSError):
                    part.unlink(missing_ok=True)

    def _paths(self, number: int, years: int) -> tuple[Path, Path]:
        stem = f"block-{number:06d}-{years}-years"
        return self._folder / f"{stem}.states.parquet", self._folder / f"{stem}.parquet"

    def _refuse_other_inputs(self, kept: Path, manifest: dict[str, Any]) -> None:
        try:
            found = json.loads(kept.read_text(encoding="utf-8"))
            if not isinstance(found, dict):
                raise ValueError("no mapping")
        except (OSError, ValueError) as error:
            raise DataError(f"checkpoint {kept}: cannot be read ({error}); delete the folder to start anew") from None
        reasons = []
        for key in sorted({*manifest, *found}):
            there, here = found.get(key), manifest.get(key)
            if there != here:
                short = key in ("seed", "block_years") or key.startswith("version")
                reasons.append(f"{key} is {there} there, {here} here" if short else f"{key} differ")
        if reasons:
            raise DataError(
                f"checkpoint {kept.parent}: belongs to another run: {'; '.join(reasons)}; "
                "give another folder, or delete this one"
            )


def manifest(network: Network, hazards: Sequence[Hazard], seed: int) -> dict[str, Any]:
    """Return what blocks depend on: digests of the network's parts and hazards, seed, versions."""
    from importlib.metadata import version

    from corridor import __version__

    parts = {part: _digest(getattr(network, part)) for part in _PARTS}
    versions = {f"version of {name}": version(name) for name in ("numpy", "highspy")} | {"version": __version__}
    return parts | {"hazards": _digest(hazards), "seed": seed, "block_years": BLOCK_YEARS} | versions


def _is_draft(name: str) -> bool:
    """Whether a file is what a run that was killed, or one that starts now, has begun to write."""
    return name.startswith(".run.json.") and name.endswith(".tmp")


def _digest(records: Iterable[Any]) -> str:
    text = "\n".join(record.model_dump_json() for record in records)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _columns(frame: Any, prefix: str) -> Floats:
    names = [name for name in frame.columns if name.startswith(prefix)]
    return np.ascontiguousarray(frame[sorted(names, key=lambda name: int(name.removeprefix(prefix)))].to_numpy())


def _require_parquet() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise DataError(
            "a checkpoint needs pyarrow; install the extra: pip install 'corridor[ensemble]', or leave checkpoint out"
        ) from None
