"""Hazards: scenarios with a frequency, a distribution of durations, and a share that each event takes."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    SerializeAsAny,
    Tag,
    WithJsonSchema,
    model_validator,
)  # fmt: skip

from corridor.errors import DataError
from corridor.messages import listed, shown, unknown
from corridor.model.changes import Change, Derate, EdgeChange
from corridor.model.distributions import Duration, Lognormal, Severity, TwoPart
from corridor.model.formulas import ROUNDING
from corridor.model.record_base import Name, Numbers, is_regime, is_truth_value, no_truth_value
from corridor.model.records import RateGroup
from corridor.model.scenario import Scenario, _several

CAUSES = ("order", "war", "technical", "weather", "natural")
"""What stands behind the events of a hazard: orders of a government or court, war and sabotage, faults, and nature."""
RENAMED = "`actor` of a hazard is now called `place`; rename it, for the next version does not read it"
HITS_OR_CHANGES = "a hazard says changes or hits, not both; what is always struck is a hit of probability 1"
_WIDEST = 5.8
"""Width of the 5 to 95 % range of a gamma distribution over its mean is at most this, at shapes of 0.1 and more."""
_AGREES = 0.01
"""How far a mean rate may differ from that of its posterior, as a share of it: rates are given to four digits."""
_ROUNDED = 0.005
"""How far shares of causes may add up to something else than 1: thirds of three digits, not of two."""


def _three(given: Any) -> Any:
    """Return three numbers, or say that they must be three."""
    if len(given) != 3:
        raise ValueError(f"a range must be three numbers: 5 % point, mean and 95 % point (got {shown(list(given))})")
    return given


def _ordered(rate: tuple[float, float, float]) -> tuple[float, float, float]:
    low, mean, high = rate
    if not low <= mean <= high:
        raise ValueError(f"5 % point <= mean <= 95 % point must hold (got {list(rate)})")
    return rate


def _named(given: Any) -> Any:
    """Return rates by regime whose regimes have names that can be told apart."""
    if not given:
        raise ValueError("rates by regime must name at least one, as in {war: 1.2} (got none)")
    for regime in given:
        if not is_regime(regime):
            raise ValueError(f"a regime must be a name without spaces around it, as in war (got {shown(regime)})")
    return given


def _kind_of_rate(given: Any) -> str:
    return "three numbers" if isinstance(given, list | tuple) else "one number"


def _kind_of_rates(given: Any) -> str:
    return "by regime" if isinstance(given, Mapping) else "of all regimes"


_Positive = Annotated[float, Field(gt=0), BeforeValidator(no_truth_value)]
_Least = Annotated[float, Field(ge=0), BeforeValidator(no_truth_value)]
Rate = float | tuple[float, float, float]
"""A rate, or its 5 % point, mean and 95 % point. [1/y]"""
_Rate = Annotated[
    Annotated[_Positive, Tag("one number")]
    | Annotated[
        tuple[_Least, _Positive, _Positive], BeforeValidator(_three), AfterValidator(_ordered), Tag("three numbers")
    ],
    Discriminator(_kind_of_rate),
]
if TYPE_CHECKING:
    Frequency = Any
else:
    Frequency = Annotated[
        Annotated[_Rate, Tag("of all regimes")]
        | Annotated[dict[str, _Rate], Field(min_length=1), BeforeValidator(_named), Tag("by regime")],
        Discriminator(_kind_of_rates),
    ]
    """How often a hazard comes: a rate for all regimes, or one by regime. [1/y]"""


def _causes(given: Any) -> Any:
    """Return one cause, or shares of several."""
    shares = {given: 1.0} if isinstance(given, str) else given
    if not isinstance(shares, Mapping) or not shares:
        raise ValueError(f"must be a word, or shares by word, as in {{war: 0.4, order: 0.6}} (got {shown(given)})")
    for word, share in shares.items():
        if word not in CAUSES:
            raise ValueError(unknown("cause", str(word), CAUSES))
        if is_truth_value(share) or not isinstance(share, Real) or not 0 <= float(share) <= 1:
            raise ValueError(f"the share of {word} must be 0 to 1 (got {shown(share)})")
    if abs(sum(shares.values()) - 1.0) > _ROUNDED:
        raise ValueError(f"shares must add up to 1 (got {sum(shares.values()):g}, {shown(dict(shares))})")
    return given if isinstance(given, str) else {word: float(share) for word, share in shares.items()}


if TYPE_CHECKING:
    Cause = Any
else:
    Cause = Annotated[
        str | dict[str, float],
        BeforeValidator(_causes),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "string", "enum": list(CAUSES)},
                    {
                        "type": "object",
                        "minProperties": 1,
                        "propertyNames": {"enum": list(CAUSES)},
                        "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1},
                    },
                ]
            }
        ),
    ]


class Hit(EdgeChange):
    """What a shock of a hazard may strike: all that some selectors match, as an outage would, by one probability."""

    probability: float = Field(default=1.0, gt=0, le=1, description="probability that a shock strikes it [1]")
    shocks: float | None = Field(
        default=None,
        gt=0,
        description="how many shocks the probability is worth when it is drawn, from "
        "Beta(probability * shocks, (1 - probability) * shocks); empty: it is not drawn",
    )

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        if self.shocks is not None and self.probability == 1:
            raise ValueError("shocks draw a probability below 1; leave shocks out (got probability=1)")
        return self

    @property
    def change(self) -> Derate:
        """What it does where all is taken: nothing remains of what is struck."""
        return Derate(**self.aim, remaining=0.0)

    def _alter(self, edit: Any) -> bool:
        return self.change._alter(edit)


class Posterior(Numbers):
    """What the record leaves open of a hazard, for `simulate` with drawn rates.

    The calm rate is Gamma(shape) / (calm_years + factor * war_years), the war rate factor times that; the factor is
    that of the hazard's rate group, or the fixed ratio of its mean rates in war and calm.
    """

    shape: float = Field(gt=0, description="shape of the gamma distribution of the rate [1]")
    calm_years: float = Field(gt=0, description="years of exposure in calm, those that the prior is worth included")
    war_years: float = Field(default=0.0, ge=0, description="years of exposure in war")
    durations: float | None = Field(
        default=None, gt=0, description="how many durations its mean and its mean share are worth; empty: not drawn"
    )
    complete_of: float | None = Field(
        default=None, gt=0, description="how many shocks the probability of a complete one is worth; empty: not drawn"
    )
    pooled_mean: float | None = Field(
        default=None, gt=0, lt=1, description="mean partial share over its bound, of all units; empty: shares not drawn"
    )
    freedom: float | None = Field(
        default=None, gt=0, description="degrees of freedom of the concentration; empty: it is not drawn"
    )


class Member(NamedTuple):
    """What a shock may strike, independently of the hazard's other members."""

    probability: float
    changes: tuple[Change, ...]


