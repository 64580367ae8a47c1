"""Scenario files in YAML, with line and column of every problem."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from corridor.errors import CorridorError, DataError, Problem
from corridor.files.bytes import decoded, read_bytes, write_text
from corridor.files.scenario_fields import (
    FieldPath,
    FieldProblem,
    check_names,
    hazards_from,
    scenario_from,
    to_fields,
)
from corridor.messages import decimal_point, placed, shown
from corridor.model.hazard import Hazard
from corridor.model.network import Network
from corridor.model.scenario import Scenario, require_scenario

_MOST_BYTES = 1_000_000
_MOST_DEPTH = 20
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
Position = tuple[int, int]
"""Line and column, from 1."""


@dataclass(frozen=True)
class ScenarioFile:
    """A scenario, and the position of each expectation in its file.

    Attributes
    ----------
    name : str
        The file as it is called in messages.
    scenario : Scenario
        What it holds.
    positions : mapping of str to (int, int)
        Line and column of each expectation, by its path.
    changes : tuple of (int, int)
        Line and column of each change of the scenario.
    """

    name: str
    scenario: Scenario
    positions: Mapping[str, Position]
    changes: tuple[Position, ...] = ()

    def location(self, path: str) -> str:
        """Return ``file:line`` of an expectation."""
        return f"{self.name}:{self.positions[path][0]}"

    def names_a_change(self, problem: str) -> bool:
        """Tell whether a sentence names a change of the file."""
        return bool(self._lines_in(problem))

    def _lines_in(self, problem: str) -> list[int]:
        """Return the lines of the changes that a sentence names, ascending."""
        named = zip(self.changes, map(str, self.scenario.changes), strict=False)
        return sorted({line for (line, _), change in named if change in problem})

    def placed(self, problem: str) -> str:
        """Return a sentence about the scenario with the file before it, and the line of the change that it names.

        Of a sentence that names several changes the last one counts, and the lines of the others stand behind it.
        """
        if problem.startswith(f"{self.name}:"):
            return problem
        lines = self._lines_in(problem)
        if not lines:
            return f"{self.name}: {problem}"
        *others, own = lines
        also = f" (see also line {', '.join(map(str, others))})" if others else ""
        return f"{self.name}:{own}: {problem}{also}"


def parse_scenario(name: str, text: str) -> ScenarioFile:
    """Return the scenario of a file's text; its names are not looked up."""
    document = YamlDocument(name, text)
    problems: list[FieldProblem] = []
    return _scenario_file(document, scenario_from(_top(document), problems, location=document.location), problems)


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
    document = YamlDocument(name, _text(path, name))
    data = _top(document)
    problems: list[FieldProblem] = []
    scenario = scenario_from(data, problems, location=document.location)
    network = network or _named_network(data, scenario, resolve, problems)
    if network is not None:
        check_names(data, network, problems)
    return _scenario_file(document, scenario, problems)


def _top(document: YamlDocument) -> dict[str, Any]:
    data = document.data()
    if not isinstance(data, dict):
        raise DataError(f"{document.name}:1: must be a mapping: name, changes, ...")
    return data


def _scenario_file(document: YamlDocument, scenario: Scenario | None, problems: list[FieldProblem]) -> ScenarioFile:
    document.raise_if_problems(problems)
    assert scenario is not None
    positions = {path: document.key_of(("expect", path)) for path in scenario.expect}
    changes = tuple(
        document.value_of(("hits", index))
        if isinstance(scenario, Hazard) and scenario.hits
        else document.key_of(("changes", index, change.key))
        for index, change in enumerate(scenario.changes)
    )
    return ScenarioFile(document.name, scenario, positions, changes)


def _named_network(
    data: dict[str, Any], scenario: Scenario | None, resolve: Callable[..., Network], problems: list[FieldProblem]
) -> Network | None:
    """Return the network that a file names; if its year is wrong, of another."""
    name, year = (data.get("network"), data.get("year")) if scenario is None else (scenario.network, scenario.year)
    if not isinstance(name, str):
        return None
    try:
        network = resolve(name)
    except (CorridorError, OSError) as error:
        problems.append(FieldProblem(("network",), str(error)))
        return None
    if isinstance(year, int) and not isinstance(year, bool):
        try:
            return resolve(name, year=year)
        except DataError as error:
            problems.append(FieldProblem(("year",), str(error)))
    return network


def save_scenario(scenario: Scenario, path: str | os.PathLike[str]) -> None:
    """Write a scenario to a YAML file, whole or not at all; `load_scenario` gives it back.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    require_scenario(scenario)
    write_text(Path(path), dump_yaml(to_fields(scenario)))


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


def shipped_hazards(file: Traversable) -> tuple[Hazard, ...]:
    """Return the hazards of a shipped file."""
    problems: list[Problem] = []
    hazards, _ = hazards_in_yaml(file.name, file.read_text(encoding="utf-8"), problems)
    if problems:
        raise DataError(problems)
    return hazards


def hazards_in_yaml(name: str, text: str, problems: list[Problem]) -> tuple[tuple[Hazard, ...], list[str]]:
    """Return the hazards of a YAML file of a network and where each stands; what is wrong goes to `problems`."""
    document = YamlDocument(name, text)
    if not text.strip():
        problems.append(f"{name}: is empty; it needs hazards, a list, or leave it out")
        return (), []
    try:
        data = document.data()
    except DataError as error:
        problems += error.problems
        return (), []
    if not isinstance(data, dict) or list(data) != ["hazards"]:
        problems.append(f"{name}:1: must have one key, hazards, with a list")
        return (), []
    return hazards_from(data["hazards"] or [], lambda path: document.location(("hazards", *path)), problems)


def _text(path: Path, name: str) -> str:
    """Return the text of a user's scenario file."""
    text = decoded(name, read_bytes(path, _MOST_BYTES, "scenario file", name))
    if not text.strip():
        raise DataError(f"{name}: is empty; a scenario needs a name and changes")
    return text


