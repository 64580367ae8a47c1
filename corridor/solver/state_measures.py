"""What is measured of a state of a network, and in which column it stands: no column is known by its position."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from corridor.model.network import Network

_OF_ALL = ("delivered", "shortfall", "unmet", "cost", "netback")
_BY_COMMODITY = ("delivered", "shortfall", "netback")
_BY_CORRIDOR = ("throughput", "reduced", "closed")


@dataclass(frozen=True)
class Measure:
    """One number that a state comes to, a rate per year.

    Attributes
    ----------
    quantity : str
        delivered, shortfall, unmet [Mt/y], cost, netback [million USD/y]; of a corridor throughput [Mt/y], and whether
        less than in the baseline (reduced) or nothing (closed) is available on its trunk [0 or 1].
    commodity, corridor : str or None
        What it is counted of; all commodities and the total network by default.
    """

    quantity: str
    commodity: str | None = None
    corridor: str | None = None

    @property
    def name(self) -> str:
        """Such as ``shortfall``, ``kazakh_crude_shortfall``, ``throughput/cpc``."""
        if self.corridor is not None:
            return f"{self.quantity}/{self.corridor}"
        return self.quantity if self.commodity is None else f"{self.commodity}_{self.quantity}"


@dataclass(frozen=True)
class MeasureLayout:
    """The columns of all measures of a network: those of commodities first, then those of corridors.

    Attributes
    ----------
    commodities : tuple of str
        Commodities with a supply, in order of ids.
    corridors : tuple of str
        In the order of the network.
    """

    commodities: tuple[str, ...]
    corridors: tuple[str, ...]

    @classmethod
    def of(cls, network: Network) -> Self:
        """Return the layout of a network."""
        commodities = sorted({supply.commodity for supply in network.supplies})
        return cls(tuple(commodities), tuple(corridor.id for corridor in network.corridors))

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """All measures, in the order of their columns."""
        return tuple(self._in_order())

    def _in_order(self) -> Iterator[Measure]:
        yield from (Measure(quantity) for quantity in _OF_ALL)
        yield from (Measure(quantity, commodity=id) for id in self.commodities for quantity in _BY_COMMODITY)
        yield from (Measure(quantity, corridor=id) for quantity in _BY_CORRIDOR for id in self.corridors)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of all measures, in the order of their columns."""
        return tuple(measure.name for measure in self.measures)

    @cached_property
    def of_commodities(self) -> tuple[Measure, ...]:
        """Measures that are not about a corridor; they have the first columns."""
        return tuple(measure for measure in self.measures if measure.corridor is None)

    @property
    def commodity_columns(self) -> slice:
        """Columns of `of_commodities`."""
        return slice(0, len(self.of_commodities))

    @cached_property
    def shortfalls(self) -> list[int]:
        """Columns of all shortfalls: in total and by commodity."""
        return [column for column, measure in enumerate(self.measures) if measure.quantity == "shortfall"]

    def column(self, quantity: str, *, commodity: str | None = None, corridor: str | None = None) -> int:
        """Return the column of a measure."""
        return self._columns[Measure(quantity, commodity, corridor)]

    def corridor_columns(self, quantity: str) -> slice:
        """Return the columns of a quantity, one a corridor, in the order of `corridors`."""
        first = len(self.of_commodities) + _BY_CORRIDOR.index(quantity) * len(self.corridors)
        return slice(first, first + len(self.corridors))

    @cached_property
    def _columns(self) -> dict[Measure, int]:
        return {measure: column for column, measure in enumerate(self.measures)}
