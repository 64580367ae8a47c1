"""Sentences about what is wrong: unknown names and the nearest known, values as they are shown, pydantic's findings."""

from __future__ import annotations

import difflib
import heapq
import re
import reprlib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args

from corridor.errors import Problem, UnknownNameError

if TYPE_CHECKING:
    from pydantic import ValidationError


_MOST_COMPARED = 100
_MOST_NAMED = 8


def unknown_name(kind: str, name: str, known: Iterable[str], where: str = "", hint: str = "") -> UnknownNameError:
    """Return the error for an unknown name, to be raised or listed.

    Parameters
    ----------
    kind, name : str
        What was looked for, and the name it was looked up by.
    known : iterable of str
        The names that exist; they are compared only when the error is shown.
    where, hint : str
        Text before and after the sentence.
    """
    return UnknownNameError(kind, name, _UnknownName(kind, name, known, where, hint))


@dataclass(frozen=True)
class _UnknownName:
    """The sentence of an unknown name."""

    kind: str
    name: str
    known: Iterable[str]
    before: str
    after: str

    @cached_property
    def suggestion(self) -> str | None:
        """The nearest name that exists."""
        return nearest(str(self.name), self.known)

    def within(self, before: str, after: str = "") -> _UnknownName:
        """Return the same sentence with more words around it."""
        return _UnknownName(self.kind, self.name, self.known, before + self.before, self.after + after)

    @cached_property
    def _sentence(self) -> str:
        return _sentence(self.kind, self.name, self.known, self.suggestion)

    def __str__(self) -> str:
        return f"{self.before}{self._sentence}{self.after}"

    def __getstate__(self) -> dict[str, Any]:
        """Keep what is shown, not all the names."""
        near = () if self.suggestion is None else (self.suggestion,)
        return {**self.__dict__, "known": near, "_sentence": self._sentence}


def placed(where: str, problem: Problem) -> Problem:
    """Return a problem with its location or owner before it."""
    return f"{where}: {problem}" if isinstance(problem, str) else problem.within(f"{where}: ")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None when none is near."""
    name, known = str(name)[:200], [candidate for candidate in known if isinstance(candidate, str)]
    wanted, folded = _folded(name), {_folded(candidate): candidate for candidate in known}
    same = folded.get(wanted)
    if same is not None:
        return same
    likely = heapq.nlargest(_MOST_COMPARED, folded, key=lambda candidate: _shared_affixes(wanted, candidate))
    close = difflib.get_close_matches(wanted, likely, n=1, cutoff=0.6)
    if close:
        return folded[close[0]]
    stem = name.rsplit("_", 1)[0]
    return next((candidate for candidate in known if len(stem) > 2 and candidate.startswith(f"{stem}_")), None)


def _shared_affixes(one: str, other: str) -> int:
    """Return how many characters two names share at both ends: a quick measure, to choose whom to compare in full."""
    return _shared_start(one, other) + _shared_start(one[::-1], other[: -len(one) - 1 : -1])


def _shared_start(one: str, other: str) -> int:
    for index, (mine, its) in enumerate(zip(one, other, strict=False)):
        if mine != its:
            return index
    return min(len(one), len(other))


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the sentence for an unknown name: with the nearest that exists, or the few that do."""
    names = list(known)
    return _sentence(kind, name, names, nearest(name, names))


def _sentence(kind: str, name: str, known: Iterable[str], suggestion: str | None) -> str:
    if suggestion is not None:
        unit = from_containers(name, suggestion) if kind in ("field", "column") else ""
        return f"no {kind} named {shown(name)}; did you mean {shown(suggestion)}{unit}?{_difference(name, suggestion)}"
    return f"no {kind} named {shown(name)}{_existing(kind, known)}"


_CONTAINER = re.compile(r"(?:^|[\W_\d])k?(?P<name>[tf]eus?)(?:$|[\W_])", re.IGNORECASE)
_CONVERSIONS = {
    "_mtpa": "in Mt/y: TEU/y / 1,000,000 / display_per_t of the commodity",
    "_usd_per_t": "in USD/t: USD/TEU x display_per_t of the commodity",
    "_mt_days": "in Mt days/y: TEU under way x days a year / 1,000,000 / display_per_t of the commodity",
}
"""How amounts and prices of containers become those of tonnes, by how the name of a field ends."""


