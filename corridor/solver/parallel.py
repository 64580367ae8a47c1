"""Numbered blocks of work: run here, by processes or by a Dask client.

A block depends on the job and its number alone, so the same blocks come from any number of workers, in any order. Who
has work to share (`simulate`, `uncertainty`) gives a job that can be pickled and makes, once in each process, what runs
a block; progress, errors, killed processes and Ctrl-C are dealt with here. What keeps finished blocks for a run that
goes on later hands in those that are missing only.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from functools import lru_cache
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from corridor.errors import CorridorError, DataError, SolverError

B = TypeVar("B")
Task = tuple[int, int]
"""A block to run: its number and its size, in whatever the job counts (years, draws, contingencies)."""
Progress = Callable[[float], object]
"""Called with how much more is done, in the unit of sizes."""
RunBlock = Callable[[int, int, Progress | None], B]
"""Runs one block, given its number, its size and, if wanted, whom to tell of progress within it."""
Job = Callable[[], RunBlock[B]]
"""What can be pickled and makes, once in each process, what runs its blocks."""
Blocks = Generator[tuple[int, B]]
"""Numbers and blocks, as they are finished."""
_MOST_TRIES = 3


def require_workers(*, workers: int, client: Any) -> None:
    """Raise unless either a number of processes or an open Dask client is to run the blocks.

    Raises
    ------
    DataError
        If both are given, or the client is none or not open.
    """
    if client is None:
        return
    if workers > 1:
        raise DataError(f"give workers or a client, not both (got workers={workers})")
    if not all(hasattr(client, name) for name in ("scatter", "submit", "cancel")):
        raise DataError(f"client must be a distributed.Client, as of corridor[dask] (got {client!r})")
    if getattr(client, "asynchronous", False) or getattr(client, "status", "running") != "running":
        raise DataError(f"client must be open and not asynchronous (got {client!r}); make a new distributed.Client")


def progress_bar(total: int, unit: str, *, done: int = 0, wanted: bool | None = None) -> Any:
    """Return a progress bar; one that shows nothing where none is wanted.

    Parameters
    ----------
    total, done : int
        How much there is to do, and how much is done already.
    unit : str
        What is counted, in the plural.
    wanted : bool, optional
        Whether to show it; by default where someone watches (a terminal or a notebook) and it takes more than a second.
    """
    from tqdm import tqdm

    kind: Any = tqdm
    in_notebook = "ipykernel" in sys.modules
    if in_notebook and wanted is not False:
        from importlib.util import find_spec

        if find_spec("ipywidgets") is not None:
            from tqdm.notebook import tqdm as kind
    shown = wanted if wanted is not None else in_notebook or sys.stderr.isatty()
    delay = 0 if wanted else 1
    return kind(total=total, initial=done, unit=unit, unit_scale=True, delay=delay, disable=not shown)


def run_blocks(
    job: Job[B],
    tasks: Sequence[Task],
    *,
    here: RunBlock[B],
    workers: int = 1,
    client: Any = None,
    progress: Progress,
    caller: str,
    resumable: bool = False,
) -> Blocks[B]:
    """Yield blocks as they are finished; the same ones whoever runs them.

    Parameters
    ----------
    job : callable
        What workers need; pickled, so without a lambda or a local function.
    tasks : sequence of (number, size)
        Blocks to run.
    here : callable
        What runs a block in this process, if no worker does.
    workers : int
        Processes to share the work.
    client : distributed.Client, optional
        A Dask client whose workers share the work instead.
    progress : callable
        Called with the size of what is done.
    caller : str
        The public function that is at work, and `resumable` whether it can go on from a checkpoint: for messages.

    Raises
    ------
    SolverError
        If processes fail three times over without completing a block, the client is closed or Dask cannot finish.
    """
    if client is not None:
        return run_dask(serialise(job), tasks, client, progress=progress, caller=caller, resumable=resumable)
    if workers > 1 and len(tasks) > 1:
        return run_processes(serialise(job), tasks, workers, progress=progress)
    return run_serial(here, tasks, progress=progress)


def run_serial(run: RunBlock[B], tasks: Iterable[Task], *, progress: Progress) -> Blocks[B]:
    """Yield blocks run here, one after the other; progress is within blocks."""
    for number, size in tasks:
        yield number, run(number, size, progress)


def run_processes(serialised: bytes, tasks: Iterable[Task], workers: int, *, progress: Progress) -> Blocks[Any]:
    """Yield blocks as processes finish them; what a killed process was given goes to others.

    Raises
    ------
    SolverError
        If processes fail three times over without completing a block.
    """
    if getattr(current_process(), "_inheriting", False):
        raise SystemExit(1)  # a script without a guard, run again by a worker that starts: the parent says it, once
    todo, failures = deque(tasks), 0
    workers = min(workers, len(todo))
    busy: dict[Any, tuple[BaseProcess, Task]] = {}  # what each worker runs, by our end of its pipe
    try:
        while todo or busy:
            started: list[Connection] = []
            while todo and len(busy) < workers:
                pipe, process = _start()
                busy[pipe] = process, todo.popleft()
                started.append(pipe)
            for pipe in started:  # when all are on their way, since a long job is taken only by a worker that reads
                _send(pipe, serialised)
                _send(pipe, busy[pipe][1])
            answered: list[Any] = wait(list(busy))
            for pipe in answered:
                process, task = busy.pop(pipe)
                try:
                    block = pipe.recv()
                except (EOFError, OSError):
                    todo.append(task)
                    failures += 1
                    _stop(pipe, process)
                    if failures == _MOST_TRIES * workers:
                        raise _workers_fail() from None
                    continue
                if todo:
                    busy[pipe] = process, todo.popleft()
                    _send(pipe, busy[pipe][1])
                else:
                    _stop(pipe, process)
                if isinstance(block, Exception):
                    raise block
                failures = 0
                progress(task[1])
                yield task[0], block
    finally:
        for pipe, (process, _) in busy.items():
            _stop(pipe, process)


def _workers_fail() -> SolverError:
    return SolverError(
        "worker processes end before they finish a block; a script needs its calls under "
        "'if __name__ == \"__main__\":', and workers=1 shows any other reason"
    )


def _start() -> tuple[Connection, BaseProcess]:
    """Start a worker; a pipe to each alone, so that one that is killed damages no other's.

    The job goes by this pipe too: as an argument of the process it would hang what starts one that ends at once, since
    that keeps both ends of the pipe by which arguments are handed over.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return ours, process