def members_of(hazards: Sequence[Hazard]) -> tuple[tuple[int, Member], ...]:
    """Return the members of all hazards in order, each with the position of its hazard."""
    return tuple((index, member) for index, hazard in enumerate(hazards) for member in hazard.members)


class Hazard(Scenario):
    """A scenario with a frequency and a distribution of durations.

    It comes at random, whatever is in force already (Poisson); while several of its events overlap, the worst counts.
    It says `changes`, or `hits`: members each of which a shock strikes with a probability, independently of the
    others; a shock that strikes none passes unseen. One share is drawn for all that a shock strikes. Applied or
    added up like any scenario, all of its hits are struck, and all of each is gone.
    """

    changes: Annotated[tuple[SerializeAsAny[Change], ...], BeforeValidator(_several)] = Field(
        default=(), description="what happens; or hits"
    )
    hits: Annotated[tuple[Hit, ...], BeforeValidator(_several)] = Field(
        default=(), description="what a shock may strike, each by a probability of its own"
    )
    frequency_per_year: Frequency = Field(
        description="how often it comes, per calendar year: a number, or 5 % point, mean and 95 % point; "
        "by regime, as in {war: 1.2, calm: 0.1}, or one for all [1/y]"
    )
    duration_days: Duration = Field(  # type: ignore[assignment]
        description="how long it lasts: fixed, or {median, sigma} of a lognormal [days]"
    )
    severity: Severity | None = Field(
        default=None,
        description="how much of what its hits, outages and derates take each event takes: "
        "{complete, mean, at_most, concentration, of}, or {low, high}; empty: all [1]",
    )
    cause: Cause | None = Field(
        default=None, description="order, war, technical, weather or natural, or shares of several that add up to 1"
    )
    place: str | None = Field(
        default=None,
        description="where: country in which what it strikes lies, not who did it; ISO 3166 alpha-3 or a name",
    )
    events: Annotated[int, Field(ge=0), BeforeValidator(no_truth_value)] | None = Field(
        default=None, description="how many events the record holds; 0: a prior; empty: not said"
    )
    rate_group: Name | None = Field(
        default=None, description="id of the rate group whose factor it shares when rates are drawn"
    )
    posterior: Posterior | None = Field(
        default=None, description="what the record leaves open, for drawn rates; empty: a gamma of the range given"
    )

    @model_validator(mode="before")
    @classmethod
    def _reads_older_fields(cls, data: Any) -> Any:
        """Read `actor` as `place`, and do what hits say."""
        if not isinstance(data, dict):
            return data
        if "actor" in data:
            actor = data["actor"]
            data = {key: value for key, value in data.items() if key != "actor"}
            if data.get("place") is not None and actor is not None:
                raise ValueError(f"place is given twice (got {data['place']}, and {actor} as actor); use place")
            warnings.warn(RENAMED, DeprecationWarning, stacklevel=4)  # of who calls the class
            data |= {"place": actor} if actor is not None else {}
        return data

    @model_validator(mode="after")
    def _says_what_it_does(self) -> Self:
        if not self.hits and not self.changes:
            raise ValueError("a hazard needs changes, or hits (got neither)")
        if self.hits and self.changes:
            raise ValueError(HITS_OR_CHANGES)
        if self.hits:
            object.__setattr__(self, "changes", tuple(hit.change for hit in self.hits))
        return self

    @model_validator(mode="after")
    def _has_something_to_vary(self) -> Self:
        if self.severity is not None and not any(change.only_derates for change in self.changes):
            raise ValueError("severity varies outages and derates; a hazard with neither must have none")
        return self

    @model_validator(mode="after")
    def _has_ranges_that_can_be_drawn(self) -> Self:
        for regime, rate in self._rates.items():
            if (
                isinstance(rate, tuple)
                and self.posterior is None
                and rate[2] - rate[0] > _WIDEST * rate[1] * (1 + ROUNDING)
            ):
                of = f".{regime}" if regime else ""
                raise ValueError(
                    f"frequency_per_year{of}: 95 % point - 5 % point must be at most {_WIDEST} times the mean, as in a "
                    f"gamma distribution (got {list(rate)}); give a narrower range, or one number"
                )
        return self

    @model_validator(mode="after")
    def _has_a_posterior_of_what_varies(self) -> Self:
        posterior, severity = self.posterior, self.severity
        if posterior is None:
            return self
        complete = severity.complete if isinstance(severity, TwoPart) else 0.0
        if posterior.complete_of is not None and not 0 < complete < 1:
            raise ValueError(
                f"posterior.complete_of draws a severity.complete between 0 and 1; leave it out "
                f"(got complete_of={posterior.complete_of:g})"
            )
        varies = isinstance(severity, TwoPart) and complete < 1 and severity.partial is not None
        for key in ("pooled_mean", "freedom"):
            if (value := getattr(posterior, key)) is not None and not varies:
                raise ValueError(
                    f"posterior.{key} draws shares that vary, by severity.concentration; leave it out "
                    f"(got {key}={value:g})"
                )
        return self

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some fields changed, validated again; new hits take the place of changes and vice versa.

        Raises
        ------
        DataError
            If a changed field is unknown or breaks its rule.
        """
        if "actor" in changes:
            warnings.warn(RENAMED, DeprecationWarning, stacklevel=2)
            changes = {"place": changes["actor"]} | {key: value for key, value in changes.items() if key != "actor"}
        return super().replace(**self._consistent(changes))

    def _replace_raw(self, **changes: Any) -> Self:
        return super()._replace_raw(**self._consistent(changes))

    def _consistent(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Return what is to be replaced without the changes that follow from hits, and those without hits."""
        if "changes" in changes:
            return {"hits": (), **changes}
        return {"changes": (), **changes} if "hits" in changes or self.hits else changes

    @property
    def _rates(self) -> Mapping[str, Rate]:
        """Rates by regime; '' is all regimes."""
        given = self.frequency_per_year
        return given if isinstance(given, dict) else {"": given}

    @property
    def regimes(self) -> tuple[str, ...]:
        """Regimes that it gives rates for; none where one rate is for all."""
        return tuple(regime for regime in self._rates if regime)

    @property
    def members(self) -> tuple[Member, ...]:
        """What a shock may strike: each hit by itself, or all changes together."""
        if not self.hits:
            return (Member(1.0, self.changes),)
        return tuple(Member(hit.probability, (hit.change,)) for hit in self.hits)

    def rate_per_year(self, regime: str | None = None) -> Rate:
        """Return how often it comes in a regime: a number, or 5 % point, mean and 95 % point. [1/y]

        Raises
        ------
        DataError
            If rates are given by regime and this one is not among them.
        """
        rates = self._rates
        if "" in rates:
            return rates[""]
        if regime is not None and regime in rates:
            return rates[regime]
        got = "the network has none" if regime is None else f"got {regime!r}"
        raise DataError(
            f"hazard {self.name!r} has rates for the regimes {listed(rates)} ({got}); "
            "choose one of them with regime=, or give one number for all"
        )

    def mean_frequency_per_year(self, regime: str | None = None) -> float:
        """Return how often it comes in a regime, on average. [1/y]"""
        rate = self.rate_per_year(regime)
        return rate[1] if isinstance(rate, tuple) else rate

    def in_regime(self, regime: str | None = None) -> Self:
        """Return the hazard with the one mean rate that it has in a regime."""
        return self.replace(frequency_per_year=self.mean_frequency_per_year(regime))

    @property
    def only_derates(self) -> bool:
        """Whether it does nothing but close and derate."""
        return all(change.only_derates for change in self.changes)

    @property
    def is_drawn(self) -> bool:
        """Whether the share that an event takes differs between events."""
        severity = self.severity
        if isinstance(severity, TwoPart):
            return 0 < severity.complete < 1 or (severity.complete == 0 and severity.partial is not None)
        return severity is not None and severity.low < severity.high

    @property
    def takes_shares(self) -> bool:
        """Whether its events may take less than all that it takes."""
        return self.severity is not None and (self.is_drawn or self.severity.overall_mean < 1)

    @property
    def mean_duration_days(self) -> float:
        """Mean duration. [days]"""
        return self.duration_days.mean if isinstance(self.duration_days, Lognormal) else self.duration_days

    @property
    def shares_by_cause(self) -> Mapping[str, float]:
        """Shares of its causes, which add up to 1 to the last digit; empty where none is given. [1]"""
        if self.cause is None:
            return {}
        shares = {self.cause: 1.0} if isinstance(self.cause, str) else self.cause
        return {word: share / sum(shares.values()) for word, share in shares.items()}