def from_containers(text: str, field: str) -> str:
    """Return how to convert what is in containers by its name or its unit; empty where it is not, or no field takes it.

    Examples
    --------
    >>> from_containers("capacity_teu", "capacity_mtpa")
    ', in Mt/y: TEU/y / 1,000,000 / display_per_t of the commodity'
    >>> from_containers("capacity_kbd", "capacity_mtpa")
    ''
    """
    unit = _CONTAINER.search(text)
    rule = next((rule for end, rule in _CONVERSIONS.items() if f"_{field}".endswith(end)), None)
    if unit is None or rule is None:
        return ""
    return f", {rule}{', 1 FEU being 2 TEU' if unit['name'].lower().startswith('f') else ''}"


_LISTED_BY = {
    "scenario": "corridor.scenarios()", "network": "corridor.networks()", "asset": "corridor.interruptions()",
    "node": "network.nodes", "edge": "network.edges", "corridor": "network.corridors", "fleet": "network.fleets",
    "rate": "network.rates", "trunk": "network.trunks", "hazard": "network.hazards",
    "rate group": "network.rate_groups",
    "commodity": "network.commodities", "tag": "network.tags", "source": "network.sources",
    "country": "network.edge_table()", "operator": "network.edge_table()", "corridor or edge": "network.edges",
    "subject of a figure": "network.figures()", "attribute": "network.figures()",
}  # fmt: skip
"""What lists the names of a kind where they are many."""
_MOST_EXISTING, _MOST_COLUMNS = 10, 40


def _existing(kind: str, known: Iterable[str]) -> str:
    """Return how a sentence ends where no name is near: the names that exist, or of many where they are listed."""
    names = [name for name in known if isinstance(name, str)]
    if not names:
        return "; there is none"
    if len(names) > (_MOST_COLUMNS if kind == "column" else _MOST_EXISTING):
        return f"; {_LISTED_BY[kind]} has the {len(names)} that exist" if kind in _LISTED_BY else ""
    texts = [shown(name) for name in (sorted(names) if isinstance(known, set | frozenset) else names)]
    return f"; there is {texts[0]} only" if len(texts) == 1 else f"; there are {', '.join(texts[:-1])} and {texts[-1]}"


_LOOK_ALIKE = str.maketrans("АВЕЅІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABESIJKMHOPCTYXaesijopcyxABEZHIKMNOPTYXo")
"""Letters of Cyrillic, then of Greek, that look like Latin ones."""


_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")


def _plainly(name: str) -> str:
    """Return a name in the letters that it seems to have: one form of accents and widths, nothing that has no width."""
    seen = "".join(mark for mark in unicodedata.normalize("NFKC", name) if unicodedata.category(mark) != "Cf")
    return seen.translate(_LOOK_ALIKE).translate(_DASHES)


def _folded(name: str) -> str:
    """Return one spelling for all names that are easily confused."""
    return _plainly(name).lower().replace("-", "_")


def _difference(name: str, other: str) -> str:
    """Return which characters differ between two names that look alike; empty for other names."""
    if _folded(str(name)) != _folded(other):
        return ""
    name, other = str(name).lower(), other.lower()
    for which, text, lacks in (("the unknown one", name, other), ("the known one", other, name)):
        marks = [mark for mark in dict.fromkeys(text) if not mark.isascii() and mark not in lacks]
        if marks:
            described = ", ".join(unicodedata.name(mark, ascii(mark)) for mark in marks[:3])
            return f" (they look alike, but {which} has {described})"
    return ""


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
    "string_unicode": "must not contain unpaired surrogates",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must be three capital letters, ISO 3166 alpha-3, as in KAZ",
    "literal_error": "must be {expected}",
    "too_short": "must have at least {min_length} item",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "is_instance_of": "must be a {class}",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
    "date_type": "must be a date, as in 2022-03-22",
}


UNION = (
    "days", "law", "uniform", "two parts", "of all regimes", "by regime", "one number", "three numbers", "[key]",
)  # fmt: skip
"""Names that pydantic gives the branches of a union; they are not part of a field's name."""


