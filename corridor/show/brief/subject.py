"""What a brief is of, a commodity or a group of boxes, and in which units."""

from __future__ import annotations

from corridor.errors import DataError
from corridor.messages import shown
from corridor.model.commodity_groups import TEU, default_subject, in_boxes, require_subject
from corridor.model.display_units import DisplayUnits
from corridor.model.network import Network
from corridor.study.scenario_runs import chosen_commodity


def chosen_subject(network: Network, commodity: str | None) -> str:
    """Return the commodity or the group that a brief is of; a group of one is its commodity.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    DataError
        If it is a group that is not counted in boxes, as many a tonne.
    """
    if commodity is None:
        first = chosen_commodity(network, None)
        subject = default_subject(network)
        commodity = subject if in_boxes(network, subject) else first
    own = require_subject(network, commodity)
    if len(own) == 1:
        return own[0]
    if not in_boxes(network, commodity):
        raise DataError(
            f"commodity {commodity!r} is a group of {', '.join(own)}, and a brief is of one commodity, or of a group "
            "counted in boxes (display_unit='TEU') of one size; name one of them"
        )
    return commodity


def units_of_brief(network: Network, subject: str, units: str | None) -> str:
    """Return the units of a brief: boxes for what is counted in them, else those asked for, tonnes by default.

    Raises
    ------
    DataError
        If there are no such units, or they are not those of boxes.
    """
    if not in_boxes(network, subject):
        DisplayUnits.of(network, "t" if units is None else units)
        return "t" if units is None else units
    if units not in (None, TEU):
        raise DataError(f"units {shown(units)}: a brief of {subject!r} is in boxes (TEU); leave units out")
    return TEU
