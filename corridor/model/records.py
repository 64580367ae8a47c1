"""The records a network is made of: frozen, validated, altered only by copying."""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Literal, NamedTuple, Self

from pydantic import (
    Field,
    model_validator,
)  # fmt: skip

from corridor.model.formulas import inventory_cost
from corridor.model.record_base import (
    Amount,
    Countries,
    Country,
    Name,
    Names,
    Numbers,
    OneOrMore,
    Record,
    Share,
)


class Node(Record):
    """A place where flows begin, meet or end."""

    id: Name = Field(description="unique id")
    name: str = Field(default="", description="name for people; empty: the id")
    country: Country | None = Field(default=None, description="ISO 3166 alpha-3 code; empty at sea")
    kind: Name = Field(default="junction", description="field, terminal, seaport, refinery, market, junction, ...")
    lat: float | None = Field(default=None, ge=-90, le=90, description="latitude [degrees north]")
    lon: float | None = Field(default=None, ge=-180, le=180, description="longitude [degrees east]")
    throughput_mtpa: Amount | None = Field(
        default=None, description="most that may pass: arrivals plus tonnes lifted here; empty: unlimited [Mt/y]"
    )
    remaining: Share = Field(default=1.0, description="share of the throughput that remains after derates [1]")
    storage_mt: Amount = Field(default=0.0, description="tank room; a steady flow neither fills nor drains it [Mt]")

    @property
    def available_mtpa(self) -> float:
        """Throughput that is left, infinite where there is no limit. [Mt/y]"""
        return _available(self.throughput_mtpa, self.remaining)


class Edge(Record):
    """A directed connection; parallel and opposite edges are edges of their own."""

    id: Name = Field(description="unique id")
    name: str = Field(default="", description="name for people; empty: by its ends")
    tail: Name = Field(description="node where it starts")
    head: Name = Field(description="node where it ends")
    mode: Literal["pipeline", "rail", "sea", "road"] = Field(default="pipeline", description="transport mode")
    capacity_mtpa: Amount | None = Field(
        default=None, description="most that it can carry, all commodities together; empty: unlimited [Mt/y]"
    )
    remaining: Share = Field(
        default=1.0, description="share of the capacity that remains after outages and derates [1]"
    )
    tariff_usd_per_t: float = Field(default=0.0, description="charge for the edge, as sourced [USD/t]")
    transit_days: Amount = Field(default=0.0, description="time from tail to head, waiting included [days]")
    late_days: Amount = Field(default=0.0, description="expected lateness, priced like transit_days [days]")
    distance_km: Amount = Field(default=0.0, description="length [km]")
    countries: Countries = Field(default=(), description="countries crossed, in order, ISO 3166 alpha-3")
    operator: str = Field(default="", description="operator")
    risk_score: Share | None = Field(
        default=None, description="governance risk of the weakest country crossed; empty: not known [index 0 to 1]"
    )
    risk_premium_usd_per_t: float = Field(default=0.0, description="premium actually paid for risk [USD/t]")
    quality_usd_per_t: float = Field(
        default=0.0, description="what blending does to the cargo's value, negative for a loss [USD/t]"
    )
    commodities: OneOrMore | None = Field(default=None, description="commodities it can carry; None or empty cell: all")
    corridor: Name | None = Field(
        default=None, description="corridor whose trunk edge it is, unless trunks say otherwise; empty: a feeder"
    )
    in_service: bool = Field(default=True, description="false for planned and idle edges")
    fleet: Name | None = Field(
        default=None, description="fleet whose vessels or wagons carry what passes; empty: none that is limited"
    )
    fleet_days: Amount = Field(
        default=0.0, description="round trip of the fleet's vessels or wagons, loading and waiting included [days]"
    )
    tags: Names = Field(default=(), description="labels of your own, for selectors")

    @property
    def available_mtpa(self) -> float:
        """Capacity in service, infinite where there is no limit. [Mt/y]"""
        return _available(self.capacity_mtpa, self.remaining) if self.in_service else 0.0

    def admits(self, commodity: str) -> bool:
        """Tell whether the edge can carry a commodity."""
        return self.commodities is None or commodity in self.commodities

    @model_validator(mode="after")
    def _has_fleet_and_round_trip(self) -> Self:
        if self.fleet is not None and self.fleet_days == 0:
            raise ValueError(
                f"fleet_days must be > 0 where there is a fleet (got 0 with fleet {self.fleet!r}); "
                "give the days of its round trip, or leave fleet out"
            )
        if self.fleet is None and self.fleet_days > 0:
            raise ValueError(f"fleet_days needs a fleet (got {self.fleet_days:g} without one); name it, or leave both")
        return self


