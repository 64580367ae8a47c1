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
    ("_mtpa", "_kbd"), ("_usd_per_t", "_usd_per_bbl"), ("shortfall_mt_held", "shortfall_mbbl_held"),
    ("shortfall_mt", "shortfall_mbbl"),
)  # fmt: skip
_LABELS = {"Mt/y": "kb/d", "USD/t": "USD/bbl", "Mt": "million bbl"}


@dataclass(frozen=True)
class DisplayUnits:
    """Units in which volumes are shown.

    Attributes
    ----------
    barrels_per_t : dict of str to float, or None
        By commodity; None where tonnes are shown.
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
        if units not in UNITS:
            raise DataError(f"units must be 't' or 'bbl' (got {shown(units)})")
        if units == "t":
            return cls()
        wanted = {s.commodity for s in network.supplies} | {m.commodity for m in network.markets}
        ids = [commodity] if commodity is not None else list(wanted)
        records = [each for each in network.commodities if each.id in ids]
        if without := [record for record in records if record.display_unit != "bbl"]:
            remedy = "units='t'" if commodity is not None else "units='t', or ask for one commodity that has"
            raise DataError(
                f"commodity {without[0].id!r} has no barrels (its display unit is {without[0].display_unit!r}); "
                f"give it display_unit='bbl' and display_per_t, or take {remedy}"
            )
        return cls({record.id: record.display_per_t for record in records})

    @property
    def volume(self) -> str:
        """Unit of a flow: Mt/y, or kb/d (thousand barrels a day)."""
        return "Mt/y" if self.barrels_per_t is None else "kb/d"

    def rate(self, commodity: str) -> float:
        """Return how many display units of flow 1 Mt/y of a commodity is."""
        return 1.0 if self.barrels_per_t is None else self.barrels_per_t[commodity] * 1e6 / _DAYS / 1e3

    def amount(self, commodity: str) -> float:
        """Return how many display units of volume 1 Mt of a commodity is."""
        return 1.0 if self.barrels_per_t is None else self.barrels_per_t[commodity]

    def table(self, frame: pd.DataFrame, commodity: str) -> pd.DataFrame:
        """Return a table whose volumes and unit costs are of one commodity, in these units."""
        if self.barrels_per_t is None:
            return frame
        converted = frame.copy()
        for name in frame.columns:
            if str(name).endswith("_mtpa"):
                converted[name] = frame[name] * self.rate(commodity)
            elif str(name).endswith("_usd_per_t"):
                converted[name] = frame[name] / self.barrels_per_t[commodity]
        return self.renamed(converted)

    def renamed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a table of converted numbers with columns named by these units."""
        return frame if self.barrels_per_t is None else frame.rename(columns=in_barrels)

    def columns(self, columns: Iterable[Column]) -> list[Column]:
        """Return columns as they are printed in these units."""
        if self.barrels_per_t is None:
            return list(columns)
        return [barrel_column(column) for column in columns]


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
