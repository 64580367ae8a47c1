"""Comparison of corridors in the baseline and under scenarios."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import DataError
from corridor.messages import shown, unknown_name
from corridor.model.arguments import MOST_DRAWS, MOST_SEED, required_integer
from corridor.model.columns import blank, by_name, column_names, described, grouped
from corridor.model.commodity_groups import chooses
from corridor.model.display_units import DisplayUnits
from corridor.model.network import Network
from corridor.model.result_path import RENAMED
from corridor.model.scenario import Scenario
from corridor.model.stamp import stamped
from corridor.model.tolerances import BEST_USD_PER_T
from corridor.solver.flow import Flow
from corridor.solver.program import Floats
from corridor.solver.warm import WarmSolver
from corridor.study.compared_numbers import ComparedNumbers, number_columns
from corridor.study.compared_state import ComparedState
from corridor.study.comparison_scope import ComparisonScope, comparison_scope, require_boxes
from corridor.study.scenario_runs import named_scenarios
from corridor.study.subjects import subjects_text

if TYPE_CHECKING:
    import pandas as pd

    from corridor.study.ranges import Ranges


def compare(
    network: Network,
    scenarios: Scenario | Iterable[Scenario] | None = None,
    *,
    commodity: str | None = None,
    origin: str | None = None,
    destination: str | None = None,
    corridors: str | Iterable[str] | None = None,
    columns: str | Iterable[str] | None = None,
    ranges: bool = False,
    draws: int = 200,
    seed: int = 7,
    units: str = "t",
    strict: bool = True,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Return a comparison of corridors in the baseline and under each scenario.

    Parameters
    ----------
    network : Network
        Network to compare the corridors of.
    scenarios : Scenario or iterable of Scenario, optional
        Scenarios, each applied alone; by default all shipped ones for a `shipped` network, none for any other.
    commodity : str, optional
        Id of the commodity to compare for; by default the network's first (Kazakh crude), or its group where it is
        counted in boxes (``display_unit="TEU"``). Or the name of a group of commodities (`Commodity.group`): volumes
        are then sums, cost and days means by what each commodity moves that way on its best route; netback and what
        else needs one origin is empty.
    origin : str, optional
        Id of the node from which cost, time and netback are counted; by default the commodity's largest supply, so
        that all corridors are measured for the same tonne. If no route starts there, the best one is taken from the
        supplies that use the corridor, or from any. "each": rows for every origin, the largest first, then one for
        "all": means by supply volume over the origins that have a way, and destination and countries of the best way
        from an origin that uses the corridor.
    destination : str, optional
        Id of the node of the only market that routes may lead to; volumes and capacities are of the corridor all the
        same.
    corridors : str or iterable of str, optional
        Ids of the corridors to compare, in this order; by default all that can carry the commodity.
    columns : str or iterable of str, optional
        Names of columns and groups (main, route, if_lost, risk, containers), in this order; "all" for all. By default
        main, and containers for what is counted in boxes; other commodities have none of the latter, and "all" leaves
        it out. What is not asked for is not solved. Columns of risk are of the baseline only, and empty under
        scenarios.
    ranges : bool
        Whether to draw all uncertain figures together, as `uncertainty` does, and add to each column NAME of numbers
        but those of group risk ``NAME_p05`` and ``NAME_p95``, which 5 and 95 % of the draws do not exceed, and
        ``NAME_defined``, the share of draws in which the number exists. The numbers themselves stay as they are, and
        lie outside where ranges of figures lead one way only. Only the baseline and the scenarios given have ranges.
    draws, seed : int
        How many times figures are drawn; the same seed gives the same bytes.
    units : {"t", "bbl", "TEU"}
        Tonnes, or barrels: columns are then in thousand barrels a day (``_kbd``) and USD a barrel (``_usd_per_bbl``).
        Or boxes: TEU a year (``_teu_per_year``), and USD a box of 40 feet (``_usd_per_feu``).
    strict : bool
        Whether a change without effect is an error; otherwise it is passed over.
    progress : bool, optional
        Whether to show a progress bar while figures are drawn; by default where someone watches (a terminal or a
        notebook) and it takes more than a second.

    Returns
    -------
    pandas.DataFrame
        One row a scenario and corridor, indexed by (scenario, corridor), baseline first; with ``origin="each"`` by
        (scenario, corridor, origin). Columns are of the commodity unless they say all shippers. The best route leads
        to a market that can take more, or to any market if none can.

        {columns}

        ``table.attrs["origin"]`` is the node where a tonne begins (None for a group); ``table.attrs["notes"]`` lists
        notes by scenario: minima not met, quotas set by two changes, ways that begin elsewhere than that node;
        ``table.attrs["subjects"]`` says (in JSON) what its rows rest on, for `sources`. With the expected loss
        ``table.attrs["expected_loss_bound_usd_per_t"]`` has, by corridor, what three hazards and more in force at once
        add to it at most: the share of time that they are, times the largest loss that those of them can cause.
        ``table.attrs["no_next_tonne"]`` says why a commodity that chooses between corridors has no next tonne.

    Raises
    ------
    UnknownNameError
        If the commodity, origin, corridor or a column is unknown, or a scenario names something that is not in the
        network.
    DataError
        If a scenario name is duplicate, `corridors` or `columns` name none, `ranges`, `draws` or `seed` is out of
        range, a corridor cannot carry the commodity, the origin supplies none of it, the destination buys none, one
        of these is given for a group, or columns of containers are asked for what is not counted in boxes, or by
        several commodities of different TEU a tonne.

    Examples
    --------
    >>> import corridor as cr
    >>> table = cr.compare(cr.load("caspian", year=2021), scenarios=[cr.load_scenario("cpc-shut")])
    >>> table.loc[("CPC shut", "cpc"), "status"]
    'closed'
    """
    if not isinstance(ranges, bool):
        raise DataError(f"ranges must be True or False (got {shown(ranges)})")
    required_integer("draws", draws, 1, MOST_DRAWS)
    required_integer("seed", seed, 0, MOST_SEED)
    scope = comparison_scope(network, commodity=commodity, origin=origin, destination=destination)
    if corridors is not None:
        scope = scope.limited_to(network, _named(corridors, scope))
    drawn = None
    if ranges:
        from corridor.study.ranges import Ranges  # only here: it loads what shares work between processes

        drawn = Ranges(draws, seed, progress)
    return compare_in_scope(network, scenarios, scope, columns=columns, ranges=drawn, units=units, strict=strict)


