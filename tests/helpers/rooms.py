"""Which rooms of the package may import which."""

from __future__ import annotations

ARROWS = {
    "errors": set(),
    "model": {"errors"},
    "files": {"errors", "model"},
    "solver": {"errors", "model"},
    "library": {"errors", "model", "files"},
    "risk": {"errors", "model", "files", "solver"},
    "study": {"errors", "model", "files", "solver", "library", "risk"},
    "show": {"errors", "model", "files", "solver", "library", "risk", "study"},
    "testing": {"errors", "model", "files", "solver", "library", "risk", "study"},
}
"""What each room may import besides itself; the command line and the plugin may import all."""
