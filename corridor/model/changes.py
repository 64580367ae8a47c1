"""Changes of a network: what may happen to it, aimed by selectors, whatever the order in which it does."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from corridor.errors import DataError, UnknownNameError
from corridor.model.edit import NetworkEdit
from corridor.model.parts import NetworkParts, require_network
from corridor.model.record_base import Amount, Countries, Name, Names, Record, Share, parse_list
from corridor.model.records import Key
from corridor.model.selectors import EDGE_SELECTORS, POINT_SELECTORS, Selector, selected_keys, unknown_names
from corridor.model.validation import numerical_problems

N = TypeVar("N", bound=NetworkParts)
Aim = Annotated[Names, Field(description="one id or several; a change hits what matches any of them")]
CHANGES: dict[str, type[Change]] = {}
"""The changes by their names in scenario files; a class with a `key` adds itself."""


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
        also = {field: getattr(self, field) for field in self.also_names}
        return self.aim | {field: (name,) if isinstance(name, str) else name for field, name in also.items()}

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
            for field in (field for field in cls.also_names if field in fields):
                several = isinstance(cls.model_fields[field].default, tuple)
                listed[field] = parse_list(fields[field]) if several else (fields[field],)
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
    fleet: Annotated[Names, Field(description="fleets: every edge that they serve")] = ()

    def selected(self, network: NetworkParts, kind: str = "edge") -> list[Any]:
        """Return the sorted ids of the edges that match, or raise if none does."""
        return super().selected(network, kind)

    def _fleets(self, network: NetworkParts) -> tuple[str, ...]:
        """Return the fleets if the change is aimed at fleets alone: then it is they that change, not their edges."""
        if list(self.aim) != ["fleet"]:
            return ()
        self._require_known_names(network)
        return tuple(dict.fromkeys(self.fleet))

    def _carrying(self, network: NetworkParts, edges: Iterable[str], commodities: Sequence[str]) -> list[Key]:
        """Return edge and commodity wherever an edge can carry one of some, or raise if none can.

        Where corridors are named, only the commodities whose trunk an edge is count.
        """
        edges, goods = list(edges), " or ".join(map(repr, commodities))
        carrying = [(id, of) for id in edges for of in commodities if network.edge(id).admits(of)]
        crossing = [key for key in carrying if not self.corridor or network.trunk_of(*key) in self.corridor]
        if crossing:
            return crossing
        named = f"edge {', '.join(map(repr, edges))}"
        if carrying:
            corridors = " or ".join(map(repr, self.corridor))
            raise DataError(f"{self}: {named} is no trunk of corridor {corridors} for {goods}; aim at the edge instead")
        raise DataError(f"{self}: {named} does not carry {goods}; aim at one that does")


class Outage(EdgeChange):
    """Nothing passes. Aimed at a node: every edge that starts or ends there is closed; at a fleet: it carries nothing.

    Several selectors narrow: a fleet and a node are the edges of that fleet at that node.
    """

    key = "outage"
    only_derates = True

    def _alter(self, edit: NetworkEdit) -> bool:
        if fleets := self._fleets(edit.origin):
            values = (
                (edit.value("fleet", id, "capacity_mt_days"), edit.value("fleet", id, "remaining")) for id in fleets
            )
            sailing = any(capacity > 0 and remaining > 0 for capacity, remaining in values)
            edit.alter(self, "fleet", fleets, "remaining", factor=0.0)
            return sailing
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

    Aimed at a node alone, it takes from the node's throughput if that is limited, else from the edges there; aimed at
    a fleet alone, from the fleet's capacity (low water, vessels under repair).
    """

    key = "derate"
    only_derates = True
    remaining: float = Field(ge=0, lt=1, description="share that remains [1]")

    def _alter(self, edit: NetworkEdit) -> bool:
        if fleets := self._fleets(edit.origin):
            return edit.alter(self, "fleet", fleets, "remaining", factor=self.remaining)
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


