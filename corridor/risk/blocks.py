"""Blocks of simulated years: worked out here, by processes or by a Dask client, and kept in a checkpoint.

A block depends on the network, its hazards, the seed and its number alone, so the same blocks come from any number of
workers and from a run that was stopped and resumed.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from threading import Thread
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.errors import CorridorError, SolverError
from corridor.model.formulas import DAYS_PER_YEAR
from corridor.model.network import Network
from corridor.model.scenario import Hazard
from corridor.risk.outages import Intervals, Sets, intervals, n_words, unpacked
from corridor.solver.batch import BatchSolver
from corridor.solver.program import Floats

Source = Generator[tuple[int, "Block"]]
Places = npt.NDArray[np.intp]
_CHUNK = 2048
"""States solved at a time."""
_MOST_KNOWN = 100_000
"""States remembered; of hazards so many that more are met, hardly any comes again."""
_MOST_TRIES = 3


@dataclass(frozen=True, eq=False)
class Block:
    """What a block of years came to.

    Attributes
    ----------
    rates : shape (years, n_names)
        Means over each year of what `BatchSolver.names` measures.
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

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Block):
            return NotImplemented
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in self.__dataclass_fields__)

    __hash__ = None  # type: ignore[assignment]  # arrays have no hash


class Bench:
    """Works out blocks; remembers what sets of hazards came to.

    Attributes
    ----------
    solver : BatchSolver
        The network under any of its hazards.
    n_measures : int
        How many of `BatchSolver.names` are not about a corridor; those that are come last, three a corridor.
    """

    def __init__(self, network: Network, hazards: Sequence[Hazard]) -> None:
        self.solver = BatchSolver(network, hazards)
        self.n_measures = len(self.solver.names) - 3 * len(self.solver.corridors)
        self._known: dict[bytes, Floats] = {}
        self._n = len(hazards)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy the network and its hazards: the bench is made anew of them."""
        return Bench, (self.solver.network, self.solver.hazards)

    def block(self, seed: int, number: int, years: int, tell: Callable[[float], object] | None = None) -> Block:
        """Return the first years of a block.

        Parameters
        ----------
        seed, number, years : int
            As for `intervals`.
        tell : callable, optional
            Called with what each chunk of conditions comes to. [years]
        """
        cut = intervals(self.solver.hazards, seed, number, years)
        sets, which = distinct(cut.in_force)
        days: Floats = np.bincount(which, cut.days, minlength=len(sets)).astype(np.float64)
        quiet = self.of_sets(np.zeros((1, n_words(self._n)), dtype=np.int64))[0]
        short = self.solver.names.index("shortfall")
        rates = np.repeat(quiet[None, :], years, axis=0)
        worst = np.full(years, quiet[short])
        values = np.zeros((len(sets), self.n_measures))
        for at, row, shown in self.came_to(cut, sets, which):
            if cut.severity:
                np.add.at(values, which[at], cut.days[at, None] * shown[row, : self.n_measures])
            else:  # a row for each of some sets in a row
                first = which[at[0]] - row[0]
                values[first : first + len(shown)] = shown[:, : self.n_measures]
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
        rates = np.empty((0, len(self.solver.names)))
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
        if not cut.severity and len(sets) <= _CHUNK:
            yield np.arange(len(which)), which, self.of_sets(sets)
            return
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
        found = np.empty((len(sets), len(self.solver.names)))
        if new:
            found[new] = self.solver.outcomes(unpacked(sets[new], self._n).astype(np.float64))
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
        for hazard in cut.severity:
            taken[:, hazard] = cut.severity.within(hazard, at)
        found = np.empty((len(at), len(self.solver.names)))
        if not drawn.all():
            used, again = distinct(in_force[~drawn])
            found[~drawn] = self.of_sets(used)[again]
        if drawn.any():
            rows, again = np.unique(taken[drawn], axis=0, return_inverse=True)
            found[drawn] = self.solver.outcomes(rows)[again.ravel()]
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
    return pickle.dumps((network.with_numbers(figure_records=(), sources=(), hazards=()), tuple(hazards)), protocol=5)


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
    todo, idle = deque(wanted), 0
    workers = min(workers, len(todo))
    busy: dict[Any, tuple[BaseProcess, tuple[int, int]]] = {}  # what each worker is at, by our end of its pipe
    try:
        while todo or busy:
            while todo and len(busy) < workers:
                end, process = _worker(packed, seed)
                busy[end] = process, todo.popleft()
                _send(end, busy[end][1])
            answered: list[Any] = wait(list(busy))
            for end in answered:
                process, task = busy.pop(end)
                try:
                    block = end.recv()
                except (EOFError, OSError):
                    todo.append(task)
                    idle += 1
                    _dismiss(end, process)
                    if idle == _MOST_TRIES * workers:
                        raise SolverError(
                            "worker processes end before they finish a block; a script needs its calls under "
                            "'if __name__ == \"__main__\":', and workers=1 shows any other reason"
                        ) from None
                    continue
                if todo:
                    busy[end] = process, todo.popleft()
                    _send(end, busy[end][1])
                else:
                    _dismiss(end, process)
                if isinstance(block, Exception):
                    raise block
                idle = 0
                tell(task[1])
                yield task[0], block
    finally:
        for end, (process, _) in busy.items():
            _dismiss(end, process)


def _worker(packed: bytes, seed: int) -> tuple[Connection, BaseProcess]:
    """Start a worker; a pipe to each alone, so that one that is killed spoils no other's."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, packed, seed), daemon=True)
    process.start()
    theirs.close()
    return ours, process


def _send(end: Connection, task: tuple[int, int]) -> None:
    """Give a worker a block to do; whether it is still there shows when its answer is waited for."""
    with contextlib.suppress(OSError):
        end.send(task)


def _dismiss(end: Connection, process: BaseProcess) -> None:
    """End a worker, whatever it is at."""
    process.terminate()
    process.join()
    end.close()


def _serve(end: Connection, packed: bytes, seed: int) -> None:
    """Work out one block after the other, as long as the parent is there, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    tasks: SimpleQueue[tuple[int, int]] = SimpleQueue()

    def listen() -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                tasks.put(end.recv())
        os._exit(1)

    Thread(target=listen, daemon=True).start()
    bench = Bench(*pickle.loads(packed))
    while True:
        try:
            found: Block | Exception = bench.block(seed, *tasks.get())
        except Exception as error:
            found = error
        with contextlib.suppress(OSError):  # the parent closes its end, and this process is about to
            end.send(found)


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
