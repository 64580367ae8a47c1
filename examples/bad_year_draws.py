"""Simulate what notebook 4 quotes, and store it beside the notebook: too slow to be run each time it is opened.

``python examples/bad_year_draws.py`` writes ``bad_year_draws.csv``, a row a case, and ``bad_year_exceedance.csv``, how
often a year is worse than a level by the first case. With ``--checkpoint FOLDER`` a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

import corridor as cr

HERE = Path(__file__).resolve().parent
LOST = "kazakh_crude_shortfall_mt"
SEED = 7
YEARS_PER_DRAW = 1000
HALF = {"calm": 0.5, "war": 0.5}
CASES: dict[str, dict[str, Any]] = {
    "war": {"year": 2026, "regime": "war", "draws": 1000},
    "war, first 100 draws": {"year": 2026, "regime": "war", "draws": 100},
    "war, usual ways only": {"year": 2026, "regime": "war", "rerouting": False, "draws": 1000},
    "half war, half calm": {"year": 2026, "regime": HALF, "draws": 100},
    "calm": {"year": 2026, "regime": "calm", "draws": 1000},
    "war, network of 2024": {"year": 2024, "regime": "war", "draws": 200},
}
SUMMARY = (
    "mean", "mean_p05", "mean_p95", "mean_p05_se", "mean_p95_se", "luck", "ignorance", "p5", "p50", "p95",
    "cvar", "cvar_p05", "cvar_p95", "cvar_p05_se", "cvar_p95_se",
)  # fmt: skip
OUTAGE = ("chance", "chance_p05", "chance_p95")


def simulated(name: str, *, workers: int = 1, checkpoint: Path | None = None, **other: Any) -> cr.Ensemble:
    """Return the years of a case; other arguments of `cr.simulate` replace its own."""
    case = {"seed": SEED, **CASES[name], **other}
    net = cr.load("caspian", year=case.pop("year"))
    folder = None if checkpoint is None else checkpoint / name.replace(", ", "_").replace(" ", "_")
    return cr.simulate(net, rates="drawn", workers=workers, checkpoint=folder, **case)


def row(ens: cr.Ensemble) -> dict[str, float]:
    """Return what is stored of a case: a summary of its years, and outages of 30 days of the CPC."""
    summary = ens.summary().loc[LOST, list(SUMMARY)]
    outage = ens.outages("cpc", days=30, share=0.3).iloc[0]
    about = {"draws": ens.draws, "years_per_draw": ens.years_per_draw, "nothing_lost": (ens.years[LOST] < 0.005).mean()}
    return about | summary.to_dict() | {f"outage_30_days_{name}": float(outage[name]) for name in OUTAGE}


def main() -> None:
    """Simulate all cases and write both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--checkpoint", type=Path)
    arguments = parser.parse_args()
    rows = {}
    for name in CASES:
        ens = simulated(name, workers=arguments.workers, checkpoint=arguments.checkpoint)
        rows[name] = row(ens)
        if len(rows) == 1:
            ens.exceedance(LOST).to_csv(HERE / "bad_year_exceedance.csv", float_format="%.6g")
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("case")
    table.to_csv(HERE / "bad_year_draws.csv", float_format="%.6g")


if __name__ == "__main__":
    main()
