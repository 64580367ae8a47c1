"""Scenarios as plain data: keys and values as files hold them, read and written alike by YAML, JSON, GraphML and Excel.

A problem carries the path of what it is about; the format turns a path into a location: a line, a cell, a JSON path.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from corridor.errors import CorridorError, DataError, Problem, UnknownNameError
from corridor.messages import UNION, placed, rule_broken, shown, unknown_name
from corridor.model.changes import CHANGES, Change, Outage
from corridor.model.hazard import HITS_OR_CHANGES, Hazard, Hit
from corridor.model.network import Network
from corridor.model.record_base import parse_list
from corridor.model.scenario import Event, Scenario

FieldPath = tuple[str | int, ...]
_KEYS = (
    "name", "about", "network", "year", "changes", "expect", "sources",
    "hits", "frequency_per_year", "duration_days", "severity", "cause", "place", "actor", "events", "rate_group",
    "posterior", "from", "until",
)  # fmt: skip
_KEY_OF_FIELD: dict[str | int, str | int] = {"start": "from", "end": "until"}
RENAMED_KEYS = {"actor": "place"}
"""Keys that are read for one version by the name that they have now, with a warning."""
_OF_HAZARDS = (
    "hits", "frequency_per_year", "severity", "cause", "place", "actor", "events", "rate_group", "posterior",
)  # fmt: skip
Location = Callable[[FieldPath], str]


@dataclass(frozen=True)
class FieldProblem:
    """Something wrong with a part of plain data.

    Attributes
    ----------
    path : tuple of str and int
        Keys and indices that lead to the part.
    problem : str or UnknownNameError
        What is wrong.
    of_key : bool
        Whether it is the key that is wrong, not the value.
    """

    path: FieldPath
    problem: Problem
    of_key: bool = False


class OldKeyWarning(FutureWarning):
    """A file has a key by its old name; shown by default, since whoever keeps the file is to rename it."""


def to_fields(scenario: Scenario) -> dict[str, Any]:
    """Return what a file holds of a scenario, hazard or event."""
    data: dict[str, Any] = {"name": scenario.name}
    data |= {"about": scenario.about} if scenario.about else {}
    data |= {key: getattr(scenario, key) for key in ("network", "year") if getattr(scenario, key) is not None}
    if isinstance(scenario, Event):
        data |= {"from": scenario.start.isoformat(), "until": scenario.end.isoformat()}
    if isinstance(scenario, Hazard):
        data |= {"hits": [_change_fields(hit) for hit in scenario.hits]} if scenario.hits else {}
        data |= {"frequency_per_year": _plain_rates(scenario.frequency_per_year)}
    if scenario.duration_days is not None:
        duration = scenario.duration_days
        data |= {"duration_days": duration if isinstance(duration, int | float) else duration.model_dump()}
    if isinstance(scenario, Hazard):
        for key in ("severity", "posterior"):
            if (part := getattr(scenario, key)) is not None:
                data[key] = {name: value for name, value in part.model_dump().items() if value is not None}
        for key in ("cause", "place", "events", "rate_group"):
            data |= {key: getattr(scenario, key)} if getattr(scenario, key) is not None else {}
    if not isinstance(scenario, Hazard) or not scenario.hits:
        data["changes"] = [{change.key: _change_fields(change)} for change in scenario.changes]
    data |= {"expect": dict(scenario.expect)} if scenario.expect else {}
    data |= {"sources": list(scenario.sources)} if scenario.sources else {}
    return data


def _change_fields(change: Change) -> dict[str, Any]:
    """Return the fields that a change was given, single names out of their tuples."""
    given = {field: getattr(change, field) for field in type(change).model_fields if field in change.model_fields_set}
    return {
        field: (value[0] if parse_list(value[0]) == value else list(value)) if isinstance(value, tuple) else value
        for field, value in given.items()
        if value != ()
    }


def _plain_rates(frequency: Any) -> Any:
    """Return a frequency as files hold it: lists for ranges."""
    if isinstance(frequency, dict):
        return {regime: _plain_rates(rate) for regime, rate in frequency.items()}
    return list(frequency) if isinstance(frequency, tuple) else frequency


def hazards_from(entries: Any, location: Location, sentences: list[Problem]) -> tuple[tuple[Hazard, ...], list[str]]:
    """Return the hazards that a list describes, and where each stands; each problem is told with its location."""
    if not isinstance(entries, list):
        sentences.append(f"{location(())}: hazards must be a list (got {shown(entries)})")
        return (), []
    problems: list[FieldProblem] = []
    hazards: list[Hazard] = []
    locations: list[str] = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            problems.append(FieldProblem((index,), f"a hazard must be a mapping (got {shown(entry)})"))
            continue
        before = len(problems)
        scenario = scenario_from(entry, problems, (index,), location=location)
        if isinstance(scenario, Hazard):
            hazards.append(scenario)
            locations.append(location((index,)))
        elif len(problems) == before:
            text = "a hazard needs frequency_per_year and duration_days, and no dates"
            problems.append(FieldProblem((index,), text))
    sentences += [placed(location(problem.path), problem.problem) for problem in problems]
    return tuple(hazards), locations


def scenario_from(
    data: dict[str, Any], problems: list[FieldProblem], path: FieldPath = (), *, location: Location
) -> Scenario | None:
    """Return the scenario, hazard or event that a mapping describes, or None after adding its problems.

    Warns
    -----
    OldKeyWarning
        With its location, for each key that has another name now.
    """
    before = len(problems)
    for key in data:
        if key not in _KEYS:
            problems.append(FieldProblem((*path, key), unknown_name("key", str(key), _KEYS)))
    fields = {key: value for key, value in data.items() if key in _KEYS}
    reported = {"changes", *_booleans(fields, path, problems)}
    kind = _kind(fields, path, problems)
    fields = _renamed(fields, path, problems, location) if kind is Hazard else fields
    struck = fields.get("hits") not in (None, [])
    if struck and fields.get("changes") is not None:
        problems.append(FieldProblem((*path, "hits"), HITS_OR_CHANGES, of_key=True))
    changes = () if struck else _changes(data.get("changes"), (*path, "changes"), problems, kind)
    reported |= _expectations(fields.get("expect"), (*path, "expect"), problems)
    fields = {
        _FIELD_OF_KEY.get(key, key): value
        for key, value in fields.items()
        if value is not None and not isinstance(value, bool)
    }
    fields["changes"] = changes or (() if struck else _STAND_IN)
    if isinstance(fields.get("sources"), str):
        fields["sources"] = (fields["sources"],)
    try:
        scenario = kind.model_validate(fields)
    except ValidationError as error:
        for finding in error.errors():
            keys = tuple(_KEY_OF_FIELD.get(part, part) for part in finding["loc"] if part not in UNION)
            text = rule_broken({**finding, "loc": keys}, kind.model_fields)
            if not reported.intersection(keys[:1]):
                problems.append(FieldProblem((*path, *keys), _with_keys_of_files(text)))
        return None
    return scenario if len(problems) == before else None


_STAND_IN = (Outage(edge="none"),)
"""Stands where no change can be read, so that the other fields are checked."""
_FIELD_OF_KEY = {str(key): str(field) for field, key in _KEY_OF_FIELD.items()}


def _kind(fields: dict[str, Any], path: FieldPath, problems: list[FieldProblem]) -> type[Scenario]:
    """Return what a mapping describes, by its keys; a duration alone makes no hazard, a law of durations does."""
    hazard = (
        "frequency_per_year" in fields
        or any(fields.get(key) is not None for key in _OF_HAZARDS)
        or isinstance(fields.get("duration_days"), dict)
    )
    event = "from" in fields or "until" in fields
    if hazard and event:
        text = "a scenario is a hazard (frequency_per_year) or an event (from), not both"
        problems.append(FieldProblem((*path, "from"), text))
    elif event and fields.get("duration_days") is not None:
        text = "an event lasts from its first date until its last; leave duration_days out, or the dates"
        problems.append(FieldProblem((*path, "duration_days"), text))
        del fields["duration_days"]
    return Event if event else Hazard if hazard else Scenario


def _renamed(
    fields: dict[str, Any], path: FieldPath, problems: list[FieldProblem], location: Location
) -> dict[str, Any]:
    """Return fields by the names that they have now, each old name told with its location."""
    for old, new in RENAMED_KEYS.items():
        if old in fields:
            fields, value = {key: value for key, value in fields.items() if key != old}, fields[old]
            here = location((*path, old))
            if fields.get(new) is not None and value is not None:
                text = f"{old} is the old name of {new}, which is given too (got {shown(value)}); leave {old} out"
                problems.append(FieldProblem((*path, old), text, of_key=True))
            elif value is not None:
                text = f"{here}: {old} is now called {new}; rename it, for the next version does not read it"
                warnings.warn(text, OldKeyWarning, stacklevel=2)
                fields[new] = value
    return fields


def _booleans(fields: dict[str, Any], path: FieldPath, problems: list[FieldProblem]) -> set[str]:
    """Add a problem for each key whose value is true or false, which is never allowed; return these keys."""
    keys = {key for key, value in fields.items() if isinstance(value, bool)}
    for key in keys:
        problems.append(FieldProblem((*path, key), f"{key} must not be true or false; quote it if you mean text"))
    return keys


def _changes(data: Any, path: FieldPath, problems: list[FieldProblem], kind: type[Scenario]) -> tuple[Change, ...]:
    """Return the changes of a list that can be read."""
    if not isinstance(data, list) or not data:
        text = "changes must be a list with at least one change, as in '- outage: {corridor: cpc}'"
        text += ", or hits one of what may be struck" if kind is Hazard else ""
        problems.append(FieldProblem(path, text))
        return ()
    changes = (_change(entry, (*path, index), problems) for index, entry in enumerate(data))
    return tuple(change for change in changes if change is not None)


def _change(entry: Any, path: FieldPath, problems: list[FieldProblem]) -> Change | None:
    if not isinstance(entry, dict) or len(entry) != 1:
        problems.append(FieldProblem(path, "a change must be one key with its fields, as in 'outage: {corridor: cpc}'"))
        return None
    ((key, fields),) = entry.items()
    path = (*path, key)
    if key not in CHANGES:
        problems.append(FieldProblem(path, unknown_name("change", str(key), CHANGES)))
        return None
    if not isinstance(fields, dict):
        text = f"{key} must be a mapping of fields, as in '{key}: {{corridor: cpc}}'"
        problems.append(FieldProblem(path, text))
        return None
    kind = CHANGES[key]
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        for finding in error.errors():
            problem = placed(key, rule_broken(dict(finding), kind.model_fields))
            problems.append(FieldProblem((*path, *finding["loc"]), problem))
        return None


def _expectations(data: Any, path: FieldPath, problems: list[FieldProblem]) -> set[str]:
    """Add expectations that cannot be read; return {"expect"} if there are any."""
    from corridor.files.expectation import Expectation

    before = len(problems)
    if not isinstance(data, dict | None):
        problems.append(FieldProblem(path, "expect must be a mapping, as in 'shortfall_mtpa: \"> 20\"'"))
    for key, expected in data.items() if isinstance(data, dict) else ():
        try:
            Expectation.parse(key, expected)
        except DataError as error:
            problems.append(FieldProblem((*path, key), str(error)))
    _result_paths(data, path, problems)
    return {"expect"} if len(problems) > before else set()


def _result_paths(data: Any, path: FieldPath, problems: list[FieldProblem], network: Network | None = None) -> None:
    """Add expectations of what no result has; their ids only where the network is known."""
    from corridor.files.expectation import word_errors
    from corridor.model.result_path import path_errors

    for key, expected in data.items() if isinstance(data, dict) else ():
        for error in path_errors(key, network):
            problems.append(FieldProblem((*path, key), _problem(error), of_key=True))
        for error in () if network is None else word_errors(key, expected, network):
            problems.append(FieldProblem((*path, key), _problem(error)))


def check_names(data: dict[str, Any], network: Network, problems: list[FieldProblem]) -> None:
    """Add every selector and expectation of a mapping that names what is not in the network."""
    changes = data.get("changes")
    for index, entry in enumerate(changes if isinstance(changes, list) else ()):
        for key, fields in entry.items() if isinstance(entry, dict) else ():
            if key in CHANGES and isinstance(fields, dict):
                for error in CHANGES[key]._unknown_names_of(fields, network):
                    problems.append(FieldProblem(("changes", index, key, error.kind), error))
    hits = data.get("hits")
    for index, fields in enumerate(hits if isinstance(hits, list) else ()):
        for error in Hit._unknown_names_of(fields, network) if isinstance(fields, dict) else ():
            problems.append(FieldProblem(("hits", index, error.kind), error))
    group, groups = data.get("rate_group"), network.keys("rate_group")
    if isinstance(group, str) and group.strip() not in groups:
        problems.append(FieldProblem(("rate_group",), unknown_name("rate group", group, groups)))
    _result_paths(data.get("expect"), ("expect",), problems, network)


def _problem(error: CorridorError) -> Problem:
    """Return an error as a problem of a file."""
    return error if isinstance(error, UnknownNameError) else str(error)


def _with_keys_of_files(text: Problem) -> Problem:
    """Return a sentence about an event's dates with the keys that files use."""
    if not isinstance(text, str):
        return text
    text = text.replace("end must be after start (got start=", "until must be after from (got from=")
    return text.replace(", end=", ", until=")
