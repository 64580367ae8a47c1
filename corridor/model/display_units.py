"""Tonnes, barrels or boxes: volumes as kb/d or TEU/y, money a barrel or a box, and the names of columns in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from corridor.errors import DataError
from corridor.messages import shown
from corridor.model.columns import Column
from corridor.model.commodity_groups import TEU, TEU_PER_FEU, members
from corridor.model.network import Network

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
UNITS = ("t", "bbl", TEU)
_DAYS = 365.0
_ENDINGS = {
    "bbl": (
        ("_mtpa", "_kbd"), ("_usd_per_t", "_usd_per_bbl"), ("_usd_per_t_day", "_usd_per_bbl_day"), ("_mt", "_mbbl"),
        ("_mt_held", "_mbbl_held"), ("_mt_days", "_mbbl_days"),
    ),
    TEU: (
        ("_mtpa", "_teu_per_year"), ("_usd_per_t", "_usd_per_feu"), ("_usd_per_t_day", "_usd_per_feu_day"),
        ("_mt", "_teu"), ("_mt_held", "_teu_held"), ("_mt_days", "_teu_days"),
    ),
}  # fmt: skip
"""Ends of columns' names in tonnes and in other units; longer ends before those that they end in."""
_LABELS = {
    "bbl": {
        "Mt/y": "kb/d", "USD/t": "USD/bbl", "Mt": "million bbl", "Mt days/y": "million bbl days/y",
        "USD/(t day)": "USD/(bbl day)",
    },
    TEU: {
        "Mt/y": "TEU/y", "USD/t": "USD/FEU", "Mt": "TEU", "Mt days/y": "TEU days/y", "USD/(t day)": "USD/(FEU day)",
    },
}  # fmt: skip
_NAMES = {"bbl": "barrels", TEU: "TEU"}
_SMALL_KBD = 10.0
"""A flow below this is written with two significant digits. [kb/d]"""


