"""The process of the command line: ``corridor`` and ``python -m corridor``."""

from __future__ import annotations

import gc

from corridor.cli import main


def run() -> int:
    """Run a command and return its exit code.

    Notes
    -----
    A command lives for half a second and leaves little to collect; looking for it would take a tenth of that.
    """
    gc.disable()
    return main()


if __name__ == "__main__":
    raise SystemExit(run())
