"""How many examples a random test tries: as many as its claim asks for, or a share of them in a quick run."""

from __future__ import annotations

from hypothesis import settings

THOROUGH = 50
"""Examples of a test that asks for no number of its own, in the profile of the automatic run."""


def examples(most: int) -> int:
    """Return how many examples the profile in force tries of a test that asks for so many."""
    return max(10, round(most * settings.default.max_examples / THOROUGH))