@dataclass(frozen=True)
class DisplayUnits:
    """Units in which volumes are shown.

    Attributes
    ----------
    barrels_per_t : dict of str to float, or None
        Barrels, or TEU, a tonne by commodity; None where tonnes are shown. What nobody supplies or buys counts as 1.
    unit : {"bbl", "TEU"}
        Which of the two, where not tonnes are shown.
    """

    barrels_per_t: dict[str, float] | None = None
    unit: str = "bbl"

    @classmethod
    def of(cls, network: Network, units: str, commodity: str | None = None, *, boxes: bool = False) -> DisplayUnits:
        """Return the units asked for, of one commodity, of a group, or of all that are supplied.

        Boxes are units only where what asks can show them.

        Raises
        ------
        DataError
            If there are no such units, or a commodity has no barrels, or no TEU.
        """
        require_units(units, boxes=boxes)
        if units == "t":
            return cls()
        traded = {s.commodity for s in network.supplies} | {m.commodity for m in network.markets}
        wanted = traded if commodity is None else {*members(network, commodity)}
        records = [each for each in network.commodities if each.id in wanted]
        if without := [record for record in records if record.display_unit != units]:
            remedy = "units='t'" if commodity is not None else "units='t', or ask for one commodity that has"
            raise DataError(
                f"commodity {without[0].id!r} has no {_NAMES[units]} (its display unit is "
                f"{without[0].display_unit!r}); give it display_unit={units!r} and display_per_t, or take {remedy}"
            )
        idle = {} if commodity is not None else {each.id: 1.0 for each in network.commodities if each.id not in wanted}
        return cls(idle | {record.id: record.display_per_t for record in records}, units)

    @classmethod
    def where_known(cls, network: Network, units: str) -> DisplayUnits:
        """Return the units asked for, of those commodities that have them: for notes on any of them."""
        require_units(units, boxes=True)
        if units == "t":
            return cls()
        return cls({each.id: each.display_per_t for each in network.commodities if each.display_unit == units}, units)

    def knows(self, commodities: Iterable[str]) -> bool:
        """Tell whether amounts of some commodities can be shown in these units."""
        return self.barrels_per_t is None or set(commodities) <= self.barrels_per_t.keys()

    @property
    def shows_barrels(self) -> bool:
        """Whether barrels or TEU are shown, not tonnes."""
        return self.barrels_per_t is not None

    @property
    def shows_boxes(self) -> bool:
        """Whether TEU are shown."""
        return self.shows_barrels and self.unit == TEU

    @property
    def volume(self) -> str:
        """Unit of a flow: Mt/y, kb/d (thousand barrels a day), or TEU/y."""
        return self.label("Mt/y")

    @property
    def quantity(self) -> str:
        """Unit of an amount: Mt, million barrels, or TEU."""
        return self.label("Mt")

    @property
    def money(self) -> str:
        """Unit of money by volume: USD/t, USD/bbl, or USD/FEU (2 TEU)."""
        return self.label("USD/t")

    @property
    def single(self) -> str:
        """What one is called: tonne, barrel, or TEU."""
        return self._of("tonne", "barrel", TEU)

    @property
    def digits(self) -> int:
        """Digits after the point of a flow."""
        return self._of(1, 0, 0)

    @property
    def fine_digits(self) -> int:
        """Digits after the point of a small change of a flow."""
        return self._of(2, 1, 0)

    @property
    def amount_digits(self) -> int:
        """Digits after the point of an amount."""
        return self._of(1, 1, 0)

    @property
    def money_digits(self) -> int:
        """Digits after the point of money by volume."""
        return self._of(1, 2, 0)

    def _of(self, tonnes: T, barrels: T, boxes: T) -> T:
        """Return what goes with the units shown."""
        if self.barrels_per_t is None:
            return tonnes
        return boxes if self.shows_boxes else barrels

    @property
    def least_rate(self) -> float:
        """How many display units of flow 1 Mt/y of any commodity is at least."""
        return min(map(self.rate, self.barrels_per_t or {}), default=1.0)

    def label(self, unit: str) -> str:
        """Return the unit shown for one of tonnes; other units stay."""
        return _LABELS[self.unit].get(unit, unit) if self.shows_barrels else unit

    def name(self, column: str) -> str:
        """Return the name of a column in these units."""
        return _renamed(column, self.unit) if self.shows_barrels else column

    def size(self, shown_volume: float) -> str:
        """Return a flow in these units as a limit is quoted: of tonnes all digits, of barrels whole ones."""
        if not self.shows_barrels:
            return f"{shown_volume:g}"
        if self.shows_boxes:
            return f"{shown_volume:,.0f}"
        return f"{shown_volume:.0f}" if shown_volume >= _SMALL_KBD else f"{shown_volume:.2g}"

    def per_t(self, commodity: str) -> float:
        """Return how many barrels, or TEU, a tonne of a commodity is; 1 where tonnes are shown."""
        return 1.0 if self.barrels_per_t is None else self.barrels_per_t[commodity]

    def rate(self, commodity: str) -> float:
        """Return how many display units of flow 1 Mt/y of a commodity is."""
        return self.factor("_mtpa", commodity)

    def amount(self, commodity: str) -> float:
        """Return how many display units of volume 1 Mt of a commodity is."""
        return self.factor("_mt", commodity)

    def price(self, commodity: str) -> float:
        """Return how many display units of money by volume 1 USD/t of a commodity is."""
        return self.factor("_usd_per_t", commodity)

    def factor(self, column: str, commodity: str) -> float:
        """Return by what a number of a commodity in a column of tonnes is multiplied; 1 where its unit stays."""
        return 1.0 if self.barrels_per_t is None else self.factor_of(column, self.barrels_per_t[commodity])

    def factor_of(self, column: str, per_t: float) -> float:
        """Return by what a number in a column of tonnes is multiplied where a tonne is so many barrels, or TEU."""
        if not self.shows_barrels:
            return 1.0
        if not self.shows_boxes:
            return barrels_factor(column, per_t)
        if column.endswith(("_usd_per_t", "_usd_per_t_day")):
            return TEU_PER_FEU / per_t
        return 1e6 * per_t if self.name(column) != column else 1.0

    def table(self, frame: pd.DataFrame, commodity: str) -> pd.DataFrame:
        """Return a table whose volumes and unit costs are of one commodity, in these units."""
        if self.barrels_per_t is None:
            return frame
        converted = frame.copy()
        for name in frame.columns:
            if self.name(str(name)) != name:
                converted[name] = frame[name] * self.factor(str(name), commodity)
        return self.renamed(converted)

    def renamed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a table of converted numbers with columns named by these units."""
        return frame if self.barrels_per_t is None else frame.rename(columns=self.name)

    def columns(self, columns: Iterable[Column]) -> list[Column]:
        """Return columns as they are printed in these units."""
        if self.barrels_per_t is None:
            return list(columns)
        return [column_in(column, self.unit) for column in columns]


TONNES = DisplayUnits()


def require_units(units: object, *, boxes: bool = False) -> None:
    """Raise DataError if there are no such units; boxes only where they can be shown."""
    if units not in (UNITS if boxes else UNITS[:2]):
        known = "'t', 'bbl' or 'TEU'" if boxes else "'t' or 'bbl'"
        raise DataError(f"units must be {known} (got {shown(units)})")


def barrels_factor(column: str, barrels_per_t: float) -> float:
    """Return by what a number in a column of tonnes is multiplied to be one of barrels; 1 where its unit stays.

    Examples
    --------
    >>> barrels_factor("throughput_mtpa", 7.3), barrels_factor("shortfall_mt", 7.3), barrels_factor("loss_musd", 7.3)
    (20.0, 7.3, 1.0)
    """
    if column.endswith("_mtpa"):
        return barrels_per_t * 1e6 / _DAYS / 1e3
    if column.endswith(("_usd_per_t", "_usd_per_t_day")):
        return 1.0 / barrels_per_t
    return barrels_per_t if in_barrels(column) != column else 1.0


def in_barrels(name: str) -> str:
    """Return the name of a column in barrels.

    Examples
    --------
    >>> in_barrels("throughput_mtpa"), in_barrels("netback_usd_per_t"), in_barrels("loss_musd")
    ('throughput_kbd', 'netback_usd_per_bbl', 'loss_musd')
    """
    return _renamed(name, "bbl")


def _renamed(name: str, unit: str) -> str:
    """Return the name of a column in barrels or TEU."""
    for tonnes, other in _ENDINGS[unit]:
        if name.endswith(tonnes):
            return name.removesuffix(tonnes) + other
    return name


def in_tonnes(name: str) -> str:
    """Return the name that a column in barrels or TEU has in tonnes.

    Examples
    --------
    >>> in_tonnes("throughput_kbd"), in_tonnes("netback_usd_per_bbl"), in_tonnes("delivered_teu_per_year")
    ('throughput_mtpa', 'netback_usd_per_t', 'delivered_mtpa')
    """
    for tonnes, other in (pair for pairs in _ENDINGS.values() for pair in pairs):
        if name.endswith(other):
            return name.removesuffix(other) + tonnes
    return name


def names_of(name: str) -> tuple[str, ...]:
    """Return the names of a column in tonnes, barrels and TEU."""
    return tuple(dict.fromkeys((name, *(_renamed(name, unit) for unit in _ENDINGS))))


def unit_of(names: Iterable[str]) -> str | None:
    """Return the unit that some names of columns are in, of barrels and TEU; None where they are in neither."""
    ends = {other: unit for unit, pairs in _ENDINGS.items() for _, other in pairs}
    return next((unit for name in names for other, unit in ends.items() if name.endswith(other)), None)


def column_in(column: Column, unit: str) -> Column:
    """Return a column in barrels or TEU: volumes need fewer digits, money a barrel one more, money a box none."""
    digits = column.digits
    if column.unit in ("Mt/y", "USD/t"):
        digits = 2 if unit == "bbl" and column.unit == "USD/t" else 0
    label = _LABELS[unit].get(column.unit, column.unit)
    return replace(column, name=_renamed(column.name, unit), unit=label, digits=digits)


def barrel_column(column: Column) -> Column:
    """Return a column in barrels."""
    return column_in(column, "bbl")
