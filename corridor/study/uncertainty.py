"""How sure an answer is: all uncertain figures drawn together, and what each number comes to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import DataError
from corridor.messages import shown
from corridor.model.arguments import required_integer
from corridor.model.columns import by_name
from corridor.model.commodity_groups import chooses
from corridor.model.network import Network, require_network
from corridor.model.result_path import unit_of_path
from corridor.model.scenario import BASELINE, Scenario
from corridor.model.stamp import stamped
from corridor.model.tolerances import BEST_USD_PER_T
from corridor.model.variation import Variation
from corridor.solver.program import Floats
from corridor.study.compare import chosen_columns, no_next_tonne
from corridor.study.compared_numbers import ComparedNumbers, number_columns
from corridor.study.comparison_scope import comparison_scope
from corridor.study.draws import DrawJob, Draws, Numbers, drawn_numbers, left_out_notes
from corridor.study.outcomes import OutcomeNumbers
from corridor.study.path_values import PathValues, ReadPath, read_path, require_number
from corridor.study.scenario_runs import named_scenarios

if TYPE_CHECKING:
    import pandas as pd

ALL_FULL = "every way full"
"""What stands in a ranking for draws in which no corridor takes one more tonne."""
_GROUPS = ("main", "route", "if_lost")
"""Groups of `compare` whose numbers are drawn; risk columns have an uncertainty of their own."""
_GROUPS_OF_BOXES = ("containers", "if_lost")
"""The same where what is compared for is counted in boxes."""
_NEXT_TONNE = "next_tonne_usd_per_t"


def uncertainty(
    network: Network,
    scenarios: Scenario | Iterable[Scenario] = (),
    *,
    draws: int = 500,
    seed: int = 7,
    numbers: str | Sequence[str] | None = None,
    workers: int = 1,
    client: Any = None,
    progress: bool | None = None,
) -> Uncertainty:
    """Return how sure the answers of `compare` and `outcomes` are, by drawing all uncertain figures together.

    Parameters
    ----------
    network : Network
        Network built from figures, as shipped networks are.
    scenarios : Scenario or iterable of Scenario
        Scenarios, each applied alone to each draw; by default the baseline alone.
    draws : int
        How many times all figures are drawn.
    seed : int
        The same seed gives the same bytes; more draws on the same seed begin with the same draws.
    numbers : str or sequence of str, optional
        Paths of the only numbers asked for, as `sensitivity` takes them; by default all of `compare` but its risk
        columns, for the network's first commodity, and of `outcomes`. What is not asked for is not solved.
    workers : int
        Processes to share the work; the result is the same for any number. Scripts need the call under
        ``if __name__ == "__main__":`` then.
    client : distributed.Client, optional
        A Dask client whose workers share the work instead.
    progress : bool, optional
        Whether to show a progress bar; by default where someone watches (a terminal or a notebook) and it takes more
        than a second.

    Returns
    -------
    Uncertainty
        Tables `compare`, `outcomes`, `numbers`, `ranking`, `drivers`, `draws`, `figures` and `left_out`.

    Raises
    ------
    UnknownNameError
        If a path or a scenario names what is not in the network.
    DataError
        If the network was not built from figures, an argument is out of range, a path leads to no number, or no draw
        makes a sound network.
    SolverError
        If worker processes fail repeatedly, or the Dask client or its cluster ends.

    Notes
    -----
    Each figure with a range is drawn from the triangular distribution between low, value and high, independently of
    the others; a yes/no figure (`in_service`) is 1 with the chance that is its value, so that one stated as 0 or 1 is
    not drawn. A figure that several formulas use is drawn once and moves all of them, so that what comes from one input
    is correlated. Where a figure with a formula states a range of its own, its distance from the formula is drawn.
    Requirements and minima are cut where they would exceed volume and ceiling. Every scenario meets the same draws;
    where a change takes more of a price or time than a draw has, it stops at 0, unless it is below 0 with every figure
    at its value.

    With every figure at its value an answer may lie outside its 5 and 95 % points: where ranges lead one way only, as
    of a quota of 2.2 Mt/y that may be 2.2 to 7, nearly all draws lie on that side of it.

    A draw in which a cycle would earn money, or that breaks another rule, is no network that could be: it is left out
    of all points and counted (`left_out`, and ``notes`` in ``attrs``), not drawn again.

    Examples
    --------
    >>> import corridor as cr
    >>> path = "compare.cpc.netback_usd_per_t"
    >>> unc = cr.uncertainty(cr.load(year=2024), draws=50, numbers=path)
    >>> row = unc.numbers.loc[("baseline", path)]
    >>> bool(row["p05"] < row["central"] < row["p95"])
    True
    """
    require_network(network)
    states = tuple(named_scenarios(network, scenarios))
    asked: Numbers
    if numbers is None:
        scope = comparison_scope(network)
        columns = number_columns(chosen_columns(_GROUPS_OF_BOXES if scope.in_boxes else _GROUPS, scope, network))
        asked = TableNumbers(ComparedNumbers(scope, columns), OutcomeNumbers())
    else:
        asked = PathNumbers.of([numbers] if isinstance(numbers, str) else list(numbers), network)
    job = DrawJob(network, states, asked, seed)
    drawn = drawn_numbers(job, draws, workers=workers, client=client, progress=progress)
    return Uncertainty(network=network, scenarios=tuple(s for _, s in states if s), seed=seed, asked=asked, drawn=drawn)


@dataclass(frozen=True, eq=False)
class TableNumbers:
    """All numbers of `compare` and of `outcomes`."""

    compared: ComparedNumbers
    outcomes: OutcomeNumbers

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of the numbers."""
        return (*self.compared.names, *self.outcomes.names)

    def values(self, state: PathValues) -> list[float]:
        """Return the numbers of a state."""
        return [*self.compared.values(state), *self.outcomes.values(state)]


