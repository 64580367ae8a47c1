"""Numbered blocks of work: done here, by processes or by a Dask client.

A block depends on the job and its number alone, so the same blocks come from any number of workers.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable
from functools import lru_cache
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from corridor.errors import CorridorError, SolverError

B = TypeVar("B")
Source = Generator[tuple[int, B]]
Run = Callable[[int, int, Callable[[float], object] | None], B]
_MOST_TRIES = 3


def pack(job: Callable[[], Run[B]]) -> bytes:
    """Return what a worker needs to make what blocks are run by."""
    return pickle.dumps(job, protocol=5)


@lru_cache(maxsize=2)
def _bench(packed: bytes) -> Run[Any]:
    """Return what this process runs a job's blocks by; blocks of one job share it."""
    run: Run[Any] = pickle.loads(packed)()
    return run


def _work(packed: bytes, number: int, years: int) -> Any:
    """Work out one block, wherever this runs."""
    return _bench(packed)(number, years, None)


def by_one(run: Run[B], wanted: Iterable[tuple[int, int]], tell: Callable[[float], object]) -> Source[B]:
    """Yield blocks worked out here, one after the other; tell of years as they are done."""
    for number, years in wanted:
        yield number, run(number, years, tell)


def by_processes(
    packed: bytes, wanted: Iterable[tuple[int, int]], workers: int, tell: Callable[[float], object]
) -> Source[B]:
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
                end, process = _worker(packed)
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


def _worker(packed: bytes) -> tuple[Connection, BaseProcess]:
    """Start a worker; a pipe to each alone, so that one that is killed spoils no other's."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, packed), daemon=True)
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


def _serve(end: Connection, packed: bytes) -> None:
    """Work out one block after the other, as long as the parent is there, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    tasks: SimpleQueue[tuple[int, int]] = SimpleQueue()

    def listen() -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                tasks.put(end.recv())
        os._exit(1)

    Thread(target=listen, daemon=True).start()
    run = pickle.loads(packed)()
    while True:
        try:
            found: Any = run(*tasks.get(), None)
        except Exception as error:
            found = error
        with contextlib.suppress(OSError):  # the parent closes its end, and this process is about to
            end.send(found)


def by_dask(
    packed: bytes, wanted: Iterable[tuple[int, int]], client: Any, tell: Callable[[float], object]
) -> Source[B]:
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
        given = {client.submit(_work, shared, number, n, pure=False): number for number, n in missing.items()}
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
