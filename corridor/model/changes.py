"""Changes of a network: what may happen to it, aimed by selectors, whatever the order in which it does."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import partial
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, ValidationError, model_validator

from corridor.errors import DataError, UnknownNameError
from corridor.messages import rule_broken, unknown_name
from corridor.model.network import Key, Network, require_network
from corridor.model.records import (
    KIND_OF,
    PARTS,
    Amount,
    Countries,
    Edge,
    Name,
    Names,
    Quota,
    Record,
    Share,
    by_key,
    split,
)
from corridor.model.validation import crossed, numerical_problems

Aim = Annotated[Names, Field(description="one id or several; a change hits what matches any of them")]


FieldKey = tuple[str, Any, str]
"""Kind of record, its key, and the name of a field."""


class NetworkEdit:
    """What changes do to a network, field by field: factors first, then amounts, whatever their order; or a value set.

    Selectors look at the network as it was, `origin`.
    """

    def __init__(self, origin: Network) -> None:
        self.origin = origin
        self.notes: list[str] = []
        self._records: dict[str, dict[Any, Record]] = by_key(origin)
        self._factor: dict[FieldKey, float] = {}
        self._amount: dict[FieldKey, float] = {}
        self._set: dict[FieldKey, tuple[Any, Change]] = {}
        self._changes: dict[tuple[str, Any], list[Change]] = {}

    def anew(self, changes: Iterable[Change] = ()) -> Self:
        """Return an edit of the same network with other changes made."""
        twin = copy(self)
        twin.notes, twin._factor, twin._amount, twin._set, twin._changes = [], {}, {}, {}, {}
        for change in changes:
            change._alter(twin)
        return twin

    def keys(self, kind: str) -> Iterable[Any]:
        """Return the keys of all records of a kind."""
        return self._records[kind]

    def value(self, kind: str, key: Any, field: str) -> Any:
        """Return the value of a field after the changes made so far; no limit is infinite."""
        at = (kind, key, field)
        if at in self._set:
            return self._set[at][0]
        value = getattr(self.original(kind, key), field)
        if at not in self._factor and at not in self._amount:
            return value
        factor, amount = self._factor.get(at, 1.0), self._amount.get(at, 0.0)
        return (math.inf if value is None else value) * factor + amount if factor else amount

    def alter(
        self, change: Change, kind: str, keys: Iterable[Any], field: str, *, factor: float = 1.0, add: float = 0.0
    ) -> bool:
        """Multiply a field of some records and add to it; tell whether any value differs."""
        altered = False
        for key in keys:
            at, before = (kind, key, field), self.value(kind, key, field)
            self._factor[at] = self._factor.get(at, 1.0) * factor
            self._amount[at] = self._amount.get(at, 0.0) + add
            self._changes.setdefault((kind, key), []).append(change)
            altered |= self.value(kind, key, field) != before
        return altered

    def set(self, change: Change, kind: str, keys: Iterable[Any], field: str, value: Any) -> bool:
        """Set a field of some records; tell whether any value differs. Of two changes the later holds and is noted."""
        altered = False
        for key in keys:
            at, before = (kind, key, field), self.value(kind, key, field)
            earlier = self._set.get(at)
            if earlier is not None and earlier[0] != value:
                name = "/".join(key) if isinstance(key, tuple) else key
                self.notes.append(
                    f"{kind} {name!r}: {field} is set twice, by {earlier[1]} and by {change}; the later one holds"
                )
            self._set[at] = value, change
            self._changes.setdefault((kind, key), []).append(change)
            altered |= value != before
        return altered

    def network(self, owner: str) -> Network:
        """Return the network edited; an error about a record names whose changes touched it, and which.

        Only numbers have changed, so only quotas may need their place found.
        """
        fields: dict[tuple[str, Any], dict[str, Any]] = {}
        for kind, key, field in (*self._factor, *self._set):
            value, before = self.value(kind, key, field), getattr(self.original(kind, key), field)
            if before is None and value == math.inf:
                value = None
            if value != before:
                fields.setdefault((kind, key), {})[field] = value
        for (kind, key), edited in fields.items():
            self._records[kind][key] = self._revised(owner, kind, key, edited)
        self._records["quota"] = dict(sorted(self._records["quota"].items()))
        found = {kind.plural: tuple(self._records[kind.singular].values()) for kind in PARTS}
        altered = self.origin.altered(**found)
        if self.notes:
            object.__setattr__(altered, "notes", (*altered.notes, *dict.fromkeys(self.notes)))
        return altered

    def original(self, kind: str, key: Any) -> Any:
        """Return a record as it was; a quota that is not there allows everything."""
        record = self._records[kind].get(key)
        return Quota(edge=key[0], commodity=key[1]) if record is None and kind == "quota" else record

    def _revised(self, owner: str, kind: str, key: Any, edited: dict[str, Any]) -> Record:
        """Return a record with some fields replaced; no more is required of a market than it takes."""
        record = self.original(kind, key)
        if kind == "market" and (volume := edited.get("volume_mtpa", record.volume_mtpa)) is not None:
            required = edited.get("required_mtpa", record.required_mtpa)
            edited["required_mtpa"] = min(required, max(volume, 0.0))
        try:
            revised: Record = record.revised(**edited)
        except ValidationError as error:
            broken = "; ".join(str(rule_broken(dict(found), ())) for found in error.errors())
        else:
            if not (isinstance(revised, Quota) and revised.min_mtpa > record.min_mtpa and crossed(revised)):
                return revised
            broken = crossed(revised)
        changes = ", ".join(dict.fromkeys(map(str, self._changes[kind, key])))
        raise DataError(f"{owner}: {changes} leaves a {type(record).__name__} where {broken}") from None


class Change(Record):
    """Something that happens to what a selector matches; several selectors narrow it."""

    key: ClassVar[str]
    """Name of the change in scenario files."""

    def apply(self, network: Network) -> Network:
        """Return the network with the change made.

        Raises
        ------
        UnknownNameError
            If a selector names what is not there.
        DataError
            If the change matches or alters nothing, or leaves a record that breaks a rule.
        """
        return apply_changes(f"scenario {str(self)!r}", (self,), network)

    def __str__(self) -> str:
        given = ((field, getattr(self, field)) for field in type(self).model_fields if field in self.model_fields_set)
        shown = (f"{field}={_plain(value)!r}" for field, value in given)
        return f"{type(self).__name__}({', '.join(shown)})"

    __repr__ = __str__

    @property
    def aim(self) -> dict[str, tuple[str, ...]]:
        """Selectors given, by name."""
        return {name: getattr(self, name) for name in self._selectors() if getattr(self, name)}

    def strange_names(self, network: Network) -> Iterator[tuple[str, UnknownNameError]]:
        """Yield selector and error for each name that is not in a network."""
        for error in self._strange(network):
            yield error.kind, error

    @classmethod
    def strange_names_of(cls, fields: Mapping[str, Any], network: Network) -> Iterator[tuple[str, UnknownNameError]]:
        """Yield what `strange_names` does, for fields of which some may break a rule; those are passed over."""
        try:
            change = cls.model_validate(fields)
        except ValidationError as error:
            broken = {found["loc"][0] for found in error.errors() if found["loc"]}
            listed = {name: split(fields[name]) for name in cls._selectors() if name in fields and name not in broken}
            names: dict[str, Any] = {
                name: tuple(item.strip() for item in value if isinstance(item, str))
                for name, value in listed.items()
                if isinstance(value, list | tuple)
            }
            commodity = fields.get("commodity")
            if isinstance(commodity, str) and commodity and "commodity" in set(cls.model_fields) - set(names):
                names["commodity"] = commodity.strip()
            change = cls.model_construct(**names)
        yield from change.strange_names(network)

    def refuse_strange_names(self, network: Network) -> None:
        """Raise for the first name that is not in a network."""
        for error in self._strange(network, where=f"{self}: "):
            raise error

    def _strange(self, network: Network, where: str = "") -> Iterator[UnknownNameError]:
        for selector, names in self._names().items():
            # a scenario may have thousands of changes, all aimed at one network
            what = type(self)._known.__qualname__, selector
            known = network._once(what, partial(self._known, network, selector))
            for name in names:
                if name not in known:
                    yield unknown_name(selector, name, known, where=where)

    def _names(self) -> dict[str, tuple[str, ...]]:
        """Return every name that the change uses, by what it is the name of."""
        return self.aim

    @abstractmethod
    def _known(self, network: Network, selector: str) -> set[str]:
        """Return the names that a selector may bear in a network."""

    @classmethod
    @abstractmethod
    def _selectors(cls) -> tuple[str, ...]:
        """Return the names of the fields that select."""

    @abstractmethod
    def _alter(self, edit: NetworkEdit) -> bool:
        """Make the change in an edit; tell whether anything is other than before."""

    @model_validator(mode="before")
    @classmethod
    def _has_no_truth_values(cls, data: Any) -> Any:
        """Refuse true and false, which would else count as 1 and 0."""
        for name, value in data.items() if isinstance(data, dict) else ():
            if isinstance(value, bool):
                raise ValueError(f"{name} must be a number or a name (got {value})")
        return data

    @model_validator(mode="after")
    def _is_aimed(self) -> Self:
        if not self.aim:
            raise ValueError(f"{type(self).__name__} needs at least one of {', '.join(self._selectors())}")
        return self

    def _matches_nothing(self) -> DataError:
        return DataError(f"{self} matches nothing: no record fits all its selectors; drop or correct one of them")


def _plain(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value


class EdgeChange(Change):
    """A change of edges."""

    edge: Aim = ()
    node: Annotated[Names, Field(description="nodes: every edge that starts or ends there")] = ()
    corridor: Annotated[Names, Field(description="corridors: their trunk edges")] = ()
    country: Annotated[Countries, Field(description="countries crossed, ISO 3166 alpha-3")] = ()
    mode: Aim = ()
    operator: Annotated[Names, Field(description="who runs the edge")] = ()
    tag: Aim = ()

    @classmethod
    def _selectors(cls) -> tuple[str, ...]:
        return ("edge", "node", "corridor", "country", "mode", "operator", "tag")

    def selected(self, network: Network) -> list[str]:
        """Return the ids of the edges that match, or raise if none does."""
        self.refuse_strange_names(network)
        tests = [(_READ[selector], frozenset(names)) for selector, names in self.aim.items()]
        pool = map(network.edge, dict.fromkeys(self.edge)) if self.edge else network.edges
        found = [e.id for e in pool if all(not wanted.isdisjoint(read(e)) for read, wanted in tests)]
        if not found:
            raise self._matches_nothing()
        return found

    def _known(self, network: Network, selector: str) -> set[str]:
        if selector in KIND_OF:
            return {record.id for record in getattr(network, KIND_OF[selector].plural)}
        return {value for edge in network.edges for value in _READ[selector](edge)}

    def _alter_edges(self, edit: NetworkEdit, field: str, *, factor: float = 1.0, add: float = 0.0) -> bool:
        """Multiply and add to a field of the selected edges; tell whether any value differs."""
        return edit.alter(self, "edge", self.selected(edit.origin), field, factor=factor, add=add)


_READ: dict[str, Callable[[Edge], tuple[str, ...]]] = {
    "edge": lambda edge: (edge.id,),
    "node": lambda edge: (edge.tail, edge.head),
    "corridor": lambda edge: (edge.corridor,) if edge.corridor is not None else (),
    "country": lambda edge: edge.countries,
    "mode": lambda edge: (edge.mode,),
    "operator": lambda edge: (edge.operator,) if edge.operator else (),
    "tag": lambda edge: edge.tags,
}


class Outage(EdgeChange):
    """Nothing passes. Aimed at a node: every edge that starts or ends there is closed."""

    key = "outage"

    def _alter(self, edit: NetworkEdit) -> bool:
        found = self.selected(edit.origin)
        flowing = any(self._flows(edit, id) for id in found)
        edit.alter(self, "edge", found, "remaining", factor=0.0)
        return flowing

    def _flows(self, edit: NetworkEdit, id: str) -> bool:
        """Tell whether an edge has anything available."""
        return bool(
            edit.value("edge", id, "in_service")
            and edit.value("edge", id, "remaining") > 0
            and edit.value("edge", id, "capacity_mtpa") != 0
        )


class Derate(EdgeChange):
    """Only a share of the capacity is left; derates of the same edge multiply.

    Aimed at a node alone, it takes from the node's throughput if that is limited, else from the edges there.
    """

    key = "derate"
    remaining: float = Field(ge=0, lt=1, description="share that is left [1]")

    def _alter(self, edit: NetworkEdit) -> bool:
        ports = _limited_nodes(self, edit.origin)
        altered = edit.alter(self, "node", ports, "remaining", factor=self.remaining)
        if ports and len(ports) == len(self.node):
            return altered
        touching = self.selected(edit.origin)
        if ports:
            rest = frozenset(self.node) - frozenset(ports)
            touching = [id for id in touching if not rest.isdisjoint(_READ["node"](edit.origin.edge(id)))]
        limited = [id for id in touching if edit.origin.edge(id).capacity_mtpa is not None or self.remaining == 0]
        return edit.alter(self, "edge", limited, "remaining", factor=self.remaining) or altered


class Expansion(EdgeChange):
    """Capacity is added. Aimed at a node alone, it is the node's throughput that grows."""

    key = "expand"
    add_mtpa: float = Field(gt=0, description="capacity added to each edge or node that matches [Mt/y]")

    def _alter(self, edit: NetworkEdit) -> bool:
        found = self.selected(edit.origin)
        if list(self.aim) == ["node"]:
            ports = _limited_nodes(self, edit.origin)
            if len(ports) < len(self.node):
                free = ", ".join(repr(node) for node in self.node if node not in ports)
                raise DataError(f"{self}: node {free} has no throughput limit; aim at the edge that is to be expanded")
            return edit.alter(self, "node", ports, "throughput_mtpa", add=self.add_mtpa)
        limited = [id for id in found if edit.origin.edge(id).capacity_mtpa is not None]
        return edit.alter(self, "edge", limited, "capacity_mtpa", add=self.add_mtpa)


