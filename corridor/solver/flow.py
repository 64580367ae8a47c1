"""`solve`: the best flow in one state of a network; `Flow`: the answer as tables, with its certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import DataError
from corridor.model.columns import column_names
from corridor.model.commodity_groups import TEU, default_subject, require_subject
from corridor.model.display_units import DisplayUnits, require_units
from corridor.model.network import Network, require_network
from corridor.model.result_path import RENAMED
from corridor.model.scenario import Scenario, scenario_name
from corridor.model.stamp import stamped
from corridor.model.terms import terms
from corridor.solver.choice_weights import as_asked
from corridor.solver.choices import choices
from corridor.solver.decompose import Route, decompose_flow
from corridor.solver.drivers import leans_on, require_rows
from corridor.solver.explain import explain
from corridor.solver.program import Floats
from corridor.solver.solution import Solution
from corridor.solver.warm import WarmSolver

if TYPE_CHECKING:
    import pandas as pd


def solve(
    network: Network,
    scenario: Scenario | None = None,
    *,
    strict: bool = True,
    rerouting: bool = True,
    choice: str | None = None,
) -> Flow:
    """Return the flow that earns most: delivered value less unit costs and penalties.

    Parameters
    ----------
    network : Network
        Network to solve.
    scenario : Scenario, optional
        What happens to it; nothing by default.
    strict : bool
        Whether a change without effect is an error; False passes over such changes, as loops need it.
    rerouting : bool
        Whether flows may take other ways. Without it, as in the first days, no commodity moves on an edge beyond
        its usual flow: that of ``solve(network).edge_flows``, before the scenario. Where several flows are optimal
        there, the one solved counts.
    choice : {"cheapest"}, optional
        Have all commodities take their cheapest way, also those that choose between corridors as observed shippers
        do (`Commodity.choice_usd_per_t`).

    Returns
    -------
    Flow
        The answer; supply that cannot be lifted is a priced shortfall in it, not an error.

    Raises
    ------
    UnknownNameError, DataError
        If the scenario does not fit the network.
    SolverError
        If the solver does not reach an optimum, or the network's volumes lie too far apart for it.

    Examples
    --------
    >>> import corridor as cr
    >>> flow = cr.solve(cr.load("caspian", year=2021))
    >>> flow.duality_gap < 1e-9
    True
    """
    require_network(network)
    return Flow(WarmSolver(as_asked(network, choice)).solve(scenario, strict=strict, rerouting=rerouting))


@dataclass(frozen=True, eq=False)
class Flow:
    """The best flow in one state of a network.

    Attributes
    ----------
    solution : Solution
        The amounts and prices that the tables are made of; names in it may change.

    Notes
    -----
    `objective` is what was maximised: netback less the steering prices of what is not lifted, not delivered and below
    a minimum. Those decide what happens and are no money, so it has no unit of money.

    Duals (shadow prices, marginal netbacks) are of one optimal basis; where several are optimal, others may differ.
    In a shortage they restate the penalty, which is an assumption of the supply (1000 USD/t unless it says otherwise).
    """

    solution: Solution

    @property
    def network(self) -> Network:
        """The network as solved, scenario applied."""
        return self.solution.network

    @property
    def scenario(self) -> Scenario | None:
        """What was applied."""
        return self.solution.scenario

    @property
    def rerouting(self) -> bool:
        """Whether flows could take other ways than the usual ones."""
        return self.solution.held is None

    def __eq__(self, other: object) -> bool:
        """Tell whether two flows are of the same network and scenario and move the same amounts at the same prices."""
        if not isinstance(other, Flow):
            return NotImplemented
        mine, its = self.solution.optimum, other.solution.optimum
        return (
            self.scenario == other.scenario
            and self.network == other.network
            and mine.objective == its.objective
            and np.array_equal(mine.amount, its.amount)
            and np.array_equal(mine.dual, its.dual)
        )

    def __hash__(self) -> int:
        return hash((self.network, self.objective))

    def __repr__(self) -> str:
        name = self.scenario.name if self.scenario is not None else "baseline"
        usual = "" if self.rerouting else ", by usual ways only"
        below = f", {self.unmet_minimum_mtpa:.1f} Mt/y below minima" if self.unmet_minimum_mtpa > 0 else ""
        return (
            f"<Flow {name!r}: {self.delivered_mtpa:.1f} Mt/y delivered, {self.shortfall_mtpa:.1f} Mt/y short, "
            f"netback {self.netback_musd_per_year:,.0f} million USD/y{below}{usual}>"
        )

    def _repr_html_(self) -> str:
        from corridor.show.flow_card import flow_card

        return flow_card(self)

    # Totals

    @property
    def delivered_mtpa(self) -> float:
        """Tonnes that reach a market. [Mt/y]"""
        return self.solution.delivered_mtpa

    @property
    def shortfall_mtpa(self) -> float:
        """Supply that is not lifted. [Mt/y]"""
        return self.solution.shortfall_mtpa

    @property
    def unmet_minimum_mtpa(self) -> float:
        """Tonnes that minima of quotas are short of. [Mt/y]"""
        return self.solution.unmet_minimum_mtpa

    @property
    def unmet_mtpa(self) -> float:
        """Requirements of markets that are not met. [Mt/y]"""
        return self.solution.unmet_mtpa

    @property
    def cost_musd_per_year(self) -> float:
        """What moving the flow costs: unit cost times flow. [million USD/y]"""
        return self.solution.cost_musd_per_year

    @property
    def netback_musd_per_year(self) -> float:
        """Delivered value less cost. [million USD/y]"""
        return self.solution.netback_musd_per_year

    @property
    def objective(self) -> float:
        """What was maximised: netback less penalties."""
        return self.solution.objective

    def __getattr__(self, name: str) -> Any:
        """Refuse a name, and say what has taken its place."""
        hint = f"; ask for flow.{RENAMED[name]}, which contains penalties and is no money" if name in RENAMED else ""
        raise AttributeError(f"a Flow has no attribute {name!r}{hint}", name=name, obj=self)

    @property
    def duality_gap(self) -> float:
        """How far the answer is from proven: distance to the bound of the duals, or violation of a limit, relative.

        Notes
        -----
        The distance is relative to the objective or to 1, the violation to the limit. [1]
        """
        return self.solution.duality_gap

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know before quoting it: which of two quotas set by a scenario holds, and minima that are not met."""
        return self.solution.notes

    # Tables

    @cached_property
    def corridors(self) -> pd.DataFrame:
        """Corridors: throughput_mtpa, available_mtpa, utilisation; all commodities together.

        Where commodities have trunks of their own (`Network.trunks`), each counts on its own in the throughput; what is
        available is that of all edges that are the trunk for any commodity, and utilisation is the share of it that
        is used, by commodities that go by another corridor too.
        """
        import pandas as pd

        ids = [corridor.id for corridor in self.network.corridors]
        through = [self.throughput_mtpa(id) for id in ids]
        used = [self.solution.trunk_used_mtpa(id) for id in ids]
        available = [sum(edge.available_mtpa for edge in self.network.trunk(id)) for id in ids]
        columns = {
            "throughput_mtpa": through, "available_mtpa": available, "utilisation": _utilisation(used, available),
        }  # fmt: skip
        return self._stamped(pd.DataFrame(columns, index=pd.Index(ids, name="corridor")))

    @cached_property
    def edges(self) -> pd.DataFrame:
        """Edges: flow_mtpa, available_mtpa, utilisation, unit_cost_usd_per_t, shadow_price_usd_per_t.

        Notes
        -----
        Utilisation is NaN where nothing is available and where there is no limit. The unit cost is the mean over what
        flows, or over the commodities that might where nothing does.
        """
        import pandas as pd

        flow = self.edge_flow_mtpa
        available = [edge.available_mtpa for edge in self.network.edges]
        columns = {
            "flow_mtpa": flow, "available_mtpa": available, "utilisation": _utilisation(flow, available),
            "unit_cost_usd_per_t": self._edge_unit_cost,
            "shadow_price_usd_per_t": self.solution.edge_shadow_price_usd_per_t,
        }  # fmt: skip
        return self._stamped(
            pd.DataFrame(columns, index=pd.Index([edge.id for edge in self.network.edges], name="edge"))
        )

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """Nodes of limited throughput: throughput_mtpa, available_mtpa, utilisation, shadow_price_usd_per_t."""
        import pandas as pd

        nodes = [self.network.nodes[index] for index in self.solution.program.limited_nodes]
        through, available = self.solution.node_throughput_mtpa, [node.available_mtpa for node in nodes]
        columns = {
            "throughput_mtpa": through, "available_mtpa": available, "utilisation": _utilisation(through, available),
            "shadow_price_usd_per_t": self.solution.node_shadow_price_usd_per_t,
        }  # fmt: skip
        return self._stamped(pd.DataFrame(columns, index=pd.Index([node.id for node in nodes], name="node")))

    @cached_property
    def commodities(self) -> pd.DataFrame:
        """Totals of each commodity: delivered, shortfall, unmet, unmet_minimum [Mt/y], netback_musd_per_year.

        Notes
        -----
        The netback is the price of what is delivered less all its costs; no penalty is in it. [million USD/y]
        """
        import pandas as pd

        program, solution, network = self.solution.program, self.solution, self.network
        ids = [commodity.id for commodity in network.commodities]

        def summed(of: Sequence[str], amounts: Floats) -> list[float]:
            """Return the sum of amounts by commodity."""
            total = dict.fromkeys(ids, 0.0)
            for id, amount in zip(of, amounts.tolist(), strict=True):
                total[id] += amount
            return list(total.values())

        prices = np.array([market.price_usd_per_t for market in network.markets])
        sold = [market.commodity for market in network.markets]
        of_flow = [program.commodities[which] for which in program.flow_commodity.tolist()]
        earned = summed(sold, prices * solution.delivered_by_market)
        spent = summed(of_flow, solution.state.cost[: program.n_flows] * solution.flows)
        columns = {
            "delivered_mtpa": summed(sold, solution.delivered_by_market),
            "shortfall_mtpa": summed([supply.commodity for supply in network.supplies], self.shortfall_by_supply),
            "unmet_mtpa": summed(sold, self.unmet_by_market),
            "unmet_minimum_mtpa": summed([quota.commodity for quota in network.quotas], self.unmet_by_quota),
            "netback_musd_per_year": [money - cost for money, cost in zip(earned, spent, strict=True)],
        }
        return self._stamped(pd.DataFrame(columns, index=pd.Index(ids, name="commodity")))

    @cached_property
    def supplies(self) -> pd.DataFrame:
        """Supplies by (node, commodity): volume, lifted and shortfall [Mt/y], average and marginal netback [USD/t].

        Notes
        -----
        The average netback is over the routes of `routes`, NaN where nothing is lifted. The marginal netback is what
        one more tonne offered would earn (a dual); where supply goes unlifted it is minus the penalty.
        """
        import pandas as pd

        lifted = self.solution.amounts[self.solution.program.lifted]
        earned = dict.fromkeys(range(len(lifted)), 0.0)
        row_of = {(s.node, s.commodity): row for row, s in enumerate(self.network.supplies)}
        for route in self._routes:
            earned[row_of[route.origin, route.commodity]] += route.flow_mtpa * route.netback_usd_per_t
        with np.errstate(invalid="ignore", divide="ignore"):
            average = np.where(lifted > 0, np.array(list(earned.values())) / lifted, np.nan)
        columns = {
            "volume_mtpa": [supply.volume_mtpa for supply in self.network.supplies],
            "lifted_mtpa": lifted,
            "shortfall_mtpa": self.shortfall_by_supply,
            "netback_usd_per_t": average,
            "marginal_netback_usd_per_t": self.solution.marginal_netback_usd_per_t,
            "penalty_usd_per_t": [supply.penalty_usd_per_t for supply in self.network.supplies],
        }
        keys = [(supply.node, supply.commodity) for supply in self.network.supplies]
        return self._stamped(pd.DataFrame(columns, columns=list(column_names("supplies")), index=_pairs(keys, "node")))

    @cached_property
    def markets(self) -> pd.DataFrame:
        """Markets by (node, commodity): delivered_mtpa, price_usd_per_t, required_mtpa, unmet_mtpa.

        Notes
        -----
        Buyers at one price are interchangeable here: who gets which tonne is one choice of several.
        """
        import pandas as pd

        markets = self.network.markets
        columns = {
            "delivered_mtpa": self.solution.delivered_by_market,
            "price_usd_per_t": [market.price_usd_per_t for market in markets],
            "required_mtpa": [market.required_mtpa for market in markets],
            "unmet_mtpa": self.unmet_by_market,
        }
        return self._stamped(pd.DataFrame(columns, index=_pairs([(m.node, m.commodity) for m in markets], "node")))

    @cached_property
    def quotas(self) -> pd.DataFrame:
        """Quotas by (edge, commodity): min_mtpa, max_mtpa (infinite: no ceiling), flow_mtpa, unmet_minimum_mtpa."""
        import pandas as pd

        quotas = self.network.quotas
        columns = {
            "min_mtpa": [quota.min_mtpa for quota in quotas],
            "max_mtpa": [np.inf if quota.max_mtpa is None else quota.max_mtpa for quota in quotas],
            "flow_mtpa": self.solution.flow_by_quota,
            "unmet_minimum_mtpa": self.unmet_by_quota,
        }
        index = _pairs([(quota.edge, quota.commodity) for quota in quotas], "edge")
        return self._stamped(pd.DataFrame(columns, columns=list(column_names("quotas")), index=index))

    @cached_property
    def fleets(self) -> pd.DataFrame:
        """Fleets: capacity_mt_days, available_mt_days, used_mt_days, utilisation, shadow_price_usd_per_t_day.

        Notes
        -----
        What is used is the flow of each edge of the fleet times its `fleet_days`. The shadow price is what one more
        Mt day a year would earn, a dual.
        """
        import pandas as pd

        fleets, used = self.network.fleets, self.solution.fleet_used_mt_days
        available = [fleet.available_mt_days for fleet in fleets]
        columns = {
            "capacity_mt_days": [fleet.capacity_mt_days for fleet in fleets], "available_mt_days": available,
            "used_mt_days": used, "utilisation": _utilisation(used, available),
            "shadow_price_usd_per_t_day": self.solution.fleet_shadow_price_usd_per_t_day,
        }  # fmt: skip
        return self._stamped(pd.DataFrame(columns, index=pd.Index([fleet.id for fleet in fleets], name="fleet")))

    @cached_property
    def choices(self) -> pd.DataFrame:
        """Corridors that shippers choose by (commodity, corridor): flow, share, weight, cost, rent, days, lateness.

        Notes
        -----
        Empty where no commodity chooses (`Commodity.choice_usd_per_t`). Cost, rent and days are of the cheapest route
        that way, rents counted; they are NaN where all are closed. At equal cost plus rent the corridors of a commodity
        carry flows as their weights are.
        """
        import pandas as pd

        rows = list(choices(self.solution))
        network = self.network
        late = [
            np.nan
            if row.route is None
            else sum(terms(network, network.edge(id), row.alternative.commodity).late_days for id in row.route.edges)
            for row in rows
        ]
        columns = {
            "flow_mtpa": [row.flow_mtpa for row in rows],
            "share": [row.share for row in rows],
            "weight": [row.alternative.weight for row in rows],
            "unit_cost_usd_per_t": [np.nan if row.route is None else row.route.unit_cost_usd_per_t for row in rows],
            "rent_usd_per_t": [row.rent_usd_per_t for row in rows],
            "transit_days": [np.nan if row.route is None else row.route.transit_days for row in rows],
            "late_days": late,
        }
        keys = [(row.alternative.commodity, row.alternative.corridor) for row in rows]
        names = ["commodity", "corridor"]
        index = (
            pd.MultiIndex.from_tuples(keys, names=names) if keys else pd.MultiIndex.from_arrays([[], []], names=names)
        )
        table = pd.DataFrame(columns, columns=list(column_names("choices")), index=index, dtype=float)
        return self._stamped(table)

    @cached_property
    def edge_flows(self) -> pd.DataFrame:
        """Flows by (edge, commodity): flow_mtpa; a commodity that can be of no use on an edge has no row there."""
        import pandas as pd

        program = self.solution.program
        keys = [program.name_of(column) for column in range(program.n_flows)]
        return self._stamped(pd.DataFrame({"flow_mtpa": self.solution.flows}, index=_pairs(keys, "edge")))

    @cached_property
    def routes(self) -> pd.DataFrame:
        """Flows split into routes: edges, commodity, corridor, flow, unit cost, netback, days; origin and destination.

        Notes
        -----
        The split into routes is one of several; what crosses each edge and corridor is not.
        """
        import pandas as pd

        fields = column_names("routes")
        rows = [[getattr(route, field) for field in fields] for route in self._routes]
        return self._stamped(pd.DataFrame(rows, columns=list(fields)))

    def _stamped(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table that carries what it is about."""
        return stamped(table, self.network, scenario=scenario_name(self.scenario))

    # Arrays

    @property
    def edge_flow_mtpa(self) -> Floats:
        """Flow of each edge, all commodities together. [Mt/y]"""
        return self.solution.edge_flow_mtpa

    @property
    def shortfall_by_supply(self) -> Floats:
        """Tonnes of each supply that are not lifted. [Mt/y]"""
        return self.solution.shortfall_by_supply

    @property
    def unmet_by_market(self) -> Floats:
        """Required tonnes that each market does not get. [Mt/y]"""
        return self.solution.unmet_by_market

    @property
    def unmet_by_quota(self) -> Floats:
        """Tonnes that each quota's minimum is short of. [Mt/y]"""
        return self.solution.unmet_by_quota

    def throughput_mtpa(self, corridor: str, commodity: str | None = None) -> float:
        """Tonnes across a corridor's trunk edges, each commodity's own. [Mt/y]

        Parameters
        ----------
        corridor : str
            Id.
        commodity : str, optional
            Id, or name of a group of commodities; all by default.

        Raises
        ------
        UnknownNameError
            If there is no such corridor, or neither such a commodity nor such a group.
        """
        if commodity is None:
            return self.solution.throughput_mtpa(corridor)
        own = require_subject(self.network, commodity)
        return sum(self.solution.throughput_mtpa(corridor, id) for id in own)

    @cached_property
    def _edge_unit_cost(self) -> Floats:
        program, n = self.solution.program, len(self.network.edges)
        cost, flow = self.solution.state.cost[: program.n_flows], self.solution.flows
        fields = ("tariff_usd_per_t", "risk_premium_usd_per_t", "quality_usd_per_t")
        mean = np.array([[getattr(edge, field) for edge in self.network.edges] for field in fields])
        mean = mean[0] + mean[1] - mean[2] if n else np.zeros(0)
        for weight in (np.ones(program.n_flows), flow):
            total = np.bincount(program.flow_edge, weight, minlength=n)
            weighted = np.bincount(program.flow_edge, weight * cost, minlength=n)
            mean[total > 0] = weighted[total > 0] / total[total > 0]
        return np.asarray(mean)

    @cached_property
    def _routes(self) -> Sequence[Route]:
        return decompose_flow(self.solution)

    def leans_on(self, n: int | None = 10, *, outcome: str | None = None) -> pd.DataFrame:
        """Return the figures that the objective, or another outcome, depends on most: those to check first.

        Parameters
        ----------
        n : int or None
            How many; all that have a range with None.
        outcome : str, optional
            Path of a number, as `sensitivity` takes it: ``commodities.kazakh_crude.netback_musd_per_year``, or the
            difference of two; `objective` by default.

        Returns
        -------
        pandas.DataFrame
            record, subject, attribute, value, low, high and their unit; range_from: ``figure``, or ``rivals`` where it
            states no range and those of its unit and year span one; confidence, source, url; effect: that of half the
            range on the outcome, through all formulas that use the figure; effect_unit: unit of the outcome. The
            largest effect first.

        Raises
        ------
        DataError
            If the network was not built from figures, `n` is no number of rows, the outcome is not the path of a number
            or has no value, or flows were held to the usual ones.

        Notes
        -----
        On the objective it is by the duals, to first order: at the ends of a wide range another basis may be optimal.
        Duals know nothing of other outcomes: for these the state is solved again at both ends of each range, as
        `sensitivity` does, and the effect is half of its ``swing``.
        """
        require_rows(n)
        if not self.rerouting:
            raise DataError("leans_on needs a flow that may take other ways; solve it with rerouting=True")
        if outcome is None:
            return leans_on(self.solution, n)
        from corridor.study.sensitivity import leans_on_outcome

        return leans_on_outcome(self.solution, n, outcome)

    def explain(self, about: str | None = None, *, commodity: str | None = None, units: str = "t") -> str:
        """Return in words what binds, what the next-best ways are, and what one more Mt/y would be worth.

        Parameters
        ----------
        about : str, optional
            Id of a corridor, edge or fleet to explain alone; by default the whole flow and every corridor.
        commodity : str, optional
            Id of the only commodity, or name of the only group, to explain the flow of. By default all, or what
            `compare` takes by default where boxes are shown; each corridor is explained for that default.
        units : {"t", "bbl", "TEU"}
            Tonnes, or barrels: thousand barrels a day (kb/d) and USD a barrel, each commodity by its own barrels a
            tonne, and a capacity that several share by those of what passes there. Or boxes: TEU a year, and USD a box
            of 40 feet (FEU, 2 TEU).

        Raises
        ------
        UnknownNameError
            If there is no corridor, edge or fleet of that id, or no such commodity or group.
        DataError
            If there are no such units, or a commodity has no barrels, or no TEU.

        Notes
        -----
        Every amount of money quoted is the difference of two optima, not a dual.
        """
        require_units(units, boxes=True)
        subject = default_subject(self.network) if commodity is None and units == TEU else commodity
        if subject is not None:
            require_subject(self.network, subject)
        shown = DisplayUnits.of(self.network, units, subject, boxes=True)
        solver = WarmSolver(self.network, minima=self.solution.program.demanding)
        return explain(solver, self.solution, about, shown, subject=subject)


def _utilisation(flow: Sequence[float] | Floats, available: Sequence[float]) -> Floats:
    """Flow over available; NaN where nothing is available, or where there is no limit."""
    flow, limit = np.asarray(flow, dtype=float), np.asarray(available, dtype=float)
    limited = np.isfinite(limit) & (limit > 0)
    return np.where(limited, flow / np.where(limited, limit, 1.0), np.nan)


def _pairs(keys: list[Any], first: str) -> pd.MultiIndex:
    import pandas as pd

    return (
        pd.MultiIndex.from_tuples(keys, names=[first, "commodity"])
        if keys
        else pd.MultiIndex.from_arrays([[], []], names=[first, "commodity"])
    )