def _send(pipe: Connection, task: Task | bytes) -> None:
    """Give a worker the job, or a block to run; whether it is still there shows when its answer is waited for."""
    with contextlib.suppress(OSError):
        pipe.send(task)


def _stop(pipe: Connection, process: BaseProcess) -> None:
    """End a worker, whatever it is doing."""
    process.terminate()
    process.join()
    pipe.close()


def _serve(pipe: Connection) -> None:
    """Take a job and run one block after the other, as long as the parent is there, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    tasks: SimpleQueue[Any] = SimpleQueue()

    def listen() -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                tasks.put(pipe.recv())
        os._exit(1)

    Thread(target=listen, daemon=True).start()
    serialised = tasks.get()
    run: RunBlock[Any] | None = None
    while True:
        number, size = tasks.get()
        try:
            run = run or pickle.loads(serialised)()
            answer: Any = run(number, size, None)
        except Exception as error:
            answer = error
        with contextlib.suppress(OSError):  # the parent closes its end, and this process is about to
            pipe.send(answer)


def run_dask(
    serialised: bytes, tasks: Iterable[Task], client: Any, *, progress: Progress, caller: str, resumable: bool = False
) -> Blocks[Any]:
    """Yield blocks as the workers of a Dask client finish them.

    Raises
    ------
    SolverError
        If the client is closed, or Dask cannot finish a block.
    """
    import distributed

    sizes = dict(tasks)
    number_of: dict[Any, int] = {}
    try:
        shared = client.scatter(serialised, broadcast=True)
        number_of = {
            client.submit(run_block, shared, number, size, pure=False): number for number, size in sizes.items()
        }
        for future in distributed.as_completed(list(number_of)):
            block, number = future.result(), number_of[future]
            progress(sizes[number])
            yield number, block
    except CorridorError:
        raise
    except Exception as error:
        resume = "; with a checkpoint the same call then goes on from there" if resumable else ""
        raise SolverError(
            f"Dask did not finish all blocks ({type(error).__name__}: {error}); keep the client and its cluster open "
            f"until {caller} returns and corridor installed on its workers, or give workers= instead{resume}"
        ) from error
    finally:
        with contextlib.suppress(Exception):
            client.cancel(list(number_of))


def serialise(job: Job[B]) -> bytes:
    """Return a job as a worker gets it."""
    return pickle.dumps(job, protocol=5)


def run_block(serialised: bytes, number: int, size: int) -> Any:
    """Return one block, wherever this runs."""
    return _prepared(serialised)(number, size, None)


@lru_cache(maxsize=2)
def _prepared(serialised: bytes) -> RunBlock[Any]:
    """Return what runs a job's blocks in this process; blocks of one job share it."""
    run: RunBlock[Any] = pickle.loads(serialised)()
    return run
