"""Changes of a network: what may happen to it, aimed by selectors, whatever the order in which it does."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from corridor.errors import DataError, UnknownNameError
from corridor.messages import rule_broken
from corridor.model.openings import shut_on_routes
from corridor.model.parts import NetworkParts, require_network
from corridor.model.records import KIND_OF, Amount, Countries, Name, Names, Quota, Record, Share, parse_list
from corridor.model.selectors import EDGE_SELECTORS, POINT_SELECTORS, Selector, selected_keys, unknown_names
from corridor.model.validation import crossed, numerical_problems

N = TypeVar("N", bound=NetworkParts)
Aim = Annotated[Names, Field(description="one id or several; a change hits what matches any of them")]
FieldKey = tuple[str, Any, str]
"""Kind of record, its key, and the name of a field."""
CHANGES: dict[str, type[Change]] = {}
"""The changes by their names in scenario files; a class with a `key` adds itself."""


class NetworkEdit:
    """What changes do to a network, field by field: factors first, then amounts, whatever their order; or a value set.

    Selectors look at the network as it was, `origin`.
    """

    def __init__(self, origin: NetworkParts, changes: Iterable[Change] = ()) -> None:
        self.origin = origin
        self.notes: list[str] = []
        self.opened: list[tuple[Change, Sequence[str]]] = []
        self._factor: dict[FieldKey, float] = {}
        self._amount: dict[FieldKey, float] = {}
        self._set: dict[FieldKey, tuple[Any, Change]] = {}
        self._changes: dict[tuple[str, Any], list[Change]] = {}
        for change in changes:
            change._alter(self)

    def value(self, kind: str, key: Any, field: str) -> Any:
        """Return the value of a field after the changes made so far; no limit is infinite."""
        location = (kind, key, field)
        if location in self._set:
            return self._set[location][0]
        value = getattr(self.original(kind, key), field)
        if location not in self._factor:
            return value
        factor, amount = self._factor[location], self._amount[location]
        return (math.inf if value is None else value) * factor + amount if factor else amount

    def alter(
        self, change: Change, kind: str, keys: Iterable[Any], field: str, *, factor: float = 1.0, add: float = 0.0
    ) -> bool:
        """Multiply a field of some records and add to it; tell whether any value differs."""
        altered = False
        for key in keys:
            location, before = (kind, key, field), self.value(kind, key, field)
            self._factor[location] = self._factor.get(location, 1.0) * factor
            self._amount[location] = self._amount.get(location, 0.0) + add
            self._changes.setdefault((kind, key), []).append(change)
            altered |= self.value(kind, key, field) != before
        return altered

    def set(self, change: Change, kind: str, keys: Iterable[Any], field: str, value: Any) -> bool:
        """Set a field of some records; tell whether any value differs. Of two changes the later holds and is noted."""
        altered = False
        for key in keys:
            location, before = (kind, key, field), self.value(kind, key, field)
            earlier = self._set.get(location)
            if earlier is not None and earlier[0] != value:
                name = "/".join(key) if isinstance(key, tuple) else key
                self.notes.append(
                    f"{kind} {name!r}: {field} is set twice, by {earlier[1]} and by {change}; the later one holds"
                )
            self._set[location] = value, change
            self._changes.setdefault((kind, key), []).append(change)
            altered |= value != before
        return altered

    def parts(self, owner: str) -> dict[str, Any]:
        """Return the parts of the network that differ; an error about a record names the changes that touched it."""
        fields: dict[tuple[str, Any], dict[str, Any]] = {}
        for kind, key, field in (*self._factor, *self._set):
            value, before = self.value(kind, key, field), getattr(self.original(kind, key), field)
            if before is None and value == math.inf:
                value = None
            if value != before:
                fields.setdefault((kind, key), {})[field] = value
        edited: dict[str, dict[Any, Record]] = {}
        for (kind, key), values in fields.items():
            if kind not in edited:
                edited[kind] = dict(self.origin.by_key(kind))
            edited[kind][key] = self._revised(owner, kind, key, values)
        parts: dict[str, Any] = {KIND_OF[kind].attribute: tuple(records.values()) for kind, records in edited.items()}
        if len(edited.get("quota", ())) > len(self.origin.quotas):  # only a quota may be new
            parts["quotas"] = tuple(record for _, record in sorted(edited["quota"].items()))
        for change, opened in self.opened:
            if shut := shut_on_routes(self.origin, parts.get("edges", self.origin.edges), opened):
                self.notes.append(f"{change}: planned edges on its routes stay shut: {', '.join(shut)}")
        if self.notes:
            parts["notes"] = (*self.origin.notes, *dict.fromkeys(self.notes))
        return parts

    def original(self, kind: str, key: Any) -> Any:
        """Return a record as it was; a quota that is not there allows everything."""
        record = self.origin.by_key(kind).get(key)
        return Quota(edge=key[0], commodity=key[1]) if record is None and kind == "quota" else record

    def _revised(self, owner: str, kind: str, key: Any, edited: dict[str, Any]) -> Record:
        """Return a record with some fields replaced; no more is required of a market than it takes."""
        record = self.original(kind, key)
        if kind == "market" and (volume := edited.get("volume_mtpa", record.volume_mtpa)) is not None:
            required = edited.get("required_mtpa", record.required_mtpa)
            edited["required_mtpa"] = min(required, max(volume, 0.0))
        try:
            revised: Record = record._replace_raw(**edited)
        except ValidationError as error:
            broken = "; ".join(str(rule_broken(dict(rule), ())) for rule in error.errors())
        else:
            if not (isinstance(revised, Quota) and revised.min_mtpa > record.min_mtpa and crossed(revised)):
                return revised
            broken = crossed(revised)
        changes = ", ".join(dict.fromkeys(map(str, self._changes[kind, key])))
        raise DataError(f"{owner}{changes} leaves a {type(record).__name__} where {broken}") from None


_SCENARIO_OF: dict[str, Callable[[Any], Any]] = {}
"""What makes a scenario of a change; set by the module of scenarios, which is above this one."""


class Change(Record):
    """Something that happens to what a selector matches; several selectors narrow it."""

    key: ClassVar[str]
    """Name of the change in scenario files; a class without one is a base of others."""
    selectors: ClassVar[Mapping[str, Selector]]
    """The fields that select, and how."""
    also_names: ClassVar[tuple[str, ...]] = ()
    """Other fields that hold an id, called after the kind of record."""
    exactly_one: ClassVar[tuple[str, ...]] = ()
    """Fields of which one must be given, and no other."""
    one_or_more: ClassVar[tuple[str, ...]] = ()
    """Fields of which some must be given, if only as empty."""
    only_derates: ClassVar[bool] = False
    """Whether it does nothing but lower `remaining`, so that a hazard may vary its severity."""

    @property
    def keeps_feasible(self) -> bool:
        """Whether it does no more than add supply, demand or cost, or alter prices: never in conflict with others."""
        return False

    @classmethod
    def __pydantic_init_subclass__(cls, **more: Any) -> None:
        super().__pydantic_init_subclass__(**more)
        if "key" in cls.__dict__:
            CHANGES[cls.key] = cls

    def apply(self, network: N) -> N:
        """Return the network with the change made.

        Raises
        ------
        UnknownNameError
            If a selector names what is not there.
        DataError
            If the change matches nothing or has no effect, or leaves a record that breaks a rule.
        """
        return apply_changes("", (self,), network)

    def __add__(self, other: object) -> Any:
        """Return the scenario in which both happen; the other may be a change or a scenario."""
        if isinstance(other, Change):
            return _SCENARIO_OF["change"](self) + other
        return _SCENARIO_OF["change"](self) if isinstance(other, int) and other == 0 else NotImplemented

    __radd__ = __add__

    def __str__(self) -> str:
        given = ((field, getattr(self, field)) for field in type(self).model_fields if field in self.model_fields_set)
        shown = (f"{field}={_plain(value)!r}" for field, value in given)
        return f"{type(self).__name__}({', '.join(shown)})"

    __repr__ = __str__

    @property
    def aim(self) -> dict[str, tuple[str, ...]]:
        """Selectors given, by name."""
        return {name: names for name in self.selectors if (names := getattr(self, name))}

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Every name that the change uses, by what it is the name of."""
        return self.aim | {field: (getattr(self, field),) for field in self.also_names}

    def _unknown_names(self, network: NetworkParts) -> Iterator[UnknownNameError]:
        """Yield an error, whose kind is the field, for each name that is not in a network."""
        return unknown_names(network, self.names, self.selectors)

    @classmethod
    def _unknown_names_of(cls, fields: Mapping[str, Any], network: NetworkParts) -> Iterator[UnknownNameError]:
        """Yield what `_unknown_names` does, for fields of which some may break a rule; those are passed over."""
        try:
            names = cls.model_validate(fields).names
        except ValidationError as error:
            broken = {problem["loc"][0] for problem in error.errors() if problem["loc"]}
            listed = {field: parse_list(fields[field]) for field in cls.selectors if field in fields}
            listed |= {field: (fields[field],) for field in cls.also_names if field in fields}
            names = {
                field: tuple(name.strip() for name in value if isinstance(name, str))
                for field, value in listed.items()
                if field not in broken and isinstance(value, list | tuple)
            }
        return unknown_names(network, names, cls.selectors)

    def _require_known_names(self, network: NetworkParts) -> None:
        """Raise for the first name that is not in a network."""
        for error in self._unknown_names(network):
            raise error.within(f"{self}: ")

    def selected(self, network: NetworkParts, kind: str) -> list[Any]:
        """Return the sorted keys of the records of a kind that every selector matches, or raise if there is none."""
        self._require_known_names(network)
        if keys := selected_keys(network, kind, self.aim, self.selectors):
            return keys
        raise DataError(f"{self} matches nothing: no {kind} satisfies every selector; drop or correct one of them")

    @abstractmethod
    def _alter(self, edit: NetworkEdit) -> bool:
        """Make the change in an edit; tell whether anything is other than before."""

    @model_validator(mode="before")
    @classmethod
    def _has_no_truth_values(cls, data: Any) -> Any:
        """Refuse true and false, which would otherwise count as 1 and 0."""
        for name, value in data.items() if isinstance(data, dict) else ():
            if isinstance(value, bool):
                raise ValueError(f"{name} must be a number or a name (got {value})")
        return data

    @model_validator(mode="after")
    def _is_aimed(self) -> Self:
        if not self.aim:
            raise ValueError(f"{type(self).__name__} needs at least one of {', '.join(self.selectors)}")
        return self

    @model_validator(mode="after")
    def _gives_one_of_several(self) -> Self:
        given = {field: getattr(self, field) for field in self.exactly_one}
        if given and sum(value is not None for value in given.values()) != 1:
            raise ValueError(
                f"{type(self).__name__} needs exactly one of {', '.join(given)} "
                f"(got {', '.join(f'{field}={value}' for field, value in given.items())})"
            )
        return self