def _limited_nodes(change: EdgeChange, network: Network) -> list[str]:
    """Return the nodes a change is aimed at whose throughput is limited, if it is aimed at nodes alone."""
    if list(change.aim) != ["node"]:
        return []
    change.refuse_strange_names(network)
    return [node for node in dict.fromkeys(change.node) if network.node(node).throughput_mtpa is not None]


class TariffShock(EdgeChange):
    """The tariff changes: first times `factor`, then plus `add_usd_per_t`."""

    key = "tariff"
    add_usd_per_t: float = Field(default=0.0, description="added to the tariff [USD/t]")
    factor: float = Field(default=1.0, ge=0, description="tariff is multiplied by this [1]")

    def _alter(self, edit: NetworkEdit) -> bool:
        return self._alter_edges(edit, "tariff_usd_per_t", factor=self.factor, add=self.add_usd_per_t)


class Delay(EdgeChange):
    """The way takes longer."""

    key = "delay"
    add_days: float = Field(gt=0, description="added to the transit time [days]")

    def _alter(self, edit: NetworkEdit) -> bool:
        return self._alter_edges(edit, "transit_days", add=self.add_days)


class Opening(EdgeChange):
    """A planned or idle edge goes into service."""

    key = "open"

    def _alter(self, edit: NetworkEdit) -> bool:
        return edit.set(self, "edge", self.selected(edit.origin), "in_service", True)


