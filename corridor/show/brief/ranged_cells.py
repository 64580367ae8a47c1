"""Headline numbers of a brief's tables with what uncertain figures do to them: range over draws, and a grade."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from corridor.model.figures import key_of
from corridor.model.variation import Variation
from corridor.show.brief.in_short_text import percent
from corridor.show.html import Html, tag
from corridor.study.ranges import ENDS
from corridor.study.scenario_runs import BASELINE
from corridor.study.uncertainty import Uncertainty

_MOST_DRIVERS, _AS_STRONG = 3, 0.5
"""A number's grade counts so many figures at most, correlated at least that share as strongly as the first. [1]"""


class RangedCells:
    """Cells of a table with range and grade in small print.

    Parameters
    ----------
    drawn : Uncertainty, optional
        Numbers of the table with all uncertain figures drawn; without it cells are as they were.
    """

    def __init__(self, drawn: Uncertainty | None) -> None:
        self._drawn = drawn

    @property
    def legend(self) -> str:
        """What the small print means; empty where there is none."""
        if self._drawn is None:
            return ""
        return (
            f"In small print: between which values 90 % of {len(self._drawn.drawn.values):,} draws of all uncertain "
            f"figures lie (seed {self._drawn.seed}), where they move the number, which lies outside where ranges lead "
            "one way only; a percentage, in how many of them it exists. A, B, C: the worst confidence among the "
            f"figures that drive the number most over the draws ({_MOST_DRIVERS} at most, each at least half as "
            "strongly as the first)."
        )

    def compared(self, corridor: str, column: str, text: str, number_text: Callable[[float], str]) -> str:
        """Return a cell of the baseline's comparison.

        Parameters
        ----------
        corridor, column : str
            Which number of `compare`.
        text : str
            The cell without a range.
        number_text : callable
            How a number of the column is written.
        """
        return self._cell(BASELINE, f"compare.{corridor}.{column}", text, number_text)

    def of_outcome(
        self, scenario: str, commodity: str, column: str, text: str, number_text: Callable[[float], str]
    ) -> str:
        """Return a cell of the outcomes of one commodity under a scenario; other parameters as of `compared`."""
        return self._cell(scenario, f"outcomes.{commodity}.{column}", text, number_text)

    def ends(self, scenario: str, commodity: str, column: str) -> tuple[float, float] | None:
        """Return between which values 90 % of draws of an outcome lie; None if nothing is drawn or moves it."""
        row = self._rows.get((scenario, f"outcomes.{commodity}.{column}"))
        if row is None or not row["defined"] or row["p05"] == row["p95"]:
            return None
        return row["p05"], row["p95"]

    def _cell(self, scenario: str, path: str, text: str, number_text: Callable[[float], str]) -> str:
        row = self._rows.get((scenario, path), {"defined": 0.0})
        if not row["defined"]:
            return text
        low, high = (number_text(row[end]) for end in ENDS)
        some = [Html("<br>"), tag("small", f"in {percent(row['defined'])}")] if row["defined"] < 1 else []
        if low == high == number_text(row["central"]):
            return text
        grade = max(self._confidences.get((scenario, path), ()), default="")
        mark = tag("sup", f" {grade}") if grade else ""
        between = "-" if "-" not in low + high else " to "
        return tag("span", text, mark, Html("<br>"), tag("small", f"({low}{between}{high})"), *some)

    @cached_property
    def _rows(self) -> dict[tuple[str, str], dict[str, float]]:
        """Points of each number by scenario and path; none without draws."""
        if self._drawn is None:
            return {}
        table = self._drawn.numbers[["central", *ENDS, "defined"]]
        columns = [str(name) for name in table.columns]
        rows = (dict(zip(columns, values, strict=True)) for values in table.to_numpy(dtype=float).tolist())
        return {(str(scenario), str(path)): row for (scenario, path), row in zip(table.index, rows, strict=True)}

    @cached_property
    def _confidences(self) -> dict[tuple[str, str], list[str]]:
        """Confidence of the figures that drive each number most, by scenario and path."""
        if self._drawn is None:
            return {}
        grade_of = {key_of(f): f.confidence for f in Variation(self._drawn.network).varying_figures()}
        table = self._drawn.drivers
        table = table[table["exceeds_chance"].astype(bool)].groupby(level=[0, 1], sort=False).head(_MOST_DRIVERS)
        strongest = table["correlation"].abs().groupby(level=[0, 1], sort=False).transform("max")
        table = table[table["correlation"].abs() >= _AS_STRONG * strongest]
        confidences: dict[tuple[str, str], list[str]] = {}
        for (scenario, path), row in zip(table.index, table.to_dict("records"), strict=True):
            key = f"{row['record']}:{row['subject']}.{row['attribute']}"
            confidences.setdefault((str(scenario), str(path)), []).append(grade_of[key])
        return confidences
