"""What each recommendation of the policy brief would move by the Middle Corridor, and how sure that is."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import DataError
from corridor.library.recommendations import recommendation
from corridor.messages import shown
from corridor.model.arguments import MOST_DRAWS, MOST_SEED, required_integer
from corridor.model.columns import column_names, described
from corridor.model.network import Network
from corridor.model.scenario import BASELINE, Scenario
from corridor.model.stamp import stamped
from corridor.solver.program import Floats
from corridor.solver.warm import WarmSolver
from corridor.study.comparison_scope import comparison_scope
from corridor.study.path_values import PathValues
from corridor.study.subjects import FlowSubjects, subjects_text

if TYPE_CHECKING:
    import pandas as pd

    from corridor.study.draws import LeftOut

CORRIDOR, BOXES, STREAM, DRY = "middle_corridor", "containers", "boxes_china_europe", "dry_kazakhstan_europe"
SINGLE = {
    "1 borders and ports": "r1_harmonised",
    "2 rail and Black Sea": "r2_rail",
    "3 one tariff": "r3_one_tariff",
    "4 customs": "r4_customs",
    "5a Alat phase 2": "r5a_alat_2",
    "5b Zangezur": "r5b_zangezur",
}
"""Recommendations of the brief by the names of their rows."""
TOGETHER = {"all five": "all_five", "ships": "ships", "all five and ships": "all_and_ships"}
"""All of them, what the brief leaves out, and both."""
_AHEAD = ("1 borders and ports", "3 one tariff")
_VOLUME = f"compare.{CORRIDOR}.{BOXES}.throughput_teu_per_year"


def recommendations(
    network: Network, *, ranges: bool = False, draws: int = 200, seed: int = 7, progress: bool | None = None
) -> pd.DataFrame:
    """Return what the brief's five recommendations, and what it leaves out, do to the Middle Corridor.

    Parameters
    ----------
    network : Network
        The freight network of a year, ``cr.load("caspian_freight", year)``, or one made from it by other figures.
    ranges : bool
        Whether to draw all uncertain figures together, as `uncertainty` does, and add between which values 90 % of the
        draws of the volume and its change lie, and how often each recommendation moves most. It solves a program for
        each draw and row, which takes minutes.
    draws : int
        How many times figures are drawn.
    seed : int
        The same seed gives the same numbers.
    progress : bool, optional
        Whether to show a progress bar while figures are drawn; by default where someone watches (a terminal or a
        notebook) and it takes more than a second.

    Returns
    -------
    pandas.DataFrame
        Indexed by recommendation: the baseline; 1 borders and ports, 2 rail and Black Sea, 3 one tariff, 4 customs,
        5a Alat phase 2, 5b Zangezur; all five; ships, which the brief leaves out (container ships, ferries and
        dry-cargo ships doubled, the hub of Aktau); all five and ships.

        {columns}

        With `ranges` ``throughput_teu_per_year_p05`` and ``_p95``, ``change_p05`` and ``_p95`` stand beside their
        numbers, and ``first`` is the share of draws in which the recommendation moves more than the five others.
        ``attrs["conclusions"]`` then has the shares of draws in which conclusions hold: that 1 and 3 each move more
        than 2, 4, 5a and 5b, and that 1 or 3 moves most.

    Raises
    ------
    DataError
        If the network is not the freight network, a recommendation has no effect on it (as what is open already), or
        an argument is out of range.

    Notes
    -----
    What moves follows from shippers that choose between corridors by price and time (`Flow.choices`). That does not
    explain the containers of 2020 to 2022, which followed ships, agreements and refusal: read changes against the
    baseline, with their ranges, not volumes to come.

    Examples
    --------
    >>> import corridor as cr
    >>> table = cr.recommendations(cr.load("caspian_freight", 2024))
    >>> table["change"].drop(["all five", "all five and ships"]).idxmax()
    '3 one tariff'
    """
    import pandas as pd

    if not isinstance(ranges, bool):
        raise DataError(f"ranges must be True or False (got {shown(ranges)})")
    required_integer("draws", draws, 1, MOST_DRAWS)
    required_integer("seed", seed, 0, MOST_SEED)
    states = _states(network)
    table = _table(network, states)
    about: dict[str, Any] = {"subjects": table.attrs["subjects"]}
    if ranges:
        drawn = _Drawn(network, states, draws, seed, progress)
        table = pd.DataFrame(dict(drawn.columns(table)), index=table.index)
        about |= {"draws": draws, "seed": seed, "conclusions": drawn.conclusions()}
        about |= {"notes": notes} if (notes := drawn.notes()) else {}
    return stamped(table, network, commodity=BOXES, **about)


recommendations.__doc__ = inspect.cleandoc(recommendations.__doc__ or "").replace(
    "{columns}", described("recommendations")
)


def _states(network: Network) -> tuple[tuple[str, Scenario | None], ...]:
    """Return the baseline and the recommendations by the names of their rows."""
    named = {name: recommendation(network, id, name=name) for name, id in (SINGLE | TOGETHER).items()}
    return ((BASELINE, None), *named.items())


def _table(network: Network, states: tuple[tuple[str, Scenario | None], ...]) -> pd.DataFrame:
    """Return the table without ranges; what its rows rest on is in its attrs."""
    import pandas as pd

    solver = WarmSolver(network)
    scopes = {id: comparison_scope(network, commodity=id).limited_to(network, CORRIDOR) for id in (BOXES, STREAM, DRY)}
    before = PathValues(solver, network, network)
    rows: dict[str, dict[str, Any]] = {}
    subjects: dict[str, dict[str, dict[str, str]]] = {}

    def cells(state: PathValues, id: str, *columns: str) -> dict[str, Any]:
        return state.compared(scopes[id]).row(CORRIDOR, columns)

    for name, scenario in states:
        state = before
        if scenario is not None:
            state = PathValues(solver, network, scenario.apply(network), scenario, before)
        dry = cells(state, DRY, "capacity_mtpa", "throughput_mtpa")
        rows[name] = {
            **cells(state, BOXES, "capacity_teu_per_year", "bottleneck", "throughput_teu_per_year"),
            **cells(state, STREAM, "usd_per_feu", "transit_days", "late_days"),
            "dry_capacity_mtpa": dry["capacity_mtpa"],
            "dry_throughput_mtpa": dry["throughput_mtpa"],
        }
        subjects[name] = {"": {"flow": ";".join(FlowSubjects(state.flow.solution).every)}}
    table = pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="recommendation"))
    moved = table["throughput_teu_per_year"]
    base = float(moved.loc[BASELINE])
    table["change"] = moved / base - 1.0 if base > 0 else np.nan
    table = table[list(column_names("recommendations"))]
    table.attrs["subjects"] = subjects_text(subjects)
    return table


class _Drawn:
    """Volumes of all rows with the uncertain figures drawn together."""

    def __init__(
        self, network: Network, states: tuple[tuple[str, Scenario | None], ...], draws: int, seed: int,
        progress: bool | None,
    ) -> None:  # fmt: skip
        from corridor.study.draws import DrawJob, drawn_numbers
        from corridor.study.uncertainty import PathNumbers

        job = DrawJob(network, states, PathNumbers.of([_VOLUME], network), seed)
        self._drawn = drawn_numbers(job, draws, progress=progress, caller="recommendations")
        self._names = [name for name, _ in states]

    @cached_property
    def _volume_teu_per_year(self) -> Floats:
        """Shape (n_draws, n_rows), NaN in draws that were left out."""
        return np.asarray(self._drawn.values[:, :, 0])

    @cached_property
    def _change(self) -> Floats:
        """Shape (n_draws, n_rows)."""
        base = self._volume_teu_per_year[:, :1]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(base > 0, self._volume_teu_per_year / base - 1.0, np.nan))

    @cached_property
    def _of_single(self) -> Floats:
        """Changes of the single recommendations in draws in which each exists, shape (n, n_single)."""
        changes = self._change[:, [self._names.index(name) for name in SINGLE]]
        return np.asarray(changes[~np.isnan(changes).any(axis=1)])

    def columns(self, table: pd.DataFrame) -> Iterator[tuple[str, Any]]:
        """Yield the columns of a table with ranges beside them, and how often each recommendation moves most."""
        from corridor.study.draws import points
        from corridor.study.ranges import ENDS

        drawn = {"throughput_teu_per_year": self._volume_teu_per_year, "change": self._change}
        for name in table.columns:
            yield name, table[name]
            if name in drawn:
                of_draws = points(drawn[name])
                yield from ((f"{name}_{end}", of_draws[end]) for end in ENDS)
        first = self._first()
        yield "first", [first.get(name, np.nan) for name in table.index]

    def _first(self) -> dict[str, float]:
        """Return the share of draws in which each single recommendation moves most."""
        if not len(self._of_single):
            return {}
        best = self._of_single.argmax(axis=1)
        return {name: float((best == number).mean()) for number, name in enumerate(SINGLE)}

    def conclusions(self) -> dict[str, float]:
        """Return the shares of draws in which conclusions hold; empty where no draw has all recommendations."""
        if not len(self._of_single):
            return {}
        ahead = np.array([name in _AHEAD for name in SINGLE])
        both = self._of_single[:, ahead].min(axis=1) > self._of_single[:, ~ahead].max(axis=1)
        first = self._first()
        return {
            "1 and 3 each move more than 2, 4, 5a and 5b": float(both.mean()),
            "1 or 3 moves most": sum(first[name] for name in _AHEAD),
        }

    def notes(self) -> dict[str, list[str]]:
        """Return by row a sentence on draws that were left out."""
        from corridor.study.draws import left_out_notes

        of_rows: dict[str, list[LeftOut]] = {}
        for out in self._drawn.left_out:
            of_rows.setdefault(out.scenario or BASELINE, []).append(out)
        return {name: left_out_notes(some, len(self._drawn.values)) for name, some in of_rows.items()}
