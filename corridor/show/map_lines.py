"""Lines on a map: edges up to its edge, positions of their ends, and the area shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor.errors import DataError
from corridor.model.records import Edge
from corridor.show.basemap import Extent, Floats, Position
from corridor.solver.flow import Flow


@dataclass(frozen=True)
class MapLine:
    """An edge on the map: its curve, up to the edge of the map, and its flow."""

    edge: Edge
    curve: Floats
    flow_mtpa: float
    leaves: str | None
    """Node outside the map that it leads to or comes from."""

    shut: bool
    """Whether an outage of the edge, or of a node at its end, has closed it."""

    others_mtpa: float
    """What it carries of commodities that are not drawn. [Mt/y]"""

    @property
    def idle(self) -> bool:
        """Whether it has no capacity without any outage: planned, idle, or of capacity 0."""
        return not self.shut and self.edge.available_mtpa <= 0


def positions_of(flow: Flow) -> dict[str, Position]:
    """Return the positions of the nodes that have coordinates."""
    nodes = flow.network.nodes
    positions = {node.id: (node.lon, node.lat) for node in nodes if node.lon is not None and node.lat is not None}
    if len(positions) < 2:
        missing = [node.id for node in nodes if node.id not in positions]
        lacking = f"give lat [degrees north] and lon [degrees east] to {', '.join(map(repr, missing))}"
        lacking = lacking if missing else f"{flow.network!r} has too few"
        raise DataError(f"a map needs coordinates of at least two nodes; {lacking}")
    return positions


def extent_of(given: Sequence[float]) -> Extent:
    """Return an extent from west, east, south and north."""
    try:
        west, east, south, north = (float(value) for value in given)
    except (TypeError, ValueError):
        raise DataError(f"extent must be west, east, south, north in degrees (got {given!r})") from None
    if not (-360 <= west < east <= 360 and east - west <= 360 and -90 <= south < north <= 90):
        raise DataError(
            "extent must be west < east, at most 360 degrees apart (160, 200 over the antimeridian), and south < north "
            f"within -90 to 90 (got {given!r})"
        )
    return Extent(west, east, south, north)
