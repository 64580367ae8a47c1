"""What simulated years rest on, in words: regimes of the hazards' rates, draws, and ways."""

from __future__ import annotations

from corridor.library.networks import hazard_basis
from corridor.risk.bad_year import REROUTING_WORDS
from corridor.risk.ensemble import Ensemble


def years_basis(ensemble: Ensemble, *, added: str = "") -> str:
    """Return by which hazards, rates and ways years were simulated; `added` names hazards beside the network's."""
    drawn = "" if ensemble.years_per_draw is None else f", {ensemble.draws:,} draws of rates, durations and shares"
    bound = "" if ensemble.rerouting else f", {REROUTING_WORDS[False]}"
    return f"{hazard_basis(ensemble.regimes)}{added}{drawn}{bound}"