class QuotaChange(EdgeChange):
    """What a commodity may or must use of an edge changes; a limit that is not given stays as it is.

    Edges that match but cannot carry the commodity are passed over. A quota is set, not added to: of two changes of
    the same limit the later holds, and the network's `notes` name the two.
    """

    key = "quota"
    commodity: Name = Field(description="commodity it concerns")
    min_mtpa: Amount | None = Field(default=None, description="new ship-or-pay volume [Mt/y]")
    max_mtpa: Amount | None = Field(default=None, description="new ceiling; given as empty: no ceiling [Mt/y]")

    def _names(self) -> dict[str, tuple[str, ...]]:
        return self.aim | ({"commodity": (self.commodity,)} if "commodity" in self.model_fields_set else {})

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not {"min_mtpa", "max_mtpa"} & self.model_fields_set:
            raise ValueError("QuotaChange needs min_mtpa or max_mtpa; max_mtpa: null lifts the ceiling")
        return self

    def _alter(self, edit: NetworkEdit) -> bool:
        given: dict[str, Any] = {f: getattr(self, f) for f in ("min_mtpa", "max_mtpa") if f in self.model_fields_set}
        if given.get("min_mtpa", 0.0) is None:
            given["min_mtpa"] = 0.0
        found = self.selected(edit.origin)
        carrying = [id for id in found if edit.origin.edge(id).admits(self.commodity)]
        if not carrying:
            raise DataError(f"{self}: edge {', '.join(map(repr, found))} does not carry {self.commodity!r}")
        keys = [(id, self.commodity) for id in carrying]
        altered = [edit.set(self, "quota", keys, field, value) for field, value in given.items()]
        return any(altered)


