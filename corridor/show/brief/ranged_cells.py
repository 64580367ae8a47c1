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

_MOST_DRIVERS = 3


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
            f"figures lie (seed {self._drawn.seed}), where they move the number; a percentage, in how many of them it "
            f"exists. A, B, C: the worst confidence among the {_MOST_DRIVERS} figures that drive the number most over "
            "the draws."
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

    def of_outcome(self, scenario: str, column: str, text: str, number_text: Callable[[float], str]) -> str:
        """Return a cell of the table of outcomes of one commodity; parameters as of `compared`."""
        return self._cell(scenario, f"outcomes.{self._of}.{column}", text, number_text)

    def grade(self, scenario: str, path: str) -> str:
        """Return the worst confidence among the figures that drive a number most; empty if none does beyond chance."""
        return max(self._confidences.get((scenario, path), ()), default="")

    def _cell(self, scenario: str, path: str, text: str, number_text: Callable[[float], str]) -> str:
        if self._drawn is None or (scenario, path) not in self._drawn.numbers.index:
            return text
        row = self._drawn.numbers.loc[(scenario, path)].to_dict()
        if not row["defined"]:
            return text
        low, high = (number_text(row[end]) for end in ENDS)
        some = f"; {percent(row['defined'])}" if row["defined"] < 1 else ""
        if low == high == text:
            return text
        grade = self.grade(scenario, path)
        mark = tag("sup", f" {grade}") if grade else ""
        between = "-" if "-" not in low + high else " to "
        return tag("span", text, mark, Html("<br>"), tag("small", f"({low}{between}{high}{some})"))

    @property
    def _of(self) -> str:
        """Commodity of the numbers of outcomes."""
        return next(
            (path.split(".")[1] for path in self._drawn.asked.names if path.startswith("outcomes.")), ""
        ) if self._drawn is not None else ""  # fmt: skip

    @cached_property
    def _confidences(self) -> dict[tuple[str, str], list[str]]:
        """Confidence of the figures that drive each number most, by scenario and path."""
        if self._drawn is None:
            return {}
        grade_of = {key_of(f): f.confidence for f in Variation(self._drawn.network).varying_figures()}
        table = self._drawn.drivers
        table = table[table["exceeds_chance"].astype(bool)].groupby(level=[0, 1], sort=False).head(_MOST_DRIVERS)
        found: dict[tuple[str, str], list[str]] = {}
        for (scenario, path), row in zip(table.index, table.to_dict("records"), strict=True):
            key = f"{row['record']}:{row['subject']}.{row['attribute']}"
            found.setdefault((str(scenario), str(path)), []).append(grade_of[key])
        return found
