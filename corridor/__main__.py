"""The process of the command line: ``corridor`` and ``python -m corridor``."""

from __future__ import annotations

import gc
import signal
from types import FrameType

from corridor.cli.main import main

_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def run() -> int:
    """Run a command and return its exit code.

    Notes
    -----
    A command runs for half a second and leaves little garbage; collecting it would take a tenth of that.
    """
    gc.disable()
    for number in _ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:  # not what nohup or a parent process set
            signal.signal(number, _stop)
    return main()


def _stop(number: int, frame: FrameType | None) -> None:
    """Stop as Ctrl-C does, once: no partial file and no worker remains."""
    for other in _ENDING:
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(run())
