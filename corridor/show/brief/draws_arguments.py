"""Arguments of a brief that say what is simulated or drawn: checked before anything is computed."""

from __future__ import annotations

from collections.abc import Collection

from corridor.errors import DataError
from corridor.messages import shown
from corridor.model.network import Network
from corridor.risk.ensemble import Ensemble
from corridor.study.drawn_tables import has_ranges

USUAL_YEARS = 10_000
"""Number of simulated years by default."""
_WITH_YEARS = ("summary", "bad_years", "scenario_bad_years")
_WITH_RANGES = ("summary", "comparison", "changes")
_BOXES_WITH_RANGES = ("summary", "comparison")


def number_of_years(years: int | None, draws: int | None, bad_years: Ensemble | None) -> int:
    """Return how many years are shown.

    Raises
    ------
    DataError
        If `years` or `draws` is no whole number, or below 0.
    """
    for name, number, none in (("years", years, "none"), ("draws", draws, "central rates")):
        if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 0):
            raise DataError(f"{name} must be a whole number, 0 for {none} (got {number!r})")
    if bad_years is not None:
        return len(bad_years.years)
    return USUAL_YEARS if years is None else years


def require_years_of(network: Network, bad_years: Ensemble, *, years: int | None, draws: int | None) -> None:
    """Raise unless simulated years are given alone, of a network itself and of no scenario.

    Raises
    ------
    DataError
        If they are not.
    """
    if not isinstance(bad_years, Ensemble):
        raise DataError(f"bad_years must be an Ensemble, as cr.simulate returns it (got {shown(bad_years)})")
    for name, number in (("years", years), ("draws", draws)):
        if number is not None:
            raise DataError(f"{name}={number!r} and bad_years both say which years are shown; leave out {name}")
    if bad_years.scenario is not None:
        raise DataError(
            f"bad_years are of the scenario {bad_years.scenario.name!r}, and a brief compares with the baseline; "
            "simulate without a scenario"
        )
    if bad_years.network != network:
        raise DataError(f"bad_years are of another network ({bad_years.network!r}) than the brief; simulate this one")


def require_no_years(why: str, *, years: int | None, draws: int | None, bad_years: Ensemble | None) -> None:
    """Raise if simulated years are asked for that a brief does not have.

    Raises
    ------
    DataError
        If they are; `why` says why there are none.
    """
    for name, asked in (("years", bool(years)), ("draws", bool(draws)), ("bad_years", bad_years is not None)):
        if asked:
            raise DataError(f"{name}: a brief of boxes has no simulated years, for {why}; leave it out")


def require_shown(
    network: Network,
    sections: Collection[str],
    *,
    ranges: bool | None,
    bad_years: Ensemble | None,
    boxes: bool = False,
) -> None:
    """Raise if ranges or years are asked for that no section shows, or of figures without a range.

    Raises
    ------
    DataError
        If so, or if `ranges` is neither True, False nor None.
    """
    if ranges is not None and not isinstance(ranges, bool):
        raise DataError(f"ranges must be True, False or left out (got {shown(ranges)})")
    with_ranges = _BOXES_WITH_RANGES if boxes else _WITH_RANGES
    for name, given, able in (("ranges", ranges, with_ranges), ("bad_years", bad_years is not None, _WITH_YEARS)):
        if given and not set(able).intersection(sections):
            raise DataError(f"no section named shows {name}; add one of {', '.join(map(repr, able))}, or leave it out")
    if ranges and not has_ranges(network):
        raise DataError("ranges=True needs figures with a range, and this network has none; leave it out")