class Commodity(Record):
    """A shipper's stream; all streams share capacity."""

    id: Name = Field(description="unique id")
    name: str = Field(default="", description="name for people; empty: the id")
    group: str = Field(
        default="", description="what it is compared together with: crude, containers, ...; empty: nothing"
    )
    value_usd_per_t: Amount = Field(default=0.0, description="value of the cargo while under way [USD/t]")
    interest_per_year: Amount = Field(default=0.0, description="cost of the capital bound in the cargo [1/y]")
    time_usd_per_t_day: Amount | None = Field(
        default=None,
        description="whole value of a day under way or late, to which no interest is added; empty: interest "
        "[USD/(t day)]",
    )
    choice_usd_per_t: Amount = Field(
        default=0.0,
        description="scale of the choice between corridors: one dearer by this keeps 1/e of its shippers; 0: all take "
        "the cheapest way [USD/t]",
    )
    display_unit: Name = Field(default="t", description="unit in which people speak of it, for words only")
    display_per_t: float = Field(default=1.0, gt=0, description="how many display units make a tonne [1/t]")

    @property
    def day_usd_per_t(self) -> float:
        """What a day under way or late costs: its value where one is set, else interest. [USD/(t day)]"""
        if self.time_usd_per_t_day is not None:
            return self.time_usd_per_t_day
        return inventory_cost(1.0, self.value_usd_per_t, self.interest_per_year)


class Supply(Record):
    """Tonnes offered at a node."""

    node: Name = Field(description="node where they are offered")
    commodity: Name = Field(description="what is offered")
    volume_mtpa: Amount = Field(description="tonnes offered [Mt/y]")
    penalty_usd_per_t: Amount = Field(
        default=1000.0, description="steering price of a tonne not lifted: decides what happens, is not money [USD/t]"
    )


class Market(Record):
    """Tonnes wanted at a node."""

    node: Name = Field(description="node where they are wanted")
    commodity: Name = Field(description="what is wanted")
    price_usd_per_t: float = Field(default=0.0, description="price, delivered [USD/t]")
    volume_mtpa: Amount | None = Field(default=None, description="most that is taken; empty: unlimited [Mt/y]")
    required_mtpa: Amount = Field(default=0.0, description="tonnes that ought to arrive [Mt/y]")
    penalty_usd_per_t: Amount = Field(
        default=1000.0,
        description="steering price of a required tonne that does not come: decides what happens, is not money [USD/t]",
    )
    replacement_usd_per_t: Amount | None = Field(
        default=None,
        description="what a required tonne that does not arrive costs the buyer beyond its price; empty: unknown, "
        "and the loss leaves it out [USD/t]",
    )

    @model_validator(mode="after")
    def _requires_no_more_than_it_takes(self) -> Self:
        if self.volume_mtpa is not None and self.required_mtpa > self.volume_mtpa:
            raise ValueError(f"required_mtpa must be <= volume_mtpa (got {self.required_mtpa} > {self.volume_mtpa})")
        return self


class Quota(Record):
    """What a commodity may, or must, use of an edge: contract or political access."""

    edge: Name = Field(description="edge it concerns")
    commodity: Name = Field(description="commodity it concerns")
    min_mtpa: Amount = Field(
        default=0.0, description="ship-or-pay volume, never cut: what cannot be met of it is unmet [Mt/y]"
    )
    max_mtpa: Amount | None = Field(default=None, description="most that may pass; empty: no ceiling [Mt/y]")
    penalty_usd_per_t: Amount = Field(
        default=100.0,
        description="steering price of a tonne below min_mtpa: decides what happens, is not money [USD/t]",
    )
    allow_cycles: bool = Field(
        default=False,
        description="whether what goes round in a circle may meet min_mtpa, as in published circulation problems; "
        "else a cycle on which that would pay is refused",
    )


