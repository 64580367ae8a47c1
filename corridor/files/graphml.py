"""Networks as GraphML: typed attributes for networkx and Gephi, the rest of the network as JSON beside them."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from xml.parsers import expat

from corridor.errors import MOST_SHOWN, DataError, Problem
from corridor.files import foreign
from corridor.files.json_document import assembled, document_beside, of_attributes, path_of
from corridor.files.rows import cell, row_of
from corridor.files.scenario_fields import FieldPath
from corridor.messages import nearest, shown, unknown_name
from corridor.model.frames import RawTable, numbers
from corridor.model.network import Network
from corridor.model.record_base import Record
from corridor.model.records import Edge, Node

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)
_OWN_ATTRIBUTES = {"node": ("id",), "edge": ("id", "tail", "head")}
_KNOWN = {"node": Node.model_fields, "edge": Edge.model_fields}
_MOST_DEPTH = 20


def write(network: Network) -> bytes:
    """Return a network as GraphML.

    Raises
    ------
    DataError
        If a text holds a character that XML cannot hold.
    """
    rest = document_beside(network, "nodes", "edges")
    name, year, regime = rest.pop("name"), rest.pop("year"), rest.pop("regime", None)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<graphml xmlns="{_NAMESPACE}">']
    lines += [_key("graph", "name", "string"), *([_key("graph", "year", "long")] if year is not None else [])]
    lines += [_key("graph", "regime", "string")] if regime is not None else []
    lines += [_key("graph", part, "string") for part in rest]
    lines += [_key("node", name, kind) for name, kind in _types(Node)]
    lines += [_key("edge", name, kind) for name, kind in _types(Edge)]
    lines += ['  <graph id="network" edgedefault="directed">', _data("graph", "name", name)]
    lines += [_data("graph", "year", str(year))] if year is not None else []
    lines += [_data("graph", "regime", regime)] if regime is not None else []
    attributes = {part: value if isinstance(value, str) else json.dumps(value) for part, value in rest.items()}
    lines += [_data("graph", part, text) for part, text in attributes.items()]
    for node in network.nodes:
        lines += [f'    <node id="{_escaped(node.id)}">', *_attributes("node", node), "    </node>"]
    for edge in network.edges:
        endpoints = f'source="{_escaped(edge.tail)}" target="{_escaped(edge.head)}"'
        lines += [f'    <edge id="{_escaped(edge.id)}" {endpoints}>', *_attributes("edge", edge), "    </edge>"]
    return "\n".join([*lines, "  </graph>", "</graphml>", ""]).encode("utf-8")


def _types(kind: type[Record]) -> list[tuple[str, str]]:
    """Return name and GraphML type of each attribute of a record."""
    fields = [name for name in kind.model_fields if name not in _OWN_ATTRIBUTES[kind.__name__.lower()]]
    booleans = {name for name in fields if kind.model_fields[name].annotation is bool}
    wants_number = numbers(kind)
    return [(n, "boolean" if n in booleans else "double" if n in wants_number else "string") for n in fields]


def _key(owner: str, name: str, kind: str) -> str:
    return f'  <key id="{owner}_{name}" for="{owner}" attr.name="{name}" attr.type="{kind}"/>'


def _attributes(owner: str, record: Record) -> list[str]:
    """Return the data lines of a record; what is empty has none."""
    values = {name: value for name, value in row_of(record).items() if name not in _OWN_ATTRIBUTES[owner]}
    return [_data(owner, name, text, "      ") for name, value in values.items() if (text := cell(value))]


def _data(owner: str, name: str, text: str, indent: str = "    ") -> str:
    return f'{indent}<data key="{owner}_{name}">{_escaped(text)}</data>'


def _escaped(text: str) -> str:
    """Return text as XML, exact even where a parser would even out white space."""
    if character := _NO_XML.search(text):
        raise DataError(f"{shown(text)} holds the character {character.group()!r}, which XML cannot hold; write JSON")
    return text.translate(_ESCAPES)


# Reading


@dataclass
class _Element:
    """An open element that has attributes of its own: graph, node or edge."""

    owner: str
    line: int
    key: str = ""
    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


class _Reader:
    """Gathers rows from one GraphML file, each problem with its line."""

    def __init__(self, location: str) -> None:
        self.location = location
        self.problems: list[Problem] = []
        self.nodes, self.edges = RawTable(), RawTable()
        self.graph: _Element | None = None
        self._graphs = 0
        self._by_yed = False
        self._keys: dict[tuple[str, str], str] = {}
        self._unknown: list[tuple[str, str, int]] = []
        self._keyed: list[tuple[dict[str, str], str]] = []
        self._open: list[_Element] = []
        self._path: list[str] = []
        self._data: tuple[str, int] | None = None
        self._text: list[str] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def parse(self, raw: bytes) -> None:
        """Read the file, or refuse invalid XML."""
        try:
            self._parser.Parse(raw, True)
        except DataError:  # our own word, although a ValueError too
            raise
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise DataError(f"{self.location}:{error.lineno}:{error.offset + 1}: invalid XML: {reason}") from None
        except (ValueError, LookupError) as error:
            raise DataError(f"{self.location}: invalid XML: {error}") from None
        unknown, own = list(dict.fromkeys(name for _, name, _ in self._unknown if name)), self._has_own_attributes()
        if format_hint := foreign.of_graphml(unknown, own, self._by_yed):
            raise DataError(f"{self.location}: {format_hint}")
        for owner, name, line in self._unknown:
            self.problems.append(
                unknown_name(f"attribute of {owner}s", name[:80], _KNOWN[owner], f"{self.location}:{line}: ")
            )
        self._name_edges()

    def _has_own_attributes(self) -> bool:
        """Tell whether an attribute is a field of a network, or may be meant for one."""
        if any(name in known for (owner, _), name in self._keys.items() for known in [_KNOWN.get(owner, ())]):
            return True
        return any(nearest(name, _KNOWN[owner]) for owner, name, _ in self._unknown[:MOST_SHOWN])

    def _name_edges(self) -> None:
        """Give edges their ids: what is no id of its own but a key of networkx, 0, 1, ... per pair, is not one."""
        keys = Counter(key for _, key in self._keyed)
        pairs = {(row.get("tail"), row.get("head"), key) for row, key in self._keyed}
        per_pair = len(keys) < len(self._keyed) == len(pairs) and all(map(str.isdigit, keys))
        for row, key in self._keyed:
            row["id"] = f"{row.get('tail', '')}-{row.get('head', '')}-{key}" if per_pair else key

    def note(self, text: str, line: int | None = None) -> None:
        """Note a problem at a line, by default the current one."""
        self.problems.append(f"{self.location}:{self._parser.CurrentLineNumber if line is None else line}: {text}")

    def _doctype(self, *_: object) -> None:
        raise DataError(
            f"{self.location}:{self._parser.CurrentLineNumber}: document types are not supported; remove <!DOCTYPE"
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rsplit(" ", 1)[-1]
        self._path.append(tag)
        if len(self._path) > _MOST_DEPTH:
            raise DataError(f"{self.location}:{self._parser.CurrentLineNumber}: is nested too deep")
        if len(self._path) == 1 and tag != "graphml":
            raise DataError(f"{self.location}: {foreign.of_root(tag)}")
        self._by_yed = self._by_yed or "yworks.com" in name or "yfiles.type" in attributes
        if tag in ("graph", "node", "edge"):
            self._open_element(tag, attributes)
        elif tag == "key":
            self._note_key(attributes)
        elif tag == "data" and self._open:
            self._data, self._text = (attributes.get("key", ""), self._parser.CurrentLineNumber), []
        elif tag not in ("graphml", "desc", "default"):
            self.note(f"element <{tag[:40]}> is not read; a network has graph, node, edge and data")

    def _characters(self, text: str) -> None:
        if self._data is not None:
            self._text.append(text)
        elif self._path[-1:] == ["default"] and text.strip():
            self.note("defaults of keys are not supported; write the value at each node or edge")

    def _end(self, name: str) -> None:
        self._path.pop()
        tag = name.rsplit(" ", 1)[-1]
        if tag == "data" and self._data is not None and self._open:
            self._take_data(*self._data, "".join(self._text))
            self._data = None
        elif tag in ("graph", "node", "edge") and self._open:
            element = self._open.pop()
            if element.owner != "graph":
                table = self.nodes if element.owner == "node" else self.edges
                table.add(element.values, f"{self.location}:{element.line}")
            if element.owner == "edge" and "id" not in element.values:
                self._note_id(element)

    def _open_element(self, tag: str, attributes: dict[str, str]) -> None:
        element = _Element(tag, self._parser.CurrentLineNumber)
        if tag == "graph":
            self._graphs += 1
            if self._graphs > 1:
                self.note("a second <graph>; a network is one graph")
            if attributes.get("edgedefault") != "directed":
                self.note("the graph must be directed (edgedefault)")
            self.graph = element
        elif attributes.get("directed", "true") != "true":
            self.note("an edge must be directed")
        renamed = {"source": "tail", "target": "head"}
        wanted = {"graph": (), "node": ("id",), "edge": ("source", "target")}[tag]
        element.values = {renamed.get(key, key): attributes[key] for key in wanted if key in attributes}
        element.key = attributes.get("id", "") if tag == "edge" else ""
        self._open.append(element)

    def _note_id(self, element: _Element) -> None:
        """Remember an edge whose id is not among its data."""
        if element.key:
            self._keyed.append((element.values, element.key))
        else:
            element.values["id"] = f"{element.values.get('tail', '')}-{element.values.get('head', '')}"

    def _note_key(self, attributes: dict[str, str]) -> None:
        """Remember the attribute that a key declares, and whether it is a field."""
        name, owner, id = attributes.get("attr.name", ""), attributes.get("for", "all"), attributes.get("id", "")
        if (owner, id) in self._keys:
            self.note(f"duplicate key {id[:80]!r}")
        self._keys[owner, id] = name
        if owner in _KNOWN and name not in _KNOWN[owner]:
            self._unknown.append((owner, name, self._parser.CurrentLineNumber))

    def _take_data(self, key: str, line: int, text: str) -> None:
        element = self._open[-1]
        name = self._keys.get((element.owner, key)) or self._keys.get(("all", key))
        if name is None:
            self.note(f"data has the key {key[:80]!r}, which no <key> for {element.owner}s declares", line)
        elif (
            name in element.lines
            or (name in element.values and element.values[name] != text)
            or (name == "id" and element.key not in ("", text) and not element.key.isdigit())
        ):
            self.note(f"duplicate {name[:80]}", line)
        elif name in _KNOWN.get(element.owner, (name,)) or (element.owner, key) not in self._keys:
            element.values[name], element.lines[name] = text, line


def read(location: str, raw: bytes) -> Network:
    """Return the network of a GraphML file."""
    reader = _Reader(location)
    reader.parse(raw)
    problems = reader.problems
    if reader.graph is None:
        raise DataError([*problems, f"{location}: holds no <graph>"])
    lines, start = reader.graph.lines, reader.graph.line

    def where(path: FieldPath) -> str:
        """Return file and line of a graph's attribute, and the path within."""
        return f"{location}:{lines.get(str(path[0]) if path else '', start)}: {path_of(path)[1:]}"

    data = of_attributes(reader.graph.values, where, problems)
    return assembled(data, where, problems, {"nodes": reader.nodes, "edges": reader.edges})
