"""Ranges used: how far each uncertain figure swings an outcome, alone and together with others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError, DataError, visible
from corridor.model.figures import key_of
from corridor.model.network import Network
from corridor.model.records import Figure
from corridor.model.result_path import value_by_path
from corridor.model.scenario import Scenario
from corridor.model.variation import Variation, range_of
from corridor.solver.flow import Flow
from corridor.solver.warm import WarmSolver

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "record", "subject", "attribute", "value", "low", "high", "unit", "at_low", "at_high", "swing", "confidence",
)  # fmt: skip


def sensitivity(network: Network, scenario: Scenario | None = None, *, outcome: str = "shortfall_mtpa") -> Sensitivity:
    """Return how an outcome swings with each figure that has a range.

    Parameters
    ----------
    network : Network
        Built from figures, as shipped networks are.
    scenario : Scenario, optional
        What happens to it.
    outcome : str
        A number of the solved flow, named as in expectations: ``shortfall_mtpa``, ``netback_musd_per_year``,
        ``corridors.btc.throughput_mtpa``, ``supplies.tengiz.kazakh_crude.lifted_mtpa``.

    Returns
    -------
    Sensitivity
        Its `table` is the tornado; its `sobol` takes several figures at once.

    Raises
    ------
    DataError
        If the network was not built from figures, or the outcome leads to no number.

    Examples
    --------
    >>> import corridor as cr
    >>> shut = cr.sensitivity(cr.load(year=2021), cr.load_scenario("cpc-shut"))
    >>> shut.table["swing"].is_monotonic_decreasing
    True
    """
    return Sensitivity(network, scenario, outcome)


class Sensitivity:
    """An outcome as a function of uncertain figures: sample and analysis in one, so that they cannot be mismatched.

    Attributes
    ----------
    network, scenario, outcome
        What is asked.
    central : float
        The outcome with every figure at its value.
    """

    def __init__(self, network: Network, scenario: Scenario | None, outcome: str) -> None:
        self.network, self.scenario, self.outcome = network, scenario, outcome
        self._variation = Variation(network)
        self._solver = WarmSolver(network)
        self.central = self._at({})
        self._table: pd.DataFrame | None = None

    def __repr__(self) -> str:
        name = self.scenario.name if self.scenario is not None else "baseline"
        told = f"{visible(self.outcome)} under {name!r}"
        return f"<Sensitivity of {told}: {self.central:.6g} with every figure at its value>"

    def _at(self, values: dict[str, float]) -> float:
        """Return the outcome with some figures at other values."""
        varied = self._variation.with_values(values) if values else self.network
        if self.scenario is not None:
            varied = self.scenario.apply(varied, strict=False)
        return value_by_path(Flow(self._solver.solve_network(varied)), self.outcome)

    @property
    def table(self) -> pd.DataFrame:
        """One figure at a time at the ends of its range: the tornado.

        Columns record, subject, attribute, value, low, high, unit; at_low, at_high: the outcome there; swing: the
        greatest distance between the three outcomes; confidence. The widest swing first.
        """
        import pandas as pd

        if self._table is None:
            rows = [self._row(figure) for figure in self._variation.varying_figures()]
            rows.sort(key=lambda row: (-row["swing"], row["subject"], row["attribute"], row["record"]))
            self._table = pd.DataFrame(rows, columns=list(COLUMNS))
        return self._table

    def _row(self, figure: Figure) -> dict[str, Any]:
        """Return one bar of the tornado."""
        low, high = range_of(figure)
        at_low, at_high = self._at({key_of(figure): low}), self._at({key_of(figure): high})
        found = (at_low, at_high, self.central)
        return {column: getattr(figure, column, None) for column in COLUMNS} | {
            "low": low, "high": high, "at_low": at_low, "at_high": at_high, "swing": max(found) - min(found),
        }  # fmt: skip

    def sobol(self, figures: Sequence[str] | int = 5, *, samples: int = 256, seed: int = 0) -> pd.DataFrame:
        """Return which share of the outcome's variance each of some figures explains (Sobol' indices).

        Parameters
        ----------
        figures : sequence of str, or int
            Names as ``subject.attribute``; a number takes that many from the top of the tornado.
        samples : int
            Base sample, a power of two; the program is solved ``samples * (figures + 2)`` times.
        seed : int
            Seed of the sequence; the same seed gives the same table.

        Returns
        -------
        pandas.DataFrame
            Indexed by figure: first_order, total, and their 95 % confidence half-widths [1]. Figures vary uniformly
            and independently between low and high. NaN where the outcome does not vary.

        Raises
        ------
        CorridorError
            If SALib is not installed.
        UnknownNameError, DataError
            If a name is not that of a figure with a range, or there are none.
        """
        import pandas as pd

        try:
            from SALib.analyze.sobol import analyze
            from SALib.sample.sobol import sample
        except ImportError:
            raise CorridorError("Sobol' indices need SALib; install corridor[sensitivity]") from None
        chosen = self._chosen(figures)
        bounds = [list(range_of(figure)) for figure in chosen]
        keys = [key_of(figure) for figure in chosen]
        problem = {"num_vars": len(keys), "names": keys, "bounds": bounds}
        points = sample(problem, samples, calc_second_order=False, seed=seed)
        outcomes = np.array([self._at(dict(zip(keys, map(float, point), strict=True))) for point in points])
        index = pd.Index([f"{figure.subject}.{figure.attribute}" for figure in chosen], name="figure")
        columns = ("first_order", "total", "first_order_half_width", "total_half_width")
        if np.ptp(outcomes) <= 1e-9:
            return pd.DataFrame(np.nan, index=index, columns=list(columns))
        found = analyze(problem, outcomes, calc_second_order=False, seed=seed)
        return pd.DataFrame(
            dict(zip(columns, (found["S1"], found["ST"], found["S1_conf"], found["ST_conf"]), strict=True)), index=index
        )

    def _chosen(self, figures: Sequence[str] | int) -> list[Figure]:
        """Return the figures asked for; each must have a range."""
        if isinstance(figures, int):
            top = self.table.head(figures)
            names = [f"{r}:{s}.{a}" for r, s, a in zip(top["record"], top["subject"], top["attribute"], strict=True)]
        else:
            names = list(figures)
        chosen = [self._variation.figure(name) for name in names]
        if not chosen:
            raise DataError("sobol needs at least one figure; name some, or give how many from the top of the tornado")
        for figure in chosen:
            if range_of(figure)[0] >= range_of(figure)[1]:
                raise DataError(f"figure '{figure.subject}.{figure.attribute}' has no range between low and high")
        return chosen
