"""Simulated years with hazards of every length, and the bytes of their tables."""

from __future__ import annotations

import hashlib
import multiprocessing
import time
from pathlib import Path

import corridor as cr

HAZARD = {"frequency_per_year": 6.0, "duration_days": {"median": 8.0, "sigma": 1.0}}


def digest(ensemble: cr.Ensemble) -> str:
    """Return a hash of the bytes of every table."""
    years = ensemble.years
    if "regime" in years:
        years = years.assign(regime=years["regime"].map({"calm": 0, "war": 1}))
    tables = (years, ensemble.throughputs, ensemble.corridors, ensemble.states.drop(columns="hazards"))
    return hashlib.sha256(b"".join(table.to_numpy().tobytes() for table in tables)).hexdigest()


def stormy(net: cr.Network) -> cr.Network:
    """Return the diamond with two hazards."""
    north = cr.Hazard(name="north", changes=[cr.Derate(edge="north_out", remaining=0.3)], **HAZARD)
    both = cr.Hazard(name="both", changes=[cr.Outage(edge=["north_in", "south_in"])], place="RUS", **HAZARD)
    return net.replace(hazards=(north, both))


def slow() -> cr.Network:
    """Return the shipped network with drawn severities, of which a block takes some tenths of a second."""
    net = cr.load(year=2024)
    return net.replace(
        hazards=[hazard.replace(severity=cr.Uniform(low=0, high=1), posterior=None) for hazard in net.hazards[:6]]
    )


def wait_for(parts: int, folder: str | Path, seconds: float = 60.0) -> list[Path]:
    """Return the finished parts once there are so many."""
    deadline = time.monotonic() + seconds
    while len(found := sorted(Path(folder).glob("block-*-years.parquet"))) < parts:
        assert time.monotonic() < deadline, "the run finished no block in time"
        time.sleep(0.01)
    return found


def begin(barrier: object, answers: multiprocessing.Queue[str], seed: int, folder: Path) -> None:
    """Begin a run when all are ready, and say what came of it."""
    net = stormy(cr.read_network(folder.parent / "net.json"))
    barrier.wait()  # type: ignore[attr-defined]
    try:
        cr.simulate(net, 5000, seed, checkpoint=folder)
        answers.put("let in")
    except cr.DataError as error:
        answers.put(str(error))
