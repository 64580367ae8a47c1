"""Files in and out: scenario files in YAML, with the place of every mistake."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from corridor.errors import (
    CorridorError,
    DataError,
    Problem,
    UnknownNameError,
    decimal_point,
    placed,
    rule_broken,
    shown,
)
from corridor.files.bytes import write_text
from corridor.model.changes import CHANGES, Change, Outage
from corridor.model.network import Network
from corridor.model.records import parse_list
from corridor.model.scenario import Event, Hazard, Scenario, require_scenario

Loc = tuple[str | int, ...]
_MOST_BYTES = 1_000_000
_MOST_DEPTH = 20
_KEYS = (
    "name", "about", "network", "year", "changes", "expect", "sources",
    "frequency_per_year", "duration_days", "severity", "actor", "from", "until",
)  # fmt: skip
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True)
class ScenarioFile:
    """A scenario, and where in its file each expectation stands.

    Attributes
    ----------
    name : str
        The file as it is called in messages.
    scenario : Scenario
        What it holds.
    places : mapping of str to (int, int)
        Line and column of each expectation, by its path.
    """

    name: str
    scenario: Scenario
    places: Mapping[str, tuple[int, int]]

    def place(self, path: str) -> str:
        """Return ``file:line`` of an expectation."""
        return f"{self.name}:{self.places[path][0]}"


def parse_scenario(name: str, text: str) -> ScenarioFile:
    """Return the scenario of a file's text; its names are not looked up."""
    return _Reader(name, text).file(lambda reader: reader.scenario())


def read_scenario_file(path: Path, name: str, network: Network | None, resolve: Callable[..., Network]) -> ScenarioFile:
    """Return the scenario of a user's file, whose names must exist in a network.

    Parameters
    ----------
    path, name : Path, str
        The file, and how messages call it.
    network : Network or None
        Network whose ids the file must use; without one, that which the file names, if it names one.
    resolve : callable
        Returns the network of a name and, if given, ``year=``.

    Raises
    ------
    DataError
        Naming every problem of the file with line and column.
    """
    return _Reader(name, _text(path, name)).file(lambda reader: reader.checked_scenario(network, resolve))


def save_scenario(scenario: Scenario, path: str | os.PathLike[str]) -> None:
    """Write a scenario to a YAML file, whole or not at all; `load_scenario` gives it back.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    require_scenario(scenario)
    write_text(Path(path), dump_yaml(mapping_of(scenario)))


def mapping_of(scenario: Scenario) -> dict[str, Any]:
    """Return what a scenario file holds of a scenario, hazard or event."""
    data: dict[str, Any] = {"name": scenario.name}
    data |= {"about": scenario.about} if scenario.about else {}
    data |= {key: getattr(scenario, key) for key in ("network", "year") if getattr(scenario, key) is not None}
    if isinstance(scenario, Event):
        data |= {"from": scenario.start.isoformat(), "until": scenario.end.isoformat()}
    if isinstance(scenario, Hazard):
        law = scenario.duration_days
        data |= {"frequency_per_year": scenario.frequency_per_year}
        data |= {"duration_days": law if isinstance(law, int | float) else law.model_dump()}
        data |= {"severity": scenario.severity.model_dump()} if scenario.severity is not None else {}
        data |= {"actor": scenario.actor} if scenario.actor is not None else {}
    data["changes"] = [{change.key: _plain(change)} for change in scenario.changes]
    data |= {"expect": dict(scenario.expect)} if scenario.expect else {}
    data |= {"sources": list(scenario.sources)} if scenario.sources else {}
    return data


def dump_yaml(data: Any) -> str:
    """Return plain data as YAML that this module reads as the same data."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text


