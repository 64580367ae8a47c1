"""Distributions of the durations and severities of hazards and of uncertain figures, and the dates of events."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from corridor.messages import listed, shown
from corridor.model.record_base import Numbers, Share, no_truth_value


class Lognormal(Numbers):
    """A lognormal duration."""

    median: float = Field(gt=0, description="median [days]")
    sigma: float = Field(ge=0, description="standard deviation of the logarithm [1]")

    @model_validator(mode="after")
    def _has_a_mean(self) -> Self:
        half = self.sigma * self.sigma / 2  # not a power, which raises where this is infinite
        if max(half, math.log(self.median) + half) > 700:
            raise ValueError(
                f"the mean overflows; reduce sigma or median (got median={self.median}, sigma={self.sigma})"
            )
        return self

    @property
    def mean(self) -> float:
        """Mean duration. [days]"""
        return self.median * math.exp(self.sigma**2 / 2)


class Uniform(Numbers):
    """A share that is equally likely anywhere between two bounds."""

    low: Share = Field(description="least [1]")
    high: Share = Field(description="most [1]")

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.high < self.low:
            raise ValueError(f"high must not be less than low (got low={self.low}, high={self.high})")
        return self

    @property
    def overall_mean(self) -> float:
        """Mean share. [1]"""
        return (self.low + self.high) / 2.0


class TwoPart(Numbers):
    """A share that is all with some probability, and otherwise drawn from a Beta distribution up to a bound.

    The partial share is `at_most` times a Beta variable of mean x = mean / at_most and parameters x * concentration
    and (1 - x) * concentration.
    """

    complete: Share = Field(default=0.0, description="probability that all is taken [1]")
    mean: float = Field(gt=0, le=1, description="mean of the share taken where it is not all [1]")
    at_most: float = Field(default=1.0, gt=0, le=1, description="most that is taken where it is not all [1]")
    concentration: float | None = Field(
        default=None, gt=0, description="how closely partial shares lie about their mean; empty: all equal the mean [1]"
    )
    of: Literal["capacity", "flow"] = Field(
        default="capacity",
        description="share of what: capacity, or flow: what is left is 1 - share of what passes there undisturbed",
    )

    @model_validator(mode="after")
    def _is_below_its_bound(self) -> Self:
        if self.mean > self.at_most:
            raise ValueError(f"mean must be at most at_most (got mean={self.mean}, at_most={self.at_most})")
        return self

    @property
    def high(self) -> float:
        """Most that can be taken. [1]"""
        return 1.0 if self.complete > 0 else self.at_most

    @property
    def partial(self) -> tuple[float, float] | None:
        """Parameters of the Beta variable that `at_most` is multiplied by; None where partial shares do not vary."""
        x = self.mean / self.at_most
        if self.concentration is None or x >= 1:
            return None
        return x * self.concentration, (1.0 - x) * self.concentration

    @property
    def overall_mean(self) -> float:
        """Mean share, complete ones included. [1]"""
        return self.complete + (1.0 - self.complete) * self.mean


def _one_severity(given: Any) -> Any:
    """Return what is one of the two, or say how each is written."""
    if isinstance(given, Uniform | TwoPart):
        return given
    if not isinstance(given, Mapping):
        raise ValueError(f"must be {{mean: ...}}, or {{low: ..., high: ...}} (got {shown(given)})")
    if {"low", "high"} & given.keys() and (others := sorted(TwoPart.model_fields.keys() & given.keys())):
        raise ValueError(
            f"says low and high, or mean and what goes with it, not both (got {listed(given)}); drop {others[0]}"
        )
    return given


Severity = Annotated[
    Annotated[Uniform, Tag("uniform")] | Annotated[TwoPart, Tag("two parts")],
    Discriminator(
        lambda given: (
            "uniform" if isinstance(given, Uniform) or (isinstance(given, Mapping) and {"low", "high"} & given.keys())
            else "two parts"
        )
    ),
    BeforeValidator(_one_severity),
]  # fmt: skip
"""The share that one event takes: one draw for all that it strikes."""


def triangular_quantile(
    chance: npt.NDArray[np.float64], low: float, high: float, mode: float
) -> npt.NDArray[np.float64]:
    """Return the values that a triangular distribution stays below with some chances.

    Parameters
    ----------
    chance : shape (n,), 0 to 1
        [1]
    low, high, mode : float
        Ends and most likely value, low < high, low <= mode <= high; in the unit of what is returned.

    Examples
    --------
    >>> triangular_quantile(np.array([0.0, 0.125, 1.0]), 0.0, 4.0, 2.0).tolist()
    [0.0, 1.0, 4.0]
    """
    width = high - low
    rising = low + np.sqrt(chance * width * (mode - low))
    falling = high - np.sqrt((1.0 - chance) * width * (high - mode))
    return np.clip(np.where(chance * width <= mode - low, rising, falling), low, high)


def yes_quantile(chance: npt.NDArray[np.float64], share: float) -> npt.NDArray[np.float64]:
    """Return 1 (yes) for the highest of some chances, so that a share of all is yes, and 0 for the others.

    Examples
    --------
    >>> yes_quantile(np.array([0.1, 0.5, 0.9]), 0.25).tolist()
    [0.0, 0.0, 1.0]
    """
    return np.where(chance >= 1.0 - share, 1.0, 0.0)


Duration = Annotated[
    Annotated[float, Field(gt=0), BeforeValidator(no_truth_value), Tag("days")] | Annotated[Lognormal, Tag("law")],
    Discriminator(lambda given: "law" if isinstance(given, Lognormal | Mapping) else "days"),
]


def _day(given: Any) -> Any:
    """Return the date that a text states; a number is none, though pydantic would count seconds since 1970."""
    if isinstance(given, dt.date):
        return given
    try:
        if isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given.strip(), re.ASCII):
            return dt.date.fromisoformat(given.strip())
    except ValueError:
        pass
    raise ValueError(f"must be a date, as in 2022-03-22 (got {given!r})")


Day = Annotated[dt.date, BeforeValidator(_day)]