class _TermsChange(EdgeChange):
    """A change of what shippers pay on an edge, or of how long it takes: of the edge's own and of its rates."""

    also_names = ("commodity",)
    commodity: Annotated[
        Names,
        Field(description="shippers that it concerns: their rates change, and where there is none the edge's own is "
                          "taken for one; empty: all, with the edge's own and every rate"),
    ] = ()  # fmt: skip

    def _alter_terms(self, edit: NetworkEdit, field: str, *, factor: float = 1.0, add: float = 0.0) -> bool:
        """Multiply and add to a field of the selected edges and all their rates, or of some shippers' rates only."""
        edges: list[Any] = self.selected(edit.origin)
        kind, keys = ("rate", self._carrying(edit.origin, edges, self.commodity)) if self.commodity else ("edge", edges)
        return (factor != 1 or add != 0) and edit.alter(self, kind, keys, field, factor=factor, add=add)


class TariffShock(_TermsChange):
    """The tariff changes: first times `factor`, then plus `add_usd_per_t`.

    Each edge that matches takes both, so a route that crosses three of them pays the amount three times; aim at edges
    of which a route crosses one (a tag, as `novorossiysk_roadstead`) for an amount a tonne. Tariffs that shippers have
    of their own (rates) change alike; with `commodity` only that shipper's does.
    """

    key = "tariff"
    add_usd_per_t: float = Field(default=0.0, description="added to the tariff of each edge that matches [USD/t]")
    factor: float = Field(default=1.0, ge=0, description="tariff is multiplied by this [1]")

    @property
    def keeps_feasible(self) -> bool:
        """Whether it can conflict with no other change."""
        return self.add_usd_per_t >= 0 and self.factor >= 1

    def _alter(self, edit: NetworkEdit) -> bool:
        return self._alter_terms(edit, "tariff_usd_per_t", factor=self.factor, add=self.add_usd_per_t)


class Delay(_TermsChange):
    """Transit takes longer, or less long: first times `factor`, then plus `add_days`; expected lateness likewise.

    Vessels and wagons wait with their cargo: where an edge has a fleet, its round trip grows by as many days as its
    transit, once. Aimed at a fleet alone, the round trips of all its edges change and their transit does not. With
    `commodity` the transit of that shipper's cargo changes, and no round trip. Times below 0 are refused.
    """

    key = "delay"
    one_or_more = ("add_days", "factor", "add_late_days", "late_factor")
    add_days: float = Field(default=0.0, description="added to the transit time, negative: taken from it [days]")
    factor: float = Field(default=1.0, ge=0, description="transit time is multiplied by this [1]")
    add_late_days: float = Field(default=0.0, description="added to expected lateness; negative: taken from it [days]")
    late_factor: float = Field(default=1.0, ge=0, description="expected lateness is multiplied by this [1]")

    @property
    def keeps_feasible(self) -> bool:
        """Whether it can conflict with no other change."""
        return min(self.add_days, self.add_late_days) >= 0 and min(self.factor, self.late_factor) >= 1

    @model_validator(mode="after")
    def _says_how_much(self) -> Self:
        if not self.model_fields_set.intersection(self.one_or_more):
            raise ValueError(f"Delay needs at least one of {', '.join(self.one_or_more)}")
        lateness = self.model_fields_set.intersection(("add_late_days", "late_factor"))
        if lateness and list(self.aim) == ["fleet"]:
            raise ValueError(
                f"{' and '.join(sorted(lateness))} must be aimed at edges; a fleet alone has a round trip, no lateness"
            )
        if self.commodity and list(self.aim) == ["fleet"]:
            raise ValueError("a round trip is the same for all shippers; leave commodity out, or aim at edges")
        return self

    def _alter(self, edit: NetworkEdit) -> bool:
        edges = self.selected(edit.origin)
        if self._fleets(edit.origin):
            return edit.alter(self, "edge", edges, "fleet_days", factor=self.factor, add=self.add_days)
        altered = self._alter_terms(edit, "transit_days", factor=self.factor, add=self.add_days)
        altered |= self._alter_terms(edit, "late_days", factor=self.late_factor, add=self.add_late_days)
        if not self.commodity:
            edit.alter(self, "edge", (id for id in edges if edit.origin.edge(id).fleet is not None), "fleet_days")
        return altered


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
    """Capacity is added, or multiplied: of edges, of nodes where it is aimed at nodes alone, of fleets likewise."""

    key = "expand"
    exactly_one = ("add_mtpa", "add_mt_days", "factor")
    add_mtpa: float | None = Field(
        default=None, gt=0, description="capacity added to each edge or node that matches [Mt/y]"
    )
    add_mt_days: float | None = Field(
        default=None, gt=0, description="capacity added to each fleet, at which alone it must be aimed [Mt days/y]"
    )
    factor: float | None = Field(default=None, gt=1, description="capacity is multiplied by this [1]")

    @property
    def _growth(self) -> dict[str, float]:
        """Factor and amount, as an edit takes them."""
        return {"add": self.add_mtpa or self.add_mt_days or 0.0} if self.factor is None else {"factor": self.factor}

    @model_validator(mode="after")
    def _is_in_the_unit_of_its_aim(self) -> Self:
        of_fleets = list(self.aim) == ["fleet"]
        if of_fleets and self.add_mtpa is not None:
            raise ValueError("the capacity of a fleet is in Mt days/y; give add_mt_days or factor, not add_mtpa")
        if not of_fleets and self.add_mt_days is not None:
            raise ValueError(f"add_mt_days must be aimed at fleet alone (got {', '.join(self.aim)}); give add_mtpa")
        return self

    def _alter(self, edit: NetworkEdit) -> bool:
        if fleets := self._fleets(edit.origin):
            return edit.alter(self, "fleet", fleets, "capacity_mt_days", **self._growth)
        edges = self.selected(edit.origin)
        if list(self.aim) == ["node"]:
            ports = _limited_nodes(self, edit.origin)
            if len(ports) < len(self.node):
                free = ", ".join(repr(node) for node in self.node if node not in ports)
                raise DataError(f"{self}: node {free} has no throughput limit; aim at the edge that is to be expanded")
            return edit.alter(self, "node", ports, "throughput_mtpa", **self._growth)
        limited = [id for id in edges if edit.origin.edge(id).capacity_mtpa is not None]
        return edit.alter(self, "edge", limited, "capacity_mtpa", **self._growth)


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
        keys = self._carrying(edit.origin, self.selected(edit.origin), (self.commodity,))
        altered = [edit.set(self, "quota", keys, field, value) for field, value in given.items()]
        return any(altered)


