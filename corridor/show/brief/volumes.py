"""Volumes and unit costs of a brief in the units asked for, as text, and what says how barrels or boxes are counted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from corridor.model.commodity_groups import TEU, members
from corridor.model.display_units import DisplayUnits
from corridor.model.network import Network
from corridor.show.brief import layout
from corridor.show.brief.names import Names

_ENDINGS = {
    "Mt/y": "_mtpa", "USD/t": "_usd_per_t", "Mt": "_mt", "Mt days/y": "_mt_days", "USD/(t day)": "_usd_per_t_day",
}  # fmt: skip
"""Units of tonnes, and the ends of columns in them."""


@dataclass(frozen=True)
class BriefVolumes:
    """Units of a brief; volumes without a commodity of their own are of the one reported on.

    Attributes
    ----------
    network : Network
        Network reported on.
    commodity : str
        Id of the commodity reported on, or name of a group of boxes.
    units : {"t", "bbl", "TEU"}
        Tonnes or barrels; each commodity has its own barrels a tonne. Or boxes, of what is counted in them.

    Raises
    ------
    DataError
        If there are no such units, or a commodity has no barrels.
    """

    network: Network
    commodity: str
    units: str

    @cached_property
    def shown(self) -> DisplayUnits:
        """Units of all commodities, where they are boxes of those reported on."""
        boxes = self.units == TEU
        return DisplayUnits.of(self.network, self.units, self.commodity if boxes else None, boxes=boxes)

    @cached_property
    def member(self) -> str:
        """The commodity whose barrels, or boxes, count: the one reported on, or the first of its group."""
        return members(self.network, self.commodity)[0]

    @property
    def unit(self) -> str:
        """Unit of a flow: Mt/y, or kb/d."""
        return self.shown.volume

    def rate(self, amount_mtpa: float) -> float:
        """Return a flow of the commodity in the units shown."""
        return amount_mtpa * self.shown.rate(self.member)

    def number(self, amount_mtpa: float) -> str:
        """Return a flow of the commodity as text."""
        return layout.number(self.rate(amount_mtpa), self.shown.digits)

    def text(self, amount_mtpa: float) -> str:
        """Return a flow of the commodity with its unit."""
        return f"{self.number(amount_mtpa)} {self.unit}"

    def signed(self, change_mtpa: float) -> str:
        """Return a change of its flow with its sign, empty if it rounds to 0."""
        return layout.signed(self.rate(change_mtpa), self.shown.digits)

    def change(self, change_mtpa: float, amount_mtpa: float) -> str:
        """Return a flow with its change in brackets, bare where that rounds to 0."""
        return layout.change(self.rate(change_mtpa), self.rate(amount_mtpa), self.shown.digits)

    def amount(self, amount_mt: float) -> str:
        """Return an amount of the commodity as text: Mt, or million barrels."""
        digits = self.shown.amount_digits if self.shown.shows_barrels else 2
        return layout.number(amount_mt * self.shown.amount(self.member), digits)

    def money(self, usd_per_t: float) -> str:
        """Return money by volume of the commodity as text: USD/t, or USD/bbl."""
        return layout.number(usd_per_t * self.shown.price(self.member), self.shown.money_digits)

    def of_unit(self, value: float, unit: str, subject: str = "") -> float:
        """Return a number whose unit is one of tonnes in the units shown, others as they are.

        Parameters
        ----------
        value : float
            Number.
        unit : str
            Its unit.
        subject : str
            What it is of: ids joined by dots; a commodity among them counts by its own barrels.
        """
        own = next((part for part in subject.split(".") if part in self.network.keys("commodity")), self.commodity)
        return value * self.shown.factor(_ENDINGS[unit], own) if unit in _ENDINGS else value

    @property
    def note(self) -> str:
        """How tonnes were turned into barrels or boxes and who says so, in sentences; empty where tonnes are shown."""
        if not self.shown.shows_barrels:
            return ""
        if self.shown.shows_boxes:
            return self._boxes()
        traded = {supply.commodity for supply in self.network.supplies}
        traded |= {market.commodity for market in self.network.markets}
        others = [c.id for c in self.network.commodities if c.id in traded and c.id != self.commodity]
        names = Names(self.network)
        rest = ", ".join(f"{names.commodity(id)} {self.shown.amount(id):g}" for id in others)
        return (
            f"Barrels: 1 t = {self.shown.amount(self.member):g} bbl of {names.commodity(self.commodity)}"
            f"{self._evidence()}{f'; {rest}' if rest else ''}. kb/d: thousand barrels a day. A capacity that shippers "
            "share counts by what passes there, in the comparison of corridors by the barrels of the shipper."
        )

    def _boxes(self) -> str:
        """Return how tonnes were turned into boxes."""
        tonnes = 1 / self.shown.per_t(self.member)
        return f"TEU: a box of 20 feet, {tonnes:g} t of cargo{self._evidence()}; FEU: a box of 40 feet, 2 TEU."

    def _evidence(self) -> str:
        """Return who says how many barrels a tonne is, in brackets; empty where no figure does."""
        chosen = self.network.figures(self.member, "display_per_t")
        rows = [row for row in chosen.to_dict("records") if row["choice"] == "chosen"]
        if not rows:
            return ""
        by, grade = rows[0]["publisher"] or rows[0]["source"], rows[0]["confidence"]
        return f" ({by}, confidence {grade})" if grade else f" ({by})"
