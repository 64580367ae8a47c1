"""Notes on stderr while a command runs long; the library itself prints nothing."""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import time
from collections.abc import Iterator

EVERY_S = 10.0


@contextlib.contextmanager
def notes_while_running(command: str) -> Iterator[None]:
    """Write a line to stderr every ten seconds until the block ends.

    HiGHS releases Python's lock, so that the line comes during one long solve too. A stderr that is closed or
    full must not stop the work.
    """
    stream, over, begun = sys.stderr, threading.Event(), time.monotonic()

    def write_notes() -> None:
        while not over.wait(EVERY_S):
            text = f"corridor {command}: still running after {time.monotonic() - begun:.0f} s"
            with contextlib.suppress(OSError, ValueError):
                if stream.isatty():  # a progress bar may be on the line
                    text = f"\r{text.ljust(shutil.get_terminal_size().columns - 1)}"
                print(text, file=stream, flush=True)

    watch = threading.Thread(target=write_notes, name="notes while running", daemon=True)
    if stream is not None:
        watch.start()
    try:
        yield
    finally:
        over.set()
        if stream is not None:
            watch.join()
