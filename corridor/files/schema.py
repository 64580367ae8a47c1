"""JSON Schema of scenario files and of networks in JSON, made from the records and changes themselves."""

from __future__ import annotations

import json
from typing import Any

from corridor.errors import DataError
from corridor.files.json_document import FORMAT
from corridor.messages import unknown
from corridor.model.changes import CHANGES, Change
from corridor.model.frames import KINDS
from corridor.model.hazard import Hazard, Hit
from corridor.model.record_base import Record
from corridor.model.scenario import Event, Scenario

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DATE = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a kind of file, for editors and other programs.

    Parameters
    ----------
    kind : {"scenario", "network"}
        Scenario files (``NAME.scenario.yaml``), or networks in JSON (``write_network(net, "net.json")``).

    Raises
    ------
    DataError
        If there is no such kind.

    Notes
    -----
    The schema says what JSON Schema can say: keys, types, ranges, which fields a change needs. That a name exists in
    the network, or that limits do not cross, only `load_scenario` and `read_network` check. An editor with a YAML
    language server shows errors while you type if the file begins with ``# yaml-language-server: $schema=PATH``.

    Examples
    --------
    >>> schema("scenario")["required"]
    ['name']
    """
    if kind == "scenario":
        return _scenario_schema()
    if kind == "network":
        return _network_schema()
    raise DataError(f"{unknown('kind of file', str(kind), ('scenario', 'network'))}")


def schema_text(kind: str) -> str:
    """Return the JSON Schema of a kind of file as text."""
    return json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"


def _scenario_schema() -> dict[str, Any]:
    """Return the schema of a scenario file."""
    return {
        "$schema": _DIALECT,
        "title": "Scenario of corridor",
        "description": "A named list of changes; a hazard with a frequency, an event with dates.",
        **_scenario(),
        "$defs": {key: _change(kind) for key, kind in CHANGES.items()},
    }


def _scenario() -> dict[str, Any]:
    """Return the schema of a scenario, hazard or event."""
    plain, hazard, event = (_properties(kind) for kind in (Scenario, Hazard, Event))
    one_change = {
        "type": "object",
        "properties": {key: {"$ref": f"#/$defs/{key}"} for key in CHANGES},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    properties = {
        **{key: _nullable(plain[key]) for key in ("about", "network", "year")},
        "name": plain["name"],
        "changes": {**plain["changes"], "items": one_change},
        "expect": _nullable(plain["expect"]),
        "sources": {"type": ["array", "string", "null"], "items": {"type": "string"}},
        "hits": _nullable({**hazard["hits"], "items": _change(Hit)}),
        "frequency_per_year": hazard["frequency_per_year"],
        "duration_days": hazard["duration_days"],
        **{key: _nullable(hazard[key]) for key in ("severity", "cause", "place", "events", "rate_group", "posterior")},
        "actor": {**_nullable(hazard["place"]), "deprecated": True},
        "from": {**_DATE, "description": event["start"]["description"]},
        "until": {**_DATE, "description": event["end"]["description"]},
    }
    by_distribution = {"properties": {"duration_days": {"type": "object"}}, "required": ["duration_days"]}
    return {
        "type": "object",
        "properties": properties,
        "required": ["name"],
        "oneOf": [
            {"required": ["changes"]},
            {"required": ["hits"], "properties": {"hits": {"type": "array", "minItems": 1}}},
        ],
        "additionalProperties": False,
        "dependentRequired": {
            "frequency_per_year": ["duration_days"],
            "hits": ["frequency_per_year"],
            "from": ["until"],
            "until": ["from"],
        },
        "if": by_distribution,
        "then": {"required": ["frequency_per_year"]},
        "not": {"anyOf": [{"required": ["frequency_per_year", "from"]}, {"required": ["duration_days", "from"]}]},
    }


def _change(kind: type[Change]) -> dict[str, Any]:
    """Return the schema of a change's fields."""
    fields = {
        "type": "object",
        "description": (kind.__doc__ or "").split("\n")[0],
        "properties": _properties(kind),
        "required": [name for name, field in kind.model_fields.items() if field.is_required()],
        "additionalProperties": False,
        "anyOf": [{"required": [selector]} for selector in kind.selectors],
    }
    if kind.exactly_one:
        fields["oneOf"] = [{"required": [name], "properties": {name: {"type": "number"}}} for name in kind.exactly_one]
    if kind.one_or_more:
        fields["allOf"] = [{"anyOf": [{"required": [name]} for name in kind.one_or_more]}]
    return fields


