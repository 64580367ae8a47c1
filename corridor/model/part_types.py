"""What the parts of a network must be before any rule between them is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.messages import shown
from corridor.model.hazard import Hazard
from corridor.model.parts import NetworkParts
from corridor.model.record_base import Record, is_regime
from corridor.model.records import KINDS


def wrong_types(network: NetworkParts) -> Iterator[str]:
    """Yield a sentence for each part of a network that is not what it ought to be."""
    kinds: dict[str, type[Record]] = {**{kind.attribute: kind.record for kind in KINDS}, "hazards": Hazard}
    for part, kind in kinds.items():
        records = getattr(network, part)
        if not isinstance(records, list | tuple):
            yield f"{part} of a network must be a list of {kind.__name__} records (got {shown(records)})"
        elif invalid := [record for record in records if not isinstance(record, kind)]:
            yield f"{part} of a network must hold {kind.__name__} records only (got {shown(invalid[0])})"
    reference = getattr(network, "reference", None)
    if reference is not None and not isinstance(reference, NetworkParts):
        yield f"reference of a network must be a network or None (got {shown(reference)})"
    if not isinstance(network.name, str) or any("\ud800" <= mark <= "\udfff" for mark in network.name):
        yield f"name of a network must be text (got {shown(network.name)})"
    if network.regime is not None and not is_regime(network.regime):
        yield (
            "regime of a network must be a name without spaces around it, as in war, or None "
            f"(got {shown(network.regime)})"
        )
    if network.year is not None and (not isinstance(network.year, int) or isinstance(network.year, bool)):
        yield f"year of a network must be a whole number or None (got {shown(network.year)})"
