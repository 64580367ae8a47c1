"""Totals of the baseline and of each scenario."""

from __future__ import annotations

import dataclasses
import inspect
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from corridor.model.columns import AMOUNTS, column_names, described
from corridor.model.commodity_groups import members, require_subject
from corridor.model.display_units import TONNES, DisplayUnits
from corridor.model.formulas import DAYS_PER_YEAR, hhi
from corridor.model.network import Network
from corridor.model.scenario import Scenario
from corridor.model.stamp import stamped
from corridor.model.tolerances import HELD_MONEY
from corridor.solver.flow import Flow
from corridor.solver.optimal_range import other_usual_flows
from corridor.solver.solution import Solution
from corridor.solver.warm import WarmSolver
from corridor.study.scenario_runs import named_scenarios
from corridor.study.subjects import FlowSubjects, subjects_text

if TYPE_CHECKING:
    import pandas as pd


def outcomes(
    network: Network,
    scenarios: Scenario | Iterable[Scenario] | None = None,
    *,
    commodity: str | None = None,
    units: str = "t",
    strict: bool = True,
) -> pd.DataFrame:
    """Return totals of the baseline and of each scenario, with their change against the baseline.

    Parameters
    ----------
    network : Network
        Network to solve.
    scenarios : Scenario or iterable of Scenario, optional
        Scenarios, each applied alone; by default all shipped ones for a `shipped` network, none for any other.
    commodity : str, optional
        Id of the only commodity to count, or name of the only group; all commodities by default.
    units : {"t", "bbl", "TEU"}
        Tonnes, or barrels: columns are then in thousand barrels a day (``_kbd``) and USD a barrel (``_usd_per_bbl``);
        amounts in million barrels (``_mbbl``); each commodity counts by its own barrels a tonne. Or boxes: TEU a year
        (``_teu_per_year``), amounts in TEU (``_teu``), of what is counted in them.
    strict : bool
        Whether a change without effect is an error; otherwise it is passed over.

    Returns
    -------
    pandas.DataFrame
        One row a scenario, indexed by scenario, baseline first. No penalty is in any column.

        {columns}

        The loss counts unmet requirements at `Market.replacement_usd_per_t`; it is negative if a contract that cost
        money ends. ``table.attrs["notes"]`` lists notes by scenario: minima not met, quotas set by two changes, and
        money by usual ways that another optimum of the baseline would move by more than 0.1 %.

        Rates a year are those of a state that lasts; amounts are rates over its days. All shippers' shortfall lies
        between that by all ways at once and that by usual ways only, tanks and catching up aside. One shipper's, and
        the loss, can be larger by all ways, for others take its place.

    Raises
    ------
    UnknownNameError
        If the commodity or group is unknown, or a scenario names something that is not in the network.
    DataError
        If a scenario name is duplicate, or a commodity has no barrels, or no TEU.
    """
    import pandas as pd

    solver = WarmSolver(network)
    own = () if commodity is None else require_subject(network, commodity)
    shown = DisplayUnits.of(network, units, commodity, boxes=True)
    base = Flow(solver.solve())
    rows: dict[str, dict[str, float]] = {}
    notes: dict[str, list[str]] = {}
    subjects: dict[str, dict[str, dict[str, str]]] = {}
    for name, scenario in named_scenarios(network, scenarios):
        flow = base if scenario is None else Flow(solver.solve(scenario, strict=strict and scenarios is not None))
        rows[name] = outcome_row(flow, base, commodity, shown)
        subjects[name] = {"": {"flow": ";".join(FlowSubjects(flow.solution, *own).every)}}
        messages = list(flow.solution.notes_in(DisplayUnits.where_known(network, units)))
        if scenario is not None and scenario.mean_duration_days is not None:
            days = scenario.mean_duration_days
            held = usual_routes(solver, base, flow, commodity, shown)
            rows[name] |= _amounts(rows[name], held, days, shown)
            messages += held.notes(days / DAYS_PER_YEAR)
        if messages:
            notes[name] = messages
    table = pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="scenario"))
    table = table[list(column_names("outcomes"))]
    about: dict[str, Any] = {"subjects": subjects_text(subjects)} | ({"notes": notes} if notes else {})
    return stamped(shown.renamed(table), network, commodity=commodity, **about)


outcomes.__doc__ = inspect.cleandoc(outcomes.__doc__ or "").replace("{columns}", described("outcomes"))


