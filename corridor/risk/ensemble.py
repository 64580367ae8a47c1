"""`Ensemble`: simulated years as tables, their tails, and whose doing the losses were."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridor.errors import DataError
from corridor.messages import unknown_name
from corridor.model.formulas import DAYS_PER_YEAR
from corridor.model.network import Network
from corridor.model.scenario import Hazard, Scenario
from corridor.risk.blocks import Bench, Block, distinct
from corridor.risk.measures import cvar, tail_weights, value_at_risk
from corridor.risk.outages import BLOCK_YEARS, Sets, bit_of, intervals, unpacked
from corridor.solver.flow import Flow
from corridor.solver.program import Floats

if TYPE_CHECKING:
    import pandas as pd

NOTHING = "undisturbed"
_UNITS = {"delivered": "mt", "shortfall": "mt", "unmet": "mt", "cost": "musd", "netback": "musd"}
_GAINS = ("delivered_mt", "netback_musd")
_MOST_SHARED = 10
"""Hazards in force at once up to which a loss is shared out among them exactly; 2 to this power conditions each."""
_MOST_PARTS = 500_000
"""Conditions up to which losses are shared out exactly; where it would take more, among fewer hazards at once."""


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
    bench: Bench = field(repr=False)
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
        return (
            f"<Ensemble {name!r}: {len(short):,} years, seed {self.seed}; shortfall {short.mean():.2f} Mt in a mean "
            f"year, {self.cvar('shortfall_mt'):.2f} Mt in the worst 5 % (CVaR)>"
        )

    def _repr_html_(self) -> str:
        """Return how it shows itself in a notebook."""
        from corridor.show.ensemble_card import ensemble_card

        return ensemble_card(self)

    @cached_property
    def years(self) -> pd.DataFrame:
        """Years: what each came to.

        Notes
        -----
        Columns: delivered_mt, shortfall_mt, unmet_mt [Mt], cost_musd, netback_musd [million USD]; the same by
        commodity as kazakh_crude_delivered_mt, kazakh_crude_shortfall_mt, kazakh_crude_netback_musd and so on;
        worst_shortfall_mtpa (the largest at any time) [Mt/y], disturbed_days (some hazard in force) [days], shocks
        (events that began).
        """
        import pandas as pd

        rates = np.concatenate([block.rates for block in self.blocks])
        columns = {self._column(name): rates[:, at] for at, name in enumerate(self._names) if not self._is_trunk(at)}
        for name in ("worst", "disturbed", "shocks"):
            label = {"worst": "worst_shortfall_mtpa", "disturbed": "disturbed_days"}.get(name, name)
            columns[label] = np.concatenate([getattr(block, name) for block in self.blocks])
        return pd.DataFrame(columns, index=pd.RangeIndex(len(rates), name="year"))

    @cached_property
    def throughputs(self) -> pd.DataFrame:
        """Throughput of each corridor (columns) in each year (rows), all commodities together. [Mt]"""
        import pandas as pd

        rates = np.concatenate([block.rates for block in self.blocks])
        columns = {id: rates[:, self._names.index(f"throughput/{id}")] for id in self.bench.solver.corridors}
        return pd.DataFrame(columns, index=pd.RangeIndex(len(rates), name="year")).rename_axis(columns="corridor")

    @cached_property
    def corridors(self) -> pd.DataFrame:
        """Corridors: undisturbed_mt, mean_mt, low_mt, high_mt, reduced_days, closed_days.

        Notes
        -----
        Throughput of all commodities in an undisturbed and in a mean year, and the 5 % and 95 % points over years
        [Mt]; days of a mean year on which less than undisturbed, or nothing, is in service of the trunk and its end
        nodes [days].
        """
        import pandas as pd

        rates = np.concatenate([block.rates for block in self.blocks])
        rows = []
        for id in self.bench.solver.corridors:
            moved, reduced, closed = (
                rates[:, self._names.index(f"{what}/{id}")] for what in ("throughput", "reduced", "closed")
            )
            low, high = np.quantile(moved, [0.05, 0.95])
            undisturbed = self._undisturbed[self._names.index(f"throughput/{id}")]
            rows.append(
                [undisturbed, moved.mean(), low, high, DAYS_PER_YEAR * reduced.mean(), DAYS_PER_YEAR * closed.mean()]
            )
        columns = ["undisturbed_mt", "mean_mt", "low_mt", "high_mt", "reduced_days", "closed_days"]
        return pd.DataFrame(rows, columns=columns, index=pd.Index(self.bench.solver.corridors, name="corridor"))

    @cached_property
    def states(self) -> pd.DataFrame:
        """Conditions met: which hazards were in force, how often, and how bad; the longest first.

        Notes
        -----
        hazards (their names), days_per_year, stretches_per_year (times entered), delivered_mtpa, shortfall_mtpa,
        netback_musd_per_year (what it comes to while it lasts; the mean over time where severities are drawn),
        shortfall_share (of all shortfall beyond the undisturbed).
        """
        import pandas as pd

        sets, days, stretches, values = self._met
        order = np.lexsort([*sets.T, -days])
        days, n_years = days[order], len(self.years)
        delivered, short, netback = (
            values[order, self._names.index(name)] for name in ("delivered", "shortfall", "netback")
        )
        beyond = (short - self._undisturbed[self._names.index("shortfall")]) * days
        names = np.array([hazard.name for hazard in self.hazards], dtype=object)
        table = pd.DataFrame(
            {
                "hazards": [tuple(names[row]) for at in _some(order) for row in unpacked(sets[at], len(names))],
                "days_per_year": days / n_years,
                "stretches_per_year": stretches[order] / n_years,
                "delivered_mtpa": delivered,
                "shortfall_mtpa": short,
                "netback_musd_per_year": netback,
                "shortfall_share": beyond / beyond.sum() if beyond.sum() > 0 else np.zeros(len(beyond)),
            }
        )
        return table.rename_axis("state")

    def flow(self, state: int | Sequence[str]) -> Flow:
        """Return the flow in a condition: a row of `states`, or names of hazards in force; for `Flow.explain`.

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
        names = [hazard.name for hazard in self.hazards]
        wanted = [state] if isinstance(state, str) else list(state)
        for name in wanted:
            if name not in names:
                raise unknown_name("hazard", name, names)
        found = self.bench.solver.solution(np.array([float(name in wanted) for name in names]))
        told = [self.scenario] if self.scenario is not None else []
        told += [hazard for hazard in self.hazards if hazard.name in wanted]
        return Flow(replace(found, scenario=reduce(operator.add, told)) if told else found)

    def summary(self, alpha: float = 0.95) -> pd.DataFrame:
        """Return mean, spread and bad tail of every column of `years`, with confidence intervals.

        Parameters
        ----------
        alpha : float
            Level of value at risk and CVaR. [1]

        Returns
        -------
        pandas.DataFrame
            Indexed by column. undisturbed; mean with mean_low, mean_high (95 % confidence); sd over years; p5, p50,
            p95; var and cvar with cvar_low, cvar_high. In units of the column. Where more is better (delivered,
            netback) the bad years are the low ones.

        References
        ----------
        Trindade et al. (2007), Financial prediction with constrained tail risk, Journal of Banking and Finance
        31:3524-3538, for the variance of CVaR.
        """
        import pandas as pd

        n = len(self.years)
        rows = {}
        for column, values in self.years.items():
            found = values.to_numpy(dtype=np.float64)
            sd = float(found.std(ddof=1)) if n > 1 else math.nan
            mean, tail = float(found.mean()), self.cvar(str(column), alpha)
            sign = -1.0 if self._is_gain(str(column)) else 1.0
            var = sign * value_at_risk(sign * found, alpha)
            bad = sign * found[sign * found >= sign * var]
            spread = float(bad.var()) + alpha * (tail - var) ** 2
            half, half_tail = 1.96 * sd / math.sqrt(n), 1.96 * math.sqrt(spread / (n * (1.0 - alpha)))
            p5, p50, p95 = np.quantile(found, [0.05, 0.5, 0.95])
            rows[column] = {
                "mean": mean, "undisturbed": self._undisturbed_of(str(column)), "mean_low": mean - half,
                "mean_high": mean + half, "sd": sd, "p5": p5, "p50": p50, "var": var, "cvar_low": tail - half_tail,
                "cvar_high": tail + half_tail, "p95": p95, "cvar": tail,
            }  # fmt: skip
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("column")

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
        values = self._values(column)
        sign = -1.0 if self._is_gain(column) else 1.0
        return sign * cvar(sign * values, alpha)

    def attribution(self, column: str = "shortfall_mt", by: str = "hazard", alpha: float | None = None) -> pd.DataFrame:
        """Return whose doing the years were: a column shared out among hazards or their actors.

        Parameters
        ----------
        column : str
            delivered, shortfall, unmet, cost or netback in `years`, of all or of one commodity.
        by : {"hazard", "actor"}
            What to share out among.
        alpha : float, optional
            Only the worst ``1 - alpha`` of years by that column, so that the rows add up to `cvar`; all years by
            default, so that they add up to the mean.

        Returns
        -------
        pandas.DataFrame
            Indexed by hazard or actor, the largest share of what was lost first, and last 'undisturbed' (what every
            year would have come to). actor (by hazard only); amount, per year in the column's unit; share (of all that
            hazards changed).

        Raises
        ------
        UnknownNameError
            If there is no such column or kind.
        DataError
            If the column cannot be shared out: counts and largest values do not add up.

        Notes
        -----
        What hazards in force together cost is shared out by Shapley value: each bears its mean effect over all orders
        in which they might have come, so that effects add up to the whole and hazards alike are treated alike. Where
        more than 10 are in force at once (or fewer, if otherwise more than 500 000 conditions would have to be worked
        out), in proportion to what each costs alone; where severities are drawn, in proportion to what each would bear
        if all that it can take were taken.

        References
        ----------
        Shapley (1953), A value for n-person games, in Contributions to the Theory of Games II, Princeton.
        """
        import pandas as pd

        at = self._shareable(column)
        if by not in ("hazard", "actor"):
            raise unknown_name("kind of attribution", by, ("hazard", "actor"))
        sets, days, _, values = self._met
        worst = [(sets, days / days.sum(), values[:, at])] if alpha is None else self._tail(column, alpha, at)
        effects = np.sum([self._shared_out(met, share, came, at) for met, share, came in worst], axis=0)
        undisturbed = self._undisturbed[at]
        actors = [hazard.actor or ("nobody named" if by == "actor" else "") for hazard in self.hazards]
        columns = {"actor": actors, "amount": effects}
        table = pd.DataFrame(columns, index=pd.Index([hazard.name for hazard in self.hazards], name="hazard"))
        if by == "actor":
            table = table.groupby("actor")[["amount"]].sum()
        whole = effects.sum()
        table["share"] = table["amount"] / whole if whole else 0.0
        order = table["amount"].abs().sort_values(ascending=False, kind="stable").index
        last = {"actor": "", "amount": undisturbed, "share": math.nan}
        table = table.loc[order]
        table.loc[NOTHING] = {key: value for key, value in last.items() if key in table.columns}
        return table

    # Inside

    @property
    def _names(self) -> tuple[str, ...]:
        return self.bench.solver.names

    @cached_property
    def _undisturbed(self) -> Floats:
        """What the network comes to with no hazard in force."""
        nothing = np.zeros((1, self.blocks[0].sets.shape[1]), dtype=np.int64)
        return np.asarray(self.bench.of_sets(nothing)[0])

    @cached_property
    def _met(self) -> tuple[Sets, Floats, Sets, Floats]:
        """Sets of hazards met, with days, stretches and values over all blocks; in ascending order of sets."""
        if len(self.blocks) == 1:  # no copies of what may be large
            (block,) = self.blocks
            return block.sets, block.days, block.stretches, block.values
        joined = np.concatenate([block.sets for block in self.blocks])
        sets, which = np.unique(joined, axis=0, return_inverse=True)
        which = which.ravel()
        of_each: Floats = np.concatenate([block.days for block in self.blocks])
        days: Floats = np.bincount(which, of_each).astype(np.float64)
        stretches = np.bincount(which, np.concatenate([block.stretches for block in self.blocks])).astype(np.int64)
        each = np.concatenate([block.values for block in self.blocks])
        values = np.empty((len(sets), each.shape[1]))
        values[which[::-1]] = each[::-1]
        if any(hazard.severity is not None for hazard in self.hazards):
            values = np.stack([np.bincount(which, of_each * column) for column in each.T], axis=1) / days[:, None]
        return sets, days, stretches, values

    def _values(self, column: str) -> Floats:
        if column not in list(self.years.columns):
            raise unknown_name("column of years", column, self.years.columns)
        return np.asarray(self.years[column], dtype=np.float64)

    def _column(self, name: str) -> str:
        return f"{name}_{_UNITS[name.rpartition('_')[2]]}"

    def _is_gain(self, column: str) -> bool:
        return column.endswith(_GAINS)

    def _undisturbed_of(self, column: str) -> float:
        at = self._measures.get(column)
        if at is not None:
            return float(self._undisturbed[at])
        return float(self._undisturbed[self._names.index("shortfall")]) if column == "worst_shortfall_mtpa" else 0.0

    @cached_property
    def _measures(self) -> dict[str, int]:
        """Columns of `years` that are means over time, with their places among the measures."""
        return {self._column(name): at for at, name in enumerate(self._names) if not self._is_trunk(at)}

    def _is_trunk(self, at: int) -> bool:
        """Tell whether a measure is about a corridor."""
        return at >= self.bench.n_measures

    def _shareable(self, column: str) -> int:
        self._values(column)
        if column not in self._measures:
            raise DataError(f"{column} does not add up over hazards; share out one of {', '.join(self._measures)}")
        return self._measures[column]

    def _tail(self, column: str, alpha: float, at: int) -> Iterator[tuple[Sets, Floats, Floats]]:
        """Yield for each block the sets met in the worst years, the share of those years, and what each came to."""
        sign = -1.0 if self._is_gain(column) else 1.0
        weights = tail_weights(sign * self._values(column), alpha)
        for number, block in enumerate(self.blocks):
            n = len(block.shocks)
            own = weights[number * BLOCK_YEARS :][:n]
            if not own.any():
                continue
            cut = intervals(self.hazards, self.seed, number, n)
            _, which = distinct(cut.in_force)
            weight = cut.days / DAYS_PER_YEAR * own[cut.year]
            share: Floats = np.bincount(which, weight).astype(np.float64)
            came = block.values[:, at]
            if cut.severity:
                whole = np.zeros(len(share))
                for chosen, row, shown in self.bench.came_to(cut, block.sets, which):
                    np.add.at(whole, which[chosen], weight[chosen] * shown[row, at])
                came = whole / np.where(share > 0, share, 1.0)
            yield block.sets[share > 0], share[share > 0], came[share > 0]

    @cached_property
    def _most_shared(self) -> int:
        """In how many hazards in force at once a loss is shared out exactly, so that conditions stay few enough."""
        sets, *_ = self._met
        n = len(self.hazards)
        sizes = np.concatenate([unpacked(part, n).sum(axis=1) for part in _some(sets)])
        most = np.arange(_MOST_SHARED + 1)
        parts = np.cumsum(np.bincount(sizes, minlength=len(most))[most] << most)
        return int(most[parts <= max(_MOST_PARTS, parts[1])][-1])

    def _shared_out(self, sets: Sets, shares: Floats, came: Floats, at: int) -> Floats:
        """Return what each hazard changes over shares of time, given the sets met and what each set came to."""
        effects = np.zeros(len(self.hazards))
        for some, share, came_to in zip(_some(sets), _some(shares), _some(came), strict=True):
            effects += share @ self._effects(some, came_to, at)
        return effects

    def _effects(self, sets: Sets, came: Floats, at: int) -> Floats:
        """Return what each hazard changes in sets of them, shape (n_sets, n_hazards), given what each set came to."""
        members = [np.flatnonzero(row) for row in unpacked(sets, len(self.hazards))]
        wanted: dict[bytes, Sets] = {}
        for own in members:
            exact = len(own) <= self._most_shared
            wanted |= {part.tobytes(): part for part in (_parts if exact else _singles)(own, sets.shape[1])}
        keys = list(wanted)
        values = dict(zip(keys, self.bench.of_sets(np.array(list(wanted.values())))[:, at].tolist(), strict=True))
        effects = np.zeros((len(sets), len(self.hazards)))
        for own, effect, whole in zip(members, effects, came - self._undisturbed[at], strict=True):
            if not len(own):
                continue
            exact = len(own) <= self._most_shared
            if exact:
                found = _shapley([values[part.tobytes()] for part in _parts(own, sets.shape[1])], len(own))
            else:
                alone = [values[part.tobytes()] for part in _singles(own, sets.shape[1])]
                found = np.array(alone) - self._undisturbed[at]
            if not exact or any(self.hazards[one].severity is not None for one in own):
                total = found.sum()
                small = abs(total) <= 1e-9 * np.abs(found).sum()
                found = np.full(len(own), whole / len(own)) if small else found * (whole / total)
            effect[own] = found
        return effects


def _some(rows: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Yield so many rows at a time that what is looked at beside each fits into memory."""
    for first in range(0, len(rows), 256):
        yield rows[first : first + 256]


def _parts(own: Iterable[int], words: int) -> list[Sets]:
    """Return all subsets of some hazards as bits; the subset numbered k holds the members whose bit is set in k."""
    bits = [bit_of(at, words) for at in own]
    parts = [np.zeros(words, dtype=np.int64)]
    for bit in bits:
        parts += [part | bit for part in parts]
    return parts


def _singles(own: Iterable[int], words: int) -> list[Sets]:
    return [bit_of(at, words) for at in own]


def _shapley(values: Sequence[float], n: int) -> Floats:
    """Return each member's mean effect over all orders of joining, from the values of all subsets."""
    value = np.array(values)
    subset = np.arange(1 << n)
    size = np.array([number.bit_count() for number in subset.tolist()])
    weight = np.array([math.factorial(k) * math.factorial(n - k - 1) / math.factorial(n) for k in range(n)])
    effects = np.empty(n)
    for at in range(n):
        without = subset[subset >> at & 1 == 0]
        effects[at] = weight[size[without]] @ (value[without | 1 << at] - value[without])
    return effects
