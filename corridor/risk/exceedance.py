"""How likely a year is worse than a level, or has a long outage, and how often such a year comes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corridor.errors import DataError
from corridor.messages import shown
from corridor.model.columns import COLUMNS
from corridor.model.formulas import DAYS_PER_YEAR, ROUNDING
from corridor.risk.blocks import Block, BlockSimulator
from corridor.risk.measures import value_at_risk
from corridor.risk.random_histories import Intervals, Sets, bit_of, n_words
from corridor.risk.summary import LEAST_YEARS_IN_DRAW, NORMAL_95, Draws, ends_of
from corridor.solver.batch import BatchSolver
from corridor.solver.program import Floats

if TYPE_CHECKING:
    import pandas as pd

MOST_DAYS = 300
"""Longest outage that can be asked for: simulated years are cut at their ends. [days]"""
_CHUNK = 4096
"""Intervals looked at together."""


def exceedance_table(
    values: Floats, *, is_gain: bool, baseline: float, levels: Iterable[float] | float | None, draws: Draws | None
) -> pd.DataFrame:
    """Return how likely a year is worse than some levels; columns of `exceedance`.

    Parameters
    ----------
    values : shape (n_years,)
        What each year came to, draw by draw.
    is_gain : bool
        Whether more is better, so that worse is less.
    baseline : float
        What a year without hazards comes to.
    levels : float, iterable of float or None
        Levels, or those of `return_levels`.
    draws : Draws or None
        How years are shared out among draws, where rates are drawn.

    Raises
    ------
    DataError
        If a level is no finite number, or there are none.
    """
    import pandas as pd

    sign = -1.0 if is_gain else 1.0
    if levels is None:
        levels = return_levels(values, is_gain=is_gain, baseline=baseline)
    wanted = numbers_of("levels", levels, -math.inf, math.inf, "finite numbers in the unit of the column")
    rows = [chance_row(sign * values > sign * level, draws) for level in wanted]
    return pd.DataFrame(rows, columns=chance_columns(draws), index=pd.Index(wanted, name="level", dtype=np.float64))


def return_levels(values: Floats, *, is_gain: bool, baseline: float) -> list[float]:
    """Return an undisturbed year, then what years come to once in 2, 5, 10, 20, 50, ... years, from the mildest on.

    Up to the longest time beyond which there are ten years or more.

    Examples
    --------
    >>> return_levels(np.arange(100.0), is_gain=False, baseline=0.0)
    [0.0, 49.0, 79.0, 89.0]
    """
    sign, longest = -1.0 if is_gain else 1.0, len(values) / LEAST_YEARS_IN_DRAW
    periods = (step * 10**power for power in range(9) for step in (1, 2, 5))
    points = [sign * value_at_risk(sign * values, 1.0 - 1.0 / period) for period in periods if 1 < period <= longest]
    return list(dict.fromkeys([baseline, *(point for point in points if sign * point > sign * baseline)]))


def chance_columns(draws: Draws | None) -> list[str]:
    """Return the names of the columns of chances."""
    return [column.name for column in COLUMNS["exceedance"] if draws is not None or not column.group]


def chance_row(holds: npt.NDArray[np.bool_], draws: Draws | None, *, power: float = 1.0) -> dict[str, float]:
    """Return how likely something holds of a year, and how often such a year comes: columns of `exceedance`.

    Parameters
    ----------
    holds : shape (n_years,)
        Of which years it holds.
    power : float
        How many times as long as what was looked at of each year is the year. [1]
    """
    n = len(holds)
    if draws is None:
        low, high = score_interval(float(holds.mean()), n)
        chance, low, high = (lengthened(each, power) for each in (float(holds.mean()), low, high))
        return {"chance": chance, "return_period_years": _period(chance), "chance_low": low, "chance_high": high}
    of_draws = np.array(
        [lengthened(each, power) for each in draws.by_draw(holds.astype(np.float64)).mean(axis=1).tolist()]
    )
    chance, half = float(of_draws.mean()), NORMAL_95 * float(of_draws.std(ddof=1)) / math.sqrt(draws.n)
    low, high = max(0.0, chance - half), min(1.0, chance + half)
    is_known = np.count_nonzero(holds) >= LEAST_YEARS_IN_DRAW * draws.n
    ends = ends_of("chance", of_draws if is_known else None, draws)
    return {
        "chance": chance, "return_period_years": _period(chance), "chance_low": low, "chance_high": high,
        **ends,
        "return_period_years_p05": _period(ends["chance_p95"]), "return_period_years_p95": _period(ends["chance_p05"]),
    }  # fmt: skip


def _period(chance: float) -> float:
    """Return how often a year of some chance comes: once in so many years; infinite where never. [years]"""
    return math.inf if chance == 0 else 1.0 / chance


def lengthened(chance: float, power: float) -> float:
    """Return the chance of at least one event in a time so many times as long; events come at random. [1]

    Examples
    --------
    >>> round(lengthened(0.36, 0.5), 6)
    0.2
    """
    return 1.0 if chance >= 1 else -math.expm1(power * math.log1p(-chance))


def score_interval(share: float, n: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a probability of which a share of n trials was seen. [1]

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference, Journal of the American
    Statistical Association 22:209-212.

    Examples
    --------
    >>> [round(end, 4) for end in score_interval(0.0, 100)]
    [0.0, 0.037]
    """
    z = NORMAL_95**2 / n
    half = math.sqrt(z * (share * (1.0 - share) + z / 4.0))
    ends = ((share + z / 2.0 + step) / (1.0 + z) for step in (-half, half))
    low, high = (min(1.0, max(0.0, round(end, 15))) for end in ends)
    return low, high


