"""Means of simulated years against what they are expected to be."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd


def assert_mean(values: pd.Series | np.ndarray, expected: float) -> None:
    """Assert that years average to a value within four standard errors, which the years themselves tell."""
    found = np.asarray(values, dtype=np.float64)
    error = found.std(ddof=1) / math.sqrt(len(found))
    assert 0 < error < 0.1 * abs(expected), "too few years to tell anything"
    assert abs(found.mean() - expected) < 4 * error, (found.mean(), expected, error)