def edited(network: NetworkParts, changes: Iterable[Change]) -> NetworkEdit:
    """Return the edit that some changes make."""
    edit = NetworkEdit(network)
    for change in changes:
        change._alter(edit)
    return edit


def remaining_shares(changes: Iterable[Change], network: NetworkParts) -> dict[tuple[str, str], float]:
    """Return what outages and derates leave of the edges, nodes and fleets that they hit, by (kind, id). [1]"""
    edit = edited(network, (change for change in changes if change.only_derates))
    return {(kind, key): factor for (kind, key, field), factor in edit.factors.items() if field == "remaining"}


def apply_changes(
    owner: str, changes: Sequence[Change], network: N, *, strict: bool = True, central: NetworkParts | None = None
) -> N:
    """Return the network with all changes made; errors begin with whose they are.

    Of a network whose figures are drawn, `central` is the same with every figure at its value, after the changes:
    prices and times that are not below 0 there stop at 0 here.

    Raises
    ------
    UnknownNameError, DataError
        As `Scenario.apply` says.
    """
    require_network(network)
    edit = NetworkEdit(network, central=central)
    try:
        idle = [change for change in changes if not change._alter(edit)]
    except UnknownNameError as error:
        raise error.within(owner) from None
    except DataError as error:
        raise DataError([f"{owner}{problem}" for problem in error.problems]) from None
    for change in idle if strict else ():
        others = (other for other in changes if other is not change)
        if not (change._alter(NetworkEdit(network)) or change._alter(edited(network, others))):
            raise DataError(
                f"{owner}{change} has no effect on {network!r}; "
                "the target already has this value, or has no limit to change"
            )
    altered = network.with_numbers(**edit.parts(owner))
    if problems := list(numerical_problems(altered)):
        raise DataError([f"{owner}{problem}" for problem in problems])
    return altered
