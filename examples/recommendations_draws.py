"""Draw what notebook 9 quotes, and store it beside the notebook: too slow to be drawn each time it is opened.

``python examples/recommendations_draws.py`` writes ``recommendations_draws.csv``, a row a year and recommendation, and
``recommendations_conclusions.csv``, in what share of the draws a conclusion holds.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

import corridor as cr

HERE = Path(__file__).resolve().parent
YEARS = (2022, 2024, 2025)
DRAWS, SEED = 200, 7
STORED = (
    "throughput_teu_per_year", "throughput_teu_per_year_p05", "throughput_teu_per_year_p95", "change", "change_p05",
    "change_p95", "first",
)  # fmt: skip


def drawn(year: int, draws: int = DRAWS) -> pd.DataFrame:
    """Return the recommendations of a year with ranges."""
    return cr.recommendations(cr.load("caspian_freight", year), ranges=True, draws=draws, seed=SEED)


def main() -> None:
    """Draw all years and write both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=DRAWS)
    arguments = parser.parse_args()
    tables = {year: drawn(year, arguments.draws) for year in YEARS}
    rows = pd.concat({year: table[list(STORED)] for year, table in tables.items()}, names=["year"])
    rows.to_csv(HERE / "recommendations_draws.csv", float_format="%.4f")
    conclusions = pd.DataFrame.from_dict(
        {year: table.attrs["conclusions"] for year, table in tables.items()}, orient="index"
    )
    conclusions.rename_axis("year").to_csv(HERE / "recommendations_conclusions.csv", float_format="%.4f")


if __name__ == "__main__":
    main()
