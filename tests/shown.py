"""Tables that the README shows between markers; ``CORRIDOR_UPDATE=1`` rewrites them."""

from __future__ import annotations

import os
import re
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def assert_shown(part: str, made: str) -> None:
    """Assert that what stands between the markers of a part is what was made now."""
    text = README.read_text(encoding="utf-8")
    pattern = re.compile(rf"<!-- {part} -->\n(.*?)<!-- /{part} -->", re.DOTALL)
    if os.environ.get("CORRIDOR_UPDATE"):
        text = pattern.sub(lambda _: f"<!-- {part} -->\n{made}\n<!-- /{part} -->", text)
        README.write_text(text, encoding="utf-8")
    found = pattern.search(text)
    assert found is not None, f"README.md has no place for {part}"
    assert found.group(1).strip() == made.strip()