compare.__doc__ = inspect.cleandoc(compare.__doc__ or "").replace("{columns}", described("compare"))


def compare_in_scope(
    network: Network,
    scenarios: Scenario | Iterable[Scenario] | None,
    scope: ComparisonScope,
    *,
    columns: str | Iterable[str] | None = None,
    ranges: Ranges | None = None,
    flows: dict[str, Flow] | None = None,
    units: str = "t",
    strict: bool = True,
    in_full: bool = True,
) -> pd.DataFrame:
    """Return the table of `compare` for a scope; `flows` takes up the flow of each scenario.

    Unless it is wanted in full, rows of scenarios have status, capacity, bottleneck, throughput and use only, as far as
    they are asked for: no route is looked for, and no corridor taken away.
    """
    import pandas as pd

    chosen = [name for name in chosen_columns(columns, scope, network) if not (scope.each_origin and name == "origin")]
    own = _units(network, scope, units)
    chosen = [name for name in chosen if own.name(name) == name or own.name(name) not in chosen]
    weights = np.ones(len(network.supplies))
    if own.shows_barrels and (not own.shows_boxes or "shortfall_if_lost_all_mtpa" in chosen):
        every = DisplayUnits.of(network, units, boxes=True)
        weights = np.array([every.rate(s.commodity) / own.rate(scope.members[0]) for s in network.supplies])
    noted = DisplayUnits.where_known(network, units)
    states = ComparedStates(WarmSolver(network), scope, weights)
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    notes: dict[str, list[str]] = {}
    subjects: dict[str, dict[str, dict[str, str]]] = {}
    for name, scenario in named_scenarios(network, scenarios):
        state = states.state(scenario, strict=strict and scenarios is not None)
        if flows is not None:
            flows[name] = state.flow
        wanted = chosen if in_full or scenario is None else [column for column in chosen if column in _MOVED]
        for corridor, origin in itertools.product(scope.corridors, scope.row_origins):
            key = (name, corridor) if origin is None else (name, corridor, origin)
            rows[key] = state.row(corridor, wanted, origin)
        known = states.baseline.other_origins if scenario is not None else []
        if texts := [
            *state.flow.solution.notes_in(noted),
            *(note for note in state.other_origins if note not in known),
        ]:
            notes[name] = texts
        subjects[name] = {corridor: state.subjects(corridor, wanted) for corridor in scope.corridors}
    levels = ["scenario", "corridor", "origin"][: 3 if scope.each_origin else 2]
    index = pd.MultiIndex.from_tuples(list(rows), names=levels)
    empty = blank("compare")
    cells = [{column: row.get(column, empty[column]) for column in chosen} for row in rows.values()]
    table = own.table(pd.DataFrame(cells, index=index, columns=chosen), scope.members[0])
    about: dict[str, Any] = {"origin": scope.origin, "subjects": subjects_text(subjects)}
    if "expected_loss_usd_per_t" in chosen:
        about["expected_loss_bound_usd_per_t"] = states.baseline.expected_loss_bounds()
    if NEXT_TONNE in chosen and chooses(network, scope.commodity):
        about["no_next_tonne"] = no_next_tonne(scope.commodity)
    about |= {"destination": scope.destination} if scope.destination is not None else {}
    if ranges is not None:
        from corridor.study.ranges import with_ranges

        drawn = tuple(named_scenarios(network, () if scenarios is None else scenarios))
        numbers = ComparedNumbers(scope, number_columns(chosen), weights)
        table, more = with_ranges(table, network, drawn, numbers, units=own, strict=strict, ranges=ranges)
        about |= {"draws": ranges.draws, "seed": ranges.seed}
        for name, texts in more.items():
            notes[name] = [*notes.get(name, ()), *texts]
    about |= {"notes": notes} if notes else {}
    return stamped(table, network, commodity=scope.commodity, **about)


