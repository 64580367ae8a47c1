"""The figures that matter: ranked by the largest swing of an outcome, and how many of them rest on a source."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import corridor as cr
from corridor.model.figures import key_of
from corridor.model.records import Figure
from corridor.model.variation import Variation

FOLDER = Path(__file__).resolve().parents[1] / "library" / "mattering"
OUTCOMES = (
    "commodities.kazakh_crude.shortfall_mtpa",
    "commodities.kazakh_crude.netback_musd_per_year",
    "compare.cpc.netback_usd_per_t - compare.btc.netback_usd_per_t",
)
COUNT = 30
GRADES = "ABC"
FRESH_YEARS = 2
"""A figure carried over more years than this counts one grade lower."""


def ranked(year: int, count: int = COUNT) -> list[tuple[str, float]]:
    """Return the keys of the figures that matter most and how much, 1 the most that any figure moves an outcome.

    How much a figure matters is the largest, over the outcomes, of its largest swing over the baseline and the shipped
    scenarios, solved again at both ends of its range, by the largest swing of any figure.
    """
    network = cr.load(year=year)
    weight: dict[str, float] = {}
    for outcome in OUTCOMES:
        swing: dict[str, float] = {}
        for table in _tornadoes(network, outcome):
            for row in table.itertuples():
                key = f"{row.record}:{row.subject}.{row.attribute}"
                swing[key] = max(swing.get(key, 0.0), float(np.nan_to_num(row.swing)))
        most = max(swing.values())
        for key, found in swing.items():
            weight[key] = max(weight.get(key, 0.0), found / most)
    return sorted(weight.items(), key=lambda item: (-round(item[1], 9), item[0]))[:count]


def _tornadoes(network: cr.Network, outcome: str) -> Iterator[object]:
    """Yield the tornado of an outcome in the baseline and in each shipped scenario in which it has a value."""
    for name in ("", *cr.scenarios()):
        try:
            yield cr.sensitivity(network, cr.load_scenario(name) if name else None, outcome=outcome).table
        except cr.DataError as error:
            if "has no value" not in str(error):
                raise


def listed(name: str) -> list[dict[str, str]]:
    """Return a committed list of figures that matter: key, weight, and the grade and range when it was made."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def grade(key: str, network: cr.Network) -> str:
    """Return the grade of a figure: the worst of its own and of those rivals that span its range, and its age.

    A figure carried over more than `FRESH_YEARS` years counts one grade lower.
    """
    variation = Variation(network)
    figure = variation.figure_set.figures[key]
    grades = [figure.confidence]
    if variation.range_from(figure) == "rivals":
        bounds = variation.range_of(figure)
        rivals = (f for f in network.figure_records if f.choice == "rival" and key_of(f) == key)
        grades += [rival.confidence for rival in rivals if rival.value in bounds]
    worst = max(GRADES.index(found) for found in grades)
    return GRADES[min(worst + (age_years(figure, network) > FRESH_YEARS), len(GRADES) - 1)]


def age_years(figure: Figure, network: cr.Network) -> int:
    """Return over how many years a figure is carried beyond the last that its source speaks of."""
    return max(0, (network.year or 0) - figure.until)


def relative_range(key: str, network: cr.Network) -> float:
    """Return the width of a figure's range over its larger bound, between 0 and 2; 0 where it has none."""
    variation = Variation(network)
    low, high = variation.range_of(variation.figure_set.figures[key])
    return (high - low) / (max(abs(low), abs(high)) or 1.0)


def share_sourced(name: str, year: int) -> tuple[int, int, float]:
    """Return how many figures of a list are A or B now, how many it has, and the sum of their relative ranges."""
    network = cr.load(year=year)
    keys = [row["figure"] for row in listed(name) if row["figure"] in Variation(network).figure_set.figures]
    grades = [grade(key, network) for key in keys]
    return sum(found in "AB" for found in grades), len(grades), sum(relative_range(key, network) for key in keys)


def written(name: str, year: int) -> None:
    """Write the list of the figures that matter in a year."""
    network = cr.load(year=year)
    with (FOLDER / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("figure", "weight", "grade", "relative_range"))
        for key, weight in ranked(year):
            range_now = relative_range(key, network)
            rows.writerow((key, f"{weight:.3f}", grade(key, network), f"{range_now:.3f}"))
