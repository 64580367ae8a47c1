"""A flow of shippers that choose, in words: what each corridor costs and takes, and what a full limit is worth."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial

from corridor.model.records import Corridor
from corridor.model.tolerances import ZERO_USD_PER_T
from corridor.solver.capacity import stops_in_words, successive_bottlenecks
from corridor.solver.choices import Chosen, choices
from corridor.solver.limits import limit_confidence, limit_size, limit_unit
from corridor.solver.shown_volumes import ShownVolumes
from corridor.solver.solution import BindingLimit, Solution
from corridor.solver.warm import WarmSolver

_SHOWN_USD_PER_T = 0.005
"""Rents below this are not told. [USD/t]"""


class ChoiceText:
    """Sentences on the commodities of a solution that choose.

    Parameters
    ----------
    solver : WarmSolver
        Of the solution's network.
    solution : Solution
        One with a `choice`.
    volumes : ShownVolumes
        Units.
    """

    def __init__(self, solver: WarmSolver, solution: Solution, volumes: ShownVolumes) -> None:
        self._solver, self._solution, self._volumes = solver, solution, volumes
        self._network, self._units = solution.network, volumes.units

    @cached_property
    def rows(self) -> list[Chosen]:
        """Corridors of the commodities counted that choose."""
        return [row for row in choices(self._solution) if row.alternative.commodity in self._volumes.commodities]

    @cached_property
    def commodities(self) -> frozenset[str]:
        """Ids of the commodities that choose."""
        return frozenset(row.alternative.commodity for row in self.rows)

    def lines(self) -> Iterator[str]:
        """Yield what each commodity takes, and which limits its shippers would pay for."""
        for commodity in dict.fromkeys(row.alternative.commodity for row in self.rows):
            own = [row for row in self.rows if row.alternative.commodity == commodity]
            scale = self._money(commodity, own[0].alternative.scale_usd_per_t)
            shares = "; ".join(self._share_of(row) for row in sorted(own, key=lambda row: -row.flow_mtpa))
            yield f"{commodity} chooses (a corridor dearer by {scale} keeps 1/e of its shippers): {shares}."
        full = [limit for limit in self.full if self._is_used(limit)]
        for limit in full:
            yield self._rent(limit)
        if not full:
            yield "No limit is full that shippers who choose would pay for."

    @cached_property
    def full(self) -> dict[BindingLimit, float]:
        """Limits that something passes and that are full, with what one more tonne there would pay. [USD/t]"""
        return {limit: price for limit, price, size in self._solution.binding(ZERO_USD_PER_T) if size > 0}

    def passing(self, limit: BindingLimit) -> dict[str, float]:
        """Return what passes an edge, a node or the edges of a fleet, by commodity. [Mt/y]"""
        field = {"node": "head", "fleet": "fleet"}.get(limit.kind, "id")
        passed = [edge.id for edge in self._network.edges if getattr(edge, field) == limit.id]
        amounts: dict[str, float] = {}
        for column in self._solution.program.columns_on(passed):
            amount = float(self._solution.amounts[column])
            if amount > 0:
                commodity = self._solution.program.name_of(column)[1]
                amounts[commodity] = amounts.get(commodity, 0.0) + amount
        return amounts

    def corridor(self, record: Corridor) -> Iterator[str]:
        """Yield what a corridor costs and carries of commodities that choose, and what stops more of them."""
        own = [row for row in self.rows if row.alternative.corridor == record.id]
        yield (
            f"{record.name or record.id} [{record.id}]: chosen by "
            + "; ".join(f"{row.alternative.commodity} {self._volume(row)} ({row.share:.1%})" for row in own)
            + "."
        )
        for row in own:
            yield f"  {self._costs(row)}"
        groups = dict.fromkeys(self._network.commodity(row.alternative.commodity).group for row in own)
        for group in groups:
            members = tuple(
                commodity.id for commodity in self._network.commodities
                if commodity.id in self.commodities and commodity.group == group
                and self._network.trunk(record.id, commodity.id)
            )  # fmt: skip
            steps = successive_bottlenecks(self._solver, self._solution, record.id, members)
            stops = stops_in_words(steps, partial(self._amount, members[0]))
            yield f"  Most {group or members[0]} it could take: {stops}."

    def asset(self, limit: BindingLimit) -> str:
        """Return what passes an edge or fleet, and what one more tonne there would pay."""
        amounts = ", ".join(
            f"{commodity} {self._amount(commodity, amount)}" for commodity, amount in self.passing(limit).items()
        )
        if limit in self.full:
            return f"{limit}: passed by {amounts or 'nothing'}. {self._rent(limit)}"
        return f"{limit}: passed by {amounts or 'nothing'}; not full, so that more room there changes nothing."

    def _rent(self, limit: BindingLimit) -> str:
        """Return the sentence on a full limit."""
        first = next(iter(self.passing(limit)), self._network.commodities[0].id)
        grade = limit_confidence(self._network, limit)
        size = self._units.size(limit_size(self._network, limit) * self._volumes.limit(limit))
        described = f"{limit} ({size} {self._units.label(limit_unit(limit))}{f', confidence {grade}' if grade else ''})"
        day = " a day" if limit.kind == "fleet" else ""
        return f"Full: {described}; one more tonne there would pay {self._money(first, self.full[limit])}{day}."

    def _is_used(self, limit: BindingLimit) -> bool:
        """Tell whether something that chooses passes a limit."""
        return not self.commodities.isdisjoint(self.passing(limit))

    def _share_of(self, row: Chosen) -> str:
        cost = "closed" if row.route is None else self._money(row.alternative.commodity, row.route.unit_cost_usd_per_t)
        rent = (
            f" and {self._money(row.alternative.commodity, row.rent_usd_per_t)} of rent"
            if row.rent_usd_per_t > 0.005
            else ""
        )
        return f"{row.alternative.corridor} {self._volume(row)} ({row.share:.1%}) at {cost}{rent}"

    def _costs(self, row: Chosen) -> str:
        of = row.alternative.commodity
        if row.route is None:
            return f"{of}: no way is open."
        rent = f", rent {self._rent_of(row)}" if row.rent_usd_per_t > _SHOWN_USD_PER_T else ""
        cost = self._money(of, row.route.unit_cost_usd_per_t)
        return f"{of}, cheapest way: {' > '.join(row.route.edges)}: {cost}{rent}, {row.route.transit_days:.1f} days."

    def _rent_of(self, row: Chosen) -> str:
        return self._money(row.alternative.commodity, row.rent_usd_per_t)

    def _volume(self, row: Chosen) -> str:
        return self._amount(row.alternative.commodity, row.flow_mtpa)

    def _amount(self, commodity: str, amount_mtpa: float) -> str:
        return f"{amount_mtpa * self._units.rate(commodity):,.{self._digits}f} {self._units.volume}"

    def _money(self, commodity: str, usd_per_t: float) -> str:
        return f"{usd_per_t * self._units.price(commodity):,.{self._units.money_digits}f} {self._units.money}"

    @property
    def _digits(self) -> int:
        """Digits after the point of flows: containers are a few hundredths of a million tonnes."""
        return self._units.digits if self._units.shows_barrels else 3
