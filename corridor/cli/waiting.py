"""A sign of life on stderr while a command is long at work; the library itself stays silent."""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import time
from collections.abc import Iterator

EVERY_S = 10.0


@contextlib.contextmanager
def sign_of_life(command: str) -> Iterator[None]:
    """Write a line to stderr every ten seconds until the block ends; nothing where it ends before.

    HiGHS works without Python's lock, so that the line comes within one long solve too. A stderr that is closed or
    full must not stop the work.
    """
    stream, over, begun = sys.stderr, threading.Event(), time.monotonic()

    def tell() -> None:
        while not over.wait(EVERY_S):
            text = f"corridor {command}: still at work after {time.monotonic() - begun:.0f} s"
            with contextlib.suppress(OSError, ValueError):
                if stream.isatty():  # a progress bar may stand on the line
                    text = f"\r{text.ljust(shutil.get_terminal_size().columns - 1)}"
                print(text, file=stream, flush=True)

    watch = threading.Thread(target=tell, name="sign of life", daemon=True)
    if stream is not None:
        watch.start()
    try:
        yield
    finally:
        over.set()
        if stream is not None:
            watch.join()
