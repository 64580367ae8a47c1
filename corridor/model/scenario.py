"""Scenarios: named lists of changes; with dates they are events, with a frequency hazards (`corridor.model.hazard`)."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PrivateAttr, SerializeAsAny, model_validator

from corridor.errors import DataError
from corridor.model.changes import _SCENARIO_OF, Change, N, apply_changes
from corridor.model.changes import Delay as Delay
from corridor.model.changes import DemandShock as DemandShock
from corridor.model.changes import Derate as Derate
from corridor.model.changes import Expansion as Expansion
from corridor.model.changes import Opening as Opening
from corridor.model.changes import Outage as Outage
from corridor.model.changes import PriceShock as PriceShock
from corridor.model.changes import QuotaChange as QuotaChange
from corridor.model.changes import SupplyShock as SupplyShock
from corridor.model.changes import TariffShock as TariffShock
from corridor.model.distributions import Day
from corridor.model.record_base import Name, Record

BASELINE = "baseline"
"""What tables call the network as it is."""


def _several(value: Any) -> Any:
    """Return one change or text as a list of one."""
    return (value,) if isinstance(value, Change | str) else value


class Scenario(Record):
    """Changes applied together; itself something that can be applied.

    Scenarios and changes add up: ``a + b``, ``scenario + change``, ``sum([a, b, c])``.
    """

    name: Name = Field(description="name for people and tables")
    about: str = Field(default="", description="what happens, in a sentence or two")
    network: str | None = Field(default=None, description="network it was written for: one that ships, or a path")
    year: int | None = Field(default=None, description="year of that network")
    changes: Annotated[tuple[SerializeAsAny[Change], ...], BeforeValidator(_several)] = Field(
        min_length=1, description="what happens"
    )
    duration_days: float | None = Field(
        default=None, gt=0, description="how long it lasts, which turns rates into amounts; empty: not said [days]"
    )
    expect: dict[str, str | float] = Field(default_factory=dict, description="what the solved scenario must show")
    sources: Annotated[tuple[str, ...], BeforeValidator(_several)] = Field(default=(), description="where it is from")
    _durations: tuple[float, ...] = PrivateAttr(default=())

    @property
    def mean_duration_days(self) -> float | None:
        """How long it lasts, on average for a hazard; None where that is not said. [days]"""
        return self.duration_days

    def __eq__(self, other: object) -> bool:
        """Tell whether all fields are the same."""
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def apply(self, network: N, *, strict: bool = True) -> N:
        """Return the network with all changes made; the one given stays as it is.

        Parameters
        ----------
        network : Network
            Network to change.
        strict : bool
            Whether a change without effect is an error; not so for networks whose figures are being varied.

        Raises
        ------
        UnknownNameError
            If a selector names what is not in the network.
        DataError
            If a change matches nothing or has no effect, or leaves a record that breaks a rule.

        Notes
        -----
        The order of changes does not matter: of each field factors and shares multiply first, then amounts are added.
        Only quotas are set, and the later change holds; `notes` of the network returned name the two.

        A change without effect because another has already done it (a second outage of a closed edge) is no error; one
        that would have no effect on the network as given, nor after all the others, is.
        """
        return self._applied(network, strict=strict)

    def apply_to_draw(self, network: N, central: N) -> N:
        """Return a network whose figures are drawn with all changes made; a change without effect is no error.

        Parameters
        ----------
        network : Network
            Network to change, its figures drawn.
        central : Network
            The same with every figure at its value, to which the scenario has been applied. Of a range that reaches
            lower than its value, a change that fits the value may take more than there is: prices and times that
            are not below 0 in `central` stop at 0. Volumes do not.

        Raises
        ------
        UnknownNameError, DataError
            As `apply` does.
        """
        return self._applied(network, strict=False, central=central)

    def _applied(self, network: N, *, strict: bool, central: N | None = None) -> N:
        """Return the network with all changes made, and a note where durations differ."""
        owner = f"{type(self).__name__.lower()} {self.name!r}: "
        altered = apply_changes(owner, self.changes, network, strict=strict, central=central)
        if len(self._durations) < 2:
            return altered
        days = " and ".join(f"{days:g}" for days in self._durations)
        note = f"Durations of what is added up in {self.name!r} differ ({days} days): none is taken."
        return altered.with_numbers(notes=(*altered.notes, note))

    def _repr_html_(self) -> str:
        from corridor.show.cards import scenario_card

        return scenario_card(self)

    def __hash__(self) -> int:
        """Return a hash; `expect` is a mapping and has none."""
        return hash((type(self), self.name, self.changes))

    def __radd__(self, other: object) -> Scenario:
        """Return what `+` does for a change, and the scenario itself for 0, from which `sum` starts."""
        if isinstance(other, Change):
            return self._of_change(other) + self
        return self if _is_zero(other) else NotImplemented

    def _of_change(self, change: Change) -> Scenario:
        """Return a scenario of one change, called after it, for the same network."""
        return Scenario(name=str(change), network=self.network, year=self.year, changes=(change,))

    def __add__(self, other: object) -> Scenario:
        """Return the scenario in which both happen; expectations belong to each alone and are not kept.

        It has a duration if only one of the two has, or both have the same.
        """
        if isinstance(other, Change):
            other = self._of_change(other)
        if not isinstance(other, Scenario):
            return self if _is_zero(other) else NotImplemented
        durations = tuple(sorted({*self._known_durations, *other._known_durations}))
        total = Scenario(
            name=f"{self.name} + {other.name}",
            about=" ".join(filter(None, (self.about, other.about))),
            network=self.network if self.network == other.network else None,
            year=self.year if self.year == other.year else None,
            changes=self.changes + other.changes,
            duration_days=durations[0] if len(durations) == 1 else None,
            sources=tuple(dict.fromkeys(self.sources + other.sources)),
        )
        total._durations = durations
        return total

    @property
    def _known_durations(self) -> tuple[float, ...]:
        """Durations of what was added up."""
        own = self.mean_duration_days
        return self._durations or (() if own is None else (own,))


def scenario_name(scenario: Scenario | None) -> str:
    """Return the name of a scenario, or of the baseline for None."""
    return BASELINE if scenario is None else scenario.name


def _is_zero(thing: object) -> bool:
    """Tell whether something is the number from which `sum` starts."""
    return isinstance(thing, int) and thing == 0


def _alone(change: Change) -> Scenario:
    """Return the scenario in which one change happens, called after it."""
    return Scenario(name=str(change), changes=(change,))


_SCENARIO_OF["change"] = _alone


def require_scenario(thing: object) -> None:
    """Raise unless something is a scenario."""
    if not isinstance(thing, Scenario):
        raise DataError(f"a Scenario is needed (got {thing!r}); load_scenario reads one by name or from a file")


class Event(Scenario):
    """A scenario with dates: in force from `start` until the day before `end`, which is its duration."""

    start: Day = Field(description="first day")
    end: Day = Field(description="first day on which it is over")

    @model_validator(mode="after")
    def _has_start_before_end(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"end must be after start (got start={self.start}, end={self.end})")
        return self

    @model_validator(mode="after")
    def _has_no_other_duration(self) -> Self:
        if self.duration_days is not None:
            raise ValueError(
                f"an event lasts from start until end (got duration_days={self.duration_days:g}); leave one out"
            )
        return self

    @property
    def mean_duration_days(self) -> float:
        """How long it lasts, end not included. [days]"""
        return float((self.end - self.start).days)
