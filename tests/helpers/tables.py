"""Three nodes in a row as tables, and the network that they make."""

from __future__ import annotations

from typing import Any

import pandas as pd

import corridor as cr

NODES = pd.DataFrame({"id": ["a", "b", "c"]})
EDGES = pd.DataFrame({"id": ["ab", "bc"], "tail": ["a", "b"], "head": ["b", "c"]})
SUPPLIES = pd.DataFrame({"node": ["a"], "commodity": ["oil"], "volume_mtpa": [5.0]})
MARKETS = pd.DataFrame({"node": ["c"], "commodity": ["oil"]})


def built(**tables: Any) -> cr.Network:
    """Return the network of the tables above, some exchanged."""
    parts: dict[str, Any] = {"nodes": NODES, "edges": EDGES, "supplies": SUPPLIES, "markets": MARKETS, **tables}
    return cr.Network.from_frames(parts.pop("nodes"), parts.pop("edges"), **parts)
