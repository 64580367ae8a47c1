"""Sensitivity of an outcome to uncertain figures, one at a time and jointly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError, DataError, visible
from corridor.model.figures import key_of
from corridor.model.network import Network
from corridor.model.records import Figure
from corridor.model.scenario import Scenario, scenario_name
from corridor.model.stamp import stamped
from corridor.model.variation import Variation
from corridor.solver.drivers import driver_table
from corridor.solver.solution import Solution
from corridor.solver.warm import WarmSolver
from corridor.study.path_values import PathValues, read_path, require_number

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "subject", "attribute", "record", "value", "low", "high", "range_from", "unit", "confidence", "at_low", "at_high",
    "swing",
)  # fmt: skip


def sensitivity(network: Network, scenario: Scenario | None = None, *, outcome: str = "shortfall_mtpa") -> Sensitivity:
    """Return the sensitivity of an outcome to each figure that has a range.

    Parameters
    ----------
    network : Network
        Network built from figures, as shipped networks are.
    scenario : Scenario, optional
        Scenario to apply before solving.
    outcome : str
        Path of a number, as in expectations: ``shortfall_mtpa``, ``commodities.kazakh_crude.netback_musd_per_year``,
        ``corridors.btc.throughput_mtpa``, ``compare.cpc.netback_usd_per_t``, ``outcomes.loss_musd_per_year``; or the
        difference of two, ``compare.cpc.netback_usd_per_t - compare.btc.netback_usd_per_t``.

    Returns
    -------
    Sensitivity
        Its `table` varies one figure at a time (tornado); its `sobol` varies several together.

    Raises
    ------
    DataError
        If the network was not built from figures, or the outcome is not the path of a number.

    Examples
    --------
    >>> import corridor as cr
    >>> shut = cr.sensitivity(cr.load(year=2021), cr.load_scenario("cpc-shut"))
    >>> shut.table["swing"].is_monotonic_decreasing
    True
    """
    return Sensitivity(network, scenario, outcome)


def leans_on_outcome(solution: Solution, n: int | None, outcome: str) -> pd.DataFrame:
    """Return what `Flow.leans_on` does for an outcome: the figures that move it most, each solved at both ends."""
    network, scenario = solution.network, None
    if solution.before is not None:
        network, scenario = solution.before, solution.scenario
    asked = Sensitivity(network, scenario, outcome)
    return driver_table(solution, asked._variation, asked._effects(), n, outcome=outcome)


class Sensitivity:
    """Outcome of a network as a function of its uncertain figures.

    Attributes
    ----------
    network : Network
        Network solved.
    scenario : Scenario or None
        Scenario applied before solving.
    outcome : str
        Path of the outcome.
    central : float
        Outcome with every figure at its central value.
    """

    def __init__(self, network: Network, scenario: Scenario | None, outcome: str) -> None:
        self.network, self.scenario, self.outcome = network, scenario, outcome
        self._variation = Variation(network)
        require_number(outcome, network)
        self._solver = WarmSolver(network)
        self._path = read_path(outcome, network)
        self.central = self._outcome_with({})
        if math.isnan(self.central):
            raise DataError(
                f"outcome {visible(outcome)} has no value under {scenario_name(scenario)!r}: nothing moves there, "
                "or it is not known; ask about another outcome or state"
            )
        self._table: pd.DataFrame | None = None

    def __eq__(self, other: object) -> bool:
        """Tell whether two are of the same outcome of the same network and scenario."""
        if not isinstance(other, Sensitivity):
            return NotImplemented
        compared = ("outcome", "central", "scenario", "network")
        return all(getattr(self, name) == getattr(other, name) for name in compared)

    def __hash__(self) -> int:
        return hash((self.network, self.outcome))

    def _repr_html_(self) -> str:
        """Return how it shows itself in a notebook."""
        from corridor.show.sensitivity_card import sensitivity_card

        return sensitivity_card(self)

    def __repr__(self) -> str:
        name = scenario_name(self.scenario)
        subject = f"{visible(self.outcome)} under {name!r}"
        return f"<Sensitivity of {subject}: {self.central:.6g} with every figure at its central value>"

    def _outcome_with(self, values: dict[str, float]) -> float:
        """Return the outcome with some figures replaced."""
        before = self._variation.with_values(values) if values else self.network
        after = before if self.scenario is None else self.scenario.apply(before, strict=False)
        return PathValues(self._solver, before, after, self.scenario).value(self._path)

    @property
    def table(self) -> pd.DataFrame:
        """Outcome with one figure at a time at either bound of its range (tornado).

        One row a figure, largest swing first.

        - record, subject, attribute: the figure
        - value, low, high: its central value and range, in its unit
        - range_from: ``figure``, or ``rivals`` where it states no range and those of its unit and year span one
        - unit: unit of the figure
        - at_low, at_high: outcome with the figure at that bound, in the outcome's unit
        - swing: difference between the largest and the smallest of the three outcomes, in the outcome's unit
        - confidence: A, B or C
        """
        import pandas as pd

        if self._table is None:
            rows = [self._row(figure) for figure in self._variation.varying_figures()]
            rows.sort(key=lambda row: (-np.nan_to_num(row["swing"]), row["subject"], row["attribute"], row["record"]))
            self._table = self._stamped(pd.DataFrame(rows, columns=list(COLUMNS)))
        return self._table

    def _row(self, figure: Figure) -> dict[str, Any]:
        """Return one row of the tornado."""
        low, high = self._variation.range_of(figure)
        outcome_low, outcome_high = (self._outcome_with({key_of(figure): value}) for value in (low, high))
        outcomes = (outcome_low, outcome_high, self.central)
        return {column: getattr(figure, column, None) for column in COLUMNS} | {
            "low": low, "high": high, "range_from": self._variation.range_from(figure),
            "at_low": outcome_low, "at_high": outcome_high,
            "swing": max(outcomes) - min(outcomes),
        }  # fmt: skip

    def _effects(self) -> dict[str, float]:
        """Return half the swing of each figure by its key: what half its range does to the outcome."""
        table = self.table
        keys = (f"{r}:{s}.{a}" for r, s, a in zip(table["record"], table["subject"], table["attribute"], strict=True))
        return dict(zip(keys, (table["swing"] / 2).tolist(), strict=True))

    def sobol(self, figures: str | Sequence[str] | int = 5, *, samples: int = 256, seed: int = 0) -> pd.DataFrame:
        """Return the share of the outcome's variance that each figure explains (Sobol' indices).

        Parameters
        ----------
        figures : str, sequence of str, or int
            Names as ``subject.attribute``, or the number of figures to take from the top of the tornado.
        samples : int
            Size of the base sample, a power of two; the program is solved ``samples * (figures + 2)`` times.
        seed : int
            Random seed; the same seed gives the same table.

        Returns
        -------
        pandas.DataFrame
            One row a figure, indexed by figure; NaN if the outcome does not vary. Figures vary uniformly and
            independently between low and high.

            - first_order: share of the variance explained by the figure alone [1]
            - total: share including interactions with other figures [1]
            - first_order_half_width, total_half_width: half-widths of the 95 % confidence intervals [1]

        Raises
        ------
        CorridorError
            If SALib is not installed.
        UnknownNameError, DataError
            If a name is unknown or its figure has no range, or no figure is given.
        """
        import pandas as pd

        try:
            from SALib.analyze.sobol import analyze
            from SALib.sample.sobol import sample
        except ImportError:
            raise CorridorError("Sobol' indices need SALib; install corridor[sensitivity]") from None
        chosen = self._chosen(figures)
        bounds = [list(self._variation.range_of(figure)) for figure in chosen]
        keys = [key_of(figure) for figure in chosen]
        problem = {"num_vars": len(keys), "names": keys, "bounds": bounds}
        points = sample(problem, samples, calc_second_order=False, seed=seed)
        outcomes = np.array([self._outcome_with(dict(zip(keys, map(float, point), strict=True))) for point in points])
        index = pd.Index([f"{figure.subject}.{figure.attribute}" for figure in chosen], name="figure")
        columns = ("first_order", "total", "first_order_half_width", "total_half_width")
        if np.ptp(outcomes) <= 1e-9:
            return self._stamped(pd.DataFrame(np.nan, index=index, columns=list(columns)))
        indices = analyze(problem, outcomes, calc_second_order=False, seed=seed)
        values = (indices["S1"], indices["ST"], indices["S1_conf"], indices["ST_conf"])
        return self._stamped(pd.DataFrame(dict(zip(columns, values, strict=True)), index=index))

    def _stamped(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table that carries what it is about."""
        return stamped(table, self.network, scenario=scenario_name(self.scenario), outcome=self.outcome)

    def _chosen(self, figures: str | Sequence[str] | int) -> list[Figure]:
        """Return the chosen figures; each must have a range."""
        if isinstance(figures, int):
            top = self.table.head(figures)
            names = [f"{r}:{s}.{a}" for r, s, a in zip(top["record"], top["subject"], top["attribute"], strict=True)]
        else:
            names = [figures] if isinstance(figures, str) else list(figures)
        chosen = [self._variation.figure(name) for name in names]
        if not chosen:
            raise DataError(
                "sobol needs at least one figure; give names, or a number of figures from the top of the tornado"
            )
        for figure in chosen:
            low, high = self._variation.range_of(figure)
            if low >= high:
                raise DataError(f"figure '{figure.subject}.{figure.attribute}' has no range between low and high")
        return chosen