@dataclass(frozen=True, eq=False)
class PathNumbers:
    """Numbers by their paths."""

    paths: dict[str, tuple[ReadPath, ...]]

    @classmethod
    def of(cls, paths: Sequence[str], network: Network) -> PathNumbers:
        """Return what paths lead to in a network; each must lead to a number."""
        if not paths or not all(isinstance(path, str) for path in paths):
            raise DataError(
                f"numbers must be one path or several, as in 'compare.cpc.netback_usd_per_t' (got {shown(paths)}); "
                "leave it out for all"
            )
        for path in paths:
            require_number(path, network)
        read = {path: read_path(path, network) for path in paths}
        for path, parts in read.items():
            _require_no_risk(path, parts)
        return cls(read)

    @property
    def names(self) -> tuple[str, ...]:
        """The paths."""
        return tuple(self.paths)

    def values(self, state: PathValues) -> list[float]:
        """Return the numbers of a state."""
        return [state.value(parts) for parts in self.paths.values()]


def _require_no_risk(path: str, parts: Sequence[ReadPath]) -> None:
    """Raise if a path leads into the risk columns of `compare`, which no uncertain figure moves."""
    for part in parts:
        if part.table == "compare" and by_name("compare")[part.column].group == "risk":
            raise DataError(
                f"numbers: {part.column} in {path!r} is a risk, which is not drawn with the figures; name a number of "
                f"another group of compare ({', '.join(_GROUPS)}), or see compare(columns='risk') without ranges"
            )


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Numbers of a network's states with its uncertain figures drawn together.

    Attributes
    ----------
    network : Network
    scenarios : tuple of Scenario
        Beside the baseline.
    seed : int
    asked : Numbers
        Which numbers.
    drawn : Draws
        Arrays behind the tables; names in it may change.
    """

    network: Network
    scenarios: tuple[Scenario, ...]
    seed: int
    asked: Numbers
    drawn: Draws

    def __eq__(self, other: object) -> bool:
        """Tell whether two are of the same input and come to the same."""
        if not isinstance(other, Uncertainty):
            return NotImplemented
        mine, its = self.drawn, other.drawn
        return (
            (self.seed, self.scenarios, self.network) == (other.seed, other.scenarios, other.network)
            and self.asked.names == other.asked.names
            and np.array_equal(mine.figures, its.figures)
            and np.array_equal(mine.values, its.values, equal_nan=True)
        )

    def __hash__(self) -> int:
        return hash((self.network, self.seed, self.asked.names, len(self.drawn.values)))

    def __repr__(self) -> str:
        drawn = self.drawn
        return (
            f"<Uncertainty of {self.network!r}: {len(drawn.values)} draws of {len(drawn.keys)} figures, seed "
            f"{self.seed}, {len(self.state_names)} states, {len(self.asked.names)} numbers>"
        )

    def _repr_html_(self) -> str:
        """Return how it shows itself in a notebook."""
        from corridor.show.uncertainty_card import uncertainty_card

        return uncertainty_card(self)

    @property
    def state_names(self) -> tuple[str, ...]:
        """Names of the states: the baseline, then the scenarios."""
        return (BASELINE, *(scenario.name for scenario in self.scenarios))

    @property
    def has_tables(self) -> bool:
        """Whether all numbers were asked for, so that `compare`, `outcomes` and `ranking` are there."""
        return isinstance(self.asked, TableNumbers)

    @property
    def has_ranking(self) -> bool:
        """Whether corridors can be ranked by their next tonne: not for boxes, nor for shippers that choose."""
        if not isinstance(self.asked, TableNumbers):
            return False
        asked = self.asked.compared
        return _NEXT_TONNE in asked.columns and not chooses(self.network, asked.scope.commodity)

    # Points

    @cached_property
    def numbers(self) -> pd.DataFrame:
        """Every number asked for.

        Indexed by (scenario, number), the number by its path. Columns: central, with every figure at its value; p05,
        p50, p95, the least values that 5, 50 and 95 % of the draws in which it exists do not exceed; defined, the share
        of draws in which it does; unit.
        """
        import pandas as pd

        drawn = self.drawn
        columns = {"central": drawn.central, **drawn.points}
        index = pd.MultiIndex.from_product([self.state_names, self.asked.names], names=["scenario", "number"])
        table = pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index=index)
        table["unit"] = [unit_of_path(path) for path in self.asked.names] * len(self.state_names)
        return self._stamped(table)

    @cached_property
    def compare(self) -> pd.DataFrame:
        """Numbers of `compare` but its risk columns, indexed by (scenario, corridor).

        Each has a column of its name with every figure at its value, then ``NAME_p05``, ``NAME_p50``, ``NAME_p95`` and
        ``NAME_defined``, as in `numbers`.
        """
        import pandas as pd

        asked = self._tables("compare").compared
        index = pd.MultiIndex.from_tuples(
            [(name, corridor) for name in self.state_names for corridor, _ in asked.rows],
            names=["scenario", "corridor"],
        )
        n = len(asked.names)
        return self._stamped(self._wide(asked.columns, slice(0, n), index), commodity=asked.scope.commodity)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Numbers of `outcomes`, of all shippers, indexed by scenario; columns as in `compare`."""
        import pandas as pd

        asked = self._tables("outcomes")
        index = pd.Index(self.state_names, name="scenario")
        of_outcomes = slice(len(asked.compared.names), None)
        return self._stamped(self._wide(asked.outcomes.columns, of_outcomes, index))

    def _tables(self, name: str) -> TableNumbers:
        """Return what was asked for, if it was all numbers."""
        if not isinstance(self.asked, TableNumbers):
            raise DataError(f"{name} has all its numbers where none are named; leave out numbers=, or see .numbers")
        return self.asked

    def _wide(self, columns: Sequence[str], part: slice, index: Any) -> pd.DataFrame:
        """Return a part of the numbers with a column for each point of each."""
        import pandas as pd

        table: dict[str, Floats] = {}
        shapes = {"": self.drawn.central} | {f"_{name}": values for name, values in self.drawn.points.items()}
        by_row = {end: values[:, part].reshape(-1, len(columns)) for end, values in shapes.items()}
        for column, name in enumerate(columns):
            table |= {f"{name}{end}": values[:, column] for end, values in by_row.items()}
        return pd.DataFrame(table, index=index)

    # Ranking and drivers

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """How often each corridor is best for the next tonne, indexed by (scenario, corridor).

        Column ``best``: share of sound draws in which its next tonne earns most; those within 0.01 USD/t share a draw
        equally. The last row of each scenario, ``every way full``, has the draws in which no corridor takes one more.
        """
        import pandas as pd

        asked = self._tables("ranking").compared
        if _NEXT_TONNE not in asked.columns:
            raise DataError(
                f"{asked.scope.commodity!r} is counted in boxes and has no next tonne to rank corridors by; name "
                "numbers, as in numbers='compare.middle_corridor.usd_per_feu - compare.ocean.usd_per_feu'"
            )
        if chooses(self.network, asked.scope.commodity):
            raise DataError(f"{no_next_tonne(asked.scope.commodity)} Rank corridors by throughput_mtpa in .compare")
        corridors = [*(row[0] for row in asked.rows), ALL_FULL]
        column = asked.columns.index(_NEXT_TONNE)
        netback = self.drawn.values[:, :, column : len(asked.names) : len(asked.columns)]
        shares = [_best_shares(netback[self.drawn.sound(name), state]) for state, name in enumerate(self.state_names)]
        index = pd.MultiIndex.from_product([self.state_names, corridors], names=["scenario", "corridor"])
        table = pd.DataFrame({"best": np.concatenate(shares)}, index=index)
        return self._stamped(table, commodity=asked.scope.commodity)

    @cached_property
    def drivers(self) -> pd.DataFrame:
        """What drives each number: Spearman's rank correlation with every figure drawn, the strongest first.

        Indexed by (scenario, number). Columns: record, subject, attribute of the figure; correlation, -1 to 1, over the
        draws in which the number exists; exceeds_chance, whether it is beyond 1.96 / sqrt(n - 1) of these n draws,
        which 95 % of figures without any effect do not exceed, and one in twenty does all the same. Those that do stand
        first. Numbers and figures that do not vary are left out.
        """
        import pandas as pd

        chosen = Variation(self.network).figure_set.figures
        figures = [chosen[key] for key in self.drawn.keys]
        named = {field: np.array([getattr(f, field) for f in figures]) for field in ("record", "subject", "attribute")}
        ranks, numbers, order, correlation, exceeds = _Ranks(self.drawn.figures), [], [], [], []
        for state, number in np.ndindex(self.drawn.central.shape):
            values = self.drawn.values[:, state, number]
            rho = ranks.correlations(values)
            strongest = np.argsort(-np.abs(rho), kind="stable")  # NaN last
            strongest = strongest[: int((~np.isnan(rho)).sum())]
            numbers += [(self.state_names[state], self.asked.names[number])] * len(strongest)
            order.append(strongest)
            correlation.append(rho[strongest])
            exceeds.append(np.abs(rho[strongest]) > _chance(int(np.isfinite(values).sum())))
        rows = np.concatenate(order)
        columns = {field: values[rows] for field, values in named.items()} | {
            "correlation": np.concatenate(correlation),
            "exceeds_chance": np.concatenate(exceeds),
        }
        levels = ["scenario", "number"]
        index = (
            pd.MultiIndex.from_tuples(numbers, names=levels)
            if numbers
            else pd.MultiIndex.from_arrays([[], []], names=levels)
        )
        return self._stamped(pd.DataFrame(columns, index=index))

    # Draws

    @cached_property
    def draws(self) -> pd.DataFrame:
        """Every number of every draw, one row each: draw, scenario, number, value; NaN where it does not exist."""
        import pandas as pd

        values = self.drawn.values
        n_draws, n_states, n_numbers = values.shape
        return self._stamped(
            pd.DataFrame(
                {
                    "draw": np.repeat(np.arange(n_draws), n_states * n_numbers),
                    "scenario": np.tile(np.repeat(np.array(self.state_names, dtype=object), n_numbers), n_draws),
                    "number": np.tile(np.array(self.asked.names, dtype=object), n_draws * n_states),
                    "value": values.ravel(),
                }
            )
        )

    @cached_property
    def figures(self) -> pd.DataFrame:
        """The values drawn, indexed by draw, a column for each figure: ``record:subject.attribute``."""
        import pandas as pd

        index = pd.RangeIndex(len(self.drawn.figures), name="draw")
        return self._stamped(pd.DataFrame(self.drawn.figures, index=index, columns=list(self.drawn.keys)))

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """Draws that make no sound network, indexed by draw: scenario (empty: none can be solved), reason."""
        import pandas as pd

        left_out = self.drawn.left_out
        columns = {"scenario": [out.scenario for out in left_out], "reason": [out.reason for out in left_out]}
        return self._stamped(pd.DataFrame(columns, index=pd.Index([out.draw for out in left_out], name="draw")))

    def network_of(self, draw: int) -> Network:
        """Return the network of a draw, to be solved and compared like any other.

        Raises
        ------
        DataError
            If there is no such draw, or it makes no sound network.
        """
        draw = required_integer("draw", draw, 0, len(self.drawn.figures) - 1)
        values = dict(zip(self.drawn.keys, self.drawn.figures[draw].tolist(), strict=True))
        return Variation(self.network).with_values(values)

    def _stamped(self, table: pd.DataFrame, *, commodity: str | None = None) -> pd.DataFrame:
        """Return a table that carries what it is about."""
        notes = [*self.network.notes, *left_out_notes(self.drawn.left_out, len(self.drawn.values))]
        about = {"draws": len(self.drawn.values), "seed": self.seed} | ({"notes": notes} if notes else {})
        return stamped(table, self.network, commodity=commodity, **about)