NEXT_TONNE = "next_tonne_usd_per_t"


def no_next_tonne(commodity: str) -> str:
    """Return why a commodity that chooses has no next tonne, as a sentence."""
    return (
        f"{commodity} has no next tonne: it chooses between corridors as observed shippers do (choice_usd_per_t), and "
        "the program of the next tonne knows only the way that earns most."
    )


def _named(corridors: str | Iterable[str], scope: ComparisonScope) -> list[str]:
    """Return the ids of corridors asked for, at least one."""
    if not isinstance(corridors, Iterable):
        raise DataError(f"corridors must be ids of corridors, as in ['cpc', 'btc'] (got {shown(corridors)})")
    named = [corridors] if isinstance(corridors, str) else list(corridors)
    if not named:
        able = f", which are {', '.join(scope.carriers)}" if scope.carriers else ""
        raise DataError(
            f"corridors must name at least one (got none); leave it out for all that can carry {scope.commodity}{able}"
        )
    return named


def _units(network: Network, scope: ComparisonScope, units: str) -> DisplayUnits:
    """Return the units of what is compared for."""
    own = DisplayUnits.of(network, units, scope.commodity, boxes=True)
    if len(set(map(own.rate, scope.members))) > 1:
        raise DataError(
            f"the commodities of {scope.commodity!r} have different {'TEU' if own.shows_boxes else 'barrels'} a tonne, "
            "so that its sums have none; take units='t', or name one commodity"
        )
    return own


