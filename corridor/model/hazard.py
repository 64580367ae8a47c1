"""Hazards: scenarios with a frequency, a distribution of durations, and a share that each event takes."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BeforeValidator, Field, SerializeAsAny, WithJsonSchema, model_validator

from corridor.errors import DataError
from corridor.messages import listed, shown, unknown
from corridor.model.changes import Change, Derate, EdgeChange
from corridor.model.distributions import Duration, Lognormal, Severity, TwoPart
from corridor.model.records import Name, Record
from corridor.model.scenario import Scenario, _several

CAUSES = ("order", "war", "technical", "weather", "natural")
"""What stands behind the events of a hazard: orders of a government or court, war and sabotage, faults, and nature."""
_WIDEST = 5.8
"""Width of the 5 to 95 % range of a gamma distribution over its mean is at most this, at shapes of 0.1 and more."""

Rate = float | tuple[float, float, float]
"""A rate, or its 5 % point, mean and 95 % point. [1/y]"""


def _rate(given: Any, of: str = "") -> Rate:
    """Return a rate that may be drawn from: one number, or low, mean and high."""
    name = f"frequency_per_year{of}"
    numbers = list(given) if isinstance(given, list | tuple) else [given]
    if len(numbers) not in (1, 3) or any(
        isinstance(n, bool) or not isinstance(n, int | float) or not math.isfinite(n) for n in numbers
    ):
        raise ValueError(f"{name} must be a number, or three: 5 % point, mean and 95 % point (got {shown(given)})")
    if len(numbers) == 1:
        if numbers[0] <= 0:
            raise ValueError(f"{name} must be more than 0 (got {shown(given)})")
        return float(numbers[0])
    low, mean, high = map(float, numbers)
    if not 0 <= low <= mean <= high or mean <= 0:
        raise ValueError(f"{name}: 0 <= low <= mean <= high must hold, and mean more than 0 (got {shown(given)})")
    return low, mean, high


def _frequency(given: Any) -> Any:
    """Return a frequency for all regimes, or one by regime."""
    if not isinstance(given, Mapping):
        return _rate(given)
    if not given:
        raise ValueError("frequency_per_year by regime must name at least one, as in {war: 1.2} (got none)")
    for regime in given:
        if not isinstance(regime, str) or not regime:
            raise ValueError(f"a regime of frequency_per_year must be a name (got {shown(regime)})")
    return {regime: _rate(rate, f".{regime}") for regime, rate in given.items()}


_ONE_RATE = {
    "anyOf": [
        {"type": "number", "exclusiveMinimum": 0},
        {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 3, "maxItems": 3},
    ]
}
Frequency = Annotated[
    Any,
    BeforeValidator(_frequency),
    WithJsonSchema(
        {"anyOf": [*_ONE_RATE["anyOf"], {"type": "object", "minProperties": 1, "additionalProperties": _ONE_RATE}]}
    ),
]
"""How often a hazard comes: a rate for all regimes, or one by regime. [1/y]"""


def _causes(given: Any) -> Any:
    """Return one cause, or shares of several."""
    shares = {given: 1.0} if isinstance(given, str) else given
    if not isinstance(shares, Mapping) or not shares:
        raise ValueError(f"cause must be a word, or shares by word: {{war: 0.4, order: 0.6}} (got {shown(given)})")
    for word, share in shares.items():
        if word not in CAUSES:
            raise ValueError(unknown("cause", str(word), CAUSES))
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise ValueError(f"cause: the share of {word} must be 0 to 1 (got {shown(share)})")
    if abs(sum(shares.values()) - 1.0) > 1e-3:
        raise ValueError(f"cause: shares must add up to 1 (got {sum(shares.values()):g}, {shown(given)})")
    return given if isinstance(given, str) else dict(shares)


Cause = Annotated[
    Any,
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

    @property
    def change(self) -> Derate:
        """What it does where all is taken: nothing remains of what is struck."""
        return Derate(**self.aim, remaining=0.0)

    def _alter(self, edit: Any) -> bool:
        return self.change._alter(edit)


class Posterior(Record):
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
    others; a shock that strikes none passes unseen. One share is drawn for all that a shock strikes.
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
    events: int | None = Field(
        default=None, ge=0, description="how many events the record holds; 0: a prior; empty: not said"
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
            warnings.warn("`actor` of a hazard is now called `place`", DeprecationWarning, stacklevel=2)
            data |= {"place": actor} if actor is not None else {}
        return data

    @model_validator(mode="after")
    def _says_what_it_does(self) -> Self:
        struck = tuple(hit.change for hit in self.hits)
        if not self.hits and not self.changes:
            raise ValueError("a hazard needs changes, or hits (got neither)")
        if self.hits and self.changes not in ((), struck):
            raise ValueError("a hazard says changes or hits, not both; what is always struck is a hit of probability 1")
        if self.hits:
            object.__setattr__(self, "changes", struck)
        return self

    @model_validator(mode="after")
    def _has_something_to_vary(self) -> Self:
        if self.severity is not None and not any(change.only_derates for change in self.changes):
            raise ValueError("severity varies outages and derates; a hazard with neither must have none")
        return self

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        for regime, rate in self._rates.items():
            if isinstance(rate, tuple) and self.posterior is None and rate[2] - rate[0] > _WIDEST * rate[1]:
                of = f" in regime {regime!r}" if regime else ""
                raise ValueError(
                    f"frequency_per_year{of}: no gamma distribution has a range so wide beside its mean; high - low "
                    f"must be at most {_WIDEST} times the mean (got {list(rate)})"
                )
        return self

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some fields changed, validated again; new hits take the place of changes and vice versa.

        Raises
        ------
        DataError
            If a changed field is unknown or breaks its rule.
        """
        return super().replace(**self._consistent(changes))

    def _replace_raw(self, **changes: Any) -> Self:
        return super()._replace_raw(**self._consistent(changes))

    @staticmethod
    def _consistent(changes: dict[str, Any]) -> dict[str, Any]:
        if "hits" in changes and "changes" not in changes:
            return {"changes": (), **changes}
        return {"hits": (), **changes} if "changes" in changes and "hits" not in changes else changes

    @property
    def _rates(self) -> Mapping[str, Rate]:
        """Rates by regime; '' is all regimes."""
        given = self.frequency_per_year
        return given if isinstance(given, dict) else {"": given}

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
        """Shares of its causes; empty where none is given. [1]"""
        if self.cause is None:
            return {}
        return {self.cause: 1.0} if isinstance(self.cause, str) else self.cause