class Rate(Record):
    """What one commodity pays and takes on an edge instead of the edge's own: empty is the edge's, 0 is 0."""

    edge: Name = Field(description="edge it concerns")
    commodity: Name = Field(description="commodity it concerns")
    tariff_usd_per_t: float | None = Field(default=None, description="charge; empty: the edge's [USD/t]")
    risk_premium_usd_per_t: float | None = Field(
        default=None, description="premium actually paid for risk; empty: the edge's [USD/t]"
    )
    quality_usd_per_t: float | None = Field(
        default=None, description="what blending does to the cargo's value; empty: the edge's [USD/t]"
    )
    transit_days: Amount | None = Field(
        default=None, description="time from tail to head, waiting included; empty: the edge's [days]"
    )
    late_days: Amount | None = Field(default=None, description="expected lateness; empty: the edge's [days]")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(getattr(self, field) is None for field in TERMS):
            raise ValueError(f"a rate needs at least one of {', '.join(TERMS)} (got none); leave it out, or give one")
        return self


TERMS = ("tariff_usd_per_t", "risk_premium_usd_per_t", "quality_usd_per_t", "transit_days", "late_days")
"""Fields of an edge for which a rate may give others: what a tonne of one commodity pays and how long it takes."""


class Trunk(Record):
    """The corridor whose trunk an edge is for one commodity, where it is another than the edge's own, or none.

    A row that repeats the edge's own corridor is refused: it would say nothing.
    """

    edge: Name = Field(description="edge of which it speaks")
    commodity: Name = Field(description="commodity for which it holds")
    corridor: Name | None = Field(
        default=None, description="corridor whose trunk edge it is for this commodity; empty: none"
    )


class Fleet(Record):
    """Tankers, wagons or ferries that several edges share: what one edge uses is missing on the others."""

    id: Name = Field(description="unique id")
    name: str = Field(default="", description="name for people; empty: the id")
    capacity_mt_days: Amount = Field(
        description="cargo that its vessels or wagons can have under way, way back and waiting counted: "
        "their tonnes times the days a year that they work [Mt days/y]"
    )
    remaining: Share = Field(
        default=1.0, description="share of the capacity that remains after outages and derates [1]"
    )

    @property
    def available_mt_days(self) -> float:
        """Capacity that is left. [Mt days/y]"""
        return self.capacity_mt_days * self.remaining


class RateGroup(Numbers):
    """Hazards whose rates in war share one factor: how many times more often they come than in calm.

    The factor is drawn as the ratio of two gamma variables, [gamma(war_shape) / war_years] over
    [gamma(calm_shape) / calm_years].
    """

    id: Name = Field(description="unique id")
    name: str = Field(default="", description="name for people; empty: the id")
    calm_shape: float = Field(gt=0, description="shape of the rate in calm: events counted and a half [1]")
    calm_years: float = Field(gt=0, description="exposure in calm [years]")
    war_shape: float = Field(gt=0, description="shape of the rate in war: events counted and a half [1]")
    war_years: float = Field(gt=0, description="exposure in war [years]")

    @property
    def factor(self) -> float:
        """Ratio of the two mean rates. [1]"""
        return self.war_shape / self.war_years / (self.calm_shape / self.calm_years)


Key = tuple[str, str]


def node_key(record: Supply | Market) -> Key:
    """Return what identifies a supply or market."""
    return record.node, record.commodity


def edge_key(record: Quota | Rate | Trunk) -> Key:
    """Return what identifies a quota, rate or trunk."""
    return record.edge, record.commodity


class Corridor(Record):
    """A named route to the market; its trunk edges carry its id as their label."""

    id: Name = Field(description="unique id")
    name: str = Field(default="", description="name for people; empty: the id")
    featured: bool = Field(default=True, description="whether printed comparisons show it by default")


class Source(Record):
    """Where a figure was read."""

    id: Name = Field(description="unique id, used by figures")
    title: str = Field(description="short description of the page or report")
    publisher: str = Field(default="", description="who published it")
    date: str = Field(default="", description="when, as far as known")
    url: str = Field(default="", description="address; empty: not kept")


class Observation(Numbers):
    """What a corridor carried of a commodity in a year, for the weights of shippers that choose."""

    year: int = Field(description="year that it was counted in")
    corridor: Name = Field(description="corridor whose trunk it crossed")
    commodity: Name = Field(description="commodity")
    observed_mtpa: Amount | None = Field(
        default=None, description="what passed; empty: the rest of what the commodity's supplies offer [Mt/y]"
    )
    low: Amount | None = Field(default=None, description="low end of the range [Mt/y]")
    high: Amount | None = Field(default=None, description="high end of the range [Mt/y]")
    sources: Names = Field(default=(), description="ids of sources")
    confidence: Literal["", "A", "B", "C"] = Field(default="", description="grade as of a figure; empty: not graded")
    note: str = Field(default="", description="what to know before quoting it")

    @model_validator(mode="after")
    def _is_in_its_range(self) -> Self:
        if not _ordered(self.low, self.observed_mtpa, self.high):
            raise ValueError(
                f"low <= observed_mtpa <= high must hold (got {self.low}, {self.observed_mtpa}, {self.high})"
            )
        return self