class PointChange(Change):
    """A change of supplies or markets."""

    node: Aim = ()
    country: Annotated[Countries, Field(description="countries of the nodes, ISO 3166 alpha-3")] = ()
    commodity: Aim = ()

    @classmethod
    def _selectors(cls) -> tuple[str, ...]:
        return ("node", "country", "commodity")

    def _known(self, network: Network, selector: str) -> set[str]:
        if selector == "country":
            return {node.country for node in network.nodes if node.country is not None}
        return {record.id for record in (network.nodes if selector == "node" else network.commodities)}

    def _selected(self, edit: NetworkEdit, kind: str) -> list[Key]:
        """Return the keys of the supplies or markets that match, or raise if none does."""
        self.refuse_strange_names(edit.origin)
        found = [
            (node, commodity)
            for node, commodity in edit.keys(kind)
            if (not self.node or node in self.node)
            and (not self.commodity or commodity in self.commodity)
            and (not self.country or edit.origin.node(node).country in self.country)
        ]
        if not found:
            raise self._matches_nothing()
        return found


class _VolumeShock(PointChange):
    remaining: Share | None = Field(default=None, description="share that is left [1]")
    add_mtpa: float | None = Field(default=None, description="added to each, negative to take away [Mt/y]")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.remaining is None) == (self.add_mtpa is None):
            raise ValueError(
                f"{type(self).__name__} needs exactly one of remaining, add_mtpa "
                f"(got remaining={self.remaining}, add_mtpa={self.add_mtpa})"
            )
        return self

    @property
    def _shock(self) -> dict[str, float]:
        """Factor and amount, as an edit takes them."""
        return {"add": self.add_mtpa or 0.0} if self.remaining is None else {"factor": self.remaining}