def problems_of_rates(hazards: Iterable[Hazard], groups: Mapping[str, RateGroup], regime: str | None) -> Iterator[str]:
    """Yield a sentence for each hazard without a rate in the regime, or whose rates are not those of its posterior."""
    for hazard in hazards:
        rates = hazard._rates
        if regime is not None and hazard.regimes and regime not in rates:
            yield (
                f"hazard {hazard.name!r}: has no rate in regime {regime!r} of the network, but in {listed(rates)}; "
                "add it, or give one rate for all regimes"
            )
        yield from _other_than_drawn(hazard, groups.get(hazard.rate_group or ""))


def _other_than_drawn(hazard: Hazard, group: RateGroup | None) -> Iterator[str]:
    """Yield a sentence for each mean rate, calm or war, that is not what the posterior has on average."""
    posterior, rates = hazard.posterior, hazard._rates
    if posterior is None:
        return
    if "" not in rates and not {"calm", "war"} <= rates.keys():
        yield (
            f"hazard {hazard.name!r}: posterior needs rates of calm and war, or one for all regimes "
            f"(got {listed(rates)}); add what is missing, or leave posterior out"
        )
        return
    calm, war = (hazard.mean_frequency_per_year(regime) for regime in ("calm", "war"))
    factor = war / calm if group is None else group.factor
    drawn = posterior.shape / (posterior.calm_years + factor * posterior.war_years)
    for regime, given, expected in (("calm", calm, drawn), ("war", war, factor * drawn)):
        if abs(given - expected) > _AGREES * expected:
            of = f"a factor of {factor:.4g}" + (f" of rate group {group.id!r}" if group is not None else "")
            yield (
                f"hazard {hazard.name!r}: frequency_per_year.{regime} must be what posterior has on average with {of}, "
                f"{expected:.4g} (got {given:.4g}); correct one of the two, or leave posterior out"
            )