class Figure(Record):
    """One number about the world, with its sources and confidence."""

    record: Literal["node", "edge", "commodity", "supply", "market", "quota", "rate", "fleet", "country", "input"] = (
        Field(description="kind of record it belongs to; input: used by formulas only")
    )
    subject: Name = Field(
        description="id of the record; node.commodity or edge.commodity for supplies, markets, quotas, rates"
    )
    attribute: Name = Field(description="field of the record")
    value: float | None = Field(default=None, description="central value; empty until the formula is worked out")
    low: float | None = Field(default=None, description="low end of the range")
    high: float | None = Field(default=None, description="high end of the range")
    unit: Name = Field(description="unit of value, low and high")
    since: int = Field(description="first year in which it holds")
    until: int = Field(description="last year in which it holds")
    sources: Names = Field(default=(), description="ids of sources; a formula adds those of its inputs")
    confidence: Literal["A", "B", "C"] = Field(
        description="A operator, government or agency; B press, think tank or arithmetic on such; C own estimate"
    )
    choice: Literal["chosen", "rival"] = Field(default="chosen", description="whether the network uses it")
    formula: str = Field(default="", description="arithmetic over other figures of the same year, subject.attribute")
    note: str = Field(default="", description="what to know before quoting it")

    @model_validator(mode="after")
    def _is_one_number(self) -> Self:
        if self.value is None and not self.formula:
            raise ValueError("needs a value or a formula (got neither)")
        if self.since > self.until:
            raise ValueError(f"since must be <= until (got {self.since} > {self.until})")
        if self.value is not None and not _ordered(self.low, self.value, self.high):
            raise ValueError(f"low <= value <= high must hold (got {self.low}, {self.value}, {self.high})")
        return self


def _ordered(*values: float | None) -> bool:
    """Tell whether the values that are known ascend."""
    known = [value for value in values if value is not None]
    return known == sorted(known)


def _available(capacity_mtpa: float | None, remaining: float) -> float:
    """Capacity that is left; an unlimited capacity is unlimited until nothing remains."""
    if remaining == 0.0:
        return 0.0
    return math.inf if capacity_mtpa is None else capacity_mtpa * remaining


class Kind(NamedTuple):
    """A kind of record: the words for one and for several, its class, and the fields by which messages name one."""

    singular: str
    plural: str
    record: type[Record]
    key: tuple[str, ...] = ("id",)

    @property
    def attribute(self) -> str:
        """Attribute of a network that holds the records; its method `figures` is a table."""
        return "figure_records" if self.record is Figure else self.plural

    @property
    def key_of(self) -> Callable[[Any], Any]:
        """What reads the key of a record: one name, or a tuple of several."""
        return attrgetter(*self.key)


PARTS = (
    Kind("node", "nodes", Node),
    Kind("edge", "edges", Edge),
    Kind("commodity", "commodities", Commodity),
    Kind("corridor", "corridors", Corridor),
    Kind("supply", "supplies", Supply, ("node", "commodity")),
    Kind("market", "markets", Market, ("node", "commodity")),
    Kind("quota", "quotas", Quota, ("edge", "commodity")),
    Kind("rate", "rates", Rate, ("edge", "commodity")),
    Kind("trunk", "trunks", Trunk, ("edge", "commodity")),
    Kind("fleet", "fleets", Fleet),
    Kind("rate_group", "rate_groups", RateGroup),
)
"""The kinds that a network is made of."""
KINDS = (
    *PARTS,
    Kind("observation", "observed", Observation, ("year", "corridor", "commodity")),
    Kind("figure", "figures", Figure, ("subject", "attribute")),
    Kind("source", "sources", Source),
)
"""The kinds that a network can be written to as tables; hazards are apart, being scenarios."""
HAZARD = Kind("hazard", "hazards", Record, ("name",))
"""Hazards, whose class is in `hazard`, above this module."""
KIND_OF = {kind.singular: kind for kind in KINDS} | {kind.plural: kind for kind in KINDS}
"""Kinds by either of their words."""