def problems_of(error: ValidationError, fields: Iterable[str]) -> list[tuple[str, Problem]]:
    """Return field and clause of each of pydantic's findings."""
    return [
        (str(finding["loc"][0]) if finding["loc"] else "", rule_broken(dict(finding), fields))
        for finding in error.errors()
    ]


def rule_broken(error: Mapping[str, Any], fields: Iterable[str]) -> Problem:
    """Return one of pydantic's findings as a clause: field, rule and value got.

    Parameters
    ----------
    error : mapping
        One item of ``ValidationError.errors()``.
    fields : iterable of str
        The fields that the record has, for suggestions.
    """
    name = _path(error["loc"], of_items=error["type"] == "value_error")
    if error["type"] == "missing":
        return f"{name} is missing"
    if error["type"] == "extra_forbidden":
        *within, unknown_field = error["loc"]
        before = f"{owner}: " if (owner := _path(within, of_items=True)) else ""
        return unknown_name("field", str(unknown_field), _fields_within(within, fields), before)
    if error["type"] in ("value_error", "assertion_error"):
        text = str(error["msg"]).split(", ", 1)[-1]
        return f"{name}: {text}" if name else text
    rule, value = _RULES.get(error["type"], "cannot be read"), error["input"]
    hint = decimal_point(value) if "must be a number" in rule else _in_quotes(value) if error["type"] in _TEXT else ""
    unit = from_containers(value, name) if isinstance(value, str) and "must be a number" in rule else ""
    return f"{name} {rule.format(**error.get('ctx', {}))}{unit} (got {shown(value)}){hint}"


def _path(loc: Collection[str | int], *, of_items: bool) -> str:
    """Return the path of a field: ``hits[1].probability``; of a list's item its number only if asked for."""
    parts = [part for part in loc if part not in UNION]
    if parts and isinstance(parts[-1], int) and not of_items:
        parts = parts[:-1]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part[:120]}" for part in parts).removeprefix(".")


def _fields_within(loc: Iterable[str | int], fields: Iterable[str]) -> Iterable[str]:
    """Return the fields of the record that a path leads to, by the types of the fields on the way."""
    for part in loc:
        if isinstance(part, int) or part in UNION:
            continue
        field = fields.get(part) if isinstance(fields, Mapping) else None
        records = [kind for kind in plain_types(getattr(field, "annotation", None)) if hasattr(kind, "model_fields")]
        fields = {name: inner for kind in records for name, inner in kind.model_fields.items()}
    return fields


def plain_types(annotation: Any) -> Iterator[Any]:
    """Yield the plain types in an annotation."""
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for other in inner:
        yield from plain_types(other)


_TEXT = ("string_type", "string_sub_type", "tuple_type")
_GROUPS = re.compile(r"\s*([-+]?\d{1,3})((?:,\d{3})+)\s*", re.ASCII)
_COMMA = re.compile(r"\s*([-+]?\d*),(\d+(?:[eE][-+]?\d+)?)\s*", re.ASCII)


def decimal_point(value: object) -> str:
    """Return what to write for a text that is a number but for its commas; empty for anything else.

    Examples
    --------
    >>> decimal_point("3,5"), decimal_point("1,234"), decimal_point("many")
    ('; write 3.5', '; write 1234 or 1.234', '')
    """
    if not isinstance(value, str):
        return ""
    spellings = [match.group(1) + match.group(2).replace(",", "") for match in [_GROUPS.fullmatch(value)] if match]
    spellings += [f"{match.group(1)}.{match.group(2)}" for match in [_COMMA.fullmatch(value)] if match]
    return f"; write {' or '.join(spellings)}" if spellings else ""


def _in_quotes(value: object) -> str:
    """Return how to write a number where text is needed; empty for anything else."""
    return f"; if a name is meant, put it in quotes: '{value}'" if isinstance(value, int | float) else ""


def listed(names: Collection[Any], *, quoted: bool = True) -> str:
    """Return some names for a message, the rest of many counted."""
    text = ", ".join(repr(str(name)[:40]) if quoted else str(name) for name in list(names)[:_MOST_NAMED])
    return text + (f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else "")
