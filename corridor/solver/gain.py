"""What a flow gains on another: money, tonnes lifted and requirements met, as the difference of two optima."""

from __future__ import annotations

from dataclasses import dataclass

from corridor.solver.solution import Solution


@dataclass(frozen=True)
class Gain:
    """What one optimum has more than another, all shippers together.

    Attributes
    ----------
    gained_musd_per_year : float
        Netback gained. [million USD/y]
    lifted_mtpa : float
        Fall in shortfall. [Mt/y]
    supplied_mtpa : float
        Fall in unmet requirements of markets. [Mt/y]
    """

    gained_musd_per_year: float
    lifted_mtpa: float
    supplied_mtpa: float

    @property
    def worth(self) -> tuple[float, float, float]:
        """Netback gained [million USD/y], tonnes lifted and requirements met. [Mt/y]"""
        return self.gained_musd_per_year, self.lifted_mtpa, self.supplied_mtpa


def gain(before: Solution, after: Solution) -> tuple[float, float, float]:
    """Return the numbers of the `Gain` of one optimum on another."""
    return (
        after.netback_musd_per_year - before.netback_musd_per_year,
        before.shortfall_mtpa - after.shortfall_mtpa,
        before.unmet_mtpa - after.unmet_mtpa,
    )
