"""`Ensemble`: simulated years as tables, their tails, and losses by hazard and by country."""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import DataError, visible
from corridor.messages import unknown_name
from corridor.model.columns import COLUMNS, described
from corridor.model.display_units import DisplayUnits, in_tonnes
from corridor.model.hazard import Hazard
from corridor.model.network import Network
from corridor.model.scenario import Scenario, scenario_name
from corridor.model.stamp import stamped
from corridor.risk.attribution import WeightedStates, effects, most_shared, worst_states
from corridor.risk.attribution_tables import KINDS, WORDS, shared_out
from corridor.risk.blocks import Block, BlockSimulator, StateTotals
from corridor.risk.exceedance import MOST_DAYS, exceedance_table, numbers_of, outage_table
from corridor.risk.measures import cvar, tail_weights
from corridor.risk.plan import regime_text
from corridor.risk.summary import Draws, drawn_quantity, notes_on, quantity
from corridor.risk.year_tables import corridors_table, states_table
from corridor.risk.year_units import is_in_barrels, names_in, tonne_parts
from corridor.solver.flow import Flow
from corridor.solver.program import Floats
from corridor.solver.state_measures import MeasureLayout

if TYPE_CHECKING:
    import pandas as pd

NOTHING = "undisturbed"
_UNITS = {"delivered": "mt", "shortfall": "mt", "unmet": "mt", "cost": "musd", "netback": "musd"}
_ABOUT = ("draw", "regime")
"""Columns of years that are no amounts."""
_GAINS = ("delivered_mt", "delivered_mbbl", "netback_musd")


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Many simulated years of a network under its hazards, each as likely as the next.

    Attributes
    ----------
    network : Network
        As it was given.
    scenario : Scenario or None
        What held all the time.
    seed : int
        What was drawn from.
    hazards : tuple of Hazard
        What came and went.
    """

    network: Network
    scenario: Scenario | None
    seed: int
    hazards: tuple[Hazard, ...]
    simulator: BlockSimulator = field(repr=False)
    blocks: tuple[Block, ...] = field(repr=False)

    def __eq__(self, other: object) -> bool:
        """Tell whether two ensembles have the same network, scenario, seed and hazards, and came to the same."""
        if not isinstance(other, Ensemble):
            return NotImplemented
        compared = ("seed", "scenario", "hazards", "network", "blocks")
        return all(getattr(self, name) == getattr(other, name) for name in compared)

    def __hash__(self) -> int:
        return hash((self.network, self.seed, len(self.blocks)))

    def __repr__(self) -> str:
        name = self.scenario.name if self.scenario is not None else "baseline"
        short = self.years["shortfall_mt"]
        net = self.network
        regime = regime_text(self.regimes)
        parts = (" ".join(str(part) for part in (net.name, net.year) if part), regime and f"regime {regime}")
        where = visible(", ".join(filter(None, parts)))
        return (
            f"<Ensemble {name!r}{f' ({where})' if where else ''}: {len(short):,} years, seed {self.seed}; "
            f"shortfall of all shippers {short.mean():.2f} Mt in an average year, {self.cvar('shortfall_mt'):.2f} Mt "
            "in the worst 5 % (CVaR)>"
        )

    def _repr_html_(self) -> str:
        """Return how it shows itself in a notebook."""
        from corridor.show.ensemble_card import ensemble_card

        return ensemble_card(self)

    @property
    def regimes(self) -> dict[str | None, float]:
        """Share of the years in each regime; None stands for rates that no regime alters. [1]"""
        return dict(zip(self.simulator.plan.regimes, self.simulator.plan.shares, strict=True))

    @property
    def years_per_draw(self) -> int | None:
        """Years that share one draw of all parameters; None where rates are central. [years]"""
        return self.simulator.plan.years_per_draw

    @property
    def draws(self) -> int:
        """How many sets of parameters were drawn; 1 where rates are central."""
        return 1 if self.years_per_draw is None else len(self.years) // self.years_per_draw

    @property
    def rerouting(self) -> bool:
        """Whether oil could take other ways than its usual ones."""
        return self.simulator.rerouting

    @cached_property
    def years(self) -> pd.DataFrame:
        """Years: what each came to.

        Notes
        -----
        Columns: delivered_mt, shortfall_mt, unmet_mt [Mt], cost_musd, netback_musd [million USD]; the same by
        commodity as kazakh_crude_delivered_mt, kazakh_crude_shortfall_mt, kazakh_crude_netback_musd and so on;
        worst_shortfall_mtpa (the largest at any time) [Mt/y], disturbed_days (some hazard in force) [days], shocks
        (events that began); draw (number of the set of parameters) where rates are drawn, regime where there are
        several.
        """
        import pandas as pd

        rates = np.concatenate([block.rates for block in self.blocks])
        columns: dict[str, Any] = {name: rates[:, column] for name, column in self._measures.items()}
        for name in ("worst", "disturbed", "shocks"):
            label = {"worst": "worst_shortfall_mtpa", "disturbed": "disturbed_days"}.get(name, name)
            columns[label] = np.concatenate([getattr(block, name) for block in self.blocks])
        plan = self.simulator.plan
        about: dict[str, Any] = {}
        if plan.years_per_draw is not None:
            about["draw"] = plan.draw_of_year(len(rates))
        if len(plan.regimes) > 1:
            about["regime"] = plan.regime_names(len(rates))
        columns |= about
        return self._stamped(pd.DataFrame(columns, index=pd.RangeIndex(len(rates), name="year")))

    def years_in(self, units: str) -> pd.DataFrame:
        """Return `years` in tonnes, or in barrels: as shortfall_mbbl [million bbl], worst_shortfall_kbd [kb/d].

        Parameters
        ----------
        units : {"t", "bbl"}
            Units of volumes; all shippers together are the sum of each one's barrels.

        Raises
        ------
        DataError
            If there are no such units, or a commodity has no barrels.

        Notes
        -----
        Where shippers differ in barrels a tonne, what is unmet of all and the largest shortfall of all stay in tonnes,
        and ``attrs["notes"]`` say so. The names in barrels can be asked of `cvar`, `exceedance` and `attribution` too.
        """
        if not DisplayUnits.of(self.network, units).shows_barrels:
            return self.years
        names, notes = names_in(self.network, list(map(str, self.years.columns)), self._layout.commodities)
        columns = {new: self.years[old] if new == old else self.year_values(new) for old, new in names.items()}
        table = self.years.assign(**columns)[list(columns)]
        return self._stamped(table, **({"notes": [*self.network.notes, *notes]} if notes else {}))

    @cached_property
    def throughputs(self) -> pd.DataFrame:
        """Throughput of each corridor (columns) in each year (rows), all commodities together. [Mt]"""
        import pandas as pd

        rates = np.concatenate([block.rates for block in self.blocks])
        columns = {id: rates[:, self._layout.column("throughput", corridor=id)] for id in self._layout.corridors}
        return self._stamped(
            pd.DataFrame(columns, index=pd.RangeIndex(len(rates), name="year")).rename_axis(columns="corridor")
        )

    @cached_property
    def corridors(self) -> pd.DataFrame:
        """Corridors: undisturbed_mt, mean_mt, low_mt, high_mt, reduced_days, closed_days.

        Notes
        -----
        Throughput of all commodities in a year without hazards and in a mean one, and the 5 % and 95 % points over
        years [Mt]; days of an average year on which less than in the baseline, or nothing, is in service of the trunk
        and its end nodes [days].
        """
        rates = np.concatenate([block.rates for block in self.blocks])
        return self._stamped(corridors_table(rates, self._layout, self._baseline))

    @property
    def states(self) -> pd.DataFrame:
        """States: which hazards were in force, how often, and how bad; the longest first.

        Notes
        -----
        hazards (their names, with the member struck where a hazard has several), days_per_year, stretches_per_year
        (times entered), delivered_mtpa, shortfall_mtpa,
        netback_musd_per_year (what it comes to while it lasts; the mean over time where severities are drawn),
        shortfall_share (of all shortfall beyond the baseline).
        """
        return self.states_in("t")

    def states_in(self, units: str) -> pd.DataFrame:
        """Return `states` in tonnes, or in barrels: delivered_kbd and shortfall_kbd, each shipper by its own barrels.

        Raises
        ------
        DataError
            If there are no such units, or a commodity has no barrels.
        """
        if units not in self._known_states:
            table = states_table(
                self._states, self._layout, self._baseline, n_years=len(self.years), names=self.member_names,
                units=DisplayUnits.of(self.network, units),
            )  # fmt: skip
            self._known_states[units] = self._stamped(table)
        return self._known_states[units]

    @cached_property
    def _known_states(self) -> dict[str, pd.DataFrame]:
        return {}

    def flow(self, state: int | Sequence[str]) -> Flow:
        """Return the flow in a state: a row of `states`, or names of hazards in force; for `Flow.explain`.

        Its scenario is the ensemble's and the hazards in force, added up; a hazard of drawn severity takes all.

        Raises
        ------
        UnknownNameError
            If a hazard has no such name.
        DataError
            If there is no such row.
        """
        if isinstance(state, int | np.integer) and not isinstance(state, bool):
            if not 0 <= state < len(self.states):
                raise DataError(f"state must be 0 to {len(self.states) - 1} (got {state})")
            return self.flow(self.states["hazards"].iloc[int(state)])
        if not isinstance(state, Iterable):
            raise DataError(f"state must be a row of states or names of hazards (got {state!r})")
        names, hazards = self.member_names, [hazard.name for hazard in self.hazards]
        wanted = [state] if isinstance(state, str) else list(state)
        struck = np.zeros(len(names))
        for name in wanted:
            if name not in names and name not in hazards:
                raise unknown_name("hazard", name, dict.fromkeys([*hazards, *names]))
            struck[[name in (own, hazards[owner]) for own, owner in zip(names, self._hazard_of, strict=True)]] = 1.0
        solution = self.simulator.solver.solution(struck)
        scenarios = [self.scenario] if self.scenario is not None else []
        for number, hazard in enumerate(self.hazards):
            members = [share > 0 for share, owner in zip(struck, self._hazard_of, strict=True) if owner == number]
            if all(members):
                scenarios.append(hazard)
            elif any(members):
                parts = [member.changes for member, is_struck in zip(hazard.members, members, strict=True) if is_struck]
                scenarios.append(Scenario(name=hazard.name, changes=tuple(c for part in parts for c in part)))
        return Flow(replace(solution, scenario=reduce(operator.add, scenarios)) if scenarios else solution)

    @cached_property
    def member_names(self) -> list[str]:
        """Names of the members of hazards, in the order of the bits and columns of states."""
        names = []
        for hazard in self.hazards:
            if len(hazard.hits) < 2:
                names.append(hazard.name)
                continue
            struck = [", ".join(name for names in hit.aim.values() for name in names) for hit in hazard.hits]
            names += [f"{hazard.name} ({member})" for member in struck]
        return names

    @property
    def _hazard_of(self) -> list[int]:
        return [int(hazard) for hazard in self.simulator.hazard_of_member]

    def summary(self, alpha: float = 0.95, *, units: str = "t") -> pd.DataFrame:
        """Return mean, spread and bad tail of every quantity in `years`, and how sure they are.

        Parameters
        ----------
        alpha : float
            Level of value at risk and CVaR. [1]
        units : {"t", "bbl"}
            Tonnes, or barrels, as in `years_in`.

        Returns
        -------
        pandas.DataFrame
            Indexed by column of `years`, in its unit; group ``drawn`` only where rates are drawn:

            {columns}

        Raises
        ------
        DataError
            If alpha is out of range, there are no such units, or a commodity has no barrels.

        Notes
        -----
        Where more is better (delivered, netback) the bad transport years are the low ones. Where rates are drawn, all
        columns but those of the group are of all years of all draws, which is what to expect of a year; confidence
        intervals count draws, not years, as years of one draw have their parameters in common.

        References
        ----------
        Trindade et al. (2007), Financial prediction with constrained tail risk, Journal of Banking and Finance
        31:3524-3538, for the variance of CVaR; Searle, Casella and McCulloch (1992), Variance Components, Wiley, for
        `ignorance`; Efron and Tibshirani (1993), An Introduction to the Bootstrap, Chapman and Hall, for `_se`.
        """
        import pandas as pd

        years = self.years_in(units)
        rows = {name: self.summary_of(name, alpha) for name in map(str, years) if name not in _ABOUT}
        names = [column.name for column in COLUMNS["summary"] if self._draws is not None or not column.group]
        table = pd.DataFrame.from_dict(rows, orient="index")[names].rename_axis("column")
        about = self._about_draws(table)
        if notes := [note for note in years.attrs.get("notes", ()) if note not in about.get("notes", ())]:
            about["notes"] = [*about.get("notes", ()), *notes]
        return self._stamped(table, alpha=alpha, **about)

    def summary_of(self, column: str = "shortfall_mt", alpha: float = 0.95) -> dict[str, float]:
        """Return the row of `summary` of one column of years, in tonnes or in barrels by its name.

        Raises
        ------
        UnknownNameError
            If `years` has no such column.
        DataError
            If alpha is out of range, or a commodity has no barrels.
        """
        draws = self._draws
        of_quantity = partial(quantity) if draws is None else partial(drawn_quantity, draws=draws)
        return of_quantity(
            self.year_values(column),
            baseline=self._baseline_of(column), is_gain=self._is_gain(column), alpha=alpha,
        )  # fmt: skip

    def year_values(self, column: str = "shortfall_mt") -> Floats:
        """Return what each year came to in a column, shape (n_years,), in tonnes or in barrels by its name.

        Raises
        ------
        UnknownNameError
            If `years` has no such column.
        DataError
            If a commodity has no barrels, or the column adds up shippers of different barrels a tonne.
        """
        parts = self._parts(column)
        values = [np.asarray(self.years[name], dtype=np.float64) for name, _ in parts]
        if not is_in_barrels(column):
            return values[0]
        return np.asarray(np.sum([factor * years for years, (_, factor) in zip(values, parts, strict=True)], axis=0))

    def cvar(self, column: str = "shortfall_mt", alpha: float = 0.95) -> float:
        """Return the mean of a column over the worst share ``1 - alpha`` of years, in the column's unit.

        The worst years are the high ones, or the low ones where more is better (delivered, netback).

        Raises
        ------
        UnknownNameError
            If `years` has no such column.
        DataError
            If alpha is out of range.
        """
        values = self.year_values(column)
        sign = -1.0 if self._is_gain(column) else 1.0
        return sign * cvar(sign * values, alpha)

    def exceedance(self, column: str = "shortfall_mt", levels: Iterable[float] | float | None = None) -> pd.DataFrame:
        """Return how likely a year is worse than some levels, and how often such a year comes.

        Parameters
        ----------
        column : str
            Column of `years`, or its name in barrels.
        levels : float or iterable of float, optional
            Levels in the unit of the column; by default an undisturbed year, so that the first row is about any loss,
            then what years come to once in 2, 5, 10, 20, 50, ... years, as long as ten years are worse.

        Returns
        -------
        pandas.DataFrame
            Indexed by level. Worse is more, or less where more is better (delivered, netback). Group ``drawn`` only
            where rates are drawn:

            {columns}

        Raises
        ------
        UnknownNameError
            If `years` has no such column.
        DataError
            If a level is no finite number.

        Notes
        -----
        Years are bad for transport: fields fail too, and count only where hazards of fields are among the network's.
        Where rates are drawn, chances are of all years of all draws: what to expect of a year.
        """
        table = exceedance_table(
            self.year_values(column), is_gain=self._is_gain(column), baseline=self._baseline_of(column), levels=levels,
            draws=self._draws,
        )  # fmt: skip
        return self._stamped(table, column=column, **self._about_draws(table))

    def outages(
        self, corridor: str, days: Iterable[float] | float = 30, share: Iterable[float] | float = 0.3
    ) -> pd.DataFrame:
        """Return how likely an outage begins in a year that takes a share of a corridor's trunk for days in a row.

        Parameters
        ----------
        corridor : str
            Id of the corridor.
        days : float or iterable of float
            How long at least, in a row; less than a year. [days]
        share : float or iterable of float
            How much of the trunk is gone at least, as ``reduced_days`` of `corridors` counts it: end nodes and fleets
            included, whoever is struck. [1]

        Returns
        -------
        pandas.DataFrame
            Indexed by days and share, all pairs of them; columns as those of `exceedance`, of years in which such an
            outage begins.

        Raises
        ------
        UnknownNameError
            If there is no such corridor.
        DataError
            If days or share are out of range, or nothing of the trunk is in service undisturbed.

        Notes
        -----
        An outage belongs to the year in which it begins, with all its days, those of the next year included. Outages
        that follow one another without a gap are one. As simulated years are cut at their ends, those are counted that
        begin so early that they can be seen to the last of the days, and the chance is brought from this part of the
        year to all of it; arrivals are as likely on all days. For one hazard it is 1 - exp(-rate P(longer) P(larger)),
        apart from outages that overlap.
        """
        self.network.corridor(corridor)
        table = outage_table(
            self.simulator, self.blocks, seed=self.seed, corridor=corridor, draws=self._draws,
            days=numbers_of("days", days, 0.0, MOST_DAYS, f"more than 0 and at most {MOST_DAYS}"),
            shares=numbers_of("share", share, 0.0, 1.0, "more than 0 and at most 1"),
        )  # fmt: skip
        return self._stamped(table, corridor=corridor, **self._about_draws(table))

    def attribution(self, column: str = "shortfall_mt", by: str = "hazard", alpha: float | None = None) -> pd.DataFrame:
        """Return a column of the years shared out among hazards, or among causes, places or what the record holds.

        Parameters
        ----------
        column : str
            delivered, shortfall, unmet, cost or netback in `years`, of all or of one commodity; or its name in barrels.
        by : {"hazard", "cause", "place", "prior"}
            What to share out among. ``"cause"``: each hazard's amount goes to its causes by their shares of its events.
            ``"place"`` is where: the country in which what a hazard strikes lies, not who did it. ``"prior"``: hazards
            with events on record, those without any (priors), and those of which it is not said.
        alpha : float, optional
            Only the worst ``1 - alpha`` of years by that column, so that the rows add up to `cvar`; all years by
            default, so that they add up to the mean.

        Returns
        -------
        pandas.DataFrame
            Indexed by hazard, cause, country or record, the largest share of what was lost first, and last
            'undisturbed' (what every year would have come to). By hazard also place (where), events (on record; empty:
            not said) and record (the same in words: 'prior: no event on record'); amount, per year in the column's
            unit; share (of all that hazards changed); prior_share (of the amount, what hazards without an event on
            record bear; empty where nothing is borne, or of all that bear it nothing is said).

        Raises
        ------
        UnknownNameError
            If there is no such column or kind.
        DataError
            If the column cannot be shared out: counts and largest values do not add up.

        Notes
        -----
        What hazards in force together cost is shared out by Shapley value: each bears its mean effect over all orders
        in which they might have come, so that effects add up to the whole and hazards alike are treated alike. All
        that one hazard strikes at once is one player. Where more than 10 are in force at once (or fewer, if otherwise
        more than 500 000 states would have to be worked out), in proportion to what each costs alone; where severities
        are drawn, in proportion to what each bears on average over some quantiles of all shares.

        References
        ----------
        Shapley (1953), A value for n-person games, in Contributions to the Theory of Games II, Princeton.
        """
        amounts = self._effects(column, alpha)
        if by not in KINDS:
            raise unknown_name("kind of attribution", by, KINDS)
        table = shared_out(self.hazards, amounts, by=by)
        last = dict.fromkeys(table.columns, math.nan) | {"amount": self._baseline_of(column)}
        table.loc[NOTHING] = {key: last[key] if key not in WORDS else "" for key in table.columns}
        return self._stamped(table, column=column, alpha=alpha)

    # Inside

    def _about_draws(self, table: pd.DataFrame) -> dict[str, Any]:
        """Return what is to be known of draws beside a table: how many, and why some of it is empty."""
        if self.years_per_draw is None:
            return {}
        notes = [*self.network.notes, *notes_on(table, self.draws, self.years_per_draw)]
        about = {"draws": self.draws, "years_per_draw": self.years_per_draw}
        return about | ({"notes": notes} if notes else {})

    @cached_property
    def _draws(self) -> Draws | None:
        """How years are shared out among draws; None where rates are central."""
        if self.years_per_draw is None:
            return None
        regime = np.unique(self.years["regime"], return_inverse=True)[1] if "regime" in self.years else None
        return Draws(self.draws, regime)

    def _stamped(self, table: pd.DataFrame, **more: Any) -> pd.DataFrame:
        """Return a table that carries what it is about."""
        more = {"regime": regime_text(self.regimes), **more}
        return stamped(table, self.network, scenario=scenario_name(self.scenario), seed=int(self.seed), **more)

    def _effects(self, column: str, alpha: float | None) -> Floats:
        """Return what each hazard changes of a column, a year, in all or in the worst years: worked out once."""
        shared = self._shareable(column)
        if (column, alpha) not in self._known_effects:
            totals, borne = self._states, []
            for index, factor in shared:
                all_years = WeightedStates(totals.sets, totals.days / totals.days.sum(), totals.values[:, index])
                parts = [all_years] if alpha is None else self._worst(column, alpha, index)
                borne += [
                    factor * effects(states, self.simulator, column=index, most=self._most_shared) for states in parts
                ]
            self._known_effects[column, alpha] = np.sum(borne, axis=0)
        return self._known_effects[column, alpha]

    @cached_property
    def _known_effects(self) -> dict[tuple[str, float | None], Floats]:
        return {}

    @property
    def _layout(self) -> MeasureLayout:
        return self.simulator.layout

    @property
    def _baseline(self) -> Floats:
        """What the network comes to with no hazard in force, shape (n_measures,)."""
        return self.simulator.baseline

    @cached_property
    def _states(self) -> StateTotals:
        drawn = any(hazard.takes_shares for hazard in self.hazards)
        return StateTotals.of(self.blocks, severity_is_drawn=drawn)

    def _parts(self, column: str) -> list[tuple[str, float]]:
        """Return the columns of years that one is made of, each with what it is multiplied by."""
        name = in_tonnes(column) if isinstance(column, str) else column
        if name not in list(self.years.columns) or name in _ABOUT:
            raise unknown_name("column of years", column, [name for name in self.years.columns if name not in _ABOUT])
        if not is_in_barrels(column):
            return [(column, 1.0)]
        return tonne_parts(self.network, column, self._layout.commodities)

    def _is_gain(self, column: str) -> bool:
        return column.endswith(_GAINS)

    def _baseline_of(self, column: str) -> float:
        return sum(factor * self._baseline_of_part(name) for name, factor in self._parts(column))

    def _baseline_of_part(self, column: str) -> float:
        if (index := self._measures.get(column)) is not None:
            return float(self._baseline[index])
        return float(self._baseline[self._layout.column("shortfall")]) if column == "worst_shortfall_mtpa" else 0.0

    @cached_property
    def _measures(self) -> dict[str, int]:
        """Columns of `years` that are means over time, with those of the measures."""
        measures = self._layout.of_commodities
        return {
            f"{measure.name}_{_UNITS[measure.quantity]}": self._layout.column(
                measure.quantity, commodity=measure.commodity
            )
            for measure in measures
        }

    def _shareable(self, column: str) -> list[tuple[int, float]]:
        """Return the measures that a column is made of, each with what it is multiplied by."""
        parts = self._parts(column)
        if any(name not in self._measures for name, _ in parts):
            raise DataError(f"{column} does not add up over hazards; share out one of {', '.join(self._measures)}")
        return [(self._measures[name], factor) for name, factor in parts]

    def _worst(self, column: str, alpha: float, index: int) -> Iterator[WeightedStates]:
        """Yield for each block the states of the worst years by a column, with one measure of them."""
        sign = -1.0 if self._is_gain(column) else 1.0
        weights = tail_weights(sign * self.year_values(column), alpha)
        return worst_states(self.simulator, self.blocks, seed=self.seed, weights=weights, column=index)

    @cached_property
    def _most_shared(self) -> int:
        return most_shared(self._states.sets, self.simulator.hazard_of_member)


Ensemble.summary.__doc__ = inspect.cleandoc(Ensemble.summary.__doc__ or "").replace("{columns}", described("summary"))


Ensemble.exceedance.__doc__ = inspect.cleandoc(Ensemble.exceedance.__doc__ or "").replace(
    "{columns}", described("exceedance")
)