def _amounts(row: Mapping[str, float], held: UsualRoutes, days: float, units: DisplayUnits) -> dict[str, float]:
    """Return what rates a year come to over some days, by all ways at once and by usual ways only."""
    years = days / DAYS_PER_YEAR
    barrels = units.shows_barrels and not units.shows_boxes
    per_rate = days / 1e3 if barrels else years  # kb/d over days: million barrels
    return {
        "duration_days": days,
        "shortfall_mt": row["shortfall_change_mtpa"] * per_rate,
        "loss_musd": row["loss_musd_per_year"] * years,
        "shortfall_mt_held": held.shortfall_mtpa * per_rate,
        "loss_musd_held": held.loss_musd_per_year * years,
    }


def amounts(
    solver: WarmSolver, flow: Flow, base: Flow, commodity: str | None = None, units: DisplayUnits = TONNES
) -> dict[str, float]:
    """Return what is lost over the days of a flow's scenario, empty where these are not known."""
    days = flow.scenario.mean_duration_days if flow.scenario is not None else None
    if days is None:
        return {}
    held = usual_routes(solver, base, flow, commodity, units, spans=False)
    return _amounts(losses(flow, base, commodity, units), held, days, units)


@dataclasses.dataclass(frozen=True)
class UsualRoutes:
    """What a scenario comes to if no commodity moves on an edge beyond its usual flow.

    Attributes
    ----------
    shortfall_mtpa, loss_musd_per_year : float
        Change against the baseline.
    low_musd_per_year, high_musd_per_year : float
        Loss for other optimal flows of the baseline.
    """

    shortfall_mtpa: float
    loss_musd_per_year: float
    low_musd_per_year: float
    high_musd_per_year: float

    def notes(self, years: float) -> list[str]:
        """Return a note if the loss is not unique; `years` is how long the scenario lasts."""
        span = self.high_musd_per_year - self.low_musd_per_year
        if span <= HELD_MONEY * abs(self.loss_musd_per_year):
            return []
        low, high = self.low_musd_per_year * years, self.high_musd_per_year * years
        return [
            f"By usual ways only the loss is about {self.loss_musd_per_year * years:,.1f} million USD: usual flows are "
            f"not unique, and others as good give {low:,.1f} to {high:,.1f}."
        ]


def usual_routes(
    solver: WarmSolver,
    base: Flow,
    flow: Flow,
    commodity: str | None = None,
    units: DisplayUnits = TONNES,
    *,
    spans: bool = True,
) -> UsualRoutes:
    """Return what the scenario of a flow comes to by usual ways only, as in the first days.

    Without `spans` other optimal flows of the baseline are not looked for.
    """
    scenario, program = flow.scenario, base.solution.program

    def lost(usual: Solution) -> tuple[Solution, float, float]:
        before = Flow(usual)
        held = solver.solve_held(flow.network, scenario, program, usual.flows)
        total, usually = totals(Flow(held), commodity, units), totals(before, commodity, units)
        fall = usually["netback_musd_per_year"] - total["netback_musd_per_year"]
        loss = _loss(Flow(held), before, commodity, fall_musd_per_year=fall)["loss_musd_per_year"]
        return held, total["shortfall_mtpa"] - usually["shortfall_mtpa"], loss

    held, shortfall, loss = lost(base.solution)
    others = [lost(usual)[2] for usual in other_usual_flows(base.solution, held)] if spans else []
    return UsualRoutes(shortfall, loss, min([loss, *others]), max([loss, *others]))


def outcome_number(
    flow: Flow, base: Flow, commodity: str | None, *, column: str, solver: WarmSolver | None = None
) -> float:
    """Return one number of a row of `outcomes`; amounts over days are solved only where asked for.

    The solver is one of the baseline or of a network that differs from it in numbers only; made where none is given.
    """
    row = outcome_row(flow, base, commodity)
    if column in AMOUNTS:
        row |= amounts(solver or WarmSolver(base.network), flow, base, commodity)
    return row[column]


@dataclasses.dataclass(frozen=True)
class OutcomeNumbers:
    """The numbers of a row of `outcomes`, read from any state: of one commodity, or of all."""

    commodity: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of `outcomes`, all of which hold numbers."""
        return column_names("outcomes")

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of the numbers."""
        middle = () if self.commodity is None else (self.commodity,)
        return tuple(".".join(("outcomes", *middle, column)) for column in self.columns)

    def values(self, state: State) -> list[float]:
        """Return the numbers of a state."""
        flow, base = state.flow, state.values_before.flow
        row = outcome_row(flow, base, self.commodity) | amounts(state.solver, flow, base, self.commodity)
        return [row[column] for column in self.columns]


class State(Protocol):
    """What numbers are read from: `PathValues`, which is above this module."""

    @property
    def solver(self) -> WarmSolver:
        """Solver of the network."""

    @property
    def flow(self) -> Flow:
        """The flow of the state."""

    @property
    def values_before(self) -> State:
        """The baseline."""