def best_corridors(next_tonne_usd_per_t: Mapping[Any, float] | pd.Series) -> tuple[Any, ...]:
    """Return the corridors that are best for the next tonne: all within 0.01 USD/t of the highest.

    Parameters
    ----------
    next_tonne_usd_per_t : mapping or Series of float
        Column of `compare` for one state and origin, by corridor; NaN where every way is full.

    Returns
    -------
    tuple
        Corridors in the order given, empty where every way is full. At an optimum ways in use tie by nature.

    Examples
    --------
    >>> best_corridors({"cpc": 530.704, "btc": 530.709, "druzhba": 519.33, "china": float("nan")})
    ('cpc', 'btc')
    """
    known = {corridor: value for corridor, value in next_tonne_usd_per_t.items() if value == value}
    highest = max(known.values(), default=0.0)
    return tuple(corridor for corridor, value in known.items() if value >= highest - BEST_USD_PER_T)


def chosen_columns(
    columns: str | Iterable[str] | None, scope: ComparisonScope | None = None, network: Network | None = None
) -> list[str]:
    """Return the names of the columns asked for: by names and groups in their order, all with "all".

    By default they are main, and containers where the scope is of what is counted in boxes.

    Raises
    ------
    UnknownNameError
        If there is no column or group of a name.
    DataError
        If none is asked for, or one of containers for a scope that has none.
    """
    boxes = scope is not None and scope.in_boxes
    of_boxes = {column.name for column in by_name("compare").values() if column.group == "containers"}
    every = [name for name in column_names("compare") if boxes or name not in of_boxes]
    groups = grouped("compare") | {"all": tuple(every)}
    columns = ("containers" if boxes else "main") if columns is None else columns
    if not isinstance(columns, Iterable):
        raise DataError(f"columns must be names of columns or groups, as in 'main' (got {shown(columns)})")
    asked = [columns] if isinstance(columns, str) else list(columns)
    known = by_name("compare")
    chosen: list[str] = []
    for name in asked:
        if f"compare.{name}" in RENAMED:
            raise DataError(f"column {name} is called {RENAMED[f'compare.{name}']} now; ask for that")
        if name not in groups and name not in known:
            raise unknown_name("column or group of compare", name, [*groups, *known])
        chosen += groups.get(name, (name,))
    if not chosen:
        raise DataError(f"columns must name at least one column or group; groups are {', '.join(groups)}")
    if scope is not None and network is not None and (first := next((c for c in chosen if c in of_boxes), None)):
        require_boxes(network, scope, f"column {first}")
    return list(dict.fromkeys(chosen))


_MOVED = (
    "status", "capacity_mtpa", "bottleneck", "throughput_mtpa", "capacity_used", "capacity_teu_per_year",
    "throughput_teu_per_year", "share",
)  # fmt: skip
"""Columns that say what could move, what stops more, and what moves."""


class ComparedStates:
    """The states of a comparison; the baseline is solved once, whatever is compared with it.

    Parameters
    ----------
    solver : WarmSolver
        Solver of the network compared.
    scope : ComparisonScope
        Commodity, origins and corridors.
    weights : shape (n_supplies,), optional
        What a tonne of each supply counts where all shippers are added up; 1 by default.
    """

    def __init__(self, solver: WarmSolver, scope: ComparisonScope, weights: Floats | None = None) -> None:
        self._solver, self._scope = solver, scope
        self._weights = np.ones(len(solver.network.supplies)) if weights is None else weights
        self.baseline = self._compared(Flow(solver.solve()), None)

    def state(self, scenario: Scenario | None, *, strict: bool = True) -> ComparedState:
        """Return the state under a scenario; `strict` as in `Scenario.apply`."""
        return self.baseline if scenario is None else self.of(Flow(self._solver.solve(scenario, strict=strict)))

    def of(self, flow: Flow) -> ComparedState:
        """Return the state of a flow that is solved already."""
        return self._compared(flow, self.baseline)

    def _compared(self, flow: Flow, before: ComparedState | None) -> ComparedState:
        return ComparedState(self._solver, flow, self._scope, weights=self._weights, before=before)