def _network_schema() -> dict[str, Any]:
    """Return the schema of a network in JSON."""
    scenario = _scenario()
    hazard = {**scenario, "required": ["name", "frequency_per_year", "duration_days"]}
    tables = {part: {"type": "array", "items": {"$ref": f"#/$defs/{kind.__name__}"}} for part, kind in KINDS.items()}
    return {
        "$schema": _DIALECT,
        "title": "Network of corridor",
        "description": "Nodes, edges and what is shipped over them; null means no limit.",
        "type": "object",
        "properties": {
            "$schema": {"type": "string"},
            "format": {"const": FORMAT},
            "name": {"type": "string"},
            "year": {"type": ["integer", "null"]},
            "regime": {"type": ["string", "null"], "minLength": 1},
            **tables,
            "hazards": {"type": "array", "items": hazard},
        },
        "required": ["nodes", "edges"],
        "additionalProperties": False,
        "$defs": {
            **{key: _change(kind) for key, kind in CHANGES.items()},
            **{kind.__name__: _record(kind) for kind in KINDS.values()},
        },
    }


def _record(kind: type[Record]) -> dict[str, Any]:
    """Return the schema of a record; whatever has a default may be null."""
    needed = [name for name, field in kind.model_fields.items() if field.is_required()]
    properties = {name: field if name in needed else _nullable(field) for name, field in _properties(kind).items()}
    return {
        "type": "object",
        "description": (kind.__doc__ or "").split("\n")[0],
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }


def _properties(kind: type[Record]) -> dict[str, Any]:
    """Return pydantic's own schema of each field, without the titles that only repeat its name."""
    made = kind.model_json_schema()
    definitions = made.get("$defs", {})
    properties: dict[str, Any] = _untitled(
        {name: _resolved(field, definitions) for name, field in made["properties"].items()}
    )
    for name, field in kind.model_fields.items():
        if field.description:
            properties[name]["description"] = field.description
    return properties


def _resolved(part: Any, definitions: dict[str, Any]) -> Any:
    """Return a schema with its references written out."""
    if isinstance(part, dict):
        if "$ref" in part:
            return _resolved(definitions[part["$ref"].rsplit("/", 1)[-1]], definitions)
        made = {key: _resolved(value, definitions) for key, value in part.items() if key != "discriminator"}
        if isinstance(made.get("description"), str):  # of a record: its docstring, fields included
            made["description"] = made["description"].split("\n")[0]
        return made
    return [_resolved(item, definitions) for item in part] if isinstance(part, list) else part


def _untitled(part: Any) -> Any:
    if isinstance(part, dict):
        kept = {key: value for key, value in part.items() if not (key == "title" and isinstance(value, str))}
        return {key: _untitled(value) for key, value in kept.items()}
    return [_untitled(item) for item in part] if isinstance(part, list) else part


def _nullable(part: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that also takes null."""
    if "anyOf" in part:
        branches = part["anyOf"]
        return part if {"type": "null"} in branches else {**part, "anyOf": [*branches, {"type": "null"}]}
    if "enum" in part:
        return {**part, "enum": [*part["enum"], None], "type": ["string", "null"]}
    kinds = part["type"] if isinstance(part["type"], list) else [part["type"]]
    return {**part, "type": [*kinds, "null"]}
