"""What can go wrong, as one tree of exceptions.

CorridorError
├── DataError          (ValueError)    a record, table or file breaks a rule
├── UnknownNameError   (LookupError)   a name that nothing bears
└── SolverError        (RuntimeError)  the linear program has no optimum

Every message is one sentence with the thing, the rule, the value got, the place, and what to do;
the same facts are attributes of the exception. Names of other people's files are made safe by `visible` for screens, by
`guarded` for spreadsheets.
"""

from __future__ import annotations

import difflib
import re
import reprlib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError


class CorridorError(Exception):
    """Anything that `corridor` refuses."""

    def __init__(self, message: str) -> None:
        super().__init__(visible(message, keep="\n"))


class DataError(CorridorError, ValueError):
    """Input that breaks a rule.

    Attributes
    ----------
    problems : tuple of str
        Every problem found, one sentence each.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        listed = (problems,) if isinstance(problems, str) else tuple(problems)
        self.problems = tuple(visible(problem, keep="\n") for problem in listed)
        super().__init__("\n".join(self.problems))


class UnknownNameError(CorridorError, LookupError):
    """A name that nothing of its kind bears.

    Attributes
    ----------
    kind, name : str
        What was looked for, and the name it was looked up by.
    suggestion : str or None
        The nearest name that exists.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], where: str = "") -> None:
        self.kind, self.name = kind, name
        self.suggestion = nearest(str(name), known)
        super().__init__(f"{where}{unknown(kind, name, self.suggestion)}")


class SolverError(CorridorError, RuntimeError):
    """The linear program has no optimum, or the solver did not reach it."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None when none is near."""
    name, known = str(name)[:200], [candidate for candidate in known if isinstance(candidate, str)]
    folded = {candidate.lower().replace("-", "_"): candidate for candidate in known}
    same = folded.get(name.lower().replace("-", "_"))
    if same is not None:
        return same
    close = difflib.get_close_matches(name.lower().replace("-", "_"), folded, n=1, cutoff=0.6)
    if close:
        return folded[close[0]]
    stem = name.rsplit("_", 1)[0]
    return next((candidate for candidate in known if len(stem) > 2 and candidate.startswith(f"{stem}_")), None)


def unknown(kind: str, name: str, suggestion: str | None) -> str:
    """Return the sentence for a name that nothing bears."""
    hint = f"; did you mean {shown(suggestion)}?" if suggestion is not None else ""
    return f"no {kind} named {shown(name)}{hint}"


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


def guarded(text: str) -> str:
    """Return text for a cell of CSV that no spreadsheet runs: what would be a formula begins with an apostrophe.

    Examples
    --------
    >>> guarded("=1+1"), guarded("-5.2"), guarded("cpc")
    ("'=1+1", '-5.2', 'cpc')
    """
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


def shown(value: object) -> str:
    """Return a value as a message shows it: its repr, cut where it is very long or deep."""
    try:
        return _Short().repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too long or deep to show"


class _Short(reprlib.Repr):
    """Shows enough of a value to find it."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxstring, self.maxlong, self.maxother = 3, 120, 60, 120


_RULES: Mapping[str, str] = {
    "greater_than_equal": "must be >= {ge}",
    "greater_than": "must be > {gt}",
    "less_than_equal": "must be <= {le}",
    "less_than": "must be < {lt}",
    "finite_number": "must be a finite number; leave it empty where there is no limit",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a whole number of at most 18 digits",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "string_sub_type": "must be text",
    "string_unicode": "must be text without half characters (lone surrogates)",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must be three capital letters, ISO 3166 alpha-3, as in KAZ",
    "literal_error": "must be {expected}",
    "too_short": "must hold at least {min_length} item",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "is_instance_of": "must be a {class}",
    "dict_type": "must be keys with values",
    "model_type": "must be keys with values",
    "model_attributes_type": "must be keys with values",
    "date_type": "must be a date, as in 2022-03-22",
}


UNION = ("days", "law")
"""Marks by which pydantic tells the branches of a union; no part of a field's name."""


def problems_of(error: ValidationError, fields: Iterable[str]) -> list[tuple[str, str]]:
    """Return field and clause of each of pydantic's findings."""
    return [
        (str(found["loc"][0]) if found["loc"] else "", rule_broken(dict(found), fields)) for found in error.errors()
    ]


def rule_broken(error: Mapping[str, Any], fields: Iterable[str]) -> str:
    """Return one of pydantic's findings as a clause: field, rule and value got.

    Parameters
    ----------
    error : mapping
        One item of ``ValidationError.errors()``.
    fields : iterable of str
        The fields that the record has, for suggestions.
    """
    name = ".".join(str(part)[:120] for part in error["loc"] if part not in UNION and not isinstance(part, int))
    if error["type"] == "missing":
        return f"{name} is missing"
    if error["type"] == "extra_forbidden":
        return unknown("field", str(error["loc"][-1]), nearest(str(error["loc"][-1]), fields))
    if error["type"] in ("value_error", "assertion_error"):
        text = str(error["msg"]).split(", ", 1)[-1]
        return f"{name}: {text}" if name else text
    rule = _RULES.get(error["type"], "cannot be read")
    return f"{name} {rule.format(**error.get('ctx', {}))} (got {shown(error['input'])})"