def numbers_of(name: str, given: object, low: float, high: float, rule: str) -> list[float]:
    """Return one number or several as a list without duplicates, each between two bounds.

    Raises
    ------
    DataError
        If one is none, or not between the bounds, or there are none.
    """
    several = given if isinstance(given, Iterable) and not isinstance(given, str | bytes) else [given]
    numbers = list(several)
    for number in numbers:
        is_number = isinstance(number, int | float | np.integer | np.floating) and not isinstance(number, bool)
        if not (is_number and math.isfinite(number) and low < number <= high):
            raise DataError(f"{name} must be {rule} (got {shown(number)})")
    if not numbers:
        raise DataError(f"{name} must be {rule} (got none)")
    return list(dict.fromkeys(float(number) for number in numbers))


def outage_table(
    simulator: BlockSimulator, blocks: Sequence[Block], *, seed: int, corridor: str, days: Sequence[float],
    shares: Sequence[float], draws: Draws | None,
) -> pd.DataFrame:  # fmt: skip
    """Return how likely a long outage of a corridor begins in a year; columns of `exceedance`.

    Parameters
    ----------
    simulator : BlockSimulator
        What drew the years.
    blocks : sequence of Block
        The years.
    corridor : str
        Id of the corridor.
    days : sequence of float
        How long in a row, less than a year. [days]
    shares : sequence of float
        How much of the trunk is gone at least. [1]

    Raises
    ------
    DataError
        If nothing of the corridor's trunk is in service undisturbed.
    """
    import pandas as pd

    pairs = list(itertools.product(days, shares))
    begun: list[list[npt.NDArray[np.bool_]]] = [[] for _ in pairs]
    for number, block in enumerate(blocks):
        n_years = len(block.shocks)
        history = simulator.history(seed, number, n_years)
        gone = trunk_gone(simulator, history, corridor)
        for share in shares:
            year, length = runs(history, gone >= share - ROUNDING)
            for index, (least_days, of_share) in enumerate(pairs):
                if of_share == share:
                    long = year[length >= least_days - ROUNDING]
                    begun[index].append(np.bincount(long, minlength=n_years) > 0)
    rows = [
        chance_row(np.concatenate(years), draws, power=DAYS_PER_YEAR / (DAYS_PER_YEAR - least_days))
        for years, (least_days, _) in zip(begun, pairs, strict=True)
    ]
    asked = pd.MultiIndex.from_tuples(pairs, names=["days", "share"])
    return pd.DataFrame(rows, columns=chance_columns(draws), index=asked)


def trunk_gone(simulator: BlockSimulator, history: Intervals, corridor: str) -> Floats:
    """Return the share of a corridor's trunk that is gone in each interval, shape (n,), end nodes and fleets included.

    Shares that events take enter as drawn, not as rounded for the solver. [1]
    """
    solver, n_members = simulator.solver, len(simulator.hazard_of_member)
    column = simulator.layout.corridors.index(corridor)
    total = float(solver.trunks(np.zeros((1, n_members)))[0, column])
    if total <= 0:
        raise DataError(f"corridor {corridor!r}: nothing of its trunk is in service, so that no outage can take it")
    gone = np.zeros(len(history.year))
    disturbed = np.flatnonzero((history.in_force & _strikes(solver, column) != 0).any(axis=1))
    for first in range(0, len(disturbed), _CHUNK):
        chosen = disturbed[first : first + _CHUNK]
        gone[chosen] = 1.0 - solver.trunks(history.shares(chosen, n_members))[:, column] / total
    return gone


def _strikes(solver: BatchSolver, column: int) -> Sets:
    """Return the set of members of hazards that take something of a corridor's trunk."""
    trunk = solver.trunk_assets[column]
    needed = sorted({*trunk.edges, *trunk.tails, *trunk.heads, *trunk.carriers})
    members = np.flatnonzero((solver.remaining[:, needed] < 1).any(axis=1))
    words = n_words(len(solver.members))
    bits = [np.zeros(words, dtype=np.int64), *(bit_of(int(member), words) for member in members)]
    return np.asarray(np.bitwise_or.reduce(bits))


def runs(history: Intervals, holds: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return year and length of all runs of intervals in a row of which something holds. [days]

    Without those that are on as their year begins, which began in an earlier one; those that go on past its end are cut
    there.
    """
    new_year = np.diff(history.year, prepend=-1) != 0
    begins = holds & (new_year | ~np.roll(holds, 1))
    number = np.cumsum(begins) - 1
    n_runs = int(np.count_nonzero(begins))
    length = np.bincount(number[holds], history.days[holds], minlength=n_runs)
    is_own = ~new_year[begins]
    return history.year[begins][is_own], np.asarray(length[is_own], dtype=np.float64)
