"""Tonnes or barrels: volumes as thousand barrels a day, money a barrel, and the names of columns in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corridor.errors import DataError
from corridor.messages import shown
from corridor.model.columns import Column
from corridor.model.network import Network

if TYPE_CHECKING:
    import pandas as pd

UNITS = ("t", "bbl")
_DAYS = 365.0
_ENDINGS = (
    ("_mtpa", "_kbd"), ("_usd_per_t", "_usd_per_bbl"), ("_usd_per_t_day", "_usd_per_bbl_day"), ("_mt", "_mbbl"),
    ("_mt_held", "_mbbl_held"), ("_mt_days", "_mbbl_days"),
)  # fmt: skip
_LABELS = {
    "Mt/y": "kb/d", "USD/t": "USD/bbl", "Mt": "million bbl", "Mt days/y": "million bbl days/y",
    "USD/(t day)": "USD/(bbl day)",
}  # fmt: skip
_SMALL_KBD = 10.0
"""A flow below this is written with two significant digits. [kb/d]"""


@dataclass(frozen=True)
class DisplayUnits:
    """Units in which volumes are shown.

    Attributes
    ----------
    barrels_per_t : dict of str to float, or None
        By commodity; None where tonnes are shown. One that nobody supplies or buys counts as 1.
    """

    barrels_per_t: dict[str, float] | None = None

    @classmethod
    def of(cls, network: Network, units: str, commodity: str | None = None) -> DisplayUnits:
        """Return the units asked for, of one commodity or of all that are supplied.

        Raises
        ------
        DataError
            If there are no such units, or a commodity has no barrels.
        """
        require_units(units)
        if units == "t":
            return cls()
        traded = {s.commodity for s in network.supplies} | {m.commodity for m in network.markets}
        wanted = traded if commodity is None else {commodity}
        records = [each for each in network.commodities if each.id in wanted]
        if without := [record for record in records if record.display_unit != "bbl"]:
            remedy = "units='t'" if commodity is not None else "units='t', or ask for one commodity that has"
            raise DataError(
                f"commodity {without[0].id!r} has no barrels (its display unit is {without[0].display_unit!r}); "
                f"give it display_unit='bbl' and display_per_t, or take {remedy}"
            )
        idle = {} if commodity is not None else {each.id: 1.0 for each in network.commodities if each.id not in wanted}
        return cls(idle | {record.id: record.display_per_t for record in records})

    @classmethod
    def where_known(cls, network: Network, units: str) -> DisplayUnits:
        """Return the units asked for, of those commodities that have them: for notes on any of them."""
        require_units(units)
        if units == "t":
            return cls()
        return cls({each.id: each.display_per_t for each in network.commodities if each.display_unit == "bbl"})

    def knows(self, commodities: Iterable[str]) -> bool:
        """Tell whether amounts of some commodities can be shown in these units."""
        return self.barrels_per_t is None or set(commodities) <= self.barrels_per_t.keys()

    @property
    def shows_barrels(self) -> bool:
        """Whether barrels are shown."""
        return self.barrels_per_t is not None

    @property
    def volume(self) -> str:
        """Unit of a flow: Mt/y, or kb/d (thousand barrels a day)."""
        return self.label("Mt/y")

    @property
    def quantity(self) -> str:
        """Unit of an amount: Mt, or million barrels."""
        return self.label("Mt")

    @property
    def money(self) -> str:
        """Unit of money by volume: USD/t, or USD/bbl."""
        return self.label("USD/t")

    @property
    def single(self) -> str:
        """What one is called: tonne, or barrel."""
        return "barrel" if self.shows_barrels else "tonne"

    @property
    def digits(self) -> int:
        """Digits after the point of a flow."""
        return 0 if self.shows_barrels else 1

    @property
    def money_digits(self) -> int:
        """Digits after the point of money by volume."""
        return 2 if self.shows_barrels else 1

    @property
    def least_rate(self) -> float:
        """How many display units of flow 1 Mt/y of any commodity is at least."""
        return min(map(self.rate, self.barrels_per_t or {}), default=1.0)

    def label(self, unit: str) -> str:
        """Return the unit shown for one of tonnes; other units stay."""
        return _LABELS.get(unit, unit) if self.shows_barrels else unit

    def name(self, column: str) -> str:
        """Return the name of a column in these units."""
        return in_barrels(column) if self.shows_barrels else column

    def size(self, shown_volume: float) -> str:
        """Return a flow in these units as a limit is quoted: of tonnes all digits, of barrels whole ones."""
        if not self.shows_barrels:
            return f"{shown_volume:g}"
        return f"{shown_volume:.0f}" if shown_volume >= _SMALL_KBD else f"{shown_volume:.2g}"

    def rate(self, commodity: str) -> float:
        """Return how many display units of flow 1 Mt/y of a commodity is."""
        return 1.0 if self.barrels_per_t is None else barrels_factor("_mtpa", self.barrels_per_t[commodity])

    def amount(self, commodity: str) -> float:
        """Return how many display units of volume 1 Mt of a commodity is."""
        return 1.0 if self.barrels_per_t is None else self.barrels_per_t[commodity]

    def price(self, commodity: str) -> float:
        """Return how many display units of money by volume 1 USD/t of a commodity is."""
        return 1.0 if self.barrels_per_t is None else 1.0 / self.barrels_per_t[commodity]

    def factor(self, column: str, commodity: str) -> float:
        """Return by what a number of a commodity in a column of tonnes is multiplied; 1 where its unit stays."""
        return 1.0 if self.barrels_per_t is None else barrels_factor(column, self.barrels_per_t[commodity])

    def table(self, frame: pd.DataFrame, commodity: str) -> pd.DataFrame:
        """Return a table whose volumes and unit costs are of one commodity, in these units."""
        if self.barrels_per_t is None:
            return frame
        converted = frame.copy()
        for name in frame.columns:
            if in_barrels(str(name)) != name:
                converted[name] = frame[name] * self.factor(str(name), commodity)
        return self.renamed(converted)

    def renamed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a table of converted numbers with columns named by these units."""
        return frame if self.barrels_per_t is None else frame.rename(columns=in_barrels)

    def columns(self, columns: Iterable[Column]) -> list[Column]:
        """Return columns as they are printed in these units."""
        if self.barrels_per_t is None:
            return list(columns)
        return [barrel_column(column) for column in columns]


TONNES = DisplayUnits()


def require_units(units: object) -> None:
    """Raise DataError if there are no such units."""
    if units not in UNITS:
        raise DataError(f"units must be 't' or 'bbl' (got {shown(units)})")


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
    for tonnes, barrels in _ENDINGS:
        if name.endswith(tonnes):
            return name.removesuffix(tonnes) + barrels
    return name


def in_tonnes(name: str) -> str:
    """Return the name that a column in barrels has in tonnes.

    Examples
    --------
    >>> in_tonnes("throughput_kbd"), in_tonnes("netback_usd_per_bbl")
    ('throughput_mtpa', 'netback_usd_per_t')
    """
    for tonnes, barrels in _ENDINGS:
        if name.endswith(barrels):
            return name.removesuffix(barrels) + tonnes
    return name


def barrel_column(column: Column) -> Column:
    """Return a column in barrels: volumes of thousand barrels a day need fewer digits, money a barrel one more."""
    digits = column.digits
    if column.unit in ("Mt/y", "USD/t"):
        digits = 0 if column.unit == "Mt/y" else 2
    return replace(column, name=in_barrels(column.name), unit=_LABELS.get(column.unit, column.unit), digits=digits)
