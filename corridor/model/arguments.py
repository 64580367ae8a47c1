"""Arguments that are whole numbers, checked before any work begins."""

from __future__ import annotations

import operator
from typing import Any

from corridor.errors import DataError

MOST_DRAWS = 1_000_000
"""Most draws that a call may ask for."""
MOST_SEED = 2**63
"""Largest seed of random numbers."""


def required_integer(name: str, value: Any, least: int, most: int) -> int:
    """Return a whole number within limits, or say which it must be.

    Raises
    ------
    DataError
        If it is none, or outside.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise DataError(f"{name} must be a whole number (got {value!r})") from None
    if not least <= number <= most:
        raise DataError(f"{name} must be {least:,} to {most:,} (got {number:,})")
    return number
