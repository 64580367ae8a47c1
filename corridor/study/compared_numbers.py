"""The numbers of a comparison, read from any state of a network: what uncertain figures move."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from corridor.model.columns import by_name
from corridor.solver.program import Floats
from corridor.study.comparison_scope import ComparisonScope
from corridor.study.path_values import PathValues


def number_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Return those of some columns of `compare` that hold numbers, which uncertain figures move; none of group risk."""
    known = by_name("compare")
    return tuple(c for c in columns if known[c].kind in ("number", "share") and known[c].group != "risk")


@dataclass(frozen=True, eq=False)
class ComparedNumbers:
    """The numbers of a comparison, read from any state of its network.

    Attributes
    ----------
    scope : ComparisonScope
        Of the network with every figure at its value.
    columns : tuple of str
        Columns that hold numbers.
    weights : shape (n_supplies,), optional
        As `ComparedStates` takes them.
    """

    scope: ComparisonScope
    columns: tuple[str, ...]
    weights: Floats | None = None

    @property
    def rows(self) -> list[tuple[str, str | None]]:
        """Corridor and origin of each row of a state, without an origin where all are of one."""
        return list(itertools.product(self.scope.corridors, self.scope.row_origins))

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of the numbers, row by row."""
        rows = (f"{corridor}/{origin}" if origin else corridor for corridor, origin in self.rows)
        return tuple(f"compare.{row}.{column}" for row in rows for column in self.columns)

    def values(self, state: PathValues) -> list[float]:
        """Return the numbers of a state."""
        compared = state.compared(self.scope, self.weights)
        cells = (compared.row(corridor, self.columns, origin) for corridor, origin in self.rows)
        return [float(row[column]) for row in cells for column in self.columns]
