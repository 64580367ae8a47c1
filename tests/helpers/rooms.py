"""Which rooms of the package may import which."""

from __future__ import annotations

ARROWS = {
    "errors": set(),
    "messages": {"errors"},
    "model": {"errors", "messages"},
    "files": {"errors", "messages", "model"},
    "solver": {"errors", "messages", "model"},
    "library": {"errors", "messages", "model", "files"},
    "risk": {"errors", "messages", "model", "files", "solver"},
    "study": {"errors", "messages", "model", "files", "solver", "library", "risk"},
    "show": {"errors", "messages", "model", "files", "solver", "library", "risk", "study"},
    "testing": {"errors", "messages", "model", "files", "solver", "library", "risk", "study"},
}
"""What each room may import besides itself; the command line and the plugin may import all."""
