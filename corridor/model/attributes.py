"""Fields of records as people read them: a plain heading for each, stated here and nowhere else."""

from __future__ import annotations

UNITS = {
    "_musd_per_year": "million USD/y", "_usd_per_t_day": "USD/(t day)", "_usd_per_bbl_day": "USD/(bbl day)",
    "_mbbl_days": "million bbl days/y", "_mt_days": "Mt days/y", "_usd_per_bbl": "USD/bbl", "_usd_per_t": "USD/t",
    "_mtpa": "Mt/y", "_kbd": "kb/d", "_mbbl": "million bbl", "_musd": "million USD", "_days": "days", "_km": "km",
    "_mt": "Mt",
}  # fmt: skip
"""What the endings of names in results and records mean, the longer before those that end them."""
_FURTHER_ENDINGS = (
    "_usd_per_t_km", "_eur_per_t", "_kzt_per_t", "_rub_per_t", "_per_year", "_knots", "_count",
    "_ratio", "_pct", "_kt", "_nm",
)  # fmt: skip
"""Endings of inputs of formulas, whose figures give the unit."""
_HEADINGS = {
    "max_mtpa": "most allowed", "min_mtpa": "least asked for", "required_mtpa": "requirement",
    "in_service": "in service", "fleet_days": "round trip", "late_days": "lateness", "transit_days": "transit time",
    "display_per_t": "units a tonne", "penalty_usd_per_t": "steering price",
    "replacement_usd_per_t": "cost of replacement", "storage_mt": "tank room", "lat": "latitude", "lon": "longitude",
    "length_share": "share of the length", "ship_count": "ships", "working_count": "number at work",
    "bbl_per_t": "barrels a tonne", "rub_per_usd": "roubles a dollar", "kzt_per_usd": "tenge a dollar",
    "usd_per_eur": "dollars a euro",
}  # fmt: skip
"""Headings of fields whose name without its unit does not say what they are."""


def unit_of(name: str) -> str:
    """Return the unit that the name of a field or column ends in, or an empty text.

    Examples
    --------
    >>> unit_of("capacity_mtpa"), unit_of("utilisation")
    ('Mt/y', '')
    """
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")


def words_of(name: str) -> str:
    """Return the heading of a field or column, without its unit.

    Examples
    --------
    >>> words_of("tariff_usd_per_t"), words_of("max_mtpa"), words_of("length_km")
    ('tariff', 'most allowed', 'length')
    """
    if name in _HEADINGS:
        return _HEADINGS[name]
    ending = next((ending for ending in (*UNITS, *_FURTHER_ENDINGS) if name.endswith(ending)), "")
    return (name.removesuffix(ending) or name).replace("_", " ")


def heading_of(name: str, unit: str | None = None) -> str:
    """Return the heading of a field with its unit.

    Parameters
    ----------
    name : str
        Name of the field.
    unit : str, optional
        Unit of the figure; by default what the name ends in. Pure numbers, of unit 1, are written without.

    Examples
    --------
    >>> heading_of("tariff_usd_per_t"), heading_of("length_km", "km"), heading_of("length_share", "1")
    ('tariff [USD/t]', 'length [km]', 'share of the length')
    """
    shown = unit_of(name) if unit is None else unit
    return f"{words_of(name)} [{shown}]" if shown not in ("", "1") else words_of(name)