class YamlDocument:
    """The text of one YAML file as plain data, and the position of each of its parts."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self._text = name, text
        self._values: dict[FieldPath, Position] = {}
        self._keys: dict[FieldPath, Position] = {}
        self._problems: list[tuple[Position, Problem]] = []

    def data(self) -> Any:
        """Return the file's content as plain data; refuse broken YAML."""
        try:
            self._refuse_deep_nesting()
            node = yaml.compose(self._text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            position = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
            problem = str(error.problem or error.context)
            text = "is nested too deep" if "nesting depth" in problem else f"invalid YAML: {problem}"
            raise DataError(f"{self.name}{position}: {text}{self._to_quote(mark)}") from None
        except (yaml.YAMLError, RecursionError) as error:
            raise DataError(f"{self.name}: invalid YAML: {error}") from None
        if node is None:
            raise DataError(f"{self.name}: is empty; a scenario needs a name and changes")
        data = self._plain(node, (), set())
        self.raise_if_problems()
        return data

    def _to_quote(self, mark: yaml.Mark | None) -> str:
        """Return what to write where a value holds marks that YAML takes for its own: ``> 20``, ``CPC: shut``."""
        lines = self._text.splitlines()
        line = lines[mark.line] if mark and mark.line < len(lines) else ""
        value = re.search(r"(?:: |- |[{[,]) *([>|!%@&*`][^,}\]#]*)", line)
        value = value or re.search(r"^[\s-]*\w+: +(-[^,}\]#]*|[^\s'\"{\[][^#]*: [^#]*)", line)
        return f'; put the value in quotes: "{value.group(1).strip()}"' if value else ""

    def _refuse_deep_nesting(self) -> None:
        """Raise before nesting without end can exhaust the stack."""
        depth = 0
        for event in yaml.parse(self._text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _MOST_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark is not None else 1
                raise DataError(f"{self.name}:{line}: is nested too deep")

    def raise_if_problems(self, problems: Sequence[FieldProblem] = ()) -> None:
        """Raise one error with the problems of YAML and of fields, duplicates left out, in the order of the file."""
        of_fields = [
            (self.key_of(each.path) if each.of_key else self.value_of(each.path), each.problem) for each in problems
        ]
        listed: dict[Any, Problem] = {}
        for position, problem in sorted(self._problems + of_fields, key=lambda pair: pair[0]):
            same = problem if isinstance(problem, str) else (problem.kind, problem.name)
            line, column = position
            listed.setdefault((position, same), placed(f"{self.name}:{line}:{column}", problem))
        if listed:
            raise DataError(listed.values())

    def key_of(self, path: FieldPath) -> Position:
        """Return line and column of a key."""
        return self._keys[path]

    def value_of(self, path: FieldPath) -> Position:
        """Return line and column of a value, or of the nearest part that holds it."""
        while path and path not in self._values:
            path = path[:-1]
        return self._values.get(path, (1, 1))

    def location(self, path: FieldPath) -> str:
        """Return file, line and column of a value."""
        line, column = self.value_of(path)
        return f"{self.name}:{line}:{column}"

    def _plain(self, node: yaml.Node, path: FieldPath, seen: set[int]) -> Any:
        """Return a node as plain data and note the position of each part; aliases and tags are refused."""
        mark = node.start_mark
        self._values.setdefault(path, (mark.line + 1, mark.column + 1))
        if id(node) in seen:
            self._problems.append((self._values[path], "aliases (*name) are not supported; write the value out"))
            return None
        seen.add(id(node))
        if node.tag not in _TAGS:
            text = f"YAML tags are not supported (got {node.tag!r}); remove it, or put the text in quotes"
            self._problems.append((self._values[path], text))
            return None
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*path, index), seen) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, seen)
        assert isinstance(node, yaml.ScalarNode)
        return node.value if node.style else _scalar(node.value)

    def _mapping(self, node: yaml.MappingNode, path: FieldPath, seen: set[int]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        number, torn = "", dict[str, str]()
        for key, value in node.value:
            position = (key.start_mark.line + 1, key.start_mark.column + 1)
            if node.flow_style and data and number and _is_rest(key, value):
                number = torn[next(reversed(data))] = f"{number},{key.value}"
                continue
            number = value.value if isinstance(value, yaml.ScalarNode) and _NUMBER.fullmatch(value.value) else ""
            if not isinstance(key, yaml.ScalarNode):
                self._problems.append((position, "a key must be plain text"))
            elif key.value in data:
                self._problems.append((position, f"duplicate key {key.value!r}"))
            else:
                self._keys[(*path, key.value)] = position
                if isinstance(value, yaml.CollectionNode):
                    self._values[(*path, key.value)] = position
                data[key.value] = self._plain(value, (*path, key.value), seen)
        for key, text in torn.items():
            problem = f"{key} must be a number (got {shown(text)}){decimal_point(text)}"
            self._problems.append((self.value_of((*path, key)), problem))
        return data


def _is_rest(key: yaml.Node, value: yaml.Node) -> bool:
    """Tell whether a key is what follows a decimal comma: ``{factor: 3,5}`` reads as 3 and a key 5 without value."""
    alone = isinstance(value, yaml.ScalarNode) and value.start_mark.index == value.end_mark.index
    return alone and isinstance(key, yaml.ScalarNode) and re.fullmatch(r"\d+([eE][-+]?\d+)?", key.value) is not None


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