def _best_shares(netback: Floats) -> Floats:
    """Return how often each corridor is best, shape (n_corridors + 1,), last how often none takes one more tonne."""
    n_draws, n_corridors = netback.shape
    if not n_draws:
        return np.full(n_corridors + 1, np.nan)
    highest = np.max(np.where(np.isnan(netback), -np.inf, netback), axis=1, keepdims=True)
    best = netback >= highest - BEST_USD_PER_T
    count = best.sum(axis=1, keepdims=True)
    shares = (best / np.maximum(count, 1)).sum(axis=0) / n_draws
    return np.append(shares, float((count == 0).mean()))


def _chance(draws: int) -> float:
    """Return what 95 % of rank correlations between unrelated numbers do not exceed in size."""
    return 1.96 / math.sqrt(draws - 1) if draws > 1 else math.inf


class _Ranks:
    """Ranks of figures among draws, worked out once for all numbers that exist in the same draws."""

    def __init__(self, figures: Floats) -> None:
        self._figures = figures
        self._kept: dict[bytes, Floats] = {}

    def correlations(self, values: Floats) -> Floats:
        """Return Spearman's correlation of each figure with a number over the draws in which it exists.

        NaN of figures that do not vary, and of all where the number does not.
        """
        defined = np.isfinite(values)
        values = values[defined]
        if len(values) < 2 or np.ptp(values) <= _CONSTANT * max(1.0, float(np.abs(values).max())):
            return np.full(self._figures.shape[1], np.nan)
        key = defined.tobytes()
        if key not in self._kept:
            self._kept[key] = _standard_ranks(self._figures[defined])
        return np.asarray(_standard_ranks(values[:, None])[:, 0] @ self._kept[key])


def _standard_ranks(values: Floats) -> Floats:
    """Return the ranks in each column, equal ones at their mean, less their mean and of length 1; NaN if constant."""
    import pandas as pd

    ranks = pd.DataFrame(values).rank().to_numpy()
    centred = ranks - ranks.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(centred / np.sqrt((centred**2).sum(axis=0)))


_CONSTANT = 1e-9
"""Share of a number by which it may differ between draws by rounding alone."""