def _plain(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value


class EdgeChange(Change):
    """A change of edges."""

    selectors = EDGE_SELECTORS
    edge: Aim = ()
    node: Annotated[Names, Field(description="nodes: every edge that starts or ends there")] = ()
    corridor: Annotated[Names, Field(description="corridors: their trunk edges")] = ()
    country: Annotated[Countries, Field(description="countries crossed, ISO 3166 alpha-3")] = ()
    mode: Aim = ()
    operator: Annotated[Names, Field(description="operators of the edges")] = ()
    tag: Aim = ()

    def selected(self, network: NetworkParts, kind: str = "edge") -> list[Any]:
        """Return the sorted ids of the edges that match, or raise if none does."""
        return super().selected(network, kind)

    def _alter_edges(self, edit: NetworkEdit, field: str, *, factor: float = 1.0, add: float = 0.0) -> bool:
        """Multiply and add to a field of the selected edges; tell whether any value differs."""
        return edit.alter(self, "edge", self.selected(edit.origin), field, factor=factor, add=add)


class Outage(EdgeChange):
    """Nothing passes. Aimed at a node: every edge that starts or ends there is closed."""

    key = "outage"
    only_derates = True

    def _alter(self, edit: NetworkEdit) -> bool:
        edges = self.selected(edit.origin)
        flowing = any(self._flows(edit, id) for id in edges)
        edit.alter(self, "edge", edges, "remaining", factor=0.0)
        return flowing

    def _flows(self, edit: NetworkEdit, id: str) -> bool:
        """Tell whether an edge has anything available."""
        return bool(
            edit.value("edge", id, "in_service")
            and edit.value("edge", id, "remaining") > 0
            and edit.value("edge", id, "capacity_mtpa") != 0
        )


class Derate(EdgeChange):
    """Only a share of the capacity remains; derates of the same edge multiply.

    Aimed at a node alone, it takes from the node's throughput if that is limited, else from the edges there.
    """

    key = "derate"
    only_derates = True
    remaining: float = Field(ge=0, lt=1, description="share that remains [1]")

    def _alter(self, edit: NetworkEdit) -> bool:
        ports = _limited_nodes(self, edit.origin)
        altered = edit.alter(self, "node", ports, "remaining", factor=self.remaining)
        if ports and len(ports) == len(self.node):
            return altered
        touching = self.selected(edit.origin)
        if ports:
            rest = tuple(node for node in self.node if node not in ports)
            touching = selected_keys(edit.origin, "edge", {"node": rest}, self.selectors)
        limited = [id for id in touching if edit.origin.edge(id).capacity_mtpa is not None or self.remaining == 0]
        return edit.alter(self, "edge", limited, "remaining", factor=self.remaining) or altered


class TariffShock(EdgeChange):
    """The tariff changes: first times `factor`, then plus `add_usd_per_t`.

    Each edge that matches takes both, so a route that crosses three of them pays the amount three times; aim at edges
    of which a route crosses one (a tag, as `novorossiysk_roadstead`) for an amount a tonne.
    """

    key = "tariff"
    add_usd_per_t: float = Field(default=0.0, description="added to the tariff of each edge that matches [USD/t]")
    factor: float = Field(default=1.0, ge=0, description="tariff is multiplied by this [1]")

    @property
    def keeps_feasible(self) -> bool:
        """Whether it can conflict with no other change."""
        return self.add_usd_per_t >= 0 and self.factor >= 1

    def _alter(self, edit: NetworkEdit) -> bool:
        return self._alter_edges(edit, "tariff_usd_per_t", factor=self.factor, add=self.add_usd_per_t)


class Delay(EdgeChange):
    """Transit takes longer."""

    key = "delay"
    add_days: float = Field(gt=0, description="added to the transit time [days]")

    @property
    def keeps_feasible(self) -> bool:
        """Whether it can conflict with no other change."""
        return True

    def _alter(self, edit: NetworkEdit) -> bool:
        return self._alter_edges(edit, "transit_days", add=self.add_days)


class Opening(EdgeChange):
    """A planned or idle edge goes into service; aimed at a corridor, its planned trunk edges do.

    Planned edges before and behind the trunk stay shut; `Flow.notes` names those without which nothing can pass.
    """

    key = "open"

    def _alter(self, edit: NetworkEdit) -> bool:
        edges = self.selected(edit.origin)
        edit.opened.append((self, edges))
        return edit.set(self, "edge", edges, "in_service", True)


class Expansion(EdgeChange):
    """Capacity is added. Aimed at a node alone, it is the node's throughput that grows."""

    key = "expand"
    add_mtpa: float = Field(gt=0, description="capacity added to each edge or node that matches [Mt/y]")

    def _alter(self, edit: NetworkEdit) -> bool:
        edges = self.selected(edit.origin)
        if list(self.aim) == ["node"]:
            ports = _limited_nodes(self, edit.origin)
            if len(ports) < len(self.node):
                free = ", ".join(repr(node) for node in self.node if node not in ports)
                raise DataError(f"{self}: node {free} has no throughput limit; aim at the edge that is to be expanded")
            return edit.alter(self, "node", ports, "throughput_mtpa", add=self.add_mtpa)
        limited = [id for id in edges if edit.origin.edge(id).capacity_mtpa is not None]
        return edit.alter(self, "edge", limited, "capacity_mtpa", add=self.add_mtpa)


def _limited_nodes(change: EdgeChange, network: NetworkParts) -> list[str]:
    """Return the nodes a change is aimed at whose throughput is limited, if it is aimed at nodes alone."""
    if list(change.aim) != ["node"]:
        return []
    change._require_known_names(network)
    return [node for node in dict.fromkeys(change.node) if network.node(node).throughput_mtpa is not None]


class PointChange(Change):
    """A change of supplies or markets."""

    selectors = POINT_SELECTORS
    node: Aim = ()
    country: Annotated[Countries, Field(description="countries of the nodes, ISO 3166 alpha-3")] = ()
    commodity: Aim = ()


class _VolumeShock(PointChange):
    exactly_one = ("remaining", "add_mtpa")
    remaining: Share | None = Field(default=None, description="share that remains [1]")
    add_mtpa: float | None = Field(default=None, description="added to each, negative to take away [Mt/y]")

    @property
    def keeps_feasible(self) -> bool:
        """Whether it can conflict with no other change."""
        return self.add_mtpa is not None and self.add_mtpa > 0

    @property
    def _shock(self) -> dict[str, float]:
        """Factor and amount, as an edit takes them."""
        return {"add": self.add_mtpa or 0.0} if self.remaining is None else {"factor": self.remaining}


class SupplyShock(_VolumeShock):
    """Less or more is offered."""

    key = "supply"

    def _alter(self, edit: NetworkEdit) -> bool:
        return edit.alter(self, "supply", self.selected(edit.origin, "supply"), "volume_mtpa", **self._shock)


class DemandShock(_VolumeShock):
    """Less or more is taken; what is required changes with it."""

    key = "demand"

    def _alter(self, edit: NetworkEdit) -> bool:
        markets = {key: edit.original("market", key) for key in self.selected(edit.origin, "market")}
        sized = [key for key, market in markets.items() if market.volume_mtpa is not None or self.remaining == 0]
        altered = edit.alter(self, "market", sized, "volume_mtpa", **self._shock)
        if self.remaining is not None:
            needing = list(markets)
        else:
            needing = [key for key, market in markets.items() if market.volume_mtpa is None and market.required_mtpa]
        return edit.alter(self, "market", needing, "required_mtpa", **self._shock) or altered


class PriceShock(PointChange):
    """The price changes."""

    key = "price"
    add_usd_per_t: float = Field(description="added to the price [USD/t]")

    @property
    def keeps_feasible(self) -> bool:
        """Whether it can conflict with no other change."""
        return True

    def _alter(self, edit: NetworkEdit) -> bool:
        return edit.alter(
            self, "market", self.selected(edit.origin, "market"), "price_usd_per_t", add=self.add_usd_per_t
        )


class QuotaChange(EdgeChange):
    """What a commodity may or must use of an edge changes; a limit that is not given stays as it is.

    Edges that match but cannot carry the commodity are passed over. A quota is set, not added to: of two changes of
    the same limit the later holds, and the network's `notes` name the two.
    """

    key = "quota"
    also_names = ("commodity",)
    one_or_more = ("min_mtpa", "max_mtpa")
    commodity: Name = Field(description="commodity it concerns")
    min_mtpa: Amount | None = Field(default=None, description="new ship-or-pay volume [Mt/y]")
    max_mtpa: Amount | None = Field(default=None, description="new ceiling; given as empty: no ceiling [Mt/y]")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set.intersection(self.one_or_more):
            raise ValueError("QuotaChange needs min_mtpa or max_mtpa; max_mtpa: null lifts the ceiling")
        return self

    def _alter(self, edit: NetworkEdit) -> bool:
        given: dict[str, Any] = {f: getattr(self, f) for f in self.one_or_more if f in self.model_fields_set}
        if given.get("min_mtpa", 0.0) is None:
            given["min_mtpa"] = 0.0
        edges = self.selected(edit.origin)
        carrying = [id for id in edges if edit.origin.edge(id).admits(self.commodity)]
        if not carrying:
            raise DataError(f"{self}: edge {', '.join(map(repr, edges))} does not carry {self.commodity!r}")
        keys = [(id, self.commodity) for id in carrying]
        altered = [edit.set(self, "quota", keys, field, value) for field, value in given.items()]
        return any(altered)


def remaining_shares(changes: Iterable[Change], network: NetworkParts) -> dict[tuple[str, str], float]:
    """Return what outages and derates leave of the edges and nodes that they hit, by (kind, id). [1]"""
    edit = NetworkEdit(network, (change for change in changes if change.only_derates))
    return {(kind, key): factor for (kind, key, field), factor in edit._factor.items() if field == "remaining"}


def apply_changes(owner: str, changes: Sequence[Change], network: N, *, strict: bool = True) -> N:
    """Return the network with all changes made; errors begin with whose they are.

    Raises
    ------
    UnknownNameError, DataError
        As `Scenario.apply` says.
    """
    require_network(network)
    edit = NetworkEdit(network)
    try:
        idle = [change for change in changes if not change._alter(edit)]
    except UnknownNameError as error:
        raise error.within(owner) from None
    except DataError as error:
        raise DataError([f"{owner}{problem}" for problem in error.problems]) from None
    for change in idle if strict else ():
        others = (other for other in changes if other is not change)
        if not (change._alter(NetworkEdit(network)) or change._alter(NetworkEdit(network, others))):
            raise DataError(
                f"{owner}{change} has no effect on {network!r}; "
                "the target already has this value, or has no limit to change"
            )
    altered = network.with_numbers(**edit.parts(owner))
    if problems := list(numerical_problems(altered)):
        raise DataError([f"{owner}{problem}" for problem in problems])
    return altered
