"""The streams of the command line, which may be closed, full, or abandoned by their reader."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys

from corridor.errors import visible


def prepare() -> None:
    """Let any text be printed: letters that a terminal lacks are escaped, a closed stderr takes all and shows none."""
    if sys.stderr is None:  # print would take stdout instead
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.closed:
            stream.reconfigure(errors="backslashreplace")


def _stdout_is_closed() -> bool:
    return sys.stdout is None or sys.stdout.closed


def on_a_terminal() -> bool:
    """Tell whether results are printed to a terminal."""
    return not _stdout_is_closed() and sys.stdout.isatty()


def notes_on_a_terminal() -> bool:
    """Tell whether notes are printed to a terminal."""
    return sys.stderr is not None and not sys.stderr.closed and sys.stderr.isatty()


def require_stdout() -> None:
    """Raise if there is no stdout to print a result to."""
    if _stdout_is_closed():
        raise OSError(errno.EBADF, "is closed; --output PATH writes to a file", "stdout")


def flush() -> None:
    """Write out what was printed, so that what cannot be written is an error in time."""
    if not _stdout_is_closed():
        sys.stdout.flush()


def drop_unwritten() -> None:
    """Drop what stdout does not take; Python would try again when it ends, and exit with 120."""
    try:
        flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """Print to stderr as a screen can show it; if it cannot be written to, only the exit code reports."""
    with contextlib.suppress(OSError, ValueError):
        print(visible(text, keep="\n"), file=sys.stderr, flush=True)
