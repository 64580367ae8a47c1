"""Which scenarios of a brief change nothing, and which come to the same: said once, by all their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridor.model.scenario import BASELINE
from corridor.study.scenario_runs import coming_to_the_same

if TYPE_CHECKING:
    import pandas as pd

NOTHING_MTPA = 0.05
"""Changes of volumes up to this are none: they are printed as 0.0."""
NOTHING_MUSD = 1.0
"""Losses and gains below this are none. [million USD, or million USD/y]"""
_RATES = (
    "loss_musd_per_year", "netback_change_musd_per_year", "shortfall_change_mtpa", "unmet_change_mtpa",
    "unmet_minimum_change_mtpa", "delivered_change_mtpa",
)  # fmt: skip
_OVER_DAYS = ("loss_musd", "loss_musd_held", "shortfall_mt", "shortfall_mt_held")


@dataclass(frozen=True)
class ScenarioGroups:
    """Scenarios by what they change.

    Attributes
    ----------
    changing : tuple of tuple of str
        Names of those that come to the same, largest loss first.
    idle : tuple of str
        Names of those that change nothing, in the order given.
    """

    changing: tuple[tuple[str, ...], ...]
    idle: tuple[str, ...]

    def alike(self, name: str) -> tuple[str, ...]:
        """Return the names of all scenarios that come to the same as one."""
        return next((names for names in self.changing if name in names), (name,))


def scenario_groups(outcomes: pd.DataFrame, moved: Mapping[str, Mapping[str, float]]) -> ScenarioGroups:
    """Return the scenarios of a table of outcomes by what they change.

    Parameters
    ----------
    outcomes : DataFrame
        Outcomes by scenario, of one commodity, baseline included, in tonnes.
    moved : mapping of str to mapping of str to float
        Change of its throughput, by scenario and corridor. [Mt/y]

    Notes
    -----
    A scenario changes nothing if loss, netback and amounts over its days change by less than 1 million USD, and
    volumes, in total and by corridor, by no more than 0.05 Mt. Those that come to the same agree in all rates to
    seven digits, and in the throughput of each corridor within 0.05 Mt/y.
    """
    losses = outcomes["loss_musd_per_year"].drop(index=BASELINE).round(6)
    ranked = outcomes.loc[losses.sort_values(ascending=False, kind="stable").index]
    idle = {str(name) for name in ranked.index if _is_idle(ranked.loc[name].to_dict(), moved[str(name)])}
    alike = coming_to_the_same({str(n): ranked.loc[n, list(_RATES)] for n in ranked.index if n not in idle})
    groups = [group for names in alike.values() for group in _moving_alike(names, moved)]
    return ScenarioGroups(tuple(groups), tuple(str(n) for n in outcomes.index if n in idle))


def titled(names: Sequence[str]) -> str:
    """Return names as one title."""
    return ", ".join(names)


def _is_idle(row: Mapping[Any, float], moved: Mapping[str, float]) -> bool:
    """Tell whether a scenario changes nothing worth a line; amounts that are not known count as none."""
    known = {name: abs(row[name]) for name in (*_RATES, *_OVER_DAYS) if row[name] == row[name]}
    money = [value for name, value in known.items() if "musd" in name]
    tonnes = [value for name, value in known.items() if "musd" not in name]
    return max(money) < NOTHING_MUSD and max([*tonnes, *map(abs, moved.values())]) <= NOTHING_MTPA


def _moving_alike(names: Sequence[str], moved: Mapping[str, Mapping[str, float]]) -> list[tuple[str, ...]]:
    """Return scenarios together whose throughput is the same by every corridor."""
    groups: list[list[str]] = []
    for name in names:
        for group in groups:
            if all(abs(moved[name][id] - moved[group[0]][id]) <= NOTHING_MTPA for id in moved[name]):
                group.append(name)
                break
        else:
            groups.append([name])
    return [tuple(group) for group in groups]