class SupplyShock(_VolumeShock):
    """Less or more is offered."""

    key = "supply"

    def _alter(self, edit: NetworkEdit) -> bool:
        return edit.alter(self, "supply", self._selected(edit, "supply"), "volume_mtpa", **self._shock)


class DemandShock(_VolumeShock):
    """Less or more is taken; what is required changes with it."""

    key = "demand"

    def _alter(self, edit: NetworkEdit) -> bool:
        found = [(key, edit.original("market", key)) for key in self._selected(edit, "market")]
        sized = [key for key, market in found if market.volume_mtpa is not None or self.remaining == 0]
        altered = edit.alter(self, "market", sized, "volume_mtpa", **self._shock)
        if self.remaining is not None:
            needing = [key for key, _ in found]
        else:
            needing = [key for key, market in found if market.volume_mtpa is None and market.required_mtpa]
        return edit.alter(self, "market", needing, "required_mtpa", **self._shock) or altered


class PriceShock(PointChange):
    """The price changes."""

    key = "price"
    add_usd_per_t: float = Field(description="added to the price [USD/t]")

    def _alter(self, edit: NetworkEdit) -> bool:
        return edit.alter(self, "market", self._selected(edit, "market"), "price_usd_per_t", add=self.add_usd_per_t)


_KINDS: tuple[type[Change], ...] = (
    Outage, Derate, TariffShock, Delay, Opening, Expansion, SupplyShock, DemandShock, PriceShock, QuotaChange,
)  # fmt: skip
CHANGES = {kind.key: kind for kind in _KINDS}
"""The changes by their names in scenario files."""


def apply_changes(owner: str, changes: Sequence[Change], network: Network, *, strict: bool = True) -> Network:
    """Return the network with all changes made; errors begin with whose they are.

    Raises
    ------
    UnknownNameError, DataError
        As `Scenario.apply` says.
    """
    require_network(network)
    edit = NetworkEdit(network)
    idle = [change for change in changes if not change._alter(edit)]
    for change in idle if strict else ():
        others = (other for other in changes if other is not change)
        if not (change._alter(edit.anew()) or change._alter(edit.anew(others))):
            raise DataError(
                f"{owner}: {change} alters nothing in {network!r}; "
                "what it aims at is in that condition already, or has no limit to change"
            )
    altered = edit.network(owner)
    if problems := list(numerical_problems(altered)):
        raise DataError([f"{owner}: {problem}" for problem in problems])
    return altered
