"""Distributions of the durations and severities of hazards and of uncertain figures, and the dates of events."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

import numpy as np
import numpy.typing as npt
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
