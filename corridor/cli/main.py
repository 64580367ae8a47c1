"""The command line: ``corridor compare | solve | simulate | check | ...``; ``corridor --help`` lists all."""

from __future__ import annotations

import argparse
import contextlib
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from corridor.cli import (
    backcast,
    check,
    claims,
    compare,
    figures,
    hazard_rates,
    new,
    outcomes,
    recommendations,
    report,
    scenarios,
    schema,
    simulate,
    solve,
    streams,
)
from corridor.cli.exit_codes import BAD_INPUT, DONE, STOPPED
from corridor.cli.inputs import chosen_format, with_lines
from corridor.cli.waiting import notes_while_running
from corridor.errors import CorridorError
from corridor.messages import nearest

COMMANDS = (
    compare, outcomes, solve, simulate, report, figures, hazard_rates, scenarios, claims, recommendations,
    backcast, check, new, schema,
)  # fmt: skip
"""Modules of the commands, in the order of ``corridor --help``; each has `add` and `run`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return 0 done, 1 an expectation failed, 2 bad input, 130 stopped by Ctrl-C or a signal.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; those of the process by default.
    """
    streams.prepare()
    arguments = argparse.Namespace()
    try:
        try:
            _parse(argv, arguments)
            silent = getattr(arguments, "quiet", False)
            with _old_keys_shown(), contextlib.nullcontext() if silent else notes_while_running(arguments.command):
                code: int = arguments.run(arguments)
        finally:
            streams.flush()
    except CorridorError as error:
        streams.say(f"corridor: {with_lines(arguments, str(error))}")
        return BAD_INPUT
    except BrokenPipeError:
        streams.drop_unwritten()
        return DONE
    except OSError as error:
        streams.drop_unwritten()
        streams.say(f"corridor: {error.filename or 'output'}: {error.strerror}")
        return BAD_INPUT
    except KeyboardInterrupt:
        kept = getattr(arguments, "checkpoint", None)
        streams.say(f"corridor: stopped{f'; run the same command again to continue from {kept}' if kept else ''}")
        return STOPPED
    return code


@contextlib.contextmanager
def _old_keys_shown() -> Iterator[None]:
    """Tell old keys of files as the command tells all else, not as Python shows a line of ours."""
    with warnings.catch_warnings():
        show = warnings.showwarning

        def tell(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            if category.__name__ == "OldKeyWarning":
                streams.say(f"corridor: {message}")
            else:
                show(message, category, *where, **more)

        warnings.showwarning = tell
        yield


def _parse(argv: Sequence[str] | None, arguments: argparse.Namespace) -> None:
    """Fill in the arguments; what a command does not know is refused with that command's usage."""
    _, unknown_arguments = _parser().parse_known_args(argv, arguments)
    if unknown_arguments:
        command: argparse.ArgumentParser = arguments.usage_of
        options = [option for action in command._actions for option in action.option_strings]
        suggested = nearest(unknown_arguments[0].split("=")[0], options)
        hint = f"; did you mean {suggested}?" if suggested else ""
        command.error(f"unrecognized arguments: {' '.join(unknown_arguments)}{hint}")
    if hasattr(arguments, "format"):
        arguments.format = chosen_format(arguments.format, arguments.output)


def _parser() -> argparse.ArgumentParser:
    from corridor import __version__

    parser = argparse.ArgumentParser(
        prog="corridor",
        description="Analyse oil transit out of the Caspian: compare the routes, and see what happens when one closes.",
        epilog="Results go to stdout; notes, and after 10 seconds a line of progress, to stderr. "
        "On a terminal, columns that do not fit are omitted (--wide shows all); results have no colour. Exit codes: "
        "0 done, 1 an expectation failed, 2 bad input, 130 stopped by Ctrl-C, SIGTERM or SIGHUP.",
    )
    parser.add_argument("--version", action="version", version=f"corridor {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