class _Dumper(yaml.SafeDumper):
    """Quotes text that this module would read as something else."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "'" if not isinstance(_scalar(text), str) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _quoted)


def _plain(change: Change) -> dict[str, Any]:
    """Return the fields that a change was given, single names out of their tuples."""
    given = {field: getattr(change, field) for field in type(change).model_fields if field in change.model_fields_set}
    return {
        field: (value[0] if parse_list(value[0]) == value else list(value)) if isinstance(value, tuple) else value
        for field, value in given.items()
        if value != ()
    }


def read_hazards(file: Traversable, regime: str) -> tuple[Hazard, ...]:
    """Return the hazards of a shipped file that have a frequency in a regime."""
    reader = _Reader(file.name, file.read_text(encoding="utf-8"))
    data = reader.data()
    hazards = []
    for at, entry in enumerate(data["hazards"] if isinstance(data, dict) else ()):
        frequency = entry.pop("frequency_per_year").get(regime)
        if frequency is not None:
            scenario = reader.record({**entry, "frequency_per_year": frequency}, ("hazards", at))
            if isinstance(scenario, Hazard):
                hazards.append(scenario)
    reader.refuse_if_broken()
    return tuple(hazards)


def read_hazards_of(entries: Any, place: Callable[[Loc], str]) -> tuple[tuple[Hazard, ...], list[Problem]]:
    """Return the hazards that plain data describes, and a sentence for each problem with its place."""
    if not isinstance(entries, list):
        return (), [f"{place(())}: hazards must be a list (got {shown(entries)})"]
    reader = _Placed(place)
    hazards = []
    for at, entry in enumerate(entries):
        if not isinstance(entry, dict):
            reader.note((at,), f"a hazard must hold keys and values (got {shown(entry)})")
            continue
        before = len(reader.told)
        scenario = reader.record(entry, (at,))
        if isinstance(scenario, Hazard):
            hazards.append(scenario)
        elif len(reader.told) == before:
            reader.note((at,), "a hazard needs frequency_per_year and duration_days, and no dates")
    return tuple(hazards), reader.told


def hazards_in_yaml(name: str, text: str) -> tuple[tuple[Hazard, ...], list[Problem]]:
    """Return the hazards of a YAML file of a network, and a sentence for each problem with its place."""
    reader = _Reader(name, text)
    try:
        data = reader.data()
    except DataError as error:
        return (), list(error.problems)
    if not isinstance(data, dict) or list(data) != ["hazards"]:
        return (), [f"{name}:1: must hold one key, hazards, with a list"]
    return read_hazards_of(data["hazards"] or [], lambda loc: reader.place_of(("hazards", *loc)))


def read_bytes(path: Path, most: int, what: str, name: str | None = None) -> bytes:
    """Return what a user's file holds, or say in one sentence why not, by another name if one is given."""
    name = name or str(path)
    if os.path.isdir(path):
        raise DataError(f"{name}: is a folder; give the path of a {what}")
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise DataError(f"{name}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if len(raw) > most:
        raise DataError(f"{name}: must be at most {most:,} bytes (got more)")
    return raw


def decoded(name: object, raw: bytes) -> str:
    """Return bytes as UTF-8 text, or name the line where they are not."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DataError(
            f"{name}:{line}: must be UTF-8 text (byte {raw[error.start]:#04x} is not); save it so"
        ) from None


def _text(path: Path, name: str) -> str:
    """Return the text of a user's scenario file."""
    text = decoded(name, read_bytes(path, _MOST_BYTES, "scenario file", name))
    if not text.strip():
        raise DataError(f"{name}: is empty; a scenario needs a name and changes")
    return text


class _Reader:
    """Reads one YAML file and gathers its problems, each with its place."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self._text = name, text
        self._marks: dict[Loc, tuple[int, int]] = {}
        self._keys: dict[Loc, tuple[int, int]] = {}
        self._problems: list[tuple[tuple[int, int], Problem]] = []

    def data(self) -> Any:
        """Return the file's content as plain data; refuse broken YAML."""
        try:
            self._refuse_deep_nesting()
            node = yaml.compose(self._text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
            problem = str(error.problem or error.context)
            told = "is nested too deep" if "nesting depth" in problem else f"is no YAML: {problem}"
            raise DataError(f"{self.name}{place}: {told}{self._to_quote(mark)}") from None
        except (yaml.YAMLError, RecursionError) as error:
            raise DataError(f"{self.name}: is no YAML: {error}") from None
        if node is None:
            raise DataError(f"{self.name}: is empty; a scenario needs a name and changes")
        found = self._plain(node, (), set())
        self.refuse_if_broken()
        return found

    def _to_quote(self, mark: yaml.Mark | None) -> str:
        """Return what to write where a value begins with a mark that YAML takes for its own: ``> 20``."""
        lines = self._text.splitlines()
        line = lines[mark.line] if mark and mark.line < len(lines) else ""
        found = re.search(r"(?:: |- |[{[,]) *([>|!%@&*`][^,}\]#]*)", line)
        return f'; put the value in quotes: "{found.group(1).strip()}"' if found else ""

    def _refuse_deep_nesting(self) -> None:
        """Raise before nesting without end can exhaust the stack."""
        depth = 0
        for event in yaml.parse(self._text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _MOST_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark is not None else 1
                raise DataError(f"{self.name}:{line}: is nested too deep")

    def file(self, read: Callable[[_Reader], Scenario]) -> ScenarioFile:
        """Return the scenario that is read, with the places of its expectations."""
        scenario = read(self)
        return ScenarioFile(self.name, scenario, {path: self.place(path) for path in scenario.expect})

    def scenario(self) -> Scenario:
        """Return the file's scenario."""
        return self._sound(self.record(self._top(), ()))

    def checked_scenario(self, network: Network | None, resolve: Callable[..., Network]) -> Scenario:
        """Return the file's scenario, whose names exist in a network: the one given, or else the one that it names."""
        data = self._top()
        scenario = self.record(data, ())
        network = network or self._named_network(data, scenario, resolve)
        if network is not None:
            self._check_names(data, network)
            self._note_strange_paths(data.get("expect"), ("expect",), network)
        return self._sound(scenario)

    def _top(self) -> dict[str, Any]:
        data = self.data()
        if not isinstance(data, dict):
            raise DataError(f"{self.name}:1: must hold keys and values: name, changes, ...")
        return data

    def _sound(self, scenario: Scenario | None) -> Scenario:
        self.refuse_if_broken()
        assert scenario is not None
        return scenario

    def record(self, data: dict[str, Any], loc: Loc) -> Scenario | None:
        """Return the scenario, hazard or event that a mapping describes, or None after noting its problems."""
        before = len(self._problems)
        fields = {key: value for key, value in data.items() if key in _KEYS}
        for key in data:
            if key not in _KEYS:
                self._note((*loc, key), UnknownNameError("key", str(key), _KEYS))
        told = {"changes", *self._truth_values(fields, loc)}
        fields["changes"] = self._changes(data.get("changes"), (*loc, "changes"))
        kind: type[Scenario] = Scenario
        if "frequency_per_year" in fields or "duration_days" in fields:
            kind = Hazard
        if "from" in fields or "until" in fields:
            if kind is Hazard:
                self._note((*loc, "from"), "a scenario is a hazard (frequency_per_year) or an event (from), not both")
            kind = Event
            for key, field in (("from", "start"), ("until", "end")):
                if key in fields:
                    fields[field] = fields.pop(key)
        if isinstance(fields.get("sources"), str):
            fields["sources"] = (fields["sources"],)
        fields = {key: value for key, value in fields.items() if value is not None}
        told |= self._expectations(fields.get("expect"), (*loc, "expect"))
        try:
            scenario = kind.model_validate(fields)
        except ValidationError as error:
            for found in error.errors():
                named = tuple(_WORDS.get(part, part) for part in found["loc"] if part not in _TAGS_OF_LAWS)
                text = rule_broken({**found, "loc": named}, kind.model_fields)
                if not told.intersection(named[:1]):
                    self._note((*loc, *named), _as_in_files(text))
            return None
        return scenario if len(self._problems) == before else None

    def refuse_if_broken(self) -> None:
        """Raise one error with all problems noted, in the order of the file."""
        told: dict[Any, Problem] = {}
        for mark, problem in sorted(self._problems, key=lambda noted: noted[0]):
            same = problem if isinstance(problem, str) else (problem.kind, problem.name)
            told.setdefault((mark, same), placed(f"{self.name}:{mark[0]}:{mark[1]}", problem))
        if told:
            raise DataError(told.values())

    def _note(self, loc: Loc, problem: Problem) -> None:
        self._problems.append((self._mark(loc), problem))

    def _note_key(self, loc: Loc, problem: Problem) -> None:
        self._problems.append((self._keys[loc], problem))

    def _mark(self, loc: Loc) -> tuple[int, int]:
        """Return line and column of a part, or of the nearest that holds it."""
        while loc and loc not in self._marks:
            loc = loc[:-1]
        return self._marks.get(loc, (1, 1))

    def place_of(self, loc: Loc) -> str:
        """Return file, line and column of a part."""
        line, column = self._mark(loc)
        return f"{self.name}:{line}:{column}"

    def _changes(self, data: Any, loc: Loc) -> tuple[Change, ...]:
        """Return the changes of a list, noting what is wrong with each."""
        if not isinstance(data, list) or not data:
            self._note(loc, "changes must be a list with at least one change, as in '- outage: {corridor: cpc}'")
            return _PLACEHOLDER
        changes = []
        for at, entry in enumerate(data):
            if not isinstance(entry, dict) or len(entry) != 1:
                self._note((*loc, at), "a change is one key with its fields, as in 'outage: {corridor: cpc}'")
                continue
            ((key, fields),) = entry.items()
            if key not in CHANGES:
                self._note((*loc, at, key), UnknownNameError("change", str(key), CHANGES))
                continue
            kind = CHANGES[key]
            if not isinstance(fields, dict):
                self._note((*loc, at, key), f"{key} needs fields in braces, as in '{key}: {{corridor: cpc}}'")
                continue
            try:
                changes.append(kind.model_validate(fields))
            except ValidationError as error:
                for found in error.errors():
                    problem = placed(key, rule_broken(dict(found), kind.model_fields))
                    self._note((*loc, at, key, *found["loc"]), problem)
        return tuple(changes) or _PLACEHOLDER

    def _truth_values(self, fields: dict[str, Any], loc: Loc) -> set[str]:
        """Note each key that is true or false, which none may be; return these keys."""
        found = {key for key, value in fields.items() if isinstance(value, bool)}
        for key in found:
            self._note((*loc, key), f"{key} must not be true or false; put text in quotes if it is meant")
        return found

    def _expectations(self, data: Any, loc: Loc) -> set[str]:
        """Note expectations that cannot be read; return {"expect"} if there are any."""
        from corridor.files.expectation import Expectation

        before = len(self._problems)
        if not isinstance(data, dict | None):
            self._note(loc, "expect must be keys with values, as in 'shortfall_mtpa: \"> 20\"'")
        for path, wanted in data.items() if isinstance(data, dict) else ():
            try:
                Expectation.parse(path, wanted)
            except DataError as error:
                self._note((*loc, path), str(error))
        self._note_strange_paths(data, loc)
        return {"expect"} if len(self._problems) > before else set()

    def _note_strange_paths(self, data: Any, loc: Loc, network: Network | None = None) -> None:
        """Note expectations of what no result has; their ids only where the network is known."""
        from corridor.files.expectation import word_errors
        from corridor.model.result_path import path_errors

        for path, wanted in data.items() if isinstance(data, dict) else ():
            for error in path_errors(path, network):
                self._note_key((*loc, path), _problem(error))
            for error in () if network is None else word_errors(path, wanted, network):
                self._note((*loc, path), _problem(error))

    def place(self, path: str) -> tuple[int, int]:
        """Return line and column of an expectation."""
        return self._keys["expect", path]

    def _named_network(
        self, data: dict[str, Any], scenario: Scenario | None, resolve: Callable[..., Network]
    ) -> Network | None:
        """Return the shipped network that a file names, noting if there is none; if its year is wrong, of another."""
        name, year = (data.get("network"), data.get("year")) if scenario is None else (scenario.network, scenario.year)
        if not isinstance(name, str):
            return None
        try:
            if isinstance(year, int) and not isinstance(year, bool):
                return resolve(name, year=year)
            return resolve(name)
        except UnknownNameError as error:
            self._note(("network",), str(error))
        except DataError as error:
            self._note(("year",), str(error))
            return resolve(name)
        return None

    def _check_names(self, data: dict[str, Any], network: Network) -> None:
        """Note every selector that names what is not in the network."""
        changes = data.get("changes")
        for at, entry in enumerate(changes if isinstance(changes, list) else ()):
            for key, fields in entry.items() if isinstance(entry, dict) else ():
                if key in CHANGES and isinstance(fields, dict):
                    for error in CHANGES[key].unknown_names_of(fields, network):
                        self._note(("changes", at, key, error.kind), error)

    def _plain(self, node: yaml.Node, loc: Loc, seen: set[int]) -> Any:
        """Return a node as plain data and note where each part stands; aliases and tags are refused."""
        mark = node.start_mark
        self._marks.setdefault(loc, (mark.line + 1, mark.column + 1))
        if id(node) in seen:
            self._problems.append((self._marks[loc], "aliases (*name) are not read; write it out"))
            return None
        seen.add(id(node))
        if node.tag not in _TAGS:
            self._problems.append(
                (self._marks[loc], f"tags are not read (got {node.tag!r}); remove it, or put the text in quotes")
            )
            return None
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*loc, at), seen) for at, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, loc, seen)
        assert isinstance(node, yaml.ScalarNode)
        return node.value if node.style else _scalar(node.value)

    def _mapping(self, node: yaml.MappingNode, loc: Loc, seen: set[int]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        number, torn = "", dict[str, str]()
        for key, value in node.value:
            place = (key.start_mark.line + 1, key.start_mark.column + 1)
            if node.flow_style and found and number and _is_rest(key, value):
                number = torn[next(reversed(found))] = f"{number},{key.value}"
                continue
            number = value.value if isinstance(value, yaml.ScalarNode) and _NUMBER.fullmatch(value.value) else ""
            if not isinstance(key, yaml.ScalarNode):
                self._problems.append((place, "a key must be plain text"))
            elif key.value in found:
                self._problems.append((place, f"key {key.value!r} stands twice"))
            else:
                self._keys[(*loc, key.value)] = place
                if isinstance(value, yaml.CollectionNode):
                    self._marks[(*loc, key.value)] = place
                found[key.value] = self._plain(value, (*loc, key.value), seen)
        for key, text in torn.items():
            self._note((*loc, key), f"{key} must be a number (got {shown(text)}){decimal_point(text)}")
        return found


def _is_rest(key: yaml.Node, value: yaml.Node) -> bool:
    """Tell whether a key is what follows a decimal comma: ``{factor: 3,5}`` reads as 3 and a key 5 without value."""
    alone = isinstance(value, yaml.ScalarNode) and value.start_mark.index == value.end_mark.index
    return alone and isinstance(key, yaml.ScalarNode) and re.fullmatch(r"\d+([eE][-+]?\d+)?", key.value) is not None


class _Placed(_Reader):
    """Reads scenarios from plain data and gathers its problems, each with a place of the caller's."""

    def __init__(self, place: Callable[[Loc], str]) -> None:
        super().__init__("", "")
        self._place = place
        self.told: list[Problem] = []

    def note(self, loc: Loc, problem: Problem) -> None:
        """Note a problem."""
        self._problems.append(((1, 1), problem))
        self.told.append(placed(self._place(loc), problem))

    _note = _note_key = note


def _problem(error: CorridorError) -> Problem:
    """Return an error as a problem of a file."""
    return error if isinstance(error, UnknownNameError) else str(error)


def _as_in_files(text: Problem) -> Problem:
    """Return a sentence about an event's dates with the keys that files use."""
    if not isinstance(text, str):
        return text
    told = text.replace("end must be after start (got start=", "until must be after from (got from=")
    return told.replace(", end=", ", until=")


_WORDS: dict[str | int, str | int] = {"start": "from", "end": "until"}
_TAGS_OF_LAWS = ("days", "law")
_PLACEHOLDER = (Outage(edge="changes that could not be read"),)
_TAGS = (
    "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map", "!",
)  # fmt: skip


def _scalar(text: str) -> Any:
    """Return a plain scalar by the rules of YAML 1.2: null, true, false and numbers; anything else is text."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if _NUMBER.fullmatch(text):
        return int(text) if re.fullmatch(r"[-+]?\d{1,18}", text) else float(text)
    if text.lower().lstrip("+-") in (".inf", ".nan"):
        return math.nan if text.lower().endswith("nan") else math.copysign(math.inf, -1 if text[0] == "-" else 1)
    return text