def outcome_row(flow: Flow, base: Flow, commodity: str | None = None, units: DisplayUnits = TONNES) -> dict[str, float]:
    """Return a row of `outcomes`: totals of a flow, and their change against a baseline; no amounts over days."""
    row, before = totals(flow, commodity, units), totals(base, commodity, units)
    own = (None,) if commodity is None else members(flow.network, commodity)
    through = [sum(flow.throughput_mtpa(corridor.id, id) for id in own) for corridor in flow.network.corridors]
    fall = before["netback_musd_per_year"] - row["netback_musd_per_year"]
    return (
        row
        | {_change(total): row[total] - before[total] for total in row}
        | _loss(flow, base, commodity, fall_musd_per_year=fall, units=units)
        | dict.fromkeys(AMOUNTS, math.nan)
        | {"route_hhi": hhi(through)}
    )


def losses(flow: Flow, base: Flow, commodity: str | None = None, units: DisplayUnits = TONNES) -> dict[str, float]:
    """Return what is lost against a baseline: changes of shortfall and unmet requirements, and the loss."""
    row, before = totals(flow, commodity, units), totals(base, commodity, units)
    fall = before["netback_musd_per_year"] - row["netback_musd_per_year"]
    changes = {_change(total): row[total] - before[total] for total in ("shortfall_mtpa", "unmet_mtpa")}
    return changes | _loss(flow, base, commodity, fall_musd_per_year=fall, units=units)


def _change(total: str) -> str:
    """Return the column name of a total's change: delivered_mtpa gives delivered_change_mtpa."""
    unit = "_musd_per_year" if total.endswith("_musd_per_year") else "_mtpa"
    return f"{total.removesuffix(unit)}_change{unit}"


def _loss(
    flow: Flow, base: Flow, commodity: str | None, *, fall_musd_per_year: float, units: DisplayUnits = TONNES
) -> dict[str, float]:
    """Return the loss against the baseline, and the unmet requirements without a replacement cost."""
    loss, unpriced = fall_musd_per_year, 0.0
    more = flow.unmet_by_market - base.unmet_by_market
    own = () if commodity is None else members(base.network, commodity)
    for market, rise in zip(base.network.markets, more.tolist(), strict=True):
        if commodity is not None and market.commodity not in own:
            continue
        if market.replacement_usd_per_t is None:
            unpriced += rise * units.rate(market.commodity)
        else:
            loss += rise * market.replacement_usd_per_t
    return {"loss_musd_per_year": loss, "unmet_not_in_loss_mtpa": unpriced}


def totals(flow: Flow, commodity: str | None, units: DisplayUnits = TONNES) -> dict[str, float]:
    """Return delivered, shortfall and netback of a commodity, a group or all, each by its own barrels or TEU."""
    several = () if commodity is None else members(flow.network, commodity)
    if units.barrels_per_t is not None or len(several) > 1:
        total: dict[str, float] = {}
        for id in units.barrels_per_t or several:
            for name, value in totals(flow, id).items():
                weight = units.rate(id) if name.endswith("_mtpa") else 1.0
                total[name] = total.get(name, 0.0) + weight * value
        return total
    if commodity is None:
        return {
            "delivered_mtpa": flow.delivered_mtpa,
            "shortfall_mtpa": flow.shortfall_mtpa,
            "unmet_mtpa": flow.unmet_mtpa,
            "unmet_minimum_mtpa": flow.unmet_minimum_mtpa,
            "netback_musd_per_year": flow.netback_musd_per_year,
        }
    net, solution = flow.network, flow.solution
    program = solution.program
    (commodity,) = several
    moved = (program.flow_commodity == program.commodities.index(commodity)).nonzero()[0]
    cost = float(solution.state.cost[moved] @ solution.amounts[moved])
    offered = [supply.commodity == commodity for supply in net.supplies]
    sold = [market.commodity == commodity for market in net.markets]
    held = [quota.commodity == commodity for quota in net.quotas]
    prices = np.array([market.price_usd_per_t for market in net.markets])[sold]
    delivered = solution.delivered_by_market[sold]
    return {
        "delivered_mtpa": float(delivered.sum()),
        "shortfall_mtpa": float(flow.shortfall_by_supply[offered].sum()),
        "unmet_mtpa": float(flow.unmet_by_market[sold].sum()),
        "unmet_minimum_mtpa": float(flow.unmet_by_quota[held].sum()),
        "netback_musd_per_year": float(prices @ delivered) - cost,
    }
