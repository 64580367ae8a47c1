"""Distributions of the durations and severities of hazards, and the dates of events."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from corridor.model.records import Record, Share


class Lognormal(Record):
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


class Uniform(Record):
    """A share that is equally likely anywhere between two bounds."""

    low: Share = Field(description="least [1]")
    high: Share = Field(description="most [1]")

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.high < self.low:
            raise ValueError(f"high must not be less than low (got low={self.low}, high={self.high})")
        return self

    @property
    def mean(self) -> float:
        """Mean share. [1]"""
        return (self.low + self.high) / 2.0


Duration = Annotated[
    Annotated[float, Field(gt=0), Tag("days")] | Annotated[Lognormal, Tag("law")],
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
