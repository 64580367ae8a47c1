"""Of which years simulated blocks consist: their regimes, and whether parameters of hazards are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.model.hazard import Hazard
from corridor.model.records import RateGroup
from corridor.risk.random_histories import BLOCK_YEARS, Intervals, intervals, joined


@dataclass(frozen=True)
class Plan:
    """Which years are simulated.

    Attributes
    ----------
    regimes : tuple of str or None
        Regimes whose rates hold; None for rates that no regime alters.
    shares : tuple of float
        Share of the years in each, adding up to 1. [1]
    years_per_draw : int or None
        Years that share one draw of all parameters; None where these stand at their central values.
    """

    regimes: tuple[str | None, ...] = (None,)
    shares: tuple[float, ...] = (1.0,)
    years_per_draw: int | None = None

    @property
    def draws_per_block(self) -> int:
        """Draws that a block holds: a whole number."""
        return 1 if self.years_per_draw is None else max(1, BLOCK_YEARS // self.years_per_draw)

    @property
    def block_years(self) -> int:
        """Years of a whole block."""
        return BLOCK_YEARS if self.years_per_draw is None else self.years_per_draw * self.draws_per_block

    def blocks(self, years: int) -> Iterator[tuple[int, int]]:
        """Yield the number and years of each block of so many years."""
        size = self.block_years
        for number in range(-(-years // size)):
            yield number, min(size, years - number * size)

    def regime_of_year(self, years: int) -> npt.NDArray[np.int64]:
        """Return the position of the regime of each of the first years of a block, or of a draw.

        Years of each regime are spread evenly, so that any stretch has nearly their shares.
        """
        bounds = np.cumsum(self.shares)
        bounds[-1] = 1.0
        golden = (np.sqrt(5.0) - 1.0) / 2.0
        return np.asarray(np.searchsorted(bounds, (np.arange(years) * golden) % 1.0, side="right"), dtype=np.int64)

    def regime_names(self, years: int) -> list[str | None]:
        """Return the regime of each of so many years."""
        size = BLOCK_YEARS if self.years_per_draw is None else self.years_per_draw
        of_year = np.resize(self.regime_of_year(size), years)
        return [self.regimes[index] for index in of_year.tolist()]

    def draw_of_year(self, years: int) -> npt.NDArray[np.int64]:
        """Return the number of the draw of each of so many years; 0 where none are drawn."""
        return np.arange(years) // self.years_per_draw if self.years_per_draw else np.zeros(years, dtype=np.int64)

    def history(
        self, hazards: Sequence[Hazard], rate_groups: Sequence[RateGroup], seed: int, number: int, years: int
    ) -> Intervals:
        """Return the first years of a block."""
        if self.years_per_draw is None:
            return self._years(hazards, seed, number, years, BLOCK_YEARS)
        from corridor.risk.drawn import drawn_hazards

        size, first = self.years_per_draw, number * self.draws_per_block
        histories = [
            self._years(
                drawn_hazards(hazards, rate_groups, seed=seed, draw=first + index),
                seed, first + index, min(size, years - index * size), size,
            )
            for index in range(-(-years // size))
        ]  # fmt: skip
        return joined(histories, size)

    def _years(self, hazards: Sequence[Hazard], seed: int, number: int, years: int, size: int) -> Intervals:
        several = len(self.regimes) > 1
        return intervals(
            hazards, seed, number, years, block_years=size, regimes=self.regimes,
            regime_of_year=self.regime_of_year(size) if several else None,
        )  # fmt: skip


def regime_text(regimes: Mapping[str | None, float]) -> str | None:
    """Return the regime of some years, or of several the share of each.

    Examples
    --------
    >>> regime_text({"war": 1.0}), regime_text({"calm": 0.5, "war": 0.5})
    ('war', 'calm 0.5, war 0.5')
    """
    if len(regimes) == 1:
        return next(iter(regimes))
    return ", ".join(f"{regime} {share:g}" for regime, share in regimes.items())
