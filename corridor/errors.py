"""What can go wrong, as one tree of exceptions.

CorridorError
├── DataError          (ValueError)    a record, table or file breaks a rule
├── UnknownNameError   (LookupError)   an unknown name
└── SolverError        (RuntimeError)  the linear program has no optimum

Every message is one sentence with the thing, the rule, the value got, the location, and what to do; the same facts are
attributes of the exception. How a sentence is made is in `messages`; here it is only made safe to print.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Protocol, Self

MOST_SHOWN = 50
"""How many problems one error lists; the rest are counted."""


class CorridorError(Exception):
    """Anything that `corridor` refuses."""

    def __init__(self, message: str) -> None:
        super().__init__(visible(message, keep="\n"))


class DataError(CorridorError, ValueError):
    """Input that breaks a rule.

    Attributes
    ----------
    problems : tuple of str
        Every problem found, one sentence each; of very many the first fifty, and how many more there are.
    """

    def __init__(self, problems: str | Iterable[Problem]) -> None:
        listed = [problems] if isinstance(problems, str) else limited_problems(list(problems))
        self.problems = tuple(visible(problem, keep="\n") for problem in listed)
        super().__init__("\n".join(self.problems))


class Sentence(Protocol):
    """A sentence about an unknown name, made only when it is shown: of thousands of errors few are."""

    @property
    def suggestion(self) -> str | None:
        """The nearest name that exists."""

    def within(self, before: str, after: str = "") -> Self:
        """Return the same sentence with more words around it."""


class UnknownNameError(CorridorError, LookupError):
    """A name that nothing of its kind has; made by `messages.unknown_name`.

    Attributes
    ----------
    kind, name : str
        What was looked for, and the name it was looked up by.
    suggestion : str or None
        The nearest name that exists.
    """

    def __init__(self, kind: str, name: str, sentence: Sentence) -> None:
        Exception.__init__(self, kind, name, sentence)
        self.kind, self.name, self._sentence = kind, name, sentence

    @property
    def suggestion(self) -> str | None:
        """The nearest name that exists, looked for only when it is asked for."""
        return self._sentence.suggestion

    def __str__(self) -> str:
        return visible(str(self._sentence), keep="\n")

    def within(self, before: str, after: str = "") -> UnknownNameError:
        """Return the same error with more words around its sentence."""
        return UnknownNameError(self.kind, self.name, self._sentence.within(before, after))


class SolverError(CorridorError, RuntimeError):
    """The linear program has no optimum, or the solver did not reach it."""


Problem = str | UnknownNameError
"""A sentence about something wrong; an unknown name becomes a sentence when it is shown."""


def limited_problems(problems: Sequence[Problem]) -> list[str]:
    """Return the problems as sentences, the tail of a very long list counted instead of listed."""
    if len(problems) <= MOST_SHOWN + 1:
        return list(map(str, problems))
    return [*map(str, problems[:MOST_SHOWN]), f"... and {len(problems) - MOST_SHOWN} more problems"]


def visible(text: str, *, keep: str = "") -> str:
    r"""Return text for a screen: characters that it would obey instead of showing are written as Python escapes.

    These are control and format characters (escape sequences, line breaks, changes of direction, zero width) and lone
    surrogates, but for some to `keep` and the joiners that Persian and Indic words need.

    Examples
    --------
    >>> print(visible("\x1b[31mred"), visible("a\u202eb"), visible("Ақтау"))
    \x1b[31mred a\u202eb Ақтау
    """
    if text.isprintable():
        return text
    keep += "\u200c\u200d"
    return "".join(
        repr(mark)[1:-1] if mark not in keep and unicodedata.category(mark) in _OBEYED else mark for mark in text
    )


_OBEYED = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
